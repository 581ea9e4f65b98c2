//! A plan of changes as Markdown, for those who review it.

use std::io::{self, Write};

use super::super::markdown_text::{code, prose};
use super::{changes, dependents, way_back};
use crate::model::{About, ByHand, FixPlan, FixStep, StepClass, capitalised};

/// How the page of a plan begins: what begins otherwise is not replaced.
pub const FIX_PAGE_BEGINS: &str = "# What would be changed";

/// Characters shown of a name, and of a sentence.
const NAME: usize = 80;
const SENTENCE: usize = 1_000;

/// Writes a plan for people.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn markdown(plan: &FixPlan, to: &mut dyn Write) -> io::Result<()> {
    head(plan, to)?;
    for class in StepClass::ALL {
        let steps: Vec<&FixStep> = plan.steps.iter().filter(|step| step.class() == class).collect();
        if !steps.is_empty() {
            writeln!(to, "## {}: {} ({})\n", capitalised(class.as_str()), class.meaning(), steps.len())?;
            steps.iter().try_for_each(|step| self::step(step, to))?;
        }
    }
    refused(plan, to)?;
    by_hand(plan, to)
}

/// What is to be approved, and by whom.
fn head(plan: &FixPlan, to: &mut dyn Write) -> io::Result<()> {
    let complete = if plan.scan_is_complete { "" } else { ", which could not assess everything" };
    writeln!(to, "{FIX_PAGE_BEGINS}\n")?;
    writeln!(
        to,
        "Made {} by {} from scan {} of {}{complete}, Region {}, begun {}. Nothing was changed yet. A plan counts for 24 \
         hours.\n",
        plan.made_at,
        plan.made_by,
        code(&plan.scan_id, NAME),
        code(&plan.root_account_sid, NAME),
        plan.region,
        plan.scanned_at,
    )?;
    writeln!(to, "| what | how many |\n|---|---|")?;
    for class in StepClass::ALL {
        writeln!(to, "| {}: {} | {} |", class.as_str(), class.meaning(), plan.count(class))?;
    }
    writeln!(to, "| refused: no way back, and nobody named it | {} |", plan.refused.len())?;
    writeln!(to, "| by hand | {} |\n", plan.by_hand.len())?;
    writeln!(to, "Digest of the plan, which `fix apply` insists on: {}\n", code(&plan.digest, NAME))?;
    writeln!(to, "| ticket | window | approved by | done by |\n|---|---|---|---|\n| | | | |\n")
}

fn step(step: &FixStep, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "### {}. {}\n", step.number, heading(&step.about))?;
    about(&step.about, to)?;
    for change in changes(step) {
        writeln!(to, "- Change: {}", code(&change, SENTENCE))?;
    }
    writeln!(to, "- Effect: {}", prose(&step.effect, SENTENCE))?;
    let dependents = dependents(step);
    let dependents = if dependents.is_empty() { "no other resource that was read" } else { &dependents };
    writeln!(to, "- Named by: {}. Traffic was not looked at.", prose(dependents, SENTENCE))?;
    writeln!(to, "- Way back: {}", prose(&way_back(step), SENTENCE))?;
    writeln!(to, "- Call: {}\n", code(&step.call.to_string(), SENTENCE))?;
    block(&[Some(&step.curl), step.twilio_cli.as_ref()], to)
}

/// Lines for a shell, as a block; one that could end the block is left out.
fn block(lines: &[Option<&String>], to: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<&String> =
        lines.iter().copied().flatten().filter(|line| !line.is_empty() && !line.contains("```")).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(to, "```sh")?;
    lines.iter().try_for_each(|line| writeln!(to, "{line}"))?;
    writeln!(to, "```\n")
}

fn refused(plan: &FixPlan, to: &mut dyn Write) -> io::Result<()> {
    if plan.refused.is_empty() {
        return Ok(());
    }
    writeln!(to, "## Refused: there is no way back ({})\n", plan.refused.len())?;
    writeln!(
        to,
        "Each of these calls deletes something at Twilio, or overwrites what nobody kept: `fix undo` could not bring \
         it back. So none of them is in this plan. Where one is meant, make the plan anew with `--irreversible` and \
         the SID of its resource, or the id of its finding. `fix apply` alone sends it, and asks for it by itself.\n"
    )?;
    for refused in &plan.refused {
        writeln!(to, "### {}\n", heading(&refused.about))?;
        about(&refused.about, to)?;
        writeln!(to, "- Effect: {}", prose(&refused.effect, SENTENCE))?;
        writeln!(to, "- Call: {}\n", code(&refused.call.to_string(), SENTENCE))?;
    }
    Ok(())
}

/// What people must do, check by check: the steps once, and each resource.
fn by_hand(plan: &FixPlan, to: &mut dyn Write) -> io::Result<()> {
    if plan.by_hand.is_empty() {
        return Ok(());
    }
    writeln!(to, "## By hand ({})\n", plan.by_hand.len())?;
    let mut checks: Vec<&str> = Vec::new();
    for by_hand in &plan.by_hand {
        if !checks.contains(&by_hand.about.check_id.as_str()) {
            checks.push(&by_hand.about.check_id);
        }
    }
    for check in checks {
        let of_it: Vec<&ByHand> = plan.by_hand.iter().filter(|one| one.about.check_id == check).collect();
        of_check(&of_it, to)?;
    }
    Ok(())
}

fn of_check(of_it: &[&ByHand], to: &mut dyn Write) -> io::Result<()> {
    let Some(first) = of_it.first() else { return Ok(()) };
    let blocks = if of_it.iter().any(|one| one.about.blocks_go_live) { ", blocks going live" } else { "" };
    let about = &first.about;
    writeln!(to, "### {}\n", prose(&about.title, NAME * 2))?;
    writeln!(
        to,
        "{} ({}{blocks}), by hand: {}\n",
        code(&about.check_id, NAME),
        about.severity.as_str(),
        prose(&first.why, SENTENCE)
    )?;
    for (step, number) in first.steps.iter().zip(1..) {
        writeln!(to, "{number}. {}", prose(step, SENTENCE))?;
    }
    writeln!(to, "\n| finding | account | what |\n|---|---|---|")?;
    for by_hand in of_it {
        let about = &by_hand.about;
        let ids: Vec<String> = about.finding_ids.iter().map(|id| code(id, NAME)).collect();
        let subject = code(&about.subject(), NAME * 2);
        writeln!(
            to,
            "| {} | {} {} | {subject} |",
            ids.join(" "),
            code(&about.account_sid, NAME),
            code(&about.account_name, NAME)
        )?;
    }
    writeln!(to)
}

fn about(about: &About, to: &mut dyn Write) -> io::Result<()> {
    let blocks = if about.blocks_go_live { ", blocks going live" } else { "" };
    let ids: Vec<String> = about.finding_ids.iter().map(|id| code(id, NAME)).collect();
    let comma = if ids.is_empty() { "" } else { ", " };
    writeln!(
        to,
        "- Mends: {} ({}{blocks}){comma}{}",
        code(&about.check_id, NAME),
        about.severity.as_str(),
        ids.join(", ")
    )?;
    let name = if about.account_name.is_empty() { "" } else { &about.account_name };
    writeln!(to, "- Account: {} {}", code(&about.account_sid, NAME), code(name, NAME))
}

fn heading(about: &About) -> String {
    let field = if about.field.is_empty() { String::new() } else { format!(", {}", about.field) };
    prose(&(capitalised(&about.subject()) + &field), NAME * 2)
}
