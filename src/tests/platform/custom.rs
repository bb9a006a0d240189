//! Fields that a company adds: the same in form, list, filter, search, bulk work, import, export, rights and history.

use crate::i18n::{Digits, I18n, Locale};
use crate::platform::bulk::{self, Order, Which};
use crate::platform::custom::CustomFields;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Typed};
use crate::platform::import::{self, Plan};
use crate::platform::{page, search};
use crate::record::custom::{CustomField, MOST, extend};
use crate::record::line::input_name;
use crate::record::query::Query;
use crate::record::{Kind, Names, Value};
use crate::tests::support::{Browser, Firm, dec, file, record, refusals};
use axum::http::StatusCode;
use proptest::prelude::*;
use uuid::Uuid;

/// Adds a field by what an administrator types into its form.
async fn add(firm: &Firm, fields: &[(&str, &str)], choices: &[&str]) -> Result<Uuid, Error> {
    let mut pairs: Vec<(String, String)> = [("record", "customer"), ("active", "true"), ("position", "1")]
        .map(|(n, t)| (n.to_owned(), t.to_owned()))
        .into();
    pairs.extend(fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    let lines = choices.iter().enumerate();
    pairs.extend(lines.map(|(row, text)| (input_name(row, "english"), (*text).to_owned())));
    let mut tx = firm.tx().await;
    let id = Uuid::now_v7();
    door::save(&mut tx, record("custom_field"), id, 0, &Typed::from_pairs(pairs)).await?;
    tx.commit().await?;
    Ok(id)
}

/// A field of every kind on customers.
async fn one_of_each(firm: &Firm) {
    add(firm, &[("name.en", "Site contact"), ("name.ar", "مسؤول الموقع"), ("kind", "text"), ("listed", "true")], &[])
        .await
        .expect("text");
    add(firm, &[("name.en", "Discount limit"), ("kind", "number")], &[]).await.expect("number");
    add(firm, &[("name.en", "Since"), ("kind", "date")], &[]).await.expect("date");
    add(firm, &[("name.en", "Grade"), ("kind", "choice"), ("start", "Silver")], &["Gold", "Silver"])
        .await
        .expect("choice");
    add(firm, &[("name.en", "Usual item"), ("kind", "link"), ("target", "item")], &[]).await.expect("link");
    add(firm, &[("name.en", "On watch"), ("kind", "yes_no")], &[]).await.expect("yes or no");
}

async fn customer(firm: &Firm, texts: &[(&str, &str)]) -> Result<Uuid, Error> {
    let mut tx = firm.tx().await;
    let typed = Typed::from_pairs(texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    let id = Uuid::now_v7();
    door::save(&mut tx, record("customer"), id, 0, &typed).await?;
    tx.commit().await?;
    Ok(id)
}

fn query(texts: &[(&str, &str)]) -> Query {
    Query::read(record("customer"), texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
}

async fn found(firm: &Firm, texts: &[(&str, &str)]) -> i64 {
    page::list(&mut firm.tx().await, record("customer"), &query(texts)).await.expect("a list").count
}

#[tokio::test]
async fn a_field_of_each_kind_is_filled_kept_and_found() {
    let firm = Firm::new().await;
    one_of_each(&firm).await;
    let item = firm.item("A", "10", 0, "0").await;
    let id = customer(
        &firm,
        &[
            ("code", "C2"),
            ("name.en", "Red Sea Steel"),
            ("x_site_contact", "Huda Karam"),
            ("x_discount_limit", "١٢٫٥"),
            ("x_since", "18/11/2026"),
            ("x_grade", "gold"),
            ("x_usual_item", "A"),
            ("x_on_watch", "true"),
        ],
    )
    .await
    .expect("saved");
    let saved = firm.document("customer", id).await;
    let text = |name: &str| saved.get(name).to_text();
    assert_eq!(text("x_site_contact").as_deref(), Some("Huda Karam"));
    assert_eq!(text("x_discount_limit").as_deref(), Some("12.5"));
    assert_eq!(text("x_since").as_deref(), Some("2026-11-18"));
    assert_eq!(text("x_grade").as_deref(), Some("gold"));
    assert_eq!(saved.link("x_usual_item"), Some(item));
    assert_eq!(saved.get("x_on_watch"), &Value::Bool(true));
    let item = item.to_string();
    for filter in [
        ("x_site_contact", "Huda"),
        ("x_discount_limit", "12..13"),
        ("x_since", "2026-11-01..2026-11-30"),
        ("x_grade", "gold,silver"),
        ("x_usual_item", &item),
        ("x_on_watch", "true"),
        ("q", "huda"),
    ] {
        assert_eq!(found(&firm, &[filter]).await, 1, "{filter:?}");
    }
    // The customer from before the fields holds nothing, and a box that was not there is not ticked.
    for filter in [("x_site_contact", "Nobody"), ("x_grade", "silver"), ("x_since", "..2026-11-17")] {
        assert_eq!(found(&firm, &[filter]).await, 0, "{filter:?}");
    }
    assert_eq!(found(&firm, &[("x_on_watch", "false")]).await, 1);
    let list =
        page::list(&mut firm.tx().await, record("customer"), &query(&[("group", "x_grade")])).await.expect("groups");
    assert_eq!(list.groups.len(), 2);
    let hits = search::find(&mut firm.tx().await, "karam").await.expect("search").hits;
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id]);
    // What it leads to stays.
    let mut tx = firm.tx().await;
    let target = door::load(&mut tx, record("item"), saved.link("x_usual_item").expect("a link"), door::Lock::No).await;
    let target = target.expect("the item");
    assert_eq!(refusals(door::delete(&mut tx, record("item"), target.id, target.version).await), ["refuse-in-use"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_beside_the_field() {
    let firm = Firm::new().await;
    one_of_each(&firm).await;
    add(&firm, &[("name.en", "Region"), ("kind", "text"), ("required", "true")], &[]).await.expect("a field");
    let bad = customer(
        &firm,
        &[
            ("code", "C2"),
            ("name.en", "X"),
            ("x_discount_limit", "many"),
            ("x_since", "31/02/2026"),
            ("x_grade", "Bronze"),
        ],
    )
    .await;
    let Err(Error::Refused(refusals)) = bad else { panic!("{bad:?}") };
    let fields: Vec<&str> = refusals.iter().filter_map(|refusal| refusal.field.as_deref()).collect();
    assert_eq!(fields, ["x_discount_limit", "x_grade", "x_since", "x_region"]);
}

#[tokio::test]
async fn new_records_start_with_what_the_field_says() {
    let firm = Firm::new().await;
    one_of_each(&firm).await;
    let fresh = door::fresh(&mut firm.tx().await, record("customer")).await.expect("a new customer");
    assert_eq!(fresh.text("x_grade"), Some("silver"));
}

#[tokio::test]
async fn definitions_that_make_no_sense_are_refused() {
    let firm = Firm::new().await;
    /// What is typed, the choices, the refusal.
    type Case = (&'static [(&'static str, &'static str)], &'static [&'static str], &'static str);
    let cases: &[Case] = &[
        (&[("name.en", "A"), ("kind", "link")], &[], "refuse-custom-target"),
        (&[("name.en", "A"), ("kind", "choice")], &[], "refuse-custom-no-choices"),
        (&[("name.en", "A"), ("kind", "choice")], &["B", "b"], "refuse-custom-choice-twice"),
        (&[("name.en", "A"), ("kind", "choice"), ("start", "C")], &["B"], "fault-not-choice"),
        (&[("name.en", "A"), ("kind", "date"), ("start", "soon")], &[], "fault-not-date"),
        (&[("name.en", "A"), ("kind", "yes_no"), ("start", "maybe")], &[], "fault-not-bool"),
        (&[("name.en", "A"), ("kind", "text"), ("code", "x' or 1=1 --")], &[], "refuse-custom-code"),
        (&[("name.en", "A"), ("kind", "text"), ("record", "pg_authid")], &[], "refuse-custom-record"),
        (&[("name.en", "A"), ("kind", "text"), ("record", "delivery_line")], &[], "refuse-custom-record"),
        (&[("name.ar", "حقل"), ("kind", "text")], &[], "fault-required"),
    ];
    for (fields, choices, expected) in cases {
        assert_eq!(refusals(add(&firm, fields, choices).await), [*expected], "{fields:?}");
    }
}

#[tokio::test]
async fn what_rows_are_kept_by_stays_and_what_they_hold_is_not_lost() {
    let firm = Firm::new().await;
    let id = add(&firm, &[("name.en", "Region"), ("kind", "text")], &[]).await.expect("a field");
    let customer = customer(&firm, &[("code", "C2"), ("name.en", "X"), ("x_region", "North")]).await.expect("saved");
    let definition = firm.document("custom_field", id).await;
    for change in [("code", "area"), ("kind", "date"), ("record", "item")] {
        assert_eq!(refusals(firm.change(&definition, &[change]).await), ["refuse-custom-fixed"], "{change:?}");
    }
    let mut tx = firm.tx().await;
    let deleted = door::delete(&mut tx, record("custom_field"), id, definition.version).await;
    assert_eq!(refusals(deleted), ["refuse-in-use"]);
    drop(tx);
    // Switched off it is gone from sight, and back again with what it held.
    firm.change(&definition, &[("active", "false")]).await.expect("switched off");
    assert!(firm.document("customer", customer).await.get("x_region").is_null());
    let definition = firm.document("custom_field", id).await;
    firm.change(&definition, &[("active", "true")]).await.expect("switched on");
    let saved = firm.document("customer", customer).await;
    assert_eq!(saved.text("x_region"), Some("North"));
    // Emptied everywhere it can go.
    firm.change(&saved, &[("x_region", "")]).await.expect("emptied");
    let definition = firm.document("custom_field", id).await;
    let mut tx = firm.tx().await;
    door::delete(&mut tx, record("custom_field"), id, definition.version).await.expect("deleted");
    tx.commit().await.expect("commit");
    assert_eq!(firm.document("customer", customer).await.record.fields.len(), record("customer").fields.len());
}

#[tokio::test]
async fn a_company_knows_only_its_own_fields() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    add(&firm, &[("name.en", "Region"), ("kind", "text")], &[]).await.expect("a field");
    let tx = other.tx().await;
    assert!(tx.described(record("customer")).field("x_region").is_none());
    assert!(tx.custom.all().is_empty());
    drop(tx);
    assert!(firm.tx().await.described(record("customer")).field("x_region").is_some());
    // Naming it elsewhere finds and changes nothing.
    assert_eq!(found(&other, &[("x_region", "North")]).await, 1);
    customer(&other, &[("code", "C2"), ("name.en", "X"), ("x_region", "North")]).await.expect("saved without it");
}

#[tokio::test]
async fn a_field_that_is_kept_from_a_role_is_kept_by_every_door() {
    let firm = Firm::new().await;
    add(&firm, &[("name.en", "Margin"), ("kind", "text"), ("listed", "true")], &[]).await.expect("a field");
    customer(&firm, &[("code", "C2"), ("name.en", "Red Sea"), ("x_margin", "Thirty")]).await.expect("saved");
    let colleague = firm.colleague("sales").await;
    let mut tx = firm.tx().await;
    let role: Uuid = sqlx::query_scalar("select id from role where tenant_id = $1 and base = 'sales'")
        .bind(firm.cx.tenant)
        .fetch_one(tx.conn())
        .await
        .expect("the role");
    let version = door::load(&mut tx, record("role"), role, door::Lock::No).await.expect("the role").version;
    let right = [("record", "customer"), ("field", "x_margin"), ("sees", "false"), ("changes", "false")];
    let typed = Typed::from_pairs(right.map(|(name, text)| (input_name(0, name), text.to_owned())));
    door::save(&mut tx, record("role"), role, version, &typed).await.expect("kept from the role");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&colleague).await.expect("enter");
    let list = page::list(&mut tx, record("customer"), &query(&[("x_margin", "Thirty")])).await.expect("a list");
    assert_eq!(list.count, 2, "a filter by what is kept filters nothing");
    assert!(list.hidden.contains(&"x_margin".to_owned()) && !format!("{:?}", list.rows).contains("Thirty"));
    let searched = page::list(&mut tx, record("customer"), &query(&[("q", "thirty")])).await.expect("a list");
    assert_eq!(searched.count, 0);
    assert!(search::find(&mut tx, "thirty").await.expect("search").hits.is_empty());
    let id = list.rows.iter().find(|row| format!("{row:?}").contains("C2")).expect("the customer").id;
    let form = page::form(&mut tx, record("customer"), Some(id), &Default::default(), None).await.expect("the form");
    assert!(!format!("{:?}{:?}", form.cells, form.events).contains("Thirty"));
    let saved = door::reachable(&mut tx, record("customer"), id, door::Lock::No).await.expect("it");
    let typed = Typed::from_pairs([("x_margin".to_owned(), "Forty".to_owned())]);
    door::save(&mut tx, record("customer"), id, saved.version, &Typed { lines: None, ..typed }).await.expect("saved");
    tx.commit().await.expect("commit");
    assert_eq!(firm.document("customer", id).await.text("x_margin"), Some("Thirty"));
}

/// What is missing, and where.
fn missing<T>(outcome: Result<T, Error>) -> Vec<(String, String)> {
    let Err(Error::Refused(refused)) = outcome else { panic!("not refused") };
    refused.into_iter().map(|refusal| (refusal.field.unwrap_or_default(), refusal.message.id)).collect()
}

/// A text field called "Site" on documents of this type.
async fn site(firm: &Firm, document: &str, required: bool) -> Uuid {
    let required = if required { "true" } else { "false" };
    let fields = [("record", document), ("name.en", "Site"), ("kind", "text"), ("required", required)];
    add(firm, &fields, &[]).await.expect("a field")
}

#[tokio::test]
async fn a_field_that_is_asked_for_later_locks_nothing_that_is_closed() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "60").await;
    let line = || Line::new().with("item", item).with("quantity", dec("2"));
    let id = site(&firm, "sales_order", false).await;
    let confirmed = firm.order(&[(item, 3)]).await;
    let draft = firm.draft("sales_order", vec![line()]).await;
    let paid = firm.invoice(&[(item, 1)]).await;
    firm.change(&firm.document("custom_field", id).await, &[("required", "true")])
        .await
        .expect("asked for from now on");
    site(&firm, "sales_invoice", true).await;

    // What was confirmed and posted before goes on, though nobody can fill the field in there any more.
    assert_eq!(refusals(firm.change(&confirmed, &[("x_site", "Jeddah")]).await), ["refuse-posted"]);
    let delivery = firm.made(&confirmed, "deliver").await;
    firm.post(&delivery).await;
    let invoice = firm.made(&confirmed, "invoice").await;
    let payment = firm.made(&paid, "pay").await;
    firm.post(&payment).await;
    assert_eq!(firm.load(&paid).await.state(), Some("paid"));
    // A draft is asked for it, whoever made it.
    let asked = [("x_site".to_owned(), "fault-required".to_owned())];
    assert_eq!(missing(firm.act(&draft, "confirm").await), asked);
    assert_eq!(missing(firm.act(&invoice, "post").await), asked);
    for (draft, action) in [(&draft, "confirm"), (&invoice, "post")] {
        let filled = firm.change(draft, &[("x_site", "Jeddah")]).await.expect("filled in");
        let (done, _) = firm.act(&filled, action).await.expect(action);
        assert_eq!(done.text("x_site"), Some("Jeddah"));
    }
    assert_eq!(firm.load(&confirmed).await.state(), Some("closed"));
    firm.assert_healthy().await;
}

#[tokio::test]
async fn fields_that_are_asked_for_keep_no_action_from_making_its_draft() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "60").await;
    let line = || Line::new().with("item", item).with("quantity", dec("2"));
    for document in ["sales_order", "delivery", "sales_invoice", "credit_note", "customer_payment"] {
        site(&firm, document, true).await;
    }
    let asked = [("x_site".to_owned(), "fault-required".to_owned())];
    let done = async |draft: &Document, action: &'static str| {
        assert_eq!(missing(firm.act(draft, action).await), asked, "{action} of a {}", draft.record.name);
        let filled = firm.change(draft, &[("x_site", "Jeddah")]).await.expect("filled in");
        firm.act(&filled, action).await.expect(action).0
    };
    let quotation = firm.draft("quotation", vec![line()]).await;
    let (quotation, _) = firm.act(&quotation, "send").await.expect("sent");
    let order = done(&firm.made(&quotation, "order").await, "confirm").await;
    let delivery = done(&firm.made(&order, "deliver").await, "post").await;
    let invoice = done(&firm.made(&order, "invoice").await, "post").await;
    done(&firm.made(&delivery, "return").await, "post").await;
    done(&firm.made(&invoice, "pay").await, "post").await;
    done(&firm.made(&invoice, "credit").await, "post").await;
    firm.assert_healthy().await;
}

#[tokio::test]
async fn a_revision_keeps_what_the_company_has_added() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let on = |fields: &[(&'static str, &'static str)]| {
        let mut all = vec![("record", "quotation")];
        all.extend(fields);
        all
    };
    add(&firm, &on(&[("name.en", "Project"), ("kind", "text"), ("required", "true")]), &[]).await.expect("text");
    add(&firm, &on(&[("name.en", "Distance"), ("kind", "number")]), &[]).await.expect("number");
    add(&firm, &on(&[("name.en", "Visited"), ("kind", "date")]), &[]).await.expect("date");
    add(&firm, &on(&[("name.en", "Grade"), ("kind", "choice")]), &["Gold", "Silver"]).await.expect("choice");
    add(&firm, &on(&[("name.en", "Sample"), ("kind", "link"), ("target", "item")]), &[]).await.expect("link");
    add(&firm, &on(&[("name.en", "Urgent"), ("kind", "yes_no")]), &[]).await.expect("yes or no");
    let draft = firm.draft("quotation", vec![Line::new().with("item", item)]).await;
    let filled = [
        ("x_project", "Red Sea tower"),
        ("x_distance", "12.5"),
        ("x_visited", "2026-11-18"),
        ("x_grade", "gold"),
        ("x_sample", "A"),
        ("x_urgent", "true"),
    ];
    let draft = firm.change(&draft, &filled).await.expect("filled in");
    let (sent, _) = firm.act(&draft, "send").await.expect("sent");
    let next = firm.made(&sent, "revise").await;
    let (old, next) = (firm.load(&sent).await, firm.load(&next).await);
    assert_eq!((old.state(), next.state(), next.minor("revision")), (Some("superseded"), Some("draft"), 1));
    assert_eq!(next.number(), old.number());
    for name in filled.map(|(name, _)| name) {
        assert!(!next.get(name).is_null(), "{name} is lost");
        assert_eq!(next.get(name), old.get(name), "{name}");
    }
    assert_eq!(next.link("x_sample"), Some(item));
    firm.act(&next, "send").await.expect("nothing is missing");
}

#[tokio::test]
async fn imports_fill_it_by_its_name_and_exports_carry_it() {
    let firm = Firm::new().await;
    one_of_each(&firm).await;
    let csv = "Code,Name,مسؤول الموقع,Grade,On watch\nC7,Seven,سلمى,Gold,yes\nC8,Eight,,silver,\n";
    let mut tx = firm.tx().await;
    let described = tx.described(record("customer"));
    let header: Vec<String> = csv.lines().next().unwrap_or_default().split(',').map(str::to_owned).collect();
    let mut mapping = import::suggest(&header, &import::labels(described));
    mapping.iter_mut().filter(|m| m.column == "Name").for_each(|m| m.target = "name".to_owned());
    let plan = Plan { mapping, ..Plan::new(record("customer")) };
    let report = import::run(&mut tx, &plan, file(csv.as_bytes())).await.expect("imported");
    assert_eq!((report.bad.len(), report.documents.len()), (0, 2), "{:?}", report.bad);
    tx.commit().await.expect("commit");
    assert_eq!(found(&firm, &[("x_site_contact", "سلمى"), ("x_grade", "gold"), ("x_on_watch", "true")]).await, 1);
    let mut browser = Browser::of(&firm).await;
    let file = browser.get("/customers/export?format=csv&columns=code,x_site_contact,x_grade").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.body.contains("Site contact") && file.body.contains("C7,سلمى,Gold"), "{}", file.body);
}

#[tokio::test]
async fn one_value_is_set_for_many_at_once() {
    let firm = Firm::new().await;
    one_of_each(&firm).await;
    let mut tx = firm.tx().await;
    let customers = record("customer");
    let order = |field: &str, text: &str| Order {
        record: "customer".to_owned(),
        verb: "set".to_owned(),
        field: field.to_owned(),
        text: text.to_owned(),
        which: Which::These(vec![firm.customer]),
    };
    bulk::ask(&mut tx, customers, Uuid::now_v7(), &order("x_grade", "Gold")).await.expect("asked");
    assert_eq!(
        refusals(bulk::ask(&mut tx, customers, Uuid::now_v7(), &order("x_none", "Gold")).await),
        ["refuse-bulk-field"]
    );
    bulk::set_one(&mut tx, customers, firm.customer, "x_on_watch", "true", None).await.expect("set");
    tx.commit().await.expect("commit");
    assert!(firm.document("customer", firm.customer).await.get("x_on_watch").bool());
}

#[tokio::test]
async fn pages_show_it_in_the_readers_language_with_and_without_scripts() {
    let firm = Firm::new().await;
    one_of_each(&firm).await;
    let id =
        customer(&firm, &[("code", "C2"), ("name.en", "Red Sea"), ("x_site_contact", "Huda")]).await.expect("saved");
    let mut browser = Browser::of(&firm).await;
    let list = browser.get("/customers").await;
    assert!(list.text().contains("Site contact") && list.text().contains("Huda"), "{}", list.text());
    let form = browser.get(&format!("/customers/{id}")).await;
    for name in ["x_site_contact", "x_discount_limit", "x_since", "x_grade", "x_usual_item", "x_on_watch"] {
        assert!(form.body.contains(&format!("name=\"{name}\"")), "{name}");
    }
    let import = browser.get("/customers/import").await;
    assert!(import.body.contains("x_site_contact"));
    for words in ["Gold · Silver", "Arabic · English", "Yes · No"] {
        assert!(import.text().contains(words), "{words}: {}", import.text());
    }
    let log = browser.get("/audit?record=customer").await;
    assert!(log.text().contains("Site contact"), "{}", log.text());
    let roles = browser.get("/roles").await;
    let role = roles.body.split("/roles/").find_map(|part| part.get(..36)?.parse::<Uuid>().ok()).expect("a role");
    let role = browser.get(&format!("/roles/{role}")).await;
    assert!(role.body.contains("x_site_contact"));
    let arabic = I18n::new(Locale::Ar, Digits::Western);
    let tx = firm.tx().await;
    assert_eq!(arabic.field(tx.described(record("customer")), "x_site_contact"), "مسؤول الموقع");
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let firm = Firm::new().await;
    for n in 0..MOST {
        add(&firm, &[("name.en", &format!("Field {n}")), ("kind", "text"), ("listed", "true")], &[])
            .await
            .expect("a field");
    }
    assert_eq!(refusals(add(&firm, &[("name.en", "One more"), ("kind", "text")], &[]).await), ["refuse-custom-many"]);
    let texts: Vec<(String, String)> = (0..MOST).map(|n| (format!("x_field_{n}"), format!("Text {n}"))).collect();
    let mut texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    texts.extend([("code", "C2"), ("name.en", "X")]);
    let id = customer(&firm, &texts).await.expect("saved");
    assert_eq!(firm.document("customer", id).await.text("x_field_39"), Some("Text 39"));
}

proptest! {
    /// Whatever stands in the database, no name but a plain one becomes part of a statement.
    #[test]
    fn no_definition_brings_more_than_a_name_into_a_statement(code in ".{0,40}", key in ".{0,40}", target in ".{0,40}", kind in "text|link|choice|.{0,9}") {
        crate::modules::install();
        let field = CustomField {
            record: "customer".to_owned(), key, code, label: Names::new("A", "أ"), kind, target: Some(target),
            choices: vec![("a".to_owned(), Names::default())], required: false, start: None, listed: true,
        };
        let described = extend(record("customer"), &[field]);
        for field in described.fields.iter().filter(|field| field.custom.is_some()) {
            let plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            prop_assert!(plain(field.name) && field.custom.is_some_and(|custom| plain(custom.key)));
            if let Kind::Link(target) = field.kind { prop_assert!(plain(target)); }
        }
    }
}

#[test]
fn the_same_fields_lead_to_the_same_description() {
    crate::modules::install();
    let field = CustomField {
        record: "customer".to_owned(),
        key: "k".to_owned(),
        code: "region".to_owned(),
        label: Names::new("Region", "المنطقة"),
        kind: "text".to_owned(),
        target: None,
        choices: Vec::new(),
        required: false,
        start: None,
        listed: false,
    };
    let (one, two) = (CustomFields::new(vec![field.clone()]), CustomFields::new(vec![field]));
    assert!(std::ptr::eq(one.describe(record("customer")), two.describe(record("customer"))));
    assert!(std::ptr::eq(one.describe(record("item")), record("item")));
}
