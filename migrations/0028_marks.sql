-- What has changed in a company, by tables: where the chain of its audit log ended when rows of a table last changed. What
-- was read of some tables is as new as their marks. They stand in the row that every commit of the company writes anyway.

alter table audit_head add column marks jsonb not null default '{}';

-- Remembers a table until the transaction commits, whoever writes to it.
create function touch() returns trigger language plpgsql as $$
declare touched text := coalesce(current_setting('app.touched', true), '');
begin
  if strpos(touched, ',' || tg_table_name || ',') = 0 then
    perform set_config('app.touched', touched || ',' || tg_table_name || ',', true);
  end if;
  return null;
end $$;
revoke execute on function touch from public;

-- Has a table marked when it changes.
create function mark(relation regclass) returns void language plpgsql as $$
begin
  execute format('create trigger touch after insert or update or delete on %s for each statement execute function touch()', relation);
end $$;
revoke execute on function mark from public;

-- Records and their lines, and what lists show beside them.
select mark(c.oid) from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
   and (c.relname in ('company', 'saved_view')
        or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname in ('search', 'parent') and not a.attisdropped));

-- As before; and the tables that this transaction wrote to are marked with where the chain ends now.
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
  update audit_head
     set seq = head.seq, hash = head.hash,
         marks = marks || coalesce((select jsonb_object_agg(t, encode(substr(head.hash, 1, 12), 'hex'))
                                      from unnest(string_to_array(current_setting('app.touched', true), ',')) t where t <> ''), '{}')
   where tenant_id = new.tenant_id;
  return null;
end $$;
