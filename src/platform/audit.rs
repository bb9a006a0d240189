//! The audit log: who did what, when, from where, with the old and new value of each field; chained by hashes.

use super::door::{self, Error, Outcome};
use super::sql;
use super::tenancy::{Cx, Db, TenantTx};
use crate::record::audit::{AuditEntry, AuditPage, AuditQuery};
use crate::record::page::Message;
use crate::record::{Field, Kind, Reach, Record, value};
use crate::t;
use jiff::civil::Date;
use sqlx::Row as _;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Entries of a page.
const PAGE: i64 = 100;

/// One page of the audit log as people read it, latest first.
pub async fn page(tx: &mut TenantTx, query: AuditQuery) -> Outcome<AuditPage> {
    let (days, faults) = days(&query);
    let (mut entries, more) = part(tx, &query, &days).await?;
    name_links_of(tx, &mut entries).await?;
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
    Ok(AuditPage {
        query,
        faults,
        entries,
        more,
        members,
        length,
        head,
        company_currency: tx.company.currency.clone(),
        custom: tx.custom.all(),
    })
}

/// One page of the audit log, latest first, and whether there are older entries; links by the ids of what they lead to. It
/// shows every field of every record, so it is for those from whom nothing is kept.
pub async fn part(tx: &mut TenantTx, query: &AuditQuery, days: &Days) -> Outcome<(Vec<AuditEntry>, bool)> {
    if !tx.standing.rights.sees_everything() {
        return Err(Error::Denied);
    }
    let mut entries = found(tx, query, days, PAGE + 1).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    Ok((entries, more))
}

/// First and last day that a query asks for.
#[derive(Clone, Debug, Default)]
pub struct Days {
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// The days of a query, and what is wrong with those that are none.
pub fn days(query: &AuditQuery) -> (Days, Vec<(String, Message)>) {
    let mut faults = Vec::new();
    let mut day = |name: &'static str, typed: &str| match value::read(&Field::new(name, Kind::Date), typed, "") {
        Ok(value) => value.date(),
        Err(fault) => {
            faults.push((name.to_owned(), Message::new(fault.message())));
            None
        }
    };
    (Days { from: day("from", &query.from), to: day("to", &query.to) }, faults)
}

/// Entries that a query asks for, latest first, as people read them.
pub async fn entries(tx: &mut TenantTx, query: &AuditQuery, days: &Days, limit: i64) -> Outcome<Vec<AuditEntry>> {
    let mut entries = found(tx, query, days, limit).await?;
    name_links_of(tx, &mut entries).await?;
    Ok(entries)
}

/// Entries that a query asks for, latest first, with the ids of what links lead to.
async fn found(tx: &mut TenantTx, query: &AuditQuery, days: &Days, limit: i64) -> Outcome<Vec<AuditEntry>> {
    let day = |day: Option<Date>| day.map(value::iso);
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
    .bind(day(days.from))
    .bind(day(days.to))
    .bind(query.before)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    let mut entries: Vec<AuditEntry> = rows.iter().map(read).collect::<Outcome<_>>()?;
    let about: BTreeMap<Uuid, &'static Record> =
        entries.iter().filter_map(|entry| Some((entry.record_id, door::record(&entry.record)?))).collect();
    let of: Vec<_> = about.iter().map(|(id, record)| (*record, *id)).collect();
    let known = known(tx, of.into_iter()).await?;
    let gone = about.into_iter().filter(|(id, _)| !known.contains_key(id)).collect();
    let last = last_currencies(tx, gone).await?;
    for entry in &mut entries {
        let record = known.get(&entry.record_id);
        entry.title = record.map(|record| record.title.clone());
        let own = record.map(|record| &record.currency).or_else(|| last.get(&entry.record_id));
        entry.currency = own.filter(|own| !own.is_empty()).unwrap_or(&tx.company.currency).clone();
    }
    Ok(entries)
}

/// Names what links lead to in the changes of entries.
async fn name_links_of(tx: &mut TenantTx, entries: &mut [AuditEntry]) -> Outcome<()> {
    let changes =
        entries.iter_mut().filter_map(|entry| Some((tx.described(door::record(&entry.record)?), &mut entry.changes)));
    let changes = changes.collect();
    name_links(tx, changes).await
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
        title: None,
        action: row.try_get("action")?,
        address: row.try_get("address")?,
        request: row.try_get("request")?,
        currency: String::new(),
        changes: changes.map(|(field, pair)| (field.clone(), text(pair.get(0)), text(pair.get(1)))).collect(),
    })
}

/// A record that is still there.
struct Known {
    /// Empty when it has none.
    title: String,
    /// Of its money; empty when it has none of its own.
    currency: String,
}

/// Records, as far as they are still there, with one statement per type.
async fn known(tx: &mut TenantTx, of: impl Iterator<Item = (&'static Record, Uuid)>) -> Outcome<HashMap<Uuid, Known>> {
    let mut wanted: BTreeMap<&str, (&'static Record, Vec<Uuid>)> = BTreeMap::new();
    for (record, id) in of {
        wanted.entry(record.name).or_insert((record, Vec::new())).1.push(id);
    }
    let mut found = HashMap::new();
    for (record, ids) in wanted.into_values() {
        let tenant = tx.tenant();
        let rows = sqlx::query(sql::titles(record, Reach::All)).bind(tenant).bind(ids).fetch_all(tx.conn()).await?;
        for row in rows {
            let title = row.try_get::<Option<String>, _>("title")?.unwrap_or_default();
            found.insert(row.try_get("id")?, Known { title, currency: row.try_get("currency")? });
        }
    }
    Ok(found)
}

/// The currencies that records had when they went, as the log itself tells; nothing of those that never had one.
async fn last_currencies(tx: &mut TenantTx, of: Vec<(Uuid, &'static Record)>) -> Outcome<HashMap<Uuid, String>> {
    let (mut ids, mut records, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    for (id, record) in of {
        let Some(field) = record.currency_field() else { continue };
        ids.push(id);
        records.push(record.name);
        fields.push(field.name);
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, Option<String>)> = sqlx::query_as(
        "select distinct on (a.record_id) a.record_id, coalesce(a.changes -> w.field ->> 1, a.changes -> w.field ->> 0)
           from unnest($2::uuid[], $3::text[], $4::text[]) as w (id, record, field)
           join audit a on a.tenant_id = $1 and a.record = w.record and a.record_id = w.id
          where a.changes -> w.field is not null order by a.record_id, a.id desc",
    )
    .bind(tenant)
    .bind(ids)
    .bind(records)
    .bind(fields)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|(id, currency)| Some((id, currency?))).collect())
}

/// Changes of a record: field, old and new text.
type Changes = Vec<(String, Option<String>, Option<String>)>;

/// Puts the titles of what links lead to in the place of their ids, which say nothing to people.
pub async fn name_links(tx: &mut TenantTx, mut changes: Vec<(&'static Record, &mut Changes)>) -> Outcome<()> {
    let target = |record: &'static Record, name: &str| {
        let field = match name.strip_prefix("lines.").and_then(|rest| rest.split_once('.')) {
            Some((_, name)) => record.lines?.field(name)?,
            None => record.field(name)?,
        };
        match field.kind {
            Kind::Link(target) => door::record(target),
            _ => None,
        }
    };
    let id = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Uuid>().ok());
    let linked = changes.iter().flat_map(|(record, changes)| {
        let links = changes.iter().filter_map(|(name, old, new)| Some((target(record, name)?, [id(old), id(new)])));
        links.flat_map(|(target, ids)| ids.into_iter().flatten().map(move |id| (target, id)))
    });
    let known = known(tx, linked.collect::<Vec<_>>().into_iter()).await?;
    let i18n = tx.cx.i18n;
    for (record, changes) in &mut changes {
        for (_, old, new) in changes.iter_mut().filter(|(name, ..)| target(record, name).is_some()) {
            for text in [old, new] {
                let Some(id) = id(text) else { continue };
                *text = Some(match known.get(&id) {
                    Some(record) if record.title.is_empty() => t!(i18n, "unnumbered"),
                    Some(record) => record.title.clone(),
                    None => t!(i18n, "audit-gone"),
                });
            }
        }
    }
    Ok(())
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
