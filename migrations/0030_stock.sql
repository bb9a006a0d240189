-- What of stock is spoken for, when an item is to be ordered again, and how much more than was ordered may be delivered.

alter table item add column reorder_level numeric check (reorder_level >= 0);

-- Percent of what was ordered; nothing where it is null.
alter table company add column over_delivery numeric check (over_delivery between 0 and 100);

-- More than was ordered goes as far as the tolerance of the company, which the rules ask; never beyond the largest there is.
alter table sales_order_line
  drop constraint sales_order_line_delivered, drop constraint sales_order_line_invoiced,
  add constraint sales_order_line_delivered check (delivered between 0 and 2 * quantity),
  add constraint sales_order_line_invoiced check (invoiced between 0 and 2 * quantity);

create index sales_order_line_open on sales_order_line (tenant_id, item) where delivered < quantity;

-- Each place at which an item lies or from which it is owed: what is on hand, and what confirmed orders reserve, which is what
-- they still owe. Reserved is read from the orders themselves, so that it ends in the moment in which they are delivered,
-- closed or cancelled. What is on its way will be one more part of the union.
create view stock_place with (security_invoker = true) as
  select tenant_id, item, warehouse, sum(on_hand) as on_hand, sum(value)::bigint as value, sum(reserved) as reserved
    from (select tenant_id, item, warehouse, on_hand, value, 0::numeric as reserved from stock_level where on_hand > 0
          union all
          select l.tenant_id, l.item, o.warehouse, 0, 0, l.quantity - l.delivered
            from sales_order_line l join sales_order o on o.tenant_id = l.tenant_id and o.id = l.parent
           where l.delivered < l.quantity and o.state in ('confirmed', 'partly_delivered')) x
   group by tenant_id, item, warehouse;
grant select on stock_place to diwan_app;
