//! What stands around every signed-in page: menu, search, language, person.

use super::calls::Me;
use crate::i18n::I18n;
use crate::modules::{self, MODULES};
use crate::record::Record;
use crate::t;
use crate::ui::{flipped, icon, mark, use_i18n};
use codee::binary::PostcardCodec;
use leptos::prelude::*;

/// Who is signed in; the server writes it into the page, so that both sides draw the same menu.
fn me() -> Me {
    SharedValue::<Me, PostcardCodec>::new_with_encoding(|| {
        #[cfg(feature = "ssr")]
        {
            let Some(visit) = use_context::<crate::platform::web::Visit>() else { return Me::default() };
            let mut me = visit.signed_in.map_or_else(Me::default, |person| Me {
                name: person.name,
                theme: person.theme,
                density: person.density,
                ..Me::default()
            });
            if let Some(present) = visit.standing {
                let rights = &present.standing.rights;
                me.records = modules::records().filter(|r| rights.sees(r)).map(|r| r.name.to_owned()).collect();
                me.creates = modules::records().filter(|r| rights.creates(r)).map(|r| r.name.to_owned()).collect();
                let pages = MODULES.iter().flat_map(|m| m.pages.iter().filter(|page| (m.opens)(page.0, rights)));
                me.pages = pages.map(|page| page.0.to_owned()).collect();
                me.unread = present.unread;
                me.kept = present.kept;
                me.company = present.company.name.clone();
                me.role = present.standing.role_name.clone();
            }
            me
        }
        #[cfg(not(feature = "ssr"))]
        {
            Me::default()
        }
    })
    .into_inner()
}

/// Whether the form of a record is at this address.
fn is_form(path: &[String]) -> bool {
    let Some(record) = path.first().and_then(|first| modules::record_at(first)) else { return false };
    match path.len() {
        1 => record.single,
        2 => path[1] != "import",
        _ => false,
    }
}

/// Labels and addresses of what stands above a page, outermost first.
type Crumbs = Vec<(String, Option<String>)>;

/// What the frame shows of each page: notifications that are new, and whether the page is kept at hand.
type Told = (RwSignal<i64>, RwSignal<Option<bool>>);

/// The frame with a page inside. It is drawn once; what depends on the address follows it, and bell and star each page. While the
/// next page is `busy` to come, the one before stays for a moment, then gives way to the shape of a page.
pub fn frame(path: Signal<Vec<String>>, busy: RwSignal<bool>, (unread, kept): Told, page: AnyView) -> AnyView {
    let i18n = use_i18n();
    let me = me();
    unread.set(me.unread);
    kept.set(me.kept);
    let current =
        Signal::derive(move || path.with(|p| format!("/{}", p.first().map(String::as_str).unwrap_or_default())));
    let on_form = Signal::derive(move || path.with(|p| is_form(p)));
    let trail = move || {
        crumbs(i18n, &path.get())
            .into_iter()
            .enumerate()
            .map(|(i, (label, href))| {
                let arrow = (i > 0).then(|| flipped("chevron-right"));
                match href {
                    Some(href) => view! { {arrow}<a href=href>{label}</a> }.into_any(),
                    None => view! { {arrow}<span>{label}</span> }.into_any(),
                }
            })
            .collect_view()
    };
    // The menu is longer than many a screen.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        current.track();
        crate::ui::browser::after(0, || crate::ui::browser::bring_into_view(".side nav [aria-current]"));
    });
    let side = menu(i18n, &me, current);
    let sheet = menu(i18n, &me, current);
    let who = who(i18n, &me);
    let bar = tab_bar(i18n, &me, current, sheet);
    view! {
        <a class="skip" href="#page" rel="external">{t!(i18n, "skip")}</a>
        <aside class="side">
            <a class="brand" href="/">{mark()}<span>{t!(i18n, "diwan")}</span></a>
            <nav aria-label=t!(i18n, "menu")>{side}</nav>
            {who}
        </aside>
        <div class="main">
            <header class="top">
                <nav class="crumb" aria-label=t!(i18n, "breadcrumb")>{trail}</nav>
                <form class="find" role="search" method="get" action="/search">{icon("search")}
                    <input type="search" name="q" placeholder=t!(i18n, "search-placeholder") aria-label=t!(i18n, "search-placeholder") />
                    <kbd dir="ltr">"Ctrl K"</kbd>
                </form>
                <div class="tools">{star(i18n, kept)}{bell(i18n, unread)}{language_switch(i18n, on_form)}</div>
            </header>
            <main class="page" id="page" tabindex="-1" aria-busy=move || busy.get().then_some("true")>{page}</main>
        </div>
        {bar}
        {create_links(i18n, &me)}
        {palette()}
    }
    .into_any()
}

/// Links to a new record of each type, for the palette to offer.
fn create_links(i18n: I18n, me: &Me) -> AnyView {
    let links = modules::records()
        .filter(|r| me.creates.iter().any(|name| name == r.name))
        .map(|r| view! { <a href=format!("/{}/new", r.path)>{i18n.format(&format!("{}-new", r.name), None)}</a> })
        .collect_view();
    view! { <nav id="palette-new" hidden>{links}</nav> }.into_any()
}

/// The palette is drawn by the browser alone; the server leaves its closed dialog.
fn palette() -> AnyView {
    #[cfg(feature = "hydrate")]
    {
        crate::ui::palette::palette()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let closed = ().into_any();
        view! { <dialog class="palette" id="palette">{closed}</dialog> }.into_any()
    }
}

/// What a window calls the page at an address, as far as the address tells.
#[cfg(feature = "ssr")]
pub fn title(i18n: I18n, path: &str) -> String {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let page = match parts.first().map(String::as_str) {
        Some("sign-in") => Some(t!(i18n, "sign-in")),
        Some("sign-up") => Some(t!(i18n, "sign-up")),
        _ => crumbs(i18n, &parts).pop().map(|(label, _)| label),
    };
    page.map_or_else(|| t!(i18n, "diwan"), |page| format!("{page} · {}", t!(i18n, "diwan")))
}

fn crumbs(i18n: I18n, path: &[String]) -> Crumbs {
    let Some(first) = path.first() else { return vec![(t!(i18n, "home"), None)] };
    if let Some(record) = modules::record_at(first) {
        let within = (path.len() > 1).then(|| format!("/{}", record.path));
        return vec![(i18n.format(&format!("module-{}", record.module), None), None), (i18n.records(record), within)];
    }
    let module = MODULES.iter().find(|m| m.pages.iter().any(|(path, _)| path == first));
    match module {
        Some(module) => vec![
            (i18n.format(&format!("module-{}", module.name), None), None),
            (i18n.format(&format!("page-{first}"), None), None),
        ],
        None if first == "statement" => vec![
            (t!(i18n, "module-sales"), None),
            (t!(i18n, "page-receivables"), Some("/receivables".to_owned())),
            (t!(i18n, "statement"), None),
        ],
        None if first == "notifications" => vec![(t!(i18n, "notifications"), None)],
        None if first == "my-account" => vec![(t!(i18n, "my-account"), None)],
        None if first == "search" => vec![(t!(i18n, "search-title"), None)],
        None if first == "persons" => vec![(t!(i18n, "person-data"), None)],
        None if first == "jobs" => vec![(t!(i18n, "jobs"), (path.len() > 1).then(|| "/jobs".to_owned()))],
        None if first == "companies" => {
            vec![(t!(i18n, "companies"), (path.len() > 1).then(|| "/companies".to_owned()))]
        }
        None => Vec::new(),
    }
}

fn nav_link(href: String, symbol: &'static str, label: String, current: Signal<String>) -> AnyView {
    let title = label.clone();
    let own = href.clone();
    let here = move || current.with(|c| *c == own).then_some("page");
    view! { <a href=href aria-current=here title=title>{icon(symbol)}<span>{label}</span></a> }.into_any()
}

fn menu(i18n: I18n, me: &Me, current: Signal<String>) -> AnyView {
    let groups = MODULES
        .iter()
        .map(|module| {
            let sees = |r: &&&'static Record| me.records.iter().any(|name| name == r.name);
            let records: Vec<_> = module
                .records
                .iter()
                .filter(sees)
                .map(|r| nav_link(format!("/{}", r.path), r.icon, i18n.records(r), current))
                .collect();
            let pages: Vec<_> = module
                .pages
                .iter()
                .filter(|(path, _)| me.pages.iter().any(|page| page == path))
                .map(|(path, symbol)| {
                    nav_link(format!("/{path}"), symbol, i18n.format(&format!("page-{path}"), None), current)
                })
                .collect();
            let label = i18n.format(&format!("module-{}", module.name), None);
            (!records.is_empty() || !pages.is_empty()).then(|| view! { <h6>{label}</h6>{pages}{records} })
        })
        .collect_view();
    view! { {nav_link("/".to_owned(), "layout-dashboard", t!(i18n, "home"), current)}{groups} }.into_any()
}

/// Keeps a list or a record at hand, or no longer.
fn star(i18n: I18n, kept: RwSignal<Option<bool>>) -> AnyView {
    let label = t!(i18n, "favourite");
    view! {
        <form method="post" action="/favourites" hidden=move || kept.get().is_none()>
            <button class="btn quiet icon" id="star" title=label.clone() aria-label=label
                aria-pressed=move || (kept.get() == Some(true)).to_string()>{icon("star")}</button>
        </form>
    }
    .into_any()
}

/// The way to the notifications, with how many of them are new.
fn bell(i18n: I18n, unread: RwSignal<i64>) -> AnyView {
    let label = move || t!(i18n, "notifications-unread", count = unread.get());
    let shown = move || {
        (unread.get() > 0).then(|| view! { <span class="n" aria-hidden="true">{counted(i18n, unread.get())}</span> })
    };
    view! { <a class="btn quiet icon" id="bell" href="/notifications" title=label aria-label=label>{icon("bell")}{shown}</a> }
        .into_any()
}

/// A small number as it is; beyond it only that there are more.
pub(super) fn counted(i18n: I18n, count: i64) -> String {
    if count > 99 { format!("{}+", i18n.integer(99)) } else { i18n.integer(count) }
}

/// A language is switched by a form, so that it works without scripts and keeps the page. On the form of a record the
/// buttons belong to that form: what was typed comes back in the other language.
pub fn language_switch(i18n: I18n, on_form: Signal<bool>) -> AnyView {
    let button = |value: &'static str, label: &'static str, title: &'static str| {
        let pressed = (i18n.locale.tag() == value).to_string();
        let name = move || if on_form.get() { "_language" } else { "language" };
        let form = move || on_form.get().then_some("record-form");
        view! { <button name=name value=value aria-pressed=pressed lang=value form=form formnovalidate title=title>{label}</button> }
    };
    view! {
        <form class="seg" method="post" action="/preferences" aria-label=t!(i18n, "language")>
            {button("en", "EN", "English")}{button("ar", "ع", "العربية")}
        </form>
    }
    .into_any()
}

fn who(i18n: I18n, me: &Me) -> AnyView {
    let company = i18n.name(&me.company).to_owned();
    let initials: String = me.name.split_whitespace().take(2).filter_map(|word| word.chars().next()).collect();
    let choice = |name: &'static str, value: &'static str, symbol: &'static str, label: String| {
        view! { <form method="post" action="/preferences"><button class="item" name=name value=value>{icon(symbol)}<span>{label}</span></button></form> }
    };
    let digits = match i18n.digits {
        crate::i18n::Digits::Western => choice("digits", "arab", "languages", t!(i18n, "digits-arabic")),
        crate::i18n::Digits::Arabic => choice("digits", "latn", "languages", t!(i18n, "digits-western")),
    };
    // The two that are not in use; whoever chose light or dark finds the way back to what the device says.
    let looks = [
        ("theme", "auto", "monitor", t!(i18n, "theme-auto")),
        ("theme", "light", "sun", t!(i18n, "theme-light")),
        ("theme", "dark", "moon", t!(i18n, "theme-dark")),
        ("density", "compact", "chevrons-up-down", t!(i18n, "density-compact")),
        ("density", "normal", "chevrons-up-down", t!(i18n, "density-normal")),
        ("density", "roomy", "chevrons-up-down", t!(i18n, "density-roomy")),
    ];
    let looks = looks
        .into_iter()
        .filter(|(_, value, ..)| *value != me.theme && *value != me.density)
        .map(|(name, value, symbol, label)| choice(name, value, symbol, label))
        .collect_view();
    view! {
        <details class="who">
            <summary><span class="avatar">{initials}</span><span class="id"><b><bdi>{me.name.clone()}</bdi></b><small><bdi>{company}</bdi></small></span></summary>
            <div class="menu">
                <a class="item" href="/jobs">{icon("clock")}<span>{t!(i18n, "jobs")}</span></a>
                <a class="item" href="/my-account">{icon("user")}<span>{t!(i18n, "my-account")}</span></a>
                <a class="item" href="/companies">{icon("building-2")}<span>{t!(i18n, "companies")}</span></a>
                {looks}{digits}
                <button class="item live" type="button" id="open-keys">{icon("keyboard")}<span>{t!(i18n, "shortcuts")}</span></button>
                <form method="post" action="/sign-out"><button class="item">{icon("log-out")}<span>{t!(i18n, "sign-out")}</span></button></form>
            </div>
        </details>
    }
    .into_any()
}

/// The bar at the foot of a phone's screen.
fn tab_bar(i18n: I18n, me: &Me, current: Signal<String>, sheet: AnyView) -> AnyView {
    let first: Vec<_> = modules::records()
        .filter(|r| r.series.is_some() && r.module == "sales" && me.records.iter().any(|name| name == r.name))
        .take(3)
        .map(|r| nav_link(format!("/{}", r.path), r.icon, i18n.records(r), current))
        .collect();
    let sheet_who = who(i18n, me);
    view! {
        <nav class="tabbar" aria-label=t!(i18n, "menu")>
            {nav_link("/".to_owned(), "layout-dashboard", t!(i18n, "home"), current)}
            {first}
            <details class="more"><summary>{icon("menu")}<span>{t!(i18n, "more")}</span></summary><div class="sheet">{sheet}{sheet_who}</div></details>
        </nav>
    }
    .into_any()
}
