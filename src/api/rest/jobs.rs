//! Work that outlives a request, for programs: lists as files, one thing done to many records, and how far each of them is. Each
//! is asked for as its page asks for it, and runs with no more rights than the program's token has.

use super::extra::{called, no_parameters, read_id, unknown};
use super::once::{self, Once};
use super::operation::{Answer, page_of};
use super::{ROOT, json, read_json};
use crate::api::caller::{Caller, text};
use crate::api::problem::Trouble;
use crate::i18n::{I18n, plain};
use crate::platform::archive;
use crate::platform::bulk::{self, Order, Which};
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::export::{self, Export, Format};
use crate::platform::files::content::disposition;
use crate::platform::jobs;
use crate::platform::permission::Rights;
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{House, query_pairs};
use crate::record::Record;
use crate::record::jobs::{JobLine, JobPage, JobRow};
use crate::record::page::Message;
use crate::record::query::Query;
use async_trait::async_trait;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt as _;
use serde_json::{Map, Value as Json, json};
use std::collections::HashSet;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

/// Does one thing with jobs, by the method and the names in its address.
pub async fn carry_out(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    asked: (&str, &[&str]),
) -> Result<Response, Trouble> {
    match asked {
        ("GET", ["jobs"]) => list(house, caller, parts).await,
        ("GET", ["jobs", id]) => look(house, caller, parts, read_id(id)?).await,
        ("GET", ["jobs", id, "file"]) => file(house, caller, parts, read_id(id)?).await,
        ("POST", ["jobs", id, "cancel"]) => {
            begin(house, caller, parts, body, |body| Steer { job: id.parse().ok(), goes_on: false, body }).await
        }
        ("POST", ["jobs", id, "retry"]) => {
            begin(house, caller, parts, body, |body| Steer { job: id.parse().ok(), goes_on: true, body }).await
        }
        ("POST", [path, "export"]) => {
            let record = record_at(path)?;
            begin(house, caller, parts, body, |body| AskExport { record, body }).await
        }
        ("POST", [path, "bulk"]) => {
            let record = record_at(path)?;
            begin(house, caller, parts, body, |body| AskBulk { record, body }).await
        }
        _ => Err(Error::NotFound.into()),
    }
}

/// The type of records whose list is at this part of an address.
pub(super) fn record_at(path: &str) -> Outcome<&'static Record> {
    door::records().iter().copied().find(|record| record.path == path).ok_or(Error::NotFound)
}

// ------------------------------------------------------------------ what is begun

/// Something that goes on by itself once it is begun.
#[async_trait]
pub(super) trait Begin: Send + Sync + 'static {
    /// Begins it. Answers with the id of what tells of it.
    async fn begin(&self, tx: &mut TenantTx) -> Result<Uuid, Trouble>;

    /// How far it is now, and where that can be read again.
    async fn tell(&self, tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble>;
}

/// Begins what a request asks for, unless it was begun under its key before.
pub(super) async fn begin<B: Begin>(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    work: impl FnOnce(Map<String, Json>) -> B,
) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let body = match read_json(parts, body).await? {
        None => Map::new(),
        Some(Json::Object(body)) => body,
        Some(_) => return Err(Trouble::Malformed(vec![Refusal::new("refuse-api-json")])),
    };
    let once = Once::read(caller, parts, &body)?;
    let work = work(body);
    let answer = once::whole(house, caller, move |tx| async move { begin_once(tx, &once, &work).await }.boxed());
    let response = answer.await?.into_response();
    jobs::wake();
    Ok(response)
}

async fn begin_once<B: Begin>(tx: &mut TenantTx, once: &Once, work: &B) -> Result<Answer, Trouble> {
    if let Some(before) = once.before(tx).await? {
        return match begun(&before) {
            Some(id) => work.tell(tx, id).await,
            None => Ok(before),
        };
    }
    let id = work.begin(tx).await?;
    once.keep(tx, &receipt(id)).await?;
    work.tell(tx, id).await
}

/// What is kept under a key: not how far something was, but what it is, so that asking again tells how far it is.
pub(super) fn receipt(id: Uuid) -> Answer {
    Answer::of(202, json!({ "id": id }))
}

/// What a receipt is for.
pub(super) fn begun(receipt: &Answer) -> Option<Uuid> {
    receipt.body.as_ref()?["id"].as_str()?.parse().ok()
}

/// What is going on, and where it can be read again.
pub(super) fn under_way(body: Json, location: String) -> Answer {
    let mut answer = Answer::of(202, body);
    answer.location = Some(location);
    answer
}

/// A job as it was asked for.
pub(super) async fn tell_job(tx: &mut TenantTx, job: Uuid) -> Result<Answer, Trouble> {
    let page = jobs::page(tx, job, "").await?;
    Ok(under_way(of_page(tx.cx.i18n, &page), format!("{ROOT}/jobs/{job}")))
}

/// A list as a file.
struct AskExport {
    record: &'static Record,
    body: Map<String, Json>,
}

#[async_trait]
impl Begin for AskExport {
    async fn begin(&self, tx: &mut TenantTx) -> Result<Uuid, Trouble> {
        let (record, rights) = (tx.described(self.record), tx.rights());
        if !rights.sees(record) {
            return Err(rights.denial(record).into());
        }
        let (query, format) = self.read(record, &rights)?;
        Ok(export::job::ask(tx, Uuid::now_v7(), record, &query, format).await?)
    }

    async fn tell(&self, tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble> {
        tell_job(tx, id).await
    }
}

impl AskExport {
    fn read(&self, record: &'static Record, rights: &Rights) -> Result<(Query, Format), Trouble> {
        let (mut pairs, mut columns, mut format) = (Vec::new(), Vec::new(), Format::CSV);
        let mut refusals = Vec::new();
        for (name, given) in &self.body {
            let fault = match (name.as_str(), given) {
                ("filter", Json::Object(filter)) => {
                    pairs.extend(narrowing(filter)?);
                    None
                }
                ("sort", Json::String(text)) => {
                    pairs.push(("sort".to_owned(), text.clone()));
                    None
                }
                ("columns", Json::Array(given)) => {
                    let known =
                        |name: &str| record.field(name).filter(|field| rights.on(record).sees_field(field.name));
                    let named =
                        given.iter().map(|name| name.as_str().and_then(known).map(|field| field.name.to_owned()));
                    columns = named.collect::<Option<Vec<String>>>().unwrap_or_default();
                    columns.is_empty().then_some("refuse-api-field")
                }
                ("format", Json::String(text)) if matches!(text.as_str(), "csv" | "xlsx" | "pdf") => {
                    format = Format::from_name(text);
                    None
                }
                ("format", Json::String(_)) => Some("fault-not-choice"),
                ("filter" | "sort" | "columns" | "format", _) => Some("refuse-api-kind"),
                _ => Some("refuse-api-field"),
            };
            refusals.extend(fault.map(|fault| Refusal::new(fault).at(name.as_str())));
        }
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals).into());
        }
        let mut query = page_of(record, rights, &pairs)?.query;
        // Without a choice of columns those that the page of the list shows.
        query.columns = columns;
        Ok((query, format))
    }
}

/// What narrows a list, as its parameters.
fn narrowing(filter: &Map<String, Json>) -> Result<Vec<(String, String)>, Trouble> {
    let parameter = |(name, given): (&String, &Json)| match given {
        Json::String(_) if matches!(name.as_str(), "after" | "fields" | "limit" | "sort") => Err(unknown(name)),
        Json::String(text) => Ok((name.clone(), text.clone())),
        _ => Err(Refusal::new("refuse-api-kind").at(name.as_str()).into()),
    };
    filter.iter().map(parameter).collect()
}

/// One thing to do to many records.
struct AskBulk {
    record: &'static Record,
    body: Map<String, Json>,
}

#[async_trait]
impl Begin for AskBulk {
    async fn begin(&self, tx: &mut TenantTx) -> Result<Uuid, Trouble> {
        let (record, rights) = (tx.described(self.record), tx.rights());
        let order = self.read(record, &rights)?;
        Ok(bulk::ask(tx, record, Uuid::now_v7(), &order).await?)
    }

    async fn tell(&self, tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble> {
        tell_job(tx, id).await
    }
}

impl AskBulk {
    fn read(&self, record: &'static Record, rights: &Rights) -> Result<Order, Trouble> {
        let text = |name: &str| self.body.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (verb, field) = (text("action"), text("field"));
        let is_known = matches!(verb.as_str(), "set" | "delete")
            || record.actions.iter().any(|action| action.name == verb && !action.internal);
        if rights.sees(record) && !is_known {
            return Err(Refusal::new("fault-not-choice").at("action").into());
        }
        if !bulk::verbs(rights, record).contains(&verb) {
            return Err(rights.denial(record).into());
        }
        let (mut ids, mut filter, mut refusals) = (None, None, Vec::new());
        for (name, given) in &self.body {
            let fault = match (name.as_str(), given) {
                ("action", _) => None,
                ("ids", Json::Array(given)) => {
                    ids = given.iter().map(|id| id.as_str()?.parse::<Uuid>().ok()).collect::<Option<Vec<Uuid>>>();
                    ids.is_none().then_some("refuse-api-uuid")
                }
                ("filter", Json::Object(given)) => {
                    filter = Some(narrowing(given)?);
                    None
                }
                ("field", Json::String(_)) | ("value", _) if verb == "set" => None,
                ("ids" | "filter", _) => Some("refuse-api-kind"),
                ("field", _) if verb == "set" => Some("refuse-api-kind"),
                _ => Some("refuse-api-field"),
            };
            refusals.extend(fault.map(|fault| Refusal::new(fault).at(name.as_str())));
        }
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals).into());
        }
        let which = match (ids, filter) {
            (Some(mut ids), None) if !ids.is_empty() => {
                let mut seen = HashSet::new();
                ids.retain(|id| seen.insert(*id));
                Which::These(ids)
            }
            (None, Some(pairs)) => {
                let mut query = page_of(record, rights, &pairs)?.query;
                query.columns.clear();
                Which::Matching(query)
            }
            _ => return Err(Refusal::new("refuse-api-which").at("ids").into()),
        };
        let text = if verb == "set" { self.value(record, rights, &field)? } else { String::new() };
        Ok(Order { record: record.name.to_owned(), verb, field, text, which })
    }

    /// What the field is to be set to, as somebody would type it.
    fn value(&self, record: &'static Record, rights: &Rights, field: &str) -> Result<String, Trouble> {
        if !bulk::settable_fields(rights, record).iter().any(|name| name == field) {
            return Err(Refusal::new("refuse-bulk-field").at("field").into());
        }
        let given = self.body.get("value").cloned().unwrap_or_default();
        let body = Map::from_iter([(field.to_owned(), given)]);
        let mut given = json::read(record, rights.on(record), None, &body)?;
        Ok(given.typed.fields.remove(field).unwrap_or_default())
    }
}

/// A job to be stopped, or gone on with.
struct Steer {
    job: Option<Uuid>,
    goes_on: bool,
    body: Map<String, Json>,
}

#[async_trait]
impl Begin for Steer {
    async fn begin(&self, tx: &mut TenantTx) -> Result<Uuid, Trouble> {
        let job = self.job.ok_or(Error::NotFound)?;
        let line = jobs::page(tx, job, "").await?.line;
        nothing_else(&self.body)?;
        match self.goes_on {
            true => jobs::retry(tx, job).await?,
            false => jobs::cancel(tx, job).await?,
        }
        match (self.goes_on, line.state.as_str()) {
            (true, "failed" | "cancelled") | (false, "waiting" | "running") => Ok(job),
            (true, _) => Err(Refusal::new("refuse-api-job-retry").into()),
            (false, _) => Err(Refusal::new("refuse-api-job-cancel").into()),
        }
    }

    async fn tell(&self, tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble> {
        tell_job(tx, id).await
    }
}

/// What takes nothing but its address takes no fields in silence.
pub(super) fn nothing_else(body: &Map<String, Json>) -> Result<(), Trouble> {
    let refusals: Vec<Refusal> = body.keys().map(|name| Refusal::new("refuse-api-field").at(name.as_str())).collect();
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals).into()) }
}

// ------------------------------------------------------------------ how far it is

/// The jobs that the program may look at, latest first.
async fn list(house: &House, caller: &Caller, parts: &Parts) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        jobs::list(&mut tx).await
    });
    let data: Vec<Json> = read.await?.iter().map(|line| of_line(caller.cx.i18n, line)).collect();
    Ok(unless_known(Answer::of(200, json!({ "data": data })), parts))
}

/// One job with its report, what was refused first.
async fn look(house: &House, caller: &Caller, parts: &Parts, job: Uuid) -> Result<Response, Trouble> {
    let mut after = String::new();
    for (name, text) in query_pairs(&parts.uri) {
        match name.as_str() {
            "after" if is_place(&text) => after = text,
            "after" => return Err(Trouble::at("after", Refusal::new("refuse-api-after"))),
            _ => return Err(unknown(&name)),
        }
    }
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        jobs::page(&mut tx, job, &after).await
    });
    let page = read.await?;
    let mut answer = Answer::of(200, of_page(caller.cx.i18n, &page));
    answer.link = page.later.map(|place| format!("<{ROOT}/jobs/{job}?after={place}>; rel=\"next\""));
    Ok(unless_known(answer, parts))
}

/// Whether a text can be a place in a report: `refused.12`.
fn is_place(text: &str) -> bool {
    let parts = text.split_once('.');
    parts.is_some_and(|(state, seq)| matches!(state, "refused" | "done") && seq.parse::<i64>().is_ok())
}

/// The same with a tag, unless the program has it already.
pub(super) fn unless_known(answer: Answer, parts: &Parts) -> Response {
    answer.tagged(None).unless_known(text(&parts.headers, header::IF_NONE_MATCH.as_str())).into_response()
}

pub(super) fn of_line(i18n: I18n, line: &JobLine) -> Json {
    let href = |name: &String| json!({ "name": name, "href": format!("{ROOT}/jobs/{}/file", line.id) });
    json!({
        "id": line.id, "kind": line.kind, "record": line.record, "action": line.verb, "state": line.state,
        "cancelling": line.cancelling && !line.ended(), "done": line.done, "refused": line.refused, "total": line.total,
        "at": line.at, "by": line.member, "reason": line.message.as_ref().map(|message| of_message(i18n, message)),
        "import": line.batch, "file": line.file.as_ref().map(href),
    })
}

fn of_page(i18n: I18n, page: &JobPage) -> Json {
    let rows: Vec<Json> = page.rows.iter().map(|row| of_row(i18n, row)).collect();
    let mut job = of_line(i18n, &page.line);
    job["rows"] = rows.into();
    job["next"] = page.later.clone().into();
    job
}

/// What came of one record.
fn of_row(i18n: I18n, row: &JobRow) -> Json {
    let title = Some(row.title.as_str()).filter(|title| !title.is_empty());
    json!({
        "id": row.record_id, "title": title.map(called), "refused": row.refused,
        "reason": row.message.as_ref().map(|message| of_message(i18n, message)),
    })
}

/// A sentence, in the language of the program, and its id, which is the same in all.
pub(super) fn of_message(i18n: I18n, message: &Message) -> Json {
    json!({ "id": message.id, "message": plain(&i18n.message(message)) })
}

/// The bytes of the file that came of a job.
async fn file(house: &House, caller: &Caller, parts: &Parts, job: Uuid) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    if let Some(taken) = archive::job::take(&house.db, &caller.cx, &house.files, job).await? {
        let mut response = saved_as(Body::from_stream(taken.bytes), &taken.name, Format::Archive);
        response.headers_mut().insert(header::CONTENT_LENGTH, taken.size.into());
        return Ok(response);
    }
    Ok(download(export::job::take(&house.db, &caller.cx, &house.files, job).await?))
}

/// A file that was made for a program.
pub(super) fn download(export: Export) -> Response {
    let bytes = ReaderStream::new(tokio::fs::File::from_std(export.file));
    saved_as(Body::from_stream(bytes), &export.name, export.format)
}

/// A body that is a file of this name.
fn saved_as(body: Body, name: &str, format: Format) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    if let Ok(disposition) = HeaderValue::from_str(&disposition(name, false)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    if format != Format::CSV {
        // Nobody packs it once more.
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    response
}
