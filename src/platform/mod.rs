//! What only the server has: the door to the data, tenancy, sign-in, the web around the pages.

pub mod audit;
pub mod auth;
pub mod bulk;
pub mod cluster;
pub mod config;
pub mod database;
pub mod document;
pub mod door;
pub mod error;
pub mod export;
pub mod files;
pub mod import;
pub mod jobs;
pub mod page;
pub mod pdf;
pub mod permission;
pub mod seal;
pub mod search;
pub mod session;
pub mod sheet;
pub mod sql;
pub mod table;
pub mod tenancy;
pub mod typed;
pub mod views;
pub mod web;
