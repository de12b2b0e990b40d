"""Storage: the file, its schema, its lock and what its values are written as."""
