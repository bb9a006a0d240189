//! The business, through the real door.

mod demo;
mod finance;
mod inventory;
mod pricing;
mod sales;
