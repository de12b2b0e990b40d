"""Watching a server: its state, metrics, logs, error reports, alarms, and the doctor."""
