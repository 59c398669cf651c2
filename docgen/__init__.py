"""Write the generated pages of docs/ and the schema of the result; may import every room, tests and docs."""
