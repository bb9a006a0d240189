//! Jobs: what is being done, how far it is, what was refused.

use crate::i18n::I18n;
use crate::modules;
use crate::record::jobs::{JobLine, JobPage};
use crate::t;
use crate::ui::{icon, mark, use_i18n};
use leptos::prelude::*;

/// What a job does: the verb and the records.
pub fn title(i18n: I18n, line: &JobLine) -> String {
    let Some(record) = modules::record(&line.record) else { return t!(i18n, "jobs") };
    let verb = match line.verb.as_str() {
        "delete" => t!(i18n, "delete"),
        "set" => t!(i18n, "bulk-set"),
        "export" => t!(i18n, "export"),
        "person" => t!(i18n, "person-archive"),
        "archive" => t!(i18n, "archive"),
        "mail" => t!(i18n, "print-mail"),
        "rehearse" => t!(i18n, "import-check"),
        "import" => t!(i18n, "import"),
        "undo" => t!(i18n, "import-undo"),
        action => i18n.action(record, action),
    };
    format!("{} — {verb}", i18n.records(record))
}

pub fn state(i18n: I18n, line: &JobLine) -> AnyView {
    let (class, words) = match line.state.as_str() {
        _ if line.cancelling && !line.ended() => ("pill p-part", t!(i18n, "job-cancelling")),
        "waiting" => ("pill p-draft", t!(i18n, "job-waiting")),
        "running" => ("pill p-conf", t!(i18n, "job-running")),
        "done" if line.done == 0 && line.refused > 0 => ("pill p-late", t!(i18n, "job-all-refused")),
        "done" => ("pill p-done", t!(i18n, "job-done")),
        "failed" => ("pill p-late", t!(i18n, "job-failed")),
        _ => ("pill p-part", t!(i18n, "job-cancelled")),
    };
    view! { <span class=class>{words}</span> }.into_any()
}

fn progress(i18n: I18n, line: &JobLine) -> AnyView {
    let Some(total) = line.total else { return ().into_any() };
    let so_far = line.done + line.refused;
    let words = t!(i18n, "job-progress", done = i18n.integer(so_far), total = i18n.integer(total));
    let refused = (line.refused > 0).then(|| t!(i18n, "job-refused", count = line.refused));
    view! { <progress class="bar" max=total.max(1).to_string() value=so_far.to_string()></progress>" "<small>{words}</small>" "<small>{refused}</small> }
        .into_any()
}

/// All jobs that the reader may look at.
pub fn list(lines: Vec<JobLine>) -> AnyView {
    let i18n = use_i18n();
    if lines.is_empty() {
        return view! { <div class="empty">{mark()}<h2>{t!(i18n, "jobs-empty")}</h2><p>{t!(i18n, "jobs-empty-hint")}</p></div> }.into_any();
    }
    let rows = lines
        .iter()
        .map(|line| {
            let href = match (line.batch, modules::record(&line.record)) {
                (Some(batch), Some(record)) => format!("/{}/import/{batch}", record.path),
                _ => format!("/jobs/{}", line.id),
            };
            view! {
                <tr><td class="strong"><a href=href>{title(i18n, line)}</a></td><td class="soft">{i18n.moment(&line.at)}</td><td><bdi>{line.member.clone()}</bdi></td>
                    <td>{state(i18n, line)}</td><td>{progress(i18n, line)}</td></tr>
            }
        })
        .collect_view();
    view! {
        <div class="card scroll"><table class="list"><thead><tr><th>{t!(i18n, "job")}</th><th>{t!(i18n, "audit-at")}</th><th>{t!(i18n, "audit-member")}</th>
            <th>{t!(i18n, "field-state")}</th><th>{t!(i18n, "job-how-far")}</th></tr></thead><tbody>{rows}</tbody></table></div>
    }
    .into_any()
}

/// One job with its report.
pub fn report(i18n: I18n, page: &JobPage) -> AnyView {
    let line = &page.line;
    let record = modules::record(&line.record);
    let path = format!("/jobs/{}", line.id);
    let button = |verb: &'static str, symbol: &'static str, label: String| {
        view! { <form method="post" action=path.clone()><button class="btn" name="_do" value=verb>{icon(symbol)}<span>{label}</span></button></form> }
    };
    let stop = (!line.ended() && !line.cancelling).then(|| button("cancel", "ban", t!(i18n, "job-cancel")));
    let again = matches!(line.state.as_str(), "failed" | "cancelled")
        .then(|| button("retry", "rotate-ccw", t!(i18n, "job-retry")));
    let back = record
        .map(|r| view! { <a class="btn" href=format!("/{}", r.path)>{icon(r.icon)}<span>{i18n.records(r)}</span></a> });
    let rows = page
        .rows
        .iter()
        .map(|row| {
            let title = if row.title.is_empty() { row.record_id.to_string() } else { i18n.label(&row.title) };
            let href = format!("/{}/{}", record.map_or("", |r| r.path), row.record_id);
            let (class, words) = match (&row.message, row.refused) {
                (Some(message), _) => ("err", i18n.message(message)),
                (None, true) => ("err", t!(i18n, "job-failed")),
                (None, false) => ("soft", t!(i18n, "job-done")),
            };
            view! { <tr><td class="strong"><a href=href><bdi>{title}</bdi></a></td><td class="wrap"><span class=class>{words}</span></td></tr> }
        })
        .collect_view();
    let table = (!page.rows.is_empty()).then(|| {
        view! { <div class="card scroll"><table class="list"><thead><tr><th>{t!(i18n, "job-record")}</th><th>{t!(i18n, "job-outcome")}</th></tr></thead><tbody>{rows}</tbody></table></div> }
    });
    let file = line.file.clone().map(|name| {
        view! { <a class="btn pri" id="take" href=format!("{path}/file") rel="external" download>{icon("download")}<bdi>{name}</bdi></a> }
    });
    let why = line.message.as_ref().map(|message| {
        view! { <div class="notice bad">{icon("triangle-alert")}<div>{i18n.message(message)}</div></div> }
    });
    let later = page.later.clone().map(|place| {
        let href = format!("{path}?after={place}");
        view! { <div class="foot"><span class="sp"></span><a class="btn" id="later" href=href>{t!(i18n, "page-after")}</a></div> }
    });
    view! {
        <section class="card" role="status" aria-live="polite"><p>{state(i18n, line)}" "{progress(i18n, line)}</p><div class="acts">{file}{stop}{again}{back}</div></section>
        {why}{table}{later}
    }
    .into_any()
}
