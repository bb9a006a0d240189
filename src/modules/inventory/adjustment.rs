//! Stock adjustments: opening stock, differences of counts, damage, finds; goods that move from place to place; and what receipts
//! cost, when that is known late.

use crate::record::{Action, Constraint, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "stock_adjustment_line",
    &[
        Field::new("item", Kind::Link("item")).required(),
        Field::new("warehouse", Kind::Link("warehouse")).required(),
        Field::new("destination", Kind::Link("warehouse")),
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
        Field::new("reason", Kind::Choice(&["opening", "count", "damage", "found", "revaluation", "transfer"]))
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
pub use rules::{AdjustmentLine, AdjustmentRules, Receipt, adjust, revalue, transfer};

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
            item: Uuid, warehouse: Uuid, destination: Option<Uuid>, quantity: Decimal, cost: Option<Decimal>,
            receipt_line: Option<Uuid>,
        }
    }

    pub struct AdjustmentRules;

    #[async_trait]
    impl Rules for AdjustmentRules {
        async fn complete(&self, tx: &mut TenantTx, adjustment: &mut Document) -> Outcome<()> {
            unit::check_quantities(adjustment)?;
            unit::measures(tx, &[&*adjustment]).await?.check(&adjustment.lines)?;
            check_destinations(adjustment)?;
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
            let mut places: Vec<Place> = lines.iter().map(|l| (l.item, l.warehouse)).collect();
            places.extend(lines.iter().filter_map(|l| Some((l.item, l.destination?))));
            let books = ledger::books(tx, adjustment.date()).await?;
            if adjustment.text("reason") == Some("revaluation") {
                return act_revaluation(tx, &lines, places, &books).await;
            }
            let held = stock::held(tx, &places).await?;
            if let Some(row) = places.iter().position(|place| !held.contains_key(place)) {
                return Err(Refusal::new("refuse-not-stocked").at_line(row, "item").into());
            }
            if adjustment.text("reason") == Some("transfer") {
                return Ok(transfer(&lines, held, &books)?);
            }
            let decimals = money::decimals(&tx.company.currency);
            let opening = adjustment.text("reason") == Some("opening");
            Ok(adjust(&lines, held, opening, &books, decimals)?)
        }
    }

    /// A transfer says on each line where so much goes; nothing else moves goods on.
    fn check_destinations(adjustment: &Document) -> Outcome<()> {
        let moves = adjustment.text("reason") == Some("transfer");
        let mut refusals = Vec::new();
        for (row, line) in adjustment.lines.iter().enumerate() {
            let to = line.link("destination");
            if moves && (to.is_none() || to == line.link("warehouse")) {
                refusals.push(Refusal::new("refuse-no-destination").at_line(row, "destination"));
            } else if !moves && to.is_some() {
                refusals.push(Refusal::new("refuse-destination").at_line(row, "destination"));
            }
            if moves && line.decimal("quantity") < Decimal::ZERO {
                refusals.push(Refusal::new("fault-negative").at_line(row, "quantity"));
            }
        }
        if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
    }

    /// All places at which the items lie are locked: what came in may have moved on. Nobody moves it away from them meanwhile.
    async fn act_revaluation(
        tx: &mut TenantTx,
        lines: &[AdjustmentLine],
        mut places: Vec<Place>,
        books: &Books,
    ) -> Outcome<Effects> {
        let items: Vec<Uuid> = lines.iter().map(|l| l.item).collect();
        places.extend(stock::places_with(tx, &items).await?);
        let held = stock::held(tx, &places).await?;
        let is_held = |place: &Place| held.contains_key(place);
        if let Some(row) = lines.iter().position(|l| !is_held(&(l.item, l.warehouse))) {
            return Err(Refusal::new("refuse-not-stocked").at_line(row, "item").into());
        }
        // Some may have gone to another place while this waited for the locks.
        if !stock::places_with(tx, &items).await?.iter().all(is_held) {
            return Err(Error::Conflict);
        }
        let meant: Vec<Uuid> = lines.iter().filter_map(|l| l.receipt_line).collect();
        let receipts = receipts(tx, &meant).await?;
        let decimals = money::decimals(&tx.company.currency);
        Ok(revalue(lines, held, receipts, books, decimals)?)
    }

    /// What a posted line brought in.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Receipt {
        pub line: Uuid,
        pub place: Place,
        /// Its place and those beside it in the warehouse: what lies there counts as left of it at the average.
        pub near: Vec<Uuid>,
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
              where l.tenant_id = $1 and l.id = any($2) and l.quantity > 0 and d.state = 'posted'
                and d.reason not in ('revaluation', 'transfer')",
        )
        .bind(tx.tenant())
        .bind(lines)
        .fetch_all(tx.conn())
        .await?;
        let around = stock::around(tx, &rows.iter().map(|row| row.2).collect::<Vec<_>>()).await?;
        let receipt = |(line, item, warehouse, quantity, value, opening): (Uuid, Uuid, Uuid, Decimal, Minor, bool)| {
            let near = around.get(&warehouse).cloned().unwrap_or_default();
            (line, Receipt { line, place: (item, warehouse), near, quantity, value, opening })
        };
        Ok(rows.into_iter().map(receipt).collect())
    }

    /// Asks what one of everything that came in has cost; what is left empty stays as it is.
    fn draft_revaluation(receipt: &Document, mut draft: Document) -> Result<Document, Refusal> {
        draft.set("reason", "revaluation");
        draft.set("note", receipt.get("number").clone());
        let came = |line: &&Line| line.decimal("quantity") > Decimal::ZERO;
        if !matches!(receipt.text("reason"), Some("revaluation" | "transfer")) {
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
                let parts = stock.issue(-line.quantity).ok_or_else(|| short(row, available, -line.quantity))?;
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

    /// Moves goods from place to place with what they are worth: of nothing else in the books. A layer stays what it cost, and as
    /// old as it is. All that moves lay where it leaves before: no line takes what another one brings.
    pub fn transfer(
        lines: &[AdjustmentLine],
        mut held: HashMap<Place, Stock>,
        books: &Books,
    ) -> Result<Effects, Refusal> {
        books.check_open()?;
        let mut effects = Effects::to("posted").numbered();
        let mut moves = Vec::with_capacity(2 * lines.len());
        let mut total: Minor = 0;
        for (row, line) in lines.iter().enumerate() {
            let Some(destination) = line.destination else {
                return Err(Refusal::new("refuse-no-destination").at_line(row, "destination"));
            };
            let place = (line.item, line.warehouse);
            let stock = held.entry(place).or_default();
            let available = stock.level().on_hand;
            let parts = stock.issue(line.quantity).ok_or_else(|| short(row, available, line.quantity))?;
            for part in &parts {
                moves.push(Move::taken(place, line.id, part));
                moves.push(Move::moved((line.item, destination), line.id, part));
            }
            let value = valuation::worth(&parts);
            let too_large = || Refusal::new("fault-out-of-range").at_line(row, "quantity");
            total = total.checked_add(value).ok_or_else(too_large)?;
            effects.set_lines.push((line.id, "value", value.into()));
        }
        Ok(effects.set("total", total).post(Moves { date: books.date, moves }))
    }

    fn short(row: usize, available: Decimal, asked: Decimal) -> Refusal {
        Refusal::new("refuse-stock-short-of")
            .with("available", available.normalize())
            .with("asked", asked.normalize())
            .at_line(row, "quantity")
    }

    /// Brings what receipts cost to what is known by now. A difference goes forward: as far as they are still in stock, wherever
    /// they have moved, to stock, the rest to cost of sales, on the date of the correction. What was posted before stays as it is.
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
            // Layers are found at any place, what costs the average beside where it came in.
            let mut reached: Vec<Place> = receipt.near.iter().map(|near| (line.item, *near)).collect();
            let afar = held.iter().filter(|(place, stock)| {
                place.0 == line.item && matches!(stock, Stock::Fifo(_)) && !receipt.near.contains(&place.1)
            });
            let mut afar: Vec<Place> = afar.map(|(place, _)| *place).collect();
            afar.sort_unstable();
            reached.extend(afar);
            // Each takes its share of what is left of both, so that no minor unit is lost between them.
            let (mut quantity, mut rest) = (receipt.quantity, difference);
            for place in reached {
                let Some(stock) = held.get_mut(&place) else { continue };
                for (layer, left) in stock.left_of(receipt.line) {
                    if quantity.is_zero() || left.is_zero() {
                        continue;
                    }
                    let part = stock.revalue(layer, quantity, rest).ok_or_else(too_large)?;
                    quantity -= left.min(quantity);
                    rest -= part.value;
                    if part.value != 0 {
                        moves.push(Move::brought(place, line.id, &part));
                    }
                }
            }
            let other = if receipt.opening { &mut opened } else { &mut found };
            for (sum, more) in
                [(&mut total, difference), (&mut kept, difference - rest), (&mut gone, rest), (other, difference)]
            {
                *sum = sum.checked_add(more).ok_or_else(too_large)?;
            }
            effects.set_lines.push((line.id, "value", difference.into()));
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
