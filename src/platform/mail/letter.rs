//! What a letter says: a document is offered, in the language of whoever it is for, as text and as HTML.

use super::FLAG;
use super::server::{Letter, is_line};
use crate::i18n::{Digits, I18n, Locale, plain};
use crate::platform::document::Document;
use crate::platform::door::{self, Error, Lock, Outcome, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::{Kind, Record};
use crate::t;
use lettre::Address;
use uuid::Uuid;

/// What a letter is about, as far as whoever has it sent may send it.
pub(super) struct Matter {
    pub document: Document,
    /// The record of whoever it is for.
    pub party: Document,
    /// The language of whoever it is for.
    pub i18n: I18n,
    /// The path by which they answer; nothing while, or once, there is nothing to answer.
    pub path: Option<String>,
}

/// The type of record that documents of this type are for.
pub(super) fn party_of(record: &Record) -> Option<&'static Record> {
    match record.field(record.party?)?.kind {
        Kind::Link(target) => door::record(target),
        _ => None,
    }
}

pub(super) async fn matter(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Matter> {
    let right = door::mails(record).ok_or(Error::NotFound)?;
    let mut document = door::reachable(tx, record, id, Lock::No).await?;
    if !tx.standing.rights.acts(record, right) {
        return Err(Error::Denied);
    }
    tx.plan.has(FLAG)?;
    let path = door::present(tx, &mut document).await?.map(|handed| handed.path);
    let party = record.party.and_then(|field| document.link(field)).zip(party_of(record));
    let (party, of) = party.ok_or(Error::NotFound)?;
    let party = door::load(tx, of, party, Lock::No).await?;
    let locale = party.text("language").and_then(Locale::from_tag).unwrap_or(tx.cx.i18n.locale);
    Ok(Matter { document, party, i18n: I18n::new(locale, Digits::Western), path })
}

impl Matter {
    /// The path by which they answer.
    pub fn open(&self) -> Result<&str, Refusal> {
        self.path.as_deref().ok_or_else(|| Refusal::new("refuse-mail-closed"))
    }

    fn name(&self) -> String {
        plain(self.i18n.name(&self.party.names("name")))
    }

    fn company(&self, tx: &TenantTx) -> String {
        plain(self.i18n.name(&tx.company.name))
    }

    pub fn subject(&self, tx: &TenantTx) -> String {
        let i18n = self.i18n;
        let number = self.document.number().unwrap_or_default().to_owned();
        let document = i18n.record(self.document.record);
        plain(&t!(i18n, "print-mail-title", document = document, number = number, company = self.company(tx)))
    }

    /// The letter itself, to this address, with this note.
    pub async fn letter(&self, tx: &mut TenantTx, site: &str, id: Uuid, to: String, note: &str) -> Outcome<Letter> {
        let i18n = self.i18n;
        let link = format!("{site}{}", self.open()?);
        let address: Option<String> = sqlx::query_scalar("select email from member where tenant_id = $1 and id = $2")
            .bind(tx.tenant())
            .bind(tx.standing.member)
            .fetch_optional(tx.conn())
            .await?;
        let (sender, company, name) = (plain(&tx.standing.name), self.company(tx), self.name());
        let says = Words {
            locale: i18n.locale,
            greeting: plain(&t!(i18n, "mail-greeting", name = name.clone())),
            note,
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
            // A note may be in another language than the rest.
            false => format!("<p dir=\"auto\" style=\"margin:0 0 16px\">{}</p>\n", escape(text).replace('\n', "<br>")),
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
