//! The headings under which `--help` and the manual pages list options: the same in every command that has many.

/// Who signs in, and where.
pub(super) const SIGN_IN: &str = "Sign-in";
/// What people wrote down.
pub(super) const DECLARED: &str = "What was declared";
/// Which accounts and checks it is about.
pub(super) const READ: &str = "What is read";
/// How much may be asked, and how long anything may take.
pub(super) const LIMITS: &str = "Limits";
/// What is written, and where.
pub(super) const OUTPUT: &str = "Output";
/// How CSV files look.
pub(super) const CSV: &str = "CSV files";
/// What is said on standard error meanwhile.
pub(super) const TALK: &str = "Log";
/// When something runs by itself.
pub(super) const NIGHTLY: &str = "When and for how long";
/// Which changes a plan is about.
pub(super) const CHANGES: &str = "Which changes";
