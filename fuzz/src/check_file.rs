//! Files of checks: read, compiled, and their examples judged, within what a query may take.

use std::cell::RefCell;
use std::time::Duration;

use twilio_audit::audit::{Allowance, Check, Rehearsal, compile, lacking_proof};

thread_local! {
    // Examples leave nothing behind, so one store does for all.
    static REHEARSAL: RefCell<Rehearsal> =
        RefCell::new(Rehearsal::new().unwrap().within(Allowance { time: Duration::from_millis(300) }));
}

/// The text of a file.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let checks = Check::parse("own/check.toml", text).and_then(|check| {
        check.rule();
        compile(vec![check])
    });
    match checks {
        Err(error) => assert!(error.to_string().contains("own/check.toml"), "{error}"),
        Ok(checks) => REHEARSAL.with_borrow_mut(|rehearsal| {
            for compiled in &checks {
                let mismatches = rehearsal.run(compiled);
                assert!(mismatches.iter().all(|one| one.to_string().starts_with("own/check.toml:")));
                lacking_proof(compiled);
                rehearsal.unproven_settlements(compiled);
            }
        }),
    }
}
