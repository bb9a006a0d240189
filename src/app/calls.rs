//! What pages ask the server. All of it only reads; changes go through forms. Each begins with the visitor's rights: the
//! transaction cannot be opened without them.
//!
//! Questions and answers travel as postcard: reading JSON took a fifth of the program that a first visit downloads.

use crate::record::Names;
#[cfg(feature = "ssr")]
use crate::record::page::BulkDraft;
use crate::record::page::{FileItem, FormPage, ListPage, Message, Row, Suggestion};
use crate::record::search::SearchPage;
use leptos::prelude::*;
use leptos::server_fn::codec::{Postcard, PostcardEncoding};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Why a page cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub status: u16,
    pub message: Message,
}

impl FromServerFnError for Failure {
    type Encoder = PostcardEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Failure {
        match error {
            // On the server what came, in the browser what was answered.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_)
                if cfg!(feature = "ssr") =>
            {
                Failure { status: 400, message: Message::new("error-bad-request") }
            }
            error => Failure { status: 503, message: Message::new("error-network").with("detail", error.to_string()) },
        }
    }

    fn status_code(&self) -> http::StatusCode {
        http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message.id)
    }
}

/// Who is signed in and what they may see; drawn into every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub name: String,
    pub company: Names,
    pub role: Names,
    pub theme: String,
    pub density: String,
    /// Names of record types in the menu.
    pub records: Vec<String>,
    /// Of these, what they may make by hand.
    pub creates: Vec<String>,
    /// Pages beside the records in the menu.
    pub pages: Vec<String>,
    /// Notifications that they have not read.
    pub unread: i64,
    /// Whether they keep this page at hand; `None` where there is nothing to keep.
    pub kept: Option<bool>,
}

#[cfg(feature = "ssr")]
mod server {
    use super::{Failure, FormPage, Page, done_message};
    use crate::app::beside;
    use crate::app::draw::{Choice, Contents};
    use crate::app::print::Sheet;
    use crate::modules::administration;
    use crate::modules::finance::{health, report};
    use crate::modules::home;
    use crate::modules::inventory::report as stock;
    use crate::modules::sales::report as owed;
    use crate::platform::archive;
    use crate::platform::audit;
    use crate::platform::error::{Error, Outcome};
    use crate::platform::favourites;
    use crate::platform::import::batch as import;
    use crate::platform::jobs;
    use crate::platform::mail;
    use crate::platform::notifications;
    use crate::platform::page::{self, Posted};
    use crate::platform::person;
    use crate::platform::plan;
    use crate::platform::search;
    use crate::platform::tenancy::{TenantTx, whole};
    use crate::platform::webhooks;
    use crate::platform::{auth, comments, web::Visit};
    use crate::record::audit::AuditQuery;
    use crate::record::query::Query;
    use crate::record::{Field, Kind, value};
    use jiff::civil::Date;
    use leptos::prelude::use_context;
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;

    pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

    pub fn visit() -> Result<Visit, Failure> {
        use_context::<Visit>().ok_or_else(|| failure(Error::SignedOut, uuid::Uuid::nil()))
    }

    pub fn failure(error: Error, request: uuid::Uuid) -> Failure {
        let status = error.status();
        let message = error.refusals(request).into_iter().next().map(|r| r.message).unwrap_or_default();
        Failure { status, message }
    }

    /// One reading unit of work for the visitor.
    pub async fn read<T: Send + 'static>(
        work: impl for<'a> FnOnce(&'a mut TenantTx) -> Work<'a, T> + Send + 'static,
    ) -> Result<T, Failure> {
        let visit = visit()?;
        let request = visit.request;
        let cx = visit.cx().map_err(|e| failure(e, request))?;
        let task = async move {
            let mut tx = visit.db.begin(&cx).await?;
            let out = work(&mut tx).await?;
            tx.commit().await?;
            Ok(out)
        };
        whole(task).await.map_err(|e| failure(e, request))
    }

    pub async fn companies(visit: &Visit) -> Result<Contents, Failure> {
        let fail = |error| failure(error, visit.request);
        let person = visit.signed_in.as_ref().ok_or_else(|| fail(Error::SignedOut))?;
        let companies = auth::companies(&visit.db, person.user).await.map_err(fail)?;
        let operates = auth::is_operator(&visit.db, person.user).await.map_err(fail)?;
        let choice = |c: auth::Membership| Choice { current: c.id == person.tenant, id: c.id, name: c.name };
        Ok(Contents::Companies(companies.into_iter().map(choice).collect(), operates))
    }

    /// A page of those who operate the installation, by the rest of its path.
    pub async fn operator(visit: &Visit, path: &[String], query: &[(String, String)]) -> Result<Contents, Failure> {
        let fail = |error| failure(error, visit.request);
        let person = visit.signed_in.as_ref().ok_or_else(|| fail(Error::SignedOut))?;
        crate::app::operator::page(&visit.db, person.user, path, query).await.map_err(fail)
    }

    /// Reads the page at an address; `mails` when Diwan sends mail.
    pub async fn page(
        tx: &mut TenantTx,
        path: &[String],
        query: Vec<(String, String)>,
        posted: Option<Arc<Posted>>,
        name: &str,
        mails: bool,
    ) -> Outcome<Contents> {
        let asked =
            |wanted: &str| query.iter().find(|(n, _)| n == wanted).map(|(_, text)| text.clone()).unwrap_or_default();
        let mails = mails && tx.plan.flags.has(mail::FLAG);
        let today = tx.company.today;
        let (from, to) = tx.company.span(day(&asked("from")), day(&asked("to")));
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        Ok(match parts[..] {
            [] => Contents::Home(home::home(tx, name).await?),
            ["trial-balance"] => Contents::TrialBalance(report::trial_balance(tx, from, to, &asked("centre")).await?),
            ["general-ledger"] => {
                let after = place(&asked("after"))?;
                let (account, centre) = (asked("account"), asked("centre"));
                Contents::GeneralLedger(report::general_ledger(tx, &account, from, to, after, &centre).await?)
            }
            ["receivables"] => {
                let (at, customer) = (day(&asked("at")).unwrap_or(today), place(&asked("customer"))?);
                let after = place(&asked("after"))?;
                Contents::Receivables(owed::receivables(tx, at, customer, &asked("age"), after).await?)
            }
            ["statement"] => {
                let customer = place(&asked("customer"))?.ok_or(Error::NotFound)?;
                let after = place(&asked("after"))?;
                Contents::Statement(owed::statement(tx, customer, from, to, after, false).await?)
            }
            ["statement", "print"] => {
                let customer = place(&asked("customer"))?.ok_or(Error::NotFound)?;
                Contents::StatementPaper(Box::new(crate::app::print::statement_sheet(tx, customer, from, to).await?))
            }
            ["books-health"] => Contents::BooksHealth(health::check(tx).await?, tx.company.currency.clone()),
            ["jobs"] => Contents::Jobs(jobs::list(tx).await?),
            ["jobs", id] => {
                Contents::Job(jobs::page(tx, id.parse().map_err(|_| Error::NotFound)?, &asked("after")).await?)
            }
            ["audit"] => Contents::Audit(audit::page(tx, AuditQuery::read(&query)).await?),
            ["company-data"] => Contents::CompanyData(archive::job::latest(tx).await?),
            ["developers"] if (administration::MODULE.opens)("developers", &tx.standing.rights) => Contents::Developers,
            ["developers"] => return Err(Error::Denied),
            ["webhook-log"] => {
                let (webhook, after) = (place(&asked("webhook"))?, place(&asked("after"))?);
                Contents::WebhookLog(
                    webhooks::log(tx, webhooks::Asked { webhook, state: asked("state"), after }).await?,
                )
            }
            ["usage"] => Contents::Usage(Box::new(plan::page(tx).await?)),
            ["notifications"] => Contents::Notifications(notifications::page(tx, place(&asked("before"))?).await?),
            ["search"] if asked("q").trim().is_empty() => {
                Page::Search(favourites::at_hand(tx, &asked("recent")).await?).into()
            }
            ["search"] => Page::Search(search::find(tx, &asked("q")).await?).into(),
            ["persons", record, id] => {
                let record = crate::modules::record(record).ok_or(Error::NotFound)?;
                let id = id.parse().map_err(|_| Error::NotFound)?;
                Contents::Person(Box::new(person::known(tx, record, id).await?))
            }
            ["companies", "new"] => Contents::NewCompany,
            ["stock-on-hand"] => {
                let to_reorder = asked("view") == stock::TO_REORDER;
                Contents::StockOnHand(stock::stock_on_hand(tx, &asked("q"), to_reorder).await?)
            }
            [path] if record_at(path)?.single => {
                let id = tx.tenant();
                let mut form =
                    page::form(tx, record_at(path)?, Some(id), &Default::default(), posted.as_deref()).await?;
                say_of_files(&mut form, &asked("said"));
                form.talk = comments::list(tx, record_at(path)?, id, place(&asked("older"))?).await?;
                Page::Form(form).into()
            }
            [path] => {
                let record = record_at(path)?;
                let done = done_message(&asked("done"));
                Page::List(page::recall(tx, record, &Query::read(record, query)).await?, done).into()
            }
            [path, "import"] => Contents::Import(Box::new(import::start(tx, record_at(path)?).await?)),
            [path, "import", id] => {
                let id = id.parse().map_err(|_| Error::NotFound)?;
                Contents::Import(Box::new(import::page(tx, record_at(path)?, id).await?))
            }
            [path, id, "print"] => {
                let id = id.parse().map_err(|_| Error::NotFound)?;
                let sheet = crate::app::print::sheet(tx, record_at(path)?, id).await?;
                Contents::Print(Box::new(Sheet { mails, ..sheet }))
            }
            [path, id, "mail"] if mails => {
                let id = id.parse().map_err(|_| Error::NotFound)?;
                Contents::Mail(Box::new(mail::page(tx, record_at(path)?, id).await?))
            }
            [path, id] => {
                let record = record_at(path)?;
                let id = match id {
                    "new" => None,
                    other => Some(other.parse().map_err(|_| Error::NotFound)?),
                };
                let described = tx.described(record);
                let given = query.iter().filter(|(name, _)| described.field(name).is_some_and(|f| !f.computed));
                let mut form = page::form(tx, record, id, &given.cloned().collect(), posted.as_deref()).await?;
                if posted.is_none() {
                    form.notice = done_message(&asked("done"));
                }
                say_of_files(&mut form, &asked("said"));
                form.paper = crate::app::print::language(tx, &form).await?;
                let Some(id) = id else { return Ok(Page::Form(form).into()) };
                form.talk = comments::list(tx, record, id, place(&asked("older"))?).await?;
                let aside = beside::read(tx, record, id, mails && form.hand_on.is_some()).await?;
                Contents::Form(Box::new(form), aside)
            }
            _ => return Err(Error::NotFound),
        })
    }

    /// Puts what stood in the way of files that were just sent beside the others.
    fn say_of_files(form: &mut FormPage, said: &str) {
        if let Some(files) = &mut form.files {
            files.said = crate::platform::files::http::said_in(said);
        }
    }

    /// A place in an order by ids, `None` at its beginning.
    fn place(text: &str) -> Outcome<Option<uuid::Uuid>> {
        (!text.is_empty()).then(|| text.parse().map_err(|_| Error::BadRequest("place"))).transpose()
    }

    /// A date of an address, `None` when it is empty or nonsense.
    fn day(text: &str) -> Option<Date> {
        value::read(&Field::new("day", Kind::Date), text, "").ok()?.date()
    }

    fn record_at(path: &str) -> Result<&'static crate::record::Record, Error> {
        crate::modules::record_at(path).ok_or(Error::NotFound)
    }
}

/// What a signed-in address shows: what the browser draws because it changes under the reader's hands, and what the server has
/// drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    List(ListPage, Option<Message>),
    Form(FormPage),
    Search(SearchPage),
    Drawn(Drawn),
}

/// A page on which nothing moves, as HTML. The browser carries no program for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    pub html: String,
    /// Something is under way: the page is to be asked for again before long.
    pub running: bool,
}

/// A page, and what the frame around it shows anew with each one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    pub page: Page,
    /// Notifications that the reader has not read; `None` where that could not be asked.
    pub unread: Option<i64>,
    /// Whether the reader keeps the page at hand; `None` where there is nothing to keep.
    pub kept: Option<bool>,
}

/// The page at an address: the parts of its path and the pairs of its query. One function serves them all, so that the
/// browser carries the machinery of loading once.
#[server(endpoint = "page", input = Postcard, output = Postcard)]
pub async fn load(path: Vec<String>, query: Vec<(String, String)>) -> Result<Loaded, Failure> {
    use crate::platform::favourites;
    let visit = server::visit()?;
    if let Some(failed) = use_context::<super::forms::Failed>() {
        return Err(failed.0);
    }
    let i18n = visit.i18n;
    if path == [crate::app::account::MINE.trim_start_matches('/')] {
        let done = query.iter().find(|(name, _)| name == "done").map(|(_, word)| word.as_str()).unwrap_or_default();
        let account = crate::app::account::page(&visit, done).await;
        let account = account.map_err(|error| server::failure(error, visit.request))?;
        let unread = server::read(|tx| Box::pin(crate::platform::notifications::unread(tx))).await.ok();
        return Ok(Loaded { page: account.draw(i18n), unread, kept: None });
    }
    if path == ["companies"] {
        let companies = server::companies(&visit).await?;
        let unread = server::read(|tx| Box::pin(crate::platform::notifications::unread(tx))).await.ok();
        return Ok(Loaded { page: companies.draw(i18n), unread, kept: None });
    }
    if let [first, rest @ ..] = &path[..]
        && crate::platform::web::OPERATOR.strip_prefix('/') == Some(first.as_str())
    {
        let contents = server::operator(&visit, rest, &query).await?;
        return Ok(Loaded { page: contents.draw(i18n), unread: None, kept: None });
    }
    let posted = visit.posted.clone();
    let address = favourites::address(&path.join("/"), query.clone());
    let mails = visit.mails;
    let name = visit.signed_in.map(|p| p.name).unwrap_or_default();
    let (comment, bulk) = (use_context::<crate::record::comments::Draft>(), use_context::<BulkDraft>());
    let read = server::read(move |tx| {
        Box::pin(async move {
            let contents = server::page(tx, &path, query, posted, &name, mails).await?;
            let (unread, kept) = favourites::at_a_glance(tx, address.as_deref()).await?;
            Ok((contents, unread, kept))
        })
    });
    let (contents, unread, kept) = read.await?;
    let mut page = contents.draw(i18n);
    match &mut page {
        Page::List(list, _) => list.draft = bulk,
        Page::Form(FormPage { talk: Some(talk), .. }) => comment.into_iter().for_each(|draft| talk.bring_back(draft)),
        _ => {}
    }
    Ok(Loaded { page, unread: Some(unread), kept })
}

/// What was just done, from the address after a redirect.
pub fn done_message(done: &str) -> Option<Message> {
    matches!(
        done,
        "saved"
            | "acted"
            | "created"
            | "deleted"
            | "attached"
            | "detached"
            | "commented"
            | "comment-edited"
            | "comment-removed"
            | "erased"
    )
    .then(|| Message::new(format!("done-{done}")))
}

/// What follows from a form as it stands; nothing is written.
#[server(endpoint = "preview", input = Postcard, output = Postcard)]
pub async fn preview(
    record: String,
    id: Option<Uuid>,
    fields: BTreeMap<String, String>,
    lines: Vec<BTreeMap<String, String>>,
) -> Result<FormPage, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let record = crate::modules::record(&record).ok_or(crate::platform::error::Error::NotFound)?;
            let typed = crate::platform::door::Typed { fields, lines: Some(lines) };
            crate::platform::page::preview(tx, record, id, &typed).await
        })
    })
    .await
}

/// A row of a list as it stands now, with these columns.
#[server(endpoint = "row", input = Postcard, output = Postcard)]
pub async fn list_row(record: String, id: Uuid, columns: Vec<String>) -> Result<Option<Row>, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let record = crate::modules::record(&record).ok_or(crate::platform::error::Error::NotFound)?;
            crate::platform::page::row(tx, record, id, columns).await
        })
    })
    .await
}

/// The file that an upload of the visitor has become, once it is whole.
#[server(endpoint = "uploaded", input = Postcard, output = Postcard)]
pub async fn uploaded(id: Uuid) -> Result<Option<FileItem>, Failure> {
    server::read(move |tx| Box::pin(async move { Ok(crate::platform::files::progress(tx, id).await?.file) })).await
}

/// Suggestions for a link to a record of a type, or, for `unit item` and an id, of those that belong to that record; for `@`
/// and a type, colleagues who may see such records.
#[server(endpoint = "lookup", input = Postcard, output = Postcard)]
pub async fn lookup(record: String, text: String) -> Result<Vec<Suggestion>, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let colleagues = record.strip_prefix('@');
            let mut words = colleagues.unwrap_or(&record).split(' ');
            let mut known = || words.next().and_then(crate::modules::record);
            let record = known().ok_or(crate::platform::error::Error::NotFound)?;
            let near = known().zip(words.next().and_then(|id| id.parse().ok()));
            match colleagues {
                Some(_) => crate::platform::comments::suggest(tx, record, &text).await,
                None => crate::platform::page::suggest(tx, record, &text, near).await,
            }
        })
    })
    .await
}
