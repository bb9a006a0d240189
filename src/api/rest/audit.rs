//! What happened, as programs read it: the audit log of the company, and the history of one record. The fields of a change
//! are written as those of a record are: amounts in whole units, links by id.

use super::ROOT;
use super::extra::{Place, called, only_after, read_place, unknown};
use super::json::{Currencies, value_of};
use super::operation::{Answer, address};
use super::reports::day;
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::i18n::I18n;
use crate::platform::audit::{self, Days};
use crate::platform::door::{self, Lock, Outcome, Refusal};
use crate::platform::page;
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{House, query_pairs};
use crate::record::audit::{AuditEntry, AuditQuery};
use crate::record::page::Event;
use crate::record::{Record, Value};
use axum::http::request::Parts;
use axum::response::Response;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

// ------------------------------------------------------------------ the log

/// A page of the audit log, latest first, narrowed as its page is.
pub(super) async fn list(house: &House, caller: &Caller, parts: &Parts) -> Result<Response, Trouble> {
    let pairs = query_pairs(&parts.uri);
    let (query, days) = ask(&pairs)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let (entries, more) = audit::part(&mut tx, &query, &days).await?;
        let data: Vec<Json> = entries.iter().map(|entry| of_entry(&tx, entry)).collect();
        Ok((data, entries.last().filter(|_| more).map(|entry| entry.id)))
    });
    let (data, next) = read.await?;
    Ok(Answer::page(data, next, &format!("{ROOT}/audit"), &pairs).into_response())
}

/// Reads what the log is narrowed by. What is left empty narrows nothing, as on the page; what means nothing is refused.
fn ask(pairs: &[(String, String)]) -> Result<(AuditQuery, Days), Trouble> {
    let (mut query, mut days) = (AuditQuery::default(), Days::default());
    for (name, text) in pairs {
        match name.as_str() {
            "record" => query.record.clone_from(text),
            "action" => query.action.clone_from(text),
            "id" => query.record_id = id_at(name, text)?,
            "member" => query.member = id_at(name, text)?,
            "from" => days.from = day_at(name, text)?,
            "to" => days.to = day_at(name, text)?,
            "after" => query.before = Some(read_place(text)?),
            _ => return Err(unknown(name)),
        }
    }
    Ok((query, days))
}

fn id_at(name: &str, text: &str) -> Outcome<Option<Uuid>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Refusal::new("refuse-api-uuid").at(name).into())
}

fn day_at(name: &str, text: &str) -> Outcome<Option<Date>> {
    if text.is_empty() {
        return Ok(None);
    }
    day(text).map(Some).ok_or_else(|| Refusal::new("fault-not-date").at(name).into())
}

fn of_entry(tx: &TenantTx, entry: &AuditEntry) -> Json {
    let record = door::record(&entry.record);
    let title = entry.title.as_deref().filter(|title| !title.is_empty()).map(called);
    // What has no title here is gone, or no record.
    let href = record.filter(|_| entry.title.is_some()).map(|record| address(record, entry.record_id));
    let currencies = Currencies { own: &entry.currency, company: &tx.company.currency };
    let described = record.map(|record| tx.described(record));
    json!({
        "id": entry.id, "at": entry.at, "member": filled(&entry.member), "record": entry.record,
        "record_id": entry.record_id, "title": title, "href": href, "action": entry.action,
        "address": filled(&entry.address), "request": filled(&entry.request), "currency": entry.currency,
        "changes": changes(tx.cx.i18n, described, &entry.changes, currencies),
    })
}

// ------------------------------------------------------------------ one record

/// A page of what happened to a record, latest first, without the fields that are kept from the program.
pub(super) async fn history(house: &House, caller: &Caller, parts: &Parts, place: Place) -> Result<Response, Trouble> {
    let before = only_after(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let document = door::reachable(&mut tx, place.record, place.id, Lock::No).await?;
        let (events, more) = page::history(&mut tx, &document, before).await?;
        // What is kept from the program may still say in which currency its amounts are.
        let currencies = Currencies { own: document.currency(&tx.company.currency), company: &tx.company.currency };
        let told = |(id, event): &(Uuid, Event)| {
            json!({
                "id": id, "at": event.at, "member": filled(&event.user), "action": event.action,
                "changes": changes(tx.cx.i18n, Some(document.record), &event.changes, currencies),
            })
        };
        let data: Vec<Json> = events.iter().map(told).collect();
        Ok((data, events.last().filter(|_| more).map(|(id, _)| *id)))
    });
    let (data, next) = read.await?;
    let here = format!("{}/history", address(place.record, place.id));
    Ok(Answer::page(data, next, &here, &[]).into_response())
}

// ------------------------------------------------------------------ both

/// A text, or nothing where it is empty.
fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// A change of a field: its name, such as `total` or `lines.3.price`, and its canonical text before and after.
type Change = (String, Option<String>, Option<String>);

/// The changes that people see, with what each field was and became.
fn changes(i18n: I18n, record: Option<&'static Record>, changes: &[Change], currencies: Currencies<'_>) -> Vec<Json> {
    let told = |(name, old, new): &Change| {
        let field = i18n.changed(record, name)?.field;
        let side = |text: &Option<String>| match (field, text.as_deref()) {
            (_, None) => Json::Null,
            (None, Some(text)) => text.into(),
            (Some(field), text) => value_of(field.kind, &Value::from_text(field.kind, text), currencies),
        };
        Some(json!({ "field": name, "old": side(old), "new": side(new) }))
    };
    changes.iter().filter_map(told).collect()
}
