//! What a document with priced lines comes to: line amounts, tax, totals. Shared by quotation, order, invoice, credit note.

use super::price_list;
use crate::modules::finance::ledger;
use crate::modules::inventory::unit;
use crate::platform::document::{Document, Line};
use crate::platform::door::{Outcome, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::value::LARGEST;
use crate::record::{Minor, Value, money};
use crate::typed;
use rust_decimal::Decimal;
use sqlx::Row as _;
use std::collections::HashMap;
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
    from_price_list(tx, document).await?;
    let rates = from_items(tx, document).await?;
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
async fn from_price_list(tx: &mut TenantTx, document: &mut Document) -> Outcome<()> {
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
        let offer = unpriced(line).and_then(|item| price_list::best_price(&prices, item, quantity, date));
        if let Some(offer) = offer {
            line.set("price", offer.price);
            fill(line, "discount", offer.discount);
        }
    }
    Ok(())
}

/// Fills each line from its item where the line says nothing itself. Answers with the tax rates of the company.
async fn from_items(tx: &mut TenantTx, document: &mut Document) -> Outcome<HashMap<Uuid, Decimal>> {
    let ids: Vec<Uuid> = document.lines.iter().filter_map(|l| l.link("item")).collect();
    let rows = sqlx::query(
        "select i.id, i.unit, i.price, i.tax_code, u.decimals from item i
               left join unit u on u.tenant_id = i.tenant_id and u.id = i.unit
              where i.tenant_id = $1 and i.id = any($2)",
    )
    .bind(tx.tenant())
    .bind(&ids)
    .fetch_all(tx.conn())
    .await?;
    let items: HashMap<Uuid, sqlx::postgres::PgRow> = rows.into_iter().map(|row| (row.get("id"), row)).collect();
    for line in &mut document.lines {
        let Some(row) = line.link("item").and_then(|id| items.get(&id)) else { continue };
        fill(line, "unit", row.try_get::<Option<Uuid>, _>("unit")?);
        fill(line, "price", row.try_get::<Option<Decimal>, _>("price")?);
        fill(line, "tax_code", row.try_get::<Option<Uuid>, _>("tax_code")?);
        fill(line, "quantity", Decimal::ONE);
    }
    let fineness = |item: Uuid| items.get(&item).and_then(|row| row.get("decimals"));
    unit::check_fineness(&document.lines, fineness)?;
    ledger::tax_rates(tx).await
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
