//! Documents on paper: A4, in the customer's language, printed by the browser.

use super::reports;
use crate::i18n::{I18n, Locale};
use crate::modules;
use crate::modules::administration::company::COMPANY;
use crate::modules::sales::customer::{self, CUSTOMER};
use crate::modules::sales::paper::{self, Deducted, Taxed};
use crate::modules::sales::pricing::TaxTotal;
use crate::modules::sales::receivable;
use crate::modules::sales::report::{self, Statement};
use crate::platform::document::Document;
use crate::platform::door::{self, Error, Lock, Outcome};
use crate::platform::page;
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{self, House, PlainForm, Visit};
use crate::record::page::FormPage;
use crate::record::query::encode;
use crate::record::{Field, Kind, Names, Record, Tone};
use crate::t;
use crate::ui::{icon, use_i18n};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use leptos::prelude::*;
use uuid::Uuid;

/// The routes of papers.
pub fn routes() -> Router<House> {
    Router::new().route("/{path}/{id}/print", get(show)).route("/statement/print", get(show))
}

/// A paper in the language of its customer, unless its address asks for another.
async fn show(State(house): State<House>, mut visit: Visit, headers: HeaderMap) -> Response {
    if web::paper_language(&visit.uri).is_none()
        && let Ok(cx) = visit.cx()
    {
        let (db, uri) = (house.db.clone(), visit.uri.clone());
        let spoken = whole(async move {
            let mut tx = db.begin(&cx).await?;
            spoken_at(&mut tx, &uri).await
        });
        // What cannot be read is said on the page, to its reader.
        if let Some(locale) = spoken.await.ok().flatten().and_then(|tag| Locale::from_tag(&tag)) {
            visit.i18n = web::on_paper(visit.i18n, locale);
        }
    }
    web::render(house, visit, headers).await
}

/// The language of the customer whose paper is at this address, as far as its reader may see that.
async fn spoken_at(tx: &mut TenantTx, uri: &Uri) -> Outcome<Option<String>> {
    let parts: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    let customer = match parts[..] {
        ["statement", _] => {
            let asked = web::query_pairs(uri).into_iter().find(|(name, _)| name == "customer");
            match asked.and_then(|(_, id)| id.parse::<Uuid>().ok()) {
                Some(id) => Some(door::reachable(tx, &CUSTOMER, id, Lock::No).await?.id),
                None => None,
            }
        }
        [path, id, _] => match (modules::record_at(path), id.parse::<Uuid>()) {
            (Some(record), Ok(id)) if record.prints => {
                door::reachable(tx, record, id, Lock::No).await?.link("customer")
            }
            _ => None,
        },
        _ => None,
    };
    match customer {
        Some(customer) => customer::language(tx, customer).await,
        None => Ok(None),
    }
}

/// A party as it stands on paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    pub name: Names,
    pub tax_number: Option<String>,
    pub address: Names,
    pub phone: Option<String>,
    pub email: Option<String>,
}

/// All that a printed document shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub page: FormPage,
    pub company: Party,
    pub customer: Party,
    /// When the customer pays how much, where that is more than one date: ISO dates, minor units of the document's currency.
    pub instalments: Vec<(String, i64)>,
    /// What the law calls it, as the id of a message.
    pub title: Option<&'static str>,
    pub taxed: Taxed,
    /// The path by which the customer answers it, where its reader hands that on.
    pub link: Option<String>,
    /// Diwan mails it, so that nobody needs a mail program of their own.
    pub mails: bool,
}

/// The language that a document is printed in: that of its customer.
pub async fn language(tx: &mut TenantTx, page: &FormPage) -> Outcome<Option<String>> {
    let Some(record) = modules::record(&page.record).filter(|record| record.prints && page.version > 0) else {
        return Ok(None);
    };
    let Some(customer) = customer_of(record, page) else { return Ok(None) };
    customer::language(tx, customer).await
}

fn customer_of(record: &Record, page: &FormPage) -> Option<Uuid> {
    let at = record.fields.iter().position(|f| f.name == "customer")?;
    page.cells.get(at)?.text.as_ref()?.parse().ok()
}

/// All that the statement of a customer shows on paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementSheet {
    pub statement: Statement,
    pub company: Party,
    pub customer: Party,
}

/// Reads a document with both parties.
pub async fn sheet(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Sheet> {
    if !record.prints {
        return Err(Error::NotFound);
    }
    let mut page = page::form(tx, record, Some(id), &Default::default(), None).await?;
    page.events.clear();
    page.linked.clear();
    let link = page.hand_on.take().map(|hand_on| hand_on.path);
    let document = door::load(tx, record, id, Lock::No).await?;
    let title = paper::title(tx, &document).await?;
    let taxed = paper::taxed(tx, &document, &page.hidden).await?;
    let (company, customer) = parties(tx, customer_of(record, &page)).await?;
    let told = !page.hidden.iter().any(|name| matches!(name.as_str(), "total" | "due_date"));
    let instalments = if told { receivable::instalments_of(tx, id).await? } else { Vec::new() };
    let instalments = if instalments.len() > 1 { instalments } else { Vec::new() };
    Ok(Sheet { page, company, customer, instalments, title, taxed, link, mails: false })
}

/// Reads the statement of a customer with both parties.
pub async fn statement_sheet(tx: &mut TenantTx, customer: Uuid, from: Date, to: Date) -> Outcome<StatementSheet> {
    let statement = report::statement(tx, customer, from, to, None, true).await?;
    let (company, customer) = parties(tx, Some(customer)).await?;
    Ok(StatementSheet { statement, company, customer })
}

/// The company and a customer as they stand on paper.
async fn parties(tx: &mut TenantTx, customer: Option<Uuid>) -> Outcome<(Party, Party)> {
    let party = |document: &Document| Party {
        name: document.names("name"),
        tax_number: document.text("tax_number").map(str::to_owned),
        address: document.names("address"),
        phone: document.text("phone").map(str::to_owned),
        email: document.text("email").map(str::to_owned),
    };
    // The company's own details stand on its paper for everybody.
    let company = party(&door::load(tx, &COMPANY, tx.tenant(), Lock::No).await?);
    let customer = match customer {
        Some(customer) => {
            let mut customer = door::load(tx, &CUSTOMER, customer, Lock::No).await?;
            // What of the customer is kept from the reader does not reach them by way of paper.
            let known = tx.standing.rights.sees(&CUSTOMER) && door::within_reach(&tx.standing, &customer);
            door::mask(&tx.rights(), &mut customer);
            if known { party(&customer) } else { Party { name: customer.names("name"), ..Party::default() } }
        }
        None => Party::default(),
    };
    Ok((company, customer))
}

/// A document on paper, with what stands above it on the screen.
pub fn view(sheet: Sheet) -> AnyView {
    let i18n = use_i18n();
    let Some(record) = modules::record(&sheet.page.record) else { return ().into_any() };
    let back = format!("/{}/{}", record.path, sheet.page.id.unwrap_or_default());
    let mail = mail(i18n, record, &sheet);
    view! { {tools(i18n, back, mail)}{article(i18n, &sheet, None)} }.into_any()
}

/// Where a document is mailed from: a page of ours, or, where Diwan sends no mail, a letter to the customer with the link to it,
/// as an address that mail programs open. Nothing in that is hidden: marks that keep directions apart would break the link.
fn mail(i18n: I18n, record: &Record, sheet: &Sheet) -> Option<String> {
    let path = sheet.link.as_ref()?;
    let Visit { site, .. } = use_context::<Visit>()?;
    if sheet.mails {
        return Some(format!("{}/mail", record.address(sheet.page.id?)));
    }
    let at = record.fields.iter().position(|f| f.kind == Kind::Number)?;
    let number = sheet.page.cells.get(at)?.text.clone()?;
    let company = i18n.name(&sheet.company.name).to_owned();
    let title = t!(i18n, "print-mail-title", document = i18n.record(record), number = number, company = company);
    let text = format!("{}\n\n{site}{path}\n", t!(i18n, "print-mail-text"));
    let plain = |text: String| encode(&text.replace(|c: char| matches!(c, '\u{2066}'..='\u{2069}'), ""));
    let to = encode(sheet.customer.email.as_deref().unwrap_or_default());
    Some(format!("mailto:{to}?subject={}&body={}", plain(title), plain(text.replace('\n', "\r\n"))))
}

/// A document on paper alone. With a form, the customer ticks in it which optional lines they take along: it is called `answer`.
pub fn article(i18n: I18n, sheet: &Sheet, answer: Option<&PlainForm>) -> AnyView {
    let Some(record) = modules::record(&sheet.page.record) else { return ().into_any() };
    let page = &sheet.page;
    let currency = page.currency.as_str();
    let cell = |name: &str| record.fields.iter().position(|f| f.name == name).and_then(|at| page.cells.get(at));
    let number = cell("number").and_then(|c| c.text.clone()).unwrap_or_else(|| t!(i18n, "unnumbered"));
    let title = sheet.title.map_or_else(|| i18n.record(record), |message| i18n.format(message, None));
    // The first one is the quotation itself.
    let revision = cell("revision").and_then(|c| c.text.as_deref()).filter(|text| *text != "0").map(|text| {
        let text = i18n.show(record, "revision", Kind::Integer, Some(text), currency);
        view! { <small>{i18n.field(record, "revision")}" "{text}</small> }
    });
    let stamp = cell("state").and_then(|c| c.text.as_deref()).and_then(|state| stamp(i18n, record, state));
    let facts = record
        .fields
        .iter()
        .zip(&page.cells)
        .filter(|(f, c)| is_fact(f) && c.text.is_some())
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
            let elsewhere = |name: &str| matches!(name, "delivered" | "returned" | "optional");
            lines
                .fields
                .iter()
                .enumerate()
                .filter(|(at, f)| !f.hidden && !f.internal && !elsewhere(f.name) && said(*at))
                .collect()
        })
        .unwrap_or_default();
    let headers = columns
        .iter()
        .map(|(_, f)| view! { <th class=if f.kind.is_figure() { "end" } else { "" }>{i18n.line_field(record, f.name)}</th> })
        .collect_view();
    let optional = record.lines.and_then(|lines| lines.fields.iter().position(|f| f.name == "optional"));
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
                    match f.kind {
                        kind if kind.is_figure() => {
                            view! { <td class="end"><span class="num">{text}</span></td> }.into_any()
                        }
                        Kind::Text(_) => view! { <td class="free"><bdi>{text}</bdi></td> }.into_any(),
                        _ => view! { <td><bdi>{text}</bdi></td> }.into_any(),
                    }
                })
                .collect_view();
            // What is optional is in none of the sums, and says so.
            let is_optional = optional.and_then(|at| line.cells[at].text.as_deref()) == Some("true");
            let mark = is_optional.then(|| {
                let box_of = answer.zip(line.id).map(|(form, id)| {
                    let name = format!("take-{id}");
                    let checked = form.fields.contains_key(&name);
                    let label = t!(i18n, "offer-take", line = at as i64 + 1);
                    view! { <input type="checkbox" form="answer" name=name value="true" checked=checked aria-label=label /> }
                });
                view! { <small>{box_of}{i18n.line_field(record, "optional")}</small> }
            });
            view! { <tr><td class="n">{i18n.integer(at as i64 + 1)}{mark}</td>{cells}</tr> }
        })
        .collect_view();
    let instalments = (!sheet.instalments.is_empty()).then(|| {
        let parts = sheet
            .instalments
            .iter()
            .map(|(date, amount)| {
                let date = i18n.show(record, "due_date", Kind::Date, Some(date), currency);
                let amount = i18n.amount(*amount, currency);
                view! { <div><span>{date}</span><span class="num"><small>{currency.to_owned()}</small>" "{amount}</span></div> }
            })
            .collect_view();
        view! { <section class="sums"><div><b>{t!(i18n, "print-instalments")}</b></div>{parts}</section> }
    });
    let sums = record
        .fields
        .iter()
        .zip(&page.cells)
        .filter(|(f, _)| f.computed && !f.hidden && f.kind == Kind::Money && record.lines.is_some())
        // Most invoices deduct nothing, and say nothing of it.
        .filter(|(f, c)| f.name != "prepaid" || c.text.as_deref() != Some("0"))
        .map(|(f, c)| {
            let class = if f.name == "total" { "g" } else { "" };
            view! { <div class=class><span>{i18n.field(record, f.name)}</span><span class="num"><small>{currency.to_owned()}</small>" "{i18n.show(record, f.name, f.kind, c.text.as_deref(), currency)}</span></div> }
        })
        .collect_view();
    let taxed = &sheet.taxed;
    let base_tax = taxed.base_tax.map(|amount| {
        let company = page.company_currency.clone();
        let label = t!(i18n, "print-base-tax", currency = company.clone());
        view! { <div><span>{label}</span><span class="num">{i18n.amount(amount, &company)}</span></div> }
    });
    let by_rate = (!taxed.parts.is_empty()).then(|| by_rate(i18n, record, page, &taxed.parts));
    let deducted = (!taxed.deducted.is_empty()).then(|| deducted(i18n, record, page, &taxed.deducted));
    let supplied = taxed.supplied.map(|day| view! { <dt>{t!(i18n, "print-supplied")}</dt><dd>{i18n.date(day)}</dd> });
    let note = cell("note").and_then(|c| c.text.clone()).map(|text| view! { <p class="note"><bdi>{text}</bdi></p> });
    let band = stamp.clone().map(|text| view! { <p class="stamp">{text}</p> });
    let buyer = party(i18n, &sheet.customer);
    view! {
        <article class="sheet" data-stamp=stamp>
            {letterhead(&sheet.company)}
            {band}
            <h1>{title}" "<span><bdi class="code">{number}</bdi>" "{revision}</span></h1>
            <div class="parties">
                <section><h2>{i18n.field(record, "customer")}</h2>{buyer}</section>
                <dl>{facts}{supplied}{tax_number(i18n, &sheet.company)}</dl>
            </div>
            <table class="items"><thead><tr><th>"#"</th>{headers}</tr></thead><tbody>{lines}</tbody></table>
            <div class="sums">{sums}{base_tax}</div>
            {by_rate}
            {deducted}
            {instalments}
            {note}
            {foot(i18n, &sheet.company)}
        </article>
    }
    .into_any()
}

/// The tax of a document by tax code.
fn by_rate(i18n: I18n, record: &Record, page: &FormPage, parts: &[TaxTotal]) -> AnyView {
    let rows = parts
        .iter()
        .map(|part| {
            let code = part.code.map(|code| code.to_string());
            let mut cells = page.lines.iter().flat_map(|line| &line.cells);
            let cell = cells.find(|c| c.text.is_some() && c.text == code);
            let label = cell.and_then(|c| c.label.as_deref());
            let label = label.map_or_else(|| t!(i18n, "print-untaxed"), |label| i18n.label(label));
            let (base, tax) = (i18n.amount(part.base, &page.currency), i18n.amount(part.tax, &page.currency));
            view! {
                <tr><td><bdi>{label}</bdi></td><td class="end"><span class="num">{base}</span></td>
                    <td class="end"><span class="num">{tax}</span></td></tr>
            }
        })
        .collect_view();
    view! {
        <table class="items rates">
            <thead><tr><th>{t!(i18n, "print-by-rate")}</th><th class="end">{t!(i18n, "print-taxable")}</th><th class="end">{i18n.field(record, "tax")}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// The advances that an invoice deducts, with the tax that they were charged with.
fn deducted(i18n: I18n, record: &Record, page: &FormPage, advances: &[Deducted]) -> AnyView {
    let rows = advances
        .iter()
        .map(|advance| {
            let (number, date) = (advance.number.clone(), i18n.date_text(&advance.date));
            let code = advance.code.as_deref().map_or_else(|| t!(i18n, "print-untaxed"), |code| i18n.label(code));
            let (net, tax) = (i18n.amount(advance.net, &page.currency), i18n.amount(advance.tax, &page.currency));
            view! {
                <tr><td><bdi class="code">{number}</bdi></td><td>{date}</td><td><bdi>{code}</bdi></td>
                    <td class="end"><span class="num">{net}</span></td><td class="end"><span class="num">{tax}</span></td></tr>
            }
        })
        .collect_view();
    view! {
        <table class="items rates">
            <thead><tr><th>{i18n.field(record, "prepaid")}</th><th>{i18n.field(record, "date")}</th><th>{t!(i18n, "print-by-rate")}</th>
                <th class="end">{i18n.field(record, "net")}</th><th class="end">{i18n.field(record, "tax")}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// What marks a paper that is not yet, or no longer, what it says it is: a draft, or what went aside, such as a cancelled order.
fn stamp(i18n: I18n, record: &Record, state: &str) -> Option<String> {
    let known = record.state(state)?;
    match paper::draft_mark(record).filter(|_| known.tone == Tone::Draft) {
        Some(message) => Some(i18n.format(message, None)),
        None => (known.tone == Tone::Draft || !known.on_track).then(|| i18n.state(record, state)),
    }
}

/// Whether a field stands beside the customer: what was entered, and of what follows from it days and the documents that this
/// one goes back to. A box of ours says what kind of document it is, as its title does.
fn is_fact(field: &Field) -> bool {
    let told = !field.computed || matches!(field.kind, Kind::Date | Kind::Link(_));
    let boxed = field.kind == Kind::Bool && field.custom.is_none();
    told && !boxed && !field.hidden && !field.internal && !matches!(field.name, "customer" | "note")
}

/// The statement of a customer on paper.
pub fn statement(sheet: StatementSheet) -> AnyView {
    let i18n = use_i18n();
    let report = &sheet.statement;
    let back = format!("/statement?customer={}&from={}&to={}", report.customer, report.from, report.to);
    let tables =
        report.parts.iter().map(|part| reports::statement_table(i18n, part, "items", false, None)).collect_view();
    let nothing = report.parts.is_empty().then(|| view! { <p>{t!(i18n, "statement-nothing")}</p> });
    let buyer = party(i18n, &sheet.customer);
    view! {
        {tools(i18n, back, None)}
        <article class="sheet">
            {letterhead(&sheet.company)}
            <h1>{t!(i18n, "statement")}" "<bdi class="code">{report.code.clone()}</bdi></h1>
            <div class="parties">
                <section><h2>{t!(i18n, "field-customer")}</h2>{buyer}</section>
                <dl><dt>{t!(i18n, "from")}</dt><dd>{i18n.date_text(&report.from)}</dd><dt>{t!(i18n, "to")}</dt><dd>{i18n.date_text(&report.to)}</dd>
                    {tax_number(i18n, &sheet.company)}</dl>
            </div>
            {tables}{nothing}
            {foot(i18n, &sheet.company)}
        </article>
    }
    .into_any()
}

/// What stands above the paper on the screen.
fn tools(i18n: I18n, back: String, mail: Option<String>) -> AnyView {
    let mail =
        mail.map(|href| view! { <a class="btn" href=href>{icon("send")}<span>{t!(i18n, "print-mail")}</span></a> });
    view! {
        <div class="noprint toolbar">
            <a class="btn" href=back rel="external">{t!(i18n, "back")}</a>
            {mail}
            <button class="btn pri" type="button" id="print">{icon("printer")}<span>{t!(i18n, "print")}</span></button>
        </div>
    }
    .into_any()
}

fn letterhead(company: &Party) -> AnyView {
    view! {
        <header class="letterhead">
            <div lang="en" dir="ltr"><b>{company.name.in_language(false).to_owned()}</b><small>{company.address.in_language(false).to_owned()}</small></div>
            <div lang="ar" dir="rtl"><b>{company.name.in_language(true).to_owned()}</b><small>{company.address.in_language(true).to_owned()}</small></div>
        </header>
    }
    .into_any()
}

fn tax_number(i18n: I18n, company: &Party) -> AnyView {
    company
        .tax_number
        .clone()
        .map(|number| view! { <dt>{t!(i18n, "print-seller-tax-number")}</dt><dd><bdi class="code">{number}</bdi></dd> })
        .into_any()
}

fn foot(i18n: I18n, company: &Party) -> AnyView {
    view! { <footer>{i18n.name(&company.name).to_owned()}" · "<bdi class="code">{company.phone.clone()}</bdi></footer> }
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
