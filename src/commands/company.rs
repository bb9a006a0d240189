//! Finds the company that an operator means, and deletes it for good.

use super::{in_words, with_database};
use anyhow::Context as _;
use diwan::platform::archive;
use diwan::platform::auth::{self, Found};
use diwan::platform::config::Config;
use diwan::platform::files::Store;
use diwan::platform::tenancy::Db;

pub async fn delete(config: &Config, asked: &str, confirm: &str) -> anyhow::Result<()> {
    with_database(config, async |opened| delete_company(&opened.db, &Store::open(config)?, asked, confirm).await).await
}

async fn delete_company(db: &Db, files: &Store, asked: &str, confirm: &str) -> anyhow::Result<()> {
    let found = find(db, asked).await?;
    let i18n = auth::operator(found.id).i18n;
    let proof = in_words(i18n, archive::delete::delete(db, files, found.id, confirm).await)?;
    for (table, removed, left) in proof.tables.iter().filter(|(_, removed, left)| *removed > 0 || *left > 0) {
        println!("{table}: {removed} rows removed, {left} left");
    }
    println!("{} tables looked through, {} files removed", proof.tables.len(), proof.files);
    anyhow::ensure!(proof.holds(), "rows came while the company was deleted; run the same command once more");
    println!("company {}: nothing is left of {}", proof.company, i18n.name(&found.name));
    println!(
        "Accounts of people stay, for their other companies. Backups from before still hold the company until they expire."
    );
    Ok(())
}

/// The one company that an operator means.
pub async fn find(db: &Db, asked: &str) -> anyhow::Result<Found> {
    let mut found = auth::find_companies(db, asked).await?;
    anyhow::ensure!(found.len() < 2, "{} companies are called {asked}; name one by its id", found.len());
    found.pop().with_context(|| format!("no company has the id or the exact name {asked}"))
}
