//! The document around the page: language and direction, styles, messages, scripts and the policy that guards them.

use super::App;
use crate::i18n::Digits;
use crate::platform::web::{Visit, content_security_policy, messages_file};
use axum::http::{HeaderValue, header};
use leptos::config::LeptosOptions;
use leptos::hydration::{AutoReload, HydrationScripts};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use std::sync::OnceLock;

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
        view! { <link rel="preload" href="/fonts/plex-arabic-400.woff2" r#as="font" r#type="font/woff2" crossorigin="" /> }
    });
    let body_class = if visit.signed_in.is_none() {
        "auth"
    } else if visit.uri.path().ends_with("/print") {
        "paper"
    } else {
        "app"
    };
    view! {
        <!DOCTYPE html>
        <html lang=i18n.locale.tag() dir=i18n.locale.direction() data-digits=digits data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>{title}</title>
                <link rel="stylesheet" href=stylesheet(&options) />
                <link rel="preload" href="/fonts/plex-latin.woff2" r#as="font" r#type="font/woff2" crossorigin="" />
                {arabic_font}
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <script nonce=use_nonce()>{format!("window.diwanMessages=fetch('/messages/{}')", messages_file(i18n.locale))}</script>
                <AutoReload options=options.clone() />
                <HydrationScripts options=options.clone() />
            </head>
            <body class=body_class><App /></body>
        </html>
    }
    .into_any()
}

/// Where pages hear of changes while somebody develops with `cargo leptos watch`.
fn reload_port(options: &LeptosOptions) -> Option<u32> {
    static WATCHED: OnceLock<bool> = OnceLock::new();
    WATCHED.get_or_init(|| std::env::var_os("LEPTOS_WATCH").is_some()).then_some(options.reload_port)
}

/// The address of the style sheet, with the hash that the build gave it.
fn stylesheet(options: &LeptosOptions) -> String {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let hash = std::env::current_exe()
            .ok()
            .filter(|_| options.hash_files)
            .and_then(|exe| std::fs::read_to_string(exe.parent()?.join(&*options.hash_file)).ok())
            .and_then(|text| {
                text.lines().find_map(|line| line.strip_prefix("css:").map(|hash| hash.trim().to_owned()))
            });
        let name =
            hash.map_or_else(|| options.output_name.to_string(), |hash| format!("{}.{hash}", options.output_name));
        format!("/{}/{name}.css", options.site_pkg_dir)
    })
    .clone()
}
