//! What people find beside the fields of a record, for programs: what is said about it, the files that hang on it, what
//! happened to it, what members keep for themselves, and one search over every record. Each goes through the door that its page
//! goes through.

use super::once::{self, Once};
use super::operation::{Answer, address, nothing_else};
use super::{ROOT, archives, audit, deliveries, favourites, imports, jobs, notifications, read_json, secret, views};
use crate::api::caller::{Caller, text};
use crate::api::problem::Trouble;
use crate::platform::comments;
use crate::platform::door::{self, Error, Lock, Outcome, Refusal};
use crate::platform::files::content::ContentType;
use crate::platform::files::http::hand_out;
use crate::platform::files::{self, NewFile};
use crate::platform::search::{self, LONGEST};
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{House, query_pairs};
use crate::record::comments::{Comment, Part};
use crate::record::fold::fold;
use crate::record::page::FileItem;
use crate::record::search::{Hit, SHORTEST};
use crate::record::{Names, Record};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// Does one thing beside records.
pub async fn serve(State(house): State<House>, caller: Caller, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = carry_out(&house, &caller, &parts, body).await;
    caller.reply(outcome)
}

async fn carry_out(house: &House, caller: &Caller, parts: &Parts, body: Body) -> Result<Response, Trouble> {
    let path = parts.uri.path().strip_prefix(ROOT).unwrap_or_default();
    let names: Vec<&str> = path.split('/').skip(1).collect();
    // What is asked for in the head only is the same with its body left out.
    let method = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    match (method, names.as_slice()) {
        asked @ (_, ["jobs", ..] | [_, "export" | "bulk"]) => jobs::carry_out(house, caller, parts, body, asked).await,
        asked @ (_, ["imports", ..] | [_, "import"]) => imports::carry_out(house, caller, parts, body, asked).await,
        asked @ (_, ["archives"] | [_, _, "person", _]) => archives::carry_out(house, caller, parts, body, asked).await,
        asked @ (_, [_, "views", ..]) => views::carry_out(house, caller, parts, body, asked).await,
        ("GET", ["favourites"]) => favourites::list(house, caller, parts).await,
        ("PUT", ["favourites"]) => favourites::keep(house, caller, parts, body).await,
        ("DELETE", ["favourites"]) => favourites::forget(house, caller, parts, body).await,
        ("GET", ["search"]) => find(house, caller, parts).await,
        ("GET", ["notifications"]) => notifications::list(house, caller, parts).await,
        ("POST", ["notifications", "read"]) => notifications::read_all(house, caller, parts, body).await,
        ("GET", ["notifications", "preferences"]) => notifications::preferences(house, caller, parts).await,
        ("PATCH", ["notifications", "preferences"]) => notifications::prefer(house, caller, parts, body).await,
        ("POST", ["notifications", id, "read"]) => notifications::read(house, caller, parts, body, read_id(id)?).await,
        ("GET", ["audit"]) => audit::list(house, caller, parts).await,
        ("GET", [path, id, "history"]) => audit::history(house, caller, parts, Place::read(path, id)?).await,
        ("GET", [path, id, "secret"]) => secret::hand_on(house, caller, parts, Place::read(path, id)?).await,
        ("GET", [path, id, "deliveries"]) => deliveries::list(house, caller, parts, Place::read(path, id)?).await,
        ("POST", [path, id, "deliveries", delivery, "replay"]) => {
            deliveries::replay(house, caller, parts, body, Place::read(path, id)?, read_id(delivery)?).await
        }
        ("GET", [path, id, "comments"]) => list_comments(house, caller, parts, Place::read(path, id)?).await,
        ("POST", [path, id, "comments"]) => comment(house, caller, parts, body, Place::read(path, id)?).await,
        ("GET", [path, id, "files"]) => list_files(house, caller, parts, Place::read(path, id)?).await,
        ("POST", [path, id, "files"]) => attach(house, caller, parts, body, Place::read(path, id)?).await,
        ("GET", [path, id, "files", file]) => open(house, caller, parts, Place::read(path, id)?, read_id(file)?).await,
        ("DELETE", [path, id, "files", file]) => {
            remove(house, caller, parts, Place::read(path, id)?, read_id(file)?).await
        }
        _ => Err(Error::NotFound.into()),
    }
}

/// The record that something is beside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub record: &'static Record,
    pub id: Uuid,
}

impl Place {
    pub fn read(path: &str, id: &str) -> Outcome<Place> {
        let record = door::records().iter().copied().find(|record| record.path == path).ok_or(Error::NotFound)?;
        Ok(Place { record, id: read_id(id)? })
    }
}

/// What is no id is nobody's.
pub(super) fn read_id(text: &str) -> Outcome<Uuid> {
    text.parse().map_err(|_| Error::NotFound)
}

/// A parameter that means nothing is refused.
pub(super) fn unknown(name: &str) -> Trouble {
    Trouble::at(name, Refusal::new("refuse-api-parameter"))
}

/// What takes nothing but its address takes no parameters in silence.
pub(super) fn no_parameters(parts: &Parts) -> Result<(), Trouble> {
    match query_pairs(&parts.uri).first() {
        Some((name, _)) => Err(unknown(name)),
        None => Ok(()),
    }
}

/// The fields of a body; none without one.
pub(super) async fn read_fields(parts: &Parts, body: Body) -> Result<Map<String, Json>, Trouble> {
    match read_json(parts, body).await? {
        None => Ok(Map::new()),
        Some(Json::Object(fields)) => Ok(fields),
        Some(_) => Err(Trouble::Malformed(vec![Refusal::new("refuse-api-json")])),
    }
}

/// What takes nothing but its address takes neither parameters nor fields.
pub(super) async fn only_address(parts: &Parts, body: Body) -> Result<(), Trouble> {
    no_parameters(parts)?;
    nothing_else(&read_fields(parts, body).await?)
}

/// The row behind which a page begins, as it was given.
pub(super) fn read_place(text: &str) -> Result<Uuid, Trouble> {
    text.parse().map_err(|_| Trouble::at("after", Refusal::new("refuse-api-after")))
}

/// The row behind which a page begins, where nothing else can be asked for.
pub(super) fn only_after(parts: &Parts) -> Result<Option<Uuid>, Trouble> {
    let mut after = None;
    for (name, text) in query_pairs(&parts.uri) {
        match name.as_str() {
            "after" => after = Some(read_place(&text)?),
            _ => return Err(unknown(&name)),
        }
    }
    Ok(after)
}

// ------------------------------------------------------------------ comments

/// A page of what is said about a record: threads, latest first, each with its answers in order.
async fn list_comments(house: &House, caller: &Caller, parts: &Parts, place: Place) -> Result<Response, Trouble> {
    let before = only_after(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        listen(&mut tx, place).await?;
        comments::list(&mut tx, place.record, place.id, before).await?.ok_or(Error::Denied)
    });
    let talk = read.await?;
    let begun = talk.comments.iter().rfind(|comment| comment.answers.is_none());
    let next = begun.filter(|_| talk.more).map(|comment| comment.id);
    let data: Vec<Json> = talk.comments.iter().map(of_comment).collect();
    let here = format!("{}/comments", address(place.record, place.id));
    Ok(Answer::page(data, next, &here, &[]).into_response())
}

/// The record is there, and what is said about it is open to the program.
async fn listen(tx: &mut TenantTx, place: Place) -> Outcome<()> {
    door::reachable(tx, place.record, place.id, Lock::No).await?;
    if tx.rights().sees_comments(place.record) { Ok(()) } else { Err(Error::Denied) }
}

/// What somebody said, as text.
pub(super) fn words(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Mention(name) => format!("@{name}"),
    };
    parts.iter().map(part).collect()
}

fn of_comment(comment: &Comment) -> Json {
    let text = (!comment.removed).then(|| words(&comment.parts));
    json!({
        "id": comment.id, "answers_to": comment.answers, "by": comment.by, "at": comment.at, "edited": comment.edited,
        "removed": comment.removed, "text": text,
    })
}

/// A comment to come.
struct Said {
    place: Place,
    answers_to: Option<Uuid>,
    text: String,
}

impl Said {
    fn read(place: Place, body: &Map<String, Json>) -> Outcome<Said> {
        let mut said = Said { place, answers_to: None, text: String::new() };
        let mut refusals = Vec::new();
        for (name, given) in body {
            let fault = match (name.as_str(), given) {
                ("text", Json::String(text)) => {
                    said.text.clone_from(text);
                    None
                }
                ("text", _) => Some("refuse-api-kind"),
                ("answers_to", Json::Null) => None,
                ("answers_to", given) => {
                    said.answers_to = given.as_str().and_then(|id| id.parse().ok());
                    said.answers_to.is_none().then_some("refuse-api-uuid")
                }
                _ => Some("refuse-api-field"),
            };
            refusals.extend(fault.map(|fault| Refusal::new(fault).at(name.as_str())));
        }
        if refusals.is_empty() { Ok(said) } else { Err(Error::Refused(refusals)) }
    }

    /// Says it, unless it was said under this key before.
    async fn say_once(&self, tx: &mut TenantTx, once: &Once) -> Result<Answer, Trouble> {
        if let Some(before) = once.before(tx).await? {
            // Rights may have changed since.
            listen(tx, self.place).await?;
            return Ok(before);
        }
        let Place { record, id } = self.place;
        let said = comments::add(tx, record, id, self.answers_to, Uuid::now_v7(), &self.text).await.map_err(at_text)?;
        let answer = Answer::of(201, json!({ "id": said.ok_or(Error::Conflict)? }));
        once.keep(tx, &answer).await?;
        Ok(answer)
    }
}

/// The same, with the field called as programs call it.
fn at_text(error: Error) -> Error {
    let named = |refusal: Refusal| match refusal.field.as_deref() {
        Some("comment") => refusal.at("text"),
        _ => refusal,
    };
    match error {
        Error::Refused(refusals) => Error::Refused(refusals.into_iter().map(named).collect()),
        other => other,
    }
}

/// Says something about a record, or answers what somebody said.
async fn comment(house: &House, caller: &Caller, parts: &Parts, body: Body, place: Place) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let body = read_fields(parts, body).await?;
    let once = Once::read(caller, parts, &body)?;
    let said = Said::read(place, &body)?;
    let answer = once::whole(house, caller, move |tx| async move { said.say_once(tx, &once).await }.boxed());
    Ok(answer.await?.into_response())
}

// ------------------------------------------------------------------ files

/// The files of a record.
async fn list_files(house: &House, caller: &Caller, parts: &Parts, place: Place) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let document = door::reachable(&mut tx, place.record, place.id, Lock::No).await?;
        files::list(&mut tx, &document).await?.ok_or(Error::Denied)
    });
    let data: Vec<Json> = read.await?.items.iter().map(of_file).collect();
    Ok(Answer::of(200, json!({ "data": data })).into_response())
}

fn of_file(file: &FileItem) -> Json {
    let kind = ContentType::from_ending(&file.kind).map(ContentType::mime);
    json!({ "id": file.id, "name": file.name, "size": file.size, "type": kind, "by": file.by, "at": file.at })
}

/// Attaches a file whose bytes are the body, however many there are: they go into the store as they come.
async fn attach(house: &House, caller: &Caller, parts: &Parts, body: Body, place: Place) -> Result<Response, Trouble> {
    let mut called = None;
    for (name, text) in query_pairs(&parts.uri) {
        match name.as_str() {
            "name" => called = Some(text).filter(|text| !text.trim().is_empty()),
            _ => return Err(unknown(&name)),
        }
    }
    let called = called.ok_or_else(|| Trouble::at("name", Refusal::new("refuse-api-file-name")))?;
    let declared = text(&parts.headers, header::CONTENT_TYPE.as_str()).map(str::to_ascii_lowercase);
    // Whoever sends a form would find its edges in the file.
    if declared.as_deref().is_some_and(|kind| kind.starts_with("multipart/")) {
        return Err(Trouble::at("Content-Type", Refusal::new("refuse-api-file-form")));
    }
    let mut new = NewFile::new(place.record, place.id, &called);
    new.said.declared = declared;
    new.size = text(&parts.headers, header::CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    let bytes = body.into_data_stream().map_err(|_| Error::BadRequest("body")).boxed();
    let (db, cx, store) = (house.db.clone(), caller.cx.clone(), house.files.clone());
    let attached = whole(async move {
        let id = files::attach(&db, &cx, &store, &new, bytes).await?;
        let mut tx = db.begin(&cx).await?;
        files::progress(&mut tx, id).await?.file.ok_or(Error::NotFound)
    });
    let file = attached.await?;
    let mut answer = Answer::of(201, of_file(&file));
    answer.location = Some(format!("{}/files/{}", address(place.record, place.id), file.id));
    Ok(answer.into_response())
}

/// The bytes of a file, as a page serves them.
async fn open(house: &House, caller: &Caller, parts: &Parts, place: Place, file: Uuid) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let opened = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let opened = files::open_on(&mut tx, place.record, place.id, file).await?;
        tx.commit().await?;
        Ok(opened)
    });
    let (link, name) = opened.await?;
    // Answers are compressed here, and a part of a file would be no part of what was sent: it is given whole.
    let known = parts.headers.get(header::IF_NONE_MATCH).map(|tags| (header::IF_NONE_MATCH, tags.clone()));
    let headers: HeaderMap<HeaderValue> = known.into_iter().collect();
    let mut response = hand_out(&house.files, &link, &name, &parts.method, &headers).await?;
    response.headers_mut().remove(header::ACCEPT_RANGES);
    Ok(response)
}

/// Removes a file.
async fn remove(house: &House, caller: &Caller, parts: &Parts, place: Place, file: Uuid) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx, store) = (house.db.clone(), caller.cx.clone(), house.files.clone());
    whole(async move { files::remove_from(&db, &cx, &store, place.record, place.id, file).await }).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

// ------------------------------------------------------------------ the search

/// What the program may see of the records that hold a text, best first.
async fn find(house: &House, caller: &Caller, parts: &Parts) -> Result<Response, Trouble> {
    let mut sought = String::new();
    for (name, text) in query_pairs(&parts.uri) {
        match name.as_str() {
            "q" => sought = text,
            _ => return Err(unknown(&name)),
        }
    }
    // People see what was looked for; a program would not know that some of it was left out.
    if !(SHORTEST..=LONGEST).contains(&fold(&sought).chars().count()) {
        let refusal = Refusal::new("refuse-api-q").with("least", SHORTEST).with("most", LONGEST);
        return Err(Trouble::at("q", refusal));
    }
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let found = whole(async move {
        let mut tx = db.begin(&cx).await?;
        search::find(&mut tx, &sought).await
    });
    let data: Vec<Json> = found.await?.hits.iter().map(of_hit).collect();
    Ok(Answer::of(200, json!({ "data": data })).into_response())
}

fn of_hit(hit: &Hit) -> Json {
    let href = door::record(&hit.record).map(|record| address(record, hit.id));
    let title = Some(hit.title.as_str()).filter(|title| !title.is_empty());
    json!({
        "record": hit.record, "id": hit.id, "title": title.map(called), "hint": hit.hint.as_deref().map(called),
        "state": hit.state, "href": href,
    })
}

/// What something is called: a text, or its names in both languages.
pub(super) fn called(text: &str) -> Json {
    if !text.starts_with('{') {
        return text.into();
    }
    let names = Names::from_text(text);
    json!({ "en": names.en, "ar": names.ar })
}
