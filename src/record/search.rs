//! What a search over every record finds.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Shortest text that is looked for, in characters; a single letter is everywhere.
pub const SHORTEST: usize = 2;

/// A record that was found, or a list that was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Empty for a list, whose hint is its address.
    pub record: String,
    pub id: Uuid,
    /// Canonical text of the title; empty for a document without a number.
    pub title: String,
    /// Canonical text of what helps to recognise it: its code, or whose it is.
    pub hint: Option<String>,
    pub state: Option<String>,
}

/// What was looked for and what was found, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    pub text: String,
    pub hits: Vec<Hit>,
}
