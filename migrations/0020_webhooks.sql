-- Webhooks: where a company has its events sent, what was sent, and what came of it.

create table webhook (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  name text not null, url text not null, member uuid not null,
  -- Secrets are numbered and follow from the key of the house; for a day after a turn the one before signs as well.
  secret int not null default 1, turned_at timestamptz,
  state text not null default 'active' check (state in ('active', 'paused')),
  primary key (tenant_id, id),
  foreign key (tenant_id, member) references member (tenant_id, id));
create index on webhook (tenant_id, name, id);
create index on webhook (tenant_id, member, name, id);
create index on webhook (tenant_id, state, name, id);
select wall('webhook');
select search.watch('webhook');

-- The events that are sent; without any, all of them.
create table webhook_event (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  record text not null, event text,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references webhook (tenant_id, id) on delete cascade);
create index on webhook_event (tenant_id, parent, position);
select wall('webhook_event');

-- One event on its way to one webhook. Its id is that of the message, the same in every attempt.
create table webhook_delivery (
  tenant_id uuid not null default tid(), id uuid not null,
  webhook uuid not null, event text not null, record_id uuid not null, happened_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed', 'withheld')),
  attempts int not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, webhook) references webhook (tenant_id, id) on delete cascade);
create index on webhook_delivery (tenant_id, webhook, id);
create index on webhook_delivery (tenant_id, state, id);
create index on webhook_delivery (tenant_id, happened_at);
select wall('webhook_delivery');

-- What came of each attempt.
create table webhook_attempt (
  tenant_id uuid not null default tid(), delivery uuid not null, number int not null,
  at timestamptz not null default now(), milliseconds int not null,
  outcome text not null check (outcome in ('accepted', 'refused', 'no_answer', 'no_connection', 'unreadable', 'no_address',
                                           'unknown_name', 'withheld')),
  answered int, note text,
  primary key (tenant_id, delivery, number),
  foreign key (tenant_id, delivery) references webhook_delivery (tenant_id, id) on delete cascade);
select wall('webhook_attempt');

-- What is due when; outside the companies and behind functions, as the queue of jobs is.
create schema hooks;
grant usage on schema hooks to diwan_app;

-- Companies that have ever had a webhook: of the others, nobody reads the outbox.
create table hooks.companies (tenant_id uuid primary key references auth.tenants on delete cascade);

create table hooks.due (
  id          uuid primary key,
  tenant_id   uuid not null references auth.tenants on delete cascade,
  webhook     uuid not null,
  run_at      timestamptz not null default now(),
  lease_until timestamptz,
  tries       int not null default 0,      -- attempts that came to their end
  claim       bigint not null default 0    -- rises with each lease: what an earlier one brings late does not count
);
create index on hooks.due (run_at, id);
create index on hooks.due (lease_until) where lease_until is not null;
create index on hooks.due (tenant_id);

create function hooks.watch() returns void
language sql security definer set search_path = hooks, public, pg_temp as $$
  insert into companies values (tid()) on conflict do nothing
$$;

-- Of these, the ones whose outbox holds something. It looks into each company as that company.
create function hooks.stirring() returns setof uuid
language plpgsql security definer set search_path = hooks, public, pg_temp as $$
declare company uuid; before text := coalesce(current_setting('app.tenant_id', true), '');
begin
  for company in select tenant_id from companies loop
    perform set_config('app.tenant_id', company::text, true);
    if exists (select from outbox where tenant_id = company and state = 'waiting') then
      return next company;
    end if;
  end loop;
  perform set_config('app.tenant_id', before, true);
end $$;

-- Whether the outbox of this company is read.
create function hooks.watches() returns boolean
language sql security definer set search_path = hooks, public, pg_temp as $$
  select exists (select from companies where tenant_id = tid())
$$;

create function hooks.put(delivery uuid, to_webhook uuid) returns void
language sql security definer set search_path = hooks, public, pg_temp as $$
  insert into due (id, tenant_id, webhook) values (delivery, tid(), to_webhook)
    on conflict (id) do update set run_at = now(), lease_until = null, tries = 0, claim = due.claim + 1
     where due.tenant_id = tid()
$$;

-- The delivery that waits longest, of a webhook and of a company that are not busy with so many already: who hangs delays
-- nobody else. One that is never settled comes back behind the others.
create function hooks.claim(seconds int, of_webhook int, of_company int)
returns table (id uuid, tenant_id uuid, attempt int, claim bigint)
language sql security definer set search_path = hooks, pg_temp as $$
  update due t set lease_until = now() + make_interval(secs => seconds), run_at = now() + make_interval(secs => seconds),
                   claim = t.claim + 1
   where t.id = (select d.id from due d
                  where d.run_at <= now() and coalesce(d.lease_until, '-infinity') < now()
                    and d.webhook not in (select b.webhook from due b where b.lease_until > now()
                                           group by b.webhook having count(*) >= of_webhook)
                    and d.tenant_id not in (select b.tenant_id from due b where b.lease_until > now()
                                             group by b.tenant_id having count(*) >= of_company)
                  order by d.run_at, d.id for update skip locked limit 1)
  returning t.id, t.tenant_id, t.tries + 1, t.claim
$$;

-- Whether this lease still stands; it cannot be taken over before the transaction ends.
create function hooks.holds(delivery uuid, of_claim bigint) returns boolean
language sql security definer set search_path = hooks, public, pg_temp as $$
  select exists (select from due where id = delivery and tenant_id = tid() and claim = of_claim for update)
$$;

create function hooks.again(delivery uuid, seconds int, tried boolean) returns void
language sql security definer set search_path = hooks, public, pg_temp as $$
  update due set lease_until = null, run_at = now() + make_interval(secs => seconds), tries = tries + tried::int
   where id = delivery and tenant_id = tid()
$$;

create function hooks.done(delivery uuid) returns void
language sql security definer set search_path = hooks, public, pg_temp as $$
  delete from due where id = delivery and tenant_id = tid()
$$;

revoke execute on all functions in schema hooks from public;
grant execute on all functions in schema hooks to diwan_app;
