-- One search over every record. What is searched stands in one table outside the companies' walls, behind a function that
-- keeps them: under row-level security no index serves a search within a text.

create extension if not exists pg_trgm;
create extension if not exists btree_gin;
create schema search;
grant usage on schema search to diwan_app;

create table search.entries (
  tenant_id  uuid not null references auth.tenants,
  record     text not null,
  id         uuid not null,
  words      text collate "C" not null, -- folded, with a space before the first, so that each begins after one
  created_by uuid,
  branch     uuid,
  party      uuid,
  primary key (tenant_id, record, id)
);
create index entries_begin on search.entries (tenant_id, words);
create index entries_words on search.entries using gin (tenant_id, words gin_trgm_ops);

-- Words of letters alone that a company has used, so that what was typed with a slip finds what was meant. Words that went
-- out of use stay; they find nothing.
create table search.vocabulary (
  tenant_id uuid not null references auth.tenants,
  word      text not null,
  primary key (tenant_id, word)
);
create index vocabulary_word on search.vocabulary using gin (tenant_id, word gin_trgm_ops);

create function search.words_of(words text) returns setof text language sql immutable as $$
  select distinct w from regexp_split_to_table(words, '[^[:alpha:]]+') w where length(w) >= 3
$$;

-- Keeps the entry of a row. Its argument: the column that says which customer the row belongs to, or nothing.
create function search.follow() returns trigger
language plpgsql security definer set search_path = search, public, pg_temp as $$
declare fresh jsonb;
begin
  if tg_op = 'DELETE' then
    delete from entries where tenant_id = old.tenant_id and record = tg_table_name and id = old.id;
    return null;
  end if;
  fresh := to_jsonb(new);
  insert into entries (tenant_id, record, id, words, created_by, branch, party)
    values (new.tenant_id, tg_table_name, new.id, ' ' || new.search, new.created_by, (fresh ->> 'branch')::uuid, (fresh ->> tg_argv[0])::uuid)
    on conflict (tenant_id, record, id) do update
      set words = excluded.words, created_by = excluded.created_by, branch = excluded.branch, party = excluded.party;
  insert into vocabulary select new.tenant_id, w from words_of(new.search) w on conflict do nothing;
  return null;
end $$;
revoke execute on function search.follow from public;

-- Makes a record type searchable. Postings change neither words nor owners of a row and cost nothing here.
create function search.watch(relation regclass, party text default '') returns void
language plpgsql as $$
declare owners text;
begin
  select string_agg(quote_ident(attname), ', ') into owners from pg_attribute
   where attrelid = relation and attname in ('branch', nullif(party, 'id')) and not attisdropped;
  execute format('create trigger search_follow after insert or delete%s on %s for each row execute function search.follow(%L)',
    ' or update of ' || owners, relation, party);
  execute format('create trigger search_words after update of search on %s for each row
                    when (old.search is distinct from new.search) execute function search.follow(%L)', relation, party);
end $$;
revoke execute on function search.watch from public;

do $$
declare name text; t record; columns text; party text;
begin
  foreach name in array array['company', 'branch', 'role', 'member', 'customer', 'quotation', 'sales_order', 'delivery',
      'sales_invoice', 'credit_note', 'customer_payment', 'lead', 'opportunity', 'price_list', 'item', 'unit', 'warehouse',
      'stock_adjustment', 'account', 'tax_code', 'payment_term', 'exchange_rate', 'period', 'journal_entry'] loop
    party := case when name = 'customer' then 'id'
                  when name in ('quotation', 'sales_order', 'delivery', 'sales_invoice', 'credit_note', 'customer_payment') then 'customer'
                  else '' end;
    perform search.watch(name::regclass, party);
    -- Rows from before.
    columns := case when exists (select from pg_attribute where attrelid = name::regclass and attname = 'branch') then 'branch' else 'null' end
      || ', ' || case when party = '' then 'null' else party end;
    for t in select id from auth.tenants loop
      perform set_config('app.tenant_id', t.id::text, true);
      execute format('insert into search.entries (tenant_id, record, id, words, created_by, branch, party)
                        select tenant_id, %L, id, '' '' || search, created_by, %s from %I', name, columns, name);
      execute format('insert into search.vocabulary select distinct tenant_id, w from %I, search.words_of(search) w on conflict do nothing', name);
    end loop;
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;

-- Words of the company that resemble one that was typed, best first.
create function search.resembling(typed text) returns setof text
language sql stable security definer set search_path = search, public, pg_temp set pg_trgm.similarity_threshold = 0.3 as $$
  select word from vocabulary where tenant_id = tid() and word % typed order by similarity(word, typed) desc, word limit 3
$$;
revoke execute on function search.resembling from public;

-- Entries that hold every word of the text, best first: those that begin with it, those in which it begins a word, the
-- latest. When `nearly`, entries that hold words resembling them. Only record types given with their reach (all, own,
-- branch, party) are looked through. Of very common words not all entries are ranked: 500 will do.
create function search.find(folded text, nearly boolean, records text[], reaches text[], own uuid, own_branch uuid, own_party uuid, most int)
returns table (record text, id uuid)
language plpgsql stable security definer set search_path = search, public, pg_temp as $$
declare
  escaped text := replace(replace(replace(folded, '\', '\\'), '%', '\%'), '_', '\_');
  typed text; alternatives text[]; held text := '';
  reached text := 'case r.reach when ''all'' then true when ''own'' then e.created_by = $4 when ''branch'' then e.branch = $5 else e.party = $6 end';
begin
  for typed in select distinct w from string_to_table(escaped, ' ') w limit 8 loop
    alternatives := case when nearly and length(typed) > 3 then array(select replace(w, '_', '\_') from resembling(typed) w) else array[typed] end;
    if alternatives = '{}' then return; end if;
    -- Two letters are everywhere; they count where they begin a word.
    held := held || ' and (' || (select string_agg(format('e.words like %L', case when length(a) < 3 then '% ' else '%' end || a || '%'), ' or ')
                                   from unnest(alternatives) a) || ')';
  end loop;
  return query execute format('
    with begun as (select e.record, e.id, e.words from entries e join unnest($2, $3) r (name, reach) on r.name = e.record
                    where e.tenant_id = $1 and e.words like %L and %s order by e.words limit $7),
         held as (select e.record, e.id, e.words from entries e join unnest($2, $3) r (name, reach) on r.name = e.record
                   where e.tenant_id = $1%s and %s limit 500)
    select f.record, f.id from (select *, 0 as place from begun union all
                                select *, case when words like %L then 1 else 2 end from held) f
     group by f.record, f.id order by min(f.place), f.id desc limit $7',
    ' ' || escaped || '%', reached, held, reached, '% ' || escaped || '%')
    using tid(), records, reaches, own, own_branch, own_party, most;
end $$;
revoke execute on function search.find from public;
grant execute on function search.find to diwan_app;
