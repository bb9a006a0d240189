//! Persons: told all that is known of them, forgotten while the books stand.

use super::permission::admin;
use super::tenancy::picture;
use crate::modules;
use crate::platform::comments;
use crate::platform::door::{self, Error, Outcome, Typed};
use crate::platform::files::{self, NewFile};
use crate::platform::person::{archive, erase};
use crate::platform::tenancy::Cx;
use crate::platform::{audit, auth, views};
use crate::record::fold::fold;
use crate::record::line::input_name;
use crate::record::query::Query;
use crate::record::{Kind, Record};
use crate::tests::platform::jobs::{alone, work};
use crate::tests::support::{self, Browser, FILES, Firm, PASSWORD, record, refusals};
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use futures_util::stream::{self, StreamExt as _};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read as _;
use tokio::sync::mpsc;
use uuid::Uuid;

// ------------------------------------------------------------------ the law

/// Texts on records of persons that stay, with the reason.
const STAYS: &[(&str, &str, &str)] =
    &[("customer", "tax_number", "invoices were reported to the tax authority under it, and the law has it kept")];

#[test]
fn what_a_record_says_of_a_person_goes_or_has_a_reason_to_stay() {
    let persons: Vec<&Record> = modules::records().filter(|record| record.holds_person()).collect();
    for name in ["customer", "lead", "member"] {
        assert!(persons.iter().any(|record| record.name == name), "{name}");
    }
    for record in &persons {
        for (field, name) in record.all_fields() {
            let speaks = matches!(field.kind, Kind::Names | Kind::Text(_) | Kind::Note);
            let stays = STAYS.iter().any(|(of, stays, _)| *of == record.name && *stays == name);
            assert!(!speaks || field.personal != stays, "{}.{name} goes, or has a reason to stay", record.name);
            // What cannot be empty has room for what means nobody.
            let fits = matches!(field.kind, Kind::Names) || matches!(field.kind, Kind::Text(most) if most >= 40);
            assert!(!(field.personal && field.required) || fits, "{}.{name}", record.name);
        }
    }
    for (name, field, _) in STAYS {
        assert!(record(name).any_field(field).is_some(), "{name}.{field}");
    }
    // What speaks of whom a link leads to names links to persons.
    for other in modules::records() {
        for field in other.fields.iter().filter(|field| !field.about.is_empty()) {
            for link in field.about {
                let target = match other.field(link).map(|link| link.kind) {
                    Some(Kind::Link(target)) => record(target),
                    _ => panic!("{}.{} is about {link}", other.name, field.name),
                };
                assert!(target.holds_person(), "{}.{} is about {link}", other.name, field.name);
            }
        }
    }
}

// ------------------------------------------------------------------ a customer

/// What must be found nowhere any more.
const SECRETS: &[&str] = &[
    "Zaynab",
    "زينب",
    "Qasimi",
    "القاسمي",
    "504242",
    "507373",
    "zq@example.net",
    "Falcon Street",
    "شارع الصقر",
    "Bilquis",
    "Umm Saqr",
    "allergic",
];

fn typed(pairs: &[(&str, &str)]) -> Typed {
    Typed::from_pairs(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
}

async fn save(firm: &Firm, name: &str, pairs: &[(&str, &str)]) -> Uuid {
    let (mut tx, id) = (firm.tx().await, Uuid::now_v7());
    door::save(&mut tx, record(name), id, 0, &typed(pairs)).await.expect(name);
    tx.commit().await.expect("commit");
    id
}

/// A firm whose customer in hand is a person of many traces, beside one who is none of their business. All is paid.
async fn firm_of_a_person() -> Firm {
    let mut firm = Firm::new().await;
    let nickname =
        [("record", "customer"), ("active", "true"), ("position", "1"), ("name.en", "Nickname"), ("kind", "text")];
    save(&firm, "custom_field", &nickname).await;
    let (contact, street) = (input_name(0, "name"), input_name(0, "address"));
    let customer = [
        ("code", "Z1"),
        ("name.en", "Zaynab Qasimi"),
        ("name.ar", "زينب القاسمي"),
        ("contact", "Bilquis"),
        ("phone", "+971 504242"),
        ("email", "zq@example.net"),
        ("address.en", "7 Falcon Street"),
        ("address.ar", "٧ شارع الصقر"),
        ("note", "She is allergic to late deliveries."),
        ("language", "en"),
        ("active", "true"),
        ("x_nickname", "Umm Saqr"),
        (contact.as_str(), "Bilquis"),
        (street.as_str(), "7 Falcon Street"),
    ];
    firm.customer = save(&firm, "customer", &customer).await;
    // Only the history knows the first number.
    let saved = firm.document("customer", firm.customer).await;
    firm.change(&saved, &[("phone", "+971 507373"), ("active", "true")]).await.expect("another number");
    let item = firm.item("A", "100", 10, "60").await;
    let order = firm.order(&[(item, 2)]).await;
    firm.post(&firm.made(&order, "deliver").await).await;
    let invoice = firm.post(&firm.made(&order, "invoice").await).await;
    firm.post(&firm.made(&invoice, "pay").await).await;
    for (name, field, state) in [("opportunity", "title", "won"), ("activity", "subject", "done")] {
        let fill = |document: door::Document| document.with(field, "Villa of Zaynab Qasimi").with("state", state);
        firm.insert(name, fill).await.expect(name);
    }
    let (mut tx, customer) = (firm.tx().await, record("customer"));
    comments::add(&mut tx, customer, firm.customer, None, Uuid::now_v7(), "Zaynab likes calls").await.expect("said");
    let query = Query { search: Some("Zaynab Qasimi".to_owned()), ..Query::default() };
    views::keep(&mut tx, customer, "Zaynab", &query, true).await.expect("a view");
    tx.commit().await.expect("commit");
    let bytes = stream::iter([Ok(Bytes::from_static(b"Passport of Zaynab"))]).boxed();
    let new = NewFile::new(customer, firm.customer, "zaynab.txt");
    files::attach(&firm.db, &firm.cx, &FILES, &new, bytes).await.expect("a file");
    firm
}

/// Every row of a company, whatever schema its table is in, that holds one of these texts as written or as searched.
async fn found(firm: &Firm, secrets: &[&str]) -> Vec<String> {
    let mut admin = admin().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
          where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') order by 1",
    )
    .fetch_all(&mut admin)
    .await
    .expect("tables");
    assert!(tables.iter().any(|t| t == "customer") && tables.iter().any(|t| t == "search.vocabulary"), "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let sql =
            format!("select to_jsonb(t)::text from {table} t where t.tenant_id = '{}' order by 1", firm.cx.tenant);
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut admin).await.expect("rows as text");
        for row in rows {
            let lower = row.to_lowercase();
            let holds = |secret: &&&str| lower.contains(&secret.to_lowercase()) || lower.contains(&fold(secret));
            found.extend(secrets.iter().find(holds).map(|secret| format!("{table}: {secret}: {row}")));
        }
    }
    found
}

async fn faults(firm: &Firm) -> Vec<String> {
    audit::verify(&firm.db, &firm.cx).await.expect("the chain is read").into_iter().map(|fault| fault.kind).collect()
}

/// A superuser who goes behind every trigger.
async fn tamper(firm: &Firm, sql: &'static str) {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    let done = sqlx::query(sql).bind(firm.cx.tenant).execute(&mut *tx).await.expect(sql);
    assert!(done.rows_affected() > 0, "{sql}");
    tx.commit().await.expect("commit");
}

async fn forget(firm: &Firm, cx: &Cx, name: &str, id: Uuid, typed: &str) -> Outcome<()> {
    erase::run(&firm.db, cx, &FILES, record(name), id, typed).await
}

/// Books, stock and documents: none of it changes.
const BOOKS: &[&str] = &[
    "journal_entry",
    "journal_entry_line",
    "open_item",
    "allocation",
    "sales_order",
    "sales_order_line",
    "delivery",
    "delivery_line",
    "sales_invoice",
    "sales_invoice_line",
    "customer_payment",
    "customer_payment_line",
    "stock_move",
    "stock_level",
];

async fn books(firm: &Firm) -> BTreeMap<String, (i64, String)> {
    let mut picture = picture(&mut admin().await, firm.cx.tenant).await;
    picture.retain(|table, _| BOOKS.contains(&table.as_str()));
    assert_eq!(picture.len(), BOOKS.len());
    picture
}

#[tokio::test]
async fn one_person_is_erased_while_the_books_stay_green() {
    let (firm, other) = (firm_of_a_person().await, firm_of_a_person().await);
    let (before, theirs) = (books(&firm).await, found(&other, SECRETS).await);
    for secret in SECRETS {
        assert!(!found(&firm, &[secret]).await.is_empty(), "{secret} is somewhere before");
    }
    let mut browser = Browser::of(&firm).await;
    let form = format!("/customers/{}", firm.customer);
    let address = format!("/persons/customer/{}", firm.customer);
    assert!(browser.get(&form).await.body.contains(&format!("href=\"{address}\"")));
    let page = browser.get(&address).await;
    for text in ["Sales orders", "1 comment", "1 file", "Z1"] {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    let wrong = browser.post(&address, &[("_do", "erase"), ("typed", "C1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("id=\"typed-fault\""), "{}", wrong.text());
    let right = browser.post(&address, &[("_do", "erase"), ("typed", "z1")]).await;
    assert_eq!(right.location, Some(format!("{form}?done=erased")), "{}", right.text());

    assert_eq!(found(&firm, SECRETS).await, Vec::<String>::new());
    assert_eq!(books(&firm).await, before);
    firm.assert_healthy().await;
    assert_eq!(found(&other, SECRETS).await, theirs, "whoever has the same name elsewhere keeps it");
    let erased = firm.document("customer", firm.customer).await;
    assert_eq!((erased.text("code"), erased.lines.len()), (Some("Z1"), 0));
    let names = erased.names("name");
    let end = &firm.customer.simple().to_string()[24..];
    assert_eq!(names.en, format!("Erased person {end}"));
    assert!(names.ar.ends_with(end) && names.ar != names.en, "{}", names.ar);
    assert!(browser.get(&form).await.text().contains("Person erased"));
    assert_eq!(faults(&firm).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_erased_entry_is_guarded_like_any_other() {
    for attack in [
        "update audit set changes = '{}' where id = (select audit from audit_erasure where tenant_id = $1 order by audit limit 1)",
        "update audit set user_id = null where id = (select audit from audit_erasure where tenant_id = $1 order by audit limit 1)",
        "update audit set changes = '{}' where id = (select audit from audit_seal where tenant_id = $1 and seq = 3)",
        "update audit_erasure set hash = sha256('x') where tenant_id = $1",
        "update audit set action = 'change' where tenant_id = $1 and action = 'erase'",
    ] {
        let firm = firm_of_a_person().await;
        forget(&firm, &firm.cx, "customer", firm.customer, "Z1").await.expect("forgotten");
        assert_eq!(faults(&firm).await, Vec::<String>::new());
        tamper(&firm, attack).await;
        assert!(faults(&firm).await.contains(&"changed".to_owned()), "{attack}");
    }
    // Nor does it help to write down another hash: the entry that ordered the erasure stands for all of them.
    let firm = firm_of_a_person().await;
    forget(&firm, &firm.cx, "customer", firm.customer, "Z1").await.expect("forgotten");
    tamper(&firm, "update audit set changes = '{}' where id = (select audit from audit_erasure where tenant_id = $1 order by audit limit 1)").await;
    tamper(
        &firm,
        "update audit_erasure e set hash = sha256(convert_to(audit_text(a), 'UTF8')) from audit a
          where e.tenant_id = $1 and a.tenant_id = $1 and a.id = e.audit",
    )
    .await;
    assert!(faults(&firm).await.contains(&"changed".to_owned()));
    // The application changes no entry but by an erasure.
    let mut tx = firm.tx().await;
    sqlx::query("select set_config('app.erasing', record_id::text, true) from audit limit 1")
        .execute(tx.conn())
        .await
        .expect("anybody may set it");
    let changed = sqlx::query("update audit set changes = '{}'").execute(tx.conn()).await.expect_err("refused");
    assert_eq!(changed.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"));
}

#[tokio::test]
async fn what_is_under_way_and_who_asks_are_looked_at_first() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    for role in ["sales", "auditor", "accountant"] {
        let colleague = firm.colleague(role).await;
        let outcome = forget(&firm, &colleague, "customer", firm.customer, "C1").await;
        assert!(matches!(outcome, Err(Error::Denied)), "{role}: {outcome:?}");
    }
    assert_eq!(refusals(forget(&firm, &firm.cx, "customer", firm.customer, "C2").await), ["refuse-erase-typed"]);
    let invoice = firm.invoice(&[(item, 1)]).await;
    let owed = ["refuse-erase-under-way", "refuse-erase-owed"];
    assert_eq!(refusals(forget(&firm, &firm.cx, "customer", firm.customer, "C1").await), owed);
    firm.post(&firm.made(&invoice, "pay").await).await;
    forget(&firm, &firm.cx, "customer", firm.customer, "C1").await.expect("settled");
    // What is no person is none, and nobody forgets themselves, the last owner least of all.
    let unit = forget(&firm, &firm.cx, "item", item, "A").await;
    assert!(matches!(unit, Err(Error::NotFound)), "{unit:?}");
    let oneself = forget(&firm, &firm.cx, "member", firm.cx.user, "Owner").await;
    assert_eq!(refusals(oneself), ["refuse-erase-oneself", "refuse-last-owner"]);
}

// ------------------------------------------------------------------ the archive

/// The parts of an archive by their names.
pub fn unpacked(file: std::fs::File) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut parts = BTreeMap::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("its bytes");
        parts.insert(part.name().expect("its name").into_owned(), bytes);
    }
    parts
}

#[tokio::test]
async fn an_archive_holds_what_is_known_of_one_person_and_of_nobody_else() {
    let (firm, other) = (firm_of_a_person().await, firm_of_a_person().await);
    let customer = record("customer");
    let archive = archive::write(&firm.db, &firm.cx, &FILES, customer, firm.customer).await.expect("an archive");
    assert!(archive.name.ends_with(".zip") && !archive.name.contains("Zaynab"), "{}", archive.name);
    let parts = unpacked(archive.file);
    let manifest: Json = serde_json::from_slice(&parts["manifest.json"]).expect("a manifest");
    assert_eq!(manifest["person"]["id"], firm.customer.to_string());
    let entries = manifest["entries"].as_array().expect("entries");
    assert_eq!(entries.len() + 1, parts.len(), "{manifest:#}");
    for entry in entries {
        let bytes = &parts[entry["path"].as_str().expect("a path")];
        assert_eq!(entry["sha256"], hex::encode(Sha256::digest(bytes)), "{entry}");
        assert_eq!(entry["bytes"], bytes.len());
        if !entry["rows"].is_null() {
            assert_eq!(entry["rows"], bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count());
        }
    }
    for (path, text) in [
        ("data/customer.jsonl", "Umm Saqr"),
        ("data/customer.jsonl", "Falcon Street"),
        ("data/audit.jsonl", "504242"),
        ("data/comments.jsonl", "likes calls"),
        ("data/files.jsonl", "zaynab.txt"),
        ("data/opportunity.jsonl", "Villa of Zaynab"),
        ("data/sales_order.jsonl", "quantity"),
        ("data/delivery.jsonl", "posted"),
        ("data/sales_invoice.jsonl", "paid"),
        ("data/customer_payment.jsonl", "posted"),
    ] {
        let text_of = String::from_utf8_lossy(parts.get(path).unwrap_or_else(|| panic!("{path}: {manifest:#}")));
        assert!(text_of.contains(text), "{path} has no {text}: {text_of}");
    }
    let file = parts.iter().find(|(path, _)| path.starts_with("files/")).expect("a file");
    assert_eq!((file.0.ends_with("/zaynab.txt"), file.1.as_slice()), (true, &b"Passport of Zaynab"[..]));
    for (path, bytes) in &parts {
        let text = String::from_utf8_lossy(bytes);
        let foreign = [other.cx.tenant.to_string(), other.customer.to_string(), "Gulf Steel".to_owned()];
        assert!(!foreign.iter().any(|foreign| text.contains(foreign)), "{path}: {text}");
    }
    // Only for those from whom nothing is kept, and only of their company.
    let sales = firm.colleague("sales").await;
    let denied = archive::write(&firm.db, &sales, &FILES, customer, firm.customer).await;
    assert!(matches!(denied, Err(Error::Denied)));
    let foreign = archive::write(&firm.db, &firm.cx, &FILES, customer, other.customer).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
}

#[tokio::test]
async fn an_archive_is_of_one_moment_while_others_write() {
    let firm = Firm::new().await;
    let (told, mut changes) = mpsc::unbounded_channel();
    let is_over = Cell::new(false);
    let write = async {
        for number in 1_000_000_u32.. {
            if is_over.get() {
                break;
            }
            let saved = firm.document("customer", firm.customer).await;
            let phone = number.to_string();
            firm.change(&saved, &[("phone", &phone), ("active", "true")]).await.expect("another number");
            let _ = told.send(());
        }
    };
    let read = async {
        for _ in 0..10 {
            changes.recv().await.expect("a change");
            let archive = archive::write(&firm.db, &firm.cx, &FILES, record("customer"), firm.customer).await;
            let parts = unpacked(archive.expect("an archive").file);
            let rows = |path: &str| -> Vec<Json> {
                let text = String::from_utf8_lossy(&parts[path]);
                text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
            };
            let (customer, history) = (rows("data/customer.jsonl"), rows("data/audit.jsonl"));
            let latest = history.iter().filter_map(|entry| entry["changes"]["phone"][1].as_str()).max();
            // The record is read first, its history after many other things.
            assert!(latest.is_some());
            assert_eq!(customer[0]["values"]["phone"].as_str(), latest);
        }
        is_over.set(true);
    };
    tokio::join!(write, read);
}

#[tokio::test]
async fn an_archive_is_made_by_a_job_and_goes_with_the_person() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let (key, address) = (Uuid::now_v7().to_string(), format!("/persons/customer/{}", firm.customer));
    for _ in 0..2 {
        let asked = browser.post(&address, &[("_do", "export"), ("_key", &key)]).await;
        assert_eq!(asked.location, Some(format!("/jobs/{key}")), "{}", asked.text());
    }
    work(&firm).await;
    let file = format!("/jobs/{key}/file");
    let taken = browser.get(&file).await;
    assert_eq!(taken.headers[header::CONTENT_TYPE], "application/zip");
    let parts = unpacked(support::file(&taken.bytes));
    assert!(String::from_utf8_lossy(&parts["data/customer.jsonl"]).contains("Gulf Steel"));
    // The company's own archive holds them, too; one that is still to be made is called off.
    let asked = browser.post("/company-data", &[]).await.location.expect("a job");
    work(&firm).await;
    let whole = format!("{asked}/file");
    assert_eq!(browser.get(&whole).await.status, StatusCode::OK);
    let second = browser.post(&address, &[("_do", "export")]).await.location.expect("a job");
    forget(&firm, &firm.cx, "customer", firm.customer, "C1").await.expect("forgotten");
    work(&firm).await;
    for file in [file, whole, format!("{second}/file")] {
        assert_eq!(browser.get(&file).await.status, StatusCode::NOT_FOUND, "{file}");
    }
    for job in [key, asked.replace("/jobs/", ""), second.replace("/jobs/", "")] {
        assert!(FILES.get(&format!("exports/{}/{job}", firm.cx.tenant)).await.is_err(), "its bytes are gone");
    }
}

#[tokio::test]
async fn a_later_archive_takes_the_place_of_an_earlier_one() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let address = format!("/persons/customer/{}", firm.customer);
    let mut jobs = Vec::new();
    for _ in 0..2 {
        jobs.push(browser.post(&address, &[("_do", "export")]).await.location.expect("a job"));
        // Whoever presses again while it is being made is led to it.
        let again = browser.post(&address, &[("_do", "export")]).await.location;
        assert_eq!(again.as_ref(), jobs.last());
        work(&firm).await;
    }
    assert_ne!(jobs[0], jobs[1]);
    assert_eq!(browser.get(&format!("{}/file", jobs[0])).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&format!("{}/file", jobs[1])).await.status, StatusCode::OK);
    let first = jobs[0].replace("/jobs/", "");
    assert!(FILES.get(&format!("exports/{}/{first}", firm.cx.tenant)).await.is_err(), "its bytes are gone");
}

#[tokio::test]
async fn whoever_operates_the_installation_keeps_their_account() {
    let firm = Firm::new().await;
    let nuha = firm.colleague("sales").await;
    let member = firm.document("member", nuha.user).await;
    firm.change(&member, &[("name", "Nuha Almasri")]).await.expect("her name");
    let mut admin = admin().await;
    let user = member.link("user_id").expect("an account");
    let made = sqlx::query("insert into auth.operators (user_id) values ($1)").bind(user).execute(&mut admin).await;
    made.expect("an operator");
    forget(&firm, &firm.cx, "member", nuha.user, "Nuha Almasri").await.expect("forgotten");
    let known: bool = sqlx::query_scalar("select exists (select from auth.users where id = $1)")
        .bind(user)
        .fetch_one(&mut admin)
        .await
        .expect("accounts");
    assert!(known, "a company cannot take away who operates it");
    assert!(!found(&firm, &["Nuha"]).await.iter().any(|row| !row.starts_with("auth.")), "but here she is forgotten");
}

// ------------------------------------------------------------------ a member

#[tokio::test]
async fn a_member_is_erased_and_what_they_did_stays() {
    let firm = Firm::new().await;
    let nuha = firm.colleague("sales").await;
    let email = format!("{}@firm.example", nuha.user);
    let member = firm.document("member", nuha.user).await;
    firm.change(&member, &[("name", "Nuha Almasri")]).await.expect("her name");
    let mut tx = firm.db.begin(&nuha).await.expect("she enters");
    let mut made = door::fresh(&mut tx, record("customer")).await.expect("a customer");
    made.set("code", "N1");
    made.set("name", crate::record::Names::new("Red Sea Steel", ""));
    door::insert(&mut tx, &mut made).await.expect("a customer");
    tx.commit().await.expect("commit");
    let mut tx = firm.tx().await;
    let said = "@Nuha Almasri please call";
    comments::add(&mut tx, record("customer"), made.id, None, Uuid::now_v7(), said).await.expect("said");
    tx.commit().await.expect("commit");
    let mut browser = Browser::signed_in(&email).await;
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    let archive = archive::write(&firm.db, &firm.cx, &FILES, record("member"), nuha.user).await.expect("an archive");
    let parts = unpacked(archive.file);
    let account = String::from_utf8_lossy(&parts["data/account.jsonl"]).into_owned();
    assert!(account.contains(&email) && parts.contains_key("data/sessions.jsonl"), "{account}");
    assert!(String::from_utf8_lossy(&parts["data/audit_done.jsonl"]).contains(&made.id.to_string()));

    let denied = forget(&firm, &nuha, "member", firm.cx.user, "Owner").await;
    assert!(matches!(denied, Err(Error::NotFound | Error::Denied)), "{denied:?}");
    forget(&firm, &firm.cx, "member", nuha.user, "Nuha Almasri").await.expect("forgotten");
    assert_eq!(found(&firm, &["Nuha", "Almasri", &email]).await, Vec::<String>::new());
    let answer = browser.get("/").await;
    assert_eq!((answer.status, answer.location.as_deref()), (StatusCode::SEE_OTHER, Some("/sign-in")));
    let again = Browser::new().await.post("/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert_eq!(auth::find_user(&firm.db, &email).await.expect("asked"), None, "the account is gone");
    let erased = firm.document("member", nuha.user).await;
    assert_eq!((erased.state(), erased.link("user_id")), (Some("blocked"), None));
    assert_eq!(firm.document("customer", made.id).await.created_by, Some(nuha.user));
    assert_eq!(faults(&firm).await, Vec::<String>::new());
    firm.assert_healthy().await;
}
