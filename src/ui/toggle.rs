//! A yes or no of a list that is changed where it stands: on the screen at once, taken back when the server refuses it or the
//! reader thinks better of it. Without scripts it is a button of a form.

use super::list::BULK;
use crate::i18n::I18n;
use crate::record::page::Cell;
use crate::record::{Field, Record};
use crate::t;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use uuid::Uuid;

/// What was just changed, or why not, with the way back.
#[derive(Clone)]
pub struct Said {
    text: String,
    undo: Option<Callback<()>>,
    /// When it was said, in milliseconds of the browser's clock.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code))]
    at: f64,
}

/// How long it stands there, in milliseconds.
#[cfg(feature = "hydrate")]
const SAID_FOR: i32 = 8_000;

/// Where a list says it.
pub type Saying = RwSignal<Option<Said>>;

/// The corner in which it is said.
pub fn corner(i18n: I18n, saying: Saying) -> AnyView {
    let content = move || {
        saying.get().map(|said| {
            let undo = said.undo.map(|undo| {
                view! { <button type="button" id="undo" on:click=move |_| undo.run(())>{t!(i18n, "undo")}</button> }
            });
            view! { <div class="toast"><span>{said.text}</span>{undo}</div> }
        })
    };
    view! { <div class="toasts" role="status">{content}</div> }.into_any()
}

/// The switch of one cell.
pub fn toggle(
    i18n: I18n,
    record: &'static Record,
    field: &'static Field,
    id: Uuid,
    cell: &Cell,
    saying: Saying,
) -> AnyView {
    let on = RwSignal::new(cell.text.as_deref() == Some("true"));
    let switch = Switch { i18n, record, field, id, on, saying };
    view! {
        <button class="toggle" role="switch" form=BULK formaction=format!("/{}/set", record.path) name="set" value=move || switch.order(!on.get())
            aria-checked=move || on.get().to_string() aria-label=i18n.field(record, field.name)
            on:click=move |event| switch.clicked(&event)>
            <i></i><span>{move || i18n.yes_or_no(on.get())}</span></button>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Switch {
    i18n: I18n,
    record: &'static Record,
    field: &'static Field,
    id: Uuid,
    on: RwSignal<bool>,
    saying: Saying,
}

impl Switch {
    /// What the server is asked for: the row, the field and its value.
    fn order(self, on: bool) -> String {
        format!("{}.{}.{on}", self.id, self.field.name)
    }

    #[cfg(not(feature = "hydrate"))]
    fn clicked(self, _: &MouseEvent) {
        let _ = (self.i18n, self.record, self.on, self.saying);
    }

    #[cfg(feature = "hydrate")]
    fn clicked(self, event: &MouseEvent) {
        event.prevent_default();
        self.turn(!self.on.get_untracked());
    }

    /// Shows it turned, asks the server to, and turns it back when that fails.
    #[cfg(feature = "hydrate")]
    fn turn(self, on: bool) {
        use super::upload::{ask, text};
        if self.on.try_set(on).is_some() {
            return;
        }
        let address = format!("/{}/set", self.record.path);
        let body = format!("set={}", self.order(on));
        leptos::task::spawn_local(async move {
            let headers = [("accept", "text/plain"), ("content-type", "application/x-www-form-urlencoded")];
            let answer = ask("POST", &address, &headers, Some(&body.into())).await;
            let (text, undo) = match answer {
                Some(answer) if answer.status() == 204 => {
                    let value = self.i18n.yes_or_no(on);
                    let text =
                        t!(self.i18n, "set-done", field = self.i18n.field(self.record, self.field.name), value = value);
                    (text, Some(Callback::new(move |()| self.turn(!on))))
                }
                refused => {
                    let _ = self.on.try_set(!on);
                    let reason = match &refused {
                        Some(answer) => text(answer).await,
                        None => None,
                    };
                    (reason.unwrap_or_else(|| t!(self.i18n, "set-lost")), None)
                }
            };
            let at = js_sys::Date::now();
            if self.saying.try_set(Some(Said { text, undo, at })).is_none() {
                super::browser::after(SAID_FOR, move || {
                    let _ = self.saying.try_update(|said| {
                        said.take_if(|said| said.at == at);
                    });
                });
            }
        });
    }
}
