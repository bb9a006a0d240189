//! Accounting periods: what is closed takes no more postings.

use crate::record::{Action, Constraint, Field, Kind, Record, State, Tone, View};

pub static PERIOD: Record = Record {
    icon: "calendar",
    title: "code",
    subtitle: None,
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("starts", Kind::Date).required(),
        Field::new("ends", Kind::Date).required(),
        Field::new("state", Kind::State).computed(),
    ],
    states: &[State::new("open", Tone::Active).editable(), State::new("closed", Tone::Done)],
    actions: &[
        Action::new("close_period", "lock", &["open"]).primary(),
        Action::new("reopen_period", "rotate-ccw", &["closed"]),
    ],
    columns: &["code", "starts", "ends", "state"],
    sort: "starts",
    descending: true,
    views: &[
        View { name: "open", filter: &[("state", "open")] },
        View { name: "closed", filter: &[("state", "closed")] },
    ],
    kept_by: &["accountant"],
    constraints: &[
        Constraint::new("period_overlap", "refuse-period-overlap").at("starts"),
        Constraint::new("period_order", "refuse-period-order").at("ends"),
    ],
    ..Record::master("period", "periods", "finance")
};

#[cfg(feature = "ssr")]
pub use rules::PeriodRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;
    use sqlx::Row as _;

    pub struct PeriodRules;

    #[async_trait]
    impl Rules for PeriodRules {
        async fn act(&self, tx: &mut TenantTx, action: &'static str, period: &Document) -> Outcome<Effects> {
            let date = |name: &str| period.get(name).date().map(|d| d.to_string());
            let row = sqlx::query(
                "select (select code from period where tenant_id = $1 and ends < $2::date and state = 'open' order by starts limit 1) as earlier,
                        (select code from period where tenant_id = $1 and starts > $2::date and state = 'closed' order by starts desc limit 1) as later",
            )
            .bind(tx.tenant())
            .bind(date("starts"))
            .fetch_one(tx.conn())
            .await?;
            let neighbour = |name: &str| row.try_get::<Option<String>, _>(name);
            match action {
                // Periods close and reopen in order, so that opening balances never change behind a closed one.
                "close_period" => match neighbour("earlier")? {
                    Some(code) => Err(Refusal::new("refuse-close-order").with("code", code).into()),
                    None => Ok(Effects::to("closed")),
                },
                "reopen_period" => match neighbour("later")? {
                    Some(code) => Err(Refusal::new("refuse-reopen-order").with("code", code).into()),
                    None => Ok(Effects::to("open")),
                },
                _ => Err(Error::NotFound),
            }
        }
    }
}
