//! The business. Each module lists the records it brings; nothing outside names them one by one.

pub mod administration;
#[cfg(feature = "ssr")]
pub mod demo;
pub mod finance;
pub mod home;
pub mod inventory;
#[cfg(feature = "ssr")]
mod reports;
pub mod sales;

use crate::record::Record;

/// A part of the business: a group in the menu and the records behind it.
pub struct Module {
    pub name: &'static str,
    pub records: &'static [&'static Record],
    /// Pages of its own beside its records: path, icon; the label is `page-{path}`.
    pub pages: &'static [(&'static str, &'static str)],
    /// Whether a page of its own opens to somebody with these rights.
    #[cfg(feature = "ssr")]
    pub opens: fn(&str, &crate::platform::permission::Rights) -> bool,
    #[cfg(feature = "ssr")]
    pub rules: fn(&str) -> Option<&'static dyn crate::platform::door::Rules>,
}

/// All modules, in the order of the menu.
pub const MODULES: &[&Module] = &[&sales::MODULE, &inventory::MODULE, &finance::MODULE, &administration::MODULE];

/// Every record type.
pub fn records() -> impl Iterator<Item = &'static Record> {
    MODULES.iter().flat_map(|module| module.records.iter().copied())
}

/// The record type of this name.
pub fn record(name: &str) -> Option<&'static Record> {
    records().find(|record| record.name == name)
}

/// The record type at this address.
pub fn record_at(path: &str) -> Option<&'static Record> {
    records().find(|record| record.path == path)
}

/// The rules behind a record type.
#[cfg(feature = "ssr")]
pub fn rules(record: &str) -> &'static dyn crate::platform::door::Rules {
    MODULES.iter().find_map(|module| (module.rules)(record)).unwrap_or(&crate::platform::door::Plain)
}

/// Lists what a module brings: each record type, with its rules where it has some.
#[macro_export]
macro_rules! brings {
    ($($record:path $(=> $rules:path)?),* $(,)?) => {
        const RECORDS: &[&$crate::record::Record] = &[$(&$record),*];
        #[cfg(feature = "ssr")]
        fn rules(record: &str) -> Option<&'static dyn $crate::platform::door::Rules> {
            $($(if record == $record.name { return Some(&$rules); })?)*
            None
        }
    };
}

/// Makes the record types, their rules and the reports known to the door. Called once, at start.
#[cfg(feature = "ssr")]
pub fn install() {
    use crate::platform::door::{Registry, install};
    install(Registry { records: records().collect(), rules, reports: reports::REPORTS });
}
