//! What a typeahead offers below its box: asked for while somebody types, chosen by keys or pointer.

use super::port::Port;
use super::use_port;
use crate::i18n::I18n;
use crate::record::page::Suggestion;
use crate::t;
use leptos::prelude::*;

/// The offers of one box.
#[derive(Clone, Copy)]
pub struct Offers {
    found: RwSignal<Vec<Suggestion>>,
    open: RwSignal<bool>,
    at: RwSignal<usize>,
    /// Whether somebody typed for it or went into the list: only then do keys choose. A list that opened by itself lets them pass.
    entered: StoredValue<bool>,
    asked: StoredValue<u32>,
    /// Whether the answer to what was typed last is still to come: a scanner is done by then, and what it typed is looked up
    /// like any text.
    late: StoredValue<bool>,
    /// Whether it says that there is nothing, rather than nothing at all.
    says_none: bool,
    port: &'static dyn Port,
}

impl Offers {
    /// Nothing yet.
    pub fn shut(says_none: bool) -> Offers {
        Offers {
            found: RwSignal::new(Vec::new()),
            open: RwSignal::new(false),
            at: RwSignal::new(0),
            entered: StoredValue::new(false),
            asked: StoredValue::new(0),
            late: StoredValue::new(false),
            says_none,
            port: use_port(),
        }
    }

    pub fn is_open(self) -> bool {
        self.open.get()
    }

    /// Asks soon what there is for a text, unless more is typed meanwhile; see [`Port::lookup`].
    pub fn ask(self, among: String, text: String) {
        let Some(number) = self.asked.try_get_value().map(|n| n + 1) else { return };
        self.asked.set_value(number);
        self.late.set_value(true);
        self.entered.set_value(!text.is_empty());
        // The box may be gone when the time has passed or the answer comes.
        let is_latest = move || self.asked.try_get_value() == Some(number);
        let work = move || {
            if !is_latest() {
                return;
            }
            leptos::task::spawn_local(async move {
                if let Some(found) = self.port.lookup(among, text).await
                    && is_latest()
                {
                    self.late.set_value(false);
                    self.at.set(0);
                    self.open.set(self.says_none || !found.is_empty());
                    self.found.set(found);
                }
            });
        };
        let _ = set_timeout(work, std::time::Duration::from_millis(90));
    }

    /// Offers nothing any more, whatever is still on its way. `false` when the box is gone.
    pub fn shut_up(self) -> bool {
        if self.asked.try_update_value(|n| *n += 1).is_none() {
            return false;
        }
        self.open.set(false);
        true
    }

    /// What a key does to the list while it is open. Answers with what was chosen. In a grid the arrows alone go from row to
    /// row; with Alt they go into the list, as in a box of choices.
    pub fn key(self, event: &leptos::ev::KeyboardEvent, in_grid: bool) -> Option<Suggestion> {
        if !self.open.get_untracked() {
            return None;
        }
        let last = self.found.with_untracked(Vec::len).saturating_sub(1);
        let mut chosen = None;
        match (event.code().as_str(), self.entered.get_value()) {
            ("ArrowDown", false) if event.alt_key() || !in_grid => {
                self.entered.set_value(true);
                self.at.set(0);
            }
            ("ArrowDown" | "ArrowUp", true) => {
                // Whoever goes through the list means what stands in it: an answer that is still to come is too late.
                self.asked.update_value(|n| *n += 1);
                self.late.set_value(false);
                let down = event.code() == "ArrowDown";
                self.at.update(|i| *i = if down { (*i + 1).min(last) } else { i.saturating_sub(1) });
            }
            ("Enter" | "NumpadEnter" | "Tab", true) if !self.late.get_value() => {
                chosen = self.found.with_untracked(|found| found.get(self.at.get_untracked()).cloned());
                if event.code() == "Tab" {
                    return chosen;
                }
            }
            ("Escape", _) => self.open.set(false),
            _ => return None,
        }
        event.prevent_default();
        event.stop_propagation();
        chosen
    }

    /// The list itself.
    pub fn list(self, i18n: I18n, id: String, choose: Callback<Suggestion>) -> AnyView {
        let options = move || {
            let chosen = self.at.get();
            self.found
                .get()
                .into_iter()
                .enumerate()
                .map(|(i, suggestion)| {
                    let title = i18n.label(&suggestion.title);
                    let hint = suggestion.hint.as_deref().map(|h| i18n.label(h));
                    view! {
                        <li role="option" aria-selected=(i == chosen).to_string()
                            on:mousedown=move |event| { event.prevent_default(); choose.run(suggestion.clone()) }>
                            <b>{title}</b>{hint.map(|h| view! { <small><bdi class="code">{h}</bdi></small> })}
                        </li>
                    }
                })
                .collect_view()
        };
        let none = move || {
            let nothing = self.says_none && self.found.with(Vec::is_empty);
            nothing.then(|| view! { <li class="none">{t!(i18n, "lookup-none")}</li> })
        };
        view! { <ul class="options" role="listbox" id=id hidden=move || !self.open.get()>{options}{none}</ul> }
            .into_any()
    }
}
