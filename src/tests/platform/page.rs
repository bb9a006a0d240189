//! Lists however long they are, and whatever is asked of them.

use crate::modules;
use crate::platform::page;
use crate::record::Record;
use crate::record::page::ListPage;
use crate::record::query::{COUNT_LIMIT, Query, TAB_LIMIT};
use crate::tests::platform::permission::busy_firm;
use crate::tests::support::{self, Browser, Firm, record};
use axum::http::StatusCode;
use sqlx::{Connection as _, PgConnection};

/// Confirmed orders of 1.00 from this number to that one, put into the table itself: the door would take minutes.
async fn orders(firm: &Firm, from: i64, to: i64) {
    orders_in(firm, "SAR", from, to).await;
}

/// The same in this currency.
async fn orders_in(firm: &Firm, currency: &str, from: i64, to: i64) {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    sqlx::query(
        "insert into sales_order (tenant_id, id, number, customer, date, warehouse, currency, rate, net, total,
                base_total, state, search, created_by)
         select $1, gen_random_uuid(), 'SO-2001-' || lpad(g::text, 5, '0'), $2, date '2001-01-01' + (g % 300)::int, $3,
                $7, 1, 100, 100, 100, 'confirmed', 'so-2001-' || g, $4
           from generate_series($5::bigint, $6::bigint) g",
    )
    .bind(firm.cx.tenant)
    .bind(firm.customer)
    .bind(firm.main)
    .bind(firm.cx.user)
    .bind(from)
    .bind(to)
    .bind(currency)
    .execute(&mut *tx)
    .await
    .expect("orders");
    tx.commit().await.expect("commit");
}

/// A list and the answer of a program to it take as many statements with rows as without, whatever links and lines rows have.
#[tokio::test]
async fn every_list_takes_the_same_statements_however_many_rows() {
    let firm = busy_firm().await;
    let count = async |record: &'static Record, pairs: &[(&str, &str)]| {
        let query = Query::read(record, pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        let mut tx = firm.tx().await;
        let page = page::list(&mut tx, record, &query).await.expect(record.name);
        (page.rows.len(), tx.statements())
    };
    // What a role may do is read once.
    firm.tx().await;
    let mut with_many = 0;
    for record in modules::records().filter(|record| !record.single) {
        let (rows, statements) = count(record, &[]).await;
        let (none, of_none) = count(record, &[("q", "nothing is called like this")]).await;
        assert_eq!((none, statements), (0, of_none), "{}: {rows} rows", record.name);
        // Two to open, the rows, how many there are, the counts of views, sums, and views that were kept.
        assert!(statements <= 7, "{} takes {statements}", record.name);
        with_many += usize::from(rows > 1);
    }
    assert!(with_many > 8, "{with_many} lists have more than a row");
}

async fn list(firm: &Firm, pairs: &[(&str, &str)]) -> ListPage {
    let orders = record("sales_order");
    let query = Query::read(orders, pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    page::list(&mut firm.tx().await, orders, &query).await.expect("a list")
}

#[tokio::test]
async fn counting_stops_at_ten_thousand_and_that_of_tabs_at_a_thousand() {
    let firm = Firm::new().await;
    orders(&firm, 1, TAB_LIMIT).await;
    let page = list(&firm, &[]).await;
    assert_eq!((page.count, page.capped, page.rows.len()), (TAB_LIMIT, false, 50));
    assert_eq!(page.views[..3], [TAB_LIMIT; 3], "all, open, to deliver");
    orders(&firm, TAB_LIMIT + 1, TAB_LIMIT + 1).await;
    let page = list(&firm, &[]).await;
    assert_eq!(page.count, TAB_LIMIT + 1, "a list counts on where a tab stops");
    assert_eq!(page.views, [TAB_LIMIT + 1, TAB_LIMIT + 1, TAB_LIMIT + 1, 0, 0], "more than a tab shows, but no more");

    orders(&firm, TAB_LIMIT + 2, COUNT_LIMIT).await;
    let page = list(&firm, &[]).await;
    assert_eq!((page.count, page.capped), (COUNT_LIMIT, false));
    assert_eq!(page.totals, [("total".to_owned(), "SAR".to_owned(), COUNT_LIMIT * 100)]);
    assert_eq!(page.note, None);
    orders(&firm, COUNT_LIMIT + 1, COUNT_LIMIT + 1).await;
    let page = list(&firm, &[]).await;
    assert_eq!((page.count, page.capped, page.rows.len()), (COUNT_LIMIT, true, 50));
    assert_eq!(page.views[..2], [TAB_LIMIT + 1; 2]);
    assert!(page.totals.is_empty(), "a sum of some is no total");
    // Where totals would stand, and nowhere else, the page says why there are none.
    let said = async |pairs: &[(&str, &str)]| list(&firm, pairs).await.note.map(|note| note.id);
    assert_eq!(page.note.map(|note| note.id).as_deref(), Some("list-totals-most"));
    for elsewhere in [("columns", "number,date"), ("layout", "board"), ("group", "state")] {
        assert_eq!(said(&[elsewhere]).await, None, "{elsewhere:?}");
    }
    // What is filtered counts for itself.
    let some = list(&firm, &[("date", "2001-01-01..2001-01-02")]).await;
    assert_eq!((some.count, some.capped, some.totals.len(), some.note), (67, false, 1, None));

    let shown = Browser::of(&firm).await.get("/sales-orders").await;
    assert!(shown.text().contains("More than 10,000 records"), "{}", shown.text());
    assert!(shown.text().contains("Totals are shown for up to 10,000 records."), "{}", shown.text());
    assert!(shown.text().contains("999+") && shown.text().contains("10,000+"), "{}", shown.text());
}

/// What has several currencies is one group with a sum of each; where there are too many groups, the smallest give way.
#[tokio::test]
async fn two_hundred_groups_are_shown_each_of_them_whole() {
    let firm = Firm::new().await;
    // A day for each of 201 orders in riyals; all days but the last have one in dollars, and the 200th a third.
    orders_in(&firm, "SAR", 1, 201).await;
    orders_in(&firm, "USD", 301, 500).await;
    orders_in(&firm, "SAR", 800, 800).await;
    let page = list(&firm, &[("group", "date")]).await;
    assert_eq!(page.groups.len(), 200);
    let first = &page.groups[0];
    assert_eq!((first.text.as_deref(), first.count), (Some("2001-07-20"), 3));
    assert_eq!(first.sums, [("SAR", 200), ("USD", 100)].map(|(c, sum)| ("total".to_owned(), c.to_owned(), sum)));
    assert!(page.groups[1..].iter().all(|group| group.count == 2 && group.sums.len() == 2), "{:?}", page.groups);
    assert_eq!(page.note.map(|note| note.id).as_deref(), Some("list-groups-most"));
    let shown = Browser::of(&firm).await.get("/sales-orders?group=date").await;
    assert!(shown.text().contains("The 200 groups with the most records are shown."), "{}", shown.text());
    // Where there are no more, nothing is said.
    let page = list(&firm, &[("group", "date"), ("date", "2001-01-01..2001-07-20")]).await;
    assert_eq!((page.groups.len(), page.note), (200, None));
    let board = list(&firm, &[("group", "date"), ("layout", "board")]).await;
    assert_eq!(board.note, None, "a board has no groups");
}

#[tokio::test]
async fn f29_a_page_has_fifty_rows_whatever_is_asked_for() {
    let firm = Firm::new().await;
    orders(&firm, 1, 120).await;
    let many = "number,".repeat(40);
    let odd = [
        ("limit", "1000000000"),
        ("limit", "-1"),
        ("limit", "0"),
        ("page_size", "9223372036854775808"),
        ("per_page", "100"),
        ("size", "NaN"),
        ("offset", "100"),
        ("offset", "-9223372036854775808"),
        ("page", "99999999999999999999"),
        ("first", "1e9"),
        ("rows", "100"),
        ("after", ""),
        ("sort", "-"),
        ("sort", "--date"),
        ("sort", "limit"),
        ("layout", "table"),
        ("columns", ","),
        ("columns", many.as_str()),
        ("group", "limit"),
        ("view", "limit"),
        ("x_limit", "1"),
    ];
    for pair in odd {
        let page = list(&firm, &[pair]).await;
        assert_eq!((page.rows.len(), page.count), (50, 120), "{pair:?}");
    }
    let all = list(&firm, &odd).await;
    assert_eq!((all.rows.len(), all.count), (50, 120));

    let mut browser = Browser::of(&firm).await;
    let answer = browser.get("/sales-orders?limit=1000000000&offset=-1&page=99999999999999999999").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body.matches("<bdi class=\"code\">SO-").count(), 50);
    // The next page goes on where this one ends, and has the rest of them.
    let first = list(&firm, &[]).await;
    let after = first.after.expect("a place");
    let second = list(&firm, &[("after", after.as_str()), ("limit", "1")]).await;
    let third = list(&firm, &[("after", second.after.as_deref().expect("a place"))]).await;
    assert_eq!((second.rows.len(), third.rows.len(), third.after), (50, 20, None));
}

/// A list has a column once, however often an address names it: a table of the database has room for so many.
#[tokio::test]
async fn f29_a_column_that_is_asked_for_a_thousand_times_is_one_column() {
    let firm = Firm::new().await;
    orders(&firm, 1, 3).await;
    let often = "number,net,".repeat(1_000);
    let page = list(&firm, &[("columns", often.as_str())]).await;
    assert_eq!((page.rows.len(), page.rows[0].cells.len()), (3, 2));
}

/// Two orders, each of which can be kept, sum to more than can: the list that would show the sum still opens.
#[tokio::test]
async fn f31_a_list_opens_whatever_its_amounts_sum_to() {
    let firm = Firm::new().await;
    orders(&firm, 1, 2).await;
    let mut tx = firm.tx().await;
    sqlx::query("update sales_order set total = $2 where tenant_id = $1")
        .bind(firm.cx.tenant)
        .bind(i64::MAX - 1)
        .execute(tx.conn())
        .await
        .expect("large orders");
    tx.commit().await.expect("commit");
    let page = list(&firm, &[]).await;
    assert_eq!((page.rows.len(), page.count), (2, 2));
    let grouped = list(&firm, &[("group", "state")]).await;
    assert_eq!(grouped.groups.len(), 1);
}
