//! Money that comes in: what it settles, what of it stays on account or goes back, what it may not settle.

use super::receivables::{self, ago};
use crate::modules::sales::receivable;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome};
use crate::record::{Names, Value};
use crate::tests::support::{self, Browser, Firm, dec, form, record};
use sqlx::{Connection as _, PgConnection};
use std::time::Duration;
use uuid::Uuid;

/// So much of this invoice.
fn part(invoice: &Document, amount: i64) -> Line {
    Line::new().with("sales_invoice", invoice.id).with("amount", amount)
}

/// A draft of so much money, of which so much is for each invoice.
async fn payment(firm: &Firm, amount: i64, lines: Vec<Line>) -> Outcome<Document> {
    firm.insert("customer_payment", |payment| Document { lines, ..payment.with("amount", amount) }).await
}

/// From now on, whatever was worth something in another currency is worth so much.
async fn all_rates(firm: &Firm, rate: &str) {
    let mut tx = firm.tx().await;
    sqlx::query("update exchange_rate set rate = $2 where tenant_id = $1")
        .bind(firm.cx.tenant)
        .bind(dec(rate))
        .execute(tx.conn())
        .await
        .expect("another rate");
    tx.commit().await.expect("commit");
}

/// What banks hold, what is owed, what was granted as discount and what rates have cost, in minor units: debit positive.
async fn balances(firm: &Firm) -> [i64; 4] {
    let mut balances = [0; 4];
    for (balance, role) in balances.iter_mut().zip(["bank", "receivable", "sales_discount", "exchange_difference"]) {
        *balance = firm.balance(role).await;
    }
    balances
}

/// State and open amount of an invoice as it is now.
async fn standing(firm: &Firm, invoice: &Document) -> (String, i64) {
    let now = firm.load(invoice).await;
    (now.state().unwrap_or_default().to_owned(), now.minor("open"))
}

/// What is open of a document in the sub-ledger, in its currency and in the company's.
async fn open_of(firm: &Firm, source: Uuid) -> (i64, i64) {
    let mut tx = firm.tx().await;
    sqlx::query_as(
        "select coalesce(sum(open), 0)::bigint, coalesce(sum(base_open), 0)::bigint from open_item
          where tenant_id = $1 and source = $2",
    )
    .bind(firm.cx.tenant)
    .bind(source)
    .fetch_one(tx.conn())
    .await
    .expect("what is open")
}

fn is(state: &str, open: i64) -> (String, i64) {
    (state.to_owned(), open)
}

#[tokio::test]
async fn one_payment_settles_an_invoice_wholly_another_in_part_and_keeps_the_rest() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let (first, second) = (firm.invoice(&[(item, 1)]).await, firm.invoice(&[(item, 2)]).await);
    assert_eq!((first.minor("open"), second.minor("open")), (11_500, 23_000));
    let lines = vec![part(&first, 11_500), part(&second, 5_000)];
    let paid = firm.post(&payment(&firm, 20_000, lines).await.expect("a draft")).await;
    assert_eq!((paid.state(), paid.minor("allocated")), (Some("posted"), 16_500));
    assert_eq!(standing(&firm, &first).await, is("paid", 0));
    assert_eq!(standing(&firm, &second).await, is("partly_paid", 18_000));
    assert_eq!(open_of(&firm, paid.id).await, (-3_500, -3_500), "the rest is the customer's");
    assert_eq!((firm.balance("bank").await, firm.balance("receivable").await), (20_000, 14_500));
    firm.assert_healthy().await;

    // It bounces: everything is as it was before, and can be paid again.
    let (bounced, _) = firm.act(&paid, "reverse").await.expect("reversed");
    assert_eq!((bounced.state(), bounced.minor("allocated")), (Some("reversed"), 0));
    assert_eq!(standing(&firm, &first).await, is("posted", 11_500));
    assert_eq!(standing(&firm, &second).await, is("posted", 23_000));
    assert_eq!(open_of(&firm, paid.id).await, (0, 0));
    assert_eq!((firm.balance("bank").await, firm.balance("receivable").await), (0, 34_500));
    assert_eq!(support::refusals(firm.act(&bounced, "reverse").await), ["refuse-state"]);
    firm.assert_healthy().await;
    let again = firm.made(&first, "pay").await;
    firm.post(&again).await;
    assert_eq!(standing(&firm, &first).await, is("paid", 0));
    firm.assert_healthy().await;
    let mut tx = firm.tx().await;
    let settled: i64 = sqlx::query_scalar("select sum(amount)::bigint from allocation where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(tx.conn())
        .await
        .expect("allocations");
    assert_eq!(settled, 11_500, "what was taken back stands beside what it takes back");
}

#[tokio::test]
async fn a_bounced_payment_in_another_currency_takes_its_exchange_difference_back() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10.125", 0, "0").await;
    firm.rate("KWD", "12.2").await;
    let lines = vec![Line::new().with("item", item)];
    let fill = |invoice: Document| Document { lines, ..invoice.with("currency", "KWD").with("total", 0) };
    let invoice = firm.post(&firm.insert("sales_invoice", fill).await.expect("an invoice")).await;
    let owed = firm.balance("receivable").await;
    let mut tx = firm.tx().await;
    sqlx::query("update exchange_rate set rate = 12.5 where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("a better rate");
    tx.commit().await.expect("commit");
    let paid = firm.post(&firm.made(&invoice, "pay").await).await;
    assert_eq!(firm.balance("receivable").await, 0);
    assert!(firm.balance("exchange_difference").await < 0, "a gain");
    firm.act(&paid, "reverse").await.expect("reversed");
    assert_eq!((firm.balance("receivable").await, firm.balance("exchange_difference").await), (owed, 0));
    assert_eq!(standing(&firm, &invoice).await, is("posted", invoice.minor("open")));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn money_that_came_before_its_invoices_settles_them_later() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let deposit = firm.post(&payment(&firm, 20_000, Vec::new()).await.expect("a draft")).await;
    assert_eq!(support::refusals(firm.act(&deposit, "settle").await), ["refuse-nothing-owed"]);
    let (first, second) = (firm.invoice(&[(item, 1)]).await, firm.invoice(&[(item, 1)]).await);
    let mut other = Document::new(record("customer")).with("code", "X").with("name", Names::new("Another", ""));
    other = firm.insert("customer", |_| other.with("language", "en")).await.expect("another customer");
    let lines = vec![Line::new().with("item", item)];
    let fill = |invoice: Document| Document { lines, ..invoice.with("customer", other.id) };
    let theirs = firm.post(&firm.insert("sales_invoice", fill).await.expect("an invoice")).await;

    let (settled, _) = firm.act(&deposit, "settle").await.expect("settled");
    assert_eq!((settled.state(), settled.minor("allocated")), (Some("posted"), 20_000));
    let mut standings = [standing(&firm, &first).await, standing(&firm, &second).await];
    standings.sort();
    assert_eq!(standings, [is("paid", 0), is("partly_paid", 3_000)], "the oldest first");
    assert_eq!(standing(&firm, &theirs).await, is("posted", 11_500), "nobody pays for another");
    assert_eq!(support::refusals(firm.act(&settled, "settle").await), ["refuse-nothing-on-account"]);
    firm.assert_healthy().await;

    // What a credit note left on account goes the same way.
    let paid = if standings[0] == standing(&firm, &first).await { &first } else { &second };
    let note = firm.post(&firm.made(paid, "credit").await).await;
    assert_eq!(open_of(&firm, note.id).await, (-11_500, -11_500));
    firm.act(&note, "settle").await.expect("settled");
    assert_eq!(open_of(&firm, note.id).await, (-8_500, -8_500));
    for invoice in [&first, &second] {
        assert_eq!(standing(&firm, invoice).await, is("paid", 0));
    }
    firm.assert_healthy().await;
    // It bounces after all.
    firm.act(&settled, "reverse").await.expect("reversed");
    assert_eq!(open_of(&firm, deposit.id).await, (0, 0));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn what_is_settled_later_at_another_rate_leaves_a_difference() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "0").await;
    firm.rate("KWD", "12").await;
    let deposit = firm.insert("customer_payment", |payment| payment.with("currency", "KWD").with("amount", 20_000));
    let deposit = firm.post(&deposit.await.expect("a draft")).await;
    let mut tx = firm.tx().await;
    sqlx::query("update exchange_rate set rate = 12.5 where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("another rate");
    tx.commit().await.expect("commit");
    let mut settled = deposit.clone();
    for n in 1..=2 {
        let lines = vec![Line::new().with("item", item).with("tax_code", Value::Null)];
        let fill = |invoice: Document| Document { lines, ..invoice.with("currency", "KWD").with("total", 0) };
        let invoice = firm.post(&firm.insert("sales_invoice", fill).await.expect("an invoice")).await;
        settled = firm.act(&settled, "settle").await.expect("settled").0;
        assert_eq!(firm.load(&invoice).await.minor("open"), invoice.minor("total") - [11_500, 8_500][n - 1]);
        firm.assert_healthy().await;
    }
    // Owed at 12.5 and paid at 12: a loss of half a riyal for each dinar that was settled.
    assert_eq!(firm.balance("exchange_difference").await, 20 * 50);
    firm.act(&settled, "reverse").await.expect("reversed");
    assert_eq!(firm.balance("exchange_difference").await, 0);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn payments_that_make_no_sense_are_refused_beside_their_field() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    firm.rate("USD", "3.75").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    let draft = firm.draft("sales_invoice", vec![Line::new().with("item", item)]).await;
    let other = firm.insert("customer", |other| other.with("code", "C2").with("name", Names::new("Red Sea", ""))).await;
    let other = other.expect("another customer").id;
    let with = async |field: &'static str, value: Value| {
        let lines = vec![part(&invoice, 100)];
        let fill = |payment: Document| Document { lines, ..payment.with("amount", 100).with(field, value) };
        firm.insert("customer_payment", fill).await
    };
    let at = "lines[0][sales_invoice]";
    let told = [
        (payment(&firm, 0, vec![]).await, "amount", "refuse-zero-amount"),
        (payment(&firm, 10_000, vec![part(&invoice, 10_001)]).await, "amount", "refuse-over-allocation"),
        (payment(&firm, 100, vec![part(&draft, 100)]).await, at, "refuse-invoice-draft"),
        (
            payment(&firm, 200, vec![part(&invoice, 100), part(&invoice, 100)]).await,
            "lines[1][sales_invoice]",
            "refuse-invoice-twice",
        ),
        (with("customer", Value::from(other)).await, at, "refuse-other-customer"),
        (with("currency", Value::from("USD")).await, at, "refuse-other-currency"),
    ];
    for (outcome, field, id) in told {
        let Err(Error::Refused(refused)) = outcome else { panic!("{id}: not refused") };
        let said: Vec<_> = refused.iter().map(|r| (r.field.as_deref().unwrap_or_default(), &*r.message.id)).collect();
        assert_eq!(said, [(field, id)]);
    }
    let mut tx = firm.tx().await;
    let kept: i64 = sqlx::query_scalar("select count(*) from customer_payment where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(tx.conn())
        .await
        .expect("a count");
    assert_eq!(kept, 0);
    drop(tx);
    assert_eq!(standing(&firm, &invoice).await, is("posted", 11_500));
    firm.assert_healthy().await;
}

/// Each part can be kept, and their sum cannot.
#[tokio::test]
async fn f31_parts_whose_sum_is_beyond_what_is_kept_are_refused() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    firm.rate("KWD", "12.2").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    // As many as it takes of the largest amount that a form accepts.
    let lines: Vec<Line> = (0..9_300).map(|_| part(&invoice, 999_999_999_999_000)).collect();
    let fill = |payment: Document| Document { lines, ..payment.with("amount", 1_000).with("currency", "KWD") };
    let outcome = firm.insert("customer_payment", fill).await;
    assert!(outcome.is_err_and(|error| error.status() == 422));
}

/// One settles the invoice, the other takes a part of it back: whoever comes second waits for the first, and neither is
/// sent away because each waits for the other.
#[tokio::test]
async fn f25_a_payment_and_a_credit_note_of_one_invoice_never_block_each_other() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let invoice = firm.invoice(&[(item, 2)]).await;
    let paid = payment(&firm, 11_500, vec![part(&invoice, 11_500)]).await.expect("a draft");
    let note = firm.made(&invoice, "credit").await;
    let id = note.lines[0].id.to_string();
    let note = firm.save(&note, &form(&[], &[&[("id", &id), ("quantity", "1")]])).await.expect("one piece of two");
    // Held up there, the payment has come as far as the open parts of the invoice when the note has the invoice itself.
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let mut held = admin.begin().await.expect("a transaction");
    sqlx::query("select from open_item where tenant_id = $1 for update")
        .bind(firm.cx.tenant)
        .execute(&mut *held)
        .await
        .expect("held");
    let second = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        firm.act(&note, "post").await
    };
    let release = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        held.rollback().await
    };
    let (first, second, released) = tokio::join!(firm.act(&paid, "post"), second, release);
    released.expect("let go");
    first.expect("the payment");
    second.expect("the credit note");
    assert_eq!(standing(&firm, &invoice).await, is("paid", 0));
    firm.assert_healthy().await;
}

/// A reversal takes back what was settled later, too: it has those invoices before what is open of them, as a credit note does.
#[tokio::test]
async fn f25_a_reversal_and_a_credit_note_of_what_was_settled_later_never_block_each_other() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let deposit = firm.post(&payment(&firm, 5_000, Vec::new()).await.expect("a draft")).await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    firm.act(&deposit, "settle").await.expect("settled");
    let mut looks = firm.tx().await;
    let mut note = firm.tx().await;
    let holder: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(note.conn()).await.expect("a process");
    // So far has a credit note come when it has the invoice itself.
    door::load(&mut note, invoice.record, invoice.id, door::Lock::Update).await.expect("the invoice");
    let goes_on = async {
        support::until_waited_for(&mut looks, holder).await;
        let open = receivable::open_of(&mut note, &[invoice.id]).await;
        note.commit().await.expect("commit");
        open
    };
    let (reversed, open) = tokio::join!(firm.act(&deposit, "reverse"), goes_on);
    assert_eq!(open.expect("nothing stands in its way").len(), 1);
    reversed.expect("reversed");
    assert_eq!(standing(&firm, &invoice).await, is("posted", 11_500));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn what_a_payment_names_is_chosen_by_its_number() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    let new = Document::new(record("customer_payment"));
    let number = invoice.number().expect("a number");
    let typed = form(
        &[("customer~", "C1"), ("amount", "115.00"), ("currency", "SAR")],
        &[&[("sales_invoice~", number), ("amount", "115.00")]],
    );
    let paid = firm.post(&firm.save(&new, &typed).await.expect("a payment")).await;
    assert_eq!((paid.minor("amount"), paid.minor("allocated")), (11_500, 11_500));
    assert_eq!(standing(&firm, &invoice).await, is("paid", 0));
}

#[tokio::test]
async fn a_discount_settles_as_much_more_and_is_taken_back_with_its_payment() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let (first, second) = (firm.invoice(&[(item, 1)]).await, firm.invoice(&[(item, 1)]).await);
    let lines = vec![part(&first, 11_270).with("discount", 230)];
    let paid = firm.post(&payment(&firm, 12_000, lines).await.expect("a draft")).await;
    assert_eq!(paid.minor("allocated"), 11_270, "the discount is no money");
    assert_eq!(standing(&firm, &first).await, is("paid", 0));
    assert_eq!(open_of(&firm, paid.id).await, (-730, -730), "the rest of the money is the customer's");
    assert_eq!(balances(&firm).await, [12_000, 11_500 - 730, 230, 0]);
    firm.assert_healthy().await;

    let (settled, _) = firm.act(&paid, "settle").await.expect("settled");
    assert_eq!((settled.minor("allocated"), standing(&firm, &second).await), (12_000, is("partly_paid", 10_770)));
    firm.act(&settled, "reverse").await.expect("reversed");
    assert_eq!(balances(&firm).await, [0, 23_000, 0, 0]);
    for invoice in [&first, &second] {
        assert_eq!(standing(&firm, invoice).await, is("posted", 11_500));
    }
    firm.assert_healthy().await;

    // Money and discount together are more than is open.
    let lines = vec![part(&first, 11_270).with("discount", 231)];
    let much = payment(&firm, 11_270, lines).await.expect("a draft");
    assert_eq!(support::refusals(firm.act(&much, "post").await), ["refuse-over-payment"]);
    let lines = vec![part(&first, 100).with("discount", i64::MAX)];
    assert_eq!(support::refusals(payment(&firm, 100, lines).await), ["fault-out-of-range"]);
    assert_eq!(balances(&firm).await, [0, 23_000, 0, 0]);
}

#[tokio::test]
async fn a_company_without_an_account_for_discounts_is_told_which_one_it_needs() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    let mut tx = firm.tx().await;
    sqlx::query("update account set role = null where tenant_id = $1 and role = 'sales_discount'")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("no account has the role");
    tx.commit().await.expect("commit");
    let lines = vec![part(&invoice, 11_000).with("discount", 500)];
    let draft = payment(&firm, 11_000, lines).await.expect("a draft");
    assert_eq!(support::refusals(firm.act(&draft, "post").await), ["refuse-no-account"]);
    // Without a discount nobody asks for it.
    firm.post(&payment(&firm, 11_500, vec![part(&invoice, 11_500)]).await.expect("a draft")).await;
    assert_eq!(standing(&firm, &invoice).await, is("paid", 0));
}

#[tokio::test]
async fn an_invoice_that_is_settled_with_a_discount_at_another_rate_is_worth_nothing() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    firm.rate("KWD", "12").await;
    let lines = vec![Line::new().with("item", item)];
    let fill = |invoice: Document| Document { lines, ..invoice.with("currency", "KWD").with("total", 0) };
    let invoice = firm.post(&firm.insert("sales_invoice", fill).await.expect("an invoice")).await;
    assert_eq!((invoice.minor("total"), firm.balance("receivable").await), (115_000, 138_000));
    all_rates(&firm, "12.5").await;
    // 113.000 dinars at 12.5 are 1,412.50, the discount of 2.000 is 25.00; 1,380.00 were owed.
    let lines = vec![part(&invoice, 113_000).with("discount", 2_000)];
    let fill = |payment: Document| Document { lines, ..payment.with("currency", "KWD").with("amount", 113_000) };
    let paid = firm.post(&firm.insert("customer_payment", fill).await.expect("a draft")).await;
    assert_eq!(standing(&firm, &invoice).await, is("paid", 0));
    assert_eq!(balances(&firm).await, [141_250, 0, 2_500, -5_750]);
    firm.assert_healthy().await;
    firm.act(&paid, "reverse").await.expect("reversed");
    assert_eq!(balances(&firm).await, [0, 138_000, 0, 0]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn terms_propose_their_discount_to_who_pays_within_its_days() {
    let firm = Firm::new().await;
    let terms = |discount_days: Value| {
        let line = Line::new().with("percent", dec("100")).with("days", 30);
        let fill = move |terms: Document| {
            let terms = terms.with("code", "EARLY").with("name", Names::new("2 % within 10 days", ""));
            let terms = terms.with("discount", dec("2")).with("discount_days", discount_days);
            Document { lines: vec![line], ..terms }
        };
        firm.insert("payment_term", fill)
    };
    assert_eq!(support::refusals(terms(Value::Null).await), ["fault-required"]);
    assert_eq!(support::refusals(terms(Value::from(3_651)).await), ["refuse-terms-days"]);
    terms(Value::from(10)).await.expect("terms");
    let today = firm.today().await;
    let early = [("payment_term", "EARLY")];
    for (days, amount, discount) in [(0, 11_270, 230), (10, 11_270, 230), (11, 11_500, 0)] {
        let invoice = receivables::invoice(&firm, firm.customer, ago(today, days), "100", &early).await;
        let draft = firm.made(&invoice, "pay").await;
        let line = &draft.lines[0];
        assert_eq!((line.minor("amount"), line.minor("discount")), (amount, discount), "after {days} days");
        assert_eq!(draft.minor("amount"), amount);
        firm.post(&draft).await;
        assert_eq!(standing(&firm, &invoice).await, is("paid", 0), "after {days} days");
    }
    assert_eq!(balances(&firm).await, [2 * 11_270 + 11_500, 0, 460, 0]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn money_on_account_goes_back_once_and_the_refund_can_be_taken_back() {
    let firm = Firm::new().await;
    let deposit = firm.post(&payment(&firm, 20_000, Vec::new()).await.expect("a draft")).await;
    let draft = firm.made(&deposit, "refund").await;
    assert_eq!((draft.minor("amount"), draft.get("refund").bool()), (20_000, true));
    assert_eq!(draft.text("reference"), deposit.number());
    let draft = firm.change(&draft, &[("amount", "50.00")]).await.expect("less of it");
    let refund = firm.post(&draft).await;
    assert!(refund.number().is_some_and(|number| Some(number) != deposit.number()), "it has a number of its own");
    assert_eq!(balances(&firm).await, [15_000, -15_000, 0, 0]);
    assert_eq!((open_of(&firm, deposit.id).await, open_of(&firm, refund.id).await), ((-15_000, -15_000), (0, 0)));
    assert_eq!(firm.load(&deposit).await.minor("allocated"), 5_000);
    firm.assert_healthy().await;

    // No more goes back than is there, and what has gone back keeps its payment.
    let much = firm.insert("customer_payment", |refund| refund.with("refund", true).with("amount", 15_001));
    let much = much.await.expect("a draft");
    assert_eq!(support::refusals(firm.act(&much, "post").await), ["refuse-over-refund"]);
    assert_eq!(support::refusals(firm.act(&deposit, "reverse").await), ["refuse-refunded"]);
    for action in ["settle", "refund"] {
        assert_eq!(support::refusals(firm.act(&refund, action).await), ["refuse-nothing-on-account"], "{action}");
    }

    let (reversed, _) = firm.act(&refund, "reverse").await.expect("reversed");
    assert_eq!((reversed.state(), reversed.minor("allocated")), (Some("reversed"), 0));
    assert_eq!(balances(&firm).await, [20_000, -20_000, 0, 0]);
    assert_eq!(firm.load(&deposit).await.minor("allocated"), 0);
    firm.assert_healthy().await;
    // What it gave back can go once more, and after all the payment can bounce.
    let again = firm.post(&firm.made(&deposit, "refund").await).await;
    assert_eq!((balances(&firm).await, firm.load(&deposit).await.minor("allocated")), ([0; 4], 20_000));
    assert_eq!(support::refusals(firm.act(&deposit, "refund").await), ["refuse-nothing-on-account"]);
    firm.act(&again, "reverse").await.expect("reversed");
    firm.act(&deposit, "reverse").await.expect("reversed");
    assert_eq!(balances(&firm).await, [0; 4]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn what_a_credit_note_left_goes_back_with_what_was_paid_ahead_oldest_first() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    firm.post(&firm.made(&invoice, "pay").await).await;
    let note = firm.post(&firm.made(&invoice, "credit").await).await;
    let today = firm.today().await;
    let ahead = receivables::pay_ahead(&firm, firm.customer, ago(today, 3), 2_000).await;
    let other = firm.insert("customer", |other| other.with("code", "C2").with("name", Names::new("Red Sea", ""))).await;
    let other = other.expect("another customer").id;
    receivables::pay_ahead(&firm, other, today, 50_000).await;

    let draft = firm.made(&note, "refund").await;
    assert_eq!(draft.minor("amount"), 11_500);
    let refund = firm.post(&draft).await;
    assert_eq!((open_of(&firm, ahead.id).await, open_of(&firm, note.id).await), ((0, 0), (-2_000, -2_000)));
    firm.assert_healthy().await;
    firm.act(&refund, "reverse").await.expect("reversed");
    assert_eq!((open_of(&firm, ahead.id).await, open_of(&firm, note.id).await), ((-2_000, -2_000), (-11_500, -11_500)));
    firm.assert_healthy().await;
    // Together they are not what somebody else has paid.
    let much = firm.insert("customer_payment", |refund| refund.with("refund", true).with("amount", 13_501));
    assert_eq!(support::refusals(firm.act(&much.await.expect("a draft"), "post").await), ["refuse-over-refund"]);
    let all = firm.insert("customer_payment", |refund| refund.with("refund", true).with("amount", 13_500));
    firm.post(&all.await.expect("a draft")).await;
    assert_eq!(balances(&firm).await, [50_000, -50_000, 0, 0]);
    let lines = vec![part(&invoice, 100)];
    let fill = |refund: Document| Document { lines, ..refund.with("refund", true).with("amount", 100) };
    assert_eq!(support::refusals(firm.insert("customer_payment", fill).await), ["refuse-refund-lines"]);
    firm.assert_healthy().await;
}

#[tokio::test]
async fn money_that_goes_back_at_another_rate_leaves_a_difference() {
    let firm = Firm::new().await;
    firm.rate("KWD", "12").await;
    let deposit = firm.insert("customer_payment", |payment| payment.with("currency", "KWD").with("amount", 20_000));
    let deposit = firm.post(&deposit.await.expect("a draft")).await;
    all_rates(&firm, "12.5").await;
    let refund = firm.post(&firm.made(&deposit, "refund").await).await;
    // Received at 12 and paid back at 12.5: a loss of half a riyal for each dinar.
    assert_eq!(balances(&firm).await, [24_000 - 25_000, 0, 0, 1_000]);
    assert_eq!(open_of(&firm, deposit.id).await, (0, 0));
    firm.assert_healthy().await;
    firm.act(&refund, "reverse").await.expect("reversed");
    assert_eq!(balances(&firm).await, [24_000, -24_000, 0, 0]);
    firm.assert_healthy().await;
}

/// Both are for all that is on account: whoever comes second waits for the first and finds nothing left.
#[tokio::test]
async fn f25_what_is_on_account_goes_back_or_settles_once_whoever_asks_at_once() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let deposit = firm.post(&payment(&firm, 11_500, Vec::new()).await.expect("a draft")).await;
    let (first, second) = (firm.made(&deposit, "refund").await, firm.made(&deposit, "refund").await);
    let (one, two) = tokio::join!(firm.act(&first, "post"), firm.act(&second, "post"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} and {two:?}");
    let (paid, late) = if one.is_ok() { (first, two) } else { (second, one) };
    assert_eq!(support::refusals(late), ["refuse-over-refund"]);
    assert_eq!(balances(&firm).await, [0; 4]);
    firm.assert_healthy().await;

    firm.act(&paid, "reverse").await.expect("reversed");
    let invoice = firm.invoice(&[(item, 1)]).await;
    let draft = firm.made(&deposit, "refund").await;
    let (back, settled) = tokio::join!(firm.act(&draft, "post"), firm.act(&deposit, "settle"));
    assert!(back.is_ok() != settled.is_ok(), "{back:?} and {settled:?}");
    let open = if settled.is_ok() { 0 } else { 11_500 };
    assert_eq!(firm.load(&invoice).await.minor("open"), open);
    assert_eq!(open_of(&firm, deposit.id).await, (0, 0));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_refund_is_called_so_on_paper_and_a_receipt_is_not() {
    let firm = Firm::new().await;
    let deposit = firm.post(&payment(&firm, 20_000, Vec::new()).await.expect("a draft")).await;
    let refund = firm.post(&firm.made(&deposit, "refund").await).await;
    let mut browser = Browser::of(&firm).await;
    for (document, language, title) in [
        (&deposit, "en", "Customer payment"),
        (&deposit, "ar", "سند قبض"),
        (&refund, "en", "Refund"),
        (&refund, "ar", "سند صرف"),
    ] {
        let paper = browser.get(&format!("/customer-payments/{}/print?language={language}", document.id)).await.text();
        let number = document.number().expect("a number");
        assert!(paper.contains(&format!("{title} {number}")), "{paper}");
        assert_eq!(paper.contains("Refund") || paper.contains("سند صرف"), document.id == refund.id, "{paper}");
    }
    let list = browser.get("/customer-payments?refund=true").await.text();
    let has = |document: &Document| list.contains(document.number().expect("a number"));
    assert!(has(&refund) && !has(&deposit), "{list}");
}
