-- What analysts decide on names, and who confirmed it.
ALTER TABLE overrides ADD COLUMN name VARCHAR;
ALTER TABLE overrides ADD COLUMN later BOOLEAN;
ALTER TABLE overrides ADD COLUMN confirmed_by VARCHAR;
ALTER TABLE overrides ADD COLUMN confirmed_at TIMESTAMP;
