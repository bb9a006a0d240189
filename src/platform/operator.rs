//! The console of whoever operates the installation: companies, what they use, what they may have.
//!
//! It stands outside all companies and never enters one: it knows what `ops` answers, which are sums, and asks for nothing
//! without saying who asks. Whoever is no operator finds nothing.

pub mod plans;

use self::plans::Offer;
use super::auth;
use super::error::{Error, Outcome, Refusal};
use super::plan::{Day, FLAGS, Level, Plan, Turn, Usage};
use super::tenancy::Db;
use crate::i18n::Locale;
use crate::record::value::{self, Value};
use crate::record::{Field, Kind, Names};
use rand::RngCore as _;
use serde_json::Value as Json;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

/// Companies on one page.
const PAGE: i32 = 50;

/// Days that are looked back on.
const BACK: i32 = 90;

/// Entries of the log on the page of a company.
const ENTRIES: i32 = 100;

/// Orders of the companies beside the one by name. The message `operator-sort-…` names each.
pub const SORTS: [&str; 7] = ["name", "users", "records", "storage", "calls", "grown", "seen"];

// ------------------------------------------------------------------ what is shown

/// A company as operators know it.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: Uuid,
    pub name: Names,
    pub country: String,
    /// Days as ISO text, here and below.
    pub founded: String,
    pub plan: String,
    pub plan_name: Names,
    /// Parts of Diwan that the plan gives, with what is turned on and off beside it, as the company has them.
    pub flags: Vec<(&'static str, Turn)>,
    pub suspended: Option<String>,
    pub reason: Option<String>,
    /// Members of now, the rest as of the last measurement.
    pub levels: [Level; 4],
    /// Whether records and storage have been measured.
    pub measured: bool,
    /// Records that came within thirty days.
    pub grown: Option<i64>,
    /// The last day on which something was done.
    pub seen: Option<String>,
    pub health: Health,
}

/// Whether what a company has under way gets done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Jobs that were given up within a day.
    pub failed: i64,
    /// Jobs that are due for an hour, and nobody is at them.
    pub stuck: i64,
    /// Webhooks whose receiver did not answer well the last time.
    pub failing: i64,
    /// Webhooks that are switched off.
    pub paused: i64,
    /// Since when the event that waits longest waits to be delivered, `YYYY-MM-DD HH:MM`, UTC.
    pub waiting: Option<String>,
    /// Whether that is more than an hour.
    pub late: bool,
    /// The day of the last archive that the company had made, as ISO text.
    pub archived: Option<String>,
    /// Times that members asked within a day for what is not there.
    pub missed: i64,
}

impl Health {
    fn read(row: &PgRow) -> Outcome<Health> {
        Ok(Health {
            failed: row.try_get("failed")?,
            stuck: row.try_get("stuck")?,
            failing: row.try_get("failing")?,
            paused: row.try_get("paused")?,
            waiting: row.try_get("waiting")?,
            late: row.try_get("late")?,
            archived: row.try_get("archived")?,
            missed: row.try_get("missed")?,
        })
    }
}

impl Line {
    fn read(row: &PgRow) -> Outcome<Line> {
        let plan = Plan {
            code: row.try_get("plan")?,
            users: row.try_get("most_users")?,
            storage: row.try_get("most_storage")?,
            records: row.try_get("most_records")?,
            calls: row.try_get("most_calls")?,
            ..Plan::default()
        };
        let given: Option<Vec<String>> = row.try_get("flags")?;
        let (on, off): (Vec<String>, Vec<String>) = (row.try_get("flags_on")?, row.try_get("flags_off")?);
        let turn = |flag: &str| Turn::of(flag, given.as_deref(), &on, &off);
        let (storage, records): (Option<i64>, Option<i64>) = (row.try_get("storage")?, row.try_get("records")?);
        let usage = Usage {
            users: row.try_get("users")?,
            storage: storage.unwrap_or_default(),
            records: records.unwrap_or_default(),
            calls: row.try_get("calls")?,
        };
        Ok(Line {
            id: row.try_get("id")?,
            name: Names::from_text(row.try_get("name")?),
            country: row.try_get("country")?,
            founded: row.try_get("founded")?,
            plan_name: Names::from_text(row.try_get("plan_name")?),
            flags: FLAGS.into_iter().map(|flag| (flag, turn(flag))).collect(),
            suspended: row.try_get("suspended")?,
            reason: row.try_get("reason")?,
            levels: plan.levels(&usage),
            measured: records.is_some(),
            grown: row.try_get("grown")?,
            seen: row.try_get("seen")?,
            health: Health::default(),
            plan: plan.code,
        })
    }

    /// What there is no more room for.
    pub fn reached(&self) -> impl Iterator<Item = &Level> {
        self.levels.iter().filter(|level| level.is_reached())
    }
}

/// The whole installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub companies: i64,
    pub suspended: i64,
    pub people: i64,
    pub records: i64,
    /// Bytes.
    pub storage: i64,
    /// In this month.
    pub calls: i64,
}

/// What an operator looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// A part of a company's name.
    pub sought: String,
    /// One of [`SORTS`]; by name otherwise.
    pub sort: String,
    /// Companies before the first of the page.
    pub from: i32,
}

/// A page of companies.
#[derive(Clone, Debug)]
pub struct List {
    pub asked: Asked,
    pub totals: Totals,
    pub lines: Vec<Line>,
    /// The page after this one begins behind so many companies.
    pub later: Option<i32>,
}

/// Something that an operator did.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `YYYY-MM-DD HH:MM`, UTC.
    pub at: String,
    pub operator: String,
    /// `plan`, `suspend` or `resume`; of plans `add_plan`, `change_plan` or `remove_plan`.
    pub action: String,
    pub details: Json,
}

impl Entry {
    fn read(row: &PgRow) -> Outcome<Entry> {
        Ok(Entry {
            at: row.try_get("at")?,
            operator: row.try_get("name")?,
            action: row.try_get("action")?,
            details: row.try_get("details")?,
        })
    }
}

/// One company.
#[derive(Clone, Debug)]
pub struct CompanyPage {
    pub line: Line,
    /// The earliest first.
    pub days: Vec<Day>,
    /// Plans that can be given.
    pub plans: Vec<Offer>,
    /// The latest first.
    pub entries: Vec<Entry>,
}

const COMPANIES: &str =
    "select id, name, country, founded, plan, plan_name, flags, flags_on, flags_off, suspended, reason,
        most_users, most_storage, most_records, most_calls, users, storage, records, calls, grown, seen
   from ops.companies($1, $2, $3, $4, $5, $6)";

/// The companies, for an operator.
pub async fn list(db: &Db, who: Uuid, asked: Asked) -> Outcome<List> {
    let totals = sqlx::query("select companies, suspended, people, records, storage, calls from ops.totals($1)")
        .bind(who)
        .fetch_one(db.people())
        .await?;
    let from = asked.from.clamp(0, 1_000_000);
    let rows = sqlx::query(COMPANIES)
        .bind(who)
        .bind(None::<Uuid>)
        .bind(asked.sought.trim())
        .bind(&asked.sort)
        .bind(from)
        .bind(PAGE + 1)
        .fetch_all(db.people())
        .await?;
    let mut lines = rows.iter().take(PAGE as usize).map(Line::read).collect::<Outcome<Vec<Line>>>()?;
    look_after(db, who, &mut lines).await?;
    Ok(List {
        totals: Totals {
            companies: totals.try_get("companies")?,
            suspended: totals.try_get("suspended")?,
            people: totals.try_get("people")?,
            records: totals.try_get("records")?,
            storage: totals.try_get("storage")?,
            calls: totals.try_get("calls")?,
        },
        later: (rows.len() > lines.len()).then_some(from + PAGE),
        lines,
        asked: Asked { from, ..asked },
    })
}

/// One company, for an operator.
pub async fn company(db: &Db, who: Uuid, company: Uuid) -> Outcome<CompanyPage> {
    let row = sqlx::query(COMPANIES)
        .bind(who)
        .bind(Some(company))
        .bind("")
        .bind("name")
        .bind(0_i32)
        .bind(1_i32)
        .fetch_optional(db.people())
        .await?
        .ok_or(Error::NotFound)?;
    let mut line = Line::read(&row)?;
    look_after(db, who, std::slice::from_mut(&mut line)).await?;
    let days = sqlx::query("select day, users, records, storage, calls, actions from ops.history($1, $2, $3)")
        .bind(who)
        .bind(company)
        .bind(BACK)
        .fetch_all(db.people())
        .await?;
    Ok(CompanyPage {
        line,
        days: days.iter().map(Day::read).collect::<Outcome<Vec<Day>>>()?,
        plans: plans::all(db, who).await?,
        entries: entries(db, who, Some(company)).await?,
    })
}

/// Fills in how companies are.
async fn look_after(db: &Db, who: Uuid, lines: &mut [Line]) -> Outcome<()> {
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    let rows = sqlx::query(
        "select id, failed, stuck, failing, paused, waiting, late, archived, missed from ops.health($1, $2)",
    )
    .bind(who)
    .bind(ids)
    .fetch_all(db.people())
    .await?;
    for row in &rows {
        let id: Uuid = row.try_get("id")?;
        if let Some(line) = lines.iter_mut().find(|line| line.id == id) {
            line.health = Health::read(row)?;
        }
    }
    Ok(())
}

/// What operators did to a company, or to no company but to plans; the latest first.
async fn entries(db: &Db, who: Uuid, company: Option<Uuid>) -> Outcome<Vec<Entry>> {
    let rows = sqlx::query("select at, name, action, details from ops.entries($1, $2, $3)")
        .bind(who)
        .bind(company)
        .bind(ENTRIES)
        .fetch_all(db.people())
        .await?;
    rows.iter().map(Entry::read).collect()
}

// ------------------------------------------------------------------ what operators do

/// Gives a company a plan, and turns parts of Diwan on and off beside it. Of what is neither, the plan decides.
pub async fn give(db: &Db, who: Uuid, company: Uuid, plan: &str, on: &[String], off: &[String]) -> Outcome<()> {
    let known = |flags: &[String]| -> Vec<String> {
        FLAGS.into_iter().filter(|flag| flags.iter().any(|said| said == flag)).map(str::to_owned).collect()
    };
    sqlx::query("select ops.give($1, $2, $3, $4, $5)")
        .bind(who)
        .bind(company)
        .bind(plan)
        .bind(known(on))
        .bind(known(off))
        .execute(db.people())
        .await?;
    Ok(())
}

/// Closes a company to everybody, until it is opened again. Refused without a reason.
pub async fn suspend(db: &Db, who: Uuid, company: Uuid, reason: &str) -> Outcome<()> {
    if !auth::is_operator(db, who).await? {
        return Err(Error::NotFound);
    }
    let read = value::read(&Field::new("reason", Kind::Text(500)), reason, "");
    let reason = match read.map_err(|fault| Refusal::new(fault.message()).at("reason"))? {
        Value::Text(reason) => reason,
        _ => return Err(Refusal::new("refuse-operator-reason").at("reason").into()),
    };
    sqlx::query("select ops.suspend($1, $2, $3)").bind(who).bind(company).bind(reason).execute(db.people()).await?;
    Ok(())
}

/// Opens a company that was closed.
pub async fn resume(db: &Db, who: Uuid, company: Uuid) -> Outcome<()> {
    sqlx::query("select ops.suspend($1, $2, null)").bind(who).bind(company).execute(db.people()).await?;
    Ok(())
}

// ------------------------------------------------------------------ who operates

/// Makes whoever has this address an operator, with an account of their own in this language if they have none: its password
/// comes back, and is kept nowhere. `owner` is a connection of the owner of the database, whom no page works as.
pub async fn add(
    owner: &mut PgConnection,
    email: &str,
    name: &str,
    language: Locale,
) -> anyhow::Result<Option<String>> {
    let email = email.trim().to_lowercase();
    anyhow::ensure!(email.contains('@'), "{email} is not an e-mail address");
    let known: Option<Uuid> = sqlx::query_scalar("select id from auth.users where email = $1")
        .bind(&email)
        .fetch_optional(&mut *owner)
        .await?;
    let (user, password) = match known {
        Some(user) => (user, None),
        None => {
            let (user, password) = (Uuid::now_v7(), new_password());
            let hash = auth::hash_password(password.clone()).await?;
            sqlx::query("insert into auth.users (id, email, password_hash, name, locale) values ($1, $2, $3, $4, $5)")
                .bind(user)
                .bind(&email)
                .bind(hash)
                .bind(if name.trim().is_empty() { email.as_str() } else { name.trim() })
                .bind(language.tag())
                .execute(&mut *owner)
                .await?;
            (user, Some(password))
        }
    };
    sqlx::query("insert into auth.operators (user_id) values ($1) on conflict do nothing")
        .bind(user)
        .execute(&mut *owner)
        .await?;
    Ok(password)
}

fn new_password() -> String {
    let mut bytes = [0_u8; 12];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

/// Takes this from somebody; their account stays. `false` when they were no operator.
pub async fn remove(owner: &mut PgConnection, email: &str) -> anyhow::Result<bool> {
    let gone =
        sqlx::query("delete from auth.operators o using auth.users u where u.id = o.user_id and u.email = lower($1)")
            .bind(email.trim())
            .execute(&mut *owner)
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// Addresses and names of all operators.
pub async fn all(owner: &mut PgConnection) -> anyhow::Result<Vec<(String, String)>> {
    let rows = sqlx::query_as(
        "select u.email, u.name from auth.operators o join auth.users u on u.id = o.user_id order by u.email",
    )
    .fetch_all(&mut *owner)
    .await?;
    Ok(rows)
}
