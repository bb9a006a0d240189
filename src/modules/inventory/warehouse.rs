//! Places where stock is kept: warehouses, and bins within them.

use crate::record::{Constraint, Field, Kind, Record, Start};

pub static WAREHOUSE: Record = Record {
    icon: "warehouse",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("address", Kind::Names).wide(),
        Field::new("parent", Kind::Link("warehouse")),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "address", "branch", "active"],
    filters: &["parent"],
    kept_by: &["storekeeper"],
    constraints: &[Constraint::new("warehouse_one_level", "refuse-bin-level").at("parent")],
    ..Record::master("warehouse", "warehouses", "inventory")
};
