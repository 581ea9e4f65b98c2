//! A plan of changes: what `fix plan` writes, people review, and `fix apply` reads again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Finding, Placeholders, Region, Risk, Severity, WriteCall};

/// The form of a plan. It changes whenever a reader would have to.
pub const PLAN_FORMAT: u32 = 1;

/// What would be changed to mend findings of one scan, and what no program can mend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixPlan {
    /// The form of this file.
    pub format: u32,
    /// The program and its version.
    pub made_by: String,
    /// When it was made, RFC 3339 UTC.
    pub made_at: String,
    /// The scan that it rests on; empty for one that rests on none.
    pub scan_id: String,
    /// When that started, RFC 3339 UTC.
    pub scanned_at: String,
    /// Whether it could assess everything.
    pub scan_is_complete: bool,
    /// The account that the scan began at.
    pub root_account_sid: String,
    /// The Region.
    pub region: Region,
    /// The changes, in the order in which they are made: safe ones first, deletions last.
    pub steps: Vec<FixStep>,
    /// What has no way back and was not named by `--irreversible`.
    pub refused: Vec<RefusedFix>,
    /// What people must do.
    pub by_hand: Vec<ByHand>,
    /// SHA-256 of this plan with nothing here.
    pub digest: String,
}

/// Which findings something is about, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    /// The findings: two checks may ask for the same change.
    pub finding_ids: Vec<String>,
    /// The check of each.
    pub check_ids: Vec<String>,
    /// The check of the first.
    pub check_id: String,
    /// The good state.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether PHI must not go live while it stands.
    pub blocks_go_live: bool,
    /// The account.
    pub account_sid: String,
    /// Its name.
    pub account_name: String,
    /// The kind of resource; empty where it is about the account.
    pub resource_type: String,
    /// Its SID.
    pub resource_sid: String,
    /// Its name.
    pub resource_name: String,
    /// The field.
    pub field: String,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixStep {
    /// Its place in the plan, from 1.
    pub number: u32,
    /// What it mends.
    pub about: About,
    /// What can happen.
    pub risk: Risk,
    /// What changes for traffic and people.
    pub effect: String,
    /// What is sent.
    pub call: WriteCall,
    /// Where the resource is read before and after.
    pub read_url: String,
    /// The fields that are compared before, and changed where there is a value after.
    pub fields: Vec<FieldChange>,
    /// What refers to the resource, as far as the scan saw.
    pub dependents: Vec<Dependent>,
    /// How it is taken back.
    pub way_back: WayBack,
    /// What stood for the placeholders of the check's call.
    pub with: Placeholders,
    /// The same change for curl.
    pub curl: String,
    /// The same change for Twilio's command line, where it has a command for it.
    pub twilio_cli: Option<String>,
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// Where it stands in the resource, with dots between nested names.
    pub path: String,
    /// The parameter that changes it; nothing where it is only compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What the scan saw there. Anything else by now, and the change is not made.
    pub before: Value,
    /// What stands there afterwards; nothing where it is only compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// Resources of one kind that refer to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependent {
    /// Their kind.
    pub resource_type: String,
    /// How many there are.
    pub count: usize,
    /// Some of them.
    pub examples: Vec<String>,
}

/// How a change is taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum WayBack {
    /// By sending the values from before.
    Restore,
    /// By making it again, with another SID.
    MakeAgain {
        /// What is sent.
        call: WriteCall,
    },
    /// Not at all.
    None,
}

/// A change that has no way back, and that nobody named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedFix {
    /// What it would mend.
    pub about: About,
    /// What would change for traffic and people.
    pub effect: String,
    /// What would be sent.
    pub call: WriteCall,
}

/// What people must do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// What it is about.
    pub about: About,
    /// Why no program does it.
    pub why: String,
    /// What to do, one step after the other.
    pub steps: Vec<String>,
    /// Where to do it or to read about it.
    pub link: String,
}

/// What people decide about a step: each class is confirmed by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepClass {
    /// It only tightens, stops nothing that works, and can be taken back.
    Safe,
    /// It may stop traffic, and can be taken back.
    Disruptive,
    /// It cannot be taken back.
    Irreversible,
}

impl StepClass {
    /// All classes, in the order in which people are asked.
    pub const ALL: [Self; 3] = [Self::Safe, Self::Disruptive, Self::Irreversible];

    /// The word that is typed to confirm it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Disruptive => "disruptive",
            Self::Irreversible => "irreversible",
        }
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Safe => "only tightens, and stops nothing that works",
            Self::Disruptive => "may stop traffic",
            Self::Irreversible => "cannot be taken back",
        }
    }
}

impl FixPlan {
    /// How many steps there are of a class.
    pub fn count(&self, class: StepClass) -> usize {
        self.steps.iter().filter(|step| step.class() == class).count()
    }
}

impl FixStep {
    /// What people decide about it.
    pub fn class(&self) -> StepClass {
        match (&self.way_back, self.risk) {
            (WayBack::None, _) => StepClass::Irreversible,
            (_, Risk::Safe) => StepClass::Safe,
            (_, Risk::Disruptive) => StepClass::Disruptive,
        }
    }
}

impl About {
    /// What a finding is about.
    pub fn of(finding: &Finding) -> Self {
        Self {
            finding_ids: vec![finding.finding_id.clone()],
            check_ids: vec![finding.check_id.clone()],
            check_id: finding.check_id.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            blocks_go_live: finding.blocks_go_live,
            account_sid: finding.account_sid.clone(),
            account_name: finding.account_name.clone(),
            resource_type: finding.resource_type.clone(),
            resource_sid: finding.resource_sid.clone(),
            resource_name: finding.resource_name.clone(),
            field: finding.field.clone(),
        }
    }

    /// The resource in words, or the account where it is about that.
    pub fn subject(&self) -> String {
        let (kind, sid) = (self.resource_type.replace('_', " "), &self.resource_sid);
        match (kind.as_str(), self.resource_name.as_str()) {
            ("" | "account", _) => format!("account {}", self.account_sid),
            (kind, "") => format!("{kind} {sid}"),
            (kind, name) if name == sid => format!("{kind} {sid}"),
            (kind, name) if sid.is_empty() => format!("{kind} {name}"),
            (kind, name) => format!("{kind} {name} ({sid})"),
        }
    }
}
