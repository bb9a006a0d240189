//! What is wrong with a file, as files: all of its faults, and the rows that were left out. A million of them take no more
//! memory than a few: what the database knows goes into temporary files, by lines, and is read beside the file itself.

use super::batch::one;
use super::blocking;
use crate::i18n::{self, I18n};
use crate::platform::door::{Error, Outcome};
use crate::platform::export::{Export, Format};
use crate::platform::files::Store;
use crate::platform::files::content::clean_name;
use crate::platform::sheet::{self, Cell, Heading, Writer};
use crate::platform::table::{Fault, Table};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::Record;
use crate::record::page::Message;
use crate::t;
use futures_util::stream::{BoxStream, TryStreamExt as _};
use rust_decimal::Decimal;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write as _};
use uuid::Uuid;

/// Rows that go from the database into a file at once.
const PAGE: usize = if cfg!(test) { 50 } else { 2_000 };

/// What there is to say of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// All that is wrong with it.
    Faults,
    /// The rows that were left out.
    Rest,
}

/// Writes the one or the other.
pub async fn write(
    db: &Db,
    cx: &Cx,
    store: &Store,
    record: &'static Record,
    id: Uuid,
    about: About,
) -> Outcome<Export> {
    match about {
        About::Faults => faults(db, cx, record, id).await,
        About::Rest => left_out(db, cx, store, record, id).await,
    }
}

/// All faults of a file by their lines: where each is, what stands there, what is wrong with it.
pub async fn faults(db: &Db, cx: &Cx, record: &'static Record, id: Uuid) -> Outcome<Export> {
    let i18n = cx.i18n;
    let mut tx = begin(db, cx).await?;
    let batch = one(&mut tx, record, id).await?;
    let names = [t!(i18n, "import-row"), t!(i18n, "import-column"), t!(i18n, "import-text"), t!(i18n, "import-reason")];
    let mut writer = writer(names.to_vec())?;
    let mut rows = sqlx::query_as::<_, (i64, String, String, String)>(
        "select line, col, text, reason::text from import_fault
          where tenant_id = $1 and batch = $2 order by line, seq",
    )
    .bind(cx.tenant)
    .bind(id)
    .fetch(tx.conn());
    loop {
        let page = next_page(&mut rows).await?;
        if page.is_empty() {
            break;
        }
        writer = blocking(move || {
            for (line, column, text, reason) in page {
                let line = Cell::Number { value: Decimal::from(line), decimals: 0 };
                let cells = [line, Cell::Text(column), Cell::Text(text), Cell::Text(in_words(i18n, &reason)?)];
                writer.row(&cells).map_err(io::Error::other)?;
            }
            Ok(writer)
        })
        .await?;
    }
    drop(rows);
    tx.commit().await?;
    let file = blocking(move || writer.finish().map_err(io::Error::other)).await?;
    Ok(named(file, &batch.name, &t!(i18n, "import-faults")))
}

/// The rows that were left out, as a file that can be mended and imported again: as they were, with a column that says what is
/// wrong with each, and where in the first file that was.
pub async fn left_out(db: &Db, cx: &Cx, store: &Store, record: &'static Record, id: Uuid) -> Outcome<Export> {
    let mut tx = begin(db, cx).await?;
    let batch = one(&mut tx, record, id).await?;
    let key = batch.storage.ok_or(Error::NotFound)?;
    let lines = Notes::fetch(
        &mut tx,
        id,
        "select l.line, '' from import_skipped s, unnest(s.lines) as l (line)
          where s.tenant_id = $1 and s.batch = $2 order by l.line",
    )
    .await?;
    let reasons = Notes::fetch(
        &mut tx,
        id,
        "select line, jsonb_build_array(col, reason)::text from import_fault
          where tenant_id = $1 and batch = $2 order by line, seq",
    )
    .await?;
    tx.commit().await?;
    let (file, i18n) = (store.to_file(&key).await?, cx.i18n);
    let file = blocking(move || write_left_out(file, lines, reasons, i18n).map_err(io::Error::other)).await?;
    Ok(named(file, &batch.name, &t!(i18n, "import-rest")))
}

fn write_left_out(file: File, mut lines: Notes, mut reasons: Notes, i18n: I18n) -> anyhow::Result<File> {
    let mut table = Table::open(file)?;
    let rows = table.rows(0)?;
    let width = rows.header().cells.len();
    let mut names = rows.header().cells.clone();
    names.push(t!(i18n, "import-reason"));
    let mut writer = writer(names)?;
    for row in rows {
        let (line, mut cells) = match row {
            Ok(row) => (row.line, row.cells),
            Err(Fault::Cut { line }) => (line, Vec::new()),
            Err(_) => break,
        };
        if lines.of(line)?.is_empty() {
            continue;
        }
        let mut wrong = Vec::new();
        for note in reasons.of(line)? {
            wrong.push(placed(i18n, line, &note)?);
        }
        cells.resize(width, String::new());
        cells.push(wrong.join(" "));
        writer.row(&cells.into_iter().map(Cell::Text).collect::<Vec<_>>())?;
    }
    writer.finish()
}

/// What is wrong with a row, and where.
fn placed(i18n: I18n, line: u64, note: &str) -> anyhow::Result<String> {
    let (column, reason): (String, Message) = serde_json::from_str(note)?;
    let (line, reason) = (i18n.integer(line as i64), i18n.message(&reason));
    let said = match column.is_empty() {
        true => t!(i18n, "import-row-all", line = line, reason = reason),
        false => t!(i18n, "import-row-column", line = line, column = column, reason = reason),
    };
    Ok(i18n::plain(&said))
}

fn in_words(i18n: I18n, reason: &str) -> io::Result<String> {
    let reason: Message = serde_json::from_str(reason)?;
    Ok(i18n::plain(&i18n.message(&reason)))
}

fn writer(names: Vec<String>) -> anyhow::Result<Writer<File>> {
    let headings: Vec<Heading> = names.into_iter().map(|text| Heading { text, width_hint: None }).collect();
    Writer::new(tempfile::tempfile()?, sheet::Format::Csv, &headings, "", false)
}

/// A file beside the one that somebody brought.
fn named(file: File, brought: &str, what: &str) -> Export {
    let stem = brought.rsplit_once('.').map_or(brought, |(stem, _)| stem);
    Export { file, name: clean_name(&format!("{stem} - {what}.csv")), format: Format::CSV }
}

/// A transaction that has the time to sort a million rows.
async fn begin(db: &Db, cx: &Cx) -> Outcome<TenantTx> {
    let mut tx = db.begin(cx).await?;
    sqlx::query("select set_config('statement_timeout', '10min', true)").execute(tx.conn()).await?;
    Ok(tx)
}

/// The next rows of an answer; none at its end.
async fn next_page<T>(rows: &mut BoxStream<'_, sqlx::Result<T>>) -> Outcome<Vec<T>> {
    let mut page = Vec::new();
    while page.len() < PAGE
        && let Some(row) = rows.try_next().await?
    {
        page.push(row);
    }
    Ok(page)
}

/// Notes on lines of a file, in a temporary file, in the order of the lines.
struct Notes {
    file: BufReader<File>,
    next: Option<(u64, String)>,
}

impl Notes {
    /// What a statement answers of a batch: lines in their order, each with a note.
    async fn fetch(tx: &mut TenantTx, batch: Uuid, sql: &'static str) -> Outcome<Notes> {
        let tenant = tx.tenant();
        let mut out = BufWriter::new(tempfile::tempfile().map_err(anyhow::Error::from)?);
        let mut rows = sqlx::query_as::<_, (i64, String)>(sql).bind(tenant).bind(batch).fetch(tx.conn());
        loop {
            let page = next_page(&mut rows).await?;
            if page.is_empty() {
                break;
            }
            out = blocking(move || {
                for (line, note) in page {
                    out.write_all(&line.to_le_bytes())?;
                    out.write_all(&(note.len() as u64).to_le_bytes())?;
                    out.write_all(note.as_bytes())?;
                }
                Ok(out)
            })
            .await?;
        }
        blocking(move || {
            let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            let mut notes = Notes { file: BufReader::new(file), next: None };
            notes.next = notes.read()?;
            Ok(notes)
        })
        .await
    }

    /// The notes on a line. Lines are asked for in their order.
    fn of(&mut self, line: u64) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        while self.next.as_ref().is_some_and(|(at, _)| *at <= line) {
            let after = self.read()?;
            if let Some((at, note)) = std::mem::replace(&mut self.next, after)
                && at == line
            {
                found.push(note);
            }
        }
        Ok(found)
    }

    fn read(&mut self) -> io::Result<Option<(u64, String)>> {
        let mut number = [0; 8];
        // Whole notes were written, so that the file ends between two of them.
        match self.file.read_exact(&mut number) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let line = u64::from_le_bytes(number);
        self.file.read_exact(&mut number)?;
        let mut note = vec![0; u64::from_le_bytes(number) as usize];
        self.file.read_exact(&mut note)?;
        Ok(Some((line, String::from_utf8(note).map_err(|_| io::ErrorKind::InvalidData)?)))
    }
}
