//! An archive that the owner asked for: a job writes it, and it waits for a week to be taken.

use super::write::{self, Archive};
use super::{check, write::count};
use crate::platform::door::{self, Outcome};
use crate::platform::export::job::{self, Progress, key};
use crate::platform::files::Store;
use crate::platform::jobs::{self, End, Run, Whose, Work};
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::record::jobs::JobLine;
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// The record that an archive is made of.
pub const RECORD: &str = "company";

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
    let (tenant, payload) = (tx.tenant(), json!({ "verb": "archive" }));
    if let Some(job) = jobs::under_way(tx, "archive", &payload, Whose::Everybodys).await? {
        return Ok(job);
    }
    door::note(tx, RECORD, tenant, "archive", json!({})).await?;
    jobs::put(tx, Uuid::now_v7(), "archive", RECORD, payload).await
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
            Some(Archive { file, name, manifest }) => {
                run.hold(FINISH).await?;
                let made =
                    serde_json::to_value(Made { name, archive: manifest.digest }).map_err(anyhow::Error::from)?;
                job::keep(run, file, MOST, made, Some(Whose::Everybodys)).await
            }
            None if run.stopping() => Ok(End::Paused),
            None => Ok(End::Cancelled),
        }
    }
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
