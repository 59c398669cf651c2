"""`preflight fix`: merges fixes that are configuration into the stack file, and lists those that need a person."""
