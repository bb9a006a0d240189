//! Files that somebody brought: taken in, noted, and deleted when they are old.

use super::asked::put;
use super::mappings::ways;
use super::may_change;
use crate::platform::door::{Outcome, Refusal};
use crate::platform::files::content::clean_name;
use crate::platform::files::{self, Store};
use crate::platform::import::{MOST_FAULTS, Plan, Report};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::Record;
use axum::body::Bytes;
use futures_util::stream::BoxStream;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

/// Bytes of one file: a million rows with some room.
pub const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Days for which a file is kept.
const KEPT: i32 = 30;

/// Takes a file in, which may change records that exist or not, and asks for it to be rehearsed. Answers with its batch.
pub async fn receive(
    db: &Db,
    cx: &Cx,
    store: &Store,
    record: &'static Record,
    changes: bool,
    name: &str,
    bytes: BoxStream<'_, Outcome<Bytes>>,
) -> Outcome<Uuid> {
    let (id, name) = (Uuid::now_v7(), clean_name(name));
    let key = format!("imports/{}/{id}", cx.tenant);
    let mut tx = db.begin(cx).await?;
    tx.plan.has("import")?;
    if !tx.standing.rights.creates(record) || (changes && !may_change(&tx, record)) {
        return Err(tx.standing.rights.denial(record));
    }
    sqlx::query("insert into import_batch (id, record, name, storage, changes) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(record.name)
        .bind(&name)
        .bind(&key)
        .bind(changes)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    let kept = keep(db, cx, store, record, id, (&key, &name), bytes).await;
    if kept.is_err() {
        // What cannot be deleted now goes with a later sweep.
        let _ = store.delete(&key).await;
        let mut tx = db.begin(cx).await?;
        sqlx::query("delete from import_batch where tenant_id = $1 and id = $2 and state = 'arriving'")
            .bind(cx.tenant)
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
    }
    kept.map(|()| id)
}

/// Puts the bytes into the store, then the batch into the queue.
async fn keep(
    db: &Db,
    cx: &Cx,
    store: &Store,
    record: &'static Record,
    id: Uuid,
    (key, name): (&str, &str),
    bytes: BoxStream<'_, Outcome<Bytes>>,
) -> Outcome<()> {
    let size = match store.take(key, bytes, MOST_BYTES).await? {
        Some(0) => return Err(Refusal::new("refuse-file-empty").with("name", name).into()),
        Some(size) => size,
        None => {
            let most = Decimal::from(MOST_BYTES / (1024 * 1024));
            return Err(Refusal::new("refuse-file-large").with("name", name).with("most", most).into());
        }
    };
    if !store.scan(key).await? {
        return Err(Refusal::new("refuse-file-infected").with("name", name).into());
    }
    let mut tx = db.begin(cx).await?;
    files::enter_room(&mut tx).await?;
    let job = put(&mut tx, record, id, "rehearse").await?;
    sqlx::query("update import_batch set state = 'rehearsing', size = $3, job = $4 where tenant_id = $1 and id = $2")
        .bind(cx.tenant)
        .bind(id)
        .bind(size as i64)
        .bind(job)
        .execute(tx.conn())
        .await?;
    files::fits(&mut tx, store.quota, name).await?;
    tx.commit().await?;
    Ok(())
}

/// Notes a file of which none is kept, before it is imported in this transaction.
pub async fn begin(tx: &mut TenantTx, plan: &Plan, id: Uuid, name: &str) -> Outcome<()> {
    sqlx::query(
        "insert into import_batch (id, record, name, state, mapping, fixed, changes) values ($1, $2, $3, 'importing', $4, $5, $6)",
    )
    .bind(id)
    .bind(plan.record.name)
    .bind(clean_name(name))
    .bind(ways(&plan.mapping))
    .bind(json!(plan.fixed))
    .bind(plan.changes)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes what came of it.
pub async fn finish(tx: &mut TenantTx, id: Uuid, report: &Report) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update import_batch set state = 'done', rows = $3, done = $3, created = $4, changed = $5, examples = $6
          where tenant_id = $1 and id = $2",
    )
    .bind(tenant)
    .bind(id)
    .bind(report.rows as i64)
    .bind(report.documents.len() as i64 - report.changed)
    .bind(report.changed)
    .bind(json!(report.examples))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes files of a company that are older than a month, and what was left behind of files that never arrived. Answers
/// with their number.
pub async fn sweep(db: &Db, cx: &Cx, store: &Store) -> Outcome<u64> {
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    let old: Vec<(Uuid, String)> = sqlx::query_as(
        "select b.id, b.storage from import_batch b
          where b.tenant_id = $1 and b.storage is not null
            and (b.at < now() - make_interval(days => $2) or (b.state = 'arriving' and b.at < now() - interval '1 day'))
            and not exists (select from job j where j.tenant_id = b.tenant_id and j.id = b.job and j.state in ('waiting', 'running'))
          order by b.id limit 500",
    )
    .bind(cx.tenant)
    .bind(KEPT)
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    for (_, key) in &old {
        store.delete(key).await?;
    }
    let ids: Vec<Uuid> = old.into_iter().map(|(id, _)| id).collect();
    for id in &ids {
        forget_most(db, cx, *id).await?;
    }
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    sqlx::query("delete from import_batch where tenant_id = $1 and id = any($2) and state = 'arriving'")
        .bind(cx.tenant)
        .bind(&ids)
        .execute(tx.conn())
        .await?;
    sqlx::query("update import_batch set storage = null where tenant_id = $1 and id = any($2)")
        .bind(cx.tenant)
        .bind(&ids)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(ids.len() as u64)
}

/// Forgets what only files tell of a batch: all but the faults that its page shows.
async fn forget_most(db: &Db, cx: &Cx, id: Uuid) -> Outcome<()> {
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    sqlx::query(
        "with s as (delete from import_skipped where tenant_id = $1 and batch = $2)
         delete from import_fault where tenant_id = $1 and batch = $2 and seq >= $3",
    )
    .bind(cx.tenant)
    .bind(id)
    .bind(MOST_FAULTS as i64)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(())
}
