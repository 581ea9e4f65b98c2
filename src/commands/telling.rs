//! Telling the targets of `[[notify]]` how a scan ended: from the command to the room that sends, and back to a line on
//! standard error. Nothing that goes wrong here changes how the program ends.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::Timestamp;

use super::driving::{asked_to_end, runtime};
use super::finish::Finished;
use super::scan_setting::read_declared;
use super::stored_scan::StoredScan;
use super::{Exit, Stop};
use crate::credentials::{self, Credentials, NamedSecrets, OsKeyring, ProcessEnvironment};
use crate::intent::Notify;
use crate::model::{News, Region, Verdict};
use crate::notify::{self, Addressee, Answer, Pace, Word};

/// How many targets were told, and how many should have been and were not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Those that took the message.
    pub(super) sent: usize,
    /// Those that did not.
    pub(super) failed: usize,
}

/// Whom to tell of a scan, and what there will be to say.
#[derive(Debug, Default)]
pub(super) struct Teller {
    targets: Vec<Notify>,
    /// The credentials file, which may hold secrets too.
    file: Option<PathBuf>,
    secrets: OnceLock<NamedSecrets>,
    output: PathBuf,
    region: Region,
    /// The verdicts of the scan before; nothing where there is none.
    previous: Option<Vec<(String, Verdict)>>,
    news: OnceLock<News>,
}

impl Teller {
    /// Nobody is told: of a part of the accounts, of a plan, of the demonstration.
    pub(super) fn of_nobody() -> Self {
        Self::default()
    }

    /// Those that are declared in a file that was named on purpose. A declaration that cannot be read names nobody; the
    /// command says so for itself.
    pub(super) fn of(config: Option<&Path>, file: Option<&Path>, output: PathBuf, region: Region) -> Self {
        let targets = targets(config).unwrap_or_default();
        if targets.is_empty() {
            return Self::of_nobody();
        }
        let previous = previous(&output);
        Self { targets, file: file.map(Path::to_owned), output, region, previous, ..Self::default() }
    }

    /// Learns the secrets that stood with the credentials: standard input is read but once.
    pub(super) fn knows(&self, credentials: &Credentials) {
        let _ = self.secrets.set(credentials.secrets().clone());
    }

    /// Learns what a finished scan says.
    pub(super) fn learns(&self, finished: &Finished, folder: &Path, exit: Exit) {
        if self.targets.is_empty() {
            return;
        }
        let (previous, folder) = (self.previous.as_deref(), whole(folder));
        let Finished { scan, store, manifest_sha256 } = finished;
        match News::of(scan, store, exit as u8, Timestamp::now(), previous, &folder) {
            Ok(news) => {
                drop(self.news.set(News { manifest_sha256: Some(manifest_sha256.clone()), ..news }));
            }
            Err(error) => tracing::warn!("nobody is told of this scan: {error}"),
        }
    }

    /// Tells how it ended. Whoever interrupted it knows, and wants it to end now.
    pub(super) fn tell(&self, ended: &Result<Exit, Stop>) -> Told {
        let news = match (self.news.get(), ended) {
            (Some(news), _) => news.clone(),
            (None, Err(stop)) if stop.exit != Exit::Interrupted => self.no_scan(stop.exit),
            (None, _) => return Told::default(),
        };
        // Nothing is read, least of all standard input, where nobody wants to know.
        if !self.targets.iter().any(|target| notify::is_wanted(target, Word::Of(&news))) {
            return Told::default();
        }
        let secrets =
            self.secrets.get().map_or_else(|| secrets(self.file.as_deref()), |known| Ok(known.clone()));
        tell(&self.targets, &secrets, Word::Of(&news), |answer| match &answer.said {
            Ok(said) => tracing::info!("{} ({}) was told: {said}", answer.target, answer.kind),
            Err(why) => {
                tracing::warn!("{} ({}) was not told of this scan: {why}", answer.target, answer.kind)
            }
        })
    }

    fn no_scan(&self, exit: Exit) -> News {
        // An error's own words may quote what was declared or answered; what goes into a mailbox quotes nothing.
        let why = match exit {
            Exit::Usage => {
                "Another scan was under way, or the command line, a folder that it names, audit.toml or a credential is \
                 wrong."
            }
            Exit::Incomplete => "It stopped before everything was read.",
            Exit::Authentication => "Nobody could sign in.",
            _ => "There was an internal error, or files could not be written.",
        };
        let why = format!("{why} What went wrong stands in the log of the machine that runs the scans.");
        News::no_scan(exit as u8, &why, Timestamp::now(), self.region, &whole(&self.output))
    }
}

/// A path as somebody needs it who does not know in which folder the scan was started.
fn whole(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// The targets that are declared.
///
/// A file that merely lies in the working folder must not choose where data goes, nor which server a password is shown
/// to. So, as with `credential_command`, only a file counts that was named on purpose.
pub(super) fn targets(config: Option<&Path>) -> Result<Vec<Notify>, Stop> {
    let declared = read_declared(config)?.map(|intent| intent.notify).unwrap_or_default();
    if config.is_none() && !declared.is_empty() {
        tracing::warn!(
            "nobody is told of this: the [[notify]] of audit.toml count only with --config audit.toml"
        );
        return Ok(Vec::new());
    }
    Ok(declared)
}

/// The verdicts of the newest scan.
fn previous(output: &Path) -> Option<Vec<(String, Verdict)>> {
    let latest = StoredScan::open(&output.join("latest")).ok()?;
    let verdicts = latest.scan.accounts.into_iter();
    Some(verdicts.filter_map(|account| Some((account.account_sid, account.verdict?))).collect())
}

/// The secrets in a credentials file.
pub(super) fn secrets(file: Option<&Path>) -> Result<NamedSecrets, String> {
    let found = credentials::secrets_of_file(file, &mut io::stdin(), &ProcessEnvironment);
    found.map_err(|error| error.to_string())
}

/// Tells those that want to know, and hands over what each answered. May wait for the keyring, and for a minute.
pub(super) fn tell(
    targets: &[Notify],
    secrets: &Result<NamedSecrets, String>,
    word: Word<'_>,
    mut say: impl FnMut(&Answer),
) -> Told {
    let wanted = targets.iter().filter(|target| notify::is_wanted(target, word));
    let addressees: Vec<Addressee<'_>> = wanted.map(|target| addressee(target, secrets)).collect();
    if addressees.is_empty() {
        return Told::default();
    }
    let pace = Pace::default();
    let answers = runtime().ok().and_then(|runtime| {
        let answers = runtime.block_on(async {
            tokio::select! {
                answers = notify::tell(&addressees, word, &pace) => Some(answers),
                () = asked_to_end() => None,
            }
        });
        runtime.shutdown_background();
        answers
    });
    let Some(answers) = answers else {
        tracing::warn!("it is not known who was told: that was interrupted");
        return Told { sent: 0, failed: addressees.len() };
    };
    answers.iter().for_each(&mut say);
    let sent = answers.iter().filter(|answer| answer.said.is_ok()).count();
    Told { sent, failed: answers.len() - sent }
}

fn addressee<'a>(target: &'a Notify, secrets: &Result<NamedSecrets, String>) -> Addressee<'a> {
    let find = |name: &str| {
        let in_file = secrets.as_ref().map_err(Clone::clone)?;
        let found = credentials::named_secret(name, in_file, &ProcessEnvironment, &OsKeyring);
        found.map_err(|error| error.to_string())
    };
    Addressee { target, secret: target.secret.as_deref().map(find).transpose() }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;
    use crate::intent::Intent;

    #[test]
    fn whoever_interrupts_a_scan_is_not_told_of_it() {
        // Its secret is nowhere, so nothing is sent.
        let declared = "[[notify]]\nname = \"ops\"\nkind = \"slack\"\nsecret = \"a-name-that-nobody-has\"\n";
        let targets = Intent::parse(declared, "audit.toml").unwrap().notify;
        let teller = Teller { targets, ..Teller::of_nobody() };
        let stopped = |exit| Err(Stop::new(exit, anyhow!("so it was")));
        assert_eq!(teller.tell(&stopped(Exit::Broken)), Told { sent: 0, failed: 1 });
        for ended in [stopped(Exit::Interrupted), Ok(Exit::Complete)] {
            assert_eq!(teller.tell(&ended), Told::default(), "{ended:?}");
        }
    }
}
