-- Who keeps a session, how its input was read, what made it, and when it last gave a sign.
ALTER TABLE sessions ADD COLUMN author VARCHAR;
ALTER TABLE sessions ADD COLUMN keep BOOLEAN DEFAULT false;  -- never cleaned up
ALTER TABLE sessions ADD COLUMN reading JSON;                -- columns and sheet chosen by hand
ALTER TABLE sessions ADD COLUMN environment JSON;            -- versions of what computed it
ALTER TABLE sessions ADD COLUMN process_started TIMESTAMP;   -- tells a process from a later one
ALTER TABLE sessions ADD COLUMN heartbeat TIMESTAMP;
ALTER TABLE sessions ADD COLUMN result_sha256 VARCHAR;       -- of all that was found, see digest.py

-- Work that outlives the call that asked for it.
CREATE TABLE jobs (
    id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    status VARCHAR NOT NULL
        CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    author VARCHAR NOT NULL,
    parameters JSON NOT NULL,
    created TIMESTAMP NOT NULL,
    started TIMESTAMP,
    ended TIMESTAMP,
    host VARCHAR,
    pid BIGINT,
    process_started TIMESTAMP,
    heartbeat TIMESTAMP,
    time_limit DOUBLE,               -- seconds
    cancel_requested BOOLEAN NOT NULL,
    retry_of VARCHAR,
    session VARCHAR,                 -- that it made
    result JSON,
    error VARCHAR
);

-- Progress of a job or a session, in order.
CREATE TABLE events (
    owner VARCHAR NOT NULL,          -- id of a job or of a session
    number BIGINT NOT NULL,          -- 0, 1, 2, ... of this owner
    type VARCHAR NOT NULL,
    session_id VARCHAR,
    step VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    percentage DOUBLE NOT NULL,
    timestamp VARCHAR NOT NULL,      -- ISO 8601, as sent
    error VARCHAR
);

-- What an analyst decided otherwise. Rows are only added; the last one of a feature counts, and
-- one without verdict and anchor takes the earlier ones back.
CREATE TABLE overrides (
    session VARCHAR NOT NULL,
    position BIGINT NOT NULL,        -- 0, 1, 2, ... of this session
    feature_id BIGINT NOT NULL,
    verdict VARCHAR,
    anchor BOOLEAN,
    note VARCHAR,
    author VARCHAR NOT NULL,
    "time" TIMESTAMP NOT NULL
);

-- Who did what when. Rows are only added; each holds the hash of the one before, so that none
-- can be changed or taken out unseen.
CREATE TABLE log (
    number BIGINT NOT NULL,
    "time" TIMESTAMP NOT NULL,
    author VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    subject VARCHAR,                 -- id of a session or a job
    details JSON NOT NULL,
    previous VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL
);
