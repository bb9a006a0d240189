//! An export that takes a while: a job writes the file, whoever asked takes it from the page of the job.

use super::list::{self, Plan, Waiting};
use super::{Export, Format};
use crate::platform::door::{self, Error, Outcome};
use crate::platform::files::Store;
use crate::platform::jobs::{self, End, Run, Whose, Work};
use crate::platform::page::Reader;
use crate::platform::sql;
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::record::query::Query;
use crate::record::{Reach, Record};
use async_trait::async_trait;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fs::File;
use std::time::Duration;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

/// For how long a file waits to be taken.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Seconds that laying out, packing and storing a file may take.
const FINISH: i32 = 900;

/// Bytes of the largest file.
const MOST: u64 = 4 * 1024 * 1024 * 1024;

/// What to export.
#[derive(Serialize, Deserialize)]
struct Order {
    verb: String,
    record: String,
    query: Query,
    format: String,
}

/// The file that came of it, and what somebody had to see to make it.
#[derive(Serialize, Deserialize)]
struct Made {
    name: String,
    format: String,
    columns: Vec<String>,
    reach: String,
    /// Whose rows they are, where they are not everybody's.
    whose: Uuid,
    /// An archive with all that is known of somebody, for those from whom nothing is kept.
    #[serde(default)]
    archive: bool,
}

/// Puts the export of all that a query finds into the queue under this id.
pub async fn ask(tx: &mut TenantTx, id: Uuid, record: &'static Record, query: &Query, format: Format) -> Outcome<Uuid> {
    if !tx.standing.rights.sees(record) {
        return Err(tx.standing.rights.denial(record));
    }
    let order = Order {
        verb: "export".to_owned(),
        record: record.name.to_owned(),
        query: query.from_start(),
        format: format.extension().to_owned(),
    };
    jobs::put(tx, id, "export", record.name, serde_json::to_value(order).map_err(anyhow::Error::from)?).await
}

/// The work behind it. A worker that is stopped leaves no half file; another begins anew.
pub struct ExportList;

#[async_trait]
impl Work for ExportList {
    async fn run(&self, run: &Run) -> Outcome<End> {
        let order: Order = serde_json::from_value(run.payload.clone()).map_err(anyhow::Error::from)?;
        let record = door::record(&order.record).ok_or(Error::NotFound)?;
        let format = Format::from_name(&order.format);
        let plan = Plan { record, query: order.query, ids: None, format };
        let mut tx = run.db.begin(&run.cx).await?;
        let reader = Reader::new(&tx, record, &plan.query, None)?;
        let total = reader.count(&mut tx, i64::MAX - 1).await?;
        let reach = tx.standing.rights.on(record).reach;
        let made = Made {
            name: String::new(),
            format: order.format,
            columns: reader.columns.iter().map(|field| field.name.to_owned()).collect(),
            reach: reach.name().to_owned(),
            whose: sql::reach_value(&tx.standing, reach),
            archive: false,
        };
        if !run.stands(&mut tx, 0, 0, total).await? {
            return Ok(End::Cancelled);
        }
        tx.commit().await?;
        match list::write_for(&run.db, &run.cx, &plan, Some(&Progress { run, total })).await? {
            Some(export) => keep_export(run, export, made).await,
            None if run.stopping() => Ok(End::Paused),
            None => Ok(End::Cancelled),
        }
    }
}

/// The job, as it waits for its file.
pub(in crate::platform) struct Progress<'r> {
    pub run: &'r Run,
    /// How much there is to write.
    pub total: i64,
}

#[async_trait]
impl Waiting for Progress<'_> {
    async fn finishing(&self) -> Outcome<()> {
        self.run.hold(FINISH).await
    }

    async fn wrote(&self, rows: i64) -> Outcome<bool> {
        let mut tx = self.run.db.begin(&self.run.cx).await?;
        let goes_on = self.run.stands(&mut tx, rows, 0, self.total.max(rows)).await?;
        tx.commit().await?;
        Ok(goes_on && !self.run.stopping())
    }
}

/// Where the file that came of a job waits, whatever kind of file it is.
pub(in crate::platform) fn key(tenant: Uuid, job: Uuid) -> String {
    format!("exports/{tenant}/{job}")
}

/// Keeps the file of so many bytes at most that came of a job until somebody takes it, with what is to be known of it; where it replaces
/// any, in the place of those that were asked for before. Of a job that was called off meanwhile, or whose company was deleted, nothing
/// stays.
pub(in crate::platform) async fn keep(
    run: &Run,
    file: File,
    most: u64,
    made: Json,
    replaces: Option<Whose>,
) -> Outcome<End> {
    let kept = try_to_keep(run, file, most, made, replaces).await;
    if !matches!(kept, Ok(End::Done)) {
        let key = key(run.cx.tenant, run.job);
        if let Err(error) = run.files.delete(&key).await {
            tracing::warn!(%error, key, "a file that nobody may take is left in the store");
        }
    }
    kept
}

async fn try_to_keep(run: &Run, file: File, most: u64, made: Json, replaces: Option<Whose>) -> Outcome<End> {
    let bytes = ReaderStream::new(tokio::fs::File::from_std(file));
    let bytes = bytes.map_err(|error| Error::Other(error.into())).boxed();
    let kept = run.files.take(&key(run.cx.tenant, run.job), bytes, most).await?;
    kept.ok_or_else(|| anyhow::anyhow!("what came of a job is larger than {most} bytes"))?;
    let mut tx = run.db.begin(&run.cx).await?;
    if !jobs::keep_result(&mut tx, run.job, made).await? {
        return Ok(End::Cancelled);
    }
    let earlier = match replaces {
        Some(whose) => jobs::forget_earlier(&mut tx, run.job, whose).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    for job in earlier {
        run.files.delete(&key(run.cx.tenant, job)).await?;
    }
    Ok(End::Done)
}

/// Keeps an archive that a job has made.
pub(in crate::platform) async fn keep_archive(run: &Run, export: Export) -> Outcome<End> {
    let made = Made {
        name: String::new(),
        format: export.format.extension().to_owned(),
        columns: Vec::new(),
        reach: Reach::All.name().to_owned(),
        whose: Uuid::nil(),
        archive: true,
    };
    keep_export(run, export, made).await
}

async fn keep_export(run: &Run, export: Export, made: Made) -> Outcome<End> {
    let replaces = made.archive.then_some(Whose::OnesOwn);
    let made = serde_json::to_value(Made { name: export.name, ..made }).map_err(anyhow::Error::from)?;
    keep(run, export.file, MOST, made, replaces).await
}

/// The file of an export, for a reader who may look at the job and still sees all that is in it.
pub async fn take(db: &Db, cx: &Cx, store: &Store, job: Uuid) -> Outcome<Export> {
    let (db, cx, store) = (db.clone(), cx.clone(), store.clone());
    whole(async move {
        let mut tx = db.begin(&cx).await?;
        let (record, result) = jobs::result(&mut tx, job).await?;
        let made: Made = serde_json::from_value(result).map_err(anyhow::Error::from)?;
        let record = door::record(&record).map(|record| tx.described(record)).ok_or(Error::NotFound)?;
        let grant = tx.standing.rights.on(record).clone();
        let whose = sql::reach_value(&tx.standing, grant.reach);
        let sees_everything = tx.standing.rights.sees_everything();
        tx.commit().await?;
        let same = Reach::from_name(&made.reach) == Some(grant.reach) && made.whose == whose;
        let whole_sight = grant.reach == Reach::All || same;
        if !grant.sees || !whole_sight || !made.columns.iter().all(|column| grant.sees_field(column)) {
            return Err(Error::NotFound);
        }
        if made.archive && !sees_everything {
            return Err(Error::NotFound);
        }
        let format = if made.archive { Format::Archive } else { Format::from_name(&made.format) };
        let file = store.to_file(&key(cx.tenant, job)).await?;
        Ok(Export { file, name: made.name, format })
    })
    .await
}

/// Deletes files that nobody took in time, of all companies, those that are there no more among them.
pub async fn sweep(store: &Store) -> Outcome<u64> {
    store.sweep("exports", KEPT).await
}
