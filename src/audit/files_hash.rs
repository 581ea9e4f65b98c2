//! One hash over the files that checks are made of, so that a scan can say by which rules it was judged.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::compile::{Compiled, VIEWS};
use crate::evidence::data::{PRODUCTS_TOML, USAGE_CATEGORIES_TOML};

/// The SHA-256 of what `sha256sum` prints of the files, in the order of their names: these checks, and the views and
/// lists that all checks share. A check counts as `checks/FAMILY/ID.toml`, wherever it was read from.
pub fn files_sha256(checks: &[Compiled]) -> String {
    let shared = [
        ("checks/products.toml", PRODUCTS_TOML),
        ("checks/usage_categories.toml", USAGE_CATEGORIES_TOML),
        ("checks/views.sql", VIEWS),
    ];
    let mut files: BTreeMap<String, &str> =
        shared.into_iter().map(|(name, content)| (name.to_owned(), content)).collect();
    files.extend(checks.iter().map(|Compiled { check, .. }| {
        (format!("checks/{}/{}.toml", check.family.as_str(), check.id), check.file_content())
    }));
    let mut list = String::new();
    for (name, content) in files {
        let _ = writeln!(list, "{:x}  {name}", Sha256::digest(content));
    }
    format!("{:x}", Sha256::digest(list))
}
