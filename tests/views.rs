//! The shared views say what they promise, on small hand-made accounts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use rusqlite::Connection;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::Value;
use serde_json::{Value as Json, json};
use twilio_audit::catalogue::KINDS;
use twilio_audit::evidence::{data, functions};

/// The tables that views read besides the catalogue's and the declared ones.
const FIXED_TABLES: &str = "
create table scan_account (account_sid text primary key, name text, status text, is_parent integer,
  is_root integer, has_subaccounts integer, credential_kind text) strict;
create table coverage (account_sid text, resource_type text, status text) strict;
create table attestation_rule (id text primary key, scope text, max_age_days integer) strict;
insert into attestation_rule values
  ('edition', 'organization', 365), ('hipaa-flag', 'account', 90), ('webhook-signature', 'webhook_host', 180);";

/// An account `AC1` with the given resources, judged on 2026-11-23.
struct Estate(Connection);

impl Estate {
    fn new(intent: &Json) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        functions::register(&connection, "2026-11-23T12:00:00Z".parse().unwrap()).unwrap();
        data::load(&connection).unwrap();
        connection.execute_batch(FIXED_TABLES).unwrap();
        for kind in KINDS.iter().copied() {
            let columns: String =
                kind.columns.iter().map(|c| format!(", \"{}\" {}", c.name, c.keep.sql_type())).collect();
            let sql = format!(
                "create table {} (account_sid text, parent_sid text, sid text{columns}) strict",
                kind.name
            );
            connection.execute_batch(&sql).unwrap();
        }
        let mut batch = rusqlite::Batch::new(&connection, include_str!("../src/evidence/intent.sql"));
        while let Some(mut statement) = batch.next().unwrap() {
            match statement.parameter_count() {
                0 => statement.execute([]).unwrap(),
                _ => statement.execute([intent.to_string()]).unwrap(),
            };
        }
        connection.execute_batch(include_str!("../checks/views.sql")).unwrap();
        Self(connection)
    }

    fn empty() -> Self {
        Self::new(&json!({}))
    }

    /// Adds a resource; `parent_sid` is empty unless given.
    fn with(self, kind: &str, row: Json) -> Self {
        let mut row = row.as_object().unwrap().clone();
        row.entry("account_sid").or_insert(json!("AC1"));
        row.entry("parent_sid").or_insert(json!(""));
        let names: Vec<_> = row.keys().map(|name| format!("\"{name}\"")).collect();
        let values: Vec<_> = row
            .values()
            .map(|value| match value {
                Json::String(text) => Value::Text(text.clone()),
                Json::Bool(yes) => Value::Integer((*yes).into()),
                Json::Number(number) if number.is_i64() => Value::Integer(number.as_i64().unwrap()),
                Json::Number(number) => Value::Real(number.as_f64().unwrap()),
                Json::Null => Value::Null,
                other => Value::Text(other.to_string()),
            })
            .collect();
        let places = vec!["?"; names.len()].join(", ");
        let sql = format!("insert into {kind} ({}) values ({places})", names.join(", "));
        self.0.execute(&sql, rusqlite::params_from_iter(values)).unwrap();
        self
    }

    /// The rows of a query, their cells joined by a space; NULL shows as `-`.
    fn rows(&self, sql: &str) -> Vec<String> {
        let mut statement = self.0.prepare(sql).unwrap();
        let width = statement.column_count();
        let cell = |value: Value| match value {
            Value::Null => "-".to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            Value::Text(text) => text,
            Value::Blob(_) => panic!("a blob"),
        };
        let line = |row: &rusqlite::Row<'_>| {
            (0..width)
                .map(|i| Ok(cell(row.get(i)?)))
                .collect::<rusqlite::Result<Vec<_>>>()
                .map(|c| c.join(" "))
        };
        statement.query_map([], line).unwrap().map(Result::unwrap).collect()
    }
}

const WEBHOOKS: &str =
    "select resource_type, resource_sid, field, method, product, live from webhook order by 1, 2, 3";

#[test]
fn every_url_field_of_a_number_is_a_webhook() {
    let estate = Estate::empty().with(
        "phone_number",
        json!({"sid": "PN1", "voice_url": "https://a/v", "voice_method": "post", "voice_fallback_url": "https://a/f",
               "sms_url": "https://a/s", "sms_method": "GET", "sms_fallback_url": "", "status_callback": null}),
    );
    assert_eq!(
        estate.rows(WEBHOOKS),
        [
            "phone_number PN1 sms_url GET sms 1",
            "phone_number PN1 voice_fallback_url - voice 1",
            "phone_number PN1 voice_url POST voice 1",
        ]
    );
}

#[test]
fn what_takes_a_numbers_place_makes_its_urls_dead() {
    let number = |sid: &str, extra: (&str, &str)| {
        let mut row = json!({"sid": sid, "voice_url": "https://a/v", "sms_url": "https://a/s"});
        row[extra.0] = json!(extra.1);
        row
    };
    let estate = Estate::empty()
        .with("phone_number", number("PN1", ("trunk_sid", "TK1")))
        .with("phone_number", number("PN2", ("voice_application_sid", "AP1")))
        .with("phone_number", number("PN3", ("sms_application_sid", "AP1")))
        .with("phone_number", number("PN4", ("voice_receive_mode", "fax")))
        .with("phone_number", number("PN5", ("friendly_name", "in a service")))
        .with("phone_number", number("PN6", ("friendly_name", "in a service that defers")))
        .with("phone_number", number("PN7", ("account_sid", "AC2")))
        .with("phone_number", number("PN8", ("friendly_name", "in a service that does not say")))
        .with("messaging_service", json!({"sid": "MG1", "use_inbound_webhook_on_number": false}))
        .with("messaging_service", json!({"sid": "MG2", "use_inbound_webhook_on_number": true, "inbound_request_url": "https://a/i"}))
        .with("messaging_service", json!({"sid": "MG3"}))
        .with("messaging_service_phone_number", json!({"sid": "PN5", "parent_sid": "MG1"}))
        .with("messaging_service_phone_number", json!({"sid": "PN8", "parent_sid": "MG3"}))
        .with("messaging_service_phone_number", json!({"sid": "PN7", "parent_sid": "MG1"}))
        .with("messaging_service_phone_number", json!({"sid": "PN6", "parent_sid": "MG2"}));
    let live = estate.rows("select resource_sid, field from webhook where live order by 1, 2");
    let expected = [
        "PN1 sms_url",
        "PN2 sms_url",
        "PN3 voice_url",
        "PN4 sms_url",
        "PN5 voice_url",
        "PN6 sms_url",
        "PN6 voice_url",
        "PN7 sms_url",
        "PN7 voice_url",
        "PN8 sms_url",
        "PN8 voice_url",
    ];
    assert_eq!(live, expected);
    assert_eq!(
        estate.rows("select resource_sid from webhook where not live order by 1"),
        ["MG2", "PN1", "PN2", "PN3", "PN4", "PN5"]
    );
}

#[test]
fn every_kind_with_an_address_is_in_the_inventory() {
    let estate = Estate::empty()
        .with("twiml_app", json!({"sid": "AP1", "message_status_callback": "https://a/m"}))
        .with("short_code", json!({"sid": "SC1", "sms_url": "https://a/s"}))
        .with("sip_domain", json!({"sid": "SD1", "voice_status_callback_url": "https://a/s"}))
        .with("messaging_service", json!({"sid": "MG1", "status_callback": "https://a/s"}))
        .with("whatsapp_sender", json!({"sid": "XE1", "callback_url": "https://a/s"}))
        .with("rcs_sender", json!({"sid": "XE2", "fallback_url": "https://a/s"}))
        .with(
            "conversation_address",
            json!({"sid": "IG1", "webhook_url": "https://a/s", "auto_creation_enabled": false}),
        )
        .with("sync_service", json!({"sid": "IS1", "webhook_url": "https://a/s"}))
        .with(
            "trunk",
            json!({"sid": "TK1", "disaster_recovery_url": "https://a/s", "disaster_recovery_method": "POST"}),
        )
        .with(
            "trunk_origination_url",
            json!({"sid": "OU1", "parent_sid": "TK1", "sip_url": "sip:a", "enabled": true}),
        )
        .with("byoc_trunk", json!({"sid": "BY1", "voice_fallback_url": "https://a/s"}))
        .with("connection_policy_target", json!({"sid": "NE1", "target": "sip:a", "enabled": false}))
        .with(
            "connect_app",
            json!({"sid": "CN1", "deauthorize_callback_url": "https://a/s", "deauthorize_callback_method": "GET"}),
        )
        .with("usage_trigger", json!({"sid": "UT1", "callback_scheme": "http", "callback_host": "a"}))
        .with("usage_trigger", json!({"sid": "UT2"}))
        .with("porting_webhook", json!({"sid": "AC1", "port_out_target_url": "https://a/s"}))
        .with("regulatory_bundle", json!({"sid": "BU1", "status_callback": "https://a/s"}))
        .with("customer_profile", json!({"sid": "BU2", "status_callback": "https://a/s"}))
        .with("trust_product", json!({"sid": "BU3", "status_callback": "https://a/s"}))
        .with("link_shortening_config", json!({"sid": "DN1", "callback_url": "https://a/s"}))
        .with("verify_webhook", json!({"sid": "YW1", "webhook_url": "https://a/s", "status": "disabled"}))
        .with("event_sink", json!({"sid": "DG1", "sink_type": "webhook", "destination": "https://a/s"}))
        .with("event_sink", json!({"sid": "DG2", "sink_type": "kinesis", "arn": "arn:aws:kinesis"}))
        .with("intelligence_service", json!({"sid": "GA1", "webhook_url": "https://a/s"}))
        .with("flex_flow", json!({"sid": "FO1", "integration_url": "https://a/s", "enabled": true}))
        .with("conversation_webhook", json!({"sid": "AC1", "pre_webhook_url": "https://a/s", "method": "post"}))
        .with("conversation_service_webhook", json!({"sid": "IS2", "post_webhook_url": "https://a/s"}))
        .with("chat_service", json!({"sid": "IS2", "pre_webhook_url": "https://a/s", "webhook_method": "GET"}))
        .with("notify_service", json!({"sid": "IS3", "delivery_callback_url": "https://a/s"}))
        .with("proxy_service", json!({"sid": "KS1", "intercept_callback_url": "https://a/s"}))
        .with("video_room", json!({"sid": "RM1", "status": "completed", "status_callback": "https://a/s"}))
        .with("video_room", json!({"sid": "RM2", "status": "in-progress", "status_callback": "https://a/s"}))
        .with("composition_hook", json!({"sid": "HK1", "enabled": false, "status_callback": "https://a/s"}))
        .with("bulk_export", json!({"sid": "Messages", "enabled": true, "webhook_url": "https://a/s"}))
        .with("monitor_alarm", json!({"sid": "AU1", "enabled": true, "webhook": "https://a/s"}))
        .with("flex_configuration", json!({"sid": "AC1", "crm_enabled": false, "crm_callback_url": "https://a/s", "flex_url": "https://a/f"}))
        .with("taskrouter_workspace", json!({"sid": "WS1", "event_callback_url": "https://a/s"}))
        .with("taskrouter_workflow", json!({"sid": "WW1", "assignment_callback_url": "https://a/s"}))
        .with("wireless_sim", json!({"sid": "DE1", "voice_url": "https://a/s", "voice_method": "GET"}))
        .with("super_sim_fleet", json!({"sid": "HF1", "ip_commands_url": "https://a/s"}))
        .with("studio_flow", json!({"sid": "FW1", "friendly_name": "Intake"}))
        .with(
            "studio_url",
            json!({"sid": "2.url", "parent_sid": "FW1", "url": "https://a/s", "method": "GET"}),
        );
    assert_eq!(
        estate.rows(WEBHOOKS),
        [
            "bulk_export Messages webhook_url - bulk_export 1",
            "byoc_trunk BY1 voice_fallback_url - byoc 1",
            "chat_service IS2 pre_webhook_url GET programmable_chat 1",
            "composition_hook HK1 status_callback - video_compositions 0",
            "connect_app CN1 deauthorize_callback_url GET account 1",
            "connection_policy_target NE1 target - byoc 0",
            "conversation_address IG1 webhook_url - conversations 0",
            "conversation_service_webhook IS2 post_webhook_url - conversations 1",
            "conversation_webhook AC1 pre_webhook_url POST conversations 1",
            "customer_profile BU2 status_callback - trust_hub 1",
            "event_sink DG1 destination - event_streams 1",
            "flex_configuration AC1 crm_callback_url - flex 0",
            "flex_configuration AC1 flex_url - flex 1",
            "flex_flow FO1 integration_url - flex 1",
            "intelligence_service GA1 webhook_url - conversational_intelligence_classic 1",
            "link_shortening_config DN1 callback_url - link_shortening 1",
            "messaging_service MG1 status_callback - messaging_services 1",
            "monitor_alarm AU1 webhook - monitor 1",
            "notify_service IS3 delivery_callback_url - notify 1",
            "porting_webhook AC1 port_out_target_url - phone_numbers 1",
            "proxy_service KS1 intercept_callback_url - proxy 1",
            "rcs_sender XE2 fallback_url - rcs 1",
            "regulatory_bundle BU1 status_callback - trust_hub 1",
            "short_code SC1 sms_url - short_code 1",
            "sip_domain SD1 voice_status_callback_url - sip_interface 1",
            "studio_flow FW1 2.url GET studio 1",
            "super_sim_fleet HF1 ip_commands_url - wireless 1",
            "sync_service IS1 webhook_url - sync 1",
            "taskrouter_workflow WW1 assignment_callback_url - taskrouter 1",
            "taskrouter_workspace WS1 event_callback_url - taskrouter 1",
            "trunk TK1 disaster_recovery_url POST elastic_sip_trunking 1",
            "trunk_origination_url OU1 sip_url - elastic_sip_trunking 1",
            "trust_product BU3 status_callback - trust_hub 1",
            "twiml_app AP1 message_status_callback - sms 1",
            "usage_trigger UT1 callback_url - account 1",
            "verify_webhook YW1 webhook_url - verify 0",
            "video_room RM1 status_callback - video 0",
            "video_room RM2 status_callback - video 1",
            "whatsapp_sender XE1 callback_url - whatsapp 1",
            "wireless_sim DE1 voice_url GET wireless 1",
        ]
    );
}

/// A new kind with a URL column must join the inventory, or stand here with a reason.
#[test]
fn no_url_column_of_the_catalogue_is_forgotten() {
    let elsewhere = [("authorized_connect_app", "homepage_url")]; // a link for people, nothing is sent there
    let views = include_str!("../checks/views.sql");
    let start = views.find("create temp view webhook").unwrap();
    let webhook = &views[start..start + views[start..].find(';').unwrap()];
    for kind in KINDS.iter().copied() {
        for column in kind.columns.iter().filter(|c| c.keep == twilio_audit::catalogue::Keep::Url) {
            let from = if kind.name == "phone_number" { "wired_number" } else { kind.name };
            let arm = webhook.lines().any(|line| {
                line.contains(&format!(" {},", column.name)) && line.ends_with(&format!("from {from}"))
            });
            let known = arm || kind.name == "studio_url" || elsewhere.contains(&(kind.name, column.name));
            assert!(known, "{}.{} is not in the view webhook", kind.name, column.name);
        }
    }
}

const PRODUCTS: &str = "select product, evidence, idle from product_in_use order by 1, 2";

#[test]
fn products_in_use_come_from_usage_resources_and_routes() {
    let estate = Estate::empty()
        .with("usage_record", json!({"sid": "sms-inbound", "count": 3.0}))
        .with("usage_record", json!({"sid": "totalprice", "price": 1.5}))
        .with("usage_record", json!({"sid": "enterprise-hippa", "count": 1.0}))
        .with("usage_record", json!({"sid": "brand-new", "usage": 1.0}))
        .with("usage_record", json!({"sid": "mms", "count": 0.0, "usage": 0.0}))
        .with("phone_number", json!({"sid": "PN1", "sms_url": "https://handler.twilio.com/twiml/EH1"}))
        .with("whatsapp_sender", json!({"sid": "XE1"}))
        .with("conversation_address", json!({"sid": "IG1", "address_type": "sms"}))
        .with("conversation_address", json!({"sid": "IG2", "address_type": "apple"}))
        .with(
            "studio_widget",
            json!({"sid": "1", "parent_sid": "FW1", "widget_type": "connect-virtual-agent-v2"}),
        )
        .with("studio_widget", json!({"sid": "2", "parent_sid": "FW1", "widget_type": "send-message"}));
    assert_eq!(
        estate.rows(PRODUCTS),
        [
            "_unmapped usage:brand-new 0",
            "conversations resource:IG1 1",
            "conversations resource:IG2 1",
            "other_channels route:IG2 1",
            "phone_numbers resource:PN1 -",
            "sms route:PN1 0",
            "sms usage:sms-inbound 0",
            "twiml_bins route:PN1 -",
            "virtual_agent route:FW1 1",
            "whatsapp resource:XE1 1",
        ]
    );
}

#[test]
fn without_usage_nothing_counts_as_idle() {
    let estate = Estate::empty()
        .with("trunk", json!({"sid": "TK1"}))
        .with("usage_record", json!({"account_sid": "AC2", "sid": "sms", "count": 1.0}));
    assert_eq!(estate.rows(PRODUCTS), ["elastic_sip_trunking resource:TK1 -", "sms usage:sms 0"]);
}

#[test]
fn what_is_switched_off_or_takes_no_messages_is_no_product_in_use() {
    let estate = Estate::empty()
        .with("flex_flow", json!({"sid": "FO1", "channel_type": "facebook", "enabled": false}))
        .with("flex_flow", json!({"sid": "FO2", "channel_type": "line"}))
        .with("phone_number", json!({"sid": "PN1", "toll_free": true, "sms_capable": true}))
        .with("phone_number", json!({"sid": "PN2", "toll_free": true, "sms_capable": false}))
        .with("phone_number", json!({"sid": "PN3", "toll_free": false, "sms_capable": true}));
    assert_eq!(
        estate
            .rows("select product, evidence from product_in_use where product <> 'phone_numbers' order by 1"),
        ["flex resource:FO2", "other_channels route:FO2", "toll_free resource:PN1"]
    );
}

/// What the product of each sign is; without usage, so that nothing is said of idleness.
#[test]
fn every_product_that_is_set_up_shows() {
    let signs = [
        ("ai_assistants", "assistant", json!({})),
        ("ai_assistants", "assistant_knowledge", json!({})),
        ("ai_assistants", "assistant_tool", json!({})),
        ("enterprise_knowledge", "knowledge_source", json!({})),
        ("bulk_export", "bulk_export", json!({"enabled": true})),
        ("byoc", "byoc_trunk", json!({})),
        ("byoc", "connection_policy", json!({})),
        ("content_api", "content_template", json!({})),
        ("conversations", "conversation_service", json!({})),
        ("conversations", "conversation_service_webhook", json!({"post_webhook_url": "https://a/s"})),
        ("conversations", "conversation_webhook", json!({"pre_webhook_url": "https://a/s"})),
        ("emergency_calling", "address", json!({"emergency_enabled": true})),
        ("emergency_calling", "sip_domain", json!({"emergency_calling_enabled": true})),
        ("facebook_messenger", "notify_service", json!({"facebook_messenger_page_set": true})),
        ("flex", "flex_configuration", json!({"status": "ok"})),
        ("flex", "flex_status", json!({"status": "active"})),
        ("flex_insights", "flex_configuration", json!({"status": "ok", "flex_insights_hr_set": true})),
        ("link_shortening", "link_shortening_domain", json!({})),
        ("lookup", "verify_service", json!({"lookup_enabled": true})),
        ("marketplace_addons", "phone_number_add_on", json!({"parent_sid": "X1"})),
        ("notify", "notify_service", json!({})),
        ("programmable_chat", "chat_service", json!({})),
        ("proxy", "proxy_service", json!({})),
        ("taskrouter", "taskrouter_workspace", json!({})),
        ("verify_push", "verify_service", json!({"push_fcm_credential_sid": "CR1"})),
        ("verify_whatsapp", "verify_service", json!({"whatsapp_from_set": true})),
        ("video_compositions", "composition_hook", json!({"enabled": true})),
        ("video_recordings", "video_room", json!({"record_participants_on_connect": true})),
        ("voice_insights", "voice_insights_setting", json!({"advanced_features": true})),
        ("voice_recordings", "flex_configuration", json!({"status": "ok", "call_recording_enabled": true})),
        ("wireless", "super_sim_fleet", json!({})),
        ("wireless", "wireless_sim", json!({})),
    ];
    for (product, kind, mut row) in signs {
        row["sid"] = json!("X1");
        let shown =
            Estate::empty().with(kind, row).rows("select product, evidence, idle from product_in_use");
        let wanted = ["resource", "route"].map(|source| format!("{product} {source}:X1 -"));
        assert!(shown.iter().any(|row| wanted.contains(row)), "{kind}: {shown:?}");
    }
}

#[test]
fn what_only_arises_by_use_is_never_idle() {
    let estate = Estate::empty()
        .with("usage_record", json!({"sid": "sms", "count": 1.0}))
        .with("recording", json!({"sid": "RE1"}))
        .with("video_room", json!({"sid": "RM1", "room_type": "group"}))
        .with("video_room", json!({"sid": "RM2", "room_type": "peer-to-peer"}))
        .with("video_recording", json!({"sid": "RT1"}))
        .with("video_composition", json!({"sid": "CJ1"}))
        .with("flex_web_channel", json!({"sid": "CH1"}))
        .with("taskrouter_workspace", json!({"sid": "WS1"}));
    assert_eq!(
        estate.rows(PRODUCTS),
        [
            "flex_webchat_2 resource:CH1 0",
            "sms usage:sms 0",
            "taskrouter resource:WS1 1",
            "video resource:RM1 0",
            "video_compositions resource:CJ1 0",
            "video_p2p resource:RM2 0",
            "video_recordings resource:RT1 0",
            "voice_recordings resource:RE1 0",
        ]
    );
}

#[test]
fn what_twilio_makes_by_itself_is_no_sign_of_use() {
    let estate = Estate::empty()
        .with("conversation_setting", json!({"sid": "AC1", "default_chat_service_sid": "IS1"}))
        .with("conversation_service", json!({"sid": "IS1"}))
        .with("conversation_webhook", json!({"sid": "AC1", "pre_webhook_url": ""}))
        .with("chat_service", json!({"sid": "IS1"}))
        .with("conversation_push_credential", json!({"sid": "CR1"}))
        .with("intelligence_operator", json!({"sid": "LY1", "author": "Twilio"}))
        .with("bulk_export", json!({"sid": "Calls", "enabled": false}))
        .with("composition_hook", json!({"sid": "HK1", "enabled": false}))
        .with("flex_status", json!({"sid": "AC1", "status": "not-configured"}))
        .with("flex_configuration", json!({"sid": "AC1", "status": "notstarted"}))
        .with("voice_insights_setting", json!({"sid": "AC1", "advanced_features": false}))
        .with("video_recording_setting", json!({"sid": "AC1", "encryption_enabled": true}))
        .with("monitor_alarm", json!({"sid": "AU1", "enabled": true}))
        .with("monitor_event", json!({"sid": "AE1"}))
        .with("lookup_rate_limit", json!({"sid": "x"}));
    assert_eq!(estate.rows(PRODUCTS), [""; 0]);
}

#[test]
fn a_chat_service_is_chat_s_only_where_the_services_of_conversations_were_read() {
    let estate = || Estate::empty().with("chat_service", json!({"sid": "IS1"}));
    assert_eq!(estate().rows(PRODUCTS), ["programmable_chat resource:IS1 -"]);
    let unread = estate();
    unread
        .0
        .execute("insert into coverage (account_sid, resource_type, status) values ('AC1', 'conversation_service', 'denied')", [])
        .unwrap();
    assert_eq!(unread.rows(PRODUCTS), [""; 0]);
}

#[test]
fn the_channel_of_a_sender_is_its_type_or_else_its_prefix() {
    let sender =
        |sid: &str, kind: Json, channel: Json| json!({"sid": sid, "sender_type": kind, "channel": channel});
    let estate = Estate::empty()
        .with("messaging_service_channel_sender", sender("XE1", json!("RCS"), json!("whatsapp")))
        .with("messaging_service_channel_sender", sender("XE2", json!(""), json!("rcs")))
        .with("messaging_service_channel_sender", sender("XE3", Json::Null, json!("whatsapp")))
        .with("messaging_service_channel_sender", sender("XE4", json!(" "), Json::Null));
    assert_eq!(
        estate.rows("select sid, channel from pool_sender order by 1"),
        ["XE1 rcs", "XE2 rcs", "XE3 whatsapp", "XE4 -"]
    );
    assert_eq!(
        estate.rows("select product, evidence from product_in_use order by 2"),
        ["rcs resource:XE1", "rcs resource:XE2", "whatsapp resource:XE3", "other_channels resource:XE4"]
    );
}

#[test]
fn surfaces_that_are_not_read_are_told_by_usage_and_by_what_is_there() {
    let estate = Estate::empty()
        .with("usage_record", json!({"sid": "pchat", "count": 1.0}))
        .with("usage_record", json!({"sid": "ip-messaging", "count": 1.0}))
        .with("usage_record", json!({"sid": "taskrouter", "count": 1.0}))
        .with("usage_record", json!({"sid": "proxy", "count": 0.0}))
        .with("usage_record", json!({"sid": "sms", "count": 5.0}))
        .with("flex_flow", json!({"sid": "FO1", "enabled": true}))
        .with("conversation_address", json!({"sid": "IG1", "account_sid": "AC2"}));
    assert_eq!(
        estate.rows("select account_sid, product, title from unread_surface order by 1, 2"),
        [
            "AC1 conversations Conversations",
            "AC1 programmable_chat Programmable Chat",
            "AC2 conversations Conversations"
        ]
    );
    let known: Vec<&str> = data::products().iter().map(|product| product.id.as_str()).collect();
    let views = include_str!("../checks/views.sql");
    let start = views.find("with surface (product, title)").unwrap();
    let lists = &views[start..start + views[start..].find("sign (account_sid").unwrap()];
    for product in lists.split("('").skip(1).filter_map(|rest| rest.split('\'').next()) {
        assert!(known.contains(&product), "{product}");
    }
}

#[test]
fn every_product_that_a_view_names_is_in_the_list() {
    let views = include_str!("../checks/views.sql");
    let known: Vec<&str> = data::products().iter().map(|product| product.id.as_str()).collect();
    let start = views.find("create temp view product_in_use").unwrap();
    let signs = &views[start..views.find("create temp view covered_product").unwrap()];
    for line in signs.lines() {
        let named = line.split("account_sid, '").nth(1).into_iter().chain(line.split("then '").skip(1));
        for product in named.chain(line.split("else '").skip(1)).filter_map(|rest| rest.split('\'').next()) {
            assert!(known.contains(&product), "{product}");
        }
    }
}

#[test]
fn covered_products_are_named_by_id_title_or_alias() {
    let covered = |names: Json| {
        Estate::new(&json!({"baa": {"covered_products": names}}))
            .rows("select product from covered_product order by 1")
    };
    assert_eq!(covered(json!(["sms", "sms", "SMS"])), ["sms"]);
    assert_eq!(covered(json!(["Call recordings"])), ["voice_recordings"]);
    assert_eq!(covered(json!(["flex"])), ["flex"]);
    assert!(covered(json!(["Flex"])).contains(&"taskrouter".to_owned()));
    assert_eq!(covered(json!(["programmable video"])).len(), 4);
    assert_eq!(covered(json!(["Carrier pigeons"])), Vec::<String>::new());
    assert_eq!(Estate::empty().rows("select * from covered_product"), Vec::<String>::new());
}

#[test]
fn key_types_are_told_only_where_the_answers_tell() {
    let key = |sid: &str, flags: Json| json!({"sid": sid, "flags": flags});
    let policy =
        |sid: &str, restricted: bool| json!({"sid": sid, "parent_sid": sid, "restricted": restricted});
    let estate = Estate::new(&json!({
        "main_keys": ["SK2"],
        "key": [{"sid": "SK1", "account": "AC1", "owner": "ops", "purpose": "billing"}],
    }))
    .with("api_key", key("SK1", json!(["rest_api", "signing", "restricted"])))
    .with("api_key", key("SK2", json!(["rest_api", "manage_keys"])))
    .with("api_key", key("SK3", json!(["rest_api", "signing"])))
    .with("api_key", key("SK4", json!(["quantum"])))
    .with("api_key", key("SK5", Json::Null))
    .with("api_key", key("SK6", Json::Null))
    .with("api_key", key("SK7", Json::Null))
    .with("api_key_policy", policy("SK6", true))
    .with("api_key_policy", policy("SK7", false));
    assert_eq!(
        estate.rows("select sid, key_type, restricted, owner, declared, declared_main from key order by 1"),
        [
            "SK1 restricted 1 ops 1 0",
            "SK2 main 0 - 0 1",
            "SK3 standard 0 - 0 0",
            "SK4 - - - 0 0",
            "SK5 - - - 0 0",
            "SK6 restricted 1 - 0 0",
            "SK7 - 0 - 0 0",
        ]
    );
}

#[test]
fn an_attestation_counts_only_when_it_is_whole_and_fresh() {
    let good = json!({"id": "edition", "value": "Security", "by": "ops", "on": "2026-11-01",
                      "expires_on": "2027-06-01", "evidence_sha256": "ab"});
    let problem = |changes: Json| {
        let mut attestation = good.clone();
        attestation.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let estate = Estate::new(&json!({"attestation": [attestation]}));
        estate.rows("select valid, problem from attestation")[0].clone()
    };
    for (changes, expected) in [
        (json!({}), "1 -"),
        (json!({"expires_on": null}), "1 -"),
        (json!({"id": "pigeons"}), "0 is not an attestation that any check asks for"),
        (json!({"by": ""}), "0 is signed by nobody"),
        (json!({"on": null}), "0 has no date"),
        (json!({"on": "soon"}), "0 has a date that cannot be read"),
        (json!({"on": "2026-12-24"}), "0 is dated in the future"),
        (json!({"on": "2025-11-22"}), "0 is older than 365 days"),
        (json!({"on": "2025-11-23"}), "1 -"),
        (json!({"expires_on": "2026-11-22"}), "0 ended on 2026-11-22"),
        (json!({"expires_on": "2026-11-23"}), "1 -"),
        (json!({"expires_on": "never"}), "0 has an end that cannot be read"),
        (json!({"evidence_sha256": null}), "0 has no hash of its evidence"),
        (json!({"id": "hipaa-flag"}), "0 names no account"),
        (json!({"id": "hipaa-flag", "account": "AC1"}), "1 -"),
        (json!({"id": "webhook-signature"}), "0 names no host"),
    ] {
        assert_eq!(problem(changes.clone()), expected, "{changes}");
    }
    let estate = Estate::new(&json!({"attestation": [good]}));
    assert_eq!(estate.rows("select age_days, max_age_days, days_left from attestation"), ["22 365 190"]);
}

#[test]
fn an_undeclared_account_counts_as_phi() {
    let estate = Estate::new(&json!({"account": [{"sid": "AC2", "phi": false, "name": "Marketing"}]}))
        .with_account("AC1")
        .with_account("AC2");
    assert_eq!(
        estate.rows("select account_sid, name, phi, declared from account order by 1"),
        ["AC1 AC1 1 0", "AC2 Marketing 0 1"]
    );
}

impl Estate {
    fn with_account(self, sid: &str) -> Self {
        let sql = "insert into scan_account (account_sid, is_parent, is_root, has_subaccounts) values (?1, 0, 0, 0)";
        self.0.execute(sql, [sid]).unwrap();
        self
    }
}

#[test]
fn large_accounts_are_judged_without_comparing_everything_with_everything() {
    let mut estate = Estate::empty();
    estate
        .0
        .execute_batch(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
             insert into phone_number (account_sid, parent_sid, sid, voice_url, sms_url)
             select 'AC1', '', 'PN' || i, 'https://a.example/v', 'https://a.example/s' from n;
             insert into messaging_service_phone_number (account_sid, parent_sid, sid)
             select 'AC1', 'MG1', sid from phone_number;
             insert into messaging_service (account_sid, parent_sid, sid, use_inbound_webhook_on_number)
             values ('AC1', '', 'MG1', 0);
             insert into usage_record (account_sid, parent_sid, sid, count) values ('AC1', '', 'sms', 1.0);",
        )
        .unwrap();
    // Each with each would be 400 million steps; SQLite counts its instructions, so no clock is needed.
    let mut millions = 0;
    let stop = move || {
        millions += 1;
        millions > 100
    };
    estate.0.progress_handler(1_000_000, Some(stop)).unwrap();
    assert_eq!(estate.rows("select count(*), sum(live) from webhook"), ["40000 20000"]);
    assert_eq!(estate.rows("select count(*) from product_in_use where source <> 'usage'"), ["60001"]);
}
