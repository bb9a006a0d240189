//! Signing in, signing up, choosing a company. Plain forms: they work before and without scripts.

use super::draw::Choice;
use super::frame::language_switch;
use super::plain::{Input, general_faults, returned};
use crate::i18n::I18n;
use crate::platform::web::{OPERATOR, PlainForm};
use crate::record::Names;
use crate::record::money::CURRENCIES;
use crate::t;
use crate::ui::{icon, mark, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

fn card(i18n: I18n, title: String, lead: String, body: AnyView, other: AnyView) -> AnyView {
    view! {
        <main>
            <section class="auth-card">
                <div class="brand">{mark()}<span>{t!(i18n, "diwan")}</span><span class="sp"></span>{language_switch(i18n, Signal::stored(false))}</div>
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                {body}
                <p class="alt">{other}</p>
            </section>
            <aside class="auth-art" aria-hidden="true"></aside>
        </main>
    }
    .into_any()
}

pub fn sign_in() -> impl IntoView {
    let i18n = use_i18n();
    let form = returned();
    let next = untrack(|| use_query_map().get().get("next")).or(form.fields.get("next").cloned()).unwrap_or_default();
    let body = view! {
        <form class="stack" method="post" action="/sign-in">
            <input type="hidden" name="next" value=next />
            {general_faults(i18n, &form)}
            {Input::new("email", t!(i18n, "email")).email().view(i18n, &form)}
            {Input::new("password", t!(i18n, "password")).password("current-password").view(i18n, &form)}
            <button class="btn pri wide">{t!(i18n, "sign-in")}</button>
        </form>
    }
    .into_any();
    let other =
        view! { {t!(i18n, "sign-in-no-company")}" "<a href="/sign-up" rel="external">{t!(i18n, "sign-up")}</a> }
            .into_any();
    card(i18n, t!(i18n, "sign-in"), t!(i18n, "sign-in-lead"), body, other)
}

/// Countries with a template: code and the message that names it.
const COUNTRIES: [&str; 4] = ["SA", "AE", "EG", "XX"];

/// The choice of a country, on which a company is founded.
fn countries(i18n: I18n, form: &PlainForm) -> AnyView {
    let chosen = form.fields.get("country").cloned().unwrap_or_else(|| "SA".to_owned());
    let cards = COUNTRIES
        .map(|code| {
            let checked = chosen == code;
            let hint = i18n.format(&format!("country-{code}-hint"), None);
            view! {
                <label class="radio-card"><input type="radio" name="country" value=code checked=checked /><b>{i18n.format(&format!("country-{code}"), None)}</b><small>{hint}</small></label>
            }
        })
        .collect_view();
    let chosen = form.fields.get("currency").map_or("USD", String::as_str);
    let currencies = CURRENCIES
        .iter()
        .map(|currency| view! { <option value=currency.code selected=currency.code == chosen>{currency.code}</option> })
        .collect_view();
    let fault = form.refusals.iter().find(|r| r.field.as_deref() == Some("currency")).map(|r| i18n.message(&r.message));
    view! {
        <fieldset class="field wide"><legend>{t!(i18n, "sign-up-country")}</legend><div class="radio-cards">{cards}</div></fieldset>
        <div class="field wide elsewhere"><label for="currency">{t!(i18n, "sign-up-currency")}</label>
            <div class="control"><select id="currency" name="currency">{currencies}</select></div>
            {fault.map(|text| view! { <small class="err">{text}</small> })}</div>
    }
    .into_any()
}

pub fn sign_up() -> impl IntoView {
    let i18n = use_i18n();
    let form = returned();
    let body = view! {
        <form class="stack" method="post" action="/sign-up">
            {general_faults(i18n, &form)}
            {Input::new("company", t!(i18n, "sign-up-company")).autocomplete("organization").view(i18n, &form)}
            {countries(i18n, &form)}
            {Input::new("name", t!(i18n, "sign-up-name")).autocomplete("name").view(i18n, &form)}
            {Input::new("email", t!(i18n, "email")).email().view(i18n, &form)}
            {Input::new("password", t!(i18n, "password")).password("new-password").view(i18n, &form)}
            <small class="hint">{t!(i18n, "password-hint")}</small>
            <button class="btn pri wide">{t!(i18n, "sign-up-submit")}</button>
        </form>
    }
    .into_any();
    let other =
        view! { {t!(i18n, "sign-up-have")}" "<a href="/sign-in" rel="external">{t!(i18n, "sign-in")}</a> }.into_any();
    card(i18n, t!(i18n, "sign-up"), t!(i18n, "sign-up-lead"), body, other)
}

/// Who was invited where, as the page of the invitation shows it.
#[derive(Clone, Debug)]
pub struct Invitee {
    pub company: Names,
    pub email: String,
    pub name: String,
    pub token: String,
}

/// An invited person joins: with a new account, or with the one they have.
pub fn join() -> impl IntoView {
    let i18n = use_i18n();
    let mut form = returned();
    let sign_in = || view! { <a href="/sign-in" rel="external">{t!(i18n, "sign-in")}</a> }.into_any();
    let Some(invitee) = use_context::<super::forms::join::Invited>().and_then(|invited| invited.0) else {
        return card(i18n, t!(i18n, "join-ended"), t!(i18n, "join-ended-hint"), ().into_any(), sign_in());
    };
    form.fields.entry("name".to_owned()).or_insert(invitee.name);
    let body = view! {
        <form class="stack" method="post" action="/join">
            <input type="hidden" name="token" value=invitee.token />
            {general_faults(i18n, &form)}
            {Input::new("name", t!(i18n, "sign-up-name")).autocomplete("name").view(i18n, &form)}
            {Input::new("password", t!(i18n, "password")).password("current-password").view(i18n, &form)}
            <small class="hint">{t!(i18n, "password-hint")}</small>
            <button class="btn pri wide">{t!(i18n, "join-submit")}</button>
        </form>
    }
    .into_any();
    let company = i18n.name(&invitee.company).to_owned();
    card(i18n, t!(i18n, "join", company = company), t!(i18n, "join-lead", email = invitee.email), body, sign_in())
}

/// One more company for somebody who is signed in.
pub fn new_company() -> AnyView {
    let i18n = use_i18n();
    let form = returned();
    view! {
        <section class="card">
            <p class="lead">{t!(i18n, "company-add-lead")}</p>
            <form class="stack" method="post" action="/companies/new">
                {general_faults(i18n, &form)}
                {Input::new("company", t!(i18n, "sign-up-company")).autocomplete("organization").view(i18n, &form)}
                {countries(i18n, &form)}
                <button class="btn pri">{t!(i18n, "sign-up-submit")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// The companies of the signed-in person; and the way to all others, for whoever operates the installation.
pub fn companies(companies: Vec<Choice>, operates: bool) -> AnyView {
    let i18n = use_i18n();
    let items = companies
        .into_iter()
        .map(|c| {
            let pill = c.current.then(|| view! { <span class="pill p-done">{t!(i18n, "company-current")}</span> });
            let disabled = c.current;
            view! {
                <li><form method="post" action="/company"><input type="hidden" name="company" value=c.id.to_string() />
                    <button class="btn quiet" disabled=disabled>{icon("building-2")}<span><bdi>{i18n.name(&c.name).to_owned()}</bdi></span></button>
                    {pill}</form></li>
            }
        })
        .collect_view();
    let console = operates.then(|| {
        view! { <p><a class="btn" href=OPERATOR>{icon("building-2")}<span>{t!(i18n, "operator")}</span></a></p> }
    });
    view! {
        <section class="card"><ul class="waits">{items}</ul>
            <a class="btn" href="/companies/new">{icon("plus")}<span>{t!(i18n, "company-add")}</span></a></section>
        {console}
    }
    .into_any()
}
