//! A document on its way by mail: who is to get it, and what became of what was sent.

use super::forms::jobs::ask_job;
use super::forms::{come_to_an_end, failed};
use super::plain::{Input, general_faults, returned};
use crate::i18n::I18n;
use crate::modules;
use crate::platform::mail::{self, Asked, Line, MailPage};
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::t;
use crate::ui::{icon, text_area, use_i18n};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use futures_util::FutureExt as _;
use leptos::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The routes of letters.
pub fn routes() -> Router<House> {
    Router::new().route("/{path}/{id}/mail", get(web::render_page).post(send))
}

/// Has a document sent, then shows it; or shows the form again with what stands in the way.
async fn send(
    State(house): State<House>,
    visit: Visit,
    Path((path, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(id), Ok(cx)) = (modules::record_at(&path), id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    // The page brings the id that its letter gets, so that a button pressed twice is one letter.
    let key = field("_key").parse().unwrap_or_else(|_| Uuid::now_v7());
    let asked = Asked { to: field("to"), note: field("note") };
    let mailer = house.mail.clone();
    let done = ask_job(&house.db, cx, move |tx| {
        async move { mail::ask(tx, mailer.as_ref(), record, id, key, &asked).await }.boxed()
    });
    match done.await {
        // There is no page to show again where no mail is sent.
        Err(error) if !visit.mails => failed(house, visit, headers, error).await,
        done => come_to_an_end(house, visit, headers, fields, done.map(|_| record.address(id))).await,
    }
}

/// The form from which a document is sent, with what was sent of it.
pub fn view(page: MailPage) -> AnyView {
    let i18n = use_i18n();
    let record = page.record;
    let back =
        view! { <a class="btn" href=record.address(page.id)>{icon(record.icon)}<span>{i18n.record(record)}</span></a> };
    let mut form = returned();
    form.fields.entry("to".to_owned()).or_insert(page.to);
    let faults = general_faults(i18n, &form);
    let body = if page.open {
        let note = form.fields.get("note").cloned().unwrap_or_default();
        let fault = form.refusals.iter().find(|r| r.field.as_deref() == Some("note")).map(|r| i18n.message(&r.message));
        let invalid = fault.is_some();
        let fault = fault.map(|text| view! { <small class="err">{text}</small> });
        view! {
            <form class="stack" method="post" action=format!("{}/mail", record.address(page.id))>
                <input type="hidden" name="_key" value=page.key.to_string() />
                {faults}
                {Input::new("to", t!(i18n, "mail-to")).email().autocomplete("off").view(i18n, &form)}
                <div class=if invalid { "field wide error" } else { "field wide" }>
                    <label for="note">{t!(i18n, "mail-note")}</label>
                    <div class="control">{text_area("note".to_owned(), "note".to_owned(), note, invalid, |_| ())}</div>
                    {fault}
                </div>
                <div class="acts">{back}<button class="btn pri" id="send">{icon("send")}<span>{t!(i18n, "print-mail")}</span></button></div>
            </form>
        }
        .into_any()
    } else {
        let closed = t!(i18n, "refuse-mail-closed");
        view! { <div class="stack">{faults}<p class="lead">{closed}</p><div class="acts">{back}</div></div> }.into_any()
    };
    let log = lines(i18n, &page.log);
    view! { <section class="card">{body}</section>{log} }.into_any()
}

/// What was sent of a document, on its own page, with the way to send it where it can be sent.
pub fn beside(log: &[Line], send: Option<String>) -> AnyView {
    let i18n = use_i18n();
    let again = log.first().is_some_and(|line| line.state == "failed");
    let label = || if again { t!(i18n, "mail-again") } else { t!(i18n, "print-mail") };
    let send = send.map(|href| {
        view! { <div class="acts"><a class="btn" id="mail" href=href>{icon("send")}<span>{label()}</span></a></div> }
    });
    view! { {lines(i18n, log)}{send} }.into_any()
}

fn lines(i18n: I18n, log: &[Line]) -> AnyView {
    let Some(latest) = log.first() else { return ().into_any() };
    let (class, symbol) = match latest.state.as_str() {
        "failed" => ("notice bad", "triangle-alert"),
        "sent" => ("notice good", "circle-check"),
        _ => ("notice info", "send"),
    };
    let items = log.iter().map(|line| view! { <li>{said(i18n, line)}</li> }).collect_view();
    view! { <div class=class id="mailed">{icon(symbol)}<div><ul>{items}</ul></div></div> }.into_any()
}

/// What became of a letter.
fn said(i18n: I18n, line: &Line) -> String {
    let to = line.to.clone().unwrap_or_else(|| "—".to_owned());
    let (at, member) = (i18n.moment(&line.at), line.member.clone());
    match (line.state.as_str(), line.said.clone()) {
        ("sent", _) => t!(i18n, "mail-sent", to = to, at = at, member = member),
        ("failed", Some(said)) => t!(i18n, "mail-failed", to = to, at = at, said = said),
        ("failed", None) => t!(i18n, "mail-stopped", to = to, at = at),
        (_, Some(said)) => t!(i18n, "mail-delayed", to = to, said = said),
        (_, None) => t!(i18n, "mail-queued", to = to),
    }
}
