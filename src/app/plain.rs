//! Forms that belong to no record: drawn with what was typed and with what stands in the way, when they come back.

use crate::i18n::I18n;
use crate::platform::web::{PlainForm, Visit};
use crate::ui::icon;
use leptos::prelude::*;

/// A form as it came back; an empty one when it did not.
pub fn returned() -> PlainForm {
    let plain = use_context::<Visit>().and_then(|visit| visit.plain);
    plain.map(|form| (*form).clone()).unwrap_or_default()
}

/// A field that is typed into. It must be filled, unless told otherwise.
pub struct Input {
    name: &'static str,
    label: String,
    kind: &'static str,
    autocomplete: &'static str,
    direction: &'static str,
    required: bool,
    locked: bool,
    wide: bool,
    hint: Option<String>,
}

impl Input {
    pub fn new(name: &'static str, label: String) -> Input {
        let (kind, autocomplete, direction) = ("text", "off", "auto");
        Input { name, label, kind, autocomplete, direction, required: true, locked: false, wide: true, hint: None }
    }

    /// What a browser fills in by itself.
    pub fn autocomplete(self, autocomplete: &'static str) -> Input {
        Input { autocomplete, ..self }
    }

    pub fn email(self) -> Input {
        Input { kind: "email", direction: "ltr", ..self.autocomplete("username") }
    }

    pub fn password(self, autocomplete: &'static str) -> Input {
        Input { kind: "password", direction: "ltr", ..self.autocomplete(autocomplete) }
    }

    pub fn optional(self) -> Input {
        Input { required: false, ..self }
    }

    /// Shown, and not to be changed.
    pub fn locked(self, locked: bool) -> Input {
        Input { locked, ..self }
    }

    /// One of several beside each other.
    pub fn narrow(self) -> Input {
        Input { wide: false, ..self }
    }

    /// A sentence below it.
    pub fn hint(self, hint: String) -> Input {
        Input { hint: Some(hint), ..self }
    }

    pub fn view(self, i18n: I18n, form: &PlainForm) -> AnyView {
        let name = self.name;
        let fault = form.refusals.iter().find(|r| r.field.as_deref() == Some(name)).map(|r| i18n.message(&r.message));
        let class =
            format!("field{}{}", if self.wide { " wide" } else { "" }, if fault.is_some() { " error" } else { "" });
        let value = form.fields.get(name).cloned().unwrap_or_default();
        let fault_id = format!("{name}-fault");
        let invalid = fault.is_some().to_string();
        view! {
            <div class=class>
                <label for=name>{self.label}</label>
                <div class="control"><input type=self.kind name=name id=name value=value autocomplete=self.autocomplete dir=self.direction required=self.required
                    readonly=self.locked aria-invalid=invalid aria-describedby=fault_id.clone() /></div>
                {fault.map(|text| view! { <small class="err" id=fault_id>{text}</small> })}
                {self.hint.map(|hint| view! { <small class="hint">{hint}</small> })}
            </div>
        }
        .into_any()
    }
}

/// A box that is ticked or not.
pub fn tick(form: &PlainForm, name: String, label: String) -> AnyView {
    let checked = form.fields.contains_key(&name);
    view! { <label class="check"><input type="checkbox" id=name.clone() name=name value="true" checked=checked /><span>{label}</span></label> }
        .into_any()
}

/// Faults that belong to no single field.
pub fn general_faults(i18n: I18n, form: &PlainForm) -> AnyView {
    let faults: Vec<_> = form.refusals.iter().filter(|r| r.field.is_none()).map(|r| i18n.message(&r.message)).collect();
    let shown = (!faults.is_empty()).then(
        || view! { <div class="notice bad" role="alert">{icon("circle-alert")}<div>{faults.join(" ")}</div></div> },
    );
    shown.into_any()
}
