//! The first page: how we stand, what moves, what waits.

use super::reports::{age, receivables_address};
use crate::i18n::I18n;
use crate::modules;
use crate::modules::finance::account::LIQUID;
use crate::modules::home::{Books, Home, Owed, Waiting};
use crate::modules::sales::report::{AGES, OVERDUE};
use crate::record::value;
use crate::t;
use crate::ui::{chart, icon, use_i18n};
use leptos::prelude::*;

/// The first page.
pub fn view(home: Home) -> AnyView {
    let i18n = use_i18n();
    let greeting = match home.hour {
        4..12 => t!(i18n, "home-morning", name = home.user.clone()),
        12..17 => t!(i18n, "home-afternoon", name = home.user.clone()),
        _ => t!(i18n, "home-evening", name = home.user.clone()),
    };
    let today = value::date_of(&home.today).map(|date| i18n.long_date(date)).unwrap_or_default();
    let orders = view! {
        <a class="tile" href="/sales-orders?view=to_deliver">
            <span class="lbl">{t!(i18n, "home-to-deliver")}</span><b class="big">{i18n.integer(home.orders_to_deliver)}</b>
            <small><span class="num">{format!("{} {}", home.currency, i18n.amount_rounded(home.orders_to_deliver_value, &home.currency))}</span></small>
        </a>
    };
    let (tiles, charts) = match &home.books {
        Some(books) => (tiles(i18n, &home, books), charts(i18n, &home, books)),
        None => (().into_any(), ().into_any()),
    };
    let waits = waits(i18n, &home.waiting);
    view! {
        <div class="head"><div class="title"><h1>{greeting}</h1></div></div>
        <p class="soft">{today}</p>
        <div class="tiles">{tiles}{orders}</div>
        {charts}
        {waits}
    }
    .into_any()
}

fn money(i18n: I18n, minor: i64, currency: &str) -> AnyView {
    view! { <span class="num"><small>{currency.to_owned()}</small>" "{i18n.amount_rounded(minor, currency)}</span> }
        .into_any()
}

/// Each tile leads to the report that comes to the same figure.
fn tiles(i18n: I18n, home: &Home, books: &Books) -> AnyView {
    let currency = home.currency.as_str();
    let health = if books.checks == books.checks_hold {
        view! { <b class="big">{t!(i18n, "health-all", count = books.checks)}</b><small class="good">{icon("circle-check")}" "{t!(i18n, "health-now")}</small> }.into_any()
    } else {
        view! { <b class="big">{t!(i18n, "health-broken", count = books.checks - books.checks_hold)}</b><small class="bad">{icon("triangle-alert")}" "{t!(i18n, "health-look")}</small> }.into_any()
    };
    let overdue = books.owed.as_ref().map(|owed| {
        let tone = if owed.overdue > 0 { "bad" } else { "good" };
        view! {
            <a class="tile" href=receivables_address(&home.today, None, OVERDUE)><span class="lbl">{t!(i18n, "home-overdue")}</span><b class="big">{money(i18n, owed.overdue, currency)}</b>
                <small class=tone>{t!(i18n, "home-overdue-customers", count = owed.overdue_customers)}</small></a>
        }
    });
    let cash = format!("/general-ledger?account={LIQUID}&to={}", home.today);
    view! {
        <a class="tile" href=cash><span class="lbl">{t!(i18n, "home-cash")}</span><b class="big">{money(i18n, books.cash, currency)}</b>
            <small>{t!(i18n, "home-cash-weeks")}</small>{chart::spark(&books.cash_weeks)}</a>
        {overdue}
        <a class="tile" href="/books-health"><span class="lbl">{t!(i18n, "home-health")}</span>{health}</a>
    }
    .into_any()
}

/// What customers owe by age. What is to their credit is no debt, and stands in the report only.
fn ages(i18n: I18n, home: &Home, owed: &Owed) -> AnyView {
    let debts = AGES.iter().zip(&owed.ages).take(5);
    let most = debts.clone().map(|(_, amount)| *amount).max().unwrap_or(0).max(1);
    let bars = debts
        .enumerate()
        .map(|(i, (word, amount))| {
            let class = match i {
                0 | 1 => "",
                2 | 3 => "warn",
                _ => "bad",
            };
            let href = receivables_address(&home.today, None, word);
            view! {
                <li class=class><a href=href><span><bdi>{age(i18n, word)}</bdi></span>
                    <progress class="bar" max=most.to_string() value=amount.to_string()></progress>
                    <span class="num">{i18n.amount_rounded(*amount, &home.currency)}</span></a></li>
            }
        })
        .collect_view();
    view! { <section class="card"><h2 class="sec">{t!(i18n, "home-ages")}</h2><ul class="ages">{bars}</ul></section> }
        .into_any()
}

/// Sales and cost by month; each month leads to its trial balance.
fn months(i18n: I18n, home: &Home, books: &Books) -> AnyView {
    let firsts: Vec<_> =
        books.months.iter().map(|(month, ..)| value::date_of(&format!("{month}-01")).unwrap_or_default()).collect();
    let labels: Vec<String> = firsts.iter().map(|first| i18n.short_month(first.month())).collect();
    let leads: Vec<(String, String)> = firsts
        .iter()
        .map(|first| {
            let (from, to) = (value::iso(*first), value::iso(first.last_of_month()));
            (format!("/trial-balance?from={from}&to={to}"), i18n.month_of(*first))
        })
        .collect();
    let sales: Vec<i64> = books.months.iter().map(|(_, sales, _)| *sales).collect();
    let cost: Vec<i64> = books.months.iter().map(|(.., cost)| *cost).collect();
    // The picture again as a table, for those who cannot see it.
    let rows = books
        .months
        .iter()
        .zip(&leads)
        .map(|((_, sales, cost), (_, month))| {
            view! { <tr><th>{month.clone()}</th><td>{i18n.amount(*sales, &home.currency)}</td><td>{i18n.amount(*cost, &home.currency)}</td></tr> }
        })
        .collect_view();
    let picture = chart::bars(&labels, &leads, &sales, &cost, i18n.locale.is_arabic(), t!(i18n, "home-sales-cost"));
    view! {
        <section class="card">
            <h2 class="sec">{t!(i18n, "home-sales-cost")}<span class="sp"></span><span class="legend"><span class="s1">{t!(i18n, "home-sales")}</span>" "<span class="s2">{t!(i18n, "home-cost")}</span></span></h2>
            <figure class="chart">{picture}</figure>
            <table class="vh"><caption>{t!(i18n, "home-sales-cost")}</caption><thead><tr><th></th><th>{t!(i18n, "home-sales")}</th><th>{t!(i18n, "home-cost")}</th></tr></thead><tbody>{rows}</tbody></table>
        </section>
    }
    .into_any()
}

fn charts(i18n: I18n, home: &Home, books: &Books) -> AnyView {
    let months = months(i18n, home, books);
    match &books.owed {
        Some(owed) => view! { <div class="duo">{ages(i18n, home, owed)}{months}</div> }.into_any(),
        None => months,
    }
}

fn waits(i18n: I18n, waiting: &[Waiting]) -> AnyView {
    let items = waiting
        .iter()
        .filter_map(|w| Some((modules::record(&w.record)?, w)))
        .map(|(record, w)| {
            let title = w.title.clone().unwrap_or_else(|| t!(i18n, "unnumbered"));
            let date = i18n.date_text(&w.date);
            let (class, why) = match w.why.as_str() {
                "late" => ("pill p-late", t!(i18n, "waits-late", date = date)),
                "overdue" => ("pill p-late", t!(i18n, "waits-overdue", date = date)),
                _ => ("pill p-draft", t!(i18n, "waits-draft")),
            };
            view! {
                <li><a href=format!("/{}/{}", record.path, w.id)>{icon(record.icon)}
                    <div><b>{i18n.record(record)}" "<bdi class="code">{title}</bdi></b><small><bdi>{i18n.label(&w.party)}</bdi>" · "<span class="num">{format!("{} {}", w.currency, i18n.amount(w.amount, &w.currency))}</span></small></div>
                    <span class=class>{why}</span></a></li>
            }
        })
        .collect_view();
    let body = if waiting.is_empty() {
        view! { <p class="body soft">{t!(i18n, "waits-nothing")}</p> }.into_any()
    } else {
        view! { <ul class="waits">{items}</ul> }.into_any()
    };
    view! { <section class="card"><h2 class="sec">{t!(i18n, "waits")}" "<small>{i18n.integer(waiting.len() as i64)}</small></h2>{body}</section> }.into_any()
}
