//! What the reader must know that is no result: what was not judged, what was left out.

use serde_json::{Value, json};

use super::{index_of, message, result};
use crate::model::{Finding, Scan};

/// What a scan says of itself.
pub(super) fn of_the_scan(scan: &Scan) -> Vec<Value> {
    let notes = scan.notices.iter().map(|text| json!({"level": "note", "message": message(text)}));
    let unusable =
        scan.unusable_credentials.iter().map(|text| json!({"level": "error", "message": message(text)}));
    unusable.chain(notes).collect()
}

/// A check that could not be judged somewhere: an error where PHI must not go live without an answer.
pub(super) fn not_assessed(scan: &Scan, finding: &Finding) -> Value {
    let reason = finding.reason_or_title();
    json!({
        "level": if finding.blocks_go_live { "error" } else { "warning" },
        "message": message(&format!("Not assessed in {}: {reason}", finding.account_name)),
        "associatedRule": {"id": finding.check_id, "index": index_of(scan, &finding.check_id)},
        "locations": [{"logicalLocations": [result::logical_location(finding)]}],
        "properties": result::properties(finding),
    })
}

/// That some have no room here.
pub(super) fn left_out(count: usize, what: &str) -> Value {
    let text =
        format!("{count} {what} are left out here, the mildest: findings.csv and findings.json have all.");
    json!({"level": "warning", "message": message(&text)})
}
