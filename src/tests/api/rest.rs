//! REST as programs and attackers meet it.

use super::{Program, Reply, token};
use crate::api::rest::{once, openapi};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules;
use crate::platform::auth;
use crate::platform::config::Rates;
use crate::platform::door::{self, Typed};
use crate::platform::permission::Rights;
use crate::platform::seal;
use crate::platform::tenancy::Cx;
use crate::platform::token::{Bearer, PREFIX};
use crate::record::query::encode;
use crate::record::{Field, Kind, Record};
use crate::tests::platform::permission::{admin, busy_firm, everything, member_with, open_row, right, typed};
use crate::tests::platform::tenancy::{full_firm, picture};
use crate::tests::platform::web::{Ids, ids_of, links, without_ids};
use crate::tests::support::{Browser, Firm, code, record, refusals};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value as Json, json};
use sha2::Sha256;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The routes at which the test below asks for what belongs to another company.
pub const WALKED: &[&str] = &["/api/v1/batch", "/api/v1/{path}", "/api/v1/{path}/{id}", "/api/v1/{path}/{id}/{action}"];

/// The routes at which nothing of a company can be asked for, with the reason.
pub const SPARED: &[(&str, &str)] = &[
    ("/api/docs", "the same for everybody"),
    ("/api/docs.css", "the same for everybody"),
    ("/api/v1/openapi.json", "says of the program's own company what its fields are: see below"),
    ("/api/v1/token", "answers a secret with a JWT that stands for the same token"),
    ("/api/v1/{path}/{id}/{action}/{*rest}", "nothing is there"),
];

fn path_of(record: &Record) -> String {
    format!("/api/v1/{}", record.path)
}

/// How many customers a firm has.
async fn customers(firm: &Firm) -> i64 {
    sqlx::query_scalar("select count(*) from customer where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("customers are counted")
}

// ------------------------------------------------------------------ from order to cash

/// Somebody who knows nothing but the description.
struct Client {
    program: Program,
    description: Json,
}

impl Client {
    async fn new(program: Program) -> Client {
        let description = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
        Client { program, description }
    }

    /// Method and path of an operation.
    fn find(&self, operation: &str) -> (Method, String) {
        let paths = self.description["paths"].as_object().expect("paths");
        let all = paths.iter().flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().map(move |(method, about)| (path, method, about))
        });
        let mut named = all.filter(|(_, _, about)| about["operationId"] == operation);
        let (path, method, _) = named.next().unwrap_or_else(|| panic!("no operation {operation}"));
        (method.to_uppercase().parse().expect("a method"), path.clone())
    }

    async fn call(&self, operation: &str, id: &str, etag: Option<&str>, body: Json) -> Reply {
        let (method, path) = self.find(operation);
        let headers: Vec<(&str, &str)> = etag.map(|etag| ("if-match", etag)).into_iter().collect();
        let reply = self.program.send(method, &path.replace("{id}", id), &headers, body).await;
        reply.assert_ok(operation)
    }

    async fn create(&self, kind: &str, body: Json) -> String {
        let made = self.call(&format!("create_{kind}"), "", None, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{kind}");
        made.json["id"].as_str().expect("an id").to_owned()
    }

    async fn read(&self, kind: &str, id: &str) -> Reply {
        self.call(&format!("read_{kind}"), id, None, Json::Null).await
    }

    /// Takes an action; answers with the first thing that came of it.
    async fn act(&self, kind: &str, id: &str, action: &str) -> Option<String> {
        let etag = self.read(kind, id).await.etag();
        let done = self.call(&format!("{action}_{kind}"), id, Some(&etag), Json::Null).await;
        assert_eq!(done.json["record"]["id"], id, "{action}");
        done.json["created"][0]["id"].as_str().map(str::to_owned)
    }
}

#[tokio::test]
async fn a_client_takes_an_order_to_cash() {
    let firm = Firm::new().await;
    let client = Client::new(Program::of(&firm).await).await;
    client.create("customer", json!({"code": "API", "name": {"en": "Bridge Works", "ar": "أعمال الجسور"}})).await;
    let (_, codes) = client.find("list_tax_code");
    let codes = client.program.get(&format!("{codes}?kind=standard&fields=code,rate&sort=-rate")).await;
    let tax = codes.assert_ok("tax codes").json["data"][0]["code"].clone();
    let item = json!({
        "code": "BEAM", "name": {"en": "Beam"}, "unit": "PCS", "price": "100.5", "tax_code": tax, "kind": "stock",
    });
    client.create("item", item).await;
    let opening = json!({
        "reason": "opening", "lines": [{"item": "BEAM", "warehouse": "MAIN", "quantity": "10", "cost": "60"}],
    });
    let opening = client.create("stock_adjustment", opening).await;
    client.act("stock_adjustment", &opening, "post").await;
    let order = json!({
        "customer": "API", "date": firm.today().await, "reference": "PO-1",
        "lines": [{"item": "BEAM", "quantity": "4"}, {"item": "BEAM", "quantity": "1", "price": "90", "discount": "10"}],
    });
    let order = client.create("sales_order", order).await;
    let read = client.read("sales_order", &order).await.json;
    assert_eq!((&read["net"], &read["tax"], &read["total"]), (&json!("483.00"), &json!("72.45"), &json!("555.45")));
    assert_eq!((&read["lines"][1]["price"], &read["lines"][0]["quantity"]), (&json!("90"), &json!("4")));
    client.act("sales_order", &order, "confirm").await;
    let delivery = client.act("sales_order", &order, "deliver").await.expect("a delivery");
    client.act("delivery", &delivery, "post").await;
    let invoice = client.act("sales_order", &order, "invoice").await.expect("an invoice");
    client.act("sales_invoice", &invoice, "post").await;
    let payment = client.act("sales_invoice", &invoice, "pay").await.expect("a payment");
    assert_eq!(client.read("customer_payment", &payment).await.json["amount"], "555.45");
    client.act("customer_payment", &payment, "post").await;
    let invoice = client.read("sales_invoice", &invoice).await.json;
    assert_eq!((&invoice["state"], &invoice["open"]), (&json!("paid"), &json!("0.00")));
    assert!(invoice["number"].as_str().is_some_and(|number| number.starts_with("INV-")), "{invoice}");
    firm.assert_healthy().await;
}

// ------------------------------------------------------------------ every record by every verb

/// What a new record can be made from: what can be written of one that there is, under another name.
fn another(record: &Record, known: &Json, number: usize) -> Json {
    let writable = |fields: &'static [Field], from: &Json| -> Map<String, Json> {
        let given = fields.iter().filter(|field| !field.computed && field.kind != Kind::State);
        let given = given.filter(|field| !from[field.name].is_null());
        given.map(|field| (field.name.to_owned(), from[field.name].clone())).collect()
    };
    let mut body = writable(record.fields, known);
    for field in record.fields.iter().filter(|field| field.unique) {
        if let Some(text) = body.get_mut(field.name) {
            *text = format!("API{number}").into();
        }
    }
    if let (Some(lines), Some(rows)) = (record.lines, known["lines"].as_array()) {
        let rows: Vec<Json> = rows.iter().map(|row| writable(lines.fields, row).into()).collect();
        body.insert("lines".to_owned(), rows.into());
    }
    body.into()
}

#[tokio::test]
async fn every_record_is_asked_for_by_every_verb() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let writer = Program::of(&firm).await;
    let reader = writer.beside_with(&firm, "read", &[]).await;
    let owner = Rights::new("owner", door::records(), &[]);
    let mut made = 0;
    for (number, record) in modules::records().enumerate() {
        let elsewhere = if record.name == "item" { "unit" } else { "item" };
        let stranger = writer.beside_with(&firm, "write", &[elsewhere]).await;
        let path = path_of(record);
        let one = format!("{path}/{}", open_row(&mut admin, &firm, record).await);
        // Lists and rows.
        let list = writer.get(&path).await.assert_ok(&path);
        let first = list.json["data"][0].as_object().unwrap_or_else(|| panic!("{path} is empty: {}", list.text));
        assert!(record.fields.iter().all(|field| first.contains_key(field.name)), "{path}: {first:?}");
        let known = writer.get(&one).await.assert_ok(&one);
        let names: BTreeSet<&str> = known.json.as_object().expect("a record").keys().map(String::as_str).collect();
        assert!(record.fields.iter().all(|field| names.contains(field.name)), "{one}: {names:?}");
        assert_eq!(record.lines.is_some(), names.contains("lines"), "{one}");
        assert_eq!(reader.get(&one).await.assert_ok(&one).json, known.json);
        stranger.get(&path).await.assert_problem(StatusCode::FORBIDDEN, "error-denied", &path);
        stranger.get(&one).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &one);
        // Changes.
        let etag = known.etag();
        let patched = writer.patch(&one, &etag, json!({})).await.assert_ok(&one);
        assert_eq!(patched.json["version"], known.json["version"].as_i64().expect("a version") + 1, "{one}");
        let stale = writer.patch(&one, &etag, json!({})).await;
        stale.assert_problem(StatusCode::PRECONDITION_FAILED, "refuse-api-stale", &one);
        let blind = writer.send(Method::PATCH, &one, &[], json!({})).await;
        blind.assert_problem(StatusCode::PRECONDITION_REQUIRED, "refuse-api-unconditional", &one);
        reader.patch(&one, "*", json!({})).await.assert_problem(StatusCode::FORBIDDEN, "error-denied", &one);
        stranger.patch(&one, "*", json!({})).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &one);
        // Actions.
        for action in record.actions {
            let act = format!("{one}/{}", action.name);
            let blind = writer.post(&act, Json::Null).await;
            if action.internal {
                blind.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &act);
                continue;
            }
            blind.assert_problem(StatusCode::PRECONDITION_REQUIRED, "refuse-api-unconditional", &act);
            let any = [("if-match", "*")];
            let refused = reader.send(Method::POST, &act, &any, Json::Null).await;
            refused.assert_problem(StatusCode::FORBIDDEN, "error-denied", &act);
            let lost = stranger.send(Method::POST, &act, &any, Json::Null).await;
            lost.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &act);
            let stale = writer.send(Method::POST, &act, &[("if-match", "\"999\"")], Json::Null).await;
            stale.assert_problem(StatusCode::PRECONDITION_FAILED, "refuse-api-stale", &act);
        }
        // New ones, and their end.
        let body = another(record, &known.json, number);
        reader.post(&path, body.clone()).await.assert_problem(StatusCode::FORBIDDEN, "error-denied", &path);
        stranger.post(&path, body.clone()).await.assert_problem(StatusCode::FORBIDDEN, "error-denied", &path);
        let created = writer.post(&path, body).await;
        let possible = owner.creates(record);
        match created.status {
            StatusCode::CREATED => {
                made += 1;
                let at = created.header("location").expect("a location").to_owned();
                assert_eq!(writer.get(&at).await.assert_ok(&at).json, created.json, "{at}");
                reader.delete(&at).await.assert_problem(StatusCode::FORBIDDEN, "error-denied", &at);
                stranger.delete(&at).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &at);
                let deleted = writer.delete(&at).await;
                assert_eq!((deleted.status, deleted.text.as_str()), (StatusCode::NO_CONTENT, ""), "{at}");
                assert_eq!(writer.get(&at).await.status, StatusCode::NOT_FOUND, "{at}");
            }
            // Some are alone of their kind, whatever they are called.
            StatusCode::UNPROCESSABLE_ENTITY => assert!(possible, "{path}: {}", created.text),
            status => assert!(!possible && status == StatusCode::FORBIDDEN, "{path}: {status} {}", created.text),
        }
    }
    assert!(made > 15, "only {made} types could be made");
    firm.assert_healthy().await;
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    for path in ["/api/v1/nothing", "/api/v1/customers/x", "/api/v1/customers/x/y/z", "/api/v1/customers/1/2/3/4"] {
        program.get(path).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", path);
    }
    let put = program.send(Method::PUT, "/api/v1/customers", &[], json!({})).await;
    put.assert_problem(StatusCode::METHOD_NOT_ALLOWED, "refuse-api-method", "PUT");
    assert!(put.header("allow").is_some_and(|allow| allow.contains("POST")), "{:?}", put.headers);
    let text = [("content-type", "text/plain")];
    let sent = program.send(Method::POST, "/api/v1/customers", &text, "code=X".into()).await;
    sent.assert_problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "refuse-api-media-type", "a text");
    let broken = [("content-type", "application/json")];
    for body in ["{", "[]", "\"x\"", "{\"code\": \"\\ud800\"}"] {
        let sent = program.send(Method::POST, "/api/v1/customers", &broken, body.into()).await;
        sent.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-json", body);
    }
    let large = json!({"note": "x".repeat(3 * 1024 * 1024)});
    let sent = program.post("/api/v1/customers", large).await;
    sent.assert_problem(StatusCode::PAYLOAD_TOO_LARGE, "refuse-api-large", "too much");
}

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

// ------------------------------------------------------------------ who may

#[tokio::test]
async fn a_secret_is_shown_to_its_maker_until_it_is_used() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let (mut owner, page) = (Browser::of(&firm).await, format!("/api-tokens/{}", program.id));
    let (_, mut auditor) = member_with(&firm, "auditor", Vec::new()).await;
    assert!(owner.get(&page).await.body.contains(&program.shown), "the maker sees the secret");
    let seen = auditor.get(&page).await;
    assert!(seen.status.is_success() && !seen.body.contains(PREFIX), "{}", seen.text());
    let told = program.get(&format!("/api/v1/api-tokens/{}", program.id)).await.assert_ok("the token itself");
    assert!(!told.text.contains(PREFIX), "{}", told.text);
    assert!(!owner.get(&page).await.body.contains(PREFIX), "once it is used, nobody sees it");
    let used = firm.document("api_token", program.id).await;
    assert_eq!(used.get("last_used").date(), Some(firm.today().await));
    assert_eq!(used.version, 1, "being used makes no other version of it");
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over_or_somebody_ends_it() {
    let firm = Firm::new().await;
    let mut admin = admin().await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    for (days, may) in [(-1, false), (0, true), (365, true), (366, false)] {
        let day = today.checked_add(jiff::Span::new().days(days)).expect("a day").to_string();
        let fields = typed(&[("name", "P"), ("expires", &day)]);
        let saved = door::save(&mut tx, record("api_token"), Uuid::now_v7(), 0, &fields).await;
        assert_eq!(saved.is_ok(), may, "{days} days: {saved:?}");
    }
    drop(tx);
    let usual = firm.document("api_token", token(&firm, firm.cx.user, "read", &[]).await).await;
    let in_ninety = today.checked_add(jiff::Span::new().days(90)).ok();
    assert_eq!(usual.get("expires").date(), in_ninety);
    let knocks = async |program: &Program| program.get("/api/v1/customers").await;
    let program = Program::of(&firm).await;
    knocks(&program).await.assert_ok("a token that holds");
    let nobody = program.showing("").get("/api/v1/customers").await;
    let essence = |reply: &Reply| without_ids(&reply.text);
    let shut = |reply: Reply, what: &str| {
        reply.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", what);
        assert_eq!(essence(&reply), essence(&nobody), "{what} looks like no token at all");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"Diwan\""), "{what}");
    };
    // Run out, behind the back of its rules.
    let aged = "update api_token set expires = current_date - 2 where id = $1";
    sqlx::query(aged).bind(program.id).execute(&mut admin).await.expect("aged");
    shut(knocks(&program).await, "a token that has run out");
    let revoked = Program::of(&firm).await;
    let one = format!("/api/v1/api-tokens/{}", revoked.id);
    let done = revoked.act(&one, "revoke").await.assert_ok("revoked by itself");
    assert_eq!(done.json["record"]["state"], "revoked");
    shut(knocks(&revoked).await, "a token that was revoked");
    let member = firm.colleague("accountant").await;
    let blocked = Program::with(&firm, &member, "write", &[]).await;
    knocks(&blocked).await.assert_ok("a colleague's program");
    let document = firm.document("member", member.user).await;
    firm.act(&document, "block").await.expect("blocked");
    shut(knocks(&blocked).await, "a token of somebody who is blocked");
    // What was never ours, and F41: what names another company.
    let other = Firm::new().await;
    let theirs = Program::of(&other).await;
    for (shown, what) in [
        ("x".to_owned(), "a word"),
        (PREFIX.to_owned(), "a beginning"),
        (format!("{}x", theirs.shown), "a changed seal"),
        (theirs.shown.replacen(PREFIX, "", 1), "no beginning"),
        (Bearer { tenant: firm.cx.tenant, id: theirs.id }.secret(), "another company's token in this one"),
        (Bearer { tenant: Uuid::now_v7(), id: theirs.id }.secret(), "a token of no company"),
        (Bearer { tenant: firm.cx.tenant, id: Uuid::now_v7() }.secret(), "a token that never was"),
        (format!("{PREFIX}{}", seal::seal("said", &format!("{}/{}", other.cx.tenant, theirs.id))), "another seal"),
    ] {
        shut(theirs.showing(shown).get("/api/v1/customers").await, what);
    }
}

#[tokio::test]
async fn f41_the_token_alone_says_which_company() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let program = Program::of(&firm).await;
    let (tenant, customer) = (other.cx.tenant.to_string(), format!("/api/v1/customers/{}", other.customer));
    for name in ["x-tenant", "x-tenant-id", "tenant", "x-company", "host", "x-forwarded-host", "cookie"] {
        let headers = [(name, tenant.as_str())];
        let theirs = program.send(Method::GET, &customer, &headers, Json::Null).await;
        theirs.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", name);
        let own = program.send(Method::GET, "/api/v1/customers", &headers, Json::Null).await.assert_ok(name);
        assert_eq!(own.json["data"][0]["id"], json!(firm.customer), "{name}");
    }
    // A session opens nothing here, and a token no page.
    let browser = Browser::of(&firm).await.get("/api/v1/customers").await;
    assert_eq!(browser.status, StatusCode::UNAUTHORIZED);
    let page = program.get("/customers").await;
    assert_eq!((page.status, page.header("location").is_some()), (StatusCode::SEE_OTHER, true));
}

#[tokio::test]
async fn f42_rights_that_are_taken_away_are_gone_with_the_next_request() {
    let firm = Firm::new().await;
    let member = firm.colleague("sales").await;
    let program = Program::with(&firm, &member, "write", &[]).await;
    let body = |code: &str| json!({"code": code, "name": {"en": "X"}});
    program.post("/api/v1/customers", body("A")).await.assert_ok("a seller's program");
    let mut tx = firm.tx().await;
    let auditor = code(&mut tx, "role", "auditor").await.to_string();
    tx.commit().await.expect("commit");
    firm.change(&firm.document("member", member.user).await, &[("role", &auditor)]).await.expect("another role");
    let refused = program.post("/api/v1/customers", body("B")).await;
    refused.assert_problem(StatusCode::FORBIDDEN, "error-denied", "an auditor's program");
    program.get("/api/v1/customers").await.assert_ok("which still reads");
    // A token that is narrowed is narrower at once.
    let program = Program::of(&firm).await;
    program.get("/api/v1/items").await.assert_ok("all types");
    let line = BTreeMap::from([("record".to_owned(), "customer".to_owned())]);
    let narrowed = Typed { lines: Some(vec![line]), ..typed(&[("scope", "read")]) };
    firm.save(&firm.document("api_token", program.id).await, &narrowed).await.expect("narrowed");
    assert_eq!(program.get("/api/v1/items").await.status, StatusCode::FORBIDDEN);
    assert_eq!(program.post("/api/v1/customers", body("C")).await.status, StatusCode::FORBIDDEN);
    program.get("/api/v1/customers").await.assert_ok("its own type");
}

#[tokio::test]
async fn nobody_lends_out_the_rights_of_another() {
    let firm = Firm::new().await;
    let (clerk, _) = member_with(&firm, "nothing", vec![everything("api_token", "all")]).await;
    let make = async |cx: &Cx, member: Uuid| {
        let mut tx = firm.db.begin(cx).await.expect("they enter");
        let fields = typed(&[("name", "P"), ("member", &member.to_string()), ("scope", "write")]);
        let saved = door::save(&mut tx, record("api_token"), Uuid::now_v7(), 0, &fields).await;
        saved.map(|document| document.link("member"))
    };
    assert_eq!(make(&firm.cx, clerk.user).await.expect("an owner lends a colleague's"), Some(clerk.user));
    // Who sees no members cannot name one either.
    assert!(make(&clerk, firm.cx.user).await.is_err());
    let seeing = right("member", None, &[("sees", "true"), ("reach", "all")]);
    let (clerk, _) = member_with(&firm, "nothing", vec![everything("api_token", "all"), seeing]).await;
    let refused = refusals(make(&clerk, firm.cx.user).await);
    assert_eq!(refused, ["refuse-token-member"]);
    assert_eq!(make(&clerk, clerk.user).await.expect("their own"), Some(clerk.user));
}

#[tokio::test]
async fn f39_what_is_kept_from_a_member_is_kept_from_their_program() {
    let firm = busy_firm().await;
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let fix = right("customer", Some("contact"), &[("sees", "true"), ("changes", "false")]);
    let rights = vec![everything("customer", "all"), hide, fix, everything("sales_order", "own")];
    let (member, _) = member_with(&firm, "nothing", rights).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "SECRET-1")]).await.expect("saved");
    let program = Program::with(&firm, &member, "write", &[]).await;
    let one = format!("/api/v1/customers/{}", firm.customer);
    let read = program.get(&one).await.assert_ok("a customer");
    let list = program.get("/api/v1/customers").await.assert_ok("customers");
    assert!(!read.text.contains("phone") && !list.text.contains("phone"), "{} {}", read.text, list.text);
    for query in ["phone=SECRET", "fields=phone", "sort=phone", "q=SECRET"] {
        let told = program.get(&format!("/api/v1/customers?{query}")).await;
        assert!(!told.text.contains(&firm.customer.to_string()), "{query}: {}", told.text);
    }
    for (field, id) in [("phone", "refuse-api-field"), ("contact", "refuse-api-fixed")] {
        let mut body = json!({});
        body[field] = "X".into();
        let refused = program.patch(&one, "*", body).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
    }
    let description = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let schemas = description["components"]["schemas"].as_object().expect("schemas");
    assert!(schemas.contains_key("Customer") && !schemas.contains_key("Item"), "{:?}", schemas.keys());
    assert!(
        !schemas["Customer"].to_string().contains("phone")
            && !schemas["CustomerChange"].to_string().contains("contact")
    );
    // Rows of others, and types that one does not see.
    let mut admin = admin().await;
    let order = open_row(&mut admin, &firm, record("sales_order")).await;
    for path in [format!("/api/v1/sales-orders/{order}"), format!("/api/v1/sales-orders/{}", Uuid::now_v7())] {
        program.get(&path).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
    }
    assert_eq!(program.get("/api/v1/sales-orders").await.assert_ok("their own").json["data"], json!([]));
    program.get("/api/v1/items").await.assert_problem(StatusCode::FORBIDDEN, "error-denied", "items");
}

// ------------------------------------------------------------------ another company's ids

/// Everything that can be asked of a row by its id, and where its id can be given: method, path and body.
fn asks_of(record: &'static Record, ids: &Ids) -> Vec<(Method, String, Json)> {
    let (list, one) = (path_of(record), format!("{}/{}", path_of(record), ids[record.name]));
    let mut asks = vec![
        (Method::GET, one.clone(), Json::Null),
        (Method::PATCH, one.clone(), json!({})),
        (Method::PATCH, one.clone(), json!({"nonsense": 1})),
        (Method::DELETE, one.clone(), Json::Null),
    ];
    for action in record.actions {
        asks.push((Method::POST, format!("{one}/{}", action.name), Json::Null));
    }
    let leads: Vec<(&'static str, String)> = links(record.fields, ids)
        .into_iter()
        .filter(|(name, _)| !record.field(name).is_some_and(|f| f.hidden))
        .collect();
    for (field, id) in &leads {
        asks.push((Method::GET, format!("{list}?{field}={id}"), Json::Null));
    }
    let given = |fields: &'static [Field]| -> Map<String, Json> {
        let computed = |name: &str| fields.iter().any(|field| field.name == name && field.computed);
        let leads = links(fields, ids).into_iter().filter(|(name, _)| !computed(name));
        leads.map(|(name, id)| (name.to_owned(), id.into())).collect()
    };
    let mut fresh = given(record.fields);
    if let Some(lines) = record.lines {
        fresh.insert("lines".to_owned(), json!([given(lines.fields)]));
    }
    asks.push((Method::POST, list, fresh.into()));
    asks
}

#[tokio::test]
async fn f38_another_companys_ids_look_like_random_ones() {
    let (a, b) = (Firm::new().await, full_firm().await);
    let mut admin = admin().await;
    let real = ids_of(&mut admin, b.cx.tenant).await;
    let fake: Ids = real.keys().map(|table| (*table, Uuid::now_v7())).collect();
    let before = picture(&mut admin, b.cx.tenant).await;
    let program = Program::of(&a).await;
    let any = [("if-match", "*")];
    let mut batches = [Vec::new(), Vec::new()];
    for record in modules::records() {
        for (theirs, nobodys) in asks_of(record, &real).into_iter().zip(asks_of(record, &fake)) {
            let what = format!("{} {}", theirs.0, theirs.1);
            for (batch, (method, path, body)) in batches.iter_mut().zip([&theirs, &nobodys]) {
                batch.push(json!({"method": method.as_str(), "path": path, "if_match": "*", "body": body}));
            }
            let found = program.send(theirs.0, &theirs.1, &any, theirs.2).await;
            let random = program.send(nobodys.0, &nobodys.1, &any, nobodys.2).await;
            assert_eq!(found.status, random.status, "{what}: {}", found.text);
            assert_eq!(without_ids(&found.text), without_ids(&random.text), "{what}");
            let is_one = theirs.1.split('/').count() > 4;
            assert_eq!(is_one, found.status == StatusCode::NOT_FOUND, "{what}: {} {}", found.status, found.text);
            assert!(!found.text.contains("SECRET"), "{what}");
        }
        let list = program.get(&path_of(record)).await.assert_ok(record.name);
        let shown = real.values().find(|id| list.text.contains(&id.to_string()));
        assert_eq!(shown, None, "the list of {}", record.name);
    }
    for (theirs, nobodys) in batches[0].chunks(50).zip(batches[1].chunks(50)) {
        let [theirs, nobodys] = [theirs, nobodys].map(|operations| json!({"operations": operations}));
        let found = program.post("/api/v1/batch", theirs).await.assert_ok("a batch");
        let random = program.post("/api/v1/batch", nobodys).await.assert_ok("a batch");
        assert_eq!(without_ids(&found.text), without_ids(&random.text));
    }
    assert_eq!(picture(&mut admin, b.cx.tenant).await, before, "something of the other company has changed");
    b.assert_healthy().await;
}

// ------------------------------------------------------------------ machines

/// A JWT made by hand.
fn jwt(head: Json, claims: Json, key: Option<&[u8]>) -> String {
    let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let tag = key.map_or_else(String::new, |key| {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key").chain_update(body.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    });
    format!("{body}.{tag}")
}

/// Asks for a JWT with this form.
async fn exchange(program: &Program, form: &[(&str, &str)], basic: Option<&str>) -> Reply {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut request = Request::post("/api/v1/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(secret) = basic {
        let given = STANDARD.encode(format!("machine:{secret}"));
        request = request.header(header::AUTHORIZATION, format!("Basic {given}"));
    }
    program.ask(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn a_machine_gets_a_jwt_for_its_secret() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let secret = program.shown.clone();
    let grant = ("grant_type", "client_credentials");
    let by_form = exchange(&program, &[grant, ("client_secret", &secret)], None).await.assert_ok("by form");
    let by_head = exchange(&program, &[grant], Some(&secret)).await.assert_ok("by head");
    for reply in [&by_form, &by_head] {
        assert_eq!((&reply.json["token_type"], &reply.json["expires_in"]), (&json!("Bearer"), &json!(900)));
        assert_eq!((&reply.json["scope"], reply.header("cache-control")), (&json!("write"), Some("no-store")));
    }
    let jwt = by_form.json["access_token"].as_str().expect("a JWT").to_owned();
    let machine = program.showing(jwt.clone());
    machine.get("/api/v1/customers").await.assert_ok("a machine reads");
    let body = json!({"code": "M", "name": {"en": "By a machine"}});
    machine.post("/api/v1/customers", body).await.assert_ok("and writes");
    // A JWT begets none, and nobody gets one for nothing.
    for (form, status) in [
        (vec![grant, ("client_secret", jwt.as_str())], StatusCode::UNAUTHORIZED),
        (vec![grant], StatusCode::UNAUTHORIZED),
        (vec![grant, ("client_secret", "dwn_x.y")], StatusCode::UNAUTHORIZED),
        (vec![("grant_type", "password"), ("client_secret", secret.as_str())], StatusCode::BAD_REQUEST),
        (vec![("client_secret", secret.as_str())], StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(exchange(&program, &form, None).await.status, status, "{form:?}");
    }
    let json = program.post("/api/v1/token", json!({"grant_type": "client_credentials"})).await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let one = format!("/api/v1/api-tokens/{}", program.id);
    program.act(&one, "revoke").await.assert_ok("revoked");
    machine.get("/api/v1/customers").await.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", "revoked");
}

#[tokio::test]
async fn f46_a_jwt_of_another_making_opens_nothing() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let key = seal::key("jwt");
    let now = jiff::Timestamp::now().as_second();
    let claims = |exp: i64| {
        let (sub, tenant) = (program.id, program.tenant);
        json!({"iss": "diwan", "aud": "diwan/api", "sub": sub, "tenant": tenant, "iat": now, "exp": exp})
    };
    let good = claims(now + 60);
    let head = |alg: &str| json!({"typ": "JWT", "alg": alg});
    let with = |name: &str, value: Json| {
        let mut head = head("HS256");
        head[name] = value;
        head
    };
    let genuine = jwt(head("HS256"), good.clone(), Some(&key));
    program.showing(genuine.clone()).get("/api/v1/customers").await.assert_ok("made as ours are");
    let mut strange = good.clone();
    strange["aud"] = "somebody/else".into();
    let mut old = good.clone();
    old["exp"] = "9999999999".into();
    let forged = [
        ("no algorithm", jwt(head("none"), good.clone(), None)),
        ("no algorithm, in capitals", jwt(head("NONE"), good.clone(), None)),
        ("no algorithm, with a tag", jwt(head("none"), good.clone(), Some(&key))),
        ("no tag", jwt(head("HS256"), good.clone(), None)),
        ("a longer hash", jwt(head("HS512"), good.clone(), Some(&key))),
        ("a public key as a secret", jwt(head("RS256"), good.clone(), Some(&key))),
        ("an empty key", jwt(head("HS256"), good.clone(), Some(b""))),
        ("another key", jwt(head("HS256"), good.clone(), Some(b"secret"))),
        ("a key in a path", jwt(with("kid", "../../../../dev/null".into()), good.clone(), Some(b""))),
        ("a key in a path, signed", jwt(with("kid", "/proc/self/environ".into()), good.clone(), Some(&key))),
        ("a key elsewhere", jwt(with("jku", "https://evil.example/keys".into()), good.clone(), Some(&key))),
        ("a key of its own", jwt(with("jwk", json!({"kty": "oct", "k": "AAAA"})), good.clone(), Some(&key))),
        ("a certificate elsewhere", jwt(with("x5u", "https://evil.example/x".into()), good.clone(), Some(&key))),
        ("something critical", jwt(with("crit", json!(["exp"])), good.clone(), Some(&key))),
        ("run out", jwt(head("HS256"), claims(now - 1), Some(&key))),
        ("an end that is no number", jwt(head("HS256"), old, Some(&key))),
        ("for somebody else", jwt(head("HS256"), strange, Some(&key))),
        (
            "without an end",
            jwt(head("HS256"), json!({"iss": "diwan", "aud": "diwan/api", "sub": program.id}), Some(&key)),
        ),
        ("cut off", genuine[..genuine.len() - 4].to_owned()),
        ("dots", "...".to_owned()),
    ];
    for (what, shown) in forged {
        let reply = program.showing(shown).get("/api/v1/customers").await;
        reply.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", what);
    }
}

// ------------------------------------------------------------------ languages, limits, descriptions

#[tokio::test]
async fn problems_are_told_in_the_programs_language() {
    let firm = Firm::new().await;
    let mut program = Program::of(&firm).await;
    let arabic = I18n::new(Locale::Ar, Digits::Western);
    let post = async |program: &Program| program.post("/api/v1/customers", json!({"code": "X"})).await;
    let english = post(&program).await;
    english.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "fault-required", "in the member's language");
    assert_eq!(english.header("content-language"), Some("en"));
    program.language = Some("ar-SA,ar;q=0.9,en;q=0.5");
    let told = post(&program).await;
    assert_eq!(told.header("content-language"), Some("ar"));
    assert_eq!(told.json["title"], arabic.format("api-problem-refused", None));
    assert_eq!(told.json["errors"][0]["message"], arabic.format("fault-required", None));
    assert_eq!(told.json["errors"][0]["field"], "name");
    let lost = program.showing("").get("/api/v1/customers").await;
    assert_eq!(lost.json["title"], arabic.format("api-problem-unknown", None));
    // Who asks for no language hears the member's.
    program.language = None;
    auth::prefer(&firm.db, firm.cx.user, Some(Locale::Ar), None, None).await.expect("Arabic from now on");
    let told = post(&program).await;
    assert_eq!(told.json["title"], arabic.format("api-problem-refused", None));
    assert!(!told.text.contains('\u{2068}'), "marks for pages: {}", told.text);
}

#[tokio::test]
async fn who_asks_too_often_waits() {
    let firm = Firm::new().await;
    let program = Program::at(&firm, Rates { token: 3, company: 4 }).await;
    for left in [2, 1, 0] {
        let reply = program.get("/api/v1/customers").await.assert_ok("within the limit");
        let policy = reply.header("ratelimit-policy").expect("a policy");
        assert_eq!(policy, "\"token\";q=3;w=60, \"company\";q=4;w=60");
        let state = reply.header("ratelimit").expect("what is left");
        assert!(state.starts_with(&format!("\"token\";r={left};t=")), "{state}");
    }
    let refused = program.get("/api/v1/customers").await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "the fourth");
    let wait: u64 = refused.header("retry-after").and_then(|seconds| seconds.parse().ok()).expect("how long");
    assert!((1..=20).contains(&wait), "{wait}");
    let state = refused.header("ratelimit").expect("what is left");
    assert!(state.contains(&format!("\"token\";r=0;t={wait}")), "{state}");
    // Colleagues go on, as far as the company may.
    let second = program.beside(&firm).await;
    second.get("/api/v1/customers").await.assert_ok("another token");
    let refused = second.get("/api/v1/customers").await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "the company's fifth");
    assert!(
        refused.header("ratelimit").is_some_and(|state| state.contains("\"company\";r=0;")),
        "{:?}",
        refused.headers
    );
    // Who has nothing to show takes nothing from anybody; a batch is as many requests as it holds.
    assert_eq!(program.showing("dwn_x.y").get("/api/v1/customers").await.status, StatusCode::UNAUTHORIZED);
    let program = Program::at(&firm, Rates { token: 3, company: 100 }).await;
    let part = json!({"method": "GET", "path": "/api/v1/customers"});
    let refused = program.post("/api/v1/batch", json!({"operations": vec![part; 4]})).await;
    refused.assert_problem(StatusCode::TOO_MANY_REQUESTS, "refuse-api-too-many", "a batch of four");
}

/// Everything that is referred to in a document.
fn references(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(object) => {
            if let Some(Json::String(to)) = object.get("$ref") {
                found.insert(to.clone());
            }
            object.values().for_each(|inner| references(inner, found));
        }
        Json::Array(array) => array.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_description_says_all_and_nothing_that_is_not_there() {
    let firm = busy_firm().await;
    let mut tx = firm.tx().await;
    let field = typed(&[("record", "customer"), ("name.en", "Rank"), ("kind", "text"), ("active", "true")]);
    door::save(&mut tx, record("custom_field"), Uuid::now_v7(), 0, &field).await.expect("a field");
    tx.commit().await.expect("commit");
    let program = Program::of(&firm).await;
    let own = program.get("/api/v1/openapi.json").await.assert_ok("its own");
    let base = program.showing("").get("/api/v1/openapi.json").await.assert_ok("everybody's");
    assert!(own.text.contains("x_rank") && !base.text.contains("x_rank"));
    for document in [&own.json, &base.json] {
        assert_eq!(document["openapi"], "3.1.0");
        let mut found = BTreeSet::new();
        references(document, &mut found);
        assert!(found.len() > 100, "only {} references", found.len());
        for to in found {
            let place = to.strip_prefix('#').unwrap_or_else(|| panic!("{to} leads elsewhere"));
            assert!(document.pointer(place).is_some(), "{to} leads nowhere");
        }
        let mut operations = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, about) in methods.as_object().into_iter().flatten().filter(|(name, _)| *name != "parameters") {
                let name = about["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
                assert!(operations.insert(name.to_owned()), "{name} twice");
                let responses = about["responses"].as_object().expect("responses");
                assert!(responses.contains_key("401") && responses.contains_key("429"), "{name}");
            }
        }
        for record in modules::records() {
            for verb in ["list", "read"] {
                assert!(operations.contains(&format!("{verb}_{}", record.name)), "{verb} {}", record.name);
            }
            let schema = &document["components"]["schemas"][openapi::type_name(record.name)];
            for field in record.fields {
                assert!(schema["properties"][field.name].is_object(), "{}.{}", record.name, field.name);
            }
            assert!(!["id", "version", "lines"].iter().any(|name| record.field(name).is_some()), "{}", record.name);
            let clash =
                record.fields.iter().find(|f| ["after", "fields", "limit", "q", "sort", "view"].contains(&f.name));
            assert_eq!(clash.map(|field| field.name), None, "a parameter of {} means two things", record.name);
        }
    }
    // What is answered is what was said, name by name.
    let customer = program.get(&format!("/api/v1/customers/{}", firm.customer)).await.assert_ok("a customer").json;
    let said = own.json["components"]["schemas"]["Customer"]["required"].as_array().expect("names").clone();
    let said: BTreeSet<&str> = said.iter().filter_map(Json::as_str).collect();
    let told: BTreeSet<&str> = customer.as_object().expect("a record").keys().map(String::as_str).collect();
    assert_eq!(said, told);
}

#[tokio::test]
async fn a_page_explains_it_in_both_languages() {
    let firm = Firm::new().await;
    let mut program = Program::of(&firm).await.showing("");
    for (language, locale, direction) in [("en", Locale::En, "ltr"), ("ar", Locale::Ar, "rtl")] {
        program.language = Some(language);
        let page = program.get("/api/docs").await.assert_ok("the page");
        assert!(page.text.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")), "{language}");
        let i18n = I18n::new(locale, Digits::Western);
        for record in modules::records() {
            let chapter = format!("<h3 id=\"{}\">{}</h3>", record.path, i18n.records(record));
            assert!(page.text.contains(&chapter), "{chapter} in {language}");
        }
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        assert!(!page.text.contains("<script") && !page.text.contains("http"), "nothing from elsewhere");
        let ids = ["api-", "field-", "choice-", "state-"];
        let wrong = page.text.split(['<', '>', ' ', '\n']).find(|word| ids.iter().any(|id| word.starts_with(id)));
        assert_eq!(wrong.filter(|word| !word.starts_with("api-tokens")), None, "a message id in {language}");
    }
    let style = program.get("/api/docs.css").await.assert_ok("its style");
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
}
