//! How long is waited, and how often something is tried.

use std::time::Duration;

/// How long is waited, and how often something is tried.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The pauses between tries; there is one try more than pauses.
    pub pauses: Vec<Duration>,
    /// One request at most.
    pub one_request: Duration,
    /// One mail at most, which takes a dozen questions and answers.
    pub one_mail: Duration,
    /// All of one target at most.
    pub altogether: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pauses: [1, 2, 4].map(Duration::from_secs).to_vec(),
            one_request: Duration::from_secs(10),
            one_mail: Duration::from_secs(30),
            altogether: Duration::from_secs(60),
        }
    }
}

/// Why a try did not do it.
pub(super) struct Refused {
    /// In words: what happened, what to do.
    pub(super) why: String,
    /// Whether the next one may.
    pub(super) may_pass: bool,
}

impl Refused {
    /// One that lasts.
    pub(super) fn for_good(why: impl Into<String>) -> Self {
        Self { why: why.into(), may_pass: false }
    }
}

/// Tries until it is done, or trying again is pointless.
pub(super) async fn persist<T>(
    pace: &Pace,
    mut attempt: impl AsyncFnMut() -> Result<T, Refused>,
) -> Result<T, String> {
    let mut pauses = pace.pauses.iter();
    loop {
        let refused = match attempt().await {
            Ok(done) => return Ok(done),
            Err(refused) => refused,
        };
        let pause = pauses.next().filter(|_| refused.may_pass);
        let Some(pause) = pause else { return Err(refused.why) };
        tokio::time::sleep(*pause).await;
    }
}

/// The innermost cause of an error, as part of a sentence: libraries wrap what happened in what they were about.
pub(super) fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}
