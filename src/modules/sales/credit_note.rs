//! Credit notes: the only way to take back a posted invoice, in whole or in part.

use crate::record::{Action, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "credit_note_line",
    &[
        Field::new("item", Kind::Link("item")),
        Field::new("description", Kind::Text(300)),
        Field::new("quantity", Kind::Quantity).required(),
        Field::new("unit", Kind::Link("unit")),
        Field::new("price", Kind::Price).required(),
        Field::new("discount", Kind::Percent),
        Field::new("tax_code", Kind::Link("tax_code")),
        Field::new("invoice_line", Kind::Source).hidden(),
        Field::new("amount", Kind::Price).hidden(),
        Field::new("net", Kind::Money).computed(),
    ],
)
.required();

pub static CREDIT_NOTE: Record = Record {
    icon: "undo-2",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("customer", Kind::Link("customer")).computed(),
        Field::new("sales_invoice", Kind::Link("sales_invoice")).required(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("reason", Kind::Text(200)).required(),
        Field::new("currency", Kind::Currency).computed(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("cost_centre", Kind::Link("cost_centre")).computed().internal(),
        Field::new("note", Kind::Note).wide(),
        Field::new("rate", Kind::Rate).hidden(),
        Field::new("net", Kind::Money).computed(),
        Field::new("tax", Kind::Money).computed(),
        Field::new("total", Kind::Money).computed(),
        Field::new("base_total", Kind::Base).hidden(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[State::new("draft", Tone::Draft).editable(), State::new("posted", Tone::Done)],
    actions: &[
        Action::new("post", "check", &["draft"]).primary().grave(),
        Action::new("settle", "circle-check", &["posted"]),
        Action::new("refund", "wallet", &["posted"]),
    ],
    columns: &["number", "customer", "sales_invoice", "date", "state", "total"],
    totals: &["total"],
    views: &[
        View { name: "draft", filter: &[("state", "draft")] },
        View { name: "posted", filter: &[("state", "posted")] },
    ],
    filters: &["customer", "date", "state", "total"],
    prints: true,
    party: Some("customer"),
    kept_by: &["accountant"],
    seen_by: &["sales"],
    ..Record::document("credit_note", "credit-notes", "sales", "CN")
};

#[cfg(feature = "ssr")]
pub use rules::CreditNoteRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::advance::{self, Moved, Share};
    use super::super::invoice::{SALES_INVOICE, revenue};
    use super::super::order::{Progress, What};
    use super::super::pricing::{self, Totals};
    use super::super::receivable::{self, Claim, OpenItem, Settlement};
    use crate::modules::finance::ledger::{self, Books, Entry, EntryLine};
    use crate::modules::inventory::unit;
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{self, Effects, Error, Followed, Lock, Outcome, Posting, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Minor, Value, money};
    use async_trait::async_trait;
    use rust_decimal::Decimal;
    use uuid::Uuid;

    pub struct CreditNoteRules;

    #[async_trait]
    impl Rules for CreditNoteRules {
        async fn complete(&self, tx: &mut TenantTx, note: &mut Document) -> Outcome<()> {
            unit::check_quantities(note)?;
            if note.get("reason").is_null() && note.version == 0 {
                note.set("reason", tx.cx.i18n.format("credit-note-reason-default", None));
            }
            let Some(invoice) = note.link("sales_invoice") else {
                pricing::follow_customer(tx, note).await?;
                return pricing::complete(tx, note).await;
            };
            let invoice = door::load(tx, &SALES_INVOICE, invoice, Lock::No).await?;
            if invoice.number().is_none() {
                return Err(Refusal::new("refuse-credit-draft").at("sales_invoice").into());
            }
            note.set("total", 0);
            for name in ["customer", "currency", "branch", "cost_centre"] {
                note.set(name, invoice.get(name).clone());
            }
            pricing::complete(tx, note).await?;
            // A credit takes back at the rate at which the invoice was booked.
            let rate = invoice.decimal("rate");
            note.set("rate", rate);
            let decimals = money::decimals(note.currency(&tx.company.currency));
            let base = money::convert(note.minor("total"), decimals, rate, money::decimals(&tx.company.currency));
            note.set("base_total", base.unwrap_or_default());
            advance::check_items(note, invoice.text("kind") == Some("advance"))
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, note: &Document) -> Outcome<Effects> {
            match action {
                "post" => {}
                "settle" => return receivable::settle_rest(tx, note).await,
                "refund" => return receivable::refund_rest(tx, note).await,
                _ => return Err(Error::NotFound),
            }
            let invoice = door::load(tx, &SALES_INVOICE, note.required_link("sales_invoice")?, Lock::Update).await?;
            let books = ledger::books(tx, note.date()).await?;
            let mut totals = pricing::totals_of(note, &books.tax_rates, &tx.company)?;
            let mut advance = None;
            if let Some(order) = invoice.link("sales_order").filter(|_| invoice.text("kind") == Some("advance")) {
                advance::lock(tx, order).await?;
                let left = advance::left_of_invoice(tx, &invoice).await?;
                let decimals = money::decimals(note.currency(&tx.company.currency));
                advance = Some(advance::take_back(&left, &mut totals, decimals)?);
            }
            let open = receivable::open_of(tx, &[invoice.id]).await?;
            let measures = unit::measures(tx, &[note, &invoice]).await?;
            let (note, invoice) = (measures.in_stock(note)?, measures.in_stock(&invoice)?);
            Ok(post(&note, &invoice, &totals, advance.as_deref(), open, &books, &tx.company.currency)?)
        }
    }

    /// What an advance that is taken back leaves on the account of advances and owes in VAT: as it was booked.
    fn uncharged(advance: &[Share], books: &Books) -> Result<Vec<EntryLine>, Refusal> {
        let (account, vat) = (books.account("customer_advances")?, books.account("vat_output")?);
        let mut lines = Vec::new();
        for share in advance {
            lines.push(EntryLine::signed(account, share.base_net).taxed(share.code, -share.base_net));
            if share.base_tax != 0 {
                lines.push(EntryLine::signed(vat, share.base_tax).taxed(share.code, -share.base_net));
            }
        }
        Ok(lines)
    }

    /// Takes back income and VAT, or what is left of an advance, and settles the invoice as far as it is still open; the rest
    /// stays to the customer's credit. The lines of both are counted in stock units.
    fn post(
        note: &Document,
        invoice: &Document,
        totals: &Totals,
        advance: Option<&[Share]>,
        open: Vec<receivable::Open>,
        books: &Books,
        company_currency: &str,
    ) -> Result<Effects, Refusal> {
        books.check_open()?;
        let customer = invoice.link("customer").unwrap_or_default();
        let mut credited = Vec::new();
        // What is left of an advance is an amount, and in no line.
        for (row, line) in note.lines.iter().enumerate().filter(|_| advance.is_none()) {
            let Some(id) = line.link("invoice_line").or_else(|| matching_line(invoice, line.link("item"))) else {
                return Err(Refusal::new("refuse-credit-line").at_line(row, "item"));
            };
            let source = invoice
                .lines
                .iter()
                .find(|l| l.id == id)
                .ok_or_else(|| Refusal::new("refuse-credit-line").at_line(row, "item"))?;
            // What one costs after its discount: no more goes back for it than was paid.
            let paid = |line: &Line| line.decimal("price") * (Decimal::ONE_HUNDRED - line.decimal("discount"));
            if paid(line) > paid(source) || line.link("tax_code") != source.link("tax_code") {
                return Err(Refusal::new("refuse-credit-dearer").at_line(row, "price"));
            }
            let left = source.decimal("quantity") - source.decimal("credited");
            if line.decimal("quantity") > left {
                return Err(Refusal::new("refuse-over-credit-of")
                    .with("left", left.normalize())
                    .at_line(row, "quantity"));
            }
            credited.push((id, line.decimal("quantity"), source.link("order_line")));
        }
        let currency = note.currency(company_currency).to_owned();
        let (from, to) = (money::decimals(&currency), money::decimals(company_currency));
        let rate = note.decimal("rate");
        let mut lines = match advance {
            Some(advance) => uncharged(advance, books)?,
            None => {
                let (returns, vat) = (books.account("sales_returns")?, books.account("vat_output")?);
                let earned = revenue(&totals.taxes, returns, vat, |amount| money::convert(amount, from, rate, to));
                let earned = earned.ok_or_else(|| Refusal::new("fault-out-of-range").at("lines"))?;
                Entry::new(books.date, earned).reversed().lines
            }
        };
        let base_total: Minor = lines.iter().map(|l| l.debit - l.credit).sum();

        let settlement =
            Settlement::of(totals.total, base_total, &[(invoice.id, totals.total.min(invoice.minor("open")))], open)
                .map_err(|refusal| refusal.at("sales_invoice"))?;
        lines.push(EntryLine::signed(books.account("receivable")?, -settlement.relieved()).of(customer));
        lines.push(EntryLine::signed(books.account("exchange_difference")?, settlement.difference()));

        let claim = Claim {
            customer,
            date: books.date,
            currency,
            items: vec![OpenItem { due_date: books.date, amount: -totals.total, base_amount: -base_total }],
        };
        let mut effects = Effects::to("posted")
            .numbered()
            .set("net", totals.net)
            .set("tax", totals.tax)
            .set("total", totals.total)
            .set("base_total", base_total)
            .post(Credited {
                invoice: invoice.id,
                lines: credited.iter().map(|(id, quantity, _)| (*id, *quantity)).collect(),
            });
        if let Some(order) = invoice.link("sales_order") {
            let back = credited.iter().filter_map(|(_, quantity, line)| Some(((*line)?, -*quantity))).collect();
            effects = effects.post(Progress { order, what: What::Invoiced, lines: back });
            effects = effects.book(Moved::spent(order, books.date, advance.unwrap_or_default()));
        }
        Ok(effects.book(Entry::new(books.date, lines)).book(claim).book(settlement))
    }

    /// The line of the invoice that bears an item, for notes written by hand.
    fn matching_line(invoice: &Document, item: Option<Uuid>) -> Option<Uuid> {
        invoice.lines.iter().find(|l| item.is_some() && l.get("item") == &Value::from(item)).map(|l| l.id)
    }

    struct Credited {
        invoice: Uuid,
        lines: Vec<(Uuid, Decimal)>,
    }

    #[async_trait]
    impl Posting for Credited {
        async fn apply(&self, tx: &mut TenantTx, _: &Document) -> Outcome<()> {
            let own = pricing::in_own_units(tx, &self.lines).await?;
            let lines: Vec<(i32, Decimal, Decimal)> = sqlx::query_as(
                "update sales_invoice_line l set credited = l.credited + u.q
                   from (select id, sum(q) as q from unnest($3::uuid[], $4::numeric[]) as x (id, q) group by id) u
                  where l.tenant_id = $1 and l.parent = $2 and l.id = u.id
                 returning l.position, l.credited - u.q, l.credited",
            )
            .bind(tx.tenant())
            .bind(self.invoice)
            .bind(own.iter().map(|l| l.0).collect::<Vec<_>>())
            .bind(own.iter().map(|l| l.1).collect::<Vec<_>>())
            .fetch_all(tx.conn())
            .await?;
            let credited = |(position, before, after): (i32, Decimal, Decimal)| {
                (format!("lines.{position}.credited"), before.into(), after.into())
            };
            let changes = lines.into_iter().map(credited).collect();
            door::follow(tx, &SALES_INVOICE, vec![Followed { id: self.invoice, changes }]).await
        }
    }
}
