-- Work that outlives a request: what people see of it (job, job_row) and the queue that hands it out.

create table job (
  tenant_id   uuid not null default tid(),
  id          uuid not null,
  at          timestamptz not null default now(),
  member      uuid default uid(),
  asked       jsonb not null,             -- the account, language and address of whoever asked
  kind        text not null,
  record      text,                       -- the type of record it works on
  payload     jsonb not null,
  state       text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  done        bigint not null default 0,
  refused     bigint not null default 0,
  total       bigint,
  cancel      boolean not null default false,
  error       text,
  finished_at timestamptz,
  primary key (tenant_id, id));
create index on job (tenant_id, member, id);
select wall('job');

-- One record that a job works on, with what came of it.
create table job_row (
  tenant_id uuid not null default tid(),
  job       uuid not null,
  seq       bigint not null,
  record_id uuid not null,
  state     text not null default 'waiting' check (state in ('waiting', 'done', 'refused')),
  message   jsonb,
  primary key (tenant_id, job, seq),
  foreign key (tenant_id, job) references job (tenant_id, id) on delete cascade);
create index on job_row (tenant_id, job, state, seq);
select wall('job_row');

-- The queue knows no more than whose job is due when; it stands outside the companies, behind functions, as `auth` does.
create schema queue;
grant usage on schema queue to diwan_app;

create table queue.tickets (
  id          uuid primary key,
  tenant_id   uuid not null references auth.tenants,
  run_at      timestamptz not null default now(),
  lease_until timestamptz,
  attempts    int not null default 0
);
create index on queue.tickets (run_at);
create index on queue.tickets (tenant_id);

-- Hands a job of the transaction's company to the queue. It is due when the transaction has committed.
create function queue.put(job uuid, seconds int) returns void
language sql security definer set search_path = queue, public, pg_temp as $$
  insert into tickets (id, tenant_id, run_at) values (job, tid(), now() + make_interval(secs => seconds))
    on conflict (id) do update set run_at = excluded.run_at, lease_until = null, attempts = 0
$$;

-- The job that waits longest, of a company of which nothing runs if there is one. Its lease is the database's time.
create function queue.claim(seconds int) returns table (id uuid, tenant_id uuid, attempts int)
language sql security definer set search_path = queue, pg_temp as $$
  update tickets t set lease_until = now() + make_interval(secs => seconds), attempts = t.attempts + 1
   where t.id = (select d.id from tickets d where d.run_at <= now() and coalesce(d.lease_until, '-infinity') < now()
                  order by exists (select from tickets r where r.tenant_id = d.tenant_id and r.lease_until > now()), d.run_at, d.id
                  for update skip locked limit 1)
  returning t.id, t.tenant_id, t.attempts
$$;

create function queue.extend(job uuid, seconds int) returns void
language sql security definer set search_path = queue, pg_temp as $$
  update tickets set lease_until = now() + make_interval(secs => seconds) where id = job
$$;

create function queue.again(job uuid, seconds int) returns void
language sql security definer set search_path = queue, pg_temp as $$
  update tickets set lease_until = null, run_at = now() + make_interval(secs => seconds) where id = job
$$;

create function queue.done(job uuid) returns void
language sql security definer set search_path = queue, pg_temp as $$
  delete from tickets where id = job
$$;

revoke execute on all functions in schema queue from public;
grant execute on all functions in schema queue to diwan_app;
