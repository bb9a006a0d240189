//! Payment terms: in which parts and after how many days an invoice falls due, and what is off for who pays early.

use crate::record::{Field, Kind, Lines, Record, Start};

static LINES: Lines = Lines::new(
    "payment_term_line",
    &[Field::new("percent", Kind::Percent).required(), Field::new("days", Kind::Integer).required()],
)
.required();

pub static PAYMENT_TERM: Record = Record {
    icon: "clock",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("discount", Kind::Percent),
        Field::new("discount_days", Kind::Integer),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    lines: Some(&LINES),
    columns: &["code", "name", "active"],
    kept_by: &["accountant"],
    ..Record::master("payment_term", "payment-terms", "finance")
};

#[cfg(feature = "ssr")]
pub use rules::{TermRules, discount_of, early_discount, instalments, parts_of};

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::Document;
    use crate::platform::door::{Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::{Minor, money};
    use async_trait::async_trait;
    use jiff::{Span, civil::Date};
    use rust_decimal::Decimal;
    use uuid::Uuid;

    /// Most days from a document to a part of its payment: ten years.
    const LONGEST: i64 = 3_650;

    pub struct TermRules;

    #[async_trait]
    impl Rules for TermRules {
        async fn complete(&self, _: &mut TenantTx, term: &mut Document) -> Outcome<()> {
            let sum: Decimal = term.lines.iter().map(|l| l.decimal("percent")).sum();
            if !term.lines.is_empty() && sum != Decimal::ONE_HUNDRED {
                return Err(Refusal::new("refuse-terms-sum").with("sum", sum.normalize()).at("lines").into());
            }
            let too_long = || Refusal::new("refuse-terms-days").with("most", LONGEST as usize);
            if term.minor("discount_days") > LONGEST {
                return Err(too_long().at("discount_days").into());
            }
            if !term.get("discount").is_null() && term.get("discount_days").is_null() {
                return Err(Refusal::new("fault-required").at("discount_days").into());
            }
            for (row, line) in term.lines.iter().enumerate() {
                if line.minor("days") > LONGEST {
                    return Err(too_long().at_line(row, "days").into());
                }
                if line.decimal("percent").is_zero() {
                    return Err(Refusal::new("refuse-terms-percent").at_line(row, "percent").into());
                }
            }
            Ok(())
        }
    }

    /// Splits an amount by (percent, days) into (due date, amount) parts that sum to it.
    pub fn instalments(total: Minor, date: Date, parts: &[(Decimal, i32)]) -> Vec<(Date, Minor)> {
        if parts.is_empty() {
            return vec![(date, total)];
        }
        let shares = money::allocate(total, &parts.iter().map(|p| p.0).collect::<Vec<_>>());
        parts.iter().zip(shares).map(|((_, days), share)| (after(date, *days), share)).collect()
    }

    /// So many days later, or the last day there is.
    fn after(date: Date, days: i32) -> Date {
        let span = Span::new().try_days(days).ok();
        span.and_then(|span| date.checked_add(span).ok()).unwrap_or(Date::MAX)
    }

    /// What is off of an open amount that is paid on a day, by the percent of the terms and the days from the invoice within
    /// which they grant it: nothing later than that, and never all of it.
    pub fn early_discount(open: Minor, invoiced: Date, paid: Date, (percent, days): (Decimal, i32)) -> Minor {
        if paid > after(invoiced, days) {
            return 0;
        }
        let discount = money::to_minor(Decimal::from(open) * percent / Decimal::ONE_HUNDRED, 0).unwrap_or_default();
        if discount < open { discount } else { 0 }
    }

    /// The percent that terms grant to who pays within so many days; none where they grant nothing.
    pub async fn discount_of(tx: &mut TenantTx, term: Option<Uuid>) -> Outcome<Option<(Decimal, i32)>> {
        let Some(term) = term else { return Ok(None) };
        Ok(sqlx::query_as(
            "select discount, discount_days from payment_term
              where tenant_id = $1 and id = $2 and discount > 0 and discount_days is not null",
        )
        .bind(tx.tenant())
        .bind(term)
        .fetch_optional(tx.conn())
        .await?)
    }

    /// The (percent, days) parts of a payment term; none when there is no term.
    pub async fn parts_of(tx: &mut TenantTx, term: Option<Uuid>) -> Outcome<Vec<(Decimal, i32)>> {
        let Some(term) = term else { return Ok(Vec::new()) };
        Ok(sqlx::query_as(
            "select percent, days from payment_term_line where tenant_id = $1 and parent = $2 order by position",
        )
        .bind(tx.tenant())
        .bind(term)
        .fetch_all(tx.conn())
        .await?)
    }
}
