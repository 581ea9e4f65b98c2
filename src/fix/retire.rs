//! Deleting a key that was replaced: a change that no finding asks for.

use crate::model::{Fix, Method, Risk};

/// What stands in a plan where else the id of a check does.
pub const RETIRE: &str = "retire-key";

/// The call that deletes an API key. Source: <https://www.twilio.com/docs/iam/api-keys/key-resource-v2010>, read 2026-11.
pub fn retire() -> Fix {
    Fix {
        resource_type: Some("api_key".to_owned()),
        field: None,
        method: Method::Delete,
        url: "https://api.twilio.com/2010-04-01/Accounts/{account_sid}/Keys/{resource_sid}.json".to_owned(),
        form: std::collections::BTreeMap::new(),
        reads: std::collections::BTreeMap::new(),
        read_url: None,
        risk: Risk::Disruptive,
        safe_when: None,
        effect: "Whatever still signs in with this key is refused at once, and its access tokens end."
            .to_owned(),
        irreversible: false,
        undo: None,
    }
}
