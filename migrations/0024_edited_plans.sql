-- Plans as operators edit them.

alter table ops.log alter tenant_id drop not null;   -- a plan is no company's
alter table ops.log drop constraint log_action_check;
alter table ops.log add constraint log_action_check
  check (action in ('plan', 'suspend', 'resume') = (tenant_id is not null)
         and action in ('plan', 'suspend', 'resume', 'add_plan', 'change_plan', 'remove_plan'));

drop function ops.plans;
create function ops.plans(who uuid)
returns table (code text, name text, users bigint, storage bigint, records bigint, calls bigint, flags text[], companies bigint)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
begin
  perform ops.check_operator(who);
  return query
    select p.code, p.name::text, p.users::bigint, p.storage, p.records, p.calls, p.flags,
           (select count(*) from auth.tenants t left join ops.subscription s on s.tenant_id = t.id
             where coalesce(s.plan, 'unlimited') = p.code)
      from ops.plan p order by p.users nulls last, p.code;
end $$;

-- What operators did to a company, or to the plans.
create or replace function ops.entries(who uuid, company uuid, most int) returns table (at text, name text, action text, details jsonb)
language plpgsql stable security definer set search_path = ops, public, pg_temp as $$
#variable_conflict use_column
begin
  perform ops.check_operator(who);
  return query
    select to_char(l.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), coalesce(u.name, '—'), l.action, l.details
      from ops.log l left join auth.users u on u.id = l.operator
     where l.tenant_id = company or (company is null and l.tenant_id is null) order by l.id desc limit most;
end $$;

-- Adds a plan, or changes the one with this code for all who have it.
create function ops.save_plan(who uuid, fresh boolean, plan_code text, plan_name jsonb, most_users int, most_storage bigint,
                              most_records bigint, most_calls bigint, parts text[]) returns void
language plpgsql security definer set search_path = ops, public, pg_temp as $$
declare old ops.plan; new ops.plan := row(plan_code, plan_name, most_users, most_storage, most_records, most_calls, parts);
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
       set name = plan_name, users = most_users, storage = most_storage, records = most_records, calls = most_calls, flags = parts
     where p.code = plan_code;
  end if;
  insert into ops.log (operator, action, details)
    values (who, case when fresh then 'add_plan' else 'change_plan' end,
            jsonb_build_object('old', case when not fresh then to_jsonb(old) end, 'new', to_jsonb(new)));
end $$;

-- Removes a plan that no company has. The one that companies are founded with stays.
create function ops.remove_plan(who uuid, plan_code text) returns void
language plpgsql security definer set search_path = ops, public, pg_temp as $$
declare old ops.plan;
begin
  perform ops.check_operator(who);
  if plan_code = 'unlimited' then raise exception 'companies are founded with it' using errcode = '23503'; end if;
  delete from ops.plan p where p.code = plan_code returning * into old;
  if old.code is null then raise exception 'no such plan' using errcode = 'DW004'; end if;
  insert into ops.log (operator, action, details) values (who, 'remove_plan', jsonb_build_object('old', to_jsonb(old)));
end $$;

revoke execute on function ops.plans, ops.save_plan, ops.remove_plan from public;
grant execute on function ops.plans, ops.save_plan, ops.remove_plan to diwan_app;
