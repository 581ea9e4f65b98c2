//! How far collecting is: a line that keeps up on a terminal, events in the log otherwise.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use tokio::time::sleep;

use crate::collect::{Collector, Done, Tree, base_requests};
use crate::twilio::Traffic;

/// How often the line on a terminal changes.
const REDRAW_EVERY: Duration = Duration::from_millis(250);

/// How many of these make up the time over which requests per second are counted: answers come in waves.
const SMOOTHED_OVER: usize = 8;

/// How long nothing is said of the time left: the first answers tell nothing of it.
const GUESSED_AFTER: Duration = Duration::from_secs(2);

/// How often the log says how far it is.
const LOG_EVERY: u32 = 40;

/// The line: 79 columns at most while fewer than 100,000 accounts are read; on a narrow terminal its end is cut.
const LINE: &str = "{bar:16} {wide_msg}";

/// How far collecting is. As long as it lives there is a line on the terminal.
pub(super) struct Progress {
    traffic: Arc<Traffic>,
    done: Arc<Done>,
    accounts: usize,
    /// The lists that are read in any case. Accounts are read side by side, so that in the middle of a scan none of them
    /// may be at its end.
    lists: usize,
    began: Instant,
    /// What was sent before, in signing in.
    sent_before: u64,
    bar: ProgressBar,
}

impl Progress {
    /// Of a collector that is about to read these accounts.
    pub(super) fn of(collector: &Collector, tree: &Tree, is_quiet: bool) -> Self {
        let of_account =
            |account| base_requests(collector, tree, account).into_iter().map(|requests| requests.number);
        let lists: usize = tree.accounts.iter().flat_map(of_account).sum();
        // It draws on standard error, and only where that is a terminal.
        let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(lists as u64) };
        if let Ok(style) = ProgressStyle::with_template(LINE) {
            bar.set_style(style.progress_chars("=> "));
        }
        let traffic = collector.client.traffic();
        Self {
            done: Arc::clone(&collector.done),
            accounts: tree.accounts.len(),
            lists,
            began: Instant::now(),
            sent_before: traffic.sent(),
            traffic,
            bar,
        }
    }

    /// Keeps the line and the log up to date, until it is dropped.
    pub(super) async fn keep_up(&self) {
        let (mut sent, mut turn) = (VecDeque::from([self.traffic.sent()]), 0);
        loop {
            sleep(REDRAW_EVERY).await;
            let now = self.traffic.sent();
            let seconds = REDRAW_EVERY.as_secs_f64() * sent.len() as f64;
            let before = sent.front().copied().unwrap_or(now);
            self.draw(now.saturating_sub(before) as f64 / seconds);
            sent.push_back(now);
            if sent.len() > SMOOTHED_OVER {
                sent.pop_front();
            }
            turn += 1;
            if turn % LOG_EVERY == 0 {
                self.log();
            }
        }
    }

    fn draw(&self, per_second: f64) {
        self.bar.set_position(self.lists_done() as u64);
        let left = self.left().filter(|_| self.began.elapsed() > GUESSED_AFTER);
        let left = left.map(|left| format!("  {left:#} left")).unwrap_or_default();
        self.bar.set_message(format!(
            "{}/{} accounts{left}  {per_second:.0}/s  {} in flight  {} throttled",
            self.done.accounts.load(Ordering::Relaxed),
            self.accounts,
            self.traffic.in_flight(),
            self.traffic.refused()
        ));
    }

    /// Not more than were counted beforehand.
    fn lists_done(&self) -> usize {
        self.done.lists.load(Ordering::Relaxed).min(self.lists)
    }

    /// The time that the lists left will take if they need as many requests as those that were read.
    fn left(&self) -> Option<HumanDuration> {
        let done = u32::try_from(self.lists_done()).ok().filter(|done| *done > 0)?;
        let left = u32::try_from(self.lists).ok()?.saturating_sub(done);
        Some(HumanDuration(self.began.elapsed().mul_f64(f64::from(left) / f64::from(done))))
    }

    fn log(&self) {
        let seconds = self.began.elapsed().as_secs_f64();
        let requests = self.traffic.sent().saturating_sub(self.sent_before);
        tracing::info!(
            accounts_done = self.done.accounts.load(Ordering::Relaxed),
            accounts = self.accounts,
            lists_done = self.lists_done(),
            lists = self.lists,
            requests,
            requests_per_second = (requests as f64 / seconds.max(0.001)).round(),
            in_flight = self.traffic.in_flight(),
            throttled = self.traffic.refused(),
            seconds_left = self.left().map(|left| left.0.as_secs()),
            "collecting"
        );
    }
}

/// How far it is, in words.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accounts = self.done.accounts.load(Ordering::Relaxed);
        let (lists, all) = (self.lists_done(), self.lists);
        write!(f, "{accounts} of {} accounts and {lists} of {all} lists are done", self.accounts)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.log();
    }
}
