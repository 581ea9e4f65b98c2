//! What the system says of a file, in words that say what to do.

use std::io;

/// Why a file or folder cannot be read or written, and what to do about it; `error` names no file itself.
pub fn trouble(error: &io::Error) -> String {
    let words = match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no such file or folder; check the path, which begins where the program was started unless it \
             begins with /"
        }
        io::ErrorKind::PermissionDenied => {
            "the user who runs this program may not; `ls -l` shows whose it is and who may"
        }
        io::ErrorKind::IsADirectory => "it is a folder; name a file",
        io::ErrorKind::NotADirectory => "it is no folder, or a part of its path is none; check the path",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "there is no room left; make some, or choose another disk"
        }
        io::ErrorKind::ReadOnlyFilesystem => "nothing can be written to this disk; choose another place",
        // What is not said by the system is said by this program, in words of its own.
        _ => return error.to_string(),
    };
    // An error of our own making may have one of these kinds, and says more than the kind.
    if error.get_ref().is_none() { words.to_owned() } else { error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_never_all_that_is_said() {
        let of_system = |path: &str| trouble(&std::fs::read(path).unwrap_err());
        for (path, wanted) in [
            ("nowhere/at-all", "check the path"),
            ("src", "name a file"),
            ("Cargo.toml/below", "a part of its path is none"),
        ] {
            let said = of_system(path);
            assert!(said.contains(wanted) && !said.contains("os error"), "{path}: {said}");
        }
        let own = io::Error::new(io::ErrorKind::NotFound, "of our own");
        assert_eq!(trouble(&own), "of our own");
    }
}
