//! Keys under which a program asks, so that asking twice is doing once.

use super::operation::Answer;
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::door::{Error, Refusal};
use crate::platform::once::{self, Taken};
use crate::platform::tenancy::{self, TenantTx};
use crate::platform::web::House;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
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

/// A request that is done once: the key that it came with, if any, and what tells it from others.
pub struct Once {
    token: Uuid,
    key: Option<String>,
    print: String,
}

impl Once {
    /// The request, which is known by its address and this.
    pub fn read(caller: &Caller, parts: &Parts, body: impl Serialize) -> Result<Once, Trouble> {
        let print = json!([parts.method.as_str(), parts.uri.path(), body]).to_string();
        let key = read_key(given(&parts.headers))?;
        Ok(Once { token: caller.bearer.id, key, print: hex::encode(Sha256::digest(print)) })
    }

    /// What was kept when it was done before; its key is taken from here on.
    pub async fn before(&self, tx: &mut TenantTx) -> Result<Option<Answer>, Trouble> {
        match &self.key {
            Some(key) => take(tx, self.token, key, &self.print).await,
            None => Ok(None),
        }
    }

    /// Keeps what whoever asks again is to be told.
    pub async fn keep(&self, tx: &mut TenantTx, answer: &Answer) -> Result<(), Trouble> {
        match &self.key {
            Some(key) => keep(tx, self.token, key, answer).await,
            None => Ok(()),
        }
    }
}

/// Does something in one transaction, to its end even where the program hangs up; nothing of it stays where it is refused.
pub async fn whole<T, W>(house: &House, caller: &Caller, work: W) -> Result<T, Trouble>
where
    T: Send + 'static,
    W: for<'t> FnOnce(&'t mut TenantTx) -> BoxFuture<'t, Result<T, Trouble>> + Send + 'static,
{
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let done = tenancy::whole(async move {
        let mut tx = db.begin(&cx).await?;
        Ok(match work(&mut tx).await {
            Ok(done) => {
                tx.commit().await?;
                Ok(done)
            }
            Err(trouble) => Err(trouble),
        })
    });
    done.await?
}

/// Takes a key for a request of this print; answers with what was answered under it before. The key of another request is
/// refused.
pub async fn take(tx: &mut TenantTx, token: Uuid, key: &str, print: &str) -> Result<Option<Answer>, Trouble> {
    match once::take(tx, token, key, print).await? {
        Taken::New => Ok(None),
        Taken::Answered(text) => Ok(Some(serde_json::from_str(&text).map_err(|error| Error::Other(error.into()))?)),
        Taken::Other => Err(Refusal::new("refuse-api-key-reused").at("Idempotency-Key").into()),
    }
}

/// Keeps the answer under a key that was taken.
pub async fn keep(tx: &mut TenantTx, token: Uuid, key: &str, answer: &Answer) -> Result<(), Trouble> {
    let text = serde_json::to_string(answer).map_err(|error| Error::Other(error.into()))?;
    Ok(once::keep(tx, token, key, text).await?)
}
