//! What the pages of reports show, as JSON: the same figures, asked for with the same parameters, open to the same members.

use crate::api::caller::{Caller, text};
use crate::api::problem::Trouble;
use crate::platform::cache::{Known, Sources};
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::report::{Ask, Asked, Given, Report, Takes};
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::platform::web::{House, query_pairs};
use crate::record::{Reach, value};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// Answers with a report.
pub async fn serve(State(house): State<House>, caller: Caller, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let outcome = answer(&house.db, &caller.cx, &parts).await;
    caller.reply(outcome)
}

async fn answer(db: &Db, cx: &Cx, parts: &Parts) -> Result<Response, Trouble> {
    let name = parts.uri.path().rsplit('/').next().unwrap_or_default();
    let report = door::reports().iter().find(|report| report.name == name).ok_or(Error::NotFound)?;
    let (db, cx, pairs) = (db.clone(), cx.clone(), query_pairs(&parts.uri));
    let done = whole(async move {
        let mut tx = db.begin(&cx).await?;
        Ok(match read(&mut tx, report, &pairs).await {
            Ok(told) => {
                tx.commit().await?;
                Ok(told)
            }
            Err(trouble) => Err(trouble),
        })
    });
    let told = done.await??;
    Ok(told.respond(text(&parts.headers, header::IF_NONE_MATCH.as_str())))
}

/// Reads a report, from memory where nothing of the company has changed since it was read.
async fn read(tx: &mut TenantTx, report: &'static Report, pairs: &[(String, String)]) -> Result<Arc<Told>, Trouble> {
    if !report.opens_to(tx.cx.scope.as_deref(), &tx.rights()) {
        return Err(Error::Denied.into());
    }
    let asked = ask(report, pairs)?;
    // It opens to those only who reach all rows of what it sums.
    let key = tx.key("report", &[report.name, &format!("{asked:?}")], Reach::All, Sources::Company);
    if report.logged
        && let Known::Fresh(told) = tx.known::<Told>(&key)
    {
        return Ok(told);
    }
    let told = Arc::new(Told::of(&(report.read)(tx, &asked).await?));
    if report.logged {
        tx.keep(key, told.clone(), told.text.len());
    }
    Ok(told)
}

// ------------------------------------------------------------------ what is asked

/// Reads the parameters of a report. One that means nothing is refused: whoever believes to have narrowed it has not.
fn ask(report: &Report, pairs: &[(String, String)]) -> Result<Asked, Trouble> {
    let mut asked = Asked::default();
    for (name, text) in pairs {
        let Some(known) = report.asks.iter().find(|ask| ask.name == name) else {
            return Err(Trouble::at(name, Refusal::new("refuse-api-parameter")));
        };
        if !text.is_empty() && !asked.has(known.name) {
            asked.put(known.name, take(known, text)?);
        }
    }
    match report.asks.iter().find(|ask| ask.needed && !asked.has(ask.name)) {
        Some(missing) => Err(Refusal::new("fault-required").at(missing.name).into()),
        None => Ok(asked),
    }
}

/// What a parameter is given, when it is something that it takes.
fn take(ask: &Ask, text: &str) -> Outcome<Given> {
    let id = || text.parse::<Uuid>().ok();
    let as_text = || Given::Text(text.to_owned());
    let (given, message) = match ask.takes {
        Takes::Day => (day(text).map(Given::Day), "fault-not-date"),
        Takes::Id => (id().map(Given::Id), "refuse-api-uuid"),
        Takes::Place => return id().map(Given::Id).ok_or(Error::BadRequest("place")),
        Takes::Text => return Ok(as_text()),
        Takes::Word(words) => (words.contains(&text).then(as_text), "fault-not-choice"),
        Takes::Named(knows) => ((id().is_some() || knows(text)).then(as_text), "fault-not-choice"),
    };
    given.ok_or_else(|| Refusal::new(message).at(ask.name).into())
}

/// A day as programs write it, and in no other way: `2026-11-18`.
pub(super) fn day(text: &str) -> Option<Date> {
    value::date_of(text).filter(|date| value::iso(*date) == text)
}

// ------------------------------------------------------------------ what is answered

/// A report as it is told.
struct Told {
    text: String,
    /// Changes with the text.
    etag: String,
}

impl Told {
    fn of(body: &Json) -> Told {
        let text = body.to_string();
        let digest = hex::encode(Sha256::digest(&text));
        Told { etag: format!("\"{}\"", &digest[..16]), text }
    }

    /// The report, unless the program has it already.
    fn respond(&self, known: Option<&str>) -> Response {
        // A compressing proxy marks tags as weak.
        let is_own = |tag: &str| tag.trim().trim_start_matches("W/") == self.etag;
        let is_known = known.is_some_and(|tags| tags.trim() == "*" || tags.split(',').any(is_own));
        let mut response = match is_known {
            true => (StatusCode::NOT_MODIFIED, Body::empty()).into_response(),
            false => ([(header::CONTENT_TYPE, "application/json")], self.text.clone()).into_response(),
        };
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}
