"""The ion source: in-source fragments and other ions of a species (rule 5)."""
