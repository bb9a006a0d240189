//! What is asked for twice under one key is done once. The key is written in the transaction of what it stands for, so that
//! it is there exactly when the effect is; whoever comes meanwhile waits, and finds what the first one was told.

use super::error::{Error, Outcome};
use super::tenancy::{Cx, Db, TenantTx};
use uuid::Uuid;

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nobody has used it for a day. It is the caller's now.
    New,
    /// The same request was answered like this.
    Answered(String),
    /// It stands for another request.
    Other,
}

/// Takes a key for a request of this print.
pub async fn take(tx: &mut TenantTx, token: Uuid, key: &str, print: &str) -> Outcome<Taken> {
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
        return Ok(Taken::New);
    }
    let tenant = tx.tenant();
    let (request, answer): (String, Option<String>) =
        sqlx::query_as("select request, answer from api_answer where tenant_id = $1 and token = $2 and key = $3")
            .bind(tenant)
            .bind(token)
            .bind(key)
            .fetch_one(tx.conn())
            .await?;
    match answer {
        _ if request != print => Ok(Taken::Other),
        Some(answer) => Ok(Taken::Answered(answer)),
        None => Err(Error::Other(anyhow::anyhow!("a key without its answer"))),
    }
}

/// Keeps the answer under a key that was taken.
pub async fn keep(tx: &mut TenantTx, token: Uuid, key: &str, answer: String) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query("update api_answer set answer = $4 where tenant_id = $1 and token = $2 and key = $3")
        .bind(tenant)
        .bind(token)
        .bind(key)
        .bind(answer)
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
