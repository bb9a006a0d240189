//! What is known of a person: told to whoever may know, and forgotten when they are to be.

use super::plain::{Input, returned};
use crate::i18n::I18n;
use crate::platform::person::Known;
use crate::t;
use crate::ui::{icon, use_i18n};
use leptos::prelude::*;

pub fn title(i18n: I18n, known: &Known) -> String {
    t!(i18n, "person-title", name = i18n.label(&known.title))
}

pub fn view(known: Known) -> AnyView {
    let i18n = use_i18n();
    let address = format!("/persons/{}/{}", known.record.name, known.id);
    let back = view! { <a class="btn" href=known.record.address(known.id)>{icon(known.record.icon)}<span>{i18n.record(known.record)}</span></a> };
    let erase = known.may_erase.then(|| erase(i18n, &known, address.clone()));
    view! {
        <section class="card">
            <p class="lead">{t!(i18n, "person-archive-lead")}</p>
            <form class="stack" method="post" action=address>
                <input type="hidden" name="_key" value=known.job.to_string() />
                <div class="acts">{back}<button class="btn pri" name="_do" value="export">{icon("download")}<span>{t!(i18n, "person-archive")}</span></button></div>
            </form>
        </section>
        {erase}
    }
    .into_any()
}

/// What would go and what would stay, what stands in the way, and the form that asks for what the record is called.
fn erase(i18n: I18n, known: &Known, address: String) -> AnyView {
    let label = |name: &String| match name.strip_prefix("lines.") {
        Some(name) => i18n.line_field(known.record, name),
        None => i18n.field(known.record, name),
    };
    let mut labels: Vec<String> = Vec::new();
    for label in known.fields.iter().map(label) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let fields = i18n.list(&labels);
    let stays = known
        .stays
        .iter()
        .map(|(record, count)| view! { <li>{i18n.records(record)}": "<span class="num">{i18n.integer(*count)}</span></li> })
        .collect_view();
    let account = known.signs_in.then(|| view! { <li>{t!(i18n, "person-goes-account")}</li> });
    let what = view! {
        <h3>{t!(i18n, "person-goes")}</h3>
        <ul id="goes"><li>{t!(i18n, "person-goes-fields", fields = fields)}</li><li>{t!(i18n, "person-goes-comments", count = known.comments)}</li>
            <li>{t!(i18n, "person-goes-files", count = known.files)}</li><li>{t!(i18n, "person-goes-history", count = known.entries)}</li>
            <li>{t!(i18n, "person-goes-repeated")}</li>{account}</ul>
        <h3>{t!(i18n, "person-stays")}</h3>
        <ul id="stays">{stays}<li>{t!(i18n, "person-stays-books")}</li><li>{t!(i18n, "person-stays-trace")}</li><li>{t!(i18n, "person-stays-copies")}</li></ul>
    };
    let in_the_way = (!known.bound.is_empty()).then(|| {
        let items = known.bound.iter().map(|message| view! { <li>{i18n.message(message)}</li> }).collect_view();
        view! { <div class="notice bad" role="alert">{icon("triangle-alert")}<div><ul>{items}</ul></div></div> }
    });
    let form = known.bound.is_empty().then(|| {
        let label = t!(i18n, "person-type", name = i18n.label(&known.called));
        view! {
            <form class="stack" method="post" action=address>
                {Input::new("typed", label).view(i18n, &returned())}
                <button class="btn danger" name="_do" value="erase">{icon("trash-2")}<span>{t!(i18n, "person-erase")}</span></button>
            </form>
        }
    });
    view! {
        <section class="card">
            <h2 class="sec">{t!(i18n, "person-erase")}</h2>
            <p class="lead">{t!(i18n, "person-erase-lead")}</p>
            <div class="body">{what}{in_the_way}</div>
            {form}
        </section>
    }
    .into_any()
}
