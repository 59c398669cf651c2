"""Rules about what is in the guest system, by evidence of it."""
