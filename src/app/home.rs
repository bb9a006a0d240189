//! The first page: how we stand, what moves, what waits.

use super::frame::counted;
use super::reports::{age, receivables_address};
use crate::i18n::I18n;
use crate::modules;
use crate::modules::finance::account::LIQUID;
use crate::modules::home::{Books, Home, Owed, Wait, Waiting};
use crate::modules::sales::report::{AGES, OVERDUE};
use crate::record::query::TAB_LIMIT;
use crate::record::{Record, value};
use crate::t;
use crate::ui::list::tab_count;
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
    let waits = waits(i18n, &home);
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

/// What waits for the reader: each kind with its first documents, and the way to the list of all of them.
fn waits(i18n: I18n, home: &Home) -> AnyView {
    let mentions = (home.mentions > 0).then(|| {
        let count = counted(i18n, home.mentions);
        view! { <li class="kind"><a href="/notifications">{icon("bell")}<b>{t!(i18n, "waits-mentions")}</b><span class="num">{count}</span></a></li> }
    });
    let kinds = home
        .waits
        .iter()
        .filter_map(|wait| Some(kind(i18n, home, wait, modules::record(&wait.record)?)))
        .collect_view();
    let body = if home.waits.is_empty() && mentions.is_none() {
        view! { <p class="body soft">{t!(i18n, "waits-nothing")}</p> }.into_any()
    } else {
        view! { <ul class="waits">{mentions}{kinds}</ul> }.into_any()
    };
    view! { <section class="card"><h2 class="sec">{t!(i18n, "waits")}</h2>{body}</section> }.into_any()
}

fn kind(i18n: I18n, home: &Home, wait: &Wait, record: &'static Record) -> AnyView {
    let heading = match wait.what.as_str() {
        "overdue" => t!(i18n, "waits-list-overdue"),
        "to_deliver" => t!(i18n, "home-to-deliver"),
        "expiring" => t!(i18n, "waits-list-expiring"),
        "unallocated" => t!(i18n, "waits-list-unallocated"),
        "draft" => t!(i18n, "waits-list-drafts", records = i18n.records(record), what = i18n.state(record, "draft")),
        action => t!(i18n, "waits-list-drafts", records = i18n.records(record), what = i18n.action(record, action)),
    };
    let documents = wait.first.iter().map(|one| document(i18n, home, wait, record, one)).collect_view();
    // Of what is not counted to its end, the heading says that there are more.
    let rest = Some(wait.count - wait.first.len() as i64).filter(|rest| *rest > 0 && wait.count <= TAB_LIMIT);
    let more = rest.map(|rest| {
        view! { <li><a href=wait.address.clone()><span></span><small>{t!(i18n, "waits-more", count = rest)}</small></a></li> }
    });
    view! {
        <li class="kind"><a href=wait.address.clone()>{icon(record.icon)}<b>{heading}</b><span class="num">{tab_count(i18n, wait.count)}</span></a></li>
        {documents}
        {more}
    }
    .into_any()
}

fn document(i18n: I18n, home: &Home, wait: &Wait, record: &'static Record, one: &Waiting) -> AnyView {
    let title = one.title.clone().unwrap_or_else(|| t!(i18n, "unnumbered"));
    let party = one.party.as_ref().map(|party| view! { <bdi>{i18n.label(party)}</bdi> });
    let between = (one.party.is_some() && one.amount.is_some()).then_some(" · ");
    let amount = one.amount.map(|amount| {
        view! { <span class="num">{format!("{} {}", one.currency, i18n.amount(amount, &one.currency))}</span> }
    });
    let day = || one.day.as_deref().map(|day| i18n.date_text(day)).unwrap_or_default();
    let is_late = one.day.as_ref().is_some_and(|day| *day < home.today);
    let (class, why) = match wait.what.as_str() {
        "overdue" => ("pill p-late", t!(i18n, "waits-overdue", date = day())),
        "to_deliver" if is_late => ("pill p-late", t!(i18n, "waits-late", date = day())),
        "expiring" if is_late => ("pill p-late", t!(i18n, "waits-expired", date = day())),
        "expiring" => ("pill p-part", t!(i18n, "waits-expiring", date = day())),
        _ => ("soft", day()),
    };
    view! {
        <li><a href=format!("/{}/{}", record.path, one.id)><span></span>
            <div><b><bdi class="code">{title}</bdi></b><small>{party}{between}{amount}</small></div>
            <span class=class>{why}</span></a></li>
    }
    .into_any()
}
