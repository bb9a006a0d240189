//! Lists are read to their end, what is known is not sent again, and a change is one of a version.

use crate::platform::door;
use crate::record::query::encode;
use crate::tests::api::Program;
use crate::tests::platform::permission::typed;
use crate::tests::support::{Firm, record};
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

// ------------------------------------------------------------------ lists

#[tokio::test]
async fn a_list_is_filtered_ordered_and_read_to_its_end() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    for n in 0..7 {
        let name = json!({"en": format!("Customer {n}"), "ar": ""});
        let phone = if n < 3 { "111" } else { "222" };
        let body = json!({"code": format!("K{n}"), "name": name, "phone": phone, "credit_limit": "1500.25"});
        program.post("/api/v1/customers", body).await.assert_ok("a customer");
    }
    let mut path = "/api/v1/customers?phone=222&sort=-code&limit=3&fields=code,name,credit_limit".to_owned();
    let mut codes = Vec::new();
    loop {
        let page = program.get(&path).await.assert_ok(&path);
        for row in page.json["data"].as_array().expect("rows") {
            let keys: Vec<&str> = row.as_object().expect("a row").keys().map(String::as_str).collect();
            assert_eq!(keys, ["code", "credit_limit", "id", "name", "version"], "{row}");
            assert_eq!(row["credit_limit"], "1500.25");
            codes.push(row["code"].as_str().expect("a code").to_owned());
        }
        let Some(link) = page.header("link") else {
            assert!(page.json["next"].is_null());
            break;
        };
        assert!(link.ends_with("rel=\"next\"") && page.json["next"].is_string(), "{link}");
        path = link.split(['<', '>']).nth(1).expect("an address").to_owned();
    }
    assert_eq!(codes, ["K6", "K5", "K4", "K3"]);
    let found = program.get("/api/v1/customers?q=customer+5&fields=id").await.assert_ok("found");
    assert_eq!(found.json["data"].as_array().map(Vec::len), Some(1), "{}", found.text);
    assert_eq!(found.json["data"][0].as_object().map(Map::len), Some(2), "{}", found.text);
    // A parameter that means nothing loses no filter in silence.
    for (query, id) in [
        ("colour=red", "refuse-api-parameter"),
        ("fields=code,colour", "refuse-api-parameter"),
        ("sort=note", "refuse-api-sort"),
        ("view=none", "refuse-api-parameter"),
        ("limit=0", "refuse-api-limit"),
        ("limit=ten", "refuse-api-limit"),
        ("credit_limit=lots", "refuse-api-filter"),
        ("payment_term=x", "refuse-api-filter"),
    ] {
        let refused = program.get(&format!("/api/v1/customers?{query}")).await;
        refused.assert_problem(StatusCode::BAD_REQUEST, id, query);
    }
    let refused = program.get(&format!("/api/v1/customers/{}?fields=code", firm.customer)).await;
    refused.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-parameter", "parameters of one");
    let source = program.get(&format!("/api/v1/journal-entries?source={}", Uuid::now_v7())).await;
    assert_eq!(source.assert_ok("entries of a document").json["data"], json!([]));
}

#[tokio::test]
async fn f28_a_cursor_holds_where_it_was_given() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let (program, stranger) = (Program::of(&firm).await, Program::of(&other).await);
    for firm in [&program, &stranger] {
        let name = json!({"en": "Second"});
        firm.post("/api/v1/customers", json!({"code": "C2", "name": name})).await.assert_ok("a customer");
    }
    let page = program.get("/api/v1/customers?limit=1").await.assert_ok("a page");
    let next = page.json["next"].as_str().expect("a cursor").to_owned();
    program.get(&format!("/api/v1/customers?after={}", encode(&next))).await.assert_ok("its next page");
    let (body, seal) = next.split_once('.').expect("a seal");
    let forged = format!("{}.{seal}", URL_SAFE_NO_PAD.encode("018f3a00-0000-7000-8000-000000000001ZZZ"));
    for (who, query) in [
        (&stranger, format!("after={}", encode(&next))),
        (&program, format!("sort=name_x&after={}", encode(&next))),
        (&program, format!("sort=-code&after={}", encode(&next))),
        (&program, format!("after={}", encode(&forged))),
        (&program, format!("after={body}.{}", "A".repeat(22))),
        (&program, format!("after={}", "A".repeat(50_000))),
        (&program, "after=%00".to_owned()),
    ] {
        let refused = who.get(&format!("/api/v1/customers?{query}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", &query[..query.len().min(80)]);
    }
    let elsewhere = program.get(&format!("/api/v1/items?after={}", encode(&next))).await;
    elsewhere.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-after", "another list");
}

#[tokio::test]
async fn f29_nobody_gets_more_than_a_page() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    for n in 0..210 {
        let fields = typed(&[("code", &format!("K{n:04}")), ("name.en", "Customer"), ("language", "en")]);
        door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &fields).await.expect("a customer");
    }
    tx.commit().await.expect("commit");
    let program = Program::of(&firm).await;
    for limit in ["200", "201", "1000000000", "99999999999999999999999999"] {
        let page = program.get(&format!("/api/v1/customers?limit={limit}&fields=id")).await.assert_ok(limit);
        assert_eq!(page.json["data"].as_array().map(Vec::len), Some(200), "{limit}");
    }
    let page = program.get("/api/v1/customers?fields=id").await.assert_ok("as it is");
    assert_eq!(page.json["data"].as_array().map(Vec::len), Some(50));
}

// ------------------------------------------------------------------ versions

#[tokio::test]
async fn what_is_known_is_not_sent_again_and_what_has_changed_is() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let one = format!("/api/v1/customers/{}", firm.customer);
    for path in [one.as_str(), "/api/v1/customers"] {
        let first = program.get(path).await.assert_ok(path);
        let etag = first.etag();
        let known = [("if-none-match", etag.as_str())];
        let again = program.send(Method::GET, path, &known, Json::Null).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        assert_eq!(again.etag(), etag);
        let several = format!("\"x\", W/{etag}");
        let again = program.send(Method::GET, path, &[("if-none-match", &several)], Json::Null).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
        let now = program.get(&one).await.etag();
        program.patch(&one, &now, json!({"phone": Uuid::now_v7().to_string()})).await.assert_ok("changed");
        let fresh = program.send(Method::GET, path, &known, Json::Null).await;
        assert_eq!(fresh.status, StatusCode::OK, "{path} after a change");
    }
    // A field of the company makes another answer of the same version.
    let etag = program.get(&one).await.etag();
    let mut tx = firm.tx().await;
    let field = typed(&[("record", "customer"), ("name.en", "Rank"), ("kind", "text"), ("active", "true")]);
    door::save(&mut tx, record("custom_field"), Uuid::now_v7(), 0, &field).await.expect("a field");
    tx.commit().await.expect("commit");
    let fresh = program.send(Method::GET, &one, &[("if-none-match", &etag)], Json::Null).await.assert_ok("fresh");
    assert!(fresh.json.as_object().is_some_and(|fields| fields.contains_key("x_rank")), "{}", fresh.text);
    // The tag of before still says of which version a change is; so does the version alone.
    let changed = program.patch(&one, &etag, json!({"x_rank": "Gold"})).await.assert_ok("changed");
    assert_eq!(changed.json["x_rank"], "Gold");
    let version = format!("\"{}\"", changed.json["version"]);
    program.patch(&one, &version, json!({"x_rank": null})).await.assert_ok("changed again");
    for stale in [version.as_str(), "\"0\"", "\"-1\"", "\"x\"", "0", "\"\""] {
        let refused = program.patch(&one, stale, json!({"phone": "1"})).await;
        refused.assert_problem(StatusCode::PRECONDITION_FAILED, "refuse-api-stale", stale);
    }
    let gone = program.send(Method::DELETE, &one, &[("if-match", &version)], Json::Null).await;
    gone.assert_problem(StatusCode::PRECONDITION_FAILED, "refuse-api-stale", "deleting what has changed");
}

#[tokio::test]
async fn a_change_holds_what_is_different_and_lines_whole() {
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let program = Program::of(&firm).await;
    let one = format!("/api/v1/customers/{}", firm.customer);
    let before = program.get(&one).await.assert_ok("before");
    let changed = program.patch(&one, &before.etag(), json!({"name": {"en": "Gulf Iron"}})).await.assert_ok("renamed");
    assert_eq!(changed.json["name"], json!({"en": "Gulf Iron", "ar": "الخليج للحديد"}));
    assert_eq!(changed.json["language"], before.json["language"]);
    let order = json!({"customer": "C1", "lines": [{"item": "A", "quantity": "1"}, {"item": "A", "quantity": "2"}]});
    let order = program.post("/api/v1/sales-orders", order).await.assert_ok("an order");
    let (path, kept) = (format!("/api/v1/sales-orders/{}", order.json["id"].as_str().unwrap_or_default()), &order.json);
    let second = &kept["lines"][1]["id"];
    let lines = json!({"lines": [{"id": second, "quantity": "5"}, {"item": "A", "quantity": "3"}]});
    let changed = program.patch(&path, &order.etag(), lines).await.assert_ok("other lines");
    let quantities: Vec<&Json> = (0..2_usize).map(|row| &changed.json["lines"][row]["quantity"]).collect();
    assert_eq!(quantities, [&json!("5"), &json!("3")], "{}", changed.text);
    assert_eq!(
        (&changed.json["lines"][0]["id"], &changed.json["lines"][0]["item"]),
        (second, &kept["lines"][1]["item"])
    );
    // A line of nowhere, and one that is said twice.
    for lines in [
        json!([{"id": Uuid::now_v7(), "item": "A", "quantity": "1"}]),
        json!([{"id": second}, {"id": second}]),
        json!([{"id": 7}]),
    ] {
        let refused = program.patch(&path, &changed.etag(), json!({"lines": lines})).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-line", "a line");
    }
    let now = program.get(&path).await.assert_ok("now");
    assert_eq!(now.json, changed.json, "nothing else has changed");
}
