-- What of a payment is still on account: received, and used for nothing yet.

alter table customer_payment add column open bigint not null default 0 check (open between 0 and amount);
create index on customer_payment (tenant_id, open, date, id);
do $$
declare t record;
begin
  for t in select id from auth.tenants loop
    perform set_config('app.tenant_id', t.id::text, true);
    update customer_payment set open = amount - allocated where state = 'posted' and not refund;
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;
