//! Imports, exports and bulk jobs, as programs begin and watch them.

use super::{assert_described, customers};
use crate::platform::archive;
use crate::platform::bulk::{self, Order, Which};
use crate::platform::jobs;
use crate::tests::api::{Program, Reply};
use crate::tests::platform::jobs::{alone, work};
use crate::tests::platform::web::without_ids;
use crate::tests::support::{Firm, record};
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Three customers, the second of whom speaks a language that is none.
const FILE: &str = "code,name,language\nI1,First,en\nI2,Second,Persian\nI3,Third,en\n";

const IMPORT: &str = "/api/v1/customers/import";
const EXPORT: &str = "/api/v1/customers/export";
const BULK: &str = "/api/v1/customers/bulk";

/// Sends a file under a key.
async fn bring(program: &Program, key: &str, text: &str) -> Reply {
    let headers = [("content-type", "text/csv"), ("idempotency-key", key)];
    program.send(Method::POST, &format!("{IMPORT}?name=list.csv"), &headers, text.into()).await
}

/// Where it can be read how far it is.
pub fn begun(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text);
    reply.header("location").expect("an address").to_owned()
}

/// So many customers beside the first one.
async fn more_customers(program: &Program, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for n in 0..count {
        let body = json!({"code": format!("K{n:04}"), "name": {"en": "Customer"}, "language": "en"});
        let made = program.post("/api/v1/customers", body).await.assert_ok("a customer");
        ids.push(made.json["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"));
    }
    ids
}

// ------------------------------------------------------------------ imports

#[tokio::test]
async fn a_program_imports_a_file_without_its_bad_row_and_takes_it_back() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut program = Program::of(&firm).await;
    let one = begun(&bring(&program, "file", FILE).await);
    assert_eq!(begun(&bring(&program, "file", FILE).await), one, "the same file under the same key");
    let early = program.post(&format!("{one}/run"), json!({})).await;
    early.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-import-moved", "before it is rehearsed");
    work(&firm).await;
    let told = program.get(&one).await.assert_ok("rehearsed");
    let import = &told.json;
    assert_eq!((&import["state"], &import["name"]), (&json!("rehearsed"), &json!("list.csv")));
    assert_eq!(import["can"], json!(["check", "run"]));
    let counts = json!({"rows": 3, "created": 2, "changed": 0, "faults": 1, "skipped": 1});
    assert_eq!(import["counts"], counts);
    let fault = &import["faults"][0];
    assert_eq!((&fault["line"], &fault["column"], &fault["text"]), (&json!(3), &json!("language"), &json!("Persian")));
    assert_eq!(fault["reason"]["id"], "import-fault-not-choice");
    assert_eq!(customers(&firm).await, 1, "a rehearsal writes nothing");
    let known = program.send(Method::GET, &one, &[("if-none-match", &told.etag())], Json::Null).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    program.language = Some("ar");
    let arabic = program.get(&one).await.assert_ok("in Arabic").json;
    assert_ne!(arabic["faults"][0]["reason"]["message"], fault["reason"]["message"]);
    program.language = None;
    // All of it cannot be had; what is good of it can, once.
    let run = format!("{one}/run");
    let refused = program.post(&run, json!({"mode": "all"})).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-import-bad", "with a bad row");
    let refused = program.post(&run, json!({"mode": "most"})).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "fault-not-choice", "a mode that is none");
    for _ in 0..2 {
        assert_eq!(begun(&program.post_once(&run, "run", json!({"mode": "skip_bad"})).await), one);
    }
    work(&firm).await;
    let done = program.get(&one).await.assert_ok("imported").json;
    assert_eq!((&done["state"], &done["counts"]["created"]), (&json!("done"), &json!(2)));
    assert_eq!((customers(&firm).await, &done["can"]), (3, &json!(["undo"])));
    assert_eq!(done["all_faults"], Json::Null, "all that is wrong was told");
    let rest = done["rest"].as_str().expect("the rows that were left out").to_owned();
    let rest = program.get(&rest).await.assert_ok("the rest").text;
    assert!(rest.contains("I2,Second,Persian") && !rest.contains("I1"), "{rest}");
    begun(&program.post(&format!("{one}/undo"), Json::Null).await);
    work(&firm).await;
    assert_eq!(program.get(&one).await.assert_ok("undone").json["state"], "undone");
    assert_eq!(customers(&firm).await, 1);
    let late = program.post(&format!("{one}/cancel"), Json::Null).await;
    late.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-import-moved", "nothing is under way");
    // The import's jobs lead to it.
    let listed = program.get("/api/v1/jobs").await.assert_ok("jobs").json;
    let actions: Vec<&Json> = listed["data"].as_array().expect("jobs").iter().map(|job| &job["action"]).collect();
    assert_eq!(actions, ["undo", "import", "rehearse"]);
    assert!(one.ends_with(listed["data"][0]["import"].as_str().expect("an import")), "{listed}");
}

#[tokio::test]
async fn columns_are_sent_where_a_program_says() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let one = begun(&bring(&program, "k", "Kennung,Titel,language\nI1,First,en\n").await);
    work(&firm).await;
    let told = program.get(&one).await.assert_ok("rehearsed").json;
    let column = json!({"name": "Kennung", "target": "", "factor": null});
    assert_eq!((&told["columns"][0], &told["columns"][2]["target"]), (&column, &json!("language")));
    assert!(told["counts"]["faults"].as_i64().is_some_and(|faults| faults > 0), "{told}");
    let check = format!("{one}/check");
    for (body, field, id) in [
        (json!({"targets": ["code"]}), "targets", "refuse-api-targets"),
        (json!({"targets": ["nonsense", "name", "language"]}), "targets", "refuse-api-targets"),
        (json!({"targets": ["code", 1, null]}), "targets", "refuse-api-targets"),
        (json!({"fixed": {"parent": "x"}}), "fixed", "refuse-api-targets"),
        (json!({"factors": [1]}), "factors", "refuse-api-factors"),
        (json!({"factors": [1, true, null]}), "factors", "refuse-api-factors"),
        (
            json!({"targets": ["credit_limit", null, null], "factors": [0, null, null]}),
            "factors",
            "refuse-import-factor",
        ),
        (json!({"factors": 100}), "factors", "refuse-api-kind"),
        (json!({"changes": "yes"}), "changes", "refuse-api-kind"),
        (json!({"colour": "red"}), "colour", "refuse-api-field"),
    ] {
        let refused = program.post(&check, body).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
        assert!(refused.errors().contains(&(field.to_owned(), id.to_owned())), "{}", refused.text);
    }
    let asked = json!({"targets": ["code", "name", null], "fixed": {"language": "ar", "phone": "1"}});
    begun(&program.post(&check, asked).await);
    work(&firm).await;
    let told = program.get(&one).await.assert_ok("checked again").json;
    assert_eq!((&told["counts"]["faults"], &told["can"]), (&json!(0), &json!(["check", "run"])), "{told}");
    assert_eq!(told["fixed"], json!({"language": "ar", "phone": "1"}));
    assert_eq!(told["all_faults"], Json::Null);
    // Without a word about bad rows all of it is imported.
    begun(&program.post(&format!("{one}/run"), Json::Null).await);
    work(&firm).await;
    let made = program.get("/api/v1/customers?code=I1&fields=language,phone").await.assert_ok("made").json;
    assert_eq!((&made["data"][0]["language"], &made["data"][0]["phone"]), (&json!("ar"), &json!("1")), "{made}");
}

/// What an answer has no room for is fetched as a file.
#[tokio::test]
async fn all_that_is_wrong_with_a_file_is_fetched() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let rows: String = (0..205).map(|n| format!("I{n},Name,Persian\n")).collect();
    let one = begun(&bring(&program, "k", &format!("code,name,language\n{rows}")).await);
    work(&firm).await;
    let told = program.get(&one).await.assert_ok("rehearsed").json;
    assert_eq!((told["faults"].as_array().map(Vec::len), &told["counts"]["faults"]), (Some(200), &json!(205)));
    let faults = program.get(told["all_faults"].as_str().expect("an address")).await.assert_ok("the faults").text;
    assert!(faults.contains("206,language,Persian,"), "{faults}");
    assert_eq!(faults.lines().count(), 206);
}

#[tokio::test]
async fn figures_of_a_column_are_multiplied_as_a_program_says() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let one = begun(&bring(&program, "k", "code,name,language,credit_limit\nI1,First,en,2.5\n").await);
    work(&firm).await;
    let asked = json!({"targets": ["code", "name", "language", "credit_limit"], "factors": [null, null, null, 1000]});
    begun(&program.post(&format!("{one}/check"), asked).await);
    work(&firm).await;
    let told = program.get(&one).await.assert_ok("checked again").json;
    assert_eq!(told["columns"][3], json!({"name": "credit_limit", "target": "credit_limit", "factor": "1000"}));
    begun(&program.post(&format!("{one}/run"), Json::Null).await);
    work(&firm).await;
    let made = program.get("/api/v1/customers?code=I1&fields=credit_limit").await.assert_ok("made").json;
    assert_eq!(made["data"][0]["credit_limit"], "2500.00", "{made}");
}

#[tokio::test]
async fn a_file_that_is_none_is_not_taken_in() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let send = async |query: &str, kind: &str, text: &str| {
        program.send(Method::POST, &format!("{IMPORT}{query}"), &[("content-type", kind)], text.into()).await
    };
    let empty = send("", "text/csv", "").await;
    empty.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-file-empty", "no bytes");
    let form = send("", "multipart/form-data; boundary=edge", "--edge--").await;
    form.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-file-form", "a form");
    let strange = send("?mode=all", "text/csv", FILE).await;
    strange.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-parameter", "a parameter");
    let perhaps = send("?changes=perhaps", "text/csv", FILE).await;
    perhaps.assert_problem(StatusCode::BAD_REQUEST, "fault-not-choice", "neither yes nor no");
    for path in ["/api/v1/nothing/import", "/api/v1/nothing/export", "/api/v1/nothing/bulk"] {
        program.post(path, json!({})).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", path);
    }
    let read = program.get(IMPORT).await;
    read.assert_problem(StatusCode::METHOD_NOT_ALLOWED, "refuse-api-method", "reading what is only begun");
}

// ------------------------------------------------------------------ exports

#[tokio::test]
async fn a_program_has_a_list_written_and_fetches_the_file() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    more_customers(&program, 3).await;
    let asked = json!({"filter": {"q": "K00"}, "sort": "-code", "columns": ["code", "language"], "format": "csv"});
    let reply = program.post_once(EXPORT, "e", asked.clone()).await;
    let one = begun(&reply);
    assert_eq!((&reply.json["state"], &reply.json["file"]), (&json!("waiting"), &Json::Null));
    program.get(&format!("{one}/file")).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "no file");
    assert_eq!(begun(&program.post_once(EXPORT, "e", asked).await), one, "under the same key");
    work(&firm).await;
    let done = program.get(&one).await.assert_ok("the job");
    assert_eq!(
        (&done.json["state"], &done.json["total"], &done.json["kind"]),
        (&json!("done"), &json!(3), &json!("export"))
    );
    let href = done.json["file"]["href"].as_str().expect("a file").to_owned();
    assert!(done.json["file"]["name"].as_str().is_some_and(|name| name.ends_with(".csv")), "{}", done.text);
    let file = program.get(&href).await.assert_ok("the file");
    assert!(file.header("content-disposition").is_some_and(|how| how.starts_with("attachment;")));
    let codes: Vec<&str> = file.text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(codes, ["K0002", "K0001", "K0000"], "{}", file.text);
    let known = program.send(Method::GET, &one, &[("if-none-match", &done.etag())], Json::Null).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let listed = program.get("/api/v1/jobs").await.assert_ok("jobs").json;
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["data"][0]["id"], done.json["id"]);
    // What is over is neither stopped nor gone on with.
    for (verb, id) in [("cancel", "refuse-api-job-cancel"), ("retry", "refuse-api-job-retry")] {
        let refused = program.post(&format!("{one}/{verb}"), Json::Null).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, verb);
    }
    program.post(&format!("{one}/fly"), Json::Null).await.assert_problem(
        StatusCode::NOT_FOUND,
        "refuse-api-not-found",
        "no such verb",
    );
    let nowhere = program.get(&format!("{one}?after=x")).await;
    nowhere.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-after", "no place");
}

#[tokio::test]
async fn a_job_is_stopped_and_gone_on_with() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let one = begun(&program.post(EXPORT, json!({"format": "xlsx"})).await);
    begun(&program.post(&format!("{one}/cancel"), Json::Null).await);
    work(&firm).await;
    assert_eq!(program.get(&one).await.assert_ok("stopped").json["state"], "cancelled");
    let again = program.post(&format!("{one}/retry"), Json::Null).await;
    assert_eq!((begun(&again), &again.json["state"]), (one.clone(), &json!("waiting")));
    work(&firm).await;
    assert_eq!(program.get(&one).await.assert_ok("done").json["state"], "done");
}

#[tokio::test]
async fn an_export_that_cannot_be_is_refused_at_its_field() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let (malformed, refused) = (StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY);
    for (body, status, field, id) in [
        (json!({"format": "doc"}), refused, "format", "fault-not-choice"),
        (json!({"format": 1}), refused, "format", "refuse-api-kind"),
        (json!({"columns": ["nonsense"]}), refused, "columns", "refuse-api-field"),
        (json!({"columns": []}), refused, "columns", "refuse-api-field"),
        (json!({"limit": 5}), refused, "limit", "refuse-api-field"),
        (json!({"filter": {"limit": "5"}}), malformed, "limit", "refuse-api-parameter"),
        (json!({"filter": {"nonsense": "5"}}), malformed, "nonsense", "refuse-api-parameter"),
        (json!({"filter": {"code": 5}}), refused, "code", "refuse-api-kind"),
        (json!({"sort": "nonsense"}), malformed, "sort", "refuse-api-sort"),
    ] {
        let reply = program.post(EXPORT, body).await;
        reply.assert_problem(status, id, field);
        assert!(reply.errors().contains(&(field.to_owned(), id.to_owned())), "{}", reply.text);
    }
    assert_eq!(program.get("/api/v1/jobs").await.assert_ok("jobs").json["data"], json!([]));
}

// ------------------------------------------------------------------ many records

#[tokio::test]
async fn a_program_changes_two_of_three_and_reads_the_report() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let ids = more_customers(&program, 3).await;
    let nobody = Uuid::now_v7();
    let asked = json!({"action": "set", "field": "phone", "value": "+966 11", "ids": [ids[0], ids[1], ids[0], nobody]});
    let one = begun(&program.post_once(BULK, "b", asked).await);
    work(&firm).await;
    let job = program.get(&one).await.assert_ok("the report").json;
    assert_eq!((&job["state"], &job["action"]), (&json!("done"), &json!("set")));
    assert_eq!((&job["done"], &job["refused"], &job["total"]), (&json!(2), &json!(1), &json!(3)));
    let rows = job["rows"].as_array().expect("rows");
    assert_eq!((&rows[0]["id"], &rows[0]["refused"]), (&json!(nobody), &json!(true)));
    assert_eq!((&rows[0]["reason"]["id"], &rows[0]["title"]), (&json!("error-not-found"), &Json::Null));
    assert_eq!((&rows[1]["id"], &rows[1]["refused"]), (&json!(ids[0]), &json!(false)));
    assert_eq!(
        (&rows[1]["title"]["en"], &rows[1]["reason"], &job["next"]),
        (&json!("Customer"), &Json::Null, &Json::Null)
    );
    for (id, phone) in ids.iter().zip([Some("+966 11"), Some("+966 11"), None]) {
        assert_eq!(firm.document("customer", *id).await.text("phone"), phone);
    }
    // What a filter finds is gone afterwards, and nothing else.
    begun(&program.post(BULK, json!({"action": "delete", "filter": {"code": "K0002"}})).await);
    work(&firm).await;
    assert_eq!(customers(&firm).await, 3);
    assert_eq!(program.get(&format!("/api/v1/customers/{}", ids[2])).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_bulk_job_that_cannot_be_is_refused_at_its_field() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let ids = [firm.customer];
    for (body, field, id) in [
        (json!({}), "action", "fault-not-choice"),
        (json!({"action": "fly", "ids": ids}), "action", "fault-not-choice"),
        (json!({"action": "delete"}), "ids", "refuse-api-which"),
        (json!({"action": "delete", "ids": []}), "ids", "refuse-api-which"),
        (json!({"action": "delete", "ids": ids, "filter": {}}), "ids", "refuse-api-which"),
        (json!({"action": "delete", "ids": ["x"]}), "ids", "refuse-api-uuid"),
        (json!({"action": "delete", "ids": ids, "value": 1}), "value", "refuse-api-field"),
        (json!({"action": "set", "field": "code", "value": "X", "ids": ids}), "field", "refuse-bulk-field"),
        (json!({"action": "set", "field": "phone", "value": 5, "ids": ids}), "phone", "refuse-api-kind"),
        (json!({"action": "set", "field": "language", "value": "fr", "ids": ids}), "language", "fault-not-choice"),
    ] {
        let reply = program.post(BULK, body).await;
        reply.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
        assert!(reply.errors().contains(&(field.to_owned(), id.to_owned())), "{}", reply.text);
    }
    let all = program.post(BULK, json!({"action": "delete", "filter": {"nonsense": "x"}})).await;
    all.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-parameter", "a filter that is none");
    assert_eq!(program.get("/api/v1/jobs").await.assert_ok("jobs").json["data"], json!([]));
}

// ------------------------------------------------------------------ who may

/// Everything that can be asked of a job and of an import.
fn doors(job: &str, import: &str) -> Vec<(Method, String)> {
    let (job, import) = (format!("/api/v1/jobs/{job}"), format!("/api/v1/imports/{import}"));
    let reads = [job.clone(), format!("{job}/file"), import.clone(), format!("{import}/rest")];
    let steps = ["check", "run", "undo", "cancel"].map(|verb| format!("{import}/{verb}"));
    let steers = ["cancel", "retry"].map(|verb| format!("{job}/{verb}"));
    let reads = reads.into_iter().map(|path| (Method::GET, path));
    reads.chain(steps.into_iter().chain(steers).map(|path| (Method::POST, path))).collect()
}

pub fn last(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

#[tokio::test]
async fn f38_jobs_and_imports_of_another_company_look_like_random_ones() {
    let _turn = alone().await;
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let theirs = Program::of(&other).await;
    let import = begun(&bring(&theirs, "k", FILE).await);
    let job = begun(&theirs.post(EXPORT, json!({})).await);
    work(&other).await;
    let program = Program::of(&firm).await;
    let real = doors(last(&job), last(&import));
    let fake = doors(&Uuid::now_v7().to_string(), &Uuid::now_v7().to_string());
    for ((method, path), (_, nobodys)) in real.into_iter().zip(fake) {
        let found = program.send(method.clone(), &path, &[], Json::Null).await;
        let random = program.send(method, &nobodys, &[], Json::Null).await;
        found.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
        assert_eq!(without_ids(&found.text), without_ids(&random.text), "{path}");
    }
    assert_eq!(program.get("/api/v1/jobs").await.assert_ok("no jobs").json["data"], json!([]));
    assert_eq!(theirs.get(&import).await.assert_ok("still theirs").json["state"], "rehearsed");
    // Their records are nobody's, however they are named.
    for which in [json!({"ids": [other.customer]}), json!({"filter": {"code": "C1"}})] {
        let mut asked = which;
        asked["action"] = "set".into();
        asked["field"] = "phone".into();
        asked["value"] = "666".into();
        begun(&program.post(BULK, asked).await);
    }
    work(&firm).await;
    assert_eq!(other.document("customer", other.customer).await.text("phone"), None);
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), Some("666"));
}

#[tokio::test]
async fn a_token_begins_no_more_than_it_may() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let bulk = json!({"action": "set", "field": "phone", "value": "1", "ids": [firm.customer]});
    let begin = async |program: &Program| {
        [
            bring(program, "k", FILE).await,
            program.post(BULK, bulk.clone()).await,
            program.post(EXPORT, json!({"columns": ["code"]})).await,
        ]
    };
    let all = |replies: [Reply; 3], statuses: [u16; 3], who: &str| {
        let addresses = replies.iter().zip(statuses).map(|(reply, status)| {
            assert_eq!(reply.status.as_u16(), status, "{who}: {}", reply.text);
            if status == 403 {
                reply.assert_problem(StatusCode::FORBIDDEN, "error-denied", who);
            }
            reply.header("location").unwrap_or_default().to_owned()
        });
        addresses.collect::<Vec<String>>()
    };
    let reader = program.beside_with(&firm, "read", &[]).await;
    let stranger = program.beside_with(&firm, "write", &["item"]).await;
    let auditor = program.beside_of(&firm, &firm.colleague("auditor").await).await;
    all(begin(&stranger).await, [403; 3], "a token kept to other records");
    all(begin(&auditor).await, [403, 403, 202], "an auditor's");
    let exported = all(begin(&reader).await, [403, 403, 202], "a token that reads").remove(2);
    let own = program.beside_with(&firm, "write", &["customer"]).await;
    let begun = all(begin(&own).await, [202; 3], "a token kept to these records");
    work(&firm).await;
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), Some("1"), "it runs within its scope");
    // Who only reads fetches what they had written, and steers nothing that changes anything.
    let file = reader.get(&format!("{exported}/file")).await.assert_ok("the file");
    assert!(file.text.contains("C1"), "{}", file.text);
    let import = &begun[0];
    let told = reader.get(import).await.assert_ok("an import").json;
    assert_eq!((&told["state"], &told["can"]), (&json!("rehearsed"), &json!([])));
    for path in [format!("{import}/run"), format!("{import}/check"), format!("{import}/cancel")] {
        reader.post(&path, Json::Null).await.assert_problem(StatusCode::FORBIDDEN, "error-denied", &path);
    }
    let steered = reader.post(&format!("{}/retry", begun[1]), Json::Null).await;
    steered.assert_problem(StatusCode::FORBIDDEN, "error-denied", "a bulk job");
    for (method, path) in doors(last(&begun[2]), last(import)) {
        let reply = stranger.send(method, &path, &[], Json::Null).await;
        reply.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
    }
    assert_eq!(stranger.get("/api/v1/jobs").await.assert_ok("no jobs").json["data"], json!([]));
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        [IMPORT, BULK, EXPORT].map(|path| paths[path]["post"].is_object())
    };
    assert_eq!(promised(&program).await, [true; 3]);
    assert_eq!(promised(&reader).await, [false, false, true]);
    assert_eq!(promised(&stranger).await, [false; 3]);
}

/// What somebody asked for with all of their rights is gone on with by a program with no more than its own.
#[tokio::test]
async fn a_program_widens_no_job_and_lends_itself_nothing() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let order = Order {
        record: "customer".to_owned(),
        verb: "set".to_owned(),
        field: "phone".to_owned(),
        text: "1".to_owned(),
        which: Which::These(vec![firm.customer]),
    };
    let mut tx = firm.tx().await;
    let job = bulk::ask(&mut tx, record("customer"), Uuid::now_v7(), &order).await.expect("asked");
    let archive = archive::job::ask(&mut tx).await.expect("asked");
    for one in [job, archive] {
        jobs::cancel(&mut tx, one).await.expect("stopped");
    }
    tx.commit().await.expect("commit");
    work(&firm).await;
    let scope = async || -> Option<Json> {
        sqlx::query_scalar("select asked -> 'scope' from job where tenant_id = $1 and id = $2")
            .bind(firm.cx.tenant)
            .bind(job)
            .fetch_one(firm.tx().await.conn())
            .await
            .expect("who asked")
    };
    assert!(scope().await.is_none_or(|scope| scope.is_null()), "a person");
    let program = Program::of(&firm).await;
    let one = format!("/api/v1/jobs/{job}");
    let reader = program.beside_with(&firm, "read", &[]).await;
    let denied = reader.post(&format!("{one}/retry"), Json::Null).await;
    denied.assert_problem(StatusCode::FORBIDDEN, "error-denied", "a token that reads");
    let kept = program.beside_with(&firm, "write", &["customer"]).await;
    begun(&kept.post(&format!("{one}/retry"), Json::Null).await);
    assert_eq!(scope().await, Some(json!({"writes": true, "records": ["customer"]})));
    work(&firm).await;
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), Some("1"));
    // Archives hold records of all types: a token that is kept to some knows of none, and one that reads goes on with none.
    let wide = program.beside_with(&firm, "write", &["customer", "company"]).await;
    for (program, known) in [(&program, vec![json!(archive), json!(job)]), (&wide, vec![json!(job)])] {
        let listed = program.get("/api/v1/jobs").await.assert_ok("jobs").json;
        let listed: Vec<Json> = listed["data"].as_array().expect("jobs").iter().map(|job| job["id"].clone()).collect();
        assert_eq!(listed, known);
    }
    let path = format!("/api/v1/jobs/{archive}");
    for path in [path.clone(), format!("{path}/file")] {
        wide.get(&path).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
    }
    let denied = reader.post(&format!("{path}/retry"), Json::Null).await;
    denied.assert_problem(StatusCode::FORBIDDEN, "error-denied", "an archive, for a token that reads");
}

// ------------------------------------------------------------------ the description

#[tokio::test]
async fn every_status_of_a_job_is_described() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let expect = |method: &str, path: &str, status: u16, reply: &Reply| {
        assert_eq!(reply.status.as_u16(), status, "{method} {path}: {}", reply.text);
        assert_described(&described, method, path, reply);
    };
    let import = bring(&program, "k", FILE).await;
    expect("post", IMPORT, 202, &import);
    expect("post", IMPORT, 422, &bring(&program, "l", "").await);
    let export = program.post(EXPORT, json!({})).await;
    expect("post", EXPORT, 202, &export);
    let bulk = json!({"action": "set", "field": "phone", "value": "1", "filter": {}});
    expect("post", BULK, 202, &program.post(BULK, bulk).await);
    work(&firm).await;
    let large = json!({"filter": {"q": "x".repeat(3 * 1024 * 1024)}});
    let (import, job) = (begun(&import), begun(&export));
    let text = [("content-type", "text/plain")];
    for (path, to) in [
        (EXPORT, EXPORT.to_owned()),
        (BULK, BULK.to_owned()),
        ("/api/v1/imports/{id}/run", format!("{import}/run")),
        ("/api/v1/jobs/{id}/cancel", format!("{job}/cancel")),
    ] {
        expect("post", path, 413, &program.post(&to, large.clone()).await);
        expect("post", path, 415, &program.send(Method::POST, &to, &text, "x".into()).await);
        expect("post", path, 400, &program.post(&format!("{to}?x=1"), json!({})).await);
        expect("post", path, 422, &program.post(&to, json!({"nonsense": 1})).await);
        expect("post", path, 401, &program.showing("").post(&to, json!({})).await);
    }
    for (path, to) in [
        ("/api/v1/jobs", "/api/v1/jobs".to_owned()),
        ("/api/v1/jobs/{id}", job.clone()),
        ("/api/v1/imports/{id}", import.clone()),
    ] {
        let read = program.get(&to).await;
        expect("get", path, 200, &read);
        let known = program.send(Method::GET, &to, &[("if-none-match", &read.etag())], Json::Null).await;
        expect("get", path, 304, &known);
        expect("get", path, 400, &program.get(&format!("{to}?x=1")).await);
    }
    expect("get", "/api/v1/jobs/{id}/file", 200, &program.get(&format!("{job}/file")).await);
    for file in ["faults", "rest"] {
        let none = program.get(&format!("/api/v1/imports/{}/{file}", Uuid::now_v7())).await;
        expect("get", &format!("/api/v1/imports/{{id}}/{file}"), 404, &none);
    }
    // What is answered is what was said, name by name.
    for (kind, to) in [("Job", &job), ("Import", &import)] {
        let said = described["components"]["schemas"][kind]["required"].as_array().expect("names").clone();
        let told = program.get(to).await.assert_ok(kind).json;
        assert_eq!(said.len(), told.as_object().map_or(0, serde_json::Map::len), "{kind}: {told}");
        for name in &said {
            assert!(told.get(name.as_str().unwrap_or_default()).is_some(), "{kind} has no {name}");
        }
    }
}
