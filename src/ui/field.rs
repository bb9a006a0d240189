//! One field on a form, reading or editing, alike in the header and in the line grid.

use super::offers::Offers;
use super::{icon, text_area, use_port};
use crate::i18n::I18n;
use crate::record::page::{Cell, Suggestion};
use crate::record::{Field, Kind, Names, Record, money};
use crate::t;
use leptos::prelude::*;

/// What a field's input needs to know of the form around it.
#[derive(Clone, Copy)]
pub struct Surroundings {
    pub i18n: I18n,
    pub record: &'static Record,
    /// Currency of the document's money, as it stands.
    pub currency: RwSignal<String>,
    pub company_currency: StoredValue<String>,
    /// In a line the record type and the cell of its first link: others offer what belongs to that.
    pub near: Option<(&'static str, RwSignal<Cell>)>,
    /// Called when a value was typed; the argument says whether the typing is finished.
    pub on_edit: Callback<bool>,
}

impl Surroundings {
    pub fn currency_of(&self, kind: Kind) -> String {
        if kind == Kind::Base { self.company_currency.get_value() } else { self.currency.get() }
    }
}

/// What a cell shows when it is only read.
pub fn shown(around: &Surroundings, field: &Field, cell: &Cell) -> String {
    match &cell.label {
        Some(label) => around.i18n.label(label),
        None => around.i18n.show(
            around.record,
            field.name,
            field.kind,
            cell.text.as_deref(),
            &around.currency_of(field.kind),
        ),
    }
}

/// What a cell's input holds.
fn held(around: &Surroundings, field: &Field, cell: &Cell) -> String {
    match (&cell.typed, &cell.label) {
        (Some(typed), _) => typed.clone(),
        (None, Some(label)) => around.i18n.label(label),
        (None, None) => around.i18n.edit(field.kind, cell.text.as_deref(), &around.currency_of(field.kind)),
    }
}

/// What the form sends for a field: (suffix of the input's name, text).
pub fn sent(around: &Surroundings, field: &Field, cell: &Cell) -> Vec<(String, String)> {
    match field.kind {
        Kind::Link(_) => {
            let id = if cell.typed.is_some() { String::new() } else { cell.text.clone().unwrap_or_default() };
            vec![(String::new(), id), ("~".to_owned(), held(around, field, cell))]
        }
        Kind::Names => vec![(String::new(), cell.text.clone().unwrap_or_default())],
        _ => vec![(String::new(), held(around, field, cell))],
    }
}

/// A field of the header with its label, its hint and its fault.
pub fn field(around: Surroundings, field: &'static Field, cell: RwSignal<Cell>, editable: bool) -> AnyView {
    let i18n = around.i18n;
    let label = i18n.field(around.record, field.name);
    let id = format!("f-{}", field.name);
    if !editable || field.computed {
        let value = move || shown(&around, field, &cell.get());
        let output = match field.kind {
            Kind::Link(target) => {
                let path = use_port().record(target).map_or("", |r| r.path);
                view! {
                    {move || {
                        let text = value();
                        match cell.with(|c| c.text.clone()) {
                            Some(id) => view! { <a href=format!("/{path}/{id}")><bdi>{text}</bdi></a> }.into_any(),
                            None => "—".into_any(),
                        }
                    }}
                }
                .into_any()
            }
            kind if kind.is_figure() || matches!(kind, Kind::Code | Kind::Number) => {
                view! { <span class="num">{move || or_dash(value())}</span> }.into_any()
            }
            _ => view! { <bdi>{move || or_dash(value())}</bdi> }.into_any(),
        };
        let class = if field.wide { "field wide" } else { "field" };
        return view! { <div class=class><span class="lbl">{label}</span><output class="v">{output}</output></div> }
            .into_any();
    }
    let required = field.required.then(|| view! { <abbr class="req" title=t!(i18n, "required")>"*"</abbr> });
    let control = control(around, field, field.name.to_owned(), id.clone(), cell);
    let fault = move || cell.with(|c| c.fault.as_ref().map(|f| i18n.message(f)));
    let class = move || match (field.wide, cell.with(|c| c.fault.is_some())) {
        (true, true) => "field wide error",
        (true, false) => "field wide",
        (false, true) => "field error",
        (false, false) => "field",
    };
    let fault_id = format!("{id}-fault");
    let label_for = if field.kind == Kind::Names { format!("{id}-en") } else { id };
    view! {
        <div class=class>
            <label for=label_for>{label}" "{required}</label>
            <div class=control_class(field.kind)>{control}</div>
            {move || fault().map(|text| view! { <small class="err" id=fault_id.clone()>{text}</small> })}
        </div>
    }
    .into_any()
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "—".to_owned() } else { text }
}

fn control_class(kind: Kind) -> &'static str {
    match kind {
        Kind::Money | Kind::Base | Kind::Percent => "control affix",
        Kind::Link(_) => "control pick",
        Kind::Names => "control pair",
        _ => "control",
    }
}

/// The input of a field under this name. The same in the header and in a line.
pub fn control(around: Surroundings, field: &'static Field, name: String, id: String, cell: RwSignal<Cell>) -> AnyView {
    let i18n = around.i18n;
    // In the grid the column's head is the label; readers of a cell hear it with the input.
    let spoken = name.starts_with("lines[").then(|| i18n.line_field(around.record, field.name));
    match field.kind {
        Kind::Link(target) => link(around, field, target, name, id, spoken, cell),
        Kind::Names => names(around, name, id, cell),
        Kind::Note => {
            let text = held(&around, field, &cell.get_untracked());
            text_area(name, id, text, cell.with_untracked(|c| c.fault.is_some()), move |text| {
                typed(around, cell, text, false)
            })
        }
        Kind::Bool => {
            let on = cell.with_untracked(|c| c.text.as_deref() == Some("true"));
            view! {
                <label class="check">
                    // A box that is not ticked sends nothing; this says no in its place.
                    <input type="hidden" name=name.clone() value="false" />
                    <input type="checkbox" aria-label=spoken name=name id=id value="true" checked=on
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            cell.update(|c| c.text = Some(on.to_string()));
                            around.on_edit.run(true);
                        } />
                </label>
            }
            .into_any()
        }
        Kind::Choice(_) | Kind::RecordType | Kind::Currency => {
            select(around, field, name, id, spoken, cell, offered(i18n, field))
        }
        kind => {
            let ltr = kind.is_figure() || matches!(kind, Kind::Code | Kind::Date);
            let figure = kind.is_figure();
            let suffix = match kind {
                Kind::Money | Kind::Base => Some(view! { <span>{move || around.currency_of(kind)}</span> }.into_any()),
                Kind::Percent => Some(view! { <span>"%"</span> }.into_any()),
                _ => None,
            };
            let in_line = spoken.is_some();
            view! {
                <input
                    type="text" name=name id=id.clone() aria-label=spoken autocomplete="off"
                    class=if figure { "num-in" } else { "" }
                    dir=if ltr { "ltr" } else { "auto" }
                    inputmode=if figure { "decimal" } else { "text" }
                    placeholder=if kind == Kind::Date { "YYYY-MM-DD" } else { "" }
                    value=held(&around, field, &cell.get_untracked())
                    prop:value=move || held(&around, field, &cell.get())
                    aria-invalid=move || cell.with(|c| c.fault.is_some()).to_string()
                    aria-describedby=format!("{id}-fault")
                    title=move || if in_line { cell.with(|c| c.fault.as_ref().map(|f| i18n.message(f))) } else { None }
                    on:input=move |event| typed(around, cell, event_target_value(&event), false)
                    on:change=move |_| around.on_edit.run(true)
                />
                {suffix.filter(|_| !in_line)}
            }
            .into_any()
        }
    }
}

fn typed(around: Surroundings, cell: RwSignal<Cell>, text: String, finished: bool) {
    cell.update(|c| {
        c.typed = Some(text);
        c.fault = None;
    });
    around.on_edit.run(finished);
}

fn select(
    around: Surroundings,
    field: &'static Field,
    name: String,
    id: String,
    spoken: Option<String>,
    cell: RwSignal<Cell>,
    options: Vec<(String, String)>,
) -> AnyView {
    let current = cell.with_untracked(|c| c.typed.clone().or(c.text.clone()));
    let empty = (!field.required || current.is_none()).then(|| view! { <option value="">"—"</option> });
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let chosen = current.as_deref() == Some(value.as_str());
            view! { <option value=value selected=chosen>{label}</option> }
        })
        .collect_view();
    let is_currency = field.kind == Kind::Currency;
    view! {
        <select name=name id=id aria-label=spoken on:change=move |event| {
            let text = event_target_value(&event);
            if is_currency {
                around.currency.set(text.clone());
            }
            cell.update(|c| {
                c.text = Some(text);
                c.typed = None;
                c.fault = None;
            });
            around.on_edit.run(true);
        }>{empty}{options}</select>
    }
    .into_any()
}

/// Two inputs side by side, each in its own language and direction.
fn names(around: Surroundings, name: String, id: String, cell: RwSignal<Cell>) -> AnyView {
    let read = move || cell.with(|c| c.text.as_deref().map(Names::from_text).unwrap_or_default());
    let write = move |change: &dyn Fn(&mut Names)| {
        let mut names = cell.with_untracked(|c| c.text.as_deref().map(Names::from_text).unwrap_or_default());
        change(&mut names);
        cell.update(|c| {
            c.text = (!names.is_empty()).then(|| names.to_text());
            c.fault = None;
        });
        around.on_edit.run(false);
    };
    let start = untrack(read);
    view! {
        <span class="tag">"EN"</span>
        <input type="text" name=format!("{name}.en") id=format!("{id}-en") lang="en" dir="ltr" value=start.en.clone() autocomplete="off"
            on:input=move |event| { let text = event_target_value(&event); write(&|n| n.en = text.clone()) } />
        <span class="tag">"ع"</span>
        <input type="text" name=format!("{name}.ar") id=format!("{id}-ar") lang="ar" dir="rtl" value=start.ar.clone() autocomplete="off"
            aria-label="ع"
            on:input=move |event| { let text = event_target_value(&event); write(&|n| n.ar = text.clone()) } />
    }
    .into_any()
}

/// A link with its typeahead. Without scripts the text alone names the record.
fn link(
    around: Surroundings,
    field: &'static Field,
    target: &'static str,
    name: String,
    id: String,
    spoken: Option<String>,
    cell: RwSignal<Cell>,
) -> AnyView {
    let i18n = around.i18n;
    let offers = Offers::shut(true);
    let choose = move |suggestion: Suggestion| {
        cell.set(Cell { text: Some(suggestion.id.to_string()), label: Some(suggestion.title), ..Cell::default() });
        offers.shut_up();
        around.on_edit.run(true);
    };
    let ask = move |text: String| {
        let near = around
            .near
            .and_then(|(of, cell)| cell.with_untracked(|c| Some(format!("{target} {of} {}", c.text.as_ref()?))));
        offers.ask(near.unwrap_or_else(|| target.to_owned()), text)
    };
    let in_grid = spoken.is_some();
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if let Some(found) = offers.key(&event, in_grid) {
            choose(found);
        }
    };
    // `customer~`, or `lines[0][item~]` in a line.
    let shown_name = match name.strip_suffix(']') {
        Some(open) => format!("{open}~]"),
        None => format!("{name}~"),
    };
    let list_id = format!("{id}-list");
    let list_ref = list_id.clone();
    view! {
        <input type="hidden" name=name.clone()
            value=cell.with_untracked(|c| c.text.clone().unwrap_or_default())
            prop:value=move || cell.with(|c| if c.typed.is_some() { String::new() } else { c.text.clone().unwrap_or_default() }) />
        <input type="text" role="combobox" aria-label=spoken autocomplete="off" dir="auto" name=shown_name id=id
            aria-expanded=move || offers.is_open().to_string() aria-controls=list_ref aria-autocomplete="list"
            aria-invalid=move || cell.with(|c| c.fault.is_some()).to_string()
            title=move || cell.with(|c| c.fault.as_ref().map(|f| i18n.message(f)))
            value=held(&around, field, &cell.get_untracked())
            prop:value=move || held(&around, field, &cell.get())
            on:focus=move |_| ask(String::new())
            on:input=move |event| {
                let text = event_target_value(&event);
                ask(text.clone());
                cell.set(Cell { typed: Some(text), ..Cell::default() });
                around.on_edit.run(false);
            }
            on:keydown=on_key
            on:blur=move |_| {
                // Taking a focused row away blurs it when it is already gone.
                if !offers.shut_up() {
                    return;
                }
                // A name typed in full is looked up like any other value.
                if cell.with_untracked(|c| c.typed.is_some()) {
                    around.on_edit.run(true);
                }
            }
        />
        {offers.list(i18n, list_id, Callback::new(choose))}
    }
    .into_any()
}

/// A button that takes a line out.
pub fn remove_button(i18n: I18n, on_click: impl Fn() + 'static) -> AnyView {
    let label = t!(i18n, "line-remove");
    view! {
        <button type="button" class="btn quiet icon small" title=label.clone() aria-label=label on:click=move |_| on_click()>{icon("x")}</button>
    }
    .into_any()
}

/// What can be chosen in a field, with what people call it.
pub fn offered(i18n: I18n, field: &Field) -> Vec<(String, String)> {
    match field.kind {
        Kind::Choice(choices) => choices.iter().map(|c| ((*c).to_owned(), i18n.choice_of(field, c))).collect(),
        Kind::RecordType => {
            let records = use_port().records().into_iter().filter(|record| record.manual);
            records.map(|record| (record.name.to_owned(), i18n.record(record))).collect()
        }
        Kind::Bool => ["true", "false"].map(|c| (c.to_owned(), i18n.yes_or_no(c == "true"))).into(),
        Kind::Currency => money::CURRENCIES.iter().map(|c| (c.code.to_owned(), c.code.to_owned())).collect(),
        _ => Vec::new(),
    }
}
