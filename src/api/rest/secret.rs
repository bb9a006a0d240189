//! What the page of a record shows to hand on, such as the secret of a webhook. It follows from the key of the house and is
//! kept nowhere: no answer that is kept for who asks twice holds it, as it is read and never made.

use super::extra::{Place, no_parameters};
use super::operation::Answer;
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::door::{self, Error, Lock};
use crate::platform::tenancy::whole;
use crate::platform::web::House;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::json;

/// The secret of a record, as its page shows it, to a program that may change such records.
pub(super) async fn hand_on(house: &House, caller: &Caller, parts: &Parts, place: Place) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        // Rules look at the whole record, also at what is kept from the program.
        let mut document = door::reachable(&mut tx, place.record, place.id, Lock::No).await?;
        if !door::hands_on(place.record) {
            return Err(Error::NotFound);
        }
        // With what is read here one could write.
        if !tx.rights().changes(place.record) {
            return Err(Error::Denied);
        }
        let handed = door::present(&mut tx, &mut document).await?;
        Ok(handed.ok_or(Error::NotFound)?.path)
    });
    let mut response = Answer::of(200, json!({ "secret": read.await? })).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
