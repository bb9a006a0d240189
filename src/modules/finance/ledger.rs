//! Posting to the journal: entries that balance, the accounts they go to, the period they fall in.

use crate::platform::document::Document;
use crate::platform::door::{Outcome, Posting, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::Minor;
use crate::record::page::Arg;
use async_trait::async_trait;
use jiff::civil::Date;
use rust_decimal::Decimal;
use sqlx::Row as _;
use std::borrow::Cow;
use std::collections::HashMap;
use uuid::Uuid;

/// What the number of an entry ends in that takes another one back.
pub const REVERSAL: &str = "-R";

/// One side of an entry, in minor units of the company's currency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryLine {
    pub account: Uuid,
    pub debit: Minor,
    pub credit: Minor,
    pub customer: Option<Uuid>,
    /// Where it is not that of the document which posts it.
    pub cost_centre: Option<Uuid>,
    pub tax_code: Option<Uuid>,
    /// What the tax was computed on.
    pub tax_base: Option<Minor>,
}

impl EntryLine {
    /// A debit when positive, a credit when negative.
    pub fn signed(account: Uuid, amount: Minor) -> EntryLine {
        EntryLine { account, debit: amount.max(0), credit: (-amount).max(0), ..EntryLine::default() }
    }
    pub fn of(mut self, customer: Uuid) -> EntryLine {
        self.customer = Some(customer);
        self
    }
    pub fn taxed(mut self, code: Option<Uuid>, base: Minor) -> EntryLine {
        self.tax_code = code;
        self.tax_base = Some(base);
        self
    }
}

/// An entry of the journal, not yet written.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub date: Date,
    pub lines: Vec<EntryLine>,
    /// Appended to the number of the document, to tell a second entry of it from the first.
    pub suffix: Cow<'static, str>,
    pub reversal_of: Option<Uuid>,
}

impl Entry {
    /// An entry of these lines; lines that say nothing are left out.
    pub fn new(date: Date, lines: impl IntoIterator<Item = EntryLine>) -> Entry {
        let lines = lines.into_iter().filter(|l| l.debit != 0 || l.credit != 0 || l.tax_code.is_some()).collect();
        Entry { date, lines, suffix: Cow::Borrowed(""), reversal_of: None }
    }

    pub fn debits(&self) -> Minor {
        self.lines.iter().map(|l| l.debit).sum()
    }

    pub fn balances(&self) -> bool {
        self.debits() == self.lines.iter().map(|l| l.credit).sum::<Minor>()
    }

    /// The same with debit and credit exchanged.
    pub fn reversed(&self) -> Entry {
        let mut entry = self.clone();
        for line in &mut entry.lines {
            std::mem::swap(&mut line.debit, &mut line.credit);
            line.tax_base = line.tax_base.map(|base| -base);
        }
        entry
    }
}

#[async_trait]
impl Posting for Entry {
    /// Writes the entry. Income and costs go to the cost centre of the document, unless a line says another one; what else an
    /// entry touches is of no centre: whatever settles it may be for several of them.
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        assert!(self.balances(), "an entry that does not balance reached the journal: {self:?}");
        if self.debits() == 0 {
            return Ok(()); // nothing of value happened, such as a delivery of free samples
        }
        let id = Uuid::now_v7();
        let number = format!("{}{}", source.number().unwrap_or_default(), self.suffix);
        sqlx::query(
            "insert into journal_entry (id, number, date, memo, total, source_record, source, reversal_of, state, search)
             values ($1, $2, $3::date, $4, $5, $6, $7, $8, 'posted', lower($2))",
        )
        .bind(id)
        .bind(&number)
        .bind(self.date.to_string())
        .bind(source.text("reference").or(source.text("memo")))
        .bind(self.debits())
        .bind(source.record.name)
        .bind(source.id)
        .bind(self.reversal_of)
        .execute(tx.conn())
        .await?;
        let n = self.lines.len();
        sqlx::query(
            "insert into journal_entry_line (id, parent, position, account, debit, credit, date, posted, customer, tax_code, tax_base, cost_centre)
             select u.id, $1, u.position, u.account, u.debit, u.credit, $2::date, true, u.customer, u.tax_code, u.tax_base,
                    coalesce(u.cost_centre, case when a.kind in ('income', 'expense') then $12::uuid end)
               from unnest($3::uuid[], $4::int[], $5::uuid[], $6::bigint[], $7::bigint[], $8::uuid[], $9::uuid[], $10::bigint[], $11::uuid[])
                 as u (id, position, account, debit, credit, customer, tax_code, tax_base, cost_centre)
               left join account a on a.tenant_id = $13 and a.id = u.account",
        )
        .bind(id)
        .bind(self.date.to_string())
        .bind((0..n).map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind((1..=n as i32).collect::<Vec<_>>())
        .bind(self.lines.iter().map(|l| l.account).collect::<Vec<_>>())
        .bind(self.lines.iter().map(|l| l.debit).collect::<Vec<_>>())
        .bind(self.lines.iter().map(|l| l.credit).collect::<Vec<_>>())
        .bind(self.lines.iter().map(|l| l.customer).collect::<Vec<_>>())
        .bind(self.lines.iter().map(|l| l.tax_code).collect::<Vec<_>>())
        .bind(self.lines.iter().map(|l| l.tax_base).collect::<Vec<_>>())
        .bind(self.lines.iter().map(|l| l.cost_centre).collect::<Vec<_>>())
        .bind(source.link("cost_centre"))
        .bind(tx.tenant())
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}

/// What a posting on one date needs to know of the books.
pub struct Books {
    pub date: Date,
    period: Option<String>,
    accounts: HashMap<String, Uuid>,
    /// Percent by tax code.
    pub tax_rates: HashMap<Uuid, Decimal>,
}

impl Books {
    /// For tests of rules: an open period and these accounts.
    pub fn open_with(
        date: Date,
        accounts: impl IntoIterator<Item = (&'static str, Uuid)>,
        tax_rates: HashMap<Uuid, Decimal>,
    ) -> Books {
        let accounts = accounts.into_iter().map(|(role, id)| (role.to_owned(), id)).collect();
        Books { date, period: Some("open".to_owned()), accounts, tax_rates }
    }

    /// Refuses a date whose period is closed or does not exist.
    pub fn check_open(&self) -> Result<(), Refusal> {
        match self.period.as_deref() {
            Some("open") => Ok(()),
            Some(_) => Err(Refusal::new("refuse-period-closed").with("date", self.date).at("date")),
            None => Err(Refusal::new("refuse-no-period").with("date", self.date).at("date")),
        }
    }

    /// The account with a role, such as `receivable`.
    pub fn account(&self, role: &str) -> Result<Uuid, Refusal> {
        self.accounts
            .get(role)
            .copied()
            .ok_or_else(|| Refusal::new("refuse-no-account").with("role", Arg::Words(vec![format!("role-{role}")])))
    }
}

/// Reads the books for a posting on this date. The period stays as it is until the posting is done.
pub async fn books(tx: &mut TenantTx, date: Date) -> Outcome<Books> {
    let row = sqlx::query(
        "with p as (select state from period where tenant_id = $1 and starts <= $2::date and ends >= $2::date for share)
         select (select state from p) as period,
                (select array_agg(role order by role) from account where tenant_id = $1 and role is not null) as roles,
                (select array_agg(id order by role) from account where tenant_id = $1 and role is not null) as accounts,
                (select array_agg(id order by id) from tax_code where tenant_id = $1) as codes,
                (select array_agg(case when kind = 'reverse_charge' then 0 else rate end order by id) from tax_code where tenant_id = $1) as rates",
    )
    .bind(tx.tenant())
    .bind(date.to_string())
    .fetch_one(tx.conn())
    .await?;
    let roles: Option<Vec<String>> = row.try_get("roles")?;
    let accounts: Option<Vec<Uuid>> = row.try_get("accounts")?;
    let codes: Option<Vec<Uuid>> = row.try_get("codes")?;
    let rates: Option<Vec<Decimal>> = row.try_get("rates")?;
    Ok(Books {
        date,
        period: row.try_get("period")?,
        accounts: roles.unwrap_or_default().into_iter().zip(accounts.unwrap_or_default()).collect(),
        tax_rates: codes.unwrap_or_default().into_iter().zip(rates.unwrap_or_default()).collect(),
    })
}

/// The rates that the company charges by its tax codes, in percent: where the charge is reversed, the buyer owes the tax.
pub async fn tax_rates(tx: &mut TenantTx) -> Outcome<HashMap<Uuid, Decimal>> {
    let rates = "select id, case when kind = 'reverse_charge' then 0 else rate end from tax_code where tenant_id = $1";
    let rows: Vec<(Uuid, Decimal)> = sqlx::query_as(rates).bind(tx.tenant()).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().collect())
}

/// Company currency for one unit of this currency on this date: the latest rate that is not later.
pub async fn rate(tx: &mut TenantTx, currency: &str, date: Date) -> Outcome<Decimal> {
    if currency == tx.company.currency {
        return Ok(Decimal::ONE);
    }
    let rate: Option<Decimal> = sqlx::query_scalar(
        "select rate from exchange_rate where tenant_id = $1 and currency = $2 and date <= $3::date order by date desc limit 1",
    )
    .bind(tx.tenant())
    .bind(currency)
    .bind(date.to_string())
    .fetch_optional(tx.conn())
    .await?;
    rate.ok_or_else(|| {
        Refusal::new("refuse-no-rate").with("currency", currency).with("date", date).at("currency").into()
    })
}
