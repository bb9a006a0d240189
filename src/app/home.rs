//! The first page: how we stand, what moves, what waits.

use crate::i18n::I18n;
use crate::modules;
use crate::modules::home::{Books, Home, Waiting};
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
    let today = crate::record::value::date_of(&home.today).map(|date| i18n.long_date(date)).unwrap_or_default();
    let orders = view! {
        <a class="tile" href="/sales-orders?view=to_deliver">
            <span class="lbl">{t!(i18n, "home-to-deliver")}</span><b class="big">{i18n.integer(home.orders_to_deliver)}</b>
            <small><span class="num">{format!("{} {}", home.currency, i18n.amount_rounded(home.orders_to_deliver_value, &home.currency))}</span></small>
        </a>
    };
    let (tiles, charts) = match &home.books {
        Some(books) => (tiles(i18n, &home.currency, books), charts(i18n, &home, books)),
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

fn tiles(i18n: I18n, currency: &str, books: &Books) -> AnyView {
    let health = if books.checks == books.checks_hold {
        view! { <b class="big">{t!(i18n, "health-all", count = books.checks)}</b><small class="good">{icon("circle-check")}" "{t!(i18n, "health-now")}</small> }.into_any()
    } else {
        view! { <b class="big">{t!(i18n, "health-broken", count = books.checks - books.checks_hold)}</b><small class="bad">{icon("triangle-alert")}" "{t!(i18n, "health-look")}</small> }.into_any()
    };
    let late = books.overdue > 0;
    let overdue_to = books.age_spans.get(1).map(|(_, to)| to.clone()).unwrap_or_default();
    view! {
        <a class="tile" href="/general-ledger"><span class="lbl">{t!(i18n, "home-cash")}</span><b class="big">{money(i18n, books.cash, currency)}</b>
            <small>{t!(i18n, "home-cash-weeks")}</small>{chart::spark(&books.cash_weeks)}</a>
        <a class="tile" href=format!("/sales-invoices?view=unpaid&due_date=..{overdue_to}")><span class="lbl">{t!(i18n, "home-overdue")}</span><b class="big">{money(i18n, books.overdue, currency)}</b>
            <small class=if late { "bad" } else { "good" }>{t!(i18n, "home-overdue-customers", count = books.overdue_customers)}</small></a>
        <a class="tile" href="/books-health"><span class="lbl">{t!(i18n, "home-health")}</span>{health}</a>
    }
    .into_any()
}

fn charts(i18n: I18n, home: &Home, books: &Books) -> AnyView {
    let most = books.ages.iter().copied().max().unwrap_or(0).max(1);
    let labels = ["age-0", "age-30", "age-60", "age-90", "age-more"];
    let ages = labels
        .iter()
        .zip(&books.ages)
        .zip(&books.age_spans)
        .enumerate()
        .map(|(i, ((label, amount), (from, to)))| {
            let class = match i {
                0 | 1 => "",
                2 | 3 => "warn",
                _ => "bad",
            };
            let href = format!("/sales-invoices?view=unpaid&due_date={from}..{to}");
            view! {
                <li class=class><a href=href><span><bdi>{i18n.format(label, None)}</bdi></span>
                    <progress class="bar" max=most.to_string() value=amount.to_string()></progress>
                    <span class="num">{i18n.amount_rounded(*amount, &home.currency)}</span></a></li>
            }
        })
        .collect_view();
    let months: Vec<String> = books
        .months
        .iter()
        .map(|(month, ..)| month.get(5..).and_then(|m| m.parse().ok()).map_or(String::new(), |m| i18n.short_month(m)))
        .collect();
    let sales: Vec<i64> = books.months.iter().map(|(_, sales, _)| *sales).collect();
    let cost: Vec<i64> = books.months.iter().map(|(.., cost)| *cost).collect();
    // The picture again as a table, for those who cannot see it.
    let rows = books
        .months
        .iter()
        .zip(&months)
        .map(|((month, sales, cost), label)| {
            let from = format!("{month}-01");
            view! { <tr><th><a href=format!("/trial-balance?from={from}")>{label.clone()}</a></th><td>{i18n.amount(*sales, &home.currency)}</td><td>{i18n.amount(*cost, &home.currency)}</td></tr> }
        })
        .collect_view();
    view! {
        <div class="duo">
            <section class="card"><h2 class="sec">{t!(i18n, "home-ages")}</h2><ul class="ages">{ages}</ul></section>
            <section class="card">
                <h2 class="sec">{t!(i18n, "home-sales-cost")}<span class="sp"></span><span class="legend"><span class="s1">{t!(i18n, "home-sales")}</span>" "<span class="s2">{t!(i18n, "home-cost")}</span></span></h2>
                <figure class="chart">{chart::bars(&months, &sales, &cost, i18n.locale.is_arabic(), t!(i18n, "home-sales-cost"))}</figure>
                <table class="vh"><caption>{t!(i18n, "home-sales-cost")}</caption><thead><tr><th></th><th>{t!(i18n, "home-sales")}</th><th>{t!(i18n, "home-cost")}</th></tr></thead><tbody>{rows}</tbody></table>
            </section>
        </div>
    }
    .into_any()
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
