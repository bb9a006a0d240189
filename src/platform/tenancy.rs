//! The one door to the data: a transaction that knows its company, its user and its request.

use super::cache::{Cache, Stamp};
use super::custom::{self, CustomFields};
use super::error::{Error, Outcome, Refusal};
use super::missed::Missed;
use super::permission::{self, Rights, Scope};
use super::plan::Plan;
use super::{door, sql};
use crate::i18n::I18n;
use crate::record::{Names, Record, value};
use jiff::civil::Date;
use rust_decimal::Decimal;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres, Row, SqlStr, Transaction};
use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

/// Who asks, from where, in which language; made from the session, or from a program's token, for every request.
#[derive(Clone, Debug)]
pub struct Cx {
    /// Who signed in; in the company they are a member with an id of its own.
    pub user: Uuid,
    pub tenant: Uuid,
    pub i18n: I18n,
    /// Reference of this request in the log and in messages about faults.
    pub request: Uuid,
    pub address: Option<IpAddr>,
    /// How much of their rights counts, when a program asks in their place; all of them for people.
    pub scope: Option<Arc<Scope>>,
}

/// What a company has decided for all its documents.
#[derive(Clone, Debug, Default)]
pub struct Company {
    pub name: Names,
    pub country: String,
    pub currency: String,
    pub time_zone: String,
    /// `document`: tax on the total of each tax code; `line`: on each line.
    pub tax_rounding: String,
    /// Month and day on which the financial year begins, `MM-DD`.
    pub fiscal_start: String,
    /// How much more than was ordered may be delivered, in percent of it.
    pub over_delivery: Decimal,
    /// The date it is there now.
    pub today: Date,
}

impl Company {
    fn read(row: &PgRow) -> Outcome<Company> {
        Ok(Company {
            name: Names::from_text(row.try_get("name")?),
            country: row.try_get("country")?,
            currency: row.try_get("currency")?,
            time_zone: row.try_get("time_zone")?,
            tax_rounding: row.try_get("tax_rounding")?,
            fiscal_start: row.try_get("fiscal_start")?,
            over_delivery: row.try_get::<Option<Decimal>, _>("over_delivery")?.unwrap_or_default(),
            today: row.try_get::<&str, _>("today")?.parse().map_err(|e| Error::Other(anyhow::anyhow!("today: {e}")))?,
        })
    }

    /// The first day of the financial year that holds this day.
    pub fn year_of(&self, date: Date) -> Date {
        let (month, day) = value::month_day(&self.fiscal_start).unwrap_or((1, 1));
        let begins = |year| Date::new(year, month, day).unwrap_or(date);
        let this = begins(date.year());
        if this <= date { this } else { begins(date.year() - 1) }
    }

    /// The days of a report, the earlier first: the financial year so far where they are left open, and of another end the
    /// year of that.
    pub fn span(&self, from: Option<Date>, to: Option<Date>) -> (Date, Date) {
        let to = to.unwrap_or_else(|| from.map_or(self.today, |from| from.max(self.today)));
        let from = from.unwrap_or_else(|| self.year_of(to));
        (from.min(to), from.max(to))
    }
}

/// What somebody is in the company: read anew for every unit of work, so that a change of role counts at once.
#[derive(Clone, Debug)]
pub struct Standing {
    pub member: Uuid,
    pub name: String,
    pub role: Uuid,
    pub role_name: Names,
    pub branch: Option<Uuid>,
    /// The customer that a visitor of the portal works for.
    pub customer: Option<Uuid>,
    pub rights: Arc<Rights>,
}

impl Standing {
    /// Whoever founds a company may do everything in it.
    fn founder(member: Uuid) -> Standing {
        Standing {
            member,
            name: String::new(),
            role: Uuid::nil(),
            role_name: Names::default(),
            branch: None,
            customer: None,
            rights: Arc::new(Rights::new("owner", door::records(), &[])),
        }
    }
}

/// Rights by role, as of a version of the role: built once, and again when the role changes.
type RightsCache = Arc<Mutex<HashMap<(Uuid, Uuid), (i32, Arc<Rights>)>>>;

/// Fields that companies have added, as of a version of them.
type CustomCache = Arc<Mutex<HashMap<Uuid, (i32, Arc<CustomFields>)>>>;

/// The base of the roles of customers, and the part of Diwan that is theirs.
const PORTAL: &str = "portal";

/// Roles whose rights are kept in memory, and companies whose fields are.
const CACHED: usize = 4096;

/// The pool of connections. Nothing outside this file can reach a connection but through [`TenantTx`] or [`Db::people`].
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    rights: RightsCache,
    custom: CustomCache,
    cache: Cache,
    missed: Missed,
}

impl Db {
    /// Connects as the application role. Refuses a role that could see past its tenant, and a database that acknowledges
    /// commits before they are safe.
    pub async fn connect(url: &str, connections: u32) -> anyhow::Result<Db> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("diwan")
            .options([
                ("idle_in_transaction_session_timeout", "30s"),
                ("statement_timeout", "60s"),
                ("lock_timeout", "5s"),
                ("TimeZone", "UTC"),
            ])
            .statement_cache_capacity(256);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            // Longer than a busy machine stands still.
            .acquire_timeout(Duration::from_secs(15))
            // sqlx can hand back a connection whose BEGIN was cancelled half-way; nobody inherits its transaction.
            .after_release(|connection, _| {
                Box::pin(async move {
                    sqlx::query("rollback").execute(&mut *connection).await?;
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        let (rights, custom) = (RightsCache::default(), CustomCache::default());
        let db = Db { pool, rights, custom, cache: Cache::default(), missed: Missed::default() };
        db.assert_role().await?;
        Ok(db)
    }

    async fn assert_role(&self) -> anyhow::Result<()> {
        let row = sqlx::query(
            "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as mighty,
                    current_setting('synchronous_commit') as commits, current_setting('fsync') as fsync,
                    exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                             where c.relowner = r.oid and n.nspname in ('public', 'auth')) as owns
               from pg_roles r where rolname = current_user",
        )
        .fetch_one(&self.pool)
        .await?;
        if row.get::<bool, _>("mighty") || row.get::<bool, _>("owns") {
            anyhow::bail!("the application role must own nothing and must not be able to bypass row-level security");
        }
        if row.get::<String, _>("fsync") == "on" && row.get::<String, _>("commits") == "off" {
            anyhow::bail!("synchronous_commit is off: acknowledged postings could be lost; turn it on");
        }
        Ok(())
    }

    /// Opens the transaction of one unit of work for this company and user. Fails as denied when the user does not
    /// belong to the company, whatever the session says.
    pub async fn begin(&self, cx: &Cx) -> Outcome<TenantTx> {
        self.begin_as(sql::begin(cx), cx).await
    }

    /// The same in a transaction that sees the company as it is at one moment, from first to last, and changes nothing: for
    /// what somebody takes away as a whole, with their rights.
    pub async fn begin_snapshot(&self, cx: &Cx) -> Outcome<TenantTx> {
        self.begin_as(sql::snapshot(cx), cx).await
    }

    async fn begin_as(&self, opening: SqlStr, cx: &Cx) -> Outcome<TenantTx> {
        let mut tx = self.pool.begin_with(opening).await?;
        let row = sqlx::query(
            "select c.name::text as name, c.country, c.currency, c.time_zone, c.tax_rounding, c.fiscal_start, c.over_delivery,
                    c.custom_version, (now() at time zone c.time_zone)::date::text as today,
                    m.id as member, m.name as member_name, m.branch, m.customer,
                    r.id as role, r.version, r.base, r.name::text as role_name, set_config('app.user_id', m.id::text, true),
                    p.plan, p.most_users, p.most_storage, p.most_records, p.most_calls, p.most_rate, p.flags, p.flags_on, p.flags_off, p.suspended,
                    h.hash as ending, h.marks::text as marks
               from company c
               join member m on m.tenant_id = c.tenant_id and m.user_id = $1 and m.state = 'active'
               join role r on r.tenant_id = c.tenant_id and r.id = m.role
              cross join ops.terms() p
               left join audit_head h on h.tenant_id = c.tenant_id
              where c.tenant_id = $2",
        )
        .bind(cx.user)
        .bind(cx.tenant)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::Denied)?;
        let (company, plan) = (Company::read(&row)?, Plan::read(&row)?);
        plan.open()?;
        let base: String = row.try_get("base")?;
        if base == PORTAL && !plan.flags.has(PORTAL) {
            return Err(Error::Shut(Refusal::new("error-no-portal")));
        }
        // What a company has added it still has, should it be given that part of Diwan back.
        let custom_version = if plan.flags.has("custom_fields") { row.try_get("custom_version")? } else { 0 };
        let member: Uuid = row.try_get("member")?;
        let mut tx = TenantTx {
            tx,
            cx: cx.clone(),
            standing: Arc::new(Standing::founder(member)),
            company: Arc::new(company),
            custom: Arc::default(),
            plan: Arc::new(plan),
            cache: self.cache.clone(),
            missed: self.missed.clone(),
            stamp: stamp_of(&row)?,
            statements: 2,
        };
        tx.custom = self.custom_of(&mut tx, custom_version).await?;
        let role: Uuid = row.try_get("role")?;
        let mut rights = self.rights_of(&mut tx, role, row.try_get("version")?, &base).await?;
        if !tx.plan.flags.all() {
            rights = Arc::new(rights.among(door::records(), &tx.plan.flags));
        }
        if let Some(scope) = &cx.scope {
            rights = Arc::new(rights.within(scope));
        }
        tx.standing = Arc::new(Standing {
            member,
            name: row.try_get("member_name")?,
            role,
            role_name: Names::from_text(row.try_get("role_name")?),
            branch: row.try_get("branch")?,
            customer: row.try_get("customer")?,
            rights,
        });
        Ok(tx)
    }

    async fn rights_of(&self, tx: &mut TenantTx, role: Uuid, version: i32, base: &str) -> Outcome<Arc<Rights>> {
        let key = (tx.tenant(), role);
        let cached = self.rights.lock().ok().and_then(|cache| cache.get(&key).cloned());
        if let Some((of_version, rights)) = cached
            && of_version == version
        {
            return Ok(rights);
        }
        let lines = permission::lines_of(tx, role).await?;
        let rights = Arc::new(Rights::new(base, door::records(), &lines));
        if let Ok(mut cache) = self.rights.lock() {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(key, (version, rights.clone()));
        }
        Ok(rights)
    }

    /// The fields that the company has added; 0 is the version of those who never added any.
    async fn custom_of(&self, tx: &mut TenantTx, version: i32) -> Outcome<Arc<CustomFields>> {
        if version == 0 {
            return Ok(Arc::default());
        }
        let tenant = tx.tenant();
        let cached = self.custom.lock().ok().and_then(|cache| cache.get(&tenant).cloned());
        if let Some((of_version, custom)) = cached
            && of_version == version
        {
            return Ok(custom);
        }
        let custom = Arc::new(custom::load(tx).await?);
        if let Ok(mut cache) = self.custom.lock() {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(tenant, (version, custom.clone()));
        }
        Ok(custom)
    }

    /// Opens a transaction in a company for somebody who is about to become this member of it: a founder, or an invited
    /// person whose invitation the caller checks. The company is blank while it is being founded.
    pub async fn admit(&self, cx: &Cx, member: Uuid) -> Outcome<TenantTx> {
        self.enter(sql::begin(&Cx { user: member, ..cx.clone() }), cx, member).await
    }

    /// Opens a transaction that sees a company as it is at one moment, from first to last, and changes nothing: for what
    /// leaves as a whole. It asks nobody's rights; the caller has. [`Db::begin_snapshot`] does.
    pub async fn snapshot(&self, cx: &Cx) -> Outcome<TenantTx> {
        self.enter(sql::snapshot(&Cx { user: Uuid::nil(), ..cx.clone() }), cx, Uuid::nil()).await
    }

    async fn enter(&self, opening: SqlStr, cx: &Cx, member: Uuid) -> Outcome<TenantTx> {
        let mut tx = self.pool.begin_with(opening).await?;
        let row = sqlx::query(
            "select c.name::text as name, c.country, c.currency, c.time_zone, c.tax_rounding, c.fiscal_start, c.over_delivery,
                    (now() at time zone c.time_zone)::date::text as today,
                    p.plan, p.most_users, p.most_storage, p.most_records, p.most_calls, p.most_rate, p.flags, p.flags_on, p.flags_off, p.suspended
               from company c cross join ops.terms() p where c.tenant_id = $1",
        )
        .bind(cx.tenant)
        .fetch_optional(&mut *tx)
        .await?;
        let company = Arc::new(row.as_ref().map(Company::read).transpose()?.unwrap_or_default());
        let plan = Arc::new(row.as_ref().map(Plan::read).transpose()?.unwrap_or_default());
        let standing = Arc::new(Standing::founder(member));
        let (cache, missed, custom) = (self.cache.clone(), self.missed.clone(), Arc::default());
        Ok(TenantTx { tx, cx: cx.clone(), standing, company, custom, plan, cache, missed, stamp: None, statements: 2 })
    }

    /// How Postgres does a statement of this program, whatever its values, as lines of text. The statement is not done. It
    /// is asked on a connection of its own: those of the pool are needed where statements are slow.
    pub async fn plan_of(&self, statement: &str) -> anyhow::Result<String> {
        let options = self.pool.connect_options().as_ref().clone().disable_statement_logging();
        let mut connection = PgConnection::connect_with(&options).await?;
        let mut tx = connection.begin_with("begin read only").await?;
        sqlx::query(
            "select set_config('app.tenant_id', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true)",
        )
        .bind(Uuid::nil().to_string())
        .execute(&mut *tx)
        .await?;
        sqlx::raw_sql(sql::prepare_slow(statement)).execute(&mut *tx).await?;
        let values: i32 =
            sqlx::query_scalar("select cardinality(parameter_types) from pg_prepared_statements where name = 'slow'")
                .fetch_one(&mut *tx)
                .await?;
        let lines: Vec<String> = sqlx::query_scalar(sql::explain_slow(values.try_into()?)).fetch_all(&mut *tx).await?;
        tx.rollback().await?;
        connection.close().await?;
        Ok(lines.join("\n"))
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) fn missed(&self) -> &Missed {
        &self.missed
    }

    /// The functions of the `auth` schema, which stand before any company: people, sessions, memberships, links. Only
    /// [`super::auth`], [`super::session`] and [`super::link`] call them.
    pub(crate) fn people(&self) -> &PgPool {
        &self.pool
    }
}

/// How new a company is; none before its first entry.
fn stamp_of(row: &PgRow) -> Outcome<Option<Stamp>> {
    let end: Option<Vec<u8>> = row.try_get("ending")?;
    let marks: Option<String> = row.try_get("marks")?;
    Ok(end.zip(marks).map(|(end, marks)| Stamp { end, marks }))
}

/// A unit of work in one company. Dropped without [`TenantTx::commit`], it leaves no trace.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    pub cx: Cx,
    pub standing: Arc<Standing>,
    pub company: Arc<Company>,
    /// What the company has added to its records.
    pub custom: Arc<CustomFields>,
    /// What the company may have.
    pub plan: Arc<Plan>,
    /// What this node has read before.
    pub(super) cache: Cache,
    /// What was asked for in vain on this node.
    pub(super) missed: Missed,
    /// Of the company as it was when the transaction began; none where nothing of it is kept, and none once it has changed.
    pub(super) stamp: Option<Stamp>,
    statements: u32,
}

impl TenantTx {
    /// The connection for one more statement.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.statements += 1;
        &mut self.tx
    }

    /// Statements sent so far, the opening ones included.
    pub fn statements(&self) -> u32 {
        self.statements
    }

    pub async fn commit(self) -> Outcome<u32> {
        self.tx.commit().await?;
        Ok(self.statements + 1)
    }

    pub fn tenant(&self) -> Uuid {
        self.cx.tenant
    }

    /// The description of a record as this company has it.
    pub fn described(&self, record: &'static Record) -> &'static Record {
        self.custom.describe(record)
    }

    pub fn rights(&self) -> Arc<Rights> {
        self.standing.rights.clone()
    }
}

/// Finishes a unit of work even when the client goes away, so that no transaction is cut between BEGIN and COMMIT.
pub async fn whole<T: Send + 'static>(work: impl Future<Output = Outcome<T>> + Send + 'static) -> Outcome<T> {
    match tokio::spawn(work).await {
        Ok(outcome) => outcome,
        Err(failure) => Err(Error::Other(anyhow::anyhow!("unit of work: {failure}"))),
    }
}
