//! What Twilio has and what of it is kept: every resource kind as one constant.
//!
//! Pure description. It knows no HTTP, no database and no rule; a new kind is one constant in the
//! file of its product family and one line in [`KINDS`].

mod accounts;
mod host;
mod kind;
mod messaging;
mod numbers;
mod runtime;
mod voice;

pub use accounts::{ACCOUNT_TREE, TWILIO_ACCOUNT};
pub use host::Host;
pub use kind::{Answer, Column, Derivation, Endpoint, Keep, Kind, Origin, Paging, Per};

/// Whether a list that answers 404 may be taken for an empty one.
///
/// Twilio does not document whether it answers 404 or an empty list where a product was never provisioned.
/// Until a live account has shown it, such a list counts as unread.
pub const LIST_NOT_FOUND_MEANS_EMPTY: bool = false;

/// Every kind, parents before children.
pub static KINDS: &[&Kind] = &[
    &accounts::ACCOUNT_TREE,
    &accounts::TWILIO_ACCOUNT,
    &accounts::API_KEY,
    &accounts::API_KEY_POLICY,
    &accounts::AUTHORIZED_CONNECT_APP,
    &accounts::USAGE_RECORD,
    &accounts::INSTALLED_ADD_ON,
    &numbers::PHONE_NUMBER,
    &numbers::TWIML_APP,
    &numbers::SHORT_CODE,
    &numbers::OUTGOING_CALLER_ID,
    &voice::QUEUE,
    &voice::SIP_DOMAIN,
    &voice::SIP_DOMAIN_CALL_CREDENTIAL_LIST,
    &voice::SIP_DOMAIN_CALL_ACL,
    &voice::SIP_DOMAIN_REGISTRATION_CREDENTIAL_LIST,
    &voice::SIP_CREDENTIAL_LIST,
    &voice::SIP_CREDENTIAL,
    &voice::SIP_ACL,
    &voice::SIP_ACL_ADDRESS,
    &voice::TRUNK,
    &voice::TRUNK_ORIGINATION_URL,
    &voice::TRUNK_CREDENTIAL_LIST,
    &voice::TRUNK_ACL,
    &voice::TRUNK_RECORDING,
    &voice::DIALING_PERMISSION,
    &voice::VOICE_SETTING,
    &voice::RECORDING,
    &voice::INTELLIGENCE_SERVICE,
    &messaging::MESSAGING_SERVICE,
    &messaging::MESSAGING_SERVICE_PHONE_NUMBER,
    &messaging::MESSAGING_SERVICE_SHORT_CODE,
    &messaging::MESSAGING_SERVICE_ALPHA_SENDER,
    &messaging::MESSAGING_SERVICE_CHANNEL_SENDER,
    &messaging::WHATSAPP_SENDER,
    &messaging::RCS_SENDER,
    &messaging::CONVERSATION_ADDRESS,
    &messaging::VERIFY_SERVICE,
    &runtime::SYNC_SERVICE,
    &runtime::EVENT_SINK,
    &runtime::EVENT_SUBSCRIPTION,
    &runtime::SUBSCRIBED_EVENT,
    &runtime::FLEX_FLOW,
    &runtime::STUDIO_FLOW,
    &runtime::STUDIO_DEFINITION,
    &runtime::STUDIO_WIDGET,
    &runtime::STUDIO_URL,
    &runtime::SERVERLESS_SERVICE,
    &runtime::SERVERLESS_ENVIRONMENT,
    &runtime::SERVERLESS_VARIABLE,
    &runtime::SERVERLESS_BUILD,
    &runtime::SERVERLESS_FUNCTION,
    &runtime::SERVERLESS_ASSET,
];

/// The kind of the given name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_parents_come_first() {
        let mut seen = BTreeSet::new();
        for kind in KINDS {
            let parent = match &kind.origin {
                Origin::Derived { from, .. } => Some(*from),
                Origin::Request(endpoint) => match endpoint.per {
                    Per::Each { kind, .. } => Some(kind),
                    Per::Tree | Per::Account => None,
                },
            };
            assert!(parent.is_none_or(|parent| seen.contains(parent)), "{} before its parent", kind.name);
            assert!(seen.insert(kind.name), "{} is there twice", kind.name);
        }
    }

    #[test]
    fn columns_are_unique_and_leave_the_key_columns_alone() {
        for kind in KINDS {
            let mut seen = BTreeSet::from(["account_sid", "parent_sid", "sid"]);
            for column in kind.columns {
                assert!(seen.insert(column.name), "{}.{} twice", kind.name, column.name);
            }
        }
    }

    #[test]
    fn a_child_names_a_column_that_its_parent_keeps() {
        for child in KINDS {
            let Some(Endpoint { per: Per::Each { kind: parent, having }, .. }) = child.endpoint() else {
                continue;
            };
            let parent = kind(parent).unwrap();
            assert!(
                *having == "sid" || parent.columns.iter().any(|column| column.name == *having),
                "{} needs {}.{having}",
                child.name,
                parent.name
            );
        }
    }

    #[test]
    fn paths_follow_the_rules_of_their_api_generation() {
        for kind in KINDS {
            for endpoint in kind.endpoint().into_iter().flat_map(|e| [Some(e), e.fallback]).flatten() {
                // Without `.json` the 2010 API answers XML; with it the others answer 404.
                assert_eq!(endpoint.path.ends_with(".json"), endpoint.host == Host::Api, "{}", kind.name);
            }
        }
    }
}
