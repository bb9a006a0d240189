-- Plans: what a company may have, which parts of Diwan it has, what it uses; and who operates the installation. All of it
-- stands outside the companies, behind functions, as `auth` does.

create schema ops;
grant usage on schema ops to diwan_app;

create table ops.plan (
  code    text primary key check (code ~ '^[a-z][a-z0-9_]{0,29}$'),
  name    jsonb not null,
  -- Null is without a limit.
  users   int check (users > 0),
  storage bigint check (storage >= 0),   -- bytes of files; null is what the installation gives each company
  records bigint check (records >= 0),
  calls   bigint check (calls >= 0),     -- of programs in a calendar month, UTC
  flags   text[]                         -- parts of Diwan; null is all that there are and will be
);
insert into ops.plan (code, name, users, storage, records, calls, flags) values
  ('unlimited', '{"en": "Without limits", "ar": "بلا حدود"}', null, null, null, null, null),
  ('standard', '{"en": "Standard", "ar": "القياسية"}', 25, 21474836480, 500000, 500000, null),
  ('small', '{"en": "Small", "ar": "الصغيرة"}', 5, 2147483648, 20000, 20000, '{import,custom_fields}');

-- What operators have decided of a company; of the others it is the plan `unlimited`.
create table ops.subscription (
  tenant_id    uuid primary key references auth.tenants,
  plan         text not null default 'unlimited' references ops.plan,
  flags_on     text[] not null default '{}',
  flags_off    text[] not null default '{}',
  suspended_at timestamptz,
  reason       text,
  since        timestamptz not null default now(),
  constraint subscription_reason check ((suspended_at is null) = (reason is null))
);
create index on ops.subscription (plan);

-- What a company used, by day in UTC. What is null has not been measured; calls are counted from the first one on.
create table ops.usage (
  tenant_id uuid not null references auth.tenants,
  day       date not null,
  users     bigint,
  records   bigint,
  storage   bigint,
  calls     bigint not null default 0,
  actions   bigint not null default 0,   -- entries of the audit log
  primary key (tenant_id, day)
);

-- What operators have done. It outlives the companies and the operators that it tells of.
create table ops.log (
  id        bigint generated always as identity primary key,
  at        timestamptz not null default now(),
  operator  uuid not null,
  tenant_id uuid not null,
  action    text not null check (action in ('plan', 'suspend', 'resume')),
  details   jsonb not null
);
create index on ops.log (tenant_id, id);
create trigger log_append before update or delete on ops.log for each row execute function refuse_change();
create trigger log_whole before truncate on ops.log for each statement execute function refuse_change();

-- Who operates the installation. Only the owner of the database makes somebody an operator: no page can.
create table auth.operators (
  user_id uuid primary key references auth.users,
  since   timestamptz not null default now()
);

-- ---------------------------------------------------------------- for the company of the transaction

-- What it may have, and which parts of Diwan.
create function ops.terms()
returns table (plan text, most_users bigint, most_storage bigint, most_records bigint, most_calls bigint,
               flags text[], flags_on text[], flags_off text[], suspended boolean)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
begin
  return query
    select p.code, p.users::bigint, p.storage, p.records, p.calls, p.flags,
           coalesce(s.flags_on, '{}'), coalesce(s.flags_off, '{}'), s.suspended_at is not null
      from (select tid() as id) t
      left join ops.subscription s on s.tenant_id = t.id
      join ops.plan p on p.code = coalesce(s.plan, 'unlimited');
end $$;

create function ops.plan_name() returns jsonb
language sql stable security definer set search_path = ops, public, pg_temp as $$
  select p.name from ops.plan p
   where p.code = coalesce((select s.plan from ops.subscription s where s.tenant_id = tid()), 'unlimited')
$$;

-- What it has now. Every record has one entry in the index of all words.
create function ops.used() returns table (used_users bigint, used_records bigint, used_storage bigint)
language sql stable security definer set search_path = ops, public, pg_temp as $$
  select (select count(*) from member m where m.tenant_id = (select tid()) and m.state = 'active'),
         (select count(*) from search.entries e where e.tenant_id = (select tid())),
         ((select coalesce(sum(a.size), 0) from attachment a where a.tenant_id = (select tid()) and a.state <> 'gone')
          + (select coalesce(sum(b.size), 0) from import_batch b where b.tenant_id = (select tid()) and b.storage is not null))::bigint
$$;

-- How many records it has, when so many more would be more than it may have; null when there is room. They are only
-- counted where the last measurement comes near the limit: who adds more than the twentieth part of it between two
-- measurements is refused later, and nobody is refused before the limit.
create function ops.crowded(most bigint, more bigint) returns bigint
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
declare known bigint;
begin
  select u.records into known from ops.usage u
   where u.tenant_id = tid() and u.records is not null order by u.day desc limit 1;
  if known + more + greatest(1000, most / 20) <= most then return null; end if;
  select count(*) into known from (select from search.entries e where e.tenant_id = tid() limit most + 1) counted;
  return case when known + more > most then known end;
end $$;

-- Calls of its programs in this month, as far as they are written down.
create function ops.called() returns bigint
language sql stable security definer set search_path = ops, public, pg_temp as $$
  select coalesce(sum(u.calls), 0)::bigint from ops.usage u
   where u.tenant_id = tid() and u.day >= date_trunc('month', now() at time zone 'UTC')::date
$$;

-- Writes down what it has today, and what was done in it today and yesterday.
create function ops.measure() returns void
language plpgsql security definer set search_path = ops, public, pg_temp as $$
declare
  today date := (now() at time zone 'UTC')::date;
  -- Ids of the audit log begin with the time at which they were made.
  morning uuid := (lpad(to_hex((extract(epoch from today::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
  eve uuid := (lpad(to_hex((extract(epoch from (today - 1)::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
begin
  insert into ops.usage as n (tenant_id, day, users, records, storage, actions)
    select tid(), today, u.used_users, u.used_records, u.used_storage,
           (select count(*) from audit a where a.tenant_id = (select tid()) and a.id >= morning)
      from ops.used() u
    on conflict (tenant_id, day) do update
      set users = excluded.users, records = excluded.records, storage = excluded.storage, actions = excluded.actions;
  update ops.usage n
     set actions = (select count(*) from audit a where a.tenant_id = (select tid()) and a.id >= eve and a.id < morning)
   where n.tenant_id = tid() and n.day = today - 1;
end $$;

-- The days of a company, the earliest first, as far back as so many days.
create function ops.days_of(company uuid, back int)
returns table (day text, users bigint, records bigint, storage bigint, calls bigint, actions bigint)
language sql stable security definer set search_path = ops, public, pg_temp as $$
  select u.day::text, u.users, u.records, u.storage, u.calls, u.actions from ops.usage u
   where u.tenant_id = company and u.day > (now() at time zone 'UTC')::date - back order by u.day
$$;

create function ops.days(back int)
returns table (day text, users bigint, records bigint, storage bigint, calls bigint, actions bigint)
language sql stable security definer set search_path = ops, public, pg_temp as $$
  select * from ops.days_of(tid(), back)
$$;

-- Adds calls that a node has counted. Locked in one order, so that two nodes do not wait for each other.
create function ops.count_calls(companies uuid[], made bigint[]) returns void
language sql security definer set search_path = ops, public, pg_temp as $$
  insert into ops.usage as n (tenant_id, day, calls)
    select t.id, (now() at time zone 'UTC')::date, u.calls
      from unnest(companies, made) as u (company, calls) join auth.tenants t on t.id = u.company order by t.id
    on conflict (tenant_id, day) do update set calls = n.calls + excluded.calls
$$;

-- ---------------------------------------------------------------- for operators

create function auth.is_operator(who uuid) returns boolean
language sql stable security definer set search_path = auth, pg_temp as $$
  select exists (select from auth.operators o where o.user_id = who)
$$;

-- For everybody else there is nothing.
create function ops.check_operator(who uuid) returns void
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
begin
  if not auth.is_operator(who) then raise exception 'no operator' using errcode = 'DW004'; end if;
end $$;

create function ops.check_company(company uuid) returns void
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
begin
  if not exists (select from auth.tenants t where t.id = company) then
    raise exception 'no such company' using errcode = 'DW004';
  end if;
end $$;

-- Companies with what they have and may have: those whose name holds a text, or one. Figures are those of the last
-- measurement, but members, which are those of now; what grew did so since the first measurement of thirty days.
create function ops.companies(who uuid, one uuid, sought text, sorted text, skipped int, most int)
returns table (id uuid, name text, country text, founded text, plan text, plan_name text, flags text[], flags_on text[], flags_off text[],
               suspended text, reason text, most_users bigint, most_storage bigint, most_records bigint, most_calls bigint,
               users bigint, storage bigint, records bigint, calls bigint, grown bigint, seen text)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
declare today date := (now() at time zone 'UTC')::date;
begin
  perform ops.check_operator(who);
  return query
    select c.id, c.names::text, c.country, c.founded, c.plan, c.plan_name, c.flags, c.flags_on, c.flags_off, c.suspended, c.reason,
           c.most_users, c.most_storage, c.most_records, c.most_calls, c.users, c.storage, c.records, c.calls, c.grown, c.seen::text
      from (select t.id, t.name as names, coalesce(nullif(t.name ->> 'en', ''), t.name ->> 'ar') as title, t.country,
                   to_char(t.created_at, 'YYYY-MM-DD') as founded, p.code as plan, p.name::text as plan_name, p.flags,
                   coalesce(s.flags_on, '{}') as flags_on, coalesce(s.flags_off, '{}') as flags_off,
                   to_char(s.suspended_at, 'YYYY-MM-DD') as suspended, s.reason,
                   p.users::bigint as most_users, p.storage as most_storage, p.records as most_records, p.calls as most_calls,
                   (select count(*) from auth.memberships m where m.tenant_id = t.id) as users,
                   latest.storage, latest.records, latest.records - earliest.records as grown,
                   (select coalesce(sum(u.calls), 0)::bigint from ops.usage u
                     where u.tenant_id = t.id and u.day >= date_trunc('month', today)::date) as calls,
                   (select max(u.day) from ops.usage u where u.tenant_id = t.id and (u.actions > 0 or u.calls > 0)) as seen
              from auth.tenants t
              left join ops.subscription s on s.tenant_id = t.id
              join ops.plan p on p.code = coalesce(s.plan, 'unlimited')
              left join lateral (select u.records, u.storage from ops.usage u
                                  where u.tenant_id = t.id and u.records is not null order by u.day desc limit 1) latest on true
              left join lateral (select u.records from ops.usage u
                                  where u.tenant_id = t.id and u.records is not null and u.day > today - 31 order by u.day limit 1) earliest on true
             where (one is null or t.id = one)
               and (position(lower(sought) in lower(t.name ->> 'en')) > 0 or position(lower(sought) in lower(t.name ->> 'ar')) > 0)) c
     order by case sorted when 'users' then c.users when 'records' then c.records when 'storage' then c.storage
                          when 'calls' then c.calls when 'grown' then c.grown end desc nulls last,
              case sorted when 'seen' then c.seen end desc nulls last,
              c.title, c.id
     offset skipped limit most;
end $$;

-- The same over the whole installation.
create function ops.totals(who uuid)
returns table (companies bigint, suspended bigint, people bigint, records bigint, storage bigint, calls bigint)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
declare today date := (now() at time zone 'UTC')::date;
begin
  perform ops.check_operator(who);
  return query
    select (select count(*) from auth.tenants),
           (select count(*) from ops.subscription s where s.suspended_at is not null),
           (select count(distinct m.user_id) from auth.memberships m),
           coalesce(sum(l.records), 0)::bigint, coalesce(sum(l.storage), 0)::bigint,
           (select coalesce(sum(u.calls), 0)::bigint from ops.usage u where u.day >= date_trunc('month', today)::date)
      from (select distinct on (u.tenant_id) u.records, u.storage from ops.usage u
             where u.records is not null order by u.tenant_id, u.day desc) l;
end $$;

create function ops.plans(who uuid) returns table (code text, name text)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
begin
  perform ops.check_operator(who);
  return query select p.code, p.name::text from ops.plan p order by p.users nulls last, p.code;
end $$;

create function ops.history(who uuid, company uuid, back int)
returns table (day text, users bigint, records bigint, storage bigint, calls bigint, actions bigint)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
begin
  perform ops.check_operator(who);
  return query select d.day, d.users, d.records, d.storage, d.calls, d.actions from ops.days_of(company, back) d;
end $$;

create function ops.entries(who uuid, company uuid, most int) returns table (at text, name text, action text, details jsonb)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
begin
  perform ops.check_operator(who);
  return query
    select to_char(l.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), coalesce(u.name, '—'), l.action, l.details
      from ops.log l left join auth.users u on u.id = l.operator where l.tenant_id = company order by l.id desc limit most;
end $$;

-- Gives a company a plan, and turns parts of Diwan on and off beside it.
create function ops.give(who uuid, company uuid, to_plan text, turned_on text[], turned_off text[]) returns void
language plpgsql security definer set search_path = ops, public, pg_temp as $$
declare old ops.subscription;
begin
  perform ops.check_operator(who);
  perform ops.check_company(company);
  if not exists (select from ops.plan p where p.code = to_plan) then raise exception 'no such plan' using errcode = 'DW004'; end if;
  insert into ops.subscription (tenant_id) values (company) on conflict (tenant_id) do nothing;
  select * into old from ops.subscription s where s.tenant_id = company for update;
  if (old.plan, old.flags_on, old.flags_off) = (to_plan, turned_on, turned_off) then return; end if;
  update ops.subscription s
     set plan = to_plan, flags_on = turned_on, flags_off = turned_off,
         since = case when s.plan = to_plan then s.since else now() end
   where s.tenant_id = company;
  insert into ops.log (operator, tenant_id, action, details)
    values (who, company, 'plan', jsonb_build_object(
      'plan', jsonb_build_array(old.plan, to_plan), 'on', to_jsonb(turned_on), 'off', to_jsonb(turned_off)));
end $$;

-- Closes a company to everybody for a reason, or opens it again.
create function ops.suspend(who uuid, company uuid, why text) returns void
language plpgsql security definer set search_path = ops, public, pg_temp as $$
declare closed boolean;
begin
  perform ops.check_operator(who);
  perform ops.check_company(company);
  insert into ops.subscription (tenant_id) values (company) on conflict (tenant_id) do nothing;
  select s.suspended_at is not null into closed from ops.subscription s where s.tenant_id = company for update;
  if closed = (why is not null) then return; end if;
  update ops.subscription s set suspended_at = case when why is not null then now() end, reason = why where s.tenant_id = company;
  insert into ops.log (operator, tenant_id, action, details)
    values (who, company, case when why is null then 'resume' else 'suspend' end, jsonb_build_object('reason', why));
end $$;

-- The companies of somebody, those that are open before those that are not.
create or replace function auth.companies_of(who uuid) returns table (id uuid, name jsonb)
language sql stable security definer set search_path = auth, pg_temp as $$
  select t.id, t.name from memberships m join tenants t on t.id = m.tenant_id
    left join ops.subscription s on s.tenant_id = t.id
   where m.user_id = who order by s.suspended_at is not null, m.created_at, t.id
$$;

-- Puts a job of a closed company back for a while, as if it had not been tried.
create function queue.wait(job uuid, seconds int) returns void
language sql security definer set search_path = queue, pg_temp as $$
  update tickets set lease_until = null, run_at = now() + make_interval(secs => seconds), attempts = greatest(attempts - 1, 0)
   where id = job
$$;
revoke execute on function queue.wait from public;
grant execute on function queue.wait to diwan_app;

revoke execute on all functions in schema ops from public;
revoke execute on function auth.is_operator from public;
grant execute on function auth.is_operator to diwan_app;
grant execute on function ops.terms, ops.plan_name, ops.used, ops.crowded, ops.called, ops.measure, ops.days, ops.count_calls,
  ops.companies, ops.totals, ops.plans, ops.history, ops.entries, ops.give, ops.suspend to diwan_app;
