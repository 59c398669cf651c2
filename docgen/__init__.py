"""Writes the generated pages of docs/ and the schema of the result; may know every room, tests and docs."""
