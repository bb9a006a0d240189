//! The first page: how we stand, what moves, what waits.

use crate::modules::sales::report::Aged;
use crate::record::Minor;
use uuid::Uuid;

/// A document that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub record: String,
    pub id: Uuid,
    pub title: Option<String>,
    /// Canonical name of the party.
    pub party: String,
    pub amount: Minor,
    pub currency: String,
    /// `late`, `overdue`, `draft`.
    pub why: String,
    pub date: String,
}

/// All that the first page shows. Amounts in minor units of the company's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    pub user: String,
    pub today: String,
    pub hour: i8,
    pub currency: String,
    /// Absent for people who may not read the books.
    pub books: Option<Books>,
    pub orders_to_deliver: i64,
    pub orders_to_deliver_value: Minor,
    pub waiting: Vec<Waiting>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub cash: Minor,
    /// Cash at the end of each of the last eight weeks, oldest first.
    pub cash_weeks: Vec<Minor>,
    /// Absent for people who may not read what it is made of.
    pub owed: Option<Owed>,
    pub checks: i64,
    pub checks_hold: i64,
    /// Month, sales, cost: the last eight months, oldest first.
    pub months: Vec<(String, Minor, Minor)>,
}

/// What customers owe, as the report of receivables has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    pub ages: Aged,
    pub overdue: Minor,
    pub overdue_customers: i64,
}

#[cfg(feature = "ssr")]
pub use queries::home;

#[cfg(feature = "ssr")]
mod queries {
    use super::{Books, Home, Owed, Waiting};
    use crate::modules::finance::account::LIQUID;
    use crate::modules::finance::health;
    use crate::modules::finance::reads_books;
    use crate::modules::sales::order::SALES_ORDER;
    use crate::modules::sales::report;
    use crate::platform::cache::Known;
    use crate::platform::door::Outcome;
    use crate::platform::tenancy::TenantTx;
    use crate::record::Reach;
    use sqlx::Row as _;
    use std::sync::Arc;

    /// Bytes that the figures of the first page take, about.
    const SIZE: usize = 4096;

    /// Reads the first page for this user.
    pub async fn home(tx: &mut TenantTx, user: &str) -> Outcome<Home> {
        let hour = sqlx::query_scalar::<_, i32>("select extract(hour from now() at time zone $1)::int")
            .bind(tx.company.time_zone.clone())
            .fetch_one(tx.conn())
            .await? as i8;
        let key = tx.key("home", &[], Reach::Own);
        let figures = match tx.known::<Home>(&key) {
            Known::Fresh(figures) => figures,
            Known::Stale | Known::Nothing => {
                let figures = Arc::new(figures(tx).await?);
                tx.keep(key, figures.clone(), SIZE);
                figures
            }
        };
        Ok(Home { user: user.to_owned(), hour, ..(*figures).clone() })
    }

    /// What the first page shows of the company, whatever the hour.
    async fn figures(tx: &mut TenantTx) -> Outcome<Home> {
        let mut home =
            Home { today: tx.company.today.to_string(), currency: tx.company.currency.clone(), ..Home::default() };
        if tx.standing.rights.sees_whole(&SALES_ORDER) {
            orders(tx, &mut home).await?;
        }
        if reads_books(&tx.standing.rights) {
            home.books = Some(books(tx).await?);
        }
        if report::sees_receivables(&tx.standing.rights) {
            overdue_invoices(tx, &mut home).await?;
        }
        Ok(home)
    }

    async fn orders(tx: &mut TenantTx, home: &mut Home) -> Outcome<()> {
        let row = sqlx::query(
            "select count(*) as n, coalesce(sum(base_total), 0)::bigint as value from sales_order
              where tenant_id = $1 and state in ('confirmed', 'partly_delivered')",
        )
        .bind(tx.tenant())
        .fetch_one(tx.conn())
        .await?;
        home.orders_to_deliver = row.try_get("n")?;
        home.orders_to_deliver_value = row.try_get("value")?;
        let rows = sqlx::query(
            "select o.id, o.number, o.currency, o.total, c.name::text as party, coalesce(o.delivery_date, o.date)::text as date,
                    case when o.state = 'draft' then 'draft' else 'late' end as why
               from sales_order o join customer c on c.tenant_id = o.tenant_id and c.id = o.customer
              where o.tenant_id = $1 and (o.state in ('confirmed', 'partly_delivered') and o.delivery_date < $2::date or o.state = 'draft')
              order by (o.state = 'draft'), o.delivery_date, o.id limit 5",
        )
        .bind(tx.tenant())
        .bind(tx.company.today.to_string())
        .fetch_all(tx.conn())
        .await?;
        for row in rows {
            home.waiting.push(waiting("sales_order", &row)?);
        }
        Ok(())
    }

    async fn overdue_invoices(tx: &mut TenantTx, home: &mut Home) -> Outcome<()> {
        let rows = sqlx::query(
            "select i.id, i.number, i.currency, i.open as total, c.name::text as party, i.due_date::text as date, 'overdue' as why
               from sales_invoice i join customer c on c.tenant_id = i.tenant_id and c.id = i.customer
              where i.tenant_id = $1 and i.state in ('posted', 'partly_paid') and i.due_date < $2::date
              order by i.due_date, i.id limit 4",
        )
        .bind(tx.tenant())
        .bind(tx.company.today.to_string())
        .fetch_all(tx.conn())
        .await?;
        for row in rows {
            home.waiting.push(waiting("sales_invoice", &row)?);
        }
        Ok(())
    }

    fn waiting(record: &str, row: &sqlx::postgres::PgRow) -> Outcome<Waiting> {
        Ok(Waiting {
            record: record.to_owned(),
            id: row.try_get("id")?,
            title: row.try_get("number")?,
            party: row.try_get("party")?,
            amount: row.try_get("total")?,
            currency: row.try_get("currency")?,
            why: row.try_get("why")?,
            date: row.try_get::<Option<String>, _>("date")?.unwrap_or_default(),
        })
    }

    async fn books(tx: &mut TenantTx) -> Outcome<Books> {
        let today = tx.company.today;
        let checks = health::check(tx).await?;
        let mut books = Books {
            checks: checks.len() as i64,
            checks_hold: checks.iter().filter(|c| c.holds).count() as i64,
            ..Books::default()
        };
        books.cash_weeks = sqlx::query_scalar(
            "with recursive below as (select id from account where tenant_id = $1 and role = any($3)
               union select a.id from account a join below b on a.tenant_id = $1 and a.parent = b.id)
             select (select coalesce(sum(l.debit - l.credit), 0)::bigint from journal_entry_line l
                      where l.tenant_id = $1 and l.posted and l.account in (select id from below) and l.date <= w.day)
               from generate_series($2::date - 49, $2::date, interval '7 days') as w (day) order by w.day",
        )
        .bind(tx.tenant())
        .bind(today.to_string())
        .bind(LIQUID.split(',').collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
        books.cash = books.cash_weeks.last().copied().unwrap_or_default();
        if report::sees_receivables(&tx.standing.rights) {
            let (ages, overdue_customers) = report::ages(tx, today, None).await?;
            books.owed = Some(Owed { ages, overdue: report::overdue(&ages), overdue_customers });
        }
        let months = sqlx::query(
            "with recursive cogs as (select id from account where tenant_id = $1 and role = 'cogs'
               union select a.id from account a join cogs c on a.tenant_id = $1 and a.parent = c.id)
             select to_char(m.month, 'YYYY-MM') as month,
                    coalesce(sum(l.credit - l.debit) filter (where a.kind = 'income'), 0)::bigint as sales,
                    coalesce(sum(l.debit - l.credit) filter (where a.id in (select id from cogs)), 0)::bigint as cost
               from generate_series(date_trunc('month', $2::date) - interval '7 months', date_trunc('month', $2::date),
                                    interval '1 month') as m (month)
               left join account a on a.tenant_id = $1 and (a.kind = 'income' or a.id in (select id from cogs))
               left join journal_entry_line l on l.tenant_id = $1 and l.posted and l.account = a.id
                     and l.date >= m.month::date and l.date < (m.month + interval '1 month')::date
              group by m.month order by m.month",
        )
        .bind(tx.tenant())
        .bind(today.to_string())
        .fetch_all(tx.conn())
        .await?;
        for row in months {
            books.months.push((row.try_get("month")?, row.try_get("sales")?, row.try_get("cost")?));
        }
        Ok(books)
    }
}
