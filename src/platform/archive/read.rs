//! Reading an archive. Every one is taken for hostile: what it claims is checked before anything is unpacked, what it holds
//! against what it claims before anything is written, and nothing of it is ever a path of this machine.

use super::{FORMAT, FileSum, MANIFEST, MOST_ENTRIES, Manifest, Sum, TableSum, digest};
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::files::store::{FILE, thumbnail_key};
use crate::platform::table::Bounded;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use tokio::sync::mpsc::Sender;
use uuid::Uuid;
use zip::read::{ArchiveOffset, Config};

/// Bytes of the archive's directory, read before its entries can be counted.
const MOST_DIRECTORY: u64 = 64 << 20;
/// Bytes of the manifest.
const MOST_MANIFEST: u64 = 64 << 20;
/// Bytes of one row.
const MOST_ROW: u64 = 32 << 20;
/// Rows that travel together, and bytes after which no more join them.
const ROWS: usize = 500;
const BATCH: usize = 4 << 20;

type Zip = zip::ZipArchive<BufReader<File>>;

/// An archive whose entries are those of its list.
pub(super) struct Opened {
    zip: Zip,
    pub(super) manifest: Manifest,
}

/// What a reader must know before it reads on.
#[derive(Deserialize)]
struct Head {
    format: u32,
    schema: i64,
}

fn damaged() -> Error {
    Refusal::new("refuse-archive-damaged").into()
}

/// Something in the archive is not what the list says.
pub(super) fn differs(name: &str) -> Error {
    Refusal::new("refuse-archive-differs").with("name", name).into()
}

/// The list says more than there is.
pub(super) fn missing(name: &str) -> Error {
    Refusal::new("refuse-archive-missing").with("name", name).into()
}

/// There is more than this program knows.
pub(super) fn unknown(name: &str) -> Error {
    Refusal::new("refuse-archive-unknown").with("name", name).into()
}

/// Does work that reads files on a thread of its own.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(failure) => Err(Error::Other(anyhow::anyhow!("reading an archive: {failure}"))),
    }
}

/// Opens an archive, and looks whether what it claims to hold is what its list names, of a size that may be.
pub(super) fn open(file: File, schema: i64) -> Outcome<Opened> {
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let checked = zip::ZipArchive::with_config(config, Bounded::new(file, MOST_DIRECTORY)).map_err(|_| damaged())?;
    if checked.len() > MOST_ENTRIES || checked.has_duplicate_names() {
        return Err(damaged());
    }
    let mut zip = Zip::with_config(config, checked.into_inner().into_file()).map_err(|_| damaged())?;
    let manifest = manifest(&mut zip, schema)?;
    let mut listed = listed(&manifest)?;
    for at in 0..zip.len() {
        let entry = zip.by_index_data(at).map_err(|_| damaged())?;
        let name = entry.name().map_err(|_| damaged())?;
        if name == MANIFEST {
            continue;
        }
        let bytes = listed.remove(&*name).ok_or_else(|| unknown(&name))?;
        if entry.size() != bytes || entry.encrypted() || entry.is_symlink() {
            return Err(differs(&name));
        }
    }
    match listed.into_keys().min() {
        Some(path) => Err(missing(&path)),
        None => Ok(Opened { zip, manifest }),
    }
}

fn manifest(zip: &mut Zip, schema: i64) -> Outcome<Manifest> {
    let at = zip.index_for_name_raw(MANIFEST.as_bytes()).ok_or_else(damaged)?;
    let entry = zip.by_index(at).map_err(|_| damaged())?;
    if entry.size() > MOST_MANIFEST {
        return Err(damaged());
    }
    let mut text = Vec::new();
    entry.take(MOST_MANIFEST).read_to_end(&mut text).map_err(|_| damaged())?;
    let head: Head = serde_json::from_slice(&text).map_err(|_| damaged())?;
    if head.format != FORMAT || head.schema > schema {
        return Err(Refusal::new("refuse-archive-version").into());
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| damaged())?;
    if digest(&manifest.tables, &manifest.files) != manifest.digest {
        return Err(differs(MANIFEST));
    }
    Ok(manifest)
}

/// Entries that a manifest names, with their bytes.
fn listed(manifest: &Manifest) -> Outcome<HashMap<String, u64>> {
    let mut listed = HashMap::new();
    for table in &manifest.tables {
        if listed.insert(table.path(), table.bytes).is_some() {
            return Err(differs(MANIFEST));
        }
    }
    for file in &manifest.files {
        let id = file_id(&file.id).map(|(id, small)| spelled(id, small));
        if id.as_ref() != Some(&file.id) || file.bytes > FILE {
            return Err(differs(MANIFEST));
        }
        if listed.insert(file.path(), file.bytes).is_some() {
            return Err(differs(MANIFEST));
        }
    }
    Ok(listed)
}

/// The file that an entry holds, and whether it is the small picture of it.
pub(super) fn file_id(text: &str) -> Option<(Uuid, bool)> {
    let id = text.strip_suffix(".thumbnail");
    Some((id.unwrap_or(text).parse().ok()?, id.is_some()))
}

fn spelled(id: Uuid, small: bool) -> String {
    if small { thumbnail_key(&id.to_string()) } else { id.to_string() }
}

impl Opened {
    /// Reads all of it once, and looks whether it is what the list says.
    pub(super) fn verify(mut self) -> Outcome<Opened> {
        for table in &self.manifest.tables {
            read_table(&mut self.zip, table, |row| {
                if has_columns(row, &table.columns) { Ok(()) } else { Err(unknown(&table.path())) }
            })?;
        }
        for file in &self.manifest.files {
            read_file(&mut self.zip, file)?;
        }
        Ok(self)
    }

    /// Sends the rows of these tables, each followed by an empty batch.
    pub(super) fn send_rows(mut self, order: &[usize], to: &Sender<Vec<String>>) -> Outcome<Opened> {
        let send = |rows: Vec<String>| to.blocking_send(rows).map_err(|_| nobody());
        for table in order.iter().filter_map(|at| self.manifest.tables.get(*at)) {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            read_table(&mut self.zip, table, |row| {
                bytes += row.len();
                batch.push(row.to_owned());
                if batch.len() < ROWS && bytes < BATCH {
                    return Ok(());
                }
                bytes = 0;
                send(std::mem::take(&mut batch))
            })?;
            if !batch.is_empty() {
                send(batch)?;
            }
            send(Vec::new())?;
        }
        Ok(self)
    }

    /// Sends the files, by their ids.
    pub(super) fn send_files(mut self, to: &Sender<(String, Vec<u8>)>) -> Outcome<Opened> {
        for file in &self.manifest.files {
            let bytes = read_file(&mut self.zip, file)?;
            to.blocking_send((file.id.clone(), bytes)).map_err(|_| nobody())?;
        }
        Ok(self)
    }
}

/// Whoever reads has gone, and says why.
fn nobody() -> Error {
    Error::Other(anyhow::anyhow!("nobody takes what is read of an archive"))
}

/// Passes the rows of a table on, and looks in the end whether they were those of the list.
fn read_table(zip: &mut Zip, table: &TableSum, mut each: impl FnMut(&str) -> Outcome<()>) -> Outcome<()> {
    let path = table.path();
    let at = zip.index_for_name_raw(path.as_bytes()).ok_or_else(|| missing(&path))?;
    let entry = zip.by_index(at).map_err(|_| differs(&path))?;
    // One byte more than there may be, so that more is noticed.
    let mut lines = BufReader::with_capacity(64 << 10, entry.take(table.bytes.saturating_add(1)));
    let mut sum = Sum::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.by_ref().take(MOST_ROW).read_until(b'\n', &mut line).map_err(|_| differs(&path))?;
        if read == 0 {
            break;
        }
        if line.pop() != Some(b'\n') {
            return Err(differs(&path));
        }
        sum.add_row(&line);
        each(std::str::from_utf8(&line).map_err(|_| differs(&path))?)?;
    }
    let found = sum.of_table(table.name.clone(), table.columns.clone());
    if found == *table { Ok(()) } else { Err(differs(&path)) }
}

/// The bytes of a file, which are those of the list.
fn read_file(zip: &mut Zip, file: &FileSum) -> Outcome<Vec<u8>> {
    let path = file.path();
    let at = zip.index_for_name_raw(path.as_bytes()).ok_or_else(|| missing(&path))?;
    let entry = zip.by_index(at).map_err(|_| differs(&path))?;
    let mut bytes = Vec::new();
    entry.take(file.bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| differs(&path))?;
    let mut sum = Sum::default();
    sum.add(&bytes);
    if sum.of_file(file.id.clone()) == *file { Ok(bytes) } else { Err(differs(&path)) }
}

/// Whether a line is one object with exactly these keys.
fn has_columns(row: &str, columns: &[String]) -> bool {
    let keys: Result<BTreeMap<String, IgnoredAny>, _> = serde_json::from_str(row);
    keys.is_ok_and(|keys| keys.len() == columns.len() && columns.iter().all(|column| keys.contains_key(column)))
}
