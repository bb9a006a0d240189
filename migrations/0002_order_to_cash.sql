-- Master data, selling, stock and books: everything from quotation to paid invoice.
-- Amounts are bigint minor units; prices, quantities and rates are numeric; states are text with a check.

-- ---------------------------------------------------------------- finance: accounts, taxes, periods, rates

create table account (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null,
  kind text not null check (kind in ('asset', 'liability', 'equity', 'income', 'expense')),
  parent uuid, is_group boolean not null default false, role text, active boolean not null default true,
  primary key (tenant_id, id),
  constraint account_code_key unique (tenant_id, code),
  constraint account_role_key unique (tenant_id, role),
  foreign key (tenant_id, parent) references account (tenant_id, id));
create index on account (tenant_id, parent);
create index on account (tenant_id, code, id);
select wall('account');

create table tax_code (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null,
  kind text not null check (kind in ('standard', 'zero', 'exempt', 'out_of_scope', 'reverse_charge')),
  rate numeric not null check (rate between 0 and 100), einvoice text, active boolean not null default true,
  primary key (tenant_id, id),
  constraint tax_code_code_key unique (tenant_id, code));
select wall('tax_code');

create table period (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, starts date not null, ends date not null,
  state text not null default 'open' check (state in ('open', 'closed')),
  primary key (tenant_id, id),
  constraint period_code_key unique (tenant_id, code),
  constraint period_order check (starts <= ends),
  constraint period_overlap exclude using gist (tenant_id with =, daterange(starts, ends, '[]') with &&));
create index on period (tenant_id, starts, id);
select wall('period');

create table exchange_rate (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  currency text not null, date date not null, rate numeric not null constraint exchange_rate_positive check (rate > 0),
  primary key (tenant_id, id),
  constraint exchange_rate_day_key unique (tenant_id, currency, date));
create index on exchange_rate (tenant_id, date, id);
select wall('exchange_rate');

create table payment_term (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, active boolean not null default true,
  primary key (tenant_id, id),
  constraint payment_term_code_key unique (tenant_id, code));
select wall('payment_term');

create table payment_term_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  percent numeric not null check (percent > 0 and percent <= 100), days int not null check (days >= 0),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references payment_term (tenant_id, id) on delete cascade);
create index on payment_term_line (tenant_id, parent, position);
select wall('payment_term_line');

-- ---------------------------------------------------------------- parties, items, places

create table customer (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, tax_number text, contact text, phone text, email text, city jsonb, address jsonb,
  payment_term uuid, currency text, credit_limit bigint check (credit_limit >= 0),
  language text not null default 'ar' check (language in ('en', 'ar')), note text, active boolean not null default true,
  primary key (tenant_id, id),
  constraint customer_code_key unique (tenant_id, code),
  foreign key (tenant_id, payment_term) references payment_term (tenant_id, id));
create index on customer (tenant_id, payment_term);
create index on customer (tenant_id, code, id);
select wall('customer');

create table unit (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, decimals int not null default 0 check (decimals between 0 and 6),
  primary key (tenant_id, id),
  constraint unit_code_key unique (tenant_id, code));
select wall('unit');

create table warehouse (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, address jsonb, active boolean not null default true,
  primary key (tenant_id, id),
  constraint warehouse_code_key unique (tenant_id, code));
select wall('warehouse');

create table item (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, kind text not null check (kind in ('stock', 'service')),
  unit uuid not null, price numeric check (price >= 0), cost numeric check (cost >= 0), tax_code uuid, barcode text, category text,
  description_en text, description_ar text, description_he text, description_fr text, active boolean not null default true,
  primary key (tenant_id, id),
  constraint item_code_key unique (tenant_id, code),
  foreign key (tenant_id, unit) references unit (tenant_id, id),
  foreign key (tenant_id, tax_code) references tax_code (tenant_id, id));
create index on item (tenant_id, unit);
create index on item (tenant_id, tax_code);
create index on item (tenant_id, code, id);
select wall('item');

-- ---------------------------------------------------------------- the journal

create table journal_entry (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, date date not null, memo text, total bigint not null default 0,
  source_record text, source uuid, reversal_of uuid,
  state text not null default 'draft' check (state in ('draft', 'posted', 'reversed')),
  posted_in xid8,                        -- the transaction that posted it; only that one may add lines
  primary key (tenant_id, id),
  constraint journal_entry_number_key unique (tenant_id, number),
  constraint journal_entry_reversal_key unique (tenant_id, reversal_of),
  constraint journal_entry_numbered check (state = 'draft' or number is not null),
  foreign key (tenant_id, reversal_of) references journal_entry (tenant_id, id));
create index on journal_entry (tenant_id, date, id);
create index on journal_entry (tenant_id, source);
select wall('journal_entry');

create table journal_entry_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  account uuid not null, description text, debit bigint not null default 0 check (debit >= 0), credit bigint not null default 0 check (credit >= 0),
  date date not null default current_date, posted boolean not null default false,
  customer uuid, tax_code uuid, tax_base bigint, currency text, amount bigint,
  primary key (tenant_id, id),
  constraint journal_entry_line_side check (debit = 0 or credit = 0),
  foreign key (tenant_id, parent) references journal_entry (tenant_id, id) on delete cascade,
  foreign key (tenant_id, account) references account (tenant_id, id),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, tax_code) references tax_code (tenant_id, id));
create index on journal_entry_line (tenant_id, parent, position);
create index journal_entry_line_ledger on journal_entry_line (tenant_id, account, date, id) include (debit, credit) where posted;
create index on journal_entry_line (tenant_id, customer);
create index on journal_entry_line (tenant_id, tax_code);
select wall('journal_entry_line');

-- Posted entries balance, checked when the transaction commits. Equality, no tolerance.
create function journal_balance() returns trigger language plpgsql as $$
declare difference bigint; lines int;
begin
  select coalesce(sum(debit), 0) - coalesce(sum(credit), 0), count(*) into difference, lines
    from journal_entry_line where tenant_id = new.tenant_id and parent = new.id;
  if difference <> 0 or lines < 2 then
    raise exception 'journal entry % does not balance', new.id using errcode = 'DW002';
  end if;
  return null;
end $$;
create constraint trigger journal_entry_balance after insert or update on journal_entry
  deferrable initially deferred for each row when (new.state <> 'draft') execute function journal_balance();

-- What is posted stays as it is, but for the mark that it was reversed.
create function journal_entry_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.state <> 'draft' then raise exception 'posted entries stay' using errcode = 'DW001'; end if;
    return old;
  end if;
  if tg_op = 'UPDATE' and old.state <> 'draft' then
    if new.state not in ('posted', 'reversed') or (to_jsonb(new) - '{state,version,changed_at,changed_by}'::text[])
        is distinct from (to_jsonb(old) - '{state,version,changed_at,changed_by}'::text[]) then
      raise exception 'posted entries stay' using errcode = 'DW001';
    end if;
    return new;
  end if;
  if new.state <> 'draft' then new.posted_in := pg_current_xact_id(); end if;
  return new;
end $$;
create trigger journal_entry_guard before insert or update or delete on journal_entry
  for each row execute function journal_entry_guard();

create function journal_line_guard() returns trigger language plpgsql as $$
declare entry record;
begin
  if tg_op <> 'INSERT' and old.posted then raise exception 'posted lines stay' using errcode = 'DW001'; end if;
  if tg_op = 'INSERT' then
    select state, posted_in into entry from journal_entry where tenant_id = new.tenant_id and id = new.parent;
    if entry.state <> 'draft' and entry.posted_in is distinct from pg_current_xact_id() then
      raise exception 'posted entries stay' using errcode = 'DW001';
    end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger journal_line_guard before insert or update or delete on journal_entry_line
  for each row execute function journal_line_guard();

-- ---------------------------------------------------------------- stock

create table stock_level (
  tenant_id uuid not null default tid(), item uuid not null, warehouse uuid not null,
  on_hand numeric not null default 0 constraint stock_never_negative check (on_hand >= 0),
  value bigint not null default 0 constraint stock_value_never_negative check (value >= 0),
  primary key (tenant_id, item, warehouse),
  constraint stock_value_needs_stock check (on_hand > 0 or value = 0),
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, warehouse) references warehouse (tenant_id, id));
create index on stock_level (tenant_id, warehouse);
select wall('stock_level');

create table stock_move (
  tenant_id uuid not null default tid(), id uuid not null, at timestamptz not null default now(), date date not null,
  item uuid not null, warehouse uuid not null, quantity numeric not null check (quantity <> 0), value bigint not null,
  source_record text not null, source uuid not null, source_line uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, warehouse) references warehouse (tenant_id, id));
create index on stock_move (tenant_id, item, warehouse, id);
create index on stock_move (tenant_id, warehouse);
create index on stock_move (tenant_id, source);
select wall('stock_move', 'append');
create trigger stock_move_append before update or delete on stock_move for each row execute function refuse_change();

create table stock_adjustment (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, date date not null, reason text not null check (reason in ('opening', 'count', 'damage', 'found')),
  note text, total bigint not null default 0, state text not null default 'draft' check (state in ('draft', 'posted')),
  primary key (tenant_id, id),
  constraint stock_adjustment_number_key unique (tenant_id, number));
create index on stock_adjustment (tenant_id, date, id);
select wall('stock_adjustment');

create table stock_adjustment_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  item uuid not null, warehouse uuid not null, quantity numeric not null check (quantity <> 0), cost numeric check (cost >= 0),
  place text, value bigint not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references stock_adjustment (tenant_id, id) on delete cascade,
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, warehouse) references warehouse (tenant_id, id));
create index on stock_adjustment_line (tenant_id, parent, position);
create index on stock_adjustment_line (tenant_id, item);
create index on stock_adjustment_line (tenant_id, warehouse);
select wall('stock_adjustment_line');

-- ---------------------------------------------------------------- selling

create table quotation (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, revision int not null default 0, revision_of uuid, customer uuid not null, date date not null, valid_until date, reference text,
  currency text not null, rate numeric not null check (rate > 0), payment_term uuid, note text,
  net bigint not null default 0, tax bigint not null default 0, total bigint not null default 0,
  state text not null default 'draft' check (state in ('draft', 'sent', 'accepted', 'rejected', 'expired', 'superseded')),
  primary key (tenant_id, id),
  constraint quotation_number_key unique (tenant_id, number, revision),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, payment_term) references payment_term (tenant_id, id),
  foreign key (tenant_id, revision_of) references quotation (tenant_id, id));
create index on quotation (tenant_id, date, id);
create index on quotation (tenant_id, customer, date, id);
create index on quotation (tenant_id, payment_term);
create index on quotation (tenant_id, revision_of);
select wall('quotation');

create table quotation_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  item uuid not null, description text, quantity numeric not null check (quantity > 0), unit uuid, price numeric not null check (price >= 0),
  discount numeric check (discount between 0 and 100), tax_code uuid, optional boolean not null default false,
  amount numeric not null default 0, net bigint not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references quotation (tenant_id, id) on delete cascade,
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, unit) references unit (tenant_id, id),
  foreign key (tenant_id, tax_code) references tax_code (tenant_id, id));
create index on quotation_line (tenant_id, parent, position);
create index on quotation_line (tenant_id, item);
create index on quotation_line (tenant_id, unit);
create index on quotation_line (tenant_id, tax_code);
select wall('quotation_line');

create table sales_order (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, customer uuid not null, date date not null, delivery_date date, reference text, quotation uuid,
  warehouse uuid not null, currency text not null, rate numeric not null check (rate > 0), payment_term uuid, note text,
  net bigint not null default 0, tax bigint not null default 0, total bigint not null default 0, base_total bigint not null default 0,
  delivered numeric not null default 0, invoiced numeric not null default 0,      -- percent of the ordered value
  to_invoice boolean not null default false,
  state text not null default 'draft' check (state in ('draft', 'confirmed', 'partly_delivered', 'delivered', 'closed', 'cancelled')),
  primary key (tenant_id, id),
  constraint sales_order_number_key unique (tenant_id, number),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, quotation) references quotation (tenant_id, id),
  foreign key (tenant_id, warehouse) references warehouse (tenant_id, id),
  foreign key (tenant_id, payment_term) references payment_term (tenant_id, id));
create index on sales_order (tenant_id, date, id);
create index on sales_order (tenant_id, state, date, id);
create index on sales_order (tenant_id, customer, date, id);
create index on sales_order (tenant_id, quotation);
create index on sales_order (tenant_id, warehouse);
create index on sales_order (tenant_id, payment_term);
select wall('sales_order');

create table sales_order_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  item uuid not null, description text, quantity numeric not null check (quantity > 0), unit uuid, price numeric not null check (price >= 0),
  discount numeric check (discount between 0 and 100), tax_code uuid,
  amount numeric not null default 0, net bigint not null default 0,
  delivered numeric not null default 0 constraint sales_order_line_delivered check (delivered between 0 and quantity),
  invoiced numeric not null default 0 constraint sales_order_line_invoiced check (invoiced between 0 and quantity),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references sales_order (tenant_id, id) on delete cascade,
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, unit) references unit (tenant_id, id),
  foreign key (tenant_id, tax_code) references tax_code (tenant_id, id));
create index on sales_order_line (tenant_id, parent, position);
create index on sales_order_line (tenant_id, item);
create index on sales_order_line (tenant_id, unit);
create index on sales_order_line (tenant_id, tax_code);
select wall('sales_order_line');

create table delivery (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, customer uuid not null, date date not null, sales_order uuid, return_of uuid, warehouse uuid not null, reference text, note text,
  cost bigint not null default 0, state text not null default 'draft' check (state in ('draft', 'posted', 'returned')),
  primary key (tenant_id, id),
  constraint delivery_number_key unique (tenant_id, number),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, sales_order) references sales_order (tenant_id, id),
  foreign key (tenant_id, return_of) references delivery (tenant_id, id),
  foreign key (tenant_id, warehouse) references warehouse (tenant_id, id));
create index on delivery (tenant_id, date, id);
create index on delivery (tenant_id, customer, date, id);
create index on delivery (tenant_id, sales_order);
create index on delivery (tenant_id, return_of);
create index on delivery (tenant_id, warehouse);
select wall('delivery');

create table delivery_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  item uuid not null, description text, quantity numeric not null check (quantity > 0), unit uuid, order_line uuid, delivery_line uuid,
  cost bigint not null default 0, returned numeric not null default 0 constraint delivery_line_returned check (returned between 0 and quantity),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references delivery (tenant_id, id) on delete cascade,
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, unit) references unit (tenant_id, id),
  foreign key (tenant_id, order_line) references sales_order_line (tenant_id, id),
  foreign key (tenant_id, delivery_line) references delivery_line (tenant_id, id));
create index on delivery_line (tenant_id, parent, position);
create index on delivery_line (tenant_id, item);
create index on delivery_line (tenant_id, unit);
create index on delivery_line (tenant_id, order_line);
create index on delivery_line (tenant_id, delivery_line);
select wall('delivery_line');

create table sales_invoice (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, customer uuid not null, date date not null, due_date date, sales_order uuid, reference text,
  currency text not null, rate numeric not null check (rate > 0), payment_term uuid, note text,
  net bigint not null default 0, tax bigint not null default 0, total bigint not null default 0, base_total bigint not null default 0,
  open bigint not null default 0,
  state text not null default 'draft' check (state in ('draft', 'posted', 'partly_paid', 'paid')),
  primary key (tenant_id, id),
  constraint sales_invoice_number_key unique (tenant_id, number),
  constraint sales_invoice_open check (open between 0 and total),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, sales_order) references sales_order (tenant_id, id),
  foreign key (tenant_id, payment_term) references payment_term (tenant_id, id));
create index on sales_invoice (tenant_id, date, id);
create index on sales_invoice (tenant_id, customer, date, id);
create index on sales_invoice (tenant_id, state, date, id);
create index on sales_invoice (tenant_id, sales_order);
create index on sales_invoice (tenant_id, payment_term);
select wall('sales_invoice');

create table sales_invoice_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  item uuid not null, description text, quantity numeric not null check (quantity > 0), unit uuid, price numeric not null check (price >= 0),
  discount numeric check (discount between 0 and 100), tax_code uuid, order_line uuid,
  amount numeric not null default 0, net bigint not null default 0,
  credited numeric not null default 0 constraint sales_invoice_line_credited check (credited between 0 and quantity),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references sales_invoice (tenant_id, id) on delete cascade,
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, unit) references unit (tenant_id, id),
  foreign key (tenant_id, tax_code) references tax_code (tenant_id, id),
  foreign key (tenant_id, order_line) references sales_order_line (tenant_id, id));
create index on sales_invoice_line (tenant_id, parent, position);
create index on sales_invoice_line (tenant_id, item);
create index on sales_invoice_line (tenant_id, unit);
create index on sales_invoice_line (tenant_id, tax_code);
create index on sales_invoice_line (tenant_id, order_line);
select wall('sales_invoice_line');

create table credit_note (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, customer uuid not null, date date not null, sales_invoice uuid not null, reason text not null,
  currency text not null, rate numeric not null check (rate > 0), note text,
  net bigint not null default 0, tax bigint not null default 0, total bigint not null default 0, base_total bigint not null default 0,
  state text not null default 'draft' check (state in ('draft', 'posted')),
  primary key (tenant_id, id),
  constraint credit_note_number_key unique (tenant_id, number),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, sales_invoice) references sales_invoice (tenant_id, id));
create index on credit_note (tenant_id, date, id);
create index on credit_note (tenant_id, customer, date, id);
create index on credit_note (tenant_id, sales_invoice);
select wall('credit_note');

create table credit_note_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  item uuid not null, description text, quantity numeric not null check (quantity > 0), unit uuid, price numeric not null check (price >= 0),
  discount numeric check (discount between 0 and 100), tax_code uuid, invoice_line uuid,
  amount numeric not null default 0, net bigint not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references credit_note (tenant_id, id) on delete cascade,
  foreign key (tenant_id, item) references item (tenant_id, id),
  foreign key (tenant_id, unit) references unit (tenant_id, id),
  foreign key (tenant_id, tax_code) references tax_code (tenant_id, id),
  foreign key (tenant_id, invoice_line) references sales_invoice_line (tenant_id, id));
create index on credit_note_line (tenant_id, parent, position);
create index on credit_note_line (tenant_id, item);
create index on credit_note_line (tenant_id, unit);
create index on credit_note_line (tenant_id, tax_code);
create index on credit_note_line (tenant_id, invoice_line);
select wall('credit_note_line');

create table customer_payment (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, customer uuid not null, date date not null, account uuid not null, reference text,
  currency text not null, rate numeric not null check (rate > 0), amount bigint not null check (amount > 0), note text,
  base_amount bigint not null default 0, allocated bigint not null default 0 check (allocated between 0 and amount),
  state text not null default 'draft' check (state in ('draft', 'posted', 'reversed')),
  primary key (tenant_id, id),
  constraint customer_payment_number_key unique (tenant_id, number),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, account) references account (tenant_id, id));
create index on customer_payment (tenant_id, date, id);
create index on customer_payment (tenant_id, customer, date, id);
create index on customer_payment (tenant_id, account);
select wall('customer_payment');

create table customer_payment_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  sales_invoice uuid not null, amount bigint not null check (amount > 0),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references customer_payment (tenant_id, id) on delete cascade,
  foreign key (tenant_id, sales_invoice) references sales_invoice (tenant_id, id));
create index on customer_payment_line (tenant_id, parent, position);
create index on customer_payment_line (tenant_id, sales_invoice);
select wall('customer_payment_line');

-- ---------------------------------------------------------------- the receivables sub-ledger

-- What a customer owes (positive) or is owed (negative). Sum of base_open equals the receivable account at every moment.
create table open_item (
  tenant_id uuid not null default tid(), id uuid not null, customer uuid not null,
  source_record text not null, source uuid not null, position int not null, date date not null, due_date date not null,
  currency text not null, amount bigint not null, base_amount bigint not null, open bigint not null, base_open bigint not null,
  primary key (tenant_id, id),
  constraint open_item_source_key unique (tenant_id, source, position),
  constraint open_item_within check (abs(open) <= abs(amount) and sign(open) * sign(amount) >= 0),
  constraint open_item_settled check (open <> 0 or base_open = 0),
  foreign key (tenant_id, customer) references customer (tenant_id, id));
create index on open_item (tenant_id, customer);
create index open_item_due on open_item (tenant_id, due_date) include (base_open) where open <> 0;
select wall('open_item');

-- Which credit settled which debit; appended, reversed by a row of opposite sign.
create table allocation (
  tenant_id uuid not null default tid(), id uuid not null, at timestamptz not null default now(), date date not null,
  debit_item uuid not null, credit_item uuid not null, amount bigint not null check (amount <> 0),
  base_debit bigint not null, base_credit bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, debit_item) references open_item (tenant_id, id),
  foreign key (tenant_id, credit_item) references open_item (tenant_id, id));
create index on allocation (tenant_id, debit_item);
create index on allocation (tenant_id, credit_item);
select wall('allocation', 'append');
create trigger allocation_append before update or delete on allocation for each row execute function refuse_change();
