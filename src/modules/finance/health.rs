//! Books health: what must be true of the books at every moment, checked against the rows themselves.

/// One invariant of the books with the figures that must agree; a count that must be zero has only the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub left: i64,
    pub right: Option<i64>,
    pub holds: bool,
}

impl Check {
    pub fn equal(name: &str, left: i64, right: i64) -> Check {
        Check { name: name.to_owned(), left, right: Some(right), holds: left == right }
    }
    pub fn none(name: &str, count: i64) -> Check {
        Check { name: name.to_owned(), left: count, right: None, holds: count == 0 }
    }
}

#[cfg(feature = "ssr")]
pub use queries::check;

#[cfg(feature = "ssr")]
mod queries {
    use super::Check;
    use crate::modules::finance::reads_books;
    use crate::platform::door::{Error, Outcome};
    use crate::platform::tenancy::TenantTx;
    use sqlx::Row as _;

    /// Checks every invariant. Each check carries the two figures that must be equal.
    pub async fn check(tx: &mut TenantTx) -> Outcome<Vec<Check>> {
        if !reads_books(&tx.standing.rights) {
            return Err(Error::Denied);
        }
        let row = sqlx::query(
            "with accounts as (select id, role from account where tenant_id = $1 and role is not null),
                  posted as (select account, sum(debit) as debit, sum(credit) as credit from journal_entry_line
                              where tenant_id = $1 and posted group by account)
             select
               (select coalesce(sum(debit), 0)::bigint from posted) as debits,
               (select coalesce(sum(credit), 0)::bigint from posted) as credits,
               (select count(*) from (select parent from journal_entry_line where tenant_id = $1 and posted
                                       group by parent having sum(debit) <> sum(credit)) x) as unbalanced,
               (select coalesce(sum(debit - credit), 0)::bigint from posted join accounts a on a.id = posted.account where a.role = 'receivable') as receivable,
               (select coalesce(sum(base_open), 0)::bigint from open_item where tenant_id = $1) as open_items,
               (select coalesce(sum(debit - credit), 0)::bigint from posted join accounts a on a.id = posted.account where a.role = 'inventory') as inventory,
               (select coalesce(sum(value), 0)::bigint from stock_level where tenant_id = $1) as stock,
               (select coalesce(sum(value), 0)::bigint from stock_move where tenant_id = $1) as moves,
               (select count(*) from (select item, warehouse, sum(quantity) as q, sum(value) as v from stock_move where tenant_id = $1 group by 1, 2) m
                  full join (select * from stock_level where tenant_id = $1) s on s.item = m.item and s.warehouse = m.warehouse
                 where coalesce(m.q, 0) <> coalesce(s.on_hand, 0) or coalesce(m.v, 0) <> coalesce(s.value, 0)) as stray_levels,
               (select count(*) from (select item, warehouse, sum(on_hand) as q, sum(value) as v from stock_layer where tenant_id = $1 group by 1, 2) l
                  full join (select s.item, s.warehouse, s.on_hand, s.value from stock_level s
                               join item i on i.tenant_id = s.tenant_id and i.id = s.item where s.tenant_id = $1 and i.method = 'fifo') s
                    on s.item = l.item and s.warehouse = l.warehouse
                 where coalesce(l.q, 0) <> coalesce(s.on_hand, 0) or coalesce(l.v, 0) <> coalesce(s.value, 0))
               + (select count(*) from stock_layer l
                    left join (select layer, sum(quantity) as q, sum(value) as v from stock_move where tenant_id = $1 and layer is not null group by 1) m
                      on m.layer = l.id
                   where l.tenant_id = $1 and (l.on_hand <> coalesce(m.q, 0) or l.value <> coalesce(m.v, 0))) as stray_layers,
               (select count(*) from sales_order_line l
                  join sales_order o on o.tenant_id = l.tenant_id and o.id = l.parent
                  left join (select case when d.return_of is null then g.order_line else back.order_line end as id,
                                    sum(stock_quantity($1, g.item, g.unit, case when d.return_of is null then g.quantity else -g.quantity end)) as quantity
                               from delivery_line g join delivery d on d.tenant_id = g.tenant_id and d.id = g.parent
                               left join delivery_line back on back.tenant_id = g.tenant_id and back.id = g.delivery_line
                              where g.tenant_id = $1 and d.state <> 'draft' group by 1) gone on gone.id = l.id
                 where l.tenant_id = $1
                   and (stock_quantity($1, l.item, l.unit, l.delivered) <> coalesce(gone.quantity, 0) or o.state = 'delivered' and l.delivered < l.quantity)) as stray_promises,
               (select coalesce(sum(open), 0)::bigint from sales_invoice where tenant_id = $1) as invoices_open,
               (select coalesce(sum(open), 0)::bigint from open_item where tenant_id = $1 and source_record = 'sales_invoice') as invoice_items,
               (select coalesce(sum(-(debit - credit)), 0)::bigint from journal_entry_line l join accounts a on a.id = l.account
                 where l.tenant_id = $1 and l.posted and a.role = 'vat_output' and l.tax_code is not null) as vat_lines,
               (select coalesce(sum(credit - debit), 0)::bigint from posted join accounts a on a.id = posted.account where a.role = 'vat_output') as vat_account,
               (select coalesce(sum(base_net), 0)::bigint from advance where tenant_id = $1) as advances,
               (select coalesce(sum(l.credit - l.debit), 0)::bigint from accounts a
                  join journal_entry_line l on l.tenant_id = $1 and l.account = a.id and l.posted
                  join journal_entry e on e.tenant_id = $1 and e.id = l.parent
                 where a.role = 'customer_advances' and e.source_record in ('sales_invoice', 'credit_note')) as advances_account",
        )
        .bind(tx.tenant())
        .fetch_one(tx.conn())
        .await?;
        let figure = |name: &str| row.try_get::<i64, _>(name);
        let mut checks = vec![
            Check::equal("debits-credits", figure("debits")?, figure("credits")?),
            Check::none("entries-balance", figure("unbalanced")?),
            Check::equal("receivable-control", figure("open_items")?, figure("receivable")?),
            Check::equal("stock-account", figure("stock")?, figure("inventory")?),
            Check::equal("stock-moves", figure("moves")?, figure("stock")?),
            Check::none("stock-levels", figure("stray_levels")?),
            Check::none("stock-layers", figure("stray_layers")?),
            Check::none("stock-promised", figure("stray_promises")?),
            Check::equal("invoices-open", figure("invoices_open")?, figure("invoice_items")?),
            Check::equal("vat-account", figure("vat_lines")?, figure("vat_account")?),
            // Entries by hand do not count: an advance of the time before Diwan is no document here.
            Check::equal("advances-account", figure("advances")?, figure("advances_account")?),
        ];
        checks.push(Check::none("number-gaps", gaps(tx).await?));
        Ok(checks)
    }

    /// Numbers missing from a series: the counter says how many were drawn, the documents say how many there are.
    async fn gaps(tx: &mut TenantTx) -> Outcome<i64> {
        Ok(sqlx::query_scalar(
            "with drawn as (select record, year, last from series where tenant_id = $1),
                  kept as (select record, year, count(distinct number) as n from (
                      select 'quotation' as record, number from quotation where tenant_id = $1 and number is not null
                      union all select 'sales_order', number from sales_order where tenant_id = $1 and number is not null
                      union all select 'delivery', number from delivery where tenant_id = $1 and number is not null
                      union all select case kind when 'invoice' then 'sales_invoice' else kind end, number from sales_invoice where tenant_id = $1 and number is not null
                      union all select 'credit_note', number from credit_note where tenant_id = $1 and number is not null
                      union all select 'customer_payment', number from customer_payment where tenant_id = $1 and number is not null
                      union all select 'opportunity', number from opportunity where tenant_id = $1 and number is not null
                      union all select 'stock_adjustment', number from stock_adjustment where tenant_id = $1 and number is not null
                      union all select 'journal_entry', number from journal_entry where tenant_id = $1 and number is not null and source is null) d
                    cross join lateral (select split_part(number, '-', 2)::int as year) y group by record, year)
             select coalesce(sum(abs(drawn.last - coalesce(kept.n, 0))), 0)::bigint
               from drawn left join kept using (record, year)",
        )
        .bind(tx.tenant())
        .fetch_one(tx.conn())
        .await?)
    }
}
