//! A first `audit.toml`, from what an account tree shows. What was merely seen is not approved by being written
//! down: accounts are declared as carrying PHI, and keys and hosts stand there as comments.

use std::fmt::Write as _;

use jiff::civil::Date;

/// What was seen of an account tree.
#[derive(Debug, Default)]
pub struct Draft {
    /// Whether it is the built-in demonstration, whose `audit.toml` is built in too.
    pub is_demo: bool,
    /// The accounts, parent first.
    pub accounts: Vec<DraftAccount>,
    /// The keys, by account.
    pub keys: Vec<DraftKey>,
    /// The hosts that Twilio sends data to.
    pub hosts: Vec<DraftHost>,
    /// What could not be read, by account.
    pub unread: Vec<DraftGap>,
}

/// Lists of an account that could not be read.
#[derive(Debug)]
pub struct DraftGap {
    /// The name of the account.
    pub account: String,
    /// How many lists.
    pub lists: u64,
}

/// An account as it was seen.
#[derive(Debug)]
pub struct DraftAccount {
    /// `AC…`.
    pub sid: String,
    /// Its name.
    pub name: String,
    /// Whether it is a parent of others.
    pub is_management: bool,
    /// Whether it is suspended or closed.
    pub is_active: bool,
}

/// A key as it was seen.
#[derive(Debug)]
pub struct DraftKey {
    /// `SK…`.
    pub sid: String,
    /// The account it belongs to.
    pub account: String,
    /// Its name.
    pub name: String,
    /// `restricted`, `standard` or `main`, where that is known.
    pub key_type: String,
}

/// A host as it was seen.
#[derive(Debug)]
pub struct DraftHost {
    /// Its name.
    pub host: String,
    /// The accounts that send to it.
    pub accounts: Vec<String>,
    /// How many addresses there are.
    pub addresses: u64,
}

const HEAD: &str = "\
# What was meant. Twilio shows what is; twilio-audit compares the two.
# Every list that is absent means: nothing is allowed. Dates stand without quotes. No secrets in this file.
";

const PAPER: &str = r#"
# The agreement with Twilio.
# [baa]
# executed_on = 2026-01-31
# reviewed_on = 2026-01-31
# counterparty = "Twilio Inc."
# covered_party = "your organization"
# reference = "where the contract is filed"
# document_sha256 = "64 hexadecimal digits"
# covered_products = ["voice", "sms"]          # as in the attachment of your BAA

# Which list of eligible products was compared with what is in use.
# [catalogue]
# eligible_list_version = 2026-06-30
# eligible_list_reviewed_on = 2026-01-31
"#;

const PEOPLE: &str = r#"
# People with access; `twilio_user_sids` are their users in the Organization.
# [[person]]
# id = "p-001"
# twilio_user_sids = ["US…"]
# email = "name@example.org"
"#;

const PROMISES: &str = r#"
# What no API shows, and somebody vouches for.
# [[attestation]]
# id = "hipaa-flag"
# account = "AC…"
# value = "on"
# by = "p-001"
# on = 2026-01-31
# evidence = "screenshot of the Security tab"
# evidence_sha256 = "64 hexadecimal digits"

# Findings that are accepted for a while: at most 180 days.
# [[waiver]]
# check = "key-standard-instead-of-restricted"
# resource = "SK…"
# reason = "why it cannot be mended yet"
# equivalent_measure = "what is done instead"
# approved_by = "p-001"
# expires_on = 2026-06-30
"#;

impl Draft {
    /// The file, written on a day.
    pub fn to_toml(&self, today: Date) -> String {
        let mut toml = format!("#:schema audit.schema.json\n{HEAD}");
        let doctor = if self.is_demo { "twilio-audit doctor --demo" } else { "twilio-audit doctor" };
        self.unread.iter().for_each(|gap| gap.write(doctor, &mut toml));
        let _ = write!(toml, "\nschema_version = 1\n{PAPER}");
        let _ = write!(
            toml,
            "\n# Accounts, as seen on {today}. phi = false says that no PHI is in an account and none passes through it:\n\
             # write it only where you are sure.\n"
        );
        self.accounts.iter().for_each(|account| account.write(&mut toml));
        toml.push_str(PEOPLE);
        if !self.keys.is_empty() {
            toml.push_str(
                "\n# Keys that were seen. Declare those that may exist, with who owns them and what for.\n",
            );
            self.keys.iter().for_each(|key| key.write(&mut toml));
        }
        if !self.hosts.is_empty() {
            toml.push_str(
                "\n# Hosts that Twilio sends data to. Declare those that may receive PHI; operated_by is \"self\" or the\n\
                 # name of a [[vendor]] whose own BAA is declared.\n",
            );
            self.hosts.iter().for_each(|host| host.write(&mut toml));
        }
        toml.push_str(PROMISES);
        toml
    }
}

impl DraftGap {
    fn write(&self, doctor: &str, toml: &mut String) {
        let lists = if self.lists == 1 { "list" } else { "lists" };
        let _ = writeln!(
            toml,
            "# Not read: {} {lists} of {}. What stands there is missing below; `{doctor}` says why.",
            self.lists,
            quoted(&self.account)
        );
    }
}

impl DraftAccount {
    fn write(&self, toml: &mut String) {
        let role = if self.is_management { "management" } else { "workload" };
        let state = if self.is_active { "" } else { "          # suspended or closed" };
        let advice = if self.is_management {
            "          # it should not be: set false once nothing but administration is here"
        } else {
            ""
        };
        let _ = write!(
            toml,
            "\n[[account]]\nsid = {}{state}\nname = {}\nrole = \"{role}\"\nphi = true{advice}\n\
             # environment = \"production\"\n# designated_on = 2026-01-31\n# owner = \"team@example.org\"\n",
            quoted(&self.sid),
            quoted(&self.name)
        );
    }
}

impl DraftKey {
    fn write(&self, toml: &mut String) {
        let kind = if self.key_type.is_empty() { "of unknown type" } else { &self.key_type };
        let _ = write!(
            toml,
            "\n# [[key]]                              # {}, {kind}\n# sid = {}\n# account = {}\n# owner = \"p-001\"\n\
             # purpose = \"what it is for\"\n",
            quoted(&self.name),
            quoted(&self.sid),
            quoted(&self.account)
        );
    }
}

impl DraftHost {
    fn write(&self, toml: &mut String) {
        let accounts: Vec<String> = self.accounts.iter().map(|account| quoted(account)).collect();
        let addresses = if self.addresses == 1 { "address" } else { "addresses" };
        let _ = write!(
            toml,
            "\n# [[webhook_host]]                     # {} {addresses}\n# pattern = {}\n# accounts = [{}]\n\
             # operated_by = \"self\"\n",
            self.addresses,
            quoted(&self.host),
            accounts.join(", ")
        );
    }
}

/// A text as a basic string of TOML, which is escaped like one of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::Intent;

    #[test]
    fn a_draft_declares_accounts_and_approves_nothing() {
        let account = "AC00000000000000000000000000000001".to_owned();
        let key = "SK00000000000000000000000000000001".to_owned();
        let draft = Draft {
            is_demo: false,
            accounts: vec![DraftAccount {
                sid: account.clone(),
                name: "Quotes \" and\nlines".to_owned(),
                is_management: true,
                is_active: false,
            }],
            keys: vec![DraftKey {
                sid: key,
                account: account.clone(),
                name: "line\n[[key]]".to_owned(),
                key_type: String::new(),
            }],
            hosts: vec![DraftHost {
                host: "hooks.example".to_owned(),
                accounts: vec![account],
                addresses: 1,
            }],
            unread: vec![DraftGap { account: "Ward\nphi = false".to_owned(), lists: 2 }],
        };
        let intent = Intent::parse(&draft.to_toml("2026-11-23".parse().unwrap()), "audit.toml").unwrap();
        assert_eq!(intent.account.len(), 1);
        assert_eq!(intent.account[0].name.as_deref(), Some("Quotes \" and\nlines"));
        assert_eq!(intent.account[0].phi, Some(true));
        assert!(intent.key.is_empty() && intent.webhook_host.is_empty() && intent.waiver.is_empty());
    }
}
