//! `keygen`: makes a key for signing scans.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::printing::print;
use super::trusted_folder::{self, Openness};
use super::{Exit, Stop};
use crate::chain::SigningKey;
use crate::credentials::{OsKeyring, SIGNING_KEY, Secret, keep_signing_key};
use crate::report::write_file;

/// Make a key for signing scans
///
/// It is one of minisign, without a password, for nobody is there to type it at night. The public key is printed: keep it
/// where the machine that scans cannot write, for `verify --public-key` and `minisign -V`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("place").required(true))]
pub struct Args {
    /// Write `twilio-audit-signing-key`, which only you can read, and `twilio-audit-signing-key.pub` into this folder
    #[arg(long, value_name = "FOLDER", group = "place")]
    to: Option<PathBuf>,
    /// Keep it in the operating system's keyring, for `scan --sign`
    #[arg(long, group = "place")]
    keyring: bool,
}

/// Runs the command.
///
/// # Errors
///
/// When there is a key already, or the place cannot be written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let key = SigningKey::generate().map_err(Stop::with(Exit::Broken))?;
    let secret = Secret::new(key.secret_text().map_err(Stop::with(Exit::Broken))?);
    let place = match &args.to {
        Some(folder) => {
            write(folder, &key, &secret).map_err(Stop::of_path)?;
            format!("The key is in {}", folder.join(SIGNING_KEY).display())
        }
        None => {
            keep_signing_key(&secret, &OsKeyring).map_err(Stop::with(Exit::Usage))?;
            "The key is in the keyring".to_owned()
        }
    };
    print(|out| writeln!(out, "{place}. Its public key:\n{}", key.public_line()))?;
    Ok(Exit::Complete)
}

fn write(folder: &Path, key: &SigningKey, secret: &Secret) -> anyhow::Result<()> {
    trusted_folder::make(folder, Openness::LikeTmp)?;
    let public = key.public_text()?;
    write_file(&folder.join(SIGNING_KEY), |file| file.write_all(secret.reveal().as_bytes()))?;
    write_file(&folder.join(format!("{SIGNING_KEY}.pub")), |file| file.write_all(public.as_bytes()))?;
    Ok(())
}
