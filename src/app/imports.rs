//! Files that are brought to be imported, and what is asked of them.

use super::forms::{download, failed};
use crate::modules;
use crate::platform::error::{Error, Outcome, Refusal};
use crate::platform::export::Export;
use crate::platform::import::batch::{self, Asked, MOST_BYTES};
use crate::platform::import::report;
use crate::platform::jobs;
use crate::platform::tenancy::{Cx, whole};
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::record::Record;
use axum::Router;
use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use uuid::Uuid;

/// Bytes of the form that a file comes in. It streams, so this bounds the time and not the memory.
const FORM: usize = MOST_BYTES as usize + 1024 * 1024;

pub fn routes() -> Router<House> {
    Router::new()
        .route("/{path}/import", get(web::render_page).post(receive).layer(DefaultBodyLimit::max(FORM)))
        .route("/{path}/import/{id}", get(web::render_page).post(ask))
        .route("/{path}/import/{id}/faults", get(faults))
        .route("/{path}/import/{id}/rest", get(rest))
}

/// Takes a file in; its page says what came of it.
async fn receive(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let (Some(record), Ok(cx)) = (modules::record_at(&path), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let task = house.clone();
    // Where the browser goes away in the middle, the form ends with an error and the file is given up.
    match whole(async move { receive_file(&task, &cx, record, form).await }).await {
        Ok(id) => {
            jobs::wake();
            Redirect::to(&format!("/{path}/import/{id}")).into_response()
        }
        Err(error) => failed(house, visit, headers, error).await,
    }
}

async fn receive_file(house: &House, cx: &Cx, record: &'static Record, mut form: Multipart) -> Outcome<Uuid> {
    let mut changes = false;
    while let Some(part) = form.next_field().await.map_err(broken)? {
        if part.name() == Some("changes") {
            changes = part.bytes().await.map_err(broken)? == "true";
            continue;
        }
        // A box that nobody chose a file in comes along without a name.
        let Some(name) = part.file_name().filter(|name| !name.is_empty()).map(str::to_owned) else { continue };
        let bytes = part.map_err(broken).boxed();
        return batch::receive(&house.db, cx, &house.files, record, changes, &name, bytes).await;
    }
    Err(Refusal::new("refuse-file-none").into())
}

/// A form that ends before its end, or is too long.
fn broken(error: MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let most = rust_decimal::Decimal::from(MOST_BYTES / (1024 * 1024));
            Refusal::new("refuse-file-form").with("most", most).into()
        }
        _ => Error::BadRequest("form"),
    }
}

/// What the buttons of an import's page ask for.
async fn ask(
    State(house): State<House>,
    visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(batch), Ok(cx)) = (modules::record_at(&path), id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let asked = read_form(&body);
    let db = house.db.clone();
    let done = whole(async move {
        let mut tx = db.begin(&cx).await?;
        batch::ask(&mut tx, record, batch, &asked).await?;
        tx.commit().await?;
        Ok(())
    });
    match done.await {
        Ok(()) => {
            jobs::wake();
            Redirect::to(&format!("/{path}/import/{id}")).into_response()
        }
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// `map.0`, `map.1` … are the targets of the columns; `fix` and `fix.text` in pairs the texts for every row.
fn read_form(body: &Bytes) -> Asked {
    let pairs = form_pairs(body);
    let all = |name: &str| pairs.iter().filter(|(n, _)| n == name).map(|(_, text)| text.clone()).collect::<Vec<_>>();
    let places = pairs.iter().filter_map(|(name, text)| Some((name.strip_prefix("map.")?.parse().ok()?, text)));
    let mut targets: Vec<(usize, String)> = places.map(|(at, text)| (at, text.clone())).collect();
    targets.sort();
    let fixed: Vec<(String, String)> = all("fix").into_iter().zip(all("fix.text")).collect();
    // A box without a tick sends nothing; the mapping beside it does.
    let changes = all("changes").pop().as_deref() == Some("true");
    Asked {
        changes: (!targets.is_empty()).then_some(changes),
        verb: all("_do").pop().unwrap_or_default(),
        targets: (!targets.is_empty()).then(|| targets.into_iter().map(|(_, target)| target).collect()),
        fixed: (!fixed.is_empty()).then_some(fixed),
    }
}

/// All that is wrong with a file, as a file.
async fn faults(
    State(house): State<House>,
    visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let (Some(record), Ok(batch), Ok(cx)) = (modules::record_at(&path), id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let db = house.db.clone();
    let written = whole(async move { report::faults(&db, &cx, record, batch).await });
    answer(house, visit, headers, written.await).await
}

/// The rows that were left out, as a file.
async fn rest(
    State(house): State<House>,
    visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let (Some(record), Ok(batch), Ok(cx)) = (modules::record_at(&path), id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let (db, store) = (house.db.clone(), house.files.clone());
    let written = whole(async move { report::left_out(&db, &cx, &store, record, batch).await });
    answer(house, visit, headers, written.await).await
}

async fn answer(house: House, visit: Visit, headers: HeaderMap, written: Outcome<Export>) -> Response {
    match written {
        Ok(export) => download(export),
        Err(error) => failed(house, visit, headers, error).await,
    }
}
