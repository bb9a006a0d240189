//! What is read from the journal: trial balance and general ledger, as of any date.

use super::cost_centre::Centres;
use crate::record::Minor;
use uuid::Uuid;

/// One account of the trial balance.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalance {
    pub from: String,
    pub to: String,
    pub currency: String,
    pub centres: Centres,
    pub rows: Vec<TrialRow>,
    /// Sums of all postings of the span, each counted once.
    pub debit: Minor,
    pub credit: Minor,
}

/// One posting to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// The postings to one account, or to several, in a span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneralLedger {
    pub from: String,
    pub to: String,
    pub currency: String,
    /// As an address names it: the id of an account, or [`LIQUID`](super::account::LIQUID).
    pub account: String,
    pub centres: Centres,
    pub opening: Minor,
    /// The balance before the first row shown: the opening balance, unless rows of the span came before.
    pub carried: Minor,
    pub rows: Vec<LedgerRow>,
    /// Of the whole span, whether its rows are shown or not.
    pub debit: Minor,
    pub credit: Minor,
    pub closing: Minor,
    /// The posting behind which the rows begin, when there are rows before.
    pub after: Option<Uuid>,
    /// The last posting shown, when there are rows behind it.
    pub next: Option<Uuid>,
    /// Accounts to choose from: id, code, canonical name.
    pub accounts: Vec<(Uuid, String, String)>,
}

/// Rows of a report shown at once.
pub const ROWS: usize = 500;

#[cfg(feature = "ssr")]
pub use queries::{general_ledger, trial_balance};

#[cfg(feature = "ssr")]
mod queries {
    use super::{GeneralLedger, LedgerRow, ROWS, TrialBalance, TrialRow};
    use crate::modules::finance::account::{LIQUID, ROLES};
    use crate::modules::finance::cost_centre;
    use crate::modules::finance::reads_books;
    use crate::platform::door::{Error, Outcome};
    use crate::platform::tenancy::TenantTx;
    use jiff::civil::Date;
    use sqlx::Row as _;
    use uuid::Uuid;

    /// What of the journal's lines is asked for by cost centre: `$n` has their ids, the nil id for lines of none, or is null for
    /// all lines.
    macro_rules! of_centres {
        ($n:literal) => {
            concat!(
                " ($",
                $n,
                "::uuid[] is null or coalesce(cost_centre, '00000000-0000-0000-0000-000000000000') = any($",
                $n,
                ")) "
            )
        };
    }

    /// Every account with what it held before `from`, what moved until `to`, and what it holds then; those below an
    /// account follow it, whatever their codes.
    ///
    /// The totals count what was posted to each account itself: an account may have become a group after it was posted
    /// to, and a group an account again, so that being a group does not tell whose figures are sums.
    ///
    /// `centre` is that of [`Centres`](super::Centres), and all figures are those of its lines alone: its debits need not equal
    /// its credits.
    pub async fn trial_balance(tx: &mut TenantTx, from: Date, to: Date, centre: &str) -> Outcome<TrialBalance> {
        if !reads_books(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let (centres, of_centres) = cost_centre::asked_for(tx, centre).await?;
        let rows = sqlx::query(concat!(
            "with recursive
               sums as (select account, sum(debit - credit) filter (where date < $2::date) as opening,
                               sum(debit) filter (where date >= $2::date) as debit,
                               sum(credit) filter (where date >= $2::date) as credit
                          from journal_entry_line
                         where tenant_id = $1 and posted and date <= $3::date and",
            of_centres!(4),
            "group by account),
               up as (select a.id, a.id as origin, a.parent, a.code, 1 as height from account a where a.tenant_id = $1
                      union all select p.id, up.origin, p.parent, p.code, up.height + 1
                                  from up join account p on p.tenant_id = $1 and p.id = up.parent),
               tree as (select origin, count(*)::int as level,
                               array_agg(code collate \"C\" order by height desc) as path from up group by origin)
             select a.id, a.code, a.name::text as name, a.kind, a.is_group, t.level,
                    coalesce(sum(s.opening), 0)::bigint as opening,
                    coalesce(sum(s.debit), 0)::bigint as debit, coalesce(sum(s.credit), 0)::bigint as credit,
                    coalesce(sum(s.debit) filter (where s.account = a.id), 0)::bigint as own_debit,
                    coalesce(sum(s.credit) filter (where s.account = a.id), 0)::bigint as own_credit
               from account a
               join tree t on t.origin = a.id
               left join up on up.id = a.id
               left join sums s on s.account = up.origin
              where a.tenant_id = $1
              group by a.id, a.code, a.name, a.kind, a.is_group, t.level, t.path order by t.path",
        ))
        .bind(tx.tenant())
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(of_centres.as_deref())
        .fetch_all(tx.conn())
        .await?;
        let mut report = TrialBalance {
            from: from.to_string(),
            to: to.to_string(),
            currency: tx.company.currency.clone(),
            centres,
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
            report.debit += row.try_get::<i64, _>("own_debit")?;
            report.credit += row.try_get::<i64, _>("own_credit")?;
            report.rows.push(TrialRow {
                account: row.try_get("id")?,
                code: row.try_get("code")?,
                name: row.try_get("name")?,
                kind: row.try_get("kind")?,
                level: row.try_get("level")?,
                is_group: row.try_get("is_group")?,
                opening,
                debit,
                credit,
                closing: opening + debit - credit,
            });
        }
        Ok(report)
    }

    /// The postings to an account and to all accounts below it, with the running balance, behind the posting `after`
    /// when there is one. `account` is an id, a role, or all accounts that hold money; anything else means the first
    /// account that takes postings. `centre` is that of [`Centres`](super::Centres), and what is charged elsewhere is left out of
    /// all figures.
    ///
    /// Balances are sums of the whole span, so that they are right however few of its rows are shown.
    pub async fn general_ledger(
        tx: &mut TenantTx,
        account: &str,
        from: Date,
        to: Date,
        after: Option<Uuid>,
        centre: &str,
    ) -> Outcome<GeneralLedger> {
        if !reads_books(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let accounts: Vec<(Uuid, String, String, bool, Option<String>)> = sqlx::query_as(
            "select id, code, name::text, is_group, role from account where tenant_id = $1 order by code collate \"C\"",
        )
        .bind(tx.tenant())
        .fetch_all(tx.conn())
        .await?;
        let roots: Vec<Uuid> = if account == LIQUID || ROLES.contains(&account) {
            let named = |role: &str| account.split(',').any(|word| word == role);
            accounts.iter().filter(|a| a.4.as_deref().is_some_and(named)).map(|a| a.0).collect()
        } else {
            let found = match account.parse::<Uuid>() {
                Ok(id) => accounts.iter().find(|a| a.0 == id),
                Err(_) => accounts.iter().find(|a| !a.3).or(accounts.first()),
            };
            found.map(|a| a.0).into_iter().collect()
        };
        let account = match roots[..] {
            [] => return Err(Error::NotFound),
            [one] => one.to_string(),
            _ => LIQUID.to_owned(),
        };
        let (centres, of_centres) = cost_centre::asked_for(tx, centre).await?;
        let of_centres = of_centres.as_deref();
        let sums = sqlx::query(concat!(
            "with recursive below as (select id from account where tenant_id = $1 and id = any($2)
               union select a.id from account a join below b on a.tenant_id = $1 and a.parent = b.id)
             select coalesce(sum(debit - credit) filter (where date < $3::date), 0)::bigint as opening,
                    coalesce(sum(debit) filter (where date >= $3::date), 0)::bigint as debit,
                    coalesce(sum(credit) filter (where date >= $3::date), 0)::bigint as credit,
                    coalesce(sum(debit - credit), 0)::bigint as closing
               from journal_entry_line
              where tenant_id = $1 and posted and account in (select id from below) and date <= $4::date and",
            of_centres!(5)
        ))
        .bind(tx.tenant())
        .bind(&roots)
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(of_centres)
        .fetch_one(tx.conn())
        .await?;
        let opening: i64 = sums.try_get("opening")?;
        let (start, carried) = match after {
            Some(after) => place(tx, &roots, after, (from, to), of_centres).await?,
            None => (from.to_string(), opening),
        };
        let rows = sqlx::query(concat!(
            "with recursive below as (select id from account where tenant_id = $1 and id = any($2)
               union select a.id from account a join below b on a.tenant_id = $1 and a.parent = b.id)
             select l.id as line, l.date::text as date, e.number,
                    coalesce(e.source_record, 'journal_entry') as record, coalesce(e.source, e.id) as id,
                    coalesce(l.description, e.memo) as memo, c.name::text as party, l.debit, l.credit
               from journal_entry_line l
               join journal_entry e on e.tenant_id = l.tenant_id and e.id = l.parent
               left join customer c on c.tenant_id = l.tenant_id and c.id = l.customer
              where l.tenant_id = $1 and l.posted and l.account in (select id from below)
                and l.date between $3::date and $4::date
                and ($5::uuid is null or (l.date, l.parent, l.position, l.id)
                     > (select p.date, p.parent, p.position, p.id
                          from journal_entry_line p where p.tenant_id = $1 and p.id = $5)) and",
            of_centres!(7),
            "order by l.date, l.parent, l.position, l.id limit $6",
        ))
        .bind(tx.tenant())
        .bind(&roots)
        .bind(start)
        .bind(to.to_string())
        .bind(after)
        .bind(ROWS as i64 + 1)
        .bind(of_centres)
        .fetch_all(tx.conn())
        .await?;
        let next = if rows.len() > ROWS { Some(rows[ROWS - 1].try_get("line")?) } else { None };
        let mut balance = carried;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows.into_iter().take(ROWS) {
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
            account,
            centres,
            opening,
            carried,
            rows: shown,
            debit: sums.try_get("debit")?,
            credit: sums.try_get("credit")?,
            closing: sums.try_get("closing")?,
            after,
            next,
            accounts: accounts.into_iter().map(|(id, code, name, ..)| (id, code, name)).collect(),
        })
    }

    /// The day of a posting within the span, and the balance right behind it. The days before are summed from the
    /// index.
    async fn place(
        tx: &mut TenantTx,
        roots: &[Uuid],
        posting: Uuid,
        (from, to): (Date, Date),
        of_centres: Option<&[Uuid]>,
    ) -> Outcome<(String, i64)> {
        let found: Option<(String, i64)> = sqlx::query_as(concat!(
            "with recursive below as (select id from account where tenant_id = $1 and id = any($2)
               union select a.id from account a join below b on a.tenant_id = $1 and a.parent = b.id)
             select p.date::text,
                    (coalesce((select sum(l.debit - l.credit) from journal_entry_line l
                       where l.tenant_id = $1 and l.posted and l.account in (select id from below)
                         and l.date < p.date and",
            of_centres!(6),
            "), 0)
                     + coalesce((select sum(l.debit - l.credit) from journal_entry_line l
                       where l.tenant_id = $1 and l.posted and l.account in (select id from below) and l.date = p.date
                         and (l.parent, l.position, l.id) <= (p.parent, p.position, p.id) and",
            of_centres!(6),
            "), 0))::bigint
               from journal_entry_line p
              where p.tenant_id = $1 and p.id = $3 and p.posted and p.date between $4::date and $5::date",
        ))
        .bind(tx.tenant())
        .bind(roots)
        .bind(posting)
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(of_centres)
        .fetch_optional(tx.conn())
        .await?;
        found.ok_or(Error::BadRequest("place"))
    }
}
