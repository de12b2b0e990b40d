-- Who may call the server, until when, and what they may do there. The secret itself is nowhere.
CREATE TABLE tokens (
    id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    scope VARCHAR NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    label VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,         -- of the secret
    created TIMESTAMP NOT NULL,
    expires TIMESTAMP,
    revoked TIMESTAMP
);
