//! Rows of a list whose fields are changed where they stand, as in a spreadsheet: each value is on the screen at once, saved
//! when it is left, and taken back when the server refuses it or the reader thinks better of it.

use super::change::{Place, Saying};
use super::field::{Surroundings, control};
#[cfg(feature = "hydrate")]
use super::field::{sent, shown};
use super::port::Port;
use super::{use_i18n, use_port};
#[cfg(feature = "hydrate")]
use crate::record::page::Message;
use crate::record::page::{Cell, ListPage, Row};
use crate::record::{Field, Kind, Record};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// Whether the rows of a list are open for changes.
#[derive(Clone, Copy)]
pub struct Editing(pub RwSignal<bool>);

/// A row, as the list last heard of it, with what its cells need to be changed.
#[derive(Clone, Copy)]
pub struct Line {
    pub record: &'static Record,
    pub columns: StoredValue<Vec<&'static Field>>,
    /// Follows what is saved.
    pub row: RwSignal<Row>,
    /// The list without its rows.
    pub page: StoredValue<ListPage>,
    pub saying: Saying,
}

/// Whether a field of a row is changed in an input of the list. Yes or no is a switch there, whether rows are open or not.
pub fn opens(page: &ListPage, row: &Row, field: &Field) -> bool {
    page.settable(row, field) && !matches!(field.kind, Kind::Bool | Kind::Note | Kind::Words | Kind::Names)
}

impl Line {
    /// Whether the reader may change this field of the row.
    pub fn sets(self, field: &Field) -> bool {
        self.page.with_value(|page| self.row.with_untracked(|row| page.settable(row, field)))
    }

    /// Whether the cell of this field is an input.
    pub fn opens(self, field: &Field) -> bool {
        self.page.with_value(|page| self.row.with_untracked(|row| opens(page, row, field)))
    }

    /// The cells of the row, as signals that follow what is saved.
    pub fn open(self) -> Vec<RwSignal<Cell>> {
        self.row.with_untracked(|row| row.cells.iter().cloned().map(RwSignal::new).collect())
    }

    /// The input of the cell in this column.
    pub fn input(self, at: usize, cells: StoredValue<Vec<RwSignal<Cell>>>) -> AnyView {
        let Some((field, cell)) =
            self.columns.with_value(|c| c.get(at).copied()).zip(cells.with_value(|c| c.get(at).copied()))
        else {
            return ().into_any();
        };
        let (i18n, id) = (use_i18n(), self.row.with_untracked(|row| row.id));
        let currency = self.row.with_untracked(|row| row.currency.clone());
        let company_currency = self.page.with_value(|page| page.company_currency.clone());
        let around = Surroundings {
            i18n,
            record: self.record,
            currency: RwSignal::new(currency.unwrap_or_else(|| company_currency.clone())),
            company_currency: StoredValue::new(company_currency),
            near: None,
            on_edit: Callback::new(|_| {}),
        };
        let place = Place { i18n, record: self.record, field, id, saying: self.saying };
        let input = Input { place, around, line: self, at, cell, cells, drawn: RwSignal::new(0), port: use_port() };
        let around = Surroundings { on_edit: Callback::new(move |finished| input.edited(finished)), ..around };
        let name = input.name();
        let label = i18n.field(self.record, field.name);
        let class = if matches!(field.kind, Kind::Link(_)) { "control pick" } else { "control" };
        let label_for = name.clone();
        view! {
            <label class="vh" for=label_for>{label}</label>
            <div class=class on:keydown=move |event| input.key(&event)>
                {move || {
                    input.drawn.track();
                    untrack(|| control(around, field, name.clone(), name.clone(), cell))
                }}
            </div>
        }
        .into_any()
    }
}

/// One input of a row.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code))]
struct Input {
    place: Place,
    around: Surroundings,
    line: Line,
    at: usize,
    cell: RwSignal<Cell>,
    cells: StoredValue<Vec<RwSignal<Cell>>>,
    /// Counts up when the input is to be drawn anew with what its cell holds.
    drawn: RwSignal<u32>,
    port: &'static dyn Port,
}

impl Input {
    /// The id of the input, which is its name, too.
    fn name(self) -> String {
        format!("c-{}-{}", self.place.id, self.place.field.name)
    }

    #[cfg(not(feature = "hydrate"))]
    fn edited(self, _: bool) {}

    #[cfg(not(feature = "hydrate"))]
    fn key(self, _: &KeyboardEvent) {}

    #[cfg(feature = "hydrate")]
    fn edited(self, finished: bool) {
        if finished {
            self.save(self.cell.get_untracked());
        }
    }

    /// Escape takes back what was typed; Enter saves and goes to the next row, with Shift to the one before.
    #[cfg(feature = "hydrate")]
    fn key(self, event: &KeyboardEvent) {
        // A list of offers had it first.
        if event.default_prevented() {
            return;
        }
        match event.code().as_str() {
            "Escape" => {
                event.prevent_default();
                self.show(self.kept());
                super::browser::focus(&self.name());
            }
            "Enter" | "NumpadEnter" => {
                event.prevent_default();
                let step = if event.shift_key() { -1 } else { 1 };
                super::browser::focus_along(&format!("[id^='c-'][id$='-{}']", self.place.field.name), step);
            }
            _ => {}
        }
    }

    /// What the server last said that the cell holds.
    #[cfg(feature = "hydrate")]
    fn kept(self) -> Cell {
        let kept = self.line.row.try_with_untracked(|row| row.cells.get(self.at).cloned());
        kept.flatten().unwrap_or_default()
    }

    /// Shows this in the input, unless the list is gone.
    #[cfg(feature = "hydrate")]
    fn show(self, cell: Cell) {
        if self.cell.try_set(cell).is_none() {
            let _ = self.drawn.try_update(|drawn| *drawn += 1);
        }
    }

    #[cfg(feature = "hydrate")]
    fn text(self, cell: &Cell) -> String {
        let parts = sent(&self.around, self.place.field, cell);
        parts.into_iter().map(|(_, text)| text).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Saves what the input holds, unless it is what was there.
    #[cfg(feature = "hydrate")]
    fn save(self, cell: Cell) {
        let (text, back) = (self.text(&cell), self.text(&self.kept()));
        if text != back {
            self.put(text, back);
        }
    }

    /// Asks the server to keep a text, and shows the row as it then is; `back` is what undoes it. What is refused stays in the
    /// input, to be mended or taken back. The rows may be closed by the time of the answer, and the list gone.
    #[cfg(feature = "hydrate")]
    fn put(self, text: String, back: String) {
        let was = self.kept().text.unwrap_or_default();
        leptos::task::spawn_local(async move {
            match self.place.ask(&text, Some(&was)).await {
                Ok(()) => {
                    let value = match self.refresh().await && !self.cell.is_disposed() {
                        true => shown(&self.around, self.place.field, &self.kept()),
                        false => text.clone(),
                    };
                    let undo = Callback::new(move |()| self.put(back.clone(), text.clone()));
                    self.place.say_done(if value.is_empty() { "—".to_owned() } else { value }, undo);
                }
                Err(reason) => {
                    let _ = self.cell.try_update(|cell| cell.fault = Some(Message::new("set-unsaved")));
                    self.place.say(reason, None);
                }
            }
        });
    }

    /// Reads the row anew: what follows from the change is changed, too. Inputs in hand keep what is typed in them. `false` when
    /// it cannot be read.
    #[cfg(feature = "hydrate")]
    async fn refresh(self) -> bool {
        let columns = self.line.columns.with_value(|c| c.iter().map(|f| f.name.to_owned()).collect());
        let Some(row) = self.port.row(self.place.record, self.place.id, columns).await else { return false };
        let _ = self.cells.try_with_value(|cells| {
            for (signal, cell) in cells.iter().zip(&row.cells) {
                let in_hand = signal.try_with_untracked(|now| now.typed.is_some()) == Some(true);
                if !in_hand || *signal == self.cell {
                    let _ = signal.try_set(cell.clone());
                }
            }
        });
        self.line.row.try_set(row).is_none()
    }
}
