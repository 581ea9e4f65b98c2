//! Which scan a command reads: the same words in every command that reads one, and where scans lie.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};

/// Where scans are written unless somebody says otherwise.
pub(super) const SCANS: &str = "audits";

/// The scan that is read where none is named.
pub(super) const LATEST: &str = "audits/latest";

/// What the name of a scan's folder ends in until it is finished: half a scan must not lie about like a whole one.
pub(super) const UNFINISHED: &str = ".unfinished";

/// The folder of a scan as `--scan`, or bare: for commands that take nothing else bare in its place.
#[derive(Debug)]
pub(super) struct ChosenScan(PathBuf);

/// The folder of a scan as `--scan` alone: for commands whose bare words are something else.
#[derive(Debug, clap::Args)]
pub(super) struct NamedScan {
    /// The folder of the scan
    #[arg(long, value_name = "FOLDER", default_value = LATEST, env = "TWILIO_AUDIT_SCAN", value_parser = scan_folder())]
    scan: PathBuf,
}

/// Both ways of naming it.
#[derive(Debug, clap::Args)]
struct EitherWay {
    /// The folder of the scan, bare or as --scan
    #[arg(value_name = "SCAN", value_parser = scan_folder())]
    bare: Option<PathBuf>,
    #[command(flatten)]
    named: NamedScan,
}

impl NamedScan {
    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.scan
    }
}

impl ChosenScan {
    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }
}

impl FromArgMatches for ChosenScan {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        // What is bare beats the environment, as an option does: only two scans on one line contradict each other.
        let is_named = matches.value_source("scan") == Some(ValueSource::CommandLine);
        match EitherWay::from_arg_matches(matches)? {
            EitherWay { bare: Some(_), .. } if is_named => {
                let sentence = "the scan is named twice, bare and as --scan: name it once";
                Err(clap::Error::raw(ErrorKind::ArgumentConflict, sentence))
            }
            EitherWay { bare: Some(folder), .. } => Ok(Self(folder)),
            EitherWay { bare: None, named } => Ok(Self(named.scan)),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ChosenScan {
    fn augment_args(command: Command) -> Command {
        EitherWay::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        EitherWay::augment_args_for_update(command)
    }
}

/// Takes the folder of a scan, or its name alone: then it is looked for where scans are written too.
pub(super) fn scan_folder() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|folder| {
        let below = Path::new(SCANS).join(&folder);
        let is_name = folder.components().count() == 1 && !folder.has_root();
        let is_scan = |folder: &Path| folder.join("evidence.db").exists();
        if is_name && !is_scan(&folder) && is_scan(&below) { below } else { folder }
    })
}

/// Whether it is the scan that commands read where none is named.
pub(super) fn is_latest(folder: &Path) -> bool {
    let latest = Path::new(LATEST).canonicalize();
    latest.is_ok_and(|latest| folder.canonicalize().is_ok_and(|folder| folder == latest))
}
