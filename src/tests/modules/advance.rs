//! Advance invoices and what later invoices deduct of them; debit notes.

use crate::modules::sales::advance::{Share, deduct, rest};
use crate::modules::sales::pricing::{SaleLine, TaxRounding, TaxTotal, totals};
use crate::modules::sales::report;
use crate::platform::document::{Document, Line};
use crate::record::{Minor, money};
use crate::tests::support::{Browser, Firm, code, dec, form, refusals};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::HashMap;
use uuid::Uuid;

// ------------------------------------------------------------------ the rule alone

/// What one line of this amount comes to under no tax code, one of 15 % or one of 7.25 %.
fn part(amount: Minor, code: usize, decimals: u32, rounding: TaxRounding) -> TaxTotal {
    let codes = [Uuid::from_u128(1), Uuid::from_u128(2)];
    let rates = HashMap::from([(codes[0], dec("15")), (codes[1], dec("7.25"))]);
    let line = SaleLine {
        id: Uuid::nil(),
        item: Uuid::nil(),
        quantity: Decimal::ONE,
        price: money::from_minor(amount, decimals),
        discount: Decimal::ZERO,
        tax_code: (code > 0).then(|| codes[code - 1]),
        optional: false,
    };
    totals(&[line], &rates, decimals, rounding).expect("fits").taxes.remove(0)
}

/// Net, tax and both in the company's currency.
fn sums<'a>(shares: impl IntoIterator<Item = &'a Share>) -> [Minor; 4] {
    shares.into_iter().fold([0; 4], |[net, tax, base_net, base_tax], share| {
        [net + share.net, tax + share.tax, base_net + share.base_net, base_tax + share.base_tax]
    })
}

proptest! {
    /// No invoice deducts more than it has or than is left, and what was charged comes back to the last minor unit.
    #[test]
    fn what_is_deducted_of_advances_is_what_they_charged(
        charged in prop::collection::vec((1_i64..500_000, 0_usize..3), 1..6),
        invoiced in prop::collection::vec((1_i64..400_000, 0_usize..3), 0..8),
        decimals in prop::sample::select(vec![0_u32, 2, 3]),
        by_line in any::<bool>(),
        rate in (1_000_u32..20_000_000).prop_map(|n| Decimal::new(n.into(), 6)),
    ) {
        let rounding = if by_line { TaxRounding::Line } else { TaxRounding::Document };
        let base = |amount| money::convert(amount, decimals, rate, 2).expect("fits");
        let mut left: Vec<Share> = charged.iter().enumerate().map(|(n, (amount, code))| {
            let part = part(*amount, *code, decimals, rounding);
            let (base_net, base_tax) = (base(part.base), base(part.tax));
            let invoice = Uuid::from_u128(100 + n as u128);
            Share { invoice, code: part.code, net: part.base, tax: part.tax, base_net, base_tax }
        }).collect();
        let all = sums(&left);
        let mut spent = [0; 4];
        let mut spend = |left: &mut Vec<Share>, taxes: &[TaxTotal]| {
            let deducted = deduct(left, taxes);
            for share in &deducted {
                let of = left.iter_mut().find(|of| (of.invoice, of.code) == (share.invoice, share.code)).expect("is left");
                of.net -= share.net;
                of.tax -= share.tax;
                of.base_net -= share.base_net;
                of.base_tax -= share.base_tax;
            }
            for (sum, more) in spent.iter_mut().zip(sums(&deducted)) {
                *sum += more;
            }
            (rest(taxes, &deducted), spent)
        };
        for (amount, code) in &invoiced {
            let (asked, _) = spend(&mut left, &[part(*amount, *code, decimals, rounding)]);
            prop_assert!(asked.iter().all(|part| part.base >= 0 && part.tax >= 0), "{asked:?}");
            prop_assert!(left.iter().all(|of| of.net >= 0 && of.tax >= 0 && of.base_net >= 0 && of.base_tax >= 0), "{left:?}");
            // Of what is spent to the last unit of net, nothing is left of the tax.
            prop_assert!(left.iter().all(|of| of.net > 0 || (of.tax, of.base_net, of.base_tax) == (0, 0, 0)), "{left:?}");
        }
        // An invoice that has room for everything takes everything.
        let room: Minor = 2 * left.iter().map(|of| of.net).sum::<Minor>() + 10_000;
        let last: Vec<TaxTotal> = (0..3).map(|code| part(room, code, decimals, rounding)).collect();
        let (_, spent) = spend(&mut left, &last);
        prop_assert_eq!(spent, all);
    }
}

#[test]
fn tax_that_was_rounded_up_more_often_than_that_of_the_invoice_is_not_deducted_beyond_it() {
    // Three times 0.10 with 0.02 of tax, and an invoice over 0.30 with 0.05.
    let share = |n| Share {
        invoice: Uuid::from_u128(n),
        code: Some(Uuid::from_u128(1)),
        net: 10,
        tax: 2,
        base_net: 10,
        base_tax: 2,
    };
    let invoice = part(30, 1, 2, TaxRounding::Document);
    assert_eq!((invoice.base, invoice.tax), (30, 5));
    let deducted = deduct(&[share(1), share(2), share(3)], &[invoice]);
    assert_eq!(sums(&deducted), [25, 5, 25, 5]);
}

// ------------------------------------------------------------------ through the door

/// A confirmed order of ten pieces at 100 with VAT, of which so many percent are to be paid ahead.
async fn order(firm: &Firm, item: Uuid, percent: &str) -> Document {
    let line = Line::new().with("item", item).with("quantity", dec("10"));
    let fill = |order: Document| Document { lines: vec![line], ..order.with("advance", dec(percent)) };
    let draft = firm.insert("sales_order", fill).await.expect("an order");
    firm.act(&draft, "confirm").await.expect("confirmed").0
}

/// Saves another price in the first line of a draft.
async fn priced(firm: &Firm, draft: &Document, price: &str) -> Document {
    let id = draft.lines[0].id.to_string();
    firm.save(draft, &form(&[], &[&[("id", id.as_str()), ("price", price)]])).await.expect("another price")
}

/// Delivers what is on hand and posts the invoice over it.
async fn invoiced(firm: &Firm, order: &Document) -> Document {
    let delivery = firm.made(order, "deliver").await;
    firm.post(&delivery).await;
    let invoice = firm.made(order, "invoice").await;
    firm.post(&invoice).await
}

async fn balances(firm: &Firm) -> [i64; 4] {
    let mut found = [0; 4];
    for (balance, role) in found.iter_mut().zip(["receivable", "customer_advances", "vat_output", "sales"]) {
        *balance = firm.balance(role).await;
    }
    found
}

#[tokio::test]
async fn an_advance_is_taxed_at_once_and_earned_with_the_invoice_that_deducts_it() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 4, "60").await;
    let order = order(&firm, item, "30").await;
    let advance = firm.made(&order, "advance").await;
    assert_eq!((advance.minor("net"), advance.minor("tax"), advance.lines.len()), (30_000, 4_500, 1));
    let said = advance.lines[0].get("description").text().expect("what it is").to_owned();
    assert!(said.contains(order.number().expect("a number")), "{said}");
    let advance = firm.post(&advance).await;
    assert!(advance.number().is_some_and(|number| number.starts_with("ADV-")), "{:?}", advance.number());
    assert_eq!(balances(&firm).await, [34_500, -30_000, -4_500, 0]);
    assert_eq!(refusals(firm.act(&order, "cancel").await), ["refuse-cancel-advances"]);

    let invoice = invoiced(&firm, &order).await;
    assert!(invoice.number().is_some_and(|number| number.starts_with("INV-")), "{:?}", invoice.number());
    assert_eq!((invoice.minor("total"), invoice.minor("prepaid"), invoice.minor("open")), (46_000, 34_500, 11_500));
    assert_eq!((invoice.state(), invoice.minor("base_total")), (Some("posted"), 11_500));
    // Four pieces are owed and taxed once, and so much of them is earned.
    assert_eq!(balances(&firm).await, [46_000, 0, -6_000, -40_000]);
    for open in [&advance, &invoice] {
        let payment = firm.made(open, "pay").await;
        firm.post(&payment).await;
        assert_eq!(firm.load(open).await.state(), Some("paid"));
    }
    // What was paid ahead is the customer's again when all of the invoice is credited.
    let note = firm.made(&invoice, "credit").await;
    firm.post(&note).await;
    assert_eq!(firm.balance("receivable").await, -46_000);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn an_item_that_is_put_onto_an_advance_is_counted_in_its_own_units() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 4, "60").await;
    let order = order(&firm, item, "30").await;
    let advance = firm.made(&order, "advance").await;
    let (line, item) = (advance.lines[0].id.to_string(), item.to_string());
    let row = |unit| form(&[], &[&[("id", line.as_str()), ("item", item.as_str()), ("unit", unit)]]);
    assert_eq!(refusals(firm.save(&advance, &row("KG")).await), ["refuse-unit-of-item"]);
    firm.save(&advance, &row("PCS")).await.expect("an item of the order");
}

#[tokio::test]
async fn an_invoice_of_an_order_says_what_it_will_deduct_before_it_is_posted() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    let order = order(&firm, item, "30").await;
    let advance = firm.made(&order, "advance").await;
    firm.post(&advance).await;
    let delivery = firm.made(&order, "deliver").await;
    firm.post(&delivery).await;
    let draft = firm.made(&order, "invoice").await;
    assert_eq!((draft.minor("total"), draft.minor("prepaid"), draft.minor("open")), (115_000, 34_500, 0));
    // An advance that is credited meanwhile is not deducted.
    let note = firm.made(&advance, "credit").await;
    firm.post(&note).await;
    let invoice = firm.post(&draft).await;
    assert_eq!((invoice.minor("prepaid"), invoice.minor("open")), (0, 115_000));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn what_an_invoice_has_no_room_for_waits_for_the_next_or_is_credited() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 2, "60").await;
    let order = order(&firm, item, "30").await;
    let advance = firm.made(&order, "advance").await;
    let advance = firm.post(&advance).await;
    let invoice = invoiced(&firm, &order).await;
    assert_eq!((invoice.minor("total"), invoice.minor("prepaid"), invoice.minor("open")), (23_000, 23_000, 0));
    assert_eq!(invoice.state(), Some("paid"));
    assert_eq!(balances(&firm).await, [34_500, -10_000, -4_500, -20_000]);

    let note = firm.made(&advance, "credit").await;
    assert_eq!((note.minor("net"), note.minor("total")), (10_000, 11_500));
    let dear = priced(&firm, &note, "100.01").await;
    assert_eq!(refusals(firm.act(&dear, "post").await), ["refuse-credit-advance"]);
    let note = priced(&firm, &dear, "100").await;
    firm.post(&note).await;
    assert_eq!(firm.load(&advance).await.minor("open"), 23_000);
    assert_eq!(balances(&firm).await, [23_000, 0, -3_000, -20_000]);
    assert_eq!(refusals(firm.act(&advance, "credit").await), ["refuse-nothing-to-credit"]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn no_more_is_asked_for_ahead_than_the_order_will_be_invoiced_for() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let order = order(&firm, item, "80").await;
    let first = firm.made(&order, "advance").await;
    let first = firm.post(&first).await;
    assert_eq!(first.minor("net"), 80_000);
    // What was agreed is more than is left.
    let second = firm.made(&order, "advance").await;
    assert_eq!(second.minor("net"), 20_000);
    let more = priced(&firm, &second, "200.01").await;
    assert_eq!(refusals(firm.act(&more, "post").await), ["refuse-over-advance"]);
    let all = priced(&firm, &more, "200").await;
    let second = firm.post(&all).await;
    assert_eq!(refusals(firm.act(&order, "advance").await), ["refuse-nothing-to-advance"]);

    for advance in [&first, &second] {
        let note = firm.made(advance, "credit").await;
        firm.post(&note).await;
    }
    let late = firm.made(&order, "advance").await;
    firm.act(&order, "cancel").await.expect("nothing is left of its advances");
    assert_eq!(refusals(firm.act(&late, "post").await), ["refuse-advance-order"]);
    assert_eq!(balances(&firm).await, [0; 4]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn an_advance_in_another_currency_is_earned_at_the_rate_at_which_it_was_charged() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    firm.rate("KWD", "12").await;
    let line = Line::new().with("item", item).with("quantity", dec("10"));
    let fill = |order: Document| {
        let order = order.with("currency", "KWD").with("total", 0).with("advance", dec("50"));
        Document { lines: vec![line], ..order }
    };
    let draft = firm.insert("sales_order", fill).await.expect("an order");
    let order = firm.act(&draft, "confirm").await.expect("confirmed").0;
    let advance = firm.made(&order, "advance").await;
    let advance = firm.post(&advance).await;
    assert_eq!((advance.minor("total"), advance.minor("base_total")), (575_000, 690_000));
    let mut tx = firm.tx().await;
    sqlx::query("update exchange_rate set rate = 13 where tenant_id = $1 and currency = 'KWD'")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("another rate");
    tx.commit().await.expect("commit");
    let invoice = invoiced(&firm, &order).await;
    assert_eq!((invoice.minor("open"), invoice.minor("base_total")), (575_000, 747_500));
    // 500.000 at 12 and as much at 13, each with 15 %.
    assert_eq!(balances(&firm).await, [1_437_500, 0, -187_500, -1_250_000]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn what_was_paid_ahead_leaves_room_within_the_credit_limit() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("credit_limit", "2000")]).await.expect("a limit");
    let first = order(&firm, item, "30").await;
    let line = Line::new().with("item", item).with("quantity", dec("10"));
    let second = firm.draft("sales_order", vec![line]).await;
    assert_eq!(refusals(firm.act(&second, "confirm").await), ["refuse-credit-limit"]);
    let advance = firm.made(&first, "advance").await;
    let advance = firm.post(&advance).await;
    // Asked for is not paid: the limit is used as before.
    assert_eq!(refusals(firm.act(&second, "confirm").await), ["refuse-credit-limit"]);
    let payment = firm.made(&advance, "pay").await;
    firm.post(&payment).await;
    firm.act(&second, "confirm").await.expect("within the limit");
}

#[tokio::test]
async fn paper_calls_advances_and_debit_notes_by_their_names_and_shows_what_is_deducted() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    let order = order(&firm, item, "30").await;
    let advance = firm.made(&order, "advance").await;
    let advance = firm.post(&advance).await;
    let invoice = invoiced(&firm, &order).await;
    let debit = firm.made(&invoice, "debit").await;
    let mut browser = Browser::of(&firm).await;
    let mut paper = async |document: &Document| {
        let address = format!("/{}/{}/print?language=en", document.record.path, document.id);
        browser.get(&address).await.text()
    };
    let text = paper(&advance).await;
    assert!(text.contains("Advance payment invoice") && !text.contains("Advances deducted"), "{text}");
    assert!(paper(&debit).await.contains("Debit note"));
    let text = paper(&invoice).await;
    let number = advance.number().expect("a number");
    for words in ["Advances deducted", number, "345.00", "300.0045.00"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let company = firm.document("company", firm.cx.tenant).await;
    firm.change(&company, &[("tax_number", "310000000000003")]).await.expect("a number");
    let debit = priced(&firm, &debit, "1").await;
    let debit = firm.post(&debit).await;
    assert!(paper(&advance).await.contains("Simplified tax invoice – advance payment"));
    assert!(paper(&debit).await.contains("Tax debit note"));
}

#[tokio::test]
async fn a_debit_note_adds_to_an_invoice_and_is_owed_as_one() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let invoice = firm.invoice(&[(item, 2)]).await;
    let draft = firm.made(&invoice, "debit").await;
    assert_eq!((draft.link("corrects"), draft.minor("total")), (Some(invoice.id), 0));
    assert_eq!(refusals(firm.act(&draft, "post").await), ["refuse-debit-nothing"]);
    let draft = priced(&firm, &draft, "10").await;
    let silent = firm.change(&draft, &[("note", "")]).await.expect("without a reason");
    assert_eq!(refusals(firm.act(&silent, "post").await), ["refuse-debit-reason"]);
    let draft = firm.change(&silent, &[("note", "The price of June")]).await.expect("with one");
    let zero = code(&mut firm.tx().await, "tax_code", "ZERO").await.to_string();
    let id = draft.lines[0].id.to_string();
    let untaxed = form(&[], &[&[("id", id.as_str()), ("tax_code", zero.as_str())]]);
    let untaxed = firm.save(&draft, &untaxed).await.expect("another tax code");
    assert_eq!(refusals(firm.act(&untaxed, "post").await), ["refuse-debit-tax"]);
    let vat = invoice.lines[0].link("tax_code").expect("a tax code").to_string();
    let taxed = form(&[], &[&[("id", id.as_str()), ("tax_code", vat.as_str())]]);
    let draft = firm.save(&untaxed, &taxed).await.expect("that of the invoice");

    let debit = firm.post(&draft).await;
    assert!(debit.number().is_some_and(|number| number.starts_with("DBN-")), "{:?}", debit.number());
    assert_eq!((debit.minor("net"), debit.minor("tax"), debit.minor("open")), (2_000, 300, 2_300));
    assert_eq!(balances(&firm).await, [25_300, 0, -3_300, -22_000]);
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let (ages, _) = report::ages(&mut tx, today, Some(firm.customer)).await.expect("ages");
    assert_eq!(ages.iter().sum::<i64>(), 25_300);
    let statement = report::statement(&mut tx, firm.customer, today, today, None, false).await.expect("a statement");
    let numbers: Vec<&str> = statement.parts[0].rows.iter().map(|row| row.number.as_str()).collect();
    assert!(numbers.contains(&debit.number().expect("a number")), "{numbers:?}");
    drop(tx);

    assert_eq!(refusals(firm.act(&debit, "debit").await), ["refuse-debit-of"]);
    let payment = firm.made(&debit, "pay").await;
    firm.post(&payment).await;
    assert_eq!(firm.load(&debit).await.state(), Some("paid"));
    let note = firm.made(&debit, "credit").await;
    assert_eq!(firm.post(&note).await.minor("total"), 2_300);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn what_is_sold_is_an_item() {
    let firm = Firm::new().await;
    let line = Line::new().with("description", "Something").with("quantity", dec("1")).with("price", dec("10"));
    let made = firm.insert("sales_invoice", |invoice| Document { lines: vec![line], ..invoice }).await;
    assert_eq!(refusals(made), ["fault-required"]);
}
