//! `findings.junit.xml`: JUnit's XML, for the test reports of CI systems.
//!
//! One suite, one case per finding, its check as the class by which CI systems group: the findings come blockers first,
//! and one suite per check would mean to read them once per check.
//!
//! A fault is a `failure`. What nobody could decide is an `error`, as a test is that could not run: what was not
//! assessed, and what a person must answer. `skipped` looks fine to most readers, so it is kept for what may look fine:
//! what was accepted, and where there is nothing to judge.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::cell::{at_most, printable};
use super::options::Options;
use crate::model::{Finding, Findings, Outcome, Scan, in_seconds};

/// Spaces per level.
const INDENT: usize = 2;

/// What a case says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Fine,
    Failure,
    Error,
    Skipped,
}

/// How many cases say what: it stands before them.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// Writes the findings that the options ask for.
pub(super) fn write(
    scan: &Scan,
    findings: &dyn Findings,
    options: Options,
    mut to: impl Write,
) -> io::Result<()> {
    let mut counts = Counts::default();
    options.each_shown(findings, |finding| {
        counts.add(said(finding));
        Ok(())
    })?;
    // What was not assessed has cases of its own; accounts that nobody knows of have none.
    let is_partly_unknown = !scan.tree_is_known || !scan.unusable_credentials.is_empty();
    if is_partly_unknown {
        counts.add(Said::Error);
    }
    let mut xml = Writer::new_with_indent(&mut to, b' ', INDENT);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Start(counts.on("testsuites")))?;
    let mut suite = counts.on("testsuite");
    suite.push_attribute(("timestamp", in_seconds(scan.started_at).trim_end_matches('Z')));
    xml.write_event(Event::Start(suite))?;
    properties(scan, &mut xml)?;
    if is_partly_unknown {
        incomplete(&mut xml)?;
    }
    options.each_shown(findings, |finding| case(finding, &mut xml))?;
    lines("system-out", &scan.notices, &mut xml)?;
    lines("system-err", &scan.unusable_credentials, &mut xml)?;
    xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    to.write_all(b"\n")
}

const fn said(finding: &Finding) -> Said {
    match finding.outcome {
        Outcome::NotAssessed => Said::Error,
        Outcome::NotApplicable => Said::Skipped,
        Outcome::Pass => Said::Fine,
        Outcome::Fail | Outcome::Manual if finding.waived => Said::Skipped,
        Outcome::Fail => Said::Failure,
        Outcome::Manual => Said::Error,
    }
}

impl Counts {
    const fn add(&mut self, said: Said) {
        self.tests += 1;
        match said {
            Said::Fine => {}
            Said::Failure => self.failures += 1,
            Said::Error => self.errors += 1,
            Said::Skipped => self.skipped += 1,
        }
    }

    /// An element that tells them.
    fn on(&self, element: &'static str) -> BytesStart<'static> {
        let counts = [
            ("tests", self.tests),
            ("failures", self.failures),
            ("errors", self.errors),
            ("skipped", self.skipped),
        ];
        let mut start = BytesStart::new(element);
        start.push_attribute(("name", "twilio-audit"));
        for (name, count) in counts {
            start.push_attribute((name, count.to_string().as_str()));
        }
        start
    }
}

/// Of which scan this is.
fn properties(scan: &Scan, xml: &mut Writer<impl Write>) -> io::Result<()> {
    let properties = [
        ("scan_id", scan.id.as_str()),
        ("tool_version", scan.tool_version.as_str()),
        ("catalogue_version", scan.catalogue_version.as_str()),
        ("region", scan.region.as_str()),
        ("complete", if scan.is_complete() { "true" } else { "false" }),
    ];
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    for property in properties {
        let attributes = [("name", property.0), ("value", property.1)];
        xml.write_event(Event::Empty(BytesStart::new("property").with_attributes(attributes)))?;
    }
    xml.write_event(Event::End(BytesEnd::new("properties")))
}

fn incomplete(xml: &mut Writer<impl Write>) -> io::Result<()> {
    let attributes = [("classname", "scan"), ("name", "the scan is complete")];
    xml.write_event(Event::Start(BytesStart::new("testcase").with_attributes(attributes)))?;
    let message = [
        ("message", "Not all accounts are known, or a credential could not be used"),
        ("type", "incomplete"),
    ];
    xml.write_event(Event::Empty(BytesStart::new("error").with_attributes(message)))?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn case(finding: &Finding, xml: &mut Writer<impl Write>) -> io::Result<()> {
    let name = legal(&name(finding));
    let attributes = [("classname", finding.check_id.as_str()), ("name", name.as_str())];
    let case = BytesStart::new("testcase").with_attributes(attributes);
    let child = match said(finding) {
        Said::Fine => return xml.write_event(Event::Empty(case)),
        Said::Failure => "failure",
        Said::Error => "error",
        Said::Skipped => "skipped",
    };
    xml.write_event(Event::Start(case))?;
    let message = legal(finding.reason_or_title());
    let mut start = BytesStart::new(child);
    start.push_attribute(("message", message.as_str()));
    // JUnit knows no type of what is skipped.
    if child != "skipped" {
        let kind = format!("{} {}", finding.outcome.as_str(), finding.severity);
        start.push_attribute(("type", kind.as_str()));
    }
    xml.write_event(Event::Start(start))?;
    xml.write_event(Event::Text(BytesText::new(&details(finding))))?;
    xml.write_event(Event::End(BytesEnd::new(child)))?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

/// Which thing it is: its id makes it one of a kind.
fn name(finding: &Finding) -> String {
    let parts = [finding.account_name.as_str(), finding.resource(), finding.field.as_str()];
    let parts: Vec<String> =
        parts.into_iter().filter(|part| !part.is_empty()).map(|part| at_most(part, 80)).collect();
    format!("{} [{}]", parts.join(", "), finding.finding_id)
}

/// What a reader needs to act, one thing per line.
fn details(finding: &Finding) -> String {
    let blocks = if finding.is_open_blocker() { "PHI must not go live while this stands." } else { "" };
    let lines = [
        format!("{}: {}", finding.check_id, finding.title),
        format!("Account: {} ({})", finding.account_name, finding.account_sid),
        format!("Resource: {} {}", finding.resource_type, finding.resource_sid),
        blocks.to_owned(),
    ];
    let remedy = [finding.remediation.clone(), finding.sources.join(" ")];
    let all = lines.into_iter().chain(finding.seen()).chain(remedy);
    all.filter(|line| !line.is_empty()).map(|line| legal(&line)).collect::<Vec<_>>().join("\n")
}

fn lines(element: &'static str, texts: &[String], xml: &mut Writer<impl Write>) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = texts.iter().map(|text| legal(text)).collect();
    xml.write_event(Event::Start(BytesStart::new(element)))?;
    xml.write_event(Event::Text(BytesText::new(&texts.join("\n"))))?;
    xml.write_event(Event::End(BytesEnd::new(element)))
}

/// A text that steers no terminal; what that takes away, XML 1.0 forbids too.
fn legal(text: &str) -> String {
    printable(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_gone() {
        assert_eq!(legal("a\u{0}b\u{1b}c\u{fffe}d\u{ffff}e\u{202e}f\tg"), "a b c d e f g");
        assert_eq!(legal("]]> & <x> \u{10ffff}"), "]]> & <x> \u{10ffff}", "escaping is the writer's");
    }
}
