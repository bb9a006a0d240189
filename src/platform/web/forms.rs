//! What pages send without scripts: a record, signing in and out, preferences, another company, a favourite.

use super::{House, OPERATOR, Visit, render};
use crate::i18n::{Digits, Locale};
use crate::platform::auth::{self, SignedIn};
use crate::platform::comments;
use crate::platform::door::{self, Error, Outcome, Refusal, Typed};
use crate::platform::favourites;
use crate::platform::page::Posted;
use crate::platform::tenancy::{Cx, Db, whole};
use crate::record::Record;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use tower_sessions::Session;
use uuid::Uuid;

/// The pairs of a posted form, in order.
pub fn form_pairs(body: &Bytes) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// Saves, acts on or deletes a record, then shows it; or shows the form again with what stands in the way.
pub(super) async fn post_form(
    State(house): State<House>,
    mut visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let Some(record) = door::records().iter().copied().find(|r| r.path == path) else {
        return render(house, visit, headers).await;
    };
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    let pairs = form_pairs(&body);
    if let Some(asked) = comments::http::Asked::read(&pairs) {
        return comments::http::post(house, visit, headers, record, &id, asked).await;
    }
    let form = RecordForm::read(record, &id, pairs);
    if let Some(language) = form.language {
        // The language changes in the middle of a form: what was typed comes back in the other language.
        set_language(&house.db, &session, &mut visit, language).await;
        visit.posted = Some(Arc::new(form.posted()));
        return with_language_cookie(render(house, visit, headers).await, language);
    }
    let (db, task) = (house.db.clone(), form.clone());
    let elsewhere = form.company.is_some_and(|company| company != cx.tenant);
    let done = whole(async move {
        // Somebody went to another company in another window: what they typed here is meant for the one before.
        match elsewhere {
            true => Err(Refusal::new("refuse-other-company").into()),
            false => task.carry_out(&db, &cx).await,
        }
    });
    match done.await {
        Ok(target) => Redirect::to(&target).into_response(),
        Err(error) => {
            let status = error.status();
            let conflict = matches!(error, Error::Conflict);
            let posted = Posted { refusals: error.refusals(visit.request), conflict, ..form.posted() };
            visit.posted = Some(Arc::new(posted));
            let mut response = render(house, visit, headers).await;
            if response.status().is_success() {
                *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            }
            response
        }
    }
}

/// A posted form of a record.
#[derive(Clone)]
struct RecordForm {
    record: &'static Record,
    id: Uuid,
    version: i32,
    /// The company in which the form was opened.
    company: Option<Uuid>,
    /// `save`, `delete`, or the name of an action.
    verb: String,
    typed: Typed,
    /// Whether the form carried fields, or only asked for an action.
    edits: bool,
    language: Option<Locale>,
}

impl RecordForm {
    fn read(record: &'static Record, id: &str, pairs: Vec<(String, String)>) -> RecordForm {
        let control = |name: &str| pairs.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let form_id = control("_id").and_then(|id| id.parse().ok());
        let version = control("_version").and_then(|v| v.parse().ok()).unwrap_or(0);
        let company = control("_company").and_then(|id| id.parse().ok());
        let verb = control("_do").unwrap_or_else(|| "save".to_owned());
        let edits = control("_edits").is_some();
        let language = control("_language").and_then(|tag| Locale::from_tag(&tag));
        let typed = match edits {
            true => Typed::from_pairs(pairs.into_iter().filter(|(name, _)| !name.starts_with('_'))),
            false => Typed::default(),
        };
        RecordForm {
            record,
            id: id.parse().ok().or(form_id).unwrap_or_else(Uuid::now_v7),
            version,
            company,
            verb,
            typed,
            edits,
            language,
        }
    }

    fn posted(&self) -> Posted {
        Posted { typed: self.typed.clone(), version: self.version, id: Some(self.id), ..Posted::default() }
    }

    /// Does what the form asks in one transaction. Answers with the address to go to.
    async fn carry_out(self, db: &Db, cx: &Cx) -> Outcome<String> {
        let mut tx = db.begin(cx).await?;
        let address = |record: &Record, id: Uuid, done: &str| format!("/{}/{id}?done={done}", record.path);
        if self.verb == "delete" {
            door::delete(&mut tx, self.record, self.id, self.version).await?;
            tx.commit().await?;
            return Ok(format!("/{}?done=deleted", self.record.path));
        }
        let mut version = self.version;
        if self.edits {
            version = door::save(&mut tx, self.record, self.id, version, &self.typed).await?.version;
        }
        let target = if self.verb == "save" {
            address(self.record, self.id, "saved")
        } else {
            let (document, created) = door::act(&mut tx, self.record, self.id, version, &self.verb).await?;
            match created.first() {
                Some(new) => address(new.record, new.id, "created"),
                None => address(document.record, document.id, "acted"),
            }
        };
        tx.commit().await?;
        Ok(target)
    }
}

pub(super) async fn sign_in(
    State(house): State<House>,
    visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    match auth::sign_in(&house.db, &field("email"), field("password")).await {
        Ok(signed_in) => {
            // Only a path of ours: never another site, however it is dressed up.
            let next = field("next");
            let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
            let target = if ours { next.as_str() } else { "/" };
            // Operators who belong to no company have no home in one.
            let target = if signed_in.tenant.is_nil() && target == "/" { OPERATOR } else { target };
            let_in(&session, &visit, &signed_in, target).await
        }
        Err(error) => {
            let status = if matches!(error, Error::Refused(_)) { 401 } else { error.status() };
            give_back(house, visit, headers, fields, error, status).await
        }
    }
}

/// Begins the session of somebody who has just proved who they are, and shows them where they wanted to go.
pub async fn let_in(session: &Session, visit: &Visit, signed_in: &SignedIn, next: &str) -> Response {
    match begin_session(session, visit, signed_in).await {
        Ok(()) => Redirect::to(next).into_response(),
        Err(error) => {
            tracing::error!(%error, "session");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Shows a form that belongs to no record again, with what was typed but passwords, and with what stands in the way.
pub async fn give_back(
    house: House,
    mut visit: Visit,
    headers: HeaderMap,
    fields: BTreeMap<String, String>,
    error: Error,
    status: u16,
) -> Response {
    visit.come_back(fields, error);
    let mut response = render(house, visit, headers).await;
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    response
}

/// Gives somebody who has just proved who they are a session of a new name.
async fn begin_session(session: &Session, visit: &Visit, signed_in: &SignedIn) -> anyhow::Result<()> {
    session.cycle_id().await?;
    signed_in.keep(session).await?;
    if let Some(address) = visit.address {
        session.insert("address", address.to_string()).await?;
    }
    if let Some(agent) = &visit.agent {
        session.insert("agent", agent).await?;
    }
    Ok(())
}

pub(super) async fn sign_out(session: Session) -> Response {
    let _ = session.flush().await;
    Redirect::to("/sign-in").into_response()
}

/// Language, digits, look and density; then back to where the reader was.
pub(super) async fn preferences(
    State(house): State<House>,
    mut visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let back = back_path(&headers);
    let mut response = Redirect::to(&back).into_response();
    if let Some(locale) = fields.get("language").and_then(|tag| Locale::from_tag(tag)) {
        set_language(&house.db, &session, &mut visit, locale).await;
        response = with_language_cookie(response, locale);
    }
    if let Some(person) = &mut visit.signed_in {
        let digits = fields.get("digits").map(|tag| Digits::from_tag(tag));
        let theme = fields.get("theme").filter(|t| matches!(t.as_str(), "auto" | "light" | "dark"));
        let density = fields.get("density").filter(|d| auth::DENSITIES.contains(&d.as_str()));
        if digits.is_some() || theme.is_some() || density.is_some() {
            person.digits = digits.unwrap_or(person.digits);
            person.theme = theme.cloned().unwrap_or_else(|| person.theme.clone());
            person.density = density.cloned().unwrap_or_else(|| person.density.clone());
            let (theme, density) = (Some(person.theme.as_str()), Some(person.density.as_str()));
            let saved = auth::prefer(&house.db, person.user, None, Some(person.digits), theme, density).await;
            if saved.is_ok() {
                let _ = person.keep(&session).await;
            }
        }
    }
    response
}

async fn set_language(db: &Db, session: &Session, visit: &mut Visit, locale: Locale) {
    visit.i18n.locale = locale;
    if let Some(person) = &mut visit.signed_in {
        person.locale = locale;
        let saved = auth::prefer(db, person.user, Some(locale), None, None, None).await;
        if saved.is_ok() {
            let _ = person.keep(session).await;
        }
    }
}

fn with_language_cookie(mut response: Response, locale: Locale) -> Response {
    let cookie = format!("language={}; Path=/; Max-Age=31536000; SameSite=Lax", locale.tag());
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Where the reader was, as a path of ours.
fn back_path(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|h| h.to_str().ok()).and_then(|r| r.parse::<Uri>().ok());
    referer
        .and_then(|uri| uri.path_and_query().map(|p| p.to_string()))
        .filter(|p| p.starts_with('/') && !p.starts_with("//"))
        .unwrap_or_else(|| "/".to_owned())
}

pub(super) async fn switch_company(
    State(house): State<House>,
    visit: Visit,
    session: Session,
    body: Bytes,
) -> Response {
    let Some(mut person) = visit.signed_in else { return Redirect::to("/sign-in").into_response() };
    let wanted =
        form_pairs(&body).into_iter().find(|(name, _)| name == "company").and_then(|(_, id)| id.parse::<Uuid>().ok());
    let companies = auth::companies(&house.db, person.user).await.unwrap_or_default();
    let Some(company) = companies.into_iter().find(|c| Some(c.id) == wanted) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    person.tenant = company.id;
    let _ = person.keep(&session).await;
    Redirect::to("/").into_response()
}

/// Keeps the list or the record where the reader was at hand, or no longer; then back there.
pub(super) async fn turn_favourite(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    let back = back_path(&headers);
    let (path, query) = back.split_once('?').unwrap_or((back.as_str(), ""));
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if let Some(address) = favourites::address(path, pairs) {
        let turned = whole(async move {
            let mut tx = house.db.begin(&cx).await?;
            favourites::turn(&mut tx, &address).await?;
            tx.commit().await?;
            Ok(())
        });
        if let Err(error) = turned.await {
            tracing::warn!(%error, "a favourite is as it was");
        }
    }
    Redirect::to(&back).into_response()
}
