-- Where each feature is in the user's own file, and what kind of sample it is of.
ALTER TABLE features ADD COLUMN row BIGINT;
ALTER TABLE features ADD COLUMN sheet VARCHAR;
ALTER TABLE features ADD COLUMN sample_type VARCHAR;
