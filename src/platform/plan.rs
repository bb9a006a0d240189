//! Plans: how much of everything a company may have, which parts of Diwan it has, and what it uses of them.
//!
//! A plan is read with the opening statement of every unit of work, so that what an operator changes counts with the next
//! one. Who has no limit pays for none: nothing is counted.
//!
//! Users are counted exactly, one after the other. Storage is counted where files make room for themselves. Records are
//! counted exactly near the limit only, and by the last measurement far from it: whoever adds very many within an hour may
//! come beyond the limit, and nobody is refused before it. What people, programs and files enter is refused; what follows from
//! it, such as the delivery of an order, is not, so that what was begun can be brought to its end. Calls of programs are
//! counted by each node in memory and written down every minute: what other nodes have not written yet does not count so far.
//! How many of them there may be in a minute is no sum that anybody keeps: each node has room for so many, and refills it.

use super::error::{Error, Outcome, Refusal};
use super::files::store::QUOTA;
use super::missed::{self, Asker};
use super::tenancy::{Cx, Db, TenantTx};
use crate::record::page::MEGABYTE;
use crate::record::{Names, Record};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::time::Duration;
use uuid::Uuid;

/// Parts of Diwan that a company has or has not. The message `flag-…` names each.
pub const FLAGS: [&str; 6] = ["api", "webhooks", "import", "custom_fields", "portal", "mail"];

/// What plans limit. The message `usage-…` names each.
pub const LIMITED: [&str; 4] = ["users", "storage", "records", "calls"];

/// What is said in a company that an operator has closed.
const CLOSED: &str = "error-suspended";

/// Whether an operator has closed the company for now.
pub fn is_closed(error: &Error) -> bool {
    matches!(error, Error::Shut(refusal) if refusal.message.id == CLOSED)
}

/// Days that are looked back on.
const BACK: i32 = 90;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

// ------------------------------------------------------------------ the pure part

/// What an operator has said of a part of Diwan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing: it is as the plan has it.
    AsPlanned {
        on: bool,
    },
    On,
    Off,
}

impl Turn {
    /// What is off is off, and what is on is on; of the rest the plan decides, which has everything where it names nothing.
    pub fn of(flag: &str, plan: Option<&[String]>, on: &[String], off: &[String]) -> Turn {
        let holds = |flags: &[String]| flags.iter().any(|known| known == flag);
        match (holds(off), holds(on)) {
            (true, _) => Turn::Off,
            (_, true) => Turn::On,
            _ => Turn::AsPlanned { on: plan.is_none_or(holds) },
        }
    }

    /// Whether the company has that part.
    pub fn gives(self) -> bool {
        matches!(self, Turn::On | Turn::AsPlanned { on: true })
    }

    /// What the form calls it.
    pub fn word(self) -> &'static str {
        match self {
            Turn::AsPlanned { .. } => "plan",
            Turn::On => "on",
            Turn::Off => "off",
        }
    }
}

/// Which parts of Diwan a company has; all of them, unless somebody says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    off: Vec<&'static str>,
}

impl Flags {
    /// The parts that a plan names, all of them where it names none, with what is turned on and off beside it. What is turned
    /// off is off.
    pub fn new(plan: Option<&[String]>, on: &[String], off: &[String]) -> Flags {
        Flags { off: FLAGS.into_iter().filter(|flag| !Turn::of(flag, plan, on, off).gives()).collect() }
    }

    pub fn has(&self, flag: &str) -> bool {
        !self.off.contains(&flag)
    }

    /// Whether there is nothing that the company has not.
    pub fn all(&self) -> bool {
        self.off.is_empty()
    }
}

/// What there is left of so much; nothing to say without a limit, and never less than nothing.
pub fn left(used: i64, most: Option<i64>) -> Option<i64> {
    most.map(|most| most.saturating_sub(used).max(0))
}

/// Whether there is room for so many more.
pub fn fits(used: i64, more: i64, most: Option<i64>) -> bool {
    left(used, most).is_none_or(|left| more <= left)
}

/// What a company has of everything that is limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Members who may enter.
    pub users: i64,
    /// Bytes of files.
    pub storage: i64,
    pub records: i64,
    /// Calls of programs in this month.
    pub calls: i64,
}

/// How much of something is used, and how much there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// One of [`LIMITED`].
    pub what: &'static str,
    pub used: i64,
    pub most: Option<i64>,
}

impl Level {
    /// Whether nothing more of it fits.
    pub fn is_reached(&self) -> bool {
        !fits(self.used, 1, self.most)
    }
}

/// What a company may have. Without a limit where there is none; the default is what a company is founded with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub code: String,
    pub users: Option<i64>,
    /// Bytes of files; without it, what the installation gives each company.
    pub storage: Option<i64>,
    pub records: Option<i64>,
    /// Calls of programs in a calendar month, UTC.
    pub calls: Option<i64>,
    /// Requests of programs in a minute; without it, what the installation gives each company.
    pub rate: Option<i64>,
    pub flags: Flags,
    /// Nobody enters.
    pub suspended: bool,
}

impl Plan {
    /// Reads what `ops.terms` answers.
    pub fn read(row: &PgRow) -> Outcome<Plan> {
        let flags: Option<Vec<String>> = row.try_get("flags")?;
        let (on, off): (Vec<String>, Vec<String>) = (row.try_get("flags_on")?, row.try_get("flags_off")?);
        Ok(Plan {
            code: row.try_get("plan")?,
            users: row.try_get("most_users")?,
            storage: row.try_get("most_storage")?,
            records: row.try_get("most_records")?,
            calls: row.try_get("most_calls")?,
            rate: row.try_get("most_rate")?,
            flags: Flags::new(flags.as_deref(), &on, &off),
            suspended: row.try_get("suspended")?,
        })
    }

    /// Refuses everybody while the company is suspended.
    pub fn open(&self) -> Outcome<()> {
        if self.suspended { Err(Error::Shut(Refusal::new(CLOSED))) } else { Ok(()) }
    }

    /// Finds nothing where the company has no such part of Diwan.
    pub fn has(&self, flag: &str) -> Outcome<()> {
        if self.flags.has(flag) { Ok(()) } else { Err(Error::NotFound) }
    }

    /// All limits beside what is used.
    pub fn levels(&self, usage: &Usage) -> [Level; 4] {
        [
            Level { what: "users", used: usage.users, most: self.users },
            // Where a plan says nothing it is what the installation gives each company.
            Level { what: "storage", used: usage.storage, most: self.storage.or(i64::try_from(QUOTA).ok()) },
            Level { what: "records", used: usage.records, most: self.records },
            Level { what: "calls", used: usage.calls, most: self.calls },
        ]
    }

    /// What stands in the way of one more user beside so many.
    pub fn another_user(&self, users: i64) -> Option<Refusal> {
        let most = self.users.filter(|_| !fits(users, 1, self.users))?;
        let refusal = Refusal::new("refuse-plan-users").with("used", Decimal::from(users));
        Some(refusal.with("most", Decimal::from(most)))
    }

    /// What stands in the way of this file, when all files together take so many bytes.
    pub fn a_file(&self, sum: i64, name: &str) -> Option<Refusal> {
        let most = self.storage.filter(|most| sum > *most)?;
        let megabytes = |bytes: i64| (Decimal::from(bytes) / Decimal::from(MEGABYTE)).round_dp(1).normalize();
        let refusal = Refusal::new("refuse-plan-storage").with("name", name);
        Some(refusal.with("used", megabytes(sum)).with("most", megabytes(most)))
    }
}

/// When the calls of a month begin anew, and how long that is from now on.
pub fn begins_anew(now: Timestamp) -> (Date, Duration) {
    let today = now.to_zoned(TimeZone::UTC).date();
    let days = i64::from(today.days_in_month() - today.day());
    let seconds = days * DAY + DAY - now.as_second().rem_euclid(DAY);
    let first = today.last_of_month().tomorrow().unwrap_or(today);
    (first, Duration::from_secs(seconds.unsigned_abs()))
}

/// How often a company's programs may ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Calls in this month.
    pub most: Option<i64>,
    /// Those that were made, as far as they are written down.
    pub made: i64,
    /// Requests in a minute; without it, what the installation gives each company.
    pub rate: Option<i64>,
}

// ------------------------------------------------------------------ where limits are kept

/// Refuses so many new records of a type where the plan has no room for them.
pub async fn make_room(tx: &mut TenantTx, record: &Record, more: usize) -> Outcome<()> {
    if more == 0 {
        return Ok(());
    }
    let plan = tx.plan.clone();
    if let Some(most) = plan.records {
        let crowded: Option<i64> =
            sqlx::query_scalar("select ops.crowded($1, $2)").bind(most).bind(more as i64).fetch_one(tx.conn()).await?;
        if let Some(used) = crowded {
            let refusal = Refusal::new("refuse-plan-records").with("used", Decimal::from(used));
            return Err(refusal.with("most", Decimal::from(most)).into());
        }
    }
    if record.account.is_some() {
        // Whoever is invited finds a place when they come.
        return seats(tx, more as i64, true).await;
    }
    Ok(())
}

/// Refuses one more member who may enter, or who may come when `invited`, where the plan has no room for them.
pub async fn make_seat(tx: &mut TenantTx, invited: bool) -> Outcome<()> {
    seats(tx, 1, invited).await
}

async fn seats(tx: &mut TenantTx, more: i64, invited: bool) -> Outcome<()> {
    let plan = tx.plan.clone();
    if plan.users.is_none() {
        return Ok(());
    }
    // Two who take the last place at once are decided one after the other.
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('seats/' || tid(), 0))").execute(tx.conn()).await?;
    let taken: i64 = sqlx::query_scalar(
        "select count(*) from member where tenant_id = $1 and (state = 'active' or ($2 and state = 'invited'))",
    )
    .bind(tx.tenant())
    .bind(invited)
    .fetch_one(tx.conn())
    .await?;
    plan.another_user(taken + more - 1).map_or(Ok(()), |refusal| Err(refusal.into()))
}

// ------------------------------------------------------------------ what is used

/// Writes down what a company has today.
pub async fn measure(db: &Db, cx: &Cx) -> Outcome<()> {
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    sqlx::query("select ops.measure()").execute(tx.conn()).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes down calls that were counted, by company.
pub async fn count_calls(db: &Db, counted: &[(Uuid, i64)]) -> Outcome<()> {
    let (companies, calls): (Vec<Uuid>, Vec<i64>) = counted.iter().copied().unzip();
    sqlx::query("select ops.count_calls($1, $2)").bind(companies).bind(calls).execute(db.people()).await?;
    Ok(())
}

/// A day of a company, in UTC. What is absent has not been measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// As ISO text.
    pub day: String,
    pub users: Option<i64>,
    pub records: Option<i64>,
    pub storage: Option<i64>,
    pub calls: i64,
    /// Entries of the audit log.
    pub actions: i64,
}

impl Day {
    pub fn read(row: &PgRow) -> Outcome<Day> {
        Ok(Day {
            day: row.try_get("day")?,
            users: row.try_get("users")?,
            records: row.try_get("records")?,
            storage: row.try_get("storage")?,
            calls: row.try_get("calls")?,
            actions: row.try_get("actions")?,
        })
    }
}

/// What a company has and may have, and how that came about.
#[derive(Clone, Debug)]
pub struct UsagePage {
    pub plan: Names,
    pub levels: [Level; 4],
    /// Requests of programs in a minute; without it, what the installation gives each company.
    pub rate: Option<i64>,
    /// The parts of Diwan, and whether the company has them.
    pub flags: Vec<(&'static str, bool)>,
    /// The earliest first.
    pub days: Vec<Day>,
    /// Who asked for what is not there, most often first.
    pub missed: Vec<Asker>,
}

/// What the company uses, for those who run it.
pub async fn page(tx: &mut TenantTx) -> Outcome<UsagePage> {
    if !tx.standing.rights.changes_everything() {
        return Err(Error::Denied);
    }
    let now = sqlx::query(
        "select u.used_users, u.used_records, u.used_storage, ops.called() as calls, ops.plan_name()::text as name
           from ops.used() u",
    )
    .fetch_one(tx.conn())
    .await?;
    let usage = Usage {
        users: now.try_get("used_users")?,
        storage: now.try_get("used_storage")?,
        records: now.try_get("used_records")?,
        calls: now.try_get("calls")?,
    };
    let rows = sqlx::query("select day, users, records, storage, calls, actions from ops.days($1)")
        .bind(BACK)
        .fetch_all(tx.conn())
        .await?;
    let days = rows.iter().map(Day::read).collect::<Outcome<Vec<Day>>>()?;
    let (plan, missed) = (tx.plan.clone(), missed::askers(tx).await?);
    Ok(UsagePage {
        plan: Names::from_text(now.try_get("name")?),
        levels: plan.levels(&usage),
        rate: plan.rate,
        flags: FLAGS.into_iter().map(|flag| (flag, plan.flags.has(flag))).collect(),
        days,
        missed,
    })
}
