//! Deliveries and returns: goods leave by the method of the item, their cost is posted with them.

use crate::record::{Action, Constraint, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "delivery_line",
    &[
        Field::new("item", Kind::Link("item")).required(),
        Field::new("description", Kind::Text(300)),
        Field::new("quantity", Kind::Quantity).required(),
        Field::new("unit", Kind::Link("unit")),
        Field::new("bin", Kind::Link("warehouse")).internal(),
        Field::new("returned", Kind::Quantity).computed(),
        Field::new("order_line", Kind::Source).hidden(),
        Field::new("delivery_line", Kind::Source).hidden(),
        Field::new("cost", Kind::Base).hidden().internal(),
    ],
)
.required();

pub static DELIVERY: Record = Record {
    icon: "truck",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("customer", Kind::Link("customer")).required(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("warehouse", Kind::Link("warehouse")).required().start(Start::First),
        Field::new("sales_order", Kind::Link("sales_order")).computed(),
        Field::new("return_of", Kind::Link("delivery")).computed(),
        Field::new("reference", Kind::Text(80)).searched(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("cost_centre", Kind::Link("cost_centre")).internal(),
        Field::new("note", Kind::Note).wide(),
        Field::new("cost", Kind::Base).hidden().internal(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[
        State::new("draft", Tone::Draft).editable(),
        State::new("posted", Tone::Done),
        State::new("returned", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("post", "truck", &["draft"]).primary().grave(),
        Action::new("return", "undo-2", &["posted"]),
    ],
    columns: &["number", "customer", "date", "sales_order", "warehouse", "state"],
    views: &[
        View { name: "draft", filter: &[("state", "draft")] },
        View { name: "posted", filter: &[("state", "posted,returned")] },
    ],
    filters: &["customer", "date", "warehouse", "state"],
    prints: true,
    party: Some("customer"),
    kept_by: &["storekeeper", "sales"],
    constraints: &[Constraint::new("delivery_line_returned", "refuse-over-return")],
    ..Record::document("delivery", "deliveries", "sales", "DN")
};

#[cfg(feature = "ssr")]
pub use rules::{DeliveryLine, DeliveryRules, Facts, Original, post};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::centre;
    use super::super::order::{OrderLine, Progress, SALES_ORDER, What, other_customer};
    use super::super::pricing;
    use super::DELIVERY;
    use crate::modules::finance::ledger::{self, Books, Entry, EntryLine};
    use crate::modules::inventory::stock::{self, Move, Moves, Place};
    use crate::modules::inventory::unit;
    use crate::modules::inventory::valuation::{self, Part, Stock};
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{self, Effects, Error, Followed, Lock, Outcome, Posting, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::Minor;
    use crate::typed;
    use async_trait::async_trait;
    use rust_decimal::Decimal;
    use std::collections::HashMap;
    use uuid::Uuid;

    typed! {
        /// A line of a delivery.
        pub struct DeliveryLine {
            item: Uuid, quantity: Decimal, bin: Option<Uuid>, order_line: Option<Uuid>, delivery_line: Option<Uuid>, cost: i64,
            returned: Decimal,
        }
    }

    pub struct DeliveryRules;

    #[async_trait]
    impl Rules for DeliveryRules {
        async fn complete(&self, tx: &mut TenantTx, delivery: &mut Document) -> Outcome<()> {
            unit::check_quantities(delivery)?;
            delivery.fill("cost", 0);
            let measures = unit::measures(tx, &[&*delivery]).await?;
            pricing::follow_items(tx, delivery, &measures).await?;
            for line in &mut delivery.lines {
                if line.get("returned").is_null() {
                    line.set("returned", Decimal::ZERO);
                }
                if line.get("cost").is_null() {
                    line.set("cost", 0);
                }
                if line.get("unit").is_null() {
                    let unit = line.link("item").and_then(|item| measures.stock_unit(item));
                    line.set("unit", unit);
                }
            }
            if let Some(original) = delivery.link("return_of") {
                // What is taken back is taken from where it was charged.
                let original = door::load(tx, &DELIVERY, original, Lock::No).await?;
                delivery.set("cost_centre", original.get("cost_centre").clone());
            }
            measures.check(&delivery.lines)?;
            centre::check_in_use(tx, delivery).await
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, delivery: &Document) -> Outcome<Effects> {
            match action {
                "post" => {
                    let (delivery, facts) = gather(tx, delivery).await?;
                    match &facts.original {
                        Some(_) => Ok(take_back(&delivery, &facts)?),
                        None => Ok(post(&delivery, &facts)?),
                    }
                }
                "return" if delivery.link("return_of").is_some() => Err(Refusal::new("refuse-return-of-return").into()),
                "return" => {
                    let mut effects = Effects::default();
                    effects.create.push(draft_return(delivery, door::fresh(tx, &DELIVERY).await?)?);
                    Ok(effects)
                }
                _ => Err(Error::NotFound),
            }
        }
    }

    /// What the posting of a delivery needs to know; all quantities in stock units, as those of the delivery.
    pub struct Facts {
        pub books: Books,
        /// What is at the warehouse and in its bins of the stocked items; services are not among them.
        pub held: HashMap<Place, Stock>,
        /// The warehouse, then its bins: so goods are drawn.
        pub places: Vec<Uuid>,
        pub order: Option<(Uuid, Vec<OrderLine>)>,
        /// How much more than was ordered may leave, in percent of it.
        pub tolerance: Decimal,
        pub original: Option<Original>,
    }

    /// The delivery that is taken back.
    pub struct Original {
        pub id: Uuid,
        pub lines: Vec<DeliveryLine>,
        /// What its lines took from stock, the oldest first, and where.
        pub taken: HashMap<Uuid, Vec<(Uuid, Part)>>,
    }

    /// The delivery in stock units, and what its posting needs to know.
    async fn gather(tx: &mut TenantTx, delivery: &Document) -> Outcome<(Document, Facts)> {
        let warehouse = delivery.required_link("warehouse")?;
        let items: Vec<Uuid> = delivery.lines.iter().filter_map(|l| l.link("item")).collect();
        let order = match delivery.link("sales_order") {
            Some(id) => {
                let order = door::load(tx, &SALES_ORDER, id, Lock::Update).await?;
                if delivery.link("customer") != order.link("customer") {
                    return Err(other_customer(order.number()).into());
                }
                if delivery.link("return_of").is_none()
                    && !matches!(order.state(), Some("confirmed" | "partly_delivered"))
                {
                    return Err(Refusal::new("refuse-order-not-open")
                        .with("number", order.number().unwrap_or_default())
                        .into());
                }
                Some(order)
            }
            None => None,
        };
        let original = match delivery.link("return_of") {
            Some(id) => Some(door::load(tx, &DELIVERY, id, Lock::Update).await?),
            None => None,
        };
        let mut all = vec![delivery];
        all.extend(&order);
        all.extend(&original);
        let measures = unit::measures(tx, &all).await?;
        let delivery = measures.in_stock(delivery)?;
        let order = match order {
            Some(order) => Some((order.id, measures.in_stock(&order)?.lines.iter().map(OrderLine::from).collect())),
            None => None,
        };
        let original = match original {
            Some(from) => Some(Original {
                id: from.id,
                lines: measures.in_stock(&from)?.lines.iter().map(DeliveryLine::from).collect(),
                taken: stock::taken_by(tx, from.id).await?,
            }),
            None => None,
        };
        let books = ledger::books(tx, delivery.date()).await?;
        let places = stock::places_of(tx, warehouse).await?;
        let everywhere = stock::each_at(&items, &places);
        if places.len() > 1 {
            // While this waits, goods may come to lie in a bin that held none before, and that it does not wait for.
            stock::levels(tx, &everywhere).await?;
        }
        let held = stock::held(tx, &everywhere).await?;
        let tolerance = tx.company.over_delivery;
        Ok((delivery, Facts { books, held, places, order, tolerance, original }))
    }

    impl Facts {
        fn keeps(&self, item: Uuid) -> bool {
            self.places.iter().any(|place| self.held.contains_key(&(item, *place)))
        }

        /// Refuses a line whose bin is elsewhere.
        fn check_bin(&self, row: usize, line: &DeliveryLine) -> Result<(), Refusal> {
            match line.bin {
                Some(bin) if !self.places.contains(&bin) => {
                    Err(Refusal::new("refuse-bin-elsewhere").at_line(row, "bin"))
                }
                _ => Ok(()),
            }
        }
    }

    /// Goods leave: never more than is on hand, nor than is still owed but for the tolerance; what they cost is posted as cost of
    /// sales.
    pub fn post(delivery: &Document, facts: &Facts) -> Result<Effects, Refusal> {
        facts.books.check_open()?;
        let mut held = facts.held.clone();
        let mut owed: HashMap<Uuid, Decimal> =
            facts.order.iter().flat_map(|(_, lines)| lines.iter().map(|l| (l.id, l.quantity - l.delivered))).collect();
        let mut effects = Effects::to("posted").numbered();
        let (mut moves, mut progress, mut total) = (Vec::new(), Vec::new(), 0);
        let all: Vec<DeliveryLine> = delivery.lines.iter().map(DeliveryLine::from).collect();
        for (row, line) in all.iter().enumerate() {
            if let Some((_, lines)) = &facts.order {
                // Somebody who writes a line by hand means what is still owed of the item.
                let is_owed =
                    |l: &&OrderLine| l.item == line.item && owed.get(&l.id).is_some_and(|left| *left > Decimal::ZERO);
                let meant = match line.order_line {
                    Some(id) => lines.iter().find(|l| l.id == id && l.item == line.item),
                    None => lines.iter().find(is_owed),
                };
                let meant = meant.ok_or_else(|| Refusal::new("refuse-delivery-item").at_line(row, "item"))?;
                let (order_line, beyond) = (meant.id, meant.quantity * facts.tolerance / Decimal::ONE_HUNDRED);
                if line.order_line.is_none() {
                    effects.set_lines.push((line.id, "order_line", order_line.into()));
                }
                let left = owed.entry(order_line).or_default();
                if line.quantity > *left + beyond {
                    return Err(Refusal::new("refuse-over-delivery-of")
                        .with("owed", (*left).max(Decimal::ZERO).normalize())
                        .with("asked", line.quantity.normalize())
                        .at_line(row, "quantity"));
                }
                *left -= line.quantity;
                progress.push((order_line, line.quantity));
            }
            facts.check_bin(row, line)?;
        }
        // What others take is what those leave that name a bin.
        let (named, others): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(_, line)| line.bin.is_some());
        for (row, line) in named.into_iter().chain(others) {
            if !facts.keeps(line.item) {
                continue;
            }
            let from = line.bin.as_ref().map_or(&facts.places[..], std::slice::from_ref);
            let drawn = stock::draw(&mut held, line.item, from, line.quantity).map_err(|available| {
                Refusal::new("refuse-stock-short-of")
                    .with("available", available.normalize())
                    .with("asked", line.quantity.normalize())
                    .at_line(row, "quantity")
            })?;
            let add = |sum: Minor, (_, part): &(Place, Part)| sum.checked_add(part.value);
            let cost = drawn.iter().try_fold(0, add).ok_or_else(too_large)?;
            total = cost.checked_add(total).ok_or_else(too_large)?;
            effects.set_lines.push((line.id, "cost", cost.into()));
            moves.extend(drawn.iter().map(|(place, part)| Move::taken(*place, line.id, part)));
        }
        effects = effects.set("cost", total).post(Moves { date: facts.books.date, moves });
        if let Some((order, _)) = facts.order {
            effects = effects.post(Progress { order, what: What::Delivered, lines: progress });
        }
        Ok(effects.book(cost_of_sales(&facts.books, total)?))
    }

    fn too_large() -> Refusal {
        Refusal::new("fault-out-of-range").at("lines")
    }

    fn cost_of_sales(books: &Books, cost: Minor) -> Result<Entry, Refusal> {
        let lines =
            [EntryLine::signed(books.account("cogs")?, cost), EntryLine::signed(books.account("inventory")?, -cost)];
        Ok(Entry::new(books.date, lines))
    }

    /// Goods come back at the cost at which they left, and to the bins and layers that they left, so that stock and cost of sales
    /// are as if they had stayed. What comes back to another place is new there.
    fn take_back(delivery: &Document, facts: &Facts) -> Result<Effects, Refusal> {
        facts.books.check_open()?;
        let Some(original) = &facts.original else { return Err(Refusal::new("refuse-return-of-return")) };
        let mut effects = Effects::to("posted").numbered();
        let (mut moves, mut progress, mut returned, mut total) = (Vec::new(), Vec::new(), Vec::new(), 0);
        // How much of each line came back, before and in the lines above.
        let mut back: HashMap<Uuid, Decimal> = HashMap::new();
        for (row, line) in delivery.lines.iter().map(DeliveryLine::from).enumerate() {
            let source = original.lines.iter().find(|l| Some(l.id) == line.delivery_line && l.item == line.item);
            let source = source.ok_or_else(|| Refusal::new("refuse-return-line").at_line(row, "item"))?;
            let before = back.entry(source.id).or_insert(source.returned);
            let left = source.quantity - *before;
            if line.quantity > left {
                return Err(Refusal::new("refuse-over-return-of")
                    .with("left", left.normalize())
                    .with("asked", line.quantity.normalize())
                    .at_line(row, "quantity"));
            }
            returned.push((source.id, line.quantity));
            if let Some(order_line) = source.order_line {
                progress.push((order_line, -line.quantity));
            }
            facts.check_bin(row, &line)?;
            if facts.keeps(line.item) {
                let taken = original.taken.get(&source.id).map_or(&[][..], Vec::as_slice);
                let mut left: Vec<Part> = taken.iter().map(|(_, part)| part.clone()).collect();
                // What was no goods when it left took nothing from stock.
                if left.is_empty() {
                    left.push(Part { layer: None, quantity: source.quantity, value: source.cost });
                }
                let mut value: Minor = 0;
                for (n, mut part) in valuation::come_back(&left, *before, line.quantity).ok_or_else(too_large)? {
                    let from = taken.get(n).map(|(place, _)| *place);
                    let home = || from.filter(|place| facts.places.contains(place)).or(facts.places.first().copied());
                    let Some(place) = line.bin.or_else(home) else { continue };
                    part.layer = match facts.held.get(&(line.item, place)) {
                        Some(Stock::Fifo(_)) if from == Some(place) => part.layer.or(Some(line.id)),
                        Some(Stock::Fifo(_)) => Some(line.id),
                        _ => None,
                    };
                    value += part.value;
                    moves.push(Move::brought((line.item, place), line.id, &part));
                }
                total = value.checked_add(total).ok_or_else(too_large)?;
                effects.set_lines.push((line.id, "cost", (-value).into()));
            }
            *before += line.quantity;
        }
        effects = effects.set("cost", -total).post(Moves { date: facts.books.date, moves });
        effects = effects.post(Returned { delivery: original.id, lines: returned });
        if let Some((order, _)) = facts.order {
            effects = effects.post(Progress { order, what: What::Delivered, lines: progress });
        }
        Ok(effects.book(cost_of_sales(&facts.books, -total)?))
    }

    fn draft_return(delivery: &Document, mut back: Document) -> Result<Document, Refusal> {
        for name in ["customer", "warehouse", "sales_order", "branch", "reference"] {
            back.set(name, delivery.get(name).clone());
        }
        back.set("return_of", delivery.id);
        for line in &delivery.lines {
            let left = line.decimal("quantity") - line.decimal("returned");
            if left > Decimal::ZERO {
                let mut next = Line::new().with("quantity", left).with("delivery_line", line.id);
                for name in ["item", "description", "unit", "bin", "order_line"] {
                    next.set(name, line.get(name).clone());
                }
                back.lines.push(next);
            }
        }
        if back.lines.is_empty() { Err(Refusal::new("refuse-nothing-to-return")) } else { Ok(back) }
    }

    /// Marks on the original what came back of it, in stock units.
    struct Returned {
        delivery: Uuid,
        lines: Vec<(Uuid, Decimal)>,
    }

    #[async_trait]
    impl Posting for Returned {
        async fn apply(&self, tx: &mut TenantTx, _: &Document) -> Outcome<()> {
            let own = pricing::in_own_units(tx, &self.lines).await?;
            let lines: Vec<(i32, Decimal, Decimal)> = sqlx::query_as(
                "update delivery_line l set returned = l.returned + u.q
                   from (select id, sum(q) as q from unnest($3::uuid[], $4::numeric[]) as x (id, q) group by id) u
                  where l.tenant_id = $1 and l.parent = $2 and l.id = u.id
                 returning l.position, l.returned - u.q, l.returned",
            )
            .bind(tx.tenant())
            .bind(self.delivery)
            .bind(own.iter().map(|l| l.0).collect::<Vec<_>>())
            .bind(own.iter().map(|l| l.1).collect::<Vec<_>>())
            .fetch_all(tx.conn())
            .await?;
            let before: Option<String> = sqlx::query_scalar(
                "update delivery d set version = d.version + 1, state = 'returned'
                   from delivery b
                  where d.tenant_id = $1 and d.id = $2 and b.tenant_id = $1 and b.id = d.id
                    and not exists (select from delivery_line l where l.tenant_id = $1 and l.parent = $2 and l.returned < l.quantity)
                 returning b.state",
            )
            .bind(tx.tenant())
            .bind(self.delivery)
            .fetch_optional(tx.conn())
            .await?;
            let returned = |(position, before, after): (i32, Decimal, Decimal)| {
                (format!("lines.{position}.returned"), before.into(), after.into())
            };
            let mut changes: Vec<_> = lines.into_iter().map(returned).collect();
            changes.extend(before.map(|before| ("state".to_owned(), before.into(), "returned".into())));
            door::follow(tx, &DELIVERY, vec![Followed { id: self.delivery, changes }]).await
        }
    }
}
