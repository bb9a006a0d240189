//! The first page: what a tile says is what the page says that it leads to.

use super::receivables::{ago, invoice, lender, pay, today};
use crate::modules::finance::account::LIQUID;
use crate::modules::finance::report;
use crate::modules::home;
use crate::platform::document::{Document, Line};
use crate::platform::door;
use crate::record::Names;
use crate::tests::support::{Browser, Firm, code, record};
use std::collections::BTreeMap;

/// Posts an entry of the journal by hand.
async fn book(firm: &Firm, debit: &str, credit: &str, amount: i64) {
    let mut tx = firm.tx().await;
    let (debit, credit) = (code(&mut tx, "account", debit).await, code(&mut tx, "account", credit).await);
    let mut entry = Document::new(record("journal_entry")).with("date", tx.company.today);
    entry.lines.push(Line::new().with("account", debit).with("debit", amount));
    entry.lines.push(Line::new().with("account", credit).with("credit", amount));
    door::insert(&mut tx, &mut entry).await.expect("a draft");
    door::act(&mut tx, entry.record, entry.id, entry.version, "post").await.expect("posted");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn cash_is_what_the_ledger_of_all_cash_and_bank_accounts_closes_with() {
    let firm = Firm::new().await;
    let today = today(&firm).await;
    // A bank in two accounts, of which one was posted to before there were two; and an account beside them.
    book(&firm, "1120", "3110", 70_000).await;
    let mut tx = firm.tx().await;
    let bank = code(&mut tx, "account", "1120").await;
    sqlx::query("update account set is_group = true where tenant_id = $1 and id = $2")
        .bind(tx.tenant())
        .bind(bank)
        .execute(tx.conn())
        .await
        .expect("a group");
    let mut below = Document::new(record("account"))
        .with("code", "11201")
        .with("name", Names::new("Second account", "حساب ثانٍ"))
        .with("kind", "asset")
        .with("parent", bank)
        .with("active", true);
    door::insert(&mut tx, &mut below).await.expect("an account");
    tx.commit().await.expect("commit");
    book(&firm, "11201", "3110", 5_000).await;
    book(&firm, "1110", "3110", 300).await;
    book(&firm, "1115", "3110", 9).await;
    let mut tx = firm.tx().await;
    let tile = home::home(&mut tx, "Owner").await.expect("home").books.expect("books").cash;
    let ledger = report::general_ledger(&mut tx, LIQUID, ago(today, 3), today, None).await.expect("the ledger");
    assert_eq!((tile, ledger.closing, ledger.rows.len()), (75_300, 75_300, 3));
    assert_eq!(ledger.account, LIQUID);
    drop(tx);
    let mut browser = Browser::of(&firm).await;
    let href = format!("/general-ledger?account=cash,bank&to={today}");
    assert!(browser.get("/").await.body.replace("&amp;", "&").contains(&format!("\"{href}\"")));
    let page = browser.get(&href).await;
    assert!(page.text().contains("753.00"), "{}", page.text());
}

#[tokio::test]
async fn debts_lead_to_the_rows_that_they_sum() {
    let (firm, ..) = lender().await;
    let today = today(&firm).await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/").await.body.replace("&amp;", "&");
    let figures = [
        ("0", "402.50"),
        ("30", "138.56"),
        ("60", "230.00"),
        ("90", "460.00"),
        ("more", "650.00"),
        ("overdue", "1,478.56"),
    ];
    for (age, figure) in figures {
        let href = format!("/receivables?at={today}&age={age}");
        assert!(page.contains(&format!("\"{href}\"")), "{href}");
        let behind = browser.get(&href).await;
        assert!(behind.text().contains(figure), "{age}: {}", behind.text());
    }
}

#[tokio::test]
async fn each_month_of_the_chart_leads_to_its_trial_balance() {
    let firm = Firm::new().await;
    let today = today(&firm).await;
    let item = firm.item("A", "100", 10, "60").await;
    let order = firm.order(&[(item, 4)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    for (days, price) in [(0, "70"), (31, "50"), (62, "40"), (100, "30")] {
        let sold = invoice(&firm, firm.customer, ago(today, days), price, &[]).await;
        pay(&firm, &sold, ago(today, days), price).await;
    }
    let mut tx = firm.tx().await;
    let cogs: String = sqlx::query_scalar("select code from account where tenant_id = $1 and role = 'cogs'")
        .bind(tx.tenant())
        .fetch_one(tx.conn())
        .await
        .expect("the account");
    let months = home::home(&mut tx, "Owner").await.expect("home").books.expect("books").months;
    assert_eq!((months.len(), months.iter().map(|m| m.1).sum::<i64>()), (8, 19_000));
    assert_eq!(months.last().map(|m| m.2), Some(24_000));
    let mut links = Vec::new();
    for (month, sales, cost) in months {
        let from: jiff::civil::Date = format!("{month}-01").parse().expect("a month");
        let to = from.last_of_month();
        let balance = report::trial_balance(&mut tx, from, to).await.expect("the trial balance");
        let income = balance.rows.iter().filter(|row| row.level == 1 && row.kind == "income");
        assert_eq!(income.map(|row| row.credit - row.debit).sum::<i64>(), sales, "{month}");
        let spent = balance.rows.iter().filter(|row| row.code == cogs);
        assert_eq!(spent.map(|row| row.debit - row.credit).sum::<i64>(), cost, "{month}");
        links.push(format!("\"/trial-balance?from={from}&to={to}\""));
    }
    drop(tx);
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/").await.body.replace("&amp;", "&");
    for link in links {
        assert_eq!(page.matches(&link).count(), 1, "{link}");
        assert!(page.contains(&format!("<a href={link}")), "{link}");
    }
}

#[tokio::test]
async fn orders_to_deliver_are_the_rows_of_their_list() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    for quantity in 1..=3 {
        firm.order(&[(item, quantity)]).await;
    }
    let mut tx = firm.tx().await;
    let home = home::home(&mut tx, "Owner").await.expect("home");
    assert_eq!((home.orders_to_deliver, home.orders_to_deliver_value), (3, 6 * 11_500));
    drop(tx);
    let mut browser = Browser::of(&firm).await;
    assert!(browser.get("/").await.body.contains("\"/sales-orders?view=to_deliver\""));
    let list = browser.data("/sales-orders?view=to_deliver").await;
    let list: serde_json::Value = serde_json::from_str(&list.body).expect("JSON");
    let page = &list["page"]["List"][0];
    assert_eq!((page["count"].as_i64(), page["totals"][0][2].as_i64()), (Some(3), Some(6 * 11_500)), "{page}");
}

/// Whoever may read the books and not what customers owe sees no tile that leads nowhere.
#[tokio::test]
async fn tiles_of_debts_are_for_those_to_whom_the_report_opens() {
    let firm = Firm::new().await;
    let member = firm.colleague("accountant").await;
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    assert!(home::home(&mut tx, "x").await.expect("home").books.expect("books").owed.is_some());
    drop(tx);
    let mut tx = firm.tx().await;
    let role = code(&mut tx, "role", "accountant").await;
    let role = door::load(&mut tx, record("role"), role, door::Lock::No).await.expect("the role");
    let right = [("record", "customer_payment"), ("sees", "false")];
    let right: BTreeMap<String, String> = right.into_iter().map(|(n, t)| (n.to_owned(), t.to_owned())).collect();
    let typed = door::Typed { lines: Some(vec![right]), ..door::Typed::default() };
    door::save(&mut tx, role.record, role.id, role.version, &typed).await.expect("a narrower role");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    assert_eq!(home::home(&mut tx, "x").await.expect("home").books.expect("books").owed, None);
}
