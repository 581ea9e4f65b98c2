//! A reviewer's desk: a scan of the demo, and its findings as a table that can be edited.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Index;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;
use twilio_audit::audit::built_in;
use twilio_audit::intent::Intent;
use twilio_audit::model::Rule;

/// One scan of the demo for all tests.
static SCANNED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let ended = program(folder.path(), &["scan", "--demo"]);
    assert!([0, 1, 3].contains(&ended.code), "{}", ended.stderr);
    folder
});

/// A day from today, in UTC.
pub fn in_days(days: i64) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

/// What a run said.
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

fn program(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-audit"));
    let output =
        command.current_dir(folder).env_clear().env("HOME", folder).args(arguments).output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The desk.
pub struct Desk {
    folder: TempDir,
    pub table: Table,
}

/// The findings of the scan.
#[derive(Clone)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A row, with the check that it is of.
pub struct RuledRow {
    cells: BTreeMap<String, String>,
    pub rule: Rule,
}

impl Index<&str> for RuledRow {
    type Output = String;

    fn index(&self, column: &str) -> &String {
        &self.cells[column]
    }
}

impl RuledRow {
    /// Whether it can simply be accepted.
    pub fn is_plain(&self) -> bool {
        self.is_acceptable() && !self.rule.addressable
    }

    /// Whether it can be accepted where it is said what is done instead.
    pub fn is_addressable(&self) -> bool {
        self.is_acceptable() && self.rule.addressable
    }

    fn is_acceptable(&self) -> bool {
        let is_of_a_thing = !self["resource_type"].is_empty();
        self.rule.waivable && self.rule.settled_by.is_empty() && is_of_a_thing && self["waived"] == "false"
    }
}

impl Desk {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let copied =
            Command::new("cp").arg("-a").arg(SCANNED.path().join("audits")).arg(folder.path()).status();
        assert!(copied.unwrap().success());
        let table = Table::read(&folder.path().join("audits/latest/findings.csv"), b',');
        Self { folder, table }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        program(self.path(), arguments)
    }

    /// Saves the table and imports it.
    pub fn import(&self, arguments: &[&str]) -> Said {
        fs::write(self.path().join("table.csv"), self.bytes(b',', "\r\n")).unwrap();
        self.run(&[&["review", "import", "table.csv"], arguments].concat())
    }

    pub fn reviews(&self) -> Intent {
        Intent::read_reviews(&self.path().join("reviews.toml")).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Scans once more, in a later second, and returns the findings by their ids.
    pub fn scan_again(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let before = fs::canonicalize(self.path().join("audits/latest")).unwrap();
        let name = before.file_name().unwrap().to_str().unwrap();
        while jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string() == name {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let ended = self.run(&["scan", "--demo"]);
        assert!([0, 1, 3].contains(&ended.code), "{}", ended.stderr);
        assert_ne!(fs::canonicalize(self.path().join("audits/latest")).unwrap(), before);
        Table::read(&self.path().join("audits/latest/findings.csv"), b',').by_id()
    }

    pub fn by_id(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        self.table.by_id()
    }

    /// The places of the rows that fit.
    pub fn rows(&self, fits: impl Fn(&RuledRow) -> bool) -> Vec<usize> {
        let rules: BTreeMap<String, Rule> =
            built_in().unwrap().iter().map(|check| (check.id.clone(), check.rule())).collect();
        let ruled = (0..self.len()).map(|at| {
            let cells = self.table.cells(at);
            RuledRow { rule: rules[&cells["check_id"]].clone(), cells }
        });
        ruled.enumerate().filter(|(_, row)| fits(row)).map(|(at, _)| at).collect()
    }

    /// The first of them.
    pub fn row(&self, fits: impl Fn(&RuledRow) -> bool) -> usize {
        self.other(&[], fits)
    }

    /// The first that is none of these.
    pub fn other(&self, than: &[usize], fits: impl Fn(&RuledRow) -> bool) -> usize {
        *self.rows(fits).iter().find(|row| !than.contains(row)).expect("no such row")
    }

    pub fn decide(&mut self, row: usize, decision: &str, reason: &str, by: &str, expires: &str) {
        for (column, text) in [
            ("decision", decision),
            ("decision_reason", reason),
            ("decision_by", by),
            ("decision_expires", expires),
        ] {
            self.set(row, column, text);
        }
    }

    pub fn get(&self, row: usize, column: &str) -> String {
        self.table.rows[row][self.table.place(column)].clone()
    }

    pub fn set(&mut self, row: usize, column: &str, text: &str) {
        let place = self.table.place(column);
        text.clone_into(&mut self.table.rows[row][place]);
    }

    pub fn len(&self) -> usize {
        self.table.rows.len()
    }

    pub fn copy(&mut self, row: usize) -> usize {
        let copy = self.table.rows[row].clone();
        self.table.rows.push(copy);
        self.len() - 1
    }

    pub fn keep_rows(&mut self, rows: &[usize]) {
        self.table.rows = rows.iter().map(|row| self.table.rows[*row].clone()).collect();
    }

    pub fn reverse_columns(&mut self) {
        self.table.header.reverse();
        self.table.rows.iter_mut().for_each(|row| row.reverse());
    }

    pub fn add_column(&mut self, name: &str) {
        self.table.header.insert(1, name.to_owned());
        self.table.rows.iter_mut().for_each(|row| row.insert(1, "x".to_owned()));
    }

    pub fn drop_column(&mut self, name: &str) {
        let place = self.table.place(name);
        self.table.header.remove(place);
        self.table.rows.iter_mut().for_each(|row| drop(row.remove(place)));
    }

    pub fn clone_table(&self) -> Table {
        self.table.clone()
    }

    pub fn bytes(&self, delimiter: u8, line_end: &str) -> Vec<u8> {
        self.table.bytes(delimiter, line_end)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

impl Table {
    pub fn read(path: &Path, delimiter: u8) -> Self {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_path(path).unwrap();
        let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = owned(reader.headers().unwrap());
        let rows = reader.records().map(|record| owned(&record.unwrap())).collect();
        Self { header, rows }
    }

    fn place(&self, column: &str) -> usize {
        self.header.iter().position(|name| name == column).unwrap()
    }

    fn cells(&self, row: usize) -> BTreeMap<String, String> {
        self.header.iter().cloned().zip(self.rows[row].iter().cloned()).collect()
    }

    pub fn by_id(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        (0..self.rows.len()).map(|row| self.cells(row)).map(|row| (row["finding_id"].clone(), row)).collect()
    }

    pub fn map(&mut self, change: impl Fn(&str, &str) -> String) {
        for row in &mut self.rows {
            for (name, cell) in self.header.iter().zip(row) {
                *cell = change(name, cell);
            }
        }
    }

    pub fn bytes(&self, delimiter: u8, line_end: &str) -> Vec<u8> {
        let terminator = match line_end {
            "\n" => csv::Terminator::Any(b'\n'),
            "\r" => csv::Terminator::Any(b'\r'),
            _ => csv::Terminator::CRLF,
        };
        let mut writer =
            csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
        writer.write_record(&self.header).unwrap();
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        writer.into_inner().unwrap()
    }
}
