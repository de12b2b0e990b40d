"""The panels: each builds its widgets and links them to a state, which does all the work."""
