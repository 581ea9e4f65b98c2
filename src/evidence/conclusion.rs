//! What was concluded from the evidence: stored with it, so that a report can be written again as it was.

use rusqlite::params;

use super::error::{EvidenceError, sql};
use super::store::Store;
use crate::model::{Matrix, Outcome, Scan, Severity, Tally};

impl Store {
    /// Stores what a finished scan says.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn conclude(&self, scan: &Scan) -> Result<(), EvidenceError> {
        let document = serde_json::to_string(scan).map_err(|_| EvidenceError::Conclusion)?;
        self.run("insert or replace into conclusion values (1, ?)", params![document])
    }

    /// What the finished scan says.
    ///
    /// # Errors
    ///
    /// [`EvidenceError::Unfinished`] where nothing was concluded yet; others when the file cannot be read.
    pub fn conclusion(&self) -> Result<Scan, EvidenceError> {
        let connection = self.connection();
        let document: String = match connection.query_row("select scan from conclusion", [], |row| row.get(0))
        {
            Err(rusqlite::Error::QueryReturnedNoRows) => return Err(EvidenceError::Unfinished),
            read => read.map_err(sql("read"))?,
        };
        let mut scan: Scan = serde_json::from_str(&document).map_err(|_| EvidenceError::Conclusion)?;
        scan.matrix = Matrix::of(&scan.accounts, &scan.product_of, &scan.needed_by, self)
            .map_err(|_| EvidenceError::Conclusion)?;
        scan.trend = self.trend()?;
        scan.readings = self.count_readings()?;
        scan.tally = self.tally().map_err(sql("read"))?;
        Ok(scan)
    }

    fn tally(&self) -> rusqlite::Result<Tally> {
        let mut tally = Tally::default();
        let mut statement = self.connection().prepare(
            "select outcome, severity, waived, sum(findings) as findings from tally group by 1, 2, 3",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (outcome, severity): (String, String) = (row.get("outcome")?, row.get("severity")?);
            let unreadable = |word: &str| rusqlite::Error::InvalidColumnName(word.to_owned());
            let outcome = Outcome::from_word(&outcome).ok_or_else(|| unreadable(&outcome))?;
            let severity = Severity::from_word(&severity).ok_or_else(|| unreadable(&severity))?;
            let findings: i64 = row.get("findings")?;
            let findings = usize::try_from(findings).unwrap_or_default();
            tally.add_many((outcome, severity, row.get("waived")?), findings);
        }
        Ok(tally)
    }
}
