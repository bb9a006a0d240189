//! Cost centres: parts of the business whose income and costs are told apart, each below another one or at the top.

use crate::record::{Field, Kind, Record, Start};
use uuid::Uuid;

/// How an address asks for what is charged to no cost centre.
pub const NO_CENTRE: &str = "none";

/// The cost centres that a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Centres {
    /// As an address names it: the id of one, with all below it, or [`NO_CENTRE`]; empty for everything.
    pub asked: String,
    /// Those to choose from: id, code, canonical name; none for who does not see them all.
    pub all: Vec<(Uuid, String, String)>,
}

pub static COST_CENTRE: Record = Record {
    icon: "factory",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("parent", Kind::Link("cost_centre")),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "parent", "active"],
    kept_by: &["accountant"],
    ..Record::master("cost_centre", "cost-centres", "finance")
};

#[cfg(feature = "ssr")]
pub use rules::{CentreRules, asked_for};

#[cfg(feature = "ssr")]
mod rules {
    use super::{COST_CENTRE, Centres, NO_CENTRE};
    use crate::platform::document::Document;
    use crate::platform::door::{Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::platform::tree;
    use async_trait::async_trait;
    use uuid::Uuid;

    pub struct CentreRules;

    #[async_trait]
    impl Rules for CentreRules {
        async fn complete(&self, tx: &mut TenantTx, centre: &mut Document) -> Outcome<()> {
            match tree::is_below_itself(tx, centre).await? {
                true => Err(Refusal::new("refuse-centre-circle").at("parent").into()),
                false => Ok(()),
            }
        }
    }

    /// The cost centres that an address asks for, and their ids as statements take them: `None` for every posting, the nil id
    /// for those of no centre.
    pub async fn asked_for(tx: &mut TenantTx, asked: &str) -> Outcome<(Centres, Option<Vec<Uuid>>)> {
        let sees = tx.standing.rights.sees_whole(&COST_CENTRE);
        if !sees && !asked.is_empty() {
            return Err(Error::Denied);
        }
        let all: Vec<(Uuid, String, String)> = match sees {
            true => {
                let all =
                    "select id, code, name::text from cost_centre where tenant_id = $1 order by code collate \"C\"";
                sqlx::query_as(all).bind(tx.tenant()).fetch_all(tx.conn()).await?
            }
            false => Vec::new(),
        };
        let mut centres = Centres { asked: asked.to_owned(), all };
        let ids = match asked {
            "" => None,
            NO_CENTRE => Some(vec![Uuid::nil()]),
            _ => {
                let id: Uuid = asked.parse().map_err(|_| Error::NotFound)?;
                centres.asked = id.to_string();
                Some(with_those_below(tx, id).await?)
            }
        };
        Ok((centres, ids))
    }

    async fn with_those_below(tx: &mut TenantTx, centre: Uuid) -> Outcome<Vec<Uuid>> {
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "with recursive below as (select id from cost_centre where tenant_id = $1 and id = $2
               union select c.id from cost_centre c join below b on c.tenant_id = $1 and c.parent = b.id)
             select id from below",
        )
        .bind(tx.tenant())
        .bind(centre)
        .fetch_all(tx.conn())
        .await?;
        if ids.is_empty() { Err(Error::NotFound) } else { Ok(ids) }
    }
}
