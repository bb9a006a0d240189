//! Sales invoices: posted once, then only credited and paid.

use crate::record::{Action, Constraint, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "sales_invoice_line",
    &[
        Field::new("item", Kind::Link("item")).required(),
        Field::new("description", Kind::Text(300)),
        Field::new("quantity", Kind::Quantity).required(),
        Field::new("unit", Kind::Link("unit")),
        Field::new("price", Kind::Price).required(),
        Field::new("discount", Kind::Percent),
        Field::new("tax_code", Kind::Link("tax_code")),
        Field::new("order_line", Kind::Source).hidden(),
        Field::new("credited", Kind::Quantity).hidden(),
        Field::new("amount", Kind::Price).hidden(),
        Field::new("net", Kind::Money).computed(),
    ],
)
.required();

pub static SALES_INVOICE: Record = Record {
    icon: "receipt",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("customer", Kind::Link("customer")).required(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("due_date", Kind::Date).computed(),
        Field::new("currency", Kind::Currency).required(),
        Field::new("payment_term", Kind::Link("payment_term")),
        Field::new("sales_order", Kind::Link("sales_order")).computed(),
        Field::new("reference", Kind::Text(80)).searched(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("note", Kind::Note).wide(),
        Field::new("rate", Kind::Rate).hidden(),
        Field::new("net", Kind::Money).computed(),
        Field::new("tax", Kind::Money).computed(),
        Field::new("total", Kind::Money).computed(),
        Field::new("base_total", Kind::Base).hidden(),
        Field::new("open", Kind::Money).computed(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[
        State::new("draft", Tone::Draft).editable(),
        State::new("posted", Tone::Active),
        State::new("partly_paid", Tone::Partial),
        State::new("paid", Tone::Done),
    ],
    actions: &[
        Action::new("post", "check", &["draft"]).primary().grave(),
        Action::new("pay", "wallet", &["posted", "partly_paid"]).primary(),
        Action::new("credit", "undo-2", &["posted", "partly_paid", "paid"]),
    ],
    columns: &["number", "customer", "date", "due_date", "state", "open", "total"],
    totals: &["open", "total"],
    views: &[
        View { name: "draft", filter: &[("state", "draft")] },
        View { name: "unpaid", filter: &[("state", "posted,partly_paid")] },
        View { name: "paid", filter: &[("state", "paid")] },
    ],
    filters: &["customer", "date", "due_date", "state", "total"],
    prints: true,
    party: Some("customer"),
    kept_by: &["accountant"],
    seen_by: &["sales"],
    constraints: &[
        Constraint::new("sales_invoice_line_credited", "refuse-over-credit"),
        Constraint::new("sales_invoice_open", "refuse-over-payment"),
        Constraint::new("open_item_within", "refuse-over-payment"),
    ],
    ..Record::document("sales_invoice", "sales-invoices", "sales", "INV")
};

#[cfg(feature = "ssr")]
pub use rules::{InvoiceRules, post, revenue};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::credit_note::CREDIT_NOTE;
    use super::super::order::{Progress, What, check_agrees};
    use super::super::payment::CUSTOMER_PAYMENT;
    use super::super::pricing::{self, TaxTotal, Totals};
    use super::super::receivable::{Claim, OpenItem};
    use crate::modules::finance::ledger::{self, Books, Entry, EntryLine};
    use crate::modules::finance::terms;
    use crate::modules::inventory::unit;
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{self, Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Minor, money};
    use async_trait::async_trait;
    use jiff::civil::Date;
    use rust_decimal::Decimal;

    pub struct InvoiceRules;

    #[async_trait]
    impl Rules for InvoiceRules {
        async fn complete(&self, tx: &mut TenantTx, invoice: &mut Document) -> Outcome<()> {
            pricing::follow_customer(tx, invoice).await?;
            unit::check_quantities(invoice)?;
            invoice.fill("open", 0);
            for line in &mut invoice.lines {
                if line.get("credited").is_null() {
                    line.set("credited", Decimal::ZERO);
                }
            }
            pricing::complete(tx, invoice).await?;
            let parts = terms::parts_of(tx, invoice.link("payment_term")).await?;
            let parts = terms::instalments(invoice.minor("total"), invoice.date(), &parts);
            let due = parts.iter().map(|(date, _)| *date).min();
            invoice.set("due_date", due);
            Ok(())
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, invoice: &Document) -> Outcome<Effects> {
            let mut effects = Effects::default();
            match action {
                "post" => {
                    let counted = match invoice.link("sales_order") {
                        Some(order) => {
                            check_agrees(tx, invoice, order).await?;
                            unit::measures(tx, &[invoice]).await?.in_stock(invoice)?
                        }
                        None => invoice.clone(),
                    };
                    let books = ledger::books(tx, invoice.date()).await?;
                    let totals = pricing::totals_of(invoice, &books.tax_rates, &tx.company)?;
                    let parts = terms::parts_of(tx, invoice.link("payment_term")).await?;
                    let due = terms::instalments(totals.total, invoice.date(), &parts);
                    return Ok(post(&counted, &totals, &due, &books, &tx.company.currency)?);
                }
                "pay" => {
                    let payment = door::fresh(tx, &CUSTOMER_PAYMENT).await?;
                    let granted = terms::discount_of(tx, invoice.link("payment_term")).await?;
                    let discount = granted.map_or(0, |granted| {
                        terms::early_discount(invoice.minor("open"), invoice.date(), payment.date(), granted)
                    });
                    effects.create.push(pay(invoice, payment, discount));
                }
                "credit" => effects.create.push(credit(invoice, door::fresh(tx, &CREDIT_NOTE).await?)?),
                _ => return Err(Error::NotFound),
            }
            Ok(effects)
        }
    }

    /// The income side of an invoice in the company's currency: per tax code its revenue and its tax. Credits are negative.
    ///
    /// The receivable is the sum of the converted parts, so that the entry balances in every currency.
    pub fn revenue(
        taxes: &[TaxTotal],
        account: uuid::Uuid,
        vat: uuid::Uuid,
        convert: impl Fn(Minor) -> Option<Minor>,
    ) -> Option<Vec<EntryLine>> {
        let mut lines = Vec::new();
        for part in taxes {
            let (base, tax) = (convert(part.base)?, convert(part.tax)?);
            lines.push(EntryLine::signed(account, -base).taxed(part.code, base));
            if tax != 0 {
                lines.push(EntryLine::signed(vat, -tax).taxed(part.code, base));
            }
        }
        Some(lines)
    }

    /// What a posted invoice means: the customer owes it in parts, income and VAT are earned. Its lines are counted in stock
    /// units where it is of an order.
    pub fn post(
        invoice: &Document,
        totals: &Totals,
        due: &[(Date, Minor)],
        books: &Books,
        company_currency: &str,
    ) -> Result<Effects, Refusal> {
        books.check_open()?;
        let Some(customer) = invoice.link("customer") else {
            return Err(Refusal::new("fault-required").at("customer"));
        };
        let currency = invoice.currency(company_currency).to_owned();
        let (from, to) = (money::decimals(&currency), money::decimals(company_currency));
        let rate = invoice.decimal("rate");
        let too_large = || Refusal::new("fault-out-of-range").at("lines");
        let mut lines = revenue(&totals.taxes, books.account("sales")?, books.account("vat_output")?, |amount| {
            money::convert(amount, from, rate, to)
        })
        .ok_or_else(too_large)?;
        let base_total: Minor = lines.iter().map(|l| l.credit - l.debit).sum();
        lines.insert(0, EntryLine::signed(books.account("receivable")?, base_total).of(customer));

        let shares =
            money::allocate(base_total, &due.iter().map(|(_, amount)| Decimal::from(*amount)).collect::<Vec<_>>());
        let items = due
            .iter()
            .zip(shares)
            .filter(|((_, amount), _)| *amount != 0)
            .map(|((due_date, amount), base)| OpenItem { due_date: *due_date, amount: *amount, base_amount: base })
            .collect();
        let claim = Claim { customer, date: books.date, currency, items };

        let state = if totals.total == 0 { "paid" } else { "posted" };
        let mut effects = Effects::to(state)
            .numbered()
            // As of today's tax codes, which may be others than when the draft was saved.
            .set("net", totals.net)
            .set("tax", totals.tax)
            .set("total", totals.total)
            .set("open", totals.total)
            .set("base_total", base_total)
            .set("due_date", due.iter().map(|(date, _)| *date).min());
        if let Some(order) = invoice.link("sales_order") {
            let invoiced =
                invoice.lines.iter().filter_map(|l| Some((l.link("order_line")?, l.decimal("quantity")))).collect();
            effects = effects.post(Progress { order, what: What::Invoiced, lines: invoiced });
        }
        Ok(effects.book(Entry::new(books.date, lines)).book(claim))
    }

    /// A payment of what is still open, less this discount.
    fn pay(invoice: &Document, mut payment: Document, discount: Minor) -> Document {
        for name in ["customer", "currency", "branch"] {
            payment.set(name, invoice.get(name).clone());
        }
        let amount = invoice.minor("open") - discount;
        payment.set("amount", amount);
        let mut line = Line::new().with("sales_invoice", invoice.id).with("amount", amount);
        if discount > 0 {
            line.set("discount", discount);
        }
        payment.lines.push(line);
        payment
    }

    /// A credit note over what has not been credited yet.
    fn credit(invoice: &Document, mut note: Document) -> Result<Document, Refusal> {
        for name in ["customer", "currency", "branch"] {
            note.set(name, invoice.get(name).clone());
        }
        note.set("sales_invoice", invoice.id);
        note.set("total", 0);
        for line in &invoice.lines {
            let left = line.decimal("quantity") - line.decimal("credited");
            if left > Decimal::ZERO {
                note.lines.push(pricing::carry(line, left).with("invoice_line", line.id));
            }
        }
        if note.lines.is_empty() { Err(Refusal::new("refuse-nothing-to-credit")) } else { Ok(note) }
    }
}
