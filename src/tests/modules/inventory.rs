//! Stock: valuation by laws and golden figures, levels under many hands.

use crate::modules::inventory::report;
use crate::modules::inventory::unit::{convert, whole};
use crate::modules::inventory::valuation::{Layer, Level, Part, Stock, come_back, worth};
use crate::modules::sales::order;
use crate::platform::document::{Document, Line};
use crate::platform::door::Outcome;
use crate::platform::tenancy::TenantTx;
use crate::platform::{door, page, search};
use crate::record::query::Query;
use crate::record::{Minor, Names, money};
use crate::tests::support::{Browser, Firm, code, dec, form, record, refusals, shared};
use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

fn golden() -> serde_json::Value {
    let text = std::fs::read_to_string(shared("golden/stock_valuation.json")).expect("text");
    serde_json::from_str(&text).expect("JSON")
}

/// Puts in so many at a rate.
fn buy(stock: &mut Stock, quantity: Decimal, rate: Decimal) {
    let value = money::to_minor(rate * quantity, 2).expect("fits");
    stock.receive(Uuid::now_v7(), quantity, value).expect("fits");
}

#[test]
fn both_methods_give_the_golden_figures() {
    let golden = golden();
    let case = &golden["fifo_vs_moving_average"];
    for (method, mut stock) in [("moving_average", Stock::default()), ("fifo", Stock::Fifo(Vec::new()))] {
        let mut cogs = 0;
        for step in case["moves"].as_array().expect("moves") {
            if let Some(quantity) = step["buy"].as_i64() {
                buy(&mut stock, quantity.into(), dec(step["rate"].as_str().expect("rate")));
            } else {
                let parts = stock.issue(step["sell"].as_i64().expect("sell").into()).expect("on hand");
                cogs += worth(&parts);
            }
        }
        let (expected, level) = (&case[method], stock.level());
        assert_eq!(money::from_minor(cogs, 2), dec(expected["cogs"].as_str().expect("cogs")), "{method}");
        assert_eq!(level.on_hand, Decimal::from(expected["remaining_qty"].as_i64().expect("qty")), "{method}");
        let value = dec(expected["remaining_value"].as_str().expect("value"));
        assert_eq!(money::from_minor(level.value, 2), value, "{method}");
    }
}

/// What one costs of what is left, after each step of another system's test.
#[test]
fn what_is_left_of_layers_costs_the_golden_figures() {
    let mut stock = Stock::Fifo(Vec::new());
    for step in golden()["tryton_fifo_unit_cost"]["steps"].as_array().expect("steps") {
        let words: Vec<&str> = step["op"].as_str().expect("a step").split(' ').collect();
        match words[..] {
            ["in", quantity, "@", rate] => buy(&mut stock, dec(quantity), dec(rate)),
            ["out", quantity] => {
                stock.issue(dec(quantity)).expect("on hand");
            }
            _ => panic!("{step}"),
        }
        let cost = stock.level().average() / Decimal::ONE_HUNDRED;
        assert_eq!(cost, dec(step["cost_price"].as_str().expect("a cost")), "{step}");
    }
}

/// A cost that is known a month later than the goods were sold.
#[test]
fn a_late_cost_is_shared_by_the_golden_figures() {
    let golden = golden();
    let cases = golden["closed_period_adjustments"]["cases"].as_array().expect("cases");
    let case = cases.iter().find(|case| case["name"].as_str().is_some_and(|name| name.starts_with("3.2")));
    let case = case.expect("the case of landed cost");
    assert_eq!(case["march"].as_str(), Some("in 20 @ 30, sell 10"));
    let late = money::to_minor(dec(case["april_landed_cost"].as_str().expect("a cost")), 2).expect("fits");
    for mut stock in [Stock::default(), Stock::Fifo(Vec::new())] {
        let receipt = Uuid::now_v7();
        stock.receive(receipt, dec("20"), 60_000).expect("fits");
        stock.issue(dec("10")).expect("on hand");
        let part = stock.revalue(receipt, dec("20"), late).expect("fits");
        let sold = money::from_minor(late - part.value, 2);
        assert_eq!(sold, dec(case["expected"]["cogs_adjustment"].as_str().expect("a share")));
        assert_eq!(stock.level(), Level { on_hand: dec("10"), value: 30_000 + part.value });
    }
}

/// The layers of stock that has some.
fn layers(stock: &Stock) -> &[Layer] {
    match stock {
        Stock::Fifo(layers) => layers,
        Stock::Average(_) => panic!("no layers"),
    }
}

proptest! {
    #[test]
    fn no_value_is_made_or_lost(receipts in prop::collection::vec((1_i64..500, 0_i64..100_000), 1..8), issues in prop::collection::vec(1_i64..400, 0..12)) {
        let mut level = Level::default();
        let mut put_in = 0;
        for (quantity, value) in receipts {
            level = level.receive(quantity.into(), value).expect("fits");
            put_in += value;
        }
        let mut taken = 0;
        for quantity in issues {
            match level.issue(quantity.into()) {
                Some((cost, rest)) => {
                    prop_assert!(cost >= 0 && rest.value >= 0);
                    taken += cost;
                    level = rest;
                }
                None => prop_assert!(level.on_hand < quantity.into()),
            }
        }
        prop_assert_eq!(taken + level.value, put_in);
        let (_, empty) = level.issue(level.on_hand).expect("all of it");
        prop_assert_eq!(empty, Level::default());
    }

    /// Whatever comes and goes in whatever order: value in is value out and what is left, and a layer is whole as long as
    /// anything is left of an older one.
    #[test]
    fn the_oldest_leaves_first_and_no_value_is_made_or_lost(steps in prop::collection::vec((any::<bool>(), 1_i64..500, 0_i64..100_000), 1..24)) {
        let mut stock = Stock::Fifo(Vec::new());
        let mut received: BTreeMap<Uuid, Decimal> = BTreeMap::new();
        let (mut put_in, mut taken) = (0, 0);
        for (n, (comes, quantity, value)) in steps.into_iter().enumerate() {
            let quantity = Decimal::new(quantity, 1);
            let before = stock.level().on_hand;
            if comes {
                let id = Uuid::from_u128(n as u128 + 1);
                let part = stock.receive(id, quantity, value).expect("fits");
                prop_assert_eq!(part, Part { layer: Some(id), quantity, value });
                received.insert(id, quantity);
                put_in += value;
            } else {
                match stock.issue(quantity) {
                    Some(parts) => {
                        prop_assert_eq!(parts.iter().map(|part| part.quantity).sum::<Decimal>(), quantity);
                        prop_assert!(parts.iter().all(|part| part.value >= 0));
                        taken += worth(&parts);
                    }
                    None => prop_assert!(before < quantity),
                }
            }
            prop_assert_eq!(taken + stock.level().value, put_in);
            let mut older_is_left = false;
            for layer in layers(&stock) {
                let Level { on_hand, value } = layer.level;
                prop_assert!(value >= 0 && (value == 0 || on_hand > Decimal::ZERO));
                prop_assert!(!older_is_left || on_hand == received[&layer.id]);
                older_is_left |= on_hand > Decimal::ZERO;
            }
        }
        let all = stock.level();
        prop_assert_eq!(worth(&stock.issue(all.on_hand).expect("all of it")), all.value);
        prop_assert_eq!(stock.level(), Level::default());
    }

    /// What a receipt cost in the end is of stock as far as it is there, and nothing is worth less than nothing.
    #[test]
    fn a_late_cost_is_of_stock_as_far_as_it_is_there(
        receipts in prop::collection::vec((1_i64..500, 0_i64..100_000), 1..6),
        issued in 0_i64..3_000,
        which in any::<prop::sample::Index>(),
        cost in 0_i64..200_000,
        fifo in any::<bool>(),
    ) {
        let id = |n: usize| Uuid::from_u128(n as u128 + 1);
        let mut stock = if fifo { Stock::Fifo(Vec::new()) } else { Stock::default() };
        for (n, (quantity, value)) in receipts.iter().enumerate() {
            stock.receive(id(n), Decimal::from(*quantity), *value).expect("fits");
        }
        let issued = Decimal::from(issued).min(stock.level().on_hand);
        stock.issue(issued).expect("on hand");
        let before = stock.level();
        let n = which.index(receipts.len());
        let (quantity, value) = receipts[n];
        let difference = cost - value;
        let part = stock.revalue(id(n), quantity.into(), difference).expect("fits");
        let after = stock.level();
        prop_assert_eq!(after, Level { on_hand: before.on_hand, value: before.value + part.value });
        prop_assert!(part.quantity.is_zero() && after.value >= 0);
        prop_assert!(part.value.abs() <= difference.abs() && part.value.signum() * difference.signum() >= 0);
        if issued.is_zero() {
            prop_assert_eq!(part.value, difference);
        }
        if after.on_hand.is_zero() {
            prop_assert_eq!(after.value, 0);
        }
    }

    /// However often a part of what left comes back: each layer gets what it gave, the youngest first, and no more.
    #[test]
    fn what_comes_back_is_what_left(left in prop::collection::vec((1_i64..500, 0_i64..100_000), 1..6), cuts in prop::collection::vec(1_i64..300, 0..8)) {
        let left: Vec<Part> = left.into_iter().enumerate()
            .map(|(n, (quantity, value))| Part { layer: Some(Uuid::from_u128(n as u128)), quantity: quantity.into(), value })
            .collect();
        let all: Decimal = left.iter().map(|part| part.quantity).sum();
        let mut before = Decimal::ZERO;
        let mut back: Vec<Part> = Vec::new();
        for cut in cuts.into_iter().map(Decimal::from).chain([all]) {
            let quantity = cut.min(all - before);
            let parts = come_back(&left, before, quantity).expect("that much left");
            prop_assert!(parts.iter().all(|(n, part)| left[*n].layer == part.layer));
            back.extend(parts.into_iter().map(|(_, part)| part));
            before += quantity;
        }
        let order: Vec<Option<Uuid>> = back.iter().map(|part| part.layer).collect();
        prop_assert!(order.is_sorted_by(|one, next| one >= next));
        for part in &left {
            let of_layer: Vec<&Part> = back.iter().filter(|one| one.layer == part.layer).collect();
            prop_assert!(of_layer.iter().all(|one| one.value >= 0));
            prop_assert_eq!(of_layer.iter().map(|one| one.quantity).sum::<Decimal>(), part.quantity);
            prop_assert_eq!(of_layer.iter().map(|one| one.value).sum::<Minor>(), part.value);
        }
        prop_assert_eq!(come_back(&left, all, Decimal::ONE), None);
    }
}

#[tokio::test]
async fn stock_that_is_not_there_cannot_be_written_off() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 5, "60").await;
    let mut tx = firm.tx().await;
    let mut damage = Document::new(record("stock_adjustment")).with("date", tx.company.today).with("reason", "damage");
    damage.lines.push(Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec("-6")));
    door::insert(&mut tx, &mut damage).await.expect("a draft");
    tx.commit().await.expect("commit");
    assert_eq!(refusals(firm.act(&damage, "post").await), ["refuse-stock-short-of"]);
    let saved = firm.load(&damage).await;
    assert_eq!((saved.state(), saved.number()), (Some("draft"), None));
    firm.assert_healthy().await;
}

/// Fifty hands reach for ten pieces at once: ten get one, forty are told, nothing goes below zero.
async fn fifty_reach_for_ten(firm: Arc<Firm>, item: Uuid) {
    let mut drafts = Vec::new();
    let mut tx = firm.tx().await;
    for _ in 0..50 {
        let mut delivery = Document::new(record("delivery"))
            .with("customer", firm.customer)
            .with("date", tx.company.today)
            .with("warehouse", firm.main);
        delivery.lines.push(Line::new().with("item", item).with("quantity", Decimal::ONE));
        door::insert(&mut tx, &mut delivery).await.expect("a draft");
        drafts.push(delivery);
    }
    tx.commit().await.expect("commit");
    let tasks: Vec<_> = drafts
        .into_iter()
        .map(|draft| {
            let firm = firm.clone();
            tokio::spawn(async move { firm.act(&draft, "post").await })
        })
        .collect();
    let (mut posted, mut refused) = (0, 0);
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(_) => posted += 1,
            outcome => {
                assert_eq!(refusals(outcome), ["refuse-stock-short-of"]);
                refused += 1;
            }
        }
    }
    assert_eq!((posted, refused), (10, 40));
    firm.assert_healthy().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f24_fifty_deliveries_at_once_never_oversell() {
    let firm = Arc::new(Firm::new().await);
    let item = firm.item("A", "100", 10, "60").await;
    fifty_reach_for_ten(firm, item).await;
}

/// Each of them takes from the oldest layer that is left, and no two of them the same piece.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f24_fifty_deliveries_at_once_empty_layers_one_after_the_other() {
    let firm = Arc::new(Firm::new().await);
    let item = firm.item_by("fifo", "A", "100", 3, "60").await;
    find(&firm, item, "3", "70").await;
    find(&firm, item, "4", "80").await;
    fifty_reach_for_ten(firm.clone(), item).await;
    assert_eq!(firm.balance("cogs").await, 3 * 6_000 + 3 * 7_000 + 4 * 8_000);
    let empty = |quantity: &str| -> (Decimal, Decimal, Minor) { (dec(quantity), Decimal::ZERO, 0) };
    assert_eq!(layers_of(&firm, item).await, ["3", "3", "4"].map(empty));
}

/// Posts a find of so many at a cost.
async fn find(firm: &Firm, item: Uuid, quantity: &str, cost: &str) -> Document {
    let line = Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec(quantity));
    let fill =
        |found: Document| Document { lines: vec![line.with("cost", dec(cost))], ..found.with("reason", "found") };
    let draft = firm.insert("stock_adjustment", fill).await.expect("a find");
    firm.post(&draft).await
}

/// Received, on hand and value of each layer of an item, the oldest first.
async fn layers_of(firm: &Firm, item: Uuid) -> Vec<(Decimal, Decimal, Minor)> {
    let mut tx = firm.tx().await;
    sqlx::query_as(
        "select quantity, on_hand, value from stock_layer where tenant_id = $1 and item = $2 order by date, at, id",
    )
    .bind(firm.cx.tenant)
    .bind(item)
    .fetch_all(tx.conn())
    .await
    .expect("layers")
}

/// A draft with another quantity on its only line.
async fn with_quantity(firm: &Firm, draft: &Document, quantity: &str) -> Document {
    let id = draft.lines[0].id.to_string();
    firm.save(draft, &form(&[], &[&[("id", id.as_str()), ("quantity", quantity)]])).await.expect("another quantity")
}

#[tokio::test]
async fn the_oldest_goods_leave_first_and_come_back_to_where_they_were() {
    let firm = Firm::new().await;
    let item = firm.item_by("fifo", "A", "100", 10, "60").await;
    find(&firm, item, "10", "80").await;
    let delivery = firm.draft("delivery", vec![Line::new().with("item", item).with("quantity", dec("15"))]).await;
    let delivery = firm.post(&delivery).await;
    assert_eq!(delivery.minor("cost"), 10 * 6_000 + 5 * 8_000);
    let layer = |on_hand: &str, value: Minor| (dec("10"), dec(on_hand), value);
    assert_eq!(layers_of(&firm, item).await, [layer("0", 0), layer("5", 40_000)]);
    firm.assert_healthy().await;
    // What left last is the first to come back.
    for (quantity, cost, left) in [
        ("3", 3 * 8_000, [layer("0", 0), layer("8", 64_000)]),
        ("4", 2 * 8_000 + 2 * 6_000, [layer("2", 12_000), layer("10", 80_000)]),
        ("8", 8 * 6_000, [layer("10", 60_000), layer("10", 80_000)]),
    ] {
        let back = firm.made(&delivery, "return").await;
        let back = firm.post(&with_quantity(&firm, &back, quantity).await).await;
        assert_eq!(back.minor("cost"), -cost);
        assert_eq!(layers_of(&firm, item).await, left);
        firm.assert_healthy().await;
    }
    assert_eq!((firm.balance("cogs").await, firm.balance("inventory").await), (0, 140_000));
}

#[tokio::test]
async fn what_comes_back_to_another_warehouse_is_new_there() {
    let firm = Firm::new().await;
    let item = firm.item_by("fifo", "A", "100", 2, "60").await;
    find(&firm, item, "2", "80").await;
    let names = crate::record::Names::new("Second", "الثاني");
    let second = firm.insert("warehouse", |store| store.with("code", "SECOND").with("name", names)).await;
    let second = second.expect("a warehouse").id;
    let delivery = firm.draft("delivery", vec![Line::new().with("item", item).with("quantity", dec("4"))]).await;
    let delivery = firm.post(&delivery).await;
    let back = firm.made(&delivery, "return").await;
    let second = second.to_string();
    let back = firm.change(&back, &[("warehouse", second.as_str())]).await.expect("another warehouse");
    firm.post(&with_quantity(&firm, &back, "3").await).await;
    let there = (dec("3"), dec("3"), 2 * 8_000 + 6_000);
    assert_eq!(layers_of(&firm, item).await[2], there);
    firm.assert_healthy().await;
}

/// A draft with this cost on its only line.
async fn with_cost(firm: &Firm, draft: &Document, cost: &str) -> Document {
    let id = draft.lines[0].id.to_string();
    firm.save(draft, &form(&[], &[&[("id", id.as_str()), ("cost", cost)]])).await.expect("a cost")
}

/// All that was posted up to a day, as it stands.
async fn posted_until(firm: &Firm, day: Date) -> Vec<String> {
    let mut tx = firm.tx().await;
    sqlx::query_scalar(
        "select array[
            (select jsonb_agg(to_jsonb(e) order by e.id)::text from journal_entry e where e.tenant_id = $1 and e.date <= $2::date),
            (select jsonb_agg(to_jsonb(l) order by l.id)::text from journal_entry_line l where l.tenant_id = $1 and l.date <= $2::date),
            (select jsonb_agg(to_jsonb(m) order by m.id)::text from stock_move m where m.tenant_id = $1 and m.date <= $2::date)]",
    )
    .bind(firm.cx.tenant)
    .bind(day.to_string())
    .fetch_one(tx.conn())
    .await
    .expect("what was posted")
}

#[tokio::test]
async fn a_late_cost_goes_forward_and_leaves_closed_periods_alone() {
    for method in ["average", "fifo"] {
        let firm = Firm::new().await;
        let item = firm.item_by(method, "A", "100", 0, "0").await;
        let this_month = firm.today().await.first_of_month();
        let before = this_month.yesterday().expect("a day");
        let line = Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec("20"));
        let received = firm.insert("stock_adjustment", |found| Document {
            lines: vec![line.with("cost", dec("30"))],
            ..found.with("reason", "found").with("date", before)
        });
        let received = firm.post(&received.await.expect("a find")).await;
        let sell = async |date: Date| {
            let line = Line::new().with("item", item).with("quantity", dec("10"));
            let sold = firm.insert("delivery", |sold| Document { lines: vec![line], ..sold.with("date", date) }).await;
            firm.post(&sold.expect("a delivery")).await
        };
        sell(before).await;
        let mut tx = firm.tx().await;
        sqlx::query("update period set state = 'closed' where tenant_id = $1 and ends < $2::date")
            .bind(firm.cx.tenant)
            .bind(this_month.to_string())
            .execute(tx.conn())
            .await
            .expect("earlier periods");
        tx.commit().await.expect("commit");
        let past = posted_until(&firm, before).await;

        let draft = firm.made(&received, "revalue").await;
        assert_eq!(draft.text("note"), received.number(), "it says what it corrects");
        let corrected = firm.post(&with_cost(&firm, &draft, "40").await).await;
        assert_eq!(corrected.minor("total"), 20_000, "{method}");
        // Half of it is sold.
        assert_eq!(firm.balance("cogs").await, 30_000 + 10_000, "{method}");
        assert_eq!(firm.balance("inventory").await, 30_000 + 10_000, "{method}");
        assert_eq!(firm.balance("stock_adjustment").await, -60_000 - 20_000, "{method}");
        firm.assert_healthy().await;

        // What is known already changes nothing, and no correction goes back into what is closed.
        let again = firm.made(&received, "revalue").await;
        let again = firm.post(&with_cost(&firm, &again, "40").await).await;
        assert_eq!(again.minor("total"), 0, "{method}");
        let late = firm.made(&received, "revalue").await;
        let late = with_cost(&firm, &late, "50").await;
        let date = before.to_string();
        let late = firm.change(&late, &[("date", date.as_str())]).await.expect("a draft may have any date");
        assert_eq!(refusals(firm.act(&late, "post").await), ["refuse-period-closed"], "{method}");
        // What is left is sold at the corrected cost.
        assert_eq!(sell(this_month).await.minor("cost"), 40_000, "{method}");
        assert_eq!((firm.balance("cogs").await, firm.balance("inventory").await), (80_000, 0), "{method}");
        assert_eq!(posted_until(&firm, before).await, past, "{method}");
        firm.assert_healthy().await;
    }
}

#[tokio::test]
async fn a_late_cost_changes_the_layer_of_its_receipt_and_no_other() {
    let firm = Firm::new().await;
    let item = firm.item_by("fifo", "A", "100", 10, "60").await;
    let second = find(&firm, item, "10", "80").await;
    let sold = firm.draft("delivery", vec![Line::new().with("item", item).with("quantity", dec("15"))]).await;
    firm.post(&sold).await;
    let mut tx = firm.tx().await;
    let opening: Uuid =
        sqlx::query_scalar("select id from stock_adjustment where tenant_id = $1 and reason = 'opening'")
            .bind(firm.cx.tenant)
            .fetch_one(tx.conn())
            .await
            .expect("opening stock");
    drop(tx);
    let first = firm.document("stock_adjustment", opening).await;
    let layer = |on_hand: &str, value: Minor| (dec("10"), dec(on_hand), value);
    // All of the first is sold, and half of the second.
    for (receipt, cost, cogs, left) in [(first, "66", 106_000, 40_000), (second, "90", 111_000, 45_000)] {
        let draft = firm.made(&receipt, "revalue").await;
        firm.post(&with_cost(&firm, &draft, cost).await).await;
        assert_eq!(firm.balance("cogs").await, cogs);
        assert_eq!(layers_of(&firm, item).await, [layer("0", 0), layer("5", left)]);
        firm.assert_healthy().await;
    }
    assert_eq!((firm.balance("opening_balance").await, firm.balance("stock_adjustment").await), (-66_000, -90_000));
}

#[tokio::test]
async fn only_what_came_in_is_revalued() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    let line = |quantity: &str| {
        let line = Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec(quantity));
        line.with("cost", dec("70"))
    };
    let by_hand = |fill: Document| Document { lines: vec![line("10")], ..fill.with("reason", "revaluation") };
    let by_hand = firm.insert("stock_adjustment", by_hand).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&by_hand, "post").await), ["refuse-revalue-line"]);
    let lost = firm.draft("stock_adjustment", vec![line("-1")]).await;
    let lost = firm.post(&lost).await;
    assert_eq!(refusals(firm.act(&lost, "revalue").await), ["refuse-nothing-to-revalue"]);
    let found = find(&firm, item, "2", "60").await;
    let draft = firm.made(&found, "revalue").await;
    let draft = with_quantity(&firm, &draft, "1").await;
    assert_eq!(refusals(firm.act(&draft, "post").await), ["refuse-revalue-line"]);
    firm.assert_healthy().await;
}

/// Nothing comes back that never left, whatever a line of the return says.
#[tokio::test]
async fn another_item_does_not_come_back_instead() {
    let firm = Firm::new().await;
    let (item, other) = (firm.item("A", "100", 4, "60").await, firm.item("B", "100", 4, "10").await);
    let delivery = firm.draft("delivery", vec![Line::new().with("item", item).with("quantity", dec("4"))]).await;
    let delivery = firm.post(&delivery).await;
    let back = firm.made(&delivery, "return").await;
    let (id, other) = (back.lines[0].id.to_string(), other.to_string());
    let typed = form(&[], &[&[("id", id.as_str()), ("item", other.as_str())]]);
    let back = firm.save(&back, &typed).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&back, "post").await), ["refuse-return-line"]);
    firm.assert_healthy().await;
}

/// A line that takes what a line above it brings finds it there, beside what was there before.
#[tokio::test]
async fn a_count_brings_and_takes_the_same_goods() {
    // 540.00 for nine, of which five leave: at the average 300.00, oldest first 4 × 10.00 and 100.00.
    for (method, left) in [("average", 24_000), ("fifo", 40_000)] {
        let firm = Firm::new().await;
        let item = firm.item_by(method, "A", "100", 4, "10").await;
        let line =
            |quantity| Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec(quantity));
        let lines = vec![line("5").with("cost", dec("100")), line("-5")];
        let count = firm.insert("stock_adjustment", |count| Document { lines, ..count }).await.expect("a count");
        firm.post(&count).await;
        assert_eq!(firm.balance("inventory").await, left, "{method}");
        firm.assert_healthy().await;
    }
}

#[tokio::test]
async fn the_method_of_an_item_stays_once_its_stock_has_moved() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let item = firm.document("item", item).await;
    assert_eq!(item.text("method"), Some("average"));
    let item = firm.change(&item, &[("method", "fifo")]).await.expect("nothing has moved");
    find(&firm, item.id, "2", "60").await;
    assert_eq!(refusals(firm.change(&item, &[("method", "average")]).await), ["refuse-method-kept"]);
    let item = firm.change(&item, &[("price", "110")]).await.expect("anything else may change");
    assert_eq!(item.text("method"), Some("fifo"));
    firm.assert_healthy().await;
}

/// The first goods of an item come in while its method is changed: by the old method or by the new one, and one of both only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_goods_and_another_method_come_one_after_the_other() {
    let firm = Firm::new().await;
    for round in 0..8 {
        let item = firm.item(&format!("A{round}"), "100", 0, "0").await;
        let item = firm.document("item", item).await;
        let line = Line::new().with("item", item.id).with("warehouse", firm.main).with("quantity", dec("2"));
        let fill =
            |found: Document| Document { lines: vec![line.with("cost", dec("3"))], ..found.with("reason", "found") };
        let draft = firm.insert("stock_adjustment", fill).await.expect("a find");
        let (posted, changed) = tokio::join!(firm.act(&draft, "post"), firm.change(&item, &[("method", "fifo")]));
        posted.expect("goods come in");
        let layers = layers_of(&firm, item.id).await.len();
        match changed {
            Ok(_) => assert_eq!(layers, 1),
            refused => {
                assert_eq!(refusals(refused), ["refuse-method-kept"]);
                assert_eq!(layers, 0);
            }
        }
    }
    firm.assert_healthy().await;
}

/// What of an item is on hand, promised and available in the main store, as the report tells it; nothing of an item without a
/// place.
async fn told(firm: &Firm, item: Uuid) -> Option<[String; 3]> {
    let mut tx = firm.tx().await;
    let stock = report::stock_on_hand(&mut tx, "", false).await.expect("the report");
    let row = stock.rows.into_iter().find(|row| row.item == item)?;
    Some([row.on_hand, row.promised, row.available])
}

fn figures(figures: [&str; 3]) -> Option<[String; 3]> {
    Some(figures.map(str::to_owned))
}

fn piece(item: Uuid, quantity: &str) -> Vec<Line> {
    vec![Line::new().with("item", item).with("quantity", dec(quantity))]
}

/// A delivery of so much of what an order still owes.
async fn deliver(firm: &Firm, order: &Document, quantity: &str) -> Document {
    let delivery = firm.made(order, "deliver").await;
    let id = delivery.lines[0].id.to_string();
    let typed = form(&[], &[&[("id", &id), ("quantity", quantity)]]);
    let delivery = firm.save(&delivery, &typed).await.expect("less of it");
    firm.post(&delivery).await
}

#[tokio::test]
async fn a_confirmed_order_reserves_what_it_still_owes() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    let order = firm.draft("sales_order", piece(item, "4")).await;
    assert_eq!(told(&firm, item).await, figures(["10", "0", "10"]), "a draft reserves nothing");
    firm.act(&order, "confirm").await.expect("confirmed");
    assert_eq!(told(&firm, item).await, figures(["10", "4", "6"]));
    let delivery = deliver(&firm, &order, "3").await;
    assert_eq!(told(&firm, item).await, figures(["7", "1", "6"]));
    firm.post(&firm.made(&delivery, "return").await).await;
    assert_eq!(told(&firm, item).await, figures(["10", "4", "6"]), "what came back is owed again");
    assert_eq!(firm.load(&order).await.state(), Some("confirmed"));

    let delivery = deliver(&firm, &order, "3").await;
    firm.act(&order, "close").await.expect("closed short");
    assert_eq!(told(&firm, item).await, figures(["7", "0", "7"]), "nothing more is owed");
    assert_eq!(refusals(firm.act(&order, "deliver").await), ["refuse-state"]);
    firm.post(&firm.made(&delivery, "return").await).await;
    assert_eq!(told(&firm, item).await, figures(["10", "0", "10"]));
    assert_eq!(firm.load(&order).await.state(), Some("closed"));

    let order = firm.order(&[(item, 12)]).await;
    assert_eq!(told(&firm, item).await, figures(["10", "12", "-2"]), "more can be promised than there is");
    firm.act(&order, "cancel").await.expect("cancelled");
    assert_eq!(told(&firm, item).await, figures(["10", "0", "10"]));
    firm.assert_healthy().await;
}

/// What is owed of goods that nobody has is told, too.
#[tokio::test]
async fn goods_that_are_owed_and_not_there_have_a_row() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    assert_eq!(told(&firm, item).await, None);
    firm.order(&[(item, 2), (item, 1)]).await;
    assert_eq!(told(&firm, item).await, figures(["0", "3", "-3"]));
}

/// Fifty orders are confirmed at once; then half of them are cancelled while the others are delivered. Whoever comes when, what
/// is reserved is what is still owed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_orders_at_once_reserve_what_they_owe() {
    let firm = std::sync::Arc::new(Firm::new().await);
    let item = firm.item("A", "100", 10, "60").await;
    let mut orders = Vec::new();
    for _ in 0..50 {
        orders.push(firm.draft("sales_order", piece(item, "1")).await);
    }
    let act = |document: &Document, action: &'static str| {
        let (firm, document) = (firm.clone(), document.clone());
        tokio::spawn(async move { firm.act(&document, action).await })
    };
    let tasks: Vec<_> = orders.iter().map(|order| act(order, "confirm")).collect();
    for task in tasks {
        task.await.expect("no panic").expect("confirmed");
    }
    assert_eq!(told(&firm, item).await, figures(["10", "50", "-40"]));

    let (kept, dropped) = orders.split_at(25);
    let mut deliveries = Vec::new();
    for order in kept {
        deliveries.push(firm.made(order, "deliver").await);
    }
    let cancelled: Vec<_> = dropped.iter().map(|order| act(order, "cancel")).collect();
    let posted: Vec<_> = deliveries.iter().map(|delivery| act(delivery, "post")).collect();
    for task in cancelled {
        task.await.expect("no panic").expect("cancelled");
    }
    let mut done = 0;
    for task in posted {
        match task.await.expect("no panic") {
            Ok(_) => done += 1,
            outcome => assert_eq!(refusals(outcome), ["refuse-stock-short-of"]),
        }
    }
    assert_eq!(done, 10);
    assert_eq!(told(&firm, item).await, figures(["0", "15", "-15"]));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn an_order_beyond_what_is_available_says_so_and_is_confirmed() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    firm.order(&[(item, 8)]).await;
    let order = firm.draft("sales_order", [piece(item, "4"), piece(item, "1")].concat()).await;
    let mut browser = Browser::of(&firm).await;
    let address = format!("/sales-orders/{}", order.id);
    let says = "5 to deliver, 2 available, 3 short";
    assert!(browser.get(&address).await.text().contains(says), "before it is confirmed");
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed all the same");
    assert!(browser.get(&address).await.text().contains(says), "and after");
    let mut tx = firm.tx().await;
    let short = order::short(&mut tx, order.id).await.expect("read");
    let short: Vec<_> = short.iter().map(|line| (line.item, line.owed, line.available, line.missing())).collect();
    assert_eq!(short, [(item, dec("5"), dec("2"), dec("3"))]);
    drop(tx);

    // Within what is available nothing is said, nor of what is no order's any more.
    let small = firm.draft("sales_order", piece(firm.item("B", "1", 1, "1").await, "1")).await;
    assert!(!browser.get(&format!("/sales-orders/{}", small.id)).await.body.contains("id=\"short\""));
    firm.act(&order, "cancel").await.expect("cancelled");
    assert!(!browser.get(&address).await.body.contains("id=\"short\""));
}

#[tokio::test]
async fn the_page_of_an_item_tells_where_it_is() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    firm.order(&[(item, 4)]).await;
    let mut tx = firm.tx().await;
    let held = report::held(&mut tx, item).await.expect("read");
    let held: Vec<_> = held.iter().map(|held| (held.on_hand, held.promised, held.available())).collect();
    assert_eq!(held, [(dec("10"), dec("4"), dec("6"))]);
    drop(tx);
    let mut browser = Browser::of(&firm).await;
    assert!(browser.get(&format!("/items/{item}")).await.body.contains("id=\"stock\""));
    let empty = firm.item("B", "100", 0, "0").await;
    assert!(!browser.get(&format!("/items/{empty}")).await.body.contains("id=\"stock\""), "no empty figures");
}

#[tokio::test]
async fn what_is_at_or_below_its_level_is_to_be_ordered_again() {
    let firm = Firm::new().await;
    let to_reorder = async || {
        let mut tx = firm.tx().await;
        let stock = report::stock_on_hand(&mut tx, "", true).await.expect("the report");
        stock.rows.into_iter().map(|row| (row.code, row.available, row.reorder_level)).collect::<Vec<_>>()
    };
    let watch = async |item: Uuid, level: &str| {
        let item = firm.document("item", item).await;
        firm.change(&item, &[("reorder_level", level)]).await.expect("watched");
    };
    let (a, b) = (firm.item("A", "100", 10, "60").await, firm.item("B", "100", 0, "0").await);
    firm.item("C", "100", 0, "0").await;
    watch(a, "6").await;
    assert!(to_reorder().await.is_empty(), "enough is there, and nobody watches the others");
    watch(b, "0").await;
    firm.order(&[(a, 3)]).await;
    let row =
        |code: &str, available: &str, level: &str| (code.to_owned(), available.to_owned(), Some(level.to_owned()));
    assert_eq!(to_reorder().await, [row("B", "0", "0")], "seven are more than six");
    firm.order(&[(a, 1)]).await;
    assert_eq!(to_reorder().await, [row("A", "6", "6"), row("B", "0", "0")], "at the level");
    let page = Browser::of(&firm).await.get("/stock-on-hand?view=to_reorder").await.text();
    assert!(page.contains("Item A") && page.contains("Item B") && !page.contains("Item C"), "{page}");
    let item = firm.document("item", a).await;
    assert_eq!(refusals(firm.change(&item, &[("reorder_level", "-1")]).await), ["fault-negative"]);
}

/// Two hands take the same goods in opposite order: both get them, whoever comes first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f25_deliveries_with_opposite_lines_never_block_each_other() {
    let firm = Firm::new().await;
    let items = [firm.item("A", "100", 200, "60").await, firm.item("B", "10", 200, "7").await];
    let of = |items: [Uuid; 2]| -> Vec<Line> {
        items.map(|item| Line::new().with("item", item).with("quantity", dec("3"))).into()
    };
    let lost = |items: [Uuid; 2]| -> Vec<Line> {
        let line = |item: Uuid| Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec("-1"));
        items.map(line).into()
    };
    let [a, b] = items;
    for _ in 0..10 {
        let there = firm.draft("delivery", of([a, b])).await;
        let back = firm.draft("delivery", of([b, a])).await;
        let counted = firm.draft("stock_adjustment", lost([b, a])).await;
        let (first, second, third) =
            tokio::join!(firm.act(&there, "post"), firm.act(&back, "post"), firm.act(&counted, "post"));
        first.expect("one way");
        second.expect("the other way");
        third.expect("a count");
    }
    let mut tx = firm.tx().await;
    for item in items {
        let on_hand: Decimal = sqlx::query_scalar("select on_hand from stock_level where tenant_id = $1 and item = $2")
            .bind(firm.cx.tenant)
            .bind(item)
            .fetch_one(tx.conn())
            .await
            .expect("a level");
        assert_eq!(on_hand, dec("130"), "200 less 10 × (3 + 3 + 1)");
    }
    drop(tx);
    firm.assert_healthy().await;
}

/// Goods that nobody had before come in by two documents at once, in opposite order.
#[tokio::test]
async fn f25_first_goods_at_a_place_come_in_by_two_documents_at_once() {
    let firm = Firm::new().await;
    for round in 0..5 {
        let (a, b) = (format!("A{round}"), format!("B{round}"));
        let (a, b) = (firm.item(&a, "100", 0, "0").await, firm.item(&b, "10", 0, "0").await);
        let found = async |items: [Uuid; 2]| {
            let line =
                |item: Uuid| Line::new().with("item", item).with("warehouse", firm.main).with("quantity", dec("2"));
            let lines: Vec<Line> = items.map(|item| line(item).with("cost", dec("3"))).into();
            firm.insert("stock_adjustment", |found| Document { lines, ..found.with("reason", "found") }).await
        };
        let there = found([a, b]).await.expect("a find");
        let back = found([b, a]).await.expect("another");
        let (first, second) = tokio::join!(firm.act(&there, "post"), firm.act(&back, "post"));
        first.expect("one way");
        second.expect("the other way");
    }
    assert_eq!(firm.balance("inventory").await, 5 * 2 * 2 * 600);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn f31_a_value_beyond_what_is_kept_is_refused() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let largest = dec("999999999999");
    let line = Line::new().with("item", item).with("warehouse", firm.main).with("quantity", largest);
    let fill = |found: Document| {
        let lines = vec![line.with("cost", largest)];
        Document { lines, ..found.with("reason", "found") }
    };
    let draft = firm.insert("stock_adjustment", fill).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&draft, "post").await), ["fault-out-of-range"]);
    let saved = firm.load(&draft).await;
    assert_eq!((saved.state(), saved.number()), (Some("draft"), None));
    firm.assert_healthy().await;
}

/// Each of two values can be kept, and their sum cannot: what a delivery of both costs is refused, not guessed.
#[tokio::test]
async fn f31_costs_whose_sum_is_beyond_what_is_kept_are_refused() {
    let firm = Firm::new().await;
    let (a, b) =
        (firm.item("A", "100", 1_000_000, "50000000000").await, firm.item("B", "100", 1_000_000, "50000000000").await);
    let line = |item: Uuid| Line::new().with("item", item).with("quantity", Decimal::from(1_000_000));
    let draft = firm.draft("delivery", vec![line(a), line(b)]).await;
    assert_eq!(refusals(firm.act(&draft, "post").await), ["fault-out-of-range"]);
    let saved = firm.load(&draft).await;
    assert_eq!((saved.state(), saved.number(), saved.minor("cost")), (Some("draft"), None, 0));
    // One after the other, each is posted.
    for item in [a, b] {
        let draft = firm.draft("delivery", vec![line(item)]).await;
        assert_eq!(firm.post(&draft).await.minor("cost"), 5_000_000_000_000_000_000);
    }
}

// ------------------------------------------------------------------ bins

/// A place within a warehouse, or a warehouse.
async fn place(firm: &Firm, code: &str, parent: Option<Uuid>) -> Document {
    let fill = |place: Document| place.with("code", code).with("name", Names::new(code, code)).with("parent", parent);
    firm.insert("warehouse", fill).await.expect("a place")
}

/// Posts a find of so many at a cost, at a place.
async fn find_at(firm: &Firm, item: Uuid, place: Uuid, quantity: &str, cost: &str) -> Document {
    let line = Line::new().with("item", item).with("warehouse", place).with("quantity", dec(quantity));
    let fill =
        |found: Document| Document { lines: vec![line.with("cost", dec(cost))], ..found.with("reason", "found") };
    firm.post(&firm.insert("stock_adjustment", fill).await.expect("a find")).await
}

/// What of an item is on hand by places, and what it is worth.
async fn lies<const N: usize>(firm: &Firm, item: Uuid, places: [Uuid; N]) -> [(Decimal, Minor); N] {
    let mut tx = firm.tx().await;
    let rows: Vec<(Uuid, Decimal, Minor)> =
        sqlx::query_as("select warehouse, on_hand, value from stock_level where tenant_id = $1 and item = $2")
            .bind(firm.cx.tenant)
            .bind(item)
            .fetch_all(tx.conn())
            .await
            .expect("levels");
    let at = |place: Uuid| rows.iter().find(|row| row.0 == place).map(|row| (row.1, row.2));
    places.map(|place| at(place).unwrap_or_default())
}

#[tokio::test]
async fn bins_lie_within_a_warehouse_and_have_none() {
    let firm = Firm::new().await;
    let bin = place(&firm, "BIN", Some(firm.main)).await;
    let other = place(&firm, "OTHER", None).await;
    let main = firm.document("warehouse", firm.main).await;
    for (moved, parent) in [(&other, "BIN"), (&main, "OTHER"), (&other, "OTHER")] {
        assert_eq!(refusals(firm.change(moved, &[("parent", parent)]).await), ["refuse-bin-level"], "in {parent}");
    }
    let bin = firm.change(&bin, &[("parent", "OTHER")]).await.expect("in another warehouse");
    firm.change(&bin, &[("parent", "")]).await.expect("a warehouse of its own");
}

/// Two put a place into another one, and that into a third: one of both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_move_bins_at_once_make_no_bin_in_a_bin() {
    let firm = Firm::new().await;
    for round in 0..4 {
        let (low, middle) = (format!("LOW{round}"), format!("MIDDLE{round}"));
        let (low, into) = (place(&firm, &low, None).await, place(&firm, &middle, None).await);
        let (below, inside) = ([("parent", middle.as_str())], [("parent", "MAIN")]);
        let (one, two) = tokio::join!(firm.change(&low, &below), firm.change(&into, &inside));
        assert!(one.is_ok() != two.is_ok(), "one of both");
        assert_eq!(refusals(if one.is_ok() { two } else { one }), ["refuse-bin-level"]);
    }
}

#[tokio::test]
async fn a_delivery_draws_from_the_bins_of_its_warehouse_and_returns_go_back_there() {
    for method in ["average", "fifo"] {
        let firm = Firm::new().await;
        let item = firm.item_by(method, "A", "100", 2, "10").await;
        let second = place(&firm, "B2", Some(firm.main)).await.id;
        let first = place(&firm, "B1", Some(firm.main)).await.id;
        let elsewhere = place(&firm, "FAR", None).await.id;
        find_at(&firm, item, second, "5", "30").await;
        find_at(&firm, item, first, "5", "20").await;
        find_at(&firm, item, elsewhere, "5", "40").await;
        let places = [firm.main, first, second, elsewhere];
        let held = |figures: [(&str, Minor); 4]| figures.map(|(quantity, value)| (dec(quantity), value));

        let order = firm.order(&[(item, 13)]).await;
        let delivery = firm.made(&order, "deliver").await;
        assert_eq!(
            delivery.lines[0].decimal("quantity"),
            dec("12"),
            "{method}: all that the warehouse and its bins hold"
        );
        let delivery = with_quantity(&firm, &delivery, "9").await;
        let delivery = firm.post(&delivery).await;
        assert_eq!(delivery.minor("cost"), 2 * 1_000 + 5 * 2_000 + 2 * 3_000, "{method}");
        let left = held([("0", 0), ("0", 0), ("3", 9_000), ("5", 20_000)]);
        assert_eq!(lies(&firm, item, places).await, left, "{method}");
        let back = firm.made(&delivery, "return").await;
        firm.post(&back).await;
        let all = held([("2", 2_000), ("5", 10_000), ("5", 15_000), ("5", 20_000)]);
        assert_eq!(lies(&firm, item, places).await, all, "{method}: each to where it lay");
        firm.assert_healthy().await;

        // Whoever names a bin means it, and no more than it holds.
        let named = async |bin: Uuid, quantity: &str| {
            let line = Line::new().with("item", item).with("quantity", dec(quantity)).with("bin", bin);
            firm.act(&firm.draft("delivery", vec![line]).await, "post").await
        };
        assert_eq!(refusals(named(second, "6").await), ["refuse-stock-short-of"], "{method}");
        assert_eq!(refusals(named(elsewhere, "1").await), ["refuse-bin-elsewhere"], "{method}");
        let (delivery, _) = named(second, "4").await.expect("posted");
        assert_eq!(delivery.minor("cost"), 4 * 3_000, "{method}");
        // What left one bin may come back to another one.
        let back = firm.made(&delivery, "return").await;
        let line = back.lines[0].id.to_string();
        let back = firm.save(&back, &form(&[], &[&[("id", line.as_str()), ("bin", "B1")]])).await.expect("a draft");
        firm.post(&back).await;
        let moved = held([("2", 2_000), ("9", 22_000), ("1", 3_000), ("5", 20_000)]);
        assert_eq!(lies(&firm, item, places).await, moved, "{method}");
        firm.assert_healthy().await;
    }
}

/// Whoever names a bin means it: a line that takes whatever there is leaves it to them, in whichever order they stand.
#[tokio::test]
async fn lines_that_name_a_bin_draw_before_those_that_name_none() {
    for method in ["average", "fifo"] {
        let firm = Firm::new().await;
        let item = firm.item_by(method, "A", "100", 0, "0").await;
        let first = place(&firm, "B1", Some(firm.main)).await.id;
        let second = place(&firm, "B2", Some(firm.main)).await.id;
        find_at(&firm, item, first, "5", "20").await;
        find_at(&firm, item, second, "5", "30").await;
        let lines = [None, Some(first)].map(|bin| piece(item, "5").remove(0).with("bin", bin));
        let delivery = firm.post(&firm.draft("delivery", lines.to_vec()).await).await;
        let costs: Vec<Minor> = delivery.lines.iter().map(|line| line.minor("cost")).collect();
        assert_eq!(costs, [15_000, 10_000], "{method}");
        assert_eq!(lies(&firm, item, [first, second]).await, [(dec("0"), 0); 2], "{method}");
        firm.assert_healthy().await;
    }
}

#[tokio::test]
async fn what_is_available_counts_a_warehouse_with_all_its_bins() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 2, "10").await;
    let bin = place(&firm, "BIN", Some(firm.main)).await.id;
    let far = place(&firm, "FAR", None).await.id;
    find_at(&firm, item, bin, "5", "20").await;
    find_at(&firm, item, far, "5", "40").await;
    let order = firm.order(&[(item, 6)]).await;
    let mut tx = firm.tx().await;
    let stock = report::stock_on_hand(&mut tx, "", false).await.expect("the report");
    let rows: Vec<_> =
        stock.rows.iter().map(|row| (row.part, [&*row.on_hand, &*row.promised, &*row.available])).collect();
    let parts = [(true, ["2", "", ""]), (true, ["5", "", ""])];
    let far = (false, ["5", "0", "5"]);
    assert_eq!(rows, [far, (false, ["7", "6", "1"]), parts[0], parts[1]], "by codes of warehouses");
    assert_eq!(stock.total, 2_000 + 10_000 + 20_000, "nothing counts twice");
    let held = report::held(&mut tx, item).await.expect("read");
    let held: Vec<_> = held.iter().map(|held| (held.part, held.on_hand)).collect();
    assert_eq!(held, [(false, dec("5")), (false, dec("7")), (true, dec("2")), (true, dec("5"))]);
    assert!(order::short(&mut tx, order.id).await.expect("read").is_empty(), "bins hold what is owed");
    drop(tx);
    let more = firm.draft("sales_order", piece(item, "4")).await;
    let short = order::short(&mut firm.tx().await, more.id).await.expect("read");
    assert_eq!(
        short.iter().map(|line| line.missing()).collect::<Vec<_>>(),
        [dec("3")],
        "one is left, though five lie afar"
    );
    let page = Browser::of(&firm).await.get(&format!("/items/{item}")).await.text();
    assert!(page.contains("BIN"), "{page}");
}

/// Each takes from the first bin that has something, and no two of them the same piece.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_deliveries_at_once_empty_bins_one_after_the_other() {
    for method in ["average", "fifo"] {
        let firm = Arc::new(Firm::new().await);
        let item = firm.item_by(method, "A", "100", 3, "60").await;
        for (code, quantity, cost) in [("B1", "3", "70"), ("B2", "4", "80")] {
            let bin = place(&firm, code, Some(firm.main)).await.id;
            find_at(&firm, item, bin, quantity, cost).await;
        }
        fifty_reach_for_ten(firm.clone(), item).await;
        assert_eq!(firm.balance("cogs").await, 3 * 6_000 + 3 * 7_000 + 4 * 8_000, "{method}");
    }
}

// ------------------------------------------------------------------ transfers

/// A draft that moves so much of items, each from one place to another one.
async fn transfer(firm: &Firm, lines: &[(Uuid, Uuid, Uuid, &str)]) -> Outcome<Document> {
    let line = |(item, from, to, quantity): &(Uuid, Uuid, Uuid, &str)| {
        let line = Line::new().with("item", *item).with("warehouse", *from).with("destination", *to);
        line.with("quantity", dec(quantity))
    };
    let lines: Vec<Line> = lines.iter().map(line).collect();
    firm.insert("stock_adjustment", |draft| Document { lines, ..draft.with("reason", "transfer") }).await
}

/// How many entries the journal has.
async fn entries(firm: &Firm) -> i64 {
    let mut tx = firm.tx().await;
    sqlx::query_scalar("select count(*) from journal_entry where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(tx.conn())
        .await
        .expect("a count")
}

#[tokio::test]
async fn goods_move_with_what_they_are_worth_and_as_old_as_they_are() {
    // Of what goes, ten cost 60 and ten 80; five at 90 are there. At the average they cost 70.
    for (method, moved, sold) in [("average", 105_000, 120_000), ("fifo", 100_000, 109_000)] {
        let firm = Firm::new().await;
        let item = firm.item_by(method, "A", "100", 10, "60").await;
        find(&firm, item, "10", "80").await;
        let far = place(&firm, "FAR", None).await.id;
        find_at(&firm, item, far, "5", "90").await;
        let (worth, before) = (firm.balance("inventory").await, entries(&firm).await);
        let draft = transfer(&firm, &[(item, firm.main, far, "15")]).await.expect("a draft");
        let posted = firm.post(&draft).await;
        assert_eq!((posted.minor("total"), posted.lines[0].minor("value")), (moved, moved), "{method}");
        let lies = lies(&firm, item, [firm.main, far]).await;
        assert_eq!(lies, [(dec("5"), 140_000 - moved), (dec("20"), 45_000 + moved)], "{method}");
        assert_eq!((firm.balance("inventory").await, entries(&firm).await), (worth, before), "{method}: no profit");
        firm.assert_healthy().await;
        // What came there last is older than what was there.
        let line = Line::new().with("item", item).with("quantity", dec("16"));
        let sale = firm.insert("delivery", |sale| Document { lines: vec![line], ..sale.with("warehouse", far) }).await;
        assert_eq!(firm.post(&sale.expect("a delivery")).await.minor("cost"), sold, "{method}");
        firm.assert_healthy().await;
    }
}

#[tokio::test]
async fn a_transfer_takes_what_is_there_to_another_place() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 4, "60").await;
    let far = place(&firm, "FAR", None).await.id;
    let near = firm.main;
    assert_eq!(refusals(transfer(&firm, &[(item, near, near, "1")]).await), ["refuse-no-destination"]);
    assert_eq!(refusals(transfer(&firm, &[(item, near, far, "-1")]).await), ["fault-negative"]);
    let line = Line::new().with("item", item).with("warehouse", near).with("quantity", dec("1"));
    let lines = vec![line.with("destination", far)];
    let count = firm.insert("stock_adjustment", |count| Document { lines, ..count }).await;
    assert_eq!(refusals(count), ["refuse-destination"], "a count moves nothing on");
    // A line takes nothing that another one brings.
    let draft = transfer(&firm, &[(item, near, far, "3"), (item, far, near, "1")]).await.expect("a draft");
    assert_eq!(refusals(firm.act(&draft, "post").await), ["refuse-stock-short-of"]);
    let draft = transfer(&firm, &[(item, near, far, "3"), (item, near, far, "2")]).await.expect("a draft");
    assert_eq!(refusals(firm.act(&draft, "post").await), ["refuse-stock-short-of"]);
    let draft = transfer(&firm, &[(item, near, far, "3"), (item, near, far, "1")]).await.expect("a draft");
    let posted = firm.post(&draft).await;
    assert_eq!(lies(&firm, item, [near, far]).await, [(dec("0"), 0), (dec("4"), 24_000)]);
    assert_eq!(refusals(firm.act(&posted, "revalue").await), ["refuse-nothing-to-revalue"], "it brought nothing in");
    firm.assert_healthy().await;
}

/// Layers are followed wherever they went; at the average, what lies in the same warehouse counts.
#[tokio::test]
async fn a_late_cost_finds_goods_that_have_moved() {
    for (method, cogs, far_worth) in [("average", 35_000, 9_000), ("fifo", 32_000, 12_000)] {
        let firm = Firm::new().await;
        let item = firm.item_by(method, "A", "100", 0, "0").await;
        let received = find(&firm, item, "20", "30").await;
        let bin = place(&firm, "BIN", Some(firm.main)).await.id;
        let far = place(&firm, "FAR", None).await.id;
        let draft = transfer(&firm, &[(item, firm.main, bin, "5"), (item, firm.main, far, "3")]).await;
        firm.post(&draft.expect("a draft")).await;
        firm.post(&firm.draft("delivery", piece(item, "8")).await).await;
        let draft = firm.made(&received, "revalue").await;
        firm.post(&with_cost(&firm, &draft, "40").await).await;
        assert_eq!(firm.balance("cogs").await, cogs, "{method}");
        let lies = lies(&firm, item, [firm.main, bin, far]).await;
        assert_eq!(lies, [(dec("4"), 16_000), (dec("5"), 20_000), (dec("3"), far_worth)], "{method}");
        firm.assert_healthy().await;
    }
}

/// Goods go to and fro at once, by lines in opposite order, while others are sold: nobody waits for ever, and none is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transfers_there_and_back_at_once_lose_nothing() {
    for method in ["average", "fifo"] {
        let firm = Firm::new().await;
        let a = firm.item_by(method, "A", "100", 100, "60").await;
        let b = firm.item_by(method, "B", "10", 100, "7").await;
        let near = firm.main;
        let bin = place(&firm, "BIN", Some(near)).await.id;
        find_at(&firm, a, bin, "100", "61").await;
        find_at(&firm, b, bin, "100", "8").await;
        for _ in 0..8 {
            let there = transfer(&firm, &[(a, near, bin, "2"), (b, near, bin, "3")]).await.expect("a draft");
            let back = transfer(&firm, &[(b, bin, near, "3"), (a, bin, near, "2")]).await.expect("a draft");
            let sale = firm.draft("delivery", [piece(b, "1"), piece(a, "1")].concat()).await;
            let (one, two, three) =
                tokio::join!(firm.act(&there, "post"), firm.act(&back, "post"), firm.act(&sale, "post"));
            one.expect("there");
            two.expect("back");
            three.expect("a sale");
        }
        for item in [a, b] {
            let [(here, _), (there, _)] = lies(&firm, item, [near, bin]).await;
            assert_eq!((here, there), (dec("92"), dec("100")), "{method}");
        }
        firm.assert_healthy().await;
    }
}

/// Waits until somebody waits for what this process of the database holds.
async fn until_waited_for(tx: &mut TenantTx, holder: i32) {
    for _ in 0..1_000 {
        let waits: bool = sqlx::query_scalar(
            "select exists (select from pg_locks where not granted and $1 = any(pg_blocking_pids(pid)))",
        )
        .bind(holder)
        .fetch_one(tx.conn())
        .await
        .expect("locks are read");
        if waits {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

/// Goods that go to a bin that never held any, while a delivery waits for them, are there for it.
#[tokio::test]
async fn a_delivery_finds_goods_where_they_went_while_it_waited() {
    for method in ["average", "fifo"] {
        let firm = Firm::new().await;
        let item = firm.item_by(method, "A", "100", 5, "60").await;
        let bin = place(&firm, "BIN", Some(firm.main)).await.id;
        let put_away = transfer(&firm, &[(item, firm.main, bin, "5")]).await.expect("a draft");
        let sale = firm.draft("delivery", piece(item, "5")).await;
        let mut looks = firm.tx().await;
        let mut moves = firm.tx().await;
        let holder: i32 =
            sqlx::query_scalar("select pg_backend_pid()").fetch_one(moves.conn()).await.expect("a process");
        door::act(&mut moves, put_away.record, put_away.id, put_away.version, "post").await.expect("put away");
        let commits = async {
            until_waited_for(&mut looks, holder).await;
            moves.commit().await.expect("commit");
        };
        let (sold, ()) = tokio::join!(firm.act(&sale, "post"), commits);
        let (sold, _) = sold.expect("all of it lies in the bin");
        assert_eq!(sold.minor("cost"), 30_000, "{method}");
        assert_eq!(lies(&firm, item, [firm.main, bin]).await, [(dec("0"), 0); 2], "{method}");
        firm.assert_healthy().await;
    }
}

// ------------------------------------------------------------------ categories

#[tokio::test]
async fn items_are_found_by_their_category_and_none_is_below_itself() {
    let firm = Firm::new().await;
    let category = async |code: &str, parent: Option<Uuid>| {
        let fill = |document: Document| {
            document.with("code", code).with("name", Names::new(code, code)).with("parent", parent)
        };
        firm.insert("item_category", fill).await.expect("a category")
    };
    let top = category("TOP", None).await;
    let middle = category("MIDDLE", Some(top.id)).await;
    let low = category("LOW", Some(middle.id)).await;
    for below in [&top, &middle, &low] {
        let moved = firm.change(&top, &[("parent", &below.id.to_string())]).await;
        assert_eq!(refusals(moved), ["refuse-category-circle"], "below {:?}", below.text("code"));
    }
    firm.change(&low, &[("parent", "TOP")]).await.expect("beside the other one");

    let (steel, _) = (firm.item("A", "100", 0, "60").await, firm.item("B", "100", 0, "60").await);
    let steel = firm.document("item", steel).await;
    firm.change(&steel, &[("item_category", "LOW")]).await.expect("sorted");
    let query = Query::read(record("item"), [("item_category".to_owned(), low.id.to_string())]);
    let found = page::list(&mut firm.tx().await, record("item"), &query).await.expect("a list");
    assert_eq!(found.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [steel.id]);
}

// ------------------------------------------------------------------ variants

/// A template in pieces at a price, taxed.
async fn template(firm: &Firm, code: &str) -> Document {
    let item = firm.item(code, "100", 0, "0").await;
    firm.change(&firm.document("item", item).await, &[("kind", "template")]).await.expect("a template")
}

#[tokio::test]
async fn a_variant_takes_from_its_template_what_it_does_not_say() {
    let firm = Firm::new().await;
    let beam = template(&firm, "BEAM").await;
    let variant = async |code: &str, fields: &[(&str, &str)]| {
        let new = Document::new(record("item"));
        let always = [("code", code), ("name.en", code), ("name.ar", code), ("variant_of", "BEAM")];
        firm.save(&new, &form(&[&always[..], fields].concat(), &[])).await
    };
    let red = variant("RED", &[("variant", "Red, 6 m")]).await.expect("a variant");
    for name in ["unit", "price", "tax_code", "item_category"] {
        assert_eq!(red.get(name), beam.get(name), "{name}");
    }
    assert_eq!((red.link("variant_of"), red.text("kind")), (Some(beam.id), Some("stock")));
    let dear = variant("DEAR", &[("price", "120"), ("unit", "KG")]).await.expect("another one");
    assert_eq!(dear.decimal("price"), dec("120"));
    assert_ne!(dear.get("unit"), beam.get("unit"));
    // What changes later is nobody else's.
    firm.change(&beam, &[("price", "90")]).await.expect("another price");
    let red = firm.change(&red, &[("price", "")]).await.expect("no price");
    assert!(red.get("price").is_null());

    let query = Query::read(record("item"), [("variant_of".to_owned(), beam.id.to_string())]);
    let found = page::list(&mut firm.tx().await, record("item"), &query).await.expect("a list");
    let mut found: Vec<Uuid> = found.rows.iter().map(|row| row.id).collect();
    found.sort_unstable();
    assert_eq!(found, [red.id, dear.id]);

    // Only of a template, and no template is one.
    for (code, field) in [("A", ("variant_of", "RED")), ("B", ("kind", "template"))] {
        assert_eq!(refusals(variant(code, &[field, ("unit", "PCS")]).await), ["refuse-variant-of"], "{code}");
    }
    assert_eq!(refusals(firm.change(&firm.load(&beam).await, &[("kind", "stock")]).await), ["refuse-template-kept"]);
}

/// What a piece costs is not what a kilogram costs.
#[tokio::test]
async fn a_variant_that_is_counted_otherwise_has_no_price_of_its_template() {
    let firm = Firm::new().await;
    let beam = template(&firm, "BEAM").await;
    let fields = [("code", "BULK"), ("name.en", "Bulk"), ("name.ar", "سائب"), ("variant_of", "BEAM"), ("unit", "KG")];
    let bulk = firm.save(&Document::new(record("item")), &form(&fields, &[])).await.expect("a variant");
    assert!(bulk.get("price").is_null(), "{bulk:?}");
    assert_eq!(bulk.get("tax_code"), beam.get("tax_code"));
}

#[tokio::test]
async fn no_document_names_a_template() {
    let firm = Firm::new().await;
    let beam = template(&firm, "BEAM").await;
    for name in ["quotation", "sales_order", "delivery", "sales_invoice", "stock_adjustment"] {
        let line = Line::new().with("item", beam.id).with("quantity", dec("1")).with("price", dec("1"));
        let line = if name == "stock_adjustment" { line.with("warehouse", firm.main) } else { line };
        let refused = firm.insert(name, |document| Document { lines: vec![line], ..document }).await;
        assert_eq!(refusals(refused), ["refuse-template"], "{name}");
    }
    // Nor becomes one what a draft names.
    let item = firm.item("A", "100", 0, "0").await;
    firm.draft("sales_order", piece(item, "1")).await;
    let item = firm.document("item", item).await;
    assert_eq!(refusals(firm.change(&item, &[("kind", "template")]).await), ["refuse-template-kept"]);
}

// ------------------------------------------------------------------ units and barcodes

/// An item with a box of twelve, both with barcodes; of another one the barcode only begins alike.
async fn boxed(firm: &Firm) -> (Document, Document) {
    let item = async |code: &str, barcode: &str, rows: &[&[(&str, &str)]]| {
        let item = firm.item(code, "10", 100, "6").await;
        let item = firm.document("item", item).await;
        firm.save(&item, &form(&[("barcode", barcode)], rows)).await.expect("an item")
    };
    let box_of_12 = [("unit", "BOX"), ("factor", "12"), ("barcode", "6281000000024")];
    (item("B", "6281000000017", &[&box_of_12]).await, item("A", "62810000000170", &[]).await)
}

#[tokio::test]
async fn a_barcode_names_the_item_on_whatever_unit_it_stands() {
    let firm = Firm::new().await;
    let (item, other) = boxed(&firm).await;
    for barcode in ["6281000000017", "6281000000024"] {
        let offered = page::suggest(&mut firm.tx().await, item.record, barcode, None).await.expect("offers");
        assert_eq!(offered.first().map(|offer| offer.id), Some(item.id), "what is exactly {barcode} comes first");
        let order = firm.draft("sales_order", Vec::new()).await;
        let saved = firm.save(&order, &form(&[], &[&[("item~", barcode), ("quantity", "1")]])).await.expect("scanned");
        assert_eq!(saved.lines[0].link("item"), Some(item.id), "{barcode}");
        let hits = search::find(&mut firm.tx().await, barcode).await.expect("a search").hits;
        assert!(hits.iter().any(|hit| hit.id == item.id), "{barcode}");
    }
    // What two items bear names neither.
    firm.change(&other, &[("barcode", "6281000000024")]).await.expect("another barcode");
    let order = firm.draft("sales_order", Vec::new()).await;
    let unclear =
        firm.save(&order, &form(&[], &[&[("item~", "6281000000024"), ("quantity", "1"), ("price", "1")]])).await;
    assert_eq!(refusals(unclear), ["fault-not-link"]);
}

#[tokio::test]
async fn a_unit_stands_on_an_item_once_and_holds_something() {
    let firm = Firm::new().await;
    let (item, _) = boxed(&firm).await;
    type Rows<'a> = &'a [&'a [(&'a str, &'a str)]];
    let cases: [(Rows<'_>, &str); 3] = [
        (&[&[("unit", "BOX"), ("factor", "0")]], "refuse-unit-empty"),
        (&[&[("unit", "PCS"), ("factor", "1")]], "refuse-unit-twice"),
        (&[&[("unit", "BOX"), ("factor", "6")], &[("unit", "BOX"), ("factor", "12")]], "refuse-unit-twice"),
    ];
    for (rows, reason) in cases {
        assert_eq!(refusals(firm.save(&item, &form(&[], rows)).await), [reason]);
    }
}

proptest! {
    /// A quantity comes back from another unit as it went, or does not go: then the whole units in it are the most there are.
    #[test]
    fn quantities_go_there_and_back_or_not_at_all(
        quantity in 0_i64..2_000_000,
        scale in 0_u32..5,
        factor in 1_i64..5_000,
        factor_scale in 0_u32..4,
        to in prop::sample::select(vec![1_i64, 2, 3, 4, 5, 6, 8, 12, 25, 100, 144]),
        decimals in 0_u32..7,
    ) {
        let (quantity, from, to) = (Decimal::new(quantity, scale), Decimal::new(factor, factor_scale), Decimal::from(to));
        let held = quantity * from;
        prop_assert_eq!(convert(quantity, from, Decimal::ONE, scale + factor_scale), Some(held));
        match convert(quantity, from, to, decimals) {
            Some(there) => {
                prop_assert!(there.scale() <= decimals);
                prop_assert_eq!(there * to, held);
                prop_assert_eq!(convert(there, to, from, scale), Some(quantity));
                prop_assert_eq!(whole(quantity, from, to, decimals), Some(there));
            }
            None => {
                let most = whole(quantity, from, to, decimals).expect("it fits");
                prop_assert!(most.scale() <= decimals);
                prop_assert!(most * to < held && held < (most + Decimal::new(1, decimals)) * to);
            }
        }
    }
}

/// Boxes are ordered, delivered, returned, invoiced and credited; pieces leave the stock and come back.
#[tokio::test]
async fn what_is_sold_in_boxes_is_kept_in_pieces() {
    let firm = Firm::new().await;
    let (item, other) = boxed(&firm).await;
    let box_of_12 = code(&mut firm.tx().await, "unit", "BOX").await;
    let boxes = |n: &str| Line::new().with("item", item.id).with("unit", box_of_12).with("quantity", dec(n));
    let stock = async || {
        let stock = report::stock_on_hand(&mut firm.tx().await, "", false).await.expect("the stock");
        let row = stock.rows.into_iter().find(|row| row.item == item.id).expect("a row");
        (row.on_hand, row.promised)
    };
    let order = firm.draft("sales_order", vec![boxes("9")]).await;
    assert_eq!((order.lines[0].decimal("price"), order.minor("net")), (dec("120"), 108_000));
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    assert_eq!(stock().await, ("100".to_owned(), "108".to_owned()));

    // A hundred pieces fill eight boxes.
    let delivery = firm.made(&order, "deliver").await;
    assert_eq!((delivery.lines[0].decimal("quantity"), delivery.lines[0].link("unit")), (dec("8"), Some(box_of_12)));
    let delivery = firm.post(&delivery).await;
    assert_eq!(delivery.minor("cost"), 96 * 600);
    assert_eq!(stock().await, ("4".to_owned(), "12".to_owned()));
    assert_eq!(firm.load(&order).await.lines[0].decimal("delivered"), dec("8"));

    // What comes back in pieces comes back in whole boxes.
    let back = firm.made(&delivery, "return").await;
    let line = back.lines[0].id.to_string();
    let pieces = |n: &str| form(&[], &[&[("id", line.as_str()), ("unit", "PCS"), ("quantity", n)]]);
    let half = firm.save(&back, &pieces("6")).await.expect("a draft may say so");
    assert_eq!(refusals(firm.act(&half, "post").await), ["refuse-unit-part"]);
    let whole = firm.save(&half, &pieces("12")).await.expect("a box of pieces");
    firm.post(&whole).await;
    assert_eq!(stock().await, ("16".to_owned(), "24".to_owned()));
    assert_eq!(firm.load(&delivery).await.lines[0].decimal("returned"), Decimal::ONE);

    let invoice = firm.made(&order, "invoice").await;
    let invoice = firm.post(&invoice).await;
    assert_eq!((invoice.lines[0].decimal("quantity"), invoice.minor("net")), (dec("7"), 84_000));
    let note = firm.made(&invoice, "credit").await;
    let line = note.lines[0].id.to_string();
    for (price, outcome) in [("10.01", Some("refuse-credit-dearer")), ("10", None)] {
        let note = firm.load(&note).await;
        let row = [("id", line.as_str()), ("unit", "PCS"), ("quantity", "24"), ("price", price)];
        let note = firm.save(&note, &form(&[], &[&row])).await.expect("a draft may say so");
        match (firm.act(&note, "post").await, outcome) {
            (refused, Some(reason)) => assert_eq!(refusals(refused), [reason]),
            (posted, None) => assert_eq!(posted.expect("posted").0.minor("net"), 24_000),
        }
    }
    assert_eq!(firm.load(&invoice).await.lines[0].decimal("credited"), dec("2"));
    assert_eq!(firm.load(&order).await.lines[0].decimal("invoiced"), dec("5"));
    firm.assert_healthy().await;

    // What was counted in boxes of twelve stays so.
    let item = firm.load(&item).await;
    let row = item.lines[0].id.to_string();
    let smaller = form(&[], &[&[("id", row.as_str()), ("factor", "10")]]);
    for changed in [smaller, form(&[], &[])] {
        assert_eq!(refusals(firm.save(&item, &changed).await), ["refuse-unit-used"]);
    }

    // Whoever puts another item onto a line leaves the unit of the one before.
    let draft = firm.draft("sales_order", vec![boxes("1")]).await;
    let (line, exchanged) = (draft.lines[0].id.to_string(), other.id.to_string());
    let draft = firm.save(&draft, &form(&[], &[&[("id", line.as_str()), ("item", exchanged.as_str())]])).await;
    let pieces = code(&mut firm.tx().await, "unit", "PCS").await;
    assert_eq!(draft.expect("another item").lines[0].link("unit"), Some(pieces));
}

#[tokio::test]
async fn the_stock_unit_of_an_item_stays_once_documents_count_in_it() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "6").await;
    let item = firm.document("item", item).await;
    let item = firm.change(&item, &[("unit", "KG")]).await.expect("nothing is counted in pieces yet");
    firm.order(&[(item.id, 1)]).await;
    assert_eq!(refusals(firm.change(&item, &[("unit", "PCS")]).await), ["refuse-unit-used"]);
    firm.change(&item, &[("price", "12")]).await.expect("all else may change");
}

#[tokio::test]
async fn a_line_is_counted_and_priced_in_a_unit_of_its_item() {
    let firm = Firm::new().await;
    let (item, _) = boxed(&firm).await;
    let line = item.lines[0].id.to_string();
    let rows: [&[(&str, &str)]; 2] = [&[("id", line.as_str())], &[("unit", "BAG"), ("factor", "2.5")]];
    let item = firm.save(&item, &form(&[], &rows)).await.expect("bags, too");
    let mut units = Vec::new();
    for name in ["PCS", "BOX", "BAG", "KG"] {
        units.push(code(&mut firm.tx().await, "unit", name).await);
    }
    let [pieces, boxes, bags, kilograms] = units[..] else { panic!("four units") };
    let near = Some((record("item"), item.id));
    let offered = page::suggest(&mut firm.tx().await, record("unit"), "", near).await.expect("offers");
    let mut offered: Vec<Uuid> = offered.into_iter().map(|offer| offer.id).collect();
    let mut own = vec![pieces, boxes, bags];
    offered.sort_unstable();
    own.sort_unstable();
    assert_eq!(offered, own);

    for name in ["quotation", "sales_order", "sales_invoice", "delivery"] {
        let cases = [
            (kilograms, "1", Some("refuse-unit-of-item")),
            (boxes, "1.5", Some("refuse-finer-quantity")),
            (bags, "1", Some("refuse-finer-stock")),
            (bags, "2", None),
        ];
        for (unit, quantity, refused) in cases {
            let line = Line::new().with("item", item.id).with("unit", unit).with("quantity", dec(quantity));
            match (firm.insert(name, |document| Document { lines: vec![line], ..document }).await, refused) {
                (outcome, Some(reason)) => assert_eq!(refusals(outcome), [reason], "{quantity} in a {name}"),
                (outcome, None) => assert_eq!(outcome.expect("bags").lines[0].link("unit"), Some(bags), "a {name}"),
            }
        }
    }

    // Lists price pieces, from so many pieces on.
    let price = Line::new().with("item", item.id).with("from_quantity", dec("24")).with("price", dec("9"));
    let fill = |list: Document| {
        let list = list.with("code", "P").with("name", Names::new("P", "P")).with("currency", "SAR");
        Document { lines: vec![price], ..list }
    };
    firm.insert("price_list", fill).await.expect("a price list");
    firm.change(&firm.document("customer", firm.customer).await, &[("price_list", "P")]).await.expect("changed");
    for (quantity, price) in [("1", "120"), ("2", "108")] {
        let line = Line::new().with("item", item.id).with("unit", boxes).with("quantity", dec(quantity));
        let order = firm.draft("sales_order", vec![line]).await;
        assert_eq!(order.lines[0].decimal("price"), dec(price), "{quantity} boxes");
    }
}
