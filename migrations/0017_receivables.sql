-- What was open on a day is what is open now, with everything taken back that came later: found by its date, so that the
-- figures of today do not read what was settled years ago.

create index on open_item (tenant_id, date);
create index on allocation (tenant_id, date);
