"""Rules about the instance itself."""
