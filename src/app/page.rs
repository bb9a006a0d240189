//! Any signed-in page: its address is loaded, then drawn; the frame around it stays.

use super::calls::{self, Failure, Page};
use super::frame::frame;
use super::{auth, home, import, print, reports};
use crate::i18n::I18n;
use crate::ui::{self, mark, use_i18n};
use crate::{modules, t};
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

pub fn page() -> impl IntoView {
    let location = use_location();
    let query = use_query_map();
    let path = Memo::new(move |_| {
        location
            .pathname
            .with(|path| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>())
    });
    let pairs =
        Memo::new(move |_| query.get().into_iter().map(|(name, text)| (name.into_owned(), text)).collect::<Vec<_>>());
    let asked = move || (path.get(), pairs.get());
    let loaded = Resource::<_, PostcardCodec>::new_with_options(asked, |(path, pairs)| calls::load(path, pairs), false);
    let unread = RwSignal::new(0);
    // Drawing reads signals once; only another address draws anew. A tracked read would take the page away under the hands of
    // whoever types in it.
    let busy = RwSignal::new(false);
    let body = view! {
        <Transition fallback=|| () set_pending=busy>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(loaded) => untrack(|| {
                        if let Some(now) = loaded.unread {
                            unread.set(now);
                        }
                        #[cfg(feature = "hydrate")]
                        ui::browser::call_window_by_heading(t!(use_i18n(), "diwan"));
                        draw(loaded.page)
                    }),
                    Err(failure) => untrack(|| failed(&failure)),
                }
            })}
        </Transition>
    }
    .into_any();
    // Paper has no frame; one comes to it by a whole page load.
    if path.with_untracked(|p| p.last().is_some_and(|last| last == "print")) {
        body
    } else {
        frame(path.into(), busy, unread, body)
    }
}

fn draw(page: Page) -> AnyView {
    let i18n = use_i18n();
    match page {
        Page::Home(data) => home::view(data),
        Page::List(data, notice) => ui::list::view(data, notice.map(|n| i18n.message(&n))),
        Page::Form(data) => ui::form::view(data),
        Page::Print(sheet) => print::view(*sheet),
        Page::Import(page) => {
            let records = modules::record(&page.record).map(|r| i18n.records(r)).unwrap_or_default();
            titled(t!(i18n, "import-title", records = records), import::view(*page))
        }
        Page::TrialBalance(data) => report(i18n, "trial-balance", reports::trial_balance(data)),
        Page::GeneralLedger(data) => report(i18n, "general-ledger", reports::general_ledger(data)),
        Page::Receivables(data) => report(i18n, "receivables", reports::receivables(data)),
        Page::Statement(data) => titled(t!(i18n, "statement"), reports::statement(data)),
        Page::StatementPaper(sheet) => print::statement(*sheet),
        Page::BooksHealth(checks, currency) => report(i18n, "books-health", reports::books_health(checks, currency)),
        Page::StockOnHand(data) => report(i18n, "stock-on-hand", reports::stock_on_hand(data)),
        Page::NewCompany => titled(t!(i18n, "company-add"), auth::new_company()),
        Page::Audit(data) => report(i18n, "audit", super::audit::view(data)),
        Page::Jobs(lines) => titled(t!(i18n, "jobs"), super::jobs::list(lines)),
        Page::Notifications(page) => titled(t!(i18n, "notifications"), super::notifications::view(page)),
        Page::Search(found) => titled(t!(i18n, "search-title"), super::search::view(found)),
        Page::Job(page) => titled(super::jobs::title(i18n, &page.line), super::jobs::one(page)),
        Page::Companies(data) => titled(t!(i18n, "companies"), auth::companies(data)),
    }
}

fn report(i18n: I18n, path: &str, body: AnyView) -> AnyView {
    titled(i18n.format(&format!("page-{path}"), None), body)
}

fn titled(title: String, body: AnyView) -> AnyView {
    view! { <div class="head"><div class="title"><h1>{title}</h1></div></div>{body} }.into_any()
}

/// An error as a page: what happened and what the reader can do. The status of the answer follows it.
fn failed(failure: &Failure) -> AnyView {
    let i18n = use_i18n();
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(failure.status)
    {
        response.set_status(status);
    }
    let title = match failure.status {
        404 => t!(i18n, "error-404"),
        403 => t!(i18n, "error-403"),
        _ => t!(i18n, "error-500"),
    };
    view! {
        <div class="empty">{mark()}<h2>{title}</h2><p>{i18n.message(&failure.message)}</p>
            <div class="acts"><a class="btn" href="/" rel="external">{t!(i18n, "to-home")}</a></div></div>
    }
    .into_any()
}
