//! Secrets and invitations, as programs that make tokens, webhooks and members meet them.

use super::{assert_as_said, assert_described};
use crate::platform::door;
use crate::platform::token::PREFIX;
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::{everything, member_with};
use crate::tests::support::{Browser, Firm};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// What every secret of a webhook begins with.
const OF_WEBHOOKS: &str = "whsec_";

/// The address of something that a program makes.
async fn made(program: &Program, path: &str, body: Json) -> String {
    let made = program.post(&format!("/api/v1/{path}"), body).await.assert_ok(path).json;
    format!("/api/v1/{path}/{}", made["id"].as_str().expect("an id"))
}

fn webhook(lines: Json) -> Json {
    json!({"name": "Our shop", "url": "https://partner.example/hook", "lines": lines})
}

fn token(lines: Json) -> Json {
    json!({"name": "Another program", "scope": "read", "lines": lines})
}

async fn ask(program: &Program, one: &str) -> Reply {
    program.get(&format!("{one}/secret")).await
}

async fn secret(program: &Program, one: &str) -> String {
    let told = ask(program, one).await.assert_ok(one);
    assert_eq!(told.header("cache-control"), Some("no-store"), "{one}");
    told.json["secret"].as_str().expect("a secret").to_owned()
}

/// No secret is kept with the answers that are given again, nor in the audit log.
async fn assert_kept_nowhere(firm: &Firm) {
    let kept: Vec<String> = sqlx::query_scalar(
        "select answer from api_answer where tenant_id = $1 and answer is not null
         union all select changes::text from audit where tenant_id = $1",
    )
    .bind(firm.cx.tenant)
    .fetch_all(firm.tx().await.conn())
    .await
    .expect("what is kept");
    assert!(kept.iter().any(|text| text.contains("Another program") || text.contains("Our shop")), "{kept:?}");
    let told = kept.iter().find(|text| text.contains(PREFIX) || text.contains(OF_WEBHOOKS));
    assert_eq!(told, None);
}

#[tokio::test]
async fn a_program_gets_the_secret_of_the_webhook_that_it_makes() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let made = program.post_once("/api/v1/webhooks", "k", webhook(json!([]))).await.assert_ok("a webhook");
    assert!(!made.text.contains(OF_WEBHOOKS), "{}", made.text);
    let id: Uuid = made.json["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let one = format!("/api/v1/webhooks/{id}");
    let first = secret(&program, &one).await;
    assert!(first.starts_with(OF_WEBHOOKS), "{first}");
    assert_as_said(&described, "Secret", &ask(&program, &one).await.json);
    // It is the one that the page shows, before a turn and after it.
    let mut browser = Browser::of(&firm).await;
    assert!(browser.get(&format!("/webhooks/{id}")).await.body.contains(&first));
    program.act(&one, "turn_secret").await.assert_ok("turned");
    let second = secret(&program, &one).await;
    let shown = door::present(&mut firm.tx().await, &mut firm.document("webhook", id).await).await.expect("presented");
    assert_eq!(shown.map(|shown| shown.path), Some(second.clone()));
    assert_ne!(first, second);
    assert_kept_nowhere(&firm).await;
}

#[tokio::test]
async fn a_program_gets_the_secret_of_the_token_that_it_makes_until_it_is_used() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let body = token(json!([{"record": "customer"}]));
    let made = program.post_once("/api/v1/api-tokens", "k", body.clone()).await.assert_ok("a token");
    let one = format!("/api/v1/api-tokens/{}", made.json["id"].as_str().expect("an id"));
    let shown = secret(&program, &one).await;
    assert!(shown.starts_with(PREFIX) && !made.text.contains(PREFIX), "{}", made.text);
    assert_eq!(secret(&program, &one).await, shown, "an answer that got lost is asked for again");
    // It opens what it was made for, and no more.
    let narrow = program.showing(shown);
    narrow.get("/api/v1/customers").await.assert_ok("customers");
    narrow.get("/api/v1/items").await.assert_problem(StatusCode::FORBIDDEN, "error-denied", "items");
    let new = json!({"code": "X", "name": {"en": "X"}});
    let refused = narrow.post("/api/v1/customers", new).await;
    refused.assert_problem(StatusCode::FORBIDDEN, "error-denied", "a token that reads");
    // Once it is used nobody is told it, and who asks for the token again under the key is not either.
    ask(&program, &one).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a used one");
    let again = program.post_once("/api/v1/api-tokens", "k", body).await.assert_ok("made before");
    assert!(again.json["id"] == made.json["id"] && !again.text.contains(PREFIX), "{}", again.text);
    assert_kept_nowhere(&firm).await;
}

#[tokio::test]
async fn secrets_are_for_those_to_whom_their_pages_show_them() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let few = json!([{"record": "customer"}]);
    let email = format!("{}@firm.example", Uuid::now_v7());
    let invited = json!({"name": "Salma", "email": email, "role": "sales"});
    let ones = [
        made(&program, "webhooks", webhook(few.clone())).await,
        made(&program, "webhooks", webhook(json!([]))).await,
        made(&program, "api-tokens", token(few)).await,
        made(&program, "api-tokens", token(json!([]))).await,
        made(&program, "members", invited).await,
    ];
    let check = async |program: &Program, statuses: [u16; 5], who: &str| {
        for (one, status) in ones.iter().zip(statuses) {
            let told = ask(program, one).await;
            assert_eq!(told.status.as_u16(), status, "{who} at {one}: {}", told.text);
            let list = one.rsplit_once('/').expect("an address").0;
            assert_described(&described, "get", &format!("{list}/{{id}}/secret"), &told);
            let is_told = [PREFIX, OF_WEBHOOKS, "/join"].iter().any(|begun| told.text.contains(begun));
            assert_eq!(is_told, status == 200, "{who} at {one}");
        }
    };
    check(&program, [200; 5], "who made them").await;
    check(&program.beside_with(&firm, "read", &[]).await, [403; 5], "a token that reads").await;
    // What reaches further than a token that is kept to types is not told to it: it would widen itself.
    let kept = program.beside_with(&firm, "write", &["webhook", "api_token", "member", "customer"]).await;
    check(&kept, [200, 404, 200, 404, 404], "a token kept to types").await;
    let other_types = program.beside_with(&firm, "write", &["item"]).await;
    check(&other_types, [404; 5], "a token kept to other types").await;
    let rights = ["webhook", "api_token", "member"].map(|record| everything(record, "all"));
    let (clerk, _) = member_with(&firm, "nothing", rights.into()).await;
    check(&program.beside_of(&firm, &clerk).await, [200, 200, 404, 404, 200], "a colleague who made no token").await;
    let auditor = firm.colleague("auditor").await;
    check(&program.beside_of(&firm, &auditor).await, [403; 5], "an auditor").await;
    check(&Program::of(&other).await, [404; 5], "another company").await;
    check(&program.showing(""), [401; 5], "nobody").await;
    // Other records have nothing to hand on.
    let none = ask(&program, &format!("/api/v1/customers/{}", firm.customer)).await;
    none.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a customer");
    let strange = program.get(&format!("{}/secret?x=1", ones[0])).await;
    strange.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-parameter", "a parameter");
    assert_described(&described, "get", "/api/v1/webhooks/{id}/secret", &strange);
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        ["webhooks", "api-tokens", "members", "customers"]
            .map(|list| paths[format!("/api/v1/{list}/{{id}}/secret")].is_object())
    };
    assert_eq!(promised(&program).await, [true, true, true, false]);
    assert_eq!(promised(&program.beside_of(&firm, &auditor).await).await, [false; 4]);
}
