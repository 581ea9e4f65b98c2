//! A plan of changes and what came of it, for people: Markdown to review, the terminal to decide.

mod markdown;
mod terminal;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::model::{FieldChange, FixPlan, FixStep, WayBack};

pub use markdown::{FIX_PAGE_BEGINS, markdown as fix_plan_markdown};
pub use terminal::{steps as fix_steps, summary as fix_plan_summary, undo_steps as fix_undo_steps};

/// The JSON Schema of `plan.json`: indented, and the same for the same program.
pub fn fix_plan_schema() -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<FixPlan>();
    schema.insert("title".to_owned(), "plan.json of twilio-audit".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// A value as people write it.
fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `secure: false → true`; nothing where a field stays as it is.
fn change(field: &FieldChange) -> Option<String> {
    let (before, after) = (value(&field.before), value(field.after.as_ref()?));
    (before != after).then(|| format!("{}: {before} → {after}", field.path))
}

/// What becomes of it, field by field.
fn changes(step: &FixStep) -> Vec<String> {
    let changes: Vec<String> = step.fields.iter().filter_map(change).collect();
    if changes.is_empty() { vec!["it is deleted".to_owned()] } else { changes }
}

/// What becomes of it when it is taken back.
fn changes_back(step: &FixStep) -> Vec<String> {
    let turned = |field: &FieldChange| {
        let (before, after) = (value(field.after.as_ref()?), value(&field.before));
        (before != after).then(|| format!("{}: {before} → {after}", field.path))
    };
    let changes: Vec<String> = step.fields.iter().filter_map(turned).collect();
    match &step.way_back {
        WayBack::MakeAgain { call } => vec![call.to_string()],
        _ => changes,
    }
}

/// How it is taken back.
fn way_back(step: &FixStep) -> String {
    match &step.way_back {
        WayBack::Restore => "fix undo sends the old values back".to_owned(),
        WayBack::MakeAgain { .. } => "fix undo makes it again, with another SID".to_owned(),
        WayBack::None => "none: it cannot be taken back".to_owned(),
    }
}

/// What refers to it, in words.
fn dependents(step: &FixStep) -> String {
    let each = step.dependents.iter().map(|dependent| {
        let kind = dependent.resource_type.replace('_', " ");
        let examples = dependent.examples.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let more = if dependent.count > 3 { ", …" } else { "" };
        format!("{} × {kind} ({examples}{more})", dependent.count)
    });
    each.collect::<Vec<_>>().join("; ")
}
