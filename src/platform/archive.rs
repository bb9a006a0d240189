//! A whole company as an archive: it leaves, it is loaded as another company, it is deleted.
//!
//! An archive is a zip file:
//!
//! - `data/<table>.jsonl`: one JSON object for each row, as Postgres writes it, in the order of the primary key; without the
//!   tenant, which the reader gives.
//! - `files/<id>`: the bytes of each file on a record, and `files/<id>.thumbnail` where it has one.
//! - `manifest.json`: the [`Manifest`], with the SHA-256 of all of these.
//!
//! Its digest is the same for a company and for its clone. For that, what stands for an installation rather than for the
//! company is left behind ([`LEFT`]) or written in one way ([`OWN`]), and where the company's own id stands in a row, such as
//! in the history of its details, [`ITSELF`] does.

pub mod delete;
pub mod job;
pub mod load;
mod read;
pub mod write;

use super::door::{Error, Outcome};
pub use super::pack::MANIFEST;
use super::pack::Sum;
use super::sql;
use super::tenancy::TenantTx;
use crate::record::Names;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use uuid::Uuid;

/// The version of the format; a reader knows no other.
pub const FORMAT: u32 = 1;

/// What an archive says in the place of the company's own id.
pub const ITSELF: &str = "d1a40000-c0a1-4000-8000-00000000c0de";

/// Entries of an archive.
const MOST_ENTRIES: usize = 400_000;

/// Tables that stay behind, and why. Every other table of a company is in its archive.
pub const LEFT: &[(&str, &str)] = &[
    ("audit_seal", "the chain of hashes begins with the company's id: the log comes along and is sealed anew"),
    ("audit_head", "the chain of hashes begins with the company's id: the log comes along and is sealed anew"),
    ("audit_erasure", "what the chain allows to be missing from entries: the log is sealed anew as it is"),
    (
        "outbox",
        "events on their way to the programs of this installation; a clone tells nobody of what happened to another",
    ),
    ("job", "work that was asked for here; what came of it is in the records"),
    ("job_row", "what came of each row of such work; it goes with its job"),
    ("notification", "what the bell told of comments and jobs; the comments come along"),
    ("upload", "files whose bytes are still coming"),
    ("import_batch", "a file that somebody brought, its job and how far it is; what was made of it is in the records"),
    ("import_fault", "what was wrong in such a file"),
    ("import_skipped", "what was left out of such a file"),
    ("import_row", "what such a file can be undone by; a clone does not have the file"),
    ("api_answer", "what a program was told in the last day, so that it may ask twice"),
    ("webhook_delivery", "messages on their way from this installation"),
    ("webhook_attempt", "what came of sending them"),
];

/// A column that means something in this installation alone.
pub struct Own {
    /// `table.column`
    pub column: &'static str,
    /// SQL of what an archive says in its place, of the row `t`; without any, the column is left out.
    pub instead: Option<&'static str>,
    pub reason: &'static str,
}

/// Columns that are written in one way, whatever they hold. Transaction numbers are left out wherever they are.
pub const OWN: &[Own] = &[
    Own {
        column: "company.custom_version",
        instead: None,
        reason: "counts changes for what this server keeps in memory",
    },
    Own {
        column: "member.user_id",
        instead: None,
        reason: "accounts are of the installation; a clone finds them by address",
    },
    Own {
        column: "member.state",
        instead: Some("case t.state when 'active' then 'invited' else t.state end"),
        reason: "who may enter is decided where the archive is loaded",
    },
    Own { column: "webhook.state", instead: Some("'paused'"), reason: "a clone sends nothing before somebody says so" },
    Own {
        column: "api_token.state",
        instead: Some("'revoked'"),
        reason: "programs of the original are not those of a clone",
    },
    Own { column: "attachment.storage", instead: None, reason: "where the bytes are follows from company and file" },
];

/// Rows that are in an archive, where not all are, of the row `t`.
const ONLY: &[(&str, &str)] = &[("attachment", "t.state = 'whole'")];

/// What is filled in for columns that are left out and may not be empty, of the row `r`.
const MADE: &[(&str, &str, &str)] = &[("attachment", "storage", "'files/' || tid() || '/' || r.\"id\"")];

/// A table of an archive, as the catalogue of the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// Columns that are written, in their order.
    pub columns: Vec<String>,
    /// What its rows are ordered by, as SQL of the row `t`.
    order: Vec<String>,
    /// Tables that its rows lean on.
    pub leans: Vec<String>,
}

impl Table {
    fn only(&self) -> Option<&'static str> {
        ONLY.iter().find(|(table, _)| *table == self.name).map(|(_, only)| *only)
    }

    /// Columns that have to be filled in when it is loaded.
    fn made(&self) -> Vec<(&'static str, &'static str)> {
        MADE.iter().filter(|(table, ..)| *table == self.name).map(|(_, column, sql)| (*column, *sql)).collect()
    }
}

/// The rule for a column of its own.
fn own(table: &str, column: &str) -> Option<&'static Own> {
    OWN.iter().find(|own| own.column.split_once('.') == Some((table, column)))
}

/// Refuses whoever may not take the company's data away as a whole.
pub fn check(tx: &TenantTx) -> Outcome<()> {
    if tx.standing.rights.takes_everything() { Ok(()) } else { Err(Error::Denied) }
}

/// All tables of an archive, those that others lean on before them.
pub async fn tables(tx: &mut TenantTx) -> Outcome<Vec<Table>> {
    let rows = sqlx::query(
        "select c.relname::text as name,
                array(select a.attname::text from pg_attribute a
                       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                         and a.attname <> 'tenant_id' and a.atttypid <> 'xid8'::regtype order by a.attnum) as columns,
                array(select 't.' || quote_ident(a.attname) || case when a.attcollation <> 0 then ' collate \"C\"' else '' end
                        from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality k (num, nth)
                        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
                       where i.indrelid = c.oid and i.indisprimary and a.attname <> 'tenant_id' order by k.nth) as ordered,
                array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
                       where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as leans
           from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)",
    )
    .fetch_all(tx.conn())
    .await?;
    let mut tables = Vec::new();
    for row in rows {
        let name: String = row.try_get("name")?;
        if LEFT.iter().any(|(left, _)| *left == name) {
            continue;
        }
        let mut columns: Vec<String> = row.try_get("columns")?;
        columns.retain(|column| own(&name, column).is_none_or(|own| own.instead.is_some()));
        tables.push(Table { columns, order: row.try_get("ordered")?, leans: row.try_get("leans")?, name });
    }
    in_order(tables)
}

/// Tables that others lean on come before them; the company itself before all, as triggers of others write to it.
fn in_order(mut tables: Vec<Table>) -> Outcome<Vec<Table>> {
    tables.sort_by_key(|table| (table.name != "company", table.name.clone()));
    let mut ordered = Vec::new();
    while !tables.is_empty() {
        let waits = |table: &Table| tables.iter().any(|other| table.leans.contains(&other.name));
        let Some(next) = tables.iter().position(|table| !waits(table)) else {
            let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
            return Err(Error::Other(anyhow::anyhow!("tables lean on each other: {names:?}")));
        };
        ordered.push(tables.remove(next));
    }
    Ok(ordered)
}

// ------------------------------------------------------------------ the manifest

/// What is in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The latest change of the schema that the tables have.
    pub schema: i64,
    pub company: Origin,
    /// When it was made, UTC.
    pub made: String,
    /// One hash of everything: see [`digest`].
    pub digest: String,
    /// Members who could enter. The loader lets those in of whom it has an account.
    pub entrants: Vec<Uuid>,
    pub tables: Vec<TableSum>,
    pub files: Vec<FileSum>,
}

/// The company that an archive was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub id: Uuid,
    pub name: Names,
    pub country: String,
}

/// A table in the list of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

impl TableSum {
    pub fn path(&self) -> String {
        format!("data/{}.jsonl", self.name)
    }
}

/// A file in the list of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSum {
    /// The id of the file, with `.thumbnail` for the small picture of it.
    pub id: String,
    pub bytes: u64,
    pub sha256: String,
}

impl FileSum {
    pub fn path(&self) -> String {
        format!("files/{}", self.id)
    }
}

/// The SHA-256 over what tables and files hold, each as `path bytes sha256` on a line of its own, sorted. It says nothing of
/// which company it is, when the archive was made, or who may enter: a clone has the same.
pub fn digest(tables: &[TableSum], files: &[FileSum]) -> String {
    let tables = tables.iter().map(|table| format!("{} {} {}\n", table.path(), table.bytes, table.sha256));
    let files = files.iter().map(|file| format!("{} {} {}\n", file.path(), file.bytes, file.sha256));
    let mut lines: Vec<String> = tables.chain(files).collect();
    lines.sort_unstable();
    hex::encode(Sha256::digest(lines.concat()))
}

impl Sum {
    fn of_table(self, name: String, columns: Vec<String>) -> TableSum {
        TableSum { name, columns, rows: self.rows, bytes: self.bytes, sha256: self.sha256() }
    }

    fn of_file(self, id: String) -> FileSum {
        FileSum { id, bytes: self.bytes, sha256: self.sha256() }
    }
}

// ------------------------------------------------------------------ rows

/// The rows of a table as they stand in an archive, page by page.
struct Rows {
    tenant: String,
}

impl Rows {
    /// Begins to read a table. One at a time.
    async fn open(tx: &mut TenantTx, table: &Table) -> Outcome<Rows> {
        let instead = |column: &str| own(&table.name, column).and_then(|own| own.instead);
        let columns: Vec<(&str, Option<&'static str>)> =
            table.columns.iter().map(|column| (column.as_str(), instead(column))).collect();
        let cursor = sql::archive_cursor(&table.name, &columns, table.only(), &table.order);
        sqlx::query(cursor).persistent(false).execute(tx.conn()).await?;
        Ok(Rows { tenant: tx.tenant().to_string() })
    }

    /// The next rows; none at the end, which closes the table.
    async fn next(&self, tx: &mut TenantTx) -> Outcome<Vec<String>> {
        let rows: Vec<String> =
            sqlx::query_scalar("fetch 500 from archive").persistent(false).fetch_all(tx.conn()).await?;
        if rows.is_empty() {
            sqlx::query("close archive").persistent(false).execute(tx.conn()).await?;
        }
        Ok(rows.into_iter().map(|row| put_in_place(row, &self.tenant, ITSELF)).collect())
    }
}

/// A row in which one id stands in the place of another.
fn put_in_place(row: String, of: &str, id: &str) -> String {
    if row.contains(of) { row.replace(of, id) } else { row }
}

/// Lifts the limits on time from the rest of a transaction: a company may have many rows.
async fn take_time(tx: &mut TenantTx) -> Outcome<()> {
    sqlx::query(
        "select set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)",
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
