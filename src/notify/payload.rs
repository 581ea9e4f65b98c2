//! The JSON that is sent: of a webhook the fields of the news, of Slack the words.

use serde::Serialize;
use serde_json::{Value, json};

use super::message::worst_first;
use super::{Message, Word, moment};
use crate::model::{News, OpenCounts, ToldChanges, ToldCheck, ToldVerdict, Verdict, in_seconds};

/// The version of the webhook's format. It grows when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

/// Verdicts that are listed at most: what takes webhooks rarely takes more than a few hundred KiB.
const MOST_VERDICTS: usize = 100;

/// What a webhook is told, see docs/notifications.md.
#[derive(Serialize)]
struct Webhook<'a> {
    schema_version: u32,
    /// Whether it is a test: then there is no `news`.
    test: bool,
    target: &'a str,
    id: &'a str,
    at: String,
    subject: &'a str,
    text: String,
    news: Option<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    is_change: bool,
    is_failure: bool,
    exit_code: u8,
    failure: Option<&'a str>,
    scan_id: Option<&'a str>,
    region: &'a str,
    parent_sid: Option<&'a str>,
    complete: bool,
    first_scan: bool,
    changes: ToldChanges,
    open: OpenCounts,
    new_blockers: &'a [ToldCheck],
    verdicts: Verdicts<'a>,
    report_folder: &'a str,
    manifest_sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct Verdicts<'a> {
    ready: usize,
    not_ready: usize,
    cannot_say: usize,
    /// The worst first.
    changed: Vec<&'a ToldVerdict>,
    changed_left_out: usize,
}

/// The body for a webhook.
pub(super) fn webhook(word: Word<'_>, message: &Message, target: &str, id: &str) -> String {
    let news = match word {
        Word::Of(news) => Some(told(news)),
        Word::Test(_) => None,
    };
    let body = Webhook {
        schema_version: SCHEMA_VERSION,
        test: news.is_none(),
        target,
        id,
        at: in_seconds(moment(word)),
        subject: &message.subject,
        text: message.body(),
        news,
    };
    // Nothing in it can fail to be JSON.
    serde_json::to_string(&body).unwrap_or_default()
}

fn told(news: &News) -> Told<'_> {
    Told {
        is_change: news.is_change(),
        is_failure: news.is_failure(),
        exit_code: news.exit_code,
        failure: news.failure.as_deref(),
        scan_id: news.scan_id.as_deref(),
        region: news.region.as_str(),
        parent_sid: news.parent_sid.as_deref(),
        complete: news.complete,
        first_scan: news.first_scan,
        changes: news.changes,
        open: news.open,
        new_blockers: &news.blockers,
        verdicts: verdicts(&news.verdicts),
        report_folder: &news.report_folder,
        manifest_sha256: news.manifest_sha256.as_deref(),
    }
}

fn verdicts(told: &[ToldVerdict]) -> Verdicts<'_> {
    let count = |verdict| told.iter().filter(|one| one.verdict == Some(verdict)).count();
    let mut changed = worst_first(told);
    let changed_left_out = changed.len().saturating_sub(MOST_VERDICTS);
    changed.truncate(MOST_VERDICTS);
    Verdicts {
        ready: count(Verdict::Ready),
        not_ready: count(Verdict::NotReady),
        cannot_say: count(Verdict::CannotSay),
        changed,
        changed_left_out,
    }
}

/// The body for Slack: blocks, and the whole as text for what knows no blocks. Both are plain text, so that nothing in
/// them mentions anybody or becomes a link.
pub(super) fn slack(message: &Message) -> String {
    let plain = |text: &str| json!({"type": "plain_text", "text": escaped(text), "emoji": false});
    let mut blocks = vec![json!({"type": "header", "text": plain(&at_most(&message.subject, 140))})];
    let section = |lines: &Vec<String>| {
        let text = at_most(&lines.join("\n"), 2500);
        json!({"type": "section", "text": plain(&text)})
    };
    blocks.extend(message.paragraphs.iter().map(section));
    let text = format!("{}\n\n{}", message.subject, message.body());
    let body: Value = json!({"text": escaped(&text), "mrkdwn": false, "blocks": blocks});
    body.to_string()
}

/// A text without the three characters by which Slack tells mentions and links from text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn at_most(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    fn news() -> News {
        News::no_scan(
            4,
            "Nobody <could> sign in & <!channel> @here.",
            jiff::Timestamp::UNIX_EPOCH,
            Region::Us1,
            "a",
        )
    }

    #[test]
    fn slack_is_mentioned_nobody() {
        let body: Value = serde_json::from_str(&slack(&Message::of(Word::Of(&news())))).unwrap();
        let text = body["text"].as_str().unwrap();
        assert!(text.contains("&lt;!channel&gt;") && text.contains(" &amp; "), "{text}");
        assert!(!body.to_string().contains(['<', '>']), "{body}");
        let blocks = body["blocks"].as_array().unwrap();
        assert!(blocks.iter().all(|block| block["text"]["type"] == "plain_text"), "{body}");
    }

    #[test]
    fn a_webhook_lists_no_more_than_it_should() {
        let changed = |number: usize| ToldVerdict {
            account_sid: format!("AC{number:032x}"),
            verdict: Some(Verdict::Ready),
            before: None,
        };
        let news = News { scan_id: Some("x".into()), verdicts: (0..10_000).map(changed).collect(), ..news() };
        let body = webhook(Word::Of(&news), &Message::of(Word::Of(&news)), "ops", "id");
        assert!(body.len() < 32 << 10, "{}", body.len());
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["news"]["verdicts"]["ready"], 10_000);
        assert_eq!(body["news"]["verdicts"]["changed_left_out"], 9_900);
    }
}
