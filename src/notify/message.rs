//! The words: one subject and a few paragraphs, the same by every way.
//!
//! Each part of it is either this program's own or has a shape that can carry nothing else: SIDs, counts, verdicts, ids
//! and titles of checks. The one text that comes from outside is the path of the report, which is cleaned.

use jiff::Timestamp;

use super::Word;
use crate::model::{News, OpenCounts, Region, ToldChanges, ToldVerdict, Verdict, in_seconds};

/// Accounts and checks that are named at most: a mail is no report.
const MOST_LINES: usize = 10;

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// What follows it, in lines.
    pub paragraphs: Vec<Vec<String>>,
}

impl Message {
    /// What is said.
    pub fn of(word: Word<'_>) -> Self {
        match word {
            Word::Test(at) => Self::test(at),
            Word::Of(news) if news.scan_id.is_none() => Self::no_scan(news),
            Word::Of(news) => Self::scan(news),
        }
    }

    fn test(at: Timestamp) -> Self {
        Self {
            subject: "twilio-audit: TEST, nothing was scanned".to_owned(),
            paragraphs: vec![vec![
                "This is a test message. It says nothing about any account.".to_owned(),
                format!("Somebody asked for it at {} with `twilio-audit notify test`.", in_seconds(at)),
            ]],
        }
    }

    fn no_scan(news: &News) -> Self {
        let why = news.failure.as_deref().map_or_else(String::new, line);
        Self {
            subject: format!("twilio-audit: NO SCAN, exit code {}", news.exit_code),
            paragraphs: vec![
                vec![
                    format!("There is no new scan as of {}.{}", in_seconds(news.at), region(news.region)),
                    why,
                ],
                vec![
                    "What was so before is not known to be so still.".to_owned(),
                    format!("The scans are in {}", line(&news.report_folder)),
                ],
            ],
        }
    }

    fn scan(news: &News) -> Self {
        let id = news.scan_id.as_deref().map_or_else(String::new, line);
        let of = news.parent_sid.as_deref().map_or_else(String::new, |sid| format!(" of {}", line(sid)));
        let mut head = vec![format!("Scan {id}{of}.{}", region(news.region))];
        head.push(format!("It ended with exit code {}: {}.", news.exit_code, meaning(news.exit_code)));
        let mut report = vec![format!("The report is in {}", line(&news.report_folder))];
        report.extend(
            news.manifest_sha256.as_deref().map(|hash| format!("SHA-256 of its manifest: {}", line(hash))),
        );
        let paragraphs = [head, counts(news), verdicts(&news.verdicts), blockers(news), report];
        Self {
            subject: format!("twilio-audit: {}", headline(news)),
            paragraphs: paragraphs.into_iter().filter(|lines| !lines.is_empty()).collect(),
        }
    }

    /// All of it but the subject, as plain text.
    pub fn body(&self) -> String {
        let paragraphs: Vec<String> = self.paragraphs.iter().map(|lines| lines.join("\n")).collect();
        paragraphs.join("\n\n") + "\n"
    }
}

/// The worst verdict and what changed, for a subject.
fn headline(news: &News) -> String {
    let mut parts = vec![worst(&news.verdicts).map_or("no verdict", Verdict::as_str).to_owned()];
    let ToldChanges { new, fixed, lost_sight, worse, .. } = news.changes;
    if news.first_scan {
        parts.push("first scan".to_owned());
    }
    if new > 0 {
        parts.push(format!("{new} new {}", if new == 1 { "finding" } else { "findings" }));
    }
    if worse > 0 {
        parts.push(format!("{worse} worse"));
    }
    if lost_sight > 0 {
        parts.push(format!("{lost_sight} out of sight"));
    }
    if fixed > 0 {
        parts.push(format!("{fixed} fixed"));
    }
    match news.verdicts.iter().filter(|verdict| verdict.is_change()).count() {
        _ if news.first_scan => {}
        0 => {}
        1 => parts.push("1 verdict changed".to_owned()),
        many => parts.push(format!("{many} verdicts changed")),
    }
    if !news.is_change() {
        parts.push("nothing changed".to_owned());
    }
    if !news.complete {
        parts.push("incomplete".to_owned());
    }
    parts.join(", ")
}

fn worst(verdicts: &[ToldVerdict]) -> Option<Verdict> {
    verdicts.iter().filter_map(|told| told.verdict).min_by_key(|verdict| verdict.rank())
}

fn region(region: Region) -> String {
    if region == Region::Us1 { String::new() } else { format!(" Region: {region}.") }
}

const fn meaning(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "complete",
        1 => "complete, with faults",
        3 => "incomplete, something could not be assessed",
        _ => "see twilio-audit --help",
    }
}

fn counts(news: &News) -> Vec<String> {
    let ToldChanges { new, fixed, lost_sight, worse, new_blockers } = news.changes;
    let OpenCounts { critical, high, medium, low, manual, not_assessed } = news.open;
    let changed = match news.first_scan {
        true => "There is no earlier scan to compare it with.".to_owned(),
        false => format!(
            "Since the scan before: {new} new ({new_blockers} against going live), {worse} worse, {fixed} fixed, {lost_sight} out of \
             sight."
        ),
    };
    vec![
        changed,
        format!("Open faults: {critical} critical, {high} high, {medium} medium, {low} low."),
        format!("Besides: {manual} to be answered by a person, {not_assessed} not assessed."),
    ]
}

/// How many accounts have which verdict, and those whose verdict changed, the worst first.
fn verdicts(told: &[ToldVerdict]) -> Vec<String> {
    if told.is_empty() {
        return vec!["No active account carries PHI, so there is no verdict.".to_owned()];
    }
    let count = |verdict| told.iter().filter(|one| one.verdict == Some(verdict)).count();
    let mut lines = vec![format!(
        "Accounts with PHI: {} READY, {} NOT READY, {} CANNOT SAY.",
        count(Verdict::Ready),
        count(Verdict::NotReady),
        count(Verdict::CannotSay)
    )];
    let changed = worst_first(told);
    lines.extend(changed.iter().take(MOST_LINES).map(|one| {
        let word = |verdict: Option<Verdict>| verdict.map_or("without verdict", Verdict::as_str);
        format!("{}: {}, before {}", line(&one.account_sid), word(one.verdict), word(one.before))
    }));
    lines.extend(more(changed.len(), "accounts whose verdict is another"));
    lines
}

/// The verdicts that changed: those against going live first, then what cannot be said, what is gone, what is ready.
pub(super) fn worst_first(told: &[ToldVerdict]) -> Vec<&ToldVerdict> {
    let mut changed: Vec<&ToldVerdict> = told.iter().filter(|one| one.is_change()).collect();
    changed.sort_by_key(|one| match one.verdict {
        Some(Verdict::NotReady) => 0,
        Some(Verdict::CannotSay) => 1,
        None => 2,
        Some(Verdict::Ready) => 3,
    });
    changed
}

fn blockers(news: &News) -> Vec<String> {
    if news.blockers.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["New against going live:".to_owned()];
    let named = news.blockers.iter().take(MOST_LINES);
    lines.extend(named.map(|check| format!("{}: {}", line(&check.check_id), line(&check.title))));
    lines.extend(more(news.blockers.len(), "checks"));
    lines
}

fn more(all: usize, of_what: &str) -> Option<String> {
    all.checked_sub(MOST_LINES).filter(|left| *left > 0).map(|left| format!("and {left} more {of_what}"))
}

/// A text as part of a line: nothing in it ends the line, steers a terminal or turns the reading direction.
fn line(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ToldCheck;

    const ACCOUNT: &str = "AC00000000000000000000000000000002";

    fn told(number: usize, verdict: Option<Verdict>, before: Option<Verdict>) -> ToldVerdict {
        ToldVerdict { account_sid: format!("AC{number:032x}"), verdict, before }
    }

    fn news() -> News {
        let at = "2026-11-24T04:20:00Z".parse().unwrap();
        News {
            scan_id: Some("20261124T041500Z".to_owned()),
            failure: None,
            changes: ToldChanges { new: 2, fixed: 1, lost_sight: 0, worse: 0, new_blockers: 1 },
            open: OpenCounts { critical: 1, high: 2, medium: 3, low: 4, manual: 5, not_assessed: 6 },
            blockers: vec![ToldCheck {
                check_id: "webhook-http".to_owned(),
                title: "Webhooks use https".to_owned(),
            }],
            parent_sid: Some("AC00000000000000000000000000000001".to_owned()),
            verdicts: vec![
                told(2, Some(Verdict::NotReady), Some(Verdict::Ready)),
                told(3, Some(Verdict::Ready), Some(Verdict::Ready)),
            ],
            manifest_sha256: Some("ab".repeat(32)),
            complete: true,
            ..News::no_scan(1, "", at, Region::Us1, "audits/20261124T041500Z")
        }
    }

    #[test]
    fn a_change_in_words() {
        let message = Message::of(Word::Of(&news()));
        insta::assert_snapshot!(format!("{}\n\n{}", message.subject, message.body()), @r"
        twilio-audit: NOT READY, 2 new findings, 1 fixed, 1 verdict changed

        Scan 20261124T041500Z of AC00000000000000000000000000000001.
        It ended with exit code 1: complete, with faults.

        Since the scan before: 2 new (1 against going live), 0 worse, 1 fixed, 0 out of sight.
        Open faults: 1 critical, 2 high, 3 medium, 4 low.
        Besides: 5 to be answered by a person, 6 not assessed.

        Accounts with PHI: 1 READY, 1 NOT READY, 0 CANNOT SAY.
        AC00000000000000000000000000000002: NOT READY, before READY

        New against going live:
        webhook-http: Webhooks use https

        The report is in audits/20261124T041500Z
        SHA-256 of its manifest: abababababababababababababababababababababababababababababababab
        ");
    }

    #[test]
    fn no_scan_in_words() {
        let at = "2026-11-24T04:20:00Z".parse().unwrap();
        let news = News::no_scan(4, "Nobody could sign in.", at, Region::Ie1, "audits/ie1");
        let message = Message::of(Word::Of(&news));
        insta::assert_snapshot!(format!("{}\n\n{}", message.subject, message.body()), @r"
        twilio-audit: NO SCAN, exit code 4

        There is no new scan as of 2026-11-24T04:20:00Z. Region: ie1.
        Nobody could sign in.

        What was so before is not known to be so still.
        The scans are in audits/ie1
        ");
    }

    #[test]
    fn subjects() {
        let quiet = News { changes: ToldChanges::default(), verdicts: Vec::new(), ..news() };
        let subject = |news: &News| Message::of(Word::Of(news)).subject;
        assert_eq!(subject(&quiet), "twilio-audit: no verdict, nothing changed");
        let first = News { first_scan: true, complete: false, verdicts: news().verdicts, ..quiet.clone() };
        assert_eq!(subject(&first), "twilio-audit: NOT READY, first scan, incomplete");
        let gone = News { verdicts: vec![told(2, None, Some(Verdict::Ready))], ..quiet };
        assert_eq!(subject(&gone), "twilio-audit: no verdict, 1 verdict changed");
    }

    #[test]
    fn thousands_of_accounts_make_no_longer_message() {
        let ready = (0..10_000).map(|number| told(number, Some(Verdict::Ready), None));
        let verdicts = ready.chain([told(99_999, Some(Verdict::NotReady), None)]).collect();
        let body = Message::of(Word::Of(&News { verdicts, ..news() })).body();
        assert!(body.contains("1 NOT READY") && body.contains("and 9991 more accounts"), "{body}");
        let first = body.lines().find(|line| line.contains(", before")).unwrap();
        assert!(first.contains("NOT READY"), "the worst is named first: {first}");
        assert!(body.lines().count() < 40, "{body}");
    }

    #[test]
    fn nothing_begins_another_line() {
        let hostile = "a\r\nBcc: evil@example.com\u{202e}\u{1b}[31m\u{2028}b";
        let title = hostile.to_owned();
        let news = News {
            report_folder: hostile.to_owned(),
            blockers: vec![ToldCheck { check_id: title.clone(), title }],
            verdicts: vec![ToldVerdict {
                account_sid: format!("{ACCOUNT}{hostile}"),
                verdict: Some(Verdict::Ready),
                before: None,
            }],
            manifest_sha256: Some(hostile.to_owned()),
            ..news()
        };
        let message = Message::of(Word::Of(&news));
        assert!(!message.subject.contains(['\r', '\n']));
        let body = message.body();
        assert!(body.lines().all(|line| !line.starts_with("Bcc:")), "{body}");
        assert!(!body.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{body:?}");
    }
}
