//! Quotations: offers with revisions, validity and optional lines.

use crate::record::{Action, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "quotation_line",
    &[
        Field::new("item", Kind::Link("item")).required(),
        Field::new("description", Kind::Text(300)),
        Field::new("quantity", Kind::Quantity).required(),
        Field::new("unit", Kind::Link("unit")),
        Field::new("price", Kind::Price).required(),
        Field::new("discount", Kind::Percent),
        Field::new("tax_code", Kind::Link("tax_code")),
        Field::new("optional", Kind::Bool),
        Field::new("amount", Kind::Price).hidden(),
        Field::new("net", Kind::Money).computed(),
    ],
)
.required();

pub static QUOTATION: Record = Record {
    icon: "file-text",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("revision", Kind::Integer).required().start(Start::Text("0")).computed(),
        Field::new("revision_of", Kind::Link("quotation")).hidden(),
        Field::new("opportunity", Kind::Link("opportunity")).hidden(),
        Field::new("customer", Kind::Link("customer")).required(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("valid_until", Kind::Date),
        Field::new("currency", Kind::Currency).required(),
        Field::new("payment_term", Kind::Link("payment_term")),
        Field::new("reference", Kind::Text(80)).searched(),
        Field::new("branch", Kind::Link("branch")).start(Start::Branch),
        Field::new("note", Kind::Note).wide(),
        Field::new("signed_by", Kind::Text(200)).computed().about(&["customer"]),
        Field::new("reason", Kind::Note).computed().about(&["customer"]),
        Field::new("rate", Kind::Rate).hidden(),
        Field::new("net", Kind::Money).computed(),
        Field::new("tax", Kind::Money).computed(),
        Field::new("total", Kind::Money).computed(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[
        State::new("draft", Tone::Draft).editable(),
        State::new("sent", Tone::Active),
        State::new("accepted", Tone::Done),
        State::new("rejected", Tone::Void).aside(),
        State::new("expired", Tone::Late).aside(),
        State::new("superseded", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("send", "send", &["draft"]).primary(),
        Action::new("order", "shopping-cart", &["sent", "accepted"]).primary(),
        Action::new("order_all", "shopping-cart", &["sent", "accepted"]),
        Action::new("accept", "check", &["sent"]).internal(),
        Action::new("revise", "copy", &["sent", "expired", "rejected"]),
        Action::new("reject", "ban", &["sent"]),
        Action::new("expire", "clock", &["sent"]),
    ],
    columns: &["number", "customer", "date", "valid_until", "state", "total"],
    totals: &["total"],
    views: &[
        View { name: "open", filter: &[("state", "draft,sent")] },
        View { name: "accepted", filter: &[("state", "accepted")] },
        View { name: "lost", filter: &[("state", "rejected,expired")] },
    ],
    filters: &["customer", "date", "state", "total"],
    prints: true,
    party: Some("customer"),
    kept_by: &["sales"],
    ..Record::document("quotation", "quotations", "sales", "QT")
};

#[cfg(feature = "ssr")]
pub use rules::QuotationRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::offer::{self, Offered};
    use super::super::order::SALES_ORDER;
    use super::super::pricing;
    use super::QUOTATION;
    use crate::modules::inventory::unit;
    use crate::platform::document::Document;
    use crate::platform::door::{self, Effects, Error, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::page::{HandOn, Message};
    use async_trait::async_trait;
    use jiff::ToSpan;
    use jiff::civil::Date;

    pub struct QuotationRules;

    #[async_trait]
    impl Rules for QuotationRules {
        async fn complete(&self, tx: &mut TenantTx, quotation: &mut Document) -> Outcome<()> {
            pricing::follow_customer(tx, quotation).await?;
            unit::check_quantities(quotation)?;
            quotation.fill("revision", 0);
            let until = quotation.date().checked_add(30.days()).ok();
            quotation.fill("valid_until", until);
            if quotation.get("valid_until").date() < Some(quotation.date()) {
                return Err(Refusal::new("refuse-valid-before-date").at("valid_until").into());
            }
            pricing::complete(tx, quotation).await
        }

        /// The link by which the customer answers, for whoever may send it.
        async fn present(&self, tx: &mut TenantTx, quotation: &mut Document) -> Outcome<Option<HandOn>> {
            if quotation.version == 0 || !tx.standing.rights.acts(&QUOTATION, "send") {
                return Ok(None);
            }
            let path = offer::path(tx, quotation).await?;
            Ok(path.map(|path| HandOn { message: Message::new("quotation-link"), path }))
        }

        fn mails(&self) -> Option<&'static str> {
            Some("send")
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, quotation: &Document) -> Outcome<Effects> {
            match action {
                "send" => Ok(Effects::to("sent").numbered().book(Offered)),
                "accept" => Ok(Effects::to("accepted")),
                "reject" => Ok(Effects::to("rejected")),
                "expire" => Ok(Effects::to("expired")),
                "revise" => Ok(Effects::to("superseded").create(revise(quotation, tx.company.today))),
                "order" | "order_all" => {
                    if is_ordered(tx, quotation).await? {
                        return Err(Refusal::new("refuse-ordered-already").into());
                    }
                    let order = order(quotation, door::fresh(tx, &SALES_ORDER).await?, action == "order_all")?;
                    Ok(Effects::to("accepted").create(order))
                }
                _ => Err(Error::NotFound),
            }
        }
    }

    /// The next revision, under the same number; it is of this day, and holds anew.
    fn revise(quotation: &Document, today: Date) -> Document {
        let mut next = Document::new(&QUOTATION)
            .with("number", quotation.get("number").clone())
            .with("revision", quotation.minor("revision") + 1)
            .with("revision_of", quotation.id)
            .with("date", today);
        for name in ["opportunity", "customer", "currency", "payment_term", "branch", "reference", "note"] {
            next.set(name, quotation.get(name).clone());
        }
        for field in quotation.record.fields.iter().filter(|field| field.custom.is_some()) {
            next.set(field.name, quotation.get(field.name).clone());
        }
        next.lines = quotation
            .lines
            .iter()
            .map(|line| pricing::carry(line, line.decimal("quantity")).with("optional", line.get("optional").clone()))
            .collect();
        next
    }

    /// Whether there is an order of a quotation that was not cancelled.
    async fn is_ordered(tx: &mut TenantTx, quotation: &Document) -> Outcome<bool> {
        let ordered = sqlx::query_scalar(
            "select exists (select from sales_order where tenant_id = $1 and quotation = $2 and state <> 'cancelled')",
        );
        Ok(ordered.bind(tx.tenant()).bind(quotation.id).fetch_one(tx.conn()).await?)
    }

    /// The sales order that an accepted quotation becomes; optional lines stay behind, unless all are wanted.
    fn order(quotation: &Document, mut order: Document, all: bool) -> Result<Document, Refusal> {
        for name in ["customer", "currency", "payment_term", "branch", "reference", "note"] {
            order.set(name, quotation.get(name).clone());
        }
        order.set("quotation", quotation.id);
        // Not recomputed from the customer: what was offered is what is ordered.
        order.set("total", 0);
        order.lines = quotation
            .lines
            .iter()
            .filter(|line| all || !line.get("optional").bool())
            .map(|line| pricing::carry(line, line.decimal("quantity")))
            .collect();
        if order.lines.is_empty() { Err(Refusal::new("refuse-all-optional").at("lines")) } else { Ok(order) }
    }
}
