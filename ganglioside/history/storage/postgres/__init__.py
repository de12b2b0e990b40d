"""PostgreSQL as the store of a history that a lab shares."""
