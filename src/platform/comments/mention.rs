//! Mentions in comments. People type `@` and a name; what is kept is the member's id, `@[…]`, so that a mention stays one
//! when a name changes.

use crate::platform::error::Refusal;
use crate::record::comments::Part;
use crate::record::fold::fold;
use std::collections::HashMap;
use uuid::Uuid;

/// Mentions that one comment may have.
const MOST: usize = 50;

/// Pieces that a name may fall into at spaces, hyphens and points.
const PIECES: usize = 16;

/// Length of a kept mention: `@[`, the id, `]`.
const KEPT: usize = 39;

/// Somebody who can be meant.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    /// Whether they may read what mentions them.
    pub reads: bool,
}

/// The id of a kept mention at the beginning of a text.
fn kept(text: &str) -> Option<Uuid> {
    text.get(..KEPT)?.strip_prefix("@[")?.strip_suffix(']')?.parse().ok()
}

/// A piece of a kept text.
enum Piece<'t> {
    Text(&'t str),
    Member(Uuid, &'t str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut begun) = (Vec::new(), 0);
    for (at, _) in text.match_indices("@[") {
        if let Some(id) = kept(&text[at..]).filter(|_| at >= begun) {
            if at > begun {
                pieces.push(Piece::Text(&text[begun..at]));
            }
            pieces.push(Piece::Member(id, &text[at..at + KEPT]));
            begun = at + KEPT;
        }
    }
    if begun < text.len() {
        pieces.push(Piece::Text(&text[begun..]));
    }
    pieces
}

/// The members that a kept text mentions.
pub fn mentioned(text: &str) -> Vec<Uuid> {
    let members = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Member(id, _) => Some(id),
        Piece::Text(_) => None,
    });
    members.collect()
}

/// A kept text as it is shown. Ids that are nobody's are text.
pub fn parts(text: &str, names: &HashMap<Uuid, String>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for piece in pieces(text) {
        let plain = match piece {
            Piece::Text(plain) => plain,
            Piece::Member(id, plain) => match names.get(&id) {
                Some(name) => {
                    parts.push(Part::Mention(name.clone()));
                    continue;
                }
                None => plain,
            },
        };
        match parts.last_mut() {
            Some(Part::Text(before)) => before.push_str(plain),
            _ => parts.push(Part::Text(plain.to_owned())),
        }
    }
    parts
}

/// A kept text in one line of plain words, for the audit.
pub fn plain(text: &str, names: &HashMap<Uuid, String>) -> String {
    let words = parts(text, names).into_iter().map(|part| match part {
        Part::Text(text) => text,
        Part::Mention(name) => format!("@{name}"),
    });
    words.collect()
}

/// A kept text as its author would type it, so that [`read`] makes the same of it again.
pub fn source(text: &str, names: &HashMap<Uuid, String>, people: &[Person]) -> String {
    let typed = plain(text, names);
    if read(&typed, people, &mentioned(text)).is_ok_and(|again| again == text) { typed } else { text.to_owned() }
}

/// Reads what somebody typed: each name behind an `@` becomes the id of whoever has it. A name that nobody has stays text.
/// Refuses mentions of those who may not read them, but for those who are `known` to be mentioned already.
pub fn read(typed: &str, people: &[Person], known: &[Uuid]) -> Result<String, Vec<Refusal>> {
    let mut called: HashMap<String, Vec<&Person>> = HashMap::new();
    for person in people {
        called.entry(fold(&person.name)).or_default().push(person);
        called.entry(fold(&person.email)).or_default().push(person);
    }
    let (mut out, mut refusals, mut count) = (String::with_capacity(typed.len()), Vec::new(), 0);
    let (mut rest, mut before) = (typed, None::<char>);
    while let Some(next) = rest.chars().next() {
        // In the middle of a word it is a mail address.
        let inside = before.is_some_and(|c| c.is_alphanumeric() || c == '@');
        match meant(rest, people, &called, inside) {
            Some((length, found)) => {
                count += 1;
                match choose(&found, known) {
                    Ok(person) => out.push_str(&format!("@[{}]", person.id)),
                    Err(refusal) if refusals.contains(&refusal) => {}
                    Err(refusal) => refusals.push(refusal),
                }
                before = Some('@');
                rest = &rest[length..];
            }
            None => {
                out.push(next);
                before = Some(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    if count > MOST {
        refusals.push(Refusal::new("refuse-mention-many").with("most", MOST));
    }
    if refusals.is_empty() { Ok(out) } else { Err(refusals) }
}

/// Who is meant by the `@` that a text begins with, and how much of the text says so: an id, which counts wherever it stands,
/// or the longest name that fits, which does not count `inside` a word.
fn meant<'p>(
    text: &str,
    people: &'p [Person],
    called: &HashMap<String, Vec<&'p Person>>,
    inside: bool,
) -> Option<(usize, Vec<&'p Person>)> {
    if let Some(id) = kept(text) {
        return people.iter().find(|person| person.id == id).map(|person| (KEPT, vec![person]));
    }
    let name = text.strip_prefix('@').filter(|_| !inside)?;
    let line = &name[..name.find('\n').unwrap_or(name.len())];
    let mut ends: Vec<usize> = Vec::new();
    let mut letters = line.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        if !c.is_whitespace() && letters.peek().is_none_or(|(_, next)| !next.is_alphanumeric()) {
            ends.push(at + c.len_utf8());
        }
        if ends.len() == PIECES {
            break;
        }
    }
    let fits = |end: &usize| Some((end + 1, called.get(&fold(&line[..*end]))?.clone()));
    ends.iter().rev().find_map(fits).filter(|_| line.starts_with(char::is_alphanumeric))
}

/// The one of several of the same name who is meant: the one who may read it.
fn choose<'p>(found: &[&'p Person], known: &[Uuid]) -> Result<&'p Person, Refusal> {
    let may: Vec<&Person> = found.iter().copied().filter(|p| p.reads || known.contains(&p.id)).collect();
    match may[..] {
        [person] => Ok(person),
        [] => Err(Refusal::new("refuse-mention-unseen").with("name", &found[0].name)),
        [first, ..] => Err(Refusal::new("refuse-mention-twice").with("name", &first.name).with("email", &first.email)),
    }
}
