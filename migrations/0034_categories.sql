-- Items are sorted into categories that are records, below one another. What was typed as the category of an item becomes one.

create table item_category (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, parent uuid, active boolean not null default true,
  primary key (tenant_id, id),
  constraint item_category_code_key unique (tenant_id, code),
  foreign key (tenant_id, parent) references item_category (tenant_id, id));
create index on item_category (tenant_id, code, id);
create index on item_category (tenant_id, parent);
select wall('item_category');
select search.watch('item_category');
select mark('item_category');

-- The text stays where it is: archives from before have it.
alter table item add column item_category uuid;
do $$
declare t record;
begin
  for t in select id from auth.tenants loop
    perform set_config('app.tenant_id', t.id::text, true);
    insert into item_category (id, code, name, search)
      select gen_random_uuid(), code, jsonb_build_object('en', called, 'ar', called),
             translate(lower(code || ' · ' || called || ' · ' || called), 'أإآٱىةؤئ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اااايهوي01234567890123456789')
        from (select called, 'C' || (1000 + row_number() over (order by called)) as code
                from (select distinct category as called from item where category is not null) d) n;
    update item i set item_category = c.id from item_category c where c.tenant_id = i.tenant_id and c.name ->> 'en' = i.category;
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;

-- Adding a key reads the whole table, in no company: the wall would raise, so it stands aside for this statement.
alter table item no force row level security;
alter table item add foreign key (tenant_id, item_category) references item_category (tenant_id, id);
alter table item force row level security;
create index on item (tenant_id, item_category, code, id);
