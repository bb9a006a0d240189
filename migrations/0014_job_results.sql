-- What a job brought about beside its rows: the file of an export, or in people's words why it failed.

alter table job add column result jsonb, add column message jsonb;
