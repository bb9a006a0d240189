//! Jobs as their pages show them.

use super::page::Message;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A job in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLine {
    pub id: Uuid,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    pub member: String,
    pub kind: String,
    /// The type of record it works on; empty for none.
    pub record: String,
    /// What it does with each record: `delete`, `set`, the name of an action; `rehearse`, `import` or
    /// `undo` for an import; `export`, `archive`, `mail`, and `person` for all that is known of one.
    pub verb: String,
    /// The import that it works on, whose page tells more than the job's.
    pub batch: Option<Uuid>,
    pub state: String,
    pub done: i64,
    pub refused: i64,
    /// How much there is to do, once that is known.
    pub total: Option<i64>,
    /// Somebody asked it to stop.
    pub cancelling: bool,
    /// Why it failed.
    pub message: Option<Message>,
    /// What the file is called that came of it and can be taken.
    pub file: Option<String>,
}

impl JobLine {
    /// Whether nothing more happens by itself.
    pub fn ended(&self) -> bool {
        !matches!(self.state.as_str(), "waiting" | "running")
    }
}

/// What came of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    pub record_id: Uuid,
    /// Canonical text of the record's title; empty when it is gone or out of reach.
    pub title: String,
    pub refused: bool,
    pub message: Option<Message>,
}

/// A job with its report: what was refused first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobPage {
    pub line: JobLine,
    pub rows: Vec<JobRow>,
    /// The place after the last row, when there are more.
    pub later: Option<String>,
}
