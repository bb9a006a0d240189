//! The few verbs through which everything reads and writes: get, save, act, delete. Permission is asked here.
//!
//! Pages, imports and the command line all come through these; each write leaves its audit row and its event behind in
//! the same transaction.

use super::document::Values;
pub use super::document::{Document, Line};
pub use super::error::{Error, Outcome, Refusal};
use super::permission::Rights;
use super::report::Report;
use super::tenancy::{Standing, TenantTx};
pub use super::typed::{Links, Typed, find_links, read_typed};
use super::{plan, sql};
use crate::record::page::{Arg, HandOn};
use crate::record::{Field, Kind, Reach, Record, Start, Value, fold::fold};
use async_trait::async_trait;
use serde_json::json;
use sqlx::Row as _;
use std::collections::HashMap;
use std::sync::OnceLock;
use uuid::Uuid;

// ------------------------------------------------------------------ what the business gives

/// The rules of a record type. Facts are read through the transaction; writing is the door's part.
#[async_trait]
pub trait Rules: Send + Sync {
    /// Fills what follows from what was entered: prices, taxes, totals, dates.
    async fn complete(&self, _: &mut TenantTx, _: &mut Document) -> Outcome<()> {
        Ok(())
    }

    /// Shows what is kept in another form than people edit it in, just before it becomes a page.
    async fn present(&self, _: &mut TenantTx, _: &mut Document) -> Outcome<Option<HandOn>> {
        Ok(None)
    }

    /// Whether [`Rules::present`] ever has something to hand on, such as a secret.
    fn hands_on(&self) -> bool {
        false
    }

    /// The action by whose right somebody sends such documents by mail, with the path that [`Rules::present`] hands on. `None`
    /// where they do not go by mail.
    fn mails(&self) -> Option<&'static str> {
        None
    }

    /// What is to be settled before the person that a record describes can be erased, a sentence for each.
    async fn binds(&self, _: &mut TenantTx, _: &Document) -> Outcome<Vec<Refusal>> {
        Ok(Vec::new())
    }

    /// What a record gives up beside what speaks of the person, when they are erased. Answers with the fields that this changes.
    fn erase(&self, _: &mut Document) -> Vec<&'static str> {
        Vec::new()
    }

    /// What an action does, or why it cannot be done.
    async fn act(&self, _: &mut TenantTx, _: &'static str, _: &Document) -> Outcome<Effects> {
        Err(Error::NotFound)
    }
}

/// The rules of a record that has none of its own.
pub struct Plain;
impl Rules for Plain {}

/// Something that a posting writes outside its own document: stock, the journal, receivables.
#[async_trait]
pub trait Posting: Send + Sync {
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()>;
}

/// What a rule wants to happen. The door makes it happen in one transaction.
#[derive(Default)]
pub struct Effects {
    pub state: Option<&'static str>,
    pub set: Vec<(&'static str, Value)>,
    /// Line, field, value.
    pub set_lines: Vec<(Uuid, &'static str, Value)>,
    /// Draw the document's number.
    pub number: bool,
    /// The series that the number is drawn from and its prefix, where it is not the usual one of the record.
    pub series: Option<(&'static str, &'static str)>,
    /// Applied before the number is drawn: what can still be refused by the database.
    pub postings: Vec<Box<dyn Posting>>,
    /// Applied after the number is drawn: what carries it.
    pub books: Vec<Box<dyn Posting>>,
    /// New documents, in draft, for the reader to go on with.
    pub create: Vec<Document>,
}

impl Effects {
    pub fn to(state: &'static str) -> Effects {
        Effects { state: Some(state), ..Effects::default() }
    }
    pub fn numbered(mut self) -> Effects {
        self.number = true;
        self
    }
    /// Draws the number from a series of its own.
    pub fn numbered_in(mut self, series: &'static str, prefix: &'static str) -> Effects {
        self.series = Some((series, prefix));
        self.numbered()
    }
    pub fn set(mut self, field: &'static str, value: impl Into<Value>) -> Effects {
        self.set.push((field, value.into()));
        self
    }
    pub fn post(mut self, posting: impl Posting + 'static) -> Effects {
        self.postings.push(Box::new(posting));
        self
    }
    pub fn book(mut self, posting: impl Posting + 'static) -> Effects {
        self.books.push(Box::new(posting));
        self
    }
    pub fn create(mut self, document: Document) -> Effects {
        self.create.push(document);
        self
    }
}

/// Where the door finds descriptions, rules and reports; given once at start, so that the platform names no module.
pub struct Registry {
    pub records: Vec<&'static Record>,
    pub rules: fn(&str) -> &'static dyn Rules,
    pub reports: &'static [Report],
}

static REGISTRY: OnceLock<Registry> = OnceLock::new();

pub fn install(registry: Registry) {
    let _ = REGISTRY.set(registry);
}

fn registry() -> &'static Registry {
    REGISTRY.get().expect("the registry is installed at start")
}

pub fn records() -> &'static [&'static Record] {
    &registry().records
}

pub fn record(name: &str) -> Option<&'static Record> {
    registry().records.iter().copied().find(|r| r.name == name)
}

pub fn reports() -> &'static [Report] {
    registry().reports
}

fn rules(record: &Record) -> &'static dyn Rules {
    (registry().rules)(record.name)
}

// ------------------------------------------------------------------ reading

/// Whether the row stays locked until the transaction ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    No,
    Update,
}

/// Whether a document is among the rows that somebody reaches.
pub fn within_reach(standing: &Standing, document: &Document) -> bool {
    let reach = standing.rights.on(document.record).reach;
    let whose = match reach {
        Reach::All => return true,
        Reach::Own => document.created_by,
        Reach::Branch => document.link("branch"),
        Reach::Party => match document.record.party {
            Some("id") => Some(document.id),
            Some(field) => document.link(field),
            None => None,
        },
    };
    whose == Some(sql::reach_value(standing, reach))
}

/// Nobody gives a record away beyond their own reach.
pub(super) fn beyond_reach(tx: &TenantTx, document: &Document) -> Option<Refusal> {
    let record = document.record;
    let field = match tx.standing.rights.on(record).reach {
        Reach::Branch => "branch",
        _ => record.party.unwrap_or_default(),
    };
    (!within_reach(&tx.standing, document)).then(|| Refusal::new("refuse-beyond-reach").at(field))
}

/// A document that the reader asks for and may see, locked or not. What they may not see is not found, as if it did not exist.
pub async fn reachable(tx: &mut TenantTx, record: &'static Record, id: Uuid, lock: Lock) -> Outcome<Document> {
    let found = find(tx, record, id, lock).await?;
    found.ok_or_else(|| tx.missing(id))
}

/// The same where nobody asks for it: whether the reader sees something is a question like others.
pub async fn find(tx: &mut TenantTx, record: &'static Record, id: Uuid, lock: Lock) -> Outcome<Option<Document>> {
    if !tx.standing.rights.sees(record) {
        return Ok(None);
    }
    let found = load_several(tx, record, &[id], lock).await?.pop();
    Ok(found.filter(|document| within_reach(&tx.standing, document)))
}

/// One record with its lines, for a reader who may see it, without the fields that are kept from them.
pub async fn get(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Document> {
    let mut document = reachable(tx, record, id, Lock::No).await?;
    mask(&tx.standing.rights, &mut document);
    Ok(document)
}

/// Takes out the fields that are kept from the reader.
pub fn mask(rights: &Rights, document: &mut Document) {
    let grant = rights.on(document.record);
    document.values.retain(|name, _| grant.sees_field(name));
    for line in &mut document.lines {
        line.values.retain(|name, _| grant.sees_field(&format!("lines.{name}")));
    }
}

/// One record with its lines, for rules that need it as a fact.
pub async fn load(tx: &mut TenantTx, record: &'static Record, id: Uuid, lock: Lock) -> Outcome<Document> {
    load_several(tx, record, &[id], lock).await?.pop().ok_or(Error::NotFound)
}

/// Those of several records that exist, with their lines, in no order.
pub async fn load_several(
    tx: &mut TenantTx,
    record: &'static Record,
    ids: &[Uuid],
    lock: Lock,
) -> Outcome<Vec<Document>> {
    let (tenant, record) = (tx.tenant(), tx.described(record));
    let rows =
        sqlx::query(sql::select(record, lock == Lock::Update)).bind(tenant).bind(ids).fetch_all(tx.conn()).await?;
    let mut lines = match record.lines {
        Some(_) if !rows.is_empty() => load_lines(tx, record, ids).await?,
        _ => HashMap::new(),
    };
    rows.iter()
        .map(|row| {
            let mut document = Document::new(record);
            document.id = row.try_get(0)?;
            document.version = row.try_get(1)?;
            document.created_by = row.try_get(2)?;
            for (i, field) in record.fields.iter().enumerate() {
                document.values.insert(field.name, Value::from_text(field.kind, row.try_get(i + 3)?));
            }
            document.lines = lines.remove(&document.id).unwrap_or_default();
            Ok(document)
        })
        .collect()
}

/// How many lines several documents of one type have.
pub async fn count_lines(tx: &mut TenantTx, record: &'static Record, parents: &[Uuid]) -> Outcome<i64> {
    let Some(lines) = record.lines else { return Ok(0) };
    let tenant = tx.tenant();
    Ok(sqlx::query_scalar(sql::count_lines(lines.table)).bind(tenant).bind(parents).fetch_one(tx.conn()).await?)
}

/// The lines of several documents of one type, by parent.
pub async fn load_lines(
    tx: &mut TenantTx,
    record: &'static Record,
    parents: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<Line>>> {
    let Some(lines) = record.lines else { return Ok(HashMap::new()) };
    let tenant = tx.tenant();
    let rows = sqlx::query(sql::select_lines(lines.table, lines.fields))
        .bind(tenant)
        .bind(parents)
        .fetch_all(tx.conn())
        .await?;
    let mut found: HashMap<Uuid, Vec<Line>> = HashMap::new();
    for row in rows {
        let mut values = Values::new();
        for (i, field) in lines.fields.iter().enumerate() {
            values.insert(field.name, Value::from_text(field.kind, row.try_get(i + 2)?));
        }
        found.entry(row.try_get(0)?).or_default().push(Line { id: row.try_get(1)?, values });
    }
    Ok(found)
}

/// A new document with what its fields start with.
pub async fn fresh(tx: &mut TenantTx, record: &'static Record) -> Outcome<Document> {
    let (tenant, record) = (tx.tenant(), tx.described(record));
    let mut document = Document::new(record);
    document.created_by = Some(tx.standing.member);
    for field in record.fields {
        match field.start {
            Start::Empty => {}
            Start::Today => document.set(field.name, tx.company.today),
            Start::CompanyCurrency => document.set(field.name, tx.company.currency.clone()),
            Start::Text(text) => document.set(field.name, Value::from_text(field.kind, Some(text))),
            Start::Member => document.set(field.name, tx.standing.member),
            Start::Branch if tx.standing.branch.is_some() => document.set(field.name, tx.standing.branch),
            Start::First | Start::Branch => {
                if let Kind::Link(target) = field.kind
                    && let Some(target) = self::record(target)
                {
                    // Nobody begins with what they do not reach.
                    let reach = tx.standing.rights.on(target).reach;
                    let whose = sql::reach_value(&tx.standing, reach);
                    let mut query = sqlx::query_scalar(sql::first(target, reach)).bind(tenant);
                    if reach != Reach::All {
                        query = query.bind(whose);
                    }
                    let first: Option<Uuid> = query.fetch_optional(tx.conn()).await?;
                    document.set(field.name, first);
                }
            }
        }
    }
    Ok(document)
}

// ------------------------------------------------------------------ writing

/// Reads typed text into a document and lets the rules complete it, without writing anything.
pub async fn draft(
    tx: &mut TenantTx,
    mut document: Document,
    typed: &Typed,
) -> Outcome<(Document, Vec<Refusal>, Links)> {
    let links = find_links(tx, &document, typed).await?;
    let mut faults = read_typed(&mut document, typed, &links, &tx.standing.rights, &tx.company.currency);
    match rules(document.record).complete(tx, &mut document).await {
        Ok(()) => {}
        Err(Error::Refused(refusals)) => faults.extend(refusals),
        Err(other) => return Err(other),
    }
    for missing in document.missing() {
        if !faults.iter().any(|f| f.field == missing.field) {
            faults.push(missing);
        }
    }
    Ok((document, faults, links))
}

/// What stands in the way of reading this text, whatever else a record says.
pub async fn read_alone(tx: &mut TenantTx, record: &'static Record, typed: &Typed) -> Outcome<Vec<Refusal>> {
    let mut document = Document::new(record);
    let links = find_links(tx, &document, typed).await?;
    Ok(read_typed(&mut document, typed, &links, &tx.standing.rights, &tx.company.currency))
}

/// Saves a new record under the id its form was given, or changes one that still has this version.
///
/// Saving the same new record twice is one record: the second time finds it and answers with it. Another one under the
/// same id is refused, so that nobody believes a change to be saved that is not.
pub async fn save(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    version: i32,
    typed: &Typed,
) -> Outcome<Document> {
    let rights = tx.rights();
    if !record.manual {
        return Err(Error::Denied);
    }
    if version == 0 {
        // A form that is sent twice at once waits here for its first time.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(id.to_string())
            .execute(tx.conn())
            .await?;
    }
    let before = match load(tx, record, id, Lock::Update).await {
        Ok(document) => Some(document),
        Err(Error::NotFound) if version == 0 => None,
        Err(Error::NotFound) => return Err(tx.missing(id)),
        Err(other) => return Err(other),
    };
    let start = match &before {
        Some(before) => {
            if !rights.sees(record) || !within_reach(&tx.standing, before) {
                return Err(tx.missing(id));
            }
            if version == 0 {
                let again = Document { id, ..fresh(tx, record).await? };
                let (again, ..) = draft(tx, again, typed).await?;
                let same = says_the_same(before, &again);
                return if same { Ok(before.clone()) } else { Err(Refusal::new("refuse-saved-already").into()) };
            }
            if !rights.changes(record) {
                return Err(Error::Denied);
            }
            if before.version != version {
                return Err(Error::Conflict);
            }
            if !record.editable(before.state()) {
                return Err(Refusal::new("refuse-posted").into());
            }
            before.clone()
        }
        None if !rights.creates(record) => return Err(rights.denial(record)),
        None => Document { id, ..fresh(tx, record).await? },
    };
    let (mut document, mut faults, _) = draft(tx, start, typed).await?;
    if faults.is_empty() {
        faults.extend(beyond_reach(tx, &document));
    }
    if !faults.is_empty() {
        return Err(Error::Refused(faults));
    }
    plan::make_room(tx, record, usize::from(before.is_none())).await?;
    write(tx, before.as_ref(), &mut document).await?;
    Ok(document)
}

/// Whether people entered the same into both.
fn says_the_same(one: &Document, other: &Document) -> bool {
    let entered = |field: &&Field| !field.computed && field.kind != Kind::State;
    let same = |fields: &'static [Field], one: &Values, other: &Values| {
        let text = |values: &Values, field: &Field| column_text(field, values.get(field.name).unwrap_or(&Value::Null));
        fields.iter().filter(entered).all(|field| text(one, field) == text(other, field))
    };
    let of_lines = one.record.lines.map_or(&[][..], |lines| lines.fields);
    one.lines.len() == other.lines.len()
        && same(one.record.fields, &one.values, &other.values)
        && one.lines.iter().zip(&other.lines).all(|(one, other)| same(of_lines, &one.values, &other.values))
}

/// Inserts a document that rules made, completed by its own rules. It may wait for its lines, and for fields that the
/// company has added, of which no rule knows; whoever edits it is asked for them.
pub async fn insert(tx: &mut TenantTx, document: &mut Document) -> Outcome<()> {
    rules(document.record).complete(tx, document).await?;
    let waits = |field: &str| field == "lines" || field.starts_with(crate::record::custom::PREFIX);
    let missing: Vec<Refusal> =
        document.missing().into_iter().filter(|refusal| !refusal.field.as_deref().is_some_and(waits)).collect();
    if !missing.is_empty() {
        return Err(Error::Refused(missing));
    }
    write(tx, None, document).await
}

async fn write(tx: &mut TenantTx, before: Option<&Document>, document: &mut Document) -> Outcome<()> {
    write_several(tx, document.record, &mut [Draft { before, document }]).await
}

/// A document to be written, with what it was.
pub struct Draft<'d> {
    pub before: Option<&'d Document>,
    pub document: &'d mut Document,
}

/// Writes documents of one type, each as it is, with a handful of statements for all of them. Either all are written or,
/// after an error, the transaction is only good for being taken back.
async fn write_several(tx: &mut TenantTx, record: &'static Record, drafts: &mut [Draft<'_>]) -> Outcome<()> {
    let (tenant, record) = (tx.tenant(), tx.described(record));
    let (new, changed): (Vec<&Draft>, Vec<&Draft>) = drafts.iter().partition(|draft| draft.before.is_none());
    if !new.is_empty() {
        let (ids, searches) = (column(&new, |d| d.id), column(&new, search_text));
        let mut query = sqlx::query(sql::insert(record)).bind(ids).bind(searches);
        for field in record.fields {
            query = query.bind(column(&new, |d| column_text(field, d.get(field.name))));
        }
        query.execute(tx.conn()).await?;
    }
    if !changed.is_empty() {
        let versions: Vec<i32> = changed.iter().filter_map(|d| d.before).map(|before| before.version).collect();
        let (ids, searches) = (column(&changed, |d| d.id), column(&changed, search_text));
        let mut query = sqlx::query(sql::update_all(record)).bind(tenant).bind(ids).bind(versions).bind(searches);
        for field in record.fields {
            query = query.bind(column(&changed, |d| column_text(field, d.get(field.name))));
        }
        if query.execute(tx.conn()).await?.rows_affected() != changed.len() as u64 {
            return Err(Error::Conflict);
        }
    }
    if let Some(lines) = record.lines {
        write_lines(tx, lines.table, lines.fields, drafts).await?;
    }
    let mut notes = Vec::with_capacity(drafts.len());
    for Draft { before, document } in drafts {
        document.version = before.map_or(0, |before| before.version) + 1;
        let action = if before.is_none() { "create" } else { "change" };
        notes.push((document.id, action, differences(*before, document)));
    }
    note_several(tx, record.name, notes).await
}

fn column<T>(drafts: &[&Draft], of: impl Fn(&Document) -> T) -> Vec<T> {
    drafts.iter().map(|draft| of(draft.document)).collect()
}

/// What goes into the column of a field. A box that nobody ticked means no.
fn column_text(field: &Field, value: &Value) -> Option<String> {
    value.to_text().or((field.kind == Kind::Bool).then(|| "false".to_owned()))
}

async fn write_lines(tx: &mut TenantTx, table: &str, fields: &'static [Field], drafts: &[Draft<'_>]) -> Outcome<()> {
    let tenant = tx.tenant();
    let each = || drafts.iter().flat_map(|draft| &draft.document.lines);
    let ids: Vec<Uuid> = each().map(|l| l.id).collect();
    let existed: Vec<Uuid> = drafts.iter().filter(|d| d.before.is_some()).map(|d| d.document.id).collect();
    if !existed.is_empty() {
        sqlx::query(sql::delete_other_lines(table)).bind(tenant).bind(&existed).bind(&ids).execute(tx.conn()).await?;
    }
    if ids.is_empty() {
        return Ok(());
    }
    let parents: Vec<Uuid> =
        drafts.iter().flat_map(|draft| draft.document.lines.iter().map(|_| draft.document.id)).collect();
    let positions: Vec<i32> = drafts.iter().flat_map(|draft| 1..=draft.document.lines.len() as i32).collect();
    let mut query = sqlx::query(sql::upsert_lines(table, fields)).bind(parents).bind(&ids).bind(positions);
    for field in fields {
        query = query.bind(each().map(|l| column_text(field, l.get(field.name))).collect::<Vec<Option<String>>>());
    }
    query.execute(tx.conn()).await?;
    Ok(())
}

/// What the list's search box and typeaheads look in, folded.
fn search_text(document: &Document) -> String {
    let mut parts = Vec::new();
    let mut note = |value: &Value| match value {
        Value::Text(text) => parts.push(fold(text)),
        Value::Names(names) => parts.extend([fold(&names.en), fold(&names.ar)]),
        _ => {}
    };
    for field in document.record.fields.iter().filter(|f| f.searched) {
        note(document.get(field.name));
    }
    for field in document.record.lines.map_or(&[][..], |lines| lines.fields).iter().filter(|f| f.searched) {
        document.lines.iter().for_each(|line| note(line.get(field.name)));
    }
    parts.join(" · ")
}

/// Old and new canonical text of each field that changed: `total`, and `lines.3.price` for the third line. A line that is
/// gone counts as `lines.-3`.
pub(super) fn differences(before: Option<&Document>, after: &Document) -> serde_json::Value {
    let mut changes = serde_json::Map::new();
    let mut note = |name: String, old: Option<&Value>, new: Option<&Value>| {
        let (old, new) = (old.and_then(Value::to_text), new.and_then(Value::to_text));
        if old != new {
            changes.insert(name, json!([old, new]));
        }
    };
    for field in after.record.fields {
        note(field.name.to_owned(), before.map(|b| b.get(field.name)), Some(after.get(field.name)));
    }
    let old_lines = before.map(|b| b.lines.as_slice()).unwrap_or_default();
    for field in after.record.lines.map_or(&[][..], |lines| lines.fields) {
        for (row, line) in after.lines.iter().enumerate() {
            let old = old_lines.iter().find(|l| l.id == line.id).map(|l| l.get(field.name));
            note(format!("lines.{}.{}", row + 1, field.name), old, Some(line.get(field.name)));
        }
        for (row, line) in old_lines.iter().enumerate() {
            if !after.lines.iter().any(|l| l.id == line.id) {
                note(format!("lines.-{}.{}", row + 1, field.name), Some(line.get(field.name)), None);
            }
        }
    }
    changes.into()
}

/// The audit row of a change of a record.
pub(super) async fn audit(
    tx: &mut TenantTx,
    record: &Record,
    id: Uuid,
    action: &str,
    changes: serde_json::Value,
) -> Outcome<()> {
    note(tx, record.name, id, action, changes).await
}

/// The audit row and the event of one change. For what is no record, too, such as a saved view.
pub(super) async fn note(
    tx: &mut TenantTx,
    what: &str,
    id: Uuid,
    action: &str,
    changes: serde_json::Value,
) -> Outcome<()> {
    note_several(tx, what, vec![(id, action, changes)]).await
}

/// What the posting of one document changed of another one.
pub struct Followed {
    pub id: Uuid,
    /// Field, old and new value; `lines.3.delivered` for the third line.
    pub changes: Vec<(String, Value, Value)>,
}

/// Writes down what a posting changed of other documents, as any change of them: for their history, and for whoever waits to
/// be told of it.
pub async fn follow(tx: &mut TenantTx, record: &'static Record, followed: Vec<Followed>) -> Outcome<()> {
    let mut notes = Vec::with_capacity(followed.len());
    for Followed { id, changes } in followed {
        let changes: serde_json::Map<String, serde_json::Value> = changes
            .into_iter()
            .map(|(name, old, new)| (name, old.to_text(), new.to_text()))
            .filter(|(_, old, new)| old != new)
            .map(|(name, old, new)| (name, json!([old, new])))
            .collect();
        if !changes.is_empty() {
            notes.push((id, "change", changes.into()));
        }
    }
    if notes.is_empty() { Ok(()) } else { note_several(tx, record.name, notes).await }
}

/// The audit rows and the events of changes, in one statement.
async fn note_several(tx: &mut TenantTx, what: &str, notes: Vec<(Uuid, &str, serde_json::Value)>) -> Outcome<()> {
    // What is read from here on is of a state that has no stamp yet.
    tx.stamp = None;
    let keys: Vec<Uuid> = notes.iter().map(|_| Uuid::now_v7()).collect();
    let (mut ids, mut actions, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for (id, action, change) in notes {
        ids.push(id);
        actions.push(action);
        changes.push(change);
    }
    sqlx::query(
        "with n as (select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::jsonb[]) as u (key, id, action, changes)),
              a as (insert into audit (id, record, record_id, action, changes) select key, $1, id, action, changes from n)
         insert into outbox (id, topic, payload) select key, $1 || '.' || action, jsonb_build_object('id', id) from n",
    )
    .bind(what)
    .bind(keys)
    .bind(ids)
    .bind(actions)
    .bind(changes)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes an action on a document that still has this version. Answers with the document and what it brought about.
pub async fn act(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    version: i32,
    action: &str,
) -> Outcome<(Document, Vec<Document>)> {
    act_with(tx, record, id, version, action, Effects::default()).await
}

/// The same, where the caller sets fields beside what the rule does: what somebody typed who is no member, and so has no form of
/// the record. Of `more` only fields and lines count.
pub async fn act_with(
    tx: &mut TenantTx,
    record: &'static Record,
    id: Uuid,
    version: i32,
    action: &str,
    more: Effects,
) -> Outcome<(Document, Vec<Document>)> {
    let action = record.action(action).ok_or(Error::NotFound)?;
    let document = reachable(tx, record, id, Lock::Update).await?;
    if !tx.standing.rights.acts(record, action.name) {
        return Err(Error::Denied);
    }
    let state = document.state().unwrap_or_default();
    if !action.from.contains(&state) {
        return Err(Refusal::new("refuse-state")
            .with("state", Arg::Words(vec![format!("{}-state-{state}", record.name), format!("state-{state}")]))
            .with(
                "action",
                Arg::Words(vec![format!("{}-action-{}", record.name, action.name), format!("action-{}", action.name)]),
            )
            .into());
    }
    if document.version != version {
        return Err(Error::Conflict);
    }
    // What was added to the record after it was closed cannot be filled in any more, and so is not asked for.
    let asks = |refusal: &Refusal| {
        let custom = |field: &str| field.starts_with(crate::record::custom::PREFIX);
        record.editable(document.state()) || !refusal.field.as_deref().is_some_and(custom)
    };
    let missing: Vec<Refusal> = document.missing().into_iter().filter(asks).collect();
    if !missing.is_empty() {
        return Err(Error::Refused(missing));
    }
    let mut effects = rules(record).act(tx, action.name, &document).await?;
    effects.set.extend(more.set);
    effects.set_lines.extend(more.set_lines);
    apply(tx, action.name, document, effects).await
}

async fn apply(
    tx: &mut TenantTx,
    action: &'static str,
    mut document: Document,
    effects: Effects,
) -> Outcome<(Document, Vec<Document>)> {
    let record = document.record;
    let before = document.clone();
    let tenant = tx.tenant();
    for posting in &effects.postings {
        posting.apply(tx, &document).await?;
    }
    if effects.number
        && document.number().is_none()
        && let Some((series, prefix)) = effects.series.or(record.series.map(|prefix| (record.name, prefix)))
    {
        let number: String = sqlx::query_scalar("select draw_number($1, $2, $3)")
            .bind(series)
            .bind(prefix)
            .bind(i32::from(document.date().year()))
            .fetch_one(tx.conn())
            .await?;
        document.set("number", number);
    }
    if let Some(state) = effects.state {
        document.set("state", state);
    }
    for (field, value) in effects.set {
        document.set(field, value);
    }
    let changed: Vec<&'static str> =
        record.fields.iter().map(|f| f.name).filter(|f| before.get(f) != document.get(f)).collect();
    let mut query =
        sqlx::query(sql::update(record, &changed, true)).bind(tenant).bind(document.id).bind(before.version);
    for name in &changed {
        query = query.bind(document.get(name).to_text());
    }
    if query.bind(search_text(&document)).execute(tx.conn()).await?.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
    document.version += 1;
    set_lines(tx, &mut document, &effects.set_lines).await?;
    for posting in &effects.books {
        posting.apply(tx, &document).await?;
    }
    let mut created = effects.create;
    for new in &mut created {
        insert(tx, new).await?;
    }
    audit(tx, record, document.id, action, differences(Some(&before), &document)).await?;
    Ok((document, created))
}

async fn set_lines(tx: &mut TenantTx, document: &mut Document, changes: &[(Uuid, &'static str, Value)]) -> Outcome<()> {
    let Some(lines) = document.record.lines else { return Ok(()) };
    let tenant = tx.tenant();
    for field in lines.fields {
        let of_field: Vec<_> = changes.iter().filter(|(_, name, _)| *name == field.name).collect();
        if of_field.is_empty() {
            continue;
        }
        let ids: Vec<Uuid> = of_field.iter().map(|(id, ..)| *id).collect();
        let values: Vec<Option<String>> = of_field.iter().map(|(_, _, value)| value.to_text()).collect();
        sqlx::query(sql::update_lines(lines.table, field))
            .bind(tenant)
            .bind(document.id)
            .bind(ids)
            .bind(values)
            .execute(tx.conn())
            .await?;
        for (id, name, value) in of_field {
            if let Some(line) = document.lines.iter_mut().find(|l| l.id == *id) {
                line.set(name, value.clone());
            }
        }
    }
    Ok(())
}

/// Deletes a draft or an unused master record.
pub async fn delete(tx: &mut TenantTx, record: &'static Record, id: Uuid, version: i32) -> Outcome<()> {
    let document = Document { version, ..reachable(tx, record, id, Lock::Update).await? };
    delete_several(tx, record, &[document]).await
}

/// Deletes drafts or unused master records of one type, which the caller has found within reach, as long as each still has
/// this version.
pub(super) async fn delete_several(tx: &mut TenantTx, record: &'static Record, documents: &[Document]) -> Outcome<()> {
    if !tx.standing.rights.deletes(record) {
        return Err(tx.standing.rights.denial(record));
    }
    if documents.iter().any(|d| !record.editable(d.state()) || d.number().is_some()) {
        return Err(Refusal::new("refuse-delete-posted").into());
    }
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = documents.iter().map(|d| d.id).collect();
    super::custom::refuse_if_linked(tx, record, &ids).await?;
    let versions: Vec<i32> = documents.iter().map(|d| d.version).collect();
    let done = sqlx::query(sql::delete(record)).bind(tenant).bind(&ids).bind(versions).execute(tx.conn()).await?;
    if done.rows_affected() != ids.len() as u64 {
        return Err(Error::Conflict);
    }
    super::files::let_go(tx, record, &ids).await?;
    super::comments::let_go(tx, record, &ids).await?;
    let notes = documents.iter().map(|document| {
        let empty = Document { values: Values::new(), lines: Vec::new(), ..document.clone() };
        (document.id, "delete", differences(Some(document), &empty))
    });
    note_several(tx, record.name, notes.collect()).await
}

/// Enters master data that is right by construction, such as a country's template, without asking rules or roles.
pub async fn bring(tx: &mut TenantTx, document: &mut Document) -> Outcome<()> {
    write(tx, None, document).await
}

/// The same with many of one type, in a handful of statements for all of them.
pub async fn bring_all(tx: &mut TenantTx, record: &'static Record, documents: &mut [Document]) -> Outcome<()> {
    let mut drafts: Vec<Draft> = documents.iter_mut().map(|document| Draft { before: None, document }).collect();
    write_several(tx, record, &mut drafts).await
}

/// Lets the rules of its record put a document into the form that people edit.
pub async fn present(tx: &mut TenantTx, document: &mut Document) -> Outcome<Option<HandOn>> {
    rules(document.record).present(tx, document).await
}

/// Whether records of this type ever have something to hand on.
pub fn hands_on(record: &Record) -> bool {
    rules(record).hands_on()
}

/// The action by whose right somebody sends documents of this type by mail, where they go by mail.
pub fn mails(record: &Record) -> Option<&'static str> {
    rules(record).mails()
}

/// What the rules of its record want settled before the person that it describes is erased.
pub(super) async fn binds(tx: &mut TenantTx, document: &Document) -> Outcome<Vec<Refusal>> {
    rules(document.record).binds(tx, document).await
}

/// What the rules of its record give up when the person that it describes is erased.
pub(super) fn give_up(document: &mut Document) -> Vec<&'static str> {
    rules(document.record).erase(document)
}

/// Writes these fields of a record from which a person is erased, each as it is. What has gone is told nowhere, so that the
/// caller leaves the trace in the audit.
pub(super) async fn write_erased(tx: &mut TenantTx, document: &mut Document, changed: &[&'static str]) -> Outcome<()> {
    let (tenant, record) = (tx.tenant(), document.record);
    let mut query =
        sqlx::query(sql::update(record, changed, true)).bind(tenant).bind(document.id).bind(document.version);
    for name in changed {
        query = query.bind(document.get(name).to_text());
    }
    if query.bind(search_text(document)).execute(tx.conn()).await?.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
    document.version += 1;
    Ok(())
}

/// Lets the rules of its record complete a document.
pub async fn complete(tx: &mut TenantTx, document: &mut Document) -> Outcome<()> {
    rules(document.record).complete(tx, document).await
}

/// Writes documents of one type that an import has read, completed and found good, or takes back to what they were.
pub(super) async fn write_imported(
    tx: &mut TenantTx,
    record: &'static Record,
    drafts: &mut [Draft<'_>],
) -> Outcome<()> {
    let rights = tx.rights();
    let may = |draft: &Draft| match draft.before {
        Some(before) => rights.changes(record) && record.editable(before.state()) && within_reach(&tx.standing, before),
        None => rights.creates(record),
    };
    if !drafts.iter().all(|draft| may(draft) && within_reach(&tx.standing, draft.document)) {
        return Err(Error::Denied);
    }
    let new = drafts.iter().filter(|draft| draft.before.is_none()).count();
    plan::make_room(tx, record, new).await?;
    write_several(tx, record, drafts).await
}

/// Ids and codes of all records of a type that has codes.
pub async fn codes(tx: &mut TenantTx, record: &'static Record) -> Outcome<Vec<(Uuid, String)>> {
    let tenant = tx.tenant();
    Ok(sqlx::query_as(sql::codes(record)).bind(tenant).fetch_all(tx.conn()).await?)
}
