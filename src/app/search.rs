//! Search over every record: its page, and how a record that was found looks.

use crate::i18n::I18n;
use crate::modules;
use crate::record::search::{Hit, SHORTEST, SearchPage};
use crate::t;
use crate::ui::{icon, pill, use_i18n};
use leptos::prelude::*;

/// What was found.
pub fn view(page: SearchPage) -> AnyView {
    let i18n = use_i18n();
    let text = page.text.clone();
    let found = match page.hits.is_empty() {
        false => {
            let hits = page.hits.iter().map(|hit| view! { <li>{hit_link(i18n, hit, None)}</li> }).collect_view();
            view! { <ul class="hits">{hits}</ul> }.into_any()
        }
        true if text.trim().is_empty() => ().into_any(),
        true if text.trim().chars().count() < SHORTEST => {
            view! { <p>{t!(i18n, "search-short", least = SHORTEST)}</p> }.into_any()
        }
        true => view! { <p>{t!(i18n, "search-nothing", text = page.text)}</p> }.into_any(),
    };
    view! {
        <div class="filters"><form class="chip search" method="get" action="/search" role="search">{icon("search")}
            <input type="search" name="q" id="search" value=text placeholder=t!(i18n, "search-title") aria-label=t!(i18n, "search-title") />
        </form></div>
        {found}
    }
    .into_any()
}

/// A link to a record that was found, recognisable by its type, its title and what stands beside it.
pub fn hit_link(i18n: I18n, hit: &Hit, id: Option<String>) -> AnyView {
    let Some(record) = modules::record(&hit.record) else {
        return view! { <a href=hit.hint.clone() id=id>{icon("star")}<bdi>{hit.title.clone()}</bdi></a> }.into_any();
    };
    let href = if record.single { format!("/{}", record.path) } else { format!("/{}/{}", record.path, hit.id) };
    let title = if hit.title.is_empty() { t!(i18n, "unnumbered") } else { i18n.label(&hit.title) };
    let hint = hit.hint.as_deref().map(|hint| view! { <bdi class="hint">{i18n.label(hint)}</bdi> });
    let state = hit.state.as_deref().map(|state| pill(i18n, record, state));
    view! { <a href=href id=id>{icon(record.icon)}<bdi>{title}</bdi>{hint}<small>{i18n.record(record)}</small>{state}</a> }
        .into_any()
}
