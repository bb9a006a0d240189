//! Mirror of the platform.

mod door;
mod import;
mod tenancy;
mod web;
