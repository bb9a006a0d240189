//! Has a person forgotten. What the law wants kept stays, and says no more who it was: documents, books, stock. What the
//! audit log says of the person is erased as well, by an entry of its own, so that its chain still holds.

use super::{bound, find, is_called, links, namers, short};
use crate::i18n::{Digits, I18n, Locale};
use crate::platform::document::Document;
use crate::platform::door::{self, Error, Lock, Outcome, Refusal};
use crate::platform::export::job;
use crate::platform::files::{self, Store};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::platform::{comments, sql};
use crate::record::custom::PREFIX;
use crate::record::fold::fold;
use crate::record::query::encode;
use crate::record::{Field, Kind, Names, Record, Value, value};
use crate::t;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What the audit log calls queries that people keep.
const VIEW: &str = "saved_view";

/// Characters from which on a text is looked for wherever people may have repeated it: one that people search by, and any
/// other. What is shorter is in too many texts that have nothing to do with the person.
const TELLING: usize = 4;
const TELLING_ANYWAY: usize = 12;

/// Has the person that a record describes forgotten, once somebody has typed what the record is called, and clears away what
/// is kept of them as files.
pub async fn run(db: &Db, cx: &Cx, store: &Store, record: &'static Record, id: Uuid, typed: &str) -> Outcome<()> {
    let mut tx = db.begin(cx).await?;
    let objects = erase(&mut tx, record, id, typed).await?;
    tx.commit().await?;
    clear(db, cx, store, &objects).await;
    Ok(())
}

/// Deletes these objects of a person who is forgotten, and files that nobody holds on to. They are nobody's any more, and nobody is
/// told if one cannot be deleted now: the person is forgotten all the same.
pub async fn clear(db: &Db, cx: &Cx, store: &Store, objects: &[String]) {
    let cleared = async {
        for object in objects {
            store.delete(object).await?;
        }
        files::clear(db, cx, store).await
    };
    if let Err(error) = cleared.await {
        tracing::warn!(%error, ?objects, "files of a forgotten person are left in the store");
    }
}

/// The same as part of a transaction. Answers with the objects in the store that are to be deleted after it.
pub async fn erase(tx: &mut TenantTx, record: &'static Record, id: Uuid, typed: &str) -> Outcome<Vec<String>> {
    let mut person = find(tx, record, id, Lock::Update).await?;
    if !tx.standing.rights.changes_everything() {
        return Err(Error::Denied);
    }
    let mut refusals = bound(tx, &person).await?;
    if !is_called(&person, typed) {
        refusals.push(Refusal::new("refuse-erase-typed").at("typed"));
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let told = told(tx, &person).await?;
    let objects = let_go(tx, &person).await?;
    erase_record(tx, &mut person).await?;
    erase_about(tx, &person).await?;
    forget_repeated(tx, &person, &told).await?;
    sqlx::query("select search.forget($1)").bind(told.words()).execute(tx.conn()).await?;
    Ok(objects)
}

// ------------------------------------------------------------------ what it was

/// Texts that tell who somebody was, as they are and as they ever were.
#[derive(Default)]
struct Told {
    /// All of them.
    texts: BTreeSet<String>,
    /// Those that are looked for wherever people may have repeated them, also as addresses have them.
    telling: Vec<String>,
    /// What they were called.
    names: BTreeSet<String>,
}

impl Told {
    fn add(&mut self, record: &Record, field: &Field, text: Option<&str>) {
        if !matches!(field.kind, Kind::Text(_) | Kind::Note | Kind::Names) {
            return;
        }
        let Some(text) = text else { return };
        let texts = match field.kind {
            Kind::Names => {
                let Names { en, ar } = Names::from_text(text);
                vec![en, ar]
            }
            _ => vec![text.to_owned()],
        };
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            let least = if field.searched { TELLING } else { TELLING_ANYWAY };
            if text.chars().count() >= least && !self.telling.contains(&text) {
                self.telling.extend([text.clone(), encode(&text)]);
            }
            if field.name == record.title {
                self.names.insert(text.clone());
            }
            self.texts.insert(text);
        }
    }

    /// All of it as the search knows it.
    fn words(&self) -> String {
        fold(&self.texts.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
    }
}

/// What tells who somebody was: what the record says, and what the audit log says that it said.
async fn told(tx: &mut TenantTx, person: &Document) -> Outcome<Told> {
    let record = person.record;
    let mut told = Told::default();
    for field in record.fields.iter().filter(|field| field.goes_with_person()) {
        told.add(record, field, person.get(field.name).to_text().as_deref());
    }
    for field in record.lines.map_or(&[][..], |lines| lines.fields).iter().filter(|field| field.personal) {
        for line in &person.lines {
            told.add(record, field, line.get(field.name).to_text().as_deref());
        }
    }
    let entries: Vec<serde_json::Value> =
        sqlx::query_scalar("select changes from audit where tenant_id = $1 and record = $2 and record_id = $3")
            .bind(tx.tenant())
            .bind(record.name)
            .bind(person.id)
            .fetch_all(tx.conn())
            .await?;
    for (name, pair) in entries.iter().filter_map(|changes| changes.as_object()).flatten() {
        let field = match name.strip_prefix("lines.").and_then(|rest| rest.split_once('.')) {
            Some((_, name)) => record.lines.and_then(|lines| lines.field(name)),
            None => record.field(name),
        };
        if let Some(field) = field.filter(|field| field.goes_with_person()) {
            for side in [pair.get(0), pair.get(1)] {
                told.add(record, field, side.and_then(|text| text.as_str()));
            }
        }
    }
    Ok(told)
}

// ------------------------------------------------------------------ what goes

/// Lets go of what hangs on the record and of files that may hold something of the person. Answers with the objects that are
/// to be deleted.
async fn let_go(tx: &mut TenantTx, person: &Document) -> Outcome<Vec<String>> {
    let (tenant, record, id) = (tx.tenant(), person.record, person.id);
    comments::let_go(tx, record, &[id]).await?;
    files::let_go(tx, record, &[id]).await?;
    sqlx::query(
        "update attachment set name = id::text where tenant_id = $1 and record = $2 and record_id = $3 and state = 'gone'",
    )
    .bind(tenant)
    .bind(record.name)
    .bind(id)
    .execute(tx.conn())
    .await?;
    // Lists of these records and of those that name them, and archives, are made anew when they are wanted.
    let mut listed: Vec<&str> = namers(tx, record).into_iter().map(|(other, ..)| other.name).collect();
    listed.push(record.name);
    // What is being made of what was read before is called off.
    let jobs: Vec<Uuid> = sqlx::query_scalar(
        "update job set result = null, cancel = cancel or state in ('waiting', 'running')
          where tenant_id = $1 and (result is not null or state in ('waiting', 'running'))
            and (kind in ('person', 'archive') or (kind = 'export' and record = any($2)) or (kind = 'import' and record = $3))
          returning id",
    )
    .bind(tenant)
    .bind(listed)
    .bind(record.name)
    .fetch_all(tx.conn())
    .await?;
    let mut objects: Vec<String> = jobs.into_iter().map(|id| job::key(tenant, id)).collect();
    // The files that brought the record or changed it, and what it was before.
    let brought: Vec<Option<String>> = sqlx::query_scalar(
        "with old as (select b.id, b.storage from import_batch b
                       where b.tenant_id = $1 and b.record = $2
                         and exists (select from import_row r where r.tenant_id = $1 and r.batch = b.id and r.record_id = $3)
                         for update)
         update import_batch b set storage = null, examples = '[]', problems = '[]' from old
          where b.tenant_id = $1 and b.id = old.id returning old.storage",
    )
    .bind(tenant)
    .bind(record.name)
    .bind(id)
    .fetch_all(tx.conn())
    .await?;
    objects.extend(brought.into_iter().flatten());
    sqlx::query(
        "delete from import_row r using import_batch b
          where r.tenant_id = $1 and b.tenant_id = $1 and b.id = r.batch and b.record = $2 and r.record_id = $3",
    )
    .bind(tenant)
    .bind(record.name)
    .bind(id)
    .execute(tx.conn())
    .await?;
    if record.account.is_some() {
        for sql in [
            "delete from notification where tenant_id = $1 and member = $2",
            "delete from notification_unwanted where tenant_id = $1 and member = $2",
            "delete from import_mapping where tenant_id = $1 and member = $2",
            "delete from saved_view where tenant_id = $1 and member = $2",
            "delete from favourite where tenant_id = $1 and member = $2",
        ] {
            sqlx::query(sql).bind(tenant).bind(id).execute(tx.conn()).await?;
        }
    }
    Ok(objects)
}

/// What stands in the place of a value that a record cannot be without. It means nobody, and tells whom.
fn nobody(locale: Locale, field: &Field, id: Uuid) -> Value {
    let said = |locale| value::clean(&t!(I18n::new(locale, Digits::Western), "person-erased", id = short(id)));
    match field.kind {
        Kind::Names => Value::from(Names::new(said(Locale::En), said(Locale::Ar))),
        _ => Value::from(said(locale)),
    }
}

/// Empties these fields of a record, or puts something that means nobody in their place. Answers with those of Diwan's own.
fn empty(locale: Locale, document: &mut Document, goes: impl Fn(&Field) -> bool) -> Vec<&'static str> {
    let record = document.record;
    let mut emptied = Vec::new();
    for field in record.fields.iter().filter(|field| goes(field)) {
        let stays = field.required && field.custom.is_none();
        document.set(field.name, if stays { nobody(locale, field, document.id) } else { Value::Null });
        if field.custom.is_none() {
            emptied.push(field.name);
        }
    }
    emptied
}

/// Empties the record itself, its lines and its history.
async fn erase_record(tx: &mut TenantTx, person: &mut Document) -> Outcome<()> {
    let (tenant, record, locale) = (tx.tenant(), person.record, tx.cx.i18n.locale);
    let mut changed = empty(locale, person, Field::goes_with_person);
    if record.field("active").is_some() {
        person.set("active", false);
        changed.push("active");
    }
    let account = record.account.and_then(|field| person.link(field));
    changed.extend(door::give_up(person));
    door::write_erased(tx, person, &changed).await?;
    sqlx::query(sql::empty_extra(record)).bind(tenant).bind(person.id).execute(tx.conn()).await?;
    if let Some(lines) = record.lines.filter(|lines| lines.fields.iter().any(|field| field.personal)) {
        sqlx::query(sql::delete_other_lines(lines.table))
            .bind(tenant)
            .bind(vec![person.id])
            .bind(Vec::<Uuid>::new())
            .execute(tx.conn())
            .await?;
        person.lines.clear();
    }
    if let Some(account) = account {
        sqlx::query("select auth.forget_user($1)").bind(account).execute(tx.conn()).await?;
    }
    let mut gone: Vec<String> =
        record.all_fields().filter(|(field, _)| field.goes_with_person()).map(|(_, name)| pattern(&name)).collect();
    // What was said of it and hung on it, and fields that the company has had and has no more.
    gone.extend([format!("{}%", pattern(PREFIX)), "comment".to_owned(), "file%".to_owned()]);
    erase_history(tx, record.name, person.id, &gone, None).await
}

/// Empties what other records say about the person.
async fn erase_about(tx: &mut TenantTx, person: &Document) -> Outcome<()> {
    let (tenant, locale) = (tx.tenant(), tx.cx.i18n.locale);
    for (other, link) in links(tx, person.record) {
        let fields: Vec<String> =
            other.fields.iter().filter(|field| speaks(field, link)).map(|field| pattern(field.name)).collect();
        let mut after = Uuid::nil();
        while !fields.is_empty() {
            let ids: Vec<Uuid> = sqlx::query_scalar(sql::naming(other, &[link], &[]))
                .bind(tenant)
                .bind(person.id)
                .bind(after)
                .fetch_all(tx.conn())
                .await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            for mut document in door::load_several(tx, other, &ids, Lock::Update).await? {
                let changed = empty(locale, &mut document, |field| speaks(field, link));
                door::write_erased(tx, &mut document, &changed).await?;
                erase_history(tx, other.name, document.id, &fields, None).await?;
            }
        }
    }
    Ok(())
}

/// Whether a field says something about whom a link leads to.
fn speaks(field: &Field, link: &Field) -> bool {
    field.about.contains(&link.name)
}

/// The name of a field as a pattern that fits it alone.
fn pattern(name: &str) -> String {
    name.replace('_', "\\_")
}

/// Erases the values of these fields from what the audit log says about something; with `holding`, of values that hold this
/// text. The entry that orders it is the trace that stays, and an event that receivers hear of.
async fn erase_history(
    tx: &mut TenantTx,
    what: &str,
    id: Uuid,
    fields: &[String],
    holding: Option<&str>,
) -> Outcome<()> {
    let entry = Uuid::now_v7();
    sqlx::query("select audit_erase($1, $2, $3, $4, $5)")
        .bind(entry)
        .bind(what)
        .bind(id)
        .bind(fields)
        .bind(holding)
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "insert into outbox (id, topic, payload) values ($1, $2::text || '.erase', jsonb_build_object('id', $3::uuid))",
    )
    .bind(entry)
    .bind(what)
    .bind(id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

// ------------------------------------------------------------------ what others have repeated

/// Forgets what people, programs and jobs have repeated of the person: searches that were kept, answers to programs, what a
/// job was asked for and said, faults of imports, mentions in the audit of comments.
async fn forget_repeated(tx: &mut TenantTx, person: &Document, told: &Told) -> Outcome<()> {
    let tenant = tx.tenant();
    let id = person.id.to_string();
    // What was done is not done again, should a program ask once more: only what it was told is gone.
    sqlx::query(
        "update api_answer a set answer = '{\"status\":410}' where a.tenant_id = $1
            and (may_say(a.answer, $2) and says(a.answer::jsonb, $2) or strpos(a.answer, $3) > 0)",
    )
    .bind(tenant)
    .bind(&told.telling)
    .bind(id)
    .execute(tx.conn())
    .await?;
    // Whoever it was sent to, and whoever is called so in it.
    sqlx::query(
        "update job j set payload = j.payload - 'text', message = null, error = null from mail m
          where j.tenant_id = $1 and m.tenant_id = $1 and m.id = j.id and m.party = $2",
    )
    .bind(tenant)
    .bind(person.id)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "update mail m set recipient = null, subject = null, said = null
          where m.tenant_id = $1 and (m.party = $2 or says(jsonb_build_array(m.recipient, m.subject, m.said), $3))",
    )
    .bind(tenant)
    .bind(person.id)
    .bind(&told.telling)
    .execute(tx.conn())
    .await?;
    let views: Vec<Uuid> = sqlx::query_scalar(
        "select distinct a.record_id from audit a where a.tenant_id = $1 and a.record = $2 and says(a.changes, $3)",
    )
    .bind(tenant)
    .bind(VIEW)
    .bind(&told.telling)
    .fetch_all(tx.conn())
    .await?;
    sqlx::query("delete from saved_view where tenant_id = $1 and id = any($2)")
        .bind(tenant)
        .bind(&views)
        .execute(tx.conn())
        .await?;
    for view in views {
        erase_history(tx, VIEW, view, &["name".to_owned(), "query".to_owned()], None).await?;
    }
    for sql in [
        "update job j set payload = j.payload - 'text' - 'query' - 'which', message = null, error = null
          where j.tenant_id = $1 and (j.state in ('done', 'failed', 'cancelled') or j.cancel)
            and says(jsonb_build_array(j.payload, j.message, j.error), $2)",
        "update job_row j set message = null where j.tenant_id = $1 and says(j.message, $2)",
        "update import_batch b set name = '-', fixed = '[]', examples = '[]', problems = '[]' where b.tenant_id = $1
            and says(jsonb_build_array(b.name, b.fixed, b.examples, b.problems), $2)",
        "delete from import_fault f where f.tenant_id = $1 and says(jsonb_build_array(f.text, f.reason), $2)",
        // What is not there is left alone when the import is undone.
        "delete from import_row r where r.tenant_id = $1 and may_say(r.before::text, $2) and says(r.before, $2)",
        "update webhook_attempt w set note = null where w.tenant_id = $1 and says(to_jsonb(w.note), $2)",
    ] {
        sqlx::query(sql).bind(tenant).bind(&told.telling).execute(tx.conn()).await?;
    }
    if person.record.account.is_some() {
        forget_mentions(tx, told).await?;
    }
    Ok(())
}

/// Comments keep whom they mention by id; the audit log keeps their words with the name.
async fn forget_mentions(tx: &mut TenantTx, told: &Told) -> Outcome<()> {
    for name in &told.names {
        let mention = format!("@{name}");
        let about: Vec<(String, Uuid)> = sqlx::query_as(
            "select distinct a.record, a.record_id from audit a
              where a.tenant_id = $1 and a.action in ('comment', 'edit_comment', 'remove_comment')
                and strpos(concat_ws(' ', a.changes -> 'comment' ->> 0, a.changes -> 'comment' ->> 1), $2) > 0",
        )
        .bind(tx.tenant())
        .bind(&mention)
        .fetch_all(tx.conn())
        .await?;
        for (record, id) in about {
            erase_history(tx, &record, id, &["comment".to_owned()], Some(&mention)).await?;
        }
    }
    Ok(())
}
