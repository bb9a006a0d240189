//! The audit log: everything is in it, and nothing in it can be changed unseen.

use crate::platform::audit::{self, Fault};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error};
use crate::record::Names;
use crate::record::audit::AuditQuery;
use crate::tests::platform::pdf::pages;
use crate::tests::support::{self, Browser, Firm, code, dec, form, record};
use axum::http::StatusCode;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

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

/// A customer who is called like a formula, changed once, and another who was deleted.
async fn eventful(firm: &Firm) -> Uuid {
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("phone", "=1+1")]).await.expect("saved");
    let mut tx = firm.tx().await;
    let mut gone = Document::new(record("customer"))
        .with("code", "C2")
        .with("name", Names::new("Rival", "المنافس"))
        .with("language", "en");
    door::insert(&mut tx, &mut gone).await.expect("another customer");
    door::delete(&mut tx, record("customer"), gone.id, 1).await.expect("deleted");
    tx.commit().await.expect("commit");
    gone.id
}

#[tokio::test]
async fn the_log_leaves_as_a_file_for_those_who_see_it() {
    let firm = Firm::new().await;
    eventful(&firm).await;
    let mut browser = Browser::of(&firm).await;
    let csv = browser.get("/audit/export?format=csv&record=customer&action=change").await;
    assert_eq!(csv.body.lines().count(), 2, "the headings and one field: {}", csv.body);
    for text in ["Owner", "Gulf Steel", "Phone", "'=1+1"] {
        assert!(csv.body.contains(text), "{text}: {}", csv.body);
    }
    // Every entry comes, beyond what a page shows.
    let page = browser.get("/audit").await;
    let all = browser.get("/audit/export?format=csv").await;
    assert!(page.body.matches("<tr><td class=\"soft\"").count() == 100 && all.body.lines().count() > 200);
    let xlsx = browser.get("/audit/export?format=xlsx&record=customer").await;
    let rows = xlsx.rows();
    assert!(rows.iter().any(|cells| cells.contains(&"=1+1".to_owned())), "{rows:?}");
    assert!(rows.iter().any(|cells| cells.contains(&"Rival".to_owned())), "the deleted one by its name: {rows:?}");
    let pdf = browser.get("/audit/export?format=pdf&record=customer").await;
    let text = pages(&pdf.bytes).concat();
    for part in ["Auditlog", "Record:Customers", "Phone", "=1+1", "GulfSteel", "TakenbyOwner"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let nonsense = browser.get("/audit/export?format=csv&from=yesterday").await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    let colleague = firm.colleague("accountant").await;
    let mut accountant = Browser::signed_in(&format!("{}@firm.example", colleague.user)).await;
    for format in ["csv", "xlsx", "pdf"] {
        let answer = accountant.get(&format!("/audit/export?format={format}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{format}");
    }
}

#[tokio::test]
async fn amounts_have_the_decimals_of_their_document_on_the_page_and_in_files() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    firm.rate("KWD", "12.2").await;
    firm.rate("JPY", "0.025").await;
    let draft = async |currency: &str, quantity: &str, price: &str| {
        let line = Line::new().with("item", item).with("quantity", dec(quantity)).with("price", dec(price));
        let fill =
            |invoice: Document| Document { lines: vec![line], ..invoice.with("currency", currency).with("total", 0) };
        firm.insert("sales_invoice", fill).await.expect("an invoice")
    };
    // 10.125 and 15 % are 11.644 dinars; 3 × 1,234.5 make 3,704 and, with 15 %, 4,260 yen.
    draft("KWD", "1", "10.125").await;
    draft("JPY", "3", "1234.5").await;
    // 20.250 and 15 % are 23.288 dinars, twice that is 46.575; only its first and its last entry name the currency.
    let gone = draft("KWD", "1", "20.25").await;
    let line = gone.lines[0].id.to_string();
    let grown = form(&[], &[&[("id", &line), ("quantity", "2"), ("price", "20.25")]]);
    let gone = firm.save(&gone, &grown).await.expect("a second piece");
    let mut tx = firm.tx().await;
    door::delete(&mut tx, gone.record, gone.id, gone.version).await.expect("deleted");
    tx.commit().await.expect("commit");
    // Their credit is counted in the company's currency, whatever they pay in.
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("currency", "KWD"), ("credit_limit", "5000")]).await.expect("saved");

    let (of_invoices, of_customers) = ("record=sales_invoice", "record=customer&action=change");
    let mut browser = Browser::of(&firm).await;
    let mut page = browser.get(&format!("/audit?{of_invoices}")).await.text();
    page.push_str(&browser.get(&format!("/audit?{of_customers}")).await.text());
    let mut paper = String::new();
    for query in [of_invoices, of_customers] {
        paper.push_str(&pages(&browser.get(&format!("/audit/export?format=pdf&{query}")).await.bytes).concat());
    }
    for (place, text) in [("page", page), ("paper", paper)] {
        for amount in ["11.644", "4,260", "23.288", "46.575", "5,000.00"] {
            assert!(text.contains(amount), "{amount} on the {place}: {text}");
        }
        for amount in ["116.44", "42.60", "232.88", "465.75", "500.000"] {
            assert!(!text.contains(amount), "{amount} on the {place}: {text}");
        }
    }
    let changed = browser.get(&format!("/audit?{of_invoices}&action=change")).await.text();
    assert!(changed.contains("23.288") && changed.contains("46.575"), "before it was deleted: {changed}");
    for format in ["csv", "xlsx"] {
        let mut told: Vec<String> = Vec::new();
        for query in [of_invoices, of_customers] {
            let rows = browser.get(&format!("/audit/export?format={format}&{query}")).await.rows();
            told.extend(rows.into_iter().flat_map(|cells| cells.into_iter().skip(8)));
        }
        for amount in ["11.644", "4260", "23.288", "46.575", "5000"] {
            assert!(told.iter().any(|text| text == amount), "{amount} as {format}: {told:?}");
        }
        for amount in ["116.44", "42.6", "232.88", "465.75", "500"] {
            assert!(!told.iter().any(|text| text == amount), "{amount} as {format}: {told:?}");
        }
    }
}

#[tokio::test]
async fn labels_in_sheets_have_no_marks_of_pages() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    firm.order(&[(item, 1)]).await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/audit?record=sales_order").await.body;
    assert!(page.contains("Line \u{2068}1\u{2069} · Item"), "the page keeps them: {page}");
    for format in ["csv", "xlsx"] {
        let rows = browser.get(&format!("/audit/export?format={format}&record=sales_order")).await.rows();
        assert!(rows.iter().any(|cells| cells.get(7).is_some_and(|label| label == "Line 1 · Item")), "{rows:?}");
        let marked = |text: &String| text.contains(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}']);
        assert!(!rows.iter().flatten().any(marked), "{format}: {rows:?}");
    }
}

#[tokio::test]
async fn the_page_names_links_and_leads_only_to_what_is_there() {
    let firm = Firm::new().await;
    let gone = eventful(&firm).await;
    firm.item("A", "100", 0, "0").await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/audit?record=customer").await;
    assert!(page.body.contains(&format!("href=\"/customers/{}\"", firm.customer)));
    assert!(!page.body.contains(&format!("/customers/{gone}")) && page.text().contains("Rival"), "{}", page.text());
    let mut tx = firm.tx().await;
    let query = AuditQuery { record: "item".to_owned(), ..AuditQuery::default() };
    let entries = audit::page(&mut tx, query).await.expect("a page").entries;
    let unit = code(&mut tx, "unit", "PCS").await;
    let unit = firm.document("unit", unit).await.names("name");
    let (_, _, named) = entries[0].changes.iter().find(|(name, ..)| name == "unit").expect("its unit");
    assert_eq!(named.as_deref().map(Names::from_text), Some(unit));
}

#[tokio::test]
async fn a_day_that_is_none_is_said_beside_its_field() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/audit?from=yesterday&to=2026-11-22").await;
    assert!(page.status.is_success() && page.body.contains("id=\"from-fault\""), "{}", page.text());
    assert!(page.body.contains("value=\"yesterday\"") && !page.body.contains("id=\"to-fault\""));
    // Digits of either kind are days.
    let page = browser.get(&format!("/audit?from={}", crate::record::query::encode("٢٠٢٦-١١-٠١"))).await;
    assert!(!page.body.contains("id=\"from-fault\""));
}
