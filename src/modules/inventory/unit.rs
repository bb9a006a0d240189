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
pub use rules::{Measure, Measures, check_quantities, convert, measures, whole};

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{Error, Outcome, Refusal};
    use crate::platform::tenancy::TenantTx;
    use crate::record::value::SCALE;
    use rust_decimal::Decimal;
    use std::collections::{HashMap, HashSet};
    use uuid::Uuid;

    /// Refuses quantities of zero, which would be lines that mean nothing.
    pub fn check_quantities(document: &Document) -> Outcome<()> {
        refuse(&document.lines, |line| {
            let is_zero = line.get("quantity").decimal().is_some_and(|quantity| quantity.is_zero());
            is_zero.then(|| Refusal::new("refuse-zero-quantity"))
        })
    }

    fn refuse(lines: &[Line], what: impl Fn(&Line) -> Option<Refusal>) -> Outcome<()> {
        let refusals: Vec<Refusal> =
            lines.iter().enumerate().filter_map(|(row, line)| Some(what(line)?.at_line(row, "quantity"))).collect();
        if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
    }

    /// A quantity in a unit of which one holds `from`, in a unit of which one holds `to`, exactly; `None` where so many
    /// decimals cannot hold it.
    pub fn convert(quantity: Decimal, from: Decimal, to: Decimal, decimals: u32) -> Option<Decimal> {
        let (parts, rest) = divide(quantity, from, to, decimals)?;
        if rest == 0 { of_parts(parts, decimals) } else { None }
    }

    /// The most of such a quantity that so many decimals hold.
    pub fn whole(quantity: Decimal, from: Decimal, to: Decimal, decimals: u32) -> Option<Decimal> {
        divide(quantity, from, to, decimals).and_then(|(parts, _)| of_parts(parts, decimals))
    }

    fn of_parts(parts: i128, decimals: u32) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(parts, decimals).ok().map(|quantity| quantity.normalize())
    }

    /// A quantity in another unit as a number of its last decimal, and what is left over; in whole numbers, since decimals
    /// round where they are divided.
    fn divide(quantity: Decimal, from: Decimal, to: Decimal, decimals: u32) -> Option<(i128, i128)> {
        let [quantity, from, to] = [quantity, from, to].map(|figure| figure.normalize());
        let (up, down) = (decimals + to.scale(), quantity.scale() + from.scale());
        let power = |by: u32| 10_i128.checked_pow(by);
        let over = quantity.mantissa().checked_mul(from.mantissa())?.checked_mul(power(up.saturating_sub(down))?)?;
        let under = to.mantissa().checked_mul(power(down.saturating_sub(up))?)?;
        (under > 0).then(|| (over.div_euclid(under), over.rem_euclid(under)))
    }

    /// A unit of an item: how much of the stock unit one holds, and in how many decimals it is counted.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Measure {
        pub factor: Decimal,
        pub decimals: u32,
    }

    /// The units that items are counted in.
    #[derive(Clone, Debug, Default)]
    pub struct Measures {
        stock: HashMap<Uuid, Uuid>,
        templates: HashSet<Uuid>,
        known: HashMap<(Uuid, Uuid), Measure>,
    }

    /// The units of the items that stand in these documents.
    pub async fn measures(tx: &mut TenantTx, documents: &[&Document]) -> Outcome<Measures> {
        let lines = documents.iter().flat_map(|document| &document.lines);
        let items: Vec<Uuid> = lines.filter_map(|line| line.link("item")).collect();
        let rows: Vec<(Uuid, Uuid, Decimal, i32, bool, bool)> = sqlx::query_as(
            "select i.id, u.id, 1::numeric, u.decimals, true, i.kind = 'template' from item i join unit u on u.tenant_id = i.tenant_id and u.id = i.unit
              where i.tenant_id = $1 and i.id = any($2)
             union all
             select l.parent, u.id, l.factor, u.decimals, false, false from item_unit l join unit u on u.tenant_id = l.tenant_id and u.id = l.unit
              where l.tenant_id = $1 and l.parent = any($2)",
        )
        .bind(tx.tenant())
        .bind(&items)
        .fetch_all(tx.conn())
        .await?;
        let mut measures = Measures::default();
        for (item, unit, factor, decimals, is_stock, is_template) in rows {
            measures.known.insert((item, unit), Measure { factor, decimals: decimals.unsigned_abs() });
            if is_stock {
                measures.stock.insert(item, unit);
            }
            if is_template {
                measures.templates.insert(item);
            }
        }
        Ok(measures)
    }

    impl Measures {
        /// The unit that stock of an item is counted in.
        pub fn stock_unit(&self, item: Uuid) -> Option<Uuid> {
            self.stock.get(&item).copied()
        }

        /// What a line is counted in: the unit that it names, else the stock unit. `None` where its item has no such unit.
        pub fn of(&self, line: &Line) -> Option<Measure> {
            let item = line.link("item")?;
            let unit = line.link("unit").or_else(|| self.stock_unit(item))?;
            self.known.get(&(item, unit)).copied()
        }

        /// Refuses lines of templates, lines in units that their items do not have, and quantities that the unit, or the stock unit, is too
        /// coarse for.
        pub fn check(&self, lines: &[Line]) -> Outcome<()> {
            let mut refusals = Vec::new();
            for (row, line) in lines.iter().enumerate().filter(|(_, line)| line.link("item").is_some()) {
                if line.link("item").is_some_and(|item| self.templates.contains(&item)) {
                    refusals.push(Refusal::new("refuse-template").at_line(row, "item"));
                    continue;
                }
                let Some(measure) = self.of(line) else {
                    refusals.push(Refusal::new("refuse-unit-of-item").at_line(row, "unit"));
                    continue;
                };
                let Some(quantity) = line.get("quantity").decimal() else { continue };
                let stock = line.link("item").and_then(|item| self.known.get(&(item, self.stock_unit(item)?)));
                let decimals = stock.map_or(SCALE, |stock| stock.decimals);
                let finer =
                    |decimals: u32| Refusal::new("refuse-finer-quantity").with("decimals", Decimal::from(decimals));
                if quantity.normalize().scale() > measure.decimals {
                    refusals.push(finer(measure.decimals).at_line(row, "quantity"));
                } else if convert(quantity, measure.factor, Decimal::ONE, decimals).is_none() {
                    let refusal = Refusal::new("refuse-finer-stock").with("factor", measure.factor.normalize());
                    refusals.push(refusal.at_line(row, "quantity"));
                }
            }
            if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
        }

        /// A document whose lines are counted in stock units, with prices for one of them: how documents compare.
        pub fn in_stock(&self, document: &Document) -> Outcome<Document> {
            let mut document = document.clone();
            // Lines without an item count as they stand.
            let lines = document.lines.iter_mut().enumerate();
            for (row, line) in lines.filter(|(_, line)| line.link("item").is_some()) {
                let Some(measure) = self.of(line) else {
                    return Err(Refusal::new("refuse-unit-of-item").at_line(row, "unit").into());
                };
                if measure.factor == Decimal::ONE {
                    continue;
                }
                let too_large = || Refusal::new("fault-out-of-range").at_line(row, "quantity");
                for name in ["quantity", "delivered", "invoiced", "returned", "credited"] {
                    if let Some(quantity) = line.get(name).decimal() {
                        // All that six decimals times six can hold.
                        let held = convert(quantity, measure.factor, Decimal::ONE, 2 * SCALE);
                        line.set(name, held.ok_or_else(too_large)?);
                    }
                }
                if let Some(price) = line.get("price").decimal() {
                    line.set("price", price.checked_div(measure.factor).ok_or_else(too_large)?);
                }
            }
            Ok(document)
        }
    }
}
