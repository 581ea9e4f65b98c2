//! The documents say what the program does: keys, attestations, permissions, numbers, links.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes the generated parts anew; look at them before you commit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use serde::de::DeserializeOwned;
use twilio_audit::audit::{
    CHECK_FILES, CITATIONS, Check, Citation, Compiled, Family, NOT_LOOKED_AT, built_in, compile,
};
use twilio_audit::catalogue::{Endpoint, KINDS, Kind, Origin};
use twilio_audit::cli::Cli;
use twilio_audit::commands::checks::page;
use twilio_audit::intent::{ATTESTATIONS, Intent, NEVER_WAIVED, WAIVER_MAX_DAYS};
use twilio_audit::model::Region;
use twilio_audit::report::check_page::{self, fix_lines};
use twilio_audit::report::{BLIND_SPOTS, coverage_columns, findings_columns};
use twilio_audit::simulator::{Estate, Options, Simulator};

#[path = "support/documents.rs"]
mod documents;

use documents::{documents, links, prose};

const EVERYTHING: &str = include_str!("intent/everything.toml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The rows of the tables below each heading, by the first word in backticks of the heading, or by its text.
fn tables(document: &str) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut tables: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let mut section = String::new();
    for line in document.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            section = quoted(heading).next().unwrap_or(heading).to_owned();
        } else if let Some(row) = line.strip_prefix("| ") {
            let cells = row.trim_end_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
            tables.entry(section.clone()).or_default().push(cells);
        }
    }
    tables
}

/// The words in backticks in the first cells of a section's rows.
fn first_cells(tables: &BTreeMap<String, Vec<Vec<String>>>, section: &str) -> BTreeSet<String> {
    let rows = tables.get(section).unwrap_or_else(|| panic!("there is no table below `{section}`"));
    rows.iter().flat_map(|row| quoted(&row[0])).map(str::to_owned).collect()
}

/// What serde accepts in the place where `document` has something unknown.
fn accepted<T: DeserializeOwned>(document: &str) -> BTreeSet<String> {
    let Err(error) = toml::from_str::<T>(document) else { panic!("this was accepted:\n{document}") };
    let (_, known) = error.message().split_once("expected").unwrap_or_else(|| panic!("{error}"));
    quoted(known).map(str::to_owned).collect()
}

/// Every table of a document, as the path of its name and the header that opens it.
fn tables_of(value: &toml::Table, path: &str, opening: &str, found: &mut BTreeMap<String, String>) {
    for (key, value) in value {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(inner) => {
                let header = format!("{opening}[{name}]\n");
                tables_of(inner, &name, &header, found);
                found.insert(name, header);
            }
            toml::Value::Array(items) => {
                for inner in items.iter().filter_map(toml::Value::as_table) {
                    let header = format!("{opening}[[{name}]]\n");
                    tables_of(inner, &name, &header, found);
                    found.insert(name.clone(), header);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn every_key_of_audit_toml_is_documented_and_no_other() {
    let document = read("docs/audit-toml.md");
    let documented = tables(&document);
    let mut expected = BTreeMap::from([("audit.toml".to_owned(), String::new())]);
    tables_of(&toml::from_str(EVERYTHING).unwrap(), "", "", &mut expected);
    let top = accepted::<Intent>("unknown = 1");
    assert!(top.len() > 20 && top.contains("waiver"), "{top:?}");
    // A table within a table has its keys in the section of the outer one: `transcription.engine`.
    let mut sections: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (table, opening) in &expected {
        let top_level = table == "audit.toml";
        let (section, inner) = match table.split_once('.') {
            Some((_, inner)) if !top_level => (opening.lines().next().unwrap(), format!("{inner}.")),
            _ => (opening.lines().next().unwrap_or("audit.toml"), String::new()),
        };
        let is_table = |key: &str| match top_level {
            true => expected.contains_key(key),
            false => expected.contains_key(&format!("{table}.{key}")),
        };
        let keys = accepted::<Intent>(&format!("{opening}unknown = 1")).into_iter();
        sections
            .entry(section)
            .or_default()
            .extend(keys.filter(|key| !is_table(key)).map(|key| format!("{inner}{key}")));
    }
    for (section, keys) in sections {
        assert_eq!(first_cells(&documented, section), keys, "below the heading `{section}`");
    }
}

/// A key is required where the file is refused without it.
#[test]
fn the_required_keys_of_audit_toml_are_bold() {
    let whole: toml::Table = toml::from_str(EVERYTHING).unwrap();
    let mut required = BTreeSet::new();
    for (section, value) in &whole {
        without_one_key(value, &mut |less, key| {
            let mut document = whole.clone();
            document.insert(section.clone(), less);
            if document.try_into::<Intent>().is_err() {
                required.insert(format!("{section}: {key}"));
            }
        });
    }
    let mut bold = BTreeSet::new();
    for (section, rows) in tables(&read("docs/audit-toml.md")) {
        let section = section.trim_matches(['[', ']']);
        let keys = rows.iter().filter(|row| row[0].starts_with("**"));
        bold.extend(keys.flat_map(|row| quoted(&row[0])).map(|key| format!("{section}: {key}")));
    }
    assert!(required.contains("waiver: check") && required.len() > 20, "{required:#?}");
    assert_eq!(bold, required);
}

/// Calls back with every copy of a value that lacks one key, and with the key's dotted name.
fn without_one_key(value: &toml::Value, call: &mut dyn FnMut(toml::Value, String)) {
    match value {
        toml::Value::Table(table) => {
            for (key, inner) in table {
                let mut less = table.clone();
                less.remove(key);
                call(less.into(), key.clone());
                without_one_key(inner, &mut |inner, name| {
                    let mut changed = table.clone();
                    changed.insert(key.clone(), inner);
                    call(changed.into(), format!("{key}.{name}"));
                });
            }
        }
        toml::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                without_one_key(item, &mut |item, name| {
                    let mut changed = items.clone();
                    changed[index] = item;
                    call(changed.into(), name);
                });
            }
        }
        _ => {}
    }
}

#[test]
fn the_example_of_the_first_audit_is_understood() {
    let page = read("docs/first-audit.md");
    let (_, rest) = page.split_once("```toml\n[baa]").unwrap();
    let example = format!("[baa]{}", rest.split("```").next().unwrap());
    let intent = Intent::parse(&example, "docs/first-audit.md").unwrap_or_else(|error| panic!("{error}"));
    assert!(intent.baa.is_some() && !intent.webhook_host.is_empty());
}

#[test]
fn every_attestation_is_documented_with_its_scope_and_age() {
    let documented = tables(&read("docs/audit-toml.md"));
    let rows: Vec<Vec<String>> =
        documented["The attestations"].iter().filter(|row| row[0].starts_with('`')).cloned().collect();
    let expected: Vec<_> = ATTESTATIONS
        .iter()
        .map(|rule| [format!("`{}`", rule.id), rule.scope.as_str().to_owned(), rule.max_age_days.to_string()])
        .collect();
    let shown: Vec<_> = rows.iter().map(|row| [row[0].clone(), row[1].clone(), row[2].clone()]).collect();
    assert_eq!(shown, expected);
}

#[test]
fn the_rules_of_waivers_are_documented() {
    let document = read("docs/audit-toml.md");
    assert!(document.contains(&format!("{WAIVER_MAX_DAYS} days")));
    for check in NEVER_WAIVED {
        assert!(document.contains(&format!("`{check}`")), "{check} cannot be waived");
    }
}

#[test]
fn every_key_of_a_check_file_is_documented_and_no_other() {
    let documented = tables(&read("docs/writing-checks.md"));
    assert_eq!(first_cells(&documented, "The keys"), accepted::<Check>("unknown = 1"));
    let rows = &documented["The keys"];
    for key in ["family", "severity", "scope"] {
        let row = rows.iter().find(|row| row[0] == format!("`{key}`")).unwrap();
        let shown: BTreeSet<_> = quoted(&row[2]).map(str::to_owned).collect();
        assert_eq!(shown, accepted::<Check>(&format!("{key} = 'unknown'")), "the words of `{key}`");
    }
    // Whatever serde does not miss is optional.
    let mut required = BTreeSet::new();
    let mut file = String::new();
    let values = [("verified_on", "2026-11-23"), ("citations", "['x']"), ("sources", "['x']")];
    let words = [("family", "'attestation'"), ("severity", "'low'"), ("scope", "'phi'")];
    while let Err(error) = toml::from_str::<Check>(&file) {
        let missing = quoted(error.message()).next().unwrap_or_else(|| panic!("{error}")).to_owned();
        let value =
            values.iter().chain(&words).find(|(key, _)| *key == missing).map_or("'x'", |found| found.1);
        writeln!(file, "{missing} = {value}").unwrap();
        assert!(required.insert(missing), "{error}");
    }
    let shown: BTreeSet<_> = rows
        .iter()
        .filter(|row| row[1] == "yes")
        .flat_map(|row| quoted(&row[0]))
        .map(str::to_owned)
        .collect();
    assert_eq!(shown, required);
}

#[test]
fn every_view_is_documented() {
    let document = read("docs/writing-checks.md");
    let views = read("checks/views.sql");
    let names: Vec<_> =
        views.split("create temp view ").skip(1).map(|rest| rest.split([' ', '(']).next().unwrap()).collect();
    assert!(names.contains(&"webhook"), "{names:?}");
    let missing: Vec<_> = names.iter().filter(|name| !document.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/writing-checks.md does not name the views {missing:?}");
}

/// The help of a command is where people learn what to export; a text in `cli.rs` would hide it.
#[test]
fn the_long_help_is_more_than_the_short_one() {
    let program = Cli::command();
    for name in ["permissions", "login", "logout", "simulate"] {
        let command = program.find_subcommand(name).unwrap();
        let long = command.get_long_about().unwrap().to_string();
        assert!(long.starts_with(&command.get_about().unwrap().to_string()), "{long}");
        assert!(long.lines().count() > 1, "{long}");
    }
    let login = program.find_subcommand("login").unwrap().get_long_about().unwrap().to_string();
    for place in ["--credentials", "CREDENTIALS_DIRECTORY", "TWILIO_ACCOUNT_SID", "credential_command"] {
        assert!(login.contains(place), "{login}");
    }
}

#[tokio::test]
async fn the_examples_of_estates_can_be_served() {
    let document = read("docs/simulate.md");
    let mut credentials = Vec::new();
    for rest in document.split("```json\n").skip(1) {
        let estate = Estate::from_json(rest.split("```").next().unwrap()).unwrap();
        credentials.push(estate.credentials().len());
        Simulator::start(estate, Options::default()).await.unwrap();
    }
    assert_eq!(credentials, [3, 4]);
}

/// The part of a document that a test writes.
const BEGIN: &str = "<!-- generated: UPDATE_DOCS=1 cargo test --test docs -->\n";
const END: &str = "<!-- end -->\n";

/// Compares the generated part of a document with what it should be, or writes it.
fn keep_current(path: &str, generated: &str) {
    let document = read(path);
    let (before, rest) = document.split_once(BEGIN).unwrap_or_else(|| panic!("{path} has no generated part"));
    let (current, after) = rest.split_once(END).unwrap_or_else(|| panic!("{path}: its end is missing"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(path), format!("{before}{BEGIN}{generated}{END}{after}")).unwrap();
    } else {
        assert!(
            current == generated,
            "{path} is out of date; `UPDATE_DOCS=1 cargo test --test docs` writes it anew"
        );
    }
}

#[test]
fn the_permissions_are_those_of_the_catalogue() {
    let mut text = String::from("\n| kind | GET | permission |\n|---|---|---|\n");
    for kind in KINDS.iter().copied() {
        let (address, permission) = request(kind);
        writeln!(text, "| `{}` | {address} | {permission} |", kind.name).unwrap();
    }
    let needed: BTreeSet<_> =
        KINDS.iter().filter_map(|kind| kind.endpoint()).filter_map(|endpoint| endpoint.permission).collect();
    let open = KINDS.iter().filter_map(|kind| kind.endpoint()).filter(|it| it.permission.is_none()).count();
    writeln!(
        text,
        "\nA Restricted key for audits takes these {} permissions. For {open} of the requests above none is \
         known, and\nsuch a key leaves their answers unread:\n\n```",
        needed.len()
    )
    .unwrap();
    for permission in needed {
        writeln!(text, "{permission}").unwrap();
    }
    text.push_str("```\n\n");
    keep_current("docs/permissions.md", &text);
}

#[test]
fn the_columns_of_the_csv_files_are_those_that_are_written() {
    let mut text = String::new();
    let mut add = |file: &str, columns: &mut dyn Iterator<Item = (&str, &str)>| {
        write!(text, "\n## `{file}`\n\n| column | what it says |\n|---|---|\n").unwrap();
        columns.for_each(|(name, about)| writeln!(text, "| `{name}` | {about} |").unwrap());
    };
    add("findings.csv", &mut findings_columns());
    add("coverage.csv", &mut coverage_columns());
    text.push('\n');
    keep_current("docs/csv.md", &text);
}

#[test]
fn the_fixes_are_those_of_the_checks() {
    let checks = built_in().unwrap();
    let (mended, others): (Vec<&Check>, Vec<&Check>) =
        checks.iter().partition(|check| check.no_fix.is_empty());
    let mut text = format!(
        "\n{} of the {} checks have a call that mends what they find.\n\n\
         | check | of | call | risk | can be taken back | what changes |\n|---|---|---|---|---|---|\n",
        mended.len(),
        checks.len()
    );
    mended.iter().for_each(|check| fix_rows(check, &mut text));
    write!(text, "\nFor {} there is none:\n\n| check | why |\n|---|---|\n", others.len()).unwrap();
    for check in others {
        writeln!(text, "| `{}` | {} |", check.id, check.no_fix.trim()).unwrap();
    }
    text.push('\n');
    keep_current("docs/fixing.md", &text);
}

/// A row for each thing that can change, whatever the kinds and fields.
fn fix_rows(check: &Check, text: &mut String) {
    for line in fix_lines(&check.subject, &check.fixes) {
        let back = if line.is_reversible { "yes" } else { "no" };
        let (kinds, call) = (line.kinds(), line.call());
        writeln!(text, "| `{}` | {kinds} | {call} | {} | {back} | {} |", check.id, line.risk, line.effect)
            .unwrap();
    }
}

/// Where a kind is read, and what a Restricted key needs for it.
fn request(kind: &Kind) -> (String, String) {
    let address = |endpoint: &Endpoint| format!("`{}{}`", endpoint.host.name(Region::Us1), endpoint.path);
    let permission = |endpoint: &Endpoint| {
        endpoint.permission.map_or_else(
            || "none known: needs a Standard or Main key, or the Auth Token".to_owned(),
            |permission| format!("`{permission}`"),
        )
    };
    match &kind.origin {
        Origin::Derived { from, .. } => (format!("comes with `{from}`"), format!("that of `{from}`")),
        Origin::Request(endpoint) => match endpoint.fallback {
            None => (address(endpoint), permission(endpoint)),
            Some(poorer) => (
                format!("{}; where that is refused {}", address(endpoint), address(poorer)),
                permission(endpoint),
            ),
        },
    }
}

#[test]
fn the_resources_of_the_simulator_are_listed() {
    let endpoints: Vec<serde_json::Value> =
        serde_json::from_str(&read("src/simulator/endpoints.json")).unwrap();
    let mut by_host: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for endpoint in &endpoints {
        let (host, path) = endpoint["path"].as_str().unwrap().split_once('/').unwrap();
        by_host.entry(host).or_default().push(path);
    }
    let mut text = String::from("\n| host | resources |\n|---|---|\n");
    for (host, paths) in by_host {
        let paths: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
        writeln!(text, "| `{host}` | {} |", paths.join(" ")).unwrap();
    }
    text.push('\n');
    keep_current("docs/simulate.md", &text);
}

#[test]
fn checks_and_kinds_are_counted_right() {
    let checks = CHECK_FILES.len();
    let files: usize = fs::read_dir(root().join("checks"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|family| fs::read_dir(family).unwrap().count())
        .sum();
    assert_eq!(checks, files, "every file below checks/*/ is a check");
    // Prose wraps anywhere.
    let words = |path: &str| read(path).split_whitespace().collect::<Vec<_>>().join(" ");
    let (readme, changelog) = (words("README.md"), words("CHANGELOG.md"));
    let kinds = KINDS.len();
    assert!(readme.contains(&format!("{checks} of the 120 planned checks")), "README.md: {checks} checks");
    assert!(readme.contains(&format!("{kinds} resource kinds")), "README.md: {kinds} kinds");
    assert!(changelog.contains(&format!("- {checks} checks")), "CHANGELOG.md: {checks} checks");
    assert!(changelog.contains(&format!("- {kinds} resource kinds")), "CHANGELOG.md: {kinds} kinds");
}

/// The checks of each family, in the order of the families.
fn families(checks: &[Compiled]) -> BTreeMap<Family, Vec<&Compiled>> {
    let mut families: BTreeMap<Family, Vec<&Compiled>> = BTreeMap::new();
    checks.iter().for_each(|compiled| families.entry(compiled.check.family).or_default().push(compiled));
    families
}

#[test]
fn every_check_has_the_page_that_its_file_makes() {
    let checks = compile(built_in().unwrap()).unwrap();
    let folder = root().join("docs/checks");
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut pages = BTreeSet::new();
    for compiled in &checks {
        let mut text = Vec::new();
        check_page::page(&page(compiled), &mut text).unwrap();
        let mut text = String::from_utf8(text).unwrap();
        text.push_str(PAGE_ENDS);
        let name = format!("{}.md", compiled.check.id);
        if update {
            fs::write(folder.join(&name), &text).unwrap();
        }
        let current = fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(
            current == text,
            "docs/checks/{name} is out of date; `UPDATE_DOCS=1 cargo test --test docs` writes it anew"
        );
        pages.insert(name);
    }
    let there: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, pages, "docs/checks has a page for each check, and no other");
}

/// Where to go from the page of a check.
const PAGE_ENDS: &str = "\n---\n\n[All checks](../checks.md) · [attestations](../audit-toml.md#the-attestations) · \
    [accepting a fault](../review.md) · [fixing](../fixing.md) · [permissions](../permissions.md) · \
    [HIPAA mapping](../hipaa.md)\n";

#[test]
fn the_list_of_checks_and_the_table_of_contents_have_all_of_them() {
    let checks = compile(built_in().unwrap()).unwrap();
    let (mut list, mut contents) = (String::new(), String::from("- [The checks](docs/checks.md)\n"));
    for (family, checks) in families(&checks) {
        writeln!(list, "\n## {}\n\n| check | good is | severity | |\n|---|---|---|---|", family.as_str())
            .unwrap();
        writeln!(contents, "  - [{}]()", family.as_str()).unwrap();
        for Compiled { check, .. } in checks {
            let mark = if check.blocks_go_live { "●" } else { "" };
            let (id, title) = (&check.id, &check.title);
            writeln!(list, "| [{id}](checks/{id}.md) | {title} | {} | {mark} |", check.severity.as_str())
                .unwrap();
            writeln!(contents, "    - [{id}](docs/checks/{id}.md)").unwrap();
        }
    }
    list.push('\n');
    keep_current("docs/checks.md", &list);
    keep_current("SUMMARY.md", &contents);
}

#[test]
fn the_hipaa_mapping_is_that_of_the_checks() {
    let checks = built_in().unwrap();
    let mut text = String::from("\n| 45 CFR | what it asks | checks |\n|---|---|---|\n");
    let mut cited: BTreeSet<&str> =
        checks.iter().flat_map(|check| &check.citations).map(String::as_str).collect();
    for citation in CITATIONS {
        let serve = checks.iter().filter(|check| check.citations.iter().any(|it| it == citation.paragraph));
        let links: Vec<String> = serve.map(|check| format!("[{0}](checks/{0}.md)", check.id)).collect();
        assert!(!links.is_empty(), "no check cites {}", citation.paragraph);
        let (paragraph, duty, asks) = (citation.paragraph, citation.duty.as_str(), citation.asks);
        writeln!(text, "| {paragraph} | {asks} ({duty}) | {} |", links.join(", ")).unwrap();
        cited.remove(paragraph);
    }
    assert!(cited.is_empty(), "src/audit/citation.rs does not say what these ask: {cited:?}");
    text.push_str("\n## Not looked at by this tool\n\n");
    text.push_str("Of the Security Rule (45 CFR 164.308 to 164.316) no check touches these:\n\n");
    text.push_str("| 45 CFR | what it asks |\n|---|---|\n");
    for Citation { paragraph, duty, asks } in NOT_LOOKED_AT {
        writeln!(text, "| {paragraph} | {asks} ({}) |", duty.as_str()).unwrap();
    }
    text.push('\n');
    keep_current("docs/hipaa.md", &text);
}

#[test]
fn the_blind_spots_are_those_of_every_report() {
    let mut text = String::from("\n");
    BLIND_SPOTS.iter().for_each(|spot| writeln!(text, "- {spot}").unwrap());
    text.push('\n');
    keep_current("docs/blind-spots.md", &text);
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut followed = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for target in links(&text) {
            if let Some((scheme, _)) = target.split_once(':') {
                let is_address = url::Url::parse(target).is_ok_and(|url| url.has_host());
                if !(is_address && ["https", "http"].contains(&scheme)) {
                    broken.push(format!("{}: {target}", document.display()));
                }
                continue;
            }
            followed += 1;
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let place = match path {
                "" => document.clone(),
                _ => document.parent().unwrap().join(path),
            };
            if !place.exists() || !heading.is_empty() && !headings(&place).contains(heading) {
                broken.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(followed > 1000, "the documents link to one another: {followed}");
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The anchors of a document's headings; of those that sound the same the second gets a number.
fn headings(document: &Path) -> BTreeSet<String> {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    let text = fs::read_to_string(document).unwrap();
    let mut anchors = BTreeSet::new();
    for heading in prose(&text).lines().filter(|line| line.starts_with('#')) {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let anchor = heading.chars().filter(kept).collect::<String>().replace(' ', "-");
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|name| !anchors.contains(name));
        anchors.extend(free);
    }
    anchors
}
