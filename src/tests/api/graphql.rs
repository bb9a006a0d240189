//! GraphQL as programs and attackers meet it.

use super::{Program, Reply};
use crate::api::graphql::cost::RECORDS;
use crate::api::graphql::schema::{Schemas, build};
use crate::api::graphql::{MOST, ROOT, run};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules;
use crate::modules::administration::role::BASES;
use crate::platform::document::{Document, Line};
use crate::platform::door;
use crate::platform::permission::Rights;
use crate::record::value::NOTE_LENGTH;
use crate::record::{Field, Kind, Names, Record};
use crate::tests::platform::permission::{admin, busy_firm, everything, member_with, open_row, right};
use crate::tests::platform::tenancy::{full_firm, picture};
use crate::tests::platform::web::{Ids, ids_of, links, without_ids};
use crate::tests::support::{Firm, record};
use async_graphql::Request;
use axum::http::{Method, StatusCode};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use uuid::Uuid;

async fn ask(program: &Program, query: impl Into<String>) -> Reply {
    program.post(ROOT, json!({ "query": query.into() })).await
}

/// The data of an answer in whose way nothing stood.
async fn data(program: &Program, query: impl Into<String>) -> Json {
    let query = query.into();
    let reply = ask(program, query.clone()).await.assert_ok(&query);
    assert_eq!(reply.json["errors"], Json::Null, "{query}: {}", reply.text);
    reply.json["data"].clone()
}

/// The ids of what stood in the way.
fn refusals(reply: &Json) -> Vec<String> {
    let errors = reply["errors"].as_array().into_iter().flatten();
    let told =
        errors.flat_map(|error| error["extensions"]["problem"]["errors"].as_array().cloned().unwrap_or_default());
    told.map(|error| error["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// `sales_order` is `SalesOrder`.
fn type_of(record: &Record) -> String {
    crate::api::rest::openapi::type_name(record.name)
}

// ------------------------------------------------------------------ what is asked

#[tokio::test]
async fn an_order_is_taken_to_cash() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    firm.item("BEAM", "100.5", 10, "60").await;
    let today = firm.today().await;
    let made = data(
        &program,
        format!(
            r#"mutation {{
                create_customer(given: {{ code: "GQL", name: {{ en: "Bridge Works", ar: "أعمال الجسور" }} }}) {{ id name {{ ar }} }}
                create_sales_order(given: {{ customer: "GQL", date: "{today}", lines: [{{ item: "BEAM", quantity: "4" }}] }}) {{
                    id version state customer {{ code }} net total
                    lines {{ quantity price item {{ code }} }}
                }}
            }}"#
        ),
    )
    .await;
    assert_eq!(made["create_customer"]["name"]["ar"], "أعمال الجسور");
    let order = &made["create_sales_order"];
    assert_eq!((&order["customer"]["code"], &order["net"]), (&json!("GQL"), &json!("402.00")), "{made}");
    assert_eq!(order["lines"][0], json!({"quantity": "4", "price": "100.5", "item": {"code": "BEAM"}}));
    // What a step makes is taken further in the version that it has.
    let mut next = ("sales_order".to_owned(), order["id"].as_str().expect("an id").to_owned());
    for (action, kind) in [("confirm", None), ("deliver", Some("delivery")), ("invoice", Some("sales_invoice"))] {
        let done = act(&program, &next, action).await;
        if let Some(kind) = kind {
            let made = (kind.to_owned(), done["created"][0]["id"].as_str().expect("what came of it").to_owned());
            act(&program, &made, "post").await;
            if kind == "sales_invoice" {
                next = made;
            }
        }
    }
    let paid = act(&program, &next, "pay").await;
    let payment = ("customer_payment".to_owned(), paid["created"][0]["id"].as_str().expect("a payment").to_owned());
    act(&program, &payment, "post").await;
    let paid = "{ sales_invoices(filter: { state: [paid] }) { rows { total customer { code } } next } }";
    let told = data(&program, paid).await;
    let expected = json!({"rows": [{"total": "462.30", "customer": {"code": "GQL"}}], "next": null});
    assert_eq!(told["sales_invoices"], expected);
    firm.assert_healthy().await;
}

/// Takes an action on a record as it is now.
async fn act(program: &Program, (kind, id): &(String, String), action: &str) -> Json {
    let now = data(program, format!("{{ {kind}(id: \"{id}\") {{ version }} }}")).await;
    let version = &now[kind]["version"];
    let field = format!("{action}_{kind}");
    let query =
        format!("mutation {{ {field}(id: \"{id}\", version: {version}) {{ record {{ id }} created {{ type id }} }} }}");
    data(program, query).await[field].clone()
}

#[tokio::test]
async fn a_list_is_filtered_ordered_and_read_to_its_end() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    for n in 0..5 {
        let (name, phone) = (format!("Customer {n}"), if n < 2 { "111" } else { "222" });
        let given =
            format!("code: \"K{n}\", name: {{ en: \"{name}\" }}, phone: \"{phone}\", credit_limit: \"1500.25\"");
        data(&program, format!("mutation {{ create_customer(given: {{ {given} }}) {{ id }} }}")).await;
    }
    let list = r#"query ($after: String, $limit: Int) {
        customers(filter: { phone: "222", credit_limit: { from: "1000" } }, sort: code, descending: true, limit: $limit, after: $after) {
            rows { code credit_limit } next
        }
    }"#;
    let (mut after, mut codes) = (Json::Null, Vec::new());
    loop {
        let asked = json!({"query": list, "variables": {"after": after, "limit": 2}});
        let page = program.post(ROOT, asked).await.assert_ok("a page").json["data"]["customers"].clone();
        codes.extend(page["rows"].as_array().expect("rows").iter().map(|row| row["code"].clone()));
        assert_eq!(page["rows"][0]["credit_limit"], "1500.25");
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(codes, ["K4", "K3", "K2"]);
    let found =
        data(&program, "{ customers(q: \"customer 3\") { rows { code } } item(id: \"nonsense\") { id } today }").await;
    assert_eq!(found["customers"]["rows"], json!([{"code": "K3"}]));
    assert_eq!((&found["item"], &found["today"]), (&Json::Null, &json!(firm.today().await.to_string())));
    for (query, id) in [
        ("{ customers(limit: 0) { next } }", "refuse-api-limit"),
        ("{ customers(after: \"x\") { next } }", "refuse-api-after"),
        ("{ customers(filter: { credit_limit: { from: \"lots\" } }) { next } }", "refuse-api-filter"),
    ] {
        let refused = ask(&program, query).await;
        assert_eq!(
            (refused.status, refusals(&refused.json)),
            (StatusCode::OK, vec![id.to_owned()]),
            "{}",
            refused.text
        );
    }
}

#[tokio::test]
async fn statements_do_not_grow_with_rows_and_links() {
    let firm = Firm::new().await;
    let schemas = Schemas::default();
    let ordered = ask(&Program::of(&firm).await, "{ today company { name { en } id } }").await.text;
    let places = ["today", "name", "en", "id"].map(|name| ordered.find(&format!("\"{name}\"")));
    assert!(places.is_sorted() && places[0].is_some(), "{ordered} is not in the order that was asked for");
    let item = firm.item("GOODS", "10", 100, "1").await;
    let asked = "{ sales_orders(limit: 100) {
        rows { number customer { code payment_term { code } } lines { quantity item { code unit { code } } } }
    } }";
    let count = async || {
        let ran = run(&firm.db, &schemas, &firm.cx, Request::new(asked), RECORDS).await.expect("an answer");
        assert!(ran.told.errors.is_empty(), "{:?}", ran.told.errors);
        let rows = json!(ran.told.data)["sales_orders"]["rows"].clone();
        assert!(rows[0]["lines"][0]["item"]["unit"]["code"].is_string(), "{rows}");
        assert!(rows[0]["customer"]["code"].is_string(), "{rows}");
        (rows.as_array().map_or(0, Vec::len), ran.statements)
    };
    firm.order(&[(item, 1)]).await;
    count().await;
    let (one, of_one) = count().await;
    for n in 2..30 {
        firm.order(&[(item, n), (item, 1)]).await;
    }
    let (many, of_many) = count().await;
    assert_eq!((one, many, of_many), (1, 29, of_one));
    // Two to open, the list, its lines and how many they are, and one for each of the links that lead somewhere.
    assert!(of_one <= 9, "{of_one} statements");
}

/// All that can be asked of a record with its lines, and of what these lead to; and to how many links that is.
fn everything_of(record: &Record, rights: &Rights) -> (String, u32) {
    let mut links = 0;
    let mut of = |fields: &'static [Field]| {
        let mut text = String::from("id");
        for field in fields {
            let _ = match field.kind {
                Kind::Link(target) if rights.sees(door::record(target).expect("a type")) => {
                    links += 1;
                    write!(text, " {} {{ id version }}", field.name)
                }
                Kind::Link(_) => write!(text, " {}_id", field.name),
                Kind::Names => write!(text, " {} {{ en ar }}", field.name),
                _ => write!(text, " {}", field.name),
            };
        }
        text
    };
    let mut text = of(record.fields);
    if let Some(lines) = record.lines {
        let _ = write!(text, " lines {{ {} }}", of(lines.fields));
    }
    (text, links)
}

#[tokio::test]
async fn no_list_takes_more_statements_than_it_has_links() {
    let firm = busy_firm().await;
    let (schemas, rights) = (Schemas::default(), Rights::new("owner", door::records(), &[]));
    for record in modules::records().filter(|record| !record.single) {
        let (fields, links) = everything_of(record, &rights);
        let asked = format!("{{ {} {{ rows {{ {fields} }} }} }}", record.path.replace('-', "_"));
        let ran = run(&firm.db, &schemas, &firm.cx, Request::new(asked), RECORDS).await.expect("an answer");
        assert!(ran.told.errors.is_empty(), "{}: {:?}", record.name, ran.told.errors);
        let lines = if record.lines.is_some() { 2 } else { 0 };
        let most = 3 + lines + links;
        assert!(ran.statements <= most, "{} takes {} statements, {most} at most", record.name, ran.statements);
    }
}

/// What weighs little may be much: a list of prices that many customers have.
#[tokio::test]
async fn records_are_counted_while_they_are_read() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let item = firm.item("GOODS", "10", 1, "1").await;
    let line =
        |n: i64| Line::new().with("item", item).with("from_quantity", Decimal::from(n)).with("price", Decimal::ONE);
    let prices = firm.insert("price_list", |list| {
        let list = list.with("code", "P").with("name", Names::new("Prices", "أسعار"));
        Document { lines: (1..=300).map(line).collect(), ..list }
    });
    let prices = prices.await.expect("a price list").id;
    let asked = "{ customers(limit: 200) { rows { code price_list { lines { price } } } } }";
    for (customers, may) in [(5, true), (40, false)] {
        for n in 0..customers {
            let named = |customer: Document| {
                customer.with("code", format!("K{customers}-{n}")).with("name", Names::new("Customer", "عميل"))
            };
            let made = firm.insert("customer", |customer| named(customer).with("price_list", prices)).await;
            made.expect("a customer");
        }
        let told = ask(&program, asked).await.json;
        let ids = refusals(&told);
        assert_eq!(ids.is_empty(), may, "{customers}: {ids:?}");
        assert!(may || ids == ["refuse-graphql-cost"], "{ids:?}");
    }
}

/// Fields of one record weigh little; a long note under many names is much.
#[tokio::test]
async fn an_answer_has_room_for_so_many_bytes() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let note = "x".repeat(NOTE_LENGTH);
    for n in 0..100 {
        let named = |customer: Document| {
            let customer = customer.with("code", format!("K{n}")).with("name", Names::new("Customer", "عميل"));
            customer.with("note", note.clone())
        };
        firm.insert("customer", named).await.expect("a customer");
    }
    for (names, may) in [(5, true), (45, false)] {
        let notes: Vec<String> = (0..names).map(|n| format!("n{n}: note")).collect();
        let told =
            ask(&program, format!("{{ customers(limit: 200) {{ rows {{ {} }} }} }}", notes.join(" "))).await.json;
        let ids = refusals(&told);
        assert_eq!(ids, if may { Vec::new() } else { vec!["refuse-graphql-cost"] }, "{names}");
    }
}

#[tokio::test]
async fn a_request_is_done_whole_or_not_at_all() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let refused = ask(
        &program,
        r#"mutation {
            good: create_customer(given: { code: "GOOD", name: { en: "Good" } }) { id }
            bad: create_customer(given: { name: { en: "Without a code" } }) { id }
            late: create_customer(given: { code: "LATE", name: { en: "Late" } }) { id }
        }"#,
    )
    .await;
    assert_eq!(refused.json["data"], Json::Null, "{}", refused.text);
    let ids = refusals(&refused.json);
    assert!(ids.contains(&"fault-required".to_owned()), "{ids:?}");
    let none = data(&program, "{ customers(filter: { code: \"GOOD\" }) { rows { id } } }").await;
    assert_eq!(none["customers"]["rows"], json!([]));
    let id = firm.customer;
    let change = |version: i32| {
        format!(
            "mutation {{ change_customer(id: \"{id}\", version: {version}, given: {{ phone: \"{version}\" }}) {{ version }} }}"
        )
    };
    assert_eq!(data(&program, change(1)).await["change_customer"]["version"], 2);
    let stale = ask(&program, change(1)).await;
    assert_eq!(refusals(&stale.json), ["refuse-api-stale"], "{}", stale.text);
    assert_eq!(stale.json["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    // In the language that is asked for.
    let arabic = Program { language: Some("ar"), ..program.clone() };
    let said = ask(&arabic, change(1)).await.json["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(said.contains("تغيّر السجل"), "{said}");
    let gone = ask(&program, format!("mutation {{ delete_customer(id: \"{}\", version: 1) }}", Uuid::now_v7())).await;
    assert_eq!(refusals(&gone.json), ["refuse-api-not-found"]);
    let keyed = program.post_once(ROOT, "K", json!({ "query": "{ today }" })).await;
    keyed.assert_problem(StatusCode::BAD_REQUEST, "refuse-graphql-key", "a key");
}

// ------------------------------------------------------------------ who may see what

/// The fields of each type that is described to a program.
async fn described(program: &Program) -> BTreeMap<String, BTreeSet<String>> {
    let kind = "__schema { types { name fields { name } inputFields { name } } }";
    let told = data(program, format!("{{ {kind} }}")).await;
    let names = |told: &Json| -> BTreeSet<String> {
        let told = told.as_array().into_iter().flatten();
        told.map(|field| field["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let types = told["__schema"]["types"].as_array().cloned().unwrap_or_default();
    let of = |told: &Json| &names(&told["fields"]) | &names(&told["inputFields"]);
    types.iter().map(|told| (told["name"].as_str().unwrap_or_default().to_owned(), of(told))).collect()
}

#[tokio::test]
async fn every_role_finds_what_it_may_and_nothing_else() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    for base in BASES.iter().filter(|base| **base != "portal") {
        let (member, _) = member_with(&firm, base, Vec::new()).await;
        let program = Program::with(&firm, &member, "write", &[]).await;
        let rights = Rights::new(base, door::records(), &[]);
        let types = described(&program).await;
        for record in modules::records() {
            let what = format!("{} as {base}", record.name);
            let name = type_of(record);
            assert_eq!(types.contains_key(&name), rights.sees(record), "{what}");
            let changes = types.get("Mutation").cloned().unwrap_or_default();
            let may = |field: String, may: bool| assert_eq!(changes.contains(&field), may, "{field} as {base}");
            may(format!("create_{}", record.name), rights.creates(record));
            may(format!("change_{}", record.name), record.manual && rights.changes(record));
            may(format!("delete_{}", record.name), rights.deletes(record));
            for action in record.actions {
                let offered = !action.internal && rights.sees(record) && rights.acts(record, action.name);
                may(format!("{}_{}", action.name, record.name), offered);
            }
            if rights.sees(record) {
                let id = if record.single { firm.cx.tenant } else { open_row(&mut admin, &firm, record).await };
                let of = if record.single { String::new() } else { format!("(id: \"{id}\")") };
                let leaves = leaves(record, &rights);
                let graphql = data(&program, format!("{{ {}{of} {{ {leaves} }} }}", record.name)).await;
                let rest = program.get(&format!("/api/v1/{}/{id}", record.path)).await.assert_ok(&what);
                assert_same(record, &graphql[record.name], &rest.json, &what);
            }
        }
    }
}

/// Everything of a record that leads nowhere else.
fn leaves(record: &Record, rights: &Rights) -> String {
    let mut text = "id version".to_owned();
    for field in record.fields.iter().filter(|field| rights.on(record).sees_field(field.name)) {
        let _ = match field.kind {
            Kind::Link(_) => write!(text, " {}_id", field.name),
            Kind::Names => write!(text, " {} {{ en ar }}", field.name),
            _ => write!(text, " {}", field.name),
        };
    }
    text
}

/// All that a program is told of a row whose member sees these of its fields: the row and the first rows of its list, with their
/// lines. Its schema names no others.
pub async fn all_of(program: &Program, record: &Record, id: Uuid, sees: impl Fn(&str) -> bool) -> String {
    let ends = ["", "Line", "Filter", "Sort", "Given", "LineGiven"];
    let types = ends.map(|end| {
        let shape = "fields { name } inputFields { name } enumValues { name }";
        format!("of{end}: __type(name: \"{}{end}\") {{ {shape} }}", type_of(record))
    });
    let schema = data(program, format!("{{ {} }}", types.join(" "))).await;
    let named = |end: &str, name: &str| {
        let told = &schema[format!("of{end}")];
        let lists =
            ["fields", "inputFields", "enumValues"].map(|list| told[list].as_array().cloned().unwrap_or_default());
        lists.concat().iter().any(|known| known["name"] == name)
    };
    let (mut row, mut line) = ("id".to_owned(), "id".to_owned());
    for (field, right) in record.all_fields() {
        let (what, seen) = (format!("{}.{right}", record.name), sees(&right));
        let (told, own, given) = match right == field.name {
            true => (&mut row, "", &["Filter", "Sort", "Given"][..]),
            false => (&mut line, "Line", &["LineGiven"][..]),
        };
        let known = named(own, field.name) || named(own, &format!("{}_id", field.name));
        assert_eq!(known, seen, "{what} in the schema");
        for end in given {
            assert!(seen || !named(end, field.name), "{what} in {end}");
        }
        if seen {
            let _ = match field.kind {
                Kind::Link(_) => write!(told, " {}_id", field.name),
                Kind::Names => write!(told, " {} {{ en ar }}", field.name),
                _ => write!(told, " {}", field.name),
            };
        }
    }
    if record.lines.is_some() {
        let _ = write!(row, " lines {{ {line} }}");
    }
    let name = record.name;
    let asked = match record.single {
        true => format!("{{ {name} {{ {row} }} }}"),
        false => {
            let list = record.path.replace('-', "_");
            format!("{{ {name}(id: \"{id}\") {{ {row} }} {list}(limit: 5) {{ rows {{ {row} }} }} }}")
        }
    };
    let told = data(program, asked).await;
    assert_eq!(told[name]["id"], json!(id), "{told}");
    told.to_string()
}

/// Both ways of asking tell the same of a record.
fn assert_same(record: &Record, graphql: &Json, rest: &Json, what: &str) {
    for field in record.fields {
        let name = match field.kind {
            Kind::Link(_) => format!("{}_id", field.name),
            _ => field.name.to_owned(),
        };
        assert_eq!(graphql.get(name), rest.get(field.name), "{} of {what}", field.name);
    }
}

#[tokio::test]
async fn f39_what_is_kept_from_a_member_is_not_there_for_their_program() {
    let firm = busy_firm().await;
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let fix = right("customer", Some("contact"), &[("sees", "true"), ("changes", "false")]);
    let rights = vec![everything("customer", "all"), hide, fix, everything("sales_order", "own")];
    let (member, _) = member_with(&firm, "nothing", rights).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "SECRET-1")]).await.expect("saved");
    let program = Program::with(&firm, &member, "write", &[]).await;
    let types = described(&program).await;
    assert!(!types["Customer"].contains("phone") && !types["CustomerFilter"].contains("phone"));
    assert!(types["Customer"].contains("contact") && !types["CustomerGiven"].contains("contact"));
    assert!(!types.contains_key("Item") && types["SalesOrderLine"].contains("item_id"));
    for query in [
        "{ customers { rows { phone } } }",
        "{ customers(filter: { phone: \"S\" }) { rows { id } } }",
        "{ customers(sort: phone) { rows { id } } }",
        "{ items { rows { id } } }",
    ] {
        let refused = ask(&program, query).await;
        assert_eq!(refused.json["data"], Json::Null, "{query}: {}", refused.text);
        assert!(!refused.text.contains("SECRET"));
    }
    // Rows of others are not there either, and a link to one leads nowhere.
    let mut admin = admin().await;
    let order = open_row(&mut admin, &firm, record("sales_order")).await;
    let told =
        data(&program, format!("{{ sales_order(id: \"{order}\") {{ id }} sales_orders {{ rows {{ id }} }} }}")).await;
    assert_eq!(told, json!({"sales_order": null, "sales_orders": {"rows": []}}));
    // A token that only reads finds nothing to change.
    let reading = Program::with(&firm, &member, "read", &["customer"]).await;
    let types = described(&reading).await;
    assert!(!types.contains_key("Mutation") && !types.contains_key("SalesOrder") && types.contains_key("Customer"));
}

/// Everything that can be asked of a row by its id, and where its id can be given.
fn asks_of(record: &'static Record, ids: &Ids) -> Vec<String> {
    let (name, id) = (record.name, ids[record.name]);
    let mut asks = Vec::new();
    if !record.single {
        asks.push(format!("{{ {name}(id: \"{id}\") {{ id version }} }}"));
        for (field, id) in links(record.fields, ids) {
            let list = record.path.replace('-', "_");
            asks.push(format!("{{ {list}(filter: {{ {field}: \"{id}\" }}) {{ rows {{ id }} }} }}"));
        }
    }
    let owner = Rights::new("owner", door::records(), &[]);
    if record.manual {
        let change = format!("change_{name}(id: \"{id}\", version: 1, given: {{}}) {{ id }}");
        asks.push(format!("mutation {{ {change} }}"));
    }
    if owner.deletes(record) {
        asks.push(format!("mutation {{ delete_{name}(id: \"{id}\", version: 1) }}"));
    }
    for action in record.actions.iter().filter(|action| !action.internal) {
        asks.push(format!("mutation {{ {}_{name}(id: \"{id}\", version: 1) {{ created {{ id }} }} }}", action.name));
    }
    if owner.creates(record) {
        let given: Vec<String> = links(record.fields, ids)
            .into_iter()
            .filter(|(field, _)| record.field(field).is_some_and(|field| !field.computed))
            .map(|(field, id)| format!("{field}: \"{id}\""))
            .collect();
        asks.push(format!("mutation {{ create_{name}(given: {{ {} }}) {{ id }} }}", given.join(", ")));
    }
    asks
}

#[tokio::test]
async fn f38_another_companys_ids_look_like_random_ones() {
    let (a, b) = (Firm::new().await, full_firm().await);
    let mut admin = admin().await;
    let real = ids_of(&mut admin, b.cx.tenant).await;
    let fake: Ids = real.keys().map(|table| (*table, Uuid::now_v7())).collect();
    let before = picture(&mut admin, b.cx.tenant).await;
    let program = Program::of(&a).await;
    for record in modules::records() {
        for (theirs, nobodys) in asks_of(record, &real).into_iter().zip(asks_of(record, &fake)) {
            let (found, random) = (ask(&program, theirs.clone()).await, ask(&program, nobodys).await);
            assert_eq!(found.status, random.status, "{theirs}");
            assert_eq!(without_ids(&found.text), without_ids(&random.text), "{theirs}");
            assert!(!found.text.contains("SECRET"), "{theirs}");
            if theirs.contains("version: 1") {
                assert_eq!(refusals(&found.json), ["refuse-api-not-found"], "{theirs}: {}", found.text);
            }
        }
    }
    assert_eq!(picture(&mut admin, b.cx.tenant).await, before, "something of the other company has changed");
    b.assert_healthy().await;
}

// ------------------------------------------------------------------ what is too much

#[tokio::test]
async fn f59_what_asks_for_too_much_is_refused_before_anything_is_done() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let nested = |times: usize, open: &str, leaf: &str| format!("{}{leaf}{}", open.repeat(times), "}".repeat(times));
    let aliases: String = (0..1000).fold(String::new(), |mut all, n| {
        let _ = write!(all, "a{n}: id ");
        all
    });
    let lists: String = (0..30).fold(String::new(), |mut all, n| {
        let _ = write!(all, "a{n}: customers {{ next }} ");
        all
    });
    let doubling: String = (0..14).fold(String::new(), |mut all, n| {
        let _ = write!(all, "fragment F{n} on Customer {{ ...F{m} ...F{m} }} ", m = n + 1);
        all
    });
    let changes: String = (0..30).fold(String::new(), |mut all, n| {
        let _ = write!(all, "a{n}: mutationType {{ ...F }} ");
        all
    });
    let wide = "rows { lines { item { unit { id } tax_code { id } } } customer { id } }";
    for (what, query, id) in [
        (
            "depth",
            format!("{{ customers {{ rows {{ {} }} }} }}", nested(50, "payment_term { ", "id ")),
            "refuse-graphql-depth",
        ),
        ("aliases", format!("{{ customers {{ rows {{ {aliases} }} }} }}"), "refuse-graphql-size"),
        ("lists", format!("{{ {lists} }}"), "refuse-graphql-size"),
        ("directives", format!("{{ today {} }}", "@include(if: true) ".repeat(100)), "refuse-graphql-size"),
        ("brackets", format!("{{ today(x: {}{}) }}", "[".repeat(3000), "]".repeat(3000)), "refuse-graphql-size"),
        (
            "descriptions",
            format!("{{ __schema {{ {changes} }} }} fragment F on __Type {{ fields {{ name args {{ name }} }} }}"),
            "refuse-graphql-cost",
        ),
        (
            "types",
            "{ __schema { a: types { name } b: types { name } c: types { name } d: types { name } } }".to_owned(),
            "refuse-graphql-cost",
        ),
        ("length", format!("{{ today }} # {}", "x".repeat(40_000)), "refuse-graphql-size"),
        (
            "cycle",
            "{ customers { rows { ...A } } } fragment A on Customer { ...B } fragment B on Customer { ...A }"
                .to_owned(),
            "refuse-graphql-depth",
        ),
        (
            "doubling",
            format!("{{ customers {{ rows {{ ...F0 }} }} }} {doubling} fragment F14 on Customer {{ id }}"),
            "refuse-graphql-size",
        ),
        (
            "cost",
            format!("{{ a: sales_orders(limit: 200) {{ {wide} }} b: sales_orders(limit: 200) {{ {wide} }} }}"),
            "refuse-graphql-cost",
        ),
        (
            "circles",
            format!("{{ __schema {{ types {{ {}name {} }} }} }}", "fields { type { ".repeat(6), "} } ".repeat(6)),
            "refuse-graphql-introspection",
        ),
    ] {
        let reply = ask(&program, query).await;
        let ids = refusals(&reply.json);
        assert!(
            ids.len() == 1 && ids[0].starts_with(id),
            "{what}: {} {ids:?} {}",
            reply.status,
            &reply.text[..reply.text.len().min(300)]
        );
        assert_eq!(reply.json["data"], Json::Null, "{what}");
    }
    // As deep as brackets may lie they are read.
    let deep = format!("{{ today(x: {}{}) }}", "[".repeat(247), "]".repeat(247));
    assert!(ask(&program, deep).await.json["errors"][0]["message"].is_string());
    // A page asked for by a variable costs the same, whether it is sent or is what there is without one.
    let usual = format!(
        "query ($n: Int = 200) {{ a: sales_orders(limit: $n) {{ {wide} }} b: sales_orders(limit: $n) {{ {wide} }} }}"
    );
    assert_eq!(refusals(&ask(&program, usual).await.json), ["refuse-graphql-cost"]);
    let body = json!({
        "query": format!("query ($n: Int) {{ a: sales_orders(limit: $n) {{ {wide} }} b: sales_orders(limit: $n) {{ {wide} }} }}"),
        "variables": {"n": 200},
    });
    assert_eq!(refusals(&program.post(ROOT, body).await.json), ["refuse-graphql-cost"]);
    let one = json!({ "query": "{ today }" });
    for many in [MOST + 1, 1000, 0] {
        let refused = program.post(ROOT, Json::Array(vec![one.clone(); many])).await;
        assert_eq!(refusals(&refused.json), ["refuse-graphql-batch"], "{many}: {}", refused.text);
    }
    let batch = program.post(ROOT, Json::Array(vec![one; MOST])).await.assert_ok("a batch");
    assert_eq!(batch.json.as_array().map(Vec::len), Some(MOST));
    assert_eq!(batch.json[MOST - 1]["data"]["today"], json!(firm.today().await.to_string()));
    // What no client sends, and what every one does.
    for (body, headers, status) in [
        (json!(7), vec![], StatusCode::OK),
        (json!({"query": "{ nothing }"}), vec![], StatusCode::OK),
        (
            json!({"query": "{ nothing }"}),
            vec![("accept", "application/graphql-response+json")],
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"query": "{ customers("}),
            vec![("accept", "application/graphql-response+json")],
            StatusCode::BAD_REQUEST,
        ),
    ] {
        let reply = program.send(Method::POST, ROOT, &headers, body.clone()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
        assert!(reply.json["errors"][0]["message"].is_string(), "{body}: {}", reply.text);
    }
    let introspection = include_str!("introspection.graphql");
    let told = data(&program, introspection).await;
    assert!(told["__schema"]["types"].as_array().is_some_and(|types| types.len() > 50));
    program.showing("").get(ROOT).await.assert_problem(StatusCode::METHOD_NOT_ALLOWED, "refuse-api-method", "a GET");
    let nobody = ask(&program.showing("x"), "{ today }").await;
    nobody.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", "nobody");
}

#[test]
fn every_role_has_a_whole_schema_in_both_languages() {
    modules::install();
    for base in BASES {
        let rights = Rights::new(base, door::records(), &[]);
        let records: Vec<&'static Record> =
            door::records().iter().copied().filter(|record| rights.sees(record)).collect();
        let texts = Locale::ALL.map(|locale| build(I18n::new(locale, Digits::Western), &records, &rights).sdl());
        assert!(texts.iter().all(|text| text.contains("type Query")), "{base}");
        assert_eq!(texts[0] == texts[1], records.is_empty(), "{base} is told in one language");
    }
}
