//! Offers: a customer reads a quotation by its link, and accepts or declines it without an account.
//!
//! Whoever has the link may answer, as with paper. What they do is done by the company itself; the audit has the name that they
//! gave and the address that they came from. The seller has Diwan mail the link, or mails it from the page of the paper where
//! Diwan sends no mail.

use super::pricing;
use super::quotation::QUOTATION;
use crate::modules::finance::ledger;
use crate::platform::document::Document;
use crate::platform::door::{self, Effects, Error, Lock, Outcome, Posting, Refusal};
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::platform::{link, notifications};
use crate::record::value;
use async_trait::async_trait;
use uuid::Uuid;

/// Characters of a name, and of a reason.
const NAME: usize = 200;
const REASON: usize = 1000;

/// Has a quotation answered by a link, from when it is sent.
pub struct Offered;

#[async_trait]
impl Posting for Offered {
    async fn apply(&self, tx: &mut TenantTx, quotation: &Document) -> Outcome<()> {
        link::give(tx, quotation.id).await
    }
}

/// The path of a quotation's link, while it can be answered.
pub async fn path(tx: &mut TenantTx, quotation: &Document) -> Outcome<Option<String>> {
    if quotation.state() != Some("sent") || has_ended(tx, quotation) {
        return Ok(None);
    }
    Ok(link::given(tx, quotation.id).await?.map(|token| address(&token)))
}

/// The path of the page that a token opens.
pub fn address(token: &str) -> String {
    format!("/offer/{token}")
}

fn has_ended(tx: &TenantTx, quotation: &Document) -> bool {
    quotation.state() == Some("expired")
        || quotation.get("valid_until").date().is_some_and(|day| day < tx.company.today)
}

/// What a token opens, in its company. A token that never was opens nothing, and neither do those of a company that is suspended.
async fn open(db: &Db, cx: &Cx, token: &str, lock: Lock) -> Outcome<(TenantTx, Document)> {
    let (tenant, id) = link::find(db, token).await?.ok_or(Error::NotFound)?;
    let mut tx = db.admit(&Cx { tenant, ..cx.clone() }, Uuid::nil()).await?;
    tx.plan.open().map_err(|_| Error::NotFound)?;
    let quotation = door::load(&mut tx, &QUOTATION, id, lock).await?;
    Ok((tx, quotation))
}

/// The quotation behind a link, for its page: until its last day, whatever was answered, unless a newer revision replaced it.
/// Anything else is not found, like a token that never was.
pub async fn read(db: &Db, cx: &Cx, token: &str) -> Outcome<(TenantTx, Document)> {
    let (tx, quotation) = open(db, cx, token, Lock::No).await?;
    let shown = matches!(quotation.state(), Some("sent" | "accepted" | "rejected")) && !has_ended(&tx, &quotation);
    if shown { Ok((tx, quotation)) } else { Err(Error::NotFound) }
}

/// What a customer says to a quotation.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Who answers, as they typed it.
    pub name: String,
    pub accepts: bool,
    /// The optional lines that they take along when they accept. Ids of anything else say nothing.
    pub taken: Vec<Uuid>,
    /// Why they decline; may be empty.
    pub reason: String,
}

/// Accepts or declines the quotation behind a link, once, and tells whoever made it. Optional lines that were taken are optional
/// no more, so that they are in the total and in the order.
pub async fn answer(db: &Db, cx: Cx, token: String, said: Answer) -> Outcome<()> {
    let db = db.clone();
    whole(async move {
        let (mut tx, quotation) = open(&db, &cx, &token, Lock::Update).await?;
        check_open(&tx, &quotation)?;
        let (name, reason) = (value::clean(&said.name), value::clean(&said.reason));
        let fits = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
        if name.is_empty() || !fits(&name, NAME) {
            return Err(Refusal::new("refuse-offer-name").at("name").into());
        }
        if !fits(&reason, REASON) {
            return Err(Refusal::new("refuse-offer-reason").at("reason").into());
        }
        let mut effects = Effects::default().set("signed_by", name);
        let action = if said.accepts {
            take(&mut tx, &quotation, &said.taken, &mut effects).await?;
            "accept"
        } else {
            if !reason.is_empty() {
                effects = effects.set("reason", reason);
            }
            "reject"
        };
        let (quotation, _) =
            door::act_with(&mut tx, &QUOTATION, quotation.id, quotation.version, action, effects).await?;
        notifications::tell_of_reply(&mut tx, &quotation).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Why a quotation cannot be answered any more, in words for the customer.
fn check_open(tx: &TenantTx, quotation: &Document) -> Outcome<()> {
    let refusal = match quotation.state() {
        Some("accepted" | "rejected") => "refuse-offer-answered",
        Some("superseded") => "refuse-offer-replaced",
        Some("sent") if !has_ended(tx, quotation) => return Ok(()),
        Some("sent" | "expired") => "refuse-offer-ended",
        _ => return Err(Error::NotFound),
    };
    Err(Refusal::new(refusal).into())
}

/// Has optional lines be optional no more, with what the quotation comes to then.
async fn take(tx: &mut TenantTx, quotation: &Document, taken: &[Uuid], effects: &mut Effects) -> Outcome<()> {
    let mut wanted = quotation.clone();
    for line in wanted.lines.iter_mut().filter(|line| line.get("optional").bool() && taken.contains(&line.id)) {
        line.set("optional", false);
        effects.set_lines.push((line.id, "optional", false.into()));
    }
    if wanted.lines.iter().all(|line| line.get("optional").bool()) {
        return Err(Refusal::new("refuse-offer-nothing").into());
    }
    if effects.set_lines.is_empty() {
        return Ok(());
    }
    let rates = ledger::tax_rates(tx).await?;
    let totals = pricing::totals_of(&wanted, &rates, &tx.company)?;
    for (name, amount) in [("net", totals.net), ("tax", totals.tax), ("total", totals.total)] {
        effects.set.push((name, amount.into()));
    }
    Ok(())
}
