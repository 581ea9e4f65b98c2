//! What stands where a plan is to be written: only what this program wrote, as it wrote it, is replaced.

use std::path::Path;
use std::{fs, io};

use anyhow::anyhow;

use super::super::{Exit, Stop};
use super::journal_of;
use crate::fix;
use crate::model::FixPlan;
use crate::report;

/// A plan that was applied stays as it is, and so does any file that is not as this program wrote it: the page is there
/// to be filled in, and what people wrote into it is their approval.
pub(super) fn refuse_to_replace(output: &Path) -> Result<(), Stop> {
    let elsewhere = |why: String| Stop::new(Exit::Usage, anyhow!("{why}: choose another --output"));
    let refuse =
        |why: String| Stop::new(Exit::Usage, anyhow!("{why}: choose another --output, or move it away"));
    // Without it nothing that was made could be taken back, so nobody is told to move it.
    let journal = journal_of(output);
    if journal.exists() {
        return Err(elsewhere(format!("{} is the journal of the plan that is there", journal.display())));
    }
    let page = output.with_extension("md");
    if page == output {
        return Err(elsewhere("the page for people has this name".to_owned()));
    }
    let plan = match read_if_there(output).map(|text| text.as_deref().map(fix::unaltered_plan)) {
        Ok(None) => None,
        Ok(Some(Ok(plan))) => Some(plan),
        Ok(Some(Err(fix::PlanError::Edited))) => {
            return Err(refuse(format!("{} was changed after it was made", output.display())));
        }
        Ok(Some(Err(_))) | Err(_) => {
            return Err(refuse(format!("{} is there already and is no plan", output.display())));
        }
    };
    match read_if_there(&page) {
        Ok(None) => Ok(()),
        Ok(Some(text)) if text.starts_with(report::FIX_PAGE_BEGINS) => match plan {
            Some(plan) if page_of(&plan)? == text => Ok(()),
            Some(_) => Err(refuse(format!("{} was changed after it was made", page.display()))),
            None => Err(refuse(format!("{} is there without its plan", page.display()))),
        },
        _ => Err(refuse(format!("{} is there already and is no page of a plan", page.display()))),
    }
}

/// The text of a file; nothing where there is none.
fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// A plan for people.
pub(super) fn page_of(plan: &FixPlan) -> Result<String, Stop> {
    let mut page = Vec::new();
    report::fix_plan_markdown(plan, &mut page).map_err(Stop::with(Exit::Broken))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
