//! The facts that the catalogue relies on, taken out of the OpenAPI files into a small digest, and
//! the judgement of the catalogue by such facts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use twilio_audit::catalogue::{
    Answer, Derivation, Endpoint, Host, KINDS, Keep, Kind, Moment, Origin, Paging, Per, kind,
};

use twilio_audit::model::Region;

use super::schema::{self, Facts, Field};
use super::{Operation, Specs};

/// The release of `twilio/twilio-oai` that the digest is made from. The files do not name it.
const RELEASE: &str = "2.6.7";

/// Requests that the files do not have, by the [`Source::name`] of each, with the page of Twilio's that documents it.
pub(crate) const DOCUMENTED_ONLY: &[(&str, &str)] = &[
    ("account_role_assignment (fallback)", ROLE_ASSIGNMENTS),
    ("oauth_app", "https://www.twilio.com/docs/iam/oauth-apps/account-oauth-apps-resource"),
    ("organization_account (fallback)", "https://www.twilio.com/docs/iam/organizations"),
    ("organization_role", "https://www.twilio.com/docs/iam/access-control/role-resource"),
    ("organization_role_assignment (fallback)", ROLE_ASSIGNMENTS),
    ("organization_user (fallback)", "https://www.twilio.com/docs/iam/scim/api-reference"),
    ("voice_configuration", "https://www.twilio.com/docs/configurations/recording-configuration-resource"),
];

const ROLE_ASSIGNMENTS: &str = "https://www.twilio.com/docs/iam/access-control/role-assignment-resource";

/// Whether the files are to have a request.
fn is_in_the_files(source: &Source) -> bool {
    !DOCUMENTED_ONLY.iter().any(|(name, _)| *name == source.name())
}

/// Kinds that the files cannot answer for: those of [`DOCUMENTED_ONLY`], and those of an Organization.
pub(crate) fn undescribed() -> impl Iterator<Item = &'static str> {
    DOCUMENTED_ONLY.iter().map(|(name, _)| *name).filter(|name| !name.contains(' ')).chain(of_organization())
}

/// The kinds that nobody sees who has no OAuth app of an Organization.
fn of_organization() -> impl Iterator<Item = &'static str> {
    let asked = |kind: &&&'static Kind| kind.endpoint().is_some_and(|endpoint| endpoint.by_organization);
    KINDS.iter().filter(asked).map(|kind| kind.name)
}

/// The committed facts.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digest {
    /// The release of the files: [`RELEASE`].
    release: String,
    /// What they say about each request of the catalogue, by the [`Source::name`] of it.
    pub(crate) requests: BTreeMap<String, Request>,
}

/// What the files say about one request, as far as the catalogue relies on it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The host, and the path as the catalogue spells it: a changed one needs a new digest.
    pub(crate) asked: String,
    /// The file, and the path as the file spells it. Empty: no file, or more than one, has it.
    pub(crate) file: String,
    pub(crate) path: String,
    /// How the answer says where the next page is.
    pub(crate) paging: Vec<String>,
    /// The arrays at the top of the answer.
    pub(crate) arrays: Vec<String>,
    /// The largest page: absent where there is no `PageSize`, 0 where no maximum is documented.
    pub(crate) page_size: Option<u64>,
    /// The query parameters that are used or required.
    pub(crate) query: BTreeMap<String, Parameter>,
    /// The fields that are kept, by their dotted paths.
    pub(crate) fields: BTreeMap<String, Field>,
}

/// A query parameter.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parameter {
    /// Whether Twilio refuses the request without it.
    pub(crate) required: bool,
    /// Its type.
    #[serde(flatten)]
    pub(crate) facts: Facts,
}

/// A request of the catalogue together with the kind whose columns its answer must hold.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub(crate) kind: &'static Kind,
    pub(crate) endpoint: &'static Endpoint,
    /// Whether it is asked only when the first choice was refused.
    pub(crate) is_fallback: bool,
    /// The array inside each row that holds the rows of a derived kind.
    within: Option<&'static str>,
}

/// Every request of the catalogue that the files are to have, fallbacks and derived kinds included.
pub(crate) fn sources() -> Vec<Source> {
    KINDS.iter().copied().flat_map(of_kind).filter(is_in_the_files).collect()
}

pub(crate) fn of_kind(of: &'static Kind) -> Vec<Source> {
    match &of.origin {
        Origin::Request(endpoint) => {
            let first = Source { kind: of, endpoint, is_fallback: false, within: None };
            let fallback = endpoint.fallback.map(|endpoint| Source { endpoint, is_fallback: true, ..first });
            [Some(first), fallback].into_iter().flatten().collect()
        }
        Origin::Derived { from, by } => {
            let within = if let Derivation::Each(array) = by { Some(*array) } else { None };
            let parents = of_kind(kind(from).expect("a derived kind comes from a kind"));
            parents.into_iter().map(|parent| Source { kind: of, within, ..parent }).collect()
        }
    }
}

impl Source {
    /// The kind's name, and for a fallback that it is one.
    pub(crate) fn name(&self) -> String {
        format!("{}{}", self.kind.name, if self.is_fallback { " (fallback)" } else { "" })
    }

    /// Host and path, as the catalogue spells them.
    fn asked(&self) -> String {
        format!("{}{}", self.endpoint.host.name(Region::Us1), self.endpoint.path)
    }

    /// The fields that are looked at: the identity and where each column comes from.
    fn paths(&self) -> Vec<&'static str> {
        if let Origin::Derived { by: Derivation::StudioWidgets | Derivation::StudioUrls, .. } =
            self.kind.origin
        {
            // Its columns are worked out from the definition, which Twilio describes elsewhere.
            return vec!["definition"];
        }
        let columns = self.kind.columns.iter().map(|column| column.path);
        self.kind.identity.iter().copied().chain(self.kind.link).chain(columns).collect()
    }

    /// The operation in the files, unless none or several have this path.
    pub(crate) fn operation<'a>(&self, specs: &'a Specs) -> Option<Operation<'a>> {
        match specs.operations(&self.endpoint.host.name(Region::Us1), self.endpoint.path)[..] {
            [operation] => Some(operation),
            _ => None,
        }
    }

    /// What the files say about it.
    fn facts(&self, specs: &Specs) -> Request {
        let Some(operation) = self.operation(specs) else {
            return Request { asked: self.asked(), ..Request::default() };
        };
        let row = self.row(&operation);
        let field = |path: &&'static str| {
            let field = match schema::field(operation.document, row, path) {
                // The row itself is open: name the array that it stands in.
                Field::FreeForm(at) if at.is_empty() => Field::FreeForm(self.within.unwrap_or("").to_owned()),
                field => field,
            };
            ((*path).to_owned(), field)
        };
        Request {
            asked: self.asked(),
            file: operation.file.to_owned(),
            path: operation.template.to_owned(),
            paging: paging(&operation),
            arrays: arrays(&operation),
            page_size: operation
                .parameter(self.size_parameter())
                .map(|parameter| parameter["schema"]["maximum"].as_u64().unwrap_or(0)),
            query: self.parameters(&operation),
            fields: self.paths().iter().map(field).collect(),
        }
    }

    /// The schema of one row.
    fn row<'a>(&self, operation: &Operation<'a>) -> &'a Value {
        let mut row = operation.answer();
        let keys = match self.endpoint.answer {
            Answer::List { key, .. } => Some(key),
            Answer::Single => None,
        };
        for key in keys.into_iter().chain(self.within) {
            let array = schema::property(operation.document, row, key).unwrap_or(&Value::Null);
            row = schema::items(operation.document, array);
        }
        row
    }

    /// The rows in an answer. An answer of the wrong shape has none.
    pub(crate) fn rows<'a>(&self, answer: &'a Value) -> Vec<&'a Value> {
        let mut rows = vec![answer];
        let key = match self.endpoint.answer {
            Answer::List { key, .. } => Some(key),
            Answer::Single => None,
        };
        for key in key.into_iter().chain(self.within) {
            rows = rows.iter().flat_map(|row| row[key].as_array().into_iter().flatten()).collect();
        }
        rows
    }

    /// The names of the query parameters that the catalogue sends, besides those of paging.
    pub(crate) fn sent(&self) -> Vec<&'static str> {
        let fixed = self.endpoint.query.iter().map(|(name, _)| *name);
        fixed.chain(self.moments().map(|(parameter, _)| parameter)).collect()
    }

    /// The query parameters that name a moment, and how it is written.
    fn moments(&self) -> impl Iterator<Item = (&'static str, Moment)> {
        let since = self.endpoint.since.map(|since| (since.parameter, since.written));
        since.into_iter().chain(self.endpoint.until.map(|until| (until.parameter, until.written)))
    }

    /// A text of the catalogue with each of the words that it is asked for in the place of `{parent}`.
    pub(crate) fn spelt_out(&self, text: &str) -> Vec<String> {
        match self.endpoint.per {
            Per::Word(words) => words.iter().map(|word| text.replace("{parent}", word)).collect(),
            Per::Tree | Per::Organization | Per::Account | Per::Each { .. } => vec![text.to_owned()],
        }
    }

    /// The name of the parameter for the size of a page.
    fn size_parameter(&self) -> &'static str {
        match self.endpoint.answer {
            Answer::List { paging, .. } => paging.size_parameter(),
            Answer::Single => "PageSize",
        }
    }

    fn parameters(&self, operation: &Operation<'_>) -> BTreeMap<String, Parameter> {
        let sent = self.sent();
        let mut parameters = BTreeMap::new();
        for parameter in operation.parameters() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let required = parameter["required"] == true;
            if required || sent.contains(&name) {
                let facts = schema::facts(schema::resolve(operation.document, &parameter["schema"]));
                parameters.insert(name.to_owned(), Parameter { required, facts });
            }
        }
        parameters
    }

    /// What is wrong with the catalogue, by these facts: one sentence each.
    pub(crate) fn faults(&self, facts: &Request) -> Vec<String> {
        let mut faults = Vec::new();
        if facts.asked != self.asked() {
            faults.push(format!("the digest is about {}, the catalogue asks {}", facts.asked, self.asked()));
        } else if facts.file.is_empty() {
            faults.push(format!("no single file has GET {}", self.asked()));
        } else {
            self.judge_answer(facts, &mut faults);
            self.judge_query(facts, &mut faults);
            self.judge_columns(facts, &mut faults);
        }
        faults.into_iter().map(|fault| format!("{}: {fault}", self.name())).collect()
    }

    fn judge_answer(&self, facts: &Request, faults: &mut Vec<String>) {
        match self.endpoint.answer {
            Answer::Single if !facts.paging.is_empty() => faults.push("is a list".to_owned()),
            Answer::Single => {}
            Answer::List { key, paging, page_size } => {
                if !facts.arrays.iter().any(|array| array == key) {
                    faults.push(format!("the list is not `{key}` but one of {:?}", facts.arrays));
                }
                if !pages_by(paging, &facts.paging) {
                    faults.push(format!("is not paged by {paging:?} but by {:?}", facts.paging));
                }
                // 0 is ours for "there is no such parameter", and never a documented maximum.
                // Where one page is enough, a small one is.
                let is_enough = self.endpoint.until.is_some() && page_size > 0;
                let (asked, most) = (u64::from(page_size), facts.page_size.unwrap_or(0));
                if if is_enough { asked > most } else { asked != most } {
                    faults.push(format!("asks for pages of {page_size}, documented: {:?}", facts.page_size));
                }
            }
        }
    }

    fn judge_query(&self, facts: &Request, faults: &mut Vec<String>) {
        let sent = self.sent();
        for name in &sent {
            if !facts.query.contains_key(*name) {
                faults.push(format!("there is no query parameter `{name}`"));
            }
        }
        for (name, parameter) in &facts.query {
            if parameter.required && !sent.contains(&name.as_str()) {
                faults.push(format!("the query parameter `{name}` is required"));
            }
        }
        for (name, value) in self.endpoint.query {
            let values = facts.query.get(*name).map_or(&[][..], |parameter| &parameter.facts.values);
            for value in self.spelt_out(value) {
                if !values.is_empty() && !values.contains(&value) {
                    faults.push(format!("`{name}={value}` is not one of {values:?}"));
                }
            }
        }
        for (name, written) in self.moments() {
            if let Some(parameter) = facts.query.get(name)
                && (written == Moment::Instant) != (parameter.facts.format == "date-time")
                // The 2010 API takes days, which its files describe as moments.
                && self.endpoint.host != Host::Api
            {
                faults.push(format!("`{name}` is no {written:?}"));
            }
        }
    }

    fn judge_columns(&self, facts: &Request, faults: &mut Vec<String>) {
        for path in self.paths() {
            match facts.fields.get(path) {
                None => faults.push(format!("the digest lacks `{path}`")),
                Some(Field::Missing(name)) if !self.is_fallback || self.kind.identity.contains(&path) => {
                    faults.push(format!("there is no field `{name}`"));
                }
                Some(Field::Missing(_) | Field::FreeForm(_) | Field::Described(_)) => {}
            }
        }
        for column in self.kind.columns {
            if let Some(Field::Described(field)) = facts.fields.get(column.path)
                && !holds(column.keep, field)
            {
                faults.push(format!("`{}` is kept as {:?}, documented: {field:?}", column.path, column.keep));
            }
        }
    }
}

impl Digest {
    /// As JSON text in which whatever fits on a line stands on one.
    pub(crate) fn text(&self) -> String {
        let mut text = lay_out(&serde_json::to_value(self).expect("facts are plain data"), 0);
        text.push('\n');
        text
    }
}

pub(crate) fn lay_out(value: &Value, depth: usize) -> String {
    let line = value.to_string();
    let parts: Vec<String> = match value {
        _ if depth * 2 + line.len() <= 110 => return line,
        Value::Object(fields) => {
            let part = |(name, value)| format!("{}: {}", Value::from(name), lay_out(value, depth + 1));
            fields.iter().map(|(name, value)| part((name.as_str(), value))).collect()
        }
        Value::Array(elements) => elements.iter().map(|element| lay_out(element, depth + 1)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return line,
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    let indent = "  ".repeat(depth);
    format!("{open}\n{indent}  {}\n{indent}{close}", parts.join(&format!(",\n{indent}  ")))
}

/// The digest of the files as they are now.
pub(crate) fn of_files(specs: &Specs) -> Digest {
    let requests = sources().iter().map(|source| (source.name(), source.facts(specs))).collect();
    Digest { release: RELEASE.to_owned(), requests }
}

/// Every example answer of every request: what was asked, the example's name, the answer.
pub(crate) fn examples(specs: &Specs) -> Vec<(Source, String, Value)> {
    let mut examples = Vec::new();
    for source in sources() {
        let of_source = source.operation(specs).map(|operation| operation.examples()).unwrap_or_default();
        examples.extend(of_source.into_iter().map(|(name, answer)| (source, name, answer)));
    }
    examples
}

/// The names in an answer by which a client finds the next page.
fn paging(operation: &Operation<'_>) -> Vec<String> {
    let fields = [
        "next_page_uri",
        "meta.next_page_url",
        "meta.nextToken",
        "meta.next_token",
        "has_next",
        "totalResults",
    ];
    let there = |path: &&str| {
        matches!(schema::field(operation.document, operation.answer(), path), Field::Described(_))
    };
    fields.iter().filter(|path| there(path)).map(|path| (*path).to_owned()).collect()
}

/// The arrays at the top of an answer, and what may be one because the file says nothing of it.
fn arrays(operation: &Operation<'_>) -> Vec<String> {
    let properties = operation.answer()["properties"].as_object().into_iter().flatten();
    let may_be_array = |property: &Value| {
        let property = schema::resolve(operation.document, property);
        property["type"] == "array" || (property["type"].is_null() && property["properties"].is_null())
    };
    properties.filter(|(_, property)| may_be_array(property)).map(|(name, _)| name.clone()).collect()
}

fn pages_by(paging: Paging, fields: &[String]) -> bool {
    let field = match paging {
        Paging::Uri => "next_page_uri",
        Paging::Meta => "meta.next_page_url",
        Paging::Token => "meta.nextToken",
        Paging::SnakeToken => "meta.next_token",
        Paging::Number => "has_next",
        Paging::Scim => "totalResults",
        Paging::None => return fields.is_empty(),
    };
    fields.iter().any(|each| each == field)
}

/// Whether a field of this type can be kept like that. Numbers come as text in older APIs.
fn holds(keep: Keep, field: &Facts) -> bool {
    let one_of = |kinds: &[&str]| kinds.contains(&field.kind.as_str());
    match keep {
        Keep::Bool => one_of(&["boolean"]),
        Keep::Int => one_of(&["integer", "string"]),
        Keep::Real => one_of(&["number", "integer", "string"]),
        Keep::Time => one_of(&["string"]) && field.format.starts_with("date-time"),
        Keep::Json | Keep::Count | Keep::OfEach(_) | Keep::MailDomains => one_of(&["array"]),
        Keep::Names | Keep::PhiSigns => one_of(&["object", ""]),
        Keep::Present => true,
        Keep::Text
        | Keep::Label
        | Keep::Url
        | Keep::Host
        | Keep::Masked
        | Keep::Country
        | Keep::Scheme
        | Keep::TollFree
        | Keep::Hashed
        | Keep::QueryNames
        | Keep::Variables
        | Keep::MailDomain
        | Keep::SharedMailbox
        | Keep::LabelClass
        | Keep::OneOf(_)
        | Keep::Shape => one_of(&["string"]),
    }
}
