-- A session that goes on is cancelled from any process, as a job is; no value counts as false.
ALTER TABLE sessions ADD COLUMN cancel_requested BOOLEAN;
