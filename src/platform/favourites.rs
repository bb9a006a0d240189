//! Lists and records that members keep at hand, by their addresses. What those are called, and whether the reader may still see
//! them, is asked anew each time: a row says nothing of what it leads to.

use super::door::{self, Error, Outcome};
use super::notifications::COUNTED;
use super::search;
use super::tenancy::TenantTx;
use crate::record::query::{Filter, Query, groupable};
use crate::record::search::{Hit, SearchPage};
use crate::record::{Kind, Record};
use uuid::Uuid;

/// Favourites of a member; beyond it the oldest give way.
pub const MOST: i64 = 50;

/// Bytes of an address.
const LONGEST: usize = 500;

/// Records that were opened last and are shown.
const RECENT: usize = 10;

/// What an address leads to.
#[derive(Clone, Copy)]
enum Place {
    List(&'static Record),
    Row(&'static Record, Uuid),
}

fn place(path: &str) -> Option<Place> {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let first = parts.next()?;
    let record = door::records().iter().copied().find(|record| record.path == first)?;
    match (parts.next(), parts.next()) {
        (None, _) => Some(Place::List(record)),
        (Some(id), None) if !record.single => Some(Place::Row(record, id.parse().ok()?)),
        _ => None,
    }
}

/// The address by which a page is kept; `None` for what is neither a list nor a record. It holds nothing that somebody wrote, so
/// that nobody has to look here when a person is to be forgotten: a search is kept as a view.
pub fn address(path: &str, pairs: Vec<(String, String)>) -> Option<String> {
    let address = match place(path)? {
        Place::Row(record, id) => format!("/{}/{id}", record.path),
        Place::List(record) if record.single => format!("/{}", record.path),
        Place::List(record) => {
            let mut query = Query { search: None, ..Query::read(record, pairs).from_start() };
            query.filters.retain(|filter| is_chosen(record, filter));
            query.address(record)
        }
    };
    (address.len() <= LONGEST).then_some(address)
}

/// Whether the value of a filter was chosen and not written.
fn is_chosen(record: &Record, filter: &Filter) -> bool {
    let field = record.field(filter.field.trim_end_matches(['<', '>']));
    field.is_some_and(|field| match field.kind {
        Kind::Link(_) => filter.text.parse::<Uuid>().is_ok(),
        kind => groupable(kind),
    })
}

/// The type of records that a kept address leads to, and the id where it leads to one of them. Where the reader sees no such
/// records it leads nowhere for them.
pub fn leads_to(tx: &TenantTx, address: &str) -> Outcome<(&'static Record, Option<Uuid>)> {
    let path = address.split_once('?').map_or(address, |(path, _)| path);
    let (record, id) = match place(path).ok_or(Error::NotFound)? {
        Place::List(record) => (record, None),
        Place::Row(record, id) => (record, Some(id)),
    };
    let rights = tx.rights();
    match id {
        _ if rights.sees(record) => Ok((record, id)),
        Some(_) => Err(Error::NotFound),
        None => Err(rights.denial(record)),
    }
}

/// Keeps an address, or no longer.
pub async fn turn(tx: &mut TenantTx, address: &str) -> Outcome<()> {
    if forget(tx, address).await? { Ok(()) } else { keep(tx, address).await }
}

/// Keeps an address. One that is kept already stays where it is among the others.
pub async fn keep(tx: &mut TenantTx, address: &str) -> Outcome<()> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    sqlx::query("insert into favourite (member, address) values ($1, $2) on conflict do nothing")
        .bind(member)
        .bind(address)
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "delete from favourite where tenant_id = $1 and member = $2 and address in
           (select address from favourite where tenant_id = $1 and member = $2 order by at desc, address offset $3)",
    )
    .bind(tenant)
    .bind(member)
    .bind(MOST)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps an address no longer. Answers whether it was kept.
pub async fn forget(tx: &mut TenantTx, address: &str) -> Outcome<bool> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let gone = sqlx::query("delete from favourite where tenant_id = $1 and member = $2 and address = $3")
        .bind(tenant)
        .bind(member)
        .bind(address)
        .execute(tx.conn())
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// How many notifications the reader has not read, no further than [`COUNTED`], and whether they keep this address: one
/// statement, for every page asks both.
pub async fn at_a_glance(tx: &mut TenantTx, address: Option<&str>) -> Outcome<(i64, Option<bool>)> {
    let (tenant, member) = (tx.tenant(), tx.standing.member);
    let (unread, kept): (i64, bool) = sqlx::query_as(
        "select (select count(*) from (select from notification
                  where tenant_id = $1 and member = $2 and read_at is null limit $3) u),
                exists (select from favourite where tenant_id = $1 and member = $2 and address = $4::text)",
    )
    .bind(tenant)
    .bind(member)
    .bind(COUNTED)
    .bind(address)
    .fetch_one(tx.conn())
    .await?;
    Ok((unread, address.map(|_| kept)))
}

/// What the palette begins with: favourites, the latest first, then the records that the reader opened last, of which the browser
/// remembers the addresses. Of both only what the reader may see now.
pub async fn at_hand(tx: &mut TenantTx, recent: &str) -> Outcome<SearchPage> {
    let (tenant, member, standing) = (tx.tenant(), tx.standing.member, tx.standing.clone());
    let kept: Vec<String> = sqlx::query_scalar(
        "select address from favourite where tenant_id = $1 and member = $2 order by at desc, address",
    )
    .bind(tenant)
    .bind(member)
    .fetch_all(tx.conn())
    .await?;
    let recent = recent.split(' ').filter(|address| !kept.iter().any(|known| known == address)).take(RECENT);
    let mut places: Vec<(&str, Place)> = Vec::new();
    for address in kept.iter().map(String::as_str).chain(recent) {
        let path = address.split_once('?').map_or(address, |(path, _)| path);
        if let Some(place @ (Place::List(record) | Place::Row(record, _))) = place(path)
            && standing.rights.sees(record)
        {
            places.push((address, place));
        }
    }
    let wanted = places.iter().filter_map(|(_, place)| match place {
        Place::Row(record, id) => Some((tx.described(record), *id)),
        Place::List(_) => None,
    });
    let wanted: Vec<(&'static Record, Uuid)> = wanted.collect();
    let mut rows = search::rows(tx, wanted).await?;
    let mut hits = Vec::new();
    for (address, place) in places {
        match place {
            Place::List(record) => hits.push(list(tx, record, address)),
            Place::Row(_, id) => {
                if let Some(at) = rows.iter().position(|hit| hit.id == id) {
                    hits.push(rows.swap_remove(at));
                }
            }
        }
    }
    Ok(SearchPage { text: String::new(), hits })
}

/// A list by the name of its records and of its view.
fn list(tx: &TenantTx, record: &'static Record, address: &str) -> Hit {
    let i18n = tx.cx.i18n;
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let query = Query::read(record, form_urlencoded::parse(query.as_bytes()).into_owned());
    let name = if record.single { i18n.record(record) } else { i18n.records(record) };
    let view = query.view.filter(|view| record.views.iter().any(|known| known.name == view));
    let title = view.map_or(name.clone(), |view| format!("{name} · {}", i18n.view(record, &view)));
    Hit { record: String::new(), id: Uuid::nil(), title, hint: Some(address.to_owned()), state: None }
}
