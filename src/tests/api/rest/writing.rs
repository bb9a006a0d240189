//! What a body may hold, what is done once, what is done together.

use super::customers;
use crate::platform::once;
use crate::platform::tenancy::Cx;
use crate::tests::api::Program;
use crate::tests::platform::permission::{admin, everything, member_with, right};
use crate::tests::support::Firm;
use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use serde_json::{Value as Json, json};
use uuid::Uuid;

// ------------------------------------------------------------------ what is wrong in a body

#[tokio::test]
async fn f40_nothing_in_a_body_is_taken_or_left_out_in_silence() {
    let firm = Firm::new().await;
    firm.item("A", "10", 0, "0").await;
    let program = Program::of(&firm).await;
    let lines = json!([{"item": "A", "quantity": "1"}]);
    for (field, value, id) in [
        ("tenant_id", json!(Uuid::now_v7()), "refuse-api-field"),
        ("role", json!("owner"), "refuse-api-field"),
        ("status", json!("confirmed"), "refuse-api-field"),
        ("version", json!(7), "refuse-api-field"),
        ("created_by", json!(Uuid::now_v7()), "refuse-api-field"),
        ("state", json!("confirmed"), "refuse-api-computed"),
        ("total", json!("0.01"), "refuse-api-computed"),
        ("number", json!("SO-1"), "refuse-api-computed"),
        ("credit_released", json!(true), "refuse-api-computed"),
        ("date", json!("18/11/2026"), "fault-not-date"),
        ("date", json!(20261118), "refuse-api-kind"),
        ("currency", json!("sar"), "fault-not-choice"),
        ("customer", json!("nobody"), "fault-not-link"),
        ("customer", json!({"code": "C1"}), "refuse-api-kind"),
        ("note", json!("a\u{0}b"), "fault-control-character"),
        ("note", json!(["x"]), "refuse-api-kind"),
        ("id", json!("mine"), "refuse-api-uuid"),
    ] {
        let mut body = json!({"customer": "C1", "lines": lines});
        body[field] = value;
        let refused = program.post("/api/v1/sales-orders", body).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
        assert!(refused.errors().contains(&(field.to_owned(), id.to_owned())), "{field}: {}", refused.text);
    }
    for (field, value, id) in [
        ("net", json!("1"), "refuse-api-computed"),
        ("delivered", json!("1"), "refuse-api-computed"),
        ("parent", json!(Uuid::now_v7()), "refuse-api-field"),
        ("quantity", json!(1), "refuse-api-kind"),
        ("quantity", json!("1,000"), "fault-not-number"),
        ("quantity", json!("٣"), "fault-not-number"),
        ("quantity", json!("1e3"), "fault-not-number"),
        ("price", json!("0.1234567"), "fault-too-many-decimals"),
        ("item", json!(null), "fault-required"),
    ] {
        let mut line = json!({"item": "A", "quantity": "1"});
        line[field] = value;
        let refused = program.post("/api/v1/sales-orders", json!({"customer": "C1", "lines": [line]})).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
        let place = format!("lines[0].{field}");
        assert!(refused.errors().contains(&(place, id.to_owned())), "{field}: {}", refused.text);
    }
    let one = format!("/api/v1/customers/{}", firm.customer);
    for body in [json!({"lines": "none"}), json!({"lines": [1]}), json!({"name": {"fr": "x"}}), json!({"name": "x"})] {
        let refused = program.patch(&one, "*", body.clone()).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-kind", &body.to_string());
    }
    let refused = program.patch(&one, "*", json!({"id": Uuid::now_v7()})).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-computed", "another id");
    let refused = program.send(Method::DELETE, &one, &[], json!({"code": "C1"})).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-field", "a body where none is taken");
    let orders = program.get("/api/v1/sales-orders").await.assert_ok("orders");
    assert_eq!(orders.json["data"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn a_document_without_a_date_is_asked_for_one_in_any_currency() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    for path in ["customer-payments", "sales-invoices", "sales-orders", "quotations"] {
        let body = json!({"customer": firm.customer, "currency": "MAD", "date": null});
        let refused = program.post(&format!("/api/v1/{path}"), body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", refused.text);
        let errors = refused.errors();
        assert!(errors.contains(&("date".to_owned(), "fault-required".to_owned())), "{path}: {errors:?}");
    }
}

#[tokio::test]
async fn a_batch_with_a_method_that_is_none_is_refused_as_a_whole() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let list = json!({"method": "GET", "path": "/api/v1/customers"});
    for method in ["PUT", "get", "", "__not_in_enum__"] {
        let other = json!({"method": method, "path": "/api/v1/customers"});
        let refused = program.post("/api/v1/batch", json!({"operations": [list, other]})).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-batch", method);
    }
}

#[tokio::test]
async fn nobody_makes_another_of_what_there_is_once() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    for path in ["/api/v1/company-details", "/api/v1/company-details?sort=name"] {
        program.post(path, json!({})).await.assert_problem(StatusCode::FORBIDDEN, "error-denied", path);
    }
}

// ------------------------------------------------------------------ once

#[tokio::test]
async fn f19_fifty_posts_under_one_key_are_one_record() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let before = customers(&firm).await;
    let body = json!({"code": "ONCE", "name": {"en": "Only once"}});
    let posts = (0..50).map(|_| program.post_once("/api/v1/customers", "the key", body.clone()));
    let replies = join_all(posts).await;
    let first = replies[0].clone().assert_ok("the first");
    for reply in &replies {
        assert_eq!((reply.status, &reply.text), (StatusCode::CREATED, &first.text));
        assert_eq!((reply.header("etag"), reply.header("location")), (first.header("etag"), first.header("location")));
    }
    assert_eq!(customers(&firm).await, before + 1);
    // The same without a key, by an id of the client's own.
    let id = Uuid::now_v7();
    let body = json!({"id": id, "code": "MINE", "name": {"en": "My own"}});
    let posts = (0..20).map(|_| program.post("/api/v1/customers", body.clone()));
    for reply in join_all(posts).await {
        assert_eq!((reply.status, &reply.json["id"]), (StatusCode::CREATED, &json!(id)), "{}", reply.text);
    }
    assert_eq!(customers(&firm).await, before + 2);
    let other = json!({"id": id, "code": "OTHER", "name": {"en": "Another"}});
    let refused = program.post("/api/v1/customers", other).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-saved-already", "another under the same id");
}

#[tokio::test]
async fn f20_a_key_stands_for_one_request() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let post = async |key: &str, code: &str| {
        program.post_once("/api/v1/customers", key, json!({"code": code, "name": {"en": "X"}})).await
    };
    let first = post("k", "K1").await.assert_ok("the first");
    let before = customers(&firm).await;
    let other = post("k", "K2").await;
    other.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-key-reused", "another body");
    let one = first.header("location").expect("a location").to_owned();
    let headers = [("if-match", "*"), ("idempotency-key", "k")];
    let elsewhere = program.send(Method::PATCH, &one, &headers, json!({"code": "K1", "name": {"en": "X"}})).await;
    elsewhere.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-key-reused", "another address");
    assert_eq!(customers(&firm).await, before);
    // What was refused has used nothing up, and another program has keys of its own.
    let refused = program.post_once("/api/v1/customers", "again", json!({"code": "K3"})).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "fault-required", "without a name");
    post("again", "K3").await.assert_ok("mended");
    let second = program.beside(&firm).await;
    let theirs = json!({"code": "K4", "name": {"en": "X"}});
    second.post_once("/api/v1/customers", "k", theirs).await.assert_ok("a key of another program");
    let long = "x".repeat(256);
    for key in ["", " ", long.as_str()] {
        let refused = program.post_once("/api/v1/customers", key, json!({"code": "K5"})).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{key:?}: {}", refused.text);
    }
    // Changes and deletions are done once, too.
    let headers = [("if-match", "*"), ("idempotency-key", "change")];
    let change = async || program.send(Method::PATCH, &one, &headers, json!({"phone": "1"})).await.assert_ok("changed");
    assert_eq!(change().await.text, change().await.text);
    let delete = async || program.send(Method::DELETE, &one, &[("idempotency-key", "gone")], Json::Null).await;
    assert_eq!((delete().await.status, delete().await.status), (StatusCode::NO_CONTENT, StatusCode::NO_CONTENT));
}

#[tokio::test]
async fn what_was_answered_before_tells_no_more_than_may_be_seen_now() {
    let firm = Firm::new().await;
    let (member, _) = member_with(&firm, "nothing", vec![everything("customer", "all")]).await;
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let (narrow, _) = member_with(&firm, "nothing", vec![everything("customer", "all"), hide]).await;
    let (blind, _) = member_with(&firm, "nothing", vec![everything("item", "all")]).await;
    let program = Program::with(&firm, &member, "write", &[]).await;
    let body = |code: &str| json!({"code": code, "name": {"en": "X"}, "phone": "SECRET"});
    let alone = async || program.post_once("/api/v1/customers", "alone", body("A")).await;
    let part = json!({"method": "POST", "path": "/api/v1/customers", "body": body("B")});
    let look = json!({"method": "GET", "path": "/api/v1/customers?code=A"});
    let batch = json!({"atomic": true, "operations": [part, look]});
    let together = async || program.post_once("/api/v1/batch", "together", batch.clone()).await;
    for reply in [alone().await, together().await, alone().await, together().await] {
        assert!(reply.assert_ok("at first").text.contains("SECRET"));
    }
    let before = customers(&firm).await;
    let become_like = async |other: &Cx| {
        let role = firm.document("member", other.user).await.link("role").expect("a role").to_string();
        firm.change(&firm.document("member", member.user).await, &[("role", &role)]).await.expect("another role");
    };
    become_like(&narrow).await;
    for reply in [alone().await, together().await] {
        let told = reply.assert_ok("with the phone kept from it");
        assert!(told.text.contains("\"code\":\"A\"") && !told.text.contains("SECRET"), "{}", told.text);
    }
    become_like(&blind).await;
    assert!(alone().await.status.is_client_error());
    let parts = together().await.assert_ok("of what was done, each part for itself").json["results"].clone();
    assert_eq!((&parts[0]["status"], &parts[1]["status"]), (&json!(404), &json!(403)), "{parts}");
    assert!(!parts.to_string().contains("SECRET"));
    assert_eq!(customers(&firm).await, before, "nothing was done a second time");
}

#[tokio::test]
async fn a_record_with_a_field_called_record_is_answered_again_as_well() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let body = json!({"record": "customer", "kind": "text", "name": {"en": "Grade"}, "active": true});
    let make = async || program.post_once("/api/v1/custom-fields", "field", body.clone()).await.assert_ok("a field");
    assert_eq!(make().await.text, make().await.text);
}

#[tokio::test]
async fn answers_are_kept_for_a_day() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let body = |code: &str| json!({"code": code, "name": {"en": "X"}});
    program.post_once("/api/v1/customers", "old", body("A")).await.assert_ok("old");
    program.post_once("/api/v1/customers", "new", body("B")).await.assert_ok("new");
    let mut admin = admin().await;
    let aged = "update api_answer set at = now() - interval '25 hours' where tenant_id = $1 and key = 'old'";
    sqlx::query(aged).bind(firm.cx.tenant).execute(&mut admin).await.expect("aged");
    program.post_once("/api/v1/customers", "old", body("C")).await.assert_ok("the key is free again");
    sqlx::query(aged).bind(firm.cx.tenant).execute(&mut admin).await.expect("aged");
    assert_eq!(once::sweep(&firm.db, &firm.cx).await.expect("swept"), 1);
    let replayed = program.post_once("/api/v1/customers", "new", body("B")).await.assert_ok("new, again");
    assert_eq!(replayed.json["code"], "B");
}

// ------------------------------------------------------------------ batches

#[tokio::test]
async fn a_batch_is_done_part_by_part_or_as_a_whole() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let new = |code: &str| {
        let body = json!({"code": code, "name": {"en": code}});
        json!({"method": "POST", "path": "/api/v1/customers", "body": body})
    };
    let bad = json!({"method": "POST", "path": "/api/v1/customers", "body": {"code": "BAD"}});
    let read = json!({"method": "GET", "path": "/api/v1/customers?fields=code&sort=code"});
    let lost = json!({"method": "DELETE", "path": format!("/api/v1/customers/{}", Uuid::now_v7())});
    let blind = json!({"method": "PATCH", "path": format!("/api/v1/customers/{}", firm.customer), "body": {}});
    let known = json!({
        "method": "PATCH", "path": format!("/api/v1/customers/{}", firm.customer), "if_match": "\"1\"",
        "body": {"phone": "123"},
    });
    let operations = json!([new("A1"), bad, read, lost, blind, known]);
    let before = customers(&firm).await;
    let done = program.post("/api/v1/batch", json!({"operations": operations})).await.assert_ok("part by part");
    let results = done.json["results"].as_array().expect("results").clone();
    let statuses: Vec<i64> = results.iter().filter_map(|result| result["status"].as_i64()).collect();
    assert_eq!(statuses, [201, 422, 200, 404, 428, 200], "{}", done.text);
    assert_eq!(results[1]["body"]["errors"][0]["id"], "fault-required");
    assert_eq!(results[2]["body"]["data"][0]["code"], "A1");
    assert_eq!(results[5]["body"]["phone"], "123");
    assert_eq!(customers(&firm).await, before + 1);
    // As a whole: nothing of it.
    let operations = json!([new("A2"), new("A3"), bad]);
    let refused = program.post("/api/v1/batch", json!({"atomic": true, "operations": operations})).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "fault-required", "as a whole");
    assert_eq!(refused.json["operation"], 2);
    assert_eq!(customers(&firm).await, before + 1);
    // All of it, one building on the other, and once.
    let id = Uuid::now_v7();
    let make =
        json!({"method": "POST", "path": "/api/v1/customers", "body": {"id": id, "code": "A4", "name": {"en": "A4"}}});
    let change = json!({
        "method": "PATCH", "path": format!("/api/v1/customers/{id}"), "if_match": "\"1\"", "body": {"phone": "4"},
    });
    let whole = json!({"atomic": true, "operations": [make, change]});
    let done = program.post_once("/api/v1/batch", "whole", whole.clone()).await.assert_ok("as a whole");
    assert_eq!(done.json["results"][1]["body"]["version"], 2, "{}", done.text);
    let again = program.post_once("/api/v1/batch", "whole", whole).await.assert_ok("again");
    assert_eq!(again.text, done.text);
    assert_eq!(customers(&firm).await, before + 2);
    let parts = json!({"operations": [new("A5"), new("A6")]});
    let first = program.post_once("/api/v1/batch", "parts", parts.clone()).await.assert_ok("parts");
    assert_eq!(program.post_once("/api/v1/batch", "parts", parts).await.assert_ok("again").text, first.text);
    assert_eq!(customers(&firm).await, before + 4);
    for (body, id) in [
        (json!({"operations": []}), "refuse-api-batch-many"),
        (json!({"operations": vec![new("X"); 51]}), "refuse-api-batch-many"),
        (json!({"operations": {}}), "refuse-api-batch"),
        (json!({"operations": [{"method": "GET"}]}), "refuse-api-batch"),
        (json!({"operations": [{"method": "GET", "path": "/x", "cookie": "y"}]}), "refuse-api-batch"),
        (Json::Null, "refuse-api-batch"),
    ] {
        let refused = program.post("/api/v1/batch", body.clone()).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, &body.to_string());
    }
}
