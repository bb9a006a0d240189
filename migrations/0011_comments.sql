-- What colleagues say to each other about records, and what each of them is told of.

create table comment (
  tenant_id uuid not null default tid(), id uuid not null,
  at timestamptz not null default now(), member uuid not null default uid(),
  record text not null, record_id uuid not null,
  answers uuid,                           -- the comment that began the thread; null for one that begins its own
  text text not null check (text <> ''),  -- as typed; a mention is the member's id as @[…]
  edited_at timestamptz, removed_at timestamptz,
  key uuid not null,                      -- of the form that it came by, so that sending it twice is one comment
  primary key (tenant_id, id),
  constraint comment_once unique (tenant_id, member, key),
  foreign key (tenant_id, answers) references comment (tenant_id, id) on delete cascade);
create index comment_record on comment (tenant_id, record, record_id, id) where answers is null;
create index on comment (tenant_id, answers, id);
select wall('comment');

-- One thing that a member is told of: a comment, or a job of theirs that ended.
create table notification (
  tenant_id uuid not null default tid(), id uuid not null,
  at timestamptz not null default now(), member uuid not null,
  kind text not null check (kind in ('mention', 'answer', 'own', 'job')),
  comment uuid, job uuid,
  read_at timestamptz,
  primary key (tenant_id, id),
  constraint notification_cause check ((kind = 'job') = (job is not null) and num_nonnulls(comment, job) = 1),
  constraint notification_of_comment unique (tenant_id, comment, member),
  constraint notification_of_job unique (tenant_id, job, member),
  foreign key (tenant_id, member) references member (tenant_id, id) on delete cascade,
  foreign key (tenant_id, comment) references comment (tenant_id, id) on delete cascade,
  foreign key (tenant_id, job) references job (tenant_id, id) on delete cascade);
create index on notification (tenant_id, member, id);
create index notification_unread on notification (tenant_id, member) where read_at is null;
select wall('notification');

-- Kinds that a member does not want to be told of.
create table notification_unwanted (
  tenant_id uuid not null default tid(), member uuid not null,
  kind text not null check (kind in ('mention', 'answer', 'own', 'job')),
  primary key (tenant_id, member, kind),
  foreign key (tenant_id, member) references member (tenant_id, id) on delete cascade);
select wall('notification_unwanted');
