//! What a sign-up must hold.

use crate::modules::sales::customer::is_email;
use crate::platform::auth::PASSWORD_LENGTH;
use crate::platform::error::Refusal;

/// Everything that stands in the way, each at its field.
pub fn check(company: &str, name: &str, email: &str, password: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if !fits(company) {
        refusals.push(Refusal::new("refuse-company-name").at("company"));
    }
    if !fits(name) {
        refusals.push(Refusal::new("refuse-person-name").at("name"));
    }
    if !is_email(email) || email.len() > 254 {
        refusals.push(Refusal::new("refuse-email").at("email"));
    }
    if password.chars().count() < PASSWORD_LENGTH || password.len() > 1024 {
        refusals.push(Refusal::new("refuse-password-short").with("least", PASSWORD_LENGTH).at("password"));
    }
    refusals
}
