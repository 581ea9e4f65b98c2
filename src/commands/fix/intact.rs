//! Plans and journals that are used only as they were made.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::anyhow;
use jiff::Timestamp;

use super::super::chosen_checks::check_files;
use super::super::{Exit, Stop};
use crate::catalogue::{self, Keep};
use crate::fix::{self, RETIRE};
use crate::model::{Fix, FixPlan, FixStep, Region, trouble};

/// More than any plan needs; a wrong file is noticed before it fills the memory.
const MOST_BYTES: u64 = 256 << 20;

/// The plan in a file, if it may be applied now.
pub(super) fn read_plan(path: &Path) -> Result<FixPlan, Stop> {
    let plan = fix::read_plan(&text_of_plan(path)?, Timestamp::now());
    plan.map_err(|error| named(path, &error.to_string()))
}

fn named(path: &Path, why: &str) -> Stop {
    Stop::new(Exit::Usage, anyhow!("{}: {why}", path.display()))
}

fn text_of_plan(path: &Path) -> Result<String, Stop> {
    let about = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Stop::new(
            Exit::Usage,
            anyhow!(
                "there is no plan {}: `twilio-audit fix plan` writes one, to what --output says",
                path.display()
            ),
        ),
        _ => named(path, &trouble(&error)),
    })?;
    // A pipe, say, could keep us waiting for ever.
    if !about.is_file() || about.len() > MOST_BYTES {
        return Err(named(path, "it is no file of a plan"));
    }
    fs::read_to_string(path).map_err(|error| named(path, &trouble(&error)))
}

/// What an undo sends back stood there before, as the plan of the journal says, which the checks alone cannot know: they
/// say what is changed, and not from what.
pub(super) fn refuse_unplanned(steps: &[&FixStep], plan: &Path, digest: &str) -> Result<(), Stop> {
    if !plan.exists() {
        let why = "there is no such file: an undo sends back only what the plan of the journal says stood there before, \
                   and --plan names it";
        return Err(named(plan, why));
    }
    let text = text_of_plan(plan)?;
    let planned = fix::unaltered_plan(&text).map_err(|error| named(plan, &error.to_string()))?;
    if planned.digest != digest {
        return Err(named(plan, "it is not the plan of this journal: --plan names that"));
    }
    let is_of_it = |step: &FixStep| {
        // How risky a step is may have been judged otherwise when it was made.
        let same = |other: &FixStep| FixStep { risk: step.risk, ..other.clone() } == *step;
        planned.steps.iter().any(same)
    };
    match steps.iter().find(|step| !is_of_it(step)) {
        None => Ok(()),
        Some(step) => {
            let why = format!(
                "step {} of the journal is not in it as it stands there: what would be sent back is not known to have \
                 been there before, and nothing is sent",
                step.number
            );
            Err(named(plan, &why))
        }
    }
}

/// A plan or journal says which resources are changed; what is done to them the checks alone say.
pub(super) fn refuse_altered(
    steps: &[&FixStep],
    region: Region,
    checks_dir: Option<&Path>,
) -> Result<(), Stop> {
    let checks = check_files(checks_dir)?;
    let made_by_its_check = |step: &FixStep| {
        let about = &step.about;
        if about.check_id == RETIRE {
            return fix::is_made_by(step, &fix::retire(), region);
        }
        let check = checks.iter().find(|check| check.id == about.check_id);
        let fix = check.and_then(|check| check.fix_for(&about.resource_type, &about.field));
        let says_so = check.is_some_and(|check| check.title == about.title);
        says_so && fix.is_some_and(|fix| is_field_of_it(step, fix) && fix::is_made_by(step, fix, region))
    };
    match steps.iter().find(|step| !made_by_its_check(step)) {
        None => Ok(()),
        Some(step) => {
            let error = anyhow!(
                "step {} is not what the check `{}` of this version asks for: make the plan anew, with the same \
                 --checks-dir",
                step.number,
                step.about.check_id
            );
            Err(Stop::new(Exit::Usage, error))
        }
    }
}

/// Whether a call that is worded by the field is for a field with an address in it, as checks of addresses are.
fn is_field_of_it(step: &FixStep, fix: &Fix) -> bool {
    let is_worded_by_field = fix.placeholders().any(|name| ["Field", "field", "https"].contains(&name));
    let columns = catalogue::kind(&step.about.resource_type).map(|kind| kind.columns).unwrap_or_default();
    let is_address = columns.iter().any(|column| column.name == step.about.field && column.keep == Keep::Url);
    !is_worded_by_field || fix.field.is_some() || is_address
}
