//! What members are told of, as their programs read it.

use super::{assert_as_said, assert_described};
use crate::platform::notifications;
use crate::record::comments::Told;
use crate::tests::api::{Program, Reply};
use crate::tests::support::Firm;
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const LIST: &str = "/api/v1/notifications";
const ALL: &str = "/api/v1/notifications/read";
const PREFERENCES: &str = "/api/v1/notifications/preferences";

/// Says something about the firm's customer.
async fn say(program: &Program, firm: &Firm, text: &str) {
    let path = format!("/api/v1/customers/{}/comments", firm.customer);
    program.post(&path, json!({"text": text})).await.assert_ok("said");
}

async fn told(program: &Program) -> Json {
    program.get(LIST).await.assert_ok("notifications").json
}

fn rows(json: &Json) -> &[Json] {
    json["data"].as_array().unwrap_or_else(|| panic!("no rows: {json}"))
}

async fn prefer(program: &Program, body: Json) -> Reply {
    program.send(Method::PATCH, PREFERENCES, &[], body).await
}

fn one_of(line: &Json) -> String {
    format!("{LIST}/{}/read", line["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_program_reads_what_its_member_is_told_and_marks_it() {
    let firm = Firm::new().await;
    let colleague = firm.colleague("sales").await;
    let owner = Program::of(&firm).await;
    let theirs = owner.beside_of(&firm, &colleague).await;
    let described = theirs.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    assert_eq!(told(&theirs).await, json!({"data": [], "next": null, "unread": 0}));
    say(&owner, &firm, "@Colleague look").await;
    say(&owner, &firm, "@Colleague look again").await;
    let page = told(&theirs).await;
    let [latest, first] = rows(&page) else { panic!("{page}") };
    assert_eq!((&page["unread"], &page["next"]), (&json!(2), &Json::Null));
    assert_eq!((&latest["kind"], &latest["by"], &latest["read"]), (&json!("mention"), &json!("Owner"), &json!(false)));
    let comment = json!({
        "record": "customer", "record_id": firm.customer, "title": {"en": "Gulf Steel", "ar": "الخليج للحديد"},
        "href": format!("/api/v1/customers/{}", firm.customer), "text": "@Colleague look again",
    });
    assert_eq!((&latest["comment"], &latest["job"]), (&comment, &Json::Null));
    assert_as_said(&described, "NotificationPage", &page);
    assert_as_said(&described, "Notification", latest);
    assert_as_said(&described, "NotificationComment", &latest["comment"]);
    theirs.get(comment["href"].as_str().expect("an address")).await.assert_ok("what it is about");
    // One, once or twice, and then all.
    for _ in 0..2 {
        let marked = theirs.post(&one_of(first), Json::Null).await;
        assert_eq!((marked.status, marked.text.as_str()), (StatusCode::NO_CONTENT, ""));
    }
    let page = told(&theirs).await;
    let read: Vec<bool> = rows(&page).iter().map(|line| line["read"] == true).collect();
    assert_eq!((page["unread"].as_i64(), read), (Some(1), vec![false, true]));
    assert_eq!(theirs.post(ALL, Json::Null).await.status, StatusCode::NO_CONTENT);
    let page = told(&theirs).await;
    assert!(page["unread"] == 0 && rows(&page).iter().all(|line| line["read"] == true), "{page}");
    assert_eq!(rows(&told(&owner).await).len(), 0, "nobody is told of their own words");
}

#[tokio::test]
async fn notifications_are_read_to_the_first() {
    let firm = Firm::new().await;
    let colleague = firm.colleague("sales").await;
    let owner = Program::of(&firm).await;
    let theirs = owner.beside_of(&firm, &colleague).await;
    for n in 0..51 {
        say(&owner, &firm, &format!("@Colleague number {n};")).await;
    }
    let newest = theirs.get(LIST).await.assert_ok("the newest");
    assert_eq!((rows(&newest.json).len(), &newest.json["unread"]), (50, &json!(51)));
    assert_eq!(newest.json["next"], rows(&newest.json)[49]["id"]);
    let link = newest.header("link").and_then(|link| link.split(['<', '>']).nth(1)).expect("an address");
    let rest = theirs.get(link).await.assert_ok("the first");
    assert_eq!((rest.json["next"].is_null(), rest.header("link")), (true, None));
    let texts: Vec<&Json> = rows(&rest.json).iter().map(|line| &line["comment"]["text"]).collect();
    assert_eq!(texts, ["@Colleague number 0;"]);
}

#[tokio::test]
async fn a_job_that_ended_is_told() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let job = Uuid::now_v7();
    let mut tx = firm.tx().await;
    // One that nobody has to do any more.
    sqlx::query(
        "insert into job (id, asked, kind, record, payload, state)
         values ($1, '{}', 'bulk', 'customer', '{\"verb\": \"set\"}', 'done')",
    )
    .bind(job)
    .execute(tx.conn())
    .await
    .expect("a job");
    notifications::tell_of_job(&mut tx, job).await.expect("told");
    tx.commit().await.expect("commit");
    let page = told(&program).await;
    let line = &rows(&page)[0];
    assert_eq!(line["job"], json!({"id": job, "kind": "bulk", "verb": "set", "state": "done"}));
    assert_eq!((&line["kind"], &line["by"], &line["comment"]), (&json!("job"), &Json::Null, &Json::Null));
    assert_as_said(&described, "NotificationJob", &line["job"]);
}

#[tokio::test]
async fn a_program_says_what_its_member_wants_to_be_told() {
    let firm = Firm::new().await;
    let colleague = firm.colleague("sales").await;
    let owner = Program::of(&firm).await;
    let theirs = owner.beside_of(&firm, &colleague).await;
    let all = json!({"mention": true, "answer": true, "own": true, "job": true, "reply": true});
    assert_eq!(theirs.get(PREFERENCES).await.assert_ok("all of it").json, all);
    let fewer = json!({"mention": false, "answer": true, "own": true, "job": true, "reply": true});
    assert_eq!(prefer(&theirs, json!({"mention": false})).await.assert_ok("fewer").json, fewer);
    assert_eq!(prefer(&theirs, json!({})).await.assert_ok("nothing is said").json, fewer);
    assert_eq!(theirs.get(PREFERENCES).await.assert_ok("what is kept").json, fewer);
    let mut tx = firm.db.begin(&colleague).await.expect("they enter");
    let wanted = notifications::wanted(&mut tx).await.expect("what the page shows");
    assert_eq!(wanted, [Told::Answer, Told::Own, Told::Job, Told::Reply]);
    drop(tx);
    say(&owner, &firm, "@Colleague look").await;
    assert_eq!(rows(&told(&theirs).await).len(), 0);
    for (body, status, field, id) in [
        (json!({"mention": "no"}), StatusCode::UNPROCESSABLE_ENTITY, "mention", "refuse-api-yes-or-no"),
        (json!({"mention": null}), StatusCode::UNPROCESSABLE_ENTITY, "mention", "refuse-api-yes-or-no"),
        (json!({"job": false, "rain": true}), StatusCode::UNPROCESSABLE_ENTITY, "rain", "refuse-api-field"),
        (json!([]), StatusCode::BAD_REQUEST, "", "refuse-api-json"),
    ] {
        let refused = prefer(&theirs, body.clone()).await;
        refused.assert_problem(status, id, &body.to_string());
        assert_eq!(refused.errors(), [(field.to_owned(), id.to_owned())], "{body}");
    }
    assert_eq!(theirs.get(PREFERENCES).await.assert_ok("what is kept").json, fewer, "what is refused changes nothing");
}

#[tokio::test]
async fn notifications_are_for_their_member_and_nobody_else() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let colleague = firm.colleague("sales").await;
    let owner = Program::of(&firm).await;
    let described = owner.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    say(&owner, &firm, "@Colleague SECRET").await;
    let theirs = owner.beside_of(&firm, &colleague).await;
    let one = one_of(&rows(&told(&theirs).await)[0]);
    let at = [
        ("get", LIST),
        ("get", PREFERENCES),
        ("post", "/api/v1/notifications/{id}/read"),
        ("post", ALL),
        ("patch", PREFERENCES),
    ];
    let ask = async |program: &Program, statuses: [u16; 5], who: &str| -> Reply {
        let replies = [
            program.get(LIST).await,
            program.get(PREFERENCES).await,
            program.post(&one, Json::Null).await,
            program.post(ALL, Json::Null).await,
            prefer(program, json!({"own": true})).await,
        ];
        for ((method, path), (reply, status)) in at.iter().zip(replies.iter().zip(statuses)) {
            assert_eq!(reply.status.as_u16(), status, "{who}, {method} {path}: {}", reply.text);
            assert_described(&described, method, path, reply);
        }
        let [list, ..] = replies;
        list
    };
    let reader = Program::with(&firm, &colleague, "read", &[]).await;
    let kept = Program::with(&firm, &colleague, "write", &["customer"]).await;
    let seen = ask(&reader, [200, 200, 403, 403, 403], "a token that reads").await;
    assert!(seen.text.contains("SECRET"), "{}", seen.text);
    ask(&kept, [403; 5], "a token kept to customers").await;
    ask(&owner.showing(""), [401; 5], "nobody").await;
    for (program, who) in [(&owner, "another member"), (&Program::of(&other).await, "another company")] {
        let seen = ask(program, [200, 200, 404, 204, 200], who).await;
        assert_eq!(seen.json, json!({"data": [], "next": null, "unread": 0}), "{who}");
    }
    assert_eq!(told(&theirs).await["unread"], 1, "nobody else marked it");
    ask(&theirs, [200, 200, 204, 204, 200], "the member").await;
    assert_eq!(told(&theirs).await["unread"], 0);
    // What is asked in another way than it can be.
    let text = [("content-type", "text/plain")];
    let nobodys = format!("{LIST}/{}/read", Uuid::now_v7());
    let mark = at[2].1;
    for (method, path, reply, status) in [
        ("get", LIST, theirs.get(&format!("{LIST}?after=x")).await, 400),
        ("get", LIST, theirs.get(&format!("{LIST}?limit=1")).await, 400),
        ("get", PREFERENCES, theirs.get(&format!("{PREFERENCES}?x=1")).await, 400),
        ("post", mark, theirs.post(&nobodys, Json::Null).await, 404),
        ("post", mark, theirs.post(&one, json!({"x": 1})).await, 422),
        ("post", mark, theirs.post(&one, json!([])).await, 400),
        ("post", mark, theirs.send(Method::POST, &one, &text, "x".into()).await, 415),
        ("post", ALL, theirs.post(ALL, json!({"x": 1})).await, 422),
        ("post", ALL, theirs.post(&format!("{ALL}?x=1"), Json::Null).await, 400),
        ("patch", PREFERENCES, theirs.send(Method::PATCH, PREFERENCES, &text, "x".into()).await, 415),
        ("patch", PREFERENCES, prefer(&theirs, json!({"x": true})).await, 422),
    ] {
        assert_eq!(reply.status.as_u16(), status, "{method} {path}: {}", reply.text);
        assert_described(&described, method, path, &reply);
    }
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        at.map(|(method, path)| paths[path][method].is_object())
    };
    assert_eq!(promised(&theirs).await, [true; 5]);
    assert_eq!(promised(&reader).await, [true, true, false, false, false]);
    assert_eq!(promised(&kept).await, [false; 5]);
}
