//! What is kept in memory is never old, and never another's.

use crate::platform::config::Rates;
use crate::platform::door::Typed;
use crate::platform::tenancy::Db;
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::{member_with, right};
use crate::tests::support::{Firm, app_url, web_over};
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What an answer came by.
fn memory(reply: &Reply) -> &str {
    reply.header("cache-status").unwrap_or_default()
}

const LIST: &str = "/api/v1/customers?fields=code,phone&sort=code";

#[tokio::test]
async fn what_was_read_before_is_kept_until_something_changes() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let one = format!("/api/v1/customers/{}", firm.customer);
    for path in [LIST, one.as_str()] {
        let first = program.get(path).await.assert_ok(path);
        let again = program.get(path).await.assert_ok(path);
        assert_eq!((memory(&first), memory(&again)), ("Diwan; fwd=miss", "Diwan; hit"), "{path}");
        assert_eq!((&first.json, first.etag()), (&again.json, again.etag()), "{path}");
    }
    // After a write of one's own there is nothing old, wherever one looks.
    let etag = program.get(&one).await.etag();
    program.patch(&one, &etag, json!({"phone": "NEW-1"})).await.assert_ok("a change");
    for path in [LIST, one.as_str()] {
        let now = program.get(path).await.assert_ok(path);
        assert_eq!(memory(&now), "Diwan; fwd=stale", "{path}");
        assert!(now.text.contains("NEW-1"), "{path}: {}", now.text);
    }
    // Known to the program and to us: nothing is sent, nothing is read.
    let etag = program.get(LIST).await.etag();
    let known = program.send(Method::GET, LIST, &[("if-none-match", &etag)], Json::Null).await;
    assert_eq!((known.status, memory(&known)), (StatusCode::NOT_MODIFIED, "Diwan; hit"));
    // What has been refused is refused again, and kept nowhere.
    let nobody = format!("/api/v1/customers/{}", Uuid::now_v7());
    assert_eq!(program.get(&nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(program.get(&nobody).await.status, StatusCode::NOT_FOUND);
    // When a token was last used is written nowhere else: it is always read.
    let tokens = program.get("/api/v1/api-tokens").await.assert_ok("tokens");
    assert_eq!(memory(&tokens), "");
}

#[tokio::test]
async fn two_nodes_stay_right() {
    let firm = Firm::new().await;
    let mut nodes = Vec::new();
    for _ in 0..2 {
        let db = Db::connect(&app_url().await, 4).await.expect("a node of its own");
        nodes.push(Program::of(&firm).await.on(web_over(db, Rates::default())));
    }
    let [here, there] = nodes.as_slice() else { panic!("two nodes") };
    let one = format!("/api/v1/customers/{}", firm.customer);
    for n in 0..5 {
        let phone = format!("PHONE-{n}");
        for node in [here, there] {
            node.get(LIST).await.assert_ok("a list");
            assert_eq!(memory(&node.get(LIST).await), "Diwan; hit");
        }
        let (writer, reader) = if n % 2 == 0 { (here, there) } else { (there, here) };
        writer.patch(&one, "*", json!({ "phone": phone.as_str() })).await.assert_ok("a change");
        for node in [reader, writer] {
            let now = node.get(LIST).await.assert_ok("a list");
            assert!(now.text.contains(&phone), "{n}: {}", now.text);
            assert!(node.get(&one).await.text.contains(&phone), "{n}");
        }
    }
    // What is done by a posting, and not to the record itself, is seen as well.
    let item = firm.item("GOODS", "10", 10, "1").await;
    let order = firm.order(&[(item, 2)]).await;
    let order = firm.made(&order, "deliver").await;
    let path = "/api/v1/sales-orders?fields=state";
    there.get(path).await.assert_ok("orders");
    firm.post(&order).await;
    assert!(there.get(path).await.text.contains("delivered"), "{}", there.get(path).await.text);
}

#[tokio::test]
async fn f43_nobody_is_told_what_is_kept_for_others() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let owner = Program::of(&firm).await;
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let seeing = right("customer", None, &[("sees", "true"), ("reach", "all")]);
    let (member, _) = member_with(&firm, "nothing", vec![seeing, hide]).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "SECRET-1")]).await.expect("saved");
    let path = "/api/v1/customers";
    assert!(owner.get(path).await.assert_ok("the owner's").text.contains("SECRET-1"));
    assert_eq!(memory(&owner.get(path).await), "Diwan; hit");
    let clerk = owner.beside_of(&firm, &member).await;
    for _ in 0..2 {
        let told = clerk.get(path).await.assert_ok("the clerk's");
        assert!(!told.text.contains("SECRET-1"), "{}", told.text);
    }
    let stranger = owner.beside_of(&other, &other.cx).await;
    assert!(!stranger.get(path).await.assert_ok("another company's").text.contains("SECRET-1"));
    // Rights that change count at once, though no customer has changed.
    let role = firm.document("role", firm.document("member", member.user).await.link("role").expect("a role")).await;
    let none = Typed { fields: BTreeMap::new(), lines: Some(Vec::new()) };
    firm.save(&role, &none).await.expect("nothing any more");
    let denied = clerk.get(path).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN, "{}", denied.text);
}
