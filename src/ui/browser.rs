//! What only a browser has.

use crate::i18n::{Digits, I18n, Locale};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

fn document() -> web_sys::Document {
    web_sys::window().and_then(|w| w.document()).expect("a browser has a document")
}

/// Language and digits as the server wrote them into the page.
pub fn i18n() -> I18n {
    let root = document().document_element().expect("a document has a root");
    let locale = root.get_attribute("lang").and_then(|tag| Locale::from_tag(&tag)).unwrap_or(Locale::En);
    let digits = Digits::from_tag(&root.get_attribute("data-digits").unwrap_or_default());
    I18n::new(locale, digits)
}

/// The messages of the page's language, which the page asked for before it asked for the program.
pub async fn fetch_messages() -> Option<String> {
    let window = web_sys::window()?;
    let asked = js_sys::Reflect::get(window.as_ref(), &JsValue::from_str("diwanMessages")).ok()?;
    let response: web_sys::Response = JsFuture::from(js_sys::Promise::from(asked)).await.ok()?.dyn_into().ok()?;
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Tells journeys and styles that the page is alive.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}

/// Scrolls as little as it takes to see what the selector finds.
pub fn bring_into_view(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Puts a text where it can be pasted from.
pub fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.navigator().clipboard().write_text(text);
    }
}

/// Calls the window by the heading of its page, once that is drawn.
pub fn call_window_by_heading(house: String) {
    after(0, move || {
        let heading = document().query_selector("main h1").ok().flatten().and_then(|h1| h1.text_content());
        if let Some(heading) = heading {
            document().set_title(&format!("{} · {house}", heading.trim()));
        }
    });
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
        if let Ok(input) = element.dyn_into::<web_sys::HtmlInputElement>() {
            input.select();
        }
    }
}

/// Moves the focus so many steps along the elements that the selector finds; away from them all at their end.
pub fn focus_along(selector: &str, step: i32) {
    let (document, here) = (document(), document().active_element());
    let Ok(found) = document.query_selector_all(selector) else { return };
    let elements: Vec<web_sys::Element> =
        (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect();
    let at = elements.iter().position(|element| Some(element) == here.as_ref());
    let next = at.and_then(|at| at.checked_add_signed(step as isize)).and_then(|at| elements.get(at));
    match next {
        Some(next) => focus(&next.id()),
        // Leaving is what tells an input that it is finished.
        None => {
            let _ = here.and_then(|here| here.dyn_into::<web_sys::HtmlElement>().ok()).map(|here| here.blur());
        }
    }
}

/// The input that has the focus, with what it holds.
pub struct InHand(Option<(web_sys::HtmlInputElement, String)>);

impl InHand {
    pub fn look() -> InHand {
        let input = document().active_element().and_then(|e| e.dyn_into::<web_sys::HtmlInputElement>().ok());
        InHand(input.map(|input| (input.clone(), input.value())))
    }

    /// Selects what was filled in meanwhile, so that whoever goes on typing writes over it and not behind it.
    pub fn select_if_filled(self) {
        let Some((input, before)) = self.0 else { return };
        after(0, move || {
            if before.is_empty() && !input.value().is_empty() {
                input.select();
            }
        });
    }
}

/// Ticks every box that the selector finds, or none.
pub fn tick_all(selector: &str, ticked: bool) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for at in 0..found.length() {
        if let Some(input) = found.item(at).and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            input.set_checked(ticked);
        }
    }
}

/// How many elements the selector finds.
pub fn count(selector: &str) -> u32 {
    document().query_selector_all(selector).map_or(0, |found| found.length())
}

/// Runs `work` after so many milliseconds.
pub fn after(milliseconds: i32, work: impl FnOnce() + 'static) {
    let _ = leptos::prelude::set_timeout(work, std::time::Duration::from_millis(milliseconds as u64));
}

/// Asks before the reader leaves with unsaved changes: by closing, by following a link, or by going back.
pub fn guard_unsaved(question: String, is_dirty: impl Fn() -> bool + Clone + 'static) {
    let Some(window) = web_sys::window() else { return };
    let dirty = is_dirty.clone();
    let closing = wasm_bindgen::closure::Closure::<dyn Fn(web_sys::BeforeUnloadEvent)>::new(
        move |event: web_sys::BeforeUnloadEvent| {
            if dirty() {
                event.prevent_default();
                event.set_return_value("unsaved");
            }
        },
    );
    let _ = window.add_event_listener_with_callback("beforeunload", closing.as_ref().unchecked_ref());
    let (dirty, asked) = (is_dirty.clone(), question.clone());
    let going_back = wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        let kind =
            js_sys::Reflect::get(&event, &JsValue::from_str("navigationType")).ok().and_then(|kind| kind.as_string());
        let leaves = kind.as_deref() == Some("traverse") && event.cancelable() && dirty();
        if leaves && !web_sys::window().and_then(|w| w.confirm_with_message(&asked).ok()).unwrap_or(true) {
            event.prevent_default();
        }
    });
    // Not every browser tells of going back before it is done.
    let navigation = js_sys::Reflect::get(&window, &JsValue::from_str("navigation")).ok();
    let navigation = navigation.and_then(|navigation| navigation.dyn_into::<web_sys::EventTarget>().ok());
    if let Some(navigation) = &navigation {
        let _ = navigation.add_event_listener_with_callback("navigate", going_back.as_ref().unchecked_ref());
    }
    let following = wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        let link = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
            .and_then(|e| e.closest("a[href]").ok().flatten());
        let leaves = link.is_some_and(|l| {
            let stays = l.get_attribute("href").unwrap_or_default().starts_with('#') || l.has_attribute("target");
            !stays && !l.has_attribute("data-leaves")
        });
        if leaves && is_dirty() {
            let stay = !web_sys::window().and_then(|w| w.confirm_with_message(&question).ok()).unwrap_or(true);
            if stay {
                event.prevent_default();
                event.stop_propagation();
            }
        }
    });
    let target: &JsValue = following.as_ref();
    let options = web_sys::AddEventListenerOptions::new();
    options.set_capture(true);
    let _ = document().add_event_listener_with_callback_and_add_event_listener_options(
        "click",
        target.unchecked_ref(),
        &options,
    );
    leptos::prelude::on_cleanup({
        let (closing, following) = (send_wrapper(closing), send_wrapper(following));
        let (going_back, navigation) = (send_wrapper(going_back), send_wrapper(navigation));
        move || {
            let (closing, following) = (closing.take(), following.take());
            let (going_back, navigation) = (going_back.take(), navigation.take());
            if let Some(navigation) = navigation {
                let _ = navigation.remove_event_listener_with_callback("navigate", going_back.as_ref().unchecked_ref());
            }
            if let Some(window) = web_sys::window() {
                let _ = window.remove_event_listener_with_callback("beforeunload", closing.as_ref().unchecked_ref());
            }
            let _ = document().remove_event_listener_with_callback_and_bool(
                "click",
                following.as_ref().unchecked_ref(),
                true,
            );
        }
    });
}

/// Calls the listener for an event anywhere in the page, as long as what is drawn here stays.
pub fn while_here(event: &'static str, listener: wasm_bindgen::closure::Closure<dyn Fn()>) {
    let callback: &js_sys::Function = listener.as_ref().unchecked_ref();
    let _ = document().add_event_listener_with_callback_and_bool(event, callback, true);
    leptos::prelude::on_cleanup({
        let listener = send_wrapper(listener);
        move || {
            let listener = listener.take();
            let callback: &js_sys::Function = listener.as_ref().unchecked_ref();
            let _ = document().remove_event_listener_with_callback_and_bool(event, callback, true);
        }
    });
}

fn send_wrapper<T>(value: T) -> leptos::__reexports::send_wrapper::SendWrapper<T> {
    leptos::__reexports::send_wrapper::SendWrapper::new(value)
}
