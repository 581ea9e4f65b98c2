//! `verify`: whether finished scans are as they were sealed.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::chosen_scan::{SCANS, UNFINISHED, scan_folder};
use super::difference::name_differences;
use super::printing::print;
use super::{Exit, Stop};
use crate::chain::{self, Anchor, MANIFEST, PublicKey, Verifier};
use crate::model::{ScanId, Verification};
use crate::report::verification;

/// Say whether finished scans are as they were sealed
///
/// Compares every file with the hash in its scan's manifest.json, each manifest with the hash that the next scan recorded
/// of it, and `latest` with the newest scan.
///
/// docs/evidence-chain.md tells what that shows, and what it does not.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    /// The output folder, with all scans in it, or the folder of one scan
    #[arg(value_name = "FOLDER", default_value = SCANS, env = "TWILIO_AUDIT_OUTPUT", value_parser = scan_folder())]
    folder: PathBuf,
    /// Verify this scan alone; the same as its folder, bare
    #[arg(long, value_name = "FOLDER", value_parser = scan_folder())]
    scan: Option<PathBuf>,
    #[command(flatten)]
    trusted: Trusted,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    /// Print the JSON Schema of manifest.json instead, and verify nothing
    #[arg(long)]
    schema: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    everything is as it was sealed
  1    something was altered, is missing or was added
  2    the command line is wrong, or there is nothing to verify
  5    internal error, or something cannot be read";

/// What is known of the scans from elsewhere.
#[derive(Debug, clap::Args)]
pub(super) struct Trusted {
    /// The SHA-256 that the newest manifest had when it was noted elsewhere
    #[arg(long, value_name = "HASH", env = "TWILIO_AUDIT_MANIFEST_SHA256")]
    manifest_sha256: Option<Anchor>,
    /// Insist that every manifest is signed by this minisign key: a file, or the key itself
    #[arg(long, value_name = "FILE|KEY", env = "TWILIO_AUDIT_PUBLIC_KEY")]
    public_key: Option<String>,
}

impl Trusted {
    /// Verifies one scan.
    pub(super) fn verify_scan(&self, folder: &Path) -> Result<Verification, Stop> {
        let key = self.key()?;
        let folder = fs::canonicalize(folder).map_err(Stop::with(Exit::Usage))?;
        let verifier = Verifier { key: key.as_ref(), anchor: self.manifest_sha256.as_ref() };
        verifier.scan(&folder).map_err(Stop::with(Exit::Broken))
    }

    fn key(&self) -> Result<Option<PublicKey>, Stop> {
        self.public_key.as_deref().map(public_key).transpose().map_err(Stop::with(Exit::Usage))
    }
}

/// How it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// Sentences for people
    Table,
    /// Everything for programs
    Json,
}

/// Runs the command.
///
/// # Errors
///
/// When there is nothing to verify, or something cannot be read.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    if args.schema {
        print(|out| writeln!(out, "{}", chain::manifest_schema()))?;
        return Ok(Exit::Complete);
    }
    let key = args.trusted.key()?;
    let verifier = Verifier { key: key.as_ref(), anchor: args.trusted.manifest_sha256.as_ref() };
    let mut said = args.verify(&verifier)?;
    name_differences(&mut said.problems, args.named());
    print(|out| match args.format {
        Form::Table => verification::text(&said, out),
        Form::Json => verification::json(&said, out),
    })?;
    Ok(if said.is_clean() { Exit::Complete } else { Exit::Faults })
}

impl Args {
    fn verify(&self, verifier: &Verifier<'_>) -> Result<Verification, Stop> {
        let named = self.named();
        let name = named.display();
        // `audits/latest` is a scan too, by its own name.
        let folder = fs::canonicalize(named).ok().filter(|folder| folder.is_dir()).ok_or_else(|| {
            usage(format!(
                "there is no folder {name}: name the output folder of scans or the folder of one scan, or run \
                 `twilio-audit scan` first"
            ))
        })?;
        if self.scan.is_some() && !is_scan(&folder) {
            return Err(usage(format!(
                "{name} is not the folder of a scan: without --scan all in it are verified"
            )));
        }
        if let Some(why) = not_sealed_yet(&folder) {
            return Err(usage(format!("{name} {why}")));
        }
        let verified = if is_scan(&folder) { verifier.scan(&folder) } else { verifier.folder(&folder) };
        let said = verified.map_err(Stop::with(Exit::Broken))?;
        if said.scans.is_empty() && said.problems.iter().all(|problem| problem.scan.is_empty()) {
            return Err(usage(format!("there is no finished scan in {name}: nothing was verified")));
        }
        Ok(said)
    }

    /// The folder that was named.
    fn named(&self) -> &Path {
        self.scan.as_ref().unwrap_or(&self.folder)
    }
}

fn usage(sentence: String) -> Stop {
    Stop::new(Exit::Usage, anyhow!(sentence))
}

/// Why the folder of a scan holds no seal yet, by its name and for no fault of anybody; nothing where it should hold one.
fn not_sealed_yet(folder: &Path) -> Option<&'static str> {
    if fs::symlink_metadata(folder.join(MANIFEST)).is_ok() {
        return None;
    }
    let name = folder.file_name().and_then(|name| name.to_str())?;
    let (id, suffix) = name.split_once('.')?;
    ScanId::from_name(id)?;
    if name.ends_with(UNFINISHED) {
        return Some(
            "is an unfinished scan: nothing of it is sealed yet, and nothing was verified; the command that began it \
             goes on with it, with --resume, and then it can be verified",
        );
    }
    suffix.starts_with("shard-").then_some(
        "is a shard: nothing of it is sealed, and nothing was verified; `twilio-audit merge` makes a scan of all \
         shards, and seals that",
    )
}

/// Whether it is the folder of one scan.
fn is_scan(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let holds = |file| fs::symlink_metadata(folder.join(file)).is_ok();
    ScanId::from_name(name).is_some() || holds(MANIFEST) || holds("evidence.db")
}

/// The key of a file, or the key itself.
fn public_key(given: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = PublicKey::parse(given) {
        return Ok(key);
    }
    let text = fs::read_to_string(given)
        .with_context(|| format!("cannot read the public key in {given}, a file or the key itself"))?;
    PublicKey::parse(&text).with_context(|| format!("cannot use {given}"))
}
