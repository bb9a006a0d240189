//! Files that change what is there: found by its key, only where the file says something, only by those who may.

use super::*;
use crate::platform::document::Document;
use crate::platform::door::{Error, Lock, Outcome};
use crate::platform::import::batch::{self, Asked};
use crate::platform::tenancy::Cx;
use crate::tests::platform::jobs::{alone, work};
use crate::tests::platform::permission::{everything, member_with, right};
use crate::tests::support::{FILES, code};
use axum::body::Bytes;
use futures_util::stream::{self, StreamExt as _};

/// Imports a file that may change records, its columns called like fields.
async fn change(tx: &mut TenantTx, name: &str, text: &str) -> Outcome<Report> {
    let record = record(name);
    let header = import::header(file(text.as_bytes())).await.expect("the file is read").expect("a header");
    let mapping = import::suggest(&header, &import::labels(record));
    import::run(tx, &Plan { mapping, changes: true, ..Plan::new(record) }, file(text.as_bytes())).await
}

async fn customer(tx: &mut TenantTx, of: &str) -> Document {
    let id = code(tx, "customer", of).await;
    door::load(tx, record("customer"), id, Lock::No).await.expect("the customer")
}

#[tokio::test]
async fn a_row_changes_what_it_names_and_nothing_else() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let first =
        "code,name.en,name.ar,phone,contact,credit_limit,language\nA1,Olive,زيتون,1,Hind,100,ar\nA2,Palm,,2,,,en\n";
    good(change(&mut tx, "customer", first).await.expect("a report"), 2);
    // A2 is what the file says; A3 is new; of A1 the columns of the file change, an empty cell empties.
    let text = "code,name,phone,contact\nA1,Olive Press,,Zaid\nA2,Palm,2,\nA3,نخيل,3,\n";
    let report = change(&mut tx, "customer", text).await.expect("a report");
    assert_eq!((report.bad.len(), report.documents.len(), report.rows), (0, 2, 3));
    let olive = customer(&mut tx, "A1").await;
    assert_eq!((olive.names("name").en.as_str(), olive.names("name").ar.as_str()), ("Olive Press", "زيتون"));
    assert_eq!((olive.text("phone"), olive.text("contact"), olive.text("language")), (None, Some("Zaid"), Some("ar")));
    assert_eq!((olive.minor("credit_limit"), olive.version), (10_000, 2));
    assert_eq!(customer(&mut tx, "A2").await.version, 1, "what is already so is not written again");
    let palms = customer(&mut tx, "A3").await;
    assert_eq!((palms.names("name").en.as_str(), palms.names("name").ar.as_str()), ("", "نخيل"), "by its letters");
    // The history says what the file changed, and no more.
    let changes: serde_json::Value =
        sqlx::query_scalar("select changes from audit where tenant_id = $1 and record_id = $2 and action = 'change'")
            .bind(tx.tenant())
            .bind(olive.id)
            .fetch_one(tx.conn())
            .await
            .expect("its history");
    let mut fields: Vec<&str> = changes.as_object().expect("fields").keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["contact", "name", "phone"]);
}

#[tokio::test]
async fn without_being_told_so_a_file_changes_nothing() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let report = run(&mut tx, "customer", b"code,name\nC1,Another\n", &[], &[]).await;
    assert_eq!(reasons(&report.bad), [(2, "code", "import-fault-twice")]);
    // A file that may change records must name them, and each but once.
    let report = change(&mut tx, "customer", "name,phone\nOne,1\n").await.expect("a report");
    assert_eq!(reasons(&report.bad), [(1, "", "import-fault-no-key")]);
    let report = change(&mut tx, "customer", "code,phone\nC1,1\nC1,2\n").await.expect("a report");
    assert_eq!(reasons(&report.bad), [(3, "code", "import-fault-twice")]);
    let report = change(&mut tx, "customer", "code,name,credit_limit\nC1,,\nC1x,,5\n").await.expect("a report");
    assert_eq!(reasons(&report.bad), [(2, "name", "fault-required"), (3, "name", "fault-required")]);
}

#[tokio::test]
async fn lines_of_the_file_take_the_place_of_all_lines() {
    let firm = Firm::new().await;
    for item in ["A", "B", "C"] {
        firm.item(item, "10", 0, "0").await;
    }
    let mut tx = firm.tx().await;
    let head = "code,name,line.item,line.price\n";
    let first = format!("{head}P,Prices,A,1\nP,Prices,B,2\n");
    good(change(&mut tx, "price_list", &first).await.expect("a report"), 1);
    let report = change(&mut tx, "price_list", &format!("{head}P,Prices,B,3\nP,Prices,C,4\n")).await;
    good(report.expect("a report"), 1);
    let id = code(&mut tx, "price_list", "P").await;
    let list = door::load(&mut tx, record("price_list"), id, Lock::No).await.expect("the list");
    let prices: Vec<Decimal> = list.lines.iter().map(|line| line.decimal("price")).collect();
    assert_eq!(prices, [dec("3"), dec("4")]);
    // A file without lines leaves them alone; one with the same lines finds nothing to do.
    good(change(&mut tx, "price_list", "code,name\nP,New prices\n").await.expect("a report"), 1);
    let same = change(&mut tx, "price_list", &format!("{head}P,New prices,B,3\nP,New prices,C,4\n")).await;
    assert!(same.expect("a report").documents.is_empty());
    let list = door::load(&mut tx, record("price_list"), id, Lock::No).await.expect("the list");
    assert_eq!((list.lines.len(), list.version), (2, 3));
    // The ticks of a right stay ticked when the file does not speak of them.
    let report = change(&mut tx, "role", "code,name\nsales,Seller anew\n").await.expect("a report");
    assert_eq!(report.bad, []);
}

#[tokio::test]
async fn only_those_who_may_change_a_record_change_it_by_a_file() {
    let firm = Firm::new().await;
    let (makes_only, _) =
        member_with(&firm, "sales", vec![right("customer", None, &[("sees", "true"), ("creates", "true")])]).await;
    let mut tx = firm.db.begin(&makes_only).await.expect("they enter");
    let outcome = change(&mut tx, "customer", "code,phone\nC1,1\n").await;
    assert!(matches!(outcome, Err(Error::Denied)), "{outcome:?}");
    drop(tx);
    let (own_only, _) = member_with(&firm, "sales", vec![everything("customer", "own")]).await;
    let mut tx = firm.db.begin(&own_only).await.expect("they enter");
    let report = change(&mut tx, "customer", "code,name,phone\nC1,Mine,1\nD1,Mine,1\n").await.expect("a report");
    assert_eq!(reasons(&report.bad), [(2, "code", "import-fault-settled")]);
    good(change(&mut tx, "customer", "code,name,phone\nD1,Mine,1\n").await.expect("a report"), 1);
    good(change(&mut tx, "customer", "code,phone\nD1,2\n").await.expect("a report"), 1);
}

async fn bring(firm: &Firm, cx: &Cx, changes: bool, text: &str) -> Outcome<Uuid> {
    let bytes = stream::iter([Ok(Bytes::copy_from_slice(text.as_bytes()))]).boxed();
    batch::receive(&firm.db, cx, &FILES, record("customer"), changes, "list.csv", bytes).await
}

/// What would change stands beside the record as in its history afterwards, however far down the file; without what is kept
/// from whoever looks.
#[tokio::test]
async fn f36_a_rehearsal_shows_what_would_change() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let rights = || everything("customer", "all");
    // Who sets limits releases orders, too.
    let releases = everything("sales_order", "all");
    let (member, mut browser) = member_with(&firm, "sales", vec![rights(), releases]).await;
    let term = door::codes(&mut firm.tx().await, record("payment_term")).await.expect("terms").remove(0).1;
    let new: String = (0..60).map(|n| format!("K{n:02},Customer {n},{n},,\n")).collect();
    let text = format!("code,name,phone,credit_limit,payment_term\n{new}C1,Gulf Steel,555,1234.5,{term}\n");
    let id = bring(&firm, &member, true, &text).await.expect("taken in");
    work(&firm).await;
    let page = async || {
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        batch::page(&mut tx, record("customer"), id).await.expect("its page")
    };
    let shown = page().await;
    assert_eq!(shown.bad, []);
    assert_eq!((shown.examples.len(), shown.examples[..20].iter().any(|e| e.changed)), (21, false));
    let last = &shown.examples[20];
    assert_eq!((last.line, last.changed, last.changes.more), (62, true, 0));
    let names: Vec<&str> = last.changes.fields.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["phone", "payment_term", "credit_limit"]);
    assert_eq!(last.changes.fields[0], ("phone".to_owned(), None, Some("555".to_owned())));
    assert_eq!(last.changes.fields[2].2.as_deref(), Some("123450"));
    let path = format!("/customers/import/{id}");
    let drawn = browser.get(&path).await.text();
    let title = firm.cx.i18n.label(last.changes.fields[1].2.as_deref().expect("a term"));
    assert!(title.parse::<Uuid>().is_err(), "{title} says nothing to people");
    for part in ["3 fields", "555", "1,234.50", title.as_str()] {
        assert!(drawn.contains(part), "{part}: {drawn}");
    }
    assert_eq!(firm.document("customer", firm.customer).await.version, 1, "a rehearsal writes nothing");
    // Since then the limit is not for them any more.
    let kept = right("customer", Some("credit_limit"), &[("sees", "false"), ("changes", "false")]);
    let (other, _) = member_with(&firm, "sales", vec![rights(), kept]).await;
    let role = firm.document("member", other.user).await.link("role").expect("a role").to_string();
    firm.change(&firm.document("member", member.user).await, &[("role", &role)]).await.expect("another role");
    let shown = page().await;
    let names: Vec<&str> = shown.examples[20].changes.fields.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["phone", "payment_term"]);
    let drawn = browser.get(&path).await.text();
    assert!(drawn.contains("555") && !drawn.contains("1,234.50"), "{drawn}");
}

#[tokio::test]
async fn a_file_on_its_way_is_told_to_change_and_is_taken_back() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let verdict = async |id| {
        work(&firm).await;
        batch::page(&mut firm.tx().await, record("customer"), id).await.expect("its page")
    };
    let ask = async |id, verb: &str, changes: Option<bool>| {
        let mut tx = firm.tx().await;
        let asked = Asked { verb: verb.to_owned(), changes, ..Asked::default() };
        batch::ask(&mut tx, record("customer"), id, &asked).await.expect("asked");
        tx.commit().await.expect("commit");
    };
    let before = firm.document("customer", firm.customer).await;
    let id = bring(&firm, &firm.cx, false, "code,name,phone\nC1,Renamed,7\nN1,New,8\n").await.expect("taken in");
    let page = verdict(id).await;
    assert_eq!((page.changes, page.bad.len()), (Some(false), 1));
    // Ticked after the first look: it is gone through again before anything is written.
    ask(id, "check", Some(true)).await;
    let page = verdict(id).await;
    assert_eq!((page.changes, page.bad.len(), page.verbs.join(" ")), (Some(true), 0, "check import".to_owned()));
    assert_eq!(page.examples.iter().map(|e| e.changed).collect::<Vec<_>>(), [true, false]);
    assert_eq!(firm.document("customer", firm.customer).await.version, before.version);
    ask(id, "import", None).await;
    let done = verdict(id).await;
    assert_eq!(done.notices[0].1, Message::new("import-done").with("created", dec("1")).with("changed", dec("1")));
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), Some("7"));
    ask(id, "undo", None).await;
    assert_eq!(verdict(id).await.notices[0].1.id, "import-undone");
    let after = firm.document("customer", firm.customer).await;
    assert_eq!((after.text("phone"), after.names("name")), (before.text("phone"), before.names("name")));
    // Who may only make customers is not offered it, and not given it either.
    let rights = vec![right("customer", None, &[("sees", "true"), ("creates", "true")])];
    let (makes_only, _) = member_with(&firm, "sales", rights).await;
    let mut tx = firm.db.begin(&makes_only).await.expect("they enter");
    assert_eq!(batch::start(&mut tx, record("customer")).await.expect("the page").changes, None);
    drop(tx);
    let outcome = bring(&firm, &makes_only, true, "code,name\nC1,X\n").await;
    assert!(matches!(outcome, Err(Error::Denied)), "{outcome:?}");
}
