//! Credit: what a customer owes and is about to owe, against the limit that was agreed.
//!
//! Used of the limit is what is open in the receivables sub-ledger (money received ahead counts against it), and what
//! confirmed orders will still be invoiced for: of an order under way what is not invoiced, of a closed one what was
//! delivered and not invoiced, each line with its share of the order's total in the company's currency, less the advances that
//! its invoices will deduct. Drafts and cancelled orders count for nothing, and an invoice only moves an amount from one part to
//! the other.
//!
//! A customer without a limit buys what they like; one with a limit of zero pays before they order.

use super::order::SALES_ORDER;
use crate::platform::document::Document;
use crate::platform::door::{Outcome, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::{Minor, money};
use sqlx::Row as _;
use uuid::Uuid;

/// What decides whether an order may be confirmed; amounts in the company's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreditFacts {
    /// `None` for a customer without a limit.
    pub limit: Option<Minor>,
    /// Open in the receivables sub-ledger; negative when the customer paid ahead.
    pub receivable: Minor,
    /// Confirmed orders that are not invoiced yet.
    pub ordered: Minor,
    /// The order that is to be confirmed.
    pub order: Minor,
    /// Somebody with the right to do so let the order through.
    pub released: bool,
}

impl CreditFacts {
    /// What of the limit is used before this order.
    pub fn used(&self) -> Minor {
        self.receivable.saturating_add(self.ordered)
    }

    /// Whether the limit keeps this order from being confirmed.
    pub fn blocks(&self) -> bool {
        !self.released && self.limit.is_some_and(|limit| self.used().saturating_add(self.order) > limit)
    }
}

/// Refuses an order that goes beyond the limit and was not released.
pub fn check(facts: &CreditFacts, company_currency: &str) -> Result<(), Refusal> {
    if !facts.blocks() {
        return Ok(());
    }
    let amount = |minor| money::from_minor(minor, money::decimals(company_currency));
    Err(Refusal::new("refuse-credit-limit")
        .with("limit", amount(facts.limit.unwrap_or_default()))
        .with("used", amount(facts.used()))
        .with("order", amount(facts.order))
        .with("currency", company_currency)
        .at("customer"))
}

/// Refuses to release what nothing keeps back, so that a release always says that a limit was passed.
pub fn check_release(facts: &CreditFacts) -> Result<(), Refusal> {
    if facts.blocks() { Ok(()) } else { Err(Refusal::new("refuse-release-needless")) }
}

/// Gathers what decides about an order. Orders of one customer that have a limit are decided one after the other.
pub async fn facts(tx: &mut TenantTx, order: &Document) -> Outcome<CreditFacts> {
    let customer = order.required_link("customer")?;
    let mut facts = CreditFacts {
        order: order.minor("base_total"),
        released: order.get("credit_released").bool(),
        ..CreditFacts::default()
    };
    // Locked apart from the sums: a statement that waited for the lock would still sum what it saw before it waited.
    facts.limit = sqlx::query_scalar(
        "select credit_limit from customer where tenant_id = $1 and id = $2 and credit_limit is not null for no key update",
    )
    .bind(tx.tenant())
    .bind(customer)
    .fetch_optional(tx.conn())
    .await?;
    if facts.limit.is_none() {
        return Ok(facts);
    }
    let row = sqlx::query(
        "select (select coalesce(sum(base_open), 0)::bigint from open_item
                  where tenant_id = $1 and customer = $2 and open <> 0) as receivable,
                (select coalesce(round(sum(o.base_total * (l.net / o.net::numeric)
                          * greatest(case when o.state = 'closed' then l.delivered else greatest(l.quantity, l.delivered) end - l.invoiced, 0) / l.quantity)), 0)::bigint
                   from sales_order o join sales_order_line l on l.tenant_id = o.tenant_id and l.parent = o.id
                  where o.tenant_id = $1 and o.customer = $2 and o.net <> 0
                    and (o.state in ('confirmed', 'partly_delivered', 'delivered') or o.to_invoice))
                - (select coalesce(sum(a.base_net + a.base_tax), 0)::bigint
                     from sales_order o join advance a on a.tenant_id = o.tenant_id and a.sales_order = o.id
                    where o.tenant_id = $1 and o.customer = $2
                      and (o.state in ('confirmed', 'partly_delivered', 'delivered') or o.to_invoice)) as ordered",
    )
    .bind(tx.tenant())
    .bind(customer)
    .fetch_one(tx.conn())
    .await?;
    facts.receivable = row.try_get("receivable")?;
    facts.ordered = row.try_get("ordered")?;
    Ok(facts)
}

/// Refuses to change the limit of a customer to whoever may not release orders: the one right would be worth nothing
/// without the other.
pub async fn check_limit(tx: &mut TenantTx, customer: &Document) -> Outcome<()> {
    if tx.standing.rights.acts(&SALES_ORDER, "release") {
        return Ok(());
    }
    let before: Option<Minor> = match customer.version {
        0 => None,
        _ => {
            sqlx::query_scalar("select credit_limit from customer where tenant_id = $1 and id = $2")
                .bind(tx.tenant())
                .bind(customer.id)
                .fetch_one(tx.conn())
                .await?
        }
    };
    if customer.get("credit_limit").int() == before {
        Ok(())
    } else {
        Err(Refusal::new("refuse-limit-change").at("credit_limit").into())
    }
}

/// Takes a release back when the order has grown since or is for another customer: it was given for what stood there.
pub async fn review_release(tx: &mut TenantTx, order: &mut Document) -> Outcome<()> {
    if !order.get("credit_released").bool() {
        return Ok(());
    }
    let released: Option<(Uuid, Minor)> =
        sqlx::query_as("select customer, base_total from sales_order where tenant_id = $1 and id = $2")
            .bind(tx.tenant())
            .bind(order.id)
            .fetch_optional(tx.conn())
            .await?;
    let holds = released.is_some_and(|(customer, total)| {
        order.link("customer") == Some(customer) && order.minor("base_total") <= total
    });
    order.set("credit_released", holds);
    Ok(())
}
