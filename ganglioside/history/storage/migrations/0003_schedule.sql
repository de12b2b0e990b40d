-- When to clean up by itself; no row as long as nobody asks for it.
CREATE TABLE schedule (
    older_than DOUBLE NOT NULL,      -- days
    every DOUBLE NOT NULL,           -- days
    author VARCHAR NOT NULL,
    last_run TIMESTAMP
);
