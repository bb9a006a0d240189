//! What happened, as programs read it: to the company in the audit log, to a record in its history.

use super::{assert_as_said, assert_described};
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::{everything, member_with, right};
use crate::tests::support::Firm;
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use uuid::Uuid;

fn rows(json: &Json) -> &[Json] {
    json["data"].as_array().unwrap_or_else(|| panic!("no rows: {json}"))
}

/// What is said of a field in an entry of the log or an event of a history.
fn change<'j>(of: &'j Json, field: &str) -> &'j Json {
    let changes = of["changes"].as_array().expect("changes");
    changes.iter().find(|change| change["field"] == field).unwrap_or_else(|| panic!("no {field} in {of}"))
}

/// Every row of a list, page by page, as the links between them lead.
async fn all(program: &Program, path: &str) -> Vec<Json> {
    let (mut path, mut found) = (path.to_owned(), Vec::new());
    loop {
        let page = program.get(&path).await.assert_ok(&path);
        found.extend_from_slice(rows(&page.json));
        assert_eq!(page.json["next"].is_null(), page.header("link").is_none(), "{}", page.text);
        let Some(link) = page.header("link") else { return found };
        assert_eq!(page.json["next"], rows(&page.json).last().expect("a row")["id"]);
        path = link.split(['<', '>']).nth(1).expect("an address").to_owned();
    }
}

#[tokio::test]
async fn a_program_reads_in_the_log_what_it_did() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let name = json!({"en": "Log Works", "ar": "أعمال السجل"});
    let made = program.post("/api/v1/customers", json!({"code": "LOG", "name": name, "credit_limit": "1500.25"})).await;
    let id = made.clone().assert_ok("a customer").json["id"].as_str().expect("an id").to_owned();
    let one = format!("/api/v1/customers/{id}");
    let body = json!({"phone": "+966 11 1", "credit_limit": "2000"});
    program.patch(&one, &made.etag(), body).await.assert_ok("changed");
    let of_one = format!("/api/v1/audit?record=customer&id={id}");
    let log = program.get(&of_one).await.assert_ok("the log").json;
    let [changed, created] = rows(&log) else { panic!("{log}") };
    assert_eq!((&changed["action"], &created["action"]), (&json!("change"), &json!("create")));
    let limit = json!({"field": "credit_limit", "old": "1500.25", "new": "2000.00"});
    assert_eq!(*change(changed, "credit_limit"), limit, "amounts are in whole units");
    assert_eq!(*change(changed, "phone"), json!({"field": "phone", "old": null, "new": "+966 11 1"}));
    assert_eq!((&change(created, "name")["new"], &change(created, "active")["new"]), (&name, &json!(true)));
    for entry in [changed, created] {
        assert_eq!(
            (&entry["member"], &entry["record"], &entry["record_id"]),
            (&json!("Owner"), &json!("customer"), &json!(id))
        );
        assert_eq!((&entry["href"], &entry["currency"]), (&json!(one), &json!("SAR")));
        assert!(!entry["title"].is_null() && entry["request"].is_string(), "{entry}");
        assert_as_said(&described, "AuditEntry", entry);
        assert_as_said(&described, "FieldChange", &entry["changes"][0]);
    }
    assert_as_said(&described, "AuditPage", &log);
    // The same is told beside the record, as long as it is there.
    let history = program.get(&format!("{one}/history")).await.assert_ok("the history").json;
    let [again, begun] = rows(&history) else { panic!("{history}") };
    assert_eq!((&again["id"], &again["changes"], &again["at"]), (&changed["id"], &changed["changes"], &changed["at"]));
    assert_eq!((&begun["id"], &begun["member"], &history["next"]), (&created["id"], &json!("Owner"), &Json::Null));
    assert_as_said(&described, "HistoryPage", &history);
    assert_as_said(&described, "HistoryEvent", again);
    program.delete(&one).await.assert_ok("deleted");
    let log = program.get(&of_one).await.assert_ok("the log").json;
    let gone = &rows(&log)[0];
    assert_eq!((&gone["action"], &gone["href"], &gone["title"]), (&json!("delete"), &Json::Null, &Json::Null));
    assert_eq!(change(gone, "credit_limit")["old"], "2000.00");
    let gone = program.get(&format!("{one}/history")).await;
    gone.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "the history of what is gone");
}

#[tokio::test]
async fn the_log_is_narrowed_as_its_page_is_and_read_to_the_first() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "1")]).await.expect("saved");
    let (today, member) = (firm.today().await, firm.tx().await.standing.member);
    let narrowed = format!("/api/v1/audit?record=customer&action=change&from={today}&to={today}&member={member}");
    let found = program.get(&narrowed).await.assert_ok("a change").json;
    assert_eq!((rows(&found).len(), &rows(&found)[0]["record_id"]), (1, &json!(firm.customer)));
    let open = program.get("/api/v1/audit?record=customer&action=change&id=&member=&from=&to=").await;
    assert_eq!(open.assert_ok("what is left empty narrows nothing").json, found);
    for nothing in ["to=2001-12-31".to_owned(), format!("member={}", Uuid::now_v7()), "record=nonsense".to_owned()] {
        let found = program.get(&format!("/api/v1/audit?{nothing}")).await.assert_ok(&nothing).json;
        assert_eq!(found, json!({"data": [], "next": null}), "{nothing}");
    }
    // More than a page.
    let entries = all(&program, "/api/v1/audit?action=create").await;
    let there: i64 = sqlx::query_scalar("select count(*) from audit where tenant_id = $1 and action = 'create'")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("entries");
    assert!(there > 100 && entries.len() as i64 == there, "{} of {there}", entries.len());
    let ids: Vec<&str> = entries.iter().filter_map(|entry| entry["id"].as_str()).collect();
    assert!(ids.is_sorted_by(|one, next| one > next), "each once, the latest first");
    for (query, status, id) in [
        ("limit=5", StatusCode::BAD_REQUEST, "refuse-api-parameter"),
        ("after=x", StatusCode::BAD_REQUEST, "refuse-api-after"),
        ("id=x", StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-uuid"),
        ("member=x", StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-uuid"),
        ("from=1.2.2026", StatusCode::UNPROCESSABLE_ENTITY, "fault-not-date"),
        ("to=20260201", StatusCode::UNPROCESSABLE_ENTITY, "fault-not-date"),
        ("action=%00", StatusCode::UNPROCESSABLE_ENTITY, "fault-control-character"),
    ] {
        program.get(&format!("/api/v1/audit?{query}")).await.assert_problem(status, id, query);
    }
}

#[tokio::test]
async fn the_history_of_a_record_is_read_to_its_beginning() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    for n in 0..52 {
        let phone = n.to_string();
        firm.change(&firm.document("customer", firm.customer).await, &[("phone", &phone)]).await.expect("saved");
    }
    let path = format!("/api/v1/customers/{}/history", firm.customer);
    assert_eq!(rows(&program.get(&path).await.assert_ok("the latest").json).len(), 50);
    let events = all(&program, &path).await;
    assert_eq!((events.len(), &events[52]["action"]), (53, &json!("create")));
    assert_eq!(*change(&events[0], "phone"), json!({"field": "phone", "old": "50", "new": "51"}));
    // Links are told by the ids of what they lead to, lines by their numbers.
    let item = firm.item("BEAM", "10", 9, "6").await;
    let order = firm.order(&[(item, 4)]).await;
    let events = all(&program, &format!("/api/v1/sales-orders/{}/history", order.id)).await;
    let [confirmed, created] = &events[..] else { panic!("{events:?}") };
    assert_eq!((&confirmed["action"], &change(confirmed, "state")["new"]), (&json!("confirm"), &json!("confirmed")));
    assert_eq!(change(created, "customer")["new"], json!(firm.customer));
    assert_eq!(change(created, "lines.1.item")["new"], json!(item));
    assert_eq!(change(created, "lines.1.quantity")["new"], "4");
    for (query, id) in [("after=x", "refuse-api-after"), ("limit=5", "refuse-api-parameter")] {
        program.get(&format!("{path}?{query}")).await.assert_problem(StatusCode::BAD_REQUEST, id, query);
    }
}

#[tokio::test]
async fn what_happened_is_for_those_who_may_know() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let (narrow, _) = member_with(&firm, "nothing", vec![everything("customer", "all"), hide]).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "SECRET-1")]).await.expect("saved");
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let (log, history) = ("/api/v1/audit", "/api/v1/customers/{id}/history");
    let own = format!("/api/v1/customers/{}/history", firm.customer);
    let ask = async |program: &Program, statuses: [u16; 2], who: &str| -> [Reply; 2] {
        let replies = [program.get(log).await, program.get(&own).await];
        for ((path, reply), status) in [log, history].iter().zip(&replies).zip(statuses) {
            assert_eq!(reply.status.as_u16(), status, "{who}: {}", reply.text);
            assert_described(&described, "get", path, reply);
        }
        replies
    };
    let whole = ask(&program, [200, 200], "an owner's").await;
    assert!(whole.iter().all(|reply| reply.text.contains("SECRET-1")), "{}", whole[1].text);
    let part = ask(&program.beside_of(&firm, &narrow).await, [403, 200], "one from whom a field is kept").await;
    assert!(!part[1].text.contains("phone") && !part[1].text.contains("SECRET"), "{}", part[1].text);
    let told: Vec<&Json> = rows(&part[1].json).iter().map(|event| &event["action"]).collect();
    assert_eq!(told, ["change", "create"], "that something was changed is told");
    assert_eq!(rows(&part[1].json)[0]["changes"], json!([]));
    ask(&program.beside_with(&firm, "read", &[]).await, [200, 200], "one that only reads").await;
    ask(&program.beside_with(&firm, "write", &["customer"]).await, [403, 200], "one kept to customers").await;
    ask(&program.beside_with(&firm, "write", &["item"]).await, [403, 404], "one kept to items").await;
    ask(&program.beside_of(&firm, &firm.colleague("auditor").await).await, [200, 200], "an auditor's").await;
    ask(&program.beside_of(&firm, &firm.colleague("sales").await).await, [403, 200], "a seller's").await;
    ask(&program.showing(""), [401, 401], "nobody's").await;
    let theirs = ask(&Program::of(&other).await, [200, 404], "another company's").await;
    assert!(!theirs[0].text.contains(&firm.customer.to_string()), "{}", theirs[0].text);
    for (path, asked) in
        [(log, format!("{log}?after=x")), (log, format!("{log}?id=x")), (history, format!("{own}?x=1"))]
    {
        assert_described(&described, "get", path, &program.get(&asked).await);
    }
    // The description promises the log to whom it opens.
    for (role, promised) in [("auditor", true), ("sales", false)] {
        let colleague = program.beside_of(&firm, &firm.colleague(role).await).await;
        let paths = colleague.get("/api/v1/openapi.json").await.assert_ok("theirs").json["paths"].clone();
        assert_eq!((paths[log].is_object(), paths[history].is_object()), (promised, true), "{role}");
    }
}
