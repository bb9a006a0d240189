//! Mail: a quotation reaches its customer in their language, on the wire of a mail server that others wrote; what a server refuses is
//! told, and what it puts off comes later.

use super::jobs::alone;
use super::permission::{admin, everything, member_with, portal_member, right};
use super::plan::turn_off;
use crate::i18n::{Digits, I18n, Locale};
use crate::platform::config::Smtp;
use crate::platform::document::{Document, Line};
use crate::platform::door::Outcome;
use crate::platform::mail::{self, Asked, Failure, Letter, Mailer};
use crate::platform::person::{archive, erase};
use crate::platform::{jobs, link, notifications, webhooks};
use crate::tests::support::{self, Answer, Browser, FILES, Firm, dec, record, refusals};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

// ------------------------------------------------------------------ a mail server

/// A mail server in a process of its own.
struct Receiver {
    process: Child,
    said: BufReader<ChildStdout>,
    mailer: Mailer,
}

impl Receiver {
    fn start() -> Receiver {
        let python = std::env::var("DIWAN_TEST_PYTHON")
            .expect("DIWAN_TEST_PYTHON must name a Python with aiosmtpd; deploy/test sets it");
        let mut process = Command::new(python)
            .args(["-c", include_str!("mail/receiver.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let mut said = BufReader::new(process.stdout.take().expect("what it says"));
        let port = line(&mut said);
        let mailer = mailer(&format!("smtp://127.0.0.1:{}", port.trim()));
        Receiver { process, said, mailer }
    }

    /// What it was given since it was last asked.
    fn taken(&mut self) -> Vec<Json> {
        self.process.stdin.as_mut().expect("its ear").write_all(b"\n").expect("asked");
        serde_json::from_str(&line(&mut self.said)).expect("letters")
    }

    async fn browser(&self, email: &str) -> Browser {
        Browser::over(support::web_mailing(self.mailer.clone()).await, email).await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn line(said: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    said.read_line(&mut line).expect("a line");
    line
}

/// Where customers come to; the tests’ browsers say another host.
const SITE: &str = "https://offers.example";

fn smtp(url: &str, from: &str, site: &str) -> Smtp {
    Smtp { url: url.to_owned(), from: from.to_owned(), site: site.to_owned() }
}

fn mailer(url: &str) -> Mailer {
    Mailer::new(&smtp(url, "post@diwan.example", SITE)).expect("a server")
}

/// Runs whatever is due, to the end.
async fn work(firm: &Firm, mailer: &Mailer) {
    let (_stop, stopping) = watch::channel(false);
    while jobs::run_next(&firm.db, &FILES, Some(mailer), &stopping).await.expect("the queue answers") {}
}

/// Has the next attempt of a job be due now.
async fn hasten(job: Uuid) {
    sqlx::query("update queue.tickets set run_at = now() where id = $1")
        .bind(job)
        .execute(&mut admin().await)
        .await
        .expect("its turn comes");
}

// ------------------------------------------------------------------ a quotation

/// A firm with a customer who has an address.
async fn firm() -> Firm {
    let firm = Firm::new().await;
    let customer = firm.document("customer", firm.customer).await;
    firm.change(&customer, &[("email", "buyer@gulf.example")]).await.expect("an address");
    firm
}

/// A quotation that was sent: two pieces at 100.
async fn sent(firm: &Firm) -> Document {
    let draft = draft(firm).await;
    firm.act(&draft, "send").await.expect("sent").0
}

async fn draft(firm: &Firm) -> Document {
    let item = firm.item(&format!("M{}", Uuid::now_v7().simple()), "100", 0, "0").await;
    firm.draft("quotation", vec![Line::new().with("item", item).with("quantity", dec("2"))]).await
}

fn page(quotation: &Document) -> String {
    format!("/quotations/{}", quotation.id)
}

fn address(quotation: &Document) -> String {
    format!("/quotations/{}/mail", quotation.id)
}

async fn post(browser: &mut Browser, quotation: &Document, key: Uuid, to: &str, note: &str) -> Answer {
    let key = key.to_string();
    browser.post(&address(quotation), &[("_key", key.as_str()), ("to", to), ("note", note)]).await
}

/// Has a quotation sent; it is put into the queue. Answers with the job.
async fn asked(browser: &mut Browser, quotation: &Document, to: &str, note: &str) -> Uuid {
    let key = Uuid::now_v7();
    let answer = post(browser, quotation, key, to, note).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.location.as_deref(), Some(page(quotation).as_str()));
    key
}

/// The state of each letter about a quotation, how often it was tried and what the server said, latest first.
async fn log(firm: &Firm, quotation: &Document) -> Vec<(String, i32, String)> {
    let lines = mail::log(&mut firm.tx().await, record("quotation"), quotation.id).await.expect("the log");
    lines.into_iter().map(|line| (line.state, line.tries, line.said.unwrap_or_default())).collect()
}

async fn job_of(firm: &Firm, job: Uuid) -> (String, Option<String>) {
    let line = jobs::page(&mut firm.tx().await, job, "").await.expect("the job").line;
    (line.state, line.message.map(|message| message.id))
}

/// How many letters the company has ever asked for.
async fn letters(firm: &Firm) -> i64 {
    sqlx::query_scalar("select count(*) from mail where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("counted")
}

/// The part of a letter that is of this kind.
fn part(letter: &Json, kind: &str) -> String {
    let part = letter["parts"].as_array().expect("parts").iter().find(|part| part[0] == kind);
    let text = part.unwrap_or_else(|| panic!("no {kind}: {letter}"))[1].as_str();
    text.expect("text").replace("\r\n", "\n")
}

/// What a letter has above its text, and nothing else.
const HEADERS: [&str; 8] = ["content-type", "date", "from", "message-id", "mime-version", "reply-to", "subject", "to"];

// ------------------------------------------------------------------ tests

#[tokio::test]
async fn a_quotation_reaches_its_customer_in_their_language() {
    let _turn = alone().await;
    let firm = firm().await;
    let mut receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let company = firm.tx().await.company.name.clone();
    for (locale, name, greeting) in [
        (Locale::Ar, "الخليج للحديد", "السادة الخليج للحديد المحترمين،\nتحية طيبة وبعد،\n"),
        (Locale::En, "Gulf Steel", "Dear Gulf Steel,\n"),
    ] {
        let customer = firm.document("customer", firm.customer).await;
        firm.change(&customer, &[("language", locale.tag())]).await.expect("their language");
        let quotation = sent(&firm).await;
        let shown = browser.get(&page(&quotation)).await;
        assert!(shown.body.contains(&format!("href=\"{}\"", address(&quotation))), "{}", shown.text());
        let form = browser.get(&address(&quotation)).await;
        assert_eq!(form.status, StatusCode::OK);
        assert!(form.body.contains("value=\"buyer@gulf.example\""), "{}", form.body);

        // A button pressed twice is one letter.
        let (key, note) = (Uuid::now_v7(), "The price is <b>held</b> & fixed.\r\n.\r\nMAIL FROM:<evil@else.example>");
        for _ in 0..2 {
            let answer = post(&mut browser, &quotation, key, " buyer@gulf.example ", note).await;
            assert_eq!(answer.location.as_deref(), Some(page(&quotation).as_str()), "{}", answer.text());
        }
        let waits = browser.get(&page(&quotation)).await.text();
        assert!(waits.contains("On its way to buyer@gulf.example"), "{waits}");
        assert!(!waits.contains("Sent by e-mail"), "{waits}");
        work(&firm, &receiver.mailer).await;

        let taken = receiver.taken();
        let [letter] = &taken[..] else { panic!("{taken:#?}") };
        assert_eq!(letter["headers"], json!(HEADERS), "{}", letter["raw"]);
        assert_eq!(
            (&letter["mail_from"], &letter["rcpt_to"]),
            (&json!("post@diwan.example"), &json!(["buyer@gulf.example"]))
        );
        let i18n = I18n::new(locale, Digits::Western);
        assert_eq!(letter["from"], json!([[i18n.name(&company), "post@diwan.example"]]));
        assert_eq!(letter["reply_to"], json!([["Owner", firm.email]]));
        assert_eq!(letter["to"], json!([[name, "buyer@gulf.example"]]));
        assert_eq!(letter["id"], json!(format!("<{key}@diwan.example>")));
        let subject = letter["subject"].as_str().expect("a subject");
        let number = quotation.number().expect("a number");
        assert!(subject.starts_with(&i18n.record(quotation.record)), "{subject}");
        assert!(subject.contains(number) && subject.ends_with(i18n.name(&company)), "{subject}");
        assert_eq!(letter["kind"], "multipart/alternative");
        let (text, html) = (part(letter, "text/plain"), part(letter, "text/html"));
        let link = format!("{SITE}/offer/{}", link::token(firm.cx.tenant, quotation.id));
        assert!(text.starts_with(greeting) && text.contains(&format!("\n{link}\n")), "{text}");
        assert!(text.contains("The price is <b>held</b> & fixed.\n.\nMAIL FROM:<evil@else.example>\n"), "{text}");
        assert!(text.contains("Owner"), "{text}");
        assert!(html.contains(&format!("<html lang=\"{}\" dir=\"{}\">", locale.tag(), locale.direction())), "{html}");
        assert!(
            html.contains(&format!("href=\"{link}\"")) && html.contains("&lt;b&gt;held&lt;/b&gt; &amp; fixed"),
            "{html}"
        );
        assert!(!html.contains("<img") && !html.contains("src=") && !html.contains("<b>"), "{html}");
        for said in [subject, text.as_str(), html.as_str()] {
            assert!(!said.contains(|c: char| matches!(c, '\u{2066}'..='\u{2069}')), "hidden marks: {said}");
        }

        // Nor is one sent again that was sent, however late the second press comes.
        post(&mut browser, &quotation, key, " buyer@gulf.example ", note).await;
        work(&firm, &receiver.mailer).await;
        assert_eq!(receiver.taken(), Vec::<Json>::new());

        let shown = browser.get(&page(&quotation)).await.text();
        assert!(shown.contains("Sent to buyer@gulf.example on ") && shown.contains("by Owner"), "{shown}");
        assert!(shown.contains("Sent by e-mail"), "the history has it: {shown}");
        assert_eq!(log(&firm, &quotation).await, [("sent".to_owned(), 1, "250 2.0.0 Taken as 1".to_owned())]);
        assert_eq!(job_of(&firm, key).await, ("done".to_owned(), None));
    }
    let told = notifications::page(&mut firm.tx().await, None).await.expect("notifications");
    assert!(told.lines.is_empty(), "a letter that went its way is no news");
    // Receivers of webhooks are told of it, and can ask to be.
    let topics: Vec<String> =
        sqlx::query_scalar("select distinct topic from outbox where tenant_id = $1 and topic like '%.mail'")
            .bind(firm.cx.tenant)
            .fetch_all(firm.tx().await.conn())
            .await
            .expect("the outbox");
    assert_eq!(topics, ["quotation.mail"]);
    let events = |name: &str| webhooks::events(record(name)).contains(&mail::EVENT);
    assert_eq!((events("quotation"), events("customer"), events("sales_invoice")), (true, false, false));
}

#[tokio::test]
async fn f58_nothing_that_people_type_becomes_a_header() {
    let _turn = alone().await;
    let firm = firm().await;
    let mut receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let quotation = sent(&firm).await;
    // In the address.
    for to in [
        "buyer@gulf.example\r\nBcc: evil@else.example",
        "buyer@gulf.example\nBcc: evil@else.example",
        "buyer@gulf.example, evil@else.example",
        "buyer@gulf.example> RCPT TO:<evil@else.example",
        "Buyer <buyer@gulf.example>",
        "مشتر@gulf.example",
        "buyer",
        "",
    ] {
        let answer = post(&mut browser, &quotation, Uuid::now_v7(), to, "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{to:?}: {}", answer.text());
        assert!(answer.text().contains("This is not an e-mail address."), "{to:?}: {}", answer.text());
    }
    for note in ["x".repeat(2_001), "a bell: \u{7}".to_owned()] {
        let answer = post(&mut browser, &quotation, Uuid::now_v7(), "buyer@gulf.example", &note).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert!(answer.text().contains("To add this you must write "), "{}", answer.text());
    }
    // In the names that come along, however they came there.
    let names = json!({"en": "Evil\r\nBcc: evil@else.example", "ar": "Evil\r\nBcc: evil@else.example"});
    let (tenant, mut admin) = (firm.cx.tenant, admin().await);
    for set in [
        "update company set name = $2::jsonb where tenant_id = $1",
        "update customer set name = $2::jsonb where tenant_id = $1",
        "update member set name = $2::jsonb ->> 'en' where tenant_id = $1",
    ] {
        // One that was asked for before it became so does not go either.
        let job = asked(&mut browser, &quotation, "buyer@gulf.example", "").await;
        sqlx::query(set).bind(tenant).bind(&names).execute(&mut admin).await.expect("an evil name");
        let answer = post(&mut browser, &quotation, Uuid::now_v7(), "buyer@gulf.example", "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{set}: {}", answer.text());
        assert!(answer.text().contains("has a line break in it"), "{set}: {}", answer.text());
        work(&firm, &receiver.mailer).await;
        assert_eq!(job_of(&firm, job).await, ("failed".to_owned(), Some("refuse-mail-line".to_owned())), "{set}");
        let good = json!({"en": "Sound", "ar": "Sound"});
        sqlx::query(set).bind(tenant).bind(&good).execute(&mut admin).await.expect("a sound name");
    }
    assert_eq!(receiver.taken(), Vec::<Json>::new(), "nothing has reached the wire");
    // Nor does the last door let any through, whoever comes to it.
    let letter = Letter {
        id: Uuid::now_v7(),
        company: "Firm".to_owned(),
        sender: Some(("Owner".to_owned(), "owner@firm.example".to_owned())),
        to: ("Buyer".to_owned(), "buyer@gulf.example".to_owned()),
        subject: "Quotation".to_owned(),
        text: "Text".to_owned(),
        html: "<p>Text</p>".to_owned(),
    };
    let evil = |text: &str| format!("{text}\r\nBcc: evil@else.example");
    let pair = |name: String, address: String| (name, address);
    for letter in [
        Letter { company: evil("Firm"), ..letter.clone() },
        Letter { subject: evil("Quotation"), ..letter.clone() },
        Letter { to: pair(evil("Buyer"), "buyer@gulf.example".to_owned()), ..letter.clone() },
        Letter { to: pair("Buyer".to_owned(), evil("buyer@gulf.example")), ..letter.clone() },
        Letter { sender: Some(pair(evil("Owner"), "owner@firm.example".to_owned())), ..letter.clone() },
        Letter { sender: Some(pair("Owner".to_owned(), evil("owner@firm.example"))), ..letter.clone() },
        Letter { subject: "One\rTwo".to_owned(), ..letter.clone() },
        Letter { subject: "One\nTwo".to_owned(), ..letter.clone() },
    ] {
        let sent = receiver.mailer.send(&letter).await;
        assert!(matches!(sent, Err(Failure { lasting: true, .. })), "{letter:?}: {sent:?}");
    }
    assert_eq!(receiver.taken(), Vec::<Json>::new(), "nothing has reached the wire");
    // What only looks like a header is a name like others.
    let odd = "Eve \"Bcc: evil@else.example\"; <evil@else.example>, حوّاء";
    let odd = Letter {
        company: odd.to_owned(),
        subject: odd.to_owned(),
        to: (odd.to_owned(), letter.to.1.clone()),
        ..letter
    };
    receiver.mailer.send(&odd).await.expect("taken");
    let taken = receiver.taken();
    let [letter] = &taken[..] else { panic!("{taken:#?}") };
    assert_eq!(letter["headers"], json!(HEADERS), "{}", letter["raw"]);
    assert_eq!(letter["rcpt_to"], json!(["buyer@gulf.example"]));
    assert_eq!((&letter["subject"], &letter["from"][0][0]), (&json!(odd.subject), &json!(odd.company)));
    assert_eq!(letter["to"], json!([[odd.to.0, "buyer@gulf.example"]]));
}

#[tokio::test]
async fn what_a_server_refuses_for_good_has_failed_and_can_be_sent_again() {
    let _turn = alone().await;
    let firm = firm().await;
    let mut receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let quotation = sent(&firm).await;
    let job = asked(&mut browser, &quotation, "nobody@gulf.example", "").await;
    work(&firm, &receiver.mailer).await;
    let refused = "550 5.1.1 There is nobody of this name";
    assert_eq!(log(&firm, &quotation).await, [("failed".to_owned(), 1, refused.to_owned())]);
    assert_eq!(job_of(&firm, job).await, ("failed".to_owned(), Some("refuse-mail-refused".to_owned())));
    let shown = browser.get(&page(&quotation)).await.text();
    assert!(shown.contains("Not sent to nobody@gulf.example on ") && shown.contains(refused), "{shown}");
    assert!(shown.contains("Send again by e-mail") && !shown.contains("Sent by e-mail"), "{shown}");
    assert_eq!(notifications::page(&mut firm.tx().await, None).await.expect("notifications").lines.len(), 1);
    // It is not tried again by itself.
    hasten(job).await;
    work(&firm, &receiver.mailer).await;
    assert_eq!(receiver.taken(), [json!({"refused": "nobody@gulf.example"})]);
    asked(&mut browser, &quotation, "buyer@gulf.example", "").await;
    work(&firm, &receiver.mailer).await;
    assert_eq!(receiver.taken().len(), 1);
    let states: Vec<String> = log(&firm, &quotation).await.into_iter().map(|(state, ..)| state).collect();
    assert_eq!(states, ["sent", "failed"]);
}

#[tokio::test]
async fn what_a_server_puts_off_comes_later_and_is_given_up_in_the_end() {
    let _turn = alone().await;
    let firm = firm().await;
    let mut receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let quotation = sent(&firm).await;
    let job = asked(&mut browser, &quotation, "later@gulf.example", "").await;
    work(&firm, &receiver.mailer).await;
    assert_eq!(log(&firm, &quotation).await, [("queued".to_owned(), 1, "451 4.7.1 Come back later".to_owned())]);
    let shown = browser.get(&page(&quotation)).await.text();
    assert!(shown.contains("On its way to later@gulf.example; it will be tried again"), "{shown}");
    assert_eq!(receiver.taken(), Vec::<Json>::new());
    hasten(job).await;
    work(&firm, &receiver.mailer).await;
    let taken = receiver.taken();
    assert_eq!(
        taken.iter().map(|letter| &letter["id"]).collect::<Vec<_>>(),
        [&json!(format!("<{job}@diwan.example>"))]
    );
    assert_eq!(log(&firm, &quotation).await, [("sent".to_owned(), 2, "250 2.0.0 Taken as 1".to_owned())]);
    // A server that is not there.
    let (gone, other) = (mailer("smtp://127.0.0.1:9"), sent(&firm).await);
    let job = asked(&mut browser, &other, "buyer@gulf.example", "").await;
    for attempt in 1..=8 {
        assert_eq!(
            log(&firm, &other).await.first().map(|(state, tries, _)| (state.as_str(), *tries)),
            Some(("queued", attempt - 1))
        );
        hasten(job).await;
        work(&firm, &gone).await;
    }
    let told = log(&firm, &other).await;
    assert_eq!((told[0].0.as_str(), told[0].1), ("failed", 8), "{told:?}");
    assert!(told[0].2.is_empty(), "why it is not reached is for operators: {told:?}");
    assert_eq!(job_of(&firm, job).await, ("failed".to_owned(), Some("refuse-mail-unreached".to_owned())));
    // Whoever goes on with the job has it tried once more.
    let mut tx = firm.tx().await;
    jobs::retry(&mut tx, job).await.expect("again");
    tx.commit().await.expect("commit");
    work(&firm, &receiver.mailer).await;
    assert_eq!(log(&firm, &other).await[0].0, "sent");
}

#[tokio::test]
async fn a_letter_is_neither_lost_with_its_worker_nor_sent_when_it_was_not_meant() {
    let _turn = alone().await;
    let firm = firm().await;
    let mut receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let (quotation, mut admin) = (sent(&firm).await, admin().await);
    // Asked for in a transaction that came to nothing.
    let to = Asked { to: "buyer@gulf.example".to_owned(), ..Asked::default() };
    let mut tx = firm.tx().await;
    let by = Some(&receiver.mailer);
    mail::ask(&mut tx, by, quotation.record, quotation.id, Uuid::now_v7(), &to).await.expect("asked");
    drop(tx);
    work(&firm, &receiver.mailer).await;
    assert_eq!((receiver.taken(), letters(&firm).await), (Vec::new(), 0));
    // A worker has taken it, and is gone.
    let job = asked(&mut browser, &quotation, "buyer@gulf.example", "").await;
    for (until, count) in [("1 minute", 0), ("-1 second", 1)] {
        sqlx::query("update queue.tickets set attempts = 1, lease_until = now() + $2::interval where id = $1")
            .bind(job)
            .bind(until)
            .execute(&mut admin)
            .await
            .expect("a lease");
        work(&firm, &receiver.mailer).await;
        assert_eq!(receiver.taken().len(), count, "{until}");
    }
    // One that somebody has stopped does not go.
    let job = asked(&mut browser, &quotation, "buyer@gulf.example", "").await;
    let mut tx = firm.tx().await;
    jobs::cancel(&mut tx, job).await.expect("stopped");
    tx.commit().await.expect("commit");
    work(&firm, &receiver.mailer).await;
    assert_eq!(log(&firm, &quotation).await[0].0, "failed");
    // Nor does one to whose offer there is nothing to say any more.
    let job = asked(&mut browser, &quotation, "buyer@gulf.example", "").await;
    firm.act(&quotation, "reject").await.expect("rejected");
    work(&firm, &receiver.mailer).await;
    assert_eq!(job_of(&firm, job).await, ("failed".to_owned(), Some("refuse-mail-closed".to_owned())));
    assert_eq!(log(&firm, &quotation).await[0].0, "failed");
    assert_eq!(receiver.taken(), Vec::<Json>::new());
    let form = browser.get(&address(&quotation)).await;
    assert!(
        form.text().contains("it must be open to an answer") && !form.body.contains("name=\"to\""),
        "{}",
        form.text()
    );
    for closed in [&quotation, &draft(&firm).await] {
        assert!(!browser.get(&page(closed)).await.body.contains("id=\"mail\""));
        let answer = post(&mut browser, closed, Uuid::now_v7(), "buyer@gulf.example", "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("it must be open to an answer"), "{}", answer.text());
    }
}

#[tokio::test]
async fn where_no_mail_is_sent_there_is_no_button_for_it() {
    let _turn = alone().await;
    let firm = firm().await;
    let receiver = Receiver::start();
    let quotation = sent(&firm).await;
    let paper = format!("{}/print?language=en", page(&quotation));
    let mut browser = Browser::of(&firm).await;
    assert!(!browser.get(&page(&quotation)).await.body.contains(&address(&quotation)));
    assert!(browser.get(&paper).await.body.contains("href=\"mailto:buyer%40gulf.example"));
    assert_eq!(browser.get(&address(&quotation)).await.status, StatusCode::NOT_FOUND);
    let answer = post(&mut browser, &quotation, Uuid::now_v7(), "buyer@gulf.example", "").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Diwan sends no e-mail here."), "{}", answer.text());
    assert_eq!(letters(&firm).await, 0);
    let mut mailing = receiver.browser(&firm.email).await;
    let shown = mailing.get(&paper).await.body;
    assert!(shown.contains(&format!("href=\"{}\"", address(&quotation))) && !shown.contains("mailto:"), "{shown}");
    // What is on its way when a worker comes that sends none is told of as such.
    let job = asked(&mut mailing, &quotation, "buyer@gulf.example", "").await;
    super::jobs::work(&firm).await;
    assert_eq!(job_of(&firm, job).await, ("failed".to_owned(), Some("refuse-mail-off".to_owned())));
    assert_eq!(log(&firm, &quotation).await[0].0, "failed");
}

#[tokio::test]
async fn who_may_not_send_a_quotation_sends_none_and_who_may_not_know_an_address_reads_none() {
    let _turn = alone().await;
    let (firm, other) = (firm().await, Firm::new().await);
    let mut receiver = Receiver::start();
    let quotation = sent(&firm).await;
    let all = [("sees", "true"), ("reach", "all")];
    let reads = vec![right("quotation", None, &all), right("customer", None, &all)];
    let (reader, _) = member_with(&firm, "nothing", reads).await;
    let mut browser = receiver.browser(&format!("{}@firm.example", reader.user)).await;
    let shown = browser.get(&page(&quotation)).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.body.contains(&address(&quotation)), "{}", shown.body);
    assert_eq!(browser.get(&address(&quotation)).await.status, StatusCode::FORBIDDEN);
    let answer = post(&mut browser, &quotation, Uuid::now_v7(), "buyer@gulf.example", "").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());
    // In another company there is nothing at this address, as with what goes by no mail.
    let mut stranger = receiver.browser(&other.email).await;
    let mut owner = receiver.browser(&firm.email).await;
    let of_customer = format!("/customers/{}/mail", firm.customer);
    let form = [("to", "buyer@gulf.example")];
    for (browser, path) in [(&mut stranger, &address(&quotation)), (&mut owner, &of_customer)] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(browser.post(path, &form).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!((letters(&firm).await, letters(&other).await), (0, 0));

    let hidden = right("customer", Some("email"), &[("sees", "false"), ("changes", "false")]);
    let rights = vec![everything("quotation", "all"), right("customer", None, &all), hidden];
    let (blinkered, _) = member_with(&firm, "nothing", rights).await;
    asked(&mut owner, &quotation, "buyer@gulf.example", "").await;
    let mut browser = receiver.browser(&format!("{}@firm.example", blinkered.user)).await;
    for path in [page(&quotation), address(&quotation)] {
        let shown = browser.get(&path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}");
        assert!(!shown.body.contains("buyer@gulf.example"), "{path}: {}", shown.text());
        assert!(owner.get(&path).await.body.contains("buyer@gulf.example"), "{path}");
    }
    // They send to whom they know.
    asked(&mut browser, &quotation, "friend@else.example", "").await;
    // Whose right is gone when it is their turn sends none.
    let role = firm.document("role", firm.document("member", blinkered.user).await.link("role").expect("a role")).await;
    firm.save(&role, &support::form(&[], &[])).await.expect("no rights any more");
    work(&firm, &receiver.mailer).await;
    let to: Vec<Json> = receiver.taken().into_iter().map(|letter| letter["rcpt_to"].clone()).collect();
    assert_eq!(to, [json!(["buyer@gulf.example"])]);
    let states: Vec<String> = log(&firm, &quotation).await.into_iter().map(|(state, ..)| state).collect();
    assert_eq!(states, ["failed", "sent"]);
    // The customer reads the quotation, and not to whom else it went.
    let (outside, _) = portal_member(&firm, firm.customer).await;
    let mut browser = receiver.browser(&format!("{}@firm.example", outside.user)).await;
    let shown = browser.get(&page(&quotation)).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.body.contains("id=\"mailed\""), "{}", shown.text());
    assert!(owner.get(&page(&quotation)).await.body.contains("id=\"mailed\""));
}

#[tokio::test]
async fn a_company_sends_so_many_letters_in_an_hour() {
    let _turn = alone().await;
    let (firm, other) = (firm().await, firm().await);
    let mut receiver = Receiver::start();
    let quotation = sent(&firm).await;
    let mut tx = firm.tx().await;
    sqlx::query(
        "insert into mail (id, kind, record, record_id, party, language)
         select gen_random_uuid(), 'offer', 'quotation', $1, $2, 'en' from generate_series(1, $3)",
    )
    .bind(quotation.id)
    .bind(firm.customer)
    .bind(i32::try_from(mail::MOST).expect("not so many") - 1)
    .execute(tx.conn())
    .await
    .expect("letters");
    tx.commit().await.expect("commit");
    let ask = async |firm: &Firm, quotation: &Document| -> Outcome<u32> {
        let to = Asked { to: "buyer@gulf.example".to_owned(), ..Asked::default() };
        let (mut tx, by) = (firm.tx().await, Some(&receiver.mailer));
        mail::ask(&mut tx, by, quotation.record, quotation.id, Uuid::now_v7(), &to).await?;
        tx.commit().await
    };
    ask(&firm, &quotation).await.expect("the last one");
    assert_eq!(refusals(ask(&firm, &quotation).await), ["refuse-mail-many"]);
    ask(&other, &sent(&other).await).await.expect("others send theirs");
    let mut tx = firm.tx().await;
    sqlx::query("update mail set at = at - interval '61 minutes' where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(tx.conn())
        .await
        .expect("an hour passes");
    tx.commit().await.expect("commit");
    ask(&firm, &quotation).await.expect("once more");
    work(&firm, &receiver.mailer).await;
    assert_eq!(receiver.taken().len(), 3);
}

#[tokio::test]
async fn letters_go_with_the_person_whom_they_were_for() {
    let _turn = alone().await;
    let firm = firm().await;
    let mut receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let (quotation, customer) = (sent(&firm).await, record("customer"));
    let gone = asked(&mut browser, &quotation, "buyer@gulf.example", "As we said on the telephone").await;
    work(&firm, &receiver.mailer).await;
    let refused = asked(&mut browser, &quotation, "nobody@gulf.example", "As we said on the telephone").await;
    work(&firm, &receiver.mailer).await;
    let waits = asked(&mut browser, &quotation, "later@else.example", "As we said on the telephone").await;
    let made = archive::write(&firm.db, &firm.cx, &FILES, customer, firm.customer).await.expect("an archive");
    let mut zip = zip::ZipArchive::new(made.file).expect("an archive");
    let mut told = String::new();
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).expect("a part");
        if part.name().expect("its name") == "data/mail.jsonl" {
            part.read_to_string(&mut told).expect("text");
        }
    }
    assert_eq!(told.lines().count(), 3, "{told}");
    assert!(told.contains("buyer@gulf.example") && told.contains("later@else.example"), "{told}");
    firm.act(&quotation, "reject").await.expect("rejected");
    let mut tx = firm.tx().await;
    erase::erase(&mut tx, customer, firm.customer, "C1").await.expect("forgotten");
    tx.commit().await.expect("commit");
    receiver.taken();
    work(&firm, &receiver.mailer).await;
    assert_eq!(receiver.taken(), Vec::<Json>::new(), "nothing is sent to who was forgotten");
    assert_eq!(job_of(&firm, waits).await, ("cancelled".to_owned(), None));
    type Kept = (Uuid, Option<String>, Option<String>, Option<String>, Json);
    let kept: Vec<Kept> = sqlx::query_as(
        "select m.id, m.recipient, m.subject, m.said, j.payload from mail m join job j on j.tenant_id = m.tenant_id and j.id = m.id
          where m.tenant_id = $1 order by m.id",
    )
    .bind(firm.cx.tenant)
    .fetch_all(firm.tx().await.conn())
    .await
    .expect("the log");
    assert_eq!(kept.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [gone, refused, waits]);
    let of_jobs: Vec<String> = sqlx::query_scalar(
        "select coalesce(message::text, '') || coalesce(error, '') from job where tenant_id = $1 and id = any($2)",
    )
    .bind(firm.cx.tenant)
    .bind([gone, refused, waits])
    .fetch_all(firm.tx().await.conn())
    .await
    .expect("jobs");
    assert_eq!(of_jobs, ["", "", ""], "nor do the words of a server stay with a job");
    for (_, recipient, subject, said, payload) in &kept {
        assert_eq!((recipient, subject, said), (&None, &None, &None));
        assert_eq!(payload.get("text"), None, "{payload}");
    }
    let shown = browser.get(&page(&quotation)).await.text();
    assert!(shown.contains("Sent to — on ") && !shown.contains("@gulf.example"), "{shown}");
}

#[tokio::test]
async fn the_same_key_for_another_address_is_another_letter() {
    let _turn = alone().await;
    let firm = firm().await;
    let mut receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let (quotation, key) = (sent(&firm).await, Uuid::now_v7());
    post(&mut browser, &quotation, key, "byuer@gulf.example", "").await;
    post(&mut browser, &quotation, key, "buyer@gulf.example", "").await;
    work(&firm, &receiver.mailer).await;
    let mut to: Vec<String> = receiver.taken().iter().map(|letter| letter["rcpt_to"][0].to_string()).collect();
    to.sort();
    assert_eq!(to, ["\"buyer@gulf.example\"", "\"byuer@gulf.example\""]);
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_nobody_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mailer = mailer(&format!("smtp://{}", listener.local_addr().expect("its address")));
    // It lets everybody in, and says nothing to any.
    let silent = tokio::spawn(async move {
        let mut callers = Vec::new();
        while let Ok((caller, _)) = listener.accept().await {
            callers.push(caller);
        }
    });
    let letter = Letter {
        id: Uuid::now_v7(),
        company: "Firm".to_owned(),
        sender: None,
        to: ("Buyer".to_owned(), "buyer@gulf.example".to_owned()),
        subject: "Quotation".to_owned(),
        text: "Text".to_owned(),
        html: "<p>Text</p>".to_owned(),
    };
    let mailer = mailer.with_patience(Duration::from_millis(200));
    assert_eq!(mailer.send(&letter).await, Err(Failure { lasting: false, said: None }));
    assert!(mailer.answers().await.is_err());
    silent.abort();
}

#[tokio::test]
async fn a_plan_without_mail_sends_none() {
    let firm = firm().await;
    let receiver = Receiver::start();
    let mut browser = receiver.browser(&firm.email).await;
    let quotation = sent(&firm).await;
    let paper = format!("{}/print?language=en", page(&quotation));
    assert!(browser.get(&paper).await.body.contains(&address(&quotation)));
    turn_off(&firm, &["mail"]).await;
    assert!(!browser.get(&page(&quotation)).await.body.contains(&address(&quotation)));
    assert!(browser.get(&paper).await.body.contains("href=\"mailto:buyer%40gulf.example"));
    assert_eq!(browser.get(&address(&quotation)).await.status, StatusCode::NOT_FOUND);
    let answer = post(&mut browser, &quotation, Uuid::now_v7(), "buyer@gulf.example", "").await;
    assert_eq!((answer.status, letters(&firm).await), (StatusCode::NOT_FOUND, 0), "{}", answer.text());
}

#[test]
fn a_server_that_is_set_wrongly_is_refused_before_anything_is_sent() {
    let good = ("smtps://user:secret@mail.example", "post@diwan.example");
    let open = |url: &str, from: &str| Mailer::new(&smtp(url, from, SITE));
    assert!(open(good.0, good.1).is_ok());
    assert!(open("smtp://user:secret@mail.example:587?tls=required", good.1).is_ok());
    for (url, from) in
        [("mail.example", good.1), ("https://mail.example", good.1), (good.0, "post"), (good.0, "A <a@b.example>")]
    {
        let Err(error) = open(url, from) else { panic!("{url} from {from} is taken") };
        assert!(!format!("{error:#}").contains("secret"), "{error:#}");
    }
    for site in ["", "diwan.example", "ftp://diwan.example", "https://diwan.example/here", "https://diwan.example?a=b"]
    {
        assert!(Mailer::new(&smtp(good.0, good.1, site)).is_err(), "{site}");
    }
    assert_eq!(
        Mailer::new(&smtp(good.0, good.1, "https://diwan.example/")).expect("a server").site,
        "https://diwan.example"
    );
    let told = format!("{:?}", smtp(good.0, good.1, SITE));
    assert_eq!(told, "mail.example from post@diwan.example");
}
