//! Reports as programs read them: what the pages show, by the same functions and with the same rights.

use super::finance::account::{LIQUID, ROLES};
use super::finance::cost_centre::{Centres, NO_CENTRE};
use super::finance::{self, health, report as books};
use super::inventory::{self, report as stock};
use super::sales::report::{self as owed, AGES, Aged, OVERDUE};
use super::{administration, sales};
use crate::platform::door::Error;
use crate::platform::plan::{self, FLAGS, LIMITED};
use crate::platform::report::{Ask, Asked, Holds, Part, Reading, Report, Takes, amount, both, names};
use crate::platform::tenancy::TenantTx;
use serde_json::{Map, Value as Json, json};

const FROM: Ask = Ask::new("from", Takes::Day, "api-report-from");
const TO: Ask = Ask::new("to", Takes::Day, "api-report-to");
const AT: Ask = Ask::new("at", Takes::Day, "api-report-at");
const AFTER: Ask = Ask::new("after", Takes::Place, "api-after");
const CUSTOMER: Ask = Ask::new("customer", Takes::Id, "api-report-customer");
const AGE: Ask = Ask::new("age", Takes::Word(ASKED_AGES), "api-report-age");
const VIEW: Ask = Ask::new("view", Takes::Word(&[stock::TO_REORDER]), "api-report-view");
const ACCOUNT: Ask = Ask::new("account", Takes::Named(is_role), "api-report-account");
const CENTRE: Ask = Ask::new("centre", Takes::Named(is_no_centre), "api-report-centre");

/// Ages by which receivables are asked for.
const ASKED_AGES: &[&str] = &[AGES[0], AGES[1], AGES[2], AGES[3], AGES[4], AGES[5], OVERDUE];

fn is_role(name: &str) -> bool {
    name == LIQUID || ROLES.contains(&name)
}

fn is_no_centre(name: &str) -> bool {
    name == NO_CENTRE
}

/// All reports.
pub const REPORTS: &[Report] = &[
    Report {
        name: "trial-balance",
        title: "page-trial-balance",
        asks: &[FROM, TO, CENTRE],
        holds: &[
            ("from", Holds::Day),
            ("to", Holds::Day),
            ("currency", Holds::Text),
            ("centre", Holds::Maybe(&Holds::Text)),
            ("rows", Holds::Many(TRIAL_ROW)),
            ("debit", Holds::Figure),
            ("credit", Holds::Figure),
        ],
        logged: true,
        opens: |rights| (finance::MODULE.opens)("trial-balance", rights),
        read: trial_balance,
    },
    Report {
        name: "general-ledger",
        title: "page-general-ledger",
        asks: &[ACCOUNT, CENTRE, FROM, TO, AFTER],
        holds: &[
            ("from", Holds::Day),
            ("to", Holds::Day),
            ("currency", Holds::Text),
            ("account", Holds::Text),
            ("centre", Holds::Maybe(&Holds::Text)),
            ("opening", Holds::Figure),
            ("carried", Holds::Figure),
            ("rows", Holds::Many(LEDGER_ROW)),
            ("debit", Holds::Figure),
            ("credit", Holds::Figure),
            ("closing", Holds::Figure),
            ("next", Holds::Maybe(&Holds::Id)),
        ],
        logged: true,
        opens: |rights| (finance::MODULE.opens)("general-ledger", rights),
        read: general_ledger,
    },
    Report {
        name: "receivables",
        title: "page-receivables",
        asks: &[AT, CUSTOMER, AGE, AFTER],
        holds: &[
            ("at", Holds::Day),
            ("currency", Holds::Text),
            ("customer", Holds::Maybe(&Holds::One(&[("id", Holds::Id), ("name", Holds::Names)]))),
            ("age", Holds::Maybe(&Holds::Word(ASKED_AGES))),
            ("ages", Holds::One(BY_AGE)),
            ("total", Holds::Figure),
            ("customers", Holds::Many(AGED_CUSTOMER)),
            ("parts", Holds::Many(OPEN_PART)),
            ("next", Holds::Maybe(&Holds::Id)),
        ],
        logged: true,
        opens: |rights| (sales::MODULE.opens)("receivables", rights),
        read: receivables,
    },
    Report {
        name: "statement",
        title: "statement",
        asks: &[Ask { needed: true, ..CUSTOMER }, FROM, TO, AFTER],
        holds: &[
            ("customer", Holds::Id),
            ("code", Holds::Text),
            ("name", Holds::Names),
            ("from", Holds::Day),
            ("to", Holds::Day),
            ("parts", Holds::Many(STATEMENT_PART)),
            ("balance", Holds::Figure),
            ("currency", Holds::Text),
            ("next", Holds::Maybe(&Holds::Id)),
        ],
        logged: true,
        opens: |rights| (sales::MODULE.opens)("statement", rights),
        read: statement,
    },
    Report {
        name: "books-health",
        title: "page-books-health",
        asks: &[],
        holds: &[("currency", Holds::Text), ("checks", Holds::Many(CHECK))],
        // It is there to find what changed beside the log.
        logged: false,
        opens: |rights| (finance::MODULE.opens)("books-health", rights),
        read: books_health,
    },
    Report {
        name: "stock-on-hand",
        title: "page-stock-on-hand",
        asks: &[Ask::new("q", Takes::Text, "api-q"), VIEW],
        holds: &[
            ("currency", Holds::Text),
            ("rows", Holds::Many(STOCK_ROW)),
            ("total", Holds::Figure),
            ("more", Holds::Yes),
        ],
        logged: true,
        opens: |rights| (inventory::MODULE.opens)("stock-on-hand", rights),
        read: stock_on_hand,
    },
    Report {
        name: "usage",
        title: "page-usage",
        asks: &[],
        holds: &[
            ("plan", Holds::Names),
            ("levels", Holds::Many(LEVEL)),
            ("rate", Holds::Maybe(&Holds::Count)),
            ("flags", Holds::Many(&[("flag", Holds::Word(&FLAGS)), ("on", Holds::Yes)])),
            ("days", Holds::Many(DAY)),
        ],
        logged: false,
        opens: |rights| (administration::MODULE.opens)("usage", rights),
        read: usage,
    },
];

// ------------------------------------------------------------------ the books

const TRIAL_ROW: &[Part] = &[
    ("account", Holds::Id),
    ("code", Holds::Text),
    ("name", Holds::Names),
    ("kind", Holds::Text),
    ("level", Holds::Count),
    ("is_group", Holds::Yes),
    ("opening", Holds::Figure),
    ("debit", Holds::Figure),
    ("credit", Holds::Figure),
    ("closing", Holds::Figure),
];

/// The cost centre that a report is narrowed to.
fn narrowed(centres: &Centres) -> Option<&str> {
    Some(centres.asked.as_str()).filter(|asked| !asked.is_empty())
}

fn trial_balance<'a>(tx: &'a mut TenantTx, asked: &'a Asked) -> Reading<'a> {
    Box::pin(async move {
        let (from, to) = tx.company.span(asked.day("from"), asked.day("to"));
        let report = books::trial_balance(tx, from, to, asked.text("centre")).await?;
        let sum = |minor: i64| amount(minor, &report.currency);
        let row = |row: &books::TrialRow| {
            json!({
                "account": row.account, "code": row.code, "name": names(&row.name), "kind": row.kind,
                "level": row.level, "is_group": row.is_group, "opening": sum(row.opening), "debit": sum(row.debit),
                "credit": sum(row.credit), "closing": sum(row.closing),
            })
        };
        let rows: Vec<Json> = report.rows.iter().map(row).collect();
        Ok(json!({
            "from": report.from, "to": report.to, "currency": report.currency,
            "centre": narrowed(&report.centres), "rows": rows,
            "debit": sum(report.debit), "credit": sum(report.credit),
        }))
    })
}

const LEDGER_ROW: &[Part] = &[
    ("date", Holds::Day),
    ("number", Holds::Text),
    ("record", Holds::Text),
    ("id", Holds::Id),
    ("memo", Holds::Maybe(&Holds::Text)),
    ("party", Holds::Maybe(&Holds::Names)),
    ("debit", Holds::Figure),
    ("credit", Holds::Figure),
    ("balance", Holds::Figure),
];

fn general_ledger<'a>(tx: &'a mut TenantTx, asked: &'a Asked) -> Reading<'a> {
    Box::pin(async move {
        let (from, to) = tx.company.span(asked.day("from"), asked.day("to"));
        let (account, centre) = (asked.text("account"), asked.text("centre"));
        let report = books::general_ledger(tx, account, from, to, asked.id("after"), centre).await?;
        let sum = |minor: i64| amount(minor, &report.currency);
        let row = |row: &books::LedgerRow| {
            json!({
                "date": row.date, "number": row.number, "record": row.record, "id": row.id, "memo": row.memo,
                "party": row.party.as_deref().map(names), "debit": sum(row.debit), "credit": sum(row.credit),
                "balance": sum(row.balance),
            })
        };
        let rows: Vec<Json> = report.rows.iter().map(row).collect();
        Ok(json!({
            "from": report.from, "to": report.to, "currency": report.currency, "account": report.account,
            "centre": narrowed(&report.centres), "opening": sum(report.opening), "carried": sum(report.carried),
            "rows": rows, "debit": sum(report.debit), "credit": sum(report.credit), "closing": sum(report.closing),
            "next": report.next,
        }))
    })
}

/// A check compares two amounts, or counts what must not be.
const CHECK: &[Part] = &[
    ("name", Holds::Text),
    ("holds", Holds::Yes),
    ("left", Holds::Maybe(&Holds::Figure)),
    ("right", Holds::Maybe(&Holds::Figure)),
    ("count", Holds::Maybe(&Holds::Count)),
];

fn books_health<'a>(tx: &'a mut TenantTx, _: &'a Asked) -> Reading<'a> {
    Box::pin(async move {
        let checks = health::check(tx).await?;
        let currency = &tx.company.currency;
        let check = |check: &health::Check| {
            let left = check.right.map(|_| amount(check.left, currency));
            let right = check.right.map(|right| amount(right, currency));
            let count = check.right.is_none().then_some(check.left);
            json!({ "name": check.name, "holds": check.holds, "left": left, "right": right, "count": count })
        };
        let checks: Vec<Json> = checks.iter().map(check).collect();
        Ok(json!({ "currency": currency, "checks": checks }))
    })
}

// ------------------------------------------------------------------ what customers owe

const BY_AGE: &[Part] = &[
    (AGES[0], Holds::Figure),
    (AGES[1], Holds::Figure),
    (AGES[2], Holds::Figure),
    (AGES[3], Holds::Figure),
    (AGES[4], Holds::Figure),
    (AGES[5], Holds::Figure),
];

const AGED_CUSTOMER: &[Part] =
    &[("customer", Holds::Id), ("code", Holds::Text), ("name", Holds::Names), ("ages", Holds::One(BY_AGE))];

const OPEN_PART: &[Part] = &[
    ("customer", Holds::Id),
    ("name", Holds::Names),
    ("record", Holds::Text),
    ("id", Holds::Id),
    ("number", Holds::Text),
    ("date", Holds::Day),
    ("due_date", Holds::Day),
    ("late", Holds::Count),
    ("currency", Holds::Text),
    ("open", Holds::Figure),
    ("base_open", Holds::Figure),
];

/// Amounts by age, as addresses call the ages.
fn by_age(ages: &Aged, currency: &str) -> Json {
    let pairs = AGES.into_iter().zip(ages);
    Json::Object(pairs.map(|(age, minor)| (age.to_owned(), amount(*minor, currency))).collect::<Map<String, Json>>())
}

fn receivables<'a>(tx: &'a mut TenantTx, asked: &'a Asked) -> Reading<'a> {
    Box::pin(async move {
        let at = asked.day("at").unwrap_or(tx.company.today);
        let report = owed::receivables(tx, at, asked.id("customer"), asked.text("age"), asked.id("after")).await?;
        let currency = &report.currency;
        let customer = |row: &owed::AgedCustomer| {
            json!({
                "customer": row.customer, "code": row.code, "name": names(&row.name),
                "ages": by_age(&row.ages, currency),
            })
        };
        let part = |row: &owed::OpenPart| {
            json!({
                "customer": row.customer, "name": names(&row.party), "record": row.record, "id": row.id,
                "number": row.number, "date": row.date, "due_date": row.due_date, "late": row.late,
                "currency": row.currency, "open": amount(row.open, &row.currency),
                "base_open": amount(row.base_open, currency),
            })
        };
        let customers: Vec<Json> = report.customers.iter().map(customer).collect();
        let parts: Vec<Json> = report.parts.iter().map(part).collect();
        let one = report.customer.as_ref().map(|(id, name)| json!({ "id": id, "name": names(name) }));
        let age = Some(report.age.as_str()).filter(|age| !age.is_empty());
        Ok(json!({
            "at": report.at, "currency": currency, "customer": one, "age": age,
            "ages": by_age(&report.ages, currency), "total": amount(report.total(), currency),
            "customers": customers, "parts": parts, "next": report.next,
        }))
    })
}

const STATEMENT_PART: &[Part] = &[
    ("currency", Holds::Text),
    ("opening", Holds::Figure),
    ("carried", Holds::Figure),
    ("rows", Holds::Many(STATEMENT_ROW)),
    ("debit", Holds::Figure),
    ("credit", Holds::Figure),
    ("closing", Holds::Figure),
];

const STATEMENT_ROW: &[Part] = &[
    ("date", Holds::Day),
    ("record", Holds::Text),
    ("id", Holds::Id),
    ("number", Holds::Text),
    ("reversal", Holds::Yes),
    ("due_date", Holds::Maybe(&Holds::Day)),
    ("debit", Holds::Figure),
    ("credit", Holds::Figure),
    ("balance", Holds::Figure),
];

/// What happened in one currency.
fn statement_part(part: &owed::StatementPart) -> Json {
    let sum = |minor: i64| amount(minor, &part.currency);
    let row = |row: &owed::StatementRow| {
        json!({
            "date": row.date, "record": row.record, "id": row.id, "number": row.number, "reversal": row.reversal,
            "due_date": row.due_date, "debit": sum(row.debit), "credit": sum(row.credit), "balance": sum(row.balance),
        })
    };
    let rows: Vec<Json> = part.rows.iter().map(row).collect();
    json!({
        "currency": part.currency, "opening": sum(part.opening), "carried": sum(part.carried), "rows": rows,
        "debit": sum(part.debit), "credit": sum(part.credit), "closing": sum(part.closing),
    })
}

fn statement<'a>(tx: &'a mut TenantTx, asked: &'a Asked) -> Reading<'a> {
    Box::pin(async move {
        let customer = asked.id("customer").ok_or(Error::NotFound)?;
        let (from, to) = tx.company.span(asked.day("from"), asked.day("to"));
        let report = owed::statement(tx, customer, from, to, asked.id("after"), false).await?;
        let parts: Vec<Json> = report.parts.iter().map(statement_part).collect();
        Ok(json!({
            "customer": report.customer, "code": report.code, "name": names(&report.name), "from": report.from,
            "to": report.to, "parts": parts, "balance": amount(report.balance, &report.currency),
            "currency": report.currency, "next": report.next,
        }))
    })
}

// ------------------------------------------------------------------ stock

const STOCK_ROW: &[Part] = &[
    ("item", Holds::Id),
    ("code", Holds::Text),
    ("name", Holds::Names),
    ("warehouse", Holds::Maybe(&Holds::Names)),
    ("part", Holds::Yes),
    ("unit", Holds::Names),
    ("on_hand", Holds::Figure),
    ("promised", Holds::Maybe(&Holds::Figure)),
    ("available", Holds::Maybe(&Holds::Figure)),
    ("reorder_level", Holds::Maybe(&Holds::Figure)),
    ("value", Holds::Figure),
];

fn stock_on_hand<'a>(tx: &'a mut TenantTx, asked: &'a Asked) -> Reading<'a> {
    Box::pin(async move {
        let report = stock::stock_on_hand(tx, asked.text("q"), asked.has("view")).await?;
        let row = |row: &stock::StockRow| {
            let whole = |quantity: &str| (!row.part).then(|| quantity.to_owned());
            json!({
                "item": row.item, "code": row.code, "name": names(&row.name),
                "warehouse": row.warehouse.as_deref().map(names), "part": row.part, "unit": names(&row.unit),
                "on_hand": row.on_hand, "promised": whole(&row.promised), "available": whole(&row.available),
                "reorder_level": row.reorder_level,
                "value": amount(row.value, &report.currency),
            })
        };
        let rows: Vec<Json> = report.rows.iter().map(row).collect();
        let total = amount(report.total, &report.currency);
        Ok(json!({ "currency": report.currency, "rows": rows, "total": total, "more": report.more }))
    })
}

// ------------------------------------------------------------------ the plan

/// Storage is in bytes.
const LEVEL: &[Part] =
    &[("what", Holds::Word(&LIMITED)), ("used", Holds::Count), ("most", Holds::Maybe(&Holds::Count))];

const DAY: &[Part] = &[
    ("day", Holds::Day),
    ("users", Holds::Maybe(&Holds::Count)),
    ("records", Holds::Maybe(&Holds::Count)),
    ("storage", Holds::Maybe(&Holds::Count)),
    ("calls", Holds::Count),
    ("actions", Holds::Count),
];

fn usage<'a>(tx: &'a mut TenantTx, _: &'a Asked) -> Reading<'a> {
    Box::pin(async move {
        let page = plan::page(tx).await?;
        let level = |level: &plan::Level| json!({ "what": level.what, "used": level.used, "most": level.most });
        let day = |day: &plan::Day| {
            json!({
                "day": day.day, "users": day.users, "records": day.records, "storage": day.storage,
                "calls": day.calls, "actions": day.actions,
            })
        };
        let levels: Vec<Json> = page.levels.iter().map(level).collect();
        let flags: Vec<Json> = page.flags.iter().map(|(flag, on)| json!({ "flag": flag, "on": on })).collect();
        let days: Vec<Json> = page.days.iter().map(day).collect();
        Ok(json!({ "plan": both(&page.plan), "levels": levels, "rate": page.rate, "flags": flags, "days": days }))
    })
}
