//! One test binary: builders, laws over all records, and a mirror of the tree.

mod support;

mod api;
mod app;
mod laws;
mod modules;
mod platform;
mod record;
