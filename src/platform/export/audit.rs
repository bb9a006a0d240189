//! The audit log as a file: one row for each field that changed.

use super::list::sheet_cell;
use super::{Export, Format, Growing, PAGE, blocking, named, paper};
use crate::i18n::events::Changed;
use crate::i18n::{self, I18n};
use crate::platform::audit::{self, Days};
use crate::platform::custom::CustomFields;
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::pdf::{self, Look};
use crate::platform::sheet::{Cell, Heading};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::audit::{AuditEntry, AuditQuery};
use crate::record::{Field, Kind};
use crate::t;
use std::sync::Arc;

/// Writes all entries that a query finds, latest first; for those who may open the page of the log.
pub async fn write(db: &Db, cx: &Cx, query: &AuditQuery, format: Format) -> Outcome<Export> {
    let mut tx = db.begin(cx).await?;
    if !tx.standing.rights.sees_everything() {
        return Err(Error::Denied);
    }
    let (days, faults) = audit::days(query);
    if !faults.is_empty() {
        let refusals = faults.into_iter().map(|(field, message)| Refusal { message, field: Some(field) });
        return Err(Error::Refused(refusals.collect()));
    }
    let i18n = cx.i18n;
    let log = Log { i18n, company_currency: tx.company.currency.clone(), custom: tx.custom.clone() };
    let title = t!(i18n, "page-audit");
    let mut growing = match format {
        Format::Sheet(format) => Growing::sheet(format, &log.headings(), &title, i18n)?,
        Format::Pdf => {
            let mut paper = paper(&mut tx, title.clone(), log.on_paper()).await?;
            paper.conditions = conditions(&mut tx, query, &days).await?;
            Growing::Paper(Box::new(paper))
        }
        Format::Archive => return Err(Error::BadRequest("format")),
    };
    let mut query = AuditQuery { before: None, ..query.clone() };
    loop {
        let entries = audit::entries(&mut tx, &query, &days, PAGE.into()).await?;
        let Some(last) = entries.last() else { break };
        query.before = Some(last.id);
        let log = log.clone();
        growing = blocking(move || {
            for entry in &entries {
                match &mut growing {
                    Growing::Sheet(writer) => log.cells(entry).iter().try_for_each(|cells| writer.row(cells))?,
                    Growing::Paper(paper) => log.printed(entry).into_iter().try_for_each(|row| paper.add(row))?,
                }
            }
            Ok(growing)
        })
        .await?;
        growing.check()?;
    }
    let name = named(&tx, &title, format);
    tx.commit().await?;
    let file = growing.finish(None).await?.ok_or_else(|| anyhow::anyhow!("an export stopped by itself"))?;
    Ok(Export { file, name, format })
}

/// What the log was narrowed by, in words.
async fn conditions(tx: &mut TenantTx, query: &AuditQuery, days: &Days) -> Outcome<Vec<String>> {
    let i18n = tx.cx.i18n;
    let condition = |field: String, value: String| t!(i18n, "pdf-condition", field = field, value = value);
    let mut conditions = Vec::new();
    if let Some(record) = door::record(&query.record) {
        conditions.push(condition(t!(i18n, "audit-record"), i18n.records(record)));
    }
    if let Some(member) = query.member {
        let name: Option<String> = sqlx::query_scalar("select name from member where tenant_id = $1 and id = $2")
            .bind(tx.tenant())
            .bind(member)
            .fetch_optional(tx.conn())
            .await?;
        conditions.push(condition(t!(i18n, "audit-member"), name.unwrap_or_default()));
    }
    if !query.action.is_empty() {
        conditions.push(condition(t!(i18n, "audit-action"), i18n.event(door::record(&query.record), &query.action)));
    }
    for (label, day) in [(t!(i18n, "from"), days.from), (t!(i18n, "to"), days.to)] {
        conditions.extend(day.map(|day| condition(label, i18n.date(day))));
    }
    Ok(conditions)
}

#[derive(Clone)]
struct Log {
    i18n: I18n,
    company_currency: String,
    custom: Arc<CustomFields>,
}

impl Log {
    /// What all rows of an entry have in common comes first.
    fn labels(&self) -> [String; 10] {
        let i18n = self.i18n;
        [
            t!(i18n, "audit-at"),
            t!(i18n, "audit-member"),
            t!(i18n, "audit-record"),
            t!(i18n, "audit-title"),
            t!(i18n, "audit-action"),
            t!(i18n, "audit-address"),
            t!(i18n, "audit-request"),
            t!(i18n, "audit-field"),
            t!(i18n, "audit-old"),
            t!(i18n, "audit-new"),
        ]
    }

    fn headings(&self) -> Vec<Heading> {
        let widths = [18, 20, 18, 24, 16, 16, 38, 28, 28, 28];
        let headings = self.labels().into_iter().zip(widths);
        headings.map(|(text, width)| Heading { text, width_hint: Some(width) }).collect()
    }

    fn on_paper(&self) -> Vec<pdf::Column> {
        let looks = [
            Look::Short,
            Look::Words,
            Look::Words,
            Look::Words,
            Look::Words,
            Look::Code,
            Look::Code,
            Look::Words,
            Look::Words,
            Look::Words,
        ];
        let columns = self.labels().into_iter().zip(looks).enumerate();
        columns.map(|(at, (heading, look))| pdf::Column { heading, look, once: at < 7 }).collect()
    }

    /// Who did what to what, where from; the moment as `moment` writes it.
    fn entry(&self, entry: &AuditEntry, moment: String) -> [String; 7] {
        let i18n = self.i18n;
        let record = door::record(&entry.record);
        [
            moment,
            if entry.member.is_empty() { "Diwan".to_owned() } else { entry.member.clone() },
            i18n.audited_kind(record, &entry.record),
            i18n.audited(record, entry),
            i18n.event(record, &entry.action),
            entry.address.clone(),
            entry.request.clone(),
        ]
    }

    /// The fields that people see, each with what it was and became; one empty row where there is none.
    fn cells(&self, entry: &AuditEntry) -> Vec<Vec<Cell>> {
        let common = self.entry(entry, entry.at.clone()).map(Cell::Text);
        let record = door::record(&entry.record).map(|record| self.custom.describe(record));
        let side = |changed: &Changed, text: &Option<String>| match (text, changed.field.zip(record)) {
            (None, _) => Cell::Empty,
            (Some(text), Some((Field { kind: Kind::Link(_), .. }, _))) => Cell::Text(self.i18n.label(text)),
            (Some(text), Some((field, record))) => {
                let currency = changed.currency(&entry.currency, &self.company_currency);
                sheet_cell(self.i18n, record, field, text, currency)
            }
            (Some(text), None) => Cell::Text(text.clone()),
        };
        let rows = entry.changes.iter().filter_map(|(name, old, new)| {
            let changed = self.i18n.changed(record, name)?;
            let (old, new) = (side(&changed, old), side(&changed, new));
            Some([Cell::Text(i18n::plain(&changed.label)), old, new])
        });
        let whole = |own: [Cell; 3]| common.iter().cloned().chain(own).collect();
        let rows: Vec<Vec<Cell>> = rows.map(whole).collect();
        if rows.is_empty() { vec![whole([Cell::Empty, Cell::Empty, Cell::Empty])] } else { rows }
    }

    fn printed(&self, entry: &AuditEntry) -> Vec<pdf::Row> {
        let common = self.entry(entry, self.i18n.moment(&entry.at));
        let record = door::record(&entry.record).map(|record| self.custom.describe(record));
        let rows = entry.changes.iter().filter_map(|(name, old, new)| {
            let changed = self.i18n.changed(record, name)?;
            let currency = changed.currency(&entry.currency, &self.company_currency);
            let side = |text: &Option<String>| self.i18n.changed_value(record, &changed, text.as_deref(), currency);
            let (old, new) = (side(old), side(new));
            Some([changed.label, old, new])
        });
        let row = |(at, own): (usize, [String; 3])| pdf::Row {
            cells: common.iter().cloned().chain(own).map(|text| pdf::Cell { text, tone: None }).collect(),
            goes_on: at > 0,
        };
        let rows: Vec<pdf::Row> = rows.enumerate().map(row).collect();
        if rows.is_empty() { vec![row((0, Default::default()))] } else { rows }
    }
}
