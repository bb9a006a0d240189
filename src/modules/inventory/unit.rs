//! Units in which items are counted.

use crate::record::{Field, Kind, Record, Start};

pub static UNIT: Record = Record {
    icon: "ruler",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).required().wide(),
        Field::new("decimals", Kind::Integer).required().start(Start::Text("0")),
    ],
    columns: &["code", "name", "decimals"],
    ..Record::master("unit", "units", "inventory")
};
