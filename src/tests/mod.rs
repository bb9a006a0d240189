//! One test binary: builders, laws over all records, and a mirror of the tree.

mod support;

mod app;
mod laws;
mod modules;
mod platform;
mod record;
