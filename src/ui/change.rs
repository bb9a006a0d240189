//! One field of one row that is changed where the row stands: asked of the server, and what came of it said in a corner of the
//! page, with the way back.

use crate::i18n::I18n;
use crate::record::{Field, Record};
use crate::t;
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

/// A field of a row, and where to say what became of it.
#[derive(Clone, Copy)]
pub struct Place {
    pub i18n: I18n,
    pub record: &'static Record,
    pub field: &'static Field,
    pub id: Uuid,
    pub saying: Saying,
}

impl Place {
    /// What the server is asked for: the row, the field and its value.
    pub fn order(self, text: &str) -> String {
        format!("{}.{}.{text}", self.id, self.field.name)
    }

    /// Asks the server for this value in place of another, its canonical text. What stands in the way, a third value that
    /// somebody else has given it meanwhile for one, comes back in the reader's words.
    #[cfg(feature = "hydrate")]
    pub async fn ask(self, text: &str, was: Option<&str>) -> Result<(), String> {
        use super::upload::{ask, text as text_of};
        use crate::record::query::encode;
        let address = format!("/{}/set", self.record.path);
        let (order, was) = (encode(&self.order(text)), encode(was.unwrap_or_default()));
        let body = format!("set={order}&was={was}");
        let headers = [("accept", "text/plain"), ("content-type", "application/x-www-form-urlencoded")];
        let answer = ask("POST", &address, &headers, Some(&body.into())).await;
        let reason = match &answer {
            Some(answer) if answer.status() == 204 => return Ok(()),
            Some(answer) => text_of(answer).await,
            None => None,
        };
        Err(reason.unwrap_or_else(|| t!(self.i18n, "set-lost")))
    }

    /// Says that the field now holds this, in the reader's words.
    #[cfg(feature = "hydrate")]
    pub fn say_done(self, value: String, undo: Callback<()>) {
        let field = self.i18n.field(self.record, self.field.name);
        self.say(t!(self.i18n, "set-done", field = field, value = value), Some(undo));
    }

    /// Says it for a while.
    #[cfg(feature = "hydrate")]
    pub fn say(self, text: String, undo: Option<Callback<()>>) {
        let (saying, at) = (self.saying, js_sys::Date::now());
        if saying.try_set(Some(Said { text, undo, at })).is_none() {
            super::browser::after(SAID_FOR, move || {
                let _ = saying.try_update(|said| {
                    said.take_if(|said| said.at == at);
                });
            });
        }
    }
}
