//! Moving average: what stock that leaves costs, and what stays is worth. Pure; quantities in the item's unit, values in
//! minor units of the company's currency.

use crate::record::{Minor, money};
use rust_decimal::Decimal;

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
