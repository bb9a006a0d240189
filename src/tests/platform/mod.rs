//! Mirror of the platform.

mod door;
mod import;
mod permission;
mod tenancy;
mod web;
