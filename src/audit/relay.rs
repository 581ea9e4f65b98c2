//! Carries findings from where checks are judged side by side to the one place where they are kept.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::sink::Sink;
use crate::evidence::EvidenceError;
use crate::model::Finding;

/// Words that wait to be heard at most; whoever has more to say waits.
const MOST_WAITING: usize = 512;

/// Something that is said to a [`Sink`].
enum Word {
    Take(Box<Finding>),
    TakeGap(Box<Finding>),
    Judged { check_id: String, account_sid: String },
    Forget { check_id: String },
}

impl Word {
    fn say_to(self, sink: &mut dyn Sink) -> Result<(), EvidenceError> {
        match self {
            Self::Take(finding) => sink.take(*finding),
            Self::TakeGap(finding) => sink.take_gap(*finding),
            Self::Judged { check_id, account_sid } => {
                sink.judged(&check_id, &account_sid);
                Ok(())
            }
            Self::Forget { check_id } => sink.forget(&check_id),
        }
    }
}

/// One of several sinks that lead to the same.
#[derive(Clone)]
pub(super) struct Relay(SyncSender<Word>);

impl Relay {
    /// Nobody hears any more only where something could not be kept, and whoever was to keep it says why.
    fn pass_on(&self, word: Word) -> Result<(), EvidenceError> {
        self.0.send(word).map_err(|_| EvidenceError::WriterEnded)
    }
}

impl Sink for Relay {
    fn take(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        self.pass_on(Word::Take(Box::new(finding)))
    }

    fn take_gap(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        self.pass_on(Word::TakeGap(Box::new(finding)))
    }

    fn judged(&mut self, check_id: &str, account_sid: &str) {
        let word = Word::Judged { check_id: check_id.to_owned(), account_sid: account_sid.to_owned() };
        // Where that fails, so does the next finding, or there is none to lose.
        let _ = self.pass_on(word);
    }

    fn forget(&mut self, check_id: &str) -> Result<(), EvidenceError> {
        self.pass_on(Word::Forget { check_id: check_id.to_owned() })
    }
}

/// Does some work beside this thread, and says to the sink here what the work says to the relay.
pub(super) fn relayed<T: Send>(
    sink: &mut dyn Sink,
    work: impl FnOnce(Relay) -> Result<T, EvidenceError> + Send,
) -> Result<T, EvidenceError> {
    let (sender, words) = sync_channel(MOST_WAITING);
    thread::scope(|scope| {
        let working = scope.spawn(move || work(Relay(sender)));
        let kept = words.iter().try_for_each(|word| word.say_to(sink));
        // Whoever still has something to say need not wait for ever.
        drop(words);
        let done = working.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        kept.and(done)
    })
}
