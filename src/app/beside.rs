//! What stands above the fields of a record's form: where an item is, what of an order is short, what was mailed of a document.

use crate::modules::inventory::item::ITEM;
use crate::modules::inventory::report::{self as stock, Held};
use crate::modules::sales::order::{self, SALES_ORDER, Short};
use crate::platform::door;
use crate::platform::error::Outcome;
use crate::platform::mail::{self, Line};
use crate::platform::tenancy::TenantTx;
use crate::record::Record;
use crate::t;
use crate::ui::{icon, use_i18n};
use leptos::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

/// What stands above the fields.
pub enum Beside {
    /// The places of an item.
    Held(Vec<Held>),
    /// What an order asks for beyond what is available.
    Short(Vec<Short>),
    /// What was mailed of a document, and where it is mailed from.
    Mailed(Vec<Line>, Option<String>),
}

/// What is to be said of a record that its reader has opened, as far as they may know. `mails` when they can mail it.
pub async fn read(tx: &mut TenantTx, record: &'static Record, id: Uuid, mails: bool) -> Outcome<Option<Beside>> {
    if door::mails(record).is_some() {
        let (log, send) = (mail::log(tx, record, id).await?, mails.then(|| format!("{}/mail", record.address(id))));
        return Ok((!log.is_empty() || send.is_some()).then_some(Beside::Mailed(log, send)));
    }
    if !stock::sees_stock(&tx.standing.rights) {
        return Ok(None);
    }
    if record.name == ITEM.name {
        let held = stock::held(tx, id).await?;
        return Ok((!held.is_empty()).then_some(Beside::Held(held)));
    }
    if record.name == SALES_ORDER.name {
        let short = order::short(tx, id).await?;
        return Ok((!short.is_empty()).then_some(Beside::Short(short)));
    }
    Ok(None)
}

pub fn view(beside: Beside) -> AnyView {
    match beside {
        Beside::Held(places) => held(&places),
        Beside::Short(lines) => short(&lines),
        Beside::Mailed(log, send) => super::mail::beside(&log, send),
    }
}

fn held(places: &[Held]) -> AnyView {
    let i18n = use_i18n();
    let cell = |quantity: Decimal| view! { <td class="end"><span class="num">{i18n.decimal(quantity, 0)}</span></td> };
    let rows = places
        .iter()
        .map(|held| {
            // Orders reserve from a whole warehouse.
            let whole = |quantity: Decimal| if held.part { view! { <td></td> }.into_any() } else { cell(quantity).into_any() };
            view! {
                <tr><td>{held.part.then_some("– ")}{i18n.label(&held.warehouse)}</td>{cell(held.on_hand)}{whole(held.promised)}{whole(held.available())}<td>{i18n.label(&held.unit)}</td></tr>
            }
        })
        .collect_view();
    let warehouses = || places.iter().filter(|held| !held.part);
    let sum = |of: fn(&Held) -> Decimal| cell(warehouses().map(of).sum());
    let together = (warehouses().count() > 1).then(|| {
        view! {
            <tfoot><tr class="sum"><td>{t!(i18n, "report-total")}</td>{sum(|held| held.on_hand)}{sum(|held| held.promised)}{sum(Held::available)}<td></td></tr></tfoot>
        }
    });
    view! {
        <div class="card scroll" id="stock" tabindex="0"><table class="report">
            <thead><tr><th>{t!(i18n, "field-warehouse")}</th><th class="end">{t!(i18n, "stock-on-hand-quantity")}</th><th class="end">{t!(i18n, "stock-promised")}</th><th class="end">{t!(i18n, "stock-available")}</th><th>{t!(i18n, "field-unit")}</th></tr></thead>
            <tbody>{rows}</tbody>
            {together}
        </table></div>
    }
    .into_any()
}

/// Nothing stands in the way: an order may promise what is still to come.
fn short(lines: &[Short]) -> AnyView {
    let i18n = use_i18n();
    let items = lines
        .iter()
        .map(|line| {
            let quantity = |quantity: Decimal| i18n.decimal(quantity, 0);
            let says = t!(
                i18n,
                "order-short-line",
                owed = quantity(line.owed),
                available = quantity(line.available.max(Decimal::ZERO)),
                missing = quantity(line.missing())
            );
            view! { <li><a href=format!("/items/{}", line.item)><bdi class="code">{line.code.clone()}</bdi></a>" "{says}</li> }
        })
        .collect_view();
    view! {
        <div class="notice info" id="short">{icon("circle-alert")}<div><b>{t!(i18n, "order-short")}</b><ul>{items}</ul></div></div>
    }
    .into_any()
}
