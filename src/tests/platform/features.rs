//! A record type is born with every feature: each is tried with each type, and what a type does without has its reason.

use super::permission::{admin, busy_firm, open_row, send_file, targets, typed};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules;
use crate::platform::door::{self, Error, Typed};
use crate::platform::import::{self, Plan};
use crate::platform::{bulk, jobs, page, search, views};
use crate::record::query::Query;
use crate::record::{Field, Kind, Record};
use crate::tests::support::{Browser, file, record};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What every type of record is born with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    History,
    Views,
    Bulk,
    Export,
    Import,
    Files,
    Comments,
    CustomFields,
    /// Custom fields in a list: as column, filter and heading of a file.
    CustomColumns,
}

/// What a type does without, and why.
const WITHOUT: &[(&str, Feature, &str)] = &[
    ("company", Feature::Views, "there is one, and its form stands in the place of a list"),
    ("company", Feature::Bulk, "there is one, and it is changed on its form"),
    ("company", Feature::Export, "there is one, and its form shows all of it"),
    ("company", Feature::Import, "there is one, and it is founded"),
    ("company", Feature::CustomColumns, "there is one, and its form stands in the place of a list"),
    ("journal_entry", Feature::History, "an entry that a document posts is told of in the history of that document"),
    ("custom_field", Feature::CustomFields, "what describes fields would describe itself"),
    ("custom_field", Feature::CustomColumns, "what describes fields would describe itself"),
];

/// The types that have a feature.
fn with(feature: Feature) -> impl Iterator<Item = &'static Record> {
    let without = move |record: &Record| WITHOUT.iter().any(|(name, what, _)| (*name, *what) == (record.name, feature));
    modules::records().filter(move |record| !without(record))
}

#[test]
fn what_a_type_does_without_is_said_once_and_with_a_reason() {
    for (at, (name, feature, reason)) in WITHOUT.iter().enumerate() {
        assert!(modules::record(name).is_some() && reason.len() > 20, "{name} without {feature:?}");
        assert!(!WITHOUT[..at].iter().any(|(n, f, _)| (n, f) == (name, feature)), "{name} without {feature:?}, twice");
    }
}

#[tokio::test]
async fn every_record_tells_its_history() {
    let firm = busy_firm().await;
    // A company is founded before there is anybody to do it; its history begins with its first change.
    let company = firm.document("company", firm.cx.tenant).await;
    firm.change(&company, &[("phone", "+966 11 1")]).await.expect("saved");
    let mut browser = Browser::of(&firm).await;
    let targets = targets(&firm).await;
    for record in with(Feature::History) {
        let target = targets.iter().find(|target| target.record.name == record.name).expect("a row of every type");
        let form = browser.get(&record.address(target.id)).await;
        let history = form.body.split("id=\"history\"").nth(1).unwrap_or_default();
        let begun = if record.single { "event-change" } else { "event-create" };
        let begun = firm.cx.i18n.format(begun, None);
        assert!(history.contains(&begun) && history.contains("Owner"), "{}: {}", record.name, form.text());
    }
}

#[tokio::test]
async fn every_list_is_kept_as_a_view() {
    let firm = busy_firm().await;
    let colleague = firm.colleague("auditor").await;
    let mut browser = Browser::of(&firm).await;
    for record in with(Feature::Views) {
        let query = format!("sort=-{}", record.sort);
        let form = [("query", query.as_str()), ("name", "As we look at it"), ("shared", "true")];
        let kept = browser.post(&format!("/{}/views", record.path), &form).await;
        let address = format!("/{}?{query}", record.path);
        assert_eq!((kept.status, kept.location.as_deref()), (StatusCode::SEE_OTHER, Some(address.as_str())));
        let list = browser.get(&address).await;
        assert!(list.text().contains("As we look at it"), "{address}: {}", list.text());
        assert!(list.body.contains("name=\"forget\""), "{address} is not forgotten");
        let mut tx = firm.db.begin(&colleague).await.expect("they enter");
        let seen = views::list(&mut tx, record).await.expect("views");
        assert_eq!(seen.iter().map(|view| view.query.as_str()).collect::<Vec<_>>(), [query.as_str()], "{address}");
    }
}

/// A field of a row with another text for it where any would do, else with the text that it has.
fn to_set(document: &door::Document, settable: &[String]) -> Option<(String, String)> {
    let fields: Vec<&Field> =
        document.record.fields.iter().filter(|field| settable.iter().any(|name| name == field.name)).collect();
    for field in fields.iter().filter(|field| !field.required) {
        let most = match field.kind {
            Kind::Text(most) => usize::from(most),
            Kind::Note => 100,
            _ => continue,
        };
        return Some((field.name.to_owned(), "Set for many".chars().take(most).collect()));
    }
    let plain = |kind: Kind| {
        matches!(kind, Kind::Bool | Kind::Choice(_) | Kind::Currency | Kind::Date | Kind::Integer | Kind::Link(_))
    };
    let mut same = fields.iter().filter(|field| plain(field.kind));
    same.find_map(|field| Some((field.name.to_owned(), document.get(field.name).to_text()?)))
}

#[tokio::test]
async fn every_list_is_changed_many_rows_at_once() {
    let _turn = super::jobs::alone().await;
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let mut browser = Browser::of(&firm).await;
    let mut asked = Vec::new();
    for record in with(Feature::Bulk) {
        let rights = firm.tx().await.rights();
        let settable = bulk::settable_fields(&rights, record);
        let document = firm.document(record.name, open_row(&mut admin, &firm, record).await).await;
        let (field, text) =
            to_set(&document, &settable).unwrap_or_else(|| panic!("{} has nothing to set", record.name));
        let (verb, id) = (format!("set.{field}"), document.id.to_string());
        let form = [("_do", verb.as_str()), (verb.as_str(), text.as_str()), ("id", id.as_str())];
        let answer = browser.post(&format!("/{}/bulk", record.path), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", record.name, answer.text());
        let job = answer.location.expect("the page of a job");
        let job: Uuid = job.trim_start_matches("/jobs/").parse().expect("the id of a job");
        asked.push((document, field, text, job));
    }
    super::jobs::work(&firm).await;
    for (document, field, text, job) in asked {
        let report = jobs::page(&mut firm.tx().await, job, "").await.expect("the job");
        let name = document.record.name;
        assert_eq!((report.line.done, report.line.refused), (1, 0), "{name}.{field}: {:?}", report.rows);
        let now = firm.load(&document).await;
        assert_eq!(now.get(&field).to_text(), Some(text), "{name}.{field}");
        assert_eq!(now.version, document.version + 1, "{name} is changed once");
    }
}

#[tokio::test]
async fn every_list_leaves_as_a_file() {
    let firm = busy_firm().await;
    let mut browser = Browser::of(&firm).await;
    let targets = targets(&firm).await;
    for record in with(Feature::Export) {
        let target = targets.iter().find(|target| target.record.name == record.name).expect("a row of every type");
        let id = target.id.to_string();
        for format in ["csv", "xlsx"] {
            let verb = format!("export.{format}");
            let ticked = [("_do", verb.as_str()), ("id", id.as_str())];
            let ticked = browser.post(&format!("/{}/bulk", record.path), &ticked).await.rows();
            assert_eq!(ticked.len(), 1, "one ticked {} as {format}", record.name);
            let all = browser.get(&format!("/{}/export?format={format}", record.path)).await.rows();
            assert!(all.contains(&ticked[0]), "{} as {format}: {ticked:?} is not among {all:?}", record.name);
        }
    }
}

/// What of a list goes out and can come in again: the fields that people fill in.
fn goes_and_comes(field: &Field) -> bool {
    !field.computed
}

#[tokio::test]
async fn every_file_that_left_can_come_in_again_whoever_read_it() {
    let firm = busy_firm().await;
    let mut browser = Browser::of(&firm).await;
    let mut broken = Vec::new();
    for locale in Locale::ALL {
        let chosen = browser.post("/preferences", &[("language", locale.tag())]).await;
        assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", locale.tag());
        let i18n = I18n::new(locale, Digits::Western);
        for record in with(Feature::Import) {
            let columns: Vec<&str> = record.fields.iter().filter(|f| goes_and_comes(f)).map(|f| f.name).collect();
            let path = format!("/{}/export?format=csv&columns={}", record.path, columns.join(","));
            let exported = browser.get(&path).await;
            let mut tx = firm.tx().await;
            let header = import::header(file(&exported.bytes)).await.expect("read").expect("a header");
            assert_eq!(header[0], i18n.field(record, columns[0]), "the language of {}", record.name);
            let mapping = import::suggest(&header, &import::labels(tx.described(record)));
            let targets: Vec<&str> = mapping.iter().map(|mapping| mapping.target.as_str()).collect();
            assert_eq!(targets, columns, "what the headings {header:?} of {} are taken for", record.name);
            // Dropped with its transaction, an import is a rehearsal.
            let plan = Plan { mapping, ..Plan::new(record) };
            match import::run(&mut tx, &plan, file(&exported.bytes)).await {
                Ok(report) => {
                    assert_eq!(report.rows, exported.rows().len() as u64, "rows of {}", record.name);
                    // That it is there already, or may not be there twice, stands in the way; not what stands in the cells.
                    let unread = ["not-", "too-", "control", "negative", "out-of-range"];
                    let unread = |id: &str| {
                        let fault = id.trim_start_matches("import-").strip_prefix("fault-");
                        fault.is_some_and(|fault| unread.iter().any(|opening| fault.starts_with(opening)))
                    };
                    let faults = report.bad.iter().filter(|bad| unread(&bad.reason.id));
                    broken.extend(faults.map(|bad| format!("{} in {}: {bad:?}", record.name, locale.tag())));
                }
                Err(error) => broken.push(format!("{} in {}: {error:?}", record.name, locale.tag())),
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[tokio::test]
async fn every_record_takes_files_and_comments() {
    let firm = busy_firm().await;
    let mut browser = Browser::of(&firm).await;
    for target in targets(&firm).await {
        let (record, form) = (target.record, format!("/{}/{}", target.record.path, target.id));
        let page = record.address(target.id);
        if with(Feature::Files).any(|known| known.name == record.name) {
            let sent = send_file(&mut browser, &format!("{form}/files"), "proof.txt", "Seen and signed.").await;
            assert_eq!(sent.location, Some(format!("{page}?done=attached#files")), "a file on {form}");
            assert!(browser.get(&page).await.body.contains("proof.txt"), "the files on {form}");
        }
        if with(Feature::Comments).any(|known| known.name == record.name) {
            let said = browser.post(&form, &[("_comment", "add"), ("text", "Looks right to me.")]).await;
            assert_eq!(said.location, Some(format!("{page}?done=commented#comments")), "a comment on {form}");
            assert!(browser.get(&page).await.text().contains("Looks right to me."), "the comments on {form}");
        }
    }
}

#[tokio::test]
async fn every_record_takes_a_field_of_the_company() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    for record in with(Feature::CustomFields) {
        let mut tx = firm.tx().await;
        let fields = [
            ("record", record.name),
            ("name.en", "Provenance"),
            ("name.ar", "المصدر"),
            ("kind", "text"),
            ("listed", "true"),
            ("active", "true"),
        ];
        let added = door::save(&mut tx, self::record("custom_field"), Uuid::now_v7(), 0, &typed(&fields)).await;
        added.unwrap_or_else(|error| panic!("a field for {}: {error:?}", record.name));
        tx.commit().await.expect("commit");
    }
    let mut browser = Browser::of(&firm).await;
    for (at, record) in with(Feature::CustomFields).enumerate() {
        let (name, text) = (record.name, format!("Tangier{at:02}"));
        let row = firm.document(name, open_row(&mut admin, &firm, record).await).await;
        let saved = firm.change(&row, &[("x_provenance", &text)]).await;
        let saved = saved.unwrap_or_else(|error| panic!("{name} with a field of the company: {error:?}"));
        assert_eq!(saved.text("x_provenance"), Some(text.as_str()), "{name}");
        let form = browser.get(&record.address(row.id)).await;
        assert!(form.body.contains("name=\"x_provenance\"") && form.body.contains(&text), "the form of {name}");
        // What merely resembles it comes after.
        let hits = search::find(&mut firm.tx().await, &text).await.expect("a search").hits;
        assert_eq!(hits.first().map(|hit| hit.id), Some(row.id), "the search of {name}");
        if !with(Feature::CustomColumns).any(|known| known.name == name) {
            continue;
        }
        let list = format!("/{}?x_provenance={text}", record.path);
        let drawn = browser.get(&list).await;
        assert!(drawn.text().contains("Provenance") && drawn.text().contains(&text), "{list}: {}", drawn.text());
        for (filter, count) in [(text.as_str(), 1), ("Nowhere", 0)] {
            let query = Query::read(record, [("x_provenance".to_owned(), filter.to_owned())]);
            let found = page::list(&mut firm.tx().await, record, &query).await.expect("a list");
            assert_eq!(found.count, count, "{name} filtered by {filter}");
        }
        let exported = browser.get(&format!("/{}/export?format=csv&x_provenance={text}", record.path)).await;
        let head = exported.body.lines().next().unwrap_or_default();
        assert!(head.contains("Provenance"), "the file of {name}: {head}");
        let rows = exported.rows();
        assert!(rows.len() == 1 && rows[0].contains(&text), "the file of {name}: {rows:?}");
    }
}

/// Lines as a form sends them.
fn lines(rows: &[&[(&str, &str)]]) -> Option<Vec<BTreeMap<String, String>>> {
    Some(rows.iter().map(|row| typed(row).fields).collect())
}

/// What only the tables know to forbid is said in words, and is no fault of ours.
#[tokio::test]
async fn what_a_table_forbids_is_refused_in_words() {
    let firm = busy_firm().await;
    let role = firm.document("member", firm.cx.user).await.link("role").expect("a role").to_string();
    let terms = lines(&[&[("percent", "100"), ("days", "0")], &[("percent", "0"), ("days", "30")]]);
    let terms = Typed { lines: terms, ..typed(&[("code", "NEW"), ("name.en", "New")]) };
    let cases = [
        ("exchange_rate", typed(&[("currency", "EUR"), ("rate", "0")])),
        ("member", typed(&[("name", "Once more"), ("email", &firm.email), ("role", &role)])),
        ("payment_term", terms),
        ("unit", typed(&[("code", "NEW"), ("name.en", "New"), ("decimals", "9")])),
    ];
    let mut said = Vec::new();
    for (name, given) in cases {
        let mut tx = firm.tx().await;
        said.push((name, door::save(&mut tx, record(name), Uuid::now_v7(), 0, &given).await.map(drop)));
    }
    let mut admin = admin().await;
    let payment = open_row(&mut admin, &firm, record("customer_payment")).await;
    let payment = firm.document("customer_payment", payment).await;
    let (line, invoice) = (payment.lines[0].id.to_string(), payment.lines[0].link("sales_invoice"));
    let invoice = invoice.expect("an invoice").to_string();
    let nothing = lines(&[&[("id", &line), ("sales_invoice", &invoice), ("amount", "0")]]);
    let given = Typed { lines: nothing, ..Typed::default() };
    let mut tx = firm.tx().await;
    let paid = door::save(&mut tx, payment.record, payment.id, payment.version, &given).await;
    said.push(("customer_payment", paid.map(drop)));
    let mut tx = firm.tx().await;
    let long = Query { search: Some("x".repeat(2001)), ..Query::default() };
    let kept = views::keep(&mut tx, record("customer"), "Too long", &long, false).await;
    said.push(("saved_view", kept.map(drop)));
    let faults: Vec<_> = said.iter().filter(|(_, outcome)| !matches!(outcome, Err(Error::Refused(_)))).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
