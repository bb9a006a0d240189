//! What the fields of the schema do: they read from what was fetched, ask for a list, or have something done.

use super::fetch::{self, Wanted};
use super::{Room, Shared, error};
use crate::api::problem::Trouble;
use crate::api::rest::operation::{Answer, Operation, Verb};
use crate::platform::door::Error;
use crate::record::Record;
use async_graphql::dynamic::{FieldFuture, FieldValue, ObjectAccessor, ResolverContext};
use async_graphql::{Result, SelectionField, Value};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

// ------------------------------------------------------------------ what is answered

/// What stands under a name in the object that is being told.
fn told<'a>(cx: &ResolverContext<'a>, name: &str) -> Option<&'a Json> {
    cx.parent_value.downcast_ref::<Json>()?.get(name).filter(|value| !value.is_null())
}

pub fn leaf_of<'a>(cx: &ResolverContext<'a>, name: &str) -> FieldFuture<'a> {
    let Some(value) = told(cx, name) else { return FieldFuture::from_value(None) };
    let bytes = value.as_str().map_or(0, str::len);
    match cx.data::<Room>().and_then(|room| room.take(bytes)) {
        Ok(true) => FieldFuture::from_value(Value::from_json(value.clone()).ok()),
        Ok(false) => FieldFuture::from_value(None),
        Err(error) => FieldFuture::new(async move { Err::<Option<Value>, _>(error) }),
    }
}

pub fn leaf(name: &'static str) -> impl for<'a> Fn(ResolverContext<'a>) -> FieldFuture<'a> + Send + Sync + 'static {
    move |cx| leaf_of(&cx, name)
}

pub fn branch(name: &'static str) -> impl for<'a> Fn(ResolverContext<'a>) -> FieldFuture<'a> + Send + Sync + 'static {
    move |cx| FieldFuture::Value(told(&cx, name).map(|value| FieldValue::borrowed_any(value)))
}

pub fn list(name: &'static str) -> impl for<'a> Fn(ResolverContext<'a>) -> FieldFuture<'a> + Send + Sync + 'static {
    move |cx| {
        let rows = told(&cx, name).and_then(Json::as_array);
        FieldFuture::Value(rows.map(|rows| FieldValue::list(rows.iter().map(|row| FieldValue::borrowed_any(row)))))
    }
}

// ------------------------------------------------------------------ what is asked

/// The parameters of a list as REST knows them.
pub fn pairs(record: &Record, args: &ObjectAccessor<'_>) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for (name, given) in args.iter().filter(|(_, given)| !given.is_null()) {
        match name.as_str() {
            "filter" => {
                for (field, text) in given.object()?.iter() {
                    if let Some(text) = text_of(text.as_value()) {
                        pairs.push((field.to_string(), text));
                    }
                }
            }
            "sort" => {
                let usual = record.sort == given.enum_name()? && record.descending;
                let descending = match args.get("descending").filter(|given| !given.is_null()) {
                    Some(given) => given.boolean()?,
                    None => usual,
                };
                let sign = if descending { "-" } else { "" };
                pairs.push(("sort".to_owned(), format!("{sign}{}", given.enum_name()?)));
            }
            "descending" => {}
            _ => pairs.extend(text_of(given.as_value()).map(|text| (name.to_string(), text))),
        }
    }
    Ok(pairs)
}

/// A value as it stands in an address.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Enum(name) => Some(name.to_string()),
        Value::Boolean(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::List(words) => Some(words.iter().filter_map(text_of).collect::<Vec<_>>().join(",")),
        Value::Object(range) => {
            let end = |name: &str| range.get(name).and_then(text_of).unwrap_or_default();
            Some(format!("{}..{}", end("from"), end("to"))).filter(|text| text != "..")
        }
        Value::Binary(_) => None,
    }
}

/// Does what a field asks for. Once something could not be done, nothing of the request is, and nothing more is tried.
pub async fn write(
    cx: &ResolverContext<'_>,
    record: &'static Record,
    verb: impl FnOnce(std::result::Result<Uuid, Trouble>) -> std::result::Result<Verb, Trouble>,
) -> Result<Answer> {
    let id = match cx.args.get("id") {
        Some(id) => id.string()?.parse().map_err(|_| Error::NotFound.into()),
        None => Err(Error::NotFound.into()),
    };
    let version = cx.args.get("version").map(|version| version.i64()).transpose()?;
    let body = match cx.args.get("given").map(|given| given.as_value().clone().into_json()).transpose()? {
        Some(Json::Object(body)) => body,
        _ => Map::new(),
    };
    let mut work = cx.data::<Shared>()?.lock().await;
    let done = match verb(id) {
        Ok(verb) => work.perform(&Operation::of(record, verb, body, version)).await,
        Err(trouble) => Err(trouble),
    };
    done.map_err(|trouble| error(&work, trouble))
}

/// The record that was written, with what is wanted of it.
pub async fn after(cx: &ResolverContext<'_>, record: &'static Record, answer: &Answer) -> Result<Json> {
    read_again(cx, record, answer.body.as_ref().unwrap_or(&Json::Null), &[cx.field()]).await
}

pub async fn read_again(
    cx: &ResolverContext<'_>,
    record: &'static Record,
    written: &Json,
    selected: &[SelectionField<'_>],
) -> Result<Json> {
    let id = written["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
    let mut work = cx.data::<Shared>()?.lock().await;
    let wanted = Wanted::of(&work.tx, record, selected);
    let found = fetch::one(&mut work, record, id, &wanted).await;
    found.and_then(|found| found.ok_or(Error::NotFound)).map_err(|trouble| error(&work, trouble.into()))
}
