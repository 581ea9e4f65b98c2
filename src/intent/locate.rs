//! Where in the file a value stands: the parsed document with the byte range of every value.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Problem;

/// One step from a table or an array to what is in it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

/// A syntactically valid document; the default is the empty one.
#[derive(Debug, Default)]
pub(super) struct Document<'t> {
    text: &'t str,
    root: DeTable<'t>,
}

/// A text value and where it was found.
pub(super) struct Text<'d> {
    /// The path with array positions left out: `account[].sid`.
    pub(super) pattern: &'d str,
    pub(super) text: &'d str,
    pub(super) span: Range<usize>,
}

impl<'t> Document<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Problem> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Self { text, root: root.into_inner() }),
            Err(error) => Err(Problem::from_toml(&error)),
        }
    }

    /// The bytes of the value at `path`, or of the nearest thing around it that exists.
    pub(super) fn span(&self, path: &[Step<'_>]) -> Option<Range<usize>> {
        let mut path = path.iter();
        let Some(Step::Key(key)) = path.next() else { return None };
        let mut here: &Spanned<DeValue<'t>> = self.root.get(*key)?;
        for step in path {
            let next = match step {
                Step::Key(key) => here.get_ref().as_table().and_then(|table| table.get(*key)),
                Step::Item(index) => here.get_ref().as_array().and_then(|array| array.get(*index)),
            };
            match next {
                Some(next) => here = next,
                None => break,
            }
        }
        Some(here.span())
    }

    /// The place of the first entry of a list of tables whose texts are these; `None` means that the key is not there.
    pub(super) fn entry(&self, list: &str, texts: &[(&str, Option<&str>)]) -> Option<usize> {
        let entries = self.root.get(list)?.get_ref().as_array()?;
        entries.iter().position(|entry| {
            let Some(table) = entry.get_ref().as_table() else { return false };
            let text = |key: &str| table.get(key).and_then(|value| value.get_ref().as_str());
            texts.iter().all(|(key, wanted)| text(key) == *wanted)
        })
    }

    /// The line, from 1, in which the value at `path` begins.
    pub(super) fn line(&self, path: &[Step<'_>]) -> Option<usize> {
        let before = self.text.get(..self.span(path)?.start)?;
        Some(before.matches('\n').count() + 1)
    }

    /// Shows `visit` every text value of the document.
    pub(super) fn each_text(&self, visit: &mut dyn FnMut(&Text<'_>)) {
        for (key, value) in &self.root {
            walk(key.get_ref(), value, visit);
        }
    }
}

fn walk(pattern: &str, value: &Spanned<DeValue<'_>>, visit: &mut dyn FnMut(&Text<'_>)) {
    match value.get_ref() {
        DeValue::String(text) => visit(&Text { pattern, text, span: value.span() }),
        DeValue::Array(items) => {
            let pattern = format!("{pattern}[]");
            for item in items.iter() {
                walk(&pattern, item, visit);
            }
        }
        DeValue::Table(table) => {
            for (key, value) in table {
                walk(&format!("{pattern}.{}", key.get_ref()), value, visit);
            }
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}
