"""Retention: curve, composition, isomers, O-acetylation (rules 1 to 4)."""
