//! Jobs: each record once, whatever happens to the worker; stopped, gone on with, reported.

use crate::platform::bulk::{self, Order, Which};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Typed};
use crate::platform::jobs;
use crate::platform::tenancy::Cx;
use crate::record::jobs::JobPage;
use crate::record::query::Query;
use crate::tests::platform::export::many_units;
use crate::tests::platform::permission::admin;
use crate::tests::support::{self, Browser, FILES, Firm, code, dec, record, refusals};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use tokio::sync::{Mutex, MutexGuard, watch};
use uuid::Uuid;

/// The queue is one for all companies: tests that run jobs take turns, so that none runs another's.
static QUEUE: Mutex<()> = Mutex::const_new(());

pub async fn alone() -> MutexGuard<'static, ()> {
    QUEUE.lock().await
}

fn typed(fields: &[(&str, &str)]) -> Typed {
    let fields: BTreeMap<String, String> = fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    Typed { fields, lines: None }
}

/// So many customers beside the first one, by code.
pub async fn customers(firm: &Firm, count: usize) -> Vec<Uuid> {
    let mut tx = firm.tx().await;
    let mut ids = Vec::new();
    for n in 0..count {
        let id = Uuid::now_v7();
        let fields = typed(&[("code", &format!("K{n:04}")), ("name.en", "Customer"), ("language", "en")]);
        door::save(&mut tx, record("customer"), id, 0, &fields).await.expect("a customer");
        ids.push(id);
    }
    tx.commit().await.expect("commit");
    ids
}

pub async fn ask(firm: &Firm, cx: &Cx, verb: &str, set: (&str, &str), which: Which) -> Uuid {
    let order = Order {
        record: "customer".to_owned(),
        verb: verb.to_owned(),
        field: set.0.to_owned(),
        text: set.1.to_owned(),
        which,
    };
    let mut tx = firm.db.begin(cx).await.expect("they enter");
    let job = bulk::ask(&mut tx, record("customer"), Uuid::now_v7(), &order).await.expect("asked");
    tx.commit().await.expect("commit");
    job
}

/// Runs whatever is due, to the end.
pub async fn work(firm: &Firm) {
    let (_stop, stopping) = watch::channel(false);
    while jobs::run_next(&firm.db, &FILES, None, &stopping).await.expect("the queue answers") {}
}

async fn page(firm: &Firm, job: Uuid) -> JobPage {
    jobs::page(&mut firm.tx().await, job, "").await.expect("the job")
}

#[tokio::test]
async fn all_that_match_are_changed_and_only_they() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let ids = customers(&firm, 30).await;
    let query = Query { search: Some("K00".to_owned()), ..Query::default() };
    let job = ask(&firm, &firm.cx, "set", ("phone", "+966 11 000"), Which::Matching(query)).await;
    work(&firm).await;
    let done = page(&firm, job).await;
    assert_eq!((done.line.state.as_str(), done.line.done, done.line.total), ("done", 30, Some(30)));
    for id in ids {
        assert_eq!(firm.document("customer", id).await.text("phone"), Some("+966 11 000"));
    }
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
}

/// What matches is what matched at one moment: the first moves to the end of the list, one matches no more, another comes late.
#[tokio::test]
async fn what_changes_while_a_job_runs_is_neither_lost_nor_done_twice() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut ids = customers(&firm, 30).await;
    let query = Query { search: Some("K00".to_owned()), ..Query::default() };
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::Matching(query)).await;
    // A worker that is about to end has written down which they are, and done nothing with them.
    let (_stop, stopping) = watch::channel(true);
    assert!(jobs::run_next(&firm.db, &FILES, None, &stopping).await.expect("the queue answers"));
    assert_eq!(page(&firm, job).await.line.total, Some(30));
    let changed = [(ids[0], "K0099"), (ids[1], "Z1"), (ids[29], "K00")];
    let late = Uuid::now_v7();
    let mut tx = firm.tx().await;
    for (id, code) in changed {
        door::save(&mut tx, record("customer"), id, 1, &typed(&[("code", code)])).await.expect("another code");
    }
    let fields = typed(&[("code", "K0015A"), ("name.en", "Customer"), ("language", "en")]);
    door::save(&mut tx, record("customer"), late, 0, &fields).await.expect("a customer");
    tx.commit().await.expect("commit");
    work(&firm).await;
    let report = page(&firm, job).await;
    let line = &report.line;
    assert_eq!((line.state.as_str(), line.done, line.refused, line.total), ("done", 30, 0, Some(30)));
    for id in &ids {
        let customer = firm.document("customer", *id).await;
        let times = if changed.iter().any(|(other, _)| other == id) { 2 } else { 1 };
        assert_eq!((customer.text("phone"), customer.version), (Some("1"), 1 + times));
    }
    assert_eq!(firm.document("customer", late).await.text("phone"), None);
    let mut told: Vec<Uuid> = report.rows.iter().map(|row| row.record_id).collect();
    told.sort_unstable();
    ids.sort_unstable();
    assert_eq!(told, ids);
}

#[tokio::test]
async fn a_report_is_read_page_by_page() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(vec![firm.customer])).await;
    work(&firm).await;
    let mut admin = admin().await;
    let rows = "insert into job_row (tenant_id, job, seq, record_id, state)
                select $1, $2, n, gen_random_uuid(), case when n % 3 = 0 then 'refused' else 'done' end from generate_series(2, 700) n";
    sqlx::query(rows).bind(firm.cx.tenant).bind(job).execute(&mut admin).await.expect("rows");
    let all: Vec<(Uuid, bool)> = sqlx::query_as(
        "select record_id, state = 'refused' from job_row where tenant_id = $1 and job = $2 order by state = 'refused' desc, seq",
    )
    .bind(firm.cx.tenant)
    .bind(job)
    .fetch_all(&mut admin)
    .await
    .expect("all rows");
    let (mut told, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = jobs::page(&mut firm.tx().await, job, &after).await.expect("the job");
        told.extend(page.rows.iter().map(|row| (row.record_id, row.refused)));
        pages += 1;
        let Some(later) = page.later else { break };
        after = later;
    }
    assert_eq!((told.len(), pages), (700, 4));
    assert_eq!(told, all, "what was refused comes first, and everything once");
}

#[tokio::test]
async fn more_than_a_job_takes_is_refused_before_it_waits() {
    let firm = Firm::new().await;
    many_units(&firm, bulk::MOST as usize + 1).await;
    let order = Order {
        record: "unit".to_owned(),
        verb: "delete".to_owned(),
        field: String::new(),
        text: String::new(),
        which: Which::Matching(Query::default()),
    };
    let asked = bulk::ask(&mut firm.tx().await, record("unit"), Uuid::now_v7(), &order).await;
    assert_eq!(refusals(asked), ["refuse-bulk-many"]);
}

#[tokio::test]
async fn what_is_refused_for_one_leaves_the_others_alone() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let item = firm.item("A", "1", 0, "0").await;
    firm.order(&[(item, 1)]).await;
    let mut ids = customers(&firm, 3).await;
    ids.push(firm.customer);
    let missing = Uuid::now_v7();
    ids.push(missing);
    let job = ask(&firm, &firm.cx, "delete", ("", ""), Which::These(ids)).await;
    work(&firm).await;
    let report = page(&firm, job).await;
    assert_eq!((report.line.done, report.line.refused), (3, 2));
    let reasons: Vec<_> =
        report.rows.iter().filter_map(|r| Some((r.record_id, r.message.as_ref()?.id.as_str()))).collect();
    assert_eq!(reasons, [(firm.customer, "refuse-in-use"), (missing, "error-not-found")]);
}

#[tokio::test]
async fn a_worker_that_is_killed_loses_nothing_and_repeats_nothing() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let ids = customers(&firm, 60).await;
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(ids.clone())).await;
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    for _ in 0..3 {
        let db = firm.db.clone();
        let worker = tokio::spawn(async move {
            let (_stop, stopping) = watch::channel(false);
            jobs::run_next(&db, &FILES, None, &stopping).await
        });
        // Wherever it is: before it begins, between two records, within one.
        let before = page(&firm, job).await.line.done;
        while page(&firm, job).await.line.done < before + 7 && !worker.is_finished() {
            tokio::task::yield_now().await;
        }
        worker.abort();
        let _ = worker.await;
        sqlx::query("update queue.tickets set lease_until = now() - interval '1 second' where id = $1")
            .bind(job)
            .execute(&mut admin)
            .await
            .expect("the lease runs out");
    }
    work(&firm).await;
    let report = page(&firm, job).await;
    assert_eq!((report.line.state.as_str(), report.line.done, report.line.refused), ("done", 60, 0));
    for id in ids {
        assert_eq!(firm.document("customer", id).await.version, 2, "changed once");
    }
}

#[tokio::test]
async fn a_job_stops_when_asked_and_goes_on_from_there() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let ids = customers(&firm, 10).await;
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(ids)).await;
    // A worker that is about to end puts it back untouched.
    let (_stop, stopping) = watch::channel(true);
    assert!(jobs::run_next(&firm.db, &FILES, None, &stopping).await.expect("the queue answers"));
    assert_eq!(page(&firm, job).await.line.state, "waiting");
    let mut tx = firm.tx().await;
    jobs::cancel(&mut tx, job).await.expect("cancelled");
    tx.commit().await.expect("commit");
    work(&firm).await;
    let stopped = page(&firm, job).await.line;
    assert_eq!((stopped.state.as_str(), stopped.done), ("cancelled", 0));
    let mut tx = firm.tx().await;
    jobs::retry(&mut tx, job).await.expect("again");
    tx.commit().await.expect("commit");
    work(&firm).await;
    assert_eq!(page(&firm, job).await.line.done, 10);
}

#[tokio::test]
async fn a_job_has_the_rights_of_whoever_asked_when_it_runs() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let ids = customers(&firm, 2).await;
    let sales = firm.colleague("sales").await;
    let job = ask(&firm, &sales, "set", ("phone", "1"), Which::These(ids.clone())).await;
    let mut tx = firm.tx().await;
    let auditor = code(&mut tx, "role", "auditor").await.to_string();
    door::save(&mut tx, record("member"), sales.user, 1, &typed(&[("role", &auditor)])).await.expect("demoted");
    tx.commit().await.expect("commit");
    work(&firm).await;
    let report = page(&firm, job).await;
    assert_eq!((report.line.done, report.line.refused), (0, 2));
    assert_eq!(firm.document("customer", ids[0]).await.text("phone"), None);
    // Colleagues see their own jobs, administrators all, other companies none.
    assert_eq!(jobs::list(&mut firm.db.begin(&sales).await.expect("enter")).await.expect("jobs").len(), 1);
    let store = firm.colleague("storekeeper").await;
    let outcome = jobs::page(&mut firm.db.begin(&store).await.expect("enter"), job, "").await;
    assert!(matches!(outcome, Err(Error::NotFound)));
    let other = Firm::new().await;
    assert!(matches!(jobs::cancel(&mut other.tx().await, job).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_job_of_a_closed_company_waits_until_it_is_opened() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let job = ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(vec![firm.customer])).await;
    let mut admin = admin().await;
    let closed = "insert into ops.subscription (tenant_id, suspended_at, reason) values ($1, now(), 'Bills are open')";
    let opened = "update ops.subscription set suspended_at = null, reason = null where tenant_id = $1";
    sqlx::query(closed).bind(firm.cx.tenant).execute(&mut admin).await.expect("closed");
    work(&firm).await;
    sqlx::query(opened).bind(firm.cx.tenant).execute(&mut admin).await.expect("opened");
    assert_eq!(page(&firm, job).await.line.state, "waiting");
    let due = "update queue.tickets set run_at = now() where tenant_id = $1";
    sqlx::query(due).bind(firm.cx.tenant).execute(&mut admin).await.expect("its turn");
    work(&firm).await;
    assert_eq!(page(&firm, job).await.line.state, "done");
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), Some("1"));
}

#[tokio::test]
async fn a_bulk_order_is_refused_before_it_waits() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let mut try_order = async |verb: &str, field: &str, which: Which| {
        let (verb, field) = (verb.to_owned(), field.to_owned());
        let order = Order { record: "customer".to_owned(), verb, field, text: "x".to_owned(), which };
        bulk::ask(&mut tx, record("customer"), Uuid::now_v7(), &order).await
    };
    let one = || Which::These(vec![firm.customer]);
    assert_eq!(refusals(try_order("set", "code", one()).await), ["refuse-bulk-field"]);
    assert_eq!(refusals(try_order("delete", "", Which::These(Vec::new())).await), ["refuse-bulk-nothing"]);
    assert!(matches!(try_order("nonsense", "", one()).await, Err(Error::Denied)));
    let auditor = firm.colleague("auditor").await;
    let mut tx = firm.db.begin(&auditor).await.expect("enter");
    let order = Order {
        record: "customer".to_owned(),
        verb: "delete".to_owned(),
        field: String::new(),
        text: String::new(),
        which: one(),
    };
    assert!(matches!(bulk::ask(&mut tx, record("customer"), Uuid::now_v7(), &order).await, Err(Error::Denied)));
}

#[tokio::test]
async fn ticked_rows_are_worked_on_from_the_list() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let ids = customers(&firm, 2).await;
    let mut browser = Browser::of(&firm).await;
    let list = browser.get("/customers").await;
    assert!(list.body.contains("form=\"bulk\"") && list.body.contains("value=\"set.phone\""), "{}", list.body);
    let (first, second) = (ids[0].to_string(), ids[1].to_string());
    let form = [("_do", "set.phone"), ("set.phone", "+20 2 1"), ("id", first.as_str()), ("id", second.as_str())];
    let asked = browser.post("/customers/bulk", &form).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let path = asked.location.expect("the job's page");
    assert!(browser.get(&path).await.text().contains("Waiting"));
    work(&firm).await;
    assert!(browser.get(&path).await.text().contains("2 of 2"));
    assert!(browser.get("/jobs").await.text().contains("Customers — Change a field"));
    let nothing = browser.post("/customers/bulk", &[("_do", "delete")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text().contains("tick them first"), "{}", nothing.text());
}

/// Three drafts, one of them without lines: the others are confirmed, whether they are ticked or found, and nothing else is.
#[tokio::test]
async fn an_action_on_many_is_taken_where_it_can_be() {
    let _turn = alone().await;
    for all in ["false", "true"] {
        let firm = Firm::new().await;
        let item = firm.item("A", "100", 0, "0").await;
        let line = || Line::new().with("item", item).with("quantity", dec("1"));
        let mut drafts = Vec::new();
        for lines in [vec![line()], Vec::new(), vec![line(), line()]] {
            drafts.push(firm.draft("sales_order", lines).await);
        }
        let other = firm.order(&[(item, 1)]).await;
        let mut browser = Browser::of(&firm).await;
        let ids: Vec<String> = drafts.iter().map(|draft| draft.id.to_string()).collect();
        let mut form = vec![("_do", "confirm"), ("query", "state=draft"), ("all", all)];
        if all == "false" {
            form.extend(ids.iter().map(|id| ("id", id.as_str())));
        }
        let asked = browser.post("/sales-orders/bulk", &form).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
        let path = asked.location.expect("the job's page");
        work(&firm).await;
        let job: Uuid = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("a job");
        let report = page(&firm, job).await;
        let line = &report.line;
        assert_eq!((line.state.as_str(), line.done, line.refused, line.total), ("done", 2, 1, Some(3)), "all: {all}");
        let reasons: Vec<_> =
            report.rows.iter().filter_map(|r| Some((r.record_id, r.message.as_ref()?.id.as_str()))).collect();
        assert_eq!(reasons, [(drafts[1].id, "refuse-no-lines")]);
        assert!(report.rows[0].refused && report.rows.len() == 3, "what was refused comes first");
        let shown = browser.get(&path).await.text();
        assert!(shown.contains(&firm.cx.i18n.format("refuse-no-lines", None)), "{shown}");
        let mut states = Vec::new();
        for draft in &drafts {
            let order = firm.load(draft).await;
            states.push((order.state().unwrap_or_default().to_owned(), order.number().is_some()));
        }
        let state = |name: &str, numbered: bool| (name.to_owned(), numbered);
        assert_eq!(states, [state("confirmed", true), state("draft", false), state("confirmed", true)]);
        assert_eq!(firm.load(&other).await.version, other.version, "one that nobody meant");
    }
}

#[tokio::test]
async fn a_yes_or_no_is_changed_where_it_stands() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let list = browser.get("/customers?columns=code,name,active").await;
    assert!(
        list.body.contains("role=\"switch\"") && list.body.contains("formaction=\"/customers/set\""),
        "{}",
        list.body
    );
    let off = format!("{}.active.false", firm.customer);
    let plain = browser.post("/customers/set", &[("query", "columns=code,active"), ("set", &off)]).await;
    assert_eq!(plain.location.as_deref(), Some("/customers?columns=code,active"));
    assert!(!firm.document("customer", firm.customer).await.get("active").bool());
    // Scripts want no page, and the reason in words.
    let mut scripted = async |order: &str| {
        let request = Request::post("/customers/set")
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "text/plain")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        browser.send(request, Body::from(format!("set={order}"))).await
    };
    assert_eq!(scripted(&format!("{}.active.true", firm.customer)).await.status, StatusCode::NO_CONTENT);
    assert!(firm.document("customer", firm.customer).await.get("active").bool());
    let other = Firm::new().await;
    for (order, expected) in [
        (format!("{}.active.false", other.customer), StatusCode::NOT_FOUND),
        (format!("{}.active.false", Uuid::now_v7()), StatusCode::NOT_FOUND),
        (format!("{}.code.X", firm.customer), StatusCode::FORBIDDEN),
        (format!("{}.nothing.true", firm.customer), StatusCode::FORBIDDEN),
        ("mischief".to_owned(), StatusCode::NOT_FOUND),
        (firm.customer.to_string(), StatusCode::BAD_REQUEST),
    ] {
        let answer = scripted(&order).await;
        assert_eq!(answer.status, expected, "{order}: {}", answer.body);
        assert!(!answer.body.is_empty() && !answer.body.contains('<'), "{order}: {}", answer.body);
    }
    assert!(other.document("customer", other.customer).await.get("active").bool());
    // Who only reads has no switch, and no way around that.
    let store = firm.colleague("storekeeper").await;
    let mut tx = firm.db.begin(&store).await.expect("enter");
    let set = bulk::set_one(&mut tx, record("customer"), firm.customer, "active", "false", None).await;
    assert!(matches!(set, Err(Error::Denied)), "{set:?}");
}

#[tokio::test]
async fn a_row_that_is_changed_in_its_list_comes_back_with_what_follows() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 5, "60").await;
    let mut tx = firm.tx().await;
    let mut rate = Document::new(record("exchange_rate"))
        .with("currency", "USD")
        .with("date", tx.company.today)
        .with("rate", dec("3.75"));
    door::insert(&mut tx, &mut rate).await.expect("a rate");
    let mut draft = Document::new(record("sales_order"))
        .with("customer", firm.customer)
        .with("date", tx.company.today)
        .with("warehouse", firm.main);
    draft.lines.push(Line::new().with("item", item).with("quantity", dec("2")));
    door::insert(&mut tx, &mut draft).await.expect("a draft");
    tx.commit().await.expect("commit");
    let confirmed = firm.order(&[(item, 1)]).await;
    let mut browser = Browser::of(&firm).await;
    let columns = ["currency", "total", "base_total"];
    let mut row = async |id: Uuid| -> serde_json::Value {
        let answer = browser.call("row", json!({"record": "sales_order", "id": id, "columns": columns})).await;
        serde_json::from_str(&answer.body).expect("a row or none")
    };
    assert_eq!(row(draft.id).await["editable"], json!(true));
    // What is confirmed is not open, and another company's row is as one that never was.
    assert_eq!(row(confirmed.id).await["editable"], json!(false));
    let other = Firm::new().await;
    let theirs = other.item("B", "1", 5, "1").await;
    let theirs = other.order(&[(theirs, 1)]).await;
    assert_eq!(row(theirs.id).await, row(Uuid::now_v7()).await);
    let before = row(draft.id).await["cells"][2]["text"].clone();
    let mut tx = firm.tx().await;
    bulk::set_one(&mut tx, record("sales_order"), draft.id, "currency", "usd", None).await.expect("another currency");
    let refused = bulk::set_one(&mut tx, record("sales_order"), confirmed.id, "currency", "USD", None).await;
    assert_eq!(refusals(refused), ["refuse-posted"]);
    tx.commit().await.expect("commit");
    let after = row(draft.id).await["cells"].clone();
    assert_eq!(after[0]["text"], "USD");
    let minor = |text: &serde_json::Value| text.as_str().and_then(|t| t.parse::<i64>().ok()).expect("minor units");
    assert_eq!(minor(&after[1]["text"]), minor(&before), "a price typed or kept stays what it is");
    assert_eq!(minor(&after[2]["text"]) * 4, minor(&before) * 15, "the total in the company's currency follows");
}
