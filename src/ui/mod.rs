//! The design system: icons, pills, fields, tables, forms, charts. No business word is in it; whoever draws with it answers
//! what it asks, through [`port`].

#[cfg(feature = "hydrate")]
pub mod browser;
pub mod change;
pub mod chart;
pub mod comments;
pub mod field;
pub mod files;
pub mod form;
pub mod in_place;
pub mod keys;
pub mod list;
pub mod offers;
#[cfg(feature = "hydrate")]
pub mod palette;
pub mod port;
pub mod rights;
pub mod rows;
pub mod toggle;
#[cfg(feature = "hydrate")]
pub mod upload;

use crate::i18n::I18n;
use crate::record::Record;
use crate::record::custom::{CustomField, extend};
use crate::record::search::Hit;
use crate::t;
use leptos::prelude::*;
use port::Port;

/// An icon of the sprite.
pub fn icon(name: &str) -> impl IntoView + use<> {
    let href = format!("/icons.svg#i-{name}");
    view! { <svg class="i" aria-hidden="true"><use href=href></use></svg> }
}

/// An icon that means a direction and turns around in Arabic.
pub fn flipped(name: &str) -> impl IntoView + use<> {
    let href = format!("/icons.svg#i-{name}");
    view! { <svg class="i flip" aria-hidden="true"><use href=href></use></svg> }
}

/// The mark of the house.
pub fn mark() -> impl IntoView {
    view! { <svg class="i mark" aria-hidden="true"><use href="/icons.svg#i-khatam"></use></svg> }
}

/// A state as a coloured word.
pub fn pill(i18n: I18n, record: &'static Record, state: &str) -> AnyView {
    let tone = record.state(state).map_or("p-draft", |s| s.tone.class());
    view! { <span class=format!("pill {tone}")>{i18n.state(record, state)}</span> }.into_any()
}

/// What was just done, in words.
pub fn done(text: String) -> AnyView {
    view! { <div class="notice good" role="status">{icon("circle-check")}<div>{text}</div></div> }.into_any()
}

/// The description of a record with what the reader's company has added to it.
pub fn described(record: &str, custom: &[CustomField]) -> Option<&'static Record> {
    Some(extend(use_port().record(record)?, custom))
}

/// The reader's language.
pub fn use_i18n() -> I18n {
    expect_context::<I18n>()
}

/// Whom the design system draws for. Read while a view is built: what happens later knows no context.
pub fn use_port() -> &'static dyn Port {
    expect_context::<&'static dyn Port>()
}

/// A link to a record that was found, recognisable by its type, its title and what stands beside it.
pub fn hit_link(i18n: I18n, hit: &Hit, id: Option<String>) -> AnyView {
    let Some(record) = use_port().record(&hit.record) else {
        return view! { <a href=hit.hint.clone() id=id>{icon("star")}<bdi>{hit.title.clone()}</bdi></a> }.into_any();
    };
    let href = if record.single { format!("/{}", record.path) } else { format!("/{}/{}", record.path, hit.id) };
    let title = if hit.title.is_empty() { t!(i18n, "unnumbered") } else { i18n.label(&hit.title) };
    let hint = hit.hint.as_deref().map(|hint| view! { <bdi class="hint">{i18n.label(hint)}</bdi> });
    let state = hit.state.as_deref().map(|state| pill(i18n, record, state));
    view! { <a href=href id=id>{icon(record.icon)}<bdi>{title}</bdi>{hint}<small>{i18n.record(record)}</small>{state}</a> }
        .into_any()
}

/// Text of several lines. The one place that writes the tag: its children must be escaped.
pub fn text_area(
    name: String,
    id: String,
    text: String,
    invalid: bool,
    on_input: impl Fn(String) + 'static,
) -> AnyView {
    view! {
        <textarea name=name id=id rows="3" dir="auto" aria-invalid=invalid.to_string() on:input=move |event| on_input(event_target_value(&event))>{text}</textarea>
    }
    .into_any()
}
