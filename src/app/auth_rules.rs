//! What a sign-up must hold.

use crate::platform::auth;
use crate::platform::error::Refusal;
use crate::record::value::is_email;

fn fits(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control)
}

/// Whether a company can be called so.
pub fn check_company(company: &str) -> Option<Refusal> {
    (!fits(company)).then(|| Refusal::new("refuse-company-name").at("company"))
}

/// Whether somebody can be called so and sign in with this password.
pub fn check_person(name: &str, password: &str) -> Vec<Refusal> {
    let name = (!fits(name)).then(|| Refusal::new("refuse-person-name").at("name"));
    name.into_iter().chain(auth::check_password(password)).collect()
}

/// Everything that stands in the way of a new company with a new owner, each at its field.
pub fn check(company: &str, name: &str, email: &str, password: &str) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = check_company(company).into_iter().chain(check_person(name, password)).collect();
    if !is_email(email) || email.len() > 254 {
        refusals.push(Refusal::new("refuse-email").at("email"));
    }
    refusals
}
