//! Plans as operators edit them: what counts for a company from its next unit of work on.

use super::Entry;
use crate::platform::error::{Error, Outcome, Refusal};
use crate::platform::plan::FLAGS;
use crate::platform::tenancy::Db;
use crate::record::page::GIGABYTE;
use crate::record::value::{self, Fault, Value};
use crate::record::{Field, Kind, Names};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The plan that companies are founded with, which nobody removes.
pub const FIRST: &str = "unlimited";

/// A plan that companies can be given. What is not said is without a limit; of storage and of requests a minute
/// it is what the installation gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    pub code: String,
    pub name: Names,
    pub users: Option<i64>,
    /// Bytes.
    pub storage: Option<i64>,
    pub records: Option<i64>,
    /// In a calendar month, UTC.
    pub calls: Option<i64>,
    /// Requests of programs in a minute.
    pub rate: Option<i64>,
    /// Parts of Diwan, of [`FLAGS`]; all that there are and will be where none is said.
    pub flags: Option<Vec<String>>,
    /// Those that have it.
    pub companies: i64,
}

impl Offer {
    fn read(row: &PgRow) -> Outcome<Offer> {
        Ok(Offer {
            code: row.try_get("code")?,
            name: Names::from_text(row.try_get("name")?),
            users: row.try_get("users")?,
            storage: row.try_get("storage")?,
            records: row.try_get("records")?,
            calls: row.try_get("calls")?,
            rate: row.try_get("rate")?,
            flags: row.try_get("flags")?,
            companies: row.try_get("companies")?,
        })
    }

    /// What the form of a plan says, each fault at its field.
    pub fn typed(form: &BTreeMap<String, String>) -> Outcome<Offer> {
        let text = |name: &str| form.get(name).map(|text| text.trim()).unwrap_or_default();
        let mut faults = Vec::new();
        let code = text("code").to_lowercase();
        if !is_code(&code) {
            faults.push(Refusal::new("refuse-plan-code").at("code"));
        }
        let mut name =
            |field: &'static str| match value::read(&Field::new(field, Kind::Text(100)).required(), text(field), "") {
                Ok(name) => name.text().unwrap_or_default().to_owned(),
                Err(fault) => {
                    faults.push(Refusal::new(fault.message()).at(field));
                    String::new()
                }
            };
        let name = Names { en: name("name_en"), ar: name("name_ar") };
        let mut figure = |field: &'static str, unit: i64, least: i64| match limit(field, text(field), unit, least) {
            Ok(limit) => limit,
            Err(fault) => {
                faults.push(Refusal::new(fault.message()).at(field));
                None
            }
        };
        let offer = Offer {
            code,
            name,
            users: figure("users", 1, 1),
            storage: figure("storage", GIGABYTE, 0),
            records: figure("records", 1, 0),
            calls: figure("calls", 1, 0),
            rate: figure("rate", 1, 1),
            flags: text("parts").is_empty().then(|| parts(form)),
            companies: 0,
        };
        if faults.is_empty() { Ok(offer) } else { Err(Error::Refused(faults)) }
    }
}

/// A short name that addresses can hold.
fn is_code(code: &str) -> bool {
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    code.starts_with(|c: char| c.is_ascii_lowercase()) && code.len() <= 30 && code.chars().all(rest)
        // The address of the form for another one.
        && code != "new"
}

/// So much of something at most, or any amount where nothing is typed.
fn limit(field: &'static str, typed: &str, unit: i64, least: i64) -> Result<Option<i64>, Fault> {
    let kind = if unit == 1 { Kind::Integer } else { Kind::Quantity };
    let amount = match value::read(&Field::new(field, kind), typed, "")? {
        Value::Int(amount) => Decimal::from(amount),
        Value::Decimal(amount) => (amount * Decimal::from(unit)).round(),
        _ => return Ok(None),
    };
    amount.to_i64().filter(|amount| *amount >= least).map(Some).ok_or(Fault::OutOfRange)
}

fn parts(form: &BTreeMap<String, String>) -> Vec<String> {
    FLAGS.into_iter().filter(|flag| form.contains_key(&format!("flag.{flag}"))).map(str::to_owned).collect()
}

/// Every plan, the smallest first.
pub async fn all(db: &Db, who: Uuid) -> Outcome<Vec<Offer>> {
    let rows =
        sqlx::query("select code, name, users, storage, records, calls, rate, flags, companies from ops.plans($1)")
            .bind(who)
            .fetch_all(db.people())
            .await?;
    rows.iter().map(Offer::read).collect()
}

/// One plan.
pub async fn one(db: &Db, who: Uuid, code: &str) -> Outcome<Offer> {
    all(db, who).await?.into_iter().find(|offer| offer.code == code).ok_or(Error::NotFound)
}

/// What operators did to plans, the latest first.
pub async fn entries(db: &Db, who: Uuid) -> Outcome<Vec<Entry>> {
    super::entries(db, who, None).await
}

/// Adds a plan, or changes it for all companies that have it. Refused where a new one has the code of another.
pub async fn save(db: &Db, who: Uuid, offer: &Offer, fresh: bool) -> Outcome<()> {
    let small = |most: Option<i64>, field: &'static str| {
        most.map(i32::try_from).transpose().map_err(|_| Refusal::new("fault-out-of-range").at(field))
    };
    let (users, rate) = (small(offer.users, "users")?, small(offer.rate, "rate")?);
    sqlx::query("select ops.save_plan($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $10)")
        .bind(who)
        .bind(fresh)
        .bind(&offer.code)
        .bind(offer.name.to_text())
        .bind(users)
        .bind(offer.storage)
        .bind(offer.records)
        .bind(offer.calls)
        .bind(rate)
        .bind(&offer.flags)
        .execute(db.people())
        .await?;
    Ok(())
}

/// Removes a plan. Refused while a company has it, and for the one that companies are founded with.
pub async fn remove(db: &Db, who: Uuid, code: &str) -> Outcome<()> {
    sqlx::query("select ops.remove_plan($1, $2)").bind(who).bind(code).execute(db.people()).await?;
    Ok(())
}
