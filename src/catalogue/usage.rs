//! What an account uses, and what warns of it.

use super::Host::Api;
use super::column::{Column, host, label, real, scheme, text, time};
use super::endpoint::{Endpoint, list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&USAGE_RECORD, &USAGE_RECORD_ALL_TIME, &USAGE_TRIGGER, &BALANCE];

/// A list of usage records, without those of the subaccounts.
const fn records(path: &'static str) -> Endpoint {
    list(Api, path, "usage_records")
        // Without this the parent's figures contain those of its subaccounts.
        .query(&[("IncludeSubaccounts", "false")])
        .permission("/twilio/billing/usage/read")
        .of_inactive_too()
}

const RECORD_COLUMNS: &[Column] = &[
    real("count"),
    text("count_unit"),
    real("usage"),
    text("usage_unit"),
    real("price"),
    text("start_date"),
    text("end_date"),
];

static USAGE_RECORD: Kind = Kind::new(
    "usage_record",
    "account",
    records("/2010-04-01/Accounts/{account}/Usage/Records.json").since("StartDate", 30),
)
.identified_by(&["category"])
.columns(RECORD_COLUMNS);

/// What was ever used.
static USAGE_RECORD_ALL_TIME: Kind = Kind::new(
    "usage_record_all_time",
    "account",
    records("/2010-04-01/Accounts/{account}/Usage/Records/AllTime.json"),
)
.identified_by(&["category"])
.columns(RECORD_COLUMNS);

static USAGE_TRIGGER: Kind = Kind::new(
    "usage_trigger",
    "account",
    list(Api, "/2010-04-01/Accounts/{account}/Usage/Triggers.json", "usage_triggers"),
)
.columns(&[
    label("friendly_name"),
    text("usage_category"),
    text("trigger_by"),
    real("trigger_value"),
    real("current_value"),
    text("recurring"),
    time("date_fired"),
    // Twilio marks this address as sensitive: of it, only what is needed to judge it.
    scheme("callback_scheme").at("callback_url"),
    host("callback_host").at("callback_url"),
    text("callback_method"),
]);

static BALANCE: Kind =
    Kind::new("balance", "account", single(Api, "/2010-04-01/Accounts/{account}/Balance.json"))
        .identified_by(&[])
        .columns(&[real("balance"), text("currency")]);
