//! Mail: what a company writes to somebody outside it about one of its documents. A job carries it, put into the queue in the
//! transaction that asks for it, so that no server that hangs or refuses stands in anybody's way. A letter is written when it
//! goes, in the language of whoever it is for; the log keeps to whom it went and what the server said.
//!
//! A server may have taken a letter of which we never heard so, where a worker was killed: it is sent once more then, under the
//! same Message-ID, by which mail programs tell it from another one.

mod letter;
mod server;

use super::door::{self, Error, Lock, Outcome, Refusal};
use super::jobs::{self, End, Run, Work};
use super::tenancy::TenantTx;
use crate::record::Record;
use crate::record::value::{clean, is_email};
use async_trait::async_trait;
use letter::{Matter, matter, party_of};
use lettre::Address;
use serde::Deserialize;
use serde_json::json;
pub use server::{Failure, Letter, Mailer};
use sqlx::Row as _;
use uuid::Uuid;

/// What the audit calls a letter that went its way.
pub const EVENT: &str = "mail";

/// The part of Diwan that a plan gives or keeps.
pub const FLAG: &str = "mail";

/// Letters that a company may send within an hour.
pub const MOST: i64 = 200;

/// Characters of what somebody adds to a letter.
const NOTE: usize = 2_000;

/// Seconds for which a worker keeps a letter that it hands over: more than a server has to take it.
const LONG: i32 = 2 * server::PATIENCE.as_secs() as i32;

/// Letters about one record that are told of.
const TOLD: i64 = 20;

// ------------------------------------------------------------------ asking for it

/// What somebody has sent.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The address, as it was typed.
    pub to: String,
    /// What they add; may be empty.
    pub note: String,
}

/// What a job is asked for.
#[derive(Deserialize)]
struct Order {
    /// What the sender adds; gone once the person is forgotten.
    #[serde(default)]
    text: String,
}

/// Has a document sent by mail: puts the job that does so into the queue, under this id, and the letter into the log. Asking
/// twice under one id for the same is one letter, unless it has failed.
pub async fn ask(
    tx: &mut TenantTx,
    by: Option<&Mailer>,
    record: &'static Record,
    id: Uuid,
    key: Uuid,
    asked: &Asked,
) -> Outcome<Uuid> {
    let matter = matter(tx, record, id).await?;
    let Some(by) = by else { return Err(Refusal::new("refuse-mail-off").into()) };
    matter.open()?;
    let (to, note) = (clean(&asked.to), clean(&asked.note.replace("\r\n", "\n")));
    let mut refusals = Vec::new();
    if !to.is_ascii() || !is_email(&to) || to.parse::<Address>().is_err() {
        refusals.push(Refusal::new("refuse-email").at("to"));
    }
    if note.chars().count() > NOTE || note.chars().any(|c| c.is_control() && c != '\n') {
        refusals.push(Refusal::new("refuse-mail-note").with("most", NOTE).at("note"));
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    take_turn(tx).await?;
    let key = match known(tx, key, id, &to).await? {
        Some(true) => return Ok(key),
        Some(false) => Uuid::now_v7(),
        None => key,
    };
    make_room(tx).await?;
    // It is written once now, so that what stands in its way is said to whoever asks.
    matter.letter(tx, &by.site, key, to.clone(), &note).await?;
    let job = jobs::put(tx, key, "mail", record.name, json!({ "verb": EVENT, "text": note })).await?;
    let subject = matter.subject(tx);
    sqlx::query(
        "insert into mail (id, kind, record, record_id, party, language, recipient, subject)
         values ($1, 'offer', $2, $3, $4, $5, $6, $7) on conflict (tenant_id, id) do nothing",
    )
    .bind(job)
    .bind(record.name)
    .bind(id)
    .bind(matter.party.id)
    .bind(matter.i18n.locale.tag())
    .bind(to)
    .bind(subject)
    .execute(tx.conn())
    .await?;
    Ok(job)
}

/// Those of a company who ask at once go on one after the other.
async fn take_turn(tx: &mut TenantTx) -> Outcome<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended(tid()::text || ' mail', 0))").execute(tx.conn()).await?;
    Ok(())
}

/// Whether there is a letter of this id, and whether it is the same one, on its way or sent.
async fn known(tx: &mut TenantTx, key: Uuid, id: Uuid, to: &str) -> Outcome<Option<bool>> {
    let same = sqlx::query_scalar(
        "select record_id = $3 and coalesce(recipient, '') = $4 and member = uid() and state <> 'failed' from mail
          where tenant_id = $1 and id = $2",
    );
    Ok(same.bind(tx.tenant()).bind(key).bind(id).bind(to).fetch_optional(tx.conn()).await?)
}

/// Refuses more letters than a company may send within an hour.
async fn make_room(tx: &mut TenantTx) -> Outcome<()> {
    let sent: i64 =
        sqlx::query_scalar("select count(*) from mail where tenant_id = $1 and at > now() - interval '1 hour'")
            .bind(tx.tenant())
            .fetch_one(tx.conn())
            .await?;
    if sent < MOST {
        return Ok(());
    }
    Err(Refusal::new("refuse-mail-many").with("most", rust_decimal::Decimal::from(MOST)).into())
}

// ------------------------------------------------------------------ sending it

/// The work behind it.
pub struct SendMail;

#[async_trait]
impl Work for SendMail {
    async fn run(&self, run: &Run) -> Outcome<End> {
        let order: Order = serde_json::from_value(run.payload.clone()).map_err(anyhow::Error::from)?;
        let mailer = run.mail.as_ref().ok_or_else(|| Refusal::new("refuse-mail-off"))?;
        let mut tx = run.db.begin(&run.cx).await?;
        let waiting: Option<(String, Uuid, Option<String>)> = sqlx::query_as(
            "select record, record_id, recipient from mail where tenant_id = $1 and id = $2 and state <> 'sent'",
        )
        .bind(tx.tenant())
        .bind(run.job)
        .fetch_optional(tx.conn())
        .await?;
        let Some((record, id, recipient)) = waiting else { return Ok(End::Done) };
        // Nobody is written to who was forgotten meanwhile.
        let Some(to) = recipient else { return Ok(End::Cancelled) };
        let record = door::record(&record).ok_or(Error::NotFound)?;
        let matter = matter(&mut tx, record, id).await?;
        let letter = matter.letter(&mut tx, &mailer.site, run.job, to, &order.text).await?;
        if !run.stands(&mut tx, 0, 0, 1).await? {
            return Ok(End::Cancelled);
        }
        tx.commit().await?;
        run.hold(LONG).await?;
        let outcome = mailer.send(&letter).await;
        let mut tx = run.db.begin(&run.cx).await?;
        let (state, said) = match &outcome {
            Ok(said) => ("sent", Some(said.as_str())),
            Err(failure) if failure.lasting || run.last => ("failed", failure.said.as_deref()),
            Err(failure) => ("queued", failure.said.as_deref()),
        };
        let said = write_down(&mut tx, run.job, state, said).await?;
        if outcome.is_ok() {
            door::note(&mut tx, record.name, id, EVENT, json!({})).await?;
            run.stands(&mut tx, 1, 0, 1).await?;
        }
        tx.commit().await?;
        match (state, said) {
            ("sent", _) => Ok(End::Done),
            ("failed", Some(said)) => Err(Refusal::new("refuse-mail-refused").with("said", said).into()),
            ("failed", None) => Err(Refusal::new("refuse-mail-unreached").into()),
            (_, said) => {
                Err(Error::Other(anyhow::anyhow!("{}", said.unwrap_or_else(|| "no server took it".to_owned()))))
            }
        }
    }
}

/// Writes down what came of an attempt, and answers with the words that are kept: of somebody who was forgotten meanwhile, none
/// that a server says are.
async fn write_down(tx: &mut TenantTx, job: Uuid, state: &str, said: Option<&str>) -> Outcome<Option<String>> {
    let kept = sqlx::query_scalar(
        "update mail set state = $3::text, said = case when recipient is not null then $4::text end, tries = tries + 1,
                sent_at = case when $3::text = 'sent' then now() end
          where tenant_id = $1 and id = $2 returning said",
    );
    Ok(kept.bind(tx.tenant()).bind(job).bind(state).bind(said).fetch_one(tx.conn()).await?)
}

// ------------------------------------------------------------------ what became of it

/// A letter about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: Uuid,
    /// When it was sent, or else asked for: local time of the company, `YYYY-MM-DD HH:MM`.
    pub at: String,
    /// Who had it sent.
    pub member: String,
    /// Nothing once whoever it is for was forgotten.
    pub to: Option<String>,
    /// `queued`, `sent` or `failed`.
    pub state: String,
    pub tries: i32,
    /// What the server said last.
    pub said: Option<String>,
}

/// The letters about a record, latest first, for a colleague who may know the addresses of those they are for.
pub async fn log(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Vec<Line>> {
    let rights = tx.rights();
    let known = |of: &'static Record| rights.sees(of) && rights.on(of).sees_field("email");
    let Some(of) = party_of(record).filter(|of| known(of) && rights.sees_comments(record)) else {
        return Ok(Vec::new());
    };
    // One whose job was stopped, or gave up before it came to send it, is on its way no more.
    let rows = sqlx::query(
        "select m.id, to_char(coalesce(m.sent_at, m.at) at time zone $4, 'YYYY-MM-DD HH24:MI') as at, coalesce(b.name, '') as member,
                m.party, m.recipient, m.tries, m.said,
                case when m.state = 'queued' and coalesce(j.state, '') not in ('waiting', 'running') then 'failed' else m.state end as state
           from mail m
           left join job j on j.tenant_id = m.tenant_id and j.id = m.id
           left join member b on b.tenant_id = m.tenant_id and b.id = m.member
          where m.tenant_id = $1 and m.record = $2 and m.record_id = $3 order by m.id desc limit $5",
    )
    .bind(tx.tenant())
    .bind(record.name)
    .bind(id)
    .bind(tx.company.time_zone.clone())
    .bind(TOLD)
    .fetch_all(tx.conn())
    .await?;
    let Some(latest) = rows.first() else { return Ok(Vec::new()) };
    let party = door::load(tx, of, latest.try_get("party")?, Lock::No).await?;
    if !door::within_reach(&tx.standing, &party) {
        return Ok(Vec::new());
    }
    rows.iter()
        .map(|row| {
            Ok(Line {
                id: row.try_get("id")?,
                at: row.try_get("at")?,
                member: row.try_get("member")?,
                to: row.try_get("recipient")?,
                state: row.try_get("state")?,
                tries: row.try_get("tries")?,
                said: row.try_get("said")?,
            })
        })
        .collect()
}

/// A document that somebody may send, with what was sent of it.
#[derive(Clone, Debug)]
pub struct MailPage {
    pub record: &'static Record,
    pub id: Uuid,
    /// The address of whoever it is for, as far as the reader may know it.
    pub to: String,
    /// Whether there is something to answer.
    pub open: bool,
    pub log: Vec<Line>,
    /// The id that the next letter gets.
    pub key: Uuid,
}

/// The page from which a document is sent.
pub async fn page(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<MailPage> {
    let Matter { mut party, path, .. } = matter(tx, record, id).await?;
    let known = tx.standing.rights.sees(party.record) && door::within_reach(&tx.standing, &party);
    door::mask(&tx.rights(), &mut party);
    let to = party.text("email").filter(|_| known).unwrap_or_default().to_owned();
    let log = log(tx, record, id).await?;
    Ok(MailPage { record, id, to, open: path.is_some(), log, key: Uuid::now_v7() })
}
