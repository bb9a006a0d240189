//! Import of spreadsheets, CSV or XLSX, into any record, through the same reading, rules and writing as a form.
//!
//! A file is rehearsed first: everything is read, completed and written in a transaction that is taken back, and every bad
//! row is named by line, column and reason. Nothing is written before the whole file is good.

use super::document::Document;
use super::door::{self, Error, Links, Outcome, Refusal, Typed};
use super::table::{Fault, Table};
use super::tenancy::TenantTx;
use crate::record::page::Message;
use crate::record::{Field, Kind, Record, line::parse_input_name};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write as _;
use std::str::FromStr as _;

/// Rows of one file; more asks for more than one request may take.
const MOST_ROWS: usize = 100_000;

/// A row that cannot be imported.
#[derive(Clone, Debug, PartialEq)]
pub struct Bad {
    /// Line in the file; the header is line 1.
    pub line: u64,
    pub column: String,
    pub text: String,
    pub reason: Message,
}

/// Where a column of the file goes. `x*100` multiplies by a hundred on the way, as for a discount given as a fraction.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    pub column: String,
    /// A field, `line.` and a field of the lines, or `parent` for the document that a line joins.
    pub target: String,
    pub factor: Option<Decimal>,
}

impl Mapping {
    /// Reads `Column=field` or `Column*100=field`.
    pub fn parse(text: &str) -> anyhow::Result<Mapping> {
        let (column, target) =
            text.split_once('=').ok_or_else(|| anyhow::anyhow!("to map a column write COLUMN=FIELD, not {text}"))?;
        let (column, factor) = match column.split_once('*') {
            Some((column, factor)) => (column, Some(Decimal::from_str(factor)?)),
            None => (column, None),
        };
        Ok(Mapping { column: column.to_owned(), target: target.to_owned(), factor })
    }
}

/// What to import and how.
#[derive(Clone, Debug)]
pub struct Plan {
    pub record: &'static Record,
    pub mapping: Vec<Mapping>,
    /// The same text for every row, by target.
    pub fixed: Vec<(String, String)>,
}

/// What an import did or would do.
#[derive(Debug, Default)]
pub struct Report {
    pub rows: u64,
    pub documents: Vec<uuid::Uuid>,
    pub bad: Vec<Bad>,
}

/// Opens a file, or says why it cannot be read at all.
fn open(bytes: &[u8]) -> Outcome<Result<Table, Bad>> {
    let mut file = tempfile::tempfile().map_err(anyhow::Error::from)?;
    file.write_all(bytes).map_err(anyhow::Error::from)?;
    match Table::open(file) {
        Ok(table) => Ok(Ok(table)),
        Err(fault) => Ok(Err(bad_file(fault)?)),
    }
}

/// A fault of the file as a bad row; a fault of the machine stays one.
fn bad_file(fault: Fault) -> Outcome<Bad> {
    match fault.message() {
        Some(message) => Ok(Bad {
            line: fault.line().unwrap_or(1),
            column: String::new(),
            text: String::new(),
            reason: Message::new(message),
        }),
        None => Err(Error::Other(fault.into())),
    }
}

/// The header of a file, or why it cannot be read at all.
pub fn header(bytes: &[u8]) -> Outcome<Result<Vec<String>, Bad>> {
    let mut table = match open(bytes)? {
        Ok(table) => table,
        Err(bad) => return Ok(Err(bad)),
    };
    match table.rows(0) {
        Ok(rows) => Ok(Ok(rows.header().cells.iter().map(|cell| cell.trim().to_owned()).collect())),
        Err(fault) => Ok(Err(bad_file(fault)?)),
    }
}

/// The rows of a file as CSV, which a page can carry until the import is confirmed.
pub fn as_text(bytes: &[u8]) -> Outcome<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    if let Ok(mut table) = open(bytes)?
        && let Ok(rows) = table.rows(0)
    {
        csv.write_record(&rows.header().cells).map_err(anyhow::Error::from)?;
        for row in rows.map_while(Result::ok) {
            csv.write_record(&row.cells).map_err(anyhow::Error::from)?;
        }
    }
    let bytes = csv.into_inner().map_err(|e| anyhow::anyhow!("csv: {e}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The mapping that a header suggests: columns called like a field, in the house's names or in either language.
pub fn suggest(header: &[String], names: &[(String, Vec<String>)]) -> Vec<Mapping> {
    let plain = |text: &str| crate::record::fold::fold(text).replace([' ', '_', '-'], "");
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

/// A row of the file, its texts by target.
struct FileRow {
    line: u64,
    texts: BTreeMap<String, String>,
}

fn read_rows(plan: &Plan, bytes: &[u8]) -> Outcome<Result<Vec<FileRow>, Vec<Bad>>> {
    let mut table = match open(bytes)? {
        Ok(table) => table,
        Err(bad) => return Ok(Err(vec![bad])),
    };
    let found = match table.rows(0) {
        Ok(rows) => rows,
        Err(fault) => return Ok(Err(vec![bad_file(fault)?])),
    };
    let header: Vec<String> = found.header().cells.iter().map(|cell| cell.trim().to_owned()).collect();
    let mut places = Vec::new();
    for mapping in plan.mapping.iter().filter(|m| !m.target.is_empty()) {
        if let Some(at) = header.iter().position(|c| *c == mapping.column) {
            places.push((at, mapping));
        }
    }
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for row in found {
        let row = match row {
            Ok(row) => row,
            Err(fault) => {
                bad.push(bad_file(fault)?);
                continue;
            }
        };
        if rows.len() >= MOST_ROWS {
            bad.push(Bad {
                line: row.line,
                column: String::new(),
                text: String::new(),
                reason: Message::new("import-fault-too-large"),
            });
            break;
        }
        let mut texts: BTreeMap<String, String> = plan.fixed.iter().cloned().collect();
        for (at, mapping) in &places {
            let mut text = row.cells.get(*at).map_or("", |cell| cell.trim()).to_owned();
            if let (Some(factor), Ok(number)) = (mapping.factor, Decimal::from_str(&text)) {
                text = (number * factor).normalize().to_string();
            }
            texts.insert(mapping.target.clone(), text);
        }
        rows.push(FileRow { line: row.line, texts });
    }
    Ok(if bad.is_empty() { Ok(rows) } else { Err(bad) })
}

/// A document that the file makes or extends, with the line of the file behind each of its rows.
struct Planned {
    typed: Typed,
    existing: Option<Document>,
    header_line: u64,
    lines: Vec<u64>,
}

/// Reads, completes and, when nothing is wrong, writes the whole file. The caller commits, or takes everything back.
pub async fn run(tx: &mut TenantTx, plan: &Plan, bytes: &[u8]) -> Outcome<Report> {
    let rights = tx.rights();
    if !rights.creates(plan.record) {
        return Err(Error::Denied);
    }
    // A column that the importer may not write would be lost without a word.
    let kept_from = |target: &str| {
        let field = target.replacen("line.", "lines.", 1);
        plan.record.any_field(&field).is_some() && !rights.on(plan.record).changes_field(&field)
    };
    let given = plan.mapping.iter().map(|m| &m.target).chain(plan.fixed.iter().map(|(target, _)| target));
    if let Some(target) = given.into_iter().find(|target| kept_from(target)) {
        let reason = Message::new("import-fault-kept-from");
        let bad = Bad { line: 1, column: column_of(plan, target), text: String::new(), reason };
        return Ok(Report { bad: vec![bad], ..Report::default() });
    }
    let rows = match read_rows(plan, bytes)? {
        Ok(rows) => rows,
        Err(bad) => return Ok(Report { bad, ..Report::default() }),
    };
    let mut report = Report { rows: rows.len() as u64, ..Report::default() };
    if rows.is_empty() {
        report.bad.push(Bad {
            line: 1,
            column: String::new(),
            text: String::new(),
            reason: Message::new("import-fault-empty"),
        });
        return Ok(report);
    }
    let links = all_links(tx, plan).await?;
    let planned = group(tx, plan, rows, &mut report).await?;
    let mut ready = Vec::new();
    for planned in planned {
        if let Some(document) = complete(tx, plan, planned, &links, &mut report).await? {
            ready.push(document);
        }
    }
    report.bad.sort_by_key(|bad| bad.line);
    if !report.bad.is_empty() {
        return Ok(report);
    }
    for (before, mut document) in ready {
        door::write_imported(tx, before.as_ref(), &mut document).await?;
        report.documents.push(document.id);
    }
    Ok(report)
}

/// Everything that links in the file can name, read once per record type.
async fn all_links(tx: &mut TenantTx, plan: &Plan) -> Outcome<Links> {
    let mut targets: Vec<&'static str> = Vec::new();
    let given = |name: &str| {
        plan.mapping.iter().any(|m| m.target == name) || plan.fixed.iter().any(|(target, _)| target == name)
    };
    let mut note = |field: &Field, name: String| {
        if let Kind::Link(target) = field.kind
            && given(&name)
            && !targets.contains(&target)
        {
            targets.push(target);
        }
    };
    for field in plan.record.fields {
        note(field, field.name.to_owned());
    }
    for field in plan.record.lines.map_or(&[][..], |l| l.fields) {
        note(field, format!("line.{}", field.name));
    }
    let mut links = Links::default();
    for target in targets.into_iter().filter_map(door::record) {
        links.fetch_all(tx, target).await?;
    }
    Ok(links)
}

/// Gathers rows into documents: one each for records without lines; rows of equal header, or of one parent, otherwise.
async fn group(tx: &mut TenantTx, plan: &Plan, rows: Vec<FileRow>, report: &mut Report) -> Outcome<Vec<Planned>> {
    let has_lines = plan.mapping.iter().any(|m| m.target.starts_with("line."));
    if !has_lines {
        check_unique(tx, plan, &rows, report).await?;
        let single = |row: FileRow| Planned {
            typed: Typed { fields: row.texts, lines: None },
            existing: None,
            header_line: row.line,
            lines: Vec::new(),
        };
        return Ok(rows.into_iter().map(single).collect());
    }
    let has_parent = plan.mapping.iter().any(|m| m.target == "parent");
    let drafts = if has_parent { drafts(tx, plan.record).await? } else { HashMap::new() };
    let mut order: Vec<String> = Vec::new();
    let mut found: HashMap<String, Planned> = HashMap::new();
    for row in rows {
        let mut line = BTreeMap::new();
        let mut header = BTreeMap::new();
        let mut parent = None;
        for (target, text) in row.texts {
            match target.strip_prefix("line.") {
                Some(field) => {
                    line.insert(field.to_owned(), text);
                }
                None if target == "parent" => parent = Some(text),
                None => {
                    header.insert(target, text);
                }
            }
        }
        let key = parent.clone().unwrap_or_else(|| format!("{header:?}"));
        if !found.contains_key(&key) {
            let existing = match &parent {
                Some(text) => match drafts.get(text) {
                    Some(id) => Some(door::load(tx, plan.record, *id, door::Lock::Update).await?),
                    None => {
                        let reason = Message::new("import-fault-parent").with("text", text);
                        report.bad.push(Bad {
                            line: row.line,
                            column: column_of(plan, "parent"),
                            text: text.clone(),
                            reason,
                        });
                        continue;
                    }
                },
                None => None,
            };
            // Lines that a draft has stay, and new ones come after them.
            let mut kept_lines = Vec::new();
            let mut lines = Vec::new();
            for kept in existing.iter().flat_map(|document| &document.lines) {
                kept_lines.push(BTreeMap::from([("id".to_owned(), kept.id.to_string())]));
                lines.push(row.line);
            }
            let typed = Typed { fields: header, lines: Some(kept_lines) };
            order.push(key.clone());
            found.insert(key.clone(), Planned { typed, existing, header_line: row.line, lines });
        }
        if let Some(planned) = found.get_mut(&key) {
            planned.typed.lines.get_or_insert_default().push(line);
            planned.lines.push(row.line);
        }
    }
    Ok(order.into_iter().filter_map(|key| found.remove(&key)).collect())
}

/// Drafts by the names that lines can call them: number, reference.
async fn drafts(tx: &mut TenantTx, record: &'static Record) -> Outcome<HashMap<String, uuid::Uuid>> {
    let tenant = tx.tenant();
    let rows: Vec<(uuid::Uuid, String)> =
        sqlx::query_as(super::sql::drafts(record)).bind(tenant).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, name)| (name, id)).collect())
}

/// Codes that occur twice in the file, or exist already.
async fn check_unique(tx: &mut TenantTx, plan: &Plan, rows: &[FileRow], report: &mut Report) -> Outcome<()> {
    for field in plan.record.fields.iter().filter(|f| f.unique && !f.computed) {
        let given: Vec<String> =
            rows.iter().filter_map(|row| row.texts.get(field.name)).filter(|t| !t.is_empty()).cloned().collect();
        let tenant = tx.tenant();
        let existing: Vec<String> = sqlx::query_scalar(super::sql::existing(plan.record, field))
            .bind(tenant)
            .bind(&given)
            .fetch_all(tx.conn())
            .await?;
        let mut seen: HashSet<&str> = existing.iter().map(String::as_str).collect();
        for row in rows {
            if let Some(text) = row.texts.get(field.name).filter(|t| !t.is_empty())
                && !seen.insert(text)
            {
                let reason = Message::new("import-fault-twice").with("text", text);
                report.bad.push(Bad {
                    line: row.line,
                    column: column_of(plan, field.name),
                    text: text.clone(),
                    reason,
                });
            }
        }
    }
    Ok(())
}

fn column_of(plan: &Plan, target: &str) -> String {
    plan.mapping.iter().find(|m| m.target == target).map_or_else(|| target.to_owned(), |m| m.column.clone())
}

/// Reads and completes one document. `None` when something in it is bad; what, is in the report.
async fn complete(
    tx: &mut TenantTx,
    plan: &Plan,
    planned: Planned,
    links: &Links,
    report: &mut Report,
) -> Outcome<Option<(Option<Document>, Document)>> {
    let mut document = match &planned.existing {
        Some(existing) => existing.clone(),
        None => door::fresh(tx, plan.record).await?,
    };
    let company_currency = tx.company.currency.clone();
    let mut refusals = door::read_typed(&mut document, &planned.typed, links, &tx.standing.rights, &company_currency);
    // A document whose text cannot be read is not completed: its faults are those of the file.
    if refusals.is_empty() {
        match door::complete(tx, &mut document).await {
            Ok(()) => refusals.extend(document.missing().into_iter().filter(|r| r.field.as_deref() != Some("lines"))),
            Err(Error::Refused(found)) => refusals.extend(found),
            Err(other) => return Err(other),
        }
    }
    let good = refusals.is_empty();
    for refusal in refusals {
        report.bad.push(place(plan, &planned, &refusal));
    }
    Ok(good.then_some((planned.existing, document)))
}

/// The line and the column of the file that a refusal concerns.
fn place(plan: &Plan, planned: &Planned, refusal: &Refusal) -> Bad {
    let field = refusal.field.as_deref().unwrap_or_default();
    let (line, target, text) = match parse_input_name(field) {
        Some((row, name)) => {
            let text = planned.typed.lines.iter().flatten().nth(row).and_then(|texts| texts.get(name)).cloned();
            (planned.lines.get(row).copied().unwrap_or(planned.header_line), format!("line.{name}"), text)
        }
        None => (planned.header_line, field.to_owned(), planned.typed.fields.get(field).cloned()),
    };
    Bad { line, column: column_of(plan, &target), text: text.unwrap_or_default(), reason: refusal.message.clone() }
}
