//! Forms that belong to no record: signing up, joining, adding a company, doing one thing to many.

use super::auth::Invitee;
use super::auth_rules;
use super::calls::Failure;
use crate::i18n::{Digits, Locale};
use crate::modules;
use crate::modules::administration::{founding, invitation};
use crate::platform::archive::{self, job::Taken};
use crate::platform::auth::{self, SignedIn};
use crate::platform::bulk::{self, Order, Which};
use crate::platform::error::{Error, Outcome};
use crate::platform::export::list::{self, Plan};
use crate::platform::export::{self, Export, Format};
use crate::platform::files::content::disposition;
use crate::platform::jobs;
use crate::platform::person::{self, erase};
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::platform::views;
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::platform::webhooks;
use crate::record::Names;
use crate::record::audit::AuditQuery;
use crate::record::page::{BulkDraft, Cell};
use crate::record::query::Query;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, HashSet};
use tokio_util::io::ReaderStream;
use tower_sessions::Session;
use uuid::Uuid;

/// The routes of these forms.
pub fn routes() -> Router<House> {
    Router::new()
        .route("/sign-up", get(web::render_page).post(sign_up))
        .route("/join", get(show_invitation).post(join))
        .route("/companies/new", get(web::render_page).post(add_company))
        .route("/{path}/bulk", post(bulk))
        .route("/{path}/set", post(set_one))
        .route("/{path}/views", post(saved_views))
        .route("/{path}/export", get(export_list))
        .route("/audit/export", get(export_audit))
        .route("/webhook-log", get(web::render_page).post(replay))
        .route("/persons/{record}/{id}", get(web::render_page).post(person))
        .route("/company-data", get(web::render_page).post(ask_archive))
        .route("/jobs/{id}/file", get(file_of_job))
        .route("/jobs/{id}", get(web::render_page).post(steer_job))
        .merge(super::imports::routes())
        .merge(super::print::routes())
        .merge(super::offer::routes())
        .merge(super::account::routes())
        .merge(super::operator::routes())
}

async fn sign_up(
    State(house): State<House>,
    visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    match found(&house, &visit, &fields).await {
        Ok(signed_in) => web::let_in(&session, &visit, &signed_in, "/").await,
        Err(error) => {
            let status = error.status();
            web::give_back(house, visit, headers, fields, error, status).await
        }
    }
}

async fn found(house: &House, visit: &Visit, fields: &BTreeMap<String, String>) -> Outcome<SignedIn> {
    let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let password = fields.get("password").cloned().unwrap_or_default();
    let refusals = auth_rules::check(&field("company"), &field("name"), &field("email"), &password);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let cx = Cx {
        user: Uuid::now_v7(),
        tenant: Uuid::now_v7(),
        i18n: visit.i18n,
        request: visit.request,
        address: visit.address,
        scope: None,
    };
    let plan = founding::Founding {
        company: company_name(visit, field("company")),
        country: field("country"),
        currency: Some(field("currency")).filter(|code| !code.is_empty()),
        person: field("name"),
        email: field("email").to_lowercase(),
        password_hash: Some(auth::hash_password(password).await?),
    };
    founding::found(&house.db, cx.clone(), plan).await?;
    Ok(SignedIn {
        user: cx.user,
        name: field("name"),
        tenant: cx.tenant,
        locale: visit.i18n.locale,
        digits: Digits::Western,
        theme: visit.theme.clone(),
        density: auth::normal(),
        keys: String::new(),
    })
}

/// A name given in one language serves both until somebody writes the other.
fn company_name(visit: &Visit, name: String) -> Names {
    match visit.i18n.locale {
        Locale::Ar => Names::new("", name),
        Locale::En => Names::new(name, ""),
    }
}

/// Founds one more company for somebody who is signed in, and takes them there.
async fn add_company(
    State(house): State<House>,
    visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let Some(person) = visit.signed_in.clone() else { return Redirect::to("/sign-in").into_response() };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    match found_another(&house, &visit, &person, &fields).await {
        Ok(tenant) => web::let_in(&session, &visit, &SignedIn { tenant, ..person }, "/").await,
        Err(error) => {
            let status = error.status();
            web::give_back(house, visit, headers, fields, error, status).await
        }
    }
}

async fn found_another(
    house: &House,
    visit: &Visit,
    person: &SignedIn,
    fields: &BTreeMap<String, String>,
) -> Outcome<Uuid> {
    let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    if let Some(refusal) = auth_rules::check_company(&field("company")) {
        return Err(refusal.into());
    }
    let cx = Cx { tenant: Uuid::now_v7(), ..visit.cx()? };
    let plan = founding::Founding {
        company: company_name(visit, field("company")),
        country: field("country"),
        currency: Some(field("currency")).filter(|code| !code.is_empty()),
        person: person.name.clone(),
        email: auth::email_of(&house.db, person.user).await?,
        password_hash: None,
    };
    founding::found(&house.db, cx.clone(), plan).await?;
    Ok(cx.tenant)
}

/// The invitation of a page, in its context; `None` when it does not hold.
#[derive(Clone)]
pub struct Invited(pub Option<Invitee>);

async fn show_invitation(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
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

async fn join(
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

/// One thing done to the ticked records of a list, or to all that it finds: a job takes it on.
async fn bulk(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(cx)) = (modules::record_at(&path), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let pairs = form_pairs(&body);
    let text = |name: &str| pairs.iter().rev().find(|(n, _)| n == name).map(|(_, t)| t.clone()).unwrap_or_default();
    let back = format!("/{path}?{}", text("query"));
    let query: Vec<_> = form_urlencoded::parse(text("query").as_bytes()).into_owned().collect();
    let query = Query::read(record, query);
    let mut ids: Vec<Uuid> = pairs.iter().filter(|(n, _)| n == "id").filter_map(|(_, id)| id.parse().ok()).collect();
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let mut draft = BulkDraft { all: text("all") == "true", ids: ids.clone(), ..BulkDraft::default() };
    let which = if draft.all { Which::Matching(query.clone()) } else { Which::These(ids) };
    // The page brings the id that its job gets, so that a button pressed twice is one job.
    let key = text("_key").parse().unwrap_or_else(|_| Uuid::now_v7());
    let asked = text("_do");
    if let Some(format) = asked.strip_prefix("export.") {
        let format = Format::from_name(format);
        let Which::These(ids) = which else {
            let db = house.db.clone();
            let asked = whole(async move {
                let mut tx = db.begin(&cx).await?;
                let job = export::job::ask(&mut tx, key, record, &query, format).await?;
                tx.commit().await?;
                Ok(job)
            });
            return taken_on(house, visit, headers, asked.await, &back, draft).await;
        };
        let plan = Plan { record, query, ids: Some(ids), format };
        return file_of(house, visit, headers, move |db, cx| async move { list::write(&db, &cx, &plan).await }).await;
    }
    let (verb, field) = asked.split_once('.').unwrap_or((&asked, ""));
    // A link comes as the id that was chosen, or as the text in its box.
    let shown = text(&format!("set.{field}~"));
    let chosen = text(&format!("set.{field}"));
    if !field.is_empty() {
        let label = (!shown.is_empty()).then(|| shown.clone());
        let (text, typed) = if shown.is_empty() { (None, Some(chosen.clone())) } else { (Some(chosen.clone()), None) };
        draft.field = Some((field.to_owned(), Cell { text, label, typed, fault: None }));
    }
    let value = if chosen.is_empty() { shown } else { chosen };
    let order =
        Order { record: record.name.to_owned(), verb: verb.to_owned(), field: field.to_owned(), text: value, which };
    let asked = ask_job(&house.db, cx, move |tx| async move { bulk::ask(tx, record, key, &order).await }.boxed()).await;
    taken_on(house, visit, headers, asked, &back, draft).await
}

/// Puts a job into the queue and wakes whoever works on it.
async fn ask_job<F>(db: &Db, cx: Cx, ask: F) -> Outcome<Uuid>
where
    F: for<'t> FnOnce(&'t mut TenantTx) -> BoxFuture<'t, Outcome<Uuid>> + Send + 'static,
{
    let db = db.clone();
    let job = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let job = ask(&mut tx).await?;
        tx.commit().await?;
        Ok(job)
    })
    .await?;
    jobs::wake();
    Ok(job)
}

/// Leads to the page of a job.
fn to_job(job: Uuid) -> Response {
    Redirect::to(&format!("/jobs/{job}")).into_response()
}

/// The page of a job that was just put into the queue; or the list again, with its ticks and with what stands in the way.
async fn taken_on(
    house: House,
    mut visit: Visit,
    headers: HeaderMap,
    asked: Outcome<Uuid>,
    back: &str,
    mut draft: BulkDraft,
) -> Response {
    let error = match asked {
        Ok(job) => return to_job(job),
        Err(error) => error,
    };
    let (refusals, uri) = match (error, back.parse()) {
        (Error::Refused(refusals), Ok(uri)) => (refusals, uri),
        (error, _) => return failed(house, visit, headers, error).await,
    };
    visit.uri = uri;
    for refusal in refusals {
        match &mut draft.field {
            Some((name, cell)) if refusal.field.as_ref() == Some(name) => cell.fault = Some(refusal.message),
            _ => draft.faults.push(refusal.message),
        }
    }
    let mut response = web::render_with(house, visit, headers, draft).await;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// The file that a job made.
async fn file_of_job(State(house): State<House>, visit: Visit, Path(id): Path<String>, headers: HeaderMap) -> Response {
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

/// Has an archive of the whole company made.
async fn ask_archive(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    match ask_job(&house.db, cx, |tx| archive::job::ask(tx).boxed()).await {
        Ok(job) => to_job(job),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// One field of one record, set from its list. Scripts ask for words alone, where something stands in the way.
async fn set_one(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(record) = modules::record_at(&path) else { return web::render(house, visit, headers).await };
    let pairs = form_pairs(&body);
    let text = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, t)| t.clone()).unwrap_or_default();
    let was = pairs.iter().find(|(n, _)| n == "was").map(|(_, was)| was.clone());
    let (asked, cx, db) = (text("set"), visit.cx(), house.db.clone());
    let done = whole(async move {
        let mut parts = asked.splitn(3, '.');
        let mut part = || parts.next().ok_or(Error::BadRequest("set"));
        let (id, field, text) = (part()?.parse().map_err(|_| Error::NotFound)?, part()?, part()?);
        let mut tx = db.begin(&cx?).await?;
        bulk::set_one(&mut tx, record, id, field, text, was.as_deref()).await?;
        tx.commit().await
    });
    let scripted = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    match done.await {
        Ok(_) if scripted => StatusCode::NO_CONTENT.into_response(),
        Ok(_) => Redirect::to(&format!("/{path}?{}", text("query"))).into_response(),
        Err(error) if scripted => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let said = error.refusals(visit.request).into_iter().map(|refusal| visit.i18n.message(&refusal.message));
            (status, said.collect::<Vec<_>>().join("\n")).into_response()
        }
        Err(Error::SignedOut) => Redirect::to("/sign-in").into_response(),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// A list as a file: all that its query finds.
async fn export_list(
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
async fn export_audit(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
    let pairs = web::query_pairs(&visit.uri);
    let (query, format) = (AuditQuery::read(&pairs), format_of(&pairs));
    file_of(house, visit, headers, move |db, cx| async move { export::audit::write(&db, &cx, &query, format).await })
        .await
}

fn format_of(pairs: &[(String, String)]) -> Format {
    Format::from_name(pairs.iter().find(|(name, _)| name == "format").map_or("", |(_, format)| format))
}

/// The file of an export as a download.
async fn file_of<W: Future<Output = Outcome<Export>> + Send + 'static>(
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

/// Keeps the query of a list by a name, or forgets one.
async fn saved_views(
    State(house): State<House>,
    visit: Visit,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(cx)) = (modules::record_at(&path), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let pairs: Vec<_> = form_urlencoded::parse(field("query").as_bytes()).into_owned().collect();
    let query = Query::read(record, pairs);
    let (name, forget, shared) = (field("name"), field("forget").parse::<Uuid>().ok(), field("shared") == "true");
    let db = house.db.clone();
    let list = if forget.is_some() { Query::default() } else { query.clone() };
    let kept = whole(async move {
        let mut tx = db.begin(&cx).await?;
        match forget {
            Some(id) => views::forget(&mut tx, id).await?,
            None => views::keep(&mut tx, record, &name, &query, shared).await?,
        }
        tx.commit().await?;
        Ok(())
    });
    match kept.await {
        Ok(()) => Redirect::to(&list.address(record)).into_response(),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// Stops a job, or goes on with it.
async fn steer_job(
    State(house): State<House>,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Ok(job), Ok(cx)) = (id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let verb = form_pairs(&body).into_iter().find(|(name, _)| name == "_do").map(|(_, verb)| verb);
    let db = house.db.clone();
    let steered = whole(async move {
        let mut tx = db.begin(&cx).await?;
        match verb.as_deref() {
            Some("cancel") => jobs::cancel(&mut tx, job).await?,
            Some("retry") => jobs::retry(&mut tx, job).await?,
            _ => return Err(Error::BadRequest("verb")),
        }
        tx.commit().await?;
        Ok(())
    });
    match steered.await {
        Ok(()) => {
            jobs::wake();
            Redirect::to(&format!("/jobs/{id}")).into_response()
        }
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// Has a message of a webhook sent again.
async fn replay(State(house): State<House>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let message = form_pairs(&body).into_iter().find(|(name, _)| name == "message").and_then(|(_, id)| id.parse().ok());
    let (db, cx) = (house.db.clone(), visit.cx());
    let replayed = whole(async move {
        let mut tx = db.begin(&cx?).await?;
        webhooks::replay(&mut tx, message.ok_or(Error::NotFound)?).await?;
        tx.commit().await
    });
    match replayed.await {
        Ok(_) => Redirect::to("/webhook-log").into_response(),
        Err(Error::SignedOut) => Redirect::to("/sign-in").into_response(),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// Asks for all that is known of a person, or has them forgotten.
async fn person(
    State(house): State<House>,
    visit: Visit,
    Path((record, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(id), Ok(cx)) = (modules::record(&record), id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    if field("_do") == "export" {
        // The page brings the id that its job gets, so that a button pressed twice is one job.
        let key = field("_key").parse().unwrap_or_else(|_| Uuid::now_v7());
        let asked = ask_job(&house.db, cx, move |tx| person::archive::ask(tx, key, record, id).boxed());
        return match asked.await {
            Ok(job) => to_job(job),
            Err(error) => failed(house, visit, headers, error).await,
        };
    }
    let (task, typed, asked) = (house.clone(), field("typed"), field("_do"));
    let erased = whole(async move {
        match asked.as_str() {
            "erase" => erase::run(&task.db, &cx, &task.files, record, id, &typed).await,
            _ => Err(Error::BadRequest("verb")),
        }
    });
    let done = erased.await.map(|()| format!("{}?done=erased", record.address(id)));
    come_to_an_end(house, visit, headers, fields, done).await
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
