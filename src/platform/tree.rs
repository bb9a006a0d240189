//! Records that stand below one another of their own type, as cost centres do: by the link `parent`, in a tree.

use super::document::Document;
use super::error::Outcome;
use super::sql;
use super::tenancy::TenantTx;

/// Whether a record would stand below itself, with the parent that it is to get. Whoever moves another one of the company's
/// records of this type waits until the transaction is over: two that are put below each other at once come one after the other.
pub async fn is_below_itself(tx: &mut TenantTx, document: &Document) -> Outcome<bool> {
    let Some(parent) = document.link("parent") else { return Ok(false) };
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("{} {}", tx.tenant(), document.record.name))
        .execute(tx.conn())
        .await?;
    let is_above: bool = sqlx::query_scalar(sql::is_above(document.record))
        .bind(tx.tenant())
        .bind(parent)
        .bind(document.id)
        .fetch_one(tx.conn())
        .await?;
    // One that is new stands nowhere yet.
    Ok(is_above || parent == document.id)
}
