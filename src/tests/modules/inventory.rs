//! Stock: valuation by laws and golden figures, levels under many hands.

use crate::modules::inventory::valuation::Level;
use crate::platform::document::{Document, Line};
use crate::platform::door;
use crate::record::money;
use crate::tests::support::{Firm, dec, record, refusals, shared};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

#[test]
fn moving_average_gives_the_golden_figures() {
    let text = std::fs::read_to_string(shared("golden/stock_valuation.json")).expect("text");
    let golden: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let case = &golden["fifo_vs_moving_average"];
    let mut level = Level::default();
    let mut cogs = 0;
    for step in case["moves"].as_array().expect("moves") {
        if let Some(quantity) = step["buy"].as_i64() {
            let rate = dec(step["rate"].as_str().expect("rate"));
            let value = money::to_minor(rate * Decimal::from(quantity), 2).expect("fits");
            level = level.receive(quantity.into(), value).expect("fits");
        } else {
            let (cost, rest) = level.issue(step["sell"].as_i64().expect("sell").into()).expect("on hand");
            cogs += cost;
            level = rest;
        }
    }
    let expected = &case["moving_average"];
    assert_eq!(money::from_minor(cogs, 2), dec(expected["cogs"].as_str().expect("cogs")));
    assert_eq!(level.on_hand, Decimal::from(expected["remaining_qty"].as_i64().expect("qty")));
    assert_eq!(money::from_minor(level.value, 2), dec(expected["remaining_value"].as_str().expect("value")));
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
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f24_fifty_deliveries_at_once_never_oversell() {
    let firm = std::sync::Arc::new(Firm::new().await);
    let item = firm.item("A", "100", 10, "60").await;
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
