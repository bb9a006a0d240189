//! What happened in a company, as its audit page shows it.

use super::custom::CustomField;
use super::page::Message;
use super::query::encode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One change of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub id: Uuid,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    /// Who did it; empty when Diwan itself did.
    pub member: String,
    pub record: String,
    pub record_id: Uuid,
    /// Canonical text of the record's title, as it is now and empty when it has none; nothing when the record is gone.
    pub title: Option<String>,
    pub action: String,
    pub address: String,
    pub request: String,
    /// The one of the record's amounts: its own as it is now, or was last when the record is gone; else the company's.
    pub currency: String,
    /// Field, old and new canonical text; for links the title of what they lead to.
    pub changes: Vec<(String, Option<String>, Option<String>)>,
}

/// What is asked of the audit log; lives in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    pub record: String,
    pub record_id: Option<Uuid>,
    pub member: Option<Uuid>,
    pub action: String,
    /// Dates as typed; empty for no limit.
    pub from: String,
    pub to: String,
    /// Entries older than this one.
    pub before: Option<Uuid>,
}

impl AuditQuery {
    pub fn read(pairs: &[(String, String)]) -> AuditQuery {
        let text =
            |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, t)| t.trim().to_owned()).unwrap_or_default();
        AuditQuery {
            record: text("record"),
            record_id: text("id").parse().ok(),
            member: text("member").parse().ok(),
            action: text("action"),
            from: text("from"),
            to: text("to"),
            before: text("before").parse().ok(),
        }
    }

    /// The query as an address below this path.
    pub fn address(&self, path: &str) -> String {
        let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let pairs = [
            ("record", self.record.clone()),
            ("id", id(self.record_id)),
            ("member", id(self.member)),
            ("action", self.action.clone()),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("before", id(self.before)),
        ];
        let given: Vec<String> = pairs
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("{name}={}", encode(&text)))
            .collect();
        if given.is_empty() { path.to_owned() } else { format!("{path}?{}", given.join("&")) }
    }
}

/// A page of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub query: AuditQuery,
    /// What is wrong with the query: the field, and what to do.
    pub faults: Vec<(String, Message)>,
    pub entries: Vec<AuditEntry>,
    /// Whether there are older ones.
    pub more: bool,
    /// Members to choose from.
    pub members: Vec<(Uuid, String)>,
    /// Rows in the chain, and its last hash in hexadecimal: written down elsewhere, it proves the past.
    pub length: i64,
    pub head: String,
    pub company_currency: String,
    /// Fields that the company has added to its records.
    pub custom: Vec<CustomField>,
}
