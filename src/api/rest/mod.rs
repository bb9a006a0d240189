//! REST, version 1. Every type of record is listed, read, made, changed, deleted and acted on in the same way; what is
//! said of it follows from its description. Beside that stand comments, files, what happened, secrets to hand on, what became
//! of the messages of webhooks, what the member is told of and what they keep for themselves, one search over all records,
//! reports, which are only read, and what goes on by itself once it is begun: imports, lists as files, one thing done to many
//! records, archives.

mod archives;
mod audit;
pub mod batch;
mod deliveries;
pub mod docs;
pub mod extra;
mod favourites;
pub mod imports;
pub mod jobs;
pub mod json;
mod notifications;
pub mod once;
pub mod openapi;
pub mod operation;
pub mod reports;
mod secret;
pub mod token;
mod views;

use super::caller::{Asked, Caller, text};
use super::problem::Trouble;
use crate::platform::door::Refusal;
use crate::platform::web::{House, query_pairs};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::response::Response;
use axum::routing::{any, delete, get, post};
use operation::{Operation, Wanted};
use serde_json::Value as Json;

/// Where the addresses of version 1 begin.
pub const ROOT: &str = "/api/v1";

/// Bytes of a body.
const MOST: usize = 2 * 1024 * 1024;

/// The routes of version 1, and the page about it.
pub fn routes() -> Router<House> {
    Router::new()
        .route("/api/v1/{path}", get(serve).post(serve))
        .route("/api/v1/{path}/{id}", get(serve).patch(serve).delete(serve))
        .route("/api/v1/{path}/{id}/comments", get(extra::serve).post(extra::serve))
        .route("/api/v1/{path}/{id}/files", get(extra::serve).post(extra::serve))
        .route("/api/v1/{path}/{id}/files/{file}", get(extra::serve).delete(extra::serve))
        .route("/api/v1/{path}/{id}/history", get(extra::serve))
        .route("/api/v1/{path}/{id}/secret", get(extra::serve))
        .route("/api/v1/{path}/{id}/deliveries", get(extra::serve))
        .route("/api/v1/{path}/{id}/deliveries/{entry}/replay", post(extra::serve))
        .route("/api/v1/{path}/{id}/person/archive", post(extra::serve))
        .route("/api/v1/{path}/{id}/person/erase", post(extra::serve))
        .route("/api/v1/{path}/{id}/{action}", post(serve))
        .route("/api/v1/{path}/{id}/{action}/{*rest}", any(serve))
        .route("/api/v1/{path}/import", post(extra::serve))
        .route("/api/v1/{path}/export", post(extra::serve))
        .route("/api/v1/{path}/bulk", post(extra::serve))
        .route("/api/v1/{path}/views", get(extra::serve).post(extra::serve))
        .route("/api/v1/{path}/views/{view}", delete(extra::serve))
        .route("/api/v1/imports/{id}", get(extra::serve))
        .route("/api/v1/imports/{id}/faults", get(extra::serve))
        .route("/api/v1/imports/{id}/rest", get(extra::serve))
        .route("/api/v1/imports/{id}/{verb}", post(extra::serve))
        .route("/api/v1/jobs", get(extra::serve))
        .route("/api/v1/jobs/{id}", get(extra::serve))
        .route("/api/v1/jobs/{id}/file", get(extra::serve))
        .route("/api/v1/jobs/{id}/{verb}", post(extra::serve))
        .route("/api/v1/archives", get(extra::serve).post(extra::serve))
        .route("/api/v1/audit", get(extra::serve))
        .route("/api/v1/batch", post(batch::serve))
        .route("/api/v1/favourites", get(extra::serve).put(extra::serve).delete(extra::serve))
        .route("/api/v1/notifications", get(extra::serve))
        .route("/api/v1/notifications/preferences", get(extra::serve).patch(extra::serve))
        .route("/api/v1/notifications/read", post(extra::serve))
        .route("/api/v1/notifications/{id}/read", post(extra::serve))
        .route("/api/v1/search", get(extra::serve))
        .route("/api/v1/reports/{name}", get(reports::serve))
        .route("/api/v1/token", post(token::serve))
        .route("/api/v1/openapi.json", get(openapi::serve))
        .route("/api/docs", get(docs::page))
        .route("/api/docs.css", get(docs::style))
        .method_not_allowed_fallback(not_allowed)
}

/// Does one thing with records.
async fn serve(State(house): State<House>, caller: Caller, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = carry_out(&house, &caller, &parts, body).await;
    caller.reply(outcome)
}

async fn carry_out(house: &House, caller: &Caller, parts: &Parts, body: Body) -> Result<Response, Trouble> {
    let body = read_json(parts, body).await?;
    let wanted = Wanted {
        // What is asked for in the head only is the same with its body left out.
        method: if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() },
        path: parts.uri.path(),
        query: query_pairs(&parts.uri),
        if_match: text(&parts.headers, header::IF_MATCH.as_str()),
        if_none_match: text(&parts.headers, header::IF_NONE_MATCH.as_str()),
        key: once::given(&parts.headers),
        body,
    };
    let operation = Operation::read(wanted)?;
    let answer = operation::carry_out(&house.db, &caller.cx, caller.bearer.id, operation).await?;
    Ok(answer.into_response())
}

/// The bytes of a body, as far as they are not too many.
async fn read_body(parts: &Parts, body: Body) -> Result<Vec<u8>, Trouble> {
    let length = text(&parts.headers, header::CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    if length.is_some_and(|length: u64| length > MOST as u64) {
        return Err(Trouble::TooLarge);
    }
    // Whoever breaks off in the middle does not read why.
    to_bytes(body, MOST).await.map(Into::into).map_err(|_| Trouble::TooLarge)
}

/// The JSON of a body; none without one.
pub(super) async fn read_json(parts: &Parts, body: Body) -> Result<Option<Json>, Trouble> {
    let bytes = read_body(parts, body).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let kind = text(&parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(kind.as_str(), "application/json" | "application/merge-patch+json") {
        return Err(Trouble::MediaType);
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|_| Trouble::Malformed(vec![Refusal::new("refuse-api-json")]))
}

/// Says that an address knows no such method; which it knows stands in `Allow`.
pub(super) async fn not_allowed(request: Request) -> Response {
    let (parts, _) = request.into_parts();
    Asked::of(&parts).refuse(Trouble::Method)
}
