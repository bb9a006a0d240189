//! What people type, paste or import: sorted into fields and lines, links found by name, text read into a document as far as
//! the reader may set it.

use super::document::{Document, Values};
use super::door;
use super::error::{Outcome, Refusal};
use super::permission::Rights;
use super::sql;
use super::tenancy::TenantTx;
use crate::record::value::{self, Fault};
use crate::record::{Field, Kind, Names, Reach, Record, Value};
use sqlx::Row as _;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Fields and lines as typed, pasted or imported. A link `x` may come with `x~`, the text its box shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    pub fields: BTreeMap<String, String>,
    /// `None` leaves the lines as they are.
    pub lines: Option<Vec<BTreeMap<String, String>>>,
}

impl Typed {
    /// Sorts the pairs of a form into fields and lines. Rows that are wholly empty are left out.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Typed {
        let mut typed = Typed::default();
        let mut rows: BTreeMap<usize, BTreeMap<String, String>> = BTreeMap::new();
        for (name, text) in pairs {
            match crate::record::line::parse_input_name(&name) {
                Some((row, field)) => {
                    rows.entry(row).or_default().insert(field.to_owned(), text);
                }
                None => {
                    typed.fields.insert(name, text);
                }
            }
        }
        let filled = |row: &BTreeMap<String, String>| {
            // Boxes say yes or no even where nobody wrote anything.
            row.iter().any(|(name, text)| name != "id" && !matches!(text.trim(), "" | "true" | "false"))
        };
        typed.lines = Some(rows.into_values().filter(filled).collect());
        typed
    }
}

/// What names records in typed text, by record type.
#[derive(Default)]
pub struct Links {
    by_key: HashMap<(&'static str, String), Vec<Uuid>>,
    names_of: HashMap<Uuid, Vec<String>>,
    titles: HashMap<Uuid, String>,
    /// Whether the reader's language is Arabic.
    arabic: bool,
}

impl Links {
    /// Looks up all records of one type that the ids and texts name, as far as they are within this reach.
    pub async fn fetch(
        &mut self,
        tx: &mut TenantTx,
        target: &'static Record,
        reach: Reach,
        ids: &[Uuid],
        texts: &[String],
    ) -> Outcome<()> {
        if ids.is_empty() && texts.is_empty() {
            return Ok(());
        }
        let (tenant, whose) = (tx.tenant(), sql::reach_value(&tx.standing, reach));
        let mut query = sqlx::query(sql::resolve(target, reach, &tx.rights())).bind(tenant).bind(ids).bind(texts);
        if reach != Reach::All {
            query = query.bind(whose);
        }
        let rows = query.fetch_all(tx.conn()).await?;
        self.arabic = tx.cx.i18n.locale.is_arabic();
        self.take(target, rows)
    }

    fn take(&mut self, target: &'static Record, rows: Vec<sqlx::postgres::PgRow>) -> Outcome<()> {
        for row in rows {
            let id: Uuid = row.try_get(0)?;
            let keys: Vec<Option<String>> = row.try_get(2)?;
            let mut keys: Vec<String> = keys.into_iter().flatten().collect();
            keys.dedup();
            for key in &keys {
                let ids = self.by_key.entry((target.name, key.clone())).or_default();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            self.titles.insert(id, row.try_get::<Option<String>, _>(1)?.unwrap_or_default());
            self.names_of.insert(id, keys);
        }
        Ok(())
    }

    /// The canonical text of a record's title.
    pub fn title(&self, id: Uuid) -> Option<&str> {
        self.titles.get(&id).map(String::as_str)
    }

    /// The record meant by an id, by the text beside it, or by either alone.
    fn meant(&self, target: &'static str, given: &str, shown: Option<&str>) -> Result<Value, Refusal> {
        let id = given.parse::<Uuid>().ok();
        let text = match (shown, id) {
            (Some(shown), _) => shown.trim(),
            (None, Some(_)) => "",
            (None, None) => given.trim(),
        };
        if let Some(id) = id {
            let known = self.names_of.get(&id);
            if known.is_some_and(|names| shown.is_none() || names.iter().any(|name| name == text)) {
                return Ok(Value::Id(id));
            }
        }
        if text.is_empty() {
            return if id.is_some() && shown.is_none() { Err(refusal(Fault::NotLink)) } else { Ok(Value::Null) };
        }
        match self.by_key.get(&(target, text.to_owned())).map(Vec::as_slice) {
            Some([id]) => Ok(Value::Id(*id)),
            Some([one, other, ..]) => Err(self.unclear(*one, *other)),
            _ => Err(refusal(Fault::NotLink)),
        }
    }

    /// That a text names two records, as where the code of one item is the barcode of another; by their titles, as far as those
    /// tell them apart.
    fn unclear(&self, one: Uuid, other: Uuid) -> Refusal {
        let mut titles = [one, other].map(|id| {
            let names = Names::from_text(self.title(id).unwrap_or_default());
            names.in_language(self.arabic).to_owned()
        });
        titles.sort_unstable();
        let [one, other] = titles;
        if one == other {
            return refusal(Fault::NotLink);
        }
        Refusal::new("fault-link-unclear").with("one", one).with("other", other)
    }
}

/// Collects what links in typed text refer to, and looks it up with one statement per record type. What the document
/// names already may stay; anything else must be within the reader's reach.
pub async fn find_links(tx: &mut TenantTx, document: &Document, typed: &Typed) -> Outcome<Links> {
    let record = document.record;
    let mut wanted: BTreeMap<&'static str, (Vec<Uuid>, Vec<String>)> = BTreeMap::new();
    let mut note = |fields: &[Field], texts: &BTreeMap<String, String>| {
        for field in fields {
            let Kind::Link(target) = field.kind else { continue };
            let (ids, names) = wanted.entry(target).or_default();
            for text in [texts.get(field.name), texts.get(&format!("{}~", field.name))].into_iter().flatten() {
                match text.trim().parse() {
                    Ok(id) => ids.push(id),
                    Err(_) if !text.trim().is_empty() => names.push(text.trim().to_owned()),
                    Err(_) => {}
                }
            }
        }
    };
    note(record.fields, &typed.fields);
    if let Some(lines) = record.lines {
        typed.lines.iter().flatten().for_each(|line| note(lines.fields, line));
    }
    let named: Vec<Uuid> = (document.values.values())
        .chain(document.lines.iter().flat_map(|line| line.values.values()))
        .filter_map(Value::id)
        .collect();
    let mut links = Links::default();
    for (target, (ids, texts)) in wanted {
        let Some(target) = door::record(target) else { continue };
        let reach = tx.standing.rights.on(target).reach;
        let sees = tx.standing.rights.sees(target);
        if sees {
            links.fetch(tx, target, reach, &ids, &texts).await?;
        }
        if !sees || reach != Reach::All {
            let kept: Vec<Uuid> = ids.into_iter().filter(|id| named.contains(id)).collect();
            links.fetch(tx, target, Reach::All, &kept, &[]).await?;
        }
    }
    Ok(links)
}

/// Puts typed text into a document and says what cannot be read. Only fields that this reader may set are touched.
pub fn read_typed(
    document: &mut Document,
    typed: &Typed,
    links: &Links,
    rights: &Rights,
    company_currency: &str,
) -> Vec<Refusal> {
    let mut faults = Vec::new();
    let record = document.record;
    let grant = rights.on(record);
    let may_set = |prefix: &'static str| move |field: &Field| grant.changes_field(&format!("{prefix}{}", field.name));
    let currency = match record.currency_field() {
        Some(field) => typed
            .fields
            .get(field.name)
            .map(|t| t.trim().to_uppercase())
            .or_else(|| document.text(field.name).map(str::to_owned))
            .unwrap_or_else(|| company_currency.to_owned()),
        None => company_currency.to_owned(),
    };
    let mut values = std::mem::take(&mut document.values);
    let (currencies, fields) = ((currency.as_str(), company_currency), &typed.fields);
    read_fields(record.fields, fields, links, currencies, &mut values, may_set(""), |name, fault| {
        faults.push(fault.at(name));
    });
    document.values = values;
    if let (Some(lines), Some(rows)) = (record.lines, &typed.lines) {
        let before = std::mem::take(&mut document.lines);
        for (row, texts) in rows.iter().enumerate() {
            let id = texts.get("id").and_then(|id| id.parse::<Uuid>().ok());
            let mut line = id.and_then(|id| before.iter().find(|l| l.id == id).cloned()).unwrap_or_default();
            read_fields(lines.fields, texts, links, currencies, &mut line.values, may_set("lines."), |name, fault| {
                faults.push(fault.at_line(row, name));
            });
            document.lines.push(line);
        }
    }
    faults
}

fn refusal(fault: Fault) -> Refusal {
    Refusal::new(fault.message())
}

fn read_fields(
    fields: &'static [Field],
    texts: &BTreeMap<String, String>,
    links: &Links,
    (currency, company_currency): (&str, &str),
    values: &mut Values,
    may_set: impl Fn(&Field) -> bool,
    mut fault: impl FnMut(&'static str, Refusal),
) {
    for field in fields.iter().filter(|f| !f.computed && f.kind != Kind::State && may_set(f)) {
        let read = match field.kind {
            Kind::Words if !texts.contains_key(field.name) => {
                let prefix = format!("{}.", field.name);
                let ticked =
                    texts.iter().filter(|(_, text)| *text == "true").filter_map(|(n, _)| n.strip_prefix(&prefix));
                let words = ticked.collect::<Vec<_>>().join(",");
                value::read(field, &words, currency).map_err(refusal)
            }
            Kind::Link(target) => {
                let shown = texts.get(&format!("{}~", field.name)).map(String::as_str);
                match (texts.get(field.name), shown) {
                    (None, None) => continue,
                    (given, shown) => links.meant(target, given.map_or("", String::as_str), shown),
                }
            }
            Kind::Names
                if texts.contains_key(&format!("{}.en", field.name))
                    || texts.contains_key(&format!("{}.ar", field.name)) =>
            {
                let part = |language: &str| {
                    texts.get(&format!("{}.{language}", field.name)).map_or("", |t| t.trim()).to_owned()
                };
                let names = Names::new(part("en"), part("ar"));
                let read = || value::read(field, &names.to_text(), currency).map_err(refusal);
                if names.is_empty() { Ok(Value::Null) } else { read() }
            }
            _ => match texts.get(field.name) {
                Some(text) => {
                    match value::read(field, text, if field.kind == Kind::Base { company_currency } else { currency }) {
                        // Rules may still fill it; what stays empty is found when the document is complete.
                        Err(Fault::Required) => Ok(Value::Null),
                        other => other.map_err(refusal),
                    }
                }
                None => continue,
            },
        };
        match read {
            Ok(value) => {
                values.insert(field.name, value);
            }
            Err(reason) => fault(field.name, reason),
        }
    }
}
