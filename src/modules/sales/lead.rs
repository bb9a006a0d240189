//! Leads: people and firms who may become customers, until it is clear whether there is business with them.

use crate::record::{Action, Field, Kind, Record, Start, State, Tone, View};

pub static LEAD: Record = Record {
    icon: "user",
    subtitle: Some("company"),
    fields: &[
        Field::new("name", Kind::Text(200)).required().searched().personal(),
        Field::new("company", Kind::Text(200)).searched().personal(),
        Field::new("phone", Kind::Text(40)).searched().personal(),
        Field::new("email", Kind::Text(254)).searched().personal(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("source", Kind::Choice(&["referral", "visit", "web", "exhibition", "other"])),
        Field::new("salesperson", Kind::Link("member")).start(Start::Member),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("note", Kind::Note).wide().personal(),
        Field::new("state", Kind::State).computed(),
    ],
    states: &[
        State::new("new", Tone::Draft).editable(),
        State::new("contacted", Tone::Active).editable(),
        State::new("qualified", Tone::Done),
        State::new("lost", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("contact", "check", &["new"]),
        Action::new("qualify", "filter", &["new", "contacted"]).primary(),
        Action::new("lose", "ban", &["new", "contacted"]),
    ],
    columns: &["name", "company", "source", "salesperson", "date", "state"],
    sort: "date",
    descending: true,
    views: &[
        View { name: "open", filter: &[("state", "new,contacted")] },
        View { name: "qualified", filter: &[("state", "qualified")] },
        View { name: "lost", filter: &[("state", "lost")] },
    ],
    filters: &["source", "salesperson", "date", "state"],
    // Named, so that only these see whom we are after.
    seen_by: &["sales"],
    kept_by: &["sales"],
    ..Record::master("lead", "leads", "sales")
};

#[cfg(feature = "ssr")]
pub use rules::LeadRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::opportunity::OPPORTUNITY;
    use crate::platform::document::Document;
    use crate::platform::door::{self, Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::value::is_email;
    use async_trait::async_trait;

    pub struct LeadRules;

    #[async_trait]
    impl Rules for LeadRules {
        async fn complete(&self, _: &mut TenantTx, lead: &mut Document) -> Outcome<()> {
            let email = lead.text("email").unwrap_or_default();
            if !email.is_empty() && !is_email(email) {
                return Err(Refusal::new("refuse-email").at("email").into());
            }
            Ok(())
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, lead: &Document) -> Outcome<Effects> {
            match action {
                "contact" => Ok(Effects::to("contacted")),
                "lose" => Ok(Effects::to("lost")),
                "qualify" => {
                    Ok(Effects::to("qualified").create(opportunity(lead, door::fresh(tx, &OPPORTUNITY).await?)))
                }
                _ => Err(Error::NotFound),
            }
        }
    }

    /// The opportunity that a lead becomes, called after the firm, else after the person.
    fn opportunity(lead: &Document, mut opportunity: Document) -> Document {
        let called = lead.text("company").filter(|company| !company.is_empty()).or(lead.text("name"));
        opportunity.set("title", called.unwrap_or_default());
        opportunity.set("lead", lead.id);
        for name in ["salesperson", "branch", "note"] {
            opportunity.set(name, lead.get(name).clone());
        }
        opportunity
    }
}
