//! What is bought, made, kept and sold.

use crate::record::{Constraint, Field, Kind, Lines, Record, Start, View};

static LINES: Lines = Lines::new(
    "item_unit",
    &[
        Field::new("unit", Kind::Link("unit")).required(),
        Field::new("factor", Kind::Quantity).required(),
        Field::new("barcode", Kind::Text(40)).scanned(),
    ],
);

pub static ITEM: Record = Record {
    icon: "package",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("kind", Kind::Choice(&["stock", "service", "template"])).required().start(Start::Text("stock")),
        Field::new("variant_of", Kind::Link("item")),
        Field::new("variant", Kind::Text(80)).searched(),
        Field::new("unit", Kind::Link("unit")).required(),
        Field::new("price", Kind::Price),
        Field::new("cost", Kind::Price),
        Field::new("method", Kind::Choice(&["average", "fifo"])).required().start(Start::Text("average")),
        Field::new("tax_code", Kind::Link("tax_code")),
        Field::new("item_category", Kind::Link("item_category")),
        Field::new("barcode", Kind::Text(40)).scanned(),
        Field::new("reorder_level", Kind::Quantity),
        Field::new("description_en", Kind::Note).wide(),
        Field::new("description_ar", Kind::Note).wide(),
        Field::new("description_he", Kind::Note).wide(),
        Field::new("description_fr", Kind::Note).wide(),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    lines: Some(&LINES),
    columns: &["code", "name", "kind", "unit", "item_category", "price"],
    kept_by: &["storekeeper"],
    views: &[
        View { name: "stock", filter: &[("kind", "stock"), ("active", "true")] },
        View { name: "service", filter: &[("kind", "service"), ("active", "true")] },
        View { name: "template", filter: &[("kind", "template"), ("active", "true")] },
        View { name: "inactive", filter: &[("active", "false")] },
    ],
    filters: &["kind", "variant_of", "item_category", "tax_code"],
    constraints: &[
        Constraint::new("item_method_kept", "refuse-method-kept").at("method"),
        Constraint::new("item_unit_used", "refuse-unit-used"),
        Constraint::new("item_template_kept", "refuse-template-kept").at("kind"),
    ],
    ..Record::master("item", "items", "inventory")
};

#[cfg(feature = "ssr")]
pub use rules::ItemRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;
    use rust_decimal::Decimal;
    use uuid::Uuid;

    pub struct ItemRules;

    #[async_trait]
    impl Rules for ItemRules {
        async fn complete(&self, tx: &mut TenantTx, item: &mut Document) -> Outcome<()> {
            if let Some(template) = item.link("variant_of") {
                follow_template(tx, item, template).await?;
            }
            item.fill("method", "average");
            let refusals = check_units(item);
            if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
        }
    }

    /// Fills a new variant from its template where it says nothing itself.
    async fn follow_template(tx: &mut TenantTx, item: &mut Document, template: Uuid) -> Outcome<()> {
        type Row = (String, Uuid, Option<Uuid>, Option<Uuid>, Option<Decimal>);
        let row: Option<Row> = sqlx::query_as(
            "select kind, unit, tax_code, item_category, price from item where tenant_id = $1 and id = $2",
        )
        .bind(tx.tenant())
        .bind(template)
        .fetch_optional(tx.conn())
        .await?;
        let is_variant = item.text("kind") != Some("template");
        let Some((_, unit, tax_code, category, price)) = row.filter(|row| is_variant && row.0 == "template") else {
            return Err(Refusal::new("refuse-variant-of").at("variant_of").into());
        };
        if item.version == 0 {
            item.fill("unit", unit);
            item.fill("tax_code", tax_code);
            item.fill("item_category", category);
            // A price is for one of its unit.
            if item.link("unit") == Some(unit) {
                item.fill("price", price);
            }
        }
        Ok(())
    }

    /// Each unit beside the stock unit stands there once, and holds something.
    fn check_units(item: &Document) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut seen = vec![item.link("unit")];
        for (row, line) in item.lines.iter().enumerate() {
            if line.get("factor").decimal().is_some_and(|factor| factor.is_zero()) {
                refusals.push(Refusal::new("refuse-unit-empty").at_line(row, "factor"));
            }
            let unit = line.link("unit");
            if unit.is_some() && seen.contains(&unit) {
                refusals.push(Refusal::new("refuse-unit-twice").at_line(row, "unit"));
            }
            seen.push(unit);
        }
        refusals
    }
}
