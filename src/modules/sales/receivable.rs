//! The receivables sub-ledger: what customers owe, in parts that fall due, and what settled them.
//!
//! The sum of open base amounts equals the receivable account at every moment; the books' health checks it.

use super::invoice::SALES_INVOICE;
use super::payment::CUSTOMER_PAYMENT;
use crate::modules::finance::ledger::{self, Entry, EntryLine};
use crate::platform::document::Document;
use crate::platform::door::{self, Effects, Followed, Outcome, Posting, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::{Minor, Value, money};
use async_trait::async_trait;
use jiff::civil::Date;
use sqlx::Row as _;
use uuid::Uuid;

/// One part of a claim with its due date; negative when the customer is owed.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenItem {
    pub due_date: Date,
    /// In the document's currency.
    pub amount: Minor,
    /// In the company's currency.
    pub base_amount: Minor,
}

/// The parts that a posted document adds to the sub-ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub customer: Uuid,
    pub date: Date,
    pub currency: String,
    pub items: Vec<OpenItem>,
}

#[async_trait]
impl Posting for Claim {
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        if self.items.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into open_item (id, customer, source_record, source, position, date, due_date, currency, amount, base_amount, open, base_open)
             select u.id, $1, $2, $3, u.position, $4::date, u.due::date, $5, u.amount, u.base, u.amount, u.base
               from unnest($6::uuid[], $7::int[], $8::text[], $9::bigint[], $10::bigint[]) as u (id, position, due, amount, base)",
        )
        .bind(self.customer)
        .bind(source.record.name)
        .bind(source.id)
        .bind(self.date.to_string())
        .bind(&self.currency)
        .bind(self.items.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind((1..=self.items.len() as i32).collect::<Vec<_>>())
        .bind(self.items.iter().map(|i| i.due_date.to_string()).collect::<Vec<_>>())
        .bind(self.items.iter().map(|i| i.amount).collect::<Vec<_>>())
        .bind(self.items.iter().map(|i| i.base_amount).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}

/// A part of an invoice that is still open.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    pub id: Uuid,
    pub invoice: Uuid,
    pub open: Minor,
    pub base_open: Minor,
}

/// The open parts of these invoices, oldest due first, locked.
pub async fn open_of(tx: &mut TenantTx, invoices: &[Uuid]) -> Outcome<Vec<Open>> {
    let rows: Vec<(Uuid, Uuid, Minor, Minor)> = sqlx::query_as(
        "select id, source, open, base_open from open_item
          where tenant_id = $1 and source = any($2) and open > 0 order by due_date, source, position for update",
    )
    .bind(tx.tenant())
    .bind(invoices)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(id, invoice, open, base_open)| Open { id, invoice, open, base_open }).collect())
}

/// One part that is settled by a credit.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub item: Uuid,
    pub invoice: Uuid,
    pub amount: Minor,
    /// What the part was worth when it was booked.
    pub base_debit: Minor,
    /// What the credit is worth now.
    pub base_credit: Minor,
}

/// How a credit (a payment or a credit note) is used to settle invoices.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    pub shares: Vec<Share>,
    pub amount: Minor,
    pub base_amount: Minor,
    /// The day on which it settles, where it is not that of the credit.
    pub date: Option<Date>,
}

impl Settlement {
    /// Settles the wanted amounts, oldest part first. Refuses more than is open or more than the credit holds.
    pub fn of(
        amount: Minor,
        base_amount: Minor,
        wanted: &[(Uuid, Minor)],
        mut open: Vec<Open>,
    ) -> Result<Settlement, Refusal> {
        let mut shares: Vec<Share> = Vec::new();
        let mut used: Minor = 0;
        for (invoice, wanted) in wanted {
            let mut left = *wanted;
            for part in open.iter_mut().filter(|part| part.invoice == *invoice) {
                let take = left.min(part.open);
                if take == 0 {
                    continue;
                }
                let base_debit =
                    if take == part.open { part.base_open } else { money::proportion(part.base_open, take, part.open) };
                // What has been used so far and now, less what was used so far: the parts sum to the whole.
                let base_credit =
                    money::proportion(base_amount, used + take, amount) - money::proportion(base_amount, used, amount);
                shares.push(Share { item: part.id, invoice: *invoice, amount: take, base_debit, base_credit });
                part.open -= take;
                part.base_open -= base_debit;
                used += take;
                left -= take;
            }
            if left > 0 {
                return Err(Refusal::new("refuse-over-payment"));
            }
        }
        if used > amount {
            return Err(Refusal::new("refuse-over-allocation"));
        }
        Ok(Settlement { shares, amount, base_amount, date: None })
    }

    pub fn used(&self) -> Minor {
        self.shares.iter().map(|s| s.amount).sum()
    }

    fn base_used(&self) -> Minor {
        self.shares.iter().map(|s| s.base_credit).sum()
    }

    /// What the receivable account is relieved of: settled parts at their booked value, the rest at today's.
    pub fn relieved(&self) -> Minor {
        self.shares.iter().map(|s| s.base_debit).sum::<Minor>() + self.base_amount - self.base_used()
    }

    /// The exchange difference: a loss when positive.
    pub fn difference(&self) -> Minor {
        self.relieved() - self.base_amount
    }
}

#[async_trait]
impl Posting for Settlement {
    /// Applied after the claim of the credit, which it draws down.
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        if self.shares.is_empty() {
            return Ok(());
        }
        let tenant = tx.tenant();
        let items: Vec<Uuid> = self.shares.iter().map(|s| s.item).collect();
        let amounts: Vec<Minor> = self.shares.iter().map(|s| s.amount).collect();
        let debits: Vec<Minor> = self.shares.iter().map(|s| s.base_debit).collect();
        let credits: Vec<Minor> = self.shares.iter().map(|s| s.base_credit).collect();
        sqlx::query(
            "insert into allocation (id, date, debit_item, credit_item, amount, base_debit, base_credit)
             select u.id, $2::date, u.item, (select id from open_item where tenant_id = $1 and source = $3), u.amount, u.debit, u.credit
               from unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[]) as u (id, item, amount, debit, credit)",
        )
        .bind(tenant)
        .bind(self.date.unwrap_or_else(|| source.date()).to_string())
        .bind(source.id)
        .bind(items.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind(&items)
        .bind(&amounts)
        .bind(&debits)
        .bind(&credits)
        .execute(tx.conn())
        .await?;
        sqlx::query(
            "update open_item o set open = o.open - u.amount, base_open = o.base_open - u.base
               from (select * from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as x (id, amount, base)
                     union all
                     select (select id from open_item where tenant_id = $1 and source = $5), $6, $7) u
              where o.tenant_id = $1 and o.id = u.id",
        )
        .bind(tenant)
        .bind(&items)
        .bind(&amounts)
        .bind(&debits)
        .bind(source.id)
        .bind(-self.used())
        .bind(-self.base_used())
        .execute(tx.conn())
        .await?;
        refresh_invoices(tx, &self.shares.iter().map(|s| s.invoice).collect::<Vec<_>>()).await
    }
}

/// Uses what is left of a posted credit, a payment or a credit note, for what its customer owes by now, oldest part first.
/// Refused where nothing is left, and where nothing is owed in its currency.
pub async fn settle_rest(tx: &mut TenantTx, credit: &Document) -> Outcome<Effects> {
    let customer = credit.required_link("customer")?;
    let books = ledger::books(tx, tx.company.today.max(credit.date())).await?;
    books.check_open()?;
    // Invoices before what is open of them, as whoever posts a payment locks them.
    let invoices: Vec<Uuid> = sqlx::query_scalar(
        "select id from sales_invoice where tenant_id = $1 and customer = $2 and currency = $3 and state in ('posted', 'partly_paid')
          order by id for no key update",
    )
    .bind(tx.tenant())
    .bind(customer)
    .bind(credit.currency(&tx.company.currency).to_owned())
    .fetch_all(tx.conn())
    .await?;
    let open = open_of(tx, &invoices).await?;
    let rest: Option<(Minor, Minor, i64)> = sqlx::query_as(
        "select -o.open, -o.base_open, (select count(*) from journal_entry e where e.tenant_id = $1 and e.source = $2)
           from open_item o where o.tenant_id = $1 and o.source = $2 and o.open < 0 for update of o",
    )
    .bind(tx.tenant())
    .bind(credit.id)
    .fetch_optional(tx.conn())
    .await?;
    let (rest, base_rest, entries) = rest.ok_or_else(|| Refusal::new("refuse-nothing-on-account"))?;
    let (mut wanted, mut left): (Vec<(Uuid, Minor)>, Minor) = (Vec::new(), rest);
    for part in &open {
        let take = left.min(part.open);
        left -= take;
        match wanted.iter_mut().find(|(invoice, _)| *invoice == part.invoice) {
            Some((_, amount)) => *amount += take,
            None if take > 0 => wanted.push((part.invoice, take)),
            None => {}
        }
    }
    if wanted.is_empty() {
        return Err(Refusal::new("refuse-nothing-owed").into());
    }
    let settlement = Settlement { date: Some(books.date), ..Settlement::of(rest, base_rest, &wanted, open)? };
    let lines = [
        EntryLine::signed(books.account("receivable")?, -settlement.difference()).of(customer),
        EntryLine::signed(books.account("exchange_difference")?, settlement.difference()),
    ];
    let entry = Entry { suffix: format!("-S{entries}").into(), ..Entry::new(books.date, lines) };
    let mut effects = Effects::default();
    if credit.record.field("allocated").is_some() {
        effects = effects.set("allocated", credit.minor("allocated") + settlement.used());
        effects = effects.set("open", rest - settlement.used());
    }
    Ok(effects.book(entry).book(settlement))
}

/// Locks the invoices that a credit settles, whether by its lines or later, before what is open of them: whoever posts a
/// payment or a credit note does so, too, and neither waits for the other in vain.
pub async fn lock_settled(tx: &mut TenantTx, credit: Uuid) -> Outcome<()> {
    sqlx::query(
        "select from sales_invoice where tenant_id = $1 and id in
           (select d.source from open_item c
              join allocation a on a.tenant_id = c.tenant_id and a.credit_item = c.id
              join open_item d on d.tenant_id = a.tenant_id and d.id = a.debit_item
             where c.tenant_id = $1 and c.source = $2)
          order by id for no key update",
    )
    .bind(tx.tenant())
    .bind(credit)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes all settlements of a credit back and closes the credit, as when a payment bounces.
pub struct Unsettle;

#[async_trait]
impl Posting for Unsettle {
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        let tenant = tx.tenant();
        let invoices: Vec<Uuid> = sqlx::query_scalar(
            "with credit as (select id from open_item where tenant_id = $1 and source = $2),
                  net as (select debit_item, credit_item, sum(amount) as amount, sum(base_debit) as base_debit, sum(base_credit) as base_credit
                            from allocation where tenant_id = $1 and credit_item in (select id from credit)
                           group by 1, 2 having sum(amount) <> 0),
                  undone as (insert into allocation (id, date, debit_item, credit_item, amount, base_debit, base_credit)
                             select gen_random_uuid(), $3::date, debit_item, credit_item, -amount, -base_debit, -base_credit from net),
                  restored as (update open_item o set open = o.open + n.amount, base_open = o.base_open + n.base_debit
                                 from net n where o.tenant_id = $1 and o.id = n.debit_item returning o.source),
                  closed as (update open_item o set open = 0, base_open = 0 where o.tenant_id = $1 and o.source = $2)
             select distinct source from restored",
        )
        .bind(tenant)
        .bind(source.id)
        .bind(tx.company.today.max(source.date()).to_string())
        .fetch_all(tx.conn())
        .await?;
        refresh_invoices(tx, &invoices).await
    }
}

/// How money goes back to a customer: the other way round than a settlement. The refund is the debit, and the parts of
/// `Settlement` are the credits that it uses up, at what they were booked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Refund(pub Settlement);

impl Refund {
    /// Pays an amount back out of these credits, in their order. Refuses more than they hold; `currency` is that of the
    /// amount.
    pub fn of(amount: Minor, base_amount: Minor, credits: Vec<Open>, currency: &str) -> Result<Refund, Refusal> {
        let (mut wanted, mut left): (Vec<(Uuid, Minor)>, Minor) = (Vec::new(), amount);
        for credit in &credits {
            let take = left.min(credit.open);
            if take > 0 {
                wanted.push((credit.invoice, take));
                left -= take;
            }
        }
        if left > 0 {
            return Err(Refusal::new("refuse-over-refund")
                .with("left", money::from_minor(amount - left, money::decimals(currency)))
                .with("currency", currency)
                .at("amount"));
        }
        Ok(Refund(Settlement::of(amount, base_amount, &wanted, credits)?))
    }
}

#[async_trait]
impl Posting for Refund {
    /// Applied after the claim of the refund, which it closes.
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        let tenant = tx.tenant();
        let shares = &self.0.shares;
        let items: Vec<Uuid> = shares.iter().map(|s| s.item).collect();
        let amounts: Vec<Minor> = shares.iter().map(|s| s.amount).collect();
        let booked: Vec<Minor> = shares.iter().map(|s| s.base_debit).collect();
        let paid: Vec<Minor> = shares.iter().map(|s| s.base_credit).collect();
        sqlx::query(
            "insert into allocation (id, date, debit_item, credit_item, amount, base_debit, base_credit)
             select u.id, $2::date, (select id from open_item where tenant_id = $1 and source = $3), u.item, u.amount, u.paid, u.booked
               from unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[]) as u (id, item, amount, paid, booked)",
        )
        .bind(tenant)
        .bind(source.date().to_string())
        .bind(source.id)
        .bind(items.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind(&items)
        .bind(&amounts)
        .bind(&paid)
        .bind(&booked)
        .execute(tx.conn())
        .await?;
        sqlx::query(
            "update open_item o set open = o.open + u.amount, base_open = o.base_open + u.base
               from (select * from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as x (id, amount, base)
                     union all
                     select id, -open, -base_open from open_item where tenant_id = $1 and source = $5) u
              where o.tenant_id = $1 and o.id = u.id",
        )
        .bind(tenant)
        .bind(&items)
        .bind(&amounts)
        .bind(&booked)
        .bind(source.id)
        .execute(tx.conn())
        .await?;
        refresh_payments(tx, &shares.iter().map(|s| s.invoice).collect::<Vec<_>>()).await
    }
}

/// What a customer has on account in a currency, from payments and credit notes, oldest first and locked. The `invoice` of
/// each part is the document that it comes from.
pub async fn on_account(tx: &mut TenantTx, customer: Uuid, currency: &str) -> Outcome<Vec<Open>> {
    // Payments before what is left of them, as whoever settles or reverses one locks them.
    let payments: Vec<Uuid> = sqlx::query_scalar(
        "select id from customer_payment
          where tenant_id = $1 and customer = $2 and currency = $3 and state = 'posted' and not refund and allocated < amount
          order by id for no key update",
    )
    .bind(tx.tenant())
    .bind(customer)
    .bind(currency)
    .fetch_all(tx.conn())
    .await?;
    let rows: Vec<(Uuid, Uuid, Minor, Minor)> = sqlx::query_as(
        "select id, source, -open, -base_open from open_item
          where tenant_id = $1 and customer = $2 and currency = $3 and open < 0
            and (source_record = 'credit_note' or source = any($4))
          order by due_date, source, position for update",
    )
    .bind(tx.tenant())
    .bind(customer)
    .bind(currency)
    .bind(&payments)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(id, invoice, open, base_open)| Open { id, invoice, open, base_open }).collect())
}

/// A draft that pays back what is left of a posted credit, a payment or a credit note. Refused where nothing is left.
pub async fn refund_rest(tx: &mut TenantTx, credit: &Document) -> Outcome<Effects> {
    let rest: Option<Minor> =
        sqlx::query_scalar("select -open from open_item where tenant_id = $1 and source = $2 and open < 0")
            .bind(tx.tenant())
            .bind(credit.id)
            .fetch_optional(tx.conn())
            .await?;
    let rest = rest.ok_or_else(|| Refusal::new("refuse-nothing-on-account"))?;
    let mut refund = door::fresh(tx, &CUSTOMER_PAYMENT).await?.with("refund", true).with("amount", rest);
    for name in ["customer", "currency", "branch"] {
        refund.set(name, credit.get(name).clone());
    }
    refund.set("reference", credit.number());
    Ok(Effects::default().create(refund))
}

/// The number of a refund that uses a credit up, where one does.
pub async fn refund_of(tx: &mut TenantTx, credit: Uuid) -> Outcome<Option<String>> {
    Ok(sqlx::query_scalar(
        "select y.number from open_item c
           join allocation a on a.tenant_id = c.tenant_id and a.credit_item = c.id
           join open_item d on d.tenant_id = a.tenant_id and d.id = a.debit_item
           join customer_payment y on y.tenant_id = d.tenant_id and y.id = d.source
          where c.tenant_id = $1 and c.source = $2
          group by y.id, y.number having sum(a.amount) <> 0 order by y.number limit 1",
    )
    .bind(tx.tenant())
    .bind(credit)
    .fetch_optional(tx.conn())
    .await?)
}

/// Locks what a refund has used up, in the order in which another refund would.
pub async fn lock_refunded(tx: &mut TenantTx, refund: Uuid) -> Outcome<()> {
    let credits: Vec<Uuid> = sqlx::query_scalar(
        "select distinct c.source from open_item d
           join allocation a on a.tenant_id = d.tenant_id and a.debit_item = d.id
           join open_item c on c.tenant_id = a.tenant_id and c.id = a.credit_item
          where d.tenant_id = $1 and d.source = $2",
    )
    .bind(tx.tenant())
    .bind(refund)
    .fetch_all(tx.conn())
    .await?;
    for lock in [
        "select from customer_payment where tenant_id = $1 and id = any($2) order by id for no key update",
        "select from open_item where tenant_id = $1 and source = any($2) order by due_date, source, position for update",
    ] {
        sqlx::query(lock).bind(tx.tenant()).bind(&credits).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Takes a refund back: what it used up is on account again.
pub struct Unrefund;

#[async_trait]
impl Posting for Unrefund {
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        let credits: Vec<Uuid> = sqlx::query_scalar(
            "with debit as (select id from open_item where tenant_id = $1 and source = $2),
                  net as (select debit_item, credit_item, sum(amount) as amount, sum(base_debit) as base_debit, sum(base_credit) as base_credit
                            from allocation where tenant_id = $1 and debit_item in (select id from debit)
                           group by 1, 2 having sum(amount) <> 0),
                  undone as (insert into allocation (id, date, debit_item, credit_item, amount, base_debit, base_credit)
                             select gen_random_uuid(), $3::date, debit_item, credit_item, -amount, -base_debit, -base_credit from net),
                  restored as (update open_item o set open = o.open - n.amount, base_open = o.base_open - n.base_credit
                                 from net n where o.tenant_id = $1 and o.id = n.credit_item returning o.source)
             select distinct source from restored",
        )
        .bind(tx.tenant())
        .bind(source.id)
        .bind(tx.company.today.max(source.date()).to_string())
        .fetch_all(tx.conn())
        .await?;
        refresh_payments(tx, &credits).await
    }
}

/// Brings what of payments is used, and what is left, in line with the sub-ledger; credit notes among them keep no such figures.
async fn refresh_payments(tx: &mut TenantTx, credits: &[Uuid]) -> Outcome<()> {
    let rows: Vec<(Uuid, Minor, Minor, Minor, Minor)> = sqlx::query_as(
        "update customer_payment p set version = p.version + 1, allocated = b.amount + o.open, open = -o.open
           from open_item o join customer_payment b on b.tenant_id = $1 and b.id = o.source
          where o.tenant_id = $1 and o.source = any($2) and p.tenant_id = $1 and p.id = o.source
         returning p.id, b.allocated, p.allocated, b.open, p.open",
    )
    .bind(tx.tenant())
    .bind(credits)
    .fetch_all(tx.conn())
    .await?;
    let followed = rows.into_iter().map(|(id, used_before, used, open_before, open)| {
        let changes = vec![
            ("allocated".to_owned(), used_before.into(), used.into()),
            ("open".to_owned(), open_before.into(), open.into()),
        ];
        Followed { id, changes }
    });
    door::follow(tx, &CUSTOMER_PAYMENT, followed.collect()).await
}

/// Brings the open amount and the state of invoices, and when the next part is due, in line with the sub-ledger.
async fn refresh_invoices(tx: &mut TenantTx, invoices: &[Uuid]) -> Outcome<()> {
    let rows = sqlx::query(
        "update sales_invoice i set version = i.version + 1, open = o.open, due_date = coalesce(o.due, i.due_date),
                state = case when o.open = 0 then 'paid' when o.open < i.total - i.prepaid then 'partly_paid' else 'posted' end
           from (select source, sum(open)::bigint as open, min(due_date) filter (where open > 0) as due
                   from open_item where tenant_id = $1 and source = any($2) group by source) o
           join sales_invoice b on b.tenant_id = $1 and b.id = o.source
          where i.tenant_id = $1 and i.id = o.source
         returning i.id, b.open as open_before, i.open, b.state as state_before, i.state,
                   b.due_date::text as due_before, i.due_date::text as due",
    )
    .bind(tx.tenant())
    .bind(invoices)
    .fetch_all(tx.conn())
    .await?;
    let mut followed = Vec::with_capacity(rows.len());
    for row in &rows {
        let text = |name: &str| row.try_get::<Option<String>, _>(name).map(Value::from);
        let amount = |name: &str| row.try_get::<Minor, _>(name).map(Value::from);
        let changes = vec![
            ("open".to_owned(), amount("open_before")?, amount("open")?),
            ("state".to_owned(), text("state_before")?, text("state")?),
            ("due_date".to_owned(), text("due_before")?, text("due")?),
        ];
        followed.push(Followed { id: row.try_get("id")?, changes });
    }
    door::follow(tx, &SALES_INVOICE, followed).await
}

/// When a document's claim is due in which parts: ISO dates, minor units of its currency.
pub async fn instalments_of(tx: &mut TenantTx, document: Uuid) -> Outcome<Vec<(String, Minor)>> {
    let parts = sqlx::query_as(
        "select due_date::text, amount from open_item where tenant_id = $1 and source = $2 and amount > 0 order by position",
    );
    Ok(parts.bind(tx.tenant()).bind(document).fetch_all(tx.conn()).await?)
}
