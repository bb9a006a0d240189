//! The files of a record: what hangs on it, and the ways to add to it. Choosing works without scripts; dropping, pasting
//! and going on after a broken connection need the browser side.

use super::form::ask_first;
use super::port::Port;
use super::{icon, use_port};
use crate::i18n::I18n;
use crate::record::Record;
use crate::record::page::{FILE_ENDINGS, FileItem, FileShelf, GIGABYTE, MEGABYTE};
use crate::t;
use leptos::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

/// A file on its way.
#[derive(Clone, PartialEq)]
struct Going {
    key: u32,
    name: String,
    percent: u32,
}

/// The files on the screen.
#[derive(Clone, Copy)]
struct Shelf {
    i18n: I18n,
    record: &'static Record,
    id: Uuid,
    items: RwSignal<Vec<FileItem>>,
    said: RwSignal<Vec<String>>,
    going: RwSignal<Vec<Going>>,
    /// Whether something is being dragged over it.
    over: RwSignal<bool>,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code))]
    port: &'static dyn Port,
}

/// The files of a record.
pub fn view(record: &'static Record, id: Uuid, shelf: FileShelf) -> AnyView {
    let i18n = super::use_i18n();
    let state = Shelf {
        i18n,
        record,
        id,
        said: RwSignal::new(shelf.said.iter().map(|message| i18n.message(message)).collect()),
        items: RwSignal::new(shelf.items),
        going: RwSignal::new(Vec::new()),
        over: RwSignal::new(false),
        port: use_port(),
    };
    let said = move || {
        state.said.with(|said| {
            let items = said.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
            (!said.is_empty()).then(|| {
                view! { <div class="notice bad" role="alert">{icon("circle-alert")}<div><ul>{items}</ul></div></div> }
            })
        })
    };
    let none = move || {
        let empty = state.items.with(Vec::is_empty);
        empty.then(|| view! { <p class="hint">{t!(i18n, "files-none")}</p> })
    };
    let items = view! {
        <For each=move || state.items.get() key=|item| item.id children=move |item| item_view(i18n, item) />
    }
    .into_any();
    let add = shelf.can_attach.then(|| add(state));
    #[cfg(feature = "hydrate")]
    if shelf.can_attach {
        pasting(state);
    }
    let can_attach = shelf.can_attach;
    view! {
        <section class="card files" id="files" class:over=move || state.over.get()
            on:dragover=move |event| { if can_attach { dragged(&event, state) } }
            on:dragleave=move |_| state.over.set(false)
            on:drop=move |event| { if can_attach { dropped(&event, state) } }>
            <h2 class="sec">{t!(i18n, "files-title")}" "<small>{move || i18n.integer(state.items.with(Vec::len) as i64)}</small></h2>
            <div class="body stack">{said}{none}<ul class="shelf">{items}</ul>{add}</div>
        </section>
    }
    .into_any()
}

fn item_view(i18n: I18n, item: FileItem) -> AnyView {
    let picture = match item.thumbnail {
        Some(address) => view! { <img src=address alt="" width="44" height="44" loading="lazy" /> }.into_any(),
        None => view! { <span class="kind"><bdi>{item.kind.to_ascii_uppercase()}</bdi></span> }.into_any(),
    };
    let remove = item.removable.then(|| {
        let label = t!(i18n, "files-remove", name = item.name.clone());
        let question = t!(i18n, "files-remove-ask", name = item.name.clone());
        view! {
            <form method="post" action=format!("/files/{}/remove", item.id)>
                <button class="btn quiet icon small" title=label.clone() aria-label=label
                    on:click=move |event| ask_first(&event, Some(&question))>{icon("trash-2")}</button>
            </form>
        }
    });
    let about = format!("{} · {}", size(i18n, item.size), i18n.moment(&item.at));
    view! {
        <li>
            <a href=format!("/files/{}", item.id) target="_blank" rel="external noopener">{picture}
                <span class="what"><b><bdi>{item.name}</bdi></b><small>{about}" · "<bdi>{item.by}</bdi></small></span></a>
            {remove}
        </li>
    }
    .into_any()
}

/// Bytes as people read them.
pub fn size(i18n: I18n, bytes: i64) -> String {
    let tenths = |unit: i64| {
        let tenths = (i128::from(bytes) * 10 + i128::from(unit) / 2) / i128::from(unit);
        i18n.decimal(Decimal::from_i128_with_scale(tenths, 1).normalize(), 0)
    };
    match bytes {
        ..MEGABYTE => t!(i18n, "files-kilobytes", size = (bytes + 1023) / 1024),
        MEGABYTE..GIGABYTE => t!(i18n, "files-megabytes", size = tenths(MEGABYTE)),
        GIGABYTE.. => t!(i18n, "files-gigabytes", size = tenths(GIGABYTE)),
    }
}

/// The form that adds files. Where scripts work, choosing is sending, and the button is not needed.
fn add(state: Shelf) -> AnyView {
    let i18n = state.i18n;
    let going = move || {
        let lines = state.going.get().into_iter().map(|one| {
            let text = t!(i18n, "files-progress", name = one.name, percent = i64::from(one.percent));
            view! { <li><span>{text.clone()}</span><progress aria-label=text max="100" value=one.percent.to_string()></progress></li> }
        });
        lines.collect_view()
    };
    view! {
        <form class="add" method="post" enctype="multipart/form-data" action=format!("/{}/{}/files", state.record.path, state.id)>
            <label class="drop" for="files-input">
                {icon("upload")}<b>{t!(i18n, "files-add")}</b><span class="scripted">{t!(i18n, "files-drop")}</span>
                <input type="file" id="files-input" name="file" multiple accept=FILE_ENDINGS on:change=move |event| chosen(&event, state) />
                <small>{t!(i18n, "files-limits")}</small>
            </label>
            <div class="acts">
                <label class="btn camera" for="files-camera">{icon("camera")}<span>{t!(i18n, "files-camera")}</span>
                    <input class="vh" type="file" id="files-camera" name="file" accept="image/*" capture="environment" on:change=move |event| chosen(&event, state) /></label>
                <button class="btn send">{t!(i18n, "files-send")}</button>
            </div>
            <ul class="going">{going}</ul>
        </form>
    }
    .into_any()
}

// ------------------------------------------------------------------ what only a browser does

#[cfg(feature = "hydrate")]
mod live {
    use super::{Going, Shelf};
    use crate::t;
    use crate::ui::upload::{self, Ended};
    use leptos::ev::{ClipboardEvent, DragEvent, Event};
    use leptos::prelude::*;
    use wasm_bindgen::JsCast as _;
    use web_sys::{DataTransfer, File, FileList, HtmlInputElement};

    fn each(files: Option<FileList>) -> Vec<File> {
        files.map_or_else(Vec::new, |files| (0..files.length()).filter_map(|n| files.get(n)).collect())
    }

    fn carried(data: Option<DataTransfer>) -> Vec<File> {
        data.map_or_else(Vec::new, |data| each(data.files()))
    }

    pub fn chosen(event: &Event, state: Shelf) {
        let Some(input) = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) else { return };
        let files = each(input.files());
        // The same file may be chosen once more.
        input.set_value("");
        send(files, state);
    }

    pub fn dragged(event: &DragEvent, state: Shelf) {
        let files = event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
        if files {
            event.prevent_default();
            state.over.set(true);
        }
    }

    pub fn dropped(event: &DragEvent, state: Shelf) {
        state.over.set(false);
        let files = carried(event.data_transfer());
        if !files.is_empty() {
            event.prevent_default();
            send(files, state);
        }
    }

    /// Takes files that are pasted anywhere on the page. What is text as well, such as cells of a spreadsheet, which bring
    /// a picture of themselves, belongs to whatever has the focus.
    pub fn pasting(state: Shelf) {
        let listener = window_event_listener(leptos::ev::paste, move |event: ClipboardEvent| {
            let data = event.clipboard_data();
            let text = data.as_ref().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
            let files = carried(data);
            if text.is_empty() && !files.is_empty() {
                event.prevent_default();
                send(files, state);
            }
        });
        on_cleanup(move || listener.remove());
    }

    /// Sends one file after the other. The page may be gone before they have arrived.
    fn send(files: Vec<File>, state: Shelf) {
        let _ = state.said.try_update(Vec::clear);
        leptos::task::spawn_local(async move {
            for file in files {
                send_one(&file, state).await;
            }
        });
    }

    async fn send_one(file: &File, state: Shelf) {
        let name = file.name();
        let key = state.going.try_update(|going| {
            let key = going.last().map_or(0, |last| last.key + 1);
            going.push(Going { key, name: name.clone(), percent: 0 });
            key
        });
        let Some(key) = key else { return };
        let progress = move |percent| {
            let _ = state.going.try_update(|going| {
                going.iter_mut().filter(|one| one.key == key).for_each(|one| one.percent = percent);
            });
        };
        let ended = upload::send(state.port, file, state.record.name, state.id, progress).await;
        let _ = state.going.try_update(|going| going.retain(|one| one.key != key));
        let said = match ended {
            Ended::Whole(item) => {
                let _ = state.items.try_update(|items| {
                    items.retain(|other| other.id != item.id);
                    items.push(*item);
                });
                return;
            }
            Ended::Refused(reason) => reason,
            Ended::Lost => t!(state.i18n, "refuse-file-lost", name = name),
        };
        let _ = state.said.try_update(|all| all.push(said));
    }
}

#[cfg(feature = "hydrate")]
use live::{chosen, dragged, dropped, pasting};

#[cfg(not(feature = "hydrate"))]
fn chosen(_: &leptos::ev::Event, state: Shelf) {
    let _ = || state.going.update(|going| going.push(Going { key: 0, name: String::new(), percent: 0 }));
}
#[cfg(not(feature = "hydrate"))]
fn dragged(_: &leptos::ev::DragEvent, _: Shelf) {}
#[cfg(not(feature = "hydrate"))]
fn dropped(_: &leptos::ev::DragEvent, _: Shelf) {}
