//! Cost centres: what documents are charged to.

use crate::modules::finance::report;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome};
use crate::record::Names;
use crate::tests::api::Program;
use crate::tests::platform::permission::{member_with, right};
use crate::tests::support::{Browser, Firm, code, dec, form, refusals};
use std::collections::BTreeMap;
use uuid::Uuid;

async fn centre(firm: &Firm, code: &str, parent: Option<Uuid>) -> Document {
    let fill =
        |document: Document| document.with("code", code).with("name", Names::new(code, code)).with("parent", parent);
    firm.insert("cost_centre", fill).await.expect("a cost centre")
}

#[tokio::test]
async fn no_cost_centre_is_below_itself() {
    let firm = Firm::new().await;
    let top = centre(&firm, "TOP", None).await;
    let middle = centre(&firm, "MIDDLE", Some(top.id)).await;
    let low = centre(&firm, "LOW", Some(middle.id)).await;
    for below in [&top, &middle, &low] {
        let moved = firm.change(&top, &[("parent", &below.id.to_string())]).await;
        assert_eq!(refusals(moved), ["refuse-centre-circle"], "below {:?}", below.text("code"));
    }
    firm.change(&low, &[("parent", "TOP")]).await.expect("beside the other one");
}

// ------------------------------------------------------------------ what documents are charged to

/// A draft of so many pieces of an item, charged to a centre.
async fn sale(firm: &Firm, name: &str, item: Uuid, quantity: &str, centre: Uuid) -> Outcome<Document> {
    let lines = vec![Line::new().with("item", item).with("quantity", dec(quantity))];
    firm.insert(name, |document| Document { lines, ..document.with("cost_centre", centre) }).await
}

/// A draft of an entry over this amount, of which the expense is charged to a centre.
async fn expense(firm: &Firm, amount: i64, centre: Option<Uuid>) -> Document {
    let mut tx = firm.tx().await;
    let (rent, cash) = (code(&mut tx, "account", "5230").await, code(&mut tx, "account", "1110").await);
    drop(tx);
    let lines = vec![
        Line::new().with("account", rent).with("debit", amount).with("cost_centre", centre),
        Line::new().with("account", cash).with("credit", amount),
    ];
    firm.draft("journal_entry", lines).await
}

/// What the postings of a document come to, debits less credits, by the kind of their accounts and by cost centre.
async fn charged(firm: &Firm, document: &Document) -> BTreeMap<(String, Option<Uuid>), i64> {
    let mut tx = firm.tx().await;
    let rows: Vec<(String, Option<Uuid>, i64)> = sqlx::query_as(
        "select a.kind, l.cost_centre, sum(l.debit - l.credit)::bigint from journal_entry e
           join journal_entry_line l on l.tenant_id = e.tenant_id and l.parent = e.id
           join account a on a.tenant_id = l.tenant_id and a.id = l.account
          where e.tenant_id = $1 and e.source = $2 and l.posted group by a.kind, l.cost_centre",
    )
    .bind(firm.cx.tenant)
    .bind(document.id)
    .fetch_all(tx.conn())
    .await
    .expect("postings");
    rows.into_iter().map(|(kind, centre, sum)| ((kind, centre), sum)).collect()
}

#[tokio::test]
async fn what_is_sold_is_charged_to_its_centre_and_taken_back_from_there() {
    let firm = Firm::new().await;
    let site = centre(&firm, "SITE", None).await;
    centre(&firm, "OTHER", None).await;
    let item = firm.item("A", "100", 20, "60").await;
    let order = sale(&firm, "sales_order", item, "4", site.id).await.expect("an order");
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    let delivery = firm.post(&firm.made(&order, "deliver").await).await;
    let invoice = firm.post(&firm.made(&order, "invoice").await).await;
    // Not even somebody who says so takes it back from elsewhere.
    let back = firm.made(&delivery, "return").await;
    let back = firm.change(&back, &[("cost_centre", "OTHER")]).await.expect("saved");
    let back = firm.post(&back).await;
    let more = firm.made(&invoice, "debit").await;
    let more = firm.change(&more, &[("cost_centre", "OTHER")]).await.expect("saved");
    assert_eq!(more.link("cost_centre"), Some(site.id));
    let credit = firm.post(&firm.made(&invoice, "credit").await).await;
    for (document, sum) in [(delivery, 24_000), (invoice, -40_000), (back, -24_000), (credit, 40_000)] {
        let name = document.record.name;
        assert_eq!(document.link("cost_centre"), Some(site.id), "{name}");
        let charged = charged(&firm, &document).await;
        let mut earned = 0;
        for ((kind, centre), amount) in &charged {
            // What is owed, and what is in stock, is of no centre.
            let counts = ["income", "expense"].contains(&kind.as_str());
            assert_eq!(*centre, counts.then_some(site.id), "{kind} of a {name}");
            earned += if counts { *amount } else { 0 };
        }
        assert_eq!(earned, sum, "{name}: {charged:?}");
    }
    // What says nothing is of no centre.
    let plain = charged(&firm, &firm.invoice(&[(item, 1)]).await).await;
    assert!(!plain.is_empty() && plain.keys().all(|(_, centre)| centre.is_none()), "{plain:?}");
    firm.assert_healthy().await;
}

#[tokio::test]
async fn the_reversal_of_an_entry_is_charged_as_the_entry_was() {
    let firm = Firm::new().await;
    let site = centre(&firm, "SITE", None).await;
    let entry = firm.post(&expense(&firm, 789, Some(site.id)).await).await;
    assert_eq!(entry.lines[0].link("cost_centre"), Some(site.id));
    let (reversed, _) = firm.act(&entry, "reverse").await.expect("reversed");
    let expected = [(("asset".to_owned(), None), 789), (("expense".to_owned(), Some(site.id)), -789)];
    assert_eq!(charged(&firm, &reversed).await, BTreeMap::from(expected));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_centre_that_is_not_in_use_takes_nothing_new_and_what_has_begun_is_finished() {
    let firm = Firm::new().await;
    let site = centre(&firm, "SITE", None).await;
    let item = firm.item("A", "100", 20, "60").await;
    let order = sale(&firm, "sales_order", item, "4", site.id).await.expect("an order");
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    let draft = sale(&firm, "sales_invoice", item, "1", site.id).await.expect("an invoice");
    let entry = expense(&firm, 100, Some(site.id)).await;
    let site = firm.change(&site, &[("active", "false")]).await.expect("not in use");
    for name in ["sales_order", "sales_invoice", "delivery"] {
        match sale(&firm, name, item, "1", site.id).await {
            Err(Error::Refused(refusals)) => {
                let told: Vec<_> = refusals.iter().map(|r| (r.message.id.as_str(), r.field.as_deref())).collect();
                assert_eq!(told, [("refuse-centre-inactive", Some("cost_centre"))], "{name}");
            }
            other => panic!("a new {name}: {other:?}"),
        }
    }
    let plain = firm.draft("sales_invoice", vec![Line::new().with("item", item).with("quantity", dec("1"))]).await;
    assert_eq!(refusals(firm.change(&plain, &[("cost_centre", "SITE")]).await), ["refuse-centre-inactive"]);
    assert_eq!(refusals(firm.act(&entry, "post").await), ["refuse-centre-inactive"]);
    // What has it already keeps it, and so does what follows from that.
    let draft = firm.change(&draft, &[("reference", "PO 1")]).await.expect("saved");
    firm.post(&draft).await;
    let delivery = firm.post(&firm.made(&order, "deliver").await).await;
    let invoice = firm.post(&firm.made(&order, "invoice").await).await;
    firm.post(&firm.made(&delivery, "return").await).await;
    let credit = firm.post(&firm.made(&invoice, "credit").await).await;
    assert_eq!(credit.link("cost_centre"), Some(site.id));
    // In use again, it takes everything.
    firm.change(&site, &[("active", "true")]).await.expect("in use");
    firm.post(&entry).await;
    firm.assert_healthy().await;
}

#[tokio::test]
async fn who_does_not_see_the_centre_of_a_sale_neither_changes_nor_loses_it() {
    let firm = Firm::new().await;
    let site = centre(&firm, "SITE", None).await;
    centre(&firm, "OTHER", None).await;
    let item = firm.item("A", "100", 20, "60").await;
    let order = sale(&firm, "sales_order", item, "4", site.id).await.expect("an order");
    let hide = [("sees", "false"), ("changes", "false")];
    let hidden = ["sales_order", "delivery"].map(|name| right(name, Some("cost_centre"), &hide));
    let (member, _) = member_with(&firm, "sales", hidden.to_vec()).await;
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    let (order, _) = door::act(&mut tx, order.record, order.id, order.version, "confirm").await.expect("confirmed");
    let (_, made) = door::act(&mut tx, order.record, order.id, order.version, "deliver").await.expect("a delivery");
    let draft = &made[0];
    let typed = door::Typed { lines: None, ..form(&[("reference", "PO 1"), ("cost_centre", "OTHER")], &[]) };
    let saved = door::save(&mut tx, draft.record, draft.id, draft.version, &typed).await.expect("saved");
    let seen = door::get(&mut tx, draft.record, draft.id).await.expect("a delivery");
    assert_eq!((seen.text("reference"), seen.link("cost_centre")), (Some("PO 1"), None));
    tx.commit().await.expect("commit");
    assert_eq!(firm.load(&saved).await.link("cost_centre"), Some(site.id));
    let delivery = firm.post(&firm.load(&saved).await).await;
    assert_eq!(charged(&firm, &delivery).await[&("expense".to_owned(), Some(site.id))], 24_000);
}

// ------------------------------------------------------------------ reports

/// A firm that earned and spent something in a region and at a site below it, elsewhere, and for no centre; and of these the
/// region, the site and the other one.
async fn charged_firm() -> (Firm, [Uuid; 3]) {
    let firm = Firm::new().await;
    let region = centre(&firm, "REGION", None).await.id;
    let site = centre(&firm, "SITE", Some(region)).await.id;
    let other = centre(&firm, "OTHER", None).await.id;
    let item = firm.item("A", "100", 20, "60").await;
    let order = sale(&firm, "sales_order", item, "4", site).await.expect("an order");
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    firm.post(&firm.made(&order, "deliver").await).await;
    firm.post(&firm.made(&order, "invoice").await).await;
    for (amount, charged_to) in [(500, Some(other)), (300, Some(region)), (200, None)] {
        firm.post(&expense(&firm, amount, charged_to).await).await;
    }
    let old = expense(&firm, 700, Some(site)).await;
    let yesterday = firm.today().await.yesterday().expect("a date");
    let old = firm.change(&old, &[("date", &yesterday.to_string())]).await.expect("of yesterday");
    firm.post(&old).await;
    (firm, [region, site, other])
}

#[tokio::test]
async fn what_is_charged_to_all_centres_and_to_none_is_the_whole() {
    let (firm, [region, site, other]) = charged_firm().await;
    let today = firm.today().await;
    let mut tx = firm.tx().await;
    let whole = report::trial_balance(&mut tx, today, today, "").await.expect("the trial balance");
    let figures = |row: &report::TrialRow| [row.opening, row.debit, row.credit, row.closing];
    let mut sums: BTreeMap<Uuid, [i64; 4]> = BTreeMap::new();
    let mut totals = (0, 0);
    for asked in [region.to_string(), other.to_string(), "none".to_owned()] {
        let part = report::trial_balance(&mut tx, today, today, &asked).await.expect("a part of it");
        assert!(!part.rows.is_empty() && part.rows.len() < whole.rows.len(), "{asked}");
        assert_eq!(part.centres.asked, asked);
        totals = (totals.0 + part.debit, totals.1 + part.credit);
        for row in &part.rows {
            let sum = sums.entry(row.account).or_default();
            sum.iter_mut().zip(figures(row)).for_each(|(sum, figure)| *sum += figure);
            let account = row.account.to_string();
            let ledger = report::general_ledger(&mut tx, &account, today, today, None, &asked).await.expect("a ledger");
            let told = [ledger.opening, ledger.debit, ledger.credit, ledger.closing];
            assert_eq!(told, figures(row), "{} of {asked}", row.code);
            let shown = ledger.rows.iter().fold((0, 0), |sum, r| (sum.0 + r.debit, sum.1 + r.credit));
            assert_eq!(shown, (ledger.debit, ledger.credit), "{} of {asked}", row.code);
        }
    }
    assert_eq!(sums, whole.rows.iter().map(|row| (row.account, figures(row))).collect::<BTreeMap<_, _>>());
    assert_eq!(totals, (whole.debit, whole.credit));
    // A centre counts with those below it, and not with those above.
    let of_site = report::trial_balance(&mut tx, today, today, &site.to_string()).await.expect("the site");
    let rent = code(&mut tx, "account", "5230").await;
    let row = of_site.rows.iter().find(|row| row.account == rent).expect("rent");
    assert_eq!((figures(row), sums[&rent]), ([700, 0, 0, 700], [700, 1_000, 0, 1_700]));
    assert_eq!((of_site.debit, of_site.credit), (24_000, 40_000));
    for unknown in [Uuid::now_v7().to_string(), "nonsense".to_owned()] {
        let asked = report::trial_balance(&mut tx, today, today, &unknown).await;
        assert!(matches!(asked, Err(Error::NotFound)), "{unknown}");
    }
}

#[tokio::test]
async fn pages_of_the_ledger_of_a_centre_join() {
    let firm = Firm::new().await;
    let site = centre(&firm, "SITE", None).await.id;
    let mut tx = firm.tx().await;
    let (rent, cash) = (code(&mut tx, "account", "5230").await, code(&mut tx, "account", "1110").await);
    // Every second line is charged to it.
    let debit = |n: i64| {
        let line = Line::new().with("account", rent).with("debit", n);
        line.with("cost_centre", (n % 2 == 0).then_some(site))
    };
    let mut lines: Vec<Line> = (1..=1_100).map(debit).collect();
    lines.push(Line::new().with("account", cash).with("credit", 1_100 * 1_101 / 2));
    drop(tx);
    firm.post(&firm.draft("journal_entry", lines).await).await;
    let (today, mut tx) = (firm.today().await, firm.tx().await);
    let (account, asked) = (rent.to_string(), site.to_string());
    let mut rows: Vec<report::LedgerRow> = Vec::new();
    let mut after = None;
    loop {
        let page = report::general_ledger(&mut tx, &account, today, today, after, &asked).await.expect("a page");
        assert_eq!((page.debit, page.closing), (550 * 551, 550 * 551));
        assert_eq!(page.carried, rows.last().map_or(0, |row| row.balance));
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(rows.iter().map(|row| row.debit).collect::<Vec<_>>(), (1..=550).map(|n| 2 * n).collect::<Vec<i64>>());
}

#[tokio::test]
async fn what_leads_on_from_a_report_of_a_centre_is_of_that_centre() {
    let (firm, [_, site, _]) = charged_firm().await;
    let today = firm.today().await;
    let before = today.yesterday().expect("a date");
    let rent = code(&mut firm.tx().await, "account", "5230").await;
    let mut browser = Browser::of(&firm).await;
    let trial = browser.get(&format!("/trial-balance?from={today}&to={today}&centre={site}")).await;
    let trial = trial.body.replace("&amp;", "&");
    let ledger = format!("/general-ledger?account={rent}&from={today}&to={today}&centre={site}");
    let earlier = format!("/general-ledger?account={rent}&to={before}&centre={site}");
    for address in [&ledger, &earlier] {
        assert!(trial.contains(&format!("\"{address}\"")), "{address}");
    }
    let page = browser.get(&ledger).await;
    let [closing, of_all] = [700, 1_700].map(|minor| firm.cx.i18n.amount(minor, "SAR"));
    let text = page.text();
    assert!(text.contains(&closing) && !text.contains(&of_all), "{text}");
    assert!(page.body.replace("&amp;", "&").contains(&format!("\"{earlier}\"")), "{}", page.body);
    // Asked for anew, it is asked for of the same centre; without centres, nobody is asked for one.
    assert!(page.body.contains("name=\"centre\""), "{}", page.body);
    let plain = Firm::new().await;
    let page = Browser::of(&plain).await.get("/general-ledger").await;
    assert!(!page.body.contains("name=\"centre\""), "{}", page.body);
}

#[tokio::test]
async fn reports_of_centres_are_for_those_who_see_centres() {
    let (firm, [_, site, _]) = charged_firm().await;
    let today = firm.today().await;
    let hide = [("sees", "false"), ("changes", "false")];
    let (blind, _) = member_with(&firm, "auditor", vec![right("cost_centre", None, &hide)]).await;
    let mut tx = firm.db.begin(&blind).await.expect("they enter");
    let whole = report::trial_balance(&mut tx, today, today, "").await.expect("the trial balance");
    assert!(!whole.rows.is_empty() && whole.centres.all.is_empty(), "{whole:?}");
    for asked in [site.to_string(), "none".to_owned()] {
        let trial = report::trial_balance(&mut tx, today, today, &asked).await;
        assert!(matches!(trial, Err(Error::Denied)), "{asked}");
        let ledger = report::general_ledger(&mut tx, "cogs", today, today, None, &asked).await;
        assert!(matches!(ledger, Err(Error::Denied)), "{asked}");
    }
    drop(tx);
    let kept = right("journal_entry", Some("lines.cost_centre"), &hide);
    let (member, _) = member_with(&firm, "auditor", vec![kept]).await;
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    for asked in [String::new(), site.to_string()] {
        let trial = report::trial_balance(&mut tx, today, today, &asked).await;
        assert!(matches!(trial, Err(Error::Denied)), "“{asked}”");
    }
}

#[tokio::test]
async fn programs_read_the_books_of_a_centre() {
    let (firm, [region, site, _]) = charged_firm().await;
    let today = firm.today().await;
    let program = Program::of(&firm).await;
    for (asked, debit) in [(site.to_string(), "240.00"), (region.to_string(), "243.00"), ("none".to_owned(), "")] {
        let address = format!("/api/v1/reports/trial-balance?from={today}&centre={asked}");
        let trial = program.get(&address).await.assert_ok(&address).json;
        assert_eq!(trial["centre"], asked.as_str());
        if !debit.is_empty() {
            assert_eq!((trial["debit"].as_str(), trial["credit"].as_str()), (Some(debit), Some("400.00")), "{asked}");
        }
        let address = format!("/api/v1/reports/general-ledger?account=sales&from={today}&centre={asked}");
        let ledger = program.get(&address).await.assert_ok(&address).json;
        let credit = if debit.is_empty() { "0.00" } else { "400.00" };
        assert_eq!((&ledger["centre"], ledger["credit"].as_str()), (&trial["centre"], Some(credit)), "{asked}");
    }
    let whole = program.get("/api/v1/reports/trial-balance").await.assert_ok("the whole").json;
    assert!(whole["centre"].is_null(), "{whole}");
}
