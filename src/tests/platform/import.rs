//! Import: bad rows are named before anything is written; a real company comes in whole.

mod adventureworks;
mod batch;
mod changes;
mod command;
mod spool;

use crate::i18n::{Digits, I18n, Locale};
use crate::platform::door;
use crate::platform::import::{self, Bad, Mapping, Plan, Report};
use crate::platform::sheet::{Cell, Format, Heading, Writer};
use crate::platform::tenancy::TenantTx;
use crate::record::page::Message;
use crate::tests::support::{Browser, Firm, dec, file, record};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use rust_decimal::Decimal;
use uuid::Uuid;

async fn run(tx: &mut TenantTx, name: &str, bytes: &[u8], mapping: &[&str], fixed: &[(&str, &str)]) -> Report {
    let record = record(name);
    let mut plan =
        Plan { fixed: fixed.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(), ..Plan::new(record) };
    if mapping.is_empty()
        && let Ok(header) = import::header(file(bytes)).await.expect("the file is read")
    {
        plan.mapping = import::suggest(&header, &import::labels(record));
    }
    plan.mapping.extend(mapping.iter().map(|text| Mapping::parse(text).expect("a mapping")));
    import::run(tx, &plan, file(bytes)).await.expect("an import answers")
}

fn reasons(bad: &[Bad]) -> Vec<(u64, &str, &str)> {
    bad.iter().map(|b| (b.line, b.column.as_str(), b.reason.id.as_str())).collect()
}

#[tokio::test]
async fn f36_bad_rows_are_named_by_line_column_and_reason() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let text = "code,name,credit_limit,payment_term,language\nC5,Good,100,,en\nC5,Twice,,,en\nC1,Exists,,,en\nC6,Text in a number,lots,,en\nC7,Unknown term,,NOPE,en\nC8,,,,en\n";
    let report = run(&mut tx, "customer", text.as_bytes(), &[], &[]).await;
    assert_eq!(
        reasons(&report.bad),
        [
            (3, "code", "import-fault-twice"),
            (4, "code", "import-fault-twice"),
            (5, "credit_limit", "fault-not-number"),
            (6, "payment_term", "fault-not-link"),
            (7, "name", "fault-required"),
        ]
    );
    assert!(report.documents.is_empty());
    let count: i64 = sqlx::query_scalar("select count(*) from customer where tenant_id = $1")
        .bind(tx.tenant())
        .fetch_one(tx.conn())
        .await
        .expect("count");
    assert_eq!(count, 1, "nothing was written");
}

/// An order of nobody is no order: the file says where its customer is unknown, and where it names none.
#[tokio::test]
async fn f36_orders_of_unknown_customers_and_of_nobody_are_named_by_line_and_column() {
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let mapping = ["Ref=reference", "Sold to=customer", "Item=line.item", "Qty=line.quantity"];
    let text = "Ref,Sold to,Item,Qty\nR1,C1,A,1\nR2,NOBODY,A,1\nR3,,A,1\nR4,  ,A,1\nR5,C1,NONE,1\nR6,C1,,1\nR7,C1,A,\n";
    let expected = [
        (3, "Sold to", "fault-not-link"),
        (4, "Sold to", "fault-required"),
        (5, "Sold to", "fault-required"),
        (6, "Item", "fault-not-link"),
        (7, "Item", "fault-required"),
    ];
    for bytes in [text.as_bytes().to_vec(), as_workbook(text.as_bytes().to_vec())] {
        let mut tx = firm.tx().await;
        let report = run(&mut tx, "sales_order", &bytes, &mapping, &[]).await;
        let found = reasons(&report.bad);
        let of_customer: Vec<_> = found.iter().filter(|bad| bad.1 == "Sold to" || bad.1 == "Item").copied().collect();
        assert_eq!(of_customer, expected);
        assert!(report.documents.is_empty(), "nothing is written where something is bad");
    }
    // Without them, the rest comes in; a line without a quantity is a line of one piece.
    let mut tx = firm.tx().await;
    let report = run(&mut tx, "sales_order", b"Ref,Sold to,Item,Qty\nR1,C1,A,1\nR7,C1,A,\n", &mapping, &[]).await;
    let last = report.documents.last().copied();
    good(report, 2);
    let last = door::load(&mut tx, record("sales_order"), last.expect("an order"), door::Lock::No).await;
    assert_eq!(last.expect("the order").lines[0].decimal("quantity"), Decimal::ONE);
}

/// A choice is written as people call it, in either language, or as it is kept.
#[tokio::test]
async fn choices_come_in_by_their_names_in_either_language() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let text = "code,name,language\nC5,A,en\nC6,B,English\nC7,C, ARABIC\nC8,D,العربية\nC9,E,الانجليزيه\nC10,F,AR\n";
    let report = run(&mut tx, "customer", text.as_bytes(), &[], &[]).await;
    assert_eq!(report.bad, []);
    let mut languages = Vec::new();
    for id in report.documents {
        let customer = door::load(&mut tx, record("customer"), id, door::Lock::No).await.expect("a customer");
        languages.push(customer.text("language").expect("a language").to_owned());
    }
    assert_eq!(languages, ["en", "en", "ar", "ar", "en", "ar"]);
    // The same text for all rows is read alike, and so are lines.
    let text = b"code,name,line.name,line.purpose\nC11,G,Hind,bills\nC11,G,Zaid,delivery\n";
    let report = run(&mut tx, "customer", text, &[], &[("language", "English")]).await;
    assert_eq!(report.bad, []);
    let id = report.documents[0];
    let customer = door::load(&mut tx, record("customer"), id, door::Lock::No).await.expect("a customer");
    let purposes: Vec<_> = customer.lines.iter().filter_map(|line| line.get("purpose").text()).collect();
    assert_eq!((customer.text("language"), purposes), (Some("en"), vec!["billing", "delivery"]));
}

/// Whoever wrote a word that is no choice reads which words are, in their language, beside the word that they wrote.
#[tokio::test]
async fn what_is_no_choice_is_answered_with_those_that_are() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let text = b"code,name,language,line.name,line.purpose\nC5,A,Persian,Hind,Lunch\n";
    let report = run(&mut tx, "customer", text, &[], &[]).await;
    let places = [(2, "language", "import-fault-not-choice"), (2, "line.purpose", "import-fault-not-choice")];
    assert_eq!(reasons(&report.bad), places);
    assert_eq!(report.bad.iter().map(|bad| bad.text.as_str()).collect::<Vec<_>>(), ["Persian", "Lunch"]);
    for (locale, choices) in [
        (Locale::En, ["Arabic · English", "Contact · Bills · Deliveries"]),
        (Locale::Ar, ["العربية · الإنجليزية", "التواصل · الفواتير · التسليم"]),
    ] {
        let i18n = I18n::new(locale, Digits::Western);
        for (bad, choices) in report.bad.iter().zip(choices) {
            assert!(i18n.message(&bad.reason).contains(choices), "{}", i18n.message(&bad.reason));
        }
    }
}

/// What is neither yes nor no is not taken for a no.
#[tokio::test]
async fn f36_what_is_neither_yes_nor_no_is_named_by_its_row() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let text = "code,name,language,active\nC5,A,en,maybe\nC6,B,en,yes\nC7,C,en,x\nC8,D,en,لا\n";
    let report = run(&mut tx, "customer", text.as_bytes(), &[], &[]).await;
    assert_eq!(reasons(&report.bad), [(2, "active", "fault-not-bool"), (4, "active", "fault-not-bool")]);
    let good = "code,name,language,active\nC6,B,en,YES\nC8,D,en,لا\nC9,E,en,0\n";
    let report = run(&mut tx, "customer", good.as_bytes(), &[], &[]).await;
    assert_eq!(report.bad, []);
    let mut active = Vec::new();
    for id in report.documents {
        let customer = door::load(&mut tx, record("customer"), id, door::Lock::No).await.expect("a customer");
        active.push(customer.get("active").bool());
    }
    assert_eq!(active, [true, false, false]);
}

/// What a table forbids is the fault of a row, and does not break the import.
#[tokio::test]
async fn f30_what_a_table_forbids_is_named_by_its_row() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let text = b"code,name,decimals\nNANO,Nano,7\nMILLI,Milli,3\n";
    let report = run(&mut tx, "unit", text, &[], &[]).await;
    assert_eq!(report.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn files_that_cannot_be_read_say_why() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let mapping = ["code=code", "name=name"];
    let windows = b"code,name\nC5,Good\nC6,Caf\xE9\n";
    assert_eq!(
        reasons(&run(&mut tx, "customer", windows, &mapping, &[]).await.bad),
        [(3, "", "import-fault-encoding")]
    );
    let half = b"code,name\nC5,Good\nC6";
    assert_eq!(reasons(&run(&mut tx, "customer", half, &mapping, &[]).await.bad), [(3, "", "import-fault-cut")]);
    assert_eq!(
        reasons(&run(&mut tx, "customer", b"code,name\n", &mapping, &[]).await.bad),
        [(1, "", "import-fault-empty")]
    );
    let picture = b"\x89PNG\r\n\x1a\n\0\0";
    let reason = reasons(&run(&mut tx, "customer", picture, &mapping, &[]).await.bad)[0].2.to_owned();
    assert_eq!(reason, "import-fault-not-a-spreadsheet");
}

#[tokio::test]
async fn columns_are_known_by_their_labels_in_both_languages() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let i18n = crate::i18n::I18n::new(crate::i18n::Locale::Ar, crate::i18n::Digits::Western);
    let customer = record("customer");
    let header = ["code", "name", "language"].map(|f| i18n.field(customer, f)).join(",");
    let text = format!("{header}\nC5,شركة الأفق,ar\n");
    let report = run(&mut tx, "customer", text.as_bytes(), &[], &[]).await;
    assert_eq!(report.bad, []);
    assert_eq!(report.documents.len(), 1);
}

fn good(report: Report, documents: usize) {
    assert_eq!(report.bad, []);
    assert_eq!(report.documents.len(), documents);
}

/// A file of CSV as a workbook: figures as figures, dates as dates, texts as texts.
fn as_workbook(bytes: Vec<u8>) -> Vec<u8> {
    let mut csv = csv::Reader::from_reader(&bytes[..]);
    let headings: Vec<Heading> = csv
        .headers()
        .expect("a header")
        .iter()
        .map(|text| Heading { text: text.trim_start_matches('\u{FEFF}').to_owned(), width_hint: None })
        .collect();
    let out = std::io::Cursor::new(Vec::new());
    let mut writer = Writer::new(out, Format::Xlsx, &headings, "Rows", false).expect("a workbook");
    for row in csv.records() {
        let cell = |text: &str| match (text.parse::<Decimal>(), text.parse::<jiff::civil::Date>()) {
            (Ok(value), _) if value.to_string() == text => Cell::Number { value, decimals: value.scale() },
            (_, Ok(date)) => Cell::Date(date),
            _ => Cell::Text(text.to_owned()),
        };
        let cells: Vec<Cell> = row.expect("a row").iter().map(cell).collect();
        writer.row(&cells).expect("a row is written");
    }
    writer.finish().expect("a workbook").into_inner()
}

/// The form that files come in.
fn file_form(page: &str) -> axum::http::request::Builder {
    Request::post(page)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin")
}

/// Gives a file to a page of imports. Answers with the address of its own page.
async fn upload(browser: &mut Browser, page: &str, name: &str, bytes: &[u8]) -> String {
    let head =
        format!("--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    let body = [head.as_slice(), bytes, b"\r\n--edge--\r\n".as_slice()].concat();
    let answer = browser.send(file_form(page), Body::from(body)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.location.expect("its page")
}

/// The batch whose page is at an address.
fn batch_at(path: &str) -> Uuid {
    path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("the id of a batch")
}

/// What is no factor multiplies nothing, rather than something else.
#[test]
fn a_column_is_multiplied_by_a_number_other_than_zero() {
    let factor = |text: &str| Mapping::parse(text).map(|mapping| mapping.factor);
    assert_eq!(factor("Off=discount").expect("a mapping"), None);
    assert_eq!(factor("Off*100=discount").expect("a mapping"), Some(dec("100")));
    assert_eq!(factor("Sum*-0.001=total").expect("a mapping"), Some(dec("-0.001")));
    for text in ["Off", "Off*=discount", "Off*x=discount", "Off*0=discount", "Off*0.0000001=discount"] {
        assert!(factor(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn lines_join_records_without_states_by_their_code() {
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let mut tx = firm.tx().await;
    good(run(&mut tx, "price_list", b"code,name,currency\nRETAIL,Retail,SAR\nTRADE,Trade,SAR\n", &[], &[]).await, 2);
    let mapping = ["list=parent", "item=line.item", "price=line.price"];
    let lines = b"list,item,price\nRETAIL,A,9\nTRADE,A,7\n";
    let report = run(&mut tx, "price_list", lines, &mapping, &[]).await;
    let first = report.documents.first().copied();
    good(report, 2);
    let list = door::load(&mut tx, record("price_list"), first.expect("a list"), door::Lock::No).await.expect("a list");
    assert_eq!((list.version, list.lines[0].decimal("price")), (2, dec("9")));
    let unknown = run(&mut tx, "price_list", b"list,item,price\nNONE,A,9\n", &mapping, &[]).await;
    assert_eq!(reasons(&unknown.bad), [(2, "list", "import-fault-parent")]);
}

#[tokio::test]
async fn what_only_the_database_knows_is_named_by_its_row() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let text = b"currency,date,rate\nUSD,2026-01-01,3.75\nEUR,2026-01-01,4\nUSD,2026-01-01,3.76\n";
    let report = run(&mut tx, "exchange_rate", text, &[], &[]).await;
    assert_eq!(reasons(&report.bad), [(4, "date", "refuse-rate-twice")]);
    let text = b"currency,date,rate\nUSD,2026-01-01,3.75\nEUR,2026-01-01,4\n";
    good(run(&mut tx, "exchange_rate", text, &[], &[]).await, 2);
}

#[tokio::test]
async fn a_name_that_two_drafts_have_is_nobodys() {
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let mut tx = firm.tx().await;
    // Rows of one header are one document: the dates tell these apart.
    let orders = b"reference,customer,date\nR1,C1,2026-01-01\nR1,C1,2026-01-02\n";
    good(run(&mut tx, "sales_order", orders, &[], &[]).await, 2);
    let mapping = ["order=parent", "item=line.item"];
    let report = run(&mut tx, "sales_order", b"order,item\nR1,A\n", &mapping, &[]).await;
    assert_eq!(reasons(&report.bad), [(2, "order", "import-fault-parents")]);
}
