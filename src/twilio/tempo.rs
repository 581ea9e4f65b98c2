//! How many requests of one account may be under way, as its answers tell. Pure: it holds no clock and no lock.
//!
//! Twilio limits the requests that are in flight per account, says nowhere how many may be, and counts live traffic too.
//! So the number grows by one for every round of good answers, is halved when one was too many, and makes room for
//! whoever else is at work there, with one place to spare.

/// Requests under way in an account once a first answer told how busy it is.
const AT_FIRST: f64 = 4.0;
/// How far a round of answers takes back the notion of what others have under way: their requests come in bursts. That
/// they are there counts at once.
const FADES: f64 = 0.05;

/// What an answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It was good; `in_account` is what Twilio counted in flight in the whole account, where it said so.
    Good { in_account: Option<u32> },
    /// It was one too many (429).
    TooMany,
    /// Something else went wrong, which says nothing of the number.
    Other,
}

/// How many requests of one account may be under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tempo {
    /// The number that the answers so far allow; between 1 and `most`.
    allowed: f64,
    /// What others have under way in the account, as far as Twilio tells.
    others: f64,
    /// The account has no more than this, whoever asks.
    most: f64,
    /// How often the number was halved.
    cuts: u64,
    /// Whether there was any answer.
    is_answered: bool,
}

impl Tempo {
    /// At the beginning, and never more than `most`.
    pub(super) fn new(most: usize) -> Self {
        let most = f64::from(u32::try_from(most.max(1)).unwrap_or(u32::MAX));
        Self { allowed: AT_FIRST.min(most), others: 0.0, most, cuts: 0, is_answered: false }
    }

    /// How many may be under way now, at least one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and a small number"
    )]
    pub(super) fn limit(&self) -> usize {
        if !self.is_answered {
            return 1;
        }
        let others = self.others.round();
        let to_spare = others.min(1.0);
        self.allowed.min(self.most - others - to_spare).max(1.0) as usize
    }

    /// How often it was halved so far: whoever sends a request notes it.
    pub(super) const fn cuts(&self) -> u64 {
        self.cuts
    }

    /// After an answer to a request that was sent when the number had been halved so often: refusals of one and the
    /// same round halve it once. `ours` is the largest number of our requests that were in flight in the account meanwhile, itself included;
    /// `is_full` says whether as many were asked for as are allowed.
    #[must_use]
    pub(super) fn after(mut self, sign: Sign, cuts: u64, ours: usize, is_full: bool) -> Self {
        self.is_answered = true;
        match sign {
            Sign::Good { in_account } => {
                // Where Twilio does not tell, what it told before fades: 429s then tell of others.
                let ours = f64::from(u32::try_from(ours).unwrap_or(u32::MAX));
                let others = in_account.map_or(0.0, |in_account| (f64::from(in_account) - ours).max(0.0));
                self.others = others.max(self.others + (others - self.others) * FADES / self.allowed);
                // Whoever does not use what is allowed learns nothing of more.
                if is_full {
                    self.allowed = (self.allowed + 1.0 / self.allowed).min(self.most);
                }
            }
            Sign::TooMany if cuts == self.cuts => {
                self.allowed = (self.allowed / 2.0).max(1.0);
                self.cuts += 1;
            }
            Sign::TooMany | Sign::Other => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Sign = Sign::Good { in_account: None };

    fn good(in_account: u32) -> Sign {
        Sign::Good { in_account: Some(in_account) }
    }

    /// What comes of a number of equal answers, each sent at full use.
    fn after(tempo: Tempo, sign: Sign, times: usize) -> Tempo {
        (0..times).fold(tempo, |tempo, _| tempo.after(sign, tempo.cuts(), tempo.limit(), true))
    }

    #[test]
    fn table() {
        let start = Tempo::new(10).after(GOOD, 0, 1, false);
        // what happens -> how many may be under way
        for (what, tempo, limit) in [
            ("before any answer", Tempo::new(10), 1),
            ("after the first", start, 4),
            ("after the first, where fewer are allowed", after(Tempo::new(2), GOOD, 1), 2),
            ("where none would be allowed", after(Tempo::new(0), GOOD, 1), 1),
            ("after the first, where others are busy", Tempo::new(10).after(good(8), 0, 1, true), 2),
            ("three good answers are no round yet", after(start, GOOD, 3), 4),
            ("a round of good answers", after(start, GOOD, 5), 5),
            ("many good answers", after(start, GOOD, 1_000), 10),
            (
                "good answers while little is asked for",
                (0..1_000).fold(start, |tempo, _| tempo.after(GOOD, 0, 3, false)),
                4,
            ),
            ("one too many", start.after(Sign::TooMany, 0, 4, true), 2),
            (
                "more of the same round",
                start.after(Sign::TooMany, 0, 4, true).after(Sign::TooMany, 0, 3, true),
                2,
            ),
            ("too many again", start.after(Sign::TooMany, 0, 4, true).after(Sign::TooMany, 1, 2, true), 1),
            ("never none", after(start, Sign::TooMany, 9), 1),
            ("a server that fails", after(start, Sign::Other, 9), 4),
            ("nobody else is there", after(start, good(4), 1_000), 10),
        ] {
            assert_eq!(tempo.limit(), limit, "{what}");
        }
    }

    #[test]
    fn it_makes_room_for_others_and_takes_it_back() {
        let alone = after(Tempo::new(10), GOOD, 1_000);
        let busy = (0..40).fold(alone, |tempo, _| {
            let ours = tempo.limit();
            tempo.after(good(u32::try_from(ours + 8).unwrap()), 0, ours, true)
        });
        assert_eq!(busy.limit(), 1, "others have 8 of 10, and one is to spare");
        assert_eq!(after(busy, good(0), 1_000).limit(), 10, "they are gone");
        assert_eq!(after(busy, GOOD, 1_000).limit(), 10, "nobody tells any more");
        let full = (0..40).fold(alone, |tempo, _| tempo.after(good(50), 0, tempo.limit(), true));
        assert_eq!(full.limit(), 1, "one at a time, so that the scan comes to an end");
    }

    #[test]
    fn one_answer_that_met_a_moment_is_soon_forgotten() {
        let alone = after(Tempo::new(10), GOOD, 1_000);
        let startled = alone.after(good(14), 0, 10, true);
        assert_eq!(startled.limit(), 5);
        assert_eq!(after(startled, good(0), 500).limit(), 10);
    }
}
