//! The console of whoever operates the installation. For everybody else there is nothing at these addresses.

pub mod plans;

use super::calls::done_message;
use super::draw::Contents;
use super::forms::come_to_an_end;
use super::plain::{Input, returned};
use super::usage::{self, word};
use crate::i18n::I18n;
use crate::platform::error::{Error, Outcome};
use crate::platform::operator::{self, Asked, CompanyPage, Entry, Health, Line, List, SORTS};
use crate::platform::plan::{FLAGS, LIMITED, Turn};
use crate::platform::tenancy::{Db, whole};
use crate::platform::web::{self, House, OPERATOR, Visit, form_pairs};
use crate::record::page::Message;
use crate::t;
use crate::ui::{self, files, flipped, icon, mark, use_i18n};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use leptos::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn routes() -> Router<House> {
    Router::new()
        .route("/operator/plans/{code}", get(web::render_page).post(plans::change))
        .route("/operator/{company}", get(web::render_page).post(change))
}

/// The page at an address below [`OPERATOR`].
pub async fn page(db: &Db, who: Uuid, path: &[String], query: &[(String, String)]) -> Outcome<Contents> {
    let asked =
        |wanted: &str| query.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.clone()).unwrap_or_default();
    match path {
        [] => {
            let from = asked("from").parse().unwrap_or_default();
            let list = operator::list(db, who, Asked { sought: asked("q"), sort: asked("sort"), from }).await?;
            Ok(Contents::Operator(Box::new(list)))
        }
        [plans] if plans == "plans" => plans::page(db, who, None, &asked("done")).await,
        [plans, code] if plans == "plans" => plans::page(db, who, Some(code), "").await,
        [company] => {
            let company = company.parse().map_err(|_| Error::NotFound)?;
            let done = done_message(&asked("done"));
            Ok(Contents::OperatorCompany(Box::new(operator::company(db, who, company).await?), done))
        }
        _ => Err(Error::NotFound),
    }
}

/// Does what the forms of a company's page ask for.
async fn change(
    State(house): State<House>,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(person) = visit.signed_in.clone() else { return Redirect::to("/sign-in").into_response() };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let (db, form, asked) = (house.db.clone(), fields.clone(), id.clone());
    let done = whole(async move {
        let company: Uuid = asked.parse().map_err(|_| Error::NotFound)?;
        carry_out(&db, person.user, company, &form).await
    });
    let done = done.await.map(|done| format!("{OPERATOR}/{id}?done={done}"));
    come_to_an_end(house, visit, headers, fields, done).await
}

/// Answers with what was done, in one word.
async fn carry_out(db: &Db, who: Uuid, company: Uuid, form: &BTreeMap<String, String>) -> Outcome<&'static str> {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    match text("_do") {
        "give" => {
            let turned = |word: &str| -> Vec<String> {
                let said = |flag: &&str| text(&format!("flag.{flag}")) == word;
                FLAGS.into_iter().filter(said).map(str::to_owned).collect()
            };
            operator::give(db, who, company, text("plan"), &turned("on"), &turned("off")).await?;
            Ok("saved")
        }
        "suspend" => {
            operator::suspend(db, who, company, text("reason")).await?;
            Ok("acted")
        }
        "resume" => {
            operator::resume(db, who, company).await?;
            Ok("acted")
        }
        // Whoever is no operator learns nothing of the forms.
        _ => Err(Error::NotFound),
    }
}

// ------------------------------------------------------------------ companies

/// The companies of the installation.
pub fn list(list: List) -> AnyView {
    let i18n = use_i18n();
    let totals = totals(i18n, &list);
    let bar = filters(i18n, &list.asked);
    let rows = list.lines.iter().map(|line| row(i18n, line)).collect_view();
    let body = if list.lines.is_empty() {
        view! { <div class="empty">{mark()}<h2>{t!(i18n, "list-nothing-found")}</h2></div> }.into_any()
    } else {
        view! {
            <div class="card scroll" tabindex="0" role="region" aria-label=t!(i18n, "operator")><table class="list"><thead><tr>
                <th>{t!(i18n, "operator-company")}</th><th>{t!(i18n, "operator-country")}</th><th>{t!(i18n, "operator-plan")}</th><th class="end">{t!(i18n, "usage-users")}</th>
                <th class="end">{t!(i18n, "usage-records")}</th><th class="end">{t!(i18n, "operator-grown")}</th><th class="end">{t!(i18n, "usage-storage")}</th>
                <th class="end">{t!(i18n, "usage-calls")}</th><th>{t!(i18n, "operator-seen")}</th><th>{t!(i18n, "operator-health")}</th></tr></thead><tbody>{rows}</tbody></table></div>
        }
        .into_any()
    };
    let address = |from: i32| {
        let (sought, sort) = (crate::record::query::encode(&list.asked.sought), &list.asked.sort);
        format!("{OPERATOR}?q={sought}&sort={}&from={from}", crate::record::query::encode(sort))
    };
    let first = (list.asked.from > 0)
        .then(|| view! { <a class="btn" id="first" href=address(0)>{t!(i18n, "report-first")}</a> });
    let later =
        list.later.map(|from| view! { <a class="btn" id="later" href=address(from)>{t!(i18n, "page-after")}</a> });
    view! { {totals}{bar}{body}<div class="foot">{first}<span class="sp"></span>{later}</div> }.into_any()
}

fn totals(i18n: I18n, list: &List) -> AnyView {
    let totals = &list.totals;
    let tile = |label: String, figure: String, note: Option<String>| {
        let note = note.map(|note| view! { <small class="bad">{note}</small> });
        view! { <div class="tile"><span class="lbl">{label}</span><b class="big"><bdi>{figure}</bdi></b>{note}</div> }
    };
    let suspended = (totals.suspended > 0).then(|| t!(i18n, "operator-suspended-count", count = totals.suspended));
    view! {
        <div class="tiles">
            {tile(t!(i18n, "companies"), i18n.integer(totals.companies), suspended)}
            {tile(t!(i18n, "operator-people"), i18n.integer(totals.people), None)}
            {tile(t!(i18n, "usage-records"), i18n.integer(totals.records), None)}
            {tile(t!(i18n, "usage-storage"), files::size(i18n, totals.storage), None)}
            {tile(t!(i18n, "usage-calls"), i18n.integer(totals.calls), None)}
        </div>
    }
    .into_any()
}

fn filters(i18n: I18n, asked: &Asked) -> AnyView {
    let orders = SORTS
        .map(|sort| {
            let chosen = asked.sort == sort;
            view! { <option value=sort selected=chosen>{i18n.format(&format!("operator-sort-{sort}"), None)}</option> }
        })
        .collect_view();
    view! {
        <form class="toolbar" method="get" action=OPERATOR>
            <div class="field"><label for="q">{t!(i18n, "operator-company")}</label><div class="control"><input type="search" id="q" name="q" value=asked.sought.clone() /></div></div>
            <div class="field"><label for="sort">{t!(i18n, "operator-sort")}</label><div class="control"><select id="sort" name="sort">{orders}</select></div></div>
            <button class="btn">{t!(i18n, "show")}</button><span class="sp"></span>
            <a class="btn" href=plans::PLANS>{icon("clipboard-list")}<span>{t!(i18n, "plans")}</span></a>
        </form>
    }
    .into_any()
}

/// A figure that has been measured.
fn measured(i18n: I18n, line: &Line, what: &str, figure: i64) -> String {
    if line.measured { usage::amount(i18n, what, figure) } else { "—".to_owned() }
}

fn row(i18n: I18n, line: &Line) -> AnyView {
    let [users, storage, records, calls] = line.levels;
    let figure = |label: String, figure: String| view! { <td class="end" data-label=label>{figure}</td> };
    let seen = line.seen.as_ref().map_or_else(|| t!(i18n, "operator-never"), |day| i18n.date_text(day));
    let grown = line.grown.map_or("—".to_owned(), |grown| i18n.integer(grown));
    view! {
        <tr><td class="strong"><a href=format!("{OPERATOR}/{}", line.id)><bdi>{i18n.name(&line.name).to_owned()}</bdi></a></td><td>{country(i18n, &line.country)}</td><td>{i18n.name(&line.plan_name).to_owned()}</td>
            {figure(word(i18n, "users"), i18n.integer(users.used))}{figure(word(i18n, "records"), measured(i18n, line, "records", records.used))}
            {figure(t!(i18n, "operator-grown"), grown)}{figure(word(i18n, "storage"), measured(i18n, line, "storage", storage.used))}
            {figure(word(i18n, "calls"), i18n.integer(calls.used))}<td class="soft" data-label=t!(i18n, "operator-seen")>{seen}</td><td>{health(i18n, line)}</td></tr>
    }
    .into_any()
}

fn country(i18n: I18n, code: &str) -> String {
    let id = format!("country-{code}");
    if i18n.has(&id) { i18n.format(&id, None) } else { code.to_owned() }
}

fn health(i18n: I18n, line: &Line) -> AnyView {
    if line.suspended.is_some() {
        return view! { <span class="pill p-void">{t!(i18n, "operator-suspended")}</span> }.into_any();
    }
    let late = |text: String| view! { <span class="pill p-late">{text}</span> };
    let named = |words: Vec<String>| (!words.is_empty()).then(|| i18n.list(&words));
    let reached = named(line.reached().map(|level| word(i18n, level.what)).collect());
    let troubles = named(troubles(i18n, &line.health));
    if reached.is_none() && troubles.is_none() {
        return view! { <span class="pill p-done">{t!(i18n, "operator-well")}</span> }.into_any();
    }
    let reached = reached.map(|limits| late(t!(i18n, "operator-reached", limits = limits)));
    let troubles = troubles.map(|what| late(t!(i18n, "operator-trouble", what = what)));
    view! { {reached}" "{troubles} }.into_any()
}

/// What does not get done, in words.
fn troubles(i18n: I18n, health: &Health) -> Vec<String> {
    let troubles = [
        (health.failed > 0, t!(i18n, "operator-jobs-failed")),
        (health.stuck > 0, t!(i18n, "operator-jobs-stuck")),
        (health.failing > 0, t!(i18n, "operator-hooks-failing")),
        (health.late, t!(i18n, "operator-events-late")),
    ];
    troubles.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect()
}

/// The same in figures, beside what is no trouble but good to know.
fn work(i18n: I18n, health: &Health) -> AnyView {
    let tile = |label: String, figure: String, is_bad: bool, note: String| {
        let tone = if is_bad { "bad" } else { "soft" };
        view! { <div class="tile"><span class="lbl">{label}</span><b class="big"><bdi>{figure}</bdi></b><small class=tone>{note}</small></div> }
    };
    let oldest = health.waiting.as_ref().map_or_else(|| t!(i18n, "operator-none-waits"), |at| i18n.moment(at));
    let archived = health.archived.as_ref().map_or_else(|| t!(i18n, "operator-never"), |day| i18n.date_text(day));
    let of_day = || t!(i18n, "operator-of-day");
    let off = t!(i18n, "operator-hooks-off", count = health.paused);
    view! {
        <section class="card" id="operator-work"><h2 class="sec">{t!(i18n, "operator-work")}</h2><div class="tiles body">
            {tile(t!(i18n, "operator-jobs-failed"), i18n.integer(health.failed), health.failed > 0, of_day())}
            {tile(t!(i18n, "operator-jobs-stuck"), i18n.integer(health.stuck), health.stuck > 0, t!(i18n, "operator-jobs-overdue"))}
            {tile(t!(i18n, "operator-hooks-failing"), i18n.integer(health.failing), health.failing > 0, off)}
            {tile(t!(i18n, "operator-event-oldest"), oldest, health.late, t!(i18n, "operator-utc"))}
            {tile(t!(i18n, "operator-archived"), archived, false, t!(i18n, "operator-archived-hint"))}
            {tile(t!(i18n, "operator-missed"), i18n.integer(health.missed), false, of_day())}
        </div></section>
    }
    .into_any()
}

// ------------------------------------------------------------------ one company

/// One company: its figures, its plan, and what operators did.
pub fn company(page: CompanyPage, done: Option<Message>) -> AnyView {
    let i18n = use_i18n();
    let line = &page.line;
    let rate = page.plans.iter().find(|offer| offer.code == line.plan).and_then(|offer| offer.rate);
    let founded = t!(i18n, "operator-founded", date = i18n.date_text(&line.founded));
    let entries = page.entries.iter().map(|entry| entry_view(i18n, entry)).collect_view();
    let log = (!page.entries.is_empty()).then(|| {
        view! {
            <section class="card"><h2 class="sec">{t!(i18n, "operator-log")}</h2><div class="scroll"><table class="list" id="operator-log"><tbody>{entries}</tbody></table></div></section>
        }
    });
    view! {
        {done.map(|done| ui::done(i18n.message(&done)))}
        <p><a class="btn quiet" href=OPERATOR>{flipped("chevron-left")}<span>{t!(i18n, "operator")}</span></a></p>
        <p class="soft">{country(i18n, &line.country)}" · "{founded}" "{health(i18n, line)}</p>
        {usage::tiles(i18n, &line.levels, rate, &page.days)}
        {work(i18n, &line.health)}
        {usage::history(i18n, &page.days)}
        {plan_form(i18n, &page)}
        {suspension(i18n, line)}
        {log}
    }
    .into_any()
}

fn plan_form(i18n: I18n, page: &CompanyPage) -> AnyView {
    let plans = page
        .plans
        .iter()
        .map(|offer| {
            let chosen = offer.code == page.line.plan;
            view! { <option value=offer.code.clone() selected=chosen>{i18n.name(&offer.name).to_owned()}</option> }
        })
        .collect_view();
    let flags = page
        .line
        .flags
        .iter()
        .map(|(flag, turn)| {
            let id = format!("flag.{flag}");
            let planned = match turn {
                Turn::AsPlanned { on: true } => t!(i18n, "operator-flag-plan-on"),
                Turn::AsPlanned { on: false } => t!(i18n, "operator-flag-plan-off"),
                Turn::On | Turn::Off => t!(i18n, "operator-flag-plan"),
            };
            let choices = [("plan", planned), ("on", t!(i18n, "usage-on")), ("off", t!(i18n, "usage-off"))];
            let choices = choices
                .map(|(word, label)| {
                    let chosen = turn.word() == word;
                    view! { <option value=word selected=chosen>{label}</option> }
                })
                .collect_view();
            view! {
                <div class="field"><label for=id.clone()>{i18n.format(&format!("flag-{flag}"), None)}</label><div class="control"><select id=id.clone() name=id>{choices}</select></div></div>
            }
        })
        .collect_view();
    let address = format!("{OPERATOR}/{}", page.line.id);
    view! {
        <section class="card"><h2 class="sec">{t!(i18n, "operator-plan")}</h2>
            <form class="toolbar body" id="operator-give" method="post" action=address>
                <div class="field"><label for="plan">{t!(i18n, "operator-plan")}</label><div class="control"><select id="plan" name="plan">{plans}</select></div></div>
                {flags}
                <button class="btn pri" name="_do" value="give">{icon("save")}<span>{t!(i18n, "operator-give")}</span></button>
            </form></section>
    }
    .into_any()
}

fn suspension(i18n: I18n, line: &Line) -> AnyView {
    let address = format!("{OPERATOR}/{}", line.id);
    let form = match (&line.suspended, &line.reason) {
        (Some(day), reason) => {
            let since = t!(i18n, "operator-suspended-since", date = i18n.date_text(day));
            view! {
                <form class="toolbar body" id="operator-resume" method="post" action=address><p>{since}" "<bdi>{reason.clone()}</bdi></p>
                    <button class="btn pri" name="_do" value="resume">{icon("check")}<span>{t!(i18n, "operator-resume")}</span></button></form>
            }
            .into_any()
        }
        (None, _) => view! {
            <form class="toolbar body" id="operator-suspend" method="post" action=address>
                {Input::new("reason", t!(i18n, "operator-reason")).narrow().view(i18n, &returned())}
                <button class="btn danger" name="_do" value="suspend">{icon("ban")}<span>{t!(i18n, "operator-suspend")}</span></button></form>
        }
        .into_any(),
    };
    view! { <section class="card"><h2 class="sec">{t!(i18n, "operator-suspension")}</h2>{form}<p class="body hint">{t!(i18n, "operator-suspend-hint")}</p></section> }
        .into_any()
}

/// The plan that an entry tells of: its code, and what was changed of it.
fn plan_of(i18n: I18n, details: &Json) -> Option<String> {
    let (old, new) = (&details["old"], &details["new"]);
    let code = [new, old].into_iter().find_map(|plan| plan["code"].as_str())?;
    let text = |plan: &Json, what: &str| match &plan[what] {
        Json::Number(figure) => usage::amount(i18n, what, figure.as_i64().unwrap_or_default()),
        _ => "—".to_owned(),
    };
    let changed = LIMITED.into_iter().chain(["rate"]).filter(|what| old[*what] != new[*what] && !new.is_null());
    let changes = changed.map(|what| match old.is_null() {
        true => format!("{}: {}", word(i18n, what), text(new, what)),
        false => format!("{}: {} → {}", word(i18n, what), text(old, what), text(new, what)),
    });
    Some([code.to_owned()].into_iter().chain(changes).collect::<Vec<_>>().join(" · "))
}

fn entry_view(i18n: I18n, entry: &Entry) -> AnyView {
    let action = i18n.format(&format!("operator-did-{}", entry.action), None);
    let words = |name: &str| -> Vec<String> {
        let list = entry.details[name].as_array();
        list.into_iter().flatten().filter_map(|word| word.as_str()).map(str::to_owned).collect()
    };
    let flags = |name: &str, state: String| {
        let named = words(name).into_iter().map(|flag| i18n.format(&format!("flag-{flag}"), None)).collect::<Vec<_>>();
        (!named.is_empty()).then(|| format!("{state}: {}", i18n.list(&named)))
    };
    let parts = [
        Some(words("plan").join(" → ")).filter(|plan| !plan.is_empty()),
        plan_of(i18n, &entry.details),
        flags("on", t!(i18n, "usage-on")),
        flags("off", t!(i18n, "usage-off")),
        entry.details["reason"].as_str().map(str::to_owned),
    ];
    let details = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <tr><td class="soft">{i18n.moment(&entry.at)}</td><td><bdi>{entry.operator.clone()}</bdi></td><td>{action}</td><td class="wrap"><bdi>{details}</bdi></td></tr>
    }
    .into_any()
}
