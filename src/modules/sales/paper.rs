//! What the law asks of the paper of a sale beside the fields of the document.

use super::credit_note::CREDIT_NOTE;
use super::invoice::SALES_INVOICE;
use crate::record::Record;

/// Whether tax is declared by it, and input tax claimed: then the law says what it is called, and who may call it so.
fn is_of_tax(record: &Record) -> bool {
    record.name == SALES_INVOICE.name || record.name == CREDIT_NOTE.name
}

/// What a draft is marked with, as the id of a message, where it could be taken for more than a draft of another type.
pub fn draft_mark(record: &Record) -> Option<&'static str> {
    is_of_tax(record).then_some("print-draft-tax")
}
