//! Selling, from quotation to paid invoice.

use crate::modules::sales::pricing::{SaleLine, TaxRounding, Totals, totals};
use crate::modules::sales::receivable::{Open, Settlement};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Outcome};
use crate::record::{Names, Value, money};
use crate::tests::support::{Firm, code, dec, form, record, refusals, shared};
use jiff::ToSpan as _;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::HashMap;
use uuid::Uuid;

#[tokio::test]
async fn a_revision_of_an_offer_that_ran_out_holds_anew() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let today = firm.tx().await.company.today;
    let long_ago = today.saturating_sub(90.days());
    let draft = firm.draft("quotation", vec![Line::new().with("item", item).with("quantity", dec("1"))]).await;
    let draft = firm.change(&draft, &[("date", &long_ago.to_string()), ("valid_until", &long_ago.to_string())]).await;
    let (old, _) = firm.act(&draft.expect("an old one"), "send").await.expect("sent");
    let next = firm.made(&old, "revise").await;
    assert_eq!(next.date(), today);
    assert!(next.get("valid_until").date() > Some(today), "{:?}", next.get("valid_until"));
}

#[tokio::test]
async fn quotation_to_paid_invoice_with_a_partial_delivery() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 10, "60").await;
    let mut tx = firm.tx().await;
    let mut quotation =
        Document::new(record("quotation")).with("customer", firm.customer).with("date", tx.company.today);
    quotation.lines.push(Line::new().with("item", beam).with("quantity", dec("15")));
    quotation.lines.push(Line::new().with("item", beam).with("quantity", dec("1")).with("optional", true));
    door::insert(&mut tx, &mut quotation).await.expect("a quotation");
    tx.commit().await.expect("commit");
    assert_eq!((quotation.minor("net"), quotation.minor("tax"), quotation.minor("total")), (150_000, 22_500, 172_500));
    let (quotation, _) = firm.act(&quotation, "send").await.expect("sent");
    let (quotation, order) = firm.act(&quotation, "order").await.expect("ordered");
    assert_eq!(quotation.state(), Some("accepted"));
    let order = order.expect("an order");
    assert_eq!((order.lines.len(), order.minor("total")), (1, 172_500));

    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    let delivery = delivery.expect("a draft delivery");
    assert_eq!(delivery.lines[0].decimal("quantity"), dec("10"), "what is on hand");
    let (delivery, _) = firm.act(&delivery, "post").await.expect("posted");
    assert_eq!(delivery.minor("cost"), 60_000);
    let order = firm.load(&order).await;
    assert_eq!((order.state(), order.lines[0].decimal("delivered")), (Some("partly_delivered"), dec("10")));
    assert_eq!(refusals(firm.act(&order, "deliver").await), ["refuse-nothing-on-hand"]);

    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("posted");
    assert_eq!((invoice.minor("total"), invoice.minor("open")), (115_000, 115_000));
    assert_eq!(refusals(firm.act(&order, "invoice").await), ["refuse-nothing-to-invoice"]);
    let (_, payment) = firm.act(&invoice, "pay").await.expect("a payment");
    let (payment, _) = firm.act(&payment.expect("a draft"), "post").await.expect("posted");
    assert_eq!(payment.minor("allocated"), 115_000);
    let invoice = firm.load(&invoice).await;
    assert_eq!((invoice.state(), invoice.minor("open")), (Some("paid"), 0));
    firm.assert_healthy().await;

    // The payment bounces: the invoice is open again.
    firm.act(&payment, "reverse").await.expect("reversed");
    let invoice = firm.load(&invoice).await;
    assert_eq!((invoice.state(), invoice.minor("open")), (Some("posted"), 115_000));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn more_than_is_owed_is_not_delivered() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 50, "60").await;
    let order = firm.order(&[(item, 5)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    let delivery = delivery.expect("a draft");
    let mut tx = firm.tx().await;
    let row = [("id", delivery.lines[0].id.to_string()), ("quantity", "6".to_owned())];
    let typed = door::Typed {
        fields: Default::default(),
        lines: Some(vec![row.into_iter().map(|(n, t)| (n.to_owned(), t)).collect()]),
    };
    let more =
        door::save(&mut tx, delivery.record, delivery.id, delivery.version, &typed).await.expect("a draft may say so");
    tx.commit().await.expect("commit");
    assert_eq!(refusals(firm.act(&more, "post").await), ["refuse-over-delivery-of"]);
    let saved = firm.load(&more).await;
    assert_eq!((saved.state(), saved.number()), (Some("draft"), None));
    assert_eq!(firm.load(&order).await.lines[0].decimal("delivered"), Decimal::ZERO);
    firm.assert_healthy().await;
}

/// Lets the company deliver so many percent more than was ordered.
async fn tolerate(firm: &Firm, percent: &str) {
    let company = firm.document("company", firm.cx.tenant).await;
    firm.change(&company, &[("over_delivery", percent)]).await.expect("a tolerance");
}

/// A draft of what an order still owes, with this quantity in its first line and without the others.
async fn asking(firm: &Firm, order: &Document, quantity: &str) -> Document {
    let delivery = firm.made(order, "deliver").await;
    let id = delivery.lines[0].id.to_string();
    firm.save(&delivery, &form(&[], &[&[("id", &id), ("quantity", quantity)]])).await.expect("a draft may say so")
}

#[tokio::test]
async fn as_much_more_is_delivered_as_the_company_tolerates() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 50, "60").await;
    let company = firm.document("company", firm.cx.tenant).await;
    assert_eq!(refusals(firm.change(&company, &[("over_delivery", "101")]).await), ["fault-out-of-range"]);
    tolerate(&firm, "10").await;
    let order = firm.order(&[(item, 10)]).await;
    let delivery = firm.post(&asking(&firm, &order, "11").await).await;
    let delivered = firm.load(&order).await;
    assert_eq!((delivered.state(), delivered.decimal("delivered")), (Some("delivered"), dec("100")));
    assert_eq!(delivered.lines[0].decimal("delivered"), dec("11"));

    // All that was delivered is invoiced, and only then the order is done with.
    let invoice = firm.made(&order, "invoice").await;
    let id = invoice.lines[0].id.to_string();
    let part = firm.save(&invoice, &form(&[], &[&[("id", &id), ("quantity", "10")]])).await.expect("a part");
    firm.post(&part).await;
    let invoiced = firm.load(&order).await;
    assert_eq!((invoiced.state(), invoiced.get("to_invoice").bool()), (Some("delivered"), true));
    let rest = firm.post(&firm.made(&order, "invoice").await).await;
    assert_eq!(rest.minor("total"), 11_500);
    let invoiced = firm.load(&order).await;
    assert_eq!((invoiced.state(), invoiced.decimal("invoiced")), (Some("closed"), dec("100")));
    assert_eq!(refusals(firm.act(&order, "invoice").await), ["refuse-nothing-to-invoice"]);

    // What was too much comes back: the order has what it asked for.
    let back = firm.made(&delivery, "return").await;
    let id = back.lines[0].id.to_string();
    let back = firm.save(&back, &form(&[], &[&[("id", &id), ("quantity", "1")]])).await.expect("one of them");
    firm.post(&back).await;
    let order = firm.load(&order).await;
    assert_eq!((order.state(), order.lines[0].decimal("delivered")), (Some("closed"), dec("10")));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn more_than_is_tolerated_is_refused_whatever_left_before() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 50, "60").await;
    tolerate(&firm, "10").await;
    let order = firm.order(&[(item, 10)]).await;
    firm.post(&asking(&firm, &order, "9").await).await;
    let more = asking(&firm, &order, "3").await;
    assert_eq!(refusals(firm.act(&more, "post").await), ["refuse-over-delivery-of"]);
    assert_eq!(firm.load(&order).await.state(), Some("partly_delivered"));
    firm.post(&asking(&firm, &order, "2").await).await;
    assert_eq!(firm.load(&order).await.state(), Some("delivered"));
    firm.assert_healthy().await;
}

/// Each of two deliveries is within the order, and both together are beyond what is tolerated.
#[tokio::test]
async fn two_deliveries_at_once_share_the_tolerance() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 50, "60").await;
    tolerate(&firm, "10").await;
    let order = firm.order(&[(item, 10)]).await;
    let (one, other) = (asking(&firm, &order, "6").await, asking(&firm, &order, "6").await);
    let (first, second) = tokio::join!(firm.act(&one, "post"), firm.act(&other, "post"));
    let (good, bad) = if first.is_ok() { (first, second) } else { (second, first) };
    assert!(good.is_ok());
    assert_eq!(refusals(bad), ["refuse-over-delivery-of"]);
    assert_eq!(firm.load(&order).await.lines[0].decimal("delivered"), dec("6"));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn too_much_of_one_line_makes_up_for_no_other() {
    let firm = Firm::new().await;
    let (a, b) = (firm.item("A", "100", 50, "60").await, firm.item("B", "100", 50, "60").await);
    tolerate(&firm, "100").await;
    let order = firm.order(&[(a, 10), (b, 10)]).await;
    firm.post(&asking(&firm, &order, "20").await).await;
    let half = firm.load(&order).await;
    assert_eq!((half.state(), half.decimal("delivered")), (Some("partly_delivered"), dec("50")));
    firm.act(&order, "close").await.expect("closed short");
    firm.post(&firm.made(&order, "invoice").await).await;
    let order = firm.load(&order).await;
    assert_eq!((order.state(), order.decimal("invoiced")), (Some("closed"), dec("50")));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn an_order_that_was_closed_stays_so_when_it_is_invoiced() {
    let firm = Firm::new().await;
    let (item, gift) = (firm.item("A", "100", 10, "60").await, firm.item("B", "0", 0, "60").await);
    let order = firm.order(&[(item, 10), (gift, 1)]).await;
    firm.post(&firm.made(&order, "deliver").await).await;
    let delivered = firm.load(&order).await;
    // What costs nothing is no part of how far it has come.
    assert_eq!((delivered.state(), delivered.decimal("delivered")), (Some("partly_delivered"), dec("100")));
    firm.act(&order, "close").await.expect("closed without the gift");
    firm.post(&firm.made(&order, "invoice").await).await;
    assert_eq!(firm.load(&order).await.state(), Some("closed"));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn posting_twice_posts_once() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 5, "60").await;
    let order = firm.order(&[(item, 5)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    let delivery = delivery.expect("a draft");
    let (first, second) = tokio::join!(firm.act(&delivery, "post"), firm.act(&delivery, "post"));
    let (good, bad) = if first.is_ok() { (first, second) } else { (second, first) };
    assert!(good.is_ok());
    assert_eq!(refusals(bad), ["refuse-state"]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_return_comes_back_at_its_cost_and_a_credit_note_takes_back_the_invoice() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 3, "33.33").await;
    let order = firm.order(&[(item, 3)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    let (delivery, _) = firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("posted");
    assert_eq!(firm.load(&order).await.state(), Some("closed"));

    let (_, back) = firm.act(&delivery, "return").await.expect("a return");
    let (back, _) = firm.act(&back.expect("a draft"), "post").await.expect("posted");
    assert_eq!(back.minor("cost"), -9_999);
    assert_eq!(firm.load(&delivery).await.state(), Some("returned"));
    let (_, note) = firm.act(&invoice, "credit").await.expect("a credit note");
    let (note, _) = firm.act(&note.expect("a draft"), "post").await.expect("posted");
    assert_eq!(note.minor("total"), invoice.minor("total"));
    let invoice = firm.load(&invoice).await;
    assert_eq!((invoice.state(), invoice.minor("open")), (Some("paid"), 0));
    assert_eq!(refusals(firm.act(&invoice, "credit").await), ["refuse-nothing-to-credit"]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_foreign_invoice_is_booked_in_both_currencies_and_its_difference_too() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let mut invoice = Document::new(record("sales_invoice"))
        .with("customer", firm.customer)
        .with("date", today)
        .with("currency", "KWD")
        .with("total", 0);
    invoice.lines.push(Line::new().with("item", item).with("quantity", dec("1")).with("price", dec("10.125")));
    assert_eq!(refusals(door::insert(&mut tx, &mut invoice).await), ["refuse-no-rate"]);
    let mut rate =
        Document::new(record("exchange_rate")).with("currency", "KWD").with("date", today).with("rate", dec("12.2"));
    door::insert(&mut tx, &mut rate).await.expect("a rate");
    door::insert(&mut tx, &mut invoice).await.expect("an invoice");
    tx.commit().await.expect("commit");
    // 10.125 + 15 % = 11.644 (three decimals, half up), at 12.2.
    assert_eq!((invoice.minor("net"), invoice.minor("tax"), invoice.minor("total")), (10_125, 1_519, 11_644));
    let (invoice, _) = firm.act(&invoice, "post").await.expect("posted");
    assert_eq!(invoice.minor("base_total"), 12_353 + 1_853);
    let mut tx = firm.tx().await;
    sqlx::query("update exchange_rate set rate = 12 where tenant_id = $1")
        .bind(tx.tenant())
        .execute(tx.conn())
        .await
        .expect("a new rate");
    tx.commit().await.expect("commit");
    let (_, payment) = firm.act(&invoice, "pay").await.expect("a payment");
    firm.act(&payment.expect("a draft"), "post").await.expect("posted");
    assert_eq!(firm.load(&invoice).await.state(), Some("paid"));
    let mut tx = firm.tx().await;
    let loss: i64 = sqlx::query_scalar(
        "select sum(l.debit - l.credit)::bigint from journal_entry_line l join account a on a.tenant_id = l.tenant_id and a.id = l.account
          where l.tenant_id = $1 and a.role = 'exchange_difference'",
    )
    .bind(tx.tenant())
    .fetch_one(tx.conn())
    .await
    .expect("the difference");
    assert_eq!(loss, 14_206 - 13_973);
    drop(tx);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn an_invoice_by_instalments_is_paid_oldest_part_first() {
    let firm = Firm::new().await;
    let item = firm.item("A", "1000", 1, "60").await;
    let mut tx = firm.tx().await;
    let terms: Uuid = sqlx::query_scalar(
        "select parent from payment_term_line where tenant_id = $1 group by parent having count(*) = 2 order by parent limit 1",
    )
    .bind(tx.tenant())
    .fetch_one(tx.conn())
    .await
    .expect("terms in two parts");
    let mut invoice = Document::new(record("sales_invoice"))
        .with("customer", firm.customer)
        .with("date", tx.company.today)
        .with("payment_term", terms);
    invoice.lines.push(Line::new().with("item", item));
    door::insert(&mut tx, &mut invoice).await.expect("an invoice");
    tx.commit().await.expect("commit");
    let (invoice, _) = firm.act(&invoice, "post").await.expect("posted");
    let mut tx = firm.tx().await;
    let parts: Vec<i64> =
        sqlx::query_scalar("select amount from open_item where tenant_id = $1 and source = $2 order by position")
            .bind(tx.tenant())
            .bind(invoice.id)
            .fetch_all(tx.conn())
            .await
            .expect("parts");
    assert_eq!((parts.len(), parts.iter().sum::<i64>()), (2, 115_000));
    let days: Vec<String> = sqlx::query_scalar(
        "select due_date::text from open_item where tenant_id = $1 and source = $2 order by position",
    )
    .bind(tx.tenant())
    .bind(invoice.id)
    .fetch_all(tx.conn())
    .await
    .expect("when they are due");
    drop(tx);
    let due = async || firm.load(&invoice).await.get("due_date").to_text();
    assert_eq!(due().await.as_ref(), days.first(), "what is due next");
    let (_, payment) = firm.act(&invoice, "pay").await.expect("a payment");
    let payment = payment.expect("a draft");
    let mut tx = firm.tx().await;
    let amount = format!("{}.{:02}", parts[0] / 100, parts[0] % 100);
    let row = [("id", payment.lines[0].id.to_string()), ("amount", amount.clone())];
    let typed = door::Typed {
        fields: [("amount".to_owned(), amount)].into(),
        lines: Some(vec![row.into_iter().map(|(n, t)| (n.to_owned(), t)).collect()]),
    };
    let payment = door::save(&mut tx, payment.record, payment.id, payment.version, &typed).await.expect("saved");
    tx.commit().await.expect("commit");
    firm.act(&payment, "post").await.expect("posted");
    let mut tx = firm.tx().await;
    let open: Vec<i64> =
        sqlx::query_scalar("select open from open_item where tenant_id = $1 and source = $2 order by position")
            .bind(tx.tenant())
            .bind(invoice.id)
            .fetch_all(tx.conn())
            .await
            .expect("parts");
    assert_eq!(open, [0, parts[1]]);
    drop(tx);
    assert_eq!(due().await.as_ref(), days.last(), "the first part is paid");
    assert_eq!(firm.load(&invoice).await.state(), Some("partly_paid"));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_payment_settles_only_what_is_open() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 1, "60").await;
    let order = firm.order(&[(item, 1)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("posted");
    let (_, first) = firm.act(&invoice, "pay").await.expect("a payment");
    let (_, second) = firm.act(&invoice, "pay").await.expect("another");
    firm.act(&first.expect("a draft"), "post").await.expect("posted");
    assert_eq!(refusals(firm.act(&second.expect("a draft"), "post").await), ["refuse-over-payment"]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn posting_an_invoice_of_ten_lines_takes_fifteen_statements() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let mut tx = firm.tx().await;
    let mut invoice =
        Document::new(record("sales_invoice")).with("customer", firm.customer).with("date", tx.company.today);
    invoice.lines = (0..10).map(|_| Line::new().with("item", item).with("quantity", dec("2"))).collect();
    door::insert(&mut tx, &mut invoice).await.expect("an invoice");
    tx.commit().await.expect("commit");
    let mut tx = firm.tx().await;
    door::act(&mut tx, invoice.record, invoice.id, 1, "post").await.expect("posted");
    let statements = tx.commit().await.expect("commit");
    assert!(statements <= 15, "{statements} statements");
}

fn line(quantity: Decimal, price: Decimal, discount: Decimal, tax_code: Option<Uuid>) -> SaleLine {
    SaleLine { id: Uuid::nil(), item: Uuid::nil(), quantity, price, discount, tax_code, optional: false }
}

#[test]
fn oman_taxes_lines_and_the_others_the_total() {
    // Ten lines of 0.047 at 5 %: 0.024 on the total, 0.020 on the lines (rounding cases of the official samples).
    let code = Uuid::from_u128(1);
    let rates = HashMap::from([(code, dec("5"))]);
    let lines: Vec<SaleLine> = (0..10).map(|_| line(Decimal::ONE, dec("0.047"), Decimal::ZERO, Some(code))).collect();
    assert_eq!(totals(&lines, &rates, 3, TaxRounding::Document).map(|t| t.tax), Some(24));
    assert_eq!(totals(&lines, &rates, 3, TaxRounding::Line).map(|t| t.tax), Some(20));
}

/// What these (quantity, price) lines come to when all bear tax at this rate.
fn taxed(lines: &[(i64, Decimal)], rate: Decimal, decimals: u32, rounding: TaxRounding) -> Totals {
    let code = Uuid::from_u128(1);
    let lines: Vec<SaleLine> =
        lines.iter().map(|(quantity, price)| line((*quantity).into(), *price, Decimal::ZERO, Some(code))).collect();
    totals(&lines, &HashMap::from([(code, rate)]), decimals, rounding).expect("fits")
}

/// Figures of others, as far as they tax as Diwan does: a line bears one tax, on top of a price without it. Taxes within the
/// price and taxes on taxes are none of it.
#[test]
fn taxes_are_the_golden_figures() {
    use TaxRounding::{Document, Line};
    let text = std::fs::read_to_string(shared("golden/tax_rounding.json")).expect("text");
    let golden: Json = serde_json::from_str(&text).expect("JSON");
    let list = |json: &Json| json.as_array().expect("a list").clone();
    let amount = |json: &Json| dec(json.as_str().expect("an amount"));
    let is = |minor: i64, decimals: u32, expected: &Json, what: &str| {
        assert_eq!(money::from_minor(minor, decimals), amount(expected), "{what}");
    };

    let mut tried = 0;
    for case in list(&golden["odoo"]["cases"]) {
        let name = case["test"].as_str().expect("a name");
        match case["kind"].as_str().expect("a kind") {
            "price_included" | "mixed" => continue,
            "price_excluded" => tried += 1,
            other => panic!("{name} taxes as nobody knows: {other}"),
        }
        let decimals = amount(&case["rounding_step"]).scale();
        let found = taxed(&[(1, amount(&case["base"]))], amount(&case["rate"]), decimals, Line);
        is(found.tax, decimals, &case["expected"]["tax"], name);
        is(found.total, decimals, &case["expected"]["total_included"], name);
    }

    let case = &golden["odoo_document_rounding"];
    let lines: Vec<(i64, Decimal)> = list(&case["inputs"]["lines"]).iter().map(|price| (1, amount(price))).collect();
    for (rounding, word) in [(Line, "round_per_line"), (Document, "round_globally")] {
        for (nth, tax) in list(&case["inputs"]["taxes"]).iter().enumerate() {
            // The last one is a tax on taxes.
            if nth == 0 || tax["is_base_affected"] == false {
                tried += 1;
                let found = taxed(&lines, amount(&tax["rate"]), 2, rounding);
                is(found.net, 2, &case["expected"][word]["base"], word);
                is(found.tax, 2, &case["expected"][word]["taxes"][nth], word);
            }
        }
    }

    let cases = list(&golden["erpnext"]["cases"]);
    let lines_of = |case: &Json| -> Vec<(i64, Decimal)> {
        list(&case["lines"])
            .iter()
            .map(|line| (line["qty"].as_i64().expect("a quantity"), amount(&line["rate"])))
            .collect()
    };
    let chain = &cases[0];
    for row in list(&chain["rows"]) {
        let charge = row["charge"].as_str().expect("a charge");
        let Some(rate) = charge.strip_suffix("% on net").and_then(|charge| charge.split(' ').next_back()) else {
            continue;
        };
        tried += 1;
        let found = taxed(&lines_of(chain), dec(rate), 2, Document);
        is(found.net, 2, &chain["net"], charge);
        is(found.tax, 2, &row["tax"], charge);
    }
    // A discount on the whole is shared by the lines, and what is left of each is taxed.
    let discounted = &cases[1];
    let lines = lines_of(discounted);
    let discount = money::to_minor(amount(&discounted["discount_on_net"]), 2).expect("fits");
    let shares = money::allocate(discount, &lines.iter().map(|(_, price)| *price).collect::<Vec<_>>());
    let left: Vec<(i64, Decimal)> =
        lines.iter().zip(shares).map(|((n, price), share)| (*n, price - money::from_minor(share, 2))).collect();
    tried += 1;
    let found = taxed(&left, amount(&discounted["vat_rate"]), 2, Document);
    for (figure, expected) in [(found.net, "net"), (found.tax, "vat"), (found.total, "grand_total")] {
        is(figure, 2, &discounted[expected], expected);
    }

    let egypt = &golden["egypt_eta"];
    let rate = amount(&egypt["vat_rate"]);
    let lines: Vec<(i64, Decimal)> = list(&egypt["lines"]).iter().map(|line| (1, amount(&line["net"]))).collect();
    for (line, told) in lines.iter().zip(list(&egypt["lines"])) {
        tried += 1;
        let found = taxed(&[*line], rate, 2, Document);
        is(found.tax, 2, &told["vat"], "a line in Egypt");
        is(found.total, 2, &told["total"], "a line in Egypt");
    }
    for rounding in [Document, Line] {
        let found = taxed(&lines, rate, 2, rounding);
        for (figure, expected) in [(found.net, "net"), (found.tax, "tax_total"), (found.total, "total")] {
            is(figure, 2, &egypt[expected], expected);
        }
    }
    assert_eq!(tried, 10, "the cases that are like Diwan's");
}

proptest! {
    #[test]
    fn totals_are_the_sum_of_their_parts(lines in prop::collection::vec((1_u32..10_000, 0_u32..1_000_000, 0_u32..101, 0_u128..3), 0..15), decimals in prop::sample::select(vec![0_u32, 2, 3]), by_line in any::<bool>()) {
        let rates: HashMap<Uuid, Decimal> = [(1, "15"), (2, "5")].into_iter().map(|(n, r)| (Uuid::from_u128(n), dec(r))).collect();
        let lines: Vec<SaleLine> = lines.into_iter().map(|(q, p, d, code)| {
            line(Decimal::new(q.into(), 2), Decimal::new(p.into(), 3), Decimal::from(d), (code > 0).then(|| Uuid::from_u128(code)))
        }).collect();
        let rounding = if by_line { TaxRounding::Line } else { TaxRounding::Document };
        let all = totals(&lines, &rates, decimals, rounding).expect("fits");
        prop_assert_eq!(all.net, all.lines.iter().map(|l| l.1).sum::<i64>());
        prop_assert_eq!(all.net, all.taxes.iter().map(|t| t.base).sum::<i64>());
        prop_assert_eq!(all.tax, all.taxes.iter().map(|t| t.tax).sum::<i64>());
        prop_assert_eq!(all.total, all.net + all.tax);
        for part in &all.taxes {
            let exact = Decimal::from(part.base) * part.rate / Decimal::ONE_HUNDRED;
            let slack = if by_line { lines.len() as i64 } else { 1 };
            prop_assert!((Decimal::from(part.tax) - exact).abs() <= Decimal::from(slack));
        }
    }

    #[test]
    fn a_settlement_moves_exactly_what_it_says(parts in prop::collection::vec((1_i64..100_000, 1_i64..400_000), 1..6), share in 1_i64..101, base_rate in 1_i64..500) {
        let invoice = Uuid::from_u128(7);
        let open: Vec<Open> = parts.iter().enumerate().map(|(i, (open, base_open))| Open { id: Uuid::from_u128(i as u128), invoice, open: *open, base_open: *base_open }).collect();
        let owed: i64 = parts.iter().map(|p| p.0).sum();
        let wanted = (owed * share / 100).max(1);
        let amount = wanted + 10;
        let base = amount * base_rate / 100;
        let settled = Settlement::of(amount, base, &[(invoice, wanted)], open.clone()).expect("within what is open");
        prop_assert_eq!(settled.used(), wanted);
        // What the account is relieved of and the difference explain the money that came in.
        prop_assert_eq!(settled.relieved() - settled.difference(), base);
        for part in &settled.shares {
            let source = open.iter().find(|o| o.id == part.item).expect("a part");
            prop_assert!(part.amount <= source.open && part.base_debit <= source.base_open);
            if part.amount == source.open { prop_assert_eq!(part.base_debit, source.base_open); }
        }
        prop_assert!(Settlement::of(amount, base, &[(invoice, owed + 1)], open).is_err());
    }
}

#[tokio::test]
async fn a_line_of_an_order_takes_price_and_tax_from_its_item() {
    let firm = Firm::new().await;
    let item = firm.item("A", "12.345", 0, "0").await;
    let order = firm.order(&[(item, 3)]).await;
    assert_eq!(order.lines[0].get("price"), &Value::Decimal(dec("12.345")));
    assert_eq!(order.lines[0].get("amount"), &Value::Decimal(dec("37.035")));
    assert_eq!(order.lines[0].minor("net"), 3_704);
    assert!(order.lines[0].link("tax_code").is_some());
}

#[tokio::test]
async fn orders_deliveries_and_credit_notes_refuse_what_does_not_fit_together() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "60").await;
    let yesterday = firm.today().await.yesterday().expect("a date");
    let of = |quantity: &str| Line::new().with("item", item).with("quantity", dec(quantity));
    let dated = async |name: &str, field: &'static str| {
        let lines = vec![of("1")];
        firm.insert(name, |document| Document { lines, ..document.with(field, yesterday) }).await
    };

    // Two deliveries of all that is owed, two returns of all that was delivered.
    let order = firm.order(&[(item, 3)]).await;
    let (first, second) = (firm.made(&order, "deliver").await, firm.made(&order, "deliver").await);
    let delivered = firm.post(&first).await;
    let nothing_owed = firm.act(&second, "post").await;
    let (back, again) = (firm.made(&delivered, "return").await, firm.made(&delivered, "return").await);
    let source = delivered.lines[0].id;
    let twice = firm.insert("delivery", |back| Document {
        lines: vec![of("2").with("delivery_line", source), of("2").with("delivery_line", source)],
        ..back.with("sales_order", order.id).with("return_of", delivered.id)
    });
    let twice = twice.await.expect("a draft may say so");
    let too_much_at_once = firm.act(&twice, "post").await;
    firm.post(&back).await;

    // The same with an invoice and its credit notes; one by hand names its lines by their items.
    let invoice = firm.invoice(&[(item, 3)]).await;
    let (note, later) = (firm.made(&invoice, "credit").await, firm.made(&invoice, "credit").await);
    let by_hand = async |lines: Vec<Line>| {
        let note = firm.insert("credit_note", |note| Document { lines, ..note.with("sales_invoice", invoice.id) });
        firm.act(&note.await.expect("a draft may say so"), "post").await
    };
    let credited_at_once = by_hand(vec![of("2"), of("2")]).await;
    let dearer = by_hand(vec![of("1").with("price", dec("100.01"))]).await;
    firm.post(&note).await;

    let quotation = firm.draft("quotation", vec![of("1").with("optional", true)]).await;
    let (quotation, _) = firm.act(&quotation, "send").await.expect("sent");
    let told: [(Outcome<()>, &str); 9] = [
        (dated("sales_order", "delivery_date").await.map(drop), "refuse-delivery-before-order"),
        (dated("quotation", "valid_until").await.map(drop), "refuse-valid-before-date"),
        (firm.act(&quotation, "order").await.map(drop), "refuse-all-optional"),
        (nothing_owed.map(drop), "refuse-order-not-open"),
        (too_much_at_once.map(drop), "refuse-over-return-of"),
        (firm.act(&again, "post").await.map(drop), "refuse-over-return-of"),
        (credited_at_once.map(drop), "refuse-over-credit"),
        (dearer.map(drop), "refuse-credit-dearer"),
        (firm.act(&later, "post").await.map(drop), "refuse-over-credit-of"),
    ];
    for (outcome, id) in told {
        assert_eq!(refusals(outcome), [id]);
    }
    for draft in [&second, &again, &twice, &later] {
        let saved = firm.load(draft).await;
        assert_eq!((saved.state(), saved.number()), (Some("draft"), None), "{}", draft.record.name);
    }
    let saved = firm.load(&quotation).await;
    assert_eq!(saved.state(), Some("sent"), "what cannot be ordered stays on offer");
    firm.assert_healthy().await;
}

/// What is made from a document keeps to it, whatever somebody does to the draft.
#[tokio::test]
async fn what_is_made_from_an_order_or_an_invoice_is_held_to_it() {
    let firm = Firm::new().await;
    let (item, other) = (firm.item("A", "100", 20, "60").await, firm.item("B", "1", 20, "60").await);
    let mut tx = firm.tx().await;
    let mut stranger = Document::new(record("customer"))
        .with("code", "X")
        .with("name", Names::new("Stranger", ""))
        .with("language", "en");
    door::insert(&mut tx, &mut stranger).await.expect("another customer");
    tx.commit().await.expect("commit");
    let stranger = stranger.id.to_string();
    let other_item = other.to_string();
    let order = firm.order(&[(item, 5)]).await;
    let swapped = |draft: &Document| {
        let id = draft.lines[0].id.to_string();
        form(&[], &[&[("id", id.as_str()), ("item", other_item.as_str())]])
    };

    let delivery = firm.made(&order, "deliver").await;
    let wrong_item = firm.save(&delivery, &swapped(&delivery)).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&wrong_item, "post").await), ["refuse-delivery-item"]);
    let delivery = firm.made(&order, "deliver").await;
    let elsewhere = firm.change(&delivery, &[("customer", stranger.as_str())]).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&elsewhere, "post").await), ["refuse-order-customer"]);
    // By hand: what the order owes counts towards it, as far as it is owed; what it does not is no delivery of it.
    let by_hand = async |lines: Vec<Line>| {
        let delivery = firm.insert("delivery", |delivery| Document { lines, ..delivery.with("sales_order", order.id) });
        delivery.await.expect("a draft")
    };
    let of = |item: Uuid, quantity: &str| Line::new().with("item", item).with("quantity", dec(quantity));
    let strange = by_hand(vec![of(item, "1"), of(other, "1")]).await;
    assert_eq!(refusals(firm.act(&strange, "post").await), ["refuse-delivery-item"]);
    let too_much = by_hand(vec![of(item, "6")]).await;
    assert_eq!(refusals(firm.act(&too_much, "post").await), ["refuse-over-delivery-of"]);
    firm.post(&by_hand(vec![of(item, "2")]).await).await;
    let order = firm.load(&order).await;
    assert_eq!((order.state(), order.lines[0].decimal("delivered")), (Some("partly_delivered"), dec("2")));

    let invoice = firm.made(&order, "invoice").await;
    let wrong_item = firm.save(&invoice, &swapped(&invoice)).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&wrong_item, "post").await), ["refuse-order-item"]);
    let invoice = firm.made(&order, "invoice").await;
    let elsewhere = firm.change(&invoice, &[("customer", stranger.as_str())]).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&elsewhere, "post").await), ["refuse-order-customer"]);
    let invoice = firm.made(&order, "invoice").await;
    let id = invoice.lines[0].id.to_string();
    let half = firm
        .save(&invoice, &form(&[], &[&[("id", id.as_str()), ("discount", "50")]]))
        .await
        .expect("at half its price");
    let invoice = firm.post(&half).await;
    assert_eq!(invoice.minor("total"), 11_500);

    // A credit gives back what was paid, and no more.
    for (name, text) in [("discount", "49"), ("price", "100.01"), ("tax_code", "")] {
        let note = firm.made(&invoice, "credit").await;
        let id = note.lines[0].id.to_string();
        let zero = code(&mut firm.tx().await, "tax_code", "ZERO").await.to_string();
        let text = if name == "tax_code" { zero.as_str() } else { text };
        let typed = form(&[], &[&[("id", id.as_str()), (name, text)]]);
        let dearer = firm.save(&note, &typed).await.expect("a draft may say so");
        assert_eq!(refusals(firm.act(&dearer, "post").await), ["refuse-credit-dearer"], "{name}");
    }
    let note = firm.made(&invoice, "credit").await;
    firm.post(&note).await;
    assert_eq!(firm.load(&invoice).await.state(), Some("paid"));
    firm.assert_healthy().await;
}

/// Pieces are counted in whole numbers, whatever they are counted for.
#[tokio::test]
async fn quantities_are_as_fine_as_their_units() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "60").await;
    let line = |quantity: &str| Line::new().with("item", item).with("quantity", dec(quantity));
    for name in ["quotation", "sales_order", "sales_invoice", "delivery", "stock_adjustment"] {
        for (quantity, refused) in [("1.5", true), ("2.000", false)] {
            let fill = |document: Document| {
                let document = if name == "stock_adjustment" { document.with("reason", "found") } else { document };
                Document { lines: vec![line(quantity).with("warehouse", firm.main)], ..document }
            };
            match firm.insert(name, fill).await {
                Ok(_) => assert!(!refused, "{quantity} in a {name}"),
                refusal => assert_eq!(refusals(refusal), ["refuse-finer-quantity"], "{quantity} in a {name}"),
            }
        }
    }
    firm.count_parts_of_pieces().await;
    firm.draft("sales_order", vec![line("1.5")]).await;
}

/// Of two hands that do the same, one has done it.
#[tokio::test]
async fn f23_of_two_who_confirm_or_post_one_document_one_wins() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "60").await;
    let line = || Line::new().with("item", item).with("quantity", dec("2"));
    let invoice = firm.invoice(&[(item, 2)]).await;
    let found = firm.insert("stock_adjustment", |found| Document {
        lines: vec![line().with("warehouse", firm.main)],
        ..found.with("reason", "found")
    });
    let drafts = [
        (firm.draft("quotation", vec![line()]).await, "send"),
        (firm.draft("sales_order", vec![line()]).await, "confirm"),
        (firm.draft("delivery", vec![line()]).await, "post"),
        (firm.draft("sales_invoice", vec![line()]).await, "post"),
        (firm.made(&invoice, "pay").await, "post"),
        (firm.made(&invoice, "credit").await, "post"),
        (found.await.expect("a find"), "post"),
    ];
    for (draft, action) in &drafts {
        let (first, second) = tokio::join!(firm.act(draft, action), firm.act(draft, action));
        let (good, bad) = if first.is_ok() { (first, second) } else { (second, first) };
        assert!(good.is_ok(), "{action} of a {}: {:?}", draft.record.name, good.err());
        assert_eq!(refusals(bad), ["refuse-state"], "{action} of a {}", draft.record.name);
    }
    firm.assert_healthy().await;
}

/// The sum of what is typed is the sum of what is shown: three parts of a hundred are a hundred.
#[tokio::test]
async fn f32_parts_of_an_invoice_sum_to_it() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let zero = crate::tests::support::code(&mut firm.tx().await, "tax_code", "ZERO").await.to_string();
    let part = |percent: &'static str| [("percent", percent), ("days", "30")];
    let (third, rest) = (part("33.3333"), part("33.3334"));
    let typed = form(&[("code", "THIRDS"), ("name", "Thirds")], &[&third, &third, &rest]);
    let term = firm.save(&Document::new(record("payment_term")), &typed).await.expect("a term");
    let (item, term) = (item.to_string(), term.id.to_string());
    let customer = firm.customer.to_string();
    let line = [("item", item.as_str()), ("quantity", "1"), ("tax_code", zero.as_str())];
    let typed = form(&[("customer", &customer), ("payment_term", &term)], &[&line]);
    let draft = firm.save(&Document::new(record("sales_invoice")), &typed).await.expect("an invoice");
    let invoice = firm.post(&draft).await;
    let mut tx = firm.tx().await;
    let parts: Vec<i64> =
        sqlx::query_scalar("select amount from open_item where tenant_id = $1 and source = $2 order by position")
            .bind(firm.cx.tenant)
            .bind(invoice.id)
            .fetch_all(tx.conn())
            .await
            .expect("parts");
    assert_eq!((invoice.minor("total"), parts), (10_000, vec![3_333, 3_333, 3_334]));
}
