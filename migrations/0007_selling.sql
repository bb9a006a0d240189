-- Price lists, the release of orders beyond a credit limit, leads and opportunities.

-- ---------------------------------------------------------------- price lists

create table price_list (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, currency text not null, valid_from date, valid_until date, active boolean not null default true,
  primary key (tenant_id, id),
  constraint price_list_code_key unique (tenant_id, code),
  constraint price_list_validity check (valid_from <= valid_until));
create index on price_list (tenant_id, code, id);
create index on price_list (tenant_id, currency, code, id);
create index on price_list (tenant_id, active, code, id);
select wall('price_list');

create table price_list_line (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  item uuid not null, from_quantity numeric not null default 0 check (from_quantity >= 0), price numeric not null check (price >= 0),
  discount numeric check (discount between 0 and 100), valid_from date, valid_until date,
  primary key (tenant_id, id),
  constraint price_list_line_validity check (valid_from <= valid_until),
  foreign key (tenant_id, parent) references price_list (tenant_id, id) on delete cascade,
  foreign key (tenant_id, item) references item (tenant_id, id));
create index on price_list_line (tenant_id, parent, position);
create index on price_list_line (tenant_id, item, parent);
select wall('price_list_line');

-- Adding a key reads the whole table, in no company: the wall would raise, so it stands aside for this statement.
alter table customer no force row level security;
alter table customer add column price_list uuid, add foreign key (tenant_id, price_list) references price_list (tenant_id, id);
alter table customer force row level security;
create index on customer (tenant_id, price_list, code, id);

-- ---------------------------------------------------------------- credit

alter table sales_order add column credit_released boolean not null default false;

-- What a customer owes and what will be invoiced: read each time an order is confirmed, however long the history is.
create index open_item_owed on open_item (tenant_id, customer) include (base_open) where open <> 0;
create index sales_order_claims on sales_order (tenant_id, customer)
  where state in ('confirmed', 'partly_delivered', 'delivered') or to_invoice;

-- ---------------------------------------------------------------- leads and opportunities

create table lead (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  name text not null, company text, phone text, email text, date date not null,
  source text check (source in ('referral', 'visit', 'web', 'exhibition', 'other')),
  salesperson uuid, branch uuid, note text,
  state text not null default 'new' check (state in ('new', 'contacted', 'qualified', 'lost')),
  primary key (tenant_id, id),
  foreign key (tenant_id, salesperson) references member (tenant_id, id),
  foreign key (tenant_id, branch) references branch (tenant_id, id));
create index on lead (tenant_id, date, id);
create index on lead (tenant_id, state, date, id);
create index on lead (tenant_id, source, date, id);
create index on lead (tenant_id, salesperson, date, id);
create index on lead (tenant_id, branch, date, id);
select wall('lead');

create table opportunity (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  number text, title text not null, customer uuid, lead uuid, date date not null, currency text not null,
  expected_amount bigint check (expected_amount >= 0), probability numeric check (probability between 0 and 100), expected_close date,
  salesperson uuid, branch uuid, note text,
  state text not null default 'new' check (state in ('new', 'qualified', 'proposal', 'negotiation', 'won', 'lost')),
  primary key (tenant_id, id),
  constraint opportunity_number_key unique (tenant_id, number),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, lead) references lead (tenant_id, id),
  foreign key (tenant_id, salesperson) references member (tenant_id, id),
  foreign key (tenant_id, branch) references branch (tenant_id, id));
create index on opportunity (tenant_id, date, id);
create index on opportunity (tenant_id, state, date, id);
create index on opportunity (tenant_id, customer, date, id);
create index on opportunity (tenant_id, lead, date, id);
create index on opportunity (tenant_id, expected_close, date, id);
create index on opportunity (tenant_id, salesperson, date, id);
create index on opportunity (tenant_id, branch, date, id);
select wall('opportunity');

alter table quotation no force row level security;
alter table quotation add column opportunity uuid, add foreign key (tenant_id, opportunity) references opportunity (tenant_id, id);
alter table quotation force row level security;
create index on quotation (tenant_id, opportunity);
