//! Bins within warehouses, and goods that move between places.

use super::*;

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

/// Goods are promised from a whole warehouse: whoever orders from a bin is told what to choose instead. What was ordered before
/// its place became a bin can be finished.
#[tokio::test]
async fn an_order_names_a_warehouse_and_no_bin() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 2, "10").await;
    let bin = place(&firm, "BIN", None).await;
    find_at(&firm, item, bin.id, "3", "10").await;
    let from = async |place: Uuid, quantity: &str| {
        let fill = |order: Document| Document { lines: piece(item, quantity), ..order.with("warehouse", place) };
        firm.insert("sales_order", fill).await
    };
    let before = from(bin.id, "5").await.expect("from a warehouse");
    let other = from(firm.main, "1").await.expect("from another one");
    firm.change(&bin, &[("parent", "MAIN")]).await.expect("a bin");

    let said = door::Refusal::new("refuse-order-bin").with("bin", "BIN").with("warehouse", "MAIN").at("warehouse");
    for refused in [from(bin.id, "1").await, firm.change(&other, &[("warehouse", "BIN")]).await] {
        let Err(door::Error::Refused(faults)) = refused else { panic!("an order from a bin") };
        assert_eq!(faults, std::slice::from_ref(&said));
    }
    let kept = firm.change(&before, &[("reference", "R1")]).await.expect("it keeps the place that it has");
    let (order, _) = firm.act(&kept, "confirm").await.expect("confirmed");
    let delivery = firm.made(&order, "deliver").await;
    assert_eq!((delivery.link("warehouse"), delivery.lines[0].decimal("quantity")), (Some(firm.main), dec("5")));
    firm.post(&delivery).await;
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_new_document_begins_with_a_warehouse_that_is_in_use_and_no_bin() {
    let firm = Firm::new().await;
    let begins = async || {
        let mut tx = firm.tx().await;
        let mut warehouses = Vec::new();
        for name in ["sales_order", "delivery"] {
            warehouses.push(door::fresh(&mut tx, record(name)).await.expect("a new document").link("warehouse"));
        }
        warehouses
    };
    assert_eq!(begins().await, [Some(firm.main); 2]);
    let main = firm.document("warehouse", firm.main).await;
    let main = firm.change(&main, &[("active", "false")]).await.expect("out of use");
    assert_eq!(begins().await, [None::<Uuid>; 2], "rather none than one that is out of use");
    let other = place(&firm, "OTHER", None).await.id;
    assert_eq!(begins().await, [Some(other); 2], "the first one is out of use");
    firm.change(&main, &[("active", "true"), ("parent", "OTHER")]).await.expect("a bin");
    assert_eq!(begins().await, [Some(other); 2], "the first one is a bin");
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
