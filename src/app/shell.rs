//! The document around the page: language and direction, styles, messages, scripts and the policy that guards them.

use super::{App, Gate};
use crate::i18n::Digits;
use crate::platform::auth;
use crate::platform::web::{OFFER, Visit, content_security_policy, messages_file};
use crate::t;
use axum::http::{HeaderValue, header};
use leptos::config::LeptosOptions;
use leptos::hydration::{AutoReload, HydrationScripts};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use std::sync::OnceLock;

/// What the button on paper does.
const PRINT: &str = "addEventListener('click',e=>e.target.closest('#print')&&print())";

/// Keeps what was typed into plain forms while the language is switched: for the next page of this window, which forgets it as
/// soon as it has it back, and never a password. The form of a record is sent along with the switch and comes back by itself.
///
/// What is put back is told to the program once more when that has come to life, which may have drawn over it.
const TYPED: &str = include_str!("typed.js");

/// Says that Diwan cannot be reached when that lasts longer than a moment, keeps the page with what was typed until it can, and
/// then lets it be sent again.
const OFFLINE: &str = include_str!("offline.js");

/// Keeps what a member types into the form of a record and does not save, in this browser: for thirty days, and twenty forms at
/// most. It is offered when they come back to the form, and forgotten once it is saved, or they discard it or sign out. Nothing
/// of passwords, and of what the form itself keeps only the version that it began with.
const DRAFT: &str = include_str!("draft.js");

/// Remembers the addresses of the records that a member opened last in this browser, for the palette.
const RECENT: &str = include_str!("recent.js");

/// Has a key be chosen for a shortcut by pressing it, on whatever layout.
const KEYS: &str = include_str!("keys.js");

/// The whole document of one visit.
pub fn document(options: LeptosOptions) -> AnyView {
    let visit = expect_context::<Visit>();
    let i18n = visit.i18n;
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce, reload_port(&options)))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    let theme = Some(visit.theme.clone()).filter(|t| t != "auto");
    let digits = if i18n.digits == Digits::Arabic { "arab" } else { "latn" };
    let title = super::frame::title(i18n, visit.uri.path());
    let arabic_font = i18n.locale.is_arabic().then(|| {
        view! { <link rel="preload" href="/fonts/plex-arabic-core-400.woff2" r#as="font" r#type="font/woff2" crossorigin="" /> }
    });
    let path = visit.uri.path();
    let offered = path.starts_with(OFFER);
    let body_class = if offered {
        "paper"
    } else if visit.signed_in.is_none() || path == "/join" {
        "auth"
    } else if path.ends_with("/print") {
        "paper"
    } else {
        "app"
    };
    // Whoever works here has chosen how much room rows and fields take, and what single keys do.
    let worker = visit.signed_in.as_ref().filter(|_| body_class == "app");
    let density = worker.map(|person| person.density.clone()).filter(|density| *density != auth::normal());
    let keys = worker.map(|person| person.keys.clone()).filter(|keys| !keys.is_empty());
    // Doors and paper are still: they work without the program, which whoever is about to sign in will need next.
    let messages = format!("/messages/{}", messages_file(i18n.locale));
    let (program, body) = match body_class {
        "app" => (
            view! {
                <script nonce=use_nonce()>{format!("window.diwanMessages=fetch('{messages}')")}</script>
                <HydrationScripts options=options.clone() />
            }
            .into_any(),
            view! { <App /> }.into_any(),
        ),
        "auth" => {
            let ahead = [bundled(&options, "js"), bundled(&options, "wasm"), messages];
            (
                ahead.map(|file| view! { <link rel="prefetch" href=file /> }).collect_view().into_any(),
                view! { <Gate /> }.into_any(),
            )
        }
        _ => {
            let body = if offered { view! { <Gate /> }.into_any() } else { view! { <App /> }.into_any() };
            (view! { <script nonce=use_nonce()>{PRINT}</script> }.into_any(), body)
        }
    };
    let typed = (offered || body_class != "paper").then(|| {
        view! {
            <script nonce=use_nonce()>{TYPED}</script>
            <script nonce=use_nonce() data-offline=t!(i18n, "offline")>{OFFLINE}</script>
        }
    });
    let memory = worker.map(|person| {
        let (member, company) = (person.user.simple().to_string(), person.tenant.simple().to_string());
        let posted = visit.posted.is_some().then_some("true");
        view! {
            <script nonce=use_nonce() data-member=member.clone() data-company=company.clone()>{RECENT}</script>
            <script nonce=use_nonce()>{KEYS}</script>
            <script nonce=use_nonce() data-member=member data-company=company data-posted=posted
                data-found=t!(i18n, "draft-found", when = "{when}") data-older=t!(i18n, "draft-older", when = "{when}")
                data-take=t!(i18n, "draft-take") data-drop=t!(i18n, "draft-drop")>{DRAFT}</script>
        }
    });
    let still = (body_class != "app").then_some("true");
    view! {
        <!DOCTYPE html>
        <html lang=i18n.locale.tag() dir=i18n.locale.direction() data-digits=digits data-theme=theme data-density=density data-keys=keys data-still=still>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>{title}</title>
                <link rel="stylesheet" href=bundled(&options, "css") />
                <link rel="preload" href="/fonts/plex-latin.woff2" r#as="font" r#type="font/woff2" crossorigin="" />
                {arabic_font}
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <AutoReload options=options.clone() />
                {typed}
                {memory}
                {program}
            </head>
            <body class=body_class>{body}</body>
        </html>
    }
    .into_any()
}

/// Where pages hear of changes while somebody develops with `cargo leptos watch`.
fn reload_port(options: &LeptosOptions) -> Option<u32> {
    static WATCHED: OnceLock<bool> = OnceLock::new();
    WATCHED.get_or_init(|| std::env::var_os("LEPTOS_WATCH").is_some()).then_some(options.reload_port)
}

/// The address of a file of the bundle, with the hash that the build gave it.
fn bundled(options: &LeptosOptions, kind: &str) -> String {
    static HASHES: OnceLock<String> = OnceLock::new();
    let hashes = HASHES.get_or_init(|| {
        let file = std::env::current_exe().ok().filter(|_| options.hash_files);
        file.and_then(|exe| std::fs::read_to_string(exe.parent()?.join(&*options.hash_file)).ok()).unwrap_or_default()
    });
    let hash = hashes.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(':').map(str::trim));
    let name = hash.map_or_else(|| options.output_name.to_string(), |hash| format!("{}.{hash}", options.output_name));
    format!("/{}/{name}.{kind}", options.site_pkg_dir)
}
