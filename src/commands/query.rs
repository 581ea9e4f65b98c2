//! `query`: a question in SQL over the evidence of a scan.

use std::path::Path;

use jiff::Timestamp;

use super::check_time::CheckTime;
use super::chosen_scan::NamedScan;
use super::printing::print;
use super::stored_scan::open_store;
use super::{Exit, Stop};
use crate::audit::{self, CheckError, Reader};
use crate::evidence::Store;
use crate::model::did_you_mean;
use crate::report::{answer as report, unread_lists};

/// Ask the evidence of a scan in SQL
///
/// There is a table for each kind of resource, the tables and views that checks use, and their functions. Nothing
/// can be changed. For example:
///
/// `twilio-audit query "select account_sid, url from webhook where url_scheme(url) = 'http'"`
///
/// `twilio-audit query --tables` names what there is to ask.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The question
    #[arg(required_unless_present = "tables")]
    sql: Option<String>,
    #[command(flatten)]
    scan: NamedScan,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Table, env = "TWILIO_AUDIT_FORMAT")]
    format: Format,
    /// Name the tables and views with their columns instead
    #[arg(long, conflicts_with = "sql")]
    tables: bool,
    #[command(flatten)]
    check_time: CheckTime,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For spreadsheets
    Csv,
    /// For programs: a list of objects
    Json,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, or SQLite refuses the question.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let mut store = open_store(args.scan.folder())?;
    let moment = store.started_at().map_err(Stop::with(Exit::Usage))?;
    let answer = match &args.sql {
        Some(sql) => {
            warn_of_gaps(&store)?;
            let reader = Reader::of(&mut store, moment).map_err(Stop::with(Exit::Broken))?;
            let mut reader = reader.within(args.check_time.allowance());
            reader.ask(sql).map_err(|error| with_near_names(error, args.scan.folder(), moment))?
        }
        None => audit::tables(&store, moment).map_err(Stop::with(Exit::Broken))?,
    };
    if answer.is_cut {
        tracing::warn!("the answer is longer: only its first {} rows are shown", answer.rows.len());
    }
    print(|out| match args.format {
        Format::Table if args.tables => report::tables(&answer.rows, out),
        Format::Table => report::table(&answer.columns, &answer.rows, out),
        Format::Csv => report::csv(&answer.columns, &answer.rows, out),
        Format::Json => report::json(&answer.columns, &answer.rows, out),
    })?;
    Ok(Exit::Complete)
}

/// What a question was refused for; of a table that is not there, what it may have been meant to be.
fn with_near_names(error: CheckError, scan: &Path, moment: Timestamp) -> Stop {
    let sentence = error.to_string();
    let stop = Stop::new(Exit::Usage, error);
    let Some((_, name)) = sentence.rsplit_once("no such table: ") else { return stop };
    // Asked anew: the store that refused the question lets nobody look at its schema.
    let tables = open_store(scan).ok().and_then(|store| audit::tables(&store, moment).ok());
    let rows = tables.map(|answer| answer.rows).unwrap_or_default();
    let known: Vec<&str> = rows.iter().filter_map(|row| row.first()?.as_str()).collect();
    let meant = did_you_mean(name.trim(), known.into_iter());
    let meant = meant.map(|question| format!("{question} ")).unwrap_or_default();
    stop.adding(&format!("{meant}`twilio-audit query --tables` names all"))
}

/// Says on standard error what an answer cannot know: nobody shall read "none" out of a table that was not read.
fn warn_of_gaps(store: &Store) -> Result<(), Stop> {
    match store.conclusion() {
        Err(_) => tracing::warn!("this scan is not finished: what it has not read yet is in no answer"),
        Ok(scan) => {
            if let Some(unread) = unread_lists(&scan, store).map_err(Stop::with(Exit::Broken))? {
                tracing::warn!("{unread}");
            }
        }
    }
    Ok(())
}
