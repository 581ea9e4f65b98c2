//! The forms in which a scan is written, by their names.

/// A form in which a scan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Everything in one page, for people
    Html,
    /// May PHI go live? A page to sign and to keep
    Gate,
    /// The same for programs
    GateJson,
    /// The findings for a spreadsheet
    Csv,
    /// What was and was not read, for a spreadsheet
    Coverage,
    /// Everything for programs
    Json,
    /// The findings for code scanning
    Sarif,
    /// The findings for security lakes
    Ocsf,
    /// A summary for a pull request
    Markdown,
    /// The findings as test results for CI
    Junit,
}

impl Format {
    /// What a scan writes, in the order in which the files are worth reading.
    pub const OF_A_SCAN: [Self; 9] = [
        Self::Html,
        Self::Gate,
        Self::Csv,
        Self::Coverage,
        Self::Markdown,
        Self::Json,
        Self::GateJson,
        Self::Sarif,
        Self::Ocsf,
    ];

    /// The name of its file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Gate => "gate.html",
            Self::GateJson => "gate.json",
            Self::Csv => "findings.csv",
            Self::Coverage => "coverage.csv",
            Self::Json => "findings.json",
            Self::Sarif => "findings.sarif",
            Self::Ocsf => "findings.ocsf.jsonl",
            Self::Markdown => "report.md",
            Self::Junit => "findings.junit.xml",
        }
    }

    /// What is in it, in a few words.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Html => "for people: everything in one page",
            Self::Gate => "may PHI go live? a page to sign",
            Self::GateJson => "the same for programs",
            Self::Csv => "what to act on",
            Self::Coverage => "what was and was not read",
            Self::Json => "everything for programs",
            Self::Sarif => "for code scanning, as on GitHub",
            Self::Ocsf => "for security lakes and SIEMs",
            Self::Markdown => "a summary for a pull request",
            Self::Junit => "test results for CI",
        }
    }
}
