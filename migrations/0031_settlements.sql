-- Discounts that payments grant, terms that promise one to who pays early, and money that goes back to customers.

alter table customer_payment_line add column discount bigint check (discount >= 0);

alter table payment_term
  add column discount numeric check (discount between 0 and 100),
  add column discount_days int check (discount_days >= 0);

-- What is paid back stands among what was received, and is listed apart from it.
alter table customer_payment add column refund boolean not null default false;
create index on customer_payment (tenant_id, refund, date, id);
