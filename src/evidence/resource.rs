//! What was kept of one resource, and what else refers to it.

use rusqlite::types::ValueRef;
use serde_json::Value;

use super::error::{EvidenceError, sql};
use super::store::Store;
use crate::catalogue::{Column, KINDS, Keep, Kind};
use crate::model::Dependent;

/// Others of one kind that are named where a resource is depended on.
const EXAMPLES: usize = 10;

/// One resource, as the scan saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenResource {
    /// The SID of what it is listed under; empty where that is the account.
    pub parent_sid: String,
    /// What was kept of it.
    pub fields: Vec<SeenField>,
}

/// What was kept of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenField {
    /// The column.
    pub column: &'static str,
    /// Where it stands in the resource, with dots between nested names.
    pub path: &'static str,
    /// What stood there, where it was kept as it is: neither reduced nor changed.
    pub exact: Option<Value>,
}

impl Store {
    /// What was kept of a resource. Nothing where there is none of this SID, or more than one.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn resource(
        &self,
        kind: &'static Kind,
        account: &str,
        sid: &str,
    ) -> Result<Option<SeenResource>, EvidenceError> {
        let kept: String = kind.columns.iter().map(|column| format!(", \"{}\"", column.name)).collect();
        // What an account has one of goes by no SID in some findings.
        let query = format!(
            "select parent_sid{kept} from \"{}\" where account_sid = ?1 and (sid = ?2 or ?2 in ('', account_sid)) limit 2",
            kind.name
        );
        let read = || -> rusqlite::Result<Vec<SeenResource>> {
            let mut statement = self.connection().prepare_cached(&query)?;
            let found = statement.query_map([account, sid], |row| {
                let field = |(place, column): (usize, &Column)| {
                    let exact = exact(column.keep, row.get_ref(place + 1)?);
                    Ok(SeenField { column: column.name, path: column.path, exact })
                };
                let fields =
                    kind.columns.iter().enumerate().map(field).collect::<rusqlite::Result<Vec<_>>>()?;
                Ok(SeenResource { parent_sid: row.get(0)?, fields })
            })?;
            found.collect()
        };
        let mut found = read().map_err(sql("read"))?;
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// What else of an account names a resource: what is listed under it, and what holds its SID.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn dependents(&self, account: &str, sid: &str) -> Result<Vec<Dependent>, EvidenceError> {
        let mut dependents = Vec::new();
        for kind in KINDS.iter().copied() {
            let names = self.that_name(kind, account, sid).map_err(sql("read"))?;
            if !names.is_empty() {
                let examples = names.iter().take(EXAMPLES).cloned().collect();
                dependents.push(Dependent {
                    resource_type: kind.name.to_owned(),
                    count: names.len(),
                    examples,
                });
            }
        }
        Ok(dependents)
    }

    /// The SIDs of the resources of a kind that name this one.
    fn that_name(&self, kind: &Kind, account: &str, sid: &str) -> rusqlite::Result<Vec<String>> {
        let may_name = kind.columns.iter().filter(|column| names_others(column.keep));
        let columns: String =
            may_name.map(|column| format!(" or instr(\"{}\", ?2) > 0", column.name)).collect();
        let query = format!(
            "select sid from \"{}\" where account_sid = ?1 and sid <> ?2 and (parent_sid = ?2{columns}) order by sid",
            kind.name
        );
        let mut statement = self.connection().prepare_cached(&query)?;
        statement.query_map([account, sid], |row| row.get(0))?.collect()
    }
}

/// Whether a SID may stand in a column that is kept like this.
const fn names_others(keep: Keep) -> bool {
    matches!(keep, Keep::Text | Keep::Url | Keep::Json | Keep::OfEach(_))
}

/// The value at Twilio, where what was kept is just that.
fn exact(keep: Keep, kept: ValueRef<'_>) -> Option<Value> {
    let text = match kept {
        // Nothing is nothing, however it would have been kept; but a reduction may make nothing of something.
        ValueRef::Null => {
            return matches!(
                keep,
                Keep::Text | Keep::Bool | Keep::Int | Keep::Url | Keep::Json | Keep::Label
            )
            .then_some(Value::Null);
        }
        ValueRef::Integer(number) => {
            return match keep {
                Keep::Bool => Some(Value::Bool(number != 0)),
                Keep::Int => Some(number.into()),
                _ => None,
            };
        }
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?,
        ValueRef::Real(_) | ValueRef::Blob(_) => return None,
    };
    match keep {
        Keep::Text | Keep::Time => Some(text.into()),
        // Whatever was taken out of a URL left its shape in brackets.
        Keep::Url if !text.contains('[') => Some(text.into()),
        Keep::Json => serde_json::from_str(text).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_kept_as_it_is_is_exact() {
        let text = |text: &'static str| ValueRef::Text(text.as_bytes());
        assert_eq!(exact(Keep::Bool, ValueRef::Integer(1)), Some(true.into()));
        assert_eq!(exact(Keep::Present, ValueRef::Integer(1)), None);
        assert_eq!(exact(Keep::Text, text("enable-all")), Some("enable-all".into()));
        assert_eq!(exact(Keep::Label, text("Front desk")), None, "it may be masked");
        assert_eq!(exact(Keep::Url, text("http://a.example/x")), Some("http://a.example/x".into()));
        assert_eq!(exact(Keep::Url, text("http://a.example/x?token=[hex:32]")), None);
        assert_eq!(exact(Keep::Json, text("[\"a\"]")), Some(serde_json::json!(["a"])));
        assert_eq!(exact(Keep::Url, ValueRef::Null), Some(Value::Null));
        assert_eq!(exact(Keep::Time, ValueRef::Null), None, "a time that could not be read is null too");
    }
}
