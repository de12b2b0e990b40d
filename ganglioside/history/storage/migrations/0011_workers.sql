-- Who works on a job, until when it is theirs, and how often it was tried.
ALTER TABLE jobs ADD COLUMN worker VARCHAR;
ALTER TABLE jobs ADD COLUMN lease DOUBLE;                    -- s without a heartbeat, then it is lost
ALTER TABLE jobs ADD COLUMN attempts BIGINT;
ALTER TABLE jobs ADD COLUMN not_before TIMESTAMP;            -- of the next attempt
ALTER TABLE jobs ADD COLUMN request VARCHAR;                 -- id of the request that asked for it
-- The job of a worker that made a session.
ALTER TABLE sessions ADD COLUMN job VARCHAR;
-- Processes that carry out jobs.
CREATE TABLE workers (
    id VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    pid BIGINT NOT NULL,
    process_started TIMESTAMP,
    author VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    lease DOUBLE NOT NULL,
    started TIMESTAMP NOT NULL,
    heartbeat TIMESTAMP NOT NULL,
    drain_requested BOOLEAN NOT NULL,
    ended TIMESTAMP
);
-- What workers do by themselves, again and again.
CREATE TABLE tasks (
    kind VARCHAR NOT NULL,           -- of the job
    every DOUBLE NOT NULL,           -- days
    parameters JSON NOT NULL,        -- of the job
    author VARCHAR NOT NULL,
    created TIMESTAMP NOT NULL,
    last_run TIMESTAMP,
    last_job VARCHAR
);
-- What somebody was warned of, until it is over.
CREATE TABLE alarms (
    name VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL
);
