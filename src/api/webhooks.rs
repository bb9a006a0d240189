//! Webhooks as receivers meet them: messages of the Standard Webhooks form, each with what its member may see of a record,
//! sent by callers of which none waits for another.

use super::rest::operation::shown;
use crate::i18n::{Digits, I18n, Locale};
use crate::platform::door::{self, Error, Lock, Outcome};
use crate::platform::egress::{self, Barred};
use crate::platform::permission::Scope;
use crate::platform::tenancy::{Cx, Db};
use crate::platform::webhooks::{self, Attempted, Delivery, Due, PATIENCE};
use crate::record::{Reach, Record};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

/// Calls at one time.
const MOST: usize = 64;

/// How often the outboxes are looked into.
const POLL: Duration = Duration::from_secs(1);

/// All of an attempt: less than its lease.
const LONGEST: Duration = Duration::from_secs(45);

/// Bytes of an answer that are read, and characters of them that are kept.
const READ: usize = 16 * 1024;
const KEPT: usize = 200;

// ------------------------------------------------------------------ callers

/// What sends the webhooks of this process.
pub struct Hooks {
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Hooks {
    /// Begins to send what is due.
    pub fn start(db: &Db) -> Hooks {
        Hooks::start_for(db, |_| true)
    }

    /// The same, with the outboxes of these companies only.
    pub fn start_for(db: &Db, whose: impl Fn(Uuid) -> bool + Send + Sync + 'static) -> Hooks {
        let (stop, stopping) = watch::channel(false);
        Hooks { stop, work: tokio::spawn(work_on(db.clone(), whose, stopping)) }
    }

    /// Lets calls that are under way come to their end.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.work.await;
    }
}

async fn work_on(db: Db, whose: impl Fn(Uuid) -> bool, mut stop: watch::Receiver<bool>) {
    let (mut calls, room) = (JoinSet::new(), Arc::new(Semaphore::new(MOST)));
    let mut look = tokio::time::interval(POLL);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        tokio::select! {
            _ = look.tick() => relay(&db, &whose).await,
            // Where a call has come to its end, there is room for another.
            Some(_) = calls.join_next(), if !calls.is_empty() => {}
            _ = stop.changed() => break,
        }
        if let Err(error) = begin(&db, &mut calls, &room).await {
            tracing::error!(%error, "webhooks cannot be read");
        }
    }
    while calls.join_next().await.is_some() {}
}

/// Makes deliveries of new events.
async fn relay(db: &Db, whose: &impl Fn(Uuid) -> bool) {
    let stirring = match webhooks::stirring(db).await {
        Ok(stirring) => stirring,
        Err(error) => return tracing::error!(%error, "the outboxes cannot be read"),
    };
    for tenant in stirring.into_iter().filter(|tenant| whose(*tenant)) {
        if let Err(error) = webhooks::relay(db, tenant).await {
            tracing::error!(%error, %tenant, "an outbox cannot be relayed");
        }
    }
}

/// Begins calls as long as something is due and there is room.
async fn begin(db: &Db, calls: &mut JoinSet<()>, room: &Arc<Semaphore>) -> Outcome<()> {
    while let Ok(place) = room.clone().try_acquire_owned() {
        let Some(due) = webhooks::claim(db).await? else { break };
        let db = db.clone();
        calls.spawn(async move {
            if let Err(error) = attempt(&db, due, egress::WHOLE).await {
                tracing::error!(%error, delivery = %due.id, tenant = %due.tenant, "a webhook cannot be sent");
            }
            drop(place);
        });
    }
    Ok(())
}

/// Sends everything that is due now, one after the other, and waits until it has arrived or not. For tests.
#[cfg(test)]
pub async fn work(db: &Db, tenant: Uuid) -> Outcome<()> {
    work_within(db, tenant, egress::WHOLE).await
}

/// The same where no call takes longer than `whole`.
#[cfg(test)]
pub async fn work_within(db: &Db, tenant: Uuid, whole: Duration) -> Outcome<()> {
    while webhooks::relay(db, tenant).await? > 0 {}
    while let Some(due) = webhooks::claim(db).await? {
        attempt(db, due, whole).await?;
    }
    Ok(())
}

// ------------------------------------------------------------------ one attempt

async fn attempt(db: &Db, due: Due, whole: Duration) -> Outcome<()> {
    match tokio::time::timeout(LONGEST, tell(db, due, whole)).await {
        Ok(Ok(Some((delivery, attempted)))) => webhooks::settle(db, &delivery, &attempted).await,
        Ok(Ok(None)) => Ok(()),
        Ok(Err(error)) => webhooks::put_back(db, due).await.and(Err(error)),
        Err(_) => webhooks::put_back(db, due).await,
    }
}

/// Tells what is due, and what came of it; nothing when it is not due any more.
async fn tell(db: &Db, due: Due, whole: Duration) -> Outcome<Option<(Delivery, Attempted)>> {
    let Some(delivery) = webhooks::load(db, due).await? else { return Ok(None) };
    let attempted = match message(db, &delivery).await? {
        Some(body) => send(&delivery, body.to_string(), whole).await,
        None => Attempted { outcome: "withheld", ..Attempted::default() },
    };
    Ok(Some((delivery, attempted)))
}

/// What is told of an event, with the rights that the webhook's member has now; nothing when it is not for them to see.
///
/// The record is as it is when the message is sent. Of one that is gone only the id is told, to those who see all of its type.
async fn message(db: &Db, delivery: &Delivery) -> Outcome<Option<Json>> {
    let Some(user) = delivery.user else { return Ok(None) };
    let cx = Cx {
        user,
        tenant: delivery.due.tenant,
        i18n: I18n::new(Locale::En, Digits::Western),
        request: Uuid::now_v7(),
        address: None,
        scope: Some(Arc::new(Scope { writes: false, records: None })),
    };
    let mut tx = match db.begin(&cx).await {
        Err(Error::Denied | Error::Shut(_)) => return Ok(None),
        begun => begun?,
    };
    if !tx.plan.flags.has("webhooks") {
        return Ok(None);
    }
    let name = delivery.event.split('.').next().unwrap_or_default();
    let Some(record) = door::record(name).map(|record| tx.described(record)) else { return Ok(None) };
    let record: &'static Record = record;
    let rights = tx.rights();
    let body = match door::find(&mut tx, record, delivery.record, Lock::No).await? {
        Some(document) => shown(&tx, record, document),
        None => {
            let is_gone = door::load(&mut tx, record, delivery.record, Lock::No).await.is_err();
            if !(is_gone && rights.sees(record) && rights.on(record).reach == Reach::All) {
                return Ok(None);
            }
            Json::Null
        }
    };
    Ok(Some(json!({
        "type": delivery.event,
        "timestamp": delivery.happened,
        "data": { "id": delivery.record, "record": body },
    })))
}

async fn send(delivery: &Delivery, body: String, whole: Duration) -> Attempted {
    let begun = Instant::now();
    let answered = match Url::parse(&delivery.url) {
        Err(_) => Err(Barred::Address),
        Ok(url) => egress::client(&url, whole).await.map(|client| (client, url)),
    };
    let mut attempted = match answered {
        Ok((client, url)) => call(&client, url, delivery, body).await,
        Err(barred) => Attempted { outcome: why(barred), ..Attempted::default() },
    };
    attempted.milliseconds = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    attempted
}

/// Why nothing was called.
fn why(barred: Barred) -> &'static str {
    match barred {
        Barred::Address => "no_address",
        // Which names lead inside, nobody outside is told.
        Barred::Unknown | Barred::Private => "unknown_name",
    }
}

async fn call(client: &Client, url: Url, delivery: &Delivery, body: String) -> Attempted {
    let second = Timestamp::now().as_second();
    let request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", delivery.message_id())
        .header("webhook-timestamp", second.to_string())
        .header("webhook-signature", delivery.signatures(second, &body))
        .body(body);
    match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            let retry_after = seconds.map(|seconds: i32| seconds.clamp(0, PATIENCE));
            let is_good = response.status().is_success();
            let note = if is_good { None } else { beginning(response).await };
            let outcome = if is_good { "accepted" } else { "refused" };
            Attempted { status: Some(status), outcome, note, retry_after, ..Attempted::default() }
        }
        Err(error) => {
            let outcome = if error.is_timeout() {
                "no_answer"
            } else if error.is_connect() {
                "no_connection"
            } else {
                "unreadable"
            };
            Attempted { outcome, ..Attempted::default() }
        }
    }
}

/// How an answer begins. One that is long, or never ends, is not read further.
async fn beginning(mut response: Response) -> Option<String> {
    let mut read = Vec::new();
    while read.len() < READ
        && let Ok(Some(part)) = response.chunk().await
    {
        read.extend_from_slice(&part[..part.len().min(READ - read.len())]);
    }
    let text = String::from_utf8_lossy(&read);
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().filter(|c| !c.is_control()).take(KEPT).collect();
    (!text.is_empty()).then_some(text)
}
