//! What is on hand, where, and what it is worth.

use crate::record::Minor;
use uuid::Uuid;

/// One item at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    pub item: Uuid,
    pub code: String,
    /// Canonical name of the item, of the place, of the unit.
    pub name: String,
    pub warehouse: String,
    pub unit: String,
    /// Canonical text of quantities.
    pub on_hand: String,
    pub promised: String,
    pub value: Minor,
}

/// The stock of a company, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockOnHand {
    pub rows: Vec<StockRow>,
    pub total: Minor,
    pub currency: String,
    pub search: String,
    pub more: bool,
}

#[cfg(feature = "ssr")]
pub use queries::{sees_stock, stock_on_hand};

#[cfg(feature = "ssr")]
mod queries {
    use super::{StockOnHand, StockRow};
    use crate::modules::inventory::{item::ITEM, warehouse::WAREHOUSE};
    use crate::platform::door::{Error, Outcome};
    use crate::platform::permission::Rights;
    use crate::platform::tenancy::TenantTx;
    use crate::record::fold::fold;
    use sqlx::Row as _;

    const ROWS: usize = 300;

    /// Whether somebody may read what is where and what it is worth: nothing of items and warehouses is kept from them.
    pub fn sees_stock(rights: &Rights) -> bool {
        rights.sees_whole(&ITEM) && rights.sees_whole(&WAREHOUSE)
    }

    /// On hand, and promised to customers by open orders of the same warehouse.
    pub async fn stock_on_hand(tx: &mut TenantTx, search: &str) -> Outcome<StockOnHand> {
        if !sees_stock(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let rows = sqlx::query(
            "select i.id, i.code, i.name::text as name, w.name::text as warehouse, u.name::text as unit, trim_scale(s.on_hand)::text as on_hand, s.value,
                    trim_scale(coalesce((select sum(l.quantity - l.delivered) from sales_order_line l
                        join sales_order o on o.tenant_id = l.tenant_id and o.id = l.parent
                       where l.tenant_id = $1 and l.item = s.item and o.warehouse = s.warehouse and o.state in ('confirmed', 'partly_delivered')), 0))::text as promised
               from stock_level s
               join item i on i.tenant_id = s.tenant_id and i.id = s.item
               join warehouse w on w.tenant_id = s.tenant_id and w.id = s.warehouse
               join unit u on u.tenant_id = i.tenant_id and u.id = i.unit
              where s.tenant_id = $1 and ($2 = '' or strpos(i.search, $2) > 0) and s.on_hand > 0
              order by i.code, w.code limit $3",
        )
        .bind(tx.tenant())
        .bind(fold(search))
        .bind(ROWS as i64 + 1)
        .fetch_all(tx.conn())
        .await?;
        let total: i64 = sqlx::query_scalar(
            "select coalesce(sum(s.value), 0)::bigint from stock_level s join item i on i.tenant_id = s.tenant_id and i.id = s.item
              where s.tenant_id = $1 and ($2 = '' or strpos(i.search, $2) > 0)",
        )
        .bind(tx.tenant())
        .bind(fold(search))
        .fetch_one(tx.conn())
        .await?;
        let more = rows.len() > ROWS;
        let rows = rows
            .into_iter()
            .take(ROWS)
            .map(|row| {
                Ok(StockRow {
                    item: row.try_get("id")?,
                    code: row.try_get("code")?,
                    name: row.try_get("name")?,
                    warehouse: row.try_get("warehouse")?,
                    unit: row.try_get("unit")?,
                    on_hand: row.try_get("on_hand")?,
                    promised: row.try_get("promised")?,
                    value: row.try_get("value")?,
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        Ok(StockOnHand { rows, total, currency: tx.company.currency.clone(), search: search.to_owned(), more })
    }
}
