//! One decision for every door: what a role may do, see and reach is the same wherever it asks.

use crate::modules;
use crate::modules::administration::role::BASES;
use crate::platform::document::Document;
use crate::platform::door::{self, Error, Typed};
use crate::platform::page;
use crate::platform::permission::{Grant, Rights};
use crate::platform::tenancy::{Cx, TenantTx};
use crate::record::query::{Query, groupable};
use crate::record::{Field, Kind, Names, Reach, Record};
use crate::tests::support::{self, Answer, Browser, Firm, code, record, refusals};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) fn typed(fields: &[(&str, &str)]) -> Typed {
    Typed { fields: fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(), lines: None }
}

/// A right as the matrix posts it.
pub(super) fn right(record: &str, field: Option<&str>, words: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut line: BTreeMap<String, String> = words.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    line.insert("record".to_owned(), record.to_owned());
    if let Some(field) = field {
        line.insert("field".to_owned(), field.to_owned());
    }
    line
}

/// Everything on one type of record, so far as `reach` goes.
pub(super) fn everything(record: &str, reach: &str) -> BTreeMap<String, String> {
    right(
        record,
        None,
        &[
            ("sees", "true"),
            ("creates", "true"),
            ("changes", "true"),
            ("deletes", "true"),
            ("acts", "*"),
            ("reach", reach),
        ],
    )
}

/// A member with a role of these rights, and a browser in which they have signed in.
pub(super) async fn member_with(firm: &Firm, base: &str, rights: Vec<BTreeMap<String, String>>) -> (Cx, Browser) {
    let member = firm.colleague("auditor").await;
    let mut tx = firm.tx().await;
    let role = Uuid::now_v7();
    let fields = typed(&[("code", &role.to_string()[24..]), ("name", "A role of its own"), ("base", base)]);
    door::save(&mut tx, record("role"), role, 0, &Typed { lines: Some(rights), ..fields }).await.expect("a role");
    let fields = typed(&[("role", &role.to_string())]);
    door::save(&mut tx, record("member"), member.user, 1, &fields).await.expect("their role");
    tx.commit().await.expect("commit");
    let email = format!("{}@firm.example", member.user);
    (member, Browser::signed_in(&email).await)
}

/// A firm with at least one row of most types, drafts where documents can be drafts.
pub(super) async fn busy_firm() -> Firm {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 50, "60").await;
    let order = firm.order(&[(item, 5)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("posted");
    firm.act(&invoice, "pay").await.expect("a payment in draft");
    firm.act(&invoice, "credit").await.expect("a credit note in draft");
    let mut tx = firm.tx().await;
    let mut quotation =
        Document::new(record("quotation")).with("customer", firm.customer).with("date", tx.company.today);
    let line = crate::platform::document::Line::new().with("item", item);
    quotation.lines.push(line.with("quantity", support::dec("2")));
    door::insert(&mut tx, &mut quotation).await.expect("a quotation");
    let mut rate = Document::new(record("exchange_rate"))
        .with("currency", "USD")
        .with("date", tx.company.today)
        .with("rate", support::dec("3.75"));
    door::insert(&mut tx, &mut rate).await.expect("a rate");
    tx.commit().await.expect("commit");
    firm
}

async fn admin() -> PgConnection {
    PgConnection::connect(&support::admin_url().await).await.expect("admin")
}

/// Some row of a type.
async fn row_of(admin: &mut PgConnection, firm: &Firm, record: &Record) -> Option<Uuid> {
    let sql = format!("select id from {} where tenant_id = $1 order by created_at limit 1", record.name);
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(firm.cx.tenant)
        .fetch_optional(admin)
        .await
        .expect("a row is read")
}

// ------------------------------------------------------------------ record × role × door

#[tokio::test]
async fn every_door_says_the_same_to_every_role() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let mut rows: Vec<(&'static Record, Option<Uuid>)> = Vec::new();
    for record in modules::records() {
        rows.push((record, row_of(&mut admin, &firm, record).await));
    }
    for role in BASES.iter().filter(|base| !matches!(**base, "nothing" | "portal")) {
        let member = firm.colleague(role).await;
        let mut browser = Browser::signed_in(&format!("{}@firm.example", member.user)).await;
        for (record, row) in &rows {
            let rights = Rights::new(role, door::records(), &[]);
            doors(&mut browser, &rights, record, *row, role).await;
        }
    }
}

async fn doors(browser: &mut Browser, rights: &Rights, record: &'static Record, row: Option<Uuid>, role: &str) {
    let path = format!("/{}", record.path);
    let name = format!("{} as {role}", record.name);
    let sees = rights.sees(record);
    let list = browser.get(&path).await;
    assert_eq!(list.status.is_success(), sees, "the list of {name}: {}", list.status);
    let found = browser.call("lookup", json!({"record": record.name, "text": ""})).await;
    assert_eq!(found.status.is_success(), sees, "the typeahead of {name}: {}", found.status);
    let menu = browser.get("/").await;
    assert_eq!(menu.body.contains(&format!("href=\"{path}\"")), sees, "the menu of {name}");
    let creates = rights.creates(record);
    if !record.single {
        for page in ["new", "import"] {
            let answer = browser.get(&format!("{path}/{page}")).await;
            assert_eq!(answer.status.is_success(), creates, "{page} of {name}: {}", answer.status);
        }
        let brought = Request::post(format!("{path}/import"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "same-origin");
        let file =
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\r\n--edge--\r\n";
        let brought = browser.send(brought, Body::from(file)).await;
        // An empty file is as far as those come who may.
        let expected = if creates { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::FORBIDDEN };
        assert_eq!(brought.status, expected, "a file of {name}");
        let posted = browser.post(&format!("{path}/new"), &[("_do", "save"), ("_edits", "1")]).await;
        assert_eq!(posted.status == StatusCode::FORBIDDEN, !creates, "saving a new {name}: {}", posted.status);
        assert_ne!(posted.status, StatusCode::SEE_OTHER, "an empty {name} was saved");
        let preview = json!({"record": record.name, "id": null, "fields": {}, "lines": []});
        let preview = browser.call("preview", preview).await;
        assert_eq!(preview.status.is_success(), creates, "the preview of a new {name}: {}", preview.status);
    }
    let Some(id) = row else { return };
    let form = browser.get(&format!("{path}/{id}")).await;
    let expected = if sees { StatusCode::OK } else { StatusCode::NOT_FOUND };
    assert_eq!(form.status, expected, "the form of {name}");
    if record.prints {
        let print = browser.get(&format!("{path}/{id}/print")).await;
        assert_eq!(print.status, expected, "the print of {name}");
    }
    let verb = |verb: &str| [("_do", verb.to_owned()), ("_version", "999".to_owned()), ("_edits", "1".to_owned())];
    // A version that never was: whoever may gets as far as the conflict, or the refusal of the state.
    for (action, may) in [("save", rights.changes(record)), ("delete", rights.deletes(record))] {
        let pairs = verb(action);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, t)| (*n, t.as_str())).collect();
        let pairs = if action == "delete" { &pairs[..2] } else { &pairs[..] };
        let answer = browser.post(&format!("{path}/{id}"), pairs).await;
        let barred = if sees { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND };
        if !may || (action == "save" && !record.manual) {
            assert_eq!(answer.status, barred, "{action} on {name}");
        } else {
            assert!(
                matches!(answer.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY),
                "{action} on {name}: {}",
                answer.status
            );
        }
    }
    assert_eq!(form.body.contains("id=\"comments\""), rights.sees_comments(record), "comments of {name}");
    let said = browser.post(&format!("{path}/{id}"), &[("_comment", "add"), ("text", "Seen.")]).await;
    let expected = match (rights.comments(record), sees) {
        (true, _) => StatusCode::SEE_OTHER,
        (false, true) => StatusCode::FORBIDDEN,
        (false, false) => StatusCode::NOT_FOUND,
    };
    assert_eq!(said.status, expected, "a comment on {name}");
    let offered = browser.call("lookup", json!({"record": format!("@{}", record.name), "text": ""})).await;
    assert_eq!(offered.status.is_success(), rights.comments(record), "colleagues to mention on {name}");
    for action in record.actions {
        let pairs = [("_do", action.name), ("_version", "999")];
        let answer = browser.post(&format!("{path}/{id}"), &pairs).await;
        let barred = if sees { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND };
        if rights.acts(record, action.name) && sees {
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{} on {name}", action.name);
            assert_ne!(answer.status, StatusCode::SEE_OTHER, "{} on {name} with a wrong version", action.name);
        } else {
            assert_eq!(answer.status, barred, "{} on {name}", action.name);
        }
    }
}

#[test]
fn the_bases_give_what_their_names_promise() {
    modules::install();
    let of = |base: &str, name: &str| Grant::of_base(base, record(name));
    for known in modules::records() {
        assert!(Grant::of_base("owner", known).deletes && Grant::of_base("auditor", known).sees);
        assert!(!Grant::of_base("auditor", known).changes && !Grant::of_base("nothing", known).sees);
        let portal = Grant::of_base("portal", known);
        assert_eq!((portal.sees, portal.creates), (known.party.is_some(), false), "{}", known.name);
    }
    assert!(of("accountant", "journal_entry").changes && !of("storekeeper", "journal_entry").sees);
    assert!(of("sales", "sales_order").creates && !of("storekeeper", "sales_order").creates);
    assert!(of("sales", "sales_invoice").sees && !of("sales", "sales_invoice").changes);
    for base in ["accountant", "sales", "buyer", "storekeeper", "production", "portal"] {
        assert!(!of(base, "member").sees && !of(base, "role").sees, "{base} sees who may do what");
    }
}

// ------------------------------------------------------------------ fields

/// What a field is set to, so that it can be found wherever it leaks: the value for the database, and what pages would show.
fn marker(table: &str, kind: Kind) -> Option<(String, Vec<String>)> {
    let text = format!("MARKER-{table}");
    let same = |value: &str, shown: &[&str]| (value.to_owned(), shown.iter().map(|s| (*s).to_owned()).collect());
    Some(match kind {
        Kind::Text(_) | Kind::Note => (text.clone(), vec![text]),
        Kind::Names => (Names::new(&text, &text).to_text(), vec![text]),
        Kind::Money | Kind::Base | Kind::Price => same("77171797", &["77171797", "771,717.97", "77,171,797"]),
        Kind::Quantity => same("7717.971", &["7717.971", "7,717.971"]),
        Kind::Rate => same("77.17971", &["77.17971"]),
        Kind::Percent => same("17.9713", &["17.9713"]),
        Kind::Date => same("2031-07-17", &["2031-07-17", "Jul 2031"]),
        _ => return None,
    })
}

/// Sets a column behind the back of triggers; `false` where a check forbids the value.
async fn set(admin: &mut PgConnection, firm: &Firm, table: &str, field: &Field, value: &str) -> bool {
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    let sql = format!("update {table} set {} = $1::{} where tenant_id = $2", field.name, field.kind.sql());
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(value).bind(firm.cx.tenant).execute(&mut *tx).await;
    if done.is_ok() {
        tx.commit().await.expect("commit");
    }
    done.is_ok()
}

/// A field that was marked and is kept from the reader.
struct Kept {
    record: &'static Record,
    field: &'static Field,
    /// As rights name it: `total`, `lines.price`.
    name: String,
    shown: Vec<String>,
}

/// Marks every field that can be kept from people, in every row of the firm.
async fn mark(admin: &mut PgConnection, firm: &Firm) -> Vec<Kept> {
    let mut kept = Vec::new();
    for known in modules::records().filter(|r| r.name != "role") {
        let header = known.fields.iter().map(|f| (f, f.name.to_owned(), known.name));
        let of_lines =
            known.lines.iter().flat_map(|l| l.fields.iter().map(|f| (f, format!("lines.{}", f.name), l.table)));
        for (field, name, table) in
            header.chain(of_lines).filter(|(f, name, _)| !known.tells(name) && f.name != "time_zone")
        {
            let Some((value, shown)) = marker(table, field.kind) else { continue };
            if set(admin, firm, table, field, &value).await {
                kept.push(Kept { record: known, field, name, shown });
            }
        }
    }
    kept
}

#[tokio::test]
async fn a_hidden_field_shows_at_no_door_and_cannot_be_set() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let kept = mark(&mut admin, &firm).await;
    assert!(kept.len() > 100, "only {} fields could be marked", kept.len());
    let mut rights: Vec<_> = modules::records().map(|r| everything(r.name, "all")).collect();
    let hide = [("sees", "false"), ("changes", "false")];
    rights.extend(kept.iter().map(|k| right(k.record.name, Some(&k.name), &hide)));
    let (_, mut browser) = member_with(&firm, "auditor", rights).await;
    let mut owner = Browser::of(&firm).await;
    let mut shown = [("csv", 0), ("xlsx", 0), ("pdf", 0)];
    let leaks = |what: &str, body: &str| {
        for kept in &kept {
            // What stands on the company's own paper is for everybody.
            let public = kept.record.name == "company" && what.ends_with("/print");
            let shown = kept.shown.iter().find(|text| body.contains(text.as_str()));
            assert!(public || shown.is_none(), "{what} shows the hidden {}.{}: {shown:?}", kept.record.name, kept.name);
        }
    };
    for page in ["/", "/stock-on-hand"] {
        leaks(page, &browser.get(page).await.body);
    }
    for known in modules::records() {
        let Some(id) = row_of(&mut admin, &firm, known).await else { continue };
        let own: Vec<&Kept> = kept.iter().filter(|k| k.record.name == known.name && !k.name.contains('.')).collect();
        let path = format!("/{}", known.path);
        let columns: Vec<&str> = known.fields.iter().map(|f| f.name).collect();
        let mut pages = vec![format!("{path}?columns={}", columns.join(",")), format!("{path}/{id}")];
        pages.extend(known.prints.then(|| format!("{path}/{id}/print")));
        pages.extend(own.iter().map(|k| format!("{path}?sort=-{0}&columns={0}", k.name)));
        for page in &pages {
            let answer = browser.get(page).await;
            assert!(answer.status.is_success(), "{page}: {}", answer.status);
            leaks(page, &answer.body);
            leaks(page, &browser.data(page).await.body);
        }
        if known.single {
            continue;
        }
        for kept in &own {
            // The same rows with and without the filter: it tells nothing.
            let answer = browser.get(&format!("{path}?{}=1990-01-01", kept.name)).await;
            assert!(answer.body.contains(&id.to_string()), "the hidden {path}.{} filters", kept.name);
        }
        if own.iter().any(|k| k.field.searched) {
            let found = browser.get(&format!("{path}?q=marker")).await;
            assert!(!found.body.contains(&format!("{path}/{id}")), "the search of {path} finds a hidden text");
        }
        let groups = known.fields.iter().filter(|f| groupable(f.kind));
        for page in groups.map(|f| format!("{path}?group={}", f.name)) {
            leaks(&page, &browser.get(&page).await.body);
        }
        for (format, shown) in &mut shown {
            let page = format!("{path}/export?format={format}&columns={}", columns.join(","));
            leaks(&page, &file_text(format, &browser.get(&page).await));
            // The same file shows it to whoever may see it, or the test would prove nothing.
            let whole = file_text(format, &owner.get(&page).await);
            *shown += own.iter().filter(|k| k.shown.iter().any(|text| whole.contains(text.as_str()))).count();
        }
        leaks(&path, &browser.call("lookup", json!({"record": known.name, "text": ""})).await.body);
        let preview = json!({"record": known.name, "id": id, "fields": {}, "lines": []});
        leaks(&path, &browser.call("preview", preview).await.body);
        intrude(&mut browser, &mut admin, known, id, &own).await;
    }
    for (format, shown) in shown {
        assert!(shown > 40, "only {shown} fields are in files of the format {format}");
    }
}

/// What somebody reads in an export; its lines are broken where paper wants it.
fn file_text(format: &str, answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{format}: {}", answer.body);
    match format {
        "pdf" => super::pdf::pages(&answer.bytes).concat(),
        _ => answer.rows().concat().join("\n"),
    }
}

/// What is hidden cannot be set by adding it to the body.
async fn intrude(browser: &mut Browser, admin: &mut PgConnection, known: &Record, id: Uuid, own: &[&Kept]) {
    let mut read = async |what: &str| -> String {
        let sql = format!("select {what} from {} t where id = $1", known.name);
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(&mut *admin).await.expect("the row")
    };
    let version = read("version::text").await;
    let mut body = vec![("_do", "save"), ("_version", version.as_str()), ("_edits", "1")];
    body.extend(own.iter().map(|kept| (kept.field.name, "INTRUDER")));
    browser.post(&format!("/{}/{id}", known.path), &body).await;
    let row = read("t::text").await;
    assert!(!row.contains("INTRUDER"), "{} took a hidden field from the body: {row}", known.name);
}

#[tokio::test]
async fn a_field_to_read_is_shown_and_not_taken() {
    let firm = Firm::new().await;
    let locked = right("customer", Some("phone"), &[("sees", "true"), ("changes", "false")]);
    let (member, mut browser) = member_with(&firm, "auditor", vec![everything("customer", "all"), locked]).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "+966 11 555")]).await.expect("saved");
    let path = format!("/customers/{}", firm.customer);
    let form = browser.get(&path).await;
    assert!(form.text().contains("+966 11 555") && !form.body.contains("name=\"phone\""), "{}", form.body);
    let body = [("_do", "save"), ("_version", "2"), ("_edits", "1"), ("phone", "0"), ("contact", "Hind")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    let customer = firm.document("customer", firm.customer).await;
    assert_eq!((customer.text("phone"), customer.text("contact")), (Some("+966 11 555"), Some("Hind")));
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    let plan = crate::platform::import::Plan {
        record: record("customer"),
        mapping: vec![crate::platform::import::Mapping::parse("Phone=phone").expect("a mapping")],
        fixed: Vec::new(),
    };
    let report = crate::platform::import::run(&mut tx, &plan, support::file(b"Phone\n1\n")).await.expect("a report");
    assert_eq!(report.bad[0].reason.id, "import-fault-kept-from");
}

// ------------------------------------------------------------------ rows

/// Whether somebody finds a sales order: at every door, or at none.
async fn finds(tx: &mut TenantTx, order: Uuid, number: &str) -> bool {
    let orders = record("sales_order");
    let list = page::list(tx, orders, &Query::default()).await.expect("a list");
    let listed = list.rows.iter().any(|row| row.id == order);
    let searched = Query { search: Some(number.to_owned()), ..Query::default() };
    let count = page::list(tx, orders, &searched).await.expect("a list").count;
    let suggested = page::suggest(tx, orders, number).await.expect("suggestions").iter().any(|s| s.id == order);
    let got = door::get(tx, orders, order).await;
    let formed = page::form(tx, orders, Some(order), &BTreeMap::new(), None).await.is_ok();
    assert_eq!((listed, count == 1, suggested, formed), (got.is_ok(), got.is_ok(), got.is_ok(), got.is_ok()));
    if got.is_err() {
        assert!(matches!(door::save(tx, orders, order, 2, &typed(&[("note", "x")])).await, Err(Error::NotFound)));
        assert!(matches!(door::act(tx, orders, order, 2, "cancel").await, Err(Error::NotFound)));
        assert!(matches!(door::delete(tx, orders, order, 2).await, Err(Error::NotFound)));
        let mut invoice = Typed::default();
        invoice.fields.insert("sales_order".to_owned(), order.to_string());
        assert_eq!(list.views[0], list.count, "the tabs count what the list hides");
    }
    got.is_ok()
}

#[tokio::test]
async fn rows_beyond_reach_are_not_there() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let order = firm.order(&[(item, 5)]).await;
    let number = order.number().expect("a number").to_owned();
    let mut tx = firm.tx().await;
    let main = code(&mut tx, "branch", "MAIN").await;
    let mut north = Document::new(record("branch"))
        .with("code", "N")
        .with("name", Names::new("North", "الشمال"))
        .with("active", true);
    door::insert(&mut tx, &mut north).await.expect("a branch");
    tx.commit().await.expect("commit");
    for (reach, own_branch, expected) in
        [("all", north.id, true), ("own", main, false), ("branch", main, true), ("branch", north.id, false)]
    {
        let (member, _) = member_with(&firm, "auditor", vec![everything("sales_order", reach)]).await;
        let mut tx = firm.tx().await;
        let fields = typed(&[("branch", &own_branch.to_string())]);
        door::save(&mut tx, record("member"), member.user, 2, &fields).await.expect("their branch");
        tx.commit().await.expect("commit");
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        assert_eq!(finds(&mut tx, order.id, &number).await, expected, "{reach}");
    }
}

#[tokio::test]
async fn nobody_gives_a_record_away_beyond_their_reach() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let mut tx = firm.tx().await;
    let main = code(&mut tx, "branch", "MAIN").await.to_string();
    let mut north = Document::new(record("branch"))
        .with("code", "N")
        .with("name", Names::new("North", "الشمال"))
        .with("active", true);
    door::insert(&mut tx, &mut north).await.expect("a branch");
    tx.commit().await.expect("commit");
    let (member, _) = member_with(&firm, "auditor", vec![everything("sales_order", "branch")]).await;
    let mut tx = firm.tx().await;
    door::save(&mut tx, record("member"), member.user, 2, &typed(&[("branch", &main)])).await.expect("their branch");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    let line = BTreeMap::from([("item".to_owned(), item.to_string()), ("quantity".to_owned(), "1".to_owned())]);
    let (customer, warehouse) = (firm.customer.to_string(), firm.main.to_string());
    let order = |branch: &str| Typed {
        lines: Some(vec![line.clone()]),
        ..typed(&[("customer", &customer), ("warehouse", &warehouse), ("branch", branch)])
    };
    let orders = record("sales_order");
    let away = door::save(&mut tx, orders, Uuid::now_v7(), 0, &order(&north.id.to_string())).await;
    assert_eq!(refusals(away), ["refuse-beyond-reach"]);
    let kept = door::save(&mut tx, orders, Uuid::now_v7(), 0, &order(&main)).await.expect("their own");
    let moved = door::save(&mut tx, orders, kept.id, 1, &typed(&[("branch", &north.id.to_string())])).await;
    assert_eq!(refusals(moved), ["refuse-beyond-reach"]);
}

#[tokio::test]
async fn the_portal_shows_a_customer_their_own_and_nothing_else() {
    let firm = busy_firm().await;
    let mut tx = firm.tx().await;
    let mut other = Document::new(record("customer"))
        .with("code", "C2")
        .with("name", Names::new("Rival", "المنافس"))
        .with("language", "en");
    door::insert(&mut tx, &mut other).await.expect("another customer");
    let role = code(&mut tx, "role", "portal").await.to_string();
    tx.commit().await.expect("commit");
    for (customer, sees) in [(firm.customer, true), (other.id, false)] {
        let member = firm.colleague("auditor").await;
        let mut tx = firm.tx().await;
        let fields = typed(&[("role", &role), ("customer", &customer.to_string())]);
        door::save(&mut tx, record("member"), member.user, 1, &fields).await.expect("a portal member");
        tx.commit().await.expect("commit");
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        for known in modules::records() {
            let outcome = page::list(&mut tx, known, &Query::default()).await;
            match known.party {
                None => assert!(matches!(outcome, Err(Error::Denied)), "{}", known.name),
                Some("id") => {
                    let rows = outcome.expect("a list").rows;
                    assert!(rows.len() == 1 && rows[0].id == customer);
                }
                Some(_) => assert_eq!(outcome.expect("a list").count > 0, sees, "{}", known.name),
            }
        }
        assert!(crate::modules::home::home(&mut tx, "x").await.expect("home").books.is_none());
    }
}

// ------------------------------------------------------------------ roles and members

#[tokio::test]
async fn a_role_keeps_only_what_differs_from_its_base() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let sales = code(&mut tx, "role", "sales").await;
    let role = door::load(&mut tx, record("role"), sales, door::Lock::No).await.expect("a role");
    let page = page::form(&mut tx, role.record, Some(role.id), &BTreeMap::new(), None).await.expect("the matrix");
    assert_eq!(page.lines.len(), modules::records().count(), "one right for each type of record");
    // Saved as it is shown, it keeps nothing of its own.
    let names: Vec<&str> = role.record.lines.expect("lines").fields.iter().map(|f| f.name).collect();
    let mut rights: Vec<BTreeMap<String, String>> = Vec::new();
    for line in &page.lines {
        let texts = names.iter().zip(&line.cells).filter_map(|(n, c)| Some(((*n).to_owned(), c.text.clone()?)));
        rights.push(texts.collect());
    }
    let save = |rights: Vec<BTreeMap<String, String>>| Typed { lines: Some(rights), ..Typed::default() };
    let saved = door::save(&mut tx, role.record, role.id, 1, &save(rights.clone())).await.expect("saved");
    assert!(saved.lines.is_empty(), "{:?}", saved.lines);
    rights.push(right("sales_order", Some("total"), &[("sees", "false"), ("changes", "false")]));
    let saved = door::save(&mut tx, role.record, role.id, 2, &save(rights.clone())).await.expect("saved");
    assert_eq!(saved.lines.len(), 1);
    rights.push(right("sales_order", Some("customer"), &[("sees", "false"), ("changes", "false")]));
    assert_eq!(refusals(door::save(&mut tx, role.record, role.id, 3, &save(rights)).await), ["refuse-right-field"]);
    let owner = code(&mut tx, "role", "owner").await;
    let less = save(vec![right("item", None, &[("sees", "false")])]);
    assert_eq!(refusals(door::save(&mut tx, role.record, owner, 1, &less).await), ["refuse-owner-rights"]);
    assert_eq!(Reach::ALL.map(Reach::name).map(Reach::from_name), Reach::ALL.map(Some));
}

#[tokio::test]
async fn the_matrix_is_edited_with_plain_boxes() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let sales = code(&mut tx, "role", "sales").await;
    drop(tx);
    let mut browser = Browser::of(&firm).await;
    let path = format!("/roles/{sales}");
    let page = browser.get(&path).await;
    let at = page.body.find("value=\"stock_adjustment\"").expect("the row of stock adjustments");
    let row = page.body[..at].rsplit("lines[").next().and_then(|rest| rest.split(']').next()).expect("its place");
    let sees = format!("lines[{row}][sees]");
    let name = format!("lines[{row}][record]");
    let body =
        [("_do", "save"), ("_version", "1"), ("_edits", "1"), (name.as_str(), "stock_adjustment"), (&sees, "false")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    let member = firm.colleague("sales").await;
    let mut sales = Browser::signed_in(&format!("{}@firm.example", member.user)).await;
    assert_eq!(sales.get("/stock-adjustments").await.status, StatusCode::FORBIDDEN);
    assert_eq!(sales.get("/sales-orders").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_invitation_opens_the_company_once() {
    let firm = Firm::new().await;
    let mut owner = Browser::of(&firm).await;
    let mut tx = firm.tx().await;
    let role = code(&mut tx, "role", "storekeeper").await.to_string();
    drop(tx);
    let body = [
        ("_do", "save"),
        ("_edits", "1"),
        ("name", "Tariq"),
        ("email", "Tariq@Store.Example"),
        ("role", role.as_str()),
    ];
    let saved = owner.post("/members/new", &body).await;
    let page = owner.get(saved.location.as_deref().expect("saved")).await;
    let link = page.body.split("/join?token=").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let path = format!("/join?token={link}");
    let mut guest = Browser::new().await;
    let invitation = guest.get(&path).await;
    assert!(
        invitation.status.is_success() && invitation.text().contains("tariq@store.example"),
        "{}",
        invitation.text()
    );
    let forged = guest.get(&path.replace("/join?token=", "/join?token=A")).await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
    let short = guest.post("/join", &[("token", link), ("name", "Tariq"), ("password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let joined = guest.post("/join", &[("token", link), ("name", "Tariq"), ("password", support::PASSWORD)]).await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text());
    assert_eq!(guest.get("/deliveries").await.status, StatusCode::OK);
    assert_eq!(guest.get("/members").await.status, StatusCode::FORBIDDEN);
    let again =
        Browser::new().await.post("/join", &[("token", link), ("name", "X"), ("password", support::PASSWORD)]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    // Somebody with an account joins a second company with the password they have.
    let second = Firm::new().await;
    let mut tx = second.tx().await;
    let role = code(&mut tx, "role", "auditor").await.to_string();
    let member = Uuid::now_v7();
    let fields = typed(&[("name", "Tariq"), ("email", "tariq@store.example"), ("role", &role)]);
    door::save(&mut tx, record("member"), member, 0, &fields).await.expect("invited");
    let page = page::form(&mut tx, record("member"), Some(member), &BTreeMap::new(), None).await.expect("the form");
    tx.commit().await.expect("commit");
    let path = page.hand_on.expect("a link").path;
    let token = path.strip_prefix("/join?token=").expect("a token");
    let wrong = guest.post("/join", &[("token", token), ("name", "T"), ("password", "another password")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = guest.post("/join", &[("token", token), ("name", "T"), ("password", support::PASSWORD)]).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.text());
    assert_eq!(guest.get("/journal-entries").await.status, StatusCode::OK, "the auditor of the second company");
}

#[tokio::test]
async fn a_company_is_never_left_without_an_owner() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let members = record("member");
    assert_eq!(refusals(door::act(&mut tx, members, firm.cx.user, 1, "block").await), ["refuse-last-owner"]);
    let sales = code(&mut tx, "role", "sales").await.to_string();
    let demoted = door::save(&mut tx, members, firm.cx.user, 1, &typed(&[("role", &sales)])).await;
    assert_eq!(refusals(demoted), ["refuse-last-owner"]);
    assert!(matches!(door::act(&mut tx, members, firm.cx.user, 1, "join").await, Err(Error::Refused(_))));
}
