//! What a check says about one thing.

use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Change, Severity};

/// The five answers of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Evidence and declarations read, rule broken; also where what the rule wants attested or declared is not.
    Fail,
    /// A person must answer or attest.
    Manual,
    /// Evidence is missing.
    NotAssessed,
    /// Evidence read, rule met.
    Pass,
    /// There is nothing to judge, and that absence was read.
    NotApplicable,
}

impl Outcome {
    /// All outcomes, the ones to act on first.
    pub const ALL: [Self; 5] = [Self::Fail, Self::Manual, Self::NotAssessed, Self::Pass, Self::NotApplicable];

    /// The word used in files and in queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::NotAssessed => "not_assessed",
            Self::Pass => "pass",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The outcome of the given word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.as_str() == word)
    }

    /// Whether a reviewer has something to do about it.
    pub const fn needs_action(self) -> bool {
        matches!(self, Self::Fail | Self::Manual | Self::NotAssessed)
    }

    /// Whether it may be claimed only where everything was read.
    pub const fn needs_complete_evidence(self) -> bool {
        matches!(self, Self::Pass | Self::NotApplicable | Self::NotAssessed)
    }
}

/// One outcome for one (check, account, resource, field). Its fields are the columns of
/// `findings.csv`, without those that are the same for the whole scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Stable identity: the same thing found again has the same, whatever it is called by then.
    pub finding_id: String,
    /// Against the previous scan; empty in scans of a part.
    pub change: Change,
    /// The answer.
    pub outcome: Outcome,
    /// Whether a valid waiver covers it.
    pub waived: bool,
    /// How bad it is, or would be.
    pub severity: Severity,
    /// Whether PHI must not go live while this stands.
    pub blocks_go_live: bool,
    /// The check, for example `webhook-http`.
    pub check_id: String,
    /// The good state.
    pub title: String,
    /// The family of the check.
    pub family: String,
    /// The account that is judged.
    pub account_sid: String,
    /// Its name.
    pub account_name: String,
    /// Whether it carries PHI, or must be taken to.
    pub phi: bool,
    /// The declared environment; empty where none is declared.
    pub environment: String,
    /// The Twilio product; empty where the finding is about none in particular.
    pub product: String,
    /// The kind of the resource; empty for a finding about the account.
    pub resource_type: String,
    /// Its SID.
    pub resource_sid: String,
    /// Its name.
    pub resource_name: String,
    /// The field of the resource.
    pub field: String,
    /// What is wrong, or why it could not be judged.
    pub reason: String,
    /// What was seen, as (name, value).
    pub evidence: Vec<(String, String)>,
    /// What to do.
    pub remediation: String,
    /// The API call that mends it; empty where there is none.
    pub fix_command: String,
    /// Where to do it in the Twilio Console; empty where not known for certain.
    pub console_url: String,
    /// Paragraphs of 45 CFR.
    pub citations: Vec<String>,
    /// Where the rule comes from.
    pub sources: Vec<String>,
    /// When it was first seen, RFC 3339 UTC.
    pub first_seen: String,
    /// When it was last seen, RFC 3339 UTC.
    pub last_seen: String,
    /// Who is declared to own the resource or the account.
    pub owner: String,
}

impl Finding {
    /// What it looks like, see [`super::as_seen`].
    pub fn as_seen(&self) -> String {
        super::as_seen(self.outcome, self.severity, &self.evidence)
    }

    /// Whether it stands against going live, or did if nobody accepted it.
    pub const fn is_blocker(&self) -> bool {
        self.blocks_go_live && self.outcome.needs_action()
    }

    /// Whether it stands against going live: it blocks, needs action and is not waived.
    pub const fn is_open_blocker(&self) -> bool {
        self.is_blocker() && !self.waived
    }

    /// What the resource is called: its name, or its SID where it has none.
    pub fn resource(&self) -> &str {
        if self.resource_name.is_empty() { &self.resource_sid } else { &self.resource_name }
    }

    /// Why it is what it is; the good state, where no reason is given.
    pub fn reason_or_title(&self) -> &str {
        if self.reason.is_empty() { &self.title } else { &self.reason }
    }

    /// What was seen, each thing as `name: value`.
    pub fn seen(&self) -> Vec<String> {
        self.evidence.iter().map(|(name, value)| format!("{name}: {value}")).collect()
    }
}

/// The findings of a scan, wherever they are kept. There may be more of them than memory holds, so they are handed over
/// one by one.
pub trait Findings {
    /// Hands over each, in report order: blockers first, then by severity, account, check and resource.
    ///
    /// # Errors
    ///
    /// When they cannot be read, and whatever `act` returns.
    fn each(&self, act: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()>;

    /// Hands over each finding of one account, in the same order. Where nothing better is done, all are looked through.
    ///
    /// # Errors
    ///
    /// As those of [`each`](Findings::each).
    fn each_of(&self, account_sid: &str, act: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        self.each(&mut |finding| if finding.account_sid == account_sid { act(finding) } else { Ok(()) })
    }
}
