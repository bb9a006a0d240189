//! Lists as files: what the reader sees in a list, all of its rows, in their language.

use super::door::{Error, Outcome};
use super::page::Reader;
use super::sheet::{self, Format, Heading, Writer};
use super::tenancy::{Cx, Db};
use crate::i18n::I18n;
use crate::record::page::Row;
use crate::record::query::Query;
use crate::record::{Field, Kind, Record, Value, money, value};
use rust_decimal::Decimal;
use std::fs::File;
use uuid::Uuid;

/// Rows read at once.
const PAGE: u32 = 1000;

/// What to export.
#[derive(Clone, Debug)]
pub struct Plan {
    pub record: &'static Record,
    pub query: Query,
    /// Only these of the rows that the query finds.
    pub ids: Option<Vec<Uuid>>,
    pub format: Format,
}

/// A list as a file, and what it is called: `Sales orders 2026-11-22.xlsx`.
pub struct Export {
    pub file: File,
    pub name: String,
}

/// Writes all rows of a list into a temporary file. However long the list is, no more than a page of it is in memory.
pub async fn write(db: &Db, cx: &Cx, plan: &Plan) -> Outcome<Export> {
    let mut tx = db.begin(cx).await?;
    let i18n = cx.i18n;
    let mut reader = Reader::new(&tx, plan.record, &plan.query, plan.ids.as_deref())?;
    let columns = Columns {
        i18n,
        company_currency: tx.company.currency.clone(),
        fields: reader.columns.clone(),
        record: plan.record,
    };
    let file = tempfile::tempfile().map_err(anyhow::Error::from)?;
    let name = i18n.records(plan.record);
    let mut writer = Writer::new(file, plan.format, &columns.headings(), &name, i18n.locale.is_arabic())?;
    loop {
        let rows = reader.next(&mut tx, PAGE).await?;
        if rows.is_empty() {
            break;
        }
        let columns = columns.clone();
        writer = blocking(move || {
            for row in &rows {
                writer.row(&columns.cells(row))?;
            }
            Ok(writer)
        })
        .await?;
    }
    // The company's day, not the machine's.
    let name = format!("{name} {}.{}", value::iso(tx.company.today), plan.format.extension());
    tx.commit().await?;
    Ok(Export { file: blocking(move || writer.finish()).await?, name })
}

/// Runs work that writes files on a thread of its own, so that no request waits for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Outcome<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => Ok(outcome?),
        Err(failure) => Err(Error::Other(anyhow::anyhow!("writing an export: {failure}"))),
    }
}

/// The columns of a list as columns of a sheet; the currency has its own where amounts have one.
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

    fn headings(&self) -> Vec<Heading> {
        let width = |kind: Kind| match kind {
            Kind::Names | Kind::Link(_) | Kind::Text(_) => Some(28),
            Kind::Money | Kind::Base | Kind::Price | Kind::Quantity | Kind::Number => Some(16),
            Kind::Date => Some(12),
            _ => None,
        };
        let mut headings: Vec<Heading> = (self.fields.iter())
            .map(|f| Heading { text: self.i18n.field(self.record, f.name), width_hint: width(f.kind) })
            .collect();
        if self.has_amounts() {
            let field = self.record.currency_field().map_or("currency", |f| f.name);
            headings.push(Heading { text: self.i18n.field(self.record, field), width_hint: None });
        }
        headings
    }

    fn cells(&self, row: &Row) -> Vec<sheet::Cell> {
        let currency = row.currency.as_deref().unwrap_or(&self.company_currency);
        let mut cells: Vec<sheet::Cell> =
            self.fields.iter().zip(&row.cells).map(|(field, cell)| self.cell(field, cell, currency)).collect();
        if self.has_amounts() {
            cells.push(sheet::Cell::Text(currency.to_owned()));
        }
        cells
    }

    fn cell(&self, field: &Field, cell: &crate::record::page::Cell, currency: &str) -> sheet::Cell {
        let Some(text) = cell.text.as_deref() else { return sheet::Cell::Empty };
        if let Some(label) = &cell.label {
            return sheet::Cell::Text(self.i18n.label(label));
        }
        let currency = if field.kind == Kind::Base { &self.company_currency } else { currency };
        match (field.kind, Value::from_text(field.kind, Some(text))) {
            (Kind::Money | Kind::Base, Value::Int(minor)) => {
                let decimals = money::decimals(currency);
                sheet::Cell::Number { value: money::from_minor(minor, decimals), decimals }
            }
            (_, Value::Int(number)) => sheet::Cell::Number { value: Decimal::from(number), decimals: 0 },
            (_, Value::Decimal(value)) => sheet::Cell::Number { value, decimals: value.normalize().scale() },
            (_, Value::Date(date)) => sheet::Cell::Date(date),
            (_, Value::Bool(yes)) => sheet::Cell::Bool(yes),
            (Kind::Names, Value::Names(names)) => sheet::Cell::Text(self.i18n.name(&names).to_owned()),
            (Kind::State | Kind::Choice(_), _) => {
                sheet::Cell::Text(self.i18n.show(self.record, field.name, field.kind, Some(text), currency))
            }
            _ => sheet::Cell::Text(text.to_owned()),
        }
    }
}
