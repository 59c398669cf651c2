"""Rules about what is left to do once an instance has moved."""
