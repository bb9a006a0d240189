//! Slow statements with their plans. sqlx writes each statement that took a second or longer into the log; here its plan
//! follows, once an hour.
//!
//! Postgres's own `auto_explain` would write the values of a company beside the plan. Here Postgres is asked how it does the
//! statement whatever the values are, so that none can appear.

use super::tenancy::Db;
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Where sqlx tells of statements; as a warning of those that were slow.
const TOLD_BY: &str = "sqlx::query";

/// Statements that wait for their plan at most. To plan more of them would only add to what made them slow.
const WAITING: usize = 16;

/// How long a plan is remembered, and not asked for again.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// Listens for slow statements: a layer for the log, and what it hears.
pub fn listen<S: Subscriber + for<'a> LookupSpan<'a>>() -> (impl Layer<S>, Heard) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Ear(sender).with_filter(Targets::new().with_target(TOLD_BY, Level::WARN)), Heard(receiver))
}

struct Ear(mpsc::Sender<String>);

impl<S: Subscriber> Layer<S> for Ear {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        if let Some(statement) = statement.text().filter(|text| has_plan(text)) {
            // A plan that finds no place is not missed: the statement itself is in the log.
            let _ = self.0.try_send(statement);
        }
    }
}

/// A statement as sqlx tells it: whole in its summary, or only the beginning there.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Statement {
    fn text(self) -> Option<String> {
        let text = if self.whole.is_empty() { self.summary } else { self.whole.trim().to_owned() };
        Some(text).filter(|text| !text.is_empty())
    }
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Whether a statement is of those that Postgres plans. To begin and to commit is only done.
fn has_plan(statement: &str) -> bool {
    let verb = statement.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    ["select", "with", "insert", "update", "delete", "merge"].contains(&verb.as_str())
}

/// The statements that were heard of.
pub struct Heard(mpsc::Receiver<String>);

impl Heard {
    /// Writes the plan of each into the log, for as long as there is a log and this is not aborted.
    pub fn explain(mut self, db: &Db) -> tokio::task::JoinHandle<()> {
        let db = db.clone();
        tokio::spawn(async move {
            let mut known: HashMap<String, Instant> = HashMap::new();
            while let Some(statement) = self.0.recv().await {
                known.retain(|_, told| told.elapsed() < REMEMBERED);
                if known.insert(statement.clone(), Instant::now()).is_some() {
                    continue;
                }
                match db.plan_of(&statement).await {
                    Ok(plan) => {
                        tracing::warn!("a slow statement and its plan, whatever its values\n\n{statement}\n\n{plan}\n")
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a slow statement whose plan Postgres does not tell\n\n{statement}\n")
                    }
                }
            }
        })
    }
}
