//! The schema, from the descriptions of records: as much of it as somebody sees and may do, fields of their company included.

use super::fetch::{self, ID, Wanted};
use super::resolve::{after, branch, leaf, leaf_of, list, pairs, read_again, write};
use super::{Shared, error};
use crate::api::rest::openapi::type_name;
use crate::api::rest::operation::Verb;
use crate::i18n::{I18n, Locale, plain};
use crate::platform::door;
use crate::platform::permission::{Grant, Rights};
use crate::platform::tenancy::TenantTx;
use crate::record::money::CURRENCIES;
use crate::record::query::sortable;
use crate::record::{Field, Kind, Reach, Record, value};
use async_graphql::Value;
use async_graphql::dynamic::{
    Enum, Field as OutputField, FieldFuture, FieldValue, InputObject, InputValue, Object, Scalar, Schema, Type, TypeRef,
};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Schemas that are kept. Colleagues of one role share theirs, and so do companies that have changed nothing.
const CACHED: usize = 32;

/// Schemas by what somebody sees.
#[derive(Clone, Default)]
pub struct Schemas(Arc<Mutex<HashMap<Sight, Schema>>>);

/// Everything that a schema follows from: the language of its words, and each type of record, by where its description is, with
/// what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sight {
    locale: Locale,
    types: Vec<(usize, Grant)>,
}

impl Schemas {
    /// The schema of whoever this transaction is for.
    pub fn of(&self, tx: &TenantTx) -> Schema {
        let rights = tx.rights();
        let seen = door::records().iter().copied().filter(|record| rights.sees(record));
        let records: Vec<&'static Record> = seen.map(|record| tx.described(record)).collect();
        let types = records.iter().map(|record| {
            let mut grant = rights.on(record).clone();
            grant.reach = Reach::All;
            (std::ptr::from_ref(*record) as usize, grant)
        });
        let sight = Sight { locale: tx.cx.i18n.locale, types: types.collect() };
        if let Some(known) = self.0.lock().ok().and_then(|kept| kept.get(&sight).cloned()) {
            return known;
        }
        let schema = build(tx.cx.i18n, &records, &rights);
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= CACHED {
                kept.clear();
            }
            kept.insert(sight, schema.clone());
        }
        schema
    }
}

/// The schema of these records for somebody with these rights, in the words of a language.
pub fn build(i18n: I18n, records: &[&'static Record], rights: &Rights) -> Schema {
    let mut writer = Writer { i18n, rights, types: common_types() };
    let mut query = Object::new("Query").field(OutputField::new("today", TypeRef::named_nn("Date"), |cx| {
        FieldFuture::new(async move {
            let work = cx.data::<Shared>()?.lock().await;
            Ok(Some(Value::from(value::iso(work.tx.company.today))))
        })
    }));
    let mut mutation = Object::new("Mutation");
    let mut is_changed = false;
    for record in records.iter().copied() {
        writer.describe(record);
        query = writer.reading(query, record);
        for change in writer.changing(record) {
            mutation = mutation.field(change);
            is_changed = true;
        }
    }
    let mut schema = Schema::build("Query", is_changed.then_some("Mutation"), None).register(query);
    if is_changed {
        schema = schema.register(mutation);
    }
    // Descriptions hold nothing that a schema does not: a test builds it for every role.
    writer.types.into_iter().fold(schema, |schema, told| schema.register(told)).finish().expect("a whole schema")
}

/// What is of no single type of record.
fn common_types() -> Vec<Type> {
    let text = |name: &'static str| OutputField::new(name, TypeRef::named(TypeRef::STRING), leaf(name));
    let given = |name: &str| InputValue::new(name, TypeRef::named(TypeRef::STRING));
    let range = |name: &str, of: &str| {
        let end = |name: &str| InputValue::new(name, TypeRef::named(of));
        InputObject::new(name).field(end("from")).field(end("to"))
    };
    let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Null);
    let currencies = CURRENCIES.iter().fold(Enum::new("Currency"), |all, currency| all.item(currency.code));
    let kinds = door::records().iter().fold(Enum::new("RecordType"), |all, record| all.item(record.name));
    vec![
        Scalar::new("Decimal").validator(is_text).into(),
        Scalar::new("Date").validator(is_text).into(),
        Object::new("Names").field(text("en")).field(text("ar")).into(),
        InputObject::new("NamesGiven").field(given("en")).field(given("ar")).into(),
        range("DecimalRange", "Decimal").into(),
        range("DateRange", "Date").into(),
        range("IntRange", TypeRef::INT).into(),
        currencies.into(),
        kinds.into(),
        Object::new("Created")
            .field(OutputField::new("type", TypeRef::named_nn("RecordType"), leaf("type")))
            .field(OutputField::new("id", TypeRef::named_nn(TypeRef::ID), leaf("id")))
            .into(),
    ]
}

struct Writer<'w> {
    i18n: I18n,
    rights: &'w Rights,
    types: Vec<Type>,
}

impl Writer<'_> {
    // -------------------------------------------------------------- types

    /// The types that a record brings: itself, its lines, a page of its list, and what is given to filter, order and write it.
    fn describe(&mut self, record: &'static Record) {
        let name = type_name(record.name);
        let grant = self.rights.on(record).clone();
        let seen: Vec<&'static Field> = record.fields.iter().filter(|field| grant.sees_field(field.name)).collect();
        self.choices(&name, record, &seen);
        let id = || OutputField::new("id", TypeRef::named_nn(TypeRef::ID), leaf("id"));
        let version = OutputField::new("version", TypeRef::named_nn(TypeRef::INT), leaf("version"));
        let mut shown = Object::new(&name).description(plain(&self.i18n.record(record))).field(id()).field(version);
        let mut given =
            InputObject::new(format!("{name}Given")).field(InputValue::new("id", TypeRef::named(TypeRef::ID)));
        for field in &seen {
            let label = plain(&self.i18n.field(record, field.name));
            shown = self.shown(shown, &name, field, &label);
            if writable(&grant, field, "") {
                given = given.field(self.taken(&name, field, &label));
            }
        }
        if let Some(lines) = record.lines {
            let of_line = format!("{name}Line");
            let right = |field: &Field| format!("lines.{}", field.name);
            let seen: Vec<&'static Field> =
                lines.fields.iter().filter(|field| grant.sees_field(&right(field))).collect();
            self.choices(&of_line, record, &seen);
            let mut shown_line = Object::new(&of_line).field(id());
            let mut given_line =
                InputObject::new(format!("{of_line}Given")).field(InputValue::new("id", TypeRef::named(TypeRef::ID)));
            for field in &seen {
                let label = plain(&self.i18n.line_field(record, field.name));
                shown_line = self.shown(shown_line, &of_line, field, &label);
                if writable(&grant, field, "lines.") {
                    given_line = given_line.field(self.taken(&of_line, field, &label));
                }
            }
            shown = shown.field(OutputField::new("lines", TypeRef::named_nn_list_nn(&of_line), list("lines")));
            given = given.field(InputValue::new("lines", TypeRef::named_nn_list(given_line.type_name())));
            self.types.extend([shown_line.into(), given_line.into()]);
        }
        self.types.extend([shown.into(), given.into()]);
        self.list_types(&name, record, &seen);
        let done = Object::new(format!("{name}Done"))
            .field(OutputField::new("record", TypeRef::named_nn(&name), branch("record")))
            .field(OutputField::new("created", TypeRef::named_nn_list_nn("Created"), list("created")));
        self.types.push(done.into());
    }

    /// What a list takes and answers.
    fn list_types(&mut self, name: &str, record: &Record, seen: &[&'static Field]) {
        let page = Object::new(format!("{name}Page"))
            .field(OutputField::new("rows", TypeRef::named_nn_list_nn(name), list("rows")))
            .field(OutputField::new("next", TypeRef::named(TypeRef::STRING), leaf("next")));
        let mut filter = InputObject::new(format!("{name}Filter"));
        let mut sort = Enum::new(format!("{name}Sort"));
        for field in seen {
            filter = filter.field(InputValue::new(field.name, filter_type(name, field)));
            if sortable(field) {
                sort = sort.item(field.name);
            }
        }
        self.types.extend([page.into(), filter.into(), sort.into()]);
        if !record.views.is_empty() {
            let view = record.views.iter().fold(Enum::new(format!("{name}View")), |all, view| all.item(view.name));
            self.types.push(view.into());
        }
    }

    /// The words that fields choose from, each as a type.
    fn choices(&mut self, owner: &str, record: &Record, fields: &[&'static Field]) {
        for field in fields {
            let words: Vec<&'static str> = match field.kind {
                Kind::State => record.states.iter().map(|state| state.name).collect(),
                Kind::Choice(words) if words.iter().all(|word| is_name(word)) => words.to_vec(),
                _ => continue,
            };
            let choice = words.into_iter().fold(Enum::new(choice_name(owner, field)), |all, word| all.item(word));
            self.types.push(choice.into());
        }
    }

    /// An object with a field more: what it holds, and what it links to.
    fn shown(&self, object: Object, owner: &str, field: &'static Field, label: &str) -> Object {
        let of = |told: TypeRef| OutputField::new(field.name, told, leaf(field.name)).description(label);
        match field.kind {
            Kind::Link(target) => {
                let id = format!("{}{ID}", field.name);
                let key = id.clone();
                let told =
                    OutputField::new(id, TypeRef::named(TypeRef::ID), move |cx| leaf_of(&cx, &key)).description(label);
                let target = door::record(target).filter(|target| self.rights.sees(target));
                let linked = target.map(|target| {
                    OutputField::new(field.name, TypeRef::named(type_name(target.name)), branch(field.name))
                        .description(label)
                });
                linked.into_iter().fold(object.field(told), Object::field)
            }
            Kind::Names => object
                .field(OutputField::new(field.name, TypeRef::named("Names"), branch(field.name)).description(label)),
            Kind::Words => object.field(of(TypeRef::named_nn_list(TypeRef::STRING))),
            Kind::Bool => object.field(of(TypeRef::named_nn(TypeRef::BOOLEAN))),
            _ => object.field(of(TypeRef::named(plain_type(owner, field)))),
        }
    }

    /// A field as it is given.
    fn taken(&self, owner: &str, field: &Field, label: &str) -> InputValue {
        let told = match field.kind {
            Kind::Names => TypeRef::named("NamesGiven"),
            Kind::Words => TypeRef::named_nn_list(TypeRef::STRING),
            Kind::Link(_) | Kind::Source => TypeRef::named(TypeRef::ID),
            Kind::Bool => TypeRef::named(TypeRef::BOOLEAN),
            _ => TypeRef::named(plain_type(owner, field)),
        };
        InputValue::new(field.name, told).description(label)
    }

    // -------------------------------------------------------------- reading

    /// The fields by which a record and its list are read.
    fn reading(&self, query: Object, record: &'static Record) -> Object {
        let name = type_name(record.name);
        let called = plain(&self.i18n.record(record));
        let one = OutputField::new(record.name, TypeRef::named(&name), move |cx| {
            FieldFuture::new(async move {
                let mut work = cx.data::<Shared>()?.lock().await;
                let id = match cx.args.get("id") {
                    Some(id) => id.string()?.parse().ok(),
                    None => Some(work.tx.tenant()),
                };
                let wanted = Wanted::of(&work.tx, record, &[cx.field()]);
                let Some(id) = id else { return Ok(None) };
                match fetch::one(&mut work, record, id, &wanted).await {
                    Ok(found) => {
                        let found = found.ok_or_else(|| work.tx.missing(id)).ok();
                        Ok(found.map(FieldValue::owned_any))
                    }
                    Err(trouble) => Err(error(&work, trouble.into())),
                }
            })
        })
        .description(called);
        if record.single {
            return query.field(one);
        }
        let argument = |name: &str, of: &str| InputValue::new(name, TypeRef::named(of));
        let mut list = OutputField::new(list_name(record), TypeRef::named_nn(format!("{name}Page")), move |cx| {
            FieldFuture::new(async move {
                let pairs = pairs(record, &cx.args)?;
                let mut work = cx.data::<Shared>()?.lock().await;
                let wanted = Wanted::of(&work.tx, record, &cx.look_ahead().field("rows").selection_fields());
                match fetch::page(&mut work, record, &pairs, &wanted).await {
                    Ok(page) => Ok(Some(FieldValue::owned_any(page))),
                    Err(trouble) => Err(error(&work, trouble)),
                }
            })
        })
        .description(plain(&self.i18n.records(record)))
        .argument(argument("filter", &format!("{name}Filter")))
        .argument(argument("q", TypeRef::STRING))
        .argument(argument("sort", &format!("{name}Sort")))
        .argument(argument("descending", TypeRef::BOOLEAN))
        .argument(argument("limit", TypeRef::INT))
        .argument(argument("after", TypeRef::STRING));
        if !record.views.is_empty() {
            list = list.argument(argument("view", &format!("{name}View")));
        }
        query.field(one.argument(InputValue::new("id", TypeRef::named_nn(TypeRef::ID)))).field(list)
    }

    // -------------------------------------------------------------- changing

    /// The fields by which a record is made, changed, deleted and acted on.
    fn changing(&self, record: &'static Record) -> Vec<OutputField> {
        let name = type_name(record.name);
        let rights = self.rights;
        let given = || InputValue::new("given", TypeRef::named_nn(format!("{name}Given")));
        let version = || InputValue::new("version", TypeRef::named_nn(TypeRef::INT));
        let id = || InputValue::new("id", TypeRef::named_nn(TypeRef::ID));
        let mut told = Vec::new();
        if rights.creates(record) {
            let create = OutputField::new(format!("create_{}", record.name), TypeRef::named_nn(&name), move |cx| {
                FieldFuture::new(async move {
                    let answer = write(&cx, record, |_| Ok(Verb::Create)).await?;
                    Ok(Some(FieldValue::owned_any(after(&cx, record, &answer).await?)))
                })
            });
            told.push(create.argument(given()));
        }
        if record.manual && rights.changes(record) {
            let change = OutputField::new(format!("change_{}", record.name), TypeRef::named_nn(&name), move |cx| {
                FieldFuture::new(async move {
                    let answer = write(&cx, record, |id| Ok(Verb::Change(id?))).await?;
                    Ok(Some(FieldValue::owned_any(after(&cx, record, &answer).await?)))
                })
            });
            told.push(change.argument(id()).argument(version()).argument(given()));
        }
        if rights.deletes(record) {
            let delete =
                OutputField::new(format!("delete_{}", record.name), TypeRef::named_nn(TypeRef::ID), move |cx| {
                    FieldFuture::new(async move {
                        write(&cx, record, |id| Ok(Verb::Delete(id?))).await?;
                        Ok(Some(Value::from(cx.args.try_get("id")?.string()?)))
                    })
                });
            told.push(delete.argument(id()).argument(version()));
        }
        for action in record.actions.iter().filter(|action| !action.internal && rights.acts(record, action.name)) {
            let named = format!("{}_{}", action.name, record.name);
            let act = OutputField::new(named, TypeRef::named_nn(format!("{name}Done")), move |cx| {
                FieldFuture::new(async move {
                    let answer = write(&cx, record, |id| Ok(Verb::Act(id?, action))).await?;
                    let (mut done, body) = (Map::new(), answer.body.unwrap_or_default());
                    let selected = cx.look_ahead().field("record").selection_fields();
                    done.insert("record".to_owned(), read_again(&cx, record, &body["record"], &selected).await?);
                    done.insert("created".to_owned(), body["created"].clone());
                    Ok(Some(FieldValue::owned_any(Json::Object(done))))
                })
            });
            told.push(
                act.argument(id()).argument(version()).description(plain(&self.i18n.action(record, action.name))),
            );
        }
        told
    }
}

// ------------------------------------------------------------------ names

/// `sales-orders` is asked for as `sales_orders`.
fn list_name(record: &Record) -> String {
    record.path.replace('-', "_")
}

/// The type of words that a field chooses from.
fn choice_name(owner: &str, field: &Field) -> String {
    match field.kind {
        Kind::State => format!("{owner}State"),
        _ => format!("{owner}{}Choice", type_name(field.name)),
    }
}

/// The type of what is read as it is written.
fn plain_type(owner: &str, field: &Field) -> String {
    match field.kind {
        Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent | Kind::Money | Kind::Base => "Decimal".to_owned(),
        Kind::Date => "Date".to_owned(),
        Kind::Integer => TypeRef::INT.to_owned(),
        Kind::Source => TypeRef::ID.to_owned(),
        Kind::Currency => "Currency".to_owned(),
        Kind::RecordType => "RecordType".to_owned(),
        Kind::State => choice_name(owner, field),
        Kind::Choice(words) if words.iter().all(|word| is_name(word)) => choice_name(owner, field),
        _ => TypeRef::STRING.to_owned(),
    }
}

/// What a list is filtered by a field with.
fn filter_type(owner: &str, field: &Field) -> TypeRef {
    match field.kind {
        Kind::Date => TypeRef::named("DateRange"),
        Kind::Integer => TypeRef::named("IntRange"),
        kind if kind.is_figure() => TypeRef::named("DecimalRange"),
        Kind::Choice(_) | Kind::State | Kind::Currency | Kind::RecordType => {
            TypeRef::named_nn_list(plain_type(owner, field))
        }
        Kind::Link(_) | Kind::Source => TypeRef::named(TypeRef::ID),
        Kind::Bool => TypeRef::named(TypeRef::BOOLEAN),
        _ => TypeRef::named(TypeRef::STRING),
    }
}

/// Whether a word may be one of an enumeration.
fn is_name(word: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    word.starts_with(begins)
        && word.chars().all(|c| begins(c) || c.is_ascii_digit())
        && !word.starts_with("__")
        && !matches!(word, "true" | "false" | "null")
}

fn writable(grant: &Grant, field: &Field, prefix: &str) -> bool {
    let right = format!("{prefix}{}", field.name);
    grant.changes_field(&right) && !field.computed && field.kind != Kind::State
}
