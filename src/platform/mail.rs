//! Mail: what a company writes to somebody outside it about one of its documents. A job carries it, put into the queue in the
//! transaction that asks for it, so that no server that hangs or refuses stands in anybody's way. A letter is written when it
//! goes, in the language of whoever it is for; the log keeps to whom it went and what the server said.
//!
//! A server may have taken a letter of which we never heard so, where a worker was killed: it is sent once more then, under the
//! same Message-ID, by which mail programs tell it from another one.

use super::config::{Config, Smtp};
use super::document::Document;
use super::door::{self, Error, Lock, Outcome, Refusal};
use super::jobs::{self, End, Run, Work};
use super::tenancy::TenantTx;
use crate::i18n::{Digits, I18n, Locale, plain};
use crate::record::value::{clean, is_email};
use crate::record::{Kind, Record};
use crate::t;
use anyhow::Context as _;
use async_trait::async_trait;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row as _;
use std::error::Error as _;
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// What the audit calls a letter that went its way.
pub const EVENT: &str = "mail";

/// Letters that a company may send within an hour.
pub const MOST: i64 = 200;

/// Characters of what somebody adds to a letter.
const NOTE: usize = 2_000;

/// Characters of a server's answer that are kept.
const SAID: usize = 200;

/// How long a server has for each of its answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// Seconds that a letter may be on its way to the server.
const LONG: i32 = 300;

/// Letters about one record that are told of.
const TOLD: i64 = 20;

// ------------------------------------------------------------------ the server

/// Who takes mail away.
#[derive(Clone)]
pub struct Mailer {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

/// A letter as it goes on its way.
#[derive(Clone, Debug)]
pub struct Letter {
    pub id: Uuid,
    /// What the company calls itself.
    pub company: String,
    /// Name and address of whoever has it sent, for answers.
    pub sender: Option<(String, String)>,
    /// Name and address of whoever it is for.
    pub to: (String, String),
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a letter was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Trying again does not help.
    pub lasting: bool,
    /// In the words of the server, where it had any.
    pub said: String,
}

impl Mailer {
    /// The server of these settings; `None` where they name none.
    pub fn of(config: &Config) -> anyhow::Result<Option<Mailer>> {
        config.smtp.as_ref().map(Mailer::new).transpose()
    }

    /// Nothing is asked of the server yet.
    pub fn new(smtp: &Smtp) -> anyhow::Result<Mailer> {
        let from: Address = smtp.from.parse().context("DIWAN_MAIL_FROM")?;
        let url = Url::parse(&smtp.url).context("SMTP_URL")?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&smtp.url).context("SMTP_URL")?;
        let mut server = server.timeout(Some(PATIENCE));
        // The path of the URL, where it has one, says by which name the server is greeted.
        if url.path().len() <= 1 {
            server = server.hello_name(ClientId::Domain(from.domain().to_owned()));
        }
        Ok(Mailer { server: server.build(), from })
    }

    /// Asks the server whether it is there, and lets us in.
    pub async fn answers(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.server.test_connection().await?, "the server of SMTP_URL does not answer");
        Ok(())
    }

    /// Hands a letter over. Answers with what the server said.
    pub async fn send(&self, letter: &Letter) -> Result<String, Failure> {
        let message = self.message(letter);
        let message = message.map_err(|error| Failure { lasting: true, said: short(&error.to_string()) })?;
        match self.server.send(message).await {
            Ok(answer) => Ok(short(&format!("{} {}", answer.code(), answer.first_line().unwrap_or_default()))),
            Err(error) => Err(failure(&error)),
        }
    }

    fn message(&self, letter: &Letter) -> anyhow::Result<Message> {
        let mailbox = |(name, address): &(String, String)| -> anyhow::Result<Mailbox> {
            let name = Some(name.clone()).filter(|name| !name.is_empty());
            Ok(Mailbox::new(name, address.parse()?))
        };
        anyhow::ensure!(letter.headers().all(is_line), "a header has more than one line");
        let mut message = Message::builder()
            .from(Mailbox::new(Some(letter.company.clone()), self.from.clone()))
            .to(mailbox(&letter.to)?)
            .subject(letter.subject.clone())
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.domain())));
        if let Some(sender) = &letter.sender {
            message = message.reply_to(mailbox(sender)?);
        }
        Ok(message.multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))?)
    }
}

impl Letter {
    /// What stands in its headers.
    fn headers(&self) -> impl Iterator<Item = &str> {
        let pairs = self.sender.iter().chain([&self.to]);
        let names = pairs.flat_map(|(name, address)| [name.as_str(), address.as_str()]);
        names.chain([self.company.as_str(), self.subject.as_str()])
    }
}

/// Whether a text may stand in a header: a break would begin another one.
fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Whether trying again may help. That we are not let in says nothing of the letter: an operator mends it.
fn failure(error: &smtp::Error) -> Failure {
    let code = error.status().map(u16::from);
    let lasting = error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538));
    let said = match (error.status(), error.source()) {
        (Some(code), Some(words)) => format!("{code} {words}"),
        _ => error.to_string(),
    };
    Failure { lasting, said: short(&said) }
}

/// So much of an answer as is kept, on one line.
fn short(said: &str) -> String {
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID).collect::<String>().trim().to_owned()
}

// ------------------------------------------------------------------ what it is about

/// What a letter is about, as far as whoever has it sent may send it.
struct Matter {
    document: Document,
    /// The record of whoever it is for.
    party: Document,
    /// The language of whoever it is for.
    i18n: I18n,
    /// The path by which they answer; nothing while, or once, there is nothing to answer.
    path: Option<String>,
}

/// The type of record that documents of this type are for.
fn party_of(record: &Record) -> Option<&'static Record> {
    match record.field(record.party?)?.kind {
        Kind::Link(target) => door::record(target),
        _ => None,
    }
}

async fn matter(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Matter> {
    let right = door::mails(record).ok_or(Error::NotFound)?;
    let mut document = door::reachable(tx, record, id, Lock::No).await?;
    if !tx.standing.rights.acts(record, right) {
        return Err(Error::Denied);
    }
    let path = door::present(tx, &mut document).await?.map(|handed| handed.path);
    let party = record.party.and_then(|field| document.link(field)).zip(party_of(record));
    let (party, of) = party.ok_or(Error::NotFound)?;
    let party = door::load(tx, of, party, Lock::No).await?;
    let locale = party.text("language").and_then(Locale::from_tag).unwrap_or(tx.cx.i18n.locale);
    Ok(Matter { document, party, i18n: I18n::new(locale, Digits::Western), path })
}

impl Matter {
    /// The path by which they answer.
    fn open(&self) -> Result<&str, Refusal> {
        self.path.as_deref().ok_or_else(|| Refusal::new("refuse-mail-closed"))
    }

    fn name(&self) -> String {
        plain(self.i18n.name(&self.party.names("name")))
    }

    fn company(&self, tx: &TenantTx) -> String {
        plain(self.i18n.name(&tx.company.name))
    }

    fn subject(&self, tx: &TenantTx) -> String {
        let i18n = self.i18n;
        let number = self.document.number().unwrap_or_default().to_owned();
        let document = i18n.record(self.document.record);
        plain(&t!(i18n, "print-mail-title", document = document, number = number, company = self.company(tx)))
    }

    /// The letter itself, to this address.
    async fn letter(&self, tx: &mut TenantTx, id: Uuid, to: String, order: &Order) -> Outcome<Letter> {
        let i18n = self.i18n;
        let link = format!("{}{}", order.site, self.open()?);
        let address: Option<String> = sqlx::query_scalar("select email from member where tenant_id = $1 and id = $2")
            .bind(tx.tenant())
            .bind(tx.standing.member)
            .fetch_optional(tx.conn())
            .await?;
        let (sender, company, name) = (plain(&tx.standing.name), self.company(tx), self.name());
        let says = Words {
            locale: i18n.locale,
            greeting: plain(&t!(i18n, "mail-greeting", name = name.clone())),
            note: &order.text,
            text: t!(i18n, "print-mail-text"),
            link,
            open: t!(i18n, "mail-open"),
            closing: t!(i18n, "mail-closing"),
            signed: [sender.clone(), company.clone()],
        };
        // What is no address that mail servers know is none to answer to.
        let address = address.filter(|address| address.parse::<Address>().is_ok());
        let letter = Letter {
            id,
            company,
            sender: address.map(|address| (sender, address)),
            to: (name, to),
            subject: self.subject(tx),
            text: says.plainly(),
            html: says.as_html(),
        };
        if letter.headers().all(is_line) { Ok(letter) } else { Err(Refusal::new("refuse-mail-line").into()) }
    }
}

/// What a letter says, in the words of its reader's language.
struct Words<'w> {
    locale: Locale,
    greeting: String,
    /// What the sender adds; may be empty.
    note: &'w str,
    text: String,
    link: String,
    /// What the link is called where its address is not shown.
    open: String,
    closing: String,
    signed: [String; 2],
}

impl Words<'_> {
    fn plainly(&self) -> String {
        let signed = self.signed.join("\n");
        let parts = [self.greeting.as_str(), self.note, &self.text, &self.link, &self.closing];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}\n{signed}\n", parts.join("\n\n"))
    }

    /// Styled where it stands, as mail programs drop style sheets, and with nothing to be fetched from anywhere.
    fn as_html(&self) -> String {
        let paragraph = |text: &str| match text.is_empty() {
            true => String::new(),
            false => format!("<p style=\"margin:0 0 16px\">{}</p>\n", escape(text).replace('\n', "<br>")),
        };
        let (language, direction, link) = (self.locale.tag(), self.locale.direction(), escape(&self.link));
        let button = format!(
            "<p style=\"margin:0 0 16px\"><a href=\"{link}\" style=\"display:inline-block;padding:10px 20px;background:#0f5c5c;\
             color:#ffffff;text-decoration:none;border-radius:6px\">{}</a></p>\n\
             <p dir=\"ltr\" style=\"margin:0 0 16px;font-size:13px;color:#555555\">{link}</p>\n",
            escape(&self.open)
        );
        let (greeting, note, text) = (paragraph(&self.greeting), paragraph(self.note), paragraph(&self.text));
        let closing = paragraph(&format!("{}\n{}", self.closing, self.signed.join("\n")));
        format!(
            "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head><meta charset=\"utf-8\"></head>\n\
             <body dir=\"{direction}\" style=\"margin:0;padding:24px;font-family:Tahoma,Arial,sans-serif;font-size:16px;\
             line-height:1.6;color:#1c1c1c\">\n{greeting}{note}{text}{button}{closing}</body>\n</html>\n"
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

// ------------------------------------------------------------------ asking for it

/// What somebody has sent.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The address, as it was typed.
    pub to: String,
    /// What they add; may be empty.
    pub note: String,
    /// Where whoever it is for reaches us: `https://diwan.example`.
    pub site: String,
}

/// What a job is asked for.
#[derive(Serialize, Deserialize)]
struct Order {
    verb: String,
    text: String,
    site: String,
}

/// Has a document sent by mail: puts the job that does so into the queue, under this id, and the letter into the log. Asking
/// twice under one id before it is sent is one letter.
pub async fn ask(
    tx: &mut TenantTx,
    by: Option<&Mailer>,
    record: &'static Record,
    id: Uuid,
    key: Uuid,
    asked: &Asked,
) -> Outcome<Uuid> {
    let matter = matter(tx, record, id).await?;
    if by.is_none() {
        return Err(Refusal::new("refuse-mail-off").into());
    }
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
    make_room(tx).await?;
    let order = Order { verb: EVENT.to_owned(), text: note, site: asked.site.clone() };
    // It is written once now, so that what stands in its way is said to whoever asks.
    matter.letter(tx, key, to.clone(), &order).await?;
    let payload = serde_json::to_value(order).map_err(anyhow::Error::from)?;
    let job = jobs::put(tx, key, "mail", record.name, payload).await?;
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

/// Refuses more letters than a company may send within an hour. Those who ask at once come here one after the other.
async fn make_room(tx: &mut TenantTx) -> Outcome<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended(tid()::text || ' mail', 0))").execute(tx.conn()).await?;
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
        run.hold(LONG).await?;
        let mut tx = run.db.begin(&run.cx).await?;
        let waiting: Option<(String, Uuid, Option<String>)> = sqlx::query_as(
            "select record, record_id, recipient from mail where tenant_id = $1 and id = $2 and state <> 'sent'",
        )
        .bind(tx.tenant())
        .bind(run.job)
        .fetch_optional(tx.conn())
        .await?;
        let Some((record, id, recipient)) = waiting else { return Ok(End::Done) };
        let record = door::record(&record).ok_or(Error::NotFound)?;
        let matter = matter(&mut tx, record, id).await?;
        let letter = matter.letter(&mut tx, run.job, recipient.ok_or(Error::NotFound)?, &order).await?;
        if !run.stands(&mut tx, 0, 0, 1).await? {
            return Ok(End::Cancelled);
        }
        tx.commit().await?;
        let outcome = mailer.send(&letter).await;
        let mut tx = run.db.begin(&run.cx).await?;
        let (state, said) = match &outcome {
            Ok(said) => ("sent", said),
            Err(failure) if failure.lasting || run.last => ("failed", &failure.said),
            Err(failure) => ("queued", &failure.said),
        };
        write_down(&mut tx, run.job, state, said).await?;
        if outcome.is_ok() {
            door::note(&mut tx, record.name, id, EVENT, json!({})).await?;
            run.stands(&mut tx, 1, 0, 1).await?;
        }
        tx.commit().await?;
        match outcome {
            Ok(_) => Ok(End::Done),
            Err(failure) if state == "failed" => {
                Err(Refusal::new("refuse-mail-refused").with("said", failure.said).into())
            }
            Err(failure) => Err(Error::Other(anyhow::anyhow!("{}", failure.said))),
        }
    }
}

/// Writes down what came of an attempt. Of somebody who was forgotten meanwhile, nothing that a server says is kept.
async fn write_down(tx: &mut TenantTx, job: Uuid, state: &str, said: &str) -> Outcome<()> {
    sqlx::query(
        "update mail set state = $3::text, said = case when recipient is not null then $4::text end, tries = tries + 1,
                sent_at = case when $3::text = 'sent' then now() end
          where tenant_id = $1 and id = $2",
    )
    .bind(tx.tenant())
    .bind(job)
    .bind(state)
    .bind(said)
    .execute(tx.conn())
    .await?;
    Ok(())
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

/// The letters about a record, latest first, for a reader who may know the addresses of those they are for.
pub async fn log(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Vec<Line>> {
    let rights = tx.rights();
    let known = |of: &'static Record| rights.sees(of) && rights.on(of).sees_field("email");
    if !party_of(record).is_some_and(known) {
        return Ok(Vec::new());
    }
    // One whose job was stopped, or gave up before it came to send it, is on its way no more.
    let rows = sqlx::query(
        "select m.id, to_char(coalesce(m.sent_at, m.at) at time zone $4, 'YYYY-MM-DD HH24:MI') as at, coalesce(b.name, '') as member,
                m.recipient, m.tries, m.said,
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
