//! The business, through the real door.

mod advance;
mod cost_centre;
mod currency;
mod demo;
mod finance;
mod founding;
mod health;
mod home;
mod inventory;
mod payment;
mod posting;
mod pricing;
mod receivables;
mod sales;
