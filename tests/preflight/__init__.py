"""Tests of the front door; commands that start the engine are told in tests/e2e."""
