//! What people and programs ask for in vain: by the id of something of another company, of something beyond their reach, of
//! nothing at all. All of these are answered alike, and the answer says nothing; here it is kept that it was asked.
//!
//! An entry for each request would let whoever guesses ids fill the disk, and would tell them by its time that there was
//! something to write. So every node counts in memory, by member, and adds to one row an hour of each member once a minute. Who is at
//! it so often that it is no slip stands in the log, once an hour. With `DIWAN_LOG=diwan::platform::missed=debug` the log has the ids.

use super::error::{Error, Outcome};
use super::tenancy::{Db, TenantTx};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Times within an hour that are no slip.
pub const OFTEN: i64 = 50;

/// How often it is written down.
const COUNT: Duration = Duration::from_secs(60);

/// Days that are looked back on, and members that a page tells of.
const BACK: i32 = 30;
const SHOWN: i64 = 50;

/// Times that this node has not written down yet, by company and member.
#[derive(Clone, Default)]
pub struct Missed(Arc<Mutex<HashMap<(Uuid, Uuid), i64>>>);

impl Missed {
    fn counted(&self) -> MutexGuard<'_, HashMap<(Uuid, Uuid), i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TenantTx {
    /// What whoever asks for this id is told where there is nothing for them, whatever the reason. It counts whether or not the
    /// transaction commits.
    pub fn missing(&self, id: Uuid) -> Error {
        let (tenant, member) = (self.tenant(), self.standing.member);
        tracing::debug!(request = %self.cx.request, %tenant, %member, %id, "asked for what is not there");
        // The installation itself, which asks on nobody's behalf, is no member.
        if !member.is_nil() {
            *self.missed.counted().entry((tenant, member)).or_default() += 1;
        }
        Error::NotFound
    }
}

/// A member who asked in vain too often to have slipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conspicuous {
    pub tenant: Uuid,
    pub member: Uuid,
    /// Times in this hour.
    pub asked: i64,
}

/// Whether so many times more have made it too often, when together it is so many.
pub fn becomes_conspicuous(more: i64, together: i64) -> bool {
    together >= OFTEN && together - more < OFTEN
}

/// Writes down what was counted; what cannot be written is counted further. Answers with who has become conspicuous by it.
pub async fn write_down(db: &Db) -> Outcome<Vec<Conspicuous>> {
    let taken = std::mem::take(&mut *db.missed().counted());
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    match add(db, &taken).await {
        Ok(written) => Ok(written
            .into_iter()
            .filter(|&(tenant, member, asked)| {
                let more = taken.get(&(tenant, member)).copied().unwrap_or_default();
                becomes_conspicuous(more, asked)
            })
            .map(|(tenant, member, asked)| Conspicuous { tenant, member, asked })
            .collect()),
        Err(error) => {
            let mut counted = db.missed().counted();
            for (whose, asked) in taken {
                *counted.entry(whose).or_default() += asked;
            }
            Err(error)
        }
    }
}

/// Company, member, and times in this hour with those that come in now.
async fn add(db: &Db, taken: &HashMap<(Uuid, Uuid), i64>) -> Outcome<Vec<(Uuid, Uuid, i64)>> {
    let (companies, members): (Vec<Uuid>, Vec<Uuid>) = taken.keys().copied().unzip();
    let times: Vec<i64> = taken.values().copied().collect();
    let written = sqlx::query_as("select company, member, together from ops.count_missed($1, $2, $3)");
    Ok(written.bind(companies).bind(members).bind(times).fetch_all(db.people()).await?)
}

/// The same, and the log names who has become conspicuous.
pub async fn tell(db: &Db) {
    match write_down(db).await {
        Ok(found) => {
            for Conspicuous { tenant, member, asked } in found {
                tracing::warn!(%tenant, %member, asked, "a member keeps asking for what is not there");
            }
        }
        Err(error) => tracing::warn!(%error, "what was asked in vain is not written down"),
    }
}

/// Does so every minute, as long as the process lives.
pub fn keep_count(db: &Db) -> JoinHandle<()> {
    let db = db.clone();
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(COUNT);
        loop {
            turns.tick().await;
            tell(&db).await;
        }
    })
}

/// How often a member asked in vain of late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    pub name: String,
    pub asked: i64,
    /// Local time of the company, `YYYY-MM-DD HH:MM`, to the hour.
    pub latest: String,
}

/// Members of the company who asked in vain, most often first. The caller has asked whether the reader runs it.
pub(super) async fn askers(tx: &mut TenantTx) -> Outcome<Vec<Asker>> {
    let (tenant, zone) = (tx.tenant(), tx.company.time_zone.clone());
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "select coalesce(m.name, '—'), a.asked, to_char(a.latest at time zone $2, 'YYYY-MM-DD HH24:MI')
           from ops.missed_here($3) a left join member m on m.tenant_id = $1 and m.id = a.member
          order by a.asked desc, a.member limit $4",
    )
    .bind(tenant)
    .bind(zone)
    .bind(BACK)
    .bind(SHOWN)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(name, asked, latest)| Asker { name, asked, latest }).collect())
}
