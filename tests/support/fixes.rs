//! Every `[[fix]]` of the built-in checks, for every kind and field that it may be asked to mend.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::sync::LazyLock;

use twilio_audit::audit::{Check, built_in};
use twilio_audit::catalogue::{self, Column, Keep, Kind};
use twilio_audit::model::{Fix, Placeholders, WriteCall, placeholders};

static CHECKS: LazyLock<Vec<Check>> = LazyLock::new(|| built_in().unwrap());

/// How SIDs begin that are sent as a value; of the others only that they are SIDs matters.
const PREFIXES: &[(&str, &str)] = &[("messaging_service_channel_sender", "XE")];

/// The URL that every field holds.
pub const URL: &str = "http://hooks.example/x";

/// A block, with what it is asked to mend.
#[derive(Clone, Copy)]
pub struct Case {
    pub check: &'static Check,
    pub fix: &'static Fix,
    pub kind: &'static Kind,
    pub field: &'static str,
}

/// Every block for every field.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for check in CHECKS.iter() {
        for fix in &check.fixes {
            let name = fix.resource_type.as_ref().unwrap_or(&check.subject);
            let kind = catalogue::kind(name).unwrap_or_else(|| panic!("{}: no kind {name}", check.id));
            let of_field = |field| Case { check, fix, kind, field };
            cases.extend(fields(fix, kind).into_iter().map(of_field));
        }
    }
    cases
}

/// Every built-in check.
pub fn checks() -> &'static [Check] {
    &CHECKS
}

/// The fields that a block may be asked to mend: its own, or each address of the kind where the field matters.
fn fields(fix: &'static Fix, kind: &'static Kind) -> Vec<&'static str> {
    let matters = names(fix).into_iter().any(|name| ["field", "Field", "https"].contains(&name));
    match &fix.field {
        Some(field) => vec![field],
        None if matters => {
            let urls = kind.columns.iter().filter(|column| column.keep == Keep::Url);
            urls.map(|column| column.name).collect()
        }
        None => vec![""],
    }
}

/// The placeholders of a block.
pub fn names(fix: &Fix) -> Vec<&str> {
    let form = fix.form.iter().chain(fix.undo.iter().flat_map(|undo| &undo.form));
    let form = form.flat_map(|(name, values)| values.each().iter().chain([name]));
    let urls = [Some(&fix.url), fix.read_url.as_ref(), fix.undo.as_ref().map(|undo| &undo.url)];
    let all = urls.into_iter().flatten().chain(form).chain(fix.reads.iter().flat_map(|(k, v)| [k, v]));
    all.flat_map(|text| placeholders(text)).collect()
}

impl Case {
    /// How failures call it.
    pub fn name(&self) -> String {
        format!("{} ({} {})", self.check.id, self.kind.name, self.field)
    }

    /// What stands for the placeholders; each SID ends with its own letters.
    pub fn with(&self, account: &str) -> Placeholders {
        let prefix =
            PREFIXES.iter().find(|(kind, _)| *kind == self.kind.name).map_or("XX", |(_, prefix)| prefix);
        let sid = |prefix: &str, letter: &str| format!("{prefix}{}", letter.repeat(32));
        let columns = self.kind.columns.iter().map(|column| (column.name, example(column)));
        let known = [
            ("account_sid", account.to_owned()),
            ("resource_sid", sid(prefix, "b")),
            ("parent_sid", sid("XX", "c")),
            ("field", self.field.to_owned()),
        ];
        columns.chain(known).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What is sent.
    pub fn call(&self, account: &str) -> WriteCall {
        self.fix.fill(&self.with(account)).unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }

    /// The address without its placeholders filled, where the resource is read.
    pub fn read_url(&self) -> &'static str {
        self.fix.read_url.as_ref().unwrap_or(&self.fix.url)
    }

    /// Where the values of the parameters stand in the resource.
    pub fn paths(&self, account: &str) -> Vec<String> {
        let with = self.with(account);
        let parameters = self.call(account).form;
        parameters.iter().map(|(name, _)| self.fix.path_of(name, &with).unwrap()).collect()
    }

    /// The column that holds what stands there.
    pub fn column(&self, path: &str) -> Option<&'static Column> {
        self.kind.columns.iter().find(|column| column.path == path)
    }
}

fn example(column: &Column) -> String {
    match column.keep {
        Keep::Url => URL.to_owned(),
        Keep::Bool | Keep::Int => "1".to_owned(),
        _ => "example".to_owned(),
    }
}
