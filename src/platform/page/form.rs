//! Forms as readers see them: a document with its faults, its history, what is linked to it, and what others have changed.

use super::list::hidden_fields;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Links, Outcome, Refusal, Typed};
use crate::platform::permission::Rights;
use crate::platform::sql;
use crate::platform::tenancy::TenantTx;
use crate::record::page::{Cell, Conflict, Event, FormPage, LineCells, LineConflict, Linked};
use crate::record::{Field, Kind, Look, Reach, Record, Value, line::input_name};
use sqlx::Row as _;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Events of one page of a history; the statement asks for one more.
const HISTORY: usize = 50;

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
        None => return Err(tx.standing.rights.denial(record)),
    };
    let files = crate::platform::files::list(tx, &document).await?;
    Ok(FormPage { files, ..page(tx, document, posted).await? })
}

/// The form with what was typed so far and what follows from it; nothing is written.
pub async fn preview(tx: &mut TenantTx, record: &'static Record, id: Option<Uuid>, typed: &Typed) -> Outcome<FormPage> {
    let rights = tx.rights();
    let saved = match id {
        Some(id) => door::find(tx, record, id, door::Lock::No).await?,
        None => None,
    };
    let document = match saved {
        Some(document) if rights.changes(record) => document,
        None if rights.creates(record) => {
            let fresh = door::fresh(tx, record).await?;
            Document { id: id.unwrap_or(fresh.id), ..fresh }
        }
        _ => return Err(rights.denial(record)),
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
        company: tx.tenant(),
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
        person: saved && record.holds_person() && rights.sees_everything(),
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

/// What happened to a record, latest first, as its form tells it.
async fn events(tx: &mut TenantTx, document: &Document) -> Outcome<Vec<Event>> {
    let (told, _) = history(tx, document, None).await?;
    let mut events: Vec<Event> = told.into_iter().map(|(_, event)| event).collect();
    let changes = events.iter_mut().map(|event| (document.record, &mut event.changes));
    crate::platform::audit::name_links(tx, changes.collect()).await?;
    Ok(events)
}

/// A page of what happened to a record, latest first, from the place `before` on and without what is kept from the reader:
/// events by their ids, links by the ids of what they lead to. Answers also with whether there are older ones.
pub async fn history(
    tx: &mut TenantTx,
    document: &Document,
    before: Option<Uuid>,
) -> Outcome<(Vec<(Uuid, Event)>, bool)> {
    let (zone, rights, record) = (tx.company.time_zone.clone(), tx.rights(), document.record);
    let rows = sqlx::query(
        "select a.id, a.action, coalesce(m.name, '') as user, to_char(a.at at time zone $4, 'YYYY-MM-DD HH24:MI') as at, a.changes
           from audit a left join member m on m.tenant_id = a.tenant_id and m.id = a.user_id
          where a.tenant_id = $1 and a.record = $2 and a.record_id = $3 and a.action <> all($5)
            and ($6::uuid is null or a.id < $6) order by a.id desc limit 51",
    )
    .bind(tx.tenant())
    .bind(document.record.name)
    .bind(document.id)
    .bind(zone)
    .bind(crate::platform::comments::left_out(&rights, record))
    .bind(before)
    .fetch_all(tx.conn())
    .await?;
    let more = rows.len() > HISTORY;
    let events = rows
        .into_iter()
        .take(HISTORY)
        .map(|row| {
            let changes: serde_json::Value = row.try_get("changes")?;
            let text = |value: Option<&serde_json::Value>| value.and_then(|v| v.as_str()).map(str::to_owned);
            let changes = changes.as_object().into_iter().flatten().filter(|(name, _)| seen(&rights, record, name));
            let changes = changes.map(|(field, pair)| (field.clone(), text(pair.get(0)), text(pair.get(1))));
            let event = Event {
                action: row.try_get("action")?,
                user: row.try_get("user")?,
                at: row.try_get("at")?,
                changes: changes.collect(),
            };
            Ok((row.try_get("id")?, event))
        })
        .collect::<Outcome<Vec<_>>>()?;
    Ok((events, more))
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
