//! Whether a change that may stop traffic can do no harm after all. A plan says it, and is believed only where its scan
//! says it again: a plan is a file that anybody may have written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::super::chosen_checks::check_files;
use super::super::chosen_scan::SCANS;
use super::super::scan_args::output_of;
use super::super::stored_scan::StoredScan;
use super::super::{Exit, Stop};
use crate::audit::{Check, Reader};
use crate::model::{Fix, FixPlan, FixStep, Risk, ScanId, counted};

/// What nothing used longer ago may be in use by now: such changes count as disruptive.
const YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// Whether a scan is so young that it may still be said what nothing uses.
pub(super) fn is_young(started_at: Timestamp) -> bool {
    Timestamp::now().duration_since(started_at) <= YOUNG
}

/// Steps of a plan, each at the risk that counts now. What only the plan calls safe counts as its check calls it, and
/// people are told why. `scan` is where the scan may be.
pub(super) fn at_their_risk(
    plan: &FixPlan,
    mut steps: Vec<FixStep>,
    scan: &Path,
    checks_dir: Option<&Path>,
) -> Result<Vec<FixStep>, Stop> {
    let checks = check_files(checks_dir)?;
    if !steps.iter().any(|step| questioned(step, &checks).is_some()) {
        return Ok(steps);
    }
    let mut found = scan_of(plan, scan);
    let mut reader = match &mut found {
        Ok(StoredScan { scan, store }) => {
            Ok(Reader::of(store, scan.started_at).map_err(Stop::with(Exit::Broken))?)
        }
        Err(why) => Err(why.as_str()),
    };
    // By why, the numbers of the steps.
    let mut doubted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for step in &mut steps {
        let Some((fix, question)) = questioned(step, &checks) else { continue };
        let (account, sid) = (&step.about.account_sid, &step.about.resource_sid);
        let doubt = match &mut reader {
            Ok(reader) => (!reader.confirms(question, account, sid)).then_some("its scan does not say so"),
            Err(why) => Some(*why),
        };
        let Some(why) = doubt else { continue };
        step.risk = fix.risk;
        doubted.entry(why).or_default().push(step.number.to_string());
    }
    for (why, numbers) in doubted {
        tracing::warn!(
            "the plan calls {} safe, and {why}: counted as disruptive (step {})",
            counted(numbers.len(), "change"),
            numbers.join(", ")
        );
    }
    Ok(steps)
}

/// The fix of a step that is safe only where the scan says so, and what the scan is asked.
fn questioned<'c>(step: &FixStep, checks: &'c [Check]) -> Option<(&'c Fix, &'c str)> {
    let about = &step.about;
    let check = checks.iter().find(|check| check.id == about.check_id)?;
    let fix = check.fix_for(&about.resource_type, &about.field)?;
    let question = fix.safe_when.as_deref()?;
    (step.risk == Risk::Safe && fix.risk != Risk::Safe).then_some((fix, question))
}

/// The scan that a plan rests on: in the folder that was named, beside it, or where scans are written. Else why
/// there is none to ask.
fn scan_of(plan: &FixPlan, named: &Path) -> Result<StoredScan, String> {
    // The name goes into a path, and the plan may be anybody's.
    let id = ScanId::from_name(&plan.scan_id).ok_or("it names no scan")?;
    let beside = named.parent().map(|folder| folder.join(id.as_str()));
    let written = output_of(Path::new(SCANS), plan.region).join(id.as_str());
    let places: [Option<PathBuf>; 3] = [Some(named.to_owned()), beside, Some(written)];
    let is_it = |stored: &StoredScan| {
        stored.scan.id == id
            && stored.store.root().is_ok_and(|root| root.as_ref() == Some(&plan.root_account_sid))
    };
    let finds = |place: PathBuf| StoredScan::open(&place).ok().filter(is_it);
    match places.into_iter().flatten().find_map(finds) {
        Some(stored) if is_young(stored.scan.started_at) => Ok(stored),
        Some(_) => Err(format!("its scan {id} is more than a day old")),
        None => Err(format!("its scan {id} is not at hand to be asked (--scan names its folder)")),
    }
}
