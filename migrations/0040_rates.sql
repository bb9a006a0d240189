-- How often the programs of a company may ask is a matter of its plan.

alter table ops.plan add column rate int check (rate > 0);   -- requests a minute; null is what the installation gives each company

drop function ops.terms;
create function ops.terms()
returns table (plan text, most_users bigint, most_storage bigint, most_records bigint, most_calls bigint, most_rate bigint,
               flags text[], flags_on text[], flags_off text[], suspended boolean)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
begin
  return query
    select p.code, p.users::bigint, p.storage, p.records, p.calls, p.rate::bigint, p.flags,
           coalesce(s.flags_on, '{}'), coalesce(s.flags_off, '{}'), s.suspended_at is not null
      from (select tid() as id) t
      left join ops.subscription s on s.tenant_id = t.id
      join ops.plan p on p.code = coalesce(s.plan, 'unlimited');
end $$;

drop function ops.plans;
create function ops.plans(who uuid)
returns table (code text, name text, users bigint, storage bigint, records bigint, calls bigint, rate bigint, flags text[], companies bigint)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
begin
  perform ops.check_operator(who);
  return query
    select p.code, p.name::text, p.users::bigint, p.storage, p.records, p.calls, p.rate::bigint, p.flags,
           (select count(*) from auth.tenants t left join ops.subscription s on s.tenant_id = t.id
             where coalesce(s.plan, 'unlimited') = p.code)
      from ops.plan p order by p.users nulls last, p.code;
end $$;

drop function ops.save_plan;
create function ops.save_plan(who uuid, fresh boolean, plan_code text, plan_name jsonb, most_users int, most_storage bigint,
                              most_records bigint, most_calls bigint, most_rate int, parts text[]) returns void
language plpgsql security definer set search_path = ops, public, pg_temp as $$
declare
  old ops.plan;
  new ops.plan := row(plan_code, plan_name, most_users, most_storage, most_records, most_calls, parts, most_rate);
begin
  perform ops.check_operator(who);
  select * into old from ops.plan p where p.code = plan_code for update;
  if fresh then
    insert into ops.plan select new.* on conflict do nothing;
    if not found then
      raise exception 'there is such a plan' using errcode = '23505', constraint = 'plan_code_key';
    end if;
  elsif old.code is null then
    raise exception 'no such plan' using errcode = 'DW004';
  elsif old = new then
    return;
  else
    update ops.plan p
       set name = plan_name, users = most_users, storage = most_storage, records = most_records, calls = most_calls,
           rate = most_rate, flags = parts
     where p.code = plan_code;
  end if;
  insert into ops.log (operator, action, details)
    values (who, case when fresh then 'add_plan' else 'change_plan' end,
            jsonb_build_object('old', case when not fresh then to_jsonb(old) end, 'new', to_jsonb(new)));
end $$;

revoke execute on function ops.terms, ops.plans, ops.save_plan from public;
grant execute on function ops.terms, ops.plans, ops.save_plan to diwan_app;
