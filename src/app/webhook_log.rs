//! The log of webhooks: each message on its way, with every attempt to deliver it.

use crate::i18n::I18n;
use crate::modules;
use crate::platform::webhooks::{Log, LogAttempt, LogLine, STATES};
use crate::t;
use crate::ui::{icon, mark, use_i18n};
use leptos::prelude::*;

pub fn view(log: Log) -> AnyView {
    let i18n = use_i18n();
    let lines = log.lines.iter().map(|line| row(i18n, line, log.may_replay)).collect_view();
    let body = match log.lines.is_empty() {
        true => view! { <div class="empty">{mark()}<h2>{t!(i18n, "webhook-log-empty")}</h2><p>{t!(i18n, "webhook-log-empty-hint")}</p></div> }.into_any(),
        false => view! {
            <div class="card scroll" tabindex="0" role="region" aria-label=t!(i18n, "page-webhook-log")><table class="list"><thead><tr>
                <th>{t!(i18n, "webhook-log-event")}</th><th>{t!(i18n, "webhook-log-at")}</th><th>{t!(i18n, "webhook")}</th>
                <th>{t!(i18n, "field-state")}</th><th>{t!(i18n, "webhook-log-attempts")}</th><th></th></tr></thead><tbody>{lines}</tbody></table></div>
        }
        .into_any(),
    };
    let later = log.lines.last().filter(|_| log.more).map(|last| {
        let webhook = log.asked.webhook.map(|id| id.to_string()).unwrap_or_default();
        let href = format!("/webhook-log?webhook={webhook}&state={}&after={}", log.asked.state, last.id);
        view! { <div class="foot"><span class="sp"></span><a class="btn" id="later" href=href>{t!(i18n, "page-after")}</a></div> }
    });
    view! { {filters(i18n, &log)}{body}{later} }.into_any()
}

fn filters(i18n: I18n, log: &Log) -> AnyView {
    let webhooks = log
        .webhooks
        .iter()
        .map(|(id, name)| {
            let chosen = log.asked.webhook == Some(*id);
            view! { <option value=id.to_string() selected=chosen>{name.clone()}</option> }
        })
        .collect_view();
    let states = STATES
        .map(|state| {
            let chosen = log.asked.state == state;
            view! { <option value=state selected=chosen>{words(i18n, "state", state)}</option> }
        })
        .collect_view();
    view! {
        <form method="get" action="/webhook-log" class="toolbar">
            <div class="field"><label for="webhook">{t!(i18n, "webhook")}</label><div class="control"><select id="webhook" name="webhook"><option value="">{t!(i18n, "view-all")}</option>{webhooks}</select></div></div>
            <div class="field"><label for="state">{t!(i18n, "field-state")}</label><div class="control"><select id="state" name="state"><option value="">{t!(i18n, "view-all")}</option>{states}</select></div></div>
            <button class="btn">{icon("filter")}<span>{t!(i18n, "filter-apply")}</span></button>
        </form>
    }
    .into_any()
}

fn words(i18n: I18n, kind: &str, word: &str) -> String {
    let part = if kind == "state" { "log-state" } else { kind };
    i18n.format(&format!("webhook-{part}-{word}"), None)
}

fn row(i18n: I18n, line: &LogLine, may_replay: bool) -> AnyView {
    let class = match line.state.as_str() {
        "delivered" => "pill p-done",
        "failed" => "pill p-late",
        "withheld" => "pill p-void",
        _ => "pill p-conf",
    };
    let record = line.event.split('.').next().and_then(modules::record);
    let event = view! { <bdi class="code">{line.event.clone()}</bdi> };
    let event = match record {
        Some(record) => view! { <a href=record.address(line.record)>{event}</a> }.into_any(),
        None => event.into_any(),
    };
    let attempts = line.attempts.iter().map(|attempt| attempted(i18n, attempt)).collect_view();
    let replay = (may_replay && line.state != "waiting").then(|| {
        view! {
            <form method="post" action="/webhook-log"><input type="hidden" name="message" value=line.id.to_string() />
                <button class="btn small">{icon("rotate-ccw")}<span>{t!(i18n, "webhook-log-replay")}</span></button></form>
        }
    });
    view! {
        <tr><td class="strong">{event}</td><td class="soft">{i18n.moment(&line.at)}</td><td><bdi>{line.webhook.clone()}</bdi></td>
            <td><span class=class>{words(i18n, "state", &line.state)}</span></td><td class="wrap">{attempts}</td><td>{replay}</td></tr>
    }
    .into_any()
}

fn attempted(i18n: I18n, attempt: &LogAttempt) -> AnyView {
    let class = if attempt.outcome == "accepted" { "soft" } else { "err" };
    let answered = attempt.answered.map(|status| view! { <bdi class="code">{status}</bdi>" " });
    let note = attempt.note.clone().map(|note| view! { " "<small><bdi>{note}</bdi></small> });
    let took = t!(i18n, "webhook-log-took", milliseconds = i18n.integer(i64::from(attempt.milliseconds)));
    view! {
        <div>{i18n.moment(&attempt.at)}" "{answered}<span class=class>{words(i18n, "outcome", &attempt.outcome)}</span>" "<small class="soft">{took}</small>{note}</div>
    }
    .into_any()
}
