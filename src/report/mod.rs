//! What people and programs read of a finished scan, one file per format, and of the permissions for one.
//!
//! It knows the plain model and nothing of Twilio, SQL or the network.

pub mod answer;
mod blind_spots;
mod cell;
pub mod check_page;
pub mod checks;
mod coverage_csv;
mod coverage_table;
mod coverage_words;
mod csv_file;
mod decisions;
mod diff;
pub mod examination;
mod finding;
mod findings_csv;
mod fix;
mod format;
mod gate;
mod grid;
mod html;
mod inventory_csv;
mod json;
mod junit;
mod markdown;
mod markdown_text;
mod metrics;
mod not_read;
mod ocsf;
mod options;
mod page_policy;
mod paragraph;
pub mod permissions;
mod plan;
mod sarif;
mod terminal;
mod trend;
mod verdict;
pub mod verification;
mod write;

pub use blind_spots::BLIND_SPOTS;
pub use cell::printable;
pub use coverage_csv::coverage_columns;
pub use coverage_words::unread_lists;
pub use csv_file::CsvLayout;
pub use decisions::{DecisionLine, decisions, in_short};
pub use diff::{DiffFormat, diff};
pub use finding::show;
pub use findings_csv::{FINDING_COLUMNS, finding_row, findings_columns};
pub use fix::{
    FIX_PAGE_BEGINS, fix_plan_markdown, fix_plan_schema, fix_plan_summary, fix_steps, fix_undo_steps,
};
pub use format::Format;
pub use gate::{AsOf, GateFormat, MAX_AGE, Seal, gate, gate_schema};
pub use inventory_csv::inventory;
pub use json::findings_schema;
pub use metrics::{LastRun, metrics};
pub use options::Options;
pub use paragraph::{filled, width};
pub use plan::plan;
pub use terminal::summary;
pub use trend::{TrendFormat, trend};
pub use write::{write_file, write_files};
