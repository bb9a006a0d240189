//! The audit log: who did what, when and from where.

use crate::i18n::I18n;
use crate::modules::MODULES;
use crate::record::audit::{AuditEntry, AuditPage, AuditQuery};
use crate::t;
use crate::ui::form::change_view;
use crate::ui::list::export_links;
use crate::ui::{described, icon, mark, use_i18n};
use leptos::prelude::*;

/// What is done to records of any type; the actions of one type can be chosen beside it.
const GENERAL: [&str; 11] = [
    "create",
    "change",
    "delete",
    "erase",
    "archive",
    "attach",
    "detach",
    "comment",
    "edit_comment",
    "remove_comment",
    "mail",
];

/// The page of the log with its filters.
pub fn view(page: AuditPage) -> AnyView {
    let i18n = use_i18n();
    let bar = filters(i18n, &page);
    let rows = page.entries.iter().map(|entry| entry_view(i18n, &page, entry)).collect_view();
    let body = if page.entries.is_empty() {
        view! { <div class="empty">{mark()}<h2>{t!(i18n, "list-nothing-found")}</h2></div> }.into_any()
    } else {
        view! {
            <div class="card scroll" tabindex="0" role="region" aria-label=t!(i18n, "page-audit")>
                <table class="list audit"><thead><tr><th>{t!(i18n, "audit-at")}</th><th>{t!(i18n, "audit-member")}</th><th>{t!(i18n, "audit-record")}</th>
                    <th>{t!(i18n, "audit-action")}</th><th>{t!(i18n, "audit-changes")}</th><th>{t!(i18n, "audit-address")}</th><th>{t!(i18n, "audit-request")}</th></tr></thead>
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
    let of_record = crate::modules::record(&query.record);
    let actions = GENERAL
        .iter()
        .copied()
        .chain(of_record.iter().flat_map(|record| record.actions.iter().map(|action| action.name)))
        .map(|action| {
            let chosen = query.action == action;
            view! { <option value=action selected=chosen>{i18n.event(of_record, action)}</option> }
        })
        .collect_view();
    let one = query.record_id.map(|id| view! { <input type="hidden" name="id" value=id.to_string() /> });
    let everything = t!(i18n, "view-all");
    let query_only = AuditQuery { before: None, ..query.clone() }.address("");
    let files = export_links(&format!("/audit/export?{}", query_only.trim_start_matches('?')));
    view! {
        <form class="toolbar" method="get" action="/audit">
            {one}
            <div class="field"><label for="record">{t!(i18n, "audit-record")}</label><div class="control"><select id="record" name="record"><option value="">{everything.clone()}</option>{records}</select></div></div>
            <div class="field"><label for="member">{t!(i18n, "audit-member")}</label><div class="control"><select id="member" name="member"><option value="">{everything}</option>{members}</select></div></div>
            <div class="field"><label for="action">{t!(i18n, "audit-action")}</label><div class="control"><select id="action" name="action"><option value="">{t!(i18n, "view-all")}</option>{actions}</select></div></div>
            {day_field(i18n, page, "from", t!(i18n, "from"), query.from.clone())}
            {day_field(i18n, page, "to", t!(i18n, "to"), query.to.clone())}
            <button class="btn">{t!(i18n, "show")}</button>
            <details class="chip"><summary>{icon("download")}{t!(i18n, "export")}</summary><div class="pop">{files}</div></details>
        </form>
    }
    .into_any()
}

/// A day as it was typed, and what is wrong with it.
fn day_field(i18n: I18n, page: &AuditPage, name: &'static str, label: String, typed: String) -> AnyView {
    let fault = page.faults.iter().find(|(field, _)| field == name).map(|(_, message)| i18n.message(message));
    let (class, fault_id) = (if fault.is_some() { "field error" } else { "field" }, format!("{name}-fault"));
    let described_by = fault.is_some().then(|| fault_id.clone());
    view! {
        <div class=class><label for=name>{label}</label>
            <div class="control"><input type="text" dir="ltr" id=name name=name value=typed placeholder="YYYY-MM-DD"
                aria-invalid=fault.is_some().to_string() aria-describedby=described_by /></div>
            {fault.map(|text| view! { <small class="err" id=fault_id>{text}</small> })}</div>
    }
    .into_any()
}

fn entry_view(i18n: I18n, page: &AuditPage, entry: &AuditEntry) -> AnyView {
    let record = described(&entry.record, &page.custom);
    let what = match record {
        Some(record) => {
            let title = i18n.audited(Some(record), entry);
            let what = view! { {i18n.record(record)}" "<bdi>{title}</bdi> }.into_any();
            match entry.title {
                Some(_) => view! { <a href=format!("/{}/{}", record.path, entry.record_id)>{what}</a> }.into_any(),
                None => what,
            }
        }
        None => {
            let title = i18n.audited(None, entry);
            view! { {i18n.audited_kind(None, &entry.record)}" "<bdi>{title}</bdi> }.into_any()
        }
    };
    let action = i18n.event(record, &entry.action);
    let rows: Vec<_> = (entry.changes.iter())
        .filter_map(|change| change_view(i18n, record, change, &entry.currency, &page.company_currency))
        .collect();
    let count = t!(i18n, "audit-fields", count = rows.len() as i64);
    let changes = (!rows.is_empty()).then(|| {
        view! { <details><summary>{count}</summary><table class="diff"><tbody>{rows}</tbody></table></details> }
    });
    let member = if entry.member.is_empty() { "Diwan".to_owned() } else { entry.member.clone() };
    view! {
        <tr><td class="soft">{i18n.moment(&entry.at)}</td><td><bdi>{member}</bdi></td><td>{what}</td><td>{action}</td><td>{changes}</td>
            <td><bdi class="code">{entry.address.clone()}</bdi></td><td><bdi class="code">{entry.request.clone()}</bdi></td></tr>
    }
    .into_any()
}
