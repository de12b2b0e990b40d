"""Questions to a result: explanations, suggestions, expected species."""
