//! An estate in order: a parent that carries no PHI, and clinics below it that are ready as long as nothing is put into
//! them.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use jiff::{Span, Zoned};
use serde_json::{Value, json};

/// The SID of a clinic, by its place, in its short form.
pub fn clinic(place: usize) -> String {
    format!("AC{:04x}", place + 2)
}

/// The parent, and a clinic for each of the resources.
pub fn estate(clinics: &[Value]) -> Value {
    let parent = json!({"sid": "AC0001", "name": "Management", "days_ago": 900,
        "keys": [{"sid": "SK0001", "kind": "main", "name": "audit", "days_ago": 20}]});
    let clinics = clinics.iter().enumerate().map(|(place, resources)| {
        let name = if place == 0 { "Production".to_owned() } else { format!("Production {}", place + 1) };
        json!({"sid": clinic(place), "name": name, "owner": "AC0001", "days_ago": 10, "resources": resources})
    });
    json!({"accounts": std::iter::once(parent).chain(clinics).collect::<Vec<_>>()})
}

fn day(ago: i64) -> jiff::civil::Date {
    Zoned::now().date().checked_sub(Span::new().days(ago)).unwrap()
}

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn attestation(id: &str, account: &str, value: &str) -> String {
    let account = if account.is_empty() { String::new() } else { format!("account = \"{account}\"\n") };
    format!(
        "[[attestation]]\nid = \"{id}\"\n{account}value = \"{value}\"\nby = \"p-1\"\non = {}\n\
         evidence = \"screenshot\"\nevidence_sha256 = \"{HASH}\"\n\n",
        day(5)
    )
}

/// What is declared: everything that nobody but a person can say.
pub fn declared(clinics: usize) -> String {
    let mut text = format!(
        r#"schema_version = 1
main_keys = ["SK0001"]

[baa]
executed_on = {}
expires_on = {}
reviewed_on = {}
counterparty = "Twilio Inc."
covered_party = "Example Clinic LLC"
reference = "contract 1"
document_sha256 = "{HASH}"
covered_products = ["voice", "sms", "phone_numbers"]

[catalogue]
eligible_list_version = 2026-06-30
eligible_list_reviewed_on = {}

[[account]]
sid = "AC0001"
name = "Management"
role = "management"
phi = false
environment = "management"
designated_on = {}
owner = "a@clinic.example"

[[person]]
id = "p-1"
email = "a@clinic.example"

[[key]]
sid = "SK0001"
account = "AC0001"
owner = "p-1"
purpose = "audit"

"#,
        day(100),
        day(-400),
        day(20),
        day(10),
        day(30),
    );
    text += &attestation("edition", "", "security");
    text += &attestation("console-sso-mfa", "", "enforced");
    text += &attestation("parent-auth-token-sealed", "AC0001", "sealed");
    text += &attestation("hipaa-flag", "AC0001", "on");
    (0..clinics).for_each(|place| text += &declared_clinic(&clinic(place)));
    text
}

fn declared_clinic(account: &str) -> String {
    let mut text = format!(
        r#"[[account]]
sid = "{account}"
name = "Production"
role = "workload"
phi = true
environment = "production"
designated_on = {}
owner = "a@clinic.example"
recording_allowed = false

"#,
        day(9)
    );
    for id in ["hipaa-flag", "voice-media-http-auth", "mms-media-http-auth"] {
        text += &attestation(id, account, "on");
    }
    text
}
