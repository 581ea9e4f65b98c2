//! A plan of changes as Markdown, for those who review it.

use std::io::{self, Write};

use super::super::markdown_text::{code, prose};
use super::{changes, dependents, meaning, way_back};
use crate::model::{About, ByHand, FixPlan, FixStep, Risk};

/// Characters shown of a name, and of a sentence.
const NAME: usize = 80;
const SENTENCE: usize = 1_000;

/// Writes a plan for people.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn markdown(plan: &FixPlan, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "# What would be changed\n")?;
    writeln!(
        to,
        "Made {} by {} from scan {} of {}, Region {}. Nothing was changed yet. A plan counts for 24 hours.\n",
        plan.made_at,
        plan.made_by,
        code(&plan.scan_id, NAME),
        code(&plan.root_account_sid, NAME),
        plan.region
    )?;
    for risk in [Risk::Safe, Risk::Disruptive] {
        let steps: Vec<&FixStep> = plan.steps.iter().filter(|step| step.risk == risk).collect();
        if !steps.is_empty() {
            writeln!(to, "## {}: {} ({})\n", capital(risk.as_str()), meaning(risk), steps.len())?;
            steps.iter().try_for_each(|step| self::step(step, to))?;
        }
    }
    refused(plan, to)?;
    if !plan.by_hand.is_empty() {
        writeln!(to, "## By hand ({})\n", plan.by_hand.len())?;
        plan.by_hand.iter().try_for_each(|by_hand| self::by_hand(by_hand, to))?;
    }
    Ok(())
}

fn step(step: &FixStep, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "### {}. {}\n", step.number, heading(&step.about))?;
    about(&step.about, to)?;
    for change in changes(step) {
        writeln!(to, "- Change: {}", code(&change, SENTENCE))?;
    }
    writeln!(to, "- Effect: {}", prose(&step.effect, SENTENCE))?;
    let dependents = dependents(step);
    let dependents = if dependents.is_empty() { "nothing that the scan saw" } else { &dependents };
    writeln!(to, "- Used by: {}", prose(dependents, SENTENCE))?;
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
    writeln!(to, "Whoever means one of these names it: `--irreversible SID`, or the id of the finding.\n")?;
    for refused in &plan.refused {
        writeln!(to, "### {}\n", heading(&refused.about))?;
        about(&refused.about, to)?;
        writeln!(to, "- Call: {}\n", code(&refused.call.to_string(), SENTENCE))?;
    }
    Ok(())
}

fn by_hand(by_hand: &ByHand, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "### {}\n", heading(&by_hand.about))?;
    about(&by_hand.about, to)?;
    writeln!(to, "- Why by hand: {}\n", prose(&by_hand.why, SENTENCE))?;
    for (step, number) in by_hand.steps.iter().zip(1..) {
        writeln!(to, "{number}. {}", prose(step, SENTENCE))?;
    }
    writeln!(to)
}

fn about(about: &About, to: &mut dyn Write) -> io::Result<()> {
    let blocks = if about.blocks_go_live { ", blocks going live" } else { "" };
    let ids: Vec<String> = about.finding_ids.iter().map(|id| code(id, NAME)).collect();
    writeln!(
        to,
        "- Mends: {} ({}{blocks}), {}",
        code(&about.check_id, NAME),
        about.severity.as_str(),
        ids.join(", ")
    )?;
    let name = if about.account_name.is_empty() { "" } else { &about.account_name };
    writeln!(to, "- Account: {} {}", code(&about.account_sid, NAME), code(name, NAME))
}

fn heading(about: &About) -> String {
    prose(&capital(&about.subject()), NAME * 2)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
