//! Opportunities: deals in sight, moved from stage to stage until they are won or lost.

use crate::record::{Action, Field, Kind, Record, Start, State, Tone, View};

pub static OPPORTUNITY: Record = Record {
    icon: "filter",
    title: "title",
    subtitle: Some("number"),
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("title", Kind::Text(200)).required().searched().wide().about(&["customer", "lead"]),
        Field::new("customer", Kind::Link("customer")),
        Field::new("lead", Kind::Link("lead")).computed(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("expected_close", Kind::Date),
        Field::new("currency", Kind::Currency).required().start(Start::CompanyCurrency),
        Field::new("expected_amount", Kind::Money),
        Field::new("probability", Kind::Percent),
        Field::new("salesperson", Kind::Link("member")).start(Start::Member),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("note", Kind::Note).wide().about(&["customer", "lead"]),
        Field::new("state", Kind::State).computed(),
    ],
    states: &[
        State::new("new", Tone::Draft).editable(),
        State::new("qualified", Tone::Active).editable(),
        State::new("proposal", Tone::Active).editable(),
        State::new("negotiation", Tone::Partial).editable(),
        State::new("won", Tone::Done),
        State::new("lost", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("quote", "file-text", &["new", "qualified", "proposal", "negotiation"]),
        Action::new("win", "circle-check", &["new", "qualified", "proposal", "negotiation"]).primary(),
        Action::new("advance", "arrow-up", &["new", "qualified", "proposal"]).primary(),
        Action::new("lose", "ban", &["new", "qualified", "proposal", "negotiation"]),
        Action::new("reopen", "rotate-ccw", &["won", "lost"]),
    ],
    columns: &["title", "customer", "expected_close", "salesperson", "probability", "state", "expected_amount"],
    totals: &["expected_amount"],
    views: &[
        View { name: "open", filter: &[("state", "new,qualified,proposal,negotiation")] },
        View { name: "won", filter: &[("state", "won")] },
        View { name: "lost", filter: &[("state", "lost")] },
    ],
    filters: &["customer", "lead", "salesperson", "expected_close", "state"],
    // Named, so that only these see it; without a party, so that no customer does.
    seen_by: &["sales"],
    kept_by: &["sales"],
    ..Record::document("opportunity", "opportunities", "sales", "OP")
};

#[cfg(feature = "ssr")]
pub use rules::OpportunityRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::quotation::QUOTATION;
    use crate::platform::document::Document;
    use crate::platform::door::{self, Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;
    use rust_decimal::Decimal;

    pub struct OpportunityRules;

    #[async_trait]
    impl Rules for OpportunityRules {
        async fn complete(&self, tx: &mut TenantTx, opportunity: &mut Document) -> Outcome<()> {
            opportunity.fill("currency", tx.company.currency.clone());
            let usual = usual_probability(opportunity.state().unwrap_or_default());
            opportunity.fill("probability", usual);
            Ok(())
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, opportunity: &Document) -> Outcome<Effects> {
            let stage = opportunity.state().unwrap_or_default();
            match (action, stage) {
                ("advance", "new") => Ok(to_stage(opportunity, "qualified")),
                ("advance", "qualified") => Ok(to_stage(opportunity, "proposal")),
                ("advance", "proposal") => Ok(to_stage(opportunity, "negotiation")),
                ("win", _) => Ok(to_stage(opportunity, "won")),
                ("lose", _) => Ok(to_stage(opportunity, "lost")),
                // Who had said yes is talked to about terms; who had said no has to be won over again.
                ("reopen", "won") => Ok(to_stage(opportunity, "negotiation")),
                ("reopen", _) => Ok(to_stage(opportunity, "qualified")),
                ("quote", _) => {
                    let quotation = quote(opportunity, door::fresh(tx, &QUOTATION).await?)?;
                    let effects = match stage {
                        "new" | "qualified" => to_stage(opportunity, "proposal"),
                        _ => Effects::default().numbered(),
                    };
                    Ok(effects.create(quotation))
                }
                _ => Err(Error::NotFound),
            }
        }
    }

    /// How likely a deal usually is at a stage, in percent.
    fn usual_probability(stage: &str) -> Decimal {
        Decimal::from(match stage {
            "new" => 10,
            "qualified" => 25,
            "proposal" => 50,
            "negotiation" => 75,
            "won" => 100,
            _ => 0,
        })
    }

    /// Moves to a stage. The probability goes along unless somebody gave their own; the end of a deal leaves no doubt.
    fn to_stage(opportunity: &Document, stage: &'static str) -> Effects {
        let as_usual = opportunity.decimal("probability") == usual_probability(opportunity.state().unwrap_or_default());
        let effects = Effects::to(stage).numbered();
        if as_usual || matches!(stage, "won" | "lost") {
            effects.set("probability", usual_probability(stage))
        } else {
            effects
        }
    }

    /// A quotation for the customer of an opportunity, in that customer's currency. The note stays behind: it is ours.
    fn quote(opportunity: &Document, mut quotation: Document) -> Result<Document, Refusal> {
        if opportunity.link("customer").is_none() {
            return Err(Refusal::new("refuse-quote-customer").at("customer"));
        }
        for name in ["customer", "branch"] {
            quotation.set(name, opportunity.get(name).clone());
        }
        quotation.set("opportunity", opportunity.id);
        Ok(quotation)
    }
}
