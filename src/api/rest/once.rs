//! Keys under which a program asks, so that asking twice is doing once.

use super::operation::Answer;
use crate::api::problem::Trouble;
use crate::platform::door::{Error, Refusal};
use crate::platform::once::{self, Taken};
use crate::platform::tenancy::TenantTx;
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
