//! What the design system asks, answered: the record types of all modules, and the calls to the server.

use super::calls::{self, Loaded, Page};
use crate::modules;
use crate::record::Record;
use crate::record::page::{FileItem, FormPage, ListPage, Row, Suggestion};
use crate::record::query::Query;
use crate::record::search::Hit;
use crate::ui::port::{Answer, Port};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Diwan, as the design system knows it.
pub struct Diwan;

impl Port for Diwan {
    fn records(&self) -> Vec<&'static Record> {
        modules::records().collect()
    }

    fn record(&self, name: &str) -> Option<&'static Record> {
        modules::record(name)
    }

    fn list(&self, record: &'static Record, query: &Query) -> Answer<ListPage> {
        let asked = calls::load(vec![record.path.to_owned()], query.pairs());
        Box::pin(async move {
            match asked.await {
                Ok(Loaded { page: Page::List(page, _), .. }) => Some(page),
                _ => None,
            }
        })
    }

    fn row(&self, record: &'static Record, id: Uuid, columns: Vec<String>) -> Answer<Row> {
        Box::pin(async move { calls::list_row(record.name.to_owned(), id, columns).await.ok().flatten() })
    }

    fn preview(
        &self,
        record: &'static Record,
        id: Option<Uuid>,
        fields: BTreeMap<String, String>,
        lines: Vec<BTreeMap<String, String>>,
    ) -> Answer<FormPage> {
        Box::pin(async move { calls::preview(record.name.to_owned(), id, fields, lines).await.ok() })
    }

    fn search(&self, text: String, recent: String) -> Answer<Vec<Hit>> {
        let asked = calls::load(vec!["search".to_owned()], vec![("q".to_owned(), text), ("recent".to_owned(), recent)]);
        Box::pin(async move {
            match asked.await {
                Ok(Loaded { page: Page::Search(page), .. }) => Some(page.hits),
                _ => None,
            }
        })
    }

    fn lookup(&self, among: String, text: String) -> Answer<Vec<Suggestion>> {
        Box::pin(async move { calls::lookup(among, text).await.ok() })
    }

    fn uploaded(&self, id: Uuid) -> Answer<FileItem> {
        Box::pin(async move { calls::uploaded(id).await.ok().flatten() })
    }
}
