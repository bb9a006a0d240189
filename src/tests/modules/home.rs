//! The first page: what a tile says is what the page says that it leads to.

use super::receivables::{ago, invoice, lender, pay, pay_ahead, today};
use crate::modules::finance::account::LIQUID;
use crate::modules::finance::report;
use crate::modules::home::{self, Home};
use crate::platform::document::{Document, Line};
use crate::platform::tenancy::Cx;
use crate::platform::{comments, door, notifications, page};
use crate::record::Names;
use crate::record::query::Query;
use crate::tests::platform::permission::{everything, member_with, right};
use crate::tests::support::{Browser, Firm, code, record};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

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
    let ledger = report::general_ledger(&mut tx, LIQUID, ago(today, 3), today, None, "").await.expect("the ledger");
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
        let balance = report::trial_balance(&mut tx, from, to, "").await.expect("the trial balance");
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

// ------------------------------------------------------------------ what waits

/// The first page of somebody.
async fn home_of(firm: &Firm, cx: &Cx) -> Home {
    let mut tx = firm.db.begin(cx).await.expect("they enter");
    home::home(&mut tx, "x").await.expect("home")
}

/// What waits: which records, for what, how many.
fn waiting(home: &Home) -> Vec<(&str, &str, i64)> {
    home.waits.iter().map(|wait| (wait.record.as_str(), wait.what.as_str(), wait.count)).collect()
}

fn piece(item: Uuid) -> Vec<Line> {
    vec![Line::new().with("item", item).with("quantity", Decimal::ONE)]
}

/// A firm in which something waits for everybody.
async fn busy() -> Firm {
    let firm = Firm::new().await;
    let today = today(&firm).await;
    let item = firm.item("A", "100", 10, "60").await;
    firm.order(&[(item, 1)]).await;
    for _ in 0..4 {
        firm.draft("sales_order", piece(item)).await;
    }
    firm.draft("quotation", piece(item)).await;
    for days in [-3, 5, 20] {
        let fill = |offer: Document| {
            Document { lines: piece(item), ..offer }.with("date", ago(today, 10)).with("valid_until", ago(today, -days))
        };
        let offer = firm.insert("quotation", fill).await.expect("an offer");
        firm.act(&offer, "send").await.expect("sent");
    }
    firm.draft("sales_invoice", piece(item)).await;
    invoice(&firm, firm.customer, ago(today, 40), "70", &[]).await;
    invoice(&firm, firm.customer, today, "70", &[]).await;
    pay_ahead(&firm, firm.customer, today, 5_000).await;
    firm
}

#[tokio::test]
async fn what_waits_is_what_the_reader_can_do() {
    let firm = busy().await;
    let (sales, store, accountant, auditor) = (
        firm.colleague("sales").await,
        firm.colleague("storekeeper").await,
        firm.colleague("accountant").await,
        firm.colleague("auditor").await,
    );
    let seller = [
        ("sales_order", "to_deliver", 1),
        ("quotation", "expiring", 2),
        ("quotation", "send", 1),
        ("sales_order", "confirm", 4),
    ];
    assert_eq!(waiting(&home_of(&firm, &sales).await), seller);
    assert_eq!(waiting(&home_of(&firm, &store).await), [("sales_order", "to_deliver", 1)]);
    let clerk = [("sales_invoice", "overdue", 1), ("customer_payment", "unallocated", 1), ("sales_invoice", "post", 1)];
    assert_eq!(waiting(&home_of(&firm, &accountant).await), clerk);
    assert!(home_of(&firm, &auditor).await.waits.is_empty(), "who only reads has nothing to do");
}

#[tokio::test]
async fn what_waits_leads_to_its_list_and_is_as_many() {
    let firm = busy().await;
    for role in ["sales", "storekeeper", "accountant"] {
        let cx = firm.colleague(role).await;
        let home = home_of(&firm, &cx).await;
        assert!(!home.waits.is_empty(), "{role}");
        let mut browser = Browser::signed_in(&format!("{}@firm.example", cx.user)).await;
        let shown = browser.get("/").await.body.replace("&amp;", "&");
        let mut tx = firm.db.begin(&cx).await.expect("they enter");
        for wait in &home.waits {
            let (path, query) = wait.address.split_once('?').expect("a narrowed list");
            let record = record(&wait.record);
            assert_eq!(path, format!("/{}", record.path));
            let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
            let list = page::list(&mut tx, record, &Query::read(record, pairs)).await.expect("the list");
            assert_eq!(list.count, wait.count, "{}", wait.address);
            let first: Vec<Uuid> = list.rows.iter().take(3).map(|row| row.id).collect();
            assert_eq!(wait.first.iter().map(|one| one.id).collect::<Vec<_>>(), first, "{}", wait.address);
            assert!(shown.contains(&format!("\"{}\"", wait.address)), "{}", wait.address);
        }
        let more = browser.get("/").await.text().contains("and 1 more");
        assert_eq!(more, role == "sales", "of four drafts three are shown");
    }
}

/// What of a payment waits to be allocated.
async fn on_account(firm: &Firm, cx: &Cx) -> Option<i64> {
    let home = home_of(firm, cx).await;
    let wait = home.waits.iter().find(|wait| wait.what == "unallocated")?;
    assert_eq!((wait.record.as_str(), wait.count, wait.first.len()), ("customer_payment", 1, 1));
    wait.first[0].amount
}

#[tokio::test]
async fn money_on_account_waits_until_nothing_of_it_is_left() {
    let firm = Firm::new().await;
    let today = today(&firm).await;
    let cx = firm.colleague("accountant").await;
    let owed = invoice(&firm, firm.customer, today, "70", &[]).await;
    let line = Line::new().with("sales_invoice", owed.id).with("amount", 3_000);
    let fill = |payment: Document| Document { lines: vec![line], ..payment.with("amount", 10_000) };
    let draft = firm.insert("customer_payment", fill).await.expect("a draft");
    assert_eq!(on_account(&firm, &cx).await, None, "a draft holds no money");
    let paid = firm.post(&draft).await;
    assert_eq!(on_account(&firm, &cx).await, Some(7_000), "some of it settles an invoice");
    let (paid, _) = firm.act(&paid, "settle").await.expect("settled");
    assert_eq!(on_account(&firm, &cx).await, Some(10_000 - 8_050));
    let refund = firm.post(&firm.made(&paid, "refund").await).await;
    assert_eq!(on_account(&firm, &cx).await, None, "the rest went back");
    firm.act(&refund, "reverse").await.expect("reversed");
    assert_eq!(on_account(&firm, &cx).await, Some(10_000 - 8_050));
    firm.act(&paid, "reverse").await.expect("reversed");
    assert_eq!(on_account(&firm, &cx).await, None, "it bounced");
}

#[tokio::test]
async fn what_waits_keeps_to_rows_and_fields_of_the_reader() {
    let firm = busy().await;
    let hidden = right("quotation", Some("valid_until"), &[("sees", "false")]);
    let (cx, _) = member_with(&firm, "sales", vec![everything("sales_order", "own"), hidden]).await;
    assert_eq!(waiting(&home_of(&firm, &cx).await), [("quotation", "send", 1)], "all orders are others'");
    // Whoever writes orders and may not confirm them has drafts to finish.
    let words = [("sees", "true"), ("creates", "true"), ("changes", "true"), ("acts", "close"), ("reach", "all")];
    let hidden = right("sales_order", Some("total"), &[("sees", "false")]);
    let (cx, _) = member_with(&firm, "sales", vec![right("sales_order", None, &words), hidden]).await;
    let home = home_of(&firm, &cx).await;
    let drafts = home.waits.iter().find(|wait| wait.what == "draft").expect("drafts");
    assert_eq!((drafts.record.as_str(), drafts.count), ("sales_order", 4));
    assert!(drafts.first.iter().all(|one| one.party.is_some() && one.amount.is_none()), "{:?}", drafts.first);
}

#[tokio::test]
async fn a_mention_waits_until_it_is_read() {
    let firm = Firm::new().await;
    let cx = firm.colleague("sales").await;
    assert_eq!(home_of(&firm, &cx).await.mentions, 0);
    let mut tx = firm.tx().await;
    let text = "@Colleague look";
    comments::add(&mut tx, record("customer"), firm.customer, None, Uuid::now_v7(), text).await.expect("said");
    tx.commit().await.expect("commit");
    assert_eq!(home_of(&firm, &cx).await.mentions, 1);
    assert_eq!(home_of(&firm, &firm.cx).await.mentions, 0, "it is for nobody else");
    let mut tx = firm.db.begin(&cx).await.expect("they enter");
    notifications::read_all(&mut tx).await.expect("read");
    tx.commit().await.expect("commit");
    assert_eq!(home_of(&firm, &cx).await.mentions, 0);
}

/// Statements follow the kinds that wait, not the documents.
#[tokio::test]
async fn the_first_page_asks_as_much_of_many_documents_as_of_one() {
    let firm = Firm::new().await;
    let cx = firm.colleague("sales").await;
    let item = firm.item("A", "100", 0, "0").await;
    let mut counts = Vec::new();
    for count in [1, 5] {
        for _ in 0..count {
            firm.draft("quotation", piece(item)).await;
        }
        let mut tx = firm.db.begin(&cx).await.expect("they enter");
        let before = tx.statements();
        let home = home::home(&mut tx, "x").await.expect("home");
        assert_eq!(home.waits.len(), 1);
        counts.push(tx.statements() - before);
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
    // The hour, orders to deliver, all counts, one kind that waits, mentions.
    assert!(counts[0] <= 5, "{counts:?}");
}
