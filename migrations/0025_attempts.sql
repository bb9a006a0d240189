-- A password is counted as an attempt before it is looked at: guesses that come at once are as many as guesses in a row.

-- Counts an attempt, and answers whether it may be made. Ten that are not followed by a right one lock the account for fifteen
-- minutes; the count begins anew when they are over.
create function auth.begin_attempt(who uuid) returns boolean
language sql security definer set search_path = auth, pg_temp as $$
  update users u
     set failures = case when o.is_over then 1 else u.failures + 1 end,
         locked_until = case when not o.is_over and u.failures + 1 >= 10 then now() + interval '15 minutes' end
    from (select id, coalesce(locked_until <= now(), false) as is_over from users where id = who for update) o
   where u.id = o.id and coalesce(u.locked_until <= now(), true)
  returning true
$$;

-- The password was right.
create function auth.end_attempts(who uuid) returns void
language sql security definer set search_path = auth, pg_temp as $$
  update users set failures = 0, locked_until = null where id = who
$$;

revoke execute on function auth.begin_attempt, auth.end_attempts from public;
grant execute on function auth.begin_attempt, auth.end_attempts to diwan_app;
drop function auth.note_attempt;
