//! Selling: from quotation to paid invoice.

pub mod activity;
#[cfg(feature = "ssr")]
pub mod advance;
#[cfg(feature = "ssr")]
pub mod centre;
#[cfg(feature = "ssr")]
pub mod credit;
pub mod credit_note;
pub mod customer;
pub mod delivery;
pub mod invoice;
pub mod lead;
#[cfg(feature = "ssr")]
pub mod offer;
pub mod opportunity;
pub mod order;
#[cfg(feature = "ssr")]
pub mod paper;
pub mod payment;
pub mod price_list;
#[cfg(feature = "ssr")]
pub mod pricing;
pub mod quotation;
#[cfg(feature = "ssr")]
pub mod receivable;
pub mod report;

use super::Module;
use crate::brings;

brings! {
    customer::CUSTOMER => customer::CustomerRules,
    quotation::QUOTATION => quotation::QuotationRules,
    order::SALES_ORDER => order::OrderRules,
    delivery::DELIVERY => delivery::DeliveryRules,
    invoice::SALES_INVOICE => invoice::InvoiceRules,
    credit_note::CREDIT_NOTE => credit_note::CreditNoteRules,
    payment::CUSTOMER_PAYMENT => payment::PaymentRules,
    lead::LEAD => lead::LeadRules,
    opportunity::OPPORTUNITY => opportunity::OpportunityRules,
    activity::ACTIVITY => activity::ActivityRules,
    price_list::PRICE_LIST => price_list::PriceListRules,
}

pub const MODULE: Module = Module {
    name: "sales",
    records: RECORDS,
    pages: &[("receivables", "coins")],
    #[cfg(feature = "ssr")]
    opens: |_, rights| report::sees_receivables(rights),
    #[cfg(feature = "ssr")]
    rules,
};
