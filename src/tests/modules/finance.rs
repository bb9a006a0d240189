//! Books: journal, periods, terms, reports.

use crate::modules::finance::{report, terms};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome};
use crate::platform::tenancy::{Company, TenantTx};
use crate::record::Names;
use crate::tests::support::{Browser, Firm, code, day, dec, form, record, refusals};
use axum::http::StatusCode;
use jiff::civil::Date;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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
async fn accounts_stand_below_groups_of_their_type_and_never_below_themselves() {
    let firm = Firm::new().await;
    let account = async |code: &str, kind: &str, is_group: bool, parent: Option<Uuid>| {
        let fill = |account: Document| {
            let account = account.with("code", code).with("name", Names::new(code, code)).with("kind", kind);
            account.with("is_group", is_group).with("parent", parent)
        };
        firm.insert("account", fill).await
    };
    let a = account("A", "asset", true, None).await.expect("a group");
    let x = account("X", "asset", true, Some(a.id)).await.expect("a group below it");
    let b = account("B", "asset", true, None).await.expect("another group");
    let y = account("Y", "asset", true, Some(b.id)).await.expect("a group below that");
    let leaf = account("L", "asset", false, Some(x.id)).await.expect("an account");
    assert_eq!(refusals(account("E", "expense", false, Some(x.id)).await), ["refuse-parent-kind"]);
    assert_eq!(refusals(account("S", "asset", false, Some(leaf.id)).await), ["refuse-parent-not-group"]);
    for below in [a.id, x.id] {
        let moved = firm.change(&a, &[("parent", &below.to_string())]).await;
        assert_eq!(refusals(moved), ["refuse-account-circle"]);
    }
    // Nor when two move groups at once, of which each alone may.
    let below = |id: Uuid| door::Typed { lines: None, ..form(&[("parent", id.to_string().as_str())], &[]) };
    let (mut first, mut second) = (firm.tx().await, firm.tx().await);
    door::save(&mut first, a.record, a.id, a.version, &below(y.id)).await.expect("moved");
    let typed = below(x.id);
    let (late, done) =
        tokio::join!(door::save(&mut second, b.record, b.id, b.version, &typed), async move { first.commit().await });
    done.expect("commit");
    assert_eq!(refusals(late), ["refuse-account-circle"]);
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
    let balance = report::trial_balance(&mut tx, day("2020-01-01"), today, "").await.expect("the trial balance");
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

/// The month of a day, as its period is called.
fn month(day: Date) -> String {
    format!("{}-{:02}", day.year(), day.month())
}

/// A firm's period of this month, with all that are before it closed.
async fn last_open_period(firm: &Firm) -> Document {
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    sqlx::query("update period set state = 'closed' where tenant_id = $1 and ends < $2::date")
        .bind(firm.cx.tenant)
        .bind(today.first_of_month().to_string())
        .execute(tx.conn())
        .await
        .expect("earlier periods");
    let id = code(&mut tx, "period", &month(today)).await;
    tx.commit().await.expect("commit");
    firm.document("period", id).await
}

#[tokio::test]
async fn a_closed_period_takes_no_document_of_any_kind() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "60").await;
    let line = || Line::new().with("item", item).with("quantity", dec("2"));
    let order = firm.order(&[(item, 4)]).await;
    let delivered = firm.post(&firm.made(&order, "deliver").await).await;
    let invoiced = firm.post(&firm.made(&order, "invoice").await).await;
    let other = firm.invoice(&[(item, 1)]).await;
    let paid = firm.post(&firm.made(&other, "pay").await).await;
    let written = firm.post(&entry(&firm, "1110", "3110", (700, 700)).await).await;
    let found = firm.insert("stock_adjustment", |found| Document {
        lines: vec![line().with("warehouse", firm.main)],
        ..found.with("reason", "found")
    });
    let drafts = [
        firm.draft("sales_invoice", vec![line()]).await,
        firm.draft("delivery", vec![line()]).await,
        firm.made(&delivered, "return").await,
        firm.made(&invoiced, "pay").await,
        firm.made(&invoiced, "credit").await,
        found.await.expect("a find"),
        entry(&firm, "1110", "3110", (100, 100)).await,
    ];
    let period = last_open_period(&firm).await;
    firm.act(&period, "close_period").await.expect("closed");
    for draft in &drafts {
        let name = draft.record.name;
        assert_eq!(refusals(firm.act(draft, "post").await), ["refuse-period-closed"], "{name}");
        let saved = firm.load(draft).await;
        assert_eq!((saved.state(), saved.number()), (Some("draft"), None), "{name}");
    }
    // Nor is anything taken back into it.
    for posted in [&paid, &written] {
        let name = posted.record.name;
        assert_eq!(refusals(firm.act(posted, "reverse").await), ["refuse-period-closed"], "{name}");
        assert_eq!(firm.load(posted).await.state(), Some("posted"), "{name}");
    }
    firm.assert_healthy().await;
    firm.act(&period, "reopen_period").await.expect("open again");
    for draft in &drafts {
        firm.post(draft).await;
    }
    firm.assert_healthy().await;
}

/// Whoever comes first: an invoice is in the period before it closes, or not in it at all.
#[tokio::test]
async fn f23_an_invoice_and_the_close_of_its_period_come_one_after_the_other() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let period = last_open_period(&firm).await;
    for round in 0..8 {
        let draft = firm.draft("sales_invoice", vec![Line::new().with("item", item)]).await;
        // Neither always has the start.
        let late = async |waits: bool| {
            if waits {
                tokio::time::sleep(std::time::Duration::from_millis(3 * round)).await;
            }
        };
        let post = async {
            late(round % 2 == 0).await;
            firm.act(&draft, "post").await
        };
        let close = async {
            late(round % 2 == 1).await;
            firm.act(&period, "close_period").await
        };
        let (posted, closed) = tokio::join!(post, close);
        closed.expect("a period closes, whatever is posted meanwhile");
        let expected = match posted {
            Ok(_) => Some("posted"),
            outcome => {
                assert_eq!(refusals(outcome), ["refuse-period-closed"]);
                Some("draft")
            }
        };
        assert_eq!(firm.load(&draft).await.state(), expected);
        firm.assert_healthy().await;
        firm.act(&period, "reopen_period").await.expect("open again");
    }
}

#[tokio::test]
async fn f23_of_two_who_post_one_entry_one_wins() {
    let firm = Firm::new().await;
    let draft = entry(&firm, "1110", "3110", (100, 100)).await;
    for action in ["post", "reverse"] {
        let (first, second) = tokio::join!(firm.act(&draft, action), firm.act(&draft, action));
        let (good, bad) = if first.is_ok() { (first, second) } else { (second, first) };
        assert!(good.is_ok(), "{action}: {:?}", good.err());
        assert_eq!(refusals(bad), ["refuse-state"], "{action}");
    }
    firm.assert_healthy().await;
}

/// Payment terms of these (percent, days) parts.
async fn term(firm: &Firm, code: &str, parts: &[(&str, i64)]) -> Outcome<Document> {
    let line = |(percent, days): &(&str, i64)| Line::new().with("percent", dec(percent)).with("days", *days);
    let lines: Vec<Line> = parts.iter().map(line).collect();
    let fill = |term: Document| Document { lines, ..term.with("code", code).with("name", Names::new("Parts", "")) };
    firm.insert("payment_term", fill).await
}

#[tokio::test]
async fn terms_and_periods_refuse_what_does_not_add_up() {
    let firm = Firm::new().await;
    let this = last_open_period(&firm).await;
    firm.act(&this, "close_period").await.expect("closed");
    let before = firm.today().await.first_of_month().yesterday().expect("a date");
    let before = code(&mut firm.tx().await, "period", &month(before)).await;
    let before = firm.document("period", before).await;
    let told: [(Outcome<()>, &str); 3] = [
        (term(&firm, "LESS", &[("50", 0), ("49.99", 30)]).await.map(drop), "refuse-terms-sum"),
        (term(&firm, "MORE", &[("50", 0), ("50.01", 30)]).await.map(drop), "refuse-terms-sum"),
        (firm.act(&before, "reopen_period").await.map(drop), "refuse-reopen-order"),
    ];
    for (outcome, id) in told {
        assert_eq!(refusals(outcome), [id]);
    }
    term(&firm, "JUST", &[("50", 0), ("50", 30)]).await.expect("a term");
    // In order, both reopen.
    firm.act(&this, "reopen_period").await.expect("open again");
    firm.act(&before, "reopen_period").await.expect("open again");
}

/// A term may ask for more days than any calendar has; the invoice that bears it is still an invoice.
#[test]
fn f31_days_beyond_the_calendar_are_no_fault() {
    for days in [0, 365, 7_304_484, 7_304_485, i32::MAX] {
        let split = terms::instalments(10_000, day("2026-01-31"), &[(dec("40"), 0), (dec("60"), days)]);
        assert_eq!(split.iter().map(|part| part.1).collect::<Vec<_>>(), [4_000, 6_000], "{days}");
    }
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
    assert!(matches!(report::trial_balance(&mut tx, today, today, "").await, Err(Error::Denied)));
    let mut entry = Document::new(record("journal_entry"));
    entry.id = uuid::Uuid::now_v7();
    assert!(matches!(door::act(&mut tx, record("journal_entry"), entry.id, 1, "post").await, Err(Error::NotFound)));
}

/// A posted entry of so many debits to cash, of 0.01, 0.02 and so on.
async fn entry_of(firm: &Firm, date: Date, lines: i64) {
    let mut tx = firm.tx().await;
    let (cash, capital) = (code(&mut tx, "account", "1110").await, code(&mut tx, "account", "3110").await);
    let mut entry = Document::new(record("journal_entry")).with("date", date);
    entry.lines = (1..=lines).map(|n| Line::new().with("account", cash).with("debit", n)).collect();
    entry.lines.push(Line::new().with("account", capital).with("credit", lines * (lines + 1) / 2));
    door::insert(&mut tx, &mut entry).await.expect("a draft");
    door::act(&mut tx, entry.record, entry.id, entry.version, "post").await.expect("posted");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn a_ledger_of_many_pages_closes_with_all_its_postings_on_each() {
    let firm = Firm::new().await;
    let today = firm.tx().await.company.today;
    let yesterday = today.yesterday().expect("a day");
    let before = yesterday.yesterday().expect("a day");
    entry_of(&firm, before, 3).await;
    entry_of(&firm, yesterday, 700).await;
    entry_of(&firm, today, 450).await;
    let moved = 700 * 701 / 2 + 450 * 451 / 2;
    let mut tx = firm.tx().await;
    let cash = code(&mut tx, "account", "1110").await.to_string();
    let mut rows: Vec<report::LedgerRow> = Vec::new();
    let mut after = None;
    let mut pages = 0;
    loop {
        let page = report::general_ledger(&mut tx, &cash, yesterday, today, after, "").await.expect("a page");
        assert_eq!((page.opening, page.debit, page.credit, page.closing), (6, moved, 0, 6 + moved));
        assert_eq!(page.carried, rows.last().map_or(6, |row| row.balance));
        assert_eq!(page.after, after);
        rows.extend(page.rows);
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, rows.len()), (3, 1150));
    let mut balance = 6;
    for row in &rows {
        balance += row.debit - row.credit;
        assert_eq!(row.balance, balance);
    }
    assert_eq!(balance, 6 + moved);
    // What was before the span ends where it begins.
    let earlier = report::general_ledger(&mut tx, &cash, before, before, None, "").await.expect("the day before");
    assert_eq!((earlier.closing, earlier.next), (6, None));
    for forged in [Uuid::now_v7(), firm.customer] {
        let page = report::general_ledger(&mut tx, &cash, yesterday, today, Some(forged), "").await;
        assert!(matches!(page, Err(Error::BadRequest(_))));
    }
    drop(tx);

    let mut browser = Browser::of(&firm).await;
    let closing = firm.cx.i18n.amount(6 + moved, "SAR");
    let mut address = format!("/general-ledger?account={cash}&from={yesterday}&to={today}");
    let opening = format!("\"/general-ledger?account={cash}&to={before}\"");
    for page in 1..=3 {
        let answer = browser.get(&address).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text().contains(&closing), "page {page}");
        let body = answer.body.replace("&amp;", "&");
        assert_eq!(body.contains(&opening), page == 1, "page {page}");
        let next = body.split("id=\"later\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(next.is_some(), page < 3, "page {page}");
        address = next.unwrap_or_default().to_owned();
    }
}

#[tokio::test]
async fn a_ledger_without_an_account_is_that_of_the_first_that_takes_postings() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let cash = code(&mut tx, "account", "1110").await.to_string();
    for asked in ["", "nonsense", "nonsense,cash"] {
        let ledger = report::general_ledger(&mut tx, asked, today, today, None, "").await.expect("a ledger");
        assert_eq!(ledger.account, cash, "{asked}");
    }
    // Also in a chart whose codes are of another length.
    sqlx::query("update account set code = '00' || code where tenant_id = $1")
        .bind(tx.tenant())
        .execute(tx.conn())
        .await
        .expect("longer codes");
    let ledger = report::general_ledger(&mut tx, "", today, today, None, "").await.expect("a ledger");
    assert_eq!(ledger.account, cash);
    let unknown = report::general_ledger(&mut tx, &Uuid::now_v7().to_string(), today, today, None, "").await;
    assert!(matches!(unknown, Err(Error::NotFound)));
}

async fn make_group(tx: &mut TenantTx, account: Uuid, yes: bool) {
    sqlx::query("update account set is_group = $3 where tenant_id = $1 and id = $2")
        .bind(tx.tenant())
        .bind(account)
        .bind(yes)
        .execute(tx.conn())
        .await
        .expect("the account");
}

#[tokio::test]
async fn the_trial_balance_counts_each_posting_once_whatever_became_of_its_account() {
    let firm = Firm::new().await;
    let draft = entry(&firm, "1110", "3110", (5000, 5000)).await;
    firm.act(&draft, "post").await.expect("posted");
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    let cash = code(&mut tx, "account", "1110").await;
    make_group(&mut tx, cash, true).await;
    // Its code sorts before everything; it still stands below its group.
    let mut below = Document::new(record("account"))
        .with("code", "0001")
        .with("name", Names::new("Till", "درج النقد"))
        .with("kind", "asset")
        .with("parent", cash)
        .with("active", true);
    door::insert(&mut tx, &mut below).await.expect("an account");
    tx.commit().await.expect("commit");
    let draft = entry(&firm, "0001", "3110", (100, 100)).await;
    firm.act(&draft, "post").await.expect("posted");
    let mut tx = firm.tx().await;
    for is_group in [true, false] {
        make_group(&mut tx, cash, is_group).await;
        let balance = report::trial_balance(&mut tx, day("2020-01-01"), today, "").await.expect("the trial balance");
        assert_eq!((balance.debit, balance.credit), (5100, 5100), "a group: {is_group}");
        let at = balance.rows.iter().position(|row| row.account == cash).expect("cash");
        assert_eq!((balance.rows[at].closing, balance.rows[at].level), (5100, 3));
        assert_eq!((balance.rows[at + 1].account, balance.rows[at + 1].level), (below.id, 4));
        let tomorrow = today.tomorrow().expect("a day");
        for (from, to) in [(day("2020-01-01"), today), (tomorrow, tomorrow)] {
            let balance = report::trial_balance(&mut tx, from, to, "").await.expect("the trial balance");
            for row in &balance.rows {
                let account = row.account.to_string();
                let ledger = report::general_ledger(&mut tx, &account, from, to, None, "").await.expect("its ledger");
                assert_eq!((ledger.opening, ledger.debit), (row.opening, row.debit), "{}", row.code);
                assert_eq!((ledger.credit, ledger.closing), (row.credit, row.closing), "{}", row.code);
            }
        }
    }
}

#[tokio::test]
async fn an_address_that_leaves_days_open_means_the_year_of_its_end() {
    let firm = Firm::new().await;
    let today = firm.tx().await.company.today;
    let last = today.year() - 1;
    let mut browser = Browser::of(&firm).await;
    for (asked, whole) in [
        (String::new(), format!("?from={}&to={today}", today.first_of_year())),
        (format!("?to={last}-06-30"), format!("?from={last}-01-01&to={last}-06-30")),
        (format!("?from={last}-06-30&to={last}-02-01"), format!("?from={last}-02-01&to={last}-06-30")),
        (format!("?from={}-01-01", today.year() + 1), format!("?from={0}-01-01&to={0}-01-01", today.year() + 1)),
    ] {
        for page in ["trial-balance", "general-ledger"] {
            let asked = browser.data(&format!("/{page}{asked}")).await;
            assert_eq!(asked.body, browser.data(&format!("/{page}{whole}")).await.body, "{page}{whole}");
        }
    }
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

#[test]
fn a_financial_year_begins_on_or_before_each_of_its_days() {
    for (start, today, begins) in [
        ("01-01", "2026-11-26", "2026-01-01"),
        ("01-01", "2026-01-01", "2026-01-01"),
        ("07-01", "2026-06-30", "2025-07-01"),
        ("07-01", "2026-07-01", "2026-07-01"),
        ("04-06", "2026-04-05", "2025-04-06"),
        ("12-31", "2026-12-30", "2025-12-31"),
        ("", "2026-11-26", "2026-01-01"),
    ] {
        let company = Company { fiscal_start: start.to_owned(), ..Company::default() };
        assert_eq!(company.year_of(day(today)), day(begins), "{today} in years from {start}");
    }
}

#[tokio::test]
async fn reports_start_with_the_financial_year_of_the_company() {
    let firm = Firm::new().await;
    let company = firm.document("company", firm.cx.tenant).await;
    assert_eq!((company.text("weekend"), company.text("fiscal_start")), (Some("fri_sat"), Some("01-01")));
    for wrong in ["02-29", "13-01", "07-32", "7", "x-y"] {
        let refused = firm.change(&company, &[("fiscal_start", wrong)]).await;
        assert_eq!(refusals(refused), ["refuse-fiscal-start"], "{wrong}");
    }
    assert_eq!(refusals(firm.change(&company, &[("weekend", "mon")]).await), ["fault-not-choice"]);
    let saved = firm.change(&company, &[("fiscal_start", "٧/١"), ("weekend", "fri")]).await.expect("saved");
    assert_eq!((saved.text("weekend"), saved.text("fiscal_start")), (Some("fri"), Some("07-01")));
    let tx = firm.tx().await;
    let begins = tx.company.year_of(tx.company.today);
    drop(tx);
    assert_eq!((begins.month(), begins.day()), (7, 1));
    let mut browser = Browser::of(&firm).await;
    for report in ["/trial-balance", "/general-ledger"] {
        let page = browser.get(report).await;
        assert!(page.body.contains(&format!("name=\"from\" value=\"{begins}\"")), "{report} starts elsewhere");
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

/// What somebody reads in one report they find in the other, and behind each figure the document that made it.
#[tokio::test]
async fn the_ledger_and_the_trial_balance_say_the_same() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "33.33").await;
    let order = firm.order(&[(item, 4)]).await;
    let delivered = firm.post(&firm.made(&order, "deliver").await).await;
    let invoice = firm.post(&firm.made(&order, "invoice").await).await;
    firm.post(&firm.made(&delivered, "return").await).await;
    let paid = firm.post(&firm.made(&invoice, "pay").await).await;
    firm.act(&paid, "reverse").await.expect("reversed");
    firm.post(&firm.made(&invoice, "credit").await).await;
    let today = firm.today().await;
    let yesterday = today.yesterday().expect("a date");
    let old = entry(&firm, "1110", "3110", (123_456, 123_456)).await;
    let old = firm.change(&old, &[("date", &yesterday.to_string())]).await.expect("of yesterday");
    firm.post(&old).await;
    firm.post(&entry(&firm, "5330", "1110", (789, 789)).await).await;

    let mut tx = firm.tx().await;
    for (from, to) in [(today, today), (yesterday, today), (yesterday, yesterday), (day("2001-01-01"), today)] {
        let trial = report::trial_balance(&mut tx, from, to, "").await.expect("the trial balance");
        let mut leaves: BTreeMap<&str, i64> = BTreeMap::new();
        let mut behind: BTreeSet<(String, Uuid)> = BTreeSet::new();
        for row in &trial.rows {
            let ledger =
                report::general_ledger(&mut tx, &row.account.to_string(), from, to, None, "").await.expect("a ledger");
            let mut balance = ledger.opening;
            for posting in &ledger.rows {
                balance += posting.debit - posting.credit;
                assert_eq!(posting.balance, balance, "{} {}", row.code, posting.number);
            }
            let (debit, credit) = ledger.rows.iter().fold((0, 0), |sum, r| (sum.0 + r.debit, sum.1 + r.credit));
            assert_eq!(
                (ledger.opening, debit, credit, ledger.closing, balance),
                (row.opening, row.debit, row.credit, row.closing, row.closing),
                "{} from {from} to {to}",
                row.code
            );
            if !row.is_group {
                let figures = [row.opening, row.debit, row.credit, row.closing];
                for (name, figure) in ["opening", "debit", "credit", "closing"].into_iter().zip(figures) {
                    *leaves.entry(name).or_default() += figure;
                }
            }
            behind.extend(ledger.rows.into_iter().map(|posting| (posting.record, posting.id)));
        }
        assert_eq!((leaves["opening"], leaves["closing"]), (0, 0), "from {from} to {to}");
        assert_eq!((leaves["debit"], leaves["credit"]), (trial.debit, trial.credit));
        assert_eq!(trial.debit, trial.credit);
        for (name, id) in &behind {
            door::get(&mut tx, record(name), *id).await.unwrap_or_else(|e| panic!("{name} {id}: {e:?}"));
        }
        if to == today {
            let kinds: BTreeSet<&str> = behind.iter().map(|(name, _)| name.as_str()).collect();
            let made = ["credit_note", "customer_payment", "delivery", "journal_entry", "sales_invoice"];
            assert!(kinds.is_superset(&made.into()), "{kinds:?}");
        }
    }
}
