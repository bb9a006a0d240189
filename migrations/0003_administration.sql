-- The company as a record, branches, roles with rights, members.

-- ---------------------------------------------------------------- the company: one row, a record like others

alter table company
  add column id uuid generated always as (tenant_id) stored,
  add column version int not null default 1,
  add column created_at timestamptz not null default now(), add column created_by uuid default uid(),
  add column changed_at timestamptz not null default now(), add column changed_by uuid default uid(),
  add column search text not null default '', add column extra jsonb not null default '{}',
  alter column address drop not null, alter column address drop default;

-- The name that companies are chosen by follows the name in the books.
create function auth.rename_tenant() returns trigger
language plpgsql security definer set search_path = auth, pg_temp as $$
begin
  update auth.tenants set name = new.name where id = new.tenant_id;
  return null;
end $$;
revoke execute on function auth.rename_tenant from public;
create trigger company_renamed after update of name on company for each row execute function auth.rename_tenant();

-- ---------------------------------------------------------------- branches

create table branch (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, address jsonb, phone text, active boolean not null default true,
  primary key (tenant_id, id),
  constraint branch_code_key unique (tenant_id, code));
select wall('branch');

-- ---------------------------------------------------------------- roles

create table role (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null,
  base text not null check (base in ('owner', 'accountant', 'sales', 'buyer', 'storekeeper', 'production', 'auditor', 'portal', 'nothing')),
  primary key (tenant_id, id),
  constraint role_code_key unique (tenant_id, code));
select wall('role');

-- What a role may do beside what its base gives: with a type of record (no field), or with one field of it.
create table role_right (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  record text not null, field text,
  sees boolean not null, creates boolean not null default false, changes boolean not null, deletes boolean not null default false,
  acts text, reach text check (reach in ('all', 'branch', 'own', 'party')),
  primary key (tenant_id, id),
  constraint role_right_once unique nulls not distinct (tenant_id, parent, record, field),
  foreign key (tenant_id, parent) references role (tenant_id, id) on delete cascade);
create index on role_right (tenant_id, parent, position);
select wall('role_right');

-- ---------------------------------------------------------------- members: who works in the company

create table member (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  name text not null, email text not null check (email = lower(email)), role uuid not null, branch uuid, customer uuid,
  user_id uuid, invited_until timestamptz,
  state text not null default 'invited' check (state in ('invited', 'active', 'blocked')),
  primary key (tenant_id, id),
  constraint member_email_key unique (tenant_id, email),
  constraint member_user_key unique (tenant_id, user_id),
  constraint member_active check (state <> 'active' or user_id is not null),
  foreign key (tenant_id, role) references role (tenant_id, id),
  foreign key (tenant_id, branch) references branch (tenant_id, id),
  foreign key (tenant_id, customer) references customer (tenant_id, id));
create index on member (tenant_id, role);
create index on member (tenant_id, branch);
create index on member (tenant_id, customer);
create index on member (tenant_id, name, id);
select wall('member');

-- Whose sign-in opens a company follows who is an active member of it.
create function auth.follow_member() returns trigger
language plpgsql security definer set search_path = auth, pg_temp as $$
begin
  if tg_op <> 'INSERT' and old.user_id is not null then
    delete from auth.memberships where user_id = old.user_id and tenant_id = old.tenant_id;
  end if;
  if tg_op <> 'DELETE' and new.state = 'active' then
    insert into auth.memberships (user_id, tenant_id) values (new.user_id, new.tenant_id);
  end if;
  return null;
end $$;
revoke execute on function auth.follow_member from public;

alter table auth.memberships drop column role;
do $$
declare t record;
begin
  for t in select id from auth.tenants loop
    perform set_config('app.tenant_id', t.id::text, true);
    insert into role (id, code, name, base, search)
      select gen_random_uuid(), r.code, jsonb_build_object('en', r.en, 'ar', r.ar), r.code, r.code
        from (values ('owner', 'Owner', 'المالك'), ('accountant', 'Accountant', 'المحاسب'), ('sales', 'Sales', 'المبيعات'),
                     ('buyer', 'Buyer', 'المشتريات'), ('storekeeper', 'Storekeeper', 'أمين المستودع'),
                     ('production', 'Production', 'الإنتاج'), ('auditor', 'Auditor', 'المدقق'),
                     ('portal', 'Customer portal', 'بوابة العملاء')) as r (code, en, ar);
    insert into member (id, user_id, name, email, role, state)
      select u.id, u.id, u.name, u.email, (select r.id from role r where r.tenant_id = t.id and r.code = 'owner'), 'active'
        from auth.memberships m join auth.users u on u.id = m.user_id where m.tenant_id = t.id;
    insert into branch (id, code, name, search)
      values (gen_random_uuid(), 'MAIN', '{"en": "Main branch", "ar": "الفرع الرئيسي"}', 'main');
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;
create trigger member_followed after insert or delete or update of state, user_id on member
  for each row execute function auth.follow_member();

drop function auth.role_of;
drop function auth.names_in_tenant;
drop function auth.add_member;
drop function auth.companies_of;
create function auth.companies_of(who uuid) returns table (id uuid, name jsonb)
language sql stable security definer set search_path = auth, pg_temp as $$
  select t.id, t.name from memberships m join tenants t on t.id = m.tenant_id where m.user_id = who order by m.created_at, t.id
$$;
create function auth.person(who uuid) returns table (name text, email text, locale text, digits text, theme text)
language sql stable security definer set search_path = auth, pg_temp as $$
  select u.name, u.email, u.locale, u.digits, u.theme from users u where u.id = who
$$;
revoke execute on function auth.companies_of, auth.person from public;
grant execute on function auth.person to diwan_app;
grant execute on function auth.companies_of to diwan_app;

-- ---------------------------------------------------------------- documents belong to branches

-- A new foreign key is checked over all companies at once, which the walls would refuse; they stand again below.
do $$
declare t text;
begin
  foreach t in array array['branch', 'warehouse', 'quotation', 'sales_order', 'delivery', 'sales_invoice', 'credit_note', 'customer_payment'] loop
    execute format('alter table %I no force row level security', t);
  end loop;
end $$;

alter table warehouse add column branch uuid, add foreign key (tenant_id, branch) references branch (tenant_id, id);
create index on warehouse (tenant_id, branch);
alter table quotation add column branch uuid, add foreign key (tenant_id, branch) references branch (tenant_id, id);
create index on quotation (tenant_id, branch, date, id);
alter table sales_order add column branch uuid, add foreign key (tenant_id, branch) references branch (tenant_id, id);
create index on sales_order (tenant_id, branch, date, id);
alter table delivery add column branch uuid, add foreign key (tenant_id, branch) references branch (tenant_id, id);
create index on delivery (tenant_id, branch, date, id);
alter table sales_invoice add column branch uuid, add foreign key (tenant_id, branch) references branch (tenant_id, id);
create index on sales_invoice (tenant_id, branch, date, id);
alter table credit_note add column branch uuid, add foreign key (tenant_id, branch) references branch (tenant_id, id);
create index on credit_note (tenant_id, branch, date, id);
alter table customer_payment add column branch uuid, add foreign key (tenant_id, branch) references branch (tenant_id, id);
create index on customer_payment (tenant_id, branch, date, id);
do $$
declare t text;
begin
  foreach t in array array['branch', 'warehouse', 'quotation', 'sales_order', 'delivery', 'sales_invoice', 'credit_note', 'customer_payment'] loop
    execute format('alter table %I force row level security', t);
  end loop;
end $$;
