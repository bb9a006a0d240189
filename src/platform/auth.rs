//! Who somebody is: passwords, sign-in, the session's contents.

use super::error::{Error, Outcome, Refusal};
use super::tenancy::{Cx, Db, TenantTx};
use crate::i18n::{Digits, I18n, Locale};
use crate::record::Names;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString, rand_core::OsRng};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::net::IpAddr;
use std::sync::LazyLock;
use tokio::sync::Semaphore;
use tower_sessions::Session;
use uuid::Uuid;

/// Least characters of a password (OWASP ASVS 5, 6.2.1 asks eight and recommends fifteen).
pub const PASSWORD_LENGTH: usize = 10;

/// argon2id with 19 MiB and two passes: the first choice of the OWASP password storage sheet.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("valid argon2 parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes that are worked out at once. Each takes 19 MiB and a core: a morning's rush of sign-ins waits its turn instead of
/// filling a small machine.
pub(crate) const HASHES_AT_ONCE: usize = 4;

static HASHING: Semaphore = Semaphore::const_new(HASHES_AT_ONCE);

/// Does heavy work on a thread of its own, so that no request stands still for another's password.
pub(crate) async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    let turn = HASHING.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    })
    .await
    .map_err(Into::into)
}

/// The hash to keep of a password, in turn.
pub async fn hash_password(password: String) -> anyhow::Result<String> {
    in_turn(move || {
        let salt = SaltString::generate(&mut OsRng);
        hasher()
            .hash_password(password.as_bytes(), &salt)
            .map(|h| h.to_string())
            .map_err(|e| anyhow::anyhow!("argon2: {e}"))
    })
    .await?
}

async fn verify_password(password: String, hash: String) -> anyhow::Result<bool> {
    in_turn(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| hasher().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
}

/// A hash that nobody's password has: checked for unknown addresses, so that they take as long as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let salt = SaltString::generate(&mut OsRng);
    hasher().hash_password(Uuid::now_v7().as_bytes(), &salt).map(|h| h.to_string()).unwrap_or_default()
});

/// A company that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub id: Uuid,
    pub name: Names,
}

/// What the session remembers of a signed-in person. Rights are not among it: they are asked anew for every unit of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignedIn {
    pub user: Uuid,
    pub name: String,
    pub tenant: Uuid,
    pub locale: Locale,
    pub digits: Digits,
    pub theme: String,
    /// One of [`DENSITIES`]. Sessions that began before there was a choice know nothing of it.
    #[serde(default = "normal")]
    pub density: String,
    /// The keys that they chose for shortcuts, as far as they are not those delivered. Sessions from before there was a choice
    /// know nothing of them.
    #[serde(default)]
    pub keys: String,
}

/// How much room rows and fields may take.
pub const DENSITIES: [&str; 3] = ["compact", "normal", "roomy"];

/// What they take as long as nobody chooses.
pub fn normal() -> String {
    DENSITIES[1].to_owned()
}

const KEYS: [&str; 8] = ["user", "name", "tenant", "locale", "digits", "theme", "density", "keys"];

impl SignedIn {
    /// Reads the session; `None` for somebody who is not signed in.
    pub async fn of(session: &Session) -> Option<SignedIn> {
        let mut parts = serde_json::Map::new();
        for key in KEYS {
            if let Some(value) = session.get_value(key).await.ok()? {
                parts.insert(key.to_owned(), value);
            }
        }
        serde_json::from_value(parts.into()).ok()
    }

    pub async fn keep(&self, session: &Session) -> anyhow::Result<()> {
        let parts = serde_json::to_value(self)?;
        for key in KEYS {
            session.insert_value(key, parts[key].clone()).await?;
        }
        Ok(())
    }

    pub fn i18n(&self) -> I18n {
        I18n::new(self.locale, self.digits)
    }

    pub fn cx(&self, request: Uuid, address: Option<IpAddr>) -> Cx {
        Cx { user: self.user, tenant: self.tenant, i18n: self.i18n(), request, address, scope: None }
    }
}

/// The companies a person belongs to, oldest membership first, suspended ones last.
pub async fn companies(db: &Db, user: Uuid) -> Outcome<Vec<Membership>> {
    let rows = sqlx::query("select id, name::text as name from auth.companies_of($1)")
        .bind(user)
        .fetch_all(db.people())
        .await?;
    rows.into_iter()
        .map(|row| Ok(Membership { id: row.try_get("id")?, name: Names::from_text(row.try_get("name")?) }))
        .collect()
}

/// The address that somebody signs in with.
pub async fn email_of(db: &Db, user: Uuid) -> Outcome<String> {
    Ok(sqlx::query_scalar("select email from auth.person($1)").bind(user).fetch_one(db.people()).await?)
}

/// Who has this address.
pub async fn find_user(db: &Db, email: &str) -> Outcome<Option<Uuid>> {
    Ok(sqlx::query_scalar("select id from auth.find_user($1)").bind(email.trim()).fetch_optional(db.people()).await?)
}

/// Adds a person, in the transaction that makes them a member.
pub async fn add_user(
    tx: &mut TenantTx,
    user: Uuid,
    email: &str,
    password_hash: &str,
    name: &str,
    language: &str,
) -> Outcome<()> {
    sqlx::query("select auth.add_user($1, $2, $3, $4, $5)")
        .bind(user)
        .bind(email)
        .bind(password_hash)
        .bind(name)
        .bind(language)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What is too short or too long to keep somebody's company safe.
pub fn check_password(password: &str) -> Option<Refusal> {
    let fits = password.chars().count() >= PASSWORD_LENGTH && password.len() <= 1024;
    (!fits).then(|| Refusal::new("refuse-password-short").with("least", PASSWORD_LENGTH).at("password"))
}

/// Checks address and password. Unknown address, wrong password and locked account look and take the same.
pub async fn prove(db: &Db, email: &str, password: String) -> Outcome<Uuid> {
    let refusal = || Error::from(Refusal::new("refuse-sign-in").at("password"));
    let row = sqlx::query("select * from auth.find_user($1)").bind(email.trim()).fetch_optional(db.people()).await?;
    let Some(row) = row else {
        verify_password(password, NOBODY.clone()).await?;
        return Err(refusal());
    };
    let user: Uuid = row.try_get("id")?;
    let hash: String = row.try_get("password_hash")?;
    if try_password(db, user, password, hash).await? { Ok(user) } else { Err(refusal()) }
}

/// Whether this is the password behind a hash, and somebody may try it now.
async fn try_password(db: &Db, user: Uuid, password: String, hash: String) -> Outcome<bool> {
    // Counted before the password is looked at: else as many could be tried at once as there is time for.
    let may: Option<bool> =
        sqlx::query_scalar("select auth.begin_attempt($1)").bind(user).fetch_one(db.people()).await?;
    let right = verify_password(password, hash).await?;
    if !(right && may == Some(true)) {
        return Ok(false);
    }
    sqlx::query("select auth.end_attempts($1)").bind(user).execute(db.people()).await?;
    Ok(true)
}

/// Gives somebody another password, who knows the one they have. Guesses at that one count as at sign-in.
pub async fn change_password(db: &Db, user: Uuid, current: String, next: String) -> Outcome<()> {
    if let Some(refusal) = check_password(&next) {
        return Err(refusal.into());
    }
    let hash: String = sqlx::query_scalar("select auth.password_of($1)").bind(user).fetch_one(db.people()).await?;
    if !try_password(db, user, current, hash).await? {
        return Err(Refusal::new("refuse-password-wrong").at("current_password").into());
    }
    let hash = hash_password(next).await?;
    sqlx::query("select auth.set_password($1, $2)").bind(user).bind(hash).execute(db.people()).await?;
    Ok(())
}

/// Signs somebody in to the company they joined first, of those that are open if there is one.
pub async fn sign_in(db: &Db, email: &str, password: String) -> Outcome<SignedIn> {
    person(db, prove(db, email, password).await?).await
}

/// Whether somebody operates the installation.
pub async fn is_operator(db: &Db, user: Uuid) -> Outcome<bool> {
    Ok(sqlx::query_scalar("select auth.is_operator($1)").bind(user).fetch_one(db.people()).await?)
}

/// What the session of a person begins with. Denied to those who belong to no company, unless they operate the installation:
/// their company is nobody's.
pub async fn person(db: &Db, user: Uuid) -> Outcome<SignedIn> {
    let first = companies(db, user).await?.into_iter().next();
    if first.is_none() && !is_operator(db, user).await? {
        return Err(Error::Denied);
    }
    let tenant = first.map_or(Uuid::nil(), |company| company.id);
    let row = sqlx::query("select * from auth.person($1)").bind(user).fetch_one(db.people()).await?;
    Ok(SignedIn {
        user,
        name: row.try_get("name")?,
        tenant,
        locale: Locale::from_tag(row.try_get("locale")?).unwrap_or(Locale::En),
        digits: Digits::from_tag(row.try_get("digits")?),
        theme: row.try_get("theme")?,
        density: row.try_get("density")?,
        keys: row.try_get("keys")?,
    })
}

/// Keeps what somebody prefers for their next visit, on whatever device; `None` leaves it.
pub async fn prefer(
    db: &Db,
    user: Uuid,
    locale: Option<Locale>,
    digits: Option<Digits>,
    theme: Option<&str>,
    density: Option<&str>,
) -> Outcome<()> {
    sqlx::query("select auth.set_preferences($1, $2, $3, $4, $5)")
        .bind(user)
        .bind(locale.map(Locale::tag))
        .bind(digits.map(Digits::tag))
        .bind(theme)
        .bind(density)
        .execute(db.people())
        .await?;
    Ok(())
}

/// Keeps the keys that somebody chose for shortcuts, as [`SignedIn::keys`] has them, for their next visit on whatever device.
pub async fn choose_keys(db: &Db, user: Uuid, keys: &str) -> Outcome<()> {
    sqlx::query("select auth.set_keys($1, $2)").bind(user).bind(keys).execute(db.people()).await?;
    Ok(())
}

/// A context in every company, for what operators do over all of them. Nobody's member.
pub async fn every_company(db: &Db) -> Outcome<Vec<Cx>> {
    let tenants: Vec<Uuid> = sqlx::query_scalar("select auth.all_tenants()").fetch_all(db.people()).await?;
    Ok(tenants.into_iter().map(operator).collect())
}

/// The context of an operator's work in a company. Nobody's member.
pub fn operator(tenant: Uuid) -> Cx {
    let i18n = I18n::new(Locale::En, Digits::Western);
    Cx { user: Uuid::nil(), tenant, i18n, request: Uuid::now_v7(), address: None, scope: None }
}

/// A company as an operator finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub id: Uuid,
    pub name: Names,
    /// It was deleted; what came late, or could not be removed then, may still be there.
    pub deleted: bool,
}

/// Companies of this id, or of exactly this name in either language.
pub async fn find_companies(db: &Db, asked: &str) -> Outcome<Vec<Found>> {
    let rows = sqlx::query("select id, name::text as name, gone from auth.find_companies($1)")
        .bind(asked)
        .fetch_all(db.people())
        .await?;
    rows.iter()
        .map(|row| {
            let name = Names::from_text(row.try_get("name")?);
            Ok(Found { id: row.try_get("id")?, name, deleted: row.try_get("gone")? })
        })
        .collect()
}

/// Whether the database answers.
pub async fn answers(db: &Db) -> bool {
    sqlx::query("select 1").execute(db.people()).await.is_ok()
}
