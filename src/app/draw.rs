//! Pages on which nothing moves: the server draws them to their end, and the browser shows what it was given. A report costs
//! the program of a first visit nothing.

use super::account::{self, Account};
use super::beside::{self, Beside};
use super::calls::{Drawn, Page};
use super::operator::plans::PlanList;
use super::print::{self, Sheet, StatementSheet};
use super::{
    audit, auth, company_data, developers, home, import, jobs, mail, notifications, operator, person, reports, usage,
    webhook_log,
};
use crate::i18n::I18n;
use crate::modules;
use crate::modules::finance::health::Check;
use crate::modules::finance::report::{GeneralLedger, TrialBalance};
use crate::modules::home::Home;
use crate::modules::inventory::report::StockOnHand;
use crate::modules::sales::report::{Receivables, Statement};
use crate::platform::mail::MailPage;
use crate::platform::operator::plans::Offer;
use crate::platform::operator::{CompanyPage, List};
use crate::platform::person::Known;
use crate::platform::plan::UsagePage;
use crate::platform::webhooks::Log;
use crate::record::Names;
use crate::record::audit::AuditPage;
use crate::record::comments::NotificationPage;
use crate::record::import::ImportPage;
use crate::record::jobs::{JobLine, JobPage};
use crate::record::page::{FormPage, Message};
use crate::t;
use leptos::prelude::*;
use uuid::Uuid;

/// A company to switch to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub id: Uuid,
    pub name: Names,
    pub current: bool,
}

/// Everything that a signed-in address can hold, before it is drawn.
pub enum Contents {
    /// What the browser draws itself.
    Live(Box<Page>),
    /// A form, which the browser draws, with what stands above its fields.
    Form(Box<FormPage>, Option<Beside>),
    Home(Home),
    Print(Box<Sheet>),
    Import(Box<ImportPage>),
    TrialBalance(TrialBalance),
    GeneralLedger(GeneralLedger),
    Receivables(Receivables),
    Statement(Statement),
    StatementPaper(Box<StatementSheet>),
    BooksHealth(Vec<Check>, String),
    StockOnHand(StockOnHand),
    /// With whether the reader operates the installation.
    Companies(Vec<Choice>, bool),
    NewCompany,
    Account(Account),
    Audit(AuditPage),
    CompanyData(Vec<JobLine>),
    Developers,
    Jobs(Vec<JobLine>),
    Job(JobPage),
    Notifications(NotificationPage),
    WebhookLog(Log),
    Person(Box<Known>),
    Mail(Box<MailPage>),
    Usage(Box<UsagePage>),
    Operator(Box<List>),
    OperatorCompany(Box<CompanyPage>, Option<Message>),
    Plans(PlanList),
    /// A plan, or a new one.
    Plan(Option<Box<Offer>>),
}

impl From<Page> for Contents {
    fn from(page: Page) -> Contents {
        Contents::Live(Box::new(page))
    }
}

impl Contents {
    /// The page for a reader of this language.
    pub fn draw(self, i18n: I18n) -> Page {
        let running = match &self {
            Contents::Import(page) => page.running.is_some(),
            Contents::Job(page) => !page.line.ended(),
            Contents::CompanyData(archives) => archives.iter().any(|line| !line.ended()),
            _ => false,
        };
        let contents = match self {
            Contents::Live(page) => return *page,
            Contents::Form(form, aside) => {
                let aside = aside.map(|aside| html(i18n, || beside::view(aside))).unwrap_or_default();
                return Page::Form(FormPage { aside, ..*form });
            }
            other => other,
        };
        Page::Drawn(Drawn { html: html(i18n, || contents.view(i18n)), running })
    }

    fn view(self, i18n: I18n) -> AnyView {
        match self {
            Contents::Live(_) | Contents::Form(..) => ().into_any(),
            Contents::Home(data) => home::view(data),
            Contents::Print(sheet) => print::view(*sheet),
            Contents::Import(page) => {
                let records = modules::record(&page.record).map(|r| i18n.records(r)).unwrap_or_default();
                titled(t!(i18n, "import-title", records = records), import::view(*page))
            }
            Contents::TrialBalance(data) => report(i18n, "trial-balance", reports::trial_balance(data)),
            Contents::GeneralLedger(data) => report(i18n, "general-ledger", reports::general_ledger(data)),
            Contents::Receivables(data) => report(i18n, "receivables", reports::receivables(data)),
            Contents::Statement(data) => titled(t!(i18n, "statement"), reports::statement(data)),
            Contents::StatementPaper(sheet) => print::statement(*sheet),
            Contents::BooksHealth(checks, currency) => {
                report(i18n, "books-health", reports::books_health(checks, currency))
            }
            Contents::StockOnHand(data) => report(i18n, "stock-on-hand", reports::stock_on_hand(data)),
            Contents::Account(account) => titled(t!(i18n, "my-account"), account::view(account)),
            Contents::NewCompany => titled(t!(i18n, "company-add"), auth::new_company()),
            Contents::Audit(data) => report(i18n, "audit", audit::view(data)),
            Contents::CompanyData(archives) => report(i18n, "company-data", company_data::view(archives)),
            Contents::Developers => report(i18n, "developers", developers::view()),
            Contents::Jobs(lines) => titled(t!(i18n, "jobs"), jobs::list(lines)),
            Contents::Notifications(page) => titled(t!(i18n, "notifications"), notifications::view(page)),
            Contents::WebhookLog(log) => report(i18n, "webhook-log", webhook_log::view(log)),
            Contents::Person(known) => titled(person::title(i18n, &known), person::view(*known)),
            Contents::Mail(page) => titled(t!(i18n, "print-mail"), mail::view(*page)),
            Contents::Job(page) => titled(jobs::title(i18n, &page.line), jobs::report(i18n, &page)),
            Contents::Companies(data, operates) => titled(t!(i18n, "companies"), auth::companies(data, operates)),
            Contents::Usage(page) => report(i18n, "usage", usage::view(*page)),
            Contents::Operator(list) => titled(t!(i18n, "operator"), operator::list(*list)),
            Contents::OperatorCompany(page, done) => {
                titled(i18n.name(&page.line.name).to_owned(), operator::company(*page, done))
            }
            Contents::Plans(list) => titled(t!(i18n, "plans"), operator::plans::list(list)),
            Contents::Plan(offer) => {
                titled(operator::plans::title(i18n, offer.as_deref()), operator::plans::form(offer.map(|offer| *offer)))
            }
        }
    }
}

/// A view as the server draws it for good.
fn html(i18n: I18n, view: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new();
    let html = owner.with(|| {
        super::provide(i18n);
        // Marks for a program that finds its elements again; none comes.
        view().to_html().replace("<!---->", "").replace("<!>", "")
    });
    owner.cleanup();
    html
}

fn report(i18n: I18n, path: &str, body: AnyView) -> AnyView {
    titled(i18n.format(&format!("page-{path}"), None), body)
}

fn titled(title: String, body: AnyView) -> AnyView {
    view! { <div class="head"><div class="title"><h1>{title}</h1></div></div>{body} }.into_any()
}
