//! Why lists were not read, in words that count.

use std::collections::HashMap;
use std::io;

use super::cell::at_most;
use crate::model::{CoverageStatus, Readings, Scan};

/// A cause with the number of lists that it left unread, as a line.
pub(super) fn line(cause: &str, lists: usize) -> String {
    let thing = if lists == 1 { "list" } else { "lists" };
    format!("{lists} {thing} of {cause}")
}

/// Causes with the number of lists that each left unread, the most frequent first.
pub(super) fn causes(scan: &Scan, readings: &dyn Readings) -> io::Result<Vec<(String, usize)>> {
    // What an inactive account does not show is no gap that anybody could close.
    let active = scan.accounts.iter().filter(|account| account.active);
    let names: HashMap<&str, String> =
        active.map(|account| (account.account_sid.as_str(), at_most(&account.account_name, 40))).collect();
    let mut causes: HashMap<String, usize> = HashMap::new();
    readings.each_unread(&mut |coverage| {
        let Some(name) = names.get(coverage.account_sid.as_str()) else { return Ok(()) };
        let code = coverage.twilio_code.map(|code| format!(", code {code}")).unwrap_or_default();
        let status = coverage.status.as_str().replace('_', " ");
        let why = match coverage.status {
            CoverageStatus::Failed => format!("{status}{code}: {}", coverage.reason),
            CoverageStatus::NoCredential => coverage.reason.clone(),
            _ => format!("{status}{code}"),
        };
        *causes.entry(format!("{name}: {why}")).or_default() += 1;
        Ok(())
    })?;
    let mut causes: Vec<(String, usize)> = causes.into_iter().collect();
    causes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(causes)
}
