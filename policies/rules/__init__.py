"""The rules: one module each, in a package a family; `policies.pack.registry` finds them here."""
