//! What people choose for themselves on their account: the keys of their shortcuts.

use crate::i18n::{self, Digits, I18n, Locale};
use crate::record::page::{Arg, Message};
use crate::tests::support::{self, Answer, Browser, Firm};
use crate::ui::keys::{self, SHORTCUTS};
use axum::http::StatusCode;
use sqlx::{Connection as _, PgConnection};

/// Chooses keys, with single keys switched on.
async fn choose(browser: &mut Browser, chosen: &[(&str, &str)]) -> Answer {
    let form = [&[("_do", "keys"), ("single", "true")][..], chosen].concat();
    browser.post("/my-account", &form).await
}

/// What the page tells the program of the reader's keys.
fn told(page: &Answer) -> Option<&str> {
    page.body.split_once("data-keys=\"")?.1.split('"').next()
}

#[test]
fn a_key_does_what_its_reader_chose() {
    for (name, delivered) in SHORTCUTS {
        assert_eq!(keys::meant("", delivered), Some(name));
        assert_eq!(keys::meant("off", delivered), None, "{name}");
        for locale in Locale::ALL {
            let id = format!("shortcut-{name}");
            assert_ne!(I18n::new(locale, Digits::Western).format(&id, None), id);
        }
    }
    let kept = "new=KeyE edit=off previous=Digit7";
    for (pressed, does) in
        [("KeyE", Some("new")), ("KeyN", None), ("KeyK", None), ("Digit7", Some("previous")), ("KeyJ", Some("next"))]
    {
        assert_eq!(keys::meant(kept, pressed), does, "{pressed}");
        assert_eq!(keys::meant(&format!("off {kept}"), pressed), None, "{pressed}");
    }
    let labels = ["KeyE", "Digit7", "Slash", "?"].map(keys::label);
    assert_eq!(labels, ["E", "7", "/", "?"]);
}

#[tokio::test]
async fn keys_are_remembered_for_the_person() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let mut browser = Browser::of(&firm).await;
    assert_eq!(told(&browser.get("/customers").await), None);
    let chosen = [("key-new", "KeyM"), ("key-edit", "off"), ("key-next", ""), ("key-keys", "?")];
    let saved = choose(&mut browser, &chosen).await;
    assert_eq!(saved.location.as_deref(), Some("/my-account?done=saved"), "{}", saved.text());
    // Here, and wherever they sign in next.
    for page in [browser.get("/customers").await, Browser::of(&firm).await.get("/customers").await] {
        assert_eq!(told(&page), Some("new=KeyM edit=off"));
    }
    assert_eq!(told(&Browser::of(&other).await.get("/customers").await), None, "nobody else's");
    let page = browser.get("/my-account").await.body;
    assert!(page.contains("<kbd>M</kbd>") && !page.contains("<kbd>N</kbd>"), "{page}");
    // All of them are off; what was chosen is kept for when they are on again.
    let off = [("_do", "keys"), ("key-new", "KeyM")];
    browser.post("/my-account", &off).await;
    let page = browser.get("/my-account").await;
    assert_eq!(told(&page), Some("off new=KeyM"));
    assert!(!page.body.split("id=\"keys\"").nth(1).expect("the keys").contains("<kbd>"), "{}", page.body);
    browser.post("/preferences", &[("theme", "dark")]).await;
    assert_eq!(told(&browser.get("/customers").await), Some("off new=KeyM"), "nothing else changes them");
    browser.post("/my-account", &[("_do", "delivered")]).await;
    for page in [browser.get("/my-account").await, Browser::of(&firm).await.get("/my-account").await] {
        assert_eq!(told(&page), None);
        assert!(page.body.contains("<kbd>N</kbd>"), "{}", page.body);
    }
}

#[tokio::test]
async fn two_shortcuts_never_have_one_key() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    for locale in Locale::ALL {
        browser.post("/preferences", &[("language", locale.tag())]).await;
        // The key that another one is delivered with: the fault stands where it was chosen, whichever comes first.
        for (field, key, letter, has) in [("new", "KeyE", "E", "edit"), ("edit", "KeyN", "N", "new")] {
            let refused = choose(&mut browser, &[(&format!("key-{field}"), key)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let sentence = Message::new("refuse-key-taken")
                .with("key", letter)
                .with("other", Arg::Words(vec![format!("shortcut-{has}")]));
            let sentence = i18n::plain(&I18n::new(locale, Digits::Western).message(&sentence));
            assert!(refused.text().contains(&sentence), "{sentence} in {}", refused.text());
            assert!(refused.body.contains(&format!(" id=\"key-{field}-fault\"")), "{}", refused.body);
            assert!(!refused.body.contains(&format!(" id=\"key-{has}-fault\"")), "{}", refused.body);
        }
    }
    // What browsers and forms need for themselves, and what is no key.
    for key in ["Tab", "Enter", "Escape", "ArrowUp", "KeyNN", "KeyM edit=off"] {
        assert_eq!(choose(&mut browser, &[("key-new", key)]).await.status, StatusCode::BAD_REQUEST, "{key}");
    }
    assert_eq!(told(&browser.get("/customers").await), None, "nothing was kept");
    // Two may change places, and any number may have none.
    assert_eq!(
        choose(&mut browser, &[("key-next", "KeyK"), ("key-previous", "KeyJ")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(told(&browser.get("/customers").await), Some("next=KeyK previous=KeyJ"));
    assert_eq!(choose(&mut browser, &[("key-new", "off"), ("key-edit", "off")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(told(&browser.get("/customers").await), Some("new=off edit=off"));
}

#[tokio::test]
async fn a_session_from_before_keys_could_be_chosen_goes_on() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let aged = "update auth.sessions set data = data - 'keys' where user_id = $1";
    let rows = sqlx::query(aged).bind(firm.cx.user).execute(&mut admin).await.expect("aged").rows_affected();
    assert_eq!(rows, 1);
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK);
}
