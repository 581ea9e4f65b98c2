//! The tables of the store: those of the catalogue's kinds, of what is declared, and of the scan itself.

use std::fmt::Write as _;

use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::{Batch, Connection, Statement};

use crate::catalogue::{KINDS, Kind};

/// Raised whenever a table or column changes, or is worded otherwise: a store is held against these words.
pub(super) const LAYOUT: i64 = 7;

/// The tables that do not depend on the catalogue.
const FIXED_TABLES: &str = "
create table scan (
  scan_id text not null, started_at text not null, written_by text not null, catalogue_version text not null,
  layout integer not null, intent_declared integer not null, derived_tokens integer not null
) strict;

create table choice (name text primary key, value text not null) strict, without rowid;

create table notice (
  place integer primary key, sentence text not null, of_unusable_credential integer not null
) strict;

create table scan_account (
  account_sid text primary key, name text, status text, is_parent integer not null, is_root integer not null,
  has_subaccounts integer not null, credential_kind text not null
) strict;

create table coverage (
  account_sid text not null, resource_type text not null, parent_sid text not null, status text not null,
  http_status integer, twilio_code integer, missing_permission text, credential_kind text,
  rows integer not null, pages integer not null, read_at text not null, reason text not null,
  primary key (account_sid, resource_type, parent_sid)
) strict, without rowid;

create table finding (
  finding_id text primary key, change text not null, outcome text not null, waived integer not null,
  severity text not null, blocks_go_live integer not null, check_id text not null,
  title text not null, family text not null, account_sid text not null, account_name text not null,
  phi integer not null, environment text not null, product text not null, resource_type text not null,
  resource_sid text not null, resource_name text not null, field text not null, reason text not null,
  evidence text not null, remediation text not null, fix_command text not null, console_url text not null,
  citations text not null, sources text not null, first_seen text not null, last_seen text not null,
  owner text not null
) strict;

create table tally (
  check_id text not null, outcome text not null, severity text not null, waived integer not null,
  findings integer not null, primary key (check_id, outcome, severity, waived)
) strict, without rowid;

create table trend (
  place integer primary key, scan_id text not null, started_at text not null, complete integer not null,
  critical integer not null, high integer not null, medium integer not null, low integer not null,
  manual integer not null, not_assessed integer not null, new integer not null, fixed integer not null,
  lost_sight integer not null, ready integer not null, not_ready integer not null, cannot_say integer not null
) strict;

create table conclusion (only_one integer primary key check (only_one = 1), scan text not null) strict;

create table attestation_rule (id text primary key, scope text not null, max_age_days integer not null) strict;
";

/// The tables that are there only as long as not everything is read: they let an interrupted scan go on.
pub(super) const UNFINISHED_TABLES: &str = "
create table hash_salt (salt blob not null) strict;

create table cursor (
  account_sid text not null, resource_type text not null, parent_sid text not null, next_page text not null,
  pages integer not null, has_changed integer not null, primary key (account_sid, resource_type, parent_sid)
) strict, without rowid;

create table link (
  account_sid text not null, resource_type text not null, parent_sid text not null, sid text not null,
  link text not null, primary key (account_sid, resource_type, parent_sid, sid)
) strict, without rowid;
";

/// What signing in showed before an interruption and speaks against the scan; made where there was one.
pub(super) const SIGNED_IN_BEFORE: &str = "
create table if not exists read_with_before (
  account_sid text not null, credential_kind text not null, primary key (account_sid, credential_kind)
) strict, without rowid;

create table if not exists account_tree_before as select * from account_tree where false;

create table if not exists twilio_account_before as select * from twilio_account where false;
";

/// Removes what an interrupted scan would need.
pub(super) const DROP_UNFINISHED_TABLES: &str = "
drop table hash_salt; drop table cursor; drop table link;
drop table read_with_before; drop table account_tree_before; drop table twilio_account_before;
";

/// The tables for what is declared, and what fills them.
const INTENT_TABLES: &str = include_str!("intent.sql");

/// Makes the tables of an empty store, in one transaction.
pub(super) fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("begin")?;
    connection.execute_batch(FIXED_TABLES)?;
    for kind in KINDS.iter() {
        connection.execute_batch(&create_table(kind))?;
    }
    each_intent_statement(connection, |statement| match statement.parameter_count() {
        0 => statement.execute([]).map(|_| ()),
        _ => Ok(()),
    })?;
    connection.execute_batch("commit")
}

/// Fills the tables for what is declared.
pub(super) fn fill_intent_tables(connection: &Connection, document: &str) -> rusqlite::Result<()> {
    each_intent_statement(connection, |statement| match statement.parameter_count() {
        0 => Ok(()),
        _ => statement.execute([document]).map(|_| ()),
    })
}

/// The statements of the tables for what is declared: those that make them have no parameter, those that fill them
/// take the whole declaration.
fn each_intent_statement(
    connection: &Connection,
    mut act: impl FnMut(&mut Statement<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut batch = Batch::new(connection, INTENT_TABLES);
    while let Some(mut statement) = batch.next()? {
        act(&mut statement)?;
    }
    Ok(())
}

fn create_table(kind: &Kind) -> String {
    let mut sql = format!(
        "create table {} (account_sid text not null, parent_sid text not null, sid text not null",
        kind.name
    );
    for column in kind.columns {
        let _ = write!(sql, ", \"{}\" {}", column.name, column.keep.sql_type());
    }
    sql.push_str(", primary key (account_sid, parent_sid, sid)) strict, without rowid;\n");
    sql
}

/// The statement that writes one row of a kind: account, parent, SID, then the columns in order. A row that is there
/// already gives way.
pub(super) fn replace_statement(kind: &Kind) -> String {
    format!("insert or replace into {} values ({})", kind.name, places(kind))
}

/// The same, but a row that is there already stays.
pub(super) fn insert_statement(kind: &Kind) -> String {
    format!("insert into {} values ({}) on conflict do nothing", kind.name, places(kind))
}

fn places(kind: &Kind) -> String {
    vec!["?"; kind.columns.len() + 3].join(", ")
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// A store is compared with these words: one that an older build made differs from them and must say why.
    #[test]
    fn whoever_changes_a_table_raises_the_layout() {
        let connection = Connection::open_in_memory().unwrap();
        make_tables(&connection).unwrap();
        let statements = "select group_concat(sql, char(10)) from \
                          (select sql from sqlite_schema where sql is not null order by type, name)";
        let made: String = connection.query_row(statements, [], |row| row.get(0)).unwrap();
        let made = Sha256::digest(made.as_bytes());
        let digits: String = made.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            (LAYOUT, digits.as_str()),
            (7, "ddf95e9ff2c54a66"),
            "raise LAYOUT, then write the digits here"
        );
    }
}
