//! Imports a spreadsheet.

use super::with_database;
use crate::ImportOrder;
use anyhow::Context as _;
use diwan::modules;
use diwan::modules::administration::founding;
use diwan::platform::config::Config;
use diwan::platform::import::command;
use diwan::platform::tenancy::Db;

pub async fn run(config: &Config, order: &ImportOrder) -> anyhow::Result<()> {
    with_database(config, async |opened| import_file(&opened.db, order).await).await
}

async fn import_file(db: &Db, order: &ImportOrder) -> anyhow::Result<()> {
    let ImportOrder { record, file, user, company, mapping, fixed, changes, rehearse } = order;
    let record = modules::record(record).with_context(|| format!("no record type is called {record}"))?;
    let cx = founding::context_of(db, user, *company).await?;
    let order = command::Order {
        record,
        name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        file: std::fs::File::open(file).with_context(|| file.display().to_string())?,
        mapping: mapping.clone(),
        fixed: fixed.clone(),
        changes: *changes,
        rehearse: *rehearse,
    };
    let report = command::run(db, &cx, order).await?;
    for bad in &report.bad {
        eprintln!("line {}, {}: {:?}: {}", bad.line, bad.column, bad.text, cx.i18n.message(&bad.reason));
    }
    anyhow::ensure!(report.faults == 0, "{} faults; nothing was written", report.faults);
    println!(
        "{} rows, {} records{}",
        report.rows,
        report.documents.len(),
        if *rehearse { " would be written" } else { " written" }
    );
    Ok(())
}
