//! Who somebody is: passwords, sign-in, the session's contents.

use super::error::{Error, Outcome, Refusal};
use super::tenancy::{Cx, Db};
use crate::i18n::{Digits, I18n, Locale};
use crate::record::Names;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString, rand_core::OsRng};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::net::IpAddr;
use std::sync::LazyLock;
use tower_sessions::Session;
use uuid::Uuid;

/// Least characters of a password (OWASP ASVS 5, 6.2.1 asks eight and recommends fifteen).
pub const PASSWORD_LENGTH: usize = 10;

/// argon2id with 19 MiB and two passes: the first choice of the OWASP password storage sheet.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("valid argon2 parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes on a thread of its own, so that no request waits for another's password.
pub async fn hash_password(password: String) -> anyhow::Result<String> {
    tokio::task::spawn_blocking(move || {
        let salt = SaltString::generate(&mut OsRng);
        hasher()
            .hash_password(password.as_bytes(), &salt)
            .map(|h| h.to_string())
            .map_err(|e| anyhow::anyhow!("argon2: {e}"))
    })
    .await?
}

async fn verify_password(password: String, hash: String) -> anyhow::Result<bool> {
    Ok(tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| hasher().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await?)
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
    pub role: String,
}

/// What the session remembers of a signed-in person. Rights are not among it: they are asked anew for every unit of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignedIn {
    pub user: Uuid,
    pub name: String,
    pub tenant: Uuid,
    pub company: Names,
    pub role: String,
    pub locale: Locale,
    pub digits: Digits,
    pub theme: String,
}

const KEYS: [&str; 8] = ["user", "name", "tenant", "company", "role", "locale", "digits", "theme"];

impl SignedIn {
    /// Reads the session; `None` for somebody who is not signed in.
    pub async fn of(session: &Session) -> Option<SignedIn> {
        let mut parts = serde_json::Map::new();
        for key in KEYS {
            parts.insert(key.to_owned(), session.get_value(key).await.ok()??);
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
        Cx { user: self.user, tenant: self.tenant, i18n: self.i18n(), request, address }
    }
}

/// The companies a person belongs to, oldest membership first.
pub async fn companies(db: &Db, user: Uuid) -> Outcome<Vec<Membership>> {
    let rows = sqlx::query("select id, name::text as name, role from auth.companies_of($1)")
        .bind(user)
        .fetch_all(db.people())
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Membership {
                id: row.try_get("id")?,
                name: Names::from_text(row.try_get("name")?),
                role: row.try_get("role")?,
            })
        })
        .collect()
}

/// Checks address and password. Unknown address, wrong password and locked account look and take the same.
pub async fn sign_in(db: &Db, email: &str, password: String) -> Outcome<SignedIn> {
    let refusal = || Error::from(Refusal::new("refuse-sign-in").at("password"));
    let row = sqlx::query("select * from auth.find_user($1)").bind(email.trim()).fetch_optional(db.people()).await?;
    let Some(row) = row else {
        verify_password(password, NOBODY.clone()).await?;
        return Err(refusal());
    };
    let user: Uuid = row.try_get("id")?;
    let right = verify_password(password, row.try_get("password_hash")?).await?;
    if row.try_get("locked")? {
        return Err(refusal());
    }
    sqlx::query("select auth.note_attempt($1, $2)").bind(user).bind(right).execute(db.people()).await?;
    if !right {
        return Err(refusal());
    }
    let membership = companies(db, user).await?.into_iter().next().ok_or(Error::Denied)?;
    Ok(SignedIn {
        user,
        name: row.try_get("name")?,
        tenant: membership.id,
        company: membership.name,
        role: membership.role,
        locale: Locale::from_tag(row.try_get("locale")?).unwrap_or(Locale::En),
        digits: Digits::from_tag(row.try_get("digits")?),
        theme: row.try_get("theme")?,
    })
}
