//! Customers: who they are, what they owe, how they pay.

use crate::record::{Field, Kind, Record, Start, View};

pub static CUSTOMER: Record = Record {
    icon: "users",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("tax_number", Kind::Text(30)).searched(),
        Field::new("contact", Kind::Text(120)),
        Field::new("phone", Kind::Text(40)).searched(),
        Field::new("email", Kind::Text(254)).searched(),
        Field::new("city", Kind::Names),
        Field::new("address", Kind::Names).wide(),
        Field::new("payment_term", Kind::Link("payment_term")),
        Field::new("currency", Kind::Currency).start(Start::CompanyCurrency),
        Field::new("credit_limit", Kind::Base),
        Field::new("price_list", Kind::Link("price_list")),
        Field::new("language", Kind::Choice(&["ar", "en"])).required().start(Start::Text("ar")),
        Field::new("note", Kind::Note).wide(),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "city", "phone", "payment_term", "currency"],
    views: &[
        View { name: "active", filter: &[("active", "true")] },
        View { name: "inactive", filter: &[("active", "false")] },
    ],
    filters: &["currency", "payment_term", "price_list", "language"],
    party: Some("id"),
    kept_by: &["sales", "accountant"],
    ..Record::master("customer", "customers", "sales")
};

#[cfg(feature = "ssr")]
pub use rules::CustomerRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::credit;
    use crate::platform::door::{Document, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;

    pub struct CustomerRules;

    #[async_trait]
    impl Rules for CustomerRules {
        async fn complete(&self, tx: &mut TenantTx, customer: &mut Document) -> Outcome<()> {
            let email = customer.text("email").unwrap_or_default();
            if !email.is_empty() && !is_email(email) {
                return Err(Refusal::new("refuse-email").at("email").into());
            }
            credit::check_limit(tx, customer).await
        }
    }

    /// One `@` with something on both sides and no white space; the mail server knows the rest.
    pub fn is_email(text: &str) -> bool {
        text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(char::is_whitespace)
        })
    }
}
#[cfg(feature = "ssr")]
pub use rules::is_email;
