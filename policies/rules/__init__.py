"""The rules: one module each, in a package a family; `policies.registry` finds them here."""
