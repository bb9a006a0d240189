-- Week-end and financial year become what people decide in the details of their company, and so hold only what means
-- something.

-- The rows of all companies change, in no company: the wall would raise, so it stands aside for this statement.
alter table company no force row level security;
update company set weekend = replace(weekend, '|', '_');
alter table company force row level security;

alter table company
  add check (weekend in ('fri_sat', 'sat_sun', 'thu_fri', 'fri', 'sun')),
  add check (fiscal_start ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$');
