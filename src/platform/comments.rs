//! Comments on records: say, answer, change, take back. Permission is asked here, by the record that a comment is about.
//!
//! The audit keeps what a comment said before it was changed or taken back.

pub mod http;
pub mod mention;

use super::colleagues::{Colleague, colleagues};
use super::document::Document;
use super::door::{self, Error, Lock, Outcome, Refusal};
use super::notifications;
use super::permission::Rights;
use super::tenancy::TenantTx;
use crate::record::comments::{Comment, Talk, Told};
use crate::record::fold::fold;
use crate::record::page::Suggestion;
use crate::record::{Record, value};
use mention::Person;
use serde_json::json;
use sqlx::Row as _;
use std::collections::HashMap;
use uuid::Uuid;

/// Characters of one comment.
pub const LONGEST: usize = 10_000;

/// Threads of one page.
const PAGE: i64 = 50;

/// Comments of one page, answers included.
const MOST: i64 = 1000;

/// Colleagues that a typeahead offers.
const OFFERED: usize = 8;

/// What the audit calls what happens to comments, and to files. The history of a record leaves out what its comments show
/// better, and what the reader is not to see.
pub(super) const EVENTS: [&str; 3] = ["comment", "edit_comment", "remove_comment"];
pub(super) const FILE_EVENTS: [&str; 3] = ["attach", "detach", "open_file"];

/// Events of a record that its history leaves out for somebody.
pub fn left_out(rights: &Rights, record: &Record) -> Vec<&'static str> {
    let files = FILE_EVENTS.iter().filter(|_| !rights.sees_files(record));
    EVENTS.iter().chain(files).copied().collect()
}

/// A comment as it stands in its row.
struct Kept {
    /// The comment that began its thread; itself, where it did.
    thread: Uuid,
    member: Uuid,
    text: String,
    removed: bool,
}

/// A comment on this record, locked.
async fn find(tx: &mut TenantTx, document: &Document, id: Uuid) -> Outcome<Kept> {
    let row = sqlx::query(
        "select coalesce(answers, id) as thread, member, text, removed_at is not null as removed from comment
          where tenant_id = $1 and record = $2 and record_id = $3 and id = $4 for update",
    )
    .bind(tx.tenant())
    .bind(document.record.name)
    .bind(document.id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or_else(|| tx.missing(id))?;
    Ok(Kept {
        thread: row.try_get("thread")?,
        member: row.try_get("member")?,
        text: row.try_get("text")?,
        removed: row.try_get("removed")?,
    })
}

/// The record that is spoken about, when the reader may speak about it. Locked, so that nobody deletes it meanwhile.
async fn commentable(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Document> {
    let document = door::reachable(tx, record, id, Lock::Update).await?;
    if tx.standing.rights.comments(record) { Ok(document) } else { Err(Error::Denied) }
}

/// A comment of the reader's own that is still there.
async fn own(tx: &mut TenantTx, document: &Document, id: Uuid) -> Outcome<Kept> {
    let kept = find(tx, document, id).await?;
    match kept.removed {
        true => Err(Error::NotFound),
        false if kept.member != tx.standing.member => Err(Error::Denied),
        false => Ok(kept),
    }
}

/// What somebody typed without what could make it look like something else; refused when there is nothing in it, or too
/// much.
fn cleaned(typed: &str) -> Outcome<String> {
    let refuse = |refusal: Refusal| Err(refusal.at("comment").into());
    let text = value::clean(&typed.replace("\r\n", "\n"));
    if typed.contains('\0') || text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return refuse(Refusal::new("fault-control-character"));
    }
    let text = text.trim();
    match text.chars().count() {
        0 => refuse(Refusal::new("refuse-comment-empty")),
        long if long > LONGEST => refuse(Refusal::new("refuse-comment-long").with("most", LONGEST)),
        _ => Ok(text.to_owned()),
    }
}

/// The colleagues as people who can be mentioned in a comment on a record.
fn people(colleagues: &[Colleague], document: &Document) -> Vec<Person> {
    let person = |colleague: &Colleague| Person {
        id: colleague.standing.member,
        name: colleague.standing.name.clone(),
        email: colleague.email.clone(),
        reads: colleague.reads_about(document),
    };
    colleagues.iter().map(person).collect()
}

/// What members are called.
pub(super) async fn names(tx: &mut TenantTx, ids: &[Uuid]) -> Outcome<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = sqlx::query_as("select id, name from member where tenant_id = $1 and id = any($2)")
        .bind(tx.tenant())
        .bind(ids)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().collect())
}

/// What kept texts say, in plain words.
async fn in_words(tx: &mut TenantTx, texts: &[&str]) -> Outcome<Vec<String>> {
    let ids: Vec<Uuid> = texts.iter().flat_map(|text| mention::mentioned(text)).collect();
    let names = names(tx, &ids).await?;
    Ok(texts.iter().map(|text| mention::plain(text, &names)).collect())
}

// ------------------------------------------------------------------ the verbs

/// Says something about a record, or answers what somebody said. With the key of one that was said before, nothing happens.
/// Answers with the comment's id.
pub async fn add(
    tx: &mut TenantTx,
    record: &'static Record,
    record_id: Uuid,
    answers: Option<Uuid>,
    key: Uuid,
    typed: &str,
) -> Outcome<Option<Uuid>> {
    let document = commentable(tx, record, record_id).await?;
    let thread = match answers {
        Some(id) => Some(find(tx, &document, id).await?.thread),
        None => None,
    };
    let colleagues = colleagues(tx).await?;
    let text = mention::read(&cleaned(typed)?, &people(&colleagues, &document), &[]).map_err(Error::Refused)?;
    let id = Uuid::now_v7();
    let added = sqlx::query(
        "insert into comment (id, record, record_id, answers, text, key) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint comment_once do nothing",
    )
    .bind(id)
    .bind(record.name)
    .bind(record_id)
    .bind(thread)
    .bind(&text)
    .bind(key)
    .execute(tx.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Ok(None);
    }
    let words = in_words(tx, &[&text]).await?;
    door::audit(tx, record, record_id, EVENTS[0], json!({ "comment": [null, words[0]] })).await?;
    let mut told: Vec<(Uuid, Told)> = mention::mentioned(&text).into_iter().map(|id| (id, Told::Mention)).collect();
    if let Some(thread) = thread {
        told.extend(writers(tx, thread).await?.into_iter().map(|id| (id, Told::Answer)));
    }
    told.extend(document.created_by.map(|id| (id, Told::Own)));
    told.retain(|(id, _)| reads(&colleagues, *id, &document));
    notifications::tell(tx, id, &told).await?;
    Ok(Some(id))
}

/// Whether a member works here and may read what is said about a record.
fn reads(colleagues: &[Colleague], member: Uuid, document: &Document) -> bool {
    colleagues.iter().any(|colleague| colleague.standing.member == member && colleague.reads_about(document))
}

/// Who has written in a thread.
async fn writers(tx: &mut TenantTx, thread: Uuid) -> Outcome<Vec<Uuid>> {
    let writers = sqlx::query_scalar(
        "select distinct member from comment where tenant_id = $1 and (id = $2 or answers = $2) and removed_at is null",
    );
    Ok(writers.bind(tx.tenant()).bind(thread).fetch_all(tx.conn()).await?)
}

/// Changes what the reader said. Whoever is mentioned now and was not before is told.
pub async fn edit(tx: &mut TenantTx, record: &'static Record, record_id: Uuid, id: Uuid, typed: &str) -> Outcome<()> {
    let document = commentable(tx, record, record_id).await?;
    let before = own(tx, &document, id).await?.text;
    let known = mention::mentioned(&before);
    let colleagues = colleagues(tx).await?;
    let text = mention::read(&cleaned(typed)?, &people(&colleagues, &document), &known).map_err(Error::Refused)?;
    if text == before {
        return Ok(());
    }
    sqlx::query("update comment set text = $3, edited_at = now() where tenant_id = $1 and id = $2")
        .bind(tx.tenant())
        .bind(id)
        .bind(&text)
        .execute(tx.conn())
        .await?;
    let words = in_words(tx, &[&before, &text]).await?;
    door::audit(tx, record, record_id, EVENTS[1], json!({ "comment": words })).await?;
    let fresh =
        mention::mentioned(&text).into_iter().filter(|id| !known.contains(id) && reads(&colleagues, *id, &document));
    let told: Vec<(Uuid, Told)> = fresh.map(|member| (member, Told::Mention)).collect();
    notifications::tell(tx, id, &told).await
}

/// Takes back what the reader said. Nobody is told of it any more.
pub async fn remove(tx: &mut TenantTx, record: &'static Record, record_id: Uuid, id: Uuid) -> Outcome<()> {
    let document = commentable(tx, record, record_id).await?;
    let before = own(tx, &document, id).await?.text;
    sqlx::query("update comment set removed_at = now() where tenant_id = $1 and id = $2")
        .bind(tx.tenant())
        .bind(id)
        .execute(tx.conn())
        .await?;
    notifications::take_back(tx, id).await?;
    let words = in_words(tx, &[&before]).await?;
    door::audit(tx, record, record_id, EVENTS[2], json!({ "comment": [words[0], null] })).await
}

/// Lets go of the comments on records that are being deleted, and of what anybody was told of them.
pub async fn let_go(tx: &mut TenantTx, record: &Record, ids: &[Uuid]) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("delete from comment where tenant_id = $1 and record = $2 and record_id = any($3)")
        .bind(tenant)
        .bind(record.name)
        .bind(ids)
        .execute(tx.conn())
        .await?;
    Ok(())
}

// ------------------------------------------------------------------ reading

/// The comments on a record that the reader has been let to, from the thread `before` on.
pub async fn list(
    tx: &mut TenantTx,
    record: &'static Record,
    record_id: Uuid,
    before: Option<Uuid>,
) -> Outcome<Option<Talk>> {
    let (rights, me) = (tx.rights(), tx.standing.member);
    if !rights.sees_comments(record) {
        return Ok(None);
    }
    let can_comment = rights.comments(record);
    let (tenant, zone) = (tx.tenant(), tx.company.time_zone.clone());
    let rows = sqlx::query(
        "with thread as (
           select t.id from comment t
            where t.tenant_id = $1 and t.record = $2 and t.record_id = $3 and t.answers is null and ($5::uuid is null or t.id < $5)
              and (t.removed_at is null or exists (select from comment a
                    where a.tenant_id = $1 and a.answers = t.id and a.removed_at is null))
            order by t.id desc limit $6)
         select c.id, c.answers, c.member, coalesce(m.name, '') as by, to_char(c.at at time zone $4, 'YYYY-MM-DD HH24:MI') as at,
                c.edited_at is not null as edited, c.removed_at is not null as removed, c.text
           from thread join comment c on c.tenant_id = $1 and (c.id = thread.id or c.answers = thread.id)
           left join member m on m.tenant_id = $1 and m.id = c.member
          where c.removed_at is null or c.answers is null
          order by thread.id desc, c.id limit $7",
    )
    .bind(tenant)
    .bind(record.name)
    .bind(record_id)
    .bind(zone)
    .bind(before)
    .bind(PAGE + 1)
    .bind(MOST)
    .fetch_all(tx.conn())
    .await?;
    let mut texts: Vec<&str> = Vec::with_capacity(rows.len());
    for row in &rows {
        texts.push(row.try_get("text")?);
    }
    let ids: Vec<Uuid> = texts.iter().flat_map(|text| mention::mentioned(text)).collect();
    let names = names(tx, &ids).await?;
    let mut comments = Vec::with_capacity(rows.len());
    let mut mentions_of_own = false;
    for (row, text) in rows.iter().zip(&texts) {
        let removed: bool = row.try_get("removed")?;
        let own = can_comment && !removed && row.try_get::<Uuid, _>("member")? == me;
        mentions_of_own |= own && !mention::mentioned(text).is_empty();
        comments.push(Comment {
            id: row.try_get("id")?,
            answers: row.try_get("answers")?,
            by: row.try_get("by")?,
            at: row.try_get("at")?,
            edited: row.try_get("edited")?,
            removed,
            parts: if removed { Vec::new() } else { mention::parts(text, &names) },
            source: own.then(|| (*text).to_owned()),
        });
    }
    if mentions_of_own {
        let document = door::reachable(tx, record, record_id, Lock::No).await?;
        let people = people(&colleagues(tx).await?, &document);
        for source in comments.iter_mut().filter_map(|comment| comment.source.as_mut()) {
            *source = mention::source(source, &names, &people);
        }
    }
    let begun: Vec<usize> = (0..comments.len()).filter(|at| comments[*at].answers.is_none()).collect();
    let more = begun.len() > PAGE as usize;
    if more {
        comments.truncate(begun[PAGE as usize]);
    }
    Ok(Some(Talk { comments, more, can_comment, key: Uuid::now_v7(), draft: None }))
}

/// Colleagues who may see records of a type, whose names hold a text: what a typeahead offers behind an `@`. Where several
/// share a name, each is offered by their mail address.
pub async fn suggest(tx: &mut TenantTx, record: &'static Record, text: &str) -> Outcome<Vec<Suggestion>> {
    if !tx.standing.rights.comments(record) {
        return Err(Error::Denied);
    }
    let (sought, me) = (fold(text), tx.standing.member);
    let colleagues = colleagues(tx).await?;
    let readers = colleagues.iter().filter(|c| c.standing.rights.sees_comments(record));
    let mut called: HashMap<String, usize> = HashMap::new();
    for reader in readers.clone() {
        *called.entry(fold(&reader.standing.name)).or_default() += 1;
    }
    let mut found: Vec<(bool, Suggestion)> = Vec::new();
    for reader in readers.filter(|c| c.standing.member != me) {
        let name = fold(&reader.standing.name);
        if format!(" {name}").contains(&format!(" {sought}")) {
            let title = if called[&name] > 1 { &reader.email } else { &reader.standing.name };
            let hint = (called[&name] > 1).then(|| reader.standing.name.clone());
            found.push((
                !name.starts_with(&sought),
                Suggestion { id: reader.standing.member, title: title.clone(), hint },
            ));
        }
    }
    found.sort_by_key(|(later, _)| *later);
    Ok(found.into_iter().map(|(_, suggestion)| suggestion).take(OFFERED).collect())
}
