//! What travels between server and browser: pages of records as canonical text beside their description.

use super::comments::Talk;
use super::custom::CustomField;
use super::{Field, Record};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An argument of a message, put into the reader's words, digits and calendar where it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arg {
    Text(String),
    Number(Decimal),
    /// As ISO text.
    Date(String),
    /// The first of these messages that exists, such as the name of a state.
    Words(Vec<String>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(text.to_owned())
    }
}
impl From<&String> for Arg {
    fn from(text: &String) -> Arg {
        Arg::Text(text.clone())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Arg {
        Arg::Text(text)
    }
}
impl From<Decimal> for Arg {
    fn from(number: Decimal) -> Arg {
        Arg::Number(number)
    }
}
impl From<usize> for Arg {
    fn from(number: usize) -> Arg {
        Arg::Number(number.into())
    }
}
impl From<Date> for Arg {
    fn from(date: Date) -> Arg {
        Arg::Date(super::value::iso(date))
    }
}

/// A message by its id; rendered in the reader's language where it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: String,
    #[serde(default)]
    pub args: Vec<(String, Arg)>,
}

impl Message {
    pub fn new(id: impl Into<String>) -> Message {
        Message { id: id.into(), args: Vec::new() }
    }
    pub fn with(mut self, name: &str, value: impl Into<Arg>) -> Message {
        self.args.push((name.to_owned(), value.into()));
        self
    }
}

/// One field of one record: canonical text, or what was typed when it could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub text: Option<String>,
    /// What a link shows: the canonical text of the linked record's title.
    pub label: Option<String>,
    /// The text as typed, kept when it is not a value of the field.
    pub typed: Option<String>,
    pub fault: Option<Message>,
}

/// A row of a list; cells stand in the order of the page's columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub id: Uuid,
    pub version: i32,
    pub cells: Vec<Cell>,
    /// Currency of the row's money; the company's when absent.
    pub currency: Option<String>,
    /// Whether its state lets its fields be changed.
    pub editable: bool,
}

/// A query that was kept by a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub id: Uuid,
    pub name: String,
    /// What stands behind the question mark of the list's address.
    pub query: String,
    pub shared: bool,
    /// Whether this reader may remove it.
    pub removable: bool,
}

/// One state of a board, with its latest cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardColumn {
    pub state: String,
    /// Rows in the state, up to the limit of counting.
    pub count: i64,
    pub rows: Vec<Row>,
}

/// Rows that share a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Canonical text of the value.
    pub text: Option<String>,
    /// What a link shows.
    pub label: Option<String>,
    pub count: i64,
    /// Sums in the order of the record's totals: field, currency, minor units.
    pub sums: Vec<(String, String, i64)>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// What was asked of its rows and came back.
    pub draft: Option<BulkDraft>,
    pub record: String,
    pub query: super::query::Query,
    pub rows: Vec<Row>,
    /// Rows that match, up to the limit of counting.
    pub count: i64,
    /// Whether there are more rows than were counted.
    pub capped: bool,
    /// Sums over all matching rows, in the order of the record's totals, by currency; none where there are more rows than were
    /// counted.
    pub totals: Vec<(String, String, i64)>,
    /// Place before the first row, when there are earlier rows.
    pub before: Option<String>,
    /// Place after the last row, when there are later rows.
    pub after: Option<String>,
    /// Rows in each view, in the order of the record's views; the count of all rows stands first.
    pub views: Vec<i64>,
    /// Titles of the links that filters name, as (field, canonical text).
    pub labels: Vec<(String, String)>,
    pub can_create: bool,
    /// Whether a file may bring more of them.
    pub can_import: bool,
    /// Queries that the reader can open by their name.
    pub saved: Vec<SavedView>,
    /// The states, when the list is a board.
    pub board: Vec<BoardColumn>,
    /// The groups, when rows are grouped.
    pub groups: Vec<Group>,
    /// What the reader is told that the list leaves out.
    pub note: Option<Message>,
    /// What can be done to many rows at once: `delete`, `set`, actions.
    pub bulk: Vec<String>,
    /// The id that a job gets which is asked for on this page.
    pub job: Uuid,
    /// Fields that can be set for many rows at once.
    pub settable: Vec<String>,
    /// Fields that are kept from this reader.
    pub hidden: Vec<String>,
    pub company_currency: String,
    /// Fields that the company has added to the record.
    pub custom: Vec<CustomField>,
}

/// What was asked of many rows and came back: the ticks, what was typed, and what stood in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDraft {
    pub ids: Vec<Uuid>,
    /// All rows that match, rather than the ticked ones.
    pub all: bool,
    /// The field that was to be set, with what was typed into it.
    pub field: Option<(String, Cell)>,
    pub faults: Vec<Message>,
}

impl ListPage {
    /// Whether the reader may change this field of a row where it stands.
    pub fn settable(&self, row: &Row, field: &Field) -> bool {
        row.editable && self.settable.iter().any(|name| name == field.name)
    }

    /// The columns to show: what the query asks for, as far as the reader may see it.
    pub fn columns(&self, record: &Record) -> Vec<&'static Field> {
        let seen = |field: &&Field| !self.hidden.iter().any(|name| name == field.name);
        self.query.columns(record).into_iter().filter(seen).collect()
    }
}

/// One line of a document on a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCells {
    pub id: Option<Uuid>,
    pub cells: Vec<Cell>,
}

/// Something that happened to a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub action: String,
    pub user: String,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    /// Field, old and new canonical text; for links the title of what they lead to.
    pub changes: Vec<(String, Option<String>, Option<String>)>,
}

/// Another document that belongs to the story of this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    pub record: String,
    pub id: Uuid,
    pub title: String,
    pub state: Option<String>,
}

/// A field of a line that somebody else saved otherwise. A line that only one of the two has is empty in the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineConflict {
    /// Counted from 1, in the version that has the line.
    pub row: i64,
    pub field: String,
    pub mine: Cell,
    pub theirs: Cell,
}

/// What somebody else saved meanwhile: field name, mine, theirs, as canonical text or typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    pub user: String,
    pub version: i32,
    pub fields: Vec<(String, Cell, Cell)>,
    pub lines: Vec<LineConflict>,
}

/// An address or a secret that the reader is to hand on, with what to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOn {
    pub message: Message,
    /// An address from the root of the site on; what begins otherwise is handed on as it is.
    pub path: String,
}

/// What names of files that may be attached end in, as browsers want it.
pub const FILE_ENDINGS: &str =
    ".pdf,.png,.jpg,.jpeg,.jfif,.webp,.gif,.svg,.txt,.csv,.docx,.xlsx,.pptx,.odt,.ods,.odp,.dxf,.dwg";

/// Bytes of the megabytes in which people read how large something is.
pub const MEGABYTE: i64 = 1024 * 1024;

/// Bytes of the gigabytes in which people read and write how large something is.
pub const GIGABYTE: i64 = 1024 * MEGABYTE;

/// A file that hangs on a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileItem {
    pub id: Uuid,
    pub name: String,
    /// What its name ends in by its type, such as `pdf`.
    pub kind: String,
    /// Bytes.
    pub size: i64,
    /// Who attached it.
    pub by: String,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    /// Address of a small picture of it; good for some minutes.
    pub thumbnail: Option<String>,
    /// Whether this reader may remove it.
    pub removable: bool,
}

/// The files of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileShelf {
    pub items: Vec<FileItem>,
    pub can_attach: bool,
    /// What stood in the way of the files that were just sent.
    pub said: Vec<Message>,
}

/// A record on its form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPage {
    pub record: String,
    /// The company that it is a record of.
    pub company: Uuid,
    pub id: Option<Uuid>,
    pub version: i32,
    /// In the order of the record's fields.
    pub cells: Vec<Cell>,
    pub lines: Vec<LineCells>,
    pub editable: bool,
    pub deletable: bool,
    /// Fields that are kept from this reader; those of lines as `lines.price`.
    pub hidden: Vec<String>,
    /// Fields that this reader sees and cannot change.
    pub fixed: Vec<String>,
    /// Actions that this reader can take now.
    pub offers: Vec<String>,
    pub events: Vec<Event>,
    pub linked: Vec<Linked>,
    pub company_currency: String,
    /// Currency of the document's money.
    pub currency: String,
    /// What stands in the way, with the field it concerns where there is one.
    pub faults: Vec<(Option<String>, Message)>,
    pub notice: Option<Message>,
    pub hand_on: Option<HandOn>,
    /// Whether it describes a person of whom this reader may have everything told.
    pub person: bool,
    /// Language of the party it is printed for; the reader's when absent.
    pub paper: Option<String>,
    /// What the server has drawn to stand above the fields, as HTML.
    pub aside: String,
    pub conflict: Option<Conflict>,
    /// None for a record that is not saved yet, or whose files this reader does not see.
    pub files: Option<FileShelf>,
    /// None for a record that is not saved yet, or whose comments this reader does not see.
    pub talk: Option<Talk>,
    /// Fields that the company has added to the record; to all records where rights are edited.
    pub custom: Vec<CustomField>,
}

/// A choice of a typeahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    pub id: Uuid,
    /// Canonical text of the title.
    pub title: String,
    pub hint: Option<String>,
}
