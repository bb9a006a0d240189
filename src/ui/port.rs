//! What the design system asks of the application that draws with it: which types of record there are, and what the server
//! says. The application hands it in at the top of its views; nothing here knows who that is.

use crate::record::Record;
use crate::record::page::{FileItem, FormPage, ListPage, Row, Suggestion};
use crate::record::query::Query;
use crate::record::search::Hit;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// What the server is going to say; `None` when it refuses or cannot be reached.
pub type Answer<T> = Pin<Box<dyn Future<Output = Option<T>>>>;

/// The application, as far as the design system knows it.
pub trait Port: Send + Sync {
    /// Every record type, in the order of the menu: those of a module follow each other.
    fn records(&self) -> Vec<&'static Record>;

    /// The record type of this name.
    fn record(&self, name: &str) -> Option<&'static Record>;

    /// A page of a list.
    fn list(&self, record: &'static Record, query: &Query) -> Answer<ListPage>;

    /// A row of a list as it stands now, with these columns.
    fn row(&self, record: &'static Record, id: Uuid, columns: Vec<String>) -> Answer<Row>;

    /// What follows from a form as it stands; nothing is written.
    fn preview(
        &self,
        record: &'static Record,
        id: Option<Uuid>,
        fields: BTreeMap<String, String>,
        lines: Vec<BTreeMap<String, String>>,
    ) -> Answer<FormPage>;

    /// What is found for a text, best first; for none, what is at hand, among it the addresses that were opened last.
    fn search(&self, text: String, recent: String) -> Answer<Vec<Hit>>;

    /// Suggestions for a link to a record of a type, or, for `unit item` and an id, of those that belong to that record; for
    /// `@` and a type, colleagues who may see such records.
    fn lookup(&self, among: String, text: String) -> Answer<Vec<Suggestion>>;

    /// The file that an upload has become, once it is whole.
    fn uploaded(&self, id: Uuid) -> Answer<FileItem>;
}
