//! Checks the audit logs.

use super::with_database;
use diwan::platform::config::Config;
use diwan::platform::tenancy::Db;
use diwan::platform::{audit, auth};

pub async fn verify(config: &Config) -> anyhow::Result<()> {
    with_database(config, async |opened| verify_all(&opened.db).await).await
}

async fn verify_all(db: &Db) -> anyhow::Result<()> {
    let (mut companies, mut faults) = (0, 0);
    for cx in auth::every_company(db).await? {
        companies += 1;
        for fault in audit::verify(db, &cx).await? {
            faults += 1;
            let place = fault.seq.map_or("outside the chain".to_owned(), |seq| format!("entry {seq}"));
            let entry = fault.entry.map(|id| id.to_string()).unwrap_or_default();
            println!("company {}: {place} {entry}: {}", fault.tenant, fault.kind);
        }
    }
    anyhow::ensure!(faults == 0, "the audit log does not hold in {faults} places");
    println!("{companies} companies: every audit log holds");
    Ok(())
}
