//! What is asked for in vain: counted for whoever runs the company, and told to nobody else.

use super::permission::admin;
use super::tenancy::picture;
use crate::platform::config::Rates;
use crate::platform::door::{self, Error, Outcome};
use crate::platform::missed::{self, Conspicuous, OFTEN, becomes_conspicuous};
use crate::platform::{files, jobs, notifications, page, plan, views, webhooks};
use crate::tests::support::{self, Browser, Firm, form, record};
use axum::http::StatusCode;
use uuid::Uuid;

/// Who asked in vain, and how often, as the owner reads it.
async fn told(firm: &Firm) -> Vec<(String, i64)> {
    missed::write_down(&firm.db).await.expect("written down");
    let page = plan::page(&mut firm.tx().await).await.expect("the owner's page");
    page.missed.into_iter().map(|asker| (asker.name, asker.asked)).collect()
}

fn nobody() -> Vec<(String, i64)> {
    Vec::new()
}

fn owner(asked: i64) -> Vec<(String, i64)> {
    vec![("Owner".to_owned(), asked)]
}

#[tokio::test]
async fn f38_who_asks_for_what_is_another_companys_is_counted() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let mut admin = admin().await;
    let before = picture(&mut admin, other.cx.tenant).await;
    let (customer, order) = (record("customer"), record("sales_order"));
    let nothing = |outcome: Outcome<()>| assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    for id in [other.customer, Uuid::now_v7()] {
        // Whatever is asked leaves no trace but this one, and this one whether or not anything is committed.
        let mut tx = firm.tx().await;
        nothing(door::get(&mut tx, customer, id).await.map(drop));
        nothing(door::save(&mut tx, customer, id, 1, &form(&[("code", "X")], &[])).await.map(drop));
        nothing(door::delete(&mut tx, customer, id, 1).await);
        nothing(door::act(&mut tx, order, id, 1, "confirm").await.map(drop));
        nothing(files::remove(&mut tx, id).await.map(drop));
        nothing(jobs::cancel(&mut tx, id).await);
        nothing(views::forget(&mut tx, customer, id).await);
        nothing(webhooks::replay(&mut tx, id).await);
        nothing(notifications::open(&mut tx, id).await.map(drop));
    }
    assert_eq!(told(&firm).await, owner(18));
    assert_eq!(told(&other).await, nobody(), "who was asked for learns nothing");
    assert_eq!(picture(&mut admin, other.cx.tenant).await, before);
}

#[tokio::test]
async fn what_is_there_and_what_is_not_there_yet_count_for_nothing() {
    let firm = Firm::new().await;
    let customer = record("customer");
    let mut tx = firm.tx().await;
    door::get(&mut tx, customer, firm.customer).await.expect("their customer");
    // A new record is previewed under its id, and saved under it.
    let (id, typed) = (Uuid::now_v7(), form(&[("code", "N"), ("name.en", "New"), ("language", "en")], &[]));
    page::preview(&mut tx, customer, Some(id), &typed).await.expect("a preview");
    door::save(&mut tx, customer, id, 0, &typed).await.expect("saved");
    tx.commit().await.expect("commit");
    assert_eq!(told(&firm).await, nobody());
}

/// Whoever guesses ids fills no disk: a member has one row an hour, and one line an hour in the log.
#[tokio::test]
async fn however_often_somebody_asks_there_is_one_row() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    for _ in 0..OFTEN {
        assert!(door::get(&mut tx, record("customer"), Uuid::now_v7()).await.is_err());
    }
    let found = missed::write_down(&firm.db).await.expect("written down");
    assert_eq!(found, [Conspicuous { tenant: firm.cx.tenant, member: tx.standing.member, asked: OFTEN }]);
    for _ in 0..OFTEN {
        assert!(door::get(&mut tx, record("customer"), Uuid::now_v7()).await.is_err());
        missed::write_down(&firm.db).await.expect("written down");
    }
    assert_eq!(told(&firm).await, owner(2 * OFTEN));
    let rows: i64 = sqlx::query_scalar("select count(*) from ops.missed where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(&mut admin().await)
        .await
        .expect("rows");
    assert!(rows <= 2, "{rows} rows, of two hours at most");
}

#[test]
fn it_is_said_once_that_somebody_asks_too_often() {
    assert!(!becomes_conspicuous(OFTEN - 1, OFTEN - 1));
    assert!(becomes_conspicuous(1, OFTEN));
    assert!(becomes_conspicuous(3 * OFTEN, 3 * OFTEN));
    assert!(!becomes_conspicuous(1, OFTEN + 1));
    let together = (1..500).filter(|together| becomes_conspicuous(1, *together));
    assert_eq!(together.count(), 1);
}

#[tokio::test]
async fn the_owner_reads_of_it_and_whoever_asked_does_not() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let web = support::web_over(firm.db.clone(), Rates { token: 1_000, company: 1_000 });
    let mut browser = Browser::over(web, &firm.email).await;
    assert!(!browser.get("/usage").await.body.contains("usage-missed"), "nobody asked yet");
    let mut pages = Vec::new();
    for id in [other.customer, Uuid::now_v7()] {
        let page = browser.data(&format!("/customers/{id}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        pages.push(page.body);
    }
    assert_eq!(pages[0], pages[1], "both are answered alike");
    missed::write_down(&firm.db).await.expect("written down");
    let page = browser.get("/usage").await;
    assert!(page.body.contains("id=\"usage-missed\"") && page.text().contains("Owner"), "{}", page.text());
    let arabic = browser.post("/preferences", &[("language", "ar")]).await;
    assert_eq!(arabic.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/usage").await.text().contains("طلبات لما لا وجود له"));
    assert!(!Browser::of(&other).await.get("/usage").await.body.contains("usage-missed"));
}
