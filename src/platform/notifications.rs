//! What members are told of in the application: written with its cause, in one transaction; read with the rights of the
//! moment.

pub mod http;

use super::comments::mention;
use super::document::Document;
use super::door::{self, Error, Outcome};
use super::jobs;
use super::tenancy::TenantTx;
use super::typed::Links;
use crate::record::comments::{About, Notification, NotificationPage, Part, Told};
use sqlx::Row as _;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Notifications of a page.
const PAGE: i64 = 50;

/// Unread ones are counted no further than this.
pub const COUNTED: i64 = 100;

/// Characters of a comment that its notification shows.
const BEGINNING: usize = 200;

// ------------------------------------------------------------------ writing

/// Tells members of a comment, each once, by the first kind that they want. Nobody is told of what they said themselves.
pub async fn tell(tx: &mut TenantTx, comment: Uuid, told: &[(Uuid, Told)]) -> Outcome<()> {
    let me = tx.standing.member;
    let others: Vec<&(Uuid, Told)> = told.iter().filter(|(member, _)| *member != me).collect();
    if others.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = others.iter().map(|_| Uuid::now_v7()).collect();
    let members: Vec<Uuid> = others.iter().map(|(member, _)| *member).collect();
    let kinds: Vec<&str> = others.iter().map(|(_, told)| told.name()).collect();
    sqlx::query(
        "insert into notification (id, member, kind, comment)
         select distinct on (u.member) u.id, u.member, u.kind, $2::uuid
           from unnest($3::uuid[], $4::uuid[], $5::text[]) with ordinality as u (id, member, kind, n)
          where not exists (select from notification_unwanted w where w.tenant_id = $1 and w.member = u.member and w.kind = u.kind)
          order by u.member, u.n
         on conflict on constraint notification_of_comment do nothing",
    )
    .bind(tx.tenant())
    .bind(comment)
    .bind(ids)
    .bind(members)
    .bind(kinds)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets what members were told of a comment.
pub async fn take_back(tx: &mut TenantTx, comment: Uuid) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("delete from notification where tenant_id = $1 and comment = $2")
        .bind(tenant)
        .bind(comment)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Tells whoever asked for a job that it has ended. One that ends again, after somebody went on with it, is news again. A letter that
/// went its way is none.
pub async fn tell_of_job(tx: &mut TenantTx, job: Uuid) -> Outcome<()> {
    sqlx::query(
        "insert into notification (id, member, kind, job)
         select $3::uuid, m.id, 'job', j.id from job j join member m on m.tenant_id = j.tenant_id and m.id = j.member and m.state = 'active'
          where j.tenant_id = $1 and j.id = $2 and (j.kind <> 'mail' or j.state = 'failed')
            and not exists (select from notification_unwanted w where w.tenant_id = $1 and w.member = m.id and w.kind = 'job')
         on conflict on constraint notification_of_job do update set id = excluded.id, at = excluded.at, read_at = null",
    )
    .bind(tx.tenant())
    .bind(job)
    .bind(Uuid::now_v7())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Tells whoever made a record that somebody outside the company has answered to it.
pub async fn tell_of_reply(tx: &mut TenantTx, document: &Document) -> Outcome<()> {
    sqlx::query(
        "insert into notification (id, member, kind, record, record_id)
         select $3::uuid, m.id, $4::text, $5::text, $6::uuid from member m
          where m.tenant_id = $1 and m.id = $2 and m.state = 'active'
            and not exists (select from notification_unwanted w where w.tenant_id = $1 and w.member = m.id and w.kind = $4::text)",
    )
    .bind(tx.tenant())
    .bind(document.created_by)
    .bind(Uuid::now_v7())
    .bind(Told::Reply.name())
    .bind(document.record.name)
    .bind(document.id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks one notification of the reader as read. Answers with the address that it leads to.
pub async fn open(tx: &mut TenantTx, id: Uuid) -> Outcome<String> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let row = sqlx::query(
        "update notification n set read_at = coalesce(read_at, now()) where n.tenant_id = $1 and n.member = $2 and n.id = $3
         returning n.job, n.comment,
                   coalesce(n.record, (select c.record from comment c where c.tenant_id = $1 and c.id = n.comment)) as record,
                   coalesce(n.record_id, (select c.record_id from comment c where c.tenant_id = $1 and c.id = n.comment)) as record_id",
    )
    .bind(tenant)
    .bind(member)
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or_else(|| tx.missing(id))?;
    if let Some(job) = row.try_get::<Option<Uuid>, _>("job")? {
        return Ok(format!("/jobs/{job}"));
    }
    let record = row.try_get::<Option<&str>, _>("record")?.and_then(door::record).ok_or(Error::NotFound)?;
    let address = record.address(row.try_get("record_id")?);
    Ok(match row.try_get::<Option<Uuid>, _>("comment")? {
        Some(comment) => format!("{address}#comment-{comment}"),
        None => address,
    })
}

/// Marks all notifications of the reader as read.
pub async fn read_all(tx: &mut TenantTx) -> Outcome<()> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    sqlx::query("update notification set read_at = now() where tenant_id = $1 and member = $2 and read_at is null")
        .bind(tenant)
        .bind(member)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What the reader wants to be told of from now on.
pub async fn prefer(tx: &mut TenantTx, wanted: &[Told]) -> Outcome<()> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let unwanted = Told::ALL.into_iter().filter(|told| !wanted.contains(told));
    let unwanted: Vec<&str> = unwanted.map(Told::name).collect();
    sqlx::query(
        "with wanted as (delete from notification_unwanted where tenant_id = $1 and member = $2 and not (kind = any($3)))
         insert into notification_unwanted (member, kind) select $2, kind from unnest($3::text[]) as u (kind)
         on conflict do nothing",
    )
    .bind(tenant)
    .bind(member)
    .bind(unwanted)
    .execute(tx.conn())
    .await?;
    Ok(())
}

// ------------------------------------------------------------------ reading

/// How many notifications the reader has not read, no further than [`COUNTED`].
pub async fn unread(tx: &mut TenantTx) -> Outcome<i64> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    Ok(sqlx::query_scalar(
        "select count(*) from (select from notification
          where tenant_id = $1 and member = $2 and read_at is null limit $3) u",
    )
    .bind(tenant)
    .bind(member)
    .bind(COUNTED)
    .fetch_one(tx.conn())
    .await?)
}

/// How many mentions of themselves the reader has not read, no further than [`COUNTED`].
pub async fn unread_mentions(tx: &mut TenantTx) -> Outcome<i64> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    Ok(sqlx::query_scalar(
        "select count(*) from (select from notification
          where tenant_id = $1 and member = $2 and kind = $3 and read_at is null limit $4) u",
    )
    .bind(tenant)
    .bind(member)
    .bind(Told::Mention.name())
    .bind(COUNTED)
    .fetch_one(tx.conn())
    .await?)
}

/// The reader's notifications, latest first, from the place `before` on, with all that their page shows.
pub async fn page(tx: &mut TenantTx, before: Option<Uuid>) -> Outcome<NotificationPage> {
    let (lines, more) = lines(tx, before).await?;
    let lines = lines.into_iter().map(|(line, _)| line).collect();
    let wanted = wanted(tx).await?;
    Ok(NotificationPage { lines, before, more, unread: unread(tx).await?, wanted })
}

/// What the reader wants to be told of.
pub async fn wanted(tx: &mut TenantTx) -> Outcome<Vec<Told>> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let unwanted: Vec<String> =
        sqlx::query_scalar("select kind from notification_unwanted where tenant_id = $1 and member = $2")
            .bind(tenant)
            .bind(member)
            .fetch_all(tx.conn())
            .await?;
    Ok(Told::ALL.into_iter().filter(|told| !unwanted.iter().any(|kind| kind == told.name())).collect())
}

/// The reader's notifications, latest first, from the place `before` on, each with the id of the record that it is about, where
/// the reader sees that. Answers also with whether there are older ones.
pub async fn lines(tx: &mut TenantTx, before: Option<Uuid>) -> Outcome<(Vec<(Notification, Option<Uuid>)>, bool)> {
    let (tenant, member, zone) = (tx.tenant(), tx.standing.member, tx.company.time_zone.clone());
    let rows = sqlx::query(
        "select n.id, n.kind, n.job, n.read_at is not null as read, to_char(n.at at time zone $3, 'YYYY-MM-DD HH24:MI') as at,
                coalesce(m.name, '') as by, coalesce(c.record, n.record) as record, coalesce(c.record_id, n.record_id) as record_id,
                coalesce(c.text, '') as text
           from notification n left join comment c on c.tenant_id = n.tenant_id and c.id = n.comment
           left join member m on m.tenant_id = n.tenant_id and m.id = c.member
          where n.tenant_id = $1 and n.member = $2 and ($4::uuid is null or n.id < $4) order by n.id desc limit $5",
    )
    .bind(tenant)
    .bind(member)
    .bind(zone)
    .bind(before)
    .bind(PAGE + 1)
    .fetch_all(tx.conn())
    .await?;
    let mut found = rows.iter().map(Found::read).collect::<Outcome<Vec<_>>>()?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    Ok((seen(tx, found).await?, more))
}

/// A notification with its cause, before it is asked what the reader may see of it.
struct Found {
    line: Notification,
    job: Option<Uuid>,
    /// The type of record, its id, what was said: nothing where an answer from outside is the cause.
    comment: Option<(String, Uuid, String)>,
}

impl Found {
    fn read(row: &sqlx::postgres::PgRow) -> Outcome<Found> {
        let comment = match row.try_get::<Option<String>, _>("record")? {
            Some(record) => Some((record, row.try_get("record_id")?, row.try_get("text")?)),
            None => None,
        };
        let line = Notification {
            id: row.try_get("id")?,
            told: Told::from_name(row.try_get("kind")?).ok_or(Error::NotFound)?,
            by: row.try_get("by")?,
            at: row.try_get("at")?,
            read: row.try_get("read")?,
            about: About::Nothing,
        };
        Ok(Found { line, job: row.try_get("job")?, comment })
    }
}

/// Adds what the reader may see now of what each is about, with one statement per type of record.
async fn seen(tx: &mut TenantTx, found: Vec<Found>) -> Outcome<Vec<(Notification, Option<Uuid>)>> {
    let rights = tx.rights();
    let mut wanted: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    let mut mentioned: Vec<Uuid> = Vec::new();
    for (record, id, text) in found.iter().filter_map(|one| one.comment.as_ref()) {
        wanted.entry(record).or_default().push(*id);
        mentioned.extend(mention::mentioned(text));
    }
    let mut titles = Links::default();
    for (record, ids) in wanted {
        if let Some(record) = door::record(record).filter(|record| rights.sees_comments(record)) {
            titles.fetch(tx, record, rights.on(record).reach, &ids, &[]).await?;
        }
    }
    let names = super::comments::names(tx, &mentioned).await?;
    let ids: Vec<Uuid> = found.iter().filter_map(|one| one.job).collect();
    let mut jobs: HashMap<Uuid, _> = HashMap::new();
    if !ids.is_empty() {
        jobs.extend(jobs::lines(tx, Some(&ids)).await?.into_iter().map(|line| (line.id, line)));
    }
    let about = |one: Found| {
        let (about, id) = match (one.job.and_then(|id| jobs.remove(&id)), one.comment) {
            (Some(job), _) => (About::Job(Box::new(job)), None),
            (None, Some((record, id, text))) => match titles.title(id) {
                Some(title) => {
                    let said = beginning(mention::parts(&text, &names));
                    (About::Comment(record, title.to_owned(), said), Some(id))
                }
                None => (About::Nothing, None),
            },
            (None, None) => (About::Nothing, None),
        };
        (Notification { about, ..one.line }, id)
    };
    Ok(found.into_iter().map(about).collect())
}

/// The first words of a comment, on one line.
fn beginning(parts: Vec<Part>) -> Vec<Part> {
    let mut left = BEGINNING;
    let mut begun = Vec::new();
    for part in parts {
        if left == 0 {
            break;
        }
        begun.push(match part {
            Part::Text(text) => {
                let mut short: String = text.chars().take(left).collect();
                left -= short.chars().count();
                if short.len() < text.len() {
                    short.push('…');
                }
                Part::Text(short)
            }
            mention => mention,
        });
    }
    begun
}
