//! What the template is filled with.

use askama::Template;

use super::super::coverage_words;
use super::charts::{self, Row};
use super::data::Data;
use super::declared::Declared;
use super::matrix::HeatMap;
use super::survey::Survey;
use super::verdicts::Verdicts;
use super::{Piece, SCRIPT, STYLE, first, name, prose};
use crate::model::{Outcome, Scan, counted, in_seconds};
use crate::report::blind_spots::BLIND_SPOTS;
use crate::report::page_policy;

/// The whole page.
#[derive(Debug, Template)]
#[template(path = "html/report.html")]
pub(super) struct Page<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    /// The name of the parent account.
    title: String,
    /// When the scan started, for people.
    started: String,
    facts: Vec<String>,
    is_complete: bool,
    notices: Vec<Vec<Piece>>,
    more_notices: usize,
    verdicts: Verdicts,
    severities: Vec<Row>,
    families: Vec<Row>,
    /// What is counted beside the findings.
    passed: String,
    map: HeatMap,
    data: &'a Data,
    /// How many findings there are.
    findings: usize,
    left_out: usize,
    declared: Declared,
    blind_spots: &'static [&'static str],
    unusable: Vec<Vec<Piece>>,
    more_unusable: usize,
    kinds: String,
    lists: String,
    causes: Vec<(usize, String)>,
    more_causes: usize,
    provenance: Vec<(&'static str, String)>,
}

impl<'a> Page<'a> {
    /// The page of a scan. `causes` say why lists were not read, and of how many that is true.
    pub(super) fn of(scan: &'a Scan, survey: &'a Survey, causes: Vec<(String, usize)>) -> Self {
        let sentences = scan.notices.iter().chain(&scan.unusable_credentials);
        let (notices, more_notices) = first(sentences.map(|sentence| prose(sentence)).collect());
        let (unusable, more_unusable) =
            first(scan.unusable_credentials.iter().map(|sentence| prose(sentence)).collect());
        let causes = causes.into_iter().map(|(cause, lists)| (lists, name(&cause))).collect();
        let (causes, more_causes) = first(causes);
        Self {
            policy: page_policy::of_page(SCRIPT, STYLE),
            style: STYLE,
            script: SCRIPT,
            title: scan.accounts.first().map_or_else(|| "Twilio".to_owned(), |one| name(&one.account_name)),
            started: scan.started_at.strftime("%-d %B %Y, %H:%M UTC").to_string(),
            facts: facts(scan),
            is_complete: scan.is_complete(),
            notices,
            more_notices,
            verdicts: Verdicts::of(scan, survey),
            severities: charts::by_severity(scan),
            families: charts::by_family(survey),
            passed: passed(scan),
            map: HeatMap::of(scan),
            data: &survey.data,
            findings: survey.shown,
            left_out: survey.shown - survey.data.held(),
            declared: Declared::of(scan),
            blind_spots: BLIND_SPOTS,
            unusable,
            more_unusable,
            kinds: coverage_words::kinds(scan),
            lists: coverage_words::lists(scan),
            causes,
            more_causes,
            provenance: provenance(scan),
        }
    }
}

/// How large the estate is.
fn facts(scan: &Scan) -> Vec<String> {
    let active = scan.accounts.iter().filter(|account| account.active);
    let phi = active.clone().filter(|account| account.phi).count();
    vec![
        counted(scan.accounts.len(), "account"),
        format!("{} active", active.count()),
        format!("{phi} with PHI"),
        format!("Region {}", scan.region),
    ]
}

fn passed(scan: &Scan) -> String {
    format!(
        "{} passed, {} had nothing to judge, {} waived.",
        scan.total(Outcome::Pass),
        scan.total(Outcome::NotApplicable),
        scan.waived()
    )
}

/// Where the page comes from, so that it can be made again.
fn provenance(scan: &Scan) -> Vec<(&'static str, String)> {
    let or = |is: bool, yes: &str, no: &str| (if is { yes } else { no }).to_owned();
    vec![
        ("Scan", scan.id.to_string()),
        ("Started", in_seconds(scan.started_at)),
        ("Program", format!("twilio-audit {}", scan.tool_version)),
        (
            "Catalogue of checks",
            format!("{}, {} run", scan.catalogue_version, counted(scan.rules.len(), "check")),
        ),
        ("Region", scan.region.to_string()),
        (
            "Declared",
            or(
                scan.intent_declared,
                "An audit.toml was read.",
                "No audit.toml was found: every account counts as carrying PHI, and nothing counts as declared.",
            ),
        ),
        (
            "Auth Tokens of subaccounts",
            or(
                scan.derived_tokens,
                "Taken from the parent's list of accounts, and used to sign in.",
                "Not used to sign in.",
            ),
        ),
        (
            "Accounts",
            or(
                scan.tree_is_known,
                "All subaccounts of the parent are known.",
                "Not all subaccounts of the parent are known.",
            ),
        ),
        (
            "Completeness",
            or(
                scan.is_complete(),
                "Complete: every credential could be used, and everything that was required could be assessed.",
                "Incomplete: something that was required could not be assessed.",
            ),
        ),
    ]
}
