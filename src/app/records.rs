//! The list and the form of any record.

use super::calls::{self, Failure};
use super::frame::{LanguageForm, frame};
use crate::i18n::I18n;
use crate::record::Record;
use crate::ui::{self, mark, use_i18n};
use crate::{modules, t};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

fn pairs() -> Vec<(String, String)> {
    use_query_map().get().into_iter().map(|(name, text)| (name.into_owned(), text)).collect()
}

/// The path parameter of the record type.
fn path() -> String {
    use_params_map().get().get("path").unwrap_or_default()
}

fn crumb(i18n: I18n, record: Option<&'static Record>, within: bool) -> Vec<(String, Option<String>)> {
    let Some(record) = record else { return Vec::new() };
    let module = i18n.format(&format!("module-{}", record.module), None);
    vec![(module, None), (i18n.records(record), within.then(|| format!("/{}", record.path)))]
}

/// The list of a record type.
pub fn list() -> impl IntoView {
    let i18n = use_i18n();
    let asked = Memo::new(move |_| (path(), pairs()));
    let page = Resource::new(move || asked.get(), |(path, query)| calls::load_list(path, query));
    let notice = move || {
        let done = use_query_map().get().get("done")?;
        Some(i18n.message(&calls::done_message(&done)?))
    };
    let body = view! {
        <Transition fallback=skeleton>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => ui::list::view(page, notice()),
                    Err(failure) => failed(&failure),
                }
            })}
        </Transition>
    }
    .into_any();
    let record = untrack(|| modules::record_at(&path()));
    frame_for(record, body)
}

fn frame_for(record: Option<&'static Record>, body: AnyView) -> AnyView {
    let current = record.map_or(String::new(), |r| format!("/{}", r.path));
    frame(current, crumb(use_i18n(), record, false), body)
}

/// The form of a record.
pub fn form() -> impl IntoView {
    let i18n = use_i18n();
    let id = move || use_params_map().get().get("id").unwrap_or_default();
    let asked = Memo::new(move |_| (path(), id(), pairs()));
    let page = Resource::new(move || asked.get(), |(path, id, query)| calls::load_form(path, id, query));
    let body = view! {
        <Transition fallback=skeleton>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => ui::form::view(page),
                    Err(failure) => failed(&failure),
                }
            })}
        </Transition>
    }
    .into_any();
    let record = untrack(|| modules::record_at(&path()));
    provide_context(LanguageForm("record-form"));
    let current = record.map_or(String::new(), |r| format!("/{}", r.path));
    frame(current, crumb(i18n, record, true), body)
}

/// Shown where a wait is longer than a blink.
pub fn skeleton() -> impl IntoView {
    view! { <div class="skeleton"></div> }
}

/// An error as a page: what happened and what the reader can do. The status of the answer follows it.
pub fn failed(failure: &Failure) -> AnyView {
    let i18n = use_i18n();
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(failure.status)
    {
        response.set_status(status);
    }
    let title = match failure.status {
        404 => t!(i18n, "error-404"),
        403 => t!(i18n, "error-403"),
        _ => t!(i18n, "error-500"),
    };
    view! {
        <div class="empty">{mark()}<h2>{title}</h2><p>{i18n.message(&failure.message)}</p>
            <div class="acts"><a class="btn" href="/" rel="external">{t!(i18n, "to-home")}</a></div></div>
    }
    .into_any()
}

/// A path that is nothing of ours.
pub fn missing() -> impl IntoView {
    let failure = Failure { status: 404, message: crate::record::page::Message::new("error-not-found") };
    let body = failed(&failure);
    frame(String::new(), Vec::new(), body)
}
