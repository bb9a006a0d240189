//! The server that takes our mail, by SMTP.

use crate::platform::config::{Config, Smtp};
use anyhow::Context as _;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::error::Error as _;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;
use uuid::Uuid;

/// Characters of a server's answer that are kept.
const SAID: usize = 200;

/// How long a server has to take a letter.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// How long a server has to answer at all.
const CONNECTING: Duration = Duration::from_secs(20);

/// Who takes mail away.
#[derive(Clone)]
pub struct Mailer {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    /// Where whoever gets a letter reaches us: `https://diwan.example`. Never what a browser says of it: a letter must not lead
    /// elsewhere.
    pub site: String,
    patience: Duration,
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
    /// What the server said of the letter. Nothing where it could not be reached or did not let us in: that is for operators, who
    /// find it in their log.
    pub said: Option<String>,
}

impl Mailer {
    /// The server of these settings; `None` where they name none.
    pub fn of(config: &Config) -> anyhow::Result<Option<Mailer>> {
        config.smtp.as_ref().map(Mailer::new).transpose()
    }

    /// Nothing is asked of the server yet.
    pub fn new(smtp: &Smtp) -> anyhow::Result<Mailer> {
        let from: Address = smtp.from.parse().context("DIWAN_MAIL_FROM")?;
        let site =
            site(&smtp.site).context("DIWAN_URL must be where browsers reach Diwan, such as https://diwan.example")?;
        let url = Url::parse(&smtp.url).context("SMTP_URL")?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&smtp.url).context("SMTP_URL")?;
        let mut server = server.timeout(Some(CONNECTING));
        // The path of the URL, where it has one, says by which name the server is greeted.
        if url.path().len() <= 1 {
            server = server.hello_name(ClientId::Domain(from.domain().to_owned()));
        }
        Ok(Mailer { server: server.build(), from, site, patience: PATIENCE })
    }

    /// With another time to take a letter.
    pub fn with_patience(self, patience: Duration) -> Mailer {
        Mailer { patience, ..self }
    }

    /// Asks the server whether it is there, and lets us in.
    pub async fn answers(&self) -> anyhow::Result<()> {
        let there = timeout(self.patience, self.server.test_connection())
            .await
            .context("the server of SMTP_URL says nothing")??;
        anyhow::ensure!(there, "the server of SMTP_URL does not answer");
        Ok(())
    }

    /// Hands a letter over. Answers with what the server said.
    pub async fn send(&self, letter: &Letter) -> Result<String, Failure> {
        let message = self.message(letter);
        let message = message.map_err(|error| Failure { lasting: true, said: Some(short(&error.to_string())) })?;
        // The library waits for a connection only so long, and for an answer for ever.
        match timeout(self.patience, self.server.send(message)).await {
            Ok(Ok(answer)) => Ok(short(&format!("{} {}", answer.code(), answer.first_line().unwrap_or_default()))),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => {
                tracing::warn!("the mail server says nothing");
                Err(Failure { lasting: false, said: None })
            }
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
    pub(super) fn headers(&self) -> impl Iterator<Item = &str> {
        let pairs = self.sender.iter().chain([&self.to]);
        let names = pairs.flat_map(|(name, address)| [name.as_str(), address.as_str()]);
        names.chain([self.company.as_str(), self.subject.as_str()])
    }
}

/// Whether a text may stand in a header: a break would begin another one.
pub(super) fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// An origin, without a slash at its end.
fn site(url: &str) -> anyhow::Result<String> {
    let url = Url::parse(url)?;
    anyhow::ensure!(matches!(url.scheme(), "http" | "https") && url.has_host(), "it is no address of a site");
    anyhow::ensure!(url.path() == "/" && url.query().is_none() && url.fragment().is_none(), "it has a path");
    Ok(url.origin().ascii_serialization())
}

/// Whether trying again may help. That we are not let in says nothing of the letter: an operator mends it.
fn failure(error: &smtp::Error) -> Failure {
    let code = error.status().filter(|code| !matches!(u16::from(*code), 530 | 534 | 535 | 538));
    match (code, error.source()) {
        (Some(code), Some(words)) => {
            Failure { lasting: error.is_permanent(), said: Some(short(&format!("{code} {words}"))) }
        }
        _ => {
            tracing::warn!(error = error as &dyn std::error::Error, "the mail server takes nothing");
            Failure { lasting: false, said: None }
        }
    }
}

/// So much of an answer as is kept, on one line.
fn short(said: &str) -> String {
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID).collect::<String>().trim().to_owned()
}
