-- Programs: the tokens that they work with, and the answers that they were given.

create table api_token (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  name text not null, member uuid not null, scope text not null check (scope in ('read', 'write')), expires date not null,
  last_used date, used_at timestamptz,     -- noted once a minute, beside the door and without a new version
  state text not null default 'active' check (state in ('active', 'revoked')),
  primary key (tenant_id, id),
  foreign key (tenant_id, member) references member (tenant_id, id));
create index on api_token (tenant_id, name, id);
create index on api_token (tenant_id, member, name, id);
create index on api_token (tenant_id, scope, name, id);
create index on api_token (tenant_id, state, name, id);
select wall('api_token');
select search.watch('api_token');

-- The types of records that a token is kept to; without any it is kept to none.
create table api_token_record (
  tenant_id uuid not null default tid(), id uuid not null, parent uuid not null, position int not null,
  record text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent) references api_token (tenant_id, id) on delete cascade);
create index on api_token_record (tenant_id, parent, position);
select wall('api_token_record');

-- What a program was answered under a key of its own, so that asking twice is done once. Written in the transaction of what
-- it asked for; kept for a day.
create table api_answer (
  tenant_id uuid not null default tid(), token uuid not null, key text not null check (length(key) between 1 and 255),
  at timestamptz not null default now(),
  request text not null,                   -- SHA-256 of all that was asked
  answer text,                             -- null while it is being done
  primary key (tenant_id, token, key),
  foreign key (tenant_id, token) references api_token (tenant_id, id) on delete cascade);
create index on api_answer (tenant_id, at);
select wall('api_answer');
