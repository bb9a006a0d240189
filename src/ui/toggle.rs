//! A yes or no of a list that is changed where it stands: on the screen at once, taken back when the server refuses it or the
//! reader thinks better of it. Without scripts it is a button of a form.

use super::change::Place;
use super::list::BULK;
use crate::record::page::Cell;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// The switch of one cell.
pub fn toggle(place: Place, cell: &Cell) -> AnyView {
    let Place { i18n, record, field, .. } = place;
    let on = RwSignal::new(cell.text.as_deref() == Some("true"));
    let switch = Switch { place, on };
    view! {
        <button class="toggle" role="switch" form=BULK formaction=format!("/{}/set", record.path) name="set" value=move || place.order(&(!on.get()).to_string())
            aria-checked=move || on.get().to_string() aria-label=i18n.field(record, field.name)
            on:click=move |event| switch.clicked(&event)>
            <i></i><span>{move || i18n.yes_or_no(on.get())}</span></button>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Switch {
    place: Place,
    on: RwSignal<bool>,
}

impl Switch {
    #[cfg(not(feature = "hydrate"))]
    fn clicked(self, _: &MouseEvent) {
        let _ = (self.place, self.on);
    }

    #[cfg(feature = "hydrate")]
    fn clicked(self, event: &MouseEvent) {
        event.prevent_default();
        self.turn(!self.on.get_untracked());
    }

    /// Shows it turned, asks the server to, and turns it back when that fails.
    #[cfg(feature = "hydrate")]
    fn turn(self, on: bool) {
        if self.on.try_set(on).is_some() {
            return;
        }
        leptos::task::spawn_local(async move {
            match self.place.ask(&on.to_string(), Some(if on { "false" } else { "true" })).await {
                Ok(()) => {
                    let undo = Callback::new(move |()| self.turn(!on));
                    self.place.say_done(self.place.i18n.yes_or_no(on), undo);
                }
                Err(reason) => {
                    let _ = self.on.try_set(!on);
                    self.place.say(reason, None);
                }
            }
        });
    }
}
