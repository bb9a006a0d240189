//! Notifications on the web: forms on their page.

use crate::platform::door::{Error, Outcome};
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::record::comments::Told;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use uuid::Uuid;

/// The routes of these forms.
pub fn routes() -> Router<House> {
    Router::new()
        .route("/notifications", get(web::render_page).post(all))
        .route("/notifications/{id}", get(web::render_page).post(one))
}

/// What a form wants.
enum Wish {
    /// To mark this one as read, and to go where it leads.
    Open(Uuid),
    /// To mark this one as read, and to stay on the page after this place.
    Read(Uuid, Option<Uuid>),
    ReadAll,
    Prefer(Vec<Told>),
}

impl Wish {
    /// Fulfils it. Answers with the address to go to.
    async fn fulfil(self, tx: &mut TenantTx) -> Outcome<String> {
        match self {
            Wish::Open(id) => return super::open(tx, id).await,
            Wish::Read(id, before) => {
                super::open(tx, id).await?;
                return Ok(before.map_or("/notifications".to_owned(), |id| format!("/notifications?before={id}")));
            }
            Wish::ReadAll => super::read_all(tx).await?,
            Wish::Prefer(wanted) => super::prefer(tx, &wanted).await?,
        }
        Ok("/notifications".to_owned())
    }
}

/// Marks all as read, or keeps what the reader wants to be told of.
async fn all(State(house): State<House>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let pairs = form_pairs(&body);
    let wanted = |told: &Told| given(&pairs, told.name()) == Some("true");
    let wish = match given(&pairs, "_do") {
        Some("read") => Ok(Wish::ReadAll),
        Some("prefer") => Ok(Wish::Prefer(Told::ALL.into_iter().filter(wanted).collect())),
        _ => Err(Error::BadRequest("verb")),
    };
    answer(house, visit, headers, wish).await
}

/// Marks one as read; goes where it leads to, or back to the page.
async fn one(
    State(house): State<House>,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let pairs = form_pairs(&body);
    let before = given(&pairs, "before").and_then(|id| id.parse().ok());
    let wish = match (id.parse(), given(&pairs, "_do")) {
        (Err(_), _) => Err(Error::NotFound),
        (Ok(id), Some("open")) => Ok(Wish::Open(id)),
        (Ok(id), _) => Ok(Wish::Read(id, before)),
    };
    answer(house, visit, headers, wish).await
}

/// The value of a form's button or field.
fn given<'f>(pairs: &'f [(String, String)], name: &str) -> Option<&'f str> {
    pairs.iter().rev().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
}

async fn answer(house: House, visit: Visit, headers: HeaderMap, wish: Outcome<Wish>) -> Response {
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    let db = house.db.clone();
    let fulfilled = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let address = wish?.fulfil(&mut tx).await?;
        tx.commit().await?;
        Ok(address)
    });
    match fulfilled.await {
        Ok(address) => Redirect::to(&address).into_response(),
        // The page at this address, with the status of what went wrong.
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let mut response = web::render(house, visit, headers).await;
            if response.status().is_success() {
                *response.status_mut() = status;
            }
            response
        }
    }
}
