//! From the evidence to the reports: judging what was collected, and writing the files.

use std::io;

use super::chosen_checks::Catalogue;
use super::keeper::Keeper;
use super::scan_folder::ScanFolder;
use super::sealing::seal;
use super::stored_scan::StoredScan;
use super::{choice, strength};
use crate::audit::{self, Declared, Judgement};
use crate::catalogue::KINDS;
use crate::chain::SigningKey;
use crate::evidence::{ScanFacts, StartedWith, Store, data};
use crate::history::Past;
use crate::model::{
    Changes, DatedList, LONGEST_TREND, Matrix, Region, Rule, Scan, Severity, TrendPoint, day_of,
};
use crate::report;

const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A scan that is finished.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) scan: Scan,
    pub(super) store: Store,
    /// SHA-256 of its manifest.
    pub(super) manifest_sha256: String,
}

/// Judges what was collected and writes the files; the folder is that of a finished scan then.
pub(super) fn finish(
    store: Store,
    catalogue: &Catalogue,
    options: report::Options,
    folder: &mut ScanFolder,
    key: Option<&SigningKey>,
) -> anyhow::Result<Finished> {
    let choices = store.started_with()?;
    let is_narrowed = choice::is_narrowed(&choices);
    let overtaken_by = folder.overtaken_by();
    if let Some(newer) = &overtaken_by {
        tracing::warn!(
            "{newer} was finished in the meantime: this older scan is compared with none, and not `latest`"
        );
    }
    let stands_alone = is_narrowed || overtaken_by.is_some();
    let previous = if stands_alone { None } else { folder.previous(&store, &choices)? };
    let past = match &previous {
        _ if stands_alone => Past::NotCompared,
        Some(previous) => Past::of(&previous.scan, &previous.store)?,
        None => Past::FirstScan,
    };
    let keeper = Keeper::new(store.begin_findings()?, past, options.all_outcomes);
    let (judgement, new_faults) = judge(&store, catalogue, folder, keeper, previous.as_ref())?;
    let mut scan = Scan {
        compared_with: previous.as_ref().map(|previous| previous.scan.id.clone()),
        changes: Changes { new_faults, ..store.changes()? },
        ..conclude(&store, catalogue, &choices, judgement, folder)?
    };
    audit::decide(&mut scan, &store, &catalogue.checks)?;
    scan.trend = trend(&scan, previous.map(|previous| previous.scan.trend));
    store.write_trend(&scan.trend)?;
    store.conclude(&scan)?;
    folder.remove_reports();
    drop(store);
    let evidence = folder.evidence();
    let open = || Store::open(&evidence).map_err(io::Error::other);
    report::write_files(&report::Format::OF_A_SCAN, &scan, open, options, &folder.path)?;
    let manifest_sha256 = seal(folder, &scan, &choices, stands_alone, catalogue, key)?;
    folder.finish()?;
    if !stands_alone && let Err(error) = folder.publish() {
        tracing::warn!("{error:#}; the reports themselves are written");
    }
    Ok(Finished { scan, store: Store::open(&folder.evidence())?, manifest_sha256 })
}

/// What a scan says by itself: without verdicts, and without a past.
fn conclude(
    store: &Store,
    catalogue: &Catalogue,
    choices: &StartedWith,
    judgement: Judgement,
    folder: &ScanFolder,
) -> anyhow::Result<Scan> {
    let facts = store.facts()?;
    let tally = judgement.tally();
    let accounts = judgement.accounts;
    let product_of = KINDS.iter().map(|kind| (kind.name.to_owned(), kind.product.to_owned())).collect();
    let needed_by = audit::needed_by(&catalogue.checks);
    let Declared { attestations, waivers, baa, declarations } =
        audit::declared(&Store::open(&folder.evidence())?, facts.started_at)?;
    let mut rules: Vec<Rule> = catalogue.checks.iter().map(|compiled| compiled.check.rule()).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Scan {
        tool_version: TOOL_VERSION.to_owned(),
        tally,
        matrix: Matrix::of(&accounts, &product_of, &needed_by, store)?,
        readings: store.count_readings()?,
        accounts,
        tree_is_known: store.tree_is_known()?,
        notices: notices(store, &facts, choices, catalogue, judgement.notices)?,
        unusable_credentials: store.unusable_credentials()?,
        region: choice::region(choices),
        product_of,
        needed_by,
        rules,
        attestations,
        waivers,
        baa,
        declarations,
        lists: dated_lists(),
        compared_with: None,
        changes: Changes::default(),
        trend: Vec::new(),
        id: facts.id,
        started_at: facts.started_at,
        catalogue_version: facts.catalogue_version,
        intent_declared: facts.intent_declared,
        derived_tokens: facts.derived_tokens,
    })
}

/// Runs the checks and keeps what they find, compared with the past; answers too with the faults that are new. What they
/// read they read through a connection of their own, which can write nothing.
fn judge(
    store: &Store,
    Catalogue { checks, allowance, .. }: &Catalogue,
    folder: &ScanFolder,
    mut keeper: Keeper<'_>,
    previous: Option<&StoredScan>,
) -> anyhow::Result<(Judgement, Vec<(Severity, usize)>)> {
    let mut judgement = {
        let mut evidence = Store::open(&folder.evidence())?;
        audit::judge_within(&mut evidence, checks, store.started_at()?, *allowance, &mut keeper)?
    };
    if let Some(previous) = previous {
        keeper.carry(previous, &mut judgement, checks, store.tree_is_known()?)?;
    }
    let new_faults = keeper.finish(&judgement)?;
    Ok((judgement, new_faults))
}

fn dated_lists() -> Vec<DatedList> {
    let lists = data::dated_lists().into_iter();
    let list = |(name, dated): (&str, _)| DatedList {
        name: name.to_owned(),
        dated: format!("{dated}"),
        edition: data::edition_of(name).to_owned(),
    };
    lists.map(list).collect()
}

/// The trend with this scan at its end. A part of the estate is no point of it.
fn trend(scan: &Scan, before: Option<Vec<TrendPoint>>) -> Vec<TrendPoint> {
    let mut trend = before.unwrap_or_default();
    trend.push(TrendPoint::of(scan));
    trend.split_off(trend.len().saturating_sub(LONGEST_TREND))
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
        let were_run = match catalogue.checks.len() {
            1 => "1 of the checks was run".to_owned(),
            checks => format!("{checks} of the checks were run"),
        };
        notices.push(format!("Only {were_run}: what the others would say is not known."));
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
    notices.extend(strength::notice(catalogue, &store.read_with()?, choice::doctor(choices)));
    notices.extend(of_waivers);
    notices.extend(data::outdated(day_of(facts.started_at), store.list_reviewed_on()?));
    Ok(notices)
}
