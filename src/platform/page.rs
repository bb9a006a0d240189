//! Pages of records for the screen: a list by its query, a form with its offers, history and linked documents.

mod form;
mod list;

pub use form::{Posted, form, history, preview, seen};
pub use list::{Reader, choose, counts, filter_labels, list, recall, row, sources, suggest};
