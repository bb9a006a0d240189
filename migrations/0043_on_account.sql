-- What a payment has on account follows from its other figures whoever writes them: while nodes are replaced one by one, older ones
-- know nothing of it.

create function on_account() returns trigger language plpgsql as $$
begin
  new.open := case when new.state = 'posted' and not new.refund then new.amount - new.allocated else 0 end;
  return new;
end $$;
create trigger on_account before insert or update on customer_payment for each row execute function on_account();
