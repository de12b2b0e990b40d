"""Verdicts: from shares to a word, a reason and a finding."""
