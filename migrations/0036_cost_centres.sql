-- Cost centres: parts of the business whose income and costs are told apart.

create table cost_centre (
  tenant_id uuid not null default tid(), id uuid not null, version int not null default 1,
  created_at timestamptz not null default now(), created_by uuid default uid(), changed_at timestamptz not null default now(), changed_by uuid default uid(),
  search text not null default '', extra jsonb not null default '{}',
  code text not null, name jsonb not null, parent uuid, active boolean not null default true,
  primary key (tenant_id, id),
  constraint cost_centre_code_key unique (tenant_id, code),
  foreign key (tenant_id, parent) references cost_centre (tenant_id, id));
create index on cost_centre (tenant_id, code, id);
create index on cost_centre (tenant_id, parent);

-- What documents are charged to, and what their postings carry of it. Adding a key reads both tables, in no company: the walls
-- would raise, so one stands aside for these statements, and the other comes after them.
do $$
declare t text;
begin
  foreach t in array array['sales_order', 'delivery', 'sales_invoice', 'credit_note', 'journal_entry_line'] loop
    execute format('alter table %I no force row level security', t);
    execute format('alter table %I add column cost_centre uuid, add foreign key (tenant_id, cost_centre) references cost_centre (tenant_id, id)', t);
    execute format('alter table %I force row level security', t);
    execute format('create index on %I (tenant_id, cost_centre) where cost_centre is not null', t);
  end loop;
end $$;

select wall('cost_centre');
select search.watch('cost_centre');
select mark('cost_centre');

-- Balances of one cost centre are summed from the index alone, as those of all are.
drop index journal_entry_line_ledger;
create index journal_entry_line_ledger on journal_entry_line (tenant_id, account, date, id) include (debit, credit, cost_centre) where posted;
