//! What a document with priced lines comes to: line amounts, tax, totals. Shared by quotation, order, invoice, credit note.

use super::price_list;
use crate::modules::finance::ledger;
use crate::modules::inventory::unit::{self, Measures};
use crate::platform::document::{Document, Line};
use crate::platform::door::{Outcome, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::value::{LARGEST, SCALE};
use crate::record::{Minor, Value, money};
use crate::typed;
use rust_decimal::Decimal;
use sqlx::Row as _;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

typed! {
    /// A line with a price.
    pub struct SaleLine {
        item: Uuid, quantity: Decimal, price: Decimal, discount: Decimal, tax_code: Option<Uuid>, optional: bool,
    }
}

/// Where tax is rounded: KSA, UAE and Egypt tax the total of a tax code; Oman sums taxes of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxRounding {
    Document,
    Line,
}

impl TaxRounding {
    pub fn of(text: &str) -> TaxRounding {
        if text == "line" { TaxRounding::Line } else { TaxRounding::Document }
    }
}

/// The part of a document that bears one tax code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxTotal {
    pub code: Option<Uuid>,
    pub rate: Decimal,
    pub base: Minor,
    pub tax: Minor,
}

/// What a document comes to, in minor units of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Exact amount and settlement amount of each line.
    pub lines: Vec<(Decimal, Minor)>,
    pub taxes: Vec<TaxTotal>,
    pub net: Minor,
    pub tax: Minor,
    pub total: Minor,
}

/// Quantity × price × (1 − discount), exact to what `numeric` keeps.
pub fn line_amount(quantity: Decimal, price: Decimal, discount: Decimal) -> Option<Decimal> {
    let factor = Decimal::ONE - discount / Decimal::ONE_HUNDRED;
    quantity.checked_mul(price)?.checked_mul(factor)
}

/// Totals of lines in a currency of so many decimals. `None` when an amount is too large to be kept.
pub fn totals(
    lines: &[SaleLine],
    rates: &HashMap<Uuid, Decimal>,
    decimals: u32,
    rounding: TaxRounding,
) -> Option<Totals> {
    let mut out = Totals::default();
    for line in lines {
        let amount = line_amount(line.quantity, line.price, line.discount)?;
        let net = money::to_minor(amount, decimals)?;
        out.lines.push((amount, net));
        if line.optional {
            continue;
        }
        out.net = out.net.checked_add(net)?;
        let rate = line.tax_code.and_then(|code| rates.get(&code)).copied().unwrap_or_default();
        let at = match out.taxes.iter().position(|t| t.code == line.tax_code) {
            Some(at) => at,
            None => {
                out.taxes.push(TaxTotal { code: line.tax_code, rate, base: 0, tax: 0 });
                out.taxes.len() - 1
            }
        };
        let part = &mut out.taxes[at];
        part.base = part.base.checked_add(net)?;
        if rounding == TaxRounding::Line {
            part.tax = part.tax.checked_add(tax_on(net, rate)?)?;
        }
    }
    for part in &mut out.taxes {
        if rounding == TaxRounding::Document {
            part.tax = tax_on(part.base, part.rate)?;
        }
        out.tax = out.tax.checked_add(part.tax)?;
    }
    out.total = out.net.checked_add(out.tax)?;
    // What is typed is kept within a limit, and so is what follows from it: sums over many documents still fit.
    Some(out).filter(|out| Decimal::new(out.net, decimals) <= Decimal::from(LARGEST))
}

/// Tax on an amount in minor units, rounded to a minor unit.
fn tax_on(base: Minor, rate: Decimal) -> Option<Minor> {
    money::to_minor(Decimal::from(base).checked_mul(rate)? / Decimal::ONE_HUNDRED, 0)
}

/// The lines of a document as rules read them.
pub fn lines_of(document: &Document) -> Vec<SaleLine> {
    document.lines.iter().map(SaleLine::from).collect()
}

/// Totals of a document as it stands, with the tax rates in force.
pub fn totals_of(
    document: &Document,
    rates: &HashMap<Uuid, Decimal>,
    company: &crate::platform::tenancy::Company,
) -> Outcome<Totals> {
    let decimals = money::decimals(document.currency(&company.currency));
    totals(&lines_of(document), rates, decimals, TaxRounding::of(&company.tax_rounding))
        .ok_or_else(|| Refusal::new("fault-out-of-range").at("lines").into())
}

/// Fills what follows from items, and totals the document, which follows its customer already.
pub async fn complete(tx: &mut TenantTx, document: &mut Document) -> Outcome<()> {
    let company = tx.company.clone();
    let measures = unit::measures(tx, &[&*document]).await?;
    follow_items(tx, document, &measures).await?;
    from_price_list(tx, document, &measures).await?;
    let rates = from_items(tx, document, &measures).await?;
    let totals = totals_of(document, &rates, &company)?;
    for (line, (amount, net)) in document.lines.iter_mut().zip(&totals.lines) {
        line.set("amount", *amount);
        line.set("net", *net);
    }
    document.set("net", totals.net);
    document.set("tax", totals.tax);
    document.set("total", totals.total);
    let rate = ledger::rate(tx, document.currency(&company.currency), document.date()).await?;
    document.set("rate", rate);
    if document.record.field("base_total").is_some() {
        let from = money::decimals(document.currency(&company.currency));
        let base = money::convert(totals.total, from, rate, money::decimals(&company.currency));
        document.set("base_total", base.ok_or_else(|| Refusal::new("fault-out-of-range").at("lines"))?);
    }
    Ok(())
}

/// Fills what a document that says nothing else takes from its customer. Before anything can be refused: else what is only
/// not filled yet would be asked for.
pub async fn follow_customer(tx: &mut TenantTx, document: &mut Document) -> Outcome<()> {
    if let Some(customer) = document.link("customer") {
        from_customer(tx, document, customer).await?;
    }
    document.fill("currency", tx.company.currency.clone());
    Ok(())
}

async fn from_customer(tx: &mut TenantTx, document: &mut Document, customer: Uuid) -> Outcome<()> {
    let row = sqlx::query("select currency, payment_term from customer where tenant_id = $1 and id = $2")
        .bind(tx.tenant())
        .bind(customer)
        .fetch_optional(tx.conn())
        .await?;
    if let Some(row) = row {
        document.fill("currency", row.try_get::<Option<String>, _>("currency")?);
        if document.record.field("payment_term").is_some() {
            document.fill("payment_term", row.try_get::<Option<Uuid>, _>("payment_term")?);
        }
    }
    Ok(())
}

/// Prices lines that have no price yet from the customer's price list; a discount of the list comes with its price. A price
/// that somebody gave, or that was carried from the document before, stays.
async fn from_price_list(tx: &mut TenantTx, document: &mut Document, measures: &Measures) -> Outcome<()> {
    let unpriced = |line: &Line| line.link("item").filter(|_| line.get("price").is_null());
    let items: Vec<Uuid> = document.lines.iter().filter_map(unpriced).collect();
    let (Some(customer), Some(date)) = (document.link("customer"), document.get("date").date()) else { return Ok(()) };
    if items.is_empty() {
        return Ok(());
    }
    let currency = document.currency(&tx.company.currency).to_owned();
    let prices = price_list::lines_for(tx, customer, &currency, date, &items).await?;
    for line in &mut document.lines {
        let quantity = line.get("quantity").decimal().unwrap_or(Decimal::ONE);
        let factor = measures.of(line).map_or(Decimal::ONE, |measure| measure.factor);
        // Lists price one of the stock unit.
        let quantity = quantity.checked_mul(factor).unwrap_or(Decimal::MAX);
        let offer = unpriced(line).and_then(|item| price_list::best_price(&prices, item, quantity, date));
        if let Some(offer) = offer {
            line.set("price", price_of(offer.price, factor));
            fill(line, "discount", offer.discount);
        }
    }
    Ok(())
}

/// Fills each line from its item where the line says nothing itself. Answers with the tax rates of the company.
async fn from_items(
    tx: &mut TenantTx,
    document: &mut Document,
    measures: &Measures,
) -> Outcome<HashMap<Uuid, Decimal>> {
    let ids: Vec<Uuid> = document.lines.iter().filter_map(|l| l.link("item")).collect();
    let rows =
        sqlx::query("select i.id, i.unit, i.price, i.tax_code from item i where i.tenant_id = $1 and i.id = any($2)")
            .bind(tx.tenant())
            .bind(&ids)
            .fetch_all(tx.conn())
            .await?;
    let items: HashMap<Uuid, sqlx::postgres::PgRow> = rows.into_iter().map(|row| (row.get("id"), row)).collect();
    for line in &mut document.lines {
        let Some(row) = line.link("item").and_then(|id| items.get(&id)) else { continue };
        fill(line, "unit", row.try_get::<Option<Uuid>, _>("unit")?);
        let factor = measures.of(line).map_or(Decimal::ONE, |measure| measure.factor);
        let price = row.try_get::<Option<Decimal>, _>("price")?;
        fill(line, "price", price.and_then(|price| price_of(price, factor)));
        fill(line, "tax_code", row.try_get::<Option<Uuid>, _>("tax_code")?);
        fill(line, "quantity", Decimal::ONE);
    }
    measures.check(&document.lines)?;
    ledger::tax_rates(tx).await
}

/// Lets go of the unit of a line that has another item than when it was saved, where that one lacks the unit: nobody chose it
/// for this item.
pub async fn follow_items(tx: &mut TenantTx, document: &mut Document, measures: &Measures) -> Outcome<()> {
    let lacks = |line: &Line| line.link("item").is_some() && measures.of(line).is_none();
    let lines: Vec<Uuid> = document.lines.iter().filter(|line| lacks(line)).map(|line| line.id).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let saved: Vec<(Uuid, Option<Uuid>, Option<Uuid>)> = sqlx::query_as(
        "select id, item, unit from quotation_line where tenant_id = $1 and id = any($2)
         union all select id, item, unit from sales_order_line where tenant_id = $1 and id = any($2)
         union all select id, item, unit from delivery_line where tenant_id = $1 and id = any($2)
         union all select id, item, unit from sales_invoice_line where tenant_id = $1 and id = any($2)
         union all select id, item, unit from credit_note_line where tenant_id = $1 and id = any($2)",
    )
    .bind(tx.tenant())
    .bind(&lines)
    .fetch_all(tx.conn())
    .await?;
    for line in &mut document.lines {
        // Lines of advances have had no item.
        let left = |(id, item, unit): &(Uuid, Option<Uuid>, Option<Uuid>)| {
            *id == line.id && *item != line.link("item") && *unit == line.link("unit")
        };
        if lacks(line) && saved.iter().any(left) {
            line.set("unit", Value::Null);
        }
    }
    Ok(())
}

/// What a unit of which one holds so much costs, by the price of one of the stock unit. `None` when that is too much to keep.
fn price_of(price: Decimal, factor: Decimal) -> Option<Decimal> {
    Some(price.checked_mul(factor)?.round_dp(SCALE)).filter(|price| *price <= Decimal::from(LARGEST))
}

fn fill(line: &mut Line, name: &'static str, value: impl Into<Value>) {
    if line.get(name).is_null() {
        line.set(name, value);
    }
}

/// The priced fields of a line, to be carried into the next document.
pub fn carry(line: &Line, quantity: Decimal) -> Line {
    let mut next = Line::new().with("quantity", quantity);
    for name in ["item", "description", "unit", "price", "discount", "tax_code"] {
        next.set(name, line.get(name).clone());
    }
    next
}

/// Quantities of lines of orders, deliveries and invoices, from stock units into the unit that each of these lines is counted
/// in. Refuses a part of a unit that the line cannot hold.
pub async fn in_own_units(tx: &mut TenantTx, quantities: &[(Uuid, Decimal)]) -> Outcome<Vec<(Uuid, Decimal)>> {
    let mut sums: BTreeMap<Uuid, Decimal> = BTreeMap::new();
    for (line, quantity) in quantities {
        *sums.entry(*line).or_default() += *quantity;
    }
    let rows: Vec<(Uuid, Decimal, i32)> = sqlx::query_as(
        "select l.id, f.factor, u.decimals
           from (select id, item, unit from sales_order_line where tenant_id = $1 and id = any($2)
                 union all select id, item, unit from delivery_line where tenant_id = $1 and id = any($2)
                 union all select id, item, unit from sales_invoice_line where tenant_id = $1 and id = any($2)) l
           join item_unit f on f.tenant_id = $1 and f.parent = l.item and f.unit = l.unit
           join unit u on u.tenant_id = $1 and u.id = l.unit",
    )
    .bind(tx.tenant())
    .bind(sums.keys().copied().collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    for (line, factor, decimals) in rows {
        let Some(sum) = sums.get_mut(&line) else { continue };
        *sum = unit::convert(*sum, Decimal::ONE, factor, decimals.unsigned_abs())
            .ok_or_else(|| Refusal::new("refuse-unit-part").with("factor", factor.normalize()).at("lines"))?;
    }
    Ok(sums.into_iter().collect())
}
