//! Messages of webhooks, sent once more.

use super::failed;
use crate::platform::error::Error;
use crate::platform::tenancy::whole;
use crate::platform::web::{House, Visit, form_pairs};
use crate::platform::webhooks;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};

/// Has a message of a webhook sent again.
pub async fn replay(State(house): State<House>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let message = form_pairs(&body).into_iter().find(|(name, _)| name == "message").and_then(|(_, id)| id.parse().ok());
    let (db, cx) = (house.db.clone(), visit.cx());
    let replayed = whole(async move {
        let mut tx = db.begin(&cx?).await?;
        webhooks::replay(&mut tx, message.ok_or(Error::NotFound)?).await?;
        tx.commit().await
    });
    match replayed.await {
        Ok(_) => Redirect::to("/webhook-log").into_response(),
        Err(Error::SignedOut) => Redirect::to("/sign-in").into_response(),
        Err(error) => failed(house, visit, headers, error).await,
    }
}
