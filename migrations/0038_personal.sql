-- What people choose for themselves, and what they keep at hand.

-- How much room rows and fields take.
alter table auth.users add column density text not null default 'normal' check (density in ('compact', 'normal', 'roomy'));

drop function auth.person;
create function auth.person(who uuid)
returns table (name text, email text, locale text, digits text, theme text, density text)
language sql stable security definer set search_path = auth, pg_temp as $$
  select u.name, u.email, u.locale, u.digits, u.theme, u.density from users u where u.id = who
$$;
drop function auth.set_preferences;
create function auth.set_preferences(who uuid, language text, numerals text, look text, room text default null) returns void
language sql security definer set search_path = auth, pg_temp as $$
  update users
     set locale = coalesce(language, locale), digits = coalesce(numerals, digits), theme = coalesce(look, theme),
         density = coalesce(room, density)
   where id = who
$$;
revoke execute on function auth.person, auth.set_preferences from public;
grant execute on function auth.person, auth.set_preferences to diwan_app;

-- Lists and records that a member keeps at hand, by their addresses. What those are called is never kept.
create table favourite (
  tenant_id uuid not null default tid(),
  member    uuid not null,
  address   text not null check (length(address) <= 500),
  at        timestamptz not null default now(),
  primary key (tenant_id, member, address),
  foreign key (tenant_id, member) references member (tenant_id, id) on delete cascade);
select wall('favourite');
