//! What an account uses, and what warns of it.

use super::Host::Api;
use super::kind::{Kind, list, real, text};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&USAGE_RECORD];

static USAGE_RECORD: Kind = Kind::new(
    "usage_record",
    "account",
    list(Api, "/2010-04-01/Accounts/{account}/Usage/Records.json", "usage_records")
        // Without this the parent's figures contain those of its subaccounts.
        .query(&[("IncludeSubaccounts", "false")])
        .since("StartDate", 30)
        .permission("/twilio/billing/usage/read")
        .of_inactive_too(),
)
.identified_by(&["category"])
.columns(&[
    real("count"),
    text("count_unit"),
    real("usage"),
    text("usage_unit"),
    real("price"),
    text("start_date"),
    text("end_date"),
]);
