//! The database as a whole: roles, migrations, and the way from a configuration to an open [`Db`].

use super::cluster::{Cluster, Durability};
use super::config::{Config, Database};
use super::tenancy::Db;
use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use std::str::FromStr;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The latest change of the schema that this program knows.
pub fn schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// An open database; the private cluster, when there is one, stops with the last [`Opened::close`] of all who use it.
pub struct Opened {
    pub db: Db,
    admin: String,
    cluster: Option<Cluster>,
}

impl Opened {
    /// A connection of the owner of the tables, for what no page may do.
    pub async fn owner(&self) -> anyhow::Result<PgConnection> {
        let mut connection = PgConnection::connect(&self.admin).await.context("connecting to the database")?;
        sqlx::query("set role diwan_owner").execute(&mut connection).await?;
        Ok(connection)
    }

    pub async fn close(self) -> anyhow::Result<()> {
        self.db.close().await;
        match self.cluster {
            Some(cluster) => cluster.stop().await,
            None => Ok(()),
        }
    }
}

/// Starts the private cluster where none is given, brings the schema up to date and connects as the application role.
pub async fn open(config: &Config) -> anyhow::Result<Opened> {
    let (admin, cluster) = match &config.database {
        Database::Given(url) => (url.clone(), None),
        Database::Private => {
            let cluster = Cluster::start(&config.data.join("postgres"), Durability::Full).await?;
            create_database(&cluster.url("postgres"), "diwan").await?;
            (cluster.url("diwan"), Some(cluster))
        }
    };
    let app = prepare(&admin).await?;
    Ok(Opened { db: Db::connect(&app, config.connections).await?, admin, cluster })
}

/// Creates a database when it does not exist.
pub async fn create_database(admin: &str, name: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(admin).await?;
    // Of two processes that start together, the second finds what the first has made.
    sqlx::query("select pg_advisory_lock(7237, 2)").execute(&mut connection).await?;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await?;
    if !exists {
        sqlx::query(super::sql::create_database(name)).execute(&mut connection).await?;
    }
    Ok(connection.close().await?)
}

/// Creates roles and schema as far as they are missing. Answers with the URL of the application role.
pub async fn prepare(admin: &str) -> anyhow::Result<String> {
    let options = PgConnectOptions::from_str(admin).context("the database URL")?;
    let password = app_password(admin)?;
    let mut connection = PgConnection::connect_with(&options).await.context("connecting to the database")?;
    let version: i32 =
        sqlx::query_scalar("select current_setting('server_version_num')::int").fetch_one(&mut connection).await?;
    anyhow::ensure!(version >= 150_000, "Diwan needs Postgres 15 or later; this one is {}", version / 10_000);
    // Two processes that start together prepare one after the other.
    sqlx::query("select pg_advisory_lock(7237, 1)").execute(&mut connection).await?;
    for statement in super::sql::roles(&password) {
        sqlx::raw_sql(statement).execute(&mut connection).await?;
    }
    sqlx::query("set lock_timeout = '5s'").execute(&mut connection).await?;
    sqlx::query("set role diwan_owner").execute(&mut connection).await?;
    MIGRATIONS.run(&mut connection).await.context("migrations")?;
    connection.close().await?;
    app_url(admin, &password)
}

/// The application role's password: `DIWAN_APP_PASSWORD`, else one that follows from the administrator's URL, so that all
/// nodes of an installation agree without another secret.
fn app_password(admin: &str) -> anyhow::Result<String> {
    if let Some(given) = super::config::secret("DIWAN_APP_PASSWORD")? {
        return Ok(given);
    }
    let authority = admin.split_once("://").map_or(admin, |(_, rest)| rest).split('@').next().unwrap_or_default();
    let digest = Sha256::digest(format!("diwan_app:{authority}").as_bytes());
    Ok(hex::encode(digest))
}

fn app_url(admin: &str, password: &str) -> anyhow::Result<String> {
    let (scheme, rest) = admin.split_once("://").context("the database URL has no scheme")?;
    let rest = rest.split_once('@').map_or(rest, |(_, host)| host);
    let encoded = crate::record::query::encode(password);
    Ok(format!("{scheme}://diwan_app:{encoded}@{rest}"))
}

/// Drops databases whose name begins so; those in use stay. For tests that were cut short.
pub async fn drop_databases(admin: &str, prefix: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(admin).await?;
    let names: Vec<String> = sqlx::query_scalar("select datname from pg_database where starts_with(datname, $1)")
        .bind(prefix)
        .fetch_all(&mut connection)
        .await?;
    for name in names {
        let _ = sqlx::query(super::sql::drop_database(&name)).execute(&mut connection).await;
    }
    Ok(())
}
