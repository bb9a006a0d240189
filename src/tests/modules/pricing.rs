//! Selling before the order: price lists, credit limits, leads and opportunities.

use crate::modules;
use crate::modules::sales::credit::{self, CreditFacts};
use crate::modules::sales::price_list::{Offer, PriceLine, best_price, clashes};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome, Typed};
use crate::platform::permission::{Acts, Grant, Rights};
use crate::platform::tenancy::Cx;
use crate::record::page::Arg;
use crate::record::{Reach, Value};
use crate::tests::support::{Browser, Firm, day, dec, record, refusals};
use jiff::{ToSpan as _, civil::Date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

// ------------------------------------------------------------------ builders

fn typed(fields: &[(&str, &str)]) -> Typed {
    Typed { fields: fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(), lines: None }
}

/// Changes the firm's customer as a form does.
async fn customer(firm: &Firm, fields: &[(&str, &str)]) {
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, fields).await.expect("changed");
}

/// A price list of the firm's customer with these lines.
async fn price_list(firm: &Firm, currency: &str, lines: Vec<Line>) -> Document {
    let mut tx = firm.tx().await;
    let mut list = Document::new(record("price_list"))
        .with("code", "P1")
        .with("name", crate::record::Names::new("Contractors", "المقاولون"))
        .with("currency", currency)
        .with("active", true);
    list.lines = lines;
    door::insert(&mut tx, &mut list).await.expect("a price list");
    tx.commit().await.expect("commit");
    customer(firm, &[("price_list", &list.id.to_string())]).await;
    list
}

fn price(item: Uuid, from_quantity: &str, price: &str) -> Line {
    Line::new().with("item", item).with("from_quantity", dec(from_quantity)).with("price", dec(price))
}

/// A draft order of these lines, so many days from today.
async fn draft(firm: &Firm, days: i64, lines: Vec<Line>) -> Document {
    let mut tx = firm.tx().await;
    let mut order = Document::new(record("sales_order"))
        .with("customer", firm.customer)
        .with("date", tx.company.today.checked_add(days.days()).expect("a date"))
        .with("warehouse", firm.main);
    order.lines = lines;
    door::insert(&mut tx, &mut order).await.expect("a draft order");
    tx.commit().await.expect("commit");
    order
}

fn of(item: Uuid, quantity: &str) -> Line {
    Line::new().with("item", item).with("quantity", dec(quantity))
}

fn prices(order: &Document) -> Vec<Decimal> {
    order.lines.iter().map(|line| line.decimal("price")).collect()
}

/// Takes an action as somebody else.
async fn act_as(firm: &Firm, cx: &Cx, document: &Document, action: &str) -> Outcome<Document> {
    let mut tx = firm.db.begin(cx).await?;
    let current = door::load(&mut tx, document.record, document.id, door::Lock::No).await?;
    let (document, _) = door::act(&mut tx, current.record, current.id, current.version, action).await?;
    tx.commit().await?;
    Ok(document)
}

/// Gives the only line of a draft another quantity.
async fn requantify(firm: &Firm, order: &Document, quantity: &str) -> Document {
    let mut tx = firm.tx().await;
    let row = [("id", order.lines[0].id.to_string()), ("quantity", quantity.to_owned())];
    let lines = vec![row.into_iter().map(|(n, t)| (n.to_owned(), t)).collect()];
    let typed = Typed { fields: BTreeMap::new(), lines: Some(lines) };
    let saved = door::save(&mut tx, order.record, order.id, order.version, &typed).await.expect("saved");
    tx.commit().await.expect("commit");
    saved
}

// ------------------------------------------------------------------ price lists

/// The items that laws are tried on.
fn item(n: u128) -> Uuid {
    Uuid::from_u128(n + 1)
}

fn date_of(n: i64) -> Date {
    day("2026-06-01").checked_add(n.days()).expect("a date")
}

/// Lines whose price is their row, so that an offer tells which line it came from.
fn some_lines() -> impl Strategy<Value = Vec<PriceLine>> {
    let line = (0_u128..2, 0_i64..4, prop::option::of(-5_i64..5), prop::option::of(0_i64..5));
    prop::collection::vec(line, 0..8).prop_map(|lines| {
        lines
            .into_iter()
            .enumerate()
            .map(|(row, (of, from, starts, length))| PriceLine {
                id: Uuid::nil(),
                item: item(of),
                from_quantity: Decimal::from(from * 10),
                price: Decimal::from(row),
                discount: None,
                valid_from: starts.map(date_of),
                valid_until: length.map(|length| date_of(starts.unwrap_or(-5) + length)),
            })
            .collect()
    })
}

fn in_force(line: &PriceLine, date: Date) -> bool {
    line.valid_from.is_none_or(|from| from <= date) && line.valid_until.is_none_or(|until| date <= until)
}

/// Rows that price the same thing on some day of those that lines are made of, found one by one.
fn clashing_pairs(lines: &[PriceLine]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (b, second) in lines.iter().enumerate() {
        for (a, first) in lines[..b].iter().enumerate() {
            let same = (first.item, first.from_quantity) == (second.item, second.from_quantity);
            if same && (-20..20).any(|n| in_force(first, date_of(n)) && in_force(second, date_of(n))) {
                found.push((a, b));
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn the_best_price_is_of_the_largest_quantity_reached_and_the_newest(lines in some_lines(), quantity in 0_i64..45, n in -10_i64..12) {
        let (quantity, date) = (Decimal::from(quantity), date_of(n));
        let fits = |line: &&PriceLine| line.item == item(0) && line.from_quantity <= quantity && in_force(line, date);
        match best_price(&lines, item(0), quantity, date) {
            None => prop_assert!(!lines.iter().any(|line| fits(&line))),
            Some(Offer { price, .. }) => {
                let best = lines.iter().find(|line| line.price == price).expect("a line of the list");
                prop_assert!(fits(&best));
                for other in lines.iter().filter(fits) {
                    prop_assert!((other.from_quantity, other.valid_from) <= (best.from_quantity, best.valid_from));
                }
            }
        }
    }

    #[test]
    fn where_nothing_clashes_the_order_of_lines_means_nothing(lines in some_lines(), quantity in 0_i64..45, n in -10_i64..12) {
        let bad = clashes(&lines);
        let good: Vec<PriceLine> = lines.iter().enumerate().filter(|(row, _)| !bad.contains(row)).map(|(_, l)| l.clone()).collect();
        prop_assume!(clashes(&good).is_empty());
        let turned: Vec<PriceLine> = good.iter().rev().cloned().collect();
        let ask = |lines: &[PriceLine]| best_price(lines, item(0), Decimal::from(quantity), date_of(n));
        prop_assert_eq!(ask(&good), ask(&turned));
    }

    #[test]
    fn clashes_are_found_where_there_are_some(lines in some_lines()) {
        let (found, pairs) = (clashes(&lines), clashing_pairs(&lines));
        prop_assert_eq!(found.is_empty(), pairs.is_empty());
        for row in found {
            prop_assert!(pairs.iter().any(|(_, later)| *later == row), "row {} clashes with no earlier one", row);
        }
    }
}

#[tokio::test]
async fn a_line_is_priced_by_the_customers_list_by_quantity_and_date() {
    let firm = Firm::new().await;
    let (beam, bolt) = (firm.item("BEAM", "100", 0, "0").await, firm.item("BOLT", "7", 0, "0").await);
    let tx = firm.tx().await;
    let today = tx.company.today;
    let (yesterday, tomorrow) = (today.yesterday().expect("a date"), today.tomorrow().expect("a date"));
    tx.commit().await.expect("commit");
    let lines = vec![
        price(beam, "0", "90"),
        price(beam, "5", "1").with("valid_until", yesterday),
        price(beam, "5", "70").with("valid_from", tomorrow),
        price(beam, "10", "80").with("discount", dec("5")),
    ];
    let list = price_list(&firm, "SAR", lines).await;

    let given = of(beam, "12").with("price", dec("99"));
    let order = draft(&firm, 0, vec![of(beam, "1"), of(beam, "6"), of(beam, "12"), of(bolt, "3"), given]).await;
    assert_eq!(prices(&order), [dec("90"), dec("90"), dec("80"), dec("7"), dec("99")]);
    let discounts: Vec<&Value> = order.lines.iter().map(|line| line.get("discount")).collect();
    assert_eq!(discounts[2], &Value::Decimal(dec("5")));
    assert!(discounts[4].is_null(), "a price that somebody gave comes without the list's discount");
    assert_eq!(order.lines[2].minor("net"), 91_200);

    let order = draft(&firm, 1, vec![of(beam, "6"), Line::new().with("item", beam)]).await;
    assert_eq!(prices(&order), [dec("70"), dec("90")], "from tomorrow on, and one piece where nobody said how many");

    // What was priced stays so, also when the order changes.
    let more = requantify(&firm, &draft(&firm, 0, vec![of(beam, "1")]).await, "12").await;
    assert_eq!(prices(&more), [dec("90")]);

    // A list that is not in force prices nothing.
    let list = firm.change(&list, &[("valid_until", &yesterday.to_string())]).await.expect("ended");
    assert_eq!(prices(&draft(&firm, 0, vec![of(beam, "1")]).await), [dec("100")]);
    firm.change(&list, &[("valid_until", ""), ("active", "false")]).await.expect("put away");
    assert_eq!(prices(&draft(&firm, 0, vec![of(beam, "1")]).await), [dec("100")]);
}

#[tokio::test]
async fn a_list_in_another_currency_is_ignored() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 0, "0").await;
    price_list(&firm, "USD", vec![price(beam, "0", "25")]).await;
    assert_eq!(prices(&draft(&firm, 0, vec![of(beam, "1")]).await), [dec("100")]);
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let mut rate =
        Document::new(record("exchange_rate")).with("currency", "USD").with("date", today).with("rate", dec("3.75"));
    door::insert(&mut tx, &mut rate).await.expect("a rate");
    tx.commit().await.expect("commit");
    customer(&firm, &[("currency", "USD")]).await;
    let order = draft(&firm, 0, vec![of(beam, "1")]).await;
    assert_eq!((order.text("currency"), prices(&order)), (Some("USD"), vec![dec("25")]));
}

#[tokio::test]
async fn all_lines_are_priced_in_one_statement() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 0, "0").await;
    price_list(&firm, "SAR", vec![price(beam, "0", "90")]).await;
    let mut counts = Vec::new();
    for n in [1, 20] {
        let mut tx = firm.tx().await;
        let mut quotation =
            Document::new(record("quotation")).with("customer", firm.customer).with("date", tx.company.today);
        quotation.lines = (0..n).map(|_| of(beam, "2")).collect();
        let before = tx.statements();
        door::insert(&mut tx, &mut quotation).await.expect("a quotation");
        counts.push(tx.statements() - before);
    }
    assert_eq!(counts[0], counts[1]);
}

#[tokio::test]
async fn a_list_that_contradicts_itself_is_refused_beside_the_cell() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 0, "0").await;
    let mut tx = firm.tx().await;
    let list = |lines: Vec<Line>| {
        let mut list = Document::new(record("price_list"))
            .with("code", "P1")
            .with("name", crate::record::Names::new("Prices", ""))
            .with("currency", "SAR")
            .with("valid_from", day("2026-03-01"))
            .with("valid_until", day("2026-02-01"));
        list.lines = lines;
        list
    };
    let lines = vec![
        price(beam, "0", "90").with("valid_until", day("2026-03-31")),
        price(beam, "0", "80").with("valid_from", day("2026-03-31")),
        price(beam, "5", "70").with("valid_from", day("2026-05-02")).with("valid_until", day("2026-05-01")),
    ];
    let Err(Error::Refused(refused)) = door::insert(&mut tx, &mut list(lines)).await else { panic!("not refused") };
    let at: Vec<_> = refused.iter().map(|r| (r.field.as_deref().unwrap_or_default(), r.message.id.as_str())).collect();
    assert_eq!(
        at,
        [
            ("valid_until", "refuse-validity-order"),
            ("lines[2][valid_until]", "refuse-validity-order"),
            ("lines[1][from_quantity]", "refuse-price-twice"),
        ]
    );
    // One price until a day and another one from the next day on are no contradiction.
    let lines = vec![
        price(beam, "0", "90").with("valid_until", day("2026-03-31")),
        price(beam, "0", "80").with("valid_from", day("2026-04-01")),
    ];
    let mut good = list(lines).with("valid_until", Value::Null);
    door::insert(&mut tx, &mut good).await.expect("a price list");
}

// ------------------------------------------------------------------ credit

fn some_facts() -> impl Strategy<Value = CreditFacts> {
    let amount = -1_000_000_i64..1_000_000;
    (prop::option::of(0_i64..1_000_000), amount, 0_i64..1_000_000, 0_i64..1_000_000, any::<bool>()).prop_map(
        |(limit, receivable, ordered, order, released)| CreditFacts { limit, receivable, ordered, order, released },
    )
}

proptest! {
    #[test]
    fn an_order_is_refused_exactly_when_it_goes_beyond_the_limit(facts in some_facts()) {
        let refused = credit::check(&facts, "SAR").is_err();
        let beyond = facts.limit.is_some_and(|limit| facts.receivable + facts.ordered + facts.order > limit);
        prop_assert_eq!(refused, beyond && !facts.released);
        // What can be released is what is refused, and nothing that is released is refused.
        prop_assert_eq!(credit::check_release(&facts).is_ok(), refused);
        let released = CreditFacts { released: true, ..facts };
        prop_assert!(credit::check(&released, "SAR").is_ok());
    }

    #[test]
    fn owing_more_never_opens_a_way(facts in some_facts(), more in 0_i64..1_000_000, which in 0_u8..3) {
        let mut worse = facts.clone();
        match which {
            0 => worse.receivable += more,
            1 => worse.ordered += more,
            _ => worse.order += more,
        }
        prop_assert!(credit::check(&facts, "SAR").is_ok() || credit::check(&worse, "SAR").is_err());
    }

    #[test]
    fn invoicing_moves_an_amount_and_changes_nothing(facts in some_facts(), share in 0_i64..101) {
        let part = facts.ordered * share / 100;
        let invoiced = CreditFacts { receivable: facts.receivable + part, ordered: facts.ordered - part, ..facts.clone() };
        prop_assert_eq!(credit::check(&facts, "SAR"), credit::check(&invoiced, "SAR"));
    }
}

#[tokio::test]
async fn an_order_beyond_the_limit_is_refused_then_released_then_confirmed() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 0, "0").await;
    customer(&firm, &[("credit_limit", "1000")]).await;
    let first = draft(&firm, 0, vec![of(beam, "5")]).await;
    assert_eq!(first.minor("base_total"), 57_500);
    assert_eq!(refusals(firm.act(&first, "release").await), ["refuse-release-needless"]);
    firm.act(&first, "confirm").await.expect("within the limit");

    let second = draft(&firm, 0, vec![of(beam, "5")]).await;
    let Err(Error::Refused(refused)) = firm.act(&second, "confirm").await else { panic!("not refused") };
    assert_eq!((refused.len(), refused[0].message.id.as_str()), (1, "refuse-credit-limit"));
    let given: BTreeMap<&str, &Arg> = refused[0].message.args.iter().map(|(name, arg)| (name.as_str(), arg)).collect();
    for (name, amount) in [("limit", "1000"), ("used", "575"), ("order", "575")] {
        assert_eq!(given.get(name), Some(&&Arg::Number(dec(amount))), "{name}");
    }

    // Who sells does not release; who keeps the books does that, and nothing else with an order.
    let (sales, accountant) = (firm.colleague("sales").await, firm.colleague("accountant").await);
    assert!(matches!(act_as(&firm, &sales, &second, "release").await, Err(Error::Denied)));
    assert_eq!(refusals(act_as(&firm, &sales, &second, "confirm").await), ["refuse-credit-limit"]);
    assert!(matches!(act_as(&firm, &accountant, &second, "confirm").await, Err(Error::Denied)));
    let saved = firm.load(&second).await;
    assert_eq!((saved.state(), saved.number()), (Some("draft"), None));
    let released = act_as(&firm, &accountant, &second, "release").await.expect("released");
    assert_eq!((released.state(), released.number()), (Some("draft"), None));
    assert_eq!(refusals(act_as(&firm, &accountant, &second, "release").await), ["refuse-release-needless"]);
    let confirmed = act_as(&firm, &sales, &second, "confirm").await.expect("confirmed");
    assert_eq!(confirmed.state(), Some("confirmed"));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_release_holds_for_what_was_released() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 0, "0").await;
    customer(&firm, &[("credit_limit", "0")]).await;
    let order = draft(&firm, 0, vec![of(beam, "5")]).await;
    assert_eq!(refusals(firm.act(&order, "confirm").await), ["refuse-credit-limit"]);
    let (order, _) = firm.act(&order, "release").await.expect("released");
    let less = requantify(&firm, &order, "4").await;
    assert!(less.get("credit_released").bool());
    let more = requantify(&firm, &less, "5").await;
    assert!(!more.get("credit_released").bool());
    assert_eq!(refusals(firm.act(&more, "confirm").await), ["refuse-credit-limit"]);
    // The form cannot say so itself.
    let forged = firm.change(&more, &[("credit_released", "true")]).await.expect("saved");
    assert_eq!(refusals(firm.act(&forged, "confirm").await), ["refuse-credit-limit"]);
}

#[tokio::test]
async fn what_is_invoiced_counts_once_and_what_is_paid_no_more() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 4, "60").await;
    customer(&firm, &[("credit_limit", "2000")]).await;
    let order = draft(&firm, 0, vec![of(beam, "10")]).await;
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    let next = draft(&firm, 0, vec![of(beam, "1")]).await;
    let used = async || {
        let mut tx = firm.tx().await;
        let facts = credit::facts(&mut tx, &next).await.expect("facts");
        tx.commit().await.expect("commit");
        (facts.receivable, facts.ordered)
    };
    assert_eq!(used().await, (0, 115_000));
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    assert_eq!(used().await, (0, 115_000));
    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("posted");
    assert_eq!(used().await, (46_000, 69_000));
    // Closed short: what will never be delivered is no longer a promise.
    firm.act(&order, "close").await.expect("closed");
    assert_eq!(used().await, (46_000, 0));
    let (_, payment) = firm.act(&invoice, "pay").await.expect("a payment");
    firm.act(&payment.expect("a draft"), "post").await.expect("posted");
    assert_eq!(used().await, (0, 0));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn who_may_not_release_sets_no_limits() {
    let firm = Firm::new().await;
    customer(&firm, &[("credit_limit", "1000")]).await;
    let (sales, accountant) = (firm.colleague("sales").await, firm.colleague("accountant").await);
    let mut tx = firm.db.begin(&sales).await.expect("sales enters");
    let customers = record("customer");
    let raise = typed(&[("credit_limit", "5000"), ("phone", "1")]);
    assert_eq!(refusals(door::save(&mut tx, customers, firm.customer, 2, &raise).await), ["refuse-limit-change"]);
    let keep = typed(&[("credit_limit", "1000.00"), ("phone", "1")]);
    door::save(&mut tx, customers, firm.customer, 2, &keep).await.expect("the rest is theirs to change");
    let new = [("code", "C5"), ("name", "New"), ("language", "en")];
    door::save(&mut tx, customers, Uuid::now_v7(), 0, &typed(&new)).await.expect("a customer without a limit");
    let limited = typed(&[("code", "C6"), ("name", "New"), ("language", "en"), ("credit_limit", "1")]);
    let limited = door::save(&mut tx, customers, Uuid::now_v7(), 0, &limited).await;
    assert_eq!(refusals(limited), ["refuse-limit-change"]);
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&accountant).await.expect("the accountant enters");
    door::save(&mut tx, customers, firm.customer, 3, &raise).await.expect("whoever releases sets limits");
}

/// Each order fits, both together do not: one of two hands is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_orders_at_once_do_not_share_one_limit() {
    let firm = Firm::new().await;
    let beam = firm.item("BEAM", "100", 0, "0").await;
    customer(&firm, &[("credit_limit", "1000")]).await;
    let (a, b) = (draft(&firm, 0, vec![of(beam, "5")]).await, draft(&firm, 0, vec![of(beam, "5")]).await);
    let (first, second) = tokio::join!(firm.act(&a, "confirm"), firm.act(&b, "confirm"));
    let (good, bad) = if first.is_ok() { (first, second) } else { (second, first) };
    assert!(good.is_ok());
    assert_eq!(refusals(bad), ["refuse-credit-limit"]);
}

#[test]
fn a_reserved_action_is_for_those_it_is_reserved_for() {
    let records: Vec<_> = modules::records().collect();
    let order = record("sales_order");
    for (base, confirm, release) in [
        ("owner", true, true),
        ("sales", true, false),
        ("accountant", false, true),
        ("storekeeper", false, false),
        ("auditor", false, false),
        ("portal", false, false),
    ] {
        let rights = Rights::new(base, &records, &[]);
        assert_eq!((rights.acts(order, "confirm"), rights.acts(order, "release")), (confirm, release), "{base}");
    }
    // All actions of a record that reserves none stay all of them, so that a later one is among them.
    assert_eq!(Grant::of_base("sales", record("quotation")).acts, Acts::All);
    assert_eq!(Grant::of_base("owner", order).acts.text().as_deref(), Some("*"));
    assert_eq!(Grant::of_base("accountant", order).acts.text().as_deref(), Some("release"));
    assert_eq!(Grant::of_base("auditor", order).acts.text(), None);
}

// ------------------------------------------------------------------ leads and opportunities

#[tokio::test]
async fn a_lead_becomes_an_opportunity_and_that_a_quotation() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let mut lead = Document::new(record("lead"))
        .with("name", "Huda Al-Amri")
        .with("company", "Wadi Frames")
        .with("email", "huda@wadi.example")
        .with("source", "exhibition")
        .with("note", "Asked for railings.")
        .with("date", tx.company.today);
    door::insert(&mut tx, &mut lead).await.expect("a lead");
    tx.commit().await.expect("commit");
    let (lead, _) = firm.act(&lead, "contact").await.expect("contacted");
    let (lead, made) = firm.act(&lead, "qualify").await.expect("qualified");
    assert_eq!(lead.state(), Some("qualified"));
    assert_eq!(refusals(firm.act(&lead, "lose").await), ["refuse-state"]);

    let deal = made.expect("an opportunity");
    assert_eq!((deal.text("title"), deal.link("lead")), (Some("Wadi Frames"), Some(lead.id)));
    assert_eq!((deal.state(), deal.number(), deal.decimal("probability")), (Some("new"), None, dec("10")));
    assert_eq!(deal.get("note"), &Value::from("Asked for railings."));
    assert_eq!(refusals(firm.act(&deal, "quote").await), ["refuse-quote-customer"]);
    let fields = [("customer", firm.customer.to_string()), ("expected_amount", "12000".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let deal = firm.change(&deal, &fields).await.expect("an opportunity can be changed until it is decided");
    assert_eq!(deal.minor("expected_amount"), 1_200_000);

    let (deal, quotation) = firm.act(&deal, "quote").await.expect("a quotation");
    assert_eq!((deal.state(), deal.decimal("probability")), (Some("proposal"), dec("50")));
    assert!(deal.number().is_some_and(|number| number.starts_with("OP-")), "{:?}", deal.number());
    let quotation = quotation.expect("a draft");
    assert_eq!(quotation.record.name, "quotation");
    assert_eq!((quotation.link("customer"), quotation.link("opportunity")), (Some(firm.customer), Some(deal.id)));
    assert!(quotation.get("note").is_null(), "our note is not the customer's");
    assert_eq!(refusals(firm.act(&quotation, "send").await), ["refuse-no-lines"]);
    let mut tx = firm.tx().await;
    let page = crate::platform::page::form(&mut tx, deal.record, Some(deal.id), &BTreeMap::new(), None)
        .await
        .expect("the form");
    assert_eq!(
        page.linked.iter().map(|l| (l.record.as_str(), l.id)).collect::<Vec<_>>(),
        [("lead", lead.id), ("quotation", quotation.id)]
    );
    drop(tx);

    // A second quotation leaves the stage, and the number, as they are.
    let number = deal.number().map(str::to_owned);
    let (deal, _) = firm.act(&deal, "advance").await.expect("negotiation");
    let (deal, _) = firm.act(&deal, "quote").await.expect("another quotation");
    assert_eq!((deal.state(), deal.number()), (Some("negotiation"), number.as_deref()));
    let (deal, _) = firm.act(&deal, "win").await.expect("won");
    assert_eq!((deal.state(), deal.decimal("probability")), (Some("won"), dec("100")));
    assert_eq!(refusals(firm.act(&deal, "advance").await), ["refuse-state"]);
    assert_eq!(refusals(firm.change(&deal, &[("title", "Other")]).await), ["refuse-posted"]);
    let (deal, _) = firm.act(&deal, "reopen").await.expect("open again");
    assert_eq!((deal.state(), deal.decimal("probability")), (Some("negotiation"), dec("75")));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_deal_is_followed_up_by_activities_that_stand_on_its_form() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let mut deal = Document::new(record("opportunity")).with("title", "Gates").with("date", tx.company.today);
    door::insert(&mut tx, &mut deal).await.expect("a deal");
    let call = Uuid::now_v7();
    let fields = typed(&[("subject", "Ask about the gates"), ("kind", "call"), ("opportunity", &deal.id.to_string())]);
    door::save(&mut tx, record("activity"), call, 0, &fields).await.expect("planned");
    tx.commit().await.expect("commit");
    let mut browser = Browser::of(&firm).await;
    let form = browser.get(&format!("/opportunities/{}", deal.id)).await;
    assert!(form.text().contains("Ask about the gates"), "the form of the deal tells what is planned");
    let (done, _) = firm.act(&firm.document("activity", call).await, "finish").await.expect("done");
    assert_eq!(done.state(), Some("done"));
    assert_eq!(refusals(firm.change(&done, &[("subject", "Other")]).await), ["refuse-posted"]);
    let (again, _) = firm.act(&done, "reopen").await.expect("planned again");
    assert_eq!(again.state(), Some("planned"));
}

#[tokio::test]
async fn a_customer_has_several_contacts() {
    let firm = Firm::new().await;
    let contact = |texts: &[(&str, &str)]| texts.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    let mut tx = firm.tx().await;
    let customer = firm.document("customer", firm.customer).await;
    let lines = vec![
        contact(&[("purpose", "billing"), ("name", "Accounts"), ("email", "bills@gulf.example")]),
        contact(&[("purpose", "delivery"), ("name", "Gate 4"), ("address", "Second Industrial City")]),
    ];
    let fields = Typed { fields: Default::default(), lines: Some(lines) };
    let saved = door::save(&mut tx, customer.record, customer.id, customer.version, &fields).await.expect("saved");
    assert_eq!(saved.lines.len(), 2);
    let lines = vec![contact(&[("name", "Accounts"), ("email", "nowhere")])];
    let fields = Typed { fields: Default::default(), lines: Some(lines) };
    match door::save(&mut tx, customer.record, customer.id, saved.version, &fields).await {
        Err(Error::Refused(faults)) => assert_eq!(faults[0].field.as_deref(), Some("lines[0][email]")),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn an_estimate_of_ones_own_goes_along_until_the_deal_is_decided() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let mut deal = Document::new(record("opportunity"))
        .with("title", "Stairs for a school")
        .with("date", tx.company.today)
        .with("probability", dec("33"));
    door::insert(&mut tx, &mut deal).await.expect("an opportunity");
    tx.commit().await.expect("commit");
    let (deal, _) = firm.act(&deal, "advance").await.expect("qualified");
    assert_eq!((deal.state(), deal.decimal("probability")), (Some("qualified"), dec("33")));
    let (deal, _) = firm.act(&deal, "lose").await.expect("lost");
    assert_eq!(deal.get("probability"), &Value::Decimal(Decimal::ZERO));
    let (deal, _) = firm.act(&deal, "reopen").await.expect("open again");
    assert_eq!((deal.state(), deal.decimal("probability")), (Some("qualified"), dec("25")));
}

#[tokio::test]
async fn who_sells_keeps_leads_under_their_own_name_and_others_do_not_see_them() {
    let firm = Firm::new().await;
    let (sales, store) = (firm.colleague("sales").await, firm.colleague("storekeeper").await);
    let mut tx = firm.db.begin(&sales).await.expect("sales enters");
    assert!(!tx.standing.rights.sees(record("member")), "sales may not read the members");
    // As the form sends it: the name that was filled in comes back with its id.
    let me = tx.standing.member.to_string();
    let fields = typed(&[("name", "Saleh"), ("source", "visit"), ("salesperson", &me), ("salesperson~", "Colleague")]);
    let saved = door::save(&mut tx, record("lead"), Uuid::now_v7(), 0, &fields).await.expect("saved");
    assert_eq!(saved.link("salesperson"), Some(tx.standing.member));
    let stranger = firm.cx.user.to_string();
    let other = typed(&[("name", "Saleh"), ("salesperson", &stranger)]);
    assert_eq!(refusals(door::save(&mut tx, record("lead"), Uuid::now_v7(), 0, &other).await), ["fault-not-link"]);
    let bad = typed(&[("name", "Saleh"), ("email", "nowhere")]);
    assert_eq!(refusals(door::save(&mut tx, record("lead"), Uuid::now_v7(), 0, &bad).await), ["refuse-email"]);
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&store).await.expect("the storekeeper enters");
    assert!(matches!(door::get(&mut tx, record("lead"), saved.id).await, Err(Error::NotFound)));
    for name in ["lead", "opportunity", "price_list"] {
        assert!(!record(name).knows(Reach::Party), "a customer would see {name}");
    }
}
