//! A record with its values and lines, as rules and the door hold it.

use super::error::{Outcome, Refusal};
use crate::record::{Kind, Minor, Names, Record, Value, line::input_name};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Values by field name.
pub type Values = BTreeMap<&'static str, Value>;

/// A line of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub id: Uuid,
    pub values: Values,
}

/// A record in memory: its values by field, its lines in order.
#[derive(Clone, Debug)]
pub struct Document {
    pub record: &'static Record,
    pub id: Uuid,
    /// 0 until it is saved for the first time.
    pub version: i32,
    /// The member who made it; nobody until it is saved, or when Diwan itself did.
    pub created_by: Option<Uuid>,
    pub values: Values,
    pub lines: Vec<Line>,
}

static NULL: Value = Value::Null;

impl Line {
    pub fn new() -> Line {
        Line { id: Uuid::now_v7(), values: Values::new() }
    }
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Line {
        self.values.insert(name, value.into());
        self
    }
    pub fn get(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&NULL)
    }
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.values.insert(name, value.into());
    }
    /// The figure of a field; zero when empty.
    pub fn decimal(&self, name: &str) -> Decimal {
        self.get(name).decimal().unwrap_or_default()
    }
    /// The amount of a field in minor units; zero when empty.
    pub fn minor(&self, name: &str) -> Minor {
        self.get(name).int().unwrap_or_default()
    }
    pub fn link(&self, name: &str) -> Option<Uuid> {
        self.get(name).id()
    }
}

impl Default for Line {
    fn default() -> Line {
        Line::new()
    }
}

impl Document {
    /// A new record with an id of its own and nothing else.
    pub fn new(record: &'static Record) -> Document {
        let mut document = Document {
            record,
            id: Uuid::now_v7(),
            version: 0,
            created_by: None,
            values: Values::new(),
            lines: Vec::new(),
        };
        if let Some(state) = record.first_state() {
            document.set("state", state);
        }
        document
    }
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Document {
        self.set(name, value);
        self
    }
    pub fn get(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&NULL)
    }
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.values.insert(name, value.into());
    }
    /// Sets a field that is still empty.
    pub fn fill(&mut self, name: &'static str, value: impl Into<Value>) {
        if self.get(name).is_null() {
            self.set(name, value);
        }
    }
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).text()
    }
    /// The name in both languages; empty when there is none.
    pub fn names(&self, name: &str) -> Names {
        if let Value::Names(names) = self.get(name) { names.clone() } else { Names::default() }
    }
    pub fn decimal(&self, name: &str) -> Decimal {
        self.get(name).decimal().unwrap_or_default()
    }
    pub fn minor(&self, name: &str) -> Minor {
        self.get(name).int().unwrap_or_default()
    }
    pub fn link(&self, name: &str) -> Option<Uuid> {
        self.get(name).id()
    }
    pub fn state(&self) -> Option<&str> {
        self.text("state")
    }
    pub fn number(&self) -> Option<&str> {
        self.text("number")
    }
    /// The date of the document. Only for records that require one; of a draft that has none yet, a day of which no rate and
    /// no period is known, and which Postgres can be asked about.
    pub fn date(&self) -> Date {
        self.get("date").date().unwrap_or(const { Date::constant(1, 1, 1) })
    }
    /// The currency of its money, else the company's.
    pub fn currency<'a>(&'a self, company: &'a str) -> &'a str {
        self.record.currency_field().and_then(|field| self.text(field.name)).unwrap_or(company)
    }
    /// The id of a link that the description requires.
    pub fn required_link(&self, name: &str) -> Outcome<Uuid> {
        self.link(name).ok_or_else(|| Refusal::new("fault-required").at(name).into())
    }

    /// Fields that must be filled and are not.
    pub fn missing(&self) -> Vec<Refusal> {
        let required = |f: &&crate::record::Field| f.required && !f.computed && f.kind != Kind::Bool;
        let mut missing: Vec<Refusal> = self
            .record
            .fields
            .iter()
            .filter(required)
            .filter(|f| self.get(f.name).is_null())
            .map(|f| Refusal::new("fault-required").at(f.name))
            .collect();
        if let Some(lines) = self.record.lines {
            for (row, line) in self.lines.iter().enumerate() {
                for field in lines.fields.iter().filter(required).filter(|f| line.get(f.name).is_null()) {
                    missing.push(Refusal::new("fault-required").at(input_name(row, field.name)));
                }
            }
            if lines.required && self.lines.is_empty() {
                missing.push(Refusal::new("refuse-no-lines").at("lines"));
            }
        }
        missing
    }
}

/// A value as a field of a typed struct.
pub trait FromValue: Sized {
    fn from_value(value: &Value) -> Self;
}
impl FromValue for Option<Uuid> {
    fn from_value(value: &Value) -> Self {
        value.id()
    }
}
impl FromValue for Uuid {
    /// The nil id when empty, which no record has; a required link is checked before rules read it.
    fn from_value(value: &Value) -> Self {
        value.id().unwrap_or_default()
    }
}
impl FromValue for Decimal {
    fn from_value(value: &Value) -> Self {
        value.decimal().unwrap_or_default()
    }
}
impl FromValue for Option<Decimal> {
    fn from_value(value: &Value) -> Self {
        value.decimal()
    }
}
impl FromValue for i64 {
    fn from_value(value: &Value) -> Self {
        value.int().unwrap_or_default()
    }
}
impl FromValue for Option<Date> {
    fn from_value(value: &Value) -> Self {
        value.date()
    }
}
impl FromValue for bool {
    fn from_value(value: &Value) -> Self {
        value.bool()
    }
}
impl FromValue for Option<String> {
    fn from_value(value: &Value) -> Self {
        value.text().map(str::to_owned)
    }
}

/// A typed struct read from the values of a document or of a line; the field names are those of the description.
#[macro_export]
macro_rules! typed {
    ($(#[$doc:meta])* $vis:vis struct $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        $vis struct $name { pub id: uuid::Uuid, $(pub $field: $type),* }
        impl $name {
            /// Names that the description must have.
            #[allow(dead_code)]
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            pub fn read(id: uuid::Uuid, values: &$crate::platform::document::Values) -> Self {
                let get = |name: &str| values.get(name).cloned().unwrap_or($crate::record::Value::Null);
                Self { id, $($field: $crate::platform::document::FromValue::from_value(&get(stringify!($field)))),* }
            }
        }
        impl From<&$crate::platform::document::Line> for $name {
            fn from(line: &$crate::platform::document::Line) -> Self {
                Self::read(line.id, &line.values)
            }
        }
    };
}
