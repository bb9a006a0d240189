//! Deleting a company: its rows in one transaction, then its files. Whoever is cut off in the middle begins again.

use super::take_time;
use crate::platform::auth;
use crate::platform::door::Outcome;
use crate::platform::files::Store;
use crate::platform::files::store::FOLDERS;
use crate::platform::tenancy::Db;
use uuid::Uuid;

/// How often the rows are tried to be deleted while people still work in the company.
const TRIES: u32 = 5;

/// What a deletion did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub company: Uuid,
    /// Each table that can hold anything of a company: rows that went, rows that are left.
    pub tables: Vec<(String, i64, i64)>,
    /// Files, thumbnails and what waited to be taken.
    pub files: u64,
}

impl Proof {
    /// Whether nothing is left.
    pub fn holds(&self) -> bool {
        self.tables.iter().all(|(_, _, left)| *left == 0)
    }
}

/// Deletes the company, for whoever says its name exactly, in either language. It asks nobody's rights. One that was deleted
/// already loses what came late or could not be removed then.
///
/// Accounts stay: they are people's, not companies'. So do backups that were made before.
pub async fn delete(db: &Db, store: &Store, company: Uuid, confirmed: &str) -> Outcome<Proof> {
    let mut tries = 0;
    let tables = loop {
        tries += 1;
        match delete_rows(db, company, confirmed).await {
            // Somebody was just writing there.
            Err(error) if error.is_busy() && tries < TRIES => {}
            deleted => break deleted?,
        }
    };
    let files = remove_files(store, company).await?;
    Ok(Proof { company, tables, files })
}

async fn delete_rows(db: &Db, company: Uuid, confirmed: &str) -> Outcome<Vec<(String, i64, i64)>> {
    let mut tx = db.admit(&auth::operator(company), Uuid::nil()).await?;
    take_time(&mut tx).await?;
    let tables = sqlx::query_as("select place, removed, remaining from auth.delete_company($1)")
        .bind(confirmed)
        .fetch_all(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(tables)
}

/// Removes all objects of a company. Answers with how many there were.
pub(super) async fn remove_files(store: &Store, company: Uuid) -> Outcome<u64> {
    let mut removed = 0;
    for folder in FOLDERS {
        removed += store.clear(&format!("{folder}/{company}")).await?;
    }
    Ok(removed)
}
