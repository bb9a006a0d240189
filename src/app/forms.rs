//! Forms that belong to no record: signing up, joining, adding a company, doing one thing to many.

pub mod files;
pub mod jobs;
pub mod join;
mod list;
mod person;
mod sign_up;
mod webhook_log;

use super::calls::Failure;
use crate::platform::error::{Error, Outcome};
use crate::platform::web::{self, House, Visit};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use std::collections::BTreeMap;

/// The routes of these forms.
pub fn routes() -> Router<House> {
    Router::new()
        .route("/sign-up", get(web::render_page).post(sign_up::sign_up))
        .route("/join", get(join::show_invitation).post(join::join))
        .route("/companies/new", get(web::render_page).post(sign_up::add_company))
        .route("/{path}/bulk", post(list::bulk))
        .route("/{path}/set", post(list::set_one))
        .route("/{path}/views", post(list::saved_views))
        .route("/{path}/export", get(files::export_list))
        .route("/audit/export", get(files::export_audit))
        .route("/webhook-log", get(web::render_page).post(webhook_log::replay))
        .route("/persons/{record}/{id}", get(web::render_page).post(person::person))
        .route("/company-data", get(web::render_page).post(jobs::ask_archive))
        .route("/jobs/{id}/file", get(files::file_of_job))
        .route("/jobs/{id}", get(web::render_page).post(jobs::steer_job))
        .merge(super::imports::routes())
        .merge(super::print::routes())
        .merge(super::mail::routes())
        .merge(super::offer::routes())
        .merge(super::account::routes())
        .merge(super::operator::routes())
}

/// Leads on to where a form that belongs to no record ends; or shows it again, with what was typed and what stands in the way;
/// or says why nothing could be asked for.
pub async fn come_to_an_end(
    house: House,
    visit: Visit,
    headers: HeaderMap,
    fields: BTreeMap<String, String>,
    done: Outcome<String>,
) -> Response {
    match done {
        Ok(target) => Redirect::to(&target).into_response(),
        Err(error @ Error::Refused(_)) => {
            let status = error.status();
            web::give_back(house, visit, headers, fields, error, status).await
        }
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// A page that says why something could not be asked for, where no form could be shown again.
pub async fn failed(house: House, visit: Visit, headers: HeaderMap, error: Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let message = error.refusals(visit.request).into_iter().next().map(|refusal| refusal.message).unwrap_or_default();
    let failure = Failure { status: status.as_u16(), message };
    let mut response = web::render_with(house, visit, headers, Failed(failure)).await;
    *response.status_mut() = status;
    response
}

/// What went wrong before the page was drawn, in its context: it is shown in the page's place.
#[derive(Clone)]
pub struct Failed(pub Failure);
