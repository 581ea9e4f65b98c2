//! Every example answer in Twilio's own OpenAPI files goes through the reading of a real scan.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/openapi/mod.rs"]
mod openapi;

use std::collections::BTreeSet;

use openapi::{ACCOUNT, digest};
use serde_json::Value;
use twilio_audit::catalogue::{Column, Derivation, Kind, Origin};
use twilio_audit::collect::{Reduction, rows_of_answer};
use twilio_audit::evidence::{self, Row};
use twilio_audit::model::AccountSid;

/// Columns that are rightly null for a value in an example.
const LOST: &[&str] = &[
    // The example is no telephone number: +1 with eleven digits behind it.
    "outgoing_caller_id.country",
    // The names in the examples look like nobody's, and like none that anybody would try first.
    "address.customer_class",
    "address.name_class",
    "sip_credential.generic_name",
    "video_room.name_class",
    // The examples are no e-mail address but the word.
    "customer_profile.email_domain",
    "regulatory_bundle.email_domain",
];

/// Twilio's example of a flow leaves out its widgets, which a real definition always lists.
const ABRIDGED: &str = "studio_definition";

#[test]
fn every_example_is_read_as_a_scan_would_and_nothing_shown_is_lost() {
    let Some(specs) = openapi::specs() else { return };
    let account = ACCOUNT.parse::<AccountSid>().unwrap();
    let reduction = Reduction::new(&[]).unwrap();
    let mut lost = BTreeSet::new();
    for (source, name, answer) in digest::examples(specs) {
        // A fallback is read like the first choice; a derived kind comes with the one it is part of.
        if source.is_fallback || matches!(source.kind.origin, Origin::Derived { .. }) {
            continue;
        }
        let what = format!("{}, example {name}", source.name());
        let read = rows_of_answer(source.kind, &account, "parent", answer.to_string().as_bytes(), &reduction);
        if source.kind.name == ABRIDGED {
            assert!(read.is_err(), "{what}: a definition without widgets must not look like an empty flow");
            continue;
        }
        let read = read.unwrap_or_else(|error| panic!("{what}: {error}"));
        for (kind, rows) in read {
            let shown = shown(kind, &source.rows(&answer));
            let Some(shown) = shown else { continue };
            assert_eq!(rows.len(), shown.len(), "{what}: rows of {}", kind.name);
            for (row, shown) in rows.iter().zip(shown) {
                lost.extend(lost_columns(kind, row, shown));
            }
        }
    }
    assert_eq!(lost, LOST.iter().map(|name| (*name).to_owned()).collect());
}

/// The rows of a kind as the answer shows them; none for kinds that are worked out from a text.
fn shown<'a>(kind: &Kind, rows: &[&'a Value]) -> Option<Vec<&'a Value>> {
    match kind.origin {
        Origin::Request(_) => Some(rows.to_vec()),
        Origin::Derived { by: Derivation::Each(array), .. } => {
            Some(rows.iter().flat_map(|row| row[array].as_array().into_iter().flatten()).collect())
        }
        Origin::Derived { by: Derivation::StudioWidgets | Derivation::StudioUrls, .. } => None,
    }
}

/// The columns that were not kept although the answer shows a value for them.
fn lost_columns(kind: &Kind, row: &Row, shown: &Value) -> Vec<String> {
    let is_lost = |column: &Column, kept: &evidence::Value| {
        let value = shown.pointer(&format!("/{}", column.path.replace('.', "/")));
        let is_set = value.is_some_and(|value| !value.is_null() && value != "");
        is_set && *kept == evidence::Value::Null
    };
    let pairs = kind.columns.iter().zip(&row.values);
    pairs
        .filter(|(column, kept)| is_lost(column, kept))
        .map(|(column, _)| format!("{}.{}", kind.name, column.name))
        .collect()
}
