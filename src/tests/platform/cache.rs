//! What is kept in memory is never old, and never another's.

use crate::api::rest::operation::{Operation, Verb, perform};
use crate::modules;
use crate::platform::cache;
use crate::platform::config::Rates;
use crate::platform::document::Document;
use crate::platform::door::Typed;
use crate::platform::tenancy::{Db, TenantTx};
use crate::platform::{page, views};
use crate::record::page::ListPage;
use crate::record::query::Query;
use crate::record::{Kind, Names, Record};
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::{admin, busy_firm, member_with, open_row, right};
use crate::tests::support::{Firm, app_url, record, web_over};
use axum::http::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What an answer came by.
fn memory(reply: &Reply) -> &str {
    reply.header("cache-status").unwrap_or_default()
}

const LIST: &str = "/api/v1/customers?fields=code,phone&sort=code";

#[tokio::test]
async fn what_was_read_before_is_kept_until_something_changes() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let one = format!("/api/v1/customers/{}", firm.customer);
    for path in [LIST, one.as_str()] {
        let first = program.get(path).await.assert_ok(path);
        let again = program.get(path).await.assert_ok(path);
        assert_eq!((memory(&first), memory(&again)), ("Diwan; fwd=miss", "Diwan; hit"), "{path}");
        assert_eq!((&first.json, first.etag()), (&again.json, again.etag()), "{path}");
    }
    // After a write of one's own there is nothing old, wherever one looks.
    let etag = program.get(&one).await.etag();
    program.patch(&one, &etag, json!({"phone": "NEW-1"})).await.assert_ok("a change");
    for path in [LIST, one.as_str()] {
        let now = program.get(path).await.assert_ok(path);
        assert_eq!(memory(&now), "Diwan; fwd=stale", "{path}");
        assert!(now.text.contains("NEW-1"), "{path}: {}", now.text);
    }
    // Known to the program and to us: nothing is sent, nothing is read.
    let etag = program.get(LIST).await.etag();
    let known = program.send(Method::GET, LIST, &[("if-none-match", &etag)], Json::Null).await;
    assert_eq!((known.status, memory(&known)), (StatusCode::NOT_MODIFIED, "Diwan; hit"));
    // What has been refused is refused again, and kept nowhere.
    let nobody = format!("/api/v1/customers/{}", Uuid::now_v7());
    assert_eq!(program.get(&nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(program.get(&nobody).await.status, StatusCode::NOT_FOUND);
    // When a token was last used is written nowhere else: it is always read.
    let tokens = program.get("/api/v1/api-tokens").await.assert_ok("tokens");
    assert_eq!(memory(&tokens), "");
}

#[tokio::test]
async fn two_nodes_stay_right() {
    let firm = Firm::new().await;
    let mut nodes = Vec::new();
    for _ in 0..2 {
        let db = Db::connect(&app_url().await, 4).await.expect("a node of its own");
        nodes.push(Program::of(&firm).await.on(web_over(db, Rates::default())));
    }
    let [here, there] = nodes.as_slice() else { panic!("two nodes") };
    let one = format!("/api/v1/customers/{}", firm.customer);
    for n in 0..5 {
        let phone = format!("PHONE-{n}");
        for node in [here, there] {
            node.get(LIST).await.assert_ok("a list");
            assert_eq!(memory(&node.get(LIST).await), "Diwan; hit");
        }
        let (writer, reader) = if n % 2 == 0 { (here, there) } else { (there, here) };
        writer.patch(&one, "*", json!({ "phone": phone.as_str() })).await.assert_ok("a change");
        for node in [reader, writer] {
            let now = node.get(LIST).await.assert_ok("a list");
            assert!(now.text.contains(&phone), "{n}: {}", now.text);
            assert!(node.get(&one).await.text.contains(&phone), "{n}");
        }
    }
    // What is done by a posting, and not to the record itself, is seen as well.
    let item = firm.item("GOODS", "10", 10, "1").await;
    let order = firm.order(&[(item, 2)]).await;
    let order = firm.made(&order, "deliver").await;
    let path = "/api/v1/sales-orders?fields=state";
    there.get(path).await.assert_ok("orders");
    firm.post(&order).await;
    assert!(there.get(path).await.text.contains("delivered"), "{}", there.get(path).await.text);
}

#[tokio::test]
async fn f43_nobody_is_told_what_is_kept_for_others() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let owner = Program::of(&firm).await;
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let seeing = right("customer", None, &[("sees", "true"), ("reach", "all")]);
    let (member, _) = member_with(&firm, "nothing", vec![seeing, hide]).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "SECRET-1")]).await.expect("saved");
    let path = "/api/v1/customers";
    assert!(owner.get(path).await.assert_ok("the owner's").text.contains("SECRET-1"));
    assert_eq!(memory(&owner.get(path).await), "Diwan; hit");
    let clerk = owner.beside_of(&firm, &member).await;
    for _ in 0..2 {
        let told = clerk.get(path).await.assert_ok("the clerk's");
        assert!(!told.text.contains("SECRET-1"), "{}", told.text);
    }
    let stranger = owner.beside_of(&other, &other.cx).await;
    assert!(!stranger.get(path).await.assert_ok("another company's").text.contains("SECRET-1"));
    // Rights that change count at once, though no customer has changed.
    let role = firm.document("role", firm.document("member", member.user).await.link("role").expect("a role")).await;
    let none = Typed { fields: BTreeMap::new(), lines: Some(Vec::new()) };
    firm.save(&role, &none).await.expect("nothing any more");
    let denied = clerk.get(path).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN, "{}", denied.text);
}

// ------------------------------------------------------------------ what an answer follows from

/// The types whose lists are kept.
fn kept() -> impl Iterator<Item = &'static Record> {
    modules::records().filter(|record| record.fields.iter().all(|field| !field.unlogged))
}

#[tokio::test]
async fn a_change_makes_what_follows_from_it_old_and_nothing_else() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let program = Program::of(&firm).await;
    let list = |record: &Record| format!("/api/v1/{}?limit=200&fields=version", record.path);
    for record in kept() {
        program.get(&list(record)).await.assert_ok(record.name);
    }
    let mut spared = 0;
    for record in kept() {
        let id = open_row(&mut admin, &firm, record).await;
        let one = format!("/api/v1/{}/{id}", record.path);
        let changed = program.patch(&one, "*", json!({})).await.assert_ok(&one);
        let now = program.get(&list(record)).await.assert_ok(record.name);
        assert_eq!(memory(&now), "Diwan; fwd=stale", "{}", record.name);
        let rows = now.json["data"].as_array().cloned().unwrap_or_default();
        let row = rows.iter().find(|row| row["id"] == id.to_string()).unwrap_or_else(|| panic!("{one} is in no list"));
        assert_eq!(row["version"], changed.json["version"], "{one}");
        assert_eq!(program.get(&one).await.assert_ok(&one).json, changed.json);
        for other in kept().filter(|other| other.name != record.name) {
            let again = program.get(&list(other)).await.assert_ok(other.name);
            if cache::tables(other).contains(&record.name) {
                assert_eq!(memory(&again), "Diwan; fwd=stale", "{} after {}", other.name, record.name);
            } else {
                spared += 1;
                assert_eq!(memory(&again), "Diwan; hit", "{} after {}", other.name, record.name);
            }
        }
    }
    assert!(spared > 200, "only {spared} answers outlived a change of something else");
}

/// The tables of the company that a transaction has read or written so far.
async fn touched(tx: &mut TenantTx) -> BTreeSet<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_locks l join pg_class c on c.oid = l.relation
          where l.locktype = 'relation' and l.pid = pg_backend_pid() and c.relkind in ('r', 'p')
            and c.relnamespace = 'public'::regnamespace",
    )
    .fetch_all(tx.conn())
    .await
    .expect("locks are read");
    tables.into_iter().collect()
}

/// What may be read of these tables.
fn known(sources: Vec<&'static str>) -> BTreeSet<String> {
    // The stamps themselves stand at the head of the chain.
    sources.into_iter().chain(["audit_head"]).map(str::to_owned).collect()
}

#[tokio::test]
async fn nothing_is_read_but_what_an_answer_follows_from() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    for record in modules::records() {
        let id = open_row(&mut admin, &firm, record).await;
        let pair = |name: &str, text: &str| vec![(name.to_owned(), text.to_owned())];
        for verb in [Verb::List(Vec::new()), Verb::List(pair("q", "a")), Verb::Read(id)] {
            let mut tx = firm.tx().await;
            let operation = Operation::of(record, verb, Map::new(), None);
            assert!(perform(&mut tx, &operation).await.is_ok(), "{operation:?}");
            let read = touched(&mut tx).await;
            assert!(read.contains(record.name), "{operation:?}: {read:?}");
            let may = known(cache::tables(record));
            let beyond: Vec<&String> = read.difference(&may).collect();
            assert!(beyond.is_empty(), "{operation:?} reads {beyond:?}");
        }
        let mut asked = vec![Vec::new(), pair("layout", "board"), pair("q", "a")];
        for field in record.fields.iter().filter(|field| matches!(field.kind, Kind::Link(_))) {
            asked.extend([pair("group", field.name), pair(field.name, &id.to_string())]);
        }
        for pairs in asked {
            let mut tx = firm.tx().await;
            let query = Query::read(record, pairs);
            page::list(&mut tx, record, &query).await.expect(record.name);
            let read = touched(&mut tx).await;
            let may = known(page::sources(record));
            let beyond: Vec<&String> = read.difference(&may).collect();
            assert!(beyond.is_empty(), "{query:?} of {} reads {beyond:?}", record.name);
        }
    }
}

#[tokio::test]
async fn every_table_is_marked_that_something_follows_from() {
    let firm = Firm::new().await;
    let marked: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid where t.tgname = 'touch'",
    )
    .fetch_all(firm.tx().await.conn())
    .await
    .expect("triggers are read");
    for table in modules::records().flat_map(page::sources) {
        assert!(marked.iter().any(|name| name == table), "select mark('{table}') is in no migration");
    }
}

#[tokio::test]
async fn whoever_writes_past_the_door_is_seen_too() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    program.get(LIST).await.assert_ok("a list");
    let mut tx = firm.tx().await;
    sqlx::query("update customer set phone = 'RAW-1' where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("a change by hand");
    // An entry about something else: the table is what counts.
    sqlx::query("insert into audit (id, record, record_id, action, changes) values ($1, 'unit', $1, 'change', '{}')")
        .bind(Uuid::now_v7())
        .execute(tx.conn())
        .await
        .expect("an entry");
    tx.commit().await.expect("commit");
    let now = program.get(LIST).await.assert_ok("a list");
    assert_eq!(memory(&now), "Diwan; fwd=stale");
    assert!(now.text.contains("RAW-1"), "{}", now.text);
}

/// A page of the customers, and how many statements it took.
async fn customers(firm: &Firm) -> (ListPage, u32) {
    let mut tx = firm.tx().await;
    let before = tx.statements();
    let page = page::recall(&mut tx, record("customer"), &Query::default()).await.expect("a list");
    (page, tx.statements() - before)
}

#[tokio::test]
async fn a_page_of_a_list_is_kept_until_something_of_it_changes() {
    let firm = Firm::new().await;
    let (first, read) = customers(&firm).await;
    assert!(read > 0);
    let (again, read) = customers(&firm).await;
    assert_eq!(read, 0, "from memory");
    // What is asked for on either page is done once, and not only on one of them.
    assert_ne!(first.job, again.job);
    assert_eq!(ListPage { job: first.job, ..again }, first);
    // Something else changes nothing.
    let item = firm.item("GOODS", "10", 10, "1").await;
    assert_eq!(customers(&firm).await.1, 0, "after a change of {item}");
    // One's own change, one's own view, and what the company has added.
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "NEW-1")]).await.expect("saved");
    let (changed, read) = customers(&firm).await;
    assert!(read > 0 && changed.rows[0].version == first.rows[0].version + 1, "{:?}", changed.rows);
    let mut tx = firm.tx().await;
    views::keep(&mut tx, record("customer"), "Mine", &Query::default(), false).await.expect("a view");
    tx.commit().await.expect("commit");
    assert_eq!(customers(&firm).await.0.saved.len(), 1);
    let fill = |field: Document| {
        let named = field.with("record", "customer").with("kind", "text").with("active", true);
        named.with("name", Names::new("Colour", "اللون"))
    };
    firm.insert("custom_field", fill).await.expect("a field");
    assert_eq!(customers(&firm).await.0.custom.len(), 1);
    // A colleague has views of their own.
    let colleague = Firm { cx: firm.colleague("sales").await, db: firm.db.clone(), email: String::new(), ..firm };
    assert_eq!(customers(&colleague).await.0.saved.len(), 0);
}
