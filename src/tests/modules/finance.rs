//! Books: journal, periods, terms, reports.

use crate::modules::finance::{report, terms};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error};
use crate::tests::support::{Firm, code, day, dec, record, refusals};
use proptest::prelude::*;

async fn entry(firm: &Firm, debit: &str, credit: &str, amounts: (i64, i64)) -> Document {
    let mut tx = firm.tx().await;
    let (debit, credit) = (code(&mut tx, "account", debit).await, code(&mut tx, "account", credit).await);
    let mut entry = Document::new(record("journal_entry")).with("date", tx.company.today);
    entry.lines.push(Line::new().with("account", debit).with("debit", amounts.0));
    entry.lines.push(Line::new().with("account", credit).with("credit", amounts.1));
    door::insert(&mut tx, &mut entry).await.expect("a draft");
    tx.commit().await.expect("commit");
    entry
}

#[tokio::test]
async fn an_entry_that_does_not_balance_is_refused() {
    let firm = Firm::new().await;
    let draft = entry(&firm, "1110", "3110", (100, 99)).await;
    assert_eq!(refusals(firm.act(&draft, "post").await), ["refuse-unbalanced"]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn groups_and_control_accounts_take_no_entries_by_hand() {
    let firm = Firm::new().await;
    let group = entry(&firm, "11", "3110", (100, 100)).await;
    assert_eq!(refusals(firm.act(&group, "post").await), ["refuse-account-group"]);
    let mut tx = firm.tx().await;
    let receivable: String =
        sqlx::query_scalar("select code from account where tenant_id = $1 and role = 'receivable'")
            .bind(tx.tenant())
            .fetch_one(tx.conn())
            .await
            .expect("the receivable account");
    drop(tx);
    let control = entry(&firm, &receivable, "3110", (100, 100)).await;
    assert_eq!(refusals(firm.act(&control, "post").await), ["refuse-account-control"]);
}

#[tokio::test]
async fn a_posted_entry_stays_and_is_taken_back_by_its_reversal() {
    let firm = Firm::new().await;
    let draft = entry(&firm, "1110", "3110", (5000, 5000)).await;
    let (posted, _) = firm.act(&draft, "post").await.expect("posted");
    assert!(posted.number().is_some_and(|n| n.starts_with("JE-")));
    assert_eq!(refusals(firm.change(&posted, &[("memo", "other")]).await), ["refuse-posted"]);
    // The database itself refuses, whoever asks.
    for sql in [
        "update journal_entry_line set debit = 1 where parent = $1",
        "delete from journal_entry_line where parent = $1",
        "delete from journal_entry where id = $1",
        "update journal_entry set date = date - 1 where id = $1",
    ] {
        let mut tx = firm.tx().await;
        let outcome = sqlx::query(sql).bind(posted.id).execute(tx.conn()).await;
        let code = outcome.expect_err("refused").as_database_error().and_then(|e| e.code().map(|c| c.to_string()));
        assert_eq!(code.as_deref(), Some("DW001"), "{sql}");
    }
    let mut tx = firm.tx().await;
    let late = sqlx::query("insert into journal_entry_line (id, parent, position, account, debit) select gen_random_uuid(), $1, 9, account, 5 from journal_entry_line where parent = $1 limit 1")
        .bind(posted.id)
        .execute(tx.conn())
        .await;
    assert!(late.is_err(), "a line was added to a posted entry");
    drop(tx);
    let (reversed, _) = firm.act(&posted, "reverse").await.expect("reversed");
    assert_eq!(reversed.state(), Some("reversed"));
    assert_eq!(refusals(firm.act(&reversed, "reverse").await), ["refuse-state"]);
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let balance = report::trial_balance(&mut tx, day("2020-01-01"), today).await.expect("the trial balance");
    assert!(balance.rows.iter().all(|row| row.closing == 0), "{balance:#?}");
    assert_eq!((balance.debit, balance.credit), (10_000, 10_000));
    drop(tx);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_closed_period_takes_nothing_and_periods_close_in_order() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let this = format!("{}-{:02}", today.year(), today.month());
    let id = code(&mut tx, "period", &this).await;
    assert_eq!(refusals(door::act(&mut tx, record("period"), id, 1, "close_period").await), ["refuse-close-order"]);
    sqlx::query("update period set state = 'closed' where tenant_id = $1 and ends < $2::date")
        .bind(tx.tenant())
        .bind(today.first_of_month().to_string())
        .execute(tx.conn())
        .await
        .expect("earlier periods");
    door::act(&mut tx, record("period"), id, 1, "close_period").await.expect("closed");
    tx.commit().await.expect("commit");
    let draft = entry(&firm, "1110", "3110", (100, 100)).await;
    assert_eq!(refusals(firm.act(&draft, "post").await), ["refuse-period-closed"]);
    let item = firm.item("A", "100", 0, "0").await;
    let order = firm.order(&[(item, 1)]).await;
    assert_eq!(order.state(), Some("confirmed"));
    let old = firm.change(&draft, &[("date", "1999-01-01")]).await.expect("a draft may have any date");
    assert_eq!(refusals(firm.act(&old, "post").await), ["refuse-no-period"]);
}

#[tokio::test]
async fn periods_never_overlap() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let mut period = Document::new(record("period")).with("code", "twice").with("starts", today).with("ends", today);
    assert_eq!(refusals(door::insert(&mut tx, &mut period).await), ["refuse-period-overlap"]);
}

#[tokio::test]
async fn storekeepers_do_not_read_the_books() {
    let firm = Firm::new().await;
    let storekeeper = firm.colleague("storekeeper").await;
    let mut tx = firm.db.begin(&storekeeper).await.expect("the storekeeper enters");
    let today = tx.company.today;
    assert!(matches!(report::trial_balance(&mut tx, today, today).await, Err(Error::Denied)));
    let mut entry = Document::new(record("journal_entry"));
    entry.id = uuid::Uuid::now_v7();
    assert!(matches!(door::act(&mut tx, record("journal_entry"), entry.id, 1, "post").await, Err(Error::NotFound)));
}

proptest! {
    #[test]
    fn instalments_sum_to_the_amount(total in 0_i64..10_000_000_000, cut in 1_i64..100) {
        let parts = [(dec(&cut.to_string()), 0), (dec(&(100 - cut).to_string()), 30)];
        let parts: Vec<_> = parts.into_iter().filter(|p| !p.0.is_zero()).collect();
        let split = terms::instalments(total, day("2026-01-31"), &parts);
        prop_assert_eq!(split.iter().map(|p| p.1).sum::<i64>(), total);
        prop_assert_eq!(split.last().map(|p| p.0), Some(if parts.len() == 2 { day("2026-03-02") } else { day("2026-01-31") }));
    }
}

#[tokio::test]
async fn every_country_brings_a_chart_with_all_roles() {
    for country in ["SA", "AE", "EG", "XX"] {
        let firm = Firm::in_country(country).await;
        let mut tx = firm.tx().await;
        let roles: Vec<String> =
            sqlx::query_scalar("select role from account where tenant_id = $1 and role is not null")
                .bind(tx.tenant())
                .fetch_all(tx.conn())
                .await
                .expect("roles");
        for role in crate::modules::finance::account::ROLES {
            assert!(roles.iter().any(|r| r == role), "{country} has no {role} account");
        }
    }
}
