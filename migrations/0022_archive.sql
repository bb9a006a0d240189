-- Companies leave: what lets one be deleted whole, and what stays as the proof of it.

-- Companies that were deleted. Their name and these figures are all that is kept.
create table auth.deleted_tenants (
  id     uuid primary key,
  name   jsonb not null,
  at     timestamptz not null default now(),
  rows   jsonb not null,                  -- how many rows of each table
  digest text not null                    -- the hash that the chain of its audit log ended with; empty where there was none
);

-- Which company the running transaction deletes. Nobody but the function below writes here, and it leaves nothing behind.
create table auth.deletions (
  tenant_id uuid primary key,
  tx        xid8 not null default pg_current_xact_id()
);

create function auth.is_being_deleted(tenant uuid) returns boolean
language sql stable security definer set search_path = auth, pg_temp as $$
  select exists (select from deletions d where d.tenant_id = tenant and d.tx = pg_current_xact_id_if_assigned())
$$;

-- ---------------------------------------------------------------- what is kept from being deleted goes with its company

create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and auth.is_being_deleted(old.tenant_id) then return old; end if;
  raise exception '% is append-only', tg_table_name using errcode = 'DW001';
end $$;

create or replace function journal_entry_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.state <> 'draft' and not auth.is_being_deleted(old.tenant_id) then
      raise exception 'posted entries stay' using errcode = 'DW001';
    end if;
    return old;
  end if;
  if tg_op = 'UPDATE' and old.state <> 'draft' then
    if new.state not in ('posted', 'reversed') or (to_jsonb(new) - '{state,version,changed_at,changed_by}'::text[])
        is distinct from (to_jsonb(old) - '{state,version,changed_at,changed_by}'::text[]) then
      raise exception 'posted entries stay' using errcode = 'DW001';
    end if;
    return new;
  end if;
  if new.state <> 'draft' then new.posted_in := pg_current_xact_id(); end if;
  return new;
end $$;

create or replace function journal_line_guard() returns trigger language plpgsql as $$
declare entry record;
begin
  if tg_op = 'DELETE' then
    if old.posted and not auth.is_being_deleted(old.tenant_id) then
      raise exception 'posted lines stay' using errcode = 'DW001';
    end if;
    return old;
  end if;
  if tg_op = 'UPDATE' and old.posted then raise exception 'posted lines stay' using errcode = 'DW001'; end if;
  if tg_op = 'INSERT' then
    select state, posted_in into entry from journal_entry where tenant_id = new.tenant_id and id = new.parent;
    if entry.state <> 'draft' and entry.posted_in is distinct from pg_current_xact_id() then
      raise exception 'posted entries stay' using errcode = 'DW001';
    end if;
  end if;
  return new;
end $$;

create or replace function custom_field_kept() returns trigger language plpgsql as $$
declare held boolean;
begin
  if auth.is_being_deleted(old.tenant_id) then return old; end if;
  execute format('select exists (select from %I where tenant_id = $1 and extra ? $2)', old.record)
    into held using old.tenant_id, replace(old.id::text, '-', '');
  if held then
    raise foreign_key_violation using message = 'rows hold values of this field';
  end if;
  return old;
end $$;

-- Work that was under way while its company was deleted leaves nothing: it waits at the head of the chain, and then finds
-- that the company is gone.
create or replace function audit_chain() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare head audit_head; entry audit;
begin
  if exists (select from audit_seal where tenant_id = new.tenant_id and audit = new.id) then return null; end if;
  insert into audit_head (tenant_id, seq, hash) values (new.tenant_id, 0, sha256(uuid_send(new.tenant_id))) on conflict do nothing;
  select * into head from audit_head where tenant_id = new.tenant_id for update;
  if not exists (select from auth.tenants t where t.id = new.tenant_id) then
    raise exception 'the company was deleted' using errcode = 'DW003';
  end if;
  for entry in select * from audit where tenant_id = new.tenant_id and id >= new.id and tx = new.tx
      and not exists (select from audit_seal s where s.tenant_id = new.tenant_id and s.audit = audit.id) order by id loop
    head.seq := head.seq + 1;
    head.hash := sha256(head.hash || convert_to(audit_text(entry), 'UTF8'));
    insert into audit_seal (tenant_id, seq, audit, hash) values (new.tenant_id, head.seq, entry.id, head.hash);
  end loop;
  update audit_head set seq = head.seq, hash = head.hash where tenant_id = new.tenant_id;
  return null;
end $$;

-- ---------------------------------------------------------------- the deletion

-- Deletes the company of the transaction, once its name is said, in either language: its rows in every table that has a
-- tenant, and what stands outside of its walls. Whoever calls it once more takes away what came late. Answers with each
-- table: how many rows went, how many are left.
create function auth.delete_company(confirmed text) returns table (place text, removed bigint, remaining bigint)
language plpgsql security definer set search_path = auth, public, pg_temp as $$
declare
  tenant uuid := tid();
  names jsonb; ending text; counts jsonb := '{}'; gone bigint; pending oid[]; ordered oid[] := '{}'; relation oid; outside text;
begin
  select t.name into names from tenants t where t.id = tenant;
  if names is null then
    select d.name into names from deleted_tenants d where d.id = tenant;
  end if;
  if names is null or coalesce(confirmed, '') = ''
      or confirmed not in (coalesce(names ->> 'en', ''), coalesce(names ->> 'ar', '')) then
    raise exception 'no company of this transaction has that name' using errcode = 'DW003';
  end if;
  insert into deletions (tenant_id) values (tenant) on conflict (tenant_id) do update set tx = excluded.tx;
  select encode(h.hash, 'hex') into ending from audit_head h where h.tenant_id = tenant;

  -- Rows that others lean on go after them.
  select array_agg(c.oid order by c.relname) into pending from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped);
  while cardinality(pending) > 0 loop
    select u.free into relation from unnest(pending) with ordinality as u (free, nth)
     where not exists (select from pg_constraint k where k.contype = 'f' and k.confrelid = u.free and k.conrelid <> u.free
                          and k.conrelid = any (pending))
     order by u.nth limit 1;
    if not found then raise exception 'tables lean on each other: %', pending; end if;
    ordered := ordered || relation;
    pending := array_remove(pending, relation);
  end loop;
  -- Without the head of its chain nobody commits anything more; until then somebody might, so all is gone through once more.
  relation := 'public.audit_head'::regclass::oid;
  ordered := array_remove(ordered, relation) || relation;
  for pass in 1..3 loop
    foreach outside in array array['queue.tickets', 'hooks.due', 'hooks.companies', 'search.entries', 'search.vocabulary',
                                   'auth.memberships', 'ops.subscription', 'ops.usage'] loop
      execute format('delete from %s where tenant_id = $1', outside) using tenant;
      get diagnostics gone = row_count;
      counts := counts || jsonb_build_object(outside, gone + coalesce((counts ->> outside)::bigint, 0));
    end loop;
    exit when pass = 3;
    foreach relation in array ordered loop
      execute format('delete from %s where tenant_id = $1', relation::regclass) using tenant;
      get diagnostics gone = row_count;
      counts := counts || jsonb_build_object(relation::regclass::text,
                                             gone + coalesce((counts ->> relation::regclass::text)::bigint, 0));
    end loop;
  end loop;
  -- Whoever is in it signs in again, to another company if they have one.
  delete from sessions s where s.data ->> 'tenant' = tenant::text;
  delete from tenants t where t.id = tenant;
  insert into deleted_tenants (id, name, rows, digest) values (tenant, names, counts, coalesce(ending, '')) on conflict (id) do nothing;
  delete from deletions d where d.tenant_id = tenant;

  for place, removed in select e.key, e.value::bigint from jsonb_each_text(counts) e order by e.key loop
    execute format('select count(*) from %s where tenant_id = $1', place) into remaining using tenant;
    return next;
  end loop;
end $$;

-- Companies of this id or of exactly this name, in either language, those that were deleted among them.
create function auth.find_companies(asked text) returns table (id uuid, name jsonb, gone boolean)
language sql stable security definer set search_path = auth, pg_temp as $$
  select t.id, t.name, false from tenants t where asked in (t.id::text, t.name ->> 'en', t.name ->> 'ar')
  union all
  select d.id, d.name, true from deleted_tenants d where asked in (d.id::text, d.name ->> 'en', d.name ->> 'ar')
$$;

revoke execute on function auth.is_being_deleted, auth.delete_company, auth.find_companies from public;
grant execute on function auth.is_being_deleted, auth.delete_company, auth.find_companies to diwan_app;
