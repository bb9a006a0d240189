//! Mirror of the platform.

mod audit;
mod door;
mod import;
mod jobs;
mod permission;
mod tenancy;
mod web;
