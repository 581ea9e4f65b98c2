//! Whether two scans came to the same: evidence, findings and reports, but for their times and names.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use twilio_audit::report::Format;

/// Everything of a scan, with its times, its name and the simulator's port taken out, and each hash replaced by the place of its first row.
#[derive(Debug, PartialEq, Eq)]
pub struct Result {
    /// The rows of each table of the store, in order.
    tables: BTreeMap<String, Vec<String>>,
    /// Each report.
    reports: BTreeMap<&'static str, String>,
}

impl Result {
    /// Reads a scan.
    pub fn of(scan: &Path) -> Self {
        // The last two kinds are a moment in milliseconds, and one in words.
        let times = regex::Regex::new(
            r#"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z|\d{8}T\d{6}Z|127\.0\.0\.1:\d+|time":\d{13}|\d+ [A-Z][a-z]+ \d{4}, \d{2}:\d{2} UTC"#,
        )
        .unwrap();
        let reports = Format::OF_A_SCAN.map(|format| {
            let name = format.file_name();
            let text = fs::read_to_string(scan.join(name)).unwrap();
            (name, times.replace_all(&spelt_out(&text), "TIME").into_owned())
        });
        let store = Connection::open(scan.join("evidence.db")).unwrap();
        let mut names =
            store.prepare("select name from sqlite_schema where type = 'table' order by name").unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(|r| r.unwrap()).collect();
        let rows = |name: &String| {
            let mut rows = rows(&store, name);
            for row in &mut rows {
                *row = times.replace_all(row, "TIME").into_owned();
            }
            (name.clone(), rows)
        };
        Self { tables: names.iter().map(rows).collect(), reports: reports.into() }
    }

    /// Insists that another came to the same, and says where not.
    pub fn must_be(&self, other: &Self) {
        assert_eq!(self.tables.keys().collect::<Vec<_>>(), other.tables.keys().collect::<Vec<_>>());
        for (name, rows) in &self.tables {
            assert_same(name, rows, &other.tables[name]);
        }
        for (name, text) in &self.reports {
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
            assert_same(name, &lines(text), &lines(&other.reports[name]));
            assert!(*text == other.reports[name], "{name} differs in its line ends");
        }
    }

    /// The number of rows in all tables.
    pub fn rows(&self) -> usize {
        self.tables.values().map(Vec::len).sum()
    }
}

/// The data in a page with every text in its place instead of its number: two times that are one in this scan are two in
/// another, and all numbers behind them differ then.
fn spelt_out(page: &str) -> String {
    const BEGIN: &str = r#"<script type="application/json" id="data">"#;
    let Some((before, rest)) = page.split_once(BEGIN) else { return page.to_owned() };
    let (data, after) = rest.split_once("</script>").unwrap();
    let mut data: serde_json::Value = serde_json::from_str(data).unwrap();
    let texts = data["texts"].take();
    for list in ["checks", "accounts"] {
        for one in data[list].as_array_mut().unwrap() {
            one.as_object_mut().unwrap().values_mut().for_each(|value| spell_out(value, &texts));
        }
    }
    for finding in data["findings"].as_array_mut().unwrap() {
        finding
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .filter(|part| part.is_array())
            .for_each(|part| spell_out(part, &texts));
    }
    format!("{before}{BEGIN}{data:#}</script>{after}")
}

fn spell_out(value: &mut serde_json::Value, texts: &serde_json::Value) {
    match value {
        serde_json::Value::Array(list) => list.iter_mut().for_each(|one| spell_out(one, texts)),
        serde_json::Value::Number(place) => *value = texts[place.as_u64().unwrap() as usize].clone(),
        _ => {}
    }
}

fn assert_same(name: &str, one: &[String], other: &[String]) {
    for (place, (one, other)) in one.iter().zip(other).enumerate() {
        assert_eq!(one, other, "{name}, row {place}");
    }
    assert_eq!(one.len(), other.len(), "{name}");
}

/// The rows of a table, sorted. The place of a notice is the order in which it happened to arrive.
fn rows(store: &Connection, table: &str) -> Vec<String> {
    let all = format!("select * from {table}");
    // By account, parent and SID, where there are such: the order in which hashes are met.
    let ordered = format!("{all} order by 1, 2, 3");
    let mut statement = store.prepare(&ordered).or_else(|_| store.prepare(&all)).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut all = Vec::new();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let values = columns.iter().enumerate().map(|(place, column)| {
            let value: Value = row.get(place).unwrap();
            match (column.as_str(), value) {
                ("place", _) => String::new(),
                (name, Value::Text(hash)) if name.ends_with("_hash") => {
                    let first = known.len();
                    format!("hash {}", known.entry(hash).or_insert(first))
                }
                (_, value) => format!("{value:?}"),
            }
        });
        all.push(values.collect::<Vec<_>>().join(", "));
    }
    all.sort_unstable();
    all
}
