//! May PHI go live on an account: ready, not ready, or cannot say?

use std::collections::{BTreeSet, HashMap};
use std::io;

use super::Compiled;
use crate::model::{Blockers, CONTRADICTED, Findings, Scan, Settlement, Standing, Verdict};

/// The checks that stand between an account and PHI. As long as one of them was not run, nothing is ready.
pub const GO_LIVE_CHECKS: [&str; 26] = [
    "baa-not-executed",
    "edition-not-evidenced",
    "account-inventory-drift",
    "phi-account-not-designated",
    "subaccount-designation-gap",
    "product-in-use-not-eligible",
    "product-not-in-covered-list",
    "noncovered-channel-sender",
    "rcs-sender-in-phi-pool",
    "marketplace-addon-installed",
    "downstream-vendor-without-baa",
    "parent-credential-reaches-phi",
    "connect-app-authorized",
    "webhook-http",
    "webhook-get-method",
    "webhook-tunnel-or-inspector",
    "webhook-host-not-allowed",
    "shared-webhook-url",
    "recording-media-public",
    "att-mms-media-http-auth",
    "intelligence-data-logging",
    "event-sink-insecure",
    "sip-domain-without-auth",
    "trunk-without-auth",
    "att-console-sso-mfa",
    "attestation-contradicted",
];

/// Checks of which some answers alone stand between an account and PHI. Without them nothing is ready either.
const BLOCKING_IN_PART: [&str; 1] = ["studio-external-host"];

/// Writes into a scan whether PHI may go live on each of its active PHI accounts, and which findings speak against what
/// was attested.
///
/// # Errors
///
/// When the findings cannot be read.
pub fn decide(scan: &mut Scan, findings: &dyn Findings, checks: &[Compiled]) -> io::Result<()> {
    let mut needed = GO_LIVE_CHECKS.iter().chain(&BLOCKING_IN_PART);
    let all_run = needed.all(|id| checks.iter().any(|compiled| compiled.check.id == *id));
    let of_tree: BTreeSet<&str> = checks
        .iter()
        .filter(|compiled| compiled.check.scope.speaks_for_the_tree())
        .map(|compiled| compiled.check.id.as_str())
        .collect();
    let root = scan.accounts.first().map(|account| account.account_sid.clone()).unwrap_or_default();
    let mut by_account: HashMap<String, Blockers> = HashMap::new();
    let mut everywhere = Blockers::default();
    let settled_by: HashMap<&str, &[Settlement]> = checks
        .iter()
        .map(|one| (one.check.id.as_str(), one.check.settled_by.as_slice()))
        .filter(|(_, settled_by)| !settled_by.is_empty())
        .collect();
    let attestations = &mut scan.attestations;
    findings.each(&mut |finding| {
        if let Some(settled_by) = settled_by.get(finding.check_id.as_str()) {
            attestations.iter_mut().for_each(|attestation| attestation.note_what_stands(finding, settled_by));
        }
        if finding.check_id == CONTRADICTED && finding.outcome.needs_action() {
            attestations.iter_mut().for_each(|attestation| attestation.doubt(finding));
        }
        if finding.is_blocker() {
            by_account.entry(finding.account_sid.clone()).or_default().add(finding);
            if finding.account_sid == root && of_tree.contains(finding.check_id.as_str()) {
                everywhere.add(finding);
            }
        }
        Ok(())
    })?;
    let none = Blockers::default();
    for account in scan.accounts.iter_mut().filter(|account| account.phi && account.active) {
        let own = by_account.get(account.account_sid.as_str()).unwrap_or(&none);
        let count = |standing| own.standing(&everywhere, standing).len();
        account.blockers_failed = count(Standing::Failed);
        account.blockers_undecided = count(Standing::Undecided);
        account.blockers_accepted = count(Standing::Accepted);
        account.verdict = Some(match (account.blockers_failed, account.blockers_undecided) {
            (0, 0) if all_run => Verdict::Ready,
            (0, _) => Verdict::CannotSay,
            _ => Verdict::NotReady,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::built_in;

    #[test]
    fn what_a_check_file_says_agrees_with_the_list() {
        let listed: BTreeSet<_> = GO_LIVE_CHECKS.into_iter().collect();
        for check in built_in().unwrap() {
            assert_eq!(check.blocks_go_live, listed.contains(check.id.as_str()), "{}", check.id);
        }
    }

    #[test]
    fn a_check_of_which_some_answers_block_is_needed_too() {
        let in_part: Vec<String> = built_in()
            .unwrap()
            .into_iter()
            .filter(|check| !check.blocks_go_live && check.query.contains("blocks_go_live"))
            .map(|check| check.id)
            .collect();
        assert_eq!(in_part, BLOCKING_IN_PART);
    }

    /// Twilio calls these required, the BAA's own state decides them, or nobody knows whether it covers them; the statement
    /// names them, for READY does not depend on them.
    #[test]
    fn what_does_not_block_and_is_a_condition_says_so() {
        let checks = built_in().unwrap();
        for id in [
            "sip-domain-not-secure",
            "trunk-not-secure",
            "media-stream-destination",
            "verify-noncovered-channel",
            "video-room-type-not-listed",
            "region-not-us1",
            "non-us-number",
            "serverless-public-visibility",
            "shared-data-destination",
            "studio-embedded-secret",
            "studio-external-host",
            "studio-ineligible-widget",
            "att-flex-session-timeout",
            "att-speech-provider-failover",
            "att-support-channel-no-phi",
            "att-voice-media-http-auth",
            "native-transcription-undeclared",
            "label-may-carry-phi",
            "verify-name-reveals-care",
            "product-eligibility-unknown",
            "baa-review-overdue",
            "phi-account-is-trial",
        ] {
            let check = checks.iter().find(|check| check.id == id).unwrap();
            assert!(!check.condition.trim().is_empty(), "{id}");
        }
        assert!(checks.iter().any(|check| check.id == crate::model::PHI_SIGNS));
    }
}
