//! Templates inside URLs: `{{flow.data.host}}` and `{% if %}`.
//!
//! A template may hold slashes and question marks, so it is taken out before the URL is cut and put
//! back afterwards. Its content is a variable's name and stays; filters and literals do not.

use super::super::{Pattern, regex};
use super::segment;

static TEMPLATE: Pattern = Pattern::new(|| regex(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}"));
static VARIABLE: Pattern = Pattern::new(|| regex(r"^[A-Za-z_][A-Za-z0-9_.-]{0,99}"));

/// The first of the private characters that stand in for templates.
const FIRST: u32 = 0xE000;
/// The last of them: more templates than this make a URL unreadable.
const LAST: u32 = 0xF8FF;

/// The templates of one URL, in order.
pub(super) struct Liquid(Vec<String>);

impl Liquid {
    /// The text with a stand-in character for each template. None when the text already holds such
    /// characters, or too many templates.
    pub(super) fn take_out(text: &str) -> Option<(String, Self)> {
        let mut templates = Vec::new();
        let mut plain = String::new();
        let mut end = 0;
        if is_in(text) {
            return None;
        }
        for found in TEMPLATE.find_iter(text) {
            plain += &text[end..found.start()];
            plain.push(stand_in(templates.len())?);
            templates.push(reduced(found.as_str()));
            end = found.end();
        }
        plain += &text[end..];
        Some((plain, Self(templates)))
    }

    /// The text with the reduced templates in their places.
    pub(super) fn put_back(&self, text: &str) -> String {
        let mut full = String::new();
        for character in text.chars() {
            let index = u32::from(character).checked_sub(FIRST).and_then(|i| usize::try_from(i).ok());
            match index.and_then(|i| self.0.get(i)) {
                Some(template) => full += template,
                None => full.push(character),
            }
        }
        full
    }
}

fn stand_in(index: usize) -> Option<char> {
    u32::try_from(index)
        .ok()
        .and_then(|i| FIRST.checked_add(i))
        .filter(|c| *c <= LAST)
        .and_then(char::from_u32)
}

/// `{{flow.data.phone}}` stays, `{{x | default: "…"}}` becomes `{{x | …}}`, and a secret in the
/// place of a name goes.
fn reduced(template: &str) -> String {
    if template.starts_with("{%") {
        return "{%…%}".to_owned();
    }
    let content = template.trim_start_matches('{').trim_end_matches('}').trim();
    let Some(name) = VARIABLE.find(content).map(|found| found.as_str()) else { return "{{…}}".to_owned() };
    let ends_there = content[name.len()..].starts_with(|c: char| c.is_whitespace() || "|[".contains(c));
    if (name.len() < content.len() && !ends_there) || name.split('.').any(segment::is_telling) {
        return "{{…}}".to_owned();
    }
    if name.len() == content.len() { format!("{{{{{name}}}}}") } else { format!("{{{{{name} | …}}}}") }
}

/// Whether a character stands in for a template.
pub(super) fn stands_in(character: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(character))
}

/// Whether a text holds a template.
pub(super) fn is_in(text: &str) -> bool {
    text.chars().any(stands_in)
}

/// Whether a text is templates and nothing else.
pub(super) fn is_only(text: &str) -> bool {
    text.chars().all(stands_in)
}

/// The text with what stands between its templates replaced.
pub(super) fn around(text: &str, replace: impl Fn(&str) -> String) -> String {
    text.split_inclusive(stands_in)
        .map(|piece| {
            let end = piece.chars().next_back().filter(|c| stands_in(*c));
            let literal = end.map_or(piece, |c| &piece[..piece.len() - c.len_utf8()]);
            let mut replaced = if literal.is_empty() { String::new() } else { replace(literal) };
            replaced.extend(end);
            replaced
        })
        .collect()
}
