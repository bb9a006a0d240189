//! What happened to a record, in words; the same in its history, in the audit log and in files.

use super::I18n;
use crate::record::audit::AuditEntry;
use crate::record::{Field, Kind, Record};
use crate::t;

/// A field of a change as the audit names it.
pub struct Changed {
    pub label: String,
    /// None for a file or a comment, whose text is all there is to see.
    pub field: Option<&'static Field>,
}

impl Changed {
    /// The currency of the field's amounts in a record that has this one of its own.
    pub fn currency<'c>(&self, own: &'c str, company: &'c str) -> &'c str {
        if self.field.is_some_and(|f| f.kind == Kind::Base) { company } else { own }
    }
}

impl I18n {
    /// What was done: what is done to all records, or an action of this one.
    pub fn event(&self, record: Option<&Record>, action: &str) -> String {
        match (action, record) {
            ("create", _) => t!(self, "event-create"),
            ("change", _) => t!(self, "event-change"),
            ("delete", _) => t!(self, "event-delete"),
            ("erase", _) => t!(self, "event-erase"),
            ("attach", _) => t!(self, "event-attach"),
            ("detach", _) => t!(self, "event-detach"),
            ("open_file", _) => t!(self, "event-open-file"),
            ("archive", _) => t!(self, "event-archive"),
            ("mail", _) => t!(self, "event-mail"),
            ("comment", _) => t!(self, "event-comment"),
            ("edit_comment", _) => t!(self, "event-edit-comment"),
            ("remove_comment", _) => t!(self, "event-remove-comment"),
            (other, Some(record)) => self.action(record, other),
            (other, None) => other.to_owned(),
        }
    }

    /// What kind of thing an entry is about: a type of record, or what people keep beside the records.
    pub fn audited_kind(&self, record: Option<&Record>, name: &str) -> String {
        match (record, name) {
            (Some(record), _) => self.record(record),
            (None, "saved_view") => t!(self, "saved-view"),
            (None, other) => other.to_owned(),
        }
    }

    /// The field of a change by its name, such as `total` or `lines.3.price`; nothing for fields that nobody sees.
    pub fn changed(&self, record: Option<&'static Record>, name: &str) -> Option<Changed> {
        let beside = match (name, record) {
            ("file", _) => Some(t!(self, "files-file")),
            ("comment", _) => Some(t!(self, "comment")),
            ("name", None) => Some(t!(self, "view-name")),
            ("query", None) => Some(t!(self, "view-query")),
            ("shared", None) => Some(t!(self, "view-shared")),
            _ => None,
        };
        if let Some(label) = beside {
            return Some(Changed { label, field: None });
        }
        let record = record?;
        let (label, field) = match name.strip_prefix("lines.").and_then(|rest| rest.split_once('.')) {
            Some((row, name)) => {
                let row = t!(self, "event-line", row = row.trim_start_matches('-').to_owned());
                (format!("{row} · {}", self.line_field(record, name)), record.lines?.field(name)?)
            }
            None => (self.field(record, name), record.field(name)?),
        };
        (!field.hidden).then_some(Changed { label, field: Some(field) })
    }

    /// What the record of an entry is called; one that is gone is called as the entry itself tells, where it does.
    pub fn audited(&self, record: Option<&Record>, entry: &AuditEntry) -> String {
        let told = || {
            let title = record.map_or("name", |record| record.title);
            let (_, old, new) = entry.changes.iter().find(|(name, ..)| name == title)?;
            new.as_ref().or(old.as_ref())
        };
        match entry.title.as_ref().or_else(told) {
            None => t!(self, "audit-gone"),
            Some(title) if title.is_empty() => t!(self, "unnumbered"),
            Some(title) => self.label(title),
        }
    }

    /// One side of a change. Links come by the title of what they lead to.
    pub fn changed_value(
        &self,
        record: Option<&Record>,
        changed: &Changed,
        text: Option<&str>,
        currency: &str,
    ) -> String {
        match (text, changed.field.zip(record)) {
            (None, _) => "—".to_owned(),
            (Some(text), None) => text.to_owned(),
            (Some(text), Some((Field { kind: Kind::Link(_), .. }, _))) => self.label(text),
            (text, Some((field, record))) => self.show(record, field.name, field.kind, text, currency),
        }
    }
}
