//! The one door to the data: a transaction that knows its company, its user and its request.

use super::error::{Error, Outcome};
use super::sql;
use crate::i18n::I18n;
use crate::record::Names;
use jiff::civil::Date;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};
use std::future::Future;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Who asks, from where, in which language; made from the session for every request.
#[derive(Clone, Debug)]
pub struct Cx {
    pub user: Uuid,
    pub tenant: Uuid,
    pub i18n: I18n,
    /// Reference of this request in the log and in messages about faults.
    pub request: Uuid,
    pub address: Option<IpAddr>,
}

/// What a company has decided for all its documents.
#[derive(Clone, Debug)]
pub struct Company {
    pub name: Names,
    pub country: String,
    pub currency: String,
    pub time_zone: String,
    /// `document`: tax on the total of each tax code; `line`: on each line.
    pub tax_rounding: String,
    /// The date it is there now.
    pub today: Date,
}

/// The pool of connections. Nothing outside this file can reach a connection but through [`TenantTx`] or [`Db::people`].
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
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
            .acquire_timeout(Duration::from_secs(5))
            // sqlx can hand back a connection whose BEGIN was cancelled half-way; nobody inherits its transaction.
            .after_release(|connection, _| {
                Box::pin(async move {
                    sqlx::query("rollback").execute(&mut *connection).await?;
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        let db = Db { pool };
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
        let mut tx = self.pool.begin_with(sql::begin(cx)).await?;
        let row = sqlx::query(
            "select auth.role_of($1, $2) as role, name::text as name, country, currency, time_zone, tax_rounding,
                    (now() at time zone time_zone)::date::text as today
               from company where tenant_id = $2",
        )
        .bind(cx.user)
        .bind(cx.tenant)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::Denied)?;
        let role: String = row.try_get::<Option<String>, _>("role")?.ok_or(Error::Denied)?;
        let company = Company {
            name: Names::from_text(row.try_get("name")?),
            country: row.try_get("country")?,
            currency: row.try_get("currency")?,
            time_zone: row.try_get("time_zone")?,
            tax_rounding: row.try_get("tax_rounding")?,
            today: row.try_get::<&str, _>("today")?.parse().map_err(|e| Error::Other(anyhow::anyhow!("today: {e}")))?,
        };
        Ok(TenantTx { tx, cx: cx.clone(), role, company: Arc::new(company), statements: 2 })
    }

    /// Opens a transaction for a company that is just being founded, whose user and membership come into being in it.
    pub async fn found(&self, cx: &Cx, company: Company) -> Outcome<TenantTx> {
        let tx = self.pool.begin_with(sql::begin(cx)).await?;
        Ok(TenantTx { tx, cx: cx.clone(), role: "owner".to_owned(), company: Arc::new(company), statements: 1 })
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The functions of the `auth` schema, which stand before any company: people, sessions, memberships.
    pub fn people(&self) -> &PgPool {
        &self.pool
    }
}

/// A unit of work in one company. Dropped without [`TenantTx::commit`], it leaves no trace.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    pub cx: Cx,
    pub role: String,
    pub company: Arc<Company>,
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
}

/// Finishes a unit of work even when the client goes away, so that no transaction is cut between BEGIN and COMMIT.
pub async fn whole<T: Send + 'static>(work: impl Future<Output = Outcome<T>> + Send + 'static) -> Outcome<T> {
    match tokio::spawn(work).await {
        Ok(outcome) => outcome,
        Err(failure) => Err(Error::Other(anyhow::anyhow!("unit of work: {failure}"))),
    }
}
