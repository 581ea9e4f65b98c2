//! What the examples of a check leave unproven, as far as that can be told without changing the check.

use std::collections::BTreeSet;

use super::compile::Compiled;
use super::scope::Scope;
use crate::model::Outcome;

/// Outcomes as a query may write them.
const WRITTEN: [&str; 5] = ["pass", "fail", "warn", "manual", "not_applicable"];

/// What is missing from the examples of a check, in words; nothing when they are whole.
///
/// A check must show a pass, a fault and, where it reads anything from Twilio, missing evidence. Every outcome that
/// its query writes must be reached, and every column that it reads of a kind must be given in some example.
pub fn lacking_proof(compiled: &Compiled) -> Vec<String> {
    let mut lacking = Vec::new();
    let shown = shown(compiled);
    let mut needed = vec![Outcome::Pass.as_str()];
    // A check that reads only what was declared cannot lack evidence; what a suspended account does not show, a
    // person must look up.
    if compiled.needs().next().is_some() {
        let unread =
            if compiled.check.scope == Scope::Inactive { Outcome::Manual } else { Outcome::NotAssessed };
        needed.push(unread.as_str());
    }
    needed.extend(WRITTEN.iter().filter(|word| compiled.check.query.contains(&format!("'{word}'"))));
    needed.retain(|word| *word != "warn");
    needed.sort_unstable();
    needed.dedup();
    lacking.extend(
        needed.iter().filter(|word| !shown.contains(**word)).map(|word| format!("no example of `{word}`")),
    );
    if !shown.contains("fail") && !shown.contains("manual") {
        lacking.push("no example of a fault".to_owned());
    }
    for (table, column) in &compiled.columns {
        if !is_given(compiled, table, column) {
            lacking.push(format!("no example gives `{table}.{column}`, which the query reads"));
        }
    }
    lacking
}

/// The outcomes that the examples expect.
fn shown(compiled: &Compiled) -> BTreeSet<&str> {
    let expected = compiled.check.examples.iter().flat_map(|example| example.expect.values());
    expected.filter_map(|outcome| outcome.split(':').next()).collect()
}

fn is_given(compiled: &Compiled, table: &str, column: &str) -> bool {
    compiled.check.examples.iter().any(|example| {
        let rows = example.given.get(table).and_then(toml::Value::as_array);
        rows.into_iter().flatten().any(|row| row.get(column).is_some())
    })
}
