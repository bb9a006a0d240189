//! What people ask for: to go through a file, to import it, to go on, to take it back.

use super::mappings::{remember, ways};
use super::{Batch, Pairs, may_change, one};
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::import::{Mapping, choices, read_factor, takes_factor};
use crate::platform::jobs;
use crate::platform::tenancy::TenantTx;
use crate::record::Record;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

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
pub struct Payload {
    pub batch: Uuid,
    pub verb: String,
}

/// Puts an import into the queue, for a job with this verb.
pub async fn put(tx: &mut TenantTx, record: &'static Record, batch: Uuid, verb: &str) -> Outcome<Uuid> {
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
    let known: HashSet<String> = choices(i18n, batch.record, rights).into_iter().map(|(target, _)| target).collect();
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
