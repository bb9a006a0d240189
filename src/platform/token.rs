//! Tokens of programs: what they show in the place of a session, and what it opens.
//!
//! A secret is sealed and kept nowhere; it lasts as long as its token. For it a machine gets a JWT that lasts minutes, so
//! that the secret itself travels rarely. Either only says which token is meant: whether it holds, with whose rights and how
//! many of them, is read anew for every request, so that what is taken back counts at once.

use super::error::{Error, Outcome, Refusal};
use super::permission::Scope;
use super::plan::Allowance;
use super::seal;
use super::tenancy::{Cx, Db};
use crate::i18n::{Digits, I18n, Locale};
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult, new_error};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sqlx::Row as _;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use uuid::Uuid;

/// What every secret begins with, so that people, and programs that look for secrets in the wrong places, know it.
pub const PREFIX: &str = "dwn_";

/// Seconds for which a JWT holds.
pub const HOLDS: i64 = 15 * 60;

/// What the seals of secrets hold in.
const CONTEXT: &str = "token";

/// Who issues a JWT, and for whom.
const ISSUER: &str = "diwan";
const AUDIENCE: &str = "diwan/api";

/// A token that was shown, by a signature of ours. Whether it still opens anything, [`admit`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    pub tenant: Uuid,
    pub id: Uuid,
}

impl Bearer {
    /// Reads a secret or a JWT. What is not of our making, or has run out, is nothing.
    pub fn read(shown: &str) -> Option<Bearer> {
        Bearer::of_secret(shown).or_else(|| Bearer::of_jwt(shown))
    }

    /// Reads a secret.
    pub fn of_secret(shown: &str) -> Option<Bearer> {
        let body = seal::open(CONTEXT, shown.strip_prefix(PREFIX)?)?;
        let (tenant, id) = body.split_once('/')?;
        Some(Bearer { tenant: tenant.parse().ok()?, id: id.parse().ok()? })
    }

    /// The secret that stands for this token.
    pub fn secret(&self) -> String {
        format!("{PREFIX}{}", seal::seal(CONTEXT, &format!("{}/{}", self.tenant, self.id)))
    }

    /// A JWT that stands for this token for a while.
    pub fn jwt(&self) -> Outcome<String> {
        let now = Timestamp::now().as_second();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: self.id,
            tenant: self.tenant,
            iat: now,
            exp: now + HOLDS,
        };
        let signed = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &KEYS.sign);
        signed.map_err(|error| Error::Other(anyhow::anyhow!("jwt: {error}")))
    }

    /// Reads a JWT of ours. Its head decides nothing: one algorithm, one key, and no word on where to find others.
    fn of_jwt(shown: &str) -> Option<Bearer> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let read = jsonwebtoken::decode::<Claims>(shown, &KEYS.verify, &validation).ok()?;
        (read.header == Header::new(Algorithm::HS256))
            .then_some(Bearer { tenant: read.claims.tenant, id: read.claims.sub })
    }
}

/// What a JWT says.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The token.
    sub: Uuid,
    tenant: Uuid,
    iat: i64,
    exp: i64,
}

/// The key of all JWTs, to sign with and to check with.
struct Keys {
    sign: EncodingKey,
    verify: DecodingKey,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    // Nobody else in this program brings another.
    let _ = PROVIDER.install_default();
    let key = seal::key("jwt");
    Keys { sign: EncodingKey::from_secret(&key), verify: DecodingKey::from_secret(&key) }
});

/// All the cryptography that JWTs get here: an algorithm that is not in it cannot be talked into being used.
static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> JwtResult<Box<dyn JwtSigner>> {
    Ok(Box::new(Hs256::new(*algorithm, key.as_bytes())?))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    Ok(Box::new(Hs256::new(*algorithm, key.try_get_as_bytes()?)?))
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, key: &[u8]) -> JwtResult<Hs256> {
        if algorithm != Algorithm::HS256 {
            return Err(new_error(ErrorKind::UnsupportedAlgorithm));
        }
        Hmac::<Sha256>::new_from_slice(key).map(Hs256).map_err(|_| new_error(ErrorKind::InvalidKeyFormat))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        self.0.clone().chain_update(message).verify_slice(signature).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

/// The context of a program: its member, in its company, with so much of their rights; and how often the company's programs
/// may ask, in this month and in a minute. Signed out is whoever shows a token that never was, ran out or was revoked, or
/// whose member may not enter any more: all look the same. Shut is a company that is suspended, or has no interface for
/// programs.
///
/// Without a language of its own the program is spoken to in its member's.
pub async fn admit(
    db: &Db,
    bearer: Bearer,
    request: Uuid,
    address: Option<IpAddr>,
    locale: Option<Locale>,
) -> Outcome<(Cx, Allowance)> {
    let spoken = |locale: Option<Locale>| I18n::new(locale.unwrap_or(Locale::En), Digits::Western);
    let cx = Cx { user: Uuid::nil(), tenant: bearer.tenant, i18n: spoken(locale), request, address, scope: None };
    let mut tx = db.admit(&cx, Uuid::nil()).await?;
    let plan = tx.plan.clone();
    let row = sqlx::query(
        "select m.user_id, t.scope, p.locale, coalesce(t.used_at < now() - interval '1 minute', true) as unnoted,
                array(select r.record from api_token_record r where r.tenant_id = t.tenant_id and r.parent = t.id) as records,
                case when $3 then ops.called() else 0 end as called
           from api_token t
           join company c on c.tenant_id = t.tenant_id
           join member m on m.tenant_id = t.tenant_id and m.id = t.member and m.state = 'active'
          cross join lateral auth.person(m.user_id) p
          where t.tenant_id = $1 and t.id = $2 and t.state = 'active'
            and t.expires >= (now() at time zone c.time_zone)::date",
    )
    .bind(bearer.tenant)
    .bind(bearer.id)
    .bind(plan.calls.is_some())
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::SignedOut)?;
    plan.open()?;
    if !plan.flags.has("api") {
        return Err(Error::Shut(Refusal::new("error-no-api")));
    }
    let allowance = Allowance { most: plan.calls, made: row.try_get("called")?, rate: plan.rate };
    let user: Uuid = row.try_get("user_id")?;
    let (scope, records): (String, Vec<String>) = (row.try_get("scope")?, row.try_get("records")?);
    let own: String = row.try_get("locale")?;
    if row.try_get("unnoted")? {
        // Once a minute. Whoever holds the row meanwhile notes something else of it; nobody waits for that.
        sqlx::query(
            "update api_token t set used_at = now(), last_used = (now() at time zone c.time_zone)::date from company c
              where c.tenant_id = $1 and t.tenant_id = $1 and t.id = (
                select u.id from api_token u where u.tenant_id = $1 and u.id = $2
                   and coalesce(u.used_at < now() - interval '1 minute', true) for no key update skip locked)",
        )
        .bind(bearer.tenant)
        .bind(bearer.id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
    }
    let records: BTreeSet<String> = records.into_iter().collect();
    let scope = Scope { writes: scope == "write", records: Some(records).filter(|records| !records.is_empty()) };
    let i18n = spoken(locale.or_else(|| Locale::from_tag(&own)));
    Ok((Cx { user, i18n, scope: Some(Arc::new(scope)), ..cx }, allowance))
}
