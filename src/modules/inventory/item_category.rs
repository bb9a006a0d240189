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
    use crate::platform::tree;
    use async_trait::async_trait;

    pub struct CategoryRules;

    #[async_trait]
    impl Rules for CategoryRules {
        async fn complete(&self, tx: &mut TenantTx, category: &mut Document) -> Outcome<()> {
            match tree::is_below_itself(tx, category).await? {
                true => Err(Refusal::new("refuse-category-circle").at("parent").into()),
                false => Ok(()),
            }
        }
    }
}
