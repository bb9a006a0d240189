//! Documents on paper: A4, in the customer's language, printed by the browser.

use crate::i18n::I18n;
use crate::modules;
use crate::record::page::FormPage;
use crate::record::{Kind, Names};
use crate::t;
use crate::ui::{icon, use_i18n};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A party as it stands on paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub name: Names,
    pub tax_number: Option<String>,
    pub address: Names,
    pub phone: Option<String>,
}

/// All that a printed document shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    pub page: FormPage,
    pub company: Party,
    pub customer: Party,
}

/// Reads a document with both parties.
#[cfg(feature = "ssr")]
pub async fn sheet(
    tx: &mut crate::platform::tenancy::TenantTx,
    record: &'static crate::record::Record,
    id: uuid::Uuid,
) -> crate::platform::error::Outcome<Sheet> {
    use crate::modules::administration::company::COMPANY;
    use crate::modules::sales::customer::CUSTOMER;
    use crate::platform::document::Document;
    use crate::platform::door::{self, Lock};
    if !record.prints {
        return Err(crate::platform::error::Error::NotFound);
    }
    let mut page = crate::platform::page::form(tx, record, Some(id), &Default::default(), None).await?;
    page.events.clear();
    page.linked.clear();
    let party = |document: &Document| Party {
        name: document.names("name"),
        tax_number: document.text("tax_number").map(str::to_owned),
        address: document.names("address"),
        phone: document.text("phone").map(str::to_owned),
    };
    // The company's own details stand on its paper for everybody.
    let company = party(&door::load(tx, &COMPANY, tx.tenant(), Lock::No).await?);
    let of_document =
        record.fields.iter().position(|f| f.name == "customer").and_then(|at| page.cells[at].text.as_ref());
    let customer = match of_document.and_then(|text| text.parse().ok()) {
        Some(customer) => {
            let mut customer = door::load(tx, &CUSTOMER, customer, Lock::No).await?;
            // What of the customer is kept from the reader does not reach them by way of paper.
            door::mask(&tx.rights(), &mut customer);
            party(&customer)
        }
        None => Party::default(),
    };
    Ok(Sheet { page, company, customer })
}

/// A document on paper.
pub fn view(sheet: Sheet) -> AnyView {
    let i18n = use_i18n();
    let Some(record) = modules::record(&sheet.page.record) else { return ().into_any() };
    let page = &sheet.page;
    let currency = page.currency.as_str();
    let cell = |name: &str| record.fields.iter().position(|f| f.name == name).and_then(|at| page.cells.get(at));
    let number = cell("number").and_then(|c| c.text.clone()).unwrap_or_else(|| t!(i18n, "unnumbered"));
    let facts = record
        .fields
        .iter()
        .zip(&page.cells)
        .filter(|(f, c)| !f.hidden && c.text.is_some() && !f.computed && !matches!(f.name, "customer" | "note"))
        .map(|(f, c)| {
            let text = c
                .label
                .as_deref()
                .map_or_else(|| i18n.show(record, f.name, f.kind, c.text.as_deref(), currency), |l| i18n.label(l));
            view! { <dt>{i18n.field(record, f.name)}</dt><dd><bdi>{text}</bdi></dd> }
        })
        .collect_view();
    let columns: Vec<_> = record
        .lines
        .map(|lines| {
            let said = |at: usize| page.lines.iter().any(|line| line.cells[at].text.is_some());
            let internal = |name: &str| matches!(name, "delivered" | "returned" | "optional");
            lines.fields.iter().enumerate().filter(|(at, f)| !f.hidden && !internal(f.name) && said(*at)).collect()
        })
        .unwrap_or_default();
    let headers = columns
        .iter()
        .map(|(_, f)| view! { <th class=if f.kind.is_figure() { "end" } else { "" }>{i18n.line_field(record, f.name)}</th> })
        .collect_view();
    let lines = page
        .lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let cells = columns
                .iter()
                .map(|(index, f)| {
                    let c = &line.cells[*index];
                    let text = c.label.as_deref().map_or_else(
                        || i18n.show(record, f.name, f.kind, c.text.as_deref(), currency),
                        |l| i18n.label(l),
                    );
                    match f.kind.is_figure() {
                        true => view! { <td class="end"><span class="num">{text}</span></td> }.into_any(),
                        false => view! { <td><bdi>{text}</bdi></td> }.into_any(),
                    }
                })
                .collect_view();
            view! { <tr><td>{i18n.integer(at as i64 + 1)}</td>{cells}</tr> }
        })
        .collect_view();
    let sums = record
        .fields
        .iter()
        .zip(&page.cells)
        .filter(|(f, _)| f.computed && !f.hidden && f.kind == Kind::Money && record.lines.is_some())
        .map(|(f, c)| {
            let class = if f.name == "total" { "g" } else { "" };
            view! { <div class=class><span>{i18n.field(record, f.name)}</span><span class="num"><small>{currency.to_owned()}</small>" "{i18n.show(record, f.name, f.kind, c.text.as_deref(), currency)}</span></div> }
        })
        .collect_view();
    let note = cell("note").and_then(|c| c.text.clone()).map(|text| view! { <p class="note"><bdi>{text}</bdi></p> });
    let back = format!("/{}/{}", record.path, page.id.unwrap_or_default());
    let buyer = party(i18n, &sheet.customer);
    view! {
        <div class="noprint toolbar">
            <a class="btn" href=back rel="external">{t!(i18n, "back")}</a>
            <button class="btn pri" type="button" on:click=|_| { let _ = window().print(); }>{icon("printer")}<span>{t!(i18n, "print")}</span></button>
        </div>
        <article class="sheet">
            <header class="letterhead">
                <div lang="en" dir="ltr"><b>{sheet.company.name.in_language(false).to_owned()}</b><small>{sheet.company.address.in_language(false).to_owned()}</small></div>
                <div lang="ar" dir="rtl"><b>{sheet.company.name.in_language(true).to_owned()}</b><small>{sheet.company.address.in_language(true).to_owned()}</small></div>
            </header>
            <h1>{i18n.record(record)}" "<bdi class="code">{number}</bdi></h1>
            <div class="parties">
                <section><h2>{i18n.field(record, "customer")}</h2>{buyer}</section>
                <dl>{facts}{sheet.company.tax_number.clone().map(|n| view! { <dt>{t!(i18n, "field-tax_number")}</dt><dd><bdi class="code">{n}</bdi></dd> })}</dl>
            </div>
            <table class="items"><thead><tr><th>"#"</th>{headers}</tr></thead><tbody>{lines}</tbody></table>
            <div class="sums">{sums}</div>
            {note}
            <footer>{i18n.name(&sheet.company.name).to_owned()}" · "<bdi class="code">{sheet.company.phone.clone()}</bdi></footer>
        </article>
    }
    .into_any()
}

fn party(i18n: I18n, party: &Party) -> AnyView {
    view! {
        <b><bdi>{i18n.name(&party.name).to_owned()}</bdi></b>
        <div><bdi>{i18n.name(&party.address).to_owned()}</bdi></div>
        {party.tax_number.clone().map(|n| view! { <div>{t!(i18n, "field-tax_number")}" "<bdi class="code">{n}</bdi></div> })}
        {party.phone.clone().map(|n| view! { <div><bdi class="code">{n}</bdi></div> })}
    }
    .into_any()
}
