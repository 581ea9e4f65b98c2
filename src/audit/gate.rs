//! May PHI go live on an account: ready, not ready, or cannot say?

use super::{Compiled, Scope};
use crate::model::{Finding, Outcome, Scan, Verdict};

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

/// Writes into a scan whether PHI may go live on each of its active PHI accounts.
pub fn decide(scan: &mut Scan, checks: &[Compiled]) {
    let root = scan.accounts.first().map(|account| account.account_sid.clone());
    let findings = &scan.findings;
    for account in &mut scan.accounts {
        let is_active = account.status.is_empty() || account.status == "active";
        account.verdict = (account.phi && is_active)
            .then(|| verdict(&account.account_sid, root.as_deref(), checks, findings));
    }
}

/// Decides for one PHI account. `checks` are those that were run, `findings` those of the whole scan,
/// `root` is the account that stands for the organization.
fn verdict(account_sid: &str, root: Option<&str>, checks: &[Compiled], findings: &[Finding]) -> Verdict {
    let speaks_for_the_tree = |id: &str| {
        checks
            .iter()
            .any(|compiled| compiled.check.id == id && Scope::speaks_for_the_tree(compiled.check.scope))
    };
    let concerns = |finding: &&Finding| {
        finding.is_open_blocker()
            && (finding.account_sid == account_sid
                || (Some(finding.account_sid.as_str()) == root && speaks_for_the_tree(&finding.check_id)))
    };
    let mut open = findings.iter().filter(concerns).peekable();
    let undecided = open.peek().is_some();
    let all_run = GO_LIVE_CHECKS.iter().all(|id| checks.iter().any(|compiled| compiled.check.id == *id));
    if open.any(|finding| finding.outcome == Outcome::Fail) {
        Verdict::NotReady
    } else if undecided || !all_run {
        Verdict::CannotSay
    } else {
        Verdict::Ready
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::audit::built_in;

    #[test]
    fn what_a_check_file_says_agrees_with_the_list() {
        let listed: BTreeSet<_> = GO_LIVE_CHECKS.into_iter().collect();
        for check in built_in().unwrap() {
            assert_eq!(check.blocks_go_live, listed.contains(check.id.as_str()), "{}", check.id);
        }
    }
}
