"""Care: verify, cleanup, backup, transfer, and what was left unfinished."""
