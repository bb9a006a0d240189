//! Archives for programs, of the whole company and of one person, and how a person is forgotten: each as its page has it. They concern
//! records of all types: a token that is kept to some of them is denied them.

use super::extra::{Place, no_parameters, read_fields};
use super::jobs::{Begin, begin, nothing_else, of_line, tell_job, unless_known};
use super::once::Once;
use super::operation::Answer;
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::archive;
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::permission::Scope;
use crate::platform::person::{self, erase};
use crate::platform::tenancy::{Cx, TenantTx, whole};
use crate::platform::web::House;
use async_trait::async_trait;
use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// Does one thing with archives and persons, by the method and the names in its address.
pub async fn carry_out(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    asked: (&str, &[&str]),
) -> Result<Response, Trouble> {
    match asked {
        ("GET", ["archives"]) => list(house, caller, parts).await,
        ("POST", ["archives"]) => begin(house, caller, parts, body, |body| OfCompany { body }).await,
        ("POST", [path, id, "person", "archive"]) => {
            let place = Place::read(path, id)?;
            begin(house, caller, parts, body, |body| OfPerson { place, body }).await
        }
        ("POST", [path, id, "person", "erase"]) => forget(house, caller, parts, body, Place::read(path, id)?).await,
        _ => Err(Error::NotFound.into()),
    }
}

/// Whether they open to a program within this scope, as far as its member may have them.
pub(super) fn opens_to(scope: Option<&Scope>) -> bool {
    scope.is_none_or(|scope| scope.records.is_none())
}

fn admit(cx: &Cx) -> Outcome<()> {
    if opens_to(cx.scope.as_deref()) { Ok(()) } else { Err(Error::Denied) }
}

// ------------------------------------------------------------------ archives

/// The latest archives of the company that were asked for.
async fn list(house: &House, caller: &Caller, parts: &Parts) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    admit(&caller.cx)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        archive::job::latest(&mut tx).await
    });
    let data: Vec<Json> = read.await?.iter().map(|line| of_line(caller.cx.i18n, line)).collect();
    Ok(unless_known(Answer::of(200, json!({ "data": data })), parts))
}

/// An archive of the whole company.
struct OfCompany {
    body: Map<String, Json>,
}

#[async_trait]
impl Begin for OfCompany {
    async fn begin(&self, tx: &mut TenantTx) -> Result<Uuid, Trouble> {
        admit(&tx.cx)?;
        let job = archive::job::ask(tx).await?;
        nothing_else(&self.body)?;
        Ok(job)
    }

    async fn tell(&self, tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble> {
        tell_job(tx, id).await
    }
}

/// An archive of the person whom a record describes.
struct OfPerson {
    place: Place,
    body: Map<String, Json>,
}

#[async_trait]
impl Begin for OfPerson {
    async fn begin(&self, tx: &mut TenantTx) -> Result<Uuid, Trouble> {
        admit(&tx.cx)?;
        let Place { record, id } = self.place;
        let job = person::archive::ask(tx, Uuid::now_v7(), record, id).await?;
        nothing_else(&self.body)?;
        Ok(job)
    }

    async fn tell(&self, tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble> {
        tell_job(tx, id).await
    }
}

// ------------------------------------------------------------------ whoever is forgotten

/// Has the person forgotten whom a record describes.
async fn forget(house: &House, caller: &Caller, parts: &Parts, body: Body, place: Place) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let body = read_fields(parts, body).await?;
    let once = Once::read(caller, parts, &body)?;
    let erasure = Erasure::read(place, &body)?;
    let (db, cx, store) = (house.db.clone(), caller.cx.clone(), house.files.clone());
    let done = whole(async move {
        let mut tx = db.begin(&cx).await?;
        Ok(match erasure.carry_out_once(&mut tx, &once).await {
            Ok((answer, objects)) => {
                tx.commit().await?;
                erase::clear(&db, &cx, &store, &objects).await;
                Ok(answer)
            }
            Err(trouble) => Err(trouble),
        })
    });
    let answer: Result<Answer, Trouble> = done.await?;
    Ok(answer?.into_response())
}

/// Somebody who is to be forgotten, and what was typed to say who is meant.
struct Erasure {
    place: Place,
    typed: String,
}

impl Erasure {
    fn read(place: Place, body: &Map<String, Json>) -> Outcome<Erasure> {
        let (mut typed, mut refusals) = (String::new(), Vec::new());
        for (name, given) in body {
            let fault = match (name.as_str(), given) {
                ("typed", Json::String(text)) => {
                    typed.clone_from(text);
                    None
                }
                ("typed", _) => Some("refuse-api-kind"),
                _ => Some("refuse-api-field"),
            };
            refusals.extend(fault.map(|fault| Refusal::new(fault).at(name.as_str())));
        }
        if refusals.is_empty() { Ok(Erasure { place, typed }) } else { Err(Error::Refused(refusals)) }
    }

    /// Has them forgotten, unless that was done under this key before. Answers also with the objects in the store that are to be
    /// deleted after the transaction.
    async fn carry_out_once(&self, tx: &mut TenantTx, once: &Once) -> Result<(Answer, Vec<String>), Trouble> {
        admit(&tx.cx)?;
        if let Some(before) = once.before(tx).await? {
            return Ok((before, Vec::new()));
        }
        let Place { record, id } = self.place;
        let objects = erase::erase(tx, record, id, &self.typed).await?;
        let answer = Answer::empty(204);
        once.keep(tx, &answer).await?;
        Ok((answer, objects))
    }
}
