//! Categories, variants, other units and barcodes.

use super::*;

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
    // A price of it would never apply.
    let list = form(&[("code", "P"), ("name.en", "P"), ("currency", "SAR")], &[&[("item", "BEAM"), ("price", "90")]]);
    match firm.save(&Document::new(record("price_list")), &list).await {
        Err(door::Error::Refused(said)) => {
            assert_eq!(said, [door::Refusal::new("refuse-template-price").at("lines[0][item]")]);
        }
        other => panic!("a price for a template: {other:?}"),
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
    // What two items bear names neither, nor does the code of one that is the barcode of the other: both are named.
    let said = door::Refusal::new("fault-link-unclear").with("one", "Item A").with("other", "Item B");
    let mut other = other;
    for both in ["6281000000024", "B"] {
        other = firm.change(&other, &[("barcode", both)]).await.expect("another barcode");
        let order = firm.draft("sales_order", Vec::new()).await;
        let line = [("item~", both), ("quantity", "1"), ("price", "1")];
        match firm.save(&order, &form(&[], &[&line])).await {
            Err(door::Error::Refused(faults)) => assert_eq!(faults, [said.clone().at("lines[0][item]")], "{both}"),
            unclear => panic!("{both} names two: {unclear:?}"),
        }
        let id = item.id.to_string();
        let line = [("item", id.as_str()), ("item~", both), ("quantity", "1")];
        let chosen = firm.save(&order, &form(&[], &[&line])).await.expect("chosen from the list");
        assert_eq!(chosen.lines[0].link("item"), Some(item.id), "{both}");
    }
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
