//! An archive that the owner asked for: a job writes it, and it waits for a week to be taken.

use super::write::{self, Archive};
use super::{check, write::count};
use crate::platform::door::{self, Error, Outcome};
use crate::platform::export::job::{Progress, key};
use crate::platform::files::Store;
use crate::platform::jobs::{self, End, Run, Work};
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::record::jobs::JobLine;
use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

/// The record that an archive is made of.
const RECORD: &str = "company";

/// Seconds that storing an archive may take.
const FINISH: i32 = 3600;

/// Bytes of the largest archive.
const MOST: u64 = 16 * 1024 * 1024 * 1024;

/// Archives that a page tells of.
const SHOWN: i64 = 20;

/// What came of it. The job tells people its name.
#[derive(Serialize, Deserialize)]
struct Made {
    name: String,
    /// The digest of the archive.
    archive: String,
}

/// An archive on its way to whoever takes it.
pub struct Taken {
    pub name: String,
    pub size: u64,
    pub bytes: BoxStream<'static, object_store::Result<axum::body::Bytes>>,
}

/// Puts an archive into the queue; while one is asked for already, that is it. Answers with the job.
pub async fn ask(tx: &mut TenantTx) -> Outcome<Uuid> {
    check(tx)?;
    let tenant = tx.tenant();
    // Of two that press at once, the second finds what the first has asked for.
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('archive/' || tid(), 0))").execute(tx.conn()).await?;
    let under_way: Option<Uuid> = sqlx::query_scalar(
        "select id from job where tenant_id = $1 and kind = 'archive' and state in ('waiting', 'running') and not cancel limit 1",
    )
    .bind(tenant)
    .fetch_optional(tx.conn())
    .await?;
    if let Some(job) = under_way {
        return Ok(job);
    }
    door::note(tx, RECORD, tenant, "archive", json!({})).await?;
    jobs::put(tx, Uuid::now_v7(), "archive", RECORD, json!({ "verb": "archive" })).await
}

/// The latest archives that were asked for.
pub async fn latest(tx: &mut TenantTx) -> Outcome<Vec<JobLine>> {
    check(tx)?;
    let ids: Vec<Uuid> =
        sqlx::query_scalar("select id from job where tenant_id = $1 and kind = 'archive' order by id desc limit $2")
            .bind(tx.tenant())
            .bind(SHOWN)
            .fetch_all(tx.conn())
            .await?;
    jobs::lines(tx, Some(ids.as_slice())).await
}

/// The work behind it. A worker that is stopped leaves no half archive; another begins anew.
pub struct MakeArchive;

#[async_trait]
impl Work for MakeArchive {
    async fn run(&self, run: &Run) -> Outcome<End> {
        let mut tx = run.db.begin(&run.cx).await?;
        check(&tx)?;
        let total = count(&mut tx).await?;
        if !run.stands(&mut tx, 0, 0, total).await? {
            return Ok(End::Cancelled);
        }
        tx.commit().await?;
        match write::write(&run.db, &run.cx, &run.files, Some(&Progress { run, total })).await? {
            Some(archive) => keep(run, archive).await,
            None if run.stopping() => Ok(End::Paused),
            None => Ok(End::Cancelled),
        }
    }
}

async fn keep(run: &Run, archive: Archive) -> Outcome<End> {
    run.hold(FINISH).await?;
    let bytes = ReaderStream::new(tokio::fs::File::from_std(archive.file));
    let bytes = bytes.map_err(|error| Error::Other(error.into())).boxed();
    let kept = run.files.take(&key(run.cx.tenant, run.job), bytes, MOST).await?;
    kept.ok_or_else(|| anyhow::anyhow!("an archive is larger than {MOST} bytes"))?;
    let made = Made { name: archive.name, archive: archive.manifest.digest };
    let made = serde_json::to_value(made).map_err(anyhow::Error::from)?;
    let mut tx = run.db.begin(&run.cx).await?;
    jobs::keep_result(&mut tx, run.job, made).await?;
    tx.commit().await?;
    Ok(End::Done)
}

/// The archive that a job made, for a reader who may take it; nothing for a job that made something else.
pub async fn take(db: &Db, cx: &Cx, store: &Store, job: Uuid) -> Outcome<Option<Taken>> {
    let (db, cx, store) = (db.clone(), cx.clone(), store.clone());
    whole(async move {
        let mut tx = db.begin(&cx).await?;
        let (_, result) = jobs::result(&mut tx, job).await?;
        let Ok(made) = serde_json::from_value::<Made>(result) else { return Ok(None) };
        check(&tx)?;
        tx.commit().await?;
        let (size, bytes) = store.read(&key(cx.tenant, job), None).await?;
        Ok(Some(Taken { name: made.name, size, bytes }))
    })
    .await
}
