//! What the law asks of the paper of a sale beside the fields of the document.

use super::credit_note::CREDIT_NOTE;
use super::delivery::DELIVERY;
use super::invoice::SALES_INVOICE;
use super::payment::CUSTOMER_PAYMENT;
use super::pricing::{self, TaxTotal, Totals};
use crate::modules::finance::ledger;
use crate::platform::document::Document;
use crate::platform::door::Outcome;
use crate::platform::tenancy::TenantTx;
use crate::record::{Minor, Record, money};
use jiff::civil::Date;

/// What of the tax of a document its reader may be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taxed {
    /// By tax code, in minor units of the document's currency; nothing where the rates of today no longer explain its tax.
    pub parts: Vec<TaxTotal>,
    /// In minor units of the company's currency, where the document is in another one: that is what is declared.
    pub base_tax: Option<Minor>,
    /// When what it asks for was delivered.
    pub supplied: Option<Date>,
    /// The advances that it deducts.
    pub deducted: Vec<Deducted>,
}

/// What an invoice deducts of an advance invoice under one tax code; amounts in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deducted {
    pub number: String,
    /// ISO date of the advance invoice.
    pub date: String,
    /// Canonical text of the name of the tax code.
    pub code: Option<String>,
    pub net: Minor,
    pub tax: Minor,
}

/// Whether tax is declared by it, and input tax claimed: then the law says what it is called, and who may call it so.
fn is_of_tax(record: &Record) -> bool {
    record.name == SALES_INVOICE.name || record.name == CREDIT_NOTE.name
}

/// What a draft is marked with, as the id of a message, where it could be taken for more than a draft of another type.
pub fn draft_mark(record: &Record) -> Option<&'static str> {
    is_of_tax(record).then_some("print-draft-tax")
}

/// What the law calls a document, as the id of a message: a posted invoice of a company that is registered for VAT is a tax
/// invoice, a simplified one where its customer is not registered. Advance invoices and debit notes are called so in any case,
/// and a payment that goes the other way has its own name, too. `None` where there is no other word than the name of its type.
pub async fn title(tx: &mut TenantTx, document: &Document) -> Outcome<Option<&'static str>> {
    if document.record.name == CUSTOMER_PAYMENT.name {
        return Ok(document.get("refund").bool().then_some("print-refund"));
    }
    let kind = document.text("kind").filter(|_| is_of_tax(document.record));
    let plain = match kind {
        Some("advance") => Some("print-advance-invoice"),
        Some("debit_note") => Some("print-debit-note"),
        _ => None,
    };
    if !is_of_tax(document.record) || document.number().is_none() {
        return Ok(plain);
    }
    let (seller, buyer): (bool, bool) = sqlx::query_as(
        "select coalesce((select trim(tax_number) <> '' from company where tenant_id = $1), false),
                coalesce((select trim(tax_number) <> '' from customer where tenant_id = $1 and id = $2), false)",
    )
    .bind(tx.tenant())
    .bind(document.link("customer"))
    .fetch_one(tx.conn())
    .await?;
    let invoice = document.record.name == SALES_INVOICE.name;
    Ok(match (seller, invoice, kind, buyer) {
        (false, ..) => plain,
        (true, false, ..) => Some("print-tax-credit-note"),
        (true, true, Some("debit_note"), _) => Some("print-tax-debit-note"),
        (true, true, Some("advance"), true) => Some("print-tax-advance-invoice"),
        (true, true, Some("advance"), false) => Some("print-simplified-tax-advance-invoice"),
        (true, true, _, true) => Some("print-tax-invoice"),
        (true, true, _, false) => Some("print-simplified-tax-invoice"),
    })
}

/// Reads what of its tax a document says on paper to a reader from whom these fields are kept.
pub async fn taxed(tx: &mut TenantTx, document: &Document, hidden: &[String]) -> Outcome<Taxed> {
    let shown = ["net", "tax", "rate", "lines.net", "lines.tax_code"];
    if !is_of_tax(document.record) || hidden.iter().any(|name| shown.contains(&name.as_str())) {
        return Ok(Taxed::default());
    }
    let rates = ledger::tax_rates(tx).await?;
    let Ok(totals) = pricing::totals_of(document, &rates, &tx.company) else { return Ok(Taxed::default()) };
    let parts = explained(document, totals);
    let (currency, company) = (document.currency(&tx.company.currency), tx.company.currency.as_str());
    let (from, to) = (money::decimals(currency), money::decimals(company));
    // As it is posted: each part converted by itself.
    let base_tax: Option<Minor> =
        parts.iter().map(|part| money::convert(part.tax, from, document.decimal("rate"), to)).sum();
    let base_tax = if currency == company || parts.is_empty() { None } else { base_tax };
    let told = document.minor("prepaid") != 0 && !hidden.iter().any(|name| name == "prepaid");
    let deducted = if told { deducted(tx, document).await? } else { Vec::new() };
    Ok(Taxed { base_tax, supplied: supplied(tx, document).await?, parts, deducted })
}

/// What a posted invoice deducts, by advance invoice and tax code.
async fn deducted(tx: &mut TenantTx, invoice: &Document) -> Outcome<Vec<Deducted>> {
    let rows: Vec<(String, String, Option<String>, Minor, Minor)> = sqlx::query_as(
        "select i.number, i.date::text, c.name::text, -a.net, -a.tax
           from advance a
           join sales_invoice i on i.tenant_id = $1 and i.id = a.invoice
           left join tax_code c on c.tenant_id = $1 and c.id = a.tax_code
          where a.tenant_id = $1 and a.source = $2 order by i.date, i.number, c.code",
    )
    .bind(tx.tenant())
    .bind(invoice.id)
    .fetch_all(tx.conn())
    .await?;
    let deducted = |(number, date, code, net, tax)| Deducted { number, date, code, net, tax };
    Ok(rows.into_iter().map(deducted).collect())
}

/// The parts of these totals, as far as they are those of the document: its tax codes may have other rates since.
fn explained(document: &Document, totals: Totals) -> Vec<TaxTotal> {
    let (net, tax) = (document.minor("net"), document.minor("tax"));
    if (totals.net, totals.tax) == (net, tax) {
        return totals.taxes;
    }
    // Of one code it is the whole, whatever its rate was.
    let one = totals.taxes.len() == 1;
    totals.taxes.into_iter().filter(|_| one).map(|part| TaxTotal { base: net, tax, ..part }).collect()
}

/// The day of the last delivery of what an invoice asks for; one without an order is supplied on its own date.
async fn supplied(tx: &mut TenantTx, invoice: &Document) -> Outcome<Option<Date>> {
    // An advance is asked for before anything is supplied.
    let is_ahead = invoice.text("kind") == Some("advance");
    let Some(order) = invoice.link("sales_order").filter(|_| !is_ahead && tx.standing.rights.sees(&DELIVERY)) else {
        return Ok(None);
    };
    let day: Option<String> = sqlx::query_scalar(
        "select max(date)::text from delivery
          where tenant_id = $1 and sales_order = $2 and return_of is null and state <> 'draft' and date <= $3::date",
    )
    .bind(tx.tenant())
    .bind(order)
    .bind(invoice.date().to_string())
    .fetch_one(tx.conn())
    .await?;
    Ok(day.and_then(|day| day.parse().ok()))
}
