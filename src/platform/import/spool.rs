//! The rows of a file in the order of the documents that they make, in a temporary file.
//!
//! Rows of one document may stand anywhere in a file. Of each row only sixteen bytes are kept in memory: where it is in the
//! temporary file, and which document it belongs to. Where each row is a document of its own nothing is, as they are read in
//! the order in which they stand.

use super::{Bad, FIGURE, Mapping, Plan};
use crate::platform::table::{Fault, Table};
use crate::record::page::Message;
use crate::record::value;
use rust_decimal::Decimal;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::hash::BuildHasher as _;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};
use std::str::FromStr as _;

/// Rows of one file.
pub const MOST_ROWS: usize = if cfg!(test) { 12_000 } else { 1_000_000 };

/// Lines of one document: they are in memory together.
pub const MOST_LINES: usize = 10_000;

/// Faults of one file that a report holds, and that a page looks through for those that it shows; all are counted.
pub const MOST_FAULTS: usize = if cfg!(test) { 250 } else { 10_000 };

/// Texts of a row or of a line, by target.
pub type Texts = BTreeMap<String, String>;

/// What the rows of a file say of one document.
#[derive(Debug, Default)]
pub struct Told {
    /// What the document that the lines join is called.
    pub parent: Option<String>,
    pub fields: Texts,
    /// `None` for a file that has no lines.
    pub lines: Option<Vec<Texts>>,
    /// The line of the file behind each line of the document; at least one.
    pub at: Vec<u64>,
    /// Targets whose text occurs further up in the file.
    pub twice: Vec<String>,
    /// More lines than a document can take. The texts of those are not here.
    pub too_long: bool,
}

/// Faults, of which the first are kept and all are counted.
#[derive(Debug, Default)]
pub struct Faults {
    pub kept: Vec<Bad>,
    pub count: u64,
}

impl Faults {
    pub fn add(&mut self, bad: Bad) {
        self.count += 1;
        if self.kept.len() < MOST_FAULTS {
            self.kept.push(bad);
        }
    }
}

/// A file that has been read once.
pub struct Spool {
    file: BufReader<File>,
    at: u64,
    /// For each row where the first of its document is and where it is itself, in order. Empty where there are no lines.
    index: Vec<(u64, u64)>,
    rows: usize,
    next: usize,
    /// Rows read, where there are no lines.
    passed: usize,
    shape: Shape,
    /// Lines of rows of another width than the first, which cannot be read.
    pub unreadable: Vec<u64>,
    /// What ended the reading: nothing of the file can be imported as it is.
    pub end: Option<Bad>,
}

/// How rows are told apart and put together again.
struct Shape {
    /// Cell of the file, where it goes, and what it is multiplied by.
    cells: Vec<(usize, String, Option<Decimal>)>,
    fixed: Vec<(String, String)>,
    /// Targets of which each text occurs once, as places in `cells`.
    unique: Vec<usize>,
    has_lines: bool,
    parent: Option<usize>,
}

impl Shape {
    fn new(plan: &Plan, header: &[String]) -> Shape {
        let mut taken = HashSet::new();
        let mut cells = Vec::new();
        for mapping in &plan.mapping {
            // Of columns with one name, the first that nobody asked for yet.
            let found = header.iter().enumerate().find(|(at, c)| **c == mapping.column && !taken.contains(at));
            let Some((at, _)) = found else { continue };
            taken.insert(at);
            if !mapping.target.is_empty() {
                cells.push((at, mapping.target.clone(), mapping.factor));
            }
        }
        let has_lines = cells.iter().any(|(_, target, _)| target.starts_with("line."));
        let parent = cells.iter().position(|(_, target, _)| target == "parent").filter(|_| has_lines);
        let unique = |(_, target, _): &(usize, String, Option<Decimal>)| {
            !has_lines && plan.record.field(target).is_some_and(|f| f.unique && !f.computed)
        };
        let unique = cells.iter().enumerate().filter(|(_, cell)| unique(cell)).map(|(i, _)| i).collect();
        Shape { cells, fixed: plan.fixed.clone(), unique, has_lines, parent }
    }

    /// The texts of a row that count, in the order of `cells`.
    fn texts(&self, cells: &[String]) -> Vec<String> {
        self.cells
            .iter()
            .map(|(at, _, factor)| {
                // Postgres keeps no NUL, and cannot even be asked for one; another sign that is no text is refused like it.
                let text = cells.get(*at).map_or("", |cell| cell.trim()).replace('\0', "\u{1}");
                factor.and_then(|factor| multiplied(&text, factor)).unwrap_or(text)
            })
            .collect()
    }

    /// What rows of one document share.
    fn key<'t>(&self, texts: &'t [String]) -> Vec<&'t str> {
        match self.parent {
            Some(parent) => vec![&texts[parent]],
            None => {
                let header = self.cells.iter().zip(texts).filter(|((_, target, _), _)| !target.starts_with("line."));
                header.map(|(_, text)| text.as_str()).collect()
            }
        }
    }

    fn begin(&self, texts: Vec<String>, line: u64, twice: u64) -> Told {
        let mut told = Told { lines: self.has_lines.then(Vec::new), ..Told::default() };
        for (i, place) in self.unique.iter().enumerate() {
            if twice & (1 << i) != 0 {
                told.twice.push(self.cells[*place].1.clone());
            }
        }
        self.join(&mut told, texts, line);
        told
    }

    /// Adds a row to the document that it belongs to.
    fn join(&self, told: &mut Told, texts: Vec<String>, line: u64) {
        let first = told.at.is_empty();
        told.at.push(line);
        if told.at.len() > MOST_LINES {
            told.too_long = true;
            told.lines = Some(Vec::new());
            return;
        }
        let mut of_line = Texts::new();
        let fixed = self.fixed.iter().map(|(target, text)| (target, text.clone()));
        for (target, text) in fixed.chain(self.cells.iter().map(|(_, target, _)| target).zip(texts)) {
            match target.strip_prefix("line.") {
                Some(field) => {
                    of_line.insert(field.to_owned(), text);
                }
                None if !first => {}
                None if target == "parent" => told.parent = Some(text),
                None => {
                    told.fields.insert(target.clone(), text);
                }
            }
        }
        if let Some(lines) = &mut told.lines {
            lines.push(of_line);
        }
    }
}

/// What a figure of the file becomes, in whichever digits it is written. A percentage is what it says already; what is no
/// figure is refused where the field reads it.
fn multiplied(text: &str, factor: Decimal) -> Option<String> {
    if text.ends_with(['%', '٪']) {
        return None;
    }
    let figure = Decimal::from_str(text).ok().or_else(|| value::read(&FIGURE, text, "").ok()?.decimal())?;
    Some(figure.checked_mul(factor)?.normalize().to_string())
}

/// The names of a file's columns.
pub fn header(table: &mut Table) -> Result<Vec<String>, Fault> {
    Ok(trimmed(&table.rows(0)?.header().cells))
}

fn trimmed(cells: &[String]) -> Vec<String> {
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

impl Spool {
    /// Reads a file to its end. What is wrong with it is in the answer; an error is the machine's.
    pub fn read(plan: &Plan, table: &mut Table) -> io::Result<Spool> {
        let rows = match table.rows(0) {
            Ok(rows) => rows,
            Err(fault) => return Spool::closed(Bad::of_file(fault)?),
        };
        let shape = Shape::new(plan, &trimmed(&rows.header().cells));
        if let Some(bad) = sent_twice(plan, &shape) {
            return Spool::closed(bad);
        }
        let hasher = RandomState::new();
        let mut seen: Vec<HashSet<u64>> = shape.unique.iter().map(|_| HashSet::new()).collect();
        let mut out = BufWriter::new(tempfile::tempfile()?);
        let (mut index, mut count, mut at) = (Vec::new(), 0, 0);
        let (mut unreadable, mut end) = (Vec::new(), None);
        for row in rows {
            let line = match &row {
                Ok(row) => row.line,
                Err(fault) => fault.line().unwrap_or(1),
            };
            if count + unreadable.len() >= MOST_ROWS {
                end = Some(Bad::of_row(line, "import-fault-too-large"));
                break;
            }
            let row = match row {
                Ok(row) => row,
                // Reading goes on only after a row of another width.
                Err(Fault::Cut { line }) => {
                    unreadable.push(line);
                    continue;
                }
                Err(fault) => {
                    end = Some(Bad::of_file(fault)?);
                    break;
                }
            };
            let texts = shape.texts(&row.cells);
            let mut twice = 0;
            for (i, place) in shape.unique.iter().enumerate() {
                let text = &texts[*place];
                if !text.is_empty() && !seen[i].insert(hasher.hash_one(text)) {
                    twice |= 1 << i;
                }
            }
            if shape.has_lines {
                index.push((hasher.hash_one(shape.key(&texts)), at));
            }
            count += 1;
            at += write_row(&mut out, row.line, twice, &texts)?;
        }
        drop(seen);
        if count == 0 && unreadable.is_empty() && end.is_none() {
            return Spool::closed(Bad::of_row(1, "import-fault-empty"));
        }
        by_document(&mut index);
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let file = BufReader::new(file);
        Ok(Spool { file, at: 0, index, rows: count, next: 0, passed: 0, shape, unreadable, end })
    }

    /// A file of which no row can be used.
    pub fn closed(bad: Bad) -> io::Result<Spool> {
        let shape = Shape { cells: Vec::new(), fixed: Vec::new(), unique: Vec::new(), has_lines: false, parent: None };
        let file = BufReader::new(tempfile::tempfile()?);
        let (index, unreadable) = (Vec::new(), Vec::new());
        Ok(Spool { file, at: 0, index, rows: 0, next: 0, passed: 0, shape, unreadable, end: Some(bad) })
    }

    /// What is wrong with rows as such, and with the file.
    pub fn faults(&self) -> impl Iterator<Item = Bad> + '_ {
        let cut = self.unreadable.iter().map(|line| Bad::of_row(*line, "import-fault-cut"));
        cut.chain(self.end.clone())
    }

    /// Rows that can be read.
    pub fn rows(&self) -> u64 {
        self.rows as u64
    }

    /// Goes on behind so many rows; before the first documents are asked for.
    pub fn skip_to(&mut self, rows: u64) {
        self.next = usize::try_from(rows).unwrap_or(usize::MAX).min(self.rows);
    }

    /// The next documents: so many rows, and as many more as the last document has. None at the end.
    pub fn next_documents(&mut self, rows: usize) -> io::Result<Vec<Told>> {
        if !self.shape.has_lines {
            return self.next_rows(rows);
        }
        let (mut all, begin) = (Vec::new(), self.next);
        while self.next < self.index.len() && self.next - begin < rows {
            let first = self.index[self.next].0;
            // More than one only where keys fall together that are not the same.
            let mut documents: Vec<(Vec<String>, Told)> = Vec::new();
            while let Some((of, at)) = self.index.get(self.next).copied().filter(|(of, _)| *of == first) {
                debug_assert!(of == first);
                let (line, twice, texts) = self.read_row(at)?;
                let key: Vec<String> = self.shape.key(&texts).into_iter().map(str::to_owned).collect();
                match documents.iter_mut().find(|(other, _)| *other == key) {
                    Some((_, told)) => self.shape.join(told, texts, line),
                    None => documents.push((key, self.shape.begin(texts, line, twice))),
                }
                self.next += 1;
            }
            all.extend(documents.into_iter().map(|(_, told)| told));
        }
        Ok(all)
    }

    /// The next rows, each of them a document.
    fn next_rows(&mut self, rows: usize) -> io::Result<Vec<Told>> {
        let end = self.rows.min(self.next + rows);
        let mut all = Vec::with_capacity(end - self.next);
        while self.passed < end {
            let (line, twice, texts) = self.read_row(self.at)?;
            if self.passed >= self.next {
                all.push(self.shape.begin(texts, line, twice));
            }
            self.passed += 1;
        }
        self.next = end;
        Ok(all)
    }

    fn read_row(&mut self, at: u64) -> io::Result<(u64, u64, Vec<String>)> {
        // Keeps what has been read ahead, as rows of a document mostly follow each other.
        let there = at as i64 - self.at as i64;
        self.file.seek_relative(there)?;
        let (line, twice) = (read_number(&mut self.file)?, read_number(&mut self.file)?);
        self.at = at + 16;
        let mut texts = Vec::with_capacity(self.shape.cells.len());
        for _ in 0..self.shape.cells.len() {
            let mut text = vec![0; read_number(&mut self.file)? as usize];
            self.file.read_exact(&mut text)?;
            self.at += 8 + text.len() as u64;
            texts.push(String::from_utf8(text).map_err(|_| io::ErrorKind::InvalidData)?);
        }
        Ok((line, twice, texts))
    }
}

/// Two columns, or a column and a fixed text, that go to one field.
fn sent_twice(plan: &Plan, shape: &Shape) -> Option<Bad> {
    let mut taken: HashSet<&str> = plan.fixed.iter().map(|(target, _)| target.as_str()).collect();
    let again = shape.cells.iter().find(|(_, target, _)| !taken.insert(target))?;
    let last = plan.mapping.iter().rev().find(|Mapping { target, .. }| *target == again.1)?;
    let reason = Message::new("import-fault-target-twice");
    Some(Bad { line: 1, column: last.column.clone(), text: String::new(), reason })
}

/// Puts the rows of one document together, documents in the order of their first rows. In place, for the sake of memory.
fn by_document(index: &mut [(u64, u64)]) {
    index.sort_unstable();
    for rows in index.chunk_by_mut(|a, b| a.0 == b.0) {
        let first = rows[0].1;
        rows.iter_mut().for_each(|row| row.0 = first);
    }
    index.sort_unstable();
}

fn write_row(out: &mut impl Write, line: u64, twice: u64, texts: &[String]) -> io::Result<u64> {
    let mut written = 16;
    out.write_all(&line.to_le_bytes())?;
    out.write_all(&twice.to_le_bytes())?;
    for text in texts {
        out.write_all(&(text.len() as u64).to_le_bytes())?;
        out.write_all(text.as_bytes())?;
        written += 8 + text.len() as u64;
    }
    Ok(written)
}

fn read_number(file: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// A file from its beginning.
pub fn rewound(mut file: File) -> io::Result<File> {
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
