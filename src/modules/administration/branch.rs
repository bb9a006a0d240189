//! Branches: parts of a company that keep their own documents apart.

use crate::record::{Field, Kind, Record, Start};

pub static BRANCH: Record = Record {
    icon: "building-2",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("address", Kind::Names).wide(),
        Field::new("phone", Kind::Text(40)),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    columns: &["code", "name", "address", "phone", "active"],
    ..Record::master("branch", "branches", "administration")
};
