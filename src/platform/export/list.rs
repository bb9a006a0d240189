//! The rows that a query finds, as a file.

use super::{Export, Format, Growing, PAGE, PDF_ROWS, blocking, fits, named, paper};
use crate::i18n::I18n;
use crate::platform::door::{Error, Outcome};
use crate::platform::page::{self, Reader};
use crate::platform::pdf::{self, Look};
use crate::platform::sheet::{self, Heading};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::page::{Cell, Row};
use crate::record::query::Query;
use crate::record::{Field, Kind, Record, Value, money};
use crate::t;
use async_trait::async_trait;
use rust_decimal::Decimal;
use uuid::Uuid;

/// What to export.
#[derive(Clone, Debug)]
pub struct Plan {
    pub record: &'static Record,
    pub query: Query,
    /// Only these of the rows that the query finds.
    pub ids: Option<Vec<Uuid>>,
    pub format: Format,
}

/// Writes all rows of a list into a temporary file. However long it is, no more than a few pages of it are in memory.
pub async fn write(db: &Db, cx: &Cx, plan: &Plan) -> Outcome<Export> {
    let written = write_for(db, cx, plan, None).await?;
    written.ok_or_else(|| anyhow::anyhow!("an export stopped by itself").into())
}

/// Somebody who waits for a file while it grows.
#[async_trait]
pub trait Waiting: Send + Sync {
    /// Hears how many rows are written, half of those that are to be printed where they are only read, and says whether to go on.
    async fn wrote(&self, rows: i64) -> Outcome<bool>;

    /// Hears that what comes next takes as long as it takes.
    async fn finishing(&self) -> Outcome<()>;
}

/// The same for somebody who hears of each page, and may have it stopped: then there is no file.
pub async fn write_for(db: &Db, cx: &Cx, plan: &Plan, waiting: Option<&dyn Waiting>) -> Outcome<Option<Export>> {
    let mut tx = db.begin(cx).await?;
    let plan = &Plan { record: tx.described(plan.record), ..plan.clone() };
    let i18n = cx.i18n;
    let mut reader = Reader::new(&tx, plan.record, &plan.query, plan.ids.as_deref())?;
    let columns = Columns {
        i18n,
        company_currency: tx.company.currency.clone(),
        fields: reader.columns.clone(),
        record: plan.record,
    };
    let title = i18n.records(plan.record);
    let mut growing = match plan.format {
        Format::Sheet(format) => Growing::sheet(format, &columns.headings(), &title, i18n)?,
        Format::Pdf => {
            fits(reader.count(&mut tx, PDF_ROWS as i64).await? as usize)?;
            let mut paper = paper(&mut tx, title.clone(), columns.on_paper()).await?;
            paper.conditions = conditions(&mut tx, plan).await?;
            Growing::Paper(Box::new(paper))
        }
        Format::Archive => return Err(Error::BadRequest("format")),
    };
    let mut count = 0;
    loop {
        let rows = reader.next(&mut tx, PAGE).await?;
        if rows.is_empty() {
            break;
        }
        count += rows.len() as i64;
        let columns = columns.clone();
        growing = blocking(move || {
            match &mut growing {
                Growing::Sheet(writer) => rows.iter().try_for_each(|row| writer.row(&columns.cells(row)))?,
                Growing::Paper(paper) => rows.iter().try_for_each(|row| paper.add(columns.printed(row)))?,
            }
            Ok(growing)
        })
        .await?;
        growing.check()?;
        if let Some(waiting) = waiting
            && !waiting.wrote(if plan.format == Format::Pdf { count / 2 } else { count }).await?
        {
            return Ok(None);
        }
    }
    if let Growing::Paper(paper) = &mut growing
        && count > 0
    {
        paper.totals = columns.totals(count, &reader.totals(&mut tx).await?);
    }
    if let Some(waiting) = waiting {
        waiting.finishing().await?;
    }
    let name = named(&tx, &title, plan.format);
    tx.commit().await?;
    let file = growing.finish(waiting).await?;
    Ok(file.map(|file| Export { file, name, format: plan.format }))
}

/// What a list was narrowed by, in words.
async fn conditions(tx: &mut TenantTx, plan: &Plan) -> Outcome<Vec<String>> {
    let (i18n, record, query) = (tx.cx.i18n, plan.record, &plan.query);
    let rights = tx.rights();
    let mut conditions = Vec::new();
    if plan.ids.is_some() {
        conditions.push(t!(i18n, "pdf-chosen"));
    }
    if let Some(view) = query.view.as_deref().filter(|name| record.views.iter().any(|view| view.name == *name)) {
        conditions.push(i18n.view(record, view));
    }
    let labels = page::filter_labels(tx, record, query).await?;
    for filter in &query.filters {
        let Some(field) = record.field(&filter.field).filter(|f| rights.on(record).sees_field(f.name)) else {
            continue;
        };
        let label = labels.iter().find(|(name, _)| *name == filter.field).map(|(_, title)| i18n.label(title));
        let currency = query.currency_of(record, field.kind, &tx.company.currency);
        let text = label.unwrap_or_else(|| i18n.filter(record, field, &filter.text, currency));
        conditions.push(t!(i18n, "pdf-condition", field = i18n.field(record, field.name), value = text));
    }
    if let Some(search) = &query.search {
        conditions.push(t!(i18n, "pdf-condition", field = t!(i18n, "list-search"), value = search.clone()));
    }
    Ok(conditions)
}

/// The columns of a list as columns of a file; the currency has its own where amounts have one.
#[derive(Clone)]
struct Columns {
    i18n: I18n,
    record: &'static Record,
    fields: Vec<&'static Field>,
    company_currency: String,
}

impl Columns {
    fn has_amounts(&self) -> bool {
        let listed = self.fields.iter().any(|f| f.kind == Kind::Currency);
        !listed && self.record.currency_field().is_some() && self.fields.iter().any(|f| f.kind == Kind::Money)
    }

    /// The heading of the column of currencies, where it is added.
    fn currency(&self) -> Option<String> {
        let field = self.record.currency_field().map_or("currency", |f| f.name);
        self.has_amounts().then(|| self.i18n.field(self.record, field))
    }

    fn headings(&self) -> Vec<Heading> {
        let width = |kind: Kind| match kind {
            Kind::Names | Kind::Link(_) | Kind::Text(_) => Some(28),
            Kind::Money | Kind::Base | Kind::Price | Kind::Quantity | Kind::Number => Some(16),
            Kind::Date => Some(12),
            _ => None,
        };
        let fields = self.fields.iter();
        let headings =
            fields.map(|f| Heading { text: self.i18n.field(self.record, f.name), width_hint: width(f.kind) });
        headings.chain(self.currency().map(|text| Heading { text, width_hint: None })).collect()
    }

    fn cells(&self, row: &Row) -> Vec<sheet::Cell> {
        let currency = row.currency.as_deref().unwrap_or(&self.company_currency);
        let cells = self.fields.iter().zip(&row.cells).map(|(field, cell)| self.cell(field, cell, currency));
        cells.chain(self.has_amounts().then(|| sheet::Cell::Text(currency.to_owned()))).collect()
    }

    fn cell(&self, field: &Field, cell: &Cell, currency: &str) -> sheet::Cell {
        let Some(text) = cell.text.as_deref() else { return sheet::Cell::Empty };
        match &cell.label {
            Some(label) => sheet::Cell::Text(self.i18n.label(label)),
            None => {
                let currency = if field.kind == Kind::Base { &self.company_currency } else { currency };
                sheet_cell(self.i18n, self.record, field, text, currency)
            }
        }
    }

    fn on_paper(&self) -> Vec<pdf::Column> {
        let fields = self.fields.iter().map(|f| (self.i18n.field(self.record, f.name), look(f.kind)));
        let columns = fields.chain(self.currency().map(|heading| (heading, Look::Code)));
        columns.map(|(heading, look)| pdf::Column { heading, look, once: false }).collect()
    }

    fn printed(&self, row: &Row) -> pdf::Row {
        let currency = row.currency.as_deref().unwrap_or(&self.company_currency);
        let cells = self.fields.iter().zip(&row.cells).map(|(field, cell)| {
            let currency = if field.kind == Kind::Base { &self.company_currency } else { currency };
            let text = match &cell.label {
                Some(label) => self.i18n.label(label),
                None => self.i18n.show(self.record, field.name, field.kind, cell.text.as_deref(), currency),
            };
            let state = cell.text.as_deref().filter(|_| field.kind == Kind::State);
            pdf::Cell { text, tone: state.and_then(|state| self.record.state(state)).map(|state| state.tone) }
        });
        let currency = self.has_amounts().then(|| pdf::Cell { text: currency.to_owned(), tone: None });
        pdf::Row { cells: cells.chain(currency).collect(), goes_on: false }
    }

    /// Sums below their columns, those of each currency on a line of their own.
    fn totals(&self, count: i64, sums: &[(String, String, i64)]) -> Vec<String> {
        let several = sums.iter().any(|(_, currency, _)| *currency != sums[0].1);
        let sum = |(_, currency, sum): &(String, String, i64)| {
            let currency = if currency.is_empty() { &self.company_currency } else { currency };
            let amount = self.i18n.amount(*sum, currency);
            if several { format!("{currency} {amount}") } else { amount }
        };
        let of = |field: &&Field| sums.iter().filter(|(name, ..)| name == field.name).map(sum).collect::<Vec<_>>();
        let mut totals: Vec<String> = self.fields.iter().map(|field| of(field).join("\n")).collect();
        let summed = totals.iter().any(|total| !total.is_empty());
        totals.extend(self.has_amounts().then(String::new));
        if totals[0].is_empty() {
            totals[0] = match summed {
                true => t!(self.i18n, "list-total", count = count),
                false => t!(self.i18n, "list-count", count = count),
            };
        }
        totals
    }
}

/// A field's canonical text as a cell of a spreadsheet. Links are shown by their label instead.
pub(super) fn sheet_cell(i18n: I18n, record: &Record, field: &Field, text: &str, currency: &str) -> sheet::Cell {
    match (field.kind, Value::from_text(field.kind, Some(text))) {
        (Kind::Money | Kind::Base, Value::Int(minor)) => {
            let decimals = money::decimals(currency);
            sheet::Cell::Number { value: money::from_minor(minor, decimals), decimals }
        }
        (_, Value::Int(number)) => sheet::Cell::Number { value: Decimal::from(number), decimals: 0 },
        (_, Value::Decimal(value)) => sheet::Cell::Number { value, decimals: value.normalize().scale() },
        (_, Value::Date(date)) => sheet::Cell::Date(date),
        (_, Value::Bool(yes)) => sheet::Cell::Bool(yes),
        (Kind::Names, Value::Names(names)) => sheet::Cell::Text(i18n.name(&names).to_owned()),
        (Kind::State | Kind::Choice(_) | Kind::RecordType, _) => {
            sheet::Cell::Text(i18n.show(record, field.name, field.kind, Some(text), currency))
        }
        _ => sheet::Cell::Text(text.to_owned()),
    }
}

const fn look(kind: Kind) -> Look {
    match kind {
        Kind::Date | Kind::Bool => Look::Short,
        Kind::Code | Kind::Number | Kind::Currency => Look::Code,
        kind if kind.is_figure() => Look::Figure,
        _ => Look::Words,
    }
}
