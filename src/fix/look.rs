//! Looking at a resource before and after a change.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::value::{at, is_same};
use crate::credentials::{Caller, Credential, Credentials, ParentReach};
use crate::model::{AccountSid, FieldChange};
use crate::twilio::{self, Client, Failure, FailureKind, Request};

/// What was sent is read again so often, with so much time in between: some of Twilio's answers come from copies.
pub(super) const LOOKS: u32 = 4;
pub(super) const BETWEEN_LOOKS: Duration = Duration::from_millis(700);

/// What is at an address.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// This.
    Resource(Value),
}

/// How things stand with a change.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// As the plan says that it was before.
    AsPlanned,
    /// As it is to be afterwards.
    Done,
    /// Neither: a sentence that says in what.
    Different(String),
}

/// What is to be seen once a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// The fields have their new values.
    Changed,
    /// It is not there any more.
    Gone,
    /// It is there again, under another SID.
    Anew,
}

/// Who may read and change a resource of an account at this address.
///
/// Only where the address names the account can the parent's Auth Token be meant for a subaccount: anywhere else it
/// would change the parent's own resource.
pub(super) fn who<'c>(
    credentials: &'c Credentials,
    account: &AccountSid,
    address: &str,
) -> Option<&'c Credential> {
    let names_account = Url::parse(address).is_ok_and(|url| {
        let is_api = url.host_str().is_some_and(|host| host.starts_with("api."));
        let mut segments = url.path_segments().into_iter().flatten();
        let named = segments.nth(2).map(|segment| segment.trim_end_matches(".json"));
        is_api && url.path().starts_with("/2010-04-01/Accounts/") && named == Some(account.as_str())
    });
    credentials.for_request(account, ParentReach { auth_token: names_account, main_key: false })
}

/// A larger answer is refused: it is one resource.
const MOST_BYTES: usize = 1 << 20;

/// Reads what is at an address.
pub(super) async fn look(client: &Client, address: &str, caller: Caller<'_>) -> Result<Found, Failure> {
    let url = Url::parse(address).map_err(|_| Failure::broken("the address is not one of Twilio's"))?;
    match client.get(Request { url: &url, caller }).await {
        // Whatever stands in it becomes a value, which takes a dozen times its room.
        Ok(reply) if reply.body.len() > MOST_BYTES => Err(Failure::broken("the answer is larger than 1 MiB")),
        Ok(reply) => twilio::value(&reply.body)
            .map(Found::Resource)
            .map_err(|_| Failure::broken("the answer cannot be read, or says something twice")),
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(Found::Nothing),
        Err(failure) => Err(failure),
    }
}

/// How things stand with a change of these fields.
pub(super) fn standing(found: &Found, account: &AccountSid, aim: Aim, fields: &[FieldChange]) -> Standing {
    let resource = match (found, aim) {
        (Found::Nothing, Aim::Gone) => return Standing::Done,
        (Found::Nothing, Aim::Anew) => return Standing::AsPlanned,
        (Found::Nothing, Aim::Changed) => return Standing::Different("it is not there any more".to_owned()),
        (Found::Resource(_), Aim::Anew) => return Standing::Done,
        (Found::Resource(resource), Aim::Gone | Aim::Changed) => resource,
    };
    let of = resource.get("account_sid").and_then(Value::as_str);
    if of.is_some_and(|of| of != account.as_str()) {
        return Standing::Different(
            "it belongs to another account than the plan says: look at the credential".to_owned(),
        );
    }
    let is_after = |field: &FieldChange| {
        field.after.as_ref().is_none_or(|after| is_same(at(resource, &field.path), after))
    };
    let is_before = |field: &FieldChange| is_same(at(resource, &field.path), &field.before);
    if aim == Aim::Changed && fields.iter().all(is_after) {
        return Standing::Done;
    }
    let other = fields.iter().find(|field| {
        // A change that stopped half way left some fields as they are to be.
        !(is_before(field) || (aim == Aim::Changed && is_after(field)))
    });
    match other {
        None => Standing::AsPlanned,
        Some(field) => {
            Standing::Different(format!("`{}` is not what it was when the plan was made", field.path))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account() -> AccountSid {
        "AC00000000000000000000000000000001".parse().unwrap()
    }

    fn field(path: &str, before: Value, after: Option<Value>) -> FieldChange {
        FieldChange { path: path.into(), parameter: None, before, after }
    }

    #[test]
    fn a_change_is_due_only_where_everything_is_as_it_was() {
        let fields = [
            field("secure", json!(false), Some(json!("true"))),
            field("mode", json!("open"), Some(json!("closed"))),
        ];
        let stands = |resource| standing(&Found::Resource(resource), &account(), Aim::Changed, &fields);
        assert_eq!(stands(json!({"secure": false, "mode": "open"})), Standing::AsPlanned);
        assert_eq!(stands(json!({"secure": true, "mode": "open"})), Standing::AsPlanned, "half way");
        assert_eq!(stands(json!({"secure": true, "mode": "closed"})), Standing::Done);
        assert!(matches!(stands(json!({"secure": false, "mode": "ajar"})), Standing::Different(_)));
        assert!(matches!(
            stands(json!({"secure": false, "mode": "open", "account_sid": "AC2"})),
            Standing::Different(_)
        ));
        let gone = standing(&Found::Nothing, &account(), Aim::Changed, &fields);
        assert!(matches!(gone, Standing::Different(_)));
    }

    #[test]
    fn a_deletion_is_due_only_for_what_was_seen() {
        let fields = [field("type", json!("main"), None)];
        let stands = |found: &Found| standing(found, &account(), Aim::Gone, &fields);
        assert_eq!(stands(&Found::Nothing), Standing::Done);
        assert_eq!(stands(&Found::Resource(json!({"type": "main"}))), Standing::AsPlanned);
        assert!(matches!(stands(&Found::Resource(json!({"type": "restricted"}))), Standing::Different(_)));
    }

    #[test]
    fn a_parent_s_token_changes_a_subaccount_only_where_the_address_names_it() {
        use crate::credentials::{Secret, Source};
        let parent: AccountSid = "AC00000000000000000000000000000002".parse().unwrap();
        let token = Credential::new(
            parent.as_str(),
            parent.as_str(),
            Secret::new("a-secret-value".into()),
            Source::Environment,
        );
        let mut credentials = Credentials::from_iter([token.unwrap()]);
        credentials.set_parent(parent);
        let child = account();
        let named = format!("https://api.twilio.com/2010-04-01/Accounts/{child}/SIP/Domains/SD1.json");
        assert!(who(&credentials, &child, &named).is_some());
        for unnamed in [
            "https://trunking.twilio.com/v1/Trunks/TK1".to_owned(),
            "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000002.json".to_owned(),
            format!("https://voice.twilio.com/2010-04-01/Accounts/{child}/x"),
        ] {
            assert!(who(&credentials, &child, &unnamed).is_none(), "{unnamed}");
        }
    }
}
