//! Mirror of the platform.

mod archive;
mod audit;
mod auth;
mod cluster;
mod comments;
mod custom;
mod door;
mod egress;
mod export;
mod faults;
mod features;
mod files;
mod import;
mod jobs;
mod notifications;
mod operator;
mod page;
pub mod pdf;
pub mod permission;
mod person;
mod plan;
mod search;
mod sheet;
mod table;
pub mod tenancy;
mod views;
pub mod web;
