//! One thing that a program does with records. Requests and batches are made of these; each goes through the door.

use super::json::{self, Currencies};
use super::{ROOT, once};
use crate::api::problem::Trouble;
use crate::platform::cache::{self, Known, Sources};
use crate::platform::door::{self, Error, Lock, Outcome, Refusal};
use crate::platform::page::Reader;
use crate::platform::permission::Rights;
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::record::query::{PAGE, Query, encode, sortable};
use crate::record::{Action, Reach, Record};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// How much more room JSON takes as a tree than as text, about.
const AS_TREE: usize = 4;

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Rows of a page at most.
pub const MOST_ROWS: u32 = 200;

/// Parameters of a list beside the fields that it is filtered by.
pub const PARAMETERS: [&str; 6] = ["after", "fields", "limit", "q", "sort", "view"];

// ------------------------------------------------------------------ what is asked

/// What a request, or a part of a batch, asks for, as it came.
#[derive(Debug, Default)]
pub struct Wanted<'w> {
    pub method: &'w str,
    pub path: &'w str,
    pub query: Vec<(String, String)>,
    pub if_match: Option<&'w str>,
    pub if_none_match: Option<&'w str>,
    /// Under which it is done once.
    pub key: Option<&'w str>,
    pub body: Option<Json>,
}

/// What is to be done with which record.
#[derive(Clone, Debug)]
pub enum Verb {
    List(Vec<(String, String)>),
    Create,
    Read(Uuid),
    Change(Uuid),
    Delete(Uuid),
    Act(Uuid, &'static Action),
}

/// One thing to do.
#[derive(Clone, Debug)]
pub struct Operation {
    record: &'static Record,
    verb: Verb,
    body: Map<String, Json>,
    condition: Condition,
    known: Option<String>,
    key: Option<String>,
    print: String,
}

/// Of which version a change is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Unsaid,
    /// Of whichever there is.
    Any,
    /// Of one of these.
    These(Vec<String>),
}

impl Condition {
    fn read(text: Option<&str>) -> Condition {
        match text.map(str::trim) {
            None | Some("") => Condition::Unsaid,
            Some("*") => Condition::Any,
            Some(tags) => Condition::These(tags.split(',').map(|tag| bare(tag).to_owned()).collect()),
        }
    }

    /// Whether the change is one of this version. The tag of an answer begins with it; alone it does as well.
    fn holds(&self, version: i32) -> bool {
        let version = version.to_string();
        let is_of = |tag: &String| tag.split('-').next() == Some(version.as_str());
        match self {
            Condition::Unsaid | Condition::Any => true,
            Condition::These(tags) => tags.iter().any(is_of),
        }
    }
}

/// A tag without its quotes, and without what a compressing proxy puts before them.
fn bare(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"')
}

impl Operation {
    /// Reads what is wanted, as far as it can be told without looking at any row.
    pub fn read(wanted: Wanted<'_>) -> Result<Operation, Trouble> {
        let print = print(&wanted);
        let nothing = || Trouble::from(Error::NotFound);
        let path = wanted.path.strip_prefix(ROOT).and_then(|path| path.strip_prefix('/')).ok_or_else(nothing)?;
        let mut parts = path.split('/');
        let name = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let record = door::records().iter().copied().find(|record| record.path == name).ok_or_else(nothing)?;
        let id = |text: &str| text.parse::<Uuid>().map_err(|_| nothing());
        let verb = match (wanted.method, rest.as_slice()) {
            ("GET", []) => Verb::List(wanted.query.clone()),
            ("POST", []) => Verb::Create,
            ("GET", [one]) => Verb::Read(id(one)?),
            ("PATCH", [one]) => Verb::Change(id(one)?),
            ("DELETE", [one]) => Verb::Delete(id(one)?),
            ("POST", [one, action]) => {
                let offered = record.actions.iter().find(|known| known.name == *action && !known.internal);
                Verb::Act(id(one)?, offered.ok_or_else(nothing)?)
            }
            (_, [] | [_] | [_, _]) => return Err(Trouble::Method),
            _ => return Err(nothing()),
        };
        // Of what each company has exactly once, nobody makes another, whatever they say of it.
        if record.single && matches!(verb, Verb::Create) {
            return Err(Error::Denied.into());
        }
        if let (Some((name, _)), false) = (wanted.query.first(), matches!(verb, Verb::List(_))) {
            return Err(Trouble::at(name, Refusal::new("refuse-api-parameter")));
        }
        let body = match wanted.body {
            None => Map::new(),
            Some(Json::Object(body)) => body,
            Some(_) => return Err(Trouble::Malformed(vec![Refusal::new("refuse-api-json")])),
        };
        Ok(Operation {
            record,
            verb,
            body,
            condition: Condition::read(wanted.if_match),
            known: wanted.if_none_match.map(str::to_owned),
            key: once::read_key(wanted.key)?,
            print,
        })
    }

    /// What is to be done with what a program knows in this version.
    pub fn of(record: &'static Record, verb: Verb, body: Map<String, Json>, version: Option<i64>) -> Operation {
        let condition = version.map_or(Condition::Unsaid, |version| Condition::These(vec![version.to_string()]));
        Operation { record, verb, body, condition, known: None, key: None, print: String::new() }
    }

    /// Whether it changes anything.
    pub fn writes(&self) -> bool {
        !matches!(self.verb, Verb::List(_) | Verb::Read(_))
    }
}

/// What tells a request from any other.
fn print(wanted: &Wanted<'_>) -> String {
    let body = wanted.body.as_ref().map(Json::to_string);
    let whole = json!([wanted.method, wanted.path, wanted.query, wanted.if_match, body]);
    hex::encode(Sha256::digest(whole.to_string()))
}

// ------------------------------------------------------------------ what is answered

/// What a program is answered when it gets what it asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Json>,
    /// Whether it comes from memory: `Cache-Status` of RFC 9211.
    #[serde(skip)]
    memory: Option<&'static str>,
}

impl Answer {
    pub fn of(status: u16, body: Json) -> Answer {
        Answer { status, body: Some(body), ..Answer::default() }
    }

    /// Nothing but a status.
    pub fn empty(status: u16) -> Answer {
        Answer { status, ..Answer::default() }
    }

    /// A page of a list that is read from its beginning on, and the address of the one after it.
    pub fn page(data: Vec<Json>, next: Option<Uuid>, list: &str, pairs: &[(String, String)]) -> Answer {
        let link = next.map(|next| format!("<{}>; rel=\"next\"", next_page(list, pairs, &next.to_string())));
        Answer { link, ..Answer::of(200, json!({ "data": data, "next": next })) }
    }

    /// The same with a tag that changes with it. That of a record begins with its version, for changes of it; the rest tells
    /// what a version does not: other rights, another field of the company, a day on which something was last used.
    pub(super) fn tagged(mut self, version: Option<i32>) -> Answer {
        let text = self.body.as_ref().map(Json::to_string).unwrap_or_default();
        let digest = hex::encode(Sha256::digest(text));
        let mark = &digest[..16];
        self.etag = Some(version.map_or_else(|| format!("\"{mark}\""), |version| format!("\"{version}-{mark}\"")));
        self
    }

    /// The same, unless the program has it already.
    pub(super) fn unless_known(self, known: Option<&str>) -> Answer {
        let own = self.etag.as_deref().map(bare);
        let is_known =
            known.is_some_and(|tags| tags.trim() == "*" || tags.split(',').any(|tag| Some(bare(tag)) == own));
        if is_known { Answer { status: 304, body: None, ..self } } else { self }
    }

    pub fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = match self.body {
            Some(body) => (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response(),
            None => (status, Body::empty()).into_response(),
        };
        let named: [(HeaderName, Option<String>); 3] =
            [(header::ETAG, self.etag), (header::LOCATION, self.location), (header::LINK, self.link)];
        for (name, text) in named {
            if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        if let Some(memory) = self.memory {
            response.headers_mut().insert(CACHE_STATUS, HeaderValue::from_static(memory));
        }
        response
    }
}

/// The address of a record.
pub fn address(record: &Record, id: Uuid) -> String {
    format!("{ROOT}/{}/{id}", record.path)
}

// ------------------------------------------------------------------ doing it

/// Does one thing in a transaction of its own.
pub async fn carry_out(db: &Db, cx: &Cx, token: Uuid, operation: Operation) -> Result<Answer, Trouble> {
    let (db, cx) = (db.clone(), cx.clone());
    let done = whole(async move {
        let mut tx = db.begin(&cx).await?;
        Ok(match perform_once(&mut tx, token, &operation).await {
            Ok(answer) => {
                tx.commit().await?;
                Ok(answer)
            }
            Err(trouble) => Err(trouble),
        })
    });
    done.await?
}

/// Does one thing in this transaction, unless it was done under its key before.
async fn perform_once(tx: &mut TenantTx, token: Uuid, operation: &Operation) -> Result<Answer, Trouble> {
    if !operation.writes() {
        return recall(tx, operation).await;
    }
    let Some(key) = operation.key.as_deref() else {
        return perform(tx, operation).await;
    };
    if let Some(answer) = once::take(tx, token, key, &operation.print).await? {
        return anew(tx, operation, answer).await;
    }
    let answer = perform(tx, operation).await?;
    once::keep(tx, token, key, &answer).await?;
    Ok(answer)
}

/// Answers what only reads, from memory where nothing that it follows from has changed since it was read.
async fn recall(tx: &mut TenantTx, operation: &Operation) -> Result<Answer, Trouble> {
    let record = tx.described(operation.record);
    if record.fields.iter().any(|field| field.unlogged) {
        return perform(tx, operation).await;
    }
    let reach = tx.rights().on(record).reach;
    let asked = format!("{:?}", operation.verb);
    let key = tx.key("rest", &[record.name, &asked], reach, Sources::Tables(&cache::tables(record)));
    let (answer, memory) = match tx.known::<Answer>(&key) {
        Known::Fresh(answer) => ((*answer).clone(), "Diwan; hit"),
        known => {
            let answer = match &operation.verb {
                Verb::List(pairs) => list(tx, record, pairs).await?,
                Verb::Read(id) => read(tx, record, *id).await?,
                _ => return perform(tx, operation).await,
            };
            let bytes = answer.body.as_ref().map_or(0, |body| body.to_string().len());
            tx.keep(key, Arc::new(answer.clone()), bytes * AS_TREE);
            (answer, if known == Known::Stale { "Diwan; fwd=stale" } else { "Diwan; fwd=miss" })
        }
    };
    Ok(Answer { memory: Some(memory), ..answer }.unless_known(operation.known.as_deref()))
}

/// Does one thing in this transaction.
pub async fn perform(tx: &mut TenantTx, operation: &Operation) -> Result<Answer, Trouble> {
    let record = tx.described(operation.record);
    match &operation.verb {
        Verb::List(pairs) => Ok(list(tx, record, pairs).await?.unless_known(operation.known.as_deref())),
        Verb::Read(id) => Ok(read(tx, record, *id).await?.unless_known(operation.known.as_deref())),
        Verb::Create => create(tx, record, &operation.body).await,
        Verb::Change(id) => change(tx, record, *id, operation).await,
        Verb::Delete(id) => delete(tx, record, *id, operation).await,
        Verb::Act(id, action) => act(tx, record, *id, action, operation).await,
    }
}

/// What was answered before, as far as the program may see it now, should its rights have changed since.
pub async fn anew(tx: &mut TenantTx, operation: &Operation, mut before: Answer) -> Result<Answer, Trouble> {
    let Some(body) = &mut before.body else { return Ok(before) };
    let (record, rights) = (tx.described(operation.record), tx.rights());
    let told = if matches!(operation.verb, Verb::Act(..)) { &mut body["record"] } else { &mut *body };
    let id = told["id"].as_str().and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    // What is gone since was theirs to see; what is out of their reach now is not.
    let found = door::find(tx, record, id, Lock::No).await?;
    if found.is_none() && !(rights.sees(record) && rights.on(record).reach == Reach::All) {
        return Err(Error::NotFound.into());
    }
    json::without_hidden(record, rights.on(record), told);
    if let Some(created) = body.get("created").and_then(Json::as_array).cloned() {
        let mut seen = Vec::new();
        for one in created {
            let id = one["id"].as_str().and_then(|id| id.parse().ok());
            if let (Some(kind), Some(id)) = (one["type"].as_str().and_then(door::record), id)
                && matches!(door::find(tx, kind, id, Lock::No).await, Ok(Some(_)))
            {
                seen.push(one);
            }
        }
        body["created"] = seen.into();
    }
    Ok(before)
}

/// One record as this program may see it.
async fn read(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Answer> {
    let document = door::reachable(tx, record, id, Lock::No).await?;
    let version = document.version;
    Ok(Answer::of(200, shown(tx, record, document)).tagged(Some(version)))
}

/// A record within reach of whoever asks, as they may see it.
pub fn shown(tx: &TenantTx, record: &'static Record, mut document: door::Document) -> Json {
    // What is kept from the program may still say in which currency its amounts are.
    let own = document.currency(&tx.company.currency).to_owned();
    let rights = tx.rights();
    door::mask(&rights, &mut document);
    let currencies = Currencies { own: &own, company: &tx.company.currency };
    json::of_document(&document, rights.on(record), currencies)
}

async fn create(tx: &mut TenantTx, record: &'static Record, body: &Map<String, Json>) -> Result<Answer, Trouble> {
    let rights = tx.rights();
    if !rights.creates(record) {
        return Err(rights.denial(record).into());
    }
    let given = json::read(record, rights.on(record), None, body)?;
    let id = given.id.unwrap_or_else(Uuid::now_v7);
    door::save(tx, record, id, 0, &given.typed).await?;
    Ok(Answer { status: 201, location: Some(address(record, id)), ..read(tx, record, id).await? })
}

/// A record that is to be changed, when it is there and still what the program knows. Who may not change it is told that, not
/// in which version it is.
async fn current(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    operation: &Operation,
    may: bool,
) -> Result<door::Document, Trouble> {
    let document = door::reachable(tx, record, id, Lock::Update).await?;
    if !may {
        return Err(Error::Denied.into());
    }
    if operation.condition.holds(document.version) { Ok(document) } else { Err(Trouble::Stale) }
}

async fn change(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    operation: &Operation,
) -> Result<Answer, Trouble> {
    if operation.condition == Condition::Unsaid {
        return Err(Trouble::Unconditional);
    }
    let rights = tx.rights();
    let may = record.manual && rights.changes(record);
    let before = current(tx, record, id, operation, may).await?;
    let given = json::read(record, rights.on(record), Some(&before), &operation.body)?;
    door::save(tx, record, id, before.version, &given.typed).await?;
    Ok(read(tx, record, id).await?)
}

async fn delete(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    operation: &Operation,
) -> Result<Answer, Trouble> {
    nothing_else(&operation.body)?;
    let may = tx.rights().deletes(record);
    let version = current(tx, record, id, operation, may).await?.version;
    door::delete(tx, record, id, version).await?;
    Ok(Answer::empty(204))
}

async fn act(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    action: &Action,
    operation: &Operation,
) -> Result<Answer, Trouble> {
    nothing_else(&operation.body)?;
    if operation.condition == Condition::Unsaid {
        return Err(Trouble::Unconditional);
    }
    let may = tx.rights().acts(record, action.name);
    let version = current(tx, record, id, operation, may).await?.version;
    let (_, made) = door::act(tx, record, id, version, action.name).await?;
    let mut created = Vec::new();
    for document in made {
        // Whoever may act does not always see what comes of it.
        if matches!(door::find(tx, document.record, document.id, Lock::No).await, Ok(Some(_))) {
            let (kind, id) = (document.record, document.id);
            created.push(json!({ "type": kind.name, "id": id, "href": address(kind, id) }));
        }
    }
    let now = read(tx, record, id).await?;
    Ok(Answer { body: Some(json!({ "record": now.body, "created": created })), ..now })
}

/// What takes nothing but its address takes no fields in silence.
pub(super) fn nothing_else(body: &Map<String, Json>) -> Result<(), Trouble> {
    let refusals: Vec<Refusal> = body.keys().map(|name| Refusal::new("refuse-api-field").at(name.as_str())).collect();
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals).into()) }
}

// ------------------------------------------------------------------ lists

/// What a list is asked for.
pub struct Page {
    pub query: Query,
    pub limit: u32,
    /// Whether only ids and versions are wanted.
    bare: bool,
}

/// Reads the parameters of a list. One that means nothing is refused: whoever believes to have filtered has not.
pub fn page_of(record: &'static Record, rights: &Rights, pairs: &[(String, String)]) -> Result<Page, Trouble> {
    let seen = |name: &str| record.field(name).filter(|field| rights.on(record).sees_field(field.name));
    let unknown = |name: &str| Trouble::at(name, Refusal::new("refuse-api-parameter"));
    let (mut limit, mut fields, mut passed) = (PAGE, None, Vec::new());
    for (name, text) in pairs {
        match name.as_str() {
            "limit" => limit = rows_of(text).ok_or_else(|| Trouble::at(name, Refusal::new("refuse-api-limit")))?,
            "fields" => fields = Some(text.split(',').map(str::trim).collect::<Vec<&str>>()),
            "sort" => {
                let known = seen(text.strip_prefix('-').unwrap_or(text)).is_some_and(sortable);
                if !known {
                    return Err(Trouble::at(name, Refusal::new("refuse-api-sort")));
                }
                passed.push((name.clone(), text.clone()));
            }
            "view" if record.views.iter().any(|view| view.name == text) => passed.push((name.clone(), text.clone())),
            "after" | "q" => passed.push((name.clone(), text.clone())),
            field if seen(field.trim_end_matches(['<', '>'])).is_some() => passed.push((name.clone(), text.clone())),
            _ => return Err(unknown(name)),
        }
    }
    let mut query = Query::read(record, passed);
    let head = ["id", "version"];
    let wanted = match fields {
        None => record.fields.iter().map(|field| field.name).filter(|name| seen(name).is_some()).collect(),
        Some(fields) => {
            if fields.iter().any(|name| !head.contains(name) && seen(name).is_none()) {
                return Err(unknown("fields"));
            }
            fields.into_iter().filter(|name| !head.contains(name)).collect::<Vec<&str>>()
        }
    };
    query.columns = wanted.iter().map(|name| (*name).to_owned()).collect();
    Ok(Page { bare: query.columns.is_empty(), query, limit })
}

/// Rows of a page as they were asked for, as far as there are pages of so many.
fn rows_of(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let rows = is_number.then(|| text.parse().unwrap_or(MOST_ROWS).min(MOST_ROWS));
    rows.filter(|rows| *rows > 0)
}

async fn list(tx: &mut TenantTx, record: &'static Record, pairs: &[(String, String)]) -> Result<Answer, Trouble> {
    let rights = tx.rights();
    if !rights.sees(record) {
        return Err(rights.denial(record).into());
    }
    let Page { query, limit, bare } = page_of(record, &rights, pairs)?;
    let mut reader = Reader::new(tx, record, &query, None)?;
    if let Some(place) = &query.after {
        reader = reader.after(place)?;
    }
    let rows = reader.next(tx, limit).await?;
    let columns = if bare { &[][..] } else { &reader.columns[..] };
    let data: Vec<Json> = rows.iter().map(|row| json::of_row(row, columns, &tx.company.currency)).collect();
    let next = reader.place();
    let here = format!("{ROOT}/{}", record.path);
    let link = next.as_deref().map(|place| format!("<{}>; rel=\"next\"", next_page(&here, pairs, place)));
    Ok(Answer { link, ..Answer::of(200, json!({ "data": data, "next": next })).tagged(None) })
}

/// The address of the page of a list after this place.
fn next_page(list: &str, pairs: &[(String, String)], place: &str) -> String {
    let kept = pairs.iter().filter(|(name, _)| name != "after").map(|(name, text)| (name.as_str(), text.as_str()));
    let pairs: Vec<String> =
        kept.chain([("after", place)]).map(|(name, text)| format!("{}={}", encode(name), encode(text))).collect();
    format!("{list}?{}", pairs.join("&"))
}
