//! The audit log: everything is in it, and nothing in it can be changed unseen.

use crate::platform::audit::{self, Fault};
use crate::platform::door::{self, Error};
use crate::record::audit::AuditQuery;
use crate::tests::support::{self, Firm, record};
use sqlx::{Connection as _, PgConnection};

async fn faults(firm: &Firm) -> Vec<(Option<i64>, String)> {
    let faults = audit::verify(&firm.db, &firm.cx).await.expect("the chain is read");
    faults.into_iter().map(|Fault { seq, kind, .. }| (seq, kind)).collect()
}

/// A superuser who goes behind every trigger.
async fn tamper(firm: &Firm, sql: &'static str) {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    let done = sqlx::query(sql).bind(firm.cx.tenant).execute(&mut *tx).await.expect("tampered");
    assert!(done.rows_affected() > 0, "{sql}");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn the_chain_holds_until_somebody_rewrites_the_past() {
    let attacks = [
        (
            "update audit set changes = '{}' where id = (select audit from audit_seal where tenant_id = $1 and seq = 3)",
            "changed",
        ),
        (
            "update audit set user_id = null where id = (select audit from audit_seal where tenant_id = $1 and seq = 3)",
            "changed",
        ),
        ("delete from audit where id = (select audit from audit_seal where tenant_id = $1 and seq = 3)", "missing"),
        (
            "insert into audit (tenant_id, id, record, record_id, action, changes) values ($1, gen_random_uuid(), 'item', gen_random_uuid(), 'change', '{}')",
            "unsealed",
        ),
    ];
    for (attack, kind) in attacks {
        let firm = Firm::new().await;
        assert_eq!(faults(&firm).await, []);
        tamper(&firm, attack).await;
        let found = faults(&firm).await;
        assert_eq!(found.len(), 1, "{attack}: {found:?}");
        assert_eq!(found[0].1, kind, "{attack}");
    }
    // A row and its seal taken out together leave a gap; the last ones cut off leave a head that points nowhere.
    let firm = Firm::new().await;
    tamper(&firm, "with s as (delete from audit_seal where tenant_id = $1 and seq = 3 returning audit) delete from audit where id in (select audit from s)").await;
    assert_eq!(faults(&firm).await, [(Some(4), "gap".to_owned())]);
    let firm = Firm::new().await;
    tamper(&firm, "with s as (delete from audit_seal where tenant_id = $1 and seq = (select seq from audit_head where tenant_id = $1) returning audit) delete from audit where id in (select audit from s)").await;
    assert_eq!(faults(&firm).await.len(), 1);
    assert_eq!(faults(&firm).await[0].1, "cut");
}

#[tokio::test]
async fn many_writers_share_one_chain() {
    let firm = Firm::new().await;
    let mut work = Vec::new();
    for n in 0..24 {
        let (db, cx, customer) = (firm.db.clone(), firm.cx.clone(), firm.customer);
        work.push(tokio::spawn(async move {
            let mut tx = db.begin(&cx).await.expect("enter");
            let mut unit = crate::platform::document::Document::new(record("unit"))
                .with("code", format!("U{n}"))
                .with("decimals", 0)
                .with("name", crate::record::Names::new("Unit", "وحدة"));
            door::insert(&mut tx, &mut unit).await.expect("a unit");
            door::load(&mut tx, record("customer"), customer, door::Lock::No).await.expect("a customer");
            // A third of the work is taken back and leaves nothing.
            if n % 3 != 0 {
                tx.commit().await.expect("commit");
            }
        }));
    }
    for one in work {
        one.await.expect("done");
    }
    assert_eq!(faults(&firm).await, []);
}

#[tokio::test]
async fn the_page_finds_who_did_what() {
    let firm = Firm::new().await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "+966 11 777")]).await.expect("saved");
    let mut tx = firm.tx().await;
    let query = AuditQuery { record: "customer".to_owned(), action: "change".to_owned(), ..AuditQuery::default() };
    let page = audit::page(&mut tx, query).await.expect("a page");
    assert_eq!(page.entries.len(), 1);
    let entry = &page.entries[0];
    assert_eq!((entry.member.as_str(), entry.record_id), ("Owner", firm.customer));
    assert_eq!(entry.changes, [("phone".to_owned(), None, Some("+966 11 777".to_owned()))]);
    let today = tx.company.today;
    let of_day = |from: String, to: String| AuditQuery { from, to, ..AuditQuery::default() };
    let all = audit::page(&mut tx, of_day(today.to_string(), today.to_string())).await.expect("a page");
    assert!(all.more && all.entries.len() == 100 && all.length > 100);
    let older = AuditQuery { before: all.entries.last().map(|e| e.id), ..AuditQuery::default() };
    let older = audit::page(&mut tx, older).await.expect("a page");
    assert!(older.entries[0].id < all.entries[99].id);
    let none = audit::page(&mut tx, of_day("2001-01-01".to_owned(), "2001-12-31".to_owned())).await.expect("a page");
    assert!(none.entries.is_empty());
    // It shows everything, so it is for those from whom nothing is kept.
    for (role, opens) in [("auditor", true), ("accountant", false), ("sales", false)] {
        let colleague = firm.colleague(role).await;
        let mut tx = firm.db.begin(&colleague).await.expect("they enter");
        let outcome = audit::page(&mut tx, AuditQuery::default()).await;
        assert_eq!(outcome.is_ok(), opens, "{role}");
        assert!(opens || matches!(outcome, Err(Error::Denied)));
    }
}
