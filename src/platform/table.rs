//! Files of rows as people bring them, CSV or XLSX, read row by row in little memory.
//!
//! What a file is, its first bytes say, never its name. Every file is taken for hostile: sizes are checked before
//! anything is unpacked, no text of the file decides how much memory is taken, and what cannot be read is a [`Fault`],
//! not a panic.

mod package;
mod text;
mod value;
mod workbook;

pub(super) use package::Bounded;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};

/// Columns of a file.
pub const MOST_COLUMNS: usize = 500;
/// Bytes of one row; a quote that is never closed would otherwise take the rest of the file into memory.
const MOST_ROW: usize = 4 << 20;

/// A row of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Line in a text file, where a row may take several, or row of the worksheet; the first is 1.
    pub line: u64,
    /// Canonical texts: ISO dates, numbers with a point and without exponent, `true` and `false`. Spaces are kept.
    pub cells: Vec<String>,
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Why a file, or a row of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the file has no rows")]
    Empty,
    #[error("the file is neither text nor a workbook")]
    NotASpreadsheet,
    #[error("the workbook is locked with a password")]
    Encrypted,
    #[error("the workbook is damaged")]
    Damaged,
    #[error("the workbook is too large when unpacked")]
    TooLarge,
    #[error("line {line} has more than {MOST_COLUMNS} columns")]
    TooManyColumns { line: u64 },
    #[error("line {line} is not in UTF-8")]
    Encoding { line: u64 },
    /// Fewer or more cells than the first row has, or a quote that is never closed.
    #[error("line {line} is cut off")]
    Cut { line: u64 },
    #[error(transparent)]
    Io(io::Error),
}

impl Fault {
    /// The line that the fault lies in, where it lies in one.
    pub fn line(&self) -> Option<u64> {
        match self {
            Fault::TooManyColumns { line } | Fault::Encoding { line } | Fault::Cut { line } => Some(*line),
            _ => None,
        }
    }

    /// The id of the message that tells the reader what to do; `None` when the fault is the machine's.
    pub fn message(&self) -> Option<&'static str> {
        Some(match self {
            Fault::Empty => "import-fault-empty",
            Fault::NotASpreadsheet => "import-fault-not-a-spreadsheet",
            Fault::Encrypted => "import-fault-encrypted",
            Fault::Damaged => "import-fault-damaged",
            Fault::TooLarge => "import-fault-unpacked",
            Fault::TooManyColumns { .. } => "import-fault-columns",
            Fault::Encoding { .. } => "import-fault-encoding",
            Fault::Cut { .. } => "import-fault-cut",
            Fault::Io(_) => return None,
        })
    }
}

impl From<io::Error> for Fault {
    /// Unpacking reports what it finds wrong with the data as errors of reading, too.
    fn from(error: io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::FileTooLarge => Fault::TooLarge,
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::Other => Fault::Damaged,
            _ => Fault::Io(error),
        }
    }
}

/// A file that rows can be read from, as often as need be.
pub struct Table {
    sheets: Vec<String>,
    source: Source,
}

enum Source {
    Text(File, text::Encoding),
    Workbook(Box<workbook::Workbook>),
}

impl Table {
    /// Finds out what the file is, and that it can be opened safely.
    pub fn open(mut file: File) -> Result<Table, Fault> {
        let mut head = Vec::new();
        file.rewind()?;
        (&file).take(8192).read_to_end(&mut head)?;
        if head.is_empty() {
            return Err(Fault::Empty);
        }
        if head.starts_with(b"PK\x03\x04") {
            let workbook = workbook::Workbook::open(file)?;
            return Ok(Table { sheets: workbook.names(), source: Source::Workbook(Box::new(workbook)) });
        }
        if head.starts_with(COMPOUND) {
            return Err(if holds_encrypted_package(&mut file)? { Fault::Encrypted } else { Fault::NotASpreadsheet });
        }
        let encoding = text::Encoding::of(&head);
        if encoding == text::Encoding::Utf8 && !looks_like_text(&head) {
            return Err(Fault::NotASpreadsheet);
        }
        Ok(Table { sheets: vec![String::new()], source: Source::Text(file, encoding) })
    }

    /// The names of the worksheets that can be seen, in their order; one without a name for a text file.
    pub fn sheets(&self) -> &[String] {
        &self.sheets
    }

    /// The rows of a worksheet, from the first; 0 is the first worksheet and the only one of a text file.
    pub fn rows(&mut self, sheet: usize) -> Result<Rows<'_>, Fault> {
        let source = match &mut self.source {
            Source::Text(..) if sheet > 0 => return Err(Fault::Empty),
            Source::Text(file, encoding) => Lines::Text(Box::new(text::Lines::new(file, *encoding)?)),
            Source::Workbook(workbook) => Lines::Workbook(Box::new(workbook.rows(sheet)?)),
        };
        let mut rows = Rows { source, header: Row::default(), ended: false };
        rows.header = rows.next_filled()?.ok_or(Fault::Empty)?;
        Ok(rows)
    }
}

/// The rows below the first. Rows without any text are passed over.
///
/// After [`Fault::Cut`] for a row of another width than the first reading may go on; any other fault is the last.
pub struct Rows<'t> {
    source: Lines<'t>,
    header: Row,
    ended: bool,
}

enum Lines<'t> {
    Text(Box<text::Lines<'t>>),
    Workbook(Box<workbook::Rows<'t>>),
}

impl Rows<'_> {
    /// The first row that is not blank.
    pub fn header(&self) -> &Row {
        &self.header
    }

    fn next_filled(&mut self) -> Result<Option<Row>, Fault> {
        loop {
            let row = match &mut self.source {
                Lines::Text(lines) => lines.next_row()?,
                Lines::Workbook(rows) => rows.next_row()?,
            };
            match row {
                Some(row) if row.is_blank() => {}
                row => return Ok(row),
            }
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let width = self.header.cells.len();
        match self.next_filled() {
            Ok(Some(mut row)) => {
                if let Lines::Workbook(_) = self.source {
                    // A worksheet leaves out the empty cells at the end of a row.
                    row.cells.resize(width.max(row.cells.len()), String::new());
                } else if row.cells.len() != width {
                    return Some(Err(Fault::Cut { line: row.line }));
                }
                Some(Ok(row))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(fault) => {
                self.ended = true;
                Some(Err(fault))
            }
        }
    }
}

/// How the files of older office programs begin, and locked workbooks with them.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Whether the file is the wrapping of a workbook with a password ([MS-OFFCRYPTO] 2.3.4.4).
fn holds_encrypted_package(file: &mut File) -> io::Result<bool> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    file.rewind()?;
    let mut window = Vec::new();
    loop {
        let kept = window.len().min(name.len());
        window.drain(..window.len() - kept);
        if (&*file).take(64 << 10).read_to_end(&mut window)? == 0 {
            return Ok(false);
        }
        if window.windows(name.len()).any(|bytes| bytes == name) {
            return Ok(true);
        }
    }
}

/// Whether these are the first bytes of a text, rather than of a picture, a document or a page of the web.
fn looks_like_text(head: &[u8]) -> bool {
    let start = head.trim_ascii_start();
    let other = ["%pdf-", "{\\rtf", "<!doctype", "<html", "<?xml", "<table"];
    !head.contains(&0)
        && !other.iter().any(|magic| start.get(..magic.len()).is_some_and(|s| s.eq_ignore_ascii_case(magic.as_bytes())))
}
