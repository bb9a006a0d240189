//! Who may do what: decided here and nowhere else.

use crate::record::Record;

/// What somebody wants to do with a type of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    See,
    /// Create, change, delete and act.
    Keep,
}

/// Roles that people can have in a company. The owner may do everything, the auditor may see everything.
pub const ROLES: &[&str] = &["owner", "accountant", "sales", "storekeeper", "auditor"];

/// Whether a role gives a right on a type of record.
pub fn may(role: &str, record: &Record, right: Right) -> bool {
    match right {
        Right::See => {
            matches!(role, "owner" | "auditor" | "accountant")
                || record.seen_by.is_empty()
                || record.seen_by.contains(&role)
                || record.kept_by.contains(&role)
        }
        Right::Keep => role == "owner" || record.kept_by.contains(&role),
    }
}

/// Whether a role may read the books and the reports made from them.
pub fn may_read_books(role: &str) -> bool {
    matches!(role, "owner" | "auditor" | "accountant")
}
