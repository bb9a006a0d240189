//! Languages: which one a reader gets, messages through Fluent, figures and dates in it.

pub mod events;
pub mod figures;
#[cfg(feature = "ssr")]
pub mod negotiate;

use crate::record::page::{Arg, Message};
use crate::record::{Field, Names, Record};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::sync::{Arc, OnceLock};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Locale {
    En,
    Ar,
}

impl Locale {
    pub const ALL: [Locale; 2] = [Locale::En, Locale::Ar];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::Ar => "ar",
        }
    }

    /// The value of `dir` on the page.
    pub const fn direction(self) -> &'static str {
        match self {
            Locale::En => "ltr",
            Locale::Ar => "rtl",
        }
    }

    pub fn from_tag(tag: &str) -> Option<Locale> {
        Locale::ALL.into_iter().find(|locale| tag == locale.tag() || tag.starts_with(&format!("{}-", locale.tag())))
    }

    pub const fn is_arabic(self) -> bool {
        matches!(self, Locale::Ar)
    }
}

/// The digits a reader wants to see. Input accepts all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Digits {
    #[default]
    Western,
    Arabic,
}

impl Digits {
    pub const fn tag(self) -> &'static str {
        match self {
            Digits::Western => "latn",
            Digits::Arabic => "arab",
        }
    }
    pub fn from_tag(tag: &str) -> Digits {
        if tag == "arab" { Digits::Arabic } else { Digits::Western }
    }
}

/// The reader's language; small enough to be passed by value everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct I18n {
    pub locale: Locale,
    pub digits: Digits,
}

/// Fails the build when a message or one of its variables does not exist.
pub const fn check_message(id: &str, variables: &[&str]) {
    let mut i = 0;
    while i < MESSAGES.len() {
        if same(MESSAGES[i].0, id) {
            let known = MESSAGES[i].1;
            assert!(known.len() == variables.len(), "the message has other variables");
            let mut j = 0;
            while j < variables.len() {
                let mut k = 0;
                let mut found = false;
                while k < known.len() {
                    found = found || same(known[k], variables[j]);
                    k += 1;
                }
                assert!(found, "the message has no such variable");
                j += 1;
            }
            return;
        }
        i += 1;
    }
    panic!("no such message in locales/en");
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A message in the reader's language: `t!(i, "list-count", count = 12)`. Unknown ids and variables do not compile.
#[macro_export]
macro_rules! t {
    ($i18n:expr, $id:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        const _: () = $crate::i18n::check_message($id, &[$(stringify!($name)),*]);
        #[allow(unused_mut)]
        let mut args = ::fluent_bundle::FluentArgs::new();
        $(args.set(stringify!($name), $value);)*
        $crate::i18n::I18n::format(&$i18n, $id, Some(&args))
    }};
}

type Bundle = FluentBundle<Arc<FluentResource>>;

/// Bundles of one language: with isolation marks for the page, without for attributes, files and logs.
struct Bundles {
    isolating: Bundle,
    plain: Bundle,
}

static ENGLISH: OnceLock<Bundles> = OnceLock::new();
static ARABIC: OnceLock<Bundles> = OnceLock::new();

thread_local! {
    static DIGITS: Cell<Digits> = const { Cell::new(Digits::Western) };
}

fn bundles(locale: Locale) -> Option<&'static Bundles> {
    let cell = match locale {
        Locale::En => &ENGLISH,
        Locale::Ar => &ARABIC,
    };
    #[cfg(feature = "ssr")]
    {
        Some(cell.get_or_init(|| parse(locale, source(locale).to_owned())))
    }
    #[cfg(not(feature = "ssr"))]
    {
        cell.get()
    }
}

/// The joined Fluent file of a language, as the server has it.
#[cfg(feature = "ssr")]
pub fn source(locale: Locale) -> &'static str {
    match locale {
        Locale::En => include_str!(concat!(env!("OUT_DIR"), "/en.ftl")),
        Locale::Ar => include_str!(concat!(env!("OUT_DIR"), "/ar.ftl")),
    }
}

/// What of it the browser is given: all but what only programs read, and pages that the server draws for those who write them.
#[cfg(feature = "ssr")]
pub fn browser_source(locale: Locale) -> &'static str {
    match locale {
        Locale::En => include_str!(concat!(env!("OUT_DIR"), "/en.browser.ftl")),
        Locale::Ar => include_str!(concat!(env!("OUT_DIR"), "/ar.browser.ftl")),
    }
}

/// A text without the marks that set names of another direction apart on a page; they have no place in a file, nor in what
/// programs read.
#[cfg(feature = "ssr")]
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{2066}'..='\u{2069}')).collect()
}

/// Gives the browser the messages it fetched; called once, before the page is hydrated.
#[cfg(not(feature = "ssr"))]
pub fn install(locale: Locale, source: String) {
    let cell = match locale {
        Locale::En => &ENGLISH,
        Locale::Ar => &ARABIC,
    };
    let _ = cell.set(parse(locale, source));
}

fn parse(locale: Locale, source: String) -> Bundles {
    let resource = Arc::new(FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource));
    let bundle = |isolating| {
        let language = locale.tag().parse().unwrap_or_default();
        let mut bundle = Bundle::new_concurrent(vec![language]);
        bundle.set_use_isolating(isolating);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => {
                let text = number.options.currency.clone().unwrap_or_else(|| number.as_string().into_owned());
                Some(figures::group(&text, DIGITS.get()))
            }
            _ => None,
        }));
        bundle.add_resource_overriding(resource.clone());
        bundle
    };
    Bundles { isolating: bundle(true), plain: bundle(false) }
}

/// The arguments with each whole number from a hundred on replaced by one that Arabic counts alike, the real one beside it
/// for display. The plural rules in use (intl_pluralrules 7) look at the whole number where CLDR looks at its last two
/// digits, and so take 103 and 111 for neither few nor many.
fn arabic_counts<'a>(args: &'a FluentArgs<'a>) -> FluentArgs<'a> {
    let mut counted = FluentArgs::new();
    for (name, value) in args.iter() {
        let value = match value {
            FluentValue::Number(number) if number.value.abs() >= 100.0 && number.value.fract() == 0.0 => {
                let mut alike = number.clone();
                alike.options.currency = Some(number.as_string().into_owned());
                alike.value = match number.value.abs() % 100.0 {
                    rest if rest >= 3.0 => rest,
                    _ => 100.0,
                };
                FluentValue::Number(alike)
            }
            other => other.clone(),
        };
        counted.set(name.to_owned(), value);
    }
    counted
}

impl I18n {
    pub const fn new(locale: Locale, digits: Digits) -> I18n {
        I18n { locale, digits }
    }

    /// Formats a message whose id is known only at run time. `t!` is for all others.
    pub fn format(&self, id: &str, args: Option<&FluentArgs>) -> String {
        self.try_format(id, args, true).unwrap_or_else(|| id.to_owned())
    }

    fn try_format(&self, id: &str, args: Option<&FluentArgs>, isolating: bool) -> Option<String> {
        let bundles = bundles(self.locale)?;
        let bundle = if isolating { &bundles.isolating } else { &bundles.plain };
        let pattern = bundle.get_message(id)?.value()?;
        DIGITS.set(self.digits);
        let counted = args.filter(|_| self.locale.is_arabic()).map(arabic_counts);
        let args = counted.as_ref().or(args);
        Some(bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    }

    pub fn has(&self, id: &str) -> bool {
        bundles(self.locale).is_some_and(|b| b.plain.has_message(id))
    }

    /// The first of these messages that exists.
    fn first(&self, ids: &[&str]) -> String {
        let found = ids.iter().find_map(|id| self.try_format(id, None, false));
        found.unwrap_or_else(|| ids[0].to_owned())
    }

    /// A message that came from the server.
    pub fn message(&self, message: &Message) -> String {
        let mut args = FluentArgs::new();
        for (name, arg) in &message.args {
            let name = name.clone();
            match arg {
                Arg::Text(text) => args.set(name, self.label(text)),
                Arg::Number(number) => match i64::try_from(*number) {
                    Ok(whole) if number.is_integer() => args.set(name, whole),
                    _ => args.set(name, self.decimal(*number, 0)),
                },
                Arg::Date(text) => args.set(name, self.date_text(text)),
                Arg::Words(ids) => args.set(name, self.first(&ids.iter().map(String::as_str).collect::<Vec<_>>())),
            }
        }
        self.format(&message.id, Some(&args))
    }

    pub fn name<'a>(&self, names: &'a Names) -> &'a str {
        names.in_language(self.locale.is_arabic())
    }

    /// The label of a field: its own in this record, else the common one.
    pub fn field(&self, record: &Record, field: &str) -> String {
        if let Some(custom) = record.field(field).and_then(|field| field.custom) {
            return self.name(&custom.label).to_owned();
        }
        self.first(&[&format!("{}-{field}", record.name), &format!("field-{field}")])
    }

    /// The label of a line's field.
    pub fn line_field(&self, record: &Record, field: &str) -> String {
        self.first(&[&format!("{}-line-{field}", record.name), &format!("field-{field}")])
    }

    pub fn record(&self, record: &Record) -> String {
        self.first(&[record.name])
    }

    pub fn records(&self, record: &Record) -> String {
        self.first(&[&format!("{}-many", record.name)])
    }

    pub fn state(&self, record: &Record, state: &str) -> String {
        self.first(&[&format!("{}-state-{state}", record.name), &format!("state-{state}")])
    }

    pub fn action(&self, record: &Record, action: &str) -> String {
        self.first(&[&format!("{}-action-{action}", record.name), &format!("action-{action}")])
    }

    /// What people call a choice of a field.
    pub fn choice_of(&self, field: &Field, choice: &str) -> String {
        match field.custom {
            Some(custom) => custom.choice(choice).map_or(choice, |names| self.name(names)).to_owned(),
            None => self.choice(field.name, choice),
        }
    }

    pub fn choice(&self, field: &str, choice: &str) -> String {
        self.first(&[&format!("choice-{field}-{choice}"), &format!("choice-{choice}")])
    }

    pub fn view(&self, record: &Record, view: &str) -> String {
        self.first(&[&format!("{}-view-{view}", record.name), &format!("view-{view}")])
    }
}
