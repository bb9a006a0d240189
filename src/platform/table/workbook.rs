//! Rows of XLSX (ECMA-376), read straight from the archive.
//!
//! Not with calamine: it holds all texts of a workbook in memory, reserves as much of it as the workbook claims to
//! need, so that a kilobyte can end the process, and knows numbers as floats only.

use super::package::{self, Archive, Xml, attribute, gather, relationships, within};
use super::value::{Style, elapsed, moment, number, unescape};
use super::{Fault, MOST_COLUMNS, MOST_ROW, Row};
use quick_xml::events::Event;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use tempfile::SpooledTempFile;

/// Different texts of a workbook.
const MOST_TEXTS: usize = 20_000_000;

/// A workbook that has been opened: what its cells need to be understood.
pub(super) struct Workbook {
    archive: Archive,
    sheets: Vec<Sheet>,
    styles: Vec<Style>,
    /// Whether days count from 1904, as on the first Macintosh.
    since_1904: bool,
    shared: Option<usize>,
    texts: Option<Texts>,
}

struct Sheet {
    name: String,
    part: usize,
}

impl Workbook {
    pub(super) fn open(file: File) -> Result<Workbook, Fault> {
        let (mut archive, parts) = package::open(file)?;
        if !parts.contains_key("[content_types].xml") {
            return Err(Fault::NotASpreadsheet);
        }
        let links = relationships(&mut archive, &parts, "")?;
        let main = links.values().find(|link| link.kind == "officeDocument").ok_or(Fault::NotASpreadsheet)?;
        let part = |path: &str| parts.get(&path.to_ascii_lowercase()).copied();
        let links = relationships(&mut archive, &parts, &main.path)?;
        let linked = |kind: &str| links.values().find(|link| link.kind == kind).and_then(|link| part(&link.path));
        // The binary kind of workbook is an archive, too.
        if main.path.ends_with(".bin") {
            return Err(Fault::NotASpreadsheet);
        }
        let xml = Xml::open_small(&mut archive, part(&main.path).ok_or(Fault::Damaged)?)?;
        let (sheets, since_1904) = contents(xml, |id| {
            let link = links.get(id).filter(|link| link.kind == "worksheet");
            link.map(|link| part(&link.path).ok_or(Fault::Damaged)).transpose()
        })?;
        if sheets.is_empty() {
            return Err(Fault::NotASpreadsheet);
        }
        let styles = match linked("styles") {
            Some(part) => styles(Xml::open_small(&mut archive, part)?)?,
            None => Vec::new(),
        };
        let shared = linked("sharedStrings");
        Ok(Workbook { archive, sheets, styles, since_1904, shared, texts: None })
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.sheets.iter().map(|sheet| sheet.name.clone()).collect()
    }

    pub(super) fn rows(&mut self, sheet: usize) -> Result<Rows<'_>, Fault> {
        let part = self.sheets.get(sheet).ok_or(Fault::Empty)?.part;
        if let (None, Some(part)) = (&self.texts, self.shared) {
            self.texts = Some(Texts::read(Xml::open(&mut self.archive, part)?)?);
        }
        let xml = Xml::open(&mut self.archive, part)?;
        Ok(Rows {
            xml,
            texts: self.texts.get_or_insert_default(),
            styles: &self.styles,
            since_1904: self.since_1904,
            line: 0,
            column: 0,
            begun: false,
            value: String::new(),
            formula: String::new(),
        })
    }
}

/// The worksheets that can be seen, and whether days count from 1904. `part` finds a worksheet by the id of its link.
fn contents(
    mut xml: Xml<'_>,
    part: impl Fn(&str) -> Result<Option<usize>, Fault>,
) -> Result<(Vec<Sheet>, bool), Fault> {
    let (mut sheets, mut since_1904, mut root) = (Vec::new(), false, true);
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "workbook" => root = false,
                _ if root => return Err(Fault::NotASpreadsheet),
                "workbookPr" => {
                    since_1904 = attribute(&tag, "date1904")?.is_some_and(|yes| matches!(&yes[..], "1" | "true"));
                }
                "sheet" if attribute(&tag, "state")?.is_none_or(|state| state == "visible") => {
                    let id = attribute(&tag, "id")?.unwrap_or_default();
                    if let Some(part) = part(&id)? {
                        // One large worksheet under many names would be read many times.
                        if sheets.iter().any(|sheet: &Sheet| sheet.part == part) {
                            return Err(Fault::Damaged);
                        }
                        sheets.push(Sheet { name: attribute(&tag, "name")?.unwrap_or_default(), part });
                    }
                }
                _ => {}
            },
            Event::Eof => return Ok((sheets, since_1904)),
            _ => {}
        }
    }
}

/// The texts that cells refer to by number, in a temporary file once they are many.
#[derive(Default)]
struct Texts {
    file: Option<SpooledTempFile>,
    count: usize,
    /// Where every block begins, and the end of the last.
    blocks: Vec<u64>,
    /// Blocks that were looked into of late.
    near: HashMap<usize, Vec<u8>>,
    near_size: usize,
}

impl Texts {
    /// Texts of a block.
    const BLOCK: usize = 32;
    /// Bytes of texts that are kept in memory, twice: all of few, and of many those near the last ones.
    const KEPT: usize = 8 << 20;

    fn read(mut xml: Xml<'_>) -> Result<Texts, Fault> {
        let mut file = BufWriter::new(tempfile::spooled_tempfile(Self::KEPT));
        let mut texts = Texts::default();
        let mut end: u64 = 0;
        let mut text = String::new();
        let mut reading = Reading::of("t");
        loop {
            let event = xml.next()?;
            match &event {
                Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                    text.clear();
                    reading = Reading::of("t");
                }
                Event::End(tag) if tag.local_name().as_ref() == "si" => {
                    if texts.count % Self::BLOCK == 0 {
                        texts.blocks.push(end);
                    }
                    texts.count += 1;
                    if texts.count > MOST_TEXTS {
                        return Err(Fault::TooLarge);
                    }
                    let text = unescape(&text);
                    file.write_all(&(text.len() as u32).to_le_bytes())?;
                    file.write_all(text.as_bytes())?;
                    end += 4 + text.len() as u64;
                }
                Event::Eof => break,
                event => reading.follow(event, &mut text)?,
            }
        }
        texts.blocks.push(end);
        texts.file = Some(file.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(texts)
    }

    fn get(&mut self, number: usize) -> Result<&str, Fault> {
        if number >= self.count {
            return Err(Fault::Damaged);
        }
        let mut rest = self.block(number / Self::BLOCK)?;
        let mut skip = number % Self::BLOCK;
        loop {
            let (length, after) = rest.split_first_chunk().ok_or(Fault::Damaged)?;
            let (text, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(Fault::Damaged)?;
            if skip == 0 {
                return std::str::from_utf8(text).map_err(|_| Fault::Damaged);
            }
            skip -= 1;
            rest = after;
        }
    }

    fn block(&mut self, block: usize) -> Result<&[u8], Fault> {
        if !self.near.contains_key(&block) {
            let (Some(file), Some(&[from, to])) = (&mut self.file, self.blocks.get(block..block + 2)) else {
                return Err(Fault::Damaged);
            };
            let mut bytes = vec![0; (to - from) as usize];
            file.seek(SeekFrom::Start(from))?;
            file.read_exact(&mut bytes)?;
            if self.near_size > Self::KEPT {
                self.near.clear();
                self.near_size = 0;
            }
            self.near_size += bytes.len();
            self.near.insert(block, bytes);
        }
        self.near.get(&block).map(Vec::as_slice).ok_or(Fault::Damaged)
    }
}

/// Whether the text of an event belongs to the value that is being read.
struct Reading {
    /// The element that holds it.
    element: &'static str,
    open: bool,
    /// Within the reading aid of a Japanese text.
    aid: bool,
}

impl Reading {
    const fn of(element: &'static str) -> Reading {
        Reading { element, open: false, aid: false }
    }

    fn follow(&mut self, event: &Event<'_>, into: &mut String) -> Result<(), Fault> {
        match event {
            Event::Start(tag) if tag.local_name().as_ref() == "rPh" => self.aid = true,
            Event::End(tag) if tag.local_name().as_ref() == "rPh" => self.aid = false,
            Event::Start(tag) => self.open = tag.local_name().as_ref() == self.element && !self.aid,
            Event::End(_) => self.open = false,
            event if self.open => gather(event, into)?,
            _ => {}
        }
        Ok(())
    }
}

/// How the value of a cell is written.
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Shared,
    Text,
    Inline,
    Bool,
    Date,
}

impl Kind {
    fn of(name: &str) -> Kind {
        match name {
            "n" => Kind::Number,
            "s" => Kind::Shared,
            "inlineStr" => Kind::Inline,
            "b" => Kind::Bool,
            "d" => Kind::Date,
            // The results of formulas, and errors such as #N/A.
            _ => Kind::Text,
        }
    }
}

/// A cell before its value has been read.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    kind: Kind,
    style: usize,
}

/// What the beginning or the end of an element means for the row.
enum Step {
    Row(u64),
    Cell(Place),
    RowEnd,
    End,
    Other,
}

/// Reads the rows of a worksheet.
pub(super) struct Rows<'t> {
    xml: Xml<'t>,
    texts: &'t mut Texts,
    styles: &'t [Style],
    since_1904: bool,
    line: u64,
    /// The column of the next cell that does not name its own.
    column: usize,
    begun: bool,
    value: String,
    formula: String,
}

impl Rows<'_> {
    pub(super) fn next_row(&mut self) -> Result<Option<Row>, Fault> {
        let mut row: Option<Row> = None;
        let mut size = 0;
        loop {
            match self.step(row.is_some())? {
                Step::Row(line) => {
                    self.line = line;
                    self.column = 0;
                    row = Some(Row { line, cells: Vec::new() });
                    size = 0;
                }
                Step::Cell(place) => {
                    self.column = place.column + 1;
                    let value = self.cell(place)?;
                    let Some(row) = row.as_mut().filter(|_| !value.is_empty()) else { continue };
                    if place.column >= MOST_COLUMNS {
                        return Err(Fault::TooManyColumns { line: row.line });
                    }
                    size += value.len();
                    if size > MOST_ROW {
                        return Err(Fault::TooLarge);
                    }
                    if row.cells.len() <= place.column {
                        row.cells.resize(place.column + 1, String::new());
                    }
                    row.cells[place.column] = value;
                }
                Step::RowEnd if row.is_some() => return Ok(row),
                // What follows is not needed, but whether the data is whole is only known at the end of the part.
                Step::End => {
                    while self.xml.next()? != Event::Eof {}
                    return Ok(None);
                }
                Step::RowEnd | Step::Other => {}
            }
        }
    }

    /// The next element that matters, within a row or between rows.
    fn step(&mut self, in_row: bool) -> Result<Step, Fault> {
        Ok(match self.xml.next()? {
            Event::Start(tag) => match (tag.local_name().as_ref(), in_row) {
                ("sheetData", _) => {
                    self.begun = true;
                    Step::Other
                }
                ("row", false) if self.begun => {
                    let line = attribute(&tag, "r")?.and_then(|line| line.parse().ok());
                    let line = line.filter(|line| *line > self.line).unwrap_or(self.line + 1);
                    if line > 1_048_576 {
                        return Err(Fault::Damaged);
                    }
                    Step::Row(line)
                }
                ("c", true) => {
                    let mut place = Place { column: self.column, kind: Kind::Number, style: 0 };
                    for attribute in tag.attributes().with_checks(false) {
                        let attribute = attribute.map_err(|_| Fault::Damaged)?;
                        match attribute.key.as_ref() {
                            "r" => place.column = column(&attribute.value).ok_or(Fault::Damaged)?,
                            "t" => place.kind = Kind::of(&attribute.value),
                            "s" => place.style = attribute.value.parse().unwrap_or(0),
                            _ => {}
                        }
                    }
                    Step::Cell(place)
                }
                _ => Step::Other,
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "row" => Step::RowEnd,
                "sheetData" => Step::End,
                _ => Step::Other,
            },
            Event::Eof => Step::End,
            _ => Step::Other,
        })
    }

    /// The canonical text of a cell that has begun.
    fn cell(&mut self, place: Place) -> Result<String, Fault> {
        self.value.clear();
        self.formula.clear();
        let mut reading = Reading::of(if let Kind::Inline = place.kind { "t" } else { "v" });
        let mut formula = Reading::of("f");
        loop {
            let event = self.xml.next()?;
            match &event {
                Event::End(tag) if tag.local_name().as_ref() == "c" => break,
                Event::Eof => return Err(Fault::Damaged),
                event => {
                    reading.follow(event, &mut self.value)?;
                    formula.follow(event, &mut self.formula)?;
                }
            }
        }
        let value = self.value.trim();
        if self.value.is_empty() {
            // A formula that nobody has worked out is not an empty cell.
            let open = matches!(place.kind, Kind::Number) && !self.formula.is_empty();
            return Ok(if open { format!("={}", self.formula) } else { String::new() });
        }
        Ok(match place.kind {
            Kind::Shared => self.texts.get(value.parse().map_err(|_| Fault::Damaged)?)?.to_owned(),
            Kind::Text | Kind::Inline => unescape(&self.value),
            Kind::Bool => match value {
                "1" => "true".to_owned(),
                "0" => "false".to_owned(),
                other => other.to_ascii_lowercase(),
            },
            Kind::Date => match value.split_once('T') {
                Some((date, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z')) => date.to_owned(),
                _ => value.to_owned(),
            },
            Kind::Number => {
                let moment = match self.styles.get(place.style) {
                    Some(Style::Moment) => moment(value, self.since_1904),
                    Some(Style::Elapsed) => elapsed(value),
                    Some(Style::Plain) | None => None,
                };
                moment.unwrap_or_else(|| number(value))
            }
        })
    }
}

/// The column of a reference such as `AB12`, counted from 0.
fn column(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let mut column: usize = 0;
    for letter in letters {
        column = column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        // XFD is the last.
        if column > 16_384 {
            return None;
        }
    }
    column.checked_sub(1)
}

/// The styles that cells name by their place.
fn styles(mut xml: Xml<'_>) -> Result<Vec<Style>, Fault> {
    let mut formats: HashMap<u32, Style> = HashMap::new();
    let mut styles = Vec::new();
    let mut section = String::new();
    loop {
        match xml.next()? {
            Event::Start(tag) => match (&section[..], tag.local_name().as_ref()) {
                (_, name @ ("numFmts" | "cellXfs")) => section = name.to_owned(),
                ("numFmts", "numFmt") => {
                    let number = attribute(&tag, "numFmtId")?.and_then(|number| number.parse().ok());
                    if let (Some(number), Some(code)) = (number, attribute(&tag, "formatCode")?) {
                        formats.insert(number, Style::of_code(&code));
                        within(formats.len())?;
                    }
                }
                ("cellXfs", "xf") => {
                    let number = attribute(&tag, "numFmtId")?.and_then(|number| number.parse().ok()).unwrap_or(0);
                    styles.push(formats.get(&number).copied().unwrap_or_else(|| Style::of_number(number)));
                    within(styles.len())?;
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == section => section.clear(),
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}
