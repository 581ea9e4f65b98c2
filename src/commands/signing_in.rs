//! What every command that asks Twilio does first, and how it ends where that fails.

use anyhow::anyhow;

use super::{Exit, Stop};
use crate::collect::{Collector, Reduction, SignInError, Tree};
use crate::intent::Intent;
use crate::twilio::{Address, Client, Limits, Patience};

/// The sender of requests.
pub(super) fn client(address: Address, limits: Limits) -> Result<Client, Stop> {
    Client::with(address, limits, Patience::default()).map_err(without_tls)
}

/// That no sender can be made.
pub(super) fn without_tls(error: reqwest::Error) -> Stop {
    let error = anyhow!(error.without_url());
    Stop::new(Exit::Broken, error.context("cannot set up TLS: are CA certificates installed?"))
}

/// Randomness for the hashes of one scan, and the operator's words.
pub(super) fn reduction(intent: &Intent) -> Result<Reduction, Stop> {
    Reduction::new(&intent.policy.phi_words)
        .map_err(|error| Stop::new(Exit::Broken, anyhow!("no randomness from the system: {error}")))
}

/// Signs in with every credential and lists the accounts.
pub(super) async fn sign_in(collector: &mut Collector, reduction: &Reduction) -> Result<Tree, Stop> {
    collector.sign_in(reduction).await.map_err(|error| match error {
        SignInError::UnknownAccount { .. } => Stop::new(Exit::Usage, error),
        SignInError::NoCredential | SignInError::Unusable(_) => Stop::new(Exit::Authentication, error),
    })
}
