//! The rights of a role as a table: each type of record with what may be done with it, and the fields that are kept from it.
//! Plain boxes, so that it works before and without scripts.

use super::{described, icon, use_port};
use crate::i18n::I18n;
use crate::record::custom::CustomField;
use crate::record::line::input_name;
use crate::record::page::{FormPage, LineCells};
use crate::record::{ALL_ACTIONS, Kind, NO_FIELD, Reach, Record};
use crate::t;
use leptos::prelude::*;

/// A line of rights as the table shows it.
struct Right {
    id: String,
    record: &'static Record,
    field: Option<String>,
    texts: Vec<(&'static str, String)>,
}

impl Right {
    fn read(lines: &'static [crate::record::Field], custom: &[CustomField], cells: &LineCells) -> Option<Right> {
        let texts: Vec<_> =
            lines.iter().zip(&cells.cells).map(|(f, c)| (f.name, c.text.clone().unwrap_or_default())).collect();
        let text = |name: &str| texts.iter().find(|(n, _)| *n == name).map(|(_, text)| text.clone());
        Some(Right {
            id: cells.id.map(|id| id.to_string()).unwrap_or_default(),
            record: described(&text("record")?, custom)?,
            field: text("field").filter(|field| !field.is_empty()),
            texts,
        })
    }

    fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text)
    }

    fn yes(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    fn acts(&self, action: &str) -> bool {
        self.text("acts") == ALL_ACTIONS || self.text("acts").split(',').any(|word| word == action)
    }
}

/// All rights of the role on this page. A role that is not saved yet starts with those of its base.
pub fn matrix(i18n: I18n, page: &FormPage, dirty: RwSignal<bool>) -> AnyView {
    let Some(lines) = use_port().record(&page.record).and_then(|record| record.lines) else { return ().into_any() };
    if page.version == 0 {
        return view! { <p class="hint">{t!(i18n, "rights-after-saving")}</p> }.into_any();
    }
    let rights: Vec<Right> =
        page.lines.iter().filter_map(|cells| Right::read(lines.fields, &page.custom, cells)).collect();
    let mut next = 0;
    let mut modules: Vec<&str> = use_port().records().iter().map(|record| record.module).collect();
    modules.dedup();
    let groups = modules
        .into_iter()
        .map(|module| {
            let rows = rights
                .iter()
                .filter(|right| right.field.is_none() && right.record.module == module)
                .map(|right| {
                    let fields: Vec<&Right> =
                        rights.iter().filter(|r| r.field.is_some() && r.record.name == right.record.name).collect();
                    let first = next;
                    next += 2 + fields.len();
                    record_row(i18n, page, right, &fields, first)
                })
                .collect_view();
            let name = i18n.format(&format!("module-{module}"), None);
            view! { <tbody><tr class="group"><th colspan="7" scope="rowgroup">{name}</th></tr>{rows}</tbody> }
        })
        .collect_view();
    let heading = |label: String| view! { <th scope="col">{label}</th> };
    view! {
        <section class="card" id="lines" tabindex="-1">
            <h2 class="sec">{icon("shield-check")}{t!(i18n, "rights")}</h2>
            <div class="scroll"><table class="rights" on:change=move |_| dirty.set(true)>
                <thead><tr>{heading(t!(i18n, "rights-record"))}{heading(t!(i18n, "rights-sees"))}{heading(t!(i18n, "rights-creates"))}
                    {heading(t!(i18n, "rights-changes"))}{heading(t!(i18n, "rights-deletes"))}{heading(t!(i18n, "rights-acts"))}
                    {heading(t!(i18n, "rights-reach"))}</tr></thead>
                {groups}
            </table></div>
        </section>
    }
    .into_any()
}

/// A box that says no when it is not ticked.
fn tick(name: String, ticked: bool, label: String, editable: bool) -> AnyView {
    let no = editable.then(|| view! { <input type="hidden" name=name.clone() value="false" /> });
    view! { {no}<input type="checkbox" name=name value="true" checked=ticked disabled=!editable aria-label=label /> }
        .into_any()
}

fn record_row(i18n: I18n, page: &FormPage, right: &Right, fields: &[&Right], at: usize) -> AnyView {
    let (record, editable) = (right.record, page.editable);
    let name = i18n.records(record);
    let verbs = ["sees", "creates", "changes", "deletes"]
        .map(|verb| {
            let label = format!("{name}: {}", i18n.format(&format!("rights-{verb}"), None));
            view! { <td class="mid">{tick(input_name(at, verb), right.yes(verb), label, editable)}</td> }
        })
        .collect_view();
    let acts = record
        .actions
        .iter()
        .filter(|action| !action.internal)
        .map(|action| {
            let label = i18n.action(record, action.name);
            let input = input_name(at, &format!("acts.{}", action.name));
            let ticked = right.acts(action.name);
            view! { <label class="tick"><input type="checkbox" name=input value="true" checked=ticked disabled=!editable />{label}</label> }
        })
        .collect_view();
    let reach = Reach::ALL
        .into_iter()
        .filter(|reach| record.knows(*reach))
        .map(|reach| {
            let here = right.text("reach") == reach.name();
            view! { <option value=reach.name() selected=here>{i18n.choice("reach", reach.name())}</option> }
        })
        .collect_view();
    let kept = fields.iter().enumerate().map(|(n, field)| field_row(i18n, page, field, at + 2 + n)).collect_view();
    let count = (!fields.is_empty()).then(|| view! { <small>{i18n.integer(fields.len() as i64)}</small> });
    let add = editable.then(|| new_field(i18n, record, fields, at + 1));
    view! {
        <tr>
            <th scope="row">
                <input type="hidden" name=input_name(at, "id") value=right.id.clone() />
                <input type="hidden" name=input_name(at, "record") value=record.name />
                {name}
                <details class="kept"><summary>{t!(i18n, "rights-fields")}" "{count}</summary>{kept}{add}</details>
            </th>
            {verbs}
            <td>{acts}</td>
            <td><select name=input_name(at, "reach") disabled=!editable aria-label=t!(i18n, "rights-reach")>{reach}</select></td>
        </tr>
    }
    .into_any()
}

/// What people call a field; those of lines after their heading.
fn label(i18n: I18n, record: &Record, field: &str) -> String {
    match field.strip_prefix("lines.") {
        Some(name) => format!("{} · {}", t!(i18n, "form-lines"), i18n.line_field(record, name)),
        None => i18n.field(record, field),
    }
}

/// A field that is kept from the role, or that it only reads. With both boxes ticked it is like any other again.
fn field_row(i18n: I18n, page: &FormPage, right: &Right, at: usize) -> AnyView {
    let field = right.field.clone().unwrap_or_default();
    let name = label(i18n, right.record, &field);
    let boxes = ["sees", "changes"]
        .map(|verb| {
            let words = i18n.format(&format!("rights-{verb}"), None);
            let input = tick(input_name(at, verb), right.yes(verb), format!("{name}: {words}"), page.editable);
            view! { <label class="tick">{input}{words}</label> }
        })
        .collect_view();
    view! {
        <div class="kept-field">
            <input type="hidden" name=input_name(at, "id") value=right.id.clone() />
            <input type="hidden" name=input_name(at, "record") value=right.record.name />
            <input type="hidden" name=input_name(at, "field") value=field />
            <b>{name}</b>{boxes}
        </div>
    }
    .into_any()
}

/// Keeps one more field from the role: hidden, or to read only when the box is ticked.
fn new_field(i18n: I18n, record: &'static Record, fields: &[&Right], at: usize) -> AnyView {
    let taken = |name: &str| fields.iter().any(|right| right.field.as_deref() == Some(name));
    let names = record
        .all_fields()
        .filter(|(f, name)| f.kind != Kind::Source && !record.tells(name) && !taken(name))
        .map(|(_, name)| {
            let text = label(i18n, record, &name);
            view! { <option value=name>{text}</option> }
        })
        .collect_view();
    let words = t!(i18n, "rights-read-only");
    view! {
        <div class="kept-field">
            <input type="hidden" name=input_name(at, "record") value=record.name />
            <select name=input_name(at, "field") aria-label=t!(i18n, "rights-keep-field")>
                <option value=NO_FIELD>{t!(i18n, "rights-keep-field")}</option>{names}
            </select>
            <label class="tick">{tick(input_name(at, "sees"), false, words.clone(), true)}{words}</label>
        </div>
    }
    .into_any()
}
