//! Pages of records for the screen: a list by its query, a form with its offers, history and linked documents.

use super::document::{Document, Line};
use super::door::{self, Error, Links, Outcome, Refusal, Typed};
use super::permission::Rights;
use super::seal;
use super::sql::{self, Bind, Condition, Keyset};
use super::tenancy::{Standing, TenantTx};
use crate::record::fold::fold;
use crate::record::page::{
    BoardColumn, Cell, Conflict, Event, FormPage, Group, LineCells, LineConflict, Linked, ListPage, Row, Suggestion,
};
use crate::record::query::{COUNT_LIMIT, PAGE, Query, TAB_LIMIT, groupable};
use crate::record::{Field, Kind, Look, Reach, Record, Value, line::input_name};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::collections::BTreeMap;
use uuid::Uuid;

// ------------------------------------------------------------------ places in a list

/// A place in the order of a list: what it is a place in, the order's value and the id. Signed, so that nobody can forge
/// one or carry it into another company.
struct Place {
    value: String,
    id: Uuid,
}

impl Place {
    fn seal(&self, context: &str) -> String {
        seal::seal(context, &format!("{}{}", self.id, self.value))
    }

    fn open(context: &str, sealed: &str) -> Outcome<Place> {
        let bad = || Error::BadRequest("place");
        let body = seal::open(context, sealed).ok_or_else(bad)?;
        let (id, value) = body.split_at_checked(36).ok_or_else(bad)?;
        Ok(Place { value: value.to_owned(), id: id.parse().map_err(|_| bad())? })
    }
}

/// What a place in the order of a list holds in.
fn order(tenant: Uuid, record: &Record, sort: &Field, descending: bool) -> String {
    format!("{tenant}/{}/{}/{descending}", record.name, sort.name)
}

// ------------------------------------------------------------------ lists

/// The conditions of a query: the reader's reach, its view, its filters, its search. What is kept from the reader filters
/// nothing, or the answer would tell it.
fn conditions(
    record: &'static Record,
    query: &Query,
    standing: &Standing,
    company_currency: &str,
) -> Outcome<Vec<Condition>> {
    let rights = &standing.rights;
    // A filter by a currency that is kept from the reader narrows nothing, and so names none.
    let sees_currency = record.currency_field().is_none_or(|field| rights.on(record).sees_field(field.name));
    let mut found: Vec<Condition> = Vec::new();
    found.extend(sql::reach_condition(record, standing, 2));
    let view = query.view.as_deref().and_then(|name| record.views.iter().find(|v| v.name == name));
    let of_view = view.iter().flat_map(|v| v.filter.iter().map(|(field, text)| (*field, (*text).to_owned())));
    let of_reader = query.filters.iter().map(|f| (f.field.as_str(), f.text.clone()));
    for (name, text) in of_view.chain(of_reader) {
        let Some(field) = record.field(name).filter(|f| rights.on(record).sees_field(f.name)) else { continue };
        let currency = match sees_currency {
            true => query.currency_of(record, field.kind, company_currency),
            false => company_currency,
        };
        let text = readable(field, &text, currency).ok_or(Error::BadRequest("filter"))?;
        found.extend(sql::conditions(field, &text, found.len() + 2));
    }
    if let Some(search) = &query.search {
        let sql = sql::search(record, rights, found.len() + 2);
        found.push(Condition { sql, bind: Bind::Text(fold(search)) });
    }
    Ok(found)
}

/// The fields of a record that are kept from a reader; those of its lines as `lines.price`.
fn hidden_fields(rights: &Rights, record: &Record) -> Vec<String> {
    record.all_fields().map(|(_, name)| name).filter(|name| !rights.on(record).sees_field(name)).collect()
}

/// A filter's text with each part read as the field reads input, amounts in this currency, so that any digits do and
/// Postgres never sees nonsense.
fn readable(field: &Field, text: &str, currency: &str) -> Option<String> {
    let plain = Field { required: false, computed: false, signed: true, ..*field };
    let one = |part: &str| -> Option<String> {
        match field.kind {
            Kind::Date
            | Kind::Integer
            | Kind::Quantity
            | Kind::Price
            | Kind::Rate
            | Kind::Percent
            | Kind::Money
            | Kind::Base => {
                let value = crate::record::value::read(&plain, part, currency).ok()?;
                Some(value.to_text().unwrap_or_default())
            }
            Kind::Link(_) | Kind::Source => part.parse::<Uuid>().ok().map(|id| id.to_string()),
            Kind::Bool => matches!(part, "true" | "false").then(|| part.to_owned()),
            _ => Some(part.replace('\0', "")),
        }
    };
    match text.split_once("..") {
        Some((start, end)) if !matches!(field.kind, Kind::Text(_) | Kind::Code | Kind::Number) => {
            Some(format!("{}..{}", one(start)?, one(end)?))
        }
        _ => one(text),
    }
}

type Query_<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind<'q>(mut query: Query_<'q>, conditions: &'q [Condition]) -> Query_<'q> {
    for condition in conditions {
        query = match &condition.bind {
            Bind::Text(text) => query.bind(text),
            Bind::Texts(texts) => query.bind(texts),
        };
    }
    query
}

/// One page of a list as this reader may see it.
pub async fn list(tx: &mut TenantTx, record: &'static Record, query: &Query) -> Outcome<ListPage> {
    let (record, standing) = (tx.described(record), tx.standing.clone());
    let rights = &standing.rights;
    if !rights.sees(record) {
        return Err(Error::Denied);
    }
    let tenant = tx.tenant();
    let conditions = conditions(record, query, &standing, &tx.company.currency)?;
    let hidden = hidden_fields(rights, record);
    let columns: Vec<_> = query.columns(record).into_iter().filter(|f| rights.on(record).sees_field(f.name)).collect();
    let mut query = query.clone();
    query.sort = query.sort.filter(|name| rights.on(record).sees_field(name));
    let sort = query.sort(record);
    let descending = if query.sort.is_some() { query.descending } else { record.descending };
    let context = order(tenant, record, sort, descending);
    let backwards = query.after.is_none() && query.before.is_some();
    let place =
        query.after.as_ref().or(query.before.as_ref()).map(|sealed| Place::open(&context, sealed)).transpose()?;

    let keyset = Keyset { sort, descending, backwards, from_place: place.is_some() };
    let (mut found, more) = rows(tx, record, &columns, &conditions, &keyset, place.as_ref(), PAGE).await?;
    if backwards {
        found.reverse();
    }
    let seal = |row: &PgRow| -> Outcome<String> {
        Ok(Place { value: row.try_get("place")?, id: row.try_get("id")? }.seal(&context))
    };
    let first = found.first().map(&seal).transpose()?;
    let last = found.last().map(&seal).transpose()?;
    let (before, after) = match (backwards, place.is_some()) {
        (true, _) => (first.filter(|_| more), last),
        (false, true) => (first, last.filter(|_| more)),
        (false, false) => (None, last.filter(|_| more)),
    };
    let rows = found.iter().map(|row| read_row(record, &columns, row)).collect::<Outcome<Vec<_>>>()?;
    let board =
        if query.board { board(tx, record, &columns, &conditions, sort, descending).await? } else { Vec::new() };
    let group = query.group.as_deref().and_then(|name| record.field(name)).filter(|field| groupable(field.kind));
    let groups = match group.filter(|field| rights.on(record).sees_field(field.name)) {
        Some(field) => groups(tx, record, field, &conditions).await?,
        None => Vec::new(),
    };

    let count = count(tx, record, &conditions).await?;
    let capped = count > COUNT_LIMIT;
    Ok(ListPage {
        record: record.name.to_owned(),
        totals: if capped { Vec::new() } else { totals(tx, record, &conditions).await? },
        views: view_counts(tx, record).await?,
        labels: filter_labels(tx, record, &query).await?,
        saved: super::views::list(tx, record).await?,
        board,
        groups,
        query,
        hidden,
        rows,
        count: count.min(COUNT_LIMIT),
        capped,
        before,
        after,
        can_create: rights.creates(record),
        draft: None,
        bulk: super::bulk::verbs(rights, record),
        job: Uuid::now_v7(),
        settable: super::bulk::settable_fields(rights, record),
        company_currency: tx.company.currency.clone(),
        custom: tx.custom.of(record),
    })
}

/// So many rows from a place on, and whether there are more.
async fn rows(
    tx: &mut TenantTx,
    record: &'static Record,
    columns: &[&'static Field],
    conditions: &[Condition],
    keyset: &Keyset<'_>,
    place: Option<&Place>,
    limit: u32,
) -> Outcome<(Vec<PgRow>, bool)> {
    let tenant = tx.tenant();
    let select = sqlx::query(sql::list(record, columns, conditions, keyset, limit + 1)).bind(tenant);
    let mut select = bind(select, conditions);
    if let Some(place) = place {
        select = select.bind(&place.value).bind(place.id.to_string());
    }
    let mut found = select.fetch_all(tx.conn()).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    Ok((found, more))
}

/// Reads all rows of a list, page by page, as its reader may see them.
pub struct Reader {
    record: &'static Record,
    pub columns: Vec<&'static Field>,
    conditions: Vec<Condition>,
    sort: &'static Field,
    descending: bool,
    /// What its places hold in.
    context: String,
    place: Option<Place>,
    ended: bool,
}

impl Reader {
    pub fn new(tx: &TenantTx, record: &'static Record, query: &Query, ids: Option<&[Uuid]>) -> Outcome<Reader> {
        let (record, standing) = (tx.described(record), &tx.standing);
        let grant = standing.rights.on(record);
        if !grant.sees {
            return Err(Error::Denied);
        }
        let mut conditions = conditions(record, query, standing, &tx.company.currency)?;
        if let Some(ids) = ids {
            conditions.push(sql::among(ids, conditions.len() + 2));
        }
        let mut query = query.clone();
        query.sort = query.sort.filter(|name| grant.sees_field(name));
        let sort = query.sort(record);
        let descending = if query.sort.is_some() { query.descending } else { record.descending };
        Ok(Reader {
            record,
            columns: query.columns(record).into_iter().filter(|f| grant.sees_field(f.name)).collect(),
            conditions,
            sort,
            descending,
            context: order(tx.tenant(), record, sort, descending),
            place: None,
            ended: false,
        })
    }

    /// Goes on from a place that somebody left in the same order.
    pub fn after(mut self, place: &str) -> Outcome<Reader> {
        self.place = Some(Place::open(&self.context, place)?);
        Ok(self)
    }

    /// The place after what was read, for somebody who goes on later; none at the end.
    pub fn place(&self) -> Option<String> {
        self.place.as_ref().filter(|_| !self.ended).map(|place| place.seal(&self.context))
    }

    /// The next rows, none at the end.
    pub async fn next(&mut self, tx: &mut TenantTx, limit: u32) -> Outcome<Vec<Row>> {
        if self.ended {
            return Ok(Vec::new());
        }
        let keyset =
            Keyset { sort: self.sort, descending: self.descending, backwards: false, from_place: self.place.is_some() };
        let place = self.place.as_ref();
        let (found, more) = rows(tx, self.record, &self.columns, &self.conditions, &keyset, place, limit).await?;
        self.ended = !more;
        if let Some(last) = found.last() {
            self.place = Some(Place { value: last.try_get("place")?, id: last.try_get("id")? });
        }
        found.iter().map(|row| read_row(self.record, &self.columns, row)).collect()
    }

    /// All of the rows, counted no further than one beyond the limit.
    pub async fn count(&self, tx: &mut TenantTx, limit: i64) -> Outcome<i64> {
        count_to(tx, self.record, &self.conditions, limit).await
    }

    /// Sums over all of the rows: field, currency, minor units.
    pub async fn totals(&self, tx: &mut TenantTx) -> Outcome<Vec<(String, String, i64)>> {
        totals(tx, self.record, &self.conditions).await
    }
}

/// Cards shown in each state of a board.
const CARDS: u32 = 30;

/// Each state with its first cards.
async fn board(
    tx: &mut TenantTx,
    record: &'static Record,
    columns: &[&'static Field],
    conditions: &[Condition],
    sort: &Field,
    descending: bool,
) -> Outcome<Vec<BoardColumn>> {
    let Some(field) = record.fields.iter().find(|f| f.kind == Kind::State) else { return Ok(Vec::new()) };
    let mut board = Vec::new();
    for state in record.states {
        let mut within = conditions.to_vec();
        within.extend(sql::conditions(field, state.name, within.len() + 2));
        let keyset = Keyset { sort, descending, backwards: false, from_place: false };
        let (found, _) = rows(tx, record, columns, &within, &keyset, None, CARDS).await?;
        let cards = found.iter().map(|row| read_row(record, columns, row)).collect::<Outcome<Vec<_>>>()?;
        let count = match cards.len() < CARDS as usize {
            true => cards.len() as i64,
            false => count(tx, record, &within).await?,
        };
        board.push(BoardColumn { state: state.name.to_owned(), count, rows: cards });
    }
    Ok(board)
}

/// Groups shown at once.
const GROUPS: u32 = 200;

/// Rows counted and summed by the values of a field.
async fn groups(
    tx: &mut TenantTx,
    record: &'static Record,
    by: &'static Field,
    conditions: &[Condition],
) -> Outcome<Vec<Group>> {
    let (tenant, rights) = (tx.tenant(), tx.rights());
    let summed: Vec<&str> = record.totals.iter().copied().filter(|f| rights.on(record).sees_field(f)).collect();
    let select = sqlx::query(sql::groups(record, by, &summed, conditions, GROUPS)).bind(tenant);
    let mut groups: Vec<Group> = Vec::new();
    for row in bind(select, conditions).fetch_all(tx.conn()).await? {
        let (text, currency): (Option<String>, String) = (row.try_get("value")?, row.try_get("currency")?);
        let at = match groups.iter().position(|group| group.text == text) {
            Some(at) => at,
            None => {
                let label = row.try_get("label")?;
                groups.push(Group { text, label, count: 0, sums: Vec::new() });
                groups.len() - 1
            }
        };
        groups[at].count += row.try_get::<i64, _>("n")?;
        for field in &summed {
            groups[at].sums.push(((*field).to_owned(), currency.clone(), row.try_get(*field)?));
        }
    }
    Ok(groups)
}

/// The ids of all that a query finds for this reader, in the order of the list, up to a limit.
pub async fn matching(tx: &mut TenantTx, record: &'static Record, query: &Query, most: i64) -> Outcome<Vec<Uuid>> {
    let (record, standing) = (tx.described(record), tx.standing.clone());
    if !standing.rights.sees(record) {
        return Err(Error::Denied);
    }
    let tenant = tx.tenant();
    let conditions = conditions(record, query, &standing, &tx.company.currency)?;
    let select = sqlx::query(sql::matching(record, &conditions, most)).bind(tenant);
    let rows = bind(select, &conditions).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

fn read_row(record: &Record, columns: &[&'static Field], row: &PgRow) -> Outcome<Row> {
    let mut cells = Vec::with_capacity(columns.len());
    for (i, field) in columns.iter().enumerate() {
        let label = match field.kind {
            Kind::Link(_) => row.try_get(format!("l{i}").as_str())?,
            _ => None,
        };
        cells.push(Cell { text: row.try_get(format!("c{i}").as_str())?, label, ..Cell::default() });
    }
    let currency = match record.currency_field() {
        Some(_) => row.try_get("row_currency")?,
        None => None,
    };
    let state: Option<&str> = if record.states.is_empty() { None } else { row.try_get("row_state")? };
    let (id, version) = (row.try_get("id")?, row.try_get("version")?);
    Ok(Row { id, version, cells, currency, editable: record.editable(state) })
}

/// One row as it stands in a list with these columns; `None` when the reader has no such row.
pub async fn row(tx: &mut TenantTx, record: &'static Record, id: Uuid, columns: Vec<String>) -> Outcome<Option<Row>> {
    let query = Query::default().with_columns(columns);
    Ok(Reader::new(tx, record, &query, Some(&[id]))?.next(tx, 1).await?.pop())
}

async fn count(tx: &mut TenantTx, record: &Record, conditions: &[Condition]) -> Outcome<i64> {
    count_to(tx, record, conditions, COUNT_LIMIT).await
}

async fn count_to(tx: &mut TenantTx, record: &Record, conditions: &[Condition], limit: i64) -> Outcome<i64> {
    let tenant = tx.tenant();
    let select = sqlx::query(sql::counts(&[sql::count(record, conditions, limit)])).bind(tenant);
    let row = bind(select, conditions).fetch_one(tx.conn()).await?;
    Ok(row.try_get::<Vec<i64>, _>(0)?[0])
}

/// Counts of all rows and of each view, in one statement.
async fn view_counts(tx: &mut TenantTx, record: &'static Record) -> Outcome<Vec<i64>> {
    if record.views.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let mut parts = Vec::new();
    let mut all: Vec<Condition> = Vec::new();
    let whole: &[(&str, &str)] = &[];
    for filter in std::iter::once(whole).chain(record.views.iter().map(|view| view.filter)) {
        let mut own: Vec<Condition> = Vec::new();
        own.extend(sql::reach_condition(record, &tx.standing, all.len() + 2));
        for (name, text) in filter {
            if let Some(field) = record.field(name).filter(|f| tx.standing.rights.on(record).sees_field(f.name)) {
                own.extend(sql::conditions(field, text, all.len() + own.len() + 2));
            }
        }
        parts.push(sql::count(record, &own, TAB_LIMIT));
        all.extend(own);
    }
    let select = sqlx::query(sql::counts(&parts)).bind(tenant);
    Ok(bind(select, &all).fetch_one(tx.conn()).await?.try_get(0)?)
}

async fn totals(tx: &mut TenantTx, record: &Record, conditions: &[Condition]) -> Outcome<Vec<(String, String, i64)>> {
    let rights = tx.rights();
    let summed: Vec<&str> = record.totals.iter().copied().filter(|f| rights.on(record).sees_field(f)).collect();
    if summed.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let select = sqlx::query(sql::totals(record, &summed, conditions)).bind(tenant);
    let rows = bind(select, conditions).fetch_all(tx.conn()).await?;
    let mut totals = Vec::new();
    for row in rows {
        let currency: String = row.try_get("currency")?;
        for field in &summed {
            totals.push(((*field).to_owned(), currency.clone(), row.try_get(*field)?));
        }
    }
    Ok(totals)
}

/// Titles of what the links lead to that a query filters by: field and canonical text.
pub async fn filter_labels(
    tx: &mut TenantTx,
    record: &'static Record,
    query: &Query,
) -> Outcome<Vec<(String, String)>> {
    let mut labels = Vec::new();
    for filter in &query.filters {
        let Some(Kind::Link(target)) = record.field(&filter.field).map(|f| f.kind) else { continue };
        let (Some(target), Ok(id)) = (door::record(target), filter.text.parse()) else { continue };
        let rights = tx.rights();
        if !rights.sees(target) || !rights.on(record).sees_field(&filter.field) {
            continue;
        }
        let mut links = Links::default();
        links.fetch(tx, target, rights.on(target).reach, &[id], &[]).await?;
        if let Some(title) = links.title(id) {
            labels.push((filter.field.clone(), title.to_owned()));
        }
    }
    Ok(labels)
}

/// Suggestions of a typeahead.
pub async fn suggest(tx: &mut TenantTx, record: &'static Record, text: &str) -> Outcome<Vec<Suggestion>> {
    let rights = tx.rights();
    if !rights.sees(record) {
        return Err(Error::Denied);
    }
    let (tenant, reach, record) = (tx.tenant(), rights.on(record).reach, tx.described(record));
    let mut query = sqlx::query(sql::suggest(record, &rights)).bind(tenant).bind(fold(text));
    if reach != Reach::All {
        query = query.bind(sql::reach_value(&tx.standing, reach));
    }
    let rows = query.fetch_all(tx.conn()).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Suggestion {
                id: row.try_get("id")?,
                title: row.try_get::<Option<String>, _>("title")?.unwrap_or_default(),
                hint: row.try_get("hint")?,
            })
        })
        .collect()
}

// ------------------------------------------------------------------ forms

/// A form that was posted and came back: what was typed and what stood in the way.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    pub typed: Typed,
    pub refusals: Vec<Refusal>,
    /// The version the form was made from.
    pub version: i32,
    pub id: Option<Uuid>,
    /// Somebody else saved meanwhile.
    pub conflict: bool,
}

/// The form of a record: saved, or new with its defaults and what the address prefills.
pub async fn form(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Option<Uuid>,
    prefill: &BTreeMap<String, String>,
    posted: Option<&Posted>,
) -> Outcome<FormPage> {
    let document = match id {
        // What is kept from the reader may still decide what follows; it is taken out when the page is made.
        Some(id) => door::reachable(tx, record, id, door::Lock::No).await?,
        None if tx.standing.rights.creates(record) => {
            let mut document = door::fresh(tx, record).await?;
            if let Some(id) = posted.and_then(|p| p.id) {
                document.id = id;
            }
            let typed = Typed { fields: prefill.clone(), lines: None };
            if !typed.fields.is_empty() {
                document = door::draft(tx, document, &typed).await?.0;
            }
            document
        }
        None => return Err(Error::Denied),
    };
    let files = super::files::list(tx, &document).await?;
    Ok(FormPage { files, ..page(tx, document, posted).await? })
}

/// The form with what was typed so far and what follows from it; nothing is written.
pub async fn preview(tx: &mut TenantTx, record: &'static Record, id: Option<Uuid>, typed: &Typed) -> Outcome<FormPage> {
    let rights = tx.rights();
    let saved = match id {
        Some(id) => match door::reachable(tx, record, id, door::Lock::No).await {
            Err(Error::NotFound) => None,
            other => Some(other?),
        },
        None => None,
    };
    let document = match saved {
        Some(document) if rights.changes(record) => document,
        None if rights.creates(record) => {
            let fresh = door::fresh(tx, record).await?;
            Document { id: id.unwrap_or(fresh.id), ..fresh }
        }
        _ => return Err(Error::Denied),
    };
    if !record.editable(document.state()) {
        return Err(Refusal::new("refuse-posted").into());
    }
    let (document, faults, _) = door::draft(tx, document, typed).await?;
    let mut page = form_page(tx, document).await?;
    keep_typed(&mut page, tx.described(record), typed, &faults);
    Ok(page)
}

/// Restores what was typed where it could not be read, so that nothing is lost.
fn keep_typed(page: &mut FormPage, record: &'static Record, typed: &Typed, faults: &[Refusal]) {
    let at_fault = |name: &str| faults.iter().any(|fault| fault.field.as_deref() == Some(name));
    for (cell, field) in page.cells.iter_mut().zip(record.fields) {
        keep_cell(cell, field, &typed.fields, at_fault(field.name));
    }
    if let Some(lines) = record.lines {
        for (row, (line, texts)) in page.lines.iter_mut().zip(typed.lines.iter().flatten()).enumerate() {
            for (cell, field) in line.cells.iter_mut().zip(lines.fields) {
                keep_cell(cell, field, texts, at_fault(&input_name(row, field.name)));
            }
        }
    }
}

fn keep_cell(cell: &mut Cell, field: &Field, texts: &BTreeMap<String, String>, at_fault: bool) {
    if field.computed {
        return;
    }
    let text = match field.kind {
        Kind::Link(_) => texts.get(&format!("{}~", field.name)).or(texts.get(field.name)),
        _ => texts.get(field.name),
    };
    if let Some(text) = text
        && (cell.text.is_none() || at_fault)
        && !text.trim().is_empty()
    {
        cell.typed = Some(text.clone());
    }
}

async fn page(tx: &mut TenantTx, saved: Document, posted: Option<&Posted>) -> Outcome<FormPage> {
    let record = saved.record;
    let Some(posted) = posted else { return form_page(tx, saved).await };
    // A form that only asked for an action typed nothing.
    let document = match posted.typed == Typed::default() {
        true => saved.clone(),
        false => door::draft(tx, saved.clone(), &posted.typed).await?.0,
    };
    let mut page = form_page(tx, document).await?;
    keep_typed(&mut page, record, &posted.typed, &posted.refusals);
    page.version = posted.version;
    for refusal in &posted.refusals {
        place_fault(&mut page, record, refusal);
        page.faults.push((refusal.field.clone(), refusal.message.clone()));
    }
    if posted.conflict {
        page.conflict = Some(conflict(tx, &saved, &page).await?);
    }
    Ok(page)
}

/// Puts a refusal beside the field it concerns.
fn place_fault(page: &mut FormPage, record: &'static Record, refusal: &Refusal) {
    let Some(name) = refusal.field.as_deref() else { return };
    let cell = match crate::record::line::parse_input_name(name) {
        Some((row, field)) => record
            .lines
            .and_then(|lines| lines.fields.iter().position(|f| f.name == field))
            .and_then(|at| page.lines.get_mut(row)?.cells.get_mut(at)),
        None => record.fields.iter().position(|f| f.name == name).and_then(|at| page.cells.get_mut(at)),
    };
    if let Some(cell) = cell {
        cell.fault = Some(refusal.message.clone());
    }
}

/// What somebody else saved, beside what this reader typed.
async fn conflict(tx: &mut TenantTx, saved: &Document, mine: &FormPage) -> Outcome<Conflict> {
    let theirs = form_page(tx, saved.clone()).await?;
    let mut conflict = Conflict { version: saved.version, ..Conflict::default() };
    for ((field, mine), theirs) in saved.record.fields.iter().zip(&mine.cells).zip(&theirs.cells) {
        let seen = tx.standing.rights.on(saved.record).sees_field(field.name);
        if seen && !field.hidden && !field.computed && (mine.text != theirs.text || mine.typed.is_some()) {
            conflict.fields.push((field.name.to_owned(), mine.clone(), theirs.clone()));
        }
    }
    conflict.lines = line_conflicts(saved.record, &tx.standing.rights, mine, &theirs);
    conflict.user = theirs.events.first().map(|e| e.user.clone()).unwrap_or_default();
    Ok(conflict)
}

/// Where the lines of two versions differ, in what people enter and the reader sees.
fn line_conflicts(record: &Record, rights: &Rights, mine: &FormPage, theirs: &FormPage) -> Vec<LineConflict> {
    let fields = record.lines.map_or(&[][..], |lines| lines.fields);
    let none = LineCells::default();
    let mut pairs: Vec<(usize, &LineCells, &LineCells)> = Vec::new();
    for (row, line) in mine.lines.iter().enumerate() {
        pairs.push((row, line, theirs.lines.iter().find(|other| other.id == line.id).unwrap_or(&none)));
    }
    for (row, line) in theirs.lines.iter().enumerate() {
        if !mine.lines.iter().any(|other| other.id == line.id) {
            pairs.push((row, &none, line));
        }
    }
    let mut found = Vec::new();
    for (row, mine, theirs) in pairs {
        for (at, field) in fields.iter().enumerate() {
            let cell = |line: &LineCells| line.cells.get(at).cloned().unwrap_or_default();
            let (mine, theirs) = (cell(mine), cell(theirs));
            let seen =
                rights.on(record).sees_field(&format!("lines.{}", field.name)) && !field.hidden && !field.computed;
            if seen && (mine.text != theirs.text || mine.typed.is_some()) {
                found.push(LineConflict { row: row as i64 + 1, field: field.name.to_owned(), mine, theirs });
            }
        }
    }
    found
}

/// A document as cells, with its links' titles, offers, history and neighbours; without what is kept from the reader.
async fn form_page(tx: &mut TenantTx, mut document: Document) -> Outcome<FormPage> {
    let record = document.record;
    let rights = tx.rights();
    let currency = document.currency(&tx.company.currency).to_owned();
    door::mask(&rights, &mut document);
    let hand_on = door::present(tx, &mut document).await?;
    let links = titles(tx, &document).await?;
    let state = document.state();
    let saved = document.version > 0;
    let keeps = if saved { rights.changes(record) } else { rights.creates(record) };
    let cells = cells(record.fields, |name| document.get(name), &links);
    let lines = record.lines.map_or(Vec::new(), |lines| {
        document
            .lines
            .iter()
            .map(|line| LineCells { id: Some(line.id), cells: line_cells(lines.fields, line, &links) })
            .collect()
    });
    let offered = record
        .actions
        .iter()
        .filter(|a| saved && !a.internal && rights.acts(record, a.name) && state.is_some_and(|s| a.from.contains(&s)));
    let grant = rights.on(record);
    Ok(FormPage {
        record: record.name.to_owned(),
        id: Some(document.id),
        version: document.version,
        cells,
        lines,
        editable: keeps && record.editable(state),
        deletable: saved && rights.deletes(record) && record.editable(state) && document.number().is_none(),
        offers: offered.map(|a| a.name.to_owned()).collect(),
        hidden: hidden_fields(&rights, record),
        fixed: record
            .all_fields()
            .map(|(_, name)| name)
            .filter(|f| grant.sees_field(f) && !grant.changes_field(f))
            .collect(),
        events: if saved { events(tx, &document).await? } else { Vec::new() },
        linked: if saved { linked(tx, &document).await? } else { Vec::new() },
        company_currency: tx.company.currency.clone(),
        currency,
        hand_on,
        // Whoever edits rights keeps any field of any record from a role.
        custom: if record.lines.is_some_and(|lines| lines.look == Look::Rights) {
            tx.custom.all()
        } else {
            tx.custom.of(record)
        },
        ..FormPage::default()
    })
}

fn line_cells(fields: &'static [Field], line: &Line, links: &Links) -> Vec<Cell> {
    cells(fields, |name| line.get(name), links)
}

fn cells<'v>(fields: &'static [Field], get: impl Fn(&str) -> &'v Value, links: &Links) -> Vec<Cell> {
    fields
        .iter()
        .map(|field| {
            let value = get(field.name);
            let label = value.id().and_then(|id| links.title(id)).map(str::to_owned);
            Cell { text: value.to_text(), label, ..Cell::default() }
        })
        .collect()
}

/// Titles of everything the document links to, with one statement per record type.
async fn titles(tx: &mut TenantTx, document: &Document) -> Outcome<Links> {
    let mut wanted: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
    let mut note = |field: &Field, value: &Value| {
        if let (Kind::Link(target), Some(id)) = (field.kind, value.id()) {
            wanted.entry(target).or_default().push(id);
        }
    };
    for field in document.record.fields {
        note(field, document.get(field.name));
    }
    for field in document.record.lines.map_or(&[][..], |l| l.fields) {
        document.lines.iter().for_each(|line| note(field, line.get(field.name)));
    }
    let mut links = Links::default();
    for (target, ids) in wanted {
        if let Some(target) = door::record(target) {
            links.fetch(tx, target, Reach::All, &ids, &[]).await?;
        }
    }
    Ok(links)
}

/// What happened to a record, latest first.
async fn events(tx: &mut TenantTx, document: &Document) -> Outcome<Vec<Event>> {
    let (zone, rights, record) = (tx.company.time_zone.clone(), tx.rights(), document.record);
    let rows = sqlx::query(
        "select a.action, coalesce(m.name, '') as user, to_char(a.at at time zone $4, 'YYYY-MM-DD HH24:MI') as at, a.changes
           from audit a left join member m on m.tenant_id = a.tenant_id and m.id = a.user_id
          where a.tenant_id = $1 and a.record = $2 and a.record_id = $3 and a.action <> all($5) order by a.id desc limit 50",
    )
    .bind(tx.tenant())
    .bind(document.record.name)
    .bind(document.id)
    .bind(zone)
    .bind(super::comments::left_out(&rights, record))
    .fetch_all(tx.conn())
    .await?;
    let mut events: Vec<Event> = rows
        .into_iter()
        .map(|row| {
            let changes: serde_json::Value = row.try_get("changes")?;
            let text = |value: Option<&serde_json::Value>| value.and_then(|v| v.as_str()).map(str::to_owned);
            let changes = changes.as_object().into_iter().flatten().filter(|(name, _)| seen(&rights, record, name));
            let changes = changes.map(|(field, pair)| (field.clone(), text(pair.get(0)), text(pair.get(1))));
            Ok(Event {
                action: row.try_get("action")?,
                user: row.try_get("user")?,
                at: row.try_get("at")?,
                changes: changes.collect(),
            })
        })
        .collect::<Outcome<_>>()?;
    let changes = events.iter_mut().map(|event| (record, &mut event.changes));
    super::audit::name_links(tx, changes.collect()).await?;
    Ok(events)
}

/// Whether the reader sees what changed in a field, named as the audit names it: `total`, `lines.3.price`.
pub fn seen(rights: &Rights, record: &Record, change: &str) -> bool {
    let field = match change.strip_prefix("lines.").and_then(|rest| rest.split_once('.')) {
        Some((_, field)) => format!("lines.{field}"),
        None => change.to_owned(),
    };
    rights.on(record).sees_field(&field)
}

/// Whether rows of the two types that name each other belong to one story: documents do, and what has states in one module.
fn is_of_story(one: &Record, other: &Record) -> bool {
    let documents = one.series.is_some() && other.series.is_some();
    let stages = !one.states.is_empty() && !other.states.is_empty() && one.module == other.module;
    documents || stages
}

/// The documents before and after this one, as far as this reader may see them.
async fn linked(tx: &mut TenantTx, document: &Document) -> Outcome<Vec<Linked>> {
    let (tenant, rights, standing) = (tx.tenant(), tx.rights(), tx.standing.clone());
    let mut found = Vec::new();
    for field in document.record.fields {
        if let (Kind::Link(target), Some(id)) = (field.kind, document.link(field.name))
            && let Some(target) = door::record(target).filter(|r| is_of_story(document.record, r) && rights.sees(r))
        {
            let reach = rights.on(target).reach;
            let mut query = sqlx::query(sql::title(target, reach)).bind(tenant).bind(id);
            if reach != Reach::All {
                query = query.bind(sql::reach_value(&standing, reach));
            }
            if let Some(row) = query.fetch_optional(tx.conn()).await? {
                let title = row.try_get::<Option<String>, _>("title")?.unwrap_or_default();
                found.push(Linked { record: target.name.to_owned(), id, title, state: row.try_get("state")? });
            }
        }
    }
    let pointing: Vec<(&'static Record, &'static str)> = door::records()
        .iter()
        .filter(|r| is_of_story(document.record, r) && rights.sees(r))
        .flat_map(|r| {
            r.fields
                .iter()
                .filter(|f| f.kind == Kind::Source || f.kind == Kind::Link(document.record.name))
                .filter(|f| rights.on(r).sees_field(f.name))
                .map(move |f| (*r, f.name))
        })
        .collect();
    if !pointing.is_empty() {
        let rows = sqlx::query(sql::linked(&pointing, &rights))
            .bind(tenant)
            .bind(document.id)
            .bind(standing.member)
            .bind(standing.branch)
            .bind(standing.customer)
            .fetch_all(tx.conn())
            .await?;
        for row in rows {
            found.push(Linked {
                record: row.try_get("record")?,
                id: row.try_get("id")?,
                title: row.try_get::<Option<String>, _>("title")?.unwrap_or_default(),
                state: row.try_get("state")?,
            });
        }
    }
    Ok(found)
}
