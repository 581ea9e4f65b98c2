//! What Twilio has and what of it is kept: every resource kind as one constant.
//!
//! Pure description. It knows no HTTP, no database and no rule; a new kind is one constant in the
//! file of its product family and one line in the list of that file.

mod accounts;
mod column;
mod contact_center;
mod conversations;
pub mod doubts;
mod endpoint;
mod export;
mod host;
mod intelligence;
mod kind;
mod marketplace;
mod messaging;
mod monitor;
mod numbers;
mod organization;
mod serverless;
mod sip;
mod studio;
mod trunking;
mod trust;
mod usage;
mod verify;
mod video;
mod voice;
mod wireless;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use accounts::{ACCOUNT_TREE, AUTH_TOKEN_EXPOSED, TWILIO_ACCOUNT};
pub use column::{Column, Keep, Said};
pub use endpoint::{Answer, Days, Endpoint, Missing, Moment, Paging, Per, Since, Until};
pub use host::Host;
pub use kind::{Derivation, Kind, Origin};

/// Every kind, parents before children.
pub static KINDS: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| {
    [
        accounts::KINDS,
        organization::KINDS,
        usage::KINDS,
        marketplace::KINDS,
        numbers::KINDS,
        trust::KINDS,
        voice::KINDS,
        sip::KINDS,
        trunking::KINDS,
        messaging::KINDS,
        verify::KINDS,
        conversations::KINDS,
        video::KINDS,
        studio::KINDS,
        serverless::KINDS,
        contact_center::KINDS,
        export::KINDS,
        monitor::KINDS,
        intelligence::KINDS,
        wireless::KINDS,
    ]
    .concat()
});

static BY_NAME: LazyLock<HashMap<&str, &Kind>> =
    LazyLock::new(|| KINDS.iter().map(|kind| (kind.name, *kind)).collect());

/// The kind of the given name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_parents_come_first() {
        let mut seen = BTreeSet::new();
        for kind in KINDS.iter() {
            let parent = kind.named_before();
            assert!(parent.is_none_or(|parent| seen.contains(parent)), "{} before its parent", kind.name);
            assert!(seen.insert(kind.name), "{} is there twice", kind.name);
        }
    }

    #[test]
    fn what_happens_is_made_of_kinds() {
        assert!(crate::model::OCCURRENCES.iter().all(|name| kind(name).is_some()));
    }

    #[test]
    fn every_host_is_read() {
        let read: BTreeSet<Host> = KINDS.iter().filter_map(|kind| Some(kind.endpoint()?.host)).collect();
        assert_eq!(read, Host::ALL.iter().copied().collect());
    }

    #[test]
    fn columns_are_unique_and_leave_the_key_columns_alone() {
        for kind in KINDS.iter() {
            let mut seen = BTreeSet::from(["account_sid", "parent_sid", "sid"]);
            for column in kind.columns {
                assert!(seen.insert(column.name), "{}.{} twice", kind.name, column.name);
            }
        }
    }

    #[test]
    fn a_child_names_a_column_that_its_parent_keeps() {
        for child in KINDS.iter() {
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
        for kind in KINDS.iter() {
            for endpoint in kind.endpoints() {
                // Without `.json` the 2010 API answers XML; with it the others answer 404.
                assert_eq!(endpoint.path.ends_with(".json"), endpoint.host == Host::Api, "{}", kind.name);
            }
        }
    }
}
