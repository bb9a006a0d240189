//! Tokens: what programs work with. Each has the rights of a member, or fewer, for a while.

use crate::record::{Action, Field, Kind, Lines, Record, Start, State, Tone, View};

/// The types of records that a program is kept to; without any it may touch all that its member may.
static LINES: Lines = Lines::new("api_token_record", &[Field::new("record", Kind::RecordType).required()]);

pub static API_TOKEN: Record = Record {
    icon: "key",
    subtitle: None,
    fields: &[
        Field::new("name", Kind::Text(80)).required().searched().about(&["member"]),
        Field::new("member", Kind::Link("member")).required().start(Start::Member),
        Field::new("scope", Kind::Choice(&["read", "write"])).required().start(Start::Text("read")),
        Field::new("expires", Kind::Date).required(),
        // The day only; the table knows the minute.
        Field::new("last_used", Kind::Date).computed().unlogged(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[State::new("active", Tone::Done).editable(), State::new("revoked", Tone::Void).aside()],
    actions: &[Action::new("revoke", "ban", &["active"]).grave()],
    columns: &["name", "member", "scope", "expires", "last_used", "state"],
    sort: "name",
    views: &[
        View { name: "active", filter: &[("state", "active")] },
        View { name: "revoked", filter: &[("state", "revoked")] },
    ],
    filters: &["member", "scope", "state"],
    seen_by: &["auditor"],
    flag: Some("api"),
    ..Record::master("api_token", "api-tokens", "administration")
};

#[cfg(feature = "ssr")]
pub use rules::ApiTokenRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::member::{lent_by_another, reaches_further};
    use crate::platform::document::Document;
    use crate::platform::door::{Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::platform::token::Bearer;
    use crate::record::page::{HandOn, Message};
    use crate::record::value;
    use async_trait::async_trait;
    use jiff::ToSpan as _;
    use jiff::civil::Date;

    /// Days for which a token holds unless somebody says otherwise, and at most.
    const USUAL: i64 = 90;
    const MOST: i64 = 365;

    pub struct ApiTokenRules;

    #[async_trait]
    impl Rules for ApiTokenRules {
        async fn complete(&self, tx: &mut TenantTx, token: &mut Document) -> Outcome<()> {
            let today = tx.company.today;
            token.fill("expires", in_days(today, USUAL));
            let mut refusals = Vec::new();
            // One that has run out can still be given another name.
            let expires = token.get("expires").date();
            let possible = expires.is_none_or(|day| (today..=in_days(today, MOST)).contains(&day));
            if !possible && expires.map(value::iso) != saved_expiry(tx, token).await? {
                refusals.push(Refusal::new("refuse-token-expires").with("most", MOST as usize).at("expires"));
            }
            refusals.extend(lent_by_another(tx, token));
            refusals.extend(reaches_further(tx, token));
            if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
        }

        /// The secret, for whoever made the token, until a program has used it. A program reads that of a token which it might
        /// have made itself, and no other.
        async fn present(&self, tx: &mut TenantTx, token: &mut Document) -> Outcome<Option<HandOn>> {
            let own = token.version > 0 && token.created_by == Some(tx.standing.member);
            let is_beyond = reaches_further(tx, token).is_some() || lent_by_another(tx, token).is_some();
            if tx.cx.scope.is_some() && is_beyond {
                return Ok(None);
            }
            if !own || token.state() != Some("active") || !is_unused(tx, token).await? {
                return Ok(None);
            }
            let path = Bearer { tenant: tx.tenant(), id: token.id }.secret();
            Ok(Some(HandOn { message: Message::new("api_token-secret"), path }))
        }

        fn hands_on(&self) -> bool {
            true
        }

        async fn act(&self, _: &mut TenantTx, action: &'static str, _: &Document) -> Outcome<Effects> {
            match action {
                "revoke" => Ok(Effects::to("revoked")),
                _ => Err(Error::NotFound),
            }
        }
    }

    fn in_days(today: Date, days: i64) -> Date {
        today.checked_add(days.days()).unwrap_or(today)
    }

    async fn saved_expiry(tx: &mut TenantTx, token: &Document) -> Outcome<Option<String>> {
        Ok(sqlx::query_scalar("select expires::text from api_token where tenant_id = $1 and id = $2")
            .bind(tx.tenant())
            .bind(token.id)
            .fetch_optional(tx.conn())
            .await?)
    }

    async fn is_unused(tx: &mut TenantTx, token: &Document) -> Outcome<bool> {
        let unused: Option<bool> =
            sqlx::query_scalar("select used_at is null from api_token where tenant_id = $1 and id = $2")
                .bind(tx.tenant())
                .bind(token.id)
                .fetch_optional(tx.conn())
                .await?;
        Ok(unused == Some(true))
    }
}
