//! What a company uses of its plan: figures of now, what there may be, and the last ninety days.

use crate::i18n::I18n;
use crate::platform::missed::Asker;
use crate::platform::plan::{Day, Level, UsagePage};
use crate::t;
use crate::ui::{chart, files, icon, use_i18n};
use leptos::prelude::*;

/// The page of the company's owner.
pub fn view(page: UsagePage) -> AnyView {
    let i18n = use_i18n();
    let plan = i18n.name(&page.plan).to_owned();
    view! {
        <p class="soft">{t!(i18n, "usage-plan", plan = plan)}</p>
        {tiles(i18n, &page.levels, page.rate, &page.days)}
        <section class="card"><h2 class="sec">{t!(i18n, "usage-parts")}</h2><ul class="checks">{parts(i18n, &page.flags)}</ul></section>
        {history(i18n, &page.days)}
        {missed(i18n, &page.missed)}
        <p class="hint">{t!(i18n, "usage-hint")}</p>
    }
    .into_any()
}

/// An amount of something, as people read it.
pub fn amount(i18n: I18n, what: &str, amount: i64) -> String {
    if what == "storage" { files::size(i18n, amount) } else { i18n.integer(amount) }
}

/// What is limited, in words.
pub fn word(i18n: I18n, what: &str) -> String {
    i18n.format(&format!("usage-{what}"), None)
}

/// A tile for each limit: what is used, how much there may be, how it came about. Of requests a minute only how many there
/// may be: each node counts its own.
pub fn tiles(i18n: I18n, levels: &[Level], rate: Option<i64>, days: &[Day]) -> AnyView {
    let tiles = levels
        .iter()
        .map(|level| {
            let used = amount(i18n, level.what, level.used);
            let (tone, most) = match level.most {
                Some(most) => {
                    let tone = if level.is_reached() { "bad" } else { "good" };
                    (tone, t!(i18n, "usage-of", most = amount(i18n, level.what, most)))
                }
                None => ("soft", t!(i18n, "usage-unlimited")),
            };
            let label = word(i18n, level.what);
            let bar = level.most.map(|most| {
                let (most, used) = (most.max(1).to_string(), level.used.clamp(0, most.max(1)).to_string());
                view! { <progress class="bar" max=most value=used aria-label=label.clone()></progress> }
            });
            let values: Vec<i64> = days.iter().filter_map(|day| value_of(day, level.what)).collect();
            let picture = (values.len() > 1).then(|| chart::spark(&values));
            view! {
                <div class="tile" id=format!("usage-{}", level.what)><span class="lbl">{label}</span><b class="big"><bdi>{used}</bdi></b>
                    <small class=tone>{most}</small>{bar}{picture}</div>
            }
        })
        .collect_view();
    let (rate, note) = match rate {
        Some(rate) => (i18n.integer(rate), t!(i18n, "usage-rate-shared")),
        None => ("—".to_owned(), t!(i18n, "usage-rate-usual")),
    };
    view! {
        <div class="tiles">{tiles}<div class="tile" id="usage-rate"><span class="lbl">{t!(i18n, "usage-rate")}</span><b class="big"><bdi>{rate}</bdi></b>
            <small class="soft">{note}</small></div></div>
    }
    .into_any()
}

fn value_of(day: &Day, what: &str) -> Option<i64> {
    match what {
        "users" => day.users,
        "storage" => day.storage,
        "records" => day.records,
        _ => Some(day.calls),
    }
}

fn parts(i18n: I18n, flags: &[(&'static str, bool)]) -> AnyView {
    flags
        .iter()
        .map(|(flag, on)| {
            let (class, symbol, state) = match on {
                true => ("ok", "circle-check", t!(i18n, "usage-on")),
                false => ("off", "ban", t!(i18n, "usage-off")),
            };
            let name = i18n.format(&format!("flag-{flag}"), None);
            view! { <li class=class>{icon(symbol)}<b>{name}</b><span class="soft">{state}</span></li> }
        })
        .collect_view()
        .into_any()
}

/// The days as a table, the latest first: the pictures again, for those who cannot see them.
pub fn history(i18n: I18n, days: &[Day]) -> AnyView {
    if days.is_empty() {
        return view! { <p class="soft">{t!(i18n, "usage-no-days")}</p> }.into_any();
    }
    let figure = |what: &str, value: Option<i64>| {
        let figure = value.map_or("—".to_owned(), |value| amount(i18n, what, value));
        view! { <td class="end" data-label=word(i18n, what)>{figure}</td> }
    };
    let rows = days
        .iter()
        .rev()
        .map(|day| {
            view! {
                <tr><td class="strong">{i18n.date_text(&day.day)}</td>{figure("users", day.users)}{figure("records", day.records)}{figure("storage", day.storage)}
                    <td class="end" data-label=t!(i18n, "usage-calls-day")>{i18n.integer(day.calls)}</td>{figure("actions", Some(day.actions))}</tr>
            }
        })
        .collect_view();
    view! {
        <details class="card"><summary class="sec">{t!(i18n, "usage-days")}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=t!(i18n, "usage-days")><table class="list"><thead><tr><th>{t!(i18n, "usage-day")}</th><th class="end">{t!(i18n, "usage-users")}</th>
                <th class="end">{t!(i18n, "usage-records")}</th><th class="end">{t!(i18n, "usage-storage")}</th><th class="end">{t!(i18n, "usage-calls-day")}</th><th class="end">{t!(i18n, "usage-actions")}</th></tr></thead>
                <tbody>{rows}</tbody></table></div></details>
    }
    .into_any()
}

/// Who asked for what is not there. A company in which nobody did reads nothing of it.
fn missed(i18n: I18n, askers: &[Asker]) -> Option<AnyView> {
    let rows = askers
        .iter()
        .map(|asker| {
            view! {
                <tr><td class="strong"><bdi>{asker.name.clone()}</bdi></td><td class="end" data-label=t!(i18n, "usage-missed-times")>{i18n.integer(asker.asked)}</td>
                    <td class="soft" data-label=t!(i18n, "usage-missed-last")>{i18n.moment(&asker.latest)}</td></tr>
            }
        })
        .collect_view();
    let table = view! {
        <section class="card" id="usage-missed"><h2 class="sec">{t!(i18n, "usage-missed")}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label=t!(i18n, "usage-missed")><table class="list"><thead><tr><th>{t!(i18n, "audit-member")}</th>
                <th class="end">{t!(i18n, "usage-missed-times")}</th><th>{t!(i18n, "usage-missed-last")}</th></tr></thead><tbody>{rows}</tbody></table></div>
            <p class="body hint">{t!(i18n, "usage-missed-hint")}</p></section>
    };
    (!askers.is_empty()).then(|| table.into_any())
}
