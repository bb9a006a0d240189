//! Diwan: a register for companies in two languages. The map of the house:
//!
//! - [`record`]: what a record is, on both sides of the wire
//! - [`modules`]: the business
//! - [`ui`]: how it looks; it knows no module, and asks through [`ui::port`]
//! - [`app`]: which page is where
//! - [`i18n`]: languages, figures, dates
//! - [`platform`]: what only the server has
//! - [`api`]: how programs ask for the same
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
pub mod api;
pub mod app;
pub mod i18n;
pub mod modules;
#[cfg(feature = "ssr")]
pub mod platform;
pub mod record;
pub mod ui;

#[cfg(all(test, feature = "ssr"))]
mod tests;

/// Gives back what it does not need: after a rush, glibc's keeps tens of MiB for each thread that ever hashed a password.
#[cfg(feature = "ssr")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Brings the page that the server drew to life: fetches the messages of its language, then hydrates.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        if let Some(messages) = ui::browser::fetch_messages().await {
            i18n::install(ui::browser::i18n().locale, messages);
            leptos::mount::hydrate_body(app::App);
            ui::browser::mark_hydrated();
        }
    });
}
