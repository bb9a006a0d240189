//! Entries that documents leave in the journal: laws over currencies, rates, many lines and both ways to round tax.

use crate::modules::finance::ledger::{Books, Entry, EntryLine};
use crate::modules::finance::terms;
use crate::modules::inventory::valuation::{Level, Stock};
use crate::modules::sales::delivery::{self, Facts};
use crate::modules::sales::invoice::{self, revenue};
use crate::modules::sales::payment::{paid_back, received};
use crate::modules::sales::pricing::{SaleLine, TaxRounding, totals};
use crate::modules::sales::receivable::{Open, Refund, Settlement, Share};
use crate::platform::document::{Document, Line};
use crate::platform::door::Effects;
use crate::record::{Minor, Names, money};
use crate::tests::support::{Firm, code, day, dec, form, record};
use jiff::ToSpan as _;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use std::collections::HashMap;
use uuid::Uuid;

// ------------------------------------------------------------------ rules alone

static ROLES: [&str; 7] =
    ["receivable", "sales", "vat_output", "cogs", "inventory", "exchange_difference", "sales_discount"];

fn books(tax_rates: HashMap<Uuid, Decimal>) -> Books {
    let accounts = ROLES.iter().enumerate().map(|(n, role)| (*role, id(100 + n)));
    Books::open_with(day("2026-06-01"), accounts, tax_rates)
}

fn id(n: usize) -> Uuid {
    Uuid::from_u128(n as u128 + 1)
}

/// The amount that effects set a field of the document to.
fn set(effects: &Effects, field: &str) -> Option<Minor> {
    effects.set.iter().find(|(name, _)| *name == field).and_then(|(_, value)| value.int())
}

fn currencies() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["JPY", "SAR", "KWD"])
}

fn rates() -> impl Strategy<Value = Decimal> {
    (1_000_u32..40_000_000).prop_map(|n| Decimal::new(n.into(), 6))
}

proptest! {
    /// What the customer owes is what was earned, part by part: at most a minor unit for each away from the total.
    #[test]
    fn an_invoice_is_claimed_for_exactly_what_it_earns(
        lines in prop::collection::vec((1_u32..10_000, 0_u32..1_000_000, 0_u32..101, 0_usize..4), 1..40),
        (currency, company) in (currencies(), currencies()),
        rate in rates(),
        by_line in any::<bool>(),
        cut in 0_u32..101,
    ) {
        let tax_rates = [(1, "15"), (2, "5"), (3, "7.25")].map(|(n, percent)| (id(n), dec(percent)));
        let tax_rates: HashMap<Uuid, Decimal> = tax_rates.into();
        let lines: Vec<SaleLine> = lines.into_iter().map(|(quantity, price, off, tax)| SaleLine {
            id: Uuid::nil(),
            item: id(0),
            quantity: Decimal::new(quantity.into(), 2),
            price: Decimal::new(price.into(), 3),
            discount: Decimal::from(off),
            tax_code: (tax > 0).then(|| id(tax)),
            optional: false,
        }).collect();
        let rounding = if by_line { TaxRounding::Line } else { TaxRounding::Document };
        let (from, to) = (money::decimals(currency), money::decimals(company));
        let totals = totals(&lines, &tax_rates, from, rounding).expect("fits");
        let document = Document::new(record("sales_invoice"))
            .with("customer", id(9))
            .with("date", day("2026-06-01"))
            .with("currency", currency)
            .with("rate", rate);
        let parts = [(Decimal::from(cut), 0), (Decimal::from(100 - cut), 30)];
        let due = terms::instalments(totals.total, day("2026-06-01"), &parts);
        let books = books(tax_rates);
        let effects = invoice::post(&document, &totals, &[], &due, &books, company).expect("nothing stands in its way");

        let convert = |amount: Minor| money::convert(amount, from, rate, to).expect("fits");
        let owed: Minor = totals.taxes.iter().map(|part| convert(part.base) + convert(part.tax)).sum();
        prop_assert_eq!(set(&effects, "base_total"), Some(owed));
        prop_assert_eq!(set(&effects, "open"), Some(totals.total));
        prop_assert_eq!(effects.state, Some(if totals.total == 0 { "paid" } else { "posted" }));
        prop_assert!((owed - convert(totals.total)).abs() <= totals.taxes.len() as Minor);

        let account = |role: &str| books.account(role).expect("an account");
        let earned = revenue(&totals.taxes, account("sales"), account("vat_output"), |amount| Some(convert(amount)));
        let earned = earned.expect("fits");
        for line in earned.iter().filter(|line| line.account == account("vat_output")) {
            prop_assert!(line.tax_code.is_some(), "tax without its code");
        }
        let claim = EntryLine::signed(account("receivable"), owed).of(id(9));
        let entry = Entry::new(day("2026-06-01"), std::iter::once(claim).chain(earned));
        prop_assert!(entry.balances() && entry.reversed().balances());
        prop_assert_eq!(entry.reversed().debits(), entry.debits());
    }

    /// Stock is relieved of exactly what the goods are said to have cost, however often an item stands in a delivery.
    #[test]
    fn a_delivery_costs_what_it_takes_from_stock(
        stock in prop::collection::vec((1_i64..500, 0_i64..1_000_000), 3),
        lines in prop::collection::vec((0_usize..4, 1_i64..120), 1..14),
    ) {
        let levels: HashMap<Uuid, Level> = stock.iter().enumerate()
            .map(|(n, (on_hand, value))| (id(n), Level { on_hand: Decimal::from(*on_hand), value: *value }))
            .collect();
        let mut document = Document::new(record("delivery")).with("customer", id(9)).with("date", day("2026-06-01"));
        document.lines = lines.iter()
            .map(|(item, quantity)| Line::new().with("item", id(*item)).with("quantity", Decimal::from(*quantity)))
            .collect();
        let books = books(HashMap::new());
        let held = levels.iter().map(|(item, level)| ((*item, id(50)), Stock::Average(*level))).collect();
        let (places, tolerance) = (vec![id(50)], Decimal::ZERO);
        let facts = Facts { books, held, places, order: None, tolerance, original: None };
        let asked = |item: usize| lines.iter().filter(|line| line.0 == item).map(|line| line.1).sum::<i64>();
        match delivery::post(&document, &facts) {
            Ok(effects) => {
                let costs: Vec<(Uuid, Minor)> = effects.set_lines.iter()
                    .filter(|(_, field, _)| *field == "cost")
                    .map(|(line, _, cost)| (*line, cost.int().unwrap_or_default()))
                    .collect();
                prop_assert_eq!(set(&effects, "cost"), Some(costs.iter().map(|(_, cost)| *cost).sum::<Minor>()));
                for (item, level) in &levels {
                    let mut left = *level;
                    for line in document.lines.iter().filter(|line| line.link("item") == Some(*item)) {
                        let (cost, rest) = left.issue(line.decimal("quantity")).expect("it is on hand");
                        prop_assert!(costs.contains(&(line.id, cost)));
                        left = rest;
                    }
                }
                // The fourth item is a service: it costs nothing here.
                prop_assert_eq!(costs.len(), lines.iter().filter(|line| line.0 < 3).count());
            }
            Err(refusal) => {
                prop_assert_eq!(refusal.message.id, "refuse-stock-short-of");
                prop_assert!(stock.iter().enumerate().any(|(item, (on_hand, _))| asked(item) > *on_hand));
            }
        }
    }

    /// Money in, claims settled, and the difference that the rate made: the three lines of a payment's entry.
    #[test]
    fn the_entry_of_a_payment_balances(
        parts in prop::collection::vec((1_i64..100_000, 0_i64..400_000), 1..6),
        share in 1_i64..101,
        ahead in 0_i64..5_000,
        base in 0_i64..4_000_000,
    ) {
        let open: Vec<Open> = parts.iter().enumerate()
            .map(|(n, (open, base_open))| Open { id: id(n), invoice: id(n % 2), open: *open, base_open: *base_open })
            .collect();
        let of = |invoice: Uuid| -> Minor {
            open.iter().filter(|part| part.invoice == invoice).map(|part| part.open * share / 100).sum()
        };
        let wanted: Vec<(Uuid, Minor)> = [id(0), id(1)].map(|invoice| (invoice, of(invoice))).into();
        let used: Minor = wanted.iter().map(|(_, amount)| amount).sum();
        let settled = Settlement::of(used + ahead, base, &wanted, open.clone()).expect("within what is open");
        let entry = Entry::new(day("2026-06-01"), [
            EntryLine::signed(id(100), base),
            EntryLine::signed(id(101), -settled.relieved()),
            EntryLine::signed(id(102), settled.difference()),
        ]);
        prop_assert!(entry.balances() && entry.reversed().balances());
        prop_assert_eq!(settled.used(), used);
        for share in &settled.shares {
            let part = open.iter().find(|part| part.id == share.item).expect("a part");
            prop_assert!(share.base_debit <= part.base_open && share.base_debit >= 0 && share.base_credit >= 0);
        }
    }
}

/// What accounts with this role are moved by, debit positive.
fn moved(entry: &Entry, account: Uuid) -> Minor {
    entry.lines.iter().filter(|line| line.account == account).map(|line| line.debit - line.credit).sum()
}

/// What is left of parts after these shares of them, in their currency and in the company's.
fn left_of(open: &[Open], settled: &Settlement) -> Vec<(Minor, Minor)> {
    let of = |part: &Open, figure: fn(&Share) -> Minor| -> Minor {
        settled.shares.iter().filter(|share| share.item == part.id).map(figure).sum()
    };
    let left =
        |part: &Open| (part.open - of(part, |share| share.amount), part.base_open - of(part, |share| share.base_debit));
    open.iter().map(left).collect()
}

/// A payment over these amounts, in minor units of its currency and of the company's.
fn some_payment(currency: &str, rate: Decimal, amount: Minor, base: Minor) -> Document {
    Document::new(record("customer_payment"))
        .with("customer", id(9))
        .with("date", day("2026-06-01"))
        .with("account", id(50))
        .with("currency", currency)
        .with("rate", rate)
        .with("amount", amount)
        .with("base_amount", base)
}

proptest! {
    /// Money and discounts in, claims settled: nothing is settled beyond what is open, and what is settled wholly is worth
    /// nothing in the books, whatever the rates were.
    #[test]
    fn a_payment_with_a_discount_balances_and_what_it_settles_is_worth_nothing(
        parts in prop::collection::vec((1_i64..100_000, 0_i64..400_000), 1..6),
        share in 1_i64..101,
        off in 0_i64..51,
        ahead in 0_i64..5_000,
        (currency, company) in (currencies(), currencies()),
        rate in rates(),
    ) {
        let open: Vec<Open> = parts.iter().enumerate()
            .map(|(n, (open, base_open))| Open { id: id(n), invoice: id(n % 2), open: *open, base_open: *base_open })
            .collect();
        let of = |invoice: Uuid| -> Minor {
            open.iter().filter(|part| part.invoice == invoice).map(|part| part.open).sum::<Minor>() * share / 100
        };
        let wanted: Vec<(Uuid, Minor)> = [id(0), id(1)].map(|invoice| (invoice, of(invoice))).into();
        let used: Minor = wanted.iter().map(|(_, amount)| amount).sum();
        let discount: Minor = wanted.iter().map(|(_, amount)| amount * off / 100).sum();
        let amount = used - discount + ahead;
        let convert = |amount: Minor| {
            money::convert(amount, money::decimals(currency), rate, money::decimals(company)).expect("fits")
        };
        let (base, base_discount) = (convert(amount), convert(discount));
        let settled = Settlement::of(amount + discount, base + base_discount, &wanted, open.clone());
        let settled = settled.expect("within what is open");
        let books = books(HashMap::new());
        let payment = some_payment(currency, rate, amount, base);
        let entry = received(&payment, &settled, base_discount, &books).expect("nothing stands in its way");

        let account = |role: &str| books.account(role).expect("an account");
        prop_assert!(entry.balances() && entry.reversed().balances());
        prop_assert_eq!(moved(&entry, id(50)), base);
        prop_assert_eq!(moved(&entry, account("sales_discount")), base_discount);
        prop_assert_eq!(settled.used(), used);
        let left = left_of(&open, &settled);
        for (open, base_open) in &left {
            prop_assert!(*open >= 0 && *base_open >= 0 && (*open > 0 || *base_open == 0));
        }
        // What the receivable account loses is what the parts lose, and what is on account at the rate of the payment.
        let parts_lose = open.iter().zip(&left).map(|(part, (_, base_left))| part.base_open - base_left).sum::<Minor>();
        let on_account = base + base_discount - settled.shares.iter().map(|share| share.base_credit).sum::<Minor>();
        prop_assert_eq!(-moved(&entry, account("receivable")), parts_lose + on_account);
        if ahead == 0 {
            prop_assert_eq!(on_account, 0);
        }
        if share == 100 {
            prop_assert!(left.iter().all(|left| *left == (0, 0)));
        }
    }

    /// Money back, credits used up at what they were booked at, and never more than they hold.
    #[test]
    fn a_refund_balances_and_what_it_uses_up_is_worth_nothing(
        credits in prop::collection::vec((1_i64..100_000, 0_i64..400_000), 1..6),
        share in 1_i64..101,
        base in 0_i64..4_000_000,
    ) {
        let open: Vec<Open> = credits.iter().enumerate()
            .map(|(n, (open, base_open))| Open { id: id(n), invoice: id(20 + n), open: *open, base_open: *base_open })
            .collect();
        let held: Minor = open.iter().map(|credit| credit.open).sum();
        let amount = (held * share / 100).max(1);
        let refund = Refund::of(amount, base, open.clone(), "SAR").expect("within what is held");
        let books = books(HashMap::new());
        let payment = some_payment("SAR", Decimal::ONE, amount, base);
        let entry = paid_back(&payment, &refund, &books).expect("nothing stands in its way");

        prop_assert!(entry.balances() && entry.reversed().balances());
        prop_assert_eq!((moved(&entry, id(50)), refund.0.used()), (-base, amount));
        let left = left_of(&open, &refund.0);
        let used_up = open.iter().zip(&left).map(|(credit, (_, base_left))| credit.base_open - base_left).sum::<Minor>();
        prop_assert_eq!(moved(&entry, books.account("receivable").expect("an account")), used_up);
        for (open, base_open) in &left {
            prop_assert!(*open >= 0 && *base_open >= 0 && (*open > 0 || *base_open == 0));
        }
        let more = Refund::of(held + 1, base, open, "SAR").expect_err("more than is held");
        prop_assert_eq!(more.message.id, "refuse-over-refund");
    }

    /// What is off for paying early is never all, and only off in time.
    #[test]
    fn a_discount_for_paying_early_is_a_part_and_ends_on_its_day(
        open in 0_i64..1_000_000_000,
        percent in 0_u32..1_000_001,
        days in 0_i32..400,
    ) {
        let (invoiced, granted) = (day("2026-06-01"), (Decimal::new(percent.into(), 4), days));
        let last = invoiced.checked_add(days.days()).expect("a day");
        let discount = terms::early_discount(open, invoiced, last, granted);
        prop_assert!(discount >= 0 && (discount < open || open == 0));
        prop_assert_eq!(terms::early_discount(open, invoiced, last.tomorrow().expect("a day"), granted), 0);
        let exact = Decimal::from(open) * granted.0 / Decimal::ONE_HUNDRED;
        prop_assert!(discount == 0 || (Decimal::from(discount) - exact).abs() <= dec("0.5"));
    }
}

/// Nobody has such money; a form can ask for it all the same.
#[test]
fn f31_settlements_at_the_edge_of_what_is_kept_are_computed() {
    let most = i64::MAX / 4;
    for part in [most, most - 1, most / 3, 1] {
        let open = vec![Open { id: id(0), invoice: id(1), open: most, base_open: most }];
        let settled = Settlement::of(most, most, &[(id(1), part)], open).expect("within what is open");
        assert_eq!((settled.used(), settled.relieved(), settled.difference()), (part, most, 0), "{part}");
    }
}

// ------------------------------------------------------------------ documents through the door

/// A sale in any currency, at any rate.
#[derive(Clone, Debug)]
struct Sale {
    currency: &'static str,
    /// When it is invoiced, and when it is paid.
    rates: (Decimal, Decimal),
    /// Quantity in hundredths, price in thousandths, percent off, which of the tax codes.
    lines: Vec<(u32, u32, u32, usize)>,
    /// Percent of it that is paid before a part is credited.
    paid: i64,
    /// What is paid beyond.
    ahead: i64,
}

fn some_sale() -> impl Strategy<Value = Sale> {
    let line = (100_u32..5_000, 1_000_u32..2_000_000, 0_u32..50, 0_usize..3);
    (currencies(), (rates(), rates()), prop::collection::vec(line, 1..25), 1_i64..100, 0_i64..1_000)
        .prop_map(|(currency, rates, lines, paid, ahead)| Sale { currency, rates, lines, paid, ahead })
}

/// The rate of today, instead of the one that was there.
async fn rate_now(firm: &Firm, currency: &str, rate: Decimal) {
    let mut tx = firm.tx().await;
    let today = tx.company.today.to_string();
    sqlx::query(
        "insert into exchange_rate (id, currency, date, rate) values (gen_random_uuid(), $1, $2::date, $3)
         on conflict (tenant_id, currency, date) do update set rate = excluded.rate",
    )
    .bind(currency)
    .bind(today)
    .bind(rate)
    .execute(tx.conn())
    .await
    .expect("a rate");
    tx.commit().await.expect("commit");
}

/// Saves a draft with the first half of its lines.
async fn halved(firm: &Firm, draft: &Document) -> Document {
    let kept: Vec<String> =
        draft.lines.iter().take(draft.lines.len().div_ceil(2)).map(|line| line.id.to_string()).collect();
    let rows: Vec<[(&str, &str); 1]> = kept.iter().map(|id| [("id", id.as_str())]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| row.as_slice()).collect();
    firm.save(draft, &form(&[], &rows)).await.expect("half of its lines")
}

/// Invoices a sale, takes a part of the money at another rate with a discount and something on account, credits half of the lines, and
/// takes what is left.
async fn trade(firm: &Firm, item: Uuid, taxes: &[Uuid], sale: &Sale) {
    rate_now(firm, sale.currency, sale.rates.0).await;
    let line = |(quantity, price, off, tax): &(u32, u32, u32, usize)| {
        Line::new()
            .with("item", item)
            .with("quantity", Decimal::new((*quantity).into(), 2))
            .with("price", Decimal::new((*price).into(), 3))
            .with("discount", Decimal::from(*off))
            .with("tax_code", taxes[*tax])
    };
    let lines: Vec<Line> = sale.lines.iter().map(line).collect();
    // A total keeps the currency from following the customer's.
    let fill = |invoice: Document| Document { lines, ..invoice.with("currency", sale.currency).with("total", 0) };
    let draft = firm.insert("sales_invoice", fill).await.expect("an invoice");
    let invoice = firm.post(&draft).await;

    rate_now(firm, sale.currency, sale.rates.1).await;
    let part = (invoice.minor("open") * sale.paid / 100).max(1);
    let payment = firm.insert("customer_payment", |payment| {
        let discount = (invoice.minor("open") - part) / 7;
        let line = Line::new().with("sales_invoice", invoice.id).with("amount", part).with("discount", discount);
        let payment = payment.with("currency", sale.currency).with("amount", part + sale.ahead);
        Document { lines: vec![line], ..payment }
    });
    firm.post(&payment.await.expect("a payment")).await;

    let note = firm.made(&invoice, "credit").await;
    firm.post(&halved(firm, &note).await).await;
    if firm.load(&invoice).await.state() != Some("paid") {
        let rest = firm.made(&invoice, "pay").await;
        firm.post(&rest).await;
    }
    let settled = firm.load(&invoice).await;
    assert_eq!((settled.state(), settled.minor("open")), (Some("paid"), 0), "{sale:?}");
}

/// Finds goods at a cost of their own, delivers those of a sale and takes half of the lines back.
async fn ship(firm: &Firm, item: Uuid, sale: &Sale) {
    let cost = Decimal::new(sale.lines[0].1.into(), 3);
    let found = Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec("1.33"));
    let found = firm.insert("stock_adjustment", |adjustment| Document {
        lines: vec![found.with("cost", cost)],
        ..adjustment.with("reason", "found")
    });
    firm.post(&found.await.expect("a find")).await;
    let line = |(quantity, ..): &(u32, u32, u32, usize)| {
        Line::new().with("item", item).with("quantity", Decimal::new((*quantity).into(), 2))
    };
    let delivery = firm.draft("delivery", sale.lines.iter().map(line).collect()).await;
    let delivery = firm.post(&delivery).await;
    let back = firm.made(&delivery, "return").await;
    firm.post(&halved(firm, &back).await).await;
}

/// Documents whose entry says something else than they do. Each finding is a count.
const DISAGREEMENTS: &str = "
    with posted as (
      select e.source, l.account, a.role, l.debit - l.credit as amount
        from journal_entry e
        join journal_entry_line l on l.tenant_id = e.tenant_id and l.parent = e.id
        join account a on a.tenant_id = l.tenant_id and a.id = l.account
       where e.tenant_id = $1 and e.reversal_of is null)
    select array[
      (select count(*) from sales_invoice d where d.tenant_id = $1 and d.state <> 'draft' and d.base_total <>
         (select coalesce(sum(amount), 0) from posted p where p.source = d.id and p.role = 'receivable')),
      (select count(*) from customer_payment d where d.tenant_id = $1 and d.state <> 'draft' and d.base_amount <>
         (select coalesce(sum(amount), 0) from posted p where p.source = d.id and p.account = d.account)),
      (select count(*) from credit_note d where d.tenant_id = $1 and d.state <> 'draft' and d.base_total <>
         (select coalesce(sum(amount), 0) from posted p
           where p.source = d.id and p.role in ('sales_returns', 'vat_output'))),
      (select count(*) from delivery d where d.tenant_id = $1 and d.state <> 'draft' and d.cost <>
         (select coalesce(sum(amount), 0) from posted p where p.source = d.id and p.role = 'cogs'))]::bigint[]";

/// Trades some sales, the same each time, in a company that counts in this currency and rounds tax like this.
async fn trade_in(currency: &str, rounding: &str) {
    let firm = Firm::new().await;
    firm.count_parts_of_pieces().await;
    let mut tx = firm.tx().await;
    sqlx::query("update company set currency = $2, tax_rounding = $3 where tenant_id = $1")
        .bind(firm.cx.tenant)
        .bind(currency)
        .bind(rounding)
        .execute(tx.conn())
        .await
        .expect("another currency");
    let (vat, zero) = (code(&mut tx, "tax_code", "VAT15").await, code(&mut tx, "tax_code", "ZERO").await);
    tx.commit().await.expect("commit");
    let item = firm.item("A", "100", 100_000, "0.337").await;
    let odd = firm.insert("tax_code", |tax| {
        let tax = tax.with("code", "ODD").with("name", Names::new("Odd", "غريبة"));
        tax.with("kind", "standard").with("rate", dec("7.25"))
    });
    let taxes = [vat, zero, odd.await.expect("a tax code").id];
    let mut runner = TestRunner::deterministic();
    for _ in 0..6 {
        let sale = some_sale().new_tree(&mut runner).expect("a sale").current();
        trade(&firm, item, &taxes, &sale).await;
        ship(&firm, item, &sale).await;
    }
    let mut tx = firm.tx().await;
    let found: Vec<i64> =
        sqlx::query_scalar(DISAGREEMENTS).bind(firm.cx.tenant).fetch_one(tx.conn()).await.expect("entries are read");
    assert_eq!(found, [0, 0, 0, 0], "invoices, payments, credit notes, deliveries in {currency} by {rounding}");
    drop(tx);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn entries_of_all_documents_balance_where_tax_is_rounded_by_the_document() {
    for currency in ["SAR", "JPY"] {
        trade_in(currency, "document").await;
    }
}

#[tokio::test]
async fn entries_of_all_documents_balance_where_tax_is_rounded_by_the_line() {
    for currency in ["SAR", "KWD"] {
        trade_in(currency, "line").await;
    }
}
