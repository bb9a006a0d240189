//! Records as programs read and write them: fields by their names, amounts in whole units and as text, so that no figure
//! loses anything on its way, names in both languages, links by id.

use crate::platform::document::Document;
use crate::platform::door::{self, Error, Outcome, Refusal, Typed};
use crate::platform::permission::Grant;
use crate::record::line::input_name;
use crate::record::page::Row;
use crate::record::{Currency, Field, Kind, Minor, Names, Record, Value, money, value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

// ------------------------------------------------------------------ out

/// The currencies that amounts of a record are in.
#[derive(Clone, Copy, Debug)]
pub struct Currencies<'c> {
    /// Of its money.
    pub own: &'c str,
    pub company: &'c str,
}

/// A value of a field.
pub fn value_of(kind: Kind, value: &Value, currencies: Currencies<'_>) -> Json {
    match (kind, value) {
        // A box that nobody ticked means no.
        (Kind::Bool, value) => value.bool().into(),
        (_, Value::Null) => Json::Null,
        (Kind::Money, Value::Int(minor)) => amount(*minor, currencies.own),
        (Kind::Base, Value::Int(minor)) => amount(*minor, currencies.company),
        (Kind::Words, Value::Text(words)) => words.split(',').collect::<Vec<_>>().into(),
        (_, Value::Text(text)) => text.as_str().into(),
        (_, Value::Names(names)) => json!({ "en": names.en, "ar": names.ar }),
        (_, Value::Int(int)) => (*int).into(),
        (_, Value::Decimal(decimal)) => decimal.normalize().to_string().into(),
        (_, Value::Date(date)) => value::iso(*date).into(),
        (_, Value::Bool(yes)) => (*yes).into(),
        (_, Value::Id(id)) => id.to_string().into(),
    }
}

fn amount(minor: Minor, currency: &str) -> Json {
    money::from_minor(minor, money::decimals(currency)).to_string().into()
}

/// A whole record with its lines, without the fields that are kept from the reader.
pub fn of_document(document: &Document, grant: &Grant, currencies: Currencies<'_>) -> Json {
    let record = document.record;
    let mut object = head(document.id, document.version);
    for field in record.fields.iter().filter(|field| grant.sees_field(field.name)) {
        object.insert(field.name.to_owned(), value_of(field.kind, document.get(field.name), currencies));
    }
    if let Some(lines) = record.lines {
        let seen: Vec<&'static Field> =
            lines.fields.iter().filter(|field| grant.sees_field(&format!("lines.{}", field.name))).collect();
        let line = |line: &door::Line| of_line(line, &seen, currencies);
        object.insert("lines".to_owned(), document.lines.iter().map(line).collect());
    }
    Json::Object(object)
}

/// A line of a record with these fields.
pub fn of_line(line: &door::Line, fields: &[&'static Field], currencies: Currencies<'_>) -> Json {
    let mut object = Map::from_iter([("id".to_owned(), Json::from(line.id.to_string()))]);
    for field in fields {
        object.insert(field.name.to_owned(), value_of(field.kind, line.get(field.name), currencies));
    }
    Json::Object(object)
}

/// A whole record as it was once told, without the fields that are kept from the reader now.
pub fn without_hidden(record: &Record, grant: &Grant, told: &mut Json) {
    let hidden = |known: Option<&Field>, name: String| known.is_some() && !grant.sees_field(&name);
    let Some(object) = told.as_object_mut() else { return };
    object.retain(|name, _| !hidden(record.field(name), name.clone()));
    for line in object.get_mut("lines").and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(line) = line.as_object_mut() {
            let field = |name: &str| record.lines.and_then(|lines| lines.field(name));
            line.retain(|name, _| !hidden(field(name), format!("lines.{name}")));
        }
    }
}

/// A row of a list with these columns.
pub fn of_row(row: &Row, columns: &[&'static Field], company: &str) -> Json {
    let currencies = Currencies { own: row.currency.as_deref().unwrap_or(company), company };
    let mut object = head(row.id, row.version);
    for (field, cell) in columns.iter().zip(&row.cells) {
        let value = Value::from_text(field.kind, cell.text.as_deref());
        object.insert(field.name.to_owned(), value_of(field.kind, &value, currencies));
    }
    Json::Object(object)
}

fn head(id: Uuid, version: i32) -> Map<String, Json> {
    Map::from_iter([("id".to_owned(), Json::from(id.to_string())), ("version".to_owned(), Json::from(version))])
}

// ------------------------------------------------------------------ in

/// What a body says of a record.
#[derive(Debug)]
pub struct Given {
    /// The id that a new record is to have.
    pub id: Option<Uuid>,
    pub typed: Typed,
}

/// Reads a body as somebody with these rights may write it. Everything in it must be a field that they may set: nothing is
/// left out in silence.
pub fn read(
    record: &'static Record,
    grant: &Grant,
    before: Option<&Document>,
    body: &Map<String, Json>,
) -> Outcome<Given> {
    let mut reading = Reading { grant, refusals: Vec::new() };
    let id = match body.get("id") {
        Some(given) => reading.id(given, before),
        None => None,
    };
    let names = |field: &str| before.map(|document| document.names(field)).unwrap_or_default();
    let fields = reading.fields(record.fields, "", body, |name| name.to_owned(), names);
    let lines = match (record.lines, body.get("lines")) {
        (Some(lines), Some(given)) => reading.lines(lines.fields, given, before),
        (None, Some(_)) => {
            reading.refusals.push(Refusal::new("refuse-api-field").at("lines"));
            None
        }
        (_, None) => None,
    };
    match reading.refusals.is_empty() {
        true => Ok(Given { id, typed: Typed { fields, lines } }),
        false => Err(Error::Refused(reading.refusals)),
    }
}

/// A body that is being read, with what is wrong so far.
struct Reading<'g> {
    grant: &'g Grant,
    refusals: Vec<Refusal>,
}

impl Reading<'_> {
    /// The id of a new record; that of a known one may be said again.
    fn id(&mut self, given: &Json, before: Option<&Document>) -> Option<Uuid> {
        let id = given.as_str().and_then(|text| text.parse().ok());
        match (id, before) {
            (None, _) => self.refusals.push(Refusal::new("refuse-api-uuid").at("id")),
            (Some(id), Some(document)) if id != document.id => {
                self.refusals.push(Refusal::new("refuse-api-computed").at("id"));
            }
            (Some(_), _) => {}
        }
        id
    }

    /// The texts that fields are typed as. `place` says where a field stands, `names` what it is called so far.
    fn fields(
        &mut self,
        known: &'static [Field],
        prefix: &str,
        given: &Map<String, Json>,
        place: impl Fn(&str) -> String,
        names: impl Fn(&str) -> Names,
    ) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        for (name, given) in given.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "lines")) {
            let right = format!("{prefix}{name}");
            let refused = match known.iter().find(|field| field.name == name) {
                // What is kept from somebody is not told apart from what never was.
                Some(field) if self.grant.sees_field(&right) => {
                    if field.computed || field.kind == Kind::State {
                        Err(Refusal::new("refuse-api-computed"))
                    } else if !self.grant.changes_field(&right) {
                        Err(Refusal::new("refuse-api-fixed"))
                    } else {
                        type_in(field, given, &names, &mut texts)
                    }
                }
                _ => Err(Refusal::new("refuse-api-field")),
            };
            if let Err(refusal) = refused {
                self.refusals.push(refusal.at(place(name)));
            }
        }
        texts
    }

    fn lines(
        &mut self,
        known: &'static [Field],
        given: &Json,
        before: Option<&Document>,
    ) -> Option<Vec<BTreeMap<String, String>>> {
        let Some(rows) = given.as_array() else {
            self.refusals.push(Refusal::new("refuse-api-kind").at("lines"));
            return None;
        };
        let mut seen = BTreeSet::new();
        let mut lines = Vec::with_capacity(rows.len());
        for (row, given) in rows.iter().enumerate() {
            let Some(object) = given.as_object() else {
                self.refusals.push(Refusal::new("refuse-api-kind").at(format!("lines[{row}]")));
                continue;
            };
            let place = |name: &str| input_name(row, name);
            let mut texts = self.fields(known, "lines.", object, place, |_| Names::default());
            if let Some(id) = object.get("id") {
                let id: Option<Uuid> = id.as_str().and_then(|text| text.parse().ok());
                let line = before.and_then(|document| document.lines.iter().find(|line| Some(line.id) == id));
                match line.filter(|line| seen.insert(line.id)) {
                    Some(line) => keep_line(line, known, &mut texts),
                    None => self.refusals.push(Refusal::new("refuse-api-line").at(place("id"))),
                }
            }
            if object.contains_key("lines") {
                self.refusals.push(Refusal::new("refuse-api-field").at(place("lines")));
            }
            lines.push(texts);
        }
        Some(lines)
    }
}

/// Says which line is meant. On a form boxes that are not there are not ticked; here what is not said stays as it is.
fn keep_line(line: &door::Line, known: &[Field], texts: &mut BTreeMap<String, String>) {
    texts.insert("id".to_owned(), line.id.to_string());
    for field in known.iter().filter(|field| field.kind == Kind::Words) {
        let kept = line.get(field.name).text().unwrap_or_default();
        texts.entry(field.name.to_owned()).or_insert_with(|| kept.to_owned());
    }
}

/// Puts down the text that a value is typed as.
fn type_in(
    field: &Field,
    given: &Json,
    names: impl Fn(&str) -> Names,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), Refusal> {
    let wrong = || Refusal::new("refuse-api-kind");
    let text = match (field.kind, given) {
        (_, Json::Null) => String::new(),
        (Kind::Names, Json::Object(given)) => {
            // The language that is not said stays as it is.
            let before = names(field.name);
            for (language, kept) in [("en", before.en), ("ar", before.ar)] {
                let text = match given.get(language) {
                    None => kept,
                    Some(Json::Null) => String::new(),
                    Some(Json::String(text)) => text.clone(),
                    Some(_) => return Err(wrong()),
                };
                texts.insert(format!("{}.{language}", field.name), text);
            }
            let foreign = given.keys().any(|language| !matches!(language.as_str(), "en" | "ar"));
            return if foreign { Err(wrong()) } else { Ok(()) };
        }
        (Kind::Bool, Json::Bool(yes)) => yes.to_string(),
        (Kind::Integer, Json::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
        (Kind::Words, Json::Array(words)) => {
            let words: Option<Vec<&str>> = words.iter().map(Json::as_str).collect();
            words.ok_or_else(wrong)?.join(",")
        }
        (Kind::Names | Kind::Bool | Kind::Integer | Kind::Words, _) => return Err(wrong()),
        (kind, Json::String(text)) => {
            if let Some(message) = unlike(kind, text) {
                return Err(Refusal::new(message));
            }
            text.clone()
        }
        _ => return Err(wrong()),
    };
    texts.insert(field.name.to_owned(), text);
    Ok(())
}

/// Why a text is not how programs write such a value. People may write it in more ways, which are theirs.
fn unlike(kind: Kind, text: &str) -> Option<&'static str> {
    let (fits, message) = match kind {
        Kind::Date => (is_iso_date(text), "fault-not-date"),
        Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent | Kind::Money | Kind::Base => {
            (is_decimal(text), "fault-not-number")
        }
        Kind::Choice(words) => (words.contains(&text), "fault-not-choice"),
        Kind::Currency => (Currency::of(text).is_some(), "fault-not-choice"),
        Kind::RecordType => (door::record(text).is_some(), "fault-not-choice"),
        _ => (true, ""),
    };
    (!fits).then_some(message)
}

/// `2026-11-18`
fn is_iso_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
}

/// `-1250.50`
fn is_decimal(text: &str) -> bool {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction)
}
