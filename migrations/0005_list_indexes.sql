-- Behind each filter, view and order of a list stands an index; without one, a tab that matches nothing reads every row.

create index on account (tenant_id, kind, code, id);
create index on credit_note (tenant_id, state, date, id);
create index on credit_note (tenant_id, total, date, id);
create index on customer (tenant_id, active, code, id);
create index on customer (tenant_id, currency, code, id);
create index on customer (tenant_id, language, code, id);
create index on customer_payment (tenant_id, amount, date, id);
create index on customer_payment (tenant_id, state, date, id);
create index on delivery (tenant_id, state, date, id);
create index on item (tenant_id, active, code, id);
create index on item (tenant_id, category, code, id);
create index on item (tenant_id, kind, code, id);
create index on journal_entry (tenant_id, state, date, id);
create index on journal_entry (tenant_id, total, date, id);
create index on member (tenant_id, state, name, id);
create index on period (tenant_id, state, starts, id);
create index on quotation (tenant_id, state, date, id);
create index on quotation (tenant_id, total, date, id);
create index on role (tenant_id, base, code, id);
create index on sales_invoice (tenant_id, due_date, date, id);
create index on sales_invoice (tenant_id, total, date, id);
create index on sales_order (tenant_id, delivery_date, date, id);
create index on sales_order (tenant_id, to_invoice, date, id);
create index on sales_order (tenant_id, total, date, id);
create index on stock_adjustment (tenant_id, reason, date, id);
create index on stock_adjustment (tenant_id, state, date, id);
