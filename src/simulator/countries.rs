//! The countries of the voice dialing permissions, as every account has them.

use serde_json::{Value, json};

/// ISO 3166-1 codes with Twilio-like names and calling codes, one a line.
const COUNTRIES: &str = include_str!("countries.txt");

/// All countries with the United States enabled and nothing else, changed by the written rows.
pub(super) fn with(written: &Value) -> Value {
    let written = written.as_array().map(Vec::as_slice).unwrap_or_default();
    COUNTRIES
        .lines()
        .filter_map(|line| {
            let (iso_code, rest) = line.split_once(' ')?;
            let (calling_code, name) = rest.split_once(' ')?;
            let mut row = json!({
                "iso_code": iso_code, "name": name, "continent": null, "country_codes": [calling_code],
                "low_risk_numbers_enabled": iso_code == "US",
                "url": format!("https://voice.twilio.com/v1/DialingPermissions/Countries/{iso_code}"),
            });
            let changed =
                written.iter().find(|row| row.get("iso_code").and_then(Value::as_str) == Some(iso_code));
            if let (Some(row), Some(changed)) = (row.as_object_mut(), changed.and_then(Value::as_object)) {
                row.extend(changed.clone());
            }
            Some(row)
        })
        .collect()
}
