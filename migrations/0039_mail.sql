-- Mail: what was sent to whom about which record, and what became of it.

-- A letter. Its id is that of the job that sends it; what it says is written when it goes, and is not kept.
create table mail (
  tenant_id uuid not null default tid(),
  id        uuid not null,
  at        timestamptz not null default now(),
  member    uuid default uid(),
  kind      text not null check (kind in ('offer')),
  record    text not null,
  record_id uuid not null,
  party     uuid not null,             -- the record of whoever it is for
  language  text not null check (language in ('en', 'ar')),
  recipient text,                      -- an address; null once the person is forgotten
  subject   text,
  state     text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
  tries     int not null default 0,
  said      text,                      -- what the server answered last
  sent_at   timestamptz,
  primary key (tenant_id, id));
create index on mail (tenant_id, record_id, id);
create index on mail (tenant_id, party, id);
create index on mail (tenant_id, at);
select wall('mail');
