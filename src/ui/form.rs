//! One form for every record: header, lines in a grid, totals, story, history; works before and without scripts.

use super::field::{self, Surroundings, sent, shown};
use super::port::Port;
use super::{described, flipped, icon, pill, rights, use_port};
use crate::i18n::I18n;
use crate::record::line::input_name;
use crate::record::page::{Cell, Conflict, Event, FormPage, HandOn, LineCells, Linked};
use crate::record::{Field, Kind, Lines, Look, Record};
use crate::t;
use leptos::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A line on the screen; its key stays while rows come and go around it.
#[derive(Clone, Copy, PartialEq)]
struct RowState {
    key: u32,
    id: StoredValue<Option<Uuid>>,
    cells: StoredValue<Vec<RwSignal<Cell>>>,
    /// What the server filled into each cell since the row began; none where somebody typed. They may have chosen since.
    filled: StoredValue<Vec<Option<String>>>,
}

/// The form while it is being edited.
#[derive(Clone, Copy)]
struct FormState {
    record: &'static Record,
    around: Surroundings,
    id: StoredValue<Option<Uuid>>,
    header: StoredValue<Vec<RwSignal<Cell>>>,
    rows: RwSignal<Vec<RowState>>,
    next_key: StoredValue<u32>,
    /// Owns the signals of rows, which outlive the event that added them.
    owner: StoredValue<Owner>,
    editable: bool,
    /// Fields that are kept from the reader, and those that they only read; of lines as `lines.price`.
    hidden: StoredValue<Vec<String>>,
    fixed: StoredValue<Vec<String>>,
    /// Counts edits; an answer to an older question is dropped.
    edits: RwSignal<u32>,
    dirty: RwSignal<bool>,
    port: &'static dyn Port,
}

impl RowState {
    /// Takes over what the server made of the row.
    fn take(&self, new: Vec<Cell>) {
        self.cells.with_value(|cells| {
            self.filled.update_value(|filled| {
                for ((cell, new), filled) in cells.iter().zip(new).zip(filled) {
                    let typed = cell.with_untracked(|c| c.typed.as_deref().is_some_and(|text| !text.is_empty()));
                    let chosen = cell.with_untracked(|c| c.text.is_some() && c.text != *filled);
                    *filled = new.text.clone().filter(|_| !typed && !chosen);
                    take(*cell, new);
                }
            });
        });
    }
}

static EMPTY: Cell = Cell { text: None, label: None, typed: None, fault: None };

impl FormState {
    fn new_row(&self, cells: Option<LineCells>) -> RowState {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        let fields = self.record.lines.map_or(0, |l| l.fields.len());
        let (id, cells) = match cells {
            Some(line) => (line.id, line.cells),
            None => (None, vec![Cell::default(); fields]),
        };
        self.owner.get_value().with(|| RowState {
            key,
            id: StoredValue::new(id),
            filled: StoredValue::new(vec![None; cells.len()]),
            cells: StoredValue::new(cells.into_iter().map(RwSignal::new).collect()),
        })
    }

    fn sees(&self, prefix: &str, field: &Field) -> bool {
        let name = format!("{prefix}{}", field.name);
        !field.hidden && self.hidden.with_value(|hidden| !hidden.contains(&name))
    }

    fn edits(&self, prefix: &str, field: &Field) -> bool {
        let name = format!("{prefix}{}", field.name);
        self.editable && !field.computed && self.fixed.with_value(|fixed| !fixed.contains(&name))
    }

    /// Where a row stands.
    fn place(&self, key: u32) -> usize {
        self.rows.with_untracked(|rows| rows.iter().position(|row| row.key == key)).unwrap_or_default()
    }

    /// Whether a row holds nothing that a person entered.
    fn is_blank(&self, row: &RowState) -> bool {
        let Some(lines) = self.record.lines else { return true };
        row.cells.with_value(|cells| {
            cells.iter().zip(lines.fields).filter(|(_, f)| !f.computed && f.kind != Kind::Bool).all(|(cell, _)| {
                cell.with_untracked(|c| c.text.is_none() && c.typed.as_deref().unwrap_or_default().is_empty())
            })
        })
    }

    /// There is always one empty row to go on with.
    fn keep_blank_row(&self) {
        if self.record.lines.is_none() || !self.editable {
            return;
        }
        let last_is_blank = self.rows.with_untracked(|rows| rows.last().is_some_and(|row| self.is_blank(row)));
        if !last_is_blank {
            let row = self.new_row(None);
            self.rows.update(|rows| rows.push(row));
        }
    }

    fn header_texts(&self) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        self.header.with_value(|cells| {
            for (field, cell) in self.record.fields.iter().zip(cells).filter(|(f, _)| !f.computed) {
                for (suffix, text) in sent(&self.around, field, &cell.get_untracked()) {
                    texts.insert(format!("{}{suffix}", field.name), text);
                }
            }
        });
        texts
    }

    fn row_texts(&self, lines: &'static Lines, row: &RowState) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        if let Some(id) = row.id.get_value() {
            texts.insert("id".to_owned(), id.to_string());
        }
        row.cells.with_value(|cells| {
            let filled = row.filled.get_value();
            for ((field, cell), filled) in lines.fields.iter().zip(cells).zip(filled) {
                if field.computed && field.kind != Kind::Source {
                    continue;
                }
                let cell = cell.get_untracked();
                // What followed from an item and a quantity follows anew when they change: prices have breaks.
                let follows = filled.is_some() && cell.text == filled && !field.computed && cell.typed.is_none();
                for (suffix, text) in sent(&self.around, field, if follows { &EMPTY } else { &cell }) {
                    texts.insert(format!("{}{suffix}", field.name), text);
                }
            }
        });
        texts
    }

    /// Asks the server what follows from what has been entered, and shows it.
    fn preview(self) {
        if !self.editable {
            return;
        }
        let asked = self.edits.get_untracked();
        let filled: Vec<RowState> = self.rows.get_untracked().into_iter().filter(|row| !self.is_blank(row)).collect();
        let lines = match self.record.lines {
            Some(lines) => filled.iter().map(|row| self.row_texts(lines, row)).collect(),
            None => Vec::new(),
        };
        let (id, fields) = (self.id.get_value(), self.header_texts());
        leptos::task::spawn_local(async move {
            let Some(page) = self.port.preview(self.record, id, fields, lines).await else { return };
            // The answer to an older question, or to a form that is gone.
            if self.edits.try_get_untracked() != Some(asked) {
                return;
            }
            #[cfg(feature = "hydrate")]
            let in_hand = super::browser::InHand::look();
            self.around.currency.set(page.currency.clone());
            self.header.with_value(|cells| cells.iter().zip(page.cells).for_each(|(cell, new)| take(*cell, new)));
            for (row, line) in filled.iter().zip(page.lines) {
                row.id.set_value(line.id);
                row.take(line.cells);
            }
            #[cfg(feature = "hydrate")]
            in_hand.select_if_filled();
        });
    }

    /// Spreads a block of cells, as copied from a spreadsheet, from one cell on.
    fn paste(self, row: usize, column: usize, block: &str) {
        let Some(lines) = self.record.lines else { return };
        let editable: Vec<usize> = editable_columns(lines).collect();
        let Some(start) = editable.iter().position(|c| *c == column) else { return };
        for (down, text_row) in block.trim_end_matches(['\n', '\r']).split('\n').enumerate() {
            while self.rows.with_untracked(Vec::len) <= row + down {
                let fresh = self.new_row(None);
                self.rows.update(|rows| rows.push(fresh));
            }
            let target = self.rows.with_untracked(|rows| rows[row + down]);
            for (text, column) in text_row.trim_end_matches('\r').split('\t').zip(&editable[start..]) {
                target
                    .cells
                    .with_value(|cells| cells[*column].set(Cell { typed: Some(text.to_owned()), ..Cell::default() }));
            }
        }
        self.keep_blank_row();
        self.around.on_edit.run(true);
    }
}

/// Takes a computed cell over without disturbing what is equal.
fn take(cell: RwSignal<Cell>, new: Cell) {
    if cell.with_untracked(|old| *old != new) {
        cell.set(new);
    }
}

fn editable_columns(lines: &'static Lines) -> impl Iterator<Item = usize> {
    lines.fields.iter().enumerate().filter(|(_, f)| !f.computed).map(|(i, _)| i)
}

/// The form of one record, with what is to stand above its fields.
pub fn view(page: FormPage, aside: AnyView) -> AnyView {
    let i18n = super::use_i18n();
    let Some(record) = described(&page.record, &page.custom) else { return ().into_any() };
    let on_edit = StoredValue::new(None::<Callback<bool>>);
    let around = Surroundings {
        i18n,
        record,
        currency: RwSignal::new(page.currency.clone()),
        company_currency: StoredValue::new(page.company_currency.clone()),
        near: None,
        on_edit: Callback::new(move |finished| {
            if let Some(run) = on_edit.get_value() {
                run.run(finished);
            }
        }),
    };
    let state = FormState {
        record,
        around,
        id: StoredValue::new(page.id),
        header: StoredValue::new(page.cells.iter().cloned().map(RwSignal::new).collect()),
        rows: RwSignal::new(Vec::new()),
        next_key: StoredValue::new(0),
        owner: StoredValue::new(Owner::current().unwrap_or_default()),
        editable: page.editable,
        hidden: StoredValue::new(page.hidden.clone()),
        fixed: StoredValue::new(page.fixed.clone()),
        edits: RwSignal::new(0),
        dirty: RwSignal::new(!page.faults.is_empty() || page.conflict.is_some()),
        port: use_port(),
    };
    on_edit.set_value(Some(Callback::new(move |finished| {
        state.dirty.set(true);
        state.edits.update(|n| *n += 1);
        state.keep_blank_row();
        let asked = state.edits.get_untracked();
        let wait = if finished { 0 } else { 400 };
        let _ = set_timeout(
            move || {
                if state.edits.try_get_untracked() == Some(asked) {
                    state.preview();
                }
            },
            std::time::Duration::from_millis(wait),
        );
    })));
    let rows = page.lines.iter().cloned().map(|line| state.new_row(Some(line))).collect();
    state.rows.set(rows);
    state.keep_blank_row();
    #[cfg(feature = "hydrate")]
    {
        let dirty = state.dirty;
        super::browser::guard_unsaved(t!(i18n, "form-unsaved"), move || dirty.try_get_untracked().unwrap_or(false));
    }
    draw(state, page, aside)
}

fn draw(state: FormState, page: FormPage, aside: AnyView) -> AnyView {
    let (i18n, record) = (state.around.i18n, state.record);
    let current = cell_text(record, &page, "state");
    let head = head(state, &page, current.as_deref());
    let track = track(i18n, record, current.as_deref());
    let notices = notices(i18n, record, &page);
    let fields = header_fields(state);
    let grid = record.lines.map(|lines| match lines.look {
        Look::Grid => grid(state, lines),
        Look::Rights => rights::matrix(i18n, &page, state.dirty),
    });
    let totals = totals(state);
    let has_totals = totals.is_some();
    let linked = linked(i18n, &page.linked);
    let history = history(i18n, record, &page);
    let conflict = page.conflict.as_ref().map(|conflict| conflict_view(state, conflict));
    let version = page.conflict.as_ref().map_or(page.version, |c| c.version);
    let dirty = state.dirty;
    let action = page.id.filter(|_| page.version > 0).map(|id| format!("/{}/{id}", record.path));
    // A form of its own: HTML has no form in a form.
    let files = page.files.clone().zip(page.id).map(|(shelf, id)| super::files::view(record, id, shelf));
    let talk = page.talk.clone().zip(page.id).map(|(talk, id)| super::comments::view(record, id, talk));
    view! {
        <form method="post" action=action class="record" id="record-form" novalidate autocomplete="off" on:submit=move |_| dirty.set(false)>
            <input type="hidden" name="_version" value=version.to_string() />
            <input type="hidden" name="_company" value=page.company.to_string() />
            <input type="hidden" name="_id" value=page.id.map(|id| id.to_string()).unwrap_or_default() />
            {page.editable.then(|| view! { <input type="hidden" name="_edits" value="1" /> })}
            // The first button of a form is what Enter presses.
            {page.editable.then(|| view! { <button class="vh" tabindex="-1" aria-hidden="true" name="_do" value="save">{t!(i18n, "save")}</button> })}
            {head}
            {track}
            {notices}
            {conflict}
            {aside}
            <div class=if has_totals { "cols" } else { "stackcol" }>
                <section class="card">{fields}</section>
                {totals}
            </div>
            {grid}
            <div class="duo">{linked}{history}</div>
        </form>
        {files}
        {talk}
    }
    .into_any()
}

fn cell_text(record: &Record, page: &FormPage, field: &str) -> Option<String> {
    let at = record.fields.iter().position(|f| f.name == field)?;
    page.cells.get(at)?.text.clone()
}

/// Number or name, state, and what can be done now.
fn head(state: FormState, page: &FormPage, current: Option<&str>) -> AnyView {
    let (i18n, record) = (state.around.i18n, state.record);
    let title = match cell_text(record, page, record.title) {
        Some(text) if page.version > 0 || record.series.is_some() => i18n.label(&text),
        _ if page.version == 0 => i18n.format(&format!("{}-new", record.name), None),
        _ => format!("{} — {}", i18n.record(record), t!(i18n, "unnumbered")),
    };
    let state_pill = current.map(|s| pill(i18n, record, s));
    let mut offers: Vec<_> = page.offers.iter().filter_map(|name| record.action(name)).collect();
    offers.sort_by_key(|a| a.primary);
    let first_primary = offers.iter().rposition(|a| a.primary);
    let actions = offers
        .iter()
        .enumerate()
        .map(|(at, action)| {
            let primary = Some(at) == first_primary && !(page.editable && page.version == 0);
            let label = i18n.action(record, action.name);
            let class = if primary { "btn pri" } else { "btn" };
            let question = action.grave.then(|| t!(i18n, "confirm-grave", action = label.clone()));
            view! {
                <button class=class name="_do" value=action.name on:click=move |event| ask_first(&event, question.as_deref())>
                    {icon(action.icon)}<span>{label}</span>
                </button>
            }
        })
        .collect_view();
    let save = page.editable.then(|| {
        let class = if first_primary.is_some() { "btn" } else { "btn pri" };
        view! { <button class=class name="_do" value="save" id="save">{icon("save")}<span>{t!(i18n, "save")}</span></button> }
    });
    let delete = page.deletable.then(|| {
        let question = t!(i18n, "confirm-delete");
        let label = t!(i18n, "delete");
        view! {
            <button class="btn quiet icon" name="_do" value="delete" title=label.clone() aria-label=label
                on:click=move |event| ask_first(&event, Some(&question))>{icon("trash-2")}</button>
        }
    });
    let print = (record.prints && page.version > 0).then(|| {
        // Paper speaks the customer's language.
        let language = page.paper.as_deref().unwrap_or(i18n.locale.tag());
        let href = format!("/{}/{}/print?language={language}", record.path, page.id.unwrap_or_default());
        view! { <a class="btn quiet" href=href rel="external">{icon("printer")}<span>{t!(i18n, "print")}</span></a> }
    });
    let person = page.person.then(|| {
        let href = format!("/persons/{}/{}", record.name, page.id.unwrap_or_default());
        view! { <a class="btn quiet" id="person" href=href>{icon("user")}<span>{t!(i18n, "person-data")}</span></a> }
    });
    view! {
        <div class="head">
            <div class="title"><h1><bdi>{title}</bdi></h1>{state_pill}</div>
            <div class="acts">{delete}{person}{print}{save}{actions}</div>
        </div>
    }
    .into_any()
}

/// Asks once more before something that cannot be taken back. Without scripts the button just works.
pub(super) fn ask_first(event: &leptos::ev::MouseEvent, question: Option<&str>) {
    if let Some(question) = question
        && !window().confirm_with_message(question).unwrap_or(true)
    {
        event.prevent_default();
    }
}

/// The usual way of a document, with where it stands.
fn track(i18n: I18n, record: &'static Record, current: Option<&str>) -> AnyView {
    let Some(current) = current.filter(|_| record.series.is_some()) else { return ().into_any() };
    let at = record.states.iter().position(|s| s.name == current).unwrap_or(0);
    let steps = record
        .states
        .iter()
        .enumerate()
        .filter(|(i, s)| s.on_track || *i == at)
        .map(|(i, s)| {
            let class = match i.cmp(&at) {
                std::cmp::Ordering::Less => "past",
                std::cmp::Ordering::Equal => "now",
                std::cmp::Ordering::Greater => "",
            };
            view! { <li class=class aria-current=(i == at).then_some("step")><i class="dot"></i>{i18n.state(record, s.name)}</li> }
        })
        .collect_view();
    view! { <ol class="track">{steps}</ol> }.into_any()
}

/// What stands in the way, with a way to each field; or what was done.
fn notices(i18n: I18n, record: &'static Record, page: &FormPage) -> AnyView {
    let done = page.notice.as_ref().map(|notice| super::done(i18n.message(notice)));
    let faults = (!page.faults.is_empty()).then(|| {
        let items = page
            .faults
            .iter()
            .map(|(field, message)| {
                let text = i18n.message(message);
                match field.as_deref().map(|f| fault_target(i18n, record, f)) {
                    Some((id, label)) => view! { <li><a href=format!("#{id}") rel="external">{label}": "{text}</a></li> }.into_any(),
                    None => view! { <li>{text}</li> }.into_any(),
                }
            })
            .collect_view();
        view! {
            <div class="notice bad" role="alert" tabindex="-1" id="faults">
                {icon("circle-alert")}<div><b>{t!(i18n, "form-faults", count = page.faults.len() as i64)}</b><ul>{items}</ul></div>
            </div>
        }
    });
    let hand_on = page.hand_on.as_ref().map(|hand_on| address_to_hand_on(i18n, hand_on));
    view! { {done}{hand_on}{faults} }.into_any()
}

/// An address or a secret for somebody else. The browser knows where the site is reached, and writes an address whole.
fn address_to_hand_on(i18n: I18n, hand_on: &HandOn) -> AnyView {
    let address = RwSignal::new(hand_on.path.clone());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let origin = window().location().origin().unwrap_or_default();
        if address.with_untracked(|path| path.starts_with('/')) {
            address.update(|path| *path = format!("{origin}{path}"));
        }
    });
    let message = i18n.message(&hand_on.message);
    let copied = RwSignal::new(false);
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        address.with_untracked(|address| super::browser::copy(address));
        copied.set(true);
    };
    let label = move || if copied.get() { t!(i18n, "hand-on-copied") } else { t!(i18n, "hand-on-copy") };
    view! {
        <div class="notice" id="hand-on">{icon("send")}
            <label class="field wide"><span>{message}</span>
                <span class="control"><input type="text" dir="ltr" readonly prop:value=move || address.get() value=hand_on.path.clone() /></span></label>
            <button type="button" class="btn small live" on:click=copy>{icon("copy")}<span>{label}</span></button></div>
    }
    .into_any()
}

/// The id of the input that a fault concerns, and what people call it.
fn fault_target(i18n: I18n, record: &'static Record, field: &str) -> (String, String) {
    match crate::record::line::parse_input_name(field) {
        Some((row, name)) => {
            let label = t!(i18n, "form-line-field", row = row as i64 + 1, field = i18n.line_field(record, name));
            (format!("l-{row}-{name}"), label)
        }
        None if field == "lines" => ("lines".to_owned(), t!(i18n, "form-lines")),
        None => {
            let names = record.field(field).is_some_and(|f| f.kind == Kind::Names);
            (format!("f-{field}{}", if names { "-en" } else { "" }), i18n.field(record, field))
        }
    }
}

fn header_fields(state: FormState) -> AnyView {
    let has_lines = state.record.lines.is_some();
    // Number and state stand above, totals beside the lines.
    let elsewhere = |f: &Field| match f.kind {
        Kind::State => true,
        Kind::Number => f.name == state.record.title,
        Kind::Money | Kind::Base => f.computed && has_lines,
        _ => f.hidden,
    };
    // What is computed shows once there is something to show; who only reads is spared empty fields.
    let empty = |cell: &RwSignal<Cell>| cell.with_untracked(|c| c.text.is_none());
    let spared = |f: &Field, cell: &RwSignal<Cell>| empty(cell) && (f.computed || !(state.editable || f.required));
    let fields = state
        .record
        .fields
        .iter()
        .zip(state.header.get_value())
        .filter(|(f, cell)| state.sees("", f) && !elsewhere(f) && !spared(f, cell))
        .map(|(f, cell)| field::field(state.around, f, cell, state.edits("", f)))
        .collect_view();
    view! { <div class="fields">{fields}</div> }.into_any()
}

/// The lines, edited by keyboard: Enter goes down, Tab along, arrows up and down, a block from a spreadsheet pastes.
fn grid(state: FormState, lines: &'static Lines) -> AnyView {
    let (i18n, record) = (state.around.i18n, state.record);
    // Who only reads is spared columns that say nothing; who writes, progress that has not begun.
    let says = |at: usize| {
        state.rows.with_untracked(|rows| {
            rows.iter().any(|row| row.cells.with_value(|c| c[at].with_untracked(|c| c.text.is_some())))
        })
    };
    let columns: Vec<(usize, &'static Field)> = lines
        .fields
        .iter()
        .enumerate()
        .filter(|(at, f)| {
            state.sees("lines.", f)
                && if state.editable { !(f.computed && f.kind == Kind::Quantity) } else { says(*at) }
        })
        .collect();
    let headers = columns
        .iter()
        .map(|(_, f)| {
            let class = match f.kind {
                k if k.is_figure() => "end",
                Kind::Link(_) => "grow",
                _ => "",
            };
            view! { <th class=class>{i18n.line_field(record, f.name)}</th> }
        })
        .collect_view();
    let columns = StoredValue::new(columns);
    let editable = state.editable;
    let rows = view! {
        <For each=move || state.rows.get() key=|row| row.key children=move |row| line_view(state, &columns.get_value(), row) />
    }
    .into_any();
    let count = move || state.rows.with(|rows| rows.iter().filter(|r| !state.is_blank(r)).count() as i64);
    let add = editable.then(|| {
        view! {
            <button type="button" class="btn quiet small" on:click=move |_| {
                let row = state.new_row(None);
                state.rows.update(|rows| rows.push(row));
            }>{icon("plus")}<span>{t!(i18n, "line-add")}</span></button>
        }
    });
    view! {
        <section class="card" id="lines" tabindex="-1">
            <h2 class="sec">{t!(i18n, "form-lines")}" "<small>{move || i18n.integer(count())}</small><span class="sp"></span>{add}</h2>
            <div class="scroll">
                <table class="lines">
                    <thead><tr><th class="n">"#"</th>{headers}{editable.then(|| view! { <th></th> })}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// A row's inputs are called by its key, which grows downwards and never changes.
fn line_view(state: FormState, columns: &[(usize, &'static Field)], row: RowState) -> AnyView {
    let at = row.key as usize;
    let place = move || state.rows.with(|rows| rows.iter().position(|r| r.key == row.key)).unwrap_or(at);
    let cells = row.cells.get_value();
    let near = state.record.lines.and_then(|lines| match lines.fields[0].kind {
        Kind::Link(of) => Some((of, cells[0])),
        _ => None,
    });
    let around = Surroundings { near, ..state.around };
    let i18n = around.i18n;
    let mut hidden: Vec<AnyView> = Vec::new();
    if state.editable {
        let id = row.id.get_value().map(|id| id.to_string()).unwrap_or_default();
        hidden.push(view! { <input type="hidden" name=input_name(at, "id") value=id /> }.into_any());
    }
    let shown_cells = columns
        .iter()
        .map(|(index, f)| {
            let (index, f) = (*index, *f);
            let cell = cells[index];
            let label = i18n.line_field(state.record, f.name);
            if state.edits("lines.", f) {
                let id = format!("l-{at}-{}", f.name);
                let class = move || match (f.kind.is_figure(), cell.with(|c| c.fault.is_some())) {
                    (true, true) => "cell end bad",
                    (true, false) => "cell end",
                    (false, true) => "cell bad",
                    (false, false) => "cell",
                };
                let input = field::control(around, f, input_name(at, f.name), id, cell);
                let inner = match f.kind {
                    Kind::Link(_) => view! { <div class="control pick">{input}</div> }.into_any(),
                    _ => input,
                };
                view! {
                    <td class=class data-label=label.clone() aria-label=label
                        on:keydown=move |event| move_focus(&event, state, row.key, f.name)
                        on:paste=move |event| paste(&event, state, row.key, index)>{inner}</td>
                }
                .into_any()
            } else if f.kind.is_figure() {
                view! { <td class="end" data-label=label><span class="num">{move || shown(&around, f, &cell.get())}</span></td> }.into_any()
            } else {
                view! { <td data-label=label><bdi>{move || shown(&around, f, &cell.get())}</bdi></td> }.into_any()
            }
        })
        .collect_view();
    let remove = state.editable.then(|| {
        let button = field::remove_button(i18n, move || {
            state.rows.update(|rows| rows.retain(|r| r.key != row.key));
            around.on_edit.run(true);
        });
        view! { <td>{button}</td> }
    });
    view! { <tr><td class="n">{hidden}{move || i18n.integer(place() as i64 + 1)}</td>{shown_cells}{remove}</tr> }
        .into_any()
}

/// Enter and the arrows go up and down in a column; at the end a new row opens.
fn move_focus(event: &leptos::ev::KeyboardEvent, state: FormState, key: u32, field: &'static str) {
    let place = state.place(key);
    let target = match event.code().as_str() {
        "Enter" | "NumpadEnter" | "ArrowDown" => place + 1,
        "ArrowUp" if place > 0 => place - 1,
        _ => return,
    };
    event.prevent_default();
    if target >= state.rows.with_untracked(Vec::len) {
        state.keep_blank_row();
    }
    if let Some(row) = state.rows.with_untracked(|rows| rows.get(target).copied()) {
        focus_soon(format!("l-{}-{field}", row.key));
    }
}

#[cfg(feature = "hydrate")]
fn focus_soon(id: String) {
    super::browser::after(0, move || super::browser::focus(&id));
}
#[cfg(not(feature = "hydrate"))]
fn focus_soon(_: String) {}

#[cfg(feature = "hydrate")]
fn paste(event: &leptos::ev::ClipboardEvent, state: FormState, key: u32, column: usize) {
    let text = event.clipboard_data().and_then(|data| data.get_data("text").ok()).unwrap_or_default();
    if text.contains('\t') || text.trim_end_matches(['\n', '\r']).contains('\n') {
        event.prevent_default();
        state.paste(state.place(key), column, &text);
    }
}
#[cfg(not(feature = "hydrate"))]
fn paste(_: &leptos::ev::ClipboardEvent, state: FormState, key: u32, column: usize) {
    let _ = || state.paste(state.place(key), column, "");
}

/// What the document comes to.
fn totals(state: FormState) -> Option<AnyView> {
    let (around, record) = (state.around, state.record);
    let i18n = around.i18n;
    let shown_fields: Vec<_> = record
        .fields
        .iter()
        .zip(state.header.get_value())
        .filter(|(f, _)| {
            record.lines.is_some() && f.computed && state.sees("", f) && matches!(f.kind, Kind::Money | Kind::Base)
        })
        .collect();
    if shown_fields.is_empty() {
        return None;
    }
    let rows = shown_fields
        .into_iter()
        .map(|(f, cell)| {
            let grand = f.name == "total";
            let currency = move || grand.then(|| view! { <small>{around.currency_of(f.kind)}" "</small> });
            let class = if grand { "g" } else { "" };
            view! {
                <div class=class><span>{i18n.field(record, f.name)}</span>
                    <span class="num" id=format!("total-{}", f.name)>{currency}{move || shown(&around, f, &cell.get())}</span></div>
            }
        })
        .collect_view();
    Some(view! { <section class="card tot">{rows}</section> }.into_any())
}

fn linked(i18n: I18n, linked: &[Linked]) -> AnyView {
    if linked.is_empty() {
        return ().into_any();
    }
    let port = use_port();
    let items = linked
        .iter()
        .filter_map(|l| Some((port.record(&l.record)?, l)))
        .map(|(record, l)| {
            let title = if l.title.is_empty() { t!(i18n, "unnumbered") } else { i18n.label(&l.title) };
            let state = l.state.as_deref().map(|s| pill(i18n, record, s));
            view! {
                <li><a href=format!("/{}/{}", record.path, l.id)>{icon(record.icon)}<span>{i18n.record(record)}" "<bdi class="code">{title}</bdi></span></a>{state}</li>
            }
        })
        .collect_view();
    view! { <section class="card"><h2 class="sec">{t!(i18n, "form-linked")}</h2><ul class="linked">{items}</ul></section> }.into_any()
}

/// Who did what, when; with the old and new value of each field.
fn history(i18n: I18n, record: &'static Record, page: &FormPage) -> AnyView {
    if page.events.is_empty() {
        return ().into_any();
    }
    let items = page.events.iter().map(|event| event_view(i18n, record, page, event)).collect_view();
    view! { <section class="card" id="history"><h2 class="sec">{t!(i18n, "form-history")}</h2><ol class="tl">{items}</ol></section> }.into_any()
}

fn event_view(i18n: I18n, record: &'static Record, page: &FormPage, event: &Event) -> AnyView {
    let action = i18n.event(Some(record), &event.action);
    let symbol = match event.action.as_str() {
        "create" => "plus",
        "change" => "pencil",
        "attach" | "detach" | "open_file" => "file-text",
        "archive" => "download",
        "erase" => "trash-2",
        other => record.action(other).map_or("check", |a| a.icon),
    };
    let rows: Vec<_> = (event.changes.iter())
        .filter_map(|change| change_view(i18n, Some(record), change, &page.currency, &page.company_currency))
        .collect();
    let details = (!rows.is_empty() && event.action != "create").then(|| {
        view! { <details><summary>{t!(i18n, "event-details")}</summary><table class="diff"><tbody>{rows}</tbody></table></details> }
    });
    let user = if event.user.is_empty() { "Diwan".to_owned() } else { event.user.clone() };
    view! {
        <li>{icon(symbol)}<div><p><b><bdi>{user}</bdi></b>" · "{action}</p><small>{i18n.moment(&event.at)}</small>{details}</div></li>
    }
    .into_any()
}

/// One field of a change, old and new; nothing for fields that nobody sees.
pub fn change_view(
    i18n: I18n,
    record: Option<&'static Record>,
    (name, old, new): &(String, Option<String>, Option<String>),
    own_currency: &str,
    company_currency: &str,
) -> Option<AnyView> {
    let changed = i18n.changed(record, name)?;
    let currency = changed.currency(own_currency, company_currency);
    let show = |text: &Option<String>| i18n.changed_value(record, &changed, text.as_deref(), currency);
    let (old, new) = (show(old), show(new));
    Some(change_row(changed.label, old, new))
}

fn change_row(label: String, old: String, new: String) -> AnyView {
    view! { <tr><th>{label}</th><td><bdi>{old}</bdi></td><td>{flipped("arrow-right")}</td><td><bdi>{new}</bdi></td></tr> }.into_any()
}

/// Both versions side by side. Saving again keeps mine; opening the record anew takes theirs.
fn conflict_view(state: FormState, conflict: &Conflict) -> AnyView {
    let (around, record) = (state.around, state.record);
    let i18n = around.i18n;
    let rows = conflict
        .fields
        .iter()
        .filter_map(|(name, mine, theirs)| Some((record.field(name)?, mine, theirs)))
        .map(|(f, mine, theirs)| {
            let mine_text = mine.typed.clone().unwrap_or_else(|| untrack(|| shown(&around, f, mine)));
            let theirs_text = untrack(|| shown(&around, f, theirs));
            view! { <tr class="differs"><th>{i18n.field(record, f.name)}</th><td><bdi>{mine_text}</bdi></td><td><bdi>{theirs_text}</bdi></td></tr> }
        })
        .collect_view();
    let of_lines = record.lines.map_or(&[][..], |lines| lines.fields);
    let lines = conflict
        .lines
        .iter()
        .filter_map(|line| Some((of_lines.iter().find(|f| f.name == line.field)?, line)))
        .map(|(f, line)| {
            let label = t!(i18n, "form-line-field", row = line.row, field = i18n.line_field(record, f.name));
            let text = |cell: &Cell| cell.typed.clone().unwrap_or_else(|| untrack(|| shown(&around, f, cell)));
            view! { <tr class="differs"><th>{label}</th><td><bdi>{text(&line.mine)}</bdi></td><td><bdi>{text(&line.theirs)}</bdi></td></tr> }
        })
        .collect_view();
    let reload = format!("/{}/{}", record.path, state.id.get_value().unwrap_or_default());
    let user = conflict.user.clone();
    let dirty = state.dirty;
    view! {
        <section class="conflict card" id="conflict" role="alert">
            <h2 class="sec">{icon("triangle-alert")}{t!(i18n, "conflict-title", user = user)}</h2>
            <table class="compare">
                <thead><tr><th></th><th>{t!(i18n, "conflict-mine")}</th><th>{t!(i18n, "conflict-theirs")}</th></tr></thead>
                <tbody>{rows}{lines}</tbody>
            </table>
            <div class="acts">
                <a class="btn" href=reload rel="external" data-leaves="" on:click=move |_| dirty.set(false)>{t!(i18n, "conflict-take-theirs")}</a>
                <button class="btn pri" name="_do" value="save">{t!(i18n, "conflict-keep-mine")}</button>
            </div>
        </section>
    }
    .into_any()
}
