-- Items are sorted into categories, and counted in several units.

-- ---------------------------------------------------------------- categories

-- What was typed as the category of an item becomes a record.

create table item_category (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, parent uuid, active boolean not null default true,
  primary key (tenant_id, id),
  constraint item_category_code_key unique (tenant_id, code),
  foreign key (tenant_id, parent) references item_category (tenant_id, id));
create index on item_category (tenant_id, code, id);
create index on item_category (tenant_id, parent);
select wall('item_category');
select search.watch('item_category');
select mark('item_category');

-- The text stays where it is: archives from before have it.
alter table item add column item_category uuid;
do $$
declare t record;
begin
  for t in select id from auth.tenants loop
    perform set_config('app.tenant_id', t.id::text, true);
    insert into item_category (id, code, name, search)
      select gen_random_uuid(), code, jsonb_build_object('en', called, 'ar', called),
             translate(lower(code || ' · ' || called || ' · ' || called), 'أإآٱىةؤئ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اااايهوي01234567890123456789')
        from (select called, 'C' || (1000 + row_number() over (order by called)) as code
                from (select distinct category as called from item where category is not null) d) n;
    update item i set item_category = c.id from item_category c where c.tenant_id = i.tenant_id and c.name ->> 'en' = i.category;
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;

-- Adding a key reads both tables as a whole, in no company: the walls would raise, so they stand aside for this statement.
alter table item no force row level security;
alter table item_category no force row level security;
alter table item add foreign key (tenant_id, item_category) references item_category (tenant_id, id);
alter table item_category force row level security;
alter table item force row level security;
create index on item (tenant_id, item_category, code, id);

-- ---------------------------------------------------------------- units

-- Other units that an item is counted in: how much of its own unit one of them holds, and what a scanner reads on it.
create table item_unit (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  unit uuid not null, factor numeric not null check (factor > 0), barcode text,
  primary key (tenant_id, id),
  constraint item_unit_unit_key unique (tenant_id, parent, unit) deferrable initially deferred,
  foreign key (tenant_id, parent) references item (tenant_id, id) on delete cascade,
  foreign key (tenant_id, unit) references unit (tenant_id, id));
create index on item_unit (tenant_id, parent, position);
create index on item_unit (tenant_id, unit);
create index on item_unit (tenant_id, barcode);
select wall('item_unit');
select mark('item_unit');

-- What documents have counted in a unit keeps its meaning.
create function keep_unit() returns trigger language plpgsql as $$
begin
  if auth.is_being_deleted(old.tenant_id) then return null; end if;
  if tg_op = 'UPDATE' and (new.parent, new.unit, new.factor) = (old.parent, old.unit, old.factor) then return null; end if;
  if exists (select from quotation_line l where l.tenant_id = old.tenant_id and l.item = old.parent and l.unit = old.unit)
     or exists (select from sales_order_line l where l.tenant_id = old.tenant_id and l.item = old.parent and l.unit = old.unit)
     or exists (select from delivery_line l where l.tenant_id = old.tenant_id and l.item = old.parent and l.unit = old.unit)
     or exists (select from sales_invoice_line l where l.tenant_id = old.tenant_id and l.item = old.parent and l.unit = old.unit)
     or exists (select from credit_note_line l where l.tenant_id = old.tenant_id and l.item = old.parent and l.unit = old.unit) then
    raise exception 'documents count in unit %', old.unit using errcode = '23503', constraint = 'item_unit_used';
  end if;
  return null;
end $$;
revoke execute on function keep_unit from public;
create constraint trigger item_unit_used after update or delete on item_unit for each row execute function keep_unit();

-- So does the stock unit: a line in one that the item has no more could neither be delivered nor credited nor come back.
create function keep_stock_unit() returns trigger language plpgsql as $$
begin
  if exists (select from quotation_line l where l.tenant_id = old.tenant_id and l.item = old.id and l.unit = old.unit)
     or exists (select from sales_order_line l where l.tenant_id = old.tenant_id and l.item = old.id and l.unit = old.unit)
     or exists (select from delivery_line l where l.tenant_id = old.tenant_id and l.item = old.id and l.unit = old.unit)
     or exists (select from sales_invoice_line l where l.tenant_id = old.tenant_id and l.item = old.id and l.unit = old.unit)
     or exists (select from credit_note_line l where l.tenant_id = old.tenant_id and l.item = old.id and l.unit = old.unit) then
    raise exception 'documents count in unit %', old.unit using errcode = '23503', constraint = 'item_unit_used';
  end if;
  return null;
end $$;
revoke execute on function keep_stock_unit from public;
create constraint trigger item_unit_kept after update of unit on item
  for each row when (old.unit is distinct from new.unit) execute function keep_stock_unit();

-- So much of an item in its stock unit. Without a unit, and in the stock unit itself, it is that already.
create function stock_quantity(of_tenant uuid, of_item uuid, in_unit uuid, quantity numeric) returns numeric
  language sql stable as $$
  select quantity * coalesce((select factor from item_unit where tenant_id = of_tenant and parent = of_item and unit = in_unit), 1)
$$;

create or replace view stock_place with (security_invoker = true) as
  select tenant_id, item, warehouse, sum(on_hand) as on_hand, sum(value)::bigint as value, sum(reserved) as reserved
    from (select tenant_id, item, warehouse, on_hand, value, 0::numeric as reserved from stock_level where on_hand > 0
          union all
          select l.tenant_id, l.item, o.warehouse, 0, 0, stock_quantity(l.tenant_id, l.item, l.unit, l.quantity - l.delivered)
            from sales_order_line l join sales_order o on o.tenant_id = l.tenant_id and o.id = l.parent
           where l.delivered < l.quantity and o.state in ('confirmed', 'partly_delivered')) x
   group by tenant_id, item, warehouse;
