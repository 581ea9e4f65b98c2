//! The shape of a kept field: where it stands in a row, and how it is reduced.

/// One kept field.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The column's name in the evidence table.
    pub name: &'static str,
    /// Where it stands in a row, with dots between nested names: `recording.mode`.
    pub path: &'static str,
    /// How it is kept.
    pub keep: Keep,
    /// In which rows Twilio says it.
    pub said: Said,
}

/// In which rows Twilio says a field, if only as null. A row that should and does not is no answer about it: taken for
/// null, it would look like something that was never configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// In every row; of a field within another, that other in every row. What stands within differs from row to row: the
    /// settings of a way that is not chosen are left out.
    Always,
    /// In every row, and within what it stands in too, unless that is null.
    AlwaysWithin,
    /// In some: being left out means null.
    Sometimes,
}

/// How a field is kept. Whatever a column does not name is never parsed into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keep {
    /// As it is. Only for enumerations, SIDs and other texts that nobody types freely.
    Text,
    /// A name that a person typed: kept, but masked when it looks like patient data or a secret.
    Label,
    /// Yes or no.
    Bool,
    /// A whole number, also when it comes as text.
    Int,
    /// A number, also when it comes as text.
    Real,
    /// A time, as RFC 3339 UTC; null when it cannot be read.
    Time,
    /// A URL without its secrets: user part, query values, token-like path parts and fragment
    /// values are replaced by their shape.
    Url,
    /// The host of a URL and nothing else.
    Host,
    /// A phone number, address or user name: its last four characters.
    Masked,
    /// The country of an E.164 number, as two letters.
    Country,
    /// The text before the first colon, in lower case; null where there is none, or where it is no
    /// name of a scheme or channel: `whatsapp` of `whatsapp:+12025550123`.
    Scheme,
    /// Whether an E.164 number has a toll-free area code of the North American plan; null where it
    /// is no E.164 number.
    TollFree,
    /// A salted hash, to compare within one scan. The salt is forgotten when everything is read.
    Hashed,
    /// The shape of a text, for example `hex:32` or `empty`.
    Shape,
    /// Whether it is set at all.
    Present,
    /// JSON, for lists of enumerations and permissions.
    Json,
    /// How many elements a list has; null where it is not set.
    Count,
    /// The names of an object's members, as a JSON list: what they hold is not looked at. Null where it is
    /// no object.
    Names,
    /// One field of each object in a list, as a JSON list. Only for enumerations and SIDs.
    OfEach(&'static str),
    /// The names of the variables in a template, `MESSAGE` of `News: ${MESSAGE}`, as a JSON list.
    Variables,
    /// The names of a URL's query parameters, as a JSON list.
    QueryNames,
    /// What stands behind the `@` of an e-mail address, in lower case.
    MailDomain,
    /// The same of each address in a list, as a JSON list.
    MailDomains,
    /// Whether an e-mail address belongs to a role or is told apart by a plus sign, so that nobody's in
    /// particular signs in with it; null where it is no address.
    SharedMailbox,
    /// What a name that somebody typed looks like, and nothing of the name: `person name`; null where it looks
    /// like no data about a person.
    LabelClass,
    /// One of these words in lower case, or null: what else it may be is not kept.
    OneOf(&'static [&'static str]),
    /// Of all texts in a value, however deep, what in them looks like patient data, as a JSON list: the class of a
    /// pattern, or `word: diagnos` for a word of the clinical list or of the operator's own.
    PhiSigns,
}

impl Keep {
    /// The SQLite type of a column that is kept like this.
    pub const fn sql_type(self) -> &'static str {
        match self {
            Self::Bool | Self::Int | Self::Present | Self::TollFree | Self::Count | Self::SharedMailbox => {
                "INTEGER"
            }
            Self::Real => "REAL",
            Self::Text
            | Self::Label
            | Self::Time
            | Self::Url
            | Self::Host
            | Self::Masked
            | Self::Country
            | Self::Scheme
            | Self::Hashed
            | Self::Shape
            | Self::Json
            | Self::Names
            | Self::OfEach(_)
            | Self::Variables
            | Self::QueryNames
            | Self::MailDomain
            | Self::MailDomains
            | Self::LabelClass
            | Self::OneOf(_)
            | Self::PhiSigns => "TEXT",
        }
    }
}

impl Column {
    /// The same column, read from another place of the row.
    pub const fn at(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    /// The same column, for a field that Twilio leaves out of some rows.
    pub const fn sometimes_said(self) -> Self {
        Self { said: Said::Sometimes, ..self }
    }

    /// The same column, for a field that Twilio never leaves out of what it stands in.
    pub const fn always_said_within(self) -> Self {
        Self { said: Said::AlwaysWithin, ..self }
    }
}

const fn column(name: &'static str, keep: Keep) -> Column {
    Column { name, path: name, keep, said: Said::Always }
}

macro_rules! columns {
    ($($function:ident $keep:ident)*) => {$(
        #[doc = concat!("A column kept as [`Keep::", stringify!($keep), "`], read from the field of its name.")]
        pub(super) const fn $function(name: &'static str) -> Column {
            column(name, Keep::$keep)
        }
    )*};
}

columns! {
    text Text
    label Label
    bool Bool
    real Real
    int Int
    time Time
    url Url
    host Host
    masked Masked
    country Country
    scheme Scheme
    toll_free TollFree
    hashed Hashed
    shape Shape
    present Present
    json Json
    count Count
    names Names
    variables Variables
    query_names QueryNames
    mail_domain MailDomain
    mail_domains MailDomains
    shared_mailbox SharedMailbox
    label_class LabelClass
    phi_signs PhiSigns
}

/// A column kept as [`Keep::OfEach`]: this field of each object in the list.
pub(super) const fn of_each(field: &'static str, name: &'static str) -> Column {
    column(name, Keep::OfEach(field))
}

/// A column kept as [`Keep::OneOf`]: one of these words.
pub(super) const fn one_of(words: &'static [&'static str], name: &'static str) -> Column {
    column(name, Keep::OneOf(words))
}
