//! What the Organization's app reads, at either address, and that nothing of a person is kept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::collections::BTreeSet;

use audit::{Audit, Ended, all_credentials, credential, simulator, simulator_with};
use serde_json::{Value, json};
use twilio_audit::simulator::{Credential, Options, OrganizationAt, Simulator, sid};

const CANARIES: [&str; 3] = ["Marguerite", "Quillfeather", "canary.user"];

fn estate() -> Value {
    json!({
        "accounts": [
            {"sid": "AC0001", "name": "Parent", "days_ago": 400},
            {"sid": "AC0002", "owner": "AC0001", "name": "Child"},
        ],
        "organization": {
            "sid": "OR0001",
            "oauth_apps": [{"sid": "OQ0001", "secret": "canary-of-the-organization", "ttl": 3600}],
            "accounts": [{"sid": "AC0009", "name": "Another team"}],
            "users": [
                {"sid": "US0001", "user_name": "canary.user@clinic.example", "given_name": CANARIES[0],
                 "family_name": CANARIES[1]},
                {"sid": "US0002", "active": false, "user_name": "canary.user@agency.example"},
            ],
            "roles": [{"sid": "IX0001", "name": "Owner", "permissions": ["/twilio/iam/accounts/list"]}],
            "role_assignments": [
                {"sid": "IY0001", "role_sid": "IX0001", "scope": "OR0001", "identity": "US0001"},
                {"sid": "IY0002", "role_sid": "IX0001", "scope": "AC0009", "identity": "US0002"},
            ],
        },
    })
}

const KINDS: [&str; 6] = [
    "organization_account",
    "organization_user",
    "organization_role",
    "organization_role_permission",
    "organization_role_assignment",
    "account_role_assignment",
];

fn scan(simulator: &Simulator, app: Option<&Credential>) -> Ended {
    let tokens: Vec<_> =
        all_credentials(&estate()).into_iter().filter(|one| one.kind == "auth_token").collect();
    Audit::scan(simulator).credentials(&tokens.iter().chain(app).collect::<Vec<_>>()).run()
}

fn app() -> Credential {
    credential(&estate(), "OQ0001")
}

/// The statuses and reasons of a kind.
fn statuses(ended: &Ended, kind: &str) -> BTreeSet<(String, String)> {
    let rows = ended.rows("coverage.csv").into_iter().filter(|row| row["resource_type"] == kind);
    rows.map(|row| (row["status"].clone(), row["reason"].clone())).collect()
}

/// The values of a column of a kind in the evidence.
fn column(ended: &Ended, kind: &str, column: &str) -> BTreeSet<String> {
    let database = rusqlite::Connection::open(ended.scan().join("evidence.db")).unwrap();
    let mut statement = database.prepare(&format!("select {column} from {kind}")).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_lists_are_read_whole_wherever_they_are_served() {
    for at in [OrganizationAt::Both, OrganizationAt::Preview, OrganizationAt::V2] {
        let simulator =
            simulator_with(&estate(), Options { organization_at: at, ..Options::default() }).await;
        let ended = scan(&simulator, Some(&app()));
        assert_eq!(ended.unusable(), Vec::<String>::new(), "{at:?}");
        // Roles are served at iam alone, so at a Twilio of the older address they and what is below are not there.
        let older = |kind: &&str| at == OrganizationAt::Preview && kind.starts_with("organization_role");
        for kind in KINDS.iter().filter(|kind| !older(kind) || **kind == "organization_role_assignment") {
            let statuses = statuses(&ended, kind);
            assert!(statuses.iter().all(|(status, _)| status == "complete"), "{at:?}: {kind} {statuses:?}");
        }
        assert_eq!(
            column(&ended, "organization_account", "sid"),
            [sid("AC0001"), sid("AC0002"), sid("AC0009")].into(),
            "those outside the tree too"
        );
        assert_eq!(
            column(&ended, "organization_user", "user_domain"),
            ["agency.example".to_owned(), "clinic.example".to_owned()].into()
        );
        assert_eq!(column(&ended, "organization_role_assignment", "identity"), [sid("US0001")].into());
        assert_eq!(column(&ended, "account_role_assignment", "scope"), [sid("AC0009")].into());
        let everything = ended.everything();
        for canary in CANARIES {
            assert!(!everything.contains(canary), "{canary} is kept");
        }
        ended.kept_secrets_of(&estate());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_app_nobody_asks_and_the_reason_says_so() {
    let simulator = simulator(&estate()).await;
    let ended = scan(&simulator, None);
    for kind in KINDS.iter().filter(|kind| ["organization_account", "organization_user"].contains(kind)) {
        let reason = "only the Organization's OAuth app may read this".to_owned();
        assert_eq!(statuses(&ended, kind), [("no_credential".to_owned(), reason)].into(), "{kind}");
    }
    for kind in KINDS {
        assert!(statuses(&ended, kind).iter().all(|(status, _)| status == "no_credential"), "{kind}");
    }
    assert!(!simulator.requests().iter().any(|request| request.path.contains("preview-iam")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_with_a_wrong_secret_is_named_and_costs_nothing_but_the_organization() {
    let simulator = simulator(&estate()).await;
    let wrong = Credential { secret: "canary-of-a-wrong-secret".into(), ..app() };
    let ended = scan(&simulator, Some(&wrong));
    assert_eq!(ended.code, 3);
    let [sentence] = &ended.unusable()[..] else { panic!("{:?}", ended.unusable()) };
    assert!(sentence.starts_with("credentials.toml:10: "), "{sentence}");
    assert!(statuses(&ended, "organization_user").iter().all(|(status, _)| status == "denied"));
    assert!(statuses(&ended, "messaging_service").iter().all(|(status, _)| status == "complete"));
    let posts = simulator.requests().iter().filter(|request| request.method == "POST").count();
    assert_eq!(posts, 1, "it is not asked for again");
    assert!(!ended.everything().contains("canary-of-a-wrong-secret"));
}
