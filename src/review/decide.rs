//! From the four cells that a reviewer fills to what they decide, by the rules of `audit.toml`: every problem at once.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::dates::{NoDay, Order, read};
use super::{Refusal, Row};
use crate::intent::{
    Attestation, AttestationScope, Day, Decision, Fixed, Value, WAIVER_MAX_DAYS, Waiver, attestation_rule,
    is_host, says_nothing, secret_in,
};
use crate::model::{AccountSid, CONTRADICTED, Finding, Outcome, Rule, Settlement};

/// What can be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The fault is accepted for a while.
    Accept,
    /// There is no fault.
    FalsePositive,
    /// It is mended, says somebody.
    Fixed,
    /// Somebody vouches for what no API shows.
    Attest,
}

/// A decision that keeps all rules.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The row that it stands in.
    pub row: usize,
    /// The finding.
    pub finding: String,
    /// Its check.
    pub check: String,
    /// Whether it blocks going live as long as it is not decided.
    pub blocks_go_live: bool,
    /// What was decided.
    pub word: Word,
    /// The last day, or the day on which it is over; `fixed` has none.
    pub until: Option<Date>,
    /// Who decided it.
    pub by: String,
    /// What it becomes.
    pub entry: Entry,
    /// The attestation that settles the finding, as it would be written, whatever was decided.
    pub(super) attestable: Option<(String, Option<AccountSid>, Option<String>)>,
}

/// What a decision becomes in `reviews.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A `[[waiver]]`.
    Waiver(Waiver),
    /// An `[[attestation]]`.
    Attestation(Attestation),
    /// A `[[fixed]]`.
    Fixed(Fixed),
}

/// Decides on a day.
#[derive(Debug)]
pub struct Judge {
    /// The day.
    pub today: Date,
    /// The day of the scan: what is attested is held against what has changed since.
    pub scanned_on: Date,
    /// The order in which the spreadsheet writes days, once that is known.
    pub order: Option<Order>,
}

/// One row under judgement.
struct Case<'a> {
    row: &'a Row,
    finding: &'a Finding,
    rule: &'a Rule,
    judge: &'a Judge,
    refusals: Vec<Refusal>,
}

/// SHA-256 of an empty file.
const HASH_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const REASON: &str = "decision_reason";
const BY: &str = "decision_by";
const EXPIRES: &str = "decision_expires";

impl Word {
    const ALL: [Self; 4] = [Self::Accept, Self::FalsePositive, Self::Fixed, Self::Attest];

    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::FalsePositive => "false_positive",
            Self::Fixed => "fixed",
            Self::Attest => "attest",
        }
    }
}

impl Judge {
    /// What a row decides of its finding; nothing where it decides nothing.
    ///
    /// # Errors
    ///
    /// Every cell that breaks a rule.
    pub fn decide(&self, row: &Row, finding: &Finding, rule: &Rule) -> Result<Option<Decided>, Vec<Refusal>> {
        if row.cell("decision").is_empty() {
            return Ok(None);
        }
        let mut case = Case { row, finding, rule, judge: self, refusals: Vec::new() };
        match case.decided() {
            Some(decided) if case.refusals.is_empty() => Ok(Some(decided)),
            _ => Err(case.refusals),
        }
    }
}

impl Case<'_> {
    fn refuse(&mut self, column: &'static str, what: impl Into<String>) {
        self.refusals.push(Refusal { row: self.row.number, column, what: what.into() });
    }

    fn decided(&mut self) -> Option<Decided> {
        let word = self.word();
        let reason = self.text(REASON, "say why");
        let by = self.text(BY, "name who decides");
        let word = word?;
        if !self.may_be(word) {
            return None;
        }
        let settlement = self.rule.settlement(self.finding);
        let latest = self.most_days(word, settlement);
        let until = if word == Word::Fixed { None } else { Some(self.end(latest)) };
        let entry = match word {
            Word::Accept => self.waiver(Decision::Accept, reason?, by.clone()?, until??),
            Word::FalsePositive => self.waiver(Decision::FalsePositive, reason?, by.clone()?, until??),
            Word::Fixed => Some(self.fixed(reason?, by.clone()?)),
            Word::Attest => self.attestation(settlement?, reason?, by.clone()?, until??),
        };
        Some(Decided {
            row: self.row.number,
            finding: self.finding.finding_id.clone(),
            check: self.rule.id.clone(),
            blocks_go_live: self.finding.is_open_blocker(),
            word,
            until: until.flatten(),
            by: by?,
            entry: entry?,
            attestable: settlement.map(|by| self.subject(by)),
        })
    }

    fn word(&mut self) -> Option<Word> {
        let written = self.row.cell("decision").to_lowercase();
        let word = Word::ALL.into_iter().find(|word| word.as_str() == written);
        if word.is_none() {
            self.refuse("decision", "write accept, false_positive, fixed or attest, or leave it empty");
        }
        word
    }

    /// A text that must be there, on one line.
    fn text(&mut self, column: &'static str, what: &str) -> Option<String> {
        let text = self.row.cell(column).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            self.refuse(column, format!("it is empty: {what}"));
            return None;
        }
        if text.chars().any(char::is_control) || !text.chars().any(char::is_alphanumeric) {
            self.refuse(column, format!("it says nothing that can be read: {what}"));
            return None;
        }
        if let Some(looks_like) = secret_in(&text) {
            self.refuse(column, format!("this looks like {looks_like}: the file must hold no secrets"));
            return None;
        }
        Some(text)
    }

    /// Whether the finding may be decided like that.
    fn may_be(&mut self, word: Word) -> bool {
        let before = self.refusals.len();
        let (outcome, id) = (self.finding.outcome, &self.rule.id);
        match word {
            _ if !outcome.needs_action() => self.refuse("decision", "the finding needs none: leave it empty"),
            // What a gap in the evidence says of an account is about no kind of resource.
            Word::Accept | Word::FalsePositive
                if outcome == Outcome::NotAssessed || self.finding.resource_type.is_empty() =>
            {
                self.refuse(
                    "decision",
                    "what was not read cannot be accepted: supply a credential that reads it, and scan again",
                )
            }
            Word::Accept | Word::FalsePositive if !self.rule.waivable => {
                self.refuse("decision", format!("`{id}` cannot be waived: mend what it found"));
            }
            Word::Attest => match self.rule.settlement(self.finding) {
                None if self.rule.id == CONTRADICTED => {
                    let renew =
                        format!("renew the attestation `{}` in audit.toml", self.finding.resource_sid);
                    self.refuse("decision", renew);
                }
                None => self.refuse("decision", "no attestation settles this finding"),
                Some(by) if by.value.is_none() => {
                    let what = format!("the attestation `{}` says more than one word", by.attestation);
                    self.refuse("decision", format!("{what}: declare it in audit.toml"));
                }
                Some(by) if self.needs_host(by) && !is_host(&self.finding.resource_sid) => {
                    self.refuse("decision", "an attestation is about one host: declare it in audit.toml");
                }
                Some(_) => {}
            },
            Word::FalsePositive => {
                if let Some(by) = self.rule.settlement(self.finding) {
                    let what =
                        format!("whether it is so, somebody must vouch for: attest `{}`", by.attestation);
                    self.refuse("decision", what);
                }
            }
            Word::Accept | Word::Fixed => {}
        }
        self.refusals.len() == before
    }

    /// For how many days a decision may count, and why no longer.
    fn most_days(&self, word: Word, settlement: Option<&Settlement>) -> (i32, String) {
        let rule = settlement.and_then(|by| attestation_rule(&by.attestation));
        match (word, rule) {
            (Word::Attest, Some(rule)) => {
                (i32::from(rule.max_age_days), format!("the attestation `{}` counts for", rule.id))
            }
            _ => (WAIVER_MAX_DAYS, "a waiver reaches".to_owned()),
        }
    }

    fn end(&mut self, (days, who): (i32, String)) -> Option<Date> {
        let today = self.judge.today;
        let latest = today.saturating_add(days.days());
        let complaint = match read(self.row.cell(EXPIRES), self.judge.order) {
            Ok(day) if day > today && day <= latest => return Some(day),
            Ok(day) if day <= today => {
                format!("{day} is not to come: write a day to come, {latest} at the latest")
            }
            Ok(day) => format!("{day} is too far ahead: {who} {days} days, to {latest}"),
            Err(NoDay::Ambiguous(one, other)) => format!("{one} or {other}? Write it like {one}"),
            Err(NoDay::Unreadable) if self.row.cell(EXPIRES).is_empty() => {
                format!("it is empty: write the day on which the decision ends, {latest} at the latest")
            }
            Err(NoDay::Unreadable) => format!("this is no day: write it like {latest}"),
        };
        self.refuse(EXPIRES, complaint);
        None
    }

    fn waiver(&mut self, decision: Decision, reason: String, by: String, until: Date) -> Option<Entry> {
        let (reason, measure) = without_measure(&reason);
        if says_nothing(&reason) {
            self.refuse(REASON, "say why, before the words `instead:`");
        }
        if decision == Decision::Accept && measure.is_none() {
            self.refuse(
                REASON,
                if self.rule.addressable {
                    "it cites an addressable specification (45 CFR 164.306(d)(3)): say why that is not reasonable here, \
                     and after `instead:` what is done instead"
                } else {
                    "it cites what nothing may replace (45 CFR 164.306(d)(2)): say why it is not met yet, and after \
                     `instead:` what limits the risk until it is"
                },
            );
        }
        Some(Entry::Waiver(Waiver {
            check: self.rule.id.clone(),
            resource: Some(self.finding.resource_sid.clone()).filter(|sid| !sid.is_empty()),
            account: self.account(),
            finding: Some(self.finding.finding_id.clone()),
            as_seen: Some(self.finding.as_seen()),
            decision: Some(decision),
            reason,
            equivalent_measure: measure,
            approved_by: by,
            decided_on: Some(Day(self.judge.today)),
            expires_on: Day(until),
        }))
    }

    fn fixed(&self, reason: String, by: String) -> Entry {
        Entry::Fixed(Fixed {
            finding: self.finding.finding_id.clone(),
            check: self.rule.id.clone(),
            account: self.account(),
            by,
            on: Day(self.judge.today),
            reason,
        })
    }

    fn attestation(&mut self, by: &Settlement, reason: String, who: String, until: Date) -> Option<Entry> {
        let Some((evidence, hash)) = without_hash(&reason) else {
            self.refuse(REASON, "an attestation needs the hash of its evidence: write sha256: and 64 digits");
            return None;
        };
        if hash == HASH_OF_NOTHING || hash.bytes().all(|digit| Some(digit) == hash.bytes().next()) {
            self.refuse(REASON, "this is the hash of nothing: write that of the evidence");
        }
        if evidence.is_empty() {
            self.refuse(REASON, "say what was looked at, beside its hash");
        }
        let (id, account, host) = self.subject(by);
        Some(Entry::Attestation(Attestation {
            id,
            account,
            host,
            value: Value::Text(by.value.clone()?),
            by: who,
            on: Day(self.judge.scanned_on),
            expires_on: Some(Day(until)),
            evidence: Some(evidence),
            evidence_sha256: Some(hash),
        }))
    }

    /// What the attestation is about, as far as its scope wants that said.
    fn subject(&self, by: &Settlement) -> (String, Option<AccountSid>, Option<String>) {
        let scope = attestation_rule(&by.attestation).map(|rule| rule.scope);
        let account = if scope == Some(AttestationScope::Organization) { None } else { self.account() };
        let host = if self.needs_host(by) { Some(self.finding.resource_sid.clone()) } else { None };
        (by.attestation.clone(), account, host)
    }

    fn needs_host(&self, by: &Settlement) -> bool {
        attestation_rule(&by.attestation).is_some_and(|rule| rule.scope == AttestationScope::WebhookHost)
    }

    fn account(&self) -> Option<AccountSid> {
        self.finding.account_sid.parse().ok()
    }
}

/// A reason, and what is done instead.
fn without_measure(text: &str) -> (String, Option<String>) {
    const INSTEAD: &str = "instead:";
    // Lower case of ASCII alone keeps every place.
    let Some(at) = text.to_ascii_lowercase().find(INSTEAD) else { return (text.to_owned(), None) };
    let (reason, measure) = text.split_at(at);
    let measure = measure.get(INSTEAD.len()..).unwrap_or_default().trim();
    let reason = reason.trim().trim_end_matches([',', ';', '.']).to_owned();
    (reason, Some(measure.to_owned()).filter(|measure| !says_nothing(measure)))
}

/// What was looked at, and its SHA-256.
fn without_hash(text: &str) -> Option<(String, String)> {
    const HASHES: [&str; 2] = ["sha256:", "sha-256:"];
    let lower = text.to_ascii_lowercase();
    let (at, hash) = HASHES.iter().find_map(|hash| Some((lower.find(hash)?, hash)))?;
    let (before, after) = text.split_at(at);
    let after = after.get(hash.len()..)?.trim_start();
    let end = after.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(after.len());
    let (hash, rest) = after.split_at(end);
    let evidence = format!("{} {}", before.trim(), rest.trim());
    let evidence = evidence.trim_matches([' ', ',', ';', '(', ')']).to_owned();
    if hash.len() == 64 { Some((evidence, hash.to_ascii_lowercase())) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_what_is_done_instead() {
        for (text, reason, measure) in [
            (
                "legacy phone system, instead: VPN between sites",
                "legacy phone system",
                Some("VPN between sites"),
            ),
            ("legacy. INSTEAD: VPN", "legacy", Some("VPN")),
            ("legacy, instead:", "legacy", None),
            ("instead: VPN", "", Some("VPN")),
            ("legacy, instead: None", "legacy", None),
            ("nothing instead", "nothing instead", None),
        ] {
            assert_eq!(without_measure(text), (reason.to_owned(), measure.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn a_reason_holds_the_hash_of_the_evidence() {
        let hash = "ab".repeat(32);
        for (text, evidence) in [
            (format!("export of the policy, sha256:{hash}"), Some("export of the policy")),
            (format!("SHA256: {} the export", hash.to_uppercase()), Some("the export")),
            (format!("the export (sha256:{hash})"), Some("the export")),
            (format!("the export, SHA-256: {hash}"), Some("the export")),
            (format!("sha256:{hash}"), Some("")),
            (format!("the export sha256:{hash}0"), None),
            ("the export".to_owned(), None),
        ] {
            let expected = evidence.map(|evidence| (evidence.to_owned(), hash.clone()));
            assert_eq!(without_hash(&text), expected, "{text}");
        }
    }
}
