//! Reports as programs read them: the figures of the pages, for those to whom the pages open.

use super::assert_described;
use crate::modules::finance::{health, report as books};
use crate::modules::inventory::report as stock;
use crate::modules::sales::report::{self as owed, AGES};
use crate::platform::report::{Report, Takes};
use crate::platform::{door, plan};
use crate::record::{Minor, Names, money};
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::{admin, busy_firm, portal_member};
use crate::tests::platform::tenancy::full_firm;
use crate::tests::platform::web::{ids_of, without_ids};
use crate::tests::support::{Firm, code, day, dec};
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

fn path(report: &str) -> String {
    format!("/api/v1/reports/{report}")
}

/// The address of a report with everything that it needs.
fn whole_path(report: &Report, firm: &Firm) -> String {
    let needed = report.asks.iter().find(|ask| ask.needed);
    path(report.name) + &needed.map_or_else(String::new, |ask| format!("?{}={}", ask.name, firm.customer))
}

async fn read(program: &Program, report: &str) -> Json {
    program.get(&path(report)).await.assert_ok(report).json
}

fn rows(json: &Json) -> &[Json] {
    json.as_array().unwrap_or_else(|| panic!("no rows: {json}"))
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("no text: {json}")).to_owned()
}

fn names(json: &Json) -> Names {
    Names::new(text(&json["en"]), text(&json["ar"]))
}

/// The minor units of an amount, which is written with all its decimals.
fn minor(json: &Json, currency: &str) -> Minor {
    let (text, decimals) = (text(json), money::decimals(currency));
    let written = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    assert_eq!(written, decimals as usize, "{text}");
    money::to_minor(dec(&text), decimals).expect("an amount")
}

// ------------------------------------------------------------------ figures

#[tokio::test]
async fn the_books_are_those_of_the_pages() {
    let firm = busy_firm().await;
    let program = Program::of(&firm).await;
    let mut tx = firm.tx().await;
    let (currency, today) = (tx.company.currency.clone(), tx.company.today);
    let sum = |json: &Json| minor(json, &currency);

    let (from, to) = tx.company.span(None, None);
    let page = books::trial_balance(&mut tx, from, to, "").await.expect("a trial balance");
    let told = read(&program, "trial-balance").await;
    assert!(page.debit > 0 && page.rows.len() > 3, "{page:?}");
    assert_eq!((&told["from"], &told["to"]), (&json!(page.from), &json!(page.to)));
    assert_eq!((sum(&told["debit"]), sum(&told["credit"])), (page.debit, page.credit));
    let own: Vec<_> = page
        .rows
        .iter()
        .map(|row| {
            (row.account.to_string(), Names::from_text(&row.name), row.opening, row.debit, row.credit, row.closing)
        })
        .collect();
    let theirs: Vec<_> = rows(&told["rows"])
        .iter()
        .map(|row| {
            let figures = ["opening", "debit", "credit", "closing"].map(|name| sum(&row[name]));
            (text(&row["account"]), names(&row["name"]), figures[0], figures[1], figures[2], figures[3])
        })
        .collect();
    assert_eq!(theirs, own);

    let from = day("2020-01-01");
    let page = books::general_ledger(&mut tx, "receivable", from, today, None, "").await.expect("a ledger");
    let told = read(&program, &format!("general-ledger?account=receivable&from={from}&to={today}")).await;
    assert!(!page.rows.is_empty() && page.closing > 0, "{page:?}");
    assert_eq!((&told["from"], &told["account"]), (&json!("2020-01-01"), &json!(page.account)));
    let figures = ["opening", "carried", "debit", "credit", "closing"].map(|name| sum(&told[name]));
    assert_eq!(figures, [page.opening, page.carried, page.debit, page.credit, page.closing]);
    let own: Vec<_> = page
        .rows
        .iter()
        .map(|row| (row.id.to_string(), row.number.clone(), row.record.clone(), row.debit, row.credit, row.balance))
        .collect();
    let theirs: Vec<_> = rows(&told["rows"])
        .iter()
        .map(|row| {
            let figures = ["debit", "credit", "balance"].map(|name| sum(&row[name]));
            (text(&row["id"]), text(&row["number"]), text(&row["record"]), figures[0], figures[1], figures[2])
        })
        .collect();
    assert_eq!(theirs, own);

    let page = health::check(&mut tx).await.expect("health");
    let told = read(&program, "books-health").await;
    let own: Vec<_> = page.iter().map(|check| (check.name.clone(), check.holds, check.left, check.right)).collect();
    let theirs: Vec<_> = rows(&told["checks"])
        .iter()
        .map(|check| {
            let right = check["right"].is_string().then(|| sum(&check["right"]));
            let left = check["count"].as_i64().unwrap_or_else(|| sum(&check["left"]));
            (text(&check["name"]), check["holds"] == true, left, right)
        })
        .collect();
    assert_eq!(theirs, own);
}

#[tokio::test]
async fn debts_stock_and_usage_are_those_of_the_pages() {
    let firm = busy_firm().await;
    let program = Program::of(&firm).await;
    let mut tx = firm.tx().await;
    let (currency, today) = (tx.company.currency.clone(), tx.company.today);
    let sum = |json: &Json| minor(json, &currency);
    let by_age = |json: &Json| AGES.map(|age| sum(&json[age]));

    let page = owed::receivables(&mut tx, today, None, "", None).await.expect("receivables");
    let told = read(&program, "receivables").await;
    assert!(page.total() > 0, "{page:?}");
    assert_eq!((&told["at"], sum(&told["total"])), (&json!(page.at), page.total()));
    assert_eq!(by_age(&told["ages"]), page.ages);
    let own: Vec<_> = page.customers.iter().map(|row| (row.customer.to_string(), row.ages)).collect();
    let theirs: Vec<_> =
        rows(&told["customers"]).iter().map(|row| (text(&row["customer"]), by_age(&row["ages"]))).collect();
    assert_eq!(theirs, own);

    let page = owed::receivables(&mut tx, today, Some(firm.customer), "0", None).await.expect("of one");
    let told = read(&program, &format!("receivables?at={today}&customer={}&age=0", firm.customer)).await;
    assert!(!page.parts.is_empty(), "{page:?}");
    assert_eq!((&told["customer"]["id"], &told["age"]), (&json!(firm.customer), &json!("0")));
    let own: Vec<_> =
        page.parts.iter().map(|part| (part.id.to_string(), part.number.clone(), part.open, part.base_open)).collect();
    let theirs: Vec<_> = rows(&told["parts"])
        .iter()
        .map(|part| (text(&part["id"]), text(&part["number"]), sum(&part["open"]), sum(&part["base_open"])))
        .collect();
    assert_eq!(theirs, own);

    let (from, to) = tx.company.span(None, None);
    let page = owed::statement(&mut tx, firm.customer, from, to, None, false).await.expect("a statement");
    let told = read(&program, &format!("statement?customer={}", firm.customer)).await;
    assert_eq!((sum(&told["balance"]), names(&told["name"])), (page.balance, Names::from_text(&page.name)));
    assert_eq!((page.parts.len(), rows(&told["parts"]).len()), (1, 1));
    let (own, theirs) = (&page.parts[0], &told["parts"][0]);
    assert_eq!((&theirs["currency"], sum(&theirs["closing"])), (&json!(own.currency), own.closing));
    let own: Vec<_> =
        own.rows.iter().map(|row| (row.id.to_string(), row.number.clone(), row.debit, row.balance)).collect();
    let theirs: Vec<_> = rows(&theirs["rows"])
        .iter()
        .map(|row| (text(&row["id"]), text(&row["number"]), sum(&row["debit"]), sum(&row["balance"])))
        .collect();
    assert!(!own.is_empty());
    assert_eq!(theirs, own);

    for (search, to_reorder) in [("", false), ("nothing like it", false), ("", true)] {
        let page = stock::stock_on_hand(&mut tx, search, to_reorder).await.expect("stock");
        let view = if to_reorder { "&view=to_reorder" } else { "" };
        let told = read(&program, &format!("stock-on-hand?q={}{view}", search.replace(' ', "+"))).await;
        assert_eq!(sum(&told["total"]), page.total);
        assert!(to_reorder || page.rows.is_empty() != search.is_empty());
        let own: Vec<_> = page
            .rows
            .iter()
            .map(|row| (row.item.to_string(), row.promised.clone(), row.available.clone(), row.value))
            .collect();
        let theirs: Vec<_> = rows(&told["rows"])
            .iter()
            .map(|row| (text(&row["item"]), text(&row["promised"]), text(&row["available"]), sum(&row["value"])))
            .collect();
        assert_eq!(theirs, own);
    }

    let page = plan::page(&mut tx).await.expect("usage");
    let told = read(&program, "usage").await;
    assert_eq!(names(&told["plan"]), page.plan);
    let own: Vec<_> = page.levels.iter().map(|level| json!([level.what, level.used, level.most])).collect();
    let theirs: Vec<_> =
        rows(&told["levels"]).iter().map(|level| json!([level["what"], level["used"], level["most"]])).collect();
    assert_eq!(theirs, own);
    assert_eq!(told["rate"], json!(page.rate));
    let own: Vec<_> = page.flags.iter().map(|(flag, on)| json!({"flag": flag, "on": on})).collect();
    assert_eq!(rows(&told["flags"]), own);
}

// ------------------------------------------------------------------ the description

/// What is told is what a schema says, name by name.
fn assert_fits(document: &Json, schema: &Json, told: &Json, place: &str) {
    if let Some(to) = schema["$ref"].as_str() {
        let shared = document.pointer(&to[1..]).unwrap_or_else(|| panic!("{place}: {to} leads nowhere"));
        return assert_fits(document, shared, told, place);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fitting = choices.iter().find(|one| (one["type"] == "null") == told.is_null());
        let fitting = fitting.unwrap_or_else(|| panic!("{place} is {told}"));
        return assert_fits(document, fitting, told, place);
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(told), "{place}: {told} among {words:?}");
        return;
    }
    match schema["type"].as_str() {
        Some("object") => {
            let object = told.as_object().unwrap_or_else(|| panic!("{place} is {told}"));
            let known = schema["properties"].as_object().expect("properties");
            assert_eq!(object.keys().collect::<BTreeSet<_>>(), known.keys().collect::<BTreeSet<_>>(), "{place}");
            for (name, inner) in object {
                assert_fits(document, &known[name], inner, &format!("{place}.{name}"));
            }
        }
        Some("array") => {
            for row in rows(told) {
                assert_fits(document, &schema["items"], row, &format!("{place}[]"));
            }
        }
        Some("string") => {
            let text = told.as_str().unwrap_or_else(|| panic!("{place} is {told}"));
            let fits = match schema["format"].as_str() {
                Some("uuid") => text.parse::<Uuid>().is_ok(),
                Some("date") => text.parse::<jiff::civil::Date>().is_ok_and(|day| day.to_string() == text),
                _ => schema["pattern"].is_null() || text.parse::<rust_decimal::Decimal>().is_ok(),
            };
            assert!(fits, "{place} is {told}");
        }
        Some("integer") => assert!(told.is_i64(), "{place} is {told}"),
        Some("boolean") => assert!(told.is_boolean(), "{place} is {told}"),
        Some("null") => assert!(told.is_null(), "{place} is {told}"),
        other => panic!("{place}: {other:?}"),
    }
}

#[tokio::test]
async fn reports_are_what_the_description_says() {
    let firm = busy_firm().await;
    plan::measure(&firm.db, &firm.cx).await.expect("measured");
    let program = Program::of(&firm).await;
    let document = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let assert_told = |report: &Report, reply: &Reply| {
        let said = &document["paths"][path(report.name)]["get"]["responses"]["200"]["content"]["application/json"];
        assert!(said["schema"].is_object(), "{} is not described", report.name);
        assert_fits(&document, &said["schema"], &reply.json, report.name);
    };
    assert_eq!(door::reports().len(), 7);
    for report in door::reports() {
        let address = whole_path(report, &firm);
        let reply = program.get(&address).await.assert_ok(&address);
        assert_told(report, &reply);
        let expect = |status: StatusCode, reply: &Reply| {
            assert_eq!(reply.status, status, "{address}: {}", reply.text);
            assert_described(&document, "get", &path(report.name), reply);
        };
        expect(StatusCode::OK, &reply);
        let etag = reply.etag();
        let again = program.send(Method::GET, &address, &[("if-none-match", &etag)], Json::Null).await;
        expect(StatusCode::NOT_MODIFIED, &again);
        expect(StatusCode::BAD_REQUEST, &program.get(&format!("{}?colour=red", path(report.name))).await);
    }
    let receivables = door::reports().iter().find(|report| report.name == "receivables").expect("receivables");
    let of_one = program.get(&path(&format!("receivables?customer={}&age=0", firm.customer))).await;
    assert_told(receivables, &of_one.assert_ok("of one customer"));
}

// ------------------------------------------------------------------ who may

#[tokio::test]
async fn reports_open_to_those_to_whom_their_pages_open() {
    let firm = busy_firm().await;
    let books = ["trial-balance", "general-ledger", "books-health"];
    let debts = ["receivables", "statement"];
    let owner = Program::of(&firm).await;
    let mut programs = vec![("owner", owner.clone(), [&books[..], &debts, &["stock-on-hand", "usage"]].concat())];
    for (role, open) in [
        ("accountant", [&books[..], &debts, &["stock-on-hand"]].concat()),
        ("auditor", [&books[..], &debts, &["stock-on-hand"]].concat()),
        ("sales", [&debts[..], &["stock-on-hand"]].concat()),
        ("storekeeper", vec!["stock-on-hand"]),
    ] {
        let member = firm.colleague(role).await;
        programs.push((role, owner.beside_of(&firm, &member).await, open));
    }
    let (customer, _) = portal_member(&firm, firm.customer).await;
    programs.push(("portal", owner.beside_of(&firm, &customer).await, Vec::new()));
    for (role, program, open) in programs {
        let document = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
        for report in door::reports() {
            let (what, is_open) = (format!("{} of {role}", report.name), open.contains(&report.name));
            let reply = program.get(&whole_path(report, &firm)).await;
            match is_open {
                true => drop(reply.assert_ok(&what)),
                false => reply.assert_problem(StatusCode::FORBIDDEN, "error-denied", &what),
            }
            assert_eq!(document["paths"][path(report.name)].is_object(), is_open, "{what} is promised");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_kept_to_types_reads_no_report() {
    let firm = busy_firm().await;
    let program = Program::of(&firm).await;
    // Not even where it may read all that a report sums.
    let all: Vec<&str> = door::records().iter().map(|record| record.name).collect();
    let owing = ["customer", "sales_invoice", "credit_note", "customer_payment"];
    for records in [&all[..], &owing] {
        let kept = program.beside_with(&firm, "write", records).await;
        kept.get("/api/v1/customers").await.assert_ok("its own type");
        for report in door::reports() {
            let refused = kept.get(&whole_path(report, &firm)).await;
            refused.assert_problem(StatusCode::FORBIDDEN, "error-denied", report.name);
        }
        let document = kept.get("/api/v1/openapi.json").await.assert_ok("the description").json;
        let promised = document["paths"].as_object().expect("paths").keys().any(|path| path.contains("/reports/"));
        assert!(!promised, "reports are promised");
    }
    // One that only reads does, but for what is for those who change everything.
    let reader = program.beside_with(&firm, "read", &[]).await;
    for report in door::reports() {
        let reply = reader.get(&whole_path(report, &firm)).await;
        let status = if report.name == "usage" { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(reply.status, status, "{}: {}", report.name, reply.text);
    }
}

#[tokio::test]
async fn what_is_kept_in_memory_is_told_to_nobody_who_may_not_read_it_any_more() {
    let firm = busy_firm().await;
    let member = firm.colleague("accountant").await;
    let program = Program::with(&firm, &member, "write", &[]).await;
    read(&program, "trial-balance").await;
    read(&program, "trial-balance").await;
    let mut tx = firm.tx().await;
    let role = code(&mut tx, "role", "storekeeper").await.to_string();
    tx.commit().await.expect("commit");
    firm.change(&firm.document("member", member.user).await, &[("role", &role)]).await.expect("another role");
    let refused = program.get(&path("trial-balance")).await;
    refused.assert_problem(StatusCode::FORBIDDEN, "error-denied", "a storekeeper's program");
}

#[tokio::test]
async fn another_companys_ids_look_like_random_ones() {
    let (a, b) = (Firm::new().await, full_firm().await);
    let mut admin = admin().await;
    let mut real = ids_of(&mut admin, b.cx.tenant).await;
    for (table, query) in [
        ("journal_entry_line", "select id from journal_entry_line where tenant_id = $1 and posted limit 1"),
        ("open_item", "select id from open_item where tenant_id = $1 limit 1"),
    ] {
        let id = sqlx::query_scalar(query).bind(b.cx.tenant).fetch_one(&mut admin).await.expect("an id");
        real.insert(table, id);
    }
    let program = Program::of(&a).await;
    for report in door::reports() {
        let takes_id = |takes: &Takes| matches!(takes, Takes::Id | Takes::Place | Takes::Named(_));
        for ask in report.asks.iter().filter(|ask| takes_id(&ask.takes)) {
            let needed = report.asks.iter().filter(|other| other.needed && other.name != ask.name);
            let needed: String = needed.map(|other| format!("&{}={}", other.name, a.customer)).collect();
            for (table, id) in &real {
                let address = |id: Uuid| path(&format!("{}?{}={id}{needed}", report.name, ask.name));
                let what = format!("{} with the {} of a {table}", report.name, ask.name);
                let found = program.get(&address(*id)).await;
                let random = program.get(&address(Uuid::now_v7())).await;
                assert_eq!(found.status, random.status, "{what}: {}", found.text);
                assert_eq!(without_ids(&found.text), without_ids(&random.text), "{what}");
                assert!(!found.text.contains("SECRET"), "{what}: {}", found.text);
                if !matches!(ask.takes, Takes::Place) {
                    found.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &what);
                }
            }
        }
    }
}

// ------------------------------------------------------------------ how they are asked for

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let (refused, malformed) = (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::BAD_REQUEST);
    let statement = format!("statement?customer={}&from=yesterday", firm.customer);
    let ledger = format!("general-ledger?after={}", Uuid::now_v7());
    for (query, status, field, id) in [
        ("trial-balance?from=01/02/2026", refused, "from", "fault-not-date"),
        ("trial-balance?from=2026-01-01&to=2026-02-30", refused, "to", "fault-not-date"),
        ("trial-balance?to=2026-1-1", refused, "to", "fault-not-date"),
        ("trial-balance?to=0000-01-01", refused, "to", "fault-not-date"),
        ("general-ledger?to=%D9%A1", refused, "to", "fault-not-date"),
        ("receivables?at=today", refused, "at", "fault-not-date"),
        (statement.as_str(), refused, "from", "fault-not-date"),
        ("receivables?age=old", refused, "age", "fault-not-choice"),
        ("receivables?customer=C1", refused, "customer", "refuse-api-uuid"),
        ("statement", refused, "customer", "fault-required"),
        ("statement?customer=", refused, "customer", "fault-required"),
        ("general-ledger?account=nonsense", refused, "account", "fault-not-choice"),
        ("general-ledger?centre=nonsense", refused, "centre", "fault-not-choice"),
        ("general-ledger?after=x", malformed, "after", "refuse-api-after"),
        (ledger.as_str(), malformed, "after", "refuse-api-after"),
        ("trial-balance?colour=red", malformed, "colour", "refuse-api-parameter"),
        ("usage?from=2026-01-01", malformed, "from", "refuse-api-parameter"),
    ] {
        let reply = program.get(&path(query)).await;
        reply.assert_problem(status, id, query);
        assert_eq!(reply.errors(), [(field.to_owned(), id.to_owned())], "{query}");
    }
    for nowhere in ["/api/v1/reports", "/api/v1/reports/nothing", "/api/v1/reports/usage/x/y"] {
        program.get(nowhere).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", nowhere);
    }
    let changed = program.post(&path("usage"), json!({})).await;
    changed.assert_problem(StatusCode::METHOD_NOT_ALLOWED, "refuse-api-method", "a change of a report");
    let nobody = program.showing("").get(&path("usage")).await;
    nobody.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", "nobody");
}

#[tokio::test]
async fn a_report_that_is_known_is_not_sent_again_until_it_changes() {
    let firm = busy_firm().await;
    let item = firm.item("E", "10", 5, "4").await;
    let program = Program::of(&firm).await;
    for report in ["trial-balance", "receivables"] {
        let address = path(report);
        let first = program.get(&address).await.assert_ok(report);
        let etag = first.etag();
        for known in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
            let again = program.send(Method::GET, &address, &[("if-none-match", &known)], Json::Null).await;
            assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{report}: {known}");
            assert_eq!(again.etag(), etag, "{report}");
        }
        assert_eq!(program.get(&address).await.assert_ok(report).json, first.json, "{report}");
        firm.invoice(&[(item, 1)]).await;
        let fresh = program.send(Method::GET, &address, &[("if-none-match", &etag)], Json::Null).await;
        assert_eq!(fresh.status, StatusCode::OK, "{report} after an invoice");
        assert_ne!(fresh.json, first.json, "{report} after an invoice");
    }
}
