//! Every way to refuse every kind, made from the catalogue: what goes wrong, at which addresses, and what is then
//! unread. So a kind is refused in all these ways the day it is added.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::BTreeSet;

use jiff::Timestamp;
use twilio_audit::catalogue::doubts::{LIST_NOT_FOUND_MEANS_EMPTY, OBJECT_NOT_FOUND_MEANS_NEVER_CONFIGURED};
use twilio_audit::catalogue::{Answer, Days, Endpoint, KINDS, Kind, Missing, Per, TWILIO_ACCOUNT};
use twilio_audit::intent::Policy;
use twilio_audit::model::Region;
use twilio_audit::simulator::{Fault, Trouble};

/// A way in which a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The key lacks a permission.
    Unauthorized,
    Forbidden,
    NotFound,
    /// However often it is asked.
    TooManyRequests,
    /// However often it is asked.
    ServerError,
    Hang,
    /// A page for people, with status 200.
    Html,
}

/// Every way.
pub const WAYS: [How; 7] = [
    How::Unauthorized,
    How::Forbidden,
    How::NotFound,
    How::TooManyRequests,
    How::ServerError,
    How::Hang,
    How::Html,
];

/// The permission that the simulator then says is missing.
pub const MISSING_PERMISSION: &str = "/twilio/denied/matrix/list";

impl How {
    fn trouble(self) -> Trouble {
        let error =
            |status, code, message: &str| Trouble::Error { status, code, message: message.to_owned() };
        match self {
            Self::Unauthorized => {
                let named = MISSING_PERMISSION.trim_start_matches('/');
                error(401, 70051, &format!("Authorization Error: required permission {named} is missing"))
            }
            Self::Forbidden => error(403, 20006, "Access Denied"),
            Self::NotFound => error(404, 20404, "The requested resource was not found"),
            Self::TooManyRequests => Trouble::TooManyRequests { retry_after: None },
            Self::ServerError => error(500, 20500, "Internal Server Error"),
            Self::Hang => Trouble::Hang,
            Self::Html => Trouble::Html { status: 200 },
        }
    }

    /// The HTTP status and Twilio's code.
    pub const fn answer(self) -> (Option<u16>, Option<u32>) {
        match self {
            Self::Unauthorized => (Some(401), Some(70051)),
            Self::Forbidden => (Some(403), Some(20006)),
            Self::NotFound => (Some(404), Some(20404)),
            Self::TooManyRequests => (Some(429), Some(20429)),
            Self::ServerError => (Some(500), Some(20500)),
            Self::Hang => (None, None),
            Self::Html => (Some(200), None),
        }
    }
}

/// One kind that is refused in one way.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    pub kind: &'static Kind,
    pub how: How,
}

impl Cell {
    /// The trouble that makes it so in an account.
    pub fn faults(self, account: &str) -> Vec<Fault> {
        let at = |address| Fault::at(account, address, self.how.trouble());
        addresses(self.kind, account).into_iter().map(at).collect()
    }

    /// Whether it says that there is none, which is an answer.
    pub fn is_answer(self) -> bool {
        let Some(endpoint) = self.kind.endpoint() else { return false };
        self.how == How::NotFound
            && match endpoint.answer {
                Answer::List { .. } => LIST_NOT_FOUND_MEANS_EMPTY,
                Answer::Single => {
                    endpoint.missing == Missing::NeverConfigured && OBJECT_NOT_FOUND_MEANS_NEVER_CONFIGURED
                }
            }
    }

    /// The kinds that are then unread: itself and all that is listed under it or taken out of it.
    pub fn unread(self) -> Vec<&'static Kind> {
        match self.is_answer() {
            true => Vec::new(),
            false => KINDS
                .iter()
                .copied()
                .filter(|kind| kind.line().any(|above| above.name == self.kind.name))
                .collect(),
        }
    }
}

/// Whether a kind is asked for in each account. The list of accounts and what the Organization has are not; nor is
/// the account's own resource, which is read when its credential signs in.
pub fn is_of_account(kind: &'static Kind) -> bool {
    let is_above = |endpoint: &Endpoint| matches!(endpoint.per, Per::Tree | Per::Organization);
    kind.name != TWILIO_ACCOUNT.name && !kind.line().any(|kind| kind.endpoint().is_some_and(is_above))
}

/// Where a kind of an account is asked for, with what is asked where that is refused.
pub fn addresses(kind: &Kind, account: &str) -> Vec<String> {
    kind.endpoints()
        .flat_map(|endpoint| {
            let words: &[&str] = match endpoint.per {
                Per::Word(words) => words,
                _ => &["{}"],
            };
            words.iter().map(move |word| address(endpoint, account, word))
        })
        .collect()
}

fn address(endpoint: &Endpoint, account: &str, word: &str) -> String {
    let filled = |text: &str| text.replace("{account}", account).replace("{parent}", word);
    let path = filled(endpoint.path);
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    let mut query: Vec<_> =
        endpoint.query.iter().map(|(name, value)| format!("{name}={}", filled(value))).collect();
    // A list and its old part have the same path.
    let now = Timestamp::now();
    query.extend(endpoint.since.map(|since| format!("{}={}", since.parameter, since.before(now))));
    query.extend(endpoint.until.map(|until| {
        let days = match until.days {
            Days::Word => word.parse().unwrap(),
            Days::RecordingRetention => Policy::default().recording_retention(),
        };
        format!("{}={}", until.parameter, until.written.days_before(now, days))
    }));
    format!("/{}{path}?{}", endpoint.host.name(Region::Us1), query.join("&"))
}

/// Cells that are refused to one account at most.
const PER_ACCOUNT: usize = 24;

/// Every cell, dealt out to as few accounts as will do. Nothing that is refused in an account lies below something
/// else that is. Each way deals out the kinds in another order, so that what one kind hides in the company of
/// another is seen in another account.
pub fn dealt_out() -> Vec<Vec<Cell>> {
    let mut all: Vec<(u64, Cell)> = Vec::new();
    for kind in KINDS.iter().copied().filter(|kind| kind.endpoint().is_some() && is_of_account(kind)) {
        all.extend(
            WAYS.into_iter().map(|how| (shuffled(&format!("{} {how:?}", kind.name)), Cell { kind, how })),
        );
    }
    all.sort_by_key(|(place, _)| *place);
    let mut accounts: Vec<Vec<Cell>> = Vec::new();
    for (_, cell) in all {
        let has_room = |cells: &&mut Vec<Cell>| {
            cells.len() < PER_ACCOUNT && !cells.iter().any(|other| are_kin(other.kind, cell.kind))
        };
        match accounts.iter_mut().find(has_room) {
            Some(cells) => cells.push(cell),
            None => accounts.push(vec![cell]),
        }
    }
    accounts
}

fn are_kin(one: &'static Kind, other: &'static Kind) -> bool {
    one.line().any(|above| above.name == other.name) || other.line().any(|above| above.name == one.name)
}

/// A number that is always the same for a text and shows no order: FNV-1a.
fn shuffled(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The names of the kinds that none of these cells leaves readable.
pub fn unread(cells: &[Cell]) -> BTreeSet<&'static str> {
    cells.iter().flat_map(|cell| cell.unread()).map(|kind| kind.name).collect()
}
