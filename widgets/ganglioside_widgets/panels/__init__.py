"""The panels: each builds its widgets and links them to a state, and does nothing else."""
