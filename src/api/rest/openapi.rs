//! What can be asked, for programs that write programs: OpenAPI 3.1, from the descriptions of records. With a token it is what
//! this program sees of its company, custom fields included; without one what every company begins with.

mod archives;
mod jobs;
mod kept;
mod schemas;
mod told;

pub use self::schemas::filter_hint;
use self::schemas::{common_schemas, of_parts, whole_object};
use super::ROOT;
use super::operation::PARAMETERS;
use crate::api::caller::{Asked, Caller};
use crate::api::limits::Limits;
use crate::api::problem::KINDS;
use crate::i18n::{Digits, I18n, Locale, plain};
use crate::platform::permission::Rights;
use crate::platform::report::{Ask, Report, Takes};
use crate::platform::search::{LONGEST, MOST};
use crate::platform::tenancy::{Cx, Db, whole};
use crate::platform::web::House;
use crate::platform::{door, webhooks};
use crate::record::query::{PAGE, sortable};
use crate::record::search::SHORTEST;
use crate::record::{Field, Record};
use crate::t;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value as Json, json};
use std::sync::LazyLock;

/// The description as this program sees it, or as it is for everybody.
pub async fn serve(State(house): State<House>, Extension(limits): Extension<Limits>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if !parts.headers.contains_key(header::AUTHORIZATION) {
        let locale = Asked::of(&parts).i18n().locale;
        let mut response = respond(for_everybody(locale).to_owned());
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Authorization, Accept-Language"));
        return response;
    }
    match Caller::admit(&house.db, &limits, &parts).await {
        Ok(caller) => {
            let text = for_one(&house.db, &caller.cx).await;
            caller.reply(text.map(respond).map_err(Into::into))
        }
        Err(refused) => *refused,
    }
}

fn respond(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

async fn for_one(db: &Db, cx: &Cx) -> door::Outcome<String> {
    let (db, cx) = (db.clone(), cx.clone());
    whole(async move {
        let tx = db.begin(&cx).await?;
        let rights = tx.rights();
        let seen = door::records().iter().copied().filter(|record| rights.sees(record));
        let records: Vec<&'static Record> = seen.map(|record| tx.described(record)).collect();
        let open = door::reports().iter().filter(|report| report.opens_to(cx.scope.as_deref(), &rights));
        let reports: Vec<&'static Report> = open.collect();
        let mut described = describe(cx.i18n, &records, &reports, Some(&*rights));
        told::narrow(cx.scope.as_deref(), &mut described);
        archives::narrow(cx.scope.as_deref(), &mut described);
        Ok(described.to_string())
    })
    .await
}

/// What every company begins with, in a language.
fn for_everybody(locale: Locale) -> &'static str {
    static TEXTS: LazyLock<[String; 2]> = LazyLock::new(|| {
        let reports: Vec<&'static Report> = door::reports().iter().collect();
        Locale::ALL
            .map(|locale| describe(I18n::new(locale, Digits::Western), door::records(), &reports, None).to_string())
    });
    &TEXTS[locale as usize]
}

// ------------------------------------------------------------------ the document

/// The whole description of these records and reports. Without rights it is of everybody's: what may be missing is not
/// promised.
pub fn describe(i18n: I18n, records: &[&'static Record], reports: &[&'static Report], rights: Option<&Rights>) -> Json {
    let writer = Writer { i18n, rights };
    let (mut paths, mut events) = (Map::new(), Map::new());
    let mut schemas = common_schemas();
    schemas.extend(told::schemas());
    schemas.extend(archives::schemas());
    schemas.extend(kept::schemas());
    // A company whose plan has no webhooks is promised none.
    let tells = writer.may(|rights| rights.knows(webhooks::record()));
    for record in records.iter().copied() {
        writer.paths(record, &mut paths);
        writer.schemas(record, &mut schemas);
        if tells {
            writer.events(record, &mut events, &mut schemas);
        }
    }
    writer.told(&mut paths);
    writer.favourites(&mut paths);
    paths.insert(format!("{ROOT}/search"), writer.search());
    for report in reports.iter().copied() {
        paths.insert(format!("{ROOT}/reports/{}", report.name), writer.report(report));
        schemas.insert(report_type(report), of_parts(report.holds));
    }
    writer.jobs(&mut paths, &mut schemas);
    writer.archives(&mut paths);
    paths.insert(format!("{ROOT}/batch"), writer.batch());
    paths.insert(format!("{ROOT}/token"), writer.token());
    let mut tags: Vec<Json> =
        records.iter().map(|record| json!({ "name": record.name, "description": i18n.records(record) })).collect();
    tags.push(json!({ "name": jobs::TAG, "description": say(i18n, "api-docs-jobs") }));
    tags.push(json!({ "name": REPORTS, "description": say(i18n, "api-docs-reports") }));
    json!({
        "openapi": "3.1.0",
        "info": { "title": say(i18n, "api-title"), "version": "1", "description": say(i18n, "api-lead") },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "tags": tags,
        "paths": paths,
        "webhooks": events,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": say(i18n, "api-token-hint") },
                "secret": { "type": "http", "scheme": "basic", "description": say(i18n, "api-basic-hint") },
            },
            "schemas": schemas,
            "parameters": writer.parameters(),
            "headers": writer.headers(),
            "responses": writer.shared_responses(),
        },
    })
}

fn say(i18n: I18n, id: &str) -> String {
    plain(&i18n.format(id, None))
}

fn reference(kind: &str, name: &str) -> Json {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn schema(name: &str) -> Json {
    reference("schemas", name)
}

/// `trial-balance` is `TrialBalanceReport`.
fn report_type(report: &Report) -> String {
    format!("{}Report", type_name(&report.name.replace('-', "_")))
}

/// `sales_order` is `SalesOrder`.
pub fn type_name(record: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    record.split('_').map(capital).collect()
}

fn content(schema: Json) -> Json {
    json!({ "application/json": { "schema": schema } })
}

/// What all reports are tagged with.
const REPORTS: &str = "reports";

/// What is answered in any case: a company that is closed, or has no interface for programs, answers nothing else than 403.
const ANYWAY: [u16; 5] = [401, 403, 429, 500, 503];

/// What a list or a record is answered with when a body comes that cannot be read: whoever only reads needs none.
const OF_BODY: [u16; 3] = [400, 413, 415];

/// What every message of a webhook carries in its head.
const MARKS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// Answers of an operation: what it comes to, and the problems that it meets beside those that anything can.
fn responses(good: &[(&str, Json)], problems: &[u16]) -> Json {
    let mut responses: Map<String, Json> =
        good.iter().map(|(status, response)| ((*status).to_owned(), response.clone())).collect();
    for kind in KINDS.iter().filter(|kind| problems.contains(&kind.status) || ANYWAY.contains(&kind.status)) {
        responses.insert(kind.status.to_string(), reference("responses", kind.code));
    }
    responses.into()
}

/// What is answered under a key once the person is erased that the first answer told of.
fn erased() -> (&'static str, Json) {
    ("410", reference("responses", "erased"))
}

/// Headers of an answer by name, beside what is left to ask.
fn headers(names: &[&str]) -> Json {
    let all = names.iter().copied().chain(["RateLimit", "RateLimit-Policy"]);
    Json::Object(all.map(|name| (name.to_owned(), reference("headers", name))).collect())
}

/// Writes the description for somebody.
struct Writer<'r> {
    i18n: I18n,
    rights: Option<&'r Rights>,
}

impl Writer<'_> {
    fn sees(&self, record: &Record, field: &str) -> bool {
        self.rights.is_none_or(|rights| rights.on(record).sees_field(field))
    }

    fn may(&self, may: impl Fn(&Rights) -> bool) -> bool {
        self.rights.is_none_or(may)
    }

    // -------------------------------------------------------------- paths

    fn paths(&self, record: &'static Record, paths: &mut Map<String, Json>) {
        let list = format!("{ROOT}/{}", record.path);
        let mut of_list = Map::from_iter([("get".to_owned(), self.list(record))]);
        if record.manual && !record.single && self.may(|rights| rights.creates(record)) {
            of_list.insert("post".to_owned(), self.create(record));
        }
        paths.insert(list.clone(), of_list.into());
        let mut of_one = Map::from_iter([
            ("parameters".to_owned(), json!([reference("parameters", "id")])),
            ("get".to_owned(), self.read(record)),
        ]);
        if record.manual && self.may(|rights| rights.changes(record)) {
            of_one.insert("patch".to_owned(), self.change(record));
        }
        if !record.single && self.may(|rights| rights.deletes(record)) {
            of_one.insert("delete".to_owned(), self.delete(record));
        }
        paths.insert(format!("{list}/{{id}}"), of_one.into());
        for action in record.actions.iter().filter(|action| !action.internal) {
            if self.may(|rights| rights.acts(record, action.name)) {
                let of_action = json!({
                    "parameters": [reference("parameters", "id")],
                    "post": self.act(record, action.name),
                });
                paths.insert(format!("{list}/{{id}}/{}", action.name), of_action);
            }
        }
        self.beside(record, &list, paths);
        self.views_of(record, &list, paths);
        self.many(record, &list, paths);
        self.person(record, &list, paths);
    }

    /// What stands beside the fields of a record: what is said about it, its files, and what happened to it.
    fn beside(&self, record: &Record, list: &str, paths: &mut Map<String, Json>) {
        let id = || json!([reference("parameters", "id")]);
        self.told_of(record, list, paths);
        if self.may(|rights| rights.sees_comments(record)) {
            let mut talk = json!({ "parameters": id(), "get": self.comments(record) });
            if self.may(|rights| rights.comments(record)) {
                talk["post"] = self.comment(record);
            }
            paths.insert(format!("{list}/{{id}}/comments"), talk);
        }
        if self.may(|rights| rights.sees_files(record)) {
            let mut shelf = json!({ "parameters": id(), "get": self.files(record) });
            if self.may(|rights| rights.attaches(record)) {
                shelf["post"] = self.attach(record);
            }
            paths.insert(format!("{list}/{{id}}/files"), shelf);
            let both = json!([reference("parameters", "id"), reference("parameters", "file")]);
            let mut file = json!({ "parameters": both, "get": self.file(record) });
            if self.may(|rights| rights.detaches(record, true)) {
                file["delete"] = self.detach(record);
            }
            paths.insert(format!("{list}/{{id}}/files/{{file}}"), file);
        }
    }

    /// What all operations of a record say of themselves.
    fn operation(&self, record: &Record, verb: &str, summary: String, rest: Json) -> Json {
        let mut operation = json!({
            "operationId": format!("{verb}_{}", record.name),
            "summary": plain(&summary),
            "tags": [record.name],
        });
        if let (Some(operation), Json::Object(rest)) = (operation.as_object_mut(), rest) {
            operation.extend(rest);
        }
        operation
    }

    fn list(&self, record: &'static Record) -> Json {
        let fields: Vec<&Field> = record.fields.iter().filter(|field| self.sees(record, field.name)).collect();
        let sorts: Vec<String> = fields
            .iter()
            .filter(|field| sortable(field))
            .flat_map(|field| [field.name.to_owned(), format!("-{}", field.name)])
            .collect();
        let mut parameters: Vec<Json> = ["limit", "after", "q", "fields"]
            .map(|name| reference("parameters", name))
            .into_iter()
            .chain([json!({ "name": "sort", "in": "query", "schema": { "enum": sorts } })])
            .collect();
        if !record.views.is_empty() {
            let views: Vec<&str> = record.views.iter().map(|view| view.name).collect();
            parameters.push(json!({ "name": "view", "in": "query", "schema": { "enum": views } }));
        }
        parameters.extend(["If-None-Match", "Accept-Language"].map(|name| reference("parameters", name)));
        parameters.extend(fields.iter().filter(|field| !PARAMETERS.contains(&field.name)).map(|field| {
            let label = self.i18n.field(record, field.name);
            let hint = say(self.i18n, filter_hint(field.kind));
            json!({
                "name": field.name, "in": "query", "description": format!("{label}: {hint}"),
                "schema": { "type": "string" },
            })
        }));
        let page = json!({
            "description": say(self.i18n, "api-answer-list"),
            "headers": headers(&["ETag", "Link"]),
            "content": content(schema(&format!("{}Page", type_name(record.name)))),
        });
        // A filter may be beyond what its column holds, and a part of Diwan that the plan lacks has no lists.
        let problems = [&OF_BODY[..], &[404, 422]].concat();
        let rest = json!({
            "parameters": parameters,
            "responses": responses(&[("200", page), ("304", self.unchanged(&["ETag", "Link"]))], &problems),
        });
        self.operation(record, "list", t!(self.i18n, "api-list", records = self.i18n.records(record)), rest)
    }

    fn read(&self, record: &Record) -> Json {
        let problems = [&OF_BODY[..], &[404]].concat();
        let rest = json!({
            "parameters": [reference("parameters", "If-None-Match"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", self.one(record)), ("304", self.unchanged(&["ETag"]))], &problems),
        });
        self.operation(record, "read", t!(self.i18n, "api-read", record = self.i18n.record(record)), rest)
    }

    fn create(&self, record: &Record) -> Json {
        let mut made = self.one(record);
        made["headers"]["Location"] = reference("headers", "Location");
        let rest = json!({
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": content(schema(&format!("{}New", type_name(record.name)))) },
            "responses": responses(&[("201", made), erased()], &[400, 404, 409, 412, 413, 415, 422]),
        });
        self.operation(record, "create", t!(self.i18n, "api-create", record = self.i18n.record(record)), rest)
    }

    fn change(&self, record: &Record) -> Json {
        let body = content(schema(&format!("{}Change", type_name(record.name))));
        let rest = json!({
            "parameters": [reference("parameters", "If-Match"), reference("parameters", "Idempotency-Key"),
                           reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": body },
            "responses": responses(&[("200", self.one(record)), erased()], &[400, 404, 409, 412, 413, 415, 422, 428]),
        });
        self.operation(record, "change", t!(self.i18n, "api-change", record = self.i18n.record(record)), rest)
    }

    fn delete(&self, record: &Record) -> Json {
        let gone = json!({ "description": say(self.i18n, "api-answer-deleted"), "headers": headers(&[]) });
        let rest = json!({
            "parameters": [reference("parameters", "If-Match-optional"), reference("parameters", "Idempotency-Key"),
                           reference("parameters", "Accept-Language")],
            "responses": responses(&[("204", gone)], &[400, 404, 409, 412, 413, 415, 422]),
        });
        self.operation(record, "delete", t!(self.i18n, "api-delete", record = self.i18n.record(record)), rest)
    }

    fn act(&self, record: &Record, action: &str) -> Json {
        let mut done = self.one(record);
        done["content"] = content(schema(&format!("{}Done", type_name(record.name))));
        let rest = json!({
            "parameters": [reference("parameters", "If-Match"), reference("parameters", "Idempotency-Key"),
                           reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", done), erased()], &[400, 404, 409, 412, 413, 415, 422, 428]),
        });
        self.operation(record, action, self.i18n.action(record, action), rest)
    }

    fn comments(&self, record: &Record) -> Json {
        let page = json!({
            "description": say(self.i18n, "api-answer-list"),
            "headers": headers(&["Link"]),
            "content": content(schema("CommentPage")),
        });
        let rest = json!({
            "parameters": [reference("parameters", "after"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", page)], &[400, 404]),
        });
        self.operation(record, "comments", t!(self.i18n, "api-comments", record = self.i18n.record(record)), rest)
    }

    fn comment(&self, record: &Record) -> Json {
        let said = json!({
            "description": say(self.i18n, "api-answer-said"),
            "headers": headers(&[]),
            "content": content(schema("Said")),
        });
        let rest = json!({
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": content(schema("CommentNew")) },
            "responses": responses(&[("201", said)], &[400, 404, 409, 412, 413, 415, 422]),
        });
        self.operation(record, "comment", t!(self.i18n, "api-comment", record = self.i18n.record(record)), rest)
    }

    fn files(&self, record: &Record) -> Json {
        let all = json!({
            "description": say(self.i18n, "api-answer-files"),
            "headers": headers(&[]),
            "content": content(schema("FileList")),
        });
        let rest = json!({
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", all)], &[400, 404]),
        });
        self.operation(record, "files", t!(self.i18n, "api-files", record = self.i18n.record(record)), rest)
    }

    fn attach(&self, record: &Record) -> Json {
        let kept = json!({
            "description": say(self.i18n, "api-answer-attached"),
            "headers": headers(&["Location"]),
            "content": content(schema("File")),
        });
        let name = json!({
            "name": "name", "in": "query", "required": true, "description": say(self.i18n, "api-file-name"),
            "schema": { "type": "string" },
        });
        let rest = json!({
            "parameters": [name, reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": { "*/*": { "schema": {} } } },
            "responses": responses(&[("201", kept)], &[400, 404, 409, 422]),
        });
        self.operation(record, "attach", t!(self.i18n, "api-attach", record = self.i18n.record(record)), rest)
    }

    fn file(&self, record: &Record) -> Json {
        let bytes = json!({
            "description": say(self.i18n, "api-answer-file"),
            "headers": headers(&["ETag"]),
            "content": { "*/*": { "schema": {} } },
        });
        let rest = json!({
            "parameters": [reference("parameters", "If-None-Match"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", bytes), ("304", self.unchanged(&["ETag"]))], &[400, 404]),
        });
        self.operation(record, "file", t!(self.i18n, "api-file", record = self.i18n.record(record)), rest)
    }

    fn detach(&self, record: &Record) -> Json {
        let gone = json!({ "description": say(self.i18n, "api-answer-deleted"), "headers": headers(&[]) });
        let rest = json!({
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("204", gone)], &[400, 404, 409]),
        });
        self.operation(record, "detach", t!(self.i18n, "api-detach", record = self.i18n.record(record)), rest)
    }

    /// The answer that is a record.
    fn one(&self, record: &Record) -> Json {
        json!({
            "description": self.i18n.record(record),
            "headers": headers(&["ETag"]),
            "content": content(schema(&type_name(record.name))),
        })
    }

    fn unchanged(&self, names: &[&str]) -> Json {
        json!({ "description": say(self.i18n, "api-answer-unchanged"), "headers": headers(names) })
    }

    fn search(&self) -> Json {
        let found = json!({
            "description": say(self.i18n, "api-answer-found"),
            "headers": headers(&[]),
            "content": content(schema("Hits")),
        });
        let sought = json!({
            "name": "q", "in": "query", "required": true, "description": say(self.i18n, "api-q"),
            "schema": { "type": "string", "minLength": SHORTEST },
        });
        let (least, most) = (SHORTEST as i64, LONGEST as i64);
        let hint = t!(self.i18n, "api-search-hint", hits = i64::from(MOST), least = least, most = most);
        json!({ "get": {
            "operationId": "search",
            "summary": say(self.i18n, "api-search"),
            "description": plain(&hint),
            "parameters": [sought, reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", found)], &[400, 422]),
        } })
    }

    fn report(&self, report: &Report) -> Json {
        let own = report.asks.iter().map(|ask| self.parameter(ask));
        let shared = ["If-None-Match", "Accept-Language"].map(|name| reference("parameters", name));
        let parameters: Vec<Json> = own.chain(shared).collect();
        let title = say(self.i18n, report.title);
        let good = json!({
            "description": title,
            "headers": headers(&["ETag"]),
            "content": content(schema(&report_type(report))),
        });
        json!({ "get": {
            "operationId": format!("report_{}", report.name.replace('-', "_")),
            "summary": title,
            "description": say(self.i18n, "api-docs-reports-rights"),
            "tags": [REPORTS],
            "parameters": parameters,
            "responses": responses(&[("200", good), ("304", self.unchanged(&["ETag"]))], &[400, 404, 422]),
        } })
    }

    /// A parameter of a report.
    fn parameter(&self, ask: &Ask) -> Json {
        let schema = match ask.takes {
            Takes::Day => json!({ "type": "string", "format": "date" }),
            Takes::Id | Takes::Place => json!({ "type": "string", "format": "uuid" }),
            Takes::Text | Takes::Named(_) => json!({ "type": "string" }),
            Takes::Word(words) => json!({ "enum": words }),
        };
        json!({
            "name": ask.name, "in": "query", "description": say(self.i18n, ask.hint), "required": ask.needed,
            "schema": schema,
        })
    }

    fn batch(&self) -> Json {
        let good = json!({
            "description": say(self.i18n, "api-answer-batch"),
            "headers": headers(&[]),
            "content": content(schema("BatchResults")),
        });
        json!({ "post": {
            "operationId": "batch",
            "summary": say(self.i18n, "api-batch"),
            "description": say(self.i18n, "api-batch-hint"),
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": content(schema("Batch")) },
            "responses": responses(&[("200", good), erased()], &[400, 404, 405, 409, 412, 413, 415, 422, 428]),
        } })
    }

    fn token(&self) -> Json {
        let good = json!({
            "description": say(self.i18n, "api-answer-token"),
            "headers": headers(&["Cache-Control"]),
            "content": content(schema("AccessToken")),
        });
        json!({ "post": {
            "operationId": "token",
            "summary": say(self.i18n, "api-token"),
            "description": say(self.i18n, "api-token-form"),
            // The secret stands in the head or in the form.
            "security": [{ "secret": [] }, {}],
            "parameters": [reference("parameters", "Accept-Language")],
            "requestBody": {
                "required": true,
                "content": { "application/x-www-form-urlencoded": { "schema": schema("Credentials") } },
            },
            "responses": responses(&[("200", good)], &[400, 413, 415]),
        } })
    }

    // -------------------------------------------------------------- webhooks

    /// What receivers hear of a type of record: one message, whose type says what happened.
    fn events(&self, record: &'static Record, events: &mut Map<String, Json>, schemas: &mut Map<String, Json>) {
        let name = type_name(record.name);
        let types: Vec<String> =
            webhooks::events(record).into_iter().map(|event| format!("{}.{event}", record.name)).collect();
        let data = json!({
            "id": { "type": "string", "format": "uuid" },
            "record": { "anyOf": [schema(&name), { "type": "null" }] },
        });
        let message = json!({
            "type": { "enum": types },
            "timestamp": { "type": "string", "format": "date-time" },
            "data": whole_object(data, &["id", "record"]),
        });
        schemas.insert(format!("{name}Event"), whole_object(message, &["type", "timestamp", "data"]));
        let rest = json!({
            "description": say(self.i18n, "api-event-hint"),
            "security": [],
            "parameters": MARKS.map(|name| reference("parameters", name)),
            "requestBody": { "required": true, "content": content(schema(&format!("{name}Event"))) },
            "responses": {
                "2XX": reference("responses", "event-accepted"),
                "410": reference("responses", "event-gone"),
                "default": reference("responses", "event-again"),
            },
        });
        let told =
            self.operation(record, "event", t!(self.i18n, "api-event", records = self.i18n.records(record)), rest);
        events.insert(record.name.to_owned(), json!({ "post": told }));
    }

    // -------------------------------------------------------------- what is shared

    fn parameters(&self) -> Json {
        let query = |name: &str, hint: &str, schema: Json| {
            let hint = say(self.i18n, hint);
            json!({ "name": name, "in": "query", "description": hint, "schema": schema })
        };
        let head = |name: &str, hint: &str, required: bool| {
            json!({
                "name": name, "in": "header", "description": say(self.i18n, hint), "required": required,
                "schema": { "type": "string" },
            })
        };
        json!({
            "id": { "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } },
            "file": {
                "name": "file", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" },
            },
            "limit": query("limit", "api-limit", json!({ "type": "integer", "minimum": 1, "default": PAGE })),
            "after": query("after", "api-after", json!({ "type": "string" })),
            "q": query("q", "api-q", json!({ "type": "string" })),
            "fields": query("fields", "api-fields", json!({ "type": "string" })),
            "If-Match": head("If-Match", "api-if-match", true),
            "If-Match-optional": head("If-Match", "api-if-match", false),
            "If-None-Match": head("If-None-Match", "api-if-none-match", false),
            "Idempotency-Key": head("Idempotency-Key", "api-key", false),
            "Accept-Language": head("Accept-Language", "api-language", false),
            "webhook-id": head("webhook-id", "api-event-id", true),
            "webhook-timestamp": head("webhook-timestamp", "api-event-timestamp", true),
            "webhook-signature": head("webhook-signature", "api-event-signature", true),
        })
    }

    fn headers(&self) -> Json {
        let text = |hint: &str| json!({ "description": say(self.i18n, hint), "schema": { "type": "string" } });
        json!({
            "Cache-Control": text("api-cache"),
            "ETag": text("api-etag"),
            "Link": text("api-link-header"),
            "Location": text("api-location"),
            "RateLimit": text("api-rate"),
            "RateLimit-Policy": text("api-rate-policy"),
            "Retry-After": { "description": say(self.i18n, "api-retry"), "schema": { "type": "integer" } },
            "WWW-Authenticate": text("api-authenticate"),
        })
    }

    /// The problems, each by its code, what is told of what was erased, and what receivers answer.
    fn shared_responses(&self) -> Json {
        let problem = |kind: &crate::api::problem::Kind| {
            let named: &[&str] = match kind.status {
                401 => &["WWW-Authenticate"],
                409 | 429 | 503 => &["Retry-After"],
                _ => &[],
            };
            let problem = json!({
                "description": say(self.i18n, kind.title),
                "headers": headers(named),
                "content": { "application/problem+json": { "schema": schema("Problem") } },
            });
            (kind.code.to_owned(), problem)
        };
        let mut shared: Map<String, Json> = KINDS.iter().map(problem).collect();
        let erased = json!({ "description": say(self.i18n, "api-answer-erased"), "headers": headers(&[]) });
        shared.insert("erased".to_owned(), erased);
        for (name, hint) in [("event-accepted", "api-event-accepted"), ("event-gone", "api-event-gone")] {
            shared.insert(name.to_owned(), json!({ "description": say(self.i18n, hint) }));
        }
        let again = json!({
            "description": say(self.i18n, "api-event-again"),
            "headers": { "Retry-After": reference("headers", "Retry-After") },
        });
        shared.insert("event-again".to_owned(), again);
        shared.into()
    }
}
