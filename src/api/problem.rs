//! What programs are told when they do not get what they asked for: problems of RFC 9457, in their language.

use super::limits::seconds;
use crate::i18n::{I18n, Locale, plain};
use crate::platform::error::{Error, Refusal};
use crate::record::line::parse_input_name;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::time::Duration;
use uuid::Uuid;

/// The page that explains them.
pub const DOCS: &str = "/api/docs";

/// A kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    pub status: u16,
    /// The last part of its type.
    pub code: &'static str,
    /// The message that names it.
    pub title: &'static str,
}

const fn kind(status: u16, code: &'static str, title: &'static str) -> Kind {
    Kind { status, code, title }
}

/// All of them, by status.
pub const KINDS: &[Kind] = &[
    kind(400, "malformed", "api-problem-malformed"),
    kind(401, "unknown", "api-problem-unknown"),
    kind(403, "denied", "api-problem-denied"),
    kind(404, "not-found", "api-problem-not-found"),
    kind(405, "method", "api-problem-method"),
    kind(409, "busy", "api-problem-busy"),
    kind(412, "stale", "api-problem-stale"),
    kind(413, "large", "api-problem-large"),
    kind(415, "media-type", "api-problem-media-type"),
    kind(422, "refused", "api-problem-refused"),
    kind(428, "unconditional", "api-problem-unconditional"),
    kind(429, "too-many", "api-problem-too-many"),
    kind(500, "internal", "api-problem-internal"),
    kind(503, "unavailable", "api-problem-unavailable"),
];

/// Why a program does not get what it asked for.
#[derive(Debug)]
pub enum Trouble {
    /// What the door, the rules or the database say.
    Error(Error),
    /// What is wrong with the request itself, and where.
    Malformed(Vec<Refusal>),
    /// No token that holds.
    Unknown,
    /// Nothing is done in this way here.
    Method,
    /// The record has changed since.
    Stale,
    /// A change that does not say of which version.
    Unconditional,
    TooLarge,
    /// A body of another kind than JSON.
    MediaType,
    /// A body of another kind than a form.
    NoForm,
    /// Too many requests; after so long there is room again.
    TooMany(Duration),
    /// All calls that the company's plan has for a month; they begin anew on that day, after so long.
    Spent {
        most: i64,
        on: Date,
        wait: Duration,
    },
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Error(error)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Error(refusal.into())
    }
}

/// A problem as it is told.
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: u16,
    pub body: Json,
    locale: Locale,
    /// Seconds after which asking again makes sense.
    retry: Option<u64>,
}

impl Trouble {
    /// The parameter or header of this name cannot be read.
    pub fn at(name: &str, refusal: Refusal) -> Trouble {
        Trouble::Malformed(vec![refusal.at(name)])
    }

    fn status(&self) -> u16 {
        match self {
            Trouble::Error(error) if error.is_busy() => 409,
            Trouble::Error(Error::Conflict) | Trouble::Stale => 412,
            Trouble::Error(error) => error.status(),
            Trouble::Malformed(_) => 400,
            Trouble::Unknown => 401,
            Trouble::Method => 405,
            Trouble::TooLarge => 413,
            Trouble::MediaType | Trouble::NoForm => 415,
            Trouble::Unconditional => 428,
            Trouble::TooMany(_) | Trouble::Spent { .. } => 429,
        }
    }

    fn refusals(self, request: Uuid) -> Vec<Refusal> {
        match self {
            Trouble::Unknown | Trouble::Error(Error::SignedOut) => vec![Refusal::new("refuse-api-token")],
            Trouble::Stale | Trouble::Error(Error::Conflict) => vec![Refusal::new("refuse-api-stale")],
            Trouble::Error(Error::NotFound) => vec![Refusal::new("refuse-api-not-found")],
            // Nothing else of an address is signed.
            Trouble::Error(Error::BadRequest("place")) => vec![Refusal::new("refuse-api-after").at("after")],
            Trouble::Error(Error::BadRequest(_)) => vec![Refusal::new("refuse-api-filter")],
            Trouble::Error(error) => error.refusals(request),
            Trouble::Malformed(refusals) => refusals,
            Trouble::Method => vec![Refusal::new("refuse-api-method")],
            Trouble::TooLarge => vec![Refusal::new("refuse-api-large")],
            Trouble::MediaType => vec![Refusal::new("refuse-api-media-type")],
            Trouble::NoForm => vec![Refusal::new("refuse-api-form")],
            Trouble::Unconditional => vec![Refusal::new("refuse-api-unconditional").at("If-Match")],
            Trouble::TooMany(wait) => {
                vec![Refusal::new("refuse-api-too-many").with("seconds", seconds(wait) as usize)]
            }
            Trouble::Spent { most, on, .. } => {
                vec![Refusal::new("refuse-plan-calls").with("most", Decimal::from(most)).with("date", on)]
            }
        }
    }

    /// The problem, in the words of a language. Faults of our own are written into the log under the request's reference.
    pub fn tell(self, i18n: I18n, request: Uuid) -> Problem {
        let status = self.status();
        let retry = match &self {
            Trouble::TooMany(wait) | Trouble::Spent { wait, .. } => Some(seconds(*wait)),
            _ => matches!(status, 409 | 503).then_some(1),
        };
        let known = KINDS.iter().find(|kind| kind.status == status);
        let (code, title) = known.map_or(("internal", "api-problem-internal"), |kind| (kind.code, kind.title));
        let refusals = self.refusals(request);
        let said: Vec<String> = refusals.iter().map(|refusal| plain(&i18n.message(&refusal.message))).collect();
        let errors: Vec<Json> = refusals
            .iter()
            .zip(&said)
            .map(|(refusal, said)| {
                let field = refusal.field.as_deref().map(place);
                json!({ "field": field, "message": said, "id": refusal.message.id })
            })
            .collect();
        let body = json!({
            "type": format!("{DOCS}#{code}"),
            "title": plain(&i18n.format(title, None)),
            "status": status,
            "detail": said.join(" "),
            "errors": errors,
            "request": request,
        });
        Problem { status, body, locale: i18n.locale, retry }
    }
}

/// What a refusal calls a field, as programs know it: `lines[2].quantity`.
fn place(field: &str) -> String {
    parse_input_name(field).map_or_else(|| field.to_owned(), |(row, name)| format!("lines[{row}].{name}"))
}

impl Problem {
    pub fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, self.body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.locale.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Diwan\""));
        }
        response
    }
}
