//! Natural persons: what a record says of one, everything else that is known of them, and what stays when they are to be
//! forgotten. Which fields speak of a person, descriptions say; all else follows from that.

pub mod archive;
pub mod erase;

use super::document::Document;
use super::door::{self, Error, Lock, Outcome, Refusal};
use super::sql;
use super::tenancy::TenantTx;
use crate::record::fold::fold;
use crate::record::page::{Arg, Message};
use crate::record::{Field, Kind, Record, Tone, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The end of an id, by which somebody is told apart who has no name any more.
fn short(id: Uuid) -> String {
    id.simple().to_string()[24..].to_owned()
}

/// The record that describes a person, for a reader from whom nothing is kept.
async fn find(tx: &mut TenantTx, record: &'static Record, id: Uuid, lock: Lock) -> Outcome<Document> {
    if !record.holds_person() {
        return Err(Error::NotFound);
    }
    let document = door::reachable(tx, record, id, lock).await?;
    if tx.standing.rights.sees_everything() { Ok(document) } else { Err(Error::Denied) }
}

/// Fields of records that lead to records of this type.
fn links(tx: &TenantTx, record: &Record) -> Vec<(&'static Record, &'static Field)> {
    let target = Kind::Link(record.name);
    let mut links = Vec::new();
    for other in door::records() {
        let other = tx.described(other);
        links.extend(other.fields.iter().filter(|field| field.kind == target).map(|field| (other, field)));
    }
    links
}

/// Types of records that name records of this type, in the header or in a line: with these fields of the header, and these of lines.
fn namers(tx: &TenantTx, record: &Record) -> Vec<(&'static Record, Vec<&'static Field>, Vec<&'static Field>)> {
    let leads = |field: &&'static Field| field.kind == Kind::Link(record.name);
    door::records()
        .iter()
        .map(|other| {
            let other = tx.described(other);
            let of_lines = other.lines.map_or(&[][..], |lines| lines.fields);
            (other, other.fields.iter().filter(leads).collect(), of_lines.iter().filter(leads).collect())
        })
        .filter(|(_, fields, of_lines): &(_, Vec<_>, Vec<_>)| !fields.is_empty() || !of_lines.is_empty())
        .collect()
}

/// What somebody types to say that they mean this record: its code where it has one, else its name in either language.
fn called(document: &Document) -> Vec<String> {
    let name = document.record.key().map_or(document.record.title, |field| field.name);
    let texts = match document.get(name) {
        Value::Names(names) => vec![names.en.clone(), names.ar.clone()],
        value => value.to_text().into_iter().collect(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// Whether what was typed names this record.
fn is_called(document: &Document, typed: &str) -> bool {
    called(document).iter().any(|name| fold(name) == fold(typed))
}

/// What is known of a person, in figures, and what became of it if they were to be forgotten.
pub struct Known {
    pub record: &'static Record,
    pub id: Uuid,
    /// Canonical text of what the record is called.
    pub title: String,
    /// What has to be typed before they are forgotten.
    pub called: String,
    /// Fields that are emptied; those of lines as `lines.phone`.
    pub fields: Vec<String>,
    pub files: i64,
    pub comments: i64,
    /// Entries of the audit log about the record.
    pub entries: i64,
    /// Records that name the person, and how many of each: they stay.
    pub stays: Vec<(&'static Record, i64)>,
    /// Whether it is somebody who signs in.
    pub signs_in: bool,
    /// Whether the reader may have them forgotten.
    pub may_erase: bool,
    /// What is to be settled before.
    pub bound: Vec<Message>,
    /// The id that a job gets which is asked for on this page.
    pub job: Uuid,
}

/// What is known of the person that a record describes.
pub async fn known(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Known> {
    let document = find(tx, record, id, Lock::No).await?;
    let (files, comments, entries): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from attachment where tenant_id = $1 and record = $2 and record_id = $3 and state = 'whole'),
                (select count(*) from comment where tenant_id = $1 and record = $2 and record_id = $3),
                (select count(*) from audit where tenant_id = $1 and record = $2 and record_id = $3)",
    )
    .bind(tx.tenant())
    .bind(record.name)
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    let may_erase = tx.standing.rights.changes_everything();
    let bound = if may_erase { bound(tx, &document).await? } else { Vec::new() };
    let goes = document.record.all_fields().filter(|(field, _)| field.goes_with_person());
    Ok(Known {
        record: document.record,
        id,
        title: document.get(document.record.title).to_text().unwrap_or_default(),
        called: called(&document).into_iter().next().unwrap_or_default(),
        fields: goes.map(|(_, name)| name).collect(),
        files,
        comments,
        entries,
        stays: naming(tx, record, id)
            .await?
            .into_iter()
            .map(|(record, states)| (record, states.values().sum()))
            .collect(),
        signs_in: record.account.is_some(),
        may_erase,
        bound: bound.into_iter().map(|refusal| refusal.message).collect(),
        job: Uuid::now_v7(),
    })
}

/// Records that name a person, and how many of each in which state; an empty one where there are none.
async fn naming(
    tx: &mut TenantTx,
    record: &Record,
    id: Uuid,
) -> Outcome<Vec<(&'static Record, BTreeMap<String, i64>)>> {
    let tenant = tx.tenant();
    let mut found = Vec::new();
    for (other, fields, of_lines) in namers(tx, record) {
        let select = sql::count_naming(other, &fields, &of_lines);
        let states: Vec<(Option<String>, i64)> =
            sqlx::query_as(select).bind(tenant).bind(id).fetch_all(tx.conn()).await?;
        if !states.is_empty() {
            found.push((other, states.into_iter().map(|(state, n)| (state.unwrap_or_default(), n)).collect()));
        }
    }
    Ok(found)
}

/// What is to be settled before a person is forgotten, a sentence for each: nobody forgets themselves, nor whom documents
/// under way still need, nor what the rules of the record hold on to.
async fn bound(tx: &mut TenantTx, document: &Document) -> Outcome<Vec<Refusal>> {
    let record = document.record;
    let mut bound = Vec::new();
    if record.account.is_some() {
        if document.id == tx.standing.member {
            bound.push(Refusal::new("refuse-erase-oneself"));
        }
    } else {
        // What a member keeps goes on without them; what is for a customer does not.
        for (other, states) in naming(tx, record, document.id).await? {
            let under_way = |state: &str| {
                let tone = other.state(state).map(|state| state.tone);
                matches!(tone, Some(Tone::Draft | Tone::Active | Tone::Partial))
            };
            let count: i64 = states.iter().filter(|(state, _)| under_way(state)).map(|(_, count)| count).sum();
            if other.series.is_some() && count > 0 {
                bound.push(
                    Refusal::new("refuse-erase-under-way")
                        .with("records", Arg::Words(vec![format!("{}-many", other.name)]))
                        .with("count", rust_decimal::Decimal::from(count)),
                );
            }
        }
    }
    bound.extend(door::binds(tx, document).await?);
    Ok(bound)
}
