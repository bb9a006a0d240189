-- Activities follow up leads, opportunities and customers; customers have several contacts and addresses.

create table activity (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  subject text not null, kind text not null check (kind in ('call', 'visit', 'meeting', 'email', 'task')), date date not null,
  salesperson uuid, customer uuid, lead uuid, opportunity uuid, branch uuid, note text,
  state text not null default 'planned' check (state in ('planned', 'done', 'dropped')),
  primary key (tenant_id, id),
  foreign key (tenant_id, salesperson) references member (tenant_id, id),
  foreign key (tenant_id, customer) references customer (tenant_id, id),
  foreign key (tenant_id, lead) references lead (tenant_id, id),
  foreign key (tenant_id, opportunity) references opportunity (tenant_id, id),
  foreign key (tenant_id, branch) references branch (tenant_id, id));
create index on activity (tenant_id, date, id);
create index on activity (tenant_id, kind, date, id);
create index on activity (tenant_id, salesperson, date, id);
create index on activity (tenant_id, customer, date, id);
create index on activity (tenant_id, lead, date, id);
create index on activity (tenant_id, opportunity, date, id);
create index on activity (tenant_id, branch, date, id);
create index on activity (tenant_id, state, date, id);
select wall('activity');
select search.watch('activity');

create table customer_contact (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  purpose text check (purpose in ('contact', 'billing', 'delivery')), name text, phone text, email text, address text,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references customer (tenant_id, id) on delete cascade);
create index on customer_contact (tenant_id, parent, position);
select wall('customer_contact');
