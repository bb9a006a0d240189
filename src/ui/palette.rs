//! The palette: one box that goes, creates, finds and acts, opened by Ctrl K; and the list of shortcuts, opened by `?`.
//!
//! What can be done is what the page offers anyway: its menu, its buttons. Keys are known by their place on the keyboard,
//! so that they are the same on every layout.

use super::{hit_link, icon, keys, use_i18n, use_port};
use crate::i18n::I18n;
use crate::record::fold::fold;
use crate::record::search::Hit;
use crate::t;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

/// What the page offers: under which heading, and which elements.
const OFFERS: [(&str, &str); 4] = [
    ("palette-here", ".head .acts :is(a, button), .viewtools > a"),
    ("palette-new", "#palette-new a"),
    ("palette-go", ".side nav a, .who .menu a"),
    ("palette-set", ".side .who .menu button, .top .seg button:not([aria-pressed=true])"),
];

/// Milliseconds of quiet before the server is asked.
const PAUSE: i32 = 120;

/// Most offers under one heading while something is typed.
const FEW: usize = 6;

/// Something the page offers.
#[derive(Clone)]
struct Offer {
    group: &'static str,
    label: String,
    folded: String,
    element: HtmlElement,
}

fn offers() -> Vec<Offer> {
    let mut found = Vec::new();
    for (group, selector) in OFFERS {
        let Ok(elements) = document().query_selector_all(selector) else { continue };
        for at in 0..elements.length() {
            let Some(element) = elements.item(at).and_then(|node| node.dyn_into::<HtmlElement>().ok()) else {
                continue;
            };
            let text = element.text_content().unwrap_or_default();
            let label = match text.trim() {
                "" => element.title(),
                text if text.chars().count() > 2 => text.to_owned(),
                _ => element.title(),
            };
            if !label.is_empty() && !element.has_attribute("disabled") {
                found.push(Offer { group, folded: fold(&label), label, element });
            }
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Palette,
    Keys,
}

/// The palette of the frame, closed; and the keys that open it.
pub fn palette() -> AnyView {
    let i18n = use_i18n();
    let shown = RwSignal::new(Shown::Nothing);
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move |_| {
        let open = shown.get() != Shown::Nothing;
        let Some(dialog) = dialog.get_untracked() else { return };
        match (open, dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // Whether the dialog is open, only the dialog knows: the browser closes it at once, and tells it a moment later.
    let is_open = move || dialog.get_untracked().is_some_and(|dialog| dialog.open());
    let keys = window_event_listener(leptos::ev::keydown, move |event| on_key(&event, shown, is_open()));
    // Whoever clicks into the search box of the top bar means the palette.
    let clicks = window_event_listener(leptos::ev::click, move |event| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let within = |selector: &str| target.as_ref().is_some_and(|t| t.closest(selector).ok().flatten().is_some());
        if within(".top .find") {
            event.prevent_default();
            shown.set(Shown::Palette);
        } else if within("#open-keys") {
            shown.set(Shown::Keys);
        }
    });
    on_cleanup(move || {
        keys.remove();
        clicks.remove();
    });
    view! {
        <dialog class="palette" id="palette" node_ref=dialog on:close=move |_| if !is_open() { shown.set(Shown::Nothing) }
            on:click=move |event| close_outside(&event, shown)>
            {move || match shown.get() {
                Shown::Nothing => ().into_any(),
                Shown::Palette => untrack(|| finder(i18n, shown)),
                Shown::Keys => untrack(|| shortcuts(i18n, shown)),
            }}
        </dialog>
    }
    .into_any()
}

/// A click on the ground around the dialog closes it.
fn close_outside(event: &leptos::ev::MouseEvent, shown: RwSignal<Shown>) {
    if event.target().is_some_and(|target| target.dyn_ref::<HtmlDialogElement>().is_some()) {
        shown.set(Shown::Nothing);
    }
}

fn document() -> web_sys::Document {
    leptos::prelude::document()
}

fn on_key(event: &KeyboardEvent, shown: RwSignal<Shown>, is_open: bool) {
    let control = event.ctrl_key() || event.meta_key();
    if control && !event.alt_key() && !event.shift_key() && event.code() == "KeyK" {
        event.prevent_default();
        shown
            .update(|shown| *shown = if is_open && *shown == Shown::Palette { Shown::Nothing } else { Shown::Palette });
        return;
    }
    if control && !event.alt_key() && event.code() == "KeyS" && press("#save") {
        event.prevent_default();
        return;
    }
    let typing = event
        .target()
        .and_then(|t| t.dyn_into::<Element>().ok())
        .is_some_and(|t| t.matches("input:not([type=checkbox]), textarea, select, [contenteditable]").unwrap_or(false));
    if control || event.alt_key() || typing || is_open {
        return;
    }
    // Where the question mark is depends on the layout; what it writes does not.
    let pressed = match event.key().as_str() {
        "?" | "؟" => "?".to_owned(),
        _ if event.shift_key() => return,
        _ => event.code(),
    };
    let done = match keys::meant(&told("data-keys"), &pressed) {
        Some("keys") => {
            shown.set(Shown::Keys);
            true
        }
        Some("search") => press(".filters input[type=search]"),
        Some("new") => press(".head .acts a.pri[href$='/new'], .head .acts a[href$='/new']"),
        Some("edit") => press("form#record-form .field :is(input, select, textarea):not([type=hidden])"),
        Some("next") => walk(1),
        Some("previous") => walk(-1),
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

/// Clicks the first link or button that the selector finds, or puts the focus into the first field.
fn press(selector: &str) -> bool {
    let Some(element) = document().query_selector(selector).ok().flatten() else { return false };
    let Ok(element) = element.dyn_into::<HtmlElement>() else { return false };
    if matches!(element.tag_name().as_str(), "A" | "BUTTON") {
        element.click();
    } else {
        let _ = element.focus();
    }
    true
}

/// Moves the focus to the next or the previous row of a list.
fn walk(by: i32) -> bool {
    let Ok(rows) = document().query_selector_all("table.list tbody tr a, .lane a.card") else { return false };
    let rows: Vec<HtmlElement> = (0..rows.length()).filter_map(|at| rows.item(at)?.dyn_into().ok()).collect();
    let mut firsts: Vec<HtmlElement> = Vec::new();
    for link in rows {
        let row = link.closest("tr").ok().flatten();
        if row.is_none() || firsts.last().and_then(|last| last.closest("tr").ok().flatten()) != row {
            firsts.push(link);
        }
    }
    let here = document().active_element();
    let at = firsts.iter().position(|link| here.as_ref() == Some(link.as_ref()));
    let next = match at {
        Some(at) => at as i32 + by,
        None => 0,
    };
    firsts.get(next.max(0) as usize).is_some_and(|link| link.focus().is_ok())
}

/// What the page was told of its reader: the addresses of the records that they opened last, the keys that they chose.
fn told(name: &str) -> String {
    document().document_element().and_then(|root| root.get_attribute(name)).unwrap_or_default()
}

fn finder(i18n: I18n, shown: RwSignal<Shown>) -> AnyView {
    let port = use_port();
    let offered = StoredValue::new_local(offers());
    let text = RwSignal::new(String::new());
    let hits = RwSignal::new(Vec::<Hit>::new());
    let chosen = RwSignal::new(0usize);
    let asked = StoredValue::new(0u32);
    // The question that was answered last, and the one at which Enter waits for the answer.
    let (answered, entered) = (StoredValue::new(0u32), StoredValue::new(0u32));
    let take = move || {
        let option = chosen.try_get_untracked().and_then(|at| document().get_element_by_id(&option_id(at)));
        if let Some(option) = option {
            option.unchecked_into::<HtmlElement>().click();
        }
    };
    let ask = move |typed: String| {
        text.set(typed.clone());
        chosen.set(0);
        asked.update_value(|n| *n += 1);
        let number = asked.get_value();
        super::browser::after(PAUSE, move || {
            if asked.try_get_value() != Some(number) {
                return;
            }
            leptos::task::spawn_local(async move {
                let found = port.search(typed, told("data-recent")).await;
                if asked.try_get_value() != Some(number) {
                    return;
                }
                answered.set_value(number);
                hits.set(found.unwrap_or_default());
                if entered.get_value() == number {
                    // Once they are drawn.
                    super::browser::after(0, take);
                }
            });
        });
    };
    // Nothing typed asks for what is at hand.
    ask(String::new());
    let matching = move || {
        let wanted = fold(&text.get());
        offered.with_value(|offers| {
            let mut found: Vec<Offer> = Vec::new();
            for offer in offers.iter().filter(|offer| offer.folded.contains(&wanted)) {
                if wanted.is_empty() || found.iter().filter(|o| o.group == offer.group).count() < FEW {
                    found.push(offer.clone());
                }
            }
            found
        })
    };
    let count = move || matching().len() + hits.with(Vec::len);
    let on_key = move |event: KeyboardEvent| {
        let last = count().saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => chosen.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            "Enter" => {
                let number = asked.get_value();
                let begins_with_offer = hits.with_untracked(Vec::is_empty) && count() > 0;
                // What was found for an earlier text is not what Enter means, unless somebody walked to it.
                if answered.get_value() == number || chosen.get_untracked() > 0 || begins_with_offer {
                    take();
                } else {
                    entered.set_value(number);
                }
            }
            _ => return,
        }
        event.prevent_default();
        super::browser::bring_into_view(&format!("#{}", option_id(chosen.get_untracked())));
    };
    let list = move || {
        let mut at = 0;
        let mut group = "";
        let mut drawn = Vec::new();
        let mut heading = |wanted: &'static str, drawn: &mut Vec<AnyView>| {
            if group != wanted {
                group = wanted;
                drawn.push(view! { <li class="group" role="presentation">{i18n.format(wanted, None)}</li> }.into_any());
            }
        };
        let selected = move |at: usize| move || (chosen.get() == at).to_string();
        for hit in hits.get() {
            heading(if text.with(String::is_empty) { "palette-kept" } else { "palette-found" }, &mut drawn);
            let link = hit_link(i18n, &hit, Some(option_id(at)));
            drawn.push(view! { <li role="option" aria-selected=selected(at) on:click=move |_| shown.set(Shown::Nothing)>{link}</li> }.into_any());
            at += 1;
        }
        for offer in matching() {
            heading(offer.group, &mut drawn);
            let element = offer.element;
            let press = move |_| {
                shown.set(Shown::Nothing);
                element.click();
            };
            drawn.push(
                view! { <li role="option" aria-selected=selected(at)><button type="button" tabindex="-1" id=option_id(at) on:click=press>{offer.label}</button></li> }
                    .into_any(),
            );
            at += 1;
        }
        if at == 0 {
            drawn.push(view! { <li class="group" role="presentation">{t!(i18n, "palette-nothing")}</li> }.into_any());
        }
        drawn
    };
    view! {
        <div class="find">{icon("search")}
            <input type="search" autofocus id="palette-input" autocomplete="off" role="combobox" aria-expanded="true" aria-controls="palette-list"
                placeholder=t!(i18n, "search-placeholder") aria-label=t!(i18n, "search-placeholder")
                aria-activedescendant=move || option_id(chosen.get())
                on:input=move |event| ask(event_target_value(&event)) on:keydown=on_key />
        </div>
        <ul role="listbox" id="palette-list">{list}</ul>
    }
    .into_any()
}

fn option_id(at: usize) -> String {
    format!("palette-{at}")
}

/// The keys and what they do, as the reader has them.
fn shortcuts(i18n: I18n, shown: RwSignal<Shown>) -> AnyView {
    let line = |keys: &[&str], text: String| {
        let keys = keys.iter().map(|key| view! { <kbd>{(*key).to_owned()}</kbd> }).collect_view();
        view! { <dt dir="ltr">{keys}</dt><dd>{text}</dd> }
    };
    let kept = told("data-keys");
    let single = keys::SHORTCUTS
        .into_iter()
        .map(|shortcut| (shortcut.0, keys::key_of(&kept, shortcut)))
        .filter(|(_, key)| keys::are_on(&kept) && *key != keys::OFF)
        .map(|(name, key)| line(&[keys::label(key)], i18n.format(&format!("shortcut-{name}"), None)))
        .collect_view();
    view! {
        <h2>{t!(i18n, "shortcuts")}</h2>
        <dl class="keys">
            {line(&["Ctrl", "K"], t!(i18n, "shortcut-palette"))}
            {single}
            {line(&["Ctrl", "S"], t!(i18n, "shortcut-save"))}
            {line(&["Esc"], t!(i18n, "shortcut-close"))}
        </dl>
        <p class="hint">{t!(i18n, "shortcut-layout")}" "<a href="/my-account#keys" rel="external" on:click=move |_| shown.set(Shown::Nothing)>{t!(i18n, "shortcut-change")}</a></p>
    }
    .into_any()
}
