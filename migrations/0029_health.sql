-- What was asked for in vain, by member and hour.

create table ops.missed (
  tenant_id uuid not null references auth.tenants on delete cascade,
  hour      timestamptz not null,
  member    uuid not null,
  asked     bigint not null,
  primary key (tenant_id, hour, member)
);

-- Adds what a node has counted to this hour, and forgets what is three months old. Locked in one order, so that two nodes do
-- not wait for each other. Answers with what each member comes to.
create function ops.count_missed(companies uuid[], members uuid[], times bigint[])
returns table (company uuid, member uuid, together bigint)
language sql security definer set search_path = ops, public, pg_temp as $$
  with old as (
    delete from ops.missed o where o.tenant_id = any(companies) and o.hour < now() - interval '90 days'
  )
  insert into ops.missed as n (tenant_id, hour, member, asked)
    select t.id, date_trunc('hour', now()), u.who, u.more
      from unnest(companies, members, times) as u (whose, who, more) join auth.tenants t on t.id = u.whose
     order by t.id, u.who
    on conflict (tenant_id, hour, member) do update set asked = n.asked + excluded.asked
  returning n.tenant_id, n.member, n.asked
$$;

-- Of the company of the transaction: how often each member asked in so many days, and in which hour last.
create function ops.missed_here(back int) returns table (member uuid, asked bigint, latest timestamptz)
language sql stable security definer set search_path = ops, public, pg_temp as $$
  select m.member, sum(m.asked)::bigint, max(m.hour) from ops.missed m
   where m.tenant_id = tid() and m.hour > now() - make_interval(days => back) group by m.member
$$;

revoke execute on function ops.count_missed, ops.missed_here from public;
grant execute on function ops.count_missed, ops.missed_here to diwan_app;

-- ---------------------------------------------------------------- what gets done in companies, for operators

create index job_failed on job (tenant_id, finished_at) where state = 'failed';
create index job_archived on job (tenant_id, finished_at) where kind = 'archive' and state = 'done';

-- Of these companies, sums alone: jobs that were given up within a day, jobs that are due for an hour while nobody is at them,
-- webhooks whose receiver did not answer well and those that are paused, since when an event waits to be delivered and whether that
-- is more than an hour, the day of the last archive, and what was asked for in vain within a day. Of a company that has never had a webhook
-- nothing waits. It looks into each company as that company.
create function ops.health(who uuid, companies uuid[])
returns table (id uuid, failed bigint, stuck bigint, failing bigint, paused bigint, waiting text, late boolean, archived text, missed bigint)
language plpgsql security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
declare one uuid; oldest timestamptz; before text := coalesce(current_setting('app.tenant_id', true), '');
begin
  perform ops.check_operator(who);
  for one in select t.id from auth.tenants t where t.id = any(companies) loop
    perform set_config('app.tenant_id', one::text, true);
    select least(
             (select o.at from outbox o where o.tenant_id = one and o.state = 'waiting'
                 and exists (select from hooks.companies c where c.tenant_id = one) order by o.id limit 1),
             (select d.happened_at from webhook_delivery d where d.tenant_id = one and d.state = 'waiting' order by d.id limit 1))
      into oldest;
    return query
      select one,
             (select count(*) from job j where j.tenant_id = one and j.state = 'failed' and j.finished_at > now() - interval '1 day'),
             (select count(*) from queue.tickets q where q.tenant_id = one and q.run_at < now() - interval '1 hour'
                 and coalesce(q.lease_until, '-infinity') < now()),
             (select count(*) from webhook w join hooks.receivers r on r.webhook = w.id and r.tenant_id = one
               where w.tenant_id = one and w.state = 'active' and not r.well),
             (select count(*) from webhook w where w.tenant_id = one and w.state = 'paused'),
             to_char(oldest at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
             coalesce(oldest < now() - interval '1 hour', false),
             (select to_char(max(j.finished_at) at time zone 'UTC', 'YYYY-MM-DD') from job j
               where j.tenant_id = one and j.kind = 'archive' and j.state = 'done'),
             (select coalesce(sum(m.asked), 0)::bigint from ops.missed m
               where m.tenant_id = one and m.hour > now() - interval '1 day');
  end loop;
  perform set_config('app.tenant_id', before, true);
end $$;

revoke execute on function ops.health from public;
grant execute on function ops.health to diwan_app;
