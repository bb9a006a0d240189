//! Places where stock is kept.

use crate::record::{Field, Kind, Record, Start};

pub static WAREHOUSE: Record = Record {
    icon: "warehouse",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("address", Kind::Names).wide(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "address", "branch", "active"],
    kept_by: &["storekeeper"],
    ..Record::master("warehouse", "warehouses", "inventory")
};
