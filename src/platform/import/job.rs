//! The work behind imports: a file is gone through to be rehearsed or imported, or what was made of it is taken back.

use super::batch::{Batch, Payload, find, mapping_for, ways};
use super::chunk::{EXAMPLES, Importer, Made, Step};
use super::spool::Spool;
use super::{Bad, Mapping, Plan, STEP, next_documents, read, undo};
use crate::platform::door::{Error, Outcome};
use crate::platform::jobs::{End, Run, Work};
use crate::platform::tenancy::TenantTx;
use crate::record::import::Example;
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use sqlx::Row as _;
use uuid::Uuid;

/// The work behind imports: rehearsing, importing, undoing.
pub struct Import;

#[async_trait]
impl Work for Import {
    async fn run(&self, run: &Run) -> Outcome<End> {
        let payload: Payload = serde_json::from_value(run.payload.clone()).map_err(anyhow::Error::from)?;
        let mut tx = run.db.begin(&run.cx).await?;
        let batch = find(&mut tx, None, Some(payload.batch), 1).await?.pop().filter(|b| b.job == Some(run.job));
        tx.commit().await?;
        let Some(batch) = batch else { return Ok(End::Cancelled) };
        match batch.state.as_str() {
            "rehearsing" | "importing" => go_through(run, batch).await,
            "undoing" => undo::run(run, &batch).await,
            _ => Ok(End::Done),
        }
    }
}

async fn go_through(run: &Run, mut batch: Batch) -> Outcome<End> {
    let Some(key) = &batch.storage else { return Err(Error::NotFound) };
    let file = run.files.to_file(key).await?;
    // It takes a while until a million rows are read.
    let size = file.metadata().map_err(anyhow::Error::from)?.len();
    run.hold((size / (512 * 1024)) as i32).await?;
    if batch.mapping.is_none() {
        let again = file.try_clone().map_err(anyhow::Error::from)?;
        if let Ok(header) = super::header(again).await? {
            batch.mapping = Some(settle_mapping(run, &batch, &header).await?);
        }
    }
    let plan = batch.plan();
    let kept_from = {
        let tx = run.db.begin(&run.cx).await?;
        plan.check(&tx)?
    };
    let spool = match kept_from {
        Some(bad) => Spool::closed(bad).map_err(anyhow::Error::from)?,
        None => read(&plan, file).await?,
    };
    if batch.rows.is_none() && !note_file(run, &batch, &spool).await? {
        return Ok(End::Paused);
    }
    if spool.end.is_some() {
        let state = if batch.state == "importing" { "failed" } else { "rehearsed" };
        return end(run, &batch, state).await;
    }
    match (batch.state.as_str(), batch.skip) {
        ("importing", false) => whole(run, &batch, plan, spool).await,
        _ => by_steps(run, &batch, plan, spool).await,
    }
}

/// Writes down where the columns of a file go, as far as nobody has said so.
async fn settle_mapping(run: &Run, batch: &Batch, header: &[String]) -> Outcome<Vec<Mapping>> {
    let mut tx = run.db.begin(&run.cx).await?;
    let mapping = mapping_for(&mut tx, batch.record, header).await?;
    sqlx::query("update import_batch set mapping = $3 where tenant_id = $1 and id = $2")
        .bind(run.cx.tenant)
        .bind(batch.id)
        .bind(ways(&mapping))
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(mapping)
}

/// Writes down what is known of a file once it has been read, before anything is made of it.
async fn note_file(run: &Run, batch: &Batch, spool: &Spool) -> Outcome<bool> {
    run.hold((spool.unreadable.len() / 2000) as i32).await?;
    let mut tx = run.db.begin(&run.cx).await?;
    let done = sqlx::query(
        "update import_batch set rows = $4, faults = $5, skipped = $6, fatal = $7
          where tenant_id = $1 and id = $2 and job = $3 and rows is null",
    )
    .bind(run.cx.tenant)
    .bind(batch.id)
    .bind(run.job)
    .bind(spool.rows() as i64)
    .bind((spool.unreadable.len() + usize::from(spool.end.is_some())) as i64)
    .bind(spool.unreadable.len() as i64)
    .bind(spool.end.is_some())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let (mut faults, mut first) = (spool.faults(), 0);
    loop {
        let some: Vec<Bad> = faults.by_ref().take(STEP).collect();
        if some.is_empty() {
            break;
        }
        note_faults(&mut tx, batch.id, first, &some).await?;
        first += some.len() as i64;
    }
    // Before the rows that steps leave out, which count from 0.
    for (seq, lines) in (1..).zip(spool.unreadable.chunks(STEP)) {
        note_left_out(&mut tx, batch.id, -seq, lines).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Goes through a file step by step. A rehearsal takes each step back; otherwise a step is there once it is done.
async fn by_steps(run: &Run, batch: &Batch, plan: Plan, mut spool: Spool) -> Outcome<End> {
    let (rows, keeps) = (spool.rows() as i64, batch.state == "importing");
    let mut done = batch.done;
    // What of the rows that are behind us was left out.
    let mut refused = batch.rows.map_or(0, |_| batch.skipped - spool.unreadable.len() as i64);
    spool.skip_to(done as u64);
    let mut examples = batch.examples.clone();
    let mut importer = Importer::new(plan);
    loop {
        if run.stopping() {
            return Ok(End::Paused);
        }
        let (told, rest) = next_documents(spool).await?;
        spool = rest;
        if told.is_empty() {
            return end(run, batch, if keeps { "done" } else { "rehearsed" }).await;
        }
        let mut tx = run.db.begin(&run.cx).await?;
        let step = importer.step(&mut tx, told).await?;
        if !keeps {
            drop(tx);
            tx = run.db.begin(&run.cx).await?;
        }
        show(&mut examples, &step.made);
        // Another worker may have come this far, should this one have been slow.
        if !note_step(&mut tx, run, batch, done, &step, &examples).await? {
            return Ok(End::Paused);
        }
        done += step.rows as i64;
        refused += step.left_out.len() as i64;
        if !run.stands(&mut tx, done - refused, refused, rows).await? {
            return Ok(End::Cancelled);
        }
        tx.commit().await?;
    }
}

/// Imports a file in one transaction, or leaves nothing behind.
async fn whole(run: &Run, batch: &Batch, plan: Plan, mut spool: Spool) -> Outcome<End> {
    let rows = spool.rows() as i64;
    let (mut done, mut made, mut changed, mut examples) = (0, 0, 0, Vec::new());
    let mut importer = Importer::new(plan);
    let mut tx = long(run).await?;
    loop {
        if run.stopping() {
            return Ok(End::Paused);
        }
        let (told, rest) = next_documents(spool).await?;
        spool = rest;
        if told.is_empty() {
            break;
        }
        let step = importer.step(&mut tx, told).await?;
        if !step.bad.is_empty() {
            drop(tx);
            return fail(run, batch, &step).await;
        }
        // The batch itself stays unlocked, so that somebody can stop it.
        note_made(&mut tx, batch.id, made, &step.made).await?;
        done += step.rows as i64;
        made += step.made.len() as i64;
        changed += step.changed();
        show(&mut examples, &step.made);
        if !tell_progress(run, done, rows).await? {
            return Ok(End::Cancelled);
        }
    }
    run.hold((rows / 2000) as i32).await?;
    settle(&mut tx, run, batch, "done").await?;
    sqlx::query(
        "update import_batch set done = $3, created = $4, changed = $5, examples = $6 where tenant_id = $1 and id = $2",
    )
    .bind(run.cx.tenant)
    .bind(batch.id)
    .bind(done)
    .bind(made - changed)
    .bind(changed)
    .bind(json!(examples))
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(End::Done)
}

/// A transaction that may take longer than others.
pub(super) async fn long(run: &Run) -> Outcome<TenantTx> {
    let mut tx = run.db.begin(&run.cx).await?;
    sqlx::query("select set_config('statement_timeout', '10min', true), set_config('lock_timeout', '30s', true)")
        .execute(tx.conn())
        .await?;
    Ok(tx)
}

/// Tells how far a long transaction is, outside of it. `false` when somebody stopped the job.
pub(super) async fn tell_progress(run: &Run, done: i64, total: i64) -> Outcome<bool> {
    let mut tx = run.db.begin(&run.cx).await?;
    let going = run.stands(&mut tx, done, 0, total).await?;
    if going {
        tx.commit().await?;
    }
    Ok(going)
}

/// Ends an import of all or nothing of which something is bad: nothing was written.
async fn fail(run: &Run, batch: &Batch, step: &Step) -> Outcome<End> {
    let mut tx = run.db.begin(&run.cx).await?;
    let faults = step.bad.len() as i64;
    sqlx::query("update import_batch set faults = $4 where tenant_id = $1 and id = $2 and job = $3")
        .bind(run.cx.tenant)
        .bind(batch.id)
        .bind(run.job)
        .bind(faults)
        .execute(tx.conn())
        .await?;
    note_faults(&mut tx, batch.id, 0, &step.bad).await?;
    settle(&mut tx, run, batch, "failed").await?;
    tx.commit().await?;
    Ok(End::Done)
}

async fn end(run: &Run, batch: &Batch, state: &str) -> Outcome<End> {
    let mut tx = run.db.begin(&run.cx).await?;
    settle(&mut tx, run, batch, state).await?;
    tx.commit().await?;
    Ok(End::Done)
}

/// Writes down what came of what the batch was asked for. Fails where another worker has done so, that nothing is done twice.
pub(super) async fn settle(tx: &mut TenantTx, run: &Run, batch: &Batch, state: &str) -> Outcome<()> {
    let done =
        sqlx::query("update import_batch set state = $4 where tenant_id = $1 and id = $2 and job = $3 and state = $5")
            .bind(run.cx.tenant)
            .bind(batch.id)
            .bind(run.job)
            .bind(state)
            .bind(&batch.state)
            .execute(tx.conn())
            .await?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    Err(Error::Other(anyhow::anyhow!("another worker has settled the import {}", batch.id)))
}

/// Writes down what came of a step that began behind so many rows. `false` when it is written down already.
async fn note_step(
    tx: &mut TenantTx,
    run: &Run,
    batch: &Batch,
    done: i64,
    step: &Step,
    examples: &[Example],
) -> Outcome<bool> {
    let changed = step.changed();
    let row = sqlx::query(
        "update import_batch
            set done = done + $5, created = created + $6, changed = changed + $7, faults = faults + $8, skipped = skipped + $9,
                examples = $10
          where tenant_id = $1 and id = $2 and job = $3 and done = $4 and state = $11
         returning faults - $8 as faults, created + changed - $6 - $7 as made",
    )
    .bind(run.cx.tenant)
    .bind(batch.id)
    .bind(run.job)
    .bind(done)
    .bind(step.rows as i64)
    .bind(step.made.len() as i64 - changed)
    .bind(changed)
    .bind(step.bad.len() as i64)
    .bind(step.left_out.len() as i64)
    .bind(json!(examples))
    .bind(&batch.state)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(false) };
    note_faults(tx, batch.id, row.try_get("faults")?, &step.bad).await?;
    note_left_out(tx, batch.id, done, &step.left_out).await?;
    if batch.state == "importing" {
        note_made(tx, batch.id, row.try_get("made")?, &step.made).await?;
    }
    Ok(true)
}

/// Adds what a step made to what is shown: the first documents of all, and the first of those that change.
pub(super) fn show(examples: &mut Vec<Example>, made: &[Made]) {
    for made in made {
        let changed = made.before.is_some();
        if examples.len() < EXAMPLES || (changed && examples.iter().filter(|e| e.changed).count() < EXAMPLES) {
            examples.push(Example {
                line: made.line as i64,
                title: made.title.clone(),
                lines: made.lines,
                changed,
                changes: made.changes.clone(),
            });
        }
    }
}

/// Keeps the faults of a step, behind so many others.
async fn note_faults(tx: &mut TenantTx, batch: Uuid, first: i64, faults: &[Bad]) -> Outcome<()> {
    if faults.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into import_fault (batch, seq, line, col, text, reason)
         select $1, $2 + n - 1, line, col, text, reason
           from unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[]) with ordinality as u (line, col, text, reason, n)",
    )
    .bind(batch)
    .bind(first)
    .bind(faults.iter().map(|bad| bad.line as i64).collect::<Vec<_>>())
    .bind(faults.iter().map(|bad| bad.column.as_str()).collect::<Vec<_>>())
    .bind(faults.iter().map(|bad| bad.text.as_str()).collect::<Vec<_>>())
    .bind(faults.iter().map(|bad| json!(bad.reason)).collect::<Vec<Json>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn note_left_out(tx: &mut TenantTx, batch: Uuid, seq: i64, lines: &[u64]) -> Outcome<()> {
    if lines.is_empty() {
        return Ok(());
    }
    sqlx::query("insert into import_skipped (batch, seq, lines) values ($1, $2, $3)")
        .bind(batch)
        .bind(seq)
        .bind(lines.iter().map(|line| *line as i64).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes what a step has made, after so many documents before it, so that it can be undone.
pub(super) async fn note_made(tx: &mut TenantTx, batch: Uuid, first: i64, made: &[Made]) -> Outcome<()> {
    sqlx::query(
        "insert into import_row (batch, seq, record_id, version, before)
         select $1, $2 + n, id, version, before
           from unnest($3::uuid[], $4::int[], $5::jsonb[]) with ordinality as u (id, version, before, n)",
    )
    .bind(batch)
    .bind(first)
    .bind(made.iter().map(|made| made.id).collect::<Vec<_>>())
    .bind(made.iter().map(|made| made.version).collect::<Vec<_>>())
    .bind(made.iter().map(|made| made.before.as_ref().map(undo::written)).collect::<Vec<Option<Json>>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}
