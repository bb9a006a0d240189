//! Sessions in Postgres. The cookie's value never reaches the database: its SHA-256 does.

use super::error::Error::NotFound;
use super::error::Outcome;
use super::tenancy::Db;
use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use std::fmt;
use std::time::Duration;
use tokio::task::JoinHandle;
use tower_sessions::Session;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};
use uuid::Uuid;
use woothee::parser::Parser;

/// How often sessions whose time is over are forgotten.
const TIDY: Duration = Duration::from_secs(6 * 60 * 60);

/// The store behind the session layer.
#[derive(Clone)]
pub struct PgStore {
    db: Db,
}

impl PgStore {
    pub fn new(db: Db) -> PgStore {
        PgStore { db }
    }
}

impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PgStore")
    }
}

/// The name a session has in the database.
pub fn digest(id: &Id) -> String {
    hex::encode(Sha256::digest(id.to_string()))
}

fn backend(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}

fn contents(record: &Record) -> Result<Value> {
    serde_json::to_value(&record.data).map_err(|e| Error::Encode(e.to_string()))
}

fn expiry(record: &Record) -> i64 {
    record.expiry_date.unix_timestamp()
}

#[async_trait]
impl SessionStore for PgStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let created: bool = sqlx::query_scalar("select auth.session_create($1, $2, to_timestamp($3))")
                .bind(digest(&record.id))
                .bind(contents(record)?)
                .bind(expiry(record) as f64)
                .fetch_one(self.db.people())
                .await
                .map_err(backend)?;
            if created {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        sqlx::query("select auth.session_save($1, $2, to_timestamp($3))")
            .bind(digest(&record.id))
            .bind(contents(record)?)
            .bind(expiry(record) as f64)
            .execute(self.db.people())
            .await
            .map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = sqlx::query("select data, expires from auth.session_load($1)")
            .bind(digest(id))
            .fetch_optional(self.db.people())
            .await
            .map_err(backend)?;
        let Some(row) = row else { return Ok(None) };
        let data: Value = row.try_get("data").map_err(backend)?;
        let expires: f64 = row.try_get("expires").map_err(backend)?;
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_value(data).map_err(|e| Error::Decode(e.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp(expires as i64)
                .map_err(|e| Error::Decode(e.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sqlx::query("select auth.session_delete($1)")
            .bind(digest(id))
            .execute(self.db.people())
            .await
            .map_err(backend)?;
        Ok(())
    }
}

// ------------------------------------------------------------------ a person's own

/// Where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The name of the session in the database, which opens nothing.
    pub id: String,
    /// Browser and system, as far as they say what they are.
    pub browser: Option<String>,
    pub system: Option<String>,
    pub address: Option<String>,
    /// `YYYY-MM-DD HH:MM`, UTC; here and below.
    pub since: String,
    /// To the day: it is written down once a day.
    pub seen: String,
}

/// The devices of somebody, the one used last first.
pub async fn devices(db: &Db, user: Uuid) -> Outcome<Vec<Device>> {
    let rows = sqlx::query("select id, address, agent, created_at, seen_at from auth.sessions_of($1)")
        .bind(user)
        .fetch_all(db.people())
        .await?;
    let device = |row: &PgRow| {
        let agent: Option<String> = row.try_get("agent")?;
        let known = agent.as_deref().and_then(|agent| Parser::new().parse(agent));
        let said = |word: &str| (!matches!(word, "" | "UNKNOWN")).then(|| word.to_owned());
        Ok(Device {
            id: row.try_get("id")?,
            browser: known.as_ref().and_then(|known| said(known.name)),
            system: known.as_ref().and_then(|known| said(known.os)),
            address: row.try_get("address")?,
            since: row.try_get("created_at")?,
            seen: row.try_get("seen_at")?,
        })
    };
    rows.iter().map(device).collect()
}

/// Signs somebody out on one of their devices.
pub async fn end(db: &Db, user: Uuid, id: &str) -> Outcome<()> {
    let ended: bool =
        sqlx::query_scalar("select auth.session_end($1, $2)").bind(user).bind(id).fetch_one(db.people()).await?;
    if ended { Ok(()) } else { Err(NotFound) }
}

/// Signs somebody out everywhere but here.
pub async fn end_others(db: &Db, user: Uuid, here: &str) -> Outcome<()> {
    sqlx::query("select auth.sessions_revoke($1, $2)").bind(user).bind(here).execute(db.people()).await?;
    Ok(())
}

/// Has the time of a session that is used begin anew, once a day.
pub async fn keep_alive(session: &Session) -> anyhow::Result<()> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date().to_string();
    if session.get::<String>("day").await?.as_deref() != Some(&today) {
        session.insert("day", today).await?;
    }
    Ok(())
}

/// Forgets sessions whose time is over, from time to time.
pub fn keep_tidy(db: &Db) -> JoinHandle<()> {
    let db = db.clone();
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(TIDY);
        loop {
            turns.tick().await;
            if let Err(error) = sqlx::query("select auth.sessions_prune()").execute(db.people()).await {
                tracing::warn!(%error, "sessions that are over stay");
            }
        }
    })
}
