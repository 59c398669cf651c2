"""The component package, without an engine."""
