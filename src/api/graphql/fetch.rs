//! Reads what a selection names: the rows of a page, their lines, and what they link to, one statement for each of these.

use super::{Work, cost};
use crate::api::problem::Trouble;
use crate::api::rest::json::{self, Currencies};
use crate::api::rest::operation::{Page, page_of};
use crate::platform::door::{self, Outcome};
use crate::platform::page::Reader;
use crate::platform::tenancy::TenantTx;
use crate::record::query::Query;
use crate::record::{Field, Kind, Lines, Record};
use async_graphql::SelectionField;
use serde_json::{Value as Json, json};
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

/// Takes so many records from those that may still be read.
fn spend(left: &mut u64, records: u64) -> Outcome<()> {
    *left = left.checked_sub(records).ok_or_else(cost::too_costly)?;
    Ok(())
}

/// Records and lines in what is told.
fn weight(told: &Json) -> u64 {
    match told {
        Json::Object(object) => 1 + object.values().map(weight).sum::<u64>(),
        Json::Array(list) => list.iter().map(weight).sum(),
        _ => 0,
    }
}

/// A page of a list, with what is wanted of its rows: `{ rows, next }`.
pub async fn page(
    Work { tx, left, .. }: &mut Work,
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
    let rows = read(tx, left, record, &mut reader, limit, wanted).await?;
    Ok(json!({ "rows": rows, "next": reader.place() }))
}

/// One record, when there is such a one for whoever asks.
pub async fn one(
    Work { tx, left, .. }: &mut Work,
    record: &'static Record,
    id: Uuid,
    wanted: &Wanted,
) -> Outcome<Option<Json>> {
    let record = tx.described(record);
    let mut reader = Reader::new(tx, record, &wanted.query(), Some(&[id]))?;
    Ok(read(tx, left, record, &mut reader, 1, wanted).await?.pop())
}

/// The next rows of a reader, with their lines and what they link to.
async fn read(
    tx: &mut TenantTx,
    left: &mut u64,
    record: &'static Record,
    reader: &mut Reader,
    limit: u32,
    wanted: &Wanted,
) -> Outcome<Vec<Json>> {
    let rows = reader.next(tx, limit).await?;
    spend(left, rows.len() as u64)?;
    let company = tx.company.clone();
    let mut told: Vec<Json> = rows.iter().map(|row| json::of_row(row, &reader.columns, &company.currency)).collect();
    link(tx, left, &mut told, wanted).await?;
    if let Some(of_lines) = &wanted.lines {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        spend(left, door::count_lines(tx, record, &ids).await? as u64)?;
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
        link(tx, left, &mut lines, of_lines).await?;
        let mut lines = lines.into_iter();
        for (row, count) in told.iter_mut().zip(counts) {
            row["lines"] = lines.by_ref().take(count).collect();
        }
    }
    Ok(told)
}

/// Puts what they link to in the place of ids, which stay beside it.
async fn link(tx: &mut TenantTx, left: &mut u64, rows: &mut [Json], wanted: &Wanted) -> Outcome<()> {
    for field in wanted.columns.iter().filter(|field| matches!(field.kind, Kind::Link(_))) {
        for row in rows.iter_mut() {
            row[format!("{}{ID}", field.name)] = row[field.name].clone();
        }
    }
    for link in &wanted.links {
        let name = link.field.name;
        let ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row[name].as_str()?.parse().ok()).collect();
        let found = by_id(tx, left, link.target, ids.into_iter().collect(), &link.wanted).await?;
        for row in rows.iter_mut() {
            row[name] = match row[name].as_str().and_then(|id| found.get(id)) {
                Some((linked, weight)) => {
                    spend(left, *weight)?;
                    linked.clone()
                }
                None => Json::Null,
            };
        }
    }
    Ok(())
}

/// Those of these records that whoever asks may see, each with how many records it tells of.
async fn by_id(
    tx: &mut TenantTx,
    left: &mut u64,
    record: &'static Record,
    ids: Vec<Uuid>,
    wanted: &Wanted,
) -> Outcome<HashMap<String, (Json, u64)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut reader = Reader::new(tx, record, &wanted.query(), Some(&ids))?;
    let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX - 1);
    // They count where they are put in, each time.
    let before = *left;
    let rows = Box::pin(read(tx, left, record, &mut reader, limit, wanted)).await?;
    *left = before;
    let named = rows.into_iter().filter_map(|row| {
        let (id, weight) = (row["id"].as_str()?.to_owned(), weight(&row));
        Some((id, (row, weight)))
    });
    Ok(named.collect())
}
