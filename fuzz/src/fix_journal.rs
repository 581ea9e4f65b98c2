//! Journals: what was written is read, and of a damaged one no step that was not in it.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use twilio_audit::fix::{Entry, Event, understand};

/// A longer journal is not damaged further.
const MOST_BYTES: usize = 1 << 20;

/// Lines that begin with `!` say what happens to the journal afterwards; the others are its events.
pub fn run(data: &[u8]) {
    let path = Path::new("journal.jsonl");
    if let Err(error) = understand(path, data) {
        error.to_string();
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (damages, events): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('!'));
    let entries = chained(&events);
    let Some((first, _)) = entries.first() else { return };
    if !matches!(first.event, Event::Opened { format: 1, .. }) {
        return;
    }
    let whole: Vec<u8> = entries.iter().flat_map(|(_, line)| format!("{line}\n").into_bytes()).collect();
    let read = understand(path, &whole).unwrap();
    assert!(read.entries.iter().eq(entries.iter().map(|(entry, _)| entry)), "not what was written");
    assert_eq!(read.whole, whole.len());
    let mut damaged = whole;
    damages.iter().for_each(|damage| spoil(&mut damaged, damage));
    if let Ok(read) = understand(path, &damaged) {
        let known =
            read.entries.iter().zip(&entries).take_while(|(read, (written, _))| *read == written).count();
        assert_eq!(known, read.entries.len(), "a line that was never written");
    }
}

/// Events as a journal writes them, each with the hash of the line before.
fn chained(events: &[&str]) -> Vec<(Entry, String)> {
    let mut chained = Vec::new();
    let mut previous = String::new();
    for event in events.iter().filter_map(|line| serde_json::from_str::<Event>(line).ok()) {
        let at = "2026-11-28T12:00:00Z".to_owned();
        let mut entry = Entry { at, previous, digest: String::new(), event };
        let line = entry.seal().unwrap();
        previous = format!("{:x}", Sha256::digest(&line));
        chained.push((entry, line));
    }
    chained
}

/// `!flip PLACE BYTE`, `!cut PLACE`, `!drop LINE`, `!twice LINE`, `!swap LINE`.
fn spoil(journal: &mut Vec<u8>, damage: &str) {
    let mut words = damage.split(' ');
    let (what, mut numbers) = (words.next(), words.map(|word| word.parse::<usize>().unwrap_or(0)));
    let place = numbers.next().unwrap_or(0);
    let mut lines: Vec<Vec<u8>> =
        journal.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    // A line without an end that is there twice is one of twice the length: without a limit, damage doubles it for ever.
    if journal.is_empty() || journal.len() > MOST_BYTES {
        return;
    }
    let line = place % lines.len();
    match what {
        Some("!flip") => {
            let place = place % journal.len();
            journal[place] ^= u8::try_from(numbers.next().unwrap_or(1) % 256).unwrap();
            return;
        }
        Some("!cut") => return journal.truncate(place % journal.len()),
        Some("!drop") => drop(lines.remove(line)),
        Some("!twice") => lines.insert(line, lines[line].clone()),
        Some("!swap") => lines.swap(line, 0),
        _ => return,
    }
    *journal = lines.concat();
}
