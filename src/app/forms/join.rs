//! Joining a company by an invitation.

use crate::app::auth::Invitee;
use crate::app::auth_rules;
use crate::modules::administration::invitation;
use crate::platform::error::Error;
use crate::platform::tenancy::Cx;
use crate::platform::web::{self, House, Visit, form_pairs};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::collections::BTreeMap;
use tower_sessions::Session;
use uuid::Uuid;

/// The invitation of a page, in its context; `None` when it does not hold.
#[derive(Clone)]
pub struct Invited(pub Option<Invitee>);

pub async fn show_invitation(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
    let token = web::query_pairs(&visit.uri).into_iter().find(|(name, _)| name == "token").map(|(_, token)| token);
    let invited = invitee(&house, &visit, token.unwrap_or_default()).await;
    let holds = invited.is_some();
    let mut response = web::render_with(house, visit, headers, Invited(invited)).await;
    if !holds {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

async fn invitee(house: &House, visit: &Visit, token: String) -> Option<Invitee> {
    let found = invitation::read(&house.db, &guest(visit), &token).await.ok()?;
    Some(Invitee { company: found.company, email: found.email, name: found.name, token })
}

/// The context of somebody who has not signed in.
pub fn guest(visit: &Visit) -> Cx {
    let Visit { i18n, request, address, .. } = *visit;
    Cx { user: Uuid::nil(), tenant: Uuid::nil(), i18n, request, address, scope: None }
}

pub async fn join(
    State(house): State<House>,
    mut visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let (token, name) = (field("token"), field("name").trim().to_owned());
    let refusals = auth_rules::check_person(&name, &field("password"));
    let outcome = match refusals.is_empty() {
        true => invitation::accept(&house.db, guest(&visit), token.clone(), name, field("password")).await,
        false => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(signed_in) => web::let_in(&session, &visit, &signed_in, "/").await,
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let invited = invitee(&house, &visit, token).await;
            visit.come_back(fields, error);
            let mut response = web::render_with(house, visit, headers, Invited(invited)).await;
            *response.status_mut() = status;
            response
        }
    }
}
