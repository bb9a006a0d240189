//! A person's own account: where they are signed in, their password, and the keys of their shortcuts.

use super::calls::done_message;
use super::draw::Contents;
use super::forms::come_to_an_end;
use super::plain::{Input, general_faults, returned};
use crate::i18n::I18n;
use crate::platform::auth::{self, SignedIn};
use crate::platform::error::{Error, Outcome, Refusal};
use crate::platform::session::{self, Device};
use crate::platform::tenancy::{Db, whole};
use crate::platform::web::{self, House, PlainForm, Visit, form_pairs};
use crate::record::page::{Arg, Message};
use crate::t;
use crate::ui::keys::{self, OFF, SHORTCUTS};
use crate::ui::{self, icon, use_i18n};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use leptos::prelude::*;
use std::collections::BTreeMap;
use tower_sessions::Session;
use uuid::Uuid;

/// Where the page is.
pub const MINE: &str = "/my-account";

pub fn routes() -> Router<House> {
    Router::new().route("/my-account", get(web::render_page).post(change))
}

/// Devices of a person, which of them this is, and the keys of their shortcuts.
#[derive(Clone, Debug)]
pub struct Account {
    devices: Vec<Device>,
    here: Option<String>,
    keys: String,
    done: Option<Message>,
}

/// The page of whoever is signed in.
pub async fn page(visit: &Visit, done: &str) -> Outcome<Contents> {
    let person = visit.signed_in.as_ref().ok_or(Error::SignedOut)?;
    let devices = session::devices(&visit.db, person.user).await?;
    let (here, keys) = (visit.session.clone(), person.keys.clone());
    Ok(Contents::Account(Account { devices, here, keys, done: done_message(done) }))
}

/// Does what the forms of the page ask for.
async fn change(
    State(house): State<House>,
    visit: Visit,
    headers: HeaderMap,
    session: Session,
    body: Bytes,
) -> Response {
    let (Some(person), Some(here)) = (visit.signed_in.clone(), visit.session.clone()) else {
        return Redirect::to("/sign-in").into_response();
    };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let done = match fields.get("_do").map(String::as_str) {
        Some("keys" | "delivered") => keep_keys(&house.db, &session, person, &fields).await,
        _ => {
            let (db, form) = (house.db.clone(), fields.clone());
            whole(async move { carry_out(&db, person.user, &here, &form).await }).await
        }
    };
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

/// Keeps the keys that a form chooses, or those delivered.
async fn keep_keys(
    db: &Db,
    session: &Session,
    mut person: SignedIn,
    form: &BTreeMap<String, String>,
) -> Outcome<&'static str> {
    let all = form.get("_do").is_some_and(|asked| asked == "delivered");
    person.keys = if all { String::new() } else { chosen_keys(form, &person.keys)? };
    auth::choose_keys(db, person.user, &person.keys).await?;
    person.keep(session).await?;
    Ok("saved")
}

/// The keys that a form chooses, as they are written down. Refused is a key that another shortcut has.
fn chosen_keys(form: &BTreeMap<String, String>, kept: &str) -> Outcome<String> {
    let mut words = Vec::new();
    if !form.contains_key("single") {
        words.push(OFF.to_owned());
    }
    let mut chosen = Vec::new();
    for (name, delivered) in SHORTCUTS {
        let key = form.get(&key_field(name)).map(String::as_str).filter(|key| !key.is_empty()).unwrap_or(delivered);
        if key != OFF && !all_keys().any(|known| known == key) {
            return Err(Error::BadRequest("key"));
        }
        if key != delivered {
            words.push(format!("{name}={key}"));
        }
        chosen.push((name, delivered, key));
    }
    // What keeps its key comes first: the refusal stands where somebody chose another.
    chosen.sort_by_key(|(name, delivered, key)| keys::key_of(kept, (*name, *delivered)) != *key);
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    let mut refusals = Vec::new();
    for (name, _, key) in chosen.into_iter().filter(|(.., key)| *key != OFF) {
        if let Some(other) = taken.get(key) {
            let other = Arg::Words(vec![format!("shortcut-{other}")]);
            let refusal = Refusal::new("refuse-key-taken").with("key", keys::label(key)).with("other", other);
            refusals.push(refusal.at(key_field(name)));
        } else {
            taken.insert(key, name);
        }
    }
    if refusals.is_empty() { Ok(words.join(" ")) } else { Err(Error::Refused(refusals)) }
}

/// The field in which the key of a shortcut is chosen.
fn key_field(shortcut: &str) -> String {
    format!("key-{shortcut}")
}

/// What can be chosen: nothing that browsers, forms or lists need for themselves.
fn all_keys() -> impl Iterator<Item = String> {
    let letters = ('A'..='Z').map(|letter| format!("Key{letter}"));
    let digits = ('0'..='9').map(|digit| format!("Digit{digit}"));
    letters.chain(digits).chain(keys::SIGNS.into_iter().map(|(key, _)| key.to_owned()))
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
    let keys = keys_card(i18n, &account.keys, &form);
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
        {keys}
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

/// The shortcuts of a single key, each with a field for another one.
fn keys_card(i18n: I18n, kept: &str, form: &PlainForm) -> AnyView {
    let came_back = form.fields.get("_do").is_some_and(|asked| asked == "keys");
    let single = if came_back { form.fields.contains_key("single") } else { keys::are_on(kept) };
    let rows = SHORTCUTS.into_iter().map(|shortcut| key_row(i18n, kept, shortcut, form)).collect_view();
    view! {
        <section class="card" id="keys"><h2 class="sec">{t!(i18n, "shortcuts")}</h2>
            <form class="stack" method="post" action=MINE>
                <label class="check"><input type="checkbox" id="single" name="single" value="true" checked=single /><span>{t!(i18n, "shortcut-single")}</span></label>
                <small class="hint">{t!(i18n, "shortcut-press")}" "{t!(i18n, "shortcut-layout")}</small>
                <div class="scroll" tabindex="0" role="region" aria-label=t!(i18n, "shortcuts")><table class="list"><thead><tr>
                    <th>{t!(i18n, "shortcut-what")}</th><th>{t!(i18n, "shortcut-now")}</th><th>{t!(i18n, "shortcut-key")}</th></tr></thead><tbody>{rows}</tbody></table></div>
                <div class="acts"><button class="btn pri" name="_do" value="keys">{icon("save")}<span>{t!(i18n, "save")}</span></button>
                    <button class="btn" name="_do" value="delivered"><span>{t!(i18n, "shortcut-reset")}</span></button></div>
            </form></section>
    }
    .into_any()
}

fn key_row(i18n: I18n, kept: &str, shortcut: (&'static str, &'static str), form: &PlainForm) -> AnyView {
    let (name, delivered) = shortcut;
    let (id, now) = (key_field(name), keys::key_of(kept, shortcut));
    let chosen = match form.fields.get(&id) {
        Some(typed) => typed.clone(),
        None if now == delivered => String::new(),
        None => now.to_owned(),
    };
    let option = |key: String, label: String| {
        let selected = key == chosen;
        view! { <option value=key selected=selected>{label}</option> }
    };
    let options = all_keys()
        .map(|key| {
            let label = keys::label(&key).to_owned();
            option(key, label)
        })
        .collect_view();
    let works = keys::are_on(kept) && now != OFF;
    let shown = match works {
        true => view! { <kbd>{keys::label(now).to_owned()}</kbd> }.into_any(),
        false => view! { <span class="soft">{t!(i18n, "shortcut-off")}</span> }.into_any(),
    };
    let fault =
        form.refusals.iter().find(|r| r.field.as_deref() == Some(id.as_str())).map(|r| i18n.message(&r.message));
    let (class, invalid) = (if fault.is_some() { "field error" } else { "field" }, fault.is_some().to_string());
    let fault_id = format!("{id}-fault");
    view! {
        <tr><td class="strong"><label for=id.clone()>{i18n.format(&format!("shortcut-{name}"), None)}</label></td><td data-label=t!(i18n, "shortcut-now")>{shown}</td>
            <td><div class=class><div class="control"><select class="key" id=id.clone() name=id aria-invalid=invalid aria-describedby=fault_id.clone()>
                {option(String::new(), t!(i18n, "shortcut-delivered", key = keys::label(delivered)))}{option(OFF.to_owned(), t!(i18n, "shortcut-off"))}{options}</select></div>
                {fault.map(|text| view! { <small class="err" id=fault_id>{text}</small> })}</div></td></tr>
    }
    .into_any()
}
