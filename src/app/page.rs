//! Any signed-in page: its address is loaded, then drawn; the frame around it stays.

use super::calls::{self, Drawn, Failure, Loaded, Page};
use super::frame::frame;
use super::search;
use crate::t;
use crate::ui::{self, mark, use_i18n};
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    let loaded = Resource::<_, PostcardCodec>::new_with_options(asked, ask, false);
    let (unread, kept) = (RwSignal::new(0), RwSignal::new(None));
    // Drawing reads signals once; only another address draws anew. A tracked read would take the page away under the hands of
    // whoever types in it.
    let busy = RwSignal::new(false);
    let body = view! {
        <Transition fallback=|| () set_pending=busy>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(Sent(loaded)) => untrack(|| {
                        if let Some(now) = loaded.unread {
                            unread.set(now);
                        }
                        kept.set(loaded.kept);
                        #[cfg(feature = "hydrate")]
                        ui::browser::call_window_by_heading(t!(use_i18n(), "diwan"));
                        draw(loaded.page, asked)
                    }),
                    Err(failure) => untrack(|| failed(&failure)),
                }
            })}
        </Transition>
    }
    .into_any();
    // Paper has no frame, and no program either: one comes to it by a whole page load.
    if cfg!(feature = "ssr") && path.with_untracked(|p| p.last().is_some_and(|last| last == "print")) {
        body
    } else {
        frame(path.into(), busy, (unread, kept), body)
    }
}

/// A page on its way from the server's drawing to the browser's program. What the server has drawn stands in the document
/// already and does not travel a second time.
#[derive(Clone)]
struct Sent(Loaded);

impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.page {
            Page::Drawn(drawn) => {
                let page = Page::Drawn(Drawn { html: String::new(), ..*drawn });
                Loaded { page, unread: self.0.unread, kept: self.0.kept }.serialize(serializer)
            }
            _ => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sent, D::Error> {
        Loaded::deserialize(deserializer).map(Sent)
    }
}

/// Path and query of a page.
type Address = (Vec<String>, Vec<(String, String)>);

async fn ask((path, pairs): Address) -> Result<Sent, Failure> {
    calls::load(path, pairs).await.map(Sent)
}

fn draw(page: Page, asked: impl Fn() -> Address + 'static) -> AnyView {
    let i18n = use_i18n();
    match page {
        Page::List(data, notice) => ui::list::view(data, notice.map(|n| i18n.message(&n))),
        Page::Form(mut data) => {
            let html = std::mem::take(&mut data.aside);
            let aside = (!html.is_empty()).then(|| view! { <div class="drawn" inner_html=html></div> });
            ui::form::view(data, aside.into_any())
        }
        Page::Search(found) => view! {
            <div class="head"><div class="title"><h1>{t!(i18n, "search-title")}</h1></div></div>
            {search::view(found)}
        }
        .into_any(),
        Page::Drawn(drawn) => shown(drawn, asked()),
    }
}

/// What the server has drawn. While something is under way, it is asked for again every second.
fn shown(drawn: Drawn, address: Address) -> AnyView {
    let html = RwSignal::new(drawn.html);
    #[cfg(feature = "hydrate")]
    if drawn.running {
        follow(address, html);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = address;
    view! { <div class="drawn" inner_html=move || html.get()></div> }.into_any()
}

#[cfg(feature = "hydrate")]
fn follow(address: Address, html: RwSignal<String>) {
    ui::browser::after(1000, move || {
        leptos::task::spawn_local(async move {
            // What could not be loaded may come the next time.
            let goes_on = match ask(address.clone()).await {
                Ok(Sent(Loaded { page: Page::Drawn(drawn), .. })) => {
                    html.try_set(drawn.html).is_none() && drawn.running
                }
                Ok(_) => false,
                Err(_) => !html.is_disposed(),
            };
            if goes_on {
                follow(address, html);
            }
        });
    });
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
