//! A real sample company comes in as its people would bring it, with `diwan import` and on the pages, and does its business:
//! what is on hand is delivered, what is delivered is invoiced, what is invoiced is paid. What must come of it is read from its
//! files.

use super::{as_workbook, batch_at, good, upload};
use crate::i18n;
use crate::platform::audit;
use crate::platform::document::Document;
use crate::platform::door;
use crate::platform::import::command::{self, Order};
use crate::platform::import::{self, Mapping, batch};
use crate::record::page::Message;
use crate::tests::platform::jobs::{alone, work};
use crate::tests::support::{Answer, Browser, Firm, dec, file, record, shared};
use axum::http::StatusCode;
use csv::StringRecord;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Where the orders are delivered from.
const STORE: &str = "Finished Goods Storage";

#[tokio::test]
async fn adventureworks_from_files_to_paid_invoices() {
    comes_in_and_sells(|bytes| bytes, "csv").await;
}

/// The same company from workbooks.
#[tokio::test]
async fn adventureworks_from_workbooks_to_paid_invoices() {
    comes_in_and_sells(as_workbook, "xlsx").await;
}

async fn comes_in_and_sells(read_as: fn(Vec<u8>) -> Vec<u8>, ending: &str) {
    let _turn = alone().await;
    let firm = Firm::in_country("XX").await;
    let mut browser = Browser::of(&firm).await;
    let sample = |page: &'static str, name: &str, columns: &'static [&'static str], fixed: &'static [Pair]| Sample {
        page,
        name: format!("{name}.{ending}"),
        bytes: read_as(read(&format!("{name}.csv"))),
        columns,
        fixed,
    };
    take_in_master_data(&firm, read_as).await;
    let places = sample("/warehouses/import", "work_centers", &["locationid=code", "name=name"], &[]);
    take_in(&firm, &mut browser, places, [14, 14, 0]).await;
    let stock = sample("/stock-adjustments/import", "inventory", &STOCK, &[("reason", "opening")]);
    take_in_stock(&firm, &mut browser, stock).await;
    let orders = sample("/sales-orders/import", "sales_orders", &ORDERS, &[("warehouse", STORE)]);
    take_in(&firm, &mut browser, orders, [32, 32, 0]).await;
    let lines = sample("/sales-orders/import", "sales_order_lines", &LINES, &[]);
    take_in(&firm, &mut browser, lines, [542, 0, 32]).await;
    for (sql, expected) in [
        ("select count(*) from customer where tenant_id = $1", 847 + 1),
        ("select count(*) from item where tenant_id = $1", 504),
        ("select count(*) from warehouse where tenant_id = $1", 14 + 1),
        ("select count(*) from stock_adjustment_line where tenant_id = $1", 1_065),
        ("select count(*) from sales_order where tenant_id = $1 and date = '2008-06-01'", 32),
        ("select count(*) from sales_order_line where tenant_id = $1", 542),
        ("select count(*) from sales_order_line where tenant_id = $1 and discount > 0", 43),
    ] {
        assert_eq!(count(&firm, sql).await, expected, "{sql}");
    }
    let opening = ids(&firm, "select id from stock_adjustment where tenant_id = $1").await;
    assert_eq!(opening.len(), 1, "one document");
    firm.post(&firm.document("stock_adjustment", opening[0]).await).await;
    let orders = ids(&firm, "select id from sales_order where tenant_id = $1 order by reference").await;
    compare_line_totals(&firm, &orders).await;
    for order in &orders {
        sell(&firm, *order).await;
    }
    compare_deliveries(&firm, &orders).await;
    for (sql, expected) in [
        ("select count(*) from sales_order where tenant_id = $1 and number is not null", 32),
        ("select count(*) from sales_order where tenant_id = $1 and state = 'closed'", 3),
        ("select count(*) from sales_order where tenant_id = $1 and state = 'partly_delivered'", 24),
        ("select count(*) from sales_order where tenant_id = $1 and state = 'confirmed'", 5),
        ("select count(*) from delivery where tenant_id = $1 and state = 'posted'", 27),
        ("select count(*) from sales_invoice where tenant_id = $1", 27),
        ("select count(*) from sales_invoice where tenant_id = $1 and state = 'paid'", 27),
        ("select count(*) from customer_payment where tenant_id = $1 and state = 'posted'", 27),
    ] {
        assert_eq!(count(&firm, sql).await, expected, "{sql}");
    }
    firm.assert_healthy().await;
    assert_eq!(audit::verify(&firm.db, &firm.cx).await.expect("the chain is read"), []);
}

// ------------------------------------------------------------------ its files

/// A target and the text that every row has for it.
type Pair = (&'static str, &'static str);

/// A file that is brought to a page, with what its columns become.
struct Sample {
    page: &'static str,
    name: String,
    bytes: Vec<u8>,
    /// As the command has them; `COLUMN*FACTOR=FIELD` fills the box for the factor.
    columns: &'static [&'static str],
    fixed: &'static [Pair],
}

const STOCK: [&str; 4] =
    ["productid=line.item", "location=line.warehouse", "shelf=line.place", "quantity=line.quantity"];

const ORDERS: [&str; 4] = ["SalesOrderID=reference", "OrderDate=date", "DueDate=delivery_date", "CustomerID=customer"];

const LINES: [&str; 5] = [
    "SalesOrderID=parent",
    "OrderQty=line.quantity",
    "ProductID=line.item",
    "UnitPrice=line.price",
    "UnitPriceDiscount*100=line.discount",
];

fn read(path: &str) -> Vec<u8> {
    std::fs::read(shared(&format!("data/adventureworks/{path}"))).expect("a file")
}

fn rows(path: &str) -> Vec<StringRecord> {
    csv::Reader::from_reader(&read(path)[..]).records().map(|row| row.expect("a row")).collect()
}

async fn count(firm: &Firm, sql: &'static str) -> i64 {
    let mut tx = firm.tx().await;
    sqlx::query_scalar(sql).bind(firm.cx.tenant).fetch_one(tx.conn()).await.expect("a count")
}

async fn ids(firm: &Firm, sql: &'static str) -> Vec<Uuid> {
    let mut tx = firm.tx().await;
    sqlx::query_scalar(sql).bind(firm.cx.tenant).fetch_all(tx.conn()).await.expect("ids")
}

// ------------------------------------------------------------------ coming in

/// Customers and items come in as whoever keeps the server has them imported.
async fn take_in_master_data(firm: &Firm, read_as: fn(Vec<u8>) -> Vec<u8>) {
    let order = |name: &str, path: &str, bytes: Vec<u8>, mapping: &[&str], fixed: &[&str]| Order {
        record: record(name),
        name: path.to_owned(),
        file: file(&read_as(bytes)),
        mapping: mapping.iter().map(|text| (*text).to_owned()).collect(),
        fixed: fixed.iter().map(|text| (*text).to_owned()).collect(),
        changes: false,
        rehearse: false,
    };
    let customers = ["CustomerID=code", "CompanyName=name", "EmailAddress=email", "Phone=phone", "SalesPerson=contact"];
    let customers = order("customer", "sales_customers.csv", read("sales_customers.csv"), &customers, &["language=en"]);
    good(command::run(&firm.db, &firm.cx, customers).await.expect("a report"), 847);
    // The files name categories without a list of them.
    let products = read("products.csv");
    let mut products = csv::Reader::from_reader(&products[..]);
    let at = products.headers().expect("a header").iter().position(|name| name == "category").expect("categories");
    let named: BTreeSet<String> = products.records().map(|row| row.expect("a row")[at].to_owned()).collect();
    let rows: Vec<String> =
        named.iter().filter(|name| !name.is_empty()).map(|name| format!("{name},{name}\n")).collect();
    let list = format!("code,name\n{}", rows.concat());
    let categories = order("item_category", "categories.csv", list.into_bytes(), &[], &[]);
    good(command::run(&firm.db, &firm.cx, categories).await.expect("a report"), rows.len());
    // Columns called like a field, such as the descriptions, need not be named.
    let items = ["productid=code", "productnumber=barcode", "listprice=price", "standardcost=cost"];
    let items =
        order("item", "products.csv", read("products.csv"), &items, &["kind=stock", "unit=PCS", "tax_code=OUT"]);
    good(command::run(&firm.db, &firm.cx, items).await.expect("a report"), 504);
}

/// Gives a file to its page and says there where the columns go. Answers with the address of its own page, and with the form
/// that has said so.
async fn bring(firm: &Firm, browser: &mut Browser, sample: &Sample) -> (String, Vec<(String, String)>) {
    let header = import::header(file(&sample.bytes)).await.expect("the file is read").expect("a header");
    let mapping: Vec<Mapping> = sample.columns.iter().map(|text| Mapping::parse(text).expect("a mapping")).collect();
    let mut form = Vec::new();
    for (at, column) in header.iter().enumerate() {
        let found = mapping.iter().find(|mapping| mapping.column == *column);
        let factor = found.and_then(|mapping| mapping.factor).map(|factor| factor.to_string());
        form.push((format!("map.{at}"), found.map(|mapping| mapping.target.clone()).unwrap_or_default()));
        form.push((format!("by.{at}"), factor.unwrap_or_default()));
    }
    for (target, text) in sample.fixed {
        form.push(("fix".to_owned(), (*target).to_owned()));
        form.push(("fix.text".to_owned(), (*text).to_owned()));
    }
    let path = upload(browser, sample.page, &sample.name, &sample.bytes).await;
    work(firm).await;
    press(firm, browser, &path, &form, "check").await;
    (path, form)
}

/// Presses a button of an import's page and waits until it is done. Answers with the page.
async fn press(firm: &Firm, browser: &mut Browser, path: &str, form: &[(String, String)], verb: &str) -> Answer {
    let typed = form.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let pairs: Vec<(&str, &str)> = typed.chain([("_do", verb)]).collect();
    let answer = browser.post(path, &pairs).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    work(firm).await;
    browser.get(path).await
}

/// Brings a file of which everything is good, and has it imported: so many rows, records made and records changed.
async fn take_in(firm: &Firm, browser: &mut Browser, sample: Sample, [rows, created, changed]: [i64; 3]) {
    let said = |id: &str| {
        let message = Message::new(id).with("created", Decimal::from(created)).with("changed", Decimal::from(changed));
        i18n::plain(&firm.cx.i18n.message(&message.with("rows", Decimal::from(rows))))
    };
    let (path, form) = bring(firm, browser, &sample).await;
    let rehearsed = browser.get(&path).await;
    assert!(rehearsed.text().contains(&said("import-good")), "{}: {}", sample.name, rehearsed.text());
    let done = press(firm, browser, &path, &form, "import").await;
    assert!(done.text().contains(&said("import-done")), "{}: {}", sample.name, done.text());
}

/// The opening stock counts nothing of four items in a place. It is one document, which has all of its lines or is none, so
/// that the page names the four rows and offers no way around them; they are taken out of the file that comes back.
async fn take_in_stock(firm: &Firm, browser: &mut Browser, sample: Sample) {
    let counted = rows("inventory.csv");
    let empty: Vec<i64> = (2..).zip(&counted).filter(|(_, row)| &row[4] == "0").map(|(line, _)| line).collect();
    assert_eq!((counted.len(), &empty[..]), (1_069, &[827, 833, 850, 856][..]));
    let (path, _) = bring(firm, browser, &sample).await;
    let adjustment = record("stock_adjustment");
    let told = batch::page(&mut firm.tx().await, adjustment, batch_at(&path)).await.expect("its page");
    let bad: Vec<_> =
        told.bad.iter().map(|b| (b.line, b.column.as_str(), b.text.as_str(), b.reason.id.as_str())).collect();
    assert_eq!(bad, [827, 833, 850, 856].map(|line| (line, "quantity", "0", "refuse-zero-quantity")));
    assert_eq!(told.verbs, ["check"]);
    let shown = browser.get(&path).await;
    let reason = firm.cx.i18n.message(&Message::new("refuse-zero-quantity"));
    assert_eq!(shown.text().matches(&reason).count(), 4, "{}", shown.text());
    let left = browser.get(&format!("{path}/rest")).await.rows();
    assert_eq!(left.len(), 1_069);
    let kept: Vec<&Vec<String>> = left.iter().filter(|row| row[5].is_empty()).collect();
    assert_eq!(kept.len(), 1_065);
    let mut mended = csv::Writer::from_writer(Vec::new());
    mended.write_record(["productid", "location", "shelf", "bin", "quantity", "What is wrong"]).expect("written");
    kept.into_iter().for_each(|row| mended.write_record(row).expect("written"));
    let bytes = mended.into_inner().expect("bytes");
    take_in(firm, browser, Sample { name: "mended.csv".to_owned(), bytes, ..sample }, [1_065, 1, 0]).await;
}

// ------------------------------------------------------------------ its business

/// Quantity × price × (1 − discount) equals the source's LineTotal in all 542 lines.
async fn compare_line_totals(firm: &Firm, orders: &[Uuid]) {
    let mut ours: HashMap<String, Vec<Decimal>> = HashMap::new();
    for id in orders {
        let order = firm.document("sales_order", *id).await;
        let amounts = order.lines.iter().map(|line| line.decimal("amount")).collect();
        ours.insert(reference(&order), amounts);
    }
    let mut compared = 0;
    let mut taken: HashMap<String, usize> = HashMap::new();
    for row in rows("sales_order_lines.csv") {
        let at = taken.entry(row[0].to_owned()).or_default();
        assert_eq!(ours[&row[0]][*at].normalize(), dec(&row[6]).normalize(), "line {at} of {}", &row[0]);
        *at += 1;
        compared += 1;
    }
    assert_eq!(compared, 542);
}

fn reference(order: &Document) -> String {
    order.text("reference").expect("its number").to_owned()
}

/// Confirms an order, delivers what is on hand, invoices what is delivered, and pays.
async fn sell(firm: &Firm, id: Uuid) {
    let order = firm.document("sales_order", id).await;
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    let delivery = match firm.act(&order, "deliver").await {
        Ok((_, delivery)) => delivery.expect("a draft"),
        Err(door::Error::Refused(refusals)) => {
            assert_eq!(refusals[0].message.id, "refuse-nothing-on-hand");
            return;
        }
        Err(other) => panic!("{other:?}"),
    };
    firm.post(&delivery).await;
    let invoice = firm.post(&firm.made(&order, "invoice").await).await;
    firm.post(&firm.made(&invoice, "pay").await).await;
    assert_eq!(firm.load(&invoice).await.state(), Some("paid"));
}

/// What is ordered and what can be delivered of it, by order: the stock of the files goes to the lowest order first.
fn deliverable() -> BTreeMap<String, (Decimal, Decimal)> {
    let mut on_hand: HashMap<String, Decimal> = HashMap::new();
    for row in rows("inventory.csv").iter().filter(|row| &row[1] == STORE) {
        *on_hand.entry(row[0].to_owned()).or_default() += dec(&row[4]);
    }
    let mut lines = rows("sales_order_lines.csv");
    lines.sort_by(|one, other| one[0].cmp(&other[0]));
    let mut orders: BTreeMap<String, (Decimal, Decimal)> = BTreeMap::new();
    for row in &lines {
        let (quantity, left) = (dec(&row[2]), on_hand.entry(row[3].to_owned()).or_default());
        let taken = quantity.min(*left);
        *left -= taken;
        let (ordered, delivered) = orders.entry(row[0].to_owned()).or_default();
        *ordered += quantity;
        *delivered += taken;
    }
    orders
}

/// Each order is delivered in full, in part or not at all, as the stock of the files allows.
async fn compare_deliveries(firm: &Firm, orders: &[Uuid]) {
    let expected = deliverable();
    let (mut full, mut part, mut none) = (0, 0, 0);
    for id in orders {
        let order = firm.document("sales_order", *id).await;
        let (ordered, possible) = expected[&reference(&order)];
        let delivered: Decimal = order.lines.iter().map(|line| line.decimal("delivered")).sum();
        assert_eq!(delivered, possible, "{}", reference(&order));
        let state = match delivered {
            // What is delivered in full has been invoiced, too.
            all if all == ordered => (&mut full, "closed"),
            nothing if nothing.is_zero() => (&mut none, "confirmed"),
            _ => (&mut part, "partly_delivered"),
        };
        *state.0 += 1;
        assert_eq!(order.state(), Some(state.1), "{}", reference(&order));
    }
    assert_eq!((orders.len(), full, part, none), (32, 3, 24, 5));
}
