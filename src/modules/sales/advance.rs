//! Advances: what customers pay ahead of an order, and what the invoices of the order deduct of it.
//!
//! An advance invoice owes its VAT at once and earns nothing yet: its net is owed to the customer, on the account of advances.
//! Each invoice of the order earns the whole of its net, of which that account gives a part, and asks for the rest with the
//! rest of the VAT. What a deduction is worth in the company's currency is what was booked when the advance was charged.

use super::invoice::SALES_INVOICE;
use super::order::SALES_ORDER;
use super::pricing::{TaxTotal, Totals};
use crate::i18n;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Lock, Outcome, Posting, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::{Minor, money};
use crate::t;
use async_trait::async_trait;
use jiff::civil::Date;
use rust_decimal::Decimal;
use uuid::Uuid;

/// What an advance invoice charged under one tax code, or a part of that; amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub invoice: Uuid,
    pub code: Option<Uuid>,
    /// In the document's currency.
    pub net: Minor,
    pub tax: Minor,
    /// In the company's currency.
    pub base_net: Minor,
    pub base_tax: Minor,
}

impl Share {
    /// The part with so much of its net, at most all of it. All of it is exactly the whole, so that parts that are taken one
    /// after the other sum to what was charged.
    pub fn part(&self, net: Minor) -> Share {
        let of = |whole| money::proportion(whole, net, self.net);
        Share { net, tax: of(self.tax), base_net: of(self.base_net), base_tax: of(self.base_tax), ..self.clone() }
    }

    fn negative(&self) -> Share {
        Share { net: -self.net, tax: -self.tax, base_net: -self.base_net, base_tax: -self.base_tax, ..self.clone() }
    }
}

/// What an invoice of these parts deducts of advances, in their order: under each tax code no more than the invoice has
/// itself, neither of net nor of tax.
pub fn deduct(left: &[Share], taxes: &[TaxTotal]) -> Vec<Share> {
    let mut deducted = Vec::new();
    for part in taxes {
        let (mut net, mut tax) = (part.base, part.tax);
        for advance in left.iter().filter(|advance| advance.code == part.code) {
            let mut share = advance.part(advance.net.min(net));
            // Where tax was rounded up, or its rate has fallen since, the tax is what ends first.
            if share.tax > tax {
                let most = i128::from(tax) * i128::from(advance.net) / i128::from(advance.tax);
                share = advance.part(share.net.min(most as Minor));
            }
            if share.net > 0 {
                net -= share.net;
                tax -= share.tax;
                deducted.push(share);
            }
        }
    }
    deducted
}

/// What deductions come to with their tax, in minor units of the document's currency.
pub fn total(deducted: &[Share]) -> Minor {
    deducted.iter().map(|share| share.net + share.tax).sum()
}

/// What of the parts of an invoice is left to be asked for, and taxed, once these are deducted.
pub fn rest(taxes: &[TaxTotal], deducted: &[Share]) -> Vec<TaxTotal> {
    let mut rest = taxes.to_vec();
    for share in deducted {
        if let Some(part) = rest.iter_mut().find(|part| part.code == share.code) {
            part.base -= share.net;
            part.tax -= share.tax;
        }
    }
    rest
}

/// What a credit note takes back of an advance invoice that has this left; its tax becomes that share of what was charged.
pub fn take_back(left: &[Share], totals: &mut Totals, decimals: u32) -> Result<Vec<Share>, Refusal> {
    let mut taken = Vec::new();
    for part in totals.taxes.iter_mut().filter(|part| part.base > 0) {
        let charged = left.iter().find(|share| share.code == part.code);
        let most = charged.map_or(0, |share| share.net);
        let Some(share) = charged.filter(|_| part.base <= most) else {
            return Err(Refusal::new("refuse-credit-advance")
                .with("left", money::from_minor(most, decimals))
                .at("lines"));
        };
        let share = share.part(part.base);
        part.tax = share.tax;
        taken.push(share);
    }
    totals.tax = totals.taxes.iter().map(|part| part.tax).sum();
    totals.total = totals.net + totals.tax;
    Ok(taken)
}

/// Keeps the advances of an order from being deducted or credited twice at once.
pub async fn lock(tx: &mut TenantTx, order: Uuid) -> Outcome<()> {
    sqlx::query("select from sales_order where tenant_id = $1 and id = $2 for no key update")
        .bind(tx.tenant())
        .bind(order)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What is left of the advances of an order, oldest first; in one currency where it is named.
pub async fn left_of(tx: &mut TenantTx, order: Uuid, currency: Option<&str>) -> Outcome<Vec<Share>> {
    let rows: Vec<(Uuid, Option<Uuid>, Minor, Minor, Minor, Minor)> = sqlx::query_as(
        "select a.invoice, a.tax_code, sum(a.net)::bigint, sum(a.tax)::bigint, sum(a.base_net)::bigint, sum(a.base_tax)::bigint
           from advance a join sales_invoice i on i.tenant_id = a.tenant_id and i.id = a.invoice
          where a.tenant_id = $1 and a.sales_order = $2 and ($3::text is null or i.currency = $3)
          group by a.invoice, a.tax_code having sum(a.net) > 0 order by min(a.at), a.invoice, a.tax_code",
    )
    .bind(tx.tenant())
    .bind(order)
    .bind(currency)
    .fetch_all(tx.conn())
    .await?;
    let share = |(invoice, code, net, tax, base_net, base_tax)| Share { invoice, code, net, tax, base_net, base_tax };
    Ok(rows.into_iter().map(share).collect())
}

/// The same of one advance invoice.
pub async fn left_of_invoice(tx: &mut TenantTx, invoice: &Document) -> Outcome<Vec<Share>> {
    let Some(order) = invoice.link("sales_order") else { return Ok(Vec::new()) };
    let mut left = left_of(tx, order, None).await?;
    left.retain(|share| share.invoice == invoice.id);
    Ok(left)
}

/// What an order will still be invoiced for beside its advances: net by tax code.
fn ahead(order: &Document, left: &[Share]) -> Vec<(Option<Uuid>, Minor)> {
    let mut parts: Vec<(Option<Uuid>, Minor)> = Vec::new();
    let mut add = |code: Option<Uuid>, net: Minor| match parts.iter_mut().find(|(of, _)| *of == code) {
        Some((_, sum)) => *sum += net,
        None => parts.push((code, net)),
    };
    for line in &order.lines {
        let net = Decimal::from(line.minor("net"));
        let invoiced =
            net.checked_mul(line.decimal("invoiced")).and_then(|of| of.checked_div(line.decimal("quantity")));
        let invoiced = invoiced.and_then(|amount| money::to_minor(amount, 0)).unwrap_or_default();
        add(line.link("tax_code"), line.minor("net") - invoiced);
    }
    for share in left {
        add(share.code, -share.net);
    }
    parts
}

/// The draft of an advance invoice: by tax code what was agreed of the order, and where nothing was all of it, as far as the
/// order will still be invoiced for it. Whoever edits it may ask for less.
pub async fn draft(tx: &mut TenantTx, order: &Document) -> Outcome<Document> {
    let left = left_of(tx, order.id, None).await?;
    let decimals = money::decimals(order.currency(&tx.company.currency));
    let mut invoice = door::fresh(tx, &SALES_INVOICE).await?;
    for name in ["customer", "currency", "branch", "reference"] {
        invoice.set(name, order.get(name).clone());
    }
    invoice.set("kind", "advance");
    invoice.set("sales_order", order.id);
    invoice.set("total", 0);
    let text = t!(tx.cx.i18n, "advance-line", number = order.number().unwrap_or_default().to_owned());
    let text = i18n::plain(&text);
    for (code, open) in ahead(order, &left) {
        let of_code = order.lines.iter().filter(|line| line.link("tax_code") == code);
        let ordered: Minor = of_code.map(|line| line.minor("net")).sum();
        let agreed = match order.get("advance").decimal().filter(|percent| !percent.is_zero()) {
            Some(percent) => Decimal::from(ordered)
                .checked_mul(percent)
                .and_then(|sum| money::to_minor(sum / Decimal::ONE_HUNDRED, 0)),
            None => Some(open),
        };
        let amount = agreed.unwrap_or_default().min(open);
        if amount > 0 {
            invoice.lines.push(line(&text, amount, decimals, code));
        }
    }
    if invoice.lines.is_empty() { Err(Refusal::new("refuse-nothing-to-advance").into()) } else { Ok(invoice) }
}

/// The lines of a credit note over what is left of an advance invoice.
pub async fn creditable(tx: &mut TenantTx, invoice: &Document) -> Outcome<Vec<Line>> {
    let decimals = money::decimals(invoice.currency(&tx.company.currency));
    let mut lines = Vec::new();
    for share in left_of_invoice(tx, invoice).await? {
        let Some(source) = invoice.lines.iter().find(|line| line.link("tax_code") == share.code) else { continue };
        let text = source.get("description").text().unwrap_or_default();
        lines.push(line(text, share.net, decimals, share.code).with("invoice_line", source.id));
    }
    Ok(lines)
}

fn line(text: &str, amount: Minor, decimals: u32, code: Option<Uuid>) -> Line {
    let line = Line::new().with("description", text).with("quantity", Decimal::ONE);
    line.with("price", money::from_minor(amount, decimals)).with("tax_code", code)
}

/// Refuses an advance beyond what its order will still be invoiced for, and one of an order that is not under way.
pub async fn check(tx: &mut TenantTx, order: Uuid, taxes: &[TaxTotal]) -> Outcome<()> {
    let order = door::load(tx, &SALES_ORDER, order, Lock::Update).await?;
    if !matches!(order.state(), Some("confirmed" | "partly_delivered" | "delivered")) {
        return Err(Refusal::new("refuse-advance-order").with("number", order.number().unwrap_or_default()).into());
    }
    let left = left_of(tx, order.id, None).await?;
    let decimals = money::decimals(order.currency(&tx.company.currency));
    let open = ahead(&order, &left);
    for part in taxes {
        let most = open.iter().find(|(code, _)| *code == part.code).map_or(0, |(_, net)| (*net).max(0));
        if part.base > most {
            return Err(Refusal::new("refuse-over-advance")
                .with("left", money::from_minor(most, decimals))
                .at("lines")
                .into());
        }
    }
    Ok(())
}

/// Refuses to cancel an order whose advances nothing will deduct then.
pub async fn check_cancel(tx: &mut TenantTx, order: &Document) -> Outcome<()> {
    if left_of(tx, order.id, None).await?.is_empty() {
        Ok(())
    } else {
        Err(Refusal::new("refuse-cancel-advances").into())
    }
}

/// What is sold is an item; of an advance it is enough to say what it is.
pub fn check_items(document: &Document, is_advance: bool) -> Outcome<()> {
    let is_said = |line: &Line| is_advance && !line.get("description").is_null();
    let is_bare = |line: &Line| line.link("item").is_none() && !is_said(line);
    let field = if is_advance { "description" } else { "item" };
    let bare = document.lines.iter().enumerate().filter(|(_, line)| is_bare(line));
    let refusals: Vec<Refusal> = bare.map(|(row, _)| Refusal::new("fault-required").at_line(row, field)).collect();
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

/// What a posted document charges, deducts or takes back of advances of an order.
pub struct Moved {
    order: Uuid,
    date: Date,
    shares: Vec<Share>,
}

impl Moved {
    pub fn charged(order: Uuid, date: Date, shares: Vec<Share>) -> Moved {
        Moved { order, date, shares }
    }

    /// Deducted by an invoice, or credited.
    pub fn spent(order: Uuid, date: Date, shares: &[Share]) -> Moved {
        Moved { order, date, shares: shares.iter().map(Share::negative).collect() }
    }
}

#[async_trait]
impl Posting for Moved {
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        if self.shares.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into advance (id, date, sales_order, source_record, source, invoice, tax_code, net, tax, base_net, base_tax)
             select u.id, $1::date, $2, $3, $4, u.invoice, u.code, u.net, u.tax, u.base_net, u.base_tax
               from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
                 as u (id, invoice, code, net, tax, base_net, base_tax)",
        )
        .bind(self.date.to_string())
        .bind(self.order)
        .bind(source.record.name)
        .bind(source.id)
        .bind(self.shares.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind(self.shares.iter().map(|s| s.invoice).collect::<Vec<_>>())
        .bind(self.shares.iter().map(|s| s.code).collect::<Vec<_>>())
        .bind(self.shares.iter().map(|s| s.net).collect::<Vec<_>>())
        .bind(self.shares.iter().map(|s| s.tax).collect::<Vec<_>>())
        .bind(self.shares.iter().map(|s| s.base_net).collect::<Vec<_>>())
        .bind(self.shares.iter().map(|s| s.base_tax).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}
