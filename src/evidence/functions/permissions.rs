//! The permissions of restricted keys: `/twilio/PRODUCT/RESOURCE/ACTION`.
//!
//! Twilio writes them with and without the first slash, and `*` where every action is granted.

/// What a permission may be for, by what it lets its holder do. Products, resources (a final `*` for
/// all that begin so) and actions; an empty list of actions means every action.
const RISKS: &[(&str, &str, &[&str], &[&str])] = &[
    ("manages OAuth apps", "iam", &["account-oauth-apps"], &[]),
    ("manages accounts and keys", "iam", &["*"], &["create", "update", "delete"]),
    ("redirects phone numbers", "phone-numbers", &["active-numbers"], &["create", "update", "delete"]),
    ("redirects calls", "voice", &["twiml.apps"], &["create", "update"]),
    ("places calls", "voice", &["calls"], &["create"]),
    ("reads messages", "messaging", &["messages"], &["read", "list"]),
    ("sends messages", "messaging", &["messages"], &["create"]),
    ("reaches recordings", "voice", &["recordings"], &[]),
    ("reaches recordings", "video", &["recordings", "rooms.recordings"], &[]),
    (
        "reaches transcripts",
        "voice",
        &["transcriptions", "recordings.transcriptions", "intelligence.transcripts"],
        &[],
    ),
    (
        "reaches transcripts",
        "voice",
        &["intelligence.transcript-media", "intelligence.transcript-sentences"],
        &["read", "list"],
    ),
    (
        "reads Studio execution context",
        "studio",
        &["executions.context", "executions.steps.context"],
        &["read", "list"],
    ),
    ("reaches TaskRouter tasks", "taskrouter", &["workspaces.tasks"], &[]),
    ("sends events elsewhere", "event-streams", &["sink", "subscription"], &["create", "update"]),
    ("changes SIP access", "voice", &["sip.*"], &["create", "update", "delete"]),
    ("weakens fraud rules of Verify", "verify", &["safelist"], &["create"]),
    ("weakens fraud rules of Verify", "verify", &["rule"], &[]),
];

const ACTIONS: &[&str] = &["create", "read", "list", "update", "delete"];

fn segments(permission: &str) -> Vec<String> {
    permission.trim().trim_start_matches('/').to_lowercase().split('/').map(str::to_owned).collect()
}

/// Whether one segment of a grant covers one that is asked for.
fn covers(granted: &str, asked: &str) -> bool {
    granted == asked || granted.strip_suffix('*').is_some_and(|start| asked.starts_with(start))
}

/// Whether a granted permission includes the one asked for. A `*` in the grant stands for its segment,
/// a last one for everything below too.
pub fn matches(granted: &str, asked: &str) -> bool {
    let (granted, asked) = (segments(granted), segments(asked));
    let reaches_down = granted.last().is_some_and(|last| last == "*") && asked.len() > granted.len();
    (asked.len() == granted.len() || reaches_down)
        && granted.iter().zip(&asked).all(|(granted, asked)| covers(granted, asked))
}

/// Whether a JSON list of permissions includes the one asked for, all actions of a resource counting
/// as its `*`. None when it is no list of texts.
pub(super) fn covered(json: &str, asked: &str) -> Option<bool> {
    let granted: Vec<String> = serde_json::from_str(json).ok()?;
    let has = |asked: &str| granted.iter().any(|granted| matches(granted, asked));
    let every_action = asked.strip_suffix("/*").filter(|_| is_known_form(asked));
    Some(
        has(asked)
            || every_action
                .is_some_and(|resource| ACTIONS.iter().all(|action| has(&format!("{resource}/{action}")))),
    )
}

/// What makes a permission dangerous, in words, or none: `redirects phone numbers`.
pub(super) fn risk(permission: &str) -> Option<&'static str> {
    let segments = segments(permission);
    // `/twilio/*` and the like: more than any entry of the list.
    if segments.iter().rev().skip(1).any(|segment| segment == "*")
        || (segments.len() < 4 && segments.last()? == "*")
    {
        return Some("grants whole products");
    }
    let [_, product, resource, action] = segments.as_slice() else { return None };
    let listed = RISKS.iter().find(|(_, of, resources, actions)| {
        of == product
            && resources.iter().any(|listed| covers(listed, resource))
            && (actions.is_empty() || action == "*" || actions.contains(&action.as_str()))
    });
    listed
        .map(|(words, ..)| *words)
        .or_else(|| (action == "*").then_some("grants every action on a resource"))
}

/// Whether a permission is written as Twilio's documentation writes them, so that its meaning is known.
pub(super) fn is_known_form(permission: &str) -> bool {
    let segments = segments(permission);
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
    };
    match segments.as_slice() {
        [namespace, product, resource, action] => {
            namespace == "twilio"
                && is_name(product)
                && is_name(resource)
                && (action == "*" || ACTIONS.contains(&action.as_str()))
        }
        _ => false,
    }
}
