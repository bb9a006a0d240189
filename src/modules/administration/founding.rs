//! Founding a company: its country decides currency, taxes, chart of accounts, terms, units and periods.

use crate::platform::auth;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::tenancy::{Company, Cx, Db, TenantTx, whole};
use crate::record::Names;
use crate::record::money::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

use super::{branch::BRANCH, member::MEMBER, role::ROLE};
use crate::modules::finance::{account::ACCOUNT, period::PERIOD, tax::TAX_CODE, terms::PAYMENT_TERM};
use crate::modules::inventory::{unit::UNIT, warehouse::WAREHOUSE};

/// What a country decides.
#[derive(Clone, Debug, Deserialize)]
pub struct Country {
    pub code: String,
    pub currency: String,
    pub time_zone: String,
    pub weekend: String,
    pub fiscal_start: String,
    pub tax_rounding: String,
    pub phone: String,
    pub name_en: String,
    pub name_ar: String,
}

#[derive(Deserialize)]
struct AccountRow {
    code: String,
    parent: String,
    kind: String,
    role: String,
    name_en: String,
    name_ar: String,
}

#[derive(Deserialize)]
struct TaxRow {
    country: String,
    code: String,
    kind: String,
    rate: Decimal,
    einvoice: String,
    name_en: String,
    name_ar: String,
}

#[derive(Deserialize)]
struct TermRow {
    code: String,
    name_en: String,
    name_ar: String,
    instalments: String,
}

#[derive(Deserialize)]
struct RoleRow {
    code: String,
    name_en: String,
    name_ar: String,
}

#[derive(Deserialize)]
struct UnitRow {
    code: String,
    name_en: String,
    name_ar: String,
    decimals: i64,
}

/// Reads an embedded CSV file. The files are part of the program, so a broken one is a fault of the build.
pub fn rows<T: for<'a> Deserialize<'a>>(csv: &'static str) -> Vec<T> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().map(|row| row.expect("an embedded template row")).collect()
}

/// Countries that a company can be founded in.
pub fn countries() -> Vec<Country> {
    rows(include_str!("../finance/templates/countries.csv"))
}

fn chart(country: &str) -> &'static str {
    match country {
        "SA" => include_str!("../finance/templates/accounts_sa.csv"),
        "AE" => include_str!("../finance/templates/accounts_ae.csv"),
        "EG" => include_str!("../finance/templates/accounts_eg.csv"),
        _ => include_str!("../finance/templates/accounts_xx.csv"),
    }
}

/// The country of those for whose own there is no template.
pub const ELSEWHERE: &str = "XX";

/// What sign-up asks.
pub struct Founding {
    pub company: Names,
    pub country: String,
    /// ISO code of the currency of the books, where no template of the country knows it.
    pub currency: Option<String>,
    pub person: String,
    pub email: String,
    /// `None` for somebody who has an account already.
    pub password_hash: Option<String>,
}

/// Creates the company, its owner and all that its country brings, in one transaction. `cx` carries the ids.
pub async fn found(db: &Db, cx: Cx, founding: Founding) -> Outcome<()> {
    let db = db.clone();
    whole(async move {
        let mut country = countries()
            .into_iter()
            .find(|c| c.code == founding.country)
            .ok_or_else(|| Error::from(Refusal::new("fault-not-choice").at("country")))?;
        if country.code == ELSEWHERE
            && let Some(code) = &founding.currency
        {
            let known =
                Currency::of(code).ok_or_else(|| Error::from(Refusal::new("fault-not-choice").at("currency")))?;
            country.currency = known.code.to_owned();
        }
        // A new person has one id everywhere; one who has an account gets another in each further company.
        let member = if founding.password_hash.is_some() { cx.user } else { Uuid::now_v7() };
        let mut tx = db.admit(&cx, member).await?;
        enter_company(&mut tx, &founding, &country).await?;
        enter_people(&mut tx, &founding).await?;
        bring(&mut tx, &country).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

async fn enter_company(tx: &mut TenantTx, founding: &Founding, country: &Country) -> Outcome<()> {
    let name = founding.company.to_text();
    sqlx::query("select auth.add_tenant($1, $2::jsonb, $3)")
        .bind(tx.tenant())
        .bind(&name)
        .bind(&country.code)
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "insert into company (name, country, currency, time_zone, weekend, fiscal_start, tax_rounding) values ($1::jsonb, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&name)
    .bind(&country.code)
    .bind(&country.currency)
    .bind(&country.time_zone)
    .bind(&country.weekend)
    .bind(&country.fiscal_start)
    .bind(&country.tax_rounding)
    .execute(tx.conn())
    .await?;
    let today: String = sqlx::query_scalar("select (now() at time zone $1)::date::text")
        .bind(&country.time_zone)
        .fetch_one(tx.conn())
        .await?;
    tx.company = Arc::new(Company {
        name: founding.company.clone(),
        country: country.code.clone(),
        currency: country.currency.clone(),
        time_zone: country.time_zone.clone(),
        tax_rounding: country.tax_rounding.clone(),
        fiscal_start: country.fiscal_start.clone(),
        over_delivery: Decimal::ZERO,
        today: today.parse().map_err(|e| Error::Other(anyhow::anyhow!("today: {e}")))?,
    });
    Ok(())
}

/// The first branch, the ready roles and the owner.
async fn enter_people(tx: &mut TenantTx, founding: &Founding) -> Outcome<()> {
    let (user, member) = (tx.cx.user, tx.standing.member);
    if let Some(hash) = &founding.password_hash {
        let language = tx.cx.i18n.locale.tag();
        auth::add_user(tx, user, &founding.email, hash, &founding.person, language).await?;
    }
    let mut branch = Document::new(&BRANCH)
        .with("code", "MAIN")
        .with("name", Names::new("Main branch", "الفرع الرئيسي"))
        .with("active", true);
    door::bring(tx, &mut branch).await?;
    for row in rows::<RoleRow>(include_str!("templates/roles.csv")) {
        let mut role = Document::new(&ROLE)
            .with("code", row.code.clone())
            .with("name", Names::new(row.name_en, row.name_ar))
            .with("base", row.code.clone());
        door::bring(tx, &mut role).await?;
        if row.code == "owner" {
            let mut owner = Document { id: member, ..Document::new(&MEMBER) }
                .with("name", founding.person.clone())
                .with("email", founding.email.clone())
                .with("role", role.id)
                .with("user_id", user)
                .with("state", "active");
            door::bring(tx, &mut owner).await?;
        }
    }
    Ok(())
}

/// The master data that a company of this country starts with.
async fn bring(tx: &mut TenantTx, country: &Country) -> Outcome<()> {
    door::bring_all(tx, &ACCOUNT, &mut accounts_of(country)).await?;
    let taxes = rows::<TaxRow>(include_str!("../finance/templates/tax_codes.csv")).into_iter();
    let tax = |row: TaxRow| {
        Document::new(&TAX_CODE)
            .with("code", row.code)
            .with("name", Names::new(row.name_en, row.name_ar))
            .with("kind", row.kind)
            .with("rate", row.rate)
            .with("einvoice", row.einvoice)
            .with("active", true)
    };
    let mut taxes: Vec<Document> = taxes.filter(|row| row.country == country.code).map(tax).collect();
    door::bring_all(tx, &TAX_CODE, &mut taxes).await?;
    let terms = rows::<TermRow>(include_str!("../finance/templates/payment_terms.csv"));
    door::bring_all(tx, &PAYMENT_TERM, &mut terms.into_iter().map(term_of).collect::<Vec<_>>()).await?;
    let units = rows::<UnitRow>(include_str!("../finance/templates/units.csv"));
    let unit = |row: UnitRow| {
        Document::new(&UNIT)
            .with("code", row.code)
            .with("name", Names::new(row.name_en, row.name_ar))
            .with("decimals", row.decimals)
    };
    door::bring_all(tx, &UNIT, &mut units.into_iter().map(unit).collect::<Vec<_>>()).await?;
    let mut store = Document::new(&WAREHOUSE)
        .with("code", "MAIN")
        .with("name", Names::new("Main store", "المستودع الرئيسي"))
        .with("active", true);
    door::bring(tx, &mut store).await?;
    let year = tx.company.today.year();
    let months = (year - 1..=year + 1).flat_map(|year| (1..=12_i8).map(move |month| period_of(year, month)));
    door::bring_all(tx, &PERIOD, &mut months.collect::<Outcome<Vec<_>>>()?).await
}

/// The chart of accounts of a country. A parent stands before what is under it.
fn accounts_of(country: &Country) -> Vec<Document> {
    let chart: Vec<AccountRow> = rows(chart(&country.code));
    let mut known: HashMap<&str, Uuid> = HashMap::new();
    let mut accounts = Vec::with_capacity(chart.len());
    for row in &chart {
        let is_group = chart.iter().any(|other| other.parent == row.code);
        let account = Document::new(&ACCOUNT)
            .with("code", row.code.clone())
            .with("name", Names::new(&row.name_en, &row.name_ar))
            .with("kind", row.kind.clone())
            .with("parent", known.get(row.parent.as_str()).copied())
            .with("is_group", is_group)
            .with("role", Some(row.role.clone()).filter(|r| !r.is_empty()))
            .with("active", true);
        known.insert(&row.code, account.id);
        accounts.push(account);
    }
    accounts
}

fn term_of(row: TermRow) -> Document {
    let mut term = Document::new(&PAYMENT_TERM)
        .with("code", row.code)
        .with("name", Names::new(row.name_en, row.name_ar))
        .with("active", true);
    for part in row.instalments.split('|') {
        let (percent, days) = part.split_once('@').expect("percent@days in an embedded template");
        let percent: Decimal = percent.parse().expect("a percentage in an embedded template");
        let days: i64 = days.parse().expect("days in an embedded template");
        term.lines.push(Line::new().with("percent", percent).with("days", days));
    }
    term
}

fn period_of(year: i16, month: i8) -> Outcome<Document> {
    let starts = Date::new(year, month, 1).map_err(|e| Error::Other(e.into()))?;
    Ok(Document::new(&PERIOD)
        .with("code", format!("{year}-{month:02}"))
        .with("starts", starts)
        .with("ends", starts.last_of_month()))
}

/// The context of somebody who works from the command line: the user of this mail address in their first company.
pub async fn context_of(db: &Db, email: &str, company: Option<Uuid>) -> anyhow::Result<Cx> {
    use crate::i18n::{Digits, I18n, Locale};
    let user = auth::find_user(db, email).await?.ok_or_else(|| anyhow::anyhow!("no user has the address {email}"))?;
    let companies = auth::companies(db, user).await?;
    let company = companies.iter().find(|known| company.is_none_or(|id| known.id == id));
    let company = company.ok_or_else(|| anyhow::anyhow!("{email} belongs to no such company"))?;
    Ok(Cx {
        user,
        tenant: company.id,
        i18n: I18n::new(Locale::En, Digits::Western),
        request: Uuid::now_v7(),
        address: None,
        scope: None,
    })
}
