-- A file may change records that exist, found by their key; until now it only made new ones.
alter table import_batch add column changes boolean not null default false;
