//! Documents on paper, as browsers get them.

use crate::platform::document::{Document, Line};
use crate::record::Names;
use crate::tests::support::{Answer, Browser, Firm, code, dec};
use axum::http::StatusCode;

/// The address of a paper.
fn address(document: &Document) -> String {
    format!("/{}/{}/print", document.record.path, document.id)
}

/// A document on paper, in English.
async fn paper(browser: &mut Browser, document: &Document) -> Answer {
    let answer = browser.get(&format!("{}?language=en", address(document))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer
}

/// What a paper is marked with.
fn stamp(answer: &Answer) -> Option<&str> {
    let mark = answer.body.split("class=\"stamp\">").nth(1)?;
    mark.split('<').next()
}

/// Whether the whole page is in this language.
fn speaks(answer: &Answer, language: &str, direction: &str) -> bool {
    let root = answer.body.split("<html").nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default();
    root.contains(&format!("lang=\"{language}\"")) && root.contains(&format!("dir=\"{direction}\""))
}

#[tokio::test]
async fn paper_speaks_the_language_of_its_customer_unless_another_is_asked_for() {
    let firm = Firm::new().await;
    let item = firm.item("A", "1000", 0, "0").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    let path = address(&invoice);
    let mut browser = Browser::of(&firm).await;
    let (arabic, english) = (("ar", "rtl"), ("en", "ltr"));
    let statement = format!("/statement/print?customer={}", firm.customer);
    for (address, (language, direction), name) in [
        (path.clone(), arabic, "الخليج للحديد"),
        (format!("{path}?language=en"), english, "Gulf Steel"),
        (format!("{path}?language=xx"), arabic, "الخليج للحديد"),
        (statement.clone(), arabic, "الخليج للحديد"),
        (format!("{statement}&language=en"), english, "Gulf Steel"),
    ] {
        let answer = browser.get(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert!(speaks(&answer, language, direction) && answer.text().contains(name), "{address}: {}", answer.text());
    }
    // A page that is not there is told to its reader.
    let gone = browser.get(&format!("/sales-invoices/{}/print", firm.customer)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(speaks(&gone, "en", "ltr"));

    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("language", "en")]).await.expect("saved");
    browser.post("/preferences", &[("language", "ar"), ("digits", "arab")]).await;
    let answer = browser.get(&path).await;
    assert!(speaks(&answer, "en", "ltr"), "{}", answer.text());
    // Digits of the reader stand where the customer reads them.
    assert!(answer.text().contains("1,150.00"), "{}", answer.text());
    let answer = browser.get(&format!("{path}?language=ar")).await;
    assert!(speaks(&answer, "ar", "rtl") && answer.text().contains("١٬١٥٠٫٠٠"), "{}", answer.text());
}

#[tokio::test]
async fn each_revision_of_a_quotation_says_which_it_is() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let line = Line::new().with("item", item).with("quantity", dec("1"));
    let first = firm.draft("quotation", vec![line]).await;
    let (first, _) = firm.act(&first, "send").await.expect("sent");
    let second = firm.made(&first, "revise").await;
    let (second, _) = firm.act(&second, "send").await.expect("sent");
    assert_eq!(first.number(), second.number());
    let number = first.number().expect("a number").to_owned();
    let mut browser = Browser::of(&firm).await;
    let before = paper(&mut browser, &first).await.text();
    assert!(before.contains(&number) && !before.contains("Revision"), "{before}");
    let after = paper(&mut browser, &second).await.text();
    assert!(after.contains(&number) && after.contains("Revision 1"), "{after}");
    let arabic = browser.get(&address(&second)).await.text();
    assert!(arabic.contains("رقم النسخة 1"), "{arabic}");
}

#[tokio::test]
async fn paper_names_the_document_that_it_goes_back_to() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 5, "60").await;
    let order = firm.load(&firm.order(&[(item, 5)]).await).await;
    let delivery = firm.post(&firm.made(&order, "deliver").await).await;
    let invoice = firm.post(&firm.made(&order, "invoice").await).await;
    let note = firm.made(&invoice, "credit").await;
    let back = firm.made(&delivery, "return").await;
    let mut browser = Browser::of(&firm).await;
    for (document, label, source) in [
        (&delivery, "Sales order", &order),
        (&invoice, "Sales order", &order),
        (&back, "Sales order", &order),
        (&back, "Return of", &delivery),
        (&note, "Invoice", &invoice),
    ] {
        let text = paper(&mut browser, document).await.text();
        let number = source.number().expect("a number");
        let said = format!("{label}{number}");
        assert!(text.contains(&said), "the {} says no {said}: {text}", document.record.name);
    }
}

/// Where goods lie is for whoever fetches them, and nothing that customers are told.
#[tokio::test]
async fn a_delivery_note_names_no_bins() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let names = Names::new("Rack seven", "الرف السابع");
    let fill = |bin: Document| bin.with("code", "BIN").with("name", names).with("parent", firm.main);
    let bin = firm.insert("warehouse", fill).await.expect("a bin").id;
    let line = Line::new().with("item", item).with("quantity", dec("1")).with("bin", bin);
    let delivery = firm.draft("delivery", vec![line]).await;
    let mut browser = Browser::of(&firm).await;
    let text = paper(&mut browser, &delivery).await.text();
    assert!(text.contains("Item A") && !text.contains("Rack seven"), "{text}");
    let form = browser.get(&format!("/deliveries/{}", delivery.id)).await;
    assert!(form.body.contains("Rack seven"), "the store sees it on the form: {}", form.body);
}

#[tokio::test]
async fn drafts_and_what_went_aside_are_marked() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 9, "60").await;
    let line = || Line::new().with("item", item).with("quantity", dec("1"));
    let mut browser = Browser::of(&firm).await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    for (draft, mark) in [
        (firm.draft("quotation", vec![line()]).await, "Draft"),
        (firm.draft("sales_order", vec![line()]).await, "Draft"),
        (firm.draft("delivery", vec![line()]).await, "Draft"),
        (firm.draft("sales_invoice", vec![line()]).await, "Draft – not a tax invoice"),
        (firm.made(&invoice, "credit").await, "Draft – not a tax invoice"),
    ] {
        let answer = paper(&mut browser, &draft).await;
        assert_eq!(stamp(&answer), Some(mark), "a {}: {}", draft.record.name, answer.text());
        // On every sheet, by way of the style.
        assert!(answer.body.contains(&format!("data-stamp=\"{mark}\"")), "a {}", draft.record.name);
        let arabic = browser.get(&address(&draft)).await;
        assert!(stamp(&arabic).is_some_and(|mark| mark.starts_with("مسودة")), "{}", arabic.text());
    }
    let order = firm.order(&[(item, 1)]).await;
    for (document, mark) in [(&invoice, None), (&order, None)] {
        let answer = paper(&mut browser, document).await;
        assert_eq!(stamp(&answer), mark, "{}", answer.text());
        assert!(!answer.body.contains("data-stamp"), "a {}", document.record.name);
    }
    firm.act(&order, "cancel").await.expect("cancelled");
    let (quotation, _) = firm.act(&firm.draft("quotation", vec![line()]).await, "send").await.expect("sent");
    assert_eq!(stamp(&paper(&mut browser, &quotation).await), None);
    firm.act(&quotation, "revise").await.expect("revised");
    for (document, mark) in [(&order, "Cancelled"), (&quotation, "Superseded")] {
        let answer = paper(&mut browser, document).await;
        assert_eq!(stamp(&answer), Some(mark), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_invoice_is_a_tax_invoice_of_those_who_are_registered() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    let made = firm.made(&invoice, "credit").await;
    let note = firm.post(&made).await;
    let draft = firm.draft("sales_invoice", vec![Line::new().with("item", item)]).await;
    let mut browser = Browser::of(&firm).await;
    let plain = paper(&mut browser, &invoice).await.text();
    assert!(plain.contains("Sales invoice") && !plain.contains("ax invoice"), "{plain}");

    let company = firm.document("company", firm.cx.tenant).await;
    firm.change(&company, &[("tax_number", "310000000000003")]).await.expect("a number");
    let simplified = paper(&mut browser, &invoice).await.text();
    assert!(simplified.contains("Simplified tax invoice"), "{simplified}");
    assert!(simplified.contains("Our VAT number310000000000003"), "{simplified}");
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("tax_number", "320000000000003")]).await.expect("a number");
    let full = paper(&mut browser, &invoice).await.text();
    assert!(full.contains("Tax invoice") && !full.contains("Simplified"), "{full}");
    assert!(full.contains("VAT number 320000000000003"), "{full}");
    assert!(paper(&mut browser, &note).await.text().contains("Tax credit note"));
    assert!(browser.get(&address(&invoice)).await.text().contains("فاتورة ضريبية"));
    // What is not posted is not called so.
    let text = paper(&mut browser, &draft).await.text();
    assert!(text.contains("Sales invoice") && !text.contains("Tax invoice"), "{text}");
}

#[tokio::test]
async fn an_invoice_tells_its_tax_by_rate_and_the_day_of_supply() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 5, "60").await;
    let zero = code(&mut firm.tx().await, "tax_code", "ZERO").await;
    let line = |quantity: &str| Line::new().with("item", item).with("quantity", dec(quantity));
    let lines = vec![line("2"), line("1").with("tax_code", zero)];
    let order = firm.draft("sales_order", lines).await;
    let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
    let delivery = firm.made(&order, "deliver").await;
    let delivery = firm.post(&delivery).await;
    let invoice = firm.made(&order, "invoice").await;
    let invoice = firm.post(&invoice).await;
    let mut browser = Browser::of(&firm).await;
    let supplied = format!("Date of supply{}", firm.cx.i18n.date(delivery.date()));
    let text = paper(&mut browser, &invoice).await.text();
    for words in ["VAT 15%200.0030.00", "Zero-rated (exports)100.000.00", supplied.as_str()] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // With other rates than it was posted at, the parts would not be those of the invoice.
    let mut tx = firm.tx().await;
    sqlx::query("update tax_code set rate = 20 where tenant_id = $1 and code = 'VAT15'")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("another rate");
    tx.commit().await.expect("commit");
    let text = paper(&mut browser, &invoice).await.text();
    assert!(!text.contains("VAT by rate") && text.contains("330.00"), "{text}");
}

#[tokio::test]
async fn tax_in_another_currency_stands_in_that_of_the_company_too() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "0").await;
    firm.rate("KWD", "12.2").await;
    let fill = |invoice: Document| {
        let invoice = invoice.with("currency", "KWD").with("total", 0);
        Document { lines: vec![Line::new().with("item", item).with("quantity", dec("1"))], ..invoice }
    };
    let invoice = firm.post(&firm.insert("sales_invoice", fill).await.expect("an invoice")).await;
    // 1.500 dinars at 12.2.
    let mut browser = Browser::of(&firm).await;
    let text = paper(&mut browser, &invoice).await.text();
    assert!(text.contains("VAT in SAR18.30"), "{text}");
}
