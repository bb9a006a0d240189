//! Price lists: what the customers who have one pay, by quantity and date.

use crate::record::{Constraint, Field, Kind, Lines, Record, Start, View};

static LINES: Lines = Lines::new(
    "price_list_line",
    &[
        Field::new("item", Kind::Link("item")).required(),
        Field::new("from_quantity", Kind::Quantity),
        Field::new("price", Kind::Price).required(),
        Field::new("discount", Kind::Percent),
        Field::new("valid_from", Kind::Date),
        Field::new("valid_until", Kind::Date),
    ],
);

pub static PRICE_LIST: Record = Record {
    icon: "tag",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("currency", Kind::Currency).required().start(Start::CompanyCurrency),
        Field::new("valid_from", Kind::Date),
        Field::new("valid_until", Kind::Date),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    lines: Some(&LINES),
    columns: &["code", "name", "currency", "valid_from", "valid_until", "active"],
    views: &[
        View { name: "active", filter: &[("active", "true")] },
        View { name: "inactive", filter: &[("active", "false")] },
    ],
    filters: &["currency"],
    kept_by: &["sales"],
    constraints: &[
        Constraint::new("price_list_validity", "refuse-validity-order").at("valid_until"),
        Constraint::new("price_list_line_validity", "refuse-validity-order"),
    ],
    ..Record::master("price_list", "price-lists", "sales")
};

#[cfg(feature = "ssr")]
pub use rules::{Offer, PriceLine, PriceListRules, best_price, clashes, lines_for};

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Value, value};
    use crate::typed;
    use async_trait::async_trait;
    use jiff::civil::Date;
    use rust_decimal::Decimal;
    use sqlx::Row as _;
    use uuid::Uuid;

    typed! {
        /// A line of a price list: what one piece of an item costs from a quantity on, while the line is in force.
        pub struct PriceLine {
            item: Uuid, from_quantity: Decimal, price: Decimal, discount: Option<Decimal>,
            valid_from: Option<Date>, valid_until: Option<Date>,
        }
    }

    impl PriceLine {
        fn starts(&self) -> Date {
            self.valid_from.unwrap_or(Date::MIN)
        }

        fn ends(&self) -> Date {
            self.valid_until.unwrap_or(Date::MAX)
        }
    }

    /// What a price list offers for a quantity of an item.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Offer {
        pub price: Decimal,
        pub discount: Option<Decimal>,
    }

    /// The offer for so much of an item on a date: of the lines in force, the one for the largest quantity that is reached,
    /// and of those the newest.
    pub fn best_price(lines: &[PriceLine], item: Uuid, quantity: Decimal, date: Date) -> Option<Offer> {
        lines
            .iter()
            .filter(|line| line.item == item && line.from_quantity <= quantity)
            .filter(|line| line.starts() <= date && date <= line.ends())
            .max_by_key(|line| (line.from_quantity, line.valid_from))
            .map(|line| Offer { price: line.price, discount: line.discount })
    }

    /// Rows that price what another row prices: the same item from the same quantity on, on a day that both are in force.
    /// Of two such rows the later one is named.
    pub fn clashes(lines: &[PriceLine]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..lines.len()).filter(|row| !lines[*row].item.is_nil()).collect();
        order.sort_by_key(|row| (lines[*row].item, lines[*row].from_quantity, lines[*row].starts(), *row));
        let mut found = Vec::new();
        // Of the rows before, for the same item and quantity, the one that is in force longest.
        let mut longest: Option<usize> = None;
        for row in order {
            let line = &lines[row];
            let before = longest.filter(|before| {
                (lines[*before].item, lines[*before].from_quantity) == (line.item, line.from_quantity)
            });
            longest = match before {
                Some(before) if lines[before].ends() > line.ends() => Some(before),
                _ => Some(row),
            };
            if let Some(before) = before
                && line.starts() <= lines[before].ends()
            {
                found.push(row.max(before));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub struct PriceListRules;

    #[async_trait]
    impl Rules for PriceListRules {
        async fn complete(&self, tx: &mut TenantTx, list: &mut Document) -> Outcome<()> {
            for line in &mut list.lines {
                if line.get("from_quantity").is_null() {
                    line.set("from_quantity", Decimal::ZERO);
                }
            }
            let mut refusals = check(list);
            refusals.extend(check_templates(tx, list).await?);
            if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
        }
    }

    /// Dates are in order, and nothing has two prices at once.
    fn check(list: &Document) -> Vec<Refusal> {
        let backwards = |from: &Value, until: &Value| until.date().is_some_and(|until| Some(until) < from.date());
        let out_of_order = || Refusal::new("refuse-validity-order");
        let mut refusals = Vec::new();
        if backwards(list.get("valid_from"), list.get("valid_until")) {
            refusals.push(out_of_order().at("valid_until"));
        }
        for (row, line) in list.lines.iter().enumerate() {
            if backwards(line.get("valid_from"), line.get("valid_until")) {
                refusals.push(out_of_order().at_line(row, "valid_until"));
            }
        }
        let lines: Vec<PriceLine> = list.lines.iter().map(PriceLine::from).collect();
        let twice = |row| Refusal::new("refuse-price-twice").at_line(row, "from_quantity");
        refusals.extend(clashes(&lines).into_iter().map(twice));
        refusals
    }

    /// No line prices a template: what is sold is one of its variants, and has a price of its own.
    async fn check_templates(tx: &mut TenantTx, list: &Document) -> Outcome<Vec<Refusal>> {
        let items: Vec<Uuid> = list.lines.iter().filter_map(|line| line.link("item")).collect();
        let templates: Vec<Uuid> =
            sqlx::query_scalar("select id from item where tenant_id = $1 and id = any($2) and kind = 'template'")
                .bind(tx.tenant())
                .bind(items)
                .fetch_all(tx.conn())
                .await?;
        let is_template = |line: &Line| line.link("item").is_some_and(|item| templates.contains(&item));
        let rows = list.lines.iter().enumerate().filter(|(_, line)| is_template(line));
        Ok(rows.map(|(row, _)| Refusal::new("refuse-template-price").at_line(row, "item")).collect())
    }

    /// The lines for these items on the customer's price list, when it is kept in this currency, active and in force.
    pub async fn lines_for(
        tx: &mut TenantTx,
        customer: Uuid,
        currency: &str,
        date: Date,
        items: &[Uuid],
    ) -> Outcome<Vec<PriceLine>> {
        let rows = sqlx::query(
            "select l.id, l.item, l.from_quantity, l.price, l.discount, l.valid_from::text as valid_from, l.valid_until::text as valid_until
               from customer c
               join price_list p on p.tenant_id = c.tenant_id and p.id = c.price_list
               join price_list_line l on l.tenant_id = p.tenant_id and l.parent = p.id
              where c.tenant_id = $1 and c.id = $2 and p.currency = $3 and p.active and l.item = any($5)
                and coalesce(p.valid_from <= $4::date, true) and coalesce(p.valid_until >= $4::date, true)",
        )
        .bind(tx.tenant())
        .bind(customer)
        .bind(currency)
        .bind(date.to_string())
        .bind(items)
        .fetch_all(tx.conn())
        .await?;
        let day = |text: Option<String>| text.as_deref().and_then(value::date_of);
        rows.into_iter()
            .map(|row| {
                Ok(PriceLine {
                    id: row.try_get("id")?,
                    item: row.try_get("item")?,
                    from_quantity: row.try_get("from_quantity")?,
                    price: row.try_get("price")?,
                    discount: row.try_get("discount")?,
                    valid_from: day(row.try_get("valid_from")?),
                    valid_until: day(row.try_get("valid_until")?),
                })
            })
            .collect()
    }
}
