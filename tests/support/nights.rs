//! An estate that is scanned night after night, in one folder.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::time::Duration;

use serde_json::{Value, json};
use twilio_audit::simulator::{Fault, Options, Trouble, sid};

use crate::audit::{Audit, Ended, credential, simulator_with};
use crate::in_order;

/// Two clinics below a parent.
pub const CLINICS: usize = 2;

/// The SID of a clinic.
pub fn clinic(place: usize) -> String {
    sid(&in_order::clinic(place))
}

/// The number whose webhook is in clear text on the second night.
pub fn number(place: usize) -> String {
    sid(&format!("PN{place:04x}"))
}

/// What happens in the estate before a night.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Night {
    /// All is in order.
    Quiet,
    /// Each clinic has a number whose webhook is in clear text.
    Faulty,
    /// That is mended, and of the second clinic nothing can be read.
    Blind,
}

/// A scan of the estate as it is that night, in the folder of the night before.
pub async fn night(which: Night, before: Option<Ended>, options: &[&str]) -> Ended {
    prepared(which, before, options, "").await.0.run()
}

/// The same, with more declared, and not started yet; the simulator must be kept as long as it runs.
pub async fn prepared(
    which: Night,
    before: Option<Ended>,
    options: &[&str],
    declared_besides: &str,
) -> (Audit, twilio_audit::simulator::Simulator) {
    let estate = in_order::estate(&[resources(which, 0), resources(which, 1)]);
    let refused = Trouble::Error { status: 403, code: 20003, message: "no".to_owned() };
    let faults = match which {
        Night::Blind => vec![Fault::of_account(clinic(1), "/", refused)],
        Night::Quiet | Night::Faulty => Vec::new(),
    };
    let simulator = simulator_with(&estate, Options { faults, ..Options::default() }).await;
    let credentials = ["SK0001", "AC0002", "AC0003"].map(|user| credential(&estate, user));
    let mut audit = Audit::scan(&simulator);
    if let Some(before) = before {
        // Scans are named by the second.
        std::thread::sleep(Duration::from_millis(1100));
        audit = audit.inside(before);
    }
    let audit = audit
        .credentials(&credentials.iter().collect::<Vec<_>>())
        .declared(&(in_order::declared(CLINICS) + declared_besides))
        .args(options);
    (audit, simulator)
}

fn resources(which: Night, place: usize) -> Value {
    match which {
        Night::Quiet | Night::Blind => json!({}),
        Night::Faulty => json!({"api/IncomingPhoneNumbers": [{
            "sid": number(place), "phone_number": format!("+1202555010{place}"),
            "voice_url": format!("http://hooks-{place}.clinic.example/v"),
        }]}),
    }
}
