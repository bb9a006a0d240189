//! The web as browsers and attackers meet it.

use crate::modules;
use crate::platform::import::batch;
use crate::tests::support::{Answer, Browser, FILES, Firm, PASSWORD, record};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn signed_out_visitors_are_sent_to_the_door() {
    let mut browser = Browser::new().await;
    for path in ["/", "/customers", "/sales-orders/new", "/trial-balance", "/nothing-here"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location.is_some_and(|l| l.starts_with("/sign-in")), "{path}");
    }
    for (function, body) in functions(&Uuid::now_v7().to_string()) {
        let answer = browser.call(function, body).await;
        assert!(answer.body.contains("error-signed-out"), "{function}: {}", answer.body);
    }
}

/// Every server function with a body that asks for something of this id.
fn functions(id: &str) -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("page", json!({"path": ["customers", id], "query": []})),
        ("preview", json!({"record": "customer", "id": id, "fields": {}, "lines": []})),
        ("lookup", json!({"record": "customer", "text": ""})),
    ]
}

#[test]
fn every_server_function_is_in_the_list() {
    let listed = functions("x").len();
    let paths: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(paths.len(), listed, "{paths:?}");
    assert!(functions("x").iter().all(|(f, _)| paths.contains(&format!("/api/{f}").as_str())), "{paths:?}");
}

#[tokio::test]
async fn wrong_passwords_say_nothing_and_lock_in_the_end() {
    let firm = Firm::new().await;
    let mut browser = Browser::new().await;
    let unknown = browser.post("/sign-in", &[("email", "nobody@firm.example"), ("password", "x")]).await;
    let wrong = browser.post("/sign-in", &[("email", &firm.email), ("password", "wrong")]).await;
    assert_eq!((unknown.status, wrong.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert!(wrong.body.contains(&firm.email), "the address is kept");
    assert!(!wrong.body.contains("value=\"wrong\""), "the password is not");
    for _ in 0..9 {
        browser.post("/sign-in", &[("email", &firm.email), ("password", "wrong")]).await;
    }
    let locked = browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    assert_eq!(locked.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn f47_signing_in_gives_the_session_a_new_name() {
    let firm = Firm::new().await;
    let mut browser = Browser::new().await;
    let answer = browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    let cookie = answer.headers.get(header::SET_COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let away =
        browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD), ("next", "//evil.example")]).await;
    assert_eq!(away.location.as_deref(), Some("/"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    browser.post("/sign-out", &[]).await;
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn f48_changes_from_elsewhere_are_refused() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let form = "application/x-www-form-urlencoded";
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("x-nothing", "at-all"),
    ] {
        let request = Request::post("/customers/new").header(header::CONTENT_TYPE, form).header(name, value);
        let answer = browser.send(request, Body::from("code=EVIL&name=Evil&_edits=1")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let request =
        Request::post("/customers/new").header(header::CONTENT_TYPE, form).header("origin", "http://diwan.example");
    let answer = browser.send(request, Body::from("code=GOOD&name=Good&language=en&_edits=1")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

#[tokio::test]
async fn pages_carry_their_policy() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let answer = browser.get("/").await;
    let policy = answer.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|p| p.to_str().ok()).unwrap_or_default();
    assert!(
        policy.contains("'nonce-") && policy.contains("frame-ancestors 'none'") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    for (name, value) in
        [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("cache-control", "private, no-store")]
    {
        assert_eq!(answer.headers.get(name).and_then(|v| v.to_str().ok()), Some(value));
    }
}

/// What distinguishes two answers, apart from the id that was asked and what is new in each: nonces, references.
fn essence(answer: &Answer, id: &str) -> (StatusCode, String) {
    (
        answer.status,
        answer.text().replace(id, "ID").split_whitespace().filter(|w| w.len() < 30).collect::<Vec<_>>().join(" "),
    )
}

/// For every page of every record type and every function, another company's id answers like one that never was.
#[tokio::test]
async fn f38_another_companys_ids_look_like_random_ones() {
    let (a, b) = (Firm::new().await, Firm::new().await);
    let item = b.item("SECRET", "100", 10, "60").await;
    let order = b.order(&[(item, 2)]).await;
    let (_, delivery) = b.act(&order, "deliver").await.expect("a delivery");
    let (delivery, _) = b.act(&delivery.expect("a draft"), "post").await.expect("posted");
    let (_, invoice) = b.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = b.act(&invoice.expect("a draft"), "post").await.expect("posted");
    let (_, payment) = b.act(&invoice, "pay").await.expect("a payment");
    let bytes = futures_util::stream::iter([Ok(axum::body::Bytes::from_static(b"code,name\nSECRET,Secret\n"))]);
    let bytes = futures_util::StreamExt::boxed(bytes);
    let brought = batch::receive(&b.db, &b.cx, &FILES, record("customer"), "secret.csv", bytes).await.expect("a file");
    let theirs = [order.id, delivery.id, invoice.id, payment.expect("a draft").id, item, b.customer, b.main];
    let random = Uuid::now_v7().to_string();
    let mut browser = Browser::of(&a).await;
    for record in modules::records() {
        for id in theirs.map(|id| id.to_string()) {
            let page = format!("/{}", record.path);
            for (real, fake) in [
                (format!("{page}/{id}"), format!("{page}/{random}")),
                (format!("{page}/{id}/print"), format!("{page}/{random}/print")),
            ] {
                let (real, fake) = (browser.get(&real).await, browser.get(&fake).await);
                assert_eq!(real.status, StatusCode::NOT_FOUND, "{page}");
                assert_eq!(essence(&real, &id), essence(&fake, &random));
                assert!(!real.body.contains("SECRET"));
            }
            for verb in record.actions.iter().map(|a| a.name).chain(["save", "delete"]) {
                let form = [("_do", verb), ("_version", "1"), ("_edits", "1"), ("code", "X")];
                let (real, fake) = (
                    browser.post(&format!("{page}/{id}"), &form).await,
                    browser.post(&format!("{page}/{random}"), &form).await,
                );
                assert_eq!(real.status, fake.status, "{verb} on {page}");
                assert!(real.status.is_client_error(), "{verb} on {page}: {}", real.status);
            }
            for verb in ["add", "edit", "remove"] {
                let form = [("_comment", verb), ("_on", id.as_str()), ("text", "X")];
                let (real, fake) = (
                    browser.post(&format!("{page}/{id}"), &form).await,
                    browser.post(&format!("{page}/{random}"), &form).await,
                );
                assert_eq!(
                    (real.status, fake.status),
                    (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
                    "{verb} on {page}"
                );
                assert_eq!(essence(&real, &id), essence(&fake, &random), "a comment on {page}");
            }
            // A link to it in a new record, and a filter by it.
            if let Some(link) =
                record.fields.iter().find(|f| matches!(f.kind, crate::record::Kind::Link(_)) && !f.computed)
            {
                let (real, fake) = (
                    browser.post(&format!("{page}/new"), &[(link.name, &id), ("_edits", "1")]).await,
                    browser.post(&format!("{page}/new"), &[(link.name, &random), ("_edits", "1")]).await,
                );
                assert_eq!(essence(&real, &id), essence(&fake, &random), "{page} by {}", link.name);
            }
        }
        let (brought, random) =
            (format!("/{}/import/{brought}", record.path), format!("/{}/import/{random}", record.path));
        for rest in ["", "/rest"] {
            let (real, fake) =
                (browser.get(&format!("{brought}{rest}")).await, browser.get(&format!("{random}{rest}")).await);
            assert_eq!(real.status, StatusCode::NOT_FOUND, "{brought}{rest}");
            assert_eq!(essence(&real, &brought), essence(&fake, &random));
        }
        for verb in ["check", "import", "skip", "cancel", "continue", "undo"] {
            let (real, fake) =
                (browser.post(&brought, &[("_do", verb)]).await, browser.post(&random, &[("_do", verb)]).await);
            assert_eq!(real.status, StatusCode::NOT_FOUND, "{verb} of {brought}");
            assert_eq!(essence(&real, &brought), essence(&fake, &random));
        }
        let list = browser.get(&format!("/{}?q=SECRET", record.path)).await;
        assert_eq!(list.status, StatusCode::OK, "{}", record.path);
        assert!(!list.text().contains("SECRET-"), "{}", record.path);
    }
    for id in theirs.map(|id| id.to_string()) {
        for ((function, real), (_, fake)) in functions(&id).into_iter().zip(functions(&random)) {
            let (real, fake) = (browser.call(function, real).await, browser.call(function, fake).await);
            let (real, fake) = (real.body.replace(&id, "ID"), fake.body.replace(&random, "ID"));
            assert_eq!(real, fake, "{function}");
        }
    }
    let ledger = browser.get(&format!("/general-ledger?account={}", b.customer)).await;
    assert_eq!(ledger.status, StatusCode::NOT_FOUND);
    b.assert_healthy().await;
}

#[tokio::test]
async fn f28_forged_places_and_mad_filters_are_bad_requests() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    for query in ["after=AAAA.BBBB", "after=x", "before=%00", "date=soon", "customer=1", "total=a..b"] {
        let answer = browser.get(&format!("/sales-orders?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
    for query in ["q=%00%01", "q=%27%20or%201=1--", "state=%27", "columns=evil,%27", "sort=evil", "view=evil"] {
        let answer = browser.get(&format!("/sales-orders?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn the_pages_of_a_list_join_without_gap_or_repeat() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 0, "0").await;
    for _ in 0..61 {
        firm.order(&[(item, 1)]).await;
    }
    let mut browser = Browser::of(&firm).await;
    let numbers = |answer: &Answer| -> Vec<String> {
        answer
            .body
            .split("<bdi class=\"code\">SO-")
            .skip(1)
            .map(|part| part.split('<').next().unwrap_or_default().to_owned())
            .collect()
    };
    let link = |answer: &Answer, id: &str| -> Option<String> {
        let tag = answer.body.split('<').find(|tag| tag.contains(&format!("id=\"{id}\"")))?;
        Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
    };
    let first = browser.get("/sales-orders?sort=-number").await;
    let second = browser.get(&link(&first, "later").expect("a second page")).await;
    let mut all = numbers(&first);
    assert_eq!(all.len(), 50);
    all.extend(numbers(&second));
    let mut expected: Vec<String> = (1..=61).rev().map(|n| format!("{}-{n:05}", &all[0][..4])).collect();
    assert_eq!(all, expected);
    let back = browser.get(&link(&second, "earlier").expect("a way back")).await;
    expected.truncate(50);
    assert_eq!(numbers(&back), expected);
}

#[tokio::test]
async fn a_form_that_comes_back_keeps_what_was_typed() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let form = [
        ("_do", "save"),
        ("_edits", "1"),
        ("code", "C9"),
        ("name.en", "Half a customer"),
        ("email", "not an address"),
        ("credit_limit", "lots"),
    ];
    let answer = browser.post("/customers/new", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["C9", "Half a customer", "not an address", "lots"] {
        assert!(answer.body.contains(kept), "{kept} is lost");
    }
    let i18n = crate::i18n::I18n::new(crate::i18n::Locale::En, crate::i18n::Digits::Western);
    for said in ["refuse-email", "fault-not-number"] {
        assert!(answer.text().contains(&i18n.format(said, None)), "{said} is not said");
    }
    browser.language = "ar";
    let form: Vec<_> = form.into_iter().chain([("_language", "ar")]).collect();
    let arabic = browser.post("/customers/new", &form).await;
    assert_eq!(arabic.status, StatusCode::OK);
    assert!(arabic.body.contains("dir=\"rtl\"") && arabic.body.contains("Half a customer"));
}

#[tokio::test]
async fn f22_a_version_conflict_shows_both_versions() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/{}", firm.customer);
    let form = |phone: &'static str| {
        [
            ("_do", "save"),
            ("_edits", "1"),
            ("_version", "1"),
            ("code", "C1"),
            ("name.en", "Gulf Steel"),
            ("name.ar", "الخليج للحديد"),
            ("language", "ar"),
            ("phone", phone),
        ]
    };
    assert_eq!(browser.post(&path, &form("111")).await.status, StatusCode::SEE_OTHER);
    let answer = browser.post(&path, &form("222")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let conflict = answer.body.split("id=\"conflict\"").nth(1).expect("both versions");
    assert!(conflict.contains("111") && conflict.contains("222"));
}

#[tokio::test]
async fn the_first_visit_speaks_the_browsers_language() {
    for (asked, direction) in [
        ("ar-SA,ar;q=0.9,en;q=0.5", "rtl"),
        ("en-GB", "ltr"),
        ("fr,ar;q=0.3,en;q=0.8", "ltr"),
        ("fr", "ltr"),
        ("ar;q=0.1", "rtl"),
    ] {
        let mut browser = Browser::new().await;
        browser.language = Box::leak(asked.to_owned().into_boxed_str());
        let page = browser.get("/sign-in").await;
        assert!(page.body.contains(&format!("dir=\"{direction}\"")), "{asked}");
    }
}

#[tokio::test]
async fn a_box_that_is_unticked_says_no() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/{}", firm.customer);
    let form = browser.get(&path).await.body;
    let (no, yes) = (form.find("name=\"active\" value=\"false\""), form.find("name=\"active\" id=\"f-active\""));
    assert!(no.is_some() && no < yes, "a hidden no stands before the box");
    let body = [("_do", "save"), ("_version", "1"), ("_edits", "1"), ("active", "false")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    assert!(!firm.document("customer", firm.customer).await.get("active").bool());
    let body = [("_do", "save"), ("_version", "2"), ("_edits", "1"), ("active", "false"), ("active", "true")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    assert!(firm.document("customer", firm.customer).await.get("active").bool());
}

#[tokio::test]
async fn every_page_is_drawn_in_both_languages_for_every_role() {
    let firm = Firm::new().await;
    let item = firm.item("A", "10", 5, "5").await;
    let order = firm.order(&[(item, 1)]).await;
    let mut browser = Browser::of(&firm).await;
    for language in ["en", "ar"] {
        browser.post("/preferences", &[("language", language)]).await;
        let mut pages: Vec<String> =
            ["/", "/companies", "/companies/new", "/jobs", "/notifications"].map(str::to_owned).into();
        for record in modules::records() {
            pages.push(format!("/{}", record.path));
            if !record.single {
                pages.extend([format!("/{}/new", record.path), format!("/{}/import", record.path)]);
            }
        }
        pages.extend(modules::MODULES.iter().flat_map(|m| m.pages.iter().map(|(path, _)| format!("/{path}"))));
        pages.extend([format!("/sales-orders/{}", order.id), format!("/sales-orders/{}/print?language=ar", order.id)]);
        for path in pages {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} in {language}");
            let text = answer.text();
            let ids = ["field-", "state-", "action-", "choice-", "view-", "refuse-"];
            let wrong = text.split_whitespace().find(|word| ids.iter().any(|id| word.starts_with(id)));
            assert_eq!(wrong, None, "{path} in {language} shows a message id");
        }
    }
}

#[tokio::test]
async fn a_refused_action_shows_the_document_as_it_is() {
    let firm = Firm::new().await;
    let item = firm.item("SOLDOUT", "10", 0, "0").await;
    let order = firm.order(&[(item, 7)]).await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/sales-orders/{}", order.id);
    let version = order.version.to_string();
    let answer = browser.post(&path, &[("_do", "deliver"), ("_version", &version)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let i18n = crate::i18n::I18n::new(crate::i18n::Locale::En, crate::i18n::Digits::Western);
    assert!(answer.text().contains(&i18n.format("refuse-nothing-on-hand", None)));
    assert!(answer.text().contains("Item SOLDOUT"), "its lines are gone");
}

#[tokio::test]
async fn a_form_without_scripts_names_records_by_what_they_are_called() {
    let firm = Firm::new().await;
    firm.item("BEAM", "10", 0, "0").await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/sales-orders/new").await;
    assert!(
        page.body.contains("name=\"lines[0][item~]\"") && page.body.contains("name=\"customer~\""),
        "inputs of links"
    );
    let form = [
        ("_edits", "1"),
        ("customer", ""),
        ("customer~", "C1"),
        ("lines[0][item]", ""),
        ("lines[0][item~]", "BEAM"),
        ("lines[0][quantity]", "-3"),
    ];
    let refused = browser.post("/sales-orders/new", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"-3\""), "what was typed is kept, not what would be filled in");
    let form = form.map(|(name, text)| (name, if text == "-3" { "٣" } else { text }));
    let saved = browser.post("/sales-orders/new", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
}
