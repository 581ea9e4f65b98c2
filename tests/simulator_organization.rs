//! The Organization of the simulator: read by its own OAuth apps alone, at either of two addresses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/stage.rs"]
mod stage;

use serde_json::{Value, json};
use stage::{Stage, Who};
use twilio_audit::simulator::{Options, OrganizationAt, sid};

fn estate() -> Value {
    let users: Vec<_> = (0..130)
        .map(|n| json!({"sid": format!("US{n:04x}"), "active": n != 1, "user_name": format!("u{n}@x.example"), "days_ago": 9}))
        .collect();
    let outside: Vec<_> =
        (0..103).map(|n| json!({"sid": format!("AC1{n:03x}"), "name": "elsewhere"})).collect();
    json!({
        "accounts": [
            {
                "sid": "AC0001", "name": "Parent",
                "keys": [{"sid": "SK0001", "kind": "standard"}, {"sid": "SK0002", "kind": "restricted", "allow": ["/twilio/messaging/*"]}],
                "oauth_apps": [{"sid": "OQ0001", "secret": "of the account", "allow": ["/*"]}]
            },
            {"sid": "AC0002", "owner": "AC0001", "name": "Child", "status": "suspended"},
            {"sid": "AC0003", "owner": "AC00ff", "name": "Somebody else", "connect_only": true}
        ],
        "organization": {
            "sid": "OR0001",
            "oauth_apps": [
                {"sid": "OQ0a01", "secret": "all"},
                {"sid": "OQ0a02", "secret": "users", "allow": ["/twilio/iam/managed-users/list"]}
            ],
            "accounts": outside,
            "users": users,
            "roles": [{"sid": "IX0001", "name": "Owner", "permissions": ["/twilio/iam/roles/read", "/twilio/*"]}],
            "role_assignments": [
                {"sid": "IY0001", "role_sid": "IX0001", "scope": "OR0001", "identity": "US0000"},
                {"role_sid": "IX0001", "scope": "AC0001", "identity": "US0000"},
                {"role_sid": "IX0002", "scope": "AC0001", "identity": "US0002"}
            ]
        }
    })
}

async fn stage(at: OrganizationAt) -> Stage {
    Stage::new(&estate(), Options { organization_at: at, ..Options::default() }).await
}

/// The addresses of one list.
fn addresses(list: &str) -> [String; 2] {
    let preview = format!("preview-iam.twilio.com/Organizations/{}", sid("OR0001"));
    if list == "scim/Users" {
        [format!("{preview}/scim/Users"), "iam.twilio.com/scim/v2/Users".into()]
    } else {
        [format!("{preview}/{list}"), format!("iam.twilio.com/v2/Organizations/{}/{list}", sid("OR0001"))]
    }
}

fn by_scope(account: &str) -> String {
    format!("RoleAssignments?Scope={}", sid(account))
}

#[tokio::test]
async fn only_the_organization_s_apps_read_it() {
    let stage = stage(OrganizationAt::Both).await;
    let (own, of_account) = (stage.token("OQ0a01").await, stage.token("OQ0001").await);
    for list in ["Accounts".to_owned(), by_scope("AC0001"), "scim/Users".into()] {
        for url in addresses(&list) {
            for (who, outcome) in [
                (Who::Bearer(&own), (200, 0)),
                (Who::Bearer(&of_account), (403, 20403)),
                (Who::Bearer("made-up"), (401, 20003)),
                (Who::Us1("AC0001"), (401, 20003)),
                (Who::Us1("SK0001"), (401, 20003)),
            ] {
                let reply = stage.get(who, &url).await;
                assert_eq!(reply.outcome(), outcome, "{url}: {}", reply.text);
            }
        }
    }
    let other = format!("preview-iam.twilio.com/Organizations/{}/Accounts", sid("OR0002"));
    assert_eq!(stage.get(Who::Bearer(&own), &other).await.outcome(), (403, 20403));
    let users = stage.token("OQ0a02").await;
    let [_, accounts] = addresses("Accounts");
    assert_eq!(stage.get(Who::Bearer(&users), &accounts).await.outcome(), (401, 70051));
    assert_eq!(stage.get(Who::Bearer(&users), "iam.twilio.com/scim/v2/Users").await.status, 200);
    let requests = stage.simulator.requests();
    assert!(requests.iter().any(|one| one.user == sid("OQ0a01") && one.path.ends_with("/Accounts")));
}

#[tokio::test]
async fn its_apps_reach_no_account() {
    let stage = stage(OrganizationAt::Both).await;
    let token = stage.token("OQ0a01").await;
    for url in [
        "api.twilio.com/2010-04-01/Accounts.json".to_owned(),
        format!("api.twilio.com/2010-04-01/Accounts/{}/Keys.json", sid("AC0001")),
        format!("iam.twilio.com/v1/Keys?AccountSid={}", sid("AC0001")),
        "messaging.twilio.com/v1/Services".into(),
        "messaging.dublin.ie1.twilio.com/v1/Services".into(),
    ] {
        assert_eq!(stage.get(Who::Bearer(&token), &url).await.outcome(), (401, 20003), "{url}");
    }
}

#[tokio::test]
async fn every_account_is_listed_page_by_page() {
    let stage = stage(OrganizationAt::Both).await;
    let token = stage.token("OQ0a01").await;
    for first in addresses("Accounts") {
        let (mut found, mut pages, mut next) = (Vec::new(), 0, Some(format!("{first}?PageSize=50")));
        while let Some(url) = next {
            let reply = stage.get(Who::Bearer(&token), &url).await;
            found.extend(reply.each("content", "account_sid"));
            pages += 1;
            let link = reply.json()["meta"]["next_page_url"].as_str().map(str::to_owned);
            next = link.map(|link| link.strip_prefix("https://").unwrap().to_owned());
            assert!(next.as_ref().is_none_or(|next| next.starts_with(&first)));
        }
        found.sort();
        found.dedup();
        assert_eq!((found.len(), pages), (105, 3));
        assert!(!found.contains(&sid("AC0003")), "it only authorized a Connect App");
        assert_eq!(
            stage.get(Who::Bearer(&token), &format!("{first}?PageSize=101")).await.outcome(),
            (400, 20001)
        );
        let row = &stage.get(Who::Bearer(&token), &first).await.json()["content"][1];
        assert_eq!(
            (&row["status"], &row["owner_sid"], &row["friendly_name"]),
            (&json!("suspended"), &json!(sid("US0000")), &json!("Child"))
        );
    }
}

#[tokio::test]
async fn role_assignments_need_an_identity_or_a_scope() {
    let stage = stage(OrganizationAt::Both).await;
    let token = stage.token("OQ0a01").await;
    for address in addresses("RoleAssignments") {
        assert_eq!(stage.get(Who::Bearer(&token), &address).await.outcome(), (400, 25203));
        let found = async |query: String| {
            let reply = stage.get(Who::Bearer(&token), &format!("{address}?{query}")).await;
            reply.each("content", "identity").len()
        };
        assert_eq!(found(format!("Scope={}", sid("AC0001"))).await, 2);
        assert_eq!(found(format!("Scope={}", sid("OR0001"))).await, 1);
        assert_eq!(found(format!("Identity={}", sid("US0000"))).await, 2);
        assert_eq!(found(format!("Identity={}&Scope={}", sid("US0000"), sid("AC0001"))).await, 1);
        assert_eq!(found(format!("Identity={}", sid("US0001"))).await, 0);
    }
    let documented = format!("iam.twilio.com/v2/Organizations/RoleAssignments?Scope={}", sid("OR0001"));
    let rows = stage.get(Who::Bearer(&token), &documented).await.json()["content"].clone();
    let expected = json!([
        {"sid": sid("IY0001"), "role_sid": sid("IX0001"), "scope": sid("OR0001"), "identity": sid("US0000")}
    ]);
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn users_are_paged_as_scim_says() {
    let stage = stage(OrganizationAt::Both).await;
    let token = stage.token("OQ0a01").await;
    for address in addresses("scim/Users") {
        let page = async |query: &str| {
            let reply = stage.get(Who::Bearer(&token), &format!("{address}{query}")).await;
            assert_eq!(reply.headers["content-type"], "application/scim+json");
            let page = reply.json();
            assert_eq!(page["totalResults"], 130);
            let rows = page["Resources"].as_array().unwrap().len();
            assert_eq!(page["itemsPerPage"], rows);
            (page["startIndex"].as_u64().unwrap(), rows)
        };
        assert_eq!(page("").await, (1, 100));
        assert_eq!(page("?startIndex=101").await, (101, 30));
        assert_eq!(page("?startIndex=121&count=5").await, (121, 5));
        assert_eq!(page("?startIndex=131").await, (131, 0));
        assert_eq!(page("?count=500").await, (1, 100));
        assert_eq!(page("?count=0").await, (1, 0));
        let users = stage.get(Who::Bearer(&token), &address).await.json();
        let user = &users["Resources"][1];
        assert_eq!((&user["id"], &user["active"]), (&json!(sid("US0001")), &json!(false)));
        assert_eq!(
            (&user["userName"], &user["emails"][0]["value"]),
            (&json!("u1@x.example"), &json!("u1@x.example"))
        );
        assert!(user["name"]["familyName"].is_string() && user["meta"]["created"].is_string(), "{user}");
    }
    let [address, _] = addresses("scim/Users");
    let refused = stage.get(Who::Us1("AC0001"), &address).await.json();
    assert_eq!((&refused["status"], refused["detail"].is_string()), (&json!("401"), true), "{refused}");
    assert_eq!(stage.get(Who::Bearer(&token), &format!("{address}?filter=active")).await.status, 400);
}

#[tokio::test]
async fn one_account_or_user_can_be_fetched() {
    let stage = stage(OrganizationAt::Both).await;
    let token = stage.token("OQ0a01").await;
    for (list, field, short) in [("Accounts", "account_sid", "AC0002"), ("scim/Users", "id", "US0001")] {
        for address in addresses(list) {
            let row = stage.get(Who::Bearer(&token), &format!("{address}/{}", sid(short))).await;
            assert_eq!(row.json()[field], sid(short), "{address}: {}", row.text);
            let unknown = stage.get(Who::Bearer(&token), &format!("{address}/{}", sid("US0fff"))).await;
            assert_eq!(unknown.outcome(), (404, 20404));
        }
    }
}

#[tokio::test]
async fn roles_and_their_permissions_are_listed() {
    let stage = stage(OrganizationAt::Preview).await;
    let token = stage.token("OQ0a01").await;
    let url = format!("iam.twilio.com/v1/Roles/{}/Permissions", sid("IX0001"));
    for who in [Who::Bearer(&token), Who::Us1("AC0001"), Who::Us1("SK0001")] {
        let reply = stage.get(who, &url).await;
        let rows = reply.json()["permissions"].clone();
        assert_eq!((&rows[0]["resource"], &rows[0]["action"]), (&json!("roles"), &json!("read")));
        assert_eq!((&rows[1]["product"], &rows[1]["resource"]), (&json!("*"), &Value::Null));
        assert_eq!(reply.json()["meta"]["key"], "permissions");
    }
    assert_eq!(stage.get(Who::Us1("SK0002"), &url).await.outcome(), (401, 70051));
    let roles = "iam.twilio.com/v2/Organizations/Roles";
    assert_eq!(stage.get(Who::Bearer(&token), roles).await.outcome(), (404, 20404), "not at this address");
    let unknown = format!("iam.twilio.com/v1/Roles/{}/Permissions", sid("IX0009"));
    assert_eq!(stage.get(Who::Bearer(&token), &unknown).await.outcome(), (404, 20404));
}

#[tokio::test]
async fn one_address_or_the_other_can_be_missing() {
    let both = stage(OrganizationAt::Both).await;
    let token = both.token("OQ0a01").await;
    let roles = both.get(Who::Bearer(&token), "iam.twilio.com/v2/Organizations/Roles").await;
    assert_eq!(roles.each("content", "friendly_name"), ["Owner"]);
    for (at, statuses) in [(OrganizationAt::Preview, [200, 404]), (OrganizationAt::V2, [404, 200])] {
        let stage = stage(at).await;
        let token = stage.token("OQ0a01").await;
        for list in ["Accounts".to_owned(), by_scope("OR0001"), "scim/Users".into()] {
            for (address, status) in addresses(&list).iter().zip(statuses) {
                assert_eq!(stage.get(Who::Bearer(&token), address).await.status, status, "{address}");
            }
        }
    }
    let mut estate = estate();
    estate.as_object_mut().unwrap().remove("organization");
    let stage = Stage::new(&estate, Options::default()).await;
    let [address, _] = addresses("Accounts");
    assert_eq!(stage.get(Who::Us1("AC0001"), &address).await.outcome(), (404, 20404));
}
