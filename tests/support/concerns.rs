//! Which rows of `findings.csv` a planted line of the demo speaks of.

use twilio_audit::simulator::demo::Planted;

use crate::audit::Row;

/// Whether a row is about what was planted.
pub(crate) fn concerns(planted: &Planted, row: &Row) -> bool {
    let account = planted.account.as_ref().is_none_or(|account| row["account_sid"] == *account);
    let resource = planted.resource.as_ref().is_none_or(|resource| {
        row["resource_sid"] == *resource
            || row["resource_name"] == *resource
            || row["evidence"].contains(resource.as_str())
    });
    let field = planted.field.as_ref().is_none_or(|field| row["field"] == *field);
    row["check_id"] == planted.check && account && resource && field
}
