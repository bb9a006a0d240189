//! Work that outlives a request. A job is put into the queue in the transaction that asks for it, and taken by any worker of
//! any node under a lease. Each step's effect and its progress commit together, so that a killed worker loses nothing and
//! repeats nothing.
//!
//! A queue of our own on `FOR UPDATE SKIP LOCKED`: graphile_worker marks a job as done after its effect rather than with
//! it, sends a notification with every enqueued job, which costs commits, and keeps its tables outside the companies' walls.

use super::archive::job::MakeArchive;
use super::backoff;
use super::bulk::Bulk;
use super::door::{self, Error, Outcome};
use super::export::job::ExportList;
use super::files::Store;
use super::import::job::Import;
use super::mail::{Mailer, SendMail};
use super::notifications;
use super::permission::Scope;
use super::person::archive::ExportPerson;
use super::plan;
use super::tenancy::{Cx, Db, TenantTx};
use crate::i18n::{Digits, I18n, Locale};
use crate::record::jobs::{JobLine, JobPage, JobRow};
use crate::record::page::Message;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::Row as _;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Seconds that a worker has for a step before another may take the job over.
const LEASE: i32 = 60;
/// Seconds after which a closed company is looked at again.
const CLOSED: i32 = 300;
/// A job that failed so often is left for people.
const ATTEMPTS: i32 = 8;
/// How often idle workers look for jobs that other nodes enqueued.
const POLL: Duration = Duration::from_secs(2);
/// Rows of a report shown at once.
const ROWS: i64 = 200;
/// Kinds of jobs that concern records of one type. Of the rest, archives of records of all types, a program whose token is kept
/// to some types does not know.
const OF_ONE_TYPE: [&str; 4] = ["bulk", "export", "import", "mail"];

/// A kind of job.
#[async_trait]
pub trait Work: Send + Sync {
    /// Goes on with the job from wherever it stands, until it is finished or the run asks to stop.
    async fn run(&self, run: &Run) -> Outcome<End>;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    Cancelled,
    /// The worker stops; another goes on.
    Paused,
}

/// The work of each kind of job.
static WORKS: [(&str, &dyn Work); 6] = [
    ("archive", &MakeArchive),
    ("bulk", &Bulk),
    ("export", &ExportList),
    ("import", &Import),
    ("mail", &SendMail),
    ("person", &ExportPerson),
];

/// All kinds of jobs.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    WORKS.iter().map(|(kind, _)| *kind)
}

fn work(kind: &str) -> Option<&'static dyn Work> {
    WORKS.iter().find(|(known, _)| *known == kind).map(|(_, work)| *work)
}

/// Who asked for a job: it runs with their rights, as they are when it runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    user: Uuid,
    locale: Locale,
    digits: Digits,
    address: Option<IpAddr>,
    request: Uuid,
    /// How much of their rights counts, where a program asked in their place.
    #[serde(default)]
    scope: Option<Scope>,
}

/// One run of a job.
pub struct Run {
    pub db: Db,
    pub files: Store,
    /// Who takes mail away; nobody where Diwan sends none.
    pub mail: Option<Mailer>,
    pub cx: Cx,
    pub job: Uuid,
    pub payload: Json,
    /// The job is given up if this run fails.
    pub last: bool,
    stop: watch::Receiver<bool>,
    leased: std::sync::Mutex<Instant>,
}

impl Run {
    /// Whether the worker should put the job down.
    pub fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Notes progress in the transaction of the step that made it. `false` when somebody cancelled the job: the step is
    /// then to be dropped.
    pub async fn step(&self, tx: &mut TenantTx, done: i64, refused: i64) -> Outcome<bool> {
        let (tenant, job) = (tx.tenant(), self.job);
        let going = sqlx::query(
            "update job set done = done + $3, refused = refused + $4 where tenant_id = $1 and id = $2 and not cancel",
        )
        .bind(tenant)
        .bind(job)
        .bind(done)
        .bind(refused)
        .execute(tx.conn())
        .await?;
        self.extend(tx).await?;
        Ok(going.rows_affected() == 1)
    }

    /// Notes how far a job is that counts for itself, rather than step by step. `false` when somebody cancelled it.
    pub async fn stands(&self, tx: &mut TenantTx, done: i64, refused: i64, total: i64) -> Outcome<bool> {
        let (tenant, job) = (tx.tenant(), self.job);
        let going = sqlx::query(
            "update job set done = $3, refused = $4, total = $5 where tenant_id = $1 and id = $2 and not cancel",
        )
        .bind(tenant)
        .bind(job)
        .bind(done)
        .bind(refused)
        .bind(total)
        .execute(tx.conn())
        .await?;
        self.extend(tx).await?;
        Ok(going.rows_affected() == 1)
    }

    /// Keeps the job for so many seconds, for a step that is longer than others.
    pub async fn hold(&self, seconds: i32) -> Outcome<()> {
        let mut tx = self.db.begin(&self.cx).await?;
        sqlx::query("select queue.extend($1, $2)").bind(self.job).bind(seconds.max(LEASE)).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps the job a while longer, when it is time.
    async fn extend(&self, tx: &mut TenantTx) -> Outcome<()> {
        let due = self.leased.lock().is_ok_and(|at| at.elapsed() > Duration::from_secs(LEASE as u64 / 4));
        if due {
            sqlx::query("select queue.extend($1, $2)").bind(self.job).bind(LEASE).execute(tx.conn()).await?;
            if let Ok(mut at) = self.leased.lock() {
                *at = Instant::now();
            }
        }
        Ok(())
    }
}

static WAKE: LazyLock<Notify> = LazyLock::new(Notify::new);

/// Puts a job into the queue, in the transaction that asks for it, under this id as long as it is free. Asking for the same
/// again before it is done is one job. Answers with the id.
///
/// A job runs with the rights of whoever asked; one that a program asked for with no more than it was lent.
pub async fn put(tx: &mut TenantTx, id: Uuid, kind: &str, record: &str, payload: Json) -> Outcome<Uuid> {
    let asked = Asked {
        user: tx.cx.user,
        locale: tx.cx.i18n.locale,
        digits: tx.cx.i18n.digits,
        address: tx.cx.address,
        request: tx.cx.request,
        scope: tx.cx.scope.as_deref().cloned(),
    };
    let asked = serde_json::to_value(asked).map_err(anyhow::Error::from)?;
    let known: Option<bool> = sqlx::query_scalar(
        "select member = uid() and payload = $3 and state in ('waiting', 'running') from job where tenant_id = $1 and id = $2",
    )
    .bind(tx.tenant())
    .bind(id)
    .bind(&payload)
    .fetch_optional(tx.conn())
    .await?
    .map(|same: Option<bool>| same == Some(true));
    let id = match known {
        Some(true) => return Ok(id),
        Some(false) => Uuid::now_v7(),
        None => id,
    };
    // Where somebody presses twice at once, the second waits here for the first.
    sqlx::query(
        "insert into job (id, kind, record, asked, payload) values ($1, $2, $3, $4, $5) on conflict (tenant_id, id) do nothing",
    )
    .bind(id)
    .bind(kind)
    .bind(record)
    .bind(asked)
    .bind(payload)
    .execute(tx.conn())
    .await?;
    sqlx::query("select queue.put($1, 0)").bind(id).execute(tx.conn()).await?;
    Ok(id)
}

/// Wakes the workers of this node, after a transaction with a job has committed.
pub fn wake() {
    WAKE.notify_waiters();
}

// ------------------------------------------------------------------ workers

/// The workers of this process.
pub struct Workers {
    stop: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts so many workers.
    pub fn start(db: &Db, files: &Store, mail: Option<&Mailer>, count: usize) -> Workers {
        let (stop, stopping) = watch::channel(false);
        let begin = |_| tokio::spawn(work_on(db.clone(), files.clone(), mail.cloned(), stopping.clone()));
        let loops = (0..count).map(begin).collect();
        Workers { stop, loops }
    }

    /// Lets each worker finish its step, then ends them.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for one in self.loops {
            let _ = one.await;
        }
    }
}

async fn work_on(db: Db, files: Store, mail: Option<Mailer>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match run_next(&db, &files, mail.as_ref(), &stop).await {
            Ok(true) => {}
            Ok(false) => {
                tokio::select! {
                    () = WAKE.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                    _ = stop.changed() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "the queue cannot be read");
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// Runs the job that is due, if there is one.
pub async fn run_next(db: &Db, files: &Store, mail: Option<&Mailer>, stop: &watch::Receiver<bool>) -> Outcome<bool> {
    let claimed: Option<(Uuid, Uuid, i32)> = sqlx::query_as("select id, tenant_id, attempts from queue.claim($1)")
        .bind(LEASE)
        .fetch_optional(db.people())
        .await?;
    let Some((job, tenant, attempts)) = claimed else { return Ok(false) };
    let outcome = match load(db, job, tenant, attempts).await {
        Ok(Some(Loaded { kind, payload, cx, last })) => {
            let leased = std::sync::Mutex::new(Instant::now());
            let (db, files, mail, stop) = (db.clone(), files.clone(), mail.cloned(), stop.clone());
            run_job(&kind, Run { db, files, mail, cx, job, payload, last, stop, leased }).await
        }
        Ok(None) => Ok(End::Cancelled),
        Err(error) => Err(error),
    };
    if let Err(error) = &outcome {
        tracing::warn!(%job, %tenant, attempts, %error, "a job failed");
    }
    settle(db, job, tenant, attempts, outcome).await?;
    Ok(true)
}

/// A job that a worker has taken.
struct Loaded {
    kind: String,
    payload: Json,
    cx: Cx,
    last: bool,
}

/// Marks a job as running, and reads it; nothing where it is done with.
async fn load(db: &Db, job: Uuid, tenant: Uuid, attempts: i32) -> Outcome<Option<Loaded>> {
    let mut tx = enter(db, tenant).await?;
    let row = sqlx::query(
        "update job set state = 'running', error = null where tenant_id = $1 and id = $2 and state in ('waiting', 'running')
         returning kind, payload, asked",
    )
    .bind(tenant)
    .bind(job)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let asked: Asked = serde_json::from_value(row.try_get("asked")?).map_err(anyhow::Error::from)?;
    let (kind, payload): (String, Json) = (row.try_get("kind")?, row.try_get("payload")?);
    tx.commit().await?;
    let cx = Cx {
        user: asked.user,
        tenant,
        i18n: I18n::new(asked.locale, asked.digits),
        request: asked.request,
        address: asked.address,
        scope: asked.scope.map(Arc::new),
    };
    Ok(Some(Loaded { kind, payload, cx, last: attempts >= ATTEMPTS }))
}

async fn run_job(kind: &str, run: Run) -> Outcome<End> {
    let work = work(kind).ok_or_else(|| anyhow::anyhow!("no work is called {kind}"))?;
    work.run(&run).await
}

/// A transaction of the queue itself in a company, on nobody's behalf.
async fn enter(db: &Db, tenant: Uuid) -> Outcome<TenantTx> {
    let i18n = I18n::new(Locale::En, Digits::Western);
    let cx = Cx { user: Uuid::nil(), tenant, i18n, request: Uuid::now_v7(), address: None, scope: None };
    db.admit(&cx, Uuid::nil()).await
}

/// Writes down how a run ended and takes the job out of the queue, or puts it back.
async fn settle(db: &Db, job: Uuid, tenant: Uuid, attempts: i32, outcome: Outcome<End>) -> Outcome<()> {
    let mut tx = enter(db, tenant).await?;
    let request = tx.cx.request;
    let (state, error) = match &outcome {
        Ok(End::Done) => ("done", None),
        Ok(End::Cancelled) => ("cancelled", None),
        Ok(End::Paused) => ("waiting", None),
        Err(error) if error.is_busy() && attempts < ATTEMPTS => ("waiting", Some(error.to_string())),
        // A company that is closed is opened again, and finds its work where it was.
        Err(error) if plan::is_closed(error) => ("waiting", Some(error.to_string())),
        // Whoever asked may not do it, or no longer: trying again helps nobody.
        Err(error @ (Error::Denied | Error::Shut(_) | Error::NotFound | Error::Refused(_))) => {
            ("failed", Some(error.to_string()))
        }
        Err(error) if attempts >= ATTEMPTS => ("failed", Some(error.to_string())),
        Err(error) => ("waiting", Some(error.to_string())),
    };
    // In words, for whoever looks at the job.
    let message = match (&outcome, state) {
        (Err(Error::Refused(refusals)), "failed") => refusals.first().map(|refusal| refusal.message.clone()),
        (Err(Error::Denied), "failed") => Some(Message::new("error-denied")),
        (Err(Error::Shut(refusal)), "failed") => Some(refusal.message.clone()),
        (Err(Error::NotFound), "failed") => Some(Message::new("error-not-found")),
        (Err(error), "failed") => {
            tracing::error!(%request, %job, %error, "a job is given up");
            Some(Message::new("error-internal").with("reference", request.to_string()))
        }
        _ => None,
    };
    let message = message.map(serde_json::to_value).transpose().map_err(anyhow::Error::from)?;
    let settled = sqlx::query(
        "update job set state = $3, error = $4, message = $5, finished_at = case when $3 = 'waiting' then null else now() end
          where tenant_id = $1 and id = $2 and state = 'running'",
    )
    .bind(tenant)
    .bind(job)
    .bind(state)
    .bind(error)
    .bind(message)
    .execute(tx.conn())
    .await?;
    if matches!(state, "done" | "failed") && settled.rows_affected() == 1 {
        notifications::tell_of_job(&mut tx, job).await?;
    }
    match (&outcome, state) {
        (Ok(_), "waiting") => sqlx::query("select queue.again($1, 0)").bind(job),
        (Err(error), "waiting") if plan::is_closed(error) => {
            sqlx::query("select queue.wait($1, $2)").bind(job).bind(CLOSED)
        }
        (Err(_), "waiting") => {
            let seconds = backoff::pause(5 << attempts.min(10), 0, rand::random());
            sqlx::query("select queue.again($1, $2)").bind(job).bind(seconds)
        }
        _ => sqlx::query("select queue.done($1)").bind(job),
    }
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(())
}

// ------------------------------------------------------------------ what people see

/// Whether a member may look at a job of somebody else and stop it.
pub(super) fn administers(tx: &TenantTx) -> bool {
    tx.standing.rights.changes_everything()
}

/// Jobs, latest first: one's own, and for administrators everybody's.
pub async fn list(tx: &mut TenantTx) -> Outcome<Vec<JobLine>> {
    lines(tx, None).await
}

/// A job that the reader may look at.
async fn one(tx: &mut TenantTx, job: Uuid) -> Outcome<JobLine> {
    let line = lines(tx, Some(&[job])).await?.pop();
    line.ok_or_else(|| tx.missing(job))
}

/// Jobs that the reader may look at, latest first: these, or the latest of all. A program is told of those that work on records
/// which its token sees.
pub(super) async fn lines(tx: &mut TenantTx, jobs: Option<&[Uuid]>) -> Outcome<Vec<JobLine>> {
    let whose = (!administers(tx)).then_some(tx.standing.member);
    let rights = tx.rights();
    let seen = door::records().iter().copied().filter(|record| rights.sees(record)).map(|record| record.name);
    let records: Option<Vec<&str>> = tx.cx.scope.is_some().then(|| seen.collect());
    let is_kept = tx.cx.scope.as_ref().is_some_and(|scope| scope.records.is_some());
    let kinds: Option<Vec<&str>> = is_kept.then(|| OF_ONE_TYPE.to_vec());
    let rows = sqlx::query(
        "select j.id, to_char(j.at at time zone $3, 'YYYY-MM-DD HH24:MI') as at, coalesce(m.name, '') as member, j.kind, coalesce(j.record, '') as record,
                j.payload, j.state, j.done, j.refused, j.total, j.cancel, j.message,
                case when j.finished_at > now() - interval '7 days' then j.result ->> 'name' end as file
           from job j left join member m on m.tenant_id = j.tenant_id and m.id = j.member
          where j.tenant_id = $1 and ($2::uuid is null or j.member = $2) and ($4::uuid[] is null or j.id = any($4))
            and ($5::text[] is null or j.record = any($5)) and ($6::text[] is null or j.kind = any($6))
          order by j.id desc limit 100",
    )
    .bind(tx.tenant())
    .bind(whose)
    .bind(tx.company.time_zone.clone())
    .bind(jobs)
    .bind(records)
    .bind(kinds)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(line).collect()
}

fn line(row: &sqlx::postgres::PgRow) -> Outcome<JobLine> {
    let payload: Json = row.try_get("payload")?;
    Ok(JobLine {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        member: row.try_get("member")?,
        kind: row.try_get("kind")?,
        record: row.try_get("record")?,
        batch: payload.get("batch").and_then(|id| serde_json::from_value(id.clone()).ok()),
        verb: payload.get("verb").and_then(Json::as_str).unwrap_or_default().to_owned(),
        state: row.try_get("state")?,
        done: row.try_get("done")?,
        refused: row.try_get("refused")?,
        total: row.try_get("total")?,
        cancelling: row.try_get("cancel")?,
        message: row.try_get::<Option<Json>, _>("message")?.and_then(|json| serde_json::from_value(json).ok()),
        file: row.try_get("file")?,
    })
}

/// Whether colleagues share what comes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Everybodys,
    OnesOwn,
}

/// The job that was asked for the same before and is still under way. Of two that ask at once, the second finds what the first has
/// put.
pub(super) async fn under_way(tx: &mut TenantTx, kind: &str, payload: &Json, whose: Whose) -> Outcome<Option<Uuid>> {
    let tenant = tx.tenant();
    sqlx::query("select pg_advisory_xact_lock(hashtextextended(tid() || $1 || $2, 0))")
        .bind(kind)
        .bind(payload.to_string())
        .execute(tx.conn())
        .await?;
    let known = sqlx::query_scalar(
        "select id from job where tenant_id = $1 and kind = $2 and payload = $3 and ($4 or member = uid())
            and state in ('waiting', 'running') and not cancel
          limit 1",
    );
    let everybodys = whose == Whose::Everybodys;
    Ok(known.bind(tenant).bind(kind).bind(payload).bind(everybodys).fetch_optional(tx.conn()).await?)
}

/// Keeps what came of a job beside its rows, unless it was called off meanwhile. Answers with whether it is kept.
pub(super) async fn keep_result(tx: &mut TenantTx, job: Uuid, result: Json) -> Outcome<bool> {
    let tenant = tx.tenant();
    let kept = sqlx::query("update job set result = $3 where tenant_id = $1 and id = $2 and not cancel")
        .bind(tenant)
        .bind(job)
        .bind(result)
        .execute(tx.conn())
        .await?;
    Ok(kept.rows_affected() == 1)
}

/// Forgets what came of earlier jobs that were asked for the same. Answers with them.
pub(super) async fn forget_earlier(tx: &mut TenantTx, job: Uuid, whose: Whose) -> Outcome<Vec<Uuid>> {
    let tenant = tx.tenant();
    let earlier = sqlx::query_scalar(
        "update job e set result = null from job j
          where j.tenant_id = $1 and j.id = $2 and e.tenant_id = $1 and e.id <> j.id and e.kind = j.kind and e.payload = j.payload
            and ($3 or e.member = j.member) and e.result is not null
          returning e.id",
    );
    let everybodys = whose == Whose::Everybodys;
    Ok(earlier.bind(tenant).bind(job).bind(everybodys).fetch_all(tx.conn()).await?)
}

/// What came of a job that the reader may look at, with the type of record it worked on.
pub(super) async fn result(tx: &mut TenantTx, job: Uuid) -> Outcome<(String, Json)> {
    let line = one(tx, job).await?;
    let result: Option<Json> = sqlx::query_scalar("select result from job where tenant_id = $1 and id = $2")
        .bind(tx.tenant())
        .bind(job)
        .fetch_one(tx.conn())
        .await?;
    Ok((line.record, result.ok_or(Error::NotFound)?))
}

/// A place in a report: whether what was refused still comes, and the row.
fn place(text: &str) -> Option<(bool, i64)> {
    let (refused, seq) = text.split_once('.')?;
    Some((refused == "refused", seq.parse().ok()?))
}

/// One job with its report, what was refused first, from a place on.
pub async fn page(tx: &mut TenantTx, job: Uuid, after: &str) -> Outcome<JobPage> {
    let line = one(tx, job).await?;
    let rows = sqlx::query(
        "select record_id, seq, state, message
           from ((select * from job_row where tenant_id = $1 and job = $2 and state = 'refused'
                     and $4::boolean is distinct from false and seq > coalesce($5::bigint, 0)
                   order by seq limit $3)
                 union all
                 (select * from job_row where tenant_id = $1 and job = $2 and state = 'done'
                     and seq > case when $4::boolean then 0 else coalesce($5::bigint, 0) end
                   order by seq limit $3)) r
          order by (state = 'refused') desc, seq limit $3",
    )
    .bind(tx.tenant())
    .bind(job)
    .bind(ROWS + 1)
    .bind(place(after).map(|(refused, _)| refused))
    .bind(place(after).map(|(_, seq)| seq))
    .fetch_all(tx.conn())
    .await?;
    let (rows, more) = rows.split_at(rows.len().min(ROWS as usize));
    let later = match (rows.last(), more.is_empty()) {
        (Some(last), false) => {
            Some(format!("{}.{}", last.try_get::<&str, _>("state")?, last.try_get::<i64, _>("seq")?))
        }
        _ => None,
    };
    let rows = rows
        .iter()
        .map(|row| {
            let message: Option<Json> = row.try_get("message")?;
            let message = message.and_then(|json| serde_json::from_value::<Message>(json).ok());
            Ok(JobRow {
                record_id: row.try_get("record_id")?,
                title: String::new(),
                refused: row.try_get::<&str, _>("state")? == "refused",
                message,
            })
        })
        .collect::<Outcome<Vec<JobRow>>>()?;
    Ok(JobPage { line, rows: super::bulk::with_titles(tx, job, rows).await?, later })
}

/// A job that the reader may stop or go on with. A program that only reads does so with what only reads.
async fn steerable(tx: &mut TenantTx, job: Uuid) -> Outcome<JobLine> {
    let line = one(tx, job).await?;
    let reads = tx.cx.scope.as_ref().is_some_and(|scope| !scope.writes);
    let only_reads = matches!(line.kind.as_str(), "export" | "person");
    if reads && !only_reads { Err(Error::Denied) } else { Ok(line) }
}

/// Asks a job to stop. What it has done stays.
pub async fn cancel(tx: &mut TenantTx, job: Uuid) -> Outcome<()> {
    let line = steerable(tx, job).await?;
    sqlx::query(
        "update job set cancel = true, state = case when state = 'waiting' then 'cancelled' else state end
          where tenant_id = $1 and id = $2 and state in ('waiting', 'running')",
    )
    .bind(tx.tenant())
    .bind(line.id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Goes on with a job that failed or was cancelled, from where it stands.
pub async fn retry(tx: &mut TenantTx, job: Uuid) -> Outcome<()> {
    let line = steerable(tx, job).await?;
    let asked = narrowed(tx, line.id).await?;
    let again = sqlx::query(
        "update job set state = 'waiting', cancel = false, error = null, finished_at = null, asked = coalesce($3, asked)
          where tenant_id = $1 and id = $2 and state in ('failed', 'cancelled')",
    )
    .bind(tx.tenant())
    .bind(line.id)
    .bind(asked)
    .execute(tx.conn())
    .await?;
    if again.rows_affected() == 1 {
        sqlx::query("select queue.put($1, 0)").bind(job).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Who asked for a job, with no more rights than the program that goes on with it; nothing where somebody does so themselves.
async fn narrowed(tx: &mut TenantTx, job: Uuid) -> Outcome<Option<Json>> {
    let Some(own) = tx.cx.scope.clone() else { return Ok(None) };
    let asked: Json = sqlx::query_scalar("select asked from job where tenant_id = $1 and id = $2")
        .bind(tx.tenant())
        .bind(job)
        .fetch_one(tx.conn())
        .await?;
    let asked: Asked = serde_json::from_value(asked).map_err(anyhow::Error::from)?;
    let scope = asked.scope.as_ref().map_or_else(|| Scope::clone(&own), |scope| scope.and(&own));
    Ok(Some(serde_json::to_value(Asked { scope: Some(scope), ..asked }).map_err(anyhow::Error::from)?))
}
