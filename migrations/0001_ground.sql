-- The ground: context, tenancy, people, sessions, audit, outbox, numbers.
-- Runs as diwan_owner. The application signs in as diwan_app, which owns nothing.

create extension if not exists btree_gist;

revoke all on schema public from public;
grant usage on schema public to diwan_app;

-- The tenant of the running transaction. Raises when there is none, so a job that forgot its tenant never sees "no rows".
create function tid() returns uuid language plpgsql stable as $$
declare v text := nullif(current_setting('app.tenant_id', true), '');
begin
  if v is null then raise exception 'tenant context missing' using errcode = '42501'; end if;
  return v::uuid;
end $$;

create function uid() returns uuid language sql stable as $$
  select nullif(current_setting('app.user_id', true), '')::uuid
$$;

-- Gives a table with tenant_id its wall and its grants. `access`: 'full', 'append' (select, insert) or 'read'.
create function wall(relation regclass, access text default 'full') returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', relation);
  execute format('alter table %s force row level security', relation);
  execute format('create policy wall on %s as restrictive for all to public
                    using (tenant_id = (select tid())) with check (tenant_id = (select tid()))', relation);
  execute format('create policy allow on %s for all to diwan_app using (true) with check (true)', relation);
  execute format('create policy allow_owner on %s for all to diwan_owner using (true) with check (true)', relation);
  execute format('grant select%s on %s to diwan_app',
    case access when 'full' then ', insert, update, delete' when 'append' then ', insert' else '' end, relation);
end $$;
revoke execute on function wall from public;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'DW001';
end $$;

-- ---------------------------------------------------------------- people and sessions: global, behind functions

create schema auth;
grant usage on schema auth to diwan_app;

create table auth.users (
  id            uuid primary key,
  email         text not null constraint users_email_key unique check (email = lower(email) and length(email) <= 254),
  password_hash text not null,
  name          text not null,
  locale        text not null default 'en' check (locale in ('en', 'ar')),
  digits        text not null default 'latn' check (digits in ('latn', 'arab')),
  theme         text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
  failures      int not null default 0,
  locked_until  timestamptz,
  created_at    timestamptz not null default now()
);

create table auth.tenants (
  id         uuid primary key,
  name       jsonb not null,
  country    text not null,
  created_at timestamptz not null default now()
);

create table auth.memberships (
  user_id    uuid not null references auth.users,
  tenant_id  uuid not null references auth.tenants,
  role       text not null check (role in ('owner', 'accountant', 'sales', 'storekeeper', 'auditor')),
  created_at timestamptz not null default now(),
  primary key (user_id, tenant_id)
);
create index on auth.memberships (tenant_id);

create table auth.sessions (
  id         text primary key,          -- SHA-256 of the cookie's value
  data       jsonb not null,
  user_id    uuid references auth.users,
  address    text,
  agent      text,
  created_at timestamptz not null default now(),
  seen_at    timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on auth.sessions (user_id);
create index on auth.sessions (expires_at);

create function auth.find_user(mail text)
returns table (id uuid, password_hash text, name text, locale text, digits text, theme text, locked boolean)
language sql stable security definer set search_path = auth, pg_temp as $$
  select u.id, u.password_hash, u.name, u.locale, u.digits, u.theme, coalesce(u.locked_until > now(), false)
    from users u where u.email = lower(mail)
$$;

-- Ten wrong passwords lock an account for fifteen minutes; a right one starts the count anew.
create function auth.note_attempt(who uuid, succeeded boolean) returns void
language sql security definer set search_path = auth, pg_temp as $$
  update users set
      failures = case when succeeded then 0 else failures + 1 end,
      locked_until = case when succeeded then null when failures + 1 >= 10 then now() + interval '15 minutes' else locked_until end
   where id = who
$$;

create function auth.add_user(who uuid, mail text, hash text, full_name text, language text) returns void
language sql security definer set search_path = auth, pg_temp as $$
  insert into users (id, email, password_hash, name, locale) values (who, lower(mail), hash, full_name, language)
$$;

create function auth.add_tenant(tenant uuid, names jsonb, land text) returns void
language sql security definer set search_path = auth, pg_temp as $$
  insert into tenants (id, name, country) values (tenant, names, land)
$$;

create function auth.add_member(who uuid, tenant uuid, as_role text) returns void
language sql security definer set search_path = auth, pg_temp as $$
  insert into memberships (user_id, tenant_id, role) values (who, tenant, as_role)
$$;

create function auth.role_of(who uuid, tenant uuid) returns text
language sql stable security definer set search_path = auth, pg_temp as $$
  select role from memberships where user_id = who and tenant_id = tenant
$$;

create function auth.companies_of(who uuid) returns table (id uuid, name jsonb, role text)
language sql stable security definer set search_path = auth, pg_temp as $$
  select t.id, t.name, m.role from memberships m join tenants t on t.id = m.tenant_id
   where m.user_id = who order by m.created_at, t.id
$$;

-- Names of colleagues, for histories: only of people who belong to the tenant of the transaction.
create function auth.names_in_tenant() returns table (id uuid, name text)
language sql stable security definer set search_path = auth, public, pg_temp as $$
  select u.id, u.name from memberships m join users u on u.id = m.user_id where m.tenant_id = tid()
$$;

create function auth.set_preferences(who uuid, language text, numerals text, look text) returns void
language sql security definer set search_path = auth, pg_temp as $$
  update users set locale = coalesce(language, locale), digits = coalesce(numerals, digits), theme = coalesce(look, theme)
   where id = who
$$;

create function auth.session_create(sid text, contents jsonb, until timestamptz) returns boolean
language sql security definer set search_path = auth, pg_temp as $$
  with added as (insert into sessions (id, data, user_id, address, agent, expires_at)
    values (sid, contents, (contents ->> 'user')::uuid, contents ->> 'address', contents ->> 'agent', until)
    on conflict do nothing returning 1)
  select exists (select from added)
$$;

create function auth.session_save(sid text, contents jsonb, until timestamptz) returns void
language sql security definer set search_path = auth, pg_temp as $$
  insert into sessions (id, data, user_id, address, agent, expires_at)
    values (sid, contents, (contents ->> 'user')::uuid, contents ->> 'address', contents ->> 'agent', until)
    on conflict (id) do update set data = excluded.data, user_id = excluded.user_id, address = excluded.address,
      agent = excluded.agent, expires_at = excluded.expires_at, seen_at = now()
$$;

create function auth.session_load(sid text) returns table (data jsonb, expires double precision)
language sql stable security definer set search_path = auth, pg_temp as $$
  select s.data, extract(epoch from s.expires_at)::double precision from sessions s where s.id = sid and s.expires_at > now()
$$;

create function auth.session_delete(sid text) returns void
language sql security definer set search_path = auth, pg_temp as $$
  delete from sessions where id = sid
$$;

-- Signs a person out everywhere but in the session named.
create function auth.sessions_revoke(who uuid, except_sid text) returns bigint
language sql security definer set search_path = auth, pg_temp as $$
  with gone as (delete from sessions where user_id = who and id is distinct from except_sid returning 1)
  select count(*) from gone
$$;

create function auth.sessions_of(who uuid)
returns table (id text, address text, agent text, created_at text, seen_at text)
language sql stable security definer set search_path = auth, pg_temp as $$
  select s.id, s.address, s.agent, to_char(s.created_at, 'YYYY-MM-DD HH24:MI'), to_char(s.seen_at, 'YYYY-MM-DD HH24:MI')
    from sessions s where s.user_id = who and s.expires_at > now() order by s.seen_at desc
$$;

create function auth.sessions_prune() returns void
language sql security definer set search_path = auth, pg_temp as $$
  delete from sessions where expires_at < now()
$$;

revoke execute on all functions in schema auth from public;
grant execute on all functions in schema auth to diwan_app;

-- ---------------------------------------------------------------- the company

create table company (
  tenant_id     uuid not null default tid() primary key,
  name          jsonb not null,
  country       text not null,
  currency      text not null,
  time_zone     text not null,
  weekend       text not null,
  fiscal_start  text not null,            -- MM-DD
  tax_rounding  text not null check (tax_rounding in ('document', 'line')),
  tax_number    text,
  address       jsonb not null default '{}',
  phone         text
);
select wall('company');

-- ---------------------------------------------------------------- audit, outbox, numbers

create table audit (
  tenant_id uuid not null default tid(),
  id        uuid not null,
  at        timestamptz not null default now(),
  user_id   uuid default uid(),
  request   text default nullif(current_setting('app.request_id', true), ''),
  address   text default nullif(current_setting('app.address', true), ''),
  record    text not null,
  record_id uuid not null,
  action    text not null,
  changes   jsonb not null,
  primary key (tenant_id, id)
);
create index audit_record on audit (tenant_id, record, record_id, id);
select wall('audit', 'append');
create trigger audit_append before update or delete on audit for each row execute function refuse_change();

create table outbox (
  tenant_id uuid not null default tid(),
  id        uuid not null,
  at        timestamptz not null default now(),
  topic     text not null,
  payload   jsonb not null,
  state     text not null default 'waiting' check (state in ('waiting', 'done')),
  primary key (tenant_id, id)
);
create index outbox_waiting on outbox (tenant_id, id) where state = 'waiting';
select wall('outbox');

create table series (
  tenant_id uuid not null default tid(),
  record    text not null,
  year      int not null,
  last      bigint not null,
  primary key (tenant_id, record, year)
);
select wall('series');

-- The next number of a series without gaps: the row stays locked until the posting commits.
create function draw_number(record text, prefix text, year int) returns text language sql as $$
  insert into series as s (record, year, last) values (record, year, 1)
    on conflict (tenant_id, record, year) do update set last = s.last + 1
    returning prefix || '-' || year || '-' || lpad(last::text, 5, '0')
$$;
grant execute on function tid, uid, draw_number to diwan_app;
