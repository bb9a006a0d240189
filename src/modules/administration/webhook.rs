//! Webhooks: where the company has its events sent. Each message tells what a member may see.

use crate::record::{Action, Field, Kind, Lines, Record, Start, State, Tone, View};

/// The events that are sent; without any, all of them.
static LINES: Lines = Lines::new(
    "webhook_event",
    &[
        Field::new("record", Kind::RecordType).required(),
        // `create`, `comment`, the name of an action …; empty for whatever happens.
        Field::new("event", Kind::Text(40)),
    ],
);

pub static WEBHOOK: Record = Record {
    icon: "send",
    subtitle: None,
    fields: &[
        Field::new("name", Kind::Text(80)).required().searched(),
        Field::new("url", Kind::Text(500)).required().wide(),
        Field::new("member", Kind::Link("member")).required().start(Start::Member),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[State::new("active", Tone::Done).editable(), State::new("paused", Tone::Void).editable()],
    actions: &[
        Action::new("pause", "ban", &["active"]),
        Action::new("resume", "check", &["paused"]).primary(),
        Action::new("turn_secret", "rotate-ccw", &["active", "paused"]).grave(),
    ],
    columns: &["name", "url", "member", "state"],
    sort: "name",
    views: &[
        View { name: "active", filter: &[("state", "active")] },
        View { name: "paused", filter: &[("state", "paused")] },
    ],
    filters: &["member", "state"],
    seen_by: &["auditor"],
    flag: Some("webhooks"),
    ..Record::master("webhook", "webhooks", "administration")
};

#[cfg(feature = "ssr")]
pub use rules::WebhookRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::member::{lent_by_another, reaches_further};
    use super::WEBHOOK;
    use crate::platform::document::Document;
    use crate::platform::door::{self, Effects, Error, Outcome, Posting, Refusal, Rules};
    use crate::platform::egress;
    use crate::platform::tenancy::TenantTx;
    use crate::platform::webhooks;
    use crate::record::page::{HandOn, Message};
    use async_trait::async_trait;

    pub struct WebhookRules;

    #[async_trait]
    impl Rules for WebhookRules {
        async fn complete(&self, tx: &mut TenantTx, webhook: &mut Document) -> Outcome<()> {
            let mut refusals = Vec::new();
            let url = webhook.text("url").unwrap_or_default();
            if !url.is_empty() && egress::read(url).is_none() {
                refusals.push(Refusal::new("refuse-webhook-url").at("url"));
            }
            refusals.extend(lent_by_another(tx, webhook));
            refusals.extend(reaches_further(tx, webhook));
            for (row, line) in webhook.lines.iter().enumerate() {
                let record = line.get("record").text().and_then(door::record);
                let known = |event: &str| record.is_none_or(|record| webhooks::events(record).contains(&event));
                if line.get("event").text().is_some_and(|event| !known(event)) {
                    refusals.push(Refusal::new("refuse-webhook-event").at_line(row, "event"));
                }
            }
            if !refusals.is_empty() {
                return Err(Error::Refused(refusals));
            }
            webhooks::watch(tx).await
        }

        /// The secret that messages are signed with, for whoever may change webhooks. To a program that is kept to types it
        /// is told only of a webhook that reaches no further.
        async fn present(&self, tx: &mut TenantTx, webhook: &mut Document) -> Outcome<Option<HandOn>> {
            let may = tx.standing.rights.changes(&WEBHOOK) && reaches_further(tx, webhook).is_none();
            if webhook.version == 0 || !may {
                return Ok(None);
            }
            let path = webhooks::secret(tx, webhook.id).await?;
            Ok(Some(HandOn { message: Message::new("webhook-secret"), path }))
        }

        fn hands_on(&self) -> bool {
            true
        }

        async fn act(&self, _: &mut TenantTx, action: &'static str, _: &Document) -> Outcome<Effects> {
            match action {
                "pause" => Ok(Effects::to("paused")),
                "resume" => Ok(Effects::to("active")),
                "turn_secret" => Ok(Effects::default().post(TurnSecret)),
                _ => Err(Error::NotFound),
            }
        }
    }

    /// The next secret signs from here on; for a day the one before signs as well.
    struct TurnSecret;

    #[async_trait]
    impl Posting for TurnSecret {
        async fn apply(&self, tx: &mut TenantTx, webhook: &Document) -> Outcome<()> {
            webhooks::turn_secret(tx, webhook.id).await
        }
    }
}
