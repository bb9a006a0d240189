//! The cost centre of a sale: its order, delivery and invoice have one each, whatever is on their lines.

use crate::platform::document::Document;
use crate::platform::door::{Outcome, Refusal};
use crate::platform::tenancy::TenantTx;

/// Refuses a cost centre that is not in use. A document keeps the one that it has, and the one of the document before it: what
/// has begun can be finished.
pub async fn check_in_use(tx: &mut TenantTx, document: &Document) -> Outcome<()> {
    let Some(centre) = document.link("cost_centre") else { return Ok(()) };
    let mut having = vec![document.id];
    having.extend(["sales_order", "corrects", "return_of"].into_iter().filter_map(|name| document.link(name)));
    let code: Option<String> = sqlx::query_scalar(
        "select code from cost_centre where tenant_id = $1 and id = $2 and not active
            and not exists (select from sales_order d where d.tenant_id = $1 and d.id = any($3) and d.cost_centre = $2)
            and not exists (select from delivery d where d.tenant_id = $1 and d.id = any($3) and d.cost_centre = $2)
            and not exists (select from sales_invoice d where d.tenant_id = $1 and d.id = any($3) and d.cost_centre = $2)",
    )
    .bind(tx.tenant())
    .bind(centre)
    .bind(&having)
    .fetch_optional(tx.conn())
    .await?;
    match code {
        Some(code) => Err(Refusal::new("refuse-centre-inactive").with("code", code).at("cost_centre").into()),
        None => Ok(()),
    }
}
