//! Members: the people who work in a company, each with a role. New ones are invited; their first visit makes them active.

use crate::record::{Action, Constraint, Field, Kind, Record, State, Tone, View};

pub static MEMBER: Record = Record {
    icon: "user",
    title: "name",
    subtitle: Some("email"),
    account: Some("user_id"),
    fields: &[
        Field::new("name", Kind::Text(200)).required().searched().personal(),
        Field::new("email", Kind::Text(254)).required().searched().personal(),
        Field::new("role", Kind::Link("role")).required(),
        Field::new("branch", Kind::Link("branch")),
        Field::new("customer", Kind::Link("customer")),
        Field::new("user_id", Kind::Source).hidden(),
        Field::new("state", Kind::State).computed(),
    ],
    states: &[
        State::new("invited", Tone::Draft).editable(),
        State::new("active", Tone::Done).editable(),
        State::new("blocked", Tone::Void).editable().aside(),
    ],
    actions: &[
        Action::new("block", "ban", &["active", "invited"]).grave(),
        Action::new("unblock", "check", &["blocked"]),
        Action::new("join", "check", &["invited"]).internal(),
    ],
    columns: &["name", "email", "role", "branch", "state"],
    sort: "name",
    views: &[
        View { name: "active", filter: &[("state", "active")] },
        View { name: "invited", filter: &[("state", "invited")] },
        View { name: "blocked", filter: &[("state", "blocked")] },
    ],
    filters: &["role", "branch", "state"],
    seen_by: &["auditor"],
    constraints: &[Constraint::new("member_email_key", "refuse-email-taken").at("email")],
    ..Record::master("member", "members", "administration")
};

#[cfg(feature = "ssr")]
pub use rules::{MemberRules, lent_by_another, reaches_further};

#[cfg(feature = "ssr")]
mod rules {
    use super::super::invitation;
    use crate::platform::document::Document;
    use crate::platform::door::{Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::plan;
    use crate::platform::tenancy::TenantTx;
    use crate::record::Value;
    use crate::record::page::{HandOn, Message};
    use crate::record::value::is_email;
    use async_trait::async_trait;
    use uuid::Uuid;

    /// What stands in the way of a record that works with the rights of its `member`: nobody takes the rights of another but
    /// who gives rights anyway.
    pub fn lent_by_another(tx: &TenantTx, record: &Document) -> Option<Refusal> {
        let others = record.link("member").is_some_and(|member| member != tx.standing.member);
        (others && !tx.standing.rights.changes(&super::MEMBER))
            .then(|| Refusal::new("refuse-token-member").at("member"))
    }

    /// What stands in the way of a record whose lines name types of records, when the program that writes it is kept to types:
    /// it reaches no further than these.
    pub fn reaches_further(tx: &TenantTx, record: &Document) -> Option<Refusal> {
        let kept = tx.cx.scope.as_ref()?.records.as_ref()?;
        let named: Vec<&str> = record.lines.iter().filter_map(|line| line.get("record").text()).collect();
        let within = !named.is_empty() && named.iter().all(|name| kept.contains(*name));
        (!within).then(|| Refusal::new("refuse-token-further").at("lines"))
    }

    pub struct MemberRules;

    #[async_trait]
    impl Rules for MemberRules {
        async fn complete(&self, tx: &mut TenantTx, member: &mut Document) -> Outcome<()> {
            let email = member.text("email").unwrap_or_default().to_lowercase();
            if !email.is_empty() && !is_email(&email) {
                return Err(Refusal::new("refuse-email").at("email").into());
            }
            let before: Option<(String, String)> =
                sqlx::query_as("select email, state from member where tenant_id = $1 and id = $2")
                    .bind(tx.tenant())
                    .bind(member.id)
                    .fetch_optional(tx.conn())
                    .await?;
            // The address is how somebody signs in; once they have, it is theirs.
            if before.is_some_and(|(known, state)| state != "invited" && known != email) {
                return Err(Refusal::new("refuse-member-email").at("email").into());
            }
            if !email.is_empty() {
                member.set("email", email);
            }
            if let Some(role) = member.link("role") {
                let portal = base_of(tx, role).await? == "portal";
                if portal != member.link("customer").is_some() {
                    let message = if portal { "refuse-portal-customer" } else { "refuse-customer-portal" };
                    return Err(Refusal::new(message).at("customer").into());
                }
                if portal && !tx.plan.flags.has("portal") {
                    return Err(Refusal::new("refuse-plan-portal").at("role").into());
                }
                leaves_an_owner(tx, member, Some(role)).await.map_err(at_role)?;
            }
            Ok(())
        }

        /// The link that an invited person follows, for whoever may change members to hand on; not for a program that is kept
        /// to types, as whoever follows it is not.
        async fn present(&self, tx: &mut TenantTx, member: &mut Document) -> Outcome<Option<HandOn>> {
            let invited = member.state() == Some("invited") && member.version > 0;
            let is_kept = tx.cx.scope.as_ref().is_some_and(|scope| scope.records.is_some());
            if !invited || is_kept || !tx.standing.rights.changes(&super::MEMBER) {
                return Ok(None);
            }
            let email = member.text("email").unwrap_or_default();
            let path = invitation::address(tx.tenant(), member.id, email);
            Ok(Some(HandOn { message: Message::new("member-invitation").with("email", email), path }))
        }

        fn hands_on(&self) -> bool {
            true
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, member: &Document) -> Outcome<Effects> {
            match action {
                "block" => {
                    leaves_an_owner(tx, member, None).await?;
                    Ok(Effects::to("blocked"))
                }
                "unblock" => {
                    let known = member.link("user_id").is_some();
                    plan::make_seat(tx, !known).await?;
                    Ok(Effects::to(if known { "active" } else { "invited" }))
                }
                // Only who was invited can accept, and only by the way that checks the invitation.
                "join" if tx.standing.member == member.id => {
                    plan::make_seat(tx, false).await?;
                    Ok(Effects::to("active").set("user_id", tx.cx.user))
                }
                _ => Err(Error::NotFound),
            }
        }

        fn erase(&self, member: &mut Document) -> Vec<&'static str> {
            // An address that nobody can have, and that is taken by nobody else.
            member.set("email", format!("{}@erased.invalid", member.id.simple()));
            member.set("state", "blocked");
            member.set("user_id", Value::Null);
            vec!["state", "user_id"]
        }

        async fn binds(&self, tx: &mut TenantTx, member: &Document) -> Outcome<Vec<Refusal>> {
            match leaves_an_owner(tx, member, None).await {
                Ok(()) => Ok(Vec::new()),
                Err(Error::Refused(refusals)) => Ok(refusals),
                Err(other) => Err(other),
            }
        }
    }

    fn at_role(error: Error) -> Error {
        match error {
            Error::Refused(refusals) => Error::Refused(refusals.into_iter().map(|r| r.at("role")).collect()),
            other => other,
        }
    }

    async fn base_of(tx: &mut TenantTx, role: Uuid) -> Outcome<String> {
        Ok(sqlx::query_scalar("select base from role where tenant_id = $1 and id = $2")
            .bind(tx.tenant())
            .bind(role)
            .fetch_optional(tx.conn())
            .await?
            .unwrap_or_default())
    }

    /// Refuses a change after which no active owner would be left.
    async fn leaves_an_owner(tx: &mut TenantTx, member: &Document, role: Option<Uuid>) -> Outcome<()> {
        if member.state() != Some("active") {
            return Ok(());
        }
        if let Some(role) = role
            && base_of(tx, role).await? == "owner"
        {
            return Ok(());
        }
        // Two owners who block each other are decided one after the other.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('owners/' || tid(), 0))").execute(tx.conn()).await?;
        let owners: Vec<Uuid> = sqlx::query_scalar(
            "select m.id from member m join role r on r.tenant_id = m.tenant_id and r.id = m.role
              where m.tenant_id = $1 and m.state = 'active' and r.base = 'owner'",
        )
        .bind(tx.tenant())
        .fetch_all(tx.conn())
        .await?;
        if owners == [member.id] { Err(Refusal::new("refuse-last-owner").into()) } else { Ok(()) }
    }
}
