//! Stock: items, places, what is where and what it is worth.

pub mod adjustment;
pub mod item;
pub mod item_category;
pub mod report;
#[cfg(feature = "ssr")]
pub mod stock;
pub mod unit;
#[cfg(feature = "ssr")]
pub mod valuation;
pub mod warehouse;

use super::Module;
use crate::brings;

brings! {
    item::ITEM => item::ItemRules,
    item_category::ITEM_CATEGORY => item_category::CategoryRules,
    warehouse::WAREHOUSE,
    unit::UNIT,
    adjustment::STOCK_ADJUSTMENT => adjustment::AdjustmentRules,
}

pub const MODULE: Module = Module {
    name: "inventory",
    records: RECORDS,
    pages: &[("stock-on-hand", "boxes")],
    #[cfg(feature = "ssr")]
    opens: |_, rights| report::sees_stock(rights),
    #[cfg(feature = "ssr")]
    rules,
};
