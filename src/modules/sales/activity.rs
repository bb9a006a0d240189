//! Activities: calls, visits and tasks with which a lead, an opportunity or a customer is followed up.

use crate::record::{Action, Field, Kind, Record, Start, State, Tone, View};

pub static ACTIVITY: Record = Record {
    icon: "calendar",
    title: "subject",
    subtitle: None,
    fields: &[
        Field::new("subject", Kind::Text(200)).required().searched().wide().about(&["customer", "lead"]),
        Field::new("kind", Kind::Choice(&["call", "visit", "meeting", "email", "task"]))
            .required()
            .start(Start::Text("call")),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("salesperson", Kind::Link("member")).start(Start::Member),
        Field::new("customer", Kind::Link("customer")),
        Field::new("lead", Kind::Link("lead")),
        Field::new("opportunity", Kind::Link("opportunity")),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("note", Kind::Note).wide().about(&["customer", "lead"]),
        Field::new("state", Kind::State).computed(),
    ],
    states: &[
        State::new("planned", Tone::Active).editable(),
        State::new("done", Tone::Done),
        State::new("dropped", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("finish", "check", &["planned"]).primary(),
        Action::new("drop", "ban", &["planned"]),
        Action::new("reopen", "rotate-ccw", &["done", "dropped"]),
    ],
    columns: &["subject", "kind", "date", "salesperson", "customer", "opportunity", "state"],
    sort: "date",
    views: &[
        View { name: "planned", filter: &[("state", "planned")] },
        View { name: "done", filter: &[("state", "done")] },
    ],
    filters: &["kind", "date", "salesperson", "customer", "lead", "opportunity", "state"],
    seen_by: &["sales"],
    kept_by: &["sales"],
    ..Record::master("activity", "activities", "sales")
};

#[cfg(feature = "ssr")]
pub use rules::ActivityRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Effects, Error, Outcome, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;

    pub struct ActivityRules;

    #[async_trait]
    impl Rules for ActivityRules {
        async fn act(&self, _: &mut TenantTx, action: &'static str, _: &Document) -> Outcome<Effects> {
            match action {
                "finish" => Ok(Effects::to("done")),
                "drop" => Ok(Effects::to("dropped")),
                "reopen" => Ok(Effects::to("planned")),
                _ => Err(Error::NotFound),
            }
        }
    }
}
