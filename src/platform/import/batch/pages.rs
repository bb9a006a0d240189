//! What the pages of imports show.

use super::{Batch, find, json, may_change, one};
use crate::platform::audit;
use crate::platform::door::{Error, Outcome};
use crate::platform::import::{MOST_FAULTS, Mapping, choices, takes_factor, words};
use crate::platform::page::seen;
use crate::platform::tenancy::TenantTx;
use crate::record::Record;
use crate::record::import::{BadRow, Column, Example, ImportPage};
use sqlx::Row as _;
use uuid::Uuid;

/// Faults shown at once.
const SHOWN: i64 = 200;

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
        choices: choices(tx.cx.i18n, record, &tx.standing.rights),
        words: words::shown(tx.cx.i18n, record, &tx.standing.rights),
        past: past.iter().map(Batch::past).collect(),
        ..ImportPage::default()
    })
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
    let choices = choices(tx.cx.i18n, batch.record, &tx.standing.rights);
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
