//! The chart of accounts.

use crate::record::{Field, Kind, Record, Start, View};

/// Roles by which postings find their account.
pub const ROLES: &[&str] = &[
    "receivable",
    "payable",
    "bank",
    "cash",
    "inventory",
    "grni",
    "vat_output",
    "vat_input",
    "customer_advances",
    "retained_earnings",
    "opening_balance",
    "sales",
    "sales_returns",
    "sales_discount",
    "cogs",
    "stock_adjustment",
    "exchange_difference",
    "rounding",
];

/// The roles of accounts that hold money, as an address names them together.
pub const LIQUID: &str = "cash,bank";

/// Accounts that only documents post to, so that they equal their sub-ledgers at every moment.
pub const CONTROLS: &[&str] = &["receivable", "inventory"];

pub static ACCOUNT: Record = Record {
    icon: "list-tree",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("kind", Kind::Choice(&["asset", "liability", "equity", "income", "expense"])).required(),
        Field::new("parent", Kind::Link("account")),
        Field::new("is_group", Kind::Bool).start(Start::Text("false")),
        Field::new("role", Kind::Choice(ROLES)).computed(),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "kind", "parent", "role"],
    views: &[
        View { name: "asset", filter: &[("kind", "asset")] },
        View { name: "liability", filter: &[("kind", "liability")] },
        View { name: "equity", filter: &[("kind", "equity")] },
        View { name: "income", filter: &[("kind", "income")] },
        View { name: "expense", filter: &[("kind", "expense")] },
    ],
    filters: &["kind"],
    kept_by: &["accountant"],
    ..Record::master("account", "accounts", "finance")
};

#[cfg(feature = "ssr")]
pub use rules::AccountRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::ACCOUNT;
    use crate::platform::document::Document;
    use crate::platform::door::{self, Lock, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;

    pub struct AccountRules;

    #[async_trait]
    impl Rules for AccountRules {
        async fn complete(&self, tx: &mut TenantTx, account: &mut Document) -> Outcome<()> {
            let Some(parent) = account.link("parent") else { return Ok(()) };
            // Two that move groups at once would each not see the half of a circle that the other makes.
            sqlx::query("select pg_advisory_xact_lock(hashtextextended('accounts/' || tid(), 0))")
                .execute(tx.conn())
                .await?;
            let mut above = Some(parent);
            while let Some(id) = above {
                if id == account.id {
                    return Err(Refusal::new("refuse-account-circle").at("parent").into());
                }
                let ancestor = door::load(tx, &ACCOUNT, id, Lock::No).await?;
                if id == parent {
                    if !ancestor.get("is_group").bool() {
                        return Err(Refusal::new("refuse-parent-not-group").at("parent").into());
                    }
                    if ancestor.text("kind") != account.text("kind") {
                        return Err(Refusal::new("refuse-parent-kind").at("kind").into());
                    }
                }
                above = ancestor.link("parent");
            }
            Ok(())
        }
    }
}
