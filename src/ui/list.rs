//! One list for every record: views, filters, order, totals, pages; all of it in the address.

use super::change::{Place, Saying, corner};
use super::field::offered;
use super::in_place::{self, Editing, Line};
use super::toggle::toggle;
use super::{described, flipped, icon, mark, pill, use_port};
use crate::i18n::I18n;
use crate::record::page::{Cell, ListPage, Row, SavedView};
use crate::record::query::{Query, TAB_LIMIT, groupable, sortable};
use crate::record::{Field, Kind, Record};
use crate::t;
use leptos::prelude::*;
use uuid::Uuid;

/// The list of one record type.
pub fn view(page: ListPage, notice: Option<String>) -> AnyView {
    let i18n = super::use_i18n();
    let Some(record) = described(&page.record, &page.custom) else { return ().into_any() };
    let (saying, editing) = (Saying::new(None), Editing(RwSignal::new(false)));
    provide_context(saying);
    provide_context(editing);
    provide_context(Ticks::of(&page));
    let head = head(i18n, record, &page);
    let views = views(i18n, record, &page);
    let filters = filters(i18n, record, &page);
    let next = RwSignal::new(page.after.clone());
    let body = match &page {
        page if page.rows.is_empty() => empty(i18n, record, page),
        page if page.query.board => board(i18n, record, page),
        page if page.query.group.is_some() => groups(i18n, record, page),
        page => table(i18n, record, page, next),
    };
    let foot = foot(i18n, &page, record, next);
    let bulk = bulk(i18n, record, &page);
    let notice = notice.map(super::done);
    let note = page.note.as_ref().map(|note| view! { <p class="hint">{i18n.message(note)}</p> });
    view! { {head}{notice}{views}{filters}{bulk}{body}{note}{foot}{corner(i18n, saying)} }.into_any()
}

fn head(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    let new = page.can_create.then(|| {
        let label = i18n.format(&format!("{}-new", record.name), None);
        let import = page.can_import.then(|| {
            view! { <a class="btn quiet" href=format!("/{}/import", record.path)>{icon("upload")}<span>{t!(i18n, "import")}</span></a> }
        });
        view! {
            {import}
            <a class="btn pri" href=format!("/{}/new", record.path)>{icon("plus")}<span>{label}</span></a>
        }
    });
    view! { <div class="head"><div class="title"><h1>{i18n.records(record)}</h1></div><div class="acts">{new}</div></div> }.into_any()
}

/// The record's own views and those that people keep, as tabs; beside them what to do with the list as it stands.
fn views(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    let here = query_text(record, &page.query.from_start());
    let kept = page.saved.iter().find(|view| view.query == here && !here.is_empty());
    let saved = page
        .saved
        .iter()
        .map(|view| {
            let current = kept.is_some_and(|kept| kept.id == view.id).then_some("page");
            let symbol = if view.shared { "users" } else { "eye" };
            view! { <a href=format!("/{}?{}", record.path, view.query) aria-current=current>{icon(symbol)}<bdi>{view.name.clone()}</bdi></a> }
        })
        .collect_view();
    let current = page.query.view.clone().filter(|_| kept.is_none());
    let narrowed = page.query.narrows() && page.query.view.is_none();
    let tools = tools(i18n, record, page, kept);
    let all_here = kept.is_none() && !narrowed;
    let names = std::iter::once(None).chain(record.views.iter().map(|v| Some(v.name)));
    let tabs = names
        .zip(&page.views)
        .map(|(name, count)| {
            let here = (current.as_deref() == name && (name.is_some() || all_here)).then_some("page");
            let label = match name {
                Some(name) => i18n.view(record, name),
                None => t!(i18n, "view-all"),
            };
            let href = page.query.in_view(name).address(record);
            view! { <a href=href aria-current=here>{label}" "<small>{tab_count(i18n, *count)}</small></a> }
        })
        .collect_view();
    view! { <div class="viewbar"><nav class="views" aria-label=t!(i18n, "views")>{tabs}{saved}</nav>{tools}</div> }
        .into_any()
}

/// What stands behind the question mark of a query's address.
fn query_text(record: &'static Record, query: &Query) -> String {
    query.address(record).split_once('?').map_or(String::new(), |(_, text)| text.to_owned())
}

/// Columns, groups, board, and keeping all that by a name.
fn tools(i18n: I18n, record: &'static Record, page: &ListPage, kept: Option<&SavedView>) -> AnyView {
    let menu = |symbol: &'static str, label: String, body: AnyView| {
        let title = label.clone();
        view! { <details class="chip"><summary title=title>{icon(symbol)}<span class="vh">{label}</span></summary><div class="pop">{body}</div></details> }
            .into_any()
    };
    let board = (!record.states.is_empty()).then(|| {
        let query = Query { board: !page.query.board, ..page.query.from_start() };
        let label = if page.query.board { t!(i18n, "layout-list") } else { t!(i18n, "layout-board") };
        let symbol = if page.query.board { "list-tree" } else { "columns-3" };
        let title = label.clone();
        view! { <a class="chip" id="layout" href=query.address(record) title=title>{icon(symbol)}<span class="vh">{label}</span></a> }
    });
    let groups = record
        .fields
        .iter()
        .filter(|f| groupable(f.kind) && !f.hidden && !page.hidden.iter().any(|hidden| hidden == f.name))
        .map(|field| {
            let on = page.query.group.as_deref() == Some(field.name);
            let group = (!on).then(|| field.name.to_owned());
            let href = Query { group, board: false, ..page.query.from_start() }.address(record);
            view! { <a class="item" href=href aria-current=on.then_some("true")>{i18n.field(record, field.name)}{on.then(|| icon("x"))}</a> }
        })
        .collect_view();
    let query = query_text(record, &page.query.from_start());
    let keep = view! {
        <form method="post" action=format!("/{}/views", record.path)>
            <input type="hidden" name="query" value=query />
            <div class="field"><label for="view-name">{t!(i18n, "view-name")}</label>
                <div class="control"><input type="text" id="view-name" name="name" required maxlength="60" dir="auto" value=kept.map(|k| k.name.clone()).unwrap_or_default() /></div></div>
            <label class="tick"><input type="checkbox" name="shared" value="true" checked=kept.is_some_and(|k| k.shared) />{t!(i18n, "view-shared")}</label>
            <button class="btn pri small">{t!(i18n, "view-keep")}</button>
        </form>
        {kept.filter(|view| view.removable).map(|view| view! {
            <form method="post" action=format!("/{}/views", record.path)><input type="hidden" name="forget" value=view.id.to_string() />
                <button class="btn quiet small">{icon("trash-2")}<span>{t!(i18n, "view-forget")}</span></button></form>
        })}
    }
    .into_any();
    view! {
        <div class="viewtools">
            {edit_button(i18n, record, page)}
            {board}
            {menu("layout-dashboard", t!(i18n, "group-by"), groups.into_any())}
            {menu("settings", t!(i18n, "columns"), column_menu(i18n, record, page))}
            {menu("download", t!(i18n, "export"), export_links(&format!("/{}/export?{}", record.path, query_text(record, &page.query.from_start()))))}
            {menu("save", t!(i18n, "view-save"), keep)}
        </div>
    }
    .into_any()
}

/// Opens the rows for changes, where there are fields that this reader may change in them.
fn edit_button(i18n: I18n, record: &'static Record, page: &ListPage) -> Option<AnyView> {
    let Editing(editing) = use_context::<Editing>()?;
    let columns = page.columns(record);
    let opens = |row: &Row| columns.iter().any(|field| in_place::opens(page, row, field));
    (!page.query.board && page.query.group.is_none() && page.rows.iter().any(opens)).then(|| {
        let label = t!(i18n, "edit-rows");
        let title = label.clone();
        view! {
            <button type="button" class="chip live" id="edit-rows" title=title aria-pressed=move || editing.get().to_string()
                on:click=move |_| editing.update(|on| *on = !*on)>{icon("pencil")}<span class="vh">{label}</span></button>
        }
        .into_any()
    })
}

/// What the reader sees as a file; `address` is where files are, with the query.
pub fn export_links(address: &str) -> AnyView {
    [("xlsx", "Excel (XLSX)"), ("csv", "CSV"), ("pdf", "PDF")]
        .map(|(format, label)| {
            let href = format!("{address}&format={format}");
            view! { <a class="item" href=href rel="external" download>{icon("download")}{label}</a> }
        })
        .collect_view()
        .into_any()
}

/// The columns in their order, each with a way to move it or take it out; then those that can be added.
fn column_menu(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    let names: Vec<String> = page.columns(record).iter().map(|f| f.name.to_owned()).collect();
    let to = |columns: Vec<String>| page.query.from_start().with_columns(columns).address(record);
    let moved = |from: usize, to: usize| {
        let mut moved = names.clone();
        moved.swap(from, to);
        moved
    };
    let link = |href: String, symbol: &'static str, label: String| {
        view! { <a class="btn quiet icon small" href=href title=label.clone() aria-label=label>{icon(symbol)}</a> }
    };
    let shown = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let label = i18n.field(record, name);
            let up = (at > 0)
                .then(|| link(to(moved(at, at - 1)), "arrow-up", t!(i18n, "column-up", column = label.clone())));
            let down = (at + 1 < names.len())
                .then(|| link(to(moved(at, at + 1)), "arrow-down", t!(i18n, "column-down", column = label.clone())));
            let without = names.iter().filter(|other| *other != name).cloned().collect::<Vec<_>>();
            let out = (names.len() > 1).then(|| link(to(without), "x", t!(i18n, "column-out", column = label.clone())));
            view! { <div class="colrow"><span>{label}</span>{up}{down}{out}</div> }
        })
        .collect_view();
    let more = record
        .fields
        .iter()
        .filter(|f| !matches!(f.kind, Kind::Source | Kind::Note) && !names.iter().any(|name| name == f.name))
        .filter(|f| !page.hidden.iter().any(|hidden| hidden == f.name))
        .map(|field| {
            let with = names.iter().cloned().chain([field.name.to_owned()]).collect();
            let label = i18n.field(record, field.name);
            view! { <a class="item" href=to(with)>{icon("plus")}{label}</a> }
        })
        .collect_view();
    view! { {shown}<hr />{more} }.into_any()
}

/// A board: a column of cards for each state.
fn board(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    let columns = page.columns(record);
    let lanes = page
        .board
        .iter()
        .map(|lane| {
            let cards = lane.rows.iter().map(|row| card(i18n, record, &columns, row, &page.company_currency)).collect_view();
            let filter = crate::record::query::Filter { field: "state".to_owned(), text: lane.state.clone() };
            let mut query = Query { board: false, ..page.query.from_start() };
            query.filters.retain(|f| f.field != "state");
            query.filters.push(filter);
            let more = (lane.count > lane.rows.len() as i64).then(|| {
                view! { <a class="btn quiet small" href=query.address(record)>{t!(i18n, "board-all", count = lane.count)}</a> }
            });
            view! {
                <section class="lane"><h2>{pill(i18n, record, &lane.state)}" "<small>{i18n.integer(lane.count)}</small></h2>{cards}{more}</section>
            }
        })
        .collect_view();
    view! { <div class="board" tabindex="0" role="region" aria-label=i18n.records(record)>{lanes}</div> }.into_any()
}

fn card(i18n: I18n, record: &'static Record, columns: &[&'static Field], row: &Row, company_currency: &str) -> AnyView {
    let currency = row.currency.as_deref().unwrap_or(company_currency);
    let lines = columns
        .iter()
        .zip(&row.cells)
        .enumerate()
        .filter(|(at, (field, cell))| field.kind != Kind::State && (*at == 0 || cell.text.is_some()))
        .map(|(at, (field, cell))| {
            let currency = if field.kind == Kind::Base { company_currency } else { currency };
            let content = if cell.text.is_none() {
                t!(i18n, "unnumbered").into_any()
            } else {
                cell_view(i18n, record, field, cell, currency)
            };
            match at {
                0 => view! { <b>{content}</b> }.into_any(),
                _ => view! { <div title=i18n.field(record, field.name)>{content}</div> }.into_any(),
            }
        })
        .collect_view();
    view! { <a class="card" href=format!("/{}/{}", record.path, row.id)>{lines}</a> }.into_any()
}

/// Rows counted and summed by a field, each leading to its rows.
fn groups(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    let seen = |name: &&str| !page.hidden.iter().any(|hidden| hidden == name);
    let by = page.query.group.as_deref().filter(seen).and_then(|name| record.field(name));
    let Some(field) = by else { return ().into_any() };
    let totals: Vec<&str> = record.totals.iter().copied().filter(|t| !page.hidden.iter().any(|h| h == t)).collect();
    let headers = totals.iter().map(|name| view! { <th class="end">{i18n.field(record, name)}</th> }).collect_view();
    let rows = page
        .groups
        .iter()
        .map(|group| {
            let cell = Cell { text: group.text.clone(), label: group.label.clone(), ..Cell::default() };
            let content = cell_view(i18n, record, field, &cell, &page.company_currency);
            let value = match &group.text {
                Some(text) => {
                    let filter = crate::record::query::Filter { field: field.name.to_owned(), text: text.clone() };
                    let mut query = Query { group: None, ..page.query.from_start() };
                    query.filters.retain(|f| f.field != field.name);
                    query.filters.push(filter);
                    view! { <a href=query.address(record)>{content}</a> }.into_any()
                }
                None => view! { "—" }.into_any(),
            };
            let sums = totals
                .iter()
                .map(|name| {
                    let sums = group.sums.iter().filter(|(field, ..)| field == name);
                    let sums = sums.map(|(_, currency, sum)| {
                        let currency = if currency.is_empty() { page.company_currency.clone() } else { currency.clone() };
                        let amount = i18n.amount(*sum, &currency);
                        view! { <div><span class="num"><small>{currency}</small>" "{amount}</span></div> }
                    });
                    view! { <td class="end">{sums.collect_view()}</td> }
                })
                .collect_view();
            view! { <tr><td class="strong">{value}</td><td class="end"><span class="num">{i18n.integer(group.count)}</span></td>{sums}</tr> }
        })
        .collect_view();
    view! {
        <div class="card scroll" tabindex="0" role="region" aria-label=i18n.records(record)>
            <table class="list"><thead><tr><th>{i18n.field(record, field.name)}</th><th class="end">{t!(i18n, "group-count")}</th>{headers}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}

/// A count, or that there are more than are counted.
pub fn tab_count(i18n: I18n, count: i64) -> String {
    if count > TAB_LIMIT { format!("{}+", i18n.integer(TAB_LIMIT)) } else { i18n.integer(count) }
}

fn filters(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    let on = page
        .query
        .filters
        .iter()
        .filter(|f| !page.hidden.contains(&f.field))
        .filter_map(|f| Some((record.field(&f.field)?, f)))
        .map(|(field, filter)| {
            let label = page.labels.iter().find(|(name, _)| *name == filter.field).map(|(_, title)| i18n.label(title));
            let currency = page.query.currency_of(record, field.kind, &page.company_currency);
            let text = label.unwrap_or_else(|| i18n.filter(record, field, &filter.text, currency));
            let href = page.query.without(field.name).address(record);
            view! { <a class="chip on" href=href>{i18n.field(record, field.name)}": "<bdi>{text}</bdi>{icon("x")}</a> }
        })
        .collect_view();
    let offered = record
        .filters
        .iter()
        .filter(|name| page.query.filter(name).is_none() && !page.hidden.iter().any(|hidden| hidden == *name))
        .filter_map(|name| record.field(name))
        .map(|field| filter_form(i18n, record, field, &page.query))
        .collect_view();
    let hidden = hidden_inputs(&page.query.from_start(), Some("q"));
    let search = page.query.search.clone().unwrap_or_default();
    let count = if page.capped {
        t!(i18n, "list-count-many", limit = page.count)
    } else {
        t!(i18n, "list-count", count = page.count)
    };
    view! {
        <div class="filters">
            <form class="chip search" method="get" action=format!("/{}", record.path) role="search">
                {hidden}{icon("search")}
                <input type="search" name="q" value=search placeholder=t!(i18n, "list-search") aria-label=t!(i18n, "list-search") />
            </form>
            {on}{offered}<span class="sp"></span><span class="count" id="count">{count}</span>
        </div>
    }
    .into_any()
}

/// A filter that is not set yet, with its little form.
fn filter_form(i18n: I18n, record: &'static Record, field: &'static Field, query: &Query) -> AnyView {
    let label = i18n.field(record, field.name);
    let name = field.name;
    let inputs = match field.kind {
        Kind::Choice(_) | Kind::RecordType | Kind::Bool | Kind::Currency => options(name, offered(i18n, field)),
        Kind::State => {
            options(name, record.states.iter().map(|s| (s.name.to_owned(), i18n.state(record, s.name))).collect())
        }
        Kind::Date | Kind::Money | Kind::Base | Kind::Quantity => {
            let hint = if field.kind == Kind::Date { "YYYY-MM-DD" } else { "" };
            view! {
                <label>{t!(i18n, "from")}<input type="text" dir="ltr" name=format!("{name}>") placeholder=hint /></label>
                <label>{t!(i18n, "to")}<input type="text" dir="ltr" name=format!("{name}<") placeholder=hint /></label>
            }
            .into_any()
        }
        Kind::Link(target) => link_filter(i18n, target, field),
        _ => view! { <label>{label.clone()}<input type="text" dir="auto" name=name /></label> }.into_any(),
    };
    let hidden = hidden_inputs(&query.from_start(), Some(name));
    view! {
        <details class="chip">
            <summary>{label}" "{icon("plus")}</summary>
            <form class="pop" method="get" action=format!("/{}", record.path)>{hidden}{inputs}<button class="btn pri small">{t!(i18n, "filter-apply")}</button></form>
        </details>
    }
    .into_any()
}

fn options(name: &'static str, options: Vec<(String, String)>) -> AnyView {
    let options =
        options.into_iter().map(|(value, label)| view! { <option value=value>{label}</option> }).collect_view();
    view! { <select name=name>{options}</select> }.into_any()
}

/// A link is filtered by a typeahead.
fn link_filter(i18n: I18n, target: &'static str, field: &'static Field) -> AnyView {
    use crate::ui::field::{Surroundings, control};
    let Some(record) = use_port().record(target) else { return ().into_any() };
    let around = Surroundings {
        i18n,
        record,
        currency: RwSignal::new(String::new()),
        company_currency: StoredValue::new(String::new()),
        near: None,
        on_edit: Callback::new(|_| {}),
    };
    let input =
        control(around, field, field.name.to_owned(), format!("filter-{}", field.name), RwSignal::new(Cell::default()));
    view! { <div class="control pick">{input}</div> }.into_any()
}

/// The rest of the query, so that a new filter keeps what was there.
fn hidden_inputs(query: &Query, except: Option<&str>) -> AnyView {
    query
        .pairs()
        .into_iter()
        .filter(|(name, _)| Some(name.as_str()) != except)
        .map(|(name, text)| view! { <input type="hidden" name=name value=text /> })
        .collect_view()
        .into_any()
}

/// The form that ticked rows belong to. It shows once a row is ticked, by style alone.
pub(super) const BULK: &str = "bulk";

/// What can be done with the ticked rows, or with all that match.
fn bulk(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    if page.rows.is_empty() || page.query.board || page.query.group.is_some() {
        return ().into_any();
    }
    let address = page.query.from_start().address(record);
    let query = address.split_once('?').map_or("", |(_, query)| query).to_owned();
    let count = if page.capped { format!("{}+", i18n.integer(page.count)) } else { i18n.integer(page.count) };
    let verbs = page
        .bulk
        .iter()
        .filter(|verb| *verb != "set")
        .map(|verb| {
            let (symbol, label) = match record.action(verb) {
                Some(action) => (action.icon, i18n.action(record, action.name)),
                None => ("trash-2", t!(i18n, "delete")),
            };
            let grave = record.action(verb).is_none_or(|action| action.grave);
            let question = grave.then(|| t!(i18n, "confirm-bulk", action = label.clone()));
            view! {
                <button class="btn small" name="_do" value=verb.clone() on:click=move |event| super::form::ask_first(&event, question.as_deref())>
                    {icon(symbol)}<span>{label}</span></button>
            }
        })
        .collect_view();
    let fields = page.settable.iter().filter_map(|name| record.field(name));
    let draft = page.draft.clone().unwrap_or_default();
    let asked =
        |field: &Field| draft.field.as_ref().filter(|(name, _)| name == field.name).map(|(_, cell)| cell.clone());
    let set = fields.map(|field| set_field(i18n, record, field, asked(field).unwrap_or_default())).collect_view();
    let open = draft.field.is_some();
    let set = (!page.settable.is_empty()).then(|| {
        view! { <details class="chip" open=open><summary>{icon("pencil")}{t!(i18n, "bulk-set")}</summary><div class="pop bulk-fields">{set}</div></details> }
    });
    let ticked = ticked();
    let faults =
        draft.faults.iter().map(|fault| view! { <p class="err" role="alert">{i18n.message(fault)}</p> }).collect_view();
    let beyond = use_context::<Ticks>().map(|ticks| {
        let of = |id: Uuid| view! { <input type="checkbox" form=BULK name="id" value=id.to_string() checked hidden /> };
        move || ticks.beyond.get().into_iter().map(of).collect_view()
    });
    view! {
        <form class="bulk" id=BULK method="post" action=format!("/{}/bulk", record.path)>
            // Enter presses the first button of a form. This one does nothing, so that no key deletes what was ticked.
            <button class="vh" disabled aria-hidden="true"></button>
            <input type="hidden" name="query" value=query />
            <input type="hidden" name="_key" value=page.job.to_string() />
            <b>{move || match ticked.get() { 0 => t!(i18n, "bulk-selected"), count => t!(i18n, "bulk-ticked", count = count) }}</b>
            <label class="tick"><input type="checkbox" name="all" value="true" checked=draft.all />{t!(i18n, "bulk-all", count = count)}</label>
            {verbs}{set}
            <button class="btn small" name="_do" value="export.xlsx">{icon("download")}<span>{t!(i18n, "export")}</span></button>
            <button class="btn small" name="_do" value="export.pdf">{icon("printer")}<span>"PDF"</span></button>
            {beyond}{faults}
        </form>
    }
    .into_any()
}

/// One value for a field of many rows.
fn set_field(i18n: I18n, record: &'static Record, field: &'static Field, cell: Cell) -> AnyView {
    use crate::ui::field::{Surroundings, control};
    let around = Surroundings {
        i18n,
        record,
        currency: RwSignal::new(String::new()),
        company_currency: StoredValue::new(String::new()),
        near: None,
        on_edit: Callback::new(|_| {}),
    };
    let id = format!("set-{}", field.name);
    let fault = cell.fault.as_ref().map(|fault| view! { <small class="err">{i18n.message(fault)}</small> });
    let class = if fault.is_some() { "field error" } else { "field" };
    let input = control(around, field, format!("set.{}", field.name), id.clone(), RwSignal::new(cell));
    let verb = format!("set.{}", field.name);
    view! {
        <div class=class><label for=id>{i18n.field(record, field.name)}</label>
            <div class="control">{input}<button class="btn small" name="_do" value=verb>{t!(i18n, "bulk-apply")}</button></div>{fault}</div>
    }
    .into_any()
}

/// Ticks that came back with what was asked of their rows.
#[derive(Clone, Copy)]
struct Ticks {
    all: StoredValue<Vec<Uuid>>,
    /// Of these, rows further down than what is shown.
    beyond: RwSignal<Vec<Uuid>>,
}

impl Ticks {
    fn of(page: &ListPage) -> Ticks {
        let all = page.draft.as_ref().map(|draft| draft.ids.clone()).unwrap_or_default();
        let beyond = all.iter().copied().filter(|id| page.rows.iter().all(|row| row.id != *id)).collect();
        Ticks { all: StoredValue::new(all), beyond: RwSignal::new(beyond) }
    }
}

/// The box that ticks a row, in the first column.
fn row_tick(i18n: I18n, id: Uuid) -> AnyView {
    let label = t!(i18n, "bulk-select");
    let ticked = use_context::<Ticks>().is_some_and(|ticks| {
        // The row has come into sight: from here on its own box speaks for it.
        if ticks.beyond.with_untracked(|beyond| beyond.contains(&id)) {
            ticks.beyond.update(|beyond| beyond.retain(|other| *other != id));
        }
        ticks.all.with_value(|all| all.contains(&id))
    });
    view! { <td class="sel"><input type="checkbox" form=BULK name="id" value=id.to_string() aria-label=label checked=ticked /></td> }
        .into_any()
}

/// The box that ticks all rows of the page; a browser's part.
fn page_tick(i18n: I18n) -> AnyView {
    let label = t!(i18n, "bulk-select-page");
    view! { <th class="sel"><input type="checkbox" aria-label=label on:change=move |event| tick_all(event_target_checked(&event)) /></th> }
        .into_any()
}

/// How many rows are ticked; none as long as nobody counts.
#[cfg(not(feature = "hydrate"))]
fn ticked() -> RwSignal<u32> {
    RwSignal::new(0)
}

#[cfg(feature = "hydrate")]
fn ticked() -> RwSignal<u32> {
    let ticked = RwSignal::new(0);
    let count = move || {
        // Once whatever ticks several has done so.
        super::browser::after(0, move || {
            let _ = ticked.try_set(super::browser::count("input[form=bulk][name=id]:checked"));
        });
    };
    // Ticks may have come back with the page.
    count();
    super::browser::while_here("change", wasm_bindgen::closure::Closure::new(count));
    ticked
}

#[cfg(feature = "hydrate")]
fn tick_all(ticked: bool) {
    super::browser::tick_all("input[form=bulk][name=id]", ticked);
}
#[cfg(not(feature = "hydrate"))]
fn tick_all(_: bool) {}

fn table(i18n: I18n, record: &'static Record, page: &ListPage, next: RwSignal<Option<String>>) -> AnyView {
    let columns = page.columns(record);
    let sort = page.query.sort(record);
    let descending = if page.query.sort.is_some() { page.query.descending } else { record.descending };
    let headers = columns
        .iter()
        .map(|field| {
            let class = if field.kind.is_figure() && field.kind != Kind::Percent { "end" } else { "" };
            let label = i18n.field(record, field.name);
            if !sortable(field) {
                return view! { <th class=class>{label}</th> }.into_any();
            }
            let here = field.name == sort.name;
            let arrow = here.then(|| view! { <svg class="i sort" aria-hidden="true"><use href=if descending { "/icons.svg#i-arrow-down" } else { "/icons.svg#i-arrow-up" }></use></svg> });
            let order = here.then_some(if descending { "descending" } else { "ascending" });
            let href = page.query.sorted_by(field.name, if here { !descending } else { !matches!(field.kind, Kind::Text(_) | Kind::Code) }).address(record);
            view! { <th class=class aria-sort=order><a href=href>{label}" "{arrow}</a></th> }.into_any()
        })
        .collect_view();
    let foot = totals(i18n, record, page, &columns);
    let bodies = super::rows::bodies(record, columns, page, next);
    let tick = page_tick(i18n);
    view! {
        <div class="card scroll" tabindex="0" role="region" aria-label=i18n.records(record)>
            <table class="list"><thead><tr>{tick}{headers}</tr></thead>{bodies}{foot}</table>
        </div>
    }
    .into_any()
}

/// A row as it stands in the table, with its box to tick.
pub(super) fn row_view(
    i18n: I18n,
    record: &'static Record,
    columns: StoredValue<Vec<&'static Field>>,
    row: &Row,
    page: StoredValue<ListPage>,
) -> AnyView {
    let tick = row_tick(i18n, row.id);
    let (saying, editing) = (use_context::<Saying>(), use_context::<Editing>());
    let read =
        move |row: &Row| page.with_value(|page| columns.with_value(|c| cells(i18n, record, c, row, page, saying)));
    let opens = |page: &ListPage| columns.with_value(|c| c.iter().any(|field| in_place::opens(page, row, field)));
    let (Some(saying), Some(Editing(editing)), true) = (saying, editing, page.with_value(opens)) else {
        return view! { <tr>{tick}{read(row)}</tr> }.into_any();
    };
    let line = Line { record, columns, row: RwSignal::new(row.clone()), page, saying };
    let cells = move || if editing.get() { open_cells(i18n, line) } else { line.row.with(read) };
    view! { <tr>{tick}{cells}</tr> }.into_any()
}

/// The cells of a row that is read, leading to its record.
fn cells(
    i18n: I18n,
    record: &'static Record,
    columns: &[&'static Field],
    row: &Row,
    page: &ListPage,
    saying: Option<Saying>,
) -> AnyView {
    let href = format!("/{}/{}", record.path, row.id);
    columns
        .iter()
        .zip(&row.cells)
        .enumerate()
        .map(|(at, (field, cell))| {
            let currency = currency_of(field, row, &page.company_currency);
            let content = match saying {
                Some(saying) if field.kind == Kind::Bool && page.settable(row, field) => {
                    toggle(Place { i18n, record, field, id: row.id, saying }, cell)
                }
                _ => cell_view(i18n, record, field, cell, currency),
            };
            let label = i18n.field(record, field.name);
            let class = cell_class(at, field, cell);
            if at == 0 {
                let content = if cell.text.is_none() { t!(i18n, "unnumbered").into_any() } else { content };
                view! { <td class=class data-label=label><a href=href.clone()>{content}</a></td> }.into_any()
            } else {
                let cover = (at == columns.len() - 1)
                    .then(|| view! { <a class="cover" href=href.clone() tabindex="-1" aria-hidden="true"></a> });
                view! { <td class=class data-label=label>{content}{cover}</td> }.into_any()
            }
        })
        .collect_view()
        .into_any()
}

/// The cells of a row that is open: inputs where the reader may change something, and what follows from them beside.
fn open_cells(i18n: I18n, line: Line) -> AnyView {
    let (record, cells) = (line.record, StoredValue::new(line.open()));
    let href = line.row.with_untracked(|row| format!("/{}/{}", record.path, row.id));
    line.columns
        .get_value()
        .into_iter()
        .zip(cells.get_value())
        .enumerate()
        .map(|(at, (field, cell))| {
            let label = i18n.field(record, field.name);
            if line.opens(field) {
                return view! { <td class="open" data-label=label>{line.input(at, cells)}</td> }.into_any();
            }
            if field.kind == Kind::Bool && line.sets(field) {
                let place =
                    Place { i18n, record, field, id: line.row.with_untracked(|row| row.id), saying: line.saying };
                return view! { <td data-label=label>{toggle(place, &cell.get_untracked())}</td> }.into_any();
            }
            let content = move || {
                let cell = cell.get();
                let company = line.page.with_value(|page| page.company_currency.clone());
                line.row.with_untracked(|row| cell_view(i18n, record, field, &cell, currency_of(field, row, &company)))
            };
            let class = cell_class(at, field, &cell.get_untracked());
            match at {
                0 => view! { <td class=class data-label=label><a href=href.clone()>{content}</a></td> }.into_any(),
                _ => view! { <td class=class data-label=label>{content}</td> }.into_any(),
            }
        })
        .collect_view()
        .into_any()
}

fn currency_of<'a>(field: &Field, row: &'a Row, company: &'a str) -> &'a str {
    row.currency.as_deref().filter(|_| field.kind != Kind::Base).unwrap_or(company)
}

fn cell_class(at: usize, field: &Field, cell: &Cell) -> &'static str {
    match (at == 0, field.kind) {
        (true, _) => "strong",
        // A phone shows the name of a cell before its content, and neither where there is none.
        _ if cell.text.is_none() => "hide-s",
        (_, Kind::Percent) => "",
        (_, k) if k.is_figure() => "end",
        (_, Kind::Date) => "soft",
        _ => "",
    }
}

fn cell_view(i18n: I18n, record: &'static Record, field: &'static Field, cell: &Cell, currency: &str) -> AnyView {
    if let Some(label) = &cell.label {
        return view! { <bdi>{i18n.label(label)}</bdi> }.into_any();
    }
    let text = i18n.show(record, field.name, field.kind, cell.text.as_deref(), currency);
    match field.kind {
        Kind::State => pill(i18n, record, cell.text.as_deref().unwrap_or_default()),
        Kind::Percent => {
            let value = cell.text.clone().unwrap_or_default();
            view! { <progress class="bar" max="100" value=value></progress>" "<small class="num">{text}</small> }
                .into_any()
        }
        k if k.is_figure() => view! { <span class="num">{text}</span> }.into_any(),
        Kind::Code | Kind::Number => view! { <bdi class="code">{text}</bdi> }.into_any(),
        _ => view! { <bdi>{text}</bdi> }.into_any(),
    }
}

/// Sums over all rows that match, those of each currency beside each other.
fn totals(i18n: I18n, record: &'static Record, page: &ListPage, columns: &[&'static Field]) -> AnyView {
    if page.totals.is_empty() || !columns.iter().any(|c| record.totals.contains(&c.name)) {
        return ().into_any();
    }
    let cells = columns
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let sums: Vec<_> = page
                .totals
                .iter()
                .filter(|(name, ..)| name == field.name)
                .map(|(_, currency, sum)| {
                    let currency = if currency.is_empty() { page.company_currency.clone() } else { currency.clone() };
                    let amount = i18n.amount(*sum, &currency);
                    view! { <div><span class="num"><small>{currency}</small>" "{amount}</span></div> }
                })
                .collect();
            match (sums.is_empty(), at) {
                (true, 0) => view! { <td>{t!(i18n, "list-total", count = page.count)}</td> }.into_any(),
                (true, _) => view! { <td></td> }.into_any(),
                (false, _) => view! { <td class="end">{sums}</td> }.into_any(),
            }
        })
        .collect_view();
    view! { <tfoot><tr><td class="sel"></td>{cells}</tr></tfoot> }.into_any()
}

fn empty(i18n: I18n, record: &'static Record, page: &ListPage) -> AnyView {
    if page.query.narrows() || page.query.after.is_some() || page.query.before.is_some() {
        let href = format!("/{}", record.path);
        return view! {
            <div class="empty">{mark()}<h2>{t!(i18n, "list-nothing-found")}</h2><p>{t!(i18n, "list-nothing-found-hint")}</p>
                <div class="acts"><a class="btn" href=href>{t!(i18n, "list-clear")}</a></div></div>
        }
        .into_any();
    }
    let why = i18n.format(&format!("{}-empty", record.name), None);
    let new = page.can_create.then(|| {
        let label = i18n.format(&format!("{}-new", record.name), None);
        let import = page.can_import.then(|| {
            view! { <a class="btn" href=format!("/{}/import", record.path)>{icon("upload")}<span>{t!(i18n, "import")}</span></a> }
        });
        view! {
            <a class="btn pri" href=format!("/{}/new", record.path)>{icon("plus")}<span>{label}</span></a>
            {import}
        }
    });
    view! { <div class="empty">{mark()}<h2>{t!(i18n, "list-empty", records = i18n.records(record))}</h2><p>{why}</p><div class="acts">{new}</div></div> }.into_any()
}

fn foot(i18n: I18n, page: &ListPage, record: &'static Record, next: RwSignal<Option<String>>) -> AnyView {
    let whole = page.query.board || page.query.group.is_some();
    if whole || (page.before.is_none() && page.after.is_none()) {
        return ().into_any();
    }
    let newer = page.before.clone().map(|place| {
        let href = Query { before: Some(place), after: None, ..page.query.clone() }.address(record);
        view! { <a class="btn" id="earlier" href=href>{flipped("chevron-left")}<span>{t!(i18n, "page-before")}</span></a> }
    });
    let query = page.query.from_start();
    let older = move || {
        next.get().map(|place| {
            let href = Query { after: Some(place), ..query.clone() }.address(record);
            view! { <a class="btn" id="later" href=href><span>{t!(i18n, "page-after")}</span>{flipped("chevron-right")}</a> }
        })
    };
    view! { <div class="foot"><span class="sp"></span>{newer}{older}</div> }.into_any()
}
