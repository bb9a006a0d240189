-- Queries of lists that people keep by a name, for themselves or for everybody.

create table saved_view (
  tenant_id uuid not null default tid(),
  id        uuid not null,
  at        timestamptz not null default now(),
  member    uuid not null default uid(),
  record    text not null,
  name      text not null check (length(name) between 1 and 60),
  query     text not null check (length(query) <= 2000),
  shared    boolean not null default false,
  primary key (tenant_id, id),
  constraint saved_view_name_key unique (tenant_id, record, member, name),
  foreign key (tenant_id, member) references member (tenant_id, id) on delete cascade);
create index on saved_view (tenant_id, member);
create index on saved_view (tenant_id, record, name);
select wall('saved_view');
