//! What became of a finding that the newer scan does not have: gone, or only lost sight of?

use crate::model::{Change, Finding, OCCURRENCES, Outcome};

/// How much the newer scan saw of the place where a finding was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Its check was run there, and everything that it needs was read.
    Clear,
    /// The account is known not to be in the tree any more.
    AccountGone,
    /// Its check was run there, and not everything could be read.
    Missed,
    /// Its check does not hold for the account any more, as that is declared now.
    OutOfScope,
    /// Its check was not run at all.
    NotRun,
}

/// A finding of the previous scan as it stands in a newer one that has none of its id: `fixed` where it is known to be
/// gone, `lost_sight` where it cannot be seen. What nobody judges any more, or is too old to be seen, was mended by nobody:
/// it is told once more, as lost sight of, with nothing to judge. Nothing where there is nothing to remember: only evidence
/// was missing then.
pub fn carried(before: &Finding, was_a_fault: bool, sight: Sight) -> Option<Finding> {
    if !was_a_fault || says_only_what_is_missing(before) {
        return None;
    }
    match sight {
        Sight::NotRun => Some(last_word(before, "The check is not run any more")),
        Sight::Clear if is_occurrence(before) => {
            Some(last_word(before, "It happened too long ago to be seen any more"))
        }
        Sight::Clear => {
            Some(gone(before, "It is not there any more: what it was about is gone, or is another now"))
        }
        Sight::AccountGone => Some(gone(before, "The account is not in the tree any more")),
        Sight::OutOfScope => Some(last_word(before, "The check does not hold for the account as it is now")),
        Sight::Missed => Some(lost(before)),
    }
}

/// Whether it is about something that happened, and not about how something is set.
pub(super) fn is_occurrence(finding: &Finding) -> bool {
    OCCURRENCES.contains(&finding.resource_type.as_str())
}

/// Whether it is about an account as a whole and no fault: what is said where a check could not be assessed.
pub(super) fn says_only_what_is_missing(finding: &Finding) -> bool {
    finding.outcome != Outcome::Fail
        && finding.resource_type.is_empty()
        && finding.resource_sid == finding.account_sid
        && finding.field.is_empty()
}

fn gone(before: &Finding, reason: &str) -> Finding {
    Finding {
        change: Change::Fixed,
        outcome: Outcome::NotApplicable,
        waived: false,
        reason: reason.to_owned(),
        evidence: Vec::new(),
        remediation: String::new(),
        fix_command: String::new(),
        ..before.clone()
    }
}

/// Not judged any more, and not mended either.
fn last_word(before: &Finding, why: &str) -> Finding {
    let day = before.last_seen.get(..10).unwrap_or(&before.last_seen);
    let reason = format!("{why}. On {day}: {}", before.reason_or_title());
    Finding { change: Change::LostSight, reason, ..gone(before, "") }
}

/// Whoever lost sight of a fault knows no better than before.
fn lost(before: &Finding) -> Finding {
    if before.outcome == Outcome::NotAssessed {
        return Finding { change: Change::Open, waived: false, ..before.clone() };
    }
    let day = before.last_seen.get(..10).unwrap_or(&before.last_seen);
    Finding {
        change: Change::LostSight,
        outcome: Outcome::NotAssessed,
        waived: false,
        reason: format!(
            "Lost sight of, for not everything can be read any more. On {day}: {}",
            before.reason_or_title()
        ),
        remediation: format!(
            "First supply what is missing (see coverage.csv) and scan again. If it is still there then: {}",
            before.remediation
        ),
        fix_command: String::new(),
        ..before.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;

    fn fault() -> Finding {
        Finding {
            finding_id: "twa-1".to_owned(),
            change: Change::Open,
            outcome: Outcome::Fail,
            waived: true,
            severity: Severity::High,
            blocks_go_live: true,
            check_id: "webhook-http".to_owned(),
            title: "Webhooks use HTTPS".to_owned(),
            family: "phi-handling".to_owned(),
            account_sid: "AC1".to_owned(),
            account_name: "Clinic".to_owned(),
            phi: true,
            environment: String::new(),
            product: String::new(),
            resource_type: "phone_number".to_owned(),
            resource_sid: "PN1".to_owned(),
            resource_name: String::new(),
            field: "voice_url".to_owned(),
            reason: "Clear text".to_owned(),
            evidence: vec![("URL".to_owned(), "http://a.example".to_owned())],
            remediation: "Use https".to_owned(),
            fix_command: "curl".to_owned(),
            console_url: String::new(),
            citations: Vec::new(),
            sources: Vec::new(),
            first_seen: "2026-11-20T00:00:00Z".to_owned(),
            last_seen: "2026-11-22T00:00:00Z".to_owned(),
            owner: String::new(),
        }
    }

    #[test]
    fn what_cannot_be_seen_is_never_fixed() {
        let lost = carried(&fault(), true, Sight::Missed).unwrap();
        assert_eq!(
            (lost.change, lost.outcome, lost.waived),
            (Change::LostSight, Outcome::NotAssessed, false)
        );
        assert!(lost.is_open_blocker() && lost.fix_command.is_empty());
        assert_eq!(lost.last_seen, fault().last_seen);
        assert!(lost.reason.ends_with("On 2026-11-22: Clear text"), "{}", lost.reason);
        let again = carried(&lost, true, Sight::Missed).unwrap();
        assert_eq!((again.change, &again.reason), (Change::Open, &lost.reason), "lost once, told once");
        let not_run = carried(&fault(), true, Sight::NotRun).unwrap();
        assert_eq!((not_run.change, not_run.outcome), (Change::LostSight, Outcome::NotApplicable));
    }

    #[test]
    fn what_is_known_to_be_gone_is_fixed() {
        for sight in [Sight::Clear, Sight::AccountGone] {
            let gone = carried(&fault(), true, sight).unwrap();
            assert_eq!((gone.change, gone.outcome), (Change::Fixed, Outcome::NotApplicable));
            assert!(gone.evidence.is_empty() && gone.remediation.is_empty());
        }
        let event = Finding { resource_type: "monitor_event".to_owned(), ..fault() };
        for last in [carried(&event, true, Sight::Clear), carried(&fault(), true, Sight::OutOfScope)] {
            let last = last.unwrap();
            assert_eq!(
                (last.change, last.outcome),
                (Change::LostSight, Outcome::NotApplicable),
                "mended by nobody"
            );
            assert!(last.reason.ends_with("On 2026-11-22: Clear text"), "{}", last.reason);
        }
        assert!(carried(&event, true, Sight::Missed).is_some());
        assert_eq!(
            carried(&fault(), false, Sight::Clear),
            None,
            "a gap that was closed is no fault that was mended"
        );
    }
}
