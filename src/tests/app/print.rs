//! Documents on paper, as browsers get them.

use crate::platform::document::Document;
use crate::tests::support::{Answer, Browser, Firm};
use axum::http::StatusCode;

/// The address of a paper.
fn address(document: &Document) -> String {
    format!("/{}/{}/print", document.record.path, document.id)
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
