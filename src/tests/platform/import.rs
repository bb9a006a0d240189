//! Import: bad rows are named before anything is written; a real company comes in whole.

mod batch;
mod changes;
mod command;
mod spool;

use crate::i18n::{Digits, I18n, Locale};
use crate::platform::document::Document;
use crate::platform::door;
use crate::platform::import::{self, Bad, Mapping, Plan, Report};
use crate::platform::sheet::{Cell, Format, Heading, Writer};
use crate::platform::tenancy::TenantTx;
use crate::record::Value;
use crate::record::page::Message;
use crate::tests::support::{Firm, dec, file, record, shared};
use rust_decimal::Decimal;
use std::collections::HashMap;
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

fn read(path: &str) -> Vec<u8> {
    std::fs::read(shared(&format!("data/adventureworks/{path}"))).expect("a file")
}

fn good(report: Report, documents: usize) {
    assert_eq!(report.bad, []);
    assert_eq!(report.documents.len(), documents);
}

/// A real sample company: customers, items, opening stock and orders come in through the import; what is on hand is
/// delivered, what is delivered is invoiced, what is invoiced is paid, and the books are healthy.
#[tokio::test]
async fn adventureworks_from_files_to_paid_invoices() {
    adventureworks(|bytes| bytes).await;
}

/// The same company from workbooks.
#[tokio::test]
async fn adventureworks_from_workbooks_to_paid_invoices() {
    adventureworks(as_workbook).await;
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

async fn adventureworks(read_as: fn(Vec<u8>) -> Vec<u8>) {
    let read = |path: &str| read_as(read(path));
    let firm = Firm::in_country("XX").await;
    let mut tx = firm.tx().await;
    good(
        run(
            &mut tx,
            "customer",
            &read("sales_customers.csv"),
            &["CustomerID=code", "CompanyName=name", "EmailAddress=email", "Phone=phone", "SalesPerson=contact"],
            &[("language", "en")],
        )
        .await,
        847,
    );
    let item = [
        "productid=code",
        "name=name",
        "productnumber=barcode",
        "category=category",
        "listprice=price",
        "standardcost=cost",
        "description_en=description_en",
        "description_ar=description_ar",
        "description_he=description_he",
        "description_fr=description_fr",
    ];
    good(
        run(&mut tx, "item", &read("products.csv"), &item, &[("kind", "stock"), ("unit", "PCS"), ("tax_code", "OUT")])
            .await,
        504,
    );
    good(run(&mut tx, "warehouse", &read("work_centers.csv"), &["locationid=code", "name=name"], &[]).await, 14);
    let stock = ["productid=line.item", "location=line.warehouse", "shelf=line.place", "quantity=line.quantity"];
    let counted = self::read("inventory.csv").split(|b| *b == b'\n').filter(|l| !l.is_empty()).count() - 1;
    assert_eq!(counted, 1069);
    // A count of nothing is no stock; the import says so for each such row, and a person leaves those rows out.
    let all = run(&mut tx, "stock_adjustment", &read("inventory.csv"), &stock, &[("reason", "opening")]).await;
    assert_eq!(reasons(&all.bad), [827, 833, 850, 856].map(|line| (line, "quantity", "refuse-zero-quantity")));
    let zero: std::collections::HashSet<u64> = all.bad.iter().map(|bad| bad.line).collect();
    let text = String::from_utf8(self::read("inventory.csv")).expect("UTF-8");
    let kept: String = text
        .lines()
        .enumerate()
        .filter(|(i, _)| !zero.contains(&(*i as u64 + 1)))
        .map(|(_, l)| format!("{l}\n"))
        .collect();
    let report = run(&mut tx, "stock_adjustment", &read_as(kept.into_bytes()), &stock, &[("reason", "opening")]).await;
    let opening = report.documents.first().copied();
    good(report, 1);
    let opening = opening.expect("one document");
    door::act(&mut tx, record("stock_adjustment"), opening, 1, "post").await.expect("opening stock is posted");

    let orders = ["SalesOrderID=reference", "OrderDate=date", "DueDate=delivery_date", "CustomerID=customer"];
    let report =
        run(&mut tx, "sales_order", &read("sales_orders.csv"), &orders, &[("warehouse", "Finished Goods Storage")])
            .await;
    let ids = report.documents.clone();
    good(report, 32);
    let lines = [
        "SalesOrderID=parent",
        "OrderQty=line.quantity",
        "ProductID=line.item",
        "UnitPrice=line.price",
        "UnitPriceDiscount*100=line.discount",
    ];
    good(run(&mut tx, "sales_order", &read("sales_order_lines.csv"), &lines, &[]).await, 32);
    tx.commit().await.expect("commit");

    compare_line_totals(&firm, &ids).await;
    for id in ids {
        sell(&firm, id).await;
    }
    firm.assert_healthy().await;
}

/// Quantity × price × (1 − discount) equals the source's LineTotal in all 542 lines.
async fn compare_line_totals(firm: &Firm, orders: &[Uuid]) {
    let mut tx = firm.tx().await;
    let mut ours: HashMap<String, Vec<Decimal>> = HashMap::new();
    for id in orders {
        let order = door::load(&mut tx, record("sales_order"), *id, door::Lock::No).await.expect("an order");
        let amounts = order.lines.iter().map(|l| l.decimal("amount")).collect();
        ours.insert(order.text("reference").expect("its number").to_owned(), amounts);
    }
    let mut compared = 0;
    let mut taken: HashMap<String, usize> = HashMap::new();
    let lines = read("sales_order_lines.csv");
    for row in csv::Reader::from_reader(&lines[..]).records() {
        let row = row.expect("a row");
        let order = row[0].to_owned();
        let at = taken.entry(order.clone()).or_default();
        let total = dec(&row[6]);
        assert_eq!(ours[&order][*at].normalize(), total.normalize(), "line {at} of {order}");
        *at += 1;
        compared += 1;
    }
    assert_eq!(compared, 542);
}

/// Confirms an order, delivers what is on hand, invoices what is delivered, and pays.
async fn sell(firm: &Firm, id: Uuid) {
    let mut tx = firm.tx().await;
    let order = door::load(&mut tx, record("sales_order"), id, door::Lock::No).await.expect("an order");
    drop(tx);
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    let delivery = match firm.act(&order, "deliver").await {
        Ok((_, delivery)) => delivery.expect("a draft"),
        Err(door::Error::Refused(refusals)) => {
            assert_eq!(refusals[0].message.id, "refuse-nothing-on-hand");
            return;
        }
        Err(other) => panic!("{other:?}"),
    };
    firm.act(&delivery, "post").await.expect("delivered");
    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _): (Document, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("invoiced");
    let (_, payment) = firm.act(&invoice, "pay").await.expect("a payment");
    firm.act(&payment.expect("a draft"), "post").await.expect("paid");
    assert_eq!(firm.load(&invoice).await.get("state"), &Value::from("paid"));
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
