//! Units in which items are counted.

use crate::record::{Field, Kind, Record, Start};

pub static UNIT: Record = Record {
    icon: "ruler",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("decimals", Kind::Integer).required().start(Start::Text("0")),
    ],
    columns: &["code", "name", "decimals"],
    kept_by: &["storekeeper"],
    ..Record::master("unit", "units", "inventory")
};

#[cfg(feature = "ssr")]
pub use rules::{check_fineness, check_quantities, fineness_of};

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{Error, Outcome, Refusal};
    use crate::platform::tenancy::TenantTx;
    use rust_decimal::Decimal;
    use std::collections::HashMap;
    use uuid::Uuid;

    /// Refuses quantities of zero, which would be lines that mean nothing.
    pub fn check_quantities(document: &Document) -> Outcome<()> {
        refuse(&document.lines, |line| {
            let is_zero = line.get("quantity").decimal().is_some_and(|quantity| quantity.is_zero());
            is_zero.then(|| Refusal::new("refuse-zero-quantity"))
        })
    }

    /// Refuses quantities that are finer than the units of their items are counted in, by the decimals of an item's unit.
    pub fn check_fineness(lines: &[Line], fineness: impl Fn(Uuid) -> Option<i32>) -> Outcome<()> {
        refuse(lines, |line| {
            let decimals = line.link("item").and_then(&fineness)?;
            let quantity = line.get("quantity").decimal()?.normalize();
            let finer = i64::from(quantity.scale()) > i64::from(decimals);
            finer.then(|| Refusal::new("refuse-finer-quantity").with("decimals", Decimal::from(decimals)))
        })
    }

    fn refuse(lines: &[Line], what: impl Fn(&Line) -> Option<Refusal>) -> Outcome<()> {
        let refusals: Vec<Refusal> =
            lines.iter().enumerate().filter_map(|(row, line)| Some(what(line)?.at_line(row, "quantity"))).collect();
        if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
    }

    /// How many decimals the units of items are counted in, for [`check_fineness`].
    pub async fn fineness_of(tx: &mut TenantTx, lines: &[Line]) -> Outcome<HashMap<Uuid, i32>> {
        let items: Vec<Uuid> = lines.iter().filter_map(|line| line.link("item")).collect();
        let rows: Vec<(Uuid, i32)> = sqlx::query_as(
            "select i.id, u.decimals from item i join unit u on u.tenant_id = i.tenant_id and u.id = i.unit
              where i.tenant_id = $1 and i.id = any($2)",
        )
        .bind(tx.tenant())
        .bind(&items)
        .fetch_all(tx.conn())
        .await?;
        Ok(rows.into_iter().collect())
    }
}
