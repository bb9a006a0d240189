-- Receivers that answer well are called several at a time, the others one call at a time; and of those that did not answer well
-- the last time only a few are called together. Whoever hangs delays nobody else.

create table hooks.receivers (
  webhook   uuid primary key,
  tenant_id uuid not null references auth.tenants on delete cascade,
  well      boolean not null
);
create index on hooks.receivers (tenant_id);

-- Writes down how a webhook of the company answered last.
create function hooks.answered(to_webhook uuid, good boolean) returns void
language sql security definer set search_path = hooks, public, pg_temp as $$
  insert into receivers as r (webhook, tenant_id, well) values (to_webhook, tid(), good)
    on conflict (webhook) do update set well = excluded.well where r.tenant_id = tid() and r.well <> excluded.well
$$;

drop function hooks.claim;

-- The delivery that waits longest, of a webhook and of a company that are not busy with so many already. Of those that did not
-- answer well there are `of_unwell` of a company and `most_unwell` of all. One that is never settled comes back behind the others.
create function hooks.claim(seconds int, of_webhook int, of_company int, of_unwell int, most_unwell int)
returns table (id uuid, tenant_id uuid, attempt int, claim bigint)
language sql security definer set search_path = hooks, pg_temp as $$
  with busy as materialized (
    select b.webhook, b.tenant_id, coalesce(r.well, false) as well, r.well is false as unwell
      from due b left join receivers r on r.webhook = b.webhook where b.lease_until > now()
  )
  update due t set lease_until = now() + make_interval(secs => seconds), run_at = now() + make_interval(secs => seconds),
                   claim = t.claim + 1
   where t.id = (select d.id from due d left join receivers r on r.webhook = d.webhook
                  where d.run_at <= now() and coalesce(d.lease_until, '-infinity') < now()
                    and d.webhook not in (select b.webhook from busy b group by b.webhook
                                          having count(*) >= case when bool_and(b.well) then of_webhook else 1 end)
                    and d.tenant_id not in (select b.tenant_id from busy b group by b.tenant_id having count(*) >= of_company)
                    and (r.well is not false
                         or ((select count(*) from busy b where b.unwell) < most_unwell
                             and (select count(*) from busy b where b.unwell and b.tenant_id = d.tenant_id) < of_unwell))
                  order by d.run_at, d.id for update of d skip locked limit 1)
  returning t.id, t.tenant_id, t.tries + 1, t.claim
$$;

revoke execute on function hooks.answered, hooks.claim from public;
grant execute on function hooks.answered, hooks.claim to diwan_app;
