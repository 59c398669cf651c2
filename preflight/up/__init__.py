"""`preflight up`: updates exactly what was judged and shown."""
