//! Lists as files for spreadsheets: CSV and XLSX, written row by row in constant memory.

use anyhow::{anyhow, ensure};
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format as Style, FormatAlign, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;
use std::io::{Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    /// The value is written whole; the decimals are those that a spreadsheet shows.
    Number {
        value: Decimal,
        decimals: u32,
    },
    Date(Date),
    Bool(bool),
}

/// The kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    /// The end of a file name, without the point.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    /// The media type that a download carries.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    pub text: String,
    /// Characters that the column should have room for; without it the heading decides.
    pub width_hint: Option<u16>,
}

/// Rows of a worksheet, the headings included; set by the format.
const MOST_ROWS: u32 = 1_048_576;
/// UTF-16 units of a cell; set by the format.
const MOST_TEXT: usize = 32_767;
/// UTF-16 units in the name of a worksheet; set by the format.
const MOST_NAME: usize = 31;
/// Spreadsheets keep fifteen digits of a number.
const MOST_MANTISSA: u128 = 1_000_000_000_000_000;
/// Decimals that a number can be shown with.
const MOST_DECIMALS: usize = 10;
/// Cells from where a worksheet may pass four gigabytes and needs the larger kind of archive.
const LARGE: u64 = 30_000_000;

/// Writes one list. What is not finished is not a file.
pub struct Writer<W: Write + Seek + Send> {
    columns: usize,
    body: Body<W>,
}

enum Body<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Xlsx(Box<Book>, W),
}

impl<W: Write + Seek + Send> Writer<W> {
    /// Begins a list with its headings. `name` is that of the worksheet; CSV has none.
    pub fn new(
        mut out: W,
        format: Format,
        headings: &[Heading],
        name: &str,
        right_to_left: bool,
    ) -> anyhow::Result<Writer<W>> {
        ensure!(!headings.is_empty(), "a list without columns");
        let body = match format {
            Format::Csv => {
                // Without the mark spreadsheets read the file in the code page of the machine.
                out.write_all("\u{FEFF}".as_bytes())?;
                let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
                csv.write_record(headings.iter().map(|heading| guard(&heading.text).into_owned()))?;
                Body::Csv(Box::new(csv))
            }
            Format::Xlsx => Body::Xlsx(Box::new(Book::new(headings, name, right_to_left)?), out),
        };
        Ok(Writer { columns: headings.len(), body })
    }

    /// Writes one row with a cell for every heading.
    pub fn row(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        ensure!(cells.len() == self.columns, "{} cells under {} headings", cells.len(), self.columns);
        match &mut self.body {
            Body::Csv(csv) => {
                for cell in cells {
                    csv.write_field(plain(cell).as_bytes())?;
                }
                csv.write_record(None::<&[u8]>)?;
                Ok(())
            }
            Body::Xlsx(book, _) => book.row(cells),
        }
    }

    /// The whole file, to be read from its beginning.
    pub fn finish(self) -> anyhow::Result<W> {
        let mut out = match self.body {
            Body::Csv(csv) => csv.into_inner().map_err(csv::IntoInnerError::into_error)?,
            Body::Xlsx(mut book, mut out) => {
                book.save(&mut out)?;
                out
            }
        };
        out.flush()?;
        out.rewind()?;
        Ok(out)
    }

    /// Ends worksheets early, so that a test need not write a million rows.
    #[cfg(test)]
    pub fn with_rows_per_sheet(mut self, rows: u32) -> Writer<W> {
        if let Body::Xlsx(book, _) = &mut self.body {
            book.most_rows = rows;
        }
        self
    }
}

/// The canonical text of a cell, harmless in a spreadsheet.
fn plain(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) => guard(text),
        Cell::Number { value, .. } => Cow::Owned(canonical(*value)),
        Cell::Date(date) => Cow::Owned(date.to_string()),
        Cell::Bool(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
    }
}

fn canonical(value: Decimal) -> String {
    value.normalize().to_string()
}

/// What makes a spreadsheet take a text for a formula, in its wide forms too (OWASP, CSV injection; ASVS 1.2.10).
const TRIGGERS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet could take the text for a formula, if it were not for apostrophes before it.
fn triggers(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(TRIGGERS)
}

/// Puts an apostrophe before text that a spreadsheet could take for a formula. Text that has one already gets another, so
/// that `unguard` gives back every text as it was.
pub fn guard(text: &str) -> Cow<'_, str> {
    if triggers(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes away the apostrophe that `guard` put.
pub fn unguard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| triggers(rest)).unwrap_or(text)
}

/// A workbook whose rows wait in a temporary file.
struct Book {
    workbook: Workbook,
    headings: Vec<Heading>,
    name: String,
    right_to_left: bool,
    most_rows: u32,
    /// Worksheets begun so far.
    sheets: usize,
    /// The next row of the last worksheet.
    row: u32,
    cells: u64,
    heading: Style,
    quoted: Style,
    date: Style,
    /// By decimals.
    numbers: Vec<Style>,
}

impl Book {
    fn new(headings: &[Heading], name: &str, right_to_left: bool) -> anyhow::Result<Book> {
        let number = |decimals: usize| {
            let format = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
            Style::new().set_num_format(format)
        };
        let mut book = Book {
            workbook: Workbook::new(),
            headings: headings.to_vec(),
            name: name.to_owned(),
            right_to_left,
            most_rows: MOST_ROWS,
            sheets: 0,
            row: 0,
            cells: 0,
            heading: Style::new().set_bold().set_align(FormatAlign::VerticalCenter),
            quoted: Style::new().set_quote_prefix(),
            date: Style::new().set_num_format("yyyy-mm-dd"),
            numbers: (0..=MOST_DECIMALS).map(number).collect(),
        };
        book.begin()?;
        Ok(book)
    }

    /// Begins a worksheet and repeats the headings on it.
    fn begin(&mut self) -> anyhow::Result<()> {
        self.end()?;
        let name = sheet_name(&self.name, self.sheets + 1);
        checked(|| {
            let sheet = self.workbook.add_worksheet_with_constant_memory()?;
            sheet.set_name(name)?.set_right_to_left(self.right_to_left).set_freeze_panes(1, 0)?;
            for (at, heading) in (0..).zip(&self.headings) {
                let width = heading.width_hint.map_or(heading.text.chars().count() + 4, usize::from).clamp(6, 80);
                sheet.set_column_width(at, width as u32)?;
                sheet.write_string_with_format(0, at, cut(&heading.text), &self.heading)?;
            }
            Ok(())
        })?;
        self.sheets += 1;
        self.row = 1;
        Ok(())
    }

    /// Puts the filter on the last worksheet, now that its rows are known.
    fn end(&mut self) -> anyhow::Result<()> {
        if self.sheets == 0 {
            return Ok(());
        }
        let last_column = u16::try_from(self.headings.len() - 1)?;
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        sheet.autofilter(0, 0, self.row - 1, last_column)?;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        if self.row >= self.most_rows {
            self.begin()?;
        }
        checked(|| {
            let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
            for (at, cell) in (0..).zip(cells) {
                let row = self.row;
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) => text_cell(sheet, row, at, text, &self.quoted)?,
                    Cell::Number { value, decimals } => match number(*value) {
                        Some(number) => {
                            let decimals = (*decimals as usize).min(MOST_DECIMALS);
                            sheet.write_number_with_format(row, at, number, &self.numbers[decimals])?;
                        }
                        None => text_cell(sheet, row, at, &canonical(*value), &self.quoted)?,
                    },
                    Cell::Date(date) => match serial(*date) {
                        Some(serial) => {
                            sheet.write_number_with_format(row, at, serial, &self.date)?;
                        }
                        None => text_cell(sheet, row, at, &date.to_string(), &self.quoted)?,
                    },
                    Cell::Bool(yes) => {
                        sheet.write_boolean(row, at, *yes)?;
                    }
                }
            }
            Ok(())
        })?;
        self.row += 1;
        self.cells += cells.len() as u64;
        Ok(())
    }

    fn save(&mut self, out: &mut (impl Write + Send)) -> anyhow::Result<()> {
        self.end()?;
        self.workbook.use_zip_large_file(self.cells > LARGE);
        checked(|| self.workbook.save_to_writer(out))
    }
}

/// rust_xlsxwriter panics where a row cannot be written, as on a full disk; an export must answer with an error instead.
fn checked<T>(write: impl FnOnce() -> Result<T, XlsxError>) -> anyhow::Result<T> {
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(written) => Ok(written?),
        Err(_) => Err(anyhow!("the temporary file of an export could not be written")),
    }
}

/// Writes a text as a text, whatever it looks like; one that looks like a formula stays a text when it is edited.
fn text_cell(sheet: &mut Worksheet, row: u32, at: u16, text: &str, quoted: &Style) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    let text = cut(text);
    if triggers(&text) {
        sheet.write_string_with_format(row, at, text, quoted)?;
    } else {
        sheet.write_string(row, at, text)?;
    }
    Ok(())
}

/// The text as far as a cell holds it, with an ellipsis where it was cut.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST_TEXT || text.encode_utf16().count() <= MOST_TEXT {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", shorten(text, MOST_TEXT - 1)))
}

/// The beginning of the text that takes at most so many UTF-16 units.
fn shorten(text: &str, most: usize) -> &str {
    let mut units = 0;
    let fits = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    fits.map_or(text, |(end, _)| &text[..end])
}

/// The number as spreadsheets keep it; `None` when they would lose digits of it without a word.
fn number(value: Decimal) -> Option<f64> {
    let value = value.normalize();
    if value.mantissa().unsigned_abs() >= MOST_MANTISSA {
        return None;
    }
    // The nearest double of a short decimal is found by reading its text; `to_f64` divides and may miss it.
    value.to_string().parse().ok()
}

/// The day that spreadsheets count; `None` before March 1900, where they do not agree on the calendar.
fn serial(date: Date) -> Option<f64> {
    let days = date.since(jiff::civil::date(1899, 12, 30)).ok()?.get_days();
    (days > 60).then_some(f64::from(days))
}

/// A name that spreadsheets accept, with a number from the second worksheet on.
fn sheet_name(name: &str, number: usize) -> String {
    let refused =
        |c: char| c.is_control() || matches!(c, '*' | '?' | ':' | '[' | ']' | '\\' | '/' | '\u{FFFE}' | '\u{FFFF}');
    let name: String = name.chars().map(|c| if refused(c) { ' ' } else { c }).collect();
    let suffix = if number > 1 { format!(" {number}") } else { String::new() };
    let blank = |c: char| c == '\'' || c.is_whitespace();
    let name = shorten(name.trim_matches(blank), MOST_NAME - suffix.len()).trim_end_matches(blank);
    match name {
        "" => format!("Sheet{suffix}"),
        // Excel keeps this name for itself.
        _ if name.eq_ignore_ascii_case("history") => format!("{name}_{suffix}"),
        _ => format!("{name}{suffix}"),
    }
}
