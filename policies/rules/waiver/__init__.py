"""Rules about findings that somebody answers for."""
