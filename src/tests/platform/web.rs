//! The web as browsers and attackers meet it.

mod isolation;

use isolation::GONE;
pub use isolation::{Ids, SPARED, WALKED, ids_of, links, without_ids};

use super::permission::{admin, busy_firm, member_with, portal_member, send_file, targets};
use super::tenancy::{full_firm, picture};
use crate::app::{forms, shell};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules::administration::role::BASES;
use crate::modules::{self, MODULES};
use crate::platform::bulk::{self, Which};
use crate::platform::permission::Rights;
use crate::platform::proxies::Proxies;
use crate::platform::tenancy::Cx;
use crate::platform::web::{self, House};
use crate::platform::{door, jobs};
use crate::record::line::input_name;
use crate::record::page::Message;
use crate::record::{Field, Kind, Record};
use crate::tests::support::{self, Answer, Browser, FILES, Firm, PASSWORD};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
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
        ("row", json!({"record": "customer", "id": id, "columns": ["code"]})),
        ("uploaded", json!({"id": id})),
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
async fn changes_from_elsewhere_are_refused_in_the_visitors_language() {
    let mut browser = Browser::new().await;
    for (chosen, asked, locale) in [
        (None, "en-GB", Locale::En),
        (None, "ar-SA,ar;q=0.9,en;q=0.5", Locale::Ar),
        (Some("ar"), "en-GB", Locale::Ar),
        (Some("en"), "ar", Locale::En),
    ] {
        browser.language = asked;
        let mut request = Request::post("/customers/new");
        if let Some(chosen) = chosen {
            request = request.header(header::COOKIE, format!("language={chosen}"));
        }
        let answer = browser.send(request, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let said = I18n::new(locale, Digits::Western).format("error-origin", None);
        assert_eq!(answer.text(), said, "after {chosen:?} and {asked}");
    }
}

async fn panics() -> StatusCode {
    panic!("a handler that panics, for a test")
}

#[tokio::test]
async fn a_panic_is_told_in_the_visitors_language_with_its_reference() {
    let firm = Firm::new().await;
    let web = support::web_of(FILES.clone(), Router::new().route("/panics", get(panics))).await;
    let mut browser = Browser::over(web, &firm.email).await;
    let answer = browser.get("/panics").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let reference = answer.headers.get("x-request-id").and_then(|h| h.to_str().ok()).expect("a reference");
    assert!(answer.text().contains(reference), "{}", answer.text());
    assert!(!answer.text().contains("a handler that panics"), "{}", answer.text());
    browser.language = "ar";
    let answer = browser.get("/panics").await;
    let arabic = I18n::new(Locale::Ar, Digits::Western).format("error-internal", None);
    let opening = arabic.split('.').next().expect("a sentence");
    assert!(answer.text().starts_with(opening), "{}", answer.text());
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
    let i18n = I18n::new(Locale::En, Digits::Western);
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
async fn whoever_chose_colours_finds_the_way_back_to_those_of_the_device() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let offers = |page: &Answer, theme: &str| page.body.contains(&format!("name=\"theme\" value=\"{theme}\""));
    for (chosen, others) in [("dark", ["auto", "light"]), ("light", ["auto", "dark"]), ("auto", ["light", "dark"])] {
        assert_eq!(browser.post("/preferences", &[("theme", chosen)]).await.status, StatusCode::SEE_OTHER);
        let page = browser.get("/").await;
        assert!(!offers(&page, chosen) && others.iter().all(|other| offers(&page, other)), "{chosen} is in use");
        assert_eq!(page.body.contains(&format!("data-theme=\"{chosen}\"")), chosen != "auto");
    }
}

#[tokio::test]
async fn how_much_room_rows_take_is_remembered_for_the_person() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let all = ["compact", "normal", "roomy"];
    for chosen in ["compact", "roomy", "normal"] {
        browser.post("/preferences", &[("density", chosen)]).await;
        // Here, and wherever they sign in next.
        for page in [browser.get("/customers").await, Browser::of(&firm).await.get("/customers").await] {
            let shown = format!("data-density=\"{chosen}\"");
            assert_eq!(page.body.contains(&shown), chosen != "normal", "{chosen}");
            for density in all {
                let offered = page.body.contains(&format!("name=\"density\" value=\"{density}\""));
                assert_eq!(offered, density != chosen, "{density} beside {chosen}");
            }
        }
    }
    browser.post("/preferences", &[("density", "roomy")]).await;
    browser.post("/preferences", &[("theme", "dark")]).await;
    browser.post("/preferences", &[("density", "none at all")]).await;
    let page = browser.get("/customers").await.body;
    assert!(page.contains("data-density=\"roomy\"") && page.contains("data-theme=\"dark\""), "nothing else changes it");
    assert!(!browser.get("/my-account").await.body.contains("none at all"));
}

#[tokio::test]
async fn a_session_from_before_there_were_densities_goes_on() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let aged = "update auth.sessions set data = data - 'density' where user_id = $1";
    sqlx::query(aged).bind(firm.cx.user).execute(&mut admin().await).await.expect("aged");
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK);
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
    let firm = busy_firm().await;
    let targets = targets(&firm).await;
    for base in BASES {
        let (_, mut browser) = match *base {
            "portal" => portal_member(&firm, firm.customer).await,
            base => member_with(&firm, base, Vec::new()).await,
        };
        let rights = Rights::new(base, door::records(), &[]);
        let open = |may: bool, otherwise: StatusCode| if may { StatusCode::OK } else { otherwise };
        let mut pages: Vec<(String, StatusCode)> =
            ["/", "/companies", "/companies/new", "/jobs", "/notifications", "/search?q=steel"]
                .map(|path| (path.to_owned(), StatusCode::OK))
                .into();
        for target in &targets {
            let (record, sees) = (target.record, rights.sees(target.record));
            let (path, form) = (format!("/{}", record.path), format!("/{}/{}", record.path, target.id));
            let list = if record.single { GONE } else { StatusCode::FORBIDDEN };
            pages.push((path.clone(), open(sees, list)));
            // The firm has one customer: what the portal shows is theirs.
            pages.push((form.clone(), open(sees, GONE)));
            if record.prints {
                pages.push((format!("{form}/print?language=ar"), open(sees, GONE)));
            }
            for page in ["new", "import"] {
                pages.push((format!("{path}/{page}"), open(rights.creates(record), StatusCode::FORBIDDEN)));
            }
        }
        for module in MODULES {
            for (page, _) in module.pages {
                pages.push((format!("/{page}"), open((module.opens)(page, &rights), StatusCode::FORBIDDEN)));
            }
        }
        for language in ["en", "ar"] {
            browser.post("/preferences", &[("language", language)]).await;
            let direction = if language == "ar" { "dir=\"rtl\"" } else { "dir=\"ltr\"" };
            for (path, status) in &pages {
                let answer = browser.get(path).await;
                assert_eq!(answer.status, *status, "{path} in {language} for {base}");
                assert!(path.contains("/print") || answer.body.contains(direction), "{path} in {language} for {base}");
                let text = answer.text();
                let ids = ["field-", "state-", "action-", "choice-", "view-", "refuse-"];
                let wrong = text.split_whitespace().find(|word| ids.iter().any(|id| word.starts_with(id)));
                assert_eq!(wrong, None, "{path} in {language} shows a message id");
            }
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
    let i18n = I18n::new(Locale::En, Digits::Western);
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

// ------------------------------------------------------------------ companies, sessions, jobs

#[tokio::test]
async fn that_a_file_is_missing_is_not_kept_for_a_year() {
    let mut browser = Browser::new().await;
    for path in ["/pkg/diwan.gone.wasm", "/fonts/gone.woff2", "/messages/gone.ftl"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let kept = answer.headers.get("cache-control").map(|how| how.to_str().expect("text"));
        assert!(kept.is_none_or(|how| !how.contains("immutable")), "{path}: {kept:?}");
    }
}

#[tokio::test]
async fn a_further_company_is_founded_and_changed_to() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let customer = format!("/customers/{}", firm.customer);
    for form in [
        [("company", ""), ("country", "EG"), ("currency", "")],
        [("company", "Nile Works"), ("country", "ZZ"), ("currency", "")],
        [("company", "Nile Works"), ("country", "XX"), ("currency", "GOLD")],
    ] {
        let answer = browser.post("/companies/new", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
    }
    // Where no template knows the country, its currency is chosen; a template is not talked out of its own.
    for (country, currency, books) in [("XX", "KWD", "KWD"), ("XX", "", "USD"), ("AE", "KWD", "AED")] {
        let mut founder = Browser::of(&Firm::new().await).await;
        let form = [("company", "Gulf Works"), ("country", country), ("currency", currency)];
        assert_eq!(founder.post("/companies/new", &form).await.status, StatusCode::SEE_OTHER, "{country}");
        let home = founder.get("/").await.text();
        assert!(home.contains("Gulf Works") && home.contains(books), "{country} {books}: {home}");
    }
    let founded = browser.post("/companies/new", &[("company", "Nile Works"), ("country", "EG")]).await;
    assert_eq!((founded.status, founded.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));
    let home = browser.get("/").await.text();
    assert!(home.contains("Nile Works") && home.contains("EGP"), "{home}");
    // Its books are its own, and its founder works in it.
    assert_eq!(browser.get(&customer).await.status, StatusCode::NOT_FOUND);
    let form = [("_edits", "1"), ("code", "C1"), ("name.en", "Delta Cotton"), ("language", "en")];
    // A form that was opened in the other company is not saved in this one unasked.
    let before = firm.cx.tenant.to_string();
    let stale: Vec<(&str, &str)> = form.into_iter().chain([("_company", before.as_str())]).collect();
    let refused = browser.post("/customers/new", &stale).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = firm.cx.i18n.message(&Message::new("refuse-other-company"));
    assert!(refused.text().contains(&said) && refused.body.contains("Delta Cotton"), "{}", refused.text());
    assert!(!browser.get("/customers").await.body.contains("Delta Cotton"));
    let saved = browser.post("/customers/new", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let saved = saved.location.expect("its address");
    let list = browser.get("/companies").await;
    let companies: Vec<Uuid> = list
        .body
        .split("name=\"company\" value=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next()?.parse().ok())
        .collect();
    assert_eq!((companies.len(), companies[0]), (2, firm.cx.tenant), "{}", list.body);
    for (company, here, there) in [(companies[0], &customer, &saved), (companies[1], &saved, &customer)] {
        let changed = browser.post("/company", &[("company", &company.to_string())]).await;
        assert_eq!((changed.status, changed.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));
        assert_eq!(browser.get(here).await.status, StatusCode::OK, "{here}");
        assert_eq!(browser.get(there).await.status, StatusCode::NOT_FOUND, "{there}");
    }
    // Where one is no member one does not get, and stays where one is.
    let other = Firm::new().await;
    for company in [other.cx.tenant.to_string(), Uuid::now_v7().to_string(), "none".to_owned()] {
        let refused = browser.post("/company", &[("company", &company)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{company}");
    }
    assert!(browser.get("/").await.text().contains("Nile Works"));
    let mut nobody = Browser::new().await;
    for path in ["/company", "/companies/new"] {
        let answer = nobody.post(path, &[("company", &firm.cx.tenant.to_string())]).await;
        assert_eq!(answer.location.as_deref(), Some("/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn over_https_a_session_belongs_to_this_host_alone() {
    let firm = Firm::new().await;
    let options = leptos::config::LeptosOptions::builder().output_name("diwan").build();
    let (db, files, options) = (support::db().await, FILES.clone(), Arc::new(options));
    let house =
        House { db, files, mail: None, options, secure: true, proxies: Proxies::default(), app: shell::document };
    let mut browser = Browser::over(web::router(house, forms::routes(), Router::new()), &firm.email).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK);
    let again = browser.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    let cookie = again.headers.get(header::SET_COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default().to_owned();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.split("; ").any(|known| known == part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn an_administrator_looks_after_everybodys_jobs() {
    let _turn = super::jobs::alone().await;
    let firm = Firm::new().await;
    let (seller, clerk) = (firm.colleague("sales").await, firm.colleague("accountant").await);
    let which = || Which::These(vec![firm.customer]);
    let job = super::jobs::ask(&firm, &seller, "set", ("phone", "1"), which()).await;
    let owners = super::jobs::ask(&firm, &firm.cx, "set", ("contact", "Hind"), which()).await;
    let (path, owners) = (format!("/jobs/{job}"), format!("/jobs/{owners}"));
    let signed_in = async |cx: &Cx| Browser::signed_in(&format!("{}@firm.example", cx.user)).await;
    let (mut seller, mut clerk) = (signed_in(&seller).await, signed_in(&clerk).await);
    let mut owner = Browser::of(&firm).await;
    for (browser, sees, sees_owners) in
        [(&mut owner, true, true), (&mut seller, true, false), (&mut clerk, false, false)]
    {
        let list = browser.get("/jobs").await.body;
        assert_eq!((list.contains(&path), list.contains(&owners)), (sees, sees_owners), "{list}");
        assert_eq!(browser.get(&path).await.status.is_success(), sees);
        assert_eq!(browser.get(&owners).await.status.is_success(), sees_owners);
    }
    let state = async || jobs::page(&mut firm.tx().await, job, "").await.expect("the job").line.state;
    for verb in ["cancel", "retry"] {
        assert_eq!(clerk.post(&path, &[("_do", verb)]).await.status, StatusCode::NOT_FOUND, "{verb}");
        assert_eq!(seller.post(&owners, &[("_do", verb)]).await.status, StatusCode::NOT_FOUND, "{verb}");
    }
    assert_eq!(owner.post(&path, &[("_do", "nonsense")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(state().await, "waiting");
    let cancelled = owner.post(&path, &[("_do", "cancel")]).await;
    assert_eq!((cancelled.status, cancelled.location.as_deref()), (StatusCode::SEE_OTHER, Some(path.as_str())));
    super::jobs::work(&firm).await;
    assert_eq!(state().await, "cancelled");
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
    let again = owner.post(&path, &[("_do", "retry")]).await;
    assert_eq!((again.status, state().await.as_str()), (StatusCode::SEE_OTHER, "waiting"));
    super::jobs::work(&firm).await;
    assert_eq!(state().await, "done");
    let customer = firm.document("customer", firm.customer).await;
    assert_eq!((customer.text("phone"), customer.text("contact")), (Some("1"), Some("Hind")));
    assert!(seller.get(&path).await.text().contains("1 of 1"));
}
