//! Queries of lists that members keep by a name, as the page of the list has them: their own, and those that colleagues share.

use super::ROOT;
use super::extra::{no_parameters, read_fields, read_id, unknown};
use super::jobs::{begun, record_at};
use super::once::{self, Once};
use super::operation::{Answer, page_of};
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::permission::{Rights, Scope};
use crate::platform::tenancy::{Cx, TenantTx, whole};
use crate::platform::views;
use crate::platform::web::House;
use crate::record::Record;
use crate::record::page::SavedView;
use crate::record::query::{Query, encode, groupable, sortable};
use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// Does one thing with views, by the method and the names in its address.
pub(super) async fn carry_out(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    asked: (&str, &[&str]),
) -> Result<Response, Trouble> {
    match asked {
        ("GET", [path, "views"]) => list(house, caller, parts, listed(path)?).await,
        ("POST", [path, "views"]) => keep(house, caller, parts, body, listed(path)?).await,
        ("DELETE", [path, "views", id]) => forget(house, caller, parts, listed(path)?, read_id(id)?).await,
        _ => Err(Error::NotFound.into()),
    }
}

/// The type of records whose list is at this part of an address. What each company has exactly once has none.
fn listed(path: &str) -> Outcome<&'static Record> {
    let record = record_at(path)?;
    if record.single { Err(Error::NotFound) } else { Ok(record) }
}

/// Whether a program within this scope changes what its member keeps.
pub(super) fn writes(scope: Option<&Scope>) -> bool {
    scope.is_none_or(|scope| scope.writes)
}

/// Lets a program in that changes what its member keeps.
pub(super) fn admit(cx: &Cx) -> Outcome<()> {
    if writes(cx.scope.as_deref()) { Ok(()) } else { Err(Error::Denied) }
}

/// A type of records as the company has it, where the program sees such records.
fn seen(tx: &TenantTx, record: &'static Record) -> Outcome<&'static Record> {
    let (record, rights) = (tx.described(record), tx.rights());
    if rights.sees(record) { Ok(record) } else { Err(rights.denial(record)) }
}

// ------------------------------------------------------------------ what there is

/// The views of a list that the member can open, by name.
async fn list(house: &House, caller: &Caller, parts: &Parts, record: &'static Record) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx, writes) = (house.db.clone(), caller.cx.clone(), writes(caller.cx.scope.as_deref()));
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let (record, rights) = (seen(&tx, record)?, tx.rights());
        let views = views::list(&mut tx, record).await?;
        Ok(views.iter().map(|view| of_view(record, &rights, view, writes)).collect::<Vec<Json>>())
    });
    Ok(Answer::of(200, json!({ "data": read.await? })).into_response())
}

fn of_view(record: &'static Record, rights: &Rights, view: &SavedView, writes: bool) -> Json {
    json!({
        "id": view.id, "name": view.name, "query": view.query, "shared": view.shared,
        "removable": view.removable && writes, "href": href(record, rights, &view.query),
    })
}

/// The address of a list with as much of the query of its page as programs can ask for and this one may see.
pub(super) fn href(record: &'static Record, rights: &Rights, query: &str) -> String {
    let seen = |name: &str| record.field(name).filter(|field| rights.on(record).sees_field(field.name));
    let columns = |text: &str| text.split(',').filter(|name| seen(name).is_some()).collect::<Vec<&str>>().join(",");
    let is_told = |name: &str, text: &str| match name {
        "q" => true,
        "view" => record.views.iter().any(|view| view.name == text),
        "sort" => seen(text.trim_start_matches('-')).is_some_and(sortable),
        "columns" => !columns(text).is_empty(),
        "group" | "layout" => false,
        field => seen(field).is_some(),
    };
    let mut address = format!("{ROOT}/{}", record.path);
    for (name, text) in form_urlencoded::parse(query.as_bytes()).filter(|(name, text)| is_told(name, text)) {
        let (name, text) = match &*name {
            "columns" => ("fields", columns(&text)),
            other => (other, text.into_owned()),
        };
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(&encode(name));
        address.push('=');
        address.push_str(&encode(&text));
    }
    address
}

// ------------------------------------------------------------------ what is to be kept

/// A view to come.
struct NewView {
    record: &'static Record,
    name: String,
    query: String,
    shared: bool,
}

impl NewView {
    fn read(record: &'static Record, body: &Map<String, Json>) -> Outcome<NewView> {
        let mut view = NewView { record, name: String::new(), query: String::new(), shared: false };
        let needed = ["name", "query"].into_iter().filter(|name| !body.contains_key(*name));
        let mut refusals: Vec<Refusal> = needed.map(|name| Refusal::new("fault-required").at(name)).collect();
        for (name, given) in body {
            let fault = match (name.as_str(), given) {
                ("name", Json::String(text)) => {
                    view.name.clone_from(text);
                    None
                }
                ("query", Json::String(text)) => {
                    view.query.clone_from(text);
                    None
                }
                ("shared", Json::Bool(shared)) => {
                    view.shared = *shared;
                    None
                }
                ("name" | "query", _) => Some("refuse-api-kind"),
                ("shared", _) => Some("refuse-api-yes-or-no"),
                _ => Some("refuse-api-field"),
            };
            refusals.extend(fault.map(|fault| Refusal::new(fault).at(name.as_str())));
        }
        if refusals.is_empty() { Ok(view) } else { Err(Error::Refused(refusals)) }
    }

    /// Keeps it, unless it was kept under this key before.
    async fn keep_once(&self, tx: &mut TenantTx, once: &Once) -> Result<Answer, Trouble> {
        let (record, rights) = (seen(tx, self.record)?, tx.rights());
        if let Some(before) = once.before(tx).await? {
            // What was said of it then is not kept: who is to be forgotten may be named in it.
            let id = begun(&before).ok_or(Error::NotFound)?;
            let view = views::one(tx, record, id).await?;
            return Ok(Answer::of(before.status, of_view(record, &rights, &view, true)));
        }
        let query = read_query(record, &rights, &self.query)?;
        let kept = views::keep(tx, record, &self.name, &query, self.shared).await;
        let (view, is_new) = kept.map_err(at_query)?;
        let status = if is_new { 201 } else { 200 };
        once.keep(tx, &Answer::of(status, json!({ "id": view.id }))).await?;
        Ok(Answer::of(status, of_view(record, &rights, &view, true)))
    }
}

/// Reads a query as the page of a list writes it. What means nothing there, or is kept from the program, is refused.
fn read_query(record: &'static Record, rights: &Rights, text: &str) -> Result<Query, Trouble> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let seen = |name: &str| record.field(name).filter(|field| rights.on(record).sees_field(field.name));
    let mut narrowing = Vec::new();
    for (name, text) in &pairs {
        let fits = match name.as_str() {
            "columns" => text.split(',').all(|name| seen(name).is_some()),
            "group" => seen(text).is_some_and(|field| groupable(field.kind)),
            "layout" => text == "board" && !record.states.is_empty(),
            // Where a page begins is no part of a view.
            "after" | "before" | "fields" | "limit" => false,
            _ => {
                narrowing.push((name.clone(), text.clone()));
                true
            }
        };
        if !fits {
            return Err(unknown(name));
        }
    }
    page_of(record, rights, &narrowing)?;
    Ok(Query::read(record, pairs))
}

/// The same, with the field called as programs call it.
fn at_query(error: Error) -> Error {
    let named = |refusal: Refusal| match refusal.message.id.as_str() {
        "refuse-view-long" => refusal.at("query"),
        _ => refusal,
    };
    match error {
        Error::Refused(refusals) => Error::Refused(refusals.into_iter().map(named).collect()),
        other => other,
    }
}

/// Keeps a query by a name.
async fn keep(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    record: &'static Record,
) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let body = read_fields(parts, body).await?;
    let once = Once::read(caller, parts, &body)?;
    admit(&caller.cx)?;
    let view = NewView::read(record, &body)?;
    let answer = once::whole(house, caller, move |tx| async move { view.keep_once(tx, &once).await }.boxed());
    Ok(answer.await?.into_response())
}

/// Forgets a view.
async fn forget(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    record: &'static Record,
    id: Uuid,
) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    admit(&caller.cx)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let forgotten = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let record = seen(&tx, record)?;
        views::forget(&mut tx, record, id).await?;
        tx.commit().await
    });
    forgotten.await?;
    Ok(Answer::empty(204).into_response())
}
