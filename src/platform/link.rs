//! Links that open one document of one company to whoever holds them, without an account.
//!
//! A token follows from our secret, so that it can be shown again and nobody else can guess it; the database knows its hash,
//! and nothing of a company is read before that is found.

use super::error::Outcome;
use super::seal;
use super::tenancy::{Db, TenantTx};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The token that opens a document of a company: 64 hexadecimal digits.
pub fn token(tenant: Uuid, document: Uuid) -> String {
    hex::encode(seal::key(&format!("link/{tenant}/{document}")))
}

fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// Has the token of a document open it.
pub async fn give(tx: &mut TenantTx, document: Uuid) -> Outcome<()> {
    let hash = digest(&token(tx.tenant(), document));
    sqlx::query("select auth.put_link($1, $2)").bind(hash).bind(document).execute(tx.conn()).await?;
    Ok(())
}

/// The token of a document, where it opens that.
pub async fn given(tx: &mut TenantTx, document: Uuid) -> Outcome<Option<String>> {
    let token = token(tx.tenant(), document);
    let there: Option<Uuid> = sqlx::query_scalar("select document from auth.find_link($1)")
        .bind(digest(&token))
        .fetch_optional(tx.conn())
        .await?;
    Ok(there.map(|_| token))
}

/// The company and the document that a token opens.
pub async fn find(db: &Db, token: &str) -> Outcome<Option<(Uuid, Uuid)>> {
    let found = sqlx::query_as("select tenant_id, document from auth.find_link($1)");
    Ok(found.bind(digest(token)).fetch_optional(db.people()).await?)
}
