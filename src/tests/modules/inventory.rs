//! Stock: valuation by laws and golden figures, levels under many hands.

use crate::modules::inventory::valuation::Level;
use crate::platform::document::{Document, Line};
use crate::platform::door;
use crate::record::money;
use crate::tests::support::{Firm, dec, record, refusals, shared};
use proptest::prelude::*;
use rust_decimal::Decimal;

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
