//! Sales invoices: posted once, then only credited, debited and paid.
//!
//! An advance invoice asks for a part of an order before it is delivered. A debit note adds to an invoice that is posted already.

use crate::record::{Action, Constraint, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "sales_invoice_line",
    &[
        Field::new("item", Kind::Link("item")),
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
        Field::new("kind", Kind::Choice(&["invoice", "advance", "debit_note"]))
            .computed()
            .start(Start::Text("invoice")),
        Field::new("sales_order", Kind::Link("sales_order")).computed(),
        Field::new("corrects", Kind::Link("sales_invoice")).computed(),
        Field::new("reference", Kind::Text(80)).searched(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("cost_centre", Kind::Link("cost_centre")).internal(),
        Field::new("note", Kind::Note).wide(),
        Field::new("rate", Kind::Rate).hidden(),
        Field::new("net", Kind::Money).computed(),
        Field::new("tax", Kind::Money).computed(),
        Field::new("total", Kind::Money).computed(),
        Field::new("prepaid", Kind::Money).computed(),
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
        Action::new("debit", "plus", &["posted", "partly_paid", "paid"]),
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
    use super::super::advance::{self, Moved, Share};
    use super::super::centre;
    use super::super::credit_note::CREDIT_NOTE;
    use super::super::order::{Progress, SALES_ORDER, What, check_agrees};
    use super::super::payment::CUSTOMER_PAYMENT;
    use super::super::pricing::{self, TaxTotal, Totals};
    use super::super::receivable::{Claim, OpenItem};
    use super::SALES_INVOICE;
    use crate::modules::finance::ledger::{self, Books, Entry, EntryLine};
    use crate::modules::finance::terms;
    use crate::modules::inventory::unit;
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{self, Effects, Error, Lock, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Minor, Value, money};
    use async_trait::async_trait;
    use jiff::civil::Date;
    use rust_decimal::Decimal;

    pub struct InvoiceRules;

    #[async_trait]
    impl Rules for InvoiceRules {
        async fn complete(&self, tx: &mut TenantTx, invoice: &mut Document) -> Outcome<()> {
            invoice.fill("kind", "invoice");
            let is_advance = invoice.text("kind") == Some("advance");
            let corrected = follow_source(tx, invoice).await?;
            let term = invoice.get("payment_term").clone();
            pricing::follow_customer(tx, invoice).await?;
            if is_advance {
                // Paid at once, unless its own terms say otherwise: those of the customer are for what was delivered.
                invoice.set("payment_term", term);
            }
            unit::check_quantities(invoice)?;
            invoice.fill("open", 0);
            for line in &mut invoice.lines {
                if line.get("credited").is_null() {
                    line.set("credited", Decimal::ZERO);
                }
            }
            pricing::complete(tx, invoice).await?;
            if let Some(corrected) = corrected {
                at_rate_of(&corrected, invoice, &tx.company.currency);
            }
            let prepaid = prepaid(tx, invoice).await?;
            invoice.set("prepaid", prepaid);
            let parts = terms::parts_of(tx, invoice.link("payment_term")).await?;
            let parts = terms::instalments(invoice.minor("total") - prepaid, invoice.date(), &parts);
            let due = parts.iter().map(|(date, _)| *date).min();
            invoice.set("due_date", due);
            advance::check_items(invoice, is_advance)?;
            centre::check_in_use(tx, invoice).await
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
                    let mut deducted = Vec::new();
                    match (invoice.text("kind"), invoice.link("sales_order")) {
                        (Some("advance"), Some(order)) => advance::check(tx, order, &totals.taxes).await?,
                        (Some("debit_note"), _) => check_debit(tx, invoice, &totals).await?,
                        (Some("invoice"), Some(order)) => {
                            advance::lock(tx, order).await?;
                            let left = advance::left_of(tx, order, invoice.text("currency")).await?;
                            deducted = advance::deduct(&left, &totals.taxes);
                        }
                        _ => {}
                    }
                    let parts = terms::parts_of(tx, invoice.link("payment_term")).await?;
                    let due = terms::instalments(totals.total - advance::total(&deducted), invoice.date(), &parts);
                    return Ok(post(&counted, &totals, &deducted, &due, &books, &tx.company.currency)?);
                }
                "pay" => {
                    let payment = door::fresh(tx, &CUSTOMER_PAYMENT).await?;
                    let granted = terms::discount_of(tx, invoice.link("payment_term")).await?;
                    let discount = granted.map_or(0, |granted| {
                        terms::early_discount(invoice.minor("open"), invoice.date(), payment.date(), granted)
                    });
                    effects.create.push(pay(invoice, payment, discount));
                }
                "credit" => {
                    let lines = match invoice.text("kind") {
                        Some("advance") => advance::creditable(tx, invoice).await?,
                        _ => creditable(invoice),
                    };
                    effects.create.push(credit(invoice, door::fresh(tx, &CREDIT_NOTE).await?, lines)?);
                }
                "debit" if invoice.text("kind") != Some("invoice") => {
                    return Err(Refusal::new("refuse-debit-of").into());
                }
                "debit" => {
                    let reason = tx.cx.i18n.format("debit-note-reason-default", None);
                    effects.create.push(debit(invoice, door::fresh(tx, &SALES_INVOICE).await?).with("note", reason));
                }
                _ => return Err(Error::NotFound),
            }
            Ok(effects)
        }
    }

    /// An advance is for whoever ordered, a debit note for whoever was invoiced, in the same currency and cost centre. Answers
    /// with the invoice that a debit note adds to.
    async fn follow_source(tx: &mut TenantTx, invoice: &mut Document) -> Outcome<Option<Document>> {
        let source = match (invoice.text("kind"), invoice.link("sales_order"), invoice.link("corrects")) {
            (Some("advance"), Some(order), _) => door::load(tx, &SALES_ORDER, order, Lock::No).await?,
            (Some("debit_note"), _, Some(corrected)) => door::load(tx, &SALES_INVOICE, corrected, Lock::No).await?,
            _ => return Ok(None),
        };
        for name in ["customer", "currency", "cost_centre"] {
            invoice.set(name, source.get(name).clone());
        }
        Ok((source.record.name == SALES_INVOICE.name).then_some(source))
    }

    /// What is added to an invoice is worth in the books what the invoice was worth there.
    fn at_rate_of(corrected: &Document, note: &mut Document, company_currency: &str) {
        let rate = corrected.decimal("rate");
        let (from, to) = (money::decimals(note.currency(company_currency)), money::decimals(company_currency));
        let base = money::convert(note.minor("total"), from, rate, to);
        note.set("rate", rate);
        note.set("base_total", base.unwrap_or_default());
    }

    /// What an invoice of an order would deduct of its advances today, in minor units of its currency.
    async fn prepaid(tx: &mut TenantTx, invoice: &Document) -> Outcome<Minor> {
        let Some(order) = invoice.link("sales_order").filter(|_| invoice.text("kind") == Some("invoice")) else {
            return Ok(0);
        };
        let left = advance::left_of(tx, order, invoice.text("currency")).await?;
        if left.is_empty() {
            return Ok(0);
        }
        let rates = ledger::tax_rates(tx).await?;
        let totals = pricing::totals_of(invoice, &rates, &tx.company)?;
        Ok(advance::total(&advance::deduct(&left, &totals.taxes)))
    }

    /// A debit note adds something to its invoice, says why, and is taxed as what it adds to.
    async fn check_debit(tx: &mut TenantTx, note: &Document, totals: &Totals) -> Outcome<()> {
        let corrected = door::load(tx, &SALES_INVOICE, note.required_link("corrects")?, Lock::No).await?;
        if totals.net == 0 {
            return Err(Refusal::new("refuse-debit-nothing").at("lines").into());
        }
        if note.get("note").is_null() {
            return Err(Refusal::new("refuse-debit-reason").at("note").into());
        }
        for (row, line) in note.lines.iter().enumerate() {
            let has_item = |of: &&Line| of.link("item") == line.link("item");
            let is_new = !corrected.lines.iter().any(|of| has_item(&of));
            let mut like = corrected.lines.iter().filter(|of| is_new || has_item(of));
            if !like.any(|of| of.link("tax_code") == line.link("tax_code")) {
                return Err(Refusal::new("refuse-debit-tax").at_line(row, "tax_code").into());
            }
        }
        Ok(())
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

    /// What a posted invoice means: the customer owes it in parts, income and VAT are earned. Of an advance nothing is earned
    /// yet; what an invoice deducts of advances is earned now, and was asked for and taxed with the advance. Lines of an invoice
    /// of an order are counted in stock units.
    pub fn post(
        invoice: &Document,
        totals: &Totals,
        deducted: &[Share],
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
        let convert = |amount| money::convert(amount, from, rate, to);
        let is_advance = invoice.text("kind") == Some("advance");
        let income = books.account(if is_advance { "customer_advances" } else { "sales" })?;
        let asked = advance::rest(&totals.taxes, deducted);
        let mut lines = revenue(&asked, income, books.account("vat_output")?, convert).ok_or_else(too_large)?;
        let base_total: Minor = lines.iter().map(|l| l.credit - l.debit).sum();
        lines.insert(0, EntryLine::signed(books.account("receivable")?, base_total).of(customer));
        for share in deducted {
            lines.push(EntryLine::signed(books.account("customer_advances")?, share.base_net));
            lines.push(EntryLine::signed(income, -share.base_net));
        }

        let shares =
            money::allocate(base_total, &due.iter().map(|(_, amount)| Decimal::from(*amount)).collect::<Vec<_>>());
        let items = due
            .iter()
            .zip(shares)
            .filter(|((_, amount), _)| *amount != 0)
            .map(|((due_date, amount), base)| OpenItem { due_date: *due_date, amount: *amount, base_amount: base })
            .collect();
        let claim = Claim { customer, date: books.date, currency, items };

        let prepaid = advance::total(deducted);
        let state = if totals.total == prepaid { "paid" } else { "posted" };
        let effects = match invoice.text("kind") {
            Some("advance") => Effects::to(state).numbered_in("advance", "ADV"),
            Some("debit_note") => Effects::to(state).numbered_in("debit_note", "DBN"),
            _ => Effects::to(state).numbered(),
        };
        let mut effects = effects
            // As of today's tax codes, which may be others than when the draft was saved.
            .set("net", totals.net)
            .set("tax", totals.tax)
            .set("total", totals.total)
            .set("prepaid", prepaid)
            .set("open", totals.total - prepaid)
            .set("base_total", base_total)
            .set("due_date", due.iter().map(|(date, _)| *date).min());
        if let Some(order) = invoice.link("sales_order") {
            let invoiced =
                invoice.lines.iter().filter_map(|l| Some((l.link("order_line")?, l.decimal("quantity")))).collect();
            effects = effects.post(Progress { order, what: What::Invoiced, lines: invoiced });
            if is_advance {
                let charged = |part: &TaxTotal| {
                    let (base_net, base_tax) = (convert(part.base)?, convert(part.tax)?);
                    Some(Share {
                        invoice: invoice.id,
                        code: part.code,
                        net: part.base,
                        tax: part.tax,
                        base_net,
                        base_tax,
                    })
                };
                let charged: Option<Vec<Share>> = totals.taxes.iter().map(charged).collect();
                effects = effects.book(Moved::charged(order, books.date, charged.ok_or_else(too_large)?));
            } else {
                effects = effects.book(Moved::spent(order, books.date, deducted));
            }
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

    /// What has not been credited yet.
    fn creditable(invoice: &Document) -> Vec<Line> {
        let left = |line: &Line| line.decimal("quantity") - line.decimal("credited");
        let open = invoice.lines.iter().filter(|line| left(line) > Decimal::ZERO);
        open.map(|line| pricing::carry(line, left(line)).with("invoice_line", line.id)).collect()
    }

    /// A debit note of the lines of an invoice, whose prices are what is to be added for each: nothing, until somebody says how much.
    fn debit(invoice: &Document, mut note: Document) -> Document {
        for name in ["customer", "currency", "payment_term", "branch", "reference"] {
            note.set(name, invoice.get(name).clone());
        }
        note.set("kind", "debit_note");
        note.set("corrects", invoice.id);
        note.set("total", 0);
        for line in &invoice.lines {
            let added = pricing::carry(line, line.decimal("quantity"));
            note.lines.push(added.with("price", Decimal::ZERO).with("discount", Value::Null));
        }
        note
    }

    /// A credit note of these lines of an invoice.
    fn credit(invoice: &Document, mut note: Document, lines: Vec<Line>) -> Result<Document, Refusal> {
        for name in ["customer", "currency", "branch"] {
            note.set(name, invoice.get(name).clone());
        }
        note.set("sales_invoice", invoice.id);
        note.set("total", 0);
        note.lines = lines;
        if note.lines.is_empty() { Err(Refusal::new("refuse-nothing-to-credit")) } else { Ok(note) }
    }
}
