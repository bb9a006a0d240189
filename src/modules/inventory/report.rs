//! What is on hand, where, what of it is spoken for, what it is worth, and what is to be ordered again.

use crate::record::Minor;
use rust_decimal::Decimal;
use uuid::Uuid;

/// One item at one place; or, of what is to be ordered again, one item wherever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    pub item: Uuid,
    pub code: String,
    /// Canonical name of the item, of the place, of the unit.
    pub name: String,
    pub warehouse: Option<String>,
    /// Whether it is a part of the row above, which is of a whole warehouse with bins: what lies in one of them, or in none.
    pub part: bool,
    pub unit: String,
    /// Canonical text of quantities. Orders reserve from a whole warehouse: what is promised and available of a part is empty.
    pub on_hand: String,
    pub promised: String,
    pub available: String,
    /// The level at or below which the item is to be ordered again; only where that is asked.
    pub reorder_level: Option<String>,
    pub value: Minor,
}

/// The stock of a company, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockOnHand {
    pub rows: Vec<StockRow>,
    pub total: Minor,
    pub currency: String,
    pub search: String,
    /// Whether it is only what is to be ordered again.
    pub to_reorder: bool,
    pub more: bool,
}

/// By this word the report is asked for what is to be ordered again.
pub const TO_REORDER: &str = "to_reorder";

/// What of an item lies at one place, and what of it is promised from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Canonical name of the place and of the unit.
    pub warehouse: String,
    pub unit: String,
    /// Whether it is a part of the warehouse above, as in [`StockRow`].
    pub part: bool,
    pub on_hand: Decimal,
    pub promised: Decimal,
}

impl Held {
    /// What can be promised to somebody else; below zero where more is promised than there is.
    pub fn available(&self) -> Decimal {
        self.on_hand - self.promised
    }
}

#[cfg(feature = "ssr")]
pub use queries::{held, sees_stock, stock_on_hand};

#[cfg(feature = "ssr")]
mod queries {
    use super::{Held, StockOnHand, StockRow};
    use crate::modules::inventory::{item::ITEM, warehouse::WAREHOUSE};
    use crate::platform::door::{Error, Outcome};
    use crate::platform::permission::Rights;
    use crate::platform::tenancy::TenantTx;
    use crate::record::fold::fold;
    use sqlx::Row as _;
    use uuid::Uuid;

    const ROWS: usize = 300;

    /// Whether somebody may read what is where and what it is worth: nothing of items and warehouses is kept from them.
    pub fn sees_stock(rights: &Rights) -> bool {
        rights.sees_whole(&ITEM) && rights.sees_whole(&WAREHOUSE)
    }

    /// Warehouse by warehouse: what is there, or owed from there. Those with something in bins are followed by what lies where.
    const BY_PLACE: &str =
        "select i.id, i.code, i.name::text as name, w.name::text as warehouse, p.part, u.name::text as unit, trim_scale(p.on_hand)::text as on_hand,
                case when p.part then '' else trim_scale(p.reserved)::text end as promised,
                case when p.part then '' else trim_scale(p.on_hand - p.reserved)::text end as available, null::text as reorder_level,
                p.value, coalesce(sum(p.value) filter (where not p.part) over (), 0)::bigint as total
           from (select item, whole, coalesce(warehouse, whole) as place, warehouse is not null as part, on_hand, reserved, value,
                        bool_or(warehouse <> whole) over (partition by item, whole) as parted
                   from (select item, whole, warehouse, sum(on_hand) as on_hand, sum(reserved) as reserved, sum(value)::bigint as value
                           from stock_place where tenant_id = $1 group by grouping sets ((item, whole), (item, whole, warehouse))) g) p
           join item i on i.tenant_id = $1 and i.id = p.item
           join warehouse w on w.tenant_id = $1 and w.id = p.place
           join warehouse h on h.tenant_id = $1 and h.id = p.whole
           join unit u on u.tenant_id = $1 and u.id = i.unit
          where ($2 = '' or strpos(i.search, $2) > 0) and (i.kind = 'stock' or p.on_hand > 0) and (not p.part or p.parted and p.on_hand > 0)
          order by i.code, h.code, p.part, p.place <> p.whole, w.code limit $3";

    /// Item by item: of what is available less than its level, or just that.
    const BY_ITEM: &str =
        "select i.id, i.code, i.name::text as name, null::text as warehouse, false as part, u.name::text as unit, trim_scale(coalesce(p.on_hand, 0))::text as on_hand,
                trim_scale(coalesce(p.reserved, 0))::text as promised, trim_scale(coalesce(p.on_hand - p.reserved, 0))::text as available,
                trim_scale(i.reorder_level)::text as reorder_level, coalesce(p.value, 0)::bigint as value, coalesce(sum(p.value) over (), 0)::bigint as total
           from item i
           join unit u on u.tenant_id = $1 and u.id = i.unit
           left join (select item, sum(on_hand) as on_hand, sum(reserved) as reserved, sum(value) as value
                        from stock_place where tenant_id = $1 group by item) p on p.item = i.id
          where i.tenant_id = $1 and ($2 = '' or strpos(i.search, $2) > 0) and i.kind = 'stock' and i.active
            and coalesce(p.on_hand - p.reserved, 0) <= i.reorder_level
          order by i.code limit $3";

    /// On hand, promised to customers by what confirmed orders still owe, and available, which is the one less the other.
    pub async fn stock_on_hand(tx: &mut TenantTx, search: &str, to_reorder: bool) -> Outcome<StockOnHand> {
        if !sees_stock(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let rows = sqlx::query(if to_reorder { BY_ITEM } else { BY_PLACE })
            .bind(tx.tenant())
            .bind(fold(search))
            .bind(ROWS as i64 + 1)
            .fetch_all(tx.conn())
            .await?;
        let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
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
                    part: row.try_get("part")?,
                    unit: row.try_get("unit")?,
                    on_hand: row.try_get("on_hand")?,
                    promised: row.try_get("promised")?,
                    available: row.try_get("available")?,
                    reorder_level: row.try_get("reorder_level")?,
                    value: row.try_get("value")?,
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        let currency = tx.company.currency.clone();
        Ok(StockOnHand { rows, total, currency, search: search.to_owned(), to_reorder, more })
    }

    /// Where an item is, and from where it is promised, as in [`stock_on_hand`]; nothing of services.
    pub async fn held(tx: &mut TenantTx, item: Uuid) -> Outcome<Vec<Held>> {
        let rows = sqlx::query(
            "select w.name::text as warehouse, u.name::text as unit, p.part, trim_scale(p.on_hand) as on_hand, trim_scale(p.reserved) as promised
               from (select whole, coalesce(warehouse, whole) as place, warehouse is not null as part, on_hand, reserved,
                            bool_or(warehouse <> whole) over (partition by whole) as parted
                       from (select whole, warehouse, sum(on_hand) as on_hand, sum(reserved) as reserved
                               from stock_place where tenant_id = $1 and item = $2 group by grouping sets ((whole), (whole, warehouse))) g) p
               join item i on i.tenant_id = $1 and i.id = $2 and i.kind = 'stock'
               join warehouse w on w.tenant_id = $1 and w.id = p.place
               join warehouse h on h.tenant_id = $1 and h.id = p.whole
               join unit u on u.tenant_id = $1 and u.id = i.unit
              where not p.part or p.parted and p.on_hand > 0
              order by h.code, p.part, p.place <> p.whole, w.code",
        )
        .bind(tx.tenant())
        .bind(item)
        .fetch_all(tx.conn())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Held {
                    warehouse: row.try_get("warehouse")?,
                    unit: row.try_get("unit")?,
                    part: row.try_get("part")?,
                    on_hand: row.try_get("on_hand")?,
                    promised: row.try_get("promised")?,
                })
            })
            .collect()
    }
}
