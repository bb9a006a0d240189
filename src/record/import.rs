//! Imports as their pages show them.

use super::custom::CustomField;
use super::page::Message;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A row that cannot be imported: line of the file, column, what was there, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    pub line: i64,
    pub column: String,
    pub text: String,
    pub reason: Message,
}

/// A document that an import makes or changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    pub line: i64,
    /// Canonical text of what it is called; empty when it has no name yet.
    pub title: String,
    pub lines: usize,
    pub changed: bool,
    #[serde(default)]
    pub changes: Changes,
}

/// What changes of a record that was there before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Field, old and new canonical text, the fields named as the audit does; for links the title of what they lead to.
    pub fields: Vec<(String, Option<String>, Option<String>)>,
    /// Fields that change beside these.
    pub more: i64,
    /// The currency of the record's money; the company's when it has none of its own.
    pub currency: String,
}

/// A column of the file and where it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// Empty for a column that is left out.
    pub target: String,
    /// Canonical text of what its values are multiplied by; empty where they come in as they stand.
    pub factor: String,
}

/// An import of the past, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub id: Uuid,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    pub member: String,
    /// What the file is called.
    pub name: String,
    pub state: String,
}

/// Where an import stands and what can be done with it; without `batch`, the page that takes a new file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPage {
    /// Name of the record type.
    pub record: String,
    pub batch: Option<Past>,
    /// Rows gone through, of how many, while something is being done.
    pub running: Option<(i64, i64)>,
    /// Sentences about it, each with the class of its notice: `good`, `bad` or `warn`.
    pub notices: Vec<(String, Message)>,
    pub columns: Vec<Column>,
    /// The same text for every row, by target.
    pub fixed: Vec<(String, String)>,
    /// Whether rows may change records that exist; nothing where the reader cannot have that.
    pub changes: Option<bool>,
    /// Targets with their labels.
    pub choices: Vec<(String, String)>,
    /// Of these, the ones whose values can be multiplied on the way.
    pub figures: Vec<String>,
    /// What columns of choices can hold, by target, as the reader calls it; only where a new file is taken.
    pub words: Vec<(String, String)>,
    pub bad: Vec<BadRow>,
    pub more_bad: i64,
    /// Whether there are more of them, and all can be had as a file.
    pub has_faults: bool,
    /// Whether the rows that were left out can be had as a file.
    pub has_rest: bool,
    pub examples: Vec<Example>,
    pub company_currency: String,
    /// Fields that the company has added to such records.
    pub custom: Vec<CustomField>,
    /// What can be done: `check`, `import`, `skip`, `cancel`, `continue`, `undo`.
    pub verbs: Vec<String>,
    pub past: Vec<Past>,
}
