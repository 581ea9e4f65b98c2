//! Rows of every kind with values of their shape, the same for the same dice: what no check was written for.

use twilio_audit::catalogue::{Column, Keep, Kind};
use twilio_audit::evidence::{Row, Value};
use twilio_audit::model::AccountSid;

const CATEGORIES: &[&str] =
    &["calls", "sms", "sms-outbound", "recordings", "studio-engagements", "totalprice", "email"];

/// A small generator that gives the same numbers every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides.max(1)
    }
}

/// A row of a kind: `place` names it, and the account and the parent that it belongs to.
pub(crate) fn row_of(
    kind: &Kind,
    place: usize,
    accounts: &[AccountSid],
    value: impl FnMut(&Column) -> Value,
) -> Row {
    let number = place % accounts.len();
    let of_kind = |name: &str, place: usize| {
        let prefix: String = name.bytes().take(2).map(|b| char::from(b.to_ascii_uppercase())).collect();
        format!("{prefix}{place:032x}")
    };
    let parent = kind.comes_after().map(|parent| of_kind(parent.name, place % 2_000));
    let sid = match kind.name {
        "usage_record" => CATEGORIES[place / accounts.len() % CATEGORIES.len()].to_owned(),
        name => of_kind(name, place),
    };
    Row {
        account: accounts[number].clone(),
        parent: parent.unwrap_or_default(),
        sid,
        link: None,
        values: kind.columns.iter().map(value).collect(),
    }
}

/// Any value of the shape, or none.
pub(crate) fn value(keep: Keep, name: &str, dice: &mut Dice) -> Value {
    if dice.roll(5) == 0 {
        return Value::Null;
    }
    let some = dice.roll(1_000);
    let text = match keep {
        Keep::Bool | Keep::Present | Keep::TollFree | Keep::SharedMailbox => {
            return Value::Integer(i64::from(some.is_multiple_of(2)));
        }
        Keep::Int | Keep::Count => return Value::Integer(i64::try_from(some).unwrap_or_default()),
        Keep::Real => return Value::Real(f64::from(u32::try_from(some).unwrap_or_default())),
        Keep::Time => format!("2026-11-{:02}T{:02}:00:00Z", 1 + some % 22, some % 24),
        Keep::Url => format!(
            "{}://h{}.clinic.example/p{some}?token=base62:20",
            ["https", "http"][some / 900],
            some % 40
        ),
        Keep::Host => format!("h{}.clinic.example", some % 40),
        Keep::Country => ["US", "CA", "GB"][some % 3].to_owned(),
        Keep::Scheme => ["https", "whatsapp", "rcs"][some % 3].to_owned(),
        Keep::Hashed => format!("{some:032x}"),
        Keep::Json | Keep::Names | Keep::OfEach(_) | Keep::Variables | Keep::QueryNames => {
            r#"["a","b"]"#.to_owned()
        }
        Keep::MailDomains | Keep::PhiSigns => "[]".to_owned(),
        Keep::MailDomain => "clinic.example".to_owned(),
        Keep::LabelClass | Keep::OneOf(_) => return Value::Null,
        Keep::Label => format!("Line {some} of the office"),
        Keep::Masked => format!("…{some:04}"),
        Keep::Shape => "hex:32".to_owned(),
        Keep::Text => texts(name)[some % texts(name).len()].to_owned(),
    };
    Value::Text(text)
}

/// What a text of this name may be, a meaningful word among them where a check looks for one.
fn texts(name: &str) -> &'static [&'static str] {
    match name {
        name if name.ends_with("method") => &["POST", "GET", "POST", ""],
        "event_type" => {
            &["phone-number.updated", "recording.accessed", "message.deleted", "user-session.created"]
        }
        "actor_type" => &["user", "account", "twilio-admin"],
        "status" => &["active", "completed", "failed", "initialized", ""],
        "source_ip_address" => &["203.0.113.7", "2001:db8::1", "nonsense"],
        "ip_address" => &["203.0.113.7", "10.0.0.1", "0.0.0.0"],
        "sink_type" => &["webhook", "kinesis", "segment", "email"],
        "mode" => &["do-not-record", "record-from-answer"],
        "room_type" => &["group", "go", "peer-to-peer"],
        "widget_type" => {
            &["make-http-request", "send-to-flex", "fork-stream", "connect-virtual-agent-v2", "say-play"]
        }
        "recurring" => &["daily", "monthly", ""],
        "default_closed_timer" => &["P30D", "PT1H", "P1Y", ""],
        "channel_type" | "address_type" => &["sms", "whatsapp", "web", "email"],
        "account_type" => &["Full", "Trial"],
        "runtime" => &["node22", "node18", "node"],
        _ => &["", "CR00000000000000000000000000000001", "word"],
    }
}
