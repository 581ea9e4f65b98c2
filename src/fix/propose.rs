//! The step that mends a finding.

use std::collections::BTreeMap;

use serde_json::Value;

use super::command_lines::command_lines;
use super::value::{is_same, sent, text};
use crate::model::{
    About, Dependent, FieldChange, Fix, FixStep, Method, Placeholders, Region, Risk, Unfillable, Values,
    WayBack, WriteCall,
};

/// What the scan knows of a resource.
#[derive(Debug, Default)]
pub struct Known {
    /// The values of its columns, by their names, where they were kept as they are.
    pub columns: BTreeMap<String, Value>,
    /// The same by where they stand in the resource.
    pub paths: BTreeMap<String, Value>,
    /// The SID of what it is listed under.
    pub parent_sid: String,
    /// What refers to it.
    pub dependents: Vec<Dependent>,
    /// Whether a disruptive change can do no harm after all.
    pub is_safe: bool,
}

/// Why no step can be made of a finding. Each is the second half of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfixable {
    /// The call cannot be worded.
    #[error("{0}")]
    Call(#[from] Unfillable),
    /// Its present value cannot be shown, compared or restored.
    #[error("what `{0}` is now was not kept exactly, so it could be neither compared nor restored")]
    NotExact(String),
    /// There is nothing to change.
    #[error("`{0}` already is what it would be changed to")]
    NothingToChange(String),
    /// The old value could not be sent back.
    #[error("what `{0}` is now could not be sent back")]
    NoWayBack(String),
}

/// The step that mends a finding; its number is still to come.
///
/// # Errors
///
/// When too little is known of the resource.
pub fn propose(about: About, fix: &Fix, known: &Known, region: Region) -> Result<FixStep, Unfixable> {
    let with = placeholders(&about, fix, known);
    let call = fix.fill(&with)?.in_region(region);
    let fields = match fix.method {
        Method::Post => changes(fix, &call, known, &with)?,
        Method::Delete => seen(known),
    };
    let way_back = way_back(fix, &with, region)?;
    let lines = command_lines(&call, &about.account_sid);
    Ok(FixStep {
        number: 0,
        about,
        risk: if known.is_safe { Risk::Safe } else { fix.risk },
        effect: fix.effect.trim().to_owned(),
        read_url: region.address(&fix.read_url(&with)?),
        fields,
        dependents: known.dependents.clone(),
        way_back,
        with,
        curl: lines.curl,
        twilio_cli: lines.twilio_cli,
        call,
    })
}

/// Whether a step of a plan is what this fix makes of what the plan says of the resource: a plan says which resource, and
/// the check alone says what is done to it.
pub fn is_made_by(step: &FixStep, fix: &Fix, region: Region) -> bool {
    let (with, about) = (&step.with, &step.about);
    let is_of = |name: &str, value: &String| with.get(name).is_none_or(|filled| filled == value);
    let is_about_it = is_of("account_sid", &about.account_sid)
        && is_of("resource_sid", &about.resource_sid)
        && is_of("field", &about.field);
    // Whether it is safe indeed only its scan can say, and whoever makes the change asks it.
    let risk_fits = step.risk == fix.risk || (step.risk == Risk::Safe && fix.safe_when.is_some());
    // What is made of the present value must be made of the value that is compared.
    let is_of_present = fix.made_of_present(with).iter().all(|parameter| {
        let changed = step.fields.iter().find(|field| field.parameter.as_ref() == Some(parameter));
        changed.is_some_and(|field| with.get(&about.field) == Some(&text(&field.before)))
    });
    let made = || -> Result<bool, Unfixable> {
        let call = fix.fill(with)?.in_region(region);
        let read_url = region.address(&fix.read_url(with)?);
        let fields_fit = step.fields.iter().all(|field| is_field_of(field, fix, &call, with));
        let all_compared = call
            .form
            .iter()
            .all(|(name, _)| step.fields.iter().any(|field| field.parameter.as_ref() == Some(name)));
        let same =
            (&call, &read_url, &way_back(fix, with, region)?) == (&step.call, &step.read_url, &step.way_back);
        Ok(same && fields_fit && all_compared)
    };
    let says_so = step.effect == fix.effect.trim();
    is_about_it && risk_fits && is_of_present && says_so && made().unwrap_or(false)
}

/// Whether a field of a step is one that the call changes, at its place and to its value; or one that is only compared.
fn is_field_of(field: &FieldChange, fix: &Fix, call: &WriteCall, with: &Placeholders) -> bool {
    let Some(parameter) = &field.parameter else { return field.after.is_none() };
    let values = call.form.iter().filter(|(name, _)| name == parameter).map(|(_, value)| value.clone());
    let after = field.after.as_ref().and_then(sent);
    fix.path_of(parameter, with).is_ok_and(|path| path == field.path) && after == Some(values.collect())
}

/// Puts steps into the order in which they are made, and counts them: safe ones first, deletions last, otherwise as
/// they come. One change that mends several findings is one step.
pub fn number(steps: Vec<FixStep>) -> Vec<FixStep> {
    let mut numbered: Vec<FixStep> = Vec::new();
    for step in steps {
        let same = numbered
            .iter_mut()
            .find(|other| other.call == step.call && other.about.account_sid == step.about.account_sid);
        match same {
            Some(other) => {
                other.about.finding_ids.extend(step.about.finding_ids);
                other.about.check_ids.extend(step.about.check_ids);
                other.about.blocks_go_live |= step.about.blocks_go_live;
                other.risk = other.risk.max(step.risk);
            }
            None => numbered.push(step),
        }
    }
    numbered.sort_by_key(|step| (step.call.method == Method::Delete, step.risk));
    for (step, number) in numbered.iter_mut().zip(1..) {
        step.number = number;
    }
    numbered
}

/// What stands for the placeholders that the fix has, and nothing else: the plan shows it.
fn placeholders(about: &About, fix: &Fix, known: &Known) -> Placeholders {
    let mut with: Placeholders =
        known.columns.iter().map(|(column, value)| (column.clone(), text(value))).collect();
    for (name, value) in [
        ("account_sid", &about.account_sid),
        ("resource_sid", &about.resource_sid),
        ("parent_sid", &known.parent_sid),
        ("field", &about.field),
    ] {
        with.insert(name.to_owned(), value.clone());
    }
    let wanted: Vec<&str> = fix.placeholders().collect();
    let needs_field = wanted.iter().any(|name| ["Field", "https"].contains(name));
    let needs_value = wanted.contains(&"https");
    with.retain(|name, _| {
        wanted.contains(&name.as_str())
            || (needs_field && name == "field")
            || (needs_value && *name == about.field)
    });
    with
}

/// What a POST changes, field by field.
fn changes(
    fix: &Fix,
    call: &WriteCall,
    known: &Known,
    with: &Placeholders,
) -> Result<Vec<FieldChange>, Unfixable> {
    let mut after: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (parameter, value) in &call.form {
        after.entry(parameter).or_default().push(value);
    }
    let is_list = |parameter: &str| {
        fix.form.iter().any(|(name, values)| name == parameter && matches!(values, Values::Many(_)))
    };
    let mut changes = Vec::new();
    for (parameter, values) in after {
        let path = fix.path_of(parameter, with)?;
        let before = known.paths.get(&path).ok_or_else(|| Unfixable::NotExact(path.clone()))?;
        let after = match values.as_slice() {
            [single] if !is_list(parameter) => Value::from(*single),
            values => values.iter().copied().map(Value::from).collect(),
        };
        if !fix.irreversible && sent(before).is_none() {
            return Err(Unfixable::NoWayBack(path));
        }
        changes.push(FieldChange {
            path,
            parameter: Some(parameter.to_owned()),
            before: before.clone(),
            after: Some(after),
        });
    }
    let changes_nothing = changes
        .iter()
        .all(|change| change.after.as_ref().is_some_and(|after| is_same(&change.before, after)));
    match changes.first() {
        Some(first) if changes_nothing => Err(Unfixable::NothingToChange(first.path.clone())),
        _ => Ok(changes),
    }
}

/// What must still be so where something is deleted: every plain field that was kept as it is. What a list leaves out
/// the resource itself may say, so that nothing is no value to compare with.
fn seen(known: &Known) -> Vec<FieldChange> {
    let plain =
        known.paths.iter().filter(|(_, value)| !value.is_array() && !value.is_object() && !value.is_null());
    plain
        .map(|(path, value)| FieldChange {
            path: path.clone(),
            parameter: None,
            before: value.clone(),
            after: None,
        })
        .collect()
}

fn way_back(fix: &Fix, with: &Placeholders, region: Region) -> Result<WayBack, Unfixable> {
    Ok(match &fix.undo {
        Some(undo) => WayBack::MakeAgain { call: undo.fill(with)?.in_region(region) },
        None if fix.is_reversible() => WayBack::Restore,
        None => WayBack::None,
    })
}
