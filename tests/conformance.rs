//! The catalogue says what Twilio's own OpenAPI files say.
//!
//! A digest of facts is committed, so that `cargo test` needs no files; with the files, the digest
//! itself is checked. `UPDATE_DIGEST=1 cargo test --test conformance` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/openapi/mod.rs"]
mod openapi;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Once;

use openapi::digest::{self, DOCUMENTED_ONLY, Digest, Parameter, Request, Source};
use openapi::schema::{Facts, Field};
use twilio_audit::catalogue::{Answer, Keep, kind as kind_named};
use twilio_audit::model::Region;

/// Columns inside objects that the files leave open. Reviewed: the field names are Twilio's
/// documentation's, and those outside [`WITHOUT_EXAMPLE`] are seen in Twilio's example answers.
const FREE_FORM: &[&str] = &[
    "api_key_policy.permissions",
    "assistant_tool.meta_host",
    "chat_service.channel_members_limit",
    "chat_service.log_enabled",
    "chat_service.media_size_limit_mb",
    "chat_service.new_message_enabled",
    "chat_service.new_message_variables",
    "conversation_address.auto_creation_enabled",
    "conversation_address.auto_creation_type",
    "conversation_address.conversation_service_sid",
    "conversation_address.studio_flow_sid",
    "conversation_address.webhook_filters",
    "conversation_address.webhook_method",
    "conversation_address.webhook_url",
    "conversation_service_notification.added_enabled",
    "conversation_service_notification.added_variables",
    "conversation_service_notification.new_message_enabled",
    "conversation_service_notification.new_message_variables",
    "conversation_service_notification.new_message_with_media_enabled",
    "conversation_service_notification.new_message_with_media_variables",
    "conversation_service_notification.removed_enabled",
    "conversation_service_notification.removed_variables",
    "event_sink.arn",
    "event_sink.batch_events",
    "event_sink.destination",
    "event_sink.mail_domain",
    "event_sink.mail_hash",
    "event_sink.method",
    "event_sink.role_arn",
    "event_sink.write_key_hash",
    "flex_configuration.debugger_integration_enabled",
    "flex_configuration.notifications_enabled",
    "flex_flow.integration_flow_sid",
    "flex_flow.integration_url",
    "messaging_geo_permission.country_code",
    "messaging_geo_permission.enabled",
    "messaging_geo_permission.message",
    "messaging_geo_permission.permission_type",
    "messaging_geo_permission.prefix",
    "monitor_event.changed_properties",
    "recording.public_key_sid",
    "serverless_asset.path",
    "serverless_asset.visibility",
    "serverless_dependency.version",
    "serverless_function.path",
    "serverless_function.visibility",
    "trunk.recording_mode",
    "trunk.recording_trim",
    "verify_service.passkeys_set",
    "verify_service.passkeys_user_verification",
    "verify_service.push_apn_credential_sid",
    "verify_service.push_fcm_credential_sid",
    "verify_service.push_include_date",
    "verify_service.totp_code_length",
    "verify_service.totp_issuer",
    "verify_service.totp_skew",
    "verify_service.totp_time_step",
    "verify_service.whatsapp_from_set",
    "verify_service.whatsapp_service_sid",
];

/// Those of [`FREE_FORM`] that no example answer shows.
const WITHOUT_EXAMPLE: &[&str] = &[
    // What a tool calls; Twilio's pages on AI Assistants name it, its files have no example of a tool.
    "assistant_tool.meta_host",
    // Twilio's pages do not describe a sink that sends e-mail.
    "event_sink.mail_domain",
    "event_sink.mail_hash",
    // It is set by the parameter `Integration.Url`, beside `Integration.FlowSid`, which has an example.
    "flex_flow.integration_url",
    // Twilio's pages on Monitor events show it; the example is of an event without it.
    "monitor_event.changed_properties",
];

/// Columns of fields that Twilio marks as sensitive personal data, and the reduction that makes
/// keeping them right.
const SENSITIVE: &[(&str, Keep)] = &[
    // That there is a token in the answer, never the token.
    ("account_tree.auth_token_exposed", Keep::Present),
    ("twilio_account.auth_token_exposed", Keep::Present),
    // Where an alert goes, and whether it is encrypted on its way.
    ("usage_trigger.callback_host", Keep::Host),
    ("usage_trigger.callback_scheme", Keep::Scheme),
];

/// Columns that the poorer of two endpoints lacks.
const POORER: &[&str] = &["api_key.flags"];

fn digest_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/openapi-digest.json")
}

fn committed() -> Digest {
    static UPDATED: Once = Once::new();
    if std::env::var_os("UPDATE_DIGEST").is_some() {
        UPDATED.call_once(|| {
            let specs = openapi::specs().expect("a new digest needs Twilio's OpenAPI files");
            fs::write(digest_path(), digest::of_files(specs).text()).unwrap();
        });
    }
    serde_json::from_slice(&fs::read(digest_path()).unwrap()).unwrap()
}

/// What is wrong with the catalogue, by a digest.
fn faults(digest: &Digest) -> Vec<String> {
    let judge = |source: &Source| match digest.requests.get(&source.name()) {
        Some(facts) => source.faults(facts),
        None => vec![format!("{}: not in the digest", source.name())],
    };
    digest::sources().iter().flat_map(judge).collect()
}

/// The columns of which `says` is true, as `kind.column`.
fn columns(digest: &Digest, says: impl Fn(&Source, &Field) -> bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in digest::sources() {
        let fields = digest.requests.get(&source.name()).map(|request| &request.fields);
        for column in source.kind.columns {
            let field = fields.and_then(|fields| fields.get(column.path));
            if field.is_some_and(|field| says(&source, field)) {
                names.insert(format!("{}.{}", source.kind.name, column.name));
            }
        }
    }
    names
}

fn listed(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_catalogue_agrees_with_the_committed_digest() {
    let faults = faults(&committed());
    let advice = "After a wanted change of the catalogue: UPDATE_DIGEST=1 cargo test --test conformance";
    assert!(faults.is_empty(), "{}\n{advice}", faults.join("\n"));
}

#[test]
fn the_catalogue_agrees_with_the_files() {
    let Some(specs) = openapi::specs() else { return };
    let digest = digest::of_files(specs);
    let faults = faults(&digest);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(
        committed() == digest,
        "the digest is out of date: UPDATE_DIGEST=1 cargo test --test conformance"
    );
}

#[test]
fn what_is_said_to_be_documented_only_is_in_no_file() {
    let Some(specs) = openapi::specs() else { return };
    for (name, page) in DOCUMENTED_ONLY {
        let kind = kind_named(name.split(' ').next().unwrap()).unwrap();
        let source = digest::of_kind(kind).into_iter().find(|source| source.name() == *name).unwrap();
        let endpoint = source.endpoint;
        assert!(specs.operations(&endpoint.host.name(Region::Us1), endpoint.path).is_empty(), "{name}");
        assert!(page.starts_with("https://www.twilio.com/docs/"), "{name}");
    }
}

#[test]
fn columns_that_the_files_leave_open_are_the_reviewed_ones() {
    let open = columns(&committed(), |_, field| matches!(field, Field::FreeForm(_)));
    assert_eq!(open, listed(FREE_FORM));
}

#[test]
fn columns_that_a_fallback_lacks_are_the_reviewed_ones() {
    let missing =
        columns(&committed(), |source, field| source.is_fallback && matches!(field, Field::Missing(_)));
    assert_eq!(missing, listed(POORER));
}

#[test]
fn sensitive_fields_are_kept_only_as_reviewed() {
    let sensitive =
        columns(&committed(), |_, field| matches!(field, Field::Described(facts) if facts.sensitive));
    assert_eq!(sensitive, SENSITIVE.iter().map(|(name, _)| (*name).to_owned()).collect());
    for (name, reduction) in SENSITIVE {
        let (kind, column) = name.split_once('.').unwrap();
        let kind = kind_named(kind).unwrap();
        let column = kind.columns.iter().find(|each| each.name == column).unwrap();
        assert_eq!(column.keep, *reduction, "{name}");
        assert!(!matches!(reduction, Keep::Text | Keep::Json), "{name} is not reduced at all");
    }
}

/// A judge that finds nothing would make every test above pass.
#[test]
fn each_kind_of_disagreement_is_noticed() {
    type Spoil = fn(&mut Request);
    let source = digest::sources().into_iter().find(|source| source.name() == "usage_record").unwrap();
    let faults = |spoil: Spoil| {
        let mut facts = committed().requests.remove("usage_record").unwrap();
        spoil(&mut facts);
        source.faults(&facts).join("; ")
    };
    assert_eq!(faults(|_| {}), "");
    let cases: [(Spoil, &str); 10] = [
        (|facts| facts.asked.push('s'), "the digest is about"),
        (|facts| facts.file.clear(), "no single file"),
        (|facts| facts.arrays = vec!["records".to_owned()], "the list is not `usage_records`"),
        (|facts| facts.paging = vec!["has_next".to_owned()], "is not paged by"),
        (|facts| facts.page_size = Some(50), "asks for pages of 1000"),
        (|facts| drop(facts.query.remove("StartDate")), "no query parameter `StartDate`"),
        (require_end_date, "`EndDate` is required"),
        (
            |facts| *facts.fields.get_mut("count").unwrap() = Field::Missing("count".into()),
            "no field `count`",
        ),
        (|facts| drop(facts.fields.remove("category")), "the digest lacks `category`"),
        (|facts| *facts.fields.get_mut("count").unwrap() = yes_or_no(), "`count` is kept as Real"),
    ];
    for (spoil, noticed) in cases {
        assert!(faults(spoil).contains(noticed), "{noticed:?} not in {:?}", faults(spoil));
    }
}

fn require_end_date(facts: &mut Request) {
    facts.query.insert("EndDate".to_owned(), Parameter { required: true, facts: Facts::default() });
}

fn yes_or_no() -> Field {
    Field::Described(Facts { kind: "boolean".to_owned(), ..Facts::default() })
}

#[test]
fn example_answers_have_the_shape_that_the_catalogue_says() {
    let Some(specs) = openapi::specs() else { return };
    let mut without_a_row: BTreeSet<_> = digest::sources().iter().map(Source::name).collect();
    for (source, name, answer) in digest::examples(specs) {
        let what = format!("{}, example {name}", source.name());
        if let Answer::List { key, .. } = source.endpoint.answer {
            assert!(answer[key].is_array(), "{what}: no list `{key}`");
            assert!(answer["meta"]["key"].as_str().is_none_or(|named| named == key), "{what}: another key");
        }
        for row in source.rows(&answer) {
            without_a_row.remove(&source.name());
            assert!(row.is_object(), "{what}: a row is no object");
            for identity in source.kind.identity {
                assert!(row[identity].is_string(), "{what}: a row without `{identity}`");
            }
        }
    }
    assert_eq!(without_a_row, listed(openapi::WITHOUT_A_ROW), "no example has a row");
}

#[test]
fn open_columns_that_no_example_shows_are_the_reviewed_ones() {
    let Some(specs) = openapi::specs() else { return };
    let mut unseen = columns(&committed(), |_, field| matches!(field, Field::FreeForm(_)));
    for (source, _, answer) in digest::examples(specs) {
        for row in source.rows(&answer) {
            for column in source.kind.columns {
                if row.pointer(&format!("/{}", column.path.replace('.', "/"))).is_some() {
                    unseen.remove(&format!("{}.{}", source.kind.name, column.name));
                }
            }
        }
    }
    assert_eq!(unseen, listed(WITHOUT_EXAMPLE));
}
