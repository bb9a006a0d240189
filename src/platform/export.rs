//! Lists as files: what the reader sees in a list, all of its rows, in their language.

pub mod audit;
pub mod job;
pub mod list;

use self::list::Waiting;
use super::door::{Error, Outcome, Refusal};
use super::pdf::{self, Paper, Press, Rows};
use super::sheet::{self, Heading, Writer};
use super::tenancy::TenantTx;
use crate::i18n::I18n;
use crate::record::value;
use crate::t;
use std::fs::File;
use tokio::sync::Semaphore;

/// Rows read at once.
const PAGE: u32 = 1000;
/// The most rows of a PDF. They fill some three thousand pages, whose letters are all set, line by line; whoever needs more is better
/// served by a spreadsheet. Tests write fewer.
pub const PDF_ROWS: usize = if cfg!(test) { 5_000 } else { 100_000 };
/// PDFs printed at the same time.
static PRESS: Semaphore = Semaphore::const_new(2);

/// The kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Sheet(sheet::Format),
    Pdf,
    /// Several files packed as one; no list is made so.
    Archive,
}

impl Format {
    pub const CSV: Format = Format::Sheet(sheet::Format::Csv);
    pub const XLSX: Format = Format::Sheet(sheet::Format::Xlsx);

    /// The format of a name in an address; XLSX where it names none.
    pub fn from_name(name: &str) -> Format {
        match name {
            "csv" => Format::CSV,
            "pdf" => Format::Pdf,
            _ => Format::XLSX,
        }
    }

    /// The end of a file name, without the point.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Sheet(format) => format.extension(),
            Format::Pdf => "pdf",
            Format::Archive => "zip",
        }
    }

    /// The media type that a download carries.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Sheet(format) => format.media_type(),
            Format::Pdf => "application/pdf",
            Format::Archive => "application/zip",
        }
    }
}

/// A list as a file, and what it is called: `Sales orders 2026-11-22.xlsx`.
pub struct Export {
    pub file: File,
    pub name: String,
    pub format: Format,
}

/// A file while it grows. Sheets leave memory row by row; paper is printed when all of its rows are known, and they wait in a file.
enum Growing {
    Sheet(Box<Writer<File>>),
    Paper(Box<Paper>),
}

impl Growing {
    fn sheet(format: sheet::Format, headings: &[Heading], name: &str, i18n: I18n) -> Outcome<Growing> {
        let file = tempfile::tempfile().map_err(anyhow::Error::from)?;
        let writer = Writer::new(file, format, headings, name, i18n.locale.is_arabic())?;
        Ok(Growing::Sheet(Box::new(writer)))
    }

    fn check(&self) -> Outcome<()> {
        match self {
            Growing::Paper(paper) => fits(paper.rows.len()),
            Growing::Sheet(_) => Ok(()),
        }
    }

    /// The file, unless somebody who waits for it has it stopped.
    async fn finish(self, waiting: Option<&dyn Waiting>) -> Outcome<Option<File>> {
        match self {
            Growing::Sheet(writer) => blocking(move || writer.finish()).await.map(Some),
            Growing::Paper(paper) => print(*paper, waiting).await,
        }
    }
}

/// Refuses what has no room on paper.
fn fits(rows: usize) -> Outcome<()> {
    if rows > PDF_ROWS {
        return Err(Refusal::new("refuse-pdf-rows").with("limit", PDF_ROWS).into());
    }
    Ok(())
}

/// Prints paper part by part. To read its rows was half of the work.
async fn print(paper: Paper, waiting: Option<&dyn Waiting>) -> Outcome<Option<File>> {
    let _turn = PRESS.acquire().await.ok();
    let rows = paper.rows.len();
    let mut press = blocking(move || Press::new(paper)).await?;
    loop {
        let (next, more) = blocking(move || {
            let more = press.part()?;
            Ok((press, more))
        })
        .await?;
        press = next;
        if !more {
            break;
        }
        if let Some(waiting) = waiting
            && !waiting.wrote((rows + press.rows()) as i64 / 2).await?
        {
            return Ok(None);
        }
    }
    if let Some(waiting) = waiting {
        waiting.finishing().await?;
    }
    blocking(move || press.finish()).await.map(Some)
}

/// Paper with all that stands around the rows but what the list was narrowed by.
async fn paper(tx: &mut TenantTx, title: String, columns: Vec<pdf::Column>) -> Outcome<Paper> {
    let i18n = tx.cx.i18n;
    let moment: String = sqlx::query_scalar("select to_char(now() at time zone $1, 'YYYY-MM-DD HH24:MI')")
        .bind(tx.company.time_zone.clone())
        .fetch_one(tx.conn())
        .await?;
    Ok(Paper {
        language: i18n.locale.tag(),
        right_to_left: i18n.locale.is_arabic(),
        title,
        company: i18n.name(&tx.company.name).to_owned(),
        conditions: Vec::new(),
        taken: t!(i18n, "pdf-taken", person = tx.standing.name.clone(), moment = i18n.moment(&moment)),
        columns,
        rows: Rows::new()?,
        totals: Vec::new(),
        nothing: t!(i18n, "list-nothing-found"),
        numbering: Box::new(move |page, pages| t!(i18n, "pdf-page", page = page as i64, pages = pages as i64)),
    })
}

/// The name of a file with the company's day, not the machine's.
fn named(tx: &TenantTx, title: &str, format: Format) -> String {
    format!("{title} {}.{}", value::iso(tx.company.today), format.extension())
}

/// Runs work that writes files on a thread of its own, so that no request waits for it.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Outcome<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => Ok(outcome?),
        Err(failure) => Err(Error::Other(anyhow::anyhow!("writing an export: {failure}"))),
    }
}
