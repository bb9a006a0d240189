//! Faults, bad inputs and attacks, by the numbers of their catalogue: cut connections, races, noisy neighbours, figures
//! and characters that nobody meant, doors that are tried from the wrong side.

use super::jobs::{alone, ask, customers, work};
use super::permission::{everything, member_with, right, typed};
use crate::platform::bulk::Which;
use crate::platform::door::{self, Error, Lock, Outcome, Typed};
use crate::platform::import::MOST_ROWS;
use crate::platform::import::batch::{self, Asked};
use crate::platform::import::{self, Mapping, Plan};
use crate::platform::jobs;
use crate::platform::page;
use crate::platform::table::{self, Table};
use crate::platform::tenancy::{Cx, Db};
use crate::record::import::ImportPage;
use crate::record::jobs::JobPage;
use crate::record::query::{Query, encode};
use crate::record::value::{self, Fault};
use crate::record::{Field, Kind, Names, Value};
use crate::tests::support::{self, Browser, FILES, Firm, dec, record, refusals};
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use std::fs;
use std::future::Future as _;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;
use zip::write::SimpleFileOptions;

// ------------------------------------------------------------------ builders

async fn admin() -> PgConnection {
    PgConnection::connect(&support::admin_url().await).await.expect("admin")
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// These fields and one line of these, as a form posts them.
fn with_lines(fields: &[(&str, &str)], lines: &[&[(&str, &str)]]) -> Typed {
    Typed { fields: texts(fields), lines: Some(lines.iter().map(|line| texts(line)).collect()) }
}

/// Where something was refused, and by which message.
fn faults<T>(outcome: Outcome<T>) -> Vec<(String, String)> {
    match outcome {
        Err(Error::Refused(refusals)) => {
            refusals.into_iter().map(|r| (r.field.unwrap_or_default(), r.message.id)).collect()
        }
        Err(other) => panic!("not a refusal: {other:?}"),
        Ok(_) => panic!("not refused"),
    }
}

async fn count_customers(firm: &Firm) -> i64 {
    sqlx::query_scalar("select count(*) from customer where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("customers are counted")
}

async fn job_page(firm: &Firm, job: Uuid) -> JobPage {
    jobs::page(&mut firm.tx().await, job, "").await.expect("the job")
}

/// Brings a file, in pieces as it would come.
async fn receive(firm: &Firm, name: &str, bytes: &[u8]) -> Uuid {
    let parts: Vec<Outcome<Bytes>> = bytes.chunks(1000).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
    let parts = stream::iter(parts).boxed();
    batch::receive(&firm.db, &firm.cx, &FILES, record(name), false, "list.csv", parts)
        .await
        .expect("the file is taken in")
}

async fn import_page(firm: &Firm, name: &str, id: Uuid) -> ImportPage {
    batch::page(&mut firm.tx().await, record(name), id).await.expect("its page")
}

/// Asks something of an import, and waits until it is done.
async fn get_done(firm: &Firm, name: &str, id: Uuid, asked: &Asked) -> ImportPage {
    let mut tx = firm.tx().await;
    batch::ask(&mut tx, record(name), id, asked).await.expect("asked");
    tx.commit().await.expect("commit");
    work(firm).await;
    import_page(firm, name, id).await
}

fn state(page: &ImportPage) -> &str {
    page.batch.as_ref().map_or("", |batch| batch.state.as_str())
}

// ------------------------------------------------------------------ cut connections and races

/// A client that goes away cannot know how far its form came. It sends it again, and whatever had happened by then, the
/// customer is there once and the answer is the same.
#[tokio::test]
async fn f21_a_form_that_is_cut_off_anywhere_is_saved_once_when_it_is_sent_again() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let mut cut = 0;
    for round in 0..200_u64 {
        let (id, code) = (Uuid::now_v7().to_string(), format!("F{round:03}"));
        let form = [
            ("_do", "save"),
            ("_edits", "1"),
            ("_id", id.as_str()),
            ("code", code.as_str()),
            ("name.en", "Cut off"),
            ("language", "en"),
        ];
        let mut first = Box::pin(browser.post("/customers/new", &form));
        let mut answered = false;
        // Each look takes it to its next wait for the database, of which a save has several.
        for _ in 0..round % 8 {
            answered = std::future::poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_ready())).await;
            if answered {
                break;
            }
            tokio::time::sleep(Duration::from_micros(50)).await;
        }
        drop(first);
        cut += u32::from(!answered);
        let again = browser.post("/customers/new", &form).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "round {round}: {}", again.text());
        assert!(again.location.is_some_and(|to| to.contains(&id)), "round {round} leads elsewhere");
    }
    assert!(cut > 50, "only {cut} were cut off");
    let mut tx = firm.tx().await;
    let (rows, told): (i64, i64) = sqlx::query_as(
        "select (select count(*) from customer where tenant_id = $1),
                (select count(*) from outbox where tenant_id = $1 and topic = 'customer.create')",
    )
    .bind(firm.cx.tenant)
    .fetch_one(tx.conn())
    .await
    .expect("counts");
    assert_eq!((rows, told), (201, 201), "each of them once, beside the first customer");
    drop(tx);
    for path in ["/", "/customers", "/customers?q=Cut", "/sales-orders", "/customers?sort=-code"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path} over a connection that was left behind");
    }
}

/// Each of two owners sees the other one while both are about to be blocked. The second has to wait for the first, and
/// then sees that nobody would be left.
#[tokio::test]
async fn f23_two_owners_who_block_each_other_leave_one() {
    let firm = Firm::new().await;
    let other = firm.colleague("owner").await;
    let owner = firm.cx.user;
    let mut first = firm.tx().await;
    let mut second = firm.db.begin(&other).await.expect("the other owner enters");
    door::act(&mut first, record("member"), other.user, 1, "block").await.expect("the first is quicker");
    let late: JoinHandle<Outcome<u32>> = tokio::spawn(async move {
        door::act(&mut second, record("member"), owner, 1, "block").await?;
        second.commit().await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!late.is_finished(), "the second does not wait for the first");
    first.commit().await.expect("commit");
    assert_eq!(refusals(late.await.expect("it ends")), ["refuse-last-owner"]);
    assert_eq!(firm.document("member", owner).await.state(), Some("active"));
    assert_eq!(firm.document("member", other.user).await.state(), Some("blocked"));
}

/// The same without a referee: whoever comes first, waits or is told to try again, one of the two is blocked.
#[tokio::test]
async fn f23_owners_who_block_each_other_at_once_are_never_both_gone() {
    for _ in 0..4 {
        let firm = Firm::new().await;
        let other = firm.colleague("owner").await;
        let block = async |cx: &Cx, whom: Uuid| -> Outcome<u32> {
            let mut tx = firm.db.begin(cx).await?;
            door::act(&mut tx, record("member"), whom, 1, "block").await?;
            tx.commit().await
        };
        let (one, two) = tokio::join!(block(&firm.cx, other.user), block(&other, firm.cx.user));
        assert!(one.is_ok() != two.is_ok(), "{one:?} and {two:?}");
        let active: i64 = sqlx::query_scalar("select count(*) from member where tenant_id = $1 and state = 'active'")
            .bind(firm.cx.tenant)
            .fetch_one(&mut admin().await)
            .await
            .expect("members are counted");
        assert_eq!(active, 1);
    }
}

/// A worker that works until nothing is due.
fn worker(db: Db) -> JoinHandle<Outcome<()>> {
    tokio::spawn(async move {
        let (_stop, stopping) = watch::channel(false);
        while jobs::run_next(&db, &FILES, &stopping).await? {}
        Ok(())
    })
}

/// A worker that was slow rather than dead goes on beside the one that took its job over.
#[tokio::test]
async fn f23_two_workers_on_one_job_do_each_row_once() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut admin = admin().await;
    let ids = customers(&firm, 60).await;
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(ids.clone())).await;
    let first = worker(firm.db.clone());
    while job_page(&firm, job).await.line.done < 3 && !first.is_finished() {
        tokio::task::yield_now().await;
    }
    let expired = sqlx::query("update queue.tickets set lease_until = now() - interval '1 second' where id = $1")
        .bind(job)
        .execute(&mut admin)
        .await
        .expect("the lease runs out");
    assert_eq!(expired.rows_affected(), 1, "the first was done before the second came");
    let second = worker(firm.db.clone());
    loop {
        let attempts: Option<i32> = sqlx::query_scalar("select attempts from queue.tickets where id = $1")
            .bind(job)
            .fetch_optional(&mut admin)
            .await
            .expect("the ticket");
        if attempts.expect("the first was done before the second came") == 2 {
            break;
        }
        tokio::task::yield_now().await;
    }
    for one in [first, second] {
        one.await.expect("it ends").expect("the queue answers");
    }
    let line = job_page(&firm, job).await.line;
    assert_eq!((line.state.as_str(), line.done, line.refused), ("done", 60, 0));
    for id in ids {
        assert_eq!(firm.document("customer", id).await.version, 2, "changed once");
    }
}

/// That somebody has a record open just now is no fault of it: the job comes back when they are done.
#[tokio::test]
async fn f25_a_row_that_somebody_holds_is_tried_again_and_not_refused() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let ids = customers(&firm, 2).await;
    let mut holding = firm.tx().await;
    door::load(&mut holding, record("customer"), ids[1], Lock::Update).await.expect("the second is held");
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(ids.clone())).await;
    work(&firm).await;
    let line = job_page(&firm, job).await.line;
    assert_eq!((line.state.as_str(), line.done, line.refused), ("waiting", 1, 0));
    drop(holding);
    sqlx::query("update queue.tickets set run_at = now() where id = $1")
        .bind(job)
        .execute(&mut admin().await)
        .await
        .expect("its time comes");
    work(&firm).await;
    let line = job_page(&firm, job).await.line;
    assert_eq!((line.state.as_str(), line.done, line.refused), ("done", 2, 0));
    for id in ids {
        assert_eq!(firm.document("customer", id).await.version, 2, "changed once");
    }
}

/// What asked first is not what is worked on alone: while a company has a worker, others come before its next job.
#[tokio::test]
async fn f27_the_queue_of_one_company_does_not_hold_up_another() {
    let _turn = alone().await;
    let (noisy, quiet) = (Firm::new().await, Firm::new().await);
    let mut theirs = Vec::new();
    for _ in 0..3 {
        theirs.push(ask(&noisy, &noisy.cx, "set", ("phone", "1"), Which::These(vec![noisy.customer])).await);
    }
    let ours = ask(&quiet, &quiet.cx, "set", ("phone", "2"), Which::These(vec![quiet.customer])).await;
    // What other tests have left in the queue is handed out among them; it is put back, too.
    let mut claimed: Vec<Uuid> = Vec::new();
    loop {
        let next: Option<(Uuid, Uuid, i32)> = sqlx::query_as("select id, tenant_id, attempts from queue.claim($1)")
            .bind(60)
            .fetch_optional(noisy.db.people())
            .await
            .expect("the queue answers");
        let Some((id, ..)) = next else { break };
        claimed.push(id);
    }
    sqlx::query("update queue.tickets set lease_until = null, attempts = greatest(attempts - 1, 0) where id = any($1)")
        .bind(&claimed)
        .execute(&mut admin().await)
        .await
        .expect("they are put back");
    let at = |job: Uuid| claimed.iter().position(|id| *id == job).expect("it was handed out");
    assert!(at(theirs[0]) < at(ours) && at(ours) < at(theirs[1]), "{claimed:?}");
    work(&noisy).await;
    for job in theirs {
        assert_eq!(job_page(&noisy, job).await.line.state, "done");
    }
    assert_eq!(job_page(&quiet, ours).await.line.state, "done");
}

// ------------------------------------------------------------------ lists

/// A place is sealed with the company, the record and the order that it is a place in.
#[tokio::test]
async fn f28_a_genuine_place_holds_nowhere_else() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    customers(&firm, 55).await;
    let list = page::list(&mut firm.tx().await, record("customer"), &Query::default()).await.expect("a list");
    let place = list.after.expect("a second page");
    let mut browser = Browser::of(&firm).await;
    for side in ["after", "before"] {
        let answer = browser.get(&format!("/customers?{side}={place}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{side} {place}");
        let elsewhere = Browser::of(&other).await.get(&format!("/customers?{side}={place}")).await;
        assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST, "{side} in another company");
        let long = "A".repeat(60_000);
        for address in [
            format!("/items?{side}={place}"),
            format!("/units?{side}={place}"),
            format!("/customers?sort=-code&{side}={place}"),
            format!("/customers?sort=email&{side}={place}"),
            format!("/customers?{side}=A{place}"),
            format!("/customers?{side}={place}A"),
            format!("/customers?{side}={long}"),
            format!("/customers?{side}={long}.{}", "A".repeat(22)),
        ] {
            let answer = browser.get(&address).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", &address[..address.len().min(200)]);
        }
    }
}

/// The rows of a list as its page is drawn from them.
async fn rows(browser: &mut Browser, page: &str) -> Vec<serde_json::Value> {
    let answer = browser.data(page).await;
    let loaded: serde_json::Value = serde_json::from_str(&answer.body).expect("a page");
    let rows = loaded["page"]["List"][0]["rows"].as_array().cloned();
    rows.unwrap_or_else(|| panic!("no list at {}: {}", &page[..page.len().min(200)], answer.body))
}

/// How many rows a page has is ours to say, and how wide they are is bounded by what there is.
#[tokio::test]
async fn f29_nobody_asks_for_a_larger_page() {
    let firm = Firm::new().await;
    customers(&firm, 60).await;
    let mut browser = Browser::of(&firm).await;
    let usual = rows(&mut browser, "/customers").await;
    assert_eq!(usual.len(), 50);
    for asked in [
        "limit=1000000000",
        "limit=0",
        "limit=-1",
        "offset=1000000",
        "page=7",
        "per_page=500&size=500&count=500&top=500&rows=500",
        "limit=1000000000&offset=30&page=2",
    ] {
        assert_eq!(rows(&mut browser, &format!("/customers?{asked}")).await, usual, "{asked}");
        assert_eq!(browser.get(&format!("/customers?{asked}")).await.status, StatusCode::OK, "{asked}");
    }
    for wide in [format!("columns={}code", "code,name,".repeat(2_000)), "columns=code&".repeat(4_000)] {
        let page = format!("/customers?{wide}");
        let answer = browser.get(&page).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", &page[..60]);
        assert!(rows(&mut browser, &page).await.len() <= 50);
        let file = browser.get(&format!("/customers/export?format=csv&{wide}")).await;
        assert_eq!(file.status, StatusCode::OK, "a file of {}", &page[..60]);
    }
}

// ------------------------------------------------------------------ figures

/// A line that takes back what it sells, or gives more than all of it away, is no line of a sale. A price of nothing is
/// a free sample, and is meant. In a price list a quantity of nothing is meant, too: from the first piece on.
#[tokio::test]
async fn f30_lines_that_mean_nothing_are_refused_and_free_samples_are_not() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let mut tx = firm.tx().await;
    let bad = [
        ("price", "-0.01", "fault-negative"),
        ("discount", "-5", "fault-negative"),
        ("discount", "101", "fault-out-of-range"),
        ("quantity", "-1", "fault-negative"),
        ("quantity", "0", "refuse-zero-quantity"),
    ];
    for name in ["quotation", "sales_order", "sales_invoice"] {
        let sale = |field: &str, text: &str| {
            let line = [("item", item.as_str()), ("quantity", "2"), ("price", "100"), (field, text)];
            with_lines(&[("customer", customer.as_str())], &[&line])
        };
        for (field, text, fault) in bad {
            let saved = door::save(&mut tx, record(name), Uuid::now_v7(), 0, &sale(field, text)).await;
            let expected = [(format!("lines[0][{field}]"), fault.to_owned())];
            assert_eq!(faults(saved), expected, "{name} with a {field} of {text}");
        }
        let free = door::save(&mut tx, record(name), Uuid::now_v7(), 0, &sale("price", "0")).await;
        let free = free.expect("a free sample");
        assert_eq!((free.minor("total"), free.lines[0].get("price").decimal()), (0, Some(dec("0"))), "{name}");
    }
    let list = |field: &str, text: &str| {
        let line = [("item", item.as_str()), ("from_quantity", "10"), ("price", "90"), (field, text)];
        with_lines(&[("code", "P1"), ("name", "A list"), ("currency", "SAR")], &[&line])
    };
    for (field, text, fault) in bad.into_iter().take(3).chain([("from_quantity", "-1", "fault-negative")]) {
        let saved = door::save(&mut tx, record("price_list"), Uuid::now_v7(), 0, &list(field, text)).await;
        let expected = [(format!("lines[0][{field}]"), fault.to_owned())];
        assert_eq!(faults(saved), expected, "a price list with a {field} of {text}");
    }
    let free = door::save(&mut tx, record("price_list"), Uuid::now_v7(), 0, &list("price", "0")).await;
    assert_eq!(free.expect("a free sample").lines[0].get("price").decimal(), Some(dec("0")));
}

/// What is kept is summed: an order that fits by itself and not beside another would take the list with it.
#[tokio::test]
async fn f31_amounts_that_could_not_be_summed_are_refused_when_they_are_saved() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let line = |price: &'static str, quantity: &'static str| {
        [("item", item.as_str()), ("price", price), ("quantity", quantity)]
    };
    let (near, far, half) =
        (line("900000000", "80000000"), line("900000000", "999999999999"), line("900000000", "60000000"));
    // 920 billion with their tax: within what people can type, and orders like any other.
    let dear = firm.item("DEAR", "800000000000", 0, "0").await;
    for _ in 0..3 {
        firm.order(&[(dear, 1)]).await;
    }
    let cases: [&[&[(&str, &str)]]; 3] = [&[&near], &[&far], &[&half, &half]];
    for lines in cases {
        for name in ["quotation", "sales_order", "sales_invoice"] {
            let mut tx = firm.tx().await;
            let sale = with_lines(&[("customer", customer.as_str())], lines);
            let saved = door::save(&mut tx, record(name), Uuid::now_v7(), 0, &sale).await;
            let expected = [("lines".to_owned(), "fault-out-of-range".to_owned())];
            assert_eq!(faults(saved), expected, "{name} of {lines:?}");
        }
    }
    let mut browser = Browser::of(&firm).await;
    for path in [
        "/",
        "/sales-orders",
        "/sales-orders?group=customer",
        "/sales-orders?layout=board",
        "/sales-orders/export?format=csv",
        "/quotations",
        "/sales-invoices",
    ] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    let form = [
        ("_edits", "1"),
        ("customer", customer.as_str()),
        ("lines[0][item]", item.as_str()),
        ("lines[0][price]", "900000000"),
        ("lines[0][quantity]", "80000000"),
    ];
    assert_eq!(browser.post("/sales-orders/new", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Without a rate there is no amount in the company's currency, and one of nothing is none.
#[tokio::test]
async fn f33_a_rate_that_is_no_rate_is_refused() {
    let firm = Firm::new().await;
    for (rate, fault) in [
        ("0", "refuse-rate-zero"),
        ("0.000000", "refuse-rate-zero"),
        ("-1", "fault-negative"),
        ("−١", "fault-negative"),
    ] {
        let mut tx = firm.tx().await;
        let fields = typed(&[("currency", "USD"), ("date", "2026-01-01"), ("rate", rate)]);
        let saved = door::save(&mut tx, record("exchange_rate"), Uuid::now_v7(), 0, &fields).await;
        assert_eq!(faults(saved), [("rate".to_owned(), fault.to_owned())], "{rate}");
    }
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let sale = with_lines(
        &[("customer", customer.as_str())],
        &[&[("item", item.as_str()), ("price", "1"), ("quantity", "1")]],
    );
    let mut tx = firm.tx().await;
    let draft = door::save(&mut tx, record("sales_order"), Uuid::now_v7(), 0, &sale).await.expect("a draft");
    tx.commit().await.expect("commit");
    let changed = firm.change(&draft, &[("currency", "USD")]).await;
    assert_eq!(faults(changed), [("currency".to_owned(), "refuse-no-rate".to_owned())]);
}

// ------------------------------------------------------------------ characters

/// A code that nobody can see or type again is none; characters that are not seen do not tell two codes apart.
#[test]
fn f34_what_cannot_be_seen_is_no_text() {
    let code = Field::new("code", Kind::Code);
    for unseen in ["\u{200B}", "\u{202E}", " \u{200B}\u{202E} \u{200B}"] {
        assert_eq!(value::read(&code.required(), unseen, "SAR"), Err(Fault::Required), "{unseen:?}");
        assert_eq!(value::read(&code, unseen, "SAR"), Ok(Value::Null), "{unseen:?}");
    }
    assert_eq!(value::read(&code, "A\u{2060}\u{AD}\u{E0041}B", "SAR"), Ok(Value::from("AB")));
}

/// Names travel as JSON, in which a control character looks like ordinary ones.
#[test]
fn f34_names_hold_no_controls_and_no_storms() {
    let name = Field::new("name", Kind::Names).required();
    for control in ['\0', '\u{7}', '\n'] {
        let text = format!("A{control}B");
        for names in [Names::new(text.as_str(), ""), Names::new("", text.as_str()), Names::new("Good", text.as_str())] {
            let read = value::read(&name, &names.to_text(), "SAR");
            assert_eq!(read, Err(Fault::ControlCharacter), "{control:?} in {names:?}");
        }
        assert_eq!(value::read(&name, &text, "SAR"), Err(Fault::ControlCharacter), "{control:?} in plain text");
    }
    let storm = format!("a{}", "\u{301}".repeat(500_000));
    for typed in [storm.clone(), Names::new(storm.as_str(), "").to_text(), Names::new("", storm.as_str()).to_text()] {
        assert_eq!(value::read(&name, &typed, "SAR"), Err(Fault::TooLong));
    }
}

/// Postgres keeps no NUL in any text. Wherever somebody sends one, it is their fault and not ours.
#[tokio::test]
async fn f34_a_nul_in_an_address_is_no_fault_of_ours() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let mut broken = Vec::new();
    for path in [
        "/customers/new?code=a%00b&name=%00&name.en=%00&note=%00&payment_term=%00&language=%00&credit_limit=%00",
        "/sales-orders/new?customer=%00&warehouse=a%00b&reference=%00&note=a%00b&date=%00&currency=%00",
        "/audit?record=%00",
        "/audit?action=a%00b",
        "/audit?from=%00&to=%00&member=%00&id=%00&before=%00",
        "/audit/export?record=a%00b&action=%00&format=%00",
        "/trial-balance?from=%00&to=a%00b",
        "/general-ledger?account=%00&from=%00",
        "/stock-on-hand?q=a%00b",
        "/books-health?q=%00",
        "/search?q=a%00b",
        "/search?q=%00%00%00%00",
        "/jobs/%00",
        "/notifications?before=%00",
        "/customers?q=%00",
        "/customers?q=a%00b&phone=a%00b&name=%00&email=%00",
        "/customers?language=%00&currency=a%00b",
        "/customers?payment_term=%00",
        "/customers?credit_limit=%00..%00",
        "/customers?sort=%00&columns=%00,code&group=%00&view=%00&layout=%00",
        "/customers?after=%00&before=%00",
        "/customers?x_%00=1&x_a=%00&group=x_%00&done=%00",
        "/members?state=%00&email=%00",
        "/members?role=%00",
        "/sales-orders?state=%00&number=%00&reference=a%00b",
        "/sales-orders?date=%00..%00",
        "/customers/export?q=a%00b&phone=%00&language=%00&format=%00",
        "/customers/%00",
        "/customers/%00/print",
        "/customers/import/%00",
        "/%00",
        "/a%00b/c",
    ] {
        let status = browser.get(path).await.status;
        if status.is_server_error() {
            broken.push(format!("{path}: {status}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[tokio::test]
async fn f34_a_nul_in_a_form_is_no_fault_of_ours() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let (id, customer) = (firm.customer.to_string(), format!("/customers/{}", firm.customer));
    let set = format!("{id}.phone.a\0b");
    let forms: [(&str, &[(&str, &str)]); 14] = [
        ("/customers/new", &[("_edits", "1"), ("code", "A\0B"), ("name.en", "A\0B"), ("language", "en\0")]),
        ("/customers/new", &[("_edits", "1"), ("_id", "\0"), ("code", "\0"), ("name", "\0"), ("note", "a\0b")]),
        ("/customers/new", &[("_edits", "1"), ("code", "N1"), ("name.en", "N"), ("payment_term~", "a\0b")]),
        ("/sales-orders/new", &[("_edits", "1"), ("customer~", "a\0b"), ("lines[0][item~]", "\0x")]),
        ("/sales-orders/new", &[("_edits", "1"), ("customer", "\0"), ("lines[0][item]", "a\0b")]),
        (&customer, &[("_do", "a\0b"), ("_version", "1")]),
        (&customer, &[("_comment", "add"), ("text", "a\0b")]),
        ("/customers/bulk", &[("_do", "set.phone"), ("set.phone", "a\0b"), ("id", &id)]),
        ("/customers/bulk", &[("_do", "set.payment_term"), ("set.payment_term~", "a\0b"), ("id", &id)]),
        ("/customers/bulk", &[("_do", "set.phone"), ("set.phone", "1"), ("all", "true"), ("query", "q=a%00b")]),
        ("/customers/bulk", &[("_do", "a\0b"), ("all", "true"), ("query", "phone=%00&language=%00")]),
        ("/customers/bulk", &[("_do", "export.csv"), ("all", "true"), ("query", "q=a%00b&sort=%00")]),
        ("/customers/set", &[("set", &set), ("query", "a\0b")]),
        ("/customers/views", &[("name", "a\0b"), ("query", "q=a%00b")]),
    ];
    let mut broken = Vec::new();
    for (path, form) in forms {
        let status = browser.post(path, form).await.status;
        if status.is_server_error() {
            broken.push(format!("{path} {form:?}: {status}"));
        }
    }
    let mut stranger = Browser::new().await;
    for (path, form) in [
        ("/sign-in", [("email", "a\0b@firm.example"), ("password", support::PASSWORD), ("company", ""), ("name", "")]),
        (
            "/sign-up",
            [("email", "a\0b@firm.example"), ("password", support::PASSWORD), ("company", "C"), ("name", "N")],
        ),
        (
            "/sign-up",
            [("email", "nul@new.example"), ("password", support::PASSWORD), ("company", "A\0B"), ("name", "N")],
        ),
        (
            "/sign-up",
            [("email", "nul@old.example"), ("password", support::PASSWORD), ("company", "C"), ("name", "A\0B")],
        ),
    ] {
        let form: Vec<(&str, &str)> = form.into_iter().chain([("country", "SA")]).collect();
        let status = stranger.post(path, &form).await.status;
        if status.is_server_error() {
            broken.push(format!("{path} {form:?}: {status}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
}

/// What a program sends to a server function is as little ours, down to halves of characters that no text can hold.
#[tokio::test]
async fn f34_server_functions_answer_what_they_cannot_read() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let nul = "a\0b";
    let mut broken = Vec::new();
    for (function, body) in [
        (
            "preview",
            json!({"record": "sales_order", "id": null, "fields": {"customer~": nul, "note": nul}, "lines": []}),
        ),
        ("preview", json!({"record": "sales_order", "id": null, "fields": {}, "lines": [{"item~": nul, "item": nul}]})),
        ("preview", json!({"record": "customer", "id": null, "fields": {"code": nul, "name.en": nul}, "lines": []})),
        ("preview", json!({"record": nul, "id": null, "fields": {nul: nul}, "lines": []})),
        ("lookup", json!({"record": "customer", "text": nul})),
        ("lookup", json!({"record": "@customer", "text": nul})),
        ("lookup", json!({"record": nul, "text": ""})),
        ("row", json!({"record": "customer", "id": firm.customer, "columns": [nul, "code"]})),
        ("page", json!({"path": ["customers"], "query": [["q", nul], ["phone", nul], ["language", nul]]})),
        ("page", json!({"path": ["audit"], "query": [["record", nul], ["action", nul]]})),
        ("page", json!({"path": ["customers", nul], "query": []})),
    ] {
        let told = body.to_string();
        let status = browser.call(function, body).await.status;
        if status.is_server_error() {
            broken.push(format!("{function} {told}: {status}"));
        }
    }
    for (function, body) in [
        ("lookup", r#"{"record":"customer","text":"\ud800"}"#),
        ("preview", r#"{"record":"customer","id":null,"fields":{"code":"\udc00\ud800"},"lines":[]}"#),
        ("preview", r#"{"record":"customer","id":"\ud800","fields":{},"lines":[]}"#),
        ("lookup", r#"{"record":"customer"}"#),
        ("lookup", "{"),
        ("lookup", ""),
        ("row", "\0"),
    ] {
        let request = Request::post(format!("/api/{function}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin");
        let status = browser.send(request, Body::from(body)).await.status;
        if !status.is_client_error() {
            broken.push(format!("{function} {body:?}: {status}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
}

/// The beginning of a file says what it is, so a NUL there makes it no text. Further on it is a fault of its row like
/// any other, and the rows around it are imported.
#[tokio::test]
async fn f34_a_nul_in_a_file_is_named_by_its_row() {
    let _turn = alone().await;
    let rows: String = (0..100).map(|n| format!("K{n:04},Customer {n} {},en\n", "x".repeat(100))).collect();
    let text = format!("code,name,language\n{rows}K\0X,Nul,en\nK9999,Last,en\n");
    let nul = text.find('\0').expect("a NUL");
    assert!(nul > 8192, "it is within the beginning");
    let wide: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (kind, bytes) in [("UTF-8", text.as_bytes()), ("UTF-16", &wide[..])] {
        let firm = Firm::new().await;
        let id = receive(&firm, "customer", bytes).await;
        work(&firm).await;
        let rehearsed = import_page(&firm, "customer", id).await;
        let bad: Vec<(i64, &str, &str)> =
            rehearsed.bad.iter().map(|bad| (bad.line, bad.column.as_str(), bad.reason.id.as_str())).collect();
        assert_eq!(bad, [(102, "code", "fault-control-character")], "{kind}");
        assert_eq!(state(&rehearsed), "rehearsed", "{kind}");
        let done = get_done(&firm, "customer", id, &Asked { verb: "skip".to_owned(), ..Asked::default() }).await;
        assert_eq!((state(&done), count_customers(&firm).await), ("done", 102), "{kind}");
    }
}

// ------------------------------------------------------------------ uploads

async fn batches(firm: &Firm) -> i64 {
    sqlx::query_scalar("select count(*) from import_batch where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("batches are counted")
}

/// A file of which only a part came is no file.
#[tokio::test]
async fn f37_an_import_that_breaks_off_on_its_way_leaves_nothing() {
    let firm = Firm::new().await;
    let objects = format!("imports/{}", firm.cx.tenant);
    // More than the store takes in one piece, so that something of it has arrived.
    let part = Bytes::from("K0001,Customer,en\n".repeat(60_000));
    let mut parts: Vec<Outcome<Bytes>> = (0..7).map(|_| Ok(part.clone())).collect();
    parts.push(Err(Error::BadRequest("form")));
    let outcome =
        batch::receive(&firm.db, &firm.cx, &FILES, record("customer"), false, "a.csv", stream::iter(parts).boxed())
            .await;
    assert!(matches!(outcome, Err(Error::BadRequest(_))), "{outcome:?}");
    assert_eq!((batches(&firm).await, FILES.sweep(&objects, Duration::ZERO).await.expect("swept")), (0, 0));
    // The same on the web: a wire that is cut, and a form that ends before its end.
    let mut browser = Browser::of(&firm).await;
    let head = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\ncode,name\nA,";
    let request = || {
        Request::post("/customers/import")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "same-origin")
    };
    let wire: Vec<std::io::Result<Bytes>> =
        vec![Ok(Bytes::from_static(head.as_bytes())), Err(std::io::Error::other("the wire is cut"))];
    for body in [Body::from_stream(stream::iter(wire)), Body::from(head)] {
        let answer = browser.send(request().header(header::CONTENT_LENGTH, "1000000"), body).await;
        assert!(answer.status.is_client_error(), "{}: {}", answer.status, answer.text());
        assert_eq!((batches(&firm).await, FILES.sweep(&objects, Duration::ZERO).await.expect("swept")), (0, 0));
    }
}

/// Where the program itself ends while a file arrives, nobody tidies up until a day has passed.
#[tokio::test]
async fn f37_a_file_that_never_arrived_is_swept_after_a_day() {
    let firm = Firm::new().await;
    let id = Uuid::now_v7();
    let key = format!("imports/{}/{id}", firm.cx.tenant);
    FILES.put(&key, Bytes::from_static(b"code,na")).await.expect("half a file");
    let mut tx = firm.tx().await;
    sqlx::query("insert into import_batch (id, record, name, storage) values ($1, 'customer', 'half.csv', $2)")
        .bind(id)
        .bind(&key)
        .execute(tx.conn())
        .await
        .expect("a batch that arrives");
    tx.commit().await.expect("commit");
    for (hours, swept) in [(23, 0), (25, 1)] {
        sqlx::query("update import_batch set at = now() - make_interval(hours => $2) where id = $1")
            .bind(id)
            .bind(hours)
            .execute(&mut admin().await)
            .await
            .expect("hours pass");
        let found = batch::sweep(&firm.db, &firm.cx, &FILES).await.expect("swept");
        assert_eq!(found, swept, "after {hours} hours");
        assert_eq!(FILES.size(&key).await.is_ok(), swept == 0, "after {hours} hours");
    }
    assert_eq!(batches(&firm).await, 0);
}

// ------------------------------------------------------------------ reach and rights

/// An id that somebody guessed is refused, and the report does not say whose it was.
#[tokio::test]
async fn f39_a_report_names_nothing_beyond_reach() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (member, mut browser) = member_with(&firm, "nothing", vec![everything("customer", "own")]).await;
    let mine = Uuid::now_v7();
    let fields = typed(&[
        ("code", "M1"),
        ("name.en", "Made by them"),
        ("language", "en"),
        ("currency", "SAR"),
        ("active", "true"),
    ]);
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    door::save(&mut tx, record("customer"), mine, 0, &fields).await.expect("their own customer");
    tx.commit().await.expect("commit");
    let job = ask(&firm, &member, "set", ("phone", "1"), Which::These(vec![firm.customer, mine])).await;
    work(&firm).await;
    let report = {
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        jobs::page(&mut tx, job, "").await.expect("their job")
    };
    assert_eq!((report.line.done, report.line.refused), (1, 1));
    let title = |id: Uuid| report.rows.iter().find(|row| row.record_id == id).expect("its row").title.as_str();
    assert_eq!(title(firm.customer), "", "a title beyond reach");
    assert!(title(mine).contains("Made by them"), "{}", title(mine));
    let shown = browser.get(&format!("/jobs/{job}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text().contains("Made by them") && !shown.body.contains("Gulf Steel"), "{}", shown.text());
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
}

/// A column of a file is typed text like any other: what rules compute is not theirs to say.
#[tokio::test]
async fn f40_a_file_cannot_set_what_rules_compute() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    firm.item("A", "100", 0, "0").await;
    let untouched = |order: &door::Document| {
        assert_eq!((order.state(), order.number(), order.minor("total")), (Some("draft"), None, 23_000));
        assert_eq!((order.minor("base_total"), order.decimal("rate")), (23_000, dec("1")));
        assert!(!order.get("credit_released").bool() && !order.get("to_invoice").bool());
        let line = &order.lines[0];
        assert_eq!(
            (line.decimal("delivered"), line.decimal("invoiced"), line.minor("net")),
            (dec("0"), dec("0"), 20_000)
        );
    };
    // Straight into the machine.
    let columns = [
        "Ref=reference",
        "Customer=customer",
        "Item=line.item",
        "Qty=line.quantity",
        "No=number",
        "St=state",
        "Sum=total",
        "Base=base_total",
        "Rate=rate",
        "Free=credit_released",
        "Out=line.delivered",
        "Billed=line.invoiced",
        "Net=line.net",
    ];
    let plan = Plan {
        record: record("sales_order"),
        mapping: columns.iter().map(|text| Mapping::parse(text).expect("a mapping")).collect(),
        fixed: vec![("to_invoice".to_owned(), "true".to_owned())],
        changes: false,
    };
    let head = "Ref,Customer,Item,Qty,No,St,Sum,Base,Rate,Free,Out,Billed,Net\n";
    let row = "C1,A,2,SO-2026-99999,closed,1,1,9,true,2,2,1\n";
    let text = format!("{head}R1,{row}");
    let mut tx = firm.tx().await;
    let report = import::run(&mut tx, &plan, support::file(text.as_bytes())).await.expect("a report");
    assert_eq!((report.bad, report.documents.len()), (Vec::new(), 1));
    let order = door::load(&mut tx, record("sales_order"), report.documents[0], Lock::No).await.expect("an order");
    tx.commit().await.expect("commit");
    untouched(&order);
    // As a form asks for it.
    let id = receive(&firm, "sales_order", format!("{head}R2,{row}").as_bytes()).await;
    work(&firm).await;
    let targets: Vec<String> =
        columns.iter().filter_map(|text| text.split_once('=')).map(|(_, target)| target.to_owned()).collect();
    let fixed = Some(vec![("state".to_owned(), "closed".to_owned()), ("total".to_owned(), "1".to_owned())]);
    let asked = Asked { verb: "check".to_owned(), targets: Some(targets), fixed, changes: None };
    let rehearsed = get_done(&firm, "sales_order", id, &asked).await;
    let went: Vec<&str> = rehearsed.columns.iter().map(|(_, target)| target.as_str()).collect();
    assert_eq!(went[..4], ["reference", "customer", "line.item", "line.quantity"]);
    let computed = &columns[4..];
    let set = went[4..].iter().find(|target| computed.iter().any(|text| text.ends_with(&format!("={target}"))));
    assert!(set.is_none() && rehearsed.fixed.is_empty(), "{went:?} and {:?}", rehearsed.fixed);
    let done = get_done(&firm, "sales_order", id, &Asked { verb: "import".to_owned(), ..Asked::default() }).await;
    assert_eq!(state(&done), "done");
    let order: Uuid = sqlx::query_scalar("select id from sales_order where tenant_id = $1 and reference = 'R2'")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("the order");
    untouched(&firm.document("sales_order", order).await);
}

/// The company is what the browser signed in to. Nothing that a request says beside it counts.
#[tokio::test]
async fn f41_the_session_alone_says_which_company() {
    let (firm, stranger) = (Firm::new().await, Firm::new().await);
    firm.item("OWN", "1", 0, "0").await;
    stranger.item("SECRET", "1", 0, "0").await;
    let mut browser = Browser::of(&firm).await;
    let (theirs, random) = (stranger.cx.tenant.to_string(), Uuid::now_v7().to_string());
    for company in [theirs.as_str(), random.as_str(), "", "'", "\0"] {
        let answer = browser.post("/company", &[("company", company)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_FOUND, ""), "{company:?}");
    }
    for name in ["x-tenant-id", "x-tenant", "tenant", "x-company", "x-forwarded-host"] {
        let request = Request::get(format!("/items?tenant={theirs}&tenant_id={theirs}&company={theirs}"));
        let answer = browser.send(request.header(name, &theirs), Body::empty()).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert!(answer.body.contains("Item OWN") && !answer.body.contains("SECRET"), "{name}");
        let body = format!("_edits=1&code={name}&name.en=Mine&language=en&tenant_id={theirs}&tenant={theirs}");
        let request = Request::post(format!("/customers/new?tenant={theirs}&tenant_id={theirs}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(name, &theirs);
        let saved = browser.send(request, Body::from(body)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{name}: {}", saved.text());
    }
    assert_eq!((count_customers(&firm).await, count_customers(&stranger).await), (6, 1));
}

/// Rights are asked anew with every request; a browser that is signed in is told at once.
#[tokio::test]
async fn f42_rights_that_are_taken_away_are_gone_with_the_next_request() {
    let firm = Firm::new().await;
    let (member, mut browser) = member_with(&firm, "sales", Vec::new()).await;
    let customer = format!("/customers/{}", firm.customer);
    let new = [("_edits", "1"), ("code", "N1"), ("name.en", "New"), ("language", "en")];
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK);
    assert_eq!(browser.get(&customer).await.status, StatusCode::OK);
    let role = firm.document("member", member.user).await.link("role").expect("a role");
    let edit = async |rights: Vec<BTreeMap<String, String>>| {
        let version = firm.document("role", role).await.version;
        let mut tx = firm.tx().await;
        let matrix = Typed { fields: BTreeMap::new(), lines: Some(rights) };
        door::save(&mut tx, record("role"), role, version, &matrix).await.expect("the matrix");
        tx.commit().await.expect("commit");
    };
    edit(vec![right("customer", None, &[("sees", "true"), ("reach", "all")])]).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK, "they still read");
    assert_eq!(browser.post("/customers/new", &new).await.status, StatusCode::FORBIDDEN);
    edit(vec![right("customer", None, &[("sees", "false")])]).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/customers/export?format=csv").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get(&customer).await.status, StatusCode::NOT_FOUND);
    assert!(!browser.call("lookup", json!({"record": "customer", "text": ""})).await.status.is_success());
    assert_eq!(browser.get("/sales-orders").await.status, StatusCode::OK, "the rest of the role is as it was");
    edit(Vec::new()).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK, "given back");
    let version = firm.document("member", member.user).await.version;
    let mut tx = firm.tx().await;
    door::act(&mut tx, record("member"), member.user, version, "block").await.expect("blocked");
    tx.commit().await.expect("commit");
    for path in ["/", "/customers", customer.as_str(), "/sales-orders", "/customers/export?format=csv"] {
        assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(browser.post("/customers/new", &new).await.status, StatusCode::FORBIDDEN);
    assert!(!browser.call("lookup", json!({"record": "customer", "text": ""})).await.status.is_success());
    assert_eq!(count_customers(&firm).await, 1);
}

// ------------------------------------------------------------------ archives

type Archive = zip::ZipWriter<Cursor<Vec<u8>>>;

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)
}

fn put(archive: &mut Archive, name: &str, bytes: &[u8]) {
    archive.start_file(name, stored()).expect("a part");
    archive.write_all(bytes).expect("its bytes");
}

/// What a part refers to: kinds and targets, by the ids `rId1`, `rId2` …
fn relationships(links: &[(&str, &str)]) -> String {
    let link = |(n, (kind, target)): (usize, &(&str, &str))| {
        format!(r#"<Relationship Id="rId{n}" Type="http://x/relationships/{kind}" Target="{target}"/>"#)
    };
    format!("<Relationships>{}</Relationships>", (1..).zip(links).map(link).collect::<String>())
}

/// A workbook of two cells whose parts refer to each other by these targets, and whatever else is put beside them.
fn workbook(main: &str, sheet: &str, styles: &str, more: impl FnOnce(&mut Archive)) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    put(&mut archive, "[Content_Types].xml", b"<Types/>");
    put(&mut archive, "_rels/.rels", relationships(&[("officeDocument", main)]).as_bytes());
    let book = br#"<workbook xmlns:r="r"><sheets><sheet name="Rows" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    put(&mut archive, "xl/workbook.xml", book);
    let links = relationships(&[("worksheet", sheet), ("styles", styles)]);
    put(&mut archive, "xl/_rels/workbook.xml.rels", links.as_bytes());
    let cell = |text: &str| format!(r#"<row><c t="str"><v>{text}</v></c></row>"#);
    let rows = format!("<worksheet><sheetData>{}{}</sheetData></worksheet>", cell("code"), cell("A1"));
    put(&mut archive, "xl/worksheets/sheet1.xml", rows.as_bytes());
    more(&mut archive);
    archive.finish().expect("an archive").into_inner()
}

const USUAL: (&str, &str, &str) = ("xl/workbook.xml", "worksheets/sheet1.xml", "styles.xml");

/// The rows below the head of a workbook.
fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, table::Fault> {
    let mut table = Table::open(support::file(bytes))?;
    let rows = table.rows(0)?;
    rows.map(|row| row.map(|row| row.cells)).collect()
}

/// Nothing of an archive is ever unpacked into a folder, so names that climb out of one lead nowhere.
#[test]
fn f55_parts_that_point_out_of_an_archive_are_as_if_they_were_not_there() {
    let (main, sheet, styles) = USUAL;
    let inner = workbook(main, sheet, styles, |_| {});
    let expected = vec![vec!["A1".to_owned()]];
    assert_eq!(read(&inner).expect("a good file"), expected);
    let beside = workbook(main, sheet, styles, |archive| {
        let bad = b"<worksheet><sheetData><row><c t=\"str\"><v>evil</v></c></row></sheetData></worksheet>";
        for name in
            ["../../evil.txt", "/etc/evil.txt", "../xl/worksheets/sheet1.xml", "C:\\evil.txt", "..\\..\\evil.txt"]
        {
            put(archive, name, bad);
        }
        put(archive, "xl/embeddings/inner.zip", &inner);
        put(archive, "xl/embeddings/inner.xlsx", &inner);
        archive.add_symlink("xl/media/link.xml", "/etc/passwd", stored()).expect("a symlink");
        archive.add_symlink("../link", "../../../etc/passwd", stored()).expect("a symlink");
    });
    assert_eq!(read(&beside).expect("the same file"), expected);
    // A sheet that is a symlink holds the name of a file, and not the file.
    let linked = workbook(main, "worksheets/link.xml", styles, |archive| {
        archive.add_symlink("xl/worksheets/link.xml", "/etc/passwd", stored()).expect("a symlink");
    });
    let fault = read(&linked).expect_err("a sheet without rows");
    assert!(fault.message().is_some(), "{fault:?}");
}

#[test]
fn f55_what_refers_to_files_of_the_machine_is_a_fault() {
    let (main, sheet, styles) = USUAL;
    for outside in [
        "../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "..\\..\\..\\etc\\passwd",
        "http://127.0.0.1/x.xml",
        "..",
    ] {
        for bytes in [workbook(outside, sheet, styles, |_| {}), workbook(main, outside, styles, |_| {})] {
            let fault = read(&bytes).expect_err("it refers to nothing");
            assert_eq!(format!("{fault:?}"), "Damaged", "{outside}");
        }
        // Without its styles a workbook is plainer, and still one.
        let plain = workbook(main, sheet, outside, |_| {});
        assert_eq!(read(&plain).expect("a plain workbook"), [["A1"]], "{outside}");
    }
}

// ------------------------------------------------------------------ patterns

/// What people look for is a text, whatever it would mean to a machine for patterns.
#[tokio::test]
async fn f60_no_pattern_means_anything_or_takes_its_time() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    for pattern in [
        "(a+)+$".to_owned(),
        "(?:(?:a*)*)*b".to_owned(),
        "[[[\\".to_owned(),
        "%_".repeat(2_000),
        ".*".repeat(2_000),
        "a".repeat(60_000),
    ] {
        let text = encode(&pattern);
        for door in [
            "/customers?q=",
            "/customers?phone=",
            "/customers?name=",
            "/customers?language=",
            "/sales-orders?reference=",
            "/customers/export?format=csv&q=",
            "/stock-on-hand?q=",
            "/search?q=",
        ] {
            let answer = browser.get(&format!("{door}{text}")).await;
            let called = &pattern[..pattern.len().min(20)];
            assert_eq!(answer.status, StatusCode::OK, "{door}{called}");
            assert!(!answer.body.contains("Gulf Steel"), "{door}{called} finds somebody");
        }
        for record in ["customer", "@customer"] {
            let found = browser.call("lookup", json!({"record": record, "text": pattern})).await;
            assert_eq!((found.status, found.body.as_str()), (StatusCode::OK, "[]"), "{record}");
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
            false => {}
        }
    }
    found
}

/// Where nothing runs patterns, no pattern of anybody's can be slow.
#[test]
fn f60_nothing_in_the_house_runs_patterns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<PathBuf> = sources(&root).into_iter().filter(|file| !file.starts_with(root.join("tests"))).collect();
    assert!(files.len() > 100, "only {} files were found", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("a text");
        for word in ["Regex", "regex::", "regexp_", " similar to "] {
            assert!(!text.contains(word), "{} says {word}", file.display());
        }
    }
}

/// A file of more rows than one import takes is refused whole, and says so.
#[tokio::test]
async fn f36_more_rows_than_an_import_takes_are_refused() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut file = "code,name,language\n".to_owned();
    for n in 0..=MOST_ROWS {
        file.push_str(&format!("T{n},Row {n},en\n"));
    }
    let id = receive(&firm, "customer", file.as_bytes()).await;
    work(&firm).await;
    let page = import_page(&firm, "customer", id).await;
    let told = serde_json::to_string(&page).expect("a page");
    assert!(told.contains("import-fault-too-large"), "{}", &told[..told.len().min(2000)]);
    assert_eq!(count_customers(&firm).await, 1);
}
