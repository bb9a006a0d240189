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
