//! The page of a search over every record.

use crate::record::search::{SHORTEST, SearchPage};
use crate::t;
use crate::ui::{hit_link, icon, use_i18n};
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
