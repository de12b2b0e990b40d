"""What the panels know and can do, without any widget: everything works through these alone."""
