//! What is said of archives, of the whole company and of one person, and of persons who are forgotten.

use super::jobs::IN_THE_WAY;
use super::schemas::whole_object;
use super::{ROOT, Writer, content, headers, reference, responses, say, schema};
use crate::api::rest::archives::opens_to;
use crate::platform::permission::{Rights, Scope};
use crate::record::Record;
use crate::t;
use serde_json::{Map, Value as Json, json};

impl Writer<'_> {
    /// Archives of the whole company.
    pub(super) fn archives(&self, paths: &mut Map<String, Json>) {
        if self.may(Rights::takes_everything) {
            let list = self.looked_at("archives", "api-archives", "JobList", &[], &[400]);
            let mut ask = self.step("archive", "api-archive", "Job", None);
            ask["description"] = say(self.i18n, "api-archive-hint").into();
            paths.insert(format!("{ROOT}/archives"), json!({ "get": list, "post": ask }));
        }
    }

    /// What is done with the person whom a record of this type describes.
    pub(super) fn person(&self, record: &Record, list: &str, paths: &mut Map<String, Json>) {
        if !record.holds_person() || !self.may(Rights::sees_everything) {
            return;
        }
        let mut insert = |verb: &str, operation: Json| {
            let of_one = json!({ "parameters": [reference("parameters", "id")], "post": operation });
            paths.insert(format!("{list}/{{id}}/person/{verb}"), of_one);
        };
        insert("archive", self.person_archive(record));
        if self.may(Rights::takes_everything) {
            insert("erase", self.person_erase(record));
        }
    }

    fn person_archive(&self, record: &Record) -> Json {
        let summary = t!(self.i18n, "api-person-archive", record = self.i18n.record(record));
        let rest = json!({
            "description": say(self.i18n, "api-person-archive-hint"),
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("202", self.begun("Job"))], &IN_THE_WAY),
        });
        self.operation(record, "archive_person", summary, rest)
    }

    fn person_erase(&self, record: &Record) -> Json {
        let gone = json!({ "description": say(self.i18n, "api-answer-forgotten"), "headers": headers(&[]) });
        let summary = t!(self.i18n, "api-person-erase", record = self.i18n.record(record));
        let rest = json!({
            "description": say(self.i18n, "api-person-erase-hint"),
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": content(schema("Erasure")) },
            "responses": responses(&[("204", gone)], &IN_THE_WAY),
        });
        self.operation(record, "erase_person", summary, rest)
    }
}

/// Takes out what a program within this scope is denied.
pub(super) fn narrow(scope: Option<&Scope>, described: &mut Json) {
    if opens_to(scope) {
        return;
    }
    let archives = format!("{ROOT}/archives");
    if let Some(paths) = described["paths"].as_object_mut() {
        paths.retain(|path, _| *path != archives && !path.contains("/{id}/person/"));
    }
}

/// How all this looks.
pub(super) fn schemas() -> Map<String, Json> {
    let erasure = json!({ "typed": { "type": "string" } });
    Map::from_iter([("Erasure".to_owned(), whole_object(erasure, &["typed"]))])
}
