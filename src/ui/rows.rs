//! The rows of a list: those of its page, and with scripts those of the next pages as the reader comes near the end.
//!
//! Each page is a table body of its own. Bodies far from what is seen keep their height and their ticks, and are not laid out.

use super::list::row_view;
use crate::record::page::{ListPage, Row};
use crate::record::{Field, Record};
use leptos::prelude::*;
use std::sync::Arc;

/// The pages that have come, each with its place. Cheap to copy, however many they are.
type Pages = Vec<(usize, Arc<[Row]>)>;

/// Rows that are loaded at most without turning the page.
#[cfg(feature = "hydrate")]
const MOST: usize = 5_000;

/// The table bodies. `next` is the place after the last row, which the link to the next page follows.
pub fn bodies(
    record: &'static Record,
    columns: Vec<&'static Field>,
    page: &ListPage,
    next: RwSignal<Option<String>>,
) -> AnyView {
    let i18n = super::use_i18n();
    let pages = RwSignal::new(Pages::from([(0, page.rows.as_slice().into())]));
    let about = StoredValue::new(ListPage { rows: Vec::new(), ..page.clone() });
    let columns = StoredValue::new(columns);
    #[cfg(feature = "hydrate")]
    live::follow(record, page.query.from_start(), pages, next);
    #[cfg(not(feature = "hydrate"))]
    let _ = next;
    view! {
        <For each=move || pages.get() key=|(at, _)| *at let((_, rows))>
            <tbody>{rows.iter().map(|row| row_view(i18n, record, columns, row, about)).collect_view()}</tbody>
        </For>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod live {
    use super::{MOST, Pages};
    use crate::record::Record;
    use crate::record::query::Query;
    use crate::ui::use_port;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use web_sys::{DomRect, HtmlElement};

    /// Lays out what is near, lets go of what is far, and loads the next page in time.
    pub fn follow(record: &'static Record, query: Query, pages: RwSignal<Pages>, next: RwSignal<Option<String>>) {
        let port = use_port();
        let waiting = StoredValue::new(false);
        let look = move || {
            let Some(last) = settle() else { return };
            let loaded: usize = pages.with_untracked(|pages| pages.iter().map(|(_, rows)| rows.len()).sum());
            let Some(after) = next.get_untracked().filter(|_| last && loaded < MOST && !waiting.get_value()) else {
                return;
            };
            waiting.set_value(true);
            let query = Query { after: Some(after), ..query.clone() };
            leptos::task::spawn_local(async move {
                let answer = port.list(record, &query).await;
                // The list may be gone by now, or the way to the server; the link to the next page stays.
                if waiting.try_set_value(false).is_none()
                    && let Some(page) = answer
                {
                    next.set(page.after);
                    pages.update(|pages| pages.push((pages.len(), page.rows.into())));
                }
            });
        };
        let looking = StoredValue::new(false);
        // Scrolling happens in the table on a wide screen and in the window on a phone; both are heard on the way down.
        let listener = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || {
            if looking.try_get_value() == Some(false) {
                looking.set_value(true);
                let look = look.clone();
                let _ = request_animation_frame(move || {
                    if looking.try_set_value(false).is_none() {
                        look();
                    }
                });
            }
        });
        super::super::browser::while_here("scroll", listener);
    }

    /// Decides for each body whether it is near; answers whether the last one is. `None` without bodies.
    fn settle() -> Option<bool> {
        let bodies = document().query_selector_all("table.list > tbody").ok()?;
        let height = window().inner_height().ok()?.as_f64()?;
        let bodies: Vec<HtmlElement> = (0..bodies.length()).filter_map(|at| bodies.item(at)?.dyn_into().ok()).collect();
        // Every place is read before anything is written: a write between two reads lays the page out anew.
        let places: Vec<DomRect> = bodies.iter().map(|body| body.get_bounding_client_rect()).collect();
        for (body, place) in bodies.iter().zip(&places) {
            let is_near = place.bottom() > -height && place.top() < 2.0 * height;
            if is_near != body.class_name().is_empty() {
                let _ = body.style().set_property("--h", &format!("{}px", place.height()));
                body.set_class_name(if is_near { "" } else { "away" });
            }
        }
        Some(places.last()?.bottom() < 2.0 * height)
    }
}
