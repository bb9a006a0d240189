//! Signing up through the real form, what people choose for themselves, and what is printed.

mod account;
mod offer;
mod print;

use crate::tests::support::{Browser, Firm};
use axum::http::StatusCode;

#[tokio::test]
async fn sign_up_founds_a_company_and_signs_in() {
    let mut browser = Browser::new().await;
    let email = format!("{}@firm.example", uuid::Uuid::now_v7());
    let form = [
        ("company", "Red Sea Hotels"),
        ("country", "EG"),
        ("name", "Nadia"),
        ("email", &email),
        ("password", "long enough for us"),
    ];
    let answer = browser.post("/sign-up", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let home = browser.get("/").await;
    assert!(home.text().contains("Nadia") && home.text().contains("EGP"));
    let again = Browser::new().await.post("/sign-up", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn pages_of_guests_and_of_members_can_say_that_there_is_no_connection() {
    let firm = Firm::new().await;
    for (language, said) in [("en", "Diwan cannot be reached now."), ("ar", "لا يمكن الوصول إلى ديوان الآن.")]
    {
        let (mut guest, mut member) = (Browser::new().await, Browser::of(&firm).await);
        guest.post("/preferences", &[("language", language)]).await;
        member.post("/preferences", &[("language", language)]).await;
        for page in [guest.get("/sign-in").await, member.get("/customers").await] {
            assert!(page.body.contains(&format!("data-offline=\"{said}")), "{language}: {}", page.body);
        }
    }
}

/// A draft is taken up as the language is switched: the form comes back with it, and with the version that it began with.
#[tokio::test]
async fn a_draft_that_is_taken_up_meets_what_was_changed_since() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let path = format!("/customers/{}", firm.customer);
    let draft = |control: &'static str, phone: &'static str| {
        [(control, if control == "_do" { "save" } else { "en" }), ("_version", "1"), ("_edits", "1"), ("phone", phone)]
    };
    assert_eq!(browser.post(&path, &draft("_do", "111")).await.status, StatusCode::SEE_OTHER);
    let taken = browser.post(&path, &draft("_language", "222")).await;
    assert_eq!(taken.status, StatusCode::OK);
    for part in ["data-posted=\"true\"", "name=\"_version\" value=\"1\"", "value=\"222\""] {
        assert!(taken.body.contains(part), "{part} in {}", taken.body);
    }
    assert!(browser.get(&path).await.body.contains("value=\"111\""), "nothing was saved");
    assert_eq!(browser.post(&path, &draft("_do", "222")).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn drafts_are_kept_apart_by_member_and_company() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let whose = format!("data-member=\"{}\" data-company=\"{}\"", firm.cx.user.simple(), firm.cx.tenant.simple());
    let fresh = browser.get("/customers/new").await.body;
    assert!(fresh.contains(&whose) && !fresh.contains("data-posted"), "{fresh}");
    assert!(!Browser::new().await.get("/sign-in").await.body.contains("data-member"), "nobody keeps anything");
}

#[tokio::test]
async fn sign_up_says_what_is_missing_beside_each_field() {
    let mut browser = Browser::new().await;
    let answer = browser
        .post("/sign-up", &[("company", ""), ("country", "SA"), ("name", "N"), ("email", "x"), ("password", "short")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for id in ["company-fault", "email-fault", "password-fault"] {
        assert!(answer.body.contains(&format!(" id=\"{id}\"")), "{id}");
    }
}
