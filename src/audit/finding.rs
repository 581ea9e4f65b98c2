//! From what a row says to the finding that people read.

use jiff::Timestamp;

use super::compile::Compiled;
use super::row::{Glance, Judged};
use super::scope::AccountFacts;
use crate::model::{Change, Finding, Outcome, Severity, finding_id, in_seconds};

/// How bad a row of a check is in an account.
pub(super) const fn severity(compiled: &Compiled, account: &AccountFacts, glance: Glance) -> Severity {
    let check = &compiled.check;
    let of_check = if glance.is_warning { check.severity.milder() } else { check.severity };
    match glance.severity {
        Some(given) => given,
        None if !account.phi && check.scope.includes_accounts_without_phi() => of_check.milder(),
        None => of_check,
    }
}

/// The finding of a row.
pub(super) fn finding(
    compiled: &Compiled,
    account: &AccountFacts,
    row: Judged<'_>,
    waived: bool,
    now: Timestamp,
) -> Finding {
    let check = &compiled.check;
    let glance = row.glance;
    let resource_type = row.subject.resource_type.into_owned();
    let resource_sid = row.subject.resource_sid.into_owned();
    let field = row.subject.field.into_owned();
    // What is wrong in an account without PHI keeps nobody from going live, unless it is the parent.
    let matters = (account.phi && account.active) || (account.is_root && check.scope.speaks_for_the_tree());
    let is_of_account = row.resource_name.is_empty() && matches!(resource_type.as_str(), "" | "account");
    let finding_id = finding_id(&check.id, &account.account_sid, &resource_type, &resource_sid, &field);
    // A mere hint is no ground for a call that changes something.
    let fix_command = match glance.outcome {
        Outcome::Fail if !glance.is_warning => {
            fix_command(compiled, &account.account_sid, &finding_id, (&resource_type, &resource_sid, &field))
        }
        _ => String::new(),
    };
    Finding {
        finding_id,
        change: Change::None,
        outcome: glance.outcome,
        waived,
        severity: severity(compiled, account, glance),
        blocks_go_live: matters && glance.blocks_go_live(check),
        check_id: check.id.clone(),
        title: check.title.clone(),
        family: check.family.as_str().to_owned(),
        account_sid: account.account_sid.clone(),
        account_name: account.name.clone(),
        phi: account.phi,
        environment: account.environment.clone(),
        product: row.product,
        fix_command,
        resource_type,
        resource_sid,
        resource_name: if is_of_account { account.name.clone() } else { row.resource_name },
        field,
        reason: row.reason,
        evidence: row.evidence,
        remediation: remediation(compiled, glance.outcome, row.is_of_a_gap),
        console_url: String::new(),
        citations: check.citations.clone(),
        sources: check.sources.clone(),
        first_seen: in_seconds(now),
        last_seen: in_seconds(now),
        owner: account.owner.clone(),
    }
}

/// The call that mends it as one line; where that takes more than identifiers, the command that works it out.
fn fix_command(
    compiled: &Compiled,
    account_sid: &str,
    finding_id: &str,
    (resource_type, resource_sid, field): (&str, &str, &str),
) -> String {
    let Some(fix) = compiled.check.fix_for(resource_type, field) else { return String::new() };
    let known = [("account_sid", account_sid), ("resource_sid", resource_sid), ("field", field)];
    let with = known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    match fix.fill(&with) {
        Ok(call) => call.to_string(),
        Err(_) => format!("twilio-audit fix plan {finding_id}"),
    }
}

/// What to do. Where nobody saw a fault, what to mend comes after what to supply.
fn remediation(compiled: &Compiled, outcome: Outcome, is_of_a_gap: bool) -> String {
    let mend = compiled.check.remediation.trim();
    match outcome {
        Outcome::Manual if is_of_a_gap => {
            format!(
                "Supply what is missing (see the reason) and scan again, or look by hand. If a fault is seen: {mend}"
            )
        }
        Outcome::NotAssessed => {
            format!(
                "First supply what is missing (see the reason) and scan again. If a fault is seen then: {mend}"
            )
        }
        _ => mend.to_owned(),
    }
}
