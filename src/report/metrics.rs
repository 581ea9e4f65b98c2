//! Metrics of a run and of the newest scan, in Prometheus' text format.
//!
//! They hold no name and no weakness, for more people read metrics than reports: counts, times, and the SIDs of the
//! accounts that have a verdict. A series that may become important is there with 0 too: an alert does not see what is
//! missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::verdict::judged;
use crate::model::{CoverageStatus, Outcome, Readings, Scan, Severity, Verdict};

/// How a run ended, whether it came to a scan or not.
#[derive(Debug, Clone, Copy)]
pub struct LastRun {
    /// When it ended.
    pub ended_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// The exit code of the program.
    pub exit_code: u8,
    /// How many targets should have been told of it and were not.
    pub not_told: usize,
}

/// The metrics of a run, and of the newest finished scan where there is one, whichever run made it.
///
/// # Errors
///
/// When the readings cannot be read.
pub fn metrics(run: LastRun, newest: Option<(&Scan, &dyn Readings)>) -> io::Result<String> {
    let mut to = Text::default();
    of_run(run, &mut to);
    if let Some((scan, read)) = newest {
        of_scan(scan, &mut to);
        findings(scan, &mut to);
        changes(scan, &mut to);
        readings(read, &mut to)?;
        gate(scan, &mut to);
    }
    Ok(to.0)
}

fn of_run(run: LastRun, to: &mut Text) {
    to.head("last_run_timestamp_seconds", "When the last run ended, whether it came to a scan or not.");
    to.sample("last_run_timestamp_seconds", &[], run.ended_at.as_second());
    to.head("last_run_duration_seconds", "How long the last run took.");
    to.sample("last_run_duration_seconds", &[], format_args!("{:.3}", run.duration.as_secs_f64()));
    to.head("last_run_exit_code", "The exit code of the last run.");
    to.sample("last_run_exit_code", &[], run.exit_code);
    to.head(
        "last_run_not_told",
        "The targets of [[notify]] that should have been told of the last run and were not.",
    );
    to.sample("last_run_not_told", &[], run.not_told);
}

fn of_scan(scan: &Scan, to: &mut Text) {
    to.head("scan_timestamp_seconds", "When the newest finished scan started.");
    to.sample("scan_timestamp_seconds", &[], scan.started_at.as_second());
    to.head("scan_complete", "Whether it could assess everything that was required.");
    to.sample("scan_complete", &[], u8::from(scan.is_complete()));
    to.head("scan_accounts", "The accounts it knows of.");
    to.sample("scan_accounts", &[], scan.accounts.len());
    to.head("unusable_credentials", "The credentials that it could not use.");
    to.sample("unusable_credentials", &[], scan.unusable_credentials.len());
    // With checks of one's own it may be no date; then there is no age to tell.
    let newest_rule: Option<Date> = scan.catalogue_version.parse().ok();
    if let Some(day) = newest_rule.and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
        to.head("catalogue_timestamp_seconds", "The date of the newest check.");
        to.sample("catalogue_timestamp_seconds", &[], day.timestamp().as_second());
    }
}

fn findings(scan: &Scan, to: &mut Text) {
    to.head("findings", "What the checks found, waived or not.");
    for outcome in Outcome::ALL {
        for severity in Severity::ALL {
            for (waived, word) in [(false, "false"), (true, "true")] {
                let labels =
                    [("outcome", outcome.as_str()), ("severity", severity.as_str()), ("waived", word)];
                to.sample("findings", &labels, scan.tally.count(|said| said == (outcome, severity, waived)));
            }
        }
    }
}

fn changes(scan: &Scan, to: &mut Text) {
    let changes = &scan.changes;
    let counts = [
        ("new", changes.new),
        ("open", changes.open),
        ("fixed", changes.fixed),
        ("lost_sight", changes.lost_sight),
    ];
    to.head("findings_by_change", "What became of the findings since the scan before.");
    for (change, count) in counts {
        to.sample("findings_by_change", &[("change", change)], count);
    }
    to.head("new_faults", "Faults that nobody knew of, unwaived: new, or worse than before.");
    for severity in Severity::ALL {
        let faults = changes.new_faults.iter().filter(|(other, _)| *other == severity);
        let count: usize = faults.map(|(_, count)| count).sum();
        to.sample("new_faults", &[("severity", severity.as_str())], count);
    }
}

fn readings(read: &dyn Readings, to: &mut Text) -> io::Result<()> {
    let mut counts: BTreeMap<CoverageStatus, usize> = CoverageStatus::ALL.map(|status| (status, 0)).into();
    read.each_reading(&mut |reading| {
        *counts.entry(reading.status).or_default() += 1;
        Ok(())
    })?;
    to.head("readings", "The lists that were to be read, by how that ended.");
    for (status, count) in counts {
        to.sample("readings", &[("status", status.as_str())], count);
    }
    Ok(())
}

fn gate(scan: &Scan, to: &mut Text) {
    to.head("gate", "May PHI go live on the account? 1 is the verdict, 0 the two others.");
    let verdicts =
        [(Verdict::Ready, "ready"), (Verdict::NotReady, "not_ready"), (Verdict::CannotSay, "cannot_say")];
    for (account, verdict) in judged(scan) {
        for (other, word) in verdicts {
            let labels = [("account_sid", account.account_sid.as_str()), ("verdict", word)];
            to.sample("gate", &labels, u8::from(other == verdict));
        }
    }
}

/// Prometheus' text format.
#[derive(Default)]
struct Text(String);

impl Text {
    /// What stands before the samples of a metric. All of them may rise and fall, so all are gauges.
    fn head(&mut self, name: &str, help: &str) {
        // Writing into a string cannot fail.
        let _ = writeln!(self.0, "# HELP twilio_audit_{name} {help}\n# TYPE twilio_audit_{name} gauge");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "twilio_audit_{name}{labels} {value}");
    }
}

/// The value of a label, which ends at a quotation mark or at the end of the line.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_scan_tells_of_itself_alone() {
        let run = LastRun {
            ended_at: Timestamp::constant(1_764_000_000, 0),
            duration: Duration::from_millis(1_500),
            exit_code: 4,
            not_told: 0,
        };
        let text = metrics(run, None).unwrap();
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "twilio_audit_last_run_timestamp_seconds 1764000000",
                "twilio_audit_last_run_duration_seconds 1.500",
                "twilio_audit_last_run_exit_code 4"
            ]
        );
    }

    #[test]
    fn a_label_cannot_end_before_its_time() {
        let mut to = Text::default();
        to.sample("x", &[("a", "\"} 1\n\\")], 2);
        assert_eq!(to.0, "twilio_audit_x{a=\"\\\"} 1\\n\\\\\"} 2\n");
    }
}
