//! Import of spreadsheets, CSV or XLSX, into any record, through the same reading, rules and writing as a form.
//!
//! A file of up to a million rows is read once into a temporary file ([`spool`]), which knows the rows of each document, and
//! then gone through a few thousand rows at a time: links are looked up, rules complete each document, what is good is
//! written with a handful of statements ([`chunk`]). A rehearsal takes each of these steps back. What it says of a row is
//! therefore what the import itself would say, except for what two steps do to each other.
//!
//! [`run`] does all of it within a transaction of the caller's. On the web a file is kept as a [`batch`] and worked off by a
//! [`job`], which can be undone ([`undo`]); what whoever keeps the server types ([`command`]) leaves such a batch behind:
//!
//! - *All or nothing* is one transaction. Nobody sees any of it before all of it is good; a worker that is killed leaves
//!   nothing behind, and the next one begins anew. What it costs: one commit seals the audit log for the whole file. Whoever
//!   writes in the same company just then waits, and is told that it is busy where that takes longer than a lock may: some
//!   seconds for tens of thousands of records, minutes for a million. The other way has no such moment.
//! - *Skip bad rows* commits step by step, each with its place in the file, so that the next worker goes on where the last
//!   one was.
//!
//! Memory does not grow with the file but for sixteen bytes a row where documents have lines, eight for each row that cannot
//! be read and, while the file is read, some twenty for each code that must be unique. What is found in a file goes into the
//! database step by step.

pub mod batch;
mod chunk;
pub mod command;
pub mod job;
pub mod report;
pub mod spool;
pub mod undo;
mod words;

use super::door::{Error, Outcome, Refusal};
use super::permission::Rights;
use super::table::{Fault, Table};
use super::tenancy::TenantTx;
use crate::i18n::{Digits, I18n, Locale};
use crate::record::fold::fold;
use crate::record::import::Example;
use crate::record::page::{Arg, Message};
use crate::record::{Field, Kind, Record, Value, value};
use crate::t;
use chunk::Importer;
use rust_decimal::Decimal;
use spool::{Faults, Spool};
pub use spool::{MOST_FAULTS, MOST_LINES, MOST_ROWS};
use std::collections::HashSet;
use std::fs::File;
use std::io;
use uuid::Uuid;

/// Rows gone through in one step: all of them are in memory, with what their documents become and what the audit log says
/// of it. Few in tests, so that their files take several.
const STEP: usize = if cfg!(test) { 50 } else { 2_000 };

/// A row that cannot be imported.
#[derive(Clone, Debug, PartialEq)]
pub struct Bad {
    /// Line in the file; the header is line 1.
    pub line: u64,
    pub column: String,
    pub text: String,
    pub reason: Message,
}

impl Bad {
    /// What is wrong with a row as a whole.
    fn of_row(line: u64, reason: &str) -> Bad {
        Bad { line, column: String::new(), text: String::new(), reason: Message::new(reason) }
    }

    /// A fault of the file; a fault of the machine stays one.
    fn of_file(fault: Fault) -> io::Result<Bad> {
        match (fault.message(), fault) {
            (Some(message), fault) => Ok(Bad::of_row(fault.line().unwrap_or(1), message)),
            (None, Fault::Io(error)) => Err(error),
            (None, other) => Err(io::Error::other(other)),
        }
    }
}

/// Where a column of the file goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    pub column: String,
    /// A field, `line.` and a field of the lines, or `parent` for the document that a line joins; empty for a column that is
    /// left out.
    pub target: String,
    /// What its values are multiplied by on the way: a hundred for a discount that the file gives as a share of one.
    pub factor: Option<Decimal>,
}

impl Mapping {
    /// Reads `Column=field` or `Column*100=field`.
    pub fn parse(text: &str) -> anyhow::Result<Mapping> {
        let (column, target) =
            text.split_once('=').ok_or_else(|| anyhow::anyhow!("to map a column write COLUMN=FIELD, not {text}"))?;
        let (column, factor) = match column.split_once('*') {
            Some((column, factor)) => match read_factor(factor) {
                Ok(Some(factor)) => (column, Some(factor)),
                _ => anyhow::bail!("to multiply a column write COLUMN*NUMBER=FIELD, the number not zero, not {text}"),
            },
            None => (column, None),
        };
        Ok(Mapping { column: column.to_owned(), target: target.to_owned(), factor })
    }

    /// A column with its way as [`Mapping::way`] writes it.
    fn on_way(column: &str, way: &str) -> Mapping {
        let (target, factor) = match way.split_once('*') {
            Some((target, factor)) => (target, factor.parse().ok()),
            None => (way, None),
        };
        Mapping { column: column.to_owned(), target: target.to_owned(), factor }
    }

    /// Where the column goes and what is done on the way, in one text: `line.discount*100`.
    fn way(&self) -> String {
        match self.factor {
            Some(factor) => format!("{}*{factor}", self.target),
            None => self.target.clone(),
        }
    }
}

/// Reads what somebody wrote to multiply a column by: any number but zero, with six decimals at most; nothing where they wrote
/// nothing.
pub fn read_factor(text: &str) -> Result<Option<Decimal>, Refusal> {
    match value::read(&FIGURE, text, "") {
        Ok(Value::Decimal(factor)) if factor.is_zero() => Err(Refusal::new("refuse-import-factor")),
        Ok(read) => Ok(read.decimal()),
        Err(fault) => Err(Refusal::new(fault.message())),
    }
}

/// A figure as people and files write it, whatever it counts.
const FIGURE: Field = Field::new("figure", Kind::Rate).signed();

/// Whether what goes to this target can be multiplied on the way.
fn takes_factor(record: &Record, target: &str) -> bool {
    record.any_field(&right_to(target)).is_some_and(|field| field.kind.is_figure())
}

/// What to import and how.
#[derive(Clone, Debug)]
pub struct Plan {
    pub record: &'static Record,
    pub mapping: Vec<Mapping>,
    /// The same text for every row, by target.
    pub fixed: Vec<(String, String)>,
    /// A row whose key exists changes that record, rather than being refused.
    pub changes: bool,
}

impl Plan {
    pub fn new(record: &'static Record) -> Plan {
        Plan { record, mapping: Vec::new(), fixed: Vec::new(), changes: false }
    }

    /// Refuses somebody who may not make such records, and a column that they may not write: it would be lost without a word.
    fn check(&self, tx: &TenantTx) -> Outcome<Option<Bad>> {
        let rights = tx.rights();
        tx.plan.has("import")?;
        if !rights.creates(self.record) {
            return Err(rights.denial(self.record));
        }
        if let (true, Some(key)) = (self.changes, self.record.key()) {
            if !rights.changes(self.record) {
                return Err(Error::Denied);
            }
            if !self.mapping.iter().any(|m| m.target == key.name) {
                let name = vec![format!("{}-{}", self.record.name, key.name), format!("field-{}", key.name)];
                let reason = Message::new("import-fault-no-key").with("field", Arg::Words(name));
                return Ok(Some(Bad { reason, ..Bad::of_row(1, "") }));
            }
        }
        let kept_from = |target: &str| {
            let field = right_to(target);
            self.record.any_field(&field).is_some() && !rights.on(self.record).changes_field(&field)
        };
        let given = self.mapping.iter().map(|m| &m.target).chain(self.fixed.iter().map(|(target, _)| target));
        let found = given.into_iter().find(|target| kept_from(target));
        Ok(found.map(|target| Bad { column: self.column_of(target), ..Bad::of_row(1, "import-fault-kept-from") }))
    }

    /// What the file calls the column that goes there.
    fn column_of(&self, target: &str) -> String {
        self.mapping.iter().find(|m| m.target == target).map_or_else(|| target.to_owned(), |m| m.column.clone())
    }
}

/// Names that a column of a file may have for somebody: those of the fields that they may set.
pub fn choices(i18n: I18n, record: &'static Record, rights: &Rights) -> Vec<(String, String)> {
    let grant = rights.on(record);
    targets(i18n, record).into_iter().filter(|(target, _)| grant.changes_field(&right_to(target))).collect()
}

/// What rights call the field of a target.
fn right_to(target: &str) -> String {
    let field = target.strip_suffix(".en").or_else(|| target.strip_suffix(".ar")).unwrap_or(target);
    field.replacen("line.", "lines.", 1)
}

/// Names that a column of a file may have: those of the record's fields and, for documents, of its lines.
fn targets(i18n: I18n, record: &'static Record) -> Vec<(String, String)> {
    let own = record.fields.iter().filter(|f| !f.computed);
    let own = own.flat_map(|f| in_languages(i18n, f, f.name.to_owned(), i18n.field(record, f.name)));
    let lines = record.lines.map_or(&[][..], |l| l.fields).iter().filter(|f| !f.computed);
    let lines = lines.flat_map(|f| {
        let label = t!(i18n, "import-line-field", field = i18n.line_field(record, f.name));
        in_languages(i18n, f, format!("line.{}", f.name), label)
    });
    let parent = record.lines.map(|_| ("parent".to_owned(), t!(i18n, "import-parent")));
    own.chain(lines).chain(parent).collect()
}

/// The target of a field; of a name, the two languages that it has as well.
fn in_languages(i18n: I18n, field: &Field, target: String, label: String) -> Vec<(String, String)> {
    let mut all = vec![(target.clone(), label.clone())];
    if field.kind == Kind::Names {
        all.push((format!("{target}.en"), t!(i18n, "import-in-english", field = &label)));
        all.push((format!("{target}.ar"), t!(i18n, "import-in-arabic", field = &label)));
    }
    all
}

/// What columns may be called, in both languages.
pub fn labels(record: &'static Record) -> Vec<(String, Vec<String>)> {
    let of = |locale| targets(I18n::new(locale, Digits::Western), record);
    let arabic = of(Locale::Ar);
    of(Locale::En).into_iter().zip(arabic).map(|((target, en), (_, ar))| (target, vec![en, ar])).collect()
}

/// A name of a column, however it is written.
fn plain(text: &str) -> String {
    fold(text).replace([' ', '_', '-'], "")
}

/// The mapping that a header suggests: columns called like a field, in the house's names or in either language.
pub fn suggest(header: &[String], names: &[(String, Vec<String>)]) -> Vec<Mapping> {
    let mut taken = HashSet::new();
    header
        .iter()
        .map(|column| {
            let target = names.iter().find(|(target, labels)| {
                !taken.contains(target)
                    && (plain(target) == plain(column) || labels.iter().any(|label| plain(label) == plain(column)))
            });
            let target = target.map(|(target, _)| target.clone()).unwrap_or_default();
            taken.insert(target.clone());
            Mapping { column: column.clone(), target, factor: None }
        })
        .collect()
}

/// The header of a file, or why it cannot be read at all.
pub async fn header(file: File) -> Outcome<Result<Vec<String>, Bad>> {
    let read = move || match Table::open(spool::rewound(file)?).and_then(|mut table| spool::header(&mut table)) {
        Ok(header) => Ok(Ok(header)),
        Err(fault) => Bad::of_file(fault).map(Err),
    };
    blocking(read).await
}

/// What an import did or would do.
#[derive(Debug, Default)]
pub struct Report {
    pub rows: u64,
    pub documents: Vec<Uuid>,
    /// How many of the documents were there before.
    pub changed: i64,
    /// The first of them.
    pub examples: Vec<Example>,
    /// The first faults; `faults` counts all.
    pub bad: Vec<Bad>,
    pub faults: u64,
}

/// Reads, completes and writes a whole file within this transaction. Where anything in it is bad, nothing is written, and
/// the report says what. The caller commits, or takes everything back.
pub async fn run(tx: &mut TenantTx, plan: &Plan, file: File) -> Outcome<Report> {
    go_through(tx, plan, file, None).await
}

/// The same; what is written is noted in a batch, where there is one.
async fn go_through(tx: &mut TenantTx, plan: &Plan, file: File, batch: Option<Uuid>) -> Outcome<Report> {
    let plan = &Plan { record: tx.described(plan.record), ..plan.clone() };
    if let Some(bad) = plan.check(tx)? {
        return Ok(Report { bad: vec![bad], faults: 1, ..Report::default() });
    }
    let mut spool = read(plan, file).await?;
    let mut faults = Faults::default();
    spool.faults().for_each(|bad| faults.add(bad));
    let mut report = Report { rows: spool.rows(), ..Report::default() };
    sqlx::query("savepoint import").execute(tx.conn()).await?;
    let mut importer = Importer::new(plan.clone());
    while spool.end.is_none() {
        let (told, rest) = next_documents(spool).await?;
        spool = rest;
        if told.is_empty() {
            break;
        }
        let step = importer.step(tx, told).await?;
        if let Some(batch) = batch {
            job::note_made(tx, batch, report.documents.len() as i64, &step.made).await?;
        }
        job::show(&mut report.examples, &step.made);
        report.changed += step.changed();
        report.documents.extend(step.made.iter().map(|made| made.id));
        step.bad.into_iter().for_each(|bad| faults.add(bad));
    }
    if faults.count > 0 {
        sqlx::query("rollback to savepoint import").execute(tx.conn()).await?;
        report = Report { rows: report.rows, ..Report::default() };
    }
    report.faults = faults.count;
    report.bad = faults.kept;
    report.bad.sort_by_key(|bad| bad.line);
    Ok(report)
}

/// Reads a file to its end.
async fn read(plan: &Plan, file: File) -> Outcome<Spool> {
    let plan = plan.clone();
    blocking(move || match Table::open(spool::rewound(file)?) {
        Ok(mut table) => Spool::read(&plan, &mut table),
        Err(fault) => Spool::closed(Bad::of_file(fault)?),
    })
    .await
}

/// The documents of the next step, with what they were read from.
async fn next_documents(mut spool: Spool) -> Outcome<(Vec<spool::Told>, Spool)> {
    blocking(move || Ok((spool.next_documents(STEP)?, spool))).await
}

/// Reads and writes of files, on a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Outcome<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => Ok(outcome.map_err(anyhow::Error::from)?),
        Err(failure) => Err(Error::Other(anyhow::anyhow!("reading a file: {failure}"))),
    }
}
