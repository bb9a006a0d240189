//! A person's own account: where they are signed in, and their password.

use super::calls::done_message;
use super::draw::Contents;
use super::forms::come_to_an_end;
use super::plain::{Input, general_faults, returned};
use crate::i18n::I18n;
use crate::platform::auth;
use crate::platform::error::{Error, Outcome};
use crate::platform::session::{self, Device};
use crate::platform::tenancy::{Db, whole};
use crate::platform::web::{self, House, Visit, form_pairs};
use crate::record::page::Message;
use crate::t;
use crate::ui::{self, icon, use_i18n};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use leptos::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where the page is.
pub const MINE: &str = "/my-account";

pub fn routes() -> Router<House> {
    Router::new().route("/my-account", get(web::render_page).post(change))
}

/// Devices of a person, and which of them this is.
#[derive(Clone, Debug)]
pub struct Account {
    devices: Vec<Device>,
    here: Option<String>,
    done: Option<Message>,
}

/// The page of whoever is signed in.
pub async fn page(visit: &Visit, done: &str) -> Outcome<Contents> {
    let person = visit.signed_in.as_ref().ok_or(Error::SignedOut)?;
    let devices = session::devices(&visit.db, person.user).await?;
    Ok(Contents::Account(Account { devices, here: visit.session.clone(), done: done_message(done) }))
}

/// Does what the forms of the page ask for.
async fn change(State(house): State<House>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let (Some(person), Some(here)) = (visit.signed_in.clone(), visit.session.clone()) else {
        return Redirect::to("/sign-in").into_response();
    };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let (db, form) = (house.db.clone(), fields.clone());
    let done = whole(async move { carry_out(&db, person.user, &here, &form).await }).await;
    come_to_an_end(house, visit, headers, fields, done.map(|done| format!("{MINE}?done={done}"))).await
}

/// Answers with what was done, in one word.
async fn carry_out(db: &Db, who: Uuid, here: &str, form: &BTreeMap<String, String>) -> Outcome<&'static str> {
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    match text("_do").as_str() {
        "end" => {
            session::end(db, who, &text("device")).await?;
            Ok("acted")
        }
        "others" => {
            session::end_others(db, who, here).await?;
            Ok("acted")
        }
        "password" => {
            auth::change_password(db, who, text("current_password"), text("password")).await?;
            // Whoever knew the old one knows nothing any more.
            session::end_others(db, who, here).await?;
            Ok("saved")
        }
        _ => Err(Error::NotFound),
    }
}

// ------------------------------------------------------------------ what is drawn

pub fn view(account: Account) -> AnyView {
    let i18n = use_i18n();
    let form = returned();
    let here = |device: &Device| account.here.as_deref() == Some(&device.id);
    let rows = account.devices.iter().map(|device| row(i18n, device, here(device))).collect_view();
    let others = account.devices.iter().any(|device| !here(device)).then(|| {
        view! {
            <form class="body" method="post" action=MINE><button class="btn danger" id="end-others" name="_do" value="others">{icon("log-out")}<span>{t!(i18n, "account-end-others")}</span></button></form>
        }
    });
    view! {
        {account.done.map(|done| ui::done(i18n.message(&done)))}
        <section class="card"><h2 class="sec">{t!(i18n, "account-devices")}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label=t!(i18n, "account-devices")><table class="list" id="devices"><thead><tr>
                <th>{t!(i18n, "account-device")}</th><th>{t!(i18n, "account-address")}</th><th>{t!(i18n, "account-since")}</th><th>{t!(i18n, "operator-seen")}</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>{others}</section>
        <section class="card"><h2 class="sec">{t!(i18n, "account-password")}</h2>
            <form class="stack" method="post" action=MINE>
                {general_faults(i18n, &form)}
                {Input::new("current_password", t!(i18n, "account-password-now")).password("current-password").view(i18n, &form)}
                {Input::new("password", t!(i18n, "account-password-next")).password("new-password").hint(t!(i18n, "password-hint")).view(i18n, &form)}
                <button class="btn pri" name="_do" value="password">{icon("save")}<span>{t!(i18n, "account-password-change")}</span></button>
            </form></section>
    }
    .into_any()
}

fn row(i18n: I18n, device: &Device, here: bool) -> AnyView {
    let known: Vec<&str> = [&device.browser, &device.system].into_iter().flatten().map(String::as_str).collect();
    let name = if known.is_empty() { t!(i18n, "account-device-unknown") } else { known.join(" · ") };
    let day = |moment: &str| i18n.date_text(moment.split(' ').next().unwrap_or_default());
    let action = match here {
        true => view! { <span class="pill p-done">{t!(i18n, "account-here")}</span> }.into_any(),
        false => view! {
            <form method="post" action=MINE><input type="hidden" name="device" value=device.id.clone() />
                <button class="btn" name="_do" value="end">{icon("log-out")}<span>{t!(i18n, "sign-out")}</span></button></form>
        }
        .into_any(),
    };
    view! {
        <tr><td class="strong"><bdi>{name}</bdi></td><td class="soft" data-label=t!(i18n, "account-address")><bdi>{device.address.clone()}</bdi></td>
            <td data-label=t!(i18n, "account-since")>{day(&device.since)}</td><td data-label=t!(i18n, "operator-seen")>{day(&device.seen)}</td><td class="end">{action}</td></tr>
    }
    .into_any()
}
