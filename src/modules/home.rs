//! The first page: how we stand, what moves, what waits.

use crate::modules::sales::report::Aged;
use crate::record::Minor;
use uuid::Uuid;

/// What of one kind waits for the reader: rows of a list that ask for something they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub record: String,
    /// `overdue`, `to_deliver`, `expiring`, `unallocated`; of drafts the action that comes next, or `draft` for whoever may only
    /// write them.
    pub what: String,
    /// The list of all of them.
    pub address: String,
    /// Counted as far as the tab of a view is.
    pub count: i64,
    /// The most pressing of them.
    pub first: Vec<Waiting>,
}

/// A document that waits for the reader. What is kept from them is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: Uuid,
    pub title: Option<String>,
    /// Canonical name of the party.
    pub party: Option<String>,
    /// In minor units of the currency.
    pub amount: Option<Minor>,
    pub currency: String,
    /// The day that it has to do with: on which it is due, or ends, or was written.
    pub day: Option<String>,
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
    pub waits: Vec<Wait>,
    /// Mentions that the reader has not read.
    pub mentions: i64,
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
    use super::{Books, Home, Owed, Wait, Waiting};
    use crate::modules;
    use crate::modules::finance::account::LIQUID;
    use crate::modules::finance::health;
    use crate::modules::finance::reads_books;
    use crate::modules::sales::delivery::DELIVERY;
    use crate::modules::sales::invoice::SALES_INVOICE;
    use crate::modules::sales::order::SALES_ORDER;
    use crate::modules::sales::payment::CUSTOMER_PAYMENT;
    use crate::modules::sales::quotation::QUOTATION;
    use crate::modules::sales::report;
    use crate::platform::cache::{Known, Sources};
    use crate::platform::door::Outcome;
    use crate::platform::notifications;
    use crate::platform::page::{self, Reader};
    use crate::platform::permission::Rights;
    use crate::platform::tenancy::TenantTx;
    use crate::record::page::{Cell, Row};
    use crate::record::query::{Filter, Query, TAB_LIMIT};
    use crate::record::{Field, Reach, Record, money};
    use jiff::{ToSpan as _, civil::Date};
    use sqlx::Row as _;
    use std::sync::Arc;

    /// Bytes that the figures of the first page take, about.
    const SIZE: usize = 16_384;
    /// Documents shown of each kind that waits.
    const FIRST: u32 = 3;
    /// Days before its end in which an offer is about to expire.
    const SOON: i64 = 7;

    /// Reads the first page for this user.
    pub async fn home(tx: &mut TenantTx, user: &str) -> Outcome<Home> {
        let hour = sqlx::query_scalar::<_, i32>("select extract(hour from now() at time zone $1)::int")
            .bind(tx.company.time_zone.clone())
            .fetch_one(tx.conn())
            .await? as i8;
        let key = tx.key("home", &[], Reach::Own, Sources::Company);
        let figures = match tx.known::<Home>(&key) {
            Known::Fresh(figures) => figures,
            Known::Stale | Known::Nothing => {
                let figures = Arc::new(figures(tx).await?);
                tx.keep(key, figures.clone(), SIZE);
                figures
            }
        };
        // What somebody has read is no change of the company.
        let mentions = notifications::unread_mentions(tx).await?;
        Ok(Home { user: user.to_owned(), hour, mentions, ..(*figures).clone() })
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
        home.waits = waits(tx).await?;
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
        Ok(())
    }

    // ------------------------------------------------------------------ what waits

    /// A list whose rows wait for somebody.
    struct Ask {
        record: &'static Record,
        what: &'static str,
        query: Query,
        /// The field of the day that they have to do with.
        day: &'static str,
        amount: Option<&'static str>,
    }

    impl Ask {
        /// The rows that meet these conditions, by the field `sort`, smallest first.
        fn new(record: &'static Record, what: &'static str, sort: &str, conditions: &[(&str, &str)]) -> Ask {
            let filter = |(field, text): &(&str, &str)| Filter { field: (*field).to_owned(), text: (*text).to_owned() };
            let filters = conditions.iter().map(filter).collect();
            let query = Query { filters, sort: Some(sort.to_owned()), ..Query::default() };
            Ask { record, what, query, day: record.sort, amount: record.totals.last().copied() }
        }

        fn on(self, day: &'static str) -> Ask {
            Ask { day, ..self }
        }

        fn of(self, amount: &'static str) -> Ask {
            Ask { amount: Some(amount), ..self }
        }

        /// Whether its list tells the reader the same: a condition on what is kept from them narrows nothing.
        fn is_open(&self, rights: &Rights) -> bool {
            let grant = rights.on(self.record);
            grant.sees && self.query.filters.iter().all(|filter| grant.sees_field(&filter.field))
        }

        fn columns(&self) -> Vec<String> {
            let columns = [Some(self.record.title), self.record.party, self.amount, Some(self.day)];
            columns.into_iter().flatten().map(str::to_owned).collect()
        }
    }

    /// What can wait for somebody with these rights in a company of this currency: what has a term first, then drafts in the
    /// order of the menu.
    fn asks(rights: &Rights, today: Date, currency: &str) -> Vec<Ask> {
        let until = |days: i64| format!("..{}", today.checked_add(days.days()).unwrap_or(today));
        let (yesterday, soon) = (until(-1), until(SOON));
        let overdue = [("state", "posted,partly_paid"), ("due_date", yesterday.as_str())];
        let to_deliver = [("state", "confirmed,partly_delivered")];
        let expiring = [("state", "sent"), ("valid_until", soon.as_str())];
        let least = format!("{}..", money::from_minor(1, money::decimals(currency)));
        let unallocated = [("state", "posted"), ("open", least.as_str())];
        let delivers = rights.acts(&SALES_ORDER, "deliver") || rights.creates(&DELIVERY);
        let with_terms = [
            rights
                .acts(&SALES_INVOICE, "pay")
                .then(|| Ask::new(&SALES_INVOICE, "overdue", "due_date", &overdue).on("due_date").of("open")),
            delivers.then(|| Ask::new(&SALES_ORDER, "to_deliver", "date", &to_deliver).on("delivery_date")),
            rights
                .acts(&QUOTATION, "order")
                .then(|| Ask::new(&QUOTATION, "expiring", "valid_until", &expiring).on("valid_until")),
            rights
                .acts(&CUSTOMER_PAYMENT, "settle")
                .then(|| Ask::new(&CUSTOMER_PAYMENT, "unallocated", "date", &unallocated).of("open")),
        ];
        let drafts = modules::records().filter_map(|record| {
            let next = record.actions.iter().find(|action| action.primary && action.from.contains(&"draft"))?;
            let what = match (rights.acts(record, next.name), rights.changes(record)) {
                (true, _) => next.name,
                (false, true) => "draft",
                (false, false) => return None,
            };
            Some(Ask::new(record, what, record.sort, &[("state", "draft")]))
        });
        with_terms.into_iter().flatten().chain(drafts).filter(|ask| ask.is_open(rights)).collect()
    }

    /// What waits for the reader, each kind counted as its list counts.
    async fn waits(tx: &mut TenantTx) -> Outcome<Vec<Wait>> {
        let asks = asks(&tx.standing.rights, tx.company.today, &tx.company.currency);
        let lists: Vec<(&'static Record, Query)> = asks.iter().map(|ask| (ask.record, ask.query.clone())).collect();
        let counts = page::counts(tx, &lists, TAB_LIMIT).await?;
        let mut waits = Vec::new();
        for (ask, count) in asks.iter().zip(counts) {
            if count > 0 {
                waits.push(Wait {
                    record: ask.record.name.to_owned(),
                    what: ask.what.to_owned(),
                    address: ask.query.address(ask.record),
                    count,
                    first: first(tx, ask).await?,
                });
            }
        }
        Ok(waits)
    }

    async fn first(tx: &mut TenantTx, ask: &Ask) -> Outcome<Vec<Waiting>> {
        let query = ask.query.with_columns(ask.columns());
        let mut reader = Reader::new(tx, ask.record, &query, None)?;
        let columns = reader.columns.clone();
        let rows = reader.next(tx, FIRST).await?;
        Ok(rows.iter().map(|row| waiting(ask, &columns, row, &tx.company.currency)).collect())
    }

    fn waiting(ask: &Ask, columns: &[&'static Field], row: &Row, company_currency: &str) -> Waiting {
        let text = |name: &str| cell(columns, row, name).and_then(|cell| cell.text.clone());
        let party = ask.record.party.and_then(|name| cell(columns, row, name));
        Waiting {
            id: row.id,
            title: text(ask.record.title),
            party: party.and_then(|cell| cell.label.clone()),
            amount: ask.amount.and_then(text).and_then(|amount| amount.parse().ok()),
            currency: row.currency.clone().unwrap_or_else(|| company_currency.to_owned()),
            day: text(ask.day),
        }
    }

    fn cell<'r>(columns: &[&'static Field], row: &'r Row, name: &str) -> Option<&'r Cell> {
        row.cells.get(columns.iter().position(|field| field.name == name)?)
    }

    // ------------------------------------------------------------------ the books

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
