//! What people vouched for and accepted, with what became of it by the day of the scan.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::check_file::{CheckError, CheckFile};
use super::compile::prepare;
use crate::evidence::Store;
use crate::model::{Accepted, Attested, Declaration, DeclaredBaa, day_of};

const ATTESTATIONS: &str = "
select coalesce(id, '') as id, coalesce(account_sid, '') as account_sid, coalesce(host, '') as host,
       coalesce(value, '') as value, coalesce(attested_by, '') as attested_by,
       coalesce(attested_on, '') as attested_on, coalesce(expires_on, '') as expires_on,
       coalesce(max_age_days, 0) as max_age_days, coalesce(evidence, '') as evidence,
       coalesce(evidence_sha256, '') as evidence_sha256, coalesce(problem, '') as problem
from attestation";

const WAIVERS: &str = "
select check_id, coalesce(account_sid, '') as account_sid, coalesce(resource, '') as resource, reason,
       coalesce(finding_id, '') as finding_id, coalesce(as_seen, '') as as_seen, coalesce(decision, 'accept') as decision,
       coalesce(equivalent_measure, '') as equivalent_measure, approved_by,
       coalesce(decided_on, '') as decided_on, expires_on,
       expires_on <= ?1 as is_over
from intent_waiver";

const BAA: &str = "
select coalesce(executed_on, '') as executed_on, coalesce(expires_on, '') as expires_on,
       coalesce(reviewed_on, '') as reviewed_on, coalesce(counterparty, '') as counterparty,
       coalesce(covered_party, '') as covered_party, coalesce(reference, '') as reference,
       coalesce(document_sha256, '') as document_sha256
from intent_baa";

const DECLARATIONS: &str = "
with declared (what, says, evidence_sha256, expires_on) as (
  select 'the BAA of the vendor ' || name, 'executed on ' || coalesce(baa_executed_on, '(no day)'), null, expires_on
  from intent_vendor
  union all
  select 'the override of the product ' || product, status || ': ' || coalesce(reason, ''), evidence_sha256, expires_on
  from intent_catalogue_override
  union all
  select 'what was declared of ' || product || ' without PHI', account_sid || ': ' || coalesce(reason, ''), null, expires_on
  from intent_product_without_phi
  union all
  select distinct 'that ' || pattern || ' is a host of your own', '', null, null
  from intent_webhook_host where operated_by = 'self'
)
select coalesce(what, '') as what, coalesce(says, '') as says, coalesce(evidence_sha256, '') as evidence_sha256,
       coalesce(expires_on, '') as expires_on
from declared order by expires_on = '', expires_on, what, says";

/// What people declared, as of a moment.
#[derive(Debug, Clone)]
pub struct Declared {
    /// What they vouched for.
    pub attestations: Vec<Attested>,
    /// What they accepted.
    pub waivers: Vec<Accepted>,
    /// Their BAA.
    pub baa: Option<DeclaredBaa>,
    /// What else they declared that findings rest on.
    pub declarations: Vec<Declaration>,
}

/// What people declared for a scan, as of a moment.
///
/// # Errors
///
/// When the store cannot be read.
pub fn declared(store: &Store, moment: Timestamp) -> Result<Declared, CheckError> {
    read(store.connection(), moment).map_err(|error| CheckFile::new("evidence.db", "").error(None, error))
}

fn read(connection: &Connection, moment: Timestamp) -> rusqlite::Result<Declared> {
    prepare(connection, moment)?;
    let attestations =
        connection.prepare(ATTESTATIONS)?.query_map([], attested)?.collect::<Result<_, _>>()?;
    let today = day_of(moment).to_string();
    let waivers = connection.prepare(WAIVERS)?.query_map([today], accepted)?.collect::<Result<_, _>>()?;
    let products = "select name from intent_covered_product order by name";
    let products =
        connection.prepare(products)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let baa = connection.query_row(BAA, [], |row| baa(row, products)).optional()?;
    let declarations =
        connection.prepare(DECLARATIONS)?.query_map([], declaration)?.collect::<Result<_, _>>()?;
    Ok(Declared { attestations, waivers, baa, declarations })
}

fn baa(row: &Row<'_>, covered_products: Vec<String>) -> rusqlite::Result<DeclaredBaa> {
    Ok(DeclaredBaa {
        executed_on: row.get("executed_on")?,
        expires_on: row.get("expires_on")?,
        reviewed_on: row.get("reviewed_on")?,
        counterparty: row.get("counterparty")?,
        covered_party: row.get("covered_party")?,
        reference: row.get("reference")?,
        document_sha256: row.get("document_sha256")?,
        covered_products,
    })
}

fn declaration(row: &Row<'_>) -> rusqlite::Result<Declaration> {
    Ok(Declaration {
        what: row.get("what")?,
        says: row.get("says")?,
        evidence_sha256: row.get("evidence_sha256")?,
        expires_on: row.get("expires_on")?,
    })
}

fn attested(row: &Row<'_>) -> rusqlite::Result<Attested> {
    let (on, expires_on): (String, String) = (row.get("attested_on")?, row.get("expires_on")?);
    Ok(Attested {
        id: row.get("id")?,
        account_sid: row.get("account_sid")?,
        host: row.get("host")?,
        value: row.get("value")?,
        by: row.get("attested_by")?,
        counts_until: counts_until(&on, &expires_on, row.get("max_age_days")?),
        on,
        evidence: row.get("evidence")?,
        evidence_sha256: row.get("evidence_sha256")?,
        problem: row.get("problem")?,
        doubted_by: String::new(),
        left_open_by: String::new(),
    })
}

/// The last day on which an attestation counts: that of its greatest age, or its own end where that is earlier.
fn counts_until(on: &str, expires_on: &str, max_age_days: i64) -> String {
    let Ok(on) = on.parse::<Date>() else { return String::new() };
    let oldest = on.saturating_add(max_age_days.days());
    expires_on.parse::<Date>().map_or(oldest, |end| end.min(oldest)).to_string()
}

fn accepted(row: &Row<'_>) -> rusqlite::Result<Accepted> {
    Ok(Accepted {
        finding_id: row.get("finding_id")?,
        as_seen: row.get("as_seen")?,
        decision: row.get("decision")?,
        check_id: row.get("check_id")?,
        account_sid: row.get("account_sid")?,
        resource: row.get("resource")?,
        reason: row.get("reason")?,
        equivalent_measure: row.get("equivalent_measure")?,
        approved_by: row.get("approved_by")?,
        decided_on: row.get("decided_on")?,
        expires_on: row.get("expires_on")?,
        is_over: row.get("is_over")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attestation_counts_to_its_greatest_age_or_to_an_earlier_end_of_its_own() {
        for (on, expires_on, expected) in [
            ("2026-11-23", "", "2027-02-21"),
            ("2026-11-23", "2026-12-31", "2026-12-31"),
            ("2026-11-23", "2028-12-31", "2027-02-21"),
            ("soon", "2026-12-31", ""),
        ] {
            assert_eq!(counts_until(on, expires_on, 90), expected, "{on} {expires_on}");
        }
    }
}
