//! Reports as programs ask for them: what they are asked with, what they hold, whom they open to. The modules bring them.

use super::error::Outcome;
use super::permission::{Rights, Scope};
use super::tenancy::TenantTx;
use crate::record::{Minor, Names, money};
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// The reading of a report in a unit of work.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Outcome<Json>> + Send + 'a>>;

/// A report.
pub struct Report {
    /// The last part of its address, which is that of its page.
    pub name: &'static str,
    /// The message that it is called by.
    pub title: &'static str,
    pub asks: &'static [Ask],
    pub holds: &'static [Part],
    /// Whether nothing of it changes without an entry in the audit log, so that it can be kept until there is another.
    pub logged: bool,
    /// Whether its page opens to somebody with these rights.
    pub opens: fn(&Rights) -> bool,
    pub read: for<'a> fn(&'a mut TenantTx, &'a Asked) -> Reading<'a>,
}

impl Report {
    /// Whether a program with these rights may read it. It sums over types of records: a token that is kept to some of them is
    /// denied it, as it is denied the lists of all others.
    pub fn opens_to(&self, scope: Option<&Scope>, rights: &Rights) -> bool {
        scope.is_none_or(|scope| scope.records.is_none()) && (self.opens)(rights)
    }
}

// ------------------------------------------------------------------ what it is asked with

/// A parameter of a report.
pub struct Ask {
    pub name: &'static str,
    pub takes: Takes,
    /// Whether there is no report without it.
    pub needed: bool,
    /// The message that explains it.
    pub hint: &'static str,
}

impl Ask {
    pub const fn new(name: &'static str, takes: Takes, hint: &'static str) -> Ask {
        Ask { name, takes, needed: false, hint }
    }
}

/// What a parameter takes.
pub enum Takes {
    Day,
    Id,
    /// The row behind which a page begins.
    Place,
    Text,
    /// One of these.
    Word(&'static [&'static str]),
    /// An id, or a name that this knows.
    Named(fn(&str) -> bool),
}

/// What a report is asked with, as its parameters take it.
#[derive(Clone, Debug, Default)]
pub struct Asked(BTreeMap<&'static str, Given>);

/// What a parameter was given.
#[derive(Clone, Debug)]
pub enum Given {
    Day(Date),
    Id(Uuid),
    Text(String),
}

impl Asked {
    pub fn put(&mut self, name: &'static str, given: Given) {
        self.0.insert(name, given);
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn day(&self, name: &str) -> Option<Date> {
        match self.0.get(name) {
            Some(Given::Day(day)) => Some(*day),
            _ => None,
        }
    }

    pub fn id(&self, name: &str) -> Option<Uuid> {
        match self.0.get(name) {
            Some(Given::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// A text, empty where none was given.
    pub fn text(&self, name: &str) -> &str {
        match self.0.get(name) {
            Some(Given::Text(text)) => text,
            _ => "",
        }
    }
}

// ------------------------------------------------------------------ what it holds

/// Something that a report holds, and what it is called there.
pub type Part = (&'static str, Holds);

/// What a part of a report holds.
pub enum Holds {
    Text,
    /// A name in both languages.
    Names,
    Id,
    Day,
    /// An amount in whole units or a quantity, as text.
    Figure,
    Count,
    Yes,
    /// One of these.
    Word(&'static [&'static str]),
    /// This, or nothing.
    Maybe(&'static Holds),
    One(&'static [Part]),
    Many(&'static [Part]),
}

/// An amount as programs read it: in whole units, as text.
pub fn amount(minor: Minor, currency: &str) -> Json {
    money::from_minor(minor, money::decimals(currency)).to_string().into()
}

/// A name by its canonical text, in both languages.
pub fn names(text: &str) -> Json {
    both(&Names::from_text(text))
}

/// A name in both languages.
pub fn both(names: &Names) -> Json {
    json!({ "en": names.en, "ar": names.ar })
}
