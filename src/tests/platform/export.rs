//! Lists as files: every row once, in the reader's words, and read back as they were.

use crate::i18n::{Digits, I18n, Locale};
use crate::platform::door::{self, Error, Typed};
use crate::platform::export::list::{self, Plan, Waiting};
use crate::platform::export::{Export, Format, PDF_ROWS, job};
use crate::platform::import;
use crate::platform::jobs;
use crate::platform::table::Table;
use crate::platform::tenancy::Cx;
use crate::record::query::{Filter, Query};
use crate::tests::platform::jobs::{alone, customers, work};
use crate::tests::platform::pdf::{backwards, pages};
use crate::tests::platform::permission::{everything, member_with, right};
use crate::tests::support::{self, Browser, FILES, Firm, code, file as file_of, record};
use async_trait::async_trait;
use axum::http::{StatusCode, header};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use std::sync::Mutex;
use uuid::Uuid;

async fn export(firm: &Firm, cx: &Cx, name: &str, query: Query, format: Format) -> Vec<Vec<String>> {
    let plan = Plan { record: record(name), query, ids: None, format };
    let file = list::write(&firm.db, cx, &plan).await.expect("a file").file;
    let mut table = Table::open(file).expect("a table");
    let rows = table.rows(0).expect("rows");
    let head = rows.header().cells.clone();
    std::iter::once(head).chain(rows.map(|row| row.expect("a row").cells)).collect()
}

#[tokio::test]
async fn every_row_comes_once_beyond_a_page() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    for n in 0..1203 {
        let mut unit = crate::platform::document::Document::new(record("unit"))
            .with("code", format!("U{n:05}"))
            .with("decimals", 0)
            .with("name", crate::record::Names::new(format!("Unit {n}"), format!("وحدة {n}")));
        door::bring(&mut tx, &mut unit).await.expect("a unit");
    }
    tx.commit().await.expect("commit");
    let query = Query { search: Some("U0".to_owned()), ..Query::default() };
    for format in [Format::CSV, Format::XLSX] {
        let rows = export(&firm, &firm.cx, "unit", query.clone(), format).await;
        let codes: Vec<String> = rows[1..].iter().map(|row| row[0].clone()).collect();
        assert_eq!(codes, (0..1203).map(|n| format!("U{n:05}")).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_file_speaks_the_readers_language_and_keeps_its_figures() {
    let firm = Firm::new().await;
    let item = firm.item("A", "1234.5", 0, "0").await;
    firm.order(&[(item, 3)]).await;
    let arabic = Cx { i18n: I18n::new(Locale::Ar, Digits::Arabic), ..firm.cx.clone() };
    let rows = export(&firm, &arabic, "sales_order", Query::default(), Format::XLSX).await;
    assert!(rows[0].contains(&"العميل".to_owned()), "{:?}", rows[0]);
    assert!(rows[1].contains(&"الخليج للحديد".to_owned()), "{:?}", rows[1]);
    assert!(rows[1].contains(&"4259.03".to_owned()) && rows[1].contains(&"SAR".to_owned()), "{:?}", rows[1]);
    let none = Filter { field: "state".to_owned(), text: "cancelled".to_owned() };
    let rows =
        export(&firm, &firm.cx, "sales_order", Query { filters: vec![none], ..Query::default() }, Format::CSV).await;
    assert_eq!(rows.len(), 1, "only the headings");
}

#[tokio::test]
async fn f35_what_looks_like_a_formula_is_text_and_comes_back_whole() {
    let firm = Firm::new().await;
    let evil = "=HYPERLINK(\"http://evil\")";
    let fields = [("code", "=1+1"), ("name.en", evil), ("language", "en"), ("phone", "+966 11 1")];
    let fields: BTreeMap<String, String> = fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    let mut tx = firm.tx().await;
    door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &Typed { fields, lines: None }).await.expect("saved");
    tx.commit().await.expect("commit");
    let columns = ["code", "name", "phone", "language"].map(str::to_owned).to_vec();
    let query = Query { columns, search: Some("=1+1".to_owned()), ..Query::default() };
    let plan = Plan { record: record("customer"), query, ids: None, format: Format::CSV };
    let mut file = list::write(&firm.db, &firm.cx, &plan).await.expect("a file").file;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut bytes).expect("bytes");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("'=1+1") && text.contains("\"'=HYPERLINK") && text.contains("'+966"), "{text}");
    // What was exported is imported as it was.
    let other = Firm::new().await;
    let mut tx = other.tx().await;
    let header = import::header(file_of(&bytes)).await.expect("read").expect("a header");
    let mapping = import::suggest(&header, &import::labels(record("customer")));
    let plan = import::Plan { mapping, ..import::Plan::new(record("customer")) };
    let report = import::run(&mut tx, &plan, file_of(&bytes)).await.expect("a report");
    assert_eq!(report.bad, []);
    let back = door::load(&mut tx, record("customer"), report.documents[0], door::Lock::No).await.expect("a customer");
    assert_eq!((back.text("code"), back.text("phone")), (Some("=1+1"), Some("+966 11 1")));
    assert_eq!(back.text("language"), Some("en"), "a choice comes back from the name that people read");
}

#[tokio::test]
async fn paper_holds_what_the_sheet_holds_in_the_readers_words() {
    let firm = Firm::new().await;
    let item = firm.item("A", "1234.5", 0, "0").await;
    let order = firm.order(&[(item, 3)]).await;
    let number = order.number().expect("a number");
    let mut browser = Browser::of(&firm).await;
    let path = format!("/sales-orders/export?format=pdf&state=confirmed&customer={}&q={number}", firm.customer);
    let answer = browser.get(&path).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/pdf");
    let page = pages(&answer.bytes).concat();
    for text in
        ["Salesorders", "Customer:GulfSteel", "State:Confirmed", "Search:", number, "4,259.03", "SAR", "TakenbyOwner"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    let arabic = Cx { i18n: I18n::new(Locale::Ar, Digits::Arabic), ..firm.cx.clone() };
    let plan = Plan { record: record("sales_order"), query: Query::default(), ids: None, format: Format::Pdf };
    let page = read_pages(list::write(&firm.db, &arabic, &plan).await.expect("a file")).concat();
    for text in ["أوامر البيع", "الخليج للحديد", "إجمالي سجل واحد", "استخرجه"]
    {
        assert!(page.contains(&backwards(text)), "{text}: {page}");
    }
    assert!(page.contains("٤٬٢٥٩٫٠٣") && page.contains(number), "{page}");
}

fn read_pages(mut export: Export) -> Vec<String> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut export.file, &mut bytes).expect("bytes");
    pages(&bytes)
}

#[tokio::test]
async fn a_list_too_long_for_paper_is_refused_with_a_way_out() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let unit = code(&mut tx, "unit", "PCS").await;
    tx.commit().await.expect("commit");
    many_units(&firm, PDF_ROWS + 1).await;
    let mut browser = Browser::of(&firm).await;
    let answer = browser.get("/units/export?format=pdf").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("5,000 rows") && answer.text().contains("XLSX"), "{}", answer.text());
    let ticked = browser.post("/units/bulk", &[("_do", "export.pdf"), ("id", &unit.to_string())]).await;
    assert!(pages(&ticked.bytes).concat().contains("Chosenrecordsonly"));
}

/// Somebody who hears of progress so often, and then has enough.
struct Patience {
    times: usize,
    heard: Mutex<Vec<i64>>,
}

#[async_trait]
impl Waiting for Patience {
    async fn wrote(&self, rows: i64) -> Result<bool, Error> {
        let mut heard = self.heard.lock().expect("nobody failed");
        heard.push(rows);
        Ok(heard.len() < self.times)
    }

    async fn finishing(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_printed_can_be_watched_and_stopped() {
    let firm = Firm::new().await;
    many_units(&firm, 400).await;
    let plan = Plan { record: record("unit"), query: Query::default(), ids: None, format: Format::Pdf };
    let patience = |times| Patience { times, heard: Mutex::default() };
    let patient = patience(usize::MAX);
    let export = list::write_for(&firm.db, &firm.cx, &plan, Some(&patient)).await.expect("written");
    let pages = read_pages(export.expect("a file"));
    assert_eq!(pages.concat().matches("PDF-").count(), 400);
    let heard = patient.heard.into_inner().expect("nobody failed");
    let (first, last) = (heard[0], heard[heard.len() - 1]);
    assert!(first == last / 2 && last >= 400, "all are read, then printed: {heard:?}");
    // Once when they are read, then with every two pages.
    assert_eq!(heard.len(), 1 + pages.len().div_ceil(2), "{heard:?}");
    assert!(heard.len() > 3 && heard.is_sorted(), "{heard:?}");
    for times in [1, 3] {
        let hasty = patience(times);
        let export = list::write_for(&firm.db, &firm.cx, &plan, Some(&hasty)).await.expect("stopped");
        assert!(export.is_none());
        assert_eq!(hasty.heard.into_inner().expect("nobody failed").len(), times);
    }
}

/// Puts rows into the table itself, as the door would take minutes for them.
pub async fn many_units(firm: &Firm, count: usize) {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let sql = "insert into unit (tenant_id, id, code, decimals, name) select $1, gen_random_uuid(), 'PDF-' || n, 0, '{\"en\": \"Unit\"}'
                 from generate_series(1, $2) n";
    sqlx::query(sql).bind(firm.cx.tenant).bind(count as i32).execute(&mut admin).await.expect("units");
}

#[tokio::test]
async fn a_download_is_named_and_denied_like_its_list() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let answer = browser.get("/customers/export?format=csv").await;
    assert_eq!(answer.status, StatusCode::OK);
    let disposition = answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap_or_default();
    assert!(disposition.starts_with("attachment; filename=\"Customers "), "{disposition}");
    assert!(answer.body.contains("C1"), "{}", answer.body);
    let ticked = firm.customer.to_string();
    let answer = browser.post("/customers/bulk", &[("_do", "export.csv"), ("id", &ticked)]).await;
    assert!(answer.status.is_success() && answer.body.lines().count() == 2, "{}", answer.body);
    let store = firm.colleague("storekeeper").await;
    let plan = Plan { record: record("journal_entry"), query: Query::default(), ids: None, format: Format::CSV };
    assert!(matches!(list::write(&firm.db, &store, &plan).await, Err(Error::Denied)));
}

#[tokio::test]
async fn all_that_match_are_exported_by_a_job() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    customers(&firm, 30).await;
    let mut browser = Browser::of(&firm).await;
    let key = Uuid::now_v7().to_string();
    let form =
        [("_do", "export.csv"), ("all", "true"), ("query", "q=K00&columns=phone,code&sort=-code"), ("_key", &key)];
    // Pressed twice, it is one job.
    for _ in 0..2 {
        assert_eq!(browser.post("/customers/bulk", &form).await.location, Some(format!("/jobs/{key}")));
    }
    let file = format!("/jobs/{key}/file");
    assert_eq!(browser.get(&file).await.status, StatusCode::NOT_FOUND, "nothing is written yet");
    work(&firm).await;
    let page = browser.get(&format!("/jobs/{key}")).await;
    assert!(page.body.contains(&file) && page.text().contains(".csv"), "{}", page.text());
    let answer = browser.get(&file).await;
    let codes: Vec<String> = answer.rows().into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(codes, (0..30).rev().map(|n| format!("K{n:04}")).collect::<Vec<_>>());
    // For nobody else, and not for who may no longer see what is in it.
    let other = Firm::new().await;
    assert_eq!(Browser::of(&other).await.get(&file).await.status, StatusCode::NOT_FOUND);
    let rights = vec![everything("customer", "all")];
    let (member, mut clerk) = member_with(&firm, "auditor", rights).await;
    assert_eq!(clerk.get(&file).await.status, StatusCode::NOT_FOUND);
    let own = Uuid::now_v7().to_string();
    let form = [("_do", "export.xlsx"), ("all", "true"), ("query", "columns=code,phone"), ("_key", &own)];
    clerk.post("/customers/bulk", &form).await;
    work(&firm).await;
    let file = format!("/jobs/{own}/file");
    assert_eq!(clerk.get(&file).await.rows().len(), 31);
    let mut tx = firm.tx().await;
    let role = firm.document("member", member.user).await.link("role").expect("a role");
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let less = Typed { lines: Some(vec![everything("customer", "all"), hide]), ..Typed::default() };
    door::save(&mut tx, record("role"), role, 1, &less).await.expect("less");
    tx.commit().await.expect("commit");
    assert_eq!(clerk.get(&file).await.status, StatusCode::NOT_FOUND);
    assert_eq!(job::sweep(&FILES).await.expect("swept"), 0, "they wait for a week");
}

#[tokio::test]
async fn an_export_stops_when_asked() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let key = Uuid::now_v7();
    let asked = job::ask(&mut tx, key, record("customer"), &Query::default(), Format::CSV).await.expect("asked");
    // Something else that a page asks for is a job of its own.
    let other = job::ask(&mut tx, key, record("item"), &Query::default(), Format::CSV).await.expect("asked");
    assert_ne!(other, key);
    jobs::cancel(&mut tx, other).await.expect("cancelled");
    jobs::cancel(&mut tx, asked).await.expect("cancelled");
    tx.commit().await.expect("commit");
    work(&firm).await;
    let line = jobs::page(&mut firm.tx().await, key, "").await.expect("the job").line;
    assert_eq!((line.state.as_str(), line.file), ("cancelled", None));
}
