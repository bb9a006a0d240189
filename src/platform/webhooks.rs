//! What is kept of webhooks: the outbox of a company becomes deliveries, a delivery is due until it has arrived or is given
//! up, every attempt is written down. Who calls, with which words, is the interface's business.
//!
//! The form is that of Standard Webhooks: a message keeps its id in every attempt, its signature covers id, time and body,
//! two secrets sign for a day after a turn, and it is tried ten times within some 76 hours.

use super::archive::job;
use super::backoff;
use super::comments;
use super::door::{self, Outcome, Refusal};
use super::mail;
use super::seal;
use super::tenancy::{Cx, Db, TenantTx};
use crate::i18n::{Digits, I18n, Locale};
use crate::record::Record;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::json;
use sha2::Sha256;
use sqlx::Row as _;
use uuid::Uuid;

/// What the records are called.
const RECORD: &str = "webhook";

/// Seconds after each attempt but the last, before the next, as they are published. Each pause is [about](backoff::pause) so long.
pub const SCHEDULE: [i32; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Seconds that a receiver can ask to be left alone for, at most.
pub const PATIENCE: i32 = 86_400;

/// Seconds that an attempt has before another may be made in its place: more than a call takes at most.
const LEASE: i32 = 60;

/// Attempts at one time: at a webhook that answers well (at others one), and for a company; of webhooks that did not answer well
/// the last time, for a company and for all.
const OF_WEBHOOK: i32 = 3;
const OF_COMPANY: i32 = 6;
const OF_UNWELL: i32 = 2;
const MOST_UNWELL: i32 = 24;

/// Seconds after which an attempt that never began is made anew.
const LATER: i32 = 60;

/// Rows swept in one transaction.
const SWEPT: i64 = 5_000;

/// Events taken from an outbox at once.
const STEP: i64 = 500;

/// Days for which deliveries are kept, and events of companies that send none.
pub const KEPT: i32 = 30;
const UNSENT: i32 = 1;

/// What happens to records of every type, and to some alone, beside their actions and what is said of them and hung on them.
const EVENTS: [&str; 4] = ["create", "change", "delete", "erase"];
const EVENTS_OF: [(&str, &str); 2] = [(job::RECORD, "archive"), (RECORD, "replay")];

/// What can happen to records of a type: the last part of `customer.create`. Nobody deletes what is never made by hand.
pub fn events(record: &Record) -> Vec<&'static str> {
    let goes = record.manual && !record.single;
    let of_all = EVENTS.into_iter().filter(|event| goes || *event != "delete");
    let actions = record.actions.iter().map(|action| action.name);
    let own = EVENTS_OF.into_iter().filter(|(of, _)| *of == record.name).map(|(_, event)| event);
    let mailed = door::mails(record).map(|_| mail::EVENT);
    of_all.chain(actions).chain(own).chain(mailed).chain(comments::EVENTS).chain(comments::FILE_EVENTS).collect()
}

// ------------------------------------------------------------------ secrets

/// The bytes that a secret stands for. They follow from the key of the house, so that nothing secret is stored.
fn key(tenant: Uuid, webhook: Uuid, number: i32) -> Vec<u8> {
    seal::key(&format!("webhook/{tenant}/{webhook}/{number}"))
}

/// The secret that signs now, as receivers are given it.
pub async fn secret(tx: &mut TenantTx, webhook: Uuid) -> Outcome<String> {
    let tenant = tx.tenant();
    let number: i32 = sqlx::query_scalar("select secret from webhook where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(webhook)
        .fetch_one(tx.conn())
        .await?;
    Ok(format!("whsec_{}", STANDARD.encode(key(tenant, webhook, number))))
}

/// Turns to the next secret.
pub async fn turn_secret(tx: &mut TenantTx, webhook: Uuid) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("update webhook set secret = secret + 1, turned_at = now() where tenant_id = $1 and id = $2")
        .bind(tenant)
        .bind(webhook)
        .execute(tx.conn())
        .await?;
    Ok(())
}

// ------------------------------------------------------------------ from the outbox

/// Has the outbox of this company read from here on.
pub async fn watch(tx: &mut TenantTx) -> Outcome<()> {
    sqlx::query("select hooks.watch()").execute(tx.conn()).await?;
    Ok(())
}

/// Makes a delivery due.
pub async fn put(tx: &mut TenantTx, delivery: Uuid, webhook: Uuid) -> Outcome<()> {
    sqlx::query("select hooks.put($1, $2)").bind(delivery).bind(webhook).execute(tx.conn()).await?;
    Ok(())
}

/// Companies whose outbox holds something.
pub async fn stirring(db: &Db) -> Outcome<Vec<Uuid>> {
    Ok(sqlx::query_scalar("select * from hooks.stirring()").fetch_all(db.people()).await?)
}

/// A transaction of the webhooks themselves in a company, on nobody's behalf.
async fn enter(db: &Db, tenant: Uuid) -> Outcome<TenantTx> {
    let i18n = I18n::new(Locale::En, Digits::Western);
    let cx = Cx { user: Uuid::nil(), tenant, i18n, request: Uuid::now_v7(), address: None, scope: None };
    db.admit(&cx, Uuid::nil()).await
}

/// Makes deliveries of the events that wait longest. Answers with the number of events.
pub async fn relay(db: &Db, tenant: Uuid) -> Outcome<usize> {
    let mut tx = enter(db, tenant).await?;
    let events: Vec<Uuid> = sqlx::query_scalar(
        "select id from outbox where tenant_id = $1 and state = 'waiting' order by id limit $2 for update skip locked",
    )
    .bind(tenant)
    .bind(STEP)
    .fetch_all(tx.conn())
    .await?;
    let wanted: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select o.id, w.id from outbox o join webhook w on w.tenant_id = o.tenant_id
          where o.tenant_id = $1 and o.id = any($2) and w.state = 'active' and w.created_at <= o.at
            and split_part(o.topic, '.', 1) = any($3)
            and (not exists (select from webhook_event e where e.tenant_id = w.tenant_id and e.parent = w.id)
                 or exists (select from webhook_event e where e.tenant_id = w.tenant_id and e.parent = w.id
                             and e.record = split_part(o.topic, '.', 1)
                             and coalesce(e.event, split_part(o.topic, '.', 2)) = split_part(o.topic, '.', 2)))
          order by o.id, w.id",
    )
    .bind(tenant)
    .bind(&events)
    .bind(sent_records())
    .fetch_all(tx.conn())
    .await?;
    let ids: Vec<Uuid> = wanted.iter().map(|_| Uuid::now_v7()).collect();
    let (of_events, webhooks): (Vec<Uuid>, Vec<Uuid>) = wanted.into_iter().unzip();
    sqlx::query(
        "with d as (
           insert into webhook_delivery (id, webhook, event, record_id, happened_at)
           select u.id, u.webhook, o.topic, (o.payload ->> 'id')::uuid, o.at
             from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as u (id, event, webhook)
             join outbox o on o.tenant_id = $1 and o.id = u.event
           returning id, webhook)
         select hooks.put(id, webhook) from d",
    )
    .bind(tenant)
    .bind(&ids)
    .bind(&of_events)
    .bind(&webhooks)
    .execute(tx.conn())
    .await?;
    sqlx::query("delete from outbox where tenant_id = $1 and id = any($2)")
        .bind(tenant)
        .bind(&events)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(events.len())
}

/// Types of records whose events are sent; of what is no record, such as a saved view, nobody is told.
fn sent_records() -> Vec<&'static str> {
    door::records().iter().map(|record| record.name).collect()
}

// ------------------------------------------------------------------ attempts

/// A delivery that is due.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    pub id: Uuid,
    pub tenant: Uuid,
    /// Attempts since it was put into the queue, this one included.
    pub attempt: i32,
    /// The lease under which it is attempted.
    claim: i64,
}

/// Takes what is due for longest, if there is anything.
pub async fn claim(db: &Db) -> Outcome<Option<Due>> {
    let claimed: Option<(Uuid, Uuid, i32, i64)> =
        sqlx::query_as("select id, tenant_id, attempt, claim from hooks.claim($1, $2, $3, $4, $5)")
            .bind(LEASE)
            .bind(OF_WEBHOOK)
            .bind(OF_COMPANY)
            .bind(OF_UNWELL)
            .bind(MOST_UNWELL)
            .fetch_optional(db.people())
            .await?;
    Ok(claimed.map(|(id, tenant, attempt, claim)| Due { id, tenant, attempt, claim }))
}

/// What an attempt needs to know.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub due: Due,
    pub url: String,
    /// `sales_order.confirm`.
    pub event: String,
    pub record: Uuid,
    /// RFC 3339, in UTC.
    pub happened: String,
    /// The account with whose rights it is told; none when its member may not enter any more.
    pub user: Option<Uuid>,
    /// The number of the secret that signs, and of the one before while it still does.
    secrets: Vec<i32>,
    webhook: Uuid,
}

impl Delivery {
    /// The id of the message, the same in every attempt.
    pub fn message_id(&self) -> String {
        message_id(self.due.id)
    }

    /// The signatures of a body sent at this second of the Unix clock.
    pub fn signatures(&self, second: i64, body: &str) -> String {
        let sign = |number: &i32| {
            let key = key(self.due.tenant, self.webhook, *number);
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
            mac.update(format!("{}.{second}.{body}", self.message_id()).as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        self.secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

/// The id of the message that a delivery sends.
pub fn message_id(delivery: Uuid) -> String {
    format!("msg_{}", delivery.simple())
}

/// What is to be delivered. Nothing, and nothing is due any more, when the webhook is paused or gone.
pub async fn load(db: &Db, due: Due) -> Outcome<Option<Delivery>> {
    let mut tx = enter(db, due.tenant).await?;
    let row = sqlx::query(
        "select d.event, d.record_id, to_char(d.happened_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') as happened,
                w.id as webhook, w.url, w.secret, coalesce(w.turned_at > now() - interval '1 day', false) as turned,
                m.user_id
           from webhook_delivery d join webhook w on w.tenant_id = d.tenant_id and w.id = d.webhook
           left join member m on m.tenant_id = w.tenant_id and m.id = w.member and m.state = 'active'
          where d.tenant_id = $1 and d.id = $2 and d.state = 'waiting' and w.state = 'active'",
    )
    .bind(due.tenant)
    .bind(due.id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else {
        give_up(&mut tx, due.id).await?;
        tx.commit().await?;
        return Ok(None);
    };
    let (secret, turned): (i32, bool) = (row.try_get("secret")?, row.try_get("turned")?);
    Ok(Some(Delivery {
        due,
        url: row.try_get("url")?,
        event: row.try_get("event")?,
        record: row.try_get("record_id")?,
        happened: row.try_get("happened")?,
        user: row.try_get("user_id")?,
        secrets: [secret].into_iter().chain((turned && secret > 1).then_some(secret - 1)).collect(),
        webhook: row.try_get("webhook")?,
    }))
}

/// What was waiting for a webhook that is paused waits no more.
async fn give_up(tx: &mut TenantTx, delivery: Uuid) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update webhook_delivery set state = 'withheld' where tenant_id = $1 and id = $2 and state = 'waiting'",
    )
    .bind(tenant)
    .bind(delivery)
    .execute(tx.conn())
    .await?;
    sqlx::query("select hooks.done($1)").bind(delivery).execute(tx.conn()).await?;
    Ok(())
}

/// What came of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempted {
    /// The status that the receiver answered with.
    pub status: Option<u16>,
    pub milliseconds: i32,
    /// A word that the log knows, such as `accepted`.
    pub outcome: &'static str,
    /// How an answer begins that is no success.
    pub note: Option<String>,
    /// Seconds that the receiver asks to be left alone for.
    pub retry_after: Option<i32>,
}

/// Puts back what could not be attempted, as if nobody had taken it.
pub async fn put_back(db: &Db, due: Due) -> Outcome<()> {
    let mut tx = enter(db, due.tenant).await?;
    if holds(&mut tx, due).await? {
        let seconds = backoff::pause(LATER, 0, rand::random());
        sqlx::query("select hooks.again($1, $2, false)").bind(due.id).bind(seconds).execute(tx.conn()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether what came of a lease still counts.
async fn holds(tx: &mut TenantTx, due: Due) -> Outcome<bool> {
    Ok(sqlx::query_scalar("select hooks.holds($1, $2)").bind(due.id).bind(due.claim).fetch_one(tx.conn()).await?)
}

/// Writes an attempt down, and when the next one is due. A receiver that says it is gone (410) is not called any more.
pub async fn settle(db: &Db, delivery: &Delivery, attempted: &Attempted) -> Outcome<()> {
    let (tenant, id, due) = (delivery.due.tenant, delivery.due.id, delivery.due);
    let mut tx = enter(db, tenant).await?;
    if !holds(&mut tx, due).await? {
        return Ok(());
    }
    let pause = SCHEDULE.get(usize::try_from(due.attempt - 1).unwrap_or_default()).copied();
    let (state, again) = match attempted.status {
        _ if attempted.outcome == "withheld" => ("withheld", None),
        Some(200..=299) => ("delivered", None),
        Some(410) => ("failed", None),
        _ => match pause {
            Some(pause) => {
                let asked = attempted.retry_after.unwrap_or_default();
                ("waiting", Some(backoff::pause(pause, asked, rand::random())))
            }
            None => ("failed", None),
        },
    };
    sqlx::query(
        "with d as (update webhook_delivery set state = $3, attempts = attempts + 1 where tenant_id = $1 and id = $2
                    returning attempts)
         insert into webhook_attempt (delivery, number, outcome, answered, milliseconds, note)
         select $2, d.attempts, $4, $5, $6, $7 from d",
    )
    .bind(tenant)
    .bind(id)
    .bind(state)
    .bind(attempted.outcome)
    .bind(attempted.status.map(i32::from))
    .bind(attempted.milliseconds)
    .bind(&attempted.note)
    .execute(tx.conn())
    .await?;
    match again {
        Some(seconds) => sqlx::query("select hooks.again($1, $2, true)").bind(id).bind(seconds),
        None => sqlx::query("select hooks.done($1)").bind(id),
    }
    .execute(tx.conn())
    .await?;
    if state != "withheld" {
        sqlx::query("select hooks.answered($1, $2)")
            .bind(delivery.webhook)
            .bind(state == "delivered")
            .execute(tx.conn())
            .await?;
    }
    if attempted.status == Some(410) {
        pause_webhook(&mut tx, delivery.webhook).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn pause_webhook(tx: &mut TenantTx, webhook: Uuid) -> Outcome<()> {
    let tenant = tx.tenant();
    let paused = sqlx::query(
        "update webhook set state = 'paused', version = version + 1, changed_at = now()
          where tenant_id = $1 and id = $2 and state = 'active'",
    )
    .bind(tenant)
    .bind(webhook)
    .execute(tx.conn())
    .await?;
    if paused.rows_affected() == 1 {
        door::note(tx, RECORD, webhook, "pause", json!({ "state": ["active", "paused"] })).await?;
    }
    Ok(())
}

/// Sweeps what is old of a company, some thousand rows at a time: deliveries that came to their end, and events that nobody
/// will ever ask for.
pub async fn sweep(db: &Db, cx: &Cx) -> Outcome<u64> {
    let mut swept = 0;
    for sql in [
        "delete from webhook_delivery d where d.tenant_id = $1 and d.id in (
           select id from webhook_delivery where tenant_id = $1 and state <> 'waiting'
              and happened_at < now() - make_interval(days => $2) limit $4)
           and $3 > 0",
        "delete from outbox o where o.tenant_id = $1 and o.id in (
           select id from outbox where tenant_id = $1
              and at < now() - make_interval(days => case when hooks.watches() then $2 else $3 end) limit $4)",
    ] {
        loop {
            let mut tx = db.admit(cx, Uuid::nil()).await?;
            let gone = sqlx::query(sql).bind(cx.tenant).bind(KEPT).bind(UNSENT).bind(SWEPT).execute(tx.conn()).await?;
            tx.commit().await?;
            swept += gone.rows_affected();
            if gone.rows_affected() < SWEPT as u64 {
                break;
            }
        }
    }
    Ok(swept)
}

// ------------------------------------------------------------------ the log

/// Deliveries on one page of the log.
const PAGE: i64 = 50;

/// What becomes of a message.
pub const STATES: [&str; 4] = ["waiting", "delivered", "failed", "withheld"];

/// What somebody wants to see of the log.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub webhook: Option<Uuid>,
    /// One of [`STATES`]; empty for all.
    pub state: String,
    /// The last of the page before.
    pub after: Option<Uuid>,
}

/// The log: deliveries, latest first, each with its attempts.
pub struct Log {
    pub asked: Asked,
    /// Webhooks by id and name.
    pub webhooks: Vec<(Uuid, String)>,
    pub lines: Vec<LogLine>,
    pub more: bool,
    /// Whether the reader may have a message sent again.
    pub may_replay: bool,
}

pub struct LogLine {
    pub id: Uuid,
    pub webhook: String,
    pub event: String,
    pub record: Uuid,
    /// Local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    pub state: String,
    pub attempts: Vec<LogAttempt>,
}

#[derive(Clone)]
pub struct LogAttempt {
    pub at: String,
    pub outcome: String,
    pub answered: Option<i32>,
    pub milliseconds: i32,
    pub note: Option<String>,
}

/// A page of the log, for those who see webhooks.
pub async fn log(tx: &mut TenantTx, asked: Asked) -> Outcome<Log> {
    let hooks = record();
    if !tx.standing.rights.sees_whole(hooks) {
        return Err(tx.standing.rights.denial(hooks));
    }
    let (tenant, zone) = (tx.tenant(), tx.company.time_zone.clone());
    let webhooks: Vec<(Uuid, String)> =
        sqlx::query_as("select id, name from webhook where tenant_id = $1 order by name, id")
            .bind(tenant)
            .fetch_all(tx.conn())
            .await?;
    let rows = sqlx::query(
        "select d.id, w.name, d.event, d.record_id, d.state, to_char(d.happened_at at time zone $5, 'YYYY-MM-DD HH24:MI') as at
           from webhook_delivery d join webhook w on w.tenant_id = d.tenant_id and w.id = d.webhook
          where d.tenant_id = $1 and ($2::uuid is null or d.webhook = $2) and ($3 = '' or d.state = $3)
            and ($4::uuid is null or d.id < $4)
          order by d.id desc limit $6",
    )
    .bind(tenant)
    .bind(asked.webhook)
    .bind(&asked.state)
    .bind(asked.after)
    .bind(&zone)
    .bind(PAGE + 1)
    .fetch_all(tx.conn())
    .await?;
    let more = rows.len() as i64 > PAGE;
    let mut lines = Vec::new();
    for row in rows.iter().take(PAGE as usize) {
        lines.push(LogLine {
            id: row.try_get("id")?,
            webhook: row.try_get("name")?,
            event: row.try_get("event")?,
            record: row.try_get("record_id")?,
            at: row.try_get("at")?,
            state: row.try_get("state")?,
            attempts: Vec::new(),
        });
    }
    let attempts = sqlx::query(
        "select delivery as message, to_char(at at time zone $3, 'YYYY-MM-DD HH24:MI') as at, outcome, answered, milliseconds, note
           from webhook_attempt where tenant_id = $1 and delivery = any($2) order by delivery, number",
    )
    .bind(tenant)
    .bind(lines.iter().map(|line| line.id).collect::<Vec<_>>())
    .bind(&zone)
    .fetch_all(tx.conn())
    .await?;
    for row in &attempts {
        let of: Uuid = row.try_get("message")?;
        let attempt = LogAttempt {
            at: row.try_get("at")?,
            outcome: row.try_get("outcome")?,
            answered: row.try_get("answered")?,
            milliseconds: row.try_get("milliseconds")?,
            note: row.try_get("note")?,
        };
        lines.iter_mut().filter(|line| line.id == of).for_each(|line| line.attempts.push(attempt.clone()));
    }
    let rights = tx.rights();
    let of = |line: &LogLine| line.event.split('.').next().and_then(door::record);
    // A receiver may repeat what it was told: only those read it who see all of such records.
    for line in lines.iter_mut().filter(|line| of(line).is_none_or(|record| !rights.sees_whole(record))) {
        line.attempts.iter_mut().for_each(|attempt| attempt.note = None);
    }
    let may_replay = rights.changes(hooks);
    Ok(Log { asked, webhooks, lines, more, may_replay })
}

/// Whether a message is one to this webhook.
pub async fn is_to(tx: &mut TenantTx, delivery: Uuid, webhook: Uuid) -> Outcome<bool> {
    let tenant = tx.tenant();
    Ok(sqlx::query_scalar(
        "select exists (select from webhook_delivery where tenant_id = $1 and id = $2 and webhook = $3)",
    )
    .bind(tenant)
    .bind(delivery)
    .bind(webhook)
    .fetch_one(tx.conn())
    .await?)
}

/// Has a message that came to its end sent again, under the id that it had.
pub async fn replay(tx: &mut TenantTx, delivery: Uuid) -> Outcome<()> {
    let hooks = record();
    if !tx.standing.rights.sees_whole(hooks) || !tx.standing.rights.changes(hooks) {
        return Err(tx.standing.rights.denial(hooks));
    }
    let tenant = tx.tenant();
    let found: Option<(Uuid, String, String)> = sqlx::query_as(
        "select d.webhook, d.state, w.state from webhook_delivery d
           join webhook w on w.tenant_id = d.tenant_id and w.id = d.webhook
          where d.tenant_id = $1 and d.id = $2 for no key update of d",
    )
    .bind(tenant)
    .bind(delivery)
    .fetch_optional(tx.conn())
    .await?;
    let (webhook, state, of_webhook) = found.ok_or_else(|| tx.missing(delivery))?;
    if of_webhook != "active" {
        return Err(Refusal::new("refuse-webhook-paused").into());
    }
    if state != "waiting" {
        sqlx::query("update webhook_delivery set state = 'waiting' where tenant_id = $1 and id = $2")
            .bind(tenant)
            .bind(delivery)
            .execute(tx.conn())
            .await?;
        door::note(tx, hooks.name, webhook, "replay", json!({ "message": [null, delivery] })).await?;
        put(tx, delivery, webhook).await?;
    }
    Ok(())
}

/// The type of record that webhooks are.
pub fn record() -> &'static Record {
    door::record(RECORD).unwrap_or_else(|| unreachable!("webhooks are records"))
}
