//! Units in which items are counted.

use crate::record::{Field, Kind, Record, Start};

pub static UNIT: Record = Record {
    icon: "ruler",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("decimals", Kind::Integer).required().start(Start::Text("0")),
    ],
    columns: &["code", "name", "decimals"],
    kept_by: &["storekeeper"],
    ..Record::master("unit", "units", "inventory")
};
