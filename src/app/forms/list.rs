//! What is done from a list: one thing to many records, one field of one of them, and a query that is kept by a name.

use super::failed;
use super::files::file_of;
use super::jobs::{ask_job, to_job};
use crate::modules;
use crate::platform::bulk::{self, Order, Which};
use crate::platform::error::{Error, Outcome};
use crate::platform::export::list::{self, Plan};
use crate::platform::export::{self, Format};
use crate::platform::tenancy::whole;
use crate::platform::views;
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::record::page::{BulkDraft, Cell};
use crate::record::query::Query;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use futures_util::FutureExt as _;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// One thing done to the ticked records of a list, or to all that it finds: a job takes it on.
pub async fn bulk(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(cx)) = (modules::record_at(&path), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let pairs = form_pairs(&body);
    let text = |name: &str| pairs.iter().rev().find(|(n, _)| n == name).map(|(_, t)| t.clone()).unwrap_or_default();
    let back = format!("/{path}?{}", text("query"));
    let query: Vec<_> = form_urlencoded::parse(text("query").as_bytes()).into_owned().collect();
    let query = Query::read(record, query);
    let mut ids: Vec<Uuid> = pairs.iter().filter(|(n, _)| n == "id").filter_map(|(_, id)| id.parse().ok()).collect();
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let mut draft = BulkDraft { all: text("all") == "true", ids: ids.clone(), ..BulkDraft::default() };
    let which = if draft.all { Which::Matching(query.clone()) } else { Which::These(ids) };
    // The page brings the id that its job gets, so that a button pressed twice is one job.
    let key = text("_key").parse().unwrap_or_else(|_| Uuid::now_v7());
    let asked = text("_do");
    if let Some(format) = asked.strip_prefix("export.") {
        let format = Format::from_name(format);
        let Which::These(ids) = which else {
            let db = house.db.clone();
            let asked = whole(async move {
                let mut tx = db.begin(&cx).await?;
                let job = export::job::ask(&mut tx, key, record, &query, format).await?;
                tx.commit().await?;
                Ok(job)
            });
            return taken_on(house, visit, headers, asked.await, &back, draft).await;
        };
        let plan = Plan { record, query, ids: Some(ids), format };
        return file_of(house, visit, headers, move |db, cx| async move { list::write(&db, &cx, &plan).await }).await;
    }
    let (verb, field) = asked.split_once('.').unwrap_or((&asked, ""));
    // A link comes as the id that was chosen, or as the text in its box.
    let shown = text(&format!("set.{field}~"));
    let chosen = text(&format!("set.{field}"));
    if !field.is_empty() {
        let label = (!shown.is_empty()).then(|| shown.clone());
        let (text, typed) = if shown.is_empty() { (None, Some(chosen.clone())) } else { (Some(chosen.clone()), None) };
        draft.field = Some((field.to_owned(), Cell { text, label, typed, fault: None }));
    }
    let value = if chosen.is_empty() { shown } else { chosen };
    let order =
        Order { record: record.name.to_owned(), verb: verb.to_owned(), field: field.to_owned(), text: value, which };
    let asked = ask_job(&house.db, cx, move |tx| async move { bulk::ask(tx, record, key, &order).await }.boxed()).await;
    taken_on(house, visit, headers, asked, &back, draft).await
}

/// The page of a job that was just put into the queue; or the list again, with its ticks and with what stands in the way.
async fn taken_on(
    house: House,
    mut visit: Visit,
    headers: HeaderMap,
    asked: Outcome<Uuid>,
    back: &str,
    mut draft: BulkDraft,
) -> Response {
    let error = match asked {
        Ok(job) => return to_job(job),
        Err(error) => error,
    };
    let (refusals, uri) = match (error, back.parse()) {
        (Error::Refused(refusals), Ok(uri)) => (refusals, uri),
        (error, _) => return failed(house, visit, headers, error).await,
    };
    visit.uri = uri;
    for refusal in refusals {
        match &mut draft.field {
            Some((name, cell)) if refusal.field.as_ref() == Some(name) => cell.fault = Some(refusal.message),
            _ => draft.faults.push(refusal.message),
        }
    }
    let mut response = web::render_with(house, visit, headers, draft).await;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// One field of one record, set from its list. Scripts ask for words alone, where something stands in the way.
pub async fn set_one(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(record) = modules::record_at(&path) else { return web::render(house, visit, headers).await };
    let pairs = form_pairs(&body);
    let text = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, t)| t.clone()).unwrap_or_default();
    let was = pairs.iter().find(|(n, _)| n == "was").map(|(_, was)| was.clone());
    let (asked, cx, db) = (text("set"), visit.cx(), house.db.clone());
    let done = whole(async move {
        let mut parts = asked.splitn(3, '.');
        let mut part = || parts.next().ok_or(Error::BadRequest("set"));
        let (id, field, text) = (part()?.parse().map_err(|_| Error::NotFound)?, part()?, part()?);
        let mut tx = db.begin(&cx?).await?;
        bulk::set_one(&mut tx, record, id, field, text, was.as_deref()).await?;
        tx.commit().await
    });
    let scripted = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    match done.await {
        Ok(_) if scripted => StatusCode::NO_CONTENT.into_response(),
        Ok(_) => Redirect::to(&format!("/{path}?{}", text("query"))).into_response(),
        Err(error) if scripted => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let said = error.refusals(visit.request).into_iter().map(|refusal| visit.i18n.message(&refusal.message));
            (status, said.collect::<Vec<_>>().join("\n")).into_response()
        }
        Err(Error::SignedOut) => Redirect::to("/sign-in").into_response(),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// Keeps the query of a list by a name, or forgets one.
pub async fn saved_views(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(cx)) = (modules::record_at(&path), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let pairs: Vec<_> = form_urlencoded::parse(field("query").as_bytes()).into_owned().collect();
    let query = Query::read(record, pairs);
    let (name, forget, shared) = (field("name"), field("forget").parse::<Uuid>().ok(), field("shared") == "true");
    let db = house.db.clone();
    let list = if forget.is_some() { Query::default() } else { query.clone() };
    let kept = whole(async move {
        let mut tx = db.begin(&cx).await?;
        match forget {
            Some(id) => views::forget(&mut tx, record, id).await?,
            None => views::keep(&mut tx, record, &name, &query, shared).await.map(drop)?,
        }
        tx.commit().await?;
        Ok(())
    });
    match kept.await {
        Ok(()) => Redirect::to(&list.address(record)).into_response(),
        Err(error) => failed(house, visit, headers, error).await,
    }
}
