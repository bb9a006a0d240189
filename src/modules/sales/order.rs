//! Sales orders: what was promised, what has been delivered of it, what has been invoiced.

use crate::record::{Action, Constraint, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "sales_order_line",
    &[
        Field::new("item", Kind::Link("item")).required(),
        Field::new("description", Kind::Text(300)),
        Field::new("quantity", Kind::Quantity).required(),
        Field::new("delivered", Kind::Quantity).computed(),
        Field::new("unit", Kind::Link("unit")),
        Field::new("price", Kind::Price).required(),
        Field::new("discount", Kind::Percent),
        Field::new("tax_code", Kind::Link("tax_code")),
        Field::new("invoiced", Kind::Quantity).hidden(),
        Field::new("amount", Kind::Price).hidden(),
        Field::new("net", Kind::Money).computed(),
    ],
)
.required();

pub static SALES_ORDER: Record = Record {
    icon: "shopping-cart",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("customer", Kind::Link("customer")).required(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("delivery_date", Kind::Date),
        Field::new("warehouse", Kind::Link("warehouse")).required().start(Start::First),
        Field::new("currency", Kind::Currency).required(),
        Field::new("payment_term", Kind::Link("payment_term")),
        Field::new("advance", Kind::Percent),
        Field::new("reference", Kind::Text(80)).searched(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("cost_centre", Kind::Link("cost_centre")).internal(),
        Field::new("note", Kind::Note).wide(),
        Field::new("quotation", Kind::Link("quotation")).hidden(),
        Field::new("rate", Kind::Rate).hidden(),
        Field::new("net", Kind::Money).computed(),
        Field::new("tax", Kind::Money).computed(),
        Field::new("total", Kind::Money).computed(),
        Field::new("base_total", Kind::Base).hidden(),
        Field::new("delivered", Kind::Percent).hidden(),
        Field::new("invoiced", Kind::Percent).hidden(),
        Field::new("to_invoice", Kind::Bool).hidden(),
        Field::new("credit_released", Kind::Bool).hidden().internal(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[
        State::new("draft", Tone::Draft).editable(),
        State::new("confirmed", Tone::Active),
        State::new("partly_delivered", Tone::Partial),
        State::new("delivered", Tone::Done),
        State::new("closed", Tone::Done),
        State::new("cancelled", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("confirm", "check", &["draft"]).primary(),
        Action::new("release", "key", &["draft"]).reserved_for(&["accountant"]),
        Action::new("deliver", "truck", &["confirmed", "partly_delivered"]).primary(),
        Action::new("invoice", "receipt", &["partly_delivered", "delivered", "closed"]),
        Action::new("advance", "coins", &["confirmed", "partly_delivered"]),
        Action::new("close", "lock", &["partly_delivered"]).grave(),
        Action::new("cancel", "ban", &["draft", "confirmed"]).grave(),
    ],
    columns: &["number", "customer", "date", "delivery_date", "delivered", "state", "total"],
    totals: &["total"],
    views: &[
        View { name: "open", filter: &[("state", "draft,confirmed,partly_delivered")] },
        View { name: "to_deliver", filter: &[("state", "confirmed,partly_delivered")] },
        View { name: "to_invoice", filter: &[("to_invoice", "true")] },
        View { name: "closed", filter: &[("state", "delivered,closed,cancelled")] },
    ],
    filters: &["customer", "date", "delivery_date", "state", "total"],
    prints: true,
    party: Some("customer"),
    kept_by: &["sales"],
    constraints: &[
        Constraint::new("sales_order_line_delivered", "refuse-over-delivery"),
        Constraint::new("sales_order_line_invoiced", "refuse-over-invoice"),
    ],
    ..Record::document("sales_order", "sales-orders", "sales", "SO")
};

#[cfg(feature = "ssr")]
pub use rules::{OrderLine, OrderRules, Progress, Short, What, check_agrees, other_customer, short};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::advance;
    use super::super::centre;
    use super::super::credit;
    use super::super::delivery::DELIVERY;
    use super::super::invoice::SALES_INVOICE;
    use super::super::pricing;
    use super::SALES_ORDER;
    use crate::modules::inventory::stock;
    use crate::modules::inventory::unit::{self, Measure, Measures};
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{self, Effects, Error, Followed, Outcome, Posting, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::value::SCALE;
    use crate::typed;
    use async_trait::async_trait;
    use rust_decimal::Decimal;
    use sqlx::Row as _;
    use std::collections::HashMap;
    use uuid::Uuid;

    typed! {
        /// A line of an order with how far it has come.
        pub struct OrderLine { item: Uuid, quantity: Decimal, delivered: Decimal, invoiced: Decimal }
    }

    pub struct OrderRules;

    #[async_trait]
    impl Rules for OrderRules {
        async fn complete(&self, tx: &mut TenantTx, order: &mut Document) -> Outcome<()> {
            pricing::follow_customer(tx, order).await?;
            unit::check_quantities(order)?;
            if order.get("delivery_date").date().is_some_and(|d| d < order.date()) {
                return Err(Refusal::new("refuse-delivery-before-order").at("delivery_date").into());
            }
            for name in ["delivered", "invoiced"] {
                order.fill(name, Decimal::ZERO);
            }
            order.fill("to_invoice", false);
            for line in &mut order.lines {
                for name in ["delivered", "invoiced"] {
                    if line.get(name).is_null() {
                        line.set(name, Decimal::ZERO);
                    }
                }
            }
            pricing::complete(tx, order).await?;
            check_warehouse(tx, order).await?;
            credit::review_release(tx, order).await?;
            centre::check_in_use(tx, order).await
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, order: &Document) -> Outcome<Effects> {
            match action {
                "confirm" => {
                    credit::check(&credit::facts(tx, order).await?, &tx.company.currency)?;
                    Ok(Effects::to("confirmed").numbered())
                }
                "release" => {
                    credit::check_release(&credit::facts(tx, order).await?)?;
                    Ok(Effects::default().set("credit_released", true))
                }
                "cancel" => {
                    advance::check_cancel(tx, order).await?;
                    Ok(Effects::to("cancelled").numbered())
                }
                "advance" => Ok(Effects::default().create(advance::draft(tx, order).await?)),
                "close" => Ok(Effects::to("closed")),
                "deliver" => {
                    let warehouse = stock::whole_of(tx, order.required_link("warehouse")?).await?;
                    let items: Vec<Uuid> = order.lines.iter().filter_map(|l| l.link("item")).collect();
                    let stocked = stock::stocked(tx, &items).await?;
                    let places = stock::places_of(tx, warehouse).await?;
                    let levels = stock::levels(tx, &stock::each_at(&stocked, &places)).await?;
                    let on_hand = |item: Uuid| {
                        let at =
                            |place: &Uuid| levels.get(&(item, *place)).map_or(Decimal::ZERO, |level| level.on_hand);
                        stocked.contains(&item).then(|| places.iter().map(at).sum::<Decimal>())
                    };
                    let mut effects = Effects::default();
                    let measures = unit::measures(tx, &[order]).await?;
                    let delivery = door::fresh(tx, &DELIVERY).await?.with("warehouse", warehouse);
                    effects.create.push(deliver(order, delivery, &measures, on_hand)?);
                    Ok(effects)
                }
                "invoice" => {
                    let mut effects = Effects::default();
                    effects.create.push(invoice(order, door::fresh(tx, &SALES_INVOICE).await?)?);
                    Ok(effects)
                }
                _ => Err(Error::NotFound),
            }
        }
    }

    /// Refuses a bin: goods are promised from a whole warehouse, and each delivery says which bins they leave. An order keeps the
    /// one that it has, from before it was refused or became a bin.
    async fn check_warehouse(tx: &mut TenantTx, order: &Document) -> Outcome<()> {
        let Some(warehouse) = order.link("warehouse") else { return Ok(()) };
        let bin: Option<(String, String)> = sqlx::query_as(
            "select b.code, w.code from warehouse b join warehouse w on w.tenant_id = $1 and w.id = b.parent
              where b.tenant_id = $1 and b.id = $2
                and not exists (select from sales_order o where o.tenant_id = $1 and o.id = $3 and o.warehouse = $2)",
        )
        .bind(tx.tenant())
        .bind(warehouse)
        .bind(order.id)
        .fetch_optional(tx.conn())
        .await?;
        match bin {
            Some((bin, warehouse)) => {
                let refusal = Refusal::new("refuse-order-bin").with("bin", bin).with("warehouse", warehouse);
                Err(refusal.at("warehouse").into())
            }
            None => Ok(()),
        }
    }

    /// A delivery of what is still owed, as far as it is on hand in the warehouse and its bins, in whole units of each line.
    /// `on_hand` is `None` for services.
    fn deliver(
        order: &Document,
        mut delivery: Document,
        measures: &Measures,
        on_hand: impl Fn(Uuid) -> Option<Decimal>,
    ) -> Result<Document, Refusal> {
        for name in ["customer", "branch", "cost_centre", "reference"] {
            delivery.set(name, order.get(name).clone());
        }
        delivery.set("sales_order", order.id);
        let mut taken: HashMap<Uuid, Decimal> = HashMap::new();
        for line in &order.lines {
            let typed = OrderLine::from(line);
            let owed = typed.quantity - typed.delivered;
            let used = taken.entry(typed.item).or_default();
            // Lines in a unit that the item has no more are refused when the delivery is completed.
            let measure = measures.of(line).unwrap_or(Measure { factor: Decimal::ONE, decimals: SCALE });
            let possible = match on_hand(typed.item) {
                Some(all) => {
                    let left = (all - *used).max(Decimal::ZERO);
                    let whole = unit::whole(left, Decimal::ONE, measure.factor, measure.decimals);
                    owed.min(whole.unwrap_or_default())
                }
                None => owed,
            };
            if possible > Decimal::ZERO {
                *used += unit::convert(possible, measure.factor, Decimal::ONE, 2 * SCALE).unwrap_or_default();
                let mut next = Line::new().with("quantity", possible).with("order_line", line.id);
                for name in ["item", "description", "unit"] {
                    next.set(name, line.get(name).clone());
                }
                delivery.lines.push(next);
            }
        }
        if delivery.lines.is_empty() { Err(Refusal::new("refuse-nothing-on-hand")) } else { Ok(delivery) }
    }

    /// An invoice over what has been delivered and not yet invoiced.
    fn invoice(order: &Document, mut invoice: Document) -> Result<Document, Refusal> {
        for name in ["customer", "currency", "payment_term", "branch", "cost_centre", "reference"] {
            invoice.set(name, order.get(name).clone());
        }
        invoice.set("sales_order", order.id);
        invoice.set("total", 0);
        for line in &order.lines {
            let typed = OrderLine::from(line);
            let due = typed.delivered - typed.invoiced;
            if due > Decimal::ZERO {
                invoice.lines.push(pricing::carry(line, due).with("order_line", line.id));
            }
        }
        if invoice.lines.is_empty() { Err(Refusal::new("refuse-nothing-to-invoice")) } else { Ok(invoice) }
    }

    /// An item that an order asks for beyond what is available in its warehouse, wherever it lies there.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Short {
        pub item: Uuid,
        pub code: String,
        /// What the order still owes of it, in all its lines.
        pub owed: Decimal,
        /// What is there and promised to no other order; below zero where others were promised more than there is.
        pub available: Decimal,
    }

    impl Short {
        /// What cannot be delivered to the order without taking it from another one.
        pub fn missing(&self) -> Decimal {
            self.owed - self.available.max(Decimal::ZERO)
        }
    }

    /// What of an order is short, whether it is confirmed already or is to be; nothing to whom the quantities are kept from. It
    /// keeps nobody from confirming: goods may still come in, and a delivery asks what is on hand.
    pub async fn short(tx: &mut TenantTx, order: Uuid) -> Outcome<Vec<Short>> {
        let told = ["warehouse", "lines.item", "lines.quantity", "lines.delivered"];
        let grant = tx.standing.rights.on(&SALES_ORDER);
        if !told.iter().all(|field| grant.sees_field(field)) {
            return Ok(Vec::new());
        }
        let rows: Vec<(Uuid, String, Decimal, Decimal)> = sqlx::query_as(
            "select i.id, i.code, o.owed, coalesce(p.on_hand - p.reserved, 0) + o.reserved
               from (select l.item, coalesce(w.parent, w.id) as whole, sum(stock_quantity($1, l.item, l.unit, l.quantity - l.delivered)) as owed,
                            sum(case when h.state = 'draft' then 0 else stock_quantity($1, l.item, l.unit, l.quantity - l.delivered) end) as reserved
                       from sales_order h join sales_order_line l on l.tenant_id = h.tenant_id and l.parent = h.id
                       join warehouse w on w.tenant_id = h.tenant_id and w.id = h.warehouse
                      where h.tenant_id = $1 and h.id = $2 and h.state in ('draft', 'confirmed', 'partly_delivered')
                        and l.delivered < l.quantity
                      group by l.item, w.parent, w.id) o
               join item i on i.tenant_id = $1 and i.id = o.item and i.kind = 'stock'
               left join lateral (select sum(s.on_hand) as on_hand, sum(s.reserved) as reserved from stock_place s
                                   where s.tenant_id = $1 and s.item = o.item and s.whole = o.whole) p on true
              where o.owed > coalesce(p.on_hand - p.reserved, 0) + o.reserved
              order by i.code",
        )
        .bind(tx.tenant())
        .bind(order)
        .fetch_all(tx.conn())
        .await?;
        Ok(rows.into_iter().map(|(item, code, owed, available)| Short { item, code, owed, available }).collect())
    }

    /// Refuses a document of an order that is for somebody else, or has something else on a line of the order.
    pub async fn check_agrees(tx: &mut TenantTx, document: &Document, order: Uuid) -> Outcome<()> {
        let ordered: Vec<(Option<Uuid>, Option<String>, Uuid, Uuid)> = sqlx::query_as(
            "select o.customer, o.number, l.id, l.item from sales_order o
               join sales_order_line l on l.tenant_id = o.tenant_id and l.parent = o.id
              where o.tenant_id = $1 and o.id = $2",
        )
        .bind(tx.tenant())
        .bind(order)
        .fetch_all(tx.conn())
        .await?;
        if let Some((customer, number, ..)) = ordered.first()
            && document.link("customer") != *customer
        {
            return Err(other_customer(number.as_deref()).into());
        }
        for (row, line) in document.lines.iter().enumerate() {
            let is_ordered =
                |id: Uuid| ordered.iter().any(|(_, _, of, item)| *of == id && Some(*item) == line.link("item"));
            if line.link("order_line").is_some_and(|id| !is_ordered(id)) {
                return Err(Refusal::new("refuse-order-item").at_line(row, "item").into());
            }
        }
        Ok(())
    }

    /// That a document of an order is not for whoever ordered.
    pub fn other_customer(number: Option<&str>) -> Refusal {
        Refusal::new("refuse-order-customer").with("number", number.unwrap_or_default()).at("customer")
    }

    /// Quantities of order lines, in stock units, that were delivered, invoiced, returned or credited.
    pub struct Progress {
        pub order: Uuid,
        /// `delivered` or `invoiced`.
        pub what: What,
        pub lines: Vec<(Uuid, Decimal)>,
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum What {
        Delivered,
        Invoiced,
    }

    #[async_trait]
    impl Posting for Progress {
        /// The check on the line refuses more than any tolerance allows; what is invoiced never exceeds what was delivered. What
        /// went beyond the order is not part of how far it has come: it makes up for no other line. What was closed goes on only
        /// when goods come back.
        async fn apply(&self, tx: &mut TenantTx, _: &Document) -> Outcome<()> {
            if self.lines.is_empty() {
                return Ok(());
            }
            let (field, sql) = match self.what {
                What::Delivered => (
                    "delivered",
                    "update sales_order_line l set delivered = l.delivered + u.q from (select id, sum(q) as q from unnest($2::uuid[], $3::numeric[]) as x (id, q) group by id) u
                      where l.tenant_id = $1 and l.id = u.id and l.parent = $4
                     returning l.position, l.delivered - u.q, l.delivered",
                ),
                What::Invoiced => (
                    "invoiced",
                    "update sales_order_line l set invoiced = l.invoiced + u.q from (select id, sum(q) as q from unnest($2::uuid[], $3::numeric[]) as x (id, q) group by id) u
                      where l.tenant_id = $1 and l.id = u.id and l.parent = $4 and (u.q < 0 or l.invoiced + u.q <= l.delivered)
                     returning l.position, l.invoiced - u.q, l.invoiced",
                ),
            };
            let own = pricing::in_own_units(tx, &self.lines).await?;
            let ids: Vec<Uuid> = own.iter().map(|l| l.0).collect();
            let lines: Vec<(i32, Decimal, Decimal)> = sqlx::query_as(sql)
                .bind(tx.tenant())
                .bind(&ids)
                .bind(own.iter().map(|l| l.1).collect::<Vec<_>>())
                .bind(self.order)
                .fetch_all(tx.conn())
                .await?;
            if lines.len() != ids.len() {
                return Err(Refusal::new("refuse-over-invoice").into());
            }
            let order = sqlx::query(
                "update sales_order o set version = o.version + 1, delivered = p.delivered, invoiced = p.invoiced, to_invoice = p.to_invoice,
                        state = case when o.state in ('closed', 'cancelled') and not ($3 and p.undelivered and o.delivered = 100) then o.state
                                     when not p.undelivered and not p.to_invoice then 'closed'
                                     when not p.undelivered then 'delivered'
                                     when p.delivered > 0 or p.begun then 'partly_delivered' else 'confirmed' end
                   from (select coalesce(round(100 * sum(net * least(delivered, quantity) / quantity) / nullif(sum(net), 0), 2),
                                         round(100 * avg(least(delivered, quantity) / quantity), 2)) as delivered,
                                coalesce(round(100 * sum(net * least(invoiced, quantity) / quantity) / nullif(sum(net), 0), 2),
                                         round(100 * avg(least(invoiced, quantity) / quantity), 2)) as invoiced,
                                bool_or(delivered > invoiced) as to_invoice, bool_or(delivered < quantity) as undelivered,
                                bool_or(delivered > 0) as begun
                           from sales_order_line where tenant_id = $1 and parent = $2) p
                   join sales_order b on b.tenant_id = $1 and b.id = $2
                  where o.tenant_id = $1 and o.id = $2
                 returning b.state as state_before, o.state, b.delivered as delivered_before, o.delivered,
                           b.invoiced as invoiced_before, o.invoiced, b.to_invoice as to_invoice_before, o.to_invoice",
            )
            .bind(tx.tenant())
            .bind(self.order)
            .bind(self.what == What::Delivered)
            .fetch_one(tx.conn())
            .await?;
            let mut changes = Vec::new();
            for (position, before, after) in lines {
                changes.push((format!("lines.{position}.{field}"), before.into(), after.into()));
            }
            for name in ["delivered", "invoiced"] {
                let before: Decimal = order.try_get(format!("{name}_before").as_str())?;
                changes.push((name.to_owned(), before.into(), order.try_get::<Decimal, _>(name)?.into()));
            }
            let (before, after): (bool, bool) = (order.try_get("to_invoice_before")?, order.try_get("to_invoice")?);
            changes.push(("to_invoice".to_owned(), before.into(), after.into()));
            let (before, after): (String, String) = (order.try_get("state_before")?, order.try_get("state")?);
            changes.push(("state".to_owned(), before.into(), after.into()));
            door::follow(tx, &SALES_ORDER, vec![Followed { id: self.order, changes }]).await
        }
    }
}
