//! Tax codes: how a line is taxed and how an e-invoice calls it.

use crate::record::{Field, Kind, Record, Start};

pub static TAX_CODE: Record = Record {
    icon: "percent",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("kind", Kind::Choice(&["standard", "zero", "exempt", "out_of_scope", "reverse_charge"])).required(),
        Field::new("rate", Kind::Percent).required(),
        Field::new("einvoice", Kind::Text(2)),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "kind", "rate", "active"],
    kept_by: &["accountant"],
    ..Record::master("tax_code", "tax-codes", "finance")
};
