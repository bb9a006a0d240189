//! One thing done to many records: an action, a change of one field, a deletion. Each record is its own transaction, with its
//! line in the report; what is refused for one leaves the others alone.

use super::door::{self, Error, Lock, Outcome, Refusal, Typed};
use super::jobs::{self, End, Run, Work};
use super::page::{self, Reader};
use super::permission::Rights;
use super::sql;
use super::tenancy::TenantTx;
use crate::record::jobs::JobRow;
use crate::record::query::Query;
use crate::record::{Field, Kind, Reach, Record, value::Fault};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Most records of one job: work of some hours. Tests ask for fewer.
pub const MOST: i64 = if cfg!(test) { 1_000 } else { 1_000_000 };

/// Seconds that it may take to write down which they are.
const CHOICE: i32 = 600;

/// What to do, and with which records.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub record: String,
    /// `delete`, `set`, or the name of an action.
    pub verb: String,
    /// The field to set, and to what.
    #[serde(default)]
    pub field: String,
    #[serde(default)]
    pub text: String,
    pub which: Which,
}

/// The records that are meant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Which {
    These(Vec<Uuid>),
    /// All that this query finds for whoever asks.
    Matching(Query),
}

/// Puts a bulk job into the queue under this id, after a first look at whether it can be asked at all.
pub async fn ask(tx: &mut TenantTx, record: &'static Record, id: Uuid, order: &Order) -> Outcome<Uuid> {
    let (rights, record) = (tx.rights(), tx.described(record));
    if !verbs(&rights, record).contains(&order.verb) {
        return Err(rights.denial(record));
    }
    if order.verb == "set" && !settable_fields(&rights, record).contains(&order.field) {
        return Err(Refusal::new("refuse-bulk-field").into());
    }
    if order.verb == "set" {
        check_text(tx, record, &order.field, &order.text).await?;
    }
    match &order.which {
        Which::These(ids) if ids.is_empty() => return Err(Refusal::new("refuse-bulk-nothing").into()),
        Which::Matching(query) if Reader::new(tx, record, query, None)?.count(tx, MOST).await? > MOST => {
            return Err(Refusal::new("refuse-bulk-many").with("most", MOST as usize).into());
        }
        _ => {}
    }
    let payload = serde_json::to_value(order).map_err(anyhow::Error::from)?;
    jobs::put(tx, id, "bulk", record.name, payload).await
}

/// Refuses a text that is no value of the field for any record.
async fn check_text(tx: &mut TenantTx, record: &'static Record, field: &str, text: &str) -> Outcome<()> {
    let Some(field) = record.field(field) else { return Ok(()) };
    if field.required && text.trim().is_empty() {
        return Err(Refusal::new(Fault::Required.message()).at(field.name).into());
    }
    // Which decimals money may have depends on the currency of each record.
    let of_record = |refusal: &Refusal| {
        field.kind == Kind::Money
            && record.currency_field().is_some()
            && refusal.message.id == Fault::TooManyDecimals.message()
    };
    let typed = Typed { fields: BTreeMap::from([(field.name.to_owned(), text.to_owned())]), lines: None };
    let faults = door::read_alone(tx, record, &typed).await?;
    let faults: Vec<Refusal> = faults.into_iter().filter(|refusal| !of_record(refusal)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Refused(faults)) }
}

/// What somebody can do to many records of a type.
pub fn verbs(rights: &Rights, record: &Record) -> Vec<String> {
    if record.single {
        return Vec::new();
    }
    let mut verbs: Vec<String> = record
        .actions
        .iter()
        .filter(|action| !action.internal && rights.acts(record, action.name))
        .map(|action| action.name.to_owned())
        .collect();
    verbs.extend((rights.changes(record) && record.manual).then(|| "set".to_owned()));
    verbs.extend(rights.deletes(record).then(|| "delete".to_owned()));
    verbs
}

/// Fields of which one value makes sense for many records, as far as somebody may change them.
pub fn settable_fields(rights: &Rights, record: &Record) -> Vec<String> {
    if !rights.changes(record) || !record.manual || record.single {
        return Vec::new();
    }
    // Names differ from record to record, whatever else they share.
    let alone = |f: &&Field| !f.computed && !f.unique && !matches!(f.kind, Kind::State | Kind::Names);
    let fields = record.fields.iter().filter(alone);
    fields.filter(|f| rights.on(record).changes_field(f.name)).map(|f| f.name.to_owned()).collect()
}

/// The work behind a bulk job.
pub struct Bulk;

#[async_trait]
impl Work for Bulk {
    async fn run(&self, run: &Run) -> Outcome<End> {
        let order: Order = serde_json::from_value(run.payload.clone()).map_err(anyhow::Error::from)?;
        let record = door::record(&order.record).ok_or(Error::NotFound)?;
        choose(run, record, &order).await?;
        loop {
            if run.stopping() {
                return Ok(End::Paused);
            }
            let mut tx = run.db.begin(&run.cx).await?;
            let Some((seq, id)) = next(&mut tx, run.job).await? else { return Ok(End::Done) };
            match carry_out(&mut tx, record, id, &order).await {
                Ok(()) => {
                    mark(&mut tx, run.job, seq, "done", None).await?;
                    if !run.step(&mut tx, 1, 0).await? {
                        return Ok(End::Cancelled);
                    }
                    tx.commit().await?;
                }
                Err(error) if error.is_busy() || matches!(error, Error::Db(_) | Error::Other(_)) => return Err(error),
                Err(error) => {
                    drop(tx);
                    let refusal = error.refusals(run.cx.request).into_iter().next();
                    let message = refusal.map(|r| serde_json::to_value(r.message)).transpose();
                    let mut tx = run.db.begin(&run.cx).await?;
                    mark(&mut tx, run.job, seq, "refused", message.map_err(anyhow::Error::from)?).await?;
                    if !run.step(&mut tx, 0, 1).await? {
                        return Ok(End::Cancelled);
                    }
                    tx.commit().await?;
                }
            }
        }
    }
}

/// Writes down which records are meant, once: what matches later is not touched.
async fn choose(run: &Run, record: &'static Record, order: &Order) -> Outcome<()> {
    let mut tx = run.db.begin(&run.cx).await?;
    let tenant = tx.tenant();
    // Another worker waits here, but nobody who calls the job off meanwhile.
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))")
        .bind(run.job)
        .execute(tx.conn())
        .await?;
    let chosen: Option<i64> = sqlx::query_scalar("select total from job where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(run.job)
        .fetch_one(tx.conn())
        .await?;
    if chosen.is_some() {
        return Ok(());
    }
    let total = match &order.which {
        Which::These(ids) => sqlx::query(
            "insert into job_row (job, seq, record_id) select $1, n, id from unnest($2::uuid[]) with ordinality as u (id, n)",
        )
        .bind(run.job)
        .bind(ids)
        .execute(tx.conn())
        .await?
        .rows_affected(),
        Which::Matching(query) => {
            run.hold(CHOICE).await?;
            sqlx::query("select set_config('statement_timeout', '10min', true)").execute(tx.conn()).await?;
            page::choose(&mut tx, record, query, run.job, MOST).await?
        }
    };
    sqlx::query("update job set total = $3 where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(run.job)
        .bind(total as i64)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn next(tx: &mut TenantTx, job: Uuid) -> Outcome<Option<(i64, Uuid)>> {
    Ok(sqlx::query_as(
        "select seq, record_id from job_row where tenant_id = $1 and job = $2 and state = 'waiting' order by seq limit 1 for update",
    )
    .bind(tx.tenant())
    .bind(job)
    .fetch_optional(tx.conn())
    .await?)
}

async fn mark(tx: &mut TenantTx, job: Uuid, seq: i64, state: &str, message: Option<serde_json::Value>) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("update job_row set state = $4, message = $5 where tenant_id = $1 and job = $2 and seq = $3")
        .bind(tenant)
        .bind(job)
        .bind(seq)
        .bind(state)
        .bind(message)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Does it to one record, through the same verbs as a page.
async fn carry_out(tx: &mut TenantTx, record: &'static Record, id: Uuid, order: &Order) -> Outcome<()> {
    if order.verb == "set" {
        return set_one(tx, record, id, &order.field, &order.text, None).await;
    }
    let version = door::reachable(tx, record, id, Lock::Update).await?.version;
    match order.verb.as_str() {
        "delete" => door::delete(tx, record, id, version).await,
        action => door::act(tx, record, id, version, action).await.map(drop),
    }
}

/// Sets one field of one record, as a list does where the field stands; in a list, in place of what stood there.
pub async fn set_one(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    field: &str,
    text: &str,
    was: Option<&str>,
) -> Outcome<()> {
    let described = tx.described(record);
    let document = door::reachable(tx, record, id, Lock::Update).await?;
    let version = document.version;
    if !settable_fields(&tx.standing.rights, described).iter().any(|name| name == field) {
        return Err(Error::Denied);
    }
    if was.is_some_and(|was| was != document.get(field).to_text().unwrap_or_default()) {
        return Err(Error::Conflict);
    }
    let fields = BTreeMap::from([(field.to_owned(), text.to_owned())]);
    door::save(tx, record, id, version, &Typed { fields, lines: None }).await.map(drop)
}

/// Adds what the records of a report are called, for a reader who may see their type.
pub async fn with_titles(tx: &mut TenantTx, job: Uuid, mut rows: Vec<JobRow>) -> Outcome<Vec<JobRow>> {
    let tenant = tx.tenant();
    let name: Option<String> = sqlx::query_scalar("select record from job where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(job)
        .fetch_one(tx.conn())
        .await?;
    let rights = tx.rights();
    let Some(record) = name.and_then(|name| door::record(&name)).filter(|record| rights.sees(record)) else {
        return Ok(rows);
    };
    let ids: Vec<Uuid> = rows.iter().map(|row| row.record_id).collect();
    let reach = rights.on(record).reach;
    let mut query = sqlx::query(sql::titles(record, reach)).bind(tenant).bind(ids);
    if reach != Reach::All {
        query = query.bind(sql::reach_value(&tx.standing, reach));
    }
    let found = query.fetch_all(tx.conn()).await?;
    let mut titles: HashMap<Uuid, String> = HashMap::new();
    for row in found {
        titles.insert(row.try_get("id")?, row.try_get::<Option<String>, _>("title")?.unwrap_or_default());
    }
    for row in &mut rows {
        row.title = titles.remove(&row.record_id).unwrap_or_default();
    }
    Ok(rows)
}
