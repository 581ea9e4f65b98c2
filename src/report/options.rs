//! How a report is written, whatever its form.

use std::io;

use super::csv_file::CsvLayout;
use crate::model::{Finding, Findings, Severity, Tally};

/// How a report is written.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Passes and "not applicable" too.
    pub all_outcomes: bool,
    /// The severity from which a fault counts for the exit code; nothing for never.
    pub fail_on: Option<Severity>,
    /// How CSV files are laid out.
    pub csv: CsvLayout,
}

impl Options {
    /// Hands over the findings that the options ask for.
    pub(super) fn each_shown(
        self,
        findings: &dyn Findings,
        mut act: impl FnMut(&Finding) -> io::Result<()>,
    ) -> io::Result<()> {
        findings.each(&mut |finding| {
            if self.all_outcomes || finding.outcome.needs_action() { act(finding) } else { Ok(()) }
        })
    }

    /// How many they are.
    pub(super) fn count_shown(self, tally: &Tally) -> usize {
        tally.count(|(outcome, ..)| self.all_outcomes || outcome.needs_action())
    }
}
