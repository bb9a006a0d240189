//! Files on records: attach, list, open, remove. Permission is asked here, by the record that a file hangs on.
//!
//! A row is `pending` while bytes come, `whole` once its object is in the store, and `gone` until its object is deleted.
//! No transaction stays open while bytes travel, so each way in has two: one that makes room, one that settles.

pub mod content;
pub mod http;
pub mod picture;
pub mod store;

use super::auth;
use super::document::Document;
use super::door::{self, Error, Lock, Outcome, Refusal};
use super::seal;
use super::tenancy::{Cx, Db, TenantTx};
use crate::record::Record;
use crate::record::page::{FileItem, FileShelf, GIGABYTE};
use axum::body::Bytes;
use content::{ContentType, clean_name};
use futures_util::stream::{BoxStream, StreamExt as _};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::time::Duration;
pub use store::Store;
use store::{Contents, FILE, Intake, Said, thumbnail_key, too_large};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Files that one record may have.
const MOST: i64 = 200;

/// Seconds for which a link opens a file.
const LINK: i64 = 600;

/// Parts of an upload are nobody's any more after this: an upload lives for a day.
const ORPHANED: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// How often everything is swept.
const TIDY: Duration = Duration::from_secs(6 * 60 * 60);

/// Objects that one sweep takes away.
const SWEPT: i64 = 500;

// ------------------------------------------------------------------ who may

/// The record that a file is to hang on, when the reader reaches it and may attach to it.
async fn attachable(tx: &mut TenantTx, record: &'static Record, id: Uuid, lock: Lock) -> Outcome<()> {
    door::reachable(tx, record, id, lock).await?;
    if tx.standing.rights.attaches(record) { Ok(()) } else { Err(Error::Denied) }
}

// ------------------------------------------------------------------ rows

/// A file to come.
#[derive(Clone, Debug)]
pub struct NewFile {
    pub record: &'static Record,
    pub id: Uuid,
    pub said: Said,
    /// Bytes, when the sender knows.
    pub size: Option<u64>,
}

impl NewFile {
    /// A file as its sender calls it.
    pub fn new(record: &'static Record, id: Uuid, name: &str) -> NewFile {
        NewFile { record, id, said: Said { name: clean_name(name), ..Said::default() }, size: None }
    }
}

/// A file of a record.
struct Attachment {
    id: Uuid,
    record: &'static Record,
    record_id: Uuid,
    member: Uuid,
    name: String,
    content: Option<ContentType>,
    size: i64,
    thumbnail: bool,
}

impl Attachment {
    fn read(row: &PgRow) -> Outcome<Attachment> {
        let content: Option<&str> = row.try_get("content_type")?;
        Ok(Attachment {
            id: row.try_get("id")?,
            record: door::record(row.try_get("record")?).ok_or(Error::NotFound)?,
            record_id: row.try_get("record_id")?,
            member: row.try_get("member")?,
            name: row.try_get("name")?,
            content: content.and_then(ContentType::from_mime),
            size: row.try_get("size")?,
            thumbnail: row.try_get("thumbnail")?,
        })
    }
}

/// A row by its id, in this state.
async fn find(tx: &mut TenantTx, id: Uuid, state: &str) -> Outcome<Attachment> {
    let tenant = tx.tenant();
    let row = sqlx::query(
        "select id, record, record_id, member, name, content_type, size, thumbnail from attachment
          where tenant_id = $1 and id = $2 and state = $3",
    )
    .bind(tenant)
    .bind(id)
    .bind(state)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Attachment::read(&row)
}

/// Where the object of a file is. The name that people gave it has no part in this.
pub(super) fn key(tenant: Uuid, id: Uuid) -> String {
    format!("files/{tenant}/{id}")
}

fn part_key(tenant: Uuid, upload: Uuid, part: Uuid) -> String {
    format!("parts/{tenant}/{upload}/{part}")
}

/// Makes the company's files wait for each other, so that two of them do not both take the room that is left.
pub(super) async fn enter_room(tx: &mut TenantTx) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("select pg_advisory_xact_lock(7238, hashtext($1::text))").bind(tenant).execute(tx.conn()).await?;
    Ok(())
}

/// Refuses when all files of the company together, those to come included, take more room than it has: what its plan says,
/// else what the installation gives each company.
pub(super) async fn fits(tx: &mut TenantTx, quota: u64, name: &str) -> Outcome<()> {
    let tenant = tx.tenant();
    let sum: i64 = sqlx::query_scalar(
        "select (coalesce((select sum(size) from attachment where tenant_id = $1 and state <> 'gone'), 0)
               + coalesce((select sum(size) from import_batch where tenant_id = $1 and storage is not null), 0))::bigint",
    )
    .bind(tenant)
    .fetch_one(tx.conn())
    .await?;
    // Where the plan says how much there is, that much it is.
    if tx.plan.storage.is_some() {
        return tx.plan.a_file(sum, name).map_or(Ok(()), |refusal| Err(refusal.into()));
    }
    if u64::try_from(sum).is_ok_and(|sum| sum <= quota) {
        return Ok(());
    }
    let most = Decimal::from(quota) / Decimal::from(GIGABYTE);
    Err(Refusal::new("refuse-file-room").with("name", name).with("most", most.round_dp(1).normalize()).into())
}

/// Makes room for a file to come.
async fn begin(tx: &mut TenantTx, quota: u64, new: &NewFile) -> Outcome<Uuid> {
    attachable(tx, new.record, new.id, Lock::No).await?;
    let name = &new.said.name;
    match new.size {
        Some(0) => return Err(Refusal::new("refuse-file-empty").with("name", name).into()),
        Some(size) if size > FILE => return Err(too_large(name)),
        _ => {}
    }
    enter_room(tx).await?;
    let tenant = tx.tenant();
    let others: i64 = sqlx::query_scalar(
        "select count(*) from attachment where tenant_id = $1 and record = $2 and record_id = $3 and state <> 'gone'",
    )
    .bind(tenant)
    .bind(new.record.name)
    .bind(new.id)
    .fetch_one(tx.conn())
    .await?;
    if others >= MOST {
        return Err(Refusal::new("refuse-file-many").with("name", name).with("most", Decimal::from(MOST)).into());
    }
    let id = Uuid::now_v7();
    sqlx::query("insert into attachment (id, record, record_id, name, size, storage) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(new.record.name)
        .bind(new.id)
        .bind(name)
        .bind(new.size.unwrap_or(0) as i64)
        .bind(key(tenant, id))
        .execute(tx.conn())
        .await?;
    fits(tx, quota, name).await?;
    Ok(id)
}

/// Makes a file whole whose object is in the store. Making it whole twice is making it whole.
async fn settle(tx: &mut TenantTx, quota: u64, id: Uuid, contents: &Contents) -> Outcome<()> {
    let tenant = tx.tenant();
    let file = match find(tx, id, "pending").await {
        Err(Error::NotFound) => return find(tx, id, "whole").await.map(|_| ()),
        other => other?,
    };
    // Locked, so that nobody deletes the record while a file is hung on it.
    attachable(tx, file.record, file.record_id, Lock::Update).await?;
    enter_room(tx).await?;
    let size = contents.size as i64;
    let done = sqlx::query(
        "update attachment set state = 'whole', at = now(), content_type = $4, size = $5, sha256 = $6, width = $7, height = $8,
                thumbnail = $9
          where tenant_id = $1 and id = $2 and state = 'pending' and member = $3",
    )
    .bind(tenant)
    .bind(id)
    .bind(tx.standing.member)
    .bind(contents.content.mime())
    .bind(size)
    .bind(&contents.sha256)
    .bind(contents.dimensions.map(|(width, _)| width as i32))
    .bind(contents.dimensions.map(|(_, height)| height as i32))
    .bind(contents.thumbnail)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    fits(tx, quota, &file.name).await?;
    sqlx::query("delete from upload where tenant_id = $1 and id = $2").bind(tenant).bind(id).execute(tx.conn()).await?;
    let changes = json!({
        "file": [null, file.name],
        "file.size": [null, size.to_string()],
        "file.sha256": [null, contents.sha256],
    });
    door::audit(tx, file.record, file.record_id, "attach", changes).await
}

// ------------------------------------------------------------------ the verbs

/// Attaches a file whose bytes come in one go. Answers with its id.
pub async fn attach(
    db: &Db,
    cx: &Cx,
    store: &Store,
    new: &NewFile,
    bytes: BoxStream<'_, Outcome<Bytes>>,
) -> Outcome<Uuid> {
    let mut tx = db.begin(cx).await?;
    let id = begin(&mut tx, store.quota, new).await?;
    tx.commit().await?;
    match take_in(db, cx, store, id, &new.said, bytes).await {
        Ok(()) => Ok(id),
        Err(error) => {
            abandon(db, cx, store, id).await;
            Err(error)
        }
    }
}

/// Puts the bytes into the store, then makes the file whole.
async fn take_in(
    db: &Db,
    cx: &Cx,
    store: &Store,
    id: Uuid,
    said: &Said,
    bytes: BoxStream<'_, Outcome<Bytes>>,
) -> Outcome<()> {
    let key = key(cx.tenant, id);
    let contents = Intake::new(store, &key, said).take_all(bytes).await?;
    let mut tx = db.begin(cx).await?;
    match settle(&mut tx, store.quota, id, &contents).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(())
        }
        Err(error) => {
            // Where its row was taken away meanwhile, no sweep would find the object.
            if matches!(error, Error::NotFound) {
                note(store.delete(&key).await);
                note(store.delete(&thumbnail_key(&key)).await);
            }
            Err(error)
        }
    }
}

/// The files of a record that the reader has been let to; none of one that is not saved yet.
pub async fn list(tx: &mut TenantTx, document: &Document) -> Outcome<Option<FileShelf>> {
    let (rights, record) = (tx.rights(), document.record);
    if document.version == 0 || !rights.sees_files(record) {
        return Ok(None);
    }
    let items = items(tx, record, document.id, None).await?;
    Ok(Some(FileShelf { items, can_attach: rights.attaches(record), said: Vec::new() }))
}

async fn items(
    tx: &mut TenantTx,
    record: &'static Record,
    record_id: Uuid,
    only: Option<Uuid>,
) -> Outcome<Vec<FileItem>> {
    let (tenant, zone, rights, me) = (tx.tenant(), tx.company.time_zone.clone(), tx.rights(), tx.standing.member);
    let rows = sqlx::query(
        "select a.id, a.record, a.record_id, a.member, a.name, a.content_type, a.size, a.thumbnail,
                coalesce(m.name, '') as by, to_char(a.at at time zone $4, 'YYYY-MM-DD HH24:MI') as at
           from attachment a left join member m on m.tenant_id = a.tenant_id and m.id = a.member
          where a.tenant_id = $1 and a.record = $2 and a.record_id = $3 and a.state = 'whole' and ($5::uuid is null or a.id = $5)
          order by a.id limit 200",
    )
    .bind(tenant)
    .bind(record.name)
    .bind(record_id)
    .bind(zone)
    .bind(only)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let file = Attachment::read(row)?;
            Ok(FileItem {
                id: file.id,
                kind: file.content.map_or("", |content| content.endings()[0]).to_owned(),
                thumbnail: file.thumbnail.then(|| link(tenant, &file, true)),
                removable: rights.detaches(record, file.member == me),
                name: file.name,
                size: file.size,
                by: row.try_get("by")?,
                at: row.try_get("at")?,
            })
        })
        .collect()
}

/// Opens a file: the address that shows or saves it for the next ten minutes.
pub async fn open(tx: &mut TenantTx, id: Uuid) -> Outcome<String> {
    let file = seen(tx, id).await?;
    note_opening(tx, &file).await?;
    Ok(link(tx.tenant(), &file, false))
}

/// Opens a file of this record for whoever gets its bytes at once. Answers with what is served, and what it is called.
pub async fn open_on(tx: &mut TenantTx, record: &Record, record_id: Uuid, id: Uuid) -> Outcome<(Link, String)> {
    let file = seen_on(tx, record, record_id, id).await?;
    note_opening(tx, &file).await?;
    let content = file.content.ok_or(Error::NotFound)?;
    Ok((Link { tenant: tx.tenant(), id, content, thumbnail: false }, file.name))
}

async fn note_opening(tx: &mut TenantTx, file: &Attachment) -> Outcome<()> {
    door::audit(tx, file.record, file.record_id, "open_file", json!({ "file": [null, file.name] })).await
}

/// Removes a file. Answers with the record that it hung on; its object goes with the next [`clear`].
pub async fn remove(tx: &mut TenantTx, id: Uuid) -> Outcome<(&'static Record, Uuid)> {
    let file = seen(tx, id).await?;
    take_off(tx, file).await
}

/// Removes a file of this record, and its object.
pub async fn remove_from(db: &Db, cx: &Cx, store: &Store, record: &Record, record_id: Uuid, id: Uuid) -> Outcome<()> {
    let mut tx = db.begin(cx).await?;
    let file = seen_on(&mut tx, record, record_id, id).await?;
    take_off(&mut tx, file).await?;
    tx.commit().await?;
    note(clear(db, cx, store).await.map(|_| ()));
    Ok(())
}

async fn take_off(tx: &mut TenantTx, file: Attachment) -> Outcome<(&'static Record, Uuid)> {
    let (tenant, member, id) = (tx.tenant(), tx.standing.member, file.id);
    if !tx.standing.rights.detaches(file.record, file.member == member) {
        return Err(Error::Denied);
    }
    let done = sqlx::query("update attachment set state = 'gone' where tenant_id = $1 and id = $2 and state = 'whole'")
        .bind(tenant)
        .bind(id)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    door::audit(tx, file.record, file.record_id, "detach", json!({ "file": [file.name, null] })).await?;
    Ok((file.record, file.record_id))
}

/// A whole file on a record that the reader reaches.
async fn seen(tx: &mut TenantTx, id: Uuid) -> Outcome<Attachment> {
    let file = match find(tx, id, "whole").await {
        Err(Error::NotFound) => return Err(tx.missing(id)),
        found => found?,
    };
    door::reachable(tx, file.record, file.record_id, Lock::No).await?;
    if tx.standing.rights.sees_files(file.record) { Ok(file) } else { Err(tx.missing(id)) }
}

/// The same, where it hangs on this record.
async fn seen_on(tx: &mut TenantTx, record: &Record, record_id: Uuid, id: Uuid) -> Outcome<Attachment> {
    let file = seen(tx, id).await?;
    let here = file.record.name == record.name && file.record_id == record_id;
    if here { Ok(file) } else { Err(tx.missing(id)) }
}

/// Lets go of the files of records that are being deleted.
pub async fn let_go(tx: &mut TenantTx, record: &Record, ids: &[Uuid]) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("update attachment set state = 'gone' where tenant_id = $1 and record = $2 and record_id = any($3)")
        .bind(tenant)
        .bind(record.name)
        .bind(ids)
        .execute(tx.conn())
        .await?;
    Ok(())
}

// ------------------------------------------------------------------ uploads in parts

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    pub id: Uuid,
    pub offset: u64,
    pub size: u64,
    /// The file, once it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileItem>,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Taken(Progress),
    /// The upload goes on somewhere else.
    Elsewhere(Progress),
    /// All has come, and another request is just putting it together.
    Busy(Progress),
}

/// Begins an upload, or finds the one that the same member began for the same bytes and did not finish.
pub async fn begin_upload(tx: &mut TenantTx, store: &Store, new: &NewFile) -> Outcome<Progress> {
    let Some(size) = new.size else { return Err(Error::BadRequest("size")) };
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    if let Some(expected) = &new.said.sha256 {
        attachable(tx, new.record, new.id, Lock::No).await?;
        let begun: Option<(Uuid, i64)> = sqlx::query_as(
            "select u.id, u.received from upload u join attachment a on a.tenant_id = u.tenant_id and a.id = u.id
              where a.tenant_id = $1 and a.record = $2 and a.record_id = $3 and a.member = $4 and a.name = $5 and a.size = $6
                and a.state = 'pending' and u.expected = $7 and a.at > now() - interval '1 day'
              order by u.id limit 1",
        )
        .bind(tenant)
        .bind(new.record.name)
        .bind(new.id)
        .bind(member)
        .bind(&new.said.name)
        .bind(size as i64)
        .bind(expected)
        .fetch_optional(tx.conn())
        .await?;
        if let Some((id, received)) = begun {
            return Ok(Progress { id, offset: received as u64, size, file: None });
        }
    }
    let id = begin(tx, store.quota, new).await?;
    sqlx::query("insert into upload (id, declared, expected) values ($1, $2, $3)")
        .bind(id)
        .bind(&new.said.declared)
        .bind(&new.said.sha256)
        .execute(tx.conn())
        .await?;
    Ok(Progress { id, offset: 0, size, file: None })
}

/// How far an upload of this member is; also when it is done.
pub async fn progress(tx: &mut TenantTx, id: Uuid) -> Outcome<Progress> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let pending: Option<(i64, i64)> = sqlx::query_as(
        "select u.received, a.size from upload u join attachment a on a.tenant_id = u.tenant_id and a.id = u.id
          where u.tenant_id = $1 and u.id = $2 and a.member = $3 and a.state = 'pending'",
    )
    .bind(tenant)
    .bind(id)
    .bind(member)
    .fetch_optional(tx.conn())
    .await?;
    if let Some((received, size)) = pending {
        return Ok(Progress { id, offset: received as u64, size: size as u64, file: None });
    }
    let file = seen(tx, id).await?;
    if file.member != member {
        return Err(tx.missing(id));
    }
    let item = items(tx, file.record, file.record_id, Some(id)).await?.pop();
    Ok(Progress { id, offset: file.size as u64, size: file.size as u64, file: item })
}

async fn progress_now(db: &Db, cx: &Cx, id: Uuid) -> Outcome<Progress> {
    let mut tx = db.begin(cx).await?;
    let progress = progress(&mut tx, id).await?;
    tx.commit().await?;
    Ok(progress)
}

/// Takes the next part of an upload; with the last one the file is whole. A part without bytes at the end of an upload
/// tries once more to make it whole.
pub async fn append(db: &Db, cx: &Cx, store: &Store, id: Uuid, offset: u64, bytes: Bytes) -> Outcome<Step> {
    let before = progress_now(db, cx, id).await?;
    if before.offset != offset || before.file.is_some() {
        return Ok(Step::Elsewhere(before));
    }
    let after = offset + bytes.len() as u64;
    if after > before.size {
        return Err(Error::BadRequest("more bytes than announced"));
    }
    if !bytes.is_empty() {
        let (part, more) = (Uuid::now_v7(), bytes.len() as i64);
        store.put(&part_key(cx.tenant, id, part), bytes).await?;
        if !note_part(db, cx, id, offset, more, part).await? {
            // Another request was faster; its bytes count.
            store.delete(&part_key(cx.tenant, id, part)).await?;
            return Ok(Step::Elsewhere(progress_now(db, cx, id).await?));
        }
    }
    if after < before.size {
        return Ok(Step::Taken(Progress { offset: after, ..before }));
    }
    finish(db, cx, store, Progress { offset: after, ..before }).await
}

async fn note_part(db: &Db, cx: &Cx, id: Uuid, offset: u64, more: i64, part: Uuid) -> Outcome<bool> {
    let mut tx = db.begin(cx).await?;
    let done = sqlx::query(
        "update upload set received = received + $4, parts = parts || $5::uuid
          where tenant_id = $1 and id = $2 and received = $3",
    )
    .bind(cx.tenant)
    .bind(id)
    .bind(offset as i64)
    .bind(more)
    .bind(part)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Puts the parts of an upload together.
async fn finish(db: &Db, cx: &Cx, store: &Store, progress: Progress) -> Outcome<Step> {
    let id = progress.id;
    let mut tx = db.begin(cx).await?;
    let mine = sqlx::query(
        "update upload set finishing = now()
          where tenant_id = $1 and id = $2 and (finishing is null or finishing < now() - interval '5 minutes')
          returning parts, declared, expected",
    )
    .bind(cx.tenant)
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = mine else {
        tx.commit().await?;
        let now = progress_now(db, cx, id).await?;
        return Ok(if now.file.is_some() { Step::Taken(now) } else { Step::Busy(now) });
    };
    let file = find(&mut tx, id, "pending").await?;
    tx.commit().await?;
    let said = Said { name: file.name, declared: row.try_get("declared")?, sha256: row.try_get("expected")? };
    let parts: Vec<Uuid> = row.try_get("parts")?;
    let keys: Vec<String> = parts.into_iter().map(|part| part_key(cx.tenant, id, part)).collect();
    let bytes = futures_util::stream::iter(&keys).then(|key| async move {
        let missing = || Error::Other(anyhow::anyhow!("{key} is missing"));
        store.get(key).await.map_err(|e| if matches!(e, Error::NotFound) { missing() } else { e })
    });
    match take_in(db, cx, store, id, &said, bytes.boxed()).await {
        Ok(()) => {
            for key in &keys {
                note(store.delete(key).await);
            }
            Ok(Step::Taken(progress_now(db, cx, id).await?))
        }
        // The store or the database may answer another time; what the file is will not change.
        Err(error @ (Error::Db(_) | Error::Other(_))) => {
            note(free(db, cx, id).await);
            Err(error)
        }
        Err(error) => {
            abandon(db, cx, store, id).await;
            Err(error)
        }
    }
}

/// Lets another request put the parts together.
async fn free(db: &Db, cx: &Cx, id: Uuid) -> Outcome<()> {
    let mut tx = db.begin(cx).await?;
    sqlx::query("update upload set finishing = null where tenant_id = $1 and id = $2")
        .bind(cx.tenant)
        .bind(id)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Ends an upload of this member before it is whole; nothing of it stays.
pub async fn cancel(db: &Db, cx: &Cx, store: &Store, id: Uuid) -> Outcome<()> {
    if progress_now(db, cx, id).await?.file.is_some() {
        return Err(Error::NotFound);
    }
    abandon(db, cx, store, id).await;
    Ok(())
}

// ------------------------------------------------------------------ tidying up

/// Gives up a file that did not become whole. What cannot be deleted now goes with a later sweep.
async fn abandon(db: &Db, cx: &Cx, store: &Store, id: Uuid) {
    let given_up = async {
        let mut tx = db.admit(cx, Uuid::nil()).await?;
        sqlx::query("update attachment set state = 'gone' where tenant_id = $1 and id = $2 and state = 'pending'")
            .bind(cx.tenant)
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        clear(db, cx, store).await
    };
    note(given_up.await.map(|_| ()));
}

fn note(outcome: Outcome<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "files are left for the next sweep");
    }
}

/// Deletes the objects of a company's files that are gone, then their rows. Answers with the number of files.
pub async fn clear(db: &Db, cx: &Cx, store: &Store) -> Outcome<u64> {
    // What is gone is nobody's, so this asks nobody's rights.
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    let gone: Vec<(Uuid, String, Vec<Uuid>)> = sqlx::query_as(
        "select a.id, a.storage, coalesce(u.parts, '{}') from attachment a
           left join upload u on u.tenant_id = a.tenant_id and u.id = a.id
          where a.tenant_id = $1 and a.state = 'gone' order by a.at limit $2",
    )
    .bind(cx.tenant)
    .bind(SWEPT)
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    for (id, storage, parts) in &gone {
        store.delete(storage).await?;
        store.delete(&thumbnail_key(storage)).await?;
        for part in parts {
            store.delete(&part_key(cx.tenant, *id, *part)).await?;
        }
    }
    let ids: Vec<Uuid> = gone.iter().map(|(id, ..)| *id).collect();
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    let done = sqlx::query("delete from attachment where tenant_id = $1 and id = any($2) and state = 'gone'")
        .bind(cx.tenant)
        .bind(ids)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// Gives up what a company's members began more than a day ago and did not finish, and deletes what is gone. Answers with
/// the number of files.
pub async fn sweep(db: &Db, cx: &Cx, store: &Store) -> Outcome<u64> {
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    sqlx::query(
        "update attachment set state = 'gone'
          where tenant_id = $1 and state = 'pending' and at < now() - interval '1 day'",
    )
    .bind(cx.tenant)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    clear(db, cx, store).await
}

/// Deletes parts that no row knows of any more, of all companies. Answers with the number of objects.
pub async fn sweep_parts(store: &Store) -> Outcome<u64> {
    store.sweep("parts", ORPHANED).await
}

/// Sweeps all companies some times a day, for as long as the task that comes back lives. Nodes that sweep at once do no
/// harm to each other.
pub fn keep_tidy(db: &Db, store: &Store) -> JoinHandle<()> {
    let (db, store) = (db.clone(), store.clone());
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(TIDY);
        loop {
            turns.tick().await;
            match auth::every_company(&db).await {
                Ok(companies) => {
                    for cx in companies {
                        note(sweep(&db, &cx, &store).await.map(|_| ()));
                        note(super::import::batch::sweep(&db, &cx, &store).await.map(|_| ()));
                    }
                }
                Err(error) => note(Err(error)),
            }
            note(sweep_parts(&store).await.map(|_| ()));
            note(super::export::job::sweep(&store).await.map(|_| ()));
        }
    })
}

// ------------------------------------------------------------------ links

/// What the address of a file says, under a seal: so whoever serves it asks neither session nor database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub tenant: Uuid,
    pub id: Uuid,
    pub content: ContentType,
    /// The small picture of it.
    pub thumbnail: bool,
}

/// Why an address does not open anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// Nobody of ours made it.
    Unknown,
    /// It was good for a while.
    Expired,
}

fn link(tenant: Uuid, file: &Attachment, thumbnail: bool) -> String {
    link_until(tenant, file, thumbnail, Timestamp::now().as_second() + LINK)
}

fn link_until(tenant: Uuid, file: &Attachment, thumbnail: bool, until: i64) -> String {
    let content = file.content.map_or("", |content| content.endings()[0]);
    let body = format!("{tenant}/{}/{until}/{content}", file.id);
    match thumbnail {
        true => format!("/f/{}/thumb", seal::seal("thumb", &body)),
        false => format!("/f/{}/{}", seal::seal("file", &body), crate::record::query::encode(&file.name)),
    }
}

impl Link {
    /// Reads the sealed part of an address.
    pub fn follow(sealed: &str) -> Result<Link, Shut> {
        let (body, thumbnail) = match seal::open("file", sealed) {
            Some(body) => (body, false),
            None => (seal::open("thumb", sealed).ok_or(Shut::Unknown)?, true),
        };
        let parts: Vec<&str> = body.split('/').collect();
        let [tenant, id, until, content] = parts[..] else { return Err(Shut::Unknown) };
        let link = Link {
            tenant: tenant.parse().map_err(|_| Shut::Unknown)?,
            id: id.parse().map_err(|_| Shut::Unknown)?,
            content: ContentType::from_ending(content).ok_or(Shut::Unknown)?,
            thumbnail,
        };
        let until: i64 = until.parse().map_err(|_| Shut::Unknown)?;
        if until < Timestamp::now().as_second() { Err(Shut::Expired) } else { Ok(link) }
    }

    /// Where the object is.
    pub fn key(&self) -> String {
        let key = key(self.tenant, self.id);
        if self.thumbnail { thumbnail_key(&key) } else { key }
    }

    /// What is served.
    pub fn content(&self) -> ContentType {
        if self.thumbnail { ContentType::Jpeg } else { self.content }
    }
}
