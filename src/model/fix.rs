//! The call that mends a fault, as the file of a check words it, and what becomes of it for one finding.
//!
//! Nothing here knows what is there now, or sends anything.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Region, capitalised};

/// The API call that mends a fault: a block `[[fix]]` in the file of a check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The kind of resource that it mends, where the check judges several.
    pub resource_type: Option<String>,
    /// The field that it mends, where the check judges several.
    pub field: Option<String>,
    /// `POST` or `DELETE`.
    pub method: Method,
    /// The address.
    pub url: String,
    /// The parameters.
    #[serde(default)]
    pub form: BTreeMap<String, Values>,
    /// Where the value of a parameter stands in the resource, where that is not its name in snake case.
    #[serde(default)]
    pub reads: BTreeMap<String, String>,
    /// The address that shows the resource, where it is not that of the call.
    pub read_url: Option<String>,
    /// What can happen.
    pub risk: Risk,
    /// A query whose first value is 1 where nothing can happen after all.
    pub safe_when: Option<String>,
    /// What changes for traffic and people, in a sentence or two.
    pub effect: String,
    /// Whether there is no way back although nothing is deleted.
    #[serde(default)]
    pub irreversible: bool,
    /// The call that makes again what was deleted.
    pub undo: Option<Call>,
}

/// A call with placeholders.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// `POST` or `DELETE`.
    pub method: Method,
    /// The address.
    pub url: String,
    /// The parameters.
    #[serde(default)]
    pub form: BTreeMap<String, Values>,
}

/// The methods that change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Changes or makes something.
    Post,
    /// Removes something.
    Delete,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Post => "POST",
            Self::Delete => "DELETE",
        })
    }
}

/// What a change can do to traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[derive(clap::ValueEnum)]
pub enum Risk {
    /// It only tightens, and stops nothing that works.
    Safe,
    /// It may stop traffic.
    Disruptive,
}

/// The value of a parameter, or its values where it is sent several times.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// Sent once.
    One(String),
    /// Sent once for each.
    Many(Vec<String>),
}

impl Values {
    /// Each value.
    pub fn each(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// A call without placeholders: what is really sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WriteCall {
    /// `POST` or `DELETE`.
    pub method: Method,
    /// The address at Twilio.
    pub url: String,
    /// The parameters, as (name, value).
    pub form: Vec<(String, String)>,
}

/// What stands for the placeholders: `account_sid`, `resource_sid`, `field`, `parent_sid`, and the columns of the
/// resource's row.
pub type Placeholders = BTreeMap<String, String>;

/// A call that cannot be made for a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfillable {
    /// Nothing is known that could stand there.
    #[error("`{0}` of the resource is not known exactly")]
    Unknown(String),
    /// It could lead to another address.
    #[error("`{0}` of the resource cannot be part of an address")]
    NoAddress(String),
}

impl Fix {
    /// Whether it is for a finding about this.
    pub fn fits(&self, resource_type: &str, field: &str) -> bool {
        self.resource_type.as_deref().is_none_or(|wanted| wanted == resource_type)
            && self.field.as_deref().is_none_or(|wanted| wanted == field)
    }

    /// What is really sent.
    ///
    /// # Errors
    ///
    /// When a placeholder stands for nothing known.
    pub fn fill(&self, with: &Placeholders) -> Result<WriteCall, Unfillable> {
        fill_call(self.method, &self.url, &self.form, with)
    }

    /// Where the resource is read.
    ///
    /// # Errors
    ///
    /// When a placeholder stands for nothing known.
    pub fn read_url(&self, with: &Placeholders) -> Result<String, Unfillable> {
        fill_address(self.read_url.as_deref().unwrap_or(&self.url), with)
    }

    /// Where the value of a parameter stands in what is read, with dots between nested names.
    pub fn path_of(&self, parameter: &str, with: &Placeholders) -> Result<String, Unfillable> {
        let named = self.reads.iter().find_map(|(name, path)| {
            let is_it = fill(name, with).is_ok_and(|name| name == parameter);
            is_it.then_some(path)
        });
        named.map_or_else(|| Ok(snake_case(parameter)), |path| fill(path, with))
    }

    /// The parameters whose value is made of what the field is now.
    pub fn made_of_present(&self, with: &Placeholders) -> Vec<String> {
        let is_made_of_it = |values: &Values| {
            values.each().iter().flat_map(|value| placeholders(value)).any(|name| name == "https")
        };
        let named = self.form.iter().filter(|(_, values)| is_made_of_it(values));
        named.filter_map(|(name, _)| fill(name, with).ok()).collect()
    }

    /// The placeholders that it has anywhere, as they are written.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let undo = self.undo.iter().flat_map(|undo| texts(&undo.url, &undo.form));
        let read = self.read_url.iter().chain(self.reads.values()).map(String::as_str);
        texts(&self.url, &self.form).chain(undo).chain(read).flat_map(placeholders)
    }

    /// Whether what it did can be taken back.
    pub const fn is_reversible(&self) -> bool {
        match self.method {
            Method::Post => !self.irreversible,
            Method::Delete => self.undo.is_some(),
        }
    }
}

impl Call {
    /// What is really sent.
    ///
    /// # Errors
    ///
    /// When a placeholder stands for nothing known.
    pub fn fill(&self, with: &Placeholders) -> Result<WriteCall, Unfillable> {
        fill_call(self.method, &self.url, &self.form, with)
    }
}

fn fill_call(
    method: Method,
    url: &str,
    form: &BTreeMap<String, Values>,
    with: &Placeholders,
) -> Result<WriteCall, Unfillable> {
    let mut filled = Vec::new();
    for (name, values) in form {
        let name = fill(name, with)?;
        for value in values.each() {
            filled.push((name.clone(), fill(value, with)?));
        }
    }
    Ok(WriteCall { method, url: fill_address(url, with)?, form: filled })
}

/// Every text of a call in which a placeholder may stand.
fn texts<'c>(url: &'c str, form: &'c BTreeMap<String, Values>) -> impl Iterator<Item = &'c str> {
    let parameters = form.iter().flat_map(|(name, values)| {
        std::iter::once(name.as_str()).chain(values.each().iter().map(String::as_str))
    });
    std::iter::once(url).chain(parameters)
}

impl WriteCall {
    /// The same call in a Region.
    #[must_use]
    pub fn in_region(self, region: Region) -> Self {
        Self { url: region.address(&self.url), ..self }
    }
}

impl fmt::Display for WriteCall {
    /// The call as one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)?;
        self.form.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

/// The placeholders of a text, in order.
pub fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

fn fill(template: &str, with: &Placeholders) -> Result<String, Unfillable> {
    fill_each(template, |name| value_of(name, with))
}

fn fill_address(template: &str, with: &Placeholders) -> Result<String, Unfillable> {
    fill_each(template, |name| {
        let value = value_of(name, with)?;
        let is_harmless = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.+".contains(&b));
        let is_dots = value.bytes().all(|b| b == b'.');
        if is_harmless && !is_dots { Ok(value) } else { Err(Unfillable::NoAddress(name.to_owned())) }
    })
}

fn fill_each(
    template: &str,
    value: impl Fn(&str) -> Result<String, Unfillable>,
) -> Result<String, Unfillable> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once('{') {
        let Some((name, after)) = inside.split_once('}') else { break };
        filled.push_str(before);
        filled.push_str(&value(name)?);
        rest = after;
    }
    Ok(filled + rest)
}

/// What stands for a placeholder; `{Field}` and `{https}` follow from the field.
fn value_of(name: &str, with: &Placeholders) -> Result<String, Unfillable> {
    let known = |name: &str| with.get(name).cloned().ok_or_else(|| Unfillable::Unknown(name.to_owned()));
    match name {
        "Field" => known("field").map(|field| pascal_case(&field)),
        "https" => encrypted(&known(&known("field")?)?).ok_or_else(|| Unfillable::Unknown(name.to_owned())),
        name => known(name),
    }
}

/// The same URL over TLS.
fn encrypted(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Some(format!("https://{rest}")),
        "ws" => Some(format!("wss://{rest}")),
        _ => None,
    }
}

/// `VoiceUrl` of `voice_url`: how Twilio names parameters.
fn pascal_case(name: &str) -> String {
    name.split('_').map(capitalised).collect()
}

/// `voice_url` of `VoiceUrl`, `new_message.template` of `NewMessage.Template`: how Twilio names fields.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('.') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(text: &str) -> Fix {
        toml::from_str(text).unwrap()
    }

    fn with(pairs: &[(&str, &str)]) -> Placeholders {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const WEBHOOK: &str = r#"
        method = "POST"
        url = "https://api.twilio.com/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers/{resource_sid}.json"
        form = { "{Field}" = "{https}" }
        risk = "disruptive"
        effect = "The host must answer over TLS.""#;

    #[test]
    fn placeholders_are_filled_in_address_names_and_values() {
        let with = with(&[
            ("account_sid", "AC1"),
            ("resource_sid", "PN1"),
            ("field", "voice_url"),
            ("voice_url", "http://a.example/x"),
        ]);
        let fix = fix(WEBHOOK);
        let call = fix.fill(&with).unwrap();
        assert_eq!(
            call.to_string(),
            "POST https://api.twilio.com/2010-04-01/Accounts/AC1/IncomingPhoneNumbers/PN1.json VoiceUrl=https://a.example/x"
        );
        assert_eq!(fix.path_of("VoiceUrl", &with).unwrap(), "voice_url");
        assert_eq!(fix.read_url(&with).unwrap(), call.url);
    }

    #[test]
    fn what_is_not_known_or_could_lead_elsewhere_makes_no_call() {
        let fix = fix(WEBHOOK);
        let known = [("account_sid", "AC1"), ("field", "voice_url"), ("voice_url", "http://a.example/x")];
        assert_eq!(fix.fill(&with(&known)), Err(Unfillable::Unknown("resource_sid".into())));
        for hostile in ["..", "PN1/../../x", "PN1?x=y", "PN1#", "PN%31", "{account_sid}"] {
            let mut with = with(&known);
            with.insert("resource_sid".into(), hostile.into());
            assert_eq!(fix.fill(&with), Err(Unfillable::NoAddress("resource_sid".into())), "{hostile}");
        }
    }

    #[test]
    fn names_follow_twilio_s_habits_or_the_file() {
        let fix = fix(r#"
            method = "POST"
            url = "https://conversations.twilio.com/v1/Services/{resource_sid}/Configuration/Notifications"
            form = { "NewMessage.WithMedia.Template" = "x", Odd = "y" }
            reads = { Odd = "very.odd" }
            risk = "safe"
            effect = "None.""#);
        let none = Placeholders::new();
        assert_eq!(
            fix.path_of("NewMessage.WithMedia.Template", &none).unwrap(),
            "new_message.with_media.template"
        );
        assert_eq!(fix.path_of("Odd", &none).unwrap(), "very.odd");
    }
}
