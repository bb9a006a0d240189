//! The books: accounts, taxes, periods, the journal and what is read from it.

pub mod account;
pub mod cost_centre;
pub mod entry;
pub mod health;
#[cfg(feature = "ssr")]
pub mod ledger;
pub mod period;
pub mod rate;
pub mod report;
pub mod tax;
pub mod terms;

use super::Module;
use crate::brings;

brings! {
    entry::JOURNAL_ENTRY => entry::EntryRules,
    account::ACCOUNT => account::AccountRules,
    cost_centre::COST_CENTRE => cost_centre::CentreRules,
    tax::TAX_CODE,
    period::PERIOD => period::PeriodRules,
    terms::PAYMENT_TERM => terms::TermRules,
    rate::EXCHANGE_RATE,
}

pub const MODULE: Module = Module {
    name: "finance",
    records: RECORDS,
    pages: &[("trial-balance", "scale"), ("general-ledger", "book-open"), ("books-health", "heart-pulse")],
    #[cfg(feature = "ssr")]
    opens: |_, rights| reads_books(rights),
    #[cfg(feature = "ssr")]
    rules,
};

/// Whether somebody may read the books and the reports made from them: nothing of the journal is kept from them.
#[cfg(feature = "ssr")]
pub fn reads_books(rights: &crate::platform::permission::Rights) -> bool {
    rights.sees_whole(&entry::JOURNAL_ENTRY) && rights.sees_whole(&account::ACCOUNT)
}
