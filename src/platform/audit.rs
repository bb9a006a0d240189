//! The audit log: who did what, when, from where, with the old and new value of each field; chained by hashes.

use super::door::{self, Error, Outcome};
use super::sql;
use super::tenancy::{Cx, Db, TenantTx};
use crate::record::audit::{AuditEntry, AuditPage, AuditQuery};
use crate::record::value;
use sqlx::Row as _;
use std::collections::BTreeMap;
use std::collections::HashMap;
use uuid::Uuid;

/// Entries of a page.
const PAGE: i64 = 100;

/// One page of the audit log, latest first. It shows every field of every record, so it is for those from whom nothing is
/// kept.
pub async fn page(tx: &mut TenantTx, query: AuditQuery) -> Outcome<AuditPage> {
    if !tx.standing.rights.sees_everything() {
        return Err(Error::Denied);
    }
    let mut entries = entries(tx, &query, PAGE + 1).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let members = sqlx::query_as("select id, name from member where tenant_id = $1 order by name limit 500")
        .bind(tx.tenant())
        .fetch_all(tx.conn())
        .await?;
    let head: Option<(i64, String)> =
        sqlx::query_as("select seq, encode(hash, 'hex') from audit_head where tenant_id = $1")
            .bind(tx.tenant())
            .fetch_optional(tx.conn())
            .await?;
    let (length, head) = head.unwrap_or_default();
    Ok(AuditPage { query, entries, more, members, length, head, company_currency: tx.company.currency.clone() })
}

/// Entries that a query asks for, latest first.
pub async fn entries(tx: &mut TenantTx, query: &AuditQuery, limit: i64) -> Outcome<Vec<AuditEntry>> {
    let day = |text: &str| value::date_of(text).map(value::iso);
    let rows = sqlx::query(
        "select a.id, to_char(a.at at time zone $2, 'YYYY-MM-DD HH24:MI') as at, coalesce(m.name, '') as member, a.record, a.record_id,
                a.action, coalesce(a.address, '') as address, coalesce(a.request, '') as request, a.changes
           from audit a left join member m on m.tenant_id = a.tenant_id and m.id = a.user_id
          where a.tenant_id = $1 and ($3 = '' or a.record = $3) and ($4::uuid is null or a.record_id = $4)
            and ($5::uuid is null or a.user_id = $5) and ($6 = '' or a.action = $6)
            and ($7::text is null or a.at >= $7::date::timestamp at time zone $2)
            and ($8::text is null or a.at < ($8::date + 1)::timestamp at time zone $2)
            and ($9::uuid is null or a.id < $9)
          order by a.id desc limit $10",
    )
    .bind(tx.tenant())
    .bind(tx.company.time_zone.clone())
    .bind(&query.record)
    .bind(query.record_id)
    .bind(query.member)
    .bind(&query.action)
    .bind(day(&query.from))
    .bind(day(&query.to))
    .bind(query.before)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    let mut entries: Vec<AuditEntry> = rows.iter().map(read).collect::<Outcome<_>>()?;
    let titles = titles(tx, &entries).await?;
    for entry in &mut entries {
        entry.title = titles.get(&entry.record_id).cloned().unwrap_or_default();
    }
    Ok(entries)
}

fn read(row: &sqlx::postgres::PgRow) -> Outcome<AuditEntry> {
    let changes: serde_json::Value = row.try_get("changes")?;
    let text = |value: Option<&serde_json::Value>| value.and_then(|v| v.as_str()).map(str::to_owned);
    let changes = changes.as_object().into_iter().flatten();
    Ok(AuditEntry {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        member: row.try_get("member")?,
        record: row.try_get("record")?,
        record_id: row.try_get("record_id")?,
        title: String::new(),
        action: row.try_get("action")?,
        address: row.try_get("address")?,
        request: row.try_get("request")?,
        changes: changes.map(|(field, pair)| (field.clone(), text(pair.get(0)), text(pair.get(1)))).collect(),
    })
}

/// Titles of the records that entries are about, with one statement per type.
async fn titles(tx: &mut TenantTx, entries: &[AuditEntry]) -> Outcome<HashMap<Uuid, String>> {
    let mut wanted: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for entry in entries {
        wanted.entry(&entry.record).or_default().push(entry.record_id);
    }
    let mut found = HashMap::new();
    for (name, ids) in wanted {
        let Some(record) = door::record(name) else { continue };
        let tenant = tx.tenant();
        let rows = sqlx::query(sql::titles(record)).bind(tenant).bind(ids).fetch_all(tx.conn()).await?;
        for row in rows {
            found.insert(row.try_get("id")?, row.try_get::<Option<String>, _>("title")?.unwrap_or_default());
        }
    }
    Ok(found)
}

/// A place where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub tenant: Uuid,
    /// Place in the chain; `None` for a row that is not in it.
    pub seq: Option<i64>,
    pub entry: Option<Uuid>,
    /// `changed`, `missing`, `gap`, `unsealed` or `cut`.
    pub kind: String,
}

/// Checks the chain of one company. Answers with what does not hold, at most a few dozen places.
pub async fn verify(db: &Db, cx: &Cx) -> Outcome<Vec<Fault>> {
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    let rows = sqlx::query("select seq, audit, fault from audit_check()").fetch_all(tx.conn()).await?;
    rows.iter()
        .map(|row| {
            Ok(Fault {
                tenant: cx.tenant,
                seq: row.try_get("seq")?,
                entry: row.try_get("audit")?,
                kind: row.try_get("fault")?,
            })
        })
        .collect()
}
