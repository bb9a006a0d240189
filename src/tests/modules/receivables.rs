//! What customers owe, on any day, agrees with the books; statements agree with what is open.

use crate::modules::finance::report as books;
use crate::modules::sales::report::{AGES, OVERDUE, Statement, StatementPart};
use crate::modules::{home, sales::report};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error};
use crate::platform::tenancy::TenantTx;
use crate::record::Names;
use crate::tests::support::{Browser, Firm, code, dec, record};
use axum::http::StatusCode;
use jiff::{ToSpan as _, civil::Date};
use rust_decimal::Decimal;
use uuid::Uuid;

// ------------------------------------------------------------------ builders

/// A day so long ago.
pub fn ago(today: Date, days: i32) -> Date {
    today.checked_sub(days.days()).expect("a day")
}

pub async fn today(firm: &Firm) -> Date {
    firm.tx().await.company.today
}

/// A posted invoice of one piece; 15 % of VAT come on top.
pub async fn invoice(firm: &Firm, customer: Uuid, date: Date, price: &str, more: &[(&'static str, &str)]) -> Document {
    let items = door::codes(&mut firm.tx().await, record("item")).await.expect("items");
    let item = match items.first() {
        Some((id, _)) => *id,
        None => firm.item("A", "100", 0, "0").await,
    };
    let mut tx = firm.tx().await;
    let mut invoice =
        Document::new(record("sales_invoice")).with("customer", customer).with("date", date).with("total", 0);
    for (field, text) in more {
        match *field {
            "payment_term" => invoice.set("payment_term", code(&mut tx, "payment_term", text).await),
            field => invoice.set(field, *text),
        }
    }
    invoice.lines.push(Line::new().with("item", item).with("quantity", Decimal::ONE).with("price", dec(price)));
    door::insert(&mut tx, &mut invoice).await.expect("an invoice");
    tx.commit().await.expect("commit");
    firm.act(&invoice, "post").await.expect("posted").0
}

/// A posted payment of part of an invoice.
pub async fn pay(firm: &Firm, invoice: &Document, date: Date, amount: &str) -> Document {
    let (_, payment) = firm.act(invoice, "pay").await.expect("a payment");
    let payment = payment.expect("a draft");
    let mut tx = firm.tx().await;
    let row = [("id", payment.lines[0].id.to_string()), ("amount", amount.to_owned())];
    let typed = door::Typed {
        fields: [("amount".to_owned(), amount.to_owned()), ("date".to_owned(), date.to_string())].into(),
        lines: Some(vec![row.into_iter().map(|(n, t)| (n.to_owned(), t)).collect()]),
    };
    let payment = door::save(&mut tx, payment.record, payment.id, payment.version, &typed).await.expect("saved");
    tx.commit().await.expect("commit");
    firm.act(&payment, "post").await.expect("posted").0
}

/// Money that a customer paid for nothing yet.
pub async fn pay_ahead(firm: &Firm, customer: Uuid, date: Date, amount: i64) -> Document {
    let mut tx = firm.tx().await;
    let mut payment =
        Document::new(record("customer_payment")).with("customer", customer).with("date", date).with("amount", amount);
    door::insert(&mut tx, &mut payment).await.expect("a payment");
    tx.commit().await.expect("commit");
    firm.act(&payment, "post").await.expect("posted").0
}

/// A firm with two customers and debts of every age, in two currencies, by instalments, in part paid, and paid ahead.
/// With the other customer and a payment of 500.00 that came twenty days ago.
pub async fn lender() -> (Firm, Uuid, Document) {
    let firm = Firm::new().await;
    let today = today(&firm).await;
    let mut tx = firm.tx().await;
    let mut other = Document::new(record("customer"))
        .with("code", "C2")
        .with("name", Names::new("Red Sea Hotels", "فنادق البحر الأحمر"))
        .with("language", "en");
    door::insert(&mut tx, &mut other).await.expect("another customer");
    for (days, rate) in [(130, "12.2"), (15, "12")] {
        let mut row = Document::new(record("exchange_rate"))
            .with("currency", "KWD")
            .with("date", ago(today, days))
            .with("rate", dec(rate));
        door::insert(&mut tx, &mut row).await.expect("a rate");
    }
    tx.commit().await.expect("commit");
    let old = invoice(&firm, firm.customer, ago(today, 120), "1000", &[]).await;
    invoice(&firm, firm.customer, ago(today, 45), "200", &[]).await;
    invoice(&firm, firm.customer, today, "300", &[]).await;
    invoice(&firm, firm.customer, ago(today, 20), "100", &[("payment_term", "50-50")]).await;
    invoice(&firm, other.id, ago(today, 75), "400", &[]).await;
    // 11.644 at 12.2 are 142.06; 5.000 of it are settled, booked at 61.00 and worth 60.00.
    let foreign = invoice(&firm, firm.customer, ago(today, 30), "10.125", &[("currency", "KWD")]).await;
    pay(&firm, &foreign, ago(today, 10), "5.000").await;
    let payment = pay(&firm, &old, ago(today, 20), "500").await;
    pay_ahead(&firm, other.id, ago(today, 5), 10_000).await;
    (firm, other.id, payment)
}

/// Not due, up to 30, 60, 90 days late, later, to their credit.
const OWED: report::Aged = [34_500 + 5_750, 5_750 + 8_106, 23_000, 46_000, 65_000, -10_000];

/// What the receivable account holds at the end of a day.
async fn control(tx: &mut TenantTx, at: Date) -> i64 {
    books::general_ledger(tx, "receivable", at, at, None, "").await.expect("the account").closing
}

async fn assert_agrees(firm: &Firm) {
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    for days in [121, 120, 75, 46, 45, 30, 21, 20, 19, 11, 10, 9, 5, 1, 0] {
        let at = ago(today, days);
        let owed = report::receivables(&mut tx, at, None, "", None).await.expect("receivables");
        assert_eq!(owed.total(), control(&mut tx, at).await, "{days} days ago");
        for (i, total) in owed.ages.iter().enumerate() {
            let sum: i64 = owed.customers.iter().map(|row| row.ages[i]).sum();
            assert_eq!(sum, *total, "{} of {days} days ago", AGES[i]);
        }
    }
}

fn part<'s>(statement: &'s Statement, currency: &str) -> &'s StatementPart {
    statement.parts.iter().find(|part| part.currency == currency).expect("the currency")
}

// ------------------------------------------------------------------ receivables

#[tokio::test]
async fn debts_by_age_are_the_receivable_account_of_any_day_and_the_tiles_of_today() {
    let (firm, other, payment) = lender().await;
    firm.assert_healthy().await;
    assert_agrees(&firm).await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let owed = report::receivables(&mut tx, today, None, "", None).await.expect("receivables");
    assert_eq!(owed.ages, OWED);
    let theirs = owed.customers.iter().find(|row| row.customer == other).map(|row| row.ages);
    assert_eq!(theirs, Some([0, 0, 0, 46_000, 0, -10_000]));
    let tiles = home::home(&mut tx, "Owner").await.expect("home").books.and_then(|books| books.owed).expect("tiles");
    assert_eq!((tiles.ages, tiles.overdue, tiles.overdue_customers), (OWED, 13_856 + 23_000 + 46_000 + 65_000, 2));
    // The page behind each figure shows exactly what it sums.
    for (i, age) in AGES.into_iter().enumerate() {
        let page = report::receivables(&mut tx, today, None, age, None).await.expect(age);
        let sum: i64 = page.parts.iter().map(|part| part.base_open).sum();
        assert_eq!((page.total(), sum), (OWED[i], OWED[i]), "{age}");
        let mine = report::receivables(&mut tx, today, Some(other), age, None).await.expect(age);
        assert!(mine.parts.iter().all(|part| part.customer == other), "{age}");
    }
    let late = report::receivables(&mut tx, today, None, OVERDUE, None).await.expect("what is late");
    assert_eq!((late.parts.len(), late.total()), (5, tiles.overdue));
    assert!(late.parts.iter().all(|part| part.late > 0) && late.parts.is_sorted_by_key(|part| part.due_date.clone()));
    drop(tx);

    // What a payment settled is open again from its reversal on, and not before.
    firm.act(&payment, "reverse").await.expect("reversed");
    firm.assert_healthy().await;
    assert_agrees(&firm).await;
    let mut tx = firm.tx().await;
    let more = report::receivables(&mut tx, today, None, "more", None).await.expect("the oldest");
    assert_eq!(more.total(), 115_000);
    let yesterday = report::receivables(&mut tx, ago(today, 1), None, "more", None).await.expect("the oldest");
    assert_eq!(yesterday.total(), 65_000);
}

#[tokio::test]
async fn a_payment_older_than_its_invoice_settles_it_from_the_day_of_the_invoice_on() {
    let firm = Firm::new().await;
    let today = today(&firm).await;
    let late = invoice(&firm, firm.customer, ago(today, 10), "100", &[]).await;
    pay(&firm, &late, ago(today, 20), "115").await;
    let mut tx = firm.tx().await;
    for (days, ages) in [(21, [0; 6]), (20, [0, 0, 0, 0, 0, -11_500]), (11, [0, 0, 0, 0, 0, -11_500]), (10, [0; 6])] {
        let at = ago(today, days);
        assert_eq!(report::ages(&mut tx, at, None).await.expect("ages").0, ages, "{days} days ago");
        assert_eq!(control(&mut tx, at).await, ages.iter().sum::<i64>(), "{days} days ago");
    }
}

/// What was paid ahead went back, and the refund was taken back: each from its day on.
#[tokio::test]
async fn a_refund_counts_from_its_day_to_that_of_its_reversal() {
    let firm = Firm::new().await;
    let today = today(&firm).await;
    let deposit = pay_ahead(&firm, firm.customer, ago(today, 20), 10_000).await;
    let refund = firm.made(&deposit, "refund").await;
    let dated = ago(today, 10).to_string();
    let refund = firm.post(&firm.change(&refund, &[("date", &dated)]).await.expect("another day")).await;
    let owes = async |days: i32, owed: i64| {
        let mut tx = firm.tx().await;
        let at = ago(today, days);
        let ages = report::ages(&mut tx, at, None).await.expect("ages").0;
        assert_eq!((ages, control(&mut tx, at).await), ([0, 0, 0, 0, 0, owed], owed), "{days} days ago");
    };
    let before = [(21, 0), (20, -10_000), (11, -10_000), (10, 0), (1, 0)];
    for (days, owed) in before.into_iter().chain([(0, 0)]) {
        owes(days, owed).await;
    }
    firm.act(&refund, "reverse").await.expect("reversed");
    for (days, owed) in before.into_iter().chain([(0, -10_000)]) {
        owes(days, owed).await;
    }
    let mut tx = firm.tx().await;
    let told = report::statement(&mut tx, firm.customer, ago(today, 15), today, None, false).await.expect("told");
    let riyals = part(&told, "SAR");
    assert_eq!((riyals.opening, riyals.debit, riyals.credit, riyals.closing), (-10_000, 10_000, 10_000, -10_000));
    let rows: Vec<(i64, i64, bool)> = riyals.rows.iter().map(|row| (row.debit, row.credit, row.reversal)).collect();
    assert_eq!(rows, [(10_000, 0, false), (0, 10_000, true)]);
}

// ------------------------------------------------------------------ statements

#[tokio::test]
async fn a_statement_runs_from_what_was_open_to_what_is() {
    let (firm, _, payment) = lender().await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let from = ago(today, 60);
    let told = report::statement(&mut tx, firm.customer, from, today, None, false).await.expect("a statement");
    let riyals = part(&told, "SAR");
    assert_eq!((riyals.opening, riyals.debit, riyals.credit, riyals.closing), (115_000, 69_000, 50_000, 134_000));
    let records: Vec<&str> = riyals.rows.iter().map(|row| row.record.as_str()).collect();
    assert_eq!(records.iter().filter(|record| **record == "customer_payment").count(), 1);
    let mut balance = riyals.opening;
    for row in &riyals.rows {
        balance += row.debit - row.credit;
        assert_eq!(row.balance, balance, "{}", row.number);
    }
    assert_eq!(balance, riyals.closing);
    let dinars = part(&told, "KWD");
    assert_eq!((dinars.opening, dinars.debit, dinars.credit, dinars.closing), (0, 11_644, 5_000, 6_644));
    // It closes with what is open, in each currency and in the books.
    for part in &told.parts {
        let open: i64 = sqlx::query_scalar(
            "select sum(open)::bigint from open_item where tenant_id = $1 and customer = $2 and currency = $3",
        )
        .bind(tx.tenant())
        .bind(firm.customer)
        .bind(&part.currency)
        .fetch_one(tx.conn())
        .await
        .expect("open items");
        assert_eq!(part.closing, open, "{}", part.currency);
    }
    let owed = report::receivables(&mut tx, today, Some(firm.customer), "", None).await.expect("receivables");
    assert_eq!((told.balance, owed.total()), (142_106, 142_106));
    // What was before the span is another statement, which ends where this one begins.
    let before =
        report::statement(&mut tx, firm.customer, ago(today, 200), ago(today, 61), None, false).await.expect("before");
    assert_eq!(part(&before, "SAR").closing, riyals.opening);
    drop(tx);

    firm.act(&payment, "reverse").await.expect("reversed");
    let mut tx = firm.tx().await;
    let told = report::statement(&mut tx, firm.customer, from, today, None, false).await.expect("a statement");
    let last = part(&told, "SAR").rows.last().expect("rows");
    assert!(last.reversal && last.number.ends_with("-R"), "{last:?}");
    assert_eq!((last.debit, part(&told, "SAR").closing), (50_000, 184_000));
}

#[tokio::test]
async fn pages_of_debts_and_statements_join_without_gap_or_repeat() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    sqlx::query(
        "insert into open_item (id, customer, source_record, source, position, date, due_date, currency,
                                amount, base_amount, open, base_open)
         select gen_random_uuid(), $1, 'sales_invoice', gen_random_uuid(), 1, $2::date - n % 90, $2::date - n % 90,
                'SAR', n, n, n, n
           from generate_series(1, 1200) n",
    )
    .bind(firm.customer)
    .bind(today.to_string())
    .execute(tx.conn())
    .await
    .expect("open items");
    sqlx::query(
        "insert into customer (id, code, name, language)
         select gen_random_uuid(), 'N' || n, jsonb_build_object('en', 'N'), 'en' from generate_series(1, 600) n",
    )
    .execute(tx.conn())
    .await
    .expect("customers");
    sqlx::query(
        "insert into open_item (id, customer, source_record, source, position, date, due_date, currency,
                                amount, base_amount, open, base_open)
         select gen_random_uuid(), id, 'sales_invoice', gen_random_uuid(), 1, $2::date, $2::date, 'USD', 10, 37, 10, 37
           from customer where tenant_id = $1 and code like 'N%'",
    )
    .bind(tx.tenant())
    .bind(today.to_string())
    .execute(tx.conn())
    .await
    .expect("open items of theirs");
    let sum = 1200 * 1201 / 2;

    let (mut after, mut seen, mut owed) = (None, Vec::new(), 0);
    loop {
        let page = report::receivables(&mut tx, today, Some(firm.customer), "", after).await.expect("a page");
        assert_eq!(page.total(), sum);
        owed += page.parts.iter().map(|part| part.base_open).sum::<i64>();
        seen.extend(page.parts.iter().map(|part| part.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), owed), (1200, sum));

    let (mut after, mut seen, mut owed) = (None, Vec::new(), 0);
    loop {
        let page = report::receivables(&mut tx, today, None, "", after).await.expect("a page");
        assert_eq!(page.total(), sum + 600 * 37);
        owed += page.customers.iter().flat_map(|row| row.ages).sum::<i64>();
        seen.extend(page.customers.iter().map(|row| row.code.clone()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), owed), (601, sum + 600 * 37));
    assert!(seen.is_sorted());

    let from = ago(today, 80);
    let (mut after, mut rows, mut balance) = (None, 0, None);
    loop {
        let page = report::statement(&mut tx, firm.customer, from, today, after, false).await.expect("a page");
        let riyals = part(&page, "SAR");
        assert_eq!(riyals.closing, sum);
        assert_eq!(riyals.carried, balance.unwrap_or(riyals.opening));
        rows += riyals.rows.len();
        balance = riyals.rows.last().map(|row| row.balance);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(balance, Some(sum));
    let paper = report::statement(&mut tx, firm.customer, from, today, None, true).await.expect("on paper");
    assert_eq!((part(&paper, "SAR").rows.len(), paper.next), (rows, None));
    assert!(rows > books::ROWS);
}

// ------------------------------------------------------------------ doors

#[tokio::test]
async fn receivables_are_for_those_from_whom_nothing_of_them_is_kept() {
    let firm = Firm::new().await;
    let stranger = Firm::new().await;
    for (role, opens) in [("storekeeper", false), ("sales", true), ("accountant", true), ("auditor", true)] {
        let member = firm.colleague(role).await;
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        let today = tx.company.today;
        let rights = tx.rights();
        assert_eq!((crate::modules::sales::MODULE.opens)("receivables", &rights), opens, "{role}");
        let owed = report::receivables(&mut tx, today, None, "", None).await;
        let told = report::statement(&mut tx, firm.customer, today, today, None, false).await;
        if opens {
            assert_eq!(owed.expect(role).books, role != "sales", "{role}");
            assert_eq!(told.expect(role).code, "C1");
            let theirs = report::statement(&mut tx, stranger.customer, today, today, None, false).await;
            assert!(matches!(theirs, Err(Error::NotFound)), "{role}");
            let theirs = report::receivables(&mut tx, today, Some(stranger.customer), "", None).await;
            assert!(matches!(theirs, Err(Error::NotFound)), "{role}");
        } else {
            assert!(matches!(owed, Err(Error::Denied)), "{role}");
            assert!(matches!(told, Err(Error::Denied)), "{role}");
        }
    }
}

#[tokio::test]
async fn each_figure_leads_on_and_the_statement_prints_in_the_language_of_the_customer() {
    let (firm, other, _) = lender().await;
    let today = today(&firm).await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/receivables").await;
    assert_eq!(page.status, StatusCode::OK);
    let body = page.body.replace("&amp;", "&");
    for href in [
        format!("/receivables?at={today}&age=60"),
        format!("/receivables?at={today}&customer={other}&age=90"),
        format!("/statement?customer={other}&to={today}"),
        format!("/general-ledger?account=receivable&to={today}"),
    ] {
        assert!(body.contains(&format!("\"{href}\"")), "{href}");
        assert_eq!(browser.get(&href).await.status, StatusCode::OK, "{href}");
    }
    let total = firm.cx.i18n.amount(OWED.iter().sum(), "SAR");
    assert!(page.text().contains(&total));
    assert!(browser.get(&format!("/general-ledger?account=receivable&to={today}")).await.text().contains(&total));
    let told = browser.get(&format!("/statement?customer={}&from={}", firm.customer, ago(today, 60))).await;
    let body = told.body.replace("&amp;", "&");
    let paper = format!("/statement/print?customer={}&from={}&to={today}&language=ar", firm.customer, ago(today, 60));
    assert!(body.contains(&paper) && told.text().contains("1,340.00") && told.text().contains("6.644"));
    let paper = browser.get(&paper).await;
    assert!(paper.status == StatusCode::OK && paper.body.contains("<html lang=\"ar\""));
    for words in ["كشف حساب", "الخليج للحديد", "1,340.00", "6.644"] {
        assert!(paper.text().contains(words), "{words}");
    }
    for (path, status) in [
        ("/receivables?after=x", StatusCode::BAD_REQUEST),
        ("/statement?customer=x", StatusCode::BAD_REQUEST),
        ("/statement", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(browser.get(path).await.status, status, "{path}");
    }
}
