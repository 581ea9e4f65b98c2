//! From the evidence to the reports: judging what was collected, and writing the files.

use super::chosen_checks::Catalogue;
use super::keeper::Keeper;
use super::scan_folder::ScanFolder;
use super::sealing::seal;
use super::{Exit, choice, strength};
use crate::audit::{self, Compiled, Judgement};
use crate::catalogue::KINDS;
use crate::chain::SigningKey;
use crate::evidence::{ScanFacts, StartedWith, Store, data};
use crate::history::Past;
use crate::model::{Matrix, Region, Rule, Scan, Severity, day_of};
use crate::report;

const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Judges what was collected and writes the files; the folder is that of a finished scan then.
pub(super) fn finish(
    store: Store,
    catalogue: &Catalogue,
    options: report::Options,
    folder: &mut ScanFolder,
    key: Option<&SigningKey>,
) -> anyhow::Result<(Scan, Store)> {
    let facts = store.facts()?;
    let choices = store.started_with()?;
    let is_narrowed = choice::is_narrowed(&choices);
    let past = if is_narrowed { Past::NotCompared } else { folder.past() };
    let judgement = judge(&store, &catalogue.checks, &facts, folder, past, options.all_outcomes)?;
    let tally = judgement.tally();
    let accounts = judgement.accounts;
    let product_of = KINDS.iter().map(|kind| (kind.name.to_owned(), kind.product.to_owned())).collect();
    let needed_by = audit::needed_by(&catalogue.checks);
    let (attestations, waivers) = audit::declared(&Store::open(&folder.evidence())?, facts.started_at)?;
    let mut rules: Vec<Rule> = catalogue.checks.iter().map(|compiled| compiled.check.rule()).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let mut scan = Scan {
        tool_version: TOOL_VERSION.to_owned(),
        tally,
        matrix: Matrix::of(&accounts, &product_of, &needed_by, &store)?,
        readings: store.count_readings()?,
        accounts,
        tree_is_known: store.tree_is_known()?,
        notices: notices(&store, &facts, &choices, catalogue, judgement.notices)?,
        unusable_credentials: store.unusable_credentials()?,
        region: choice::region(&choices),
        product_of,
        needed_by,
        rules,
        attestations,
        waivers,
        id: facts.id,
        started_at: facts.started_at,
        catalogue_version: facts.catalogue_version,
        intent_declared: facts.intent_declared,
        derived_tokens: facts.derived_tokens,
    };
    audit::decide(&mut scan, &store, &catalogue.checks)?;
    store.conclude(&scan)?;
    folder.remove_reports();
    report::write_files(&report::Format::OF_A_SCAN, &scan, &store, options, &folder.path)?;
    drop(store);
    seal(folder, &scan, &choices, catalogue, key)?;
    folder.finish()?;
    if !is_narrowed && let Err(error) = folder.publish() {
        tracing::warn!("{error:#}; the reports themselves are written");
    }
    Ok((scan, Store::open(&folder.evidence())?))
}

/// Runs the checks and keeps what they find, compared with the past. What they read they read through a connection of
/// their own, which can write nothing.
fn judge(
    store: &Store,
    checks: &[Compiled],
    facts: &ScanFacts,
    folder: &ScanFolder,
    past: Past,
    all_outcomes: bool,
) -> anyhow::Result<Judgement> {
    let mut keeper = Keeper { writer: store.begin_findings()?, past, all_outcomes };
    let judgement = {
        let mut evidence = Store::open(&folder.evidence())?;
        audit::judge(&mut evidence, checks, facts.started_at, &mut keeper)?
    };
    keeper.writer.finish(&judgement.tallies)?;
    Ok(judgement)
}

/// What the reader must know first.
fn notices(
    store: &Store,
    facts: &ScanFacts,
    choices: &StartedWith,
    catalogue: &Catalogue,
    of_waivers: Vec<String>,
) -> anyhow::Result<Vec<String>> {
    let mut notices = Vec::new();
    if !facts.intent_declared {
        notices.push(
            "No audit.toml was found: every account counts as carrying PHI, and nothing counts as declared."
                .to_owned(),
        );
    }
    notices.extend(choice::stand_in(choices));
    if choice::is_narrowed_to_checks(choices) {
        notices.push(format!(
            "Only {} of the checks were run: what the others would say is not known.",
            catalogue.checks.len()
        ));
    }
    let region = choice::region(choices);
    if region != Region::Us1 {
        notices
            .push(format!("This is Region {region} alone. What the accounts have in us1 is another scan."));
    }
    if facts.derived_tokens {
        notices.push(
            "Subaccounts were read with the Auth Tokens that the parent's account list returns. It works, and \
             it is the weakness that parent-credential-reaches-phi reports."
                .to_owned(),
        );
    }
    notices.extend(store.notices()?);
    notices.extend(strength::notice(catalogue, &store.read_with()?));
    notices.extend(of_waivers);
    notices.extend(data::outdated(day_of(facts.started_at), store.list_reviewed_on()?));
    Ok(notices)
}

/// The exit code that a scan deserves.
pub(super) fn exit_of(scan: &Scan, fail_on: Option<Severity>) -> Exit {
    if !scan.is_complete() {
        Exit::Incomplete
    } else if fail_on.is_some_and(|severity| scan.has_fault_at_or_above(severity)) {
        Exit::Faults
    } else {
        Exit::Complete
    }
}
