//! Reports: trial balance, general ledger, receivables, statements, books health, stock on hand. Each figure leads to
//! what is behind it.

use crate::i18n::I18n;
use crate::modules;
use crate::modules::finance::account::LIQUID;
use crate::modules::finance::cost_centre::{Centres, NO_CENTRE};
use crate::modules::finance::health::Check;
use crate::modules::finance::report::{GeneralLedger, TrialBalance};
use crate::modules::inventory::report::{StockOnHand, StockRow, TO_REORDER};
use crate::modules::sales::report::{AGES, OVERDUE, Receivables, Statement, StatementPart, StatementRow};
use crate::record::value;
use crate::t;
use crate::ui::{icon, mark, use_i18n};
use leptos::prelude::*;
use uuid::Uuid;

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

/// A day for the address of what came before a span: an address without a beginning starts with the year of its end.
fn day_before(day: &str) -> String {
    value::date_of(day).and_then(|date| date.yesterday().ok()).map(value::iso).unwrap_or_default()
}

/// The ways to the first rows of a report and to later ones.
fn pager(i18n: I18n, address: &str, after: Option<Uuid>, next: Option<Uuid>) -> AnyView {
    if after.is_none() && next.is_none() {
        return ().into_any();
    }
    let first =
        after.map(|_| view! { <a class="btn" id="first" href=address.to_owned()>{t!(i18n, "report-first")}</a> });
    let later = next.map(|row| {
        view! { <a class="btn" id="later" href=format!("{address}&after={row}")>{t!(i18n, "page-after")}</a> }
    });
    view! { <div class="foot">{first}<span class="sp"></span>{later}</div> }.into_any()
}

/// The address of a ledger up to a day, from the beginning of its year unless a first day is given; of one cost centre, where one
/// is named.
fn ledger_address(account: &str, centre: &str, from: &str, to: &str) -> String {
    let from = if from.is_empty() { String::new() } else { format!("&from={from}") };
    let centre = if centre.is_empty() { String::new() } else { format!("&centre={centre}") };
    format!("/general-ledger?account={account}{from}&to={to}{centre}")
}

/// The choice of a cost centre, where there are some.
fn centre_choice(i18n: I18n, centres: &Centres) -> AnyView {
    if centres.all.is_empty() {
        return ().into_any();
    }
    let options = centres
        .all
        .iter()
        .map(|(id, code, name)| {
            let id = id.to_string();
            let chosen = centres.asked == id;
            view! { <option value=id selected=chosen>{format!("{code} · {}", i18n.label(name))}</option> }
        })
        .collect_view();
    let none = centres.asked == NO_CENTRE;
    view! {
        <div class="field"><label for="centre">{t!(i18n, "field-cost_centre")}</label><div class="control"><select id="centre" name="centre">
            <option value="">{t!(i18n, "view-all")}</option><option value=NO_CENTRE selected=none>{t!(i18n, "report-no-centre")}</option>{options}</select></div></div>
    }
    .into_any()
}

/// The trial balance.
pub fn trial_balance(report: TrialBalance) -> AnyView {
    let i18n = use_i18n();
    let amount = |minor: i64| if minor == 0 { "—".to_owned() } else { i18n.amount(minor, &report.currency) };
    let before = day_before(&report.from);
    let rows = report
        .rows
        .iter()
        .map(|row| {
            let account = row.account.to_string();
            let href = ledger_address(&account, &report.centres.asked, &report.from, &report.to);
            let earlier = ledger_address(&account, &report.centres.asked, "", &before);
            let class = format!("l{}{}", row.level.min(5), if row.is_group { " group" } else { "" });
            let cell = |href: &str, minor: i64| view! { <td class="end"><a href=href.to_owned()><span class="num">{amount(minor)}</span></a></td> };
            view! {
                <tr class=class><td><a href=href.clone()><bdi class="code">{row.code.clone()}</bdi>" "{i18n.label(&row.name)}</a></td>
                    {cell(&earlier, row.opening)}{cell(&href, row.debit)}{cell(&href, row.credit)}{cell(&href, row.closing)}</tr>
            }
        })
        .collect_view();
    let bar = dates(i18n, "trial-balance", &report.from, &report.to, centre_choice(i18n, &report.centres));
    view! {
        {bar}
        <div class="card scroll" tabindex="0"><table class="report">
            <thead><tr><th>{t!(i18n, "field-account")}</th><th class="end">{t!(i18n, "report-opening")}</th><th class="end">{t!(i18n, "field-debit")}</th><th class="end">{t!(i18n, "field-credit")}</th><th class="end">{t!(i18n, "report-closing")}</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot><tr class="sum"><td>{t!(i18n, "report-total")}" "<small>{report.currency.clone()}</small></td><td></td>
                <td class="end"><span class="num" id="sum-debit">{amount(report.debit)}</span></td><td class="end"><span class="num" id="sum-credit">{amount(report.credit)}</span></td><td></td></tr></tfoot>
        </table></div>
    }
    .into_any()
}

/// The postings to one account, or to all that hold money.
pub fn general_ledger(report: GeneralLedger) -> AnyView {
    let i18n = use_i18n();
    let amount = |minor: i64| if minor == 0 { String::new() } else { i18n.amount(minor, &report.currency) };
    let balance = |minor: i64| i18n.amount(minor, &report.currency);
    let options = report
        .accounts
        .iter()
        .map(|(id, code, name)| {
            let id = id.to_string();
            let chosen = report.account == id;
            view! { <option value=id selected=chosen>{format!("{code} · {}", i18n.label(name))}</option> }
        })
        .collect_view();
    let liquid = report.account == LIQUID;
    let choose = view! {
        <div class="field"><label for="account">{t!(i18n, "field-account")}</label><div class="control"><select id="account" name="account">
            <option value=LIQUID selected=liquid>{t!(i18n, "home-cash")}</option>{options}</select></div></div>
        {centre_choice(i18n, &report.centres)}
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
                    <td class="end"><span class="num">{balance(row.balance)}</span></td></tr>
            }
        })
        .collect_view();
    let centre = &report.centres.asked;
    let earlier = ledger_address(&report.account, centre, "", &day_before(&report.from));
    let before = match report.after {
        None => view! {
            <tr class="group"><td></td><td></td><td>{t!(i18n, "report-opening")}</td><td></td><td></td>
                <td class="end"><a id="opening" href=earlier><span class="num">{balance(report.opening)}</span></a></td></tr>
        }
        .into_any(),
        Some(_) => view! {
            <tr class="group"><td></td><td></td><td>{t!(i18n, "report-carried")}</td><td></td><td></td>
                <td class="end"><span class="num">{balance(report.carried)}</span></td></tr>
        }
        .into_any(),
    };
    let bar = dates(i18n, "general-ledger", &report.from, &report.to, choose);
    let address = ledger_address(&report.account, centre, &report.from, &report.to);
    let pages = pager(i18n, &address, report.after, report.next);
    view! {
        {bar}
        <div class="card scroll" tabindex="0"><table class="report">
            <thead><tr><th>{t!(i18n, "field-date")}</th><th>{t!(i18n, "report-document")}</th><th>{t!(i18n, "report-party")}</th><th class="end">{t!(i18n, "field-debit")}</th><th class="end">{t!(i18n, "field-credit")}</th><th class="end">{t!(i18n, "report-balance")}</th></tr></thead>
            <tbody>{before}{rows}</tbody>
            <tfoot><tr class="sum"><td></td><td></td><td>{t!(i18n, "report-closing")}" "<small>{report.currency.clone()}</small></td>
                <td class="end"><span class="num">{amount(report.debit)}</span></td><td class="end"><span class="num">{amount(report.credit)}</span></td>
                <td class="end"><span class="num" id="closing">{balance(report.closing)}</span></td></tr></tfoot>
        </table></div>
        {pages}
    }
    .into_any()
}

/// The address of what is owed on a day, by one customer or all, of one age or every.
pub fn receivables_address(at: &str, customer: Option<Uuid>, age: &str) -> String {
    let customer = customer.map(|id| format!("&customer={id}")).unwrap_or_default();
    let age = if age.is_empty() { String::new() } else { format!("&age={age}") };
    format!("/receivables?at={at}{customer}{age}")
}

fn statement_address(customer: Uuid, from: &str, to: &str) -> String {
    match from {
        "" => format!("/statement?customer={customer}&to={to}"),
        from => format!("/statement?customer={customer}&from={from}&to={to}"),
    }
}

/// What an age of a debt is called.
pub fn age(i18n: I18n, age: &str) -> String {
    i18n.format(&format!("age-{age}"), None)
}

/// What customers owe: by customer and age, or part by part.
pub fn receivables(report: Receivables) -> AnyView {
    let i18n = use_i18n();
    let one = report.customer.as_ref().map(|(id, _)| *id);
    let bar = receivables_bar(i18n, &report, one);
    let table = if one.is_none() && report.age.is_empty() {
        owed_by_customer(i18n, &report)
    } else {
        owed_by_part(i18n, &report)
    };
    let pages = pager(i18n, &receivables_address(&report.at, one, &report.age), report.after, report.next);
    view! { {bar}{table}{pages} }.into_any()
}

fn receivables_bar(i18n: I18n, report: &Receivables, one: Option<Uuid>) -> AnyView {
    let options = [OVERDUE]
        .into_iter()
        .chain(AGES)
        .map(|word| {
            let chosen = report.age == word;
            view! { <option value=word selected=chosen>{age(i18n, word)}</option> }
        })
        .collect_view();
    let kept = one.map(|id| view! { <input type="hidden" name="customer" value=id.to_string() /> });
    let customer = report.customer.as_ref().map(|(id, name)| {
        let (all, statement) =
            (receivables_address(&report.at, None, &report.age), statement_address(*id, "", &report.at));
        view! {
            <a class="btn quiet" href=all><bdi>{i18n.label(name)}</bdi>{icon("x")}</a>
            <a class="btn" href=statement>{icon("file-text")}<span>{t!(i18n, "statement")}</span></a>
        }
    });
    view! {
        <form class="toolbar" method="get" action="/receivables">
            {kept}
            <div class="field"><label for="at">{t!(i18n, "report-at")}</label><div class="control"><input type="text" dir="ltr" id="at" name="at" value=report.at.clone() placeholder="YYYY-MM-DD" /></div></div>
            <div class="field"><label for="age">{t!(i18n, "report-age")}</label><div class="control"><select id="age" name="age"><option value="">{t!(i18n, "view-all")}</option>{options}</select></div></div>
            <button class="btn">{t!(i18n, "show")}</button>
            {customer}
        </form>
    }
    .into_any()
}

/// A figure that leads on; nothing to follow where there is nothing.
fn figure(text: String, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <td class="end"><a href=href><span class="num">{text}</span></a></td> }.into_any(),
        None => view! { <td class="end"><span class="num">{text}</span></td> }.into_any(),
    }
}

fn owed_by_customer(i18n: I18n, report: &Receivables) -> AnyView {
    if report.ages.iter().all(|minor| *minor == 0) {
        return nothing(t!(i18n, "report-nothing-open"));
    }
    let ages = |customer: Option<Uuid>, amounts: &[i64]| {
        AGES.iter()
            .zip(amounts)
            .map(|(word, minor)| match minor {
                0 => figure("—".to_owned(), None),
                minor => {
                    let href = receivables_address(&report.at, customer, word);
                    figure(i18n.amount(*minor, &report.currency), Some(href))
                }
            })
            .collect_view()
    };
    let rows = report
        .customers
        .iter()
        .map(|row| {
            let href = statement_address(row.customer, "", &report.at);
            let balance = i18n.amount(row.ages.iter().sum(), &report.currency);
            view! {
                <tr><td><a href=href.clone()><bdi class="code">{row.code.clone()}</bdi>" "<bdi>{i18n.label(&row.name)}</bdi></a></td>
                    {ages(Some(row.customer), &row.ages)}{figure(balance, Some(href))}</tr>
            }
        })
        .collect_view();
    let headings = AGES.iter().map(|word| view! { <th class="end">{age(i18n, word)}</th> }).collect_view();
    let books = report.books.then(|| ledger_address("receivable", "", "", &report.at));
    let total = figure(i18n.amount(report.total(), &report.currency), books);
    view! {
        <div class="card scroll" tabindex="0"><table class="report">
            <thead><tr><th>{t!(i18n, "field-customer")}</th>{headings}<th class="end">{t!(i18n, "report-balance")}</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot><tr class="sum"><td>{t!(i18n, "report-total")}" "<small>{report.currency.clone()}</small></td>{ages(None, &report.ages)}{total}</tr></tfoot>
        </table></div>
    }
    .into_any()
}

fn owed_by_part(i18n: I18n, report: &Receivables) -> AnyView {
    if report.parts.is_empty() {
        return nothing(t!(i18n, "report-nothing-open"));
    }
    let rows = report
        .parts
        .iter()
        .map(|row| {
            let record = modules::record(&row.record);
            let href = record.map(|record| record.address(row.id));
            let title = record.map(|record| i18n.record(record)).unwrap_or_default();
            let late = if row.late > 0 { i18n.integer(row.late.into()) } else { String::new() };
            let open = format!("{} {}", row.currency, i18n.amount(row.open, &row.currency));
            view! {
                <tr><td><a href=statement_address(row.customer, "", &report.at)><bdi>{i18n.label(&row.party)}</bdi></a></td>
                    <td><a href=href.clone()>{title}" "<bdi class="code">{row.number.clone()}</bdi></a></td>
                    <td>{i18n.date_text(&row.date)}</td><td>{i18n.date_text(&row.due_date)}</td><td class="end"><span class="num">{late}</span></td>
                    {figure(open, href.clone())}{figure(i18n.amount(row.base_open, &report.currency), href)}</tr>
            }
        })
        .collect_view();
    view! {
        <div class="card scroll" tabindex="0"><table class="report">
            <thead><tr><th>{t!(i18n, "field-customer")}</th><th>{t!(i18n, "report-document")}</th><th>{t!(i18n, "field-date")}</th><th>{t!(i18n, "report-due")}</th><th class="end">{t!(i18n, "report-late")}</th><th class="end">{t!(i18n, "report-open")}</th><th class="end">{t!(i18n, "report-in-books")}</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot><tr class="sum"><td>{t!(i18n, "report-total")}" "<small>{report.currency.clone()}</small></td><td></td><td></td><td></td><td></td><td></td>
                <td class="end"><span class="num" id="total">{i18n.amount(report.total(), &report.currency)}</span></td></tr></tfoot>
        </table></div>
    }
    .into_any()
}

fn nothing(text: String) -> AnyView {
    view! { <div class="empty">{mark()}<h2>{text}</h2></div> }.into_any()
}

/// The statement of a customer.
pub fn statement(report: Statement) -> AnyView {
    let i18n = use_i18n();
    let customer = view! { <input type="hidden" name="customer" value=report.customer.to_string() /> }.into_any();
    let bar = dates(i18n, "statement", &report.from, &report.to, customer);
    let form = modules::record("customer").map(|record| record.address(report.customer));
    let paper = format!(
        "/statement/print?customer={}&from={}&to={}&language={}",
        report.customer, report.from, report.to, report.language
    );
    let open = receivables_address(&report.to, Some(report.customer), "");
    let parts = if report.parts.is_empty() {
        nothing(t!(i18n, "statement-nothing"))
    } else {
        let earlier = statement_address(report.customer, "", &day_before(&report.from));
        let tables = report
            .parts
            .iter()
            .enumerate()
            .map(|(at, part)| {
                let goes_on = at == 0 && report.after.is_some();
                let table = statement_table(i18n, part, "report", goes_on, Some(earlier.as_str()));
                view! { <section class="card"><h2 class="sec"><bdi class="code">{part.currency.clone()}</bdi></h2><div class="scroll" tabindex="0">{table}</div></section> }
            })
            .collect_view();
        tables.into_any()
    };
    let pages = pager(i18n, &statement_address(report.customer, &report.from, &report.to), report.after, report.next);
    view! {
        <div class="toolbar">
            <a class="btn quiet" href=form>{icon("user")}<span><bdi class="code">{report.code.clone()}</bdi>" "<bdi>{i18n.label(&report.name)}</bdi></span></a>
            <a class="btn" href=open><span>{t!(i18n, "statement-open")}</span>" "<span class="num">{report.currency.clone()}" "{i18n.amount(report.balance, &report.currency)}</span></a>
            <a class="btn" href=paper rel="external">{icon("printer")}<span>{t!(i18n, "print")}</span></a>
        </div>
        {bar}{parts}{pages}
    }
    .into_any()
}

/// What happened in one currency. On the screen, where `earlier` is the address of what came before, it leads on.
pub fn statement_table(
    i18n: I18n,
    part: &StatementPart,
    class: &'static str,
    goes_on: bool,
    earlier: Option<&str>,
) -> AnyView {
    let amount = |minor: i64| if minor == 0 { String::new() } else { i18n.amount(minor, &part.currency) };
    let (label, before, href) = match goes_on {
        true => (t!(i18n, "report-carried"), part.carried, None),
        false => (t!(i18n, "report-opening"), part.opening, earlier.map(str::to_owned)),
    };
    let before = figure(i18n.amount(before, &part.currency), href);
    let rows = part
        .rows
        .iter()
        .map(|row| {
            let document = statement_document(i18n, row, earlier.is_some());
            let due = row.due_date.as_deref().map(|due| i18n.date_text(due));
            view! {
                <tr><td>{i18n.date_text(&row.date)}</td><td>{document}</td><td>{due}</td>
                    <td class="end"><span class="num">{amount(row.debit)}</span></td><td class="end"><span class="num">{amount(row.credit)}</span></td>
                    <td class="end"><span class="num">{i18n.amount(row.balance, &part.currency)}</span></td></tr>
            }
        })
        .collect_view();
    view! {
        <table class=class>
            <thead><tr><th>{t!(i18n, "field-date")}</th><th>{t!(i18n, "report-document")}</th><th>{t!(i18n, "report-due")}</th><th class="end">{t!(i18n, "field-debit")}</th><th class="end">{t!(i18n, "field-credit")}</th><th class="end">{t!(i18n, "report-balance")}</th></tr></thead>
            <tbody><tr class="group"><td></td><td>{label}</td><td></td><td></td><td></td>{before}</tr>{rows}</tbody>
            <tfoot><tr class="sum"><td></td><td>{t!(i18n, "report-closing")}" "<small>{part.currency.clone()}</small></td><td></td>
                <td class="end"><span class="num">{amount(part.debit)}</span></td><td class="end"><span class="num">{amount(part.credit)}</span></td>
                <td class="end"><b class="num">{i18n.amount(part.closing, &part.currency)}</b></td></tr></tfoot>
        </table>
    }
    .into_any()
}

/// A document by its type and number, and whether it was taken back.
fn statement_document(i18n: I18n, row: &StatementRow, leads: bool) -> AnyView {
    let record = modules::record(&row.record);
    let title = record.map(|record| i18n.record(record)).unwrap_or_default();
    let title = if row.reversal { t!(i18n, "statement-reversal", record = title) } else { title };
    let what = view! { {title}" "<bdi class="code">{row.number.clone()}</bdi> };
    match record.filter(|_| leads) {
        Some(record) => view! { <a href=record.address(row.id)>{what}</a> }.into_any(),
        None => what.into_any(),
    }
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
    // What is to be ordered again is told of wherever it is, beside the level that says so.
    let where_or_level = |row: &StockRow| match &row.reorder_level {
        Some(level) => view! { <td class="end"><span class="num">{quantity(level)}</span></td> }.into_any(),
        None => {
            let place = row.warehouse.as_deref().map(|place| i18n.label(place));
            view! { <td>{row.part.then_some("– ")}{place}</td> }.into_any()
        }
    };
    let third = match stock.to_reorder {
        true => view! { <th class="end">{t!(i18n, "field-reorder_level")}</th> }.into_any(),
        false => view! { <th>{t!(i18n, "field-warehouse")}</th> }.into_any(),
    };
    let rows = stock
        .rows
        .iter()
        .map(|row| {
            view! {
                <tr><td><a href=format!("/items/{}", row.item)><bdi class="code">{row.code.clone()}</bdi></a></td><td><bdi>{i18n.label(&row.name)}</bdi></td>{where_or_level(row)}
                    <td class="end"><span class="num">{quantity(&row.on_hand)}</span></td><td class="end"><span class="num">{quantity(&row.promised)}</span></td>
                    <td class="end"><span class="num">{quantity(&row.available)}</span></td><td>{i18n.label(&row.unit)}</td>
                    <td class="end"><span class="num">{i18n.amount(row.value, &stock.currency)}</span></td></tr>
            }
        })
        .collect_view();
    let more = stock
        .more
        .then(|| view! { <div class="notice info">{icon("circle-alert")}<div>{t!(i18n, "report-more")}</div></div> });
    let view_link = |view: &'static str, label: String| {
        let here = (view.is_empty() != stock.to_reorder).then_some("page");
        let href = if view.is_empty() { "/stock-on-hand".to_owned() } else { format!("/stock-on-hand?view={view}") };
        view! { <a href=href aria-current=here>{label}</a> }
    };
    view! {
        <nav class="views" aria-label=t!(i18n, "views")>{view_link("", t!(i18n, "view-all"))}{view_link(TO_REORDER, t!(i18n, "stock-to-reorder"))}</nav>
        <form class="toolbar" method="get" action="/stock-on-hand">
            {stock.to_reorder.then(|| view! { <input type="hidden" name="view" value=TO_REORDER /> })}
            <div class="field"><label for="q">{t!(i18n, "list-search")}</label><div class="control"><input type="search" id="q" name="q" dir="auto" value=stock.search.clone() /></div></div>
            <button class="btn">{t!(i18n, "show")}</button>
        </form>
        {more}
        <div class="card scroll" tabindex="0"><table class="report">
            <thead><tr><th>{t!(i18n, "field-code")}</th><th>{t!(i18n, "field-item")}</th>{third}<th class="end">{t!(i18n, "stock-on-hand-quantity")}</th><th class="end">{t!(i18n, "stock-promised")}</th><th class="end">{t!(i18n, "stock-available")}</th><th>{t!(i18n, "field-unit")}</th><th class="end">{t!(i18n, "field-value")}</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot><tr class="sum"><td>{t!(i18n, "report-total")}" "<small>{stock.currency.clone()}</small></td><td></td><td></td><td></td><td></td><td></td><td></td><td class="end"><span class="num">{i18n.amount(stock.total, &stock.currency)}</span></td></tr></tfoot>
        </table></div>
    }
    .into_any()
}
