//! Dated exchange rates.

use crate::record::{Constraint, Field, Kind, Record, Start};

/// Company currency for one unit of `currency`, from `date` on.
pub static EXCHANGE_RATE: Record = Record {
    icon: "coins",
    title: "currency",
    subtitle: None,
    fields: &[
        Field::new("currency", Kind::Currency).required().searched(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("rate", Kind::Rate).required(),
    ],
    columns: &["date", "currency", "rate"],
    sort: "date",
    descending: true,
    filters: &["currency", "date"],
    kept_by: &["accountant"],
    constraints: &[
        Constraint::new("exchange_rate_day_key", "refuse-rate-twice").at("date"),
        Constraint::new("exchange_rate_positive", "refuse-rate-zero").at("rate"),
    ],
    ..Record::master("exchange_rate", "exchange-rates", "finance")
};
