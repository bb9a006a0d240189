//! Queries of lists that people keep by a name. Everybody sees their own and those that were shared; a shared view shows each
//! reader what they may see, for it is nothing but a query.

use super::door::{self, Error, Outcome, Refusal};
use super::tenancy::TenantTx;
use crate::record::page::SavedView;
use crate::record::query::Query;
use crate::record::{Reach, Record};
use rust_decimal::Decimal;
use sqlx::Row as _;
use uuid::Uuid;

/// What the audit log calls them.
const VIEW: &str = "saved_view";

/// Characters in a name.
pub const NAME_LENGTH: usize = 60;
/// Views of a list that somebody keeps, and that are shown at once.
pub const MOST: i64 = 50;
/// Bytes of a query.
const QUERY_LENGTH: usize = 2000;

/// The views of a list that the reader can open: first their own, by name.
pub async fn list(tx: &mut TenantTx, record: &Record) -> Outcome<Vec<SavedView>> {
    read(tx, record, None).await
}

/// One of them. What the reader cannot open is not found.
pub async fn one(tx: &mut TenantTx, record: &Record, id: Uuid) -> Outcome<SavedView> {
    read(tx, record, Some(id)).await?.pop().ok_or(Error::NotFound)
}

async fn read(tx: &mut TenantTx, record: &Record, only: Option<Uuid>) -> Outcome<Vec<SavedView>> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let rows = sqlx::query(
        "select id, name, query, shared, (member = $3 or (shared and $5)) as removable from saved_view
          where tenant_id = $1 and record = $2 and (member = $3 or (shared and $4)) and ($6::uuid is null or id = $6)
          order by (member = $3) desc, name, id limit $7",
    )
    .bind(tenant)
    .bind(record.name)
    .bind(member)
    .bind(shares(tx, record))
    .bind(tx.standing.rights.changes_everything())
    .bind(only)
    .bind(MOST)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SavedView {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                query: row.try_get("query")?,
                shared: row.try_get("shared")?,
                removable: row.try_get("removable")?,
            })
        })
        .collect()
}

/// Whether somebody shares views with colleagues; customers keep theirs to themselves.
fn shares(tx: &TenantTx, record: &Record) -> bool {
    tx.standing.rights.on(record).reach != Reach::Party
}

/// Keeps a query under a name; one's own view of that name gives way to it. Answers with the view as it is kept, and whether it
/// is a new one.
pub async fn keep(
    tx: &mut TenantTx,
    record: &'static Record,
    name: &str,
    query: &Query,
    shared: bool,
) -> Outcome<(SavedView, bool)> {
    if !tx.standing.rights.sees(record) {
        return Err(tx.standing.rights.denial(record));
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LENGTH || name.chars().any(char::is_control) {
        return Err(Refusal::new("refuse-view-name").at("name").into());
    }
    let shared = shared && shares(tx, record);
    let address = query.from_start().address(record);
    let query = address.split_once('?').map_or("", |(_, query)| query);
    if query.len() > QUERY_LENGTH {
        return Err(Refusal::new("refuse-view-long").at("name").into());
    }
    let before: Option<(String, bool)> = sqlx::query_as(
        "select query, shared from saved_view where tenant_id = $1 and record = $2 and member = $3 and name = $4 for update",
    )
    .bind(tx.tenant())
    .bind(record.name)
    .bind(tx.standing.member)
    .bind(name)
    .fetch_optional(tx.conn())
    .await?;
    if before.is_none() {
        make_room(tx, record).await?;
    }
    let id: Uuid = sqlx::query_scalar(
        "insert into saved_view (id, record, name, query, shared) values ($1, $2, $3, $4, $5)
           on conflict (tenant_id, record, member, name) do update set query = excluded.query, shared = excluded.shared returning id",
    )
    .bind(Uuid::now_v7())
    .bind(record.name)
    .bind(name)
    .bind(query)
    .bind(shared)
    .fetch_one(tx.conn())
    .await?;
    let is_new = before.is_none();
    let action = if is_new { "create" } else { "change" };
    let old_name = before.as_ref().map(|_| name);
    let (old_query, was_shared) = before.map(|(query, shared)| (query, shared.to_string())).unzip();
    let changes = serde_json::json!({
        "name": [old_name, name], "query": [old_query, query], "shared": [was_shared, shared.to_string()],
    });
    door::note(tx, VIEW, id, action, changes).await?;
    Ok((SavedView { id, name: name.to_owned(), query: query.to_owned(), shared, removable: true }, is_new))
}

/// Refuses more views of a list than somebody keeps.
async fn make_room(tx: &mut TenantTx, record: &Record) -> Outcome<()> {
    let count =
        sqlx::query_scalar("select count(*) from saved_view where tenant_id = $1 and record = $2 and member = $3");
    let count = count.bind(tx.tenant()).bind(record.name).bind(tx.standing.member);
    let kept: i64 = count.fetch_one(tx.conn()).await?;
    if kept < MOST {
        Ok(())
    } else {
        Err(Refusal::new("refuse-view-many").with("most", Decimal::from(MOST)).at("name").into())
    }
}

/// Forgets one's own view of a list. Whoever runs the company forgets those that others share, too: who made one may have left.
pub async fn forget(tx: &mut TenantTx, record: &Record, id: Uuid) -> Outcome<()> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let gone: Option<(String, String, bool)> = sqlx::query_as(
        "delete from saved_view where tenant_id = $1 and id = $2 and record = $5 and (member = $3 or (shared and $4))
         returning name, query, shared",
    )
    .bind(tenant)
    .bind(id)
    .bind(member)
    .bind(tx.standing.rights.changes_everything())
    .bind(record.name)
    .fetch_optional(tx.conn())
    .await?;
    let Some((name, query, shared)) = gone else { return Err(tx.missing(id)) };
    let changes =
        serde_json::json!({"name": [name, null], "query": [query, null], "shared": [shared.to_string(), null]});
    door::note(tx, VIEW, id, "delete", changes).await
}
