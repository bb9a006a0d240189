//! Fields that a company adds to its records. They stand in the column `extra` and behave like any other field: a record's
//! description is extended by them, in the browser and on the server.

use super::{Field, Kind, Names, Record, Start};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What every name of such a field begins with, so that it never meets a field of Diwan's own.
pub const PREFIX: &str = "x_";

/// Fields that a record type can be given: what one statement takes, and what people find their way in.
pub const MOST: usize = 40;

/// What such a field can hold.
pub const KINDS: &[&str] = &["text", "number", "date", "choice", "link", "yes_no"];

/// What a company says of a field of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CustomField {
    /// The record type it belongs to.
    pub record: String,
    /// Under which its values are kept; never used for another field.
    pub key: String,
    /// Its name in addresses, files and programs, without the prefix.
    pub code: String,
    pub label: Names,
    /// One of [`KINDS`].
    pub kind: String,
    /// The record type that a link leads to.
    pub target: Option<String>,
    /// What can be chosen, with what people call it.
    pub choices: Vec<(String, Names)>,
    pub required: bool,
    /// Canonical text that new records start with.
    pub start: Option<String>,
    /// Whether lists show it without being asked.
    pub listed: bool,
}

/// What sets a field of a company apart from Diwan's own.
#[derive(Debug, PartialEq, Eq)]
pub struct Custom {
    /// Where its value stands in the column `extra`.
    pub key: &'static str,
    pub label: Names,
    choices: Vec<(&'static str, Names)>,
}

impl Custom {
    /// What people call a choice.
    pub fn choice(&self, word: &str) -> Option<&Names> {
        self.choices.iter().find(|(known, _)| *known == word).map(|(_, names)| names).filter(|names| !names.is_empty())
    }

    /// The choice that people call so.
    pub fn choice_called(&self, text: &str) -> Option<&'static str> {
        self.choices.iter().find(|(_, names)| names.en == text || names.ar == text).map(|(word, _)| *word)
    }
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.into())
}

impl CustomField {
    /// Whether this may stand in a statement, whoever wrote it into the database.
    fn is_sound(&self) -> bool {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        plain(&self.code) && !self.code.is_empty() && plain(&self.key) && self.target.as_deref().is_none_or(plain)
    }

    /// The kind of field, as far as it is one.
    fn kind(&self) -> Option<Kind> {
        Some(match self.kind.as_str() {
            "text" => Kind::Text(500),
            "number" => Kind::Quantity,
            "date" => Kind::Date,
            "yes_no" => Kind::Bool,
            "choice" => {
                let words: Vec<&'static str> = self.choices.iter().map(|(word, _)| keep(word)).collect();
                Kind::Choice(words.leak())
            }
            "link" => Kind::Link(keep(self.target.as_deref()?)),
            _ => return None,
        })
    }

    fn field(&self) -> Option<Field> {
        let kind = self.kind().filter(|_| self.is_sound())?;
        let choices = self.choices.iter().map(|(word, names)| (keep(word), names.clone())).collect();
        let custom: &'static Custom =
            Box::leak(Box::new(Custom { key: keep(&self.key), label: self.label.clone(), choices }));
        Some(Field {
            required: self.required,
            // Colleagues have added it for themselves.
            internal: true,
            signed: true,
            searched: matches!(kind, Kind::Text(_)),
            start: self.start.as_deref().map_or(Start::Empty, |text| Start::Text(keep(text))),
            custom: Some(custom),
            ..Field::new(keep(&format!("{PREFIX}{}", self.code)), kind)
        })
    }
}

/// Descriptions that have been extended. They live as long as the program, like those that are compiled into it; the same
/// fields lead to the same description, so what this holds grows only with what companies change.
static EXTENDED: Mutex<BTreeMap<(&'static str, Vec<CustomField>), &'static Record>> = Mutex::new(BTreeMap::new());

/// A record's description with those of these fields that are meant for it.
pub fn extend(base: &'static Record, fields: &[CustomField]) -> &'static Record {
    let own: Vec<CustomField> = fields.iter().filter(|field| field.record == base.name).cloned().collect();
    if own.is_empty() {
        return base;
    }
    let mut extended = EXTENDED.lock().unwrap_or_else(PoisonError::into_inner);
    extended.entry((base.name, own)).or_insert_with_key(|(_, own)| {
        let added: Vec<(Field, bool)> = own.iter().filter_map(|own| Some((own.field()?, own.listed))).collect();
        let names = |base: &[&'static str], listed_only: bool| -> &'static [&'static str] {
            let added = added.iter().filter(|(_, listed)| *listed || !listed_only).map(|(field, _)| field.name);
            base.iter().copied().chain(added).collect::<Vec<_>>().leak()
        };
        Box::leak(Box::new(Record {
            fields: base.fields.iter().copied().chain(added.iter().map(|(field, _)| *field)).collect::<Vec<_>>().leak(),
            columns: names(base.columns, true),
            filters: names(base.filters, false),
            ..*base
        }))
    })
}
