//! The details of the company: what stands on its papers and how it counts.

use crate::record::{Field, Kind, Record};

pub static COMPANY: Record = Record {
    icon: "settings",
    title: "name",
    subtitle: None,
    fields: &[
        Field::new("name", Kind::Names).required().wide(),
        Field::new("tax_number", Kind::Text(30)),
        Field::new("phone", Kind::Text(40)),
        Field::new("address", Kind::Names).wide(),
        Field::new("country", Kind::Text(2)).required().computed(),
        Field::new("currency", Kind::Currency).required().computed(),
        Field::new("time_zone", Kind::Text(60)).required(),
        Field::new("weekend", Kind::Choice(&["fri_sat", "sat_sun", "thu_fri", "fri", "sun"])).required(),
        // Month and day, `MM-DD`.
        Field::new("fiscal_start", Kind::Text(5)).required(),
        Field::new("tax_rounding", Kind::Choice(&["document", "line"])).required(),
        Field::new("over_delivery", Kind::Percent),
    ],
    columns: &["name", "tax_number", "phone", "country", "currency"],
    sort: "country",
    single: true,
    seen_by: &["accountant"],
    ..Record::master("company", "company-details", "administration")
};

#[cfg(feature = "ssr")]
pub use rules::CompanyRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::value;
    use async_trait::async_trait;

    pub struct CompanyRules;

    #[async_trait]
    impl Rules for CompanyRules {
        async fn complete(&self, tx: &mut TenantTx, company: &mut Document) -> Outcome<()> {
            let mut refusals = Vec::new();
            let zone = company.text("time_zone").unwrap_or_default();
            let known: bool = sqlx::query_scalar("select exists (select from pg_timezone_names where name = $1)")
                .bind(zone)
                .fetch_one(tx.conn())
                .await?;
            if !zone.is_empty() && !known {
                refusals.push(Refusal::new("refuse-time-zone").at("time_zone"));
            }
            if let Some(text) = company.text("fiscal_start") {
                match value::month_day(text) {
                    Some((month, day)) => company.set("fiscal_start", format!("{month:02}-{day:02}")),
                    None => refusals.push(Refusal::new("refuse-fiscal-start").at("fiscal_start")),
                }
            }
            if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
        }
    }
}
