//! Where whoever gives a token to a program, or has a program told of events, finds how programs are written.

use crate::api::problem::DOCS;
use crate::api::rest::ROOT;
use crate::t;
use crate::ui::{icon, use_i18n};
use leptos::prelude::*;

pub fn view() -> AnyView {
    let i18n = use_i18n();
    view! {
        <section class="card"><h2 class="sec">{t!(i18n, "api-title")}</h2><div class="body"><p>{t!(i18n, "api-lead")}</p>
            <div class="acts"><a class="btn pri" href=DOCS rel="external">{icon("book-open")}<span>{t!(i18n, "developers-read")}</span></a>
                <a class="btn" href=format!("{ROOT}/openapi.json") rel="external">{icon("download")}<span>{t!(i18n, "developers-openapi")}</span></a></div></div></section>
        <section class="card"><h2 class="sec">{t!(i18n, "webhook-many")}</h2><div class="body"><p>{t!(i18n, "webhook-empty")}</p>
            <div class="acts"><a class="btn" href=format!("{DOCS}#events") rel="external">{icon("send")}<span>{t!(i18n, "developers-events")}</span></a></div></div></section>
    }
    .into_any()
}
