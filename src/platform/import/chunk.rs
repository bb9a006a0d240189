//! One step of an import: what some rows tell of documents, read, completed and written together.

use super::spool::{MOST_LINES, Texts, Told};
use super::words::Words;
use super::{Bad, Plan};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Draft, Error, Links, Lock, Outcome, Refusal, Typed};
use crate::platform::page::seen;
use crate::platform::sql;
use crate::platform::tenancy::TenantTx;
use crate::record::import::Changes;
use crate::record::page::Message;
use crate::record::value::Fault;
use crate::record::{Field, Kind, Record, Value, line::parse_input_name};
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Names of linked records that are kept from step to step.
const MOST_NAMES: usize = 20_000;

/// Documents that are shown of what an import makes, and of those that it changes.
pub const EXAMPLES: usize = 20;

/// Fields that are shown of what changes of one document.
const MOST_CHANGES: usize = 30;

/// Characters of a bad text that a report shows.
const SHOWN: usize = 200;

/// A document that a step has written.
pub struct Made {
    pub id: Uuid,
    pub version: i32,
    /// What it was, where it was there before.
    pub before: Option<Document>,
    /// First line of the file that tells of it.
    pub line: u64,
    pub title: String,
    pub lines: usize,
    /// What of it the import changes; told of the first documents only.
    pub changes: Changes,
}

/// What came of a step.
#[derive(Default)]
pub struct Step {
    pub made: Vec<Made>,
    pub bad: Vec<Bad>,
    /// Lines of the file whose documents were left out.
    pub left_out: Vec<u64>,
    /// Documents that are already what the file says.
    pub same: i64,
    /// Rows that the step went through, the bad ones with them.
    pub rows: u64,
}

/// What one document is to become, with where that was told.
struct Planned {
    typed: Typed,
    before: Option<Document>,
    /// Line of the file that tells of the header, and of each of its lines.
    header_line: u64,
    at_lines: Vec<u64>,
    told_at: Vec<u64>,
    faults: Vec<Bad>,
    /// There is nothing to be completed.
    hopeless: bool,
}

/// A document that is ready to be written.
struct Ready {
    planned: Planned,
    document: Document,
}

/// More than one document has this name.
struct Several;

/// Imports by one plan, step by step.
pub struct Importer {
    plan: Plan,
    words: Words,
    /// A new document with what its fields start with.
    fresh: Option<Document>,
    links: Links,
    /// Types and texts that `links` has been asked for.
    asked: HashSet<(&'static str, String)>,
    /// Documents of which it has been told what changes.
    told: usize,
}

impl Importer {
    pub fn new(plan: Plan) -> Importer {
        let words = Words::of(plan.record);
        Importer { plan, words, fresh: None, links: Links::default(), asked: HashSet::new(), told: 0 }
    }

    /// Writes what is good of these documents, and says what is not.
    pub async fn step(&mut self, tx: &mut TenantTx, told: Vec<Told>) -> Outcome<Step> {
        let rows = told.iter().map(|told| told.at.len() as u64).sum();
        let mut step = Step { rows, ..Step::default() };
        let mut planned = self.plan_each(tx, told).await?;
        self.find_taken(tx, &mut planned).await?;
        self.find_links(tx, &planned).await?;
        let mut ready = Vec::new();
        for planned in planned {
            match self.complete(tx, planned).await? {
                Ok(ready) if ready.changes_nothing() => step.same += 1,
                Ok(document) => ready.push(document),
                Err(planned) => step.leave_out(planned),
            }
        }
        self.write(tx, ready, &mut step).await?;
        Ok(step)
    }

    // -------------------------------------------------------------- reading

    /// What each document is to become: a new one, one that is there with lines after those that it has or, where the file may
    /// change records, the one that is called so.
    async fn plan_each(&self, tx: &mut TenantTx, told: Vec<Told>) -> Outcome<Vec<Planned>> {
        let parents: BTreeSet<String> = told.iter().filter_map(|told| told.parent.clone()).collect();
        let mut found = self.parents(tx, parents).await?;
        let mut known = self.known(tx, &told).await?;
        let mut all = Vec::with_capacity(told.len());
        for told in told {
            let mut planned = Planned {
                typed: Typed { fields: told.fields, lines: None },
                before: None,
                header_line: told.at[0],
                at_lines: Vec::new(),
                told_at: told.at,
                faults: Vec::new(),
                hopeless: false,
            };
            if told.too_long {
                let reason = Message::new("import-fault-lines").with("most", MOST_LINES);
                planned.faults.push(Bad { reason, ..Bad::of_row(planned.header_line, "") });
                planned.hopeless = true;
            }
            let mut lines = Vec::new();
            if let Some(text) = told.parent {
                match found.remove(&text) {
                    Some(Ok(document)) => {
                        for kept in &document.lines {
                            lines.push(kept_line(self.plan.record, kept));
                            planned.at_lines.push(planned.header_line);
                        }
                        keep_unsaid(&document, &mut planned.typed.fields);
                        planned.before = Some(document);
                    }
                    other => {
                        let id = if other.is_some() { "import-fault-parents" } else { "import-fault-parent" };
                        let reason = Message::new(id).with("text", clip(&text));
                        let column = self.plan.column_of("parent");
                        planned.faults.push(Bad { line: planned.header_line, column, text: clip(&text), reason });
                        planned.hopeless = true;
                    }
                }
            }
            if let Some((key, text)) = self.key_of(&planned.typed.fields)
                && let Some(existing) = known.remove(&text)
            {
                match existing {
                    Some(document) => {
                        keep_unsaid(&document, &mut planned.typed.fields);
                        planned.before = Some(document);
                    }
                    None => {
                        let reason = Message::new("import-fault-settled").with("text", clip(&text));
                        let (line, column) = (planned.header_line, self.plan.column_of(key.name));
                        planned.faults.push(Bad { line, column, text: clip(&text), reason });
                        planned.hopeless = true;
                    }
                }
            }
            for target in told.twice {
                let text = planned.typed.fields.get(&target).cloned().unwrap_or_default();
                planned.faults.push(self.taken(&planned, &target, text));
                // What it would change is another row's; there is no more to say of it.
                planned.hopeless |= self.plan.changes;
            }
            if let Some(told) = told.lines {
                planned.at_lines.extend(&planned.told_at);
                lines.extend(told);
                planned.typed.lines = Some(lines);
            }
            all.push(planned);
        }
        Ok(all)
    }

    /// The documents that lines join, by what they are called; an error for a name that several have.
    async fn parents(
        &self,
        tx: &mut TenantTx,
        names: BTreeSet<String>,
    ) -> Outcome<HashMap<String, Result<Document, Several>>> {
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let tenant = tx.tenant();
        let rows: Vec<(Uuid, String)> = sqlx::query_as(sql::editable_by_name(self.plan.record))
            .bind(tenant)
            .bind(names.into_iter().collect::<Vec<_>>())
            .fetch_all(tx.conn())
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
        let mut documents = self.open(tx, &ids).await?;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (_, name) in rows.iter().filter(|(id, _)| documents.contains_key(id)) {
            *counts.entry(name).or_default() += 1;
        }
        let mut found = HashMap::new();
        for (id, name) in &rows {
            if counts.get(name.as_str()).is_some_and(|count| *count > 1) {
                found.insert(name.clone(), Err(Several));
            } else if let Some(document) = documents.remove(id) {
                // Called by two of its names, a document takes only the lines of the first.
                found.insert(name.clone(), Ok(document));
            }
        }
        Ok(found)
    }

    /// Of these documents, the ones that the importer can change. What somebody has posted since their ids were read is no
    /// draft any more.
    async fn open(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Outcome<HashMap<Uuid, Document>> {
        let documents = door::load_several(tx, self.plan.record, ids, Lock::Update).await?;
        let may = |d: &Document| self.plan.record.editable(d.state()) && door::within_reach(&tx.standing, d);
        Ok(documents.into_iter().filter(may).map(|document| (document.id, document)).collect())
    }

    /// The key of a row that may change a record.
    fn key_of(&self, fields: &Texts) -> Option<(&'static Field, String)> {
        let key = self.plan.record.key().filter(|_| self.plan.changes)?;
        let text = fields.get(key.name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        Some((key, text))
    }

    /// The records that exist by the keys of these rows; nothing in place of one that the importer cannot change.
    async fn known(&self, tx: &mut TenantTx, told: &[Told]) -> Outcome<HashMap<String, Option<Document>>> {
        let keys = told.iter().filter(|told| told.parent.is_none()).filter_map(|told| self.key_of(&told.fields));
        let (fields, texts): (Vec<&'static Field>, Vec<String>) = keys.unzip();
        let Some(key) = fields.first() else { return Ok(HashMap::new()) };
        let rows: Vec<(String, Uuid)> = sqlx::query_as(sql::existing(self.plan.record, key))
            .bind(tx.tenant())
            .bind(texts)
            .fetch_all(tx.conn())
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|(_, id)| *id).collect();
        let mut documents = self.open(tx, &ids).await?;
        Ok(rows.into_iter().map(|(text, id)| (text, documents.remove(&id))).collect())
    }

    fn taken(&self, planned: &Planned, target: &str, text: String) -> Bad {
        let reason = Message::new("import-fault-twice").with("text", clip(&text));
        Bad { line: planned.header_line, column: self.plan.column_of(target), text: clip(&text), reason }
    }

    /// Codes that exist already.
    async fn find_taken(&self, tx: &mut TenantTx, planned: &mut [Planned]) -> Outcome<()> {
        let tenant = tx.tenant();
        for field in self.plan.record.fields.iter().filter(|f| f.unique && !f.computed) {
            let text = |planned: &Planned| {
                planned.typed.fields.get(field.name).filter(|t| !t.is_empty() && planned.before.is_none()).cloned()
            };
            let given: Vec<String> = planned.iter().filter_map(text).collect();
            if given.is_empty() {
                continue;
            }
            let existing: Vec<(String, Uuid)> = sqlx::query_as(sql::existing(self.plan.record, field))
                .bind(tenant)
                .bind(given)
                .fetch_all(tx.conn())
                .await?;
            let existing: HashSet<String> = existing.into_iter().map(|(text, _)| text).collect();
            for planned in planned.iter_mut() {
                let column = self.plan.column_of(field.name);
                let known = planned.faults.iter().any(|bad| bad.column == column);
                if let Some(text) = text(planned).filter(|text| existing.contains(text) && !known) {
                    let bad = self.taken(planned, field.name, text);
                    planned.faults.push(bad);
                }
            }
        }
        Ok(())
    }

    /// Looks up what the texts of links name, as far as earlier steps have not.
    async fn find_links(&mut self, tx: &mut TenantTx, planned: &[Planned]) -> Outcome<()> {
        if self.asked.len() > MOST_NAMES {
            self.asked.clear();
            self.links = Links::default();
        }
        let record = self.plan.record;
        let mut wanted: HashMap<&'static str, BTreeSet<&str>> = HashMap::new();
        let note = |fields: &'static [Field], texts: &Texts| -> Vec<(&'static str, String)> {
            let named = |field: &Field| match field.kind {
                Kind::Link(target) => texts.get(field.name).map(|text| (target, text.trim().to_owned())),
                _ => None,
            };
            fields.iter().filter_map(named).filter(|(_, text)| !text.is_empty()).collect()
        };
        let mut named: Vec<(&'static str, String)> = Vec::new();
        for planned in planned {
            named.extend(note(record.fields, &planned.typed.fields));
            for line in planned.typed.lines.iter().flatten() {
                named.extend(note(record.lines.map_or(&[], |lines| lines.fields), line));
            }
        }
        named.retain(|name| !self.asked.contains(name));
        for (target, text) in &named {
            wanted.entry(target).or_default().insert(text);
        }
        for (target, texts) in wanted {
            let Some(target) = door::record(target).filter(|target| tx.standing.rights.sees(target)) else { continue };
            let reach = tx.standing.rights.on(target).reach;
            let ids: Vec<Uuid> = texts.iter().filter_map(|text| text.parse().ok()).collect();
            let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            self.links.fetch(tx, target, reach, &ids, &texts).await?;
        }
        self.asked.extend(named);
        Ok(())
    }

    /// Reads and completes one document; what stands in the way is noted in what was planned.
    async fn complete(&mut self, tx: &mut TenantTx, mut planned: Planned) -> Outcome<Result<Ready, Planned>> {
        if planned.hopeless {
            return Ok(Err(planned));
        }
        let mut document = match &planned.before {
            Some(before) => before.clone(),
            None => self.fresh(tx).await?,
        };
        let currency = tx.company.currency.clone();
        let rights = &tx.standing.rights;
        let mut refusals =
            door::read_typed(&mut document, &self.words.kept(&planned.typed), &self.links, rights, &currency);
        // A document whose text cannot be read is not completed: its faults are those of the file.
        if refusals.is_empty() {
            match door::complete(tx, &mut document).await {
                Ok(()) => {
                    refusals.extend(document.missing().into_iter().filter(|r| r.field.as_deref() != Some("lines")));
                }
                Err(Error::Refused(found)) => refusals.extend(found),
                Err(other) => return Err(other),
            }
        }
        if refusals.is_empty() {
            refusals.extend(door::beyond_reach(tx, &document));
        }
        for refusal in refusals {
            let bad = self.place(&planned, &refusal);
            planned.faults.push(bad);
        }
        Ok(if planned.faults.is_empty() { Ok(Ready { planned, document }) } else { Err(planned) })
    }

    async fn fresh(&mut self, tx: &mut TenantTx) -> Outcome<Document> {
        let fresh = match self.fresh.take() {
            Some(fresh) => fresh,
            None => door::fresh(tx, self.plan.record).await?,
        };
        let next = Document { id: Uuid::now_v7(), ..fresh.clone() };
        self.fresh = Some(fresh);
        Ok(next)
    }

    /// The line and the column of the file that a refusal concerns.
    fn place(&self, planned: &Planned, refusal: &Refusal) -> Bad {
        let field = refusal.field.as_deref().unwrap_or_default();
        let (line, target, text) = match parse_input_name(field) {
            Some((row, name)) => {
                let text = planned.typed.lines.iter().flatten().nth(row).and_then(|texts| texts.get(name)).cloned();
                (planned.at_lines.get(row).copied().unwrap_or(planned.header_line), format!("line.{name}"), text)
            }
            None => (planned.header_line, field.to_owned(), planned.typed.fields.get(field).cloned()),
        };
        let column = self.plan.column_of(&target);
        // Whoever writes a file does not see the choices, as on a form.
        let reason = match self.words.offered(&target) {
            Some(choices) if refusal.message.id == Fault::NotChoice.message() => {
                Message::new("import-fault-not-choice").with("choices", choices.to_text())
            }
            _ => refusal.message.clone(),
        };
        Bad { line, column, text: clip(&text.unwrap_or_default()), reason }
    }

    // -------------------------------------------------------------- writing

    /// Writes all at once. Where the database refuses, each alone, so that the one that is bad can be named.
    async fn write(&mut self, tx: &mut TenantTx, mut ready: Vec<Ready>, step: &mut Step) -> Outcome<()> {
        if self.try_write(tx, &mut ready).await?.is_ok() {
            step.made.extend(ready.into_iter().map(|ready| self.made(tx, ready)));
            return Ok(());
        }
        for one in ready {
            let mut one = [one];
            match self.try_write(tx, &mut one).await? {
                Ok(()) => step.made.extend(one.into_iter().map(|ready| self.made(tx, ready))),
                Err(refusals) => {
                    let [Ready { mut planned, .. }] = one;
                    for refusal in refusals {
                        let bad = self.place(&planned, &refusal);
                        planned.faults.push(bad);
                    }
                    step.leave_out(planned);
                }
            }
        }
        Ok(())
    }

    fn made(&mut self, tx: &TenantTx, ready: Ready) -> Made {
        let changes = match &ready.planned.before {
            Some(before) if self.told < EXAMPLES => {
                self.told += 1;
                changes(tx, before, &ready.document)
            }
            _ => Changes::default(),
        };
        Made { changes, ..Made::of(ready) }
    }

    /// Writes, or leaves the transaction as it was and says why.
    async fn try_write(&self, tx: &mut TenantTx, ready: &mut [Ready]) -> Outcome<Result<(), Vec<Refusal>>> {
        if ready.is_empty() {
            return Ok(Ok(()));
        }
        sqlx::query("savepoint step").execute(tx.conn()).await?;
        let mut drafts: Vec<Draft> = ready
            .iter_mut()
            .map(|ready| Draft { before: ready.planned.before.as_ref(), document: &mut ready.document })
            .collect();
        let refusals = match door::write_imported(tx, self.plan.record, &mut drafts).await {
            Ok(()) => {
                sqlx::query("release savepoint step").execute(tx.conn()).await?;
                return Ok(Ok(()));
            }
            // Somebody else is in the way, not the file.
            Err(error) if error.is_busy() => return Err(error),
            Err(Error::Refused(refusals)) => refusals,
            Err(Error::Conflict) => vec![Refusal::new("refuse-conflict")],
            Err(Error::Denied) => vec![Refusal::new("error-denied")],
            Err(other) => return Err(other),
        };
        sqlx::query("rollback to savepoint step").execute(tx.conn()).await?;
        Ok(Err(refusals))
    }
}

/// Says of a document what the file leaves unsaid, where saying nothing would mean something: the ticks of a list of words, the
/// name in the other language.
fn keep_unsaid(document: &Document, told: &mut Texts) {
    for field in document.record.fields {
        keep_field(field, document.get(field.name), told);
    }
}

/// A line that stays as it is.
fn kept_line(record: &'static Record, line: &Line) -> Texts {
    let mut told = Texts::from([("id".to_owned(), line.id.to_string())]);
    for field in record.lines.map_or(&[][..], |lines| lines.fields) {
        keep_field(field, line.get(field.name), &mut told);
    }
    told
}

fn keep_field(field: &Field, value: &Value, told: &mut Texts) {
    match (field.kind, value) {
        (Kind::Words, _) if !told.contains_key(field.name) => {
            told.insert(field.name.to_owned(), value.to_text().unwrap_or_default());
        }
        (Kind::Names, Value::Names(names)) => {
            let names = match told.remove(field.name) {
                Some(text) => names.clone().renamed(&text),
                None => names.clone(),
            };
            told.entry(format!("{}.en", field.name)).or_insert(names.en);
            told.entry(format!("{}.ar", field.name)).or_insert(names.ar);
        }
        _ => {}
    }
}

/// What changes of a document, as far as the importer sees it: its own fields in their order, then those of its lines.
fn changes(tx: &TenantTx, before: &Document, document: &Document) -> Changes {
    let (record, rights, i18n) = (document.record, &tx.standing.rights, tx.cx.i18n);
    let found = door::differences(Some(before), document);
    let shown = |name: &str| seen(rights, record, name) && i18n.changed(Some(record), name).is_some();
    let text = |value: Option<&Json>| value.and_then(Json::as_str).map(str::to_owned);
    let found = found.as_object().into_iter().flatten().filter(|(name, _)| shown(name));
    let mut fields: Vec<_> = found.map(|(name, pair)| (name.clone(), text(pair.get(0)), text(pair.get(1)))).collect();
    fields.sort_by_key(|(name, ..)| record.fields.iter().position(|f| f.name == name).unwrap_or(usize::MAX));
    let more = fields.len().saturating_sub(MOST_CHANGES) as i64;
    fields.truncate(MOST_CHANGES);
    Changes { fields, more, currency: document.currency(&tx.company.currency).to_owned() }
}

/// As much of a text of the file as a report shows.
fn clip(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

impl Ready {
    /// Whether the record is already what the file says of it.
    fn changes_nothing(&self) -> bool {
        let Some(before) = &self.planned.before else { return false };
        let record = self.document.record;
        let lines = record.lines.map_or(&[][..], |lines| lines.fields);
        before.lines.len() == self.document.lines.len()
            && record.fields.iter().all(|f| before.get(f.name) == self.document.get(f.name))
            && before
                .lines
                .iter()
                .zip(&self.document.lines)
                .all(|(a, b)| lines.iter().all(|f| a.get(f.name) == b.get(f.name)))
    }
}

impl Made {
    fn of(Ready { planned, document }: Ready) -> Made {
        let record = document.record;
        let names = [Some(record.title), Some("reference"), record.subtitle];
        let title = names.into_iter().flatten().find_map(|name| document.get(name).to_text()).unwrap_or_default();
        Made {
            id: document.id,
            version: document.version,
            before: planned.before,
            line: planned.header_line,
            title,
            lines: document.lines.len(),
            changes: Changes::default(),
        }
    }
}

impl Step {
    /// Documents that were there before.
    pub fn changed(&self) -> i64 {
        self.made.iter().filter(|made| made.before.is_some()).count() as i64
    }

    fn leave_out(&mut self, planned: Planned) {
        self.bad.extend(planned.faults);
        self.left_out.extend(planned.told_at);
    }
}
