//! Stock adjustments: opening stock, differences of counts, damage, finds; and what receipts cost, when that is known late.

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
        Field::new("receipt_line", Kind::Source).hidden(),
    ],
)
.required();

pub static STOCK_ADJUSTMENT: Record = Record {
    icon: "clipboard-list",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("reason", Kind::Choice(&["opening", "count", "damage", "found", "revaluation"]))
            .required()
            .start(Start::Text("count")),
        Field::new("note", Kind::Note).wide(),
        Field::new("total", Kind::Base).computed(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[State::new("draft", Tone::Draft).editable(), State::new("posted", Tone::Done)],
    actions: &[
        Action::new("post", "check", &["draft"]).primary().grave(),
        Action::new("revalue", "scale", &["posted"]),
    ],
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
pub use rules::{AdjustmentLine, AdjustmentRules, Receipt, adjust, revalue};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::stock::{self, Move, Moves, Place};
    use super::super::unit;
    use super::super::valuation::{self, Stock};
    use super::STOCK_ADJUSTMENT;
    use crate::modules::finance::ledger::{self, Books, Entry, EntryLine};
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{self, Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Minor, money};
    use crate::typed;
    use async_trait::async_trait;
    use rust_decimal::Decimal;
    use std::collections::HashMap;
    use uuid::Uuid;

    typed! {
        /// A line of an adjustment.
        pub struct AdjustmentLine {
            item: Uuid, warehouse: Uuid, quantity: Decimal, cost: Option<Decimal>, receipt_line: Option<Uuid>,
        }
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
            match action {
                "post" => {}
                "revalue" => {
                    let draft = draft_revaluation(adjustment, door::fresh(tx, &STOCK_ADJUSTMENT).await?)?;
                    return Ok(Effects::default().create(draft));
                }
                _ => return Err(Error::NotFound),
            }
            let lines: Vec<AdjustmentLine> = adjustment.lines.iter().map(Into::into).collect();
            let places: Vec<Place> = lines.iter().map(|l| (l.item, l.warehouse)).collect();
            let books = ledger::books(tx, adjustment.date()).await?;
            let held = stock::held(tx, &places).await?;
            if let Some(row) = places.iter().position(|place| !held.contains_key(place)) {
                return Err(Refusal::new("refuse-not-stocked").at_line(row, "item").into());
            }
            let decimals = money::decimals(&tx.company.currency);
            if adjustment.text("reason") == Some("revaluation") {
                let meant: Vec<Uuid> = lines.iter().filter_map(|l| l.receipt_line).collect();
                let receipts = receipts(tx, &meant).await?;
                return Ok(revalue(&lines, held, receipts, &books, decimals)?);
            }
            let opening = adjustment.text("reason") == Some("opening");
            Ok(adjust(&lines, held, opening, &books, decimals)?)
        }
    }

    /// What a posted line brought in.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Receipt {
        pub line: Uuid,
        pub place: Place,
        pub quantity: Decimal,
        /// What all of it cost, as far as is known by now.
        pub value: Minor,
        pub opening: bool,
    }

    /// The receipts among these lines. Nobody else corrects one whose place is locked.
    async fn receipts(tx: &mut TenantTx, lines: &[Uuid]) -> Outcome<HashMap<Uuid, Receipt>> {
        let rows: Vec<(Uuid, Uuid, Uuid, Decimal, Minor, bool)> = sqlx::query_as(
            "select l.id, l.item, l.warehouse, l.quantity,
                    (l.value + coalesce((select sum(r.value) from stock_adjustment_line r
                        join stock_adjustment a on a.tenant_id = r.tenant_id and a.id = r.parent
                       where r.tenant_id = $1 and r.receipt_line = l.id and a.reason = 'revaluation' and a.state = 'posted'), 0))::bigint,
                    d.reason = 'opening'
               from stock_adjustment_line l join stock_adjustment d on d.tenant_id = l.tenant_id and d.id = l.parent
              where l.tenant_id = $1 and l.id = any($2) and l.quantity > 0 and d.state = 'posted' and d.reason <> 'revaluation'",
        )
        .bind(tx.tenant())
        .bind(lines)
        .fetch_all(tx.conn())
        .await?;
        let receipt = |(line, item, warehouse, quantity, value, opening): (Uuid, Uuid, Uuid, Decimal, Minor, bool)| {
            (line, Receipt { line, place: (item, warehouse), quantity, value, opening })
        };
        Ok(rows.into_iter().map(receipt).collect())
    }

    /// Asks what one of everything that came in has cost; what is left empty stays as it is.
    fn draft_revaluation(receipt: &Document, mut draft: Document) -> Result<Document, Refusal> {
        draft.set("reason", "revaluation");
        draft.set("note", receipt.get("number").clone());
        let came = |line: &&Line| line.decimal("quantity") > Decimal::ZERO;
        if receipt.text("reason") != Some("revaluation") {
            for line in receipt.lines.iter().filter(came) {
                let mut next = Line::new().with("receipt_line", line.id);
                for name in ["item", "warehouse", "quantity", "place"] {
                    next.set(name, line.get(name).clone());
                }
                draft.lines.push(next);
            }
        }
        if draft.lines.is_empty() { Err(Refusal::new("refuse-nothing-to-revalue")) } else { Ok(draft) }
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

    /// Brings what receipts cost to what is known by now. A difference goes forward: as far as they are still in stock to stock,
    /// the rest to cost of sales, on the date of the correction. What was posted before stays as it is.
    pub fn revalue(
        lines: &[AdjustmentLine],
        mut held: HashMap<Place, Stock>,
        mut receipts: HashMap<Uuid, Receipt>,
        books: &Books,
        decimals: u32,
    ) -> Result<Effects, Refusal> {
        books.check_open()?;
        let mut effects = Effects::to("posted").numbered();
        let mut moves = Vec::new();
        let (mut total, mut kept, mut gone): (Minor, Minor, Minor) = (0, 0, 0);
        // What receipts were booked against.
        let (mut opened, mut found): (Minor, Minor) = (0, 0);
        for (row, line) in lines.iter().enumerate() {
            let place = (line.item, line.warehouse);
            let meant = match line.receipt_line {
                Some(id) => receipts.get_mut(&id),
                None => None,
            };
            let Some(receipt) = meant.filter(|r| r.place == place && r.quantity == line.quantity) else {
                return Err(Refusal::new("refuse-revalue-line").at_line(row, "item"));
            };
            let Some(cost) = line.cost else { continue };
            let too_large = || Refusal::new("fault-out-of-range").at_line(row, "cost");
            let value = cost.checked_mul(receipt.quantity).and_then(|value| money::to_minor(value, decimals));
            let value = value.ok_or_else(too_large)?;
            let difference = value - receipt.value;
            receipt.value = value;
            let stock = held.entry(place).or_default();
            let part = stock.revalue(receipt.line, receipt.quantity, difference).ok_or_else(too_large)?;
            let other = if receipt.opening { &mut opened } else { &mut found };
            for (sum, more) in [
                (&mut total, difference),
                (&mut kept, part.value),
                (&mut gone, difference - part.value),
                (other, difference),
            ] {
                *sum = sum.checked_add(more).ok_or_else(too_large)?;
            }
            effects.set_lines.push((line.id, "value", difference.into()));
            if part.value != 0 {
                moves.push(Move::brought(place, line.id, &part));
            }
        }
        let mut entry =
            vec![EntryLine::signed(books.account("inventory")?, kept), EntryLine::signed(books.account("cogs")?, gone)];
        for (role, sum) in [("opening_balance", opened), ("stock_adjustment", found)] {
            if sum != 0 {
                entry.push(EntryLine::signed(books.account(role)?, -sum));
            }
        }
        let entry = Entry::new(books.date, entry);
        Ok(effects.set("total", total).post(Moves { date: books.date, moves }).book(entry))
    }
}
