"""Rules about what somebody answers for."""
