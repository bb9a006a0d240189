//! Files that are made for a visit: a list, the audit log, or what a job made.

use super::failed;
use crate::modules;
use crate::platform::archive::{self, job::Taken};
use crate::platform::error::Outcome;
use crate::platform::export::list::{self, Plan};
use crate::platform::export::{self, Export, Format};
use crate::platform::files::content::disposition;
use crate::platform::tenancy::{Cx, Db, whole};
use crate::platform::web::{self, House, Visit};
use crate::record::audit::AuditQuery;
use crate::record::query::Query;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

/// A list as a file: all that its query finds.
pub async fn export_list(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(record) = modules::record_at(&path) else { return web::render(house, visit, headers).await };
    let pairs = web::query_pairs(&visit.uri);
    let format = format_of(&pairs);
    let plan = Plan { record, query: Query::read(record, pairs).from_start(), ids: None, format };
    file_of(house, visit, headers, move |db, cx| async move { list::write(&db, &cx, &plan).await }).await
}

/// The audit log as a file: all that its query finds.
pub async fn export_audit(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
    let pairs = web::query_pairs(&visit.uri);
    let (query, format) = (AuditQuery::read(&pairs), format_of(&pairs));
    file_of(house, visit, headers, move |db, cx| async move { export::audit::write(&db, &cx, &query, format).await })
        .await
}

fn format_of(pairs: &[(String, String)]) -> Format {
    Format::from_name(pairs.iter().find(|(name, _)| name == "format").map_or("", |(_, format)| format))
}

/// The file of an export as a download.
pub async fn file_of<W: Future<Output = Outcome<Export>> + Send + 'static>(
    house: House,
    visit: Visit,
    headers: HeaderMap,
    write: impl FnOnce(Db, Cx) -> W,
) -> Response {
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    match whole(write(house.db.clone(), cx)).await {
        Ok(export) => download(export),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// The file that a job made.
pub async fn file_of_job(
    State(house): State<House>,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (Ok(job), Ok(cx)) = (id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    match archive::job::take(&house.db, &cx, &house.files, job).await {
        Ok(Some(archive)) => return download_archive(archive),
        Ok(None) => {}
        Err(error) => return failed(house, visit, headers, error).await,
    }
    match export::job::take(&house.db, &cx, &house.files, job).await {
        Ok(export) => download(export),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// A file that was made for this visit.
pub fn download(export: Export) -> Response {
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(export.file)));
    saved_as(body, &export.name, export.format.media_type(), export.format != Format::CSV)
}

/// A whole company on its way out.
fn download_archive(archive: Taken) -> Response {
    let mut response = saved_as(Body::from_stream(archive.bytes), &archive.name, "application/zip", true);
    response.headers_mut().insert(header::CONTENT_LENGTH, archive.size.into());
    response
}

/// A body that browsers save under a name.
fn saved_as(body: Body, name: &str, media_type: &'static str, packed: bool) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(disposition) = HeaderValue::from_str(&disposition(name, false)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    if packed {
        // Nobody packs it once more.
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    response
}
