//! What the member of a program is told of, and what they want to be told of, as the page of notifications has it. It concerns
//! records of all types: a token that is kept to some of them is denied it.

use super::ROOT;
use super::extra::{called, no_parameters, only_address, only_after, read_fields, words};
use super::operation::{Answer, address};
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::notifications;
use crate::platform::permission::Scope;
use crate::platform::tenancy::{Cx, whole};
use crate::platform::web::House;
use crate::record::comments::{About, Notification, Told};
use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// Whether a program within this scope reads them, and whether it changes what is kept of them.
pub(super) fn opens_to(scope: Option<&Scope>, changes: bool) -> bool {
    scope.is_none_or(|scope| scope.records.is_none() && (scope.writes || !changes))
}

fn admit(cx: &Cx, changes: bool) -> Outcome<()> {
    if opens_to(cx.scope.as_deref(), changes) { Ok(()) } else { Err(Error::Denied) }
}

/// A page of them, latest first, with how many are not read.
pub(super) async fn list(house: &House, caller: &Caller, parts: &Parts) -> Result<Response, Trouble> {
    let before = only_after(parts)?;
    admit(&caller.cx, false)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let (lines, more) = notifications::lines(&mut tx, before).await?;
        Ok((lines, more, notifications::unread(&mut tx).await?))
    });
    let (lines, more, unread) = read.await?;
    let next = lines.last().filter(|_| more).map(|(line, _)| line.id);
    let data: Vec<Json> = lines.iter().map(|(line, id)| of_line(line, *id)).collect();
    let mut answer = Answer::page(data, next, &format!("{ROOT}/notifications"), &[]);
    if let Some(body) = &mut answer.body {
        body["unread"] = unread.into();
    }
    Ok(answer.into_response())
}

/// A notification, with the id of the record that it is about, where it is about one.
fn of_line(line: &Notification, id: Option<Uuid>) -> Json {
    let by = Some(line.by.as_str()).filter(|by| !by.is_empty());
    json!({
        "id": line.id, "kind": line.told.name(), "by": by, "at": line.at, "read": line.read,
        "comment": of_comment(&line.about, id), "job": of_job(&line.about),
    })
}

fn of_comment(about: &About, id: Option<Uuid>) -> Json {
    let About::Comment(name, title, said) = about else { return Json::Null };
    let title = Some(title.as_str()).filter(|title| !title.is_empty()).map(called);
    let href = door::record(name).zip(id).map(|(record, id)| address(record, id));
    json!({ "record": name, "record_id": id, "title": title, "href": href, "text": words(said) })
}

fn of_job(about: &About) -> Json {
    let About::Job(job) = about else { return Json::Null };
    json!({ "id": job.id, "kind": job.kind, "verb": job.verb, "state": job.state })
}

/// Marks one as read.
pub(super) async fn read(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    id: Uuid,
) -> Result<Response, Trouble> {
    only_address(parts, body).await?;
    admit(&caller.cx, true)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        notifications::open(&mut tx, id).await?;
        tx.commit().await
    });
    read.await?;
    Ok(Answer::empty(204).into_response())
}

/// Marks all as read.
pub(super) async fn read_all(house: &House, caller: &Caller, parts: &Parts, body: Body) -> Result<Response, Trouble> {
    only_address(parts, body).await?;
    admit(&caller.cx, true)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        notifications::read_all(&mut tx).await?;
        tx.commit().await
    });
    read.await?;
    Ok(Answer::empty(204).into_response())
}

// ------------------------------------------------------------------ what is wanted

/// What the member wants to be told of.
pub(super) async fn preferences(house: &House, caller: &Caller, parts: &Parts) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    admit(&caller.cx, false)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        notifications::wanted(&mut tx).await
    });
    Ok(Answer::of(200, of_wanted(&read.await?)).into_response())
}

/// Changes what the member wants to be told of from now on. What is not said stays as it is.
pub(super) async fn prefer(house: &House, caller: &Caller, parts: &Parts, body: Body) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let said = read_said(&read_fields(parts, body).await?)?;
    admit(&caller.cx, true)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let changed = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let before = notifications::wanted(&mut tx).await?;
        let wants = |told: &Told| {
            let last = said.iter().rfind(|(of, _)| of == told);
            last.map_or_else(|| before.contains(told), |(_, wanted)| *wanted)
        };
        let wanted: Vec<Told> = Told::ALL.into_iter().filter(wants).collect();
        notifications::prefer(&mut tx, &wanted).await?;
        tx.commit().await?;
        Ok(wanted)
    });
    Ok(Answer::of(200, of_wanted(&changed.await?)).into_response())
}

fn of_wanted(wanted: &[Told]) -> Json {
    let said = Told::ALL.into_iter().map(|told| (told.name().to_owned(), Json::Bool(wanted.contains(&told))));
    Json::Object(said.collect())
}

/// What a body says of what is wanted.
fn read_said(body: &Map<String, Json>) -> Outcome<Vec<(Told, bool)>> {
    let (mut said, mut refusals) = (Vec::new(), Vec::new());
    for (name, given) in body {
        match (Told::from_name(name), given.as_bool()) {
            (Some(told), Some(wanted)) => said.push((told, wanted)),
            (Some(_), None) => refusals.push(Refusal::new("refuse-api-yes-or-no").at(name.as_str())),
            (None, _) => refusals.push(Refusal::new("refuse-api-field").at(name.as_str())),
        }
    }
    if refusals.is_empty() { Ok(said) } else { Err(Error::Refused(refusals)) }
}
