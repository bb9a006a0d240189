//! What stock is worth: laws and golden figures, without a database.

use super::*;

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
