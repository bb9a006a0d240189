//! The web as browsers and attackers meet it.

use super::permission::{admin, busy_firm, member_with, portal_member, send_file, targets};
use super::tenancy::{full_firm, picture};
use crate::app::{forms, shell};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules::administration::role::BASES;
use crate::modules::{self, MODULES};
use crate::platform::bulk::{self, Which};
use crate::platform::permission::Rights;
use crate::platform::tenancy::Cx;
use crate::platform::web::{self, House};
use crate::platform::{door, jobs};
use crate::record::line::input_name;
use crate::record::{Field, Kind, Record};
use crate::tests::support::{self, Answer, Browser, FILES, Firm, PASSWORD};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn signed_out_visitors_are_sent_to_the_door() {
    let mut browser = Browser::new().await;
    for path in ["/", "/customers", "/sales-orders/new", "/trial-balance", "/nothing-here"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location.is_some_and(|l| l.starts_with("/sign-in")), "{path}");
    }
    for (function, body) in functions(&Uuid::now_v7().to_string()) {
        let answer = browser.call(function, body).await;
        assert!(answer.body.contains("error-signed-out"), "{function}: {}", answer.body);
    }
}

/// Every server function with a body that asks for something of this id.
fn functions(id: &str) -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("page", json!({"path": ["customers", id], "query": []})),
        ("preview", json!({"record": "customer", "id": id, "fields": {}, "lines": []})),
        ("lookup", json!({"record": "customer", "text": ""})),
        ("row", json!({"record": "customer", "id": id, "columns": ["code"]})),
        ("uploaded", json!({"id": id})),
    ]
}

#[test]
fn every_server_function_is_in_the_list() {
    let listed = functions("x").len();
    let paths: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(paths.len(), listed, "{paths:?}");
    assert!(functions("x").iter().all(|(f, _)| paths.contains(&format!("/api/{f}").as_str())), "{paths:?}");
}

#[tokio::test]
async fn wrong_passwords_say_nothing_and_lock_in_the_end() {
    let firm = Firm::new().await;
    let mut browser = Browser::new().await;
    let unknown = browser.post("/sign-in", &[("email", "nobody@firm.example"), ("password", "x")]).await;
    let wrong = browser.post("/sign-in", &[("email", &firm.email), ("password", "wrong")]).await;
    assert_eq!((unknown.status, wrong.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert!(wrong.body.contains(&firm.email), "the address is kept");
    assert!(!wrong.body.contains("value=\"wrong\""), "the password is not");
    for _ in 0..9 {
        browser.post("/sign-in", &[("email", &firm.email), ("password", "wrong")]).await;
    }
    let locked = browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    assert_eq!(locked.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn f47_signing_in_gives_the_session_a_new_name() {
    let firm = Firm::new().await;
    let mut browser = Browser::new().await;
    let answer = browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    let cookie = answer.headers.get(header::SET_COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let away =
        browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD), ("next", "//evil.example")]).await;
    assert_eq!(away.location.as_deref(), Some("/"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    browser.post("/sign-out", &[]).await;
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn f48_changes_from_elsewhere_are_refused() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let form = "application/x-www-form-urlencoded";
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("x-nothing", "at-all"),
    ] {
        let request = Request::post("/customers/new").header(header::CONTENT_TYPE, form).header(name, value);
        let answer = browser.send(request, Body::from("code=EVIL&name=Evil&_edits=1")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let request =
        Request::post("/customers/new").header(header::CONTENT_TYPE, form).header("origin", "http://diwan.example");
    let answer = browser.send(request, Body::from("code=GOOD&name=Good&language=en&_edits=1")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

#[tokio::test]
async fn changes_from_elsewhere_are_refused_in_the_visitors_language() {
    let mut browser = Browser::new().await;
    for (chosen, asked, locale) in [
        (None, "en-GB", Locale::En),
        (None, "ar-SA,ar;q=0.9,en;q=0.5", Locale::Ar),
        (Some("ar"), "en-GB", Locale::Ar),
        (Some("en"), "ar", Locale::En),
    ] {
        browser.language = asked;
        let mut request = Request::post("/customers/new");
        if let Some(chosen) = chosen {
            request = request.header(header::COOKIE, format!("language={chosen}"));
        }
        let answer = browser.send(request, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let said = I18n::new(locale, Digits::Western).format("error-origin", None);
        assert_eq!(answer.text(), said, "after {chosen:?} and {asked}");
    }
}

async fn panics() -> StatusCode {
    panic!("a handler that panics, for a test")
}

#[tokio::test]
async fn a_panic_is_told_in_the_visitors_language_with_its_reference() {
    let firm = Firm::new().await;
    let web = support::web_of(FILES.clone(), Router::new().route("/panics", get(panics))).await;
    let mut browser = Browser::over(web, &firm.email).await;
    let answer = browser.get("/panics").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let reference = answer.headers.get("x-request-id").and_then(|h| h.to_str().ok()).expect("a reference");
    assert!(answer.text().contains(reference), "{}", answer.text());
    assert!(!answer.text().contains("a handler that panics"), "{}", answer.text());
    browser.language = "ar";
    let answer = browser.get("/panics").await;
    let arabic = I18n::new(Locale::Ar, Digits::Western).format("error-internal", None);
    let opening = arabic.split('.').next().expect("a sentence");
    assert!(answer.text().starts_with(opening), "{}", answer.text());
}

#[tokio::test]
async fn pages_carry_their_policy() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let answer = browser.get("/").await;
    let policy = answer.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|p| p.to_str().ok()).unwrap_or_default();
    assert!(
        policy.contains("'nonce-") && policy.contains("frame-ancestors 'none'") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    for (name, value) in
        [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("cache-control", "private, no-store")]
    {
        assert_eq!(answer.headers.get(name).and_then(|v| v.to_str().ok()), Some(value));
    }
}

// ------------------------------------------------------------------ another company's ids

/// The routes, and behind them the pages, at which the test below asks for what belongs to another company.
pub const WALKED: &[&str] = &[
    "/api/{*function}",
    "/audit/export",
    "/companies/new",
    "/company",
    "/company-data",
    "/files/uploads",
    "/files/uploads/{id}",
    "/files/{id}",
    "/files/{id}/remove",
    "/jobs/{id}",
    "/jobs/{id}/file",
    "/notifications",
    "/notifications/{id}",
    "/persons/{record}/{id}",
    "/webhook-log",
    "/{path}/bulk",
    "/{path}/export",
    "/{path}/import",
    "/{path}/import/{id}",
    "/{path}/import/{id}/rest",
    "/{path}/set",
    "/{path}/views",
    "/{path}/{id}",
    "/{path}/{id}/files",
    "[]",
    "[\"audit\"]",
    "[\"books-health\"]",
    "[\"companies\", \"new\"]",
    "[\"company-data\"]",
    "[\"general-ledger\"]",
    "[\"jobs\"]",
    "[\"jobs\", id]",
    "[\"notifications\"]",
    "[\"persons\", record, id]",
    "[\"receivables\"]",
    "[\"search\"]",
    "[\"statement\"]",
    "[\"statement\", \"print\"]",
    "[\"stock-on-hand\"]",
    "[\"trial-balance\"]",
    "[\"usage\"]",
    "[\"webhook-log\"]",
    "[path]",
    "[path, \"import\"]",
    "[path, \"import\", id]",
    "[path, id, \"print\"]",
    "[path, id]",
];

/// The routes that belong to no company, with the reason.
pub const SPARED: &[(&str, &str)] = &[
    ("/f/{sealed}/{name}", "opened by its seal, whoever holds it: see the tests of files"),
    ("/favicon.svg", "the same for everybody"),
    ("/fonts/{*file}", "the same for everybody"),
    ("/health", "says whether the database answers"),
    ("/icon-192.png", "the same for everybody"),
    ("/icon-512.png", "the same for everybody"),
    ("/icons.svg", "the same for everybody"),
    ("/join", "opened by a sealed invitation: see the tests of permission"),
    ("/manifest.webmanifest", "the same for everybody"),
    ("/messages/{file}", "the same for everybody"),
    (
        "/operator/{company}",
        "nothing for whoever is no operator, and no rows for those who are: see the tests of operators",
    ),
    ("/pattern.svg", "the same for everybody"),
    ("/pkg/{*file}", "the same for everybody"),
    ("/preferences", "a person's own, whatever the company"),
    ("/sign-in", "leads to the person's own companies"),
    ("/sign-out", "ends the person's own session"),
    ("/sign-up", "founds a company of its own"),
];

/// Ids of what belongs to a company, by table.
pub type Ids = BTreeMap<&'static str, Uuid>;

/// What a company has beside its records, and is asked for by its id.
const BESIDE: [&str; 8] =
    ["attachment", "comment", "import_batch", "job", "notification", "saved_view", "upload", "webhook_delivery"];

/// One of everything that a company has.
pub async fn ids_of(admin: &mut PgConnection, tenant: Uuid) -> Ids {
    let mut ids = Ids::new();
    for table in modules::records().map(|record| record.name).chain(BESIDE) {
        let sql = format!("select id from {table} where tenant_id = $1 order by id limit 1");
        let id: Option<Uuid> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(tenant).fetch_optional(&mut *admin).await.expect("an id");
        ids.insert(table, id.unwrap_or_else(|| panic!("there is no {table}")));
    }
    ids
}

/// What is sent to an address.
enum Sent {
    Get,
    Post(Vec<(String, String)>),
    /// A file in a form of its own.
    File,
    /// A question to a server function.
    Call(Json),
    /// Something about an upload, with these headers.
    Upload(Method, Vec<(&'static str, String)>),
}

fn post<const N: usize>(pairs: [(&str, &str); N]) -> Sent {
    Sent::Post(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).into())
}

/// Something that is asked for by an id, with what it is answered where there is nothing.
struct Ask {
    /// Which of [`WALKED`] it comes by.
    by: &'static [&'static str],
    path: String,
    sent: Sent,
    status: StatusCode,
}

impl Ask {
    fn new(by: &'static [&'static str], path: impl Into<String>, sent: Sent, status: StatusCode) -> Ask {
        Ask { by, path: path.into(), sent, status }
    }

    async fn put(&self, browser: &mut Browser) -> Answer {
        match &self.sent {
            Sent::Get => browser.get(&self.path).await,
            Sent::Post(form) => {
                let pairs: Vec<(&str, &str)> = form.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
                browser.post(&self.path, &pairs).await
            }
            Sent::File => send_file(browser, &self.path, "whose.txt", "Whose?").await,
            Sent::Call(body) => browser.call(&self.path, body.clone()).await,
            Sent::Upload(method, headers) => {
                let request = Request::builder().method(method.clone()).uri(self.path.as_str());
                let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
                browser.send(request.header("sec-fetch-site", "same-origin"), Body::from("0123456789")).await
            }
        }
    }
}

const GONE: StatusCode = StatusCode::NOT_FOUND;

/// Fields that lead to something, with the id of what they could lead to.
pub fn links(fields: &'static [Field], ids: &Ids) -> Vec<(&'static str, String)> {
    let link = |field: &'static Field| match field.kind {
        Kind::Link(target) => Some((field.name, ids[target].to_string())),
        _ => None,
    };
    fields.iter().filter_map(link).collect()
}

/// Everything that can be asked of a row by its id, and where its id, and those of what it may link to, can be given.
fn asks_of(record: &'static Record, ids: &Ids) -> Vec<Ask> {
    const FORM: &[&str] = &["/{path}/{id}", "[path, id]"];
    let (id, path) = (ids[record.name], format!("/{}", record.path));
    let form = format!("{path}/{id}");
    let mut asks = vec![
        Ask::new(FORM, &form, Sent::Get, GONE),
        Ask::new(&["[path, id, \"print\"]"], format!("{form}/print"), Sent::Get, GONE),
        Ask::new(&["/{path}/{id}/files"], format!("{form}/files"), Sent::File, GONE),
        Ask::new(&["/{path}/set"], format!("{path}/set"), post([("set", &format!("{id}.note.x"))]), GONE),
    ];
    const PERSON: &[&str] = &["/persons/{record}/{id}", "[\"persons\", record, id]"];
    let person = format!("/persons/{}/{id}", record.name);
    asks.push(Ask::new(PERSON, &person, Sent::Get, GONE));
    for verb in ["export", "erase"] {
        asks.push(Ask::new(PERSON, &person, post([("_do", verb), ("typed", "C1")]), GONE));
    }
    for version in ["0", "1"] {
        let save = post([("_do", "save"), ("_version", version), ("_edits", "1"), ("code", "X")]);
        asks.push(Ask::new(FORM, &form, save, GONE));
    }
    for verb in record.actions.iter().map(|action| action.name).chain(["delete"]) {
        asks.push(Ask::new(FORM, &form, post([("_do", verb), ("_version", "1")]), GONE));
    }
    for verb in ["add", "edit", "remove"] {
        let said = post([("_comment", verb), ("_on", &ids["comment"].to_string()), ("text", "X")]);
        asks.push(Ask::new(FORM, &form, said, GONE));
    }
    // Links to what the other company has, in a new record and in filters.
    let header = links(record.fields, ids);
    let filters: Vec<String> = header.iter().map(|(field, id)| format!("{field}={id}")).collect();
    let filters = filters.join("&");
    if record.single {
        // Where there is but one none are ticked. The others are tried where their jobs are run.
        let ticked = post([("_do", "delete"), ("id", &id.to_string())]);
        asks.push(Ask::new(&["/{path}/bulk"], format!("{path}/bulk"), ticked, StatusCode::FORBIDDEN));
    } else {
        asks.push(Ask::new(&["[path]"], format!("{path}?{filters}"), Sent::Get, StatusCode::OK));
        let export = format!("{path}/export?format=csv&{filters}");
        asks.push(Ask::new(&["/{path}/export"], export, Sent::Get, StatusCode::OK));
        let mut fresh = vec![("_edits".to_owned(), "1".to_owned())];
        fresh.extend(header.iter().map(|(field, id)| ((*field).to_owned(), id.clone())));
        let of_lines = links(record.lines.map_or(&[][..], |lines| lines.fields), ids);
        fresh.extend(of_lines.into_iter().map(|(field, id)| (input_name(0, field), id)));
        asks.push(Ask::new(FORM, format!("{path}/new"), Sent::Post(fresh), StatusCode::UNPROCESSABLE_ENTITY));
    }
    let linked: BTreeMap<&str, String> = header.into_iter().collect();
    // What is not there is previewed as what is not there yet.
    let previewed = if record.single { StatusCode::FORBIDDEN } else { StatusCode::OK };
    for (function, body, status) in [
        ("page", json!({"path": [record.path, id], "query": []}), GONE),
        ("page", json!({"path": [record.path, id, "print"], "query": []}), GONE),
        ("preview", json!({"record": record.name, "id": id, "fields": linked, "lines": []}), previewed),
        ("row", json!({"record": record.name, "id": id, "columns": []}), StatusCode::OK),
        ("lookup", json!({"record": record.name, "text": id}), StatusCode::OK),
    ] {
        asks.push(Ask::new(&["/api/{*function}"], function, Sent::Call(body), status));
    }
    asks
}

/// Everything that can be asked for by the id of something else than a row.
fn asks_beside(ids: &Ids) -> Vec<Ask> {
    let id = |table: &str| ids[table].to_string();
    let (job, notification, file) = (id("job"), id("notification"), id("attachment"));
    let batch = format!("/customers/import/{}", id("import_batch"));
    let upload = format!("/files/uploads/{}", id("upload"));
    let member = format!("/audit?member={}", id("member"));
    let mut asks = vec![
        Ask::new(&["/jobs/{id}", "[\"jobs\", id]"], format!("/jobs/{job}"), Sent::Get, GONE),
        Ask::new(&["/jobs/{id}/file"], format!("/jobs/{job}/file"), Sent::Get, GONE),
        Ask::new(&["/notifications/{id}"], format!("/notifications/{notification}"), Sent::Get, GONE),
        Ask::new(&["/{path}/views"], "/customers/views", post([("forget", &id("saved_view"))]), GONE),
        Ask::new(&["/company"], "/company", post([("company", &id("company"))]), GONE),
        Ask::new(&["/{path}/import/{id}", "[path, \"import\", id]"], &batch, Sent::Get, GONE),
        Ask::new(&["/{path}/import/{id}/rest"], format!("{batch}/rest"), Sent::Get, GONE),
        Ask::new(&["/files/{id}"], format!("/files/{file}"), Sent::Get, GONE),
        Ask::new(&["/files/{id}/remove"], format!("/files/{file}/remove"), post([]), GONE),
        Ask::new(&["/files/uploads/{id}"], &upload, Sent::Get, GONE),
        Ask::new(&["[\"audit\"]"], member, Sent::Get, StatusCode::OK),
        Ask::new(&["[\"receivables\"]"], format!("/receivables?customer={}", id("customer")), Sent::Get, GONE),
        Ask::new(&["[\"statement\"]"], format!("/statement?customer={}", id("customer")), Sent::Get, GONE),
        Ask::new(
            &["[\"statement\", \"print\"]"],
            format!("/statement/print?customer={}", id("customer")),
            Sent::Get,
            GONE,
        ),
        Ask::new(&["[\"general-ledger\"]"], format!("/general-ledger?account={}", id("account")), Sent::Get, GONE),
        Ask::new(&["/webhook-log"], "/webhook-log", post([("message", &id("webhook_delivery"))]), GONE),
        Ask::new(&["[\"webhook-log\"]"], format!("/webhook-log?webhook={}", id("webhook")), Sent::Get, StatusCode::OK),
    ];
    for (verb, path) in [("cancel", "jobs"), ("retry", "jobs"), ("open", "notifications"), ("read", "notifications")] {
        let (by, id): (&'static [&'static str], &str) =
            if path == "jobs" { (&["/jobs/{id}"], &job) } else { (&["/notifications/{id}"], &notification) };
        asks.push(Ask::new(by, format!("/{path}/{id}"), post([("_do", verb)]), GONE));
    }
    for verb in ["check", "import", "skip", "cancel", "continue", "undo"] {
        asks.push(Ask::new(&["/{path}/import/{id}"], &batch, post([("_do", verb)]), GONE));
    }
    for record in modules::records() {
        let query = format!("record={}&id={}", record.name, ids[record.name]);
        asks.push(Ask::new(&["[\"audit\"]"], format!("/audit?{query}"), Sent::Get, StatusCode::OK));
        let file = format!("/audit/export?format=csv&{query}");
        asks.push(Ask::new(&["/audit/export"], file, Sent::Get, StatusCode::OK));
    }
    let part = vec![("content-type", "application/offset+octet-stream".to_owned()), ("upload-offset", "0".to_owned())];
    asks.push(Ask::new(&["/files/uploads/{id}"], &upload, Sent::Upload(Method::PATCH, part), GONE));
    asks.push(Ask::new(&["/files/uploads/{id}"], &upload, Sent::Upload(Method::DELETE, Vec::new()), GONE));
    let about = [("record", "customer".to_owned()), ("id", id("customer")), ("filename", "a.txt".to_owned())];
    let about: Vec<String> = about.iter().map(|(name, text)| format!("{name} {}", STANDARD.encode(text))).collect();
    let begin = vec![("upload-length", "10".to_owned()), ("upload-metadata", about.join(","))];
    asks.push(Ask::new(&["/files/uploads"], "/files/uploads", Sent::Upload(Method::POST, begin), GONE));
    asks.push(Ask::new(&["/api/{*function}"], "uploaded", Sent::Call(json!({"id": id("upload")})), GONE));
    let import = id("import_batch");
    for path in [vec!["jobs", job.as_str()], vec!["customers", "import", import.as_str()]] {
        let body = json!({"path": path, "query": []});
        asks.push(Ask::new(&["/api/{*function}"], "page", Sent::Call(body), GONE));
    }
    asks
}

/// A page, and which of [`WALKED`] it comes by.
type Way = (&'static [&'static str], String);

/// Pages that ask for nothing by an id: nothing of another company stands on them.
fn pages_of_all() -> Vec<Way> {
    let fixed: &[(&'static [&'static str], &str)] = &[
        (&["[]"], "/"),
        (&["[\"trial-balance\"]"], "/trial-balance"),
        (&["[\"general-ledger\"]"], "/general-ledger"),
        (&["[\"books-health\"]"], "/books-health"),
        (&["[\"stock-on-hand\"]"], "/stock-on-hand"),
        (&["[\"jobs\"]"], "/jobs"),
        (&["[\"audit\"]"], "/audit"),
        (&["/notifications", "[\"notifications\"]"], "/notifications"),
        (&["[\"webhook-log\"]"], "/webhook-log"),
        (&["/company-data", "[\"company-data\"]"], "/company-data"),
        (&["[\"usage\"]"], "/usage"),
        (&["[\"search\"]"], "/search?q=SECRET"),
        (&["/companies/new", "[\"companies\", \"new\"]"], "/companies/new"),
        (&[], "/companies"),
    ];
    let mut pages: Vec<Way> = fixed.iter().map(|(by, path)| (*by, (*path).to_owned())).collect();
    for record in modules::records() {
        let path = format!("/{}", record.path);
        pages.push((&["[path]"], path.clone()));
        pages.push((&["[path]"], format!("{path}?q=SECRET")));
        if !record.single {
            pages.push((&["/{path}/import", "[path, \"import\"]"], format!("{path}/import")));
        }
    }
    pages
}

/// A text with all ids alike.
pub fn without_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let id = text.get(at..at + 36).filter(|part| part.as_bytes()[8] == b'-' && part.parse::<Uuid>().is_ok());
        match id {
            Some(_) => {
                out.push_str("ID");
                at += 36;
            }
            None => {
                out.push(next);
                at += next.len_utf8();
            }
        }
    }
    out
}

/// What distinguishes two answers, apart from ids and from what is new in each: nonces, references, pages as data.
fn essence(answer: &Answer) -> (StatusCode, Option<String>, String) {
    let text = without_ids(&answer.text());
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.len() < 30).collect();
    (answer.status, answer.location.as_deref().map(without_ids), words.join(" "))
}

/// Whatever is asked for by an id: that of something of another company is answered like one that never was.
#[tokio::test]
async fn f38_another_companys_ids_look_like_random_ones() {
    let (a, b) = (Firm::new().await, full_firm().await);
    let mut admin = admin().await;
    let real = ids_of(&mut admin, b.cx.tenant).await;
    let fake: Ids = real.keys().map(|table| (*table, Uuid::now_v7())).collect();
    let before = picture(&mut admin, b.cx.tenant).await;
    let mut browser = Browser::of(&a).await;
    let mut walked: BTreeSet<&str> = BTreeSet::new();
    let asks = |ids: &Ids| -> Vec<Ask> {
        modules::records().flat_map(|record| asks_of(record, ids)).chain(asks_beside(ids)).collect()
    };
    for (ask, random) in asks(&real).into_iter().zip(asks(&fake)) {
        walked.extend(ask.by);
        let (theirs, nobodys) = (ask.put(&mut browser).await, random.put(&mut browser).await);
        let what = format!("{:?} at {}", ask.by, ask.path);
        assert_eq!(theirs.status, ask.status, "{what}: {}", theirs.text());
        match ask.sent {
            // What functions answer is told as JSON, so that all of it can be compared.
            Sent::Call(_) => assert_eq!(without_ids(&theirs.body), without_ids(&nobodys.body), "{what}"),
            _ => assert_eq!(essence(&theirs), essence(&nobodys), "{what}"),
        }
        assert!(!theirs.body.contains("Item SECRET"), "{what}");
    }
    for (by, path) in pages_of_all() {
        walked.extend(by);
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let shown = real.iter().find(|(_, id)| page.body.contains(&id.to_string()));
        assert_eq!(shown, None, "{path}");
        assert!(!page.body.contains("Item SECRET") && !page.body.contains("A secret view"), "{path}");
    }
    walked.extend(tick(&a, &mut browser, &real, &fake).await);
    let said: BTreeSet<&str> = WALKED.iter().copied().collect();
    assert_eq!(walked, said, "what is walked is not what is said to be");
    assert_eq!(picture(&mut admin, b.cx.tenant).await, before, "something of the other company has changed");
    b.assert_healthy().await;
}

/// Ticks a row of the other company and one that never was, has jobs do what can be done to many, compares the reports.
async fn tick(firm: &Firm, browser: &mut Browser, real: &Ids, fake: &Ids) -> &'static [&'static str] {
    let _turn = super::jobs::alone().await;
    let owner = Rights::new("owner", door::records(), &[]);
    let mut orders: Vec<(String, Vec<Uuid>)> = Vec::new();
    for record in modules::records().filter(|record| !record.single) {
        // What may be empty, as nothing is typed.
        let empties = |name: &String| record.field(name).is_some_and(|field| !field.required);
        let set = bulk::settable_fields(&owner, record).into_iter().find(empties).map(|field| format!("set.{field}"));
        let action = record.actions.iter().find(|action| !action.internal).map(|action| action.name.to_owned());
        for verb in set.into_iter().chain(action).chain(["delete".to_owned()]) {
            let mut asked = Vec::new();
            for ids in [real, fake] {
                let id = ids[record.name].to_string();
                let form = [("_do", verb.as_str()), ("id", id.as_str())];
                let answer = browser.post(&format!("/{}/bulk", record.path), &form).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{verb} of {}", record.name);
                let path = answer.location.expect("the page of a job");
                asked.push(path.trim_start_matches("/jobs/").parse().expect("the id of a job"));
            }
            orders.push((format!("{verb} of {}", record.name), asked));
        }
    }
    super::jobs::work(firm).await;
    for (what, asked) in orders {
        let mut told = Vec::new();
        for job in asked {
            let page = jobs::page(&mut firm.tx().await, job, "").await.expect("a job of their own");
            assert_eq!((page.line.done, page.line.refused), (0, 1), "{what}");
            let reason = page.rows[0].message.as_ref().map(|message| message.id.as_str());
            assert_eq!((reason, page.rows[0].title.as_str()), (Some("error-not-found"), ""), "{what}");
            told.push(essence(&browser.get(&format!("/jobs/{job}")).await));
        }
        assert_eq!(told[0], told[1], "the report on {what}");
    }
    &["/{path}/bulk", "/jobs/{id}"]
}

#[tokio::test]
async fn f28_forged_places_and_mad_filters_are_bad_requests() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    for query in ["after=AAAA.BBBB", "after=x", "before=%00", "date=soon", "customer=1", "total=a..b"] {
        let answer = browser.get(&format!("/sales-orders?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
    for query in ["q=%00%01", "q=%27%20or%201=1--", "state=%27", "columns=evil,%27", "sort=evil", "view=evil"] {
        let answer = browser.get(&format!("/sales-orders?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn the_pages_of_a_list_join_without_gap_or_repeat() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "0").await;
    for _ in 0..61 {
        firm.order(&[(item, 1)]).await;
    }
    let mut browser = Browser::of(&firm).await;
    let numbers = |answer: &Answer| -> Vec<String> {
        answer
            .body
            .split("<bdi class=\"code\">SO-")
            .skip(1)
            .map(|part| part.split('<').next().unwrap_or_default().to_owned())
            .collect()
    };
    let link = |answer: &Answer, id: &str| -> Option<String> {
        let tag = answer.body.split('<').find(|tag| tag.contains(&format!("id=\"{id}\"")))?;
        Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
    };
    let first = browser.get("/sales-orders?sort=-number").await;
    let second = browser.get(&link(&first, "later").expect("a second page")).await;
    let mut all = numbers(&first);
    assert_eq!(all.len(), 50);
    all.extend(numbers(&second));
    let mut expected: Vec<String> = (1..=61).rev().map(|n| format!("{}-{n:05}", &all[0][..4])).collect();
    assert_eq!(all, expected);
    let back = browser.get(&link(&second, "earlier").expect("a way back")).await;
    expected.truncate(50);
    assert_eq!(numbers(&back), expected);
}

#[tokio::test]
async fn a_form_that_comes_back_keeps_what_was_typed() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let form = [
        ("_do", "save"),
        ("_edits", "1"),
        ("code", "C9"),
        ("name.en", "Half a customer"),
        ("email", "not an address"),
        ("credit_limit", "lots"),
    ];
    let answer = browser.post("/customers/new", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["C9", "Half a customer", "not an address", "lots"] {
        assert!(answer.body.contains(kept), "{kept} is lost");
    }
    let i18n = I18n::new(Locale::En, Digits::Western);
    for said in ["refuse-email", "fault-not-number"] {
        assert!(answer.text().contains(&i18n.format(said, None)), "{said} is not said");
    }
    browser.language = "ar";
    let form: Vec<_> = form.into_iter().chain([("_language", "ar")]).collect();
    let arabic = browser.post("/customers/new", &form).await;
    assert_eq!(arabic.status, StatusCode::OK);
    assert!(arabic.body.contains("dir=\"rtl\"") && arabic.body.contains("Half a customer"));
}

#[tokio::test]
async fn f22_a_version_conflict_shows_both_versions() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/{}", firm.customer);
    let form = |phone: &'static str| {
        [
            ("_do", "save"),
            ("_edits", "1"),
            ("_version", "1"),
            ("code", "C1"),
            ("name.en", "Gulf Steel"),
            ("name.ar", "الخليج للحديد"),
            ("language", "ar"),
            ("phone", phone),
        ]
    };
    assert_eq!(browser.post(&path, &form("111")).await.status, StatusCode::SEE_OTHER);
    let answer = browser.post(&path, &form("222")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let conflict = answer.body.split("id=\"conflict\"").nth(1).expect("both versions");
    assert!(conflict.contains("111") && conflict.contains("222"));
}

#[tokio::test]
async fn the_first_visit_speaks_the_browsers_language() {
    for (asked, direction) in [
        ("ar-SA,ar;q=0.9,en;q=0.5", "rtl"),
        ("en-GB", "ltr"),
        ("fr,ar;q=0.3,en;q=0.8", "ltr"),
        ("fr", "ltr"),
        ("ar;q=0.1", "rtl"),
    ] {
        let mut browser = Browser::new().await;
        browser.language = Box::leak(asked.to_owned().into_boxed_str());
        let page = browser.get("/sign-in").await;
        assert!(page.body.contains(&format!("dir=\"{direction}\"")), "{asked}");
    }
}

#[tokio::test]
async fn whoever_chose_colours_finds_the_way_back_to_those_of_the_device() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let offers = |page: &Answer, theme: &str| page.body.contains(&format!("name=\"theme\" value=\"{theme}\""));
    for (chosen, others) in [("dark", ["auto", "light"]), ("light", ["auto", "dark"]), ("auto", ["light", "dark"])] {
        assert_eq!(browser.post("/preferences", &[("theme", chosen)]).await.status, StatusCode::SEE_OTHER);
        let page = browser.get("/").await;
        assert!(!offers(&page, chosen) && others.iter().all(|other| offers(&page, other)), "{chosen} is in use");
        assert_eq!(page.body.contains(&format!("data-theme=\"{chosen}\"")), chosen != "auto");
    }
}

#[tokio::test]
async fn a_box_that_is_unticked_says_no() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/{}", firm.customer);
    let form = browser.get(&path).await.body;
    let (no, yes) = (form.find("name=\"active\" value=\"false\""), form.find("name=\"active\" id=\"f-active\""));
    assert!(no.is_some() && no < yes, "a hidden no stands before the box");
    let body = [("_do", "save"), ("_version", "1"), ("_edits", "1"), ("active", "false")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    assert!(!firm.document("customer", firm.customer).await.get("active").bool());
    let body = [("_do", "save"), ("_version", "2"), ("_edits", "1"), ("active", "false"), ("active", "true")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    assert!(firm.document("customer", firm.customer).await.get("active").bool());
}

#[tokio::test]
async fn every_page_is_drawn_in_both_languages_for_every_role() {
    let firm = busy_firm().await;
    let targets = targets(&firm).await;
    for base in BASES {
        let (_, mut browser) = match *base {
            "portal" => portal_member(&firm, firm.customer).await,
            base => member_with(&firm, base, Vec::new()).await,
        };
        let rights = Rights::new(base, door::records(), &[]);
        let open = |may: bool, otherwise: StatusCode| if may { StatusCode::OK } else { otherwise };
        let mut pages: Vec<(String, StatusCode)> =
            ["/", "/companies", "/companies/new", "/jobs", "/notifications", "/search?q=steel"]
                .map(|path| (path.to_owned(), StatusCode::OK))
                .into();
        for target in &targets {
            let (record, sees) = (target.record, rights.sees(target.record));
            let (path, form) = (format!("/{}", record.path), format!("/{}/{}", record.path, target.id));
            let list = if record.single { GONE } else { StatusCode::FORBIDDEN };
            pages.push((path.clone(), open(sees, list)));
            // The firm has one customer: what the portal shows is theirs.
            pages.push((form.clone(), open(sees, GONE)));
            if record.prints {
                pages.push((format!("{form}/print?language=ar"), open(sees, GONE)));
            }
            for page in ["new", "import"] {
                pages.push((format!("{path}/{page}"), open(rights.creates(record), StatusCode::FORBIDDEN)));
            }
        }
        for module in MODULES {
            for (page, _) in module.pages {
                pages.push((format!("/{page}"), open((module.opens)(page, &rights), StatusCode::FORBIDDEN)));
            }
        }
        for language in ["en", "ar"] {
            browser.post("/preferences", &[("language", language)]).await;
            let direction = if language == "ar" { "dir=\"rtl\"" } else { "dir=\"ltr\"" };
            for (path, status) in &pages {
                let answer = browser.get(path).await;
                assert_eq!(answer.status, *status, "{path} in {language} for {base}");
                assert!(path.contains("/print") || answer.body.contains(direction), "{path} in {language} for {base}");
                let text = answer.text();
                let ids = ["field-", "state-", "action-", "choice-", "view-", "refuse-"];
                let wrong = text.split_whitespace().find(|word| ids.iter().any(|id| word.starts_with(id)));
                assert_eq!(wrong, None, "{path} in {language} shows a message id");
            }
        }
    }
}

#[tokio::test]
async fn a_refused_action_shows_the_document_as_it_is() {
    let firm = Firm::new().await;
    let item = firm.item("SOLDOUT", "10", 0, "0").await;
    let order = firm.order(&[(item, 7)]).await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/sales-orders/{}", order.id);
    let version = order.version.to_string();
    let answer = browser.post(&path, &[("_do", "deliver"), ("_version", &version)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let i18n = I18n::new(Locale::En, Digits::Western);
    assert!(answer.text().contains(&i18n.format("refuse-nothing-on-hand", None)));
    assert!(answer.text().contains("Item SOLDOUT"), "its lines are gone");
}

#[tokio::test]
async fn a_form_without_scripts_names_records_by_what_they_are_called() {
    let firm = Firm::new().await;
    firm.item("BEAM", "10", 0, "0").await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/sales-orders/new").await;
    assert!(
        page.body.contains("name=\"lines[0][item~]\"") && page.body.contains("name=\"customer~\""),
        "inputs of links"
    );
    let form = [
        ("_edits", "1"),
        ("customer", ""),
        ("customer~", "C1"),
        ("lines[0][item]", ""),
        ("lines[0][item~]", "BEAM"),
        ("lines[0][quantity]", "-3"),
    ];
    let refused = browser.post("/sales-orders/new", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"-3\""), "what was typed is kept, not what would be filled in");
    let form = form.map(|(name, text)| (name, if text == "-3" { "٣" } else { text }));
    let saved = browser.post("/sales-orders/new", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
}

// ------------------------------------------------------------------ companies, sessions, jobs

#[tokio::test]
async fn a_further_company_is_founded_and_changed_to() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let customer = format!("/customers/{}", firm.customer);
    for form in [[("company", ""), ("country", "EG")], [("company", "Nile Works"), ("country", "ZZ")]] {
        let answer = browser.post("/companies/new", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
    }
    let founded = browser.post("/companies/new", &[("company", "Nile Works"), ("country", "EG")]).await;
    assert_eq!((founded.status, founded.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));
    let home = browser.get("/").await.text();
    assert!(home.contains("Nile Works") && home.contains("EGP"), "{home}");
    // Its books are its own, and its founder works in it.
    assert_eq!(browser.get(&customer).await.status, StatusCode::NOT_FOUND);
    let form = [("_edits", "1"), ("code", "C1"), ("name.en", "Delta Cotton"), ("language", "en")];
    let saved = browser.post("/customers/new", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let saved = saved.location.expect("its address");
    let list = browser.get("/companies").await;
    let companies: Vec<Uuid> = list
        .body
        .split("name=\"company\" value=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next()?.parse().ok())
        .collect();
    assert_eq!((companies.len(), companies[0]), (2, firm.cx.tenant), "{}", list.body);
    for (company, here, there) in [(companies[0], &customer, &saved), (companies[1], &saved, &customer)] {
        let changed = browser.post("/company", &[("company", &company.to_string())]).await;
        assert_eq!((changed.status, changed.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));
        assert_eq!(browser.get(here).await.status, StatusCode::OK, "{here}");
        assert_eq!(browser.get(there).await.status, StatusCode::NOT_FOUND, "{there}");
    }
    // Where one is no member one does not get, and stays where one is.
    let other = Firm::new().await;
    for company in [other.cx.tenant.to_string(), Uuid::now_v7().to_string(), "none".to_owned()] {
        let refused = browser.post("/company", &[("company", &company)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{company}");
    }
    assert!(browser.get("/").await.text().contains("Nile Works"));
    let mut nobody = Browser::new().await;
    for path in ["/company", "/companies/new"] {
        let answer = nobody.post(path, &[("company", &firm.cx.tenant.to_string())]).await;
        assert_eq!(answer.location.as_deref(), Some("/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn over_https_a_session_belongs_to_this_host_alone() {
    let firm = Firm::new().await;
    let options = leptos::config::LeptosOptions::builder().output_name("diwan").build();
    let (db, files) = (support::db().await, FILES.clone());
    let house = House { db, files, options: Arc::new(options), secure: true, app: shell::document };
    let mut browser = Browser::over(web::router(house, forms::routes(), Router::new()), &firm.email).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK);
    let again = browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    let cookie = again.headers.get(header::SET_COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default().to_owned();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.split("; ").any(|known| known == part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn an_administrator_looks_after_everybodys_jobs() {
    let _turn = super::jobs::alone().await;
    let firm = Firm::new().await;
    let (seller, clerk) = (firm.colleague("sales").await, firm.colleague("accountant").await);
    let which = || Which::These(vec![firm.customer]);
    let job = super::jobs::ask(&firm, &seller, "set", ("phone", "1"), which()).await;
    let owners = super::jobs::ask(&firm, &firm.cx, "set", ("contact", "Hind"), which()).await;
    let (path, owners) = (format!("/jobs/{job}"), format!("/jobs/{owners}"));
    let signed_in = async |cx: &Cx| Browser::signed_in(&format!("{}@firm.example", cx.user)).await;
    let (mut seller, mut clerk) = (signed_in(&seller).await, signed_in(&clerk).await);
    let mut owner = Browser::of(&firm).await;
    for (browser, sees, sees_owners) in
        [(&mut owner, true, true), (&mut seller, true, false), (&mut clerk, false, false)]
    {
        let list = browser.get("/jobs").await.body;
        assert_eq!((list.contains(&path), list.contains(&owners)), (sees, sees_owners), "{list}");
        assert_eq!(browser.get(&path).await.status.is_success(), sees);
        assert_eq!(browser.get(&owners).await.status.is_success(), sees_owners);
    }
    let state = async || jobs::page(&mut firm.tx().await, job, "").await.expect("the job").line.state;
    for verb in ["cancel", "retry"] {
        assert_eq!(clerk.post(&path, &[("_do", verb)]).await.status, StatusCode::NOT_FOUND, "{verb}");
        assert_eq!(seller.post(&owners, &[("_do", verb)]).await.status, StatusCode::NOT_FOUND, "{verb}");
    }
    assert_eq!(owner.post(&path, &[("_do", "nonsense")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(state().await, "waiting");
    let cancelled = owner.post(&path, &[("_do", "cancel")]).await;
    assert_eq!((cancelled.status, cancelled.location.as_deref()), (StatusCode::SEE_OTHER, Some(path.as_str())));
    super::jobs::work(&firm).await;
    assert_eq!(state().await, "cancelled");
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
    let again = owner.post(&path, &[("_do", "retry")]).await;
    assert_eq!((again.status, state().await.as_str()), (StatusCode::SEE_OTHER, "waiting"));
    super::jobs::work(&firm).await;
    assert_eq!(state().await, "done");
    let customer = firm.document("customer", firm.customer).await;
    assert_eq!((customer.text("phone"), customer.text("contact")), (Some("1"), Some("Hind")));
    assert!(seller.get(&path).await.text().contains("1 of 1"));
}
