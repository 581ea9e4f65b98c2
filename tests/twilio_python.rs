//! Twilio's own Python library finds the simulator to be a Twilio: it pages, parses, changes and refuses alike.
//!
//! Needs Python with the package `twilio`: `TESTS_PYTHON`, or `.venv/bin/python` in the checkout.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/python.rs"]
mod python;

use std::path::Path;

use serde_json::{Value, json};
use twilio_audit::simulator::{Estate, Options, Simulator, changes, sid};

fn estate() -> Estate {
    let numbers: Vec<Value> = (0..23).map(|n| json!({"phone_number": format!("+120255501{n:02}")})).collect();
    let services: Vec<Value> = (0..7).map(|n| json!({"friendly_name": format!("service {n}")})).collect();
    let estate = json!({"accounts": [
        {
            "sid": "AC0001", "name": "Parent",
            "oauth_apps": [{"sid": "OQ0a01", "secret": "app", "allow": ["/twilio/messaging/*", "/twilio/phone-numbers/*"]}],
            "resources": {"messaging/v1/Services": [{"friendly_name": "parent's"}, {}, {}]}
        },
        {
            "sid": "AC0002", "owner": "AC0001", "name": "Child",
            "keys": [
                {"sid": "SK0b01", "name": "worker", "kind": "standard"},
                {"sid": "SK0b02", "name": "reader", "kind": "restricted", "allow": ["/twilio/messaging/services/list"]}
            ],
            "resources": {
                "api/IncomingPhoneNumbers": numbers,
                "messaging/v1/Services": services,
                "messaging/v2/Channels/Senders": [{"sender_id": "whatsapp:+12025550160"}, {"sender_id": "rcs:brand"}],
                "studio/v2/Flows": [{"sid": "FW0b01", "definition": {"states": [{"name": "hello", "type": "say-play"}]}}]
            },
            "regions": {"ie1": {
                "keys": [{"sid": "SK0b03", "name": "Irish", "kind": "main"}],
                "resources": {
                    "messaging/v1/Services": [{"sid": "MG0c01"}, {"sid": "MG0c02"}],
                    "api/IncomingPhoneNumbers": [{}]
                }
            }}
        }
    ], "organization": {
        "sid": "OR0001",
        "oauth_apps": [{"sid": "OQ0001", "secret": "organization's"}],
        "accounts": [{"sid": "AC0009", "name": "Elsewhere"}],
        "users": [{"sid": "US0001"}, {"sid": "US0002", "active": false}],
        "roles": [{"sid": "IX0001", "permissions": ["/twilio/iam/roles/read", "/twilio/iam/roles/list"]}],
        "role_assignments": [{"role_sid": "IX0001", "scope": "AC0002", "identity": "US0001"}]
    }});
    Estate::from_json(&estate.to_string()).unwrap()
}

fn credential(user: &str) -> Value {
    let one = estate().credentials().into_iter().find(|one| one.user == sid(user)).unwrap();
    json!({"user": one.user, "secret": one.secret, "account": one.account})
}

fn drive(python: &Path, script: &str, task: &Value) -> Value {
    let ended = python::run(python, &format!("twilio_python/{script}"), &[], &task.to_string());
    serde_json::from_str(&ended.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn twilios_own_library_reads_the_simulator() {
    let Some(python) = python::with("twilio") else { return };
    let simulator = Simulator::start(estate(), Options::default()).await.unwrap();
    let mut wrong = credential("AC0002");
    wrong["secret"] = json!("not the secret");
    let task = json!({
        "endpoint": simulator.endpoint(), "parent": credential("AC0001"), "child": credential("AC0002"),
        "standard": credential("SK0b01"), "restricted": credential("SK0b02"), "wrong": wrong,
        "app": credential("OQ0a01"), "organization_app": credential("OQ0001"), "role": sid("IX0001"),
        "user": sid("US0002"),
        "regional": credential("SK0b03"),
    });
    let seen = tokio::task::spawn_blocking(move || drive(&python, "drive.py", &task)).await.unwrap();

    let distinct = |name: &str| {
        let rows = seen[name].as_array().unwrap();
        let sids: std::collections::BTreeSet<_> = rows.iter().map(Value::to_string).collect();
        (rows.len(), sids.len())
    };
    assert_eq!(distinct("numbers"), (23, 23), "five pages of the 2010 API");
    assert_eq!(distinct("services"), (7, 7), "four pages of a product host");
    assert_eq!(distinct("accounts"), (2, 2));
    let pages = simulator
        .requests()
        .iter()
        .filter(|r| r.path.contains("/IncomingPhoneNumbers.json?PageSize=5"))
        .count();
    assert_eq!(pages, 5);
    assert!(seen["number_created"].as_str().unwrap().contains("T"), "the library could read the date");

    assert_eq!(seen["numbers_by_parent"], 23, "the parent's token reads the child's 2010 resources");
    assert_eq!(seen["services_of"], json!([sid("AC0002")]));
    assert_eq!(seen["services_by_parent_of"], json!([sid("AC0001")]), "and its own on product hosts");
    assert_eq!(seen["keys"][1], json!(["reader", ["rest_api", "restricted"]]));
    assert_eq!(seen["flow_definition"]["states"][0]["name"], "hello");
    assert_eq!(seen["whatsapp_senders"], json!(["whatsapp:+12025550160"]));

    assert_eq!(refused(&seen, "standard_on_accounts"), (401, 20003));
    assert_eq!(refused(&seen, "standard_on_keys"), (401, 20003));
    assert_eq!(refused(&seen, "restricted_on_numbers"), (401, 70051));
    assert_eq!(refused(&seen, "wrong_secret"), (401, 20003));
    assert_eq!(refused(&seen, "unknown_flow"), (404, 20404));
    oauth_and_the_organization(&seen, &simulator);
    regions(&seen, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn twilios_own_library_writes_to_the_simulator() {
    let Some(python) = python::with("twilio") else { return };
    let simulator = Simulator::start(estate(), Options::default()).await.unwrap();
    let before = simulator.snapshot();
    let child = format!("us1/{}/", sid("AC0002"));
    let list = format!("{child}api/IncomingPhoneNumbers/");
    let (_, number) =
        before.range(list.clone()..).next().filter(|(place, _)| place.starts_with(&list)).unwrap();
    let (number, dialled) = (number["sid"].clone(), number["phone_number"].clone());
    let task = json!({
        "endpoint": simulator.endpoint(), "parent": credential("AC0001"), "child": credential("AC0002"),
        "standard": credential("SK0b01"), "number": number,
    });
    let seen = tokio::task::spawn_blocking(move || drive(&python, "write.py", &task)).await.unwrap();

    assert_eq!(seen["number"], json!(["https://voice.example/in", true, "front desk"]));
    assert_eq!(seen["trunk"], json!([true, "disable-all"]));
    assert_eq!(seen["trunk_of_number"][0], seen["trunk_of_number"][1]);
    assert_eq!(seen["acl"], json!([true, true]));
    assert_eq!(seen["services_of_parent"], 0, "what a child makes is not the parent's");
    assert_eq!(refused(&seen, "by_parent"), (404, 20404));
    assert_eq!(seen["senders"], json!([[dialled], true, 0]));
    assert_eq!(seen["key"], json!([["pbx"], true]));
    assert_eq!(refused(&seen, "with_deleted_key"), (401, 20003));
    assert_eq!(refused(&seen, "standard_makes_keys"), (401, 20003));
    assert_eq!(refused(&seen, "unknown_mode"), (400, 20001));
    assert_eq!((&seen["service_deleted"], refused(&seen, "deleted_service")), (&json!(true), (404, 20404)));

    let changed = changes(&before, &simulator.snapshot());
    assert!(changed.iter().all(|line| line.starts_with(&child)), "{changed:#?}");
    // Three fields of the number and its trunk; the trunk with its number and its recording; a messaging service.
    assert_eq!(changed.len(), 8, "{changed:#?}");
    assert_eq!(simulator.writes().iter().filter(|write| !write.done).count(), 3, "what was refused");
}

/// Status and code with which something was refused.
fn refused(seen: &Value, name: &str) -> (u64, u64) {
    (seen[name]["status"].as_u64().unwrap_or_default(), seen[name]["code"].as_u64().unwrap_or_default())
}

fn oauth_and_the_organization(seen: &Value, simulator: &Simulator) {
    assert_eq!(seen["app_services"].as_array().unwrap().len(), 3, "two pages with one token");
    assert_eq!(seen["app_numbers"], 0);
    assert_eq!(refused(seen, "app_on_studio"), (401, 70051));
    assert_eq!(refused(seen, "app_on_organization"), (403, 20403));
    assert_eq!(refused(seen, "app_with_wrong_secret"), (401, 20003));
    assert_eq!(seen["organization_accounts"], json!([sid("AC0001"), sid("AC0002"), sid("AC0009")]));
    assert_eq!(seen["organization_roles"], json!([sid("IX0001")]));
    assert_eq!(seen["organization_users"], json!([[sid("US0001"), true], [sid("US0002"), false]]));
    assert_eq!((&seen["organization_account"], &seen["organization_user"]), (&json!("Child"), &json!(false)));
    assert_eq!(refused(seen, "organization_without_scope"), (400, 25203));
    assert_eq!(seen["role_permissions"], json!(["read", "list"]));
    assert_eq!(refused(seen, "organization_on_services"), (401, 20003));
    // The library looks into a token to see whether it is still good, and asks for another if it is not.
    let asked = |app: &str| {
        let requests = simulator.requests();
        let token = requests.iter().filter(|one| one.user == sid(app) && one.path.ends_with("/v2/token"));
        token.count()
    };
    assert_eq!((asked("OQ0a01"), asked("OQ0001")), (2, 1), "one with the wrong secret");
}

fn regions(seen: &Value, simulator: &Simulator) {
    assert_eq!(seen["regional_services"], json!([sid("MG0c01"), sid("MG0c02")]));
    assert_eq!(seen["regional_numbers"], 1);
    assert_eq!(seen["regional_keys"], json!([sid("SK0b03")]));
    assert_eq!(refused(seen, "regional_at_home"), (401, 20003));
    assert_eq!(refused(seen, "home_in_region"), (401, 20003));
    let hosts = simulator.requests().into_iter().filter(|one| one.path.contains(".dublin.ie1.twilio.com/"));
    assert!(hosts.count() >= 5);
}
