//! The first address of a listing. Pure; what stands in it was checked, for it may come from an answer.

use jiff::Timestamp;
use url::Url;

use super::raw_row::Place;
use crate::catalogue::{Answer, Days, Endpoint, Kind};
use crate::evidence::{Row, Value};
use crate::model::Region;

/// When and where a scan takes place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion {
    pub(super) region: Region,
    pub(super) started_at: Timestamp,
    /// How many days recordings may be kept.
    pub(super) recording_retention_days: u16,
}

/// The first address of a listing, which stands under a row of another kind or under none.
pub(super) fn first_url(
    endpoint: &Endpoint,
    place: &Place,
    under: Option<(&'static Kind, &Row)>,
    occasion: Occasion,
) -> Result<Url, String> {
    let path = path(endpoint, place, under)?;
    // There is one Organization for all Regions, and it is in the United States.
    let region = if endpoint.by_organization { Region::Us1 } else { occasion.region };
    let mut url = Url::parse(&format!("https://{}{path}", endpoint.host.name(region)))
        .map_err(|_| "its address cannot be built".to_owned())?;
    {
        let mut query = url.query_pairs_mut();
        for (name, value) in endpoint.query {
            let value = value.replace("{account}", place.account.as_str());
            query.append_pair(name, &value.replace("{parent}", &place.parent));
        }
        if let Some(since) = endpoint.since {
            query.append_pair(since.parameter, &since.before(occasion.started_at));
        }
        if let Some(until) = endpoint.until {
            let days = match until.days {
                Days::Word => place.parent.parse().map_err(|_| "its word is no number of days".to_owned())?,
                Days::RecordingRetention => occasion.recording_retention_days,
            };
            query.append_pair(until.parameter, &until.written.days_before(occasion.started_at, days));
        }
        if let Answer::List { page_size: size @ 1.., paging, .. } = endpoint.answer {
            query.append_pair(paging.size_parameter(), &size.to_string());
        }
    }
    if url.query() == Some("") {
        url.set_query(None);
    }
    Ok(url)
}

fn path(endpoint: &Endpoint, place: &Place, under: Option<(&'static Kind, &Row)>) -> Result<String, String> {
    let mut path = endpoint.path.replace("{account}", place.account.as_str());
    if path.contains("{parent}") {
        path = path.replace("{parent}", safe_segment(&place.parent)?);
    }
    let Some((kind, row)) = under else { return Ok(path) };
    if path.contains("{parent.link}") {
        path = path.replace("{parent.link}", &link_segment(row.link.as_deref())?);
    }
    if path.contains("{parent.parent_sid}") {
        path = path.replace("{parent.parent_sid}", safe_segment(&row.parent)?);
    }
    for (column, value) in kind.columns.iter().zip(&row.values) {
        let place = format!("{{parent.{}}}", column.name);
        if let (true, Value::Text(value)) = (path.contains(&place), value) {
            path = path.replace(&place, safe_segment(value)?);
        }
    }
    Ok(path)
}

/// A value that may stand in a path: what came from an answer must not lead the request elsewhere.
fn safe_segment(text: &str) -> Result<&str, String> {
    let is_safe = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_safe { Ok(text) } else { Err("it is listed under something without a usable SID".to_owned()) }
}

/// A number or a domain as one part of a path, escaped: in `+12025550100` the plus would be a space.
fn link_segment(link: Option<&str>) -> Result<String, String> {
    let is_plain = |text: &&str| {
        (1..=100).contains(&text.len())
            && !text.starts_with('.')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-_".contains(&b))
    };
    let link = link.filter(is_plain).ok_or("it is listed under something without a usable address")?;
    Ok(link.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_built_of_plain_sids_only() {
        for bad in ["", "../x", "a/b", "a?b", "a%2fb", "a b", &"a".repeat(65)] {
            assert!(safe_segment(bad).is_err(), "{bad}");
        }
        assert!(safe_segment("ZSaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").is_ok());
        for bad in [None, Some(""), Some(".."), Some("a/b"), Some("a b"), Some("a%2e")] {
            assert!(link_segment(bad).is_err(), "{bad:?}");
        }
        assert_eq!(link_segment(Some("+12025550100")).unwrap(), "%2B12025550100");
        assert_eq!(link_segment(Some("clinic.sip.twilio.com")).unwrap(), "clinic.sip.twilio.com");
    }
}
