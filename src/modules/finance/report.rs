//! What is read from the journal: trial balance and general ledger, as of any date.

use crate::record::Minor;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One account of the trial balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialRow {
    pub account: Uuid,
    pub code: String,
    /// Canonical text of the name.
    pub name: String,
    pub kind: String,
    /// 1 for the top of the tree.
    pub level: i32,
    pub is_group: bool,
    /// Balances in minor units of the company's currency; debit positive. Groups carry the sum of what is below them.
    pub opening: Minor,
    pub debit: Minor,
    pub credit: Minor,
    pub closing: Minor,
}

/// The trial balance of a span of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalance {
    pub from: String,
    pub to: String,
    pub currency: String,
    pub rows: Vec<TrialRow>,
    pub debit: Minor,
    pub credit: Minor,
}

/// One posting to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    pub date: String,
    pub number: String,
    /// The document behind it: record type and id; the journal entry itself when people wrote it.
    pub record: String,
    pub id: Uuid,
    pub memo: Option<String>,
    pub party: Option<String>,
    pub debit: Minor,
    pub credit: Minor,
    pub balance: Minor,
}

/// The postings to one account in a span of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneralLedger {
    pub from: String,
    pub to: String,
    pub currency: String,
    pub account: Option<Uuid>,
    pub code: String,
    /// Canonical text of the account's name.
    pub name: String,
    pub opening: Minor,
    pub rows: Vec<LedgerRow>,
    pub closing: Minor,
    /// Whether there are more rows than are shown.
    pub more: bool,
    /// Accounts to choose from: id, code, canonical name.
    pub accounts: Vec<(Uuid, String, String)>,
}

#[cfg(feature = "ssr")]
pub use queries::{general_ledger, trial_balance};

#[cfg(feature = "ssr")]
mod queries {
    use super::{GeneralLedger, LedgerRow, TrialBalance, TrialRow};
    use crate::modules::finance::reads_books;
    use crate::platform::door::{Error, Outcome};
    use crate::platform::tenancy::TenantTx;
    use jiff::civil::Date;
    use sqlx::Row as _;
    use uuid::Uuid;

    /// Rows of a ledger shown at once.
    const LEDGER_ROWS: usize = 500;

    /// Every account with what it held before `from`, what moved until `to`, and what it holds then.
    pub async fn trial_balance(tx: &mut TenantTx, from: Date, to: Date) -> Outcome<TrialBalance> {
        if !reads_books(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let rows = sqlx::query(
            "with recursive
               sums as (select account, sum(debit - credit) filter (where date < $2::date) as opening,
                               sum(debit) filter (where date >= $2::date) as debit, sum(credit) filter (where date >= $2::date) as credit
                          from journal_entry_line where tenant_id = $1 and posted and date <= $3::date group by account),
               up as (select a.id, a.id as origin, a.parent from account a where a.tenant_id = $1
                      union all select p.id, up.origin, p.parent from up join account p on p.tenant_id = $1 and p.id = up.parent),
               depth as (select origin, count(*)::int as level from up group by origin)
             select a.id, a.code, a.name::text as name, a.kind, a.is_group, d.level,
                    coalesce(sum(s.opening), 0)::bigint as opening, coalesce(sum(s.debit), 0)::bigint as debit, coalesce(sum(s.credit), 0)::bigint as credit
               from account a
               join depth d on d.origin = a.id
               left join up on up.id = a.id
               left join sums s on s.account = up.origin
              where a.tenant_id = $1
              group by a.id, a.code, a.name, a.kind, a.is_group, d.level order by a.code collate \"C\"",
        )
        .bind(tx.tenant())
        .bind(from.to_string())
        .bind(to.to_string())
        .fetch_all(tx.conn())
        .await?;
        let mut report = TrialBalance {
            from: from.to_string(),
            to: to.to_string(),
            currency: tx.company.currency.clone(),
            rows: Vec::with_capacity(rows.len()),
            debit: 0,
            credit: 0,
        };
        for row in rows {
            let (opening, debit, credit): (i64, i64, i64) =
                (row.try_get("opening")?, row.try_get("debit")?, row.try_get("credit")?);
            if (opening, debit, credit) == (0, 0, 0) {
                continue;
            }
            let is_group: bool = row.try_get("is_group")?;
            if !is_group {
                report.debit += debit;
                report.credit += credit;
            }
            report.rows.push(TrialRow {
                account: row.try_get("id")?,
                code: row.try_get("code")?,
                name: row.try_get("name")?,
                kind: row.try_get("kind")?,
                level: row.try_get("level")?,
                is_group,
                opening,
                debit,
                credit,
                closing: opening + debit - credit,
            });
        }
        Ok(report)
    }

    /// The postings to an account, or to all accounts below a group, with the running balance.
    pub async fn general_ledger(
        tx: &mut TenantTx,
        account: Option<Uuid>,
        from: Date,
        to: Date,
    ) -> Outcome<GeneralLedger> {
        if !reads_books(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let accounts: Vec<(Uuid, String, String)> =
            sqlx::query_as("select id, code, name::text from account where tenant_id = $1 order by code collate \"C\"")
                .bind(tx.tenant())
                .fetch_all(tx.conn())
                .await?;
        let account = account.or_else(|| accounts.iter().find(|a| a.1.len() == 4).map(|a| a.0));
        let Some((id, code, name)) = accounts.iter().find(|a| Some(a.0) == account) else {
            return Err(Error::NotFound);
        };
        let opening: i64 = sqlx::query_scalar(
            "with recursive below as (select id from account where tenant_id = $1 and id = $2
               union all select a.id from account a join below b on a.tenant_id = $1 and a.parent = b.id)
             select coalesce(sum(debit - credit), 0)::bigint from journal_entry_line
              where tenant_id = $1 and posted and account in (select id from below) and date < $3::date",
        )
        .bind(tx.tenant())
        .bind(id)
        .bind(from.to_string())
        .fetch_one(tx.conn())
        .await?;
        let rows = sqlx::query(
            "with recursive below as (select id from account where tenant_id = $1 and id = $2
               union all select a.id from account a join below b on a.tenant_id = $1 and a.parent = b.id)
             select l.date::text as date, e.number, coalesce(e.source_record, 'journal_entry') as record, coalesce(e.source, e.id) as id,
                    coalesce(l.description, e.memo) as memo, c.name::text as party, l.debit, l.credit
               from journal_entry_line l
               join journal_entry e on e.tenant_id = l.tenant_id and e.id = l.parent
               left join customer c on c.tenant_id = l.tenant_id and c.id = l.customer
              where l.tenant_id = $1 and l.posted and l.account in (select id from below) and l.date between $3::date and $4::date
              order by l.date, e.id, l.position limit $5",
        )
        .bind(tx.tenant())
        .bind(id)
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(LEDGER_ROWS as i64 + 1)
        .fetch_all(tx.conn())
        .await?;
        let mut balance = opening;
        let more = rows.len() > LEDGER_ROWS;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows.into_iter().take(LEDGER_ROWS) {
            let (debit, credit): (i64, i64) = (row.try_get("debit")?, row.try_get("credit")?);
            balance += debit - credit;
            shown.push(LedgerRow {
                date: row.try_get("date")?,
                number: row.try_get::<Option<String>, _>("number")?.unwrap_or_default(),
                record: row.try_get("record")?,
                id: row.try_get("id")?,
                memo: row.try_get("memo")?,
                party: row.try_get("party")?,
                debit,
                credit,
                balance,
            });
        }
        Ok(GeneralLedger {
            from: from.to_string(),
            to: to.to_string(),
            currency: tx.company.currency.clone(),
            account: Some(*id),
            code: code.clone(),
            name: name.clone(),
            opening,
            rows: shown,
            closing: balance,
            more,
            accounts: accounts.clone(),
        })
    }
}
