//! The file of a check: metadata, one query, examples.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Scope;
use super::check_file::{CheckError, CheckFile};
use super::citation::{Duty, citation};
use crate::intent::{NEVER_WAIVED, attestation_rule};
use crate::model::{Fix, Method, Rule, Settlement, Severity};
use crate::parallel;

/// Every check file of this build, as (path, content), in the order of their paths.
pub static CHECK_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/check_files.rs"));

/// A rule: metadata, one query, and the examples that prove it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name, for example `webhook-http`; also the name of its file.
    pub id: String,
    /// The good state, as a sentence without a full stop.
    pub title: String,
    /// The group it belongs to; also the folder of its file.
    pub family: Family,
    /// How bad a fault is where a row does not say otherwise.
    pub severity: Severity,
    /// Whether PHI must not go live while it is not met.
    #[serde(default)]
    pub blocks_go_live: bool,
    /// Where it does not block: what Twilio, or the BAA with it, makes a condition of PHI here.
    #[serde(default)]
    pub condition: String,
    /// The accounts that are judged.
    pub scope: Scope,
    /// The kind or view that is judged, one row each.
    pub subject: String,
    /// The product it is about, where the subject does not tell.
    #[serde(default)]
    pub product: String,
    /// Whether a row is judged by rows of other accounts: a pass then needs the evidence of all.
    #[serde(default)]
    pub compares_accounts: bool,
    /// Tables whose absence does not void a pass.
    #[serde(default)]
    pub corroborates: Vec<String>,
    /// Whether the operator may accept a fault for a while.
    #[serde(default = "yes")]
    pub waivable: bool,
    /// The attestations that settle its findings.
    #[serde(default)]
    pub settled_by: Vec<Settlement>,
    /// One row per thing judged; see `docs/writing-checks.md`.
    pub query: String,
    /// What can happen.
    pub risk: String,
    /// What to do, in the Console and by API.
    pub remediation: String,
    /// The calls that mend it, where there are any: the first that fits a finding is its.
    #[serde(default, rename = "fix")]
    pub fixes: Vec<Fix>,
    /// Why no call mends it, where that is so.
    #[serde(default)]
    pub no_fix: String,
    /// Paragraphs of 45 CFR.
    pub citations: Vec<String>,
    /// Public pages that the rule comes from.
    pub sources: Vec<String>,
    /// When the rule was last held against its sources.
    #[serde(deserialize_with = "date")]
    pub verified_on: jiff::civil::Date,
    /// Its proof.
    #[serde(default, rename = "example")]
    pub examples: Vec<Example>,
    /// Where it stands.
    #[serde(skip)]
    pub(super) file: CheckFile,
}

/// The groups of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[value(rename_all = "kebab-case")]
pub enum Family {
    /// Keys, tokens, connect apps, roles.
    LeastPrivilege,
    /// What keeps accounts apart.
    SubaccountIsolation,
    /// Whether the paper covers what runs.
    BaaCoverage,
    /// Transport, media, storage, labels, exports.
    PhiHandling,
    /// Events, exports, triggers.
    AuditLogging,
    /// SIP, trunks, geography, numbers.
    NetworkAndTelephony,
    /// Facts that no API shows.
    Attestation,
}

impl Family {
    /// The word used in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeastPrivilege => "least-privilege",
            Self::SubaccountIsolation => "subaccount-isolation",
            Self::BaaCoverage => "baa-coverage",
            Self::PhiHandling => "phi-handling",
            Self::AuditLogging => "audit-logging",
            Self::NetworkAndTelephony => "network-and-telephony",
            Self::Attestation => "attestation",
        }
    }
}

/// Rows, and the outcome that each of them should get.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Rows by table; under `intent`, a document in the shape of `audit.toml`. Identifiers may be
    /// short (`PN1`): they are filled up with zeros.
    #[serde(default)]
    pub given: toml::Table,
    /// Tables that could not be read.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Outcomes by resource SID, or `SID/field`, or account SID. `fail:high` also names the severity.
    pub expect: BTreeMap<String, String>,
}

impl Check {
    /// Reads a check file; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// When the file is not what a check file must be; the error points into it.
    pub fn parse(name: &str, content: &str) -> Result<Self, CheckError> {
        let file = CheckFile::new(name, content);
        let mut check: Self =
            toml::from_str(content).map_err(|error| file.error(error.span(), error.message()))?;
        check.validate().map_err(|(key, problem)| file.error(file.key(key), problem))?;
        check.file = file;
        Ok(check)
    }

    /// The name of its file, as it was read.
    pub fn file_name(&self) -> &str {
        &self.file.name
    }

    /// The notes at the head of its file, without their signs; why it is as it is.
    pub fn notes(&self) -> String {
        let head = self.file.content.lines().map_while(|line| line.strip_prefix('#'));
        head.map(str::trim).collect::<Vec<_>>().join("\n")
    }

    /// The content of its file.
    pub fn file_content(&self) -> &str {
        &self.file.content
    }

    /// Whether another measure may replace all that it asks for: it cites nothing but addressable specifications and the
    /// standards that these implement.
    pub fn is_addressable(&self) -> bool {
        let cited = || self.citations.iter().map(String::as_str);
        let is = |paragraph: &str, duty| citation(paragraph).is_some_and(|known| known.duty == duty);
        let addressable = || cited().filter(|paragraph| is(paragraph, Duty::Addressable));
        // 164.312(e)(1) is the standard of 164.312(e)(2)(ii), and 164.308(a)(4)(i) that of 164.308(a)(4)(ii)(B).
        let is_implemented = |standard: &str| {
            let of = standard.strip_suffix("(1)").or_else(|| standard.strip_suffix("(i)"));
            is(standard, Duty::Standard) && of.is_some_and(|of| addressable().any(|one| one.starts_with(of)))
        };
        addressable().next().is_some() && cited().all(|one| is(one, Duty::Addressable) || is_implemented(one))
    }

    /// What the reports tell of it.
    pub fn rule(&self) -> Rule {
        Rule {
            id: self.id.clone(),
            title: self.title.clone(),
            family: self.family.as_str().to_owned(),
            severity: self.severity,
            blocks_go_live: self.blocks_go_live,
            condition: self.condition.trim().to_owned(),
            speaks_for_the_tree: self.scope.speaks_for_the_tree(),
            waivable: self.waivable && !NEVER_WAIVED.contains(&self.id.as_str()),
            addressable: self.is_addressable(),
            risk: self.risk.trim().to_owned(),
            remediation: self.remediation.trim().to_owned(),
            citations: self.citations.clone(),
            sources: self.sources.clone(),
            verified_on: self.verified_on.to_string(),
            settled_by: self.settled_by.clone(),
        }
    }

    /// The first thing wrong with it, as (the key that it is about, the problem).
    fn validate(&self) -> Result<(), (&'static str, String)> {
        let id_is_plain = self.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if self.id.is_empty() || !id_is_plain {
            return Err(("id", "the id may hold lower-case letters, digits and hyphens".to_owned()));
        }
        for (name, text) in [("title", &self.title), ("risk", &self.risk), ("remediation", &self.remediation)]
        {
            if text.trim().is_empty() {
                return Err((name, format!("`{name}` must say something")));
            }
        }
        for (name, list) in [("citations", &self.citations), ("sources", &self.sources)] {
            if list.is_empty() {
                return Err((name, format!("`{name}` must name at least one")));
            }
        }
        if self.blocks_go_live && !self.condition.is_empty() {
            return Err(("condition", "what blocks is named on the statement anyway".to_owned()));
        }
        let unknown = self.settled_by.iter().find(|by| attestation_rule(&by.attestation).is_none());
        if let Some(unknown) = unknown {
            return Err(("id", format!("`settled_by`: there is no attestation `{}`", unknown.attestation)));
        }
        self.fixes
            .iter()
            .try_for_each(|fix| problem_of(fix).map_or(Ok(()), |problem| Err(("[[fix]]", problem))))
    }

    /// The call that mends a finding about this.
    pub fn fix_for(&self, resource_type: &str, field: &str) -> Option<&Fix> {
        self.fixes.iter().find(|fix| fix.fits(resource_type, field))
    }
}

/// What is wrong with a `[[fix]]`.
fn problem_of(fix: &Fix) -> Option<String> {
    let addresses = [Some(&fix.url), fix.read_url.as_ref(), fix.undo.as_ref().map(|undo| &undo.url)];
    let elsewhere = addresses.into_iter().flatten().find(|address| !is_at_twilio(address));
    if let Some(address) = elsewhere {
        return Some(format!("`[[fix]]`: `{address}` is no https address of a host at twilio.com"));
    }
    if fix.effect.trim().is_empty() {
        return Some("`[[fix]]`: `effect` must say what changes".to_owned());
    }
    let says = match fix.method {
        Method::Post if fix.undo.is_some() => {
            "a POST is undone with the values from before: leave out `undo`"
        }
        Method::Post if fix.form.is_empty() => "a POST changes something: name it in `form`",
        Method::Delete if fix.irreversible => "a DELETE without `undo` is irreversible: leave that out",
        _ => return None,
    };
    Some(format!("`[[fix]]`: {says}"))
}

/// Whether an address with placeholders is certain to lead to Twilio.
fn is_at_twilio(address: &str) -> bool {
    let host = address.strip_prefix("https://").and_then(|rest| rest.split_once('/')).map(|(host, _)| host);
    let is_plain = |label: &str| label.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'.');
    host.and_then(|host| host.strip_suffix(".twilio.com")).is_some_and(is_plain)
}

/// All checks of this build.
///
/// # Errors
///
/// When one of them is malformed. A test keeps that from shipping.
pub fn built_in() -> Result<Vec<Check>, CheckError> {
    let parse = |(): &mut (), (file, content): &(&str, &str)| Check::parse(file, content);
    parallel::map_with(CHECK_FILES, || (), parse).into_iter().collect()
}

const fn yes() -> bool {
    true
}

fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<jiff::civil::Date, D::Error> {
    let written = toml::value::Datetime::deserialize(deserializer)?;
    written.to_string().parse().map_err(serde::de::Error::custom)
}
