//! Categories of items, each below another one or at the top.

use crate::record::{Field, Kind, Record, Start};

pub static ITEM_CATEGORY: Record = Record {
    icon: "list-tree",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("parent", Kind::Link("item_category")),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "parent"],
    kept_by: &["storekeeper"],
    ..Record::master("item_category", "item-categories", "inventory")
};

#[cfg(feature = "ssr")]
pub use rules::CategoryRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;

    pub struct CategoryRules;

    #[async_trait]
    impl Rules for CategoryRules {
        async fn complete(&self, tx: &mut TenantTx, category: &mut Document) -> Outcome<()> {
            let Some(parent) = category.link("parent") else { return Ok(()) };
            // Two that put categories below each other at once come here one after the other.
            sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(format!("{} item_category", tx.tenant()))
                .execute(tx.conn())
                .await?;
            let is_above: bool = sqlx::query_scalar(
                "with recursive above as (
                   select id, parent from item_category where tenant_id = $1 and id = $2
                   union select c.id, c.parent from above a join item_category c on c.tenant_id = $1 and c.id = a.parent)
                 select exists (select from above where id = $3)",
            )
            .bind(tx.tenant())
            .bind(parent)
            .bind(category.id)
            .fetch_one(tx.conn())
            .await?;
            let circle = is_above || parent == category.id;
            if circle { Err(Refusal::new("refuse-category-circle").at("parent").into()) } else { Ok(()) }
        }
    }
}
