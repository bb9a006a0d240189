//! A file that somebody brought: where it is kept, what was found in it, what was made of it, what can be done with it.

mod asked;
mod files;
mod mappings;
mod pages;

pub(super) use asked::Payload;
pub use asked::{Asked, ask};
pub use files::{MOST_BYTES, receive, sweep};
pub(super) use files::{begin, finish};
pub(super) use mappings::{mapping_for, ways};
pub use pages::{Counts, look, page, start};

use super::{Mapping, Plan};
use crate::platform::door::{self, Error, Outcome};
use crate::platform::jobs;
use crate::platform::tenancy::TenantTx;
use crate::record::Record;
use crate::record::import::{Example, Past};
use crate::record::page::Message;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value as Json;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// Targets and texts, or columns and their ways.
type Pairs = Vec<(String, String)>;

/// An import as its row says.
pub struct Batch {
    pub id: Uuid,
    pub record: &'static Record,
    pub state: String,
    pub(super) name: String,
    pub(super) at: String,
    pub(super) member: String,
    pub(super) storage: Option<String>,
    pub(super) job: Option<Uuid>,
    pub(super) mapping: Option<Vec<Mapping>>,
    pub(super) fixed: Pairs,
    pub(super) skip: bool,
    /// Whether rows may change records that exist.
    pub(super) changes: bool,
    pub(super) rows: Option<i64>,
    pub(super) done: i64,
    pub(super) created: i64,
    pub(super) changed: i64,
    pub(super) faults: i64,
    pub(super) skipped: i64,
    pub(super) fatal: bool,
    pub(super) examples: Vec<Example>,
    pub(super) problems: Vec<Message>,
    /// State of its last job and, while that is under way, rows gone through and all there are.
    pub(super) job_state: Option<String>,
    pub(super) progress: (i64, Option<i64>),
}

fn json<T: for<'de> Deserialize<'de>>(row: &PgRow, column: &str) -> Outcome<T> {
    let found: Option<Json> = row.try_get(column)?;
    Ok(serde_json::from_value(found.unwrap_or_default()).map_err(anyhow::Error::from)?)
}

impl Batch {
    fn read(tx: &TenantTx, row: &PgRow) -> Outcome<Batch> {
        let mapping: Option<Pairs> = json(row, "mapping")?;
        Ok(Batch {
            id: row.try_get("id")?,
            record: tx.described(door::record(row.try_get("record")?).ok_or(Error::NotFound)?),
            state: row.try_get("state")?,
            name: row.try_get("name")?,
            at: row.try_get("local_at")?,
            member: row.try_get("member_name")?,
            storage: row.try_get("storage")?,
            job: row.try_get("job")?,
            mapping: mapping.map(|all| all.iter().map(|(column, way)| Mapping::on_way(column, way)).collect()),
            fixed: json(row, "fixed")?,
            skip: row.try_get("skip")?,
            changes: row.try_get("changes")?,
            rows: row.try_get("rows")?,
            done: row.try_get("done")?,
            created: row.try_get("created")?,
            changed: row.try_get("changed")?,
            faults: row.try_get("faults")?,
            skipped: row.try_get("skipped")?,
            fatal: row.try_get("fatal")?,
            examples: json(row, "examples")?,
            problems: json(row, "problems")?,
            job_state: row.try_get("job_state")?,
            progress: (row.try_get("job_done")?, row.try_get("job_total")?),
        })
    }

    fn is_running(&self) -> bool {
        matches!(self.job_state.as_deref(), Some("waiting" | "running"))
    }

    /// Where it stands for people: of what was begun and stopped, what is left of it.
    fn shown_state(&self) -> &str {
        match (self.state.as_str(), self.job_state.as_deref()) {
            (state, Some("waiting" | "running")) => state,
            ("rehearsing", _) => "uploaded",
            ("importing", Some("failed")) => "failed",
            ("importing", _) => "cancelled",
            ("undoing", _) => "done",
            (state, _) => state,
        }
    }

    fn made(&self) -> i64 {
        self.created + self.changed
    }

    /// What somebody can do with it now.
    fn verbs(&self, tx: &TenantTx) -> Vec<String> {
        let rights = &tx.standing.rights;
        let mut verbs = Vec::new();
        if self.is_running() {
            verbs.push("cancel");
            return verbs.into_iter().map(str::to_owned).collect();
        }
        let state = self.shown_state();
        let has_file = self.storage.is_some() && rights.creates(self.record);
        let left_half = self.state == "importing" && self.made() > 0;
        if has_file && !left_half && !matches!(state, "arriving" | "done") {
            verbs.push("check");
        }
        if has_file && state == "rehearsed" && !self.fatal {
            let any_good = self.made() > 0;
            verbs.extend((any_good && self.faults == 0).then_some("import"));
            verbs.extend((any_good && self.faults > 0).then_some("skip"));
        }
        verbs.extend((has_file && left_half).then_some("continue"));
        let may_undo =
            (self.created == 0 || rights.deletes(self.record)) && (self.changed == 0 || rights.changes(self.record));
        verbs.extend((self.made() > 0 && may_undo && (state == "done" || left_half)).then_some("undo"));
        verbs.into_iter().map(str::to_owned).collect()
    }

    /// Sentences about where it stands.
    fn notices(&self) -> Vec<(String, Message)> {
        let number = |count: i64| Decimal::from(count);
        let mut notices = Vec::new();
        let mut say = |class: &str, message: Message| notices.push((class.to_owned(), message));
        let with_counts =
            |id: &str| Message::new(id).with("created", number(self.created)).with("changed", number(self.changed));
        match self.shown_state() {
            _ if self.is_running() => {}
            "rehearsed" if self.faults == 0 => {
                let rows = number(self.rows.unwrap_or_default());
                say("good", with_counts("import-good").with("rows", rows));
            }
            "rehearsed" => {
                say("bad", Message::new("import-bad").with("count", number(self.faults)));
                if !self.fatal && self.made() > 0 {
                    let skipped = number(self.skipped);
                    say("warn", with_counts("import-could-skip").with("skipped", skipped));
                }
            }
            "done" => {
                say("good", with_counts("import-done"));
                if self.skipped > 0 {
                    say("warn", Message::new("import-skipped").with("skipped", number(self.skipped)));
                }
            }
            "failed" if self.faults > 0 => say("bad", Message::new("import-failed")),
            "failed" if self.made() == 0 => say("bad", Message::new("import-broke")),
            "cancelled" if self.made() == 0 => say("warn", Message::new("import-stopped")),
            "failed" | "cancelled" => say("warn", with_counts("import-stopped-half")),
            "undone" => say("good", Message::new("import-undone")),
            _ => {}
        }
        for problem in &self.problems {
            say("bad", problem.clone());
        }
        notices
    }

    fn past(&self) -> Past {
        Past {
            id: self.id,
            at: self.at.clone(),
            member: self.member.clone(),
            name: self.name.clone(),
            state: self.shown_state().to_owned(),
        }
    }

    pub(super) fn plan(&self) -> Plan {
        let mapping = self.mapping.clone().unwrap_or_default();
        Plan { record: self.record, mapping, fixed: self.fixed.clone(), changes: self.changes }
    }
}

/// Batches that the reader may look at: one's own, and for administrators everybody's. Latest first.
pub(super) async fn find(
    tx: &mut TenantTx,
    record: Option<&'static Record>,
    id: Option<Uuid>,
    limit: i64,
) -> Outcome<Vec<Batch>> {
    let whose = (!jobs::administers(tx)).then_some(tx.standing.member);
    let rows = sqlx::query(
        "select b.*, to_char(b.at at time zone $5, 'YYYY-MM-DD HH24:MI') as local_at, m.name as member_name,
                j.state as job_state, coalesce(j.done + j.refused, 0) as job_done, j.total as job_total
           from import_batch b join member m on m.tenant_id = b.tenant_id and m.id = b.member
           left join job j on j.tenant_id = b.tenant_id and j.id = b.job
          where b.tenant_id = $1 and ($2::uuid is null or b.id = $2) and ($3::text is null or b.record = $3)
            and ($4::uuid is null or b.member = $4) and b.state <> 'arriving'
          order by b.id desc limit $6",
    )
    .bind(tx.tenant())
    .bind(id)
    .bind(record.map(|record| record.name))
    .bind(whose)
    .bind(tx.company.time_zone.clone())
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Batch::read(tx, row)).collect()
}

/// One that the reader may look at.
pub(super) async fn one(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Batch> {
    tx.plan.has("import")?;
    if !tx.standing.rights.sees(record) {
        return Err(tx.missing(id));
    }
    let found = find(tx, Some(record), Some(id), 1).await?.pop();
    found.ok_or_else(|| tx.missing(id))
}

/// Whether a file may change records of a type, as far as the reader is concerned.
fn may_change(tx: &TenantTx, record: &Record) -> bool {
    record.key().is_some() && tx.standing.rights.changes(record)
}
