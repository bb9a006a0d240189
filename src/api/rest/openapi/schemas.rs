//! What records, reports and all that stands around them look like: a schema for each, by kinds of fields and by rights.

use super::{Writer, schema, type_name};
use crate::api::rest::batch;
use crate::i18n::plain;
use crate::platform::report::{Holds, Part};
use crate::platform::{comments, door};
use crate::record::money::CURRENCIES;
use crate::record::value::NOTE_LENGTH;
use crate::record::{Field, Kind, Record};
use crate::t;
use serde_json::{Map, Value as Json, json};

impl Writer<'_> {
    pub(super) fn schemas(&self, record: &'static Record, schemas: &mut Map<String, Json>) {
        let name = type_name(record.name);
        let id = || ("id".to_owned(), json!({ "type": "string", "format": "uuid" }));
        let mut out = Map::from_iter([id(), ("version".to_owned(), json!({ "type": "integer", "minimum": 1 }))]);
        let mut given = Map::from_iter([id()]);
        for field in record.fields.iter().filter(|field| self.sees(record, field.name)) {
            let label = self.i18n.field(record, field.name);
            out.insert(field.name.to_owned(), self.shown(record, field, &label));
            if self.writable(record, field, "") {
                given.insert(field.name.to_owned(), self.taken(field, &label));
            }
        }
        schemas.insert(format!("{name}Row"), self.object(out.clone(), Some(&["id", "version"])));
        if let Some(lines) = record.lines {
            let mut of_line = Map::from_iter([id()]);
            let mut new_line = of_line.clone();
            let right = |field: &Field| format!("lines.{}", field.name);
            for field in lines.fields.iter().filter(|field| self.sees(record, &right(field))) {
                let label = self.i18n.line_field(record, field.name);
                of_line.insert(field.name.to_owned(), self.shown(record, field, &label));
                if self.writable(record, field, "lines.") {
                    new_line.insert(field.name.to_owned(), self.taken(field, &label));
                }
            }
            schemas.insert(format!("{name}Line"), self.object(of_line, None));
            schemas.insert(format!("{name}LineGiven"), closed(new_line));
            let list = |line: &str| json!({ "type": "array", "items": schema(&format!("{name}{line}")) });
            out.insert("lines".to_owned(), list("Line"));
            given.insert("lines".to_owned(), list("LineGiven"));
        }
        schemas.insert(name.clone(), self.object(out, None));
        schemas.insert(format!("{name}New"), closed(given.clone()));
        schemas.insert(format!("{name}Change"), closed(given));
        let page = json!({ "data": { "type": "array", "items": schema(&format!("{name}Row")) },
                           "next": { "type": ["string", "null"] } });
        schemas.insert(format!("{name}Page"), whole_object(page, &["data", "next"]));
        let done = json!({ "record": schema(&name), "created": { "type": "array", "items": schema("Created") } });
        schemas.insert(format!("{name}Done"), whole_object(done, &["record", "created"]));
    }

    fn writable(&self, record: &Record, field: &Field, prefix: &str) -> bool {
        let right = format!("{prefix}{}", field.name);
        let may = self.rights.is_none_or(|rights| rights.on(record).changes_field(&right));
        may && !field.computed && field.kind != Kind::State
    }

    /// An object that is answered. What it holds is promised where it is known who asks.
    fn object(&self, properties: Map<String, Json>, required: Option<&[&str]>) -> Json {
        let all: Vec<String> = match (required, self.rights) {
            (Some(required), _) => required.iter().map(|name| (*name).to_owned()).collect(),
            (None, Some(_)) => properties.keys().cloned().collect(),
            (None, None) => vec!["id".to_owned()],
        };
        let mut object = json!({ "type": "object", "properties": properties, "required": all });
        if self.rights.is_some() {
            object["additionalProperties"] = false.into();
        }
        object
    }

    /// A value that is answered.
    fn shown(&self, record: &Record, field: &Field, label: &str) -> Json {
        let mut schema = match field.kind {
            Kind::Names => json!({ "anyOf": [schema("Names"), { "type": "null" }] }),
            Kind::State => {
                let states: Vec<&str> = record.states.iter().map(|state| state.name).collect();
                json!({ "enum": states })
            }
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::Link(_) | Kind::Source => json!({ "type": ["string", "null"], "format": "uuid" }),
            kind => of_kind(kind),
        };
        self.explain(&mut schema, field, label);
        schema
    }

    /// A value that is taken.
    fn taken(&self, field: &Field, label: &str) -> Json {
        let mut schema = match field.kind {
            Kind::Names => json!({ "anyOf": [schema("NamesGiven"), { "type": "null" }] }),
            Kind::Bool => json!({ "type": ["boolean", "null"] }),
            Kind::Link(_) | Kind::Source => json!({ "type": ["string", "null"] }),
            kind => of_kind(kind),
        };
        self.explain(&mut schema, field, label);
        schema
    }

    fn explain(&self, schema: &mut Json, field: &Field, label: &str) {
        schema["title"] = label.into();
        if let Kind::Link(target) = field.kind
            && let Some(target) = door::record(target)
        {
            let record = self.i18n.record(target);
            schema["description"] = plain(&t!(self.i18n, "api-kind-link", record = record)).into();
        }
    }
}

/// How figures are written.
const FIGURE: &str = "^-?[0-9]+(\\.[0-9]+)?$";

/// The schema of kinds that are read as they are written.
fn of_kind(kind: Kind) -> Json {
    let text = |most: usize| json!({ "type": ["string", "null"], "maxLength": most });
    match kind {
        Kind::Text(most) => text(most.into()),
        Kind::Note => text(NOTE_LENGTH),
        Kind::Code | Kind::Number => text(40),
        Kind::Integer => json!({ "type": ["integer", "null"] }),
        Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent | Kind::Money | Kind::Base => {
            json!({ "type": ["string", "null"], "pattern": FIGURE, "examples": ["1250.5"] })
        }
        Kind::Date => json!({ "type": ["string", "null"], "format": "date" }),
        Kind::Words => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
        Kind::Choice(words) => {
            let words: Vec<Json> = words.iter().map(|word| (*word).into()).chain([Json::Null]).collect();
            json!({ "enum": words })
        }
        Kind::Currency => {
            let codes: Vec<Json> = CURRENCIES.iter().map(|currency| currency.code.into()).chain([Json::Null]).collect();
            json!({ "enum": codes })
        }
        _ => json!({ "type": ["string", "null"] }),
    }
}

/// The schema of what a part of a report holds.
fn of_holds(holds: &Holds) -> Json {
    match holds {
        Holds::Text => json!({ "type": "string" }),
        Holds::Names => schema("Names"),
        Holds::Id => json!({ "type": "string", "format": "uuid" }),
        Holds::Day => json!({ "type": "string", "format": "date" }),
        Holds::Figure => json!({ "type": "string", "pattern": FIGURE, "examples": ["1250.50"] }),
        Holds::Count => json!({ "type": "integer" }),
        Holds::Yes => json!({ "type": "boolean" }),
        Holds::Word(words) => json!({ "enum": words }),
        Holds::Maybe(inner) => json!({ "anyOf": [of_holds(inner), { "type": "null" }] }),
        Holds::One(parts) => of_parts(parts),
        Holds::Many(parts) => json!({ "type": "array", "items": of_parts(parts) }),
    }
}

pub(super) fn of_parts(parts: &[Part]) -> Json {
    let properties: Map<String, Json> =
        parts.iter().map(|(name, holds)| ((*name).to_owned(), of_holds(holds))).collect();
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    whole_object(properties.into(), &names)
}

/// How a list is filtered by a field of this kind.
pub fn filter_hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Choice(_) | Kind::RecordType | Kind::State | Kind::Currency => "api-filter-any",
        Kind::Link(_) | Kind::Source | Kind::Bool => "api-filter-equal",
        Kind::Names => "api-filter-holds",
        kind if kind.is_figure() || kind == Kind::Date => "api-filter-range",
        _ => "api-filter-begins",
    }
}

/// An object that takes nothing else.
fn closed(properties: Map<String, Json>) -> Json {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// An object that holds these, and nothing else.
pub(super) fn whole_object(properties: Json, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

pub(super) fn common_schemas() -> Map<String, Json> {
    let text = || json!({ "type": "string" });
    let name = || json!({ "type": ["string", "null"], "maxLength": 200 });
    let id = || json!({ "type": "string", "format": "uuid" });
    let body = || json!({ "type": ["object", "null"] });
    let operation = json!({
        "method": { "enum": ["GET", "POST", "PATCH", "DELETE"] }, "path": text(),
        "if_match": { "type": ["string", "null"] }, "if_none_match": { "type": ["string", "null"] }, "body": body(),
    });
    let mut operation = whole_object(operation, &["method", "path"]);
    operation["title"] = "Operation".into();
    let result = json!({
        "status": { "type": "integer" }, "etag": text(), "location": text(), "link": text(), "body": body(),
    });
    let error = json!({ "field": { "type": ["string", "null"] }, "message": text(), "id": text() });
    let problem = json!({
        "type": { "type": "string", "format": "uri-reference" }, "title": text(), "status": { "type": "integer" },
        "detail": text(), "errors": { "type": "array", "items": whole_object(error, &["field", "message", "id"]) },
        "request": id(), "operation": { "type": "integer" },
    });
    let batch = json!({
        "atomic": { "type": "boolean", "default": false },
        "operations": { "type": "array", "minItems": 1, "maxItems": batch::MOST, "items": operation },
    });
    let results = json!({ "results": { "type": "array", "items": whole_object(result, &["status"]) } });
    let grant = json!({ "type": "string", "const": "client_credentials" });
    let credentials = json!({ "grant_type": grant, "client_secret": text() });
    let access = json!({
        "access_token": text(), "token_type": { "const": "Bearer" }, "expires_in": { "type": "integer" },
        "scope": { "enum": ["read", "write"] },
    });
    let minute = || json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$" });
    let other = || json!({ "type": ["string", "null"], "format": "uuid" });
    let some = || json!({ "type": ["string", "null"] });
    let list = |name: &str| json!({ "type": "array", "items": schema(name) });
    let comment = json!({
        "id": id(), "answers_to": other(), "by": text(), "at": minute(), "edited": { "type": "boolean" },
        "removed": { "type": "boolean" }, "text": some(),
    });
    let comment = whole_object(comment, &["id", "answers_to", "by", "at", "edited", "removed", "text"]);
    let talk = json!({ "data": list("Comment"), "next": other() });
    let to_say = json!({ "text": { "type": "string", "maxLength": comments::LONGEST }, "answers_to": other() });
    let file = json!({
        "id": id(), "name": text(), "size": { "type": "integer" }, "type": some(), "by": text(), "at": minute(),
    });
    let title = json!({ "anyOf": [schema("Names"), some()] });
    let hit = json!({
        "record": text(), "id": id(), "title": title, "hint": title, "state": some(), "href": text(),
    });
    Map::from_iter([
        ("Comment".to_owned(), comment),
        ("CommentPage".to_owned(), whole_object(talk, &["data", "next"])),
        ("CommentNew".to_owned(), whole_object(to_say, &["text"])),
        ("Said".to_owned(), whole_object(json!({ "id": id() }), &["id"])),
        ("File".to_owned(), whole_object(file, &["id", "name", "size", "type", "by", "at"])),
        ("FileList".to_owned(), whole_object(json!({ "data": list("File") }), &["data"])),
        ("Hit".to_owned(), whole_object(hit, &["record", "id", "title", "hint", "state", "href"])),
        ("Hits".to_owned(), whole_object(json!({ "data": list("Hit") }), &["data"])),
        ("Names".to_owned(), whole_object(json!({ "en": text(), "ar": text() }), &["en", "ar"])),
        ("NamesGiven".to_owned(), whole_object(json!({ "en": name(), "ar": name() }), &[])),
        (
            "Created".to_owned(),
            whole_object(json!({ "type": text(), "id": id(), "href": text() }), &["type", "id", "href"]),
        ),
        ("Problem".to_owned(), whole_object(problem, &["type", "title", "status", "detail", "errors", "request"])),
        ("Batch".to_owned(), whole_object(batch, &["operations"])),
        ("BatchResults".to_owned(), whole_object(results, &["results"])),
        ("Credentials".to_owned(), json!({ "type": "object", "properties": credentials, "required": ["grant_type"] })),
        ("AccessToken".to_owned(), whole_object(access, &["access_token", "token_type", "expires_in", "scope"])),
    ])
}
