//! Mirror of the platform.

mod audit;
mod door;
mod import;
mod permission;
mod tenancy;
mod web;
