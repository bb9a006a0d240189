//! Where the columns of a file go.

use super::Pairs;
use crate::platform::door::Outcome;
use crate::platform::import::{Mapping, choices, labels, plain, suggest};
use crate::platform::tenancy::TenantTx;
use crate::record::Record;
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};

/// A mapping as its batch keeps it: `[[column, way]]`.
pub fn ways(mapping: &[Mapping]) -> Json {
    json!(mapping.iter().map(|one| (&one.column, one.way())).collect::<Vec<_>>())
}

/// Keeps where somebody sends columns of these names.
pub async fn remember(tx: &mut TenantTx, record: &'static Record, mapping: &[Mapping]) -> Outcome<()> {
    // The last of columns with one name counts; one statement cannot write a row twice.
    let by_name: HashMap<String, String> =
        mapping.iter().map(|one| (plain(&one.column), one.way())).filter(|(name, _)| !name.is_empty()).collect();
    let (names, ways): (Vec<String>, Vec<String>) = by_name.into_iter().unzip();
    sqlx::query(
        "insert into import_mapping (record, col, target) select $1, c, t from unnest($2::text[], $3::text[]) as u (c, t)
         on conflict (tenant_id, member, record, col) do update set target = excluded.target",
    )
    .bind(record.name)
    .bind(names)
    .bind(ways)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Where columns go unless somebody says otherwise: where the same member last sent them, else where their names point.
pub async fn mapping_for(tx: &mut TenantTx, record: &'static Record, header: &[String]) -> Outcome<Vec<Mapping>> {
    let names: Vec<String> = header.iter().map(|column| plain(column)).collect();
    let kept: Pairs = sqlx::query_as(
        "select col, target from import_mapping where tenant_id = $1 and member = $2 and record = $3 and col = any($4)",
    )
    .bind(tx.tenant())
    .bind(tx.standing.member)
    .bind(record.name)
    .bind(&names)
    .fetch_all(tx.conn())
    .await?;
    let may: HashSet<String> =
        choices(tx.cx.i18n, tx.described(record), &tx.standing.rights).into_iter().map(|(target, _)| target).collect();
    let known: Vec<_> = labels(tx.described(record)).into_iter().filter(|(target, _)| may.contains(target)).collect();
    let mut kept: HashMap<String, Mapping> = kept
        .into_iter()
        .map(|(name, way)| {
            let mapping = Mapping::on_way(&name, &way);
            (name, mapping)
        })
        .collect();
    kept.retain(|_, Mapping { target, .. }| target.is_empty() || known.iter().any(|(name, _)| name == target));
    let mut taken: HashSet<String> = kept.values().map(|mapping| mapping.target.clone()).collect();
    let free: Vec<_> = known.into_iter().filter(|(target, _)| !taken.contains(target)).collect();
    let unknown: Vec<String> =
        header.iter().zip(&names).filter(|(_, name)| !kept.contains_key(*name)).map(|(c, _)| c.clone()).collect();
    let mut suggested = suggest(&unknown, &free).into_iter();
    taken.clear();
    let way = |(column, name): (&String, &String)| {
        let (target, factor) = match kept.get(name) {
            // Of columns with one name, only the first.
            Some(Mapping { target, factor, .. }) if target.is_empty() || taken.insert(target.clone()) => {
                (target.clone(), *factor)
            }
            Some(_) => (String::new(), None),
            None => (suggested.next().map(|mapping| mapping.target).unwrap_or_default(), None),
        };
        Mapping { column: column.clone(), target, factor }
    };
    Ok(header.iter().zip(&names).map(way).collect())
}
