//! What stock that leaves costs, and what stays is worth: at the moving average, or oldest first. Pure; quantities in the
//! item's unit, values in minor units of the company's currency.

use crate::record::{Minor, money};
use rust_decimal::Decimal;
use uuid::Uuid;

/// What is at one place of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    pub on_hand: Decimal,
    pub value: Minor,
}

impl Level {
    /// The average cost of one unit in minor units, unrounded; zero when there is nothing.
    pub fn average(self) -> Decimal {
        if self.on_hand.is_zero() { Decimal::ZERO } else { Decimal::from(self.value) / self.on_hand }
    }

    /// Takes a quantity out at the average. The last of it takes all value that is left, so that nothing is worth
    /// something. `None` when there is not that much.
    pub fn issue(self, quantity: Decimal) -> Option<(Minor, Level)> {
        if quantity > self.on_hand || quantity.is_sign_negative() {
            return None;
        }
        let cost = if quantity == self.on_hand {
            self.value
        } else {
            money::to_minor(Decimal::from(self.value).checked_mul(quantity)? / self.on_hand, 0)?
        };
        Some((cost, Level { on_hand: self.on_hand - quantity, value: self.value - cost }))
    }

    /// Puts a quantity of this total value in.
    pub fn receive(self, quantity: Decimal, value: Minor) -> Option<Level> {
        Some(Level { on_hand: self.on_hand.checked_add(quantity)?, value: self.value.checked_add(value)? })
    }
}

/// What is left of what came in at once, by the id of the line that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub id: Uuid,
    /// The layer that it was part of when it came in, elsewhere; or itself.
    pub receipt: Uuid,
    pub level: Level,
}

/// A part of what comes or goes, with what it is worth. The layer is that of an item which leaves oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub layer: Option<Uuid>,
    pub quantity: Decimal,
    pub value: Minor,
}

/// What all parts are worth together.
pub fn worth(parts: &[Part]) -> Minor {
    parts.iter().map(|part| part.value).sum()
}

/// What is at one place of one item, as its method sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stock {
    /// All of it costs the same.
    Average(Level),
    /// The oldest comes first, and leaves first.
    Fifo(Vec<Layer>),
}

impl Default for Stock {
    fn default() -> Stock {
        Stock::Average(Level::default())
    }
}

impl Stock {
    /// All that is there.
    pub fn level(&self) -> Level {
        match self {
            Stock::Average(level) => *level,
            Stock::Fifo(layers) => layers.iter().fold(Level::default(), |all, layer| Level {
                on_hand: all.on_hand + layer.level.on_hand,
                value: all.value + layer.level.value,
            }),
        }
    }

    /// Takes a quantity out, and says what of which layer; as much value as `Level::issue` takes of each. `None` when there
    /// is not that much.
    pub fn issue(&mut self, quantity: Decimal) -> Option<Vec<Part>> {
        if quantity > self.level().on_hand || quantity.is_sign_negative() {
            return None;
        }
        match self {
            Stock::Average(level) => {
                let (value, rest) = level.issue(quantity)?;
                *level = rest;
                Some(vec![Part { layer: None, quantity, value }])
            }
            Stock::Fifo(layers) => {
                let mut wanted = quantity;
                let mut parts = Vec::new();
                for layer in layers.iter_mut() {
                    let taken = wanted.min(layer.level.on_hand);
                    if taken > Decimal::ZERO {
                        let (value, rest) = layer.level.issue(taken)?;
                        layer.level = rest;
                        wanted -= taken;
                        parts.push(Part { layer: Some(layer.id), quantity: taken, value });
                    }
                }
                Some(parts)
            }
        }
    }

    /// Puts in what a line brings, with its total value. `None` when that is more than can be kept.
    pub fn receive(&mut self, line: Uuid, quantity: Decimal, value: Minor) -> Option<Part> {
        let all = self.level().receive(quantity, value)?;
        let layer = match self {
            Stock::Average(level) => {
                *level = all;
                None
            }
            Stock::Fifo(layers) => {
                layers.push(Layer { id: line, receipt: line, level: Level { on_hand: quantity, value } });
                Some(line)
            }
        };
        Some(Part { layer, quantity, value })
    }

    /// What counts as left of a receipt: by the layers it is in, to be revalued by their ids; at the average, all that is there.
    pub fn left_of(&self, receipt: Uuid) -> Vec<(Uuid, Decimal)> {
        match self {
            Stock::Average(level) => vec![(receipt, level.on_hand)],
            Stock::Fifo(layers) => {
                let of_it = layers.iter().filter(|layer| layer.receipt == receipt);
                of_it.map(|layer| (layer.id, layer.level.on_hand)).collect()
            }
        }
    }

    /// Changes what is left of a receipt by its share of a difference in what all of it cost, and says by how much; the rest
    /// of the difference is of what has left. At the average, what is there counts as left of it, up to its quantity.
    pub fn revalue(&mut self, receipt: Uuid, quantity: Decimal, difference: Minor) -> Option<Part> {
        let mut none = Level::default();
        let (layer, level) = match self {
            Stock::Average(level) => (None, level),
            Stock::Fifo(layers) => match layers.iter_mut().find(|layer| layer.id == receipt) {
                Some(layer) => (Some(receipt), &mut layer.level),
                None => (None, &mut none),
            },
        };
        let left = level.on_hand.min(quantity);
        let share = Decimal::from(difference).checked_mul(left)?.checked_div(quantity)?;
        // What is left is never worth less than nothing.
        let value = money::to_minor(share, 0)?.max(-level.value);
        level.value = level.value.checked_add(value)?;
        Some(Part { layer, quantity: Decimal::ZERO, value })
    }
}

/// What of the parts that left comes back with a quantity, after so much of them came back before: what left last comes back
/// first, at what it cost. However often some of it comes back, the values sum to the whole. Each with the position of the part
/// that it comes from. `None` when not that much left.
pub fn come_back(left: &[Part], before: Decimal, quantity: Decimal) -> Option<Vec<(usize, Part)>> {
    let end = before.checked_add(quantity)?;
    let mut start = Decimal::ZERO;
    let mut parts = Vec::new();
    for (n, part) in left.iter().enumerate().rev() {
        let (from, to) = (before.max(start) - start, end.min(start + part.quantity) - start);
        if from < to {
            let share = |quantity: Decimal| {
                money::to_minor(Decimal::from(part.value).checked_mul(quantity)?.checked_div(part.quantity)?, 0)
            };
            parts.push((n, Part { layer: part.layer, quantity: to - from, value: share(to)? - share(from)? }));
        }
        start += part.quantity;
    }
    (end <= start).then_some(parts)
}
