//! The words of choices: files have them as people call them, in either language, or as they are kept.

use crate::i18n::{Digits, I18n, Locale};
use crate::platform::door::{self, Typed};
use crate::platform::permission::Rights;
use crate::record::fold::fold;
use crate::record::{Field, Kind, Names, Record};
use std::borrow::Cow;
use std::collections::HashMap;

/// What stands between words that may hold commas.
const BETWEEN: &str = " · ";

/// What the choices of a record's fields are called.
pub struct Words {
    fields: HashMap<&'static str, Choices>,
    of_lines: HashMap<&'static str, Choices>,
}

/// What the choices of one field are called.
struct Choices {
    /// The words that are kept, with what people call them.
    offered: Vec<(&'static str, Names)>,
    /// The word behind each name, as it is written and folded.
    words: HashMap<String, &'static str>,
}

impl Words {
    pub fn of(record: &Record) -> Words {
        Words {
            fields: choices_of(record.fields),
            of_lines: choices_of(record.lines.map_or(&[], |lines| lines.fields)),
        }
    }

    /// The texts with choices by the words that are kept. What is no choice stays, and is refused where it is read.
    pub fn kept<'t>(&self, typed: &'t Typed) -> Cow<'t, Typed> {
        let mut kept = Cow::Borrowed(typed);
        for (name, choices) in &self.fields {
            if let Some(word) = typed.fields.get(*name).and_then(|text| choices.meant(text)) {
                kept.to_mut().fields.insert((*name).to_owned(), word.to_owned());
            }
        }
        for (row, texts) in typed.lines.iter().flatten().enumerate() {
            for (name, choices) in &self.of_lines {
                if let Some(word) = texts.get(*name).and_then(|text| choices.meant(text))
                    && let Some(lines) = &mut kept.to_mut().lines
                {
                    lines[row].insert((*name).to_owned(), word.to_owned());
                }
            }
        }
        kept
    }

    /// What can be written for the field of a target, in either language.
    pub fn offered(&self, target: &str) -> Option<Names> {
        let choices = match target.strip_prefix("line.") {
            Some(name) => self.of_lines.get(name)?,
            None => self.fields.get(target)?,
        };
        let in_a_row = |arabic: bool| {
            let names = choices.offered.iter().map(|(_, names)| names.in_language(arabic));
            names.collect::<Vec<_>>().join(BETWEEN)
        };
        Some(Names::new(in_a_row(false), in_a_row(true)))
    }
}

/// What the columns of choices, and those of yes and no, can hold for somebody, by target.
pub fn shown(i18n: I18n, record: &Record, rights: &Rights) -> Vec<(String, String)> {
    let words = Words::of(record);
    let lines = record.lines.map_or(&[][..], |lines| lines.fields);
    let of_lines = lines.iter().map(|field| (field, format!("line.{}", field.name)));
    let targets = record.fields.iter().map(|field| (field, field.name.to_owned())).chain(of_lines);
    let grant = rights.on(record);
    targets
        .filter(|(field, target)| !field.computed && grant.changes_field(&super::right_to(target)))
        .filter_map(|(field, target)| match field.kind {
            Kind::Bool => Some((target, [true, false].map(|yes| i18n.yes_or_no(yes)).join(BETWEEN))),
            Kind::Choice(_) => words.offered(&target).map(|names| (target, i18n.name(&names).to_owned())),
            _ => None,
        })
        .collect()
}

fn choices_of(fields: &'static [Field]) -> HashMap<&'static str, Choices> {
    let entered = fields.iter().filter(|field| !field.computed);
    entered.filter_map(|field| Some((field.name, Choices::of(field)?))).collect()
}

impl Choices {
    fn of(field: &Field) -> Option<Choices> {
        let [en, ar] = Locale::ALL.map(|locale| I18n::new(locale, Digits::Western));
        let offered: Vec<(&'static str, Names)> = match field.kind {
            Kind::Choice(words) => {
                words.iter().map(|w| (*w, Names::new(en.choice_of(field, w), ar.choice_of(field, w)))).collect()
            }
            Kind::RecordType => {
                door::records().iter().map(|r| (r.name, Names::new(en.record(r), ar.record(r)))).collect()
            }
            _ => return None,
        };
        // A name as it is written comes before one that is only written alike, and names before words.
        let mut words = HashMap::new();
        let names = || offered.iter().flat_map(|(word, names)| [(*word, &names.en), (*word, &names.ar)]);
        for (word, name) in names() {
            words.entry(name.trim().to_owned()).or_insert(word);
        }
        for (word, name) in names() {
            words.entry(fold(name)).or_insert(word);
        }
        for (word, _) in &offered {
            words.entry(fold(word)).or_insert(*word);
        }
        words.remove("");
        Some(Choices { offered, words })
    }

    /// The word that a text means, where it is not that word itself.
    fn meant(&self, text: &str) -> Option<&'static str> {
        let text = text.trim();
        if self.offered.iter().any(|(word, _)| *word == text) {
            return None;
        }
        self.words.get(text).or_else(|| self.words.get(&fold(text))).copied()
    }
}
