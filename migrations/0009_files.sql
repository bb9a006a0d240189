-- Files on records. The bytes are in the object store under `storage`; a row without its object is never 'whole'.

create table attachment (
  tenant_id uuid not null default tid(), id uuid not null,
  at timestamptz not null default now(), member uuid not null default uid(),
  record text not null, record_id uuid not null,
  name text not null check (length(name) between 1 and 150),
  content_type text, size bigint not null check (size >= 0), sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  storage text not null, width int, height int, thumbnail boolean not null default false,
  -- pending: bytes are still coming. gone: nobody sees it any more, its object is to be deleted, then the row.
  state text not null default 'pending' check (state in ('pending', 'whole', 'gone')),
  primary key (tenant_id, id),
  constraint attachment_known check (state <> 'whole' or (content_type is not null and sha256 is not null and size > 0)));
create index attachment_record on attachment (tenant_id, record, record_id, id);
-- The sum of a company's bytes is read from the index alone.
create index attachment_room on attachment (tenant_id) include (size) where state <> 'gone';
create index attachment_unsettled on attachment (tenant_id, at) where state <> 'whole';
select wall('attachment');

-- An upload that comes in parts: how far it is, and the objects that hold the parts so far, in order.
create table upload (
  tenant_id uuid not null default tid(), id uuid not null,
  received bigint not null default 0 check (received >= 0),
  parts uuid[] not null default '{}',
  -- Since when somebody puts the parts together; whoever comes meanwhile waits.
  finishing timestamptz,
  declared text, expected text check (expected ~ '^[0-9a-f]{64}$'),
  primary key (tenant_id, id),
  foreign key (tenant_id, id) references attachment (tenant_id, id) on delete cascade);
select wall('upload');
