//! Who asks: a program with a token that holds, in the language that it wants to hear.

use super::limits::{Limits, Taken};
use super::problem::{Problem, Trouble};
use crate::i18n::{Digits, I18n, Locale, negotiate};
use crate::platform::plan::{self, Allowance};
use crate::platform::tenancy::{Cx, Db, whole};
use crate::platform::token::{self, Bearer};
use crate::platform::web::{self, House};
use axum::Extension;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use std::net::IpAddr;
use uuid::Uuid;

/// What is known of a request before anybody looks at its token.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Its reference in the log.
    pub request: Uuid,
    pub address: Option<IpAddr>,
    /// The language that it asks for.
    pub locale: Option<Locale>,
}

impl Asked {
    pub fn of(parts: &Parts) -> Asked {
        let spoken = text(&parts.headers, header::ACCEPT_LANGUAGE.as_str()).filter(|asked| !asked.trim().is_empty());
        Asked {
            request: web::reference(&parts.extensions),
            address: web::address(&parts.extensions),
            locale: spoken.map(negotiate::accept_language),
        }
    }

    /// The language of whoever has not been let in. Figures are Western: programs read them.
    pub fn i18n(&self) -> I18n {
        I18n::new(self.locale.unwrap_or(Locale::En), Digits::Western)
    }

    /// Tells of a trouble before it is known who asks.
    pub fn refuse(&self, trouble: Trouble) -> Response {
        dress(trouble.tell(self.i18n(), self.request).into_response(), None)
    }
}

/// The text of a header.
pub fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The token that a request shows.
fn shown(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text(headers, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A program that was let in.
#[derive(Clone)]
pub struct Caller {
    pub cx: Cx,
    pub bearer: Bearer,
    limits: Limits,
    taken: Taken,
    allowance: Allowance,
}

impl Caller {
    /// Lets a program in that shows a token that holds and has not asked too often. Else the answer is ready.
    pub async fn admit(db: &Db, limits: &Limits, parts: &Parts) -> Result<Caller, Box<Response>> {
        let asked = Asked::of(parts);
        let Some(bearer) = shown(&parts.headers).and_then(Bearer::read) else {
            return Err(Box::new(asked.refuse(Trouble::Unknown)));
        };
        Caller::with(db, limits, asked, bearer).await
    }

    /// Lets a program in by a token whose signature is ours. Who only guesses never comes as far as the database.
    pub async fn with(db: &Db, limits: &Limits, asked: Asked, bearer: Bearer) -> Result<Caller, Box<Response>> {
        let taken = limits.take(bearer, 1);
        let refuse = |trouble: Trouble, taken: &Taken| {
            let problem = trouble.tell(asked.i18n(), asked.request);
            Box::new(dress(problem.into_response(), Some(taken)))
        };
        if let Some(wait) = taken.wait()
            && !limits.looks_again(bearer, &taken)
        {
            return Err(refuse(Trouble::TooMany(wait), &taken));
        }
        let (db, limits) = (db.clone(), limits.clone());
        let Asked { request, address, locale } = asked;
        let admitted = whole(async move { token::admit(&db, bearer, request, address, locale).await }).await;
        let (cx, allowance) = admitted.map_err(|error| refuse(error.into(), &taken))?;
        let taken = limits.settle(bearer, taken, allowance.rate);
        if let Some(wait) = taken.wait() {
            return Err(refuse(Trouble::TooMany(wait), &taken));
        }
        if !limits.spend(bearer.tenant, 1, allowance) {
            return Err(refuse(spent(allowance), &taken));
        }
        Ok(Caller { cx, bearer, limits, taken, allowance })
    }

    /// Takes the requests of a batch beside the one that it came by.
    pub fn take_more(&mut self, requests: u32) -> Result<(), Trouble> {
        if requests == 0 {
            return Ok(());
        }
        self.taken = self.limits.take(self.bearer, requests);
        if let Some(wait) = self.taken.wait() {
            return Err(Trouble::TooMany(wait));
        }
        let fits = self.limits.spend(self.bearer.tenant, requests, self.allowance);
        if fits { Ok(()) } else { Err(spent(self.allowance)) }
    }

    /// What a trouble is called in this program's language.
    pub fn problem(&self, trouble: Trouble) -> Problem {
        trouble.tell(self.cx.i18n, self.cx.request)
    }

    /// The answer, or what stands in its way, with what the program has left to ask.
    pub fn reply(&self, outcome: Result<Response, Trouble>) -> Response {
        let response = outcome.unwrap_or_else(|trouble| self.problem(trouble).into_response());
        dress(response, Some(&self.taken))
    }
}

/// Whoever handles what a program asks for begins with the program, let in.
impl FromRequestParts<House> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Caller, Response> {
        let limits = Extension::<Limits>::from_request_parts(parts, house).await;
        let Extension(limits) = limits.map_err(|e| e.into_response())?;
        Caller::admit(&house.db, &limits, parts).await.map_err(|refused| *refused)
    }
}

/// The calls of this month are used up.
fn spent(allowance: Allowance) -> Trouble {
    let (on, wait) = plan::begins_anew(Timestamp::now());
    Trouble::Spent { most: allowance.most.unwrap_or_default(), on, wait }
}

/// Says whom an answer is for, and what is left to ask.
fn dress(mut response: Response, taken: Option<&Taken>) -> Response {
    let headers = response.headers_mut();
    if let Some(taken) = taken {
        taken.tell(headers);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Authorization, Accept-Language"));
    response
}
