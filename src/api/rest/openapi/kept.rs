//! What is said of what members keep for themselves: queries of lists by a name, and what they have at hand.

use super::schemas::whole_object;
use super::told::whole;
use super::{ROOT, Writer, content, headers, reference, responses, say, schema};
use crate::i18n::plain;
use crate::platform::{favourites, views};
use crate::record::Record;
use crate::t;
use serde_json::{Map, Value as Json, json};

/// What stands in the way of something that is kept, beside what stands in the way of anything.
const IN_THE_WAY: [u16; 6] = [400, 404, 409, 413, 415, 422];

impl Writer<'_> {
    /// The queries of a list that are kept by a name.
    pub(super) fn views_of(&self, record: &Record, list: &str, paths: &mut Map<String, Json>) {
        if record.single {
            return;
        }
        paths.insert(format!("{list}/views"), json!({ "get": self.views(record), "post": self.keep_view(record) }));
        let view = json!({
            "name": "view", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" },
        });
        let one = json!({ "parameters": [view], "delete": self.forget_view(record) });
        paths.insert(format!("{list}/views/{{view}}"), one);
    }

    fn views(&self, record: &Record) -> Json {
        let all = json!({
            "description": say(self.i18n, "api-answer-views"),
            "headers": headers(&[]),
            "content": content(schema("SavedViewList")),
        });
        let rest = json!({
            "description": plain(&t!(self.i18n, "api-views-hint", most = views::MOST)),
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", all)], &[400, 404]),
        });
        self.operation(record, "views", t!(self.i18n, "api-views", records = self.i18n.records(record)), rest)
    }

    fn keep_view(&self, record: &Record) -> Json {
        let kept = |hint: &str| {
            json!({
                "description": say(self.i18n, hint),
                "headers": headers(&[]),
                "content": content(schema("SavedView")),
            })
        };
        let good = [("200", kept("api-answer-view")), ("201", kept("api-answer-view-new"))];
        let rest = json!({
            "description": say(self.i18n, "api-view-keep-hint"),
            "parameters": [reference("parameters", "Idempotency-Key"), reference("parameters", "Accept-Language")],
            "requestBody": { "required": true, "content": content(schema("SavedViewNew")) },
            "responses": responses(&good, &IN_THE_WAY),
        });
        self.operation(record, "keep_view", t!(self.i18n, "api-view-keep", records = self.i18n.records(record)), rest)
    }

    fn forget_view(&self, record: &Record) -> Json {
        let gone = json!({ "description": say(self.i18n, "api-answer-deleted"), "headers": headers(&[]) });
        let rest = json!({
            "description": say(self.i18n, "api-view-forget-hint"),
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("204", gone)], &[400, 404, 409]),
        });
        let summary = t!(self.i18n, "api-view-forget", records = self.i18n.records(record));
        self.operation(record, "forget_view", summary, rest)
    }

    /// What the member keeps at hand.
    pub(super) fn favourites(&self, paths: &mut Map<String, Json>) {
        let own = json!({
            "get": self.favourite_list(),
            "put": self.turn("keep_favourite", "api-favourite-keep", "api-answer-kept"),
            "delete": self.turn("forget_favourite", "api-favourite-forget", "api-answer-let-go"),
        });
        paths.insert(format!("{ROOT}/favourites"), own);
    }

    fn favourite_list(&self) -> Json {
        let all = json!({
            "description": say(self.i18n, "api-answer-favourites"),
            "headers": headers(&[]),
            "content": content(schema("FavouriteList")),
        });
        let rest = json!({
            "description": plain(&t!(self.i18n, "api-favourites-hint", most = favourites::MOST)),
            "parameters": [reference("parameters", "Accept-Language")],
            "responses": responses(&[("200", all)], &[400]),
        });
        self.alone("favourites", "api-favourites", rest)
    }

    fn turn(&self, name: &str, summary: &str, done: &str) -> Json {
        let done = json!({ "description": say(self.i18n, done), "headers": headers(&[]) });
        let address = json!({
            "name": "address", "in": "query", "required": true, "description": say(self.i18n, "api-favourite-address"),
            "schema": { "type": "string", "examples": ["/customers"] },
        });
        let rest = json!({
            "parameters": [address, reference("parameters", "Accept-Language")],
            "responses": responses(&[("204", done)], &IN_THE_WAY),
        });
        self.alone(name, summary, rest)
    }
}

/// Whether a path is one at which members keep something.
pub(super) fn is_of(path: &str) -> bool {
    path.strip_prefix(ROOT) == Some("/favourites") || path.ends_with("/views") || path.ends_with("/views/{view}")
}

/// How all this looks.
pub(super) fn schemas() -> Map<String, Json> {
    let text = || json!({ "type": "string" });
    let yes = || json!({ "type": "boolean" });
    let id = || json!({ "type": "string", "format": "uuid" });
    let list = |name: &str, most: i64| {
        let items = json!({ "type": "array", "maxItems": most, "items": schema(name) });
        whole(json!({ "data": items }))
    };
    let view = json!({
        "id": id(), "name": text(), "query": text(), "shared": yes(), "removable": yes(), "href": text(),
    });
    let to_keep = json!({
        "name": { "type": "string", "minLength": 1, "maxLength": views::NAME_LENGTH },
        "query": { "type": "string", "examples": ["q=steel"] },
        "shared": { "type": "boolean", "default": false },
    });
    let favourite = json!({
        "record": text(), "id": { "type": ["string", "null"], "format": "uuid" },
        "title": { "anyOf": [schema("Names"), { "type": ["string", "null"] }] }, "address": text(), "href": text(),
    });
    Map::from_iter([
        ("SavedView".to_owned(), whole(view)),
        ("SavedViewList".to_owned(), list("SavedView", views::MOST)),
        ("SavedViewNew".to_owned(), whole_object(to_keep, &["name", "query"])),
        ("Favourite".to_owned(), whole(favourite)),
        ("FavouriteList".to_owned(), list("Favourite", favourites::MOST)),
    ])
}
