-- A person can be forgotten while the books stand: what the audit log says of them is erased, and the chain still holds.

-- ---------------------------------------------------------------- the audit log

-- What became of an entry when somebody ordered an erasure: the hash of what it says since then. The entry that ordered it
-- is chained like any other and carries the hash of all that it brought about, so that nothing here can be changed unseen.
create table audit_erasure (
  tenant_id uuid not null default tid(),
  audit     uuid not null,
  ordered   uuid not null,
  hash      bytea not null,             -- SHA-256 of the row without what was erased
  primary key (tenant_id, audit, ordered),
  foreign key (tenant_id, audit) references audit (tenant_id, id),
  foreign key (tenant_id, ordered) references audit (tenant_id, id));
create index on audit_erasure (tenant_id, ordered, audit);
select wall('audit_erasure', 'read');
create trigger audit_erasure_append before update or delete on audit_erasure for each row execute function refuse_change();

-- Only an erasure changes an entry, only what it says of fields, and only of the record that is being erased. With its company an
-- entry goes.
create function refuse_audit_change() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'DELETE' and auth.is_being_deleted(old.tenant_id) then return old; end if;
  if tg_op = 'UPDATE' then
    if current_user = 'diwan_owner' and current_setting('app.erasing', true) = new.record_id::text
       and to_jsonb(new) - 'changes' = to_jsonb(old) - 'changes' then
      return new;
    end if;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'DW001';
end $$;
drop trigger audit_append on audit;
create trigger audit_append before update or delete on audit for each row execute function refuse_audit_change();

-- Old and new value of a field, each erased where there is one.
create function audit_erased(pair jsonb) returns jsonb language sql immutable set search_path = public, pg_temp as $$
  select coalesce(jsonb_agg(case when v = 'null' then v else '{"erased": true}' end order by n), '[]')
    from jsonb_array_elements(pair) with ordinality as e (v, n)
$$;

-- Erases the values of these fields from all entries about one record; with `holding`, of values that hold this text. Fields
-- are patterns of LIKE, those of lines as `lines.price`. Writes the entry that ordered it, under this id. Answers with the
-- number of entries that say less now.
create function audit_erase(entry uuid, of_record text, of_id uuid, fields text[], holding text default null) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  told audit; cleared jsonb; touched uuid[] := '{}'; hashes bytea[] := '{}'; digest bytea;
  before text := coalesce(current_setting('app.erasing', true), '');
begin
  perform set_config('app.erasing', of_id::text, true);
  for told in select * from audit a where a.tenant_id = tid() and a.record = of_record and a.record_id = of_id order by a.id loop
    select jsonb_object_agg(e.k, case
             when jsonb_typeof(e.v) = 'array' and regexp_replace(e.k, '^lines\.-?[0-9]+\.', 'lines.') like any (fields)
                  and (holding is null or strpos(concat_ws(' ', e.v ->> 0, e.v ->> 1), holding) > 0)
             then audit_erased(e.v) else e.v end)
      into cleared from jsonb_each(told.changes) as e (k, v);
    if coalesce(cleared, told.changes) is distinct from told.changes then
      update audit a set changes = cleared where a.tenant_id = told.tenant_id and a.id = told.id returning * into told;
      touched := touched || told.id;
      hashes := array_append(hashes, sha256(convert_to(audit_text(told), 'UTF8')));
    end if;
  end loop;
  perform set_config('app.erasing', before, true);
  select sha256(coalesce(string_agg(uuid_send(u.audit) || u.hash, ''::bytea order by u.audit), ''::bytea)) into digest
    from unnest(touched, hashes) as u (audit, hash);
  insert into audit (id, record, record_id, action, changes)
    values (entry, of_record, of_id, 'erase', jsonb_build_object('erased', jsonb_build_array(null, encode(digest, 'hex'))));
  insert into audit_erasure (audit, ordered, hash) select u.audit, entry, u.hash from unnest(touched, hashes) as u (audit, hash);
  return cardinality(touched);
end $$;
revoke execute on function audit_erase, audit_erased from public;
grant execute on function audit_erase to diwan_app;

-- As before; but an entry may say what the last erasure left of it, when the entry that ordered this is in the chain and
-- still stands for all that it brought about.
create or replace function audit_check() returns table (seq bigint, audit uuid, fault text)
language sql stable set search_path = public, pg_temp as $$
  with orders as (
    select o.id, s.seq as place from audit o join audit_seal s on s.tenant_id = o.tenant_id and s.audit = o.id
     where o.tenant_id = (select tid()) and o.action = 'erase'
       and o.changes -> 'erased' ->> 1 =
           (select encode(sha256(coalesce(string_agg(uuid_send(e.audit) || e.hash, ''::bytea order by e.audit), ''::bytea)), 'hex')
              from audit_erasure e where e.tenant_id = o.tenant_id and e.ordered = o.id)),
  chain as (
    select s.tenant_id, s.seq, s.audit, s.hash, a.id, lag(s.hash, 1, sha256(uuid_send(s.tenant_id))) over w as before, lag(s.seq, 1, 0::bigint) over w as prior,
           case when a.id is not null then convert_to(audit_text(a), 'UTF8') end as body
      from audit_seal s left join audit a on a.tenant_id = s.tenant_id and a.id = s.audit
     where s.tenant_id = (select tid()) window w as (order by s.seq))
  (select c.seq, c.audit, case when c.seq <> c.prior + 1 then 'gap' when c.id is null then 'missing' else 'changed' end
     from chain c
    where c.seq <> c.prior + 1 or c.id is null
       or (c.hash <> sha256(c.before || c.body)
           and sha256(c.body) is distinct from
               (select e.hash from audit_erasure e join orders o on o.id = e.ordered
                 where e.tenant_id = c.tenant_id and e.audit = c.audit order by o.place desc limit 1))
    order by c.seq limit 20)
  union all
  (select null, a.id, 'unsealed' from audit a
    where a.tenant_id = (select tid()) and not exists (select from audit_seal s where s.tenant_id = a.tenant_id and s.audit = a.id) limit 20)
  union all
  (select h.seq, null, 'cut' from audit_head h where h.tenant_id = (select tid())
      and not exists (select from audit_seal s where s.tenant_id = h.tenant_id and s.seq = h.seq and s.hash = h.hash) and h.seq > 0)
$$;

-- ---------------------------------------------------------------- outside the companies

-- Forgets those of these words that no record of the company holds any more.
create function search.forget(folded text) returns void
language sql security definer set search_path = search, public, pg_temp as $$
  delete from vocabulary v
   where v.tenant_id = tid() and v.word in (select w from words_of(folded) w)
     and not exists (select from entries e where e.tenant_id = tid() and e.words like '%' || v.word || '%'
                      and exists (select from words_of(e.words collate "default") w where w = v.word))
$$;
revoke execute on function search.forget from public;
grant execute on function search.forget to diwan_app;

-- Whether a text somewhere in this value holds one of these words, whatever the case. Names of fields are no words.
create function says(value jsonb, words text[]) returns boolean
language sql immutable strict parallel safe set search_path = public, pg_temp as $$
  select exists (select from jsonb_path_query(value, 'strict $.**') p, unnest(words) w
                  where jsonb_typeof(p) = 'string' and strpos(lower(p #>> '{}'), lower(w)) > 0)
$$;

-- Whether JSON may say so: a look at its text, which is quicker, and may be mistaken for names of fields alone.
create function may_say(json text, words text[]) returns boolean language sql immutable strict parallel safe as $$
  select exists (select from unnest(words) w where strpos(lower(json), lower(btrim(to_json(w)::text, '"'))) > 0)
$$;
revoke execute on function says, may_say from public;
grant execute on function says, may_say to diwan_app;

-- The sessions of somebody in the company of the transaction.
create function auth.sessions_here(who uuid) returns table (address text, agent text, created_at text, seen_at text)
language sql stable security definer set search_path = auth, public, pg_temp as $$
  select s.address, s.agent, to_char(s.created_at, 'YYYY-MM-DD HH24:MI'), to_char(s.seen_at, 'YYYY-MM-DD HH24:MI')
    from sessions s where s.user_id = who and s.data ->> 'tenant' = tid()::text and s.expires_at > now() order by s.seen_at desc
$$;
revoke execute on function auth.sessions_here from public;
grant execute on function auth.sessions_here to diwan_app;

-- Ends the sessions of somebody here and, when they belong to no company and operate nothing, removes their account with all that
-- are left; their address is free again. It looks into each company as that company: whoever is blocked in one may be let in again.
create function auth.forget_user(who uuid) returns boolean
language plpgsql security definer set search_path = auth, public, pg_temp as $$
declare company uuid; before text := coalesce(current_setting('app.tenant_id', true), ''); elsewhere boolean := false;
begin
  delete from sessions where user_id = who and data ->> 'tenant' = tid()::text;
  if exists (select from memberships where user_id = who) or exists (select from operators where user_id = who) then
    return false;
  end if;
  for company in select t.id from tenants t loop
    perform set_config('app.tenant_id', company::text, true);
    if exists (select from public.member m where m.tenant_id = company and m.user_id = who) then elsewhere := true; end if;
    exit when elsewhere;
  end loop;
  perform set_config('app.tenant_id', before, true);
  if elsewhere then return false; end if;
  delete from sessions where user_id = who;
  delete from users where id = who;
  return found;
end $$;
revoke execute on function auth.forget_user from public;
grant execute on function auth.forget_user to diwan_app;
