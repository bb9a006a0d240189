-- What customers answer to quotations by a link, without an account.

-- Links that open one document of one company to whoever holds them. Of the token only the hash is known here.
create table auth.links (
  hash       text primary key,          -- SHA-256 of the token
  tenant_id  uuid not null references auth.tenants on delete cascade,
  document   uuid not null,
  created_at timestamptz not null default now()
);
create index on auth.links (tenant_id, document);

-- Has a link open a document of the transaction's company.
create function auth.put_link(token_hash text, to_document uuid) returns void
language sql security definer set search_path = auth, public, pg_temp as $$
  insert into links (hash, tenant_id, document) values (token_hash, tid(), to_document) on conflict do nothing
$$;

-- The one thing that a visitor without an account can ask: what the token of this hash opens.
create function auth.find_link(token_hash text) returns table (tenant_id uuid, document uuid)
language sql stable security definer set search_path = auth, pg_temp as $$
  select l.tenant_id, l.document from links l where l.hash = token_hash
$$;

revoke execute on function auth.put_link, auth.find_link from public;
grant execute on function auth.put_link, auth.find_link to diwan_app;

-- Who answered in the customer's name, and why they declined.
alter table quotation add column signed_by text, add column reason text;

-- Members are told of answers from outside, too: these have the record itself as their cause.
alter table notification
  drop constraint notification_kind_check,
  drop constraint notification_cause,
  add column record text,
  add column record_id uuid,
  add constraint notification_kind_check check (kind in ('mention', 'answer', 'own', 'job', 'reply')),
  add constraint notification_cause check (
    (kind = 'job') = (job is not null) and (kind = 'reply') = (record_id is not null) and (record is null) = (record_id is null)
    and num_nonnulls(comment, job, record_id) = 1);
alter table notification_unwanted
  drop constraint notification_unwanted_kind_check,
  add constraint notification_unwanted_kind_check check (kind in ('mention', 'answer', 'own', 'job', 'reply'));
