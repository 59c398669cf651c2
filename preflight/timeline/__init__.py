"""`preflight timeline`: what happens when, from today until the last classic address has ended."""
