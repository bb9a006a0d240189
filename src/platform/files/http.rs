//! Files on the web: a form that works without scripts, uploads in parts, and the addresses that files are served from.
//!
//! Uploads speak tus 1.0 (core, creation, termination), so any tus client can send:
//!
//! - `POST /files/uploads` with `Upload-Length` and `Upload-Metadata` (`record` and `id` of the record, `filename`; may
//!   also have `filetype` and `sha256` in hex) answers 201 with `Location`. With the same `sha256` it finds the upload that
//!   was begun before, and `Upload-Offset` says where to go on.
//! - `PATCH /files/uploads/{id}` with `Upload-Offset` and at most four mebibytes of `application/offset+octet-stream`
//!   answers 204; at a wrong offset 409 with the right one; 423 while another request puts the parts together; after the
//!   last part 422 with the reason, when it is not what may be attached or not what `sha256` promised: then nothing is
//!   kept. A part without bytes at the end tries once more to put the parts together.
//! - `HEAD` and `GET` say how far it is; `GET` also which file it became. `DELETE` gives it up.

use super::content::{clean_name, disposition, ending};
use super::store::FILE;
use super::{ContentType, Link, NewFile, Progress, Shut, Step, Store};
use crate::i18n::{Digits, I18n, negotiate};
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::seal;
use crate::platform::tenancy::{Cx, whole};
use crate::platform::web::{self, House, Visit};
use crate::record::Record;
use crate::record::page::Message;
use axum::body::{Body, Bytes};
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use std::collections::BTreeMap;
use std::ops::Range;
use uuid::Uuid;

/// Bytes of one part of an upload.
const PART: usize = 4 * 1024 * 1024;

/// Bytes of one form, whatever number of files it carries. They stream, so this bounds the time and not the memory.
const FORM: usize = 200 * 1024 * 1024;

/// Refusals that travel in an address.
const SAID: usize = 5;

const TUS: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");

/// What belongs to somebody who is signed in.
pub fn routes() -> Router<House> {
    Router::new()
        .route("/{path}/{id}/files", post(attach).layer(DefaultBodyLimit::max(FORM)))
        .route("/files/{id}", get(open))
        .route("/files/{id}/remove", post(remove))
        .route("/files/uploads", post(create).options(abilities))
        .route("/files/uploads/{id}", get(progress).patch(append).delete(cancel).layer(DefaultBodyLimit::max(PART)))
}

/// What is served without looking at cookies: the address itself says who may have it, for ten minutes.
pub fn served() -> Router<House> {
    Router::new().route("/f/{sealed}/{name}", get(serve))
}

// ------------------------------------------------------------------ forms

/// What went wrong with files, in the address that a form leads back to. Sealed, so that nobody makes Diwan say something.
fn said(messages: &[Message]) -> String {
    let text = serde_json::to_string(&messages[..messages.len().min(SAID)]).unwrap_or_default();
    seal::seal("said", &text)
}

/// The messages of an address.
pub fn said_in(sealed: &str) -> Vec<Message> {
    seal::open("said", sealed).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn messages(error: Error, visit: &Visit) -> Vec<Message> {
    error.refusals(visit.request).into_iter().map(|refusal| refusal.message).collect()
}

/// Back to the record, with what was done or what stood in the way.
fn back(record: &Record, id: Uuid, done: &str, messages: &[Message]) -> Response {
    let address = record.address(id);
    match messages {
        [] => Redirect::to(&format!("{address}?done={done}#files")).into_response(),
        some => Redirect::to(&format!("{address}?said={}#files", said(some))).into_response(),
    }
}

/// Attaches every file of a form. Each stands for itself: one that is refused does not keep the others out.
async fn attach(
    State(house): State<House>,
    visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let record = door::records().iter().copied().find(|record| record.path == path);
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    let (Some(record), Ok(id)) = (record, id.parse::<Uuid>()) else {
        return web::render(house, visit, headers).await;
    };
    let task = house.clone();
    // Where the browser goes away in the middle, the form ends with an error and the file is given up.
    match whole(async move { attach_each(&task, &cx, record, id, form).await }).await {
        Ok(errors) if errors.iter().any(|error| matches!(error, Error::NotFound)) => {
            web::render(house, visit, headers).await
        }
        Ok(errors) => {
            let messages: Vec<Message> = errors.into_iter().flat_map(|error| messages(error, &visit)).collect();
            back(record, id, "attached", &messages)
        }
        Err(error) => back(record, id, "attached", &messages(error, &visit)),
    }
}

async fn attach_each(
    house: &House,
    cx: &Cx,
    record: &'static Record,
    id: Uuid,
    mut form: Multipart,
) -> Outcome<Vec<Error>> {
    let (mut errors, mut attached) = (Vec::new(), 0);
    while let Some(part) = form.next_field().await.map_err(broken)? {
        // A box that nobody chose a file in comes along without a name.
        let Some(name) = part.file_name().filter(|name| !name.is_empty()) else { continue };
        let mut new = NewFile::new(record, id, name);
        new.said.declared = part.content_type().map(str::to_owned);
        match super::attach(&house.db, cx, &house.files, &new, part.map_err(broken).boxed()).await {
            Ok(_) => attached += 1,
            Err(error @ Error::Refused(_)) => errors.push(error),
            Err(error) => {
                errors.push(error);
                return Ok(errors);
            }
        }
    }
    if attached == 0 && errors.is_empty() {
        errors.push(Refusal::new("refuse-file-none").into());
    }
    Ok(errors)
}

/// A form that ends before its end, or is too long.
fn broken(error: MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let most = rust_decimal::Decimal::from(FORM / (1024 * 1024));
            Refusal::new("refuse-file-form").with("most", most).into()
        }
        _ => Error::BadRequest("form"),
    }
}

async fn remove(State(house): State<House>, visit: Visit, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    let Ok(id) = id.parse::<Uuid>() else { return web::render(house, visit, headers).await };
    let task = house.clone();
    let removed = whole(async move {
        let mut tx = task.db.begin(&cx).await?;
        let removed = super::remove(&mut tx, id).await?;
        tx.commit().await?;
        super::note(super::clear(&task.db, &cx, &task.files).await.map(|_| ()));
        Ok(removed)
    });
    match removed.await {
        Ok((record, record_id)) => back(record, record_id, "detached", &[]),
        Err(Error::NotFound) => web::render(house, visit, headers).await,
        Err(error) => failure(error, &visit),
    }
}

/// Leads to the file, after a look at who asks.
async fn open(State(house): State<House>, visit: Visit, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let (Ok(id), Ok(cx)) = (id.parse::<Uuid>(), visit.cx()) else { return web::render(house, visit, headers).await };
    let db = house.db.clone();
    let opened = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let address = super::open(&mut tx, id).await?;
        tx.commit().await?;
        Ok(address)
    });
    match opened.await {
        Ok(address) => Redirect::to(&address).into_response(),
        // The page at this address says that nothing is there.
        Err(Error::NotFound) => web::render(house, visit, headers).await,
        Err(error) => failure(error, &visit),
    }
}

// ------------------------------------------------------------------ uploads in parts

/// An error in the reader's words, for programs and for the page.
fn failure(error: Error, visit: &Visit) -> Response {
    let large = matches!(&error, Error::Refused(all) if all.iter().any(|r| r.message.id == "refuse-file-large"));
    let status = if large { 413 } else { error.status() };
    let said: Vec<String> = messages(error, visit).iter().map(|message| visit.i18n.message(message)).collect();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    tus((status, Json(serde_json::json!({ "message": said.join("\n") }))).into_response())
}

fn tus(mut response: Response) -> Response {
    response.headers_mut().insert(TUS, VERSION);
    response
}

/// Speaks another version of tus than ours. Who names none speaks ours.
fn foreign(headers: &HeaderMap) -> Option<Response> {
    let other = headers.get(TUS).is_some_and(|version| version != VERSION);
    other.then(|| tus((StatusCode::PRECONDITION_FAILED, [("tus-version", "1.0.0")]).into_response()))
}

async fn abilities() -> Response {
    let most = FILE.to_string();
    let headers =
        [("tus-version", "1.0.0"), ("tus-extension", "creation,termination"), ("tus-max-size", most.as_str())];
    tus((StatusCode::NO_CONTENT, headers).into_response())
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// `name base64,name base64`
fn metadata(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = headers.get(METADATA).and_then(|h| h.to_str().ok()).unwrap_or_default();
    text.split(',')
        .filter_map(|pair| {
            let (name, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
            let value = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
            Some((name.to_owned(), value))
        })
        .collect()
}

/// What a request wants to upload.
fn wanted(headers: &HeaderMap) -> Outcome<NewFile> {
    let said = metadata(headers);
    let of = |name: &str| said.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let size = number(headers, &LENGTH).ok_or(Error::BadRequest("Upload-Length"))?;
    let record = of("record").and_then(|name| door::record(&name)).ok_or(Error::NotFound)?;
    let id = of("id").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    let name = of("filename").ok_or(Error::BadRequest("filename"))?;
    let mut new = NewFile::new(record, id, &name);
    new.size = Some(size);
    new.said.declared = of("filetype").map(|mut kind| {
        kind.truncate(kind.floor_char_boundary(100));
        kind
    });
    if let Some(sum) = of("sha256") {
        let sum = sum.to_ascii_lowercase();
        if sum.len() != 64 || !sum.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Error::BadRequest("sha256"));
        }
        new.said.sha256 = Some(sum);
    }
    Ok(new)
}

async fn create(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
    if let Some(response) = foreign(&headers) {
        return response;
    }
    let (cx, new) = match (visit.cx(), wanted(&headers)) {
        (Ok(cx), Ok(new)) => (cx, new),
        (Err(error), _) | (_, Err(error)) => return failure(error, &visit),
    };
    let begun = whole(async move {
        let mut tx = house.db.begin(&cx).await?;
        let progress = super::begin_upload(&mut tx, &house.files, &new).await?;
        tx.commit().await?;
        Ok(progress)
    });
    match begun.await {
        Ok(progress) => {
            let mut response = say(StatusCode::CREATED, &progress, true);
            if let Ok(address) = HeaderValue::from_str(&format!("/files/uploads/{}", progress.id)) {
                response.headers_mut().insert(header::LOCATION, address);
            }
            response
        }
        Err(error) => failure(error, &visit),
    }
}

fn say(status: StatusCode, progress: &Progress, body: bool) -> Response {
    let mut response = if body { (status, Json(progress)).into_response() } else { status.into_response() };
    let headers = response.headers_mut();
    headers.insert(OFFSET, progress.offset.into());
    headers.insert(LENGTH, progress.size.into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    tus(response)
}

async fn progress(State(house): State<House>, visit: Visit, Path(id): Path<String>) -> Response {
    let (Ok(cx), Ok(id)) = (visit.cx(), id.parse::<Uuid>()) else {
        return failure(visit.cx().err().unwrap_or(Error::NotFound), &visit);
    };
    match whole(async move { super::progress_now(&house.db, &cx, id).await }).await {
        Ok(progress) => say(StatusCode::OK, &progress, true),
        Err(error) => failure(error, &visit),
    }
}

async fn append(
    State(house): State<House>,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Some(response) = foreign(&headers) {
        return response;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    if kind != "application/offset+octet-stream" {
        return tus(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let (Ok(cx), Ok(id)) = (visit.cx(), id.parse::<Uuid>()) else {
        return failure(visit.cx().err().unwrap_or(Error::NotFound), &visit);
    };
    let Some(offset) = number(&headers, &OFFSET) else {
        return failure(Error::BadRequest("Upload-Offset"), &visit);
    };
    match whole(async move { super::append(&house.db, &cx, &house.files, id, offset, bytes).await }).await {
        Ok(Step::Taken(progress)) => say(StatusCode::NO_CONTENT, &progress, false),
        Ok(Step::Elsewhere(progress)) => say(StatusCode::CONFLICT, &progress, true),
        Ok(Step::Busy(progress)) => say(StatusCode::LOCKED, &progress, true),
        Err(error) => failure(error, &visit),
    }
}

async fn cancel(State(house): State<House>, visit: Visit, Path(id): Path<String>) -> Response {
    let (Ok(cx), Ok(id)) = (visit.cx(), id.parse::<Uuid>()) else {
        return failure(visit.cx().err().unwrap_or(Error::NotFound), &visit);
    };
    match whole(async move { super::cancel(&house.db, &cx, &house.files, id).await }).await {
        Ok(()) => tus(StatusCode::NO_CONTENT.into_response()),
        Err(error) => failure(error, &visit),
    }
}

// ------------------------------------------------------------------ serving

/// Serves the file of a sealed address, or a part of it.
async fn serve(
    State(house): State<House>,
    method: Method,
    Path((sealed, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let link = match Link::follow(&sealed) {
        Ok(link) => link,
        Err(Shut::Expired) => return shut(&headers, StatusCode::GONE, "error-link-expired"),
        Err(Shut::Unknown) => return shut(&headers, StatusCode::NOT_FOUND, "error-not-found"),
    };
    let name = clean_name(&name);
    // The name is not under the seal; it must not make another type of the file.
    if !link.thumbnail && ending(&name).and_then(ContentType::from_ending) != Some(link.content) {
        return shut(&headers, StatusCode::NOT_FOUND, "error-not-found");
    }
    match hand_out(&house.files, &link, &name, &method, &headers).await {
        Ok(response) => response,
        Err(Error::NotFound) => shut(&headers, StatusCode::NOT_FOUND, "error-not-found"),
        Err(error) => {
            tracing::error!(%error, "a file cannot be served");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A file under its name, or the part of it that is asked for, or that whoever asks has it already.
pub async fn hand_out(
    store: &Store,
    link: &Link,
    name: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Outcome<Response> {
    let tag = format!("\"{}{}\"", link.id, if link.thumbnail { "-small" } else { "" });
    let known =
        headers.get(header::IF_NONE_MATCH).and_then(|h| h.to_str().ok()).is_some_and(|tags| tags.contains(&tag));
    let response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => send(store, link, method, headers, &tag).await?,
    };
    Ok(guarded(response, link, name, &tag))
}

async fn send(store: &Store, link: &Link, method: &Method, headers: &HeaderMap, tag: &str) -> Outcome<Response> {
    let key = link.key();
    // A part of something that has changed since is no use; ours never change, so the tag is there or is not ours.
    let current = headers.get(header::IF_RANGE).is_none_or(|asked| asked.as_bytes() == tag.as_bytes());
    let asked = headers.get(header::RANGE).and_then(|h| h.to_str().ok()).filter(|_| current);
    let part = match asked {
        None => None,
        Some(asked) => {
            let size = store.size(&key).await?;
            match range(asked, size) {
                Ok(None) => None,
                Ok(Some(part)) => Some((part, size)),
                Err(Unsatisfiable) => {
                    let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
                    return Ok((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
                }
            }
        }
    };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(link.content().mime()));
    let lengths = |length: u64| [kind.clone(), (header::CONTENT_LENGTH, length.into())];
    if *method == Method::HEAD && part.is_none() {
        return Ok(lengths(store.size(&key).await?).into_response());
    }
    let (size, bytes) = store.read(&key, part.as_ref().map(|(part, _)| part.clone())).await?;
    let body = Body::from_stream(bytes);
    Ok(match part {
        None => (lengths(size), body).into_response(),
        Some((part, size)) => {
            let which = [(header::CONTENT_RANGE, format!("bytes {}-{}/{size}", part.start, part.end - 1))];
            (StatusCode::PARTIAL_CONTENT, which, lengths(part.end - part.start), body).into_response()
        }
    })
}

/// No byte of the range that was asked for exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsatisfiable;

/// The one range of bytes that is asked for. What asks for several, or cannot be read, gets the whole (RFC 9110, 14.2).
pub fn range(asked: &str, size: u64) -> Result<Option<Range<u64>>, Unsatisfiable> {
    let Some((first, last)) = asked.trim().strip_prefix("bytes=").and_then(|rest| rest.split_once('-')) else {
        return Ok(None);
    };
    let part = match (first.trim().parse::<u64>(), last.trim()) {
        (Ok(first), "") => first..size,
        (Ok(first), last) => match last.parse::<u64>() {
            Ok(last) if first <= last => first..last.saturating_add(1).min(size),
            _ => return Ok(None),
        },
        (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
            Ok(0) => return Err(Unsatisfiable),
            Ok(many) => size.saturating_sub(many)..size,
            Err(_) => return Ok(None),
        },
        (Err(_), _) => return Ok(None),
    };
    if part.start >= size { Err(Unsatisfiable) } else { Ok(Some(part)) }
}

/// What keeps a file from being anything but a file: no guessing of types, no scripts, no origin of its own.
fn guarded(mut response: Response, link: &Link, name: &str, tag: &str) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, max-age=600"),
        (header::ACCEPT_RANGES, "bytes"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let name = if link.thumbnail { "thumbnail.jpg" } else { name };
    for (header, text) in
        [(header::CONTENT_DISPOSITION, disposition(name, link.content().is_shown())), (header::ETAG, tag.to_owned())]
    {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header, value);
        }
    }
    response
}

/// Says why there is no file, in the language that the browser asks for: no session is read here.
fn shut(headers: &HeaderMap, status: StatusCode, message: &str) -> Response {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let i18n = I18n::new(negotiate::accept_language(asked), Digits::Western);
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, plain, i18n.format(message, None)).into_response()
}
