//! Sessions in Postgres. The cookie's value never reaches the database: its SHA-256 does.

use super::tenancy::Db;
use async_trait::async_trait;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use std::fmt;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

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
