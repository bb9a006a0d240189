//! Mirror of the platform.

mod audit;
mod door;
mod export;
mod files;
mod import;
mod jobs;
pub mod pdf;
mod permission;
mod search;
mod sheet;
mod table;
mod tenancy;
mod views;
mod web;
