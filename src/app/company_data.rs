//! The company's data as a whole: archives to take away, and how the company is deleted.

use super::jobs;
use crate::i18n::I18n;
use crate::record::jobs::JobLine;
use crate::t;
use crate::ui::{icon, use_i18n};
use leptos::prelude::*;

pub fn view(archives: Vec<JobLine>) -> AnyView {
    let i18n = use_i18n();
    let table = (!archives.is_empty()).then(|| {
        let rows = archives.iter().map(|line| row(i18n, line)).collect_view();
        view! {
            <div class="card scroll" tabindex="0" role="region" aria-label=t!(i18n, "page-company-data")><table class="list"><thead><tr>
                <th>{t!(i18n, "archive")}</th><th>{t!(i18n, "audit-at")}</th><th>{t!(i18n, "audit-member")}</th>
                <th>{t!(i18n, "field-state")}</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>
        }
    });
    view! {
        <section class="card"><h2 class="sec">{t!(i18n, "archive-take")}</h2><div class="body"><p>{t!(i18n, "archive-what")}</p><p class="soft">{t!(i18n, "archive-without")}</p>
            <form method="post" action="/company-data" class="acts"><button class="btn pri" id="archive">{icon("download")}<span>{t!(i18n, "archive-make")}</span></button></form></div></section>
        {table}
        <section class="card"><h2 class="sec">{t!(i18n, "company-delete")}</h2><div class="body"><p>{t!(i18n, "company-delete-how")}</p></div></section>
    }
    .into_any()
}

fn row(i18n: I18n, line: &JobLine) -> AnyView {
    let path = format!("/jobs/{}", line.id);
    let file = line.file.clone().map(|name| {
        view! { <a class="btn small" href=format!("{path}/file") rel="external" download>{icon("download")}<bdi>{name}</bdi></a> }
    });
    view! {
        <tr><td class="strong"><a href=path>{jobs::title(i18n, line)}</a></td><td class="soft">{i18n.moment(&line.at)}</td><td><bdi>{line.member.clone()}</bdi></td>
            <td>{jobs::state(i18n, line)}</td><td>{file}</td></tr>
    }
    .into_any()
}
