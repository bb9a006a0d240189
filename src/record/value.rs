//! Values at the edges of the house, their canonical text, and how typed input becomes one.
//!
//! The canonical text is what Postgres casts from and to, what travels to the browser and what imports write:
//! ISO dates, a point for decimals, `true`/`false`, minor units for money, JSON for names.

use super::fold::fold;
use super::{Field, Kind, Minor, money};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::str::FromStr;
use uuid::Uuid;

/// A name in two languages; either may be empty, never both.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Names {
    pub en: String,
    pub ar: String,
}

/// Names as they are kept: the language that is missing is left out.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Names")]
struct KeptNames {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    en: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    ar: String,
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Names { en, ar } = self.clone();
        // What travels to the browser has no names of fields, and so cannot leave one out.
        if serializer.is_human_readable() {
            KeptNames { en, ar }.serialize(serializer)
        } else {
            (en, ar).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Names, D::Error> {
        if deserializer.is_human_readable() {
            KeptNames::deserialize(deserializer).map(|kept| Names { en: kept.en, ar: kept.ar })
        } else {
            <(String, String)>::deserialize(deserializer).map(|(en, ar)| Names { en, ar })
        }
    }
}

impl Names {
    pub fn new(en: impl Into<String>, ar: impl Into<String>) -> Names {
        Names { en: en.into(), ar: ar.into() }
    }

    /// The name in the reader's language, else in the other.
    pub fn in_language(&self, arabic: bool) -> &str {
        let (first, second) = if arabic { (&self.ar, &self.en) } else { (&self.en, &self.ar) };
        if first.is_empty() { second } else { first }
    }

    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.ar.is_empty()
    }

    /// Reads the canonical text; plain text is the name in the language of its letters.
    pub fn from_text(text: &str) -> Names {
        Names::new("", "").renamed(text)
    }

    /// What the canonical text says; or, for plain text, with another name in the language of its letters, while that in the
    /// other language stays. An empty text empties both.
    pub fn renamed(mut self, text: &str) -> Names {
        if let Some(names) = json::read(text) {
            return names;
        }
        match text {
            "" => return Names::new("", ""),
            _ if is_arabic(text) => text.clone_into(&mut self.ar),
            _ => text.clone_into(&mut self.en),
        }
        self
    }

    pub fn to_text(&self) -> String {
        json::write(self)
    }
}

/// Names as JSON.
#[cfg(not(all(feature = "hydrate", not(feature = "ssr"))))]
mod json {
    use super::Names;

    pub fn read(text: &str) -> Option<Names> {
        serde_json::from_str(text).ok()
    }

    pub fn write(names: &Names) -> String {
        serde_json::to_string(names).unwrap_or_default()
    }
}

/// The same by the browser's own means: what reads and writes JSON was a thirtieth of the program.
#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
mod json {
    use super::Names;
    use js_sys::{JSON, Object, Reflect};
    use wasm_bindgen::JsValue;

    pub fn read(text: &str) -> Option<Names> {
        if !text.trim_start().starts_with('{') {
            return None;
        }
        let object = JSON::parse(text).ok()?;
        let name = |language: &str| {
            let name = Reflect::get(&object, &JsValue::from_str(language)).ok()?;
            if name.is_undefined() { Some(String::new()) } else { name.as_string() }
        };
        Some(Names { en: name("en")?, ar: name("ar")? })
    }

    pub fn write(names: &Names) -> String {
        let object = Object::new();
        for (language, name) in [("en", &names.en), ("ar", &names.ar)] {
            if !name.is_empty() {
                let _ = Reflect::set(&object, &JsValue::from_str(language), &JsValue::from_str(name));
            }
        }
        JSON::stringify(&object).map(String::from).unwrap_or_default()
    }
}

/// Whether a text has letters of the Arabic script.
fn is_arabic(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{0620}'..='\u{064a}' | '\u{066e}'..='\u{06d3}' | '\u{fb50}'..='\u{fdfc}' | '\u{fe70}'..='\u{fefc}'))
}

/// A value of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Text(String),
    Names(Names),
    Int(i64),
    Decimal(Decimal),
    Date(Date),
    Bool(bool),
    Id(Uuid),
}

/// Why typed input is not a value of its field; the names are message ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Required,
    TooLong,
    NotNumber,
    /// A comma that sets no thousands apart.
    Comma,
    TooManyDecimals,
    OutOfRange,
    Negative,
    NotDate,
    NotChoice,
    NotBool,
    ControlCharacter,
    NotLink,
}

impl Fault {
    /// The id of the message that tells the reader what to do.
    pub const fn message(self) -> &'static str {
        match self {
            Fault::Required => "fault-required",
            Fault::TooLong => "fault-too-long",
            Fault::NotNumber => "fault-not-number",
            Fault::Comma => "fault-comma",
            Fault::TooManyDecimals => "fault-too-many-decimals",
            Fault::OutOfRange => "fault-out-of-range",
            Fault::Negative => "fault-negative",
            Fault::NotDate => "fault-not-date",
            Fault::NotChoice => "fault-not-choice",
            Fault::NotBool => "fault-not-bool",
            Fault::ControlCharacter => "fault-control-character",
            Fault::NotLink => "fault-not-link",
        }
    }
}

/// Decimals kept for prices, quantities and rates.
pub const SCALE: u32 = 6;
/// Largest figure accepted anywhere: 999,999,999,999.
pub const LARGEST: i64 = 999_999_999_999;
/// Characters in a note.
pub const NOTE_LENGTH: usize = 4000;

impl Value {
    /// Reads canonical text, as Postgres and the wire carry it. Text that does not fit becomes null.
    pub fn from_text(kind: Kind, text: Option<&str>) -> Value {
        let Some(text) = text else { return Value::Null };
        let read = match kind {
            Kind::Names => Some(Value::Names(Names::from_text(text))),
            Kind::Integer | Kind::Money | Kind::Base => text.parse().ok().map(Value::Int),
            Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent => {
                Decimal::from_str(text).ok().map(Value::Decimal)
            }
            Kind::Date => date(text).map(Value::Date),
            Kind::Bool => Some(Value::Bool(matches!(text, "true" | "t"))),
            Kind::Link(_) | Kind::Source => Uuid::from_str(text).ok().map(Value::Id),
            _ => Some(Value::Text(text.to_owned())),
        };
        read.unwrap_or(Value::Null)
    }

    /// The canonical text; `None` for null.
    pub fn to_text(&self) -> Option<String> {
        Some(match self {
            Value::Null => return None,
            Value::Text(text) => text.clone(),
            Value::Names(names) => names.to_text(),
            Value::Int(int) => int.to_string(),
            Value::Decimal(decimal) => decimal.normalize().to_string(),
            Value::Date(date) => iso(*date),
            Value::Bool(yes) => yes.to_string(),
            Value::Id(id) => id.to_string(),
        })
    }

    pub fn is_null(&self) -> bool {
        *self == Value::Null
    }
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }
    pub fn int(&self) -> Option<i64> {
        if let Value::Int(int) = self { Some(*int) } else { None }
    }
    pub fn decimal(&self) -> Option<Decimal> {
        if let Value::Decimal(decimal) = self { Some(*decimal) } else { None }
    }
    pub fn date(&self) -> Option<Date> {
        if let Value::Date(date) = self { Some(*date) } else { None }
    }
    pub fn id(&self) -> Option<Uuid> {
        if let Value::Id(id) = self { Some(*id) } else { None }
    }
    pub fn bool(&self) -> bool {
        matches!(self, Value::Bool(true))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}
impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Int(int)
    }
}
impl From<Decimal> for Value {
    fn from(decimal: Decimal) -> Value {
        Value::Decimal(decimal)
    }
}
impl From<Date> for Value {
    fn from(date: Date) -> Value {
        Value::Date(date)
    }
}
impl From<Uuid> for Value {
    fn from(id: Uuid) -> Value {
        Value::Id(id)
    }
}
impl From<bool> for Value {
    fn from(yes: bool) -> Value {
        Value::Bool(yes)
    }
}
impl From<Names> for Value {
    fn from(names: Names) -> Value {
        Value::Names(names)
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// Reads what a person typed, pasted or imported. Western, Arabic-Indic and Persian digits count alike.
///
/// `currency` is the ISO code that money fields are read in. Links are given as their id; resolving a name is the
/// caller's part. Names are given as canonical text.
pub fn read(field: &Field, typed: &str, currency: &str) -> Result<Value, Fault> {
    let typed = typed.trim();
    if typed.is_empty() {
        // An unticked box sends nothing, and nothing means no.
        return match field.kind {
            Kind::Bool => Ok(Value::Bool(false)),
            _ if field.required => Err(Fault::Required),
            _ => Ok(Value::Null),
        };
    }
    if typed.chars().any(|c| c.is_control() && !(field.kind == Kind::Note && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(Fault::ControlCharacter);
    }
    if clean(typed).is_empty() {
        return if field.required { Err(Fault::Required) } else { Ok(Value::Null) };
    }
    match field.kind {
        Kind::Text(limit) => text(typed, limit as usize),
        Kind::Code | Kind::Number => text(typed, 40),
        Kind::Note => text(typed, NOTE_LENGTH),
        Kind::Words => text(typed, 1000),
        Kind::Names => {
            let names = Names::from_text(typed);
            if [&names.en, &names.ar].iter().any(|name| name.chars().any(char::is_control)) {
                return Err(Fault::ControlCharacter);
            }
            let names = Names { en: clean(&names.en), ar: clean(&names.ar) };
            if names.en.chars().count().max(names.ar.chars().count()) > 200 {
                return Err(Fault::TooLong);
            }
            match (names.is_empty(), field.required) {
                (true, true) => Err(Fault::Required),
                (true, false) => Ok(Value::Null),
                _ => Ok(Value::Names(names)),
            }
        }
        Kind::Integer => {
            let number = number(typed, 0, field.signed)?;
            i32::try_from(number).map(|n| Value::Int(n.into())).map_err(|_| Fault::OutOfRange)
        }
        Kind::Quantity | Kind::Price | Kind::Rate => number(typed, SCALE, field.signed).map(Value::Decimal),
        Kind::Percent => {
            let percent = number(typed, 4, field.signed)?;
            if percent > Decimal::ONE_HUNDRED { Err(Fault::OutOfRange) } else { Ok(Value::Decimal(percent)) }
        }
        Kind::Money | Kind::Base => {
            let decimals = money::decimals(currency);
            let amount = number(typed, decimals, field.signed)?;
            money::to_minor(amount, decimals).map(Value::Int).ok_or(Fault::OutOfRange)
        }
        Kind::Date => date(typed).map(Value::Date).ok_or(Fault::NotDate),
        Kind::Bool => yes_or_no(typed).map(Value::Bool).ok_or(Fault::NotBool),
        Kind::Choice(choices) => {
            let word = choices.iter().copied().find(|c| *c == typed);
            let called = || field.custom.and_then(|custom| custom.choice_called(typed));
            word.or_else(called).map(Value::from).ok_or(Fault::NotChoice)
        }
        Kind::Currency => {
            let code = typed.to_ascii_uppercase();
            money::Currency::of(&code).map(|c| Value::from(c.code)).ok_or(Fault::NotChoice)
        }
        Kind::Link(_) | Kind::Source => Uuid::from_str(typed).map(Value::Id).map_err(|_| Fault::NotLink),
        Kind::RecordType => text(typed, 60),
        Kind::State => text(typed, 40),
    }
}

/// Reads a yes or a no as people, spreadsheets and programs write it.
fn yes_or_no(typed: &str) -> Option<bool> {
    match fold(typed).as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" | "نعم" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" | "لا" => Some(false),
        _ => None,
    }
}

fn text(typed: &str, limit: usize) -> Result<Value, Fault> {
    let cleaned = clean(typed);
    if cleaned.chars().count() > limit { Err(Fault::TooLong) } else { Ok(Value::Text(cleaned)) }
}

/// Takes out what can make a text look like another one: direction overrides and characters that nobody sees. Joiners and
/// direction marks stay, which Arabic needs.
pub fn clean(typed: &str) -> String {
    typed
        .trim()
        .chars()
        .filter(|c| {
            !matches!(c,
                '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{200B}' | '\u{FEFF}' | '\u{00AD}' | '\u{180E}'
                | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' | '\0')
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Digits of the three scripts in one; other characters stay.
pub fn western_digits(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{0660}'..='\u{0669}' => (b'0' + (c as u32 - 0x660) as u8) as char,
            '\u{06F0}'..='\u{06F9}' => (b'0' + (c as u32 - 0x6F0) as u8) as char,
            '٫' => '.',
            '٬' => ',',
            '−' => '-',
            other => other,
        })
        .collect()
}

/// Whether commas stand where thousands are set apart and nowhere else. One that was meant as a decimal point would make a
/// hundred times as much of what was typed.
fn groups_thousands(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default().trim_start_matches(['-', '+']).trim_end_matches(['%', '٪']);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default().len();
    let commas = text.matches(',').count();
    commas == 0
        || ((1..=3).contains(&first)
            && whole.matches(',').count() == commas
            && groups.all(|group| group.len() == 3 && group.chars().all(|c| c.is_ascii_digit())))
}

/// Reads a number with optional thousands separators and at most so many decimals.
fn number(typed: &str, decimals: u32, signed: bool) -> Result<Decimal, Fault> {
    let western = western_digits(typed);
    let spaced: String = western
        .chars()
        .filter(|c| !matches!(c, '_' | ' ' | '\u{A0}' | '\u{202F}' | '\u{61C}' | '\u{200E}' | '\u{200F}'))
        .collect();
    if !groups_thousands(&spaced) {
        return Err(Fault::Comma);
    }
    let plain = spaced.replace(',', "");
    let plain = plain.strip_suffix(['%', '٪']).unwrap_or(&plain);
    if !plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
        return Err(Fault::NotNumber);
    }
    if plain.len() > 40 {
        return Err(Fault::OutOfRange);
    }
    let value = Decimal::from_str_exact(plain).map_err(|_| Fault::NotNumber)?.normalize();
    if value.abs() > Decimal::from(LARGEST) {
        return Err(Fault::OutOfRange);
    }
    if value.scale() > decimals {
        return Err(Fault::TooManyDecimals);
    }
    if value.is_sign_negative() && !value.is_zero() && !signed {
        return Err(Fault::Negative);
    }
    Ok(value)
}

/// Reads a date in ISO text or as people write it.
pub fn date_of(text: &str) -> Option<Date> {
    date(text)
}

/// Reads `2026-11-18`, `18/11/2026`, `18-11-2026` or `18.11.2026`, in any digits; years from 1900 to 2199.
fn date(typed: &str) -> Option<Date> {
    let western = western_digits(typed);
    let day = western.split(['T', ' ']).next()?;
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let [first, month, last] = parts[..] else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (1900..2200).contains(&date.year()).then_some(date)
}

/// Reads a month and a day that every year has, `07-01`, in any digits.
pub fn month_day(typed: &str) -> Option<(i8, i8)> {
    let western = western_digits(typed.trim());
    let (month, day) = western.split_once(['-', '/', '.'])?;
    let (month, day): (i8, i8) = (month.parse().ok()?, day.parse().ok()?);
    // In a year without a leap day.
    Date::new(2001, month, day).ok().map(|_| (month, day))
}

/// Whether a text can be an e-mail address: one `@` with something on both sides and no white space; the mail server knows the
/// rest.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

/// The ISO text of a date.
pub fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// Minor units of a money value; zero when empty.
pub fn minor(value: &Value) -> Minor {
    value.int().unwrap_or(0)
}
