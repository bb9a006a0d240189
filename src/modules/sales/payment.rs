//! Customer payments: money received and the invoices it settles, and money that goes back.
//!
//! A line may grant a discount, which settles that much more of its invoice and is posted as it is, VAT included: where the
//! tax is to follow, a credit note over the discount takes the place of it. A refund pays back what a customer has on account
//! from payments and credit notes, oldest first.

use crate::record::{Action, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "customer_payment_line",
    &[
        Field::new("sales_invoice", Kind::Link("sales_invoice")).required(),
        Field::new("amount", Kind::Money).required(),
        Field::new("discount", Kind::Money),
    ],
);

pub static CUSTOMER_PAYMENT: Record = Record {
    icon: "wallet",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("customer", Kind::Link("customer")).required(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("account", Kind::Link("account")).required().internal(),
        Field::new("currency", Kind::Currency).required().start(Start::CompanyCurrency),
        Field::new("amount", Kind::Money).required(),
        Field::new("refund", Kind::Bool),
        Field::new("reference", Kind::Text(80)).searched(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("note", Kind::Note).wide(),
        Field::new("rate", Kind::Rate).hidden(),
        Field::new("base_amount", Kind::Base).hidden(),
        Field::new("allocated", Kind::Money).computed(),
        Field::new("open", Kind::Money).computed(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[
        State::new("draft", Tone::Draft).editable(),
        State::new("posted", Tone::Done),
        State::new("reversed", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("post", "check", &["draft"]).primary().grave(),
        Action::new("settle", "circle-check", &["posted"]),
        Action::new("refund", "wallet", &["posted"]),
        Action::new("reverse", "undo-2", &["posted"]).grave(),
    ],
    columns: &["number", "customer", "date", "account", "state", "allocated", "amount"],
    totals: &["allocated", "amount"],
    views: &[
        View { name: "draft", filter: &[("state", "draft")] },
        View { name: "posted", filter: &[("state", "posted")] },
    ],
    filters: &["customer", "date", "account", "state", "refund", "amount", "open"],
    prints: true,
    party: Some("customer"),
    kept_by: &["accountant"],
    seen_by: &["sales"],
    ..Record::document("customer_payment", "customer-payments", "sales", "PAY")
};

#[cfg(feature = "ssr")]
pub use rules::{PaymentRules, paid_back, received};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::receivable::{self, Claim, OpenItem, Refund, Settlement, Unrefund, Unsettle};
    use crate::modules::finance::ledger::{self, Books, Entry, EntryLine, REVERSAL};
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Minor, money};
    use async_trait::async_trait;
    use sqlx::Row as _;
    use uuid::Uuid;

    pub struct PaymentRules;

    #[async_trait]
    impl Rules for PaymentRules {
        async fn complete(&self, tx: &mut TenantTx, payment: &mut Document) -> Outcome<()> {
            if payment.get("account").is_null() {
                let bank: Option<Uuid> =
                    sqlx::query_scalar("select id from account where tenant_id = $1 and role = 'bank'")
                        .bind(tx.tenant())
                        .fetch_optional(tx.conn())
                        .await?;
                payment.set("account", bank);
            }
            payment.fill("currency", tx.company.currency.clone());
            let currency = payment.currency(&tx.company.currency).to_owned();
            let rate = ledger::rate(tx, &currency, payment.date()).await?;
            payment.set("rate", rate);
            let base = money::convert(
                payment.minor("amount"),
                money::decimals(&currency),
                rate,
                money::decimals(&tx.company.currency),
            );
            payment.set("base_amount", base.ok_or_else(|| Refusal::new("fault-out-of-range").at("amount"))?);
            let parts = payment.lines.iter().map(|l| l.minor("amount"));
            let allocated: Option<Minor> = parts.into_iter().try_fold(0, Minor::checked_add);
            let allocated = allocated.ok_or_else(|| Refusal::new("fault-out-of-range").at("lines"))?;
            payment.set("allocated", allocated);
            // A draft holds no money yet.
            payment.set("open", 0);
            discounts(payment, &tx.company.currency)?;
            if payment.get("amount").int() == Some(0) {
                return Err(Refusal::new("refuse-zero-amount").at("amount").into());
            }
            if allocated > payment.minor("amount") && !payment.get("amount").is_null() {
                return Err(Refusal::new("refuse-over-allocation").at("amount").into());
            }
            if is_refund(payment) && !payment.lines.is_empty() {
                return Err(Refusal::new("refuse-refund-lines").at("lines").into());
            }
            check_account(tx, payment).await?;
            check_invoices(tx, payment, &currency).await
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, payment: &Document) -> Outcome<Effects> {
            match action {
                "post" if is_refund(payment) => {
                    let books = ledger::books(tx, payment.date()).await?;
                    let currency = payment.currency(&tx.company.currency).to_owned();
                    let credits = receivable::on_account(tx, payment.required_link("customer")?, &currency).await?;
                    Ok(pay_back(payment, credits, &books, &currency)?)
                }
                "post" => {
                    let books = ledger::books(tx, payment.date()).await?;
                    let invoices = lock_invoices(tx, payment).await?;
                    let open = receivable::open_of(tx, &invoices).await?;
                    Ok(post(payment, open, &books, &tx.company.currency)?)
                }
                "settle" => receivable::settle_rest(tx, payment).await,
                "refund" => receivable::refund_rest(tx, payment).await,
                "reverse" => {
                    // What is dated ahead is not taken back before it has happened.
                    let books = ledger::books(tx, tx.company.today.max(payment.date())).await?;
                    books.check_open()?;
                    let effects = Effects::to("reversed").set("allocated", 0).set("open", 0);
                    let effects = if is_refund(payment) {
                        receivable::lock_refunded(tx, payment.id).await?;
                        effects.book(Unrefund)
                    } else {
                        if let Some(number) = receivable::refund_of(tx, payment.id).await? {
                            return Err(Refusal::new("refuse-refunded").with("number", number).into());
                        }
                        receivable::lock_settled(tx, payment.id).await?;
                        effects.book(Unsettle)
                    };
                    let entry = entry_of(tx, payment.id).await?;
                    let reversal = Entry { date: books.date, suffix: REVERSAL.into(), ..entry.reversed() };
                    Ok(effects.book(reversal))
                }
                _ => Err(Error::NotFound),
            }
        }
    }

    fn is_refund(payment: &Document) -> bool {
        payment.get("refund").bool()
    }

    /// What the lines of a payment grant as discount, in its currency and, at its rate, in the company's. Refuses what is
    /// beyond what is kept, also together with the money.
    fn discounts(payment: &Document, company_currency: &str) -> Result<(Minor, Minor), Refusal> {
        let granted = payment.lines.iter().map(|l| l.minor("discount")).try_fold(0, Minor::checked_add);
        let (from, to) = (money::decimals(payment.currency(company_currency)), money::decimals(company_currency));
        let both = granted.and_then(|granted| {
            let base = money::convert(granted, from, payment.decimal("rate"), to)?;
            payment.minor("amount").checked_add(granted)?;
            payment.minor("base_amount").checked_add(base)?;
            Some((granted, base))
        });
        both.ok_or_else(|| Refusal::new("fault-out-of-range").at("lines"))
    }

    /// Locks the invoices that a payment settles, before what is open of them: a credit note does so, too, and neither waits
    /// for the other in vain.
    async fn lock_invoices(tx: &mut TenantTx, payment: &Document) -> Outcome<Vec<Uuid>> {
        let invoices: Vec<Uuid> = payment.lines.iter().filter_map(|l| l.link("sales_invoice")).collect();
        if !invoices.is_empty() {
            sqlx::query(
                "select from sales_invoice where tenant_id = $1 and id = any($2) order by id for no key update",
            )
            .bind(tx.tenant())
            .bind(&invoices)
            .execute(tx.conn())
            .await?;
        }
        Ok(invoices)
    }

    /// Money goes to an account for it: an asset in use that is neither a group nor a control account.
    async fn check_account(tx: &mut TenantTx, payment: &Document) -> Outcome<()> {
        let Some(account) = payment.link("account") else { return Ok(()) };
        let fits: Option<bool> = sqlx::query_scalar(
            "select active and not is_group and kind = 'asset' and coalesce(role, '') not in ('receivable', 'inventory')
               from account where tenant_id = $1 and id = $2",
        )
        .bind(tx.tenant())
        .bind(account)
        .fetch_optional(tx.conn())
        .await?;
        if fits == Some(true) { Ok(()) } else { Err(Refusal::new("refuse-payment-account").at("account").into()) }
    }

    /// Invoices are of the same customer and currency, posted, and named once.
    async fn check_invoices(tx: &mut TenantTx, payment: &Document, currency: &str) -> Outcome<()> {
        let ids: Vec<Uuid> = payment.lines.iter().filter_map(|l| l.link("sales_invoice")).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let rows = sqlx::query(
            "select id, customer, currency, state from sales_invoice where tenant_id = $1 and id = any($2)",
        )
        .bind(tx.tenant())
        .bind(&ids)
        .fetch_all(tx.conn())
        .await?;
        for (at, line) in payment.lines.iter().enumerate() {
            let Some(id) = line.link("sales_invoice") else { continue };
            let refuse = |id: &str| Err(Refusal::new(id).at_line(at, "sales_invoice").into());
            let Some(row) = rows.iter().find(|r| r.get::<Uuid, _>("id") == id) else { return refuse("fault-not-link") };
            if Some(row.get::<Uuid, _>("customer")) != payment.link("customer") {
                return refuse("refuse-other-customer");
            }
            if row.get::<&str, _>("currency") != currency {
                return refuse("refuse-other-currency");
            }
            if row.get::<&str, _>("state") == "draft" {
                return refuse("refuse-invoice-draft");
            }
            if ids[..at.min(ids.len())].contains(&id) {
                return refuse("refuse-invoice-twice");
            }
        }
        Ok(())
    }

    /// Money in, claims settled; what is left stays on account, what the rate changed is an exchange difference.
    fn post(
        payment: &Document,
        open: Vec<receivable::Open>,
        books: &Books,
        company_currency: &str,
    ) -> Result<Effects, Refusal> {
        books.check_open()?;
        let (discount, base_discount) = discounts(payment, company_currency)?;
        let (amount, base) = (payment.minor("amount") + discount, payment.minor("base_amount") + base_discount);
        let part = |line: &Line| Some((line.link("sales_invoice")?, line.minor("amount") + line.minor("discount")));
        let wanted: Vec<(Uuid, Minor)> = payment.lines.iter().filter_map(part).collect();
        let settlement = Settlement::of(amount, base, &wanted, open)?;
        let entry = received(payment, &settlement, base_discount, books)?;
        let claim = claim(payment, books, payment.currency(company_currency), -amount, -base);
        Ok(Effects::to("posted")
            .numbered()
            .set("allocated", settlement.used() - discount)
            .set("open", amount - settlement.used())
            .book(entry)
            .book(claim)
            .book(settlement))
    }

    /// The entry of a payment: money and discount in, what they settle out.
    pub fn received(
        payment: &Document,
        settlement: &Settlement,
        base_discount: Minor,
        books: &Books,
    ) -> Result<Entry, Refusal> {
        let customer = payment.link("customer").unwrap_or_default();
        let mut lines = vec![
            EntryLine::signed(payment.link("account").unwrap_or_default(), payment.minor("base_amount")),
            EntryLine::signed(books.account("receivable")?, -settlement.relieved()).of(customer),
            EntryLine::signed(books.account("exchange_difference")?, settlement.difference()),
        ];
        if base_discount != 0 {
            lines.insert(1, EntryLine::signed(books.account("sales_discount")?, base_discount));
        }
        Ok(Entry::new(books.date, lines))
    }

    /// Money back: credits are used up, and what the rate has changed since is an exchange difference.
    fn pay_back(
        payment: &Document,
        credits: Vec<receivable::Open>,
        books: &Books,
        currency: &str,
    ) -> Result<Effects, Refusal> {
        books.check_open()?;
        let (amount, base) = (payment.minor("amount"), payment.minor("base_amount"));
        let refund = Refund::of(amount, base, credits, currency)?;
        let entry = paid_back(payment, &refund, books)?;
        let claim = claim(payment, books, currency, amount, base);
        Ok(Effects::to("posted").numbered().set("allocated", amount).book(entry).book(claim).book(refund))
    }

    /// The entry of a refund: what it uses up of what the customer is owed, and the money out.
    pub fn paid_back(payment: &Document, Refund(used): &Refund, books: &Books) -> Result<Entry, Refusal> {
        let customer = payment.link("customer").unwrap_or_default();
        Ok(Entry::new(
            books.date,
            [
                EntryLine::signed(books.account("receivable")?, used.relieved()).of(customer),
                EntryLine::signed(payment.link("account").unwrap_or_default(), -payment.minor("base_amount")),
                EntryLine::signed(books.account("exchange_difference")?, -used.difference()),
            ],
        ))
    }

    fn claim(payment: &Document, books: &Books, currency: &str, amount: Minor, base_amount: Minor) -> Claim {
        Claim {
            customer: payment.link("customer").unwrap_or_default(),
            date: books.date,
            currency: currency.to_owned(),
            items: vec![OpenItem { due_date: books.date, amount, base_amount }],
        }
    }

    /// The entry that a document left in the journal.
    async fn entry_of(tx: &mut TenantTx, source: Uuid) -> Outcome<Entry> {
        let rows = sqlx::query(
            "select l.account, l.debit, l.credit, l.customer, l.cost_centre from journal_entry e
               join journal_entry_line l on l.tenant_id = e.tenant_id and l.parent = e.id
              where e.tenant_id = $1 and e.source = $2 and e.reversal_of is null order by l.position",
        )
        .bind(tx.tenant())
        .bind(source)
        .fetch_all(tx.conn())
        .await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            lines.push(EntryLine {
                account: row.try_get("account")?,
                debit: row.try_get("debit")?,
                credit: row.try_get("credit")?,
                customer: row.try_get("customer")?,
                cost_centre: row.try_get("cost_centre")?,
                ..EntryLine::default()
            });
        }
        Ok(Entry::new(tx.company.today, lines))
    }
}
