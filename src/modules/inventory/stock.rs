//! The stock ledger: what is where, and the moves that made it so.

use super::valuation::{Layer, Level, Part, Stock};
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
    /// Of an item that leaves oldest first; a new one where it is the line's own, or came from another place.
    pub layer: Option<Uuid>,
    /// The layer at another place that a new one was part of, and is as old as.
    pub from: Option<Uuid>,
}

impl Move {
    /// A part that a line brings.
    pub fn brought(place: Place, line: Uuid, part: &Part) -> Move {
        Move { place, quantity: part.quantity, value: part.value, line, layer: part.layer, from: None }
    }

    /// A part that a line takes.
    pub fn taken(place: Place, line: Uuid, part: &Part) -> Move {
        Move { place, quantity: -part.quantity, value: -part.value, line, layer: part.layer, from: None }
    }

    /// A part that a line took from another place, where it comes to lie.
    pub fn moved(place: Place, line: Uuid, part: &Part) -> Move {
        let layer = part.layer.map(|_| Uuid::now_v7());
        Move { place, quantity: part.quantity, value: part.value, line, layer, from: part.layer }
    }
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

/// A warehouse and its bins, in the order in which goods are drawn from them: what lies in no bin, then bin by bin by their codes.
pub async fn places_of(tx: &mut TenantTx, warehouse: Uuid) -> Outcome<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "select id from warehouse where tenant_id = $1 and (id = $2 or parent = $2) order by id <> $2, code",
    )
    .bind(tx.tenant())
    .bind(warehouse)
    .fetch_all(tx.conn())
    .await?)
}

/// The warehouse that a bin lies in; any other is its own.
pub async fn whole_of(tx: &mut TenantTx, warehouse: Uuid) -> Outcome<Uuid> {
    let parent: Option<Uuid> =
        sqlx::query_scalar("select parent from warehouse where tenant_id = $1 and id = $2 and parent is not null")
            .bind(tx.tenant())
            .bind(warehouse)
            .fetch_optional(tx.conn())
            .await?;
    Ok(parent.unwrap_or(warehouse))
}

/// The warehouses of these places with their bins: of each place itself first, then what is beside it.
pub async fn around(tx: &mut TenantTx, places: &[Uuid]) -> Outcome<HashMap<Uuid, Vec<Uuid>>> {
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select p.id, w.id from warehouse p
           join warehouse w on w.tenant_id = p.tenant_id and coalesce(w.parent, w.id) = coalesce(p.parent, p.id)
          where p.tenant_id = $1 and p.id = any($2) order by w.id <> p.id, w.parent is not null, w.code",
    )
    .bind(tx.tenant())
    .bind(places)
    .fetch_all(tx.conn())
    .await?;
    let mut around: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (place, near) in rows {
        around.entry(place).or_default().push(near);
    }
    Ok(around)
}

/// Where these items lie, in no order and without locks.
pub async fn places_with(tx: &mut TenantTx, items: &[Uuid]) -> Outcome<Vec<Place>> {
    Ok(sqlx::query_as(
        "select item, warehouse from stock_level where tenant_id = $1 and item = any($2) and on_hand > 0",
    )
    .bind(tx.tenant())
    .bind(items)
    .fetch_all(tx.conn())
    .await?)
}

/// Each of these items at each of these places.
pub fn each_at(items: &[Uuid], places: &[Uuid]) -> Vec<Place> {
    items.iter().flat_map(|item| places.iter().map(|place| (*item, *place))).collect()
}

/// Takes a quantity of an item from places, from each all that is there before the next one gives. `Err` is how much there is
/// where that is not enough.
pub fn draw(
    held: &mut HashMap<Place, Stock>,
    item: Uuid,
    places: &[Uuid],
    quantity: Decimal,
) -> Result<Vec<(Place, Part)>, Decimal> {
    let there = |place: &Uuid| held.get(&(item, *place)).map_or(Decimal::ZERO, |stock| stock.level().on_hand);
    let all: Decimal = places.iter().map(there).sum();
    if quantity > all {
        return Err(all);
    }
    let mut wanted = quantity;
    let mut drawn = Vec::new();
    for place in places.iter().map(|place| (item, *place)) {
        let Some(stock) = held.get_mut(&place) else { continue };
        let taken = wanted.min(stock.level().on_hand);
        if taken > Decimal::ZERO {
            drawn.extend(stock.issue(taken).ok_or(all)?.into_iter().map(|part| (place, part)));
            wanted -= taken;
        }
    }
    Ok(drawn)
}

/// Which of these items are kept in stock.
pub async fn stocked(tx: &mut TenantTx, items: &[Uuid]) -> Outcome<Vec<Uuid>> {
    Ok(sqlx::query_scalar("select id from item where tenant_id = $1 and id = any($2) and kind = 'stock'")
        .bind(tx.tenant())
        .bind(items)
        .fetch_all(tx.conn())
        .await?)
}

/// What is at these places, by the methods of their items, for rules that move it: their levels are locked as by [`levels`],
/// and methods stay as they are, until the posting is done. Places of items that are not kept in stock are not among them.
pub async fn held(tx: &mut TenantTx, places: &[Place]) -> Outcome<HashMap<Place, Stock>> {
    let methods: Vec<(Uuid, bool)> = sqlx::query_as(
        "select id, method = 'fifo' from item where tenant_id = $1 and id = any($2) and kind = 'stock' order by id for key share",
    )
    .bind(tx.tenant())
    .bind(places.iter().map(|p| p.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    let methods: HashMap<Uuid, bool> = methods.into_iter().collect();
    let levels = levels(tx, places).await?;
    let mut held = HashMap::new();
    for place in places {
        let stock = match methods.get(&place.0) {
            Some(true) => Stock::Fifo(Vec::new()),
            Some(false) => Stock::Average(levels.get(place).copied().unwrap_or_default()),
            None => continue,
        };
        held.insert(*place, stock);
    }
    let layered: Vec<Place> =
        held.iter().filter(|(_, stock)| matches!(stock, Stock::Fifo(_))).map(|(place, _)| *place).collect();
    if !layered.is_empty() {
        // Whoever changes a layer has locked its level before.
        let rows: Vec<(Uuid, Uuid, Uuid, Uuid, Decimal, Minor)> = sqlx::query_as(
            "select l.item, l.warehouse, l.id, coalesce(l.receipt, l.id), l.on_hand, l.value
               from stock_layer l join unnest($2::uuid[], $3::uuid[]) as u (item, warehouse) on l.item = u.item and l.warehouse = u.warehouse
              where l.tenant_id = $1 and l.on_hand > 0 order by l.date, l.at, l.id",
        )
        .bind(tx.tenant())
        .bind(layered.iter().map(|p| p.0).collect::<Vec<_>>())
        .bind(layered.iter().map(|p| p.1).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
        for (item, warehouse, id, receipt, on_hand, value) in rows {
            if let Some(Stock::Fifo(layers)) = held.get_mut(&(item, warehouse)) {
                layers.push(Layer { id, receipt, level: Level { on_hand, value } });
            }
        }
    }
    Ok(held)
}

/// What a document took from stock, by line, the oldest first, with the place that it left.
pub async fn taken_by(tx: &mut TenantTx, source: Uuid) -> Outcome<HashMap<Uuid, Vec<(Uuid, Part)>>> {
    let rows: Vec<(Uuid, Uuid, Option<Uuid>, Decimal, Minor)> = sqlx::query_as(
        "select m.source_line, m.warehouse, m.layer, -m.quantity, -m.value
           from stock_move m left join stock_layer l on l.tenant_id = m.tenant_id and l.id = m.layer
          where m.tenant_id = $1 and m.source = $2 and m.source_line is not null and m.quantity < 0
          order by l.date, l.at, l.id, m.id",
    )
    .bind(tx.tenant())
    .bind(source)
    .fetch_all(tx.conn())
    .await?;
    let mut taken: HashMap<Uuid, Vec<(Uuid, Part)>> = HashMap::new();
    for (line, place, layer, quantity, value) in rows {
        taken.entry(line).or_default().push((place, Part { layer, quantity, value }));
    }
    Ok(taken)
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
        // What leaves is taken by a guarded update, what comes is added; the table's checks stand behind both. Where there is
        // nothing yet, no value comes without a quantity.
        let (out, into): (Vec<_>, Vec<_>) = sums.into_iter().partition(|(_, (quantity, value))| {
            *quantity < Decimal::ZERO || *value < 0 || (quantity.is_zero() && *value != 0)
        });
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
        self.change_layers(tx).await?;
        sqlx::query(
            "insert into stock_move (id, date, item, warehouse, quantity, value, source_record, source, source_line, layer)
             select u.id, $1::date, u.item, u.warehouse, u.quantity, u.value, $2, $3, u.line, u.layer
               from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::numeric[], $8::bigint[], $9::uuid[], $10::uuid[])
                 as u (id, item, warehouse, quantity, value, line, layer)",
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
        .bind(self.moves.iter().map(|m| m.layer).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        Ok(())
    }
}

impl Moves {
    /// Lays down the layers that came, and takes from those that were there what leaves of them.
    async fn change_layers(&self, tx: &mut TenantTx) -> Outcome<()> {
        let mut came: BTreeMap<Uuid, (Place, (Decimal, Minor))> = BTreeMap::new();
        let mut from: BTreeMap<Uuid, Uuid> = BTreeMap::new();
        let mut changed: BTreeMap<Uuid, (Decimal, Minor)> = BTreeMap::new();
        for one in &self.moves {
            let Some(layer) = one.layer else { continue };
            from.extend(one.from.map(|from| (layer, from)));
            let sum = if one.from.is_some() || layer == one.line && one.quantity > Decimal::ZERO {
                &mut came.entry(layer).or_insert((one.place, Default::default())).1
            } else {
                changed.entry(layer).or_default()
            };
            sum.0 += one.quantity;
            sum.1 += one.value;
        }
        if !came.is_empty() {
            let ids: Vec<Uuid> = came.keys().copied().collect();
            let sums: Vec<(Place, (Decimal, Minor))> = came.into_values().collect();
            let (items, places, quantities, values) = columns(&sums);
            let from: Vec<Option<Uuid>> = ids.iter().map(|id| from.get(id).copied()).collect();
            sqlx::query(
                "insert into stock_layer (id, at, date, item, warehouse, quantity, on_hand, value, receipt)
                 select u.id, coalesce(l.at, clock_timestamp()), coalesce(l.date, $1::date), u.item, u.warehouse, u.quantity, u.quantity, u.value,
                        coalesce(l.receipt, l.id)
                   from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::numeric[], $6::bigint[], $7::uuid[])
                     as u (id, item, warehouse, quantity, value, was_in)
                   left join stock_layer l on l.tenant_id = $8 and l.id = u.was_in",
            )
            .bind(self.date.to_string())
            .bind(ids)
            .bind(items)
            .bind(places)
            .bind(quantities)
            .bind(values)
            .bind(from)
            .bind(tx.tenant())
            .execute(tx.conn())
            .await?;
        }
        if changed.is_empty() {
            return Ok(());
        }
        let done = sqlx::query(
            "update stock_layer l set on_hand = l.on_hand + u.quantity, value = l.value + u.value
               from unnest($2::uuid[], $3::numeric[], $4::bigint[]) as u (id, quantity, value)
              where l.tenant_id = $1 and l.id = u.id and l.on_hand + u.quantity between 0 and l.quantity",
        )
        .bind(tx.tenant())
        .bind(changed.keys().copied().collect::<Vec<_>>())
        .bind(changed.values().map(|sum| sum.0).collect::<Vec<_>>())
        .bind(changed.values().map(|sum| sum.1).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == changed.len() as u64 {
            Ok(())
        } else {
            Err(Refusal::new("refuse-stock-short").into())
        }
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
