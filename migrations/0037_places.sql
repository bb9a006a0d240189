-- Places within warehouses, goods that move between places, and items that are variants of a template.

-- Adding a key reads both tables as a whole, in no company: the walls would raise, so they stand aside until the end.
alter table warehouse no force row level security;
alter table delivery_line no force row level security;
alter table stock_adjustment_line no force row level security;
alter table stock_layer no force row level security;
alter table item no force row level security;

-- ---------------------------------------------------------------- bins

-- A bin is a place within a warehouse. Bins have no bins, so that whatever is asked of a warehouse is asked of it and of those.
alter table warehouse add column parent uuid;
alter table warehouse add foreign key (tenant_id, parent) references warehouse (tenant_id, id);
create index on warehouse (tenant_id, parent);

create function warehouse_one_level() returns trigger language plpgsql as $$
begin
  -- Two that put places into each other at once come here one after the other.
  perform pg_advisory_xact_lock(hashtextextended(new.tenant_id::text || ' warehouse', 0));
  if exists (select from warehouse where tenant_id = new.tenant_id and id = new.parent and parent is not null)
     or exists (select from warehouse where tenant_id = new.tenant_id and parent = new.id) then
    raise exception 'bins have no bins' using errcode = '23514', constraint = 'warehouse_one_level', table = 'warehouse';
  end if;
  return null;
end $$;
revoke execute on function warehouse_one_level from public;
create constraint trigger warehouse_one_level after insert or update of parent on warehouse
  for each row when (new.parent is not null) execute function warehouse_one_level();

-- The bin that a line takes from or brings back to.
alter table delivery_line add column bin uuid;
alter table delivery_line add foreign key (tenant_id, bin) references warehouse (tenant_id, id);
create index on delivery_line (tenant_id, bin);

-- As before; and each place says to which warehouse it belongs. Orders reserve from a warehouse, whatever lies in its bins.
create or replace view stock_place with (security_invoker = true) as
  select x.tenant_id, x.item, x.warehouse, sum(x.on_hand) as on_hand, sum(x.value)::bigint as value, sum(x.reserved) as reserved,
         coalesce(w.parent, w.id) as whole
    from (select tenant_id, item, warehouse, on_hand, value, 0::numeric as reserved from stock_level where on_hand > 0
          union all
          select l.tenant_id, l.item, o.warehouse, 0, 0, stock_quantity(l.tenant_id, l.item, l.unit, l.quantity - l.delivered)
            from sales_order_line l join sales_order o on o.tenant_id = l.tenant_id and o.id = l.parent
           where l.delivered < l.quantity and o.state in ('confirmed', 'partly_delivered')) x
    join warehouse w on w.tenant_id = x.tenant_id and w.id = x.warehouse
   group by x.tenant_id, x.item, x.warehouse, w.parent, w.id;

-- ---------------------------------------------------------------- transfers

alter table stock_adjustment drop constraint stock_adjustment_reason_check;
alter table stock_adjustment add constraint stock_adjustment_reason_check
  check (reason in ('opening', 'count', 'damage', 'found', 'revaluation', 'transfer'));

-- Where goods go that a line takes from its place.
alter table stock_adjustment_line add column destination uuid;
alter table stock_adjustment_line add foreign key (tenant_id, destination) references warehouse (tenant_id, id);
create index on stock_adjustment_line (tenant_id, destination);

-- The first layer of goods that came by a transfer: a late cost of theirs finds them wherever they are.
alter table stock_layer add column receipt uuid;
alter table stock_layer add foreign key (tenant_id, receipt) references stock_layer (tenant_id, id);
create index on stock_layer (tenant_id, receipt);

-- ---------------------------------------------------------------- variants

alter table item drop constraint item_kind_check;
alter table item add constraint item_kind_check check (kind in ('stock', 'service', 'template'));
alter table item add column variant_of uuid, add column variant text;
alter table item add foreign key (tenant_id, variant_of) references item (tenant_id, id);
create index on item (tenant_id, variant_of, code, id);

-- What documents name is no template, and what has variants is one.
create function item_template_kept() returns trigger language plpgsql as $$
begin
  if exists (select from item where tenant_id = new.tenant_id and variant_of = new.id)
     or exists (select from quotation_line where tenant_id = new.tenant_id and item = new.id)
     or exists (select from sales_order_line where tenant_id = new.tenant_id and item = new.id)
     or exists (select from delivery_line where tenant_id = new.tenant_id and item = new.id)
     or exists (select from sales_invoice_line where tenant_id = new.tenant_id and item = new.id)
     or exists (select from credit_note_line where tenant_id = new.tenant_id and item = new.id)
     or exists (select from stock_adjustment_line where tenant_id = new.tenant_id and item = new.id) then
    raise exception 'the item is in use' using errcode = '23514', constraint = 'item_template_kept', table = 'item';
  end if;
  return null;
end $$;
revoke execute on function item_template_kept from public;
create constraint trigger item_template_kept after update of kind on item
  for each row when (old.kind is distinct from new.kind and 'template' in (old.kind, new.kind)) execute function item_template_kept();

alter table warehouse force row level security;
alter table delivery_line force row level security;
alter table stock_adjustment_line force row level security;
alter table stock_layer force row level security;
alter table item force row level security;
