//! Archives of the company and of persons, and persons who are forgotten, as programs ask for them.

use super::jobs::{begun, last};
use super::{assert_as_said, assert_described};
use crate::tests::api::{Program, Reply};
use crate::tests::platform::jobs::{alone, work};
use crate::tests::platform::person::unpacked;
use crate::tests::platform::web::without_ids;
use crate::tests::support::{self, Browser, Firm};
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const ARCHIVES: &str = "/api/v1/archives";

/// Where something is asked for of the person whom a customer describes.
fn of_customer(id: Uuid, verb: &str) -> String {
    format!("/api/v1/customers/{id}/person/{verb}")
}

/// The parts of the archive that a job has made, and where it is fetched.
async fn fetched(program: &Program, job: &str) -> (BTreeMap<String, Vec<u8>>, String) {
    let done = program.get(job).await.assert_ok("the job").json;
    assert_eq!(done["state"], "done", "{done}");
    let href = done["file"]["href"].as_str().expect("a file").to_owned();
    let file = program.get(&href).await.assert_ok("the file");
    assert_eq!(file.header("content-type"), Some("application/zip"));
    let how = file.header("content-disposition").unwrap_or_default();
    assert!(how.starts_with("attachment;") && how.contains(".zip"), "{how}");
    (unpacked(support::file(&file.bytes)), href)
}

fn manifest(parts: &BTreeMap<String, Vec<u8>>) -> Json {
    serde_json::from_slice(&parts["manifest.json"]).expect("a manifest")
}

fn says(parts: &BTreeMap<String, Vec<u8>>, path: &str, text: &str) -> bool {
    parts.get(path).is_some_and(|bytes| String::from_utf8_lossy(bytes).contains(text))
}

async fn name_of(firm: &Firm, customer: Uuid) -> String {
    firm.document("customer", customer).await.names("name").en
}

#[tokio::test]
async fn a_program_takes_the_data_of_the_company() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    assert_eq!(program.get(ARCHIVES).await.assert_ok("none yet").json, json!({"data": []}));
    let asked = program.post_once(ARCHIVES, "a", Json::Null).await;
    let one = begun(&asked);
    assert_eq!((&asked.json["kind"], &asked.json["state"]), (&json!("archive"), &json!("waiting")));
    // Under the same key it is the same, and under another while it is not made yet.
    for key in ["a", "b"] {
        assert_eq!(begun(&program.post_once(ARCHIVES, key, Json::Null).await), one, "{key}");
    }
    let early = program.get(&format!("{one}/file")).await;
    early.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "before it is made");
    work(&firm).await;
    let (parts, href) = fetched(&program, &one).await;
    assert_eq!(href, format!("{one}/file"));
    assert_eq!(manifest(&parts)["company"]["id"], json!(firm.cx.tenant));
    assert!(says(&parts, "data/customer.jsonl", "Gulf Steel"));
    let listed = program.get(ARCHIVES).await.assert_ok("archives");
    let data = listed.json["data"].as_array().expect("archives");
    assert_eq!((data.len(), &data[0]["id"], &data[0]["file"]["href"]), (1, &json!(last(&one)), &json!(href)));
    let known = program.send(Method::GET, ARCHIVES, &[("if-none-match", &listed.etag())], Json::Null).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    // It is the one of the page.
    let page = Browser::of(&firm).await.get("/company-data").await;
    assert!(page.body.contains(&format!("/jobs/{}/file", last(&one))), "{}", page.text());
}

#[tokio::test]
async fn a_program_takes_what_is_known_of_a_person_and_has_them_forgotten() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let ask = of_customer(firm.customer, "archive");
    let asked = program.post_once(&ask, "p", Json::Null).await;
    let one = begun(&asked);
    assert_eq!((&asked.json["kind"], &asked.json["record"]), (&json!("person"), &json!("customer")));
    assert_eq!(begun(&program.post_once(&ask, "p", Json::Null).await), one);
    work(&firm).await;
    let (parts, href) = fetched(&program, &one).await;
    assert_eq!(manifest(&parts)["person"], json!({"record": "customer", "id": firm.customer}));
    assert!(says(&parts, "data/customer.jsonl", "Gulf Steel"));
    // Nobody is forgotten before it is said who is meant.
    let erase = of_customer(firm.customer, "erase");
    for (body, field, id) in [
        (Json::Null, "typed", "refuse-erase-typed"),
        (json!({"typed": "C2"}), "typed", "refuse-erase-typed"),
        (json!({"typed": null}), "typed", "refuse-api-kind"),
        (json!({"typed": "C1", "really": true}), "really", "refuse-api-field"),
    ] {
        let refused = program.post(&erase, body).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
        assert!(refused.errors().contains(&(field.to_owned(), id.to_owned())), "{}", refused.text);
    }
    let list = program.post(&erase, json!(["C1"])).await;
    list.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-json", "a list");
    assert_eq!(name_of(&firm, firm.customer).await, "Gulf Steel");
    for _ in 0..2 {
        let gone = program.post_once(&erase, "e", json!({"typed": "c1"})).await;
        assert_eq!((gone.status, gone.text.as_str()), (StatusCode::NO_CONTENT, ""));
    }
    assert!(name_of(&firm, firm.customer).await.starts_with("Erased person"));
    let orders: i64 =
        sqlx::query_scalar("select count(*) from audit where tenant_id = $1 and record_id = $2 and action = 'erase'")
            .bind(firm.cx.tenant)
            .bind(firm.customer)
            .fetch_one(firm.tx().await.conn())
            .await
            .expect("the audit log");
    assert_eq!(orders, 1, "under one key once");
    // What was packed of them is gone with them, though its job is still told of.
    program.get(&one).await.assert_ok("the job");
    program.get(&href).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "the archive");
    firm.assert_healthy().await;
}

#[tokio::test]
async fn nobody_is_forgotten_whom_the_page_would_not_forget() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let item = firm.item("A", "100", 0, "0").await;
    firm.invoice(&[(item, 1)]).await;
    let typed = |text: &str| json!({"typed": text});
    let owes = program.post(&of_customer(firm.customer, "erase"), typed("C1")).await;
    for id in ["refuse-erase-under-way", "refuse-erase-owed"] {
        owes.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, "a customer who owes something");
    }
    let oneself = program.post(&format!("/api/v1/members/{}/person/erase", firm.cx.user), typed("Owner")).await;
    oneself.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-erase-oneself", "the owner");
    let nothing = StatusCode::NOT_FOUND;
    for path in [
        format!("/api/v1/items/{item}/person/archive"),
        format!("/api/v1/items/{item}/person/erase"),
        format!("/api/v1/nothing/{item}/person/erase"),
        "/api/v1/customers/C1/person/erase".to_owned(),
        of_customer(firm.customer, "fly"),
    ] {
        program.post(&path, typed("A")).await.assert_problem(nothing, "refuse-api-not-found", &path);
    }
    assert_eq!(name_of(&firm, firm.customer).await, "Gulf Steel");
}

#[tokio::test]
async fn archives_and_persons_are_for_tokens_of_whoever_may_everything() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let ask = async |program: &Program, statuses: [u16; 4], who: &str| {
        let replies = [
            program.get(ARCHIVES).await,
            program.post(ARCHIVES, Json::Null).await,
            program.post(&of_customer(firm.customer, "archive"), Json::Null).await,
            program.post(&of_customer(firm.customer, "erase"), json!({"typed": "C2"})).await,
        ];
        for (at, (reply, status)) in replies.iter().zip(statuses).enumerate() {
            assert_eq!(reply.status.as_u16(), status, "{who}, {at}: {}", reply.text);
        }
    };
    let reader = program.beside_with(&firm, "read", &[]).await;
    let kept = program.beside_with(&firm, "write", &["customer", "company"]).await;
    let auditor = program.beside_of(&firm, &firm.colleague("auditor").await).await;
    let sales = program.beside_of(&firm, &firm.colleague("sales").await).await;
    ask(&reader, [403, 403, 202, 403], "a token that reads").await;
    ask(&kept, [403; 4], "a token kept to types").await;
    ask(&auditor, [403, 403, 202, 403], "an auditor's").await;
    ask(&sales, [403; 4], "a seller's").await;
    ask(&program.showing(""), [401; 4], "nobody").await;
    ask(&program, [200, 202, 202, 422], "the owner's").await;
    // What others have had made is fetched by those alone who might have had it made themselves.
    let one = begun(&program.post(ARCHIVES, Json::Null).await);
    work(&firm).await;
    let file = format!("{one}/file");
    program.get(&file).await.assert_ok("the owner's");
    for (other, status) in [(&reader, 403), (&kept, 404), (&auditor, 404), (&sales, 404)] {
        assert_eq!(other.get(&file).await.status.as_u16(), status);
    }
    assert_eq!(name_of(&firm, firm.customer).await, "Gulf Steel");
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        [
            paths[ARCHIVES]["post"].is_object(),
            paths["/api/v1/customers/{id}/person/archive"].is_object(),
            paths["/api/v1/customers/{id}/person/erase"].is_object(),
            paths["/api/v1/items/{id}/person/archive"].is_object(),
        ]
    };
    assert_eq!(promised(&program).await, [true, true, true, false]);
    assert_eq!(promised(&program.showing("")).await, [true, true, true, false]);
    assert_eq!(promised(&reader).await, [false, true, false, false]);
    assert_eq!(promised(&auditor).await, [false, true, false, false]);
    assert_eq!(promised(&kept).await, [false; 4]);
    assert_eq!(promised(&sales).await, [false; 4]);
}

#[tokio::test]
async fn archives_and_persons_of_another_company_look_like_random_ones() {
    let _turn = alone().await;
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let theirs = Program::of(&other).await;
    let company = begun(&theirs.post(ARCHIVES, Json::Null).await);
    let person = begun(&theirs.post(&of_customer(other.customer, "archive"), Json::Null).await);
    work(&other).await;
    let program = Program::of(&firm).await;
    let doors = |company: &str, person: &str, customer: Uuid| {
        let jobs = [company, person].into_iter().flat_map(|job| {
            [format!("/api/v1/jobs/{job}"), format!("/api/v1/jobs/{job}/file")].map(|path| (Method::GET, path))
        });
        let verbs = ["archive", "erase"].map(|verb| (Method::POST, of_customer(customer, verb)));
        jobs.chain(verbs).collect::<Vec<(Method, String)>>()
    };
    let real = doors(last(&company), last(&person), other.customer);
    let fake = doors(&Uuid::now_v7().to_string(), &Uuid::now_v7().to_string(), Uuid::now_v7());
    for ((method, path), (_, nobodys)) in real.into_iter().zip(fake) {
        let body = if path.ends_with("/erase") { json!({"typed": "C1"}) } else { Json::Null };
        let found = program.send(method.clone(), &path, &[], body.clone()).await;
        let random = program.send(method, &nobodys, &[], body).await;
        found.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
        assert_eq!(without_ids(&found.text), without_ids(&random.text), "{path}");
    }
    assert_eq!(program.get(ARCHIVES).await.assert_ok("none").json["data"], json!([]));
    assert_eq!(name_of(&other, other.customer).await, "Gulf Steel");
    let (parts, _) = fetched(&theirs, &company).await;
    assert_eq!(manifest(&parts)["company"]["id"], json!(other.cx.tenant));
}

#[tokio::test]
async fn every_status_of_an_archive_and_of_an_erasure_is_described() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let expect = |method: &str, path: &str, status: u16, reply: &Reply| {
        assert_eq!(reply.status.as_u16(), status, "{method} {path}: {}", reply.text);
        assert_described(&described, method, path, reply);
    };
    let (ask, erase) = ("/api/v1/customers/{id}/person/archive", "/api/v1/customers/{id}/person/erase");
    let (to_ask, to_erase) = (of_customer(firm.customer, "archive"), of_customer(firm.customer, "erase"));
    let large = json!({"typed": "x".repeat(3 * 1024 * 1024)});
    for (path, to) in [(ARCHIVES, ARCHIVES), (ask, to_ask.as_str()), (erase, to_erase.as_str())] {
        let text = program.send(Method::POST, to, &[("content-type", "text/plain")], "x".into()).await;
        expect("post", path, 415, &text);
        expect("post", path, 413, &program.post(to, large.clone()).await);
        expect("post", path, 400, &program.post(&format!("{to}?x=1"), json!({})).await);
        expect("post", path, 422, &program.post(to, json!({"nonsense": 1})).await);
        expect("post", path, 401, &program.showing("").post(to, json!({})).await);
    }
    for (path, verb) in [(ask, "archive"), (erase, "erase")] {
        let nobody = program.post(&of_customer(Uuid::now_v7(), verb), Json::Null).await;
        expect("post", path, 404, &nobody);
    }
    assert_eq!(program.get("/api/v1/jobs").await.assert_ok("jobs").json["data"], json!([]), "nothing was begun");
    let archive = program.post(ARCHIVES, Json::Null).await;
    expect("post", ARCHIVES, 202, &archive);
    let person = program.post(&to_ask, Json::Null).await;
    expect("post", ask, 202, &person);
    let kinds = &described["components"]["schemas"]["Job"]["properties"]["kind"]["enum"];
    for job in [&archive, &person] {
        assert_as_said(&described, "Job", &job.json);
        assert!(kinds.as_array().is_some_and(|kinds| kinds.contains(&job.json["kind"])), "{kinds}");
    }
    work(&firm).await;
    let file = program.get(&format!("{}/file", begun(&archive))).await;
    expect("get", "/api/v1/jobs/{id}/file", 200, &file);
    let listed = program.get(ARCHIVES).await;
    expect("get", ARCHIVES, 200, &listed);
    let known = program.send(Method::GET, ARCHIVES, &[("if-none-match", &listed.etag())], Json::Null).await;
    expect("get", ARCHIVES, 304, &known);
    expect("get", ARCHIVES, 400, &program.get(&format!("{ARCHIVES}?x=1")).await);
    expect("post", erase, 204, &program.post(&to_erase, json!({"typed": "C1"})).await);
}
