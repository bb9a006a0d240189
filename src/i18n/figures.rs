//! Numbers, money and dates as a reader of English or Arabic expects them; the same code on both sides.

use super::{Digits, I18n};
use crate::record::{Field, Kind, Minor, Names, Record, Value, money, value};
use crate::t;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Groups the whole part of a plain number by thousands and writes it in the wanted digits.
pub fn group(plain: &str, digits: Digits) -> String {
    let (sign, rest) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain),
    };
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(plain.len() + plain.len() / 3);
    out.push_str(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    in_digits(out, digits)
}

fn in_digits(text: String, digits: Digits) -> String {
    if digits == Digits::Western {
        return text;
    }
    text.chars()
        .map(|c| match c {
            '0'..='9' => char::from_u32(0x660 + (c as u32 - '0' as u32)).unwrap_or(c),
            ',' => '٬',
            '.' => '٫',
            other => other,
        })
        .collect()
}

impl I18n {
    pub fn integer(&self, value: i64) -> String {
        group(&value.to_string(), self.digits)
    }

    /// A decimal with at least so many decimals; more only where it has them.
    pub fn decimal(&self, value: Decimal, least: u32) -> String {
        let mut value = value.normalize();
        if value.scale() < least {
            value.rescale(least);
        }
        group(&value.to_string(), self.digits)
    }

    /// An amount without its currency.
    pub fn amount(&self, minor: Minor, currency: &str) -> String {
        let decimals = money::decimals(currency);
        group(&money::from_minor(minor, decimals).to_string(), self.digits)
    }

    /// An amount in whole units, for tiles and charts.
    pub fn amount_rounded(&self, minor: Minor, currency: &str) -> String {
        group(&money::round(money::from_minor(minor, money::decimals(currency)), 0).to_string(), self.digits)
    }

    pub fn percent(&self, value: Decimal) -> String {
        let sign = if self.locale.is_arabic() { '٪' } else { '%' };
        format!("{}{sign}", self.decimal(value, 0))
    }

    /// `18 Nov 2026`.
    pub fn date(&self, date: Date) -> String {
        let text = format!("{} {} {}", date.day(), self.short_month(date.month()), date.year());
        self.digits_only(text)
    }

    /// A date given as ISO text; other text stays as it is.
    pub fn date_text(&self, text: &str) -> String {
        value::date_of(text).map_or_else(|| text.to_owned(), |date| self.date(date))
    }

    pub fn long_date(&self, date: Date) -> String {
        let text = format!("{} {} {} {}", self.weekday(date), date.day(), self.month(date.month()), date.year());
        self.digits_only(text)
    }

    fn digits_only(&self, text: String) -> String {
        if self.digits == Digits::Western {
            return text;
        }
        text.chars()
            .map(|c| if c.is_ascii_digit() { char::from_u32(0x660 + (c as u32 - 48)).unwrap_or(c) } else { c })
            .collect()
    }

    pub fn month(&self, month: i8) -> String {
        self.format(&format!("month-{month}"), None)
    }

    pub fn short_month(&self, month: i8) -> String {
        self.format(&format!("month-{month}-short"), None)
    }

    /// `November 2026`.
    pub fn month_of(&self, date: Date) -> String {
        self.digits_only(format!("{} {}", self.month(date.month()), date.year()))
    }

    fn weekday(&self, date: Date) -> String {
        self.format(&format!("weekday-{}", date.weekday().to_monday_one_offset()), None)
    }

    /// `YYYY-MM-DD HH:MM` as date and time.
    pub fn moment(&self, text: &str) -> String {
        let (day, time) = text.split_once(' ').unwrap_or((text, ""));
        format!("{} {}", self.date_text(day), self.digits_only(time.to_owned()))
    }

    pub fn yes_or_no(&self, yes: bool) -> String {
        self.format(if yes { "yes" } else { "no" }, None)
    }

    /// A field's canonical text as people read it. Links are shown by their label instead.
    pub fn show(&self, record: &Record, name: &str, kind: Kind, text: Option<&str>, currency: &str) -> String {
        let value = Value::from_text(kind, text);
        match (kind, &value) {
            (_, Value::Null) => String::new(),
            (Kind::Bool, Value::Bool(yes)) => self.yes_or_no(*yes),
            (Kind::RecordType, Value::Text(name)) => self.first(&[name]),
            (Kind::State, Value::Text(state)) => self.state(record, state),
            (Kind::Choice(_), Value::Text(choice)) => match record.field(name).filter(|field| field.custom.is_some()) {
                Some(field) => self.choice_of(field, choice),
                None => self.choice(name, choice),
            },
            (Kind::Money | Kind::Base, Value::Int(minor)) => self.amount(*minor, currency),
            (Kind::Price, Value::Decimal(price)) => self.decimal(*price, money::decimals(currency)),
            (Kind::Percent, Value::Decimal(percent)) => self.percent(*percent),
            (_, Value::Decimal(decimal)) => self.decimal(*decimal, 0),
            (_, Value::Int(int)) => self.integer(*int),
            (_, Value::Date(date)) => self.date(*date),
            (_, Value::Names(names)) => self.name(names).to_owned(),
            (_, Value::Text(text)) => text.clone(),
            (_, Value::Bool(_) | Value::Id(_)) => String::new(),
        }
    }

    /// A filter of a list as people read it: one value, several, or a range.
    pub fn filter(&self, record: &Record, field: &Field, text: &str, currency: &str) -> String {
        // In the address amounts stand as people type them, not in minor units.
        let plain = Field { required: false, signed: true, ..*field };
        let one = |text: &str| {
            let minor = match field.kind {
                Kind::Money | Kind::Base => value::read(&plain, text, currency).ok().and_then(|value| value.to_text()),
                _ => None,
            };
            self.show(record, field.name, field.kind, minor.as_deref().or(Some(text)), currency)
        };
        match text.split_once("..") {
            Some((start, "")) => t!(self, "filter-from", start = one(start)),
            Some(("", end)) => t!(self, "filter-to", end = one(end)),
            Some((start, end)) => format!("{} – {}", one(start), one(end)),
            None => self.list(&text.split(',').map(one).collect::<Vec<_>>()),
        }
    }

    /// Words one after the other, as the language separates them.
    pub fn list(&self, words: &[String]) -> String {
        words.join(if self.locale.is_arabic() { "، " } else { ", " })
    }

    /// A field's canonical text as people edit it: no grouping, so that it can be typed over.
    pub fn edit(&self, kind: Kind, text: Option<&str>, currency: &str) -> String {
        match Value::from_text(kind, text) {
            Value::Null => String::new(),
            Value::Int(minor) if matches!(kind, Kind::Money | Kind::Base) => {
                in_digits(money::from_minor(minor, money::decimals(currency)).to_string(), self.digits)
            }
            Value::Decimal(decimal) => in_digits(decimal.normalize().to_string(), self.digits),
            Value::Int(int) => self.digits_only(int.to_string()),
            Value::Date(date) => self.digits_only(value::iso(date)),
            other => other.to_text().unwrap_or_default(),
        }
    }

    /// A label that may be canonical names or plain text.
    pub fn label(&self, text: &str) -> String {
        if text.starts_with('{') { self.name(&Names::from_text(text)).to_owned() } else { text.to_owned() }
    }
}
