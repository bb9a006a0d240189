//! Customers: who they are, what they owe, how they pay.

use crate::record::{Field, Kind, Lines, Record, Start, View};

/// Whom one turns to about what.
static CONTACTS: Lines = Lines::new(
    "customer_contact",
    &[
        Field::new("purpose", Kind::Choice(&["contact", "billing", "delivery"])),
        Field::new("name", Kind::Text(120)).personal(),
        Field::new("phone", Kind::Text(40)).personal(),
        Field::new("email", Kind::Text(254)).personal(),
        Field::new("address", Kind::Text(300)).personal(),
    ],
);

pub static CUSTOMER: Record = Record {
    icon: "users",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide().personal(),
        Field::new("tax_number", Kind::Text(30)).searched(),
        Field::new("contact", Kind::Text(120)).personal(),
        Field::new("phone", Kind::Text(40)).searched().personal(),
        Field::new("email", Kind::Text(254)).searched().personal(),
        Field::new("city", Kind::Names).personal(),
        Field::new("address", Kind::Names).wide().personal(),
        Field::new("payment_term", Kind::Link("payment_term")),
        Field::new("currency", Kind::Currency).start(Start::CompanyCurrency),
        Field::new("credit_limit", Kind::Base).internal(),
        Field::new("price_list", Kind::Link("price_list")).internal(),
        Field::new("language", Kind::Choice(&["ar", "en"])).required().start(Start::Text("ar")),
        Field::new("note", Kind::Note).wide().internal().personal(),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    lines: Some(&CONTACTS),
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
pub use rules::{CustomerRules, language};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::credit;
    use crate::platform::door::{Document, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::value::is_email;
    use async_trait::async_trait;
    use rust_decimal::Decimal;
    use uuid::Uuid;

    pub struct CustomerRules;

    #[async_trait]
    impl Rules for CustomerRules {
        async fn complete(&self, tx: &mut TenantTx, customer: &mut Document) -> Outcome<()> {
            let wrong = |email: Option<&str>| email.is_some_and(|email| !email.is_empty() && !is_email(email));
            let mut refusals: Vec<Refusal> = Vec::new();
            if wrong(customer.text("email")) {
                refusals.push(Refusal::new("refuse-email").at("email"));
            }
            for (row, contact) in customer.lines.iter().enumerate() {
                if wrong(contact.get("email").text()) {
                    refusals.push(Refusal::new("refuse-email").at_line(row, "email"));
                }
            }
            if !refusals.is_empty() {
                return Err(Error::Refused(refusals));
            }
            credit::check_limit(tx, customer).await
        }

        /// What is owed, what is still to be invoiced, and who looks at it on the portal.
        async fn binds(&self, tx: &mut TenantTx, customer: &Document) -> Outcome<Vec<Refusal>> {
            let (open, uninvoiced, visitors): (i64, i64, i64) = sqlx::query_as(
                "select (select count(*) from open_item where tenant_id = $1 and customer = $2 and open <> 0),
                        (select count(*) from sales_order where tenant_id = $1 and customer = $2 and to_invoice),
                        (select count(*) from member where tenant_id = $1 and customer = $2 and state <> 'blocked')",
            )
            .bind(tx.tenant())
            .bind(customer.id)
            .fetch_one(tx.conn())
            .await?;
            let counted = [
                ("refuse-erase-owed", open),
                ("refuse-erase-uninvoiced", uninvoiced),
                ("refuse-erase-visitors", visitors),
            ];
            let bound = counted.into_iter().filter(|(_, count)| *count > 0);
            Ok(bound.map(|(message, count)| Refusal::new(message).with("count", Decimal::from(count))).collect())
        }
    }

    /// The language in which a customer is written to.
    pub async fn language(tx: &mut TenantTx, customer: Uuid) -> Outcome<Option<String>> {
        let language = sqlx::query_scalar("select language from customer where tenant_id = $1 and id = $2");
        Ok(language.bind(tx.tenant()).bind(customer).fetch_optional(tx.conn()).await?)
    }
}
