//! What every record, message, table and file must keep.

use crate::i18n::{Digits, I18n, Locale, MESSAGES, browser_source, source};
use crate::modules;
use crate::record::fold::fold;
use crate::record::query::sortable;
use crate::record::{Field, Kind, Record};
use crate::tests::support;
use crate::ui::keys::SHORTCUTS;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use sqlx::{Connection as _, PgConnection, Row as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn tables() -> Vec<(&'static str, Vec<&'static Field>)> {
    let mut tables = Vec::new();
    for record in modules::records() {
        tables.push((record.name, record.fields.iter().collect()));
        if let Some(lines) = record.lines {
            tables.push((lines.table, lines.fields.iter().collect()));
        }
    }
    tables
}

#[tokio::test]
async fn description_and_table_are_the_same() {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    for (table, fields) in tables() {
        let rows = sqlx::query("select column_name::text as name, udt_name::text as kind from information_schema.columns where table_name = $1")
            .bind(table)
            .fetch_all(&mut admin)
            .await
            .expect("columns");
        let columns: BTreeMap<String, String> = rows.iter().map(|r| (r.get("name"), r.get("kind"))).collect();
        for field in fields {
            let wanted = match field.kind.sql() {
                "bigint" => "int8",
                "int" => "int4",
                "boolean" => "bool",
                other => other,
            };
            assert_eq!(columns.get(field.name).map(String::as_str), Some(wanted), "{table}.{}", field.name);
        }
        for column in ["tenant_id", "id"] {
            assert!(columns.contains_key(column), "{table}.{column}");
        }
    }
}

#[tokio::test]
async fn states_and_choices_are_what_the_table_allows() {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    for record in modules::records() {
        for field in record.fields {
            let words: Vec<&str> = match field.kind {
                Kind::State => record.states.iter().map(|s| s.name).collect(),
                Kind::Choice(words) if field.name != "role" => words.to_vec(),
                _ => continue,
            };
            let check: Option<String> = sqlx::query_scalar(
                "select pg_get_constraintdef(c.oid) from pg_constraint c join pg_class t on t.oid = c.conrelid
                  where t.relname = $1 and c.contype = 'c' and pg_get_constraintdef(c.oid) like '%' || $2 || '%ANY%'",
            )
            .bind(record.name)
            .bind(field.name)
            .fetch_optional(&mut admin)
            .await
            .expect("checks");
            let check = check.unwrap_or_else(|| panic!("{}.{} has no check", record.name, field.name));
            let allowed: BTreeSet<&str> = check.split('\'').skip(1).step_by(2).collect();
            assert_eq!(allowed, words.into_iter().collect(), "{}.{}", record.name, field.name);
        }
    }
}

/// A list stays quick however long it grows: behind each order, filter and view stands an index of the company's rows.
#[tokio::test]
async fn every_filter_view_and_order_has_its_index() {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let rows = sqlx::query(
        "select c.relname::text as name, (select array_agg(a.attname::text order by k.n) from unnest(i.indkey::int[]) with ordinality as k (at, n)
                  join pg_attribute a on a.attrelid = c.oid and a.attnum = k.at) as columns
           from pg_index i join pg_class c on c.oid = i.indrelid where i.indpred is null",
    )
    .fetch_all(&mut admin)
    .await
    .expect("indexes");
    let indexes: Vec<(String, Vec<String>)> = rows
        .iter()
        .map(|row| (row.get("name"), row.get::<Option<Vec<String>>, _>("columns").unwrap_or_default()))
        .collect();
    let mut missing = BTreeSet::new();
    for record in modules::records().filter(|r| !r.single) {
        let views = record.views.iter().flat_map(|view| view.filter.iter().map(|(field, _)| *field));
        for field in record.filters.iter().copied().chain(views).chain([record.sort]) {
            let behind = |(table, columns): &(String, Vec<String>)| {
                table == record.name
                    && columns.first().is_some_and(|c| c == "tenant_id")
                    && columns.get(1).is_some_and(|c| c == field)
            };
            if !indexes.iter().any(behind) {
                missing.insert(format!("create index on {} (tenant_id, {field}, {}, id);", record.name, record.sort));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What a description says of a constraint is said of one that is there, in words, at a field of the record.
#[tokio::test]
async fn constraints_that_descriptions_name_are_in_the_database() {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let known: Vec<String> =
        sqlx::query_scalar("select conname::text from pg_constraint").fetch_all(&mut admin).await.expect("constraints");
    for record in modules::records() {
        for constraint in record.constraints {
            assert!(known.iter().any(|name| name == constraint.name), "{}: {}", record.name, constraint.name);
            assert!(MESSAGES.iter().any(|(id, _)| *id == constraint.message), "{}", constraint.message);
            assert!(constraint.field.is_none_or(|field| record.field(field).is_some()), "{}", constraint.name);
        }
    }
}

#[test]
fn descriptions_name_only_what_exists() {
    for record in modules::records() {
        let known = |name: &str| record.field(name).unwrap_or_else(|| panic!("{}.{name}", record.name));
        record.columns.iter().chain(record.filters).chain(record.totals).for_each(|name| {
            known(name);
        });
        known(record.title);
        assert!(
            sortable(known(record.sort)) && known(record.sort).required,
            "{} sorts by {}",
            record.name,
            record.sort
        );
        for view in record.views {
            view.filter.iter().for_each(|(name, _)| {
                known(name);
            });
        }
        for action in record.actions {
            for state in action.from {
                assert!(record.state(state).is_some(), "{}: {} from {state}", record.name, action.name);
            }
        }
        let fields = record.fields.iter().chain(record.lines.map_or(&[][..], |l| l.fields));
        for field in fields {
            if let Kind::Link(target) = field.kind {
                assert!(modules::record(target).is_some(), "{}.{} links to {target}", record.name, field.name);
            }
        }
        assert_eq!(record.states.is_empty(), record.field("state").is_none(), "{}", record.name);
        assert_eq!(record.series.is_some(), record.field("number").is_some(), "{}", record.name);
    }
    for module in modules::MODULES {
        for record in module.records {
            assert_eq!(record.module, module.name, "{}", record.name);
        }
    }
    let mut paths: Vec<_> = modules::records()
        .map(|r| r.path)
        .chain(modules::MODULES.iter().flat_map(|m| m.pages.iter().map(|p| p.0)))
        .collect();
    let count = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), count, "two things share an address");
}

/// Programs find lists, actions, and what stands beside records at addresses that no name of a record or an action takes.
#[test]
fn names_leave_the_addresses_of_programs_free() {
    let file = "api/rest/mod.rs";
    let (_, text) = tree().into_iter().find(|(name, _)| name == file).expect("the routes of REST");
    let (mut alone, mut beside) = (0, 0);
    for address in routes_in(file, &text).iter().filter_map(|address| address.strip_prefix("/api/v1/")) {
        let parts: Vec<&str> = address.split('/').collect();
        match parts[..] {
            [first, ..] if !first.starts_with('{') => {
                alone += 1;
                let taken = modules::records().find(|record| record.path == first);
                assert!(taken.is_none(), "a list is at /api/v1/{first}");
            }
            [_, _, third, ..] if !third.starts_with('{') => {
                beside += 1;
                let taken = modules::records().find(|r| r.actions.iter().any(|action| action.name == third));
                assert!(taken.is_none(), "{} has the action {third}", taken.map_or("", |record| record.name));
            }
            _ => {}
        }
    }
    assert!(alone >= 4 && beside >= 3, "{alone} and {beside} addresses were found");
}

#[test]
fn typed_structs_name_fields_of_their_lines() {
    use crate::modules::{inventory::adjustment, sales};
    let lines = |name: &str| support::record(name).lines.expect("lines").fields;
    let has = |name: &str, fields: &[&str]| {
        for field in fields {
            let optional = *field == "optional" && name != "quotation";
            assert!(optional || lines(name).iter().any(|f| f.name == *field), "{name} lines have no {field}");
        }
    };
    for name in ["quotation", "sales_order", "sales_invoice", "credit_note"] {
        has(name, sales::pricing::SaleLine::FIELDS);
    }
    has("sales_order", sales::order::OrderLine::FIELDS);
    has("price_list", sales::price_list::PriceLine::FIELDS);
    has("delivery", sales::delivery::DeliveryLine::FIELDS);
    has("stock_adjustment", adjustment::AdjustmentLine::FIELDS);
}

// ------------------------------------------------------------------ languages

#[test]
fn everything_that_a_record_shows_has_words_in_both_languages() {
    for locale in Locale::ALL {
        let i18n = I18n::new(locale, Digits::Western);
        let mut missing = Vec::new();
        let mut need = |ids: &[String]| {
            if !ids.iter().any(|id| i18n.has(id)) {
                missing.push(ids.join(" or "));
            }
        };
        for record in modules::records() {
            words_of(record, &mut need);
        }
        for module in modules::MODULES {
            need(&[format!("module-{}", module.name)]);
            module.pages.iter().for_each(|(path, _)| need(&[format!("page-{path}")]));
        }
        assert!(missing.is_empty(), "{}: {missing:#?}", locale.tag());
    }
}

fn words_of(record: &Record, need: &mut impl FnMut(&[String])) {
    let name = record.name;
    for suffix in ["", "-many", "-new", "-empty"] {
        need(&[format!("{name}{suffix}")]);
    }
    for field in record.fields {
        need(&[format!("{name}-{}", field.name), format!("field-{}", field.name)]);
        if let Kind::Choice(words) = field.kind {
            words.iter().for_each(|word| need(&[format!("choice-{}-{word}", field.name), format!("choice-{word}")]));
        }
    }
    for field in record.lines.map_or(&[][..], |l| l.fields).iter().filter(|f| !f.hidden) {
        need(&[format!("{name}-line-{}", field.name), format!("field-{}", field.name)]);
        if let Kind::Choice(words) = field.kind {
            words.iter().for_each(|word| need(&[format!("choice-{}-{word}", field.name), format!("choice-{word}")]));
        }
    }
    record.states.iter().for_each(|s| need(&[format!("{name}-state-{}", s.name), format!("state-{}", s.name)]));
    record.actions.iter().for_each(|a| need(&[format!("{name}-action-{}", a.name), format!("action-{}", a.name)]));
    record.views.iter().for_each(|v| need(&[format!("{name}-view-{}", v.name), format!("view-{}", v.name)]));
}

/// Files name choices and types of records as people do, in either language: no two are called alike.
#[test]
fn what_is_chosen_from_is_told_apart_by_name() {
    let in_each = Locale::ALL.map(|locale| I18n::new(locale, Digits::Western));
    let mut alike = Vec::new();
    let mut compare = |of: &str, names: Vec<(&'static str, String)>| {
        let mut meant: BTreeMap<String, &str> = BTreeMap::new();
        for (word, name) in names {
            if meant.insert(fold(&name), word).is_some_and(|other| other != word) {
                alike.push(format!("{of}: {name}"));
            }
        }
    };
    for record in modules::records() {
        for (field, name) in record.all_fields().filter(|(field, _)| !field.computed) {
            let Kind::Choice(words) = field.kind else { continue };
            let called = words.iter().flat_map(|word| {
                let [en, ar] = in_each.map(|i18n| i18n.choice_of(field, word));
                [(*word, en), (*word, ar), (*word, (*word).to_owned())]
            });
            compare(&format!("{}.{name}", record.name), called.collect());
        }
    }
    let called = modules::records().flat_map(|record| {
        let [en, ar] = in_each.map(|i18n| i18n.record(record));
        [(record.name, en), (record.name, ar), (record.name, record.name.to_owned())]
    });
    compare("types of records", called.collect());
    assert!(alike.is_empty(), "{alike:#?}");
}

/// Ids, variables and number selectors of one language.
fn messages(locale: Locale) -> BTreeMap<String, (BTreeSet<String>, Vec<BTreeSet<String>>)> {
    let resource = fluent_syntax::parser::parse(source(locale))
        .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", locale.tag()));
    let mut found = BTreeMap::new();
    for entry in &resource.body {
        if let Entry::Message(message) = entry {
            let mut seen = (BTreeSet::new(), Vec::new());
            message.value.iter().for_each(|pattern| walk(pattern, &mut seen));
            assert!(
                found.insert(message.id.name.to_owned(), seen).is_none(),
                "{}: {} twice",
                locale.tag(),
                message.id.name
            );
        }
        assert!(!matches!(entry, Entry::Junk { .. }), "{}: {entry:?}", locale.tag());
    }
    found
}

fn walk(pattern: &Pattern<&str>, seen: &mut (BTreeSet<String>, Vec<BTreeSet<String>>)) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(InlineExpression::VariableReference { id }) => {
                seen.0.insert(id.name.to_owned());
            }
            Expression::Select { selector, variants } => {
                if let InlineExpression::VariableReference { id } = selector {
                    seen.0.insert(id.name.to_owned());
                }
                let keys = variants.iter().filter_map(|v| match &v.key {
                    VariantKey::Identifier { name } => Some((*name).to_owned()),
                    VariantKey::NumberLiteral { .. } => None,
                });
                seen.1.push(keys.collect());
                variants.iter().for_each(|v| walk(&v.value, seen));
            }
            Expression::Inline(_) => {}
        }
    }
}

#[test]
fn both_languages_say_the_same_things() {
    let (english, arabic) = (messages(Locale::En), messages(Locale::Ar));
    let ids =
        |m: &BTreeMap<String, (BTreeSet<String>, Vec<BTreeSet<String>>)>| m.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(ids(&english), ids(&arabic));
    let all: BTreeSet<String> = ["zero", "one", "two", "few", "many", "other"].map(str::to_owned).into();
    for (id, (variables, selectors)) in &english {
        let (other, arabic_selectors) = &arabic[id];
        assert_eq!(variables, other, "variables of {id}");
        // Arabic counts in six ways: a message that chooses by number chooses among all of them.
        for selector in selectors.iter().filter(|s| s.contains("one")) {
            assert!(selector.contains("other"), "{id}");
            assert!(!arabic_selectors.is_empty(), "{id} counts in English only");
        }
        for selector in arabic_selectors {
            assert_eq!(*selector, all, "plural forms of {id} in Arabic");
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

fn tree() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    rust_files(&root)
        .into_iter()
        .map(|path| {
            (
                path.strip_prefix(&root).expect("below src").display().to_string(),
                fs::read_to_string(&path).expect("text"),
            )
        })
        .collect()
}

#[test]
fn no_message_is_unused() {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut note = |ids: &[String]| used.extend(ids.iter().cloned());
    modules::records().for_each(|record| words_of(record, &mut note));
    for module in modules::MODULES {
        used.insert(format!("module-{}", module.name));
        used.extend(module.pages.iter().map(|(path, _)| format!("page-{path}")));
    }
    used.extend(SHORTCUTS.map(|(name, _)| format!("shortcut-{name}")));
    let files: String =
        tree().into_iter().filter(|(name, _)| !name.starts_with("tests")).map(|(_, text)| text).collect();
    let made_at_run_time = [
        "month-",
        "weekday-",
        "country-",
        "done-",
        "check-",
        "age-",
        "role-",
        "choice-language-",
        "import-state-",
        "webhook-log-state-",
        "webhook-outcome-",
        "flag-",
        "operator-sort-",
        "operator-did-",
    ];
    let unused: Vec<_> = MESSAGES
        .iter()
        .map(|(id, _)| *id)
        .filter(|id| {
            !used.contains(*id)
                && !files.contains(&format!("\"{id}\""))
                && !made_at_run_time.iter().any(|p| id.starts_with(p))
        })
        .collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

fn ids(source: &'static str) -> BTreeSet<&'static str> {
    source.lines().filter_map(|line| line.split_once(" =")).map(|(id, _)| id).filter(|id| !id.contains(' ')).collect()
}

/// A page that the browser draws would show the id of a message that it was not given.
#[test]
fn the_browser_is_given_every_message_that_it_may_say() {
    let [kept, kept_ar] = Locale::ALL.map(|locale| &ids(source(locale)) - &ids(browser_source(locale)));
    assert!(!kept.is_empty());
    assert_eq!(kept, kept_ar);
    let by_the_server = |name: &str| {
        ["api/", "platform/mail/", "tests"].iter().any(|room| name.starts_with(room))
            || ["app/developers.rs", "app/mail.rs", "app/shell.rs", "modules/reports.rs", "platform/mail.rs"]
                .contains(&name)
    };
    for (name, text) in tree().into_iter().filter(|(name, _)| !by_the_server(name)) {
        let said: Vec<_> = kept.iter().filter(|id| text.contains(&format!("\"{id}\""))).collect();
        assert!(said.is_empty(), "{name} says what the browser was not given: {said:#?}");
    }
}

#[test]
fn every_refusal_has_words() {
    let known: BTreeSet<&str> = MESSAGES.iter().map(|(id, _)| *id).collect();
    let mut missing = Vec::new();
    for (name, text) in tree().into_iter().filter(|(name, _)| !name.starts_with("tests")) {
        for opening in ["Refusal::new(\"", "Message::new(\"", "=> \"fault-", "refuse(\""] {
            for part in text.split(opening).skip(1) {
                let id = part.split('"').next().unwrap_or_default();
                let id = if opening.contains("fault") { format!("fault-{id}") } else { id.to_owned() };
                if !known.contains(id.as_str()) {
                    missing.push(format!("{name}: {id}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whoever is refused reads what to do instead: "To do X you must Y", or a second sentence that says it.
#[test]
fn every_refusal_says_what_to_do() {
    let refuses = |id: &str| ["refuse-", "fault-", "import-fault-"].iter().any(|opening| id.starts_with(opening));
    let mut silent = Vec::new();
    for (locale, must) in [(Locale::En, " must "), (Locale::Ar, "يجب")] {
        let i18n = I18n::new(locale, Digits::Western);
        for (id, _) in MESSAGES.iter().filter(|(id, _)| refuses(id)) {
            let text = i18n.format(id, None);
            let goes_on = [". ", "! ", "? ", "؟ "].iter().any(|end| text.contains(end));
            if !goes_on && !text.contains(must) {
                silent.push(format!("{id} in {}: {text}", locale.tag()));
            }
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

// ------------------------------------------------------------------ the house

/// The words that stand next in a path: `crate::app::calls`, or among others in braces.
fn words_behind<'a>(text: &'a str, path: &str) -> BTreeSet<&'a str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    for rest in text.split(path).skip(1) {
        let end = if rest.starts_with('{') { rest.find(';') } else { rest.find(|c: char| !is_word(c)) };
        found.extend(rest[..end.unwrap_or(rest.len())].split(|c: char| !is_word(c)));
    }
    found
}

#[test]
fn who_may_know_whom() {
    // Room, rooms that it must not name.
    let rules: &[(&str, &[&str])] = &[
        ("record/", &["platform", "modules", "ui", "app", "i18n"]),
        ("i18n/", &["platform", "modules", "ui", "app"]),
        ("ui/", &["platform", "modules", "app", "api"]),
        ("platform/", &["modules", "ui", "app", "api"]),
        ("api/", &["modules", "ui", "app"]),
        ("modules/", &["ui", "app", "api"]),
    ];
    let mut breaches = Vec::new();
    for (name, text) in tree() {
        let named = &words_behind(&text, "crate::") | &words_behind(&text, "super::");
        for (room, forbidden) in rules.iter().filter(|(room, _)| name.starts_with(room)) {
            for other in forbidden.iter().filter(|other| named.contains(**other)) {
                breaches.push(format!("{name} ({room}) names {other}"));
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

/// Modules, and those that each may name: it posts to their books and stock, and counts in their units. None names one that
/// builds on it.
const MODULES_KNOWN: &[(&str, &[&str])] =
    &[("finance", &[]), ("inventory", &["finance"]), ("sales", &["finance", "inventory"]), ("administration", &[])];

/// The modules that a text names: `modules::sales::order`, or among others in braces.
fn named_modules(text: &str) -> BTreeSet<&'static str> {
    let words = words_behind(text, "modules::");
    MODULES_KNOWN.iter().map(|(name, _)| *name).filter(|name| words.contains(name)).collect()
}

#[test]
fn rooms_are_found_however_they_are_named() {
    for text in
        ["use crate::{modules, t};", "use crate::modules;", "crate::modules::record(name)", "super::modules::MODULES"]
    {
        let named = &words_behind(text, "crate::") | &words_behind(text, "super::");
        assert!(named.contains("modules"), "{text}: {named:?}");
    }
    assert!(!words_behind("use crate::record::modules; crate::modules_of(tx)", "crate::").contains("modules"));
}

#[test]
fn modules_are_found_however_they_are_named() {
    let found = |text: &str| named_modules(text).into_iter().collect::<Vec<_>>();
    assert_eq!(found("use crate::modules::sales::order::{SALES_ORDER, What};"), ["sales"]);
    assert_eq!(found("use crate::modules::{self, administration::founding, finance};"), ["administration", "finance"]);
    assert_eq!(found("let rate = modules::finance::ledger::rate(tx); let sales = 1;"), ["finance"]);
    assert_eq!(found("use crate::modules::{self, MODULES}; modules::record(\"sales\"); modules::salesman"), [""; 0]);
    let known: BTreeSet<&str> = MODULES_KNOWN.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, modules::MODULES.iter().map(|module| module.name).collect());
}

/// What serves all records is handed the list of all modules; one of them is named by those that build on it, and by nobody
/// else.
#[test]
fn no_module_is_named_from_below_or_from_beside() {
    let mut breaches = Vec::new();
    for (file, text) in tree() {
        let rooms = ["record/", "i18n/", "ui/", "platform/", "api/"];
        if rooms.iter().any(|room| file.starts_with(room)) {
            let by_path = named_modules(&text).into_iter().map(str::to_owned);
            let by_name =
                MODULES_KNOWN.iter().map(|(name, _)| format!("\"{name}\"")).filter(|name| text.contains(name));
            breaches.extend(by_path.chain(by_name).map(|named| format!("{file} names {named}")));
        }
        // What a company begins with is made of everything.
        if file == "modules/administration/founding.rs" {
            continue;
        }
        for (module, known) in MODULES_KNOWN {
            if file.starts_with(&format!("modules/{module}/")) {
                let named = named_modules(&text).into_iter().filter(|name| name != module && !known.contains(name));
                breaches.extend(named.map(|named| format!("{file} names {named}")));
                // So far up nobody climbs but out of their module.
                if text.contains("super::super::super") {
                    breaches.push(format!("{file} climbs out of {module}"));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

/// A record type is its own file, its messages and its migration: what serves them all knows none of them by name.
#[test]
fn what_serves_all_records_names_none() {
    // A customer is also who visits the portal; the others are words of their own there, and what the platform itself keeps.
    let also =
        ["customer", "item", "lead", "account", "company", "branch", "role", "member", "webhook", "custom_field"];
    let names: Vec<String> = modules::records()
        .map(|r| r.name)
        .filter(|name| !also.contains(name))
        .map(|name| format!("\"{name}\""))
        .collect();
    // Nor by what belongs to it, such as a constraint of its table.
    let names: Vec<String> =
        names.iter().flat_map(|name| [name.clone(), format!("{}_", name.trim_end_matches('"'))]).collect();
    for (file, text) in tree() {
        if ["record", "platform", "api", "ui", "app", "i18n"].iter().any(|room| file.starts_with(room)) {
            let named: Vec<_> = names.iter().filter(|name| text.contains(name.as_str())).collect();
            assert!(named.is_empty(), "{file} names {named:?}");
        }
    }
}

#[test]
fn sql_is_called_safe_in_one_file_and_textareas_are_written_in_one() {
    for (name, text) in tree().into_iter().filter(|(name, _)| !name.starts_with("tests")) {
        assert!(!text.contains("AssertSqlSafe") || name == "platform/sql.rs", "{name} calls SQL safe");
        assert!(!text.contains("<textarea") || name == "ui/mod.rs", "{name} writes a textarea");
        // What the server has drawn is shown as it is; drawing escapes.
        assert!(!text.contains("inner_html") || name == "app/page.rs", "{name} writes raw HTML");
    }
}

/// Postcard has no names of fields: what leaves one out is read as something else.
#[test]
fn what_travels_to_the_browser_leaves_nothing_out() {
    let shy = ["skip_serializing", "serde(flatten", "serde(untagged", "serde(tag"];
    for (file, text) in tree() {
        let travels = ["record", "app", "ui", "modules"].iter().any(|room| file.starts_with(room));
        // Names are kept as JSON, too, and travel as a pair.
        if travels && file != "record/value.rs" {
            assert!(!shy.iter().any(|word| text.contains(word)), "{file} leaves fields out");
        }
    }
}

/// Addresses that a file makes routes of.
fn routes_in(file: &str, text: &str) -> Vec<String> {
    let openings = [".route(", ".route_service("];
    let parts = openings.into_iter().flat_map(|opening| text.split(opening).skip(1));
    let address = |part: &str| Some(part.trim_start().strip_prefix('"')?.split('"').next()?.to_owned());
    parts.map(|part| address(part).unwrap_or_else(|| panic!("{file} has a route whose address is not read"))).collect()
}

/// Whatever is served is asked for with the ids of another company, or has a reason why not.
#[test]
fn no_address_is_left_out_where_companies_are_kept_apart() {
    use crate::tests::api::{self, rest};
    use crate::tests::platform::web::{SPARED, WALKED};
    let mut served = BTreeSet::new();
    for (name, text) in tree().into_iter().filter(|(name, _)| !name.starts_with("tests")) {
        served.extend(routes_in(&name, &text));
        // Routes below another one would have addresses that are not written anywhere.
        assert!(!text.contains(".nest(") && !text.contains(".nest_service("), "{name} nests routes");
        if name == "app/calls.rs" {
            // The pages behind the routes, as they are told apart.
            let arms = text.lines().map(str::trim).filter(|line| line.starts_with('[') && line.contains("=>"));
            served.extend(arms.filter_map(|arm| Some(format!("{}]", arm.split_once(']')?.0))));
        }
    }
    assert!(served.contains("/{path}/{id}") && served.contains("[path, id]"), "{served:#?}");
    let walked = WALKED.iter().chain(rest::WALKED).chain(api::WALKED).copied();
    let spared = SPARED.iter().chain(rest::SPARED).map(|(address, _)| *address);
    let known: BTreeSet<String> = walked.chain(spared).map(str::to_owned).collect();
    assert_eq!(served, known);
}

/// What has an address of its own among those of records would hide a type of record of the same name.
#[test]
fn no_type_of_record_is_hidden_from_programs() {
    let (name, text) = tree().into_iter().find(|(name, _)| name == "api/rest/mod.rs").expect("the routes of programs");
    let taken: BTreeSet<String> = routes_in(&name, &text)
        .iter()
        .filter_map(|address| address.strip_prefix("/api/v1/")?.split('/').next())
        .filter(|word| !word.starts_with('{'))
        .map(str::to_owned)
        .collect();
    assert!(taken.contains("reports") && taken.contains("batch"), "{taken:?}");
    let hidden: Vec<&str> = modules::records().map(|record| record.path).filter(|path| taken.contains(*path)).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn styles_know_no_left_and_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("style");
    for entry in fs::read_dir(folder).expect("style").flatten() {
        let text = fs::read_to_string(entry.path()).expect("css");
        for physical in [
            "margin-left",
            "margin-right",
            "padding-left",
            "padding-right",
            "border-left",
            "border-right",
            "text-align: left",
            "text-align: right",
            ":dir(",
        ] {
            assert!(!text.contains(physical), "{}: {physical}", entry.path().display());
        }
    }
}

#[test]
fn build_settings_and_site_file_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let keys = |text: &str| -> BTreeMap<String, String> {
        let section = text.split("[package.metadata.leptos]").nth(1).unwrap_or_default();
        let lines = section.lines().take_while(|line| !line.starts_with('['));
        lines
            .filter_map(|line| line.split('#').next()?.split_once('='))
            .map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()))
            .collect()
    };
    let build = keys(&fs::read_to_string(root.join("Cargo.toml")).expect("Cargo.toml"));
    let site = keys(&fs::read_to_string(root.join("Leptos.toml")).expect("Leptos.toml"));
    // A release has hashes in the names of its files; while somebody develops, names stay.
    let hashes = |keys: &BTreeMap<String, String>| keys.get("hash-files").cloned();
    assert_eq!((hashes(&site).as_deref(), hashes(&build).as_deref()), (Some("true"), Some("false")));
    for (key, value) in site.iter().filter(|(key, _)| *key != "hash-files") {
        if let Some(other) = build.get(key) {
            assert_eq!(value, other, "{key}");
        }
    }
    assert!(site.len() > 3);
}
