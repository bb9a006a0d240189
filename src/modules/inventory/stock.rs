//! The stock ledger: what is where, and the moves that made it so.

use super::valuation::Level;
use crate::platform::document::Document;
use crate::platform::door::{Outcome, Posting, Refusal};
use crate::platform::tenancy::TenantTx;
use crate::record::Minor;
use async_trait::async_trait;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// An item at a warehouse.
pub type Place = (Uuid, Uuid);

/// One movement; quantity and value are negative when stock leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    pub place: Place,
    pub quantity: Decimal,
    pub value: Minor,
    pub line: Uuid,
}

/// The levels of these places, locked in one order so that two documents never wait for each other.
pub async fn levels(tx: &mut TenantTx, places: &[Place]) -> Outcome<HashMap<Place, Level>> {
    let rows: Vec<(Uuid, Uuid, Decimal, Minor)> = sqlx::query_as(
        "select s.item, s.warehouse, s.on_hand, s.value
           from stock_level s join unnest($2::uuid[], $3::uuid[]) as u (item, warehouse) on s.item = u.item and s.warehouse = u.warehouse
          where s.tenant_id = $1 order by s.item, s.warehouse for update of s",
    )
    .bind(tx.tenant())
    .bind(places.iter().map(|p| p.0).collect::<Vec<_>>())
    .bind(places.iter().map(|p| p.1).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(item, place, on_hand, value)| ((item, place), Level { on_hand, value })).collect())
}

/// Which of these items are kept in stock.
pub async fn stocked(tx: &mut TenantTx, items: &[Uuid]) -> Outcome<Vec<Uuid>> {
    Ok(sqlx::query_scalar("select id from item where tenant_id = $1 and id = any($2) and kind = 'stock'")
        .bind(tx.tenant())
        .bind(items)
        .fetch_all(tx.conn())
        .await?)
}

/// Moves to write, all of one date.
#[derive(Clone, Debug, PartialEq)]
pub struct Moves {
    pub date: Date,
    pub moves: Vec<Move>,
}

#[async_trait]
impl Posting for Moves {
    async fn apply(&self, tx: &mut TenantTx, source: &Document) -> Outcome<()> {
        if self.moves.is_empty() {
            return Ok(());
        }
        let mut sums: BTreeMap<Place, (Decimal, Minor)> = BTreeMap::new();
        for one in &self.moves {
            let sum = sums.entry(one.place).or_default();
            sum.0 += one.quantity;
            sum.1 += one.value;
        }
        // What leaves is taken by a guarded update, what comes is added; the table's checks stand behind both.
        let (out, into): (Vec<_>, Vec<_>) =
            sums.into_iter().partition(|(_, (quantity, value))| *quantity < Decimal::ZERO || *value < 0);
        if !out.is_empty() {
            let (items, places, quantities, values) = columns(&out);
            let done = sqlx::query(
                "update stock_level s set on_hand = s.on_hand + u.quantity, value = s.value + u.value
                   from unnest($2::uuid[], $3::uuid[], $4::numeric[], $5::bigint[]) as u (item, warehouse, quantity, value)
                  where s.tenant_id = $1 and s.item = u.item and s.warehouse = u.warehouse and s.on_hand + u.quantity >= 0",
            )
            .bind(tx.tenant())
            .bind(items)
            .bind(places)
            .bind(quantities)
            .bind(values)
            .execute(tx.conn())
            .await?;
            if done.rows_affected() != out.len() as u64 {
                return Err(Refusal::new("refuse-stock-short").into());
            }
        }
        if !into.is_empty() {
            let (items, places, quantities, values) = columns(&into);
            sqlx::query(
                "insert into stock_level as s (item, warehouse, on_hand, value)
                 select * from unnest($1::uuid[], $2::uuid[], $3::numeric[], $4::bigint[])
                 on conflict (tenant_id, item, warehouse) do update set on_hand = s.on_hand + excluded.on_hand, value = s.value + excluded.value",
            )
            .bind(items)
            .bind(places)
            .bind(quantities)
            .bind(values)
            .execute(tx.conn())
            .await?;
        }
        sqlx::query(
            "insert into stock_move (id, date, item, warehouse, quantity, value, source_record, source, source_line)
             select u.id, $1::date, u.item, u.warehouse, u.quantity, u.value, $2, $3, u.line
               from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::numeric[], $8::bigint[], $9::uuid[])
                 as u (id, item, warehouse, quantity, value, line)",
        )
        .bind(self.date.to_string())
        .bind(source.record.name)
        .bind(source.id)
        .bind(self.moves.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind(self.moves.iter().map(|m| m.place.0).collect::<Vec<_>>())
        .bind(self.moves.iter().map(|m| m.place.1).collect::<Vec<_>>())
        .bind(self.moves.iter().map(|m| m.quantity).collect::<Vec<_>>())
        .bind(self.moves.iter().map(|m| m.value).collect::<Vec<_>>())
        .bind(self.moves.iter().map(|m| m.line).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}

type Columns = (Vec<Uuid>, Vec<Uuid>, Vec<Decimal>, Vec<Minor>);

fn columns(sums: &[(Place, (Decimal, Minor))]) -> Columns {
    (
        sums.iter().map(|s| s.0.0).collect(),
        sums.iter().map(|s| s.0.1).collect(),
        sums.iter().map(|s| s.1.0).collect(),
        sums.iter().map(|s| s.1.1).collect(),
    )
}
