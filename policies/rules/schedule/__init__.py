"""Rules about the migration as a whole and its window."""
