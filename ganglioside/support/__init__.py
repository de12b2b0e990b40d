"""Small helpers without chemistry: arrays, texts, fact tables, files."""
