//! Notifications: what somebody is told of, and what they want to be told of.

use crate::i18n::I18n;
use crate::record::comments::{About, Notification, NotificationPage, Told};
use crate::ui::comments::words;
use crate::ui::{icon, mark, use_i18n};
use crate::{modules, t};
use leptos::prelude::*;
use uuid::Uuid;

/// The page of them.
pub fn view(page: NotificationPage) -> AnyView {
    let i18n = use_i18n();
    let all = (page.unread > 0).then(|| {
        view! {
            <form method="post" action="/notifications" class="acts">
                <button class="btn" name="_do" value="read">{icon("check")}<span>{t!(i18n, "notifications-read-all")}</span></button>
            </form>
        }
    });
    let body = if page.lines.is_empty() {
        view! { <div class="empty">{mark()}<h2>{t!(i18n, "notifications-none")}</h2></div> }.into_any()
    } else {
        let lines = page.lines.iter().map(|line| line_view(i18n, line, page.before)).collect_view();
        view! { <ol class="card told">{lines}</ol> }.into_any()
    };
    let later = page.lines.last().filter(|_| page.more).map(|last| {
        let href = format!("/notifications?before={}", last.id);
        view! { <div class="foot"><span class="sp"></span><a class="btn" id="later" href=href>{t!(i18n, "page-after")}</a></div> }
    });
    view! { {all}{body}{later}{preferences(i18n, &page.wanted)} }.into_any()
}

fn line_view(i18n: I18n, line: &Notification, before: Option<Uuid>) -> AnyView {
    let by = line.by.clone();
    let (symbol, sentence) = match line.told {
        Told::Mention => ("user", t!(i18n, "notification-mention", name = by)),
        Told::Answer => ("undo-2", t!(i18n, "notification-answer", name = by)),
        Told::Own => ("pencil", t!(i18n, "notification-own", name = by)),
        Told::Job => ("clock", t!(i18n, "notification-job")),
        Told::Reply => ("send", t!(i18n, "notification-reply")),
    };
    let (about, opens) = match &line.about {
        About::Comment(record, title, parts) => {
            let record = modules::record(record).map(|record| i18n.record(record)).unwrap_or_default();
            let title = if title.is_empty() { t!(i18n, "unnumbered") } else { i18n.label(title) };
            let said = words(parts);
            (
                view! { <span>{record}" "<bdi>{title}</bdi></span><span class="words" dir="auto">{said}</span> }
                    .into_any(),
                true,
            )
        }
        About::Job(job) => {
            (view! { <span>{super::jobs::title(i18n, job)}" "{super::jobs::state(i18n, job)}</span> }.into_any(), true)
        }
        About::Nothing => (view! { <span>{t!(i18n, "notification-gone")}</span> }.into_any(), false),
    };
    let moment = i18n.moment(&line.at);
    let what = view! { {icon(symbol)}<span class="what"><b>{sentence}</b>{about}<small>{moment}</small></span> };
    let what = match opens {
        true => view! { <button class="open" name="_do" value="open">{what}</button> }.into_any(),
        false => view! { <div class="open">{what}</div> }.into_any(),
    };
    let read = (!line.read).then(|| {
        let label = t!(i18n, "notification-read");
        view! { <button class="btn quiet icon small" name="_do" value="read" title=label.clone() aria-label=label>{icon("check")}</button> }
    });
    let class = if line.read { "" } else { "new" };
    view! {
        <li class=class><form method="post" action=format!("/notifications/{}", line.id)>
            <input type="hidden" name="before" value=before.map(|id| id.to_string()).unwrap_or_default() />
            {what}{read}
        </form></li>
    }
    .into_any()
}

/// What the reader wants to be told of.
fn preferences(i18n: I18n, wanted: &[Told]) -> AnyView {
    let boxes = Told::ALL
        .into_iter()
        .map(|told| {
            let label = match told {
                Told::Mention => t!(i18n, "notify-mention"),
                Told::Answer => t!(i18n, "notify-answer"),
                Told::Own => t!(i18n, "notify-own"),
                Told::Job => t!(i18n, "notify-job"),
                Told::Reply => t!(i18n, "notify-reply"),
            };
            let on = wanted.contains(&told);
            view! { <label class="check"><input type="checkbox" name=told.name() value="true" checked=on /><span>{label}</span></label> }
        })
        .collect_view();
    view! {
        <form class="card prefer" id="preferences" method="post" action="/notifications">
            <h2 class="sec">{t!(i18n, "notifications-preferences")}</h2>
            <div class="body stack">{boxes}<div class="acts"><button class="btn" name="_do" value="prefer">{icon("save")}<span>{t!(i18n, "save")}</span></button></div></div>
        </form>
    }
    .into_any()
}
