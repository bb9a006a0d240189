//! What is bought, made, kept and sold.

use crate::record::{Constraint, Field, Kind, Record, Start, View};

pub static ITEM: Record = Record {
    icon: "package",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("kind", Kind::Choice(&["stock", "service"])).required().start(Start::Text("stock")),
        Field::new("unit", Kind::Link("unit")).required(),
        Field::new("price", Kind::Price),
        Field::new("cost", Kind::Price),
        Field::new("method", Kind::Choice(&["average", "fifo"])).required().start(Start::Text("average")),
        Field::new("tax_code", Kind::Link("tax_code")),
        Field::new("item_category", Kind::Link("item_category")),
        Field::new("barcode", Kind::Text(40)).searched(),
        Field::new("reorder_level", Kind::Quantity),
        Field::new("description_en", Kind::Note).wide(),
        Field::new("description_ar", Kind::Note).wide(),
        Field::new("description_he", Kind::Note).wide(),
        Field::new("description_fr", Kind::Note).wide(),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "kind", "unit", "item_category", "price"],
    kept_by: &["storekeeper"],
    views: &[
        View { name: "stock", filter: &[("kind", "stock"), ("active", "true")] },
        View { name: "service", filter: &[("kind", "service"), ("active", "true")] },
        View { name: "inactive", filter: &[("active", "false")] },
    ],
    filters: &["kind", "item_category", "tax_code"],
    constraints: &[Constraint::new("item_method_kept", "refuse-method-kept").at("method")],
    ..Record::master("item", "items", "inventory")
};

#[cfg(feature = "ssr")]
pub use rules::ItemRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Outcome, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;

    pub struct ItemRules;

    #[async_trait]
    impl Rules for ItemRules {
        async fn complete(&self, _: &mut TenantTx, item: &mut Document) -> Outcome<()> {
            item.fill("method", "average");
            Ok(())
        }
    }
}
