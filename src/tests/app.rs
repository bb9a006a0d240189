//! Signing up through the real form, and what is printed.

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
