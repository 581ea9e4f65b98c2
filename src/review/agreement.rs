//! Whether the rows of one table agree with each other.

use std::collections::HashMap;

use super::{Decided, Entry, Refusal};

/// The decisions, each once. A row that says again what another says is left out.
///
/// # Errors
///
/// The later of two rows that decide one finding differently, or attest one thing in different words.
pub fn agreed(decided: Vec<Decided>) -> Result<Vec<Decided>, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut by_finding: HashMap<&str, &Decided> = HashMap::new();
    let mut by_subject = HashMap::new();
    let mut is_again = Vec::with_capacity(decided.len());
    for one in &decided {
        let before = by_finding.get(one.finding.as_str()).copied();
        is_again.push(before.is_some());
        if let Some(other) = before.filter(|other| other.entry != one.entry) {
            let what = format!("row {} decides the same finding differently: keep one of the two", other.row);
            refusals.push(Refusal { row: one.row, column: "decision", what });
        }
        by_finding.entry(&one.finding).or_insert(one);
        if let Entry::Attestation(attestation) = &one.entry {
            let other: &Decided = by_subject.entry(attestation.subject()).or_insert(one);
            if other.entry != one.entry && before.is_none() {
                let what = format!(
                    "row {} attests `{}` too, in other words: write it in one of them, it settles both",
                    other.row, attestation.id
                );
                refusals.push(Refusal { row: one.row, column: "decision_reason", what });
            }
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut is_again = is_again.into_iter();
    Ok(decided.into_iter().filter(|_| is_again.next() == Some(false)).collect())
}
