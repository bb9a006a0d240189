//! Plans: refused at the limit and not before it, free with the next request, and what a company has not looks like what never
//! was.

use super::permission::{admin, busy_firm, portal_member, send_file, typed};
use crate::api::limits::Limits;
use crate::modules;
use crate::modules::administration::invitation;
use crate::platform::auth::SignedIn;
use crate::platform::config::Rates;
use crate::platform::door::{self, Error, Outcome};
use crate::platform::files::{self, NewFile};
use crate::platform::import::{self, Plan as ImportPlan};
use crate::platform::plan::{self, Allowance, FLAGS, Flags, LIMITED, Level, Plan, Usage, begins_anew, fits, left};
use crate::platform::search;
use crate::platform::tenancy::{Cx, TenantTx};
use crate::platform::token::Bearer;
use crate::record::page::Message;
use crate::tests::api::Program;
use crate::tests::support::{Browser, FILES, Firm, PASSWORD, code, file, record, refusals};
use axum::body::Bytes;
use axum::http::StatusCode;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

// ------------------------------------------------------------------ the pure part

proptest! {
    #[test]
    fn what_fits_is_what_is_left(used in 0_i64..2_000, more in 0_i64..2_000, most in proptest::option::of(0_i64..2_000)) {
        let room = fits(used, more, most);
        prop_assert_eq!(room, more == 0 || most.is_none_or(|most| used + more <= most));
        prop_assert!(left(used, most).is_none_or(|left| (0..=most.unwrap_or_default()).contains(&left)));
        // Less never fits worse, and a larger plan neither.
        prop_assert!(!room || fits(used, more / 2, most));
        prop_assert!(!room || fits(used, more, most.map(|most| most + 1)));
    }

    #[test]
    fn a_user_is_refused_exactly_where_none_is_left(users in 0_i64..50, most in proptest::option::of(1_i64..50)) {
        let plan = Plan { users: most, ..Plan::default() };
        prop_assert_eq!(plan.another_user(users).is_some(), left(users, most) == Some(0));
        let [level, ..] = plan.levels(&Usage { users, ..Usage::default() });
        prop_assert_eq!(level.is_reached(), plan.another_user(users).is_some());
    }

    #[test]
    fn what_is_turned_off_is_off_whatever_else_is_said(given in 0_usize..32, on in 0_usize..32, off in 0_usize..32) {
        let named = |bits: usize| -> Vec<String> {
            FLAGS.into_iter().enumerate().filter(|(at, _)| (bits >> at) & 1 == 1).map(|(_, flag)| flag.to_owned()).collect()
        };
        let flags = Flags::new(Some(&named(given)), &named(on), &named(off));
        for (at, flag) in FLAGS.into_iter().enumerate() {
            let said = |bits: usize| (bits >> at) & 1 == 1;
            prop_assert_eq!(flags.has(flag), (said(given) || said(on)) && !said(off));
        }
        prop_assert_eq!(flags.all(), FLAGS.into_iter().all(|flag| flags.has(flag)));
        prop_assert_eq!(Flags::new(None, &named(on), &[]), Flags::default());
    }

    #[test]
    fn a_month_ends_where_the_next_one_begins(second in 0_i64..4_000_000_000) {
        let now = Timestamp::from_second(second).expect("a moment");
        let (first, wait) = begins_anew(now);
        let then = Timestamp::from_second(second + wait.as_secs() as i64).expect("a moment");
        let date = then.to_zoned(jiff::tz::TimeZone::UTC).date();
        prop_assert_eq!((date, first.day()), (first, 1));
        let before = Timestamp::from_second(then.as_second() - 1).expect("a moment");
        prop_assert_eq!(then.as_second() % 86_400, 0);
        prop_assert!(before >= now && wait.as_secs() <= 31 * 86_400);
    }
}

#[test]
fn records_name_flags_that_there_are() {
    let named: Vec<&str> = modules::records().filter_map(|record| record.flag).collect();
    assert!(named.len() >= 3, "{named:?}");
    assert!(named.iter().all(|flag| FLAGS.contains(flag)), "{named:?}");
    let levels: [Level; 4] = Plan::default().levels(&Usage::default());
    assert_eq!(levels.map(|level| level.what), LIMITED);
}

// ------------------------------------------------------------------ builders

/// Limits of a plan, in the order of its columns; none without.
#[derive(Default)]
struct Terms {
    users: Option<i32>,
    storage: Option<i64>,
    records: Option<i64>,
    calls: Option<i64>,
    rate: Option<i32>,
}

/// Gives a firm a plan of its own.
async fn give(firm: &Firm, terms: Terms) {
    let mut admin = admin().await;
    let code = format!("p{}", &firm.cx.tenant.simple().to_string()[12..]);
    sqlx::query(
        "insert into ops.plan (code, name, users, storage, records, calls, rate)
           values ($1, '{\"en\": \"Own\", \"ar\": \"خاصة\"}', $2, $3, $4, $5, $6)
           on conflict (code) do update set users = excluded.users, storage = excluded.storage,
             records = excluded.records, calls = excluded.calls, rate = excluded.rate",
    )
    .bind(&code)
    .bind(terms.users)
    .bind(terms.storage)
    .bind(terms.records)
    .bind(terms.calls)
    .bind(terms.rate)
    .execute(&mut admin)
    .await
    .expect("a plan");
    sqlx::query(
        "insert into ops.subscription (tenant_id, plan) values ($1, $2)
           on conflict (tenant_id) do update set plan = excluded.plan",
    )
    .bind(firm.cx.tenant)
    .bind(&code)
    .execute(&mut admin)
    .await
    .expect("a subscription");
}

/// Takes parts of Diwan from a firm, and gives it the others.
pub async fn turn_off(firm: &Firm, flags: &[&str]) {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    sqlx::query(
        "insert into ops.subscription (tenant_id, flags_off) values ($1, $2)
           on conflict (tenant_id) do update set flags_off = excluded.flags_off",
    )
    .bind(firm.cx.tenant)
    .bind(flags)
    .execute(&mut admin().await)
    .await
    .expect("turned off");
}

/// Records of a firm, of all types.
async fn records(firm: &Firm) -> i64 {
    let mut tx = firm.tx().await;
    sqlx::query_scalar("select used_records from ops.used()").fetch_one(tx.conn()).await.expect("a count")
}

/// What a reader is told, without the marks that set names apart.
fn said(firm: &Firm, message: &Message) -> String {
    firm.cx.i18n.message(message).replace(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'], "")
}

// ------------------------------------------------------------------ records

#[tokio::test]
async fn records_are_refused_at_the_limit_through_every_door() {
    let firm = Firm::new().await;
    let (program, mut browser) = (Program::of(&firm).await, Browser::of(&firm).await);
    let most = records(&firm).await + 1;
    give(&firm, Terms { records: Some(most), ..Terms::default() }).await;
    let form =
        |code: &'static str| [("_do", "save"), ("_edits", "1"), ("code", code), ("name", "Last"), ("language", "en")];
    let saved = browser.post("/customers/new", &form("L1")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "the last one fits: {}", saved.text());
    // On a page, with the figures.
    let refused = browser.post("/customers/new", &form("L2")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let message =
        Message::new("refuse-plan-records").with("used", Decimal::from(most)).with("most", Decimal::from(most));
    assert!(refused.text().contains(&said(&firm, &message)), "{}", refused.text());
    // By a program.
    let body = json!({"code": "L3", "name": {"en": "Last", "ar": ""}, "language": "en"});
    let reply = program.post("/api/v1/customers", body.clone()).await;
    reply.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-plan-records", "one too many");
    // By a file, of which the first row still fits.
    give(&firm, Terms { records: Some(most + 1), ..Terms::default() }).await;
    let bytes = b"code,name.en,language\nL4,Last,en\nL5,Last,en\n";
    let mut tx = firm.tx().await;
    let mut plan = ImportPlan::new(record("customer"));
    let header = import::header(file(bytes)).await.expect("the file is read").expect("a header");
    plan.mapping = import::suggest(&header, &import::labels(record("customer")));
    let report = import::run(&mut tx, &plan, file(bytes)).await.expect("an import answers");
    let reasons: Vec<(u64, &str)> = report.bad.iter().map(|bad| (bad.line, bad.reason.id.as_str())).collect();
    assert_eq!(reasons, [(3, "refuse-plan-records")]);
    drop(tx);
    // What exists can be changed, and a larger plan counts with the next request.
    give(&firm, Terms { records: Some(most), ..Terms::default() }).await;
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("phone", "1")]).await.expect("changed");
    give(&firm, Terms { records: Some(most + 2), ..Terms::default() }).await;
    assert_eq!(browser.post("/customers/new", &form("L2")).await.status, StatusCode::SEE_OTHER);
    program.post("/api/v1/customers", body).await.assert_ok("there is room again");
}

#[tokio::test]
async fn far_from_the_limit_nobody_counts() {
    let firm = Firm::new().await;
    let used = records(&firm).await;
    plan::measure(&firm.db, &firm.cx).await.expect("measured");
    let mut tx = firm.tx().await;
    let crowded = async |tx: &mut TenantTx, most: i64, more: i64| -> Option<i64> {
        sqlx::query_scalar("select ops.crowded($1, $2)")
            .bind(most)
            .bind(more)
            .fetch_one(tx.conn())
            .await
            .expect("asked")
    };
    assert_eq!(crowded(&mut tx, used + 10_000, 9_000).await, None);
    // Near it they are counted, to the last one.
    assert_eq!(crowded(&mut tx, used + 10, 10).await, None);
    assert_eq!(crowded(&mut tx, used + 10, 11).await, Some(used));
}

#[tokio::test]
async fn who_has_no_limit_pays_for_none() {
    let firm = Firm::new().await;
    let mut counts = Vec::new();
    for terms in [Terms::default(), Terms { records: Some(1_000_000), ..Terms::default() }] {
        give(&firm, terms).await;
        let mut tx = firm.tx().await;
        let before = tx.statements();
        let fields = [("code", "N"), ("name.en", "New"), ("language", "en")];
        door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &typed(&fields)).await.expect("saved");
        counts.push((before, tx.statements() - before));
    }
    assert_eq!(counts[1], (counts[0].0, counts[0].1 + 1), "one question, of those who have a limit");
}

// ------------------------------------------------------------------ users

#[tokio::test]
async fn users_are_refused_at_the_limit_when_invited_when_they_come_and_when_let_in_again() {
    let firm = Firm::new().await;
    let mut owner = Browser::of(&firm).await;
    let role = code(&mut firm.tx().await, "role", "sales").await.to_string();
    give(&firm, Terms { users: Some(2), ..Terms::default() }).await;
    let address = |n: u8| format!("{n}-{}@guest.example", firm.cx.tenant);
    let (first, second) = (address(1), address(2));
    let form = |email: &str| {
        [("_do", "save"), ("_edits", "1"), ("name", "Guest"), ("email", email), ("role", role.as_str())]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
    };
    let mut invite = async |email: &str| {
        let form = form(email);
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        owner.post("/members/new", &pairs).await
    };
    let invited = invite(&first).await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.text());
    let location = invited.location.expect("the page of the member");
    let refused = invite(&second).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let message = Message::new("refuse-plan-users").with("used", Decimal::from(2)).with("most", Decimal::from(2));
    assert!(refused.text().contains(&said(&firm, &message)), "{}", refused.text());
    // The plan became smaller before they came.
    let id = location.trim_start_matches("/members/").split('?').next().and_then(|id| id.parse().ok()).expect("an id");
    let link = invitation::address(firm.cx.tenant, id, &first);
    let token = link.strip_prefix("/join?token=").expect("a token").to_owned();
    let come = async || -> Outcome<SignedIn> {
        let guest = Cx { user: Uuid::nil(), tenant: Uuid::nil(), ..firm.cx.clone() };
        invitation::accept(&firm.db, guest, token.clone(), "Guest".to_owned(), PASSWORD.to_owned()).await
    };
    give(&firm, Terms { users: Some(1), ..Terms::default() }).await;
    assert_eq!(refusals(come().await), ["refuse-plan-users"]);
    give(&firm, Terms { users: Some(2), ..Terms::default() }).await;
    come().await.expect("there is a place again");
    // Whoever is blocked leaves their place to another.
    let guest = firm.document("member", id).await;
    firm.act(&guest, "block").await.expect("blocked");
    firm.colleague("auditor").await;
    let guest = firm.load(&guest).await;
    assert_eq!(refusals(firm.act(&guest, "unblock").await), ["refuse-plan-users"]);
    give(&firm, Terms { users: Some(3), ..Terms::default() }).await;
    firm.act(&guest, "unblock").await.expect("let in again");
}

// ------------------------------------------------------------------ storage

#[tokio::test]
async fn files_are_refused_at_the_limit_of_the_plan() {
    let firm = Firm::new().await;
    give(&firm, Terms { storage: Some(10), ..Terms::default() }).await;
    let attach = async |text: &'static str| {
        let new = NewFile::new(record("customer"), firm.customer, "note.txt");
        let bytes = stream::iter([Ok(Bytes::from_static(text.as_bytes()))]).boxed();
        files::attach(&firm.db, &firm.cx, &FILES, &new, bytes).await
    };
    attach("0123456789").await.expect("exactly as much as there is");
    assert_eq!(refusals(attach("x").await), ["refuse-plan-storage"]);
    let mut browser = Browser::of(&firm).await;
    let page = format!("/customers/{}", firm.customer);
    let answer = send_file(&mut browser, &format!("{page}/files"), "more.txt", "x").await;
    let shown = match &answer.location {
        Some(location) => browser.get(location.split('#').next().unwrap_or_default()).await.text(),
        None => answer.text(),
    };
    assert!(shown.contains("larger plan"), "{shown}");
    give(&firm, Terms { storage: Some(11), ..Terms::default() }).await;
    attach("x").await.expect("there is room again");
}

// ------------------------------------------------------------------ calls

#[tokio::test]
async fn calls_of_a_month_are_refused_until_they_begin_anew() {
    let firm = Firm::new().await;
    let program = Program::at(&firm, Rates { token: 1_000, company: 1_000 }).await;
    give(&firm, Terms { calls: Some(4), ..Terms::default() }).await;
    for _ in 0..2 {
        program.get("/api/v1/customers").await.assert_ok("within the limit");
    }
    // A batch is as many as it holds.
    let part = json!({"method": "GET", "path": "/api/v1/customers"});
    let refused = program.post("/api/v1/batch", json!({"operations": vec![part; 3]})).await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-plan-calls", "three where two are left");
    program.get("/api/v1/customers").await.assert_ok("the fourth");
    let refused = program.get("/api/v1/customers").await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-plan-calls", "the fifth");
    let (first, wait) = begins_anew(Timestamp::now());
    let told: u64 = refused.header("retry-after").and_then(|seconds| seconds.parse().ok()).expect("how long");
    assert!(told.abs_diff(wait.as_secs()) < 600, "{told} and {wait:?}");
    let detail = refused.json["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains(&firm.cx.i18n.date(first)) && detail.contains('4'), "{detail}");
    assert!(refused.header("ratelimit").is_some_and(|state| state.contains("\"token\";r=")), "the headers are as ever");
    give(&firm, Terms { calls: Some(5), ..Terms::default() }).await;
    program.get("/api/v1/customers").await.assert_ok("a larger plan");
    give(&firm, Terms::default()).await;
    program.get("/api/v1/customers").await.assert_ok("a plan without a limit");
}

#[tokio::test]
async fn calls_are_written_down_and_count_once() {
    let firm = Firm::new().await;
    let (limits, company) = (Limits::new(Rates::default()), firm.cx.tenant);
    let of = |made: i64| Allowance { most: Some(3), made, ..Allowance::default() };
    let written = async || -> i64 {
        let mut tx = firm.tx().await;
        sqlx::query_scalar("select ops.called()").fetch_one(tx.conn()).await.expect("asked")
    };
    assert!(limits.spend(company, 2, of(0)) && !limits.spend(company, 2, of(0)));
    assert_eq!(written().await, 0);
    limits.write_down(&firm.db).await.expect("written");
    assert_eq!(written().await, 2);
    limits.write_down(&firm.db).await.expect("nothing to write");
    assert_eq!(written().await, 2);
    // What is written is not in memory any more; what another node has written counts, too.
    assert!(limits.spend(company, 1, of(2)) && !limits.spend(company, 1, of(2)));
    limits.write_down(&firm.db).await.expect("written");
    assert_eq!(written().await, 3);
}

// ------------------------------------------------------------------ requests a minute

/// How many requests a program is told to have in a minute: with its token, and of its company.
fn policy(token: u32, company: u32) -> String {
    format!("\"token\";q={token};w=60, \"company\";q={company};w=60")
}

#[tokio::test]
async fn each_company_has_as_many_requests_a_minute_as_its_plan_says() {
    let (small, large, other) = (Firm::new().await, Firm::new().await, Firm::new().await);
    give(&small, Terms { rate: Some(1), ..Terms::default() }).await;
    give(&large, Terms { rate: Some(50), ..Terms::default() }).await;
    let path = "/api/v1/customers";
    let ours = Program::at(&small, Rates { token: 20, company: 3 }).await;
    let (theirs, usual) = (ours.beside_of(&large, &large.cx).await, ours.beside_of(&other, &other.cx).await);
    let first = ours.get(path).await.assert_ok("the only one of the small plan");
    assert_eq!(first.header("ratelimit-policy"), Some(policy(20, 1).as_str()));
    assert!(first.header("ratelimit").is_some_and(|state| state.contains("\"company\";r=0;")), "{:?}", first.headers);
    let refused = ours.get(path).await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "the second of the small plan");
    assert_eq!(refused.header("ratelimit-policy"), Some(policy(20, 1).as_str()));
    let wait: u64 = refused.header("retry-after").and_then(|seconds| seconds.parse().ok()).expect("how long");
    assert!((1..=60).contains(&wait), "{wait}");
    let beside = ours.beside(&small).await.get(path).await;
    beside.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "another token of the company");
    // More than the installation gives each company, and no less than it where the plan says nothing.
    for n in 1..=10 {
        let reply = theirs.get(path).await.assert_ok(&format!("{n} of the large plan"));
        assert_eq!(reply.header("ratelimit-policy"), Some(policy(20, 50).as_str()));
    }
    let reply = usual.get(path).await.assert_ok("of a plan that says nothing");
    assert_eq!(reply.header("ratelimit-policy"), Some(policy(20, 3).as_str()));
    // A token has its own share of it, whatever the plan.
    let hasty = Program::at(&large, Rates { token: 1, company: 3 }).await;
    hasty.get(path).await.assert_ok("the only one of the token");
    let refused = hasty.get(path).await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "the second of the token");
    assert_eq!(refused.header("ratelimit-policy"), Some(policy(1, 50).as_str()));
    hasty.beside(&large).await.get(path).await.assert_ok("another token");
}

#[tokio::test]
async fn another_number_of_requests_a_minute_counts_with_the_next_one() {
    let firm = Firm::new().await;
    give(&firm, Terms { rate: Some(1), ..Terms::default() }).await;
    let path = "/api/v1/customers";
    let program = Program::at(&firm, Rates { token: 100, company: 100 }).await;
    program.get(path).await.assert_ok("the only one");
    let refused = program.get(path).await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "the second");
    for rate in [Some(50), Some(2), None] {
        give(&firm, Terms { rate, ..Terms::default() }).await;
        let reply = program.get(path).await.assert_ok("by another plan");
        let company = rate.map_or(100, i32::unsigned_abs);
        assert_eq!(reply.header("ratelimit-policy"), Some(policy(100, company).as_str()));
    }
    // To go there and back gives nobody more.
    give(&firm, Terms { rate: Some(1), ..Terms::default() }).await;
    let refused = program.get(path).await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "back again");
    assert_eq!(refused.header("ratelimit-policy"), Some(policy(100, 1).as_str()));
}

#[test]
fn who_asks_too_much_comes_as_far_as_the_plan_a_few_times_a_second() {
    let limits = Limits::new(Rates { token: 100_000, company: 1 });
    let bearer = Bearer { tenant: Uuid::now_v7(), id: Uuid::now_v7() };
    assert_eq!(limits.take(bearer, 1).wait(), None);
    let refused = limits.take(bearer, 1);
    assert!(refused.wait().is_some());
    let looked = (0..10_000).filter(|_| limits.looks_again(bearer, &refused)).count();
    assert!((1..1_000).contains(&looked), "{looked}");
    // It is no way around the share of a token.
    let limits = Limits::new(Rates { token: 1, company: 100 });
    limits.take(bearer, 1);
    let refused = limits.take(bearer, 1);
    assert!(refused.wait().is_some() && !limits.looks_again(bearer, &refused));
}

#[test]
fn whoever_is_forgotten_has_no_more_requests_for_it() {
    let limits = Limits::new(Rates { token: 100, company: 100 });
    let bearer = Bearer { tenant: Uuid::now_v7(), id: Uuid::now_v7() };
    let ask = || limits.settle(bearer, limits.take(bearer, 1), Some(1)).wait();
    assert_eq!(ask(), None);
    assert!(ask().is_some());
    limits.forget();
    assert!(ask().is_some(), "the plan is read again, and the bucket is as empty as it was");
}

// ------------------------------------------------------------------ parts of Diwan

#[tokio::test]
async fn records_of_what_a_company_has_not_look_like_none_that_ever_were() {
    let firm = busy_firm().await;
    let (program, mut browser) = (Program::of(&firm).await, Browser::of(&firm).await);
    let nowhere = browser.data("/nothing-here").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let flagged: Vec<_> = modules::records().filter_map(|record| Some((record, record.flag?))).collect();
    for (described, flag) in flagged {
        let id: Uuid = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select id from {} where tenant_id = $1 order by id limit 1",
            described.name
        )))
        .bind(firm.cx.tenant)
        .fetch_one(&mut admin().await)
        .await
        .expect("one of them");
        let (list, form) = (format!("/{}", described.path), format!("/{}/{id}", described.path));
        let link = format!("href=\"{list}\"");
        let words = if described.name == "custom_field" { "Origin" } else { "Web shop" };
        let hits = async || {
            let hits = search::find(&mut firm.tx().await, words).await.expect("a search").hits;
            hits.into_iter().filter(|hit| hit.record == described.name).count()
        };
        assert_eq!(browser.get(&list).await.status, StatusCode::OK, "{list}");
        assert!(browser.get("/").await.body.contains(&link) && hits().await > 0, "{list}");
        turn_off(&firm, &[flag]).await;
        for path in [list.clone(), form.clone(), format!("{list}/new"), format!("{list}/import")] {
            let page = browser.data(&path).await;
            assert_eq!((page.status, &page.body), (nowhere.status, &nowhere.body), "{path}");
            assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let posted = browser.post(&format!("{list}/new"), &[("_do", "save"), ("_edits", "1")]).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND, "{list}: {}", posted.text());
        let home = browser.get("/").await;
        assert!(!home.body.contains(&link) && !home.body.contains(&format!("href=\"{list}/new\"")), "{list}");
        assert_eq!(hits().await, 0, "{list}");
        if flag != "api" {
            for path in [format!("/api/v1{list}"), format!("/api/v1{form}")] {
                let reply = program.get(&path).await;
                reply.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
            }
        }
        // Who sees everything else still does.
        assert_eq!(browser.get("/audit").await.status, StatusCode::OK);
        turn_off(&firm, &[]).await;
        assert_eq!(browser.get(&form).await.status, StatusCode::OK, "{form}");
    }
}

#[tokio::test]
async fn programs_do_not_come_in_where_there_is_no_interface_for_them() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    program.get("/api/v1/customers").await.assert_ok("with it");
    turn_off(&firm, &["api"]).await;
    let refused = program.get("/api/v1/customers").await;
    refused.assert_problem(StatusCode::FORBIDDEN, "error-no-api", "without it");
    turn_off(&firm, &[]).await;
    program.get("/api/v1/customers").await.assert_ok("with it again");
}

#[tokio::test]
async fn without_imports_there_is_no_way_to_one() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let nowhere = browser.data("/nothing-here").await;
    let link = "href=\"/customers/import\"";
    assert!(browser.get("/customers").await.body.contains(link));
    turn_off(&firm, &["import"]).await;
    assert!(!browser.get("/customers").await.body.contains(link));
    let page = browser.data("/customers/import").await;
    assert_eq!((page.status, &page.body), (nowhere.status, &nowhere.body));
    let sent = send_file(&mut browser, "/customers/import", "list.csv", "code,name.en\nX,X\n").await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
    let outcome = import::run(&mut firm.tx().await, &ImportPlan::new(record("customer")), file(b"code\nX\n")).await;
    assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    turn_off(&firm, &[]).await;
    assert!(browser.get("/customers").await.body.contains(link));
}

#[tokio::test]
async fn fields_of_the_company_stand_aside_and_come_back() {
    let firm = busy_firm().await;
    let own = async || {
        let tx = firm.tx().await;
        tx.described(record("unit")).fields.iter().filter(|field| field.custom.is_some()).count()
    };
    assert_eq!(own().await, 1);
    turn_off(&firm, &["custom_fields"]).await;
    assert_eq!(own().await, 0);
    turn_off(&firm, &[]).await;
    assert_eq!(own().await, 1);
}

#[tokio::test]
async fn without_a_portal_customers_stay_outside() {
    let firm = Firm::new().await;
    let (visitor, mut browser) = portal_member(&firm, firm.customer).await;
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    turn_off(&firm, &["portal"]).await;
    let page = browser.get("/").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text().contains(&said(&firm, &Message::new("error-no-portal"))), "{}", page.text());
    let member = firm.document("member", visitor.user).await;
    assert_eq!(refusals(firm.change(&member, &[("name", "Another")]).await), ["refuse-plan-portal"]);
    turn_off(&firm, &[]).await;
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
}

// ------------------------------------------------------------------ usage

#[tokio::test]
async fn the_owner_sees_what_is_used_in_both_languages_and_nobody_else_does() {
    let firm = Firm::new().await;
    give(&firm, Terms { users: Some(7), records: Some(9_999), rate: Some(4_321), ..Terms::default() }).await;
    plan::measure(&firm.db, &firm.cx).await.expect("measured");
    let used = firm.cx.i18n.integer(records(&firm).await);
    let mut browser = Browser::of(&firm).await;
    for (language, title, unlimited, rate) in [
        ("en", "Plan and usage", "without a limit", "Calls of programs a minute"),
        ("ar", "الخطة والاستخدام", "بلا حد أقصى", "طلبات البرامج في الدقيقة"),
    ] {
        browser.post("/preferences", &[("language", language)]).await;
        let page = browser.get("/usage").await;
        assert_eq!(page.status, StatusCode::OK);
        for text in [title, unlimited, rate, "9,999", "4,321", used.as_str()] {
            assert!(page.text().contains(text), "{text}: {}", page.text());
        }
    }
    give(&firm, Terms::default()).await;
    for (language, usual) in
        [("en", "what the installation gives each company"), ("ar", "الحد الذي يعطيه النظام لكل شركة")]
    {
        browser.post("/preferences", &[("language", language)]).await;
        assert!(browser.get("/usage").await.text().contains(usual), "{usual}");
    }
    let auditor = firm.colleague("auditor").await;
    let mut colleague = Browser::signed_in(&format!("{}@firm.example", auditor.user)).await;
    assert_eq!(colleague.get("/usage").await.status, StatusCode::FORBIDDEN);
    assert!(!colleague.get("/").await.body.contains("href=\"/usage\""));
}

#[tokio::test]
async fn a_day_is_measured_once_and_counts_what_was_done() {
    let firm = Firm::new().await;
    for _ in 0..2 {
        plan::measure(&firm.db, &firm.cx).await.expect("measured");
    }
    let mut tx = firm.tx().await;
    let page = plan::page(&mut tx).await.expect("the owner's page");
    let entries: i64 = sqlx::query_scalar("select count(*) from audit where tenant_id = $1")
        .bind(tx.tenant())
        .fetch_one(tx.conn())
        .await
        .expect("the log");
    let day = page.days.last().expect("today");
    assert_eq!((page.days.len(), day.users, day.storage), (1, Some(1), Some(0)));
    assert_eq!((day.records, day.actions), (Some(page.levels[2].used), entries));
}
