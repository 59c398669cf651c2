"""Tests of the demo's own parts; the story itself is told in tests/e2e."""
