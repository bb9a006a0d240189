//! Import: give a file, see what it would do, do it, take it back.

use super::plain::returned;
use crate::i18n::I18n;
use crate::modules;
use crate::platform::web::PlainForm;
use crate::record::import::{Column, Example, ImportPage, Past};
use crate::record::{Kind, Record};
use crate::t;
use crate::ui::form::change_view;
use crate::ui::{described, icon, use_i18n};
use leptos::prelude::*;

/// The page of an import.
pub fn view(page: ImportPage) -> AnyView {
    let i18n = use_i18n();
    let Some(record) = modules::record(&page.record) else { return ().into_any() };
    if page.batch.is_none() { choose(i18n, record, page) } else { batch(i18n, record, &page) }
}

fn choose(i18n: I18n, record: &'static Record, page: ImportPage) -> AnyView {
    let names = page
        .choices
        .into_iter()
        .map(|(name, label)| {
            let words = page.words.iter().find(|(target, _)| *target == name).map(|(_, words)| words.clone());
            view! { <tr><td><bdi class="code">{name}</bdi></td><td>{label}</td><td class="wrap soft">{words}</td></tr> }
        })
        .collect_view();
    let past = page.past.iter().map(|past| {
        let href = format!("/{}/import/{}", record.path, past.id);
        view! {
            <tr><td class="strong"><a href=href rel="external"><bdi>{past.name.clone()}</bdi></a></td><td class="soft">{i18n.moment(&past.at)}</td>
                <td><bdi>{past.member.clone()}</bdi></td><td>{state(i18n, past)}</td></tr>
        }
    });
    let past = (!page.past.is_empty()).then(|| {
        view! { <section class="card"><h2 class="sec">{t!(i18n, "import-past")}</h2><div class="scroll"><table class="list" id="past-imports"><tbody>{past.collect_view()}</tbody></table></div></section> }
    });
    view! {
        <form class="card body stack" method="post" enctype="multipart/form-data">
            <p>{t!(i18n, "import-lead")}</p>
            <label class="drop" for="file">{icon("upload")}<span>{t!(i18n, "import-file")}</span><input type="file" id="file" name="file" accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" required /></label>
            {page.changes.map(|ticked| changes(i18n, record, ticked))}
            <div class="acts"><button class="btn pri">{t!(i18n, "import-check")}</button></div>
        </form>
        {past}
        <section class="card"><h2 class="sec">{t!(i18n, "import-columns")}</h2><div class="scroll"><table class="list"><tbody>{names}</tbody></table></div></section>
    }
    .into_any()
}

fn state(i18n: I18n, past: &Past) -> AnyView {
    let class = match past.state.as_str() {
        "done" => "pill p-done",
        "failed" => "pill p-late",
        "cancelled" | "undone" => "pill p-void",
        "uploaded" | "rehearsed" => "pill p-draft",
        _ => "pill p-conf",
    };
    view! { <span class=class>{i18n.format(&format!("import-state-{}", past.state), None)}</span> }.into_any()
}

fn batch(i18n: I18n, record: &'static Record, page: &ImportPage) -> AnyView {
    let Some(past) = &page.batch else { return ().into_any() };
    let address = format!("/{}/import/{}", record.path, past.id);
    let progress = page.running.map(|(done, total)| {
        let words = t!(i18n, "job-progress", done = i18n.integer(done), total = i18n.integer(total));
        let words = (total > 0).then_some(words);
        view! { " "<progress class="bar" max=total.max(1).to_string() value=done.to_string()></progress>" "<small class="num">{words}</small> }
    });
    let notices = page
        .notices
        .iter()
        .enumerate()
        .map(|(at, (class, message))| {
            let symbol = if class == "good" { "circle-check" } else { "triangle-alert" };
            let first = page.notices.iter().position(|(_, other)| other.id == message.id) == Some(at);
            view! { <div class=format!("notice {class}") id=first.then(|| message.id.clone())>{icon(symbol)}<div>{i18n.message(message)}</div></div> }
        })
        .collect_view();
    let button = |verb: &String| {
        let (class, label) = match verb.as_str() {
            "check" => ("btn", t!(i18n, "import-check-again")),
            "import" => ("btn pri", t!(i18n, "import-do")),
            "skip" => ("btn pri", t!(i18n, "import-skip")),
            "cancel" => ("btn", t!(i18n, "job-cancel")),
            "continue" => ("btn", t!(i18n, "job-retry")),
            _ => ("btn", t!(i18n, "import-undo")),
        };
        view! { <button class=class name="_do" value=verb.clone()>{label}</button> }
    };
    let buttons = page.verbs.iter().map(button).collect_view();
    let mapping = page.verbs.iter().any(|verb| verb == "check").then(|| mapping(i18n, record, page));
    view! {
        <section class="card" role="status" aria-live="polite"><p>{state(i18n, past)}" "<bdi>{past.name.clone()}</bdi>{progress}</p></section>
        <form method="post" class="stackcol" action=address.clone()>
            {notices}
            <div class="acts">
                <a class="btn quiet" href=format!("/{}/import", record.path) rel="external">{t!(i18n, "import-other-file")}</a>
                <a class="btn quiet" href=format!("/{}", record.path)>{i18n.records(record)}</a>
                {buttons}
            </div>
            {faults(i18n, page, &address)}
            {mapping}
        </form>
        {examples(i18n, page)}
    }
    .into_any()
}

fn faults(i18n: I18n, page: &ImportPage, address: &str) -> AnyView {
    let rows = page
        .bad
        .iter()
        .map(|row| {
            view! {
                <tr><td class="end"><span class="num">{i18n.integer(row.line)}</span></td><td><bdi>{row.column.clone()}</bdi></td><td><bdi>{row.text.clone()}</bdi></td><td class="wrap">{i18n.message(&row.reason)}</td></tr>
            }
        })
        .collect_view();
    let more =
        (page.more_bad > 0).then(|| view! { <p class="soft">{t!(i18n, "import-more-bad", count = page.more_bad)}</p> });
    let file = |id: &'static str, name: &str, label: String| {
        view! { <p><a class="btn" id=id href=format!("{address}/{name}") rel="external" download>{icon("download")}<span>{label}</span></a></p> }
    };
    let all = page.has_faults.then(|| file("import-faults", "faults", t!(i18n, "import-faults")));
    let rest = page.has_rest.then(|| file("import-rest", "rest", t!(i18n, "import-rest")));
    (!page.bad.is_empty())
        .then(|| {
            view! {
                <section class="card scroll"><table class="list" id="bad-rows">
                    <thead><tr><th class="end">{t!(i18n, "import-row")}</th><th>{t!(i18n, "import-column")}</th><th>{t!(i18n, "import-text")}</th><th>{t!(i18n, "import-reason")}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table></section>
                {more}{all}{rest}
            }
        })
        .into_any()
}

/// Where each column goes, and what every row has besides: as it is kept or, where it came back, as it was typed.
fn mapping(i18n: I18n, record: &Record, page: &ImportPage) -> AnyView {
    let form = returned();
    let typed = |name: String| form.fields.get(&name).cloned();
    let select = |name: String, label: String, target: &str, none: String| {
        let options = page
            .choices
            .iter()
            .map(|(name, label)| {
                let figure = page.figures.contains(name).then_some("");
                view! { <option value=name.clone() data-figure=figure selected=name == target>{label.clone()}</option> }
            })
            .collect_view();
        view! { <div class="control"><select name=name aria-label=label><option value="">{none}</option>{options}</select></div> }
    };
    let columns = page
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let target = typed(format!("map.{at}")).unwrap_or_else(|| column.target.clone());
            let chosen = select(format!("map.{at}"), column.name.clone(), &target, t!(i18n, "import-leave-out"));
            view! { <tr><td><bdi id=format!("column.{at}")>{column.name.clone()}</bdi></td><td>{chosen}</td>{factor(i18n, &form, at, column)}</tr> }
        })
        .collect_view();
    let ticked =
        page.changes.map(|kept| if form.fields.is_empty() { kept } else { form.fields.contains_key("changes") });
    let came_back: Vec<(String, String)> =
        (0..).map_while(|at| Some((typed(format!("fix.{at}"))?, typed(format!("fix.text.{at}"))?))).collect();
    let empty = (String::new(), String::new());
    let fixed = match came_back.is_empty() {
        true => page.fixed.iter().chain([&empty]).cloned().collect(),
        false => came_back,
    };
    let fixed = fixed
        .iter()
        .map(|(target, text)| {
            let label = t!(i18n, "import-fixed-text");
            let chosen = select("fix".to_owned(), t!(i18n, "import-fixed"), target, t!(i18n, "import-fixed-none"));
            view! { <tr><td>{chosen}</td><td><div class="control"><input name="fix.text" aria-label=label value=text.clone() /></div></td></tr> }
        })
        .collect_view();
    view! {
        {ticked.map(|ticked| view! { <section class="card body stack">{changes(i18n, record, ticked)}</section> })}
        <section class="card"><h2 class="sec">{t!(i18n, "import-mapping")}</h2><div class="scroll"><table class="list" id="import-mapping"><tbody>{columns}</tbody></table></div></section>
        <section class="card"><h2 class="sec">{t!(i18n, "import-fixed")}</h2><div class="scroll"><table class="list" id="import-fixed"><tbody>{fixed}</tbody></table></div></section>
    }
    .into_any()
}

/// The cell that says what the figures of a column are multiplied by. Styles hide it where the column goes to none.
fn factor(i18n: I18n, form: &PlainForm, at: usize, column: &Column) -> AnyView {
    let name = format!("by.{at}");
    let kept = || i18n.edit(Kind::Rate, Some(column.factor.as_str()), "");
    let value = form.fields.get(&name).cloned().unwrap_or_else(kept);
    let fault = form.refusals.iter().find(|r| r.field.as_ref() == Some(&name)).map(|r| i18n.message(&r.message));
    let class = if fault.is_some() { "field error" } else { "field" };
    let invalid = fault.is_some().to_string();
    let (label_id, fault_id) = (format!("{name}-label"), format!("{name}-fault"));
    let labels = format!("{label_id} column.{at}");
    view! {
        <td class="by"><div class=class>
            <label for=name.clone() id=label_id>{t!(i18n, "import-factor")}</label>
            <div class="control"><input id=name.clone() name=name inputmode="decimal" dir="ltr" autocomplete="off" value=value aria-labelledby=labels
                aria-invalid=invalid aria-describedby=fault_id.clone() /></div>
            {fault.map(|text| view! { <small class="err" id=fault_id>{text}</small> })}
        </div></td>
    }
    .into_any()
}

/// The tick that lets rows change records that exist.
fn changes(i18n: I18n, record: &Record, ticked: bool) -> AnyView {
    let key = record.key().map(|key| i18n.field(record, key.name)).unwrap_or_default();
    view! {
        <label class="check"><input type="checkbox" id="import-changes" name="changes" value="true" checked=ticked /><span>{t!(i18n, "import-changes-existing", field = key)}</span></label>
        <p class="hint">{t!(i18n, "import-changes-hint")}</p>
    }
    .into_any()
}

/// The first documents that the file makes.
fn examples(i18n: I18n, page: &ImportPage) -> AnyView {
    let rows = page.examples.iter().map(|example| {
        let what = if example.changed { t!(i18n, "import-changes") } else { t!(i18n, "import-creates") };
        let lines = (example.lines > 0).then(|| t!(i18n, "import-lines", count = example.lines as i64));
        view! {
            <tr><td class="end"><span class="num">{i18n.integer(example.line)}</span></td><td class="strong"><bdi>{i18n.label(&example.title)}</bdi></td><td>{what}{differences(i18n, page, example)}</td><td>{lines}</td></tr>
        }
    });
    (!page.examples.is_empty())
        .then(|| view! { <section class="card"><h2 class="sec">{t!(i18n, "import-examples")}</h2><div class="scroll"><table class="list" id="import-examples"><tbody>{rows.collect_view()}</tbody></table></div></section> })
        .into_any()
}

/// What changes of a record that was there before, field by field.
fn differences(i18n: I18n, page: &ImportPage, example: &Example) -> Option<AnyView> {
    let (record, changes) = (described(&page.record, &page.custom), &example.changes);
    let rows: Vec<_> = (changes.fields.iter())
        .filter_map(|change| change_view(i18n, record, change, &changes.currency, &page.company_currency))
        .collect();
    let count = t!(i18n, "audit-fields", count = rows.len() as i64 + changes.more);
    let more = (changes.more > 0).then(|| {
        view! { <p class="soft">{t!(i18n, "import-more-changes", count = changes.more)}</p> }
    });
    (!rows.is_empty()).then(|| {
        view! { <details open=true><summary>{count}</summary><table class="diff"><tbody>{rows}</tbody></table>{more}</details> }.into_any()
    })
}
