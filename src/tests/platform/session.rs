//! Sessions: seen and ended by the person whose they are, kept alive while they are used.

use super::permission::admin;
use crate::platform::session::{self, PgStore};
use crate::record::page::Message;
use crate::tests::support::{self, Answer, Browser, Firm, PASSWORD};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tower_sessions::SessionStore as _;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use uuid::Uuid;

const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

/// A browser that says what it is, in which the owner of a firm has signed in.
async fn browser(firm: &Firm, agent: &str) -> Browser {
    let mut browser = Browser::new().await;
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", firm.email.as_str()), ("password", PASSWORD)])
        .finish();
    let request = Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header(header::USER_AGENT, agent);
    let answer = browser.send(request, Body::from(body)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser
}

fn is_out(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.location.as_deref().is_some_and(|to| to.starts_with("/sign-in"))
}

/// The owner's account and sessions, the latest first.
async fn sessions(firm: &Firm) -> Vec<String> {
    let sql = "select s.id from auth.sessions s join auth.users u on u.id = s.user_id where u.email = $1 order by s.created_at desc";
    sqlx::query_scalar(sql).bind(&firm.email).fetch_all(&mut admin().await).await.expect("sessions")
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_and_ends_it() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let mut chrome = browser(&firm, CHROME).await;
    let mut phone = browser(&firm, SAFARI).await;
    let mut unknown = browser(&firm, "something").await;
    let mut stranger = Browser::of(&other).await;
    let page = chrome.get("/my-account").await.text();
    for text in ["Chrome · Windows 10", "Safari · iPhone", "Unknown device"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert_eq!(page.matches("Here").count(), 1, "{page}");
    assert!(!stranger.get("/my-account").await.text().contains("iPhone"));
    let [_, of_phone, of_chrome] = &sessions(&firm).await[..] else { panic!("three sessions") };
    // Nobody ends what is another's, nor learns that it is there.
    for id in [of_phone.as_str(), "nothing"] {
        let answer = stranger.post("/my-account", &[("_do", "end"), ("device", id)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
    let ended = chrome.post("/my-account", &[("_do", "end"), ("device", of_phone)]).await;
    assert_eq!(ended.location.as_deref(), Some("/my-account?done=acted"), "{}", ended.text());
    assert!(is_out(&phone.get("/customers").await), "with the next request");
    assert_eq!(unknown.get("/customers").await.status, StatusCode::OK);
    chrome.post("/my-account", &[("_do", "others")]).await;
    assert!(is_out(&unknown.get("/customers").await));
    assert_eq!(chrome.get("/customers").await.status, StatusCode::OK);
    assert_eq!(sessions(&firm).await, std::slice::from_ref(of_chrome));
    assert_eq!(stranger.get("/customers").await.status, StatusCode::OK);
    assert!(is_out(&Browser::new().await.get("/my-account").await), "nobody has no account");
}

#[tokio::test]
async fn another_password_ends_what_the_old_one_began() {
    let firm = Firm::new().await;
    let (mut here, mut elsewhere) = (Browser::of(&firm).await, Browser::of(&firm).await);
    let next = "a new and better phrase";
    let change = |current: &'static str, next: &'static str| {
        [("_do", "password"), ("current_password", current), ("password", next)]
    };
    let wrong = here.post("/my-account", &change("not this one", next)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains(&firm.cx.i18n.message(&Message::new("refuse-password-wrong"))), "{}", wrong.text());
    assert!(!wrong.body.contains("not this one") && !wrong.body.contains(next), "no password comes back");
    let short = here.post("/my-account", &change(PASSWORD, "short")).await;
    assert!(
        short.status == StatusCode::UNPROCESSABLE_ENTITY && short.body.contains("password-fault"),
        "{}",
        short.text()
    );
    assert_eq!(elsewhere.get("/customers").await.status, StatusCode::OK, "nothing has changed yet");
    let changed = here.post("/my-account", &change(PASSWORD, next)).await;
    assert_eq!(changed.location.as_deref(), Some("/my-account?done=saved"), "{}", changed.text());
    assert_eq!(here.get("/customers").await.status, StatusCode::OK);
    assert!(is_out(&elsewhere.get("/customers").await));
    for (password, status) in [(PASSWORD, StatusCode::UNAUTHORIZED), (next, StatusCode::SEE_OTHER)] {
        let answer = Browser::new().await.post("/sign-in", &[("email", &firm.email), ("password", password)]).await;
        assert_eq!(answer.status, status, "{password}");
    }
}

/// Fourteen days are counted from the last visit, not from the first.
#[tokio::test]
async fn a_session_that_is_used_does_not_end() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let [id] = &sessions(&firm).await[..] else { panic!("one session") };
    let hours = "select extract(epoch from expires_at - now())::float8 / 3600 from auth.sessions where id = $1";
    let left =
        async || -> f64 { sqlx::query_scalar(hours).bind(id).fetch_one(&mut admin().await).await.expect("its end") };
    browser.get("/").await;
    let aged = "update auth.sessions set expires_at = now() + interval '1 hour' where id = $1";
    sqlx::query(aged).bind(id).execute(&mut admin().await).await.expect("aged");
    let answer = browser.get("/customers").await;
    assert!(
        left().await < 2.0 && !answer.headers.contains_key(header::SET_COOKIE),
        "it was written down today already"
    );
    let yesterday = "update auth.sessions set data = jsonb_set(data, '{day}', '\"2020-01-01\"') where id = $1";
    sqlx::query(yesterday).bind(id).execute(&mut admin().await).await.expect("aged");
    let answer = browser.get("/customers").await;
    assert!(left().await > 13.0 * 24.0, "its time begins anew");
    assert!(answer.headers.contains_key(header::SET_COOKIE), "in the browser, too");
}

#[tokio::test]
async fn what_was_ended_stays_so_whatever_is_still_under_way() {
    let firm = Firm::new().await;
    let store = PgStore::new(support::db().await);
    let data = [("user".to_owned(), serde_json::json!(firm.cx.user))].into();
    let mut record = Record { id: Id::default(), data, expiry_date: OffsetDateTime::now_utc() + Duration::days(1) };
    store.create(&mut record).await.expect("created");
    session::end(&firm.db, firm.cx.user, &session::digest(&record.id)).await.expect("ended");
    store.save(&record).await.expect("what comes late");
    assert_eq!(store.load(&record.id).await.expect("read"), None);
    assert!(session::end(&firm.db, Uuid::now_v7(), "nothing").await.is_err());
}
