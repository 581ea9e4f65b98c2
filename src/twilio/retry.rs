//! Whether to ask again, and after how long. Pure: it holds no clock and sleeps nowhere.

use std::time::Duration;

/// How long an answer is waited for, and how often it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Requests sent for one answer at most.
    pub tries: u32,
    /// Time spent on one request at most.
    pub one_try: Duration,
    /// Time spent on one answer at most, waiting included.
    pub altogether: Duration,
    /// The first step of the back-off; it doubles with every try.
    pub first_step: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 6,
            one_try: Duration::from_secs(60),
            altogether: Duration::from_secs(120),
            first_step: Duration::from_millis(500),
        }
    }
}

/// The longest step of the back-off.
const LONGEST_STEP: Duration = Duration::from_secs(30);

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Try {
    /// With an answer of this status, which may have said how long to wait.
    Answered { status: u16, retry_after: Option<Duration> },
    /// Without a whole answer: no connection, a time-out, a body cut short.
    Broken,
}

/// How long to wait before the next try; nothing when there should be none.
///
/// `tries` counts the ones made, `elapsed` runs since the first began, `random` is in 0..1. The wait
/// is drawn from the whole step (full jitter), so that many waiting clients do not come back at once.
pub(super) fn wait_before_next(
    patience: &Patience,
    ended: Try,
    tries: u32,
    elapsed: Duration,
    random: f64,
) -> Option<Duration> {
    let asked_for = match ended {
        Try::Answered { status: 429 | 500 | 502 | 503 | 504, retry_after } => retry_after,
        Try::Answered { .. } => return None,
        Try::Broken => None,
    };
    if tries >= patience.tries {
        return None;
    }
    let step = patience.first_step.saturating_mul(1 << tries.saturating_sub(1)).min(LONGEST_STEP);
    let wait = step.mul_f64(random).max(asked_for.unwrap_or_default());
    elapsed.checked_add(wait).is_some_and(|end| end < patience.altogether).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn answered(status: u16) -> Try {
        Try::Answered { status, retry_after: None }
    }

    fn secs(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn table() {
        let asked = |seconds| Try::Answered { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        // (how it ended, tries made, seconds elapsed, random) -> seconds to wait
        let cases = [
            (answered(429), 1, 0.0, 1.0, Some(0.5)),
            (answered(429), 2, 1.0, 1.0, Some(1.0)),
            (answered(503), 3, 1.0, 0.5, Some(1.0)),
            (answered(500), 5, 1.0, 1.0, Some(8.0)),
            (answered(502), 1, 0.0, 0.0, Some(0.0)),
            (answered(504), 6, 1.0, 1.0, None),
            (Try::Broken, 1, 60.0, 1.0, Some(0.5)),
            (Try::Broken, 2, 119.5, 1.0, None),
            (asked(7), 1, 0.0, 1.0, Some(7.0)),
            (asked(200), 1, 0.0, 1.0, None),
            (asked(u64::MAX), 1, 1.5, 1.0, None),
            (answered(200), 1, 0.0, 1.0, None),
            (answered(302), 1, 0.0, 1.0, None),
            (answered(400), 1, 0.0, 1.0, None),
            (answered(401), 1, 0.0, 1.0, None),
            (answered(403), 1, 0.0, 1.0, None),
            (answered(404), 1, 0.0, 1.0, None),
            (answered(501), 1, 0.0, 1.0, None),
        ];
        for (ended, tries, elapsed, random, expected) in cases {
            let wait = wait_before_next(&Patience::default(), ended, tries, secs(elapsed), random);
            assert_eq!(wait, expected.map(secs), "{ended:?} after {tries} tries and {elapsed} s");
        }
    }
}
