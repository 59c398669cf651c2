"""Rules about public addresses."""
