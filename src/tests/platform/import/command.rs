//! What whoever keeps the server imports: as one user, at once, and undone on the page as any other file.

use super::{good, reasons};
use crate::platform::import::command::{self, Order};
use crate::tests::platform::jobs::{alone, work};
use crate::tests::support::{Browser, Firm, file, record};
use axum::http::StatusCode;
use uuid::Uuid;

/// An order for customers, columns called like fields, which may change those that are there.
fn order(text: &str) -> Order {
    Order {
        record: record("customer"),
        name: "/home/clerk/spring customers.csv".to_owned(),
        file: file(text.as_bytes()),
        mapping: Vec::new(),
        fixed: Vec::new(),
        changes: true,
        rehearse: false,
    }
}

async fn batches(firm: &Firm) -> Vec<Uuid> {
    sqlx::query_scalar("select id from import_batch where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_all(firm.tx().await.conn())
        .await
        .expect("batches")
}

async fn customers(firm: &Firm) -> i64 {
    sqlx::query_scalar("select count(*) from customer where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("a count")
}

#[tokio::test]
async fn what_the_command_imported_is_listed_and_undone_on_the_page() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let before = firm.document("customer", firm.customer).await;
    // More than one step takes, so that steps are undone together.
    let rows: String = (0..119).map(|n| format!("K{n:04},Customer {n},1\n")).collect();
    let text = format!("code,name,phone\n{rows}C1,Renamed,2\n");
    let report = command::run(&firm.db, &firm.cx, order(&text)).await.expect("a report");
    assert_eq!((report.rows, report.changed), (120, 1));
    good(report, 120);
    assert_eq!(customers(&firm).await, 120);
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), Some("2"));

    let [batch] = batches(&firm).await[..] else { panic!("one batch") };
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/import/{batch}");
    let list = browser.get("/customers/import").await;
    assert!(list.body.contains(&format!("href=\"{path}\"")), "{}", list.body);
    assert!(list.text().contains("spring customers.csv") && !list.text().contains("/home"), "{}", list.text());
    let page = browser.get(&path).await;
    for part in ["id=\"import-done\"", "id=\"import-examples\"", "value=\"undo\""] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(page.text().contains("New records: 119. Changed records: 1."), "{}", page.text());
    // No file is kept that could be gone through again.
    assert!(!page.body.contains("value=\"check\""), "{}", page.body);

    assert_eq!(browser.post(&path, &[("_do", "undo")]).await.status, StatusCode::SEE_OTHER);
    work(&firm).await;
    let undone = browser.get(&path).await;
    assert!(undone.body.contains("id=\"import-undone\"") && !undone.body.contains("value=\"undo\""), "{}", undone.body);
    assert_eq!(customers(&firm).await, 1);
    let after = firm.document("customer", firm.customer).await;
    assert_eq!((after.text("phone"), after.names("name")), (before.text("phone"), before.names("name")));
}

#[tokio::test]
async fn a_command_that_writes_nothing_leaves_no_batch() {
    let firm = Firm::new().await;
    let rehearsal = Order { rehearse: true, ..order("code,name\nK1,One\n") };
    good(command::run(&firm.db, &firm.cx, rehearsal).await.expect("a report"), 1);
    let bad = command::run(&firm.db, &firm.cx, order("code,name\nK1,One\nK2,\n")).await.expect("a report");
    assert_eq!((reasons(&bad.bad), bad.faults), (vec![(3, "name", "fault-required")], 1));
    assert!(bad.documents.is_empty() && bad.examples.is_empty() && bad.changed == 0, "{bad:?}");
    for (mapping, fixed) in [("name*0=phone", "phone=1"), ("name=phone", "phone")] {
        let nonsense =
            Order { mapping: vec![mapping.to_owned()], fixed: vec![fixed.to_owned()], ..order("code,name\nK1,One\n") };
        assert!(command::run(&firm.db, &firm.cx, nonsense).await.is_err(), "{mapping} {fixed}");
    }
    let auditor = firm.colleague("auditor").await;
    assert!(command::run(&firm.db, &auditor, order("code,name\nK1,One\n")).await.is_err());
    assert_eq!((batches(&firm).await.len(), customers(&firm).await), (0, 1));
}
