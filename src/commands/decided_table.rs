//! A reviewer's table, held row by row against the scan that it comes from.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use jiff::civil::Date;

use super::stored_scan::StoredScan;
use super::{Exit, Stop};
use crate::intent::secret_in;
use crate::model::{Finding, ScanId, day_of, first_of};
use crate::report::{FINDING_COLUMNS, finding_row, in_short};
use crate::review::{
    DECISION_COLUMNS, Decided, Difference, FREE_COLUMNS, Judge, Misfit, Refusal, Row, Sheet, Unreadable,
    agreed, compare, order_of,
};

/// What a table decides.
pub(super) struct Read {
    pub(super) decided: Vec<Decided>,
    /// What the reviewer should know besides.
    pub(super) remarks: Vec<String>,
}

/// Columns without which no row can be understood.
const NEEDED: [&str; 6] =
    ["finding_id", "scan_id", "decision", "decision_reason", "decision_by", "decision_expires"];

/// So many problems are told; of more there is a number.
const MOST_REFUSALS: usize = 1000;

/// A table while it is read.
struct Reading {
    judge: Judge,
    decided: Vec<Decided>,
    refusals: Vec<Refusal>,
    more: usize,
    /// Rows whose letters are garbled.
    garbled: usize,
    /// The rows that say something and decide nothing.
    undecided: Vec<usize>,
}

/// Reads the decisions of a table. `scan` is where its scan should be.
pub(super) fn read_table(path: &Path, scan: &Path, today: Date) -> Result<Read, Stop> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let unusable = |error: Unreadable| match error {
        Unreadable::Io(error) if error.kind() == ErrorKind::NotFound => Stop::new(
            Exit::Usage,
            anyhow!(
                "there is no table {}: `twilio-audit review export --to FILE` writes one to decide",
                path.display()
            ),
        ),
        error => Stop::new(Exit::Usage, anyhow!("{name}: {error}")),
    };
    let mut sheet = Sheet::open(path, &FINDING_COLUMNS, &NEEDED).map_err(unusable)?;
    let mut reading = Reading {
        judge: Judge { today, scanned_on: today, order: None },
        decided: Vec::new(),
        refusals: Vec::new(),
        more: 0,
        garbled: 0,
        undecided: Vec::new(),
    };
    let mut stored: Option<StoredScan> = None;
    for row in sheet.by_ref() {
        let row = row.map_err(unusable)?;
        if row.is_blank() {
            continue;
        }
        if row.misfit.is_some() && !names_a_finding(&row) {
            reading.refuse(moved(&row, "finding_id", 0));
            continue;
        }
        let stored = match &mut stored {
            Some(stored) => stored,
            empty => {
                let stored = scan_of(row.cell("scan_id"), scan, &name)?;
                reading.judge.scanned_on = day_of(stored.scan.started_at);
                is_recent(&stored, today)?;
                empty.insert(stored)
            }
        };
        reading.take(&row, stored)?;
    }
    let remarks = remarks(&sheet, &reading.undecided);
    Ok(Read { decided: reading.end(&name)?, remarks })
}

/// So many cells that are not as they were written have one cause.
const MOVED: usize = 4;

/// Whether the cells by which a row is known hold what belongs there.
fn names_a_finding(row: &Row) -> bool {
    row.cell("finding_id").starts_with("twa-") && ScanId::from_name(row.cell("scan_id")).is_some()
}

/// One refusal for a row of which so many cells, from this column on, are not as they were written.
fn moved(row: &Row, column: &'static str, edited: usize) -> Refusal {
    let why = match row.misfit {
        Some(Misfit { cells, header }) if cells < header => format!(
            "the row has {cells} cells and the header {header}: a cell is gone, or a quotation mark is missing"
        ),
        Some(Misfit { cells, header }) => format!(
            "the row has {cells} cells and the header {header}: a text lost the quotation marks around it, or a \
             cell was added"
        ),
        None => format!("from here on {edited} cells are not as they were written: cells were moved"),
    };
    let place = if row.line == row.number as u64 {
        String::new()
    } else {
        format!(" (line {} of the file)", row.line)
    };
    let what = format!("{why}{place}. Take this row from a new `twilio-audit review export`");
    Refusal { row: row.number, column, what }
}

/// Rows that are named before it says how many more there are.
const NAMED_ROWS: usize = 10;

/// Days for which the findings of a scan can be decided: as far back as Twilio's events show what has changed since.
const RECENT_DAYS: i32 = 30;

fn is_recent(stored: &StoredScan, today: Date) -> Result<(), Stop> {
    let days = (today - day_of(stored.scan.started_at)).get_days();
    if days <= RECENT_DAYS {
        return Ok(());
    }
    let id = &stored.scan.id;
    let error = anyhow!("the scan {id} is {days} days old, too old to decide its findings: scan again");
    Err(Stop::new(Exit::Usage, error))
}

/// Opens the scan of this name: the named folder, or one beside it.
fn scan_of(id: &str, folder: &Path, table: &str) -> Result<StoredScan, Stop> {
    let named = StoredScan::open(folder);
    if named.as_ref().is_ok_and(|stored| stored.scan.id.as_str() == id) {
        return named;
    }
    // What stands in a cell must not lead anywhere.
    let is_name = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    let real = folder.canonicalize().ok();
    let beside: Vec<PathBuf> = [Some(folder), real.as_deref()]
        .into_iter()
        .flatten()
        .filter_map(|folder| folder.parent())
        .map(|output| output.join(id))
        .collect();
    let found = beside.iter().filter(|path| is_name && path.join("evidence.db").is_file());
    let mut found = found.filter_map(|path| StoredScan::open(path).ok());
    if let Some(stored) = found.find(|stored| stored.scan.id.as_str() == id) {
        return Ok(stored);
    }
    let other = match named {
        Ok(stored) => format!("{} is {}", folder.display(), stored.scan.id),
        Err(stop) => return Err(stop),
    };
    let error =
        anyhow!("{table} is of the scan {}, and {other}: name the folder of its scan", in_short(id, 40));
    Err(Stop::new(Exit::Usage, error))
}

impl Reading {
    fn take(&mut self, row: &Row, stored: &StoredScan) -> Result<(), Stop> {
        let id = row.cell("finding_id");
        let finding = stored.store.finding(id).map_err(Stop::with(Exit::Broken))?;
        let Some(finding) = finding else {
            let what = format!("the scan {} has no finding `{}`", stored.scan.id, in_short(id, 40));
            self.refuse(Refusal { row: row.number, column: "finding_id", what });
            return Ok(());
        };
        let edited = self.compare(row, stored, &finding);
        if let Some(first) = edited.first()
            && (row.misfit.is_some() || edited.len() >= MOVED)
        {
            // What is decided there may be another row's.
            self.refuse(moved(row, first.column, edited.len()));
            return Ok(());
        }
        edited.into_iter().for_each(|refusal| self.refuse(refusal));
        let Some(rule) = stored.scan.rule(&finding.check_id) else {
            let what = format!("the scan knows no check `{}`", finding.check_id);
            self.refuse(Refusal { row: row.number, column: "check_id", what });
            return Ok(());
        };
        match self.judge.decide(row, &finding, rule) {
            Ok(Some(decided)) => self.decided.push(decided),
            Ok(None) => {
                let says = DECISION_COLUMNS.iter().any(|column| !row.cell(column).is_empty());
                self.undecided.extend(says.then_some(row.number));
            }
            Err(refusals) => refusals.into_iter().for_each(|refusal| self.refuse(refusal)),
        }
        Ok(())
    }

    /// What is not as it was written but for the decision. Learns from the row how days are written.
    fn compare(&mut self, row: &Row, stored: &StoredScan, finding: &Finding) -> Vec<Refusal> {
        let written = finding_row(&stored.scan, finding);
        let (mut is_garbled, mut edited) = (false, Vec::new());
        for (place, column, found) in row
            .cells()
            .filter(|(_, column, _)| !DECISION_COLUMNS.contains(column) && !FREE_COLUMNS.contains(column))
        {
            let Some(written) = written.get(place) else { continue };
            self.judge.order = self.judge.order.or_else(|| order_of(written, found));
            match compare(written, found) {
                Difference::None => {}
                Difference::Garbled if is_garbled => {}
                Difference::Garbled => {
                    is_garbled = true;
                    self.garble(row.number, column);
                }
                Difference::Edited => {
                    let shown =
                        |text| if secret_in(text).is_some() { "…".to_owned() } else { in_short(text, 60) };
                    let (was, is) = (shown(written), shown(found));
                    let what = format!("it was `{was}` and is `{is}`: only the decision may be edited");
                    edited.push(Refusal { row: row.number, column, what });
                }
            }
        }
        edited
    }

    /// The first garbled row stands for all: they have one cause.
    fn garble(&mut self, row: usize, column: &'static str) {
        if self.garbled == 0 {
            let what = "its letters are garbled: open the file as UTF-8 and save it as CSV UTF-8".to_owned();
            self.refuse(Refusal { row, column, what });
        }
        self.garbled += 1;
    }

    fn refuse(&mut self, refusal: Refusal) {
        if self.refusals.len() < MOST_REFUSALS {
            self.refusals.push(refusal);
        } else {
            self.more += 1;
        }
    }

    /// The decisions, if there is nothing wrong with any of them.
    fn end(mut self, name: &str) -> Result<Vec<Decided>, Stop> {
        let decided = match agreed(std::mem::take(&mut self.decided)) {
            Ok(decided) => decided,
            Err(refusals) => {
                refusals.into_iter().for_each(|refusal| self.refuse(refusal));
                Vec::new()
            }
        };
        if self.refusals.is_empty() {
            return Ok(decided);
        }
        self.refusals.sort_by_key(|refusal| refusal.row);
        let mut lines: Vec<String> =
            self.refusals.iter().map(|refusal| format!("{name} {refusal}")).collect();
        if self.garbled > 1 {
            lines.push(format!("{name}: {} more rows are garbled", self.garbled - 1));
        }
        if self.more > 0 {
            lines.push(format!("{name}: {} more cells", self.more));
        }
        let error = anyhow!("nothing is written, for these cells cannot be taken:\n{}", lines.join("\n"));
        Err(Stop::new(Exit::Usage, error))
    }
}

fn remarks(sheet: &Sheet, undecided: &[usize]) -> Vec<String> {
    let mut remarks = Vec::new();
    if !sheet.ignored.is_empty() {
        remarks.push(format!("Columns that are ignored: {}.", in_short(&sheet.ignored.join(", "), 200)));
    }
    let absent = sheet.absent();
    if !absent.is_empty() {
        remarks.push(format!("Columns that are not there, and so were not compared: {}.", absent.join(", ")));
    }
    if !undecided.is_empty() {
        let rows: Vec<String> = undecided.iter().map(ToString::to_string).collect();
        let rows = first_of(&rows, NAMED_ROWS);
        remarks.push(format!("Rows with a reason, a name or a day and no decision, left alone: {rows}."));
    }
    remarks
}
