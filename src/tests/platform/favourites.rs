//! What members keep at hand: their own, by addresses, and shown as far as they may see it.

use super::permission::member_with;
use crate::platform::favourites;
use crate::record::search::Hit;
use crate::tests::support::{Browser, Firm, record};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

/// Presses the star of a page.
async fn turn(browser: &mut Browser, page: &str) {
    let request = Request::post("/favourites")
        .header("sec-fetch-site", "same-origin")
        .header(header::REFERER, format!("http://diwan.example{page}"));
    let answer = browser.send(request, Body::empty()).await;
    assert_eq!((answer.status, answer.location.as_deref()), (StatusCode::SEE_OTHER, Some(page)));
}

async fn at_hand(firm: &Firm, recent: &str) -> Vec<Hit> {
    favourites::at_hand(&mut firm.tx().await, recent).await.expect("what is at hand").hits
}

#[tokio::test]
async fn a_star_keeps_a_list_or_a_record_until_it_is_pressed_again() {
    let firm = Firm::new().await;
    let (mut browser, mut other) = (Browser::of(&firm).await, Browser::of(&Firm::new().await).await);
    let customer = format!("/customers/{}", firm.customer);
    let pressed = |page: &str| page.contains("id=\"star\"") && page.contains("aria-pressed=\"true\"");
    for page in ["/sales-orders?view=to_deliver", &customer] {
        turn(&mut browser, page).await;
    }
    // Whatever page of the list it is, and whatever was done to the record.
    for page in ["/sales-orders?view=to_deliver&after=x", &format!("{customer}?done=saved")] {
        let pairs: Vec<(String, String)> = page
            .split_once('?')
            .map(|(_, query)| form_urlencoded::parse(query.as_bytes()).into_owned().collect())
            .unwrap_or_default();
        let path = page.split('?').next().unwrap_or_default();
        let address = favourites::address(path, pairs).expect("an address");
        let (_, kept) = favourites::at_a_glance(&mut firm.tx().await, Some(&address)).await.expect("a glance");
        assert_eq!(kept, Some(true), "{page}");
    }
    assert!(pressed(&star_of(&browser.get(&customer).await.body)), "its star is on");
    assert!(!pressed(&star_of(&browser.get("/sales-orders").await.body)), "the list without the view is another");
    let hits = at_hand(&firm, "").await;
    let orders = firm.cx.i18n.records(record("sales_order"));
    assert_eq!((hits.len(), hits[0].id), (2, firm.customer), "the latest first");
    assert!(hits[1].title.starts_with(&orders) && hits[1].hint.as_deref() == Some("/sales-orders?view=to_deliver"));
    let page = browser.get("/search").await.body;
    assert!(
        page.contains(&format!("href=\"{customer}\"")) && page.contains("href=\"/sales-orders?view=to_deliver\""),
        "{page}"
    );
    assert!(!other.get("/search").await.body.contains(&customer), "nobody else's");
    turn(&mut browser, &customer).await;
    assert_eq!(at_hand(&firm, "").await.len(), 1);
}

/// The part of a page that is its star.
fn star_of(page: &str) -> String {
    page.split("action=\"/favourites\"")
        .nth(1)
        .and_then(|rest| rest.split("</form>").next())
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn an_address_holds_nothing_that_somebody_wrote() {
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let query = vec![pair("q", "Salma"), pair("phone", "555"), pair("customer", "Salma"), pair("state", "draft")];
    assert_eq!(favourites::address("/sales-orders", query).as_deref(), Some("/sales-orders?state=draft"));
    for path in ["/", "/trial-balance", "/customers/new", "/customers/import", "/nothing"] {
        assert_eq!(favourites::address(path, Vec::new()), None, "{path}");
    }
}

#[tokio::test]
async fn what_was_opened_last_is_shown_to_whoever_may_see_it() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let item = firm.item("SLATE", "10", 0, "0").await;
    let address = |path: &str, id| format!("/{path}/{id}");
    let recent = [
        address("items", item),
        address("customers", firm.customer),
        address("customers", other.customer),
        "nonsense".to_owned(),
        address("items", item),
    ]
    .join(" ");
    let ids: Vec<_> = at_hand(&firm, &recent).await.into_iter().map(|hit| hit.id).collect();
    assert_eq!(ids, [item, firm.customer], "once, in their order, and none of another company");
    let (nobody, _) = member_with(&firm, "nothing", Vec::new()).await;
    let mut tx = firm.db.begin(&nobody).await.expect("enter");
    assert!(favourites::at_hand(&mut tx, &recent).await.expect("nothing").hits.is_empty());
}
