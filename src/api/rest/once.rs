//! What is asked for twice under one key is done once. The key is written in the transaction of what it stands for, so that
//! it is there exactly when the effect is; whoever comes meanwhile waits, and is told what the first one was told.

use super::operation::Answer;
use crate::api::problem::Trouble;
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::tenancy::{Cx, Db, TenantTx};
use axum::http::HeaderMap;
use uuid::Uuid;

/// The header that carries a key.
pub const HEADER: &str = "idempotency-key";

/// Characters of a key.
const LONGEST: usize = 255;

/// The key of a request. One that is no text is empty, and so none that can be.
pub fn given(headers: &HeaderMap) -> Option<&str> {
    headers.get(HEADER).map(|value| value.to_str().unwrap_or_default())
}

/// A key as it was given, when it can be one.
pub fn read_key(text: Option<&str>) -> Result<Option<String>, Trouble> {
    let Some(text) = text.map(str::trim) else { return Ok(None) };
    let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    match fits {
        true => Ok(Some(text.to_owned())),
        false => Err(Trouble::at("Idempotency-Key", Refusal::new("refuse-api-key"))),
    }
}

/// Takes a key for a request of this print; answers with what was answered under it before. The key of another request is
/// refused.
pub async fn take(tx: &mut TenantTx, token: Uuid, key: &str, print: &str) -> Result<Option<Answer>, Trouble> {
    let taken = sqlx::query(
        "insert into api_answer as a (token, key, request) values ($1, $2, $3)
           on conflict (tenant_id, token, key) do update set request = excluded.request, at = now(), answer = null
            where a.at < now() - interval '24 hours'",
    )
    .bind(token)
    .bind(key)
    .bind(print)
    .execute(tx.conn())
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let tenant = tx.tenant();
    let (request, answer): (String, Option<String>) =
        sqlx::query_as("select request, answer from api_answer where tenant_id = $1 and token = $2 and key = $3")
            .bind(tenant)
            .bind(token)
            .bind(key)
            .fetch_one(tx.conn())
            .await?;
    if request != print {
        return Err(Refusal::new("refuse-api-key-reused").at("Idempotency-Key").into());
    }
    let answer = answer.ok_or_else(|| Error::Other(anyhow::anyhow!("a key without its answer")))?;
    let answer = serde_json::from_str(&answer).map_err(|error| Error::Other(error.into()))?;
    Ok(Some(answer))
}

/// Keeps the answer under a key that was taken.
pub async fn keep(tx: &mut TenantTx, token: Uuid, key: &str, answer: &Answer) -> Outcome<()> {
    let text = serde_json::to_string(answer).map_err(|error| Error::Other(error.into()))?;
    let tenant = tx.tenant();
    sqlx::query("update api_answer set answer = $4 where tenant_id = $1 and token = $2 and key = $3")
        .bind(tenant)
        .bind(token)
        .bind(key)
        .bind(text)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Sweeps the answers of a company that are older than a day.
pub async fn sweep(db: &Db, cx: &Cx) -> Outcome<u64> {
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    let tenant = tx.tenant();
    let swept = sqlx::query("delete from api_answer where tenant_id = $1 and at < now() - interval '24 hours'")
        .bind(tenant)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(swept.rows_affected())
}
