//! Cost centres: parts of the business whose income and costs are told apart, each below another one or at the top.

use crate::record::{Field, Kind, Record, Start};

pub static COST_CENTRE: Record = Record {
    icon: "factory",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("parent", Kind::Link("cost_centre")),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "parent", "active"],
    kept_by: &["accountant"],
    ..Record::master("cost_centre", "cost-centres", "finance")
};

#[cfg(feature = "ssr")]
pub use rules::CentreRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;

    pub struct CentreRules;

    #[async_trait]
    impl Rules for CentreRules {
        async fn complete(&self, tx: &mut TenantTx, centre: &mut Document) -> Outcome<()> {
            let Some(parent) = centre.link("parent") else { return Ok(()) };
            // Two that put centres below each other at once come here one after the other.
            sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(format!("{} cost_centre", tx.tenant()))
                .execute(tx.conn())
                .await?;
            let is_above: bool = sqlx::query_scalar(
                "with recursive above as (
                   select id, parent from cost_centre where tenant_id = $1 and id = $2
                   union select c.id, c.parent from above a join cost_centre c on c.tenant_id = $1 and c.id = a.parent)
                 select exists (select from above where id = $3)",
            )
            .bind(tx.tenant())
            .bind(parent)
            .bind(centre.id)
            .fetch_one(tx.conn())
            .await?;
            let circle = is_above || parent == centre.id;
            if circle { Err(Refusal::new("refuse-centre-circle").at("parent").into()) } else { Ok(()) }
        }
    }
}
