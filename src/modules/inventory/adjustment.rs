//! Stock adjustments: opening stock, differences of counts, damage, finds.

use crate::record::{Action, Constraint, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "stock_adjustment_line",
    &[
        Field::new("item", Kind::Link("item")).required(),
        Field::new("warehouse", Kind::Link("warehouse")).required(),
        Field::new("quantity", Kind::Quantity).required().signed(),
        Field::new("cost", Kind::Price),
        Field::new("place", Kind::Text(60)),
        Field::new("value", Kind::Base).computed(),
    ],
)
.required();

pub static STOCK_ADJUSTMENT: Record = Record {
    icon: "clipboard-list",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("reason", Kind::Choice(&["opening", "count", "damage", "found"]))
            .required()
            .start(Start::Text("count")),
        Field::new("note", Kind::Note).wide(),
        Field::new("total", Kind::Base).computed(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[State::new("draft", Tone::Draft).editable(), State::new("posted", Tone::Done)],
    actions: &[Action::new("post", "check", &["draft"]).primary().grave()],
    columns: &["number", "date", "reason", "total", "state"],
    views: &[
        View { name: "draft", filter: &[("state", "draft")] },
        View { name: "posted", filter: &[("state", "posted")] },
    ],
    filters: &["date", "reason", "state"],
    kept_by: &["storekeeper", "accountant"],
    constraints: &[
        Constraint::new("stock_never_negative", "refuse-stock-short"),
        Constraint::new("stock_value_needs_stock", "refuse-stock-short"),
        Constraint::new("stock_value_never_negative", "refuse-stock-short"),
    ],
    ..Record::document("stock_adjustment", "stock-adjustments", "inventory", "SA")
};

#[cfg(feature = "ssr")]
pub use rules::{AdjustmentLine, AdjustmentRules, adjust};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::stock::{self, Move, Moves, Place};
    use super::super::unit;
    use super::super::valuation::{self, Stock};
    use crate::modules::finance::ledger::{self, Books, Entry, EntryLine};
    use crate::platform::document::Document;
    use crate::platform::door::{Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Minor, money};
    use crate::typed;
    use async_trait::async_trait;
    use rust_decimal::Decimal;
    use std::collections::HashMap;
    use uuid::Uuid;

    typed! {
        /// A line of an adjustment.
        pub struct AdjustmentLine { item: Uuid, warehouse: Uuid, quantity: Decimal, cost: Option<Decimal> }
    }

    pub struct AdjustmentRules;

    #[async_trait]
    impl Rules for AdjustmentRules {
        async fn complete(&self, tx: &mut TenantTx, adjustment: &mut Document) -> Outcome<()> {
            unit::check_quantities(adjustment)?;
            let fineness = unit::fineness_of(tx, &adjustment.lines).await?;
            unit::check_fineness(&adjustment.lines, |item| fineness.get(&item).copied())?;
            let opening = adjustment.text("reason") == Some("opening");
            let costs = if opening { standard_costs(tx, adjustment).await? } else { HashMap::new() };
            for line in &mut adjustment.lines {
                if line.get("value").is_null() {
                    line.set("value", 0);
                }
                // Opening stock that says no cost of its own comes in at the item's standard cost.
                if line.get("cost").is_null()
                    && let Some(cost) = line.link("item").and_then(|item| costs.get(&item))
                {
                    line.set("cost", *cost);
                }
            }
            adjustment.fill("total", 0);
            Ok(())
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, adjustment: &Document) -> Outcome<Effects> {
            if action != "post" {
                return Err(Error::NotFound);
            }
            let lines: Vec<AdjustmentLine> = adjustment.lines.iter().map(Into::into).collect();
            let places: Vec<Place> = lines.iter().map(|l| (l.item, l.warehouse)).collect();
            let books = ledger::books(tx, adjustment.date()).await?;
            let held = stock::held(tx, &places).await?;
            if let Some(row) = places.iter().position(|place| !held.contains_key(place)) {
                return Err(Refusal::new("refuse-not-stocked").at_line(row, "item").into());
            }
            let opening = adjustment.text("reason") == Some("opening");
            Ok(adjust(&lines, held, opening, &books, money::decimals(&tx.company.currency))?)
        }
    }

    async fn standard_costs(tx: &mut TenantTx, adjustment: &Document) -> Outcome<HashMap<Uuid, Decimal>> {
        let items: Vec<Uuid> = adjustment.lines.iter().filter_map(|l| l.link("item")).collect();
        let rows: Vec<(Uuid, Decimal)> =
            sqlx::query_as("select id, cost from item where tenant_id = $1 and id = any($2) and cost is not null")
                .bind(tx.tenant())
                .bind(&items)
                .fetch_all(tx.conn())
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Brings stock to what was counted: finds come in at their cost or the average, losses go out by the method of the item.
    pub fn adjust(
        lines: &[AdjustmentLine],
        mut held: HashMap<Place, Stock>,
        opening: bool,
        books: &Books,
        decimals: u32,
    ) -> Result<Effects, Refusal> {
        books.check_open()?;
        let mut effects = Effects::to("posted").numbered();
        let mut moves = Vec::with_capacity(lines.len());
        let mut total: Minor = 0;
        for (row, line) in lines.iter().enumerate() {
            let place = (line.item, line.warehouse);
            let stock = held.entry(place).or_default();
            let too_large = || Refusal::new("fault-out-of-range").at_line(row, "quantity");
            let value = if line.quantity > Decimal::ZERO {
                let value = match line.cost {
                    Some(cost) => cost.checked_mul(line.quantity).and_then(|v| money::to_minor(v, decimals)),
                    None => money::to_minor(stock.level().average() * line.quantity, 0),
                }
                .ok_or_else(too_large)?;
                let part = stock.receive(line.id, line.quantity, value).ok_or_else(too_large)?;
                moves.push(Move::brought(place, line.id, &part));
                value
            } else {
                let available = stock.level().on_hand;
                let short = || {
                    Refusal::new("refuse-stock-short-of")
                        .with("available", available.normalize())
                        .with("asked", (-line.quantity).normalize())
                        .at_line(row, "quantity")
                };
                let parts = stock.issue(-line.quantity).ok_or_else(short)?;
                moves.extend(parts.iter().map(|part| Move::taken(place, line.id, part)));
                -valuation::worth(&parts)
            };
            total = total.checked_add(value).ok_or_else(too_large)?;
            effects.set_lines.push((line.id, "value", value.into()));
        }
        let other = books.account(if opening { "opening_balance" } else { "stock_adjustment" })?;
        let entry = Entry::new(
            books.date,
            [EntryLine::signed(books.account("inventory")?, total), EntryLine::signed(other, -total)],
        );
        Ok(effects.set("total", total).post(Moves { date: books.date, moves }).book(entry))
    }
}
