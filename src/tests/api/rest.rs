//! REST as programs and attackers meet it.

mod archives;
mod audit;
mod callers;
mod extra;
mod favourites;
mod jobs;
mod lists;
mod notifications;
mod reports;
mod secret;
mod views;
mod writing;

use super::{Program, Reply};
use crate::api::rest::openapi;
use crate::i18n::{Digits, I18n, Locale};
use crate::modules;
use crate::platform::auth;
use crate::platform::config::Rates;
use crate::platform::door;
use crate::platform::permission::Rights;
use crate::platform::person::erase;
use crate::platform::webhooks;
use crate::record::{Field, Kind, Record};
use crate::tests::platform::permission::{admin, busy_firm, open_row, typed};
use crate::tests::support::{Browser, FILES, Firm, record};
use axum::http::{Method, StatusCode};
use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The routes at which the tests below ask for what belongs to another company.
pub const WALKED: &[&str] = &[
    "/api/v1/archives",
    "/api/v1/audit",
    "/api/v1/batch",
    "/api/v1/imports/{id}",
    "/api/v1/imports/{id}/faults",
    "/api/v1/imports/{id}/rest",
    "/api/v1/imports/{id}/{verb}",
    "/api/v1/jobs",
    "/api/v1/jobs/{id}",
    "/api/v1/jobs/{id}/file",
    "/api/v1/jobs/{id}/{verb}",
    "/api/v1/notifications/{id}/read",
    "/api/v1/reports/{name}",
    "/api/v1/{path}",
    "/api/v1/{path}/bulk",
    "/api/v1/{path}/export",
    "/api/v1/{path}/import",
    "/api/v1/{path}/{id}",
    "/api/v1/{path}/{id}/comments",
    "/api/v1/{path}/{id}/deliveries",
    "/api/v1/{path}/{id}/deliveries/{entry}/replay",
    "/api/v1/{path}/{id}/files",
    "/api/v1/{path}/{id}/files/{file}",
    "/api/v1/{path}/{id}/history",
    "/api/v1/{path}/{id}/person/archive",
    "/api/v1/{path}/{id}/person/erase",
    "/api/v1/{path}/{id}/secret",
    "/api/v1/{path}/{id}/{action}",
    "/api/v1/{path}/views/{view}",
];

/// The routes at which nothing of a company can be asked for, with the reason.
pub const SPARED: &[(&str, &str)] = &[
    ("/api/docs", "the same for everybody"),
    ("/api/docs.css", "the same for everybody"),
    ("/api/v1/favourites", "of the program's own member; that another company's ids lead nowhere is tried beside it"),
    ("/api/v1/notifications", "of the program's own member, by no id: that nothing is another's is tried beside it"),
    ("/api/v1/notifications/preferences", "of the program's own member, by no id"),
    (
        "/api/v1/notifications/read",
        "of the program's own member, by no id: that nothing is another's is tried beside it",
    ),
    ("/api/v1/openapi.json", "says of the program's own company what its fields are: see below"),
    ("/api/v1/search", "takes words and no ids; that it finds nothing of another company is tried beside it"),
    ("/api/v1/token", "answers a secret with a JWT that stands for the same token"),
    ("/api/v1/{path}/views", "takes no ids; that nothing is another company's is tried beside it"),
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

/// Where the description is, for whoever reads the schemas in it.
const DOCUMENT: &str = "https://diwan.example/openapi.json";

/// Somebody who knows nothing but the description, and people's names for things. What they send and what they are answered
/// is as it says.
struct Client {
    program: Program,
    description: Json,
    schemas: Schemas,
    /// By what refers to them.
    known: BTreeMap<String, SchemaIndex>,
}

/// An operation as it is described.
#[derive(Clone, Copy)]
struct Described<'d> {
    path: &'d str,
    method: &'d str,
    about: &'d Json,
}

/// Where a parameter stands, and its name.
fn place_of(parameter: &Json) -> (&str, &str) {
    (parameter["in"].as_str().unwrap_or_default(), parameter["name"].as_str().unwrap_or_default())
}

impl Client {
    async fn new(program: Program) -> Client {
        let description = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(DOCUMENT, description.clone()).expect("a document");
        let (mut schemas, mut known) = (Schemas::new(), BTreeMap::new());
        for name in description["components"]["schemas"].as_object().expect("schemas").keys() {
            let place = format!("#/components/schemas/{name}");
            let schema = compiler.compile(&format!("{DOCUMENT}{place}"), &mut schemas);
            known.insert(place, schema.unwrap_or_else(|fault| panic!("{name} is no schema: {fault}")));
        }
        Client { program, description, schemas, known }
    }

    fn find(&self, operation: &str) -> Described<'_> {
        let paths = self.description["paths"].as_object().expect("paths");
        let all = paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, about)| Described { path, method, about })
        });
        let mut named = all.filter(|described| described.about["operationId"] == operation);
        named.next().unwrap_or_else(|| panic!("no operation {operation}"))
    }

    /// What is referred to, or what stands there itself.
    fn resolve<'d>(&'d self, json: &'d Json) -> &'d Json {
        match json["$ref"].as_str() {
            Some(to) => self.description.pointer(&to[1..]).unwrap_or_else(|| panic!("{to} leads nowhere")),
            None => json,
        }
    }

    /// What a value has that its schema, which has a name, does not know; none when it is as described.
    fn fault(&self, schema: &Json, value: &Json) -> Option<String> {
        let place = schema["$ref"].as_str().unwrap_or_else(|| panic!("a schema without a name: {schema}"));
        let known = self.known.get(place).unwrap_or_else(|| panic!("no schema {place}"));
        self.schemas.validate(value, *known).err().map(|fault| fault.to_string())
    }

    /// The operation says that it is answered so.
    fn assert_answers(&self, operation: &str, reply: &Reply) {
        let Described { path, method, about } = self.find(operation);
        assert_described(&self.description, method, path, reply);
        let said = self.resolve(&about["responses"][reply.status.as_str()]);
        let Some(content) = said["content"].as_object() else {
            assert_eq!(reply.text, "", "{operation} says that nothing is told");
            return;
        };
        let kind = reply.header("content-type").unwrap_or_default();
        let told = content.get(kind).unwrap_or_else(|| panic!("{operation} does not say {kind}"));
        let fault = self.fault(&told["schema"], &reply.json);
        assert_eq!(fault, None, "{operation} is answered with {}", reply.text);
    }

    /// Asks for what an operation does, in the way that it says and in no other.
    async fn ask(&self, operation: &str, id: &str, query: &[(&str, &str)], etag: Option<&str>, body: Json) -> Reply {
        let Described { path, method, about } = self.find(operation);
        let mut parameters: Vec<&Json> = Vec::new();
        for list in [&self.description["paths"][path]["parameters"], &about["parameters"]] {
            parameters.extend(list.as_array().into_iter().flatten().map(|one| self.resolve(one)));
        }
        let mut given: Vec<(&str, &str)> = query.iter().map(|(name, _)| ("query", *name)).collect();
        given.extend(etag.map(|_| ("header", "If-Match")));
        given.extend((!id.is_empty()).then_some(("path", "id")));
        for one in &given {
            assert!(parameters.iter().any(|known| place_of(known) == *one), "{operation} takes no {one:?}");
        }
        for needed in parameters.iter().filter(|known| known["required"] == true) {
            assert!(given.contains(&place_of(needed)), "{operation} takes {needed}");
        }
        match &body {
            Json::Null => assert!(about["requestBody"].is_null(), "{operation} takes a body"),
            body => {
                let fault = self.fault(&about["requestBody"]["content"]["application/json"]["schema"], body);
                assert_eq!(fault, None, "{operation} of {body}");
            }
        }
        let pairs: Vec<String> = query.iter().map(|(name, text)| format!("{name}={text}")).collect();
        let address = format!("{}?{}", path.replace("{id}", id), pairs.join("&"));
        let headers: Vec<(&str, &str)> = etag.map(|etag| ("if-match", etag)).into_iter().collect();
        let method: Method = method.to_uppercase().parse().expect("a method");
        let reply = self.program.send(method, address.trim_end_matches('?'), &headers, body).await;
        self.assert_answers(operation, &reply);
        reply.assert_ok(operation)
    }

    /// The name of the field that people call so.
    fn named(&self, schema: &Json, title: &str) -> String {
        let properties = self.resolve(schema)["properties"].as_object().expect("fields");
        let mut named = properties.iter().filter(|(_, about)| about["title"] == title).map(|(name, _)| name.clone());
        let name = named.next().unwrap_or_else(|| panic!("nothing is called {title}: {properties:?}"));
        assert_eq!(named.next(), None, "{title} means two things");
        name
    }

    /// An object of these fields, by people's names for them.
    fn fill(&self, schema: &Json, fields: &[(&str, Json)]) -> Json {
        fields.iter().map(|(title, value)| (self.named(schema, title), value.clone())).collect::<Map<_, _>>().into()
    }

    /// The name of what holds lines in a schema, and the schema of a line.
    fn lines_of<'d>(&'d self, schema: &'d Json) -> (&'d str, &'d Json) {
        let mut properties = self.resolve(schema)["properties"].as_object().expect("fields").iter();
        let found = properties.find(|(_, about)| about["items"]["$ref"].is_string());
        found.map(|(name, about)| (name.as_str(), &about["items"])).expect("lines")
    }

    /// Makes a record of these fields and lines.
    async fn create(&self, kind: &str, fields: &[(&str, Json)], lines: &[&[(&str, Json)]]) -> String {
        let operation = format!("create_{kind}");
        let about = self.find(&operation).about;
        let schema = &about["requestBody"]["content"]["application/json"]["schema"];
        let mut body = self.fill(schema, fields);
        if !lines.is_empty() {
            let (name, of_line) = self.lines_of(schema);
            body[name] = lines.iter().map(|line| self.fill(of_line, line)).collect();
        }
        let made = self.ask(&operation, "", &[], None, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{kind}");
        made.json["id"].as_str().expect("an id").to_owned()
    }

    async fn read(&self, kind: &str, id: &str) -> Reply {
        self.ask(&format!("read_{kind}"), id, &[], None, Json::Null).await
    }

    /// What a record says of fields, by people's names for them.
    async fn told<const N: usize>(&self, kind: &str, id: &str, titles: [&str; N]) -> [Json; N] {
        let record = self.read(kind, id).await.json;
        let schema = self.record_of(kind);
        titles.map(|title| record[self.named(schema, title)].clone())
    }

    /// The schema of a record as it is answered.
    fn record_of(&self, kind: &str) -> &Json {
        let about = self.find(&format!("read_{kind}")).about;
        &about["responses"]["200"]["content"]["application/json"]["schema"]
    }

    /// Takes an action; answers with the type and the id of the first thing that came of it.
    async fn act(&self, kind: &str, id: &str, action: &str) -> Option<(String, String)> {
        let etag = self.read(kind, id).await.etag();
        let done = self.ask(&format!("{action}_{kind}"), id, &[], Some(&etag), Json::Null).await;
        assert_eq!(done.json["record"]["id"], id, "{action}");
        let first = &done.json["created"][0];
        first["type"].as_str().zip(first["id"].as_str()).map(|(kind, id)| (kind.to_owned(), id.to_owned()))
    }

    /// Takes an action of which something comes.
    async fn bring(&self, kind: &str, id: &str, action: &str) -> (String, String) {
        self.act(kind, id, action).await.unwrap_or_else(|| panic!("nothing comes of {action}"))
    }
}

#[tokio::test]
async fn a_client_takes_an_order_to_cash() {
    let firm = Firm::new().await;
    let client = Client::new(Program::of(&firm).await).await;
    let name = json!({"en": "Bridge Works", "ar": "أعمال الجسور"});
    client.create("customer", &[("Code", "API".into()), ("Name", name)], &[]).await;
    let wanted = [("kind", "standard"), ("fields", "code,rate"), ("sort", "-rate")];
    let tax = client.ask("list_tax_code", "", &wanted, None, Json::Null).await.json["data"][0]["code"].clone();
    let item = [
        ("Code", "BEAM".into()),
        ("Name", json!({"en": "Beam"})),
        ("Unit", "PCS".into()),
        ("Unit price", "100.5".into()),
        ("Tax code", tax),
        ("Type", "stock".into()),
    ];
    client.create("item", &item, &[]).await;
    let stock = [
        ("Item", Json::from("BEAM")),
        ("Warehouse", "MAIN".into()),
        ("Quantity", "10".into()),
        ("Unit cost", "60".into()),
    ];
    let opening = client.create("stock_adjustment", &[("Reason", "opening".into())], &[&stock]).await;
    client.act("stock_adjustment", &opening, "post").await;
    let today = firm.today().await.to_string();
    let order = [("Customer", Json::from("API")), ("Date", today.into()), ("Reference", "PO-1".into())];
    let four = [("Item", Json::from("BEAM")), ("Quantity", "4".into())];
    let one = [
        ("Item", Json::from("BEAM")),
        ("Quantity", "1".into()),
        ("Unit price", "90".into()),
        ("Discount", "10".into()),
    ];
    let order = client.create("sales_order", &order, &[&four, &one]).await;
    let sums = client.told("sales_order", &order, ["Net", "VAT", "Total"]).await;
    assert_eq!(sums, ["483.00", "72.45", "555.45"].map(Json::from));
    let (lines, of_line) = client.lines_of(client.record_of("sales_order"));
    let told = client.read("sales_order", &order).await.json[lines].clone();
    let (price, quantity) = (client.named(of_line, "Unit price"), client.named(of_line, "Quantity"));
    assert_eq!((&told[1][price], &told[0][quantity]), (&json!("90"), &json!("4")));
    client.act("sales_order", &order, "confirm").await;
    let (delivery, id) = client.bring("sales_order", &order, "deliver").await;
    client.act(&delivery, &id, "post").await;
    let (invoice, id) = client.bring("sales_order", &order, "invoice").await;
    client.act(&invoice, &id, "post").await;
    let (payment, paid) = client.bring(&invoice, &id, "pay").await;
    assert_eq!(client.told(&payment, &paid, ["Amount"]).await, [json!("555.45")]);
    client.act(&payment, &paid, "post").await;
    let [state, open, number] = client.told(&invoice, &id, ["State", "Open", "Number"]).await;
    assert_eq!((state, open), (json!("paid"), json!("0.00")));
    assert!(number.as_str().is_some_and(|number| number.starts_with("INV-")), "{number}");
    firm.assert_healthy().await;
}

/// The client above would see it if something were not as described.
#[tokio::test]
async fn a_client_sees_what_is_not_as_described() {
    let firm = Firm::new().await;
    let client = Client::new(Program::of(&firm).await).await;
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let known = client.read("customer", &firm.customer.to_string()).await.json;
    assert_eq!(client.fault(&schema("Customer"), &known), None);
    for (field, wrong) in [
        ("id", json!("C1")),
        ("version", json!("1")),
        ("name", json!({"en": "Gulf Steel"})),
        ("currency", json!("XXXX")),
        ("credit_limit", json!("much")),
        ("active", Json::Null),
        ("nothing", json!("more")),
    ] {
        let mut other = known.clone();
        other[field] = wrong;
        assert!(client.fault(&schema("Customer"), &other).is_some(), "{field}: {other}");
    }
    let mut less = known;
    less.as_object_mut().expect("a record").remove("phone");
    assert!(client.fault(&schema("Customer"), &less).is_some());
    for wrong in [json!({"code": 7}), json!({"number": "X"}), json!([])] {
        assert!(client.fault(&schema("CustomerNew"), &wrong).is_some(), "{wrong}");
    }
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
    let client = Client::new(writer.clone()).await;
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
        client.assert_answers(&format!("list_{}", record.name), &list);
        client.assert_answers(&format!("read_{}", record.name), &known);
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
    auth::prefer(&firm.db, firm.cx.user, Some(Locale::Ar), None, None, None).await.expect("Arabic from now on");
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

/// The description says that this operation is answered so, with the headers that came.
pub fn assert_described(document: &Json, method: &str, path: &str, reply: &Reply) {
    let status = reply.status.as_str();
    let said = &document["paths"][path][method]["responses"][status];
    assert!(said.is_object(), "{method} {path} does not say {status}: {}", reply.text);
    let shared = said["$ref"].as_str().map(|to| document.pointer(&to[1..]).expect("an answer that is shared"));
    let headers = &shared.unwrap_or(said)["headers"];
    for name in ["ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate"] {
        let is_said = headers[name].is_object();
        assert!(reply.header(name).is_none() || is_said, "{method} {path} does not say {name} for {status}");
    }
}

/// What was told holds what its schema names, and nothing else.
pub fn assert_as_said(document: &Json, schema: &str, told: &Json) {
    let names = |json: &Json| -> BTreeSet<String> {
        json.as_object().unwrap_or_else(|| panic!("{schema}: {json}")).keys().cloned().collect()
    };
    assert_eq!(names(told), names(&document["components"]["schemas"][schema]["properties"]), "{schema}");
}

#[tokio::test]
async fn every_status_that_is_answered_is_described() {
    let (healthy, other) = (Firm::new().await, Firm::new().await);
    let program = Program::of(&healthy).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let (list, one, token) = ("/api/v1/customers", "/api/v1/customers/{id}", "/api/v1/token");
    let expect = |method: &str, path: &str, status: StatusCode, reply: &Reply| {
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
        assert_described(&described, method, path, reply);
    };
    let form = [("content-type", "application/x-www-form-urlencoded")];

    // A company that is closed, one without an interface for programs, and one without a part of Diwan.
    let closed = Program::of(&other).await;
    let address = format!("{list}/{}", other.customer);
    let secret = format!("grant_type=client_credentials&client_secret={}", closed.shown);
    let mut admin = admin().await;
    for terms in [
        "insert into ops.subscription (tenant_id, suspended_at, reason) values ($1, now(), 'Bills are open')",
        "update ops.subscription set suspended_at = null, reason = null, flags_off = '{api}' where tenant_id = $1",
    ] {
        sqlx::query(terms).bind(other.cx.tenant).execute(&mut admin).await.expect("other terms");
        for (method, path, reply) in [
            ("get", list, closed.get(list).await),
            ("post", list, closed.post(list, json!({"code": "X"})).await),
            ("get", one, closed.get(&address).await),
            ("patch", one, closed.patch(&address, "*", json!({})).await),
            ("delete", one, closed.delete(&address).await),
            ("post", "/api/v1/batch", closed.post("/api/v1/batch", json!({"operations": []})).await),
            ("post", token, closed.send(Method::POST, token, &form, secret.clone().into()).await),
        ] {
            expect(method, path, StatusCode::FORBIDDEN, &reply);
        }
    }
    let without = "update ops.subscription set flags_off = '{webhooks}' where tenant_id = $1";
    sqlx::query(without).bind(other.cx.tenant).execute(&mut admin).await.expect("other terms");
    let hooks = closed.get("/api/v1/webhooks").await;
    expect("get", "/api/v1/webhooks", StatusCode::NOT_FOUND, &hooks);
    let own = closed.get("/api/v1/openapi.json").await.assert_ok("its own").json;
    assert_eq!(own["webhooks"], json!({}), "who has no webhooks is promised none");

    // Bodies that nobody asked for.
    let address = format!("{list}/{}", healthy.customer);
    let large = json!({"note": "x".repeat(3 * 1024 * 1024)});
    for (path, to) in [(list, list), (one, address.as_str())] {
        let text = program.send(Method::GET, to, &[("content-type", "text/plain")], "code=X".into()).await;
        expect("get", path, StatusCode::UNSUPPORTED_MEDIA_TYPE, &text);
        let much = program.send(Method::GET, to, &[], large.clone()).await;
        expect("get", path, StatusCode::PAYLOAD_TOO_LARGE, &much);
        // What is known already comes with its tag and with what is left to ask.
        let etag = program.get(to).await.assert_ok(to).etag();
        let known = program.send(Method::GET, to, &[("if-none-match", &etag)], Json::Null).await;
        assert!(known.header("etag").is_some() && known.header("ratelimit").is_some(), "{:?}", known.headers);
        expect("get", path, StatusCode::NOT_MODIFIED, &known);
    }
    // What was done under a key is not done again, and not told again once the person is erased.
    let body = json!({"code": "GONE", "name": {"en": "Somebody"}, "language": "en"});
    let made = program.post_once(list, "once", body.clone()).await;
    expect("post", list, StatusCode::CREATED, &made);
    let id: Uuid = made.json["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    erase::run(&healthy.db, &healthy.cx, &FILES, record("customer"), id, "GONE").await.expect("erased");
    expect("post", list, StatusCode::GONE, &program.post_once(list, "once", body).await);
    // Who asks too often, and who shows nothing.
    let hasty = Program::at(&healthy, Rates { token: 1, company: 10 }).await;
    hasty.get(list).await.assert_ok("the first");
    expect("get", list, StatusCode::TOO_MANY_REQUESTS, &hasty.get(list).await);
    expect("get", list, StatusCode::UNAUTHORIZED, &program.showing("").get(list).await);
    // A secret in a form, and whatever else is sent in its place.
    let grant = "grant_type=client_credentials";
    for (program, body, status) in [
        (&program, format!("{grant}&client_secret={}", program.shown), StatusCode::OK),
        (&program, format!("{grant}&client_secret=dwn_x.y"), StatusCode::UNAUTHORIZED),
        (&program, "grant_type=password".to_owned(), StatusCode::BAD_REQUEST),
        (&program, "x".repeat(3 * 1024 * 1024), StatusCode::PAYLOAD_TOO_LARGE),
        (&hasty, format!("{grant}&client_secret={}", hasty.shown), StatusCode::TOO_MANY_REQUESTS),
    ] {
        expect("post", token, status, &program.send(Method::POST, token, &form, body.into()).await);
    }
    let json = program.post(token, json!({"grant_type": "client_credentials"})).await;
    expect("post", token, StatusCode::UNSUPPORTED_MEDIA_TYPE, &json);
    let secret = format!("{grant}&client_secret={}", program.shown);
    let told = program.send(Method::POST, token, &form, secret.into()).await;
    assert_as_said(&described, "AccessToken", &told.json);
}

#[tokio::test]
async fn the_description_tells_of_events() {
    let firm = Firm::new().await;
    let described = Program::of(&firm).await.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    for record in modules::records() {
        let told = &described["webhooks"][record.name]["post"];
        assert!(told["responses"]["410"].is_object(), "{}", record.name);
        let schema = &described["components"]["schemas"][format!("{}Event", openapi::type_name(record.name))];
        let events: Vec<String> =
            webhooks::events(record).into_iter().map(|event| format!("{}.{event}", record.name)).collect();
        assert_eq!(schema["properties"]["type"]["enum"], json!(events));
        let once: BTreeSet<&String> = events.iter().collect();
        assert_eq!(once.len(), events.len(), "{events:?}");
    }
}

/// Whoever makes tokens and webhooks finds how programs are written.
#[tokio::test]
async fn a_page_in_the_menu_leads_to_the_documentation() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    for beside in ["/api-tokens", "/api-tokens/new", "/webhooks"] {
        assert!(browser.get(beside).await.body.contains("href=\"/developers\""), "{beside}");
    }
    let page = browser.get("/developers").await;
    for address in ["/api/docs", "/api/v1/openapi.json", "/api/docs#events"] {
        assert!(page.body.contains(&format!("href=\"{address}\" rel=\"external\"")), "{address}: {}", page.body);
        let target = browser.get(address.split('#').next().unwrap_or_default()).await;
        assert_eq!(target.status, StatusCode::OK, "{address}");
    }
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
        let events = format!("<h2 id=\"events\">{}</h2>", i18n.format("webhook-many", None));
        assert!(page.text.contains(&events), "{events} in {language}");
        let pauses = webhooks::SCHEDULE.map(|s| format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)).join(" · ");
        let reports = format!("<h2 id=\"reports\">{}</h2>", i18n.format("api-docs-reports", None));
        assert!(page.text.contains(&reports), "{reports} in {language}");
        for report in door::reports() {
            let title = format!("<h3 id=\"{}\">{}</h3>", report.name, i18n.format(report.title, None));
            assert!(page.text.contains(&title), "{title} in {language}");
        }
        for told in [pauses.as_str(), "whsec_", "webhook-signature", "410", "customer.erase", "company.archive"] {
            assert!(page.text.contains(told), "{told} in {language}");
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
