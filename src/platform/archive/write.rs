//! Writing an archive: rows and files of one moment, in little memory.

use super::{FORMAT, FileSum, MOST_ENTRIES, Manifest, Origin, Rows, Table, TableSum, digest, tables, take_time};
use crate::platform::database;
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::export::blocking;
use crate::platform::export::list::Waiting;
use crate::platform::files;
use crate::platform::files::store::{Store, thumbnail_key};
use crate::platform::pack::Zip;
use crate::platform::sql;
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::{Names, value};
use axum::body::Bytes;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::fs::File;
use std::io::Write as _;
use uuid::Uuid;

/// A company as an archive, and what the file is called: `Al Noor Metal Works 2026-11-22.zip`.
pub struct Archive {
    pub file: File,
    pub name: String,
    pub manifest: Manifest,
}

/// An archive while it grows.
struct Pack {
    zip: Zip,
    tables: Vec<TableSum>,
    files: Vec<FileSum>,
}

impl Pack {
    fn new() -> anyhow::Result<Pack> {
        Ok(Pack { zip: Zip::new()?, tables: Vec::new(), files: Vec::new() })
    }

    fn rows(&mut self, rows: &[String]) -> anyhow::Result<()> {
        rows.iter().try_for_each(|row| self.zip.row(row.as_bytes()))
    }

    fn close_table(&mut self, table: Table) {
        self.tables.push(self.zip.end().of_table(table.name, table.columns));
    }

    fn file(&mut self, id: String, bytes: &Bytes) -> anyhow::Result<()> {
        self.zip.begin(&format!("files/{id}"))?;
        self.zip.write_all(bytes)?;
        self.files.push(self.zip.end().of_file(id));
        Ok(())
    }

    /// Puts the list of all that is in it behind everything.
    fn finish(self, company: Origin, entrants: Vec<Uuid>) -> anyhow::Result<(File, Manifest)> {
        let manifest = Manifest {
            format: FORMAT,
            schema: database::schema(),
            company,
            made: Timestamp::now().to_string(),
            digest: digest(&self.tables, &self.files),
            entrants,
            tables: self.tables,
            files: self.files,
        };
        Ok((self.zip.finish(&manifest)?, manifest))
    }
}

/// A file on a record.
struct Attached {
    id: Uuid,
    name: String,
    size: i64,
    sha256: String,
    thumbnail: bool,
}

/// How many rows and files an archive would have now.
pub async fn count(tx: &mut TenantTx) -> Outcome<i64> {
    let mut count = attached(tx).await?.len() as i64;
    for table in tables(tx).await? {
        let rows: i64 = sqlx::query_scalar(sql::archive_count(&table.name, table.only())).fetch_one(tx.conn()).await?;
        count += rows;
    }
    Ok(count)
}

/// Writes the company of a context into a temporary file, as it is at one moment. It asks nobody's rights.
///
/// Whoever waits hears how many rows and files are written, and may have it stopped: then there is no archive.
pub async fn write(db: &Db, cx: &Cx, store: &Store, waiting: Option<&dyn Waiting>) -> Outcome<Option<Archive>> {
    let mut tx = db.snapshot(cx).await?;
    take_time(&mut tx).await?;
    let company = origin(&mut tx).await?;
    let name = format!("{} {}.zip", cx.i18n.name(&company.name), value::iso(tx.company.today));
    let entrants = entrants(&mut tx).await?;
    let files = attached(&mut tx).await?;
    if files.len() * 2 > MOST_ENTRIES - 1000 {
        return Err(Refusal::new("refuse-archive-many").with("most", Decimal::from(MOST_ENTRIES / 2)).into());
    }
    let mut written = 0;
    let mut pack = blocking(Pack::new).await?;
    for table in tables(&mut tx).await? {
        let path = format!("data/{}.jsonl", table.name);
        pack = blocking(move || pack.zip.begin(&path).map(|()| pack)).await?;
        let rows = Rows::open(&mut tx, &table).await?;
        loop {
            let page = rows.next(&mut tx).await?;
            if page.is_empty() {
                break;
            }
            written += page.len() as i64;
            pack = blocking(move || pack.rows(&page).map(|()| pack)).await?;
            if !goes_on(waiting, written).await? {
                return Ok(None);
            }
        }
        pack.close_table(table);
    }
    tx.commit().await?;
    for file in files {
        pack = add_file(pack, cx.tenant, store, &file).await?;
        written += 1;
        if !goes_on(waiting, written).await? {
            return Ok(None);
        }
    }
    if let Some(waiting) = waiting {
        waiting.finishing().await?;
    }
    let (file, manifest) = blocking(move || pack.finish(company, entrants)).await?;
    Ok(Some(Archive { file, name, manifest }))
}

async fn goes_on(waiting: Option<&dyn Waiting>, written: i64) -> Outcome<bool> {
    match waiting {
        Some(waiting) => waiting.wrote(written).await,
        None => Ok(true),
    }
}

/// Adds the bytes of a file, which must still be those that were attached.
async fn add_file(mut pack: Pack, tenant: Uuid, store: &Store, file: &Attached) -> Outcome<Pack> {
    let damaged = || Error::from(Refusal::new("refuse-archive-file").with("name", &file.name));
    let missing = |error: Error| if matches!(error, Error::NotFound) { damaged() } else { error };
    let key = files::key(tenant, file.id);
    let bytes = store.get(&key).await.map_err(missing)?;
    let id = file.id.to_string();
    pack = blocking(move || pack.file(id, &bytes).map(|()| pack)).await?;
    let kept = pack.files.last();
    if !kept.is_some_and(|kept| kept.sha256 == file.sha256 && kept.bytes == file.size as u64) {
        return Err(damaged());
    }
    if file.thumbnail {
        let bytes = store.get(&thumbnail_key(&key)).await.map_err(missing)?;
        let id = thumbnail_key(&file.id.to_string());
        pack = blocking(move || pack.file(id, &bytes).map(|()| pack)).await?;
    }
    Ok(pack)
}

async fn origin(tx: &mut TenantTx) -> Outcome<Origin> {
    let id = tx.tenant();
    let (name, country): (String, String) =
        sqlx::query_as("select name::text, country from company where tenant_id = $1")
            .bind(id)
            .fetch_one(tx.conn())
            .await?;
    Ok(Origin { id, name: Names::from_text(&name), country })
}

async fn entrants(tx: &mut TenantTx) -> Outcome<Vec<Uuid>> {
    let tenant = tx.tenant();
    Ok(sqlx::query_scalar("select id from member where tenant_id = $1 and state = 'active' order by id")
        .bind(tenant)
        .fetch_all(tx.conn())
        .await?)
}

async fn attached(tx: &mut TenantTx) -> Outcome<Vec<Attached>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, String, i64, String, bool)> = sqlx::query_as(
        "select id, name, size, sha256, thumbnail from attachment where tenant_id = $1 and state = 'whole' order by id",
    )
    .bind(tenant)
    .fetch_all(tx.conn())
    .await?;
    let attached = |(id, name, size, sha256, thumbnail)| Attached { id, name, size, sha256, thumbnail };
    Ok(rows.into_iter().map(attached).collect())
}
