//! The few verbs: versions, rights, what a body may set, what comes twice or at once.

use super::permission::{member_with, right};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Typed};
use crate::record::{Field, Kind};
use crate::tests::support::{self, Browser, Firm, dec, form, record, refusals};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

fn typed(fields: &[(&str, &str)]) -> Typed {
    Typed { fields: fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(), lines: None }
}

#[tokio::test]
async fn f22_the_second_of_two_writers_is_told() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let customer = door::load(&mut tx, record("customer"), firm.customer, door::Lock::No).await.expect("the customer");
    door::save(&mut tx, customer.record, customer.id, customer.version, &typed(&[("phone", "1")]))
        .await
        .expect("the first");
    let second = door::save(&mut tx, customer.record, customer.id, customer.version, &typed(&[("phone", "2")])).await;
    assert!(matches!(second, Err(Error::Conflict)));
}

#[tokio::test]
async fn f19_saving_a_new_record_twice_makes_one() {
    let firm = Firm::new().await;
    let id = Uuid::now_v7();
    let fields = typed(&[("code", "C7"), ("name", "Once"), ("language", "en")]);
    for _ in 0..3 {
        let mut tx = firm.tx().await;
        let saved = door::save(&mut tx, record("customer"), id, 0, &fields).await.expect("saved");
        assert_eq!((saved.id, saved.version), (id, 1));
        tx.commit().await.expect("commit");
    }
    let mut tx = firm.tx().await;
    let other = door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &fields).await;
    assert_eq!(refusals(other), ["refuse-code-taken"]);
}

/// What a record says of itself, field by field.
fn told(document: &Document) -> (Uuid, i32, Vec<Option<String>>) {
    // A box that nobody ticked means no.
    let no = |field: &Field| (field.kind == Kind::Bool).then(|| "false".to_owned());
    let texts = document.record.fields.iter().map(|field| document.get(field.name).to_text().or(no(field)));
    (document.id, document.version, texts.collect())
}

/// An impatient hand, or a network that says everything again: fifty times at once is once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f19_fifty_saves_of_one_new_record_at_once_make_one() {
    let firm = Arc::new(Firm::new().await);
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let bodies = [
        ("customer", typed(&[("code", "C7"), ("name", "Once"), ("language", "en")])),
        ("sales_order", form(&[("customer", &customer)], &[&[("item", item.as_str()), ("quantity", "2")]])),
    ];
    for (name, body) in bodies {
        let id = Uuid::now_v7();
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (firm, body) = (firm.clone(), body.clone());
                tokio::spawn(async move {
                    let mut tx = firm.db.begin(&firm.cx).await?;
                    let saved = door::save(&mut tx, record(name), id, 0, &body).await?;
                    tx.commit().await?;
                    Ok::<_, Error>(told(&saved))
                })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.expect("no panic").unwrap_or_else(|e| panic!("{name}: {e:?}")));
        }
        assert_eq!(answers.len(), 50);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        let saved = firm.document(name, id).await;
        assert_eq!((saved.version, saved.lines.len()), (1, usize::from(name == "sales_order")));
    }
    let mut tx = firm.tx().await;
    let (customers, orders, events): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from customer where tenant_id = $1),
                (select count(*) from sales_order where tenant_id = $1),
                (select count(*) from audit where tenant_id = $1 and record = 'sales_order')",
    )
    .bind(firm.cx.tenant)
    .fetch_one(tx.conn())
    .await
    .expect("counts");
    assert_eq!((customers, orders, events), (2, 1, 1));
}

#[tokio::test]
async fn f20_another_record_under_the_same_new_id_is_refused() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let row = |quantity: &str| -> BTreeMap<String, String> {
        [("item".to_owned(), item.clone()), ("quantity".to_owned(), quantity.to_owned())].into()
    };
    let body = |fields: &[(&str, &str)], quantities: &[&str]| {
        let mut body = form(&[("customer", customer.as_str())], &[]);
        body.fields.extend(fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        Typed { lines: Some(quantities.iter().map(|quantity| row(quantity)).collect()), ..body }
    };
    let first = body(&[("reference", "PO-1")], &["2", "3"]);
    let new = Document::new(record("sales_order"));
    let saved = firm.save(&new, &first).await.expect("saved");
    let saved = firm.load(&saved).await;
    for other in [
        body(&[("reference", "PO-2")], &["2", "3"]),
        body(&[], &["2", "3"]),
        body(&[("reference", "PO-1"), ("date", "2001-01-05")], &["2", "3"]),
        body(&[("reference", "PO-1")], &["2", "4"]),
        body(&[("reference", "PO-1")], &["3", "2"]),
        body(&[("reference", "PO-1")], &["2"]),
        body(&[("reference", "PO-1")], &["2", "3", "1"]),
        body(&[("reference", "PO-1"), ("customer", "no id")], &["2", "3"]),
    ] {
        let outcome = firm.save(&new, &other).await;
        assert!(outcome.as_ref().is_err_and(|error| error.status() == 422), "{other:?}");
        assert_eq!(refusals(outcome), ["refuse-saved-already"], "{other:?}");
    }
    let now = firm.load(&saved).await;
    assert_eq!((now.version, now.text("reference"), &now.lines), (1, Some("PO-1"), &saved.lines));
    // The same once more finds it, however far it has come meanwhile.
    assert_eq!(firm.save(&new, &first).await.expect("the same").version, 1);
    firm.act(&saved, "confirm").await.expect("confirmed");
    let again = firm.save(&new, &first).await.expect("the same");
    assert_eq!((again.version, again.state()), (2, Some("confirmed")));
    // Over the wire it is the form again, with what stands in the way.
    let id = new.id.to_string();
    let mut browser = Browser::of(&firm).await;
    let sent = [
        ("_do", "save"),
        ("_edits", "1"),
        ("_id", id.as_str()),
        ("_version", "0"),
        ("customer", customer.as_str()),
        ("reference", "PO-3"),
        ("lines[0][item]", item.as_str()),
        ("lines[0][quantity]", "9"),
    ];
    let answer = browser.post("/sales-orders/new", &sent).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains(&firm.cx.i18n.format("refuse-saved-already", None)), "{}", answer.text());
    assert_eq!(firm.load(&saved).await.text("reference"), Some("PO-1"));
    // In another company the id means nothing.
    let other = Firm::new().await;
    let theirs = typed(&[("code", "C9"), ("name", "Theirs"), ("language", "en")]);
    let customer = Document { id: firm.customer, ..Document::new(record("customer")) };
    assert_eq!(other.save(&customer, &theirs).await.expect("a customer of theirs").id, firm.customer);
    assert_eq!(firm.document("customer", firm.customer).await.text("code"), Some("C1"));
}

#[tokio::test]
async fn f31_quantity_times_price_beyond_what_is_kept_is_refused() {
    let firm = Firm::new().await;
    firm.count_parts_of_pieces().await;
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let largest = "999999999999";
    let nearly = "999999999998.999999";
    let row = |quantity: &'static str, price: &'static str| {
        [("item", item.as_str()), ("quantity", quantity), ("price", price)]
    };
    // The net amount of the third can be kept, and not with its tax; of the fourth each line can be, and not their sum.
    let half = row("50000", largest);
    let cases: [&[[(&str, &str); 3]]; 4] =
        [&[row(largest, largest)], &[row(nearly, nearly)], &[row("90000", largest)], &[half, half]];
    for name in ["quotation", "sales_order", "sales_invoice"] {
        for rows in cases {
            let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| row.as_slice()).collect();
            let new = Document::new(record(name));
            let outcome = firm.save(&new, &form(&[("customer", customer.as_str())], &rows)).await;
            assert_eq!(refusals(outcome), ["fault-out-of-range"], "{name}: {rows:?}");
        }
        for figure in ["9223372036854775807", "1000000000000", "-9223372036854775808", "79228162514264337593543950335"]
        {
            let rows: [&[(&str, &str)]; 1] = [&row("1", figure)];
            let new = Document::new(record(name));
            let outcome = firm.save(&new, &form(&[("customer", customer.as_str())], &rows)).await;
            assert!(outcome.is_err_and(|error| error.status() == 422), "{name}: {figure}");
        }
    }
    let mut browser = Browser::of(&firm).await;
    let sent = [
        ("_edits", "1"),
        ("customer", customer.as_str()),
        ("lines[0][item]", item.as_str()),
        ("lines[0][quantity]", largest),
        ("lines[0][price]", largest),
    ];
    for path in ["/quotations/new", "/sales-orders/new", "/sales-invoices/new"] {
        let answer = browser.post(path, &sent).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(answer.body.contains(largest), "{path} forgets what was typed");
    }
    // The largest that is kept is kept exactly.
    let rows: [&[(&str, &str)]; 1] = [&row("1", largest)];
    let kept = firm.save(&Document::new(record("quotation")), &form(&[("customer", customer.as_str())], &rows)).await;
    assert_eq!(kept.expect("a large offer").minor("total"), 114_999_999_999_885);
}

/// What a table forbids is something that somebody has typed: they are told, and it is no fault of ours.
#[tokio::test]
async fn f30_what_a_table_forbids_is_refused_and_no_fault() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let invoice = firm.invoice(&[(item, 1)]).await.id.to_string();
    let customer = firm.customer.to_string();
    let (all, nothing) = ([("percent", "100"), ("days", "0")], [("percent", "0"), ("days", "30")]);
    let unit = typed(&[("code", "NANO"), ("name", "Nano"), ("decimals", "7")]);
    let bodies = [
        ("payment_term", form(&[("code", "ODD"), ("name", "Odd")], &[&all, &nothing])),
        ("unit", unit),
        (
            "customer_payment",
            form(
                &[("customer", customer.as_str()), ("currency", "SAR"), ("amount", "1")],
                &[&[("sales_invoice", invoice.as_str()), ("amount", "0")]],
            ),
        ),
    ];
    let mut faults = Vec::new();
    for (name, body) in bodies {
        match firm.save(&Document::new(record(name)), &body).await {
            Err(Error::Refused(_)) => {}
            Err(other) => faults.push(format!("{name}: {other}")),
            Ok(_) => faults.push(format!("{name} was saved")),
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test]
async fn f39_in_one_company_nothing_of_ones_other_company_is_found() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let answer = browser.post("/companies/new", &[("company", "Second House"), ("country", "AE")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let path = format!("/customers/{}", firm.customer);
    let own = firm.cx.tenant.to_string();
    assert!(browser.get("/").await.text().contains("AED"), "the new company is where they are");
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    let form = [("_do", "save"), ("_version", "1"), ("_edits", "1"), ("phone", "1")];
    assert_eq!(browser.post(&path, &form).await.status, StatusCode::NOT_FOUND);
    assert!(!browser.get("/customers?q=Gulf").await.text().contains("Gulf Steel"));
    assert!(!browser.get("/search?q=Gulf").await.text().contains("Gulf Steel"));
    // They go back by saying so, and only to where they belong.
    let stranger = Firm::new().await;
    let elsewhere = browser.post("/company", &[("company", &stranger.cx.tenant.to_string())]).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post("/company", &[("company", &own)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&path).await.status, StatusCode::OK);
    let theirs = format!("/customers/{}", stranger.customer);
    assert_eq!(browser.get(&theirs).await.status, StatusCode::NOT_FOUND);
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
}

#[tokio::test]
async fn f39_a_field_that_is_kept_from_a_role_is_absent() {
    let firm = Firm::new().await;
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("credit_limit", "7654.32")]).await.expect("a limit");
    let kept = right("customer", Some("credit_limit"), &[("sees", "false"), ("changes", "false")]);
    let (member, mut browser) = member_with(&firm, "sales", vec![kept]).await;
    let path = format!("/customers/{}", firm.customer);
    for page in [path.clone(), "/customers?columns=code,credit_limit".to_owned(), format!("{path}/print")] {
        let answer = browser.get(&page).await;
        assert!(!answer.text().contains("7,654") && !answer.body.contains("765432"), "{page}");
        assert!(!answer.body.contains("name=\"credit_limit\""), "{page}");
    }
    let data = browser.data(&path).await;
    assert!(data.status.is_success() && !data.body.contains("765432"), "{}", data.body);
    // Sent all the same, it is not taken.
    let form = [("_do", "save"), ("_version", "2"), ("_edits", "1"), ("phone", "+966 1"), ("credit_limit", "1")];
    assert_eq!(browser.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    let now = firm.document("customer", firm.customer).await;
    assert_eq!((now.text("phone"), now.minor("credit_limit")), (Some("+966 1"), 765_432));
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    let seen = door::get(&mut tx, record("customer"), firm.customer).await.expect("the customer");
    assert!(seen.get("credit_limit").is_null());
}

#[tokio::test]
async fn f40_a_line_of_another_document_is_not_taken_over() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let theirs = firm.draft("sales_order", vec![Line::new().with("item", item).with("quantity", dec("2"))]).await;
    let theirs = firm.load(&theirs).await;
    let (item, customer, line) = (item.to_string(), firm.customer.to_string(), theirs.lines[0].id.to_string());
    let row = [("id", line.as_str()), ("item", item.as_str()), ("quantity", "9"), ("parent", line.as_str())];
    let body = form(&[("customer", customer.as_str())], &[&row]);
    let ours = firm.save(&Document::new(record("sales_order")), &body).await.expect("an order");
    assert_ne!(ours.lines[0].id, theirs.lines[0].id);
    assert_eq!(firm.load(&theirs).await.lines, theirs.lines);
    assert_eq!(firm.load(&ours).await.lines[0].decimal("quantity"), dec("9"));
}

#[tokio::test]
async fn f40_nobody_gives_themselves_a_role_or_a_past() {
    let firm = Firm::new().await;
    let sales = firm.colleague("sales").await;
    let owner = support::code(&mut firm.tx().await, "role", "owner").await.to_string();
    let mut tx = firm.db.begin(&sales).await.expect("sales enters");
    let raised = door::save(&mut tx, record("member"), sales.user, 1, &typed(&[("role", &owner)])).await;
    assert!(matches!(raised, Err(Error::NotFound | Error::Denied)), "{raised:?}");
    let body = typed(&[
        ("code", "C9"),
        ("name", "New"),
        ("language", "en"),
        ("role", &owner),
        ("version", "7"),
        ("created_by", &firm.cx.user.to_string()),
        ("created_at", "2001-01-01"),
        ("search", "everything"),
        ("extra", "{\"x\": 1}"),
    ]);
    let saved = door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &body).await.expect("saved");
    let (version, by, fresh, search, extra): (i32, Uuid, bool, String, String) = sqlx::query_as(
        "select version, created_by, created_at > now() - interval '1 hour', search, extra::text from customer
          where tenant_id = $1 and id = $2",
    )
    .bind(firm.cx.tenant)
    .bind(saved.id)
    .fetch_one(tx.conn())
    .await
    .expect("the row");
    assert_eq!((version, by, fresh, extra.as_str()), (1, sales.user, true, "{}"));
    assert!(!search.contains("everything"), "{search}");
}

#[tokio::test]
async fn f41_the_session_decides_whatever_else_a_request_says() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let mut browser = Browser::of(&firm).await;
    let tenant = other.cx.tenant.to_string();
    let theirs = format!("/customers/{}", other.customer);
    for name in ["x-tenant-id", "x-tenant", "x-company", "x-forwarded-host", "x-original-url", "authorization"] {
        let request = Request::get(theirs.as_str()).header(name, tenant.as_str());
        let answer = browser.send(request, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
    for name in ["tenant_id", "tenant", "company"] {
        let answer = browser.get(&format!("{theirs}?{name}={tenant}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
        let sent = [("_edits", "1"), ("code", name), ("name.en", "New"), ("language", "en"), (name, tenant.as_str())];
        let answer = browser.post("/customers/new", &sent).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}: {}", answer.text());
    }
    let codes = async |firm: &Firm| door::codes(&mut firm.tx().await, record("customer")).await.expect("codes").len();
    assert_eq!((codes(&firm).await, codes(&other).await), (4, 1));
    // A session that was made to name a company which its person does not belong to opens nothing there.
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let forged = sqlx::query(
        "update auth.sessions set data = jsonb_set(data, '{tenant}', to_jsonb($2::text)) where user_id = $1",
    )
    .bind(firm.cx.user)
    .bind(&tenant)
    .execute(&mut admin)
    .await
    .expect("a session");
    assert!(forged.rows_affected() > 0, "there was no session");
    for path in ["/", "/customers", theirs.as_str(), "/trial-balance", "/customers/export?format=csv"] {
        let answer = browser.get(path).await;
        assert!(answer.status.is_client_error() || answer.status.is_redirection(), "{path}: {}", answer.status);
        assert!(!answer.text().contains("Gulf Steel"), "{path}");
    }
    let sent = [("_edits", "1"), ("code", "EVIL"), ("name.en", "New"), ("language", "en")];
    let answer = browser.post("/customers/new", &sent).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert_eq!(codes(&other).await, 1);
}

#[tokio::test]
async fn f40_a_body_cannot_set_what_rules_compute() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let mut tx = firm.tx().await;
    let line = [
        ("item", item.to_string()),
        ("quantity", "2".to_owned()),
        ("net", "1".to_owned()),
        ("delivered", "2".to_owned()),
    ];
    let body = Typed {
        fields: [
            ("customer", firm.customer.to_string()),
            ("total", "1".to_owned()),
            ("state", "closed".to_owned()),
            ("number", "SO-1".to_owned()),
            ("tenant_id", Uuid::now_v7().to_string()),
        ]
        .into_iter()
        .map(|(n, t)| (n.to_owned(), t))
        .collect(),
        lines: Some(vec![line.into_iter().map(|(n, t)| (n.to_owned(), t)).collect::<BTreeMap<_, _>>()]),
    };
    let saved = door::save(&mut tx, record("sales_order"), Uuid::now_v7(), 0, &body).await.expect("saved");
    assert_eq!((saved.state(), saved.number(), saved.minor("total")), (Some("draft"), None, 23_000));
    assert_eq!(saved.lines[0].decimal("delivered"), dec("0"));
}

#[tokio::test]
async fn faults_stand_beside_their_fields() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let body = Typed {
        fields: [("customer~", "Nobody"), ("date", "soon")]
            .into_iter()
            .map(|(n, t)| (n.to_owned(), t.to_owned()))
            .collect(),
        lines: Some(vec![BTreeMap::from([("quantity".to_owned(), "-3".to_owned())])]),
    };
    let Err(Error::Refused(refusals)) = door::save(&mut tx, record("sales_order"), Uuid::now_v7(), 0, &body).await
    else {
        panic!("not refused")
    };
    let at: Vec<_> = refusals.iter().map(|r| (r.field.as_deref().unwrap_or_default(), r.message.id.as_str())).collect();
    for expected in [
        ("customer", "fault-not-link"),
        ("date", "fault-not-date"),
        ("lines[0][quantity]", "fault-negative"),
        ("lines[0][item]", "fault-required"),
    ] {
        assert!(at.contains(&expected), "{expected:?} is not among {at:?}");
    }
}

#[tokio::test]
async fn f42_a_role_counts_from_the_next_unit_of_work_on() {
    let firm = Firm::new().await;
    let sales = firm.colleague("sales").await;
    let fields = typed(&[("code", "C8"), ("name", "By sales"), ("language", "en")]);
    let mut tx = firm.db.begin(&sales).await.expect("sales enters");
    door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &fields).await.expect("sales keeps customers");
    assert!(matches!(door::save(&mut tx, record("account"), Uuid::now_v7(), 0, &fields).await, Err(Error::Denied)));
    tx.commit().await.expect("commit");
    let mut tx = firm.tx().await;
    let auditor = crate::tests::support::code(&mut tx, "role", "auditor").await.to_string();
    door::save(&mut tx, record("member"), sales.user, 1, &typed(&[("role", &auditor)])).await.expect("demoted");
    tx.commit().await.expect("commit");
    let mut tx = firm.db.begin(&sales).await.expect("the auditor enters");
    assert!(matches!(door::save(&mut tx, record("customer"), Uuid::now_v7(), 0, &fields).await, Err(Error::Denied)));
    drop(tx);
    let mut tx = firm.tx().await;
    door::act(&mut tx, record("member"), sales.user, 2, "block").await.expect("blocked");
    tx.commit().await.expect("commit");
    assert!(matches!(firm.db.begin(&sales).await, Err(Error::Denied)));
}

/// What history tells of each document ends in what it is now, also where the posting of another one changed it.
#[tokio::test]
async fn history_tells_of_every_value_how_it_came_to_be() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 20, "60").await;
    let order = firm.order(&[(item, 5), (item, 2)]).await;
    let delivery = firm.post(&firm.made(&order, "deliver").await).await;
    let invoice = firm.post(&firm.made(&order, "invoice").await).await;
    let back = firm.made(&delivery, "return").await;
    firm.post(&back).await;
    let payment = firm.made(&invoice, "pay").await;
    let row = payment.lines[0].id.to_string();
    let part = form(&[("amount", "100")], &[&[("id", row.as_str()), ("amount", "100")]]);
    let payment = firm.save(&payment, &part).await.expect("a part of it");
    let payment = firm.post(&payment).await;
    let note = firm.post(&firm.made(&invoice, "credit").await).await;
    firm.act(&firm.load(&payment).await, "reverse").await.expect("it bounced");

    let states: Vec<Option<String>> = {
        let mut states = Vec::new();
        for document in [&order, &delivery, &invoice, &payment, &note] {
            states.push(firm.load(document).await.state().map(str::to_owned));
        }
        states
    };
    let states: Vec<&str> = states.iter().flatten().map(String::as_str).collect();
    assert_eq!(states[..2], ["confirmed", "returned"], "{states:?}");
    for document in [&order, &delivery, &invoice, &payment, &note] {
        let now = firm.load(document).await;
        let mut tx = firm.tx().await;
        let entries: Vec<serde_json::Value> = sqlx::query_scalar(
            "select changes from audit where tenant_id = $1 and record = $2 and record_id = $3 order by id",
        )
        .bind(firm.cx.tenant)
        .bind(document.record.name)
        .bind(document.id)
        .fetch_all(tx.conn())
        .await
        .expect("its history");
        let mut told: BTreeMap<String, Option<String>> = BTreeMap::new();
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        for entry in entries.iter().filter_map(serde_json::Value::as_object) {
            for (field, change) in entry {
                let before = told.insert(field.clone(), text(&change[1])).flatten();
                assert_eq!(before, text(&change[0]), "{} {field}: what it was before", document.record.name);
            }
        }
        let mut values: BTreeMap<String, Option<String>> = BTreeMap::new();
        for field in document.record.fields {
            // A box that was never ticked is no change.
            let value = now.get(field.name).to_text().filter(|text| field.kind != Kind::Bool || text == "true");
            values.insert(field.name.to_owned(), value);
        }
        for (row, line) in now.lines.iter().enumerate() {
            for field in document.record.lines.map_or(&[][..], |lines| lines.fields) {
                values.insert(format!("lines.{}.{}", row + 1, field.name), line.get(field.name).to_text());
            }
        }
        for (field, value) in values {
            let said = told.get(&field).cloned().flatten().filter(|text| text != "false");
            assert_eq!(said, value, "{} {field}", document.record.name);
        }
    }
    // Whoever is to be told of a change is told of these, too.
    let events: Vec<String> = sqlx::query_scalar("select distinct topic from outbox where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_all(firm.tx().await.conn())
        .await
        .expect("events");
    for topic in ["sales_order.change", "sales_invoice.change", "delivery.change"] {
        assert!(events.iter().any(|event| event == topic), "no {topic} in {events:?}");
    }
}

#[tokio::test]
async fn every_change_leaves_its_history() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    door::save(&mut tx, record("customer"), firm.customer, 1, &typed(&[("phone", "+966 11 1")])).await.expect("saved");
    let page = crate::platform::page::form(&mut tx, record("customer"), Some(firm.customer), &BTreeMap::new(), None)
        .await
        .expect("the form");
    let latest = &page.events[0];
    assert_eq!((latest.action.as_str(), latest.user.as_str()), ("change", "Owner"));
    assert_eq!(latest.changes, [("phone".to_owned(), None, Some("+966 11 1".to_owned()))]);
    let refused = sqlx::query("update audit set action = 'x'").execute(tx.conn()).await;
    assert!(refused.is_err(), "the audit log was rewritten");
}

#[tokio::test]
async fn drafts_can_be_deleted_and_posted_documents_cannot() {
    let firm = Firm::new().await;
    let item = firm.item("A", "1", 0, "0").await;
    let order = firm.order(&[(item, 1)]).await;
    let mut tx = firm.tx().await;
    assert_eq!(refusals(door::delete(&mut tx, order.record, order.id, order.version).await), ["refuse-delete-posted"]);
    assert_eq!(refusals(door::delete(&mut tx, record("customer"), firm.customer, 1).await), ["refuse-in-use"]);
}
