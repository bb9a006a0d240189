//! Plans, as whoever operates the installation makes and changes them.

use super::entry_view;
use crate::app::calls::done_message;
use crate::app::draw::Contents;
use crate::app::forms::come_to_an_end;
use crate::app::plain::{Input, general_faults, returned, tick};
use crate::app::usage;
use crate::i18n::I18n;
use crate::platform::error::{Error, Outcome};
use crate::platform::operator::Entry;
use crate::platform::operator::plans::{self, FIRST, Offer};
use crate::platform::plan::FLAGS;
use crate::platform::tenancy::{Db, whole};
use crate::platform::web::{House, OPERATOR, Visit, form_pairs};
use crate::record::page::{GIGABYTE, Message};
use crate::t;
use crate::ui::{self, flipped, icon, use_i18n};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where they are.
pub const PLANS: &str = "/operator/plans";

/// All plans, and what operators did to them.
#[derive(Clone, Debug)]
pub struct PlanList {
    offers: Vec<Offer>,
    entries: Vec<Entry>,
    done: Option<Message>,
}

/// The page at an address below [`PLANS`]: all plans, one of them, or a new one.
pub async fn page(db: &Db, who: Uuid, code: Option<&str>, done: &str) -> Outcome<Contents> {
    Ok(match code {
        None => {
            let (offers, entries) = (plans::all(db, who).await?, plans::entries(db, who).await?);
            Contents::Plans(PlanList { offers, entries, done: done_message(done) })
        }
        Some("new") => {
            // Whoever is no operator finds nothing here either.
            plans::all(db, who).await?;
            Contents::Plan(None)
        }
        Some(code) => Contents::Plan(Some(Box::new(plans::one(db, who, code).await?))),
    })
}

/// Does what the form of a plan asks for.
pub async fn change(
    State(house): State<House>,
    visit: Visit,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(person) = visit.signed_in.clone() else { return Redirect::to("/sign-in").into_response() };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let (db, form) = (house.db.clone(), fields.clone());
    let done = whole(async move { carry_out(&db, person.user, &code, form).await });
    let done = done.await.map(|done| format!("{PLANS}?done={done}"));
    come_to_an_end(house, visit, headers, fields, done).await
}

/// Answers with what was done, in one word.
async fn carry_out(db: &Db, who: Uuid, code: &str, mut form: BTreeMap<String, String>) -> Outcome<&'static str> {
    let fresh = code == "new";
    // Whoever is no operator learns nothing of what a plan must be like.
    plans::all(db, who).await?;
    match form.get("_do").map(String::as_str) {
        Some("save") => {
            if !fresh {
                form.insert("code".to_owned(), code.to_owned());
            }
            plans::save(db, who, &Offer::typed(&form)?, fresh).await?;
            Ok("saved")
        }
        Some("remove") if !fresh => {
            plans::remove(db, who, code).await?;
            Ok("deleted")
        }
        _ => Err(Error::NotFound),
    }
}

// ------------------------------------------------------------------ what is drawn

/// All plans.
pub fn list(list: PlanList) -> AnyView {
    let i18n = use_i18n();
    let rows = list.offers.iter().map(|offer| row(i18n, offer)).collect_view();
    let entries = list.entries.iter().map(|entry| entry_view(i18n, entry)).collect_view();
    let log = (!list.entries.is_empty()).then(|| {
        view! {
            <section class="card"><h2 class="sec">{t!(i18n, "operator-log")}</h2><div class="scroll" tabindex="0" role="region" aria-label=t!(i18n, "operator-log")><table class="list" id="operator-log"><tbody>{entries}</tbody></table></div></section>
        }
    });
    view! {
        {list.done.map(|done| ui::done(i18n.message(&done)))}
        <div class="acts"><a class="btn quiet" href=OPERATOR>{flipped("chevron-left")}<span>{t!(i18n, "operator")}</span></a><span class="sp"></span>
            <a class="btn pri" href=format!("{PLANS}/new")>{icon("plus")}<span>{t!(i18n, "plan-new")}</span></a></div>
        <div class="card scroll" tabindex="0" role="region" aria-label=t!(i18n, "plans")><table class="list"><thead><tr>
            <th>{t!(i18n, "operator-plan")}</th><th>{t!(i18n, "field-code")}</th><th class="end">{t!(i18n, "usage-users")}</th><th class="end">{t!(i18n, "usage-storage")}</th>
            <th class="end">{t!(i18n, "usage-records")}</th><th class="end">{t!(i18n, "plan-calls")}</th><th class="end">{t!(i18n, "usage-rate")}</th><th>{t!(i18n, "plan-parts")}</th><th class="end">{t!(i18n, "companies")}</th></tr></thead><tbody>{rows}</tbody></table></div>
        {log}
    }
    .into_any()
}

fn row(i18n: I18n, offer: &Offer) -> AnyView {
    let amount = |what: &str, most: Option<i64>| most.map_or("—".to_owned(), |most| usage::amount(i18n, what, most));
    let most = |what: &str, most: Option<i64>| view! { <td class="end" data-label=usage::word(i18n, what)>{amount(what, most)}</td> };
    let calls = amount("calls", offer.calls);
    let parts = match &offer.flags {
        None => t!(i18n, "plan-parts-all"),
        Some(flags) if flags.is_empty() => "—".to_owned(),
        Some(flags) => {
            i18n.list(&flags.iter().map(|flag| i18n.format(&format!("flag-{flag}"), None)).collect::<Vec<_>>())
        }
    };
    view! {
        <tr><td class="strong"><a href=format!("{PLANS}/{}", offer.code)><bdi>{i18n.name(&offer.name).to_owned()}</bdi></a></td><td class="soft"><bdi>{offer.code.clone()}</bdi></td>
            {most("users", offer.users)}{most("storage", offer.storage)}{most("records", offer.records)}
            <td class="end" data-label=t!(i18n, "plan-calls")>{calls}</td>{most("rate", offer.rate)}<td class="wrap" data-label=t!(i18n, "plan-parts")>{parts}</td>
            <td class="end" data-label=t!(i18n, "companies")>{i18n.integer(offer.companies)}</td></tr>
    }
    .into_any()
}

/// The form of a plan, or of a new one.
pub fn form(offer: Option<Offer>) -> AnyView {
    let i18n = use_i18n();
    let known = offer.is_some();
    let mut form = returned();
    if form.fields.is_empty() {
        form.fields = fields(offer.clone().unwrap_or_default());
    }
    let address = format!("{PLANS}/{}", offer.as_ref().map_or("new", |offer| offer.code.as_str()));
    let figure = |name, label| Input::new(name, label).optional().narrow().view(i18n, &form);
    let flags = FLAGS
        .map(|flag| tick(&form, format!("flag.{flag}"), i18n.format(&format!("flag-{flag}"), None)))
        .collect_view();
    let remove = offer.as_ref().filter(|offer| offer.companies == 0 && offer.code != FIRST).map(|_| {
        view! { <button class="btn danger" name="_do" value="remove" formnovalidate=true>{icon("trash-2")}<span>{t!(i18n, "plan-remove")}</span></button> }
    });
    let shared = offer.as_ref().filter(|offer| offer.companies > 0).map(|offer| {
        view! { <p class="hint">{t!(i18n, "plan-shared", count = offer.companies)}</p> }
    });
    view! {
        <p><a class="btn quiet" href=PLANS>{flipped("chevron-left")}<span>{t!(i18n, "plans")}</span></a></p>
        <section class="card">
            <form class="stack" method="post" action=address id="plan">
                {general_faults(i18n, &form)}
                <div class="fields">
                    {Input::new("code", t!(i18n, "field-code")).narrow().locked(known).view(i18n, &form)}
                    {Input::new("name_en", t!(i18n, "plan-name-english")).narrow().view(i18n, &form)}
                    {Input::new("name_ar", t!(i18n, "plan-name-arabic")).narrow().view(i18n, &form)}
                    {figure("users", t!(i18n, "usage-users"))}
                    {figure("records", t!(i18n, "usage-records"))}
                    {figure("storage", t!(i18n, "plan-storage"))}
                    {figure("calls", t!(i18n, "plan-calls"))}
                    {figure("rate", t!(i18n, "usage-rate"))}
                </div>
                <small class="hint">{t!(i18n, "plan-limits-hint")}</small>
                <fieldset class="field wide"><legend>{t!(i18n, "plan-parts")}</legend>
                    {tick(&form, "parts".to_owned(), t!(i18n, "plan-parts-all-hint"))}{flags}</fieldset>
                {shared}
                <div class="acts"><button class="btn pri" name="_do" value="save">{icon("save")}<span>{t!(i18n, "operator-give")}</span></button><span class="sp"></span>{remove}</div>
            </form>
        </section>
    }
    .into_any()
}

/// A plan as its form shows it.
fn fields(offer: Offer) -> BTreeMap<String, String> {
    let figure = |figure: Option<i64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    let gigabytes = |bytes: i64| (Decimal::from(bytes) / Decimal::from(GIGABYTE)).round_dp(4).normalize().to_string();
    let mut fields = BTreeMap::from([
        ("code", offer.code),
        ("name_en", offer.name.en),
        ("name_ar", offer.name.ar),
        ("users", figure(offer.users)),
        ("storage", offer.storage.map(gigabytes).unwrap_or_default()),
        ("records", figure(offer.records)),
        ("calls", figure(offer.calls)),
        ("rate", figure(offer.rate)),
    ])
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text))
    .collect::<BTreeMap<_, _>>();
    match offer.flags {
        None => drop(fields.insert("parts".to_owned(), "true".to_owned())),
        Some(flags) => fields.extend(flags.into_iter().map(|flag| (format!("flag.{flag}"), "true".to_owned()))),
    }
    fields
}

/// What a window calls a plan's page.
pub fn title(i18n: I18n, offer: Option<&Offer>) -> String {
    offer.map_or_else(|| t!(i18n, "plan-new"), |offer| i18n.name(&offer.name).to_owned())
}
