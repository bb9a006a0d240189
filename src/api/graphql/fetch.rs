//! Reads what a selection names: the rows of a page, their lines, and what they link to, one statement for each of these.

use crate::api::problem::Trouble;
use crate::api::rest::json::{self, Currencies};
use crate::api::rest::operation::{Page, page_of};
use crate::platform::door::{self, Outcome};
use crate::platform::page::Reader;
use crate::platform::tenancy::TenantTx;
use crate::record::query::Query;
use crate::record::{Field, Kind, Lines, Record};
use async_graphql::SelectionField;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What is wanted of records of one type, or of lines.
#[derive(Debug, Default)]
pub struct Wanted {
    columns: Vec<&'static Field>,
    links: Vec<Link>,
    lines: Option<Box<Wanted>>,
}

/// What is wanted of the records that a field leads to.
#[derive(Debug)]
struct Link {
    field: &'static Field,
    target: &'static Record,
    wanted: Wanted,
}

impl Wanted {
    /// What these selections name of a record of this type.
    pub fn of(tx: &TenantTx, record: &'static Record, selected: &[SelectionField<'_>]) -> Wanted {
        let record = tx.described(record);
        let mut wanted = Wanted::default();
        for inner in selected.iter().flat_map(SelectionField::selection_set) {
            wanted.note(tx, record.fields, record.lines, inner);
        }
        wanted
    }

    fn note(
        &mut self,
        tx: &TenantTx,
        fields: &'static [Field],
        lines: Option<&'static Lines>,
        selected: SelectionField<'_>,
    ) {
        let name = selected.name();
        let own = |name: &str| fields.iter().find(|field| field.name == name);
        if let (Some(lines), "lines") = (lines, name) {
            let wanted = self.lines.get_or_insert_default();
            selected.selection_set().for_each(|inner| wanted.note(tx, lines.fields, None, inner));
            return;
        }
        let Some(field) = own(name).or_else(|| own(name.strip_suffix(ID)?)) else { return };
        if !self.columns.contains(&field) {
            self.columns.push(field);
        }
        if let Kind::Link(target) = field.kind
            && field.name == name
            && let Some(target) = door::record(target)
        {
            let target = tx.described(target);
            let at = self.links.iter().position(|link| link.field == field).unwrap_or_else(|| {
                self.links.push(Link { field, target, wanted: Wanted::default() });
                self.links.len() - 1
            });
            let wanted = &mut self.links[at].wanted;
            selected.selection_set().for_each(|inner| wanted.note(tx, target.fields, target.lines, inner));
        }
    }

    fn query(&self) -> Query {
        Query::default().with_columns(self.columns.iter().map(|field| field.name.to_owned()).collect())
    }
}

/// What follows the name of a field where the id is meant that it holds, not the record that it leads to.
pub const ID: &str = "_id";

/// A page of a list, with what is wanted of its rows: `{ rows, next }`.
pub async fn page(
    tx: &mut TenantTx,
    record: &'static Record,
    pairs: &[(String, String)],
    wanted: &Wanted,
) -> Result<Json, Trouble> {
    let (record, rights) = (tx.described(record), tx.rights());
    let Page { query, limit, .. } = page_of(record, &rights, pairs)?;
    let query = Query { columns: wanted.query().columns, ..query };
    let mut reader = Reader::new(tx, record, &query, None)?;
    if let Some(place) = &query.after {
        reader = reader.after(place)?;
    }
    let rows = read(tx, record, &mut reader, limit, wanted).await?;
    Ok(json!({ "rows": rows, "next": reader.place() }))
}

/// One record, when there is such a one for whoever asks.
pub async fn one(tx: &mut TenantTx, record: &'static Record, id: Uuid, wanted: &Wanted) -> Outcome<Option<Json>> {
    let record = tx.described(record);
    let mut reader = Reader::new(tx, record, &wanted.query(), Some(&[id]))?;
    Ok(read(tx, record, &mut reader, 1, wanted).await?.pop())
}

/// The next rows of a reader, with their lines and what they link to.
async fn read(
    tx: &mut TenantTx,
    record: &'static Record,
    reader: &mut Reader,
    limit: u32,
    wanted: &Wanted,
) -> Outcome<Vec<Json>> {
    let rows = reader.next(tx, limit).await?;
    let company = tx.company.clone();
    let mut told: Vec<Json> = rows.iter().map(|row| json::of_row(row, &reader.columns, &company.currency)).collect();
    link(tx, &mut told, wanted).await?;
    if let Some(of_lines) = &wanted.lines {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let grant = tx.rights().on(record).clone();
        let seen: Vec<&'static Field> = of_lines
            .columns
            .iter()
            .copied()
            .filter(|field| grant.sees_field(&format!("lines.{}", field.name)))
            .collect();
        let mut found = door::load_lines(tx, record, &ids).await?;
        let (mut lines, mut counts) = (Vec::new(), Vec::with_capacity(rows.len()));
        for row in &rows {
            let own = row.currency.as_deref().unwrap_or(&company.currency);
            let currencies = Currencies { own, company: &company.currency };
            let of_row = found.remove(&row.id).unwrap_or_default();
            counts.push(of_row.len());
            lines.extend(of_row.iter().map(|line| json::of_line(line, &seen, currencies)));
        }
        link(tx, &mut lines, of_lines).await?;
        let mut lines = lines.into_iter();
        for (row, count) in told.iter_mut().zip(counts) {
            row["lines"] = lines.by_ref().take(count).collect();
        }
    }
    Ok(told)
}

/// Puts what they link to in the place of ids, which stay beside it.
async fn link(tx: &mut TenantTx, rows: &mut [Json], wanted: &Wanted) -> Outcome<()> {
    for field in wanted.columns.iter().filter(|field| matches!(field.kind, Kind::Link(_))) {
        for row in rows.iter_mut() {
            row[format!("{}{ID}", field.name)] = row[field.name].clone();
        }
    }
    for link in &wanted.links {
        let name = link.field.name;
        let ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row[name].as_str()?.parse().ok()).collect();
        let found = by_id(tx, link.target, ids.into_iter().collect(), &link.wanted).await?;
        for row in rows.iter_mut() {
            let linked = row[name].as_str().and_then(|id| found.get(id)).cloned();
            row[name] = linked.map_or(Json::Null, Json::Object);
        }
    }
    Ok(())
}

/// Those of these records that whoever asks may see.
async fn by_id(
    tx: &mut TenantTx,
    record: &'static Record,
    ids: Vec<Uuid>,
    wanted: &Wanted,
) -> Outcome<HashMap<String, Map<String, Json>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut reader = Reader::new(tx, record, &wanted.query(), Some(&ids))?;
    let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX - 1);
    let rows = Box::pin(read(tx, record, &mut reader, limit, wanted)).await?;
    let named = rows.into_iter().filter_map(|row| match row {
        Json::Object(row) => Some((row.get("id")?.as_str()?.to_owned(), row)),
        _ => None,
    });
    Ok(named.collect())
}
