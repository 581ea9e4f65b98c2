//! `gate.json`: the statement for programs.

use std::io::{self, Write};

use schemars::generate::SchemaSettings;

use super::statement::Statement;

/// The JSON Schema of the file: indented, and the same for the same program.
pub fn gate_schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Statement<'_>>();
    schema.insert("title".to_owned(), "gate.json of twilio-audit".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// Writes the statement.
pub(super) fn write(statement: &Statement<'_>, mut to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut to, statement)?;
    to.write_all(b"\n")
}
