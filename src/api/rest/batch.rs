//! Many things in one request: each for itself, or all of them or none.

use super::operation::{self, Answer, Operation, Wanted};
use super::{once, read_json};
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::door::{Error, Refusal};
use crate::platform::tenancy::{Db, TenantTx, whole};
use crate::platform::web::House;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Operations of a batch.
pub const MOST: usize = 50;

/// What a batch asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// Whether all is done or nothing.
    #[serde(default)]
    atomic: bool,
    operations: Vec<Part>,
}

/// One operation, with what would stand in the head of a request of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    method: Verb,
    /// With what is behind its question mark.
    path: String,
    if_match: Option<String>,
    if_none_match: Option<String>,
    body: Option<Json>,
}

/// The methods that a part may have, as the description says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

impl Verb {
    fn method(&self) -> &'static str {
        match self {
            Verb::Get => "GET",
            Verb::Post => "POST",
            Verb::Patch => "PATCH",
            Verb::Delete => "DELETE",
        }
    }
}

impl Part {
    /// What is wanted; under this key, where the whole batch has one.
    fn read(self, key: Option<&str>) -> Result<Operation, Trouble> {
        let (path, query) = self.path.split_once('?').unwrap_or((self.path.as_str(), ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Operation::read(Wanted {
            method: self.method.method(),
            path,
            query,
            if_match: self.if_match.as_deref(),
            if_none_match: self.if_none_match.as_deref(),
            key,
            body: self.body.filter(|body| !body.is_null()),
        })
    }
}

/// Does what a batch asks for.
pub async fn serve(State(house): State<House>, mut caller: Caller, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = carry_out(&house.db, &mut caller, &parts, body).await;
    caller.reply(outcome)
}

async fn carry_out(db: &Db, caller: &mut Caller, parts: &Parts, body: Body) -> Result<Response, Trouble> {
    let body = read_json(parts, body).await?.unwrap_or_default();
    let key = once::read_key(once::given(&parts.headers))?;
    let print = hex::encode(Sha256::digest(body.to_string()));
    let batch: Batch = serde_json::from_value(body).map_err(|_| Refusal::new("refuse-api-batch"))?;
    let count = batch.operations.len();
    if !(1..=MOST).contains(&count) {
        return Err(Refusal::new("refuse-api-batch-many").with("most", MOST).at("operations").into());
    }
    // Each counts as what it is: a request.
    caller.take_more(count as u32 - 1)?;
    match batch.atomic {
        true => together(db, caller, batch.operations, key, print).await,
        false => Ok(each(db, caller, batch.operations, key).await.into_response()),
    }
}

/// Each in its own transaction, with its own status. A key stands for each of them, by its place.
async fn each(db: &Db, caller: &Caller, parts: Vec<Part>, key: Option<String>) -> Answer {
    let mut results = Vec::with_capacity(parts.len());
    for (at, part) in parts.into_iter().enumerate() {
        let key = key.as_ref().map(|key| of_part(key, at));
        let done = match part.read(key.as_deref()) {
            Ok(operation) => operation::carry_out(db, &caller.cx, caller.bearer.id, operation).await,
            Err(trouble) => Err(trouble),
        };
        results.push(match done {
            Ok(answer) => json!(answer),
            Err(trouble) => {
                let problem = caller.problem(trouble);
                json!({ "status": problem.status, "body": problem.body })
            }
        });
    }
    Answer::of(200, json!({ "results": results }))
}

/// The key of a part, no longer than a key may be.
fn of_part(key: &str, at: usize) -> String {
    format!("{}/{at}", hex::encode(Sha256::digest(key)))
}

/// All of them in one transaction. What stands in the way of one stands in the way of all, and says of which it was said.
async fn together(
    db: &Db,
    caller: &Caller,
    parts: Vec<Part>,
    key: Option<String>,
    print: String,
) -> Result<Response, Trouble> {
    let (db, cx, token) = (db.clone(), caller.cx.clone(), caller.bearer.id);
    let done = whole(async move {
        let mut tx = db.begin(&cx).await?;
        Ok(match in_one(&mut tx, token, parts, key.as_deref(), &print).await {
            Ok(answer) => {
                tx.commit().await?;
                Ok(answer)
            }
            Err(stopped) => Err(stopped),
        })
    });
    match done.await? {
        Ok(answer) => Ok(answer.into_response()),
        Err(Stopped { at: Some(at), trouble }) => {
            let mut problem = caller.problem(trouble);
            if let Some(body) = problem.body.as_object_mut() {
                body.insert("operation".to_owned(), at.into());
            }
            Ok(problem.into_response())
        }
        Err(Stopped { at: None, trouble }) => Err(trouble),
    }
}

/// Why all of them stopped, and at which.
struct Stopped {
    at: Option<usize>,
    trouble: Trouble,
}

async fn in_one(
    tx: &mut TenantTx,
    token: Uuid,
    parts: Vec<Part>,
    key: Option<&str>,
    print: &str,
) -> Result<Answer, Stopped> {
    let before = |trouble: Trouble| Stopped { at: None, trouble };
    if let Some(key) = key
        && let Some(answer) = once::take(tx, token, key, print).await.map_err(before)?
    {
        return Ok(anew(tx, parts, answer).await);
    }
    let mut results = Vec::with_capacity(parts.len());
    for (at, part) in parts.into_iter().enumerate() {
        let here = |trouble: Trouble| Stopped { at: Some(at), trouble };
        let operation = part.read(None).map_err(here)?;
        let answer = operation::perform(tx, &operation).await.map_err(here)?;
        results.push(json!(answer));
    }
    let answer = Answer::of(200, json!({ "results": results }));
    if let Some(key) = key {
        once::keep(tx, token, key, &answer).await.map_err(before)?;
    }
    Ok(answer)
}

/// What a batch was answered before, as the program may see it now. What it only read is read again.
async fn anew(tx: &mut TenantTx, parts: Vec<Part>, before: Answer) -> Answer {
    if before.body.is_none() {
        return before;
    }
    let kept = before.body.as_ref().and_then(|body| body["results"].as_array()).cloned().unwrap_or_default();
    let mut results = Vec::with_capacity(kept.len());
    for (part, result) in parts.into_iter().zip(kept) {
        // It was done: what cannot be told of it now is a problem of that part alone.
        results.push(match part_anew(tx, part, result).await {
            Ok(now) => json!(now),
            Err(trouble) => {
                let problem = trouble.tell(tx.cx.i18n, tx.cx.request);
                json!({ "status": problem.status, "body": problem.body })
            }
        });
    }
    Answer::of(200, json!({ "results": results }))
}

async fn part_anew(tx: &mut TenantTx, part: Part, result: Json) -> Result<Answer, Trouble> {
    let operation = part.read(None)?;
    if !operation.writes() {
        return operation::perform(tx, &operation).await;
    }
    let result = serde_json::from_value(result).map_err(|error| Error::Other(error.into()))?;
    operation::anew(tx, &operation, result).await
}
