//! Whom a scan asks, as whom, and what was declared: of the real world, or of the demonstration.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use super::heading::{DECLARED, LIMITS, READ, SIGN_IN};
use super::{Exit, Stop};
use crate::credentials::{
    self, Credential, Credentials, OsKeyring, ProcessEnvironment, Secret, Source, Sources,
};
use crate::intent::Intent;
use crate::model::{Region, day_of};
use crate::simulator::{self, Estate, Simulator};
use crate::twilio::{Address, Limits};

/// Whom to ask, as whom, and what was declared.
pub(super) struct Setting {
    pub(super) address: Address,
    pub(super) credentials: Credentials,
    pub(super) intent: Intent,
    pub(super) intent_declared: bool,
    /// Serves as long as it lives.
    _simulator: Option<Simulator>,
}

/// The user's own choices: the options that every command which asks Twilio has.
#[derive(Debug, clap::Args)]
pub(super) struct Choices {
    /// What was declared [default: audit.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CONFIG", help_heading = DECLARED)]
    pub(super) config: Option<PathBuf>,
    /// Credentials in a TOML file that only you can read; `-` is standard input
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CREDENTIALS", help_heading = SIGN_IN)]
    pub(super) credentials: Option<PathBuf>,
    /// The Region: each has resources and credentials of its own, and is a scan of its own
    #[arg(long, value_enum, default_value_t = Region::Us1, env = "TWILIO_AUDIT_REGION", help_heading = READ)]
    pub(super) region: Region,
    /// Read subaccounts with the Auth Tokens that the parent's account list returns
    #[arg(long, env = "TWILIO_AUDIT_DERIVE_SUBACCOUNT_TOKENS", help_heading = SIGN_IN)]
    pub(super) derive_subaccount_tokens: bool,
    /// Requests under way in one account at most, 1 to 1000; live traffic counts there too, and is made room for
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000), env = "TWILIO_AUDIT_MAX_IN_FLIGHT_PER_ACCOUNT", help_heading = LIMITS)]
    pub(super) max_in_flight_per_account: u16,
    /// Requests under way altogether at most, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..=1000), env = "TWILIO_AUDIT_MAX_IN_FLIGHT", help_heading = LIMITS)]
    pub(super) max_in_flight: u16,
    /// A stand-in for Twilio, for tests: https, or http on this machine
    #[arg(long, value_name = "URL", env = "TWILIO_AUDIT_ENDPOINT", display_order = 99, help_heading = SIGN_IN)]
    pub(super) endpoint: Option<String>,
}

impl Choices {
    /// How much may be asked at once.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            per_account: usize::from(self.max_in_flight_per_account),
            overall: usize::from(self.max_in_flight),
            budget: None,
            until: None,
        }
    }
}

/// The real world. May wait for a program and for the keyring.
pub(super) fn real(choices: &Choices, started_at: Timestamp) -> Result<Setting, Stop> {
    let (intent, intent_declared) = declared(choices.config.as_deref(), started_at)?;
    let address = match &choices.endpoint {
        Some(text) => text.parse().map_err(Stop::with(Exit::Usage))?,
        None => Address::Twilio,
    };
    // A file that merely lies in the working folder must not choose a program to run.
    let is_named_on_purpose = choices.config.is_some();
    let command = if is_named_on_purpose { intent.credential_command.as_slice() } else { &[] };
    let mut credentials = credentials::gather(Sources {
        file: choices.credentials.as_deref(),
        stdin: &mut io::stdin(),
        environment: &ProcessEnvironment,
        command,
        keyring: &OsKeyring,
    })
    .map_err(|error| {
        let hint = if is_named_on_purpose || intent.credential_command.is_empty() {
            ""
        } else {
            "; the credential_command of audit.toml is run only with --config audit.toml"
        };
        Stop::new(Exit::Usage, anyhow::anyhow!("{error}{hint}"))
    })?;
    let elsewhere = credentials.keep_region(choices.region);
    if credentials.iter().next().is_none() {
        return Err(Stop::new(Exit::Usage, nobody_of(choices.region, elsewhere)));
    }
    if elsewhere > 0 {
        tracing::info!(elsewhere, "credentials of other Regions are not used");
    }
    Ok(Setting { address, credentials, intent, intent_declared, _simulator: None })
}

/// That no credential is left, and what to write.
fn nobody_of(region: Region, elsewhere: usize) -> anyhow::Error {
    match (region, elsewhere) {
        (_, 0) => anyhow::anyhow!(
            "the Organization's app reads no account: add a [[credential]] with `account` for each account"
        ),
        (Region::Us1, _) => anyhow::anyhow!(
            "no credential of Region us1: each is marked for another Region; choose that with --region, or add a \
             [[credential]] without `region` (in the environment: unset TWILIO_REGION)"
        ),
        (region, _) => anyhow::anyhow!(
            "no credential of Region {region}: mark one that was made there with `region = \"{region}\"` (in the \
             environment: TWILIO_REGION={region}), or choose another --region"
        ),
    }
}

/// `audit.toml`; one that is named must be there.
pub(super) fn read_declared(config: Option<&Path>) -> Result<Option<Intent>, Stop> {
    match Intent::read(config.unwrap_or_else(|| Path::new("audit.toml"))) {
        Ok(intent) => Ok(Some(intent)),
        Err(error) if config.is_none() && error.is_not_found() => Ok(None),
        Err(error) if error.is_not_found() => Err(Stop::new(
            Exit::Usage,
            anyhow::anyhow!(
                "{error}; `twilio-audit init` writes a first audit.toml, and --config names where it is"
            ),
        )),
        Err(error) => Err(Stop::new(Exit::Usage, error)),
    }
}

/// `audit.toml`, valid on the day of the scan. Without one nothing is declared.
pub(super) fn declared(config: Option<&Path>, started_at: Timestamp) -> Result<(Intent, bool), Stop> {
    let Some(intent) = read_declared(config)? else { return Ok((Intent::default(), false)) };
    let today = day_of(started_at);
    intent.validate(today).map_err(Stop::with(Exit::Usage))?;
    Ok((intent, true))
}

/// Where the decisions of reviewers are, unless said otherwise: beside `audit.toml`.
pub(super) fn reviews_beside(config: Option<&Path>) -> PathBuf {
    config.unwrap_or_else(|| Path::new("audit.toml")).with_file_name("reviews.toml")
}

impl Setting {
    /// Adds what reviewers decided, if there is such a file; one that is named must be there.
    pub(super) fn add_reviews(
        &mut self,
        named: Option<&Path>,
        config: Option<&Path>,
        started_at: Timestamp,
    ) -> Result<(), Stop> {
        let path = named.map_or_else(|| reviews_beside(config), Path::to_owned);
        let reviews = match Intent::read_reviews(&path) {
            Err(error) if named.is_none() && error.is_not_found() => return Ok(()),
            Err(error) if error.is_not_found() => {
                let hint = "`twilio-audit review import` writes one, and --reviews names where it is";
                return Err(Stop::new(Exit::Usage, anyhow::anyhow!("{error}; {hint}")));
            }
            read => read.map_err(Stop::with(Exit::Usage))?,
        };
        reviews.validate(day_of(started_at)).map_err(Stop::with(Exit::Usage))?;
        let declared = std::mem::take(&mut self.intent);
        self.intent = declared.join(reviews).map_err(Stop::with(Exit::Usage))?;
        Ok(())
    }
}

/// The built-in clinic, its credentials and its `audit.toml`.
pub(super) async fn demo(choices: &Choices, started_at: Timestamp) -> Result<Setting, Stop> {
    for (option, file) in [("--config", &choices.config), ("--credentials", &choices.credentials)] {
        if let Some(file) = file {
            let file = file.display();
            tracing::warn!(
                "the demo brings its own: {option} {file} is not read to audit it; leave out --demo"
            );
        }
    }
    let now = std::time::SystemTime::from(started_at);
    let options = simulator::Options { now, ..simulator::Options::default() };
    let simulator = Simulator::start(Estate::demo(), options)
        .await
        .context("cannot start the simulator")
        .map_err(Stop::with(Exit::Broken))?;
    let intent = Intent::parse(&simulator::demo::intent(now), "audit.toml of the demo")
        .map_err(Stop::with(Exit::Broken))?;
    let credentials = simulator::demo::credentials()
        .into_iter()
        .map(|one| Credential::new(&one.account, &one.user, Secret::new(one.secret), Source::Demo))
        .collect::<Result<_, _>>()
        .map_err(Stop::with(Exit::Broken))?;
    let address = simulator.endpoint().parse().map_err(Stop::with(Exit::Broken))?;
    Ok(Setting { address, credentials, intent, intent_declared: true, _simulator: Some(simulator) })
}
