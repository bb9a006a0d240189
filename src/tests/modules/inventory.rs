//! Stock: levels and layers under many hands, late costs, what is promised and available.

mod items;
mod places;
mod valuation;

use crate::modules::inventory::report;
use crate::modules::inventory::unit::{convert, whole};
use crate::modules::inventory::valuation::{Layer, Level, Part, Stock, come_back, worth};
use crate::modules::sales::order;
use crate::platform::document::{Document, Line};
use crate::platform::door::Outcome;
use crate::platform::{door, page, search};
use crate::record::query::Query;
use crate::record::{Minor, Names, money};
use crate::tests::support::{Browser, Firm, code, dec, form, record, refusals, shared, until_waited_for};
use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

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
