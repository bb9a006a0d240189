//! The few verbs: versions, rights, what a body may set.

use crate::platform::door::{self, Error, Typed};
use crate::tests::support::{Firm, dec, record, refusals};
use std::collections::BTreeMap;
use uuid::Uuid;

fn typed(fields: &[(&str, &str)]) -> Typed {
    Typed { fields: fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(), lines: None }
}

#[tokio::test]
async fn f22_the_second_of_two_writers_is_told() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let customer = door::load(&mut tx, record("customer"), firm.customer, door::Lock::No).await.expect("the customer");
    door::save(&mut tx, customer.record, customer.id, customer.version, &typed(&[("phone", "1")]))
        .await
        .expect("the first");
    let second = door::save(&mut tx, customer.record, customer.id, customer.version, &typed(&[("phone", "2")])).await;
    assert!(matches!(second, Err(Error::Conflict)));
}

#[tokio::test]
async fn f19_saving_a_new_record_twice_makes_one() {
    let firm = Firm::new().await;
    let id = Uuid::now_v7();
    let fields = typed(&[("code", "C7"), ("name", "Once"), ("language", "en")]);
    for _ in 0..3 {
        let mut tx = firm.tx().await;
        let saved = door::save(&mut tx, record("customer"), id, 0, &fields).await.expect("saved");
        assert_eq!((saved.id, saved.version), (id, 1));
        tx.commit().await.expect("commit");
    }
    let mut tx = firm.tx().await;
    let other = door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &fields).await;
    assert_eq!(refusals(other), ["refuse-code-taken"]);
}

#[tokio::test]
async fn f40_a_body_cannot_set_what_rules_compute() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let mut tx = firm.tx().await;
    let line = [
        ("item", item.to_string()),
        ("quantity", "2".to_owned()),
        ("net", "1".to_owned()),
        ("delivered", "2".to_owned()),
    ];
    let body = Typed {
        fields: [
            ("customer", firm.customer.to_string()),
            ("total", "1".to_owned()),
            ("state", "closed".to_owned()),
            ("number", "SO-1".to_owned()),
            ("tenant_id", Uuid::now_v7().to_string()),
        ]
        .into_iter()
        .map(|(n, t)| (n.to_owned(), t))
        .collect(),
        lines: Some(vec![line.into_iter().map(|(n, t)| (n.to_owned(), t)).collect::<BTreeMap<_, _>>()]),
    };
    let saved = door::save(&mut tx, record("sales_order"), Uuid::now_v7(), 0, &body).await.expect("saved");
    assert_eq!((saved.state(), saved.number(), saved.minor("total")), (Some("draft"), None, 23_000));
    assert_eq!(saved.lines[0].decimal("delivered"), dec("0"));
}

#[tokio::test]
async fn faults_stand_beside_their_fields() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let body = Typed {
        fields: [("customer~", "Nobody"), ("date", "soon")]
            .into_iter()
            .map(|(n, t)| (n.to_owned(), t.to_owned()))
            .collect(),
        lines: Some(vec![BTreeMap::from([("quantity".to_owned(), "-3".to_owned())])]),
    };
    let Err(Error::Refused(refusals)) = door::save(&mut tx, record("sales_order"), Uuid::now_v7(), 0, &body).await
    else {
        panic!("not refused")
    };
    let at: Vec<_> = refusals.iter().map(|r| (r.field.as_deref().unwrap_or_default(), r.message.id.as_str())).collect();
    for expected in [
        ("customer", "fault-not-link"),
        ("date", "fault-not-date"),
        ("lines[0][quantity]", "fault-negative"),
        ("lines[0][item]", "fault-required"),
    ] {
        assert!(at.contains(&expected), "{expected:?} is not among {at:?}");
    }
}

#[tokio::test]
async fn f42_a_role_counts_from_the_next_unit_of_work_on() {
    let firm = Firm::new().await;
    let sales = firm.colleague("sales").await;
    let fields = typed(&[("code", "C8"), ("name", "By sales"), ("language", "en")]);
    let mut tx = firm.db.begin(&sales).await.expect("sales enters");
    door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &fields).await.expect("sales keeps customers");
    assert!(matches!(door::save(&mut tx, record("account"), Uuid::now_v7(), 0, &fields).await, Err(Error::Denied)));
    tx.commit().await.expect("commit");
    let mut tx = firm.tx().await;
    let auditor = crate::tests::support::code(&mut tx, "role", "auditor").await.to_string();
    door::save(&mut tx, record("member"), sales.user, 1, &typed(&[("role", &auditor)])).await.expect("demoted");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&sales).await.expect("the auditor enters");
    assert!(matches!(door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &fields).await, Err(Error::Denied)));
    drop(tx);
    let mut tx = firm.tx().await;
    door::act(&mut tx, record("member"), sales.user, 2, "block").await.expect("blocked");
    tx.commit().await.expect("commit");
    assert!(matches!(firm.db.begin(&sales).await, Err(Error::Denied)));
}

#[tokio::test]
async fn every_change_leaves_its_history() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    door::save(&mut tx, record("customer"), firm.customer, 1, &typed(&[("phone", "+966 11 1")])).await.expect("saved");
    let page = crate::platform::page::form(&mut tx, record("customer"), Some(firm.customer), &BTreeMap::new(), None)
        .await
        .expect("the form");
    let latest = &page.events[0];
    assert_eq!((latest.action.as_str(), latest.user.as_str()), ("change", "Owner"));
    assert_eq!(latest.changes, [("phone".to_owned(), None, Some("+966 11 1".to_owned()))]);
    let refused = sqlx::query("update audit set action = 'x'").execute(tx.conn()).await;
    assert!(refused.is_err(), "the audit log was rewritten");
}

#[tokio::test]
async fn drafts_can_be_deleted_and_posted_documents_cannot() {
    let firm = Firm::new().await;
    let item = firm.item("A", "1", 0, "0").await;
    let order = firm.order(&[(item, 1)]).await;
    let mut tx = firm.tx().await;
    assert_eq!(refusals(door::delete(&mut tx, order.record, order.id, order.version).await), ["refuse-delete-posted"]);
    assert_eq!(refusals(door::delete(&mut tx, record("customer"), firm.customer, 1).await), ["refuse-in-use"]);
}
