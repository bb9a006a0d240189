//! Views that people keep: their own, and those they share.

use crate::i18n::{Digits, I18n, Locale};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error};
use crate::platform::{page, views};
use crate::record::Names;
use crate::record::query::Query;
use crate::tests::support::{Browser, Firm, dec, record, refusals};
use axum::http::StatusCode;
use rust_decimal::Decimal;
use uuid::Uuid;

#[tokio::test]
async fn a_shared_view_is_everybodys_and_a_kept_one_is_ones_own() {
    let firm = Firm::new().await;
    let colleague = firm.colleague("sales").await;
    let orders = record("sales_order");
    let query = Query { search: Some("x & y".to_owned()), sort: Some("total".to_owned()), ..Query::default() };
    let mut tx = firm.tx().await;
    views::keep(&mut tx, orders, "Mine", &query, false).await.expect("kept");
    views::keep(&mut tx, orders, "Ours", &query, true).await.expect("kept");
    views::keep(&mut tx, orders, "Ours", &Query { group: Some("customer".to_owned()), ..query.clone() }, true)
        .await
        .expect("kept anew");
    assert_eq!(refusals(views::keep(&mut tx, orders, "  ", &query, true).await), ["refuse-view-name"]);
    let kept = views::list(&mut tx, orders).await.expect("views");
    assert_eq!(kept.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Mine", "Ours"]);
    let forgotten = views::forget(&mut tx, record("customer"), kept[0].id).await;
    assert!(matches!(forgotten, Err(Error::NotFound)), "it is a view of another list");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&colleague).await.expect("enter");
    let seen = views::list(&mut tx, orders).await.expect("views");
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].name.as_str(), seen[0].removable), ("Ours", false));
    assert!(seen[0].query.contains("group=customer"));
    let forgotten = views::forget(&mut tx, orders, seen[0].id).await;
    assert!(matches!(forgotten, Err(Error::NotFound)), "a colleague does not forget it");
    let store = firm.colleague("storekeeper").await;
    let mut tx = firm.db.begin(&store).await.expect("enter");
    assert!(matches!(views::keep(&mut tx, record("journal_entry"), "Books", &query, true).await, Err(Error::Denied)));
}

#[tokio::test]
async fn what_colleagues_share_crowds_nobodys_own_views_out() {
    let firm = Firm::new().await;
    let colleague = firm.colleague("sales").await;
    let (orders, query) = (record("sales_order"), Query::default());
    let mut tx = firm.tx().await;
    for at in 0..views::MOST {
        views::keep(&mut tx, orders, &format!("! {at}"), &query, true).await.expect("kept");
    }
    assert_eq!(refusals(views::keep(&mut tx, orders, "One more", &query, true).await), ["refuse-view-many"]);
    views::keep(&mut tx, orders, "! 0", &query, false).await.expect("one that is there is changed");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&colleague).await.expect("enter");
    views::keep(&mut tx, orders, "Mine", &query, false).await.expect("kept");
    let seen = views::list(&mut tx, orders).await.expect("views");
    assert_eq!(seen[0].name, "Mine");
}

#[tokio::test]
async fn whoever_runs_the_company_forgets_what_others_share() {
    let firm = Firm::new().await;
    let (maker, colleague) = (firm.colleague("sales").await, firm.colleague("sales").await);
    let orders = record("sales_order");
    let query = Query { search: Some("steel".to_owned()), ..Query::default() };
    let mut tx = firm.db.begin(&maker).await.expect("enter");
    views::keep(&mut tx, orders, "Steel of all of us", &query, true).await.expect("kept");
    views::keep(&mut tx, orders, "For my eyes only", &query, false).await.expect("kept");
    let kept = views::list(&mut tx, orders).await.expect("views");
    tx.commit().await.expect("commit");
    assert!(kept.iter().all(|view| view.removable));
    let id = |name: &str| kept.iter().find(|view| view.name == name).expect("a view").id;
    let (shared, own) = (id("Steel of all of us"), id("For my eyes only"));
    let mut seller = Browser::signed_in(&format!("{}@firm.example", colleague.user)).await;
    let mut owner = Browser::of(&firm).await;
    for (browser, removes) in [(&mut seller, false), (&mut owner, true)] {
        let list = browser.get("/sales-orders?q=steel").await;
        assert!(
            list.text().contains("Steel of all of us") && !list.text().contains("For my eyes only"),
            "{}",
            list.text()
        );
        assert_eq!(list.body.contains("name=\"forget\""), removes, "{}", list.body);
        let gone = browser.post("/sales-orders/views", &[("forget", own.to_string().as_str())]).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "what nobody shares is nobody else's");
        let gone = browser.post("/sales-orders/views", &[("forget", shared.to_string().as_str())]).await;
        assert_eq!(gone.status, if removes { StatusCode::SEE_OTHER } else { StatusCode::NOT_FOUND });
    }
    let mut tx = firm.db.begin(&maker).await.expect("enter");
    let left = views::list(&mut tx, orders).await.expect("views");
    assert_eq!(left.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["For my eyes only"]);
    let told: Vec<(String, Option<Uuid>)> =
        sqlx::query_as("select action, user_id from audit where tenant_id = $1 and record_id = $2 order by id")
            .bind(firm.cx.tenant)
            .bind(shared)
            .fetch_all(tx.conn())
            .await
            .expect("the audit");
    let did = |action: &str, user: Uuid| (action.to_owned(), Some(user));
    assert_eq!(told, [did("create", maker.user), did("delete", firm.cx.user)]);
}

#[tokio::test]
async fn a_list_is_kept_by_a_form_and_opened_by_its_tab() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "0").await;
    firm.order(&[(item, 1)]).await;
    let mut browser = Browser::of(&firm).await;
    let form = [("query", "columns=number,total&state=confirmed"), ("name", "Confirmed"), ("shared", "true")];
    let kept = browser.post("/sales-orders/views", &form).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    let list = browser.get(kept.location.as_deref().expect("the list")).await;
    assert!(list.text().contains("Confirmed") && list.body.contains("name=\"forget\""), "{}", list.text());
    let board = browser.get("/sales-orders?layout=board").await;
    assert!(board.body.contains("class=\"lane\""), "{}", board.body);
    let groups = browser.get("/sales-orders?group=customer").await;
    assert!(groups.text().contains("Gulf Steel") && groups.text().contains("11.50"), "{}", groups.text());
}

#[tokio::test]
async fn groups_add_up_and_keep_what_is_hidden() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "0").await;
    for n in 1..=3 {
        firm.order(&[(item, n)]).await;
    }
    let mut tx = firm.tx().await;
    let query = Query { group: Some("customer".to_owned()), ..Query::default() };
    let list = page::list(&mut tx, record("sales_order"), &query).await.expect("a list");
    assert_eq!((list.groups.len(), list.groups[0].count), (1, 3));
    assert_eq!(list.groups[0].sums, list.totals);
    let query = Query { board: true, ..Query::default() };
    let board = page::list(&mut tx, record("sales_order"), &query).await.expect("a board").board;
    let cards: i64 = board.iter().map(|lane| lane.count).sum();
    assert_eq!((board.len(), cards), (record("sales_order").states.len(), 3));
    drop(tx);
    // A group by a field that is kept from the reader tells nothing.
    let lines = vec![
        [("record", "sales_order"), ("sees", "true"), ("reach", "all"), ("field", "")],
        [("record", "sales_order"), ("sees", "false"), ("changes", "false"), ("field", "warehouse")],
    ];
    let lines = lines
        .into_iter()
        .map(|l| l.into_iter().filter(|(_, t)| !t.is_empty()).map(|(n, t)| (n.to_owned(), t.to_owned())).collect());
    let member = firm.colleague("auditor").await;
    let mut tx = firm.tx().await;
    let role = Uuid::now_v7();
    let fields = [("code", "NOWH"), ("name", "Sees no warehouse"), ("base", "auditor")];
    let fields = fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    door::save(&mut tx, record("role"), role, 0, &door::Typed { fields, lines: Some(lines.collect()) })
        .await
        .expect("a role");
    let fields = [("role".to_owned(), role.to_string())].into();
    door::save(&mut tx, record("member"), member.user, 1, &door::Typed { fields, lines: None })
        .await
        .expect("their role");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&member).await.expect("enter");
    let query = Query { group: Some("warehouse".to_owned()), ..Query::default() };
    assert!(page::list(&mut tx, record("sales_order"), &query).await.expect("a list").groups.is_empty());
}

/// Orders over 115 dinars (three decimals), yen (none) and riyals (two), as many minor units as each has.
async fn orders_in_three_currencies(firm: &Firm) {
    let item = firm.item("A", "100", 0, "0").await;
    let mut tx = firm.tx().await;
    for (currency, rate) in [("KWD", "12.19"), ("JPY", "0.025"), ("SAR", "")] {
        let today = tx.company.today;
        if !rate.is_empty() {
            let rate = Document::new(record("exchange_rate")).with("currency", currency).with("rate", dec(rate));
            door::insert(&mut tx, &mut rate.with("date", today)).await.expect("a rate");
        }
        let mut customer = Document::new(record("customer"))
            .with("code", currency)
            .with("name", Names::new(format!("Buyer in {currency}"), ""))
            .with("currency", currency)
            .with("language", "en")
            .with("active", true);
        door::insert(&mut tx, &mut customer).await.expect("a customer");
        let mut order = Document::new(record("sales_order"))
            .with("customer", customer.id)
            .with("date", today)
            .with("warehouse", firm.main);
        order.lines.push(Line::new().with("item", item).with("quantity", Decimal::ONE));
        door::insert(&mut tx, &mut order).await.expect("an order");
    }
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn amounts_of_a_filter_are_in_the_currency_that_the_list_is_narrowed_to() {
    let firm = Firm::new().await;
    orders_in_three_currencies(&firm).await;
    let orders = record("sales_order");
    let ask = |pairs: &[(&str, &str)]| {
        Query::read(orders, pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    };
    let mut tx = firm.tx().await;
    for (currency, total, found) in [
        ("KWD", "115", 1),
        ("KWD", "115.000..115.000", 1),
        ("KWD", "114.999..", 1),
        ("KWD", "115.001..", 0),
        ("JPY", "115", 1),
        ("JPY", "..114", 0),
        ("JPY", "١١٥", 1),
        ("SAR", "115.00", 1),
        ("SAR", "115.01..", 0),
    ] {
        let query = ask(&[("currency", currency), ("total", total)]);
        let list = page::list(&mut tx, orders, &query).await.expect("a list");
        assert_eq!(list.count, found, "{total} {currency}");
    }
    // Nobody pays half a yen, nor the tenth part of a fils.
    for (currency, total) in [("JPY", "115.5"), ("KWD", "115.0001"), ("SAR", "115.001")] {
        let outcome = page::list(&mut tx, orders, &ask(&[("currency", currency), ("total", total)])).await;
        assert!(matches!(outcome, Err(Error::BadRequest(_))), "{total} {currency}");
    }
    // Without a currency, and with several, amounts are the company's; those of its own books are always.
    for pairs in [&[("total", "115.00")][..], &[("currency", "JPY,SAR"), ("total", "115.00")][..]] {
        assert_eq!(page::list(&mut tx, orders, &ask(pairs)).await.expect("a list").count, 1, "{pairs:?}");
    }
    let of_books = ask(&[("currency", "KWD"), ("base_total", "1401.85")]);
    assert_eq!(page::list(&mut tx, orders, &of_books).await.expect("a list").count, 1);
    let i18n = I18n::new(Locale::En, Digits::Western);
    let total = orders.field("total").expect("a total");
    for (currency, text, shown) in [("KWD", "115..1150.5", "115.000 – 1,150.500"), ("JPY", "1150", "1,150")] {
        assert_eq!(i18n.filter(orders, total, text, currency), shown);
    }
}
