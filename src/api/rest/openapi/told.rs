//! What the company tells a program beside its records: what happened, what is to be handed on, what became of the messages of
//! webhooks, and what the member is told of.

use super::schemas::whole_object;
use super::{ROOT, Writer, content, headers, kept, reference, responses, say, schema};
use crate::api::rest::notifications::opens_to;
use crate::api::rest::views::writes;
use crate::i18n::plain;
use crate::platform::door;
use crate::platform::notifications::COUNTED;
use crate::platform::permission::{Rights, Scope};
use crate::platform::webhooks::{self, KEPT, STATES};
use crate::record::Record;
use crate::record::comments::Told;
use crate::t;
use serde_json::{Map, Value as Json, json};

impl Writer<'_> {
    /// What is told of the whole company.
    pub(super) fn told(&self, paths: &mut Map<String, Json>) {
        if self.may(Rights::sees_everything) {
            paths.insert(format!("{ROOT}/audit"), json!({ "get": self.audit() }));
        }
        let list = format!("{ROOT}/notifications");
        paths.insert(format!("{list}/preferences"), json!({ "get": self.preferences(), "patch": self.prefer() }));
        paths.insert(format!("{list}/read"), json!({ "post": self.mark_all() }));
        let one = json!({ "parameters": [reference("parameters", "id")], "post": self.mark() });
        paths.insert(format!("{list}/{{id}}/read"), one);
        paths.insert(list, json!({ "get": self.notifications() }));
    }

    /// What is told of one record.
    pub(super) fn told_of(&self, record: &Record, list: &str, paths: &mut Map<String, Json>) {
        let id = || json!([reference("parameters", "id")]);
        let history = json!({ "parameters": id(), "get": self.history(record) });
        paths.insert(format!("{list}/{{id}}/history"), history);
        if door::hands_on(record) && self.may(|rights| rights.changes(record)) {
            let secret = json!({ "parameters": id(), "get": self.secret(record) });
            paths.insert(format!("{list}/{{id}}/secret"), secret);
        }
        if record.name == webhooks::record().name && self.may(|rights| rights.sees_whole(record)) {
            let deliveries = json!({ "parameters": id(), "get": self.deliveries(record) });
            paths.insert(format!("{list}/{{id}}/deliveries"), deliveries);
            if self.may(|rights| rights.changes(record)) {
                let entry = json!({
                    "name": "entry", "in": "path", "required": true,
                    "schema": { "type": "string", "format": "uuid" },
                });
                let both = json!([reference("parameters", "id"), entry]);
                let replay = json!({ "parameters": both, "post": self.replay(record) });
                paths.insert(format!("{list}/{{id}}/deliveries/{{entry}}/replay"), replay);
            }
        }
    }

    fn audit(&self) -> Json {
        let query = |name: &str, hint: &str, schema: Json| {
            let hint = say(self.i18n, hint);
            json!({ "name": name, "in": "query", "description": hint, "schema": schema })
        };
        let text = || json!({ "type": "string" });
        let id = || json!({ "type": "string", "format": "uuid" });
        let day = || json!({ "type": "string", "format": "date" });
        let parameters = json!([
            query("record", "api-audit-record", text()),
            query("id", "api-audit-id", id()),
            query("member", "api-audit-member", id()),
            query("action", "api-audit-action", text()),
            query("from", "api-audit-from", day()),
            query("to", "api-audit-to", day()),
            reference("parameters", "after"),
            reference("parameters", "Accept-Language"),
        ]);
        json!({
            "operationId": "audit",
            "summary": say(self.i18n, "page-audit"),
            "description": say(self.i18n, "api-audit-hint"),
            "parameters": parameters,
            "responses": responses(&[("200", self.page_of("AuditPage"))], &[400, 422]),
        })
    }

    fn history(&self, record: &Record) -> Json {
        let rest = json!({
            "description": say(self.i18n, "api-history-hint"),
            "parameters": [reference("parameters", "after"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", self.page_of("HistoryPage"))], &[400, 404]),
        });
        self.operation(record, "history", t!(self.i18n, "api-history", record = self.i18n.record(record)), rest)
    }

    fn secret(&self, record: &Record) -> Json {
        let secret = json!({
            "description": say(self.i18n, "api-answer-secret"),
            "headers": headers(&["Cache-Control"]),
            "content": content(schema("Secret")),
        });
        let rest = json!({
            "description": say(self.i18n, "api-secret-hint"),
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", secret)], &[400, 404]),
        });
        self.operation(record, "secret", t!(self.i18n, "api-secret", record = self.i18n.record(record)), rest)
    }

    fn deliveries(&self, record: &Record) -> Json {
        let state = json!({
            "name": "state", "in": "query", "description": say(self.i18n, "api-delivery-state"),
            "schema": { "enum": STATES },
        });
        let rest = json!({
            "description": plain(&t!(self.i18n, "api-deliveries-hint", days = i64::from(KEPT))),
            "parameters": [state, reference("parameters", "after"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", self.page_of("WebhookMessagePage"))], &[400, 404, 422]),
        });
        self.operation(record, "deliveries", say(self.i18n, "page-webhook-log"), rest)
    }

    fn replay(&self, record: &Record) -> Json {
        let again = json!({ "description": say(self.i18n, "api-answer-replayed"), "headers": headers(&[]) });
        let rest = json!({
            "description": say(self.i18n, "api-replay-hint"),
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("204", again)], &[400, 404, 409, 413, 415, 422]),
        });
        self.operation(record, "replay", say(self.i18n, "webhook-log-replay"), rest)
    }

    /// What an operation that belongs to no record says of itself.
    pub(super) fn alone(&self, name: &str, summary: &str, rest: Json) -> Json {
        let mut operation = json!({ "operationId": name, "summary": say(self.i18n, summary) });
        if let (Some(operation), Json::Object(rest)) = (operation.as_object_mut(), rest) {
            operation.extend(rest);
        }
        operation
    }

    fn notifications(&self) -> Json {
        let rest = json!({
            "description": say(self.i18n, "api-notifications-hint"),
            "parameters": [reference("parameters", "after"), reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", self.page_of("NotificationPage"))], &[400]),
        });
        self.alone("notifications", "notifications", rest)
    }

    fn mark(&self) -> Json {
        let rest = json!({
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("204", self.marked())], &[400, 404, 409, 413, 415, 422]),
        });
        self.alone("read_notification", "notification-read", rest)
    }

    fn mark_all(&self) -> Json {
        let rest = json!({
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("204", self.marked())], &[400, 409, 413, 415, 422]),
        });
        self.alone("read_notifications", "notifications-read-all", rest)
    }

    fn marked(&self) -> Json {
        json!({ "description": say(self.i18n, "api-answer-marked"), "headers": headers(&[]) })
    }

    fn preferences(&self) -> Json {
        let rest = json!({
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", self.wanted())], &[400]),
        });
        self.alone("notification_preferences", "api-preferences", rest)
    }

    fn prefer(&self) -> Json {
        let rest = json!({
            "parameters": [reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": content(schema("NotificationPreferencesGiven")) },
            "responses": responses(&[("200", self.wanted())], &[400, 409, 413, 415, 422]),
        });
        self.alone("change_notification_preferences", "api-prefer", rest)
    }

    fn wanted(&self) -> Json {
        json!({
            "description": say(self.i18n, "api-preferences"),
            "headers": headers(&[]),
            "content": content(schema("NotificationPreferences")),
        })
    }

    /// The answer that is a page of a list with this schema.
    fn page_of(&self, name: &str) -> Json {
        json!({
            "description": say(self.i18n, "api-answer-list"),
            "headers": headers(&["Link"]),
            "content": content(schema(name)),
        })
    }
}

/// Takes out what a program within this scope is denied.
pub(super) fn narrow(scope: Option<&Scope>, described: &mut Json) {
    let list = format!("{ROOT}/notifications");
    let is_told = |path: &str| path.strip_prefix(&list).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    retain(described, is_told, |method| opens_to(scope, method != "get"));
    retain(described, kept::is_of, |method| method == "get" || writes(scope));
}

/// Leaves of these paths only the methods that somebody may use, and nothing of those that have none then.
fn retain(described: &mut Json, is_of: impl Fn(&str) -> bool, may: impl Fn(&str) -> bool) {
    let Some(paths) = described["paths"].as_object_mut() else { return };
    for methods in paths.iter_mut().filter(|(path, _)| is_of(path)).filter_map(|(_, methods)| methods.as_object_mut()) {
        methods.retain(|method, _| method == "parameters" || may(method));
    }
    paths.retain(|path, methods| {
        !is_of(path) || methods.as_object().is_some_and(|methods| methods.keys().any(|name| name != "parameters"))
    });
}

/// How all this looks.
pub(super) fn schemas() -> Map<String, Json> {
    let text = || json!({ "type": "string" });
    let some = || json!({ "type": ["string", "null"] });
    let id = || json!({ "type": "string", "format": "uuid" });
    let other = || json!({ "type": ["string", "null"], "format": "uuid" });
    let minute = || json!({ "type": "string", "pattern": MINUTE });
    let list = |name: &str| json!({ "type": "array", "items": schema(name) });
    let page = |name: &str| whole_object(json!({ "data": list(name), "next": other() }), &["data", "next"]);
    let title = json!({ "anyOf": [schema("Names"), some()] });
    // What a field holds depends on the field.
    let change = json!({ "field": text(), "old": {}, "new": {} });
    let entry = json!({
        "id": id(), "at": minute(), "member": some(), "record": text(), "record_id": id(), "title": title,
        "href": some(), "action": text(), "address": some(), "request": some(), "currency": text(),
        "changes": list("FieldChange"),
    });
    let event = json!({
        "id": id(), "at": minute(), "member": some(), "action": text(), "changes": list("FieldChange"),
    });
    let attempt = json!({
        "at": minute(), "outcome": text(), "status": { "type": ["integer", "null"] },
        "milliseconds": { "type": "integer" }, "note": some(),
    });
    let message = json!({
        "id": id(), "message": text(), "event": text(), "record_id": id(), "at": minute(), "state": { "enum": STATES },
        "attempts": list("WebhookAttempt"),
    });
    let kinds = Told::ALL.map(Told::name);
    let maybe = |name: &str| json!({ "anyOf": [schema(name), { "type": "null" }] });
    let notification = json!({
        "id": id(), "kind": { "enum": kinds }, "by": some(), "at": minute(), "read": { "type": "boolean" },
        "comment": maybe("NotificationComment"), "job": maybe("NotificationJob"),
    });
    let comment = json!({
        "record": text(), "record_id": other(), "title": title, "href": some(), "text": text(),
    });
    let job = json!({ "id": id(), "kind": text(), "verb": text(), "state": text() });
    let told =
        json!({ "data": list("Notification"), "next": other(), "unread": { "type": "integer", "maximum": COUNTED } });
    let preferences: Map<String, Json> =
        kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "type": "boolean" }))).collect();
    let preferences = Json::Object(preferences);
    Map::from_iter([
        ("Notification".to_owned(), whole(notification)),
        ("NotificationComment".to_owned(), whole(comment)),
        ("NotificationJob".to_owned(), whole(job)),
        ("NotificationPage".to_owned(), whole(told)),
        ("NotificationPreferences".to_owned(), whole(preferences.clone())),
        ("NotificationPreferencesGiven".to_owned(), whole_object(preferences, &[])),
        ("Secret".to_owned(), whole(json!({ "secret": text() }))),
        ("WebhookAttempt".to_owned(), whole(attempt)),
        ("WebhookMessage".to_owned(), whole(message)),
        ("WebhookMessagePage".to_owned(), page("WebhookMessage")),
        ("FieldChange".to_owned(), whole(change)),
        ("AuditEntry".to_owned(), whole(entry)),
        ("AuditPage".to_owned(), page("AuditEntry")),
        ("HistoryEvent".to_owned(), whole(event)),
        ("HistoryPage".to_owned(), page("HistoryEvent")),
    ])
}

/// How a minute is written.
const MINUTE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$";

/// An object that always holds all of these, and nothing else.
pub(super) fn whole(properties: Json) -> Json {
    let names: Vec<String> = properties.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    whole_object(properties, &names)
}
