"""Watching a server: its state, metrics, alarms, and the doctor."""
