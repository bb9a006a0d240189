//! Mirror of the platform.

mod audit;
mod comments;
mod custom;
mod door;
mod export;
mod files;
mod import;
mod jobs;
mod notifications;
pub mod pdf;
mod permission;
mod search;
mod sheet;
mod table;
mod tenancy;
mod views;
mod web;
