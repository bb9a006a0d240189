-- Stock that leaves oldest first, and costs that come late.

-- ---------------------------------------------------------------- how an item is valued

alter table item add column method text not null default 'average' check (method in ('average', 'fifo'));

-- What has moved was valued by a method, which stays. Whoever changes the item holds its row, and whoever posts its moves
-- shares the row, so that neither overlooks the other.
create function item_method_kept() returns trigger language plpgsql as $$
begin
  if exists (select from stock_move where tenant_id = new.tenant_id and item = new.id) then
    raise exception 'stock of the item has moved' using errcode = '23514', constraint = 'item_method_kept', table = 'item';
  end if;
  return null;
end $$;
revoke execute on function item_method_kept from public;
create constraint trigger item_method_kept after update of method on item
  for each row when (old.method is distinct from new.method) execute function item_method_kept();

-- ---------------------------------------------------------------- layers

-- What came in at once of an item that leaves oldest first, and what is left of it: a finer level. It has the id of the line
-- that brought it. Nothing of it changes but what is left and what that is worth.
create table stock_layer (
  tenant_id uuid not null default tid(), id uuid not null, at timestamptz not null default clock_timestamp(), date date not null,
  item uuid not null, warehouse uuid not null, quantity numeric not null check (quantity > 0),
  on_hand numeric not null, value bigint not null constraint stock_layer_value check (value >= 0),
  primary key (tenant_id, id),
  constraint stock_layer_on_hand check (on_hand between 0 and quantity),
  constraint stock_layer_value_needs_stock check (on_hand > 0 or value = 0),
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, warehouse) references warehouse (tenant_id, id));
create index on stock_layer (tenant_id, item, warehouse);
create index on stock_layer (tenant_id, warehouse);
create index stock_layer_left on stock_layer (tenant_id, item, warehouse, date, at, id) where on_hand > 0;
select wall('stock_layer', 'append');
grant update (on_hand, value) on stock_layer to diwan_app;

-- The layer that a move took from or added to.
alter table stock_move add column layer uuid;
-- Adding a key reads both tables as a whole, in no company: the walls would raise, so they stand aside for this statement.
alter table stock_move no force row level security;
alter table stock_layer no force row level security;
alter table stock_move add foreign key (tenant_id, layer) references stock_layer (tenant_id, id);
alter table stock_layer force row level security;
alter table stock_move force row level security;
create index on stock_move (tenant_id, layer);

-- ---------------------------------------------------------------- value without quantity

alter table stock_move drop constraint stock_move_quantity_check;
alter table stock_move add constraint stock_move_says check (quantity <> 0 or value <> 0);

alter table stock_adjustment drop constraint stock_adjustment_reason_check;
alter table stock_adjustment add constraint stock_adjustment_reason_check
  check (reason in ('opening', 'count', 'damage', 'found', 'revaluation'));

-- The line whose cost is corrected.
alter table stock_adjustment_line add column receipt_line uuid;
alter table stock_adjustment_line no force row level security;
alter table stock_adjustment_line add foreign key (tenant_id, receipt_line) references stock_adjustment_line (tenant_id, id);
alter table stock_adjustment_line force row level security;
create index on stock_adjustment_line (tenant_id, receipt_line);
