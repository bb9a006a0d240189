//! What a reader asks of a list; lives in the address, so that a list can be linked, shared and gone back to.

use super::custom::PREFIX;
use super::{Currency, Field, Kind, Record};
use serde::{Deserialize, Serialize};

/// Rows of a page.
pub const PAGE: u32 = 50;
/// Counting stops here; more is shown as "10,000+".
pub const COUNT_LIMIT: i64 = 10_000;
/// The most that the tab of a view counts.
pub const TAB_LIMIT: i64 = 999;

/// A condition on one field. The text is as in the address: `a,b` for any of, `from..to` for a range, plain for equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub field: String,
    pub text: String,
}

/// A list's query: filters, search text, order, columns, place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    pub view: Option<String>,
    pub filters: Vec<Filter>,
    pub search: Option<String>,
    pub sort: Option<String>,
    pub descending: bool,
    pub columns: Vec<String>,
    /// As a board: a column of cards for each state.
    pub board: bool,
    /// A field by whose values rows are counted and summed.
    pub group: Option<String>,
    /// Where the page starts: an opaque, signed place in the order.
    pub after: Option<String>,
    /// The page ends before this place.
    pub before: Option<String>,
}

impl Query {
    /// Reads the parameters of an address. Unknown names are ignored, so an old link still opens its list; those of fields
    /// that companies add are taken, and ignored where the list is made.
    pub fn read(record: &Record, pairs: impl IntoIterator<Item = (String, String)>) -> Query {
        let mut query = Query { descending: record.descending, ..Query::default() };
        for (name, text) in pairs {
            if text.is_empty() {
                continue;
            }
            match name.as_str() {
                "view" => query.view = Some(text),
                "q" => query.search = Some(text),
                "sort" => {
                    query.descending = text.starts_with('-');
                    query.sort = Some(text.trim_start_matches('-').to_owned());
                }
                "layout" => query.board = text == "board" && !record.states.is_empty(),
                "group" => {
                    let known = record.field(&text).is_some_and(|f| groupable(f.kind));
                    query.group = Some(text).filter(|name| known || name.starts_with(PREFIX));
                }
                "columns" => query.columns = text.split(',').map(str::to_owned).collect(),
                "after" => query.after = Some(text),
                "before" => query.before = Some(text),
                field => {
                    if field.starts_with(PREFIX) || record.field(field.trim_end_matches(['~', '<', '>'])).is_some() {
                        query.put(field, text);
                    }
                }
            }
        }
        query
    }

    /// `date<` and `date>` are the two ends of a range typed into two boxes.
    fn put(&mut self, name: &str, text: String) {
        let field = name.trim_end_matches(['~', '<', '>']);
        if name.ends_with('~') {
            return; // what a typeahead showed; its id travels beside it
        }
        let is_end = name.ends_with('<');
        let is_start = name.ends_with('>');
        if !is_end && !is_start {
            self.filters.push(Filter { field: field.to_owned(), text });
            return;
        }
        let at = match self.filters.iter().position(|f| f.field == field) {
            Some(at) => at,
            None => {
                self.filters.push(Filter { field: field.to_owned(), text: "..".to_owned() });
                self.filters.len() - 1
            }
        };
        let filter = &mut self.filters[at];
        let (start, end) = filter.text.split_once("..").unwrap_or(("", ""));
        filter.text = if is_start { format!("{text}..{end}") } else { format!("{start}..{text}") };
    }

    pub fn filter(&self, field: &str) -> Option<&str> {
        self.filters.iter().find(|f| f.field == field).map(|f| f.text.as_str())
    }

    /// The currency that amounts of a filter are meant in: the one that the list is narrowed to, else the company's.
    pub fn currency_of<'c>(&self, record: &Record, kind: Kind, company: &'c str) -> &'c str {
        let own = record.currency_field().filter(|_| kind != Kind::Base);
        let narrowed = own.and_then(|field| self.filter(field.name)).and_then(Currency::of);
        narrowed.map_or(company, |currency| currency.code)
    }

    /// Columns to show: the reader's choice where it names real ones, else the record's.
    pub fn columns(&self, record: &Record) -> Vec<&'static Field> {
        let mut chosen: Vec<&'static Field> = Vec::new();
        for field in self.columns.iter().filter_map(|name| record.field(name)) {
            if !chosen.iter().any(|other| other.name == field.name) {
                chosen.push(field);
            }
        }
        if chosen.is_empty() { record.columns.iter().filter_map(|name| record.field(name)).collect() } else { chosen }
    }

    /// The field that orders the list; never one whose order an index cannot give.
    pub fn sort(&self, record: &Record) -> &'static Field {
        let asked = self.sort.as_deref().and_then(|name| record.field(name)).filter(|f| sortable(f));
        asked.or_else(|| record.field(record.sort)).unwrap_or(&record.fields[0])
    }

    /// The address of this query, from its place on: `?state=draft&after=…`.
    pub fn address(&self, record: &Record) -> String {
        let mut address = format!("/{}", record.path);
        for (i, (name, text)) in self.pairs().iter().enumerate() {
            address.push(if i == 0 { '?' } else { '&' });
            address.push_str(&encode(name));
            address.push('=');
            address.push_str(&encode(text));
        }
        address
    }

    /// The names and texts behind the question mark of the address.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut push = |name: &str, text: &str| pairs.push((name.to_owned(), text.to_owned()));
        if let Some(view) = &self.view {
            push("view", view);
        }
        for filter in &self.filters {
            push(&filter.field, &filter.text);
        }
        if let Some(search) = &self.search {
            push("q", search);
        }
        if let Some(sort) = &self.sort {
            push("sort", &format!("{}{sort}", if self.descending { "-" } else { "" }));
        }
        if !self.columns.is_empty() {
            push("columns", &self.columns.join(","));
        }
        if self.board {
            push("layout", "board");
        }
        if let Some(group) = &self.group {
            push("group", group);
        }
        if let Some(after) = &self.after {
            push("after", after);
        }
        if let Some(before) = &self.before {
            push("before", before);
        }
        pairs
    }

    /// The same list from its first page.
    pub fn from_start(&self) -> Query {
        Query { after: None, before: None, ..self.clone() }
    }

    pub fn without(&self, field: &str) -> Query {
        let mut query = self.from_start();
        query.filters.retain(|f| f.field != field);
        query
    }

    pub fn sorted_by(&self, field: &str, descending: bool) -> Query {
        Query { sort: Some(field.to_owned()), descending, ..self.from_start() }
    }

    pub fn in_view(&self, view: Option<&str>) -> Query {
        Query { view: view.map(str::to_owned), filters: Vec::new(), ..self.from_start() }
    }

    /// The same list with these columns.
    pub fn with_columns(&self, columns: Vec<String>) -> Query {
        Query { columns, ..self.clone() }
    }

    /// Whether anything narrows the list.
    pub fn narrows(&self) -> bool {
        !self.filters.is_empty() || self.search.is_some() || self.view.is_some()
    }
}

/// Kinds by whose values rows can be counted and summed.
pub const fn groupable(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Link(_) | Kind::Choice(_) | Kind::RecordType | Kind::State | Kind::Currency | Kind::Bool | Kind::Date
    )
}

/// Fields that a list can be ordered by: an index gives the order.
pub const fn sortable(field: &Field) -> bool {
    field.custom.is_none() && !matches!(field.kind, Kind::Names | Kind::Note | Kind::Link(_) | Kind::Source)
}

/// Percent-encodes one part of a query string.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b':' => out.push(byte as char),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(HEX[(byte >> 4) as usize] as char);
                out.push(HEX[(byte & 15) as usize] as char);
            }
        }
    }
    out
}
