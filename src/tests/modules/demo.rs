//! The demonstration company is real business.

use crate::modules::demo;
use crate::tests::support;
use sqlx::Row as _;

#[tokio::test]
async fn it_is_founded_once_with_orders_in_every_state_and_healthy_books() {
    let db = support::db().await;
    demo::found(&db).await.expect("the demonstration company");
    demo::found(&db).await.expect("founding it again does nothing");
    let cx = crate::modules::administration::founding::context_of(&db, demo::OWNER).await.expect("its owner");
    let mut tx = db.begin(&cx).await.expect("the owner enters");
    let checks = crate::modules::finance::health::check(&mut tx).await.expect("health");
    assert!(checks.iter().all(|c| c.holds), "{checks:#?}");
    let rows = sqlx::query("select state, count(*) as n from sales_order where tenant_id = $1 group by state")
        .bind(tx.tenant())
        .fetch_all(tx.conn())
        .await
        .expect("orders");
    let states: Vec<String> = rows.iter().map(|r| r.get("state")).collect();
    for state in ["confirmed", "partly_delivered", "delivered", "closed"] {
        assert!(states.iter().any(|s| s == state), "no order is {state}: {states:?}");
    }
}
