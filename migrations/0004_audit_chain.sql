-- The audit log as a chain of hashes per company: a row that is changed, taken out or slipped in breaks it.

-- The transaction that wrote a row; its rows are chained together when it commits.
alter table audit add column tx xid8 not null default pg_current_xact_id();
create index audit_member on audit (tenant_id, user_id, id);
create index audit_kind on audit (tenant_id, record, id);

create table audit_seal (
  tenant_id uuid not null default tid(),
  seq       bigint not null,
  audit     uuid not null,
  hash      bytea not null,             -- SHA-256 of the hash before it and the row
  primary key (tenant_id, seq),
  constraint audit_seal_once unique (tenant_id, audit),
  foreign key (tenant_id, audit) references audit (tenant_id, id));
select wall('audit_seal', 'read');
create trigger audit_seal_append before update or delete on audit_seal for each row execute function refuse_change();

-- Where the chain of a company ends; its lock puts commits of one company in order.
create table audit_head (
  tenant_id uuid not null default tid() primary key,
  seq       bigint not null,
  hash      bytea not null);
select wall('audit_head', 'read');

-- What is hashed of a row, the same in every session.
create function audit_text(a audit) returns text language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_array(a.id, extract(epoch from a.at)::text, a.user_id, a.request, a.address, a.record, a.record_id, a.action, a.changes)::text
$$;

-- Chains all rows that this transaction wrote, once, when it commits. Only the owner of the tables may write the chain.
create function audit_chain() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare head audit_head; entry audit;
begin
  if exists (select from audit_seal where tenant_id = new.tenant_id and audit = new.id) then return null; end if;
  insert into audit_head (tenant_id, seq, hash) values (new.tenant_id, 0, sha256(uuid_send(new.tenant_id))) on conflict do nothing;
  select * into head from audit_head where tenant_id = new.tenant_id for update;
  for entry in select * from audit where tenant_id = new.tenant_id and id >= new.id and tx = new.tx
      and not exists (select from audit_seal s where s.tenant_id = new.tenant_id and s.audit = audit.id) order by id loop
    head.seq := head.seq + 1;
    head.hash := sha256(head.hash || convert_to(audit_text(entry), 'UTF8'));
    insert into audit_seal (tenant_id, seq, audit, hash) values (new.tenant_id, head.seq, entry.id, head.hash);
  end loop;
  update audit_head set seq = head.seq, hash = head.hash where tenant_id = new.tenant_id;
  return null;
end $$;
revoke execute on function audit_chain from public;
create constraint trigger audit_chained after insert on audit deferrable initially deferred
  for each row execute function audit_chain();

-- What a check of the chain finds: rows in order, with whether each holds.
create function audit_check() returns table (seq bigint, audit uuid, fault text)
language sql stable set search_path = public, pg_temp as $$
  with chain as (
    select s.seq, s.audit, s.hash, a.id, lag(s.hash, 1, sha256(uuid_send(s.tenant_id))) over w as before, lag(s.seq, 1, 0::bigint) over w as prior,
           case when a.id is not null then convert_to(audit_text(a), 'UTF8') end as body
      from audit_seal s left join audit a on a.tenant_id = s.tenant_id and a.id = s.audit
     where s.tenant_id = (select tid()) window w as (order by s.seq))
  (select c.seq, c.audit, case when c.seq <> c.prior + 1 then 'gap' when c.id is null then 'missing' else 'changed' end
     from chain c where c.seq <> c.prior + 1 or c.id is null or c.hash <> sha256(c.before || c.body) order by c.seq limit 20)
  union all
  (select null, a.id, 'unsealed' from audit a
    where a.tenant_id = (select tid()) and not exists (select from audit_seal s where s.tenant_id = a.tenant_id and s.audit = a.id) limit 20)
  union all
  (select h.seq, null, 'cut' from audit_head h where h.tenant_id = (select tid())
      and not exists (select from audit_seal s where s.tenant_id = h.tenant_id and s.seq = h.seq and s.hash = h.hash) and h.seq > 0)
$$;
grant execute on function audit_check, audit_text to diwan_app;

-- Rows from before the chain begin it.
do $$
declare t record; head bytea; n bigint; entry audit;
begin
  for t in select id from auth.tenants loop
    perform set_config('app.tenant_id', t.id::text, true);
    n := 0; head := sha256(uuid_send(t.id));
    for entry in select * from audit where tenant_id = t.id order by id loop
      n := n + 1; head := sha256(head || convert_to(audit_text(entry), 'UTF8'));
      insert into audit_seal (seq, audit, hash) values (n, entry.id, head);
    end loop;
    insert into audit_head (seq, hash) values (n, head);
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;

-- Every company, for what operators do over all of them.
create function auth.all_tenants() returns setof uuid
language sql stable security definer set search_path = auth, pg_temp as $$
  select id from tenants order by created_at, id
$$;
revoke execute on function auth.all_tenants from public;
grant execute on function auth.all_tenants to diwan_app;
