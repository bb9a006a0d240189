//! A file on its way: rehearsed, imported whole or without its bad rows, stopped, taken over from a dead worker, undone.

use super::{batch_at, file_form, upload};
use crate::i18n::{Digits, I18n, Locale};
use crate::platform::audit;
use crate::platform::door::{self, Error, Lock, Outcome};
use crate::platform::import::batch::{self, Asked};
use crate::platform::import::{MOST_FAULTS, report};
use crate::platform::jobs;
use crate::platform::table::Table;
use crate::platform::tenancy::Cx;
use crate::record::Record;
use crate::record::import::ImportPage;
use crate::tests::platform::jobs::{alone, work};
use crate::tests::support::{self, Browser, FILES, Firm, code, dec, record, refusals};
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use futures_util::stream::{self, StreamExt as _};
use sqlx::{Connection as _, PgConnection};
use tokio::sync::watch;
use uuid::Uuid;

/// Brings a file, in pieces as it would come.
async fn receive(firm: &Firm, cx: &Cx, record: &'static Record, text: &str) -> Outcome<Uuid> {
    receive_file(firm, cx, record, "list.csv", text.as_bytes()).await
}

async fn receive_file(firm: &Firm, cx: &Cx, record: &'static Record, name: &str, bytes: &[u8]) -> Outcome<Uuid> {
    let parts: Vec<Outcome<Bytes>> = bytes.chunks(1000).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
    batch::receive(&firm.db, cx, &FILES, record, false, name, stream::iter(parts).boxed()).await
}

/// Brings a file and has it rehearsed.
async fn bring(firm: &Firm, name: &str, text: &str) -> Uuid {
    let id = receive(firm, &firm.cx, record(name), text).await.expect("the file is taken in");
    work(firm).await;
    id
}

async fn page(firm: &Firm, name: &str, id: Uuid) -> ImportPage {
    batch::page(&mut firm.tx().await, record(name), id).await.expect("its page")
}

async fn try_ask(firm: &Firm, cx: &Cx, name: &str, id: Uuid, asked: &Asked) -> Outcome<()> {
    let mut tx = firm.db.begin(cx).await?;
    batch::ask(&mut tx, record(name), id, asked).await?;
    tx.commit().await?;
    Ok(())
}

async fn ask(firm: &Firm, name: &str, id: Uuid, verb: &str) {
    let asked = Asked { verb: verb.to_owned(), ..Asked::default() };
    try_ask(firm, &firm.cx, name, id, &asked).await.expect(verb);
}

/// Asks, and waits until it is done.
async fn get_done(firm: &Firm, name: &str, id: Uuid, verb: &str) -> ImportPage {
    ask(firm, name, id, verb).await;
    work(firm).await;
    page(firm, name, id).await
}

fn state(page: &ImportPage) -> &str {
    page.batch.as_ref().map_or("", |batch| batch.state.as_str())
}

fn said(page: &ImportPage) -> Vec<&str> {
    page.notices.iter().map(|(_, message)| message.id.as_str()).collect()
}

fn bad(page: &ImportPage) -> Vec<(i64, &str, &str)> {
    page.bad.iter().map(|bad| (bad.line, bad.column.as_str(), bad.reason.id.as_str())).collect()
}

/// Customers beside the one that every firm has.
async fn codes(firm: &Firm) -> Vec<String> {
    let mut codes: Vec<String> = door::codes(&mut firm.tx().await, record("customer"))
        .await
        .expect("codes")
        .into_iter()
        .map(|(_, code)| code)
        .filter(|code| code != "C1")
        .collect();
    codes.sort();
    codes
}

/// A file of so many customers.
fn customers(count: usize) -> String {
    let rows: String = (0..count).map(|n| format!("K{n:04},Customer {n},en\n")).collect();
    format!("code,name,language\n{rows}")
}

async fn assert_chained(firm: &Firm) {
    assert_eq!(audit::verify(&firm.db, &firm.cx).await.expect("the chain is read"), []);
}

#[tokio::test]
async fn a_file_is_rehearsed_imported_whole_and_undone() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let id = bring(&firm, "customer", &customers(120)).await;
    let rehearsed = page(&firm, "customer", id).await;
    assert_eq!((state(&rehearsed), said(&rehearsed)), ("rehearsed", vec!["import-good"]));
    assert_eq!(rehearsed.verbs, ["check", "import"]);
    assert_eq!((rehearsed.examples.len(), rehearsed.examples[0].line), (20, 2));
    assert_eq!(codes(&firm).await.len(), 0, "a rehearsal writes nothing");
    let done = get_done(&firm, "customer", id, "import").await;
    assert_eq!((state(&done), said(&done), done.verbs.join(" ")), ("done", vec!["import-done"], "undo".to_owned()));
    assert_eq!(codes(&firm).await.len(), 120);
    assert_chained(&firm).await;
    let events: i64 =
        sqlx::query_scalar("select count(*) from outbox where tenant_id = $1 and topic = 'customer.create'")
            .bind(firm.cx.tenant)
            .fetch_one(firm.tx().await.conn())
            .await
            .expect("events");
    assert_eq!(events, 121);
    let undone = get_done(&firm, "customer", id, "undo").await;
    assert_eq!((state(&undone), said(&undone)), ("undone", vec!["import-undone"]));
    assert_eq!(codes(&firm).await.len(), 0);
    assert_chained(&firm).await;
    // What was undone can be imported again.
    assert_eq!(state(&get_done(&firm, "customer", id, "check").await), "rehearsed");
    assert_eq!(state(&get_done(&firm, "customer", id, "import").await), "done");
    assert_eq!(codes(&firm).await.len(), 120);
}

const MIXED: &str = "code,name,credit_limit,language\nA1,Good,100,en\nA1,Twice,,en\nC1,There already,,en\nA2,Poor,lots,en\nA3,,,en\nA4,\"Good, too\",5,ar\n";

#[tokio::test]
async fn bad_rows_are_left_out_and_come_back_as_a_file() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let id = bring(&firm, "customer", MIXED).await;
    let rehearsed = page(&firm, "customer", id).await;
    let faults = vec![
        (3, "code", "import-fault-twice"),
        (4, "code", "import-fault-twice"),
        (5, "credit_limit", "fault-not-number"),
        (6, "name", "fault-required"),
    ];
    assert_eq!(bad(&rehearsed), faults);
    assert_eq!((rehearsed.verbs.join(" "), rehearsed.has_rest), ("check skip".to_owned(), true));
    assert_eq!(
        refusals(
            try_ask(&firm, &firm.cx, "customer", id, &Asked { verb: "import".to_owned(), ..Asked::default() }).await
        ),
        ["refuse-import-moved"]
    );
    let done = get_done(&firm, "customer", id, "skip").await;
    assert_eq!((state(&done), said(&done)), ("done", vec!["import-done", "import-skipped"]));
    assert_eq!(bad(&done), faults);
    assert_eq!(codes(&firm).await, ["A1", "A4"]);
    let rest = report::left_out(&firm.db, &firm.cx, &FILES, record("customer"), id).await.expect("a file");
    assert_eq!(rest.name, "list - Rows left out.csv");
    let mut table = Table::open(rest.file).expect("a table");
    let rows = table.rows(0).expect("rows");
    assert_eq!(rows.header().cells, ["code", "name", "credit_limit", "language", "What is wrong"]);
    let rows: Vec<Vec<String>> = rows.map(|row| row.expect("a row").cells).collect();
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["A1", "C1", "A2", "A3"]);
    assert!(rows[0][4].contains("“A1” occurs twice"), "{}", rows[0][4]);
    // Mended, it is imported as any other file; what is wrong is no field and stays out.
    let mended = "code,name,credit_limit,language,What is wrong\nA5,Twice,,en,\nA2,Poor,20,en,was bad\n";
    let again = bring(&firm, "customer", mended).await;
    assert_eq!(state(&get_done(&firm, "customer", again, "import").await), "done");
    assert_eq!(codes(&firm).await, ["A1", "A2", "A4", "A5"]);
}

/// However many faults a file has, each is told by its line, its column and its reason.
#[tokio::test]
async fn f36_faults_beyond_those_of_the_page_are_all_in_a_file() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let count = MOST_FAULTS + 50;
    let row = |n: usize| if n.is_multiple_of(2) { format!("X{n},Name,lots,en\n") } else { format!("X{n},cut\n") };
    let rows: String = (0..count).map(row).collect();
    let id = bring(&firm, "customer", &format!("code,name,credit_limit,language\n{rows}")).await;
    let rehearsed = page(&firm, "customer", id).await;
    assert_eq!((rehearsed.bad.len(), rehearsed.more_bad), (200, count as i64 - 200));
    assert_eq!((rehearsed.has_faults, rehearsed.has_rest), (true, true));
    let lines: Vec<i64> = rehearsed.bad.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, (2..202).collect::<Vec<_>>());
    let read = |file| -> Vec<Vec<String>> {
        let mut table = Table::open(file).expect("a table");
        table.rows(0).expect("rows").map(|row| row.expect("a row").cells).collect()
    };
    let faults = report::faults(&firm.db, &firm.cx, record("customer"), id).await.expect("a file");
    assert_eq!(faults.name, "list - All faults.csv");
    let faults = read(faults.file);
    let rest = report::left_out(&firm.db, &firm.cx, &FILES, record("customer"), id).await.expect("a file");
    let rest = read(rest.file);
    assert_eq!((faults.len(), rest.len()), (count, count));
    for (n, (fault, left)) in faults.iter().zip(&rest).enumerate() {
        let (line, code) = ((n + 2).to_string(), format!("X{n}"));
        let (column, text, code) = if n % 2 == 0 { ("credit_limit", "lots", code.as_str()) } else { ("", "", "") };
        assert_eq!(fault[..3], [line.as_str(), column, text]);
        let place = if n % 2 == 0 { format!("Row {line} · credit_limit: ") } else { format!("Row {line}: ") };
        assert_eq!((left[0].as_str(), left[4].clone()), (code, format!("{place}{}", fault[3])));
    }
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/import/{id}");
    assert!(browser.get(&path).await.body.contains(&format!("href=\"{path}/faults\"")));
    let file = browser.get(&format!("{path}/faults")).await;
    assert_eq!(file.headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()), Some("text/csv; charset=utf-8"));
    // With the file goes what only files tell.
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    sqlx::query("update import_batch set at = at - interval '31 days' where id = $1")
        .bind(id)
        .execute(&mut admin)
        .await
        .expect("a month passes");
    assert_eq!(batch::sweep(&firm.db, &firm.cx, &FILES).await.expect("swept"), 1);
    let kept: i64 = sqlx::query_scalar("select count(*) from import_fault where batch = $1")
        .bind(id)
        .fetch_one(&mut admin)
        .await
        .expect("count");
    let cleared = page(&firm, "customer", id).await;
    assert_eq!((kept, cleared.bad == rehearsed.bad, cleared.has_faults), (MOST_FAULTS as i64, true, false));
}
#[tokio::test]
async fn an_order_of_nobody_is_named_on_its_page_and_comes_back_as_a_file() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let text = "reference,customer,Item,Qty\nR1,C1,A,1\nR2,NOBODY,A,1\nR3,,A,2\n";
    let id = bring(&firm, "sales_order", text).await;
    let targets = ["reference", "customer", "line.item", "line.quantity"].map(str::to_owned).to_vec();
    let asked = Asked { verb: "check".to_owned(), targets: Some(targets), ..Asked::default() };
    try_ask(&firm, &firm.cx, "sales_order", id, &asked).await.expect("a mapping");
    work(&firm).await;
    let rehearsed = page(&firm, "sales_order", id).await;
    assert_eq!(bad(&rehearsed), [(3, "customer", "fault-not-link"), (4, "customer", "fault-required")]);
    assert_eq!((rehearsed.bad[0].text.as_str(), rehearsed.bad[1].text.as_str()), ("NOBODY", ""));
    let done = get_done(&firm, "sales_order", id, "skip").await;
    assert_eq!((state(&done), done.examples.len()), ("done", 1));
    let rest = report::left_out(&firm.db, &firm.cx, &FILES, record("sales_order"), id).await.expect("a file");
    let mut table = Table::open(rest.file).expect("a table");
    let rows: Vec<Vec<String>> = table.rows(0).expect("rows").map(|row| row.expect("a row").cells).collect();
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["R2", "R3"]);
}

#[tokio::test]
async fn a_document_with_a_bad_line_is_left_out_whole() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let text = "Ref,Customer,Item,Qty\nR1,C1,A,1\nR2,C1,A,2\nR1,C1,NONE,3\nR2,C1,A,4\nR3,C1,A,0\n";
    let id = bring(&firm, "sales_order", text).await;
    let asked = Asked {
        verb: "check".to_owned(),
        targets: Some(["reference", "customer", "line.item", "line.quantity"].map(str::to_owned).into()),
        fixed: Some(vec![("note".to_owned(), "From a file".to_owned())]),
        ..Asked::default()
    };
    try_ask(&firm, &firm.cx, "sales_order", id, &asked).await.expect("a mapping");
    work(&firm).await;
    let rehearsed = page(&firm, "sales_order", id).await;
    assert_eq!(bad(&rehearsed), [(4, "Item", "fault-not-link"), (6, "Qty", "refuse-zero-quantity")]);
    let done = get_done(&firm, "sales_order", id, "skip").await;
    assert_eq!(done.examples.len(), 1, "{:?}", done.examples);
    assert_eq!((done.examples[0].title.as_str(), done.examples[0].lines), ("R2", 2));
    let mut tx = firm.tx().await;
    let skipped: Vec<i64> =
        sqlx::query_scalar("select unnest(lines) from import_skipped where tenant_id = $1 order by 1")
            .bind(firm.cx.tenant)
            .fetch_all(tx.conn())
            .await
            .expect("lines");
    assert_eq!(skipped, [2, 4, 6]);
    let order: Uuid = sqlx::query_scalar("select id from sales_order where tenant_id = $1 and reference = 'R2'")
        .bind(firm.cx.tenant)
        .fetch_one(tx.conn())
        .await
        .expect("the order");
    let order = door::load(&mut tx, record("sales_order"), order, Lock::No).await.expect("the order");
    assert_eq!(order.lines.iter().map(|l| l.decimal("quantity")).collect::<Vec<_>>(), [dec("2"), dec("4")]);
    assert_eq!(order.text("note"), Some("From a file"));
}

#[tokio::test]
async fn all_or_nothing_leaves_nothing_where_something_has_changed_since() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let id = bring(&firm, "customer", &customers(120)).await;
    // The last but one is taken when the import comes to it.
    let other = bring(&firm, "customer", "code,name,language\nK0118,Faster,en\n").await;
    get_done(&firm, "customer", other, "import").await;
    let failed = get_done(&firm, "customer", id, "import").await;
    assert_eq!((state(&failed), said(&failed)), ("failed", vec!["import-failed"]));
    assert_eq!(bad(&failed), [(120, "code", "import-fault-twice")]);
    assert_eq!(codes(&firm).await, ["K0118"]);
    assert_eq!(failed.verbs, ["check"]);
    let again = get_done(&firm, "customer", id, "check").await;
    assert_eq!(again.verbs, ["check", "skip"]);
    assert_eq!(state(&get_done(&firm, "customer", id, "skip").await), "done");
    assert_eq!(codes(&firm).await.len(), 120);
}

/// Starts workers, and kills the one that has this firm's last import as soon as it is beyond so many rows, unless it is
/// done before; then its lease runs out.
async fn kill_beyond(firm: &Firm, admin: &mut PgConnection, rows: i64) {
    loop {
        let db = firm.db.clone();
        let worker = tokio::spawn(async move {
            let (_stop, stopping) = watch::channel(false);
            jobs::run_next(&db, &FILES, None, &stopping).await
        });
        let mut over = false;
        // What other tests have left in the queue may be first.
        while !over && !worker.is_finished() {
            over = is_beyond(firm, admin, rows).await;
            tokio::task::yield_now().await;
        }
        worker.abort();
        let _ = worker.await;
        sqlx::query("update queue.tickets set lease_until = now() - interval '1 second' where tenant_id = $1")
            .bind(firm.cx.tenant)
            .execute(&mut *admin)
            .await
            .expect("the lease runs out");
        if over || is_beyond(firm, admin, rows).await {
            return;
        }
    }
}

/// Whether the firm's last import is beyond so many rows, or done.
async fn is_beyond(firm: &Firm, admin: &mut PgConnection, rows: i64) -> bool {
    sqlx::query_scalar(
        "select j.done > $2 or j.state not in ('waiting', 'running') from job j where j.tenant_id = $1 order by j.id desc limit 1",
    )
    .bind(firm.cx.tenant)
    .bind(rows)
    .fetch_one(admin)
    .await
    .expect("how far it is")
}

#[tokio::test]
async fn f36_a_worker_that_is_killed_loses_no_row_and_doubles_none() {
    let _turn = alone().await;
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    for verb in ["import", "skip"] {
        let firm = Firm::new().await;
        let mut text = customers(400);
        if verb == "skip" {
            text.push_str("K0001,Twice,en\n");
        }
        let id = receive(&firm, &firm.cx, record("customer"), &text).await.expect("taken in");
        for rows in [0, 99, 250] {
            kill_beyond(&firm, &mut admin, rows).await;
        }
        work(&firm).await;
        let rehearsed = page(&firm, "customer", id).await;
        assert_eq!(state(&rehearsed), "rehearsed");
        assert_eq!(rehearsed.bad.len(), usize::from(verb == "skip"));
        ask(&firm, "customer", id, verb).await;
        for rows in [0, 120, 260] {
            kill_beyond(&firm, &mut admin, rows).await;
            if verb == "import" {
                let seen = codes(&firm).await.len();
                assert!(seen == 0 || seen == 400, "half of it is visible: {seen}");
            }
        }
        work(&firm).await;
        let done = page(&firm, "customer", id).await;
        assert_eq!(state(&done), "done");
        let codes = codes(&firm).await;
        assert_eq!((codes.len(), codes[399].as_str()), (400, "K0399"));
        let (created, rows): (i64, i64) = sqlx::query_as(
            "select created, (select count(distinct record_id) from import_row r where r.batch = b.id) from import_batch b where id = $1",
        )
        .bind(id)
        .fetch_one(&mut admin)
        .await
        .expect("counts");
        assert_eq!((created, rows), (400, 400));
        assert_chained(&firm).await;
    }
}

#[tokio::test]
async fn an_import_stops_when_asked() {
    let _turn = alone().await;
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let firm = Firm::new().await;
    let id = receive(&firm, &firm.cx, record("customer"), &customers(200)).await.expect("taken in");
    ask(&firm, "customer", id, "cancel").await;
    work(&firm).await;
    let stopped = page(&firm, "customer", id).await;
    assert_eq!((state(&stopped), stopped.verbs.join(" ")), ("uploaded", "check".to_owned()));
    get_done(&firm, "customer", id, "check").await;
    // All or nothing: nothing.
    ask(&firm, "customer", id, "import").await;
    kill_beyond(&firm, &mut admin, 60).await;
    if state(&page(&firm, "customer", id).await) == "importing" {
        ask(&firm, "customer", id, "cancel").await;
        work(&firm).await;
        let stopped = page(&firm, "customer", id).await;
        assert_eq!((state(&stopped), said(&stopped)), ("cancelled", vec!["import-stopped"]));
        assert_eq!(codes(&firm).await.len(), 0);
        assert_eq!(stopped.verbs, ["check"]);
    }
    // Without bad rows: what is there stays, and can be gone on with or undone.
    let firm = Firm::new().await;
    let text = customers(200) + "K0001,Twice,en\n";
    let id = bring(&firm, "customer", &text).await;
    ask(&firm, "customer", id, "skip").await;
    kill_beyond(&firm, &mut admin, 60).await;
    ask(&firm, "customer", id, "cancel").await;
    work(&firm).await;
    let stopped = page(&firm, "customer", id).await;
    let there = codes(&firm).await.len();
    assert!((100..200).contains(&there), "{there}");
    assert_eq!((state(&stopped), said(&stopped)), ("cancelled", vec!["import-stopped-half"]));
    assert_eq!(stopped.verbs, ["continue", "undo"]);
    assert_eq!(state(&get_done(&firm, "customer", id, "continue").await), "done");
    assert_eq!(codes(&firm).await.len(), 200);
    assert_eq!(state(&get_done(&firm, "customer", id, "undo").await), "undone");
    assert_eq!(codes(&firm).await.len(), 0);
}

#[tokio::test]
async fn an_import_on_which_something_depends_is_not_undone() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "0").await;
    let id = bring(&firm, "customer", &customers(60)).await;
    get_done(&firm, "customer", id, "import").await;
    let customer = code(&mut firm.tx().await, "customer", "K0007").await;
    let order = Firm { customer, main: firm.main, db: firm.db.clone(), cx: firm.cx.clone(), email: String::new() }
        .order(&[(item, 1)])
        .await;
    let refused = get_done(&firm, "customer", id, "undo").await;
    assert_eq!((state(&refused), codes(&firm).await.len()), ("done", 60));
    let (_, problem) = &refused.notices[1];
    let said = firm.cx.i18n.message(problem).replace(['\u{2068}', '\u{2069}'], "");
    assert!(
        said.contains("“Customer 7” stands in Sales order") && said.contains(order.number().expect("a number")),
        "{said}"
    );
    // What somebody has changed since is theirs.
    let other = Firm::new().await;
    let id = bring(&other, "customer", &customers(60)).await;
    get_done(&other, "customer", id, "import").await;
    let changed = code(&mut other.tx().await, "customer", "K0003").await;
    other.change(&other.document("customer", changed).await, &[("phone", "1")]).await.expect("changed");
    let refused = get_done(&other, "customer", id, "undo").await;
    assert_eq!((state(&refused), self::said(&refused)[1]), ("done", "import-undo-changed"));
    assert_eq!(codes(&other).await.len(), 60);
}

#[tokio::test]
async fn what_lines_joined_becomes_what_it_was() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    firm.item("B", "7", 0, "0").await;
    let orders = "reference,customer\nR1,C1\nR2,C1\n";
    let id = bring(&firm, "sales_order", orders).await;
    get_done(&firm, "sales_order", id, "import").await;
    let lines = "order,item,quantity\nR1,A,2\nR2,B,1\nR1,B,3\n";
    let first = bring(&firm, "sales_order", lines).await;
    let targets = Some(["parent", "line.item", "line.quantity"].map(str::to_owned).to_vec());
    let asked = Asked { verb: "check".to_owned(), targets, ..Asked::default() };
    try_ask(&firm, &firm.cx, "sales_order", first, &asked).await.expect("asked");
    work(&firm).await;
    assert_eq!(page(&firm, "sales_order", first).await.examples.iter().filter(|e| e.changed).count(), 2);
    get_done(&firm, "sales_order", first, "import").await;
    let load = async || {
        let mut tx = firm.tx().await;
        let id: Uuid = sqlx::query_scalar("select id from sales_order where tenant_id = $1 and reference = 'R1'")
            .bind(firm.cx.tenant)
            .fetch_one(tx.conn())
            .await
            .expect("R1");
        door::load(&mut tx, record("sales_order"), id, Lock::No).await.expect("R1")
    };
    let after_first = load().await;
    assert_eq!((after_first.lines.len(), after_first.minor("net")), (2, 4100));
    // The same columns go where they went; more lines come after those that are there.
    let second = bring(&firm, "sales_order", "order,item,quantity\nR1,A,5\n").await;
    assert_eq!(state(&get_done(&firm, "sales_order", second, "import").await), "done");
    assert_eq!(load().await.lines.iter().map(|l| l.decimal("quantity")).collect::<Vec<_>>(), ["2", "3", "5"].map(dec));
    // The first cannot go before the second has gone.
    assert_eq!(said(&get_done(&firm, "sales_order", first, "undo").await)[1], "import-undo-changed");
    assert_eq!(state(&get_done(&firm, "sales_order", second, "undo").await), "undone");
    let back = load().await;
    assert_eq!((&back.lines, back.minor("total")), (&after_first.lines, after_first.minor("total")));
    assert_chained(&firm).await;
}

#[tokio::test]
async fn where_columns_went_is_remembered_by_member_and_type() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let text = "Kürzel,Bezeichnung,language,phone\nA1,One,en,1\n";
    let id = bring(&firm, "customer", text).await;
    let targets = |page: ImportPage| page.columns.into_iter().map(|column| column.target).collect::<Vec<_>>();
    assert_eq!(targets(page(&firm, "customer", id).await), ["", "", "language", "phone"]);
    // Phone numbers are left out on purpose.
    let wanted = ["code", "name", "language", ""].map(str::to_owned).to_vec();
    let asked = Asked { verb: "check".to_owned(), targets: Some(wanted.clone()), ..Asked::default() };
    try_ask(&firm, &firm.cx, "customer", id, &asked).await.expect("asked");
    work(&firm).await;
    assert_eq!(targets(page(&firm, "customer", id).await), wanted);
    let next = bring(&firm, "customer", "phone,LANGUAGE,bezeichnung,contact,Kurzel\n2,en,Two,Zaid,A2\n").await;
    assert_eq!(targets(page(&firm, "customer", next).await), ["", "language", "name", "contact", ""]);
    let next = bring(&firm, "customer", "phone,language,Bezeichnung,Kürzel\n2,en,Two,A2\n").await;
    assert_eq!(targets(page(&firm, "customer", next).await), ["", "language", "name", "code"]);
    // Others, and other types, have ways of their own.
    let sales = firm.colleague("sales").await;
    let theirs = receive(&firm, &sales, record("customer"), text).await.expect("taken in");
    work(&firm).await;
    let theirs = batch::page(&mut firm.db.begin(&sales).await.expect("enter"), record("customer"), theirs).await;
    assert_eq!(targets(theirs.expect("their page")), ["", "", "language", "phone"]);
    let items = bring(&firm, "item", "Kürzel,Bezeichnung\nA1,One\n").await;
    assert_eq!(targets(page(&firm, "item", items).await), ["", ""]);
}

#[tokio::test]
async fn f36_files_of_which_nothing_can_be_used_say_why() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    for (text, fault) in [
        ("code,name\n", "import-fault-empty"),
        ("<html><body>sign in</body></html>", "import-fault-not-a-spreadsheet"),
        ("PK\u{3}\u{4}half a workbook", "import-fault-damaged"),
        ("code,name,Code\nA,B,C\n", ""),
    ] {
        let id = bring(&firm, "customer", text).await;
        let rehearsed = page(&firm, "customer", id).await;
        if fault.is_empty() {
            // Of two columns with one name, one is chosen; both cannot go to one field.
            assert_eq!(rehearsed.columns.iter().map(|c| c.target.as_str()).collect::<Vec<_>>(), ["code", "name", ""]);
            let targets = Some(["code", "name", "code"].map(str::to_owned).to_vec());
            let asked = Asked { verb: "check".to_owned(), targets, ..Asked::default() };
            try_ask(&firm, &firm.cx, "customer", id, &asked).await.expect("asked");
            work(&firm).await;
            assert_eq!(bad(&page(&firm, "customer", id).await), [(1, "Code", "import-fault-target-twice")]);
        } else {
            assert_eq!(bad(&rehearsed), [(1, "", fault)], "{text}");
            assert_eq!((state(&rehearsed), rehearsed.verbs.join(" ")), ("rehearsed", "check".to_owned()));
        }
    }
    // The same name twice: each of the two columns goes its own way.
    let id = bring(&firm, "customer", "code,name,x,x,language\nA,B,first,second,en\n").await;
    let targets = Some(["code", "name", "phone", "contact", "language"].map(str::to_owned).to_vec());
    try_ask(&firm, &firm.cx, "customer", id, &Asked { verb: "check".to_owned(), targets, ..Asked::default() })
        .await
        .expect("asked");
    work(&firm).await;
    get_done(&firm, "customer", id, "import").await;
    let customer = code(&mut firm.tx().await, "customer", "A").await;
    let customer = firm.document("customer", customer).await;
    assert_eq!((customer.text("phone"), customer.text("contact")), (Some("first"), Some("second")));
    assert!(matches!(receive(&firm, &firm.cx, record("customer"), "").await, Err(Error::Refused(_))));
    let kept: i64 = sqlx::query_scalar("select count(*) from import_batch where tenant_id = $1 and state = 'arriving'")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("count");
    assert_eq!(kept, 0, "a file that is not taken leaves no row");
}

#[tokio::test]
async fn an_import_has_its_members_rights_and_is_theirs() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (sales, other) = (firm.colleague("sales").await, firm.colleague("sales").await);
    let auditor = firm.colleague("auditor").await;
    assert!(matches!(receive(&firm, &auditor, record("customer"), &customers(1)).await, Err(Error::Denied)));
    let id = receive(&firm, &sales, record("customer"), &customers(3)).await.expect("taken in");
    work(&firm).await;
    let see = async |cx: &Cx| batch::page(&mut firm.db.begin(cx).await.expect("enter"), record("customer"), id).await;
    assert!(see(&sales).await.is_ok() && see(&firm.cx).await.is_ok());
    assert!(matches!(see(&other).await, Err(Error::NotFound)));
    let asked = Asked { verb: "import".to_owned(), ..Asked::default() };
    assert!(matches!(try_ask(&firm, &other, "customer", id, &asked).await, Err(Error::NotFound)));
    // Somebody who was demoted meanwhile imports nothing.
    try_ask(&firm, &sales, "customer", id, &asked).await.expect("asked");
    let role = code(&mut firm.tx().await, "role", "auditor").await.to_string();
    firm.change(&firm.document("member", sales.user).await, &[("role", &role)]).await.expect("demoted");
    work(&firm).await;
    assert_eq!(state(&page(&firm, "customer", id).await), "failed");
    assert_eq!(codes(&firm).await.len(), 0);
}

#[tokio::test]
async fn files_are_cleared_away_after_a_month() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let id = bring(&firm, "customer", &customers(1)).await;
    assert_eq!(batch::sweep(&firm.db, &firm.cx, &FILES).await.expect("swept"), 0);
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    sqlx::query("update import_batch set at = at - interval '31 days' where id = $1")
        .bind(id)
        .execute(&mut admin)
        .await
        .expect("a month passes");
    assert_eq!(batch::sweep(&firm.db, &firm.cx, &FILES).await.expect("swept"), 1);
    assert!(matches!(FILES.size(&format!("imports/{}/{id}", firm.cx.tenant)).await, Err(Error::NotFound)));
    assert_eq!(page(&firm, "customer", id).await.verbs, Vec::<String>::new());
    let small = FILES.clone().with_quota(10);
    let parts = stream::iter([Ok(Bytes::from(customers(5)))]).boxed();
    let outcome = batch::receive(&firm.db, &firm.cx, &small, record("customer"), false, "a.csv", parts).await;
    assert_eq!(refusals(outcome), ["refuse-file-room"]);
}

/// A discount that a file gives as a share of one becomes a percentage, in whichever digits it is written; nonsense is refused
/// beside its box, and the next file needs not be told.
#[tokio::test]
async fn figures_are_multiplied_as_somebody_says_on_the_page() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let mut browser = Browser::of(&firm).await;
    let text = "Ref,Customer,Item,Qty,Off\nR1,C1,A,4,0.25\nR1,C1,A,3,٠٫٠٢\nR1,C1,A,2,5%\nR1,C1,A,1,\n";
    let path = upload(&mut browser, "/sales-orders/import", "lines.csv", text.as_bytes()).await;
    work(&firm).await;
    let targets = [
        ("map.0", "reference"),
        ("map.1", "customer"),
        ("map.2", "line.item"),
        ("map.3", "line.quantity"),
        ("map.4", "line.discount"),
    ];
    let beside = [("fix", "note"), ("fix.text", "From a file"), ("_do", "check")];
    for (language, locale) in [("en", Locale::En), ("ar", Locale::Ar)] {
        browser.post("/preferences", &[("language", language)]).await;
        for (typed, fault) in [
            ("x", "fault-not-number"),
            ("0", "refuse-import-factor"),
            ("0.0000001", "fault-too-many-decimals"),
            ("1000000000000", "fault-out-of-range"),
        ] {
            let form: Vec<_> = targets.into_iter().chain([("by.0", "x"), ("by.4", typed)]).chain(beside).collect();
            let back = browser.post(&path, &form).await;
            assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            // Of a column of texts, nothing is multiplied, and nothing is read.
            assert!(back.body.contains("id=\"by.4-fault\"") && !back.body.contains("id=\"by.0-fault\""), "{typed}");
            let said = I18n::new(locale, Digits::Western).format(fault, None);
            assert!(back.text().contains(&said), "{typed} in {language}: {}", back.text());
            for kept in [typed, "From a file"] {
                assert!(back.body.contains(&format!("value=\"{kept}\"")), "{kept} in {language}");
            }
        }
    }
    let unchanged = page(&firm, "sales_order", batch_at(&path)).await;
    assert!(unchanged.columns.iter().all(|column| column.factor.is_empty()), "{:?}", unchanged.columns);
    let form: Vec<_> = targets.into_iter().chain([("by.4", "100"), ("_do", "check")]).collect();
    assert_eq!(browser.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    work(&firm).await;
    let rehearsed = page(&firm, "sales_order", batch_at(&path)).await;
    assert_eq!((state(&rehearsed), bad(&rehearsed)), ("rehearsed", vec![]));
    assert_eq!(rehearsed.columns.iter().map(|c| c.factor.as_str()).collect::<Vec<_>>(), ["", "", "", "", "100"]);
    assert!(rehearsed.figures.iter().any(|target| target == "line.discount"), "{:?}", rehearsed.figures);
    assert!(!rehearsed.figures.iter().any(|target| target == "reference"), "{:?}", rehearsed.figures);
    let form: Vec<_> = targets.into_iter().chain([("by.4", "100"), ("_do", "import")]).collect();
    assert_eq!(browser.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    work(&firm).await;
    let order: Uuid = sqlx::query_scalar("select id from sales_order where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("the order");
    let order = firm.document("sales_order", order).await;
    let discounts: Vec<_> = order.lines.iter().map(|line| line.decimal("discount")).collect();
    assert_eq!(discounts, ["25", "2", "5", "0"].map(dec));
    // The next file comes in alike by itself. Sent elsewhere, the column is multiplied no more.
    let next = upload(&mut browser, "/sales-orders/import", "next.csv", text.as_bytes()).await;
    work(&firm).await;
    let brought = page(&firm, "sales_order", batch_at(&next)).await;
    let last = brought.columns.last().expect("a column");
    assert_eq!((last.target.as_str(), last.factor.as_str()), ("line.discount", "100"));
    let moved = [("map.0", "reference"), ("map.1", ""), ("map.2", ""), ("map.3", ""), ("map.4", "line.price")];
    browser.post(&next, &moved.into_iter().chain([("_do", "check")]).collect::<Vec<_>>()).await;
    let moved = page(&firm, "sales_order", batch_at(&next)).await;
    assert_eq!(moved.columns.last().expect("a column").factor, "");
    work(&firm).await;
}

#[tokio::test]
async fn a_file_is_imported_without_scripts() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let none = browser.send(file_form("/customers/import"), Body::from("--edge--\r\n")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = upload(&mut browser, "/customers/import", "list.csv", MIXED.as_bytes()).await;
    let waiting = browser.get(&path).await;
    assert!(
        waiting.text().contains("Being checked") && waiting.body.contains("value=\"cancel\""),
        "{}",
        waiting.text()
    );
    work(&firm).await;
    let rehearsed = browser.get(&path).await;
    for part in ["id=\"bad-rows\"", "id=\"import-bad\"", "name=\"map.0\"", "value=\"skip\"", "name=\"fix\""] {
        assert!(rehearsed.body.contains(part), "{part}: {}", rehearsed.body);
    }
    let rest = browser.get(&format!("{path}/rest")).await;
    assert_eq!(rest.headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()), Some("text/csv; charset=utf-8"));
    assert!(rest.body.contains("lots"), "{}", rest.body);
    // Another way for a column is another rehearsal, whatever was asked for.
    let form = [("map.0", "code"), ("map.1", "name"), ("map.2", ""), ("map.3", "language"), ("_do", "skip")];
    assert_eq!(browser.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    work(&firm).await;
    assert_eq!(codes(&firm).await.len(), 0);
    let done = browser.post(&path, &form).await;
    assert_eq!(done.location.as_deref(), Some(path.as_str()));
    work(&firm).await;
    assert!(browser.get(&path).await.body.contains("id=\"import-done\""));
    assert_eq!(codes(&firm).await, ["A1", "A2", "A4"]);
    assert!(browser.get("/customers/import").await.body.contains(&format!("href=\"{path}\"")));
    assert!(browser.get("/jobs").await.text().contains("Customers — Import"));
    browser.post("/preferences", &[("language", "ar")]).await;
    assert!(browser.get(&path).await.text().contains("تم استيراد الملف"));
}
