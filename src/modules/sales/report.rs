//! What customers owe: receivables by age on any day, and the statement of a customer.
//!
//! The sub-ledger keeps what is open now. What was open on a day is that, with everything taken back that was settled
//! or reversed later; for today there is next to nothing to take back. So figures of any day agree with the receivable
//! account of that day, and those of today with the tiles of the first page.

use crate::record::Minor;
use uuid::Uuid;

/// How late what is open is, as addresses call it: not due, up to 30, 60, 90 days late, later. Last what customers have
/// to their credit, from payments and credit notes that settled nothing yet.
pub const AGES: [&str; 6] = ["0", "30", "60", "90", "more", "credit"];

/// All ages that are late, as an address calls them.
pub const OVERDUE: &str = "overdue";

/// Open amounts in minor units of the company's currency, in the order of [`AGES`].
pub type Aged = [Minor; 6];

/// What is late of all that is open.
pub fn overdue(ages: &Aged) -> Minor {
    ages[1..5].iter().sum()
}

/// What one customer owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedCustomer {
    pub customer: Uuid,
    pub code: String,
    /// Canonical text of the name.
    pub name: String,
    pub ages: Aged,
}

/// One part of an invoice, or a credit, that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPart {
    pub customer: Uuid,
    /// Canonical text of the customer's name.
    pub party: String,
    /// The document behind it: record type, id and number.
    pub record: String,
    pub id: Uuid,
    pub number: String,
    pub date: String,
    pub due_date: String,
    /// Days since it fell due; negative before that.
    pub late: i32,
    pub currency: String,
    /// In the document's currency, and in the company's.
    pub open: Minor,
    pub base_open: Minor,
}

/// What is owed on a day: by customer, or part by part where the reader asks for one customer or one age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receivables {
    pub at: String,
    pub currency: String,
    /// Id and canonical name of the one customer that is asked for.
    pub customer: Option<(Uuid, String)>,
    /// One of [`AGES`], [`OVERDUE`], or empty for all.
    pub age: String,
    /// Of all customers, or of the one: sums over everything, whether it is shown or not.
    pub ages: Aged,
    pub customers: Vec<AgedCustomer>,
    pub parts: Vec<OpenPart>,
    /// The row behind which these begin, when there are rows before.
    pub after: Option<Uuid>,
    /// The last row shown, when there are rows behind it.
    pub next: Option<Uuid>,
    /// Whether the reader may follow the sum into the books.
    pub books: bool,
}

impl Receivables {
    /// What all rows that were asked for sum to.
    pub fn total(&self) -> Minor {
        match AGES.iter().position(|age| *age == self.age) {
            Some(age) => self.ages[age],
            None if self.age == OVERDUE => overdue(&self.ages),
            None => self.ages.iter().sum(),
        }
    }
}

/// A document on a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    pub date: String,
    /// The document: record type, id and number.
    pub record: String,
    pub id: Uuid,
    pub number: String,
    /// Whether the document was taken back here.
    pub reversal: bool,
    /// When the last part of an invoice falls due.
    pub due_date: Option<String>,
    pub debit: Minor,
    pub credit: Minor,
    pub balance: Minor,
}

/// What happened in one currency; amounts in its minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementPart {
    pub currency: String,
    pub opening: Minor,
    /// The balance before the first row shown: the opening balance, unless rows of the span came before.
    pub carried: Minor,
    pub rows: Vec<StatementRow>,
    /// Of the whole span, whether its rows are shown or not.
    pub debit: Minor,
    pub credit: Minor,
    pub closing: Minor,
}

/// What happened between the company and a customer in a span of days, in each currency that it happened in: who owes
/// dollars owes dollars, whatever they are worth in the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    pub customer: Uuid,
    pub code: String,
    /// Canonical text of the name.
    pub name: String,
    /// The language of the customer's documents.
    pub language: String,
    pub from: String,
    pub to: String,
    pub parts: Vec<StatementPart>,
    /// What the customer owes on the last day, as the books have it, in the company's currency.
    pub balance: Minor,
    pub currency: String,
    /// The row behind which these begin, when there are rows before.
    pub after: Option<Uuid>,
    /// The last row shown, when there are rows behind it.
    pub next: Option<Uuid>,
}

#[cfg(feature = "ssr")]
pub use queries::{ages, receivables, sees_receivables, statement};

#[cfg(feature = "ssr")]
mod queries {
    use super::{AGES, Aged, AgedCustomer, OVERDUE, OpenPart, Receivables, Statement, StatementPart, StatementRow};
    use crate::modules::finance::ledger::REVERSAL;
    use crate::modules::finance::reads_books;
    use crate::modules::finance::report::ROWS;
    use crate::modules::sales::credit_note::CREDIT_NOTE;
    use crate::modules::sales::customer::CUSTOMER;
    use crate::modules::sales::invoice::SALES_INVOICE;
    use crate::modules::sales::payment::CUSTOMER_PAYMENT;
    use crate::platform::door::{Error, Outcome};
    use crate::platform::permission::Rights;
    use crate::platform::tenancy::TenantTx;
    use crate::record::Minor;
    use jiff::civil::Date;
    use sqlx::Row as _;
    use sqlx::postgres::PgRow;
    use uuid::Uuid;

    /// Whether somebody may read what customers owe: nothing of customers and of what makes up their debts is kept from
    /// them.
    pub fn sees_receivables(rights: &Rights) -> bool {
        [&CUSTOMER, &SALES_INVOICE, &CREDIT_NOTE, &CUSTOMER_PAYMENT].into_iter().all(|record| rights.sees_whole(record))
    }

    /// The open parts of the day $2, of all customers or of $4; $3 is what numbers of reversals end in.
    ///
    /// A settlement counts from the day on which both of its sides exist: a payment may bear an earlier date than the
    /// invoice that it settles. A reversed payment is closed as a whole, and so comes back as a whole before it.
    macro_rules! open_parts {
        () => {
            "with later as (select id from open_item where tenant_id = $1 and date > $2::date),
                  settled as (select id, debit_item, credit_item, amount, base_debit, base_credit from allocation
                               where tenant_id = $1 and date > $2::date
                              union select a.id, debit_item, credit_item, amount, base_debit, base_credit
                                      from later l join allocation a on a.tenant_id = $1 and a.debit_item = l.id
                              union select a.id, debit_item, credit_item, amount, base_debit, base_credit
                                      from later l join allocation a on a.tenant_id = $1 and a.credit_item = l.id),
                  undone (id, amount, base) as (
                      select debit_item, amount, base_debit from settled
                      union all select credit_item, -amount, -base_credit from settled
                      union all select o.id, o.amount, o.base_amount from journal_entry e
                                  join open_item o on o.tenant_id = e.tenant_id and o.source = e.source and o.source_record = 'customer_payment'
                                 where e.tenant_id = $1 and e.date > $2::date and e.number like '%' || $3),
                  back as (select id, sum(amount)::bigint as amount, sum(base)::bigint as base from undone group by id),
                  claim as (select o.*, o.open + coalesce(b.amount, 0) as open_then,
                                   o.base_open + coalesce(b.base, 0) as base_then
                              from open_item o left join back b on b.id = o.id where o.tenant_id = $1 and o.open <> 0
                            union all
                            select o.*, b.amount, b.base
                              from back b join open_item o on o.tenant_id = $1 and o.id = b.id and o.open = 0),
                  part as (select c.*, case when open_then < 0 then 'credit'
                                            when due_date >= $2::date then '0'
                                            when due_date >= $2::date - 30 then '30'
                                            when due_date >= $2::date - 60 then '60'
                                            when due_date >= $2::date - 90 then '90' else 'more' end as age
                             from claim c
                            where date <= $2::date and ($4::uuid is null or customer = $4)
                              and (open_then <> 0 or base_then <> 0))"
        };
    }

    /// The sums of parts in the order of [`AGES`], for [`aged`].
    macro_rules! sums {
        () => {
            "coalesce(sum(base_then) filter (where age = '0'), 0)::bigint as a0,
             coalesce(sum(base_then) filter (where age = '30'), 0)::bigint as a1,
             coalesce(sum(base_then) filter (where age = '60'), 0)::bigint as a2,
             coalesce(sum(base_then) filter (where age = '90'), 0)::bigint as a3,
             coalesce(sum(base_then) filter (where age = 'more'), 0)::bigint as a4,
             coalesce(sum(base_then) filter (where age = 'credit'), 0)::bigint as a5"
        };
    }

    fn aged(row: &PgRow) -> Outcome<Aged> {
        let mut ages = Aged::default();
        for (i, age) in ages.iter_mut().enumerate() {
            *age = row.try_get(format!("a{i}").as_str())?;
        }
        Ok(ages)
    }

    /// What all customers or one owed on a day by age, and how many of them were late.
    pub async fn ages(tx: &mut TenantTx, at: Date, customer: Option<Uuid>) -> Outcome<(Aged, i64)> {
        let row = sqlx::query(concat!(
            open_parts!(),
            " select ",
            sums!(),
            ", count(distinct customer) filter (where age in ('30', '60', '90', 'more')) as late from part"
        ))
        .bind(tx.tenant())
        .bind(at.to_string())
        .bind(REVERSAL)
        .bind(customer)
        .fetch_one(tx.conn())
        .await?;
        Ok((aged(&row)?, row.try_get("late")?))
    }

    /// What is owed on a day, behind the row `after` when there is one.
    pub async fn receivables(
        tx: &mut TenantTx,
        at: Date,
        customer: Option<Uuid>,
        age: &str,
        after: Option<Uuid>,
    ) -> Outcome<Receivables> {
        if !sees_receivables(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let customer = match customer {
            Some(id) => Some((id, name_of(tx, id).await?)),
            None => None,
        };
        let one = customer.as_ref().map(|(id, _)| *id);
        let (ages, _) = ages(tx, at, one).await?;
        let mut report = Receivables {
            at: at.to_string(),
            currency: tx.company.currency.clone(),
            customer,
            age: if age == OVERDUE || AGES.contains(&age) { age.to_owned() } else { String::new() },
            ages,
            customers: Vec::new(),
            parts: Vec::new(),
            after,
            next: None,
            books: reads_books(&tx.standing.rights),
        };
        if report.age.is_empty() && one.is_none() {
            customers(tx, at, &mut report).await?;
        } else {
            parts(tx, at, one, &mut report).await?;
        }
        Ok(report)
    }

    async fn name_of(tx: &mut TenantTx, customer: Uuid) -> Outcome<String> {
        let name: Option<String> =
            sqlx::query_scalar("select name::text from customer where tenant_id = $1 and id = $2")
                .bind(tx.tenant())
                .bind(customer)
                .fetch_optional(tx.conn())
                .await?;
        name.ok_or(Error::NotFound)
    }

    async fn customers(tx: &mut TenantTx, at: Date, report: &mut Receivables) -> Outcome<()> {
        let rows = sqlx::query(concat!(
            open_parts!(),
            ", owing as (select customer, ",
            sums!(),
            " from part group by customer)
             select c.id, c.code, c.name::text as name, w.a0, w.a1, w.a2, w.a3, w.a4, w.a5
               from owing w join customer c on c.tenant_id = $1 and c.id = w.customer
              where $5::uuid is null or (c.code collate \"C\", c.id)
                    > (select k.code collate \"C\", k.id from customer k where k.tenant_id = $1 and k.id = $5)
              order by c.code collate \"C\", c.id limit $6"
        ))
        .bind(tx.tenant())
        .bind(at.to_string())
        .bind(REVERSAL)
        .bind(None::<Uuid>)
        .bind(report.after)
        .bind(ROWS as i64 + 1)
        .fetch_all(tx.conn())
        .await?;
        report.next = if rows.len() > ROWS { Some(rows[ROWS - 1].try_get("id")?) } else { None };
        for row in rows.iter().take(ROWS) {
            report.customers.push(AgedCustomer {
                customer: row.try_get("id")?,
                code: row.try_get("code")?,
                name: row.try_get("name")?,
                ages: aged(row)?,
            });
        }
        Ok(())
    }

    async fn parts(tx: &mut TenantTx, at: Date, one: Option<Uuid>, report: &mut Receivables) -> Outcome<()> {
        let rows = sqlx::query(concat!(
            open_parts!(),
            " select p.id as part, p.customer, c.name::text as party, p.source_record as record, p.source as id,
                     coalesce(i.number, n.number, y.number, '') as number, p.date::text as date,
                     p.due_date::text as due_date, $2::date - p.due_date as late, p.currency, p.open_then, p.base_then
                from part p
                join customer c on c.tenant_id = $1 and c.id = p.customer
                left join sales_invoice i on i.tenant_id = $1 and i.id = p.source
                left join credit_note n on n.tenant_id = $1 and n.id = p.source
                left join customer_payment y on y.tenant_id = $1 and y.id = p.source
               where ($5 = '' or p.age = $5 or $5 = 'overdue' and p.age in ('30', '60', '90', 'more'))
                 and ($6::uuid is null or (p.due_date, p.id)
                      > (select k.due_date, k.id from open_item k where k.tenant_id = $1 and k.id = $6))
               order by p.due_date, p.id limit $7"
        ))
        .bind(tx.tenant())
        .bind(at.to_string())
        .bind(REVERSAL)
        .bind(one)
        .bind(&report.age)
        .bind(report.after)
        .bind(ROWS as i64 + 1)
        .fetch_all(tx.conn())
        .await?;
        report.next = if rows.len() > ROWS { Some(rows[ROWS - 1].try_get("part")?) } else { None };
        for row in rows.iter().take(ROWS) {
            report.parts.push(OpenPart {
                customer: row.try_get("customer")?,
                party: row.try_get("party")?,
                record: row.try_get("record")?,
                id: row.try_get("id")?,
                number: row.try_get("number")?,
                date: row.try_get("date")?,
                due_date: row.try_get("due_date")?,
                late: row.try_get("late")?,
                currency: row.try_get("currency")?,
                open: row.try_get("open_then")?,
                base_open: row.try_get("base_then")?,
            });
        }
        Ok(())
    }

    /// Everything that ever changed what the customer $2 owes, whatever it settled; $3 is what numbers of reversals end
    /// in. The parts of an invoice are one row. In each currency this sums to what is open, since a settlement takes as
    /// much from the one side as from the other.
    macro_rules! moves {
        () => {
            "with moved as (
                 select o.currency, o.date, o.source as key, o.source_record as record, o.source as id,
                        false as reversal, max(o.due_date) filter (where o.amount > 0) as due_date,
                        sum(o.amount)::bigint as amount
                   from open_item o where o.tenant_id = $1 and o.customer = $2
                  group by o.currency, o.date, o.source_record, o.source
                 union all
                 select o.currency, e.date, e.id, o.source_record, o.source, true, null, -o.amount
                   from open_item o
                   join journal_entry e on e.tenant_id = o.tenant_id and e.source = o.source and e.number like '%' || $3
                  where o.tenant_id = $1 and o.customer = $2 and o.source_record = 'customer_payment')"
        };
    }

    /// The statement of a customer, behind the row `after` when there is one; on paper all of it.
    pub async fn statement(
        tx: &mut TenantTx,
        customer: Uuid,
        from: Date,
        to: Date,
        after: Option<Uuid>,
        paper: bool,
    ) -> Outcome<Statement> {
        if !sees_receivables(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let found: Option<(String, String, String)> =
            sqlx::query_as("select code, name::text, language from customer where tenant_id = $1 and id = $2")
                .bind(tx.tenant())
                .bind(customer)
                .fetch_optional(tx.conn())
                .await?;
        let (code, name, language) = found.ok_or(Error::NotFound)?;
        let (ages, _) = ages(tx, to, Some(customer)).await?;
        let mut parts = currencies(tx, customer, from, to).await?;
        let rows = sqlx::query(concat!(
            moves!(),
            " select m.key, m.currency, m.date::text as date, m.record, m.id, m.reversal, m.due_date::text as due_date,
                     m.amount, m.balance, coalesce(i.number, n.number, y.number, '') as number
                from (select moved.*, (sum(amount) over (partition by currency order by date, key))::bigint as balance
                        from moved where date <= $5::date) m
                left join sales_invoice i on i.tenant_id = $1 and i.id = m.id
                left join credit_note n on n.tenant_id = $1 and n.id = m.id
                left join customer_payment y on y.tenant_id = $1 and y.id = m.id
               where m.date >= $4::date and ($6::uuid is null or (m.currency, m.date, m.key)
                     > (select k.currency, k.date, k.key from moved k where k.key = $6))
               order by m.currency, m.date, m.key limit $7"
        ))
        .bind(tx.tenant())
        .bind(customer)
        .bind(REVERSAL)
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(after)
        .bind((!paper).then_some(ROWS as i64 + 1))
        .fetch_all(tx.conn())
        .await?;
        let shown = if paper { rows.len() } else { ROWS };
        let next = if rows.len() > shown { Some(rows[shown - 1].try_get("key")?) } else { None };
        for row in rows.iter().take(shown) {
            let currency: String = row.try_get("currency")?;
            let Some(part) = parts.iter_mut().find(|part| part.currency == currency) else { continue };
            let (amount, balance): (Minor, Minor) = (row.try_get("amount")?, row.try_get("balance")?);
            if part.rows.is_empty() {
                part.carried = balance - amount;
            }
            let reversal: bool = row.try_get("reversal")?;
            let number: String = row.try_get("number")?;
            part.rows.push(StatementRow {
                date: row.try_get("date")?,
                record: row.try_get("record")?,
                id: row.try_get("id")?,
                number: if reversal { format!("{number}{REVERSAL}") } else { number },
                reversal,
                due_date: row.try_get("due_date")?,
                debit: amount.max(0),
                credit: (-amount).max(0),
                balance,
            });
        }
        // A currency whose rows all stand on other pages is told of there; one without any, at the beginning.
        parts.retain(|part| !part.rows.is_empty() || (after.is_none() && part.debit == 0 && part.credit == 0));
        Ok(Statement {
            customer,
            code,
            name,
            language,
            from: from.to_string(),
            to: to.to_string(),
            parts,
            balance: ages.iter().sum(),
            currency: tx.company.currency.clone(),
            after,
            next,
        })
    }

    /// The currencies in which something happened or is open, with their sums.
    async fn currencies(tx: &mut TenantTx, customer: Uuid, from: Date, to: Date) -> Outcome<Vec<StatementPart>> {
        let rows = sqlx::query(concat!(
            moves!(),
            " select currency, coalesce(sum(amount) filter (where date < $4::date), 0)::bigint as opening,
                     coalesce(sum(amount) filter (where date >= $4::date and amount > 0), 0)::bigint as debit,
                     coalesce(-sum(amount) filter (where date >= $4::date and amount < 0), 0)::bigint as credit,
                     sum(amount)::bigint as closing
                from moved where date <= $5::date group by currency
              having sum(amount) <> 0 or count(*) filter (where date >= $4::date) > 0 order by currency"
        ))
        .bind(tx.tenant())
        .bind(customer)
        .bind(REVERSAL)
        .bind(from.to_string())
        .bind(to.to_string())
        .fetch_all(tx.conn())
        .await?;
        let mut parts = Vec::with_capacity(rows.len());
        for row in rows {
            let opening: Minor = row.try_get("opening")?;
            parts.push(StatementPart {
                currency: row.try_get("currency")?,
                opening,
                carried: opening,
                rows: Vec::new(),
                debit: row.try_get("debit")?,
                credit: row.try_get("credit")?,
                closing: row.try_get("closing")?,
            });
        }
        Ok(parts)
    }
}
