-- Who asked for a job, and where, in a form that nobody else can write: see job_seals.py. A job
-- without a seal of this user and machine is never started by itself.
ALTER TABLE jobs ADD COLUMN seal VARCHAR;
