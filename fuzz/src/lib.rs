//! What is fuzzed: one file for each target, a function of any bytes that panics where a promise is broken.
//!
//! `cargo fuzz` makes the bytes (`fuzz_targets`), and `tests/fuzz_corpora.rs` replays those that are kept.

pub mod audit_toml;
pub mod check_file;
pub mod fix_journal;
pub mod fix_plan;
pub mod page;
pub mod redact;
pub mod reduce;
pub mod review_import;

/// A target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("audit_toml", audit_toml::run),
    ("check_file", check_file::run),
    ("fix_journal", fix_journal::run),
    ("fix_plan", fix_plan::run),
    ("page", page::run),
    ("redact", redact::run),
    ("reduce", reduce::run),
    ("review_import", review_import::run),
];

/// The first line of an input, and what follows it: a line says how the rest is to be taken.
fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}

/// One of several things: the one of this name, or what the bytes of the name happen to choose.
fn chosen<'t, T>(all: &'t [T], word: &[u8], name: impl Fn(&T) -> &str) -> &'t T {
    let sum = word.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    all.iter().find(|one| name(one).as_bytes() == word).unwrap_or(&all[sum % all.len()])
}
