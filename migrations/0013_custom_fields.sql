-- Fields that companies add to their records. Their values stand in the column `extra` of each record's table, under the
-- id of the definition.

create table custom_field (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  record text not null, name jsonb not null, code text not null check (code ~ '^[a-z][a-z0-9_]{0,29}$'),
  kind text not null check (kind in ('text', 'number', 'date', 'choice', 'link', 'yes_no')), target text, start text,
  position int not null default 0, required boolean not null default false, listed boolean not null default false,
  active boolean not null default true,
  primary key (tenant_id, id),
  constraint custom_field_code_key unique (tenant_id, record, code),
  check ((kind = 'link') = (target is not null)));
create index on custom_field (tenant_id, code, id);
create index on custom_field (tenant_id, record, code, id);
create index on custom_field (tenant_id, kind, code, id);
create index on custom_field (tenant_id, active, code, id);
select wall('custom_field');
select search.watch('custom_field');

create table custom_choice (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  word text not null, english text not null, arabic text,
  primary key (tenant_id, id),
  constraint custom_choice_word_key unique (tenant_id, parent, word) deferrable initially deferred,
  foreign key (tenant_id, parent) references custom_field (tenant_id, id) on delete cascade);
create index on custom_choice (tenant_id, parent, position);
select wall('custom_choice');

-- Says which fields a unit of work knows; 0 until the first is added.
alter table company add column custom_version int not null default 0;

create function custom_field_changed() returns trigger language plpgsql as $$
begin
  update company set custom_version = custom_version + 1 where tenant_id = tid();
  return null;
end $$;
create trigger custom_field_changed after insert or update or delete on custom_field
  for each statement execute function custom_field_changed();

-- What people have filled in is not lost by the way.
create function custom_field_kept() returns trigger language plpgsql as $$
declare held boolean;
begin
  execute format('select exists (select from %I where tenant_id = $1 and extra ? $2)', old.record)
    into held using old.tenant_id, replace(old.id::text, '-', '');
  if held then
    raise foreign_key_violation using message = 'rows hold values of this field';
  end if;
  return old;
end $$;
create trigger custom_field_kept before delete on custom_field for each row execute function custom_field_kept();
