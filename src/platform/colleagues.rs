//! Who else works in the company: for what concerns others than whoever asks.

use super::document::Document;
use super::door::{self, Outcome};
use super::permission::{self, Rights};
use super::tenancy::{Standing, TenantTx};
use crate::record::Names;
use sqlx::Row as _;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// An active member of the company, with what they are in it.
#[derive(Clone, Debug)]
pub struct Colleague {
    pub standing: Standing,
    pub email: String,
}

impl Colleague {
    /// Whether they may read what is said about a record.
    pub fn reads_about(&self, document: &Document) -> bool {
        self.standing.rights.sees_comments(document.record) && door::within_reach(&self.standing, document)
    }
}

/// All active members, by name.
pub async fn colleagues(tx: &mut TenantTx) -> Outcome<Vec<Colleague>> {
    let rows = sqlx::query(
        "select m.id, m.name, m.email, m.branch, m.customer, r.id as role, r.base, r.name::text as role_name
           from member m join role r on r.tenant_id = m.tenant_id and r.id = m.role
          where m.tenant_id = $1 and m.state = 'active' order by m.name, m.id",
    )
    .bind(tx.tenant())
    .fetch_all(tx.conn())
    .await?;
    let mut bases: HashMap<Uuid, String> = HashMap::new();
    for row in &rows {
        bases.insert(row.try_get("role")?, row.try_get("base")?);
    }
    let roles: Vec<Uuid> = bases.keys().copied().collect();
    let lines = permission::lines_of_all(tx, &roles).await?;
    let of_role = |role: &Uuid| lines.get(role).map(Vec::as_slice).unwrap_or_default();
    let flags = &tx.plan.flags;
    let of = |role: &Uuid, base: &str| Rights::new(base, door::records(), of_role(role)).among(door::records(), flags);
    let rights: HashMap<Uuid, Arc<Rights>> =
        bases.iter().map(|(role, base)| (*role, Arc::new(of(role, base)))).collect();
    rows.iter()
        .map(|row| {
            let role: Uuid = row.try_get("role")?;
            Ok(Colleague {
                standing: Standing {
                    member: row.try_get("id")?,
                    name: row.try_get("name")?,
                    role,
                    role_name: Names::from_text(row.try_get("role_name")?),
                    branch: row.try_get("branch")?,
                    customer: row.try_get("customer")?,
                    rights: rights[&role].clone(),
                },
                email: row.try_get("email")?,
            })
        })
        .collect()
}
