//! The import that whoever keeps the server types: a file that lies there, as one user of one company, at once and all or
//! nothing.
//!
//! It leaves a batch behind as a file from the page does, so that it stands among the imports of that user and is undone there.
//! The file itself stays where it is, and none is kept beside the batch.

use super::{Mapping, Plan, Report, batch, go_through, header, labels, suggest};
use crate::platform::tenancy::{Cx, Db};
use crate::record::Record;
use anyhow::Context as _;
use std::fs::File;
use uuid::Uuid;

/// What is to be imported, and how.
pub struct Order {
    pub record: &'static Record,
    /// What the file is called.
    pub name: String,
    pub file: File,
    /// `COLUMN=FIELD` or `COLUMN*FACTOR=FIELD`. Columns called like a field need none.
    pub mapping: Vec<String>,
    /// `FIELD=TEXT` for every row.
    pub fixed: Vec<String>,
    /// Rows whose key exists change that record, rather than being refused.
    pub changes: bool,
    /// Only say what would happen.
    pub rehearse: bool,
}

/// Imports a file. Where anything in it is bad, and for a rehearsal, nothing is left behind; the report says what is or would be.
pub async fn run(db: &Db, cx: &Cx, order: Order) -> anyhow::Result<Report> {
    let mut tx = db.begin(cx).await?;
    let record = tx.described(order.record);
    let mut plan = Plan { changes: order.changes, ..Plan::new(record) };
    if let Ok(header) = header(order.file.try_clone()?).await? {
        plan.mapping = suggest(&header, &labels(record));
    }
    for text in &order.mapping {
        let given = Mapping::parse(text)?;
        plan.mapping.retain(|m| m.column != given.column && m.target != given.target);
        plan.mapping.push(given);
    }
    for text in &order.fixed {
        let (target, text) = text.split_once('=').context("to set a field write FIELD=TEXT")?;
        plan.mapping.retain(|m| m.target != target);
        plan.fixed.push((target.to_owned(), text.to_owned()));
    }
    let id = Uuid::now_v7();
    batch::begin(&mut tx, &plan, id, &order.name).await?;
    let report = go_through(&mut tx, &plan, order.file, Some(id)).await?;
    if report.faults == 0 && !order.rehearse {
        batch::finish(&mut tx, id, &report).await?;
        tx.commit().await?;
    }
    Ok(report)
}
