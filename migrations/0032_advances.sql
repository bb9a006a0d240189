-- Advance invoices, what later invoices deduct of them, and debit notes.

-- A line of an advance invoice, and of its credit note, sells no item.
alter table sales_invoice_line alter column item drop not null;
alter table credit_note_line alter column item drop not null;

-- The part of an order that its customer agreed to pay ahead, in percent.
alter table sales_order add column advance numeric check (advance between 0 and 100);

-- Adding a key reads the whole table, in no company: the wall would raise, so it stands aside for this statement.
alter table sales_invoice no force row level security;
alter table sales_invoice
  add column kind text not null default 'invoice' check (kind in ('invoice', 'advance', 'debit_note')),
  add column corrects uuid, add foreign key (tenant_id, corrects) references sales_invoice (tenant_id, id),
  add column prepaid bigint not null default 0 constraint sales_invoice_prepaid check (prepaid between 0 and total);
alter table sales_invoice force row level security;
create index on sales_invoice (tenant_id, corrects);

-- What advance invoices charged, by order and tax code, less what invoices deducted and credit notes took back of it: appended,
-- in the document's currency and in the company's. Sum of base_net equals what documents posted to the account of advances.
create table advance (
  tenant_id uuid not null default tid(), id uuid not null, at timestamptz not null default now(), date date not null,
  sales_order uuid not null, invoice uuid not null, tax_code uuid, source_record text not null, source uuid not null,
  net bigint not null, tax bigint not null, base_net bigint not null, base_tax bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, sales_order) references sales_order (tenant_id, id),
  foreign key (tenant_id, invoice) references sales_invoice (tenant_id, id),
  foreign key (tenant_id, tax_code) references tax_code (tenant_id, id));
create index on advance (tenant_id, sales_order);
create index on advance (tenant_id, invoice);
create index on advance (tenant_id, tax_code);
create index on advance (tenant_id, source);
select wall('advance', 'append');
create trigger advance_append before update or delete on advance for each row execute function refuse_change();
