//! What the credentials of an audit can read, as learnt before a scan.

use serde::Serialize;

use super::{CoverageStatus, Purpose, Region, Share};

/// Everything that was learnt.
#[derive(Debug, Clone, Serialize)]
pub struct Examination {
    /// The version of this program.
    pub tool_version: String,
    /// The Region that was asked.
    pub region: Region,
    /// How many seconds this machine's clock is ahead of Twilio's; nothing where no answer told the time.
    pub clock_ahead_seconds: Option<i64>,
    /// Whether all subaccounts are known.
    pub tree_is_known: bool,
    /// Sentences that the reader must see.
    pub notices: Vec<String>,
    /// One sentence for each credential that could not be used.
    pub unusable_credentials: Vec<String>,
    /// The accounts, the parent first.
    pub accounts: Vec<ExaminedAccount>,
    /// The Organization's app, where one was supplied and the chosen checks read what it reads.
    pub organization: Option<ExaminedOrganization>,
}

/// What was learnt of the Organization's app.
#[derive(Debug, Clone, Serialize)]
pub struct ExaminedOrganization {
    /// The Organization.
    pub organization_sid: String,
    /// Its app.
    pub credential: HeldCredential,
    /// What its host answered.
    pub hosts: Vec<ExaminedHost>,
}

/// What was learnt of one account.
#[derive(Debug, Clone, Serialize)]
pub struct ExaminedAccount {
    /// Its SID.
    pub account_sid: String,
    /// Its name, or its SID where no name could be read.
    pub account_name: String,
    /// Whether it is the parent of the tree.
    pub is_parent: bool,
    /// Whether it works: anything but suspended and closed.
    pub active: bool,
    /// The Region where it is at home, where Twilio told it.
    pub home_region: Option<Region>,
    /// Its own credential; without one only the parent's Auth Token may reach it.
    pub credential: Option<HeldCredential>,
    /// What each host answered.
    pub hosts: Vec<ExaminedHost>,
    /// Of the kinds that a scan requires of it, those that would be read, and all of them.
    pub required: Share,
    /// What the chosen checks would lack.
    pub lacks: Vec<Lack>,
    /// Whether it is told for certain: the policy of a key or app that may not read it is unknown.
    pub lacks_are_certain: bool,
    /// The weakest credential that would read as much of what is needed, where the one in use is stronger.
    pub would_do: Option<&'static str>,
}

/// A credential in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldCredential {
    /// Where it was found: `credentials.toml:7`.
    pub place: String,
    /// The user name or client id.
    pub user: String,
    /// Its kind, in the word of `coverage.csv`.
    pub kind: &'static str,
    /// Whether it was taken from the parent's list of accounts, on request.
    pub is_derived: bool,
}

/// What one host answered to one small request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExaminedHost {
    /// The label before `.twilio.com`.
    pub host: &'static str,
    /// The kind that was asked for.
    pub asked_for: &'static str,
    /// What a scan would note.
    pub status: CoverageStatus,
    /// The HTTP status, where there was an answer.
    pub http_status: Option<u16>,
    /// Twilio's error code, where the answer named one.
    pub twilio_code: Option<u32>,
    /// The permission that Twilio says is missing.
    pub missing_permission: Option<String>,
    /// In words, why it was not answered.
    pub reason: String,
}

/// Kinds that could not be read, and what would close the gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lack {
    /// What would close it.
    pub remedy: Remedy,
    /// The weightiest purpose of what is missing.
    pub purpose: Purpose,
    /// The permissions, where those close it.
    pub permissions: Vec<&'static str>,
    /// The kinds.
    pub kinds: Vec<&'static str>,
}

/// What would close a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Permissions for the key or app.
    Grant,
    /// A Standard key: no permission is known.
    StandardKey,
    /// A Main key or the Auth Token: it is about accounts or keys.
    MainKey,
    /// A credential of the account.
    Credential,
    /// An OAuth app of the Organization.
    OrganizationApp,
}

impl ExaminedOrganization {
    /// Whether its app may read what it was asked for.
    pub fn is_let_in(&self) -> bool {
        self.hosts.iter().all(|host| host.status.is_conclusive())
    }
}

impl Examination {
    /// What is required of all active accounts, counted as a scan counts it.
    pub fn required(&self) -> Share {
        let active = self.accounts.iter().filter(|account| account.active).map(|account| account.required);
        active.fold(Share::default(), |all, one| Share { read: all.read + one.read, of: all.of + one.of })
    }

    /// Whether a scan with these credentials would read all that the chosen checks need.
    pub fn is_sufficient(&self) -> bool {
        let answered = |host: &ExaminedHost| host.status.is_conclusive();
        let whole = |account: &ExaminedAccount| {
            account.lacks.is_empty() && account.lacks_are_certain && account.hosts.iter().all(answered)
        };
        self.tree_is_known
            && self.organization.as_ref().is_none_or(ExaminedOrganization::is_let_in)
            && self.unusable_credentials.is_empty()
            && self.accounts.iter().filter(|account| account.active).all(whole)
    }
}
