//! The shell and the routes.

pub mod auth;
#[cfg(feature = "ssr")]
mod auth_rules;
pub mod calls;
#[cfg(feature = "ssr")]
pub mod forms;
pub mod frame;
pub mod home;
pub mod import;
pub mod print;
pub mod records;
pub mod reports;
#[cfg(feature = "ssr")]
pub mod shell;

use crate::i18n::I18n;
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

/// Everything inside `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_context(page_i18n());
    view! {
        <Router>
            <Routes fallback=records::missing>
                <Route path=path!("/sign-in") view=auth::sign_in />
                <Route path=path!("/sign-up") view=auth::sign_up />
                <Route path=path!("/") view=home::page />
                <Route path=path!("/companies") view=auth::companies />
                <Route path=path!("/trial-balance") view=reports::trial_balance />
                <Route path=path!("/general-ledger") view=reports::general_ledger />
                <Route path=path!("/books-health") view=reports::books_health />
                <Route path=path!("/stock-on-hand") view=reports::stock_on_hand />
                <Route path=path!("/:path") view=records::list />
                <Route path=path!("/:path/import") view=import::page />
                <Route path=path!("/:path/:id/print") view=print::page />
                <Route path=path!("/:path/:id") view=records::form />
            </Routes>
        </Router>
    }
}
