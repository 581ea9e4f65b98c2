//! Who may ask for a listing.

use crate::catalogue::{Endpoint, doubts};
use crate::credentials::{Caller, Credentials, ParentReach};
use crate::model::AccountSid;

/// Who asks for a listing.
pub(super) struct Asker<'a> {
    pub(super) caller: Caller<'a>,
    pub(super) kind: Option<&'static str>,
    /// Where the credential was found.
    pub(super) place: &'a str,
    /// Whether it is the Organization's app.
    pub(super) is_of_organization: bool,
}

impl<'a> Asker<'a> {
    /// Who may ask for this of the account, if anybody.
    pub(super) fn of(
        credentials: &'a Credentials,
        endpoint: &Endpoint,
        account: &AccountSid,
    ) -> Option<Self> {
        if endpoint.by_organization {
            let app = credentials.organization()?;
            return Some(Self {
                caller: app.caller(),
                kind: Some("organization_app"),
                place: &app.place,
                is_of_organization: true,
            });
        }
        let reach = parent_reach(endpoint, doubts::PARENT_TOKEN_LISTS_SUBACCOUNT_KEYS);
        let credential = credentials.for_request(account, reach)?;
        Some(Self {
            caller: credential.caller(),
            kind: Some(credential.word()),
            place: &credential.place,
            is_of_organization: false,
        })
    }
}

/// Which credentials of the parent may ask for a subaccount's listing: where the path names the account, and
/// perhaps where the query does.
fn parent_reach(endpoint: &Endpoint, token_lists_keys: bool) -> ParentReach {
    let in_path = endpoint.host.parent_token_reaches_subaccounts();
    ParentReach {
        auth_token: in_path || (token_lists_keys && endpoint.names_account()),
        main_key: in_path && doubts::PARENT_MAIN_KEY_REACHES_SUBACCOUNTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(kind: &str) -> &'static Endpoint {
        crate::catalogue::kind(kind).unwrap().endpoint().unwrap()
    }

    #[test]
    fn both_answers_to_whether_a_parent_token_lists_a_subaccount_s_keys() {
        for answer in [false, true] {
            assert_eq!(parent_reach(endpoint("api_key"), answer).auth_token, answer);
            assert!(parent_reach(endpoint("phone_number"), answer).auth_token, "its path names the account");
            assert!(!parent_reach(endpoint("sync_service"), answer).auth_token, "nothing names the account");
        }
    }
}
