//! Import: give a file, see what it would do, then do it.

use crate::i18n::I18n;
use crate::modules;
use crate::record::Record;
use crate::record::page::Message;
use crate::t;
use crate::ui::{icon, use_i18n};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A row that cannot be imported: line of the file, column, what was there, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    pub line: u64,
    pub column: String,
    pub text: String,
    pub reason: Message,
}

/// What an import would do, before it does it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The file's text, given back so that it need not be chosen twice.
    pub file: String,
    /// Column of the file and the field it goes to; empty for columns left out.
    pub mapping: Vec<(String, String)>,
    pub rows: u64,
    pub documents: u64,
    pub bad: Vec<BadRow>,
    pub more_bad: u64,
}

/// The import page of a record type, with what a rehearsal found.
pub fn view(record: &str, rehearsal: Option<Rehearsal>) -> AnyView {
    let Some(record) = modules::record(record) else { return ().into_any() };
    let i18n = use_i18n();
    match rehearsal {
        None => choose(i18n, record),
        Some(rehearsal) => check(i18n, record, rehearsal),
    }
}

/// Names that a column of the file may have: those of the record's fields and, for documents, of its lines.
pub fn targets(i18n: I18n, record: &'static Record) -> Vec<(String, String)> {
    let own = record.fields.iter().filter(|f| !f.computed).map(|f| (f.name.to_owned(), i18n.field(record, f.name)));
    let lines = record.lines.map_or(&[][..], |l| l.fields).iter().filter(|f| !f.computed);
    let lines = lines
        .map(|f| (format!("line.{}", f.name), t!(i18n, "import-line-field", field = i18n.line_field(record, f.name))));
    let parent = record.lines.map(|_| ("parent".to_owned(), t!(i18n, "import-parent")));
    own.chain(lines).chain(parent).collect()
}

fn choose(i18n: I18n, record: &'static Record) -> AnyView {
    let names = targets(i18n, record)
        .into_iter()
        .map(|(name, label)| view! { <tr><td><bdi class="code">{name}</bdi></td><td>{label}</td></tr> })
        .collect_view();
    view! {
        <form class="card body stack" method="post" enctype="multipart/form-data">
            <p>{t!(i18n, "import-lead")}</p>
            <label class="drop" for="file">{icon("upload")}<span>{t!(i18n, "import-file")}</span><input type="file" id="file" name="file" accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" required /></label>
            <div class="acts"><button class="btn pri">{t!(i18n, "import-check")}</button></div>
        </form>
        <section class="card"><h2 class="sec">{t!(i18n, "import-columns")}</h2><div class="scroll"><table class="list"><tbody>{names}</tbody></table></div></section>
    }
    .into_any()
}

fn check(i18n: I18n, record: &'static Record, rehearsal: Rehearsal) -> AnyView {
    let choices = targets(i18n, record);
    let mapping = rehearsal
        .mapping
        .iter()
        .map(|(column, target)| {
            let options = choices
                .iter()
                .map(|(name, label)| {
                    let chosen = name == target.rsplit('*').next().unwrap_or(target);
                    view! { <option value=name.clone() selected=chosen>{label.clone()}</option> }
                })
                .collect_view();
            view! {
                <tr><td><bdi>{column.clone()}</bdi></td><td><div class="control"><select name=format!("map.{column}") aria-label=column.clone()><option value="">{t!(i18n, "import-leave-out")}</option>{options}</select></div></td></tr>
            }
        })
        .collect_view();
    let count = rehearsal.bad.len() as i64 + rehearsal.more_bad as i64;
    let outcome = if count == 0 {
        view! { <div class="notice good" id="import-good">{icon("circle-check")}<div>{t!(i18n, "import-good", rows = rehearsal.rows as i64, documents = rehearsal.documents as i64)}</div></div> }.into_any()
    } else {
        view! { <div class="notice bad" id="import-bad">{icon("triangle-alert")}<div>{t!(i18n, "import-bad", count = count)}</div></div> }.into_any()
    };
    let bad = rehearsal
        .bad
        .iter()
        .map(|row| {
            view! {
                <tr><td class="end"><span class="num">{i18n.integer(row.line as i64)}</span></td><td><bdi>{row.column.clone()}</bdi></td><td><bdi>{row.text.clone()}</bdi></td><td>{i18n.message(&row.reason)}</td></tr>
            }
        })
        .collect_view();
    let table = (count > 0).then(|| {
        view! {
            <section class="card scroll"><table class="list" id="bad-rows">
                <thead><tr><th class="end">{t!(i18n, "import-row")}</th><th>{t!(i18n, "import-column")}</th><th>{t!(i18n, "import-text")}</th><th>{t!(i18n, "import-reason")}</th></tr></thead>
                <tbody>{bad}</tbody>
            </table></section>
        }
    });
    let blocked = count > 0;
    view! {
        <form method="post" class="stackcol" enctype="multipart/form-data">
            <input type="hidden" name="text" value=rehearsal.file.clone() />
            {outcome}{table}
            <section class="card"><h2 class="sec">{t!(i18n, "import-mapping")}</h2><div class="scroll"><table class="list"><tbody>{mapping}</tbody></table></div></section>
            <div class="acts">
                <a class="btn quiet" href=format!("/{}/import", record.path) rel="external">{t!(i18n, "import-other-file")}</a>
                <button class="btn" name="do" value="check">{t!(i18n, "import-check-again")}</button>
                <button class="btn pri" name="do" value="import" disabled=blocked>{t!(i18n, "import-do")}</button>
            </div>
        </form>
    }
    .into_any()
}
