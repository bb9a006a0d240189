//! A file that somebody brought: where it is kept, what was found in it, what was made of it, what can be done with it.

use super::{MOST_FAULTS, Mapping, Plan, Report, labels, plain, read_factor, suggest, takes_factor, words};
use crate::platform::audit;
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::files::content::clean_name;
use crate::platform::files::{self, Store};
use crate::platform::jobs;
use crate::platform::page::seen;
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::Record;
use crate::record::import::{BadRow, Column, Example, ImportPage, Past};
use crate::record::page::Message;
use axum::body::Bytes;
use futures_util::stream::BoxStream;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Bytes of one file: a million rows with some room.
pub const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Faults shown at once.
const SHOWN: i64 = 200;

/// Days for which a file is kept.
const KEPT: i32 = 30;

// ------------------------------------------------------------------ rows

/// Targets and texts, or columns and their ways.
type Pairs = Vec<(String, String)>;

/// An import as its row says.
pub struct Batch {
    pub id: Uuid,
    pub record: &'static Record,
    pub state: String,
    pub(super) name: String,
    pub(super) at: String,
    pub(super) member: String,
    pub(super) storage: Option<String>,
    pub(super) job: Option<Uuid>,
    pub(super) mapping: Option<Vec<Mapping>>,
    pub(super) fixed: Pairs,
    pub(super) skip: bool,
    /// Whether rows may change records that exist.
    pub(super) changes: bool,
    pub(super) rows: Option<i64>,
    pub(super) done: i64,
    pub(super) created: i64,
    pub(super) changed: i64,
    pub(super) faults: i64,
    pub(super) skipped: i64,
    pub(super) fatal: bool,
    pub(super) examples: Vec<Example>,
    pub(super) problems: Vec<Message>,
    /// State of its last job and, while that is under way, rows gone through and all there are.
    pub(super) job_state: Option<String>,
    pub(super) progress: (i64, Option<i64>),
}

fn json<T: for<'de> Deserialize<'de>>(row: &PgRow, column: &str) -> Outcome<T> {
    let found: Option<Json> = row.try_get(column)?;
    Ok(serde_json::from_value(found.unwrap_or_default()).map_err(anyhow::Error::from)?)
}

impl Batch {
    fn read(tx: &TenantTx, row: &PgRow) -> Outcome<Batch> {
        let mapping: Option<Pairs> = json(row, "mapping")?;
        Ok(Batch {
            id: row.try_get("id")?,
            record: tx.described(door::record(row.try_get("record")?).ok_or(Error::NotFound)?),
            state: row.try_get("state")?,
            name: row.try_get("name")?,
            at: row.try_get("local_at")?,
            member: row.try_get("member_name")?,
            storage: row.try_get("storage")?,
            job: row.try_get("job")?,
            mapping: mapping.map(|all| all.iter().map(|(column, way)| Mapping::on_way(column, way)).collect()),
            fixed: json(row, "fixed")?,
            skip: row.try_get("skip")?,
            changes: row.try_get("changes")?,
            rows: row.try_get("rows")?,
            done: row.try_get("done")?,
            created: row.try_get("created")?,
            changed: row.try_get("changed")?,
            faults: row.try_get("faults")?,
            skipped: row.try_get("skipped")?,
            fatal: row.try_get("fatal")?,
            examples: json(row, "examples")?,
            problems: json(row, "problems")?,
            job_state: row.try_get("job_state")?,
            progress: (row.try_get("job_done")?, row.try_get("job_total")?),
        })
    }

    fn is_running(&self) -> bool {
        matches!(self.job_state.as_deref(), Some("waiting" | "running"))
    }

    /// Where it stands for people: of what was begun and stopped, what is left of it.
    fn shown_state(&self) -> &str {
        match (self.state.as_str(), self.job_state.as_deref()) {
            (state, Some("waiting" | "running")) => state,
            ("rehearsing", _) => "uploaded",
            ("importing", Some("failed")) => "failed",
            ("importing", _) => "cancelled",
            ("undoing", _) => "done",
            (state, _) => state,
        }
    }

    fn made(&self) -> i64 {
        self.created + self.changed
    }

    /// What somebody can do with it now.
    fn verbs(&self, tx: &TenantTx) -> Vec<String> {
        let rights = &tx.standing.rights;
        let mut verbs = Vec::new();
        if self.is_running() {
            verbs.push("cancel");
            return verbs.into_iter().map(str::to_owned).collect();
        }
        let state = self.shown_state();
        let has_file = self.storage.is_some() && rights.creates(self.record);
        let left_half = self.state == "importing" && self.made() > 0;
        if has_file && !left_half && !matches!(state, "arriving" | "done") {
            verbs.push("check");
        }
        if has_file && state == "rehearsed" && !self.fatal {
            let any_good = self.made() > 0;
            verbs.extend((any_good && self.faults == 0).then_some("import"));
            verbs.extend((any_good && self.faults > 0).then_some("skip"));
        }
        verbs.extend((has_file && left_half).then_some("continue"));
        let may_undo =
            (self.created == 0 || rights.deletes(self.record)) && (self.changed == 0 || rights.changes(self.record));
        verbs.extend((self.made() > 0 && may_undo && (state == "done" || left_half)).then_some("undo"));
        verbs.into_iter().map(str::to_owned).collect()
    }

    /// Sentences about where it stands.
    fn notices(&self) -> Vec<(String, Message)> {
        let number = |count: i64| Decimal::from(count);
        let mut notices = Vec::new();
        let mut say = |class: &str, message: Message| notices.push((class.to_owned(), message));
        let with_counts =
            |id: &str| Message::new(id).with("created", number(self.created)).with("changed", number(self.changed));
        match self.shown_state() {
            _ if self.is_running() => {}
            "rehearsed" if self.faults == 0 => {
                let rows = number(self.rows.unwrap_or_default());
                say("good", with_counts("import-good").with("rows", rows));
            }
            "rehearsed" => {
                say("bad", Message::new("import-bad").with("count", number(self.faults)));
                if !self.fatal && self.made() > 0 {
                    let skipped = number(self.skipped);
                    say("warn", with_counts("import-could-skip").with("skipped", skipped));
                }
            }
            "done" => {
                say("good", with_counts("import-done"));
                if self.skipped > 0 {
                    say("warn", Message::new("import-skipped").with("skipped", number(self.skipped)));
                }
            }
            "failed" if self.faults > 0 => say("bad", Message::new("import-failed")),
            "failed" if self.made() == 0 => say("bad", Message::new("import-broke")),
            "cancelled" if self.made() == 0 => say("warn", Message::new("import-stopped")),
            "failed" | "cancelled" => say("warn", with_counts("import-stopped-half")),
            "undone" => say("good", Message::new("import-undone")),
            _ => {}
        }
        for problem in &self.problems {
            say("bad", problem.clone());
        }
        notices
    }

    fn past(&self) -> Past {
        Past {
            id: self.id,
            at: self.at.clone(),
            member: self.member.clone(),
            name: self.name.clone(),
            state: self.shown_state().to_owned(),
        }
    }

    pub(super) fn plan(&self) -> Plan {
        let mapping = self.mapping.clone().unwrap_or_default();
        Plan { record: self.record, mapping, fixed: self.fixed.clone(), changes: self.changes }
    }
}

/// Batches that the reader may look at: one's own, and for administrators everybody's. Latest first.
pub(super) async fn find(
    tx: &mut TenantTx,
    record: Option<&'static Record>,
    id: Option<Uuid>,
    limit: i64,
) -> Outcome<Vec<Batch>> {
    let whose = (!jobs::administers(tx)).then_some(tx.standing.member);
    let rows = sqlx::query(
        "select b.*, to_char(b.at at time zone $5, 'YYYY-MM-DD HH24:MI') as local_at, m.name as member_name,
                j.state as job_state, coalesce(j.done + j.refused, 0) as job_done, j.total as job_total
           from import_batch b join member m on m.tenant_id = b.tenant_id and m.id = b.member
           left join job j on j.tenant_id = b.tenant_id and j.id = b.job
          where b.tenant_id = $1 and ($2::uuid is null or b.id = $2) and ($3::text is null or b.record = $3)
            and ($4::uuid is null or b.member = $4) and b.state <> 'arriving'
          order by b.id desc limit $6",
    )
    .bind(tx.tenant())
    .bind(id)
    .bind(record.map(|record| record.name))
    .bind(whose)
    .bind(tx.company.time_zone.clone())
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Batch::read(tx, row)).collect()
}

/// One that the reader may look at.
pub(super) async fn one(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Batch> {
    tx.plan.has("import")?;
    if !tx.standing.rights.sees(record) {
        return Err(tx.missing(id));
    }
    let found = find(tx, Some(record), Some(id), 1).await?.pop();
    found.ok_or_else(|| tx.missing(id))
}

// ------------------------------------------------------------------ pages

/// The page that takes a new file, with what was imported before.
pub async fn start(tx: &mut TenantTx, record: &'static Record) -> Outcome<ImportPage> {
    tx.plan.has("import")?;
    if !tx.standing.rights.creates(record) {
        return Err(tx.standing.rights.denial(record));
    }
    let (record, past) = (tx.described(record), find(tx, Some(record), None, 20).await?);
    Ok(ImportPage {
        record: record.name.to_owned(),
        changes: may_change(tx, record).then_some(false),
        choices: super::choices(tx.cx.i18n, record, &tx.standing.rights),
        words: words::shown(tx.cx.i18n, record, &tx.standing.rights),
        past: past.iter().map(Batch::past).collect(),
        ..ImportPage::default()
    })
}

/// Whether a file may change records of a type, as far as the reader is concerned.
fn may_change(tx: &TenantTx, record: &Record) -> bool {
    record.key().is_some() && tx.standing.rights.changes(record)
}

/// Where an import stands.
pub async fn page(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<ImportPage> {
    let mut batch = one(tx, record, id).await?;
    let examples = examples(tx, &mut batch).await?;
    let rows = sqlx::query(
        "select line, col, text, reason from import_fault
          where tenant_id = $1 and batch = $2 and seq < $4 order by line, seq limit $3",
    )
    .bind(tx.tenant())
    .bind(id)
    .bind(SHOWN)
    // A million would have to be sorted each time that somebody looks.
    .bind(MOST_FAULTS as i64)
    .fetch_all(tx.conn())
    .await?;
    let bad = rows.iter().map(|row| {
        let (line, column, text) = (row.try_get("line")?, row.try_get("col")?, row.try_get("text")?);
        Ok(BadRow { line, column, text, reason: json(row, "reason")? })
    });
    let bad = bad.collect::<Outcome<Vec<BadRow>>>()?;
    let has_file = batch.storage.is_some() && !batch.is_running();
    let choices = super::choices(tx.cx.i18n, batch.record, &tx.standing.rights);
    let figures = choices.iter().map(|(target, _)| target).filter(|target| takes_factor(batch.record, target));
    let column = |mapping: Mapping| Column {
        name: mapping.column,
        target: mapping.target,
        factor: mapping.factor.map(|factor| factor.to_string()).unwrap_or_default(),
    };
    Ok(ImportPage {
        record: record.name.to_owned(),
        running: batch.is_running().then_some((batch.progress.0, batch.progress.1.unwrap_or(0))),
        notices: batch.notices(),
        more_bad: batch.faults - bad.len() as i64,
        has_rest: batch.skipped > 0 && has_file,
        has_faults: batch.faults > bad.len() as i64 && has_file,
        bad,
        verbs: batch.verbs(tx),
        changes: may_change(tx, batch.record).then_some(batch.changes),
        figures: figures.cloned().collect(),
        choices,
        words: Vec::new(),
        batch: Some(batch.past()),
        columns: batch.mapping.into_iter().flatten().map(column).collect(),
        fixed: batch.fixed,
        examples,
        company_currency: tx.company.currency.clone(),
        custom: tx.custom.of(batch.record),
        past: Vec::new(),
    })
}

/// How much there is in a file, and what came of it, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that can be read, once the file has been gone through.
    pub rows: Option<i64>,
    pub created: i64,
    pub changed: i64,
    pub faults: i64,
    /// Rows left out.
    pub skipped: i64,
}

/// Where an import stands whose type of record is not said, and its figures.
pub async fn look(tx: &mut TenantTx, id: Uuid) -> Outcome<(&'static Record, ImportPage, Counts)> {
    let batch = find(tx, None, Some(id), 1).await?.pop().ok_or(Error::NotFound)?;
    let Batch { record, rows, created, changed, faults, skipped, .. } = batch;
    Ok((record, page(tx, record, id).await?, Counts { rows, created, changed, faults, skipped }))
}

/// The documents that are shown, with as much of what changes as the reader sees. They may see less than who brought the file,
/// and less than they did themselves.
async fn examples(tx: &mut TenantTx, batch: &mut Batch) -> Outcome<Vec<Example>> {
    let (record, rights) = (batch.record, tx.rights());
    let mut examples = std::mem::take(&mut batch.examples);
    for example in &mut examples {
        example.changes.fields.retain(|(name, ..)| seen(&rights, record, name));
    }
    let changes = examples.iter_mut().map(|example| (record, &mut example.changes.fields));
    audit::name_links(tx, changes.collect()).await?;
    Ok(examples)
}

// ------------------------------------------------------------------ files

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
pub(super) async fn begin(tx: &mut TenantTx, plan: &Plan, id: Uuid, name: &str) -> Outcome<()> {
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
pub(super) async fn finish(tx: &mut TenantTx, id: Uuid, report: &Report) -> Outcome<()> {
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

// ------------------------------------------------------------------ what people ask for

/// What somebody asks of an import.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `check`, `import`, `skip`, `cancel`, `continue` or `undo`.
    pub verb: String,
    /// Targets in the order of the columns, where a form named them.
    pub targets: Option<Vec<String>>,
    /// What somebody wrote to multiply a column by, by its place, where a form asked.
    pub factors: BTreeMap<usize, String>,
    /// The same text for every row, by target, where a form named any.
    pub fixed: Option<Pairs>,
    /// Whether rows may change records that exist, where a form said so.
    pub changes: Option<bool>,
}

/// What the job of an import is told.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) batch: Uuid,
    pub(super) verb: String,
}

async fn put(tx: &mut TenantTx, record: &'static Record, batch: Uuid, verb: &str) -> Outcome<Uuid> {
    let payload = Payload { batch, verb: verb.to_owned() };
    let (id, payload) = (Uuid::now_v7(), serde_json::to_value(payload).map_err(anyhow::Error::from)?);
    jobs::put(tx, id, "import", record.name, payload).await
}

/// Does what is asked, or puts it into the queue.
pub async fn ask(tx: &mut TenantTx, record: &'static Record, id: Uuid, asked: &Asked) -> Outcome<()> {
    sqlx::query("select from import_batch where tenant_id = $1 and id = $2 for no key update")
        .bind(tx.tenant())
        .bind(id)
        .execute(tx.conn())
        .await?;
    let batch = one(tx, record, id).await?;
    if !batch.verbs(tx).contains(&asked.verb) {
        return Err(Refusal::new("refuse-import-moved").into());
    }
    let job = batch.job.unwrap_or_default();
    match asked.verb.as_str() {
        "cancel" => jobs::cancel(tx, job).await,
        "continue" => jobs::retry(tx, job).await,
        "undo" => {
            let job = put(tx, record, id, "undo").await?;
            set_out(tx, &batch, "undoing", job).await
        }
        verb => {
            let (mapping, fixed) = chosen(tx, &batch, asked)?;
            let changes = asked.changes.unwrap_or(batch.changes) && may_change(tx, record);
            let same = mapping == batch.mapping && fixed == batch.fixed && changes == batch.changes;
            if let Some(mapping) = &mapping {
                remember(tx, record, mapping).await?;
            }
            if verb != "check" && same {
                return begin_import(tx, &batch, verb == "skip").await;
            }
            // What was rehearsed went other ways: it is rehearsed anew.
            rehearse(tx, &batch, mapping, fixed, changes).await
        }
    }
}

/// The mapping and the fixed texts of a form, or those that are there. Refuses, beside their boxes, factors that are none.
fn chosen(tx: &TenantTx, batch: &Batch, asked: &Asked) -> Outcome<(Option<Vec<Mapping>>, Pairs)> {
    let (i18n, rights) = (tx.cx.i18n, &tx.standing.rights);
    let known: HashSet<String> =
        super::choices(i18n, batch.record, rights).into_iter().map(|(target, _)| target).collect();
    let targets = asked.targets.as_deref().unwrap_or_default();
    let mut refusals = Vec::new();
    let mut way = |(at, now): (usize, &Mapping)| {
        let target = targets.get(at).filter(|t| t.is_empty() || known.contains(*t)).unwrap_or(&now.target).clone();
        let factor = match asked.factors.get(&at) {
            _ if !takes_factor(batch.record, &target) => None,
            None => now.factor.filter(|_| target == now.target),
            Some(text) => match read_factor(text) {
                Ok(factor) => factor,
                Err(refusal) => {
                    refusals.push(refusal.at(format!("by.{at}")));
                    None
                }
            },
        };
        Mapping { column: now.column.clone(), target, factor }
    };
    let mapping: Option<Vec<Mapping>> =
        batch.mapping.as_ref().map(|mapping| mapping.iter().enumerate().map(&mut way).collect());
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let fixed = asked.fixed.as_ref().map(|fixed| {
        let kept = fixed
            .iter()
            .filter(|(target, text)| known.contains(target) && target != "parent" && !text.trim().is_empty());
        kept.map(|(target, text)| (target.clone(), text.trim().to_owned())).collect()
    });
    Ok((mapping, fixed.unwrap_or_else(|| batch.fixed.clone())))
}

async fn set_out(tx: &mut TenantTx, batch: &Batch, state: &str, job: Uuid) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("update import_batch set state = $3, job = $4, problems = '[]' where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(batch.id)
        .bind(state)
        .bind(job)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Forgets what was found in a file, so that it can be gone through again. What it has made is undone or never was.
async fn forget_findings(tx: &mut TenantTx, batch: &Batch) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "with f as (delete from import_fault where tenant_id = $1 and batch = $2),
              s as (delete from import_skipped where tenant_id = $1 and batch = $2),
              r as (delete from import_row where tenant_id = $1 and batch = $2)
         update import_batch set rows = null, done = 0, created = 0, changed = 0, faults = 0, skipped = 0, fatal = false,
                examples = '[]'
          where tenant_id = $1 and id = $2",
    )
    .bind(tenant)
    .bind(batch.id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn rehearse(
    tx: &mut TenantTx,
    batch: &Batch,
    mapping: Option<Vec<Mapping>>,
    fixed: Pairs,
    changes: bool,
) -> Outcome<()> {
    forget_findings(tx, batch).await?;
    let job = put(tx, batch.record, batch.id, "rehearse").await?;
    set_out(tx, batch, "rehearsing", job).await?;
    let tenant = tx.tenant();
    sqlx::query("update import_batch set mapping = $3, fixed = $4, changes = $5 where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(batch.id)
        .bind(mapping.map(|mapping| ways(&mapping)))
        .bind(json!(fixed))
        .bind(changes)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn begin_import(tx: &mut TenantTx, batch: &Batch, skip: bool) -> Outcome<()> {
    forget_findings(tx, batch).await?;
    let job = put(tx, batch.record, batch.id, "import").await?;
    set_out(tx, batch, "importing", job).await?;
    let tenant = tx.tenant();
    sqlx::query("update import_batch set skip = $3 where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(batch.id)
        .bind(skip)
        .execute(tx.conn())
        .await?;
    Ok(())
}

// ------------------------------------------------------------------ mappings

/// A mapping as its batch keeps it: `[[column, way]]`.
pub(super) fn ways(mapping: &[Mapping]) -> Json {
    json!(mapping.iter().map(|one| (&one.column, one.way())).collect::<Vec<_>>())
}

/// Keeps where somebody sends columns of these names.
async fn remember(tx: &mut TenantTx, record: &'static Record, mapping: &[Mapping]) -> Outcome<()> {
    // The last of columns with one name counts; one statement cannot write a row twice.
    let by_name: HashMap<String, String> =
        mapping.iter().map(|one| (plain(&one.column), one.way())).filter(|(name, _)| !name.is_empty()).collect();
    let (names, ways): (Vec<String>, Vec<String>) = by_name.into_iter().unzip();
    sqlx::query(
        "insert into import_mapping (record, col, target) select $1, c, t from unnest($2::text[], $3::text[]) as u (c, t)
         on conflict (tenant_id, member, record, col) do update set target = excluded.target",
    )
    .bind(record.name)
    .bind(names)
    .bind(ways)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Where columns go unless somebody says otherwise: where the same member last sent them, else where their names point.
pub(super) async fn mapping_for(
    tx: &mut TenantTx,
    record: &'static Record,
    header: &[String],
) -> Outcome<Vec<Mapping>> {
    let names: Vec<String> = header.iter().map(|column| plain(column)).collect();
    let kept: Pairs = sqlx::query_as(
        "select col, target from import_mapping where tenant_id = $1 and member = $2 and record = $3 and col = any($4)",
    )
    .bind(tx.tenant())
    .bind(tx.standing.member)
    .bind(record.name)
    .bind(&names)
    .fetch_all(tx.conn())
    .await?;
    let may: HashSet<String> = super::choices(tx.cx.i18n, tx.described(record), &tx.standing.rights)
        .into_iter()
        .map(|(target, _)| target)
        .collect();
    let known: Vec<_> = labels(tx.described(record)).into_iter().filter(|(target, _)| may.contains(target)).collect();
    let mut kept: HashMap<String, Mapping> = kept
        .into_iter()
        .map(|(name, way)| {
            let mapping = Mapping::on_way(&name, &way);
            (name, mapping)
        })
        .collect();
    kept.retain(|_, Mapping { target, .. }| target.is_empty() || known.iter().any(|(name, _)| name == target));
    let mut taken: HashSet<String> = kept.values().map(|mapping| mapping.target.clone()).collect();
    let free: Vec<_> = known.into_iter().filter(|(target, _)| !taken.contains(target)).collect();
    let unknown: Vec<String> =
        header.iter().zip(&names).filter(|(_, name)| !kept.contains_key(*name)).map(|(c, _)| c.clone()).collect();
    let mut suggested = suggest(&unknown, &free).into_iter();
    taken.clear();
    let way = |(column, name): (&String, &String)| {
        let (target, factor) = match kept.get(name) {
            // Of columns with one name, only the first.
            Some(Mapping { target, factor, .. }) if target.is_empty() || taken.insert(target.clone()) => {
                (target.clone(), *factor)
            }
            Some(_) => (String::new(), None),
            None => (suggested.next().map(|mapping| mapping.target).unwrap_or_default(), None),
        };
        Mapping { column: column.clone(), target, factor }
    };
    Ok(header.iter().zip(&names).map(way).collect())
}
