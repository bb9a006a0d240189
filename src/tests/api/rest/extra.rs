//! What is said about records, the files that hang on them, and the search over them all, as programs meet them.

use crate::platform::comments::LONGEST;
use crate::record::query::encode;
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::portal_member;
use crate::tests::platform::web::without_ids;
use crate::tests::support::{self, Browser, FILES, Firm};
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const PDF: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// What is at an address beside the firm's customer.
fn beside(firm: &Firm, what: &str) -> String {
    format!("/api/v1/customers/{}/{what}", firm.customer)
}

/// Sends bytes as a file of this name and type.
async fn attach(program: &Program, shelf: &str, name: &str, kind: &str, text: &str) -> Reply {
    let path = format!("{shelf}?name={}", encode(name));
    program.send(Method::POST, &path, &[("content-type", kind)], text.into()).await
}

fn id_of(reply: &Reply) -> String {
    reply.json["id"].as_str().unwrap_or_else(|| panic!("no id: {} {}", reply.status, reply.text)).to_owned()
}

// ------------------------------------------------------------------ comments

#[tokio::test]
async fn what_is_said_about_a_record_is_read_and_answered() {
    let firm = Firm::new().await;
    let (program, path) = (Program::of(&firm).await, beside(&firm, "comments"));
    assert_eq!(program.get(&path).await.assert_ok("nothing yet").json, json!({"data": [], "next": null}));
    let said = program.post(&path, json!({"text": "  Is the limit right?\r\nSay so.  "})).await;
    assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
    let first = id_of(&said);
    let answer = id_of(&program.post(&path, json!({"text": "نعم", "answers_to": first})).await);
    let deeper = id_of(&program.post(&path, json!({"text": "Thanks", "answers_to": answer})).await);
    let talk = program.get(&path).await.assert_ok("a thread").json;
    let names = ["id", "answers_to", "text"];
    let told: Vec<[&Json; 3]> =
        talk["data"].as_array().expect("comments").iter().map(|c| names.map(|n| &c[n])).collect();
    assert_eq!(told[0], [&json!(first), &Json::Null, &json!("Is the limit right?\nSay so.")]);
    assert_eq!(told[1], [&json!(answer), &json!(first), &json!("نعم")]);
    assert_eq!(told[2], [&json!(deeper), &json!(first), &json!("Thanks")]);
    let (by, edited, removed) = (&talk["data"][0]["by"], &talk["data"][0]["edited"], &talk["data"][0]["removed"]);
    assert_eq!((by, edited, removed), (&json!("Owner"), &json!(false), &json!(false)));
    // People see it on the page, and what they take back is told no more.
    let (mut browser, page) = (Browser::of(&firm).await, format!("/customers/{}", firm.customer));
    assert!(browser.get(&page).await.body.contains("Is the limit right?"));
    browser.post(&page, &[("_comment", "remove"), ("_on", &first), ("text", "")]).await;
    let talk = program.get(&path).await.assert_ok("a thread").json;
    assert_eq!((&talk["data"][0]["removed"], &talk["data"][0]["text"]), (&json!(true), &Json::Null));
}

#[tokio::test]
async fn comments_are_read_to_the_first_and_said_once() {
    let firm = Firm::new().await;
    let (program, path) = (Program::of(&firm).await, beside(&firm, "comments"));
    let mut ids = Vec::new();
    for n in 0..52 {
        ids.push(id_of(&program.post(&path, json!({"text": format!("Comment {n}")})).await));
    }
    ids.reverse();
    let told = |reply: &Reply| -> Vec<String> {
        let data = reply.json["data"].as_array().expect("comments").iter();
        data.map(|comment| comment["id"].as_str().expect("an id").to_owned()).collect()
    };
    let newest = program.get(&path).await.assert_ok("the newest");
    assert_eq!((told(&newest), &newest.json["next"]), (ids[..50].to_vec(), &json!(ids[49])));
    let link = newest.header("link").expect("a link").to_owned();
    assert!(link.ends_with("; rel=\"next\""), "{link}");
    let older = program.get(link.split(['<', '>']).nth(1).expect("an address")).await.assert_ok("older ones");
    assert_eq!((told(&older), &older.json["next"], older.header("link")), (ids[50..].to_vec(), &Json::Null, None));
    // Under a key it is said once; the key of one thing is not that of another.
    let body = json!({"text": "Once"});
    let once = program.post_once(&path, "k", body.clone()).await.assert_ok("said");
    let again = program.post_once(&path, "k", body).await.assert_ok("said before");
    assert_eq!(id_of(&once), id_of(&again));
    assert_eq!(told(&program.get(&path).await)[..2], [id_of(&once), ids[0].clone()]);
    let other = program.post_once(&path, "k", json!({"text": "Twice"})).await;
    other.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-key-reused", "another comment");
}

#[tokio::test]
async fn a_comment_that_cannot_be_is_refused_at_its_field() {
    let firm = Firm::new().await;
    let (program, path) = (Program::of(&firm).await, beside(&firm, "comments"));
    for (body, field, id) in [
        (json!({}), "text", "refuse-comment-empty"),
        (json!({"text": " \n "}), "text", "refuse-comment-empty"),
        (json!({"text": "x".repeat(LONGEST + 1)}), "text", "refuse-comment-long"),
        (json!({"text": "a\u{7}b"}), "text", "fault-control-character"),
        (json!({"text": 1}), "text", "refuse-api-kind"),
        (json!({"text": "x", "answers_to": "x"}), "answers_to", "refuse-api-uuid"),
        (json!({"text": "x", "colour": "red"}), "colour", "refuse-api-field"),
    ] {
        let refused = program.post(&path, body).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
        assert!(refused.errors().contains(&(field.to_owned(), id.to_owned())), "{field}: {}", refused.text);
    }
    let array = program.post(&path, json!(["x"])).await;
    array.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-json", "no object");
    let plain = program.send(Method::POST, &path, &[("content-type", "text/plain")], "x".into()).await;
    plain.assert_problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "refuse-api-media-type", "a text");
    for (query, id) in [("after=x", "refuse-api-after"), ("limit=5", "refuse-api-parameter")] {
        program.get(&format!("{path}?{query}")).await.assert_problem(StatusCode::BAD_REQUEST, id, query);
    }
    let put = program.send(Method::PUT, &path, &[], json!({})).await;
    put.assert_problem(StatusCode::METHOD_NOT_ALLOWED, "refuse-api-method", "PUT");
    assert_eq!(program.get(&path).await.assert_ok("nothing was said").json["data"], json!([]));
}

// ------------------------------------------------------------------ files

#[tokio::test]
async fn a_file_is_attached_listed_fetched_and_removed() {
    let firm = Firm::new().await;
    let (program, shelf) = (Program::of(&firm).await, beside(&firm, "files"));
    assert_eq!(program.get(&shelf).await.assert_ok("no files").json, json!({"data": []}));
    let attached = attach(&program, &shelf, "عقد \"1\".pdf", "application/pdf", PDF).await;
    assert_eq!(attached.status, StatusCode::CREATED, "{}", attached.text);
    let one = format!("{shelf}/{}", id_of(&attached));
    assert_eq!(attached.header("location"), Some(one.as_str()));
    let file = &attached.json;
    assert_eq!((&file["name"], &file["size"]), (&json!("عقد _1_.pdf"), &json!(PDF.len())));
    assert_eq!((&file["type"], &file["by"]), (&json!("application/pdf"), &json!("Owner")));
    assert_eq!(program.get(&shelf).await.assert_ok("a file").json, json!({"data": [file]}));
    let fetched = program.get(&one).await.assert_ok("its bytes");
    assert_eq!(fetched.text, PDF);
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-length", PDF.len().to_string().as_str()),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cache-control", "private, max-age=600"),
    ] {
        assert_eq!(fetched.header(name), Some(value), "{name}");
    }
    let disposition = fetched.header("content-disposition").expect("a disposition");
    assert!(disposition.starts_with("inline; filename=\"___ _1_.pdf\"; filename*=UTF-8''%D8%B9"), "{disposition}");
    let known = program.send(Method::GET, &one, &[("if-none-match", &fetched.etag())], Json::Null).await;
    assert_eq!((known.status, known.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let part = program.send(Method::GET, &one, &[("range", "bytes=0-3")], Json::Null).await;
    assert_eq!((part.status, part.text.as_str()), (StatusCode::OK, PDF), "it is given whole");
    let head = program.send(Method::HEAD, &one, &[], Json::Null).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    // What could run something is saved, never shown.
    let svg = "<svg xmlns=\"x\"><script>alert(1)</script></svg>";
    let svg = attach(&program, &shelf, "a.svg", "image/svg+xml", svg).await;
    let fetched = program.get(&format!("{shelf}/{}", id_of(&svg))).await.assert_ok("a drawing");
    assert!(fetched.header("content-disposition").is_some_and(|how| how.starts_with("attachment;")));
    // People see the same shelf.
    let mut browser = Browser::of(&firm).await;
    assert!(browser.get(&format!("/customers/{}", firm.customer)).await.body.contains("عقد _1_.pdf"));
    let removed = program.delete(&one).await;
    assert_eq!((removed.status, removed.text.as_str()), (StatusCode::NO_CONTENT, ""));
    for gone in [program.get(&one).await, program.delete(&one).await] {
        gone.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a file that is gone");
    }
    let left = program.get(&shelf).await.assert_ok("the other file").json;
    assert_eq!(left["data"].as_array().map(Vec::len), Some(1), "{left}");
    // It is written down who attached, opened and removed what.
    let acts: Vec<String> = sqlx::query_scalar(
        "select action from audit where tenant_id = $1 and record_id = $2 and action <> 'create' order by id limit 2",
    )
    .bind(firm.cx.tenant)
    .bind(firm.customer)
    .fetch_all(firm.tx().await.conn())
    .await
    .expect("the audit");
    assert_eq!(acts, ["attach", "open_file"]);
}

#[tokio::test]
async fn what_may_not_be_attached_is_refused_and_not_kept() {
    let firm = Firm::new().await;
    let (program, shelf) = (Program::of(&firm).await, beside(&firm, "files"));
    for (name, kind, text, id) in [
        ("a.txt", "text/plain", "<html><script>alert(1)</script>", "refuse-file-type"),
        ("a.txt", "text/html", "Hello", "refuse-file-type"),
        ("a.pdf", "application/pdf", "MZ and more", "refuse-file-type"),
        ("a.exe", "application/octet-stream", "MZ", "refuse-file-type"),
        ("plan", "application/pdf", PDF, "refuse-file-type"),
        ("a.txt", "text/plain", "", "refuse-file-empty"),
    ] {
        let refused = attach(&program, &shelf, name, kind, text).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, &format!("{name} of {kind}"));
    }
    let path = format!("{shelf}?name=a.txt");
    let claims = [("content-type", "text/plain"), ("content-length", "30000000")];
    let large = program.send(Method::POST, &path, &claims, "Hello".into()).await;
    large.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-file-large", "what says that it is large");
    let large = attach(&program, &shelf, "a.txt", "text/plain", &"x".repeat(26 * 1024 * 1024)).await;
    large.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-file-large", "what is large");
    let form = attach(&program, &shelf, "a.txt", "multipart/form-data; boundary=edge", "--edge--").await;
    form.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-file-form", "a form");
    for query in ["", "?name=", "?name=%20"] {
        let nameless =
            program.send(Method::POST, &format!("{shelf}{query}"), &[("content-type", "text/plain")], "x".into()).await;
        nameless.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-file-name", query);
    }
    let strange = program.get(&format!("{shelf}?limit=1")).await;
    strange.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-parameter", "limit");
    let full = program.on(support::web_with(FILES.clone().with_quota(10)).await);
    let refused = attach(&full, &shelf, "a.pdf", "application/pdf", PDF).await;
    refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-file-room", "no room");
    assert_eq!(program.get(&shelf).await.assert_ok("no files").json, json!({"data": []}));
}

// ------------------------------------------------------------------ the search

#[tokio::test]
async fn a_search_finds_what_the_program_may_see() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let program = Program::of(&firm).await;
    let body = json!({"code": "BRIDGE-1", "name": {"en": "Unmistakable Bridges", "ar": "جسور لا تلتبس"}});
    let made = id_of(&program.post("/api/v1/customers", body).await.assert_ok("a customer"));
    for sought in ["unmistakable", "جسور", "BRIDGE-1"] {
        let found = program.get(&format!("/api/v1/search?q={}", encode(sought))).await.assert_ok(sought);
        let hit = &found.json["data"][0];
        let href = format!("/api/v1/customers/{made}");
        assert_eq!((&hit["record"], &hit["id"], &hit["href"]), (&json!("customer"), &json!(made), &json!(href)));
        assert_eq!(hit["title"], json!({"en": "Unmistakable Bridges", "ar": "جسور لا تلتبس"}), "{sought}");
        program.get(&href).await.assert_ok("what was found");
    }
    let seen = async |program: &Program| {
        let found = program.get("/api/v1/search?q=unmistakable").await.assert_ok("a search");
        found.json["data"].as_array().expect("hits").iter().any(|hit| hit["id"] == made.as_str())
    };
    assert!(seen(&program.beside_with(&firm, "read", &["customer"]).await).await);
    assert!(!seen(&program.beside_with(&firm, "write", &["item"]).await).await, "a token kept to items");
    assert!(!seen(&Program::of(&other).await).await, "another company");
    let (visitor, _) = portal_member(&firm, firm.customer).await;
    assert!(!seen(&program.beside_of(&firm, &visitor).await).await, "another customer");
    let (visitor, _) = portal_member(&firm, made.parse().expect("an id")).await;
    assert!(seen(&program.beside_of(&firm, &visitor).await).await, "the customer themselves");
    let long = "x".repeat(101);
    for (query, id) in [
        (String::new(), "refuse-api-q"),
        ("?q=".to_owned(), "refuse-api-q"),
        ("?q=x".to_owned(), "refuse-api-q"),
        (format!("?q={long}"), "refuse-api-q"),
        ("?q=steel&limit=5".to_owned(), "refuse-api-parameter"),
    ] {
        let refused = program.get(&format!("/api/v1/search{query}")).await;
        refused.assert_problem(StatusCode::BAD_REQUEST, id, &query);
    }
    program.get(&format!("/api/v1/search?q={}", &long[1..])).await.assert_ok("as long as may be");
    let nobody = program.showing("").get("/api/v1/search?q=steel").await;
    nobody.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", "without a token");
}

// ------------------------------------------------------------------ who may

#[tokio::test]
async fn what_stands_beside_a_record_is_for_those_who_may() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let (talk, shelf) = (beside(&firm, "comments"), beside(&firm, "files"));
    let first = id_of(&program.post(&talk, json!({"text": "Between us"})).await);
    let file = format!("{shelf}/{}", id_of(&attach(&program, &shelf, "a.pdf", "application/pdf", PDF).await));
    let ask = async |program: &Program| {
        let said = json!({"text": "x", "answers_to": first});
        [
            program.get(&talk).await,
            program.get(&shelf).await,
            program.get(&file).await,
            program.post(&talk, said).await,
            attach(program, &shelf, "b.pdf", "application/pdf", PDF).await,
            program.delete(&file).await,
        ]
    };
    let all = |replies: [Reply; 6], statuses: [u16; 6], who: &str| {
        for (n, (reply, status)) in replies.iter().zip(statuses).enumerate() {
            assert_eq!(reply.status.as_u16(), status, "{who}, {n}: {}", reply.text);
            match status {
                403 => reply.assert_problem(StatusCode::FORBIDDEN, "error-denied", who),
                404 => reply.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", who),
                _ => {}
            }
        }
    };
    let reader = program.beside_with(&firm, "read", &[]).await;
    all(ask(&reader).await, [200, 200, 200, 403, 403, 403], "a token that reads");
    let kept = program.beside_with(&firm, "write", &["item"]).await;
    all(ask(&kept).await, [404; 6], "a token kept to other records");
    let auditor = program.beside_of(&firm, &firm.colleague("auditor").await).await;
    all(ask(&auditor).await, [200, 200, 200, 403, 403, 403], "an auditor's");
    let (visitor, _) = portal_member(&firm, firm.customer).await;
    all(ask(&program.beside_of(&firm, &visitor).await).await, [403, 403, 404, 403, 403, 404], "a customer's");
    let body = json!({"code": "C2", "name": {"en": "Rival"}, "language": "en"});
    let rival = id_of(&program.post("/api/v1/customers", body).await.assert_ok("another customer"));
    let (visitor, _) = portal_member(&firm, rival.parse().expect("an id")).await;
    all(ask(&program.beside_of(&firm, &visitor).await).await, [404; 6], "another customer's");
    // A file is at the address of its own record only.
    let elsewhere = file.replace(&firm.customer.to_string(), &rival);
    for reply in [program.get(&elsewhere).await, program.delete(&elsewhere).await] {
        reply.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a file of another record");
    }
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        let has = |what: &str, method: &str| paths[format!("/api/v1/customers/{{id}}/{what}")][method].is_object();
        [has("comments", "get"), has("comments", "post"), has("files", "post"), has("files/{file}", "delete")]
    };
    assert_eq!(promised(&program).await, [true; 4]);
    assert_eq!(promised(&reader).await, [true, false, false, false]);
    assert_eq!(promised(&kept).await, [false; 4]);
    // Nothing has come of what was refused; a token kept to customers does it all.
    let own = program.beside_with(&firm, "write", &["customer"]).await;
    all(ask(&own).await, [200, 200, 200, 201, 201, 204], "a token kept to these records");
    let said = program.get(&talk).await.assert_ok("comments").json;
    let left = program.get(&shelf).await.assert_ok("files").json;
    let counts = [&said, &left].map(|page| page["data"].as_array().map(Vec::len));
    assert_eq!(counts, [Some(2), Some(1)], "{said} {left}");
}

#[tokio::test]
async fn f38_ids_of_another_company_beside_ones_own_look_like_random_ones() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let theirs = Program::of(&other).await;
    let comment = id_of(&theirs.post(&beside(&other, "comments"), json!({"text": "SECRET"})).await);
    let shelf = beside(&other, "files");
    let file = id_of(&attach(&theirs, &shelf, "secret.pdf", "application/pdf", PDF).await);
    let program = Program::of(&firm).await;
    let ask = async |comment: &str, file: &str| {
        let (talk, one) = (beside(&firm, "comments"), format!("{}/{file}", beside(&firm, "files")));
        [
            program.post(&talk, json!({"text": "x", "answers_to": comment})).await,
            program.get(&one).await,
            program.delete(&one).await,
        ]
    };
    let random = [Uuid::now_v7().to_string(), Uuid::now_v7().to_string()];
    for (found, nobodys) in ask(&comment, &file).await.iter().zip(&ask(&random[0], &random[1]).await) {
        found.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "another company's");
        assert_eq!(without_ids(&found.text), without_ids(&nobodys.text));
    }
    // As a place to read from, an id only says where: there is nothing of theirs to see.
    program.post(&beside(&firm, "comments"), json!({"text": "Ours"})).await.assert_ok("said");
    let page = program.get(&format!("{}?after={comment}", beside(&firm, "comments"))).await.assert_ok("a page");
    assert!(!page.text.contains("SECRET"), "{}", page.text);
    assert_eq!(theirs.get(&format!("{shelf}/{file}")).await.assert_ok("still theirs").text, PDF);
}
