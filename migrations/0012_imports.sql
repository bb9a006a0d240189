-- Imports: one row for each file that somebody brought, what was found in it, what was made of it.

create table import_batch (
  tenant_id uuid not null default tid(), id uuid not null,
  at timestamptz not null default now(), member uuid not null default uid(),
  record    text not null,
  name      text not null check (length(name) between 1 and 150),
  size      bigint not null default 0 check (size >= 0),
  storage   text,                        -- the object with the file; null once it has been cleared away
  -- What the batch was last asked for and, once that has ended well or badly, what came of it. Whether it is being done,
  -- was stopped or broke off, its job knows.
  state     text not null default 'arriving' check (state in
              ('arriving', 'uploaded', 'rehearsing', 'rehearsed', 'importing', 'done', 'failed', 'undoing', 'undone')),
  job       uuid,
  mapping   jsonb,                       -- [[column, target]] in the order of the file; null until its head was read
  fixed     jsonb not null default '[]', -- [[target, text]] for every row
  skip      boolean not null default false, -- leave bad rows out, rather than all or nothing
  rows      bigint,                      -- rows that can be read; null until they have been counted
  done      bigint not null default 0,   -- of these, rows that have been gone through
  created   bigint not null default 0,   -- documents
  changed   bigint not null default 0,
  faults    bigint not null default 0,   -- all that were found, of which import_fault keeps the first
  skipped   bigint not null default 0,   -- rows left out
  fatal     boolean not null default false, -- nothing of the file can be imported as it is
  examples  jsonb not null default '[]',
  problems  jsonb not null default '[]', -- why it cannot be undone
  primary key (tenant_id, id),
  foreign key (tenant_id, member) references member (tenant_id, id));
create index on import_batch (tenant_id, member);
create index on import_batch (tenant_id, record, id);
create index import_batch_room on import_batch (tenant_id) include (size) where storage is not null;
select wall('import_batch');

-- A fault of a file: where it is, what stands there, what is wrong with it.
create table import_fault (
  tenant_id uuid not null default tid(), batch uuid not null, seq bigint not null,
  line bigint not null, col text not null, text text not null, reason jsonb not null,
  primary key (tenant_id, batch, seq),
  foreign key (tenant_id, batch) references import_batch (tenant_id, id) on delete cascade);
select wall('import_fault');

-- Lines of a file that were left out: those of a bad document all together.
create table import_skipped (
  tenant_id uuid not null default tid(), batch uuid not null, seq bigint not null,
  lines bigint[] not null,
  primary key (tenant_id, batch, seq),
  foreign key (tenant_id, batch) references import_batch (tenant_id, id) on delete cascade);
select wall('import_skipped');

-- A document that a batch made, or changed from what stands in `before`; with the version that it left.
create table import_row (
  tenant_id uuid not null default tid(), batch uuid not null, seq bigint not null,
  record_id uuid not null, version int not null, before jsonb,
  primary key (tenant_id, batch, seq),
  foreign key (tenant_id, batch) references import_batch (tenant_id, id) on delete cascade);
select wall('import_row');

-- Where somebody last sent a column of this name, folded; an empty target leaves it out.
create table import_mapping (
  tenant_id uuid not null default tid(), member uuid not null default uid(), record text not null, col text not null,
  target text not null,
  primary key (tenant_id, member, record, col),
  foreign key (tenant_id, member) references member (tenant_id, id) on delete cascade);
select wall('import_mapping');
