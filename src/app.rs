//! The shell and the routes.

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod auth;
#[cfg(feature = "ssr")]
mod auth_rules;
#[cfg(feature = "ssr")]
pub mod beside;
pub mod calls;
#[cfg(feature = "ssr")]
pub mod company_data;
#[cfg(feature = "ssr")]
pub mod developers;
#[cfg(feature = "ssr")]
pub mod draw;
#[cfg(feature = "ssr")]
pub mod forms;
pub mod frame;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod import;
#[cfg(feature = "ssr")]
pub mod imports;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod notifications;
#[cfg(feature = "ssr")]
pub mod offer;
#[cfg(feature = "ssr")]
pub mod operator;
pub mod page;
#[cfg(feature = "ssr")]
pub mod person;
#[cfg(feature = "ssr")]
pub mod plain;
mod port;
#[cfg(feature = "ssr")]
pub mod print;
#[cfg(feature = "ssr")]
pub mod reports;
pub mod search;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod usage;
#[cfg(feature = "ssr")]
pub mod webhook_log;

use crate::i18n::I18n;
use crate::ui::port::Port;
use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

/// Language and digits of this page: the server knows the visitor, the browser reads what the server wrote.
fn page_i18n() -> I18n {
    #[cfg(feature = "ssr")]
    {
        expect_context::<crate::platform::web::Visit>().i18n
    }
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    {
        crate::ui::browser::i18n()
    }
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    {
        I18n::new(crate::i18n::Locale::En, crate::i18n::Digits::Western)
    }
}

/// What every view is built with: the reader's language, and what the design system asks for.
fn provide(i18n: I18n) {
    provide_context(i18n);
    provide_context::<&'static dyn Port>(&port::Diwan);
}

/// Everything inside `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide(page_i18n());
    view! {
        <Router>
            <Routes fallback=|| ()>
                <Route path=path!("/*path") view=page::page />
            </Routes>
        </Router>
    }
}

/// The same for whoever is not signed in: plain forms, for which the browser needs no program.
#[cfg(feature = "ssr")]
#[component]
pub fn Gate() -> impl IntoView {
    provide(page_i18n());
    view! {
        <Router>
            <Routes fallback=|| ()>
                <Route path=path!("/sign-in") view=auth::sign_in />
                <Route path=path!("/sign-up") view=auth::sign_up />
                <Route path=path!("/join") view=auth::join />
                <Route path=path!("/offer/:token") view=offer::page />
            </Routes>
        </Router>
    }
}
