//! Lists as readers see them: rows of a query with their places, counts, totals, boards and groups.

use crate::platform::cache::{self, Known, Sources};
use crate::platform::door::{self, Error, Links, Outcome};
use crate::platform::permission::Rights;
use crate::platform::seal;
use crate::platform::sql::{self, Bind, Condition, Keyset};
use crate::platform::tenancy::{Standing, TenantTx};
use crate::record::fold::fold;
use crate::record::page::{BoardColumn, Cell, Group, ListPage, Message, Row, Suggestion};
use crate::record::query::{COUNT_LIMIT, PAGE, Query, TAB_LIMIT, groupable};
use crate::record::{Field, Kind, Reach, Record};
use rust_decimal::Decimal;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::sync::Arc;
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
/// nothing, or the answer would tell it. Values are bound from `$first` on.
fn conditions(
    record: &'static Record,
    query: &Query,
    standing: &Standing,
    company_currency: &str,
    first: usize,
) -> Outcome<Vec<Condition>> {
    let rights = &standing.rights;
    // A filter by a currency that is kept from the reader narrows nothing, and so names none.
    let sees_currency = record.currency_field().is_none_or(|field| rights.on(record).sees_field(field.name));
    let mut found: Vec<Condition> = Vec::new();
    found.extend(sql::reach_condition(record, standing, first));
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
        found.extend(sql::conditions(field, &text, found.len() + first));
    }
    if let Some(search) = &query.search {
        let sql = sql::search(record, rights, found.len() + first);
        found.push(Condition { sql, bind: Bind::Text(fold(search)) });
    }
    Ok(found)
}

/// The fields of a record that are kept from a reader; those of its lines as `lines.price`.
pub(super) fn hidden_fields(rights: &Rights, record: &Record) -> Vec<String> {
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
        return Err(rights.denial(record));
    }
    let tenant = tx.tenant();
    let conditions = conditions(record, query, &standing, &tx.company.currency, 2)?;
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
    let (groups, more_groups) = match group.filter(|field| rights.on(record).sees_field(field.name)) {
        Some(field) => groups(tx, record, field, &conditions).await?,
        None => (Vec::new(), false),
    };

    let count = count(tx, record, &conditions).await?;
    let capped = count > COUNT_LIMIT;
    let whole = query.board || query.group.is_some();
    let sums = !whole && columns.iter().any(|field| record.totals.contains(&field.name));
    let note = if more_groups && !query.board {
        Some(Message::new("list-groups-most").with("limit", Decimal::from(GROUPS)))
    } else if capped && sums {
        Some(Message::new("list-totals-most").with("limit", Decimal::from(COUNT_LIMIT)))
    } else {
        None
    };
    Ok(ListPage {
        record: record.name.to_owned(),
        // A count stops at the limit; a sum would read every row that matches each time somebody looks.
        totals: if capped { Vec::new() } else { totals(tx, record, &conditions).await? },
        views: view_counts(tx, record).await?,
        labels: filter_labels(tx, record, &query).await?,
        saved: crate::platform::views::list(tx, record).await?,
        board,
        groups,
        note,
        query,
        hidden,
        rows,
        count: count.min(COUNT_LIMIT),
        capped,
        before,
        after,
        can_create: rights.creates(record),
        can_import: rights.creates(record) && tx.plan.flags.has("import"),
        draft: None,
        bulk: crate::platform::bulk::verbs(rights, record),
        job: Uuid::now_v7(),
        settable: crate::platform::bulk::settable_fields(rights, record),
        company_currency: tx.company.currency.clone(),
        custom: tx.custom.of(record),
    })
}

/// The same, from memory where nothing that it shows has changed since it was read.
pub async fn recall(tx: &mut TenantTx, record: &'static Record, query: &Query) -> Outcome<ListPage> {
    let record = tx.described(record);
    if record.fields.iter().any(|field| field.unlogged) {
        return list(tx, record, query).await;
    }
    // Everybody has views of their own beside it.
    let asked = format!("{query:?}");
    let key = tx.key("list", &[record.name, &asked], Reach::Own, Sources::Tables(&sources(record)));
    if let Known::Fresh(page) = tx.known::<ListPage>(&key) {
        // What is asked for on each page is another job.
        return Ok(ListPage { job: Uuid::now_v7(), ..(*page).clone() });
    }
    let page = list(tx, record, query).await?;
    tx.keep(key, Arc::new(page.clone()), size(&page));
    Ok(page)
}

/// The tables that a page of a list is read from.
pub fn sources(record: &Record) -> Vec<&'static str> {
    let mut tables = cache::tables(record);
    tables.push("saved_view");
    tables
}

/// Bytes that a group takes, about.
const GROUP: usize = 256;

/// Bytes that a page takes, about.
fn size(page: &ListPage) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let of_boards = page.board.iter().flat_map(|column| &column.rows);
    let cells = page.rows.iter().chain(of_boards).flat_map(|row| &row.cells);
    let cells: usize = cells.map(|cell| size_of::<Cell>() + text(&cell.text) + text(&cell.label)).sum();
    size_of::<ListPage>() + cells + page.groups.len() * GROUP
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
            return Err(standing.rights.denial(record));
        }
        let mut conditions = conditions(record, query, standing, &tx.company.currency, 2)?;
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

/// Rows counted and summed by the values of a field, and whether there are more groups.
async fn groups(
    tx: &mut TenantTx,
    record: &'static Record,
    by: &'static Field,
    conditions: &[Condition],
) -> Outcome<(Vec<Group>, bool)> {
    let (tenant, rights) = (tx.tenant(), tx.rights());
    let summed: Vec<&str> = record.totals.iter().copied().filter(|f| rights.on(record).sees_field(f)).collect();
    let select = sqlx::query(sql::groups(record, by, &summed, conditions, GROUPS + 1)).bind(tenant);
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
    let more = groups.len() > GROUPS as usize;
    groups.truncate(GROUPS as usize);
    Ok((groups, more))
}

/// Writes all that a query finds for this reader down as the rows of a job, in the order of the list, up to a limit. They are what
/// matches at one moment, whatever changes meanwhile, and no id leaves the database. Answers with how many there are.
pub async fn choose(tx: &mut TenantTx, record: &'static Record, query: &Query, job: Uuid, most: i64) -> Outcome<u64> {
    let (record, standing) = (tx.described(record), tx.standing.clone());
    if !standing.rights.sees(record) {
        return Err(standing.rights.denial(record));
    }
    let tenant = tx.tenant();
    let conditions = conditions(record, query, &standing, &tx.company.currency, 2)?;
    let insert = sqlx::query(sql::choose(record, &conditions, most)).bind(tenant);
    Ok(bind(insert, &conditions).bind(job).execute(tx.conn()).await?.rows_affected())
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

/// How many rows each of several lists has for this reader, in one statement; none further than one beyond the limit.
pub async fn counts(tx: &mut TenantTx, lists: &[(&'static Record, Query)], limit: i64) -> Outcome<Vec<i64>> {
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let (tenant, standing) = (tx.tenant(), tx.standing.clone());
    let mut parts = Vec::new();
    let mut all: Vec<Condition> = Vec::new();
    for (record, query) in lists {
        let record = tx.described(record);
        if !standing.rights.sees(record) {
            return Err(standing.rights.denial(record));
        }
        let own = conditions(record, query, &standing, &tx.company.currency, all.len() + 2)?;
        parts.push(sql::count(record, &own, limit));
        all.extend(own);
    }
    let select = sqlx::query(sql::counts(&parts)).bind(tenant);
    Ok(bind(select, &all).fetch_one(tx.conn()).await?.try_get(0)?)
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

/// The records of a type that another record and its lines lead to, as the reader sees it. `None` where its lines lead to no
/// such records, or where it is not there for the reader.
async fn belonging(
    tx: &mut TenantTx,
    record: &'static Record,
    near: &'static Record,
    id: Uuid,
) -> Outcome<Option<Vec<Uuid>>> {
    let leads = |field: &&Field| field.kind == Kind::Link(record.name);
    let of_lines: Vec<&str> =
        near.lines.map_or(&[][..], |lines| lines.fields).iter().filter(leads).map(|field| field.name).collect();
    if of_lines.is_empty() {
        return Ok(None);
    }
    let Some(mut found) = door::find(tx, near, id, door::Lock::No).await? else { return Ok(None) };
    door::mask(&tx.rights(), &mut found);
    let own = near.fields.iter().filter(leads).filter_map(|field| found.link(field.name));
    let more = found.lines.iter().flat_map(|line| of_lines.iter().filter_map(move |name| line.link(name)));
    Ok(Some(own.chain(more).collect()))
}

/// Suggestions of a typeahead; near a record whose lines lead to such records, those alone that it and its lines lead to.
pub async fn suggest(
    tx: &mut TenantTx,
    record: &'static Record,
    text: &str,
    near: Option<(&'static Record, Uuid)>,
) -> Outcome<Vec<Suggestion>> {
    let rights = tx.rights();
    if !rights.sees(record) {
        return Err(rights.denial(record));
    }
    let (tenant, reach, record) = (tx.tenant(), rights.on(record).reach, tx.described(record));
    let among = match near {
        Some((near, id)) => belonging(tx, record, near, id).await?,
        None => None,
    };
    let mut query = sqlx::query(sql::suggest(record, &rights)).bind(tenant).bind(fold(text)).bind(among);
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
