"""Inputs that go wrong in practice, each built by code with its expected outcome."""
