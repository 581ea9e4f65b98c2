//! How far collecting is: a line that keeps up on a terminal, events in the log otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use tokio::time::sleep;

use crate::collect::Collector;
use crate::twilio::Traffic;

/// How often the line on a terminal changes.
const REDRAW_EVERY: Duration = Duration::from_millis(250);

/// How often the log says how far it is.
const LOG_EVERY: u32 = 40;

/// The line: 79 columns at most while fewer than 100,000 accounts are read.
const LINE: &str = "{bar:16} {pos}/{len} accounts  {msg}";

/// How far collecting is. As long as it lives there is a line on the terminal.
pub(super) struct Progress {
    traffic: Arc<Traffic>,
    done: Arc<AtomicUsize>,
    accounts: usize,
    began: Instant,
    /// What was sent before, in signing in.
    sent_before: u64,
    bar: ProgressBar,
}

impl Progress {
    /// Of a collector that is about to read so many accounts.
    pub(super) fn of(collector: &Collector, accounts: usize, is_quiet: bool) -> Self {
        // It draws on standard error, and only where that is a terminal.
        let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(accounts as u64) };
        if let Ok(style) = ProgressStyle::with_template(LINE) {
            bar.set_style(style.progress_chars("=> "));
        }
        let traffic = collector.client.traffic();
        let sent_before = traffic.sent();
        Self { traffic, done: Arc::clone(&collector.done), accounts, began: Instant::now(), sent_before, bar }
    }

    /// Keeps the line and the log up to date, until it is dropped.
    pub(super) async fn keep_up(&self) {
        let (mut sent, mut turn) = (self.traffic.sent(), 0);
        loop {
            sleep(REDRAW_EVERY).await;
            let now = self.traffic.sent();
            let per_second = now.saturating_sub(sent) as f64 / REDRAW_EVERY.as_secs_f64();
            sent = now;
            self.draw(per_second);
            turn += 1;
            if turn % LOG_EVERY == 0 {
                self.log();
            }
        }
    }

    fn draw(&self, per_second: f64) {
        self.bar.set_position(self.done.load(Ordering::Relaxed) as u64);
        let left = self.left().map(|left| format!("  {left:#} left")).unwrap_or_default();
        self.bar.set_message(format!(
            "{per_second:.0}/s  {} in flight  {} throttled{left}",
            self.traffic.in_flight(),
            self.traffic.refused()
        ));
    }

    /// The time that the accounts left will take if they are like those that were read.
    fn left(&self) -> Option<HumanDuration> {
        let done = self.done.load(Ordering::Relaxed);
        let share = u32::try_from(done).ok().filter(|done| *done > 0)?;
        let left = u32::try_from(self.accounts.saturating_sub(done)).ok()?;
        Some(HumanDuration(self.began.elapsed() / share * left))
    }

    fn log(&self) {
        let seconds = self.began.elapsed().as_secs_f64();
        let requests = self.traffic.sent().saturating_sub(self.sent_before);
        tracing::info!(
            accounts_done = self.done.load(Ordering::Relaxed),
            accounts = self.accounts,
            requests,
            requests_per_second = (requests as f64 / seconds.max(0.001)).round(),
            in_flight = self.traffic.in_flight(),
            throttled = self.traffic.refused(),
            seconds_left = self.left().map(|left| left.0.as_secs()),
            "collecting"
        );
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.log();
    }
}
