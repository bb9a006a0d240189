//! What became of the messages of a webhook, and sending one of them again, as the webhook log does.

use super::extra::{Place, only_address, read_place, unknown};
use super::once::{self, Once};
use super::operation::{Answer, address};
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::door::{self, Error, Lock, Outcome, Refusal};
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{House, query_pairs};
use crate::platform::webhooks::{self, Asked, LogAttempt, LogLine, STATES};
use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::FutureExt as _;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The webhook is there. Nothing else sends messages.
async fn there(tx: &mut TenantTx, place: Place) -> Outcome<()> {
    if place.record.name != webhooks::record().name {
        return Err(Error::NotFound);
    }
    door::reachable(tx, place.record, place.id, Lock::No).await.map(drop)
}

/// A page of the messages of a webhook, latest first, each with every attempt to deliver it.
pub(super) async fn list(house: &House, caller: &Caller, parts: &Parts, place: Place) -> Result<Response, Trouble> {
    let pairs = query_pairs(&parts.uri);
    let mut asked = Asked { webhook: Some(place.id), ..Asked::default() };
    for (name, text) in &pairs {
        match name.as_str() {
            "state" if text.is_empty() || STATES.contains(&text.as_str()) => asked.state.clone_from(text),
            "state" => return Err(Refusal::new("fault-not-choice").at("state").into()),
            "after" => asked.after = Some(read_place(text)?),
            _ => return Err(unknown(name)),
        }
    }
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        there(&mut tx, place).await?;
        webhooks::log(&mut tx, asked).await
    });
    let log = read.await?;
    let next = log.lines.last().filter(|_| log.more).map(|line| line.id);
    let data: Vec<Json> = log.lines.iter().map(of_line).collect();
    let here = format!("{}/deliveries", address(place.record, place.id));
    Ok(Answer::page(data, next, &here, &pairs).into_response())
}

fn of_line(line: &LogLine) -> Json {
    let attempts: Vec<Json> = line.attempts.iter().map(of_attempt).collect();
    json!({
        "id": line.id, "message": webhooks::message_id(line.id), "event": line.event, "record_id": line.record,
        "at": line.at, "state": line.state, "attempts": attempts,
    })
}

fn of_attempt(attempt: &LogAttempt) -> Json {
    json!({
        "at": attempt.at, "outcome": attempt.outcome, "status": attempt.answered,
        "milliseconds": attempt.milliseconds, "note": attempt.note,
    })
}

/// Has a message that came to its end sent again.
pub(super) async fn replay(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    place: Place,
    delivery: Uuid,
) -> Result<Response, Trouble> {
    only_address(parts, body).await?;
    let once = Once::read(caller, parts, ())?;
    let answer =
        once::whole(house, caller, move |tx| async move { replay_once(tx, &once, place, delivery).await }.boxed());
    Ok(answer.await?.into_response())
}

/// Sends it again, unless it was sent again under this key before.
async fn replay_once(tx: &mut TenantTx, once: &Once, place: Place, delivery: Uuid) -> Result<Answer, Trouble> {
    there(tx, place).await?;
    if let Some(before) = once.before(tx).await? {
        return Ok(before);
    }
    if !webhooks::is_to(tx, delivery, place.id).await? {
        return Err(Error::NotFound.into());
    }
    webhooks::replay(tx, delivery).await?;
    let answer = Answer::empty(204);
    once.keep(tx, &answer).await?;
    Ok(answer)
}
