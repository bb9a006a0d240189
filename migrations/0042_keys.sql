-- Keys that people choose for the shortcuts of a single key.

-- What differs from how they are delivered, such as `new=KeyM edit=off`; with `off` before it none of them works.
alter table auth.users add column keys text not null default '' check (length(keys) <= 200);

drop function auth.person;
create function auth.person(who uuid)
returns table (name text, email text, locale text, digits text, theme text, density text, keys text)
language sql stable security definer set search_path = auth, pg_temp as $$
  select u.name, u.email, u.locale, u.digits, u.theme, u.density, u.keys from users u where u.id = who
$$;
create function auth.set_keys(who uuid, chosen text) returns void
language sql security definer set search_path = auth, pg_temp as $$
  update users set keys = chosen where id = who
$$;
revoke execute on function auth.person, auth.set_keys from public;
grant execute on function auth.person, auth.set_keys to diwan_app;
