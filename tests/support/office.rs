//! LibreOffice without a screen, which converts tables as its users do by opening and saving them.

#![allow(unreachable_pub, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether LibreOffice Calc is there. Says so where it is not, for then something is skipped.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn is_there() -> bool {
    let version =
        Command::new("soffice").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have LibreOffice Calc");
    eprintln!("skipped: no soffice; the Debian package is libreoffice-calc");
    false
}

/// How a table is read: commas, UTF-8, cells taken for what they look like in the United States.
pub const READ_AS_IN_THE_US: &str = "CSV:44,34,76,1,,1033,false,true";

/// How one is written: as it is shown.
pub const WRITE_AS_SHOWN: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false";
/// The same with semicolons, and every text in quotes.
pub const WRITE_QUOTED: &str = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,true,false";
/// As the values are, not as they are shown.
pub const WRITE_VALUES: &str = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,false,false";

/// Converts a file; the result has its name and another ending. `read` says how a table is read.
pub fn convert(file: &Path, read: Option<&str>, to: &str, into: &Path) -> PathBuf {
    // With a profile of its own it waits for no other LibreOffice.
    let profile = tempfile::TempDir::new().unwrap();
    let mut command = Command::new("soffice");
    command.arg(format!("-env:UserInstallation=file://{}", profile.path().display())).arg("--headless");
    command.args(read.map(|filter| format!("--infilter={filter}")));
    command.args(["--convert-to", to, "--outdir"]).arg(into).arg(file);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let ending = to.split(':').next().unwrap();
    let result = into.join(file.file_name().unwrap()).with_extension(ending);
    assert!(output.status.success() && result.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    result
}
