//! Files that are brought to be imported, and what is asked of them.

use super::forms::failed;
use super::forms::files::download;
use crate::modules;
use crate::platform::error::{Error, Outcome, Refusal};
use crate::platform::import::batch::{self, Asked, MOST_BYTES};
use crate::platform::import::report::{self, About};
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
use std::collections::BTreeMap;
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
    let (db, wanted) = (house.db.clone(), asked.clone());
    let done = whole(async move {
        let mut tx = db.begin(&cx).await?;
        batch::ask(&mut tx, record, batch, &wanted).await?;
        tx.commit().await?;
        Ok(())
    });
    match done.await {
        Ok(()) => {
            jobs::wake();
            Redirect::to(&format!("/{path}/import/{id}")).into_response()
        }
        // What stands in the way of a box is said beside it.
        Err(Error::Refused(refusals)) if refusals.iter().any(|refusal| refusal.field.is_some()) => {
            let error = Error::Refused(refusals);
            let status = error.status();
            web::give_back(house, visit, headers, typed(&asked), error, status).await
        }
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// `map.0`, `map.1` … are the targets of the columns, `by.0`, `by.1` … what they are multiplied by; `fix` and `fix.text` in
/// pairs the texts for every row.
fn read_form(body: &Bytes) -> Asked {
    let pairs = form_pairs(body);
    let all = |name: &str| pairs.iter().filter(|(n, _)| n == name).map(|(_, text)| text.clone()).collect::<Vec<_>>();
    let by_place = |prefix: &str| -> BTreeMap<usize, String> {
        let at = |name: &str| name.strip_prefix(prefix)?.parse::<usize>().ok();
        pairs.iter().filter_map(|(name, text)| Some((at(name)?, text.clone()))).collect()
    };
    let targets: Vec<String> = by_place("map.").into_values().collect();
    let fixed: Vec<(String, String)> = all("fix").into_iter().zip(all("fix.text")).collect();
    // A box without a tick sends nothing; the mapping beside it does.
    let changes = all("changes").pop().as_deref() == Some("true");
    Asked {
        changes: (!targets.is_empty()).then_some(changes),
        verb: all("_do").pop().unwrap_or_default(),
        targets: (!targets.is_empty()).then_some(targets),
        factors: by_place("by."),
        fixed: (!fixed.is_empty()).then_some(fixed),
    }
}

/// What somebody typed into the mapping, by the names under which its page looks for it.
fn typed(asked: &Asked) -> BTreeMap<String, String> {
    let numbered = |prefix: &'static str, texts: &[String]| -> Vec<(String, String)> {
        texts.iter().enumerate().map(|(at, text)| (format!("{prefix}{at}"), text.clone())).collect()
    };
    let (targets, texts): (Vec<String>, Vec<String>) = asked.fixed.iter().flatten().cloned().unzip();
    let ticked = asked.changes == Some(true);
    numbered("map.", asked.targets.as_deref().unwrap_or_default())
        .into_iter()
        .chain(asked.factors.iter().map(|(at, text)| (format!("by.{at}"), text.clone())))
        .chain(numbered("fix.", &targets))
        .chain(numbered("fix.text.", &texts))
        .chain(ticked.then(|| ("changes".to_owned(), "true".to_owned())))
        .collect()
}

/// All that is wrong with a file, as a file.
async fn faults(
    State(house): State<House>,
    visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    file(house, visit, headers, (&path, &id), About::Faults).await
}

/// The rows that were left out, as a file.
async fn rest(
    State(house): State<House>,
    visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    file(house, visit, headers, (&path, &id), About::Rest).await
}

async fn file(house: House, visit: Visit, headers: HeaderMap, (path, id): (&str, &str), about: About) -> Response {
    let (Some(record), Ok(batch), Ok(cx)) = (modules::record_at(path), id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let (db, store) = (house.db.clone(), house.files.clone());
    match whole(async move { report::write(&db, &cx, &store, record, batch, about).await }).await {
        Ok(export) => download(export),
        Err(error) => failed(house, visit, headers, error).await,
    }
}
