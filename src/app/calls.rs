//! What pages ask the server. All of it only reads; changes go through forms. Each begins with the visitor's rights: the
//! transaction cannot be opened without them.

use crate::modules::finance::report::{GeneralLedger, TrialBalance};
use crate::modules::home::{Check, Home};
use crate::modules::inventory::report::StockOnHand;
use crate::record::Names;
use crate::record::page::{FormPage, ListPage, Message, Suggestion};
use leptos::prelude::*;
use leptos::server_fn::codec::{Json, JsonEncoding};
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
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Failure {
        Failure { status: 503, message: Message::new("error-network").with("detail", error) }
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
    pub role: String,
    pub theme: String,
    /// Names of record types in the menu.
    pub records: Vec<String>,
    pub reads_books: bool,
}

/// A company to switch to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub id: Uuid,
    pub name: Names,
    pub role: String,
    pub current: bool,
}

#[cfg(feature = "ssr")]
mod server {
    use super::Failure;
    use crate::platform::error::Error;
    use crate::platform::tenancy::{TenantTx, whole};
    use crate::platform::web::Visit;
    use leptos::prelude::use_context;
    use std::future::Future;
    use std::pin::Pin;

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
    pub async fn read<T: Send + 'static>(work: impl for<'a> FnOnce(&'a mut TenantTx) -> Work<'a, T> + Send + 'static) -> Result<T, Failure> {
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

    pub fn record_at(path: &str) -> Result<&'static crate::record::Record, Error> {
        crate::modules::record_at(path).ok_or(Error::NotFound)
    }
}

/// One page of the list at this path, with the pairs of its address.
#[server(endpoint = "list", input = Json)]
pub async fn load_list(path: String, query: Vec<(String, String)>) -> Result<ListPage, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let record = server::record_at(&path)?;
            crate::platform::page::list(tx, record, &crate::record::query::Query::read(record, query)).await
        })
    })
    .await
}

/// The form of a record; `new` for one that does not exist yet.
#[server(endpoint = "form", input = Json)]
pub async fn load_form(path: String, id: String, query: Vec<(String, String)>) -> Result<FormPage, Failure> {
    let posted = server::visit()?.posted;
    server::read(move |tx| {
        Box::pin(async move {
            let record = server::record_at(&path)?;
            let id = match id.as_str() {
                "new" => None,
                other => Some(other.parse().map_err(|_| crate::platform::error::Error::NotFound)?),
            };
            let prefill: BTreeMap<String, String> =
                query.iter().filter(|(name, _)| record.field(name).is_some_and(|f| !f.computed)).cloned().collect();
            let mut page = crate::platform::page::form(tx, record, id, &prefill, posted.as_deref()).await?;
            if posted.is_none() {
                page.notice = query.iter().find(|(name, _)| name == "done").and_then(|(_, done)| done_message(done));
            }
            Ok(page)
        })
    })
    .await
}

/// What was just done, from the address after a redirect.
pub fn done_message(done: &str) -> Option<Message> {
    matches!(done, "saved" | "acted" | "created" | "deleted" | "imported").then(|| Message::new(format!("done-{done}")))
}

/// What follows from a form as it stands; nothing is written.
#[server(endpoint = "preview", input = Json)]
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

/// Suggestions for a link.
#[server(endpoint = "lookup", input = Json)]
pub async fn lookup(record: String, text: String) -> Result<Vec<Suggestion>, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let record = crate::modules::record(&record).ok_or(crate::platform::error::Error::NotFound)?;
            crate::platform::page::suggest(tx, record, &text).await
        })
    })
    .await
}

#[server(endpoint = "home", input = Json)]
pub async fn load_home() -> Result<Home, Failure> {
    let name = server::visit()?.signed_in.map(|p| p.name).unwrap_or_default();
    server::read(move |tx| Box::pin(async move { crate::modules::home::home(tx, &name).await })).await
}

/// A date of an address, `None` when it is empty or nonsense.
#[cfg(feature = "ssr")]
fn day(text: &str) -> Option<jiff::civil::Date> {
    use crate::record::{Field, Kind, value};
    value::read(&Field::new("day", Kind::Date), text, "").ok()?.date()
}

#[server(endpoint = "trial-balance", input = Json)]
pub async fn load_trial_balance(from: String, to: String) -> Result<TrialBalance, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let today = tx.company.today;
            let from = day(&from).or_else(|| jiff::civil::Date::new(today.year(), 1, 1).ok()).unwrap_or(today);
            crate::modules::finance::report::trial_balance(tx, from, day(&to).unwrap_or(today)).await
        })
    })
    .await
}

#[server(endpoint = "general-ledger", input = Json)]
pub async fn load_general_ledger(account: String, from: String, to: String) -> Result<GeneralLedger, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let today = tx.company.today;
            let from = day(&from).or_else(|| jiff::civil::Date::new(today.year(), 1, 1).ok()).unwrap_or(today);
            crate::modules::finance::report::general_ledger(tx, account.parse().ok(), from, day(&to).unwrap_or(today)).await
        })
    })
    .await
}

#[server(endpoint = "books-health", input = Json)]
pub async fn load_health() -> Result<(Vec<Check>, String), Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let checks = crate::modules::finance::health::check(tx).await?;
            Ok((checks, tx.company.currency.clone()))
        })
    })
    .await
}

#[server(endpoint = "stock-on-hand", input = Json)]
pub async fn load_stock(search: String) -> Result<StockOnHand, Failure> {
    server::read(move |tx| Box::pin(async move { crate::modules::inventory::report::stock_on_hand(tx, &search).await })).await
}

/// A document as it prints.
#[server(endpoint = "print", input = Json)]
pub async fn load_print(path: String, id: String) -> Result<super::print::Sheet, Failure> {
    server::read(move |tx| {
        Box::pin(async move {
            let record = server::record_at(&path)?;
            let id = id.parse().map_err(|_| crate::platform::error::Error::NotFound)?;
            super::print::sheet(tx, record, id).await
        })
    })
    .await
}

#[server(endpoint = "companies", input = Json)]
pub async fn load_companies() -> Result<Vec<Choice>, Failure> {
    let visit = server::visit()?;
    let person = visit.signed_in.clone().ok_or_else(|| server::failure(crate::platform::error::Error::SignedOut, visit.request))?;
    let companies = crate::platform::auth::companies(&visit.db, person.user).await.map_err(|e| server::failure(e, visit.request))?;
    Ok(companies.into_iter().map(|c| Choice { current: c.id == person.tenant, id: c.id, name: c.name, role: c.role }).collect())
}
