//! Where a machine gets a JWT for its secret: the client credentials of OAuth 2 (RFC 6749, section 4.4).

use super::read_body;
use crate::api::caller::{Asked, Caller, text};
use crate::api::limits::Limits;
use crate::api::problem::Trouble;
use crate::platform::door::Refusal;
use crate::platform::token::{Bearer, HOLDS};
use crate::platform::web::House;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// Answers a secret with a JWT.
pub async fn serve(State(house): State<House>, Extension(limits): Extension<Limits>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let asked = Asked::of(&parts);
    let bearer = match secret(&parts, body).await {
        Ok(bearer) => bearer,
        Err(trouble) => return asked.refuse(trouble),
    };
    match Caller::with(&house.db, &limits, asked, bearer).await {
        Ok(caller) => caller.reply(issue(&caller)),
        Err(refused) => *refused,
    }
}

/// The token whose secret a request gives, in its form or, as the standard prefers, in its head.
async fn secret(parts: &Parts, body: Body) -> Result<Bearer, Trouble> {
    let kind = text(&parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Trouble::NoForm);
    }
    let body = read_body(parts, body).await?;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let given = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
    if given("grant_type").as_deref() != Some("client_credentials") {
        return Err(Trouble::at("grant_type", Refusal::new("refuse-api-grant")));
    }
    let secret = basic(&parts.headers).or_else(|| given("client_secret"));
    secret.and_then(|secret| Bearer::of_secret(&secret)).ok_or(Trouble::Unknown)
}

/// The password of basic authentication; the name before it says nothing.
fn basic(headers: &HeaderMap) -> Option<String> {
    let (scheme, given) = text(headers, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let given = String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok()?;
    given.split_once(':').map(|(_, secret)| secret.to_owned())
}

fn issue(caller: &Caller) -> Result<Response, Trouble> {
    let writes = caller.cx.scope.as_ref().is_none_or(|scope| scope.writes);
    let jwt = caller.bearer.jwt()?;
    let body = json!({
        "access_token": jwt,
        "token_type": "Bearer",
        "expires_in": HOLDS,
        "scope": if writes { "write" } else { "read" },
    });
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (kind, body.to_string()).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
