//! Companies as archives: written, and loaded as new ones.

use super::{company, in_words, with_database};
use crate::ArchiveVerb;
use anyhow::Context as _;
use diwan::platform::archive::{load, write};
use diwan::platform::auth;
use diwan::platform::config::Config;
use diwan::platform::files::Store;
use diwan::platform::tenancy::Db;
use std::path::Path;
use uuid::Uuid;

pub async fn run(config: &Config, verb: &ArchiveVerb) -> anyhow::Result<()> {
    with_database(config, async |opened| {
        let (db, files) = (&opened.db, Store::open(config)?);
        match verb {
            ArchiveVerb::Export { company, to } => export_company(db, &files, company, to).await,
            ArchiveVerb::Load { file, owner } => load_company(db, &files, file, owner).await,
        }
    })
    .await
}

async fn export_company(db: &Db, files: &Store, asked: &str, to: &Path) -> anyhow::Result<()> {
    let found = company::find(db, asked).await?;
    anyhow::ensure!(!found.deleted, "{asked} was deleted");
    let cx = auth::operator(found.id);
    let written = in_words(cx.i18n, write::write(db, &cx, files, None).await)?;
    let mut archive = written.context("an archive stopped by itself")?;
    let mut file = std::fs::File::create_new(to).with_context(|| to.display().to_string())?;
    std::io::copy(&mut archive.file, &mut file)?;
    file.sync_all()?;
    let rows: u64 = archive.manifest.tables.iter().map(|table| table.rows).sum();
    println!("{}: {rows} rows, {} files", to.display(), archive.manifest.files.len());
    println!("digest {}", archive.manifest.digest);
    Ok(())
}

async fn load_company(db: &Db, files: &Store, file: &Path, owner: &str) -> anyhow::Result<()> {
    let file = std::fs::File::open(file).with_context(|| file.display().to_string())?;
    let i18n = auth::operator(Uuid::nil()).i18n;
    let loaded = in_words(i18n, load::load(db, files, file, owner, i18n).await)?;
    println!("company {}: {}", loaded.company, i18n.name(&loaded.name));
    println!("{} rows, {} files, as in the archive", loaded.rows, loaded.files);
    println!("digest {}", loaded.digest);
    Ok(())
}
