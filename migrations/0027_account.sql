-- What a person does with their own account: sees where they are signed in, ends it there, chooses another password.

-- A session that was ended meanwhile stays so, whatever a request that was under way brings.
create or replace function auth.session_save(sid text, contents jsonb, until timestamptz) returns void
language sql security definer set search_path = auth, pg_temp as $$
  update sessions
     set data = contents, user_id = (contents ->> 'user')::uuid, address = contents ->> 'address', agent = contents ->> 'agent',
         expires_at = until, seen_at = now()
   where id = sid
$$;

-- Ends a session of somebody. Answers whether there was one.
create function auth.session_end(who uuid, sid text) returns boolean
language sql security definer set search_path = auth, pg_temp as $$
  with gone as (delete from sessions where user_id = who and id = sid returning 1)
  select exists (select from gone)
$$;

create function auth.password_of(who uuid) returns text
language sql stable security definer set search_path = auth, pg_temp as $$
  select password_hash from users where id = who
$$;

create function auth.set_password(who uuid, hash text) returns void
language sql security definer set search_path = auth, pg_temp as $$
  update users set password_hash = hash where id = who
$$;

revoke execute on function auth.session_end, auth.password_of, auth.set_password from public;
grant execute on function auth.session_end, auth.password_of, auth.set_password to diwan_app;
