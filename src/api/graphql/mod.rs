//! GraphQL: the same records with the same rights as over REST, in the shape that a program asks for. What it links to comes along
//! in one statement for each link that is named, however many rows there are.

pub mod cost;
mod fetch;
mod resolve;
pub mod schema;

use super::caller::{Caller, text};
use super::problem::{Problem, Trouble};
use super::rest::operation::{self, Answer, Operation};
use super::rest::{not_allowed, once, read_json};
use crate::i18n::I18n;
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::platform::web::House;
use async_graphql::{ErrorExtensionValues, Request as Asked, Response as Told, ServerError, Value};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Extension, Router};
use schema::Schemas;
use serde::Serialize;
use serde_json::Value as Json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Where it is asked.
pub const ROOT: &str = "/api/graphql";

/// Requests of a batch.
pub const MOST: usize = 10;

/// The media type of answers whose status says whether the request could be understood.
const MEDIA_TYPE: &str = "application/graphql-response+json";

pub fn routes() -> Router<House> {
    Router::new()
        .route("/api/graphql", post(serve))
        .layer(Extension(Schemas::default()))
        .method_not_allowed_fallback(not_allowed)
}

/// What the parts of a request share: its transaction, and what became of it so far.
pub struct Work {
    pub tx: TenantTx,
    /// Records that may still be read.
    pub left: u64,
    wrote: bool,
    /// Why nothing more is done, once something could not be.
    failed: bool,
}

pub type Shared = Arc<Mutex<Work>>;

/// Bytes of texts and figures that an answer may still hold. Fields of one record weigh little, and one note may be long.
pub struct Room {
    left: AtomicU64,
    i18n: I18n,
    request: Uuid,
}

impl Room {
    /// What is told beside the bytes of a value.
    const FRAME: u64 = 32;

    fn new(cx: &Cx) -> Room {
        Room { left: AtomicU64::new(cost::BYTES), i18n: cx.i18n, request: cx.request }
    }

    /// Whether there is room for a value of so many bytes, which it then takes. That there is none any more is said once.
    fn take(&self, bytes: usize) -> async_graphql::Result<bool> {
        let bytes = bytes as u64 + Room::FRAME;
        if self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes)).is_ok() {
            return Ok(true);
        }
        match self.left.swap(0, Relaxed) {
            0 => Ok(false),
            _ => Err(told(Trouble::from(cost::too_costly()).tell(self.i18n, self.request))),
        }
    }
}

impl Work {
    /// Does one thing more, unless something could not be done before: then nothing of the request is.
    async fn perform(&mut self, operation: &Operation) -> Result<Answer, Trouble> {
        if self.failed {
            return Err(Refusal::new("refuse-graphql-together").into());
        }
        self.wrote = true;
        let done = operation::perform(&mut self.tx, operation).await;
        self.failed = done.is_err();
        done
    }
}

async fn serve(
    State(house): State<House>,
    Extension(schemas): Extension<Schemas>,
    mut caller: Caller,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = answer(&house.db, &schemas, &mut caller, &parts, body).await;
    caller.reply(outcome)
}

async fn answer(
    db: &Db,
    schemas: &Schemas,
    caller: &mut Caller,
    parts: &Parts,
    body: Body,
) -> Result<Response, Trouble> {
    let body = read_json(parts, body).await?.unwrap_or_default();
    if once::given(&parts.headers).is_some() {
        return Err(Trouble::at("Idempotency-Key", Refusal::new("refuse-graphql-key")));
    }
    let speaks = text(&parts.headers, header::ACCEPT.as_str()).is_some_and(|accepts| accepts.contains(MEDIA_TYPE));
    let is_batch = body.is_array();
    let asked = match read(body) {
        Ok(asked) => asked,
        Err(refusal) => {
            let told = refused(&caller.problem(Trouble::Malformed(vec![refusal])));
            return respond(speaks, true, &told);
        }
    };
    // Each list or change counts as what it would be over REST: a request.
    let requests: u32 = asked.iter().map(|(_, cost)| cost.parts.max(1)).sum();
    caller.take_more(requests - 1)?;
    let (mut told, mut left) = (Vec::with_capacity(asked.len()), cost::RECORDS);
    for (request, _) in asked {
        match run(db, schemas, &caller.cx, request, left).await {
            Ok(ran) => {
                left = ran.left;
                told.push(ran.told);
            }
            // What was done before it is done, and is told.
            Err(error) if is_batch => told.push(refused(&caller.problem(error.into()))),
            Err(error) => return Err(error.into()),
        }
    }
    if is_batch {
        return respond(speaks, false, &told);
    }
    let only = told.pop().unwrap_or_default();
    let is_unread = !only.errors.is_empty() && only.errors.iter().all(|error| error.path.is_empty());
    respond(speaks, is_unread, &only)
}

/// Reads the requests of a body and weighs them before anything is done.
fn read(body: Json) -> Result<Vec<(Asked, cost::Cost)>, Refusal> {
    let parts = match body {
        Json::Array(parts) => parts,
        one => vec![one],
    };
    if !(1..=MOST).contains(&parts.len()) {
        return Err(Refusal::new("refuse-graphql-batch").with("most", MOST));
    }
    let mut asked = Vec::with_capacity(parts.len());
    let mut whole = cost::Cost::default();
    for part in parts {
        let mut request: Asked = serde_json::from_value(part).map_err(|_| Refusal::new("refuse-graphql-request"))?;
        let cost = cost::weigh(&mut request)?;
        whole = whole.and(cost)?;
        asked.push((request, cost));
    }
    Ok(asked)
}

/// What came of a request.
pub struct Ran {
    pub told: Told,
    pub statements: u32,
    /// Records that others of its batch may still read.
    left: u64,
}

/// Does what one request asks for in a transaction of its own, reading so many records at most: all of it, or nothing.
pub async fn run(db: &Db, schemas: &Schemas, cx: &Cx, request: Asked, left: u64) -> Outcome<Ran> {
    let (db, schemas, cx) = (db.clone(), schemas.clone(), cx.clone());
    whole(async move {
        let tx = db.begin(&cx).await?;
        let schema = schemas.of(&tx);
        let work: Shared = Arc::new(Mutex::new(Work { tx, left, wrote: false, failed: false }));
        let room = Room::new(&cx);
        let mut told = schema.execute(request.data(work.clone()).data(room)).await;
        let work = Arc::into_inner(work).ok_or_else(|| Error::Other(anyhow::anyhow!("a part of a request goes on")))?;
        let Work { tx, left, wrote, .. } = work.into_inner();
        let mut statements = tx.statements();
        if wrote && told.errors.is_empty() {
            statements = tx.commit().await?;
        } else if wrote {
            told.data = Value::Null;
        }
        Ok(Ran { told, statements, left })
    })
    .await
}

/// The answer as text, fields in the order in which they were asked for.
fn respond(speaks: bool, is_unread: bool, told: &impl Serialize) -> Result<Response, Trouble> {
    // Those who only know JSON look into the answer, not at its status.
    let status = if speaks && is_unread { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let kind = if speaks { MEDIA_TYPE } else { "application/json" };
    let body = serde_json::to_string(told).map_err(|error| Error::Other(error.into()))?;
    Ok((status, [(header::CONTENT_TYPE, kind)], body).into_response())
}

/// The answer to what is not even begun.
fn refused(problem: &Problem) -> Told {
    let mut error = ServerError::new(detail(problem), None);
    error.extensions = Some(extensions(problem));
    Told::from_errors(vec![error])
}

/// A trouble as the clients of GraphQL know them, with the problem that REST would tell.
fn error(work: &Work, trouble: Trouble) -> async_graphql::Error {
    told(trouble.tell(work.tx.cx.i18n, work.tx.cx.request))
}

fn told(problem: Problem) -> async_graphql::Error {
    let mut error = async_graphql::Error::new(detail(&problem));
    error.extensions = Some(extensions(&problem));
    error
}

fn detail(problem: &Problem) -> &str {
    problem.body["detail"].as_str().unwrap_or_default()
}

fn extensions(problem: &Problem) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    let code = match problem.status {
        401 => "UNAUTHENTICATED",
        403 => "FORBIDDEN",
        500.. => "INTERNAL_SERVER_ERROR",
        _ => "BAD_USER_INPUT",
    };
    extensions.set("code", code);
    extensions.set("problem", Value::from_json(problem.body.clone()).unwrap_or_default());
    extensions
}
