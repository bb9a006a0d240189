//! The demonstration company is real business.

use crate::modules::demo;
use crate::platform::tenancy::TenantTx;
use crate::record::Record;
use crate::tests::support::{self, record};
use std::collections::BTreeSet;

/// Counts what is found of the company in one statement.
async fn count(tx: &mut TenantTx, sql: &'static str) -> i64 {
    let tenant = tx.tenant();
    sqlx::query_scalar(sql).bind(tenant).fetch_one(tx.conn()).await.expect(sql)
}

/// Every state that documents of this type can be in is one that some are in.
async fn assert_every_state(tx: &mut TenantTx, record: &Record) {
    let sql = format!("select distinct state from {} where tenant_id = $1", record.name);
    let tenant = tx.tenant();
    let found: Vec<String> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(tenant).fetch_all(tx.conn()).await.expect("states");
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let missing: Vec<&str> = record.states.iter().map(|s| s.name).filter(|state| !found.contains(state)).collect();
    assert!(missing.is_empty(), "no {} is {missing:?}", record.name);
}

#[tokio::test]
async fn it_is_founded_once_with_documents_in_every_state_and_healthy_books() {
    let db = support::db().await;
    demo::found(&db).await.expect("the demonstration company");
    demo::found(&db).await.expect("founding it again does nothing");
    let cx = crate::modules::administration::founding::context_of(&db, demo::OWNER, None).await.expect("its owner");
    let mut tx = db.begin(&cx).await.expect("the owner enters");
    let checks = crate::modules::finance::health::check(&mut tx).await.expect("health");
    assert!(checks.iter().all(|c| c.holds), "{checks:#?}");
    for name in ["sales_order", "quotation", "lead", "opportunity"] {
        assert_every_state(&mut tx, record(name)).await;
    }
    let returned = "select count(*) from delivery where tenant_id = $1 and return_of is not null and state = 'posted'";
    assert!(count(&mut tx, returned).await > 0, "nothing came back");
    let credited = "select count(*) from credit_note where tenant_id = $1 and state = 'posted'";
    assert!(count(&mut tx, credited).await > 0, "nothing was credited");
    // Whoever bought months ago has everything.
    let forgotten = "select count(*) from sales_order o join company c on c.tenant_id = o.tenant_id
                      where o.tenant_id = $1 and o.state in ('confirmed', 'partly_delivered')
                        and o.date < (now() at time zone c.time_zone)::date - 45";
    assert_eq!(count(&mut tx, forgotten).await, 0, "old orders wait for their goods");
    // Rent and wages in each of the months that have passed since the company began.
    for account in ["5230", "5210"] {
        let sql = format!(
            "select count(distinct date_trunc('month', l.date)) from journal_entry_line l
               join account a on a.tenant_id = l.tenant_id and a.id = l.account
              where l.tenant_id = $1 and l.posted and a.code = '{account}' and l.debit > 0"
        );
        let tenant = tx.tenant();
        let months: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(tenant).fetch_one(tx.conn()).await.expect("months");
        assert!((7..=8).contains(&months), "{account} is paid in {months} months");
    }
    let never_bare = "select count(*) from (
        select sum(l.debit - l.credit) over (order by l.date, l.id) as held from journal_entry_line l
          join account a on a.tenant_id = l.tenant_id and a.id = l.account
         where l.tenant_id = $1 and l.posted and a.role = 'bank') b where held < 0";
    assert_eq!(count(&mut tx, never_bare).await, 0, "the bank is overdrawn");
    let suspense = "select coalesce(sum(l.debit - l.credit), 0)::bigint from journal_entry_line l
        join account a on a.tenant_id = l.tenant_id and a.id = l.account
       where l.tenant_id = $1 and l.posted and a.role = 'opening_balance'";
    assert_eq!(count(&mut tx, suspense).await, 0, "opening stock has an owner");
}
