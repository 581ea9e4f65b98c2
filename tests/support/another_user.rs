//! Another user of the machine, whom only root can become.

#![allow(unreachable_pub, clippy::print_stderr)]

use std::fs;
use std::os::unix::fs::MetadataExt as _;

/// Nobody's user and group on Debian.
pub const NOBODY: u32 = 65534;

/// Whether other users can be tried. Says so where not, for then something is skipped.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn is_root() -> bool {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root {
        assert!(std::env::var_os("CI").is_none(), "CI must run this as root");
        eprintln!("skipped: only root can become another user");
    }
    is_root
}
