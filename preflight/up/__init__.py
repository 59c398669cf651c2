"""`preflight up`: the update of just what was judged and shown."""
