//! The programs that judge the formats: each says what it read, or what is wrong. Nothing where it is not installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::python;

/// What a program read, or what it complains of.
pub(crate) type Judged = Result<Value, String>;

/// By `tests/support/formats/ocsf.py`.
pub(crate) fn ocsf(events: &str) -> Option<Judged> {
    judge("py_ocsf_models", "formats/ocsf.py", events)
}

/// By `tests/support/formats/junit.py`.
pub(crate) fn junit(xml: &str) -> Option<Judged> {
    judge("junitparser", "formats/junit.py", xml)
}

/// By `tests/support/formats/markdown.py`.
pub(crate) fn markdown(page: &str) -> Option<Judged> {
    judge("markdown_it", "formats/markdown.py", page)
}

fn judge(package: &str, script: &str, input: &str) -> Option<Judged> {
    let python = python::with(package)?;
    Some(python::run(&python, script, &[], input).map(|said| serde_json::from_str(&said).unwrap()))
}

/// By the published schema of `findings.json`.
pub(crate) fn findings_json(document: &Value) -> Result<(), String> {
    by_schema(&twilio_audit::report::findings_schema(), document)
}

/// By the schema of SARIF, and by Microsoft's validator, which knows more of SARIF than its schema does. What the
/// validator would merely like better is an error too, but for an address of the program: there is none.
pub(crate) fn sarif(text: &str) -> Option<Result<(), String>> {
    let programs = sarif_multitool()?;
    if let Some(Err(complaint)) = sarif_schema(text) {
        return Some(Err(complaint));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("findings.sarif");
    fs::write(&file, text).unwrap();
    let output = Command::new(programs.join("Sarif.Multitool"))
        .args(["validate", "--rule-kind", "Sarif;Ghas", "--kind", "Fail", "--level", "Error;Warning"])
        .arg(&file)
        // Without it the program asks for a library of languages that it does not need.
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // A file that it cannot read it passes over in silence: the missing address shows that it read this one.
    let (address, complaints): (Vec<&str>, Vec<&str>) = said
        .lines()
        .filter(|line| line.contains(": error ") || line.contains(": warning "))
        .partition(|line| line.contains("'informationUri'"));
    Some(match (address.as_slice(), complaints.first()) {
        (_, Some(complaint)) => Err((*complaint).to_owned()),
        ([], None) => Err(format!("it judged nothing: {said}")),
        (_, None) => Ok(()),
    })
}

/// By the schema of SARIF alone, which takes no time.
pub(crate) fn sarif_schema(text: &str) -> Option<Result<(), String>> {
    let schema = fs::read_to_string(sarif_multitool()?.join("sarif-2.1.0.json")).unwrap();
    Some(by_schema(&schema, &serde_json::from_str(text).unwrap()))
}

fn by_schema(schema: &str, document: &Value) -> Result<(), String> {
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    validator.validate(document).map_err(|error| format!("{}: {error}", error.instance_path))
}

/// Where `make tools` puts the SARIF multitool for this machine, if it is there.
#[allow(clippy::print_stderr)]
fn sarif_multitool() -> Option<PathBuf> {
    let machine = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    let programs = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/support/formats/node_modules/@microsoft/sarif-multitool-{machine}"));
    if programs.exists() {
        return Some(programs);
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have the SARIF multitool: `make tools`");
    eprintln!("skipped: no SARIF multitool; `make tools` installs it");
    None
}
