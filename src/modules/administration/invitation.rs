//! Invitations: how somebody becomes a member. The link is signed and holds while the person is invited under this address.

use super::member::MEMBER;
use crate::platform::auth::{self, SignedIn};
use crate::platform::door::{self, Error, Lock, Outcome};
use crate::platform::seal;
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::record::Names;
use jiff::Timestamp;
use uuid::Uuid;

/// Seconds for which an invitation holds: seven days.
const HOLDS: i64 = 7 * 24 * 60 * 60;

fn context(email: &str) -> String {
    format!("invitation/{email}")
}

/// The path that an invited person follows.
pub fn address(tenant: Uuid, member: Uuid, email: &str) -> String {
    let until = Timestamp::now().as_second() + HOLDS;
    format!("/join?token={}", seal::seal(&context(email), &format!("{tenant}/{member}/{until}")))
}

/// An invitation that holds.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub company: Names,
    pub email: String,
    pub name: String,
    tenant: Uuid,
    member: Uuid,
}

/// Reads an invitation. One that never was, has ended or was used looks the same.
pub async fn read(db: &Db, cx: &Cx, token: &str) -> Outcome<Invitation> {
    Ok(open(db, cx, token).await?.1)
}

async fn open(db: &Db, cx: &Cx, token: &str) -> Outcome<(TenantTx, Invitation)> {
    let body = seal::read(token).ok_or(Error::NotFound)?;
    let mut parts = body.split('/');
    let mut id = || parts.next().and_then(|part| part.parse::<Uuid>().ok()).ok_or(Error::NotFound);
    let (tenant, member) = (id()?, id()?);
    let until = parts.next().and_then(|part| part.parse::<i64>().ok()).ok_or(Error::NotFound)?;
    let mut tx = db.admit(&Cx { tenant, ..cx.clone() }, member).await?;
    let invited: Option<(String, String)> =
        sqlx::query_as("select email, name from member where tenant_id = $1 and id = $2 and state = 'invited'")
            .bind(tenant)
            .bind(member)
            .fetch_optional(tx.conn())
            .await?;
    let (email, name) = invited.ok_or(Error::NotFound)?;
    if seal::open(&context(&email), token).is_none() || until < Timestamp::now().as_second() {
        return Err(Error::NotFound);
    }
    tx.plan.open()?;
    let company = tx.company.name.clone();
    Ok((tx, Invitation { company, email, name, tenant, member }))
}

/// Makes the invited person a member: with a new account, or with the one they have and prove to have.
pub async fn accept(db: &Db, cx: Cx, token: String, name: String, password: String) -> Outcome<SignedIn> {
    let db = db.clone();
    whole(async move {
        let (mut tx, invitation) = open(&db, &cx, &token).await?;
        let user = match auth::find_user(&db, &invitation.email).await? {
            Some(_) => auth::prove(&db, &invitation.email, password).await?,
            None => {
                let hash = auth::hash_password(password).await?;
                let language = cx.i18n.locale.tag();
                auth::add_user(&mut tx, invitation.member, &invitation.email, &hash, &name, language).await?;
                invitation.member
            }
        };
        tx.cx.user = user;
        let member = door::load(&mut tx, &MEMBER, invitation.member, Lock::Update).await?;
        door::act(&mut tx, &MEMBER, member.id, member.version, "join").await?;
        tx.commit().await?;
        Ok(SignedIn { tenant: invitation.tenant, ..auth::person(&db, user).await? })
    })
    .await
}
