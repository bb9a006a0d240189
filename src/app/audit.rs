//! The audit log: who did what, when and from where.

use crate::i18n::I18n;
use crate::modules::{self, MODULES};
use crate::record::audit::{AuditEntry, AuditPage, AuditQuery};
use crate::t;
use crate::ui::form::change_view;
use crate::ui::{icon, mark, use_i18n};
use leptos::prelude::*;

/// The page of the log with its filters.
pub fn view(page: AuditPage) -> AnyView {
    let i18n = use_i18n();
    let bar = filters(i18n, &page);
    let rows = page.entries.iter().map(|entry| entry_view(i18n, entry, &page.company_currency)).collect_view();
    let body = if page.entries.is_empty() {
        view! { <div class="empty">{mark()}<h2>{t!(i18n, "list-nothing-found")}</h2></div> }.into_any()
    } else {
        view! {
            <div class="card scroll" tabindex="0" role="region" aria-label=t!(i18n, "page-audit")>
                <table class="list audit"><thead><tr><th>{t!(i18n, "audit-at")}</th><th>{t!(i18n, "audit-member")}</th><th>{t!(i18n, "audit-record")}</th>
                    <th>{t!(i18n, "audit-action")}</th><th>{t!(i18n, "audit-changes")}</th><th>{t!(i18n, "audit-address")}</th></tr></thead>
                    <tbody>{rows}</tbody></table>
            </div>
        }
        .into_any()
    };
    let older = page.entries.last().filter(|_| page.more).map(|last| {
        let href = AuditQuery { before: Some(last.id), ..page.query.clone() }.address("/audit");
        view! { <div class="foot"><span class="sp"></span><a class="btn" id="later" href=href>{t!(i18n, "page-after")}</a></div> }
    });
    let chain = t!(i18n, "audit-chain", count = page.length);
    view! {
        {bar}{body}{older}
        <p class="hint">{icon("shield-check")}" "{chain}" "<bdi class="code">{page.head.clone()}</bdi></p>
    }
    .into_any()
}

fn filters(i18n: I18n, page: &AuditPage) -> AnyView {
    let query = &page.query;
    let records = MODULES
        .iter()
        .flat_map(|module| module.records.iter())
        .map(|record| {
            let chosen = query.record == record.name;
            view! { <option value=record.name selected=chosen>{i18n.records(record)}</option> }
        })
        .collect_view();
    let members = page
        .members
        .iter()
        .map(|(id, name)| {
            let chosen = query.member == Some(*id);
            view! { <option value=id.to_string() selected=chosen>{name.clone()}</option> }
        })
        .collect_view();
    let one = query.record_id.map(|id| view! { <input type="hidden" name="id" value=id.to_string() /> });
    let everything = t!(i18n, "view-all");
    view! {
        <form class="toolbar" method="get" action="/audit">
            {one}
            <div class="field"><label for="record">{t!(i18n, "audit-record")}</label><div class="control"><select id="record" name="record"><option value="">{everything.clone()}</option>{records}</select></div></div>
            <div class="field"><label for="member">{t!(i18n, "audit-member")}</label><div class="control"><select id="member" name="member"><option value="">{everything}</option>{members}</select></div></div>
            <div class="field"><label for="from">{t!(i18n, "from")}</label><div class="control"><input type="text" dir="ltr" id="from" name="from" value=query.from.clone() placeholder="YYYY-MM-DD" /></div></div>
            <div class="field"><label for="to">{t!(i18n, "to")}</label><div class="control"><input type="text" dir="ltr" id="to" name="to" value=query.to.clone() placeholder="YYYY-MM-DD" /></div></div>
            <button class="btn">{t!(i18n, "show")}</button>
        </form>
    }
    .into_any()
}

fn entry_view(i18n: I18n, entry: &AuditEntry, currency: &str) -> AnyView {
    let record = modules::record(&entry.record);
    let what = match record {
        Some(record) => {
            let title = if entry.title.is_empty() { t!(i18n, "unnumbered") } else { i18n.label(&entry.title) };
            let href = format!("/{}/{}", record.path, entry.record_id);
            view! { <a href=href>{i18n.record(record)}" "<bdi>{title}</bdi></a> }.into_any()
        }
        None => view! { <bdi class="code">{entry.record.clone()}</bdi> }.into_any(),
    };
    let action = match (entry.action.as_str(), record) {
        ("create", _) => t!(i18n, "event-create"),
        ("change", _) => t!(i18n, "event-change"),
        ("delete", _) => t!(i18n, "event-delete"),
        (other, Some(record)) => crate::ui::files::event(i18n, other).unwrap_or_else(|| i18n.action(record, other)),
        (other, None) => other.to_owned(),
    };
    let changes = record.map(|record| {
        let rows: Vec<_> =
            entry.changes.iter().filter_map(|change| change_view(i18n, record, change, currency, currency)).collect();
        let count = t!(i18n, "audit-fields", count = rows.len() as i64);
        (!rows.is_empty()).then(|| {
            view! { <details><summary>{count}</summary><table class="diff"><tbody>{rows}</tbody></table></details> }
        })
    });
    let member = if entry.member.is_empty() { "Diwan".to_owned() } else { entry.member.clone() };
    view! {
        <tr><td class="soft">{i18n.moment(&entry.at)}</td><td><bdi>{member}</bdi></td><td>{what}</td><td>{action}</td><td>{changes}</td>
            <td><bdi class="code">{entry.address.clone()}</bdi></td></tr>
    }
    .into_any()
}
