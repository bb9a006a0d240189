//! Webhooks as programs that look after them meet them.

use super::{alone, answering, customer, taken};
use crate::api::webhooks::work;
use crate::platform::webhooks;
use crate::tests::api::rest::{assert_as_said, assert_described};
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::{everything, member_with, right};
use crate::tests::support::Firm;
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The address of a webhook that a program makes, of new customers.
async fn made(program: &Program, url: &str) -> String {
    let lines = json!([{"record": "customer", "event": "create"}]);
    let made = program.post("/api/v1/webhooks", json!({"name": "Our shop", "url": url, "lines": lines})).await;
    let made = made.assert_ok("a webhook").json;
    format!("/api/v1/webhooks/{}", made["id"].as_str().expect("an id"))
}

fn rows(json: &Json) -> &[Json] {
    json["data"].as_array().unwrap_or_else(|| panic!("no rows: {json}"))
}

async fn messages(program: &Program, hook: &str) -> Json {
    program.get(&format!("{hook}/deliveries")).await.assert_ok("the messages").json
}

#[tokio::test]
async fn a_program_reads_what_became_of_messages_and_sends_one_again() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let (url, calls) = answering(204).await;
    let hook = made(&program, &url).await;
    assert_eq!(messages(&program, &hook).await, json!({"data": [], "next": null}));
    let id = customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let log = messages(&program, &hook).await;
    let [message] = rows(&log) else { panic!("{log}") };
    assert_eq!((&message["event"], &message["record_id"]), (&json!("customer.create"), &json!(id)));
    assert_eq!(
        (&message["state"], &message["message"]),
        (&json!("delivered"), &json!(taken(&calls)[0].header("webhook-id")))
    );
    let attempts = message["attempts"].as_array().expect("attempts");
    assert_eq!((attempts.len(), &attempts[0]["outcome"], &attempts[0]["status"]), (1, &json!("accepted"), &json!(204)));
    assert_as_said(&described, "WebhookMessagePage", &log);
    assert_as_said(&described, "WebhookMessage", message);
    assert_as_said(&described, "WebhookAttempt", &attempts[0]);
    for (state, found) in [("", 1), ("delivered", 1), ("failed", 0)] {
        let log = program.get(&format!("{hook}/deliveries?state={state}")).await.assert_ok(state).json;
        assert_eq!(rows(&log).len(), found, "{state}");
    }
    // Under a key it is sent again once, and without one as often as it is asked for.
    let again = format!("{hook}/deliveries/{}/replay", message["id"].as_str().expect("an id"));
    for (key, count) in [(Some("k"), 2), (Some("k"), 2), (None, 3)] {
        let replayed = match key {
            Some(key) => program.post_once(&again, key, Json::Null).await,
            None => program.post(&again, Json::Null).await,
        };
        assert_eq!((replayed.status, replayed.text.as_str()), (StatusCode::NO_CONTENT, ""));
        work(&firm.db, firm.cx.tenant).await.expect("sent");
        let calls = taken(&calls);
        assert_eq!(calls.len(), count, "{key:?}");
        assert!(calls.iter().all(|call| call.header("webhook-id") == message["message"]), "the same message");
    }
    let log = messages(&program, &hook).await;
    assert_eq!(rows(&log)[0]["attempts"].as_array().map(Vec::len), Some(3), "{log}");
    // It stands in the log of the company who had it sent.
    let entries = program.get("/api/v1/audit?record=webhook&action=replay").await.assert_ok("the log").json;
    assert_eq!((rows(&entries).len(), &rows(&entries)[0]["member"]), (2, &json!("Owner")));
    // It is signed with the secret that the program reads; after a turn with the next one as well.
    let secret = async || {
        let told = program.get(&format!("{hook}/secret")).await.assert_ok("the secret");
        told.json["secret"].as_str().expect("a secret").to_owned()
    };
    let first = secret().await;
    program.act(&hook, "turn_secret").await.assert_ok("turned");
    let second = secret().await;
    program.post(&again, Json::Null).await.assert_ok("once more");
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let signed: Vec<[bool; 2]> =
        taken(&calls).iter().map(|call| [call.is_signed_with(&first), call.is_signed_with(&second)]).collect();
    assert_eq!(signed, [[true, false], [true, false], [true, false], [true, true]]);
    // To one that is paused nothing is sent.
    program.act(&hook, "pause").await.assert_ok("paused");
    let refused = program.post(&again, Json::Null).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-webhook-paused", "a paused one");
}

#[tokio::test]
async fn the_messages_of_a_webhook_are_read_to_the_first() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let (hook, other) = (made(&program, "http://127.0.0.1:9/").await, made(&program, "http://127.0.0.1:9/").await);
    for n in 0..51 {
        customer(&firm, &format!("C-{n}")).await;
    }
    webhooks::relay(&firm.db, firm.cx.tenant).await.expect("relayed");
    let first = program.get(&format!("{hook}/deliveries?state=waiting")).await.assert_ok("the latest");
    let last = &rows(&first.json)[49]["id"];
    assert_eq!((rows(&first.json).len(), &first.json["next"]), (50, last));
    let link = first.header("link").and_then(|link| link.split(['<', '>']).nth(1)).expect("an address");
    assert_eq!(link, format!("{hook}/deliveries?state=waiting&after={}", last.as_str().expect("an id")));
    let rest = program.get(link).await.assert_ok("the first").json;
    assert_eq!((rows(&rest).len(), &rest["next"]), (1, &Json::Null));
    // Each webhook has its own.
    let foreign = messages(&program, &other).await;
    assert!(rows(&foreign).len() == 50 && !rows(&foreign).iter().any(|message| message["id"] == *last));
    let elsewhere = format!("{other}/deliveries/{}/replay", last.as_str().expect("an id"));
    let refused = program.post(&elsewhere, Json::Null).await;
    refused.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a message to another one");
}

#[tokio::test]
async fn messages_are_for_those_who_see_webhooks_and_sending_again_for_those_who_change_them() {
    let _turn = alone().await;
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let (url, calls) = answering(422).await;
    let hook = made(&program, &url).await;
    customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let log = messages(&program, &hook).await;
    let id = rows(&log)[0]["id"].as_str().expect("an id").to_owned();
    let (list, one) = ("/api/v1/webhooks/{id}/deliveries", "/api/v1/webhooks/{id}/deliveries/{entry}/replay");
    let (log, again) = (format!("{hook}/deliveries"), format!("{hook}/deliveries/{id}/replay"));
    let ask = async |program: &Program, statuses: [u16; 2], who: &str| {
        let replies: [Reply; 2] = [program.get(&log).await, program.post(&again, Json::Null).await];
        for ((method, path), (reply, status)) in [("get", list), ("post", one)].iter().zip(replies.iter().zip(statuses))
        {
            assert_eq!(reply.status.as_u16(), status, "{who}, {method}: {}", reply.text);
            assert_described(&described, method, path, reply);
        }
    };
    let sees = right("webhook", None, &[("sees", "true")]);
    let hidden = right("webhook", Some("url"), &[("sees", "false"), ("changes", "false")]);
    let (reader, _) = member_with(&firm, "nothing", vec![sees]).await;
    let (blinkered, _) = member_with(&firm, "nothing", vec![everything("webhook", "all"), hidden]).await;
    ask(&program.beside_of(&firm, &reader).await, [200, 403], "who sees webhooks").await;
    ask(&program.beside_of(&firm, &blinkered).await, [403, 403], "from whom a field is kept").await;
    ask(&program.beside_of(&firm, &firm.colleague("sales").await).await, [404, 404], "a seller").await;
    ask(&program.beside_with(&firm, "read", &[]).await, [200, 403], "a token that reads").await;
    ask(&program.beside_with(&firm, "write", &["customer"]).await, [404, 404], "a token kept to customers").await;
    ask(&Program::of(&other).await, [404, 404], "another company").await;
    ask(&program.showing(""), [401, 401], "nobody").await;
    work(&firm.db, firm.cx.tenant).await.expect("nothing is due");
    assert_eq!(taken(&calls).len(), 1, "nobody had it sent again");
    // What is asked in another way than it can be.
    for (query, status, id) in [
        ("state=lost", StatusCode::UNPROCESSABLE_ENTITY, "fault-not-choice"),
        ("after=x", StatusCode::BAD_REQUEST, "refuse-api-after"),
        ("limit=5", StatusCode::BAD_REQUEST, "refuse-api-parameter"),
    ] {
        let refused = program.get(&format!("{log}?{query}")).await;
        refused.assert_problem(status, id, query);
        assert_described(&described, "get", list, &refused);
    }
    let text = [("content-type", "text/plain")];
    let nobodys = format!("{hook}/deliveries/{}/replay", Uuid::now_v7());
    for (reply, status, id) in [
        (program.post(&again, json!({"to": "me"})).await, StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-field"),
        (program.post(&again, json!([])).await, StatusCode::BAD_REQUEST, "refuse-api-json"),
        (
            program.send(Method::POST, &again, &text, "x".into()).await,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "refuse-api-media-type",
        ),
        (program.post(&nobodys, Json::Null).await, StatusCode::NOT_FOUND, "refuse-api-not-found"),
        (program.post_once(&again, " ", Json::Null).await, StatusCode::BAD_REQUEST, "refuse-api-key"),
    ] {
        reply.assert_problem(status, id, id);
        assert_described(&described, "post", one, &reply);
    }
    let none = program.get(&format!("/api/v1/customers/{}/deliveries", firm.customer)).await;
    none.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "customers send no messages");
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        [list, one].map(|path| paths[path].is_object())
    };
    assert_eq!(promised(&program).await, [true, true]);
    assert_eq!(promised(&program.beside_of(&firm, &reader).await).await, [true, false]);
    assert_eq!(promised(&program.beside_of(&firm, &blinkered).await).await, [false, false]);
    assert_eq!(promised(&program.beside_with(&firm, "write", &["customer"]).await).await, [false, false]);
}
