//! What is said of work that outlives a request: imports, lists as files, one thing done to many records.

use super::schemas::whole_object;
use super::{Writer, content, headers, reference, responses, say, schema};
use crate::api::rest::ROOT;
use crate::platform::permission::Rights;
use crate::platform::{bulk, door, jobs};
use crate::record::Record;
use crate::record::query::sortable;
use crate::t;
use serde_json::{Map, Value as Json, json};

/// What all of it is tagged with that belongs to no type of record.
pub const TAG: &str = "jobs";

/// What stands in the way of something that is begun, beside what stands in the way of anything.
pub(super) const IN_THE_WAY: [u16; 6] = [400, 404, 409, 413, 415, 422];

/// What programs bring to be imported.
const SPREADSHEETS: [&str; 2] = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

impl Writer<'_> {
    /// What is done with many records of a type at once.
    pub(super) fn many(&self, record: &'static Record, list: &str, paths: &mut Map<String, Json>) {
        if self.may(|rights| rights.creates(record)) && record.manual && !record.single {
            paths.insert(format!("{list}/import"), json!({ "post": self.import(record) }));
        }
        paths.insert(format!("{list}/export"), json!({ "post": self.export(record) }));
        // Everybody's are those of an owner.
        let everybodys = self.rights.is_none().then(|| Rights::new("owner", door::records(), &[]));
        let Some(rights) = self.rights.or(everybodys.as_ref()) else { return };
        let verbs = bulk::verbs(rights, record);
        if !verbs.is_empty() {
            let fields = bulk::settable_fields(rights, record);
            paths.insert(format!("{list}/bulk"), json!({ "post": self.bulk(record, &verbs, &fields) }));
        }
    }

    fn import(&self, record: &Record) -> Json {
        let parameter = |name: &str, hint: &str, schema: Json| {
            let hint = say(self.i18n, hint);
            json!({ "name": name, "in": "query", "description": hint, "schema": schema })
        };
        let bytes: Map<String, Json> =
            SPREADSHEETS.map(|kind| (kind.to_owned(), json!({ "schema": {} }))).into_iter().collect();
        let rest = json!({
            "parameters": [
                parameter("name", "api-import-name", json!({ "type": "string" })),
                parameter("changes", "api-import-changes", json!({ "type": "boolean", "default": false })),
                reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language"),
            ],
            "requestBody": { "required": true, "content": bytes },
            "responses": responses(&[("202", self.begun("Import"))], &[400, 404, 409, 422]),
        });
        self.operation(record, "import", t!(self.i18n, "api-import", records = self.i18n.records(record)), rest)
    }

    fn export(&self, record: &'static Record) -> Json {
        let fields: Vec<&str> =
            record.fields.iter().map(|field| field.name).filter(|name| self.sees(record, name)).collect();
        let sorts = record.fields.iter().filter(|field| sortable(field) && fields.contains(&field.name));
        let sorts: Vec<String> = sorts.flat_map(|field| [field.name.to_owned(), format!("-{}", field.name)]).collect();
        let asked = json!({
            "filter": self.narrowing(), "sort": { "enum": sorts },
            "columns": { "type": "array", "minItems": 1, "items": { "enum": fields } },
            "format": { "enum": ["csv", "xlsx", "pdf"], "default": "csv" },
        });
        let summary = t!(self.i18n, "api-export", records = self.i18n.records(record));
        self.operation(record, "export", summary, self.asked(whole_object(asked, &[]), false))
    }

    fn bulk(&self, record: &Record, verbs: &[String], fields: &[String]) -> Json {
        let id = json!({ "type": "string", "format": "uuid" });
        let mut asked = json!({
            "action": { "enum": verbs }, "ids": { "type": "array", "minItems": 1, "items": id },
            "filter": self.narrowing(),
        });
        if !fields.is_empty() {
            asked["field"] = json!({ "enum": fields });
            asked["value"] = json!({});
        }
        let summary = t!(self.i18n, "api-bulk", records = self.i18n.records(record));
        self.operation(record, "bulk", summary, self.asked(whole_object(asked, &["action"]), true))
    }

    /// What narrows a list.
    fn narrowing(&self) -> Json {
        json!({
            "type": "object", "description": say(self.i18n, "api-narrowing"),
            "additionalProperties": { "type": "string" },
        })
    }

    /// A job that is asked for by a body.
    fn asked(&self, body: Json, required: bool) -> Json {
        json!({
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "requestBody": { "required": required, "content": content(body) },
            "responses": responses(&[("202", self.begun("Job"))], &IN_THE_WAY),
        })
    }

    /// The answer to whoever begins something.
    pub(super) fn begun(&self, what: &str) -> Json {
        json!({
            "description": say(self.i18n, "api-answer-begun"),
            "headers": headers(&["Location"]),
            "content": content(schema(what)),
        })
    }

    // -------------------------------------------------------------- how far it is

    /// Jobs and imports, of whatever type of record.
    pub(super) fn jobs(&self, paths: &mut Map<String, Json>, schemas: &mut Map<String, Json>) {
        let id = || json!([reference("parameters", "id")]);
        let (jobs, imports) = (format!("{ROOT}/jobs"), format!("{ROOT}/imports/{{id}}"));
        let after = [reference("parameters", "after")];
        paths.insert(jobs.clone(), json!({ "get": self.looked_at("job_list", "api-jobs", "JobList", &[], &[400]) }));
        let one = self.looked_at("job_read", "api-job", "Job", &after, &[400, 404]);
        paths.insert(format!("{jobs}/{{id}}"), json!({ "parameters": id(), "get": one }));
        let file = self.bytes("job_file", "api-job-file", "*/*");
        paths.insert(format!("{jobs}/{{id}}/file"), json!({ "parameters": id(), "get": file }));
        for (verb, summary) in [("cancel", "api-job-cancel"), ("retry", "api-job-retry")] {
            let step = self.step(&format!("job_{verb}"), summary, "Job", None);
            paths.insert(format!("{jobs}/{{id}}/{verb}"), json!({ "parameters": id(), "post": step }));
        }
        let one = self.looked_at("import_read", "api-import-read", "Import", &[], &[400, 404]);
        paths.insert(imports.clone(), json!({ "parameters": id(), "get": one }));
        let faults = self.bytes("import_faults", "api-import-faults", "text/csv");
        paths.insert(format!("{imports}/faults"), json!({ "parameters": id(), "get": faults }));
        let rest = self.bytes("import_rest", "api-import-rest", "text/csv");
        paths.insert(format!("{imports}/rest"), json!({ "parameters": id(), "get": rest }));
        for (verb, summary, body) in [
            ("check", "api-import-check", Some("ImportCheck")),
            ("run", "api-import-run", Some("ImportRun")),
            ("undo", "api-import-undo", None),
            ("cancel", "api-import-cancel", None),
        ] {
            let step = self.step(&format!("import_{verb}"), summary, "Import", body);
            paths.insert(format!("{imports}/{verb}"), json!({ "parameters": id(), "post": step }));
        }
        schemas.extend(schemas_of_jobs());
    }

    /// Something that is read.
    pub(super) fn looked_at(&self, name: &str, summary: &str, what: &str, own: &[Json], problems: &[u16]) -> Json {
        let links: &[&str] = if own.is_empty() { &["ETag"] } else { &["ETag", "Link"] };
        let good = json!({
            "description": say(self.i18n, summary), "headers": headers(links), "content": content(schema(what)),
        });
        let shared = ["If-None-Match", "Accept-Language"].map(|name| reference("parameters", name));
        let parameters: Vec<Json> = own.iter().cloned().chain(shared).collect();
        json!({
            "operationId": name, "summary": say(self.i18n, summary), "tags": [TAG], "parameters": parameters,
            "responses": responses(&[("200", good), ("304", self.unchanged(links))], problems),
        })
    }

    /// A file that is fetched.
    fn bytes(&self, name: &str, summary: &str, kind: &str) -> Json {
        let good = json!({
            "description": say(self.i18n, "api-answer-file"),
            "headers": headers(&[]),
            "content": Map::from_iter([(kind.to_owned(), json!({ "schema": {} }))]),
        });
        json!({
            "operationId": name, "summary": say(self.i18n, summary), "tags": [TAG],
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", good)], &[400, 404]),
        })
    }

    /// The next thing that is done with a job or an import.
    pub(super) fn step(&self, name: &str, summary: &str, what: &str, body: Option<&str>) -> Json {
        let mut step = json!({
            "operationId": name, "summary": say(self.i18n, summary), "tags": [TAG],
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("202", self.begun(what))], &IN_THE_WAY),
        });
        if let Some(body) = body {
            step["requestBody"] = json!({ "required": false, "content": content(schema(body)) });
        }
        step
    }
}

fn schemas_of_jobs() -> Map<String, Json> {
    let text = || json!({ "type": "string" });
    let some = || json!({ "type": ["string", "null"] });
    let count = || json!({ "type": "integer", "minimum": 0 });
    let maybe_count = || json!({ "type": ["integer", "null"], "minimum": 0 });
    let id = || json!({ "type": "string", "format": "uuid" });
    let yes = || json!({ "type": "boolean" });
    let minute = || json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$" });
    let list = |items: Json| json!({ "type": "array", "items": items });
    let maybe = |one: Json| json!({ "anyOf": [one, { "type": "null" }] });
    let texts = json!({ "type": "object", "additionalProperties": text() });
    let file = whole_object(json!({ "name": text(), "href": text() }), &["name", "href"]);
    let line = json!({
        "id": id(), "kind": { "enum": jobs::kinds().collect::<Vec<_>>() }, "record": text(), "action": text(),
        "state": { "enum": ["waiting", "running", "done", "failed", "cancelled"] }, "cancelling": yes(),
        "done": count(), "refused": count(), "total": maybe_count(), "at": minute(), "by": text(),
        "reason": maybe(schema("Reason")), "import": { "type": ["string", "null"], "format": "uuid" },
        "file": maybe(file),
    });
    let of_line = [
        "id",
        "kind",
        "record",
        "action",
        "state",
        "cancelling",
        "done",
        "refused",
        "total",
        "at",
        "by",
        "reason",
        "import",
        "file",
    ];
    let mut job = line.clone();
    job["rows"] = list(schema("JobRow"));
    job["next"] = some();
    let of_job: Vec<&str> = of_line.into_iter().chain(["rows", "next"]).collect();
    let row = json!({
        "id": id(), "title": { "anyOf": [schema("Names"), some()] }, "refused": yes(),
        "reason": maybe(schema("Reason")),
    });
    let counts = json!({
        "rows": maybe_count(), "created": count(), "changed": count(), "faults": count(), "skipped": count(),
    });
    let fault = json!({ "line": count(), "column": text(), "text": text(), "reason": schema("Reason") });
    let column = json!({ "name": text(), "target": text(), "factor": some() });
    let column = whole_object(column, &["name", "target", "factor"]);
    let progress = whole_object(json!({ "done": count(), "total": count() }), &["done", "total"]);
    let states =
        ["uploaded", "rehearsing", "rehearsed", "importing", "done", "failed", "cancelled", "undoing", "undone"];
    let import = json!({
        "id": id(), "record": text(), "name": text(), "at": minute(), "by": text(), "state": { "enum": states },
        "progress": maybe(progress),
        "counts": whole_object(counts, &["rows", "created", "changed", "faults", "skipped"]),
        "faults": list(whole_object(fault, &["line", "column", "text", "reason"])),
        "notices": list(schema("Reason")),
        "can": list(json!({ "enum": ["check", "run", "undo", "cancel"] })),
        "columns": list(column), "fixed": texts, "changes": { "type": ["boolean", "null"] }, "targets": list(text()),
        "all_faults": some(), "rest": some(),
    });
    let of_import = [
        "id",
        "record",
        "name",
        "at",
        "by",
        "state",
        "progress",
        "counts",
        "faults",
        "notices",
        "can",
        "columns",
        "fixed",
        "changes",
        "targets",
        "all_faults",
        "rest",
    ];
    let factors = list(json!({ "type": ["string", "number", "null"] }));
    let check = json!({ "targets": list(some()), "factors": factors, "fixed": texts, "changes": yes() });
    let run = json!({ "mode": { "enum": ["all", "skip_bad"], "default": "all" } });
    let jobs = json!({ "data": list(whole_object(line, &of_line)) });
    Map::from_iter([
        ("Reason".to_owned(), whole_object(json!({ "id": text(), "message": text() }), &["id", "message"])),
        ("Job".to_owned(), whole_object(job, &of_job)),
        ("JobRow".to_owned(), whole_object(row, &["id", "title", "refused", "reason"])),
        ("JobList".to_owned(), whole_object(jobs, &["data"])),
        ("Import".to_owned(), whole_object(import, &of_import)),
        ("ImportCheck".to_owned(), whole_object(check, &[])),
        ("ImportRun".to_owned(), whole_object(run, &[])),
    ])
}
