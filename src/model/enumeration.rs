//! Several names, or a number of things, in one sentence.

/// A number of things, in words: `1 check`, `2 checks`.
pub fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// The same text with a capital at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The first so many of the names, and how many more there are: `chat, sync and 3 more`.
pub fn first_of(names: &[impl AsRef<str>], most: usize) -> String {
    let named = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(most) {
        Some(more @ 1..) => format!("{named} and {more} more"),
        _ => named,
    }
}
