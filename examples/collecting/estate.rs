//! Made-up accounts for the simulator, and the files of credentials for them.

use std::fs::{File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use twilio_audit::simulator::{Credential, Estate};

/// A parent and so many subaccounts, each with twenty resources.
pub(crate) fn estate(subaccounts: usize) -> Result<Estate> {
    let accounts: Vec<Value> = (0..=subaccounts).map(account).collect();
    Ok(Estate::from_json(&json!({ "accounts": accounts }).to_string())?)
}

fn account(place: usize) -> Value {
    json!({
        "sid": format!("AC{place:04x}"), "owner": "AC0000", "name": format!("Account {place}"), "days_ago": 400,
        "resources": {
            "api/IncomingPhoneNumbers": (0..10).map(|number| phone_number(place, number)).collect::<Vec<_>>(),
            "api/Applications": (0..5).map(|number| json!({
                "friendly_name": format!("app {number}"),
                "voice_url": address(place, number, "voice"), "sms_url": address(place, number, "sms"),
            })).collect::<Vec<_>>(),
            "api/Queues": (0..3).map(|number| json!({"friendly_name": format!("queue {number}")})).collect::<Vec<_>>(),
            "api/OutgoingCallerIds": (0..2).map(|number| json!({
                "phone_number": format!("+1206{place:05}{number:02}"), "friendly_name": "front desk",
            })).collect::<Vec<_>>(),
        },
    })
}

fn phone_number(place: usize, number: usize) -> Value {
    json!({
        "phone_number": format!("+1202{place:05}{number:02}"), "friendly_name": format!("line {number}"),
        "voice_url": address(place, number, "voice"), "sms_url": address(place, number, "sms"),
        "status_callback": address(place, number, "status"),
    })
}

/// An address of the account's own host; one in ten is plain http.
fn address(place: usize, number: usize, what: &str) -> String {
    let scheme = if number == 9 { "http" } else { "https" };
    format!("{scheme}://a{place}.clinic.example/{what}/{number}")
}

/// Whose credentials a scan is given.
#[derive(Clone, Copy)]
pub(crate) enum Whose {
    /// The parent's Auth Token; those of the subaccounts are taken from its account list.
    Parents,
    /// The Auth Token of every account.
    Everybodys,
}

impl Whose {
    /// Writes a file of credentials.
    pub(crate) fn write(self, all: &[Credential], path: &Path) -> Result<()> {
        let many = if matches!(self, Self::Parents) { 1 } else { all.len() };
        let mut file = File::create(path)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        for one in all.iter().filter(|one| one.kind == "auth_token").take(many) {
            writeln!(file, "[[credential]]\naccount = \"{}\"\nsecret = \"{}\"", one.account, one.secret)?;
        }
        Ok(())
    }

    /// The option that goes with it.
    pub(crate) const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Parents => &["--derive-subaccount-tokens"],
            Self::Everybodys => &[],
        }
    }
}

/// Checks for which a scan reads kinds that Twilio's Python library can list too: `list_all.py` lists the same.
pub(crate) const FEW_CHECKS: &[&str] = &[
    "environments-mixed",
    "inactive-account-retains-data",
    "key-age-exceeds-maximum",
    "label-may-carry-phi",
    "number-without-handler",
    "sip-domain-without-auth",
    "trunk-transfer-open",
    "verify-name-reveals-care",
];
