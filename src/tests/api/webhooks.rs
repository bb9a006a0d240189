//! Webhooks as receivers meet them, good ones and bad ones.

mod programs;
mod rude;

use crate::api::rest::openapi;
use crate::api::webhooks::{Hooks, work};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules;
use crate::platform::archive;
use crate::platform::backoff::spread;
use crate::platform::comments;
use crate::platform::door::{self, Error, Outcome};
use crate::platform::egress;
use crate::platform::files::{self, NewFile};
use crate::platform::person::erase;
use crate::platform::tenancy::Cx;
use crate::platform::webhooks::{self, Asked, Attempted, SCHEDULE};
use crate::record::Record;
use crate::tests::platform::permission::{admin, busy_firm, everything, member_with, right};
use crate::tests::support::{FILES, Firm, record, refusals};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{self, StreamExt as _};
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::Sha256;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

/// One test at a time: what is due is due for whoever takes it.
async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    egress::allow_loopback();
    let turn = TURN.lock().await;
    // What an earlier test left due would be claimed in this one.
    sqlx::query("delete from hooks.due").execute(&mut admin().await).await.expect("an empty queue");
    turn
}

/// A call as a receiver sees it.
#[derive(Clone, Debug)]
struct Call {
    headers: HeaderMap,
    text: String,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).expect("JSON")
    }
    /// Whether one of the signatures is of this secret, by the words of the standard.
    fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{at}.{}", self.text).as_bytes());
        let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|one| one == wanted)
    }
}

/// A receiver on this machine that answers as it is told. Its address, and the calls that it got.
async fn receiver<F: Future<Output = Response> + Send + 'static>(
    answer: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<Call>>>) {
    let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
    let kept = calls.clone();
    let take = move |request: Request| {
        let (kept, answer) = (kept.clone(), answer.clone());
        async move {
            let (parts, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
            let number = {
                let mut calls = kept.lock().expect("calls");
                calls.push(Call { headers: parts.headers, text: String::from_utf8(bytes.to_vec()).expect("text") });
                calls.len()
            };
            answer(number).await
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(take);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, calls)
}

/// One that answers every call with this status.
async fn answering(status: u16) -> (String, Arc<Mutex<Vec<Call>>>) {
    receiver(move |_| async move { StatusCode::from_u16(status).expect("a status").into_response() }).await
}

fn taken(calls: &Mutex<Vec<Call>>) -> Vec<Call> {
    calls.lock().expect("calls").clone()
}

/// A webhook with the rights of a member, for these events.
async fn hook_of(firm: &Firm, cx: &Cx, url: &str, events: &[(&str, &str)]) -> Outcome<Uuid> {
    let id = Uuid::now_v7();
    let member = firm.db.begin(cx).await?.standing.member;
    let fields = [("name", "Our shop"), ("url", url), ("member", &member.to_string())];
    let fields: BTreeMap<String, String> = fields.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let line = |(record, event): &(&str, &str)| {
        BTreeMap::from([("record".to_owned(), (*record).to_owned()), ("event".to_owned(), (*event).to_owned())])
    };
    let typed = door::Typed { fields, lines: Some(events.iter().map(line).collect()) };
    let mut tx = firm.tx().await;
    door::save(&mut tx, record("webhook"), id, 0, &typed).await?;
    tx.commit().await?;
    Ok(id)
}

async fn hook(firm: &Firm, url: &str, events: &[(&str, &str)]) -> Uuid {
    hook_of(firm, &firm.cx, url, events).await.expect("a webhook")
}

/// The messages that a receiver gets, with the rights of a member, of a change of each of these rows.
pub async fn told(firm: &Firm, cx: &Cx, rows: &[(&'static Record, Uuid)]) -> Vec<Json> {
    let _turn = alone().await;
    let mut tx = firm.tx().await;
    // Those that there are would call somebody far away.
    sqlx::query("update webhook set state = 'paused' where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("paused");
    tx.commit().await.expect("commit");
    let (url, calls) = answering(200).await;
    let events: Vec<(&str, &str)> = rows.iter().map(|(record, _)| (record.name, "change")).collect();
    hook_of(firm, cx, &url, &events).await.expect("a webhook");
    let mut tx = firm.tx().await;
    for (record, id) in rows {
        let noted =
            sqlx::query("insert into outbox (id, topic, payload) values ($1, $2, jsonb_build_object('id', $3::uuid))");
        let noted = noted.bind(Uuid::now_v7()).bind(format!("{}.change", record.name)).bind(*id);
        noted.execute(tx.conn()).await.expect("noted");
    }
    tx.commit().await.expect("commit");
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    taken(&calls).iter().map(Call::json).collect()
}

async fn secret(firm: &Firm, hook: Uuid) -> String {
    let mut document = firm.document("webhook", hook).await;
    let shown = door::present(&mut firm.tx().await, &mut document).await.expect("presented");
    shown.expect("a secret for whoever may change it").path
}

async fn customer(firm: &Firm, code: &str) -> Uuid {
    let made = firm.insert("customer", |c| {
        c.with("code", code).with("name", crate::record::Names::new(code, "")).with("phone", "SECRET-7")
    });
    made.await.expect("a customer").id
}

/// The log: event, state, attempts, outcome of the last one; oldest first.
async fn log(firm: &Firm) -> Vec<(String, String, i32, String)> {
    sqlx::query_as(
        "select d.event, d.state, d.attempts, coalesce((select a.outcome from webhook_attempt a
            where a.tenant_id = d.tenant_id and a.delivery = d.id order by a.number desc limit 1), '')
           from webhook_delivery d where d.tenant_id = $1 order by d.id",
    )
    .bind(firm.cx.tenant)
    .fetch_all(firm.tx().await.conn())
    .await
    .expect("the log")
}

/// Makes everything due that waits for its next attempt; answers with the seconds that it would have waited.
async fn hurry(firm: &Firm) -> Vec<i32> {
    let mut admin = admin().await;
    let waits = sqlx::query_scalar(
        "with w as (select id, ceil(extract(epoch from run_at - now()))::int as wait from hooks.due where tenant_id = $1)
         update hooks.due d set run_at = now() from w where d.id = w.id returning w.wait",
    )
    .bind(firm.cx.tenant)
    .fetch_all(&mut admin)
    .await;
    waits.expect("what is due")
}

/// A message about a customer has the keys and the head that the description promises, and no others.
fn assert_as_described(call: &Call) {
    let described = openapi::describe(I18n::new(Locale::En, Digits::Western), door::records(), &[], None);
    let schemas = &described["components"]["schemas"];
    let keys = |json: &Json| -> BTreeSet<String> { json.as_object().expect("an object").keys().cloned().collect() };
    let (told, said) = (call.json(), &schemas["CustomerEvent"]["properties"]);
    assert_eq!(keys(&told), keys(said));
    assert_eq!(keys(&told["data"]), keys(&said["data"]["properties"]));
    assert_eq!(keys(&told["data"]["record"]), keys(&schemas["Customer"]["properties"]));
    let types = said["type"]["enum"].as_array().expect("types");
    assert!(types.contains(&told["type"]), "{} among {types:?}", told["type"]);
    let marks = described["webhooks"]["customer"]["post"]["parameters"].as_array().expect("a head").clone();
    assert_eq!(marks.len(), 3);
    for mark in marks {
        let place = mark["$ref"].as_str().expect("a reference");
        let name = described.pointer(&place[1..]).and_then(|mark| mark["name"].as_str()).expect("a name").to_owned();
        assert!(!call.header(&name).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn what_is_said_hung_on_and_erased_is_told_to_those_who_ask_for_it() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (url, calls) = answering(200).await;
    hook(&firm, &url, &[("customer", "comment"), ("customer", "attach"), ("customer", "erase")]).await;
    let id = customer(&firm, "A").await;
    let mut tx = firm.tx().await;
    comments::add(&mut tx, record("customer"), id, None, Uuid::now_v7(), "Call SECRET-7").await.expect("said");
    tx.commit().await.expect("commit");
    let bytes = stream::iter([Ok(Bytes::from_static(b"A contract"))]).boxed();
    let new = NewFile::new(record("customer"), id, "contract.txt");
    files::attach(&firm.db, &firm.cx, &FILES, &new, bytes).await.expect("a file");
    erase::run(&firm.db, &firm.cx, &FILES, record("customer"), id, "A").await.expect("erased");
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let calls = taken(&calls);
    let told: Vec<Json> = calls.iter().map(|call| call.json()["type"].clone()).collect();
    assert_eq!(told, ["customer.comment", "customer.attach", "customer.erase"]);
    for call in &calls {
        assert!(call.json()["data"]["id"] == json!(id) && !call.text.contains("SECRET"), "{}", call.text);
        assert_as_described(call);
    }
}

/// Whatever is noted of a record can be asked for by its name.
#[tokio::test]
async fn every_event_that_comes_can_be_asked_for() {
    let firm = busy_firm().await;
    let (mut tx, customer) = (firm.tx().await, record("customer"));
    let (said, key) = (firm.customer, Uuid::now_v7());
    let comment = comments::add(&mut tx, customer, said, None, key, "One").await.expect("said").expect("a comment");
    comments::edit(&mut tx, customer, said, comment, "Two").await.expect("edited");
    comments::remove(&mut tx, customer, said, comment).await.expect("removed");
    // Not to be carried out: a job of everybody's tests would take it.
    archive::job::ask(&mut tx).await.expect("an archive");
    let noted: Vec<(String, String)> = sqlx::query_as(
        "select distinct split_part(topic, '.', 1), split_part(topic, '.', 2) from outbox where tenant_id = $1",
    )
    .bind(firm.cx.tenant)
    .fetch_all(tx.conn())
    .await
    .expect("the outbox");
    assert!(noted.len() > 20, "{noted:?}");
    for (name, event) in &noted {
        let known = modules::record(name).is_none_or(|record| webhooks::events(record).contains(&event.as_str()));
        assert!(known, "{name}.{event}");
    }
    for event in ["company.archive", "customer.remove_comment"] {
        assert!(noted.iter().any(|(name, last)| format!("{name}.{last}") == event), "{event} among {noted:?}");
    }
}

#[tokio::test]
async fn what_happens_is_told_signed_and_written_down() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (url, calls) = answering(204).await;
    customer(&firm, "BEFORE").await;
    let only = hook(&firm, &url, &[("customer", "create"), ("item", "")]).await;
    let id = customer(&firm, "A").await;
    firm.change(&firm.document("customer", id).await, &[("phone", "1")]).await.expect("a change that nobody asked for");
    firm.item("GOODS", "10", 0, "0").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let calls = taken(&calls);
    let told: Vec<Json> = calls.iter().map(|call| call.json()["type"].clone()).collect();
    assert_eq!(told, ["customer.create", "item.create"], "what was before, and what was not asked for, is not told");
    let body = calls[0].json();
    assert_eq!((&body["data"]["id"], &body["data"]["record"]["code"]), (&json!(id), &json!("A")));
    // The record as it is when the message is sent.
    assert_eq!(body["data"]["record"]["phone"], "1");
    let happened: Timestamp = body["timestamp"].as_str().expect("a time").parse().expect("RFC 3339");
    assert!(happened <= Timestamp::now());
    assert_eq!(calls[0].header("content-type"), "application/json");
    assert!(calls[0].header("webhook-id").starts_with("msg_"));
    let sent: i64 = calls[0].header("webhook-timestamp").parse().expect("seconds");
    assert!((happened.as_second()..=Timestamp::now().as_second()).contains(&sent));

    assert_as_described(&calls[0]);

    let secret = secret(&firm, only).await;
    assert!(calls.iter().all(|call| call.is_signed_with(&secret)));
    let line = |event: &str| (event.to_owned(), "delivered".to_owned(), 1, "accepted".to_owned());
    assert_eq!(log(&firm).await, [line("customer.create"), line("item.create")]);
    let left: i64 = sqlx::query_scalar("select count(*) from outbox where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("the outbox");
    assert_eq!(left, 0, "what was relayed is gone from the outbox");
}

#[tokio::test]
async fn a_message_that_does_not_arrive_is_tried_again_on_the_published_schedule() {
    let _turn = alone().await;
    let total: i32 = SCHEDULE.iter().sum();
    assert!((75 * 3600..77 * 3600).contains(&total), "some 76 hours: {total}");
    let firm = Firm::new().await;
    let (url, calls) = answering(500).await;
    hook(&firm, &url, &[("customer", "create")]).await;
    customer(&firm, "A").await;
    for (at, pause) in SCHEDULE.iter().enumerate() {
        work(&firm.db, firm.cx.tenant).await.expect("sent");
        assert_eq!(taken(&calls).len(), at + 1);
        let waits = hurry(&firm).await;
        let about = pause - spread(*pause) - 60..=pause + spread(*pause);
        assert!(waits.len() == 1 && about.contains(&waits[0]), "attempt {at}: {waits:?} of {pause}");
    }
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    assert_eq!(log(&firm).await[0].1, "failed");
    assert!(hurry(&firm).await.is_empty(), "after the tenth nothing is due any more");
    let ids: Vec<String> = taken(&calls).iter().map(|call| call.header("webhook-id").to_owned()).collect();
    assert_eq!((ids.len(), ids.iter().all(|id| *id == ids[0])), (10, true), "one message, one id");
    // Sent again by hand, it is the same message.
    let mut tx = firm.tx().await;
    let shown =
        webhooks::log(&mut tx, Asked { state: "failed".to_owned(), ..Asked::default() }).await.expect("the log");
    assert_eq!((shown.lines.len(), shown.lines[0].attempts.len(), shown.may_replay), (1, 10, true));
    webhooks::replay(&mut tx, shown.lines[0].id).await.expect("sent again");
    tx.commit().await.expect("commit");
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    assert_eq!(taken(&calls).last().expect("a call").header("webhook-id"), ids[0]);
    assert_eq!(log(&firm).await[0].2, 11);
    assert_eq!(hurry(&firm).await.len(), 1, "and its schedule begins anew");
}

#[tokio::test]
async fn f61_receivers_of_every_kind_are_borne() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (elsewhere, inward) = answering(200).await;
    let moved = elsewhere.clone();
    let redirects = receiver(move |_| {
        let to = moved.clone();
        async move { (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response() }
    });
    let busy = receiver(|_| async { (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1000")]).into_response() });
    // A gigabyte, as long as somebody reads.
    let endless = receiver(|_| async {
        let part = axum::body::Bytes::from(vec![b'x'; 1 << 16]);
        let parts = futures_util::stream::iter((0..16_384).map(move |_| Ok::<_, std::io::Error>(part.clone())));
        (StatusCode::BAD_GATEWAY, Body::from_stream(parts)).into_response()
    });
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}/", listener.local_addr().expect("an address"))
    };
    let ((redirects, _), (busy, _), (endless, _), (gone, _)) = tokio::join!(redirects, busy, endless, answering(410));
    let urls = [redirects, busy, endless, closed, gone];
    let mut hooks = Vec::new();
    for url in &urls {
        hooks.push(hook(&firm, url, &[("customer", "create")]).await);
    }
    customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    assert!(taken(&inward).is_empty(), "nobody is followed elsewhere");
    type Line = (Uuid, String, String, Option<i32>, Option<i32>);
    let found: Vec<Line> = sqlx::query_as(
        "select d.webhook, d.state, a.outcome, a.answered, length(a.note) from webhook_delivery d
           join webhook_attempt a on a.tenant_id = d.tenant_id and a.delivery = d.id where d.tenant_id = $1",
    )
    .bind(firm.cx.tenant)
    .fetch_all(firm.tx().await.conn())
    .await
    .expect("the log");
    let of = |at: usize| {
        let line = found.iter().find(|line| line.0 == hooks[at]).expect("a delivery");
        (line.1.as_str(), line.2.as_str(), line.3, line.4)
    };
    assert_eq!(of(0), ("waiting", "refused", Some(307), None));
    assert_eq!(of(1), ("waiting", "refused", Some(429), None));
    assert_eq!(of(2), ("waiting", "refused", Some(502), Some(200)), "the beginning of what it answered");
    assert_eq!(of(3), ("waiting", "no_connection", None, None));
    assert_eq!(of(4), ("failed", "refused", Some(410), None));
    assert_eq!(firm.document("webhook", hooks[4]).await.state(), Some("paused"), "who is gone is not called again");
    let waits = hurry(&firm).await;
    assert_eq!((waits.len(), waits.iter().filter(|wait| (940..=1100).contains(*wait)).count()), (4, 1), "{waits:?}");
}

#[tokio::test]
async fn f61_a_receiver_that_hangs_delays_nobody_else() {
    let _turn = alone().await;
    let (slow, quick) = (Firm::new().await, Firm::new().await);
    let release = Arc::new(Notify::new());
    let held = release.clone();
    let (begun, mut hanging) = mpsc::unbounded_channel();
    let (url, _) = receiver(move |_| {
        let (held, begun) = (held.clone(), begun.clone());
        async move {
            let _ = begun.send(());
            held.notified().await;
            StatusCode::OK.into_response()
        }
    })
    .await;
    // More webhooks than one company gets calls.
    for _ in 0..4 {
        hook(&slow, &url, &[("customer", "create")]).await;
    }
    for n in 0..40 {
        customer(&slow, &format!("S{n}")).await;
    }
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let (url, _) = receiver(move |_| {
        let arrived = arrived.clone();
        async move {
            let _ = arrived.send(());
            StatusCode::OK.into_response()
        }
    })
    .await;
    hook(&quick, &url, &[("customer", "create")]).await;
    let both = [slow.cx.tenant, quick.cx.tenant];
    let hooks = Hooks::start_for(&slow.db, move |tenant| both.contains(&tenant));
    hanging.recv().await.expect("the slow one is being called");
    // What comes after many messages to one who hangs arrives while it hangs.
    customer(&quick, "Q").await;
    arrivals.recv().await.expect("the quick one is called");
    let mut busy = 1;
    while hanging.try_recv().is_ok() {
        busy += 1;
    }
    assert!(busy <= 6, "{busy} calls at once for one company");
    release.notify_waiters();
    let stopped = tokio::spawn(hooks.stop());
    while !stopped.is_finished() {
        release.notify_waiters();
        tokio::task::yield_now().await;
    }
}

/// Of the webhooks of a company that do not answer well few are called together, so that there is room for the others.
#[tokio::test]
async fn f61_receivers_that_do_not_answer_well_leave_room_for_the_others() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut hooks = Vec::new();
    for _ in 0..4 {
        hooks.push(hook(&firm, "http://127.0.0.1:9/", &[("customer", "create")]).await);
    }
    for n in 0..4 {
        customer(&firm, &format!("R{n}")).await;
    }
    webhooks::relay(&firm.db, firm.cx.tenant).await.expect("relayed");
    let mut admin = admin().await;
    let known = "insert into hooks.receivers (webhook, tenant_id, well) values ($1, $2, $3)";
    for (at, well) in [(0, false), (1, false), (2, false), (3, true)] {
        let known = sqlx::query(known).bind(hooks[at]).bind(firm.cx.tenant).bind(well);
        known.execute(&mut admin).await.expect("known");
    }
    while webhooks::claim(&firm.db).await.expect("claimed").is_some() {}
    let busy: Vec<(Uuid, i64)> = sqlx::query_as(
        "select webhook, count(*) from hooks.due where tenant_id = $1 and lease_until > now() group by webhook",
    )
    .bind(firm.cx.tenant)
    .fetch_all(&mut admin)
    .await
    .expect("busy");
    let of = |at: usize| busy.iter().find(|(hook, _)| *hook == hooks[at]).map_or(0, |(_, calls)| *calls);
    let unwell = [of(0), of(1), of(2)];
    assert_eq!((unwell.iter().sum::<i64>(), unwell.iter().max()), (2, Some(&1)), "{busy:?}");
    assert_eq!(of(3), 3, "who answers well is called several at a time");
}

#[tokio::test]
async fn what_comes_of_a_lease_that_was_taken_over_does_not_count() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    hook(&firm, "http://127.0.0.1:9/", &[("customer", "create")]).await;
    customer(&firm, "A").await;
    webhooks::relay(&firm.db, firm.cx.tenant).await.expect("relayed");
    let slow = webhooks::claim(&firm.db).await.expect("claimed").expect("what is due");
    assert!(webhooks::claim(&firm.db).await.expect("nobody takes it meanwhile").is_none());
    let mut admin = admin().await;
    sqlx::query("update hooks.due set run_at = now(), lease_until = now() - interval '1 second' where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(&mut admin)
        .await
        .expect("the lease runs out");
    let quick = webhooks::claim(&firm.db).await.expect("claimed").expect("what is due again");
    let delivery = webhooks::load(&firm.db, quick).await.expect("read").expect("a delivery");
    let late = webhooks::load(&firm.db, slow).await.expect("read").expect("a delivery");
    let arrived = Attempted { status: Some(200), outcome: "accepted", ..Attempted::default() };
    webhooks::settle(&firm.db, &delivery, &arrived).await.expect("settled");
    let lost = Attempted { outcome: "no_answer", ..Attempted::default() };
    webhooks::settle(&firm.db, &late, &lost).await.expect("too late");
    webhooks::put_back(&firm.db, slow).await.expect("too late");
    assert_eq!(log(&firm).await, [("customer.create".to_owned(), "delivered".to_owned(), 1, "accepted".to_owned())]);
    assert!(hurry(&firm).await.is_empty(), "nothing is due any more");
}

#[tokio::test]
async fn events_wait_for_those_who_send_them_and_for_nobody_else() {
    let _turn = alone().await;
    let (sends, keeps) = (Firm::new().await, Firm::new().await);
    let (url, calls) = answering(200).await;
    hook(&sends, &url, &[("customer", "create")]).await;
    let mut admin = admin().await;
    for firm in [&sends, &keeps] {
        customer(firm, "A").await;
        sqlx::query("update webhook set created_at = created_at - interval '9 days' where tenant_id = $1")
            .bind(firm.cx.tenant)
            .execute(&mut admin)
            .await
            .expect("aged");
        sqlx::query("update outbox set at = at - interval '3 days' where tenant_id = $1")
            .bind(firm.cx.tenant)
            .execute(&mut admin)
            .await
            .expect("aged");
        webhooks::sweep(&firm.db, &firm.cx).await.expect("swept");
    }
    let left: i64 = sqlx::query_scalar("select count(*) from outbox where tenant_id = $1")
        .bind(keeps.cx.tenant)
        .fetch_one(keeps.tx().await.conn())
        .await
        .expect("an outbox");
    assert_eq!(left, 0, "nobody will ever ask for them");
    // The server was away for days.
    work(&sends.db, sends.cx.tenant).await.expect("sent");
    assert_eq!(taken(&calls).len(), 2, "the first customer of the firm, and this one");
}

#[tokio::test]
async fn f62_for_a_day_after_a_turn_two_secrets_sign() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (url, calls) = answering(200).await;
    let hook = hook(&firm, &url, &[("customer", "create")]).await;
    let first = secret(&firm, hook).await;
    firm.act(&firm.document("webhook", hook).await, "turn_secret").await.expect("turned");
    let second = secret(&firm, hook).await;
    assert_ne!(first, second);
    customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let mut admin = admin().await;
    sqlx::query("update webhook set turned_at = now() - interval '25 hours' where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(&mut admin)
        .await
        .expect("a day goes by");
    customer(&firm, "B").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let calls = taken(&calls);
    let signed: Vec<(bool, bool)> =
        calls.iter().map(|call| (call.is_signed_with(&first), call.is_signed_with(&second))).collect();
    assert_eq!(signed, [(true, true), (false, true)]);
}

#[tokio::test]
async fn f39_a_message_tells_what_its_member_may_see_now() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let (narrow, _) = member_with(&firm, "nothing", vec![everything("customer", "all"), hide]).await;
    let (own, _) = member_with(&firm, "nothing", vec![everything("customer", "own")]).await;
    let (blind, _) = member_with(&firm, "nothing", vec![everything("item", "all")]).await;
    let mut told = Vec::new();
    for cx in [&narrow, &own, &blind] {
        let (url, calls) = answering(200).await;
        let hook = hook_of(&firm, cx, &url, &[("customer", "")]).await.expect("a webhook");
        told.push((hook, calls));
    }
    let id = customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let seen = taken(&told[0].1);
    assert_eq!(seen.len(), 1);
    assert!(seen[0].json()["data"]["record"]["code"] == "A" && !seen[0].text.contains("SECRET"), "{}", seen[0].text);
    assert!(taken(&told[1].1).is_empty() && taken(&told[2].1).is_empty());
    let withheld = log(&firm).await.iter().filter(|line| line.1 == "withheld").count();
    assert_eq!(withheld, 2);
    // Of what is gone, the id is told to those who saw all of its type.
    let mut tx = firm.tx().await;
    let version = firm.document("customer", id).await.version;
    door::delete(&mut tx, record("customer"), id, version).await.expect("deleted");
    tx.commit().await.expect("commit");
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let last = taken(&told[0].1).last().expect("a call").json();
    assert_eq!((&last["type"], &last["data"]), (&json!("customer.delete"), &json!({"id": id, "record": null})));
    assert!(taken(&told[1].1).is_empty() && taken(&told[2].1).is_empty());
    // Whoever may not enter any more is told nothing.
    firm.act(&firm.document("member", narrow.user).await, "block").await.expect("blocked");
    let before = taken(&told[0].1).len();
    customer(&firm, "B").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    assert_eq!(taken(&told[0].1).len(), before);
}

#[tokio::test]
async fn what_makes_no_webhook_is_refused_and_a_paused_one_is_silent() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    for url in ["http://example.com/", "https://10.0.0.1/", "https://169.254.169.254/", "not an address"] {
        assert_eq!(refusals(hook_of(&firm, &firm.cx, url, &[]).await), ["refuse-webhook-url"], "{url}");
    }
    let url = "https://example.com/";
    assert_eq!(refusals(hook_of(&firm, &firm.cx, url, &[("customer", "post")]).await), ["refuse-webhook-event"]);
    assert!(hook_of(&firm, &firm.cx, url, &[("sales_order", "confirm"), ("customer", "delete")]).await.is_ok());
    assert!(hook_of(&firm, &firm.cx, url, &[("company", "archive"), ("webhook", "replay")]).await.is_ok());
    assert_eq!(refusals(hook_of(&firm, &firm.cx, url, &[("company", "delete")]).await), ["refuse-webhook-event"]);
    // Somebody who makes webhooks but no members lends out no rights of others.
    let (clerk, _) =
        member_with(&firm, "nothing", vec![everything("webhook", "all"), right("member", None, &[("sees", "true")])])
            .await;
    let owner = firm.tx().await.standing.member.to_string();
    let fields = [("name", "X"), ("url", url), ("member", owner.as_str())];
    let fields = fields.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let mut tx = firm.db.begin(&clerk).await.expect("they enter");
    let typed = door::Typed { fields, lines: None };
    let outcome = door::save(&mut tx, record("webhook"), Uuid::now_v7(), 0, &typed).await;
    assert_eq!(refusals(outcome), ["refuse-token-member"]);
    drop(tx);
    let (url, calls) = answering(200).await;
    let paused = hook(&firm, &url, &[("item", "")]).await;
    firm.item("A", "1", 0, "0").await;
    webhooks::relay(&firm.db, firm.cx.tenant).await.expect("relayed");
    firm.act(&firm.document("webhook", paused).await, "pause").await.expect("paused");
    firm.item("B", "1", 0, "0").await;
    work(&firm.db, firm.cx.tenant).await.expect("nothing is sent");
    assert!(taken(&calls).is_empty());
    assert_eq!(log(&firm).await, [("item.create".to_owned(), "withheld".to_owned(), 0, String::new())]);
}

/// What the standard's own library for Python says of our messages.
#[tokio::test]
async fn another_library_verifies_our_signatures() {
    let _turn = alone().await;
    let python = std::env::var("DIWAN_TEST_PYTHON")
        .expect("DIWAN_TEST_PYTHON must name a Python with standardwebhooks; deploy/test sets it");
    let firm = Firm::new().await;
    let (url, calls) = answering(200).await;
    let hook = hook(&firm, &url, &[("customer", "create")]).await;
    customer(&firm, "شركة").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let call = taken(&calls).pop().expect("a call");
    let script = "import sys, json\nfrom standardwebhooks import Webhook, WebhookVerificationError\n\
                  given = json.load(sys.stdin)\n\
                  try:\n    print(json.dumps(Webhook(given['secret']).verify(given['body'].encode(), given['headers'])['type']))\n\
                  except WebhookVerificationError as error:\n    print('refused')\n";
    let verdict = |secret: &str, body: &str, sent: &str| {
        let headers = json!({
            "webhook-id": call.header("webhook-id"),
            "webhook-timestamp": sent,
            "webhook-signature": call.header("webhook-signature"),
        });
        let given = json!({ "secret": secret, "body": body, "headers": headers }).to_string();
        let mut child = std::process::Command::new(&python)
            .args(["-c", script])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("Python");
        std::io::Write::write_all(&mut child.stdin.take().expect("its input"), given.as_bytes()).expect("told");
        String::from_utf8(child.wait_with_output().expect("its answer").stdout).expect("text").trim().to_owned()
    };
    let (secret, sent) = (secret(&firm, hook).await, call.header("webhook-timestamp"));
    assert_eq!(verdict(&secret, &call.text, sent), "\"customer.create\"");
    assert_eq!(verdict(&secret, &call.text.replace("SECRET-7", "SECRET-8"), sent), "refused", "another body");
    assert_eq!(verdict("whsec_c29tZXRoaW5nIGVsc2U=", &call.text, sent), "refused", "another secret");
    // An old message that somebody kept is refused by its time.
    assert_eq!(verdict(&secret, &call.text, "1700000000"), "refused", "another time");
}

#[tokio::test]
async fn the_log_is_for_those_who_see_webhooks_and_sending_again_for_those_who_change_them() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let echo = receiver(|_| async { (StatusCode::UNPROCESSABLE_ENTITY, "SECRET-7 is no phone").into_response() });
    let (url, calls) = echo.await;
    hook(&firm, &url, &[("customer", "create")]).await;
    customer(&firm, "A").await;
    work(&firm.db, firm.cx.tenant).await.expect("sent");
    let shown = webhooks::log(&mut firm.tx().await, Asked::default()).await.expect("the log");
    assert_eq!(shown.lines[0].attempts[0].note.as_deref(), Some("SECRET-7 is no phone"));
    let sees = [("sees", "true")];
    let (reader, _) = member_with(&firm, "nothing", vec![right("webhook", None, &sees)]).await;
    let (stranger, _) = member_with(&firm, "sales", Vec::new()).await;
    let mut tx = firm.db.begin(&reader).await.expect("they enter");
    let shown = webhooks::log(&mut tx, Asked::default()).await.expect("the log");
    assert_eq!((shown.lines.len(), shown.may_replay), (1, false));
    // What a receiver answered may repeat what it was told.
    assert_eq!((shown.lines[0].attempts[0].answered, &shown.lines[0].attempts[0].note), (Some(422), &None));
    let message = shown.lines[0].id;
    let outcome = webhooks::replay(&mut tx, message).await;
    assert!(matches!(outcome, Err(Error::Denied)), "{outcome:?}");
    let mut tx = firm.db.begin(&stranger).await.expect("they enter");
    assert!(matches!(webhooks::log(&mut tx, Asked::default()).await.err(), Some(Error::Denied)));
    let outcome = webhooks::replay(&mut tx, message).await;
    assert!(matches!(outcome, Err(Error::Denied)), "{outcome:?}");
    drop(tx);
    work(&firm.db, firm.cx.tenant).await.expect("nothing is due");
    assert_eq!(taken(&calls).len(), 1);
}
