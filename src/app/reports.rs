//! Reports: trial balance, general ledger, books health, stock on hand. Each figure leads to what is behind it.

use crate::i18n::I18n;
use crate::modules;
use crate::modules::finance::health::Check;
use crate::modules::finance::report::{GeneralLedger, TrialBalance};
use crate::modules::inventory::report::StockOnHand;
use crate::t;
use crate::ui::{icon, use_i18n};
use leptos::prelude::*;

fn dates(i18n: I18n, path: &str, from: &str, to: &str, more: AnyView) -> AnyView {
    view! {
        <form class="toolbar" method="get" action=format!("/{path}")>
            {more}
            <div class="field"><label for="from">{t!(i18n, "from")}</label><div class="control"><input type="text" dir="ltr" id="from" name="from" value=from.to_owned() placeholder="YYYY-MM-DD" /></div></div>
            <div class="field"><label for="to">{t!(i18n, "to")}</label><div class="control"><input type="text" dir="ltr" id="to" name="to" value=to.to_owned() placeholder="YYYY-MM-DD" /></div></div>
            <button class="btn">{t!(i18n, "show")}</button>
        </form>
    }
    .into_any()
}

/// The trial balance.
pub fn trial_balance(report: TrialBalance) -> AnyView {
    let i18n = use_i18n();
    let amount = |minor: i64| if minor == 0 { "—".to_owned() } else { i18n.amount(minor, &report.currency) };
    let rows = report
        .rows
        .iter()
        .map(|row| {
            let href = format!("/general-ledger?account={}&from={}&to={}", row.account, report.from, report.to);
            let class = format!("l{}{}", row.level, if row.is_group { " group" } else { "" });
            let cell = |minor: i64| view! { <td class="end"><a href=href.clone()><span class="num">{amount(minor)}</span></a></td> };
            view! {
                <tr class=class><td><a href=href.clone()><bdi class="code">{row.code.clone()}</bdi>" "{i18n.label(&row.name)}</a></td>
                    {cell(row.opening)}{cell(row.debit)}{cell(row.credit)}{cell(row.closing)}</tr>
            }
        })
        .collect_view();
    let bar = dates(i18n, "trial-balance", &report.from, &report.to, ().into_any());
    view! {
        {bar}
        <div class="card scroll"><table class="report">
            <thead><tr><th>{t!(i18n, "field-account")}</th><th class="end">{t!(i18n, "report-opening")}</th><th class="end">{t!(i18n, "field-debit")}</th><th class="end">{t!(i18n, "field-credit")}</th><th class="end">{t!(i18n, "report-closing")}</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot><tr class="sum"><td>{t!(i18n, "report-total")}" "<small>{report.currency.clone()}</small></td><td></td>
                <td class="end"><span class="num" id="sum-debit">{amount(report.debit)}</span></td><td class="end"><span class="num" id="sum-credit">{amount(report.credit)}</span></td><td></td></tr></tfoot>
        </table></div>
    }
    .into_any()
}

/// The postings to one account.
pub fn general_ledger(report: GeneralLedger) -> AnyView {
    let i18n = use_i18n();
    let amount = |minor: i64| if minor == 0 { String::new() } else { i18n.amount(minor, &report.currency) };
    let options = report
        .accounts
        .iter()
        .map(|(id, code, name)| {
            let chosen = report.account == Some(*id);
            view! { <option value=id.to_string() selected=chosen>{format!("{code} · {}", i18n.label(name))}</option> }
        })
        .collect_view();
    let choose = view! {
        <div class="field"><label for="account">{t!(i18n, "field-account")}</label><div class="control"><select id="account" name="account">{options}</select></div></div>
    }
    .into_any();
    let rows = report
        .rows
        .iter()
        .map(|row| {
            let href = modules::record(&row.record).map_or("/journal-entries".to_owned(), |r| format!("/{}/{}", r.path, row.id));
            let date = i18n.date_text(&row.date);
            let what = row.party.as_deref().map(|p| i18n.label(p)).or(row.memo.clone()).unwrap_or_default();
            view! {
                <tr><td>{date}</td><td><a href=href><bdi class="code">{row.number.clone()}</bdi></a></td><td><bdi>{what}</bdi></td>
                    <td class="end"><span class="num">{amount(row.debit)}</span></td><td class="end"><span class="num">{amount(row.credit)}</span></td>
                    <td class="end"><span class="num">{i18n.amount(row.balance, &report.currency)}</span></td></tr>
            }
        })
        .collect_view();
    let bar = dates(i18n, "general-ledger", &report.from, &report.to, choose);
    let more = report
        .more
        .then(|| view! { <div class="notice info">{icon("circle-alert")}<div>{t!(i18n, "report-more")}</div></div> });
    view! {
        {bar}{more}
        <div class="card scroll"><table class="report">
            <thead><tr><th>{t!(i18n, "field-date")}</th><th>{t!(i18n, "report-document")}</th><th>{t!(i18n, "report-party")}</th><th class="end">{t!(i18n, "field-debit")}</th><th class="end">{t!(i18n, "field-credit")}</th><th class="end">{t!(i18n, "report-balance")}</th></tr></thead>
            <tbody>
                <tr class="group"><td></td><td></td><td>{t!(i18n, "report-opening")}</td><td></td><td></td><td class="end"><span class="num">{i18n.amount(report.opening, &report.currency)}</span></td></tr>
                {rows}
            </tbody>
            <tfoot><tr class="sum"><td></td><td></td><td>{t!(i18n, "report-closing")}" "<small>{report.currency.clone()}</small></td><td></td><td></td><td class="end"><span class="num">{i18n.amount(report.closing, &report.currency)}</span></td></tr></tfoot>
        </table></div>
    }
    .into_any()
}

/// The invariants of the books.
pub fn books_health(checks: Vec<Check>, currency: String) -> AnyView {
    let i18n = use_i18n();
    let items = checks
        .iter()
        .map(|check| {
            let title = i18n.format(&format!("check-{}", check.name), None);
            let hint = i18n.format(&format!("check-{}-hint", check.name), None);
            let figures = match check.right {
                Some(right) => format!("{} = {}", i18n.amount(check.left, &currency), i18n.amount(right, &currency)).replace(" = ", if check.holds { " = " } else { " ≠ " }),
                None => i18n.integer(check.left),
            };
            let (class, symbol) = if check.holds { ("ok", "circle-check") } else { ("bad", "triangle-alert") };
            view! { <li class=class id=format!("check-{}", check.name)>{icon(symbol)}<div><b>{title}</b><p>{hint}</p></div><span class="num">{figures}</span></li> }
        })
        .collect_view();
    let all = checks.iter().all(|c| c.holds);
    let summary = if all {
        view! { <div class="notice good">{icon("shield-check")}<div>{t!(i18n, "health-all", count = checks.len() as i64)}</div></div> }.into_any()
    } else {
        view! { <div class="notice bad">{icon("triangle-alert")}<div>{t!(i18n, "health-call")}</div></div> }.into_any()
    };
    view! { {summary}<section class="card"><ul class="checks">{items}</ul></section> }.into_any()
}

/// What is on hand.
pub fn stock_on_hand(stock: StockOnHand) -> AnyView {
    let i18n = use_i18n();
    let quantity = |text: &str| text.parse().map(|q| i18n.decimal(q, 0)).unwrap_or_default();
    let rows = stock
        .rows
        .iter()
        .map(|row| {
            view! {
                <tr><td><a href=format!("/items/{}", row.item)><bdi class="code">{row.code.clone()}</bdi></a></td><td><bdi>{i18n.label(&row.name)}</bdi></td><td>{i18n.label(&row.warehouse)}</td>
                    <td class="end"><span class="num">{quantity(&row.on_hand)}</span></td><td class="end"><span class="num">{quantity(&row.promised)}</span></td><td>{i18n.label(&row.unit)}</td>
                    <td class="end"><span class="num">{i18n.amount(row.value, &stock.currency)}</span></td></tr>
            }
        })
        .collect_view();
    let more = stock
        .more
        .then(|| view! { <div class="notice info">{icon("circle-alert")}<div>{t!(i18n, "report-more")}</div></div> });
    view! {
        <form class="toolbar" method="get" action="/stock-on-hand">
            <div class="field"><label for="q">{t!(i18n, "list-search")}</label><div class="control"><input type="search" id="q" name="q" dir="auto" value=stock.search.clone() /></div></div>
            <button class="btn">{t!(i18n, "show")}</button>
        </form>
        {more}
        <div class="card scroll"><table class="report">
            <thead><tr><th>{t!(i18n, "field-code")}</th><th>{t!(i18n, "field-item")}</th><th>{t!(i18n, "field-warehouse")}</th><th class="end">{t!(i18n, "stock-on-hand-quantity")}</th><th class="end">{t!(i18n, "stock-promised")}</th><th>{t!(i18n, "field-unit")}</th><th class="end">{t!(i18n, "field-value")}</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot><tr class="sum"><td>{t!(i18n, "report-total")}" "<small>{stock.currency.clone()}</small></td><td></td><td></td><td></td><td></td><td></td><td class="end"><span class="num">{i18n.amount(stock.total, &stock.currency)}</span></td></tr></tfoot>
        </table></div>
    }
    .into_any()
}
