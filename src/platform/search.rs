//! One search over every record: candidates from the index of all words, then the rows themselves as the reader may see them.

use super::door::{self, Outcome};
use super::sql;
use super::tenancy::TenantTx;
use crate::record::Record;
use crate::record::fold::fold;
use crate::record::search::{Hit, SHORTEST, SearchPage};
use sqlx::Row as _;
use std::collections::HashMap;
use uuid::Uuid;

/// Hits shown at once.
pub const MOST: i32 = 30;
/// With fewer hits than this, words that only resemble what was typed count, too.
const FEW: usize = 3;
/// Longest text that is looked for, in characters; what comes after is left out.
pub const LONGEST: usize = 100;

/// What the reader may see of the records that hold a text, best first.
pub async fn find(tx: &mut TenantTx, text: &str) -> Outcome<SearchPage> {
    let folded: String = fold(text).chars().take(LONGEST).collect();
    let mut page = SearchPage { text: text.to_owned(), ..SearchPage::default() };
    if folded.chars().count() < SHORTEST {
        return Ok(page);
    }
    let found = candidates(tx, &folded, false).await?;
    page.hits = seen(tx, &folded, found, false).await?;
    if page.hits.len() < FEW {
        let found = candidates(tx, &folded, true).await?;
        let resembling = seen(tx, &folded, found, true).await?;
        page.hits.extend(
            resembling.into_iter().filter(|hit| !page.hits.iter().any(|known| known.id == hit.id)).collect::<Vec<_>>(),
        );
    }
    page.hits.truncate(MOST as usize);
    Ok(page)
}

/// Rows whose words hold the text, or nearly, within the reader's reach.
async fn candidates(tx: &mut TenantTx, folded: &str, nearly: bool) -> Outcome<Vec<(&'static Record, Uuid)>> {
    let standing = tx.standing.clone();
    let records: Vec<&'static Record> =
        door::records().iter().map(|r| tx.described(r)).filter(|r| standing.rights.sees(r)).collect();
    let names: Vec<&str> = records.iter().map(|r| r.name).collect();
    // What is kept from the reader is left out of what was found, so that more has to be found.
    let whole = records.iter().all(|record| sql::searches_whole(record, &standing.rights));
    let most = if whole { MOST } else { 10 * MOST };
    let reaches: Vec<&str> = records.iter().map(|r| standing.rights.on(r).reach.name()).collect();
    let rows = sqlx::query("select record, id from search.find($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(folded)
        .bind(nearly)
        .bind(names)
        .bind(reaches)
        .bind(standing.member)
        .bind(standing.branch)
        .bind(standing.customer)
        .bind(most)
        .fetch_all(tx.conn())
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(record) = door::record(row.try_get("record")?) {
            found.push((tx.described(record), row.try_get("id")?));
        }
    }
    Ok(found)
}

/// These records as the search shows them, in the same order and within the reader's reach.
pub async fn rows(tx: &mut TenantTx, wanted: Vec<(&'static Record, Uuid)>) -> Outcome<Vec<Hit>> {
    // A blank is two empty words, which every text holds. No word at all is held by none.
    seen(tx, " ", wanted, false).await
}

/// The rows behind the candidates, in the same order. Where a searched field is kept from the reader, only what is found in
/// the others counts; what merely resembles cannot be told apart there and is left out.
async fn seen(tx: &mut TenantTx, folded: &str, found: Vec<(&'static Record, Uuid)>, nearly: bool) -> Outcome<Vec<Hit>> {
    let standing = tx.standing.clone();
    let mut by_record: Vec<(&'static Record, Vec<Uuid>)> = Vec::new();
    for (record, id) in &found {
        match by_record.iter_mut().find(|(known, _)| known.name == record.name) {
            Some((_, ids)) => ids.push(*id),
            None if nearly && !sql::searches_whole(record, &standing.rights) => {}
            None => by_record.push((record, vec![*id])),
        }
    }
    if by_record.is_empty() {
        return Ok(Vec::new());
    }
    let records: Vec<&'static Record> = by_record.iter().map(|(record, _)| *record).collect();
    let mut query = sqlx::query(sql::hits(&records, &standing.rights))
        .bind(tx.tenant())
        .bind(folded)
        .bind(standing.member)
        .bind(standing.branch)
        .bind(standing.customer);
    for (_, ids) in &by_record {
        query = query.bind(ids);
    }
    let mut hits: HashMap<Uuid, Hit> = HashMap::new();
    for row in query.fetch_all(tx.conn()).await? {
        let id: Uuid = row.try_get("id")?;
        hits.insert(
            id,
            Hit {
                record: row.try_get("record")?,
                id,
                title: row.try_get::<Option<String>, _>("title")?.unwrap_or_default(),
                hint: row.try_get("hint")?,
                state: row.try_get("state")?,
            },
        );
    }
    Ok(found.into_iter().filter_map(|(_, id)| hits.remove(&id)).collect())
}
