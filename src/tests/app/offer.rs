//! Offers: what a customer does with the link of a quotation, and what the link does not open.

use crate::app::offer::Pace;
use crate::platform::audit;
use crate::platform::document::{Document, Line};
use crate::platform::{link, notifications, page};
use crate::record::audit::AuditQuery;
use crate::record::comments::{About, Told};
use crate::tests::support::{Answer, Browser, Firm, dec, record, refusals};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use uuid::Uuid;

/// A quotation that was sent: two pieces at 100, and as an option one more.
async fn sent(firm: &Firm) -> Document {
    let item = firm.item(&format!("B{}", Uuid::now_v7().simple()), "100", 0, "0").await;
    let line = |quantity: &str| Line::new().with("item", item).with("quantity", dec(quantity));
    let draft = firm.draft("quotation", vec![line("2"), line("1").with("optional", true)]).await;
    firm.act(&draft, "send").await.expect("sent").0
}

/// The path that the seller finds on the form, if there is one.
async fn path_on_form(firm: &Firm, quotation: &Document) -> Option<String> {
    let mut tx = firm.tx().await;
    let page = page::form(&mut tx, quotation.record, Some(quotation.id), &BTreeMap::new(), None).await;
    page.expect("the form").hand_on.map(|hand_on| hand_on.path)
}

fn path_of(firm: &Firm, quotation: &Document) -> String {
    format!("/offer/{}", link::token(firm.cx.tenant, quotation.id))
}

/// Has the last day of a quotation be long ago.
async fn end(firm: &Firm, quotation: &Document) {
    let mut tx = firm.tx().await;
    sqlx::query("update quotation set valid_until = '2020-01-01' where tenant_id = $1 and id = $2")
        .bind(firm.cx.tenant)
        .bind(quotation.id)
        .execute(tx.conn())
        .await
        .expect("its last day");
    tx.commit().await.expect("commit");
}

/// A page that names nothing that belongs to anybody.
fn is_no_offer(answer: &Answer) -> bool {
    answer.status == StatusCode::NOT_FOUND && answer.body.contains("id=\"no-offer\"") && !answer.body.contains("Gulf")
}

#[tokio::test]
async fn a_customer_accepts_a_quotation_with_an_option_and_the_order_has_it() {
    let firm = Firm::new().await;
    let quotation = sent(&firm).await;
    let path = path_on_form(&firm, &quotation).await.expect("a link");
    assert_eq!(path, path_of(&firm, &quotation));
    let number = quotation.number().expect("a number").to_owned();

    // The paper in the customer's language, and in the one that they choose.
    let mut guest = Browser::new().await;
    let shown = guest.get(&path).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.body.contains("lang=\"ar\"") && shown.text().contains("الخليج للحديد"), "{}", shown.text());
    assert!(shown.text().contains("اسمكم"), "customers are addressed as such");
    assert_eq!(shown.headers["x-robots-tag"], "noindex, nofollow");
    assert_eq!(shown.headers[header::CACHE_CONTROL], "private, no-store");
    guest.post("/preferences", &[("language", "en")]).await;
    let shown = guest.get(&path).await;
    let text = shown.text();
    assert!(text.contains(&number) && text.contains("Gulf Steel") && text.contains("230.00"), "{text}");
    let option = quotation.lines[1].id;
    assert!(shown.body.contains(&format!("take-{option}")), "the option can be ticked");
    assert!(!shown.body.contains(&format!("take-{}", quotation.lines[0].id)), "what is no option cannot");

    let refused = guest.post(&path, &[("_do", "accept"), ("name", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("you must give your name"), "{}", refused.text());
    assert_eq!(firm.load(&quotation).await.state(), Some("sent"));

    let take = format!("take-{option}");
    let accepted = guest.post(&path, &[("_do", "accept"), ("name", "Omar Said"), (take.as_str(), "true")]).await;
    assert_eq!((accepted.status, accepted.location.as_deref()), (StatusCode::SEE_OTHER, Some(path.as_str())));
    let after = guest.get(&path).await.text();
    assert!(after.contains("Omar Said has accepted this offer.") && after.contains("345.00"), "{after}");
    let quotation = firm.load(&quotation).await;
    assert_eq!((quotation.state(), quotation.text("signed_by")), (Some("accepted"), Some("Omar Said")));
    assert_eq!((quotation.minor("net"), quotation.minor("tax"), quotation.minor("total")), (30_000, 4_500, 34_500));

    // Once.
    let again = guest.post(&path, &[("_do", "decline"), ("name", "Omar")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("answered already"), "{}", again.text());
    assert_eq!(firm.load(&quotation).await.state(), Some("accepted"));
    assert_eq!(path_on_form(&firm, &quotation).await, None, "nothing is left to answer");

    // The audit has who it was, and no member.
    let mut tx = firm.tx().await;
    let query = AuditQuery { record: "quotation".to_owned(), action: "accept".to_owned(), ..AuditQuery::default() };
    let log = audit::page(&mut tx, query).await.expect("the log");
    let [entry] = &log.entries[..] else { panic!("{:?}", log.entries) };
    assert_eq!((entry.member.as_str(), entry.record_id), ("", quotation.id));
    let signed = ("signed_by".to_owned(), None, Some("Omar Said".to_owned()));
    assert!(entry.changes.contains(&signed), "{:?}", entry.changes);
    // Whoever made the quotation is told.
    let told = notifications::page(&mut tx, None).await.expect("notifications").lines;
    assert_eq!(told.iter().map(|line| line.told).collect::<Vec<_>>(), [Told::Reply]);
    assert_eq!(told[0].about, About::Comment("quotation".to_owned(), number, Vec::new()));
    let opens = notifications::open(&mut tx, told[0].id).await.expect("an address");
    assert_eq!(opens, format!("/quotations/{}", quotation.id));
    drop(tx);

    let order = firm.made(&quotation, "order").await;
    assert_eq!((order.lines.len(), order.minor("total")), (2, 34_500));
    assert_eq!(refusals(firm.act(&quotation, "order").await), ["refuse-ordered-already"]);
    firm.act(&order, "cancel").await.expect("cancelled");
    firm.made(&quotation, "order").await;
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_customer_declines_and_says_why() {
    let firm = Firm::new().await;
    let quotation = sent(&firm).await;
    let path = path_of(&firm, &quotation);
    let mut guest = Browser::new().await;
    let answer = [("_do", "decline"), ("name", "Omar Said"), ("reason", "Too late for us")];
    assert_eq!(guest.post(&path, &answer).await.status, StatusCode::SEE_OTHER);
    let quotation = firm.load(&quotation).await;
    assert_eq!((quotation.state(), quotation.text("reason")), (Some("rejected"), Some("Too late for us")));
    assert_eq!((quotation.text("signed_by"), quotation.minor("total")), (Some("Omar Said"), 23_000));
    guest.post("/preferences", &[("language", "en")]).await;
    assert!(guest.get(&path).await.text().contains("Omar Said has declined this offer."));
}

#[tokio::test]
async fn options_come_into_an_order_when_they_are_chosen() {
    let firm = Firm::new().await;
    let quotation = sent(&firm).await;
    let without = firm.made(&quotation, "order").await;
    assert_eq!((without.lines.len(), without.minor("total")), (1, 23_000));
    let with = firm.made(&sent(&firm).await, "order_all").await;
    assert_eq!((with.lines.len(), with.minor("total")), (2, 34_500));
    // Nothing but options: one of them must be wanted.
    let item = firm.item("ONLY", "100", 0, "0").await;
    let line = Line::new().with("item", item).with("quantity", dec("1")).with("optional", true);
    let draft = firm.draft("quotation", vec![line]).await;
    let (quotation, _) = firm.act(&draft, "send").await.expect("sent");
    let path = path_of(&firm, &quotation);
    let mut guest = Browser::new().await;
    guest.post("/preferences", &[("language", "en")]).await;
    let refused = guest.post(&path, &[("_do", "accept"), ("name", "Omar")]).await;
    assert!(refused.text().contains("you must tick at least one"), "{}", refused.text());
    let take = format!("take-{}", quotation.lines[0].id);
    let accepted = guest.post(&path, &[("_do", "accept"), ("name", "Omar"), (take.as_str(), "true")]).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
    assert_eq!(firm.load(&quotation).await.minor("total"), 11_500);
}

#[tokio::test]
async fn what_is_over_is_refused_with_a_sentence_and_found_no_more() {
    let firm = Firm::new().await;
    let (late, replaced) = (sent(&firm).await, sent(&firm).await);
    end(&firm, &late).await;
    let next = firm.made(&replaced, "revise").await;
    let expired = firm.act(&sent(&firm).await, "expire").await.expect("expired").0;
    let mut guest = Browser::new().await;
    for (quotation, sentence) in [
        (&late, "The last day of this offer has passed."),
        (&replaced, "There is a newer revision of this offer."),
        (&expired, "The last day of this offer has passed."),
    ] {
        let path = path_of(&firm, quotation);
        assert!(is_no_offer(&guest.get(&path).await), "{sentence}");
        let before = firm.load(quotation).await;
        let refused = guest.post(&path, &[("_do", "accept"), ("name", "Omar")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert!(refused.text().contains(sentence), "{}", refused.text());
        let after = firm.load(quotation).await;
        assert_eq!((after.state(), after.version), (before.state(), before.version));
        assert_eq!(path_on_form(&firm, quotation).await, None);
    }
    // The newer one has a link of its own, when it is sent.
    assert_eq!(path_on_form(&firm, &next).await, None);
    assert!(is_no_offer(&guest.get(&path_of(&firm, &next)).await), "a draft is nobody's business");
    let (next, _) = firm.act(&next, "send").await.expect("sent");
    assert_eq!(guest.get(&path_on_form(&firm, &next).await.expect("a link")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_opens_one_quotation_and_whatever_else_is_tried_looks_alike() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let (quotation, draft) = (sent(&firm).await, firm.draft("quotation", Vec::new()).await);
    let item = firm.item("SECRET", "10", 0, "0").await;
    let invoice = firm.invoice(&[(item, 1)]).await;
    let mut guest = Browser::new().await;
    let token = |tenant: Uuid, id: Uuid| link::token(tenant, id);
    let (tenant, right) = (firm.cx.tenant, token(firm.cx.tenant, quotation.id));
    // As long as a token, and one that differs by a single digit.
    let near = format!("{}{}", if right.starts_with('0') { "1" } else { "0" }, &right[1..]);
    let tries = [
        "x".to_owned(),
        "0".repeat(64),
        near,
        right.to_uppercase(),
        quotation.id.to_string(),
        token(tenant, draft.id),
        token(tenant, invoice.id),
        token(other.cx.tenant, quotation.id),
        token(tenant, Uuid::now_v7()),
    ];
    for tried in tries.iter().filter(|tried| **tried != right) {
        for answer in [
            guest.get(&format!("/offer/{tried}")).await,
            guest.post(&format!("/offer/{tried}"), &[("_do", "accept"), ("name", "Omar")]).await,
        ] {
            assert!(is_no_offer(&answer), "{tried}: {} {}", answer.status, answer.text());
            assert_eq!(answer.headers["x-robots-tag"], "noindex, nofollow");
        }
    }
    assert_eq!(firm.load(&quotation).await.state(), Some("sent"));
    // Being signed in elsewhere opens nothing more, and what the link opens is not theirs beyond its page.
    let mut stranger = Browser::of(&other).await;
    assert_eq!(stranger.get(&format!("/offer/{right}")).await.status, StatusCode::OK);
    assert_eq!(stranger.get(&format!("/quotations/{}", quotation.id)).await.status, StatusCode::NOT_FOUND);
    // Only a page of ours answers.
    let form = || Body::from("_do=accept&name=Omar");
    for site in [None, Some("cross-site"), Some("same-site")] {
        let request =
            Request::post(format!("/offer/{right}")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = site.into_iter().fold(request, |request, site| request.header("sec-fetch-site", site));
        assert_eq!(guest.send(request, form()).await.status, StatusCode::FORBIDDEN, "{site:?}");
    }
    assert_eq!(firm.load(&quotation).await.state(), Some("sent"));
}

/// The hash that a token is kept by says nothing of the token, and the application cannot look through the links.
#[tokio::test]
async fn the_database_knows_links_by_their_hashes() {
    let firm = Firm::new().await;
    let quotation = sent(&firm).await;
    let token = link::token(firm.cx.tenant, quotation.id);
    assert_eq!(link::find(&firm.db, &token).await.expect("found"), Some((firm.cx.tenant, quotation.id)));
    let error = sqlx::query("select hash from auth.links").fetch_all(firm.db.people()).await.expect_err("refused");
    assert!(error.to_string().contains("permission denied"), "{error}");
    // A hash is no token.
    let hash = hex::encode(Sha256::digest(&token));
    assert_eq!(link::find(&firm.db, &hash).await.expect("asked"), None);
    assert_eq!(record("quotation").action("accept").map(|action| action.internal), Some(true));
}

#[tokio::test]
async fn the_paper_of_a_quotation_offers_a_letter_with_the_link() {
    let firm = Firm::new().await;
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("email", "buyer@gulf.example")]).await.expect("an address");
    let quotation = sent(&firm).await;
    let mut browser = Browser::of(&firm).await;
    let paper = browser.get(&format!("/quotations/{}/print?language=en", quotation.id)).await;
    let link = format!("http:%2F%2Fdiwan.example{}", path_of(&firm, &quotation).replace('/', "%2F"));
    let letter = paper.body.split("href=\"mailto:").nth(1).and_then(|rest| rest.split('"').next()).expect("a letter");
    assert!(letter.starts_with("buyer%40gulf.example?subject=Quotation%20QT-"), "{letter}");
    assert!(letter.contains(&link), "{letter} has no {link}");
    assert!(!letter.contains("%E2%81%A8"), "no hidden marks: {letter}");
}

#[test]
fn who_asks_too_often_waits() {
    let pace = Pace::new(NonZeroU32::new(3).expect("three"));
    let (one, other) = (Some(IpAddr::from([192u8, 0, 2, 1])), Some(IpAddr::from([192u8, 0, 2, 2])));
    assert!((0..3).all(|_| pace.allows(one)));
    assert!(!pace.allows(one), "the fourth in a minute");
    assert!(pace.allows(other) && pace.allows(None), "nobody waits for somebody else");
}
